//! The signed certification data against the outer header and the original message.

use std::borrow::Cow;
use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::outer::{Outer, identifier, is_identifier, token};
use crate::daticert::{Address, AddressClass, CertData, Kind as CertKind, Recipient};
use crate::finding::{Code, Finding, Severity};
use crate::message::{Headers, date, mailboxes};

/// Seconds by which two times of one step may differ (VERDICT §4).
pub(super) const TOLERANCE: i64 = 300;

/// `daticert.*` rows that compare with the outer header, and those inside the data.
pub(super) fn check_outer(data: &CertData, outer: &Outer<'_>, findings: &mut Vec<Finding>) {
    let transport = data.kind == CertKind::Transport;
    if transport && let Some(id) = &data.pec_id {
        compare_id("Message-ID", id, &outer.message_id, findings);
    }
    check_reference(data, outer, findings);
    let certified = data.time.as_ref().and_then(|time| time.utc).map(jiff::Timestamp::as_second);
    if let Some(certified) = certified {
        let mut dates = outer.date.iter().filter_map(|value| date(value)).peekable();
        let first = dates.peek().copied();
        if !dates.any(|date| (date - certified).abs() <= TOLERANCE) {
            let detail =
                first.map_or_else(|| "absent or unreadable".to_owned(), |first| format!("{} s", first - certified));
            findings.push(Finding::new(Code::DaticertDateVsHeader).with(detail));
        }
    }
    if transport && let Some(sender) = &data.sender {
        let mut paths = outer.return_path.iter().flat_map(|value| mailboxes(value)).peekable();
        if paths.peek().is_some_and(|path| !path.address.is_empty())
            && !paths.any(|path| sender.same_mailbox(&path.address))
        {
            let finding = Finding::new(Code::DaticertSenderVsInner).graded(Severity::Warning);
            findings.push(finding.with(format!("Return-Path; signed: {sender}")));
        }
    }
    check_addressees(data, outer, findings);
    check_form(data, outer, findings);
    check_recipients(data, findings);
}

/// `daticert.msgid_vs_header`. A sender whose program gives no Message-ID can plant the reference in his envelope, never
/// in a receipt.
fn check_reference(data: &CertData, outer: &Outer<'_>, findings: &mut Vec<Finding>) {
    let finding = Finding::new(Code::DaticertMsgidVsHeader);
    let Some(msgid) = &data.client_message_id else {
        if !outer.reference_id.is_empty() {
            let planted = data.kind == CertKind::Transport;
            let severity = if planted { Severity::Warning } else { Severity::Error };
            findings.push(finding.graded(severity).with("signed: none"));
        }
        return;
    };
    if outer.reference_id.is_empty() {
        let signed = identifier(msgid.as_bytes());
        findings.push(finding.graded(Severity::Warning).with(format!("absent; signed: {signed}")));
    } else if !outer.reference_id.iter().any(|value| is_identifier(value, msgid)) {
        findings.push(finding.with(format!("signed: {}", identifier(msgid.as_bytes()))));
    }
}

/// `daticert.rcpts_vs_header`: whom the outer header addresses. An envelope goes to the recipients, a receipt to the
/// sender; receipts between providers go to a service mailbox, which the data do not name.
fn check_addressees(data: &CertData, outer: &Outer<'_>, findings: &mut Vec<Finding>) {
    let differs = match data.kind {
        CertKind::TakeCharge | CertKind::VirusDetection => false,
        CertKind::Transport => !same_set(&data.recipients, &addressees(outer)),
        _ => data.sender.as_ref().is_some_and(|sender| {
            !outer.to.iter().flat_map(|value| mailboxes(value)).any(|to| sender.same_mailbox(&to.address))
        }),
    };
    if differs {
        findings.push(Finding::new(Code::DaticertRcptsVsHeader));
    }
}

/// The addresses in To and Cc.
fn addressees<'m>(outer: &Outer<'m>) -> SmallVec<[Cow<'m, str>; 2]> {
    outer.to.iter().chain(&outer.cc).flat_map(|value| mailboxes(value)).map(|mailbox| mailbox.address).collect()
}

/// `kind.receipt_form`: the form of receipt that the header of an envelope asks for is the signed one.
fn check_form(data: &CertData, outer: &Outer<'_>, findings: &mut Vec<Finding>) {
    let Some(signed) = &data.receipt else { return };
    if !outer.receipt_form.is_empty() && !outer.receipt_form.iter().any(|value| token(value) == signed.as_str()) {
        findings.push(Finding::new(Code::KindReceiptForm).with(format!("signed: {signed}")));
    }
}

/// `daticert.consegna_not_rcpt` and `daticert.consegna_external`: one finding each, however many addresses.
fn check_recipients(data: &CertData, findings: &mut Vec<Finding>) {
    if data.delivered_to.is_none() && data.received_for.is_empty() {
        return;
    }
    // By name, because there may be thousands of each; the first of several entries counts.
    let key = |address: &Address| address.as_str().to_ascii_lowercase();
    let mut classes = BTreeMap::new();
    for recipient in &data.recipients {
        classes.entry(key(&recipient.address)).or_insert(&recipient.class);
    }
    let (mut strangers, mut external) = (Vec::new(), Vec::new());
    for address in data.delivered_to.iter().chain(&data.received_for) {
        match classes.get(&key(address)) {
            None => strangers.push(address.as_str()),
            Some(AddressClass::External) => external.push(address.as_str()),
            Some(_) => {}
        }
    }
    for (code, addresses) in [(Code::DaticertConsegnaNotRcpt, strangers), (Code::DaticertConsegnaExternal, external)] {
        if let [first, rest @ ..] = &addresses[..] {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            findings.push(Finding::new(code).with(format!("{first}{more}")));
        }
    }
}

/// `daticert.id_vs_message_id`, `daticert.sender_vs_inner`, `daticert.rcpts_vs_inner`, `original.msgid_rule`:
/// the header of the original message, which the provider has signed with the rest.
pub(super) fn check_original(data: &CertData, inner: Headers<'_>, findings: &mut Vec<Finding>) {
    let inner = Outer::of(inner);
    if data.kind == CertKind::Transport
        && let Some(id) = &data.pec_id
    {
        // The provider writes it; an original that is not readable as a message has none to compare.
        if !inner.message_id.is_empty() {
            compare_id("Message-ID of the original", id, &inner.message_id, findings);
        }
    }
    if let Some(sender) = &data.sender {
        let mut named = inner.from.iter().flat_map(|value| mailboxes(value)).peekable();
        if named.peek().is_some() && !named.any(|mailbox| sender.same_mailbox(&mailbox.address)) {
            findings.push(Finding::new(Code::DaticertSenderVsInner).with(format!("From; signed: {sender}")));
        }
    }
    let named = addressees(&inner);
    if !named.is_empty() && !same_set(&data.recipients, &named) {
        let detail = format!("{} signed, {} in To and Cc", data.recipients.len(), named.len());
        findings.push(Finding::new(Code::DaticertRcptsVsInner).with(detail));
    }
    if let Some(msgid) = &data.client_message_id {
        let references = &inner.reference_id;
        if !references.is_empty() && !references.iter().any(|value| is_identifier(value, msgid)) {
            let signed = identifier(msgid.as_bytes());
            findings.push(Finding::new(Code::OriginalMsgidRule).with(format!("signed: {signed}")));
        }
    }
}

fn compare_id(place: &str, signed: &str, values: &[&[u8]], findings: &mut Vec<Finding>) {
    fn bare(value: &str) -> &str {
        value.trim_start_matches('<').trim_end_matches('>')
    }
    // As a rule nothing has to be left out but the brackets.
    let written =
        |value: &[u8]| value.trim_ascii().strip_prefix(b"<")?.strip_suffix(b">").map(|id| id == signed.as_bytes());
    if values.iter().any(|value| written(value) == Some(true)) {
        return;
    }
    let signed = identifier(signed.as_bytes());
    let signed = bare(&signed);
    if !values.iter().any(|value| bare(&identifier(value)) == signed) {
        let found: Vec<String> = values.iter().map(|value| bare(&identifier(value)).to_owned()).collect();
        let found = if found.is_empty() { "is absent".to_owned() } else { found.join(", ") };
        let detail = format!("{place} {found}; signed: {signed}");
        findings.push(Finding::new(Code::DaticertIdVsMessageId).with(detail));
    }
}

/// The same mailboxes, in any order, however often. Sorted, because a message may have thousands.
fn same_set(signed: &[Recipient], named: &[Cow<'_, str>]) -> bool {
    // As a rule they stand in the same order.
    if signed.len() == named.len() && signed.iter().zip(named).all(|(signed, named)| signed.address.same_mailbox(named))
    {
        return true;
    }
    let sorted = |list: Vec<String>| {
        let mut list = list;
        list.sort_unstable();
        list.dedup();
        list
    };
    sorted(signed.iter().map(|recipient| recipient.address.as_str().to_ascii_lowercase()).collect())
        == sorted(named.iter().map(|address| address.to_ascii_lowercase()).collect())
}

/// Words of a name that are compared, each with each of the other: no name has so many.
const MAX_WORDS: usize = 64;

/// `daticert.provider_vs_cert`: the provider's name against organisation and common name of the certificate. Spelling
/// and legal form vary, so that one long word in common is enough.
pub(super) fn check_provider(data: &CertData, certificate_names: &[&str], findings: &mut Vec<Finding>) {
    let Some(issuer) = &data.issuer else { return };
    let counts = |word: &&str| {
        word.len() > 3 && !word.eq_ignore_ascii_case("posta") && !word.eq_ignore_ascii_case("certificata")
    };
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(counts);
        words.map(str::to_lowercase).take(MAX_WORDS).collect()
    };
    // As a rule one of the names is the same, so that any word of it will do.
    if certificate_names.contains(&issuer.as_str())
        && issuer.split(|c: char| !c.is_alphanumeric()).any(|word| counts(&word))
    {
        return;
    }
    let named: Vec<String> = certificate_names.iter().flat_map(|name| words(name)).collect();
    let similar =
        words(issuer).iter().any(|word| named.iter().any(|n| n.contains(word.as_str()) || word.contains(n.as_str())));
    if !similar {
        let detail = format!("{issuer} / {}", certificate_names.join(", "));
        findings.push(Finding::new(Code::DaticertProviderVsCert).with(detail));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::daticert::Kind;

    /// As many as the limits let through, on both sides; compared each with each they take minutes here.
    #[test]
    fn thousands_of_recipients_reached() {
        let mut data = CertData::new(Kind::TakeCharge);
        let address = |n: usize| Address::new(format!("U{n:06}@pec.beta.example"));
        let class = |n: usize| if n.is_multiple_of(2) { AddressClass::Certified } else { AddressClass::External };
        data.recipients = (0..20_000).map(|n| Recipient { address: address(n), class: class(n) }).collect();
        data.received_for = (10_000..30_000).map(|n| Address::new(address(n).as_str().to_lowercase())).collect();
        let mut findings = Vec::new();
        check_recipients(&data, &mut findings);
        let details: Vec<_> = findings.iter().map(|finding| (finding.code, &*finding.detail)).collect();
        let expected = [
            (Code::DaticertConsegnaNotRcpt, "u020000@pec.beta.example and 9999 more"),
            (Code::DaticertConsegnaExternal, "u010001@pec.beta.example and 4999 more"),
        ];
        assert_eq!(details, expected);
    }

    #[test]
    fn names_of_a_hundred_thousand_words() {
        let mut data = CertData::new(Kind::Acceptance);
        data.issuer = Some("alfabeto ".repeat(100_000));
        let mut findings = Vec::new();
        check_provider(&data, &[&"sillabario ".repeat(100_000)], &mut findings);
        assert_eq!(findings.len(), 1);
        check_provider(&data, &["Alfabeto S.p.A."], &mut findings);
        assert_eq!(findings.len(), 1);
    }
}
