//! From a paper to a mailbox: issuing, the faults on the way, and the putting down.

use jiff::SignedDuration;
use pec_core::verify;

use super::fault::{Fate, edited, forger};
use super::paper::Paper;
use super::queue::{Parcel, Task};
use super::{Error, Label, MailboxState, Network, Origin, Outcome, TRANSIT, What, Why};
use crate::compose::submission::{ReceiptForm, Submission, Transaction};

/// How long a reordered message waits for another at most.
const HOLD: SignedDuration = SignedDuration::from_hours(1);
/// Between a message and its second copy.
const COPY: SignedDuration = SignedDuration::from_secs(1);

impl Network {
    /// Draws up `paper`, signs it, and sends it to `to` with the faults that apply.
    pub(super) fn issue(&mut self, by: usize, paper: &Paper, tx: &Transaction, to: &str) -> Result<(), Error> {
        let at = self.now();
        let Some(home) = self.provider_of(to) else { return Ok(()) };
        let provider = &self.points[by].provider;
        let draft = paper.draft(provider, tx, to, at);
        let label = paper.label(tx, &draft);
        let bytes = provider.seal(&draft)?;
        let path = provider.address();
        self.log(What::Issued { by: self.host(by), to: to.to_owned(), message: label.clone() });

        let fate = self.fate(&label);
        let direct = paper.stays_at_home();
        let after = if direct { SignedDuration::ZERO } else { TRANSIT };
        let after = after.saturating_add(fate.late);
        let mut parcel = Parcel {
            path,
            to: vec![to.to_owned()],
            bytes,
            label,
            origin: if fate.edits.is_empty() { Origin::Genuine } else { Origin::Edited },
            edits: fate.edits,
            held: fate.held,
        };
        let task = |parcel: &Parcel| {
            let parcel = parcel.clone();
            if direct { Task::Put { provider: home, parcel } } else { Task::Arrive { provider: home, parcel } }
        };
        if !fate.lost {
            self.schedule(after, task(&parcel));
        }
        if fate.twice && !fate.lost {
            let copy = Parcel { origin: Origin::Copy, held: false, edits: Vec::new(), ..parcel.clone() };
            self.schedule(after.saturating_add(COPY), task(&copy));
        }
        (parcel.edits, parcel.held) = (Vec::new(), false);
        if fate.foreign {
            let tx = self.strangers(tx)?;
            let draft = paper.draft(&self.points[by].provider, &tx, to, at);
            let bytes = self.points[by].provider.seal(&draft)?;
            let label = paper.label(&tx, &draft);
            let parcel = Parcel { bytes, label, origin: Origin::Foreign, ..parcel.clone() };
            self.schedule(after, Task::Put { provider: home, parcel });
        }
        if fate.forged {
            let (bytes, label) = self.forge(by, &paper.wished(), tx, to)?;
            let parcel = Parcel { bytes, label, origin: Origin::Forged, ..parcel };
            self.schedule(after, Task::Put { provider: home, parcel });
        }
        Ok(())
    }

    /// Sends the envelope to the incoming point of the provider of `to`, with the faults that apply to envelopes.
    pub(super) fn send_envelope(&mut self, by: usize, tx: &Transaction, to: Vec<String>) -> Result<(), Error> {
        let Some(home) = to.first().and_then(|address| self.provider_of(address)) else { return Ok(()) };
        let provider = &self.points[by].provider;
        let draft = provider.transport(tx);
        let bytes = provider.seal(&draft)?;
        let label =
            Label { recipient: Some(to.join(" ")).filter(|_| to.len() == 1), ..Paper::Transport.label(tx, &draft) };
        for address in &to {
            self.log(What::Issued { by: self.host(by), to: address.clone(), message: label.clone() });
        }
        let fate = self.fate(&label);
        let parcel = Parcel {
            path: tx.submission.sender.clone(),
            to,
            // An envelope is edited on its way, so that the incoming point has something to find.
            bytes: if fate.edits.is_empty() { bytes } else { edited(&bytes, &fate.edits) },
            label,
            origin: if fate.edits.is_empty() { Origin::Genuine } else { Origin::Edited },
            edits: Vec::new(),
            held: false,
        };
        let after = TRANSIT.saturating_add(fate.late);
        if fate.lost {
            for address in &parcel.to {
                self.settled(&tx.pec_id, address, Outcome::Lost(self.now()));
            }
        } else {
            self.schedule(after, Task::Arrive { provider: home, parcel: parcel.clone() });
        }
        if fate.twice && !fate.lost {
            let parcel = Parcel { origin: Origin::Copy, ..parcel.clone() };
            self.schedule(after.saturating_add(COPY), Task::Arrive { provider: home, parcel });
        }
        if fate.forged {
            let (bytes, label) = self.forge(by, &Paper::Transport, tx, "")?;
            let parcel = Parcel { bytes, label, origin: Origin::Forged, ..parcel };
            self.schedule(after, Task::Arrive { provider: home, parcel });
        }
        Ok(())
    }

    fn fate(&mut self, label: &Label) -> Fate {
        let mut fate = Fate::default();
        self.drawn += 1;
        let (seed, drawn) = (self.seed, self.drawn);
        let faults: Vec<_> = self
            .rules
            .iter_mut()
            .filter_map(|rule| rule.applies(label, seed, drawn).then(|| rule.fault.clone()))
            .collect();
        for fault in faults {
            fate.add(&fault);
            self.log(What::Faulted { fault, message: label.clone() });
        }
        fate
    }

    /// `paper` about `tx` as a forger signs it.
    pub(super) fn forge(
        &self,
        by: usize,
        paper: &Paper,
        tx: &Transaction,
        to: &str,
    ) -> Result<(Vec<u8>, Label), Error> {
        let forger = forger(&self.points[by].provider, self.start)?;
        let draft = paper.draft(&forger, tx, to, self.now());
        Ok((forger.seal(&draft)?, paper.label(tx, &draft)))
    }

    /// Somebody else's transaction at the same provider, to the same recipients.
    fn strangers(&mut self, tx: &Transaction) -> Result<Transaction, Error> {
        let domain = tx.submission.sender.rsplit_once('@').map_or("", |(_, domain)| domain);
        let sender = format!("estraneo@{domain}");
        let to = tx.submission.recipients.iter().map(|r| r.address.as_str()).collect::<Vec<_>>().join(",\r\n ");
        let at = tx.accepted;
        let message = format!(
            "Message-ID: <{}@estraneo.example>\r\nDate: {}\r\nFrom: {sender}\r\nTo: {to}\r\nSubject: Altra pratica\r\n\r\n\
             Un altro messaggio.\r\n",
            at.stamp(),
            at.date_header()
        );
        let provider = self.provider_of(&sender).unwrap_or_default();
        let submission = Submission {
            message: message.into_bytes(),
            sender,
            recipients: tx.submission.recipients.clone(),
            receipt: ReceiptForm::Full,
        };
        Ok(Transaction::new(submission, self.next_identifier(provider), Some("Altra pratica"), at))
    }

    /// Puts a message into the mailbox of its one recipient, then what waited for it.
    pub(super) fn put(&mut self, provider: usize, mut parcel: Parcel) {
        let Some(mailbox) = parcel.to.first().cloned() else { return };
        if parcel.held {
            parcel.held = false;
            self.held.push((provider, parcel));
            self.schedule(HOLD, Task::Release { mailbox });
            return;
        }
        self.lay_down(provider, &mailbox, parcel);
        self.release(&mailbox);
    }

    pub(super) fn release(&mut self, mailbox: &str) {
        let waiting = std::mem::take(&mut self.held);
        for (provider, parcel) in waiting {
            let here = parcel.to.first().is_some_and(|to| to.eq_ignore_ascii_case(mailbox));
            if here {
                self.lay_down(provider, mailbox, parcel);
            } else {
                self.held.push((provider, parcel));
            }
        }
    }

    /// Whether it could be put down; if not, the log says why.
    pub(super) fn lay_down(&mut self, provider: usize, mailbox: &str, parcel: Parcel) -> bool {
        let (at, host) = (self.now(), self.host(provider));
        let Parcel { path, bytes, label, edits, origin, .. } = parcel;
        let bytes = if edits.is_empty() { bytes } else { edited(&bytes, &edits) };
        match self.obstacle(mailbox, bytes.len()) {
            Some(why) => {
                self.log(What::Dropped { to: mailbox.to_owned(), message: label, why });
                false
            }
            None => {
                if let Some(mailbox) = self.mailboxes.get_mut(&mailbox.to_ascii_lowercase()) {
                    mailbox.put(&path, host, &bytes, at, origin);
                }
                self.log(What::Put { mailbox: mailbox.to_owned(), message: label, origin });
                true
            }
        }
    }

    /// Why this mailbox does not take so many bytes.
    pub(super) fn obstacle(&self, mailbox: &str, bytes: usize) -> Option<Why> {
        match self.mailbox(mailbox) {
            None => Some(Why::NoMailbox),
            Some(mailbox) if mailbox.state == MailboxState::Disabled => Some(Why::Disabled),
            Some(mailbox) if !mailbox.has_room(bytes) => Some(Why::Full),
            Some(_) => None,
        }
    }
}

/// A label for what is no paper: an anomaly envelope, or ordinary mail.
pub(super) fn label_of(kind: verify::Kind, message: &[u8]) -> Label {
    let headers = crate::compose::submission::fields(message);
    let message_id = headers.get("Message-ID").unwrap_or_default().trim().to_owned();
    Label { kind, message_id, pec_id: None, recipient: None }
}
