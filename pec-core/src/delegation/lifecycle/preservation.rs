//! Preservation (*conservazione*) as a function of the life of a mailbox and of time (FEATURES rows 31 to 33).

use jiff::{SignedDuration, Timestamp};

use super::state::State;

/// From the revocation to the full revocation: 30 days of 24 hours.
pub const UNTIL_FULL_REVOCATION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// So many days before a full revocation it is told that what is preserved has to be exported now.
pub const COUNTDOWN: [u32; 4] = [30, 15, 7, 1];

/// Where preservation stands.
///
/// It says what the provider's rules make of a mailbox. It does not prove that anything was preserved: that the provider
/// alone can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "conservazione")]
pub enum Preservation {
    /// The holder has not configured it: it is never taken to be on.
    Unconfigured,
    /// It takes documents.
    Active,
    /// The mailbox is revoked: what is there can be opened and searched, and nothing is taken.
    ReadOnly {
        /// Since when.
        since: Timestamp,
        /// From then on nothing can be opened.
        until: Timestamp,
    },
    /// The revocation is complete: it can no longer be reached from the mailbox.
    Inaccessible {
        /// Since when.
        since: Timestamp,
    },
}

impl Preservation {
    /// Where it stands in a mailbox that has been in this state since then, given whether the holder has configured it.
    ///
    /// `since` of a state that is fully revoked is the time of the revocation as well.
    #[must_use]
    pub fn of(state: State, since: Timestamp, configured: bool) -> Self {
        match state {
            _ if !configured => Self::Unconfigured,
            State::Active => Self::Active,
            State::Revoked => Self::ReadOnly { since, until: full_revocation(since) },
            State::FullyRevoked => Self::Inaccessible { since: full_revocation(since) },
            State::Requested | State::Declined | State::Registered | State::Annulled => Self::Unconfigured,
        }
    }

    /// The name of the state: `unconfigured`, `active`, `read-only` or `inaccessible`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unconfigured => "unconfigured",
            Self::Active => "active",
            Self::ReadOnly { .. } => "read-only",
            Self::Inaccessible { .. } => "inaccessible",
        }
    }
}

/// When a mailbox that was revoked then is revoked completely.
#[must_use]
pub fn full_revocation(revoked_at: Timestamp) -> Timestamp {
    revoked_at.saturating_add(UNTIL_FULL_REVOCATION).unwrap_or(Timestamp::MAX)
}

/// When it is told that so many days are left before this time.
#[must_use]
pub fn days_before(time: Timestamp, days: u32) -> Timestamp {
    time.saturating_sub(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_32_and_33_every_state() {
        let since: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let until: Timestamp = "2026-03-31T10:00:00Z".parse().unwrap();
        let rows = [
            (State::Requested, Preservation::Unconfigured),
            (State::Declined, Preservation::Unconfigured),
            (State::Registered, Preservation::Unconfigured),
            (State::Active, Preservation::Active),
            (State::Revoked, Preservation::ReadOnly { since, until }),
            (State::FullyRevoked, Preservation::Inaccessible { since: until }),
            (State::Annulled, Preservation::Unconfigured),
        ];
        for (state, preservation) in rows {
            assert_eq!(Preservation::of(state, since, true), preservation, "{state}");
            assert_eq!(Preservation::of(state, since, false), Preservation::Unconfigured, "{state}: never assumed");
        }
        let told: Vec<String> = COUNTDOWN.iter().map(|days| days_before(until, *days).to_string()).collect();
        let days = ["2026-03-01", "2026-03-16", "2026-03-24", "2026-03-30"];
        assert_eq!(told, days.map(|day| format!("{day}T10:00:00Z")));
    }
}
