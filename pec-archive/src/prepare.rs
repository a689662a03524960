//! Messages made ready before the writer is asked for.

use std::sync::OnceLock;

use pec_core::message::Message;
use pec_core::verify::Verification;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::error::Result;
use crate::intake::{Examined, Intake, Prepared};
use crate::queue::Waiting;
use crate::ready::Compressed;
use crate::seen::Seen;

/// A message and what an intake has found out about it.
pub(crate) type Verified<B = Vec<u8>> = (Message<B>, Verification);

/// All processors but one.
fn all_but_one() -> Option<&'static ThreadPool> {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let number = || rayon::current_num_threads().saturating_sub(1).max(1);
    POOL.get_or_init(|| ThreadPoolBuilder::new().num_threads(number()).build().ok()).as_ref()
}

impl Archive {
    /// Everything that storing messages takes, but for compressing them.
    pub(crate) fn prepare_all(&self, intake: &Intake<'_>, messages: Vec<Vec<u8>>) -> Vec<Prepared> {
        self.preparing(|| {
            let verified = messages.into_par_iter().map(|bytes| self.verified(intake, bytes)).collect();
            self.examine(intake, verified)
        })
    }

    /// A message and what this intake finds out about it.
    pub(crate) fn verified<B: AsRef<[u8]>>(&self, intake: &Intake<'_>, bytes: B) -> Verified<B> {
        let message = Message::parse(bytes, &intake.limits);
        let mut cache = self.cache();
        let verification = intake.verify(&message, &mut cache);
        self.give_back(cache);
        (message, verification)
    }

    /// Takes verified messages apart.
    pub(crate) fn examine(&self, intake: &Intake<'_>, verified: Vec<Verified>) -> Vec<Prepared> {
        let seen = Seen::default();
        let examined = verified.par_iter().map(|(message, verification)| {
            let examined = intake.examine(message, verification, &seen);
            Examined { derived: self.seal().hide(examined.derived), ..examined }
        });
        let examined: Vec<Examined> = examined.collect();
        drop(seen);
        verified.into_iter().zip(examined).map(|((message, _), examined)| examined.with(message.into_bytes())).collect()
    }

    /// Compresses what is prepared and not here yet.
    pub(crate) fn compress(&self, intake: &Intake<'_>, prepared: &[Prepared]) -> Result<Compressed> {
        let used = self.used(intake);
        self.preparing(|| Compressed::of(self.backend(), self.presses(), self.seal(), prepared, &used))
    }

    /// A prepared batch with all that storing it takes, so that another thread can do it.
    pub(crate) fn ready(&self, actor: &Actor, intake: &Intake<'_>, prepared: Vec<Prepared>) -> Result<Waiting> {
        let compressed = self.compress(intake, &prepared)?;
        Ok(Waiting::new(actor, intake, self.used(intake), prepared, compressed))
    }

    /// Prepares something on all processors; while somebody writes, on all but one: for the writer all wait.
    pub(crate) fn preparing<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match all_but_one() {
            Some(pool) if self.is_writing() => pool.install(work),
            _ => work(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pec_core::trust::TrustStore;

    use super::*;

    #[test]
    fn a_message_is_taken_apart_in_a_batch_as_it_is_alone() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
        let trust = TrustStore::built_in();
        let intake = Intake::new(&trust, "2026-11-22T10:00:00Z".parse().unwrap());
        let messages: Vec<Vec<u8>> = pec_sandbox::vectors::all().unwrap().into_iter().map(|case| case.bytes).collect();
        let together = archive.prepare_all(&intake, messages.clone());
        let mut attachments = Vec::new();
        for (bytes, together) in messages.into_iter().zip(&together) {
            let [alone] = <[Prepared; 1]>::try_from(archive.prepare_all(&intake, vec![bytes])).ok().unwrap();
            assert_eq!((alone.id, alone.size, &alone.bytes), (together.id, together.size, &together.bytes));
            assert_eq!(alone.skeleton, together.skeleton);
            assert_eq!(alone.derived.judged, together.derived.judged);
            assert_eq!(alone.derived.words, together.derived.words);
            attachments.extend(together.derived.words.attachments.iter().map(|attachment| attachment.id));
        }
        let all = attachments.len();
        attachments.sort_unstable();
        attachments.dedup();
        assert!(attachments.len() < all / 2, "{} of {all} have attachments of their own", attachments.len());
    }
}
