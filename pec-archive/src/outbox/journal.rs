//! What becomes of tickets, written down as it happens.

use std::collections::BTreeSet;

use jiff::Timestamp;
use pec_core::delegation::{By as Asking, Denied};
use pec_core::reconcile::Standing;

use super::ticket::{Answers, Ticket, TicketState};
use crate::actor::Actor;
use crate::archive::Archive;
use crate::dossiers::{self, Judge, Records};
use crate::enforce::{Asked, Call, On, Under, refuse};
use crate::error::{Error, Result};
use crate::events::{Happened, tell};
use crate::intake::Intake;
use crate::log::{Appender, What};
use crate::mailbox::mailbox_key;
use crate::store::{Change, Number, Speaking, SubmissionRow, TicketRow};

/// Tickets that are looked at together.
const BATCH: usize = 256;

/// How an attempt to hand a message over has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The server has taken it.
    Sent,
    /// The server does not take it, now or later.
    Refused,
    /// It was not taken, and may be tried again, not before this time where one is given.
    Later(Option<Timestamp>),
    /// Nobody knows.
    Unknown,
}

/// What has become of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its number.
    pub ticket: i64,
    /// The attempt that has ended: the number that [`Archive::journal`] gave when it began. `None` for one that ended before the
    /// message could go; it is passed over where the ticket no longer waits, because another sender has taken it.
    pub attempt: Option<u32>,
    /// How it has ended.
    pub ending: Ending,
    /// What the server said.
    pub answers: Answers,
    /// When.
    pub at: Timestamp,
}

/// What a person has found out of a message of which nobody knew whether it had gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It has gone: it will not be sent again.
    Sent,
    /// It has not: it waits to be sent. Whoever says so wrongly sends it twice.
    NotSent,
}

impl Archive {
    /// Makes ready for sending from a mailbox, by whoever sends next: what an earlier sender was just handing over when he
    /// ended is `Unknown`, and of what is `Unknown` everything becomes `Sent` that a certified event of the provider speaks
    /// of. Gives what is unknown now.
    ///
    /// Two senders of one mailbox at a time send nothing twice: one alone may begin a ticket, and what the other met before he
    /// could begin changes nothing. But the second makes the first one's message unknown until its outcome is written.
    ///
    /// # Errors
    /// Those of [`Archive::put`].
    pub fn open_outbox(&self, actor: &Actor, intake: &Intake<'_>, mailbox: &str) -> Result<Vec<Ticket>> {
        let asked = Asked::new(actor, Call::Outbox).on(On::Mailbox(mailbox)).at(intake.now);
        self.allow(&asked)?;
        let left = self.all_tickets(mailbox, TicketState::Sending)?;
        if !left.is_empty() {
            self.change_for(&asked, |change, under| {
                let by = By { actor, under: under.clone() };
                for row in &left {
                    // Its outcome may have been written since.
                    if let Some(row) = change.ticket(row.number)?.filter(|row| row.state == TicketState::Sending) {
                        unknown(change, &by, row, intake.now, "the sender ended while it was being sent")?;
                    }
                }
                Ok(())
            })?;
        }
        self.settle_outbox(actor, intake, mailbox)
    }

    /// Looks in the archive for certified events of what is `Unknown`: an acceptance receipt, or any other certified message
    /// of the same transaction and sender, proves that the provider has taken it. Gives what is still unknown.
    ///
    /// # Errors
    /// Those of [`Archive::put`]; [`Error::Damaged`] where a receipt cannot be read.
    pub fn settle_outbox(&self, actor: &Actor, intake: &Intake<'_>, mailbox: &str) -> Result<Vec<Ticket>> {
        let asked = Asked::new(actor, Call::Outbox).on(On::Mailbox(mailbox)).at(intake.now);
        self.allow(&asked)?;
        let mut unknown = Vec::new();
        for row in self.all_tickets(mailbox, TicketState::Unknown)? {
            if self.is_proven(intake, &row)? {
                self.write(intake, |change| {
                    let by = By { actor, under: self.judge(change, &asked)? };
                    let row = change.ticket(row.number)?.filter(|row| row.state == TicketState::Unknown);
                    row.map_or(Ok(BTreeSet::new()), |row| sent(change, &by, row, intake.now, "receipt"))
                })?;
            } else {
                unknown.push(Ticket::of(row)?);
            }
        }
        Ok(unknown)
    }

    /// Whether a certified event says that the provider has it.
    fn is_proven(&self, intake: &Intake<'_>, row: &TicketRow) -> Result<bool> {
        if row.message_id.is_empty() {
            return Ok(false);
        }
        let mut judge = Judge::by(intake, self.seal(), self.cache());
        let texts = BTreeSet::from([row.message_id.clone()]);
        self.read(|view| {
            let ledger = dossiers::ledger(view, &texts, Speaking::Counting, &mut Records::default(), &mut judge)?;
            Ok(ledger.dossiers(intake.now).any(|dossier| {
                dossier.message_ids.contains(&row.message_id.as_str())
                    && dossier.sender.is_some_and(|sender| sender.eq_ignore_ascii_case(&row.sender))
                    && dossier.events.iter().any(|event| event.standing == Standing::Counts)
            }))
        })
    }

    /// Writes down what has become of tickets and, in the same step, that another one is about to be handed over. When it
    /// returns, both are on stable storage; what was sent is a submission, and its dossier waits for receipts.
    ///
    /// Gives the number of the attempt where the other one may go, from 1, for the [`Outcome`] that it will have. `None` where it
    /// no longer waits, because another sender has taken it: it may not go.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such ticket; those of [`Archive::put`]. Nothing was written then. [`Error::Denied`]
    /// where whoever asks may not send from there: what has become of the others is written all the same. Of attempts that have
    /// begun whoever has lost the permission meanwhile still says how they ended; nobody does who has nothing to do with the
    /// mailbox, and of what has not begun nobody who may not send it. Then nothing was written.
    pub fn journal(
        &self,
        actor: &Actor,
        intake: &Intake<'_>,
        outcomes: &[Outcome],
        begin: Option<i64>,
    ) -> Result<Option<u32>> {
        let (mut begun, mut refused) = (None, None);
        let mut stranger = None;
        let written = self.write(intake, |change| {
            let mut texts = BTreeSet::new();
            for outcome in outcomes {
                // What has happened is written; under a mandate, where one covers it.
                let row = found(change, outcome.ticket)?;
                let asked = Asked::new(actor, Call::Outbox).on(On::Mailbox(&row.mailbox)).at(intake.now);
                let under = match self.judge(change, &asked) {
                    Err(Error::Denied(denied)) if !may_say(actor, outcome, &denied) => {
                        stranger = Some(row.mailbox.clone());
                        return Err(Error::Denied(denied));
                    }
                    judged => judged.unwrap_or_default(),
                };
                texts.extend(outcome.write(change, &By { actor, under }, row)?);
            }
            if let Some(number) = begin {
                let row = found(change, number)?;
                let asked = Asked::new(actor, Call::Outbox).on(On::Mailbox(&row.mailbox)).at(intake.now);
                if let Err(error) = self.judge(change, &asked) {
                    refuse(change, &asked, &error)?;
                    refused = Some(error);
                    return Ok(texts);
                }
                let waits = row.state == TicketState::Queued && row.message.is_some();
                begun = waits.then(|| row.attempts.saturating_add(1));
                if let Some(attempts) = begun {
                    let at = intake.now.as_second();
                    change.set_ticket(&TicketRow {
                        state: TicketState::Sending,
                        changed_at: at,
                        begun_at: Some(at),
                        attempts,
                        ..row
                    })?;
                }
            }
            Ok(texts)
        });
        match &stranger {
            Some(mailbox) => {
                let asked = Asked::new(actor, Call::Outbox).on(On::Mailbox(mailbox)).at(intake.now);
                self.noted(&asked, written)?;
            }
            None => written?,
        }
        refused.map_or(Ok(begun), Err)
    }

    /// Ends that nobody knows of a message whether it has gone.
    ///
    /// # Errors
    /// [`Error::BadValue`] where that is known; [`Error::NotFound`]; those of [`Archive::put`].
    pub fn resolve(
        &self,
        actor: &Actor,
        intake: &Intake<'_>,
        mailbox: &str,
        key: &str,
        resolution: Resolution,
    ) -> Result<Ticket> {
        let asked = Asked::new(actor, Call::Outbox).on(On::Mailbox(mailbox)).at(intake.now);
        let resolved = self.write(intake, |change| {
            let by = By { actor, under: self.judge(change, &asked)? };
            let row = change.ticket_of_key(&mailbox_key(mailbox), key)?;
            let row = row.ok_or_else(|| Error::NotFound(format!("{key} in the outbox of {mailbox}")))?;
            if row.state != TicketState::Unknown {
                return Err(Error::BadValue { what: "ticket", value: format!("{key} is {}", row.state.as_str()) });
            }
            let is_sent = resolution == Resolution::Sent;
            let what = What::Resolve { id: row.id, mailbox, key, sent: is_sent };
            by.log(change, intake.now, what)?;
            if is_sent {
                return sent(change, &by, row, intake.now, "host");
            }
            let changed_at = intake.now.as_second();
            change.set_ticket(&TicketRow { state: TicketState::Queued, changed_at, not_before: None, ..row })?;
            Ok(BTreeSet::new())
        });
        self.noted(&asked, resolved)?;
        self.ticket(actor, mailbox, key)
    }

    /// Notes that a message was put into the folder of sent mail.
    ///
    /// # Errors
    /// [`Error::NotFound`]; those of [`Archive::put`].
    pub fn note_filed(&self, actor: &Actor, ticket: i64, now: Timestamp) -> Result<()> {
        let mailbox = self.read(|view| Ok(view.ticket(ticket)?.map(|row| row.mailbox)))?.unwrap_or_default();
        let asked = Asked::new(actor, Call::Filed).on(On::Mailbox(&mailbox)).at(now);
        self.change_for(&asked, |change, _| {
            let row = found(change, ticket)?;
            change.set_ticket(&TicketRow { filed_at: Some(now.as_second()), ..row })
        })
    }

    fn all_tickets(&self, mailbox: &str, state: TicketState) -> Result<Vec<TicketRow>> {
        let mailbox = mailbox_key(mailbox);
        let mut all: Vec<TicketRow> = Vec::new();
        loop {
            let after = all.last().map_or(0, |row| row.number);
            let rows = self.read(|view| view.tickets(&mailbox, state, after, BATCH))?;
            let is_last = rows.len() < BATCH;
            all.extend(rows);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// Runs `work` in a change, and brings the dossiers of the transactions up to date that it gives.
    fn write(&self, intake: &Intake<'_>, mut work: impl FnMut(&dyn Change) -> Result<BTreeSet<String>>) -> Result<()> {
        self.writer().refresh_after(self.backend(), intake, &mut work)
    }
}

/// Whether somebody who may not send now says what has become of a message: the host does, and whoever could have begun it.
fn may_say(actor: &Actor, outcome: &Outcome, denied: &Denied) -> bool {
    match actor.by() {
        Some(Asking::Host) => true,
        Some(Asking::User { .. }) => outcome.attempt.is_some() && !denied.is_elsewhere(),
        Some(Asking::Operator(_)) | None => false,
    }
}

fn found(change: &dyn Change, number: i64) -> Result<TicketRow> {
    change.ticket(number)?.ok_or_else(|| Error::NotFound(format!("ticket {number}")))
}

/// Who says what has become of a ticket, and under which mandate.
struct By<'a> {
    actor: &'a Actor,
    under: Under,
}

impl By<'_> {
    fn log(&self, change: &dyn Change, at: Timestamp, what: What<'_>) -> Result<()> {
        Appender::new(change, self.actor, at)?.under(&self.under).append(what).map(drop)
    }
}

impl Outcome {
    /// Whether it says something of the ticket as it stands: of what another sender is handing over, or of which nobody knows
    /// whether it has gone, one who never began it knows nothing, and a late one nothing but that the server has it.
    fn concerns(&self, row: &TicketRow) -> bool {
        match self.attempt {
            None => row.state == TicketState::Queued,
            Some(attempt) => attempt == row.attempts || self.ending == Ending::Sent,
        }
    }

    /// Writes it. What was sent stays sent: whatever comes later of another sender, the server has it.
    fn write(&self, change: &dyn Change, by: &By<'_>, row: TicketRow) -> Result<BTreeSet<String>> {
        if row.state == TicketState::Sent || !self.concerns(&row) {
            return Ok(BTreeSet::new());
        }
        let answers = serde_json::to_string(&self.answers).map_err(|error| Error::Internal(error.to_string()))?;
        let changed_at = self.at.as_second();
        let row = TicketRow { answers, changed_at, ..row };
        let why = || {
            let refused = |code: u16| !(200..400).contains(&code);
            let of_recipients = self.answers.recipients.iter().find(|answer| refused(answer.reply.code));
            let reply = of_recipients.map(|answer| &answer.reply).or(self.answers.message.as_ref());
            // What a server says mostly names a recipient: the ticket keeps it and goes blank with the message, the log is for ever.
            reply.map_or_else(String::new, |reply| match (reply.code, &reply.enhanced) {
                (0, _) => reply.text.clone(),
                (code, Some(enhanced)) => format!("{code} {enhanced}"),
                (code, None) => code.to_string(),
            })
        };
        match self.ending {
            Ending::Sent => return sent(change, by, row, self.at, "server"),
            Ending::Unknown if row.state == TicketState::Unknown => change.set_ticket(&row)?,
            Ending::Unknown => unknown(change, by, row, self.at, &why())?,
            Ending::Refused => {
                let (mailbox, key) = (row.mailbox.as_str(), row.key.as_str());
                let what = What::SendRefused { id: row.id, mailbox, key, why: &why() };
                by.log(change, self.at, what)?;
                end(change, self.at, TicketRow { state: TicketState::Refused, ..row })?;
            }
            Ending::Later(not_before) => {
                let not_before = not_before.map(Timestamp::as_second);
                change.set_ticket(&TicketRow { state: TicketState::Queued, not_before, ..row })?;
            }
        }
        Ok(BTreeSet::new())
    }
}

/// The server has it: from now on it is a submission. Gives the transactions of which it speaks.
fn sent(change: &dyn Change, by: &By<'_>, row: TicketRow, at: Timestamp, says: &str) -> Result<BTreeSet<String>> {
    let what = What::Sent { id: row.id, mailbox: &row.mailbox, key: &row.key, by: says };
    by.log(change, at, what)?;
    let texts = match row.message {
        Some(number) => submitted(change, number, &row)?,
        None => BTreeSet::new(),
    };
    end(change, at, TicketRow { state: TicketState::Sent, not_before: None, ..row })?;
    Ok(texts)
}

fn submitted(change: &dyn Change, number: Number, row: &TicketRow) -> Result<BTreeSet<String>> {
    let submission = SubmissionRow {
        sender: row.sender.clone(),
        recipients: row.recipients.clone(),
        at: row.begun_at.unwrap_or(row.queued_at),
    };
    change.put_submission(number, &submission)?;
    Ok(change.texts_of(&[number], Speaking::All)?.into_iter().collect())
}

fn unknown(change: &dyn Change, by: &By<'_>, row: TicketRow, at: Timestamp, why: &str) -> Result<()> {
    let what = What::SendUnknown { id: row.id, mailbox: &row.mailbox, key: &row.key, why };
    by.log(change, at, what)?;
    end(change, at, TicketRow { state: TicketState::Unknown, ..row })
}

/// Writes where a ticket has come to, and tells those who follow events.
fn end(change: &dyn Change, at: Timestamp, row: TicketRow) -> Result<()> {
    let (mailbox, key, state) = (row.mailbox.clone(), row.key.clone(), row.state.as_str().to_owned());
    tell(change, at, row.message, &Happened::Ticket { mailbox, key, state })?;
    change.set_ticket(&TicketRow { changed_at: at.as_second(), ..row })
}
