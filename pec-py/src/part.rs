//! One part of a message.

use std::sync::Arc;

use pec_core::message::{self, TransferEncoding, unfold, unstructured};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::source::Data;

/// One part of a message: a header and a body. It keeps its message alive.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Part {
    message: Arc<message::Message<Data>>,
    number: u32,
}

impl Part {
    pub(crate) fn of(message: &Arc<message::Message<Data>>, part: message::Part<'_>) -> Self {
        Self { message: Arc::clone(message), number: part.number() }
    }

    fn part(&self) -> message::Part<'_> {
        // The number is that of a part of this message, which never changes.
        self.message.part(self.number).unwrap_or_else(|| self.message.root())
    }
}

#[pymethods]
impl Part {
    /// The media type in lower case; `text/plain` where none is given (RFC 2045 §5.2).
    #[getter]
    fn media_type(&self) -> String {
        self.part().media_type()
    }

    /// The file name, decoded; `None` where there is none. Its sender chose it, it may hold anything.
    #[getter]
    fn file_name(&self) -> Option<String> {
        self.part().file_name()
    }

    /// The header fields in their order: name and value as they were received, unfolded, bytes that are not UTF-8 replaced.
    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        self.part().headers().iter().map(|field| (text(field.name), text(&unfold(field.value)))).collect()
    }

    /// The first header field of this name, upper and lower case alike, decoded as unstructured text (RFC 2047); `None` where
    /// there is none.
    fn header(&self, name: &str) -> Option<String> {
        self.part().headers().get(name).map(unstructured)
    }

    /// Header and body, as they were received.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.part().raw())
    }

    /// The body, as it was received.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.part().body())
    }

    /// The body without its transfer encoding.
    #[getter]
    fn content<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.part().content())
    }

    /// The content as text, in the character set that the part names.
    #[getter]
    fn text(&self) -> String {
        self.part().text().into_owned()
    }

    /// Where it stands in the bytes of the message: first position, and the one after the last.
    #[getter]
    fn range(&self) -> (usize, usize) {
        let range = self.part().range();
        (range.start, range.end)
    }

    /// How the body travels: `"quoted-printable"`, `"base64"`, or `"identity"`: 7bit, 8bit, binary, or unknown.
    #[getter]
    fn transfer_encoding(&self) -> &'static str {
        match self.part().transfer_encoding() {
            TransferEncoding::Identity => "identity",
            TransferEncoding::QuotedPrintable => "quoted-printable",
            TransferEncoding::Base64 => "base64",
        }
    }

    /// Whether it has parts of its own.
    #[getter]
    fn is_multipart(&self) -> bool {
        self.part().is_multipart()
    }

    /// Whether it is a message inside the message.
    #[getter]
    fn is_message(&self) -> bool {
        self.part().is_message()
    }

    /// Whether it stands inside such a message.
    #[getter]
    fn is_nested(&self) -> bool {
        self.part().is_nested()
    }

    /// The part that holds it; `None` for the root.
    #[getter]
    fn parent(&self) -> Option<Self> {
        self.part().parent().map(|part| Self::of(&self.message, part))
    }

    /// The parts of a multipart; the one root part of a nested message.
    #[getter]
    fn children(&self) -> Vec<Self> {
        self.part().children().map(|part| Self::of(&self.message, part)).collect()
    }

    fn __repr__(&self) -> String {
        let part = self.part();
        let name = part.file_name().map(|name| format!(" {name:?}")).unwrap_or_default();
        format!("<pecpy.Part {}{name}, {} bytes>", part.media_type(), part.raw().len())
    }
}
