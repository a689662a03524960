//! A look at every mailbox: each on its own, so many at a time, within a budget. What fails in one is that one's affair.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pec_archive::{Managed, ManagedEvent, Mark, Standing};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::{Hub, HubMailbox};
use crate::access::AccessState;
use crate::account::Account;
use crate::check::{Checked, is_incoming, look};
use crate::error::{Error, Result};
use crate::imap::Session;
use crate::sync::{SyncProgress, Synced};
use crate::telemetry::Run;

/// How mailboxes are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshOptions {
    /// Mailboxes at a time.
    pub parallel: usize,
    /// Mailboxes of one provider at a time; fewer where its profile says so.
    pub per_provider: usize,
    /// After this time the answer is given: what is not done by then is left, and said to be.
    pub budget: Duration,
    /// How long one mailbox may take to let us in and show its counters: one that is silent holds a place for no longer.
    pub patience: Duration,
    /// A provider that has asked to wait is left in peace for this long.
    pub pause: Duration,
    /// Whether messages are brought into the archive, or counted alone.
    pub receive: bool,
}

impl Default for RefreshOptions {
    /// Sixteen at a time, eight of one provider, within a minute, fifteen seconds each, five minutes of peace; messages too.
    fn default() -> Self {
        Self {
            parallel: 16,
            per_provider: 8,
            budget: Duration::from_mins(1),
            patience: Duration::from_secs(15),
            pause: Duration::from_mins(5),
            receive: true,
        }
    }
}

/// What a look at all mailboxes came to.
#[derive(Debug)]
#[non_exhaustive]
pub struct RefreshReport {
    /// Each mailbox, in the order of addresses.
    pub mailboxes: Vec<Refreshed>,
    /// How long it took.
    pub took: Duration,
}

/// What a look at one mailbox came to.
#[derive(Debug)]
#[non_exhaustive]
pub struct Refreshed {
    /// Its address.
    pub address: String,
    /// What came of it.
    pub outcome: RefreshOutcome,
}

/// What can come of a look at a mailbox.
#[derive(Debug)]
#[non_exhaustive]
pub enum RefreshOutcome {
    /// It was seen as it is now.
    Fresh {
        /// What was brought in; nothing where only counters were wanted.
        synced: Option<Synced>,
        /// Why not all of it was.
        problem: Option<Error>,
    },
    /// It was not seen.
    Failed(Error),
    /// It was left in peace: its provider has refused the credential, or has asked to wait.
    Spared(AccessState),
    /// The budget was over.
    OutOfTime,
}

impl RefreshReport {
    /// Mailboxes that were seen as they are.
    #[must_use]
    pub fn fresh(&self) -> usize {
        self.mailboxes.iter().filter(|one| matches!(one.outcome, RefreshOutcome::Fresh { .. })).count()
    }
}

/// What was seen of a mailbox.
struct Seen {
    checked: Checked,
    new: u64,
    synced: Option<Synced>,
    problem: Option<Error>,
}

impl Hub {
    /// Looks at every mailbox. One that is slow, dead or broken delays no other beyond its own patience, one whose provider
    /// refuses it is not asked again until its credential was replaced. How each stands is durable as soon as it is known.
    ///
    /// # Errors
    /// Those of the archive, to which nothing could be written then. What concerns one mailbox is in the report.
    pub async fn refresh(&self, options: RefreshOptions) -> Result<RefreshReport> {
        let run = Run::new(tracing::info_span!(
            "refresh",
            mailboxes = Empty,
            fresh = Empty,
            failed = Empty,
            spared = Empty,
            late = Empty,
            ms = Empty,
            error = Empty
        ));
        let report = self.look_at_all(options).instrument(run.span.clone()).await;
        run.refreshed(&report);
        report
    }

    async fn look_at_all(&self, options: RefreshOptions) -> Result<RefreshReport> {
        let begun = Instant::now();
        let until = begun + options.budget;
        let mut results = BTreeMap::new();
        let mut waiting = Vec::new();
        for mailbox in self.in_archive(Self::mailboxes).await? {
            match self.spared(&mailbox, options) {
                Some(state) => {
                    results.insert(mailbox.said.address, RefreshOutcome::Spared(state));
                }
                None => waiting.push(mailbox),
            }
        }
        // Those that did not answer the last time come last, else those that have waited longest come first.
        waiting.sort_by_key(|one| (one.access() == Some(AccessState::Unreachable), one.standing.tried_at));
        // Who is still receiving ends a little earlier, so that what it has seen counts.
        let last = until - (options.budget / 10).min(Duration::from_secs(1));
        let mut at_work = self.begin(waiting, options, last, &mut results);
        let mailboxes = at_work.names.len() as u64;
        if mailboxes > 0 {
            self.in_archive(move |hub| {
                Ok(hub.archive().log_managed(hub.actor(), ManagedEvent::Refreshed { mailboxes }, hub.now())?)
            })
            .await?;
        }
        while let Ok(Some(first)) = timeout_at(until, at_work.tasks.join_next_with_id()).await {
            let mut done = vec![at_work.outcome(first)];
            while let Some(next) = at_work.tasks.try_join_next_with_id() {
                done.push(at_work.outcome(next));
            }
            for (address, outcome) in self.note(done).await? {
                results.insert(address, outcome);
            }
        }
        // What has just ended counts: a refusal that nobody noted would be asked for again.
        let mut done = Vec::new();
        while let Some(next) = at_work.tasks.try_join_next_with_id() {
            done.push(at_work.outcome(next));
        }
        results.extend(self.note(done).await?);
        // Whatever is left ends where it is: what was stored stays.
        at_work.tasks.shutdown().await;
        for address in at_work.names.into_values() {
            results.insert(address, RefreshOutcome::OutOfTime);
        }
        let mailboxes = results.into_iter().map(|(address, outcome)| Refreshed { address, outcome }).collect();
        Ok(RefreshReport { mailboxes, took: begun.elapsed() })
    }

    /// Why a mailbox is not even tried.
    fn spared(&self, mailbox: &HubMailbox, options: RefreshOptions) -> Option<AccessState> {
        let state = mailbox.access()?;
        let asked_to_wait = state == AccessState::Throttled
            && mailbox.standing.tried_at.is_some_and(|tried| {
                let since = self.now().duration_since(tried);
                since.unsigned_abs() < options.pause
            });
        (state.forbids_retry() || asked_to_wait).then_some(state)
    }

    /// A task for each mailbox that may be opened.
    fn begin(
        &self,
        waiting: Vec<HubMailbox>,
        options: RefreshOptions,
        until: Instant,
        results: &mut BTreeMap<String, RefreshOutcome>,
    ) -> AtWork {
        let all = Arc::new(Semaphore::new(options.parallel.max(1)));
        let mut providers: BTreeMap<String, Arc<Semaphore>> = BTreeMap::new();
        let mut at_work = AtWork { tasks: JoinSet::new(), names: BTreeMap::new() };
        let now = self.now();
        for HubMailbox { said, standing, .. } in waiting {
            let address = said.address.clone();
            let profile = self.policy.permits(&said, now).and_then(|()| self.profile_of(&said));
            let profile = match profile {
                Ok(profile) => profile,
                Err(error) => {
                    results.insert(address, RefreshOutcome::Failed(error));
                    continue;
                }
            };
            let host = profile.imap.as_ref().map(|imap| imap.host.clone());
            let provider = said.profile.clone().or(host).unwrap_or_default();
            let most = profile.limits.connections.map_or(usize::MAX, |most| most as usize).min(options.per_provider);
            let own = providers.entry(provider).or_insert_with(|| Arc::new(Semaphore::new(most.max(1))));
            let places = [Arc::clone(own), Arc::clone(&all)];
            let visit = Visit { hub: self.clone(), said, seen: standing.seen, options, until, places };
            let run = Run::new(tracing::info_span!("visit", mailbox = address, ms = Empty, error = Empty));
            let task = at_work.tasks.spawn(async move {
                let seen = visit.run().instrument(run.span.clone()).await;
                run.visited(&seen);
                seen
            });
            at_work.names.insert(task.id(), address);
        }
        at_work
    }

    /// Makes durable how mailboxes stand.
    async fn note(&self, done: Vec<(String, Result<Seen>)>) -> Result<Vec<(String, RefreshOutcome)>> {
        self.in_archive(move |hub| {
            let addresses: Vec<String> = done.iter().map(|(address, _)| address.clone()).collect();
            let now = hub.now();
            hub.archive().note_standings(hub.actor(), &addresses, now, |address, standing| {
                let seen = done.iter().find(|(known, _)| known == address).map(|(_, seen)| seen);
                seen.map_or(standing.clone(), |seen| moved_on(standing, seen, now))
            })?;
            let outcome = |seen| match seen {
                Ok(Seen { synced, problem, .. }) => RefreshOutcome::Fresh { synced, problem },
                Err(error) => RefreshOutcome::Failed(error),
            };
            Ok(done.into_iter().map(|(address, seen)| (address, outcome(seen))).collect())
        })
        .await
    }

    /// What waits for a disk does not keep connections waiting.
    pub(crate) async fn in_archive<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let hub = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&hub)).await;
        done.map_err(|_| Error::Internal("a store ended in the middle".into()))?
    }
}

/// How a mailbox stands after a look at it.
fn moved_on(standing: Standing, seen: &Result<Seen>, now: Timestamp) -> Standing {
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

/// Looks that are on their way.
struct AtWork {
    tasks: JoinSet<Result<Seen>>,
    names: BTreeMap<tokio::task::Id, String>,
}

impl AtWork {
    /// Of which mailbox a task was, and what it came to. A panic is that mailbox's, and its text is not repeated: nobody knows
    /// what is in it.
    fn outcome(
        &mut self,
        ended: std::result::Result<(tokio::task::Id, Result<Seen>), tokio::task::JoinError>,
    ) -> (String, Result<Seen>) {
        match ended {
            Ok((id, seen)) => (self.names.remove(&id).unwrap_or_default(), seen),
            Err(error) => {
                let address = self.names.remove(&error.id()).unwrap_or_default();
                (address, Err(Error::Internal("the look at this mailbox ended in the middle".into())))
            }
        }
    }
}

/// A look at one mailbox.
struct Visit {
    hub: Hub,
    said: Managed,
    /// How far each folder had come when somebody saw the mailbox.
    seen: Vec<Mark>,
    options: RefreshOptions,
    until: Instant,
    /// First a place with the provider, so that nobody who waits for one holds another.
    places: [Arc<Semaphore>; 2],
}

impl Visit {
    async fn run(self) -> Result<Seen> {
        let ended = |_| Error::Internal("no more places".into());
        let [own, all] = &self.places;
        let _own = own.acquire().await.map_err(ended)?;
        let _all = all.acquire().await.map_err(ended)?;
        let late = |_| Error::Deadline(self.options.patience);
        let entered = timeout(self.options.patience, async {
            // A store of secrets that fails, or takes its time, fails for this mailbox alone.
            let said = self.said.clone();
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
