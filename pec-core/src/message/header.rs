//! Header fields as they stand: names and raw values, found by line, never decoded here.

use memchr::memchr;

/// One header field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'m> {
    /// The name as written.
    pub name: &'m [u8],
    /// The value as written: folded lines included, the final line end not.
    pub value: &'m [u8],
}

impl Field<'_> {
    /// Names are compared without regard to case (RFC 5322 §1.2.2): Aruba writes `X-Tiporicevuta`.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name == name.as_bytes() || self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The fields of a header block, in order. A line without a colon that continues nothing has an empty name.
pub(super) fn fields(block: &[u8]) -> impl Iterator<Item = Field<'_>> + Clone {
    lines(block).map(Field::of)
}

/// The same, each still in one piece, its final line end included.
fn lines(block: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    Lines { rest: block }
}

#[derive(Clone)]
struct Lines<'m> {
    rest: &'m [u8],
}

impl<'m> Iterator for Lines<'m> {
    type Item = &'m [u8];

    fn next(&mut self) -> Option<&'m [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let mut end = 0;
        // A field goes on while the next line begins with white space (RFC 5322 §2.2.3).
        loop {
            match memchr(b'\n', &self.rest[end..]) {
                Some(length) => end += length + 1,
                None => end = self.rest.len(),
            }
            if !matches!(self.rest.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(line)
    }
}

impl<'m> Field<'m> {
    /// The field on one line of [`lines`].
    pub(super) fn of(line: &'m [u8]) -> Self {
        let line = without_end(line);
        // White space before the colon is obsolete syntax that must be read (RFC 5322 §4.5). Names are so short that a
        // fast search would take longer to begin.
        match line.iter().position(|byte| *byte == b':') {
            Some(colon) => Self { name: line[..colon].trim_ascii_end(), value: &line[colon + 1..] },
            None => Self { name: &[], value: line },
        }
    }
}

/// A line without its line end.
pub(super) fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The header block of one part.
#[derive(Debug, Clone, Copy)]
pub struct Headers<'m> {
    pub(super) block: &'m [u8],
    pub(super) limit: usize,
}

impl<'m> Headers<'m> {
    /// The block as it stands.
    #[must_use]
    pub const fn raw(&self) -> &'m [u8] {
        self.block
    }

    /// All fields in order, up to the limit of fields.
    pub fn iter(&self) -> impl Iterator<Item = Field<'m>> + Clone + use<'m> {
        fields(self.block).take(self.limit)
    }

    /// The first field of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'m [u8]> {
        self.all(name).next()
    }

    /// Every field of this name, in order.
    pub fn all<'n>(&self, name: &'n str) -> impl Iterator<Item = &'m [u8]> + use<'m, 'n> {
        self.iter().filter(move |field| field.is(name)).map(|field| field.value)
    }
}

/// A value with its folding undone: each line end that white space follows is dropped (RFC 5322 §2.2.3), and the white
/// space around the value too.
#[must_use]
pub fn unfold(value: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    let value = value.trim_ascii();
    if memchr::memchr2(b'\n', b'\r', value).is_none() {
        return std::borrow::Cow::Borrowed(value);
    }
    std::borrow::Cow::Owned(value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_values_and_odd_lines() {
        let block = b"Subject : a\r\n b\nX:\nnonsense\nY: z";
        let found: Vec<_> = fields(block).map(|field| (field.name, field.value)).collect();
        assert_eq!(found, [(&b"Subject"[..], &b" a\r\n b"[..]), (b"X", b""), (b"", b"nonsense"), (b"Y", b" z")],);
        assert_eq!(&*unfold(b" a\r\n b "), b"a b");
    }
}
