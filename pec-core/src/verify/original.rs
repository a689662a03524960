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
    let mut reserved: Vec<String> = Vec::new();
    for part in signed.descendants() {
        let direct = part.parent().is_some_and(|parent| parent.range() == signed.range());
        if direct || part.is_multipart() {
            continue;
        }
        let mut is_daticert = false;
        part.each_name(|name| {
            is_daticert |= name.trim().eq_ignore_ascii_case("daticert.xml");
            if ["smime.p7s", "postacert.eml"].iter().any(|known| name.eq_ignore_ascii_case(known))
                && !reserved.iter().any(|known| known == name)
            {
                reserved.push(name.to_owned());
            }
        });
        nested += usize::from(is_daticert);
    }
    if nested > 0 {
        findings.push(Finding::new(Code::DaticertNestedIgnored).with(nested.to_string()));
    }
    if !reserved.is_empty() {
        findings.push(Finding::new(Code::OriginalReservedName).with(reserved.join(", ")));
    }
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

/// What an HTML text of a provider must not have (RFC 6109 §4.3.1), in any case: tags, by their beginning,
const TAGS: [&str; 8] = ["<script", "<img", "<iframe", "<object", "<embed", "<link", "<applet", "<form"];
/// the letters with which their names begin,
const BEGINNINGS: [u8; 7] = *b"sioelaf";
/// and references, by their end.
const REFERENCES: [&str; 4] = ["javascript:", "cid:", "src=", "url("];

/// The first of [`TAGS`] and [`REFERENCES`], in their order, that stands in `html`. Looks only where one could begin or
/// end, and at the letter beside it first.
fn active(html: &[u8]) -> Option<&'static str> {
    let same = |text: Option<&[u8]>, known: &str| text.is_some_and(|text| text.eq_ignore_ascii_case(known.as_bytes()));
    let letter = |at: usize| html.get(at).map(u8::to_ascii_lowercase);
    let tags = memchr::memchr_iter(b'<', html).filter_map(|at| {
        let second = letter(at + 1).filter(|letter| BEGINNINGS.contains(letter))?;
        TAGS.iter().position(|known| known.as_bytes()[1] == second && same(html.get(at..at + known.len()), known))
    });
    if let Some(first) = tags.min() {
        return Some(TAGS[first]);
    }
    let references = memchr::memchr3_iter(b':', b'=', b'(', html).filter_map(|at| {
        let last = letter(at.wrapping_sub(1));
        REFERENCES.iter().position(|known| {
            last == known.as_bytes().iter().rev().nth(1).copied()
                && same((at + 1).checked_sub(known.len()).and_then(|start| html.get(start..=at)), known)
        })
    });
    references.min().map(|at| REFERENCES[at])
}

/// `html.active_or_remote`, in the texts that the provider made: children of the signed part, not the original.
pub(super) fn check_html(signed: Part<'_>, findings: &mut Vec<Finding>) {
    let texts = signed.descendants().filter(|part| !part.is_nested() || signed.is_nested());
    for part in std::iter::once(signed).chain(texts) {
        if part.is_multipart() || !part.is_of_type("text/html") {
            continue;
        }
        if let Some(found) = active(&part.content()) {
            findings.push(Finding::new(Code::HtmlActiveOrRemote).with(found));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_content_is_found_as_a_plain_search_finds_it() {
        let plain = |html: &str| {
            let html = html.to_ascii_lowercase();
            TAGS.into_iter().chain(REFERENCES).find(|known| html.contains(known))
        };
        let mut texts: Vec<String> =
            ["", "<", "<p>", "<IMG", "< img", "<form<script", "x=(:", "CID:", "cid", ":", "hurl(", "SRC =", "src="]
                .map(str::to_owned)
                .into();
        texts.extend(
            TAGS.iter()
                .chain(&REFERENCES)
                .flat_map(|known| [known.to_uppercase(), format!("a{known}b"), format!("{known}<script")]),
        );
        for text in texts {
            assert_eq!(active(text.as_bytes()), plain(&text), "{text:?}");
        }
    }
}
