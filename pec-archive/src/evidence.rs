//! By what messages were judged: trust data and revocation evidence, kept as bodies.

use crate::error::Result;
use crate::id::Id;
use crate::intake::Intake;
use crate::store::Change;

/// What an intake judges by: bytes that stand for themselves.
pub(crate) struct Used {
    pub(crate) bodies: Vec<(&'static str, Id, Vec<u8>)>,
}

impl Used {
    pub(crate) fn by(intake: &Intake<'_>) -> Self {
        let trust = std::iter::once(("trust", intake.trust.to_json().into_bytes()));
        let crls = intake.evidence.iter().flat_map(|evidence| evidence.crls()).map(|list| ("crl", list.to_vec()));
        let ocsp = intake.evidence.iter().flat_map(|evidence| evidence.ocsp()).map(|answer| ("ocsp", answer.to_vec()));
        let bodies = trust.chain(crls).chain(ocsp).map(|(kind, bytes)| (kind, Id::of(&bytes), bytes));
        Self { bodies: bodies.collect() }
    }

    /// Notes by what a message was judged.
    pub(crate) fn note(&self, change: &dyn Change, message: i64) -> Result<()> {
        self.bodies.iter().try_for_each(|(kind, id, _)| change.put_evidence(message, kind, *id))
    }
}
