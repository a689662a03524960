//! Line ends: a mail file on Unix is often stored with bare LF, while the provider signed CRLF.

use std::borrow::Cow;

use memchr::memchr_iter;

/// Under which reading of line ends two texts were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineEnds {
    /// Byte by byte.
    AsStored,
    /// One of the two is stored with bare LF throughout and counts as if it had the CRLF that mail travels with.
    Restored,
}

impl LineEnds {
    /// The name on the wire: `as-stored` or `restored`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsStored => "as-stored",
            Self::Restored => "restored",
        }
    }

    /// The reading for these two: restored where one has only LF and the other has CRLF.
    pub(in crate::reconcile) fn between(one: &[u8], other: &[u8]) -> Self {
        if one == other {
            return Self::AsStored;
        }
        match (Style::of(one), Style::of(other)) {
            (Style::Lf, Style::Crlf | Style::Mixed) | (Style::Crlf | Style::Mixed, Style::Lf) => Self::Restored,
            _ => Self::AsStored,
        }
    }

    /// Where the first difference begins, in bytes of `one`; `None` when they are the same.
    pub(in crate::reconcile) fn difference(self, one: &[u8], other: &[u8]) -> Option<usize> {
        if one == other {
            return None;
        }
        let (mut at, mut there) = (0, 0);
        loop {
            match (one.get(at), other.get(there)) {
                (None, None) => return None,
                (Some(a), Some(b)) if a == b => (at, there) = (at + 1, there + 1),
                (Some(b'\r'), Some(b'\n')) if self == Self::Restored && one.get(at + 1) == Some(&b'\n') => at += 1,
                (Some(b'\n'), Some(b'\r')) if self == Self::Restored && other.get(there + 1) == Some(&b'\n') => {
                    there += 1;
                }
                _ => return Some(at),
            }
        }
    }
}

/// Which line ends a text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reconcile) enum Style {
    /// None at all.
    None,
    Crlf,
    Lf,
    Mixed,
}

impl Style {
    pub(in crate::reconcile) fn of(text: &[u8]) -> Self {
        let (mut crlf, mut lf) = (false, false);
        for at in memchr_iter(b'\n', text) {
            let pair = at.checked_sub(1).and_then(|before| text.get(before)) == Some(&b'\r');
            (crlf, lf) = (crlf || pair, lf || !pair);
            if crlf && lf {
                break;
            }
        }
        match (crlf, lf) {
            (false, false) => Self::None,
            (true, false) => Self::Crlf,
            (false, true) => Self::Lf,
            (true, true) => Self::Mixed,
        }
    }
}

/// CRLF for every bare LF.
pub(in crate::reconcile) fn crlf(text: &[u8]) -> Cow<'_, [u8]> {
    if !matches!(Style::of(text), Style::Lf | Style::Mixed) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + text.len() / 32);
    let mut from = 0;
    for at in memchr_iter(b'\n', text) {
        out.extend_from_slice(&text[from..at]);
        if at == 0 || text[at - 1] != b'\r' {
            out.push(b'\r');
        }
        from = at;
    }
    out.extend_from_slice(&text[from..]);
    Cow::Owned(out)
}

/// Bare LF for every CRLF.
pub(in crate::reconcile) fn lf(text: &[u8]) -> Cow<'_, [u8]> {
    if !matches!(Style::of(text), Style::Crlf | Style::Mixed) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for at in memchr_iter(b'\n', text) {
        let line = &text[from..at];
        out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        from = at;
    }
    out.extend_from_slice(&text[from..]);
    Cow::Owned(out)
}

/// A text without its last line end.
pub(in crate::reconcile) fn without_end(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        for (text, with, without) in [
            ("", "", ""),
            ("a", "a", "a"),
            ("\n", "\r\n", "\n"),
            ("a\r\nb\nc", "a\r\nb\r\nc", "a\nb\nc"),
            ("\r\r\n\n", "\r\r\n\r\n", "\r\n\n"),
        ] {
            assert_eq!(&*crlf(text.as_bytes()), with.as_bytes(), "{text:?}");
            assert_eq!(&*lf(text.as_bytes()), without.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn only_line_ends_are_forgiven() {
        let (one, other) = (&b"a\nb\n"[..], &b"a\r\nb\r\n"[..]);
        assert_eq!(LineEnds::between(one, other), LineEnds::Restored);
        assert_eq!(LineEnds::Restored.difference(one, other), None);
        assert_eq!(LineEnds::AsStored.difference(one, other), Some(1));
        assert_eq!(LineEnds::Restored.difference(b"a\nx", b"a\r\ny"), Some(2));
        assert_eq!(LineEnds::Restored.difference(b"a\r", b"a\n"), Some(1));
        assert_eq!(LineEnds::Restored.difference(b"a\n", b"a\r\n\r\n"), Some(2));
        assert_eq!(LineEnds::between(b"a\nb\r\n", b"a\r\nb\r\n"), LineEnds::AsStored);
    }
}
