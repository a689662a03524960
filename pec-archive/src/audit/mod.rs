//! The log as evidence of who did what: whether it is what was logged, proofs of single entries, roots that are kept elsewhere,
//! and its entries for people.
//!
//! ```text
//! entries ──> walk      the tree anew, beside the one that is stored ──> the first entry that is not what was logged
//!         ──> roots ──> stamped ones of the archive, kept ones of the host (signed, or in a PEC to oneself)
//! tree    ──> proof     an entry is in it; a later one holds all of an earlier one
//! entries ──> export    CSV, NDJSON
//!         ──> said      which messages are here, and how they are kept, beside what is here
//! ```

mod export;
mod kept;
mod proof;
mod said;
mod walk;

use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_core::signature::timestamp;
use pec_core::trust::{TrustStore, judge_time_stamp};
use serde::Serialize;

use crate::actor::Actor;
use crate::archive::Archive;
use crate::care::readable;
use crate::enforce::{Asked, Call};
use crate::error::Result;
use crate::id::Id;
use crate::store::View;

pub use export::{LogFormat, LogRow};
pub use kept::{KeptRoot, LogKey, NotKept};
pub use proof::{EntryProof, GrowthProof, NotProven};
pub(crate) use said::Said;
pub(crate) use walk::first_broken;

/// Whether the log is what was logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LogCheck {
    /// Entries, from the first on, that are what was logged as far as this can be seen.
    pub sound: u64,
    /// The root of the tree over them.
    pub root: Id,
    /// The first entry that is not.
    pub broken: Option<BrokenEntry>,
    /// Every root that was kept, in the archive or elsewhere, and whether the log is still the one that it was taken of.
    pub roots: Vec<CheckedRoot>,
    /// Entries after the last root that somebody else vouches for. If they were taken away from the end, or written anew together
    /// with their tree, nothing here would show it.
    pub unanchored: u64,
}

/// The first entry that is not what was logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BrokenEntry {
    /// Its number; of what was written anew with its tree, the first that it can be.
    pub n: u64,
    /// What was done to it.
    pub flaw: Flaw,
    /// Why it cannot be read.
    pub detail: Option<String>,
    /// The size of the first kept root above it, which says what stood there.
    pub checkpoint: Option<u64>,
}

/// What was done to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// The entry has another text than the one that was logged: it, or its hash in the tree, was changed.
    Edited,
    /// The entry that was logged here is not in the log any more.
    Removed,
    /// The entry that stands here was never logged.
    Inserted,
    /// What was logged here stands further on, and what stands here was logged there.
    Reordered,
    /// The entry is what was logged, a node of the tree above it is not: the tree was written anew, or is damaged.
    Tree,
    /// Entries and tree agree, and are not those of a root that was kept: both were written anew, from this entry on or later,
    /// before the size of that root; or the end was taken away.
    Rewritten,
    /// It cannot be read.
    Unreadable,
}

/// A root that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckedRoot {
    /// Entries under it.
    pub size: u64,
    /// Who vouches for it.
    #[serde(flatten)]
    pub voucher: Voucher,
    /// Whether the log still has this root at this size.
    pub holds: bool,
}

/// Who vouches for a root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Voucher {
    /// In which way.
    pub by: VouchedBy,
    /// The time-stamping authority as its certificate names it, the name of the key, or the mailbox of the PEC provider; empty
    /// where it is nobody.
    pub who: String,
    /// When, where the voucher says so.
    pub time: Option<Timestamp>,
    /// Why it is nobody.
    pub why: Option<String>,
}

/// In which way somebody vouches for a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VouchedBy {
    /// A time-stamping authority, by the token that the archive has.
    Stamp,
    /// Whoever has a key, by a checkpoint that the host kept.
    Key,
    /// A PEC provider, by a message in which the checkpoint was sent.
    Pec,
    /// Nobody whom the trust data name: the archive has a token over the root that counts for nothing.
    Nobody,
}

impl Voucher {
    fn new(by: VouchedBy, who: String, time: Option<Timestamp>) -> Self {
        Self { by, who, time, why: None }
    }

    fn nobody(why: String) -> Self {
        Self { why: Some(why), ..Self::new(VouchedBy::Nobody, String::new(), None) }
    }
}

impl LogCheck {
    /// Whether every entry is what was logged and every root holds.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.broken.is_none() && self.roots.iter().all(|root| root.holds)
    }
}

impl Archive {
    /// Works the tree of the log out anew from its entries, and compares it with the one that is stored, with the roots that were
    /// time-stamped, and with those that the host kept elsewhere. `trust` says whose time-stamps count.
    ///
    /// It names the first entry that was edited, removed, inserted or moved. Where somebody wrote entries *and* tree anew, the
    /// two agree: then the first root that was kept before shows it, and says between which sizes.
    ///
    /// It does not show what was done after the last root that somebody else vouches for ([`LogCheck::unanchored`]): whoever
    /// holds the file and its key can take entries from the end, or write them anew. Nor does a log bind him to write down what he
    /// does. Have roots stamped ([`Archive::renew`]) or keep them elsewhere ([`Archive::sign_log`]) as often as that matters.
    ///
    /// # Errors
    /// What keeps it from reading at all; damage is an answer.
    pub fn verify_log(&self, actor: &Actor, trust: &TrustStore, now: Timestamp, kept: &[KeptRoot]) -> Result<LogCheck> {
        self.read_for(&Asked::new(actor, Call::VerifyLog).at(now), |view| {
            let stamped = stamped(view, trust, now)?;
            let kept = kept.iter().map(|kept| (kept.size, Some(kept.root), kept.voucher.clone()));
            let mut roots: Vec<_> = stamped.into_iter().chain(kept).collect();
            roots.sort_by_key(|(size, ..)| *size);
            let mut sizes: Vec<u64> = roots.iter().map(|(size, ..)| *size).collect();
            sizes.dedup();
            let walked = walk::walk(view, &sizes)?;
            let at = |size: u64| walked.roots.iter().find(|(at, _)| *at == size).map(|(_, root)| root.0);
            let roots: Vec<CheckedRoot> = roots
                .into_iter()
                .map(|(size, hash, voucher)| CheckedRoot { size, voucher, holds: hash.is_some() && at(size) == hash })
                .collect();
            Ok(LogCheck::of(walked, roots))
        })
    }
}

impl LogCheck {
    fn of(walked: walk::Walked, roots: Vec<CheckedRoot>) -> Self {
        let walk::Walked { sound, broken, root, .. } = walked;
        // Entries below a root that holds, and for which somebody else vouches, are what was logged.
        let anchored = |root: &&CheckedRoot| root.holds && root.voucher.by != VouchedBy::Nobody;
        let anchored_below = |size: u64| {
            let below = roots.iter().filter(anchored).map(|root| root.size).filter(|anchor| *anchor < size);
            below.max().unwrap_or(0)
        };
        let last = anchored_below(u64::MAX);
        let first_false = roots.iter().filter(|root| !root.holds).map(|root| root.size).min();
        let rewritten = || {
            first_false.map(|size| BrokenEntry {
                n: anchored_below(size),
                flaw: Flaw::Rewritten,
                detail: None,
                checkpoint: None,
            })
        };
        let broken = broken.or_else(rewritten).map(|broken| BrokenEntry {
            checkpoint: roots.iter().map(|root| root.size).filter(|size| *size > broken.n).min(),
            ..broken
        });
        Self { sound, root: Id::of_digest(root.0), broken, unanchored: sound.saturating_sub(last), roots }
    }
}

/// A root as it was kept: its size, its hash where the checkpoint can be read, and who vouches for it.
type Kept = (u64, Option<[u8; 32]>, Voucher);

/// The roots that were stamped.
fn stamped(view: &dyn View, trust: &TrustStore, now: Timestamp) -> Result<Vec<Kept>> {
    let mut roots = Vec::new();
    for size in view.checkpoints()? {
        let Some(row) = readable(view.checkpoint(size))?.flatten() else { continue };
        let size = size.unsigned_abs();
        let note = tlog_tiles::Checkpoint::from_bytes(&row.note).ok().filter(|note| note.size() == size);
        roots.push((size, note.map(|note| note.hash().0), voucher(&row.token, &row.note, trust, now)));
    }
    Ok(roots)
}

fn voucher(token: &[u8], note: &[u8], trust: &TrustStore, now: Timestamp) -> Voucher {
    let stamped = || {
        let stamp = timestamp::verify(token, note, &Limits::DEFAULT).map_err(|error| error.to_string())?;
        let authority =
            judge_time_stamp(&stamp, trust, now.as_second(), &Limits::DEFAULT).map_err(|error| error.to_string())?;
        let time = Timestamp::from_second(stamp.time).map_err(|error| error.to_string())?;
        Ok(Voucher::new(VouchedBy::Stamp, authority.name, Some(time)))
    };
    stamped().unwrap_or_else(Voucher::nobody)
}
