//! A disk as the worst one that POSIX allows.
//!
//! What was synced stays. Of what was written since, any part may be there after a cut: whole writes, single sectors of
//! 512 bytes, the new size without the new bytes, names of files that were created or deleted. A sector is written whole
//! or not at all, and its neighbours are left alone (SQLite's "powersafe overwrite").

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a sector of any disk is at least.
const SECTOR: usize = 512;

/// Random numbers that can be had again (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`.
    pub(crate) const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True `n` times of a hundred.
    const fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }
}

/// What SQLite asks of the system that changes something, or reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Read,
    Write,
    Truncate,
    Sync,
    Open,
    Delete,
    /// Memory that the users of an archive share, a file too.
    Memory,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// EIO.
    Broken,
    /// ENOSPC.
    Full,
    /// Half of a write, then ENOSPC.
    Short,
}

/// What is going to happen.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Plan {
    /// Power goes during a call that changes something, which may be half done.
    pub(crate) cut: Option<Cut>,
    /// This call of its kind fails; with `lasting`, those after it too.
    pub(crate) fault: Option<Fault>,
    /// A disk that says that it has synced, and has not.
    pub(crate) lies: bool,
}

/// At the `nth` call, of this kind or of any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    pub(crate) at: Option<Call>,
    pub(crate) nth: u64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) call: Call,
    pub(crate) nth: u64,
    pub(crate) lasting: bool,
    pub(crate) failure: Failure,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    Fails(Failure),
    /// There is no power any more.
    Dead,
}

enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Size(usize),
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Write { at, bytes } => {
                let end = at + bytes.len();
                if to.len() < end {
                    to.resize(end, 0);
                }
                to[*at..end].copy_from_slice(bytes);
            }
            Self::Size(size) => to.resize(*size, 0),
        }
    }
}

/// A file, whatever name it has.
#[derive(Default)]
struct File {
    synced: Vec<u8>,
    /// Since then, in their order.
    told: Vec<Change>,
    /// Its first sync makes its name last, as SQLite's own file system layer sees to for its logs.
    new: bool,
}

impl File {
    fn sync(&mut self) {
        for change in self.told.drain(..) {
            change.apply(&mut self.synced);
        }
    }

    /// What may be left of it.
    fn left(&self, random: &mut Random, dropped: &mut u64) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        let kept = [0, 10, 50, 90, 100][random.below(5) as usize];
        for change in &self.told {
            if random.percent(kept) {
                change.apply(&mut bytes);
                continue;
            }
            *dropped += 1;
            let Change::Write { at, bytes: new } = change else { continue };
            let end = at + new.len();
            match random.below(4) {
                // Some sectors of it.
                0 => {
                    let mut from = *at;
                    while from < end {
                        let until = ((from / SECTOR + 1) * SECTOR).min(end);
                        if random.percent(50) {
                            let part = new[from - at..until - at].to_vec();
                            Change::Write { at: from, bytes: part }.apply(&mut bytes);
                        }
                        from = until;
                    }
                }
                // The size alone, with whatever stood there on the disk.
                1 if bytes.len() < end => {
                    let noise = random.percent(50);
                    while bytes.len() < end {
                        bytes.push(if noise { random.next() as u8 } else { 0 });
                    }
                }
                _ => {}
            }
        }
        bytes
    }
}

/// What is left after a cut: files by name.
pub(crate) type Left = BTreeMap<PathBuf, Vec<u8>>;

/// The disk of one machine: the files below one folder.
pub(crate) struct Disk {
    root: PathBuf,
    files: Vec<File>,
    /// Names as programs see them, and as they are after a cut.
    live: BTreeMap<PathBuf, usize>,
    synced: BTreeMap<PathBuf, usize>,
    plan: Plan,
    /// Calls since the plan was made: of the kind at which power goes, of the kind that is to fail.
    changes: u64,
    alike: u64,
    random: Random,
    left: Option<Left>,
    /// Changes that a cut has undone, over the life of the disk.
    pub(crate) dropped: u64,
    /// The call at which the power went.
    pub(crate) cut_at: Option<Call>,
    /// Whether the fault of the plan was met.
    pub(crate) failed: bool,
}

impl Disk {
    /// With the files that are in the folder, all of them synced.
    pub(crate) fn new(root: &Path, seed: u64) -> Self {
        let mut disk = Self {
            root: root.to_owned(),
            files: Vec::new(),
            live: BTreeMap::new(),
            synced: BTreeMap::new(),
            plan: Plan::default(),
            changes: 0,
            alike: 0,
            random: Random::new(seed),
            left: None,
            dropped: 0,
            cut_at: None,
            failed: false,
        };
        for entry in std::fs::read_dir(root).unwrap() {
            let path = entry.unwrap().path();
            // Shared memory is lost with the power.
            if !path.to_string_lossy().ends_with("-shm") {
                disk.found(&path);
            }
        }
        disk
    }

    pub(crate) fn plan(&mut self, plan: Plan) {
        (self.plan, self.changes, self.alike, self.failed) = (plan, 0, 0, false);
    }

    pub(crate) const fn is_dead(&self) -> bool {
        self.left.is_some()
    }

    /// Takes away the power, if it is still there; gives what is left.
    pub(crate) fn cut(&mut self) -> Left {
        if let Some(left) = &self.left {
            return left.clone();
        }
        let names: BTreeSet<&PathBuf> = self.live.keys().chain(self.synced.keys()).collect();
        let mut left = Left::new();
        for name in names {
            let (now, synced) = (self.live.get(name), self.synced.get(name));
            let file = if now == synced || self.random.percent(50) { now } else { synced };
            if let Some(file) = file {
                left.insert(name.clone(), self.files[*file].left(&mut self.random, &mut self.dropped));
            }
        }
        self.left = Some(left.clone());
        left
    }

    /// The bytes of a file as programs see them, without opening it beside SQLite, which would lose its locks by that.
    pub(crate) fn now(&self, path: &Path) -> Vec<u8> {
        let Some(file) = self.live.get(path) else { return Vec::new() };
        let File { synced, told, .. } = &self.files[*file];
        let mut bytes = synced.clone();
        told.iter().for_each(|change| change.apply(&mut bytes));
        bytes
    }

    /// A file that was there before SQLite opened it.
    fn found(&mut self, path: &Path) -> usize {
        let file = self.files.len();
        self.files.push(File { synced: std::fs::read(path).unwrap(), ..File::default() });
        self.live.insert(path.to_owned(), file);
        self.synced.insert(path.to_owned(), file);
        file
    }

    /// Whether this call fails.
    fn meet(&mut self, call: Call) -> Verdict {
        if self.is_dead() {
            return Verdict::Dead;
        }
        if let Some(fault) = self.plan.fault.filter(|fault| fault.call == call) {
            self.alike += 1;
            if self.alike == fault.nth || fault.lasting && self.alike > fault.nth {
                self.failed = true;
                return Verdict::Fails(fault.failure);
            }
        }
        Verdict::Done
    }

    /// Whether the power goes during this call.
    fn outlives(&mut self, call: Call, verdict: Verdict) -> Verdict {
        let Some(cut) = self.plan.cut.filter(|cut| cut.at.is_none_or(|at| at == call)) else { return verdict };
        self.changes += 1;
        if verdict != Verdict::Dead && self.changes == cut.nth {
            self.cut();
            self.cut_at = Some(call);
            return Verdict::Dead;
        }
        verdict
    }

    /// Opens a file; nothing is followed outside of the folder of the disk.
    pub(crate) fn open(&mut self, path: &Path, creates_log: bool) -> (Verdict, Option<usize>) {
        if !path.starts_with(&self.root) {
            return (Verdict::Done, None);
        }
        let verdict = self.meet(Call::Open);
        if verdict != Verdict::Done {
            return (verdict, None);
        }
        if let Some(file) = self.live.get(path) {
            return (verdict, Some(*file));
        }
        if path.exists() {
            return (verdict, Some(self.found(path)));
        }
        let file = self.files.len();
        self.files.push(File { new: creates_log, ..File::default() });
        self.live.insert(path.to_owned(), file);
        (self.outlives(Call::Open, verdict), Some(file))
    }

    pub(crate) fn read(&mut self) -> Verdict {
        self.meet(Call::Read)
    }

    pub(crate) fn memory(&mut self) -> Verdict {
        self.meet(Call::Memory)
    }

    pub(crate) fn write(&mut self, file: usize, at: usize, bytes: &[u8]) -> Verdict {
        let verdict = self.meet(Call::Write);
        let written = match verdict {
            Verdict::Done => bytes.len(),
            Verdict::Fails(Failure::Short) => bytes.len() / 2,
            _ => return verdict,
        };
        self.files[file].told.push(Change::Write { at, bytes: bytes[..written].to_vec() });
        self.outlives(Call::Write, verdict)
    }

    pub(crate) fn truncate(&mut self, file: usize, size: usize) -> Verdict {
        let verdict = self.meet(Call::Truncate);
        if verdict == Verdict::Done {
            self.files[file].told.push(Change::Size(size));
        }
        self.outlives(Call::Truncate, verdict)
    }

    pub(crate) fn sync(&mut self, file: usize) -> Verdict {
        let verdict = self.meet(Call::Sync);
        let verdict = self.outlives(Call::Sync, verdict);
        match verdict {
            Verdict::Done if !self.plan.lies => {
                self.files[file].sync();
                if std::mem::take(&mut self.files[file].new) {
                    self.synced = self.live.clone();
                }
            }
            // The system forgets what it could not write, and says so only once.
            Verdict::Fails(_) => {
                let random = &mut self.random;
                let File { synced, told, .. } = &mut self.files[file];
                told.drain(..).filter(|_| random.percent(50)).for_each(|change| change.apply(synced));
            }
            _ => {}
        }
        verdict
    }

    pub(crate) fn delete(&mut self, path: &Path, sync: bool) -> Verdict {
        if !path.starts_with(&self.root) {
            return Verdict::Done;
        }
        let verdict = self.meet(Call::Delete);
        if verdict == Verdict::Done {
            self.live.remove(path);
        }
        let verdict = self.outlives(Call::Delete, verdict);
        if verdict == Verdict::Done && sync && !self.plan.lies {
            self.synced = self.live.clone();
        }
        verdict
    }
}

#[test]
fn what_is_synced_stays_and_what_is_not_may_go() {
    let (mut whole, mut none, mut torn) = (false, false, false);
    for seed in 0..200 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut disk = Disk::new(folder.path(), seed);
        let (_, file) = disk.open(&path, true);
        disk.write(file.unwrap(), 0, &[1; 4 * SECTOR]);
        disk.sync(file.unwrap());
        disk.write(file.unwrap(), SECTOR, &[2; 2 * SECTOR]);
        let left = disk.cut();
        let bytes = &left[&path];
        assert!(bytes[..SECTOR].iter().chain(&bytes[3 * SECTOR..]).all(|byte| *byte == 1));
        let halves = [bytes[SECTOR], bytes[2 * SECTOR]];
        whole |= halves == [2, 2];
        none |= halves == [1, 1];
        torn |= halves[0] != halves[1];
    }
    assert!(whole && none && torn);
}
