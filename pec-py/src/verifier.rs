//! The verifier: trust data, evidence and policy, used for any number of messages on any number of threads.

use std::sync::Arc;

use jiff::Timestamp;
use pec_core::directory::ProviderDirectory;
use pec_core::trust;
use pec_core::verify::{self as core, Integrity, JudgedAt, MailboxRole};
use pec_core::{limits, message};
use pec_files::Item;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;

use crate::directory::Directory;
use crate::failure::Failure;
use crate::instant::{instant, now};
use crate::limits::Limits;
use crate::many::Verifications;
use crate::message::Message;
use crate::source::{self, Data, Source};
use crate::trust::{Evidence, Trust, TrustStore};
use crate::verification::Verification;
use crate::words::unknown;
use crate::work::released;

/// What verifying takes.
#[derive(Debug, Clone)]
pub(crate) struct Judge {
    trust: Arc<Trust>,
    evidence: Option<Arc<trust::Evidence>>,
    directory: Option<Arc<ProviderDirectory>>,
    judged_at: JudgedAt,
    mailbox: MailboxRole,
    limits: Option<limits::Limits>,
}

impl Judge {
    /// The judge of those who bring none: the trust data of this version, nothing else.
    pub(crate) fn built_in() -> Self {
        Self {
            trust: Trust::built_in(),
            evidence: None,
            directory: None,
            judged_at: JudgedAt::Signing,
            mailbox: MailboxRole::User,
            limits: None,
        }
    }

    pub(crate) fn new(
        trust: Option<&TrustStore>,
        evidence: Option<&Evidence>,
        directory: Option<&Directory>,
        judged_at: Option<&Bound<'_, PyAny>>,
        mailbox: &str,
        limits: Option<&Bound<'_, Limits>>,
    ) -> PyResult<Self> {
        Ok(Self {
            limits: limits.map(|limits| limits.get().core()),
            trust: trust.map_or_else(Trust::built_in, |trust| Arc::clone(&trust.trust)),
            evidence: evidence.map(|evidence| Arc::clone(&evidence.evidence)),
            directory: directory.map(|directory| Arc::clone(&directory.directory)),
            judged_at: judged_at.map_or(Ok(JudgedAt::Signing), self::judged_at)?,
            mailbox: match mailbox {
                "user" => MailboxRole::User,
                "service" => MailboxRole::Service,
                _ => return Err(unknown("mailbox", mailbox, &["user", "service"]).into()),
            },
        })
    }

    pub(crate) fn verify<B: AsRef<[u8]>>(&self, message: &message::Message<B>, now: Timestamp) -> core::Verification {
        let mut verifier = core::Verifier::new(&self.trust.store).judged_at(self.judged_at).mailbox(self.mailbox);
        if let Some(evidence) = &self.evidence {
            verifier = verifier.evidence(evidence);
        }
        if let Some(directory) = &self.directory {
            verifier = verifier.directory(directory);
        }
        let mut cache = self.trust.caches.take();
        let verification = match &self.limits {
            Some(limits) if limits != message.limits() => {
                verifier.verify(&message::Message::parse(message.bytes(), limits), now, &mut cache)
            }
            _ => verifier.verify(message, now, &mut cache),
        };
        self.trust.caches.give_back(cache);
        verification
    }

    /// The limits within which files and bytes are read.
    pub(crate) fn reading_limits(&self) -> &limits::Limits {
        self.limits.as_ref().unwrap_or(&limits::Limits::DEFAULT)
    }

    /// Reads and verifies.
    pub(crate) fn judge(&self, source: Source, name: Option<String>, now: Timestamp) -> Result<Verification, Failure> {
        if let Source::Path(path) = source {
            return self.item(source::read(&path, self.reading_limits().message_bytes)?, name, now);
        }
        let message = source.message(name, self.reading_limits())?;
        let verification = self.verify(&message.message, now);
        Ok(Verification::new(message, verification))
    }

    /// Verifies what was read from a file, an mbox too.
    pub(crate) fn item(&self, item: Item, name: Option<String>, now: Timestamp) -> Result<Verification, Failure> {
        let bytes = item.bytes.map_err(|reason| Failure::unread(&item.name, reason))?;
        let mut message = Message::parse(Data::Owned(bytes), name.unwrap_or(item.name), self.reading_limits());
        let mut verification = self.verify(&message.message, now);
        if verification.integrity == Integrity::Altered
            && let Some((reading, found)) = item.quoting.intact(&message.message, |reading| self.verify(reading, now))
        {
            let (name, limits) = (message.name.to_string(), self.reading_limits());
            message = Message::parse(Data::Owned(reading.into_bytes()), name, limits);
            verification = found;
        }
        Ok(Verification::new(message, verification))
    }
}

fn judged_at(given: &Bound<'_, PyAny>) -> PyResult<JudgedAt> {
    let Ok(word) = given.extract::<PyBackedStr>() else { return Ok(JudgedAt::At(instant(given, "judged_at")?)) };
    match &*word {
        "signing" => Ok(JudgedAt::Signing),
        "now" => Ok(JudgedAt::Now),
        other => Err(unknown("judged_at", other, &["signing", "now", "a datetime"]).into()),
    }
}

/// Trust data, evidence and policy, to verify any number of messages on any number of threads.
///
/// `trust` is what is built in, unless given. Without `evidence` revocation is "not-checked", never "good". `directory` is for
/// those who have it. `judged_at` is the time at which the signer is judged: `"signing"`, as the law asks, `"now"`, or a
/// `datetime`; every other check stays as it is. `mailbox` is where the messages were found: a `"user"`'s, or a `"service"`
/// mailbox of a provider (casella di servizio). `limits` say how much of a message is read, whatever it was parsed with; unless
/// they are given, a `Message` keeps its own.
///
/// Certification paths that were found good are kept with the trust store for the next message; they never change an answer.
///
/// >>> verifier = Verifier()
/// >>> verifier.verify(b"Subject: ACCETTAZIONE: x\r\n\r\nnot signed").verdict
/// <Verdict.NOT_PEC: 'not-pec'>
/// >>> Verifier(mailbox="mine")
/// Traceback (most recent call last):
///     ...
/// pecpy.ArgumentError: ...
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Verifier {
    judge: Arc<Judge>,
}

#[pymethods]
impl Verifier {
    #[new]
    #[pyo3(signature = (*, trust = None, evidence = None, directory = None, judged_at = None, mailbox = "user", limits = None))]
    fn new(
        trust: Option<&Bound<'_, TrustStore>>,
        evidence: Option<&Bound<'_, Evidence>>,
        directory: Option<&Bound<'_, Directory>>,
        judged_at: Option<&Bound<'_, PyAny>>,
        mailbox: &str,
        limits: Option<&Bound<'_, Limits>>,
    ) -> PyResult<Self> {
        let (trust, evidence) = (trust.map(Bound::get), evidence.map(Bound::get));
        let judge = Judge::new(trust, evidence, directory.map(Bound::get), judged_at, mailbox, limits)?;
        Ok(Self { judge: Arc::new(judge) })
    }

    /// Verifies one message: a path, bytes, a file object opened with "rb", or a `Message`. It never fails for what is in
    /// the message: that is a verdict, with its findings.
    ///
    /// `now` is the caller's time, a `datetime` with a time zone; the machine's clock, unless given. `name` is what the
    /// message is called in reports; the path, unless given.
    ///
    /// What the verdict `certified` proves: a licensed PEC provider signed these very bytes. It does not prove that the
    /// content is true, that anybody read it, or that no other message exists.
    ///
    /// Raises as `Message`.
    #[pyo3(signature = (source, *, now = None, name = None))]
    fn verify(
        &self,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
        name: Option<String>,
    ) -> PyResult<Verification> {
        let (source, now) = (Source::of(source)?, self::now(now)?);
        Ok(released(py, || self.judge.judge(source, name, now))??)
    }

    /// Verifies whole mailboxes, message by message: see `verify_many`.
    #[pyo3(signature = (sources, *, now = None, threads = None))]
    fn verify_many(
        &self,
        sources: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
        threads: Option<usize>,
    ) -> PyResult<Verifications> {
        Verifications::new(Arc::clone(&self.judge), sources, self::now(now)?, threads)
    }

    fn __repr__(&self) -> String {
        let Judge { trust, judged_at, mailbox, .. } = &*self.judge;
        let at = match judged_at {
            JudgedAt::Signing => "signing".to_owned(),
            JudgedAt::Now => "now".to_owned(),
            JudgedAt::At(at) => at.to_string(),
        };
        let mailbox = if *mailbox == MailboxRole::Service { "service" } else { "user" };
        format!("<pecpy.Verifier, trust data of {}, judged at {at}, mailbox {mailbox}>", trust.store.data_date())
    }
}

/// Verifies one message: a path, bytes, a file object opened with "rb", or a `Message`. It never fails for what is in the
/// message: that is a verdict, with its findings.
///
/// `now` is the caller's time, a `datetime` with a time zone; the machine's clock, unless given. `name` is what the message
/// is called in reports; the path, unless given. The other parameters are those of `Verifier`.
///
/// What the verdict `certified` proves: a licensed PEC provider signed these very bytes. It does not prove that the content
/// is true, that anybody read it, or that no other message exists.
///
/// Raises as `Message`.
///
/// >>> verification = verify(b"Subject: ACCETTAZIONE: x\r\n\r\nnot signed")
/// >>> verification.verdict
/// <Verdict.NOT_PEC: 'not-pec'>
/// >>> verification.certified()
/// Traceback (most recent call last):
///     ...
/// pecpy.NotCertifiedError: ...
#[pyfunction]
#[pyo3(signature = (source, *, now = None, name = None, trust = None, evidence = None, directory = None, judged_at = None, mailbox = "user", limits = None))]
#[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn verify(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
    now: Option<&Bound<'_, PyAny>>,
    name: Option<String>,
    trust: Option<&Bound<'_, TrustStore>>,
    evidence: Option<&Bound<'_, Evidence>>,
    directory: Option<&Bound<'_, Directory>>,
    judged_at: Option<&Bound<'_, PyAny>>,
    mailbox: &str,
    limits: Option<&Bound<'_, Limits>>,
) -> PyResult<Verification> {
    let (trust, evidence) = (trust.map(Bound::get), evidence.map(Bound::get));
    let judge = Judge::new(trust, evidence, directory.map(Bound::get), judged_at, mailbox, limits)?;
    let (source, now) = (Source::of(source)?, self::now(now)?);
    Ok(released(py, || judge.judge(source, name, now))??)
}

/// Verifies whole mailboxes, message by message, on all cores: an iterator of `Verification` in the order of the sources.
///
/// `sources` is a path, or an iterable of whatever gives a message: paths of files, folders, Maildirs and mbox files, bytes, file
/// objects. The messages of an mbox bear its name, `#` and their number.
/// `threads` is one for each core, unless given. The other parameters are those of `Verifier`.
///
/// What cannot be read does not end it: it is told to the log `pecpy`, as a warning, and kept in `unread`.
///
/// >>> [verification.verdict.value for verification in verify_many([b"Subject: a\r\n\r\n", b"Subject: b\r\n\r\n"])]
/// ['not-pec', 'not-pec']
#[pyfunction]
#[pyo3(signature = (sources, *, now = None, trust = None, evidence = None, directory = None, judged_at = None, mailbox = "user",
    limits = None, threads = None))]
#[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn verify_many(
    sources: &Bound<'_, PyAny>,
    now: Option<&Bound<'_, PyAny>>,
    trust: Option<&Bound<'_, TrustStore>>,
    evidence: Option<&Bound<'_, Evidence>>,
    directory: Option<&Bound<'_, Directory>>,
    judged_at: Option<&Bound<'_, PyAny>>,
    mailbox: &str,
    limits: Option<&Bound<'_, Limits>>,
    threads: Option<usize>,
) -> PyResult<Verifications> {
    let (trust, evidence) = (trust.map(Bound::get), evidence.map(Bound::get));
    let judge = Judge::new(trust, evidence, directory.map(Bound::get), judged_at, mailbox, limits)?;
    Verifications::new(Arc::new(judge), sources, self::now(now)?, threads)
}
