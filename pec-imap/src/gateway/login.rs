//! Who may hand over mail: under passwords of the gateway's own. That of a mailbox never leaves for a program.

use std::fmt;

use pec_archive::{Id, mailbox_key};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use crate::credential::Credential;
use crate::error::{Error, Result};
use crate::hub::Hub;
use crate::secret::SecretField;

/// The fewest characters of a password. Nothing but it stands before somebody else's signature.
const SHORTEST: usize = 12;

/// Under what the login for all mailboxes is kept: no address.
const ALL: &str = "*";

/// For whom a program may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayUser {
    /// For one mailbox, whose address is the name of the user.
    Mailbox(String),
    /// For every mailbox that is managed: this is the name of the user. There is one such user at most.
    Every(String),
}

impl fmt::Display for GatewayUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Mailbox(name) | Self::Every(name)) = self;
        f.write_str(name)
    }
}

/// Somebody who has logged in, and by which password: its digest, so that it is known when another one counts. Not shown.
pub(super) struct Entered {
    pub(super) user: GatewayUser,
    kept: Id,
}

impl GatewayUser {
    /// Whether a message may go from this mailbox.
    pub(super) fn may_send_from(&self, mailbox: &str) -> bool {
        match self {
            Self::Mailbox(own) => own.eq_ignore_ascii_case(mailbox),
            Self::Every(_) => true,
        }
    }

    fn kept_under(&self) -> &str {
        match self {
            Self::Mailbox(address) => address,
            Self::Every(_) => ALL,
        }
    }
}

impl Hub {
    /// Says under which password programs hand over mail to a [`Gateway`](crate::Gateway) for a mailbox, or for all of them.
    /// It takes the place of the one before, from the next message on also on connections that are open.
    ///
    /// # Errors
    /// [`Error::BadValue`] for one of fewer than twelve characters, or that of a mailbox;
    /// [`pec_archive::Error::NotFound`] for a mailbox that is not managed; those of the stores.
    pub fn set_gateway_login(&self, user: &GatewayUser, password: impl Into<SecretString>) -> Result<()> {
        let password = password.into();
        let bad = |why: &str| Error::BadValue { what: "password of the gateway", value: why.into() };
        if password.expose_secret().chars().count() < SHORTEST {
            return Err(bad("fewer than 12 characters"));
        }
        if user.to_string().trim().is_empty() || user.to_string().chars().any(char::is_control) {
            return Err(Error::BadValue { what: "user of the gateway", value: user.to_string() });
        }
        let concerned = match user {
            GatewayUser::Mailbox(address) => vec![self.managed_at(address)?.address],
            GatewayUser::Every(_) => self.mailboxes()?.into_iter().map(|mailbox| mailbox.said.address).collect(),
        };
        for address in concerned {
            let own = self.secrets().get(&address, SecretField::Access)?;
            if own.is_some_and(|own| is_same(own.secret(), &password)) {
                return Err(bad("it is that of the mailbox, which no program should have"));
            }
        }
        let credential = Credential::new(user.to_string(), password);
        Ok(self.secrets().put(user.kept_under(), SecretField::Gateway, &credential)?)
    }

    /// Takes away what [`Hub::set_gateway_login`] has said; says whether there was anything. A connection that is open is ended at
    /// its next message.
    ///
    /// # Errors
    /// Those of the store.
    pub fn remove_gateway_login(&self, user: &GatewayUser) -> Result<bool> {
        Ok(self.secrets().remove(user.kept_under(), SecretField::Gateway)?)
    }

    /// Who comes under this name with this password; `None` where nobody does. No provider is asked.
    pub(super) fn gateway_user(&self, name: &str, password: &SecretString) -> Result<Option<Entered>> {
        let mut found = None;
        for (user, key) in [(GatewayUser::Mailbox(mailbox_key(name)), name), (GatewayUser::Every(name.to_owned()), ALL)]
        {
            let Some(kept) = self.secrets().get(key, SecretField::Gateway)? else { continue };
            if is_same(kept.secret(), password) & kept.login().eq_ignore_ascii_case(name) {
                found = Some(Entered { user, kept: digest(kept.secret()) });
            }
        }
        Ok(found)
    }

    /// Under which password a user is let in now; `None` where he is not.
    pub(super) fn gateway_password(&self, user: &GatewayUser) -> Result<Option<Id>> {
        let kept = self.secrets().get(user.kept_under(), SecretField::Gateway)?;
        Ok(kept.filter(|kept| kept.login().eq_ignore_ascii_case(&user.to_string())).map(|kept| digest(kept.secret())))
    }
}

impl Entered {
    /// Whether he would be let in again, where this is the password that counts now.
    pub(super) fn is_by(&self, password: Option<Id>) -> bool {
        password.is_some_and(|password| password.as_bytes().ct_eq(self.kept.as_bytes()).into())
    }
}

/// Whether two secrets are the same: their digests are compared, so that the time says nothing of length or content.
fn is_same(one: &SecretString, other: &SecretString) -> bool {
    digest(one).as_bytes().ct_eq(digest(other).as_bytes()).into()
}

fn digest(secret: &SecretString) -> Id {
    Id::of(secret.expose_secret().as_bytes())
}
