//! The aggregate: everything that is known, as the fold of what has happened.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::code::{
    AccountCode, ClientCode, Email, GrantId, MailboxAddress, MandateId, OrderNumber, ProductCode, RequestRef, ShareId,
    UserId, WorkId,
};
use super::event::Event;
use super::lifecycle::{
    Catalogue, DelegateAct, Mailbox, MailboxData, Passage, ProviderNames, Said, Source, State, Told,
};
use super::mandate::Mandate;
use super::party::{Account, Client, Holder, Requester, User};
use super::policy::DelegationPolicy;
use super::role::Roles;
use super::share::Kept;
use super::work::{WorkItem, WorkState};

/// Clients with their accounts, users and mailboxes, who may do what in them, and what is worked on.
///
/// It is the fold of its [`Event`]s: [`Organisation::decide`] says what would happen and changes nothing,
/// [`Organisation::apply`] takes what has happened. The host writes the events down between the two, under one lock, and
/// nothing else is needed to have it back:
///
/// ```
/// use pec_core::delegation::{By, Client, ClientKind, Command, Event, Organisation};
/// let now = "2026-03-01T12:00:00Z".parse().unwrap();
/// let mut organisation = Organisation::default();
/// let client = Client { code: "C1".parse()?, name: "Comune di Prova".parse()?, kind: ClientKind::PublicBody };
/// let events = organisation.decide(&Command::AddClient { client: client.clone() }, &By::Host, now).unwrap();
/// let log: Vec<String> = events.iter().map(|event| event.to_json().unwrap()).collect();
/// organisation.apply_all(&events);
///
/// let again = Organisation::fold(&log.iter().map(|line| Event::from_json(line).unwrap()).collect::<Vec<_>>());
/// assert_eq!(again, organisation);
/// let twice = organisation.decide(&Command::AddClient { client }, &By::Host, now);
/// assert_eq!(twice.unwrap_err().code.as_str(), "org.exists");
/// # Ok::<(), pec_core::delegation::CodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Organisation {
    pub(super) policy: DelegationPolicy,
    pub(super) roles: Roles,
    pub(super) clients: BTreeMap<ClientCode, Client>,
    pub(super) accounts: BTreeMap<AccountCode, Account>,
    pub(super) catalogues: BTreeMap<AccountCode, Catalogue>,
    pub(super) users: HashMap<UserId, Person>,
    pub(super) mailboxes: HashMap<MailboxAddress, Mailbox>,
    pub(super) requests: BTreeMap<RequestRef, Request>,
    pub(super) work: HashMap<WorkId, WorkItem>,
    /// Where each grant that was ever given is, or was.
    pub(super) grants: HashMap<GrantId, (MailboxAddress, UserId)>,
    /// Where each mandate that was ever given is, or was.
    pub(super) mandates: HashMap<MandateId, MailboxAddress>,
    /// Every share that ever was.
    pub(super) shares: BTreeMap<ShareId, Kept>,
    /// Mandates that are over.
    pub(super) past: Vec<Mandate>,
}

/// A user, and whether it may do anything now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: User,
    /// Whether it may do nothing until further notice.
    pub is_suspended: bool,
}

/// A request for mailboxes (*richiesta*).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// What the host calls it.
    pub reference: RequestRef,
    /// For which account.
    pub account: AccountCode,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// Who signed it.
    pub requester: Requester,
    /// In whose name the contract stands.
    pub holder: Holder,
    /// Where the requester is written to.
    pub contact: Email,
    /// The number of the order.
    pub order: Option<OrderNumber>,
    /// The year in which it expires.
    pub expiry_year: Option<i16>,
    /// Which kind of mailbox was asked for.
    pub product: ProductCode,
    /// The mailboxes.
    pub boxes: Vec<MailboxAddress>,
    /// When it was annulled, with its last mailbox.
    pub annulled_at: Option<Timestamp>,
}

impl Organisation {
    /// What these events come to, from the first on.
    #[must_use]
    pub fn fold<'e>(events: impl IntoIterator<Item = &'e Event>) -> Self {
        let mut organisation = Self::default();
        organisation.apply_all(events);
        organisation
    }

    /// Takes what has happened, in order.
    pub fn apply_all<'e>(&mut self, events: impl IntoIterator<Item = &'e Event>) {
        events.into_iter().for_each(|event| self.apply(event));
    }

    /// Takes what has happened. It does not fail: whether something can happen was decided before it was written down. What
    /// speaks of something that is not there, in a log that somebody has cut, is passed over.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::PolicySet { policy } => self.policy = *policy,
            Event::RoleDefined { role } => self.roles.define(role.clone()),
            Event::ClientAdded { client } => {
                self.clients.insert(client.code.clone(), client.clone());
            }
            Event::AccountAdded { account } => {
                self.accounts.insert(account.code.clone(), account.clone());
            }
            Event::UserAdded { user } => {
                self.users.insert(user.id.clone(), Person { user: user.clone(), is_suspended: false });
            }
            Event::UserSuspended { user } => self.suspend(user, true),
            Event::UserRestored { user } => self.suspend(user, false),
            Event::CatalogueGiven { account, catalogue } => {
                self.catalogues.insert(account.clone(), catalogue.clone());
            }
            Event::MandateGiven { .. }
            | Event::MandateRevoked { .. }
            | Event::Granted { .. }
            | Event::GrantWithdrawn { .. }
            | Event::DossierShared { .. }
            | Event::ShareWithdrawn { .. } => self.apply_right(event),
            Event::WorkOpened { item } => {
                self.work.insert(item.id.clone(), WorkItem::new(item.clone()));
            }
            Event::WorkRead { item, by, .. } => {
                if let Some(item) = self.work.get_mut(item) {
                    item.read_by.insert(by.clone());
                }
            }
            Event::WorkClaimed { item, by, until, .. } | Event::WorkRenewed { item, by, until, .. } => {
                self.work_becomes(item, WorkState::Claimed { by: by.clone(), until: *until });
            }
            Event::WorkReleased { item, .. } => self.work_becomes(item, WorkState::New),
            Event::WorkDone { item, by, .. } => self.work_becomes(item, WorkState::Done { by: by.clone() }),
            Event::WorkEscalated { item, by, to, why, .. } => {
                self.work_becomes(item, WorkState::Escalated { by: by.clone(), to: to.clone(), why: why.clone() });
            }
            Event::RequestSubmitted { .. } | Event::RequestAnnulled { .. } | Event::MailboxEnrolled { .. } => {
                self.apply_request(event);
            }
            _ => self.apply_mailbox(event),
        }
    }

    fn suspend(&mut self, user: &UserId, is_suspended: bool) {
        if let Some(person) = self.users.get_mut(user) {
            person.is_suspended = is_suspended;
        }
    }

    fn work_becomes(&mut self, item: &WorkId, state: WorkState) {
        if let Some(item) = self.work.get_mut(item) {
            item.state = state;
        }
    }

    fn apply_right(&mut self, event: &Event) {
        match event {
            Event::MandateGiven { at, mandate } => {
                let Some(mailbox) = self.mailboxes.get_mut(&mandate.mailbox) else { return };
                self.mandates.insert(mandate.id.clone(), mandate.mailbox.clone());
                let is_over = |mandate: &mut Mandate| mandate.valid_to.is_some_and(|until| until <= *at);
                self.past.extend(mailbox.mandates.extract_if(.., is_over));
                mailbox.mandates.push(mandate.clone());
            }
            Event::MandateRevoked { at, mailbox, mandate } => {
                let Some(mailbox) = self.mailboxes.get_mut(mailbox) else { return };
                let revoked = mailbox.mandates.extract_if(.., |one| one.id == *mandate);
                let ended =
                    |one: Mandate| Mandate { valid_to: Some(one.valid_to.map_or(*at, |to| to.min(*at))), ..one };
                self.past.extend(revoked.map(ended));
            }
            Event::Granted { grant } => {
                let mailbox = self.mailboxes.get_mut(&grant.mailbox);
                if let Some(delegate) = mailbox.and_then(|it| it.sharing.delegates.get_mut(&grant.user)) {
                    delegate.grants.push(grant.clone());
                    self.grants.insert(grant.id.clone(), (grant.mailbox.clone(), grant.user.clone()));
                }
            }
            Event::GrantWithdrawn { mailbox, user, grant } => {
                let mailbox = self.mailboxes.get_mut(mailbox);
                if let Some(delegate) = mailbox.and_then(|it| it.sharing.delegates.get_mut(user)) {
                    delegate.grants.retain(|one| one.id != *grant);
                }
            }
            Event::DossierShared { share, .. } => {
                self.shares.insert(share.id.clone(), Kept { share: share.clone(), withdrawn: false });
            }
            Event::ShareWithdrawn { share, .. } => {
                if let Some(kept) = self.shares.get_mut(share) {
                    kept.withdrawn = true;
                }
            }
            _ => {}
        }
    }

    fn apply_request(&mut self, event: &Event) {
        match event {
            Event::RequestSubmitted {
                at,
                account,
                reference,
                requester,
                holder,
                contact,
                order,
                expiry_year,
                product,
                boxes,
            } => {
                for one in boxes {
                    let who = (one.address.clone(), account.clone(), holder.clone());
                    let mailbox = Mailbox {
                        request: Some(reference.clone()),
                        product: Some(product.clone()),
                        data: MailboxData {
                            description: Some(one.description.clone()),
                            user_email: Some(one.user_email.clone()),
                        },
                        ..Mailbox::new(who, (State::Requested, *at))
                    };
                    self.mailboxes.insert(one.address.clone(), mailbox);
                }
                let request = Request {
                    reference: reference.clone(),
                    account: account.clone(),
                    submitted_at: *at,
                    requester: requester.clone(),
                    holder: holder.clone(),
                    contact: contact.clone(),
                    order: order.clone(),
                    expiry_year: *expiry_year,
                    product: product.clone(),
                    boxes: boxes.iter().map(|one| one.address.clone()).collect(),
                    annulled_at: None,
                };
                self.requests.insert(reference.clone(), request);
            }
            Event::RequestAnnulled { at, reference } => {
                if let Some(request) = self.requests.get_mut(reference) {
                    request.annulled_at = Some(*at);
                }
            }
            Event::MailboxEnrolled { account, mailbox, holder, product, state, since, activated_at } => {
                let who = (mailbox.clone(), account.clone(), holder.clone());
                let mut enrolled = Mailbox {
                    product: product.clone(),
                    activated_at: *activated_at,
                    ..Mailbox::new(who, (*state, *since))
                };
                if let Some(at) = activated_at.filter(|_| *state != State::Active) {
                    enrolled.passages.insert(0, Passage { state: State::Active, at, revoke: None });
                }
                self.mailboxes.insert(mailbox.clone(), enrolled);
            }
            _ => {}
        }
    }

    fn apply_mailbox(&mut self, event: &Event) {
        let super::event::Place::Mailbox(address) = event.place() else { return };
        let Some(mailbox) = self.mailboxes.get_mut(address) else { return };
        match event {
            Event::Asked { wish, .. } => {
                mailbox.wishes.insert(wish.act());
            }
            Event::Told { told, source, .. } => tell(mailbox, told, source),
            Event::DataEdited { data, .. } => mailbox.data = data.clone(),
            Event::DocumentStaged { document, .. } => mailbox.staged.push(document.clone()),
            Event::DocumentRemoved { document, .. } => mailbox.staged.retain(|staged| staged.digest != *document),
            Event::DocumentsConfirmed { documents, .. } => {
                let confirmed = mailbox.staged.extract_if(.., |staged| documents.contains(&staged.digest));
                mailbox.confirmed.extend(confirmed);
            }
            Event::ExpiryPlanned { plan, .. } => {
                mailbox.expiry = Some(plan.clone());
                mailbox.told.retain(|told| !matches!(told, Told::Expiry(_)));
            }
            Event::KitRegistered { kit, .. } => mailbox.kits.push(kit.clone()),
            Event::KitRemoved { kit, .. } => mailbox.kits.retain(|one| one.name != *kit),
            Event::SharingOn { restored, .. } => mailbox.sharing.switch_on(restored),
            Event::SharingOff { .. } => mailbox.sharing.switch_off(),
            Event::DelegateAdded { user, name, .. } => mailbox.sharing.create(user.clone(), name.clone()),
            Event::DelegateActivated { user, .. } => mailbox.sharing.change(user, DelegateAct::Activate),
            Event::DelegateDeactivated { user, .. } => mailbox.sharing.change(user, DelegateAct::Deactivate),
            Event::DelegateDeleted { user, .. } => {
                mailbox.sharing.change(user, DelegateAct::Delete);
                // Whoever becomes a delegate again does not find the door open.
                mailbox.kits.retain(|kit| kit.user.as_ref() != Some(user));
            }
            Event::CountdownTold { days, .. } => {
                mailbox.told.insert(Told::Countdown(*days));
            }
            Event::FullyRevoked { .. } => {
                mailbox.told.insert(Told::FullRevocation);
            }
            Event::LinkExpired { .. } => {
                mailbox.told.insert(Told::LinkExpired);
            }
            Event::ExpiryTold { days, .. } => {
                mailbox.told.insert(Told::Expiry(*days));
            }
            _ => {}
        }
    }
}

/// Takes what the provider has said: the only place in which a mailbox comes into another state.
fn tell(mailbox: &mut Mailbox, said: &Said, source: &Source) {
    if let Some(act) = said.act() {
        mailbox.wishes.remove(&act);
    }
    let state = match said {
        Said::Registered { provider_user, activation_ref, activation_code } => {
            mailbox.names = Some(ProviderNames {
                provider_user: provider_user.clone(),
                activation_ref: activation_ref.clone(),
                activation_code: activation_code.clone(),
            });
            State::Registered
        }
        Said::Declined { .. } => State::Declined,
        Said::Activated | Said::Reactivated | Said::ReactivatedAnnulled { .. } => {
            mailbox.activated_at = Some(source.at);
            mailbox.revoke = None;
            // What a form of revocation asked for is done: another revocation needs another form.
            mailbox.confirmed.retain(|document| document.kind != super::lifecycle::DocumentKind::RevokeForm);
            mailbox.told.retain(|told| !matches!(told, Told::Countdown(_) | Told::FullRevocation));
            State::Active
        }
        Said::Revoked { revoke } => {
            mailbox.revoke = Some(revoke.clone());
            State::Revoked
        }
        Said::Annulled => State::Annulled,
        Said::Transformed { to } => return mailbox.product = Some(to.clone()),
        Said::LinkSent { link } => {
            mailbox.told.remove(&Told::LinkExpired);
            return mailbox.link = Some(*link);
        }
        Said::PreservationConfigured => return mailbox.preservation_configured = true,
        Said::Services { services } => return mailbox.services = services.clone(),
        Said::Refused { wish, .. } => {
            mailbox.wishes.remove(&wish.act());
            return;
        }
    };
    mailbox.passages.push(Passage { state, at: source.at, revoke: mailbox.revoke.clone() });
    mailbox.state = state;
    mailbox.since = source.at;
    if matches!(state, State::Revoked | State::Annulled | State::Declined) {
        mailbox.staged.clear();
    }
}

/// The users that this set names, in order: for events.
pub(super) fn named<'u>(users: impl Iterator<Item = &'u UserId>) -> BTreeSet<UserId> {
    users.cloned().collect()
}
