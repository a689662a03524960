//! Revocation: what lists (CRL, RFC 5280 §6.3) and answers (OCSP, RFC 6960) given by the host say about a
//! certificate at a time.
//!
//! Evidence is first turned into [`Fact`]s, which hold for every time; [`status`] then asks them about one. What is
//! stale, from the future, not authentic or about something else is no fact: the answer is then
//! [`Revocation::NotChecked`], never [`Revocation::Good`].

mod crl;
mod ocsp;

use std::fmt;
use std::sync::Arc;

use encodify::pem;

use super::certificate::Certificate;
use super::path::{self, Candidate};
use super::policy::PolicyInput;
use super::sha256;
use super::store::Fingerprint;
use crate::limits::Limits;
use crl::Crl;
use ocsp::Answer;

/// Revocation lists and OCSP answers that the host gives. They are claims until their signatures have been checked,
/// which happens when they are used.
///
/// ```
/// use pec_core::trust::Evidence;
///
/// assert_eq!(Evidence::none().unreadable(), 0);
/// assert_eq!(Evidence::none().with_crl(b"no list").unreadable(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    crls: Vec<Item>,
    ocsp: Vec<Item>,
    id: Option<Fingerprint>,
}

/// A list or an answer. Lists of revoked certificates have megabytes: a copy of the set shares them, and each is digested once.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    der: Arc<[u8]>,
    digest: Fingerprint,
}

impl Item {
    fn of(der: Vec<u8>) -> Self {
        Self { digest: Fingerprint(sha256(&der)), der: der.into() }
    }
}

impl Evidence {
    /// No evidence: every answer is [`Revocation::NotChecked`].
    #[must_use]
    pub const fn none() -> Self {
        Self { crls: Vec::new(), ocsp: Vec::new(), id: None }
    }

    /// This evidence with one more certificate revocation list (CRL), complete or delta, in DER or PEM (every list of
    /// a PEM text is taken). One that cannot be read says nothing: see [`Self::unreadable`].
    #[must_use]
    pub fn with_crl(mut self, list: impl Into<Vec<u8>>) -> Self {
        for der in objects(list.into(), "X509 CRL") {
            let item = Item::of(der);
            self.identify(0, item.digest);
            self.crls.push(item);
        }
        self
    }

    /// This evidence with one more OCSP response, in DER or in blocks `OCSP RESPONSE` of a PEM text. One that cannot be
    /// read, or that only says why there is no answer, says nothing: see [`Self::unreadable`].
    #[must_use]
    pub fn with_ocsp(mut self, response: impl Into<Vec<u8>>) -> Self {
        for der in objects(response.into(), "OCSP RESPONSE") {
            let item = Item::of(der);
            self.identify(1, item.digest);
            self.ocsp.push(item);
        }
        self
    }

    /// How many lists and responses say nothing because they cannot be read: they are something else, damaged, or have
    /// critical extensions that are unknown. Whether the others are authentic, fresh and about the right certificate is
    /// asked when they are used.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.crls.iter().filter(|item| Crl::parse(&item.der).is_err()).count()
            + self.ocsp.iter().filter(|item| Answer::parse(&item.der).is_err()).count()
    }

    /// The identity of this set; `None` when it is empty.
    #[must_use]
    pub const fn id(&self) -> Option<Fingerprint> {
        self.id
    }

    /// The lists, in DER, in the order in which they were given.
    pub fn crls(&self) -> impl Iterator<Item = &[u8]> {
        self.crls.iter().map(|item| item.der.as_ref())
    }

    /// The OCSP responses, in DER, in the order in which they were given.
    pub fn ocsp(&self) -> impl Iterator<Item = &[u8]> {
        self.ocsp.iter().map(|item| item.der.as_ref())
    }

    /// SHA-256 of each list, in the order of [`Evidence::crls`].
    pub fn crl_digests(&self) -> impl Iterator<Item = Fingerprint> {
        self.crls.iter().map(|item| item.digest)
    }

    /// SHA-256 of each answer, in the order of [`Evidence::ocsp`].
    pub fn ocsp_digests(&self) -> impl Iterator<Item = Fingerprint> {
        self.ocsp.iter().map(|item| item.digest)
    }

    /// The identity grows with each item, so that many large ones are each hashed once. Another order is another set.
    fn identify(&mut self, kind: u8, digest: Fingerprint) {
        let before = self.id.map_or([0; 32], |id| id.0);
        self.id = Some(Fingerprint(sha256(&[&before[..], &[kind], &digest.0].concat())));
    }
}

/// What stands in PEM blocks of one label (RFC 7468); the input itself where there is none.
fn objects(input: Vec<u8>, label: &str) -> Vec<Vec<u8>> {
    const SEQUENCE: u8 = 0x30;
    if input.first() == Some(&SEQUENCE) {
        return vec![input];
    }
    let blocks = pem::STANDARD.blocks(&input).filter_map(Result::ok).filter(|block| block.label == label);
    let found: Vec<Vec<u8>> = blocks.map(|block| block.contents).collect();
    if found.is_empty() { vec![input] } else { found }
}

/// Why a certificate was revoked (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// None was given: the worst must be assumed.
    Unspecified,
    /// Somebody else has had the key.
    KeyCompromise,
    /// Somebody else has had the authority's key.
    CaCompromise,
    /// Name or other data changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
    /// Suspended.
    Hold,
    /// A privilege was withdrawn.
    PrivilegeWithdrawn,
    /// Somebody else has had the attribute authority's key.
    AaCompromise,
}

impl Reason {
    /// The name in RFC 5280.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::Hold => "certificateHold",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        }
    }

    /// The reason of a CRLReason number; unknown numbers count as unspecified, the gravest.
    pub(super) const fn from_number(number: u32) -> Self {
        match number {
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::Hold,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            _ => Self::Unspecified,
        }
    }

    /// Whether a signature may be somebody else's, so that a time which only the signer claims means nothing.
    const fn is_compromise(self) -> bool {
        matches!(self, Self::Unspecified | Self::KeyCompromise | Self::CaCompromise | Self::AaCompromise)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the evidence says of a certificate at the judged time (VERDICT §4).
///
/// `Good` proves that the authority did not list the certificate in evidence that was fresh for that time. It does
/// not prove that nobody else had the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Revocation {
    /// Not revoked, by fresh evidence.
    Good,
    /// Revoked, and the judged time does not escape it.
    Revoked {
        /// Since when, in seconds since 1970.
        when: i64,
        /// Why.
        reason: Reason,
    },
    /// No fresh evidence.
    NotChecked,
}

impl Revocation {
    /// The name on the wire: `good`, `revoked` or `not-checked`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked { .. } => "revoked",
            Self::NotChecked => "not-checked",
        }
    }
}

/// One authentic statement about one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fact {
    /// thisUpdate of the evidence.
    pub(super) known: i64,
    /// nextUpdate of the evidence.
    pub(super) until: Option<i64>,
    /// Whether the evidence speaks about certificates that had ended before it (`expiredCertsOnCRL`, archive cutoff).
    pub(super) covers_ended: bool,
    pub(super) revoked: Option<Entry>,
}

/// The entry of a revoked certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) when: i64,
    pub(super) reason: Reason,
    /// invalidityDate (RFC 5280 §5.3.2): since when the key may have been somebody else's.
    pub(super) invalid_since: Option<i64>,
}

/// The time for which a status is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// `None`: nothing says when.
    pub(super) time: Option<i64>,
    /// The time is shown by somebody else than the signer.
    pub(super) proven: bool,
    pub(super) now: i64,
}

/// What facts say about a certificate that ends at `not_after`, at a moment.
pub(super) fn status(facts: &[Fact], not_after: i64, moment: Moment) -> Revocation {
    let known = || facts.iter().filter(|fact| fact.known <= moment.now);
    let mut spared = false;
    for fact in known() {
        let Some(entry) = fact.revoked else { continue };
        // A list made after the certificate's end need not name it any more: that it does not lifts nothing.
        let speaks = |later: &Fact| later.known <= not_after || later.covers_ended;
        let lifted = || known().any(|later| later.revoked.is_none() && later.known > fact.known && speaks(later));
        if entry.reason == Reason::Hold && lifted() {
            continue;
        }
        let compromise = entry.reason.is_compromise();
        let since = entry.invalid_since.filter(|_| compromise).map_or(entry.when, |since| since.min(entry.when));
        let falls = match moment.time {
            None => true,
            Some(_) if compromise && !moment.proven => true,
            Some(time) => time >= since,
        };
        if falls {
            return Revocation::Revoked { when: entry.when, reason: entry.reason };
        }
        spared = true;
    }
    let good = moment.time.is_some_and(|time| {
        // A time that only the signer states may be any time of the certificate's life: the evidence must reach to its
        // end, or to now, or whoever stole the key later would be covered by what was known before.
        let reach = if moment.proven { time } else { not_after.min(moment.now).max(time) };
        known()
            .filter(|fact| fact.revoked.is_none())
            .any(|fact| reach <= fact.until.unwrap_or(fact.known) && (fact.known <= not_after || fact.covers_ended))
    });
    if good || spared { Revocation::Good } else { Revocation::NotChecked }
}

/// What facts say about all certificates of a path at a moment: good where each is, revoked where one is. Without facts nothing
/// was checked.
pub(super) fn over(path: &[(i64, Vec<Fact>)], moment: Moment) -> Revocation {
    let mut good = !path.is_empty();
    for (not_after, facts) in path {
        match status(facts, *not_after, moment) {
            Revocation::Good => {}
            Revocation::NotChecked => good = false,
            revoked @ Revocation::Revoked { .. } => return revoked,
        }
    }
    if good { Revocation::Good } else { Revocation::NotChecked }
}

/// What the evidence says about each certificate of a path below its anchor, with the end of each; the path is given
/// from the leaf to the anchor.
pub(super) fn facts(
    path: &[&Certificate<'_>],
    candidates: &[Candidate<'_>],
    evidence: &Evidence,
    limits: &Limits,
) -> Vec<(i64, Vec<Fact>)> {
    // What cannot be read says nothing.
    let crls = evidence.crls().filter_map(|der| Crl::parse(der).ok()).collect();
    let answers = evidence.ocsp().filter_map(|der| Answer::parse(der).ok()).collect();
    let context = Context { path, candidates, limits, crls, answers, nested: false };
    path.windows(2)
        .map(|pair| {
            let mut facts = Vec::new();
            crl::facts(&context, pair[0], &mut facts);
            ocsp::facts(&context, pair[0], pair[1], &mut facts);
            (pair[0].not_after, facts)
        })
        .collect()
}

/// What evidence is judged against.
struct Context<'c, 'a> {
    /// The path whose certificates are checked, leaf first, anchor last.
    path: &'c [&'c Certificate<'a>],
    candidates: &'c [Candidate<'a>],
    limits: &'c Limits,
    crls: Vec<Crl<'c>>,
    answers: Vec<Answer<'c>>,
    /// The path is that of somebody who signs evidence: its own evidence must come from its own path.
    nested: bool,
}

impl Context<'_, '_> {
    /// Whether `signer`, which signs evidence at `time`, has a valid path to the same anchor and was not revoked.
    fn vouches_for(&self, signer: &Certificate<'_>, time: i64) -> bool {
        if self.nested {
            return false;
        }
        let options = path::Options { time: Some(time), email_protection: false, policies: PolicyInput::default() };
        let Ok(found) = path::find(signer, self.candidates, &options, self.limits) else { return false };
        let above = found.iter().filter_map(|index| self.candidates.get(*index)).map(|found| &found.certificate);
        let path: Vec<&Certificate<'_>> = std::iter::once(signer).chain(above).collect();
        let same_anchor = self.path.last().zip(path.last()).is_some_and(|(one, two)| one.raw == two.raw);
        same_anchor && path.windows(2).all(|pair| self.status_on(&path, pair[0]) == Revocation::Good)
    }

    /// The status of somebody appointed by an authority of this path, for as long as its certificate lives.
    fn nested_status(&self, certificate: &Certificate<'_>) -> Revocation {
        if self.nested { Revocation::NotChecked } else { self.status_on(self.path, certificate) }
    }

    /// Whether lists of the authorities on `path` revoke `certificate`; any time of revocation counts.
    fn status_on(&self, path: &[&Certificate<'_>], certificate: &Certificate<'_>) -> Revocation {
        let context = Context {
            path,
            candidates: self.candidates,
            limits: self.limits,
            crls: self.crls.clone(),
            answers: Vec::new(),
            nested: true,
        };
        let mut facts = Vec::new();
        crl::facts(&context, certificate, &mut facts);
        match facts.iter().find_map(|fact| fact.revoked) {
            Some(entry) => Revocation::Revoked { when: entry.when, reason: entry.reason },
            None if facts.is_empty() => Revocation::NotChecked,
            None => Revocation::Good,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The PEM form of two lists, as `cat` joins them, is the same evidence as the two in DER.
    #[test]
    fn a_hold_is_lifted_by_a_list_that_would_still_name_it_and_by_no_other() {
        let held = Some(Entry { when: 10, reason: Reason::Hold, invalid_since: None });
        let fact = |known, covers_ended, revoked| Fact { known, until: Some(known + 50), covers_ended, revoked };
        let moment = Moment { time: Some(20), proven: true, now: 1000 };
        let is_revoked =
            |later: Fact| matches!(status(&[fact(15, false, held), later], 100, moment), Revocation::Revoked { .. });
        assert!(!is_revoked(fact(40, false, None)));
        assert!(!is_revoked(fact(140, true, None)));
        // The certificate has ended at 100: its hold may have gone from the list for that alone.
        assert!(is_revoked(fact(140, false, None)));
        // An older list says nothing of it.
        assert!(is_revoked(fact(12, false, None)));
    }

    #[test]
    fn lists_are_read_from_pem_too() {
        let list = |name: &str| std::fs::read(format!("../conformance/artefacts/{name}.crl")).unwrap();
        let (one, two) = (list("crl-good"), list("crl-root"));
        let pem = |label: &str, der: &[u8]| format!("of somebody\n{}", pem::STANDARD.encode(label, der));
        let der = Evidence::none().with_crl(one.clone()).with_crl(two.clone());
        let text = Evidence::none().with_crl(pem("X509 CRL", &one) + &pem("X509 CRL", &two));
        assert_eq!(text, der);
        assert_eq!(text.unreadable(), 0);
        let answer = std::fs::read("../conformance/artefacts/ocsp-good.ocsp").unwrap();
        let text = Evidence::none().with_ocsp(pem("OCSP RESPONSE", &answer));
        assert_eq!(text, Evidence::none().with_ocsp(answer));
    }

    #[test]
    fn what_cannot_be_read_is_counted() {
        let ocsp = std::fs::read("../conformance/artefacts/ocsp-good.ocsp").unwrap();
        let crl = std::fs::read("../conformance/artefacts/crl-good.crl").unwrap();
        assert_eq!(Evidence::none().with_ocsp(ocsp.clone()).with_crl(crl.clone()).unreadable(), 0);
        let certificate = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        let damaged = &crl[..crl.len() - 1];
        for list in [&b""[..], b"\x30", damaged, &ocsp, certificate.as_bytes()] {
            assert_eq!(Evidence::none().with_crl(list).unreadable(), 1);
        }
        // OCSPResponse { unauthorized }
        for response in [&b""[..], &crl, b"\x30\x03\x0a\x01\x06"] {
            assert_eq!(Evidence::none().with_ocsp(response).unreadable(), 1);
        }
    }
}
