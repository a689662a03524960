//! Distinguished names (X.501) as they stand in certificates: read for display and compared as RFC 5280 §7.1 asks,
//! without a copy.

use crate::asn1::{Asn1Error, Element, Reader, tag};

/// Object identifiers of naming attributes, content bytes only.
pub(crate) mod attribute {
    pub(crate) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
    pub(crate) const SERIAL_NUMBER: &[u8] = &[0x55, 4, 5];
    pub(crate) const COUNTRY: &[u8] = &[0x55, 4, 6];
    pub(crate) const LOCALITY: &[u8] = &[0x55, 4, 7];
    pub(crate) const STATE: &[u8] = &[0x55, 4, 8];
    pub(crate) const ORGANIZATION: &[u8] = &[0x55, 4, 10];
    pub(crate) const ORGANIZATIONAL_UNIT: &[u8] = &[0x55, 4, 11];
    pub(crate) const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];
}

/// Attributes of one relative name that are compared; more are taken for a difference.
const MAX_ATTRIBUTES: usize = 16;

/// A name: the content of its RDNSequence, and an optional last relative name that is written elsewhere
/// (`nameRelativeToCRLIssuer`, RFC 5280 §4.2.1.13).
#[derive(Debug, Clone, Copy)]
pub(crate) struct DistinguishedName<'a> {
    rdns: &'a [u8],
    tail: Option<&'a [u8]>,
}

impl<'a> DistinguishedName<'a> {
    /// Reads the element of a Name, checking that every part of it can be read later.
    pub(crate) fn parse(element: &Element<'a>) -> Result<Self, Asn1Error> {
        if element.tag != tag::SEQUENCE {
            return Err(Asn1Error::UnexpectedTag);
        }
        let name = Self { rdns: element.content, tail: None };
        let mut rdns = Reader::der(name.rdns);
        while !rdns.is_empty() {
            check_rdn(rdns.expect(tag::SET)?.content)?;
        }
        Ok(name)
    }

    /// This name with one more relative name, given as the content of its SET.
    pub(crate) fn with_tail(self, rdn: &'a [u8]) -> Result<Self, Asn1Error> {
        check_rdn(rdn)?;
        Ok(Self { tail: Some(rdn), ..self })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rdns.is_empty() && self.tail.is_none()
    }

    /// The relative names in order, each as the content of its SET.
    fn relative_names(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut rdns = Reader::der(self.rdns);
        std::iter::from_fn(move || rdns.next().ok().map(|rdn| rdn.content)).chain(self.tail)
    }

    /// Type and value of every attribute, in order.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'a [u8], Element<'a>)> + use<'a> {
        self.relative_names().flat_map(attributes)
    }

    /// The first value of an attribute as text, for people.
    pub(crate) fn text(&self, attribute: &'static [u8]) -> Option<String> {
        self.texts(attribute).next()
    }

    /// Every value of an attribute as text.
    pub(crate) fn texts(&self, attribute: &'static [u8]) -> impl Iterator<Item = String> + use<'a> {
        self.attributes().filter(move |(oid, _)| *oid == attribute).map(|(_, value)| display(&value))
    }

    /// Equal by the rules of RFC 5280 §7.1: same attributes in the same order, strings without regard to case and to
    /// the amount of white space.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        if self.tail.is_none() && other.tail.is_none() && self.rdns == other.rdns {
            return true;
        }
        let (mut ours, mut theirs) = (self.relative_names(), other.relative_names());
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return true,
                (Some(one), Some(two)) if same_rdn(one, two) => {}
                _ => return false,
            }
        }
    }

    /// Whether this name begins with every relative name of `prefix` (RFC 5280 §4.2.1.10, directoryName).
    pub(crate) fn starts_with(&self, prefix: &Self) -> bool {
        let mut ours = self.relative_names();
        prefix.relative_names().all(|two| ours.next().is_some_and(|one| same_rdn(one, two)))
    }

    /// The name as RFC 4514 orders and separates it, most specific attribute last as in the certificate.
    pub(crate) fn display(&self) -> String {
        let mut text = String::new();
        for (oid, value) in self.attributes() {
            if !text.is_empty() {
                text.push_str(", ");
            }
            match label(oid) {
                Some(label) => text.push_str(label),
                None => push_oid(&mut text, oid),
            }
            text.push('=');
            for c in display(&value).chars() {
                if c == ',' {
                    text.push('\\');
                }
                text.push(c);
            }
        }
        text
    }
}

/// An object identifier in dotted form, for people.
pub(crate) fn oid_text(oid: &[u8]) -> String {
    let mut text = String::new();
    push_oid(&mut text, oid);
    text
}

fn push_oid(text: &mut String, oid: &[u8]) {
    use std::fmt::Write as _;
    let mut arc = 0u64;
    let mut first = true;
    for byte in oid {
        arc = arc.wrapping_shl(7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            let written = if first {
                let top = (arc / 40).min(2);
                write!(text, "{top}.{}", arc - top * 40)
            } else {
                write!(text, ".{arc}")
            };
            debug_assert!(written.is_ok(), "writing into a string cannot fail");
            first = false;
            arc = 0;
        }
    }
}

const fn label(oid: &[u8]) -> Option<&'static str> {
    match oid {
        attribute::COMMON_NAME => Some("CN"),
        attribute::COUNTRY => Some("C"),
        attribute::LOCALITY => Some("L"),
        attribute::STATE => Some("ST"),
        attribute::ORGANIZATION => Some("O"),
        attribute::ORGANIZATIONAL_UNIT => Some("OU"),
        attribute::EMAIL_ADDRESS => Some("emailAddress"),
        attribute::SERIAL_NUMBER => Some("serialNumber"),
        [0x55, 4, 97] => Some("organizationIdentifier"),
        _ => None,
    }
}

fn check_rdn(rdn: &[u8]) -> Result<(), Asn1Error> {
    let mut set = Reader::der(rdn);
    if set.is_empty() {
        return Err(Asn1Error::Value);
    }
    while !set.is_empty() {
        let mut pair = set.expect(tag::SEQUENCE)?.children();
        pair.expect(tag::OID)?.oid()?;
        pair.next()?;
        pair.finish()?;
    }
    Ok(())
}

fn attributes(rdn: &[u8]) -> impl Iterator<Item = (&[u8], Element<'_>)> {
    let mut set = Reader::der(rdn);
    std::iter::from_fn(move || {
        let mut pair = set.next().ok()?.children();
        Some((pair.next().ok()?.content, pair.next().ok()?))
    })
}

/// Two relative names are equal when each attribute of one is met by one of the other; the order within a SET means
/// nothing.
fn same_rdn(one: &[u8], two: &[u8]) -> bool {
    if one == two {
        return true;
    }
    let count = attributes(one).take(MAX_ATTRIBUTES + 1).count();
    if count > MAX_ATTRIBUTES || count != attributes(two).take(MAX_ATTRIBUTES + 1).count() {
        return false;
    }
    let met = |(oid, value): (&[u8], Element<'_>), by: &[u8]| {
        attributes(by).any(|(other, found)| oid == other && same_value(&value, &found))
    };
    attributes(one).all(|pair| met(pair, two)) && attributes(two).all(|pair| met(pair, one))
}

fn same_value(one: &Element<'_>, two: &Element<'_>) -> bool {
    match (folded(one), folded(two)) {
        (Some(one), Some(two)) => one.eq(two),
        _ => one.tag == two.tag && one.content == two.content,
    }
}

/// A string prepared for comparison (RFC 4518 as RFC 5280 §7.1 applies it): case folded, white space trimmed and
/// collapsed. Types without such a rule yield nothing and are compared as bytes.
fn folded<'a>(value: &Element<'a>) -> Option<impl Iterator<Item = char> + use<'a>> {
    if !matches!(value.tag, tag::PRINTABLE_STRING | tag::UTF8_STRING | tag::IA5_STRING) {
        return None;
    }
    let text = std::str::from_utf8(value.content).ok()?;
    let words = text.split_whitespace().enumerate();
    Some(words.flat_map(|(at, word)| {
        let gap = (at > 0).then_some(' ');
        gap.into_iter().chain(word.chars().flat_map(char::to_lowercase))
    }))
}

/// Whether a value reads like `text`, compared as [`DistinguishedName::matches`] does.
pub(crate) fn value_reads(value: &Element<'_>, text: &str) -> bool {
    let expected = text.split_whitespace().enumerate().flat_map(|(at, word)| {
        let gap = (at > 0).then_some(' ');
        gap.into_iter().chain(word.chars().flat_map(char::to_lowercase))
    });
    match folded(value) {
        Some(found) => found.eq(expected),
        None => {
            display(value).split_whitespace().map(str::to_lowercase).eq(text.split_whitespace().map(str::to_lowercase))
        }
    }
}

/// A value as text; what is not text is shown in hexadecimal.
fn display(value: &Element<'_>) -> String {
    let bytes = value.content;
    match value.tag {
        tag::PRINTABLE_STRING | tag::UTF8_STRING | tag::IA5_STRING => String::from_utf8_lossy(bytes).into_owned(),
        tag::TELETEX_STRING => bytes.iter().map(|byte| char::from(*byte)).collect(),
        tag::BMP_STRING => {
            let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        tag::UNIVERSAL_STRING => bytes
            .chunks_exact(4)
            .map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
            .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
        _ => {
            let mut text = String::from("#");
            for byte in value.raw {
                text.push_str(&format!("{byte:02x}"));
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        assert!(content.len() < 128);
        [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn rdn(attributes: &[(&[u8], u8, &str)]) -> Vec<u8> {
        let pairs: Vec<u8> = attributes
            .iter()
            .flat_map(|(oid, kind, text)| {
                tlv(tag::SEQUENCE, &[tlv(tag::OID, oid), tlv(*kind, text.as_bytes())].concat())
            })
            .collect();
        tlv(tag::SET, &pairs)
    }

    fn name(rdns: &[Vec<u8>]) -> Vec<u8> {
        tlv(tag::SEQUENCE, &rdns.concat())
    }

    fn parse(der: &[u8]) -> DistinguishedName<'_> {
        DistinguishedName::parse(&Reader::der(der).next().unwrap()).unwrap()
    }

    #[test]
    fn names_are_compared_by_meaning() {
        let country = rdn(&[(attribute::COUNTRY, tag::PRINTABLE_STRING, "IT")]);
        let one =
            name(&[country.clone(), rdn(&[(attribute::ORGANIZATION, tag::PRINTABLE_STRING, " Aruba  PEC S.p.A.")])]);
        let two = name(&[country.clone(), rdn(&[(attribute::ORGANIZATION, tag::UTF8_STRING, "ARUBA PEC s.p.a. ")])]);
        let other = name(&[country.clone(), rdn(&[(attribute::ORGANIZATION, tag::UTF8_STRING, "ARUBAPEC s.p.a.")])]);
        assert!(parse(&one).matches(&parse(&two)));
        assert!(!parse(&one).matches(&parse(&other)));
        let prefix = name(std::slice::from_ref(&country));
        assert!(parse(&one).starts_with(&parse(&prefix)));
        assert!(!parse(&prefix).starts_with(&parse(&one)));
        assert!(!parse(&prefix).matches(&parse(&one)));
    }

    #[test]
    fn sets_have_no_order_and_teletex_no_folding() {
        let (a, b) = ((attribute::COMMON_NAME, tag::UTF8_STRING, "x"), (attribute::LOCALITY, tag::UTF8_STRING, "y"));
        assert!(parse(&name(&[rdn(&[a, b])])).matches(&parse(&name(&[rdn(&[b, a])]))));
        assert!(!parse(&name(&[rdn(&[a, a])])).matches(&parse(&name(&[rdn(&[a, b])]))));
        let upper = name(&[rdn(&[(attribute::COMMON_NAME, tag::TELETEX_STRING, "X")])]);
        let lower = name(&[rdn(&[(attribute::COMMON_NAME, tag::TELETEX_STRING, "x")])]);
        assert!(!parse(&upper).matches(&parse(&lower)));
    }

    #[test]
    fn display_and_relative_names() {
        let base = name(&[rdn(&[(attribute::ORGANIZATION, tag::UTF8_STRING, "A, B")])]);
        let tail = rdn(&[(&[0x2a, 0x03], tag::UTF8_STRING, "z")]);
        let tail_content = Reader::der(&tail).next().unwrap().content;
        let whole = parse(&base).with_tail(tail_content).unwrap();
        assert_eq!(whole.display(), "O=A\\, B, 1.2.3=z");
        let written = name(&[rdn(&[(attribute::ORGANIZATION, tag::UTF8_STRING, "a, b")]), tail.clone()]);
        assert!(whole.matches(&parse(&written)));
        assert_eq!(oid_text(&[0x2b, 0x4c, 0x10, 0x03, 0x01, 0x01]), "1.3.76.16.3.1.1");
    }

    #[test]
    fn broken_names_are_refused() {
        for broken in [&[0x30, 2, 0x31, 0][..], &[0x30, 4, 0x31, 2, 0x30, 0], &[0x31, 0]] {
            let element = Reader::der(broken).next().unwrap();
            assert!(DistinguishedName::parse(&element).is_err());
        }
    }
}
