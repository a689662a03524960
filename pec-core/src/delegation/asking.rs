//! The questions that a program asks before it lets a call in: about one object in several places, about everything, about what a
//! list may show.

use jiff::Timestamp;

use super::code::{MailboxAddress, UserId};
use super::denied::{Denied, DeniedCode};
use super::grant::{Grant, Object};
use super::organisation::Organisation;
use super::party::By;
use super::permission::Permission;
use super::right::Right;
use super::scope::Scope;

impl Denied {
    /// Whoever asks is nobody that an organisation knows.
    #[must_use]
    pub fn nobody(name: &str) -> Self {
        Self::new(DeniedCode::NotFound).about(name)
    }

    /// The permission is missing, where nothing more can be said.
    #[must_use]
    pub fn missing(permission: Permission, about: &str) -> Self {
        Self::new(DeniedCode::PermissionMissing).about(about).lacking(permission)
    }

    /// Whether whoever asks has nothing to do with the mailbox at all, so that for them it is not there.
    #[must_use]
    pub const fn is_elsewhere(&self) -> bool {
        self.nearness() < 2
    }

    /// How near it came to being permitted: what is told, where it was refused for several reasons.
    const fn nearness(&self) -> u8 {
        match self.code {
            DeniedCode::NotFound => 0,
            DeniedCode::DelegateInactive | DeniedCode::SharingOff => 1,
            DeniedCode::PermissionMissing => 2,
            DeniedCode::PermissionRestricted => 3,
            _ => 4,
        }
    }
}

impl Organisation {
    /// Whether the act is permitted in any of these places, as [`Organisation::permit`] says of each: a message can lie in several
    /// mailboxes, and in several folders of one.
    ///
    /// # Errors
    /// The refusal that came nearest to a permission; where there is no place at all, that the permission is missing.
    pub fn permit_any<'o>(
        &self,
        by: &By,
        permission: Permission,
        places: impl IntoIterator<Item = Object<'o>>,
        now: Timestamp,
    ) -> Result<Right, Denied> {
        let mut nearest: Option<Denied> = None;
        for place in places {
            match self.permit(by, permission, &place, now) {
                Ok(right) => return Ok(right),
                Err(denied) if nearest.as_ref().is_none_or(|near| near.nearness() < denied.nearness()) => {
                    nearest = Some(denied);
                }
                Err(_) => {}
            }
        }
        Err(nearest.unwrap_or_else(|| Denied::missing(permission, by.name())))
    }

    /// Whether they administer this mailbox; without one, everything that is kept for all clients.
    ///
    /// # Errors
    /// [`DeniedCode::OperatorOnly`] to users, [`DeniedCode::HostOnly`] to operators who do not see everything, and
    /// [`DeniedCode::NotFound`] for a mailbox that is not there, or not theirs to see.
    pub fn administer(&self, by: &By, mailbox: Option<&MailboxAddress>) -> Result<(), Denied> {
        match (by, mailbox) {
            (By::Host, _) => Ok(()),
            (By::User { user }, _) => Err(Denied::new(DeniedCode::OperatorOnly).about(user)),
            (By::Operator(operator), _) if operator.scope == Scope::Host => Ok(()),
            (By::Operator(operator), None) => Err(Denied::new(DeniedCode::HostOnly).about(&operator.id)),
            (By::Operator(operator), Some(mailbox)) => self.mailbox(&operator.scope, mailbox).map(drop),
        }
    }

    /// The mailboxes in which something gives this user the permission now, for all messages or for some of them, by address.
    #[must_use]
    pub fn open_to(&self, user: &UserId, permission: Permission, now: Timestamp) -> Vec<&MailboxAddress> {
        let gives = |grant: &Grant| grant.holds(now) && grant.given(&self.roles).has(permission);
        let suspended = self.users.get(user).is_none_or(|person| person.is_suspended);
        let mut open: Vec<&MailboxAddress> = self
            .mailboxes
            .values()
            .filter(|mailbox| !suspended && mailbox.sharing.active(user).is_ok_and(|it| it.grants().iter().any(gives)))
            .map(|mailbox| &mailbox.address)
            .collect();
        open.sort_unstable();
        open
    }
}
