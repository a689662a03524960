//! A look at one mailbox, and how it stands after it.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;
use pec_archive::{Managed, Mark, Standing};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Hub, RefreshOptions};
use crate::access::AccessState;
use crate::account::Account;
use crate::check::{Checked, is_incoming, look};
use crate::error::{Error, Result};
use crate::imap::Session;
use crate::sync::{SyncProgress, Synced};

/// A look at one mailbox.
pub(super) struct Visit {
    pub(super) hub: Hub,
    pub(super) said: Managed,
    /// How far each folder had come when somebody saw the mailbox.
    pub(super) seen: Vec<Mark>,
    pub(super) options: RefreshOptions,
    pub(super) until: Instant,
    /// First a place with the provider, so that nobody who waits for one holds another.
    pub(super) places: [Arc<Semaphore>; 2],
}

impl Visit {
    pub(super) async fn run(self) -> Result<Seen> {
        let ended = |_| Error::Internal("no more places".into());
        let [own, all] = &self.places;
        let _own = own.acquire().await.map_err(ended)?;
        let _all = all.acquire().await.map_err(ended)?;
        let late = |_| Error::Deadline(self.options.patience);
        let entered = timeout(self.options.patience, async {
            // A store of secrets that fails, or takes its time, fails for this mailbox alone.
            let said = self.said.clone();
            self.hub.receiver.permit(&said.address).await?;
            let account = self.hub.in_archive(move |hub| hub.account(&said)).await?;
            let (session, checked, new) = self.enter(&account).await?;
            Ok::<_, Error>((account, session, checked, new))
        });
        let (account, session, checked, new) = entered.await.map_err(late)??;
        let mut seen = Seen { checked, new, synced: None, problem: None };
        if !self.options.receive {
            session.logout().await;
            return Ok(seen);
        }
        // What was seen stays seen, whatever becomes of the messages.
        match timeout_at(self.until, self.receive(&account, session)).await {
            Ok(Ok(synced)) => seen.synced = Some(synced),
            Ok(Err(error)) => seen.problem = Some(error),
            Err(_) => seen.problem = Some(Error::Deadline(self.options.budget)),
        }
        Ok(seen)
    }

    async fn enter(&self, account: &Account) -> Result<(Session, Checked, u64)> {
        let mut session = Session::open(&self.hub.network, account).await?;
        let checked = look(&mut session, account.credential().ends()).await?;
        let mut new = 0;
        for counts in checked.folders.iter().filter(|counts| is_incoming(&counts.folder)) {
            let folder = &counts.folder.wire_name;
            let mark = self.seen.iter().find(|mark| mark.folder == *folder && mark.validity == counts.uid_validity);
            new += match mark {
                // Nobody has ever seen it.
                None => u64::from(counts.messages),
                Some(mark) if mark.next >= counts.uid_next => 0,
                Some(mark) => {
                    session.examine(folder, None).await?;
                    session.list_from(mark.next).await?.len() as u64
                }
            };
        }
        Ok((session, checked, new))
    }

    async fn receive(&self, account: &Account, session: Session) -> Result<Synced> {
        let watch = &mut |_: SyncProgress<'_>| ControlFlow::Continue(());
        self.hub.receiver.sync_in(session, &self.hub.network, account, &|_| true, watch).await
    }
}

/// What was seen of a mailbox.
pub(super) struct Seen {
    pub(super) checked: Checked,
    pub(super) new: u64,
    pub(super) synced: Option<Synced>,
    pub(super) problem: Option<Error>,
}

/// How a mailbox stands after a look at it.
pub(super) fn moved_on(standing: Standing, seen: &Result<Seen>, now: Timestamp) -> Standing {
    let access = match seen {
        Ok(_) => Some(AccessState::Ok),
        Err(error) => error.access(),
    };
    let name = access.map(|state| state.as_str().to_owned()).or_else(|| standing.access.clone());
    let access_since = if name == standing.access { standing.access_since.or(Some(now)) } else { Some(now) };
    let standing = Standing { access: name, access_since, tried_at: Some(now), ..standing };
    match seen {
        Err(error) => Standing { problem: Some(error.to_string()), ..standing },
        Ok(Seen { checked, new, problem, .. }) => Standing {
            problem: problem.as_ref().map(ToString::to_string),
            ok_at: Some(now),
            new: *new,
            unread: checked.unseen(),
            total: checked.messages(),
            quota: checked.quota.map(|quota| (quota.used, quota.limit)),
            password_ends: checked.password_ends,
            reached: marks(checked),
            ..standing
        },
    }
}

/// How far incoming folders have come.
fn marks(checked: &Checked) -> Vec<Mark> {
    let incoming = checked.folders.iter().filter(|counts| is_incoming(&counts.folder));
    let mark = incoming.map(|counts| Mark {
        folder: counts.folder.wire_name.clone(),
        validity: counts.uid_validity,
        next: counts.uid_next,
    });
    mark.collect()
}
