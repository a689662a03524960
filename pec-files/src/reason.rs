//! What is said to a person, in both languages.

use std::fmt::{self, Display, Formatter};
use std::io::{self, ErrorKind};
use std::path::Path;

use pec_core::finding::Language;

/// A sentence in Italian and English: why something cannot be read or done, and what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it is about, for programs.
    pub kind: Kind,
    /// The number that the operating system gives, where it has one (`errno`).
    pub system: Option<i32>,
    it: String,
    en: String,
}

/// What a [`Reason`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A file or folder cannot be accessed, or holds nothing to read.
    File,
    /// A message is larger than the limit.
    TooLarge,
    /// There are several messages where one is wanted.
    Several,
    /// Anything else.
    Other,
}

impl Reason {
    /// A reason of any other kind.
    pub fn new(it: impl Into<String>, en: impl Into<String>) -> Self {
        Self { kind: Kind::Other, system: None, it: it.into(), en: en.into() }
    }

    /// The same sentence, of this kind.
    #[must_use]
    pub const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// What went wrong with a file, and what can be done.
    #[must_use]
    pub fn of_io(error: &io::Error) -> Self {
        let reason = match error.kind() {
            ErrorKind::NotFound => Self::new("il file non esiste: controllare il nome", "no such file: check the name"),
            ErrorKind::PermissionDenied => Self::new(
                "manca il permesso di accesso: chiederlo a chi possiede il file o la cartella",
                "permission denied: ask the owner of the file or folder for access",
            ),
            ErrorKind::AlreadyExists => Self::new(
                "esiste già, e nulla viene sovrascritto: dare un altro nome",
                "it exists already, and nothing is overwritten: give another name",
            ),
            _ => Self::new(
                format!("il sistema non riesce ad accedervi: {error}"),
                format!("the system cannot access it: {error}"),
            ),
        };
        Self { system: error.raw_os_error(), ..reason.kind(Kind::File) }
    }

    /// The same, about a file.
    #[must_use]
    pub fn about(self, name: impl Display) -> Self {
        Self { it: format!("{name}: {}", self.it), en: format!("{name}: {}", self.en), ..self }
    }

    /// The same, about a file that the caller names.
    #[must_use]
    pub fn at(self, path: &Path) -> Self {
        self.about(path.display())
    }

    /// The sentence in one language.
    #[must_use]
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::It => &self.it,
            Language::En => &self.en,
        }
    }
}

impl Display for Reason {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for Reason {}
