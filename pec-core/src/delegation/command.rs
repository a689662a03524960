//! What can be asked of an organisation.

mod json;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::code::{
    AccountCode, DocumentDigest, GrantId, KitName, MailboxAddress, MandateId, ProductCode, RequestRef, ShareId, Text,
    UserId, WorkId,
};
use super::grant::Grant;
use super::lifecycle::{
    Catalogue, DelegateName, Document, ExpiryPlan, MailboxData, Said, Source, State, Summary, Wish,
};
use super::login::{Kit, WhichKit};
use super::mandate::Mandate;
use super::party::{Account, Client, Holder, User};
use super::policy::DelegationPolicy;
use super::role::{Preset, Role};
use super::share::Share;
use super::work::Opened;
pub use json::WrittenError;
pub(super) use json::read;

/// What can be asked. Data and state of a mailbox are two commands (FEATURES row 39), and nothing that a provider has to do is
/// done by any: it is [asked for](Command::Ask), and [reported](Command::Report).
///
/// There is no command by which a password is changed (FEATURES row 11):
///
/// ```compile_fail
/// # use pec_core::delegation::Command;
/// let command = Command::ChangePassword { mailbox: "a@pec.it".parse().unwrap(), password: "x".into() };
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are what their types say")]
pub enum Command {
    /// To decide for all mailboxes. The host's.
    SetPolicy { policy: DelegationPolicy },
    /// To define the roles of a preset, and to take over how many delegates it allows. The host's.
    AdoptPreset { preset: Preset },
    /// To define a role, or to define it anew. The host's.
    DefineRole { role: Role },
    /// To add a client. The host's.
    AddClient { client: Client },
    /// To add an account.
    AddAccount { account: Account },
    /// To add a user.
    AddUser { user: User },
    /// To let a user do nothing until further notice.
    SuspendUser { user: UserId },
    /// To let a user do again what it could.
    RestoreUser { user: UserId },
    /// To say what an account has purchased. The host's.
    GiveCatalogue { account: AccountCode, catalogue: Catalogue },
    /// To take down a mandate of the holder of a mailbox.
    GiveMandate { mandate: Mandate },
    /// To revoke it.
    RevokeMandate { mandate: MandateId },
    /// To give a delegate a grant.
    Grant { grant: Grant },
    /// To withdraw it.
    Withdraw { grant: GrantId },
    /// To let a user read a dossier for a while (*messa a disposizione*). Needs
    /// [`Permission::ExportProof`](super::Permission::ExportProof) for the mailbox.
    Share { share: Share },
    /// To let it be read no longer: by whoever could share it, and by whoever administers the mailbox.
    Unshare { share: ShareId },
    /// To register a signature kit with the mailbox for which it has answered (*Registra Kit di Firma*, FEATURES row 87): for a
    /// delegate of it, or for whoever it is held for. No JSON stands for it: a kit is what a card has shown.
    #[serde(skip)]
    RegisterKit { kit: Kit, name: KitName, user: Option<UserId> },
    /// To remove it (FEATURES row 88).
    RemoveKit { mailbox: MailboxAddress, kit: WhichKit },

    /// To say that there is something to be worked on. A user needs [`Permission::Assign`](super::Permission::Assign).
    OpenWork { item: Opened },
    /// To note that one has read it, which is not to take it in charge. Needs
    /// [`Permission::ReadBody`](super::Permission::ReadBody).
    NoteRead { item: WorkId },
    /// To take it in charge (*presa in carico*) until then. Needs [`Permission::Assign`](super::Permission::Assign), as do the
    /// rest.
    Claim { item: WorkId, until: Timestamp },
    /// To keep it until then.
    Renew { item: WorkId, until: Timestamp },
    /// To leave it; an operator takes it from whoever has it.
    Release { item: WorkId },
    /// To say that it is done.
    Finish { item: WorkId },
    /// To hand it on to a user who may take it in charge.
    Escalate { item: WorkId, to: UserId, why: Text },

    /// To request mailboxes. It is read by [`Command::from_json`] alone, which judges it by what was purchased.
    #[serde(skip_deserializing)]
    Submit { account: AccountCode, reference: RequestRef, summary: Summary },
    /// To look after a mailbox that was there before, as it is said to stand.
    Enrol {
        account: AccountCode,
        mailbox: MailboxAddress,
        holder: Holder,
        product: Option<ProductCode>,
        standing: Standing,
    },
    /// To ask something of the provider. That changes nothing about the mailbox.
    Ask { mailbox: MailboxAddress, wish: Wish },
    /// To take down what the provider has said.
    Report { mailbox: MailboxAddress, said: Said, source: Source },
    /// To edit the data of a mailbox.
    Edit { mailbox: MailboxAddress, data: MailboxData },
    /// To upload a document.
    StageDocument { mailbox: MailboxAddress, document: Document },
    /// To remove one that is not confirmed (*Elimina*).
    RemoveDocument { mailbox: MailboxAddress, document: DocumentDigest },
    /// To confirm what was uploaded (*Conferma*).
    ConfirmDocuments { mailbox: MailboxAddress },
    /// To set when a mailbox ends and when that is told.
    PlanExpiry { mailbox: MailboxAddress, plan: ExpiryPlan },
    /// To share a mailbox, or to share it again as it was.
    ShareOn { mailbox: MailboxAddress },
    /// To share it no longer.
    ShareOff { mailbox: MailboxAddress },
    /// To create a delegate.
    AddDelegate { mailbox: MailboxAddress, user: UserId, name: DelegateName },
    /// To activate it.
    ActivateDelegate { mailbox: MailboxAddress, user: UserId },
    /// To deactivate it.
    DeactivateDelegate { mailbox: MailboxAddress, user: UserId },
    /// To delete it.
    DeleteDelegate { mailbox: MailboxAddress, user: UserId },

    /// To take down what time has brought: countdowns, links that are over, notices of expiry. The host's.
    Tick,
}

/// How a mailbox stands that was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is registered since then.
    Registered(Timestamp),
    /// It is active since then.
    Active(Timestamp),
    /// It was revoked.
    Revoked {
        /// When it had been activated.
        activated: Timestamp,
        /// When it was revoked.
        revoked: Timestamp,
    },
    /// It was annulled.
    Annulled {
        /// When it had been activated, if it was: only then it can be reactivated (FEATURES row 44).
        activated: Option<Timestamp>,
        /// When it was annulled.
        annulled: Timestamp,
    },
}

impl Standing {
    /// State, since when, and the last activation.
    pub(super) const fn parts(self) -> (State, Timestamp, Option<Timestamp>) {
        match self {
            Self::Registered(since) => (State::Registered, since, None),
            Self::Active(since) => (State::Active, since, Some(since)),
            Self::Revoked { activated, revoked } => (State::Revoked, revoked, Some(activated)),
            Self::Annulled { activated, annulled } => (State::Annulled, annulled, activated),
        }
    }
}
