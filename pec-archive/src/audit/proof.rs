//! Proofs out of the tree, for whoever has a root and not the archive (RFC 9162 §2.1.3, §2.1.4).

use pec_core::delegation::Denied;
use serde::{Deserialize, Serialize};
use tlog_tiles::{Hash, check_record, check_tree, prove_record, prove_tree, record_hash};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::log::{self, Nodes};

/// That an entry is in the log of a certain root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryProof {
    /// Its number.
    pub n: u64,
    /// Entries under the root.
    pub size: u64,
    /// The entry as it was logged.
    pub entry: String,
    /// The nodes beside the way to the root, from the entry up.
    pub path: Vec<Id>,
}

/// That a log holds everything that it held when it was smaller, in the same order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrowthProof {
    /// Entries under the earlier root.
    pub from: u64,
    /// Entries under the later one.
    pub to: u64,
    /// The nodes that lead to both.
    pub path: Vec<Id>,
}

/// A proof that does not lead to the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not lead to this root")]
pub struct NotProven;

fn hash(id: &Id) -> Hash {
    Hash(*id.as_bytes())
}

impl EntryProof {
    /// Whether the log with this root has this entry at this place.
    ///
    /// # Errors
    /// [`NotProven`].
    pub fn check(&self, root: Id) -> Result<(), NotProven> {
        let path = self.path.iter().map(hash).collect();
        check_record(&path, self.size, hash(&root), self.n, record_hash(self.entry.as_bytes())).map_err(|_| NotProven)
    }
}

impl GrowthProof {
    /// Whether the log with the later root begins with all that is under the earlier one.
    ///
    /// # Errors
    /// [`NotProven`].
    pub fn check(&self, earlier: Id, later: Id) -> Result<(), NotProven> {
        let path = self.path.iter().map(hash).collect();
        check_tree(&path, self.to, hash(&later), self.from, hash(&earlier)).map_err(|_| NotProven)
    }
}

impl Archive {
    /// The proof that entry `n` is in the log as it was with `size` entries; with all that it has now where that is not said.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such entry, or the log has not that many; [`Error::Damaged`].
    pub fn prove_entry(&self, actor: &Actor, n: u64, size: Option<u64>) -> Result<EntryProof> {
        let asked = Asked::new(actor, Call::Log);
        self.read_for(&asked, |view| {
            let all = log::size(view)?;
            let size = size.unwrap_or(all);
            if size > all || n >= size {
                return Err(Error::NotFound(format!("entry {n} of {size}, of a log of {all}")));
            }
            let entry = view.log_entry(n)?.ok_or_else(|| log::broken(format!("entry {n} is missing")))?;
            let sight = self.sight(view, &asked)?;
            if !self.shows_entry(view, &sight, n, &entry)? {
                return Err(Error::Denied(Denied::nobody(&format!("entry {n}"))));
            }
            let path = Nodes::ask(view, |nodes| prove_record(size, n, nodes))?;
            Ok(EntryProof { n, size, entry, path: ids(path) })
        })
    }

    /// The proof that the log with `to` entries holds all that it held with `from`; with all that it has now where that is not
    /// said.
    ///
    /// # Errors
    /// [`Error::NotFound`] where `from` is nothing or more than `to`, or the log has not that many; [`Error::Damaged`].
    pub fn prove_growth(&self, _: &Actor, from: u64, to: Option<u64>) -> Result<GrowthProof> {
        self.read(|view| {
            let all = log::size(view)?;
            let to = to.unwrap_or(all);
            if to > all || from == 0 || from > to {
                return Err(Error::NotFound(format!("entries {from} to {to}, of a log of {all}")));
            }
            let path = Nodes::ask(view, |nodes| prove_tree(to, from, nodes))?;
            Ok(GrowthProof { from, to, path: ids(path) })
        })
    }
}

fn ids(path: Vec<Hash>) -> Vec<Id> {
    path.into_iter().map(|hash| Id::of_digest(hash.0)).collect()
}
