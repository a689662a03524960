//! Base64 in lines, kept as the bytes that it stands for: a quarter less, and what can be compressed in an attachment, as the
//! XML of an invoice, is compressed.
//!
//! Only what comes out again byte for byte is kept so: it is written out and compared before it is stored.

use encodify::base64::{LineEnding, MIME, STANDARD};

/// What stands before the bytes: width of a line, its end, length of what stands before the base64, length of what the base64
/// stands for; all little-endian.
const HEADER: usize = 11;

/// Lines of these widths are taken for base64, if nothing else speaks against it (RFC 2045 §6.8: 76 at most; some write more).
const WIDTHS: std::ops::RangeInclusive<usize> = 16..=4096;

/// Whole lines of base64 of one width, of which the last may be shorter.
struct Run {
    start: usize,
    end: usize,
    width: usize,
    ending: LineEnding,
}

/// The shorter form of a piece of a body, where base64 in lines stands in it.
pub(crate) fn shortened(piece: &[u8]) -> Option<Vec<u8>> {
    let run = run(piece)?;
    let (head, text, tail) = (piece.get(..run.start)?, piece.get(run.start..run.end)?, piece.get(run.end..)?);
    let mut form = Vec::with_capacity(piece.len());
    form.extend_from_slice(&u16::try_from(run.width).ok()?.to_le_bytes());
    form.push(u8::from(run.ending == LineEnding::CrLf));
    form.extend_from_slice(&u32::try_from(head.len()).ok()?.to_le_bytes());
    let stated = form.len();
    form.extend_from_slice(&[0; 4]);
    form.extend_from_slice(head);
    let meant = MIME.decode_append(text, &mut form).ok()?;
    form.get_mut(stated..HEADER)?.copy_from_slice(&u32::try_from(meant).ok()?.to_le_bytes());
    form.extend_from_slice(tail);
    (form.len() < piece.len() && restored(&form, piece.len())? == piece).then_some(form)
}

/// The piece again, which has `size` bytes; nothing where the form is damaged. Nothing is allocated for what does not fit.
pub(crate) fn restored(form: &[u8], size: usize) -> Option<Vec<u8>> {
    let ([w0, w1, ending, h0, h1, h2, h3, m0, m1, m2, m3], rest) = form.split_first_chunk::<HEADER>()?;
    let width = usize::from(u16::from_le_bytes([*w0, *w1]));
    let (ending, end) = match ending {
        0 => (LineEnding::Lf, 1),
        1 => (LineEnding::CrLf, 2),
        _ => return None,
    };
    let (head, rest) = rest.split_at_checked(u32::from_le_bytes([*h0, *h1, *h2, *h3]) as usize)?;
    let (meant, tail) = rest.split_at_checked(u32::from_le_bytes([*m0, *m1, *m2, *m3]) as usize)?;
    if !WIDTHS.contains(&width) || !width.is_multiple_of(4) {
        return None;
    }
    let symbols = meant.len().div_ceil(3) * 4;
    let written = symbols + symbols.div_ceil(width).saturating_sub(1) * end;
    if head.len() + written + tail.len() != size {
        return None;
    }
    let mut piece = Vec::new();
    // A line end is written after the last line, and taken away again.
    piece.try_reserve_exact(size + end).ok()?;
    piece.extend_from_slice(head);
    STANDARD.wrapped(width, ending).encode_append(meant, &mut piece);
    piece.truncate(head.len() + written);
    piece.extend_from_slice(tail);
    (piece.len() == size).then_some(piece)
}

/// Where base64 in lines may stand: whether it does, decoding says.
fn run(piece: &[u8]) -> Option<Run> {
    let mut lines = piece.split_inclusive(|byte| *byte == b'\n');
    let (first, second) = (lines.next()?, lines.next().unwrap_or_default());
    // A piece of a long body may begin within a line.
    let (start, line) =
        if second.ends_with(b"\n") && content(second) > content(first) { (first.len(), second) } else { (0, first) };
    let (width, stride) = (content(line), line.len());
    let (ending, end) = match stride - width {
        1 => (LineEnding::Lf, &b"\n"[..]),
        2 => (LineEnding::CrLf, &b"\r\n"[..]),
        _ => return None,
    };
    if !WIDTHS.contains(&width) || !width.is_multiple_of(4) {
        return None;
    }
    let mut at = start;
    while piece.get(at + width..at + stride) == Some(end) {
        at += stride;
    }
    let last = piece.get(at..).and_then(|rest| rest.split_inclusive(|byte| *byte == b'\n').next()).unwrap_or_default();
    let rest = content(last);
    // The line end before what is no line of it belongs to what follows.
    let end = if rest > 0 && rest <= width && rest.is_multiple_of(4) { at + rest } else { at - end.len() };
    Some(Run { start, end, width, ending })
}

/// Bytes of a line before its end.
fn content(line: &[u8]) -> usize {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(bytes: usize) -> Vec<u8> {
        let mut x = 1_u32;
        let mut next = || {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (x >> 24) as u8
        };
        (0..bytes).map(|_| next()).collect()
    }

    fn lines(bytes: usize, width: usize, ending: LineEnding) -> Vec<u8> {
        let mut text = STANDARD.wrapped(width, ending).encode(noise(bytes)).into_bytes();
        while text.last().is_some_and(|byte| b"\r\n".contains(byte)) {
            text.pop();
        }
        text
    }

    fn round(piece: &[u8]) -> Option<usize> {
        let form = shortened(piece)?;
        assert_eq!(restored(&form, piece.len()).unwrap(), piece);
        assert!(form.len() < piece.len());
        Some(form.len())
    }

    #[test]
    fn base64_in_lines_is_three_quarters_and_comes_back_as_it_was() {
        for bytes in [60, 3000, 3001, 3002, 57 * 40, 57 * 40 + 1] {
            for width in [64, 72, 76, 4096] {
                for ending in [LineEnding::Lf, LineEnding::CrLf] {
                    let text = lines(bytes, width, ending);
                    if text.len() > width {
                        assert_eq!(round(&text), Some(bytes + HEADER), "{bytes} {width}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_piece_of_a_long_body_is_shortened_wherever_it_begins() {
        let text = lines(200_000, 76, LineEnding::CrLf);
        for at in [0, 1, 22, 75, 76, 77, 78, 79] {
            let piece = &text[at..];
            assert!(round(piece).is_some_and(|size| size * 100 < piece.len() * 75), "{at}");
            let piece = &text[..text.len() - 100 - at];
            assert!(round(piece).is_some_and(|size| size * 100 < piece.len() * 75), "{at}");
        }
    }

    #[test]
    fn what_stands_beside_it_stays_where_it_is() {
        let text = lines(5000, 76, LineEnding::CrLf);
        for after in ["\r\n", "\r\n\r\nfine", "\r\n--", "=="] {
            round(&[&text[..], after.as_bytes()].concat());
        }
        assert!(round(&[&text[..], b"\r\n\r\nSaluti\r\n"].concat()).is_some());
        assert!(round(&[b"breve\r\n", &text[..]].concat()).is_some());
    }

    #[test]
    fn what_would_not_come_back_is_left_alone() {
        let text = lines(5000, 76, LineEnding::CrLf);
        let changed = |at: usize, byte: u8| {
            let mut text = text.clone();
            text[at] = byte;
            shortened(&text)
        };
        // No letter, a letter of the other alphabet, padding and a blank in the middle, a line end of another kind.
        for byte in [b'!', b'-', b'=', b' ', b'\n', 0, 0xff] {
            assert_eq!(changed(200, byte), None, "{byte}");
        }
        // Bits that no bytes stand for.
        let odd = [&b"QUJDQUJDQUJDQUJDQUJD\r\nQUJDQUJDQUJDQUJDQUJD\r\nQR=="[..]].concat();
        assert_eq!(shortened(&odd), None);
        for text in [&b""[..], b"\n", b"\r\n\r\n", b"Buongiorno.\r\n", b"una riga sola", &[0xff; 300]] {
            assert_eq!(shortened(text), None);
        }
        assert_eq!(shortened("Buongiorno a tutti!!\r\n".repeat(50).as_bytes()), None);
    }

    #[test]
    fn a_damaged_form_gives_nothing_and_takes_no_memory() {
        let text = lines(5000, 76, LineEnding::CrLf);
        let form = shortened(&text).unwrap();
        for at in 0..HEADER {
            for byte in [0, 1, 3, 0x7f, 0xff] {
                let mut form = form.clone();
                if form[at] != byte {
                    form[at] = byte;
                    assert_ne!(restored(&form, text.len()), Some(text.clone()), "{at}");
                }
            }
        }
        for size in [0, 1, text.len() - 1, text.len() + 1, usize::MAX] {
            assert_eq!(restored(&form, size), None);
        }
        assert_eq!(restored(&form[..HEADER - 1], text.len()), None);
        assert_eq!(restored(b"", 0), None);
    }
}
