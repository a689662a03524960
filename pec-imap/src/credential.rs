//! Passwords as things that end: since providers ask for a second factor, what programs use is made for them and expires.

use std::fmt;

use jiff::Timestamp;
use secrecy::SecretString;

/// Where a secret comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Origin {
    /// The holder's own password.
    Holder,
    /// Made by the provider for mail programs; it cannot be read again (Aruba: ends after three months).
    Generated,
}

impl Origin {
    /// Its name. Stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Generated => "generated",
        }
    }

    /// That of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Holder, Self::Generated].into_iter().find(|origin| origin.as_str() == name)
    }
}

/// Who enters a mailbox, and until when. No call of this library changes a password with the provider.
#[derive(Clone)]
pub struct Credential {
    login: String,
    secret: SecretString,
    origin: Origin,
    expires: Option<Timestamp>,
    renewal: Option<String>,
}

impl Credential {
    /// Name and password, which does not end by itself.
    #[must_use]
    pub fn new(login: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self { login: login.into(), secret: secret.into(), origin: Origin::Holder, expires: None, renewal: None }
    }

    /// From elsewhere.
    #[must_use]
    pub const fn origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// It ends then.
    #[must_use]
    pub const fn expires(mut self, at: Timestamp) -> Self {
        self.expires = Some(at);
        self
    }

    /// Who renews it, or where: a hint for a person, and no secret.
    #[must_use]
    pub fn renewal(mut self, hint: impl Into<String>) -> Self {
        self.renewal = Some(hint.into());
        self
    }

    /// Who renews it, or where.
    #[must_use]
    pub fn renewal_hint(&self) -> Option<&str> {
        self.renewal.as_deref()
    }

    /// The name of the user.
    #[must_use]
    pub fn login(&self) -> &str {
        &self.login
    }

    /// Where it comes from.
    #[must_use]
    pub const fn comes_from(&self) -> Origin {
        self.origin
    }

    /// When it ends, where that is known.
    #[must_use]
    pub const fn ends(&self) -> Option<Timestamp> {
        self.expires
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }

    /// The password, for a store that keeps it: only what exposes it by that name gets at it.
    #[must_use]
    pub const fn secret(&self) -> &SecretString {
        &self.secret
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { login, secret: _, origin, expires, renewal } = self;
        f.debug_struct("Credential")
            .field("login", login)
            .field("origin", origin)
            .field("expires", expires)
            .field("renewal", renewal)
            .finish_non_exhaustive()
    }
}
