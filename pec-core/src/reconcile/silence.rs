//! Silence: which receipt should have come by now and has not (RFC 6109 §3.1.6, §8 of PEC-SPEC).

use jiff::Timestamp;

use crate::finding::Language;

/// A receipt that is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owed {
    /// The acceptance or non-acceptance of a submitted message. No rule sets a time; it is owed from the submission on.
    Acceptance,
    /// The recipient's provider takes charge within twelve hours; seen in service mailboxes only.
    TakeCharge,
    /// The first notice of exceeded time: twelve hours have passed without a take-charge. Whether there was one is seen
    /// in service mailboxes only.
    DelayNotice,
    /// Delivery receipt or non-delivery notice: twelve hours have passed since the acceptance.
    Delivery,
    /// The second notice of exceeded time: twenty-four hours have passed without an outcome, and the sender's provider
    /// is bound to say so.
    TimeoutNotice,
}

impl Owed {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acceptance => "acceptance",
            Self::TakeCharge => "take-charge",
            Self::DelayNotice => "delay-notice",
            Self::Delivery => "delivery",
            Self::TimeoutNotice => "timeout-notice",
        }
    }

    /// What is missing, for a person.
    #[must_use]
    pub const fn title(self, language: Language) -> &'static str {
        let (it, en) = match self {
            Self::Acceptance => ("manca la ricevuta di accettazione", "the acceptance receipt is missing"),
            Self::TakeCharge => ("manca la ricevuta di presa in carico", "the take-charge receipt is missing"),
            Self::DelayNotice => {
                ("manca il primo avviso di superamento dei tempi", "the first notice of exceeded time is missing")
            }
            Self::Delivery => (
                "mancano sia la ricevuta di consegna sia l'avviso di mancata consegna",
                "both the delivery receipt and the non-delivery notice are missing",
            ),
            Self::TimeoutNotice => {
                ("manca il secondo avviso di superamento dei tempi", "the second notice of exceeded time is missing")
            }
        };
        match language {
            Language::It => it,
            Language::En => en,
        }
    }
}

/// One receipt that is missing at the caller's now.
///
/// This does not prove that the receipt was never sent: it may stand in another folder or have been deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Silence<'l> {
    /// What is missing.
    pub owed: Owed,
    /// Since when.
    pub since: Timestamp,
    /// About whom; `None` for the message as a whole.
    pub recipient: Option<&'l str>,
}

/// What is known about one recipient who waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    /// Seconds since 1970.
    pub(super) accepted: i64,
    /// A first notice has come.
    pub(super) warned: bool,
    /// A take-charge receipt covers the recipient; `None` where they are not seen at all.
    pub(super) taken: Option<bool>,
}

const HOUR: i64 = 3600;

/// What is owed to a recipient without an outcome, and since when.
pub(super) fn owed(waiting: Waiting, now: i64) -> impl Iterator<Item = (Owed, i64)> {
    let twelve = waiting.accepted.saturating_add(12 * HOUR);
    let all = [
        (Owed::TakeCharge, twelve, waiting.taken == Some(false)),
        (Owed::DelayNotice, twelve, waiting.taken == Some(false) && !waiting.warned),
        (Owed::Delivery, twelve, true),
        (Owed::TimeoutNotice, waiting.accepted.saturating_add(24 * HOUR), true),
    ];
    all.into_iter().filter(move |(_, since, missing)| *missing && now >= *since).map(|(owed, since, _)| (owed, since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_when() {
        let owed_at = |hours: i64, warned, taken| {
            let waiting = Waiting { accepted: 1_000, warned, taken };
            owed(waiting, 1_000 + hours * HOUR).map(|(owed, since)| (owed, (since - 1_000) / HOUR)).collect::<Vec<_>>()
        };
        assert_eq!(owed_at(11, false, Some(false)), []);
        assert_eq!(owed_at(12, false, None), [(Owed::Delivery, 12)]);
        assert_eq!(
            owed_at(12, false, Some(false)),
            [(Owed::TakeCharge, 12), (Owed::DelayNotice, 12), (Owed::Delivery, 12)]
        );
        assert_eq!(owed_at(13, true, Some(false)), [(Owed::TakeCharge, 12), (Owed::Delivery, 12)]);
        assert_eq!(owed_at(23, false, Some(true)), [(Owed::Delivery, 12)]);
        assert_eq!(owed_at(24, true, Some(true)), [(Owed::Delivery, 12), (Owed::TimeoutNotice, 24)]);
    }
}
