//! What differs between two messages, and how grave it is.

use crate::finding::{Code, Finding, Severity};

/// One difference, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The part, numbered as in IMAP (RFC 9051 §6.4.5.1: `2.1`); empty for the message itself. Of the message that was
    /// sent, except for a part that only the receipt has.
    pub section: String,
    /// File name of the part, if it has one.
    pub name: Option<String>,
    /// What differs.
    pub what: What,
}

/// What differs between the message that was sent and the one that was received. Values are decoded as UTF-8 with
/// U+FFFD for what is not; offsets are in bytes of the text that was sent, from its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// A field that only the received message has.
    FieldAdded {
        /// Its name.
        name: String,
        /// Its value.
        received: String,
    },
    /// A field that only the sent message has.
    FieldRemoved {
        /// Its name.
        name: String,
        /// Its value.
        sent: String,
    },
    /// A field with another value.
    FieldChanged {
        /// Its name.
        name: String,
        /// Its value in the message that was sent.
        sent: String,
        /// Its value in the message that was received.
        received: String,
    },
    /// A field with the same words and other white space between them.
    FieldRefolded {
        /// Its name.
        name: String,
    },
    /// The same fields in another order, from this one on.
    FieldsReordered {
        /// The first that stands elsewhere.
        name: String,
    },
    /// A part that only the sent message has.
    PartRemoved,
    /// A part that only the received message has.
    PartAdded,
    /// A part that is made of parts on one side and not on the other, or that is not closed.
    Structure,
    /// Another content.
    Body {
        /// Where the difference begins.
        offset: usize,
    },
    /// The same content once the transfer encoding is undone, written otherwise.
    Reencoded {
        /// Where the difference begins.
        offset: usize,
    },
    /// Another text before the first part of a multipart.
    Preamble {
        /// Where the difference begins.
        offset: usize,
    },
    /// Another text after the last part of a multipart.
    Epilogue {
        /// Where the difference begins.
        offset: usize,
    },
    /// Other bytes between the parts: delimiters.
    Delimiters {
        /// Where the difference begins, in the body of the message.
        offset: usize,
    },
}

/// Fields that a reader is shown, or that say how to read the body.
const SHOWN: [&str; 9] = ["from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "mime-version"];

impl Difference {
    /// The difference as a finding: `original.header_differs` or `original.body_differs`.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let shown = |name: &String| {
            SHOWN.iter().any(|shown| name.eq_ignore_ascii_case(shown))
                || name.to_ascii_lowercase().starts_with("content-")
        };
        let (code, severity) = match &self.what {
            What::FieldAdded { name, .. } | What::FieldRemoved { name, .. } if !shown(name) => {
                (Code::OriginalHeaderDiffers, Severity::Warning)
            }
            What::FieldAdded { .. } | What::FieldRemoved { .. } | What::FieldChanged { .. } => {
                (Code::OriginalHeaderDiffers, Severity::Error)
            }
            What::FieldRefolded { .. } | What::FieldsReordered { .. } => (Code::OriginalHeaderDiffers, Severity::Info),
            What::Reencoded { .. } | What::Delimiters { .. } => (Code::OriginalBodyDiffers, Severity::Warning),
            _ => (Code::OriginalBodyDiffers, Severity::Error),
        };
        Finding::new(code).graded(severity).with(self.to_string())
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&*self.section, &self.name) {
            ("", _) => {}
            (section, None) => write!(f, "part {section}: ")?,
            (section, Some(name)) => write!(f, "part {section} ({name}): ")?,
        }
        match &self.what {
            What::FieldAdded { name, received } => write!(f, "{name} added: {received}"),
            What::FieldRemoved { name, sent } => write!(f, "{name} removed: {sent}"),
            What::FieldChanged { name, sent, received } => write!(f, "{name}: {received}; sent: {sent}"),
            What::FieldRefolded { name } => write!(f, "{name} has other white space"),
            What::FieldsReordered { name } => write!(f, "{name} stands elsewhere"),
            What::PartRemoved => f.write_str("removed"),
            What::PartAdded => f.write_str("added"),
            What::Structure => f.write_str("other structure"),
            What::Body { offset } => write!(f, "differs from byte {offset} on"),
            What::Reencoded { offset } => write!(f, "same content, written otherwise from byte {offset} on"),
            What::Preamble { offset } => write!(f, "text before the parts differs from byte {offset} on"),
            What::Epilogue { offset } => write!(f, "text after the parts differs from byte {offset} on"),
            What::Delimiters { offset } => write!(f, "delimiters differ from byte {offset} on"),
        }
    }
}
