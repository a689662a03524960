//! The incoming point (*punto di ricezione*): is it a correct PEC? (RFC 6109 §2.2.2 and §3.2, PEC-SPEC §6.6). The judge
//! is pec-core's own verifier under the sandbox's anchor.

use jiff::SignedDuration;
use pec_core::daticert::{CertData, Kind as CertKind};
use pec_core::finding::{Language, Severity};
use pec_core::limits::Limits;
use pec_core::message::{Message, addresses};
use pec_core::trust::TrustAtSigning;
use pec_core::verify::{Integrity, Kind, MailboxRole, Verdict, Verifier};

use super::delivery::Received;
use super::dispatch::label_of;
use super::paper::Paper;
use super::points::PointState;
use super::queue::{Parcel, Task};
use super::{Antivirus, Error, Label, Network, OrdinaryMail, Origin, Outcome, What, Why, virus};

/// Between the incoming and the delivery point.
const HANDOVER: SignedDuration = SignedDuration::from_secs(1);
/// How long another server waits for an incoming point (RFC 6109 §2.2.2).
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);

/// What an incoming point takes a message for.
enum Judged {
    /// A correct transport envelope of this provider.
    Envelope { from: usize, received: Received },
    /// A correct receipt or notice.
    Receipt(Box<CertData>),
    /// Signed by a provider, and no correct envelope or receipt: must be delivered, in an anomaly envelope.
    Incorrect(String),
    /// Everything else: ordinary mail.
    Ordinary(String),
}

/// What the incoming point answered to the one who brought the message.
pub(super) enum Taken {
    Yes,
    Refused(String),
}

impl Network {
    /// Hands a message from the Internet to the incoming points of its recipients, at the network's time. `path` is the
    /// SMTP reverse path, empty for a bounce. This is also the way of whoever tries to pass for a provider.
    ///
    /// # Errors
    /// [`Error::Rejected`] when a provider refuses ordinary mail; [`Error::NoMailbox`] when no provider manages the
    /// domain of a recipient.
    pub fn receive(&mut self, path: &str, recipients: &[&str], message: &[u8]) -> Result<(), Error> {
        for recipient in recipients {
            let Some(provider) = self.provider_of(recipient) else {
                return Err(Error::NoMailbox { address: (*recipient).to_owned() });
            };
            let parcel = Parcel {
                path: path.to_owned(),
                to: vec![(*recipient).to_owned()],
                bytes: message.to_vec(),
                label: label_of(Kind::Ordinary, message),
                origin: Origin::Genuine,
                edits: Vec::new(),
                held: false,
            };
            if let Taken::Refused(reason) = self.arrive(provider, parcel)? {
                return Err(Error::rejected(550, format!("5.7.1 {reason}")));
            }
        }
        self.turn_to(self.clock)
    }

    /// A message reaches the incoming point of `provider`.
    pub(super) fn arrive(&mut self, provider: usize, parcel: Parcel) -> Result<Taken, Error> {
        if self.points[provider].incoming == PointState::Stopped {
            self.points[provider].waiting.push((self.clock, parcel));
            return Ok(Taken::Yes);
        }
        let scans = self.points[provider].settings.antivirus == Antivirus::Scans;
        match self.judge(provider, &parcel) {
            Judged::Envelope { from, received } if scans && virus::infected(&parcel.bytes) => {
                let service = self.service_mailbox(from);
                for recipient in parcel.to {
                    self.settled(&received.tx.pec_id, &recipient, Outcome::Infected(self.now()));
                    self.issue(provider, &Paper::VirusDetection { recipient }, &received.tx, &service)?;
                }
            }
            Judged::Envelope { from, received } => {
                let service = self.service_mailbox(from);
                let covered = Paper::TakeCharge { covered: parcel.to.clone() };
                self.issue(provider, &covered, &received.tx, &service)?;
                for recipient in parcel.to {
                    self.schedule(HANDOVER, Task::Deliver { recipient, envelope: received.clone() });
                }
            }
            Judged::Receipt(data) => {
                self.note(provider, &data)?;
                self.schedule(SignedDuration::ZERO, Task::Put { provider, parcel });
            }
            // No provider answers for what is inside an anomaly envelope: a virus in it goes no further.
            Judged::Incorrect(reason) if scans && virus::infected(&parcel.bytes) => {
                self.log(What::Anomalous { by: self.host(provider), reason });
                self.drop_all(&parcel, Why::Virus);
            }
            Judged::Incorrect(reason) => self.anomaly(provider, &parcel, &reason)?,
            Judged::Ordinary(reason) => {
                let refuses = self.points[provider].settings.ordinary_mail == OrdinaryMail::Refuse;
                let why = if refuses { Some(Why::OrdinaryRefused) } else { None };
                if let Some(why) = why.or_else(|| (scans && virus::infected(&parcel.bytes)).then_some(Why::Virus)) {
                    self.drop_all(&parcel, why);
                    return Ok(Taken::Refused(reason));
                }
                self.anomaly(provider, &parcel, &reason)?;
            }
        }
        Ok(Taken::Yes)
    }

    fn drop_all(&mut self, parcel: &Parcel, why: Why) {
        for to in &parcel.to {
            self.log(What::Dropped { to: to.clone(), message: parcel.label.clone(), why });
        }
    }

    /// What the signature and the form say.
    fn judge(&mut self, provider: usize, parcel: &Parcel) -> Judged {
        let now = self.clock;
        let message = Message::parse(&parcel.bytes[..], &Limits::DEFAULT);
        let service = parcel.to.iter().any(|to| to.eq_ignore_ascii_case(&self.service_mailbox(provider)));
        let role = if service { MailboxRole::Service } else { MailboxRole::User };
        let found = Verifier::new(&self.trust).mailbox(role).verify(&message, now, &mut self.cache);
        if found.integrity == Integrity::Unsigned {
            return Judged::Ordinary("firma non presente".to_owned());
        }
        if found.integrity != Integrity::Intact {
            return Judged::Ordinary("firma non valida".to_owned());
        }
        // The directory of the network: the certificates of its providers (RFC 6109 §4.5).
        let signer = found.signer.as_ref().map(|signer| signer.sha256.as_str());
        let from = self.points.iter().position(|p| Some(p.provider.certificate.fingerprint().as_str()) == signer);
        let Some(from) = from.filter(|_| found.trust_at_signing == TrustAtSigning::Trusted) else {
            return Judged::Ordinary("firma di un soggetto che non è un gestore".to_owned());
        };
        let grave = found.findings.iter().find(|f| matches!(f.severity, Severity::Error | Severity::Fatal));
        if let Some(finding) = grave {
            return Judged::Incorrect(format!("{}: {}", finding.code, finding.code.explanation(Language::It)));
        }
        let Some(data) = found.daticert().filter(|_| found.verdict() == Verdict::Certified) else {
            return Judged::Incorrect("busta o ricevuta non corretta".to_owned());
        };
        if data.kind != CertKind::Transport {
            return Judged::Receipt(Box::new(data.clone()));
        }
        match self.read_envelope(data, &message, parcel) {
            Some(received) => Judged::Envelope { from, received },
            None => Judged::Incorrect("busta di trasporto incompleta".to_owned()),
        }
    }

    /// Delivers whatever it is inside an anomaly envelope. No receipt is issued for it, in no case (RFC 6109 §3.3.2).
    fn anomaly(&mut self, provider: usize, parcel: &Parcel, reason: &str) -> Result<(), Error> {
        self.log(What::Anomalous { by: self.host(provider), reason: reason.to_owned() });
        let parsed = Message::parse(&parcel.bytes[..], &Limits::DEFAULT);
        let claimed = parsed.root().headers().get("from").and_then(|value| addresses(value).into_iter().next());
        let claimed = claimed.map(|mailbox| mailbox.address).filter(|address| super::rules::is_address(address));
        let from = claimed.unwrap_or_else(|| parcel.path.clone());
        let issuer = &self.points[provider].provider;
        let bytes = issuer.seal(&issuer.anomaly(&parcel.bytes, &from, reason, self.now()))?;
        let label = Label { message_id: parcel.label.message_id.clone(), ..label_of(Kind::Anomaly, &bytes) };
        for to in &parcel.to {
            self.log(What::Issued { by: self.host(provider), to: to.clone(), message: label.clone() });
            let envelope = Parcel {
                path: parcel.path.clone(),
                to: vec![to.clone()],
                bytes: bytes.clone(),
                label: label.clone(),
                origin: Origin::Genuine,
                edits: Vec::new(),
                held: false,
            };
            self.schedule(HANDOVER, Task::Put { provider, parcel: envelope });
        }
        Ok(())
    }

    /// What waited in front of a stopped incoming point: other servers have kept it for a day at most.
    pub(super) fn let_in(&mut self, provider: usize) {
        for (since, parcel) in std::mem::take(&mut self.points[provider].waiting) {
            if self.clock.duration_since(since) <= PATIENCE {
                self.schedule(SignedDuration::ZERO, Task::Arrive { provider, parcel });
                continue;
            }
            for to in parcel.to {
                if let (Kind::Pec(CertKind::Transport), Some(pec_id)) = (&parcel.label.kind, &parcel.label.pec_id) {
                    self.settled(pec_id, &to, Outcome::Lost(self.now()));
                }
                self.log(What::Dropped { to, message: parcel.label.clone(), why: Why::WaitedTooLong });
            }
        }
    }
}
