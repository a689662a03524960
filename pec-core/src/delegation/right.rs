//! The one question: may this user do this, here and now?

use jiff::Timestamp;

use super::code::{GrantId, MailboxAddress, MandateId, RoleName, UserId};
use super::denied::{Denied, DeniedCode};
use super::grant::{Gives, Grant, Object};
use super::lifecycle::{Mailbox, State};
use super::organisation::Organisation;
use super::party::By;
use super::permission::Permission;
use super::policy::RequireMandate;

/// That an act is permitted, by what, and under which mandate: what a log says of the act.
///
/// Only [`Organisation::may`] and [`Organisation::permit`] make one. It allows a session, never a secret: that is
/// [`Custody`], and a right does not turn into it.
///
/// ```compile_fail
/// # use pec_core::delegation::{Custody, Right};
/// fn open_secret(_: &Custody) {}
/// fn slip(right: &Right) { open_secret(right) }
/// ```
///
/// ```compile_fail
/// # use pec_core::delegation::{Permission, Right, RightSource};
/// let forged = Right { permission: Permission::Send, source: RightSource::Host, mandate: None };
/// ```
///
/// It proves what the organisation knew when it was asked. It does not prove that the act was done, and it does not outlive a
/// withdrawal: it is asked for anew at each act.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Right {
    /// What is permitted.
    pub permission: Permission,
    /// By what.
    pub source: RightSource,
    /// Under which mandate of the holder; `None` where none covers it and none is asked for.
    pub mandate: Option<MandateId>,
}

/// By what an act is permitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RightSource {
    /// It is the program itself.
    Host,
    /// By this grant.
    Grant(GrantId),
    /// By this role, which this grant gives.
    Role {
        /// The role.
        role: RoleName,
        /// The grant.
        grant: GrantId,
    },
}

/// That a user is the custodian (*custode*) of a mailbox, and may reach its password (FEATURES row 56). Whoever keeps secrets
/// asks for one.
///
/// ```compile_fail
/// # use pec_core::delegation::{Custody, Permission};
/// # fn forge(right: pec_core::delegation::Right) -> Custody {
/// Custody { right }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "custode")]
pub struct Custody {
    right: Right,
}

impl Custody {
    /// By what, and under which mandate.
    #[must_use]
    pub const fn right(&self) -> &Right {
        &self.right
    }
}

impl Organisation {
    /// Whether this user may do this to this object now.
    ///
    /// The user has to be known and not suspended; the mailbox shared, and the user an active delegate of it; one of its
    /// grants there has to hold now, give the permission (singly, by what it brings with it, or by a role), and leave room for
    /// the object; and with [`RequireMandate::Yes`] a mandate has to cover it. What changes something at the provider also
    /// needs an active mailbox.
    ///
    /// What it costs depends on the grants of this user in this mailbox alone, of which there are
    /// [`MOST_GRANTS`](super::MOST_GRANTS) at most.
    ///
    /// # Errors
    /// Why not; [`Denied::missing`] is always the permission. The host is to blame for giving none, or the user for asking.
    pub fn may(
        &self,
        user: &UserId,
        permission: Permission,
        object: &Object<'_>,
        now: Timestamp,
    ) -> Result<Right, Denied> {
        self.grants_right(user, permission, object, now).map_err(|denied| denied.lacking(permission))
    }

    /// Whether the act is permitted to whoever it is: to the host everything is that a mandate covers where one is asked for;
    /// operators administer, and need to be users for anything in a mailbox.
    ///
    /// # Errors
    /// Those of [`Organisation::may`].
    pub fn permit(
        &self,
        by: &By,
        permission: Permission,
        object: &Object<'_>,
        now: Timestamp,
    ) -> Result<Right, Denied> {
        match by {
            By::User { user } => self.may(user, permission, object, now),
            By::Operator(operator) => {
                Err(Denied::new(DeniedCode::PermissionMissing).about(&operator.id).lacking(permission))
            }
            By::Host => {
                let right = || {
                    let mailbox = self.mailbox_named(object.mailbox)?;
                    works(mailbox, permission, now)?;
                    let mandate = self.mandate_for(mailbox, None, permission, now)?;
                    Ok(Right { permission, source: RightSource::Host, mandate })
                };
                right().map_err(|denied: Denied| denied.lacking(permission))
            }
        }
    }

    /// Whether this user is the custodian of this mailbox now.
    ///
    /// # Errors
    /// Those of [`Organisation::may`].
    pub fn custody(&self, user: &UserId, mailbox: &MailboxAddress, now: Timestamp) -> Result<Custody, Denied> {
        let right = self.may(user, Permission::ManageCredentials, &Object::mailbox(mailbox), now)?;
        Ok(Custody { right })
    }

    fn grants_right(
        &self,
        user: &UserId,
        permission: Permission,
        object: &Object<'_>,
        now: Timestamp,
    ) -> Result<Right, Denied> {
        let denied = |code| Denied::new(code).about(format_args!("{user}, {}", object.mailbox));
        let person = self.users.get(user).ok_or_else(|| denied(DeniedCode::NotFound))?;
        if person.is_suspended {
            return Err(denied(DeniedCode::UserSuspended));
        }
        let mailbox = self.mailbox_named(object.mailbox)?;
        // How a mailbox stands is told to its delegates.
        let delegate = mailbox.sharing.active(user)?;
        works(mailbox, permission, now)?;
        let giving = |grant: &&Grant| grant.holds(now) && grant.given(&self.roles).has(permission);
        let mut giving = delegate.grants.iter().filter(giving).peekable();
        if giving.peek().is_none() {
            return Err(denied(DeniedCode::PermissionMissing));
        }
        let grant = giving
            .find(|grant| grant.restriction.admits(object))
            .ok_or_else(|| denied(DeniedCode::PermissionRestricted))?;
        let mandate = self.mandate_for(mailbox, Some(user), permission, now)?;
        let source = match &grant.gives {
            Gives::Role { role } => RightSource::Role { role: role.clone(), grant: grant.id.clone() },
            Gives::Permissions { .. } | Gives::Custodian => RightSource::Grant(grant.id.clone()),
        };
        Ok(Right { permission, source, mandate })
    }

    /// The mandate under which it happens.
    fn mandate_for(
        &self,
        mailbox: &Mailbox,
        user: Option<&UserId>,
        permission: Permission,
        now: Timestamp,
    ) -> Result<Option<MandateId>, Denied> {
        let covering = mailbox.mandates.iter().find(|mandate| mandate.covers(user, permission, now));
        match (covering, self.policy.require_mandate) {
            (None, RequireMandate::Yes) => Err(Denied::new(DeniedCode::MandateMissing).about(&mailbox.address)),
            (covering, _) => Ok(covering.map(|mandate| mandate.id.clone())),
        }
    }

    pub(super) fn mailbox_named(&self, address: &MailboxAddress) -> Result<&Mailbox, Denied> {
        self.mailboxes.get(address).ok_or_else(|| Denied::new(DeniedCode::NotFound).about(address))
    }
}

/// What changes something at the provider needs a mailbox that works.
fn works(mailbox: &Mailbox, permission: Permission, now: Timestamp) -> Result<(), Denied> {
    if permission.needs_active() && mailbox.state(now) != State::Active {
        return Err(Denied::new(DeniedCode::NotActive).about(&mailbox.address));
    }
    Ok(())
}
