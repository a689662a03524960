//! Decoding of transfer encodings, character sets, encoded words, addresses and dates: the one place that names
//! `encodify` and `mail-parser`. Always on a copy or a borrowed slice; the message itself never changes.

use std::borrow::Cow;

use encodify::{base64, qp};
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::parsers::MessageStream;
use mail_parser::{Address as ParsedAddress, HeaderValue};
use smallvec::{SmallVec, smallvec};

use super::header::unfold;

/// How a body travels (RFC 2045 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferEncoding {
    /// `7bit`, `8bit`, `binary`, absent or unknown: the bytes are the content.
    Identity,
    /// `base64`.
    Base64,
    /// `quoted-printable`.
    QuotedPrintable,
}

impl TransferEncoding {
    pub(super) fn of(value: Option<&[u8]>) -> Self {
        let value = value.unwrap_or_default().trim_ascii();
        let value = value.split(|byte| matches!(byte, b';' | b' ' | b'(')).next().unwrap_or_default();
        if value.eq_ignore_ascii_case(b"base64") {
            Self::Base64
        } else if value.eq_ignore_ascii_case(b"quoted-printable") {
            Self::QuotedPrintable
        } else {
            Self::Identity
        }
    }

    /// The content of `body`. What cannot be decoded is left out (base64) or kept as it stands (quoted-printable).
    pub(super) fn decode(self, body: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Identity => Cow::Borrowed(body),
            Self::Base64 => Cow::Owned(decode_base64(body)),
            Self::QuotedPrintable => qp::BODY.decode(body).unwrap_or(Cow::Borrowed(body)),
        }
    }
}

/// Base64 as mail carries it: bytes outside the alphabet are skipped (RFC 2045 §6.8).
fn decode_base64(body: &[u8]) -> Vec<u8> {
    base64::MIME.decode(body).unwrap_or_else(|_| {
        let kept: Vec<u8> = body
            .iter()
            .copied()
            .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
            .collect();
        base64::MIME.decode(&kept).unwrap_or_default()
    })
}

/// Text with U+FFFD for whatever is not UTF-8. Nearly all of it is, and that is told fastest by asking first.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Text in lower case (ASCII), borrowed where it is so already.
pub(crate) fn lower_case(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { Cow::Owned(text.to_ascii_lowercase()) } else { text }
}

/// Text in the named character set; unknown sets and bytes become U+FFFD, as does what is not UTF-8.
pub(super) fn text<'b>(bytes: Cow<'b, [u8]>, charset: Option<&[u8]>) -> Cow<'b, str> {
    let charset = charset.unwrap_or_default();
    let ascii =
        charset.is_empty() || charset.eq_ignore_ascii_case(b"utf-8") || charset.eq_ignore_ascii_case(b"us-ascii");
    if !ascii && let Some(decode) = charset_decoder(charset) {
        return Cow::Owned(decode(&bytes));
    }
    match bytes {
        Cow::Borrowed(bytes) => lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(
            String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
        ),
    }
}

/// An unstructured header value: folding undone, encoded words decoded (RFC 2047), runs of white space made one.
#[must_use]
pub fn unstructured(value: &[u8]) -> String {
    decoded(value).into_owned()
}

/// The same, borrowed where the value stands as it reads.
pub(crate) fn decoded(value: &[u8]) -> Cow<'_, str> {
    let trimmed = value.trim_ascii();
    if is_plain(trimmed) {
        return lossy(trimmed);
    }
    if !memchr::memchr_iter(b'=', value).any(|at| value.get(at + 1) == Some(&b'?')) {
        return Cow::Owned(collapse(&lossy(trimmed)));
    }
    match MessageStream::new(&line(value)).parse_unstructured() {
        HeaderValue::Text(text) => Cow::Owned(collapse(&text)),
        _ => Cow::Borrowed(""),
    }
}

/// Text with every run of white space made one blank, none at the ends.
#[must_use]
pub fn collapse(text: &str) -> String {
    collapsed(text).into_owned()
}

/// The same, borrowed where nothing changes.
pub(crate) fn collapsed(text: &str) -> Cow<'_, str> {
    if is_plain(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    Cow::Owned(collapsed)
}

/// Printable ASCII with single blanks inside and no encoded word, as nearly every value is.
fn is_plain(text: &[u8]) -> bool {
    let Some((last, before)) = text.split_last() else { return true };
    let printable = |byte: u8| matches!(byte, b' '..=b'~');
    // Without a way out before the end many bytes are looked at at once.
    let inside = before.iter().zip(&text[1..]).fold(true, |all, (one, next)| {
        all & printable(*one) & !((*one == b' ') & (*next == b' ')) & !((*one == b'=') & (*next == b'?'))
    });
    inside && printable(*last) && *last != b' ' && text[0] != b' '
}

/// One address of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name, decoded.
    pub name: Option<String>,
    /// The addr-spec as written; empty when there is none.
    pub address: String,
}

/// The addresses of a header value, groups opened (RFC 5322 §3.4).
#[must_use]
pub fn addresses(value: &[u8]) -> Vec<Mailbox> {
    mailboxes(value).into_iter().map(MailboxRef::into_owned).collect()
}

/// A [`Mailbox`], borrowed where it stands as it reads.
#[derive(Debug, Clone)]
pub(crate) struct MailboxRef<'m> {
    pub(crate) name: Option<Cow<'m, str>>,
    pub(crate) address: Cow<'m, str>,
}

impl MailboxRef<'_> {
    fn into_owned(self) -> Mailbox {
        Mailbox { name: self.name.map(Cow::into_owned), address: self.address.into_owned() }
    }
}

/// The same as [`addresses`]; as a rule there is one.
pub(crate) fn mailboxes(value: &[u8]) -> SmallVec<[MailboxRef<'_>; 1]> {
    if let Some((name, address)) = lone_address(value) {
        let name = name.map(collapsed).filter(|name| !name.is_empty());
        return smallvec![MailboxRef { name, address: Cow::Borrowed(address) }];
    }
    let line = line(value);
    let one = |address: mail_parser::Addr<'_>| MailboxRef {
        name: address.name.map(|name| collapse(&name)).filter(|name| !name.is_empty()).map(Cow::Owned),
        address: Cow::Owned(address.address.map(|address| address.trim().to_owned()).unwrap_or_default()),
    };
    match MessageStream::new(&line).parse_address() {
        HeaderValue::Address(ParsedAddress::List(list)) => list.into_iter().map(one).collect(),
        HeaderValue::Address(ParsedAddress::Group(groups)) => {
            groups.into_iter().flat_map(|group| group.addresses).map(one).collect()
        }
        _ => SmallVec::new(),
    }
}

/// A value as the parser wants it: in one line, with the line end that it has lost.
fn line(value: &[u8]) -> SmallVec<[u8; 128]> {
    let mut line = SmallVec::from_slice(&unfold(value));
    line.push(b'\n');
    line
}

/// The one address of a value that is nothing else, in angle brackets or not, or behind one quoted display name: most
/// values are, and no two readers disagree on them.
fn lone_address(value: &[u8]) -> Option<(Option<&str>, &str)> {
    let value = value.trim_ascii();
    let (name, value) = match value.strip_prefix(b"\"") {
        Some(quoted) => {
            let (name, rest) = quoted.split_at(memchr::memchr(b'"', quoted)?);
            let plain = name.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'\\' | b'='));
            let name = std::str::from_utf8(name).ok().filter(|_| plain)?;
            (Some(name), rest.strip_prefix(b"\" <")?.strip_suffix(b">")?)
        }
        None => (None, value.strip_prefix(b"<").and_then(|value| value.strip_suffix(b">")).unwrap_or(value)),
    };
    let at = memchr::memchr(b'@', value)?;
    let plain = |text: &[u8]| !text.is_empty() && text.iter().all(|byte| PLAIN[usize::from(*byte)]);
    let address = (plain(&value[..at]) && plain(&value[at + 1..])).then(|| std::str::from_utf8(value).ok())?;
    address.map(|address| (name, address))
}

/// Letters, digits and what else needs no quotes in an address anywhere.
static PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte: u8 = 0;
    while byte < 0x80 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        byte += 1;
    }
    table
};

/// A Date header in seconds since 1970, UTC (RFC 5322 §3.3).
#[must_use]
pub fn date(value: &[u8]) -> Option<i64> {
    // As nearly everybody writes it; what else there is, the other parser reads.
    if let Ok(at) = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value.trim_ascii()) {
        return Some(at.as_second());
    }
    match MessageStream::new(&line(value)).parse_date() {
        HeaderValue::DateTime(date) if date.is_valid() => Some(date.to_timestamp()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_and_folding() {
        assert_eq!(unstructured(b" POSTA CERTIFICATA:\r\n  Re:   x "), "POSTA CERTIFICATA: Re: x");
        assert_eq!(unstructured(b"=?iso-8859-1?Q?ACCETTAZIONE:_citt=E0?="), "ACCETTAZIONE: città");
        assert_eq!(unstructured(b"=?utf-8?b?Y2l0?=\r\n =?utf-8?b?dMOg?="), "città");
    }

    #[test]
    fn white_space_is_plain() {
        for (text, expected) in [
            ("", ""),
            (" ", ""),
            ("a", "a"),
            ("a b c", "a b c"),
            (" a", "a"),
            ("a ", "a"),
            ("a  b", "a b"),
            ("a\r\n\tb", "a b"),
            ("è\u{a0}à", "è à"),
            ("a\x0bb", "a b"),
        ] {
            assert_eq!(collapse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn addresses_of_envelopes() {
        let found = addresses(b" \"Per conto di: a@b.it\" <posta-certificata@pec.aruba.it>");
        assert_eq!(
            found,
            [Mailbox { name: Some("Per conto di: a@b.it".into()), address: "posta-certificata@pec.aruba.it".into() }]
        );
        assert_eq!(addresses(b"a@b.it, <c@d.it>").len(), 2);
        assert_eq!(addresses(b"").len(), 0);
    }

    #[test]
    fn lone_addresses_are_what_the_parser_makes_of_them() {
        let parsed = |value: &[u8]| {
            // A comment that says nothing sends the same value the long way.
            let long = addresses(&[value, b" ()"].concat());
            assert_eq!(addresses(value), long, "{}", String::from_utf8_lossy(value));
            lone_address(value).is_some()
        };
        for lone in [
            "a@b.it",
            " <a.b-c_d@e.it> ",
            "A@B",
            "1@2.3",
            "a..b@c.",
            "\r\n\ta@b.it",
            "\"Per conto di: a@b.it\" <c@d.it>",
            " \" x  (y), <z>; 'w'\" <c@d.it>",
            "\"\" <c@d.it>",
            "\" \" <c@d.it>",
        ] {
            assert!(parsed(lone.as_bytes()), "{lone}");
        }
        for other in [
            "\"a\\\"b\" <c@d>",
            "\"=?utf-8?q?a?=\" <c@d>",
            "\"a\" \"b\" <c@d>",
            "\"a\" <\"b\" <c@d>>",
            "\"a\" <<c@d>>",
            "\"a\"<c@d>",
            "\"a\" c@d",
            "\"a\" <c@d>, e@f",
            "\"è\" <c@d>",
            "x <a@b>",
            "a@b, c@d",
            "a@b>",
            "<a@b",
            "a@@b",
            "a@b@c",
            "\"a b\"@c",
            "a b@c",
            "@b",
            "a@",
            "è@b",
        ] {
            assert!(lone_address(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn base64_with_foreign_bytes() {
        assert_eq!(decode_base64(b"aGVs\r\nbG8="), b"hello");
        assert_eq!(decode_base64(b"aG!Vs\r\n bG8="), b"hello");
    }

    #[test]
    fn dates() {
        assert_eq!(date(b" Tue, 13 Nov 2018 16:39:27 +0100"), Some(1_542_123_567));
        // The wrong day of the week, none, a comment, a line that goes on.
        for other in [
            "Mon, 13 Nov 2018 16:39:27 +0100",
            "13 Nov 2018 15:39:27 GMT",
            "Tue, 13 Nov 2018 16:39:27 +0100 (CET)",
            "Tue,\r\n 13 Nov 2018 16:39:27 +0100",
        ] {
            assert_eq!(date(other.as_bytes()), Some(1_542_123_567), "{other}");
        }
        assert_eq!(date(b"rubbish"), None);
    }

    #[test]
    fn both_parsers_of_dates_say_the_same() {
        let parsed = |value: &[u8]| match MessageStream::new(&line(value)).parse_date() {
            HeaderValue::DateTime(date) if date.is_valid() => Some(date.to_timestamp()),
            _ => None,
        };
        let begin = jiff::Timestamp::from_second(978_307_200).unwrap();
        for n in 0..2000_i64 {
            let at = begin.checked_add(jiff::SignedDuration::from_secs(n * 500_009)).unwrap();
            for hours in [-11, -1, 0, 1, 2, 13] {
                let zoned = at.to_zoned(jiff::tz::Offset::constant(hours).to_time_zone());
                let text = jiff::fmt::rfc2822::to_string(&zoned).unwrap();
                assert_eq!(date(text.as_bytes()), Some(at.as_second()), "{text}");
                assert_eq!(parsed(text.as_bytes()), Some(at.as_second()), "{text}");
            }
        }
    }
}
