//! What happens at a gateway.

use std::net::SocketAddr;

use serde::Serialize;

use super::{Dispatch, Problem, Refusal, Relayed};
use crate::gateway;

/// Something that has happened at a gateway. What `event` does not speak of is `None`, or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GatewayEvent {
    /// `listening` at `address`; `taken`, under `key`; `refused`, for `refusals`, and what was `told`; `not-let-in`, a `user`; `sent`, of
    /// which `dispatch` says what came of it; `not-sent`; `relayed`; `passed-over`, a message that its target does not take; `not-relayed`;
    /// `missed`, so many events that could not be told.
    pub event: &'static str,
    /// Where it listens.
    pub address: Option<String>,
    /// The mailbox.
    pub mailbox: Option<String>,
    /// The name that somebody gave who was not let in.
    pub user: Option<String>,
    /// The name of the message in the outbox.
    pub key: Option<String>,
    /// The message.
    pub id: Option<String>,
    /// Why it was refused, or what a person should know of it.
    pub refusals: Vec<Refusal>,
    /// What the program was told.
    pub told: Option<String>,
    /// What sending came to.
    pub dispatch: Option<Dispatch>,
    /// What was put where it is wanted.
    pub relayed: Vec<Relayed>,
    /// Why something was not done.
    pub problem: Option<Problem>,
    /// Events that could not be told.
    pub missed: Option<u64>,
}

impl GatewayEvent {
    /// It listens here.
    #[must_use]
    pub fn listening(address: SocketAddr) -> Self {
        Self { event: "listening", address: Some(address.to_string()), ..Self::default() }
    }

    /// Of what has happened.
    #[must_use]
    pub fn of(event: &gateway::GatewayEvent) -> Self {
        use gateway::GatewayEvent as E;
        let of =
            |event: &'static str, mailbox: &str| Self { event, mailbox: Some(mailbox.to_owned()), ..Self::default() };
        match event {
            E::Taken { mailbox, key, id, warnings } => Self {
                key: Some(key.clone()),
                id: Some(id.to_string()),
                refusals: warnings.iter().map(Refusal::of).collect(),
                ..of("taken", mailbox)
            },
            E::Refused { mailbox, refusals, told } => Self {
                refusals: refusals.iter().map(Refusal::of).collect(),
                told: Some(told.clone()),
                ..of("refused", mailbox)
            },
            E::NotLetIn { user } => Self { event: "not-let-in", user: Some(user.clone()), ..Self::default() },
            E::Sent { mailbox, dispatch } => {
                Self { dispatch: Some(Dispatch::of(mailbox, dispatch)), ..of("sent", mailbox) }
            }
            E::NotSent { mailbox, error } => Self { problem: Some(Problem::of(error)), ..of("not-sent", mailbox) },
            E::Relayed { mailbox, relayed } => {
                Self { relayed: relayed.iter().map(Relayed::of).collect(), ..of("relayed", mailbox) }
            }
            E::PassedOver { mailbox, id, error } => {
                Self { id: Some(id.to_string()), problem: Some(Problem::of(error)), ..of("passed-over", mailbox) }
            }
            E::Missed { count } => Self { event: "missed", missed: Some(*count), ..Self::default() },
            E::NotRelayed { mailbox, error } => {
                Self { problem: Some(Problem::of(error)), ..of("not-relayed", mailbox) }
            }
        }
    }
}
