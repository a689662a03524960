//! Mandates and grants.

use jiff::Timestamp;

use super::{Decided, refuse, unused};
use crate::delegation::lifecycle::DelegateState;
use crate::delegation::{
    By, Command, Denied, DeniedCode, Event, Gives, Grant, Grantee, MOST_GRANTS, MOST_MANDATES, Mandate, MandateId,
    Organisation, Permission,
};

impl Organisation {
    pub(super) fn decide_right(&self, command: &Command, by: &By, now: Timestamp) -> Decided {
        match command {
            Command::GiveMandate { mandate } => self.give_mandate(mandate, by, now),
            Command::RevokeMandate { mandate } => self.revoke_mandate(mandate, by, now),
            Command::Grant { grant } => self.grant(grant, by, now),
            Command::Withdraw { grant } => {
                let Some((mailbox, user)) = self.grants.get(grant) else { return refuse(DeniedCode::NotFound, grant) };
                let it = self.administered_mailbox(mailbox, by).map_err(|denied| about(denied, grant))?;
                let delegate = it.sharing.delegates.get(user);
                if !delegate.is_some_and(|delegate| delegate.grants.iter().any(|one| one.id == *grant)) {
                    return refuse(DeniedCode::NotFound, grant);
                }
                let (mailbox, user, grant) = (mailbox.clone(), user.clone(), grant.clone());
                Ok(vec![Event::GrantWithdrawn { mailbox, user, grant }])
            }
            _ => Ok(Vec::new()),
        }
    }

    fn give_mandate(&self, mandate: &Mandate, by: &By, now: Timestamp) -> Decided {
        let mailbox = self.administered_mailbox(&mandate.mailbox, by)?;
        unused(self.mandates.contains_key(&mandate.id), &mandate.id)?;
        if let Grantee::User { user } = &mandate.grantee {
            self.administered_user(user, by)?;
        }
        if mandate.permissions.is_empty() {
            return refuse(DeniedCode::Nothing, &mandate.id);
        }
        if mandate.valid_to.is_some_and(|to| to <= mandate.valid_from) {
            return refuse(DeniedCode::Term, &mandate.id);
        }
        let running = mailbox.mandates.iter().filter(|one| one.valid_to.is_none_or(|to| to > now)).count();
        if running >= MOST_MANDATES {
            return refuse(DeniedCode::TooMany, &mandate.mailbox);
        }
        Ok(vec![Event::MandateGiven { at: now, mandate: mandate.clone() }])
    }

    fn revoke_mandate(&self, id: &MandateId, by: &By, now: Timestamp) -> Decided {
        let Some(address) = self.mandates.get(id) else { return refuse(DeniedCode::NotFound, id) };
        let mailbox = self.administered_mailbox(address, by).map_err(|denied| about(denied, id))?;
        if !mailbox.mandates.iter().any(|mandate| mandate.id == *id) {
            return refuse(DeniedCode::MandateRevoked, id);
        }
        Ok(vec![Event::MandateRevoked { at: now, mailbox: address.clone(), mandate: id.clone() }])
    }

    fn grant(&self, grant: &Grant, by: &By, now: Timestamp) -> Decided {
        let mailbox = self.administered_mailbox(&grant.mailbox, by)?;
        self.administered_user(&grant.user, by)?;
        unused(self.grants.contains_key(&grant.id), &grant.id)?;
        match &grant.gives {
            Gives::Permissions { permissions } if permissions.has(Permission::ManageCredentials) => {
                return refuse(DeniedCode::CustodianOnly, &grant.user);
            }
            Gives::Permissions { permissions } if permissions.is_empty() => {
                return refuse(DeniedCode::Nothing, &grant.id);
            }
            Gives::Role { role } if self.roles.get(role).is_none() => return refuse(DeniedCode::NotFound, role),
            Gives::Permissions { .. } | Gives::Role { .. } | Gives::Custodian => {}
        }
        if grant.until.is_some_and(|until| until <= grant.from.max(now)) {
            return refuse(DeniedCode::Term, &grant.id);
        }
        let delegate = mailbox.sharing.delegates.get(&grant.user);
        let Some(delegate) = delegate.filter(|delegate| delegate.state != DelegateState::Deleted) else {
            return refuse(DeniedCode::DelegateInactive, &grant.user);
        };
        if delegate.grants.len() >= MOST_GRANTS {
            return refuse(DeniedCode::TooMany, &grant.user);
        }
        Ok(vec![Event::Granted { grant: grant.clone() }])
    }
}

/// A refusal that does not tell where something unseen is.
fn about(denied: Denied, asked: &impl std::fmt::Display) -> Denied {
    Denied::new(denied.code).about(asked)
}
