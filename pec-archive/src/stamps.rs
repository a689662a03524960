//! Which time-stamps prove what stands under a root of the log: the one over it, and those that renew it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use pec_core::DigestAlgorithm;
use pec_core::limits::Limits;
use pec_core::proof::{Checkpoint, Witness};
use pec_core::signature::timestamp;
use pec_core::trust::TimeAuthority;

use crate::error::{Error, Result};
use crate::id::Id;
use crate::log;
use crate::proof::Stamped;
use crate::store::{CheckpointRow, View};

/// What makes tokens alike: the certificate of the authority, the digest of the imprint, the digest that was signed. Of those that
/// are alike the first proves no less than the others, for as long.
type Kind = (Id, DigestAlgorithm, DigestAlgorithm);

/// A token that goes into a bundle.
struct Taken {
    size: u64,
    row: CheckpointRow,
    /// Where the log says that it was given; `None` where no later root can cover that.
    entry: Option<u64>,
}

/// The time-stamps over the roots of these sizes, and of the later ones the first of each kind; each with the place of the log's
/// entry about it under the next of them. The certificates of authorities are few: so are these, however often the log is stamped.
pub(crate) fn bearing(view: &dyn View, roots: &BTreeSet<u64>) -> Result<Vec<Checkpoint>> {
    let Some(first) = roots.first() else { return Ok(Vec::new()) };
    let sizes: Vec<u64> = view.checkpoints()?.into_iter().filter_map(|size| u64::try_from(size).ok()).collect();
    let last = sizes.last().copied().unwrap_or_default();
    let (mut taken, mut seen) = (Vec::new(), BTreeSet::new());
    for size in sizes.into_iter().filter(|size| size >= first) {
        let row = checkpoint(view, size)?;
        let kind = kind(&row);
        let is_root = roots.contains(&size);
        if is_root {
            // What stands under this root for the first time is renewed by what comes after it.
            seen.clear();
        } else if kind.is_none_or(|kind| seen.contains(&kind)) {
            continue;
        }
        let entry = entry_about(view, size, last, Id::of(&row.token))?;
        // A token of which the log says nothing ends the chain: only the last one may.
        if is_root || entry.is_some() || size == last {
            seen.extend(kind);
            taken.push(Taken { size, row, entry });
        }
    }
    let renewed = |n: usize, entry: u64| -> Result<Option<Witness>> {
        let next = taken.iter().skip(n + 1).find(|later| later.size > entry);
        next.map(|later| witness(view, entry, later.size)).transpose()
    };
    let renewed = taken.iter().enumerate().map(|(n, token)| token.entry.map_or(Ok(None), |entry| renewed(n, entry)));
    let renewed: Vec<Option<Witness>> = renewed.collect::<Result<_>>()?;
    let carried = |(Taken { row: CheckpointRow { note, token }, .. }, renewed)| Checkpoint { note, token, renewed };
    Ok(taken.into_iter().zip(renewed).map(carried).collect())
}

/// The place of an entry under the root of this size.
pub(crate) fn witness(view: &dyn View, entry: u64, size: u64) -> Result<Witness> {
    let text = view.log_entry(entry)?;
    let text = text.ok_or_else(|| Error::Damaged(format!("entry {entry} of the log is missing")))?;
    Ok(Witness::new(text, entry, size, &log::path(view, entry, size)?))
}

/// The newest time-stamp, as its token names it.
pub(crate) fn newest(view: &dyn View) -> Result<Option<Stamped>> {
    let Some(size) = view.checkpoints()?.last().copied() else { return Ok(None) };
    let size = size.unsigned_abs();
    let CheckpointRow { note, token } = checkpoint(view, size)?;
    let damaged = || Error::Damaged(format!("the time-stamp of checkpoint {size} is unreadable"));
    let stamp = timestamp::verify(&token, &note, &Limits::DEFAULT).map_err(|_| damaged())?;
    let authority = TimeAuthority::of(&stamp).ok_or_else(damaged)?;
    let time = Timestamp::from_second(stamp.time).map_err(|_| damaged())?;
    Ok(Some(Stamped::new(size, time, authority)))
}

fn checkpoint(view: &dyn View, size: u64) -> Result<CheckpointRow> {
    let missing = || Error::Damaged(format!("checkpoint {size} is missing"));
    view.checkpoint(size as i64)?.ok_or_else(missing)
}

fn kind(row: &CheckpointRow) -> Option<Kind> {
    let stamp = timestamp::verify(&row.token, &row.note, &Limits::DEFAULT).ok()?;
    Some((Id::of(stamp.certificate), stamp.imprint_algorithm, stamp.signature_algorithm))
}

/// The entry about the token over the root of this size, where it stands under the root of the size `last`. It was written with
/// the token, after whatever came into the log while the authority was asked.
fn entry_about(view: &dyn View, size: u64, last: u64, token: Id) -> Result<Option<u64>> {
    let says = format!("\"what\":\"stamp\",\"size\":{size},\"token\":\"{token}\"");
    log::find(view, size, last, &says)
}
