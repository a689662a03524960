//! What is to be worked on, and in whose charge it is (*presa in carico*; FEATURES row 59).
//!
//! Reading is not taking in charge: that somebody [has read](WorkItem::read_by) an item changes nothing about its state.
//!
//! Exactly one of several who claim at once gets an item, provided that deciding and applying are one step: the host gives
//! commands under one lock, or in one transaction with its log. Two copies of an organisation know nothing of each other.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::code::{MailboxAddress, Text, UserId, WorkId};
use super::denied::DeniedCode;
use super::grant::Object;

/// The longest time for which something can be claimed without renewing: a month and a day.
pub const LONGEST_LEASE: SignedDuration = SignedDuration::from_hours(32 * 24);

/// In whose charge an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkState {
    /// In nobody's: never claimed, released, or claimed for a time that is over.
    New,
    /// In somebody's, until then (*in carico*).
    Claimed {
        /// Whose.
        by: UserId,
        /// Until then: from then on it is in nobody's.
        until: Timestamp,
    },
    /// Done (*concluso*).
    Done {
        /// Who did it.
        by: UserId,
    },
    /// Handed on (*passato ad altri*): only whom it was handed to can claim it.
    Escalated {
        /// Who handed it on; `None`: an operator or the host.
        by: Option<UserId>,
        /// To whom.
        to: UserId,
        /// Why.
        why: Text,
    },
}

impl WorkState {
    /// The name of the state: `new`, `claimed`, `done` or `escalated`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Claimed { .. } => "claimed",
            Self::Done { .. } => "done",
            Self::Escalated { .. } => "escalated",
        }
    }
}

/// What is done with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkAct {
    /// To take it in charge.
    Claim,
    /// To keep it for longer.
    Renew,
    /// To leave it.
    Release,
    /// To finish it.
    Finish,
    /// To hand it on.
    Escalate,
}

impl WorkAct {
    /// Every act.
    pub const ALL: [Self; 5] = [Self::Claim, Self::Renew, Self::Release, Self::Finish, Self::Escalate];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Renew => "renew",
            Self::Release => "release",
            Self::Finish => "finish",
            Self::Escalate => "escalate",
        }
    }
}

/// A message or a dossier that is to be worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// What the host calls it.
    pub id: WorkId,
    /// In which mailbox it is.
    pub mailbox: MailboxAddress,
    /// In which folder.
    pub folder: Option<Text>,
    /// With which tags.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<Text>,
}

/// An item with its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    /// What it is.
    pub what: Opened,
    /// Who has read it: that is not to take it in charge.
    pub read_by: BTreeSet<UserId>,
    pub(super) state: WorkState,
}

impl WorkItem {
    pub(super) const fn new(what: Opened) -> Self {
        Self { what, read_by: BTreeSet::new(), state: WorkState::New }
    }

    /// In whose charge it is at this time.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> &WorkState {
        match &self.state {
            WorkState::Claimed { until, .. } if *until <= now => &WorkState::New,
            state => state,
        }
    }

    /// Whether `by` may do this now; `None` stands for an operator or the host, who take nothing in charge, but may take it
    /// from anybody.
    ///
    /// ```text
    ///            New        Claimed by oneself   by another          Escalated to oneself   to another   Done
    /// claim      ->Claimed  work.claimed         work.claimed        ->Claimed              escalated    work.done
    /// renew      not yours  ->Claimed            not yours           not yours              not yours    work.done
    /// release    not yours  ->New                not yours, host can ->New                  host can     work.done
    /// finish     not yours  ->Done               not yours           not yours              not yours    work.done
    /// escalate   host can   ->Escalated          not yours, host can ->Escalated            host can     work.done
    /// ```
    pub(super) fn judge(&self, act: WorkAct, by: Option<&UserId>, now: Timestamp) -> Result<(), DeniedCode> {
        use {WorkAct as A, WorkState as S};
        match (self.state(now), act, by) {
            (S::Done { .. }, ..) => Err(DeniedCode::WorkDone),
            (_, A::Claim | A::Renew | A::Finish, None) => Err(DeniedCode::UserOnly),
            (S::New, A::Claim, Some(_)) | (S::New, A::Escalate, None) => Ok(()),
            (S::New, A::Renew | A::Release | A::Finish | A::Escalate, _) => Err(DeniedCode::WorkNotYours),
            (S::Claimed { .. }, A::Claim, Some(_)) => Err(DeniedCode::WorkClaimed),
            (S::Claimed { by: owner, .. }, _, Some(by)) if owner != by => Err(DeniedCode::WorkNotYours),
            (S::Claimed { .. }, ..) => Ok(()),
            (S::Escalated { to, .. }, A::Claim, Some(by)) if to != by => Err(DeniedCode::WorkEscalated),
            (S::Escalated { .. }, A::Renew | A::Finish, _) => Err(DeniedCode::WorkNotYours),
            (S::Escalated { to, .. }, A::Release | A::Escalate, Some(by)) if to != by => Err(DeniedCode::WorkNotYours),
            (S::Escalated { .. }, ..) => Ok(()),
        }
    }

    /// The item as an object on which permissions are asked for.
    pub(super) fn with_object<R>(&self, ask: impl FnOnce(Object<'_>) -> R) -> R {
        let tags: Vec<&str> = self.what.tags.iter().map(Text::as_str).collect();
        let folder = self.what.folder.as_ref().map(Text::as_str);
        ask(Object { mailbox: &self.what.mailbox, folder, tags: Some(&tags) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the source (FEATURES row 59), written out on its own: state, act, who; what comes of it.
    #[test]
    fn row_59_every_state_act_and_person() {
        let at = |hour: i64| Timestamp::from_second(hour * 3_600).unwrap();
        let user = |name: &str| UserId::try_from(name).unwrap();
        let (anna, bruno) = (user("anna"), user("bruno"));
        let claimed = |until| WorkState::Claimed { by: anna.clone(), until };
        let why = Text::try_from("ferie").unwrap();
        let escalated = WorkState::Escalated { by: Some(bruno.clone()), to: anna.clone(), why };
        let states = [WorkState::New, claimed(at(5)), claimed(at(10)), escalated, WorkState::Done { by: anna.clone() }];
        // Anna, Bruno, the host: o = done, c = claimed, y = not yours, e = escalated, d = done already, u = users only.
        let rows = [
            ("new", ["oou", "yyu", "yyy", "yyu", "yyo"]),
            ("lease over", ["oou", "yyu", "yyy", "yyu", "yyo"]),
            ("claimed", ["ccu", "oyu", "oyo", "oyu", "oyo"]),
            ("escalated", ["oeu", "yyu", "oyo", "yyu", "oyo"]),
            ("done", ["ddd", "ddd", "ddd", "ddd", "ddd"]),
        ];
        for (state, (name, row)) in states.into_iter().zip(rows) {
            let id = "W1".try_into().unwrap();
            let what = Opened { id, mailbox: "a@b.it".try_into().unwrap(), folder: None, tags: BTreeSet::new() };
            let item = WorkItem { state, ..WorkItem::new(what) };
            for (act, expected) in WorkAct::ALL.into_iter().zip(row) {
                let found: String = [Some(&anna), Some(&bruno), None]
                    .into_iter()
                    .map(|by| match item.judge(act, by, at(5)) {
                        Ok(()) => 'o',
                        Err(DeniedCode::WorkClaimed) => 'c',
                        Err(DeniedCode::WorkNotYours) => 'y',
                        Err(DeniedCode::WorkEscalated) => 'e',
                        Err(DeniedCode::WorkDone) => 'd',
                        Err(DeniedCode::UserOnly) => 'u',
                        Err(_) => '?',
                    })
                    .collect();
                assert_eq!(found, expected, "{name}: {}", act.as_str());
            }
        }
    }
}
