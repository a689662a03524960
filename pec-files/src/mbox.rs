//! Messages of an mbox file, one by one, in bounded memory.
//!
//! The reader of the crate mail-parser is not used: it takes every line that begins with `From ` for a separator, so
//! that an unquoted line of a signed text would cut the message and make a genuine one look altered; it holds a whole
//! message whatever its size; and it drops the quoting, which [`Quoting`] may have to bring back.

use std::io::{self, BufRead};

use pec_core::message::Message;
use pec_core::verify::{Integrity, Verification};

/// One message of the file.
pub(crate) struct Entry {
    /// The message, one `>` taken away from every quoted `From ` line ("mboxrd").
    pub(crate) bytes: Vec<u8>,
    /// What was taken away.
    pub(crate) quoting: Quoting,
    /// It is larger than the limit; `bytes` is only its beginning.
    pub(crate) too_large: bool,
}

/// Where in a message of an mbox a `>` was taken away.
#[derive(Debug, Clone, Default)]
pub struct Quoting(Vec<usize>);

impl Quoting {
    /// Lines with one `>` of which every choice is tried.
    const CHOICES: usize = 6;

    /// The other readings of `message`. Programs of the "mboxo" family quote `From ` lines but not `>From ` lines, so
    /// that each `>` may be theirs or the sender's, and one before another is the sender's; those of the "mboxcl2"
    /// family quote nothing, so that every one is. Beyond six lines only all or nothing.
    pub fn readings<'m>(&'m self, message: &'m [u8]) -> impl Iterator<Item = Vec<u8>> + 'm {
        let doubled = |at: &usize| message.get(*at) == Some(&b'>');
        let single: Vec<usize> = self.0.iter().copied().filter(|at| !doubled(at)).collect();
        let any_doubled = single.len() < self.0.len();
        let all = if single.is_empty() { 0 } else { usize::MAX };
        let choices = if single.len() <= Self::CHOICES { 0..1 << single.len() } else { 0..1 };
        let last = (single.len() > Self::CHOICES).then_some(all);
        choices.chain(last).filter(move |choice| any_doubled || *choice != 0).map(move |choice| {
            let chosen = |at: &usize| match single.iter().position(|one| one == at) {
                Some(number) => choice == usize::MAX || choice >> number & 1 == 1,
                None => true,
            };
            with_marks(message, self.0.iter().copied().filter(chosen))
        })
    }

    /// The first other reading of `message` for which the signature holds, by what `verify` finds out about each.
    pub fn intact<B: AsRef<[u8]>>(
        &self,
        message: &Message<B>,
        verify: impl Fn(&Message<Vec<u8>>) -> Verification,
    ) -> Option<(Message<Vec<u8>>, Verification)> {
        let verified = |reading| {
            let reading = Message::parse(reading, message.limits());
            let verification = verify(&reading);
            (reading, verification)
        };
        self.readings(message.bytes()).map(verified).find(|(_, found)| found.integrity == Integrity::Intact)
    }
}

/// A message with a `>` at each of these places, which rise.
fn with_marks(message: &[u8], places: impl Iterator<Item = usize>) -> Vec<u8> {
    let mut stored = Vec::with_capacity(message.len() + 64);
    let mut from = 0;
    for at in places {
        stored.extend_from_slice(message.get(from..at).unwrap_or_default());
        stored.push(b'>');
        from = at;
    }
    stored.extend_from_slice(message.get(from..).unwrap_or_default());
    stored
}

impl Entry {
    fn new() -> Self {
        Self { bytes: Vec::new(), quoting: Quoting::default(), too_large: false }
    }

    fn add(&mut self, line: &Line, limit: usize) {
        if self.too_large || self.bytes.len() + line.bytes.len() > limit || line.cut {
            self.too_large = true;
            return;
        }
        let quoted = line.bytes.iter().position(|byte| *byte != b'>').unwrap_or(0);
        if quoted > 0 && line.bytes.get(quoted..).is_some_and(|rest| rest.starts_with(b"From ")) {
            self.quoting.0.push(self.bytes.len());
            self.bytes.extend(line.bytes.iter().skip(1));
        } else {
            self.bytes.extend_from_slice(&line.bytes);
        }
    }

    /// Without the empty line that belongs to the separator after it.
    fn end(mut self) -> Self {
        if self.bytes.ends_with(b"\n\r\n") {
            self.bytes.truncate(self.bytes.len() - 2);
        } else if self.bytes.ends_with(b"\n\n") {
            self.bytes.truncate(self.bytes.len() - 1);
        }
        self
    }
}

/// What editors put before a text in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether what begins so is an mbox file: its first line, but for empty ones, is a separator with a date (RFC 4155).
pub(crate) fn is_mbox(beginning: &[u8]) -> bool {
    let beginning = beginning.strip_prefix(MARK).unwrap_or(beginning);
    let mut lines = beginning.split_inclusive(|byte| *byte == b'\n').skip_while(|line| is_empty(line));
    let first = lines.next().unwrap_or_default();
    is_separator(first) || (is_bare(first) && lines.next().is_some_and(begins_with_field))
}

/// Iterates over the messages of `reader`, each at most `limit` bytes.
pub(crate) struct Entries<R> {
    reader: R,
    limit: usize,
    /// The separator of the next message has been read.
    begun: bool,
    /// The file could not be read further.
    broken: bool,
}

impl<R: BufRead> Entries<R> {
    pub(crate) const fn new(reader: R, limit: usize) -> Self {
        Self { reader, limit, begun: false, broken: false }
    }
}

impl<R: BufRead> Iterator for Entries<R> {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        let mut entry = Entry::new();
        let mut after_empty = !self.begun;
        let mut line = Line::default();
        loop {
            match line.read(&mut self.reader, self.limit) {
                Ok(true) => {}
                Ok(false) => {
                    // What stands without any separator is a message too.
                    let is_something = std::mem::take(&mut self.begun) || is_text(&entry.bytes);
                    return is_something.then(|| Ok(entry.end()));
                }
                Err(error) => {
                    self.broken = true;
                    return Some(Err(error));
                }
            }
            if !self.begun && line.bytes.starts_with(MARK) {
                line.bytes.drain(..MARK.len());
            }
            let mut is_followed = || begins_with_field(self.reader.fill_buf().unwrap_or_default());
            if (is_separator(&line.bytes) && (after_empty || is_followed()))
                || (is_bare(&line.bytes) && after_empty && is_followed())
            {
                if std::mem::replace(&mut self.begun, true) || is_text(&entry.bytes) {
                    return Some(Ok(entry.end()));
                }
                // Nothing but empty lines stood before the first one.
                entry = Entry::new();
                after_empty = false;
                continue;
            }
            after_empty = is_empty(&line.bytes);
            entry.add(&line, self.limit);
        }
    }
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| !byte.is_ascii_whitespace())
}

fn is_empty(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

/// A separator that says nothing, as Thunderbird writes it now.
fn is_bare(line: &[u8]) -> bool {
    matches!(line, b"From \n" | b"From \r\n")
}

/// `From `, anything, a weekday, a month, and somewhere after it a time of day. A date is asked for because a text may say "From …" too.
fn is_separator(line: &[u8]) -> bool {
    const DAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    const MONTHS: [&[u8]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let mut words =
        rest.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).skip_while(|word| !DAYS.contains(word));
    words.next().is_some() && words.next().is_some_and(|word| MONTHS.contains(&word)) && words.any(is_time)
}

/// `10:15` and what may follow it.
fn is_time(word: &[u8]) -> bool {
    let mut parts = word.splitn(3, |byte| *byte == b':');
    let mut is_number = || {
        let part = parts.next().unwrap_or_default().trim_ascii_end();
        (1..=2).contains(&part.len()) && part.iter().all(u8::is_ascii_digit)
    };
    is_number() && is_number()
}

/// Whether what follows a line begins like a header. Not every program writes the empty line before a separator.
fn begins_with_field(text: &[u8]) -> bool {
    let name = text.iter().take_while(|byte| byte.is_ascii_graphic() && **byte != b':').count();
    name > 0 && text.get(name).is_none_or(|byte| *byte == b':')
}

/// A line with its end, or the beginning of one that is too long.
#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    cut: bool,
}

impl Line {
    /// Reads the next line, of which at most `limit` bytes are kept; `false` at the end of the file.
    fn read(&mut self, reader: &mut impl BufRead, limit: usize) -> io::Result<bool> {
        self.bytes.clear();
        self.cut = false;
        loop {
            let available = match reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = memchr::memchr(b'\n', available).map(|at| at + 1);
            let piece = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
            if self.bytes.len() + piece.len() > limit {
                self.cut = true;
            } else if !self.cut {
                self.bytes.extend_from_slice(piece);
            }
            let length = piece.len();
            reader.consume(length);
            if end.is_some() || length == 0 {
                return Ok(end.is_some() || !self.bytes.is_empty() || self.cut);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEPARATOR: &str = "From - Mon Feb  9 10:15:30 2026\n";

    fn entries(text: &str, limit: usize) -> Vec<Entry> {
        Entries::new(text.as_bytes(), limit).map(Result::unwrap).collect()
    }

    #[test]
    fn messages_are_told_apart() {
        let file = format!(
            "{SEPARATOR}A: 1\n\none\n\n{SEPARATOR}A: 2\r\n\r\ntwo\r\n\r\nFrom x@y Tue Mar 10 1:2:3 2026\r\n\r\n"
        );
        let found: Vec<_> =
            entries(&file, 100).into_iter().map(|entry| String::from_utf8(entry.bytes).unwrap()).collect();
        assert_eq!(found, ["A: 1\n\none\n", "A: 2\r\n\r\ntwo\r\n", "\r\n"]);
    }

    #[test]
    fn quoting_is_taken_away_and_can_be_brought_back() {
        let file = format!("{SEPARATOR}\n>From x\n> From y\n>>From z\n>>");
        let entry = entries(&file, 100).pop().unwrap();
        assert_eq!(entry.bytes, b"\nFrom x\n> From y\n>From z\n>>");
        let readings: Vec<_> = entry.quoting.readings(&entry.bytes).collect();
        let mboxo: &[u8] = b"\nFrom x\n> From y\n>>From z\n>>";
        assert_eq!(readings, [mboxo, b"\n>From x\n> From y\n>>From z\n>>"]);
        let plain = entries(&format!("{SEPARATOR}\n> From y\n"), 100).pop().unwrap();
        assert_eq!(plain.quoting.readings(&plain.bytes).count(), 0);
        for (lines, readings) in [(1, 1), (3, 7), (6, 63), (7, 1), (100, 1)] {
            let entry = entries(&format!("{SEPARATOR}{}", ">From x\n".repeat(lines)), 1000).pop().unwrap();
            assert_eq!(entry.quoting.readings(&entry.bytes).count(), readings, "{lines}");
        }
    }

    #[test]
    fn a_sentence_is_no_separator() {
        for line in [
            "From here on Monday counts.\n",
            "From Mon to Fri\n",
            "From: a Mon Feb\n",
            "From our call of Mon Feb 9, 2026: we agree.\n",
            "From Mon Feb 2026: 1\n",
        ] {
            let entry = entries(&format!("{SEPARATOR}A: 1\n\n{line}\n"), 100);
            assert_eq!(entry.len(), 1, "{line}");
        }
        // A line with a date separates after an empty line or before a header.
        assert_eq!(entries(&format!("{SEPARATOR}A: 1\n\ntext\n{SEPARATOR}and text\n"), 100).len(), 1);
        assert_eq!(entries(&format!("{SEPARATOR}A: 1\n\ntext\n{SEPARATOR}A: 2\n"), 100).len(), 2);
        assert!(is_mbox(SEPARATOR.as_bytes()) && !is_mbox(b"From: a\n") && !is_mbox(b""));
        assert!(is_mbox(b"From 1@xxx Mon Feb 09 10:15:30 +0000 2026"));
    }

    #[test]
    fn what_is_too_large_is_skipped_and_the_next_is_read() {
        let long = "x".repeat(60);
        for large in [format!("{long}\n"), "x\n".repeat(30), format!("a\n{long}\nb\n")] {
            let file = format!("{SEPARATOR}{large}\n{SEPARATOR}small\n");
            let found = entries(&file, 40);
            assert_eq!(found.iter().map(|entry| entry.too_large).collect::<Vec<_>>(), [true, false], "{large}");
            assert!(found[0].bytes.len() <= 40);
            assert_eq!(found[1].bytes, b"small\n");
        }
    }
}
