//! The proof type: what only verification can make.

use super::{Verdict, Verification};
use crate::daticert::CertData;

/// A value that a licensed PEC provider certified: made only by [`Verification::certified`], for the verdicts
/// `certified` and `certified-with-problems`.
///
/// This proves that the provider signed exactly these data and was trusted at the judged time. It does not prove that
/// the content of the message is true, that the recipient read it, or, with [`super::TimeProof::Claimed`], that the
/// time is another than the one the provider states.
///
/// It cannot be made by hand:
///
/// ```compile_fail
/// # use pec_core::{daticert::{CertData, Kind}, verify::Certified};
/// let forged = Certified { value: CertData::new(Kind::Delivery) };
/// ```
///
/// nor built from unproven data:
///
/// ```compile_fail
/// # use pec_core::{daticert::{CertData, Kind}, verify::Certified};
/// let forged: Certified<CertData> = CertData::new(Kind::Delivery).into();
/// ```
///
/// nor by changing what verification found:
///
/// ```compile_fail
/// # use pec_core::{daticert::{CertData, Kind}, verify::Verification};
/// fn swap(mut verification: Verification) -> bool {
///     verification.daticert = Some(CertData::new(Kind::Delivery));
///     verification.certified().is_some()
/// }
/// ```
///
/// ```compile_fail
/// # use pec_core::verify::{Verdict, Verification};
/// fn raise(mut verification: Verification) -> bool {
///     verification.verdict = Verdict::Certified;
///     verification.certified().is_some()
/// }
/// ```
///
/// and it does not turn into the unproven form by itself:
///
/// ```compile_fail
/// # use pec_core::{daticert::CertData, verify::Certified};
/// fn unproven(data: &CertData) {}
/// fn slip(proof: &Certified<CertData>) { unproven(proof) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified<T> {
    value: T,
}

impl<T> Certified<T> {
    /// The certified value.
    #[must_use]
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// The certified value, the proof given up.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }
}

impl Verification {
    /// The certification data, when they are proof.
    ///
    /// `None` for every other verdict, and for anomaly envelopes, which certify nothing.
    #[must_use]
    pub fn certified(&self) -> Option<Certified<&CertData>> {
        match self.verdict {
            Verdict::Certified | Verdict::CertifiedWithProblems => {
                self.daticert.as_ref().map(|value| Certified { value })
            }
            _ => None,
        }
    }

    /// The certification data by value, when they are proof.
    #[must_use]
    pub fn into_certified(self) -> Option<Certified<CertData>> {
        if self.verdict.is_certified() { self.daticert.map(|value| Certified { value }) } else { None }
    }
}
