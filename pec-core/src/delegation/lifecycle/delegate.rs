//! Those who share a mailbox (*multiutenza*, *utenze slave*; FEATURES rows 45 to 50): here they are users of the host's, and
//! every mailbox can be shared.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::delegation::{Denied, DeniedCode, Email, Grant, Text, UserId};

/// Where a delegate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DelegateState {
    /// Created, and not active yet (*in attivazione*): takes a place already.
    Activating,
    /// *Attiva*.
    Active,
    /// *Disattivata*.
    Inactive,
    /// *Eliminata*: it can be created anew.
    Deleted,
}

impl DelegateState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Activating, Self::Active, Self::Inactive, Self::Deleted];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Activating => "activating",
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Deleted => "deleted",
        }
    }

    /// Whether it takes one of the places that there are («attive o in attivazione», FEATURES row 45).
    #[must_use]
    pub const fn takes_a_place(self) -> bool {
        matches!(self, Self::Activating | Self::Active)
    }

    /// Where it stands after being created, activated, deactivated or deleted; `None`: that does not lead on from here.
    #[must_use]
    pub const fn next(from: Option<Self>, act: DelegateAct) -> Option<Self> {
        use DelegateAct as A;
        match (act, from) {
            (A::Create, None | Some(Self::Deleted)) => Some(Self::Activating),
            (A::Activate, Some(Self::Activating | Self::Inactive)) => Some(Self::Active),
            (A::Deactivate, Some(Self::Activating | Self::Active)) => Some(Self::Inactive),
            (A::Delete, Some(Self::Activating | Self::Active | Self::Inactive)) => Some(Self::Deleted),
            _ => None,
        }
    }
}

/// What is done with a delegate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DelegateAct {
    /// To create it.
    Create,
    /// To activate it.
    Activate,
    /// To deactivate it.
    Deactivate,
    /// To delete it.
    Delete,
}

impl DelegateAct {
    /// Every act.
    pub const ALL: [Self; 4] = [Self::Create, Self::Activate, Self::Deactivate, Self::Delete];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
            Self::Delete => "delete",
        }
    }
}

/// What a delegate is called. *Nome*, *Cognome* and *Descrizione* are mandatory (FEATURES row 48).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegateName {
    /// *Nome*.
    pub first_name: Text,
    /// *Cognome*.
    pub surname: Text,
    /// *Descrizione*: what stands beside the From address.
    pub description: Text,
    /// Where it is written to about its password (*e-mail gestione password*).
    pub email: Option<Email>,
}

impl DelegateName {
    /// From what a person has typed: everything that is wrong at once, each with the field. An empty description becomes that
    /// of the main user.
    ///
    /// # Errors
    /// The fields that are wrong: `first_name`, `surname`, `description`, `email`.
    pub fn typed(
        (first_name, surname): (&str, &str),
        (description, of_main_user): (&str, &str),
        email: Option<&str>,
    ) -> Result<Self, Vec<(&'static str, crate::delegation::CodeError)>> {
        let description = if description.trim().is_empty() { of_main_user } else { description };
        let mut wrong = Vec::new();
        let mut text = |field, typed: &str| Text::try_from(typed).map_err(|error| wrong.push((field, error))).ok();
        let (first_name, surname) = (text("first_name", first_name), text("surname", surname));
        let description = text("description", description);
        let email = email.map(Email::try_from).transpose().map_err(|error| wrong.push(("email", error)));
        match (first_name, surname, description, email) {
            (Some(first_name), Some(surname), Some(description), Ok(email)) => {
                Ok(Self { first_name, surname, description, email })
            }
            _ => Err(wrong),
        }
    }
}

/// One who shares a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegate {
    /// What it is called.
    pub name: DelegateName,
    /// Where it stands.
    pub state: DelegateState,
    /// What it may do: what a check looks through.
    pub(in crate::delegation) grants: Vec<Grant>,
}

impl Delegate {
    /// What it may do.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }
}

/// Who shares a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sharing {
    pub(in crate::delegation) on: bool,
    /// By a hash: a check asks for one of them.
    pub(in crate::delegation) delegates: HashMap<UserId, Delegate>,
    /// The last active configuration: those who were active before the run of deactivations and deletions that is under way.
    pub(in crate::delegation) last: BTreeSet<UserId>,
    running_down: bool,
}

impl Sharing {
    /// Whether the mailbox is shared.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.on
    }

    /// One of them.
    #[must_use]
    pub fn delegate(&self, user: &UserId) -> Option<&Delegate> {
        self.delegates.get(user)
    }

    /// Everybody, whatever the state, by name.
    #[must_use]
    pub fn delegates(&self) -> Vec<(&UserId, &Delegate)> {
        let mut all: Vec<(&UserId, &Delegate)> = self.delegates.iter().collect();
        all.sort_by_key(|(user, _)| *user);
        all
    }

    /// How many take a place: active ones, and those that are being activated.
    #[must_use]
    pub fn places_taken(&self) -> u32 {
        let taken = self.delegates.values().filter(|delegate| delegate.state.takes_a_place()).count();
        u32::try_from(taken).unwrap_or(u32::MAX)
    }

    /// Who would be active again if it were switched on now («l'ultima configurazione attiva precedente alla
    /// disattivazione», FEATURES row 50): those who were active before the deactivations that led to its end. Who was deleted
    /// does not come back.
    pub fn restorable(&self) -> impl Iterator<Item = &UserId> {
        let kept = |user: &&UserId| self.delegates.get(*user).is_some_and(|it| it.state != DelegateState::Deleted);
        self.last.iter().filter(kept)
    }

    pub(in crate::delegation) fn state(&self, user: &UserId) -> Option<DelegateState> {
        self.delegates.get(user).map(|delegate| delegate.state)
    }

    pub(in crate::delegation) fn active(&self, user: &UserId) -> Result<&Delegate, Denied> {
        let denied = || Denied::new(DeniedCode::DelegateInactive).about(user);
        let delegate = self.delegates.get(user).ok_or_else(denied)?;
        if self.on && delegate.state == DelegateState::Active { Ok(delegate) } else { Err(denied()) }
    }

    /// Takes what has happened to a delegate.
    pub(in crate::delegation) fn change(&mut self, user: &UserId, act: DelegateAct) {
        let running_down = matches!(act, DelegateAct::Deactivate | DelegateAct::Delete);
        let active = self.active_ones();
        if self.on && running_down && !self.running_down && !active.is_empty() {
            self.last = active;
        }
        if self.on {
            self.running_down = running_down;
        }
        if let Some(delegate) = self.delegates.get_mut(user) {
            delegate.state = DelegateState::next(Some(delegate.state), act).unwrap_or(delegate.state);
            if delegate.state == DelegateState::Deleted {
                delegate.grants.clear();
            }
        }
    }

    /// Takes a new delegate, or one that was deleted, under another name.
    pub(in crate::delegation) fn create(&mut self, user: UserId, name: DelegateName) {
        self.running_down = false;
        self.delegates.insert(user, Delegate { name, state: DelegateState::Activating, grants: Vec::new() });
    }

    /// Switches it off: nobody is active.
    pub(in crate::delegation) const fn switch_off(&mut self) {
        self.on = false;
    }

    /// Switches it on, with the configuration that the event names.
    pub(in crate::delegation) fn switch_on(&mut self, restored: &BTreeSet<UserId>) {
        self.on = true;
        self.running_down = false;
        for (_, delegate) in self.delegates.iter_mut().filter(|(user, _)| restored.contains(*user)) {
            delegate.state = DelegateState::Active;
        }
    }

    fn active_ones(&self) -> BTreeSet<UserId> {
        let active = self.delegates.iter().filter(|(_, delegate)| delegate.state == DelegateState::Active);
        active.map(|(user, _)| user.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DelegateAct as A;
    use DelegateState as S;

    #[test]
    fn row_47_every_state_and_act_of_a_delegate() {
        let rows: [(Option<S>, [Option<S>; 4]); 5] = [
            (None, [Some(S::Activating), None, None, None]),
            (Some(S::Activating), [None, Some(S::Active), Some(S::Inactive), Some(S::Deleted)]),
            (Some(S::Active), [None, None, Some(S::Inactive), Some(S::Deleted)]),
            (Some(S::Inactive), [None, Some(S::Active), None, Some(S::Deleted)]),
            (Some(S::Deleted), [Some(S::Activating), None, None, None]),
        ];
        for (from, row) in rows {
            for (act, to) in A::ALL.into_iter().zip(row) {
                assert_eq!(S::next(from, act), to, "{from:?} {}", act.as_str());
            }
        }
    }

    #[test]
    fn row_48_name_surname_and_description_are_mandatory() {
        let typed = DelegateName::typed(("Anna", "Verdi"), ("", "Ufficio gare"), None).unwrap();
        assert_eq!(typed.description.as_str(), "Ufficio gare");
        let typed = DelegateName::typed(("Anna", "Verdi"), ("Protocollo", "Ufficio gare"), Some("a@b.it")).unwrap();
        assert_eq!(typed.description.as_str(), "Protocollo");
        let wrong = DelegateName::typed(("", " "), ("", ""), Some("anna")).unwrap_err();
        let fields: Vec<&str> = wrong.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["first_name", "surname", "description", "email"]);
    }
}
