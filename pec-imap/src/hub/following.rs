//! What has happened is followed by name, and what has come in is put where people read it.
//!
//! ```text
//! events ──"rules"───> Hub::apply_rules    the rules, on each message that has come in
//!        ──"forward"─> Hub::act_on_events  a message for each `Action::Forward`, byte for byte, once
//!        ──"relay …"─> Hub::relay_new      into a Maildir or a folder of another server
//! ```
//!
//! Each of them says that it has finished after it has done its work: interrupted in between, it does it once more and finds it
//! done.

use std::path::PathBuf;

use pec_archive::{Entry, Event, Happened, Id};

use super::Hub;
use crate::account::Account;
use crate::error::Result;
use crate::relay::{Relayed, deliver_to_maildir};

/// Events that are read at a time.
const PAGE: usize = 256;

/// Where what comes in is put as well.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Delivery {
    /// A Maildir; it is made where it does not exist.
    Maildir(PathBuf),
    /// A folder, by its name for people, of a mailbox on a server.
    Folder(Box<Account>, String),
}

impl Delivery {
    /// Under which name its events are followed.
    fn follower(&self, mailbox: &str) -> String {
        match self {
            Self::Maildir(path) => format!("relay {mailbox} {}", path.display()),
            Self::Folder(account, folder) => format!("relay {mailbox} {} {folder}", account.address()),
        }
    }
}

impl Hub {
    /// Puts what has come into a mailbox since the last time elsewhere as well, byte for byte; the first time nothing: it begins
    /// then. What was sent is left out, here or by another program.
    ///
    /// After a crash a message may come twice to a server; a Maildir has it once.
    ///
    /// # Errors
    /// Those of the archive and of the other side: it begins there again the next time.
    pub async fn relay_new(&self, address: &str, to: &Delivery) -> Result<Vec<Relayed>> {
        let (wanted, asked) = (address.to_owned(), to.clone());
        let begun = self.in_archive(move |hub| {
            let said = hub.managed_at(&wanted)?;
            let follower = asked.follower(&said.address);
            let is_new = hub.archive().follow_from_now(hub.actor(), &follower)?;
            Ok((said, follower, is_new))
        });
        let (said, follower, is_new) = begun.await?;
        let mut relayed = Vec::new();
        if is_new {
            return Ok(relayed);
        }
        loop {
            let (name, mailbox, to_maildir) = (follower.clone(), said.address.clone(), to.clone());
            let page = self.in_archive(move |hub| {
                let page = hub.archive().next_events(hub.actor(), &name, PAGE)?;
                let mut ids = Vec::new();
                for id in page.iter().filter(|event| event.what == Happened::Stored).filter_map(|event| event.id) {
                    let entry = match hub.archive().entry(hub.actor(), id) {
                        // Erased since.
                        Err(pec_archive::Error::NotFound(_)) => continue,
                        entry => entry?,
                    };
                    if hub.comes_into(&mailbox, &entry)? {
                        ids.push(id);
                    }
                }
                if let Delivery::Maildir(path) = &to_maildir {
                    for id in &ids {
                        deliver_to_maildir(path, hub.archive(), hub.actor(), *id)?;
                    }
                }
                Ok((page.last().map(|event| event.n), ids))
            });
            let (last, ids) = page.await?;
            let Some(last) = last else { return Ok(relayed) };
            match to {
                Delivery::Maildir(_) => relayed.extend(ids.into_iter().map(|id| Relayed { id, read_back: true })),
                Delivery::Folder(..) if ids.is_empty() => {}
                Delivery::Folder(account, folder) => {
                    relayed.extend(account.take_in(&self.network, folder, self.archive(), self.actor(), &ids).await?);
                }
            }
            let name = follower.clone();
            self.in_archive(move |hub| Ok(hub.archive().finished(hub.actor(), &name, last)?)).await?;
        }
    }

    /// Does something with each event that a follower has not finished, and notes after each page that he has.
    pub(super) fn follow(&self, follower: &str, mut work: impl FnMut(&Event) -> Result<()>) -> Result<()> {
        loop {
            let events = self.archive().next_events(self.actor(), follower, PAGE)?;
            let Some(last) = events.last() else { return Ok(()) };
            events.iter().try_for_each(&mut work)?;
            self.archive().finished(self.actor(), follower, last.n)?;
        }
    }

    pub(super) fn is_outgoing(&self, id: Id) -> Result<bool> {
        match self.archive().tickets_of(self.actor(), id) {
            Ok(tickets) => Ok(!tickets.is_empty()),
            // Erased since.
            Err(pec_archive::Error::NotFound(_)) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a message has come into a mailbox: it is not in the outbox, nor a copy of what was sent. Ordinary mail that says
    /// it is from the mailbox itself has come in where it lies in the inbox: somebody else may have written it.
    pub(super) fn comes_into(&self, mailbox: &str, entry: &Entry) -> Result<bool> {
        let is = |one: &String| one.eq_ignore_ascii_case(mailbox);
        if !entry.mailboxes.iter().any(is) {
            return Ok(false);
        }
        if entry.kind != "ordinary" {
            return Ok(true);
        }
        if self.is_outgoing(entry.id)? {
            return Ok(false);
        }
        let in_inbox = |place: &pec_archive::Place| place.folder == "INBOX" && is(&place.mailbox);
        Ok(!entry.sender.as_ref().is_some_and(is)
            || self.archive().places(self.actor(), entry.id)?.iter().any(in_inbox))
    }
}
