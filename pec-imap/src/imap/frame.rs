//! Where a response of the server ends: lines, and the literals announced in them, within limits. Nothing is understood here,
//! so that what cannot be understood can be passed over, and each response is looked at once.

use std::ops::ControlFlow;

use bytes::BytesMut;

use crate::error::{Error, Result};

/// The longest line, literals not counted. A list of vanished messages is one line.
const MAX_LINE: usize = 8 << 20;

/// How deep lists may be: an envelope needs 4, a structure of parts one a level. The parser below recurses.
const MAX_DEPTH: usize = 64;

/// Literals in one response.
const MAX_LITERALS: usize = 10_000;

/// Cuts what comes in into responses.
#[derive(Debug)]
pub(super) struct Framer {
    buffer: BytesMut,
    /// Up to where the first line end of a response has been looked for.
    searched: usize,
    /// Up to where a response has been looked at.
    seen: usize,
    /// Where the present line begins.
    line: usize,
    /// Bytes of lines of the present response.
    spent: usize,
    literals: usize,
    quoted: Quoted,
    depth: usize,
    /// Free text may hold whatever it likes.
    is_text: bool,
    max_literal: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoted {
    No,
    Yes,
    Escaped,
}

impl Framer {
    /// For responses whose literals are at most this long, together.
    pub(super) fn new(max_literal: usize) -> Self {
        Self {
            buffer: BytesMut::with_capacity(64 << 10),
            searched: 0,
            seen: 0,
            line: 0,
            spent: 0,
            literals: 0,
            quoted: Quoted::No,
            depth: 0,
            is_text: false,
            max_literal,
        }
    }

    /// Where bytes are read into.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        self.buffer.reserve(16 << 10);
        &mut self.buffer
    }

    /// Whether a part of a response is here.
    pub(super) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// The next whole response, with its last line end; `None` where more has to be read.
    pub(super) fn next(&mut self) -> Result<Option<BytesMut>> {
        if self.seen == 0 && !self.begin()? {
            return Ok(None);
        }
        // Within a literal `seen` is ahead of the buffer.
        while let Some(&byte) = self.buffer.get(self.seen) {
            self.seen += 1;
            if byte == b'\n' {
                if let ControlFlow::Break(response) = self.end_of_line()? {
                    return Ok(Some(response));
                }
            } else if !self.is_text {
                self.weigh(byte)?;
            }
            if self.seen.saturating_sub(self.line) + self.spent > MAX_LINE {
                return Err(Error::Protocol(format!("a line longer than {MAX_LINE} bytes")));
            }
        }
        Ok(None)
    }

    /// Whether the first line of a response is here, which says what kind it is.
    fn begin(&mut self) -> Result<bool> {
        let behind = self.buffer.get(self.searched..).unwrap_or_default();
        if memchr::memchr(b'\n', behind).is_none() {
            self.searched = self.buffer.len();
            if self.searched > MAX_LINE {
                return Err(Error::Protocol(format!("a line longer than {MAX_LINE} bytes")));
            }
            return Ok(false);
        }
        self.searched = 0;
        self.is_text = is_status(&self.buffer);
        Ok(true)
    }

    fn weigh(&mut self, byte: u8) -> Result<()> {
        self.quoted = match (self.quoted, byte) {
            (Quoted::No, b'"') | (Quoted::Escaped, _) => Quoted::Yes,
            (Quoted::Yes, b'"') => Quoted::No,
            (Quoted::Yes, b'\\') => Quoted::Escaped,
            (quoted, _) => quoted,
        };
        if self.quoted == Quoted::No {
            match byte {
                b'(' => self.depth += 1,
                b')' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            if self.depth > MAX_DEPTH {
                return Err(Error::Protocol(format!("lists nested deeper than {MAX_DEPTH}")));
            }
        }
        Ok(())
    }

    /// A line has ended: the response with it, or a literal begins.
    fn end_of_line(&mut self) -> Result<ControlFlow<BytesMut>> {
        let line = self.buffer.get(self.line..self.seen).unwrap_or_default();
        let announced = if self.is_text { None } else { announced(line) };
        self.spent += line.len();
        self.quoted = Quoted::No;
        let Some(length) = announced else {
            let response = self.buffer.split_to(self.seen);
            (self.seen, self.line, self.spent, self.literals, self.depth) = (0, 0, 0, 0, 0);
            return Ok(ControlFlow::Break(response));
        };
        self.literals += 1;
        let so_far = self.seen - self.spent;
        if length > self.max_literal.saturating_sub(so_far) || self.literals > MAX_LITERALS {
            return Err(Error::Protocol(format!("a literal of {length} bytes where at most {} fit", self.max_literal)));
        }
        // A megabyte at a time: who announces much has to send it before it costs memory.
        self.buffer.reserve(length.min(1 << 20));
        self.seen += length;
        self.line = self.seen;
        Ok(ControlFlow::Continue(()))
    }
}

/// The length of the literal that a line announces at its end: `{n}`, `{n+}`, also after `~` (RFC 3516).
fn announced(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line).strip_suffix(b"}")?;
    let line = line.strip_suffix(b"+").unwrap_or(line);
    let open = line.iter().rposition(|byte| !byte.is_ascii_digit())?;
    let digits = line.get(open + 1..).filter(|_| line.get(open) == Some(&b'{'))?;
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.is_empty())?;
    // What does not fit into a number does not fit anywhere.
    Some(digits.parse().unwrap_or(usize::MAX))
}

/// Whether a response is a status, whose text is for people: `* OK …`, `A1 NO …`, `+ …`.
fn is_status(response: &[u8]) -> bool {
    if response.starts_with(b"+") {
        return true;
    }
    let mut words = response.splitn(3, |byte| *byte == b' ');
    let status = words.nth(1).unwrap_or_default();
    let status = status.split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or_default();
    [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"].iter().any(|word| word.eq_ignore_ascii_case(status))
}

#[cfg(test)]
mod tests;
