//! What goes wrong in a sandbox on purpose.

use jiff::SignedDuration;
use pec_core::daticert::Kind;
use pec_sandbox::network::{Chance, Fault, FaultRule};

use crate::failure::{Failure, Reason};
use crate::words::unknown;

const WORDS: [&str; 6] = ["lost", "late", "duplicated", "reordered", "foreign", "forged"];

/// The fault of this word; `by` belongs to one of them.
pub(super) fn fault(word: &str, by: Option<SignedDuration>) -> Result<Fault, Failure> {
    match (word, by) {
        ("late", Some(by)) => Ok(Fault::Late(by)),
        ("lost", None) => Ok(Fault::Lost),
        ("duplicated", None) => Ok(Fault::Duplicated),
        ("reordered", None) => Ok(Fault::Reordered),
        ("foreign", None) => Ok(Fault::Foreign),
        ("forged", None) => Ok(Fault::Forged),
        (known, _) if WORDS.contains(&known) => {
            Err(Failure::new(Reason::PEC_BAD_VALUE, "\"late\" takes `by`, the other faults do not"))
        }
        _ => Err(unknown("fault", word, &WORDS)),
    }
}

pub(super) fn chance(times: Option<u32>, one_in: Option<u32>) -> Result<Chance, Failure> {
    match (times, one_in) {
        (None, None) => Ok(Chance::Always),
        (Some(times), None) => Ok(Chance::Times(times)),
        (None, Some(one_in)) => Ok(Chance::OneIn(one_in)),
        (Some(_), Some(_)) => Err(Failure::new(Reason::PEC_BAD_VALUE, "times and one_in exclude each other")),
    }
}

pub(super) fn rule(
    fault: Fault,
    kind: Option<&str>,
    recipient: Option<&str>,
    chance: Chance,
) -> Result<FaultRule, Failure> {
    let mut rule = FaultRule::new(fault).chance(chance);
    if let Some(kind) = kind {
        let known = Kind::from_wire(kind);
        if !known.is_listed() {
            let listed: Vec<&str> = Kind::LISTED.iter().map(Kind::as_str).collect();
            return Err(unknown("kind", kind, &listed));
        }
        rule = rule.kind(known);
    }
    Ok(match recipient {
        Some(recipient) => rule.recipient(recipient),
        None => rule,
    })
}
