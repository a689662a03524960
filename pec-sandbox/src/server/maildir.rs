//! Mailboxes as Maildirs, so that a mail program or an IMAP server can read them: written in `tmp`, moved to `new`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io, process};

use crate::network::{Mailbox, Network};

/// The mailboxes of a network below one folder, each in a folder of its address.
#[derive(Debug)]
pub(super) struct Maildirs {
    root: PathBuf,
    /// Tells the files of this run from those of another.
    run: String,
    /// How many messages of each mailbox are written.
    written: HashMap<String, usize>,
}

impl Maildirs {
    pub(super) fn new(root: PathBuf) -> Self {
        let started = jiff::Timestamp::now();
        let run = format!("M{}P{}", started.subsec_microsecond() + started.subsec_millisecond() * 1_000, process::id());
        Self { root, run, written: HashMap::new() }
    }

    /// Writes what is new in every mailbox. One that cannot be written does not stop the others; the first error is
    /// reported, and the next call tries again.
    pub(super) fn write(&mut self, network: &Network) -> io::Result<()> {
        network.mailboxes().map(|mailbox| self.write_one(mailbox)).fold(Ok(()), io::Result::and)
    }

    fn write_one(&mut self, mailbox: &Mailbox) -> io::Result<()> {
        let folder = folder(&self.root, mailbox.address());
        if !self.written.contains_key(mailbox.address()) {
            for part in ["tmp", "new", "cur"] {
                fs::create_dir_all(folder.join(part))?;
            }
            self.written.insert(mailbox.address().to_owned(), 0);
        }
        let Some(written) = self.written.get_mut(mailbox.address()) else { return Ok(()) };
        for (number, stored) in mailbox.messages().iter().enumerate().skip(*written) {
            let name = format!("{}.{}Q{number}.sandbox", stored.at.unix(), self.run);
            fs::write(folder.join("tmp").join(&name), &stored.bytes)?;
            fs::rename(folder.join("tmp").join(&name), folder.join("new").join(&name))?;
            *written = number + 1;
        }
        Ok(())
    }
}

/// The folder of an address, in lower case; what would be a path is none.
pub(super) fn folder(root: &Path, address: &str) -> PathBuf {
    root.join(address.to_ascii_lowercase().replace(['/', '\\'], "_"))
}
