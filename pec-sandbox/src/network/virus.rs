//! The one virus that the sandbox knows: the EICAR test file, in the clear or below any transfer encoding.

use std::borrow::Cow;

use memchr::memmem;
use pec_core::limits::Limits;
use pec_core::message::Message;

/// Name of the detection.
pub const EICAR_NAME: &str = "EICAR-Test-File";

/// Two halves, so that no scanner finds the whole in the program.
const HALVES: [&str; 2] = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];

/// Messages inside messages that are opened; deeper ones pass, as they do with real scanners.
const DEPTH: usize = 4;

/// The EICAR test string, for tests that want to be caught.
#[must_use]
pub fn eicar() -> String {
    HALVES.concat()
}

/// Whether the test string stands in `message`: as it travels, or in the decoded content of any part, attached messages
/// included.
pub(super) fn infected(message: &[u8]) -> bool {
    let wanted = eicar();
    let finder = memmem::Finder::new(&wanted);
    let mut waiting: Vec<(Cow<'_, [u8]>, usize)> = vec![(Cow::Borrowed(message), 0)];
    while let Some((bytes, depth)) = waiting.pop() {
        if finder.find(&bytes).is_some() {
            return true;
        }
        let message = Message::parse(&bytes[..], &Limits::DEFAULT);
        for part in std::iter::once(message.root()).chain(message.root().descendants()) {
            // What travels as it is was searched above; what is opened in place is among the descendants.
            let Cow::Owned(content) = part.content() else { continue };
            if finder.find(&content).is_some() {
                return true;
            }
            if depth < DEPTH && part.media_type() == "message/rfc822" {
                waiting.push((Cow::Owned(content), depth + 1));
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::base64;

    fn attached(encoding: &str, body: &[u8]) -> Vec<u8> {
        let head = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nciao\r\n--b\r\n";
        let part = format!("Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n");
        [head.as_bytes(), part.as_bytes(), body, b"\r\n--b--\r\n"].concat()
    }

    #[test]
    fn found_below_every_encoding() {
        assert_eq!(eicar().len(), 68);
        assert!(infected(format!("Subject: x\r\n\r\n{}\r\n", eicar()).as_bytes()));
        let mail = attached("base64", &base64(eicar().as_bytes()));
        assert!(infected(&mail));
        assert!(infected(&attached("quoted-printable", eicar().replace('E', "=45").as_bytes())));
        assert!(!infected(&attached("base64", &base64(b"preventivo"))));
        assert!(!infected(HALVES[0].as_bytes()));

        let wrapped = [&b"Content-Type: message/rfc822\r\n\r\n"[..], &mail].concat();
        assert!(infected(&wrapped));
    }
}
