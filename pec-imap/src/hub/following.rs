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

use std::path::{Path, PathBuf};

use pec_archive::{Entry, Event, Happened, Id, mailbox_key};

use super::Hub;
use crate::error::{Error, Result};
use crate::imap::{Session, name};
use crate::relay::{Relayed, changed, deliver_to_maildir, is_for_the_message, read_back};

/// Events that are read at a time.
const PAGE: usize = 256;

/// Where what comes in is put as well.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Delivery {
    /// A Maildir; it is made where it does not exist.
    Maildir(PathBuf),
    /// A folder of a managed mailbox, which is entered with the credential that is kept when there is something to put there.
    Folder {
        /// The address of the mailbox.
        mailbox: String,
        /// The folder, by its name for people.
        folder: String,
    },
}

impl Delivery {
    /// Under which name its events are followed.
    fn follower(&self, mailbox: &str) -> String {
        match self {
            Self::Maildir(path) => format!("relay {mailbox} {}", path.display()),
            Self::Folder { mailbox: to, folder } => format!("relay {mailbox} {} {folder}", mailbox_key(to)),
        }
    }
}

/// What came of putting elsewhere what has come in.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Delivered {
    /// What is there now, byte for byte as far as the other side shows it.
    pub relayed: Vec<Relayed>,
    /// What is not there, or not as it was given, and why: the other side does not take it or has changed it, or the archive
    /// cannot give it whole. It is not tried again, since it would keep back what comes behind it.
    pub passed_over: Vec<(Id, Error)>,
    /// What ended it before its end; the rest is put there the next time.
    pub problem: Option<Error>,
}

impl Delivered {
    pub(crate) fn and(&mut self, later: Self) {
        self.relayed.extend(later.relayed);
        self.passed_over.extend(later.passed_over);
        self.problem = self.problem.take().or(later.problem);
    }
}

impl From<Error> for Delivered {
    fn from(error: Error) -> Self {
        Self { problem: Some(error), ..Self::default() }
    }
}

impl Hub {
    /// Puts what has come into a mailbox since the last time elsewhere as well, byte for byte; the first time nothing: it begins
    /// then. What was sent is left out, here or by another program.
    ///
    /// Each message is noted as soon as the other side has it: after a crash the last one may come twice to a server; a Maildir
    /// has it once. What the other side does not take for what it is, is [passed over](Delivered::passed_over). Where it takes
    /// nothing (no such folder, no room, no connection), it begins there again the next time; where it refuses the credential,
    /// that is noted as by [`Hub::send_queued`].
    ///
    /// # Errors
    /// Those of the archive before anything was put there; what ends it later is in [`Delivered::problem`].
    pub async fn relay_new(&self, address: &str, to: &Delivery) -> Result<Delivered> {
        let (wanted, asked) = (address.to_owned(), to.clone());
        let begun = self.in_archive(move |hub| {
            let mailbox = hub.managed_at(&wanted)?.address;
            let follower = asked.follower(&mailbox);
            let is_new = hub.archive().follow_from_now(hub.actor(), &follower)?;
            Ok((mailbox, follower, is_new))
        });
        let (mailbox, follower, is_new) = begun.await?;
        let mut relay = Relay { hub: self, to, session: None, done: Delivered::default() };
        if !is_new {
            match relay.run(&mailbox, &follower).await {
                Ok(()) => relay.end().await,
                Err(error) => relay.done.problem = Some(error),
            }
        }
        Ok(relay.done)
    }

    /// What has come into a mailbox and a follower has not finished.
    fn come_in(&self, mailbox: &str, follower: &str) -> Result<Page> {
        let page = self.archive().next_events(self.actor(), follower, PAGE)?;
        let mut come = Vec::new();
        for event in &page {
            let (Happened::Stored { mailbox: Some(found) } | Happened::Found { mailbox: found }) = &event.what else {
                continue;
            };
            let Some(id) = event.id.filter(|_| found == mailbox) else { continue };
            let entry = match self.archive().entry(self.actor(), id) {
                // Erased since.
                Err(pec_archive::Error::NotFound(_)) => continue,
                entry => entry?,
            };
            if self.comes_into(mailbox, &entry)? {
                come.push((event.n, id));
            }
        }
        Ok(Page { last: page.last().map(|event| event.n), come })
    }

    async fn note_finished(&self, follower: &str, n: u64) -> Result<()> {
        let follower = follower.to_owned();
        self.in_archive(move |hub| Ok(hub.archive().finished(hub.actor(), &follower, n)?)).await
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

/// Events that a follower has not finished.
struct Page {
    /// The number of the last one; `None` where there is none.
    last: Option<u64>,
    /// What has come into his mailbox, with the numbers of the events.
    come: Vec<(u64, Id)>,
}

/// What has come in, on its way elsewhere.
struct Relay<'r> {
    hub: &'r Hub,
    to: &'r Delivery,
    /// Opened when there is something to put there.
    session: Option<Session>,
    done: Delivered,
}

impl Relay<'_> {
    async fn run(&mut self, mailbox: &str, follower: &str) -> Result<()> {
        loop {
            let (at, name) = (mailbox.to_owned(), follower.to_owned());
            let page = self.hub.in_archive(move |hub| hub.come_in(&at, &name)).await?;
            let Some(last) = page.last else { return Ok(()) };
            for (n, id) in page.come {
                let put = match self.to {
                    Delivery::Maildir(path) => self.deliver(path, id).await,
                    Delivery::Folder { mailbox, folder } => {
                        let session = match self.session.take() {
                            Some(session) => session,
                            // What fails here is not for what the message is.
                            None => self.hub.session(mailbox).await?,
                        };
                        self.append(session, folder, id, (follower, n)).await
                    }
                };
                match put {
                    Err(error) if is_for_the_message(&error) => self.done.passed_over.push((id, error)),
                    put => put?,
                }
                self.hub.note_finished(follower, n).await?;
            }
            self.hub.note_finished(follower, last).await?;
        }
    }

    async fn deliver(&mut self, maildir: &Path, id: Id) -> Result<()> {
        let maildir = maildir.to_owned();
        let put = move |hub: &Hub| deliver_to_maildir(&maildir, hub.archive(), hub.actor(), id);
        self.hub.in_archive(put).await?;
        self.done.relayed.push(Relayed { id, read_back: true });
        Ok(())
    }

    /// Puts a message into a folder of the other mailbox, notes that, and reads it back. A session that can go on is kept.
    async fn append(&mut self, session: Session, folder: &str, id: Id, (follower, n): (&str, u64)) -> Result<()> {
        let session = self.session.insert(session);
        let folder = name::wire(folder);
        let message = self.hub.in_archive(move |hub| Ok(hub.archive().get(hub.actor(), id)?)).await?;
        let place = session.append(&folder, "", &message).await?;
        // Whatever becomes of reading it: a second time it would be there twice.
        self.hub.note_finished(follower, n).await?;
        let same = match place {
            Some((_, uid)) => read_back(session, &folder, uid, &message).await.map(Some),
            None => Ok(None),
        };
        if let Ok(Some(false)) = same {
            self.done.passed_over.push((id, changed()));
        } else {
            self.done.relayed.push(Relayed { id, read_back: matches!(same, Ok(Some(true))) });
        }
        same.map(|_| ())
    }

    async fn end(&mut self) {
        if let Some(session) = self.session.take() {
            session.logout().await;
        }
    }
}
