//! The words of the page, in Italian and English.

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::finding::Language;
use crate::reconcile::Tone;
use crate::reconcile::compare::Proven;

/// One of two texts.
pub(super) const fn pick<'t>(language: Language, it: &'t str, en: &'t str) -> &'t str {
    match language {
        Language::It => it,
        Language::En => en,
    }
}

/// An instant as it was printed, with its offset: `09/02/2026 10:15:30 (+0100)`, in English with the year first.
pub(super) fn local(at: Timestamp, minutes: Option<i16>, language: Language) -> String {
    let offset = minutes.and_then(|minutes| Offset::from_seconds(i32::from(minutes) * 60).ok()).unwrap_or(Offset::UTC);
    let form = pick(language, "%d/%m/%Y %H:%M:%S (%z)", "%Y-%m-%d %H:%M:%S (%z)");
    at.to_zoned(offset.to_time_zone()).strftime(form).to_string()
}

/// An instant in UTC.
pub(super) fn utc(at: Timestamp, language: Language) -> String {
    at.strftime(pick(language, "%d/%m/%Y %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S UTC")).to_string()
}

/// The class of a state in the style sheet.
pub(super) const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Waiting => "wait",
        Tone::Neutral => "other",
    }
}

/// The class of what a receipt proves.
pub(super) const fn proven(proven: Proven) -> &'static str {
    match proven {
        Proven::All => "good",
        Proven::NotAll => "bad",
        Proven::Nothing => "other",
    }
}
