//! States as the source names them.

use crate::delegation::lifecycle::{DelegateState, Preservation, Revoke, State, Wording};
use crate::finding::Language;
use crate::sheet::Cell;

pub(super) const fn state(state: State) -> Cell {
    let shown = match state {
        State::Requested => "richiesta",
        State::Declined => "rifiutata",
        State::Registered => "registrata",
        State::Active => "evasa",
        State::Revoked => "revocata",
        State::FullyRevoked => Wording::FullRevocation.text(Language::It),
        State::Annulled => "annullata",
    };
    Cell::Word(state.as_str(), shown)
}

pub(super) const fn delegate(state: DelegateState) -> Cell {
    let shown = match state {
        DelegateState::Activating => "in attivazione",
        DelegateState::Active => "attiva",
        DelegateState::Inactive => "disattivata",
        DelegateState::Deleted => "eliminata",
    };
    Cell::Word(state.as_str(), shown)
}

pub(super) const fn preservation(preservation: Preservation) -> Cell {
    let shown = match preservation {
        Preservation::Unconfigured => "non configurata",
        Preservation::Active => "attiva",
        Preservation::ReadOnly { .. } => "sola lettura",
        Preservation::Inaccessible { .. } => "inaccessibile",
    };
    Cell::Word(preservation.as_str(), shown)
}

pub(super) fn revoke(revoke: &Revoke) -> Cell {
    match revoke {
        Revoke::CustomerRequest { .. } => Cell::Word("customer-request", "Revoca anticipata su richiesta"),
        Revoke::NonPayment => Cell::Word("non-payment", Wording::NonPayment.text(Language::It)),
        Revoke::Other { why } => Cell::text(why),
    }
}
