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

mod content;
mod difference;
mod fields;
mod lines;
mod parts;
#[cfg(test)]
pub(super) mod tests;

pub use content::{Content, ContentCheck, NoContent, Proven, content};
pub use difference::{Difference, What};
pub use lines::LineEnds;

pub(super) use fields::Exempt;
pub(super) use lines::{Style, crlf, lf, without_end};
pub(super) use parts::{Walk, section};

use crate::finding::{Code, Finding, Severity};
use crate::message::{LimitHit, Message, Part};

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
