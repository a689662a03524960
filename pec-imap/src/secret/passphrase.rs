//! A key from what a person can remember, where the host has no better one.

use argon2::{Algorithm, Argon2, Params, Version};
use pec_archive::HostKey;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::SecretError;

/// How long it takes to try one passphrase (argon2id, RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassphraseCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PassphraseCost {
    /// 64 MiB, three passes: about a third of a second.
    fn default() -> Self {
        Self { memory_kib: 64 << 10, passes: 3, lanes: 1 }
    }
}

/// What a file can ask for at most: whoever writes it must not be able to make its reader run out of memory.
const MOST: PassphraseCost = PassphraseCost { memory_kib: 1 << 20, passes: 64, lanes: 16 };

/// Bytes of salt.
pub(super) const SALT: usize = 16;

/// The key of a passphrase.
pub(super) fn key(passphrase: &SecretString, salt: &[u8], cost: PassphraseCost) -> Result<HostKey, SecretError> {
    let bad = |value: String| SecretError::BadValue { what: "passphrase", value };
    let PassphraseCost { memory_kib, passes, lanes } = cost;
    if memory_kib > MOST.memory_kib || passes > MOST.passes || lanes > MOST.lanes {
        return Err(bad("its cost is beyond 1 GiB, 64 passes or 16 lanes".into()));
    }
    if passphrase.expose_secret().is_empty() {
        return Err(bad("it is empty".into()));
    }
    let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(|error| bad(error.to_string()))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut key = Zeroizing::new([0; 32]);
    let hashed = argon.hash_password_into(passphrase.expose_secret().as_bytes(), salt, key.as_mut_slice());
    hashed.map_err(|error| bad(error.to_string()))?;
    Ok(HostKey::new(*key))
}
