//! What a host says of a deposit.

use std::path::PathBuf;

use super::agent::Agent;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::search::Query;

/// Which messages are made ready for deposit. Whatever is named, the other messages of its transactions come with it: a
/// receipt without its message proves little.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// What a query finds.
    Query(Query),
    /// These messages.
    Messages(Vec<Id>),
    /// Everything that speaks of these transactions: *identificativo* or *msgid*.
    Transactions(Vec<String>),
}

/// Where packages are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Each package is a folder of its own inside this one, called by the name of the package.
    Folder(PathBuf),
    /// Each package is a ZIP that stores and does not compress, the same bytes for the same content; the second one has
    /// `.2` before the ending of this name, and so on.
    Zip(PathBuf),
}

/// Whether documents are *riservati*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidential {
    /// Anybody whom the conservation service lets in may see them.
    No,
    /// They have restrictions.
    Yes,
}

/// A place in the host's plan of classification (*piano di classificazione*, *titolario*).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Classification {
    /// *indice di classificazione*, such as `1.2.3`.
    pub index: String,
    /// What that place is called.
    pub description: Option<String>,
    /// Where the plan is published.
    pub plan: Option<String>,
}

/// A dossier of the host's own (*fascicolo*), to which everything of one deposit belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostDossier {
    /// Its identifier.
    pub id: String,
    /// What it is about.
    pub subject: String,
}

/// Somebody who may sign the package (SInCRO *AuthorizedSigner*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Who.
    pub agent: Agent,
    /// As what, in the words of the conservation service's manual.
    pub role: String,
}

/// What a host says of the documents and packages of one deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Whose documents they are (*soggetto produttore*).
    pub producer: Agent,
    /// Who hands the package over (*produttore del pacchetto di versamento*); the producer where it is nobody else.
    pub submitter: Option<Agent>,
    /// Who may sign it. Where nobody is named, the one who hands it over.
    pub signers: Vec<Signer>,
    /// Where the documents stand in the plan of classification.
    pub classification: Option<Classification>,
    /// The host's dossier. Where there is none, each transaction is a dossier: the message and its receipts.
    pub dossier: Option<HostDossier>,
    /// Whether they are confidential.
    pub confidential: Confidential,
    /// How long they are to be kept, in years. Where it is not said, as the class of each message says in this archive.
    pub retention_years: Option<u16>,
    /// How the format of a message is called. The registered name is `message/rfc822`; the draft of AgID's annex 2 prints
    /// `application/email`.
    pub message_format: String,
    /// Bytes of one package, its metadata and index included. A message that is larger stands alone in its package.
    pub max_bytes: u64,
    /// Messages of one package.
    pub max_documents: usize,
}

/// A ZIP of this form holds 4 GiB; some is left for what a single message may bring beyond the limit.
const MOST_BYTES: u64 = 3 << 30;

/// Each message is two files of a package and may bring a dossier; a ZIP of this form holds 65,534.
const MOST_DOCUMENTS: usize = 20_000;

impl Options {
    /// The least that has to be said. At most 1 GiB and 10,000 messages a package, nothing confidential.
    #[must_use]
    pub fn new(producer: Agent) -> Self {
        Self {
            producer,
            submitter: None,
            signers: Vec::new(),
            classification: None,
            dossier: None,
            confidential: Confidential::No,
            retention_years: None,
            message_format: "message/rfc822".into(),
            max_bytes: 1 << 30,
            max_documents: 10_000,
        }
    }

    pub(super) fn submitter(&self) -> &Agent {
        self.submitter.as_ref().unwrap_or(&self.producer)
    }

    pub(super) fn check(&self) -> Result<()> {
        let bad = |what, value: &dyn ToString| Err(Error::BadValue { what, value: value.to_string() });
        if self.max_bytes == 0 || self.max_bytes > MOST_BYTES {
            return bad("max-bytes", &self.max_bytes);
        }
        if self.max_documents == 0 || self.max_documents > MOST_DOCUMENTS {
            return bad("max-documents", &self.max_documents);
        }
        if self.retention_years.is_some_and(|years| years == 0 || years > 9999) {
            return bad("retention", &self.retention_years.unwrap_or_default());
        }
        if self.dossier.as_ref().is_some_and(|dossier| dossier.id.trim().is_empty()) {
            return bad("dossier", &"");
        }
        if self.classification.as_ref().is_some_and(|classification| classification.index.trim().is_empty()) {
            return bad("classification", &"");
        }
        Ok(())
    }
}
