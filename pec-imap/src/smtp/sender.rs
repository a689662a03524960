//! Who sends: from which archive, at which pace.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pec_archive::{Actor, Archive, Intake};
use pec_core::trust::{Evidence, TrustStore};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::handing::Partial;
use super::pace::{DAY, Meter, Pace};
use super::run::Run;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::net::Network;
use crate::telemetry;

/// Sends what waits in the outbox of an archive. Shared by all mailboxes; cheap to clone.
///
/// Before a message goes, the archive says on stable storage that it is about to. Whatever happens then, it is not sent a
/// second time unless the server has said that it did not take it, or somebody who knows has.
#[derive(Clone)]
pub struct Sender {
    pub(super) books: Books,
    pub(super) partial: Partial,
    pace: Pace,
    pub(super) retry: SignedDuration,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("archive", &self.books.archive)
            .field("actor", &self.books.actor)
            .field("partial", &self.partial)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SendProgress {
    /// Messages that the server has taken.
    pub sent: u64,
    /// Messages of which the end is another.
    pub others: u64,
}

/// Told how far it is, before each message; [`ControlFlow::Break`] ends it.
pub type SendWatch<'a> = &'a mut (dyn FnMut(SendProgress) -> ControlFlow<()> + Send);

/// What a run came to: keys of the outbox.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Dispatch {
    /// The server has taken them.
    pub sent: Vec<String>,
    /// The server does not take them.
    pub refused: Vec<String>,
    /// They wait: the server has refused them for now.
    pub later: Vec<String>,
    /// Nobody knows, of these and of those that were unknown before: see [`Archive::resolve`].
    pub unknown: Vec<String>,
    /// When the next one may go, where something waits for a time: a limit of the provider, or its request to come again.
    pub next_at: Option<Timestamp>,
    /// They wait, and cannot be read here: the archive is damaged where they lie ([`Archive::check`]). The others go all the same.
    pub unreadable: Vec<(String, Error)>,
    /// What ended the run before everything was tried.
    pub problem: Option<Error>,
}

impl Dispatch {
    /// What somebody should look at first: what ended the run, else what a message suffers from that cannot be read.
    #[must_use]
    pub fn trouble(&self) -> Option<&Error> {
        self.problem.as_ref().or_else(|| self.unreadable.first().map(|(_, error)| error))
    }
}

/// The archive, asked beside the connection.
#[derive(Clone)]
pub(super) struct Books {
    pub(super) archive: Arc<Archive>,
    trust: Arc<TrustStore>,
    evidence: Option<Arc<Evidence>>,
    actor: Actor,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Books {
    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Asks the archive on a thread that may wait for the disk.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Archive, &Actor, &Intake<'_>) -> pec_archive::Result<T> + Send + 'static,
    ) -> Result<T> {
        let books = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let intake = Intake::new(&books.trust, books.now());
            let intake = match &books.evidence {
                Some(evidence) => intake.evidence(evidence),
                None => intake,
            };
            work(&books.archive, &books.actor, &intake)
        });
        Ok(asked.await.map_err(|error| Error::Internal(error.to_string()))??)
    }
}

impl Sender {
    /// From this archive, judged by these trust data, in the host's own name, by the clock of the system.
    #[must_use]
    pub fn new(archive: Arc<Archive>, trust: Arc<TrustStore>) -> Self {
        let books = Books { archive, trust, evidence: None, actor: Actor::host(), clock: Arc::new(Timestamp::now) };
        Self { books, partial: Partial::default(), pace: Pace::default(), retry: SignedDuration::from_mins(5) }
    }

    /// With revocation evidence, by which receipts are judged.
    #[must_use]
    pub fn evidence(mut self, evidence: Arc<Evidence>) -> Self {
        self.books.evidence = Some(evidence);
        self
    }

    /// In this name.
    #[must_use]
    pub fn actor(mut self, actor: Actor) -> Self {
        self.books.actor = actor;
        self
    }

    /// By this clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.books.clock = Arc::new(clock);
        self
    }

    /// What becomes of a message of which some recipients are refused.
    #[must_use]
    pub const fn partial(mut self, partial: Partial) -> Self {
        self.partial = partial;
        self
    }

    /// As fast as the provider allows.
    #[must_use]
    pub const fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// For how long a message waits that was refused for now; five minutes unless told.
    #[must_use]
    pub const fn retry_after(mut self, retry: SignedDuration) -> Self {
        self.retry = retry;
        self
    }

    pub(super) const fn books(&self) -> &Books {
        &self.books
    }

    /// Sends what waits in the outbox of a mailbox, over one connection as long as it holds. First it is found out what has
    /// become of messages of an earlier run, as far as receipts tell.
    ///
    /// # Errors
    /// Where nothing was done: [`Error::Access`], which is not tried again; [`Error::Unreachable`], [`Error::Tls`],
    /// [`Error::Deadline`], [`Error::Lost`], [`Error::Protocol`]; [`Error::Archive`] at any time: what was not written down is
    /// unknown to the next run. Later problems are in the report.
    pub async fn send_queued(&self, network: &Network, account: &Account, watch: SendWatch<'_>) -> Result<Dispatch> {
        let run = telemetry::Run::new(tracing::info_span!(
            "send",
            mailbox = account.address(),
            sent = Empty,
            refused = Empty,
            later = Empty,
            unknown = Empty,
            bytes = Empty,
            ms = Empty,
            error = Empty
        ));
        let mut bytes = 0;
        let sent = self.send_all(network, account, watch, &mut bytes).instrument(run.span.clone()).await;
        run.sent(&sent, bytes);
        sent
    }

    async fn send_all(
        &self,
        network: &Network,
        account: &Account,
        watch: SendWatch<'_>,
        bytes: &mut u64,
    ) -> Result<Dispatch> {
        let mailbox = account.address().to_owned();
        let opened = mailbox.clone();
        let unknown = self.books.ask(move |archive, actor, intake| archive.open_outbox(actor, intake, &opened)).await?;
        let since = self.books.now().saturating_sub(DAY).unwrap_or(Timestamp::MIN);
        let counted = mailbox.clone();
        let gone = self.books.ask(move |archive, actor, _| archive.handed_over(actor, &counted, since)).await?;
        let dispatch =
            Dispatch { unknown: unknown.into_iter().map(|ticket| ticket.key).collect(), ..Dispatch::default() };
        let run = Run::new(self, network, account, Meter::new(self.pace, gone), dispatch, bytes);
        run.all(&mailbox, watch).await
    }
}
