//! Mailboxes, and the messages in them as a mail program finds them.

use std::path::Path;
use std::{fs, io};

use super::Origin;
use crate::Moment;

/// Whether a mailbox takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailboxState {
    /// It takes messages up to its quota.
    #[default]
    Active,
    /// It exists and takes nothing.
    Disabled,
}

/// A mailbox (*casella*). Users' and service mailboxes stand at a provider, the others somewhere on the Internet.
#[doc(alias = "casella")]
#[derive(Debug, Clone)]
pub struct Mailbox {
    address: String,
    /// Whether it takes messages.
    pub state: MailboxState,
    /// Bytes that fit in; `None` is no bound.
    pub quota: Option<usize>,
    messages: Vec<Stored>,
    /// Bytes of `messages`.
    used: usize,
}

/// A message in a mailbox.
#[derive(Debug, Clone)]
pub struct Stored {
    /// When it was put there.
    pub at: Moment,
    /// Its bytes, with the trace fields of the delivery on top.
    pub bytes: Vec<u8>,
    /// What it is in truth. A mail program does not know it; a test does.
    pub origin: Origin,
}

impl Mailbox {
    /// An active mailbox without a quota.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), state: MailboxState::Active, quota: None, messages: Vec::new(), used: 0 }
    }

    /// A mailbox into which nothing fits any more.
    #[must_use]
    pub fn full(address: &str) -> Self {
        Self { quota: Some(0), ..Self::new(address) }
    }

    /// A mailbox that takes nothing.
    #[must_use]
    pub fn disabled(address: &str) -> Self {
        Self { state: MailboxState::Disabled, ..Self::new(address) }
    }

    /// Its address, as given.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What lies in it, oldest first.
    #[must_use]
    pub fn messages(&self) -> &[Stored] {
        &self.messages
    }

    /// Writes what lies in it into `folder`, one file a message: `00001.eml` is the oldest. The folder is made where it does
    /// not exist; a file that stands there is written over.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, folder: &Path) -> io::Result<usize> {
        fs::create_dir_all(folder)?;
        for (number, stored) in (1..).zip(&self.messages) {
            fs::write(folder.join(format!("{number:05}.eml")), &stored.bytes)?;
        }
        Ok(self.messages.len())
    }

    /// Whether `bytes` more go in.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        self.quota.is_none_or(|quota| self.used.saturating_add(bytes) <= quota)
    }

    /// Puts a message in, with the trace of its delivery by `host` (RFC 5321 §4.4).
    pub(super) fn put(&mut self, path: &str, host: &str, bytes: &[u8], at: Moment, origin: Origin) {
        let trace = format!(
            "Return-Path: <{path}>\r\nDelivered-To: {to}\r\nReceived: from mx.sandbox.example (localhost [127.0.0.1])\r\n\
             \tby mx.{host} with LMTP id {number:05}; {date}\r\n",
            to = self.address,
            number = self.messages.len() + 1,
            date = at.date_header(),
        );
        let bytes = [trace.as_bytes(), bytes].concat();
        self.used = self.used.saturating_add(bytes.len());
        self.messages.push(Stored { at, bytes, origin });
    }
}
