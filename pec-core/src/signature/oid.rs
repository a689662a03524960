//! Object identifiers of CMS, as bytes without tag and length, and their dotted form.

use std::fmt::Write as _;

/// 1.2.840.113549.1.7.1
pub(crate) const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
/// 1.2.840.113549.1.7.2
pub(crate) const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
/// 1.2.840.113549.1.9.16.1.4
pub(super) const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];

/// 1.2.840.113549.1.9.3
pub(crate) const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
/// 1.2.840.113549.1.9.4
pub(crate) const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
/// 1.2.840.113549.1.9.5
pub(super) const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5];
/// 1.2.840.113549.1.9.52
pub(super) const ALGORITHM_PROTECTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 52];
/// 1.2.840.113549.1.9.16.2.12
pub(super) const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 12];
/// 1.2.840.113549.1.9.16.2.47
pub(super) const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
/// 1.2.840.113549.1.9.16.2.14
pub(super) const TIME_STAMP_TOKEN: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 14];

/// 2.5.29.14
pub(super) const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 14];
/// 2.5.29.37
pub(super) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
/// 1.3.6.1.5.5.7.3.8
pub(super) const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];

/// MD2, MD4, MD5, alone or under RSA (RFC 6149 to 6151): nothing that they sign is proven.
pub(super) fn is_broken_digest(oid: &[u8]) -> bool {
    const RSADSI: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d];
    matches!(oid.strip_prefix(RSADSI), Some([2, 2 | 4 | 5] | [1, 1, 2..=4]))
}

/// Bytes of an object identifier that are shown. Real ones have up to twenty; somebody may send a megabyte.
const SHOWN: usize = 64;

/// The dotted form, for people. Identifiers that are cut off, too long or have arcs above 64 bits are shown in hex.
pub(super) fn dotted(oid: &[u8]) -> String {
    Some(oid).filter(|oid| oid.len() <= SHOWN).and_then(arcs).unwrap_or_else(|| {
        oid.iter().take(SHOWN).fold(String::from("hex "), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    })
}

fn arcs(oid: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut arc = 0u64;
    for (at, byte) in oid.iter().enumerate() {
        arc = arc.checked_mul(128)? | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            if at + 1 == oid.len() {
                return None;
            }
            continue;
        }
        if text.is_empty() {
            let first = (arc / 40).min(2);
            let _ = write!(text, "{first}.{}", arc - first * 40);
        } else {
            let _ = write!(text, ".{arc}");
        }
        arc = 0;
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_forms() {
        assert_eq!(dotted(SIGNED_DATA), "1.2.840.113549.1.7.2");
        assert_eq!(dotted(SUBJECT_KEY_IDENTIFIER), "2.5.29.14");
        assert_eq!(dotted(&[0x88, 0x37]), "2.999");
        assert_eq!(dotted(&[0x2a, 0x86]), "hex 2a86");
        assert_eq!(dotted(&[1; 1000]).len(), 4 + 2 * SHOWN);
        assert_eq!(dotted(&[0xff; 12]), "hex ffffffffffffffffffffffff");
    }

    #[test]
    fn broken_digests() {
        assert!(is_broken_digest(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5]));
        assert!(is_broken_digest(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4]));
        assert!(!is_broken_digest(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5]));
        assert!(!is_broken_digest(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 9]));
    }
}
