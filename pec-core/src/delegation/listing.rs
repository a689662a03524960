//! What is known of an organisation, as lines of JSON: the form in which every face and the program give it. What is
//! shown, and to whom, is decided here and nowhere else.

mod answer;
mod row;

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::code::UserId;
use super::command::{WrittenError, read};
use super::denied::{Denied, DeniedCode};
use super::organisation::Organisation;
use super::party::By;
use super::permission::Permission;
use super::query::{BoxQuery, RequestQuery};
use super::scope::Scope;
use row::Row;

/// The form of every line, `docs/schema/organisation-1.json`.
pub const SCHEMA: &str = "pec-organisation/1";

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// What the host has decided for all; one line.
    Policy,
    /// The roles, with what each gives in all.
    Roles,
    /// The clients.
    Clients,
    /// The accounts.
    Accounts,
    /// What the accounts have purchased.
    Catalogues,
    /// The users.
    Users,
    /// The mailboxes that are meant, each with everything that is known of it.
    Mailboxes(BoxQuery),
    /// The grants.
    Grants,
    /// The mandates, those that are over included.
    Mandates,
    /// Dossiers that are shared, those that are over included.
    Shares,
    /// What is worked on.
    Work,
    /// The requests that are meant, the newest first.
    Requests(RequestQuery),
    /// What time has brought and was not told yet.
    Due,
}

impl Listing {
    /// The name of each: `policy`, `roles`, …
    pub const NAMES: [&'static str; 13] = [
        "policy",
        "roles",
        "clients",
        "accounts",
        "catalogues",
        "users",
        "mailboxes",
        "grants",
        "mandates",
        "shares",
        "work",
        "requests",
        "due",
    ];

    /// The listing of this name. Mailboxes and requests take a query in JSON, all where it is empty: `"all"`,
    /// `{"part":"gare"}`, `{"provider-user":"U1"}`, `{"activated":{"from":…,"until":…}}`, `{"in":"active"}`;
    /// `{"since":…}`, `{"reference":…}`, `{"activation-code":…}`, `{"mailbox":…}`, `{"requester":…}`, `{"holder":…}`.
    ///
    /// ```
    /// use pec_core::delegation::{BoxQuery, Listing, lifecycle::State};
    /// let listing = Listing::named("mailboxes", r#"{"in":"active"}"#)?;
    /// assert_eq!(listing, Listing::Mailboxes(BoxQuery::In(State::Active)));
    /// assert!(Listing::named("mailboxes", r#"{"in":"asleep"}"#).is_err() && Listing::named("boxes", "").is_err());
    /// # Ok::<(), pec_core::delegation::WrittenError>(())
    /// ```
    ///
    /// # Errors
    /// There is none of this name, it takes no query, or not this one: the caller is to blame.
    pub fn named(name: &str, query: &str) -> Result<Self, WrittenError> {
        fn asked<T: DeserializeOwned>(query: &str, all: T) -> Result<T, WrittenError> {
            if query.is_empty() { Ok(all) } else { read(query) }
        }
        let plain = match name {
            "mailboxes" => return Ok(Self::Mailboxes(asked(query, BoxQuery::All)?)),
            "requests" => return Ok(Self::Requests(asked(query, RequestQuery::Since(Timestamp::MIN))?)),
            "policy" => Self::Policy,
            "roles" => Self::Roles,
            "clients" => Self::Clients,
            "accounts" => Self::Accounts,
            "catalogues" => Self::Catalogues,
            "users" => Self::Users,
            "grants" => Self::Grants,
            "mandates" => Self::Mandates,
            "shares" => Self::Shares,
            "work" => Self::Work,
            "due" => Self::Due,
            _ => {
                let (name, names) = (crate::text::printable(name), Self::NAMES.join(", "));
                return Err(WrittenError::Malformed(format!("{name:?}, give one of {names}")));
            }
        };
        if query.is_empty() { Ok(plain) } else { Err(WrittenError::SaysMore(crate::text::printable(query))) }
    }
}

/// One line of a listing.
#[derive(Debug)]
pub struct Listed<'o>(Row<'o>);

impl Listed<'_> {
    /// The line, without a line end: keys in fixed order, times in UTC (RFC 3339), absent values null. `schema` and `report`
    /// come first; what follows bears the names of the events.
    #[must_use]
    pub fn to_json(&self) -> String {
        line(&self.0)
    }
}

/// A report as one line.
fn line(report: &impl serde::Serialize) -> String {
    #[derive(serde::Serialize)]
    struct Line<'r, R> {
        schema: &'static str,
        #[serde(flatten)]
        report: &'r R,
    }
    // Strings and numbers only: there is nothing that cannot be written.
    serde_json::to_string(&Line { schema: SCHEMA, report }).unwrap_or_default()
}

impl Organisation {
    /// A listing, for whoever asks and within the scope that is asked for: an operator sees no further than its own scope; a
    /// user sees its own grants, what it may read by a share, and what is worked on where it may [list](Permission::List);
    /// policy and roles are everybody's.
    ///
    /// ```
    /// use pec_core::delegation::{By, Client, ClientKind, Command, Listing, Organisation, Scope};
    /// let now = "2026-03-01T12:00:00Z".parse().unwrap();
    /// let mut organisation = Organisation::default();
    /// let client = Client { code: "C1".parse()?, name: "Comune".parse()?, kind: ClientKind::PublicBody };
    /// organisation.apply_all(&organisation.decide(&Command::AddClient { client }, &By::Host, now).unwrap());
    /// let listed = organisation.list(&By::Host, &Scope::Host, &Listing::Clients, now).unwrap();
    /// let line = r#"{"schema":"pec-organisation/1","report":"client","code":"C1","name":"Comune","kind":"public-body"}"#;
    /// assert_eq!(listed[0].to_json(), line);
    /// let other = By::operator("olga".parse()?, Scope::Client("C2".parse()?));
    /// assert!(organisation.list(&other, &Scope::Host, &Listing::Clients, now).unwrap().is_empty());
    /// # Ok::<(), pec_core::delegation::CodeError>(())
    /// ```
    ///
    /// # Errors
    /// [`DeniedCode::OperatorOnly`]: it is not for users.
    pub fn list(&self, by: &By, scope: &Scope, listing: &Listing, now: Timestamp) -> Result<Vec<Listed<'_>>, Denied> {
        let rows: Vec<Row<'_>> = match (by, listing) {
            (_, Listing::Policy) => vec![Row::policy(self.policy())],
            (_, Listing::Roles) => self.roles().iter().map(|role| Row::role(self.roles(), role)).collect(),
            (By::User { user }, _) => self.of_user(user, listing, now)?,
            (By::Host, _) => self.in_scope(scope, listing, now),
            (By::Operator(operator), _) => {
                self.narrower(&operator.scope, scope).map_or_else(Vec::new, |scope| self.in_scope(scope, listing, now))
            }
        };
        Ok(rows.into_iter().map(Listed).collect())
    }

    /// What both see; `None`: nothing.
    fn narrower<'s>(&self, one: &'s Scope, other: &'s Scope) -> Option<&'s Scope> {
        match (one, other) {
            (Scope::Host, scope) | (scope, Scope::Host) => Some(scope),
            (one, other) if one == other => Some(one),
            (Scope::Client(client), scope @ Scope::Account(account))
            | (scope @ Scope::Account(account), Scope::Client(client)) => {
                let is_of_client = self.owner(account).is_some_and(|owner| owner.client == client);
                is_of_client.then_some(scope)
            }
            _ => None,
        }
    }

    fn in_scope(&self, scope: &Scope, listing: &Listing, now: Timestamp) -> Vec<Row<'_>> {
        match listing {
            // These are everybody's.
            Listing::Policy | Listing::Roles => Vec::new(),
            Listing::Clients => self.clients(scope).into_iter().map(Row::Client).collect(),
            Listing::Accounts => self.accounts(scope).into_iter().map(Row::Account).collect(),
            Listing::Catalogues => self
                .catalogues(scope)
                .into_iter()
                .map(|(account, catalogue)| Row::Catalogue { account, catalogue })
                .collect(),
            Listing::Users => self.users(scope).into_iter().map(Row::user).collect(),
            Listing::Mailboxes(query) => {
                self.find_mailboxes(scope, query, now).into_iter().map(|mailbox| Row::mailbox(mailbox, now)).collect()
            }
            Listing::Grants => self.grants(scope).into_iter().map(|grant| Row::grant(grant, now)).collect(),
            Listing::Mandates => self.mandates(scope).into_iter().map(|mandate| Row::mandate(mandate, now)).collect(),
            Listing::Shares => self.shares(scope).into_iter().map(|share| Row::share(share, now)).collect(),
            Listing::Work => self.work(scope).into_iter().map(|item| Row::work(item, now)).collect(),
            Listing::Requests(query) => self.find_requests(scope, query).into_iter().map(Row::request).collect(),
            Listing::Due => self.due(scope, now).into_iter().map(|event| Row::Due { event }).collect(),
        }
    }

    fn of_user(&self, user: &UserId, listing: &Listing, now: Timestamp) -> Result<Vec<Row<'_>>, Denied> {
        match listing {
            Listing::Grants => {
                let own = self.grants(&Scope::Host).into_iter().filter(|grant| grant.user == *user);
                Ok(own.map(|grant| Row::grant(grant, now)).collect())
            }
            Listing::Shares => {
                Ok(self.shared_with(user, now).into_iter().map(|share| Row::share(share, now)).collect())
            }
            Listing::Work => {
                let may = |item: &&super::WorkItem| {
                    item.with_object(|object| self.may(user, Permission::List, &object, now)).is_ok()
                };
                Ok(self.work(&Scope::Host).into_iter().filter(may).map(|item| Row::work(item, now)).collect())
            }
            _ => Err(Denied::new(DeniedCode::OperatorOnly).about(user)),
        }
    }
}
