//! A computer with a disk that can lose power.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::disk::{Call, Disk, Left, Plan, Random};
use crate::shim;

/// The file system layer belongs to the whole process: one machine at a time.
static TURN: Mutex<()> = Mutex::new(());

pub(crate) struct Machine {
    folder: tempfile::TempDir,
    starts: u64,
    pub(crate) random: Random,
    _turn: MutexGuard<'static, ()>,
}

impl Machine {
    /// Switched on, with an empty disk.
    pub(crate) fn new(seed: u64) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        shim::install();
        let folder = tempfile::tempdir().unwrap();
        let mut machine = Self { folder, starts: 0, random: Random::new(seed), _turn: turn };
        machine.start(&Left::new());
        machine
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join(self.starts.to_string())
    }

    /// Where the archive is on the present disk.
    pub(crate) fn path(&self) -> PathBuf {
        self.root().join("a.pecarchive")
    }

    /// Switched on, with these files on a new disk. Nothing of the old one is open any more.
    pub(crate) fn start(&mut self, files: &Left) {
        let old = self.root();
        self.starts += 1;
        let root = self.root();
        std::fs::create_dir(&root).unwrap();
        for (path, bytes) in files {
            std::fs::write(root.join(path.file_name().unwrap()), bytes).unwrap();
        }
        // Shared memory is a file, of which anything may be left.
        if !files.is_empty() && self.random.below(2) == 0 {
            let noise: Vec<u8> = (0..4096).flat_map(|_| self.random.next().to_le_bytes()).collect();
            std::fs::write(root.join("a.pecarchive-shm"), noise).unwrap();
        }
        *shim::disk() = Some(Disk::new(&root, self.random.next()));
        let _ = std::fs::remove_dir_all(old);
    }

    /// Asks the disk.
    pub(crate) fn disk<T>(&self, ask: impl FnOnce(&mut Disk) -> T) -> T {
        ask(shim::disk().as_mut().unwrap())
    }

    pub(crate) fn plan(&self, plan: Plan) {
        self.disk(|disk| disk.plan(plan));
    }

    /// Takes the power away, if that has not happened, and gives it back; all handles are closed. Gives the number of
    /// changes that were lost, and at which call the power went.
    pub(crate) fn restart(&mut self) -> (u64, Option<Call>) {
        let left = self.disk(Disk::cut);
        let what = self.disk(|disk| (disk.dropped, disk.cut_at));
        self.start(&left);
        what
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        *shim::disk() = None;
    }
}
