//! kill -9 at random instants of ingest, collection and erasure: what was acknowledged is there, nothing is half there.
//!
//! A hundred times unless `PEC_CRASHES` says otherwise (`cargo xtask crash 1000`).
#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use pec_archive::{Actor, Archive, Erasure, Error, Id, Intake};
use pec_core::trust::TrustStore;

const CHILD: &str = "PEC_CRASH_CHILD";

/// Long after every term.
const LATER: &str = "2040-01-01T00:00:00Z";

fn now() -> Timestamp {
    "2026-02-09T10:00:00Z".parse().unwrap()
}

/// A message of its own, with a body that some others share.
fn text(n: u64) -> Vec<u8> {
    crate::scene::message(&format!("{n}@x.example"), &format!("numero {n}"), 3000 + (n as usize % 3) * 60_000)
}

/// Threads that write, so that some share a commit, and one brings the log in beside the next.
const WRITERS: u64 = 5;

/// Writes for ever, and says what it has done when it is done.
#[test]
fn child() {
    let Ok(path) = std::env::var(CHILD) else { return };
    let (path, first) = path.rsplit_once('#').unwrap();
    let archive = Archive::open(Path::new(path)).unwrap();
    let first: u64 = first.parse().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let archive = &archive;
            scope.spawn(move || write(archive, first + writer));
        }
    });
}

fn write(archive: &Archive, first: u64) {
    let (host, trust) = (Actor::host(), TrustStore::built_in());
    let intake = Intake::new(&trust, now()).mailbox("x");
    let mut kept: Vec<Id> = Vec::new();
    // Not all of them do the same at the same time.
    for (turn, n) in (first % WRITERS..).zip((first..).step_by(WRITERS as usize)) {
        let put = if turn % 3 == 0 {
            archive.put_batch(&host, &intake, (0..4).map(|k| text(n * 10 + k)).collect()).unwrap()
        } else {
            vec![archive.put(&host, &intake, text(n * 10)).unwrap()]
        };
        for put in put {
            kept.push(put.id);
            // A line at a time goes out at once, and whole.
            println!("put {}", put.id);
        }
        if turn % 5 == 4 {
            let id = kept.swap_remove(0);
            // Said before it is done: from here on it may be gone.
            println!("erasing {id}");
            let done = archive.erase(&host, LATER.parse().unwrap(), &[id], "prova").unwrap();
            assert!(matches!(done[..], [Erasure::Erased { .. }]));
            println!("erased {id}");
        }
        if turn % 7 == 6 {
            archive.collect(&host).unwrap();
        }
    }
}

#[test]
fn nothing_that_was_acknowledged_is_lost() {
    let crashes: u64 = std::env::var("PEC_CRASHES").map_or(100, |text| text.parse().unwrap());
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    println!("seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    Archive::create(&path).unwrap();
    let (mut there, mut gone, mut open) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut state = seed | 1;
    for crash in 0..crashes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::child", "--nocapture"])
            .env(CHILD, format!("{}#{}", path.display(), crash * 100_000))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let (send, lines) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            BufReader::new(out).lines().map_while(Result::ok).for_each(|line| drop(send.send(line)));
        });
        // After some acknowledgements, at some instant of what comes next.
        let mut said: Vec<String> = lines.iter().take((state % 40) as usize).collect();
        std::thread::sleep(Duration::from_micros(state >> 20 & 0x3fff));
        child.kill().unwrap();
        child.wait().unwrap();
        reader.join().unwrap();
        said.extend(lines);
        for line in said {
            // A last line that was cut off acknowledges nothing.
            let Some((what, Ok(id))) = line.split_once(' ').map(|(what, id)| (what, id.parse::<Id>())) else {
                continue;
            };
            match what {
                "put" => {
                    there.insert(id);
                }
                "erasing" => {
                    there.remove(&id);
                    open.insert(id);
                }
                "erased" => {
                    open.remove(&id);
                    gone.insert(id);
                }
                _ => {}
            }
        }
        // All of it is read again each time: in a long campaign, where it grows, less often.
        if crash % 10.max(crashes / 20) == 0 || crash + 1 == crashes {
            look(&path, &there, &gone, &open);
        }
    }
    assert!(there.len() > crashes as usize && !gone.is_empty(), "{} put, {} erased", there.len(), gone.len());
    println!("{crashes} crashes, {} messages kept, {} erased", there.len(), gone.len());
}

fn look(path: &Path, there: &BTreeSet<Id>, gone: &BTreeSet<Id>, open: &BTreeSet<Id>) {
    let archive = Archive::open(path).unwrap();
    let host = Actor::host();
    let check = archive.check(&host, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(check.is_clean(), "{check:?}");
    for id in there {
        assert_eq!(Id::of(&archive.get(&host, *id).unwrap()), *id);
        archive.entry(&host, *id).unwrap();
    }
    for id in gone {
        assert!(matches!(archive.get(&host, *id), Err(Error::NotFound(_))));
        assert!(matches!(archive.entry(&host, *id), Err(Error::NotFound(_))));
    }
    for id in open {
        // Here or gone, never half.
        assert_eq!(archive.get(&host, *id).is_ok(), archive.entry(&host, *id).is_ok());
    }
}
