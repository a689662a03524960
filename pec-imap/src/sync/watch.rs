//! Waiting for mail, and bringing it in as it comes.

use std::ops::ControlFlow;
use std::time::Duration;

use super::receiver::{Receiver, SyncWatch, Synced};
use crate::account::Account;
use crate::error::{Error, Result};
use crate::imap::{Session, Woken};
use crate::net::Network;

/// How a mailbox is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watching {
    /// How often a server without IDLE is asked.
    pub poll: Duration,
    /// How often all folders are read, whatever the first one says: rules of the provider file mail elsewhere.
    pub all_folders: Duration,
    /// How long is waited after a connection that broke, at first; each further one doubles it up to a quarter of an hour.
    pub pause: Duration,
}

impl Default for Watching {
    /// A minute, ten minutes, five seconds.
    fn default() -> Self {
        Self { poll: Duration::from_mins(1), all_folders: Duration::from_mins(10), pause: Duration::from_secs(5) }
    }
}

const LONGEST_PAUSE: Duration = Duration::from_mins(15);

impl Receiver {
    /// Brings in what is there, then what comes, until `each` ends it: it is told what every run came to, also why one
    /// failed. A connection that breaks is made anew after a pause.
    ///
    /// # Errors
    /// [`Error::Access`] where a retry is [forbidden](crate::AccessState::forbids_retry); [`Error::Archive`].
    pub async fn watch(
        &self,
        network: &Network,
        account: &Account,
        watching: Watching,
        progress: SyncWatch<'_>,
        each: &mut (dyn FnMut(Result<Synced>) -> ControlFlow<()> + Send),
    ) -> Result<()> {
        let mut pause = watching.pause;
        loop {
            let run = self.sync(network, account, progress).await;
            let next = match &run {
                Ok(_) => {
                    pause = watching.pause;
                    Next::Wait
                }
                Err(Error::Access { state, .. }) if state.forbids_retry() => Next::End,
                Err(Error::Archive(_) | Error::BadValue { .. }) => Next::End,
                Err(Error::Cancelled) => return Ok(()),
                Err(_) => Next::Pause,
            };
            match (next, run) {
                (Next::End, Err(error)) => return Err(error),
                (_, run) => {
                    if each(run).is_break() {
                        return Ok(());
                    }
                }
            }
            if next == Next::Wait {
                match self.wait(network, account, watching).await {
                    Ok(()) => continue,
                    Err(error) if error.access().is_some_and(crate::AccessState::forbids_retry) => return Err(error),
                    Err(_) => {}
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Waits until something happens in the inbox, or until it is time to look everywhere.
    async fn wait(&self, network: &Network, account: &Account, watching: Watching) -> Result<()> {
        let until = tokio::time::Instant::now() + watching.all_folders;
        let mut session = Session::open(network, account).await?;
        let opened = session.examine("INBOX", None).await?;
        // What came between the last run and now would not be told any more.
        let reached = self.archive().reached(self.name(), account.address(), "INBOX")?;
        let is_new = |next: u32| reached.is_none_or(|reached| next > reached.last_uid.saturating_add(1));
        let mut woken = if opened.uid_next.is_some_and(is_new) { Woken::Change } else { Woken::Nothing };
        while woken == Woken::Nothing {
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            if left.is_zero() {
                break;
            }
            woken = session.wait(left, watching.poll).await?;
        }
        session.logout().await;
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Wait,
    Pause,
    End,
}
