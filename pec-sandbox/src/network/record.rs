//! What really happened: the log of the network, the truth about each recipient, and the origin of each message. Mail
//! programs see none of it; tests compare with it.

use pec_core::verify::Kind;

use super::Fault;
use crate::{Failure, Moment};

/// Where a message in a mailbox comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A provider of the network issued it about the owner's own message, and nobody touched it.
    Genuine,
    /// As genuine, with an edited outer header.
    Edited,
    /// A second copy of a genuine message.
    Copy,
    /// Genuine, about somebody else's message.
    Foreign,
    /// Signed with a self-made certificate that names a provider.
    Forged,
    /// Ordinary mail in an ordinary mailbox.
    Ordinary,
}

/// What became of a message for one recipient, in truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The access point did not accept the message.
    Refused,
    /// On its way, or waiting for a point that does not work.
    Underway,
    /// It lies in the recipient's mailbox.
    Delivered(Moment),
    /// The delivery point could not deliver it.
    Failed(Failure, Moment),
    /// The recipient's provider found a virus and forwarded nothing.
    Infected(Moment),
    /// It left the certified network for an ordinary mailbox.
    External(Moment),
    /// An ordinary mail server refused it.
    Bounced(Moment),
    /// It got lost between the providers.
    Lost(Moment),
}

/// What a message is about, as the one who sends it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its kind.
    pub kind: Kind,
    /// Its own Message-ID, with angle brackets.
    pub message_id: String,
    /// *identificativo* of the transaction, when it belongs to one.
    pub pec_id: Option<String>,
    /// The one recipient it speaks of, when there is one.
    pub recipient: Option<String>,
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Moment,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An access point took a submission and gave it an identifier.
    Submitted {
        /// *identificativo*.
        pec_id: String,
        /// Reverse path.
        sender: String,
        /// Forward paths.
        recipients: Vec<String>,
    },
    /// A provider signed a message and sent it to an address.
    Issued {
        /// Host of the provider.
        by: &'static str,
        /// The address.
        to: String,
        /// The message.
        message: Label,
    },
    /// A fault was applied to a message.
    Faulted {
        /// The fault.
        fault: Fault,
        /// The message.
        message: Label,
    },
    /// A message was put into a mailbox.
    Put {
        /// The mailbox.
        mailbox: String,
        /// The message.
        message: Label,
        /// What it is in truth.
        origin: Origin,
    },
    /// A message ended without a mailbox, and nobody is told.
    Dropped {
        /// To whom it was addressed.
        to: String,
        /// The message.
        message: Label,
        /// Why.
        why: Why,
    },
    /// An incoming point found that a message is no correct PEC.
    Anomalous {
        /// Host of the provider.
        by: &'static str,
        /// The reason that the anomaly envelope states, or would.
        reason: String,
    },
    /// The truth about a recipient changed.
    Settled {
        /// *identificativo*.
        pec_id: String,
        /// The recipient.
        recipient: String,
        /// What became of the message.
        outcome: Outcome,
    },
}

/// Why a message ended without a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No such mailbox.
    NoMailbox,
    /// The mailbox is disabled.
    Disabled,
    /// The mailbox is full.
    Full,
    /// The provider takes no ordinary mail.
    OrdinaryRefused,
    /// A virus in a message that no provider answers for (RFC 6109 §2.2.2).
    Virus,
    /// The point was out of order for longer than a mail server waits: 24 hours (RFC 6109 §2.2.2).
    WaitedTooLong,
}
