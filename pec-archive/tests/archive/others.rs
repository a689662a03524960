//! An archive among other processes, other users, other disks and other clocks.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pec_archive::search::Query;
use pec_archive::{Actor, Archive, Cursor, Erasure, Error, Id, Intake, Stored};
use pec_core::trust::TrustStore;

/// What a child of this program is told to do: a word, and what it needs.
const TASK: &str = "PEC_OTHER_TASK";

/// Nobody, on every system.
const NOBODY: u32 = 65_534;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn text(n: u64) -> Vec<u8> {
    crate::scene::message(&format!("{n}@x.example"), &format!("numero {n}"), 3000 + (n as usize % 3) * 20_000)
}

fn fresh() -> (tempfile::TempDir, PathBuf, Archive) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    let archive = Archive::create(&path).unwrap();
    (folder, path, archive)
}

fn put(archive: &Archive, n: u64) -> Result<pec_archive::Put, Error> {
    let trust = TrustStore::built_in();
    archive.put(&Actor::host(), &Intake::new(&trust, at("2026-02-09T10:00:00Z")).mailbox("x"), text(n))
}

fn is_clean(archive: &Archive) {
    let check = archive.check(&Actor::host(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(check.is_clean(), "{check:?}");
}

fn messages(archive: &Archive) -> usize {
    archive.search(&Actor::host(), &Query::parse("").unwrap(), None, 100_000).unwrap().entries.len()
}

/// Whoever reads an older state keeps what is written anew from replacing what stands in the file: then nothing is written anew.
#[test]
fn nothing_is_written_anew_while_somebody_reads_an_older_state() {
    let (_folder, path, archive) = fresh();
    for n in 0..20 {
        put(&archive, n).unwrap();
    }
    let reader = rusqlite::Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM message").unwrap();
    put(&archive, 20).unwrap();
    let log = || std::fs::metadata(format!("{}-wal", path.display())).map_or(0, |log| log.len());
    let before = log();
    assert!(matches!(archive.scrub(&Actor::host()), Err(Error::Locked)));
    assert!(before > 0 && log() <= before, "{} for {before}", log());
    // Nor does anybody who opens it then wait for that reader, again and again.
    let other = Archive::open(&path).unwrap();
    for n in 21..25 {
        put(&other, n).unwrap();
    }
    reader.execute_batch("COMMIT").unwrap();
    archive.scrub(&Actor::host()).unwrap();
    assert_eq!((log(), messages(&archive)), (0, 25));
    is_clean(&archive);
}

#[test]
fn who_is_older_writes_nothing_more_once_a_newer_version_has_been_here() {
    let (_folder, path, archive) = fresh();
    put(&archive, 1).unwrap();
    let newer = rusqlite::Connection::open(&path).unwrap();
    let format: u32 = newer.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    newer.pragma_update(None, "user_version", format + 1).unwrap();
    assert!(matches!(put(&archive, 2), Err(Error::Newer { found, .. }) if found == format + 1));
    newer.pragma_update(None, "user_version", format).unwrap();
    put(&archive, 3).unwrap();
    assert_eq!(messages(&archive), 2);
}

/// Another process of this program, doing `task`.
fn other(task: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "others::child", "--nocapture"]).env(TASK, task);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn ended_well(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The other process.
#[test]
fn child() {
    let Ok(task) = std::env::var(TASK) else { return };
    let (what, rest) = task.split_once(' ').unwrap();
    let trust = TrustStore::built_in();
    let intake = Intake::new(&trust, at("2026-02-09T10:00:00Z")).mailbox("y");
    match what {
        // `write FIRST PATH`: thirty messages one by one.
        "write" => {
            let (first, path) = rest.split_once(' ').unwrap();
            let archive = Archive::open(Path::new(path)).unwrap();
            let first: u64 = first.parse().unwrap();
            for n in first..first + 30 {
                assert_eq!(put(&archive, n).unwrap().stored, Stored::New);
            }
        }
        // `batches PATH`: thirty batches of seven.
        "batches" => {
            let archive = Archive::open(Path::new(rest)).unwrap();
            for n in 0..30 {
                let batch = (0..7).map(|k| text(n * 10 + k)).collect();
                archive.put_batch(&Actor::host(), &intake, batch).unwrap();
            }
        }
        // `hold PATH`: the lock of a writer, until the other side has had enough.
        "hold" => {
            let connection = rusqlite::Connection::open(rest).unwrap();
            connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            println!("\nheld");
            std::thread::sleep(Duration::from_secs(60));
        }
        // `names -`: archives in this folder, under names that SQLite would take for something else.
        "names" => {
            for name in
                ["file:a.pecarchive", "a?mode=ro&cache=shared#x%20.pecarchive", ":memory:", "file:/etc/passwd?x=1"]
            {
                let path = Path::new(name);
                if name.contains('/') {
                    std::fs::create_dir_all("file:/etc").unwrap();
                }
                let archive = Archive::create(path).unwrap();
                put(&archive, 1).unwrap();
                assert!(path.metadata().unwrap().len() > 8192, "{name}");
                assert!(archive.path().is_absolute() && archive.path().ends_with(name));
                let copy = format!("file:copia di {}", name.replace(['/', ':'], "_"));
                archive.backup(&Actor::host(), Path::new(&copy)).unwrap();
                drop(archive);
                for name in [name, &copy] {
                    assert_eq!(messages(&Archive::open_read_only(Path::new(name)).unwrap()), 1, "{name}");
                }
                assert!(matches!(Archive::create(path), Err(Error::Exists(_))));
            }
        }
        // `read-only PATH`: as a user who may not write.
        "read-only" => read_only(Path::new(rest)),
        _ => panic!("{task}"),
    }
}

#[test]
fn two_processes_write_one_archive() {
    let (_folder, path, archive) = fresh();
    let children = [1000, 2000].map(|first| other(&format!("write {first} {}", path.display())).spawn().unwrap());
    for n in 3000..3030 {
        put(&archive, n).unwrap();
    }
    for child in children {
        ended_well(child);
    }
    assert_eq!(messages(&archive), 90);
    for n in (1000..1030).chain(2000..2030).chain(3000..3030) {
        let bytes = text(n);
        assert_eq!(archive.get(&Actor::host(), Id::of(&bytes)).unwrap(), bytes);
    }
    assert_eq!(archive.log_root(&Actor::host()).unwrap().0, 90);
    is_clean(&archive);
}

#[test]
fn a_reader_sees_whole_batches_while_another_process_writes() {
    let (_folder, path, archive) = fresh();
    drop(archive);
    let mut child = other(&format!("batches {}", path.display())).spawn().unwrap();
    let archive = Archive::open_read_only(&path).unwrap();
    let (host, query) = (Actor::host(), Query::parse("casella:y numero").unwrap());
    let (mut seen, mut last) = (BTreeSet::new(), 0);
    loop {
        let ended = child.try_wait().unwrap().is_some();
        let page = archive.search(&host, &query, None, 1000).unwrap();
        let number = page.entries.len();
        assert_eq!(number % 7, 0, "half of a batch");
        assert!(number >= last, "what was seen is gone");
        // Whatever is listed can be read.
        if let Some(entry) = page.entries.first() {
            assert_eq!(Id::of(&archive.get(&host, entry.id).unwrap()), entry.id);
        }
        last = number;
        seen.insert(number);
        if ended {
            break;
        }
    }
    ended_well(child);
    assert_eq!(last, 210);
    assert!(seen.len() > 3, "it was over before it was looked at: {seen:?}");
}

#[test]
fn an_archive_in_the_folder_that_it_imports_keeps_its_locks() {
    let (folder, path, archive) = fresh();
    for n in 0..3 {
        std::fs::write(folder.path().join(format!("{n}.eml")), text(n)).unwrap();
    }
    std::os::unix::fs::symlink(&path, folder.path().join("z.eml")).unwrap();
    let (host, trust) = (Actor::host(), TrustStore::built_in());
    let intake = Intake::new(&trust, at("2026-02-09T10:00:00Z"));
    let paths = [folder.path().to_owned()];
    let imported = archive.import(&host, &intake, &paths, &mut |_| ControlFlow::Continue(())).unwrap();
    // Had its own files been opened and closed, another process would take itself for the last, and take its log away.
    ended_well(other(&format!("write 1000 {}", path.display())).spawn().unwrap());
    put(&archive, 5).unwrap();
    assert!(folder.path().join("a.pecarchive-wal").exists(), "what is written now is lost with this process");
    assert_eq!((imported.new, imported.exceptions.len()), (3, 0), "{imported:?}");
    assert_eq!(messages(&archive), 34);
    is_clean(&archive);
}

#[test]
fn a_clock_that_goes_backwards_disorders_nothing() {
    let (_folder, _, archive) = fresh();
    let (host, trust) = (Actor::host(), TrustStore::built_in());
    let days = ["2026-02-09T10:00:00Z", "2020-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2026-02-08T00:00:00Z"];
    for (n, day) in (0..40).zip(days.iter().cycle()) {
        // Half of them state no date of their own: they are ordered by the clock.
        let bytes = match n % 8 {
            0..4 => text(n),
            _ => format!("Message-ID: <{n}@x.example>\r\n\r\nnumero {n}\r\n").into_bytes(),
        };
        archive.put(&host, &Intake::new(&trust, at(day)), bytes).unwrap();
    }
    // Every page goes on where the last one ended, and each message comes once, newest first.
    let query = Query::parse("").unwrap();
    let (mut from, mut ids, mut cursors) = (None, Vec::new(), Vec::new());
    loop {
        let page = archive.search(&host, &query, from, 7).unwrap();
        ids.extend(page.entries.iter().map(|entry| entry.id));
        cursors.extend(page.next.map(Cursor::to_number));
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (40, 40));
    assert!(cursors.is_sorted_by(|a, b| a > b));
    // The log is in the order of what was done, whatever the clock said.
    let entries: Vec<String> = (0..40).map(|n| archive.log_entry(&host, n).unwrap().unwrap()).collect();
    assert!(entries.iter().zip(days.iter().cycle()).all(|(entry, day)| entry.contains(day)), "{entries:?}");
    is_clean(&archive);
    // What a clock before its storing is asked about is not over.
    assert_eq!(archive.expiring(&host, at("1969-01-01T00:00:00Z"), at("1969-02-01T00:00:00Z"), 10).unwrap().terms, []);
    let erased = archive.erase(&host, at("1969-06-01T00:00:00Z"), &ids, "prova").unwrap();
    assert!(erased.iter().all(|erasure| matches!(erasure, Erasure::Refused(_))));
}

#[test]
fn a_writer_that_does_not_end_is_told_and_waited_for() {
    let (_folder, path, archive) = fresh();
    put(&archive, 1).unwrap();
    let mut child = other(&format!("hold {}", path.display())).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "held"));
    let begun = Instant::now();
    let error = put(&archive, 2).unwrap_err();
    assert_eq!(error.code(), "archive.locked");
    assert!(begun.elapsed() >= Duration::from_secs(9));
    // Readers are not kept waiting.
    assert_eq!(messages(&archive), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    put(&archive, 2).unwrap();
    is_clean(&archive);
}

#[test]
fn a_newer_archive_is_not_touched() {
    let (_folder, path, archive) = fresh();
    put(&archive, 1).unwrap();
    drop(archive);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    connection.pragma_update(None, "journal_mode", "DELETE").unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    for opened in [Archive::open(&path), Archive::open_read_only(&path)] {
        let error = opened.unwrap_err();
        assert_eq!(error.code(), "archive.newer");
        assert!(error.to_string().starts_with("format 99, this version knows up to "), "{error}");
    }
    assert!(std::fs::read(&path).unwrap() == before);
}

#[test]
fn an_archive_that_is_gone_takes_nothing() {
    let (folder, path, archive) = fresh();
    put(&archive, 1).unwrap();
    let host = Actor::host();
    let moved = folder.path().join("b.pecarchive");
    let is_told = |archive: &Archive| {
        let errors = [
            put(archive, 2).unwrap_err(),
            archive.get(&host, Id::of(&text(1))).unwrap_err(),
            archive.collect(&host).unwrap_err(),
            archive.check(&host, &mut |_| ControlFlow::Continue(())).unwrap_err(),
            archive.backup(&host, &folder.path().join("c.pecarchive")).unwrap_err(),
            archive.tag(&host, at("2026-02-09T10:00:00Z"), &[Id::of(&text(1))], "t").unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.code() == "archive.moved"), "{errors:?}");
    };
    std::fs::rename(&path, &moved).unwrap();
    is_told(&archive);
    // Back in its place it is the archive again.
    std::fs::rename(&moved, &path).unwrap();
    put(&archive, 2).unwrap();
    // Another file under its name is not.
    let other = folder.path().join("d.pecarchive");
    drop(Archive::create(&other).unwrap());
    std::fs::rename(&path, &moved).unwrap();
    std::fs::rename(&other, &path).unwrap();
    is_told(&archive);
    std::fs::remove_file(&path).unwrap();
    is_told(&archive);
    std::fs::rename(&moved, &path).unwrap();
    assert_eq!(messages(&archive), 2);
    is_clean(&archive);
}

#[test]
fn a_path_is_a_path_whatever_it_looks_like() {
    let folder = tempfile::tempdir().unwrap();
    ended_well(other("names -").current_dir(folder.path()).spawn().unwrap());
    assert!(!folder.path().join("a.pecarchive").exists());
}

#[test]
fn a_closed_archive_is_one_file() {
    let (folder, _, archive) = fresh();
    for n in 0..3 {
        put(&archive, n).unwrap();
        // Readers have been at it.
        assert_eq!(messages(&archive), n as usize + 1);
    }
    drop(archive);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["a.pecarchive"]);
}

/// What a user finds who may read the archive of `PATH` and write nothing.
fn read_only(path: &Path) {
    let folder = path.parent().unwrap();
    assert!(std::fs::write(folder.join("x"), b"").is_err(), "this user may write");
    assert_eq!(Archive::open(path).unwrap_err().code(), "archive.read_only");
    let archive = Archive::open_read_only(path).unwrap();
    assert_eq!(messages(&archive), 2);
    assert_eq!(archive.get(&Actor::host(), Id::of(&text(1))).unwrap(), text(1));
    is_clean(&archive);
    assert_eq!(put(&archive, 3).unwrap_err().code(), "archive.read_only");
    assert_eq!(Archive::create(&folder.join("new")).unwrap_err().code(), "archive.file");
    let hidden = folder.join("hidden.pecarchive");
    let error = Archive::open_read_only(&hidden).unwrap_err();
    assert!(
        matches!(&error, Error::File { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied),
        "{error:?}"
    );
    // What the last writer has not taken in cannot be read without writing.
    assert_eq!(Archive::open_read_only(&folder.join("logged.pecarchive")).unwrap_err().code(), "archive.read_only");
}

#[test]
fn who_may_only_read_reads_and_is_told_that_he_cannot_write() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    let (folder, path, archive) = fresh();
    put(&archive, 1).unwrap();
    put(&archive, 2).unwrap();
    drop(archive);
    let mode = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let hidden = folder.path().join("hidden.pecarchive");
    std::fs::copy(&path, &hidden).unwrap();
    mode(&hidden, 0o000);
    let logged = folder.path().join("logged.pecarchive");
    std::fs::copy(&path, &logged).unwrap();
    std::fs::write(folder.path().join("logged.pecarchive-wal"), [1; 64]).unwrap();
    for file in [&path, &logged] {
        mode(file, 0o444);
    }
    mode(folder.path(), 0o555);
    let task = format!("read-only {}", path.display());
    // The marks of a file do not bind the superuser: he looks with the eyes of nobody, by a program that nobody can reach.
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|found| {
        use std::os::unix::fs::MetadataExt as _;
        found.uid() == 0
    });
    let child = if is_root {
        let program = tempfile::Builder::new().prefix("pec").tempdir().unwrap();
        mode(program.path(), 0o755);
        let copy = program.path().join("others");
        std::fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
        let mut command = Command::new(&copy);
        command.args(["--exact", "others::child", "--nocapture"]).env(TASK, task).current_dir("/");
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).uid(NOBODY).gid(NOBODY);
        let child = command.spawn().unwrap();
        let said = ended_well(child);
        drop(program);
        said
    } else {
        ended_well(other(&task).spawn().unwrap())
    };
    assert!(child.contains("1 passed"), "{child}");
    mode(folder.path(), 0o755);
    // The superuser opens it as ever.
    mode(&path, 0o644);
    put(&Archive::open(&path).unwrap(), 3).unwrap();
}
