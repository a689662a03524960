//! What would happen: a command becomes events or a refusal, and nothing is changed.

mod kits;
mod life;
mod party;
mod rights;
mod work;

use jiff::Timestamp;

use super::code::AccountCode;
use super::command::Command;
use super::denied::{Denied, DeniedCode};
use super::event::Event;
use super::lifecycle::Mailbox;
use super::organisation::Organisation;
use super::party::By;
use super::scope::{Owner, Scope};

type Decided = Result<Vec<Event>, Denied>;

/// Everything is exact, refused or not: what is not there, and what is there and not seen, are the same refusal.
pub(super) fn refuse<T>(code: DeniedCode, about: impl std::fmt::Display) -> Result<T, Denied> {
    Err(Denied::new(code).about(about))
}

impl Organisation {
    /// What would happen if this were done now by them; nothing is changed. The same question has the same answer, so that it
    /// can be asked before a person is.
    ///
    /// The host writes the events down and [applies](Organisation::apply) them before it asks anything else, under one lock: two
    /// decisions on one state would each know nothing of the other.
    ///
    /// # Errors
    /// Why it cannot be done: whoever asks has no right to it, the state does not allow it, or a limit is reached.
    pub fn decide(&self, command: &Command, by: &By, now: Timestamp) -> Decided {
        use Command as C;
        match command {
            C::SetPolicy { .. }
            | C::AdoptPreset { .. }
            | C::DefineRole { .. }
            | C::AddClient { .. }
            | C::AddAccount { .. }
            | C::AddUser { .. }
            | C::SuspendUser { .. }
            | C::RestoreUser { .. }
            | C::GiveCatalogue { .. } => self.decide_party(command, by),
            C::GiveMandate { .. }
            | C::RevokeMandate { .. }
            | C::Grant { .. }
            | C::Withdraw { .. }
            | C::Share { .. }
            | C::Unshare { .. } => self.decide_right(command, by, now),
            C::RegisterKit { kit, name, user } => self.register_kit(kit, name, user.as_ref(), (by, now)),
            C::RemoveKit { mailbox, kit } => self.remove_kit(mailbox, kit, by),
            C::OpenWork { .. }
            | C::NoteRead { .. }
            | C::Claim { .. }
            | C::Renew { .. }
            | C::Release { .. }
            | C::Finish { .. }
            | C::Escalate { .. } => self.decide_work(command, by, now),
            C::Tick => {
                host(by)?;
                Ok(self.due(&Scope::Host, now))
            }
            _ => self.decide_life(command, by, now),
        }
    }

    /// The account, if they administer it.
    fn administered(&self, account: &AccountCode, by: &By) -> Result<Owner<'_>, Denied> {
        let scope = match by {
            By::Host => &Scope::Host,
            By::Operator(operator) => &operator.scope,
            By::User { .. } => return refuse(DeniedCode::OperatorOnly, account),
        };
        self.owner(account)
            .filter(|owner| scope.covers(*owner))
            .map_or_else(|| refuse(DeniedCode::NotFound, account), Ok)
    }

    /// The mailbox, if they administer it.
    fn administered_mailbox(&self, address: &super::MailboxAddress, by: &By) -> Result<&Mailbox, Denied> {
        let mailbox = self.mailbox_named(address);
        if let By::User { .. } = by {
            return refuse(DeniedCode::OperatorOnly, address);
        }
        let mailbox = mailbox?;
        self.administered(&mailbox.account, by).or_else(|_| refuse(DeniedCode::NotFound, address))?;
        Ok(mailbox)
    }
}

fn host(by: &By) -> Result<(), Denied> {
    if *by == By::Host { Ok(()) } else { refuse(DeniedCode::HostOnly, by.name()) }
}

/// A code that is used must not be in use.
fn unused(is_used: bool, about: impl std::fmt::Display) -> Result<(), Denied> {
    if is_used { refuse(DeniedCode::Exists, about) } else { Ok(()) }
}
