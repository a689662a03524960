//! Mandates and grants.

use jiff::Timestamp;

use super::{Decided, refuse, unused};
use crate::delegation::lifecycle::DelegateState;
use crate::delegation::share::Kept;
use crate::delegation::{
    By, Command, Denied, DeniedCode, Event, Gives, Grant, Grantee, LONGEST_SHARE, MOST_GRANTS, MOST_MANDATES,
    MOST_SHARES, Mandate, MandateId, Object, Organisation, Permission, Share, ShareId,
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
            Command::Share { share } => self.share(share, by, now),
            Command::Unshare { share } => self.unshare(share, by, now),
            _ => Ok(Vec::new()),
        }
    }

    fn share(&self, share: &Share, by: &By, now: Timestamp) -> Decided {
        let right = self.permit(by, Permission::ExportProof, &Object::mailbox(&share.mailbox), now)?;
        unused(self.shares.contains_key(&share.id), &share.id)?;
        if self.users.get(&share.with).is_none_or(|person| person.is_suspended) {
            return refuse(DeniedCode::NotFound, &share.with);
        }
        let ends = share.until > share.from.max(now);
        if !ends || share.until.duration_since(share.from) > LONGEST_SHARE {
            return refuse(DeniedCode::Term, &share.id);
        }
        let running = self
            .shares
            .values()
            .filter(|kept| !kept.withdrawn && kept.share.mailbox == share.mailbox && kept.share.until > now);
        if running.count() >= MOST_SHARES {
            return refuse(DeniedCode::TooMany, &share.mailbox);
        }
        let by = match by {
            By::User { user } => Some(user.clone()),
            By::Host | By::Operator(_) => None,
        };
        Ok(vec![Event::DossierShared { share: share.clone(), by, mandate: right.mandate }])
    }

    fn unshare(&self, id: &ShareId, by: &By, now: Timestamp) -> Decided {
        let kept = self.shares.get(id).filter(|kept| !kept.withdrawn);
        let Some(Kept { share, .. }) = kept else { return refuse(DeniedCode::NotFound, id) };
        let may = match by {
            By::User { user } => {
                self.may(user, Permission::ExportProof, &Object::mailbox(&share.mailbox), now).map(drop)
            }
            By::Host | By::Operator(_) => self.administered_mailbox(&share.mailbox, by).map(drop),
        };
        may.map_err(|denied| about(denied, id))?;
        Ok(vec![Event::ShareWithdrawn { mailbox: share.mailbox.clone(), share: id.clone() }])
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
