//! The message in a receipt beside the message that was sent (VERDICT §6).
//!
//! ```text
//! receipt, its proof ──> which form it has ──> complete: every field and every byte compared, each difference listed
//! message sent ────────>                  ──> brief: the same, but attachments by their hashes (brief.rs)
//!                                         ──> concise: there must be no message inside
//! ```
//!
//! What was sent is what the *sender* kept: the message as it was submitted, with the Message-ID of his program, or the
//! `postacert.eml` of the transport envelope. An acceptance receipt holds no message and proves no content.

mod fields;
mod lines;
mod parts;
#[cfg(test)]
pub(super) mod tests;

use std::borrow::Borrow;

pub use lines::LineEnds;

pub(super) use fields::Exempt;
pub(super) use lines::{Style, crlf, lf, without_end};
pub(super) use parts::{Walk, section};

use super::brief::{self, BriefComparison};
use crate::daticert::{self, CertData, Kind, ReceiptForm};
use crate::finding::{Code, Finding, Severity};
use crate::message::{LimitHit, Message, Part};
use crate::verify::{Certified, opened};

/// Whether both messages end with as many line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FinalLineEnd {
    /// They do.
    Same,
    /// One has a line end more: the delimiter around an attached message takes the one before it (RFC 2046 §5.1.1).
    Differs,
}

/// How much of the messages was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// All of both.
    Whole,
    /// One of them exceeds a limit, so that differences cannot be told from what was left out: no difference is listed, and
    /// nothing is proven.
    Cut(LimitHit),
}

impl Coverage {
    /// Of these messages. Limits inside an attached message do not count: its bytes are compared as they stand.
    pub(super) fn of<A: AsRef<[u8]>, B: AsRef<[u8]>>(sent: &Message<A>, received: &Message<B>) -> Self {
        let hit = |hits: &[LimitHit]| hits.iter().find(|hit| !hit.nested).copied();
        hit(sent.limit_hits()).or_else(|| hit(received.limit_hits())).map_or(Self::Whole, Self::Cut)
    }

    /// `mime.limits` where the comparison was cut.
    fn finding(self) -> Option<Finding> {
        match self {
            Self::Whole => None,
            Self::Cut(hit) => {
                let detail = format!("nothing is compared: {:?} at byte {}", hit.limit, hit.offset);
                Some(Finding::new(Code::MimeLimits).graded(Severity::Warning).with(detail))
            }
        }
    }
}

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

/// A complete copy beside the message that was sent.
///
/// With [`Comparison::is_same`], and only together with the proof of the receipt around the copy, this proves that what
/// the sender kept is what was delivered, except for the fields that the provider may change. It does not prove that the
/// content is true or was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comparison {
    /// How much was compared.
    pub coverage: Coverage,
    /// Under which reading of line ends.
    pub line_ends: LineEnds,
    /// Whether both end alike.
    pub final_line_end: FinalLineEnd,
    /// Every difference, in the order of the message that was sent.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// Whether all of both was compared and nothing differs.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.coverage == Coverage::Whole && self.differences.is_empty()
    }

    /// The differences as findings; `mime.limits` where the comparison was cut.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.coverage.finding().into_iter().chain(self.differences.iter().map(Difference::finding)).collect()
    }
}

/// Compares a complete copy with the message that was sent (VERDICT §6): body bytes equal; header fields equal except
/// Message-ID, X-Riferimento-Message-ID and the trace fields Received and Return-Path (RFC 5322 §3.6.7). Names of fields
/// are the same in either case (RFC 5322 §1.2.2).
///
/// Two readings are named in the result and forgive nothing else: a copy that is stored with bare LF throughout counts
/// as if it had CRLF ([`LineEnds`]), and one line end at the very end may be missing ([`FinalLineEnd`]).
///
/// ```
/// use pec_core::reconcile::compare::{What, complete};
/// use pec_core::{limits::Limits, message::Message};
/// let parse = |text: &'static str| Message::parse(text, &Limits::DEFAULT);
/// let sent = parse("Message-ID: <1@client>\r\nSubject: a\r\n\r\nCento euro\r\n");
/// let copy = parse("Message-ID: <opec1@pec>\r\nX-Riferimento-Message-ID: <1@client>\r\nSubject: a\r\n\r\nCento euro\r\n");
/// assert!(complete(&sent, &copy).is_same());
///
/// let other = parse("Subject: a\r\n\r\nMille euro\r\n");
/// let found = complete(&sent, &other);
/// assert_eq!(found.differences[0].what, What::Body { offset: 0 });
/// assert_eq!(found.findings()[0].code.as_str(), "original.body_differs");
/// ```
///
/// # Limits
/// Those with which the messages were parsed; time is linear in the bytes for each level of parts.
#[must_use]
pub fn complete<A: AsRef<[u8]>, B: AsRef<[u8]>>(sent: &Message<A>, received: &Message<B>) -> Comparison {
    let all = |_: Part<'_>| true;
    let mut found = walk(sent, received, Exempt::Provider, &all, &all);
    // Whatever the parts do not show stands between them.
    let (one, other) = (sent.root(), received.root());
    if found.coverage == Coverage::Whole
        && found.differences.is_empty()
        && let Some(offset) = found.line_ends.difference(one.body(), other.body())
        && found.line_ends.difference(without_ends(one.body()), without_ends(other.body())).is_some()
    {
        let what = What::Delimiters { offset };
        found.differences.push(Difference { section: String::new(), name: None, what });
    }
    found
}

/// The comparison of the parts that `sent_kept` and `received_kept` let through.
pub(super) fn walk<A: AsRef<[u8]>, B: AsRef<[u8]>>(
    sent: &Message<A>,
    received: &Message<B>,
    exempt: Exempt,
    sent_kept: &dyn Fn(Part<'_>) -> bool,
    received_kept: &dyn Fn(Part<'_>) -> bool,
) -> Comparison {
    let line_ends = LineEnds::between(sent.bytes(), received.bytes());
    let blank = |text: &[u8]| {
        let kept = without_ends(text);
        text[kept.len()..].iter().filter(|byte| **byte == b'\n').count()
    };
    let same = blank(sent.bytes()) == blank(received.bytes());
    let coverage = Coverage::of(sent, received);
    let walk = Walk { ends: line_ends, exempt, sent: sent_kept, received: received_kept };
    // Where a tree is cut, what looks like a difference may be the cut.
    let differences = match coverage {
        Coverage::Whole => walk.differences(sent.root(), received.root()),
        Coverage::Cut(_) => Vec::new(),
    };
    let final_line_end = if same { FinalLineEnd::Same } else { FinalLineEnd::Differs };
    Comparison { coverage, line_ends, final_line_end, differences }
}

/// A text without the line ends at its end.
fn without_ends(text: &[u8]) -> &[u8] {
    let mut text = text;
    while text.last() == Some(&b'\n') {
        text = without_end(text);
    }
    text
}

/// What a delivery receipt says of the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// It holds the whole message.
    #[doc(alias = "ricevuta completa")]
    Complete(Comparison),
    /// It holds the message with its attachments replaced by hashes.
    #[doc(alias = "ricevuta breve")]
    Brief(BriefComparison),
    /// It holds no message: it proves the delivery, and nothing of the content.
    #[doc(alias = "ricevuta sintetica")]
    Concise,
}

/// What a delivery receipt says of the content, and how its form fits the one that was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentCheck {
    /// What the receipt holds, compared with what was sent.
    pub content: Content,
    /// `original.missing` where a message was due and is absent, `original.unexpected` where a concise receipt was due
    /// and one is there, and what the comparison found.
    pub findings: Vec<Finding>,
}

/// Why a receipt says nothing of the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoContent {
    /// Only delivery receipts can hold the message that was delivered. An acceptance proves no content. The caller is to
    /// blame.
    #[error("{0} says nothing of the content")]
    OtherKind(Kind),
    /// The certification data in the message are not those of the proof. The caller has mixed up two receipts.
    #[error("the proof is that of another message")]
    OtherMessage,
}

/// Compares what a certified delivery receipt (*ricevuta di avvenuta consegna*) holds with the message that was sent.
///
/// `proof` comes from the verification of `receipt`; `due` is the form that the receipt should have (PEC-SPEC §4.5: a
/// recipient in Cc gets a concise one). Which form it has, its content tells; `ricevuta/@tipo` names the one that was
/// asked for. Proves what [`Comparison`] and [`BriefComparison`] say.
///
/// Unproven data do not do:
///
/// ```compile_fail
/// # use pec_core::daticert::{CertData, Kind, ReceiptForm};
/// # use pec_core::{limits::Limits, message::Message, reconcile::compare::content};
/// # let message = Message::parse(b"", &Limits::DEFAULT);
/// let claimed = CertData::new(Kind::Delivery);
/// let checked = content(&message, &claimed, &ReceiptForm::Full, &message);
/// ```
///
/// # Errors
/// [`NoContent::OtherKind`] when it is no delivery receipt, [`NoContent::OtherMessage`] when receipt and proof do not
/// belong together.
pub fn content<A: AsRef<[u8]>, B: AsRef<[u8]>, D: Borrow<CertData>>(
    receipt: &Message<A>,
    proof: &Certified<D>,
    due: &ReceiptForm,
    sent: &Message<B>,
) -> Result<ContentCheck, NoContent> {
    let data = proof.value().borrow();
    if data.kind != Kind::Delivery {
        return Err(NoContent::OtherKind(data.kind.clone()));
    }
    // An opaque signature holds the signed part inside.
    let entity = opened(receipt);
    let signed = match &entity {
        Some(entity) => Some(entity.root()),
        None => receipt.signed_part(),
    };
    let signed = signed.ok_or(NoContent::OtherMessage)?;
    let printed = signed.daticert().map(|part| daticert::parse(&part.content(), receipt.limits()).data);
    if printed.flatten().as_ref() != Some(data) {
        return Err(NoContent::OtherMessage);
    }
    let Some(original) = signed.original() else {
        let missing = (*due != ReceiptForm::Concise).then(|| Finding::new(Code::OriginalMissing).with(due.to_string()));
        return Ok(ContentCheck { content: Content::Concise, findings: missing.into_iter().collect() });
    };
    let copy = original.to_message();
    let mut findings = Vec::new();
    if *due == ReceiptForm::Concise {
        findings.push(Finding::new(Code::OriginalUnexpected).with(due.to_string()));
    }
    let content = if data.receipt == Some(ReceiptForm::Brief) {
        let found = brief::compare(sent, &copy);
        findings.extend(found.findings());
        Content::Brief(found)
    } else {
        let found = complete(sent, &copy);
        findings.extend(found.findings());
        Content::Complete(found)
    };
    Ok(ContentCheck { content, findings })
}
