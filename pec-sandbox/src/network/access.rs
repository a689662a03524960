//! The access point (*punto di accesso*): checks, acceptance receipt or refusal, transport envelope (RFC 6109 §3.1).

use jiff::SignedDuration;
use pec_core::limits::Limits;
use pec_core::message::{Message, addresses, unstructured};

use super::paper::Paper;
use super::queue::Task;
use super::tracking::Tracked;
use super::{Antivirus, Error, MailboxState, Network, Outcome, TRANSIT, What, rules, virus};
use crate::compose::submission::{ReceiptForm, Recipient, Submission, Transaction, fields};
use crate::provider::Delay;

/// What the access point did with a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a submission that was refused is not on its way"]
pub struct Submitted {
    /// *Identificativo* of the transaction, also of a refused one.
    pub pec_id: String,
    /// The answer. In each case the sender's mailbox gets a message that says it.
    pub answer: Answer,
}

/// The answer of the access point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Accepted and forwarded.
    Accepted,
    /// Refused for a formal reason, in the words of the notice.
    Refused {
        /// The reason.
        reason: String,
    },
    /// Refused because of a virus.
    Infected,
}

/// Fields by which PEC messages are told apart: a provider sets them, a client's are not taken over.
const MARKERS: [&str; 4] = ["X-Ricevuta", "X-Trasporto", "X-VerificaSicurezza", "X-Mittente"];

impl Network {
    /// Hands `message` to the access point of the sender's provider, at the network's time. `sender` and `recipients`
    /// are the SMTP paths; who may use `sender` is the caller's business.
    ///
    /// The acceptance receipt or the notice of non-acceptance lies in the sender's mailbox when this returns; what
    /// other providers do takes seconds of the network's clock ([`Network::settle`]).
    ///
    /// # Errors
    /// [`Error::NoMailbox`] and [`Error::Rejected`], the caller's: what an SMTP server answers before it has a message
    /// to answer for. [`Error::Issuing`] when a key does not fit (never seen).
    pub fn submit(&mut self, sender: &str, recipients: &[&str], message: &[u8]) -> Result<Submitted, Error> {
        let at = self.now();
        let provider = self.provider_of(sender).ok_or_else(|| Error::NoMailbox { address: sender.to_owned() })?;
        self.may_submit(sender)?;
        let mut paths: Vec<String> = Vec::new();
        for recipient in recipients {
            if !rules::is_address(recipient) {
                return Err(Error::rejected(501, format!("5.1.3 {recipient}: indirizzo non valido")));
            }
            if !paths.iter().any(|path| path.eq_ignore_ascii_case(recipient)) {
                paths.push((*recipient).to_owned());
            }
        }
        if paths.is_empty() {
            return Err(Error::rejected(554, "5.5.1 nessun destinatario"));
        }
        let settings = &self.points[provider].settings;
        if message.len() > settings.limits.rejected {
            return Err(Error::rejected(552, "5.3.4 messaggio troppo grande"));
        }
        let (limits, antivirus) = (settings.limits, settings.antivirus);

        let parsed = Message::parse(message, &Limits::DEFAULT);
        let mut tx = self.transaction(provider, sender, &paths, &parsed);
        self.log(What::Submitted { pec_id: tx.pec_id.clone(), sender: sender.to_owned(), recipients: paths.clone() });
        let answer = if let Err(reason) = rules::check(&parsed, sender, &paths, &limits) {
            // A field that breaks the rules does not go into the notice as a reference.
            tx.client_message_id = tx.client_message_id.filter(|id| rules::is_message_id(id.as_bytes()));
            Answer::Refused { reason }
        } else if antivirus == Antivirus::Scans && virus::infected(message) {
            Answer::Infected
        } else {
            Answer::Accepted
        };
        let paper = match &answer {
            Answer::Accepted => Paper::Acceptance,
            Answer::Refused { reason } => Paper::NonAcceptance { reason: reason.clone() },
            Answer::Infected => Paper::NonAcceptanceVirus,
        };
        for path in &paths {
            let outcome = if answer == Answer::Accepted { Outcome::Underway } else { Outcome::Refused };
            self.settled(&tx.pec_id, path, outcome);
        }
        self.issue(provider, &paper, &tx, sender)?;
        let pec_id = tx.pec_id.clone();
        if answer == Answer::Accepted {
            self.dispatch(provider, tx)?;
        }
        self.turn_to(at.timestamp())?;
        Ok(Submitted { pec_id, answer })
    }

    fn may_submit(&self, sender: &str) -> Result<(), Error> {
        match self.mailbox(sender) {
            None => Err(Error::NoMailbox { address: sender.to_owned() }),
            Some(mailbox) if mailbox.state == MailboxState::Disabled => {
                Err(Error::rejected(550, format!("5.2.1 {sender}: casella disattivata")))
            }
            Some(_) => Ok(()),
        }
    }

    /// Gives the submission an identifier of its own and reads what the receipts repeat of it.
    fn transaction(
        &mut self,
        provider: usize,
        sender: &str,
        paths: &[String],
        message: &Message<&[u8]>,
    ) -> Transaction {
        let headers = message.root().headers();
        let recipient = |address: &String| match self.provider_of(address) {
            Some(_) => Recipient::certified(address),
            None => Recipient::external(address),
        };
        let receipt = headers.get("x-tiporicevuta").map(|value| ReceiptForm::of(&unstructured(value)));
        let submission = Submission {
            message: message.bytes().to_vec(),
            sender: sender.to_owned(),
            recipients: paths.iter().map(recipient).collect(),
            receipt: receipt.unwrap_or_default(),
        };
        let subject = headers.get("subject").map(unstructured).filter(|subject| !subject.is_empty());
        let pec_id = self.next_identifier(provider);
        let mut tx = Transaction::new(submission, pec_id, subject.as_deref(), self.now());
        let reply_to = headers.get("reply-to").and_then(|value| addresses(value).into_iter().next());
        if let Some(address) = reply_to.map(|mailbox| mailbox.address).filter(|address| rules::is_address(address)) {
            tx.reply_to = address;
        }
        tx.headers = fields(message.bytes());
        tx.headers.0.retain(|(name, _)| !MARKERS.iter().any(|marker| marker.eq_ignore_ascii_case(name)));
        tx
    }

    /// Sends the envelope to each provider of a recipient and to each ordinary mailbox, and begins to wait for signs.
    fn dispatch(&mut self, provider: usize, tx: Transaction) -> Result<(), Error> {
        let (pec_id, sender) = (tx.pec_id.clone(), tx.submission.sender.clone());
        let recipients = tx.submission.recipients.clone();
        for to in 0..self.points.len() {
            let theirs = |r: &&Recipient| r.certified && self.provider_of(&r.address) == Some(to);
            let theirs: Vec<String> = recipients.iter().filter(theirs).map(|r| r.address.clone()).collect();
            if !theirs.is_empty() {
                self.send_envelope(provider, &tx, theirs)?;
            }
        }
        for outside in recipients.iter().filter(|r| !r.certified) {
            let envelope = self.points[provider].provider.seal(&self.points[provider].provider.transport(&tx))?;
            let task = Task::Outside {
                provider,
                path: sender.clone(),
                to: outside.address.clone(),
                pec_id: pec_id.clone(),
                bytes: envelope,
            };
            self.schedule(TRANSIT, task);
        }
        for certified in recipients.into_iter().filter(|r| r.certified) {
            for (hours, which) in [(12, Delay::Hours12), (24, Delay::Hours24)] {
                let task = Task::Notice { pec_id: pec_id.clone(), recipient: certified.address.clone(), which };
                self.schedule(SignedDuration::from_hours(hours), task);
            }
        }
        self.tracked.insert(pec_id, Tracked::new(provider, tx));
        Ok(())
    }
}
