//! Named sets of permissions, which may include one another, and the two presets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::code::RoleName;
use super::denied::{Denied, DeniedCode};
use super::permission::{Permission, Permissions};
use super::policy::{DelegationPolicy, RequireMandate};

/// The most roles that there can be: whoever needs more needs grants of single permissions.
pub const MOST_ROLES: usize = 256;

/// A named set of permissions (*ruolo*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "ruolo")]
pub struct Role {
    /// Its name.
    pub name: RoleName,
    /// What it gives by itself; what these bring with them it gives as well.
    pub permissions: Permissions,
    /// The roles that it includes (*gerarchia*): whatever they give, it gives.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub includes: BTreeSet<RoleName>,
}

/// The roles of an organisation, with what each gives in all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roles {
    defined: BTreeMap<RoleName, Role>,
    /// Worked out anew whenever a role is defined, so that a check asks once.
    given: HashMap<RoleName, Permissions>,
}

impl Roles {
    /// One by its name.
    #[must_use]
    pub fn get(&self, name: &RoleName) -> Option<&Role> {
        self.defined.get(name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.defined.values()
    }

    /// What a role gives in all: its own permissions, those of the roles that it includes, and what they bring with them.
    #[must_use]
    pub fn given(&self, name: &RoleName) -> Permissions {
        self.given.get(name).copied().unwrap_or_default()
    }

    /// Whether this role can be defined, or defined anew.
    pub(super) fn judge(&self, role: &Role) -> Result<(), Denied> {
        if role.permissions.has(Permission::ManageCredentials) {
            return Err(Denied::new(DeniedCode::CustodianOnly).about(&role.name));
        }
        if role.permissions.is_empty() && role.includes.is_empty() {
            return Err(Denied::new(DeniedCode::Nothing).about(&role.name));
        }
        if self.defined.len() >= MOST_ROLES && !self.defined.contains_key(&role.name) {
            return Err(Denied::new(DeniedCode::TooMany).about(&role.name));
        }
        let mut waiting: Vec<&RoleName> = role.includes.iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            if *name == role.name {
                return Err(Denied::new(DeniedCode::RoleCycle).about(name));
            }
            let included = self.defined.get(name).ok_or_else(|| Denied::new(DeniedCode::NotFound).about(name))?;
            if seen.insert(name) {
                waiting.extend(&included.includes);
            }
        }
        Ok(())
    }

    /// Takes a role that was judged.
    pub(super) fn define(&mut self, role: Role) {
        self.defined.insert(role.name.clone(), role);
        self.given = self.defined.keys().map(|name| (name.clone(), self.reach(name))).collect();
    }

    /// Each role is looked at once, so that even a cycle in a log that somebody has edited ends.
    fn reach(&self, name: &RoleName) -> Permissions {
        let (mut reached, mut seen, mut waiting) = (Permissions::NONE, BTreeSet::new(), vec![name]);
        while let Some(role) = waiting.pop().and_then(|name| self.defined.get(name)) {
            if seen.insert(&role.name) {
                reached = reached.with(role.permissions);
                waiting.extend(role.includes.iter().filter(|name| self.defined.contains_key(*name)));
            }
        }
        reached.closed()
    }
}

/// Roles and a policy as a provider sells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Preset {
    /// The five permissions of Aruba's *Multiutente* (FEATURES 2.1) as roles: *Lettura*, *Scrittura*, *Invio* (includes
    /// Scrittura), *Utilizzo su programmi di posta* (includes both), *Gestione Impostazioni*; at most 153 users, the largest
    /// number that is sold. Which of the twelve permissions each opens is our reading: the source gives names, and what
    /// implies what.
    #[serde(rename = "aruba-5")]
    Aruba5,
    /// The slave users of a *Casella Strutturata – Consip* (FEATURES rows 45 to 50): at most 25 active ones a mailbox, each of
    /// whom works in it as the main user does, without settings and password.
    #[serde(rename = "consip-25")]
    Consip25,
}

impl Preset {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Aruba5, Self::Consip25];

    /// The name on the wire: `aruba-5` or `consip-25`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aruba5 => "aruba-5",
            Self::Consip25 => "consip-25",
        }
    }

    /// How many delegates of a mailbox can be active.
    #[must_use]
    pub const fn policy(self) -> DelegationPolicy {
        let most = match self {
            // Three, and thirty packs of five.
            Self::Aruba5 => 3 + 30 * 5,
            Self::Consip25 => 25,
        };
        DelegationPolicy { max_active: Some(most), require_mandate: RequireMandate::No }
    }

    /// The roles, each behind those that it includes.
    #[must_use]
    pub fn roles(self) -> Vec<Role> {
        use Permission as P;
        let rows: &[(&str, &[P], &[&str])] = match self {
            Self::Aruba5 => &[
                ("lettura", &[P::ReadAttachments], &[]),
                ("scrittura", &[P::Draft, P::Assign, P::Archive], &["lettura"]),
                ("invio", &[P::Send, P::Reply], &["scrittura"]),
                ("utilizzo-su-programmi-di-posta", &[P::DeleteOnServer, P::ExportProof], &["scrittura", "invio"]),
                ("gestione-impostazioni", &[P::ManageRules], &["lettura"]),
            ],
            Self::Consip25 => &[(
                "utenza-slave",
                &[P::ReadAttachments, P::Send, P::Reply, P::Assign, P::Archive, P::DeleteOnServer, P::ExportProof],
                &[],
            )],
        };
        let named = |name: &&str| RoleName::try_from(*name).ok();
        let made = rows.iter().filter_map(|(name, permissions, includes)| {
            let includes = includes.iter().filter_map(named).collect();
            Some(Role { name: named(name)?, permissions: Permissions::of(permissions), includes })
        });
        made.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission as P;

    fn role(name: &str, permissions: &[P], includes: &[&str]) -> Role {
        let includes = includes.iter().map(|name| RoleName::try_from(*name).unwrap()).collect();
        Role { name: RoleName::try_from(name).unwrap(), permissions: Permissions::of(permissions), includes }
    }

    fn of(preset: Preset) -> Roles {
        let mut roles = Roles::default();
        for role in preset.roles() {
            roles.judge(&role).unwrap();
            roles.define(role);
        }
        roles
    }

    #[test]
    fn aruba_five_each_in_all() {
        let roles = of(Preset::Aruba5);
        let read = [P::List, P::ReadBody, P::ReadAttachments];
        let write = [&read[..], &[P::Draft, P::Assign, P::Archive]].concat();
        let send = [&write[..], &[P::Send, P::Reply]].concat();
        let programs = [&send[..], &[P::DeleteOnServer, P::ExportProof]].concat();
        let settings = [&read[..], &[P::Archive, P::ManageRules]].concat();
        let rows = [
            ("lettura", &read[..]),
            ("scrittura", &write),
            ("invio", &send),
            ("utilizzo-su-programmi-di-posta", &programs),
            ("gestione-impostazioni", &settings),
        ];
        for (name, permissions) in rows {
            assert_eq!(roles.given(&RoleName::try_from(name).unwrap()), Permissions::of(permissions), "{name}");
        }
        assert_eq!((roles.iter().count(), Preset::Aruba5.policy().max_active), (rows.len(), Some(153)));
    }

    #[test]
    fn row_46_consip_has_twenty_five_who_do_everything_but_settings_and_password() {
        assert_eq!(Preset::Consip25.policy().max_active, Some(25));
        let others = Permissions::of(&[P::ManageRules, P::ManageCredentials]);
        let given = of(Preset::Consip25).given(&RoleName::try_from("utenza-slave").unwrap());
        assert_eq!(given, Permissions::ALL.without(others));
    }

    #[test]
    fn a_change_below_is_felt_above_and_no_role_includes_itself() {
        let mut roles = Roles::default();
        for role in [role("a", &[P::List], &[]), role("b", &[P::Draft], &["a"]), role("c", &[P::Assign], &["b"])] {
            roles.judge(&role).unwrap();
            roles.define(role);
        }
        let c = RoleName::try_from("c").unwrap();
        assert!(!roles.given(&c).has(P::ExportProof));
        roles.define(role("a", &[P::ExportProof], &[]));
        assert!(roles.given(&c).has(P::ExportProof) && roles.given(&c).has(P::ReadBody));
        let refused = |role: &Role| roles.judge(role).unwrap_err().code;
        assert_eq!(refused(&role("a", &[P::List], &["c"])), DeniedCode::RoleCycle);
        assert_eq!(refused(&role("a", &[P::List], &["a"])), DeniedCode::RoleCycle);
        assert_eq!(refused(&role("d", &[], &["nobody"])), DeniedCode::NotFound);
        assert_eq!(refused(&role("d", &[], &[])), DeniedCode::Nothing);
        assert_eq!(refused(&role("d", &[P::ManageCredentials], &[])), DeniedCode::CustodianOnly);
    }

    #[test]
    fn a_cycle_in_an_edited_log_ends() {
        let mut roles = Roles::default();
        roles.define(role("a", &[P::List], &["b"]));
        roles.define(role("b", &[P::Assign], &["a", "gone"]));
        assert_eq!(roles.given(&RoleName::try_from("a").unwrap()), Permissions::of(&[P::List, P::Assign]));
    }
}
