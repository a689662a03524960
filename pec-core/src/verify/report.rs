//! The verification as JSON: one object a message, keys in fixed order, times in UTC (RFC 3339), absent values null. Its form
//! is that of `docs/schema/verification-1.json`.

use jiff::Timestamp;
use serde::Serialize;

use super::{Signer, Verification, opened};
use crate::daticert::CertData;
use crate::message::{Message, Part, addresses, unstructured};

/// What `pec verify --json` prints, and the C and Python faces return.
#[derive(Debug, Serialize)]
pub struct Report<'v> {
    schema: &'static str,
    /// Name of the file, as the caller knows it.
    pub file: &'v str,
    kind: &'v str,
    verdict: &'static str,
    integrity: &'static str,
    trust_at_signing: &'static str,
    trust_now: &'static str,
    time: &'static str,
    revocation: &'static str,
    anchor: Option<String>,
    signed_at: Option<Timestamp>,
    signer: Option<&'v Signer>,
    daticert: Option<&'v CertData>,
    original: Option<OriginalReport>,
    findings: Vec<FindingReport<'v>>,
}

/// The original message, as far as its header tells. Nothing of it is proven unless the verdict is.
#[derive(Debug, Serialize)]
pub struct OriginalReport {
    bytes: usize,
    message_id: Option<String>,
    date: Option<Timestamp>,
    from: Vec<String>,
    to: Vec<String>,
    cc: Vec<String>,
    subject: Option<String>,
    attachments: Vec<AttachmentReport>,
}

/// One attachment of the original message.
#[derive(Debug, Serialize)]
pub struct AttachmentReport {
    name: Option<String>,
    media_type: String,
    /// Bytes as they travel, encoded.
    bytes: usize,
}

#[derive(Debug, Serialize)]
struct FindingReport<'v> {
    code: &'static str,
    severity: &'static str,
    layer: &'static str,
    detail: &'v str,
}

impl<'v> Report<'v> {
    /// The form, first in each report. What is added later leaves the number as it is; what is taken away or changes its
    /// meaning raises it.
    pub const SCHEMA: &'static str = "pec-verification/1";

    /// Puts a verification into the form of the report. `message` is the message that was verified: its original is
    /// listed from there.
    #[must_use]
    pub fn new<B: AsRef<[u8]>>(file: &'v str, message: &Message<B>, verification: &'v Verification) -> Self {
        let entity = opened(message);
        let original = entity.as_ref().map_or_else(|| message.original(), |entity| entity.root().original());
        let findings = verification.findings.iter().map(|finding| FindingReport {
            code: finding.code.as_str(),
            severity: finding.severity.as_str(),
            layer: finding.code.layer().as_str(),
            detail: &finding.detail,
        });
        Self {
            schema: Self::SCHEMA,
            file,
            kind: verification.kind.as_str(),
            verdict: verification.verdict.as_str(),
            integrity: verification.integrity.as_str(),
            trust_at_signing: verification.trust_at_signing.as_str(),
            trust_now: verification.trust_now.as_str(),
            time: verification.time.as_str(),
            revocation: verification.revocation.as_str(),
            anchor: verification.anchor.as_ref().map(ToString::to_string),
            signed_at: verification.signed_at,
            signer: verification.signer.as_ref(),
            daticert: verification.daticert.as_ref(),
            original: original.map(|part| OriginalReport::of(&part.to_message())),
            findings: findings.collect(),
        }
    }

    /// One line of JSON, without a line end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and numbers only: there is nothing that cannot be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl OriginalReport {
    fn of<B: AsRef<[u8]>>(original: &Message<B>) -> Self {
        let headers = original.root().headers();
        let list = |name: &str| headers.all(name).flat_map(addresses).map(|mailbox| mailbox.address).collect();
        let text = |name: &str| headers.get(name).map(unstructured);
        Self {
            bytes: original.bytes().len(),
            message_id: text("message-id"),
            date: headers.get("date").and_then(crate::message::date).and_then(|at| Timestamp::from_second(at).ok()),
            from: list("from"),
            to: list("to"),
            cc: list("cc"),
            subject: text("subject"),
            attachments: original.attachments().map(AttachmentReport::of).collect(),
        }
    }
}

impl AttachmentReport {
    fn of(part: Part<'_>) -> Self {
        Self { name: part.file_name(), media_type: part.media_type(), bytes: part.body().len() }
    }
}
