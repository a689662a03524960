//! The checks of the access point (RFC 6109 §3.1.1, PEC-SPEC §5.1), each with the reason that its notice states.

use pec_core::message::{Message, addresses, date};

use super::SubmissionLimits;

/// Checks 1 to 7 in their order; the first that fails gives the reason. `path` is the SMTP reverse path, `recipients`
/// are the forward paths.
pub(super) fn check(
    message: &Message<&[u8]>,
    path: &str,
    recipients: &[String],
    limits: &SubmissionLimits,
) -> Result<(), String> {
    conforms(message.bytes())?;
    let headers = message.root().headers();
    let listed = |name| headers.all(name).flat_map(addresses).map(|mailbox| mailbox.address).collect::<Vec<_>>();
    let from = listed("from");
    let [from] = &from[..] else { return Err(text("campo From assente o con un numero di indirizzi diverso da uno")) };
    if !is_address(from) {
        return Err(text("campo From privo di un indirizzo valido"));
    }
    let to = listed("to");
    if !to.iter().any(|address| is_address(address)) {
        return Err(text("campo To assente o privo di un indirizzo valido"));
    }
    if !from.eq_ignore_ascii_case(path) {
        return Err(format!("mittente SMTP {path} diverso dal campo From {from}"));
    }
    let named: Vec<String> = to.into_iter().chain(listed("cc")).collect();
    if !named.iter().all(|address| is_address(address)) {
        return Err(text("campo To o Cc con un indirizzo non valido"));
    }
    let missing = |wanted: &[String], among: &[String]| {
        wanted.iter().find(|one| !among.iter().any(|other| other.eq_ignore_ascii_case(one))).cloned()
    };
    if let Some(address) = missing(recipients, &named) {
        return Err(format!("destinatario SMTP non presente nei campi To e Cc: {address}"));
    }
    if let Some(address) = missing(&named, recipients) {
        return Err(format!("indirizzo dei campi To e Cc non presente tra i destinatari SMTP: {address}"));
    }
    if headers.all("bcc").any(|value| !value.trim_ascii().is_empty()) {
        return Err(text("campo Bcc valorizzato"));
    }
    if recipients.len() > limits.recipients {
        return Err(format!("{} destinatari, oltre il limite di {}", recipients.len(), limits.recipients));
    }
    let product = message.bytes().len().saturating_mul(recipients.len());
    if product > limits.product {
        let limit = limits.product;
        return Err(format!("dimensione per numero di destinatari di {product} byte, oltre il limite di {limit}"));
    }
    Ok(())
}

fn text(reason: &str) -> String {
    reason.to_owned()
}

/// `local@domain` without quoting, as PEC addresses are, of 254 bytes at most (RFC 5321 §4.5.3.1.3).
pub(crate) fn is_address(address: &str) -> bool {
    let plain =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"<>,;:()[]\"\\@".contains(&b));
    address.len() <= 254 && address.rsplit_once('@').is_some_and(|(local, domain)| plain(local) && plain(domain))
}

/// Fields that stand once at most (RFC 5322 §3.6).
const SINGLE: [&str; 11] =
    ["From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject", "Date"];

/// Check 1: RFC 5322, as far as a reader can be misled or a receipt broken by what is wrong.
fn conforms(message: &[u8]) -> Result<(), String> {
    let fault = |what: String| Err(format!("messaggio non conforme a RFC 5322: {what}"));
    let mut header = true;
    let mut before = false;
    for (number, line) in message.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let number = number + 1;
        let Some(line) = line.strip_suffix(b"\r\n") else { return fault(format!("riga {number} senza CRLF")) };
        if line.iter().any(|byte| matches!(byte, 0 | b'\r')) {
            return fault(format!("carattere di controllo nella riga {number}"));
        }
        if line.len() > 998 {
            return fault(format!("riga {number} oltre i 998 caratteri"));
        }
        header &= !line.is_empty();
        if header {
            if !is_field(line, before) {
                return fault(format!("riga {number} dell'intestazione"));
            }
            before = true;
        }
    }
    let parsed = Message::parse(message, &pec_core::limits::Limits::DEFAULT);
    let headers = parsed.root().headers();
    if let Some(name) = SINGLE.iter().find(|name| headers.all(name).count() > 1) {
        return fault(format!("campo {name} ripetuto"));
    }
    if headers.get("date").is_none_or(|value| date(value).is_none()) {
        return fault(text("campo Date assente o non valido"));
    }
    if headers.get("message-id").is_some_and(|value| !is_message_id(value.trim_ascii())) {
        return fault(text("campo Message-ID non valido"));
    }
    Ok(())
}

/// A field line, or the continuation of one.
fn is_field(line: &[u8], continued: bool) -> bool {
    if line.iter().any(|byte| *byte >= 0x80) {
        return false;
    }
    if continued && matches!(line.first(), Some(b' ' | b'\t')) {
        return true;
    }
    let colon = line.iter().position(|byte| *byte == b':');
    colon.is_some_and(|colon| colon > 0 && line[..colon].iter().all(u8::is_ascii_graphic))
}

/// `<left@right>` (RFC 5322 §3.6.4).
pub(super) fn is_message_id(value: &[u8]) -> bool {
    let inside = value.strip_prefix(b"<").and_then(|value| value.strip_suffix(b">"));
    let plain = |part: &[u8]| !part.is_empty() && part.iter().all(|b| b.is_ascii_graphic() && !b"<>@".contains(b));
    let at = |id: &[u8]| id.iter().rposition(|byte| *byte == b'@');
    inside.is_some_and(|id| at(id).is_some_and(|at| plain(&id[..at]) && plain(&id[at + 1..])))
}
