//! Tables as spreadsheets in Italy write and read them: `;` or `,` or tabs between cells, Windows-1252 or UTF-8, a byte order
//! mark or none.

use std::borrow::Cow;

use encoding_rs::{EncoderResult, WINDOWS_1252};

use crate::error::{Error, Result};

/// In which encoding a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8 with a byte order mark, by which spreadsheets know it.
    #[default]
    Utf8Bom,
    /// Windows-1252, as older programs want it; what it does not have becomes `?`.
    Windows1252,
}

/// The text of a table: by its byte order mark (UTF-8, UTF-16), else UTF-8 where it is that, else Windows-1252.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode_with_bom_removal(bytes).0,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        },
    }
}

/// What stands between cells: what stands most often in the first line, outside of quotes.
pub(super) fn delimiter(text: &str) -> u8 {
    let mut counts = [(b';', 0), (b',', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(known, _)| *known == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // Of two that stand equally often the first one.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b';', |(delimiter, _)| *delimiter)
}

/// Where the rows of a table are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rows {
    /// The byte at which each begins.
    starts: Vec<usize>,
    /// The row, from 1, in which a quotation mark opens that nothing closes: all rows behind it would be one cell.
    pub(super) open_quote: Option<u64>,
}

impl Rows {
    /// As the crate `csv` cuts them, and with the empty ones that it passes over.
    pub(super) fn of(text: &str, delimiter: u8) -> Self {
        let (mut starts, mut begins, mut opened) = (vec![0], true, None);
        let mut bytes = text.bytes().enumerate().peekable();
        while let Some((at, byte)) = bytes.next() {
            let next = bytes.peek().map(|(_, next)| *next);
            match (opened, byte) {
                (Some(_), b'"') if next == Some(b'"') => {
                    bytes.next();
                }
                (Some(_), b'"') => opened = None,
                (Some(_), _) => {}
                (None, b'"') if begins => opened = Some(starts.len() as u64),
                (None, b'\r') if next == Some(b'\n') => {}
                (None, b'\n' | b'\r') => starts.push(at + 1),
                (None, _) => {}
            }
            begins = opened.is_none() && (byte == delimiter || byte == b'\n' || byte == b'\r');
        }
        Self { starts, open_quote: opened }
    }

    /// The row, from 1, that ends at this byte.
    pub(super) fn ending_at(&self, byte: u64) -> u64 {
        self.starts.partition_point(|start| (*start as u64) < byte) as u64
    }
}

/// Writes a table with `;` between cells.
pub(super) fn write(rows: &[Vec<String>], encoding: Encoding) -> Result<Vec<u8>> {
    let failed = |error: csv::Error| Error::Internal(error.to_string());
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|text| pec_core::text::cell(text))).map_err(failed)?;
    }
    let text = writer.into_inner().map_err(|error| Error::Internal(error.to_string()))?;
    match encoding {
        Encoding::Utf8Bom => Ok([b"\xef\xbb\xbf", &text[..]].concat()),
        Encoding::Windows1252 => Ok(windows_1252(&String::from_utf8_lossy(&text))),
    }
}

fn windows_1252(text: &str) -> Vec<u8> {
    let mut encoder = WINDOWS_1252.new_encoder();
    let (mut rest, mut encoded) = (text, Vec::with_capacity(text.len() + 16));
    loop {
        encoded.reserve(rest.len() + 16);
        let (outcome, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut encoded, true);
        rest = rest.get(read..).unwrap_or_default();
        match outcome {
            EncoderResult::InputEmpty => return encoded,
            EncoderResult::Unmappable(_) => encoded.push(b'?'),
            EncoderResult::OutputFull => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_every_spreadsheet_are_read_alike() {
        let text = "Casella;Cliente\r\na@x.example;Società Perché\r\n";
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let forms = [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            WINDOWS_1252.encode(text).0.into_owned(),
            utf16,
        ];
        for bytes in &forms {
            assert_eq!(decode(bytes), text);
        }
        for (line, expected) in
            [("a;b;c", b';'), ("a,b;c,d", b','), ("a\tb", b'\t'), ("\"a,b,c\";d", b';'), ("a\nb,c,d", b';')]
        {
            assert_eq!(delimiter(line), expected, "{line}");
        }
    }

    #[test]
    fn a_quotation_mark_that_nothing_closes_is_found_where_it_opens() {
        let open = |text| Rows::of(text, b';').open_quote;
        assert_eq!(open("a;b\n1;\"x\"\"y\"\n"), None);
        assert_eq!(open("a;b\n1;x\"y\n"), None);
        assert_eq!(open("a;b\r\n1;\"two\r\nlines\"\r\n2;\"open\r\n3;x\r\n"), Some(3));
        assert_eq!(open("\"a"), Some(1));
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_does_empty_ones_and_long_ones_too() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a;b", "1;2", "", "", "\"two\nlines\";x", "3;4"].join(end);
            let rows = Rows::of(&text, b';');
            let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(text.as_bytes());
            let (mut record, mut numbers) = (csv::StringRecord::new(), Vec::new());
            while reader.read_record(&mut record).unwrap() {
                numbers.push(rows.ending_at(reader.position().byte()));
            }
            assert_eq!(numbers, [1, 2, 5, 6], "{end:?}");
        }
    }

    #[test]
    fn what_is_written_runs_nothing_and_is_what_spreadsheets_expect() {
        let rows = [vec!["=HYPERLINK(\"x\")".to_owned(), "a;b\nc".into()], vec!["perché 日 €".into()]];
        let utf8 = write(&rows, Encoding::Utf8Bom).unwrap();
        assert_eq!(utf8, "\u{feff}\"'=HYPERLINK(\"\"x\"\")\";\"a;b\u{fffd}c\"\r\nperché 日 €\r\n".as_bytes());
        let old = write(&rows[1..], Encoding::Windows1252).unwrap();
        assert_eq!(old, b"perch\xe9 ? \x80\r\n");
    }
}
