//! How fast a provider lets messages come.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use pec_core::compose::{Conditions, Keeping};

use crate::profile::ProviderLimits;

/// How many messages a provider takes of one mailbox. What is beyond it waits in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    /// In any minute (InfoCert's terms: 6).
    pub per_minute: Option<u32>,
    /// In any 24 hours.
    pub per_day: Option<u32>,
}

impl From<ProviderLimits> for Pace {
    /// As a provider is known to allow.
    fn from(limits: ProviderLimits) -> Self {
        Self { per_minute: limits.per_minute, per_day: limits.per_day }
    }
}

impl ProviderLimits {
    /// What a message is looked at for before it is sent to this provider, out of an archive.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        Conditions {
            message_bytes: self.message_bytes,
            product: self.bytes_by_recipients,
            recipients: self.recipients.map(u64::from),
            attachment_bytes: self.attachment_bytes,
            keeping: Keeping::Archived,
        }
    }
}

const MINUTE: SignedDuration = SignedDuration::from_secs(60);
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What has gone, and when the next one may.
pub(super) struct Meter {
    pace: Pace,
    /// Of the last day, oldest first.
    gone: VecDeque<Timestamp>,
}

impl Meter {
    pub(super) fn new(pace: Pace, gone: Vec<Timestamp>) -> Self {
        Self { pace, gone: gone.into() }
    }

    /// When another one may go, where that is not now.
    pub(super) fn wait(&mut self, now: Timestamp) -> Option<Timestamp> {
        while self.gone.front().is_some_and(|at| *at <= now.saturating_sub(DAY).unwrap_or(Timestamp::MIN)) {
            self.gone.pop_front();
        }
        let until = |limit: Option<u32>, window: SignedDuration| {
            let limit = limit? as usize;
            if limit == 0 {
                return Some(Timestamp::MAX);
            }
            // The one that has to leave the window first.
            let at = self.gone.len().checked_sub(limit).and_then(|first| self.gone.get(first))?;
            at.checked_add(window).ok().filter(|free| *free > now)
        };
        until(self.pace.per_minute, MINUTE).into_iter().chain(until(self.pace.per_day, DAY)).max()
    }

    pub(super) fn goes(&mut self, at: Timestamp) {
        // A clock may have been set back; the order is what counts.
        let at = self.gone.back().map_or(at, |last| at.max(*last));
        self.gone.push_back(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_of_whom_it_is_known_is_given_no_more_than_he_takes() {
        let limits = ProviderLimits { per_minute: Some(6), recipients: Some(500), ..ProviderLimits::default() };
        assert_eq!(Pace::from(limits), Pace { per_minute: Some(6), per_day: None });
        assert_eq!(limits.conditions(), Conditions { recipients: Some(500), ..Conditions::law() });
    }

    #[test]
    fn what_is_beyond_a_limit_waits_until_the_first_leaves_the_window() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let mut meter = Meter::new(Pace { per_minute: Some(2), per_day: Some(3) }, vec![at(0), at(30)]);
        assert_eq!(meter.wait(at(40)), Some(at(60)));
        assert_eq!(meter.wait(at(60)), None);
        meter.goes(at(60));
        assert_eq!(meter.wait(at(95)), Some(at(24 * 3600)));
        assert_eq!(meter.wait(at(24 * 3600)), None);
        let mut open = Meter::new(Pace::default(), vec![at(0); 1000]);
        assert_eq!(open.wait(at(0)), None);
        let mut shut = Meter::new(Pace { per_minute: Some(0), per_day: None }, Vec::new());
        assert_eq!(shut.wait(at(0)), Some(Timestamp::MAX));
    }
}
