//! Credentials in the keyring of the system: that of the desktop, of the kernel, or of whatever else the host has opened.

use std::fmt;
use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};

use super::record::{plain, read};
use super::{SecretEntry, SecretError, SecretField, SecretStore, key};
use crate::credential::Credential;
use zeroize::Zeroizing;

/// A keyring, which the host opens by the crate of its platform and hands over (`keyring_core`): this library links none.
///
/// Many have limits: a server without a desktop has no Secret Service, the keyring of the Linux kernel forgets at the next
/// start, and none can be asked for all that is in it.
pub struct KeyringSecrets {
    store: Arc<CredentialStore>,
    service: String,
}

impl KeyringSecrets {
    /// In this keyring, under the name of this program.
    #[must_use]
    pub fn new(store: Arc<CredentialStore>, service: impl Into<String>) -> Self {
        Self { store, service: service.into() }
    }

    fn entry(&self, mailbox: &str, field: SecretField) -> Result<Entry, SecretError> {
        let user = format!("{} {}", field.as_str(), key(mailbox));
        Entry::new_in_store(&self.store, &self.service, &user).map_err(failed)
    }
}

impl fmt::Debug for KeyringSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringSecrets").field("service", &self.service).finish_non_exhaustive()
    }
}

/// What a keyring says, without what it holds: some of its errors carry that.
fn failed(error: Error) -> SecretError {
    match error {
        Error::PlatformFailure(why) => SecretError::Store(format!("the keyring fails: {why}")),
        Error::NoStorageAccess(why) => SecretError::Store(format!("the keyring is closed: {why}")),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => SecretError::Damaged("what the keyring holds".into()),
        Error::BadStoreFormat(why) => SecretError::Store(format!("the keyring cannot be read: {why}")),
        Error::TooLong(what, most) => {
            SecretError::BadValue { what: "keyring", value: format!("{what}: at most {most}") }
        }
        Error::Invalid(what, why) => SecretError::BadValue { what: "keyring", value: format!("{what}: {why}") },
        Error::Ambiguous(_) => SecretError::Store("the keyring holds it more than once".into()),
        Error::NoEntry => SecretError::Store("nothing is there".into()),
        Error::NoDefaultStore => SecretError::Store("no keyring is open".into()),
        Error::NotSupportedByStore(_) => SecretError::Unsupported("this keyring does not do it"),
        _ => SecretError::Store("the keyring fails".into()),
    }
}

impl SecretStore for KeyringSecrets {
    fn get(&self, mailbox: &str, field: SecretField) -> Result<Option<Credential>, SecretError> {
        match self.entry(mailbox, field)?.get_secret() {
            Ok(bytes) => {
                let bytes = Zeroizing::new(bytes);
                let damaged = || SecretError::Damaged(format!("credential {} of {mailbox}", field.as_str()));
                read(&bytes).map(Some).ok_or_else(damaged)
            }
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn put(&self, mailbox: &str, field: SecretField, credential: &Credential) -> Result<(), SecretError> {
        self.entry(mailbox, field)?.set_secret(&plain(credential)?).map_err(failed)
    }

    fn remove(&self, mailbox: &str, field: SecretField) -> Result<bool, SecretError> {
        match self.entry(mailbox, field)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    fn list(&self) -> Result<Vec<SecretEntry>, SecretError> {
        Err(SecretError::Unsupported("a keyring cannot be asked for all that is in it"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_gives_back_what_was_put_and_what_is_odd_in_it_is_no_secret_told() {
        let keyring = KeyringSecrets::new(keyring_core::mock::Store::new().unwrap(), "pec");
        let (mailbox, field) = ("A@x.example", SecretField::Access);
        assert!(keyring.get(mailbox, field).unwrap().is_none());
        keyring.put(mailbox, field, &Credential::new("u", "pàss").renewal("pannello")).unwrap();
        let found = keyring.get("a@X.example", field).unwrap().unwrap();
        assert_eq!((found.login(), found.renewal_hint()), ("u", Some("pannello")));
        assert_eq!(secrecy::ExposeSecret::expose_secret(found.secret()), "pàss");
        assert!(keyring.get(mailbox, SecretField::Submission).unwrap().is_none());
        keyring.entry(mailbox, field).unwrap().set_secret(b"sentinella").unwrap();
        let error = keyring.get(mailbox, field).unwrap_err();
        assert!(matches!(error, SecretError::Damaged(_)) && !format!("{error:?} {error}").contains("sentinella"));
        assert_eq!([keyring.remove(mailbox, field).unwrap(), keyring.remove(mailbox, field).unwrap()], [true, false]);
        assert!(matches!(keyring.list(), Err(SecretError::Unsupported(_))));
    }
}
