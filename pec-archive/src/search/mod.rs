//! The query that a person types, and what it means.
//!
//! ```text
//! da:acme stato:consegnato dopo:2026-01-01 "contratto quadro" -bozza
//! ──┬───  ──────┬────────  ──────┬───────  ───────┬────────── ──┬───
//!   │           │                │                │             └ and not this word
//!   │           │                │                └ this phrase, anywhere
//!   │           │                └ certified (or dated) on that day in Rome, or later
//!   │           └ of a transaction in which a recipient is in this state
//!   └ in the sender's address or name
//! ```
//!
//! Every term has to hold. Words are compared without case and accents; `contratt*` finds every word that begins so.
//! Fields are written in Italian or English; of several values (`tipo:accettazione,avvenuta-consegna`) one has to hold.

mod fields;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

use jiff::Timestamp;
use pec_core::finding::Language;

pub use fields::Field;

use crate::id::Id;

/// A query that has been understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    pub(crate) terms: Vec<Term>,
}

impl Query {
    /// Its conditions: all of them have to hold.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Everything of which a field has exactly this value, as it is stored.
    #[must_use]
    pub fn exact(field: Field, value: &str) -> Self {
        Self { terms: vec![Term { negated: false, test: Test::Is { field, values: vec![value.to_owned()] } }] }
    }

    /// And dated at this time or later.
    #[must_use]
    pub fn since(mut self, from: Timestamp) -> Self {
        self.terms.push(Term { negated: false, test: Test::Between(from.as_second(), i64::MAX) });
        self
    }

    /// Understands what a person has typed. An empty query finds everything.
    ///
    /// # Errors
    /// [`QueryError`], which says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parse::parse(text)
    }
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// It must not hold.
    pub negated: bool,
    /// What is asked.
    pub test: Test,
}

/// What a condition asks of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Words one after the other.
    Words {
        /// In this column: `subject`, `sender`, `recipients`, `text` or `attachments`; else in any.
        column: Option<&'static str>,
        /// The words, as they were typed.
        text: String,
        /// The last of them may go on.
        prefix: bool,
    },
    /// One of these values of an exact field.
    Is {
        /// The field.
        field: Field,
        /// Its values, as they are stored.
        values: Vec<String>,
    },
    /// The message speaks of this identificativo or msgid.
    About(String),
    /// An attachment with exactly these bytes.
    Attachment(Id),
    /// Seconds since 1970: at or after the first, before the second.
    Between(i64, i64),
}

impl fmt::Display for Term {
    /// As it could be typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        let day = |second: i64| {
            let at = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
            at.to_zoned(crate::retention::ROME.clone()).date()
        };
        match &self.test {
            Test::Words { column, text, prefix } => {
                if let Some(column) = column {
                    write!(f, "{}:", fields::name_of_column(column))?;
                }
                let quote = if text.contains(char::is_whitespace) { "\"" } else { "" };
                write!(f, "{quote}{text}{quote}{}", if *prefix { "*" } else { "" })
            }
            Test::Is { field, values } => write!(f, "{}:{}", field.name(), values.join(",")),
            Test::About(text) => write!(f, "id:{text}"),
            Test::Attachment(id) => write!(f, "impronta:{id}"),
            Test::Between(from, i64::MAX) => write!(f, "dopo:{}", day(*from)),
            Test::Between(i64::MIN, to) => write!(f, "prima:{}", day(*to)),
            Test::Between(from, to) => write!(f, "dopo:{} prima:{}", day(*from), day(*to)),
        }
    }
}

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {}", .fault.text(Language::En), place(.at), .shown)]
pub struct QueryError {
    /// What is wrong.
    pub fault: Fault,
    /// Where, in characters of the query; empty where only the whole of it is known.
    pub at: Range<usize>,
    /// The part of the query that is wrong.
    pub shown: String,
}

/// Where something stands, if that is known.
fn place(at: &Range<usize>) -> String {
    if at.is_empty() { String::new() } else { format!(" at character {}", at.start + 1) }
}

impl QueryError {
    /// The error for a person: the sentence, the query, and a mark below the place.
    #[must_use]
    pub fn explain(&self, query: &str, language: Language) -> String {
        let width = self.at.len().max(1);
        format!("{}\n  {query}\n  {}{}", self.fault.text(language), " ".repeat(self.at.start), "^".repeat(width))
    }
}

/// What can be wrong with a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A quotation mark without its partner.
    OpenQuote,
    /// A field of no such name.
    UnknownField,
    /// A field without a value.
    NoValue,
    /// A value that the field does not know.
    UnknownValue(Field),
    /// Not a date.
    BadDate,
    /// Not the SHA-256 of a file.
    BadHash,
    /// Nothing that could be searched for: no letter, no digit.
    NoWord,
    /// The query is too long.
    TooLong,
    /// The archive is encrypted and has no index of words.
    NoWords,
}

impl Fault {
    /// What is wrong and what can be done.
    #[must_use]
    pub const fn text(self, language: Language) -> &'static str {
        let (it, en) = match self {
            Self::OpenQuote => ("manca la virgoletta di chiusura", "the closing quotation mark is missing"),
            Self::UnknownField => (
                "campo sconosciuto: si possono usare da, a, oggetto, testo, allegato, tipo, verdetto, stato, casella, \
                 etichetta, versato, dopo, prima, id, impronta; se fa parte di ciò che si cerca, metterlo tra virgolette",
                "unknown field: there are from, to, subject, text, attachment, kind, verdict, state, mailbox, tag, \
                 deposited, after, before, id, hash; where it belongs to what is searched for, put it in quotation marks",
            ),
            Self::NoValue => ("manca il valore del campo", "the field has no value"),
            Self::UnknownValue(field) => field.which(),
            Self::BadDate => {
                ("non è una data: si scrive come 2026-01-31", "this is not a date: it is written as 2026-01-31")
            }
            Self::BadHash => {
                ("non è un'impronta SHA-256: 64 cifre esadecimali", "this is not a SHA-256: 64 hexadecimal digits")
            }
            Self::NoWord => {
                ("nulla da cercare: servono lettere o cifre", "nothing to search for: letters or digits are needed")
            }
            Self::TooLong => ("la ricerca è troppo lunga", "the query is too long"),
            Self::NoWords => (
                "l'archivio è cifrato senza indice delle parole: si cerca con tipo, verdetto, stato, casella, etichetta, versato, \
                 dopo, prima, id, impronta, e non con parole, oggetti o indirizzi",
                "the archive is encrypted and has no index of words: there are kind, verdict, state, mailbox, tag, deposited, \
                 after, before, id, hash, and no words, subjects or addresses",
            ),
        };
        match language {
            Language::It => it,
            Language::En => en,
        }
    }
}
