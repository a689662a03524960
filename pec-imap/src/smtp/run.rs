//! One run over the outbox of a mailbox: message after message over one connection, as long as it holds.

use std::ops::ControlFlow;

use jiff::Timestamp;
use pec_archive::{Actor, Ending, Outcome, Ticket, TicketState};

use super::handing::{Attempt, Hand, Journal};
use super::pace::Meter;
use super::sender::{Books, Dispatch, SendProgress, SendWatch, Sender};
use super::session::Session;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::net::Network;

/// Tickets that are looked at together.
const BATCH: usize = 64;

/// Connections that break before a message could go, one after the other, after which it is left for later.
const MOST_BROKEN: usize = 2;

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

/// A run over the outbox of one mailbox.
pub(super) struct Run<'r> {
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

impl<'r> Run<'r> {
    /// Nothing was sent yet; `dispatch` says what is known from before.
    pub(super) fn new(
        sender: &'r Sender,
        network: &'r Network,
        account: &'r Account,
        meter: Meter,
        dispatch: Dispatch,
        bytes: &'r mut u64,
    ) -> Self {
        let progress = SendProgress::default();
        Self { sender, network, account, session: None, pending: Vec::new(), meter, dispatch, progress, bytes }
    }

    /// Sends what may go now, and says what it came to.
    pub(super) async fn all(mut self, mailbox: &str, watch: SendWatch<'_>) -> Result<Dispatch> {
        let ended = self.each(mailbox, watch).await;
        self.end(ended).await
    }

    async fn each(&mut self, mailbox: &str, watch: SendWatch<'_>) -> Result<()> {
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
        // Whoever may send need not be able to read what others have given to be sent: the program hands it over.
        let message = self.sender.books.ask(move |archive, _, _| archive.get(&Actor::host(), id)).await;
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
