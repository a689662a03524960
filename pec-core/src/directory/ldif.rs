//! LDIF content records (RFC 2849), one at a time.

use encodify::base64;

use super::DirectoryError;

/// One entry.
#[derive(Debug)]
pub(super) struct Record {
    /// Line of its `dn`.
    pub(super) line: usize,
    pub(super) dn: String,
    pub(super) attributes: Vec<Attribute>,
}

impl Record {
    /// The readable values of an attribute.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.attributes.iter().filter(move |a| a.name == name).filter_map(|a| a.text().ok())
    }
}

/// One value of one attribute.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) line: usize,
    /// In lower case, without options such as `;binary`.
    pub(super) name: String,
    pub(super) value: Vec<u8>,
}

impl Attribute {
    /// The value as text, trimmed: the attributes of the directory have no blanks at their ends.
    pub(super) fn text(&self) -> Result<&str, DirectoryError> {
        match std::str::from_utf8(&self.value) {
            Ok(text) if !text.contains('\0') => Ok(text.trim()),
            _ => fault(self.line, "a value that is not UTF-8 text"),
        }
    }
}

fn fault<T>(line: usize, what: &'static str) -> Result<T, DirectoryError> {
    Err(DirectoryError { line, what })
}

/// The entries of a file, in order; ends after the first error.
pub(super) struct Records<'a> {
    rest: &'a [u8],
    /// Number of the next physical line.
    line: usize,
    failed: bool,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a [u8]) -> Result<Self, DirectoryError> {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let mut records = Self { rest: text, line: 1, failed: false };
        records.skip_blank()?;
        // The version line belongs to the file, not to the first entry; a blank line may follow it.
        let mark = (records.rest, records.line);
        match records.next_line()? {
            Some((line, bytes)) => {
                let first = attribute(line, &bytes)?;
                if first.name == "version" {
                    if first.value.trim_ascii() != b"1" {
                        return fault(line, "another version of LDIF than 1");
                    }
                } else {
                    (records.rest, records.line) = mark;
                }
            }
            None => return fault(1, "the file is empty"),
        }
        Ok(records)
    }

    /// The next physical line without its end.
    fn physical(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match memchr::memchr(b'\n', self.rest) {
            Some(end) => (self.rest.get(..end)?, self.rest.get(end + 1..)?),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        self.line += 1;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Steps over blank lines.
    fn skip_blank(&mut self) -> Result<(), DirectoryError> {
        loop {
            let mark = (self.rest, self.line);
            match self.physical() {
                Some([]) => {}
                Some([b' ', ..]) => return fault(mark.1, "a continuation of no line"),
                Some(_) => {
                    (self.rest, self.line) = mark;
                    return Ok(());
                }
                None => return Ok(()),
            }
        }
    }

    /// The next line that is no comment, unfolded, with its number; `None` at a blank line and at the end.
    fn next_line(&mut self) -> Result<Option<(usize, Vec<u8>)>, DirectoryError> {
        loop {
            let number = self.line;
            let mut bytes = match self.physical() {
                None | Some([]) => return Ok(None),
                Some([b' ', ..]) => return fault(number, "a continuation of no line"),
                Some(first) => first.to_vec(),
            };
            while let [b' ', ..] = self.rest {
                let Some([_, more @ ..]) = self.physical() else { break };
                bytes.extend_from_slice(more);
            }
            if bytes.first() != Some(&b'#') {
                return Ok(Some((number, bytes)));
            }
        }
    }

    fn read(&mut self) -> Result<Option<Record>, DirectoryError> {
        loop {
            self.skip_blank()?;
            if self.rest.is_empty() {
                return Ok(None);
            }
            // A block of nothing but comments is no entry.
            let Some((line, bytes)) = self.next_line()? else { continue };
            let first = attribute(line, &bytes)?;
            if first.name != "dn" {
                return fault(line, "an entry does not begin with dn");
            }
            let mut record = Record { line, dn: first.text()?.to_owned(), attributes: Vec::new() };
            while let Some((line, bytes)) = self.next_line()? {
                let attribute = attribute(line, &bytes)?;
                match attribute.name.as_str() {
                    "dn" => return fault(line, "dn inside an entry (a blank line is missing)"),
                    "changetype" | "control" => return fault(line, "a change record instead of an entry"),
                    _ => record.attributes.push(attribute),
                }
            }
            return Ok(Some(record));
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, DirectoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let record = self.read();
        self.failed = record.is_err();
        record.transpose()
    }
}

/// `name[;option…]: value`, `name:: base64` or `name:< url`.
fn attribute(line: usize, bytes: &[u8]) -> Result<Attribute, DirectoryError> {
    let Some(colon) = memchr::memchr(b':', bytes) else {
        return fault(line, "no colon after the name of an attribute");
    };
    let (description, value) = bytes.split_at(colon);
    let name = description.split(|b| *b == b';').next().unwrap_or_default();
    let options = description.get(name.len()..).unwrap_or_default();
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let named = !name.is_empty() && name.iter().all(|b| word(b) || *b == b'.');
    if !named || !options.iter().all(|b| word(b) || *b == b';') {
        return fault(line, "not the name of an attribute");
    }
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let value = match value.get(1..).unwrap_or_default() {
        [b':', encoded @ ..] => match base64::STANDARD.decode(encoded.trim_ascii()) {
            Ok(value) => value,
            Err(_) => return fault(line, "not base64"),
        },
        [b'<', ..] => return fault(line, "a value given by its URL"),
        value => value.trim_ascii_start().to_vec(),
    };
    Ok(Attribute { line, name, value })
}
