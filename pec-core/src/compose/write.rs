//! A draft as bytes, through `mail-builder`: what it would take from the clock or the machine is given to it.

use encodify::base64::MIME;
use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};
use memchr::memmem;

use super::draft::{Draft, Stamp};
use super::lines::Lines;
use crate::message::Mailbox;

/// Everything but what cannot be written, which the caller has looked for.
pub(super) fn message(draft: &Draft, stamp: &Stamp, message_id: &str) -> Vec<u8> {
    let boundaries = Boundaries { draft, stamp };
    let mut builder = MessageBuilder::new()
        .from(address(&draft.from))
        .message_id(MessageId::new(message_id.to_owned()))
        .header("Date", Raw::new(jiff::fmt::rfc2822::to_string(stamp.date()).unwrap_or_default()));
    if !draft.to.is_empty() {
        builder = builder.to(list(&draft.to));
    }
    if !draft.cc.is_empty() {
        builder = builder.cc(list(&draft.cc));
    }
    builder = builder.subject(draft.subject.as_str());
    if let Some(id) = &draft.in_reply_to {
        builder = builder.in_reply_to(MessageId::new(id.as_str()));
    }
    if !draft.references.is_empty() {
        builder = builder.references(MessageId::new_list(draft.references.iter().map(String::as_str)));
    }
    builder = builder
        .header("X-TipoRicevuta", Raw::new(draft.receipt.as_str().to_owned()))
        .header("MIME-Version", Raw::new("1.0"));

    let mut bytes = Vec::new();
    builder.body(body(draft, &boundaries)).serialize(&mut bytes);
    if !bytes.ends_with(b"\r\n") {
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

fn list(mailboxes: &[Mailbox]) -> Address<'_> {
    Address::new_list(mailboxes.iter().map(address).collect())
}

fn address(mailbox: &Mailbox) -> Address<'_> {
    let name = mailbox.name.as_deref().filter(|name| !name.is_empty());
    Address::new_address(name, mailbox.address.as_str())
}

fn body<'d>(draft: &'d Draft, boundaries: &Boundaries<'_>) -> MimePart<'d> {
    let plain = text("text/plain", &draft.text);
    let words = match &draft.html {
        Some(html) => boundaries.multipart("alternative", vec![plain, text("text/html", html)]),
        None => plain,
    };
    if draft.attachments.is_empty() && draft.carried.is_empty() {
        return words;
    }
    let files =
        draft.attachments.iter().map(|enclosure| encoded(&enclosure.media_type, &enclosure.name, &enclosure.bytes));
    let messages = draft.carried.iter().map(|carried| {
        if Lines::of(&carried.bytes).are_plain() {
            let part = part("message/rfc822", &carried.name).transfer_encoding("7bit");
            return MimePart { contents: BodyPart::Binary(carried.bytes.as_slice().into()), ..part };
        }
        // RFC 2046 §5.2.1 knows no base64 here; a message that would not survive the way otherwise has no other, and mail
        // programs read it.
        encoded("message/rfc822", &carried.name, &carried.bytes)
    });
    boundaries.multipart("mixed", std::iter::once(words).chain(files).chain(messages).collect())
}

/// A text, line ends made those of mail.
fn text<'d>(media_type: &'d str, text: &'d str) -> MimePart<'d> {
    let mut lines = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
    if !lines.ends_with("\r\n") {
        lines.push_str("\r\n");
    }
    let content_type = ContentType::new(media_type).attribute("charset", "utf-8");
    // The builder leaves control characters as they stand: they would not survive every server.
    if lines.bytes().any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n')) {
        let coded = MimePart::new(content_type, BodyPart::Text(base64(lines.as_bytes()).into()));
        return coded.transfer_encoding("base64");
    }
    MimePart::new(content_type, BodyPart::Text(lines.into()))
}

fn part<'d>(media_type: &'d str, name: &'d str) -> MimePart<'d> {
    // Named twice: old programs, and readers of invoices, look at Content-Type alone.
    let content_type = ContentType::new(media_type).attribute("name", name);
    MimePart::new(content_type, BodyPart::Binary(Default::default())).attachment(name)
}

fn encoded<'d>(media_type: &'d str, name: &'d str, bytes: &[u8]) -> MimePart<'d> {
    let part = part(media_type, name).transfer_encoding("base64");
    MimePart { contents: BodyPart::Binary(base64(bytes).into_bytes().into()), ..part }
}

/// Base64 in lines of 76 characters, without the last line end, which belongs to what follows.
fn base64(bytes: &[u8]) -> String {
    let mut coded = MIME.encode(bytes);
    coded.truncate(coded.trim_end().len());
    coded
}

/// Boundaries that stand nowhere in what they separate.
struct Boundaries<'d> {
    draft: &'d Draft,
    stamp: &'d Stamp,
}

impl Boundaries<'_> {
    fn multipart<'p>(&self, kind: &'static str, parts: Vec<MimePart<'p>>) -> MimePart<'p> {
        let content_type = ContentType::new(format!("multipart/{kind}")).attribute("boundary", self.boundary(kind));
        let headers = vec![("Content-Type".into(), HeaderType::ContentType(content_type))];
        MimePart { headers, contents: BodyPart::Multipart(parts) }
    }

    /// Base64 and quoted-printable can never hold `=_`; what travels as it is can.
    fn boundary(&self, kind: &str) -> String {
        let as_it_is = || {
            let texts = [Some(&self.draft.text), self.draft.html.as_ref()].into_iter().flatten().map(String::as_bytes);
            texts.chain(self.draft.carried.iter().map(|carried| carried.bytes.as_slice()))
        };
        let free = (0_u32..).map(|attempt| format!("=_{}", self.stamp.digits(&format!("boundary {kind} {attempt}"))));
        let mut free = free.filter(|boundary| as_it_is().all(|text| memmem::find(text, boundary.as_bytes()).is_none()));
        free.next().unwrap_or_default()
    }
}
