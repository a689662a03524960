//! The committed corpus of the fuzz targets, replayed on the stable toolchain: every file, every assertion.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::Path;

#[path = "../../fuzz/src/lib.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    reason = "the library of the fuzz targets, which stop where they fail; seeds use more of it"
)]
mod targets;

/// `deep`: files that must get behind the first refusal, or the corpus tests nothing.
fn replay(name: &str, target: fn(&[u8]) -> bool, deep: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut reached = 0;
    for file in &files {
        // The last one printed is the one that fails.
        println!("{}", file.display());
        reached += usize::from(target(&fs::read(file).unwrap()));
    }
    assert!(reached >= deep, "{reached} of {} files", files.len());
    assert!(!target(b""));
}

#[test]
fn mime() {
    replay("mime", targets::mime, 15);
}

#[test]
fn cms() {
    replay("cms", targets::cms, 20);
}

#[test]
fn path() {
    replay("path", targets::path, 15);
}

#[test]
fn daticert() {
    replay("daticert", targets::daticert, 30);
}

#[test]
fn verify() {
    replay("verify", targets::verify, 25);
}

/// The authority of the path target, which signs whatever a mutation has made, is trusted where nothing is wrong.
#[test]
fn path_game() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/path");
    let trusted = |name: &str| targets::path(&fs::read(folder.join(name)).unwrap());
    assert!(trusted("quick") && trusted("quick-root") && trusted("quick-list-other") && trusted("quick-2014"));
    assert!(!trusted("quick-list") && !trusted("quick-policy"));
    let mut wrong = fs::read(folder.join("quick")).unwrap();
    let end = wrong.len() - 1;
    wrong[end] ^= 1;
    assert!(trusted("quick-direct") && targets::path(&wrong), "the last signature is made anew");
}
