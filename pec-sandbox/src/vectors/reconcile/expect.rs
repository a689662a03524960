//! What a case is judged with and what is expected of it, in the form of its JSON: `null` where nothing is there, except
//! for fields that say that they may be left open.

use pec_core::finding::{Code, Severity};
use pec_core::reconcile::{EventKind, Owed, Standing, State};
use serde::Serialize;

use crate::Moment;
use crate::compose::submission::Transaction;

/// Everything that a host gives.
#[derive(Debug, Clone, Serialize)]
pub struct Host {
    /// The caller's now.
    pub now: String,
    /// `built-in` or `trust-sandbox`.
    pub trust: &'static str,
    /// Names of certificates that the host adds as anchors.
    pub anchors: Vec<&'static str>,
    /// The host's own mailboxes; without any, nothing is said about whose a message is.
    pub own_mailboxes: Vec<&'static str>,
    /// Whether the service mailbox of the sender's provider is read: `visible` or `hidden`.
    pub service_receipts: &'static str,
    /// Whether the reading of art. 147 c.p.c. is asked for: `asked` or `not-asked`.
    pub art_147: &'static str,
    /// What the host itself submitted.
    pub submissions: Vec<Submitted>,
}

/// A message that the host handed to the access point.
#[derive(Debug, Clone, Serialize)]
pub struct Submitted {
    /// The message.
    pub file: String,
    /// SMTP reverse path.
    pub sender: String,
    /// SMTP forward paths.
    pub recipients: Vec<String>,
    /// When.
    pub at: String,
}

/// What the messages come to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Expected {
    /// One for each identifier and sender, and for each submission that nothing answers.
    pub dossiers: Vec<Dossier>,
    /// Claims and bounces that speak of no transaction known here.
    pub strays: Vec<String>,
}

/// One dossier.
#[derive(Debug, Clone, Serialize)]
pub struct Dossier {
    /// *identificativo*.
    pub pec_id: Option<String>,
    /// The certified sender, or that of the submission.
    pub sender: String,
    /// `sent` or `received`.
    pub side: &'static str,
    /// The copy of the sent message.
    pub sent_copy: Option<String>,
    /// The message that proves the acceptance.
    pub acceptance: Option<String>,
    /// Recipients in certified order.
    pub recipients: Vec<Recipient>,
    /// Certified events, by file.
    pub events: Vec<Event>,
    /// What is not certified, by file.
    pub claims: Vec<Claim>,
    /// Ordinary bounces, by file.
    pub bounces: Vec<Bounce>,
    /// What should have come and has not.
    pub silence: Vec<Owing>,
    /// Whether `findings` is the whole list; else others may stand beside.
    pub complete: bool,
    /// What is found about the dossier.
    pub findings: Vec<Found>,
    /// What each delivery receipt that counts says of the content.
    pub contents: Vec<Content>,
    /// The legal instants.
    pub instants: Vec<Instant>,
}

/// One recipient.
#[derive(Debug, Clone, Serialize)]
pub struct Recipient {
    /// Address.
    pub address: String,
    /// `certificato`, `esterno`, or nothing as long as nobody certified it.
    pub class: Option<&'static str>,
    /// State; may be left open.
    pub state: Option<&'static str>,
}

/// One certified event.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    /// The message.
    pub file: String,
    /// What it is.
    pub kind: &'static str,
    /// Whether it counts; may be left open between duplicates.
    pub standing: Option<&'static str>,
    /// Of whom it speaks alone.
    pub recipient: Option<String>,
}

/// A message that proves nothing.
#[derive(Debug, Clone, Serialize)]
pub struct Claim {
    /// The message.
    pub file: String,
    /// Its verdict.
    pub verdict: &'static str,
}

/// An ordinary bounce.
#[derive(Debug, Clone, Serialize)]
pub struct Bounce {
    /// The message.
    pub file: String,
    /// Whether it came in an anomaly envelope.
    pub in_anomaly: bool,
}

/// A receipt that is owed.
#[derive(Debug, Clone, Serialize)]
pub struct Owing {
    /// Which.
    pub owed: &'static str,
    /// About whom; nothing for the message as a whole.
    pub recipient: Option<String>,
    /// Since when.
    pub since: String,
}

/// A finding.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    /// Code.
    pub code: &'static str,
    /// Severity.
    pub severity: &'static str,
    /// Whom it concerns; may be left open.
    pub recipient: Option<String>,
    /// Which message shows it; may be left open.
    pub file: Option<String>,
}

/// What a delivery receipt says of the content.
#[derive(Debug, Clone, Serialize)]
pub struct Content {
    /// The receipt.
    pub file: String,
    /// What it was compared with: the copy of the sender, else the envelope.
    pub against: Option<String>,
    /// `same`, `differs`, `hashes-proven`, `hashes-not-proven`, `concise`, `nothing-sent`.
    pub outcome: &'static str,
    /// Attachments of a brief receipt, in the order of the message that was sent, then those that only the receipt has.
    pub attachments: Vec<Attachment>,
    /// What the comparison found; the list is whole.
    pub findings: Vec<Found>,
}

/// One attachment in a brief receipt.
#[derive(Debug, Clone, Serialize)]
pub struct Attachment {
    /// Name.
    pub name: &'static str,
    /// `hash`, `collision`, `in-full`, `mismatch`, `differs`, `malformed`, `missing`, `extra`, `unverifiable`.
    pub outcome: &'static str,
    /// The reading under which the hash matched.
    pub reading: Option<&'static str>,
}

/// A legal instant.
#[derive(Debug, Clone, Serialize)]
pub struct Instant {
    /// The receipt.
    pub file: String,
    /// `sender` or `addressee`.
    pub side: &'static str,
    /// The instant in UTC.
    pub utc: String,
    /// `not-asked`, `not-settled`, `as-certified` or `next-morning`.
    pub notification: &'static str,
    /// When it counts by the reading that was asked for, in UTC.
    pub counts_at: Option<String>,
    /// What is odd about the printed time; the list is whole.
    pub findings: Vec<Found>,
}

pub(super) fn found(code: Code, severity: Severity) -> Found {
    Found { code: code.as_str(), severity: severity.as_str(), recipient: None, file: None }
}

impl Dossier {
    /// Of a transaction, with nothing certified yet.
    pub(super) fn of(tx: &Transaction) -> Self {
        let class = |certified| if certified { "certificato" } else { "esterno" };
        let recipients = tx.submission.recipients.iter().map(|to| Recipient {
            address: to.address.clone(),
            class: Some(class(to.certified)),
            state: Some(State::Pending.as_str()),
        });
        Self {
            pec_id: Some(tx.pec_id.clone()),
            sender: tx.submission.sender.clone(),
            side: "sent",
            sent_copy: None,
            acceptance: None,
            recipients: recipients.collect(),
            events: Vec::new(),
            claims: Vec::new(),
            bounces: Vec::new(),
            silence: Vec::new(),
            complete: true,
            findings: Vec::new(),
            contents: Vec::new(),
            instants: Vec::new(),
        }
    }

    /// Of a submission that nothing answers.
    pub(super) fn waiting(tx: &Transaction, sent: &str, since: Moment) -> Self {
        let mut dossier = Self::of(tx).sent(sent).owed(Owed::Acceptance, None, since);
        dossier.pec_id = None;
        dossier.recipients.iter_mut().for_each(|recipient| recipient.class = None);
        dossier
    }

    pub(super) fn sent(mut self, file: &str) -> Self {
        self.sent_copy = Some(file.to_owned());
        self
    }

    /// Seen by whoever received the message.
    pub(super) fn received(mut self) -> Self {
        self.side = "received";
        self
    }

    /// Accepted: PEC recipients await delivery, others are done.
    pub(super) fn accepted(self, file: &str, at: Moment) -> Self {
        self.entered(EventKind::Accepted, file, at)
    }

    /// The same, proven by the transport envelope.
    pub(super) fn enveloped(self, file: &str, at: Moment) -> Self {
        self.entered(EventKind::Envelope, file, at)
    }

    fn entered(mut self, kind: EventKind, file: &str, at: Moment) -> Self {
        self.acceptance = Some(file.to_owned());
        for recipient in &mut self.recipients {
            let state = if recipient.class == Some("esterno") { State::ExternalFinal } else { State::AwaitingDelivery };
            recipient.state = Some(state.as_str());
        }
        self.instants.push(instant(file, "sender", at));
        self.event(file, kind, None)
    }

    /// Refused: nobody gets it.
    pub(super) fn refused(mut self, file: &str, kind: EventKind) -> Self {
        self.recipients.iter_mut().for_each(|recipient| recipient.state = Some(State::Refused.as_str()));
        self.event(file, kind, None)
    }

    /// A delivery receipt that counts.
    pub(super) fn delivered(mut self, file: &str, to: &str, at: Moment, content: Content) -> Self {
        self.contents.push(Content { file: file.to_owned(), ..content });
        self.instants.push(instant(file, "addressee", at));
        self.event(file, EventKind::Delivered, Some(to)).state(to, State::Delivered)
    }

    /// An event that counts.
    pub(super) fn event(self, file: &str, kind: EventKind, to: Option<&str>) -> Self {
        self.event_as(file, kind, Some(Standing::Counts), to)
    }

    pub(super) fn event_as(
        mut self,
        file: &str,
        kind: EventKind,
        standing: Option<Standing>,
        to: Option<&str>,
    ) -> Self {
        self.events.push(Event {
            file: file.to_owned(),
            kind: kind.as_str(),
            standing: standing.map(Standing::as_str),
            recipient: to.map(str::to_owned),
        });
        self
    }

    pub(super) fn state(mut self, to: &str, state: State) -> Self {
        self.recipients
            .iter_mut()
            .filter(|recipient| recipient.address == to)
            .for_each(|recipient| recipient.state = Some(state.as_str()));
        self
    }

    /// The rules do not say which state it is.
    pub(super) fn open_state(mut self, to: &str) -> Self {
        self.recipients
            .iter_mut()
            .filter(|recipient| recipient.address == to)
            .for_each(|recipient| recipient.state = None);
        self
    }

    /// Every recipient in this state.
    pub(super) fn all(mut self, state: State) -> Self {
        self.recipients.iter_mut().for_each(|recipient| recipient.state = Some(state.as_str()));
        self
    }

    /// Other findings may stand beside these.
    pub(super) fn partial(mut self) -> Self {
        self.complete = false;
        self
    }

    pub(super) fn claim(mut self, file: &str, verdict: &'static str) -> Self {
        self.claims.push(Claim { file: file.to_owned(), verdict });
        self.found_in(Code::ReceiptUnproven, Severity::Warning, file)
    }

    pub(super) fn bounce(mut self, file: &str, in_anomaly: bool) -> Self {
        self.bounces.push(Bounce { file: file.to_owned(), in_anomaly });
        self
    }

    pub(super) fn owed(mut self, owed: Owed, to: Option<&str>, since: Moment) -> Self {
        let owing = Owing { owed: owed.as_str(), recipient: to.map(str::to_owned), since: since.to_string() };
        self.silence.push(owing);
        self
    }

    pub(super) fn found(mut self, code: Code, severity: Severity) -> Self {
        self.findings.push(found(code, severity));
        self
    }

    /// About one recipient.
    pub(super) fn found_for(mut self, code: Code, severity: Severity, to: &str) -> Self {
        self.findings.push(Found { recipient: Some(to.to_owned()), ..found(code, severity) });
        self
    }

    /// In one message.
    pub(super) fn found_in(mut self, code: Code, severity: Severity, file: &str) -> Self {
        self.findings.push(Found { file: Some(file.to_owned()), ..found(code, severity) });
        self
    }

    /// Under the reading of art. 147 c.p.c. the instant of this receipt counts at `at`, or is not settled.
    pub(super) fn counts(mut self, file: &str, notification: &'static str, at: Option<Moment>) -> Self {
        for instant in self.instants.iter_mut().filter(|instant| instant.file == file) {
            instant.notification = notification;
            instant.counts_at = at.map(|at| at.to_string());
        }
        self
    }

    /// The printed time of this receipt is odd.
    pub(super) fn odd_time(mut self, file: &str, code: Code) -> Self {
        for instant in self.instants.iter_mut().filter(|instant| instant.file == file) {
            instant.findings.push(found(code, Severity::Warning));
        }
        self
    }
}

fn instant(file: &str, side: &'static str, at: Moment) -> Instant {
    let (file, utc) = (file.to_owned(), at.to_string());
    Instant { file, side, utc, notification: "not-asked", counts_at: None, findings: Vec::new() }
}

impl Content {
    fn new(outcome: &'static str, against: Option<&str>) -> Self {
        let against = against.map(str::to_owned);
        Self { file: String::new(), against, outcome, attachments: Vec::new(), findings: Vec::new() }
    }

    /// What was delivered is what was sent.
    pub(super) fn same(against: &str) -> Self {
        Self::new("same", Some(against))
    }

    /// It is not.
    pub(super) fn differs(against: &str) -> Self {
        Self::new("differs", Some(against))
    }

    /// Every hash is that of its attachment, and the rest is the same.
    pub(super) fn proven(against: &str) -> Self {
        Self::new("hashes-proven", Some(against))
    }

    /// Not all of the content is proven.
    pub(super) fn not_proven(against: &str) -> Self {
        Self::new("hashes-not-proven", Some(against))
    }

    /// The receipt holds no message.
    pub(super) fn concise(against: &str) -> Self {
        Self::new("concise", Some(against))
    }

    /// There is nothing to compare with.
    pub(super) fn nothing_sent() -> Self {
        Self::new("nothing-sent", None)
    }

    pub(super) fn found(mut self, code: Code, severity: Severity) -> Self {
        self.findings.push(found(code, severity));
        self
    }

    pub(super) fn attachment(
        mut self,
        name: &'static str,
        outcome: &'static str,
        reading: Option<&'static str>,
    ) -> Self {
        self.attachments.push(Attachment { name, outcome, reading });
        self
    }
}
