//! What a gateway allows, and what it tells.

use std::time::Duration;

use pec_archive::Id;
use pec_core::compose::Refusal;

use crate::error::Error;
use crate::relay::Relayed;
use crate::smtp::Dispatch;

/// What a gateway allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GatewayPolicy {
    /// Connections at a time; one more is asked to come again.
    pub clients: usize,
    /// Bytes of a message.
    pub message_bytes: usize,
    /// Bytes of all messages that are just coming in; what is beyond them is asked to come again.
    pub memory_bytes: usize,
    /// Recipients of a message.
    pub recipients: usize,
    /// How long a connection may be until it has logged in.
    pub login: Duration,
    /// How long a client may say nothing.
    pub idle: Duration,
    /// How long one message may take.
    pub message: Duration,
    /// What becomes of what was taken.
    pub sending: GatewaySending,
    /// How often mailboxes are looked at whose mail is [delivered](crate::Gateway::deliver).
    pub receive_every: Duration,
}

/// What becomes of what a gateway has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GatewaySending {
    /// It is sent in the background, at the pace of its provider.
    #[default]
    InBackground,
    /// It waits in the outbox for whoever sends.
    Never,
}

impl Default for GatewayPolicy {
    /// 32 clients; 100 MB a message, the most that a provider is known to take, 512 MB of all; 1,000 recipients; a minute until
    /// the login, five of silence (RFC 5321 §4.5.3.2.7), ten a message; sending in the background; looking for mail
    /// every minute.
    fn default() -> Self {
        Self {
            clients: 32,
            message_bytes: 100_000_000,
            memory_bytes: 512_000_000,
            recipients: 1000,
            login: Duration::from_mins(1),
            idle: Duration::from_mins(5),
            message: Duration::from_mins(10),
            sending: GatewaySending::default(),
            receive_every: Duration::from_mins(1),
        }
    }
}

/// What has happened at a gateway.
#[derive(Debug)]
#[non_exhaustive]
pub enum GatewayEvent {
    /// A message is in the outbox, on stable storage.
    Taken {
        /// From which mailbox it goes.
        mailbox: String,
        /// Its name in the outbox.
        key: String,
        /// The SHA-256 of its bytes.
        id: Id,
        /// What a person should know of it.
        warnings: Vec<Refusal>,
    },
    /// A message was not taken, and the program was told why.
    Refused {
        /// From which mailbox it should have gone.
        mailbox: String,
        /// Why; empty where it is not for what the message is.
        refusals: Vec<Refusal>,
        /// What the program was told.
        told: String,
    },
    /// Somebody was not let in.
    NotLetIn {
        /// The name that he gave, made harmless.
        user: String,
    },
    /// What waited in the outbox of a mailbox was sent, as far as it could be.
    Sent {
        /// Which mailbox.
        mailbox: String,
        /// What came of it.
        dispatch: Dispatch,
    },
    /// What has come into a mailbox was put where it is wanted.
    Relayed {
        /// Which mailbox.
        mailbox: String,
        /// What was put there.
        relayed: Vec<Relayed>,
    },
    /// A message that has come into a mailbox is not where it is wanted, or not as it is; it is in the archive, and is not tried
    /// again.
    PassedOver {
        /// Which mailbox.
        mailbox: String,
        /// Which message.
        id: Id,
        /// Why.
        error: Error,
    },
    /// A mailbox could not be looked at, or what has come into it not be put there. It is tried again; that it goes on failing
    /// is not told.
    NotRelayed {
        /// Which mailbox.
        mailbox: String,
        /// Why.
        error: Error,
    },
    /// More has happened than whoever listens has taken: what was told of messages and logins is left out. All of it was done.
    Missed {
        /// How many events.
        count: u64,
    },
    /// Nothing of what waits could be sent.
    NotSent {
        /// Which mailbox.
        mailbox: String,
        /// Why.
        error: Error,
    },
}
