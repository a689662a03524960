//! What a hash file says, and under which reading an attachment has that hash (PEC-SPEC §4.3).

use std::borrow::Cow;

use super::super::compare::{LineEnds, Style, crlf, lf, without_end};
use crate::crypto::{CollisionCheckedSha1, Digest, DigestAlgorithm, Hasher, digest};
use crate::message::{Part, TransferEncoding};

/// Which bytes of an attachment were hashed. RFC 6109 §3.3.2.2 lets the provider choose between the encoded body and the
/// whole content, and no rule says where either ends; the readings are tried in this order, and the first that matches
/// is named.
///
/// Every reading covers the whole content of the attachment: which one matches changes nothing about what is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// The encoded body, from the blank line to the line end before the delimiter.
    Encoded,
    /// The same and the line end before the delimiter.
    EncodedAndEnd,
    /// The encoded body with bare LF.
    EncodedLf,
    /// The same and a final LF.
    EncodedLfAndEnd,
    /// The content, transfer encoding undone.
    Decoded,
    /// An attached message and one more line end.
    MessageAndEnd,
    /// An attached message without its last line end.
    MessageWithoutEnd,
    /// An attached message with bare LF.
    MessageLf,
    /// The same and a final LF.
    MessageLfAndEnd,
    /// The same without its last line end.
    MessageLfWithoutEnd,
    /// The content in base64 lines of 76 characters, as a server writes that encodes anew (RFC 2045 §6.8; RFC 6109
    /// §3.3.2.2 warns of it).
    Reencoded,
    /// The same and a final line end.
    ReencodedAndEnd,
}

impl Reading {
    /// Every reading in the order in which they are tried.
    pub const ALL: [Self; 12] = [
        Self::Encoded,
        Self::EncodedAndEnd,
        Self::EncodedLf,
        Self::EncodedLfAndEnd,
        Self::Decoded,
        Self::MessageAndEnd,
        Self::MessageWithoutEnd,
        Self::MessageLf,
        Self::MessageLfAndEnd,
        Self::MessageLfWithoutEnd,
        Self::Reencoded,
        Self::ReencodedAndEnd,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Encoded => "encoded",
            Self::EncodedAndEnd => "encoded-and-end",
            Self::EncodedLf => "encoded-lf",
            Self::EncodedLfAndEnd => "encoded-lf-and-end",
            Self::Decoded => "decoded",
            Self::MessageAndEnd => "message-and-end",
            Self::MessageWithoutEnd => "message-without-end",
            Self::MessageLf => "message-lf",
            Self::MessageLfAndEnd => "message-lf-and-end",
            Self::MessageLfWithoutEnd => "message-lf-without-end",
            Self::Reencoded => "reencoded",
            Self::ReencodedAndEnd => "reencoded-and-end",
        }
    }
}

/// A hash that matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Which bytes it is of.
    pub reading: Reading,
    /// Whether the line ends of the attachment had to be restored, because the message that was sent is stored with bare LF.
    pub line_ends: LineEnds,
    /// The algorithm, by the length of the hash: SHA-1 by the rules, SHA-256 where a provider departs from them.
    pub algorithm: DigestAlgorithm,
}

/// The hash file of an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HashFile {
    Hash(Hash),
    Malformed,
}

/// A hash as printed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hash {
    pub(super) algorithm: DigestAlgorithm,
    bytes: [u8; 32],
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{self}", self.algorithm)
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.bytes.iter().take(self.algorithm.output_len()).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Hash {
    fn of(digest: &Digest) -> Self {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(digest.as_bytes()) {
            *to = *from;
        }
        Self { algorithm: digest.algorithm(), bytes }
    }

    /// Exactly 40 or 64 hexadecimal digits of either case; white space and a byte order mark around them are skipped.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii();
        let algorithm = match text.len() {
            40 => DigestAlgorithm::Sha1,
            64 => DigestAlgorithm::Sha256,
            _ => return None,
        };
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(text.as_chunks::<2>().0) {
            *byte = digit(*high)? * 16 + digit(*low)?;
        }
        Some(Self { algorithm, bytes })
    }
}

fn digit(hex: u8) -> Option<u8> {
    char::from(hex).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Bytes of a hash file beyond which it is not looked into: 64 digits, encoded, with room for white space.
const HASH_FILE_BYTES: usize = 1024;

impl HashFile {
    pub(super) fn of(part: Part<'_>) -> Self {
        let body = part.body();
        let hash = if body.len() > HASH_FILE_BYTES { None } else { Hash::parse(&part.content()) };
        hash.map_or(Self::Malformed, Self::Hash)
    }
}

/// The bytes of one reading: two pieces one after the other.
struct Candidate<'c> {
    reading: Reading,
    line_ends: LineEnds,
    head: &'c [u8],
    tail: &'static [u8],
}

/// Calls `tried` with each reading of the attachment until it says that it is enough.
fn readings<T>(part: Part<'_>, mut tried: impl FnMut(&Candidate<'_>) -> Option<T>) -> Option<T> {
    let body = part.body();
    let encoding = part.transfer_encoding();
    // On the wire every line ended with CRLF; a copy on disk may have lost them, all or some.
    let style = Style::of(body);
    let stored = (style != Style::Lf).then_some((body, LineEnds::AsStored));
    let restored = matches!(style, Style::Lf | Style::Mixed).then(|| crlf(body));
    let restored = restored.as_deref().map(|body| (body, LineEnds::Restored));
    let mut each = |reading, line_ends, head: &[u8], tail| tried(&Candidate { reading, line_ends, head, tail });

    let wire = || stored.into_iter().chain(restored);
    for (reading, tail) in [(Reading::Encoded, &b""[..]), (Reading::EncodedAndEnd, b"\r\n")] {
        for (body, line_ends) in wire() {
            if let Some(found) = each(reading, line_ends, body, tail) {
                return Some(found);
            }
        }
    }
    let bare = lf(body);
    for (reading, tail) in [(Reading::EncodedLf, &b""[..]), (Reading::EncodedLfAndEnd, b"\n")] {
        // Without any line end inside, only what is added differs.
        if (style != Style::None || !tail.is_empty())
            && let Some(found) = each(reading, LineEnds::AsStored, &bare, tail)
        {
            return Some(found);
        }
    }
    let content = part.content();
    if encoding != TransferEncoding::Identity
        && let Some(found) = each(Reading::Decoded, LineEnds::AsStored, &content, b"")
    {
        return Some(found);
    }
    if encoding == TransferEncoding::QuotedPrintable
        && style == Style::Lf
        && let Some(found) = each(Reading::Decoded, LineEnds::Restored, &crlf(&content), b"")
    {
        return Some(found);
    }
    if is_message(part)
        && let Some(found) = message_readings(&content, &mut each)
    {
        return Some(found);
    }
    if encoding != TransferEncoding::Base64 {
        return None;
    }
    let anew = encodify::base64::MIME.encode(&*content).into_bytes();
    let anew = without_end(&anew);
    each(Reading::Reencoded, LineEnds::AsStored, anew, b"")
        .or_else(|| each(Reading::ReencodedAndEnd, LineEnds::AsStored, anew, b"\r\n"))
}

fn message_readings<T>(
    content: &[u8],
    each: &mut impl FnMut(Reading, LineEnds, &[u8], &'static [u8]) -> Option<T>,
) -> Option<T> {
    let (wire, bare): (Cow<'_, [u8]>, Cow<'_, [u8]>) = (crlf(content), lf(content));
    let ends = if *wire == *content { LineEnds::AsStored } else { LineEnds::Restored };
    each(Reading::MessageAndEnd, ends, &wire, b"\r\n")
        .or_else(|| each(Reading::MessageWithoutEnd, ends, without_end(&wire), b""))
        .or_else(|| each(Reading::MessageLf, LineEnds::AsStored, &bare, b""))
        .or_else(|| each(Reading::MessageLfAndEnd, LineEnds::AsStored, &bare, b"\n"))
        .or_else(|| each(Reading::MessageLfWithoutEnd, LineEnds::AsStored, without_end(&bare), b""))
}

/// Whether the part is an attached message, encoded or not.
pub(super) fn is_message(part: Part<'_>) -> bool {
    part.is_message() || matches!(&*part.media_type(), "message/rfc822" | "message/global")
}

impl Candidate<'_> {
    fn hash(&self, algorithm: DigestAlgorithm) -> Hash {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(self.head);
        hasher.update(self.tail);
        Hash::of(&hasher.finish())
    }

    fn matched(&self, algorithm: DigestAlgorithm) -> Match {
        Match { reading: self.reading, line_ends: self.line_ends, algorithm }
    }

    /// Whether the bytes are one half of a known kind of SHA-1 collision. Only asked of what matched: what does not
    /// match proves nothing anyway.
    fn collides(&self, algorithm: DigestAlgorithm) -> bool {
        if algorithm != DigestAlgorithm::Sha1 {
            return false;
        }
        let mut hasher = CollisionCheckedSha1::new();
        hasher.update(self.head);
        hasher.update(self.tail);
        hasher.finish().1
    }
}

/// A match, and whether the attachment was made to collide with another.
pub(super) struct Found {
    pub(super) matched: Match,
    pub(super) collides: bool,
}

/// The first reading under which the attachment has this hash.
pub(super) fn find(part: Part<'_>, hash: &Hash) -> Option<Found> {
    readings(part, |candidate| {
        (candidate.hash(hash.algorithm) == *hash)
            .then(|| Found { matched: candidate.matched(hash.algorithm), collides: candidate.collides(hash.algorithm) })
    })
}

/// A hash of an attachment that stands there whole, the same for either kind of line end.
pub(super) fn whole(part: Part<'_>) -> Hash {
    Hash::of(&digest(DigestAlgorithm::Sha256, &lf(without_end(part.body()))))
}

/// Every hash that the attachment has under any reading, in their order.
pub(super) fn all(part: Part<'_>, algorithms: &[DigestAlgorithm]) -> Vec<Hash> {
    let mut hashes = Vec::new();
    readings(part, |candidate| {
        hashes.extend(algorithms.iter().map(|algorithm| candidate.hash(*algorithm)));
        None::<()>
    });
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_files_are_read_strictly() {
        let sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        for good in [
            sha1.to_owned(),
            sha1.to_uppercase(),
            format!("\u{feff}{sha1}\r\n"),
            format!(" \t{sha1}\n\n"),
            format!("{sha1}\r\n\r\n"),
        ] {
            assert_eq!(Hash::parse(good.as_bytes()).unwrap().to_string(), sha1, "{good:?}");
        }
        let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Hash::parse(sha256.as_bytes()).unwrap().algorithm, DigestAlgorithm::Sha256);
        for bad in [
            String::new(),
            sha1[1..].to_owned(),
            format!("{sha1}0"),
            format!("sha1:{sha1}"),
            format!("{sha1}  a.pdf"),
            sha1.replace('d', "g"),
            sha1.replacen('d', "+", 1),
            format!("{} {}", &sha1[..20], &sha1[21..]),
            format!("\u{feff}\u{feff}{sha1}"),
            "2jmj7l5rSw0yVb/vlWAYkK/YBwk=".to_owned(),
        ] {
            assert_eq!(Hash::parse(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn readings_are_named_in_order() {
        assert!(Reading::ALL.is_sorted());
        let names: std::collections::BTreeSet<_> = Reading::ALL.iter().map(|reading| reading.as_str()).collect();
        assert_eq!(names.len(), Reading::ALL.len());
    }
}
