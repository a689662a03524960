//! The outer header, which nobody signs: every field that is compared with the signed part, found in one pass.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::finding::{Code, Finding, Severity};
use crate::message::{Headers, decoded, lossy, lower_case};

/// The values of one field; as a rule it stands once.
pub(super) type Values<'m> = SmallVec<[&'m [u8]; 1]>;

/// The values of the fields that matter, each instance, in order.
#[derive(Debug, Default)]
pub(super) struct Outer<'m> {
    pub(super) from: Values<'m>,
    pub(super) sender: Values<'m>,
    pub(super) reply_to: Values<'m>,
    pub(super) to: Values<'m>,
    pub(super) cc: Values<'m>,
    pub(super) subject: Values<'m>,
    pub(super) date: Values<'m>,
    pub(super) message_id: Values<'m>,
    pub(super) return_path: Values<'m>,
    pub(super) content_type: Values<'m>,
    pub(super) receipt: Values<'m>,
    pub(super) transport: Values<'m>,
    pub(super) receipt_form: Values<'m>,
    pub(super) reference_id: Values<'m>,
    pub(super) security: Values<'m>,
    /// A field of a mailing list program.
    pub(super) list: bool,
    raw: &'m [u8],
}

/// Where the values of a name are kept.
type Slot<'m> = for<'o> fn(&'o mut Outer<'m>) -> &'o mut Values<'m>;

impl<'m> Outer<'m> {
    pub(super) fn of(headers: Headers<'m>) -> Self {
        let mut outer = Self { raw: headers.raw(), ..Self::default() };
        for field in headers.iter() {
            // The length tells most names apart before they are compared, and nearly all are written so.
            let known: &[(&str, Slot<'m>)] = match field.name.len() {
                2 => &[("To", |o| &mut o.to), ("Cc", |o| &mut o.cc)],
                4 => &[("From", |o| &mut o.from), ("Date", |o| &mut o.date)],
                6 => &[("Sender", |o| &mut o.sender)],
                7 => &[("Subject", |o| &mut o.subject)],
                8 => &[("Reply-To", |o| &mut o.reply_to)],
                10 => &[("Message-ID", |o| &mut o.message_id), ("X-Ricevuta", |o| &mut o.receipt)],
                11 => &[("Return-Path", |o| &mut o.return_path), ("X-Trasporto", |o| &mut o.transport)],
                12 => &[("Content-Type", |o| &mut o.content_type)],
                14 => &[("X-TipoRicevuta", |o| &mut o.receipt_form)],
                19 => &[("X-VerificaSicurezza", |o| &mut o.security)],
                24 => &[("X-Riferimento-Message-ID", |o| &mut o.reference_id)],
                _ => &[],
            };
            if let Some((_, list)) = known.iter().find(|(name, _)| field.is(name)) {
                list(&mut outer).push(field.value);
            } else if field.name.len() >= 7 && field.name[..5].eq_ignore_ascii_case(b"list-") {
                outer.list = true;
            }
        }
        outer
    }

    /// The first subject, decoded, its white space collapsed.
    pub(super) fn subject_text(&self) -> Option<Cow<'m, str>> {
        self.subject.first().map(|value| decoded(value))
    }

    /// `mime.duplicate_header` and `mime.header_charset`. On an envelope the sender can plant what the provider
    /// inherits from his message: there a duplicate is a warning (VERDICT §5).
    pub(super) fn check(&self, envelope: bool, findings: &mut Vec<Finding>) {
        let inherited = if envelope { Severity::Warning } else { Severity::Error };
        let rows: [(&str, &[&[u8]], Severity); 13] = [
            ("From", &self.from, Severity::Error),
            ("Sender", &self.sender, Severity::Error),
            ("Subject", &self.subject, inherited),
            ("Date", &self.date, inherited),
            ("Message-ID", &self.message_id, Severity::Error),
            ("To", &self.to, inherited),
            ("Cc", &self.cc, inherited),
            ("Reply-To", &self.reply_to, inherited),
            ("X-Ricevuta", &self.receipt, inherited),
            ("X-Trasporto", &self.transport, inherited),
            ("X-TipoRicevuta", &self.receipt_form, inherited),
            ("X-Riferimento-Message-ID", &self.reference_id, inherited),
            ("Content-Type", &self.content_type, Severity::Error),
        ];
        for (name, values, severity) in rows {
            if values.len() > 1 {
                let detail = format!("{name}: {}", values.len());
                findings.push(Finding::new(Code::MimeDuplicateHeader).graded(severity).with(detail));
            }
        }
        if let Some(what) = odd_bytes(self.raw) {
            findings.push(Finding::new(Code::MimeHeaderCharset).with(what));
        }
    }
}

/// Bytes that a header must not have: above 127, NUL, a line end that is not the one of the block.
///
/// By itself, because what it becomes inside another function depends on that one: eight times the instructions were seen.
#[inline(never)]
fn odd_bytes(block: &[u8]) -> Option<&'static str> {
    if !block.is_ascii() {
        return Some("8-bit");
    }
    if memchr::memchr(0, block).is_some() {
        return Some("NUL");
    }
    // Without a way out before the end many bytes are looked at at once.
    let (mut pairs, mut returns, mut feeds) = (false, block.last() == Some(&b'\r'), block.first() == Some(&b'\n'));
    for (one, next) in block.iter().zip(block.iter().skip(1)) {
        pairs |= (*one == b'\r') & (*next == b'\n');
        returns |= (*one == b'\r') & (*next != b'\n');
        feeds |= (*one != b'\r') & (*next == b'\n');
    }
    match () {
        () if returns => Some("bare CR"),
        () if pairs && feeds => Some("bare LF"),
        () => None,
    }
}

/// The text of a value without white space around it, in lower case.
pub(super) fn token(value: &[u8]) -> Cow<'_, str> {
    lower_case(lossy(value.trim_ascii()))
}

/// Whether a value is this identifier, white space aside. As a rule nothing has to be left out.
pub(super) fn is_identifier(value: &[u8], expected: &str) -> bool {
    value.trim_ascii() == expected.as_bytes() || identifier(value) == identifier(expected.as_bytes())
}

/// A message identifier without white space, angle brackets kept.
pub(super) fn identifier(value: &[u8]) -> Cow<'_, str> {
    let text = lossy(value.trim_ascii());
    // Without a way out before the end many bytes are looked at at once.
    if text.bytes().fold(false, |found, byte| found | byte.is_ascii_whitespace()) {
        return Cow::Owned(text.chars().filter(|c| !c.is_ascii_whitespace()).collect());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_bytes_in_their_order() {
        for (block, expected) in [
            (&b"a\r\nb\r\n"[..], None),
            (b"a\nb\n", None),
            (b"a\nb\r\n", Some("bare LF")),
            (b"a\n\r\n", Some("bare LF")),
            (b"a\n\r", Some("bare CR")),
            (b"a\r\r\n\n", Some("bare CR")),
            (b"a\r\0", Some("NUL")),
            (b"a\xe8\0\r", Some("8-bit")),
            (b"", None),
        ] {
            assert_eq!(odd_bytes(block), expected, "{block:?}");
        }
    }
}
