//! What rules hand on: once, byte for byte, and never round.

use std::collections::BTreeSet;

use jiff::Timestamp;
use pec_archive::{Action, Happened, Id, Outgoing};
use pec_core::compose::{Draft, Envelope, Refusal, Stamp, preflight};
use pec_core::limits::Limits;
use pec_core::message::{Mailbox, Message, date};

use super::Hub;
use super::today::LATE;
use crate::error::{Error, Result};

/// Under which name events are followed for what is to be handed on.
const FORWARD: &str = "forward";

/// Before the name of what a rule hands on, in the outbox and in its Message-ID; and hexadecimal digits of that name.
const KEY: &str = "rule:";
const ID: &str = "rule.";
const NAME: usize = 32;

/// What became of a message that a rule hands on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Forwarded {
    /// Which message.
    pub id: Id,
    /// By which rule.
    pub rule: String,
    /// To whom.
    pub to: String,
    /// What became of it.
    pub outcome: ForwardOutcome,
}

/// What can become of a message that a rule hands on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForwardOutcome {
    /// It is in the outbox.
    Queued {
        /// Of this mailbox.
        mailbox: String,
        /// Under this key.
        key: String,
    },
    /// It would go round: what was handed on has come back, a receipt speaks of it, or it would go to the mailbox from which it
    /// comes.
    Loop,
    /// It was certified, or says that it was written, more than three days before it came in: an old mailbox that was brought
    /// in, whose mail nobody wants to have sent again.
    Old,
    /// It is in no mailbox that is managed and may be opened: nobody could send it.
    NoMailbox,
    /// No provider would take it.
    Refused(Vec<Refusal>),
    /// The archive cannot give it any more: erased, or damaged.
    Lost,
}

impl Hub {
    /// Puts into the outbox what rules hand on ([`Action::Forward`]), also what somebody has accepted that they suggest: the
    /// message as it is, in a new one from the mailbox in which it lies. Whoever sends sends it.
    ///
    /// A rule hands a message on to the same address once, by the key of the ticket. What was handed on is known by its
    /// Message-ID, which no one else can have a ticket for: neither it nor a receipt for it is handed on again, however deep
    /// inside it comes back (an external program that wraps it in base64 hides it). What was older than three days when it came
    /// in is an old mailbox that was brought in, and stays where it is.
    ///
    /// # Errors
    /// Those of the archive. What concerns one message is in its outcome.
    pub fn act_on_events(&self) -> Result<Vec<Forwarded>> {
        let mut done = Vec::new();
        self.follow(FORWARD, |event| {
            let (Happened::Filed { rule, actions }, Some(id)) = (&event.what, event.id) else { return Ok(()) };
            for action in actions {
                if let Action::Forward(to) = action {
                    let outcome = self.forward(id, rule, to)?;
                    done.push(Forwarded { id, rule: rule.clone(), to: to.clone(), outcome });
                }
            }
            Ok(())
        })?;
        Ok(done)
    }

    fn forward(&self, id: Id, rule: &str, to: &str) -> Result<ForwardOutcome> {
        let bytes = match self.archive().get(self.actor(), id) {
            Ok(bytes) => bytes,
            Err(pec_archive::Error::NotFound(_) | pec_archive::Error::Damaged(_)) => return Ok(ForwardOutcome::Lost),
            Err(error) => return Err(error.into()),
        };
        let message = Message::parse(&bytes[..], &Limits::DEFAULT);
        let entry = self.archive().entry(self.actor(), id)?;
        if self.was_handed_on(&message, entry.message_id.as_deref())? {
            return Ok(ForwardOutcome::Loop);
        }
        let written = || message.root().headers().get("date").and_then(date);
        let written = entry.certified_at.or_else(|| Timestamp::from_second(written()?).ok());
        let is_old = |stored: Timestamp| written.is_some_and(|at| stored.duration_since(at) > LATE);
        if entry.stored_at.is_some_and(is_old) {
            return Ok(ForwardOutcome::Old);
        }
        let mut from = None;
        for mailbox in &entry.mailboxes {
            if to.eq_ignore_ascii_case(mailbox) {
                return Ok(ForwardOutcome::Loop);
            }
            from = match from {
                None => self.terms(mailbox).ok(),
                found => found,
            };
        }
        let Some((said, limits)) = from else { return Ok(ForwardOutcome::NoMailbox) };
        let name = Id::of(format!("{rule}\0{to}\0{id}").as_bytes()).to_string();
        let name = name.get(..NAME).unwrap_or_default();
        let (mailbox, key) = (said.address, format!("{KEY}{name}"));
        // What it says decides, not when it was written.
        if self.archive().ticket(self.actor(), &mailbox, &key).is_ok() {
            return Ok(ForwardOutcome::Queued { mailbox, key });
        }
        let named = |address: &str| Mailbox { name: None, address: address.to_owned() };
        let mut draft = Draft::forward(named(&mailbox), &message);
        draft.to.push(named(to));
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| Error::Internal(error.to_string()))?;
        let domain = mailbox.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let stamp = Stamp::new(self.now().to_zoned(jiff::tz::TimeZone::UTC), seed);
        let composed = match draft.compose(&stamp.message_id(format!("{ID}{name}@{domain}"))) {
            Ok(composed) => composed,
            Err(refusals) => return Ok(ForwardOutcome::Refused(refusals)),
        };
        let recipients: Vec<&str> = composed.recipients.iter().map(String::as_str).collect();
        let envelope = Envelope { sender: &composed.sender, recipients: recipients.clone() };
        let refusals = preflight(&composed.bytes, &envelope, &limits.conditions());
        if refusals.iter().any(Refusal::is_refused) {
            return Ok(ForwardOutcome::Refused(refusals));
        }
        let outgoing = Outgoing { mailbox: &mailbox, key: &key, sender: &composed.sender, recipients: &recipients };
        self.queue(&outgoing, composed.bytes)?;
        Ok(ForwardOutcome::Queued { mailbox, key })
    }

    /// Whether a message is one that a rule has handed on, has one inside, or is a receipt for one.
    fn was_handed_on(&self, message: &Message<&[u8]>, about: Option<&str>) -> Result<bool> {
        let root = message.root();
        let parts = std::iter::once(root).chain(root.descendants());
        let fields = ["message-id", "x-riferimento-message-id"];
        let written = parts.flat_map(|part| fields.map(|name| part.headers().get(name)));
        let mut ids: Vec<String> =
            written.flatten().map(|value| String::from_utf8_lossy(value).trim().to_owned()).collect();
        ids.extend(about.map(str::to_owned));
        let names = ids.iter().filter_map(|id| id.trim_start_matches('<').strip_prefix(ID)?.get(..NAME));
        let names: BTreeSet<&str> = names.collect();
        for name in names {
            for mailbox in self.mailboxes()? {
                // A name that somebody has only made up has no ticket.
                match self.archive().ticket(self.actor(), &mailbox.said.address, &format!("{KEY}{name}")) {
                    Ok(_) => return Ok(true),
                    Err(pec_archive::Error::NotFound(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(false)
    }
}
