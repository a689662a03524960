//! Credentials that the host keeps: one function answers for all of it.

use std::fmt;

use super::{SecretEntry, SecretError, SecretField, SecretStore, key};
use crate::credential::Credential;

/// What a host is asked. Mailboxes are in lower case.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Asked<'a> {
    /// The credential of a mailbox: [`Answered::Credential`], or [`Answered::Nothing`].
    Get(&'a str, SecretField),
    /// Keep this one: [`Answered::Nothing`], when it is durable.
    Put(&'a str, SecretField, &'a Credential),
    /// Forget it: [`Answered::Removed`].
    Remove(&'a str, SecretField),
    /// Everything, without secrets: [`Answered::List`].
    List,
}

/// What it answers.
#[derive(Debug)]
pub enum Answered {
    /// Nothing is there, or it is done.
    Nothing,
    /// This credential.
    Credential(Credential),
    /// Whether it was there.
    Removed(bool),
    /// These.
    List(Vec<SecretEntry>),
}

type Answer = dyn Fn(Asked<'_>) -> Result<Answered, String> + Send + Sync;

/// A store of the host's own.
pub struct HostSecrets(Box<Answer>);

impl HostSecrets {
    /// Asks this function. A text that it answers instead is shown to people: no secret may be in it.
    #[must_use]
    pub fn new(answer: impl Fn(Asked<'_>) -> Result<Answered, String> + Send + Sync + 'static) -> Self {
        Self(Box::new(answer))
    }

    fn ask(&self, asked: Asked<'_>) -> Result<Answered, SecretError> {
        (self.0)(asked).map_err(SecretError::Store)
    }
}

impl fmt::Debug for HostSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostSecrets")
    }
}

fn odd() -> SecretError {
    SecretError::Store("the host has answered something else than it was asked".into())
}

impl SecretStore for HostSecrets {
    fn get(&self, mailbox: &str, field: SecretField) -> Result<Option<Credential>, SecretError> {
        match self.ask(Asked::Get(&key(mailbox), field))? {
            Answered::Nothing => Ok(None),
            Answered::Credential(credential) => Ok(Some(credential)),
            _ => Err(odd()),
        }
    }

    fn put(&self, mailbox: &str, field: SecretField, credential: &Credential) -> Result<(), SecretError> {
        match self.ask(Asked::Put(&key(mailbox), field, credential))? {
            Answered::Nothing => Ok(()),
            _ => Err(odd()),
        }
    }

    fn remove(&self, mailbox: &str, field: SecretField) -> Result<bool, SecretError> {
        match self.ask(Asked::Remove(&key(mailbox), field))? {
            Answered::Removed(was) => Ok(was),
            _ => Err(odd()),
        }
    }

    fn list(&self) -> Result<Vec<SecretEntry>, SecretError> {
        match self.ask(Asked::List)? {
            Answered::List(entries) => Ok(entries),
            _ => Err(odd()),
        }
    }
}
