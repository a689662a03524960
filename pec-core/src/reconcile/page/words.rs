//! The words of the page, in Italian and English.

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::finding::Language;
use crate::reconcile::State;
use crate::reconcile::compare::Content;
use crate::reconcile::compare::ContentCheck;

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

/// The colour and the mark of a state: both, because a print may have no colours.
pub(super) const fn look(state: State) -> (&'static str, &'static str) {
    match state {
        State::Delivered | State::DeliveredLate => ("good", "✓"),
        State::Failed | State::FailedVirus | State::Refused | State::TimedOut => ("bad", "✗"),
        State::Pending | State::AwaitingDelivery | State::Delayed => ("wait", "…"),
        State::ExternalFinal => ("other", "→"),
        State::Conflict => ("bad", "!"),
    }
}

/// What a delivery receipt says of the content, in a sentence.
pub(super) fn content(check: &ContentCheck, language: Language) -> (&'static str, &'static str) {
    let (class, it, en) = match &check.content {
        Content::Complete(found) if found.is_same() => {
            ("good", "il contenuto consegnato è quello inviato", "what was delivered is what was sent")
        }
        Content::Complete(_) => (
            "bad",
            "il contenuto consegnato non è in tutto quello inviato",
            "what was delivered is not in all what was sent",
        ),
        Content::Brief(found) if found.is_proven() => (
            "good",
            "le impronte degli allegati sono quelle dei file inviati (SHA-1)",
            "the hashes of the attachments are those of the files that were sent (SHA-1)",
        ),
        Content::Brief(_) => (
            "bad",
            "le impronte non provano tutto il contenuto inviato",
            "the hashes do not prove all of what was sent",
        ),
        Content::Concise => (
            "other",
            "ricevuta sintetica: prova la consegna, non il contenuto",
            "concise receipt: it proves the delivery, not the content",
        ),
    };
    (class, pick(language, it, en))
}
