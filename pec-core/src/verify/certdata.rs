//! The signed certification data against the outer header and the original message.

use super::outer::{Outer, identifier};
use crate::daticert::{Address, AddressClass, CertData, Kind as CertKind};
use crate::finding::{Code, Finding, Severity};
use crate::message::{Headers, addresses, date};

/// Seconds by which two times of one step may differ (VERDICT §4).
pub(super) const TOLERANCE: i64 = 300;

/// `daticert.*` rows that compare with the outer header, and those inside the data.
pub(super) fn check_outer(data: &CertData, outer: &Outer<'_>, findings: &mut Vec<Finding>) {
    let transport = data.kind == CertKind::Transport;
    if transport && let Some(id) = &data.pec_id {
        compare_id("Message-ID", id, &outer.message_id, findings);
    }
    if let Some(msgid) = &data.client_message_id {
        let signed = identifier(msgid.as_bytes());
        let mut named = outer.reference_id.iter().map(|value| identifier(value)).peekable();
        if named.peek().is_some() && !named.any(|value| value == signed) {
            findings.push(Finding::new(Code::DaticertMsgidVsHeader).with(format!("signed: {signed}")));
        }
    }
    let certified = data.time.as_ref().and_then(|time| time.utc).map(jiff::Timestamp::as_second);
    if let Some(certified) = certified {
        let mut dates = outer.date.iter().filter_map(|value| date(value)).peekable();
        if let Some(first) = dates.peek().copied()
            && !dates.any(|date| (date - certified).abs() <= TOLERANCE)
        {
            findings.push(Finding::new(Code::DaticertDateVsHeader).with(format!("{} s", first - certified)));
        }
    }
    if transport && let Some(sender) = &data.sender {
        let mut paths = outer.return_path.iter().flat_map(|value| addresses(value)).peekable();
        if paths.peek().is_some_and(|path| !path.address.is_empty())
            && !paths.any(|path| sender.same_mailbox(&path.address))
        {
            let finding = Finding::new(Code::DaticertSenderVsInner).graded(Severity::Warning);
            findings.push(finding.with(format!("Return-Path; signed: {sender}")));
        }
    }
    check_recipients(data, findings);
}

/// `daticert.consegna_not_rcpt` and `daticert.consegna_external`.
fn check_recipients(data: &CertData, findings: &mut Vec<Finding>) {
    for address in data.delivered_to.iter().chain(&data.received_for) {
        let recipient = data.recipients.iter().find(|recipient| recipient.address.same_mailbox(address.as_str()));
        match recipient {
            None => findings.push(Finding::new(Code::DaticertConsegnaNotRcpt).with(address.to_string())),
            Some(recipient) if recipient.class == AddressClass::External => {
                findings.push(Finding::new(Code::DaticertConsegnaExternal).with(address.to_string()));
            }
            Some(_) => {}
        }
    }
}

/// `daticert.id_vs_message_id`, `daticert.sender_vs_inner`, `daticert.rcpts_vs_inner`, `original.msgid_rule`:
/// the header of the original message, which the provider has signed with the rest.
pub(super) fn check_original(data: &CertData, inner: Headers<'_>, findings: &mut Vec<Finding>) {
    let inner_ids: Vec<&[u8]> = inner.all("message-id").collect();
    if data.kind == CertKind::Transport
        && let Some(id) = &data.pec_id
    {
        // The provider writes it; an original that is not readable as a message has none to compare.
        if !inner_ids.is_empty() {
            compare_id("Message-ID of the original", id, &inner_ids, findings);
        }
    }
    if let Some(sender) = &data.sender {
        let mut named = inner.all("from").flat_map(addresses).peekable();
        if named.peek().is_some() && !named.any(|mailbox| sender.same_mailbox(&mailbox.address)) {
            findings.push(Finding::new(Code::DaticertSenderVsInner).with(format!("From; signed: {sender}")));
        }
    }
    let named: Vec<String> =
        inner.all("to").chain(inner.all("cc")).flat_map(addresses).map(|mailbox| mailbox.address).collect();
    if !named.is_empty() && !same_set(&data.recipients.iter().map(|r| &r.address).collect::<Vec<_>>(), &named) {
        let detail = format!("{} signed, {} in To and Cc", data.recipients.len(), named.len());
        findings.push(Finding::new(Code::DaticertRcptsVsInner).with(detail));
    }
    if let Some(msgid) = &data.client_message_id {
        let signed = identifier(msgid.as_bytes());
        let mut references = inner.all("x-riferimento-message-id").map(identifier).peekable();
        if references.peek().is_some() && !references.any(|value| value == signed) {
            findings.push(Finding::new(Code::OriginalMsgidRule).with(format!("signed: {signed}")));
        }
    }
}

fn compare_id(place: &str, signed: &str, values: &[&[u8]], findings: &mut Vec<Finding>) {
    let bare = |value: &str| value.trim_start_matches('<').trim_end_matches('>').to_owned();
    let signed = bare(&identifier(signed.as_bytes()));
    if !values.iter().any(|value| bare(&identifier(value)) == signed) {
        let found: Vec<String> = values.iter().map(|value| bare(&identifier(value))).collect();
        let found = if found.is_empty() { "is absent".to_owned() } else { found.join(", ") };
        let detail = format!("{place} {found}; signed: {signed}");
        findings.push(Finding::new(Code::DaticertIdVsMessageId).with(detail));
    }
}

/// The same mailboxes, in any order, however often. Sorted, because a message may have thousands.
fn same_set(signed: &[&Address], named: &[String]) -> bool {
    let sorted = |list: Vec<String>| {
        let mut list = list;
        list.sort_unstable();
        list.dedup();
        list
    };
    sorted(signed.iter().map(|address| address.as_str().to_ascii_lowercase()).collect())
        == sorted(named.iter().map(|address| address.to_ascii_lowercase()).collect())
}

/// `daticert.provider_vs_cert`: the provider's name against organisation and common name of the certificate. Spelling
/// and legal form vary, so that one long word in common is enough.
pub(super) fn check_provider(data: &CertData, certificate_names: &[&str], findings: &mut Vec<Finding>) {
    let Some(issuer) = &data.issuer else { return };
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| {
                word.len() > 3 && !word.eq_ignore_ascii_case("posta") && !word.eq_ignore_ascii_case("certificata")
            })
            .map(str::to_lowercase)
            .collect()
    };
    let named: Vec<String> = certificate_names.iter().flat_map(|name| words(name)).collect();
    let similar =
        words(issuer).iter().any(|word| named.iter().any(|n| n.contains(word.as_str()) || word.contains(n.as_str())));
    if !similar {
        let detail = format!("{issuer} / {}", certificate_names.join(", "));
        findings.push(Finding::new(Code::DaticertProviderVsCert).with(detail));
    }
}
