//! What a brief receipt says of an attachment.

use super::hash::Match;
use crate::crypto::DigestAlgorithm;
use crate::finding::{Code, Finding, Language};

/// What a brief receipt says of one attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The hash is that of the attachment.
    Hash(Match),
    /// The hash is that of the attachment, which is made so that another file can have the same SHA-1: it does not say
    /// which of the two was delivered (VERDICT §3).
    Collision(Match),
    /// The attachment was not replaced and stands in the receipt as it was sent.
    InFull,
    /// Not the hash of the attachment under any reading: another file, or one that a server re-encoded in a way that is
    /// not known.
    Mismatch {
        /// The hash in the receipt, lower-case hexadecimal.
        hash: String,
    },
    /// The attachment was not replaced, and is another.
    Differs {
        /// Where the difference begins, in the encoded body that was sent.
        offset: usize,
    },
    /// The hash file holds no hash.
    Malformed,
    /// In the message that was sent, and not in the receipt.
    Missing,
    /// In the receipt, and not in the message that was sent.
    Extra,
    /// The message that was sent is absent, or one of the two exceeds a limit.
    Unverifiable,
}

impl Outcome {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Hash(_) => "hash",
            Self::Collision(_) => "collision",
            Self::InFull => "in-full",
            Self::Mismatch { .. } => "mismatch",
            Self::Differs { .. } => "differs",
            Self::Malformed => "malformed",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Unverifiable => "unverifiable",
        }
    }

    /// Whether the receipt proves the content of the attachment.
    #[must_use]
    pub const fn is_proven(&self) -> bool {
        matches!(self, Self::Hash(_) | Self::InFull)
    }

    /// Whether that rests on SHA-1, for which files of the same hash can be made (VERDICT §6). They were made by whoever
    /// made the first of the two, never for a given file, and the known ways are noticed ([`Outcome::Collision`]).
    #[must_use]
    pub const fn rests_on_sha1(&self) -> bool {
        matches!(self, Self::Hash(matched) if matches!(matched.algorithm, DigestAlgorithm::Sha1))
    }
}

/// How an attachment is called on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Naming {
    /// The hash file has the name of the attachment and `.hash`.
    Same,
    /// The hash is that of the attachment, and the name is another.
    Rewritten,
}

/// One attachment, and what the receipt says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attachment {
    /// Where it stands in the message that was sent, numbered as in IMAP (RFC 9051 §6.4.5.1); empty when it is the
    /// message itself, or only in the receipt.
    pub section: String,
    /// Its name, decoded; for [`Outcome::Extra`] the name that the hash file stands for.
    pub name: Option<String>,
    /// Where its hash file stands in the receipt's copy.
    pub section_in_receipt: Option<String>,
    /// The name of its hash file.
    pub name_in_receipt: Option<String>,
    /// Whether the two names fit.
    pub naming: Naming,
    /// What the receipt says of it.
    pub outcome: Outcome,
}

impl Attachment {
    /// What is wrong or odd about it.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let named = |code, more: &str| {
            let name = match (&self.name, &*self.section) {
                (Some(name), _) => name.clone(),
                (None, "") => "the message itself".to_owned(),
                (None, section) => format!("part {section}"),
            };
            Finding::new(code).with(format!("{name}{more}"))
        };
        let mut findings = Vec::new();
        match &self.outcome {
            Outcome::Hash(matched) if matched.algorithm != DigestAlgorithm::Sha1 => {
                findings.push(named(Code::BriefHashNonstandard, ""));
            }
            Outcome::Hash(_) | Outcome::InFull => {}
            Outcome::Collision(matched) => {
                findings.push(named(Code::BriefSha1Collision, &format!(" ({})", matched.reading.as_str())));
            }
            Outcome::Mismatch { hash } => {
                findings.push(named(Code::BriefHashMismatch, &format!("; in the receipt: {hash}")));
            }
            Outcome::Differs { offset } => {
                findings.push(named(Code::OriginalBodyDiffers, &format!(": differs from byte {offset} on")));
            }
            Outcome::Malformed => findings.push(named(Code::BriefHashMalformed, "")),
            Outcome::Missing => findings.push(named(Code::BriefAttachmentMissing, "")),
            Outcome::Extra => findings.push(named(Code::BriefAttachmentExtra, "")),
            Outcome::Unverifiable => findings.push(named(Code::BriefHashUnverifiable, "")),
        }
        if self.naming == Naming::Rewritten {
            let name = self.name_in_receipt.as_deref().unwrap_or_default();
            findings.push(named(Code::BriefAttachmentRenamed, &format!("; in the receipt: {name}")));
        }
        findings
    }
}

impl Attachment {
    /// The outcome in a sentence, for a person: which reading of the rule matched, and that it rests on SHA-1.
    #[must_use]
    pub fn explanation(&self, language: Language) -> String {
        let pick = |it: &str, en: &str| if language == Language::It { it.to_owned() } else { en.to_owned() };
        match &self.outcome {
            Outcome::Hash(matched) => format!(
                "{} ({}, {} {})",
                pick("l'impronta è quella del file inviato", "the hash is that of the file that was sent"),
                if matched.algorithm == DigestAlgorithm::Sha1 { "SHA-1" } else { "SHA-256" },
                pick("lettura", "reading"),
                matched.reading.as_str()
            ),
            Outcome::Collision(_) => pick(
                "il file è costruito per avere l'impronta di un altro: non prova nulla",
                "the file is made to have the hash of another: it proves nothing",
            ),
            Outcome::InFull => pick("presente per intero e uguale", "present in full, and the same"),
            Outcome::Mismatch { .. } => {
                pick("l'impronta non è quella del file inviato", "the hash is not that of the file that was sent")
            }
            Outcome::Differs { .. } => pick("è un altro file", "is another file"),
            Outcome::Malformed => pick("il file dell'impronta non la contiene", "the hash file holds no hash"),
            Outcome::Missing => pick("manca nella ricevuta", "is absent from the receipt"),
            Outcome::Extra => pick("non era nel messaggio inviato", "was not in the message that was sent"),
            Outcome::Unverifiable => pick("non verificabile", "cannot be verified"),
        }
    }
}
