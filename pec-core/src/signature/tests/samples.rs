//! Real messages. They are read where they lie and never copied; without them there is nothing to do.

use std::path::PathBuf;

use super::*;

/// `$PEC_REFERENCE`, or `shared` beside the workspace.
fn samples() -> Option<PathBuf> {
    let root = std::env::var_os("PEC_REFERENCE")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    let found = root.join("samples/pec");
    if found.is_dir() {
        return Some(found);
    }
    eprintln!("skipped: there are no sample messages in {}", found.display());
    None
}

fn position(input: &[u8], wanted: &[u8]) -> Option<usize> {
    input.windows(wanted.len()).position(|window| window == wanted)
}

/// Signed bytes and signature of a `multipart/signed`, cut out by its boundary and by nothing else.
fn split(message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let at = position(message, b"boundary=\"").unwrap() + 10;
    let length = message[at..].iter().position(|byte| *byte == b'"').unwrap();
    let delimiter = [b"\r\n--", &message[at..at + length], b"\r\n"].concat();
    let start = position(message, &delimiter).unwrap() + delimiter.len();
    let end = start + position(&message[start..], &delimiter).unwrap();
    let part = &message[end + delimiter.len()..];
    let body = &part[position(part, b"\r\n\r\n").unwrap()..];
    let body = &body[..position(body, b"\r\n--").unwrap()];
    (message[start..end].to_vec(), encodify::base64::MIME.decode(body).unwrap())
}

#[test]
fn samples_are_what_they_are_said_to_be() {
    let Some(directory) = samples() else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut message = std::fs::read(&path).unwrap();
        if position(&message, b"\r\n").is_none() {
            message =
                message.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] }).collect();
        }
        let (content, signature) = split(&message);
        let mut expected = vec![Code::CmsWeakDigest];
        if name.contains("brokenxml") {
            expected.push(Code::CmsDigestMismatch);
        }
        assert_eq!(codes(&signature, &content), expected, "{name}");
        let signed = SignedData::parse(&signature, &Limits::DEFAULT).unwrap();
        assert!(check(&signed, &content)[0].signing_time().is_some(), "{name}");
        count += 1;
    }
    assert!(count > 0);
}
