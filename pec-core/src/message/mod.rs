//! A message as a tree of byte ranges over its input.
//!
//! Nothing is decoded, copied or believed here. [`Message::parse`] never fails: what is broken becomes a part without
//! children, what is too large a [`LimitHit`], and `verify` makes findings of both. Line ends may be CRLF or bare LF.

mod decode;
mod header;
mod parameter;
mod pec;
mod scan;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use decode::{Mailbox, TransferEncoding, addresses, collapse, date, unstructured};
pub(crate) use decode::{MailboxRef, collapsed, decoded, lossy, lower_case, mailboxes};
pub use header::{Field, Headers, unfold};
pub use parameter::{Agreement, Parameter, Parameterized};
pub(crate) use pec::CertifiedParts;
pub use scan::{Limit, LimitHit};

use crate::limits::Limits;
use scan::{Described, NONE, Node, Span, Structure, Tree};

/// A message: its bytes, owned or borrowed, and the tree of its parts.
///
/// ```
/// use pec_core::{limits::Limits, message::Message};
/// let message = Message::parse(b"Subject: x\r\n\r\nbody", &Limits::DEFAULT);
/// assert_eq!(message.root().headers().get("subject"), Some(&b" x"[..]));
/// assert_eq!(message.root().body(), b"body");
/// assert_eq!(message.root().headers().get("date"), None);
/// ```
///
/// # Limits
/// One pass over the bytes; about 100 bytes of memory a part, at most twice [`Limits::parts`] of them.
#[derive(Debug, Clone)]
pub struct Message<B> {
    bytes: B,
    tree: Tree,
    limits: Limits,
}

impl<B: AsRef<[u8]>> Message<B> {
    /// Finds the parts of a message.
    #[must_use]
    pub fn parse(bytes: B, limits: &Limits) -> Self {
        let tree = scan::scan(bytes.as_ref(), limits);
        Self { bytes, tree, limits: *limits }
    }

    /// The bytes as received.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// Gives the bytes back.
    #[must_use]
    pub fn into_bytes(self) -> B {
        self.bytes
    }

    /// The limits that the message was parsed with.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The message itself, as the part that holds all others.
    #[must_use]
    pub fn root(&self) -> Part<'_> {
        Part { bytes: self.bytes.as_ref(), tree: &self.tree, limits: &self.limits, index: 0 }
    }

    /// The part with this [`Part::number`]; `None` beyond the last. For callers that cannot borrow the message.
    #[must_use]
    pub fn part(&self, number: u32) -> Option<Part<'_>> {
        self.tree.nodes.get(number as usize).map(|_| Part { index: number, ..self.root() })
    }

    /// Limits that were hit. Those outside nested messages leave the structure incomplete.
    #[must_use]
    pub fn limit_hits(&self) -> &[LimitHit] {
        &self.tree.hits
    }

    /// The parts that a person would call attachments: every leaf or message that has a file name or is not text,
    /// except the signature of a signed message. Nested messages are one attachment each, not opened.
    pub fn attachments(&self) -> impl Iterator<Item = Part<'_>> {
        self.root().attachments()
    }
}

/// One part of a message: a header and a body.
#[derive(Clone, Copy)]
pub struct Part<'m> {
    bytes: &'m [u8],
    tree: &'m Tree,
    limits: &'m Limits,
    index: u32,
}

impl std::fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part").field("type", &self.media_type()).field("bytes", &self.range()).finish()
    }
}

impl<'m> Part<'m> {
    fn node(&self) -> &'m Node {
        &self.tree.nodes[self.index as usize]
    }

    fn at(&self, index: u32) -> Option<Self> {
        (index != NONE).then_some(Self { index, ..*self })
    }

    /// Its place among the parts of the message in the order of the bytes, from 0, the root: see [`Message::part`].
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.index
    }

    /// The header fields.
    #[must_use]
    pub fn headers(&self) -> Headers<'m> {
        let block = self.node().header.of(self.bytes);
        // A block beyond the limit is cut: what follows is reported as a limit, not read.
        Headers { block: block.get(..self.limits.header_bytes).unwrap_or(block), limit: self.limits.header_fields }
    }

    /// The body as it stands in the message, encoded as it travels.
    #[must_use]
    pub fn body(&self) -> &'m [u8] {
        self.node().body.of(self.bytes)
    }

    /// Header and body as they stand: for the first part of a `multipart/signed` exactly the signed bytes (RFC 1847
    /// §2.1: the line end before the boundary is not among them).
    #[must_use]
    pub fn raw(&self) -> &'m [u8] {
        self.bytes.get(self.range()).unwrap_or_default()
    }

    /// Where [`Part::raw`] stands in the message.
    #[must_use]
    pub fn range(&self) -> std::ops::Range<usize> {
        self.node().header.start as usize..self.node().body.end.max(self.node().header.end) as usize
    }

    /// The text before the first part of a multipart.
    #[must_use]
    pub fn preamble(&self) -> &'m [u8] {
        self.node().preamble.of(self.bytes)
    }

    /// The text after the close delimiter of a multipart.
    #[must_use]
    pub fn epilogue(&self) -> &'m [u8] {
        self.node().epilogue.of(self.bytes)
    }

    /// Whether a multipart ends with its close delimiter.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.node().closed
    }

    /// Whether the part has parts: it is a multipart with a boundary.
    #[must_use]
    pub fn is_multipart(&self) -> bool {
        matches!(self.node().structure, Structure::Multipart(_))
    }

    /// Whether the part is a nested message that could be scanned in place.
    #[must_use]
    pub fn is_message(&self) -> bool {
        self.node().structure == Structure::Message
    }

    /// Whether the part stands inside a nested message.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        self.node().nested
    }

    /// The part around this one.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.at(self.node().parent)
    }

    /// The parts of a multipart; the one root part of a nested message.
    pub fn children(&self) -> impl Iterator<Item = Self> + use<'m> {
        std::iter::successors(self.at(self.node().first_child), |part| part.at(part.node().next))
    }

    /// Every part below this one, in the order of the bytes, nested messages included.
    pub fn descendants(&self) -> impl Iterator<Item = Self> + use<'m> {
        let this = *self;
        // Nodes stand in the order of their bytes, so that a subtree is a run of them: it ends with the first whose
        // parent stands before.
        (this.index + 1..)
            .map_while(move |index| this.tree.nodes.get(index as usize).map(|node| (index, node.parent)))
            .take_while(move |(_, parent)| *parent >= this.index)
            .map(move |(index, _)| Self { index, ..this })
    }

    /// Every part below this one that does not stand inside a further nested message.
    fn descendants_within_message(&self) -> impl Iterator<Item = Self> + use<'m> {
        let nested = self.is_nested() || self.is_message();
        self.descendants().filter(move |part| part.is_nested() == nested)
    }

    /// The attachments below this part, as [`Message::attachments`] finds them.
    pub fn attachments(&self) -> impl Iterator<Item = Self> + use<'m> {
        let this = *self;
        let alone = (!this.is_multipart()).then_some(this);
        alone.into_iter().chain(this.descendants_within_message()).filter(Self::is_attachment)
    }

    /// Content-Type with its parameters, if there is one.
    #[must_use]
    pub fn content_type(&self) -> Option<Parameterized<'m>> {
        self.content_types().next().map(Parameterized::parse)
    }

    /// Content-Disposition with its parameters, if there is one.
    #[must_use]
    pub fn content_disposition(&self) -> Option<Parameterized<'m>> {
        self.content_dispositions().next().map(Parameterized::parse)
    }

    /// Whether the part is of this media type, given in lower case, as [`Part::media_type`] reads it.
    pub(crate) fn is_of_type(&self, media_type: &str) -> bool {
        match self.content_types().next().map(|value| parameter::reads(value, media_type)) {
            Some(Some(same)) => same,
            // Nothing is written, or it has to be read as a whole.
            None | Some(None) => self.lower_case_type() == media_type,
        }
    }

    /// Content-Type, where it has so many parameters that two of them may disagree.
    pub(crate) fn ambiguous_content_type(&self) -> Option<Parameterized<'m>> {
        self.content_types().next().filter(|value| parameter::are_several(value)).map(Parameterized::parse)
    }

    /// Content-Disposition, where it has so many parameters that two of them may disagree.
    pub(crate) fn ambiguous_content_disposition(&self) -> Option<Parameterized<'m>> {
        self.content_dispositions().next().filter(|value| parameter::are_several(value)).map(Parameterized::parse)
    }

    fn content_types(&self) -> impl Iterator<Item = &'m [u8]> + use<'m> {
        self.described(|described| described.content_type, "content-type")
    }

    fn content_dispositions(&self) -> impl Iterator<Item = &'m [u8]> + use<'m> {
        self.described(|described| described.disposition, "content-disposition")
    }

    /// The values of a field whose place the scan has noted. Only where it stands twice, or the header is too long, is
    /// it looked for.
    fn described(
        &self,
        place: fn(&Described) -> Option<Span>,
        name: &'static str,
    ) -> impl Iterator<Item = &'m [u8]> + use<'m> {
        let described = &self.node().described;
        let known = place(described).filter(|_| described.once).map(|value| value.of(self.bytes));
        let searched = (!described.once).then(|| self.headers().all(name));
        known.into_iter().chain(searched.into_iter().flatten())
    }

    /// The media type in lower case, `text/plain` where none is given (RFC 2045 §5.2).
    #[must_use]
    pub fn media_type(&self) -> String {
        self.lower_case_type().into_owned()
    }

    /// The same, borrowed where it is written in lower case.
    pub(crate) fn lower_case_type(&self) -> Cow<'m, str> {
        let written = self.content_types().next().map(parameter::value_of).unwrap_or_default();
        if !written.is_empty() {
            return lower_case(written);
        }
        if self.parent().is_some_and(|parent| parent.node().is_digest()) {
            "message/rfc822".into()
        } else {
            "text/plain".into()
        }
    }

    /// Content-Transfer-Encoding.
    #[must_use]
    pub fn transfer_encoding(&self) -> TransferEncoding {
        TransferEncoding::of(self.described(|described| described.encoding, "content-transfer-encoding").next())
    }

    /// The body without its transfer encoding. Borrowed where it travels as it is.
    #[must_use]
    pub fn content(&self) -> Cow<'m, [u8]> {
        self.transfer_encoding().decode(self.body())
    }

    /// The content as text, in the character set that the part names.
    #[must_use]
    pub fn text(&self) -> Cow<'m, str> {
        let content_type = self.content_type();
        let charset = content_type.as_ref().and_then(|value| value.get("charset"));
        decode::text(self.content(), charset.map(|charset| &*charset.value))
    }

    /// The file name: of Content-Disposition first, then of Content-Type (RFC 2183 §2.3), decoded (RFC 2231, RFC 2047).
    #[must_use]
    pub fn file_name(&self) -> Option<String> {
        let named = |value: Option<Parameterized<'_>>, parameter| value?.get(parameter).map(Parameter::text);
        named(self.content_disposition(), "filename").or_else(|| named(self.content_type(), "name"))
    }

    /// Every name by which a reader could know the part: `filename` and `name`, each instance, decoded.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.each_name(|name| names.push(name.to_owned()));
        names
    }

    /// Shows each of [`Part::names`] to `look`.
    pub(crate) fn each_name(&self, mut look: impl FnMut(&str)) {
        let mut named = |value, name| parameter::each(value, name, |found| look(&found.shown()));
        self.content_dispositions().for_each(|value| named(value, "filename"));
        self.content_types().for_each(|value| named(value, "name"));
    }

    /// Whether a field of the header may begin with something else than a letter.
    pub(crate) fn has_odd_names(&self) -> bool {
        self.node().described.odd_names
    }

    fn is_attachment(&self) -> bool {
        if self.is_multipart() {
            return false;
        }
        let media_type = self.lower_case_type();
        if self.parent().is_some_and(|parent| parent.node().is_signed()) && media_type.ends_with("pkcs7-signature") {
            return false;
        }
        self.file_name().is_some() || !media_type.starts_with("text/")
    }

    /// The part as a message of its own: a nested message, or the content of any other part (an attached `.eml` that
    /// travels as base64 or octet-stream). Copies only what has to be decoded; scans again.
    #[must_use]
    pub fn to_message(&self) -> Message<Cow<'m, [u8]>> {
        Message::parse(self.content(), self.limits)
    }
}

impl Parameter<'_> {
    /// The value as text: in the charset of RFC 2231, or with encoded words decoded, which RFC 2047 §5 forbids here
    /// and many programs write all the same.
    #[must_use]
    pub fn text(&self) -> String {
        self.shown().into_owned()
    }

    /// The same, borrowed where nothing has to be decoded.
    pub(crate) fn shown(&self) -> Cow<'_, str> {
        match &self.charset {
            Some(charset) => decode::text(Cow::Borrowed(&self.value), Some(charset.as_bytes())),
            None => decoded(&self.value),
        }
    }
}
