//! A message, and what can be taken out of it.

use std::sync::Arc;

use pec_core::verify::{self, Extract};
use pec_core::{limits, message};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::limits::Limits;
use crate::part::Part;
use crate::source::{Data, Source};
use crate::words::unknown;
use crate::work::released;

/// A message: its bytes as they were received, and the tree of its parts.
///
/// `source` is a path, bytes or a file object opened with "rb". Anything can be read: what is no message has the verdict for
/// it. `name` is what the message is called in reports; the path, unless given. `limits` say how much of it is read, now and
/// later.
///
/// Raises `MissingFileError` or `FileError` when a file cannot be read, `SeveralMessagesError` for an mbox, `TooLargeError`
/// beyond 256 MiB, or the limit that is given.
///
/// >>> message = Message(b"Subject: x\r\n\r\nbody")
/// >>> message.root.header("subject")
/// 'x'
/// >>> Message("no such file")
/// Traceback (most recent call last):
///     ...
/// pecpy.MissingFileError: ...
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) message: Arc<message::Message<Data>>,
    pub(crate) name: Arc<str>,
}

impl Message {
    pub(crate) fn parse(data: Data, name: String, limits: &limits::Limits) -> Self {
        Self { message: Arc::new(message::Message::parse(data, limits)), name: name.into() }
    }

    pub(crate) fn named(self, name: String) -> Self {
        Self { name: name.into(), ..self }
    }

    /// What was taken out, as a message of its own.
    fn inner(&self, extracted: verify::Extracted) -> Self {
        let name = extracted.name.unwrap_or_default();
        Self::parse(Data::Owned(extracted.bytes), format!("{}/{name}", self.name), self.message.limits())
    }

    fn take(&self, what: Extract) -> Vec<verify::Extracted> {
        what.from(&*self.message)
    }
}

#[pymethods]
impl Message {
    #[new]
    #[pyo3(signature = (source, *, name = None, limits = None))]
    fn new(
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        name: Option<String>,
        limits: Option<&Bound<'_, Limits>>,
    ) -> PyResult<Self> {
        let (source, limits) = (Source::of(source)?, limits.map(|limits| limits.get().core()).unwrap_or_default());
        Ok(released(py, || source.message(name, &limits))??)
    }

    /// What the message is called in reports.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    /// The bytes as they were received.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.message.bytes())
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.data(py)
    }

    /// How many bytes it has.
    fn __len__(&self) -> usize {
        self.message.bytes().len()
    }

    /// The message itself, as the part that holds all others.
    #[getter]
    fn root(&self) -> Part {
        Part::of(&self.message, self.message.root())
    }

    /// Every part, the root first, depth first; parts of nested messages too.
    fn parts(&self) -> Vec<Part> {
        let root = self.message.root();
        std::iter::once(root).chain(root.descendants()).map(|part| Part::of(&self.message, part)).collect()
    }

    /// The original message (`postacert.eml`) inside an envelope or a complete delivery receipt; `None` where there is none.
    ///
    /// That something stands where an original stands proves nothing: the verdict on the message does.
    fn original(&self) -> Option<Self> {
        self.take(Extract::Original).into_iter().next().map(|it| self.inner(it))
    }

    /// The attachments of the original message; of the message itself when it carries none.
    fn attachments(&self) -> Vec<Extracted> {
        self.take(Extract::Attachments).into_iter().map(Extracted::from).collect()
    }

    /// The PECs inside an ordinary message, each to be verified on its own.
    fn nested(&self) -> Vec<Self> {
        self.take(Extract::Nested).into_iter().map(|it| self.inner(it)).collect()
    }

    /// The whole message as it was before a program transcoded it, to be verified on its own; `None` where it was not.
    fn restored(&self) -> Option<Self> {
        self.take(Extract::Restored).into_iter().next().map(|it| self.inner(it))
    }

    /// Takes something out: `"original"`, `"daticert"`, `"attachments"`, `"signature"`, `"nested"` or `"restored"`. The list
    /// may be empty.
    ///
    /// Raises `ArgumentError` for another word.
    fn extract(&self, py: Python<'_>, what: &str) -> PyResult<Vec<Extracted>> {
        let known = Extract::ALL.map(Extract::as_str);
        let known =
            Extract::ALL.into_iter().find(|it| it.as_str() == what).ok_or_else(|| unknown("what", what, &known))?;
        let taken = released(py, || self.take(known))?;
        Ok(taken.into_iter().map(Extracted::from).collect())
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Message {:?}, {} bytes>", self.name, self.__len__())
    }
}

/// Something that was taken out of a message.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Extracted {
    extracted: verify::Extracted,
}

impl From<verify::Extracted> for Extracted {
    fn from(extracted: verify::Extracted) -> Self {
        Self { extracted }
    }
}

#[pymethods]
impl Extracted {
    /// The usual name (`postacert.eml`), or what an attachment calls itself; `None` when it has none.
    ///
    /// The sender of the message chose the name of an attachment, it may hold anything (`../../etc/passwd`): never use it as
    /// a path.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.extracted.name.as_deref()
    }

    /// Whether it is a message.
    #[getter]
    const fn is_message(&self) -> bool {
        self.extracted.is_message
    }

    /// The bytes, without transfer encoding.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.extracted.bytes)
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.data(py)
    }

    /// How many bytes it has.
    fn __len__(&self) -> usize {
        self.extracted.bytes.len()
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Extracted {:?}, {} bytes>", self.name().unwrap_or_default(), self.__len__())
    }
}
