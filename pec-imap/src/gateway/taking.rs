//! A message into the outbox: under which name, and what speaks against it.

use memchr::memchr;
use pec_archive::{Id, Outgoing, TicketState};
use pec_core::compose::{Envelope, Refusal, preflight};
use pec_core::limits::Limits;
use pec_core::message::Message;

use super::desk::Transaction;
use crate::error::Error;
use crate::hub::Hub;

/// A Message-ID beyond which the digest names a message: the outbox takes keys of 500 bytes.
const LONGEST_ID: usize = 400;

/// What became of a message.
pub(super) struct Taken {
    pub(super) key: String,
    pub(super) id: Id,
    pub(super) state: TicketState,
    /// What its provider said, where it has refused it.
    pub(super) answer: String,
    pub(super) warnings: Vec<Refusal>,
}

/// Why a message was not taken.
pub(super) enum Not {
    Refused(Vec<Refusal>),
    /// Another one has its name.
    Reused(String),
    Failed(Error),
}

/// Puts a message into the outbox, where nothing speaks against it.
pub(super) fn take(hub: &Hub, transaction: Transaction, message: Vec<u8>) -> std::result::Result<Taken, Not> {
    let Transaction { origin, sender, mut recipients } = transaction;
    // Neither their order nor their repetition means anything.
    recipients.sort_unstable();
    recipients.dedup();
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let envelope = Envelope { sender: &sender, recipients: recipients.clone() };
    let refusals = preflight(&message, &envelope, &origin.limits.conditions());
    if refusals.iter().any(Refusal::is_refused) {
        return Err(Not::Refused(refusals));
    }
    let key = key_of(&message);
    let outgoing = Outgoing { mailbox: &origin.mailbox, key: &key, sender: &sender, recipients: &recipients };
    match hub.queue(&outgoing, message) {
        Ok(ticket) => {
            let said = ticket.answers.recipients.iter().map(|answer| &answer.reply).chain(&ticket.answers.message);
            let answer = said.filter(|reply| !(200..400).contains(&reply.code)).map(|reply| reply.text.as_str());
            let answer = answer.collect::<Vec<_>>().join("; ");
            Ok(Taken { key, id: ticket.id, state: ticket.state, answer, warnings: refusals })
        }
        Err(Error::Archive(pec_archive::Error::KeyReused { .. })) => Err(Not::Reused(key)),
        Err(error) => Err(Not::Failed(error)),
    }
}

/// How a message is called in the outbox: by its Message-ID, else by what it is.
fn key_of(message: &[u8]) -> String {
    let parsed = Message::parse(message, &Limits::DEFAULT);
    let id = parsed.root().headers().get("message-id").map(|value| value.trim_ascii().to_vec()).unwrap_or_default();
    let plain = !id.is_empty() && id.len() <= LONGEST_ID && id.iter().all(u8::is_ascii_graphic);
    match String::from_utf8(id) {
        Ok(id) if plain && memchr(b'@', id.as_bytes()).is_some() => {
            format!("smtp:{}", id.trim_start_matches('<').trim_end_matches('>'))
        }
        _ => format!("smtp:{}", Id::of(message)),
    }
}
