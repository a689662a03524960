//! From text to terms.

use jiff::civil::Date;

use super::fields::{Name, named};
use super::{Fault, Query, QueryError, Term, Test};
use crate::retention::ROME;

/// Characters of a query. Nobody types more.
const LONGEST: usize = 4096;

/// Terms of a query: what a store makes of them has a depth.
const MOST: usize = 256;

pub(super) fn parse(text: &str) -> Result<Query, QueryError> {
    let characters: Vec<char> = text.chars().collect();
    let mut reader = Reader { characters: &characters, at: 0 };
    if characters.len() > LONGEST {
        return Err(reader.fault(Fault::TooLong, LONGEST));
    }
    let mut terms = Vec::new();
    while reader.skip_blanks() {
        let from = reader.at;
        terms.push(reader.term()?);
        if terms.len() > MOST {
            return Err(reader.fault(Fault::TooLong, from));
        }
    }
    Ok(Query { terms })
}

struct Reader<'a> {
    characters: &'a [char],
    at: usize,
}

/// A value, and whether it was written in quotation marks.
struct Written {
    text: String,
    quoted: bool,
    from: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    /// Whether anything stands after the blanks.
    fn skip_blanks(&mut self) -> bool {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        self.peek().is_some()
    }

    /// A fault from `from` to here.
    fn fault(&self, fault: Fault, from: usize) -> QueryError {
        let at = from..self.at.max(from);
        let shown = self.characters.get(at.clone()).unwrap_or_default().iter().collect();
        QueryError { fault, at, shown }
    }

    fn term(&mut self) -> Result<Term, QueryError> {
        let negated = self.peek() == Some('-');
        self.at += usize::from(negated);
        let from = self.at;
        let Some(name) = self.name() else {
            let written = self.value()?;
            return Ok(Term { negated, test: self.words(None, written)? });
        };
        let Some(name) = named(&name) else { return Err(self.fault(Fault::UnknownField, from)) };
        let written = self.value()?;
        if written.text.is_empty() {
            return Err(self.fault(Fault::NoValue, from));
        }
        Ok(Term { negated, test: self.test(name, written)? })
    }

    /// The name before a colon, which is read over; nothing where the term has none. An address or a time of day is
    /// no name: only letters count, and hyphens between them.
    fn name(&mut self) -> Option<String> {
        let rest = self.characters.get(self.at..)?;
        let length = rest.iter().take_while(|c| c.is_alphabetic() || **c == '-').count();
        if !rest.first().is_some_and(|c| c.is_alphabetic()) || rest.get(length) != Some(&':') {
            return None;
        }
        self.at += length + 1;
        Some(rest.iter().take(length).collect())
    }

    /// Up to the next blank, or to the closing quotation mark.
    fn value(&mut self) -> Result<Written, QueryError> {
        let from = self.at;
        let quoted = self.peek() == Some('"');
        self.at += usize::from(quoted);
        let mut text = String::new();
        loop {
            match self.peek() {
                None if quoted => return Err(self.fault(Fault::OpenQuote, from)),
                None => break,
                Some('"') if quoted => {
                    self.at += 1;
                    break;
                }
                Some(c) if !quoted && c.is_whitespace() => break,
                Some(c) => text.push(c),
            }
            self.at += 1;
        }
        Ok(Written { text, quoted, from })
    }

    fn words(&self, column: Option<&'static str>, written: Written) -> Result<Test, QueryError> {
        let prefix = !written.quoted && written.text.ends_with('*');
        let text = written.text.trim_end_matches('*').to_owned();
        if !text.chars().any(char::is_alphanumeric) {
            return Err(self.fault(Fault::NoWord, written.from));
        }
        Ok(Test::Words { column, text, prefix })
    }

    fn test(&self, name: Name, written: Written) -> Result<Test, QueryError> {
        match name {
            Name::Column(column) => self.words(Some(column), written),
            Name::About => Ok(Test::About(crate::archive::bare(&written.text))),
            Name::Hash => match written.text.to_ascii_lowercase().parse() {
                Ok(id) => Ok(Test::Attachment(id)),
                Err(_) => Err(self.fault(Fault::BadHash, written.from)),
            },
            Name::After => Ok(Test::Between(self.day(&written)?, i64::MAX)),
            Name::Before => Ok(Test::Between(i64::MIN, self.day(&written)?)),
            Name::Exact(field) => {
                let parts =
                    if written.quoted { vec![written.text.as_str()] } else { written.text.split(',').collect() };
                let mut values = Vec::new();
                for part in parts {
                    let unknown = || self.fault(Fault::UnknownValue(field), written.from);
                    values.extend(field.values(part).ok_or_else(unknown)?);
                }
                Ok(Test::Is { field, values })
            }
        }
    }

    /// The first second of a day in Rome.
    fn day(&self, written: &Written) -> Result<i64, QueryError> {
        // A time of day would be read over.
        let is_day = written.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let day: Option<Date> = written.text.parse().ok().filter(|_| is_day);
        // Days are those of Rome, as on every receipt.
        let begins = day.and_then(|day| day.to_zoned(ROME.clone()).ok());
        begins.map(|at| at.timestamp().as_second()).ok_or_else(|| self.fault(Fault::BadDate, written.from))
    }
}
