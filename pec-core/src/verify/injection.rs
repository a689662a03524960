//! Certification data that stand after the original message (layout family B): did the provider put them there, or the
//! sender, who had guessed the boundary?
//!
//! Providers wrap mail that is not certified into an anomaly envelope and sign it, word for word. A sender who guesses
//! the inner boundary can write a delimiter and a `daticert.xml` of his own into such mail; once the unsigned outer
//! header is exchanged, the bytes look like a transport envelope of family B. What the sender cannot write is the text
//! part that stands before his message: in every kind but the anomaly it prints the identifier of the transaction
//! (RFC 6109 §3, PEC-SPEC §2.15), and in the anomaly it prints nothing that he chose but sender, subject and
//! recipients. So the identifier must stand in that text, and not in the fields of the original that the text repeats.

use std::borrow::Cow;

use crate::daticert::CertData;
use crate::finding::{Code, Finding};
use crate::message::{Headers, Part, unstructured};

/// Fields of the original that the text of a provider repeats.
const REPEATED: [&str; 7] = ["from", "sender", "reply-to", "to", "cc", "subject", "return-path"];

/// `daticert.unconfirmed`. `original` is the header of the message before the certification data.
pub(super) fn check(
    data: &CertData,
    signed: Part<'_>,
    before: Part<'_>,
    original: Headers<'_>,
    findings: &mut Vec<Finding>,
) {
    let id = data.pec_id.as_deref().map(|id| plain(id.as_bytes())).unwrap_or_default();
    let planted = || {
        REPEATED
            .iter()
            .flat_map(|name| original.all(name))
            .any(|value| plain(value).contains(&id) || plain(unstructured(value).as_bytes()).contains(&id))
    };
    let texts = signed.descendants().filter(|part| {
        part.range().end <= before.range().start && !part.is_multipart() && part.media_type().starts_with("text/")
    });
    let printed = |text: Part<'_>| plain(&text.content()).contains(&id);
    if id.is_empty() || planted() || !texts.into_iter().any(printed) {
        findings.push(Finding::new(Code::DaticertUnconfirmed).with(id));
    }
}

/// The text without white space: identifiers are long, and lines are wrapped.
fn plain(text: &[u8]) -> String {
    let text: Cow<'_, str> = String::from_utf8_lossy(text);
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
