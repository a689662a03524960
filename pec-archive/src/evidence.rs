//! By what messages were judged, trust data and revocation evidence, and what else is kept beside them, as bodies.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pec_core::trust::{Evidence, Fingerprint, TrustStore};

use crate::care::readable;
use crate::content;
use crate::error::Result;
use crate::id::Id;
use crate::intake::Intake;
use crate::press::Press;
use crate::seal::Seal;
use crate::store::{Blob, Change, Number, View};

/// What a body is that messages were judged by.
const TRUST: &str = "trust";
const CRL: &str = "crl";
const OCSP: &str = "ocsp";
/// What is kept beside a message and judges nothing: where the address of a recipient was looked up.
pub(crate) const LOOKUP: &str = "look-up";

/// What an intake judges by: bytes that stand for themselves.
pub(crate) struct Used {
    pub(crate) bodies: Vec<(&'static str, Id, Vec<u8>)>,
    /// Whether it has been read once what is kept of them: lists have megabytes, and are not read for every batch.
    compared: AtomicBool,
}

impl Used {
    pub(crate) fn by(intake: &Intake<'_>) -> Self {
        let trust = (TRUST, Id::of_digest(intake.trust.id().0), intake.trust.to_json().into_bytes());
        let evidence = lists(intake.evidence).map(|(kind, id, bytes)| (kind, id, bytes.to_vec()));
        let bodies = std::iter::once(trust).chain(evidence);
        Self { bodies: bodies.collect(), compared: AtomicBool::new(false) }
    }

    /// What of it has still to be compared with what is kept, once.
    pub(crate) fn uncompared(&self) -> impl Iterator<Item = Id> {
        let is_left = !self.compared.swap(true, Ordering::Relaxed);
        self.bodies.iter().map(|(_, id, _)| *id).filter(move |_| is_left)
    }

    /// What was compared and mended was not, where the change in which it was is undone.
    pub(crate) fn compare_again(&self) {
        self.compared.store(false, Ordering::Relaxed);
    }

    /// Stores its bodies that are not here, or are damaged: nothing new rests on those.
    pub(crate) fn put(&self, change: &dyn Change, seal: &Seal, press: &mut Press) -> Result<()> {
        let uncompared: BTreeSet<Id> = self.uncompared().collect();
        for (_, id, bytes) in &self.bodies {
            keep(change, press, *id, bytes)?;
            if uncompared.contains(id) && readable(content::is_same(seal, change, *id, bytes))? != Some(true) {
                let pieces = press.pieces(*id, bytes)?;
                change.replace(&[Blob { id: *id, size: bytes.len() as u64, pieces: &pieces }])?;
            }
        }
        Ok(())
    }

    /// Notes by what a message was judged.
    pub(crate) fn note(&self, change: &dyn Change, message: i64) -> Result<()> {
        self.bodies.iter().try_for_each(|(kind, id, _)| change.put_evidence(message, kind, *id))
    }
}

/// What an archive has judged by last: most intakes bring the same as the one before, and lists of revoked certificates have
/// megabytes.
#[derive(Default)]
pub(crate) struct LastUsed(Mutex<Option<(Brought, Arc<Used>)>>);

/// What an intake brings, by name: both are digests of all of it.
pub(crate) type Brought = (Fingerprint, Option<Fingerprint>);

pub(crate) fn brought(intake: &Intake<'_>) -> Brought {
    (intake.trust.id(), intake.evidence.and_then(Evidence::id))
}

impl std::fmt::Debug for LastUsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LastUsed").finish_non_exhaustive()
    }
}

impl LastUsed {
    /// What an intake judges by.
    pub(crate) fn by(&self, intake: &Intake<'_>) -> Arc<Used> {
        let brought = brought(intake);
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, used)) if *known == brought => Arc::clone(used),
            _ => {
                let used = Arc::new(Used::by(intake));
                *last = Some((brought, Arc::clone(&used)));
                used
            }
        }
    }
}

/// The trust data by which any of these messages was judged; those of this version, where none can be read.
///
/// # Errors
/// What reading can meet, but for damage.
pub(crate) fn kept_trust(seal: &Seal, view: &dyn View, numbers: &[Number]) -> Result<Vec<TrustStore>> {
    let mut kept = Vec::new();
    for (_, id) in view.evidence(numbers)?.into_iter().filter(|(kind, _)| kind == TRUST) {
        let json = readable(content::whole_body(seal, view, id))?.and_then(|bytes| String::from_utf8(bytes).ok());
        kept.extend(json.and_then(|json| TrustStore::from_json(&json).ok()));
    }
    if kept.is_empty() {
        kept.push(TrustStore::built_in());
    }
    Ok(kept)
}

/// Stores bytes that stand for themselves, unless they are here.
pub(crate) fn keep(change: &dyn Change, press: &mut Press, id: Id, bytes: &[u8]) -> Result<()> {
    if change.missing(&[id])?.is_empty() {
        return Ok(());
    }
    change.put(&[Blob { id, size: bytes.len() as u64, pieces: &press.pieces(id, bytes)? }])
}

/// Sets of kept evidence that are held at a time: lists of revoked certificates are long.
const HELD: usize = 4;

/// What is kept of evidence, for messages that are judged again: who brings less than was known when they came in must not learn
/// less. A certificate that was revoked then is revoked.
pub(crate) struct Kept<'a> {
    brought: Option<&'a Evidence>,
    /// Kinds and digests of what is brought, once they are asked for.
    digests: Option<BTreeSet<(&'static str, Id)>>,
    held: HashMap<Vec<(String, Id)>, Arc<Evidence>>,
}

impl<'a> Kept<'a> {
    /// Beside what an intake brings.
    pub(crate) fn beside(intake: &Intake<'a>) -> Self {
        Self { brought: intake.evidence, digests: None, held: HashMap::new() }
    }

    /// What is brought and what is kept with this message, where that is more.
    ///
    /// # Errors
    /// [`crate::Error::Damaged`] where it cannot be read: without it a verdict could be better than it was.
    pub(crate) fn with(&mut self, seal: &Seal, view: &dyn View, number: Number) -> Result<Option<Arc<Evidence>>> {
        let mut kept: Vec<_> =
            view.evidence(&[number])?.into_iter().filter(|(kind, _)| kind != TRUST && kind != LOOKUP).collect();
        if kept.is_empty() {
            return Ok(None);
        }
        let brought = || lists(self.brought).map(|(kind, id, _)| (kind, id)).collect();
        let digests = self.digests.get_or_insert_with(brought);
        kept.retain(|(kind, id)| !digests.contains(&(kind.as_str(), *id)));
        if kept.is_empty() {
            return Ok(None);
        }
        if let Some(known) = self.held.get(&kept) {
            return Ok(Some(Arc::clone(known)));
        }
        let brought = self.brought.cloned().unwrap_or_default();
        let evidence = Arc::new(kept.iter().try_fold(brought, |evidence, (kind, id)| {
            Ok::<_, crate::error::Error>(added(evidence, kind, content::whole_body(seal, view, *id)?))
        })?);
        if self.held.len() == HELD {
            self.held.clear();
        }
        self.held.insert(kept, Arc::clone(&evidence));
        Ok(Some(evidence))
    }
}

/// Evidence with one more list or answer.
pub(crate) fn added(evidence: Evidence, kind: &str, bytes: Vec<u8>) -> Evidence {
    match kind {
        TRUST | LOOKUP => evidence,
        CRL => evidence.with_crl(bytes),
        _ => evidence.with_ocsp(bytes),
    }
}

/// Lists and answers, each with its kind and its digest.
fn lists(evidence: Option<&Evidence>) -> impl Iterator<Item = (&'static str, Id, &[u8])> {
    let named = |kind| move |(digest, bytes): (Fingerprint, _)| (kind, Id::of_digest(digest.0), bytes);
    let crls = evidence.into_iter().flat_map(|evidence| evidence.crl_digests().zip(evidence.crls()));
    let answers = evidence.into_iter().flat_map(|evidence| evidence.ocsp_digests().zip(evidence.ocsp()));
    crls.map(named(CRL)).chain(answers.map(named(OCSP)))
}

#[cfg(test)]
mod tests {
    use pec_core::trust::TrustStore;

    use super::*;

    #[test]
    fn what_is_judged_by_is_worked_out_when_another_set_is_brought() {
        let trust = TrustStore::built_in();
        let (one, other) = (Evidence::none().with_crl(b"one"), Evidence::none().with_crl(b"other"));
        let plain = Intake::new(&trust, "2026-11-22T10:00:00Z".parse().unwrap());
        let last = LastUsed::default();
        let used = last.by(&plain.evidence(&one));
        assert!(Arc::ptr_eq(&used, &last.by(&plain.evidence(&one))));
        for intake in [plain.evidence(&other), plain, plain.evidence(&one)] {
            let used = last.by(&intake);
            assert_eq!(used.bodies, Used::by(&intake).bodies);
            assert!(used.bodies.iter().all(|(_, id, bytes)| *id == Id::of(bytes)));
        }
    }
}
