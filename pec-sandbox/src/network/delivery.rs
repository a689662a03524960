//! The delivery point (*punto di consegna*): the mailbox, and the receipt or failure for each recipient (RFC 6109
//! §3.3); and the ordinary mail servers outside, which issue nothing that is certified.

use std::sync::Arc;

use pec_core::daticert::CertData;
use pec_core::message::{Message, addresses};
use pec_core::verify::Kind;

use super::dispatch::label_of;
use super::paper::Paper;
use super::points::PointState;
use super::queue::{Parcel, Task};
use super::{Error, Label, Mailbox, Network, Origin, Outcome, TRANSIT, What, Why};
use crate::compose::submission::{ReceiptForm, Transaction};
use crate::compose::{Headers, Part};
use crate::provider::Failure;

/// A correct envelope as the recipient's provider read it.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) tx: Arc<Transaction>,
    /// The addresses of To and Cc of the original.
    to: Arc<[String]>,
    cc: Arc<[String]>,
    parcel: Arc<Parcel>,
}

impl Received {
    /// The form of the receipt for this recipient (RFC 6109 §3.3.2.1, PEC-SPEC §4.5).
    fn form(&self, recipient: &str) -> ReceiptForm {
        let among = |list: &[String]| list.iter().any(|address| address.eq_ignore_ascii_case(recipient));
        let requested = self.tx.submission.receipt;
        if among(&self.cc) && !among(&self.to) { ReceiptForm::Concise } else { requested }
    }
}

impl Network {
    /// Everything that the delivery point needs, out of the certified data and the original in the envelope. `None` when
    /// something of it is missing.
    pub(super) fn read_envelope(&self, data: &CertData, message: &Message<&[u8]>, parcel: &Parcel) -> Option<Received> {
        let original = message.original()?.to_message();
        let accepted = self.moment(data.time.as_ref()?.utc?);
        let listed = |name: &str| {
            original.root().headers().all(name).flat_map(addresses).map(|mailbox| mailbox.address).collect::<Arc<[_]>>()
        };
        Some(Received {
            tx: Arc::new(Transaction::of_envelope(data, original.bytes(), accepted)?),
            to: listed("to"),
            cc: listed("cc"),
            parcel: Arc::new(parcel.clone()),
        })
    }

    /// Puts the envelope into the recipient's mailbox and says so to the sender, or why it could not.
    pub(super) fn deliver(&mut self, recipient: &str, envelope: Received) -> Result<(), Error> {
        let Some(provider) = self.provider_of(recipient) else { return Ok(()) };
        if self.points[provider].delivery == PointState::Stopped {
            self.points[provider].undelivered.push((recipient.to_owned(), envelope));
            return Ok(());
        }
        let tx = &envelope.tx;
        let failure = match self.obstacle(recipient, envelope.parcel.bytes.len()) {
            None => None,
            Some(Why::Disabled) => Some(Failure::MailboxDisabled),
            Some(Why::Full) => Some(Failure::MailboxFull),
            Some(_) => Some(Failure::UnknownMailbox),
        };
        let paper = if let Some(why) = failure {
            self.settled(&tx.pec_id, recipient, Outcome::Failed(why, self.now()));
            Paper::DeliveryError { recipient: recipient.to_owned(), why }
        } else {
            let parcel = Parcel { to: vec![recipient.to_owned()], ..(*envelope.parcel).clone() };
            self.lay_down(provider, recipient, parcel);
            self.settled(&tx.pec_id, recipient, Outcome::Delivered(self.now()));
            Paper::Delivery { recipient: recipient.to_owned(), form: envelope.form(recipient) }
        };
        self.issue(provider, &paper, tx, &tx.submission.sender)
    }

    /// What waited for a stopped delivery point.
    pub(super) fn deliver_waiting(&mut self, provider: usize) {
        for (recipient, envelope) in std::mem::take(&mut self.points[provider].undelivered) {
            self.schedule(jiff::SignedDuration::ZERO, Task::Deliver { recipient, envelope });
        }
    }

    /// An envelope reaches an ordinary mail server: every address is good there, unless a mailbox was set up that takes
    /// nothing; then an ordinary bounce goes back (RFC 3464), which is no PEC.
    pub(super) fn outside(
        &mut self,
        provider: usize,
        path: String,
        to: &str,
        pec_id: &str,
        bytes: &[u8],
    ) -> Result<(), Error> {
        let domain = to.rsplit_once('@').map_or("", |(_, domain)| domain).to_owned();
        if let Some(why) = self.obstacle(to, bytes.len()).filter(|why| *why != Why::NoMailbox) {
            self.settled(pec_id, to, Outcome::Bounced(self.now()));
            let bounce = self.bounce(&path, to, &domain, why);
            let label = label_of(Kind::Ordinary, &bounce);
            let parcel = Parcel {
                path: String::new(),
                to: vec![path],
                bytes: bounce,
                label,
                origin: Origin::Genuine,
                edits: Vec::new(),
                held: false,
            };
            self.schedule(TRANSIT, Task::Arrive { provider, parcel });
            return Ok(());
        }
        let at = self.now();
        let mailbox = self.mailboxes.entry(to.to_ascii_lowercase()).or_insert_with(|| Mailbox::new(to));
        mailbox.put(&path, &domain, bytes, at, Origin::Ordinary);
        let kind = Kind::Pec(pec_core::daticert::Kind::Transport);
        let label = Label { pec_id: Some(pec_id.to_owned()), ..label_of(kind, bytes) };
        self.log(What::Put { mailbox: to.to_owned(), message: label, origin: Origin::Ordinary });
        self.settled(pec_id, to, Outcome::External(at));
        Ok(())
    }

    /// A delivery status notification of an ordinary server.
    fn bounce(&self, path: &str, to: &str, domain: &str, why: Why) -> Vec<u8> {
        let (status, text) = match why {
            Why::Full => ("5.2.2", "mailbox full"),
            _ => ("5.2.1", "mailbox disabled"),
        };
        let at = self.now();
        let mut headers = Headers::default();
        headers.push("Message-ID", format!("<bounce.{}.{}@{domain}>", at.stamp(), self.log.len()));
        headers.push("Date", at.date_header());
        headers.push("From", format!("Mail Delivery System <MAILER-DAEMON@{domain}>"));
        headers.push("To", path);
        headers.push("Subject", "Undelivered Mail Returned to Sender");
        headers.push("Auto-Submitted", "auto-replied");
        headers.push("MIME-Version", "1.0");
        let part = |kind: &str, body: String| Part {
            headers: Headers::from([("Content-Type", kind)]),
            body: body.into_bytes(),
        };
        let parts = [
            part("text/plain", format!("<{to}>: {status} {text}\r\n")),
            part(
                "message/delivery-status",
                format!(
                    "Reporting-MTA: dns; {domain}\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: failed\r\n\
                     Status: {status}\r\n"
                ),
            ),
        ];
        let kind = "multipart/report; report-type=delivery-status; boundary=\"=_bounce\"";
        Part::multipart(headers, kind, "", "=_bounce", &parts).bytes()
    }
}
