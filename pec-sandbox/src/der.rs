//! Writes DER, and BER where a vector wants it: a few functions that nest, because a sandbox must also write what a
//! typed encoder rightly refuses (unsorted sets, two of a kind, an `eContent` that should not be there).

/// Universal tags and the ones of RFC 5280 that occur below.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTET_STRING: u8 = 0x04;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// ENUMERATED.
    pub const ENUMERATED: u8 = 0x0A;
    /// UTF8String.
    pub const UTF8_STRING: u8 = 0x0C;
    /// PrintableString.
    pub const PRINTABLE_STRING: u8 = 0x13;
    /// IA5String.
    pub const IA5_STRING: u8 = 0x16;
    /// UTCTime.
    pub const UTC_TIME: u8 = 0x17;
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: u8 = 0x18;
    /// SEQUENCE, constructed.
    pub const SEQUENCE: u8 = 0x30;
    /// SET, constructed.
    pub const SET: u8 = 0x31;
}

/// Tag, definite length in its shortest form (X.690 §10.1), content.
#[must_use]
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let skip = bytes.iter().take_while(|b| **b == 0).count();
        out.push(0x80 | (bytes.len() - skip) as u8);
        out.extend_from_slice(&bytes[skip..]);
    }
    out.extend_from_slice(content);
    out
}

/// Tag, indefinite length, content, end-of-contents (X.690 §8.1.3.6); `tag` must be a constructed one.
#[must_use]
pub fn indefinite(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag, 0x80];
    out.extend_from_slice(content);
    out.extend_from_slice(&[0, 0]);
    out
}

/// SEQUENCE of the items, in the order given.
#[must_use]
pub fn sequence<T: AsRef<[u8]>>(items: &[T]) -> Vec<u8> {
    tlv(tag::SEQUENCE, &concat(items))
}

/// SET OF the items in DER order (X.690 §11.6).
#[must_use]
pub fn set_of<T: AsRef<[u8]>>(items: &[T]) -> Vec<u8> {
    let mut sorted: Vec<&[u8]> = items.iter().map(AsRef::as_ref).collect();
    sorted.sort_unstable();
    tlv(tag::SET, &concat(&sorted))
}

/// SET of the items in the order given, sorted or not.
#[must_use]
pub fn set_unsorted<T: AsRef<[u8]>>(items: &[T]) -> Vec<u8> {
    tlv(tag::SET, &concat(items))
}

/// `[number]` around a complete value (EXPLICIT).
#[must_use]
pub fn explicit(number: u8, value: &[u8]) -> Vec<u8> {
    tlv(0xA0 | number, value)
}

/// `[number]` in place of the tag of a primitive value (IMPLICIT).
#[must_use]
pub fn implicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x80 | number, content)
}

/// `value` with its first byte replaced: IMPLICIT tagging of something constructed.
#[must_use]
pub fn retagged(tag: u8, mut value: Vec<u8>) -> Vec<u8> {
    if let Some(first) = value.first_mut() {
        *first = tag;
    }
    value
}

/// OBJECT IDENTIFIER from its dotted form; arcs that are no numbers count as zero.
#[must_use]
pub fn oid(dotted: &str) -> Vec<u8> {
    let mut arcs = dotted.split('.').map(|arc| arc.parse::<u64>().unwrap_or(0));
    let first = arcs.next().unwrap_or(0) * 40 + arcs.next().unwrap_or(0);
    let mut content = Vec::new();
    for arc in std::iter::once(first).chain(arcs) {
        let groups = (1..10).take_while(|n| arc >> (7 * n) != 0).count();
        for group in (0..=groups).rev() {
            let more = if group > 0 { 0x80 } else { 0 };
            content.push(((arc >> (7 * group)) & 0x7F) as u8 | more);
        }
    }
    tlv(tag::OID, &content)
}

/// INTEGER of a small number.
#[must_use]
pub fn integer(value: u64) -> Vec<u8> {
    unsigned(&value.to_be_bytes())
}

/// INTEGER from a big-endian unsigned number.
#[must_use]
pub fn unsigned(big_endian: &[u8]) -> Vec<u8> {
    let skip = big_endian.iter().take_while(|b| **b == 0).count();
    let mut content = big_endian[skip..].to_vec();
    if content.first().is_none_or(|b| b & 0x80 != 0) {
        content.insert(0, 0);
    }
    tlv(tag::INTEGER, &content)
}

/// BOOLEAN TRUE; FALSE is nearly always a default that DER leaves out.
#[must_use]
pub fn yes() -> Vec<u8> {
    tlv(tag::BOOLEAN, &[0xFF])
}

/// NULL.
#[must_use]
pub fn null() -> Vec<u8> {
    vec![0x05, 0x00]
}

/// OCTET STRING.
#[must_use]
pub fn octets(content: &[u8]) -> Vec<u8> {
    tlv(tag::OCTET_STRING, content)
}

/// BIT STRING of whole bytes.
#[must_use]
pub fn bits(content: &[u8]) -> Vec<u8> {
    tlv(tag::BIT_STRING, &[&[0], content].concat())
}

/// BIT STRING of named bits (X.690 §11.2.2: no trailing zero bits); `set` holds the numbers of the bits that are one.
#[must_use]
pub fn named_bits(set: &[u8]) -> Vec<u8> {
    let Some(last) = set.iter().max() else { return tlv(tag::BIT_STRING, &[0]) };
    let mut content = vec![0; usize::from(last / 8) + 2];
    content[0] = 7 - last % 8;
    for bit in set {
        content[usize::from(bit / 8) + 1] |= 0x80 >> (bit % 8);
    }
    tlv(tag::BIT_STRING, &content)
}

/// The items one after the other.
#[must_use]
pub fn concat<T: AsRef<[u8]>>(items: &[T]) -> Vec<u8> {
    items.iter().flat_map(|item| item.as_ref().iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_x690_prints() {
        assert_eq!(oid("1.2.840.113549.1.7.2"), [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2]);
        assert_eq!(oid("2.5.29.17"), [6, 3, 0x55, 0x1D, 0x11]);
        assert_eq!(oid("1.3.76.16.3.1.1"), [6, 6, 0x2B, 0x4C, 0x10, 3, 1, 1]);
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(128), [2, 2, 0, 0x80]);
        assert_eq!(named_bits(&[0]), [3, 2, 7, 0x80]);
        assert_eq!(named_bits(&[5, 6]), [3, 2, 1, 0x06]);
        assert_eq!(tlv(4, &[0; 200])[..3], [4, 0x81, 200]);
        assert_eq!(tlv(4, &[0; 300])[..4], [4, 0x82, 1, 44]);
        assert_eq!(set_of(&[integer(2), integer(1)]), [0x31, 6, 2, 1, 1, 2, 1, 2]);
    }
}
