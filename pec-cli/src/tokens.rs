//! Words of reports as a person reads them: what a newer version has written stays as it is.

use pec_core::daticert::Kind as CertKind;
use pec_core::finding::Language;
use pec_core::reconcile::State;
use pec_core::verify::{Kind, Verdict};

use crate::render::printable;

/// A verdict.
pub(crate) fn verdict(token: &str, language: Language) -> String {
    let known = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == token);
    known.map_or_else(|| printable(token), |verdict| verdict.title(language).to_owned())
}

/// What kind of message it is.
pub(crate) fn kind(token: &str, language: Language) -> String {
    let known = match token {
        "ordinary" => Kind::Ordinary,
        "anomalia" => Kind::Anomaly,
        other => Kind::Pec(CertKind::from_wire(other)),
    };
    printable(known.title(language))
}

/// Where a recipient stands.
pub(crate) fn state(token: &str, language: Language) -> String {
    let known = State::ALL.into_iter().find(|state| state.as_str() == token);
    known.map_or_else(|| printable(token), |state| state.title(language).to_owned())
}
