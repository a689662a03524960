//! The tree of the log worked out anew from its entries, in one pass along both.

use std::collections::VecDeque;

use tlog_tiles::{Hash, node_hash, record_hash};

use super::{BrokenEntry, Flaw};
use crate::care::readable;
use crate::error::Result;
use crate::store::View;

/// Nodes that are read together.
const NODES: usize = 16_384;

/// How far the log is what was logged.
pub(super) struct Walked {
    /// Entries, from the first on, that are.
    pub(super) sound: u64,
    /// The first that is not.
    pub(super) broken: Option<BrokenEntry>,
    /// The root over the first entries, at each of the sizes that were asked for and that are reached.
    pub(super) roots: Vec<(u64, Hash)>,
    /// The root over all that are sound.
    pub(super) root: Hash,
}

/// The roots of the complete subtrees of a growing tree, the largest first.
#[derive(Default)]
struct Grown {
    subtrees: Vec<Hash>,
    size: u64,
}

impl Grown {
    /// Adds a leaf; shows the nodes that it completes, in the order in which C2SP tlog-tiles numbers them, as long as `same`
    /// says that they are what is stored. Gives the level of the first that is not.
    fn push(&mut self, leaf: Hash, mut same: impl FnMut(&Hash) -> Result<bool>) -> Result<Option<u32>> {
        let mut node = leaf;
        let mut left = self.subtrees.len();
        for level in 0..=self.size.trailing_ones() {
            if level > 0 {
                left -= 1;
                node = node_hash(self.subtrees[left], node);
            }
            if !same(&node)? {
                return Ok(Some(level));
            }
        }
        self.subtrees.truncate(left);
        self.subtrees.push(node);
        self.size += 1;
        Ok(None)
    }

    fn root(&self) -> Hash {
        let mut subtrees = self.subtrees.iter().rev().copied();
        let last = subtrees.next().unwrap_or(Hash(EMPTY));
        subtrees.fold(last, |right, left| node_hash(left, right))
    }
}

/// The root of no entries: the digest of nothing (RFC 9162 §2.1.1).
const EMPTY: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// The stored nodes, one after the other.
struct Stored<'v> {
    view: &'v dyn View,
    read: VecDeque<(i64, [u8; 32])>,
    next: i64,
}

impl<'v> Stored<'v> {
    const fn new(view: &'v dyn View) -> Self {
        Self { view, read: VecDeque::new(), next: 0 }
    }

    /// The node that comes next; `None` where none bears its number.
    fn next(&mut self) -> Result<Option<Hash>> {
        if self.read.is_empty() {
            // From the very first on: a node below the first is one that nobody logged.
            let first = if self.next == 0 { i64::MIN } else { self.next };
            self.read = self.view.log_nodes_from(first, NODES)?.into();
        }
        let node = self.read.pop_front_if(|(number, _)| *number == self.next);
        self.next += 1;
        Ok(node.map(|(_, node)| Hash(node)))
    }

    fn is_at_end(&mut self) -> Result<bool> {
        Ok(self.read.is_empty() && self.view.log_nodes_from(self.next, 1)?.is_empty())
    }
}

/// Goes along the log as far as it is what was logged. `sizes` are in order.
pub(super) fn walk(view: &dyn View, sizes: &[u64]) -> Result<Walked> {
    let mut tree = Grown::default();
    let mut stored = Stored::new(view);
    let (mut roots, mut sizes) = (Vec::new(), sizes.iter().copied().peekable());
    let (mut flaw, mut detail) = (None, None);
    let mut reach = |tree: &Grown, roots: &mut Vec<(u64, Hash)>| {
        while sizes.next_if(|size| *size <= tree.size).is_some_and(|size| size == tree.size) {
            roots.push((tree.size, tree.root()));
        }
    };
    reach(&tree, &mut roots);
    let read = view.log_entries(i64::MIN, &mut |n, entry| {
        if u64::try_from(n) != Ok(tree.size) {
            flaw = Some(if n < 0 { Flaw::Inserted } else { Flaw::Removed });
            return Ok(false);
        }
        let leaf = record_hash(entry.as_bytes());
        let mut missing = false;
        let level = tree.push(leaf, |node| {
            let found = stored.next()?;
            missing = found.is_none();
            Ok(found == Some(*node))
        })?;
        flaw = match level {
            None => None,
            // Behind the last node it stands beside the tree; before it, the tree has lost one.
            Some(0) if missing && stored.is_at_end()? => Some(Flaw::Inserted),
            Some(0) if !missing => Some(Flaw::Edited),
            Some(_) => Some(Flaw::Tree),
        };
        reach(&tree, &mut roots);
        Ok(flaw.is_none())
    });
    match read {
        Ok(()) => {}
        Err(error) if error.is_local() => (flaw, detail) = (Some(Flaw::Unreadable), Some(error.to_string())),
        Err(error) => return Err(error),
    }
    // Nodes without an entry: it was taken from the end.
    if flaw.is_none() && !ended(&mut stored)? {
        flaw = Some(Flaw::Removed);
    }
    let n = tree.size;
    if flaw == Some(Flaw::Edited) {
        flaw = readable(named(view, n))?.or(flaw);
    }
    let broken = flaw.map(|flaw| BrokenEntry { n, flaw, detail, checkpoint: None });
    Ok(Walked { sound: n, broken, roots, root: tree.root() })
}

fn ended(stored: &mut Stored<'_>) -> Result<bool> {
    match stored.is_at_end() {
        Err(error) if error.is_local() => Ok(false),
        ended => ended,
    }
}

/// What was done to entry `n`, which is not what was logged: told by where its text was logged, and where what was logged in
/// its place stands now.
fn named(view: &dyn View, n: u64) -> Result<Flaw> {
    let stands = view.log_entry(n)?.map(|entry| record_hash(entry.as_bytes()));
    let (Some(logged), Some(stands)) = (leaf(view, n)?, stands) else { return Ok(Flaw::Edited) };
    let mut moved_to = None;
    view.log_entries(n as i64 + 1, &mut |at, entry| {
        moved_to = (record_hash(entry.as_bytes()) == logged).then_some(at);
        Ok(moved_to.is_none())
    })?;
    let mut came_from = None;
    for at in n + 1.. {
        match leaf(view, at)? {
            Some(leaf) if leaf == stands => came_from = Some(at),
            Some(_) => continue,
            None => {}
        }
        break;
    }
    Ok(match (moved_to, came_from) {
        (None, None) => Flaw::Edited,
        (Some(_), None) => Flaw::Inserted,
        (None, Some(_)) => Flaw::Removed,
        (Some(_), Some(_)) => Flaw::Reordered,
    })
}

/// The stored hash of an entry.
fn leaf(view: &dyn View, n: u64) -> Result<Option<Hash>> {
    let node = view.log_nodes(&[tlog_tiles::stored_hash_index(0, n)])?;
    Ok(node.first().copied().flatten().map(Hash))
}

/// The number of the first entry that is not what was logged, or cannot be read.
pub(crate) fn first_broken(view: &dyn View) -> Result<Option<u64>> {
    Ok(walk(view, &[])?.broken.map(|broken| broken.n))
}
