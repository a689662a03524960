//! Which time-stamps prove what stands under a root of the log: the one over it, and those that renew it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_core::proof::{Checkpoint, Witness};
use pec_core::signature::timestamp;
use pec_core::trust::{TimeAuthority, TrustStore, judge_time_stamp};

use crate::care::readable;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::log;
use crate::proof::Stamped;
use crate::store::{CheckpointRow, View};

/// What proves what stands under some roots.
#[derive(Default)]
pub(crate) struct Bearing {
    /// Tokens, each with the place of the log's entry about it under the next of them that covers it.
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// The newest root, for what stands under one of the roots from which no chain leads to it.
    pub(crate) newest: Option<u64>,
    /// Those roots.
    pub(crate) apart: BTreeSet<u64>,
}

/// A token, and what it says of itself.
struct Token {
    size: u64,
    row: CheckpointRow,
    time: i64,
    ends: i64,
    /// Whoever issued the certificate of its authority: a reader may believe one and not another.
    issuer: String,
    /// Where the log says that it was given; `None` where no root covers that.
    entry: Option<u64>,
}

/// The tokens over the roots of these sizes; and of the later ones those that bear them for longest, among all and among those of
/// each issuer, and the newest. They are few, however often the log is stamped.
pub(crate) fn bearing(view: &dyn View, trust: &TrustStore, roots: &BTreeSet<u64>) -> Result<Bearing> {
    let Some(first) = roots.first() else { return Ok(Bearing::default()) };
    let tokens = tokens(view, trust, *first)?;
    let taken = taken(&tokens, roots);
    let newest = tokens.last().map(|token| token.size);
    let next = |token: &Token| {
        let entry = token.entry?;
        // One of which the log says nothing leads nowhere, but for the newest.
        let goes_on = |later: &&Token| later.entry.is_some() || Some(later.size) == newest;
        let mut later = taken.iter().filter_map(|n| tokens.get(*n)).filter(goes_on);
        later.find(|later| later.size > entry).map(|later| (entry, later.size))
    };
    let (mut checkpoints, mut reach) = (Vec::new(), BTreeSet::from_iter(newest));
    // From the last one down: whether the chain of what covers a token leads to the newest is known by then.
    for token in taken.iter().rev().filter_map(|n| tokens.get(*n)) {
        let covered = next(token);
        if covered.is_some_and(|(_, size)| reach.contains(&size)) {
            reach.insert(token.size);
        }
        let renewed = covered.map(|(entry, size)| witness(view, entry, size)).transpose()?;
        let CheckpointRow { note, token } = token.row.clone();
        checkpoints.push(Checkpoint { note, token, renewed });
    }
    Ok(Bearing { checkpoints, newest, apart: roots.difference(&reach).copied().collect() })
}

/// The place of an entry under the root of this size.
pub(crate) fn witness(view: &dyn View, entry: u64, size: u64) -> Result<Witness> {
    let text = view.log_entry(entry)?;
    let text = text.ok_or_else(|| Error::Damaged(format!("entry {entry} of the log is missing")))?;
    Ok(Witness::new(text, entry, size, &log::path(view, entry, size)?))
}

/// The first stamped root above an entry: the earliest time that is proven of it.
pub(crate) fn above(view: &dyn View, entry: u64) -> Result<Option<u64>> {
    let reached = log::size(view)?;
    Ok(view.checkpoint_above(entry as i64)?.filter(|size| *size <= reached))
}

/// The newest time-stamp that can be read, as its token names it.
pub(crate) fn newest(view: &dyn View) -> Result<Option<Stamped>> {
    for size in sizes(view)?.into_iter().rev() {
        let Some(Some(row)) = readable(view.checkpoint(size as i64))? else { continue };
        let Some((authority, time)) = said(&row, None) else { continue };
        let Ok(time) = Timestamp::from_second(time) else { continue };
        return Ok(Some(Stamped::new(size, time, authority)));
    }
    Ok(None)
}

/// Sizes of the roots that were stamped, smallest first; not those that the log does not reach, which the check of the archive
/// tells, as it tells what cannot be read.
fn sizes(view: &dyn View) -> Result<Vec<u64>> {
    let all = view.checkpoints()?.into_iter().filter_map(|size| u64::try_from(size).ok());
    let reached = log::size(view)?;
    Ok(all.filter(|size| *size <= reached).collect())
}

/// The authority of a token, as `trust` judges it, else as it says itself; and its time. `None` where it is not over its text.
fn said(row: &CheckpointRow, trust: Option<&TrustStore>) -> Option<(TimeAuthority, i64)> {
    let stamp = timestamp::verify(&row.token, &row.note, &Limits::DEFAULT).ok()?;
    let judged = trust.and_then(|trust| judge_time_stamp(&stamp, trust, stamp.time, &Limits::DEFAULT).ok());
    Some((judged.or_else(|| TimeAuthority::of(&stamp))?, stamp.time))
}

/// The tokens from this root on.
fn tokens(view: &dyn View, trust: &TrustStore, first: u64) -> Result<Vec<Token>> {
    let sizes = sizes(view)?;
    let last = sizes.last().copied().unwrap_or_default();
    let mut tokens = Vec::new();
    for size in sizes.into_iter().filter(|size| *size >= first) {
        let Some(Some(row)) = readable(view.checkpoint(size as i64))? else { continue };
        // One that is over something else bears nothing.
        let Some((TimeAuthority { issuer, ends, .. }, time)) = said(&row, Some(trust)) else { continue };
        // It was written with the token, after whatever came into the log while the authority was asked.
        let says = format!("\"what\":\"stamp\",\"size\":{size},\"token\":\"{}\"", Id::of(&row.token));
        let entry = log::find(view, size, last, &says)?;
        tokens.push(Token { size, row, time, ends, issuer, entry });
    }
    Ok(tokens)
}

/// Which of them are taken, in their order.
fn taken(tokens: &[Token], roots: &BTreeSet<u64>) -> BTreeSet<usize> {
    let mut issuers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (n, token) in tokens.iter().enumerate() {
        issuers.entry(&token.issuer).or_default().push(n);
    }
    let all: Vec<usize> = (0..tokens.len()).collect();
    let mut taken = BTreeSet::from_iter(all.last().copied());
    for root in tokens.iter().enumerate().filter(|(_, token)| roots.contains(&token.size)).map(|(n, _)| n) {
        taken.insert(root);
        for among in std::iter::once(&all).chain(issuers.values()) {
            taken.extend(longest(tokens, root, among));
        }
    }
    taken
}

/// Of these tokens those that bear what stands under `root` for longest: each time the one that ends last of those made before the
/// end of the one before; and where there is none, the first that came too late, which bears it from then on.
fn longest(tokens: &[Token], root: usize, among: &[usize]) -> Vec<usize> {
    let mut chain: Vec<usize> = Vec::new();
    // Whoever does not believe the authority of the root believes the first of these.
    let mut current = if among.contains(&root) { Some(root) } else { covering(tokens, root, among).next() };
    while let Some(n) = current {
        chain.push(n);
        let Some(token) = tokens.get(n) else { break };
        let later = || covering(tokens, n, among).filter_map(|later| Some((later, tokens.get(later)?)));
        let in_time = later().filter(|(_, other)| other.time <= token.ends && other.ends > token.ends);
        let too_late = || later().find(|(_, other)| other.time > token.ends);
        current = in_time.max_by_key(|(_, other)| other.ends).or_else(too_late).map(|(n, _)| n);
    }
    chain
}

/// Those of these whose root covers what the log says of this one, and from which it goes on, or which are the newest.
fn covering<'t>(tokens: &'t [Token], n: usize, among: &'t [usize]) -> impl Iterator<Item = usize> + use<'t> {
    let entry = tokens.get(n).and_then(|token| token.entry);
    let covers = move |later: &&usize| {
        let goes_on =
            |later: &Token| later.entry.is_some() || tokens.last().is_some_and(|last| last.size == later.size);
        **later > n && entry.zip(tokens.get(**later)).is_some_and(|(entry, later)| later.size > entry && goes_on(later))
    };
    among.iter().filter(covers).copied()
}
