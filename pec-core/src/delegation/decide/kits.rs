//! Signature kits: registered after they have answered, removed where they were registered (FEATURES rows 84 to 88).

use jiff::Timestamp;

use super::{Decided, refuse, unused};
use crate::delegation::lifecycle::DelegateState;
use crate::delegation::login::{HolderMatch, Kit, MOST_KITS, Purpose, RegisteredKit, WhichKit, match_holder};
use crate::delegation::{By, DeniedCode, Event, KitName, MailboxAddress, Organisation, UserId};

impl Organisation {
    pub(super) fn register_kit(
        &self,
        kit: &Kit,
        name: &KitName,
        user: Option<&UserId>,
        (by, now): (&By, Timestamp),
    ) -> Decided {
        let address = kit.challenge().mailbox();
        self.administered_mailbox(address, by)?;
        let mailbox = self.opened_by(kit, Purpose::Registration, now)?;
        if match_holder(kit.tax_id(), mailbox.holder.tax_id.as_ref()) == HolderMatch::Match {
            return refuse(DeniedCode::KitNotNeeded, address);
        }
        unused(mailbox.kits.iter().any(|one| one.name == *name), name)?;
        unused(mailbox.kits.iter().any(|one| one.certificate == kit.certificate()), kit.certificate())?;
        if let Some(user) = user {
            self.administered_user(user, by)?;
            let state = mailbox.sharing.state(user);
            if state.is_none_or(|state| state == DelegateState::Deleted) {
                return refuse(DeniedCode::DelegateInactive, user);
            }
        }
        if mailbox.kits.len() >= MOST_KITS {
            return refuse(DeniedCode::TooMany, address);
        }
        let (name, certificate, user) = (name.clone(), kit.certificate(), user.cloned());
        let kit = RegisteredKit { name, certificate, user, at: now };
        Ok(vec![Event::KitRegistered { mailbox: address.clone(), kit }])
    }

    pub(super) fn remove_kit(&self, address: &MailboxAddress, kit: &WhichKit, by: &By) -> Decided {
        let mailbox = self.administered_mailbox(address, by)?;
        match kit {
            WhichKit::OfHolder => refuse(DeniedCode::KitOfHolder, address),
            WhichKit::Named(name) if !mailbox.kits.iter().any(|one| one.name == *name) => {
                refuse(DeniedCode::NotFound, name)
            }
            WhichKit::Named(name) => Ok(vec![Event::KitRemoved { mailbox: address.clone(), kit: name.clone() }]),
        }
    }
}
