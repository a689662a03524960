//! One mailbox with one provider: where it is, and how to get in.

use secrecy::SecretString;

use crate::credential::Credential;
use crate::error::{Error, Result};
use crate::net::Endpoint;

/// A mailbox of a provider.
#[derive(Debug, Clone)]
pub struct Account {
    address: String,
    imap: Endpoint,
    smtp: Endpoint,
    credential: Credential,
}

impl Account {
    /// A mailbox by its address, its servers, and who may enter.
    #[must_use]
    pub fn new(address: impl Into<String>, imap: Endpoint, smtp: Endpoint, credential: Credential) -> Self {
        Self { address: address.into(), imap, smtp, credential }
    }

    /// Its address: also its name in the archive.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where mail is read.
    #[must_use]
    pub const fn imap(&self) -> &Endpoint {
        &self.imap
    }

    /// Where mail is handed over.
    #[must_use]
    pub const fn smtp(&self) -> &Endpoint {
        &self.smtp
    }

    /// Who enters.
    #[must_use]
    pub const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The name of the user, for the server.
    pub(crate) fn login(&self) -> &str {
        self.credential.login()
    }

    /// The password. A NUL in it could not be sent.
    pub(crate) fn password(&self) -> Result<&SecretString> {
        let secret = self.credential.secret();
        let has_nul = secrecy::ExposeSecret::expose_secret(secret).contains('\0') || self.login().contains('\0');
        if has_nul {
            return Err(Error::BadValue { what: "credential", value: "a NUL character".into() });
        }
        Ok(secret)
    }
}
