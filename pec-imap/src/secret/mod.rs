//! Where passwords are kept between two runs: encrypted in a file of ours, with the host, or in the keyring of the system.
//!
//! ```
//! use pec_imap::{Credential, FileSecrets, HostKey, SecretField, SecretStore};
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("segreti");
//! let store = FileSecrets::open(&path, HostKey::new([7; 32]))?;
//! store.put("ditta@pec.it", SecretField::Access, &Credential::new("ditta@pec.it", "segreta"))?;
//! assert_eq!(store.get("ditta@pec.it", SecretField::Access)?.expect("it is there").login(), "ditta@pec.it");
//! assert!(!std::fs::read_to_string(&path)?.contains("segreta"));
//! assert!(FileSecrets::open(&path, HostKey::new([8; 32])).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod file;
mod host;
#[cfg(feature = "keyring")]
mod keyring;
mod passphrase;
mod record;

use std::fmt;
use std::io;
use std::path::PathBuf;

use jiff::Timestamp;
use pec_archive::mailbox_key as key;
use pec_core::finding::Language;

pub use file::{FileSecrets, Rekeyed};
pub use host::{Answered, Asked, HostSecrets};
#[cfg(feature = "keyring")]
pub use keyring::KeyringSecrets;
pub use passphrase::PassphraseCost;

use crate::credential::{Credential, Origin};

/// Keeps credentials by mailbox and field. Calls wait for whatever the store waits for; a store is shared by threads.
///
/// What it gives back is what was put under exactly this name. It does not prove that it is the newest: whoever has the
/// store can bring back an older state of it as a whole.
pub trait SecretStore: fmt::Debug + Send + Sync {
    /// The credential of a mailbox; `None` where there is none.
    ///
    /// # Errors
    /// [`SecretError`]. What is damaged of one hides no other.
    fn get(&self, mailbox: &str, field: SecretField) -> Result<Option<Credential>, SecretError>;

    /// Keeps a credential, in the place of what was there. When it returns, it is durable.
    ///
    /// # Errors
    /// [`SecretError`]: then what was there still is.
    fn put(&self, mailbox: &str, field: SecretField, credential: &Credential) -> Result<(), SecretError>;

    /// Keeps several; where the store can, all of them or none.
    ///
    /// # Errors
    /// As [`SecretStore::put`].
    fn put_all(&self, credentials: &[(String, SecretField, Credential)]) -> Result<(), SecretError> {
        credentials.iter().try_for_each(|(mailbox, field, credential)| self.put(mailbox, *field, credential))
    }

    /// Forgets a credential; says whether it was there.
    ///
    /// # Errors
    /// [`SecretError`].
    fn remove(&self, mailbox: &str, field: SecretField) -> Result<bool, SecretError>;

    /// What is kept, without the secrets, in the order of mailboxes and fields. What is damaged is there with its error.
    ///
    /// # Errors
    /// [`SecretError`]; [`SecretError::Unsupported`] where the store cannot be asked.
    fn list(&self) -> Result<Vec<SecretEntry>, SecretError>;
}

/// What a credential of a mailbox is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SecretField {
    /// Reading, and sending where nothing else is kept for it.
    Access,
    /// Sending alone.
    Submission,
    /// What programs log in with at a gateway: no provider knows it.
    Gateway,
}

impl SecretField {
    /// Its name. Stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Submission => "submission",
            Self::Gateway => "gateway",
        }
    }

    /// That of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Access, Self::Submission, Self::Gateway].into_iter().find(|field| field.as_str() == name)
    }
}

/// One credential of a store, without its secret.
#[derive(Debug)]
pub struct SecretEntry {
    /// The mailbox; empty where not even that can be read.
    pub mailbox: String,
    /// The field; `None` where it cannot be read.
    pub field: Option<SecretField>,
    /// What is known of it, or why nothing is.
    pub facts: Result<SecretFacts, SecretError>,
}

/// What is known of a credential beside its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretFacts {
    /// The name of the user.
    pub login: String,
    /// Where it comes from.
    pub origin: Origin,
    /// When it ends, where that is known.
    pub expires: Option<Timestamp>,
    /// Who renews it, or where.
    pub renewal: Option<String>,
}

impl SecretFacts {
    fn of(credential: &Credential) -> Self {
        Self {
            login: credential.login().to_owned(),
            origin: credential.comes_from(),
            expires: credential.ends(),
            renewal: credential.renewal_hint().map(str::to_owned),
        }
    }
}

/// Why a store has not done what was asked. No text of it has a secret in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// What is kept is not what was put there: changed, cut, or moved from another place.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The key or passphrase is not the one under which the store is encrypted.
    #[error("not the key of this store")]
    Key,
    /// A file cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What the host or the keyring says.
    #[error("{0}")]
    Store(String),
    /// The store cannot do this.
    #[error("not done by this store: {0}")]
    Unsupported(&'static str),
    /// A value that cannot be kept.
    #[error("{what}: {value}")]
    BadValue {
        /// Which one.
        what: &'static str,
        /// Why, or its value where that is no secret.
        value: String,
    },
    /// A fault of this library.
    #[error("internal: {0}")]
    Internal(String),
}

impl SecretError {
    const fn row(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Damaged(_) => (
                "secret.damaged",
                "Una credenziale custodita non è più quella salvata: reinserirla. Le altre non sono toccate.",
                "A credential that is kept is no longer what was saved: set it again. The others are not touched.",
            ),
            Self::Key => (
                "secret.key",
                "La chiave o la frase non è quella con cui le credenziali sono cifrate. Nulla è stato scritto.",
                "The key or passphrase is not that under which the credentials are encrypted. Nothing was written.",
            ),
            Self::File { .. } => (
                "secret.file",
                "Il file delle credenziali non si può leggere o scrivere: ciò che conteneva è rimasto.",
                "The file of the credentials cannot be read or written: what was in it still is.",
            ),
            Self::Store(_) => (
                "secret.store",
                "Il deposito delle credenziali ha risposto con un errore: il suo testo dice quale.",
                "The store of the credentials has answered with an error: its text says which.",
            ),
            Self::Unsupported(_) => (
                "secret.unsupported",
                "Questo deposito di credenziali non sa farlo.",
                "This store of credentials cannot do it.",
            ),
            Self::BadValue { .. } => ("secret.value", "Un valore non si può custodire.", "A value cannot be kept."),
            Self::Internal(_) => (
                "secret.internal",
                "Errore della libreria: segnalarlo con il testo indicato.",
                "A fault of the library: report it with the text that is shown.",
            ),
        }
    }

    /// The name of the code. Stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.row().0
    }

    /// What it means and what can be done.
    #[must_use]
    pub const fn explanation(&self, language: Language) -> &'static str {
        match language {
            Language::It => self.row().1,
            Language::En => self.row().2,
        }
    }
}
