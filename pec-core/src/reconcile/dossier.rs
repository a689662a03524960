//! A dossier: one sent message, its receipts, and what they come to.

mod beside;
mod case;
mod checks;

use jiff::Timestamp;

use super::event::Event;
use super::ledger::{Ledger, Subject};
use super::record::Source;
use super::silence::Silence;
use super::state::{State, Tone};
use crate::daticert::AddressClass;
use crate::finding::{Code, Finding, Language};
use crate::verify::Verdict;
use case::Case;

/// From which side a transaction is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Its receipts are here, or the host submitted it.
    Sent,
    /// Its envelope is here and no receipt: a received message. The envelope proves the acceptance; the delivery cannot
    /// be proven from this side, and no receipt is owed to it.
    Received,
}

impl Side {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
        }
    }
}

/// A finding about a dossier, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remark<'l> {
    /// What was found.
    pub finding: Finding,
    /// The recipient whom it concerns, where it concerns one.
    pub recipient: Option<&'l str>,
    /// The message that shows it, where one does.
    pub source: Option<Source>,
}

impl<'l> Remark<'l> {
    pub(super) const fn on(finding: Finding, source: Source) -> Self {
        Self { finding, recipient: None, source: Some(source) }
    }

    const fn about(finding: Finding, recipient: Option<&'l str>) -> Self {
        Self { finding, recipient, source: None }
    }
}

/// One recipient of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recipient<'l> {
    /// The address, as certified.
    pub address: &'l str,
    /// Certified or ordinary, as the sender's provider found (RFC 6109 §2.2.1); `None` before it said so.
    pub class: Option<AddressClass>,
    /// Where the message stands with this recipient.
    pub state: State,
    /// Positions in [`Dossier::events`] of the events that speak of this recipient alone or among others, disputed ones
    /// included; those about the message as a whole are not among them.
    pub events: Vec<usize>,
}

/// A state as a person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Look {
    /// What it means at a glance.
    pub tone: Tone,
    /// A mark beside the colour.
    pub mark: &'static str,
    /// The state in a few words.
    pub title: &'static str,
    /// What it means.
    pub explanation: &'static str,
}

/// A message that looks like a receipt, notice or envelope of the transaction and is not certified. It moves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim<'l> {
    /// The message.
    pub source: Source,
    /// What it says it is.
    pub kind: &'l str,
    /// Whom it says it concerns.
    pub recipient: Option<&'l str>,
    /// Its From.
    pub from: Option<&'l str>,
    /// Its own Message-ID.
    pub own_message_id: Option<&'l str>,
    /// Why it is no proof.
    pub verdict: Verdict,
    /// What verification found, warnings and worse.
    pub weaknesses: &'l [Code],
}

/// An ordinary delivery status notification about the message (RFC 3464). Nobody certifies it; it moves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounce<'l> {
    /// The message.
    pub source: Source,
    /// The recipients that it names.
    pub recipients: &'l [String],
    /// Its first status code (RFC 3463).
    pub status: Option<&'l str>,
    /// Whether it came inside an anomaly envelope.
    pub in_anomaly: bool,
}

/// One transaction: what was sent, what came back, what it comes to (*fascicolo*).
///
/// Its states, timeline and findings are functions of the set of records, whatever their order. They prove what the
/// certified events prove. They do not prove that no further receipt exists, nor what was sent: a copy is only what lies
/// in the mailbox, until a complete receipt or its hashes are compared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dossier<'l> {
    /// *identificativo*; `None` as long as nothing certified is known.
    pub pec_id: Option<&'l str>,
    /// Message-IDs of the sender's program (*msgid*), without angle brackets: one, unless certified items disagree.
    pub message_ids: Vec<&'l str>,
    /// The certified sender; of a submission the SMTP reverse path.
    pub sender: Option<&'l str>,
    /// Subject.
    pub subject: Option<&'l str>,
    /// From which side it is seen.
    pub side: Side,
    /// Copies of the sent message, by Message-ID and From: not certified.
    pub copies: Vec<Source>,
    /// The submission that the host reported.
    pub submission: Option<Source>,
    /// When the host submitted it.
    pub submitted_at: Option<Timestamp>,
    /// Position in [`Dossier::events`] of the event that proves the acceptance.
    pub acceptance: Option<usize>,
    /// Every certified event, by signed time.
    pub events: Vec<Event<'l>>,
    /// The recipients, in certified order.
    pub recipients: Vec<Recipient<'l>>,
    /// What is not certified, by source.
    pub claims: Vec<Claim<'l>>,
    /// Ordinary bounces, by source.
    pub bounces: Vec<Bounce<'l>>,
    /// What should have come and has not.
    pub silence: Vec<Silence<'l>>,
    /// What was found.
    pub findings: Vec<Remark<'l>>,
}

impl<'l> Dossier<'l> {
    pub(super) fn of(ledger: &'l Ledger, subject: Subject, now: Timestamp) -> Self {
        let case = Case { ledger, now: now.as_second(), remarks: Vec::new() };
        match subject {
            Subject::Group(group) => case.group(group),
            Subject::Submission(id) => match ledger.sent(id) {
                Some(sent) => case.submission(sent),
                None => case.empty(),
            },
        }
    }

    /// The copy of the sent message: what the host submitted, else the first copy found.
    #[must_use]
    pub fn sent_copy(&self) -> Option<Source> {
        self.submission.or_else(|| self.copies.first().copied())
    }

    /// How a recipient's state is shown to a person: as the state says, but for a received message, of which nothing
    /// more will be known from this side.
    #[must_use]
    pub fn look(&self, recipient: &Recipient<'_>, language: Language) -> Look {
        let state = recipient.state;
        if self.side == Side::Received && state == State::AwaitingDelivery {
            let (title, explanation) = match language {
                Language::It => (
                    "RICEVUTO: ACCETTAZIONE PROVATA",
                    "È la busta di un messaggio ricevuto: prova che il gestore del mittente l'ha accettato; la consegna la prova solo la ricevuta del mittente.",
                ),
                Language::En => (
                    "RECEIVED: ACCEPTANCE PROVEN",
                    "This is the envelope of a message that was received: it proves that the sender's provider accepted it; only the sender's receipt proves the delivery.",
                ),
            };
            return Look { tone: Tone::Neutral, mark: "→", title, explanation };
        }
        Look {
            tone: state.tone(),
            mark: state.mark(),
            title: state.title(language),
            explanation: state.explanation(language),
        }
    }

    /// The states of all recipients when they are the same one.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        let first = self.recipients.first()?.state;
        self.recipients.iter().all(|recipient| recipient.state == first).then_some(first)
    }
}
