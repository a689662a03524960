//! What a provider says of a mailbox, and what the hub makes of it: one that is activated comes into management by itself where
//! the adapter knows how it is reached, one that is revoked is not looked at any more.
//!
//! Nothing here does what is the provider's: a wish is passed on, and what comes back is taken down (FEATURES 4.2).

use std::fmt::Display;
use std::io;

use jiff::Timestamp;
use pec_archive::{Error as ArchiveError, Managed};
use pec_core::delegation::lifecycle::{Mailbox, ProvisioningAdapter, Said, Source, State, Wish};
use pec_core::delegation::{Command, MailboxAddress, Scope, Text};

use super::{Hub, MailboxSpec};
use crate::error::{Error, Result};
use crate::secret::SecretField;

/// A [`ProvisioningAdapter`] that also knows how a mailbox is reached once the provider has activated it. None is part of this
/// library.
pub trait ConnectingAdapter: ProvisioningAdapter {
    /// Servers and credential of a mailbox of which it has just reported that it is active; `None` where it does not give them.
    ///
    /// # Errors
    /// The provider could not be asked.
    fn connection(&self, mailbox: &Mailbox) -> Result<Option<MailboxSpec>, Self::Error>;
}

/// What the hub has made of what a provider has said. That it was said is in the log in any case.
#[derive(Debug)]
#[non_exhaustive]
pub enum Reported {
    /// Nothing: it concerns no connection, or nobody knows how the mailbox is reached.
    TakenDown,
    /// The mailbox is managed from now on: the log has what the provider said and, behind it, that.
    Managed,
    /// The mailbox is managed, and is not looked at any more: each [`Hub::refresh`] says so, as long as it is revoked.
    Suspended,
    /// The mailbox is active, and is not managed: why.
    NotManaged(Error),
}

impl Hub {
    /// Asks the provider of a mailbox for something, and takes down what it answers; `None` where it will answer later (then
    /// [`Hub::report`]). What was asked is in the log before the adapter is called.
    ///
    /// # Errors
    /// [`pec_archive::Error::Denied`] where it cannot be asked for, or what was answered cannot be so; [`Error::Unreachable`] where
    /// the adapter could not ask; those of [`Hub::report`].
    pub fn ask<A: ConnectingAdapter>(
        &self,
        adapter: &A,
        mailbox: &MailboxAddress,
        wish: &Wish,
    ) -> Result<Option<Reported>>
    where
        A::Error: Display,
    {
        let unreachable = |error: A::Error| Error::Unreachable {
            host: pec_core::text::printable(adapter.name()),
            source: io::Error::other(error.to_string()),
        };
        let command = Command::Ask { mailbox: mailbox.clone(), wish: wish.clone() };
        self.archive().act(self.actor(), &command, self.now())?;
        let asked = self.known(mailbox)?;
        let Some((said, source)) = adapter.ask(&asked, wish).map_err(unreachable)? else { return Ok(None) };
        // Under its own name, whatever it says.
        let source = Source { adapter: Text::try_from(adapter.name()).ok(), ..source };
        let connection = if activates(&said) { adapter.connection(&asked) } else { Ok(None) };
        match connection {
            Ok(connection) => self.report(mailbox, (&said, &source), connection.as_ref()).map(Some),
            Err(error) => {
                self.report(mailbox, (&said, &source), None)?;
                Ok(Some(Reported::NotManaged(unreachable(error))))
            }
        }
    }

    /// Takes down what a provider has said of a mailbox. One that is active by that, and of which it is said how it is reached,
    /// comes into management in the same step: the credential is kept first, and the log has both, or neither. What is wrong with
    /// the connection keeps nothing from being taken down.
    ///
    /// # Errors
    /// [`pec_archive::Error::Denied`]: it cannot be so, or this hub does not administer the mailbox. Those of the stores.
    pub fn report(
        &self,
        mailbox: &MailboxAddress,
        (said, source): (&Said, &Source),
        connection: Option<&MailboxSpec>,
    ) -> Result<Reported> {
        let (archive, actor, now) = (self.archive(), self.actor(), self.now());
        let command = Command::Report { mailbox: mailbox.clone(), said: said.clone(), source: source.clone() };
        let mut fault = None;
        if let Some(spec) = connection.filter(|_| activates(said)) {
            match self.taken_in(&MailboxSpec { address: mailbox.as_str().to_owned(), ..spec.clone() }, &command, now) {
                Ok(()) => return Ok(Reported::Managed),
                Err(error @ Error::Archive(_)) => return Err(error),
                Err(error) => fault = Some(error),
            }
        }
        archive.act(actor, &command, now)?;
        let is_managed = match archive.managed_at(actor, mailbox.as_str()) {
            Ok(_) => true,
            Err(ArchiveError::NotFound(_)) => false,
            Err(error) => return Err(error.into()),
        };
        Ok(match fault {
            Some(error) => Reported::NotManaged(error),
            None if is_managed && self.suspended(mailbox.as_str())?.is_some() => Reported::Suspended,
            None => Reported::TakenDown,
        })
    }

    /// Takes it down and the mailbox in.
    fn taken_in(&self, spec: &MailboxSpec, command: &Command, now: Timestamp) -> Result<()> {
        let said = self.judged(spec)?;
        // Before anything is kept of its credential.
        self.archive().permit_administration(self.actor(), &said.address, now)?;
        if let Some(credential) = &spec.credential {
            self.secrets.put(&said.address, SecretField::Access, credential)?;
        }
        let admit = |others| self.policy.admits(others, 1);
        self.archive().act_and_manage(self.actor(), command, &said, now, admit)?;
        self.renew(&said.address, spec.credential.as_ref(), now)
    }

    /// A mailbox of the organisation, as it is now.
    fn known(&self, mailbox: &MailboxAddress) -> Result<Mailbox> {
        let found = self.archive().organisation(|it| it.mailbox(&Scope::Host, mailbox).cloned())?;
        Ok(found.map_err(ArchiveError::Denied)?)
    }

    /// Whether a mailbox may be opened, as far as its provider has said something of it.
    pub(super) fn works(&self, said: &Managed) -> Result<()> {
        match self.suspended(&said.address)? {
            Some(state) => Err(Error::Suspended { mailbox: said.address.clone(), state }),
            None => Ok(()),
        }
    }

    fn suspended(&self, address: &str) -> Result<Option<State>> {
        let Ok(mailbox) = MailboxAddress::try_from(address) else { return Ok(None) };
        let now = self.now();
        Ok(self.archive().organisation(|it| it.suspended(&mailbox, now))?)
    }
}

/// Whether a mailbox works by that.
const fn activates(said: &Said) -> bool {
    matches!(said, Said::Activated | Said::Reactivated | Said::ReactivatedAnnulled { .. })
}
