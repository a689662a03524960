//! Which notice of exceeded time a delay notice is: the kind on the wire is the same for both (PEC-SPEC §2.9).

use super::state::Delay;

/// A second notice is not sent before twenty-two hours (RFC 6109 §3.1.6), a first one long before.
const SECOND: i64 = 22 * 3600;

/// The rules of PEC-SPEC §2.9 in their order: time since the acceptance, the words of `errore-esteso`, an earlier notice
/// about the same recipient. They look at the whole set of events, never at the order in which it arrived.
pub(super) fn which(since_acceptance: Option<i64>, detail: Option<&str>, earlier_notices: usize) -> Delay {
    if let Some(elapsed) = since_acceptance.filter(|elapsed| *elapsed >= 0) {
        return if elapsed < SECOND { Delay::Hours12 } else { Delay::Hours24 };
    }
    let detail = detail.unwrap_or_default().to_lowercase();
    let names = |words: [&str; 4]| words.iter().any(|word| detail.contains(word));
    if names(["ventiquattro", "24 ore", "24 h", "24h"]) {
        Delay::Hours24
    } else if names(["dodici", "12 ore", "12 h", "12h"]) || earlier_notices == 0 {
        Delay::Hours12
    } else {
        Delay::Hours24
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_in_their_order() {
        let (first, second) = (Delay::Hours12, Delay::Hours24);
        for (elapsed, detail, earlier, expected) in [
            (Some(12 * 3600), Some("nelle prime ventiquattro ore"), 1, first),
            (Some(22 * 3600 - 1), None, 0, first),
            (Some(22 * 3600), Some("dodici"), 0, second),
            (Some(-1), Some("prime VENTIQUATTRO ore"), 0, second),
            (None, Some("5.4.1 - Alfa - non consegnato nelle prime dodici ore"), 1, first),
            (None, Some("5.4.1 - Alfa - non consegnato nelle prime 24 ore"), 0, second),
            (None, Some("5.4.1"), 0, first),
            (None, None, 1, second),
        ] {
            assert_eq!(which(elapsed, detail, earlier), expected, "{elapsed:?} {detail:?} {earlier}");
        }
    }
}
