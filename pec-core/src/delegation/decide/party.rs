//! Parties, roles, the policy, what was purchased.

use super::{Decided, host, refuse, unused};
use crate::delegation::{By, Command, Denied, DeniedCode, Event, Organisation, Scope, UserId};

impl Organisation {
    pub(super) fn decide_party(&self, command: &Command, by: &By) -> Decided {
        Ok(match command {
            Command::SetPolicy { policy } => {
                host(by)?;
                vec![Event::PolicySet { policy: *policy }]
            }
            Command::AdoptPreset { preset } => {
                host(by)?;
                let mut roles = self.roles.clone();
                let mut events = Vec::new();
                for role in preset.roles() {
                    roles.judge(&role)?;
                    roles.define(role.clone());
                    events.push(Event::RoleDefined { role });
                }
                // Whether mandates are asked for is not the preset's to decide.
                let policy = super::super::DelegationPolicy { max_active: preset.policy().max_active, ..self.policy };
                events.push(Event::PolicySet { policy });
                events
            }
            Command::DefineRole { role } => {
                host(by)?;
                self.roles.judge(role)?;
                vec![Event::RoleDefined { role: role.clone() }]
            }
            Command::AddClient { client } => {
                host(by)?;
                unused(self.clients.contains_key(&client.code), &client.code)?;
                vec![Event::ClientAdded { client: client.clone() }]
            }
            Command::AddAccount { account } => {
                let sees = match by {
                    By::Host => true,
                    By::Operator(operator) => operator.scope == Scope::Client(account.client.clone()),
                    By::User { .. } => return refuse(DeniedCode::OperatorOnly, &account.code),
                };
                if !sees || !self.clients.contains_key(&account.client) {
                    return refuse(DeniedCode::NotFound, &account.client);
                }
                unused(self.accounts.contains_key(&account.code), &account.code)?;
                vec![Event::AccountAdded { account: account.clone() }]
            }
            Command::AddUser { user } => {
                self.administered(&user.account, by)?;
                unused(self.users.contains_key(&user.id), &user.id)?;
                vec![Event::UserAdded { user: user.clone() }]
            }
            Command::SuspendUser { user } => {
                if self.administered_user(user, by)? {
                    return refuse(DeniedCode::UserSuspended, user);
                }
                vec![Event::UserSuspended { user: user.clone() }]
            }
            Command::RestoreUser { user } => {
                if !self.administered_user(user, by)? {
                    return refuse(DeniedCode::UserActive, user);
                }
                vec![Event::UserRestored { user: user.clone() }]
            }
            Command::GiveCatalogue { account, catalogue } => {
                host(by)?;
                self.administered(account, by)?;
                vec![Event::CatalogueGiven { account: account.clone(), catalogue: catalogue.clone() }]
            }
            _ => Vec::new(),
        })
    }

    /// Whether the user, whom they administer, is suspended.
    pub(super) fn administered_user(&self, user: &UserId, by: &By) -> Result<bool, Denied> {
        if let By::User { .. } = by {
            return refuse(DeniedCode::OperatorOnly, user);
        }
        let Some(person) = self.users.get(user) else { return refuse(DeniedCode::NotFound, user) };
        self.administered(&person.user.account, by).or_else(|_| refuse(DeniedCode::NotFound, user))?;
        Ok(person.is_suspended)
    }
}
