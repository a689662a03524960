//! A message as a skeleton and the bodies cut out of it.
//!
//! A transport envelope and every complete delivery receipt contain the original word for word (RFC 6109 §3.1.4,
//! §3.3.2.1): large leaf bodies are stored once, under the digest of the bytes as they travel, and what stands around
//! them is all that each message costs. Of a signature, which hardly any other message brings again, the certificates are cut
//! out, which every message of a provider repeats. Putting all together again gives the exact bytes back.

use std::ops::Range;

use pec_core::limits::Limits;
use pec_core::message::{Limit, Message, Part, TransferEncoding};
use pec_core::signature::certificates;

use crate::id::Id;
use crate::seen::Seen;
use crate::store::PIECE;

/// Bodies from this size on are stored on their own. Below it, a row costs more than it saves.
const SHORTEST: usize = 2048;

/// Certificates from this size on, since they come again with nearly every message.
const SHORTEST_CERTIFICATES: usize = 512;

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
        for range in leaves(message.root(), message.limits()) {
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
fn leaves(root: Part<'_>, limits: &Limits) -> impl Iterator<Item = Range<usize>> {
    std::iter::once(root)
        .chain(root.descendants())
        .filter(|part| !part.is_multipart() && part.children().next().is_none())
        .filter_map(|part| {
            let range = part.range();
            let body = part.body();
            // Whether the last line end belongs to the body or to the delimiter after it depends on where the part
            // stands: without it, the body is the same in the message and in the envelope around it.
            let kept = body.len() - trailing_line_ends(body);
            let start = range.end - body.len();
            match lines_of_certificates(&part, limits) {
                Some(lines) => Some(start + lines.start..start + lines.end),
                None => Some(start..start + kept).filter(|range| range.len() >= SHORTEST),
            }
        })
}

/// The lines of a signature that hold nothing but its certificates, as offsets into its body: the same lines in every message of a
/// provider, since what stands before them is always as long.
fn lines_of_certificates(part: &Part<'_>, limits: &Limits) -> Option<Range<usize>> {
    if !part.media_type().ends_with("pkcs7-signature") || part.transfer_encoding() != TransferEncoding::Base64 {
        return None;
    }
    let body = part.body();
    if body.len() / 2 > limits.signature_bytes {
        // Not even its decoded form can be read.
        return None;
    }
    let place = certificates(&part.content(), limits)?;
    let text = body.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?;
    let end: &[u8] = if body.get(text..)?.starts_with(b"\r\n") { b"\r\n" } else { b"\n" };
    if text == 0 || text % 4 != 0 {
        return None;
    }
    let (line, bytes) = (text + end.len(), text / 4 * 3);
    let lines = place.start.div_ceil(bytes) * line..place.end / bytes * line;
    // All lines up to there are as long as the first one, and are nothing but base64.
    let regular = body.get(..lines.end)?.chunks_exact(line).all(|line| {
        let (line, ended) = line.split_at(text);
        ended == end && line.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    });
    (regular && lines.len() >= SHORTEST_CERTIFICATES).then_some(lines)
}

fn trailing_line_ends(body: &[u8]) -> usize {
    body.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

#[cfg(test)]
mod tests {
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

    /// How a message of the sandbox is cut, by the name of its case.
    fn cut(case: &str, changed: &dyn Fn(&str) -> String) -> (Vec<u8>, Skeleton) {
        let cases = pec_sandbox::vectors::all().unwrap();
        let text = String::from_utf8(cases.into_iter().find(|found| found.name == case).unwrap().bytes).unwrap();
        let bytes = changed(&text).into_bytes();
        let skeleton = Skeleton::of(&Message::parse(&bytes[..], &Limits::DEFAULT), &Seen::default());
        assert_eq!(rebuilt(&bytes, &skeleton), bytes);
        (bytes, skeleton)
    }

    #[test]
    fn messages_of_a_provider_share_the_certificates_of_their_signatures() {
        // Also where they are kept with bare line feeds.
        let bare = |text: &str| text.replace("\r\n", "\n");
        let [one, other] = ["kind-acceptance-a", "kind-delivery-a"].map(|case| cut(case, &bare));
        let hole = one.1.holes.last().unwrap();
        assert_eq!(Some(hole.id), other.1.holes.last().map(|hole| hole.id));
        assert!(one.0[hole.range.clone()].split(|byte| *byte == b'\n').all(|line| line.len() <= 76));

        let (acceptance, of_acceptance) = cut("kind-acceptance-a", &str::to_owned);
        let (delivery, of_delivery) = cut("kind-delivery-a", &str::to_owned);
        let hole = of_acceptance.holes.last().unwrap();
        assert_eq!(Some(hole.id), of_delivery.holes.last().map(|hole| hole.id));
        assert!(acceptance != delivery);
        // Whole lines of base64, which are most of the signature.
        let lines = &acceptance[hole.range.clone()];
        assert!(acceptance[..hole.range.start].ends_with(b"\r\n") && lines.ends_with(b"\r\n"));
        assert!(lines.len() > SHORTEST_CERTIFICATES && lines.split(|byte| *byte == b'\n').all(|line| line.len() <= 77));
        let message = Message::parse(&acceptance[..], &Limits::DEFAULT);
        let signature =
            message.root().descendants().find(|part| part.media_type().ends_with("pkcs7-signature")).unwrap();
        let der = signature.content();
        let place = certificates(&der, &Limits::DEFAULT).unwrap();
        let begins = signature.range().end - signature.body().len();
        // No byte of anything else, and of the certificates all but what shares a line with something else.
        let decoded = encodify::base64::MIME.decode(lines).unwrap();
        let at = (hole.range.start - begins) / 78 * 57;
        assert_eq!(decoded, der[at..at + decoded.len()]);
        assert!(place.start <= at && at < place.start + 57);
        assert!(at + decoded.len() <= place.end && place.end < at + decoded.len() + 57);
    }

    #[test]
    fn a_signature_that_is_written_otherwise_is_one_body() {
        let bodies = |changed: &dyn Fn(&str) -> String| -> Vec<usize> {
            let (_, skeleton) = cut("kind-acceptance-a", changed);
            skeleton.holes.iter().map(|hole| hole.range.len()).collect()
        };
        let lines = *bodies(&str::to_owned).last().unwrap();
        // A line that is longer, a blank within one, another encoding, nothing that can be read.
        let in_signature = |text: &str, from: &str, to: &str| {
            let (before, signature) = text.rsplit_once("\r\nMIA").unwrap();
            let (first, rest) = signature.split_once("\r\n").unwrap();
            format!("{before}\r\nMIA{first}\r\n{}", rest.replacen(from, to, 1))
        };
        let longer = bodies(&|text: &str| in_signature(text, "\r\n", ""));
        assert!(*longer.last().unwrap() > lines, "{longer:?}");
        let blank = bodies(&|text: &str| in_signature(text, "A", " "));
        assert!(*blank.last().unwrap() > lines, "{blank:?}");
        let other = bodies(&|text: &str| {
            let (before, header) = text.rsplit_once("base64").unwrap();
            format!("{before}x-base64{header}")
        });
        assert!(*other.last().unwrap() > lines, "{other:?}");
        let broken = bodies(&|text: &str| {
            let (before, signature) = text.rsplit_once("\r\nMIA").unwrap();
            format!("{before}\r\nAAA{signature}")
        });
        assert!(*broken.last().unwrap() > lines, "{broken:?}");
    }
}
