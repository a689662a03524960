//! What is stored, kept from whoever has the store and not the key.
//!
//! Bodies, evidence and what stands around bodies are sealed by XChaCha20-Poly1305, each piece by itself, under keys that are
//! derived from the host's by HKDF-SHA256, one for each purpose. A piece is bound to its place: the version, the kind, the
//! identifier of the body or message and the number of the piece are authenticated with it.

use std::borrow::Cow;
use std::fmt;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::id::Id;
use crate::intake::Derived;
use crate::search::{Fault, Query, QueryError, Test};
use crate::store::KeyRow;
use crate::words::Words;

/// The form of what is sealed, and its first byte: no data that are only compressed begin so.
const VERSION: u8 = 1;

/// Keys for an archive that has none.
pub(crate) const NOT_ENCRYPTED: Error = Error::Key("the archive is not encrypted");

const KEY_ID: usize = 8;
const NONCE: usize = 24;

/// A key of the host's: 32 random bytes that the host keeps. The archive never stores it; whoever loses it loses all that is
/// sealed under it.
///
/// Its bytes are overwritten when it goes, and are in no text that this library writes.
///
/// ```
/// use pec_archive::HostKey;
/// let key = HostKey::new([7; 32]);
/// assert_eq!(format!("{key:?}"), "HostKey([REDACTED])");
/// ```
pub struct HostKey(SecretBox<[u8; 32]>);

impl HostKey {
    /// From its bytes, of which the caller overwrites his own copy.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        Self(SecretBox::init_with_mut(|key: &mut [u8; 32]| key.copy_from_slice(bytes.as_slice())))
    }

    /// From the bytes that somebody else holds and overwrites: no copy of them is left anywhere.
    ///
    /// # Errors
    /// [`Error::BadValue`] where they are not 32; it says how many they are and nothing of what they are. The caller's.
    ///
    /// ```
    /// use pec_archive::HostKey;
    /// assert!(HostKey::from_slice(&[7; 32]).is_ok());
    /// assert_eq!(HostKey::from_slice(b"secret").unwrap_err().to_string(), "key: 6 bytes, not 32");
    /// ```
    pub fn from_slice(bytes: &[u8]) -> Result<Self> {
        let wrong = || Error::BadValue { what: "key", value: format!("{} bytes, not 32", bytes.len()) };
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| wrong())?;
        Ok(Self(SecretBox::init_with_mut(|key: &mut [u8; 32]| key.copy_from_slice(bytes))))
    }

    /// A key for one purpose of the host's own, derived by HKDF-SHA256: the purposes of one key know nothing of each other.
    /// Those that begin with `pec-` are this library's.
    ///
    /// # Errors
    /// [`Error::Internal`] where the cryptographic library fails.
    pub fn derived(&self, purpose: &str) -> Result<Zeroizing<[u8; 32]>> {
        let mut key = Zeroizing::new([0; 32]);
        let expanded = Hkdf::<Sha256>::new(None, self.0.expose_secret()).expand(purpose.as_bytes(), key.as_mut_slice());
        expanded.map_err(|_| Error::Internal("the length of a key".into()))?;
        Ok(key)
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostKey([REDACTED])")
    }
}

/// What an encrypted archive lets be searched for. The index itself cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Searchable {
    /// Kinds, verdicts, states, dates, identifiers, addresses of dossiers, mailboxes, tags, digests of attachments: they are
    /// readable by whoever has the store. No subject, no text, no name of an attachment is there.
    #[default]
    Fields,
    /// Every word too: whoever has the store can read which words are in which message, and every subject.
    Words,
}

/// The keys by which an archive is sealed and opened; none for one that is not.
///
/// ```
/// use pec_archive::{Actor, Archive, Error, HostKey, Intake, Keys};
/// use pec_core::trust::TrustStore;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("posta.pecarchive");
/// let keys = Keys::of(HostKey::new([7; 32]))?;
/// let archive = Archive::create_with(&path, &keys)?;
/// let trust = TrustStore::built_in();
/// let intake = Intake::new(&trust, "2026-02-09T10:00:00Z".parse()?);
/// let put = archive.put(&Actor::host(), &intake, b"Subject: x\r\n\r\nBuongiorno.\r\n".to_vec())?;
/// drop(archive);
///
/// assert!(matches!(Archive::open(&path), Err(Error::Key(_))));
/// assert!(matches!(Archive::open_with(&path, &Keys::of(HostKey::new([8; 32]))?), Err(Error::Key(_))));
/// assert!(Archive::open_with(&path, &keys)?.get(&Actor::host(), put.id).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Keys {
    rings: Vec<Ring>,
    searchable: Searchable,
}

impl Keys {
    /// No key: nothing is sealed.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Sealed under this key.
    ///
    /// # Errors
    /// [`Error::Internal`] where keys cannot be derived.
    pub fn of(key: HostKey) -> Result<Self> {
        Self::none().and(key)
    }

    /// Opens also what was sealed under an older key. To change keys, give the new one first: what comes in is sealed under it,
    /// what is there stays under the old one, which has to be kept.
    ///
    /// # Errors
    /// As [`Keys::of`].
    pub fn and(mut self, key: HostKey) -> Result<Self> {
        self.rings.push(Ring::of(&key)?);
        Ok(self)
    }

    /// What a new archive lets be searched for; one that is there keeps to what it was made with.
    #[must_use]
    pub fn searchable(mut self, searchable: Searchable) -> Self {
        self.searchable = searchable;
        self
    }
}

/// What is derived from a key of the host's.
#[derive(Clone)]
struct Ring {
    /// By which what is sealed names its key. Nothing of the key can be told from it.
    id: [u8; KEY_ID],
    // Overwrite their keys when they go.
    bodies: XChaCha20Poly1305,
    skeletons: XChaCha20Poly1305,
}

impl Ring {
    fn of(key: &HostKey) -> Result<Self> {
        let cipher = |purpose| {
            let key = key.derived(purpose)?;
            XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| Error::Internal("the length of a key".into()))
        };
        let mut id = [0; KEY_ID];
        id.copy_from_slice(key.derived("pec-archive key id 1")?.get(..KEY_ID).unwrap_or(&[0; KEY_ID]));
        Ok(Self { id, bodies: cipher("pec-archive bodies 1")?, skeletons: cipher("pec-archive skeletons 1")? })
    }
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// What is sealed: its key, and the place to which it is bound.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// A piece of a body or of evidence.
    Piece { body: Id, n: u64 },
    /// What stands around the bodies of a message.
    Skeleton(Id),
}

impl Place {
    fn cipher(self, ring: &Ring) -> &XChaCha20Poly1305 {
        match self {
            Self::Piece { .. } => &ring.bodies,
            Self::Skeleton(_) => &ring.skeletons,
        }
    }

    /// What is authenticated with it.
    fn associated(self) -> Vec<u8> {
        let (kind, id, n) = match self {
            Self::Piece { body, n } => (0, body, n),
            Self::Skeleton(message) => (1, message, 0),
        };
        [&[VERSION, kind][..], id.as_bytes(), &n.to_le_bytes()].concat()
    }
}

/// How an archive is sealed.
#[derive(Debug, Default)]
pub(crate) struct Seal(Keys);

impl Seal {
    /// By these keys, as an archive needs them that was sealed under `registered`, where that can still be read; and the key
    /// that it does not know yet. What is damaged there hides nothing else: the keys that were given are tried.
    ///
    /// # Errors
    /// [`Error::Key`].
    pub(crate) fn new(keys: &Keys, registered: Option<&[KeyRow]>, is_empty: bool) -> Result<(Self, Option<KeyRow>)> {
        let Some(first) = keys.rings.first() else {
            Self::default().knows(registered.unwrap_or_default())?;
            return Ok((Self::default(), None));
        };
        let Some(registered) = registered else { return Ok((Self(keys.clone()), None)) };
        if registered.is_empty() && !is_empty {
            return Err(NOT_ENCRYPTED);
        }
        Self(keys.clone()).knows(registered)?;
        let words = registered.first().map_or(keys.searchable == Searchable::Words, |row| row.words);
        let is_new = !registered.iter().any(|row| row.id == first.id);
        let searchable = if words { Searchable::Words } else { Searchable::Fields };
        let seal = Self(Keys { searchable, ..keys.clone() });
        let new = seal.key().filter(|_| is_new);
        Ok((seal, new))
    }

    /// That what is stored now is sealed under none but its keys, and hides what this hides.
    ///
    /// # Errors
    /// [`Error::Key`].
    pub(crate) fn still_fits(&self, registered: &[KeyRow]) -> Result<()> {
        self.knows(registered)?;
        let words = self.0.searchable == Searchable::Words;
        if registered.iter().all(|row| row.words == words) {
            return Ok(());
        }
        Err(Error::Key("whether words may stand in the index was decided otherwise meanwhile"))
    }

    fn knows(&self, registered: &[KeyRow]) -> Result<()> {
        let rings = &self.0.rings;
        if registered.iter().all(|row| rings.iter().any(|ring| ring.id == row.id)) {
            return Ok(());
        }
        Err(Error::Key(match rings.is_empty() {
            true => "the archive is encrypted, and no key was given",
            false => "a key under which the archive was encrypted is missing",
        }))
    }

    /// The key under which it seals.
    pub(crate) fn key(&self) -> Option<KeyRow> {
        let first = self.0.rings.first()?;
        Some(KeyRow { id: first.id, words: self.0.searchable == Searchable::Words })
    }

    /// Seals what is stored.
    pub(crate) fn close(&self, place: Place, data: Vec<u8>) -> Result<Vec<u8>> {
        let Some(ring) = self.0.rings.first() else { return Ok(data) };
        let failed = |_| Error::Internal("encryption".into());
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| Error::Internal(error.to_string()))?;
        let payload = Payload { msg: &data, aad: &place.associated() };
        let sealed = place.cipher(ring).encrypt(&XNonce::from(nonce), payload).map_err(failed)?;
        Ok([&[VERSION][..], &ring.id, &nonce, &sealed].concat())
    }

    /// What was sealed; of an archive that is not encrypted, the data themselves.
    ///
    /// # Errors
    /// [`Error::Damaged`] where they are not what was sealed for this place.
    pub(crate) fn open<'d>(&self, place: Place, data: &'d [u8]) -> Result<Cow<'d, [u8]>> {
        let rings = &self.0.rings;
        let key = data.strip_prefix(&[VERSION]).and_then(|data| data.first_chunk::<KEY_ID>());
        if key.is_some_and(|id| !rings.iter().any(|ring| ring.id == *id)) {
            // Or damage has made it look so: whoever reads on must be told either.
            return Err(Error::Damaged("encrypted under a key that was not given".into()));
        }
        if rings.is_empty() {
            return Ok(Cow::Borrowed(data));
        }
        let opened = || {
            let data = data.strip_prefix(&[VERSION])?;
            let (id, data) = data.split_first_chunk::<KEY_ID>()?;
            let (nonce, sealed) = data.split_first_chunk::<NONCE>()?;
            let ring = rings.iter().find(|ring| ring.id == *id)?;
            let payload = Payload { msg: sealed, aad: &place.associated() };
            place.cipher(ring).decrypt(&XNonce::from(*nonce), payload).ok()
        };
        opened().map(Cow::Owned).ok_or_else(|| Error::Damaged("encrypted data".into()))
    }

    /// That the index has what this query looks for. A word that is nowhere would be found in no message, and its absence in all.
    ///
    /// # Errors
    /// [`Error::Query`], which names the condition.
    pub(crate) fn answers(&self, query: &Query) -> Result<()> {
        if self.0.rings.is_empty() || self.0.searchable == Searchable::Words {
            return Ok(());
        }
        match query.terms().iter().find(|term| matches!(term.test, Test::Words { .. })) {
            Some(term) => Err(QueryError { fault: Fault::NoWords, at: 0..0, shown: term.to_string() }.into()),
            None => Ok(()),
        }
    }

    /// Takes out of what is worked out of a message what must not stand in the open.
    pub(crate) fn hide(&self, mut derived: Derived) -> Derived {
        if !self.0.rings.is_empty() && self.0.searchable == Searchable::Fields {
            derived.judged.subject = None;
            let mut attachments = std::mem::take(&mut derived.words.attachments);
            attachments.iter_mut().for_each(|attachment| attachment.name = None);
            derived.words = Words { attachments, ..Words::default() };
        }
        derived
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_has_registered_is_heeded() {
        let keys = |byte, searchable| Keys::of(HostKey::new([byte; 32])).unwrap().searchable(searchable);
        let [fields, words] = [Searchable::Fields, Searchable::Words].map(|searchable| {
            let (seal, new) = Seal::new(&keys(7, searchable), Some(&[]), true).unwrap();
            (seal, new.unwrap())
        });
        // Two began the same archive at the same time, and one was first.
        assert!(fields.0.still_fits(&[fields.1]).is_ok());
        assert!(matches!(fields.0.still_fits(&[words.1]), Err(Error::Key(_))));
        assert!(matches!(words.0.still_fits(&[fields.1]), Err(Error::Key(_))));
        // Whoever opens it afterwards takes what was decided.
        let (_, other) = Seal::new(&keys(8, Searchable::Fields), Some(&[]), true).unwrap();
        assert!(matches!(fields.0.still_fits(&[other.unwrap()]), Err(Error::Key(_))));
        assert!(Seal::default().still_fits(&[]).is_ok());
    }
}
