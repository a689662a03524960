//! SQLite's way to the system, with the disk in between: the default file system layer of this process.
//!
//! Everything is done on real files by SQLite's own layer, locks and shared memory too; the disk is told of it, and says
//! which call fails. A file of ours is a file of that layer under another table of methods.

#![allow(unsafe_code, reason = "SQLite calls its file system layer through C")]

use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::ffi;

use crate::disk::{Call, Disk, Failure, Verdict};

type Methods = &'static ffi::sqlite3_io_methods;

/// The disk that is told.
static DISK: Mutex<Option<Disk>> = Mutex::new(None);

/// Files that are open, by the address at which SQLite keeps them.
static OPEN: Mutex<BTreeMap<usize, Handle>> = Mutex::new(BTreeMap::new());

/// SQLite's own layer.
static REAL: OnceLock<Layer> = OnceLock::new();

struct Layer(*mut ffi::sqlite3_vfs);

// SAFETY: a registered layer lives as long as the process, and SQLite itself calls it on any thread.
unsafe impl Send for Layer {}
// SAFETY: as above.
unsafe impl Sync for Layer {}

#[derive(Clone, Copy)]
struct Handle {
    /// On the disk, where it is followed.
    file: Option<usize>,
    real: Methods,
}

/// The disk, whoever else holds it.
pub(crate) fn disk() -> MutexGuard<'static, Option<Disk>> {
    DISK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks the disk, where there is one.
fn ask(question: impl FnOnce(&mut Disk) -> Verdict) -> Verdict {
    disk().as_mut().map_or(Verdict::Done, question)
}

fn handle(file: *mut ffi::sqlite3_file) -> Handle {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)[&(file as usize)]
}

fn real() -> *mut ffi::sqlite3_vfs {
    REAL.get().map_or(std::ptr::null_mut(), |layer| layer.0)
}

/// Puts the disk between SQLite and the system, once a process.
pub(crate) fn install() {
    REAL.get_or_init(|| {
        // SAFETY: SQLite gives its default layer, which lives as long as the process.
        let real = unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) };
        // SAFETY: the pointer was just given; a copy of the table calls the same functions.
        let mut ours = unsafe { *real };
        ours.zName = c"pec-power".as_ptr();
        ours.pNext = std::ptr::null_mut();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        // SAFETY: the table is leaked, so that it lives as long as the process.
        let outcome = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1) };
        assert_eq!(outcome, ffi::SQLITE_OK);
        Layer(real)
    });
}

/// Ours in the place of the layer's: its methods, but for those of which the disk is told.
fn methods(real: Methods) -> *const ffi::sqlite3_io_methods {
    static TABLES: Mutex<BTreeMap<usize, usize>> = Mutex::new(BTreeMap::new());
    let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
    let ours = tables.entry(std::ptr::from_ref(real) as usize).or_insert_with(|| {
        let mut ours = *real;
        // Without memory maps of the file, of whose writes nobody would be told.
        ours.iVersion = 2;
        ours.xClose = Some(close);
        ours.xRead = Some(read);
        ours.xWrite = Some(write);
        ours.xTruncate = Some(truncate);
        ours.xSync = Some(sync);
        ours.xShmMap = real.xShmMap.map(|_| map as _);
        std::ptr::from_ref(Box::leak(Box::new(ours))) as usize
    });
    *ours as *const _
}

/// What SQLite's own layer answers when the system fails so.
const fn code(call: Call, failure: Failure) -> c_int {
    match (call, failure) {
        (Call::Memory, _) => ffi::SQLITE_IOERR_SHMSIZE,
        (Call::Open, _) => ffi::SQLITE_CANTOPEN,
        (Call::Write, Failure::Full | Failure::Short) => ffi::SQLITE_FULL,
        (Call::Write, Failure::Broken) => ffi::SQLITE_IOERR_WRITE,
        (Call::Read, _) => ffi::SQLITE_IOERR_READ,
        (Call::Truncate, _) => ffi::SQLITE_IOERR_TRUNCATE,
        (Call::Sync, _) => ffi::SQLITE_IOERR_FSYNC,
        (Call::Delete, _) => ffi::SQLITE_IOERR_DELETE,
    }
}

/// Does `work` unless the call fails.
fn unless(call: Call, verdict: Verdict, work: impl FnOnce() -> c_int) -> c_int {
    match verdict {
        Verdict::Done => work(),
        Verdict::Fails(failure) => code(call, failure),
        Verdict::Dead => ffi::SQLITE_IOERR,
    }
}

/// The path that SQLite gives.
///
/// # Safety
/// `name` is a text that ends with a zero byte.
unsafe fn path<'a>(name: *const c_char) -> &'a Path {
    // SAFETY: by this function's own condition.
    let name = unsafe { CStr::from_ptr(name) };
    Path::new(OsStr::from_bytes(name.to_bytes()))
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let creates = flags & ffi::SQLITE_OPEN_CREATE != 0;
    let (verdict, known) = if name.is_null() {
        (Verdict::Done, None)
    } else {
        // SAFETY: SQLite gives names that end with a zero byte.
        let path = unsafe { path(name) };
        let log = flags & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL) != 0;
        match disk().as_mut() {
            Some(disk) if creates || path.exists() => disk.open(path, log),
            _ => (Verdict::Done, None),
        }
    };
    // SAFETY: SQLite gives room for a file; one without methods is not closed.
    unsafe { (*file).pMethods = std::ptr::null() };
    unless(Call::Open, verdict, || {
        let real = real();
        // SAFETY: the layer was given by SQLite and every layer can open; SQLite's own arguments are handed on.
        let outcome = unsafe { (*real).xOpen.unwrap()(real, name, file, flags, out) };
        // SAFETY: the layer has set the methods, or left them null.
        if let Some(real) = unsafe { (*file).pMethods.as_ref() } {
            let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
            open.insert(file as usize, Handle { file: known, real });
            // SAFETY: `file` is SQLite's, and `methods` gives a table that is never freed.
            unsafe { (*file).pMethods = methods(real) };
        }
        outcome
    })
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: SQLite gives names that end with a zero byte.
    let path = unsafe { path(name) };
    unless(Call::Delete, ask(|disk| disk.delete(path, sync != 0)), || {
        let real = real();
        // SAFETY: SQLite's own arguments are handed on to its own layer.
        unsafe { (*real).xDelete.unwrap()(real, name, sync) }
    })
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let known = OPEN.lock().unwrap_or_else(PoisonError::into_inner).remove(&(file as usize)).unwrap();
    // SAFETY: the file was opened by the layer whose method this is.
    unsafe { known.real.xClose.unwrap()(file) }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, amount: c_int, at: i64) -> c_int {
    let known = handle(file);
    let verdict = if known.file.is_some() { ask(Disk::read) } else { Verdict::Done };
    // SAFETY: the file was opened by the layer whose method this is; SQLite's own arguments are handed on.
    unless(Call::Read, verdict, || unsafe { known.real.xRead.unwrap()(file, to, amount, at) })
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, amount: c_int, at: i64) -> c_int {
    let known = handle(file);
    let verdict = known.file.map_or(Verdict::Done, |known| {
        // SAFETY: SQLite gives `amount` bytes.
        let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), amount as usize) };
        ask(|disk| disk.write(known, at as usize, bytes))
    });
    if verdict == Verdict::Fails(Failure::Short) {
        // SAFETY: as below, with half of the bytes.
        unsafe { known.real.xWrite.unwrap()(file, from, amount / 2, at) };
    }
    // SAFETY: the file was opened by the layer whose method this is; SQLite's own arguments are handed on.
    unless(Call::Write, verdict, || unsafe { known.real.xWrite.unwrap()(file, from, amount, at) })
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let known = handle(file);
    let verdict = known.file.map_or(Verdict::Done, |known| ask(|disk| disk.truncate(known, size as usize)));
    // SAFETY: the file was opened by the layer whose method this is; SQLite's own arguments are handed on.
    unless(Call::Truncate, verdict, || unsafe { known.real.xTruncate.unwrap()(file, size) })
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    let known = handle(file);
    let verdict = known.file.map_or(Verdict::Done, |known| ask(|disk| disk.sync(known)));
    // The disk of the model has synced; the one below need not.
    unless(Call::Sync, verdict, || ffi::SQLITE_OK)
}

unsafe extern "C" fn map(
    file: *mut ffi::sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    let known = handle(file);
    let verdict = if known.file.is_some() && extend != 0 { ask(Disk::memory) } else { Verdict::Done };
    // SAFETY: the file was opened by the layer whose method this is; SQLite's own arguments are handed on.
    unless(Call::Memory, verdict, || unsafe { known.real.xShmMap.unwrap()(file, page, size, extend, out) })
}
