//! What is said to the person, in both languages, and why a command ends early.

use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::path::Path;

use pec_core::finding::Language;

/// A sentence in Italian and English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    it: String,
    en: String,
}

impl Text {
    pub(crate) fn new(it: impl Into<String>, en: impl Into<String>) -> Self {
        Self { it: it.into(), en: en.into() }
    }

    /// What went wrong with a file, and what can be done.
    pub(crate) fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::new("il file non esiste: controllare il nome", "no such file: check the name"),
            ErrorKind::PermissionDenied => Self::new(
                "manca il permesso di accesso: chiederlo a chi possiede il file o la cartella",
                "permission denied: ask the owner of the file or folder for access",
            ),
            _ => Self::new(
                format!("il sistema non riesce ad accedervi: {error}"),
                format!("the system cannot access it: {error}"),
            ),
        }
    }

    /// The same, about a file.
    pub(crate) fn about(self, name: impl Display) -> Self {
        Self { it: format!("{name}: {}", self.it), en: format!("{name}: {}", self.en) }
    }

    /// The same, about a file that the command line names.
    pub(crate) fn at(self, path: &Path) -> Self {
        self.about(path.display())
    }

    pub(crate) fn of(&self, language: Language) -> &str {
        match language {
            Language::It => &self.it,
            Language::En => &self.en,
        }
    }
}

/// Why a command ends before its work is done.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Something that the person has to know.
    Because(Text),
    /// Whoever reads the output has had enough (`pec … | head`): nothing to say.
    ReaderGone,
}

impl From<Text> for Stop {
    fn from(text: Text) -> Self {
        Self::Because(text)
    }
}

/// Failures to write to standard output.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe {
            return Self::ReaderGone;
        }
        Self::Because(Text::new(
            format!("il risultato non può essere scritto: {error}"),
            format!("the output cannot be written: {error}"),
        ))
    }
}
