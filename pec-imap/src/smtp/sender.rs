//! Who sends: from which archive, at which pace.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pec_archive::{Actor, Archive, Ending, Intake, Outcome, Ticket, TicketState};
use pec_core::trust::{Evidence, TrustStore};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::handing::{Attempt, Hand, Journal, Partial};
use super::pace::{DAY, Meter, Pace};
use super::session::Session;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::net::Network;
use crate::telemetry;

/// Tickets that are looked at together.
const BATCH: usize = 64;

/// Connections that break before a message could go, one after the other, after which it is left for later.
const MOST_BROKEN: usize = 2;

/// Sends what waits in the outbox of an archive. Shared by all mailboxes; cheap to clone.
///
/// Before a message goes, the archive says on stable storage that it is about to. Whatever happens then, it is not sent a
/// second time unless the server has said that it did not take it, or somebody who knows has.
#[derive(Clone)]
pub struct Sender {
    books: Books,
    partial: Partial,
    pace: Pace,
    retry: SignedDuration,
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
        let mut run = Run {
            sender: self,
            network,
            account,
            session: None,
            pending: Vec::new(),
            meter: Meter::new(self.pace, gone),
            dispatch: Dispatch {
                unknown: unknown.into_iter().map(|ticket| ticket.key).collect(),
                ..Dispatch::default()
            },
            progress: SendProgress::default(),
            bytes,
        };
        let ended = run.all(&mailbox, watch).await;
        run.end(ended).await
    }
}

/// Writes that a message is about to go and, in the same step, what has become of the one before: of each message there is one
/// wait for the disk, and a crash leaves one in doubt.
struct Beginning<'b> {
    books: &'b Books,
    pending: &'b mut Vec<Outcome>,
    meter: &'b mut Meter,
    ticket: i64,
}

impl Journal for Beginning<'_> {
    async fn begin(&mut self) -> Result<Option<u32>> {
        let (outcomes, ticket) = (std::mem::take(self.pending), self.ticket);
        let begun =
            self.books.ask(move |archive, actor, intake| archive.journal(actor, intake, &outcomes, Some(ticket)));
        let begun = begun.await?;
        if begun.is_some() {
            self.meter.goes(self.books.now());
        }
        Ok(begun)
    }
}

struct Run<'r> {
    sender: &'r Sender,
    network: &'r Network,
    account: &'r Account,
    session: Option<Session>,
    /// What is not written down yet.
    pending: Vec<Outcome>,
    meter: Meter,
    dispatch: Dispatch,
    progress: SendProgress,
    /// Of what was sent.
    bytes: &'r mut u64,
}

impl Run<'_> {
    async fn all(&mut self, mailbox: &str, watch: SendWatch<'_>) -> Result<()> {
        let mut after = 0;
        loop {
            let name = mailbox.to_owned();
            let waiting = self
                .sender
                .books
                .ask(move |archive, actor, _| archive.tickets(actor, &name, TicketState::Queued, after, BATCH));
            let waiting = waiting.await?;
            let Some(last) = waiting.last() else { return Ok(()) };
            after = last.number;
            for ticket in waiting {
                let now = self.sender.books.now();
                if let Some(at) = ticket.not_before.filter(|at| *at > now) {
                    self.comes_again(at);
                    continue;
                }
                if let Some(at) = self.meter.wait(now) {
                    self.comes_again(at);
                    return Ok(());
                }
                if watch(self.progress).is_break() {
                    return Ok(());
                }
                if let ControlFlow::Break(()) = self.one(&ticket).await? {
                    return Ok(());
                }
            }
        }
    }

    fn comes_again(&mut self, at: Timestamp) {
        self.dispatch.next_at = Some(self.dispatch.next_at.map_or(at, |known| known.min(at)));
    }

    /// Sends one message, over another connection where one breaks too early to matter.
    async fn one(&mut self, ticket: &Ticket) -> Result<ControlFlow<()>> {
        let id = ticket.id;
        let message = self.sender.books.ask(move |archive, actor, _| archive.get(actor, id)).await;
        let message = match message {
            Ok(message) => message,
            // A message that is damaged keeps the others from nothing, in later runs neither.
            Err(error @ Error::Archive(pec_archive::Error::Damaged(_) | pec_archive::Error::NotFound(_))) => {
                self.dispatch.unreadable.push((ticket.key.clone(), error));
                return Ok(ControlFlow::Continue(()));
            }
            Err(error) => {
                self.dispatch.problem = Some(error);
                return Ok(ControlFlow::Continue(()));
            }
        };
        let mut broken = 0;
        loop {
            let mut session = match self.session.take() {
                Some(session) => session,
                None => Session::open(self.network, self.account).await?,
            };
            let mut hand = Hand {
                session: &mut session,
                account: self.account,
                partial: self.sender.partial,
                retry: self.sender.retry,
                now: self.sender.books.now(),
            };
            let mut beginning = Beginning {
                books: &self.sender.books,
                pending: &mut self.pending,
                meter: &mut self.meter,
                ticket: ticket.number,
            };
            match hand.over(ticket, &message, &mut beginning).await {
                Ok(None) => {
                    self.session = Some(session);
                    return Ok(ControlFlow::Continue(()));
                }
                Ok(Some(attempt)) => {
                    if attempt.ending == Ending::Sent {
                        *self.bytes += message.len() as u64;
                    }
                    return self.ended(ticket, attempt, session).await;
                }
                Err(error @ Error::Archive(_)) => return Err(error),
                Err(error) => {
                    // It waits as before. Servers end connections that have carried enough.
                    broken += 1;
                    tracing::debug!(mailbox = ticket.mailbox, key = ticket.key, %error, "the connection broke before DATA");
                    if broken == MOST_BROKEN {
                        return Err(error);
                    }
                }
            }
        }
    }

    async fn ended(&mut self, ticket: &Ticket, attempt: Attempt, session: Session) -> Result<ControlFlow<()>> {
        let Attempt { number, ending, answers, broken, stop } = attempt;
        let at = self.sender.books.now();
        self.pending.push(Outcome { ticket: ticket.number, attempt: number, ending, answers, at });
        if ending != Ending::Sent {
            self.write_down().await?;
        }
        if number.is_some() || self.is_still_ours(ticket, ending).await? {
            self.report(ticket.key.clone(), ending);
        }
        if let Some(stop) = stop {
            self.dispatch.problem = Some(stop);
            return Ok(ControlFlow::Break(()));
        }
        match broken {
            None => self.session = Some(session),
            // What has just waited as before must not be tried for ever in one run.
            Some(error) if ending == Ending::Later(None) => {
                self.dispatch.problem = Some(error);
                return Ok(ControlFlow::Break(()));
            }
            Some(_) => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Whether what was met before the message could go has become of it, and no other sender has taken it meanwhile.
    async fn is_still_ours(&self, ticket: &Ticket, ending: Ending) -> Result<bool> {
        let (mailbox, key) = (ticket.mailbox.clone(), ticket.key.clone());
        let state = self.sender.books.ask(move |archive, actor, _| archive.ticket(actor, &mailbox, &key)).await?.state;
        Ok(match ending {
            Ending::Refused => state == TicketState::Refused,
            _ => state == TicketState::Queued,
        })
    }

    fn report(&mut self, key: String, ending: Ending) {
        match ending {
            Ending::Sent => self.dispatch.sent.push(key),
            Ending::Refused => self.dispatch.refused.push(key),
            Ending::Later(at) => {
                self.dispatch.later.push(key);
                at.into_iter().for_each(|at| self.comes_again(at));
            }
            Ending::Unknown => self.dispatch.unknown.push(key),
        }
        match ending {
            Ending::Sent => self.progress.sent += 1,
            _ => self.progress.others += 1,
        }
    }

    async fn write_down(&mut self) -> Result<()> {
        let outcomes = std::mem::take(&mut self.pending);
        if outcomes.is_empty() {
            return Ok(());
        }
        self.sender.books.ask(move |archive, actor, intake| archive.journal(actor, intake, &outcomes, None)).await?;
        Ok(())
    }

    /// Writes down what is left; an error is one of the whole run where nothing had been done.
    async fn end(mut self, ended: Result<()>) -> Result<Dispatch> {
        self.write_down().await?;
        if let Some(session) = self.session.take() {
            session.quit().await;
        }
        let mut dispatch = self.dispatch;
        match ended {
            Ok(()) => Ok(dispatch),
            Err(error @ Error::Archive(_)) => Err(error),
            Err(error) if self.progress == SendProgress::default() => Err(error),
            Err(error) => {
                dispatch.problem = Some(error);
                Ok(dispatch)
            }
        }
    }
}
