//! A store that is written to only under the keys under which it is sealed: another process may have registered one since this
//! handle was opened, or which they are can no longer be read. What would be written without them nobody could tell from damage,
//! and what is sealed would pass for damage and be replaced.

use std::path::Path;
use std::sync::Arc;

use crate::error::Result;
use crate::seal::Seal;
use crate::store::{Backend, Change, View};

#[derive(Debug)]
pub(crate) struct Guarded<B> {
    backend: B,
    seal: Arc<Seal>,
}

impl<B: Backend> Guarded<B> {
    pub(crate) const fn new(backend: B, seal: Arc<Seal>) -> Self {
        Self { backend, seal }
    }
}

impl<B: Backend> Backend for Guarded<B> {
    fn read(&self, work: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.backend.read(work)
    }

    fn change(&self, work: &mut dyn FnMut(&dyn Change) -> Result<()>) -> Result<()> {
        self.backend.change(&mut |change| {
            if change.others_wrote() {
                self.seal.still_fits(&change.keys()?)?;
            }
            work(change)
        })
    }

    fn tidy(&self) {
        self.backend.tidy();
    }

    fn writable(&self) -> Result<()> {
        self.backend.writable()
    }

    fn wipe(&self) -> Result<()> {
        self.backend.wipe()
    }

    fn scrub(&self) -> Result<()> {
        self.backend.scrub()
    }

    fn backup(&self, to: &Path) -> Result<()> {
        self.backend.backup(to)
    }

    fn path(&self) -> Option<&Path> {
        self.backend.path()
    }

    fn are_own(&self, paths: &[&Path]) -> Vec<bool> {
        self.backend.are_own(paths)
    }
}
