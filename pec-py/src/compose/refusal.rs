//! Why a provider would not take a message: every reason at once. The values are written in Python (`pecpy._compose`).

use pec_core::attachment::{self, FileKind};
use pec_core::compose::{self, Envelope, Keeping, Refusal};
use pec_core::finding::Language;
use pec_core::tax_id::{TaxId, TaxIdError, TaxIdKind};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use super::outgoing;
use crate::failure::{Failure, Reason};
use crate::source;
use crate::work::released;

/// What the provider of a sender takes, as far as it is known: `message_bytes`, `product` (bytes times recipients), `recipients`;
/// what is beyond them is refused. Beyond `attachment_bytes` an attachment is remarked. `kept` says whether what is sent is kept byte
/// for byte, as an archive does. Where nothing is given, what is beyond the 30 MB times recipients and the 50 recipients of the law
/// (DM 2/11/2005 art. 12) is a warning, since most providers take more.
///
/// >>> Conditions(recipients=500).recipients
/// 500
#[pyclass(frozen, eq, get_all, module = "pecpy")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conditions {
    /// Bytes of one message.
    message_bytes: Option<u64>,
    /// Bytes of the message times recipients.
    product: Option<u64>,
    /// Recipients of one message.
    recipients: Option<u64>,
    /// Bytes of one attachment, decoded, from which on it is remarked.
    attachment_bytes: Option<u64>,
    /// Whether what is sent is kept.
    kept: bool,
}

#[pymethods]
impl Conditions {
    #[new]
    #[pyo3(signature = (*, message_bytes = None, product = None, recipients = None, attachment_bytes = None, kept = true))]
    fn new(
        message_bytes: Option<u64>,
        product: Option<u64>,
        recipients: Option<u64>,
        attachment_bytes: Option<u64>,
        kept: bool,
    ) -> Self {
        Self { message_bytes, product, recipients, attachment_bytes, kept }
    }
}

impl Conditions {
    /// Those that are given, or the law's.
    pub(crate) fn of(given: Option<&Bound<'_, Self>>) -> compose::Conditions {
        let Some(given) = given.map(Bound::get) else { return compose::Conditions::law() };
        compose::Conditions {
            message_bytes: given.message_bytes,
            product: given.product,
            recipients: given.recipients,
            attachment_bytes: given.attachment_bytes,
            keeping: if given.kept { Keeping::Archived } else { Keeping::NotKept },
        }
    }
}

/// Reasons as values of Python's.
pub(crate) fn refusals<'py>(py: Python<'py>, refusals: &[Refusal]) -> PyResult<Bound<'py, PyList>> {
    let class = py.import("pecpy._compose")?.getattr("Refusal")?;
    let value = |refusal: &Refusal| {
        let Refusal { code, weight, detail } = refusal;
        let (it, en) = (code.explanation(Language::It), code.explanation(Language::En));
        class.call1((code.as_str(), weight.as_str(), detail, code.rule(), it, en))
    };
    PyList::new(py, refusals.iter().map(value).collect::<PyResult<Vec<_>>>()?)
}

/// Every reason why a provider would not take a message, a `Composed` or whatever `Message` takes, from this SMTP `sender` to these
/// SMTP `recipients`, and what a person should know, whoever has written it: a `Refusal` each. Of a `Composed` the envelope is known.
/// `conditions` are those of the law unless given.
///
/// It does not prove that the provider takes it: he looks for viruses, knows the mailbox, and has limits of his own.
///
/// >>> message = b"From: a@pec.alfa.example\r\nBcc: b@cert.beta.example\r\n\r\nx\r\n"
/// >>> for refusal in preflight(message, sender="a@pec.alfa.example", recipients=["b@cert.beta.example"]):
/// ...     print(refusal.weight, refusal.code)
/// refused send.date
/// warning send.no_message_id
/// refused send.no_to
/// refused send.not_addressed
/// refused send.bcc
#[pyfunction]
#[pyo3(signature = (message, *, sender = None, recipients = None, conditions = None))]
pub(crate) fn preflight<'py>(
    py: Python<'py>,
    message: &Bound<'py, PyAny>,
    sender: Option<String>,
    recipients: Option<Vec<String>>,
    conditions: Option<&Bound<'py, Conditions>>,
) -> PyResult<Bound<'py, PyList>> {
    let (message, sender, recipients) = outgoing(message, sender, recipients)?;
    let conditions = Conditions::of(conditions);
    let found = released(py, || {
        let envelope = Envelope { sender: &sender, recipients: recipients.iter().map(String::as_str).collect() };
        compose::preflight(&message, &envelope, &conditions)
    })?;
    refusals(py, &found)
}

/// Looks at a file before it is sent, by its name and its bytes (a path, bytes or a file): an `Examined`. Beyond `large` bytes its size
/// is remarked. `legibility` is how legible a person or a program found it, from 0 to 100, and below what it is remarked. Nothing is
/// unpacked.
///
/// It is no search for viruses. That nothing is found does not prove that a file is harmless.
///
/// >>> examined = examine_attachment("fattura.pdf", b"MZ a program")
/// >>> examined.kind, [refusal.code for refusal in examined.refusals]
/// ('program', ['attachment.type_mismatch', 'attachment.executable'])
#[pyfunction]
#[pyo3(signature = (name, data, *, large = None, legibility = None))]
pub(crate) fn examine_attachment<'py>(
    py: Python<'py>,
    name: &str,
    data: &Bound<'py, PyAny>,
    large: Option<u64>,
    legibility: Option<(u8, u8)>,
) -> PyResult<Bound<'py, PyAny>> {
    let data = source::bytes(data)?;
    let (score, least) = legibility.unwrap_or_default();
    if score > 100 || least > 100 {
        return Err(Failure::new(Reason::PEC_BAD_VALUE, format!("legibility: {score}, {least}")).into());
    }
    let examined = released(py, || attachment::examine(name, &data, large).legibility(name, score, least))?;
    let found = PyTuple::new(py, refusals(py, &examined.refusals)?)?;
    py.import("pecpy._compose")?.getattr("Examined")?.call1((examined.kind.map(FileKind::as_str), found))
}

/// Whether this is an address that PEC takes: `local@domain` in ASCII, without quotes. It does not prove that there is such a mailbox.
///
/// >>> is_address("ufficio@cert.beta.example"), is_address("ufficio")
/// (True, False)
#[pyfunction]
pub(crate) fn is_address(address: &str) -> bool {
    compose::is_address(address)
}

/// A tax identifier (codice fiscale, partita IVA) in capitals and without blanks: a `TaxId`. That it is well formed proves that nobody
/// mistyped it. It does not prove that it was ever given to anybody.
///
/// Raises `ArgumentError` for what is none; the evidence says why.
///
/// >>> tax_id("it 00743110157")
/// TaxId(text='00743110157', kind='body')
/// >>> tax_id("00743110158")
/// Traceback (most recent call last):
///     ...
/// pecpy.ArgumentError: ... the last character would be 7]
#[pyfunction]
pub(crate) fn tax_id<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let id: TaxId = text.parse().map_err(|why: TaxIdError| Failure::new(Reason::PEC_BAD_VALUE, why.to_string()))?;
    let kind = match id.kind() {
        TaxIdKind::Person => "person",
        TaxIdKind::Body => "body",
    };
    py.import("pecpy._compose")?.getattr("TaxId")?.call1((id.as_str(), kind))
}
