//! What can be said for certain about `tipo`, `errore` and the elements that each kind needs (PEC-SPEC §3.4). Where the
//! sources are silent or differ, nothing is reported.

use super::model::{CertData, ErrorKind, Kind};

/// The pairs of `tipo` and `errore` that contradict RFC 6109 §4.4.
pub(super) fn error_contradicts(data: &CertData) -> Option<String> {
    use ErrorKind as E;
    let wrong = match (&data.kind, &data.error) {
        (_, E::Unlisted(_)) => false,
        (Kind::Acceptance | Kind::Transport | Kind::TakeCharge | Kind::Delivery, error) => *error != E::None,
        (Kind::DeliveryError, error) => *error == E::None,
        (Kind::NonAcceptance | Kind::VirusDetection, E::NoRecipient | E::NoDomain) => true,
        _ => false,
    };
    wrong.then(|| format!("errore=\"{}\" in {}", data.error, data.kind))
}

/// The elements that this kind cannot do without and that are absent.
pub(super) fn missing_for_kind(data: &CertData) -> impl Iterator<Item = &'static str> {
    let absent = |name, absent: bool| absent.then_some(name);
    let (first, second) = match data.kind {
        Kind::Delivery => (absent("consegna", data.delivered_to.is_none()), absent("ricevuta", data.receipt.is_none())),
        Kind::DeliveryError => (absent("consegna", data.delivered_to.is_none()), None),
        Kind::Transport => (absent("ricevuta", data.receipt.is_none()), None),
        Kind::TakeCharge => (absent("ricezione", data.received_for.is_empty()), None),
        _ => (None, None),
    };
    first.into_iter().chain(second)
}
