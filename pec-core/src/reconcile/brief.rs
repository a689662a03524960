//! Brief delivery receipts: the hashes of the attachments against the message that was sent (RFC 6109 §3.3.2.2).
//!
//! ```text
//! message sent ──> attachments ──┐ by name, then by content   ┌──> each: which reading matched, or what is wrong
//! copy in receipt ──> hash files ┘────────────────────────────┘
//!                 ──> everything else, which stays as it was ──> every difference listed (compare.rs)
//! ```
//!
//! Attachments are the parts that have a name, and attached messages, each as a whole. A message that is one S/MIME
//! object (`application/pkcs7-mime`), and the signature of a signed one, stand in the receipt as they were sent.

mod hash;
mod outcome;
mod pair;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::compare::{Comparison, Coverage, Difference, Exempt, LineEnds, section, walk, without_end};
use crate::finding::{Code, Finding};
use crate::message::{Message, Part};

pub use hash::{Match, Reading};
pub use outcome::{Attachment, Naming, Outcome};

use hash::{HashFile, is_message};
use pair::{Pairing, stands_for};

/// A brief copy beside the message that was sent.
///
/// With [`BriefComparison::is_proven`], and only together with the proof of the receipt around the copy, this proves that
/// what the sender kept is what was delivered: texts byte by byte, attachments as far as their hash tells. It rests on
/// SHA-1 unless [`Outcome::rests_on_sha1`] says otherwise. It does not prove anything once the sender has lost the unmodified
/// message, what an attachment that was replaced is labelled as (its media type, its transfer encoding), that the content
/// is true, or that it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BriefComparison {
    /// Header fields and everything that is not an attachment.
    pub rest: Comparison,
    /// Attachments in the order of the message that was sent, then those that only the receipt has.
    pub attachments: Vec<Attachment>,
    /// Whether the attachments stand in the same order and place.
    pub order: Order,
}

/// The order of the attachments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// As sent.
    Same,
    /// Another.
    Differs,
}

impl BriefComparison {
    /// Whether the receipt proves all of the content: every attachment, name and content, and nothing else differs.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        let proven = |one: &Attachment| one.outcome.is_proven() && one.naming == Naming::Same;
        self.rest.is_same() && self.attachments.iter().all(proven)
    }

    /// What is wrong or odd, each attachment by its name.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.rest.findings();
        findings.extend(self.attachments.iter().flat_map(Attachment::findings));
        if self.order == Order::Differs {
            findings.push(Finding::new(Code::BriefAttachmentOrder));
        }
        findings
    }
}

/// Compares the copy in a brief receipt with the message that was sent, attachment by attachment.
///
/// Each attachment is looked for by its name and `.hash`, among several of one name by their order and then by content,
/// and at last by content alone; its hash is tried under each [`Reading`]. Whatever is no attachment must be equal, as
/// [`super::compare::complete`] compares it.
///
/// ```
/// use pec_core::reconcile::brief::{Outcome, Reading, compare};
/// use pec_core::{limits::Limits, message::Message};
/// let parse = |text: &str| Message::parse(text.replace('\n', "\r\n"), &Limits::DEFAULT);
/// let around = |part| {
///     parse(&format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nCiao\n--b\nContent-Type: {part}\n--b--\n"))
/// };
/// let sent = around("application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nSGVsbG8=");
/// // printf 'SGVsbG8=' | sha1sum
/// let copy = around("text/plain; name=a.pdf.hash\n\n7ec594759b170b6c1b9fae7ed8e5e43d81b75b37");
/// let found = compare(&sent, &copy);
/// assert!(found.is_proven());
/// assert!(matches!(&found.attachments[0].outcome, Outcome::Hash(found) if found.reading == Reading::Encoded));
///
/// let other = around("application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nSGVsbG9v");
/// let found = compare(&other, &copy);
/// assert!(!found.is_proven());
/// assert!(found.findings()[0].detail.starts_with("a.pdf; in the receipt: 7ec594"));
/// ```
///
/// # Limits
/// Those with which the messages were parsed. Time is linear in the bytes of the attachments, some tens of hashes each
/// where nothing matches.
#[must_use]
pub fn compare<A: AsRef<[u8]>, B: AsRef<[u8]>>(sent: &Message<A>, copy: &Message<B>) -> BriefComparison {
    let theirs = items(copy.root(), &|part| is_named(part));
    let files: BTreeSet<String> = theirs
        .iter()
        .filter(|item| !stays(item.part))
        .flat_map(|item| item.part.names())
        .filter_map(|name| Some(stands_for(&name)?.to_owned()))
        .collect();
    let ours_is = |part: Part<'_>| is_named(part) || is_replaced_multipart(part, &files);
    let ends = LineEnds::between(sent.bytes(), copy.bytes());
    let mut attachments = Pairing::new(items(sent.root(), &ours_is), theirs, ends).run();

    let replaced = |one: &Attachment| {
        one.section.is_empty()
            && one.section_in_receipt.as_deref() == Some("")
            && !matches!(one.outcome, Outcome::Extra | Outcome::InFull)
    };
    let exempt = if attachments.iter().any(replaced) { Exempt::ProviderAndContent } else { Exempt::Provider };
    let rest = walk(sent, copy, exempt, &|part| !ours_is(part), &|part| !is_named(part));
    if rest.coverage != Coverage::Whole {
        // Where a tree is cut, what is missing or wrong may be the cut.
        attachments
            .iter_mut()
            .filter(|one| !one.outcome.is_proven())
            .for_each(|one| one.outcome = Outcome::Unverifiable);
    }
    let order = order(&attachments, &rest.differences);
    BriefComparison { rest, attachments, order }
}

/// The hash files of a brief receipt whose message the sender no longer has: none of them can be verified.
///
/// ```
/// use pec_core::reconcile::brief::{Outcome, unverifiable};
/// use pec_core::{limits::Limits, message::Message};
/// let hash = "Content-Type: text/plain; name=a.pdf.hash\r\n\r\n7ec594759b170b6c1b9fae7ed8e5e43d81b75b37\r\n";
/// let found = unverifiable(&Message::parse(hash, &Limits::DEFAULT));
/// assert_eq!((found[0].name.as_deref(), &found[0].outcome), (Some("a.pdf"), &Outcome::Unverifiable));
/// assert!(unverifiable(&Message::parse("\r\nno attachment", &Limits::DEFAULT)).is_empty());
/// ```
#[must_use]
pub fn unverifiable<B: AsRef<[u8]>>(copy: &Message<B>) -> Vec<Attachment> {
    let files = items(copy.root(), &|part| is_named(part)).into_iter().filter_map(|item| {
        let name = item.stands_for()?;
        let outcome = match HashFile::of(item.part) {
            HashFile::Hash(_) => Outcome::Unverifiable,
            HashFile::Malformed => Outcome::Malformed,
        };
        Some(Attachment {
            section: String::new(),
            name: Some(name),
            section_in_receipt: Some(item.section),
            name_in_receipt: item.name,
            naming: Naming::Same,
            outcome,
        })
    });
    files.collect()
}

/// An attachment, or what stands for one.
struct Item<'m> {
    part: Part<'m>,
    section: String,
    name: Option<String>,
}

impl Item<'_> {
    /// The name; an attached message may have none.
    fn key(&self) -> &str {
        self.name.as_deref().unwrap_or_default().trim_end()
    }

    /// The name of the attachment for which it stands, where it can be a hash file.
    fn stands_for(&self) -> Option<String> {
        let names = if stays(self.part) { Vec::new() } else { self.part.names() };
        names.iter().find_map(|name| stands_for(name)).map(str::to_owned)
    }

    /// Where two that stand there whole differ.
    fn difference(&self, other: &Self, ends: LineEnds) -> Option<usize> {
        let (one, two) = (self.part.body(), other.part.body());
        let kind = |part: Part<'_>| (part.media_type(), part.transfer_encoding());
        if kind(self.part) != kind(other.part) {
            return Some(0);
        }
        // At the end of the message the delimiter around the copy may have taken the last line end.
        let last = self.section.is_empty() && other.section.is_empty();
        let lacking = last
            && (ends.difference(without_end(one), two).is_none() || ends.difference(one, without_end(two)).is_none());
        if lacking { None } else { ends.difference(one, two) }
    }
}

/// Whether the rule replaces the part whatever else it is: it has a name, or is an attached message.
fn is_named(part: Part<'_>) -> bool {
    let attached = part.parent().is_some() && is_message(part);
    !part.is_multipart() && (attached || !part.names().is_empty())
}

/// Whether the rule leaves the part as it was sent, so that it is the sender's own file whatever it is called and never
/// the provider's hash: S/MIME objects, and of a signed message all but what is signed (RFC 6109 §3.3.2.2).
fn stays(part: Part<'_>) -> bool {
    let media_type = part.media_type();
    if media_type.starts_with("application/pkcs7-") || media_type.starts_with("application/x-pkcs") {
        return true;
    }
    let mut top = part;
    while let Some(around) = top.parent() {
        if around.parent().is_none() && around.media_type() == "multipart/signed" {
            return around.children().next().is_none_or(|signed| signed.range() != top.range());
        }
        top = around;
    }
    false
}

/// A multipart that has a name is replaced by the letter of the rule, and walked by most programs: the receipt tells.
fn is_replaced_multipart(part: Part<'_>, files: &BTreeSet<String>) -> bool {
    part.is_multipart() && part.parent().is_some() && part.names().iter().any(|name| files.contains(name))
}

/// The parts for which `is` holds, in the order of the message. What is inside of them is not looked at.
fn items<'m>(root: Part<'m>, is: &dyn Fn(Part<'m>) -> bool) -> Vec<Item<'m>> {
    let mut found = Vec::new();
    let mut open = vec![(root, String::new())];
    while let Some((part, path)) = open.pop() {
        if is(part) {
            found.push(Item { part, section: path, name: part.file_name() });
        } else if part.is_multipart() {
            let first = open.len();
            open.extend(part.children().enumerate().map(|(index, child)| (child, section(&path, index))));
            open[first..].reverse();
        }
    }
    found
}

/// Whether the attachments stand in the order and in the multiparts in which they were sent.
fn order(attachments: &[Attachment], differences: &[Difference]) -> Order {
    let numbers = |section: &str| -> Vec<u32> { section.split('.').filter_map(|number| number.parse().ok()).collect() };
    let around = |section: &str| section.rsplit_once('.').map(|(around, _)| around.to_owned());
    let unpaired = |one: &Attachment| matches!(one.outcome, Outcome::Missing | Outcome::Extra | Outcome::Unverifiable);
    // Parts that came or went change the numbers of those after them.
    let comparable = differences.is_empty() && !attachments.iter().any(unpaired);
    let mut before = Vec::new();
    for attachment in attachments {
        let (Some(there), false) = (&attachment.section_in_receipt, attachment.outcome == Outcome::Extra) else {
            continue;
        };
        let moved = comparable && around(there) != around(&attachment.section);
        let place = numbers(there);
        if moved || place < before {
            return Order::Differs;
        }
        before = place;
    }
    Order::Same
}
