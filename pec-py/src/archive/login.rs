//! Logging in with a signature kit (card or token) in place of a password.

use std::sync::Arc;

use pec_archive::report::{self, Report as _};
use pec_core::delegation::login::{Answer, Attempt, BareScheme, CardPolicy, ChallengeRequest, Proof, Purpose};
use pec_core::delegation::{Event, KitName, MailboxAddress, Text, UserId};
use pec_core::limits::Limits;
use pec_core::trust;
use pyo3::prelude::*;

use super::Archive;
use super::audit::value;
use super::organisation::code;
use crate::failure::{Failure, Reason};
use crate::instant::now;
use crate::source;
use crate::trust::{Evidence, Trust, TrustStore};
use crate::words::unknown;

/// What came back for a challenge, and by what it is judged, owned.
struct Given {
    mailbox: MailboxAddress,
    audience: Text,
    challenge: String,
    signed: Vec<u8>,
    certificate: Option<Vec<u8>>,
    scheme: Option<BareScheme>,
    certificates: Vec<Vec<u8>>,
    trust: Arc<Trust>,
    evidence: Arc<trust::Evidence>,
    revocation: pec_core::delegation::login::RevocationCheck,
}

impl Given {
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn new(
        (mailbox, audience, challenge): (&str, &str, &str),
        cms: Option<&Bound<'_, PyAny>>,
        signature: Option<&Bound<'_, PyAny>>,
        certificate: Option<&Bound<'_, PyAny>>,
        scheme: Option<&str>,
        certificates: Option<Vec<Bound<'_, PyAny>>>,
        trust: &Bound<'_, TrustStore>,
        evidence: Option<&Bound<'_, Evidence>>,
        revocation: &str,
    ) -> PyResult<Self> {
        use pec_core::delegation::login::RevocationCheck::{Required, WhereGiven};
        let wrong = |what: &str| Failure::new(Reason::PEC_BAD_VALUE, what);
        let (signed, certificate, scheme) = match (cms, signature, certificate, scheme) {
            (Some(cms), None, None, None) => (source::bytes(cms)?, None, None),
            (None, Some(signature), Some(certificate), Some(scheme)) => {
                let read =
                    scheme.parse().map_err(|_| Failure::new(Reason::PEC_BAD_VALUE, format!("scheme: {scheme:?}")))?;
                (source::bytes(signature)?, Some(source::bytes(certificate)?), Some(read))
            }
            _ => return Err(wrong("give cms, or signature with certificate and scheme").into()),
        };
        Ok(Self {
            mailbox: code(mailbox, "mailbox")?,
            audience: code(audience, "audience")?,
            challenge: challenge.to_owned(),
            signed,
            certificate,
            scheme,
            certificates: certificates.unwrap_or_default().iter().map(source::bytes).collect::<PyResult<_>>()?,
            trust: Arc::clone(&trust.get().trust),
            evidence: evidence.map(|evidence| Arc::clone(&evidence.get().evidence)).unwrap_or_default(),
            revocation: match revocation {
                "required" => Required,
                "where-given" => WhereGiven,
                _ => return Err(unknown("revocation", revocation, &["required", "where-given"]).into()),
            },
        })
    }

    /// Calls `work` with whoever answers so.
    fn attempt<T>(&self, work: impl FnOnce(&Attempt<'_>) -> T) -> T {
        let proof = match (&self.certificate, self.scheme) {
            (Some(certificate), Some(scheme)) => Proof::Bare { certificate, scheme, signature: &self.signed },
            _ => Proof::Cms(&self.signed),
        };
        let certificates: Vec<&[u8]> = self.certificates.iter().map(Vec::as_slice).collect();
        let answer = Answer { challenge: &self.challenge, proof, certificates: &certificates };
        let policy = CardPolicy {
            trust: &self.trust.store,
            evidence: &self.evidence,
            revocation: self.revocation,
            limits: &Limits::DEFAULT,
        };
        work(&Attempt { mailbox: &self.mailbox, audience: &self.audience, answer, policy })
    }
}

#[pymethods]
impl Archive {
    /// Gives out what a card has to sign to log in to this mailbox (`purpose` `"login"`), or to be registered with it
    /// (`"registration"`): a `Challenge`. It holds once, for five minutes. `audience` is the service that asks, by a name that the person
    /// knows and that no other service has. How often somebody may try is for the host to limit.
    ///
    /// Raises `DeniedError`: `login.mailbox_unknown`, `login.too_many_challenges`.
    #[pyo3(signature = (mailbox, audience, *, purpose = "login", now = None))]
    fn begin_login<'py>(
        &self,
        py: Python<'py>,
        mailbox: &str,
        audience: &str,
        purpose: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let known: Purpose = purpose.parse().map_err(|_| unknown("purpose", purpose, &["login", "registration"]))?;
        let request = ChallengeRequest::new(known, code(mailbox, "mailbox")?, code(audience, "audience")?);
        let now = self::now(now)?;
        let challenge = self.with(py, |archive, actor| archive.begin_login(actor, &request, now))?;
        value(py, "Challenge", &report::Challenge::of(&challenge).to_json())
    }

    /// Lets somebody in who has answered a `challenge`, the text that was given out, with a signature kit: gives a `Login`, or raises. The
    /// challenge is used up, whatever comes of it, and the log says who came in, or who did not and why.
    ///
    /// The answer is `cms`, as the middleware of smart cards makes it (`.p7m`, `.p7s`), or a bare `signature` with the `certificate` of the
    /// card and its `scheme` (`"rsa-sha256"`, `"rsa-pss-sha256"`, `"ecdsa-sha256"`; or sha384, sha512). `certificates` stand between the
    /// card and an authority of `trust` for cards (`TrustStore.with_login_anchor`). `revocation` is `"required"`, or `"where-given"`: then
    /// what nobody says of it is `"not-checked"` in the answer, never good.
    ///
    /// It proves that somebody has the card and its PIN, now. It does not prove who that is beyond what the authority vouches for, is no
    /// qualified signature, and gives no right.
    ///
    /// Raises `DeniedError`: `.reason` is a code of its own for each thing that can be wrong (`login.*`).
    #[pyo3(signature = (mailbox, audience, challenge, *, trust, cms = None, signature = None, certificate = None, scheme = None,
        certificates = None, evidence = None, revocation = "required", now = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn login<'py>(
        &self,
        py: Python<'py>,
        mailbox: &str,
        audience: &str,
        challenge: &str,
        trust: &Bound<'py, TrustStore>,
        cms: Option<&Bound<'py, PyAny>>,
        signature: Option<&Bound<'py, PyAny>>,
        certificate: Option<&Bound<'py, PyAny>>,
        scheme: Option<&str>,
        certificates: Option<Vec<Bound<'py, PyAny>>>,
        evidence: Option<&Bound<'py, Evidence>>,
        revocation: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let whole = (mailbox, audience, challenge);
        let given = Given::new(whole, cms, signature, certificate, scheme, certificates, trust, evidence, revocation)?;
        let now = self::now(now)?;
        let login = self.with(py, |archive, actor| given.attempt(|attempt| archive.login(actor, attempt, now)))?;
        value(py, "Login", &report::Login::of(&login).to_json())
    }

    /// Registers the kit that has answered a `challenge` for that under a `name`: for a `user`, a delegate of the mailbox, or for whoever
    /// it is held for. Whoever administers the mailbox does it. Gives the `Kit`. The rest is as for `login`; to remove one, and to list
    /// them: `archive.organisation.act("remove-kit", ...)`, and `kits` of `listing("mailboxes")`.
    ///
    /// Raises `DeniedError`: as `login`; `kit.not_needed` where the card is that of the holder, `org.exists`.
    #[pyo3(signature = (mailbox, audience, challenge, *, name, user = None, trust, cms = None, signature = None, certificate = None,
        scheme = None, certificates = None, evidence = None, revocation = "required", now = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn register_kit<'py>(
        &self,
        py: Python<'py>,
        mailbox: &str,
        audience: &str,
        challenge: &str,
        name: &str,
        user: Option<&str>,
        trust: &Bound<'py, TrustStore>,
        cms: Option<&Bound<'py, PyAny>>,
        signature: Option<&Bound<'py, PyAny>>,
        certificate: Option<&Bound<'py, PyAny>>,
        scheme: Option<&str>,
        certificates: Option<Vec<Bound<'py, PyAny>>>,
        evidence: Option<&Bound<'py, Evidence>>,
        revocation: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let whole = (mailbox, audience, challenge);
        let given = Given::new(whole, cms, signature, certificate, scheme, certificates, trust, evidence, revocation)?;
        let (name, now): (KitName, _) = (code(name, "name")?, self::now(now)?);
        let user: Option<UserId> = user.map(|user| code(user, "user")).transpose()?;
        let events = self.with(py, |archive, actor| {
            given.attempt(|attempt| archive.register_kit(actor, attempt, (&name, user.as_ref()), now))
        })?;
        let registered = events.iter().find_map(|event| match event {
            Event::KitRegistered { mailbox, kit } => Some(report::Kit::of(mailbox, kit)),
            _ => None,
        });
        let registered = registered.ok_or_else(|| Failure::new(Reason::PEC_PANIC, "nothing was registered"))?;
        value(py, "Kit", &registered.to_json())
    }
}
