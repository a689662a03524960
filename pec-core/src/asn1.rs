//! A cursor over BER or DER that copies nothing and never recurses.
//!
//! Real PEC signatures are BER (indefinite lengths are on the wire in 2026), certificates are DER. Both are read
//! through the same [`Reader`]; every element keeps its raw bytes, because digests and signatures are computed on
//! what was received, never on a re-encoding.

use std::borrow::Cow;

/// Tags used by CMS and X.509 (X.690 §8.1.2), each with its class and constructed bit.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const TELETEX_STRING: u8 = 0x14;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const UNIVERSAL_STRING: u8 = 0x1c;
    pub(crate) const BMP_STRING: u8 = 0x1e;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    /// The bit that marks an element made of elements.
    pub(crate) const CONSTRUCTED: u8 = 0x20;

    /// Context tag `[n]`, constructed.
    pub(crate) const fn context(n: u8) -> u8 {
        0xa0 | n
    }
    /// Context tag `[n]`, primitive.
    pub(crate) const fn context_primitive(n: u8) -> u8 {
        0x80 | n
    }
}

/// Nesting of constructed elements that is followed when the end of an indefinite-length element is sought.
/// CMS with certificates needs about ten.
const MAX_DEPTH: usize = 32;

/// What is wrong with the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Asn1Error {
    #[error("the data end inside an element")]
    Truncated,
    #[error("a length is not encoded as the rules ask")]
    Length,
    #[error("a tag number above 30 is not used here")]
    HighTag,
    #[error("the element has another type than expected")]
    UnexpectedTag,
    #[error("elements are nested too deeply")]
    TooDeep,
    #[error("a value is not valid for its type")]
    Value,
    #[error("data follow the last element")]
    Trailing,
}

/// The encoding rules that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Definite, minimal lengths only.
    Der,
    /// Indefinite and over-long lengths too.
    Ber,
}

/// One element: its tag, its whole encoding and its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    /// Header, content and, for an indefinite length, the two closing zero bytes.
    pub(crate) raw: &'a [u8],
    pub(crate) content: &'a [u8],
    rules: Rules,
}

/// Reads elements one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    rules: Rules,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(input: &'a [u8], rules: Rules) -> Self {
        Self { rest: input, rules }
    }

    pub(crate) const fn der(input: &'a [u8]) -> Self {
        Self::new(input, Rules::Der)
    }

    pub(crate) const fn ber(input: &'a [u8]) -> Self {
        Self::new(input, Rules::Ber)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element, whatever it is.
    pub(crate) fn next(&mut self) -> Result<Element<'a>, Asn1Error> {
        let (header, length) = header(self.rest, self.rules)?;
        let tag = self.rest[0];
        let (content, total) = match length {
            Some(length) => {
                let end = header.checked_add(length).ok_or(Asn1Error::Length)?;
                (self.rest.get(header..end).ok_or(Asn1Error::Truncated)?, end)
            }
            None => {
                let length = indefinite_length(&self.rest[header..])?;
                (&self.rest[header..header + length], header + length + 2)
            }
        };
        let (raw, rest) = self.rest.split_at(total);
        self.rest = rest;
        Ok(Element { tag, raw, content, rules: self.rules })
    }

    /// The next element, which must bear `tag`.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Element<'a>, Asn1Error> {
        match self.peek() {
            Some(found) if found == tag => self.next(),
            Some(_) => Err(Asn1Error::UnexpectedTag),
            None => Err(Asn1Error::Truncated),
        }
    }

    /// The next element if it bears `tag`.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Asn1Error> {
        if self.peek() == Some(tag) { self.next().map(Some) } else { Ok(None) }
    }

    /// Nothing may follow.
    pub(crate) fn finish(&self) -> Result<(), Asn1Error> {
        if self.is_empty() { Ok(()) } else { Err(Asn1Error::Trailing) }
    }
}

impl<'a> Element<'a> {
    /// A reader of the elements inside this one.
    pub(crate) const fn children(&self) -> Reader<'a> {
        Reader::new(self.content, self.rules)
    }

    /// The bytes of an object identifier, without tag and length.
    pub(crate) fn oid(&self) -> Result<&'a [u8], Asn1Error> {
        if self.tag == tag::OID && !self.content.is_empty() { Ok(self.content) } else { Err(Asn1Error::UnexpectedTag) }
    }

    /// The bytes of a string, joined when BER has cut it into pieces (X.690 §8.7.3). Pieces of pieces are refused.
    pub(crate) fn octets(&self) -> Result<Cow<'a, [u8]>, Asn1Error> {
        if self.tag & tag::CONSTRUCTED == 0 {
            return Ok(Cow::Borrowed(self.content));
        }
        let mut whole = Vec::new();
        let mut pieces = self.children();
        while !pieces.is_empty() {
            whole.extend_from_slice(pieces.expect(tag::OCTET_STRING)?.content);
        }
        Ok(Cow::Owned(whole))
    }

    /// The bytes of a bit string that is a whole number of bytes long.
    pub(crate) fn bit_string(&self) -> Result<&'a [u8], Asn1Error> {
        match self.content.split_first() {
            Some((0, bytes)) if self.tag == tag::BIT_STRING => Ok(bytes),
            _ => Err(Asn1Error::Value),
        }
    }

    /// The magnitude of a non-negative integer, without leading zeroes.
    pub(crate) fn unsigned(&self) -> Result<&'a [u8], Asn1Error> {
        match self.content {
            _ if self.tag != tag::INTEGER && self.tag != tag::ENUMERATED => Err(Asn1Error::UnexpectedTag),
            [] => Err(Asn1Error::Value),
            [first, ..] if first & 0x80 != 0 => Err(Asn1Error::Value),
            [0, rest @ ..] => Ok(rest),
            bytes => Ok(bytes),
        }
    }

    /// A small non-negative integer.
    pub(crate) fn small(&self) -> Result<u32, Asn1Error> {
        let bytes = self.unsigned()?;
        if bytes.len() > 4 {
            return Err(Asn1Error::Value);
        }
        Ok(bytes.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    }

    /// A boolean; BER takes every non-zero byte for true.
    pub(crate) fn boolean(&self) -> Result<bool, Asn1Error> {
        match (self.tag, self.content) {
            (tag::BOOLEAN, [0]) => Ok(false),
            (tag::BOOLEAN, [0xff]) => Ok(true),
            (tag::BOOLEAN, [_]) if self.rules == Rules::Ber => Ok(true),
            _ => Err(Asn1Error::Value),
        }
    }

    /// UTCTime or GeneralizedTime in seconds since 1970, UTC (RFC 5280 §4.1.2.5). Fractions of a second, which
    /// time-stamp tokens may carry (RFC 3161 §2.4.2), are cut off.
    pub(crate) fn time(&self) -> Result<i64, Asn1Error> {
        let text = self.content;
        let (year, rest) = match self.tag {
            tag::UTC_TIME => {
                let short = digits(text.get(..2))?;
                (if short < 50 { 2000 + short } else { 1900 + short }, &text[2..])
            }
            tag::GENERALIZED_TIME => (digits(text.get(..4))?, &text[4..]),
            _ => return Err(Asn1Error::UnexpectedTag),
        };
        let field = |at: usize| digits(rest.get(at..at + 2));
        let [month, day, hour, minute, second] = [field(0)?, field(2)?, field(4)?, field(6)?, field(8)?];
        match rest.get(10..) {
            Some(b"Z") => {}
            Some([b'.', fraction @ .., b'Z']) if !fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit) => {}
            _ => return Err(Asn1Error::Value),
        }
        let narrow = |value: i64| i8::try_from(value).map_err(|_| Asn1Error::Value);
        let civil = jiff::civil::DateTime::new(
            i16::try_from(year).map_err(|_| Asn1Error::Value)?,
            narrow(month)?,
            narrow(day)?,
            narrow(hour)?,
            narrow(minute)?,
            narrow(second.min(59))?,
            0,
        )
        .map_err(|_| Asn1Error::Value)?;
        if second > 60 {
            return Err(Asn1Error::Value);
        }
        jiff::tz::Offset::UTC.to_timestamp(civil).map(|time| time.as_second()).map_err(|_| Asn1Error::Value)
    }
}

/// The length of the header and, unless indefinite, of the content.
fn header(input: &[u8], rules: Rules) -> Result<(usize, Option<usize>), Asn1Error> {
    let [tag, first, rest @ ..] = input else { return Err(Asn1Error::Truncated) };
    if tag & 0x1f == 0x1f {
        return Err(Asn1Error::HighTag);
    }
    match *first {
        short @ 0..=0x7f => Ok((2, Some(usize::from(short)))),
        0x80 if rules == Rules::Ber && tag & tag::CONSTRUCTED != 0 => Ok((2, None)),
        0x80 | 0xff => Err(Asn1Error::Length),
        long => {
            let count = usize::from(long & 0x7f);
            let bytes = rest.get(..count).ok_or(Asn1Error::Truncated)?;
            let mut length = 0u32;
            for byte in bytes {
                if length.leading_zeros() < u8::BITS {
                    return Err(Asn1Error::Length);
                }
                length = length << u8::BITS | u32::from(*byte);
            }
            if rules == Rules::Der && (bytes[0] == 0 || length < 0x80) {
                return Err(Asn1Error::Length);
            }
            let length = usize::try_from(length).map_err(|_| Asn1Error::Length)?;
            Ok((2 + count, Some(length)))
        }
    }
}

/// The length of the content of an indefinite-length element, without its closing zero bytes.
fn indefinite_length(content: &[u8]) -> Result<usize, Asn1Error> {
    let mut at = 0;
    let mut open = 1;
    loop {
        let rest = content.get(at..).ok_or(Asn1Error::Truncated)?;
        if rest.starts_with(&[0, 0]) {
            open -= 1;
            if open == 0 {
                return Ok(at);
            }
            at += 2;
            continue;
        }
        let (header, length) = header(rest, Rules::Ber)?;
        match length {
            Some(length) => at = at.checked_add(header + length).ok_or(Asn1Error::Length)?,
            None if open == MAX_DEPTH => return Err(Asn1Error::TooDeep),
            None => {
                open += 1;
                at += header;
            }
        }
    }
}

fn digits(text: Option<&[u8]>) -> Result<i64, Asn1Error> {
    let text = text.ok_or(Asn1Error::Value)?;
    text.iter().try_fold(0, |value, byte| {
        if byte.is_ascii_digit() { Ok(value * 10 + i64::from(byte - b'0')) } else { Err(Asn1Error::Value) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_lengths_nest_and_keep_the_raw_bytes() {
        let input = [0x30, 0x80, 0x30, 0x80, 0x02, 0x01, 0x05, 0, 0, 0, 0, 0x05, 0x00];
        let mut reader = Reader::ber(&input);
        let outer = reader.next().unwrap();
        assert_eq!(outer.raw, &input[..11]);
        let inner = outer.children().next().unwrap();
        assert_eq!(inner.children().next().unwrap().small(), Ok(5));
        assert_eq!(reader.next().unwrap().tag, tag::NULL);
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn der_refuses_what_only_ber_allows() {
        assert_eq!(Reader::der(&[0x30, 0x80, 0, 0]).next(), Err(Asn1Error::Length));
        assert_eq!(Reader::der(&[0x04, 0x81, 0x01, 0]).next(), Err(Asn1Error::Length));
        assert!(Reader::ber(&[0x04, 0x81, 0x01, 0]).next().is_ok());
    }

    #[test]
    fn lengths_are_checked_before_they_are_used() {
        assert_eq!(Reader::ber(&[0x04, 0x84, 0xff, 0xff, 0xff, 0xff, 1]).next(), Err(Asn1Error::Truncated));
        assert_eq!(Reader::ber(&[0x04, 0x85, 1, 0, 0, 0, 0]).next(), Err(Asn1Error::Length));
        assert_eq!(Reader::ber(&[0x30, 0x80].repeat(100)).next(), Err(Asn1Error::TooDeep));
    }

    #[test]
    fn times() {
        let utc = |text: &[u8]| Element { tag: tag::UTC_TIME, raw: text, content: text, rules: Rules::Der }.time();
        assert_eq!(utc(b"700101000000Z"), Ok(0));
        assert_eq!(utc(b"260201120000Z"), Ok(1_769_947_200));
        assert_eq!(utc(b"260230120000Z"), Err(Asn1Error::Value));
        assert_eq!(utc(b"2602"), Err(Asn1Error::Value));
        assert_eq!(utc(b"2"), Err(Asn1Error::Value));
    }
}
