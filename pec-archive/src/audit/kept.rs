//! Roots of the log that are kept outside the archive: signed by a key of the host's, or certified by a PEC provider.

use ed25519_dalek::{Signer as _, SigningKey};
use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::Verifier;
use signed_note::{Note, StandardVerifier, VerifierList, is_key_name_valid, key_id, new_ed25519_verifier_key};
use tlog_tiles::Checkpoint;

use super::{VouchedBy, Voucher};
use crate::actor::Actor;
use crate::archive::Archive;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::log::{self, Appender, ORIGIN, What};

/// A key with which the host signs roots of the log (Ed25519, C2SP signed-note).
///
/// Where it is kept decides what a signature is worth: whoever has the file of the archive and this key can sign another log.
/// `Debug` shows its name alone.
pub struct LogKey {
    name: String,
    key: SigningKey,
}

impl LogKey {
    /// The key of this name that comes from 32 secret random bytes, which are always the same key.
    ///
    /// # Errors
    /// [`NotKept::Key`] where the name is empty or has white space or `+`.
    pub fn new(name: &str, secret: &[u8; 32]) -> Result<Self, NotKept> {
        if !is_key_name_valid(name) || pec_core::text::printable(name) != name {
            return Err(NotKept::Key(format!("{name:?} is no name of a key")));
        }
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(secret) })
    }

    /// What others check its signatures with: `name+id+key`, in one line. It is public, and belongs where nobody who can write
    /// the archive can change it.
    #[must_use]
    pub fn verifier(&self) -> String {
        new_ed25519_verifier_key(&self.name, &self.key.verifying_key())
    }
}

impl std::fmt::Debug for LogKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl signed_note::Signer for LogKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        /// Ed25519.
        const ALGORITHM: u8 = 1;
        key_id(&self.name, &[&[ALGORITHM], &self.key.verifying_key().to_bytes()[..]].concat())
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        Ok(self.key.try_sign(text)?.to_vec())
    }
}

/// A root of the log as the host kept it, with whoever vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRoot {
    pub(super) size: u64,
    pub(super) root: [u8; 32],
    pub(super) voucher: Voucher,
}

/// Why something is not a root that anybody vouches for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotKept {
    /// No checkpoint of a log of an archive stands there.
    #[error("no checkpoint of an archive's log: {0}")]
    Checkpoint(String),
    /// It is signed, but not so that this key says it is right.
    #[error("the signature of the checkpoint: {0}")]
    Signature(String),
    /// A key or its name that cannot be one.
    #[error("the key of the log: {0}")]
    Key(String),
    /// No PEC provider certifies the message.
    #[error("the message is not certified: {0}")]
    NotCertified(&'static str),
}

impl KeptRoot {
    /// A checkpoint that [`Archive::sign_log`] gave, whose signature `verifier` (see [`LogKey::verifier`]) confirms.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn signed(checkpoint: &[u8], verifier: &str) -> Result<Self, NotKept> {
        let key = StandardVerifier::new(verifier).map_err(|error| NotKept::Key(error.to_string()))?;
        let note = Note::from_bytes(checkpoint).map_err(|error| NotKept::Checkpoint(error.to_string()))?;
        let known = VerifierList::new(vec![Box::new(key)]);
        let (signed, _) = note.verify(&known).map_err(|error| NotKept::Signature(error.to_string()))?;
        let name = signed.first().map(|signature| signature.name().to_owned()).unwrap_or_default();
        Self::of(note.text(), Voucher::new(VouchedBy::Key, name, None))
    }

    /// The first checkpoint in the text of a message that was sent by PEC, to oneself or to anybody: the provider certified that
    /// it was there then. `message` is the envelope or a complete receipt, as received.
    ///
    /// It does not say who sent it: give messages of which you know that.
    ///
    /// # Errors
    /// [`NotKept`].
    pub fn mailed(message: &[u8], trust: &TrustStore, now: Timestamp) -> Result<Self, NotKept> {
        let message = Message::parse(message, &Limits::DEFAULT);
        let verification = Verifier::new(trust).verify(&message, now, &mut ChainCache::default());
        let certified = verification.certified();
        let time = certified.as_ref().and_then(|certified| certified.value().time.as_ref()?.utc);
        let (Some(_), Some(original), Some(time)) = (&certified, message.original(), time.or(verification.signed_at))
        else {
            return Err(NotKept::NotCertified(verification.verdict().as_str()));
        };
        let signer = verification.signer.as_ref().and_then(|signer| signer.email.clone()).unwrap_or_default();
        let inside = original.to_message();
        let texts = std::iter::once(inside.root()).chain(inside.root().descendants());
        let found = texts
            .filter(|part| !part.is_multipart() && !part.is_message())
            .find_map(|part| checkpoint_in(&part.text()));
        let text = found.ok_or_else(|| NotKept::Checkpoint("none stands in the text of the message".into()))?;
        Self::of(text.as_bytes(), Voucher::new(VouchedBy::Pec, signer, Some(time)))
    }

    /// Entries under the root.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    fn of(text: &[u8], voucher: Voucher) -> Result<Self, NotKept> {
        let malformed = || NotKept::Checkpoint("it is not written as one".into());
        let checkpoint = Checkpoint::from_bytes(text).map_err(|_| malformed())?;
        if checkpoint.origin() != ORIGIN {
            return Err(NotKept::Checkpoint(format!("it is of {:?}", checkpoint.origin())));
        }
        Ok(Self { size: checkpoint.size(), root: checkpoint.hash().0, voucher })
    }
}

/// The three lines of a checkpoint, wherever they stand in a text.
fn checkpoint_in(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let found = lines.windows(3).find(|three| three[0] == ORIGIN && three[1].parse::<u64>().is_ok())?;
    Some(format!("{}\n", found.join("\n")))
}

impl Archive {
    /// The present root of the log as a checkpoint (C2SP tlog-checkpoint), signed: three lines and a signature, to be kept where
    /// whoever writes the archive cannot change it. Given back to [`Archive::verify_log`], it shows whether the entries before it
    /// are still those. Sent by PEC to oneself, it also has a certain date.
    ///
    /// # Errors
    /// What reading and writing can meet.
    pub fn sign_log(&self, actor: &Actor, key: &LogKey, now: Timestamp) -> Result<Vec<u8>> {
        let internal = |error: &dyn std::fmt::Display| Error::Internal(error.to_string());
        self.change_for(&Asked::new(actor, Call::Stamp).at(now), |change, _| {
            let size = log::size(change)?;
            let checkpoint = log::checkpoint(size, log::root(change, size)?)?;
            let mut note = Note::new(&checkpoint, &[]).map_err(|error| internal(&error))?;
            note.add_sigs(&[key]).map_err(|error| internal(&error))?;
            Appender::new(change, actor, now)?.append(What::Signed { size, key: &key.name })?;
            Ok(note.to_bytes())
        })
    }
}
