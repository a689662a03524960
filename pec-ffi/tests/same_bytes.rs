//! What the program `pec` prints and what C gets are the same bytes: every message of conformance/, folders of
//! conformance/reconcile/ whole. The program is the one that cargo has built beside this test.

#![allow(unsafe_code, reason = "the functions are called as C calls them")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::ffi::{CString, c_char};
use std::fs;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::process::Command;

use pec::*;

const NOW: &str = "2026-03-01T12:00:00Z";

fn conformance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance")
}

/// The program, where the whole workspace was built.
fn program() -> Option<PathBuf> {
    let deps = std::env::current_exe().unwrap();
    let program = deps.parent().unwrap().parent().unwrap().join("pec");
    if !program.exists() {
        println!("skipped: {} is built with the tests of pec-cli", program.display());
    }
    program.exists().then_some(program)
}

fn by_program(program: &Path, command: &str, folder: &Path) -> String {
    let mut pec = Command::new(program);
    pec.args([command, "--json", "--now", NOW, "--anchor"]).arg(conformance().join("artefacts/root.crt")).arg(folder);
    let output = pec.output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn made<T>(call: impl FnOnce(&mut MaybeUninit<Option<Box<T>>>) -> pec_result) -> Box<T> {
    let mut place = MaybeUninit::new(None);
    assert_eq!(call(&mut place), pec_result::PEC_OK);
    // SAFETY: it was made with a value.
    unsafe { place.assume_init() }.unwrap()
}

fn verifier() -> Box<pec_verifier> {
    let mut trust: Box<pec_trust_store> = made(|out| pec_trust_store_built_in(Some(out), None));
    let anchor = fs::read(conformance().join("artefacts/root.crt")).unwrap();
    // SAFETY: the bytes of a vector, with their length.
    let result = unsafe { pec_trust_store_add_host_anchor(Some(&mut trust), anchor.as_ptr(), anchor.len(), None) };
    assert_eq!(result, pec_result::PEC_OK);
    made(|out| pec_verifier_new(Some(&trust), Some(out), None))
}

/// What a flat call writes, asked for twice: for its size, then for itself.
fn written(call: impl Fn(*mut c_char, usize, &mut MaybeUninit<usize>) -> pec_result) -> String {
    let mut need = MaybeUninit::new(0);
    assert_eq!(call(std::ptr::null_mut(), 0, &mut need), pec_result::PEC_BUFFER_TOO_SMALL);
    // SAFETY: it was made with a value.
    let mut buffer = vec![0_u8; unsafe { need.assume_init() }];
    assert_eq!(call(buffer.as_mut_ptr().cast(), buffer.len(), &mut need), pec_result::PEC_OK);
    assert_eq!(buffer.pop(), Some(0));
    String::from_utf8(buffer).unwrap()
}

#[test]
fn every_message_is_judged_as_by_the_program() {
    let Some(program) = program() else { return };
    let (verifier, now) = (verifier(), NOW.parse::<jiff::Timestamp>().unwrap().as_second());
    let folder = conformance();
    let path = CString::new(folder.to_str().unwrap()).unwrap();
    // SAFETY: a text that ends with NUL, and a buffer with its size.
    let c = written(|buf, cap, need| unsafe {
        pec_verify_folder_at_json(Some(&verifier), path.as_ptr(), now, buf, cap, Some(need))
    });
    let rust = by_program(&program, "verify", &folder);
    assert!(rust.lines().count() > 800, "only {} messages", rust.lines().count());
    for (rust, c) in rust.lines().zip(c.lines()) {
        assert_eq!(rust, c);
    }
    assert_eq!(rust.len(), c.len());
}

#[test]
fn folders_are_linked_as_by_the_program() {
    let Some(program) = program() else { return };
    let (verifier, now) = (verifier(), NOW.parse::<jiff::Timestamp>().unwrap().as_second());
    let mut folders: Vec<_> =
        fs::read_dir(conformance().join("reconcile")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let some: Vec<_> = folders.into_iter().step_by(8).collect();
    assert!(some.len() > 15);
    let (mut dossiers, own) = (0, c"");
    for folder in some.iter().chain([&conformance().join("reconcile")]) {
        let path = CString::new(folder.to_str().unwrap()).unwrap();
        // SAFETY: texts that end with NUL, and a buffer with its size.
        let c = written(|buf, cap, need| unsafe {
            pec_link_folder_at_json(Some(&verifier), path.as_ptr(), own.as_ptr(), now, 0, buf, cap, Some(need))
        });
        assert_eq!(by_program(&program, "link", folder), c, "{}", folder.display());
        dossiers += c.matches("\"pec_id\":").count();
    }
    assert!(dossiers > 30, "only {dossiers} dossiers");
}
