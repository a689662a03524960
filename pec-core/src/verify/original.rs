//! The original message inside, and the readable text that the provider adds. The original is data: nothing that its
//! sender can write into it lowers the verdict (VERDICT §5).

use super::kind::Kind;
use super::shape::has_extension;
use crate::daticert::{CertData, ErrorKind, Kind as CertKind, ReceiptForm};
use crate::finding::{Code, Finding};
use crate::message::Part;

/// `original.missing`, `original.unexpected`, `original.multiple` (PEC-SPEC §2.14).
pub(super) fn check_presence(kind: &Kind, data: Option<&CertData>, count: usize, findings: &mut Vec<Finding>) {
    if count > 1 {
        findings.push(Finding::new(Code::OriginalMultiple).with(count.to_string()));
    }
    let virus = data.is_some_and(|data| data.error == ErrorKind::Virus);
    let concise = data.is_some_and(|data| data.receipt == Some(ReceiptForm::Concise));
    match kind {
        Kind::Anomaly | Kind::Pec(CertKind::Transport) if count == 0 => {
            findings.push(Finding::new(Code::OriginalMissing));
        }
        Kind::Pec(
            CertKind::Acceptance
            | CertKind::NonAcceptance
            | CertKind::TakeCharge
            | CertKind::VirusDetection
            | CertKind::DelayNotice,
        ) if count > 0 => findings.push(Finding::new(Code::OriginalUnexpected)),
        Kind::Pec(CertKind::DeliveryError) if count > 0 && virus => {
            findings.push(Finding::new(Code::OriginalUnexpected));
        }
        Kind::Pec(CertKind::Delivery) if count > 0 && concise => {
            findings.push(Finding::new(Code::OriginalUnexpected).with("sintetica"));
        }
        _ => {}
    }
}

/// Names of PEC parts that stand where they mean nothing: `daticert.nested_ignored`, `original.reserved_name`.
pub(super) fn check_names(signed: Part<'_>, findings: &mut Vec<Finding>) {
    let mut nested = 0_usize;
    let mut reserved = Vec::new();
    for part in signed.descendants() {
        let direct = part.parent().is_some_and(|parent| parent.range() == signed.range());
        if direct || part.is_multipart() || !named(part) {
            continue;
        }
        if part.is_daticert() {
            nested += 1;
        }
        for name in part.names() {
            if ["smime.p7s", "postacert.eml"].iter().any(|known| name.eq_ignore_ascii_case(known))
                && !reserved.contains(&name)
            {
                reserved.push(name);
            }
        }
    }
    if nested > 0 {
        findings.push(Finding::new(Code::DaticertNestedIgnored).with(nested.to_string()));
    }
    if !reserved.is_empty() {
        findings.push(Finding::new(Code::OriginalReservedName).with(reserved.join(", ")));
    }
}

/// A cheap look before names are decoded.
fn named(part: Part<'_>) -> bool {
    let raw = part.headers().raw();
    memchr::memmem::find(raw, b"ame").is_some() || memchr::memmem::find(raw, b"AME").is_some()
}

/// `brief.unreplaced_part`: in a brief receipt every named part must have become a hash file (RFC 6109 §3.3.2.2).
pub(super) fn check_brief(data: &CertData, original: Part<'_>, findings: &mut Vec<Finding>) {
    if data.kind != CertKind::Delivery || data.receipt != Some(ReceiptForm::Brief) {
        return;
    }
    // An original that is one opaque S/MIME object is left as it is.
    if original.media_type().ends_with("pkcs7-mime") {
        return;
    }
    for part in original.attachments() {
        let Some(name) = part.file_name() else { continue };
        if !has_extension(&name, ".hash") {
            findings.push(Finding::new(Code::BriefUnreplacedPart).with(name));
        }
    }
}

/// What an HTML text of a provider must not have (RFC 6109 §4.3.1).
const ACTIVE: [&str; 12] = [
    "<script",
    "<img",
    "<iframe",
    "<object",
    "<embed",
    "<link",
    "<applet",
    "<form",
    "javascript:",
    "cid:",
    "src=",
    "url(",
];

/// `html.active_or_remote`, in the texts that the provider made: children of the signed part, not the original.
pub(super) fn check_html(signed: Part<'_>, findings: &mut Vec<Finding>) {
    let texts = signed.descendants().filter(|part| !part.is_nested() || signed.is_nested());
    for part in std::iter::once(signed).chain(texts) {
        if part.is_multipart() || part.media_type() != "text/html" {
            continue;
        }
        let html = part.content().to_ascii_lowercase();
        if let Some(found) = ACTIVE.iter().find(|needle| memchr::memmem::find(&html, needle.as_bytes()).is_some()) {
            findings.push(Finding::new(Code::HtmlActiveOrRemote).with(*found));
        }
    }
}
