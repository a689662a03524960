//! The copy of the original that travels in a brief receipt: every named part replaced by its hash (RFC 6109 §3.3.2.2).

use super::submission::fields;
use super::{Headers, Part, lf};
use crate::key::Digest;

/// Which bytes of a part a provider hashes: RFC 6109 §3.3.2.2 leaves it open (PEC-SPEC §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// The encoded body, up to the line end before the delimiter.
    #[default]
    Encoded,
    /// The same with that line end.
    EncodedAndEnd,
    /// The encoded body with bare LF.
    EncodedLf,
    /// The same and a final LF.
    EncodedLfAndEnd,
    /// The content, transfer encoding undone.
    Decoded,
    /// The content of an attached message and a line end more.
    MessageAndEnd,
    /// The content of an attached message without its last line end.
    MessageWithoutEnd,
    /// The content of an attached message with bare LF.
    MessageLf,
    /// The same and a final LF.
    MessageLfAndEnd,
    /// The same without its last line end.
    MessageLfWithoutEnd,
    /// The content in base64 lines of 76 characters, whatever they were before.
    Reencoded,
    /// The same and a final line end.
    ReencodedAndEnd,
}

impl Reading {
    /// Every reading.
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

    /// The bytes of a part that are hashed.
    fn bytes(self, part: &Headers, body: &[u8]) -> Vec<u8> {
        let content = || {
            let encoding = part.get("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase();
            match encoding.trim() {
                "base64" => encodify::base64::MIME.decode(body).map(|content| content.to_vec()).unwrap_or_default(),
                "quoted-printable" => encodify::qp::BODY.decode(body).map(|c| c.to_vec()).unwrap_or_default(),
                _ => body.to_vec(),
            }
        };
        let shorter = |text: Vec<u8>, end: &[u8]| text.strip_suffix(end).map(<[u8]>::to_vec).unwrap_or(text);
        let anew = || shorter(super::base64(&content()), b"\r\n");
        match self {
            Self::Encoded => body.to_vec(),
            Self::EncodedAndEnd => [body, b"\r\n"].concat(),
            Self::EncodedLf => lf(body),
            Self::EncodedLfAndEnd => [&lf(body)[..], b"\n"].concat(),
            Self::Decoded => content(),
            Self::MessageAndEnd => [&content()[..], b"\r\n"].concat(),
            Self::MessageWithoutEnd => shorter(content(), b"\r\n"),
            Self::MessageLf => lf(&content()),
            Self::MessageLfAndEnd => [&lf(&content())[..], b"\n"].concat(),
            Self::MessageLfWithoutEnd => shorter(lf(&content()), b"\n"),
            Self::Reencoded => anew(),
            Self::ReencodedAndEnd => [&anew()[..], b"\r\n"].concat(),
        }
    }
}

/// How a provider writes hash files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hashing {
    /// What it hashes.
    pub reading: Reading,
    /// With which digest: SHA-1 by the rules.
    pub digest: Digest,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { reading: Reading::Encoded, digest: Digest::Sha1 }
    }
}

/// Replaces every part that has a name by a text file of its hash. The tree is walked by boundary, iteratively; a
/// message without attachments comes back unchanged. A signed original keeps its signature, an opaque one
/// (`application/pkcs7-mime`) is left alone.
#[must_use]
pub fn brief(original: &[u8], hashing: Hashing) -> Vec<u8> {
    let headers = fields(original);
    let kind = headers.get("Content-Type").unwrap_or_default();
    if kind.contains("pkcs7-mime") {
        return original.to_vec();
    }
    let mut boundaries = vec![];
    boundaries.extend(boundary(kind));
    let mut out = Vec::with_capacity(original.len());
    let mut rest = original;
    // Copies line by line; behind a delimiter, decides about the part that begins there.
    while let Some((line, after)) = next_line(rest) {
        out.extend_from_slice(line);
        rest = after;
        if !boundaries.iter().any(|b| delimiter(line, b) == Some(false)) {
            continue;
        }
        let part = fields(rest);
        let (body, end) = body_of(rest, &boundaries);
        if let Some(name) = part_name(&part)
            && !part.get("Content-Type").unwrap_or_default().contains("pkcs7-signature")
        {
            out.extend_from_slice(&hash_part(&name, &hashing.digest.of(&hashing.reading.bytes(&part, body))).bytes());
            out.extend_from_slice(b"\r\n");
            rest = &rest[end..];
        } else {
            boundaries.extend(boundary(part.get("Content-Type").unwrap_or_default()));
        }
    }
    out
}

fn hash_part((mark, name): &(&'static str, String), hash: &[u8]) -> Part {
    let quoted = if mark.is_empty() { format!("\"{name}.hash\"") } else { format!("{name}.hash") };
    Part {
        headers: Headers::from([
            ("Content-Type", &*format!("text/plain; name{mark}={quoted}")),
            ("Content-Disposition", &*format!("attachment; filename{mark}={quoted}")),
            ("Content-Transfer-Encoding", "7bit"),
        ]),
        body: crate::hex(hash).into_bytes(),
    }
}

/// The body of the part that begins at `text`, and where the line end before the next delimiter is over.
fn body_of<'a>(text: &'a [u8], boundaries: &[String]) -> (&'a [u8], usize) {
    let mut at = 0;
    let mut start = None;
    let mut rest = text;
    while let Some((line, after)) = next_line(rest) {
        if boundaries.iter().any(|b| delimiter(line, b).is_some()) {
            break;
        }
        at += line.len();
        if start.is_none() && matches!(line, b"\r\n" | b"\n") {
            start = Some(at);
        }
        rest = after;
    }
    let start = start.unwrap_or(at);
    let body = &text[start..at];
    (body.strip_suffix(b"\r\n").unwrap_or(body), at)
}

/// Whether the line is a delimiter of this boundary, and then whether it is the closing one.
fn delimiter(line: &[u8], boundary: &str) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary.as_bytes())?.trim_ascii_end();
    match rest {
        b"" => Some(false),
        b"--" => Some(true),
        _ => None,
    }
}

fn next_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|b| *b == b'\n').map_or(text.len(), |n| n + 1);
    (end > 0).then(|| text.split_at(end))
}

/// The name of a part, and `*` where it is written as RFC 2231 writes names.
fn part_name(part: &Headers) -> Option<(&'static str, String)> {
    let places = [("Content-Disposition", "filename"), ("Content-Type", "name")];
    places.into_iter().find_map(|(field, name)| {
        let value = part.get(field)?;
        let plain = parameter(value, name).map(|found| ("", found));
        plain.or_else(|| parameter(value, &format!("{name}*")).map(|found| ("*", found)))
    })
}

fn boundary(content_type: &str) -> Option<String> {
    let multipart = content_type.trim_start().to_ascii_lowercase().starts_with("multipart/");
    if multipart { parameter(content_type, "boundary") } else { None }
}

/// A parameter of a header that the sandbox wrote itself: quoted or bare, no continuations.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|p| {
        let (n, v) = p.split_once('=')?;
        n.trim().eq_ignore_ascii_case(name).then(|| v.trim().trim_matches('"').to_owned())
    })
}
