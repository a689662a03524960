//! What is seen: every question takes a scope, and every answer was asked for by [`Scope::covers`].

use jiff::Timestamp;
use serde::Deserialize;

use super::code::{AccountCode, ActivationCode, MailboxAddress, ProviderUserId, RequestRef, UserId};
use super::denied::{Denied, DeniedCode};
use super::event::{Event, Place};
use super::grant::Grant;
use super::lifecycle::{Catalogue, Mailbox, State};
use super::mandate::Mandate;
use super::organisation::{Organisation, Person, Request};
use super::party::{Account, Client};
use super::policy::DelegationPolicy;
use super::role::Roles;
use super::scope::{Owner, Scope};
use super::work::WorkItem;

/// Which mailboxes: by one parameter, as the source asks (FEATURES row 35).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BoxQuery {
    /// All of them.
    All,
    /// Part of the address or of the UserID.
    Part(String),
    /// The exact UserID: opens the detail.
    ProviderUser(ProviderUserId),
    /// Activated from then on, and before then.
    Activated {
        /// The first moment.
        from: Timestamp,
        /// The first moment behind.
        until: Timestamp,
    },
    /// In this state.
    In(State),
}

/// Which requests: by one parameter (FEATURES rows 34 and 51).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestQuery {
    /// Submitted from then on («Visualizza Recenti»), the newest first as all.
    Since(Timestamp),
    /// By the host's name of it.
    Reference(RequestRef),
    /// By the provider's number of it (*codice di attivazione*).
    ActivationCode(ActivationCode),
    /// By one of its mailboxes.
    Mailbox(MailboxAddress),
    /// Part of the name of who signed it.
    Requester(String),
    /// Part of the name of the holder.
    Holder(String),
}

impl Organisation {
    /// To whom what belongs to an account belongs; `None`: there is no such account.
    #[must_use]
    pub fn owner(&self, account: &AccountCode) -> Option<Owner<'_>> {
        self.accounts.get(account).map(|it| Owner { client: &it.client, account: Some(&it.code) })
    }

    fn sees(&self, scope: &Scope, account: &AccountCode) -> bool {
        self.owner(account).is_some_and(|owner| scope.covers(owner))
    }

    /// What the host has decided for all.
    #[must_use]
    pub const fn policy(&self) -> DelegationPolicy {
        self.policy
    }

    /// The roles, which are those of all.
    #[must_use]
    pub const fn roles(&self) -> &Roles {
        &self.roles
    }

    /// The clients that are seen: an account does not see its client.
    #[must_use]
    pub fn clients(&self, scope: &Scope) -> Vec<&Client> {
        let seen = |client: &&Client| scope.covers(Owner { client: &client.code, account: None });
        self.clients.values().filter(seen).collect()
    }

    /// The accounts that are seen, by code.
    #[must_use]
    pub fn accounts(&self, scope: &Scope) -> Vec<&Account> {
        self.accounts.values().filter(|account| self.sees(scope, &account.code)).collect()
    }

    /// What the accounts that are seen have purchased.
    #[must_use]
    pub fn catalogues(&self, scope: &Scope) -> Vec<(&AccountCode, &Catalogue)> {
        self.catalogues.iter().filter(|(account, _)| self.sees(scope, account)).collect()
    }

    /// The users that are seen, by name.
    #[must_use]
    pub fn users(&self, scope: &Scope) -> Vec<&Person> {
        let mut seen: Vec<&Person> =
            self.users.values().filter(|person| self.sees(scope, &person.user.account)).collect();
        seen.sort_by(|one, other| one.user.id.cmp(&other.user.id));
        seen
    }

    /// The mailboxes that are seen, by address.
    #[must_use]
    pub fn mailboxes(&self, scope: &Scope) -> Vec<&Mailbox> {
        let mut seen: Vec<&Mailbox> =
            self.mailboxes.values().filter(|mailbox| self.sees(scope, &mailbox.account)).collect();
        seen.sort_by(|one, other| one.address.cmp(&other.address));
        seen
    }

    /// One mailbox with everything that is known of it (FEATURES row 36).
    ///
    /// # Errors
    /// [`DeniedCode::NotFound`]: there is none, or it is not seen.
    pub fn mailbox(&self, scope: &Scope, address: &MailboxAddress) -> Result<&Mailbox, Denied> {
        let seen = self.mailboxes.get(address).filter(|mailbox| self.sees(scope, &mailbox.account));
        seen.ok_or_else(|| Denied::new(DeniedCode::NotFound).about(address))
    }

    /// Where a mailbox stands, if its provider has said that it no longer works: revoked, fully revoked, or annulled. `None` of
    /// every other one, known here or not.
    #[must_use]
    pub fn suspended(&self, address: &MailboxAddress, now: Timestamp) -> Option<State> {
        let state = self.mailboxes.get(address)?.state(now);
        matches!(state, State::Revoked | State::FullyRevoked | State::Annulled).then_some(state)
    }

    /// Those of the mailboxes that are seen that the query means, by address.
    #[must_use]
    pub fn find_mailboxes(&self, scope: &Scope, query: &BoxQuery, now: Timestamp) -> Vec<&Mailbox> {
        let meant = |mailbox: &&Mailbox| match query {
            BoxQuery::All => true,
            BoxQuery::Part(part) => {
                let user = mailbox.names.as_ref().map(|names| names.provider_user.as_str());
                contains(mailbox.address.as_str(), part) || user.is_some_and(|user| contains(user, part))
            }
            BoxQuery::ProviderUser(user) => mailbox.names.as_ref().is_some_and(|names| names.provider_user == *user),
            BoxQuery::Activated { from, until } => mailbox.activated_at.is_some_and(|at| *from <= at && at < *until),
            BoxQuery::In(state) => mailbox.state(now) == *state,
        };
        self.mailboxes(scope).into_iter().filter(meant).collect()
    }

    /// Those of the requests that are seen that the query means, the newest first.
    #[must_use]
    pub fn find_requests(&self, scope: &Scope, query: &RequestQuery) -> Vec<&Request> {
        let has_code = |address: &MailboxAddress, code: &ActivationCode| {
            let names = self.mailboxes.get(address).and_then(|mailbox| mailbox.names.as_ref());
            names.is_some_and(|names| names.activation_code.as_ref() == Some(code))
        };
        let meant = |request: &&Request| match query {
            RequestQuery::Since(time) => *time <= request.submitted_at,
            RequestQuery::Reference(reference) => request.reference == *reference,
            RequestQuery::ActivationCode(code) => request.boxes.iter().any(|address| has_code(address, code)),
            RequestQuery::Mailbox(address) => request.boxes.contains(address),
            RequestQuery::Requester(part) => {
                let requester = &request.requester;
                contains(&format!("{} {}", requester.first_name, requester.surname), part)
            }
            RequestQuery::Holder(part) => contains(request.holder.name.as_str(), part),
        };
        let seen = self.requests.values().filter(|request| self.sees(scope, &request.account));
        let mut meant: Vec<&Request> = seen.filter(meant).collect();
        meant.sort_by_key(|request| std::cmp::Reverse(request.submitted_at));
        meant
    }

    /// The grants that are seen, by mailbox and user.
    #[must_use]
    pub fn grants(&self, scope: &Scope) -> Vec<&Grant> {
        let seen = self.mailboxes(scope).into_iter();
        seen.flat_map(|mailbox| mailbox.sharing.delegates().into_iter().flat_map(|(_, it)| &it.grants)).collect()
    }

    /// The mandates that are seen, those that are over included, by mailbox and beginning.
    #[must_use]
    pub fn mandates(&self, scope: &Scope) -> Vec<&Mandate> {
        let seen = |mandate: &&Mandate| self.mailbox(scope, &mandate.mailbox).is_ok();
        let running = self.mailboxes.values().flat_map(|mailbox| &mailbox.mandates);
        let mut all: Vec<&Mandate> = running.chain(&self.past).filter(seen).collect();
        all.sort_by_key(|mandate| (&mandate.mailbox, mandate.valid_from, &mandate.id));
        all
    }

    /// What is worked on in mailboxes that are seen, by name.
    #[must_use]
    pub fn work(&self, scope: &Scope) -> Vec<&WorkItem> {
        let seen = |item: &&WorkItem| self.mailbox(scope, &item.what.mailbox).is_ok();
        let mut items: Vec<&WorkItem> = self.work.values().filter(seen).collect();
        items.sort_by(|one, other| one.what.id.cmp(&other.what.id));
        items
    }

    /// Whether an event of the log is seen: what a report of the log for this scope may show.
    #[must_use]
    pub fn sees_event(&self, scope: &Scope, event: &Event) -> bool {
        let of_user = |user: &UserId| self.users.get(user).map(|person| &person.user.account);
        let of_mailbox = |address: &MailboxAddress| self.mailboxes.get(address).map(|mailbox| &mailbox.account);
        let account = match event.place() {
            Place::Host => return *scope == Scope::Host,
            Place::Client(client) => return scope.covers(Owner { client, account: None }),
            Place::Account(account) => Some(account),
            Place::User(user) => of_user(user),
            Place::Request(reference) => self.requests.get(reference).map(|request| &request.account),
            Place::Mailbox(address) => of_mailbox(address),
            Place::Work(item) => self.work.get(item).and_then(|item| of_mailbox(&item.what.mailbox)),
        };
        account.map_or(*scope == Scope::Host, |account| self.sees(scope, account))
    }
}

/// Without case, as people type.
fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}
