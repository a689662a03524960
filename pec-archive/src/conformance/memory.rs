//! An archive in memory, as plain as it can be: nothing of it is SQLite, so that what both do alike is the contract.
//!
//! Rows are a value that a change copies and puts back whole. Blobs live beside it, as in an object store: they are kept at
//! once, whatever becomes of the change.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::rows::State;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::{Backend, Blob, BlobStore, Change, PIECE, Piece, View};

/// An archive that is gone with the process.
#[derive(Debug, Default)]
pub struct Memory {
    state: Mutex<Arc<State>>,
    blobs: Mutex<BTreeMap<Id, Kept>>,
    /// Changes are one after the other.
    turn: Mutex<()>,
}

/// A blob.
#[derive(Debug)]
struct Kept {
    size: u64,
    pieces: Vec<Arc<[u8]>>,
}

impl Memory {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn session(&self, writes: bool) -> Session<'_> {
        let state = Arc::clone(&hold(&self.state));
        Session { memory: self, state: RefCell::new(state), removed: RefCell::default(), writes }
    }
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Backend for Memory {
    fn read(&self, work: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        work(&self.session(false))
    }

    fn change(&self, work: &mut dyn FnMut(&dyn Change) -> Result<()>) -> Result<()> {
        let _turn = hold(&self.turn);
        let session = self.session(true);
        work(&session)?;
        // Rows first: a blob that no row names may go later, one that a row names may not be missing.
        *hold(&self.state) = session.state.into_inner();
        let mut blobs = hold(&self.blobs);
        for id in session.removed.into_inner() {
            blobs.remove(&id);
        }
        Ok(())
    }

    fn writable(&self) -> Result<()> {
        Ok(())
    }

    fn scrub(&self) -> Result<()> {
        Ok(())
    }
}

/// A view or a change.
pub(super) struct Session<'m> {
    memory: &'m Memory,
    state: RefCell<Arc<State>>,
    /// Blobs that go with the commit.
    removed: RefCell<BTreeSet<Id>>,
    writes: bool,
}

impl Session<'_> {
    /// The rows.
    pub(super) fn rows(&self) -> Arc<State> {
        Arc::clone(&self.state.borrow())
    }

    /// Changes the rows.
    pub(super) fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(Arc::make_mut(&mut self.state.borrow_mut()))
    }

    fn has(&self, id: Id) -> bool {
        !self.removed.borrow().contains(&id) && hold(&self.memory.blobs).contains_key(&id)
    }

    /// Blobs and their bytes, as they are kept.
    pub(super) fn blobs(&self) -> (u64, u64) {
        let blobs = hold(&self.memory.blobs);
        let bytes = blobs.values().flat_map(|kept| &kept.pieces).map(|piece| piece.len() as u64).sum();
        (blobs.len() as u64, bytes)
    }
}

impl BlobStore for Session<'_> {
    fn missing(&self, ids: &[Id]) -> Result<Vec<Id>> {
        let missing: BTreeSet<Id> = ids.iter().copied().filter(|id| !self.has(*id)).collect();
        Ok(missing.into_iter().collect())
    }

    fn put(&self, blobs: &[Blob<'_>]) -> Result<()> {
        if !self.writes {
            return Err(Error::ReadOnly);
        }
        for blob in blobs {
            self.removed.borrow_mut().remove(&blob.id);
            let pieces = || blob.pieces.iter().map(|piece| piece.as_slice().into()).collect();
            hold(&self.memory.blobs).entry(blob.id).or_insert_with(|| Kept { size: blob.size, pieces: pieces() });
        }
        Ok(())
    }

    fn replace(&self, blobs: &[Blob<'_>]) -> Result<()> {
        for blob in blobs {
            hold(&self.memory.blobs).remove(&blob.id);
        }
        self.put(blobs)
    }

    fn get(&self, id: Id, take: &mut dyn FnMut(Piece<'_>) -> Result<()>) -> Result<()> {
        let damaged = |what: &str| Error::Damaged(format!("body {id}{what}"));
        let (size, pieces) = {
            let blobs = hold(&self.memory.blobs);
            let kept = blobs.get(&id).filter(|_| !self.removed.borrow().contains(&id));
            let kept = kept.ok_or_else(|| damaged(" is missing"))?;
            (kept.size, kept.pieces.clone())
        };
        if pieces.len() as u64 != size.div_ceil(PIECE as u64) {
            return Err(damaged(": a piece is missing"));
        }
        (0..).zip(&pieces).try_for_each(|(n, data)| take(Piece { n, blob_size: size, data }))
    }

    fn remove(&self, ids: &[Id]) -> Result<()> {
        if !self.writes {
            return Err(Error::ReadOnly);
        }
        self.removed.borrow_mut().extend(ids);
        Ok(())
    }

    fn list(&self, after: Option<Id>, limit: usize) -> Result<Vec<(Id, u64)>> {
        use std::ops::Bound::{Excluded, Unbounded};
        let (blobs, removed) = (hold(&self.memory.blobs), self.removed.borrow());
        let behind = blobs.range((after.map_or(Unbounded, Excluded), Unbounded));
        Ok(behind.filter(|(id, _)| !removed.contains(id)).map(|(id, kept)| (*id, kept.size)).take(limit).collect())
    }
}
