//! Which form of delivery receipt is to be expected (PEC-SPEC §4.5).

use super::event::Carried;
use crate::daticert::ReceiptForm;

/// Where the original message names a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Addressed {
    /// In To.
    To,
    /// In Cc.
    Cc,
    /// In both.
    Both,
    /// In neither, or the header does not tell.
    Neither,
}

/// The form of the delivery receipt that the provider of a recipient owes (RFC 6109 §3.3.2): only recipients in To get
/// what was asked for (`X-TipoRicevuta`), those in Cc alone a concise one. A value that is not listed counts as
/// complete.
///
/// ```
/// use pec_core::daticert::ReceiptForm;
/// use pec_core::reconcile::{Addressed, expected_form};
/// assert_eq!(expected_form(&ReceiptForm::Brief, Addressed::To), ReceiptForm::Brief);
/// assert_eq!(expected_form(&ReceiptForm::Full, Addressed::Cc), ReceiptForm::Concise);
/// ```
#[must_use]
pub fn expected_form(requested: &ReceiptForm, addressed: Addressed) -> ReceiptForm {
    match (requested, addressed) {
        (ReceiptForm::Concise, _) | (_, Addressed::Cc) => ReceiptForm::Concise,
        (ReceiptForm::Brief, _) => ReceiptForm::Brief,
        _ => ReceiptForm::Full,
    }
}

/// Whether what a receipt carries can be of this form.
pub(super) fn fits(carried: Carried, form: &ReceiptForm) -> bool {
    match form {
        ReceiptForm::Concise => carried == Carried::Nothing,
        ReceiptForm::Brief => matches!(carried, Carried::Original | Carried::Hashes),
        _ => matches!(carried, Carried::Original | Carried::Whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair() {
        use {Addressed as A, ReceiptForm as R};
        let other = R::Other("urgente".into());
        for (requested, by_place) in [
            (&R::Full, [R::Full, R::Concise, R::Full, R::Full]),
            (&other, [R::Full, R::Concise, R::Full, R::Full]),
            (&R::Brief, [R::Brief, R::Concise, R::Brief, R::Brief]),
            (&R::Concise, [R::Concise, R::Concise, R::Concise, R::Concise]),
        ] {
            for (addressed, expected) in [A::To, A::Cc, A::Both, A::Neither].into_iter().zip(by_place) {
                assert_eq!(expected_form(requested, addressed), expected, "{requested} {addressed:?}");
            }
        }
        let fitting = |form: &R| {
            [Carried::Nothing, Carried::Original, Carried::Whole, Carried::Hashes].map(|carried| fits(carried, form))
        };
        assert_eq!(fitting(&R::Full), [false, true, true, false]);
        assert_eq!(fitting(&R::Brief), [false, true, false, true]);
        assert_eq!(fitting(&R::Concise), [true, false, false, false]);
    }
}
