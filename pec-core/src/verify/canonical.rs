//! The signed bytes in the forms in which they can have been signed: as they stand, with CRLF line ends, and as they
//! stood before a program read them as UTF-8 and wrote them as Latin-1.

use crate::crypto::DigestAlgorithm;
use crate::signature::{ContentDigest, ContentHasher};

/// A form of the signed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As received.
    Received,
    /// Every line end made CRLF (RFC 8551 §3.1.1).
    Canonical,
}

/// Bytes converted at a time.
const BLOCK: usize = 32 << 10;

/// The form that is tried first: a file with bare line feeds was stored by a program that changed the line ends.
pub(super) fn likely_form(bytes: &[u8]) -> Form {
    match memchr::memchr(b'\n', bytes) {
        Some(at) if at == 0 || bytes[at - 1] != b'\r' => Form::Canonical,
        _ => Form::Received,
    }
}

/// The digest of `bytes` in one form.
pub(super) fn digest(algorithm: DigestAlgorithm, bytes: &[u8], form: Form) -> ContentDigest {
    if form == Form::Received {
        return ContentDigest::of(algorithm, bytes);
    }
    let mut hasher = ContentHasher::new(algorithm);
    canonical(bytes, |block| hasher.update(block));
    hasher.finish()
}

/// Gives the bytes with every line end made CRLF, block by block.
fn canonical(bytes: &[u8], mut update: impl FnMut(&[u8])) {
    let mut block = Vec::with_capacity(BLOCK + 2);
    let mut start = 0;
    for at in memchr::memchr_iter(b'\n', bytes) {
        let line = &bytes[start..at];
        start = at + 1;
        for piece in line.strip_suffix(b"\r").unwrap_or(line).chunks(BLOCK) {
            if block.len() + piece.len() > BLOCK {
                update(&block);
                block.clear();
            }
            block.extend_from_slice(piece);
        }
        block.extend_from_slice(b"\r\n");
    }
    update(&block);
    update(&bytes[start..]);
}

/// The bytes as they stood before a program took them for Latin-1 and wrote them as UTF-8; nothing when they cannot
/// have been.
pub(super) fn latin_1(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.is_ascii() {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restored(bytes: &[u8]) -> Vec<u8> {
        let mut whole = Vec::new();
        canonical(bytes, |block| whole.extend_from_slice(block));
        whole
    }

    #[test]
    fn every_line_end_becomes_crlf() {
        for (input, expected) in [
            (&b"a\nb\r\nc"[..], &b"a\r\nb\r\nc"[..]),
            (b"\n\n", b"\r\n\r\n"),
            (b"", b""),
            (b"a\rb\r\r\n", b"a\rb\r\r\n"),
        ] {
            assert_eq!(restored(input), expected);
        }
        let long = [b"x".repeat(BLOCK * 2 + 7), b"\ny".to_vec()].concat();
        assert_eq!(restored(&long).len(), long.len() + 1);
    }

    #[test]
    fn restoring_needs_latin_1() {
        assert_eq!(latin_1("è".as_bytes()).as_deref(), Some(&b"\xe8"[..]));
        assert_eq!(latin_1("€".as_bytes()), None);
        assert_eq!(latin_1(b"\xe8"), None);
        assert_eq!(latin_1(b"e"), None);
    }
}
