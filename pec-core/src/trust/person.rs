//! The judgement on the certificate of a person (*carta nazionale dei servizi*, CNS) who logs in: does it lead to an authority
//! that the host has named for this, is it in order now, and whose is it?

use super::certificate::{Certificate, purpose, usage};
use super::distinguished_name::attribute;
use super::path::{self, Candidate, Options, PathError, Role};
use super::pec::{has_weak_signature, weak_key};
use super::policy::PolicyInput;
use super::revocation::{self, Evidence, Moment, Revocation};
use super::sha256;
use super::store::{Fingerprint, TrustStore};
use crate::limits::Limits;
use crate::tax_id::{TaxId, TaxIdKind};

/// Certificate policy of the CNS, 1.3.76.16.2.1.
const CNS_POLICY: &[u8] = &[0x2b, 0x4c, 0x10, 0x02, 0x01];

/// Whose certificate it is, by the word of an authority that the host has named.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) subject: String,
    pub(crate) tax_id: TaxId,
    /// SHA-256 of the certificate of the authority.
    pub(crate) anchor: Fingerprint,
    /// Seconds since 1970.
    pub(crate) not_after: i64,
    pub(crate) revocation: Revocation,
}

/// Why nobody logs in with a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PersonFault {
    #[error("the host has named no authority")]
    NoAnchor,
    #[error("{0}")]
    Expired(String),
    #[error("{0}")]
    NotYetValid(String),
    #[error("{0}")]
    Untrusted(String),
    #[error("{0}")]
    Weak(&'static str),
    #[error("{0}")]
    Use(&'static str),
    #[error("policy 1.3.76.16.2.1 is not listed")]
    NotCns,
    #[error("{0}")]
    NoTaxId(String),
}

/// Judges the certificate of a person as it is now. Nothing but the authorities for logging in ends a path.
pub(crate) fn judge_person(
    leaf: &Certificate<'_>,
    carried: &[&[u8]],
    store: &TrustStore,
    evidence: &Evidence,
    now: i64,
    limits: &Limits,
) -> Result<Person, PersonFault> {
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for der in store.login_anchors() {
        candidates.extend(Certificate::parse(der).map(|certificate| Candidate { certificate, role: Role::Anchor }));
    }
    if candidates.is_empty() {
        return Err(PersonFault::NoAnchor);
    }
    let life = |certificate: &Certificate<'_>| {
        let date = |time| jiff::Timestamp::from_second(time).unwrap_or_default();
        format!("{} to {}", date(certificate.not_before), date(certificate.not_after))
    };
    if now > leaf.not_after {
        return Err(PersonFault::Expired(life(leaf)));
    }
    if now < leaf.not_before {
        return Err(PersonFault::NotYetValid(life(leaf)));
    }
    for der in carried.iter().take(limits.certificates).copied().chain(store.intermediates()) {
        // A certificate that cannot be read is nobody's issuer.
        candidates
            .extend(Certificate::parse(der).map(|certificate| Candidate { certificate, role: Role::Intermediate }));
    }
    let options = Options { time: Some(now), email_protection: false, policies: PolicyInput::default() };
    let path = path::find(leaf, &candidates, &options, limits).map_err(|failure| {
        let above = if failure.depth > 0 { "an authority above it: " } else { "" };
        let error: PathError = failure.error;
        PersonFault::Untrusted(format!("{above}{error}"))
    })?;
    let above: Vec<&Candidate<'_>> = path.iter().filter_map(|index| candidates.get(*index)).collect();
    let whole: Vec<&Certificate<'_>> = std::iter::once(leaf).chain(above.iter().map(|one| &one.certificate)).collect();
    if whole.iter().any(|certificate| weak_key(certificate).is_some()) {
        return Err(PersonFault::Weak("RSA below 2048 bits"));
    }
    // The anchor's own signature is not relied on: the host has given the anchor itself.
    if whole.iter().take(path.len()).any(|certificate| has_weak_signature(certificate)) {
        return Err(PersonFault::Weak("a certificate is signed over SHA-1"));
    }
    if leaf.is_ca() {
        return Err(PersonFault::Use("it is that of an authority"));
    }
    if !leaf.allows(usage::DIGITAL_SIGNATURE) {
        return Err(PersonFault::Use("its keyUsage has no digitalSignature"));
    }
    if !leaf.serves(purpose::CLIENT_AUTHENTICATION) {
        return Err(PersonFault::Use("its extendedKeyUsage has no clientAuth"));
    }
    if !leaf.lists_policy(CNS_POLICY) {
        return Err(PersonFault::NotCns);
    }
    let tax_id = tax_id(leaf)?;
    let facts = revocation::facts(&whole, &candidates, evidence, limits);
    let revocation = revocation::over(&facts, Moment { time: Some(now), proven: true, now });
    let anchor = whole.last().map_or(Fingerprint([0; 32]), |anchor| Fingerprint(sha256(anchor.raw)));
    Ok(Person { subject: leaf.subject.display(), tax_id, anchor, not_after: leaf.not_after, revocation })
}

/// The *codice fiscale* in a subject: the first sixteen characters of a common name («CF/number of the card», as CNS have it), or
/// a serial number `TINIT-…` (ETSI EN 319 412-1 §5.1.3) or `IT:…`. Where it stands twice it is the same.
fn tax_id(leaf: &Certificate<'_>) -> Result<TaxId, PersonFault> {
    let mut found: Option<TaxId> = None;
    let names = leaf.subject.texts(attribute::COMMON_NAME).filter_map(|name| begins_with_one(&name));
    let numbers = leaf.subject.texts(attribute::SERIAL_NUMBER).filter_map(|number| {
        let id = number.strip_prefix("TINIT-").or_else(|| number.strip_prefix("IT:"))?;
        Some(id.to_owned())
    });
    for text in names.chain(numbers) {
        let id: TaxId = text.parse().map_err(|error| PersonFault::NoTaxId(format!("{error}")))?;
        if id.kind() != TaxIdKind::Person {
            return Err(PersonFault::NoTaxId("it is that of a body".into()));
        }
        if found.get_or_insert_with(|| id.clone()) != &id {
            return Err(PersonFault::NoTaxId("there are two".into()));
        }
    }
    found.ok_or_else(|| PersonFault::NoTaxId("there is none".into()))
}

/// The first sixteen characters, where they stand for themselves and have the letters and digits of a *codice fiscale*: a common
/// name may be a person's.
fn begins_with_one(name: &str) -> Option<String> {
    let first: String = name.chars().take(16).collect();
    let ends = name.chars().nth(16).is_none_or(|next| !next.is_alphanumeric());
    let plain = first.len() == 16 && first.chars().all(|c| c.is_ascii_alphanumeric());
    (ends && plain && first.chars().any(|c| c.is_ascii_digit())).then_some(first)
}
