//! Who signs and who is named: the From of the outer header against the certificate, the other names against the
//! signed data.

use smallvec::SmallVec;

use super::kind::Kind;
use super::outer::Outer;
use crate::daticert::{CertData, Kind as CertKind};
use crate::finding::{Code, Finding, Severity};
use crate::message::{MailboxRef, collapsed, mailboxes};

/// The one mailbox of From, or why there is none (RFC 6109 §2.1, attack I3).
pub(super) fn from<'m>(outer: &Outer<'m>, findings: &mut Vec<Finding>) -> Option<MailboxRef<'m>> {
    let mut mailboxes: SmallVec<[MailboxRef<'m>; 1]> = outer.from.iter().flat_map(|value| mailboxes(value)).collect();
    // A signed part that a mailing list has left without its header says nothing of a sender: the signed data stand.
    if outer.from.is_empty() {
        findings.push(Finding::new(Code::IdFromNotSingle).graded(Severity::Error).with("absent"));
        return None;
    }
    let single = matches!(&mailboxes[..], [one] if is_addr_spec(&one.address)) && outer.from.len() == 1;
    if !single {
        let list: Vec<_> = mailboxes.iter().map(|mailbox| &*mailbox.address).collect();
        findings.push(Finding::new(Code::IdFromNotSingle).with(format!(
            "{} addresses: {}",
            list.len(),
            list.join(", ")
        )));
    }
    // Where there are several, the first is still what is compared and shown.
    (!mailboxes.is_empty()).then(|| mailboxes.swap_remove(0))
}

/// `local@domain` and nothing else.
fn is_addr_spec(address: &str) -> bool {
    let special = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '(' | ')' | '"' | '@');
    let plain = |text: &str| !text.is_empty() && !text.contains(special);
    address.rsplit_once('@').is_some_and(|(local, domain)| plain(local) && plain(domain))
}

/// `id.from_cert_mismatch` and `id.local_part`. `certified` are the rfc822Names of the signing certificate. Both parts
/// are compared without regard to case (RFC 8550 §3).
pub(super) fn check_from(from: Option<&MailboxRef<'_>>, certified: &[String], findings: &mut Vec<Finding>) {
    let Some(from) = from else { return };
    if !certified.iter().any(|name| name.eq_ignore_ascii_case(&from.address)) {
        let detail = format!("From {}; certificate {}", from.address, certified.join(", "));
        findings.push(Finding::new(Code::IdFromCertMismatch).with(detail));
    }
    let local = from.address.rsplit_once('@').map_or("", |(local, _)| local);
    if !local.eq_ignore_ascii_case("posta-certificata") {
        findings.push(Finding::new(Code::IdLocalPart).with(from.address.to_string()));
    }
}

/// `id.sender_mismatch`, `id.display_name`, `id.reply_to`.
pub(super) fn check_names(
    kind: &Kind,
    data: Option<&CertData>,
    from: Option<&MailboxRef<'_>>,
    outer: &Outer<'_>,
    findings: &mut Vec<Finding>,
) {
    let Some(from) = from else { return };
    for sender in outer.sender.iter().flat_map(|value| mailboxes(value)) {
        if !sender.address.eq_ignore_ascii_case(&from.address) {
            findings.push(Finding::new(Code::IdSenderMismatch).with(format!("{} / {}", sender.address, from.address)));
        }
    }
    let name = from.name.as_deref().map(collapsed).unwrap_or_default();
    let sender = data.and_then(|data| data.sender.as_ref());
    let fits = match (kind, sender) {
        (Kind::Pec(CertKind::Transport), Some(sender)) => {
            on_behalf_of(&name).is_some_and(|named| sender.same_mailbox(named))
        }
        (Kind::Anomaly, _) => on_behalf_of(&name).is_some(),
        // A receipt speaks for the provider alone: another address in its name is a disguise (attack I2).
        _ => !name.contains('@') || name.trim_matches(['\'', '"']).eq_ignore_ascii_case(&from.address),
    };
    if !fits {
        findings.push(Finding::new(Code::IdDisplayName).with(name.into_owned()));
    }
    if let (Kind::Pec(CertKind::Transport), Some(signed)) = (kind, data.and_then(|data| data.reply_to.as_ref())) {
        let mut named = outer.reply_to.iter().flat_map(|value| mailboxes(value)).peekable();
        if named.peek().is_some() && !named.any(|mailbox| signed.same_mailbox(&mailbox.address)) {
            findings.push(Finding::new(Code::IdReplyTo).with(format!("signed: {signed}")));
        }
    }
}

/// What follows `Per conto di:` in a display name.
fn on_behalf_of(name: &str) -> Option<&str> {
    let name = name.trim_matches(['"', '\'']);
    let prefix = "Per conto di:";
    let matches = name.get(..prefix.len())?.eq_ignore_ascii_case(prefix);
    matches.then(|| name[prefix.len()..].trim().trim_matches(['"', '\'', '<', '>']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addr_specs() {
        assert!(is_addr_spec("posta-certificata@pec.aruba.it"));
        for odd in ["", "@", "a@", "a b@c", "a@b@c", "a@b>", "<a@b"] {
            assert!(!is_addr_spec(odd), "{odd}");
        }
    }

    #[test]
    fn names_on_behalf() {
        assert_eq!(on_behalf_of("Per conto di: a@b.it"), Some("a@b.it"));
        assert_eq!(on_behalf_of("per conto di:a@b.it"), Some("a@b.it"));
        assert_eq!(on_behalf_of("Banca"), None);
    }
}
