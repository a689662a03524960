//! The one table of findings: what a check can report, how grave it is, which rule it enforces, and how it reads to a
//! person. Rust, C, Python and docs/FINDINGS.md are made from it.

mod document;
mod table;

use std::borrow::Cow;
use std::fmt;

pub use document::document;
pub use table::Code;

/// How grave a finding is (PEC-SPEC §10.2), in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Info,
    /// Unusual or weak; the proof stands.
    Warning,
    /// The proof stands, but something around it contradicts it.
    Error,
    /// No proof: the verdict is the one of [`Code::effect`].
    Fatal,
}

impl Severity {
    /// The name on the wire: `info`, `warning`, `error` or `fatal`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where in the way of a message the finding arose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Structure of the message.
    Mime,
    /// The signature object.
    Cms,
    /// Certificates, trust and revocation.
    Trust,
    /// Times and time-stamps.
    Time,
    /// Who signs and who is named.
    Identity,
    /// Which kind of message it is.
    Kind,
    /// Certification data (`daticert.xml`).
    Daticert,
    /// The original message inside.
    Original,
    /// Receipts beside the message they speak of.
    Receipt,
}

impl Layer {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mime => "mime",
            Self::Cms => "cms",
            Self::Trust => "trust",
            Self::Time => "time",
            Self::Identity => "identity",
            Self::Kind => "kind",
            Self::Daticert => "daticert",
            Self::Original => "original",
            Self::Receipt => "receipt",
        }
    }
}

/// The row of the verdict table (VERDICT §2) that a fatal finding decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Row 1: not a PEC at its root.
    NotPec,
    /// Row 2: cannot be judged.
    Unverifiable,
    /// Rows 3 and 5: somebody built this to deceive.
    Forged,
    /// Row 4: the signed bytes are not the ones that were signed.
    Altered,
    /// Row 6: nobody we know vouches for the signer.
    Untrusted,
    /// A comparison of two messages fails; the verdict on either stands (VERDICT §3, `brief.sha1_collision`).
    Comparison,
    /// The code is never fatal.
    Never,
}

/// Languages in which explanations are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Italian.
    #[default]
    It,
    /// English.
    En,
}

/// One thing that a check has to say about one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub code: Code,
    /// How grave it is here; one of [`Code::severities`].
    pub severity: Severity,
    /// The evidence: values, positions, names. For people and logs; may be empty.
    pub detail: Cow<'static, str>,
}

impl Finding {
    /// A finding of the code's usual severity.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self { code, severity: code.severity(), detail: Cow::Borrowed("") }
    }

    /// The same with the evidence that shows it.
    #[must_use]
    pub fn with(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// The same with another of the severities that the table lists for the code.
    ///
    /// # Panics
    /// In debug builds, when the table does not list `severity` for the code.
    #[must_use]
    pub fn graded(mut self, severity: Severity) -> Self {
        debug_assert!(self.code.severities().contains(&severity), "{} is never {severity}", self.code);
        self.severity = severity;
        self
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_complete() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} stands twice");
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            assert!(!code.rule().is_empty(), "{code} names no rule");
            for language in [Language::It, Language::En] {
                let text = code.explanation(language);
                assert!(text.len() > 30 && text.ends_with('.'), "{code} is not explained in {language:?}: {text}");
            }
            assert!(code.severities().contains(&code.severity()));
            let fatal = code.severities().contains(&Severity::Fatal);
            assert_eq!(fatal, code.effect() != Effect::Never, "{code}: effect and severities disagree");
        }
    }
}
