//! One observed message, reduced to what reconciliation needs: a plain value without the bytes.

use jiff::Timestamp;

use super::bounce;
use super::event::{Carried, Observed};
use crate::daticert::{AddressClass, CertData, ErrorKind, Kind as CertKind, ReceiptForm};
use crate::finding::{Code, Severity};
use crate::message::{Headers, Message, addresses, unstructured};
use crate::verify::{Certified, Kind, TimeProof, Verdict, Verification, opened};
use crate::{DigestAlgorithm, crypto};

/// The caller's own number for one message: of a file, or of an object in an archive. The ledger gives it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(pub u64);

/// What one message contributes to a [`super::Ledger`]; it can be made on any thread and owns all it holds.
///
/// It is one of: a **proof**, a receipt, notice or envelope that a provider certified; a **claim**, one that looks so
/// and is not certified; a **copy** of an ordinary message, which may be the one that was sent; a **bounce**, an
/// ordinary delivery status notification; a **submission**, which the host itself reports.
///
/// Only [`Verification::certified`] makes a proof. It is impossible to make one from certification data alone:
///
/// ```compile_fail
/// # use pec_core::{daticert::{CertData, Kind}, reconcile::{Record, Source}};
/// let record = Record::proof(Source(1), CertData::new(Kind::Delivery));
/// ```
///
/// nor to build it from its parts:
///
/// ```compile_fail
/// # use pec_core::reconcile::Record;
/// let record = Record { content: todo!() };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub(super) content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Proof(Box<Proof>),
    Claim(Box<Claim>),
    Copy(Box<Copy>),
    Bounce(Box<Bounce>),
}

/// A recipient as certified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Addressee {
    pub(super) address: String,
    pub(super) class: AddressClass,
}

/// A certified receipt, notice or envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) source: Source,
    pub(super) observed: Observed,
    pub(super) error: ErrorKind,
    pub(super) pec_id: String,
    pub(super) message_id: Option<String>,
    pub(super) sender: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) recipients: Vec<Addressee>,
    pub(super) delivered_to: Option<String>,
    pub(super) received_for: Vec<String>,
    pub(super) detail: Option<String>,
    pub(super) requested: Option<ReceiptForm>,
    pub(super) carried: Carried,
    /// Seconds since 1970, as certified.
    pub(super) at: Option<i64>,
    /// Minutes east of UTC, as printed.
    pub(super) offset: Option<i16>,
    pub(super) digest: u64,
    /// Of the receipt itself; nobody signs it.
    pub(super) own_id: Option<String>,
    /// `gestore-emittente`.
    pub(super) issuer: Option<String>,
    /// Service address in the signer's certificate.
    pub(super) service: Option<String>,
    /// Organisation in the signer's certificate.
    pub(super) organization: Option<String>,
    pub(super) verdict: Verdict,
    pub(super) time: TimeProof,
    pub(super) codes: Vec<Code>,
}

/// A message that looks like a receipt, notice or envelope and is not certified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) source: Source,
    /// `tipo` or marker as it stands.
    pub(super) kind: String,
    pub(super) pec_id: Option<String>,
    pub(super) message_id: Option<String>,
    pub(super) recipient: Option<String>,
    pub(super) own_id: Option<String>,
    pub(super) from: Option<String>,
    pub(super) verdict: Verdict,
    pub(super) codes: Vec<Code>,
}

/// A message as its sender kept it, or as the host says that it submitted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copy {
    pub(super) source: Source,
    pub(super) message_id: Option<String>,
    pub(super) sender: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) to: Vec<String>,
    pub(super) cc: Vec<String>,
    pub(super) requested: Option<ReceiptForm>,
    /// The SMTP recipients and the instant, where the host reports a submission.
    pub(super) submission: Option<(Vec<String>, i64)>,
}

/// An ordinary delivery status notification (RFC 3464).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bounce {
    pub(super) source: Source,
    /// Message-IDs that the returned header names.
    pub(super) about: Vec<String>,
    pub(super) recipients: Vec<String>,
    pub(super) status: Option<String>,
    pub(super) in_anomaly: bool,
}

impl Record {
    /// What `message` contributes, by its `verification`; `None` for a message that says nothing of any transaction: an
    /// anomaly envelope around anything but a bounce, an ordinary message without Message-ID.
    ///
    /// `verification` must be that of `message`: the forms of receipts, own identifiers and claims are read from the
    /// message. A certified message is a proof with the verdicts `certified` and `certified-with-problems` alike.
    #[must_use]
    pub fn of<B: AsRef<[u8]>>(source: Source, message: &Message<B>, verification: &Verification) -> Option<Self> {
        if let Some(certified) = verification.certified() {
            return Self::proof(source, certified, message, verification);
        }
        let headers = message.root().headers();
        if verification.verdict == Verdict::Anomaly {
            // The original travels unchanged inside; a bounce is worth as much there as outside.
            let entity = opened(message);
            let signed = entity.as_ref().map(Message::root).or_else(|| message.signed_part())?;
            let original = signed.original()?.to_message();
            return bounce::read(source, original.root(), true).map(|bounce| Self::new(Content::Bounce(bounce)));
        }
        let marked = headers.iter().any(|field| field.is("x-ricevuta") || field.is("x-trasporto"));
        let posing = verification.findings.iter().any(|finding| finding.code == Code::KindClaimedUnsigned);
        let contains = verification.verdict == Verdict::ContainsPec;
        if verification.daticert.is_some() || posing || (marked && !contains) {
            return Some(Self::claim(source, headers, verification));
        }
        if !matches!(verification.verdict, Verdict::NotPec | Verdict::ContainsPec) || marked {
            return None;
        }
        if let Some(bounce) = bounce::read(source, message.root(), false) {
            return Some(Self::new(Content::Bounce(bounce)));
        }
        let copy = Copy::of(source, headers);
        copy.message_id.is_some().then(|| Self::new(Content::Copy(Box::new(copy))))
    }

    /// What the host itself reports: `message` was handed to the access point at `at` for these SMTP recipients, with
    /// `sender` as the reverse path. Until a certified event comes, its recipients are [`super::State::Pending`].
    ///
    /// A message without Message-ID can never be tied to its receipts (RFC 6109 §2.2.1): it stays pending for ever.
    #[must_use]
    pub fn submitted<B: AsRef<[u8]>>(
        source: Source,
        message: &Message<B>,
        sender: &str,
        recipients: &[&str],
        at: Timestamp,
    ) -> Self {
        let mut copy = Copy::of(source, message.root().headers());
        copy.sender = Some(sender.trim().to_owned());
        copy.submission = Some((recipients.iter().map(|to| to.trim().to_owned()).collect(), at.as_second()));
        Self::new(Content::Copy(Box::new(copy)))
    }

    /// The caller's number of the message.
    #[must_use]
    pub const fn source(&self) -> Source {
        match &self.content {
            Content::Proof(proof) => proof.source,
            Content::Claim(claim) => claim.source,
            Content::Copy(copy) => copy.source,
            Content::Bounce(bounce) => bounce.source,
        }
    }

    /// What the message is to reconciliation.
    #[must_use]
    pub const fn role(&self) -> Role {
        match &self.content {
            Content::Proof(_) => Role::Proof,
            Content::Claim(_) => Role::Claim,
            Content::Copy(copy) if copy.submission.is_some() => Role::Submission,
            Content::Copy(_) => Role::Copy,
            Content::Bounce(_) => Role::Bounce,
        }
    }

    /// The same record under another number: for a host that numbers its messages after they were read.
    #[must_use]
    pub fn numbered(mut self, source: Source) -> Self {
        match &mut self.content {
            Content::Proof(proof) => proof.source = source,
            Content::Claim(claim) => claim.source = source,
            Content::Copy(copy) => copy.source = source,
            Content::Bounce(bounce) => bounce.source = source,
        }
        self
    }

    /// The identifiers by which the record finds its transaction, without angle brackets: *identificativo* and *msgid*,
    /// the Message-ID of a copy, those that a bounce returns. A host that keeps records elsewhere indexes them by these:
    /// [`Ledger::dossiers_of`](super::Ledger::dossiers_of) and
    /// [`Ledger::dossiers_of_message`](super::Ledger::dossiers_of_message) need no other records than those that share one.
    pub fn about(&self) -> impl Iterator<Item = &str> {
        let (pec_id, message_id, returned) = match &self.content {
            Content::Proof(proof) => (Some(&proof.pec_id), proof.message_id.as_ref(), &[][..]),
            Content::Claim(claim) => (claim.pec_id.as_ref(), claim.message_id.as_ref(), &[][..]),
            Content::Copy(copy) => (None, copy.message_id.as_ref(), &[][..]),
            Content::Bounce(bounce) => (None, None, &bounce.about[..]),
        };
        pec_id.into_iter().chain(message_id).chain(returned).map(String::as_str)
    }

    const fn new(content: Content) -> Self {
        Self { content }
    }

    /// The one maker of proofs. Certification data without an identifier belong to no transaction: they are a claim.
    fn proof<B: AsRef<[u8]>>(
        source: Source,
        certified: Certified<&CertData>,
        message: &Message<B>,
        verification: &Verification,
    ) -> Option<Self> {
        let headers = message.root().headers();
        let signature = message.signature_part().map(|part| part.content()).unwrap_or_default();
        let carried = match certified.value().kind {
            CertKind::Delivery => {
                // An opaque signature holds the signed part inside.
                let entity = opened(message);
                let signed = entity.as_ref().map(Message::root).or_else(|| message.signed_part());
                Carried::by(signed.and_then(|signed| signed.original()))
            }
            _ => Carried::Nothing,
        };
        let seen = Seen { carried, own_id: text(headers, "message-id").map(|id| bare(&id)), signature: &signature };
        match Proof::of(source, certified, seen, verification) {
            Some(proof) => Some(Self::new(Content::Proof(Box::new(proof)))),
            None => Some(Self::claim(source, headers, verification)),
        }
    }

    fn claim(source: Source, headers: Headers<'_>, verification: &Verification) -> Self {
        let data = verification.daticert.as_ref();
        let signed = |value: Option<&String>| value.map(|id| bare(id)).filter(|id| !id.is_empty());
        let marker = || text(headers, "x-ricevuta").or_else(|| text(headers, "x-trasporto"));
        let kind = match &verification.kind {
            Kind::Pec(kind) => kind.to_string(),
            _ => marker().unwrap_or_default(),
        };
        let message_id = signed(data.and_then(|data| data.client_message_id.as_ref()));
        let own_id = text(headers, "message-id").map(|id| bare(&id));
        // An envelope without readable data bears the identifier as its own Message-ID (RFC 6109 §3.1.5).
        let envelope = data.is_none() && headers.get("x-trasporto").is_some();
        let pec_id = signed(data.and_then(|data| data.pec_id.as_ref()));
        Self::new(Content::Claim(Box::new(Claim {
            source,
            kind,
            pec_id: pec_id.or_else(|| own_id.clone().filter(|_| envelope)),
            message_id: message_id.or_else(|| text(headers, "x-riferimento-message-id").map(|id| bare(&id))),
            recipient: data.and_then(|data| data.delivered_to.as_ref()).map(|to| to.as_str().to_owned()),
            own_id,
            from: headers.all("from").flat_map(addresses).map(|mailbox| mailbox.address).next(),
            verdict: verification.verdict,
            codes: codes(verification),
        })))
    }
}

/// What a [`Record`] is to reconciliation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A certified receipt, notice or envelope.
    Proof,
    /// One that looks so and is not certified.
    Claim,
    /// An ordinary message, perhaps the one that was sent.
    Copy,
    /// An ordinary delivery status notification.
    Bounce,
    /// What the host reports that it submitted.
    Submission,
}

/// What the message shows beside its certified data.
pub(super) struct Seen<'m> {
    pub(super) carried: Carried,
    pub(super) own_id: Option<String>,
    pub(super) signature: &'m [u8],
}

impl Proof {
    /// From certified data alone; `None` where they name no transaction.
    pub(super) fn of(
        source: Source,
        certified: Certified<&CertData>,
        seen: Seen<'_>,
        verification: &Verification,
    ) -> Option<Self> {
        let data: &CertData = certified.value();
        let pec_id = data.pec_id.as_deref().map(bare).filter(|id| !id.is_empty())?;
        let stated = data.time.as_ref().filter(|time| time.utc.is_some());
        let address = |address: &crate::daticert::Address| address.as_str().trim().to_owned();
        let digest = crypto::digest(DigestAlgorithm::Sha256, seen.signature);
        let signer = verification.signer.as_ref();
        Some(Self {
            source,
            observed: Observed::of(data),
            error: data.error.clone(),
            pec_id,
            message_id: data.client_message_id.as_deref().map(bare).filter(|id| !id.is_empty()),
            sender: data.sender.as_ref().map(address),
            subject: data.subject.clone(),
            recipients: data
                .recipients
                .iter()
                .map(|recipient| Addressee { address: address(&recipient.address), class: recipient.class.clone() })
                .collect(),
            delivered_to: data.delivered_to.as_ref().map(address),
            received_for: data.received_for.iter().map(address).collect(),
            detail: data.error_detail.as_ref().map(|detail| detail.as_str().to_owned()),
            requested: data.receipt.clone(),
            carried: seen.carried,
            at: stated.and_then(|time| time.utc).or(verification.signed_at).map(Timestamp::as_second),
            offset: stated.and_then(|time| minutes(&time.zone)),
            digest: digest.as_bytes().iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte)),
            own_id: seen.own_id,
            issuer: data.issuer.clone(),
            service: signer.and_then(|signer| signer.email.as_deref()).map(str::to_ascii_lowercase),
            organization: signer.and_then(|signer| signer.name.clone()),
            verdict: verification.verdict,
            time: verification.time,
            codes: codes(verification),
        })
    }
}

impl Copy {
    fn of(source: Source, headers: Headers<'_>) -> Self {
        let list = |name: &str| headers.all(name).flat_map(addresses).map(|mailbox| mailbox.address).collect();
        Self {
            source,
            message_id: text(headers, "message-id").map(|id| bare(&id)).filter(|id| !id.is_empty()),
            sender: headers.all("from").flat_map(addresses).map(|mailbox| mailbox.address).next(),
            subject: text(headers, "subject"),
            to: list("to"),
            cc: list("cc"),
            requested: text(headers, "x-tiporicevuta").map(|form| ReceiptForm::from_wire(&form.to_ascii_lowercase())),
            submission: None,
        }
    }
}

/// The codes of everything found that is a warning or worse, each once.
fn codes(verification: &Verification) -> Vec<Code> {
    let grave = verification.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    let mut codes: Vec<Code> = grave.map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn text(headers: Headers<'_>, name: &str) -> Option<String> {
    headers.get(name).map(unstructured)
}

/// An identifier without white space and without the angle brackets around it: `msgid` is printed with them,
/// `identificativo` without (PEC-SPEC §1.4).
pub(super) fn bare(id: &str) -> String {
    let id: String = id.chars().filter(|c| !c.is_whitespace()).collect();
    match id.strip_prefix('<').and_then(|id| id.strip_suffix('>')) {
        Some(inner) => inner.to_owned(),
        None => id,
    }
}

/// `+hhmm` in minutes.
fn minutes(zone: &str) -> Option<i16> {
    let (sign, digits) = match zone.as_bytes() {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let [h1, h2, m1, m2] = digits else { return None };
    let number = |a: &u8, b: &u8| {
        (a.is_ascii_digit() && b.is_ascii_digit()).then(|| i16::from(a - b'0') * 10 + i16::from(b - b'0'))
    };
    Some(sign * (number(h1, h2)? * 60 + number(m1, m2)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_and_offsets() {
        assert_eq!(bare(" <a b@c>\r\n"), "ab@c");
        assert_eq!(bare("opec1@pec.example"), "opec1@pec.example");
        assert_eq!(bare("<half"), "<half");
        assert_eq!(
            [minutes("+0200"), minutes("-0030"), minutes("0200"), minutes("+2x00")],
            [Some(120), Some(-30), None, None]
        );
    }
}
