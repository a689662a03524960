//! A message as a skeleton and the bodies cut out of it.
//!
//! A transport envelope and every complete delivery receipt contain the original word for word (RFC 6109 §3.1.4,
//! §3.3.2.1): large leaf bodies are stored once, under the digest of the bytes as they travel, and what stands around
//! them is all that each message costs. Putting both together again gives the exact bytes back.

use std::ops::Range;

use pec_core::message::{Limit, Message, Part};

use crate::id::Id;
use crate::seen::Seen;
use crate::store::PIECE;

/// Bodies from this size on are stored on their own. Below it, a row costs more than it saves.
const SHORTEST: usize = 2048;

/// A body cut out of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hole {
    /// Where it stood, in the skeleton.
    pub(crate) at: usize,
    /// Where it stood, in the message.
    pub(crate) range: Range<usize>,
    pub(crate) id: Id,
}

/// What stands around the bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skeleton {
    pub(crate) bytes: Vec<u8>,
    pub(crate) holes: Vec<Hole>,
}

impl Skeleton {
    /// Cuts the leaves of `message` out of it. One that is too long to be read is cut into pieces, as it comes.
    pub(crate) fn of<'m, B: AsRef<[u8]>>(message: &'m Message<B>, seen: &Seen<'m>) -> Self {
        let whole = message.bytes();
        if message.limit_hits().iter().any(|hit| hit.limit == Limit::MessageBytes) {
            let mut skeleton = Self::nothing();
            whole.chunks(PIECE).for_each(|piece| skeleton.piece(Id::of(piece), piece.len()));
            return skeleton;
        }
        let mut skeleton = Self { bytes: Vec::new(), holes: Vec::new() };
        let mut done = 0;
        for range in leaves(message.root()) {
            // Leaves stand in the order of their bytes; one that does not is left where it is.
            let (Some(before), Some(body)) = (whole.get(done..range.start), whole.get(range.clone())) else { continue };
            skeleton.bytes.extend_from_slice(before);
            skeleton.holes.push(Hole {
                at: skeleton.bytes.len(),
                range: range.clone(),
                id: seen.bodies.of(body, Id::of),
            });
            done = range.end;
        }
        skeleton.bytes.extend_from_slice(whole.get(done..).unwrap_or_default());
        skeleton
    }

    /// What stands around the pieces of a message that is too long to be read.
    pub(crate) const fn nothing() -> Self {
        Self { bytes: Vec::new(), holes: Vec::new() }
    }

    /// The next piece of such a message.
    pub(crate) fn piece(&mut self, id: Id, size: usize) {
        let begins = self.holes.last().map_or(0, |last| last.range.end);
        self.holes.push(Hole { at: 0, range: begins..begins + size, id });
    }
}

/// Where the bodies stand that are worth a row of their own.
fn leaves(root: Part<'_>) -> impl Iterator<Item = Range<usize>> {
    std::iter::once(root)
        .chain(root.descendants())
        .filter(|part| !part.is_multipart() && part.children().next().is_none())
        .map(|part| {
            let range = part.range();
            let body = part.body();
            // Whether the last line end belongs to the body or to the delimiter after it depends on where the part
            // stands: without it, the body is the same in the message and in the envelope around it.
            let kept = body.len() - trailing_line_ends(body);
            let start = range.end - body.len();
            start..start + kept
        })
        .filter(|range| range.len() >= SHORTEST)
}

fn trailing_line_ends(body: &[u8]) -> usize {
    body.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

#[cfg(test)]
mod tests {
    use pec_core::limits::Limits;
    use pec_core::message::Message;

    use super::*;

    fn rebuilt(whole: &[u8], skeleton: &Skeleton) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut done = 0;
        for hole in &skeleton.holes {
            bytes.extend_from_slice(&skeleton.bytes[done..hole.at]);
            bytes.extend_from_slice(&whole[hole.range.clone()]);
            done = hole.at;
        }
        bytes.extend_from_slice(&skeleton.bytes[done..]);
        bytes
    }

    #[test]
    fn the_original_in_an_envelope_is_cut_at_the_same_bodies() {
        let attachment = "QUJD".repeat(2000);
        let original = format!(
            "Subject: x\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\nBuongiorno\r\n--in\r\n\
             Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{attachment}\r\n--in--\r\n"
        );
        let envelope = format!(
            "Subject: POSTA CERTIFICATA: x\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n\r\ntext\r\n\
             --out\r\nContent-Type: message/rfc822\r\n\r\n{original}\r\n--out--\r\n"
        );
        let cut = |text: &str| {
            let skeleton = Skeleton::of(&Message::parse(text.as_bytes(), &Limits::DEFAULT), &Seen::default());
            assert_eq!(rebuilt(text.as_bytes(), &skeleton), text.as_bytes());
            skeleton
        };
        let (alone, inside) = (cut(&original), cut(&envelope));
        assert_eq!(alone.holes.len(), 1);
        assert_eq!(alone.holes[0].id, inside.holes[0].id);
        assert_eq!(alone.holes[0].id, Id::of(attachment.as_bytes()));
        assert!(inside.bytes.len() < 500);
    }

    #[test]
    fn a_long_text_that_is_the_whole_message_is_the_same_body_inside() {
        let text = "Buongiorno.\r\n".repeat(300);
        let original = format!("Subject: x\r\n\r\n{text}");
        let envelope = format!(
            "Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: message/rfc822\r\n\r\n{original}\
             \r\n--out--\r\n"
        );
        let ids = [original, envelope].map(|text| {
            let skeleton = Skeleton::of(&Message::parse(text.as_bytes(), &Limits::DEFAULT), &Seen::default());
            assert_eq!(rebuilt(text.as_bytes(), &skeleton), text.as_bytes());
            skeleton.holes[0].id
        });
        assert_eq!(ids[0], ids[1]);
    }
}
