//! A message before it is bytes.

use jiff::{Timestamp, Zoned};

use super::preflight::{Conditions, preflight};
use super::refusal::{Refusal, RefusalCode};
use super::write;
use crate::crypto::{DigestAlgorithm, digest};
use crate::daticert::ReceiptForm;
use crate::message::{Mailbox, Message, addresses, unstructured};
use crate::reconcile::instant::ROME;

/// What a person wants to send (*bozza*).
///
/// ```
/// use pec_core::compose::{Conditions, Draft, Stamp, preflight};
/// use pec_core::message::Mailbox;
///
/// let mailbox = |address: &str| Mailbox { name: None, address: address.into() };
/// let mut draft = Draft::new(mailbox("ditta@pec.alfa.example"), "Fattura 42/2026");
/// draft.to.push(mailbox("ufficio@cert.beta.example"));
/// draft.text = "Si trasmette la fattura.\n".into();
/// let stamp = Stamp::new("2026-02-09T10:15:00+01:00[Europe/Rome]".parse()?, [7; 32]);
/// let composed = draft.compose(&stamp).expect("values that can be written");
/// assert!(composed.bytes.ends_with(b"\r\n"));
/// assert!(preflight(&composed.bytes, &composed.envelope(), &Conditions::law()).is_empty());
///
/// // Nobody to send it to: known before anything is sent.
/// draft.to.clear();
/// let refusals = draft.refusals(&stamp, &Conditions::law());
/// assert_eq!(refusals[0].code.as_str(), "send.no_to");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Draft {
    /// The sender: the address of the mailbox from which it goes.
    pub from: Mailbox,
    /// To whom it is addressed; each of them gets the receipt that is asked for.
    pub to: Vec<Mailbox>,
    /// Who gets a copy; for them the delivery receipt is always concise (RFC 6109 §3.3.2).
    pub cc: Vec<Mailbox>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The text as HTML as well.
    pub html: Option<String>,
    /// Files.
    pub attachments: Vec<Enclosure>,
    /// Messages that go along, byte for byte.
    pub carried: Vec<Carried>,
    /// Which delivery receipt is asked for (`X-TipoRicevuta`).
    #[doc(alias = "X-TipoRicevuta")]
    pub receipt: ReceiptForm,
    /// Message-ID of what is answered, without brackets.
    pub in_reply_to: Option<String>,
    /// Message-IDs of what went before, without brackets.
    pub references: Vec<String>,
}

/// A file that goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Its name.
    pub name: String,
    /// Its media type, `type/subtype`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A message that goes along as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The name of its file.
    pub name: String,
    /// Its bytes. A PEC keeps its proof only byte for byte.
    pub bytes: Vec<u8>,
}

/// When it is written, and what makes it unlike any other message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    date: Zoned,
    seed: [u8; 32],
    message_id: Option<String>,
}

impl Stamp {
    /// The date for the header, and 32 bytes that are used for this message alone: whoever repeats them repeats the
    /// Message-ID and the boundaries.
    #[must_use]
    pub const fn new(date: Zoned, seed: [u8; 32]) -> Self {
        Self { date, seed, message_id: None }
    }

    /// The same with the date as clocks in Italy show it.
    #[must_use]
    pub fn in_italy(at: Timestamp, seed: [u8; 32]) -> Self {
        Self::new(at.to_zoned(ROME.clone()), seed)
    }

    /// With this Message-ID, given without brackets.
    #[must_use]
    pub fn message_id(mut self, id: impl Into<String>) -> Self {
        self.message_id = Some(id.into());
        self
    }

    pub(super) const fn date(&self) -> &Zoned {
        &self.date
    }

    /// 32 hexadecimal digits that depend on the seed and on what they are for.
    pub(super) fn digits(&self, purpose: &str) -> String {
        let value = digest(DigestAlgorithm::Sha256, &[&self.seed[..], purpose.as_bytes()].concat());
        value.as_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The Message-ID: at the domain of the sender, where none was given.
    pub(super) fn id_for(&self, sender: &str) -> String {
        let made = || {
            let domain = sender.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
            format!("{}@{domain}", self.digits("message-id"))
        };
        self.message_id.clone().unwrap_or_else(made)
    }
}

/// A message ready to be sent: bytes that nothing may change any more, and for whom they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// The message: CRLF throughout and at its end, 7-bit.
    pub bytes: Vec<u8>,
    /// Its Message-ID, without brackets.
    pub message_id: String,
    /// The SMTP sender.
    pub sender: String,
    /// The SMTP recipients: To and Cc, each once.
    pub recipients: Vec<String>,
}

impl Composed {
    /// For whom it is.
    #[must_use]
    pub fn envelope(&self) -> super::Envelope<'_> {
        super::Envelope { sender: &self.sender, recipients: self.recipients.iter().map(String::as_str).collect() }
    }
}

impl Draft {
    /// A message without text and recipients.
    #[must_use]
    pub fn new(from: Mailbox, subject: impl Into<String>) -> Self {
        Self {
            from,
            to: Vec::new(),
            cc: Vec::new(),
            subject: subject.into(),
            text: String::new(),
            html: None,
            attachments: Vec::new(),
            carried: Vec::new(),
            receipt: ReceiptForm::Full,
            in_reply_to: None,
            references: Vec::new(),
        }
    }

    /// An answer to a message, which goes along byte for byte: to whoever asks for answers, else to its sender. In the
    /// envelope of a PEC that is the sender of the original, never the provider.
    #[must_use]
    pub fn reply<B: AsRef<[u8]>>(from: Mailbox, message: &Message<B>) -> Self {
        let mut draft = Self::about(from, message, "Re: ");
        let original = message.original().map(|part| part.to_message());
        let inside = original.as_ref().map(|original| original.root().headers());
        let own = message.root().headers();
        let stated = [own.get("reply-to"), inside.and_then(|headers| headers.get("reply-to"))];
        let written = [inside.and_then(|headers| headers.get("from")), own.get("from")];
        let asked = stated.into_iter().chain(written).flatten().map(addresses);
        draft.to = asked.into_iter().find(|list| !list.is_empty()).unwrap_or_default();
        // What the sender knows is the Message-ID that he has given; the envelope has another.
        let ids: Vec<String> = [inside.and_then(|headers| headers.get("message-id")), own.get("message-id")]
            .into_iter()
            .flatten()
            .map(bare)
            .filter(|id| super::address::is_message_id(id))
            .collect();
        draft.in_reply_to = ids.first().cloned();
        draft.references = ids.into_iter().rev().collect();
        draft
    }

    /// A message handed on, byte for byte: a PEC inside keeps its proof.
    #[must_use]
    pub fn forward<B: AsRef<[u8]>>(from: Mailbox, message: &Message<B>) -> Self {
        Self::about(from, message, "Fwd: ")
    }

    fn about<B: AsRef<[u8]>>(from: Mailbox, message: &Message<B>, prefix: &str) -> Self {
        let original = message.original().map(|part| part.to_message());
        let subject = |headers: crate::message::Headers<'_>| headers.get("subject").map(unstructured);
        let inside = original.as_ref().and_then(|original| subject(original.root().headers()));
        let subject = inside.or_else(|| subject(message.root().headers())).unwrap_or_default();
        // What steers how it is shown is not repeated under one's own name.
        let subject = crate::text::printable(&subject);
        let repeated = subject.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix));
        let mut draft = Self::new(from, if repeated { subject } else { format!("{prefix}{subject}") });
        draft.carried.push(Carried { name: "messaggio.eml".into(), bytes: message.bytes().to_vec() });
        draft
    }

    /// Writes it. Whether a provider takes it, [`super::preflight`] says.
    ///
    /// # Errors
    /// [`RefusalCode::Value`] and [`RefusalCode::SubjectControl`], all at once: values that cannot be written in a header.
    /// The caller's.
    pub fn compose(&self, stamp: &Stamp) -> Result<Composed, Vec<Refusal>> {
        let message_id = stamp.id_for(&self.from.address);
        let refused = self.unwritable(&message_id);
        if !refused.is_empty() {
            return Err(refused);
        }
        let mut recipients: Vec<String> = Vec::new();
        for mailbox in self.to.iter().chain(&self.cc) {
            if !recipients.iter().any(|known| super::address::is_same(known, &mailbox.address)) {
                recipients.push(mailbox.address.clone());
            }
        }
        let bytes = write::message(self, stamp, &message_id);
        Ok(Composed { bytes, message_id, sender: self.from.address.clone(), recipients })
    }

    /// Everything that keeps it from being sent under these conditions, and what a person should know, at once: what cannot be
    /// written, else what [`super::preflight`] says of what would be written.
    #[must_use]
    pub fn refusals(&self, stamp: &Stamp, conditions: &Conditions) -> Vec<Refusal> {
        match self.compose(stamp) {
            Ok(composed) => preflight(&composed.bytes, &composed.envelope(), conditions),
            Err(refused) => refused,
        }
    }

    /// What cannot be written in a header without changing what it says, or adding a field to it.
    fn unwritable(&self, message_id: &str) -> Vec<Refusal> {
        let mut refused = Vec::new();
        let mut value = |what: &str, value: &str| {
            refused.push(Refusal::new(RefusalCode::Value, format!("{what}: {value}")));
        };
        let named = [("From", std::slice::from_ref(&self.from)), ("To", &self.to), ("Cc", &self.cc)];
        for (field, mailboxes) in named {
            for mailbox in mailboxes {
                let odd = |text: &str| text.chars().any(char::is_control);
                if mailbox.address.is_empty()
                    || !mailbox.address.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>,;".contains(&byte))
                    || mailbox.name.as_deref().is_some_and(odd)
                {
                    value(field, &mailbox.address);
                }
            }
        }
        let ids = [("Message-ID", message_id)].into_iter();
        let ids = ids.chain(self.in_reply_to.iter().map(|id| ("In-Reply-To", id.as_str())));
        for (field, id) in ids.chain(self.references.iter().map(|id| ("References", id.as_str()))) {
            if !super::address::is_message_id(id) {
                value(field, id);
            }
        }
        for enclosure in &self.attachments {
            let token = |text: &str| {
                !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
            };
            let media = &enclosure.media_type;
            if !media.split_once('/').is_some_and(|(kind, subkind)| token(kind) && token(subkind)) {
                value("Content-Type", media);
            }
        }
        for name in self.attachments.iter().map(|it| &it.name).chain(self.carried.iter().map(|it| &it.name)) {
            if name.chars().any(char::is_control) {
                value("filename", name);
            }
        }
        if self.receipt.as_str().bytes().any(|byte| !byte.is_ascii_graphic()) {
            value("X-TipoRicevuta", self.receipt.as_str());
        }
        if self.subject.chars().any(char::is_control) {
            refused.push(Refusal::new(RefusalCode::SubjectControl, &self.subject));
        }
        refused
    }
}

/// The text of an identifier without white space and brackets.
pub(super) fn bare(value: &[u8]) -> String {
    let text = unstructured(value);
    let text = text.trim();
    text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text).to_owned()
}
