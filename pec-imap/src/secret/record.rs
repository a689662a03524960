//! One credential, sealed: XChaCha20-Poly1305 under a key that is derived for this purpose alone, bound to its mailbox and
//! field, so that no record passes for that of another mailbox.

use base64ct::{Base64, Encoding as _};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use jiff::Timestamp;
use pec_archive::HostKey;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{SecretError, SecretField};
use crate::credential::{Credential, Origin};

/// The form of what is sealed.
const VERSION: u8 = 1;

const NONCE: usize = 24;

/// What is derived from a key of the host's.
pub(super) struct Ring {
    /// By which a record names its key, in hexadecimal digits. Nothing of the key can be told from it.
    pub(super) id: String,
    cipher: XChaCha20Poly1305,
}

impl Ring {
    pub(super) fn of(key: &HostKey) -> Result<Self, SecretError> {
        let derived = |purpose| key.derived(purpose).map_err(|error| SecretError::Internal(error.to_string()));
        let id = derived("pec-imap secrets key id 1")?;
        let id = id.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let sealing = derived("pec-imap secrets 1")?;
        let cipher = XChaCha20Poly1305::new_from_slice(sealing.as_slice());
        Ok(Self { id, cipher: cipher.map_err(|_| SecretError::Internal("the length of a key".into()))? })
    }

    /// Seals a credential for this place.
    pub(super) fn close(
        &self,
        mailbox: &str,
        field: SecretField,
        credential: &Credential,
    ) -> Result<Record, SecretError> {
        let internal = |what: &str| SecretError::Internal(what.to_owned());
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| SecretError::Internal(error.to_string()))?;
        let plain = plain(credential)?;
        let payload = Payload { msg: &plain, aad: &associated(mailbox, field) };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| internal("encryption"))?;
        Ok(Record {
            mailbox: mailbox.to_owned(),
            field: field.as_str().to_owned(),
            key: self.id.clone(),
            sealed: Base64::encode_string(&[&nonce[..], &sealed].concat()),
        })
    }

    /// Opens a record, which has to be that of the place that it names.
    pub(super) fn open(&self, record: &Record) -> Result<Credential, SecretError> {
        let damaged = || SecretError::Damaged(format!("credential {} of {}", record.field, record.mailbox));
        let field = SecretField::from_name(&record.field).ok_or_else(damaged)?;
        if record.key != self.id {
            return Err(SecretError::Key);
        }
        let opened = || {
            let sealed = Base64::decode_vec(&record.sealed).ok()?;
            let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
            let payload = Payload { msg: sealed, aad: &associated(&record.mailbox, field) };
            let plain = Zeroizing::new(self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()?);
            read(&plain)
        };
        opened().ok_or_else(damaged)
    }
}

/// A record as it stands in its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) mailbox: String,
    pub(super) field: String,
    pub(super) key: String,
    /// Nonce and ciphertext.
    pub(super) sealed: String,
}

/// What is authenticated with it: version, mailbox, field, told apart by the length of the first.
fn associated(mailbox: &str, field: SecretField) -> Vec<u8> {
    let length = (mailbox.len() as u64).to_le_bytes();
    [&[VERSION][..], &length, mailbox.as_bytes(), field.as_str().as_bytes()].concat()
}

/// What is known of a credential beside its secret.
#[derive(Serialize, Deserialize)]
struct Facts {
    login: String,
    origin: String,
    expires: Option<Timestamp>,
    renewal: Option<String>,
}

/// The length of the facts, the facts, the secret: in one piece of memory, which is overwritten when it goes.
pub(super) fn plain(credential: &Credential) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let facts = Facts {
        login: credential.login().to_owned(),
        origin: credential.comes_from().as_str().to_owned(),
        expires: credential.ends(),
        renewal: credential.renewal_hint().map(str::to_owned),
    };
    let facts = serde_json::to_vec(&facts).map_err(|error| SecretError::Internal(error.to_string()))?;
    let secret = credential.secret().expose_secret().as_bytes();
    let mut plain = Zeroizing::new(Vec::with_capacity(4 + facts.len() + secret.len()));
    plain.extend_from_slice(&u32::try_from(facts.len()).unwrap_or(u32::MAX).to_le_bytes());
    plain.extend_from_slice(&facts);
    plain.extend_from_slice(secret);
    Ok(plain)
}

pub(super) fn read(plain: &[u8]) -> Option<Credential> {
    let (length, rest) = plain.split_first_chunk::<4>()?;
    let (facts, secret) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let facts: Facts = serde_json::from_slice(facts).ok()?;
    let secret = std::str::from_utf8(secret).ok()?;
    let mut credential = Credential::new(facts.login, secret.to_owned()).origin(Origin::from_name(&facts.origin)?);
    if let Some(expires) = facts.expires {
        credential = credential.expires(expires);
    }
    if let Some(hint) = facts.renewal {
        credential = credential.renewal(hint);
    }
    Some(credential)
}
