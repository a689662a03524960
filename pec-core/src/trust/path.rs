//! Certification paths: found and validated as RFC 5280 §6.1 asks, at a time that is given.
//!
//! The search goes from the leaf upwards, through every candidate that bears the issuer's name and whose key verifies
//! the signature (a CA has several issues of one certificate), and validates each complete path from its anchor
//! downwards. An anchor is a certificate here, not a bare key: its own dates, path length, key usage, purposes and
//! name constraints bind what it issues (VERDICT §3; RFC 5937). Its policies do not.
//!
//! Revocation is not checked here but in [`super::revocation`].

use super::certificate::{Certificate, purpose, usage};
use super::names::{self, Comparisons, NameError};
use super::policy::{self, PolicyError, PolicyInput};
use crate::asn1::Element;
use crate::crypto::{PublicKey, SignatureScheme, Verifier};
use crate::limits::Limits;

/// Extensions of a path that are tried for each signature check that is allowed.
const STEPS_PER_SIGNATURE: usize = 8;

/// What a candidate may be in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Any certificate.
    Intermediate,
    /// A path ends here.
    Anchor,
    /// It bears an anchor's key but is not a known issue of it: a path must not end here, and not pass.
    Refused,
}

/// A certificate that may stand above the leaf.
#[derive(Debug, Clone)]
pub(crate) struct Candidate<'a> {
    pub(crate) certificate: Certificate<'a>,
    pub(crate) role: Role,
}

/// What is asked of a path beside RFC 5280.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options<'o> {
    /// Seconds since 1970; without it validity periods are not looked at.
    pub(crate) time: Option<i64>,
    /// Every CA of the path must be meant for e-mail (chained extendedKeyUsage).
    pub(crate) email_protection: bool,
    pub(crate) policies: PolicyInput<'o>,
}

/// Why there is no path, from the least to the most informative: the search reports the greatest it met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(crate) enum PathError {
    #[error("its issuer is not among the known certificates")]
    NoIssuer,
    #[error("the path has too many certificates")]
    TooLong,
    #[error("the signature or key algorithm is not supported")]
    Unsupported,
    #[error("the signature is not its issuer's")]
    Signature,
    #[error("the search took too many steps")]
    Budget,
    #[error("it has the key of a PEC authority but is not a known issue of it")]
    Refused,
    #[error("it has ended")]
    Expired,
    #[error("it had not begun")]
    NotYetValid,
    #[error("an extension stands twice")]
    RepeatedExtension,
    #[error("a critical extension is unknown")]
    CriticalExtension,
    #[error("it is not a certification authority")]
    NotCa,
    #[error("it may not sign certificates")]
    KeyUsage,
    #[error("more authorities follow than it allows")]
    PathLength,
    #[error("{0}")]
    Policy(#[from] PolicyError),
    #[error("it is not meant for e-mail")]
    Purpose,
    #[error("{0}")]
    Names(#[from] NameError),
}

/// The most informative failure of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathFailure {
    pub(crate) error: PathError,
    /// Steps above the leaf at which it arose; 0 is the leaf.
    pub(crate) depth: usize,
    /// The complete path that failed, if one was complete: indices of candidates, the leaf's issuer first.
    pub(crate) path: Option<Vec<usize>>,
}

/// Whether `issuer`'s key verifies the signature of `certificate`. Names are not compared.
pub(crate) fn verify_signature(certificate: &Certificate<'_>, issuer: &Certificate<'_>) -> Result<(), PathError> {
    verify_with_key(certificate, issuer.spki)
}

/// The same with the SubjectPublicKeyInfo of the key.
pub(crate) fn verify_with_key(certificate: &Certificate<'_>, spki: &[u8]) -> Result<(), PathError> {
    verify_signed(&certificate.signature_algorithm, certificate.tbs, certificate.signature, spki)
}

/// Whether a key verifies what X.509 signs: certificates, revocation lists, OCSP answers.
pub(crate) fn verify_signed(
    algorithm: &Element<'_>,
    signed: &[u8],
    signature: &[u8],
    spki: &[u8],
) -> Result<(), PathError> {
    let scheme = SignatureScheme::from_x509(algorithm).ok_or(PathError::Unsupported)?;
    let key = PublicKey::parse(spki).map_err(|_| PathError::Unsupported)?;
    let verifier = Verifier::new(&key, scheme).map_err(|_| PathError::Unsupported)?;
    if verifier.verify(signed, signature) { Ok(()) } else { Err(PathError::Signature) }
}

/// Finds a valid path from `leaf` to an anchor: indices into `candidates`, the leaf's issuer first, the anchor last.
///
/// # Limits
/// `path_signatures` and `path_length` of [`Limits`].
///
/// # Errors
/// The most informative failure met.
pub(crate) fn find(
    leaf: &Certificate<'_>,
    candidates: &[Candidate<'_>],
    options: &Options<'_>,
    limits: &Limits,
) -> Result<Vec<usize>, PathFailure> {
    Search::new(leaf, candidates, limits).run(|path| validate(leaf, candidates, path, options))
}

/// Whether signatures alone lead from `leaf` to an anchor; nothing else is asked of the certificates.
pub(crate) fn find_signed(
    leaf: &Certificate<'_>,
    candidates: &[Candidate<'_>],
    limits: &Limits,
) -> Result<Vec<usize>, PathFailure> {
    Search::new(leaf, candidates, limits).run(|_| Ok(()))
}

/// One place in the path under construction.
struct Step {
    /// Index of the candidate; `None` is the leaf.
    candidate: Option<usize>,
    /// The next candidate to try above it.
    next: usize,
}

struct Search<'s, 'a> {
    leaf: &'s Certificate<'a>,
    candidates: &'s [Candidate<'a>],
    path: Vec<Step>,
    /// Results of signature checks: child, index of a candidate with the issuer's key, result.
    checked: Vec<(Option<usize>, usize, Result<(), PathError>)>,
    signatures_left: usize,
    steps_left: usize,
    length: usize,
    best: PathFailure,
}

impl<'s, 'a> Search<'s, 'a> {
    fn new(leaf: &'s Certificate<'a>, candidates: &'s [Candidate<'a>], limits: &Limits) -> Self {
        Self {
            leaf,
            candidates,
            path: Vec::with_capacity(4),
            checked: Vec::with_capacity(4),
            signatures_left: limits.path_signatures,
            steps_left: limits.path_signatures.saturating_mul(STEPS_PER_SIGNATURE),
            length: limits.path_length,
            best: PathFailure { error: PathError::NoIssuer, depth: 0, path: None },
        }
    }

    fn run(
        mut self,
        mut accept: impl FnMut(&[usize]) -> Result<(), (PathError, usize)>,
    ) -> Result<Vec<usize>, PathFailure> {
        self.path.push(Step { candidate: None, next: 0 });
        while let Some(top) = self.path.last_mut() {
            let (child, index) = (top.candidate, top.next);
            let Some(candidate) = self.candidates.get(index) else {
                self.path.pop();
                continue;
            };
            top.next += 1;
            let certificate = self.certificate(child);
            let depth = self.path.len() - 1;
            if !certificate.is_issued_by(&candidate.certificate) || self.repeats(&candidate.certificate) {
                continue;
            }
            if self.steps_left == 0 {
                self.fail(PathError::Budget, depth, None);
                break;
            }
            self.steps_left -= 1;
            if self.path.len() + 1 > self.length {
                self.fail(PathError::TooLong, depth, None);
                continue;
            }
            match self.signed(child, index) {
                Ok(()) => {}
                Err(PathError::Budget) => {
                    self.fail(PathError::Budget, depth, None);
                    break;
                }
                Err(error) => {
                    self.fail(error, depth, None);
                    continue;
                }
            }
            match candidate.role {
                Role::Intermediate => {
                    self.fail(PathError::NoIssuer, depth + 1, None);
                    self.path.push(Step { candidate: Some(index), next: 0 });
                }
                Role::Anchor => {
                    let path = self.complete(index);
                    match accept(&path) {
                        Ok(()) => return Ok(path),
                        Err((error, at)) => self.fail(error, at, Some(path)),
                    }
                }
                Role::Refused => {
                    let path = self.complete(index);
                    self.fail(PathError::Refused, depth + 1, Some(path));
                }
            }
        }
        Err(self.best)
    }

    fn certificate(&self, candidate: Option<usize>) -> &'s Certificate<'a> {
        candidate.and_then(|index| self.candidates.get(index)).map_or(self.leaf, |found| &found.certificate)
    }

    /// Whether the same name and key already stand in the path: a further issue of them leads nowhere new.
    fn repeats(&self, certificate: &Certificate<'_>) -> bool {
        self.path
            .iter()
            .skip(1)
            .map(|step| self.certificate(step.candidate))
            .any(|above| above.spki == certificate.spki && above.subject_raw == certificate.subject_raw)
    }

    fn complete(&self, anchor: usize) -> Vec<usize> {
        self.path.iter().filter_map(|step| step.candidate).chain([anchor]).collect()
    }

    /// Checks a signature once for each key, however many certificates carry the key.
    fn signed(&mut self, child: Option<usize>, issuer: usize) -> Result<(), PathError> {
        let key = |index: usize| self.candidates[index].certificate.spki;
        let known = self.checked.iter().find(|(of, by, _)| *of == child && key(*by) == key(issuer));
        if let Some((_, _, result)) = known {
            return *result;
        }
        self.signatures_left = self.signatures_left.checked_sub(1).ok_or(PathError::Budget)?;
        let result = verify_signature(self.certificate(child), &self.candidates[issuer].certificate);
        self.checked.push((child, issuer, result));
        result
    }

    fn fail(&mut self, error: PathError, depth: usize, path: Option<Vec<usize>>) {
        let better = (error, depth) > (self.best.error, self.best.depth);
        if better || (self.best.path.is_none() && path.is_some() && error >= self.best.error) {
            self.best = PathFailure { error, depth, path };
        }
    }
}

/// RFC 5280 §6.1.2 to §6.1.5 without signatures and names of issuers, which the search has checked.
fn validate(
    leaf: &Certificate<'_>,
    candidates: &[Candidate<'_>],
    path: &[usize],
    options: &Options<'_>,
) -> Result<(), (PathError, usize)> {
    let above = |depth: usize| path.get(depth.wrapping_sub(1)).map_or(leaf, |index| &candidates[*index].certificate);
    let mut remaining = u32::MAX;
    let mut comparisons = Comparisons::new();
    for depth in (0..=path.len()).rev() {
        let certificate = above(depth);
        let anchor = depth == path.len();
        let fail = |error| Err((error, depth));
        if let Some(time) = options.time {
            if time > certificate.not_after {
                return fail(PathError::Expired);
            }
            if time < certificate.not_before {
                return fail(PathError::NotYetValid);
            }
        }
        if certificate.extensions.repeated.is_some() {
            return fail(PathError::RepeatedExtension);
        }
        if certificate.extensions.unknown_critical.is_some() {
            return fail(PathError::CriticalExtension);
        }
        let self_issued = certificate.is_self_issued();
        if depth == 0 || !self_issued {
            for constraints in (depth + 1..=path.len()).filter_map(|at| above(at).extensions.name_constraints) {
                names::check(certificate, &constraints, &mut comparisons)
                    .map_err(|error| (PathError::Names(error), depth))?;
            }
        }
        if depth == 0 {
            break;
        }
        if !certificate.is_ca() {
            return fail(PathError::NotCa);
        }
        if !certificate.allows(usage::KEY_CERT_SIGN) {
            return fail(PathError::KeyUsage);
        }
        if !anchor && !self_issued {
            remaining = remaining.checked_sub(1).ok_or((PathError::PathLength, depth))?;
        }
        let own = certificate.extensions.basic_constraints.and_then(|constraints| constraints.path_length);
        remaining = remaining.min(own.unwrap_or(u32::MAX));
        if options.email_protection && !certificate.serves(purpose::EMAIL_PROTECTION) {
            return fail(PathError::Purpose);
        }
    }
    let mut chain: [&Certificate<'_>; MAX_CHAIN] = [leaf; MAX_CHAIN];
    let chain = chain.get_mut(..path.len()).ok_or((PathError::TooLong, path.len()))?;
    for (at, slot) in chain.iter_mut().enumerate() {
        *slot = above(path.len() - 1 - at);
    }
    policy::check(chain, &options.policies).map_err(|error| (PathError::Policy(error), 0))
}

/// Certificates of one path below the anchor, whatever the limits say.
const MAX_CHAIN: usize = 32;
