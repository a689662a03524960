//! Who enters a mailbox.

use pec_imap::Origin;
use pyo3::prelude::*;
use secrecy::ExposeSecret as _;

use crate::instant::{Instant, instant};
use crate::words::unknown;

/// Who enters a mailbox, and until when. No call of this library changes a password with the provider.
///
/// `login` is the name of the user, mostly the address. `origin` is `"holder"`, the holder's own password, or `"generated"`,
/// made by the provider for mail programs, as they ask where a second factor is on. `expires` is when it ends, `renewal` who
/// renews it, or where: a hint for a person, and no secret.
///
/// Its password is shown by nothing but `reveal`.
///
/// >>> credential = Credential("ditta@pec.example", "pàsswörd", origin="generated")
/// >>> credential
/// <pecpy.Credential of 'ditta@pec.example', generated>
/// >>> credential.reveal()
/// 'pàsswörd'
/// >>> Credential("ditta@pec.example", "x", origin="found")
/// Traceback (most recent call last):
///     ...
/// pecpy.ArgumentError: ...
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(super) credential: pec_imap::Credential,
}

#[pymethods]
impl Credential {
    #[new]
    #[pyo3(signature = (login, password, *, origin = "holder", expires = None, renewal = None))]
    fn new(
        login: &str,
        password: String,
        origin: &str,
        expires: Option<&Bound<'_, PyAny>>,
        renewal: Option<String>,
    ) -> PyResult<Self> {
        let known = Origin::from_name(origin).ok_or_else(|| unknown("origin", origin, &["holder", "generated"]))?;
        let mut credential = pec_imap::Credential::new(login, password).origin(known);
        if let Some(expires) = expires {
            credential = credential.expires(instant(expires, "expires")?);
        }
        if let Some(hint) = renewal {
            credential = credential.renewal(hint);
        }
        Ok(Self { credential })
    }

    /// The name of the user.
    #[getter]
    fn login(&self) -> &str {
        self.credential.login()
    }

    /// Where the password comes from: `"holder"` or `"generated"`.
    #[getter]
    fn origin(&self) -> &'static str {
        self.credential.comes_from().as_str()
    }

    /// When it ends, where that is known.
    #[getter]
    fn expires(&self) -> Option<Instant> {
        self.credential.ends().map(Instant)
    }

    /// Who renews it, or where.
    #[getter]
    fn renewal(&self) -> Option<&str> {
        self.credential.renewal_hint()
    }

    /// The password, for a host that keeps it. Whoever gets it has to take care of it.
    fn reveal(&self) -> &str {
        self.credential.secret().expose_secret()
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Credential of {:?}, {}>", self.login(), self.origin()).replace('"', "'")
    }
}
