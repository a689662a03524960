//! The kinds of revocation, and the word that a reactivation of an annulled mailbox needs.

use serde::{Deserialize, Serialize};

use crate::delegation::{DocumentDigest, Text};

/// Why a mailbox is revoked (FEATURES row 41).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[doc(alias = "revoca")]
pub enum Revoke {
    /// Before its end, since the client asks for it: by this form, uploaded and confirmed.
    CustomerRequest {
        /// The form; without one it is refused.
        form: Option<DocumentDigest>,
    },
    /// «Revoca per mancato pagamento»: at once, without a form.
    #[doc(alias = "revoca per mancato pagamento")]
    NonPayment,
    /// For another reason: the source speaks of three kinds and names two.
    Other {
        /// Which.
        why: Text,
    },
}

/// That a person has answered «Sicuro di riattivare la casella annullata?» with OK (FEATURES row 44): a value of a type of
/// its own, so that no flag that stands for something else gets here.
///
/// ```compile_fail
/// # use pec_core::delegation::lifecycle::{Confirmed, Wish};
/// let wish = Wish::ReactivateAnnulled { confirm: true };
/// ```
///
/// ```
/// # use pec_core::delegation::lifecycle::{Confirmed, Wish};
/// let wish = Wish::ReactivateAnnulled { confirm: Confirmed::after_the_question() };
/// assert_eq!(serde_json::to_string(&wish)?, r#"{"wish":"reactivate-annulled","confirm":true}"#);
/// assert!(serde_json::from_str::<Wish>(r#"{"wish":"reactivate-annulled","confirm":false}"#).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "bool", into = "bool")]
pub struct Confirmed(());

impl Confirmed {
    /// To be called where [`Wording::ReactivateAnnulled`](super::Wording::ReactivateAnnulled) was answered with OK.
    #[must_use]
    pub const fn after_the_question() -> Self {
        Self(())
    }
}

impl TryFrom<bool> for Confirmed {
    type Error = &'static str;

    fn try_from(confirmed: bool) -> Result<Self, Self::Error> {
        if confirmed { Ok(Self(())) } else { Err("it has to be confirmed") }
    }
}

impl From<Confirmed> for bool {
    fn from(_: Confirmed) -> Self {
        true
    }
}
