//! A message before it is stored: verified, classified, taken apart. Pure work, on any thread.

use jiff::Timestamp;
use pec_core::finding::Severity;
use pec_core::limits::Limits;
use pec_core::message::{Message, date, unstructured};
use pec_core::reconcile::{Record, Role, Source};
use pec_core::trust::{ChainCache, Evidence, TrustStore};
use pec_core::verify::{Verdict, Verification, Verifier};

use crate::id::Id;
use crate::seen::Seen;
use crate::split::Skeleton;
use crate::words::Words;

/// How messages are judged when they come in, and where they come from.
///
/// The verdict that is stored is a cache of what these data say at this time: proofs are worked out from the bytes
/// whenever they are needed (VERDICT §9).
#[derive(Debug, Clone, Copy)]
pub struct Intake<'a> {
    pub(crate) trust: &'a TrustStore,
    pub(crate) evidence: Option<&'a Evidence>,
    pub(crate) now: Timestamp,
    pub(crate) mailbox: &'a str,
    pub(crate) limits: Limits,
}

impl<'a> Intake<'a> {
    /// Judged by these trust data, at the caller's time.
    #[must_use]
    pub const fn new(trust: &'a TrustStore, now: Timestamp) -> Self {
        Self { trust, evidence: None, now, mailbox: "", limits: Limits::DEFAULT }
    }

    /// With revocation evidence, which is kept with the messages.
    #[must_use]
    pub const fn evidence(mut self, evidence: &'a Evidence) -> Self {
        self.evidence = Some(evidence);
        self
    }

    /// Found in this mailbox: an address, or whatever name the host has for it.
    #[must_use]
    pub const fn mailbox(mut self, mailbox: &'a str) -> Self {
        self.mailbox = mailbox;
        self
    }

    /// Read within these limits. What is beyond them is stored all the same, and judged as what cannot be verified.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    pub(crate) fn verifier(&self) -> Verifier<'a> {
        let verifier = Verifier::new(self.trust);
        match self.evidence {
            Some(evidence) => verifier.evidence(evidence),
            None => verifier,
        }
    }

    /// What this intake finds out about a message.
    pub(crate) fn verify<B: AsRef<[u8]>>(&self, message: &Message<B>, cache: &mut ChainCache) -> Verification {
        self.verifier().verify(message, self.now, cache)
    }

    /// Everything that storing takes besides the bytes of the message.
    pub(crate) fn examine<'m, B: AsRef<[u8]>>(
        &self,
        message: &'m Message<B>,
        verification: &Verification,
        seen: &Seen<'m>,
    ) -> Examined {
        Examined {
            id: Id::of(message.bytes()),
            skeleton: Skeleton::of(message, seen),
            derived: self.derive(message, verification, seen),
        }
    }

    /// Everything that is worked out of a message.
    pub(crate) fn derive<'m, B: AsRef<[u8]>>(
        &self,
        message: &'m Message<B>,
        verification: &Verification,
        seen: &Seen<'m>,
    ) -> Derived {
        let record = Record::of(Source(0), message, verification);
        let words = Words::of(message, verification, seen);
        let judged = Judged::of(message, verification, record.as_ref(), &words, self);
        Derived { judged, words, record }
    }
}

/// What storing a message takes besides its bytes.
pub(crate) struct Examined {
    pub(crate) id: Id,
    pub(crate) skeleton: Skeleton,
    pub(crate) derived: Derived,
}

impl Examined {
    /// With the bytes of the message.
    pub(crate) fn with(self, bytes: Vec<u8>) -> Prepared {
        let Self { id, skeleton, derived } = self;
        Prepared { id, size: bytes.len() as u64, bytes, skeleton, derived }
    }
}

/// A message ready to be stored.
pub(crate) struct Prepared {
    pub(crate) id: Id,
    pub(crate) size: u64,
    /// From which its bodies are taken that are not stored yet.
    pub(crate) bytes: Vec<u8>,
    pub(crate) skeleton: Skeleton,
    pub(crate) derived: Derived,
}

/// What is worked out of a message: all of it can be made anew.
pub(crate) struct Derived {
    pub(crate) judged: Judged,
    pub(crate) words: Words,
    pub(crate) record: Option<Record>,
}

/// What verification made of a message, as far as the index keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judged {
    /// When.
    pub at: Timestamp,
    /// The date of the trust data.
    pub trust_data: String,
    /// The verdict.
    pub verdict: &'static str,
    /// `tipo`, `anomalia` or `ordinary`.
    pub kind: String,
    /// Finding codes that are errors or fatal, separated by blanks; empty where there is none.
    pub quarantine: String,
    /// Codes of warnings and worse. They are not kept.
    pub findings: Vec<String>,
    /// Seconds since 1970 by which messages are ordered; the number says it.
    pub order: i64,
    /// What the provider certified, nothing else.
    pub certified_at: Option<i64>,
    /// When the certificate of the signer ends.
    pub expires: Option<i64>,
    /// *identificativo*.
    pub pec_id: Option<String>,
    /// *msgid*, or the Message-ID of a copy.
    pub message_id: Option<String>,
    /// The sender, certified where anything is.
    pub sender: Option<String>,
    /// The subject, certified where anything is.
    pub subject: Option<String>,
}

impl Judged {
    pub(crate) fn of<B: AsRef<[u8]>>(
        message: &Message<B>,
        verification: &Verification,
        record: Option<&Record>,
        words: &Words,
        intake: &Intake<'_>,
    ) -> Self {
        let headers = message.root().headers();
        let certified = verification.certified();
        let data = certified.as_ref().map(|certified| certified.value());
        let certified_at =
            data.and_then(|data| data.time.as_ref()?.utc).or(verification.signed_at.filter(|_| data.is_some()));
        let certified_at = certified_at.map(Timestamp::as_second);
        // What a sender writes as his date must not put his message above all others for years.
        let now = intake.now.as_second();
        let stated = headers.get("date").and_then(date).map(|at| at.clamp(0, now.max(0)));
        let identifiers: Vec<&str> = record.map(|record| record.about().collect()).unwrap_or_default();
        let (pec_id, message_id) = match (record.map(Record::role), identifiers.as_slice()) {
            (Some(Role::Proof | Role::Claim), [pec_id, message_id]) => (Some(*pec_id), Some(*message_id)),
            (Some(Role::Proof), [pec_id]) => (Some(*pec_id), None),
            (Some(Role::Copy | Role::Submission), [message_id]) => (None, Some(*message_id)),
            _ => (None, None),
        };
        let first = |texts: &str| texts.lines().next().map(str::to_owned);
        Self {
            at: intake.now,
            trust_data: intake.trust.data_date(),
            verdict: verification.verdict().as_str(),
            kind: verification.kind.as_str().to_owned(),
            quarantine: quarantine(verification),
            findings: verification
                .findings
                .iter()
                .filter(|finding| finding.severity >= Severity::Warning)
                .map(|finding| finding.code.as_str().to_owned())
                .collect(),
            order: certified_at.or(stated).unwrap_or(now).max(0),
            certified_at,
            expires: verification.signer.as_ref().and_then(|signer| signer.not_after).map(Timestamp::as_second),
            pec_id: pec_id.map(str::to_owned),
            message_id: message_id.map(str::to_owned),
            sender: data
                .and_then(|data| Some(data.sender.as_ref()?.as_str().to_owned()))
                .or_else(|| first(&words.sender)),
            subject: data.and_then(|data| data.subject.clone()).or_else(|| headers.get("subject").map(unstructured)),
        }
    }
}

/// Why a message is set apart for a person to look at: the codes of what is wrong with it. Ordinary mail is not.
fn quarantine(verification: &Verification) -> String {
    if !matches!(verification.verdict(), Verdict::Altered | Verdict::Forged | Verdict::Unverifiable) {
        return String::new();
    }
    let grave = verification.findings.iter().filter(|finding| finding.severity >= Severity::Error);
    let mut codes: Vec<&str> = grave.map(|finding| finding.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.join(" ")
}
