//! One mailbox with one provider: where it is, and how to get in.

use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::access::AccessState;
use crate::credential::Credential;
use crate::error::{Error, Result};
use crate::net::Endpoint;
use crate::profile::KnownText;

/// A mailbox of a provider, and who may enter. Whoever is given one works in the mailbox, and does not get its password (FEATURES row 56):
///
/// ```compile_fail
/// fn password(account: &pec_imap::Account) -> &pec_imap::Credential {
///     account.credential()
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Account {
    address: String,
    imap: Endpoint,
    smtp: Endpoint,
    credential: Credential,
    known_texts: Arc<[KnownText]>,
}

impl Account {
    /// A mailbox by its address, its servers, and who may enter.
    #[must_use]
    pub fn new(address: impl Into<String>, imap: Endpoint, smtp: Endpoint, credential: Credential) -> Self {
        Self { address: address.into(), imap, smtp, credential, known_texts: Arc::default() }
    }

    /// With words by which its provider is known to refuse.
    #[must_use]
    pub fn known_texts(mut self, texts: &[KnownText]) -> Self {
        self.known_texts = texts.into();
        self
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
    pub(crate) const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// What a refusal means: by its code where that says it, else by what this provider is known to say, else by words that
    /// are common.
    pub(crate) fn judge(&self, code: Option<&str>, text: &str) -> AccessState {
        match AccessState::of_refusal(code, "") {
            AccessState::Rejected => {}
            decided => return decided,
        }
        let known = self.known_texts.iter().find(|known| known.is_in(text));
        known.map_or_else(|| AccessState::of_refusal(code, text), |known| known.state)
    }

    /// What a refusal of an SMTP server means: by its codes, else as [`Account::judge`].
    pub(crate) fn judge_smtp(&self, code: u16, enhanced: Option<&str>, text: &str) -> AccessState {
        match AccessState::of_smtp(code, enhanced) {
            Some(decided) => decided,
            None => self.judge(None, text),
        }
    }

    /// The name of the user, for the server.
    pub(crate) fn login(&self) -> &str {
        self.credential.login()
    }

    /// What a server said at the login, without the password: some repeat the line that they do not understand.
    pub(crate) fn redacted(&self, text: &str) -> Result<String> {
        let secret = secrecy::ExposeSecret::expose_secret(self.password()?);
        let plain = Zeroizing::new(format!("\0{}\0{secret}", self.login()));
        let encoded = Zeroizing::new(Base64::encode_string(plain.as_bytes()));
        let mut text = Zeroizing::new(text.to_owned());
        // The end of a line that was cut says as much as the whole.
        let password = Zeroizing::new(Base64::encode_string(secret.as_bytes()));
        for hidden in [encoded.as_str(), password.as_str(), secret] {
            if !hidden.is_empty() && text.contains(hidden) {
                text = Zeroizing::new(text.replace(hidden, "[REDACTED]"));
            }
        }
        Ok(text.to_string())
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
