//! The way out: drafts become exact bytes, and whatever a provider would refuse is known before anything is sent.

mod composed;
mod refusal;

use pec_core::compose::{self, Carried, Enclosure, Stamp};
use pec_core::daticert::ReceiptForm;
use pec_core::limits::Limits;
use pec_core::message::Mailbox;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyList, PyMemoryView, PyString, PyTuple};

pub(crate) use composed::{Composed, outgoing};
pub(crate) use refusal::{Conditions, examine_attachment, is_address, preflight, refusals, tax_id};

use crate::failure::{Failure, Reason};
use crate::instant::now;
use crate::message::Message;
use crate::source::{self, Source};
use crate::words::unknown;
use crate::work::released;

/// What a person wants to send (bozza). It never changes: what is written is written from its values.
///
/// Addresses are texts, or pairs of a name and an address. Each of `to` gets the receipt that is asked for: `receipt` is `"completa"`,
/// `"breve"`, with digests in the place of attachments, or `"sintetica"`; those of `cc` always get a concise one (RFC 6109 §3.3.2).
/// PEC knows no blind copies. `attachments` are paths, pairs of a name and bytes, or of three with the media type between them;
/// `carried` are messages, whatever `Message` takes, that go along byte for byte. Message-IDs (`in_reply_to`, `references`) are
/// given without brackets.
///
/// Raises `FileError` when a file cannot be read, `ArgumentError` for a receipt that there is not.
///
/// >>> draft = Draft("ditta@pec.alfa.example", "Fattura 42/2026", to=["ufficio@cert.beta.example"], text="Si trasmette.\n")
/// >>> draft.refusals()
/// []
/// >>> composed = draft.compose()
/// >>> composed.recipients, composed.data.endswith(b"\r\n")
/// (['ufficio@cert.beta.example'], True)
/// >>> [refusal.code for refusal in Draft("ditta@pec.alfa.example", "Fattura").refusals()]
/// ['send.no_to']
#[pyclass(frozen, eq, module = "pecpy")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    draft: compose::Draft,
}

/// An address, or a pair of a name and an address.
fn mailbox(given: &Bound<'_, PyAny>) -> PyResult<Mailbox> {
    if let Ok(address) = given.cast::<PyString>() {
        return Ok(Mailbox { name: None, address: address.to_cow()?.into_owned() });
    }
    let (name, address): (String, String) = given
        .extract()
        .map_err(|_| PyTypeError::new_err("an address is wanted, or a pair of a name and an address"))?;
    Ok(Mailbox { name: Some(name).filter(|name| !name.is_empty()), address })
}

fn mailboxes(given: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Vec<Mailbox>>> {
    let Some(given) = given else { return Ok(None) };
    if given.is_instance_of::<PyString>() {
        return Ok(Some(vec![mailbox(given)?]));
    }
    given.try_iter()?.map(|one| mailbox(&one?)).collect::<PyResult<_>>().map(Some)
}

/// What is one thing or several of them.
fn several<'py>(given: Option<&Bound<'py, PyAny>>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let Some(given) = given else { return Ok(Vec::new()) };
    let is_bytes = given.is_instance_of::<PyBytes>()
        || given.is_instance_of::<PyByteArray>()
        || given.is_instance_of::<PyMemoryView>();
    // A file gives its lines when it is iterated.
    let is_one =
        is_bytes || given.is_instance_of::<Message>() || source::path(given)?.is_some() || given.hasattr("read")?;
    if is_one { Ok(vec![given.clone()]) } else { given.try_iter()?.collect() }
}

fn enclosure(given: &Bound<'_, PyAny>) -> PyResult<Enclosure> {
    let untyped = || "application/octet-stream".to_owned();
    if let Some(path) = source::path(given)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(Enclosure { name, media_type: untyped(), bytes: source::bytes(given)? });
    }
    let wrong = || PyTypeError::new_err("attachments: paths are wanted, or (name, data), or (name, media type, data)");
    let given = given.cast::<PyTuple>().map_err(|_| wrong())?;
    let (name, media_type, data) = match given.len() {
        2 => (given.get_item(0)?, untyped(), given.get_item(1)?),
        3 => (given.get_item(0)?, given.get_item(1)?.extract()?, given.get_item(2)?),
        _ => return Err(wrong()),
    };
    Ok(Enclosure { name: name.extract()?, media_type, bytes: source::bytes(&data)? })
}

fn carried(given: &Bound<'_, PyAny>) -> PyResult<Carried> {
    let message = Source::of(given)?.message(None, &Limits::DEFAULT)?;
    Ok(Carried { name: "messaggio.eml".into(), bytes: message.message.bytes().to_vec() })
}

fn receipt(word: &str) -> Result<ReceiptForm, Failure> {
    let forms = [ReceiptForm::Full, ReceiptForm::Brief, ReceiptForm::Concise];
    let known = || unknown("receipt", word, &["completa", "breve", "sintetica"]);
    forms.into_iter().find(|form| form.as_str() == word).ok_or_else(known)
}

/// What a person adds to a draft.
struct Words<'a, 'py> {
    to: Option<&'a Bound<'py, PyAny>>,
    cc: Option<&'a Bound<'py, PyAny>>,
    text: &'a str,
    html: Option<String>,
    attachments: Option<&'a Bound<'py, PyAny>>,
    carried: Option<&'a Bound<'py, PyAny>>,
    receipt: &'a str,
}

impl Words<'_, '_> {
    fn write(self, mut draft: compose::Draft) -> PyResult<Draft> {
        if let Some(to) = mailboxes(self.to)? {
            draft.to = to;
        }
        draft.cc = mailboxes(self.cc)?.unwrap_or_default();
        (draft.text, draft.html) = (self.text.to_owned(), self.html);
        for one in several(self.attachments)? {
            draft.attachments.push(enclosure(&one)?);
        }
        for one in several(self.carried)? {
            draft.carried.push(carried(&one)?);
        }
        draft.receipt = receipt(self.receipt)?;
        Ok(Draft { draft })
    }
}

fn shown(mailboxes: &[Mailbox]) -> Vec<String> {
    mailboxes.iter().map(|mailbox| mailbox.address.clone()).collect()
}

#[pymethods]
impl Draft {
    #[new]
    #[pyo3(signature = (sender, subject, *, to = None, cc = None, text = "", html = None, attachments = None, carried = None,
        receipt = "completa", in_reply_to = None, references = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn new(
        sender: &Bound<'_, PyAny>,
        subject: String,
        to: Option<&Bound<'_, PyAny>>,
        cc: Option<&Bound<'_, PyAny>>,
        text: &str,
        html: Option<String>,
        attachments: Option<&Bound<'_, PyAny>>,
        carried: Option<&Bound<'_, PyAny>>,
        receipt: &str,
        in_reply_to: Option<String>,
        references: Option<Vec<String>>,
    ) -> PyResult<Self> {
        let mut draft = compose::Draft::new(mailbox(sender)?, subject);
        (draft.in_reply_to, draft.references) = (in_reply_to, references.unwrap_or_default());
        Words { to, cc, text, html, attachments, carried, receipt }.write(draft)
    }

    /// An answer to a message, whatever `Message` takes, which goes along byte for byte: unless `to` says otherwise, to whoever asks for
    /// answers, else to its sender. In the envelope of a PEC that is the sender of the original, never the provider. The message need
    /// not be certified: what it says of its sender may be a lie.
    #[staticmethod]
    #[pyo3(signature = (sender, message, *, to = None, cc = None, text = "", html = None, attachments = None,
        carried = None, receipt = "completa"))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn reply(
        sender: &Bound<'_, PyAny>,
        message: &Bound<'_, PyAny>,
        to: Option<&Bound<'_, PyAny>>,
        cc: Option<&Bound<'_, PyAny>>,
        text: &str,
        html: Option<String>,
        attachments: Option<&Bound<'_, PyAny>>,
        carried: Option<&Bound<'_, PyAny>>,
        receipt: &str,
    ) -> PyResult<Self> {
        let draft = compose::Draft::reply(mailbox(sender)?, &parsed(message)?.message);
        Words { to, cc, text, html, attachments, carried, receipt }.write(draft)
    }

    /// A message, whatever `Message` takes, handed on byte for byte: a PEC inside keeps its proof.
    #[staticmethod]
    #[pyo3(signature = (sender, message, *, to = None, cc = None, text = "", html = None, attachments = None,
        carried = None, receipt = "completa"))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn forward(
        sender: &Bound<'_, PyAny>,
        message: &Bound<'_, PyAny>,
        to: Option<&Bound<'_, PyAny>>,
        cc: Option<&Bound<'_, PyAny>>,
        text: &str,
        html: Option<String>,
        attachments: Option<&Bound<'_, PyAny>>,
        carried: Option<&Bound<'_, PyAny>>,
        receipt: &str,
    ) -> PyResult<Self> {
        let draft = compose::Draft::forward(mailbox(sender)?, &parsed(message)?.message);
        Words { to, cc, text, html, attachments, carried, receipt }.write(draft)
    }

    /// The address of the mailbox from which it goes.
    #[getter]
    fn sender(&self) -> &str {
        &self.draft.from.address
    }

    /// To whom it is addressed.
    #[getter]
    fn to(&self) -> Vec<String> {
        shown(&self.draft.to)
    }

    /// Who gets a copy.
    #[getter]
    fn cc(&self) -> Vec<String> {
        shown(&self.draft.cc)
    }

    /// The subject.
    #[getter]
    fn subject(&self) -> &str {
        &self.draft.subject
    }

    /// The text.
    #[getter]
    fn text(&self) -> &str {
        &self.draft.text
    }

    /// The text as HTML as well.
    #[getter]
    fn html(&self) -> Option<&str> {
        self.draft.html.as_deref()
    }

    /// The names of its files.
    #[getter]
    fn attachments(&self) -> Vec<&str> {
        self.draft.attachments.iter().map(|one| one.name.as_str()).collect()
    }

    /// The names of the messages that go along.
    #[getter]
    fn carried(&self) -> Vec<&str> {
        self.draft.carried.iter().map(|one| one.name.as_str()).collect()
    }

    /// Which delivery receipt is asked for.
    #[getter]
    fn receipt(&self) -> &str {
        self.draft.receipt.as_str()
    }

    /// The Message-ID of what is answered.
    #[getter]
    fn in_reply_to(&self) -> Option<&str> {
        self.draft.in_reply_to.as_deref()
    }

    /// The Message-IDs of what went before.
    #[getter]
    fn references(&self) -> Vec<&str> {
        self.draft.references.iter().map(String::as_str).collect()
    }

    /// Writes it. Its date is `now` as clocks in Italy show it. Of `seed`, 32 bytes that are used for this message alone, are made its
    /// boundaries and, unless one is given, its Message-ID: the same seed and time write the same bytes. Without one it is
    /// drawn at random.
    ///
    /// Raises `RefusedError` for values that cannot be written, with all of them in `refusals`. Whether a provider takes what is
    /// written, `refusals()` says.
    #[pyo3(signature = (*, now = None, message_id = None, seed = None))]
    fn compose(
        &self,
        py: Python<'_>,
        now: Option<&Bound<'_, PyAny>>,
        message_id: Option<String>,
        seed: Option<&[u8]>,
    ) -> PyResult<Composed> {
        let now = self::now(now)?;
        let mut drawn = [0; 32];
        match seed {
            Some(seed) => {
                drawn = seed
                    .try_into()
                    .map_err(|_| PyValueError::new_err(format!("seed: 32 bytes are wanted, not {}", seed.len())))?;
            }
            None => getrandom::fill(&mut drawn).map_err(|error| Failure::new(Reason::PEC_PANIC, error.to_string()))?,
        }
        let stamp = Stamp::in_italy(now, drawn);
        let stamp = message_id.into_iter().fold(stamp, Stamp::message_id);
        let composed = released(py, || self.draft.compose(&stamp))?;
        Ok(Composed { composed: composed.map_err(Failure::refused)? })
    }

    /// Everything that keeps it from being sent under these conditions, those of the law unless given, and what a person should
    /// know: a `Refusal` each. It proves as little as `preflight` that a provider takes it.
    #[pyo3(signature = (conditions = None, *, message_id = None))]
    fn refusals<'py>(
        &self,
        py: Python<'py>,
        conditions: Option<&Bound<'py, Conditions>>,
        message_id: Option<String>,
    ) -> PyResult<Bound<'py, PyList>> {
        // No reason depends on when it is written.
        let stamp =
            message_id.into_iter().fold(Stamp::in_italy(jiff::Timestamp::UNIX_EPOCH, [0; 32]), Stamp::message_id);
        let conditions = Conditions::of(conditions);
        let found = released(py, || self.draft.refusals(&stamp, &conditions))?;
        refusals(py, &found)
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Draft {:?} from {}>", self.draft.subject, self.draft.from.address)
    }
}

fn parsed(given: &Bound<'_, PyAny>) -> PyResult<Message> {
    Ok(Source::of(given)?.message(None, &Limits::DEFAULT)?)
}
