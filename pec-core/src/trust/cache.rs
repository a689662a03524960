//! Chains that were found good, kept so that the next message of the same provider need not be judged from nothing.

use std::sync::Arc;

use super::owner::Owner;
use super::pec::{Chain, Question};
use super::store::Fingerprint;
use crate::crypto::{PublicKey, SignatureScheme, Verifier};
use crate::signature::Keys;

/// Chains of providers that were trusted, owned by the caller (VERDICT §9).
///
/// An entry answers only for the same leaf, the same carried certificates, the same trust store and the same evidence,
/// byte for byte, and for times within the life of the whole path. Failures are never kept.
///
/// # Limits
/// Holds at most the number of chains it was made for; the one unused for longest goes first.
#[derive(Debug, Clone)]
pub struct ChainCache {
    /// Most recently used first.
    entries: Vec<Entry>,
    capacity: usize,
}

#[derive(Debug, Clone)]
struct Entry {
    store: Fingerprint,
    evidence: Option<Fingerprint>,
    /// The leaf, then the carried certificates, one after the other.
    bytes: Box<[u8]>,
    /// Where each certificate of `bytes` ends.
    ends: Box<[usize]>,
    chain: Arc<Chain>,
    /// Whose certificate the leaf is.
    owner: Option<Arc<Owner>>,
    /// The leaf's key made ready, for each scheme that was asked for.
    verifiers: Vec<(SignatureScheme, Arc<Verifier>)>,
}

/// Schemes kept for one leaf; a provider uses one, two while it changes.
const MAX_SCHEMES: usize = 4;

impl Default for ChainCache {
    /// Room for all providers of the country.
    fn default() -> Self {
        Self::new(64)
    }
}

impl ChainCache {
    /// An empty cache for up to `capacity` chains; there are some thirty providers, each with one or two.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { entries: Vec::new(), capacity }
    }

    /// How many chains are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn find(&mut self, question: &Question<'_>) -> Option<Arc<Chain>> {
        let at = self.entries.iter().position(|entry| entry.answers(question))?;
        self.entries[..=at].rotate_right(1);
        self.entries.first().map(|entry| Arc::clone(&entry.chain))
    }

    /// Whose certificate `leaf` is, if a chain of it is kept: a fact of its bytes, whether it is trusted or not.
    pub(crate) fn owner(&self, leaf: &[u8]) -> Option<Arc<Owner>> {
        self.entries.iter().find(|entry| entry.leaf() == leaf)?.owner.clone()
    }

    pub(super) fn keep(&mut self, question: &Question<'_>, chain: Arc<Chain>) {
        if self.capacity == 0 {
            return;
        }
        self.entries.retain(|entry| !entry.answers(question));
        self.entries.truncate(self.capacity - 1);
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(question.carried.len() + 1);
        for certificate in std::iter::once(&question.leaf).chain(question.carried) {
            bytes.extend_from_slice(certificate);
            ends.push(bytes.len());
        }
        let entry = Entry {
            store: question.store.id(),
            evidence: question.evidence.id(),
            bytes: bytes.into(),
            ends: ends.into(),
            chain,
            owner: Owner::of(question.leaf).ok().map(Arc::new),
            verifiers: Vec::new(),
        };
        self.entries.insert(0, entry);
    }
}

impl Keys for ChainCache {
    /// The leaf's key made ready for `scheme`, if a chain of this leaf is kept. The key depends on nothing but the
    /// leaf's bytes; whether it is trusted is another question.
    fn ready(&mut self, leaf: &[u8], scheme: SignatureScheme) -> Option<Arc<Verifier>> {
        let entry = self.entries.iter_mut().find(|entry| entry.leaf() == leaf)?;
        if let Some((_, verifier)) = entry.verifiers.iter().find(|(known, _)| *known == scheme) {
            return Some(Arc::clone(verifier));
        }
        let certificate = super::certificate::Certificate::parse(leaf).ok()?;
        let key = PublicKey::parse(certificate.spki).ok()?;
        let verifier = Arc::new(Verifier::new(&key, scheme).ok()?);
        if entry.verifiers.len() < MAX_SCHEMES {
            entry.verifiers.push((scheme, Arc::clone(&verifier)));
        }
        Some(verifier)
    }
}

impl Entry {
    fn leaf(&self) -> &[u8] {
        self.ends.first().map_or(&[], |end| &self.bytes[..*end])
    }

    fn answers(&self, question: &Question<'_>) -> bool {
        if self.ends.len() != question.carried.len() + 1 {
            return false;
        }
        let mut start = 0;
        let same_bytes =
            self.ends.iter().zip(std::iter::once(&question.leaf).chain(question.carried)).all(|(end, der)| {
                let kept = &self.bytes[start..*end];
                start = *end;
                kept == *der
            });
        same_bytes && self.store == question.store.id() && self.evidence == question.evidence.id()
    }
}
