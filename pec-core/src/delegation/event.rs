//! What has happened: an organisation is the fold of these, and a log keeps them for ten years.
//!
//! Names are only ever added. No event holds a secret, a link or a message.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::code::{
    AccountCode, DocumentDigest, Email, GrantId, KitName, MailboxAddress, MandateId, OrderNumber, ProductCode,
    RequestRef, ShareId, Text, UserId, WorkId,
};
use super::grant::Grant;
use super::lifecycle::{
    Catalogue, DelegateName, Document, ExpiryPlan, MailboxData, RequestedBox, Said, Source, State, Wish,
};
use super::login::RegisteredKit;
use super::mandate::Mandate;
use super::party::{Account, Client, Holder, Requester, User};
use super::policy::DelegationPolicy;
use super::role::Role;
use super::share::Share;
use super::work::Opened;

/// What has happened, as JSON with its keys in this order: `{"event":"work-claimed","item":…}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are what their types say")]
pub enum Event {
    /// The host has decided for all its mailboxes.
    PolicySet { policy: DelegationPolicy },
    /// A role was defined, or defined anew.
    RoleDefined { role: Role },
    /// There is a client.
    ClientAdded { client: Client },
    /// There is an account.
    AccountAdded { account: Account },
    /// There is a user.
    UserAdded { user: User },
    /// A user may do nothing until further notice.
    UserSuspended { user: UserId },
    /// A user may do again what it could.
    UserRestored { user: UserId },
    /// What an account has purchased.
    CatalogueGiven { account: AccountCode, catalogue: Catalogue },
    /// The holder of a mailbox has given a mandate.
    MandateGiven { at: Timestamp, mandate: Mandate },
    /// A mandate holds no longer.
    MandateRevoked { at: Timestamp, mailbox: MailboxAddress, mandate: MandateId },
    /// A delegate was given a grant.
    Granted { grant: Grant },
    /// A grant was withdrawn.
    GrantWithdrawn { mailbox: MailboxAddress, user: UserId, grant: GrantId },
    /// A dossier may be read by somebody for a while; `by` is `None` where the host shared it.
    DossierShared { share: Share, by: Option<UserId>, mandate: Option<MandateId> },
    /// It may be read no longer.
    ShareWithdrawn { mailbox: MailboxAddress, share: ShareId },
    /// A signature kit was registered.
    KitRegistered { mailbox: MailboxAddress, kit: RegisteredKit },
    /// A registered kit was removed.
    KitRemoved { mailbox: MailboxAddress, kit: KitName },

    /// There is something to be worked on.
    WorkOpened { item: Opened },
    /// Somebody has read it.
    WorkRead { item: WorkId, by: UserId, mandate: Option<MandateId> },
    /// Somebody has taken it in charge.
    WorkClaimed { item: WorkId, by: UserId, until: Timestamp, mandate: Option<MandateId> },
    /// Somebody keeps it for longer.
    WorkRenewed { item: WorkId, by: UserId, until: Timestamp, mandate: Option<MandateId> },
    /// It is in nobody's charge; `by` is `None` where an operator or the host did it.
    WorkReleased { item: WorkId, by: Option<UserId>, mandate: Option<MandateId> },
    /// It is done.
    WorkDone { item: WorkId, by: UserId, mandate: Option<MandateId> },
    /// It was handed on.
    WorkEscalated { item: WorkId, by: Option<UserId>, to: UserId, why: Text, mandate: Option<MandateId> },

    /// Mailboxes were requested (*richiesta*).
    RequestSubmitted {
        at: Timestamp,
        account: AccountCode,
        reference: RequestRef,
        requester: Requester,
        holder: Holder,
        contact: Email,
        order: Option<OrderNumber>,
        expiry_year: Option<i16>,
        product: ProductCode,
        boxes: Vec<RequestedBox>,
    },
    /// A request is annulled with its last mailbox.
    RequestAnnulled { at: Timestamp, reference: RequestRef },
    /// A mailbox that was there before is looked after from now on.
    MailboxEnrolled {
        account: AccountCode,
        mailbox: MailboxAddress,
        holder: Holder,
        product: Option<ProductCode>,
        state: State,
        since: Timestamp,
        activated_at: Option<Timestamp>,
    },
    /// Something was asked of the provider. The mailbox is as it was.
    Asked { at: Timestamp, mailbox: MailboxAddress, wish: Wish },
    /// What the provider has said.
    Told { mailbox: MailboxAddress, told: Said, source: Source },
    /// The data of a mailbox were edited.
    DataEdited { mailbox: MailboxAddress, data: MailboxData },
    /// A document was uploaded.
    DocumentStaged { mailbox: MailboxAddress, document: Document },
    /// A document that was not confirmed was removed.
    DocumentRemoved { mailbox: MailboxAddress, document: DocumentDigest },
    /// What was uploaded is confirmed.
    DocumentsConfirmed { mailbox: MailboxAddress, documents: BTreeSet<DocumentDigest> },
    /// The expiry of a mailbox and the notices before it were set.
    ExpiryPlanned { mailbox: MailboxAddress, plan: ExpiryPlan },
    /// A mailbox is shared, with the last active configuration: these users are active.
    SharingOn { mailbox: MailboxAddress, restored: BTreeSet<UserId> },
    /// A mailbox is no longer shared.
    SharingOff { mailbox: MailboxAddress },
    /// A delegate was created.
    DelegateAdded { mailbox: MailboxAddress, user: UserId, name: DelegateName },
    /// A delegate is active.
    DelegateActivated { mailbox: MailboxAddress, user: UserId },
    /// A delegate is not active.
    DelegateDeactivated { mailbox: MailboxAddress, user: UserId },
    /// A delegate was deleted, its grants with it.
    DelegateDeleted { mailbox: MailboxAddress, user: UserId },

    /// So many days are left to export what is preserved: export now.
    CountdownTold { mailbox: MailboxAddress, days: u32, due: Timestamp },
    /// Thirty days after the revocation it is complete.
    FullyRevoked { mailbox: MailboxAddress, since: Timestamp },
    /// The link to create a password no longer works.
    LinkExpired { mailbox: MailboxAddress, since: Timestamp },
    /// So many days are left until a mailbox ends.
    ExpiryTold { mailbox: MailboxAddress, days: u32, due: Timestamp },
}

/// Every kind, by its name in the log.
const KINDS: [&str; 43] = [
    "account-added",
    "asked",
    "catalogue-given",
    "client-added",
    "countdown-told",
    "data-edited",
    "delegate-activated",
    "delegate-added",
    "delegate-deactivated",
    "delegate-deleted",
    "document-removed",
    "document-staged",
    "documents-confirmed",
    "dossier-shared",
    "expiry-planned",
    "expiry-told",
    "fully-revoked",
    "grant-withdrawn",
    "granted",
    "kit-registered",
    "kit-removed",
    "link-expired",
    "mailbox-enrolled",
    "mandate-given",
    "mandate-revoked",
    "policy-set",
    "request-annulled",
    "request-submitted",
    "role-defined",
    "share-withdrawn",
    "sharing-off",
    "sharing-on",
    "told",
    "user-added",
    "user-restored",
    "user-suspended",
    "work-claimed",
    "work-done",
    "work-escalated",
    "work-opened",
    "work-read",
    "work-released",
    "work-renewed",
];

/// Why a line of a log is no event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// A kind that this version does not know: a newer one wrote it. What follows it cannot be understood without it.
    #[error("an event of the kind {0:?}, which a newer version has written")]
    UnknownKind(String),
    /// It says more than this version understands, or says it in another way: a newer version wrote it. To pass over a part
    /// could be to pass over a restriction.
    #[error("an event that says more than this version understands: {0}")]
    SaysMore(String),
    /// It is not what an event of its kind is.
    #[error("no event: {0}")]
    Malformed(serde_json::Error),
}

impl Event {
    /// The event as one line of JSON.
    ///
    /// # Errors
    /// None that the types of the fields leave room for.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// The event in a line of JSON. What is read is exactly what would be written, or it is an error.
    ///
    /// ```
    /// use pec_core::delegation::{Event, EventError};
    /// let event = Event::from_json(r#"{"event":"user-suspended","user":"anna"}"#)?;
    /// assert_eq!(event.to_json().unwrap(), r#"{"event":"user-suspended","user":"anna"}"#);
    /// let newer = Event::from_json(r#"{"event":"user-cloned","user":"anna"}"#);
    /// assert!(matches!(newer, Err(EventError::UnknownKind(kind)) if kind == "user-cloned"));
    /// let newer = Event::from_json(r#"{"event":"user-suspended","user":"anna","until":"2026-03-01T12:00:00Z"}"#);
    /// assert!(matches!(newer, Err(EventError::SaysMore(_))));
    /// # Ok::<(), EventError>(())
    /// ```
    ///
    /// # Errors
    /// [`EventError::UnknownKind`], [`EventError::SaysMore`]: written by a newer version; update.
    /// [`EventError::Malformed`]: the log is damaged.
    pub fn from_json(line: &str) -> Result<Self, EventError> {
        let value: serde_json::Value = serde_json::from_str(line).map_err(EventError::Malformed)?;
        let kind = value.get("event").and_then(serde_json::Value::as_str).unwrap_or_default();
        if !kind.is_empty() && !KINDS.contains(&kind) {
            return Err(EventError::UnknownKind(crate::text::printable(kind)));
        }
        // From the text itself, which also refuses what stands twice.
        let event: Self = serde_json::from_str(line).map_err(EventError::Malformed)?;
        let written = serde_json::to_value(&event).map_err(EventError::Malformed)?;
        if written == value { Ok(event) } else { Err(EventError::SaysMore(crate::text::printable(kind))) }
    }

    /// To what it belongs: who sees this, sees the event in a report of the log.
    #[must_use]
    pub const fn place(&self) -> Place<'_> {
        match self {
            Self::PolicySet { .. } | Self::RoleDefined { .. } => Place::Host,
            Self::ClientAdded { client } => Place::Client(&client.code),
            Self::AccountAdded { account } => Place::Account(&account.code),
            Self::UserAdded { user } => Place::Account(&user.account),
            Self::UserSuspended { user } | Self::UserRestored { user } => Place::User(user),
            Self::CatalogueGiven { account, .. }
            | Self::RequestSubmitted { account, .. }
            | Self::MailboxEnrolled { account, .. } => Place::Account(account),
            Self::RequestAnnulled { reference, .. } => Place::Request(reference),
            Self::MandateGiven { mandate, .. } => Place::Mailbox(&mandate.mailbox),
            Self::Granted { grant } => Place::Mailbox(&grant.mailbox),
            Self::DossierShared { share, .. } => Place::Mailbox(&share.mailbox),
            Self::WorkOpened { item } => Place::Mailbox(&item.mailbox),
            Self::WorkRead { item, .. }
            | Self::WorkClaimed { item, .. }
            | Self::WorkRenewed { item, .. }
            | Self::WorkReleased { item, .. }
            | Self::WorkDone { item, .. }
            | Self::WorkEscalated { item, .. } => Place::Work(item),
            Self::MandateRevoked { mailbox, .. }
            | Self::GrantWithdrawn { mailbox, .. }
            | Self::ShareWithdrawn { mailbox, .. }
            | Self::KitRegistered { mailbox, .. }
            | Self::KitRemoved { mailbox, .. }
            | Self::Asked { mailbox, .. }
            | Self::Told { mailbox, .. }
            | Self::DataEdited { mailbox, .. }
            | Self::DocumentStaged { mailbox, .. }
            | Self::DocumentRemoved { mailbox, .. }
            | Self::DocumentsConfirmed { mailbox, .. }
            | Self::ExpiryPlanned { mailbox, .. }
            | Self::SharingOn { mailbox, .. }
            | Self::SharingOff { mailbox }
            | Self::DelegateAdded { mailbox, .. }
            | Self::DelegateActivated { mailbox, .. }
            | Self::DelegateDeactivated { mailbox, .. }
            | Self::DelegateDeleted { mailbox, .. }
            | Self::CountdownTold { mailbox, .. }
            | Self::FullyRevoked { mailbox, .. }
            | Self::LinkExpired { mailbox, .. }
            | Self::ExpiryTold { mailbox, .. } => Place::Mailbox(mailbox),
        }
    }
}

/// To what an event belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// To all clients at once.
    Host,
    /// To a client as a whole.
    Client(&'a super::ClientCode),
    /// To an account.
    Account(&'a AccountCode),
    /// To a user.
    User(&'a UserId),
    /// To a request.
    Request(&'a RequestRef),
    /// To a mailbox.
    Mailbox(&'a MailboxAddress),
    /// To something that is worked on.
    Work(&'a WorkId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_that_is_read_is_known() {
        // Where it meets an unknown kind, serde lists all that there are.
        let error = serde_json::from_str::<Event>(r#"{"event":"?"}"#).unwrap_err().to_string();
        let (_, listed) = error.split_once("expected one of ").unwrap();
        let mut kinds: Vec<&str> = listed.split('`').skip(1).step_by(2).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, KINDS);
    }
}
