//! What a client hands to the access point, and the transaction that the access point makes of it (RFC 6109 §2.2.1).

use pec_core::daticert::{self, Address, AddressClass, CertData, CertTime, Kind};

use super::{Headers, token};
use crate::Moment;

/// Which delivery receipt the sender asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReceiptForm {
    /// With the whole original.
    #[default]
    Full,
    /// With hashes in place of attachments.
    Brief,
    /// Without the original.
    Concise,
}

impl ReceiptForm {
    /// `completa`, `breve` or `sintetica`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "completa",
            Self::Brief => "breve",
            Self::Concise => "sintetica",
        }
    }

    /// The form that a value of `X-TipoRicevuta` or `ricevuta/@tipo` names; unknown values ask for the default
    /// (PEC-SPEC §4.1).
    #[must_use]
    pub fn of(value: &str) -> Self {
        match value.trim().to_ascii_lowercase().as_str() {
            "breve" => Self::Brief,
            "sintetica" => Self::Concise,
            _ => Self::Full,
        }
    }

    /// As certification data name it.
    pub(crate) fn on_the_wire(self) -> daticert::ReceiptForm {
        daticert::ReceiptForm::from_wire(self.as_str())
    }
}

/// A recipient of the SMTP envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Bare address.
    pub address: String,
    /// Whether its domain is managed by a PEC provider.
    pub certified: bool,
}

impl Recipient {
    /// A recipient with a PEC mailbox.
    #[must_use]
    pub fn certified(address: &str) -> Self {
        Self { address: address.to_owned(), certified: true }
    }

    /// A recipient with ordinary mail.
    #[must_use]
    pub fn external(address: &str) -> Self {
        Self { address: address.to_owned(), certified: false }
    }
}

/// A message as it was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The bytes, CRLF line ends.
    pub message: Vec<u8>,
    /// SMTP reverse path.
    pub sender: String,
    /// SMTP forward paths.
    pub recipients: Vec<Recipient>,
    /// Requested receipt.
    pub receipt: ReceiptForm,
}

/// A submission to which the access point gave an identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// What was submitted.
    pub submission: Submission,
    /// When.
    pub accepted: Moment,
    /// *identificativo*.
    pub pec_id: String,
    /// *msgid* of the client, with angle brackets.
    pub client_message_id: Option<String>,
    /// Decoded subject, when there is one.
    pub subject: Option<String>,
    /// Where replies go: Reply-To of the original, or the sender.
    pub reply_to: String,
    /// Header fields of the submitted message.
    pub headers: Headers,
    /// The original after the Message-ID rule.
    pub original: Vec<u8>,
}

impl Transaction {
    /// Gives `submission` the identifier `pec_id`. `subject` is the decoded subject.
    #[must_use]
    pub fn new(submission: Submission, pec_id: String, subject: Option<&str>, accepted: Moment) -> Self {
        let headers = fields(&submission.message);
        let client_message_id = headers.get("Message-ID").map(|v| v.trim().to_owned());
        let original = renamed(&submission.message, &pec_id, client_message_id.as_deref());
        Self {
            accepted,
            client_message_id,
            subject: subject.map(str::to_owned),
            reply_to: submission.sender.clone(),
            headers,
            original,
            pec_id,
            submission,
        }
    }

    /// The transaction as another provider knows it: from the certified data of a transport envelope and the original
    /// inside. `accepted` is the time of those data. `None` when the data lack an identifier or a sender.
    #[must_use]
    pub fn of_envelope(data: &CertData, original: &[u8], accepted: Moment) -> Option<Self> {
        let sender = data.sender.as_ref()?.as_str().to_owned();
        let recipient = |r: &daticert::Recipient| Recipient {
            address: r.address.as_str().to_owned(),
            certified: r.class == AddressClass::Certified,
        };
        let receipt = data.receipt.as_ref().map(|form| ReceiptForm::of(form.as_str())).unwrap_or_default();
        Some(Self {
            accepted,
            client_message_id: data.client_message_id.clone(),
            subject: data.subject.clone(),
            reply_to: data.reply_to.as_ref().map_or_else(|| sender.clone(), |address| address.as_str().to_owned()),
            headers: fields(original),
            original: original.to_vec(),
            pec_id: data.pec_id.clone()?,
            submission: Submission {
                message: original.to_vec(),
                sender,
                recipients: data.recipients.iter().map(recipient).collect(),
                receipt,
            },
        })
    }

    /// The identifier that a provider at `host` would give: digits and dots before the host (PEC-SPEC §1.4).
    #[must_use]
    pub fn identifier(host: &str, submission: &Submission, at: Moment) -> String {
        let number = token(&[&submission.message, submission.sender.as_bytes(), at.stamp().as_bytes()], 4);
        let number = u32::from_str_radix(&number, 16).unwrap_or(0);
        format!("opec21001.{}.{:05}.{}.1.60@{host}", at.stamp(), number % 100_000, 1 + number % 900)
    }

    /// Certification data of `kind`, issued by `provider` at `at`, with everything that follows from the transaction.
    #[must_use]
    pub fn data(&self, kind: Kind, provider: &str, at: Moment) -> CertData {
        let class = |certified| if certified { AddressClass::Certified } else { AddressClass::External };
        let mut data = CertData::new(kind);
        data.sender = Some(Address::new(&self.submission.sender));
        data.recipients = self
            .submission
            .recipients
            .iter()
            .map(|r| daticert::Recipient { address: Address::new(&r.address), class: class(r.certified) })
            .collect();
        data.reply_to = Some(Address::new(&self.reply_to));
        data.subject.clone_from(&self.subject);
        data.issuer = Some(provider.to_owned());
        data.time = Some(CertTime::printed(at.giorno(), at.ora(), at.zona()));
        data.pec_id = Some(self.pec_id.clone());
        data.client_message_id.clone_from(&self.client_message_id);
        data
    }
}

/// The header fields of a message, folded values as they stand, without the last line end.
#[must_use]
pub fn fields(message: &[u8]) -> Headers {
    let mut headers = Headers::default();
    for line in header_lines(message) {
        let line = String::from_utf8_lossy(line);
        if let Some((name, value)) = line.split_once(':') {
            headers.push(name, value.trim_start_matches(' ').trim_end_matches("\r\n"));
        }
    }
    headers
}

/// The complete field lines of the header block, continuation lines included.
fn header_lines(message: &[u8]) -> Vec<&[u8]> {
    let mut fields: Vec<&[u8]> = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in message.split_inclusive(|b| *b == b'\n') {
        if matches!(line, b"\r\n" | b"\n") {
            break;
        }
        if !matches!(line.first(), Some(b' ' | b'\t')) && at > start {
            fields.push(&message[start..at]);
            start = at;
        }
        at += line.len();
    }
    if at > start {
        fields.push(&message[start..at]);
    }
    fields
}

/// The message with `pec_id` as its Message-ID and the old one as X-Riferimento-Message-ID.
fn renamed(message: &[u8], pec_id: &str, old: Option<&str>) -> Vec<u8> {
    let lines = header_lines(message);
    let header: usize = lines.iter().map(|l| l.len()).sum();
    let mut out = Vec::with_capacity(message.len() + 200);
    for line in lines {
        let name = line.split(|b| *b == b':').next().unwrap_or_default();
        if !name.eq_ignore_ascii_case(b"message-id") {
            out.extend_from_slice(line);
        }
    }
    out.extend_from_slice(format!("Message-ID: <{pec_id}>\r\n").as_bytes());
    if let Some(old) = old {
        out.extend_from_slice(format!("X-Riferimento-Message-ID: {old}\r\n").as_bytes());
    }
    out.extend_from_slice(&message[header..]);
    out
}
