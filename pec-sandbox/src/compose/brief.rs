//! The copy of the original that travels in a brief receipt: every named part replaced by its hash (RFC 6109 §3.3.2.2).

use super::submission::fields;
use super::{Headers, Part};
use crate::key::Digest;

/// Replaces every part that has a name by a text file of its SHA-1 over the encoded body. The tree is walked by
/// boundary, iteratively; a message without attachments comes back unchanged. A signed original keeps its signature,
/// an opaque one (`application/pkcs7-mime`) is left alone.
#[must_use]
pub fn brief(original: &[u8]) -> Vec<u8> {
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
            out.extend_from_slice(&hash_part(&name, body).bytes());
            out.extend_from_slice(b"\r\n");
            rest = &rest[end..];
        } else {
            boundaries.extend(boundary(part.get("Content-Type").unwrap_or_default()));
        }
    }
    out
}

fn hash_part(name: &str, body: &[u8]) -> Part {
    let file = format!("{name}.hash");
    Part {
        headers: Headers::from([
            ("Content-Type", &*format!("text/plain; name=\"{file}\"")),
            ("Content-Disposition", &*format!("attachment; filename=\"{file}\"")),
            ("Content-Transfer-Encoding", "7bit"),
        ]),
        body: crate::hex(&Digest::Sha1.of(body)).into_bytes(),
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

fn part_name(part: &Headers) -> Option<String> {
    let disposition = part.get("Content-Disposition").and_then(|v| parameter(v, "filename"));
    disposition.or_else(|| part.get("Content-Type").and_then(|v| parameter(v, "name")))
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
