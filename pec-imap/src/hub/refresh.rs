//! A look at every mailbox: each on its own, so many at a time, within a budget. What fails in one is that one's affair.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use pec_archive::{Error as ArchiveError, ManagedEvent};
use pec_core::delegation::lifecycle::State;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::visit::{Seen, Visit, moved_on};
use super::{Hub, HubMailbox};
use crate::access::AccessState;
use crate::error::{Error, Result};
use crate::sync::Synced;
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

impl Hub {
    /// Looks at every mailbox. One that its provider has revoked, as far as the organisation knows, is not asked, and fails as such.
    /// One that is slow, dead or broken delays no other beyond its own patience, one whose provider
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
        for (mailbox, suspended) in self.in_archive(Self::standing_ones).await? {
            if let Some(state) = suspended {
                let address = mailbox.said.address;
                let error = Error::Suspended { mailbox: address.clone(), state };
                results.insert(address, RefreshOutcome::Failed(error));
                continue;
            }
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

    /// Every mailbox, and why it is not looked at where its provider has revoked it.
    fn standing_ones(&self) -> Result<Vec<(HubMailbox, Option<State>)>> {
        let (all, now) = (self.mailboxes()?, self.now());
        let suspended = self.archive().organisation(|organisation| {
            let of = |one: &HubMailbox| organisation.suspended(&one.said.address.parse().ok()?, now);
            all.iter().map(of).collect::<Vec<_>>()
        })?;
        Ok(all.into_iter().zip(suspended).collect())
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
            // Of what he may not see nobody notes anything, and it keeps nothing from being noted of the others.
            let seen = done.iter().filter(|(_, seen)| !matches!(seen, Err(Error::Archive(ArchiveError::Denied(_)))));
            let addresses: Vec<String> = seen.map(|(address, _)| address.clone()).collect();
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
