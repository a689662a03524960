//! Verification: everything that one message says about itself, checked, and one verdict (VERDICT §1 to §5).
//!
//! ```text
//! Message ──> shape      where the signed part and its signature stand
//!         ──> cms        the signature object over the signed bytes: intact?
//!         ──> certdata   the signed facts, against the outer header and the original
//!         ──> trust      who vouches for the signer, then and now
//!         ──> verdict    first row of the table that matches
//! ```

mod canonical;
mod case;
mod certdata;
mod certified;
mod cms;
mod extract;
mod identity;
mod injection;
mod kind;
mod nested;
mod original;
mod outer;
mod report;
mod shape;
#[cfg(test)]
mod tests;
mod time;
mod verdict;

use jiff::Timestamp;
use serde::Serialize;

pub(crate) use case::claims_service;
pub use certified::Certified;
pub use cms::{opened, restored};
pub use extract::{Extract, Extracted};
pub use kind::Kind;
pub use nested::nested;
pub use report::{AttachmentReport, OriginalReport, Report};
pub use verdict::Verdict;

use crate::daticert::CertData;
use crate::directory::ProviderDirectory;
use crate::finding::{Code, Finding};
use crate::message::Message;
use crate::signature::Placement;
use crate::trust::{Anchor, ChainCache, Evidence, Revocation, TrustAtSigning, TrustNow, TrustStore};
use outer::Outer;
use shape::Root;

/// Are the signed bytes the ones that were signed?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Integrity {
    /// Yes: digest and signature hold. Says nothing about who signed.
    Intact,
    /// No.
    Altered,
    /// There is no signature.
    Unsigned,
    /// The signature cannot be read, or needs what is missing or not supported.
    Unknown,
}

impl Integrity {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::Altered => "altered",
            Self::Unsigned => "unsigned",
            Self::Unknown => "unknown",
        }
    }
}

/// What the time of signing rests on (VERDICT §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeProof {
    /// A time-stamp under an authority that the caller trusts.
    Proven,
    /// Only the provider itself says so.
    Claimed,
}

impl TimeProof {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Claimed => "claimed",
        }
    }
}

/// The time at which the signer is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JudgedAt {
    /// The time of signing, as the law asks.
    #[default]
    Signing,
    /// The caller's now.
    Now,
    /// Another time.
    At(Timestamp),
}

/// The mailbox in which the message was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailboxRole {
    /// A user's.
    #[default]
    User,
    /// A provider's service mailbox, where take-charge receipts and virus notices belong (RFC 6109 §2.2.5).
    #[doc(alias = "casella di servizio")]
    Service,
}

/// Who signed, as the certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// Subject of the certificate, for display.
    pub subject: String,
    /// Organisation or common name.
    #[serde(skip)]
    pub name: Option<String>,
    /// First rfc822Name of the certificate.
    pub email: Option<String>,
    /// Issuer of the certificate, for display.
    pub issuer: String,
    /// End of the certificate's life.
    pub not_after: Option<Timestamp>,
    /// SHA-256 of the certificate, lower-case hexadecimal.
    pub sha256: String,
}

/// Everything that was found out about one message.
///
/// The answers are separate (VERDICT §1), the verdict sums them up. It proves what [`Verdict`] says; it does not prove
/// that nothing was left out of a mailbox, that a recipient read the message, or that a time is true which only the
/// provider states ([`TimeProof::Claimed`]).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verification {
    /// What kind of message it is, by its signed part.
    pub kind: Kind,
    /// The verdict: read by [`Verification::verdict`], set by nobody else, or a proof could be made by hand.
    pub(crate) verdict: Verdict,
    /// Are the signed bytes intact?
    pub integrity: Integrity,
    /// Was the signer trusted at the judged time?
    pub trust_at_signing: TrustAtSigning,
    /// Is the signer trusted now?
    pub trust_now: TrustNow,
    /// What the time rests on.
    pub time: TimeProof,
    /// What the given evidence says about revocation, for the judged time.
    pub revocation: Revocation,
    /// The authority at the end of the path.
    pub anchor: Option<Anchor>,
    /// When it was signed: proven time, else the time in the signature, else that of the certification data.
    pub signed_at: Option<Timestamp>,
    /// Who signed.
    pub signer: Option<Signer>,
    /// What the provider certified: read by [`Verification::daticert`], set by nobody else.
    pub(crate) daticert: Option<CertData>,
    /// Everything found, in the order of the checks.
    pub findings: Vec<Finding>,
}

impl Verification {
    /// The verdict.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// What the provider certified, or what the message claims. Read it through [`Verification::certified`] wherever
    /// something depends on it.
    #[must_use]
    pub const fn daticert(&self) -> Option<&CertData> {
        self.daticert.as_ref()
    }
}

/// Checks messages: trust data, evidence and policy, used for any number of messages.
///
/// ```
/// use pec_core::{limits::Limits, message::Message};
/// use pec_core::trust::{ChainCache, TrustStore};
/// use pec_core::verify::{Verdict, Verifier};
///
/// let trust = TrustStore::built_in();
/// let verifier = Verifier::new(&trust);
/// let message = Message::parse(b"Subject: ACCETTAZIONE: x\r\n\r\nnot signed", &Limits::DEFAULT);
/// let now = "2026-11-22T10:00:00Z".parse().unwrap();
/// let verification = verifier.verify(&message, now, &mut ChainCache::default());
/// assert_eq!(verification.verdict(), Verdict::NotPec);
/// assert!(verification.certified().is_none());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Verifier<'t> {
    trust: &'t TrustStore,
    evidence: Option<&'t Evidence>,
    directory: Option<&'t ProviderDirectory>,
    judged_at: JudgedAt,
    mailbox: MailboxRole,
}

impl<'t> Verifier<'t> {
    /// A verifier with these trust data, no evidence, judging at the time of signing.
    #[must_use]
    pub const fn new(trust: &'t TrustStore) -> Self {
        Self { trust, evidence: None, directory: None, judged_at: JudgedAt::Signing, mailbox: MailboxRole::User }
    }

    /// With revocation evidence. Without it, revocation is "not checked", never "good".
    #[must_use]
    pub const fn evidence(mut self, evidence: &'t Evidence) -> Self {
        self.evidence = Some(evidence);
        self
    }

    /// With the directory of providers, which only licensed providers can fetch.
    #[must_use]
    pub const fn directory(mut self, directory: &'t ProviderDirectory) -> Self {
        self.directory = Some(directory);
        self
    }

    /// Judging the signer at another time. Every other check stays as it is.
    #[must_use]
    pub const fn judged_at(mut self, judged_at: JudgedAt) -> Self {
        self.judged_at = judged_at;
        self
    }

    /// For a message from this kind of mailbox.
    #[must_use]
    pub const fn mailbox(mut self, mailbox: MailboxRole) -> Self {
        self.mailbox = mailbox;
        self
    }

    /// Verifies one message. Never fails: what cannot be judged is a finding and a verdict.
    ///
    /// `now` is the caller's time; `cache` keeps verified certification paths for the next message and never changes
    /// an answer (VERDICT §9).
    #[must_use]
    pub fn verify<B: AsRef<[u8]>>(&self, message: &Message<B>, now: Timestamp, cache: &mut ChainCache) -> Verification {
        let outer = Outer::of(message.root().headers());
        let mut case = case::Case { verifier: self, message, outer, now: now.as_second(), cache, findings: Vec::new() };
        match shape::root(message, &mut case.findings) {
            Root::Detached { signed, signature, content_type } => {
                let der = signature.content();
                let checked = cms::check(
                    &der,
                    signed.raw(),
                    Placement::Detached,
                    case.cache,
                    message.limits(),
                    &mut case.findings,
                );
                if let Some(digest) = checked.as_ref().and_then(|checked| checked.digest_algorithm) {
                    shape::check_micalg(&content_type, digest.as_str(), &mut case.findings);
                }
                case.conclude(Some(signed), checked)
            }
            Root::Opaque { signature } => {
                case.findings.push(Finding::new(Code::MimeOpaqueSignature));
                let der = signature.content();
                let entity = opened(message);
                let content = entity.as_ref().map(Message::bytes).unwrap_or_default();
                let checked =
                    cms::check(&der, content, Placement::Opaque, case.cache, message.limits(), &mut case.findings);
                case.conclude(entity.as_ref().map(Message::root), checked)
            }
            Root::Broken => case.conclude(None, None),
            Root::Unsigned => case.unsigned(),
        }
    }
}
