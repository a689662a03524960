//! The lines of a message, looked through once.

use memchr::{memchr_iter, memchr2_iter};

/// The longest line, without its end (RFC 5322 §2.1.1).
const LONGEST: usize = 998;

/// What is wrong with lines: the number of the first one, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lines {
    /// It does not end with CRLF, or has a CR inside.
    pub(super) broken: Option<usize>,
    /// It is longer than 998.
    pub(super) long: Option<usize>,
    /// It has a NUL.
    pub(super) nul: Option<usize>,
    /// It has a byte beyond ASCII.
    pub(super) eight_bit: Option<usize>,
}

impl Lines {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut lines = Self::default();
        let mut start = 0;
        let mut number = 1;
        for end in memchr2_iter(b'\r', b'\n', bytes) {
            let (is_end, is_whole) = match bytes.get(end) {
                Some(b'\r') => (false, bytes.get(end + 1) == Some(&b'\n')),
                _ => (true, end > 0 && bytes.get(end - 1) == Some(&b'\r')),
            };
            if !is_whole {
                lines.broken.get_or_insert(number);
            }
            if is_end {
                lines.length(end.saturating_sub(1).saturating_sub(start), number);
                (start, number) = (end + 1, number + 1);
            }
        }
        if start < bytes.len() {
            lines.length(bytes.len() - start, number);
        }
        let line_of = |at: usize| memchr_iter(b'\n', bytes.get(..at).unwrap_or_default()).count() + 1;
        lines.nul = memchr::memchr(0, bytes).map(line_of);
        lines.eight_bit =
            if bytes.is_ascii() { None } else { bytes.iter().position(|byte| !byte.is_ascii()).map(line_of) };
        lines
    }

    fn length(&mut self, length: usize, number: usize) {
        if length > LONGEST {
            self.long.get_or_insert(number);
        }
    }

    /// Whether they travel everywhere as they are.
    pub(super) fn are_plain(self) -> bool {
        self == Self::default()
    }
}
