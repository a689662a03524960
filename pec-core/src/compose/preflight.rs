//! Everything that an access point would refuse, and more that ought not to be sent, at once and before sending: of our own
//! drafts as of the message of a program that knows nothing of PEC.

use super::address::{is_address, is_message_id, is_same};
use super::draft::bare;
use super::lines::Lines;
use super::refusal::{Refusal, RefusalCode as Code};
use crate::attachment;
use crate::daticert::ReceiptForm;
use crate::limits::Limits;
use crate::message::{Headers, Mailbox, Message, Part, addresses, date, unfold, unstructured};

/// From whom and to whom a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<'e> {
    /// MAIL FROM.
    pub sender: &'e str,
    /// RCPT TO.
    pub recipients: Vec<&'e str>,
}

/// Whether what is sent is kept, byte for byte, by whoever sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keeping {
    /// It goes into an archive.
    #[default]
    Archived,
    /// Nobody keeps it.
    NotKept,
}

/// What the provider takes, as far as it is known, and what becomes of the message here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conditions {
    /// Bytes of one message.
    pub message_bytes: Option<u64>,
    /// Bytes of the message times recipients.
    pub product: Option<u64>,
    /// Recipients of one message.
    pub recipients: Option<u64>,
    /// Bytes of one attachment, decoded, from which on it is remarked.
    pub attachment_bytes: Option<u64>,
    /// Whether it is kept.
    pub keeping: Keeping,
}

impl Conditions {
    /// Bytes times recipients that every provider has to take: 30 MB (DM 2/11/2005 art. 12 c. 2).
    pub const LAWFUL_PRODUCT: u64 = 30_000_000;

    /// Recipients that every provider has to take (DM 2/11/2005 art. 12 c. 1).
    pub const LAWFUL_RECIPIENTS: u64 = 50;

    /// A provider of whom only what the law asks for is known: what is beyond that is a warning, since most take more.
    #[must_use]
    pub const fn law() -> Self {
        Self {
            message_bytes: None,
            product: None,
            recipients: None,
            attachment_bytes: None,
            keeping: Keeping::Archived,
        }
    }
}

/// Every reason why a provider would not take this message, and what a person should know of it, in the order of the checks
/// of RFC 6109 §3.1.1, attachments last.
///
/// It does not prove that the provider takes it: he looks for viruses, knows the mailbox, and has limits of his own.
///
/// # Limits
/// A message beyond [`Limits::DEFAULT`] is refused as unreadable. Attachments are decoded one by one.
#[must_use]
pub fn preflight(message: &[u8], envelope: &Envelope<'_>, conditions: &Conditions) -> Vec<Refusal> {
    let parsed = Message::parse(message, &Limits::DEFAULT);
    let headers = parsed.root().headers();
    let mut desk = Desk { refusals: Vec::new() };
    desk.bytes(message, parsed.root());
    if let Some(hit) = parsed.limit_hits().first() {
        desk.refuse(Code::Unreadable, format!("{:?}, byte {}", hit.limit, hit.offset));
    }
    desk.fields(headers);
    desk.identity(headers);
    desk.sender(headers, envelope);
    desk.recipients(headers, envelope);
    desk.sizes(message.len() as u64, envelope.recipients.len() as u64, conditions);
    desk.reserved(headers, conditions);
    desk.parts(&parsed, conditions);
    desk.refusals
}

struct Desk {
    refusals: Vec<Refusal>,
}

impl Desk {
    fn refuse(&mut self, code: Code, detail: impl AsRef<str>) {
        self.refusals.push(Refusal::new(code, detail));
    }

    /// What no server carries as it is.
    fn bytes(&mut self, message: &[u8], root: Part<'_>) {
        let lines = Lines::of(message);
        let header = root.headers().raw();
        let at = |line: usize| format!("line {line}");
        if let Some(line) = lines.broken {
            self.refuse(Code::LineEnds, at(line));
        } else if !message.ends_with(b"\r\n") {
            self.refuse(Code::LineEnds, "the last line");
        }
        if let Some(line) = lines.long {
            self.refuse(Code::LineLength, at(line));
        }
        if let Some(line) = lines.nul {
            self.refuse(Code::Nul, at(line));
        }
        if !header.is_ascii() {
            let name = root.headers().iter().find(|field| !field.value.is_ascii() || !field.name.is_ascii());
            self.refuse(
                Code::HeaderEightBit,
                name.map(|field| String::from_utf8_lossy(field.name)).unwrap_or_default(),
            );
        } else if let Some(line) = lines.eight_bit {
            self.refuse(Code::BodyEightBit, at(line));
        }
    }

    /// The form of the header (RFC 5322 §2.2, §3.6).
    fn fields(&mut self, headers: Headers<'_>) {
        // A blank before the colon is obsolete syntax, which no program may write (RFC 5322 §4.5).
        let is_field = |line: &[u8]| {
            let name = memchr::memchr(b':', line).and_then(|colon| line.get(..colon)).unwrap_or_default();
            let continues = matches!(line.first(), Some(b' ' | b'\t'));
            continues || (!name.is_empty() && name.iter().all(u8::is_ascii_graphic))
        };
        let mut lines = headers.raw().split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        if let Some(line) = lines.find(|line| !is_field(line)) {
            self.refuse(Code::HeaderSyntax, String::from_utf8_lossy(line.get(..60).unwrap_or(line)).trim_end());
        }
        if headers.raw().first().is_some_and(u8::is_ascii_whitespace) || headers.raw().is_empty() {
            self.refuse(Code::HeaderSyntax, "the first line is no field");
        }
        for name in SINGLE {
            if headers.all(name).nth(1).is_some() {
                self.refuse(Code::HeaderSyntax, format!("{name} stands twice"));
            }
        }
    }

    fn identity(&mut self, headers: Headers<'_>) {
        if headers.get("date").is_none_or(|value| date(value).is_none()) {
            self.refuse(Code::Date, headers.get("date").map(unstructured).unwrap_or_default());
        }
        match headers.get("message-id") {
            None => self.refuse(Code::NoMessageId, ""),
            Some(value) => {
                let text = String::from_utf8_lossy(value.trim_ascii()).into_owned();
                if !text.starts_with('<') || !text.ends_with('>') || !is_message_id(&bare(value)) {
                    self.refuse(Code::MessageId, text);
                }
            }
        }
        if let Some(value) = headers.get("subject")
            && (has_control(&unfold(value)) || says_control(value))
        {
            self.refuse(Code::SubjectControl, unstructured(value));
        }
    }

    /// Checks 2 and 4.
    fn sender(&mut self, headers: Headers<'_>, envelope: &Envelope<'_>) {
        if !is_address(envelope.sender) {
            self.refuse(Code::FromAddress, format!("MAIL FROM {}", envelope.sender));
        }
        let Some(from) = headers.get("from").filter(|value| !value.trim_ascii().is_empty()) else {
            return self.refuse(Code::NoFrom, "");
        };
        self.group("From", from);
        let from = addresses(from);
        match from.as_slice() {
            [] => self.refuse(Code::NoFrom, ""),
            [only] => {
                if !is_address(&only.address) {
                    self.refuse(Code::FromAddress, &only.address);
                } else if !is_same(&only.address, envelope.sender) {
                    self.refuse(Code::SenderMismatch, format!("{} / {}", only.address, envelope.sender));
                }
                let other = |field: &&Mailbox| !is_same(&field.address, &only.address);
                let sender = headers.get("sender").map(addresses).unwrap_or_default();
                if let Some(other) = sender.iter().find(other) {
                    self.refuse(Code::SenderField, &other.address);
                }
            }
            several => self.refuse(Code::SeveralFrom, listed(several)),
        }
    }

    /// Checks 3, 5 and 6.
    fn recipients(&mut self, headers: Headers<'_>, envelope: &Envelope<'_>) {
        let mut named: Vec<Mailbox> = Vec::new();
        for field in ["To", "Cc"] {
            let found: Vec<Mailbox> = headers
                .all(field)
                .flat_map(|value| {
                    self.group(field, value);
                    addresses(value)
                })
                .collect();
            if field == "To" && !found.iter().any(|mailbox| is_address(&mailbox.address)) {
                self.refuse(Code::NoTo, listed(&found));
            }
            for mailbox in found.iter().filter(|mailbox| !is_address(&mailbox.address)) {
                self.refuse(Code::Address, format!("{field}: {}", mailbox.address));
            }
            named.extend(found);
        }
        for recipient in &envelope.recipients {
            if !is_address(recipient) {
                self.refuse(Code::Address, format!("RCPT TO {recipient}"));
            } else if !named.iter().any(|mailbox| is_same(&mailbox.address, recipient)) {
                self.refuse(Code::NotAddressed, recipient);
            }
        }
        let missing = |mailbox: &&Mailbox| {
            is_address(&mailbox.address) && !envelope.recipients.iter().any(|other| is_same(other, &mailbox.address))
        };
        for mailbox in named.iter().filter(missing) {
            self.refuse(Code::NotRecipient, &mailbox.address);
        }
        if let Some(value) = headers.all("bcc").find(|value| !value.trim_ascii().is_empty()) {
            self.refuse(Code::Bcc, listed(&addresses(value)));
        }
    }

    /// Groups are opened by whoever reads addresses: that one stands there is seen in what was written.
    fn group(&mut self, field: &str, value: &[u8]) {
        if has_group(value) {
            self.refuse(Code::Group, field);
        }
    }

    /// Check 7.
    fn sizes(&mut self, size: u64, recipients: u64, conditions: &Conditions) {
        if let Some(limit) = conditions.message_bytes.filter(|limit| size > *limit) {
            self.refuse(Code::Size, format!("{size} > {limit}"));
        }
        let product = size.saturating_mul(recipients.max(1));
        let checks = [
            (Code::Recipients, recipients, conditions.recipients, Conditions::LAWFUL_RECIPIENTS),
            (Code::Product, product, conditions.product, Conditions::LAWFUL_PRODUCT),
        ];
        for (code, value, limit, lawful) in checks {
            let refusal = |limit| Refusal::new(code, format!("{value} > {limit}"));
            match limit {
                Some(limit) if value > limit => self.refusals.push(refusal(limit)),
                None if value > lawful => self.refusals.push(refusal(lawful).lessened()),
                _ => {}
            }
        }
    }

    /// What belongs to providers, and which receipt is asked for.
    fn reserved(&mut self, headers: Headers<'_>, conditions: &Conditions) {
        for name in RESERVED_FIELDS {
            if headers.get(name).is_some() {
                self.refuse(Code::ReservedField, name);
            }
        }
        let mut forms = headers
            .all("x-tiporicevuta")
            .map(|value| ReceiptForm::from_wire(&unstructured(value).to_ascii_lowercase()));
        match (forms.next(), forms.next()) {
            (Some(_), Some(_)) => self.refuse(Code::ReceiptForm, "it stands twice"),
            (Some(ReceiptForm::Other(value)), None) => self.refuse(Code::ReceiptForm, value),
            (Some(ReceiptForm::Brief), None) if conditions.keeping == Keeping::NotKept => {
                self.refuse(Code::BriefUnkept, "")
            }
            _ => {}
        }
    }

    fn parts(&mut self, message: &Message<&[u8]>, conditions: &Conditions) {
        let root = message.root();
        let outside = |part: &Part<'_>| !part.is_nested();
        for part in std::iter::once(root).chain(root.descendants().filter(outside)) {
            let multipart = part.media_type().starts_with("multipart/");
            if multipart && (!part.is_closed() || part.children().next().is_none()) {
                self.refuse(Code::Structure, part.media_type());
            }
        }
        for part in message.attachments() {
            let mut names = part.names();
            names.dedup();
            for name in &names {
                let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
                if RESERVED_NAMES.iter().any(|reserved| last.eq_ignore_ascii_case(reserved)) {
                    self.refuse(Code::ReservedName, name);
                }
            }
            // A message that goes along is a matter of its own.
            if part.media_type() == "message/rfc822" {
                continue;
            }
            let name = part.file_name().unwrap_or_default();
            self.refusals.extend(attachment::examine(&name, &part.content(), conditions.attachment_bytes).refusals);
        }
    }
}

/// Fields that stand once at most (RFC 5322 §3.6).
const SINGLE: [&str; 11] =
    ["From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject", "Date"];

/// Fields that providers write (RFC 6109 §2.1, PEC-SPEC §5.3).
const RESERVED_FIELDS: [&str; 5] =
    ["X-Ricevuta", "X-Trasporto", "X-VerificaSicurezza", "X-Mittente", "X-Riferimento-Message-ID"];

/// Names under which programs look for what providers write.
const RESERVED_NAMES: [&str; 3] = ["daticert.xml", "postacert.eml", "smime.p7s"];

fn listed(mailboxes: &[Mailbox]) -> String {
    mailboxes.iter().map(|mailbox| mailbox.address.as_str()).collect::<Vec<_>>().join(", ")
}

fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f)
}

/// Whether decoded text has control characters. The reader of headers makes white space of some of them, so that each
/// encoded word is also looked at as it stands.
fn says_control(value: &[u8]) -> bool {
    let line = unfold(value);
    let words = line.split(|byte| *byte == b' ').filter(|word| word.starts_with(b"=?"));
    let mut decoded = words.map(|word| {
        let mut parts = word.splitn(5, |byte| *byte == b'?').skip(2);
        match (parts.next(), parts.next()) {
            (Some(b"B" | b"b"), Some(text)) => encodify::base64::STANDARD.decode(text).unwrap_or_default(),
            (Some(b"Q" | b"q"), Some(text)) => quoted(text),
            _ => Vec::new(),
        }
    });
    decoded.any(|bytes| has_control(&bytes) || bytes.contains(&b'\t'))
        || unstructured(value).chars().any(char::is_control)
}

/// The bytes of a Q-encoded word, as far as control characters matter.
fn quoted(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        let digit = |at: usize| behind.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'=', Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                rest = behind.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    bytes
}

/// Whether a list of addresses has a colon outside of quotes, comments and brackets: that opens a group (RFC 5322 §3.4).
fn has_group(value: &[u8]) -> bool {
    let (mut quoted, mut comments, mut bracket, mut escaped) = (false, 0_usize, false, false);
    for byte in value {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match byte {
            b'\\' if quoted || comments > 0 => escaped = true,
            b'"' if comments == 0 => quoted = !quoted,
            b'(' if !quoted => comments += 1,
            b')' if !quoted => comments = comments.saturating_sub(1),
            b'<' if !quoted && comments == 0 => bracket = true,
            b'>' if !quoted && comments == 0 => bracket = false,
            b':' if !quoted && comments == 0 && !bracket => return true,
            _ => {}
        }
    }
    false
}
