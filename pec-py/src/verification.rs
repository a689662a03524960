//! A verification: every answer, the findings, the certified and the claimed data, JSON, HTML.

mod certdata;
mod finding;
mod html;

use pec_core::daticert::CertData;
use pec_core::text::printable;
use pec_core::verify::{self, Report};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

pub(crate) use certdata::Certdata;
pub(crate) use finding::{Finding, Signer};

use crate::failure::{Failure, Reason};
use crate::instant::Instant;
use crate::message::Message;
use crate::words::{language, word};
use crate::work::released;

/// Everything that was found out about one message. It never changes; it holds the message.
///
/// The answers are separate, the verdict sums them up. It proves what the verdict says; it does not prove that nothing was
/// left out of a mailbox, that a recipient read the message, or that a time is true which only the provider states (`time` is
/// `claimed`).
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Verification {
    pub(crate) message: Message,
    pub(crate) verification: verify::Verification,
}

impl Verification {
    pub(crate) const fn new(message: Message, verification: verify::Verification) -> Self {
        Self { message, verification }
    }

    fn json(&self, name: Option<&str>) -> String {
        Report::new(name.unwrap_or(&self.message.name), &self.message.message, &self.verification).to_json()
    }
}

#[pymethods]
impl Verification {
    /// What the message is called: its path, or the name that was given.
    #[getter]
    fn name(&self) -> &str {
        &self.message.name
    }

    /// The message that was verified.
    #[getter]
    fn message(&self) -> Message {
        self.message.clone()
    }

    /// What the message is worth as proof: a `Verdict`.
    #[getter]
    fn verdict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        word(py, "Verdict", self.verification.verdict().as_str())
    }

    /// Whether the message is proof: the verdict is `certified` or `certified-with-problems`.
    #[getter]
    fn is_certified(&self) -> bool {
        self.verification.verdict().is_certified()
    }

    /// What kind of message it is, by its signed part: the value of `tipo` such as `avvenuta-consegna`, `anomalia`, or
    /// `ordinary`.
    #[getter]
    fn kind(&self) -> &str {
        self.verification.kind.as_str()
    }

    /// The kind for a person, in Italian (`"it"`) or English (`"en"`).
    #[pyo3(signature = (language = "it"))]
    fn kind_title(&self, language: &str) -> PyResult<&str> {
        Ok(self.verification.kind.title(self::language(language)?))
    }

    /// Are the signed bytes the ones that were signed? An `Integrity`.
    #[getter]
    fn integrity<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        word(py, "Integrity", self.verification.integrity.as_str())
    }

    /// Was the signer trusted at the judged time? A `TrustAtSigning`.
    #[getter]
    fn trust_at_signing<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        word(py, "TrustAtSigning", self.verification.trust_at_signing.as_str())
    }

    /// Is the signer trusted now? A `TrustNow`.
    #[getter]
    fn trust_now<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        word(py, "TrustNow", self.verification.trust_now.as_str())
    }

    /// What the time of signing rests on: a `TimeProof`.
    #[getter]
    fn time<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        word(py, "TimeProof", self.verification.time.as_str())
    }

    /// What the given evidence says about revocation, for the judged time: a `Revocation`.
    #[getter]
    fn revocation<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        word(py, "Revocation", self.verification.revocation.as_str())
    }

    /// The authority at the end of the path; one that the host has added begins with `host:`. `None` where no path was found.
    #[getter]
    fn anchor(&self) -> Option<String> {
        self.verification.anchor.map(|anchor| anchor.to_string())
    }

    /// When it was signed, in UTC: the proven time, else the time in the signature, else that of the certification data.
    #[getter]
    fn signed_at(&self) -> Option<Instant> {
        self.verification.signed_at.map(Instant)
    }

    /// Who signed, as the certificate says; `None` when there is no signature that can be read.
    #[getter]
    fn signer(&self) -> Option<Signer> {
        self.verification.signer.clone().map(Signer::from)
    }

    /// Everything that was found, in the order of the checks.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.verification.findings.iter().cloned().map(Finding::from).collect::<Vec<_>>())
    }

    /// The certified data: what a licensed PEC provider signed.
    ///
    /// This proves that the provider signed exactly these data and was trusted at the judged time. It does not prove that the
    /// content is true, that the recipient read it, or, where `time` is `claimed`, that the time is another than the one the
    /// provider states.
    ///
    /// Raises `NotCertifiedError` for every verdict but `certified` and `certified-with-problems`.
    fn certified(&self) -> PyResult<Certdata> {
        let proof = self.verification.certified().map(|proof| CertData::clone(proof.value()));
        let refused = || Failure::new(Reason::PEC_NOT_CERTIFIED, self.verification.verdict().as_str());
        Ok(Certdata::certified(proof.ok_or_else(refused)?))
    }

    /// What the message claims, whatever the verdict: proof of nothing, anybody can write it. `None` when it holds no data
    /// that can be read.
    fn claimed(&self) -> Option<Certdata> {
        self.verification.daticert().cloned().map(Certdata::claimed)
    }

    /// The verdict and every finding with its reason, for a person, in Italian (`"it"`) or English (`"en"`).
    #[pyo3(signature = (language = "it"))]
    fn explain(&self, language: &str) -> PyResult<String> {
        let language = self::language(language)?;
        let verdict = self.verification.verdict();
        let mut text = format!("{}\n{}\n", verdict.title(language), verdict.explanation(language));
        for finding in &self.verification.findings {
            let detail = if finding.detail.is_empty() { "" } else { &*format!(" ({})", printable(&finding.detail)) };
            let (code, severity) = (finding.code, finding.severity);
            text.push_str(&format!("\n{severity} {code}{detail}\n  {}\n", code.explanation(language)));
        }
        Ok(text)
    }

    /// The verification as one JSON object, byte for byte as `pec verify --json` prints it: keys in fixed order, times in UTC
    /// (RFC 3339), absent values null. `name` is what the message is called in it; `Verification.name`, unless given.
    #[pyo3(signature = (name = None))]
    fn to_json(&self, py: Python<'_>, name: Option<&str>) -> PyResult<String> {
        released(py, || self.json(name))
    }

    /// The same as a `dict`, for `json`, `pandas` and the like: words, numbers, `None`, lists and `dict`s.
    #[pyo3(signature = (name = None))]
    fn to_dict<'py>(&self, py: Python<'py>, name: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.getattr("loads")?.call1((self.json(name),))
    }

    fn __repr__(&self) -> String {
        let it = &self.verification;
        format!("<pecpy.Verification {:?}: {}, {}>", self.message.name, it.kind.as_str(), it.verdict())
    }

    fn _repr_html_(&self) -> String {
        html::table(&self.message.name, &self.verification)
    }
}
