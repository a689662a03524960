//! What is to be sent (*coda di invio*): given once, kept byte for byte before it goes, and never sent twice because nobody
//! knows whether it has gone.
//!
//! ```text
//!            queue            begin                    outcome
//!   caller ───────> Queued ─────────> Sending ──────────────────> Sent      a submission: its dossier waits for receipts
//!                     ^  ^               │ 4xx, or lost before it mattered
//!                     │  └───────────────┤
//!                     │ resolve(NotSent) ├──────────────────────> Refused   5xx
//!                     └────────────── Unknown <── cut after DATA, or a crash
//!                                        │ a certified event of our provider, or resolve(Sent)
//!                                        └──────────────────────> Sent
//! ```
//!
//! [`Archive::journal`] makes `Sending` durable before a message is handed over, so that after a crash every message that
//! may have gone is `Unknown`, and none of them goes again by itself.

mod answered;
mod journal;
mod ticket;

use std::cell::RefCell;

use jiff::Timestamp;
use pec_core::compose::{Conditions, Envelope, Refusal, preflight};
use pec_core::delegation::By;
use pec_core::message::Message;

use answered::answered;
pub use journal::{Ending, Outcome, Resolution};
pub use ticket::{Answer, Answers, Reply, Ticket, TicketState};

use crate::actor::Actor;
use crate::archive::{Archive, bare};
use crate::enforce::{Asked, Call, On, Under};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::intake::Intake;
use crate::log::{Appender, What};
use crate::mailbox::mailbox_key;
use crate::store::{TicketRow, View};
use crate::writer::With;

/// The longest key, in bytes.
const LONGEST_KEY: usize = 500;

/// From where and to whom a message is to go, and what the caller calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outgoing<'a> {
    /// The mailbox from which it goes: its address, in whatever case.
    pub mailbox: &'a str,
    /// The caller's own name for it, up to 500 bytes: an invoice number, a database key. Within a mailbox it stands for one
    /// message, for ever.
    pub key: &'a str,
    /// The SMTP reverse path.
    pub sender: &'a str,
    /// The SMTP recipients.
    pub recipients: &'a [&'a str],
}

impl Archive {
    /// Takes a message to be sent: its exact bytes are archived, and when this returns they and the ticket are on stable
    /// storage. The same key with the same message and envelope gives the same ticket, whatever has become of it, so that
    /// a caller who does not know whether he was heard can ask again.
    ///
    /// Whether a provider would take it is not asked here: [`Archive::queue_checked`] does.
    ///
    /// # Errors
    /// [`Error::KeyReused`]: the key stands for another message, or another envelope, or for one that was erased; the caller's. [`Error::BadValue`] for an
    /// empty or odd key, and where there are no recipients. And those of [`Archive::put`]. Nothing was stored then.
    pub fn queue(
        &self,
        actor: &Actor,
        intake: &Intake<'_>,
        outgoing: &Outgoing<'_>,
        message: Vec<u8>,
    ) -> Result<Ticket> {
        let Outgoing { key, sender, recipients, .. } = *outgoing;
        let mailbox = mailbox_key(outgoing.mailbox);
        let mailbox = mailbox.as_str();
        let odd = |text: &str| text.trim().is_empty() || text.chars().any(char::is_control);
        if odd(key) || key.len() > LONGEST_KEY {
            return Err(Error::BadValue { what: "key", value: key.into() });
        }
        if recipients.is_empty() {
            return Err(Error::BadValue { what: "recipients", value: String::new() });
        }
        let id = Id::of(&message);
        let (message_id, answered) = {
            let parsed = Message::parse(&message[..], &intake.limits);
            let written =
                parsed.root().headers().get("message-id").map(|value| String::from_utf8_lossy(value).into_owned());
            (written.map(|id| bare(&id)).unwrap_or_default(), answered(&parsed))
        };
        let now = intake.now.as_second();
        let asked = Asked::new(actor, Call::Queue).on(On::Mailbox(mailbox)).at(intake.now);
        let envelope = Envelope { sender, recipients: recipients.to_vec() };
        let judge = |view: &dyn View| self.may_queue(view, &asked, answered.as_deref(), &envelope, &intake.limits);
        let known = self.read(|view| {
            let known = view.ticket_of_key(mailbox, key)?;
            // What stands under a key is told to whoever could have put it there; to ask again is no act of the host's.
            if known.is_some() && actor.by() != Some(&By::Host) {
                judge(view)?;
            }
            Ok(known)
        });
        if let Some(known) = self.noted(&asked, known)? {
            return outgoing.again(known, id);
        }
        let (mut queued, under) = (None, RefCell::new(Under::default()));
        let mut also = |change: &dyn crate::store::Change| {
            if let Some(known) = change.ticket_of_key(mailbox, key)? {
                // Another handle was first.
                queued = Some(outgoing.again(known, id)?);
                return Ok(());
            }
            let number = crate::content::number_of(change, id)?;
            let row = TicketRow {
                number: 0,
                mailbox: mailbox.to_owned(),
                key: key.to_owned(),
                id,
                message: Some(number),
                message_id: message_id.clone(),
                sender: sender.to_owned(),
                recipients: recipients.iter().map(|recipient| (*recipient).to_owned()).collect(),
                state: TicketState::Queued,
                queued_at: now,
                changed_at: now,
                begun_at: None,
                not_before: None,
                attempts: 0,
                answers: "{}".to_owned(),
                filed_at: None,
            };
            let number = change.put_ticket(&row)?;
            let recipients = recipients.len() as u64;
            let mut log = Appender::new(change, actor, intake.now)?.under(&under.borrow());
            log.append(What::Queue { id, mailbox, key, recipients })?;
            queued = Some(Ticket::of(TicketRow { number, ..row })?);
            Ok(())
        };
        let gate = |change: &dyn crate::store::Change| {
            let judged = judge(change)?;
            under.replace(judged.clone());
            Ok(judged)
        };
        self.noted(&asked, self.store_one(actor, &gate, intake, message, With::Also(&mut also)))?;
        queued.ok_or_else(|| Error::Internal("the ticket was not written".into()))
    }

    /// As [`Archive::queue`], for a message that the provider would take under these conditions, as far as they say: what he
    /// would refuse is not queued. A key that is known gives its ticket, whatever the conditions say by now.
    ///
    /// # Errors
    /// [`Error::Refused`] with every reason at once; the caller's. And those of [`Archive::queue`].
    pub fn queue_checked(
        &self,
        actor: &Actor,
        intake: &Intake<'_>,
        outgoing: &Outgoing<'_>,
        message: Vec<u8>,
        conditions: &Conditions,
    ) -> Result<Ticket> {
        let Outgoing { mailbox, key, sender, recipients } = *outgoing;
        if self.read(|view| view.ticket_of_key(&mailbox_key(mailbox), key))?.is_none() {
            let refusals = preflight(&message, &Envelope { sender, recipients: recipients.to_vec() }, conditions);
            if refusals.iter().any(Refusal::is_refused) {
                return Err(Error::Refused(refusals));
            }
        }
        self.queue(actor, intake, outgoing, message)
    }

    /// The ticket of this key.
    ///
    /// # Errors
    /// [`Error::NotFound`]; what reading can meet.
    pub fn ticket(&self, actor: &Actor, mailbox: &str, key: &str) -> Result<Ticket> {
        let asked = Asked::new(actor, Call::Tickets).on(On::Mailbox(mailbox));
        let row = self.read_for(&asked, |view| view.ticket_of_key(&mailbox_key(mailbox), key))?;
        Ticket::of(row.ok_or_else(|| Error::NotFound(format!("{key} in the outbox of {mailbox}")))?)
    }

    /// At most `limit` tickets of a mailbox in a state, behind this number (0 is the beginning), in the order in which they
    /// were given.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn tickets(
        &self,
        actor: &Actor,
        mailbox: &str,
        state: TicketState,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Ticket>> {
        let asked = Asked::new(actor, Call::Tickets).on(On::Mailbox(mailbox));
        self.read_for(&asked, |view| view.tickets(&mailbox_key(mailbox), state, after, limit))?
            .into_iter()
            .map(Ticket::of)
            .collect()
    }

    /// The tickets of a message, in the order in which they were given; none for one that nobody has given to be sent.
    ///
    /// # Errors
    /// [`Error::NotFound`]; what reading can meet.
    pub fn tickets_of(&self, actor: &Actor, id: Id) -> Result<Vec<Ticket>> {
        let asked = Asked::new(actor, Call::Tickets).on(On::Message(id));
        let rows = self.read_for(&asked, |view| view.tickets_of(crate::content::number_of(view, id)?))?;
        rows.into_iter().map(Ticket::of).collect()
    }

    /// When messages of a mailbox were last about to be handed over, since this time, oldest first: what limits of a provider
    /// are counted by, over restarts too.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn handed_over(&self, actor: &Actor, mailbox: &str, since: Timestamp) -> Result<Vec<Timestamp>> {
        let asked = Asked::new(actor, Call::Tickets).on(On::Mailbox(mailbox));
        self.read_for(&asked, |view| view.begun(&mailbox_key(mailbox), since.as_second()))?
            .into_iter()
            .map(ticket::instant)
            .collect()
    }
}

impl Outgoing<'_> {
    /// What is known under the key, where it is the same.
    fn again(&self, known: TicketRow, id: Id) -> Result<Ticket> {
        // To whom one went that was erased is not known any more: it is not said to have gone to these.
        let same = known.id == id && known.sender == self.sender && known.recipients == self.recipients;
        if same { Ticket::of(known) } else { Err(Error::KeyReused { key: self.key.to_owned(), id: known.id }) }
    }
}
