//! Whether a mailbox lets us in, and what its server can do.

use jiff::Timestamp;

use crate::account::Account;
use crate::error::Result;
use crate::imap::{Folder, Quota, Session};
use crate::net::Network;

/// What a look at a mailbox shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// Every folder, in the order of their names on the wire.
    pub folders: Vec<FolderCounts>,
    /// What the server can do, in capitals.
    pub capabilities: Vec<String>,
    /// How full it is; `None` where the server does not say.
    pub quota: Option<Quota>,
    /// When the password ends, where that is known.
    pub password_ends: Option<Timestamp>,
}

/// A folder and its counts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FolderCounts {
    /// Which one.
    pub folder: Folder,
    /// Messages in it.
    pub messages: u32,
    /// Those that nobody has marked as read.
    pub unseen: u32,
    /// The number that the next message gets.
    pub uid_next: u32,
    /// As long as this stays what it is, its numbers hold.
    pub uid_validity: u32,
}

impl Account {
    /// Logs in once and looks around; nothing changes by it.
    ///
    /// # Errors
    /// [`Error::Access`](crate::Error::Access), which says in which way there is no access; what a connection can meet.
    pub async fn check(&self, network: &Network) -> Result<Checked> {
        let mut session = Session::open(network, self).await?;
        let checked = look(&mut session, self.credential().ends()).await?;
        session.logout().await;
        Ok(checked)
    }
}

/// Looks around in a mailbox that has let us in.
pub(crate) async fn look(session: &mut Session, password_ends: Option<Timestamp>) -> Result<Checked> {
    let mut folders = Vec::new();
    for folder in session.folders().await? {
        if folder.holds_messages {
            let counts = session.counts(&folder.wire_name).await?;
            folders.push(FolderCounts {
                folder,
                messages: counts.messages,
                unseen: counts.unseen,
                uid_next: counts.uid_next,
                uid_validity: counts.uid_validity,
            });
        }
    }
    let quota = session.quota().await?;
    let capabilities = session.capabilities().map(str::to_owned).collect();
    Ok(Checked { folders, capabilities, quota, password_ends })
}

/// Whether messages come in there: not what was sent, drafts and waste.
pub(crate) fn is_incoming(folder: &Folder) -> bool {
    !matches!(folder.purpose, Some("sent" | "drafts" | "trash" | "junk"))
}

impl Checked {
    /// Messages in all folders.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.folders.iter().map(|folder| u64::from(folder.messages)).sum()
    }

    /// Messages that nobody has marked as read, in all folders but that for what was sent, drafts and waste.
    #[must_use]
    pub fn unseen(&self) -> u64 {
        let incoming = self.folders.iter().filter(|counts| is_incoming(&counts.folder));
        incoming.map(|folder| u64::from(folder.unseen)).sum()
    }
}
