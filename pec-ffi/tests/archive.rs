//! An archive through the functions that C calls: time-stamped by an authority, proven years later, and every report the same
//! bytes that the program `pec` prints. The program is the one that cargo has built beside this test.

#![cfg(feature = "archive")]
#![allow(unsafe_code, reason = "the functions are called as C calls them")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::ffi::{CString, c_void};
use std::fs;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};
use std::process::Command;

use ::pec_sandbox::{Moment, World};
use jiff::Timestamp;
use pec::*;

const NOW: &str = "2026-03-01T12:00:00Z";
const LATER: &str = "2033-01-01T00:00:00Z";

fn conformance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance")
}

fn seconds(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

/// A text for C.
fn text(text: &str) -> CString {
    CString::new(text).unwrap()
}

fn made<T>(call: impl FnOnce(&mut MaybeUninit<Option<Box<T>>>) -> pec_result) -> Box<T> {
    let mut place = MaybeUninit::new(None);
    assert_eq!(call(&mut place), pec_result::PEC_OK);
    // SAFETY: it was made with a value.
    unsafe { place.assume_init() }.unwrap()
}

/// What a call writes, copied.
fn bytes(call: impl FnOnce(&mut MaybeUninit<pec_bytes>) -> pec_result) -> Vec<u8> {
    let mut place = MaybeUninit::uninit();
    assert_eq!(call(&mut place), pec_result::PEC_OK);
    // SAFETY: it was written by the call.
    let bytes: pec_bytes = unsafe { place.assume_init() };
    // SAFETY: the bytes of an object that is still there.
    unsafe { std::slice::from_raw_parts(bytes.data, bytes.len) }.to_vec()
}

fn read(text: &pec_text) -> String {
    String::from_utf8(bytes(|out| pec_text_bytes(Some(text), Some(out)))).unwrap()
}

/// What work comes to.
fn report(work: &pec_work) -> String {
    loop {
        let event: Box<pec_event> = made(|out| pec_event_next(Some(work), 60_000, Some(out)));
        let mut kind = MaybeUninit::uninit();
        assert_eq!(pec_event_what(Some(&event), Some(&mut kind)), pec_result::PEC_OK);
        // SAFETY: it was written by the call.
        match unsafe { kind.assume_init() } {
            pec_event_kind::PEC_EVENT_PROGRESS => {}
            kind => {
                assert_eq!(kind, pec_event_kind::PEC_EVENT_FINISHED);
                return read(&made(|out| pec_work_report(Some(work), Some(out), None)));
            }
        }
    }
}

struct Kit {
    folder: tempfile::TempDir,
    world: World,
    trust: Box<pec_trust_store>,
    intake: Box<pec_intake>,
    archive: Box<pec_archive>,
}

impl Kit {
    /// The messages of one transaction, delivered.
    fn new() -> Self {
        let (folder, world) = (tempfile::tempdir().unwrap(), World::new().unwrap());
        let mut trust: Box<pec_trust_store> = made(|out| pec_trust_store_built_in(Some(out), None));
        let anchor = fs::read(conformance().join("artefacts/root.crt")).unwrap();
        // SAFETY: the bytes of a vector, with their length.
        let result = unsafe { pec_trust_store_add_host_anchor(Some(&mut trust), anchor.as_ptr(), anchor.len(), None) };
        assert_eq!(result, pec_result::PEC_OK);
        let time = &world.time_root.certificate.der;
        fs::write(folder.path().join("time.der"), time).unwrap();
        // SAFETY: the bytes of a vector, with their length.
        let result =
            unsafe { pec_trust_store_add_time_stamp_anchor(Some(&mut trust), time.as_ptr(), time.len(), None) };
        assert_eq!(result, pec_result::PEC_OK);
        let intake: Box<pec_intake> = made(|out| pec_intake_new(Some(&trust), Some(out), None));
        let path = text(folder.path().join("posta è.pecarchive").to_str().unwrap());
        // SAFETY: a text that ends with NUL.
        let archive: Box<pec_archive> = made(|out| unsafe { pec_archive_create(path.as_ptr(), Some(out), None) });
        Self { folder, world, trust, intake, archive }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn import(&self) -> String {
        let from = text(conformance().join("reconcile/state-delivered").to_str().unwrap());
        let (archive, intake) = (Some(&*self.archive), Some(&*self.intake));
        // SAFETY: a text that ends with NUL.
        let work: Box<pec_work> =
            made(|out| unsafe { pec_work_import(archive, intake, from.as_ptr(), seconds(NOW), 1, Some(out), None) });
        report(&work)
    }

    /// Has the log stamped by the authority of the sandbox.
    fn stamp(&self, at: &str) -> (pec_result, String) {
        unsafe extern "C" fn ask(
            userdata: *mut c_void,
            note: Option<&pec_bytes>,
            token: *mut u8,
            room: usize,
            len: Option<&mut usize>,
        ) -> u32 {
            // SAFETY: what was given to the call that asks.
            let (world, at) = unsafe { &*userdata.cast::<(&World, Timestamp)>() };
            let note = note.unwrap();
            // SAFETY: what the archive lends.
            let note = unsafe { std::slice::from_raw_parts(note.data, note.len) };
            let made = world.stamper.token(note, Moment::new(*at, jiff::tz::Offset::UTC)).unwrap();
            assert!(made.len() <= room);
            // SAFETY: there is room for it.
            unsafe { token.copy_from_nonoverlapping(made.as_ptr(), made.len()) };
            *len.unwrap() = made.len();
            0
        }
        let mut given = (&self.world, at.parse::<Timestamp>().unwrap());
        let mut out = MaybeUninit::new(None);
        let (archive, trust, userdata) = (Some(&*self.archive), Some(&*self.trust), (&raw mut given).cast());
        // SAFETY: the function is called with what it expects, during the call.
        let result =
            unsafe { pec_archive_stamp(archive, trust, seconds(at), userdata, Some(ask), Some(&mut out), None) };
        // SAFETY: it was made with a value.
        let said: Option<Box<pec_text>> = unsafe { out.assume_init() };
        (result, said.map(|said| read(&said)).unwrap_or_default())
    }

    fn search(&self, query: &str, limit: usize) -> Box<pec_page> {
        let (archive, query) = (Some(&*self.archive), text(query));
        // SAFETY: a text that ends with NUL.
        made(|out| unsafe { pec_archive_search(archive, query.as_ptr(), 0, limit, Some(out), None) })
    }

    fn bundle(&self, pec_id: &str) -> Vec<u8> {
        let (archive, trust, pec_id) = (Some(&*self.archive), Some(&*self.trust), text(pec_id));
        // SAFETY: a text that ends with NUL.
        let blob: Box<pec_blob> =
            made(|out| unsafe { pec_archive_bundle(archive, trust, pec_id.as_ptr(), seconds(NOW), Some(out), None) });
        bytes(|out| pec_blob_bytes(Some(&blob), Some(out)))
    }

    fn proof(&self, bundle: &[u8]) -> String {
        let trust = Some(&*self.trust);
        // SAFETY: bytes with their length.
        let proof: Box<pec_proof> = made(|out| unsafe {
            pec_proof_check(trust, bundle.as_ptr(), bundle.len(), seconds(LATER), Some(out), None)
        });
        String::from_utf8(bytes(|out| pec_proof_json(Some(&proof), Some(out)))).unwrap()
    }

    fn pec_id(&self) -> String {
        let page = self.search("tipo:consegna", 1);
        let line = bytes(|out| pec_page_json(Some(&page), 0, Some(out)));
        let line: serde_json::Value = serde_json::from_slice(&line).unwrap();
        line["pec_id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_stamped_transaction_is_proven_seven_years_later() {
    let kit = Kit::new();
    assert_eq!(kit.stamp("2026-03-01T00:00:00Z").0, pec_result::PEC_ARCHIVE_TIME_STAMP, "nothing to stamp");
    let imported = kit.import();
    assert!(imported.starts_with(r#"{"schema":"pec-archive/1","report":"imported","new":"#), "{imported}");
    let pec_id = kit.pec_id();
    assert!(kit.proof(&kit.bundle(&pec_id)).contains(r#""witnessed":null"#));
    let (result, stamped) = kit.stamp("2026-03-02T00:00:00Z");
    assert_eq!(result, pec_result::PEC_OK);
    assert!(stamped.contains(r#""time":"2026-03-02T00:00:00Z","authority":"#), "{stamped}");
    let proof: serde_json::Value = serde_json::from_str(&kit.proof(&kit.bundle(&pec_id))).unwrap();
    assert_eq!(proof["faults"], serde_json::json!([]));
    let messages = proof["messages"].as_array().unwrap();
    assert!(!messages.is_empty() && messages.iter().all(|it| it["witnessed"]["at"] == "2026-03-02T00:00:00Z"));
    // The sandbox's authority lives until 2039.
    assert!(
        messages
            .iter()
            .all(|it| it["witnessed"]["borne_until"] == "2039-01-01T00:00:00Z" && it["witnessed"]["lapsed"] == false)
    );
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

#[test]
fn every_report_is_the_bytes_that_the_program_prints() {
    let Some(program) = program() else { return };
    let kit = Kit::new();
    kit.import();
    assert_eq!(kit.stamp("2026-03-02T00:00:00Z").0, pec_result::PEC_OK);
    let pec_id = kit.pec_id();
    let (archive, anchor) = (kit.path("posta è.pecarchive"), conformance().join("artefacts/root.crt"));
    let (anchor, time) = (anchor.to_str().unwrap(), kit.path("time.der"));
    let pec = |arguments: &[&str]| {
        let output = Command::new(&program).args(arguments).output().unwrap();
        assert!(output.status.code().is_some_and(|code| code < 2), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let on = Some(&*kit.archive);

    let page = kit.search("stato:consegnato", 2);
    let lines = bytes(|out| pec_page_lines(Some(&page), Some(out)));
    let printed = pec(&["archive", "search", &archive, "stato:consegnato", "--limit", "2", "--json"]);
    assert_eq!(printed, String::from_utf8(lines).unwrap());
    assert_eq!(printed.lines().count(), 3);

    let line = |text: String| text + "\n";
    let stats: Box<pec_text> = made(|out| pec_archive_stats(on, Some(out), None));
    assert_eq!(pec(&["archive", "stats", &archive, "--json"]), line(read(&stats)));
    let (traffic, months, all) = (text("traffic"), text("2026-01..2026-03"), text(""));
    for (form, option) in [("json", "--json"), ("csv-bom", "--bom")] {
        let form = text(form);
        let mut rows = MaybeUninit::uninit();
        let table: Box<pec_text> = made(|out| {
            let (kind, all, months) = (traffic.as_ptr(), all.as_ptr(), months.as_ptr());
            // SAFETY: texts that end with NUL.
            unsafe {
                pec_archive_report(
                    on,
                    kind,
                    all,
                    all,
                    months,
                    form.as_ptr(),
                    seconds(NOW),
                    Some(&mut rows),
                    Some(out),
                    None,
                )
            }
        });
        let printed = pec(&["report", "traffic", &archive, "--months", "2026-01..2026-03", "--now", NOW, option]);
        assert_eq!(printed.trim_end_matches('\n'), read(&table).trim_end_matches('\n'));
    }
    let check: Box<pec_work> = made(|out| pec_work_check(on, Some(out), None));
    assert_eq!(pec(&["archive", "check", &archive, "--json"]), line(report(&check)));
    let from = conformance().join("reconcile/state-delivered");
    let again = ["archive", "import", &archive, from.to_str().unwrap(), "--json", "--now", NOW, "--anchor", anchor];
    assert_eq!(pec(&again), line(kit.import()));
    let judged = ["--now", NOW, "--anchor", anchor];
    let reverify: Box<pec_work> =
        made(|out| pec_work_reverify(on, Some(&kit.intake), seconds(NOW), 1, Some(out), None));
    assert_eq!(pec(&[&["archive", "reverify", &archive, "--json"], &judged[..]].concat()), report(&reverify));

    let days = (seconds(LATER) - seconds(NOW)) / 86_400;
    let expiring: Box<pec_text> =
        made(|out| pec_archive_expiring(on, seconds(NOW), seconds(NOW) + days * 86_400, 1000, Some(out), None));
    let days = days.to_string();
    assert_eq!(pec(&["archive", "expiring", &archive, "--days", &days, "--now", NOW, "--json"]), read(&expiring));

    let bundle = kit.bundle(&pec_id);
    let file = kit.path("prova.zip");
    fs::write(&file, &bundle).unwrap();
    let verify = ["proof", "verify", &file, "--json", "--now", LATER, "--anchor", anchor, "--time-anchor", &time];
    assert_eq!(pec(&verify), line(kit.proof(&bundle)));
    let other = kit.path("altra.zip");
    pec(&[&["proof", "make", &archive, &pec_id, "-o", &other, "--time-anchor", &time], &judged[..]].concat());
    assert_eq!(fs::read(&other).unwrap(), bundle);

    let (to, producer) = (kit.path("versamenti"), "VATIT-12345678903=Ditta S.r.l.");
    let deposit: Box<pec_deposit> = {
        let producer = text(producer);
        // SAFETY: a text that ends with NUL.
        made(|out| unsafe { pec_deposit_new(producer.as_ptr(), Some(out), None) })
    };
    let (what, place) = (text(""), text(&to));
    // SAFETY: texts that end with NUL.
    let work: Box<pec_work> = made(|out| unsafe {
        let (intake, deposit) = (Some(&*kit.intake), Some(&*deposit));
        pec_work_deposit(on, intake, deposit, 0, what.as_ptr(), place.as_ptr(), seconds(NOW), 1, Some(out), None)
    });
    let made_by_c: serde_json::Value = serde_json::from_str(&report(&work)).unwrap();
    let package = made_by_c["packages"][0]["name"].as_str().unwrap().to_owned();
    let deposits: Box<pec_text> = made(|out| pec_archive_deposits(on, Some(out), None));
    assert_eq!(pec(&["archive", "deposit", "list", &archive, "--json"]), read(&deposits));
    let name = text(&package);
    // SAFETY: a text that ends with NUL.
    let deposited: Box<pec_text> = made(|out| unsafe { pec_archive_deposited(on, name.as_ptr(), Some(out), None) });
    assert_eq!(pec(&["archive", "deposit", "list", &archive, &package, "--json"]), read(&deposited));
    // Nothing is left to be made.
    let make = ["archive", "deposit", "make", &archive, "-o", &to, "--producer", producer, "--json"];
    // SAFETY: texts that end with NUL.
    let work: Box<pec_work> = made(|out| unsafe {
        let (intake, deposit) = (Some(&*kit.intake), Some(&*deposit));
        pec_work_deposit(on, intake, deposit, 0, what.as_ptr(), place.as_ptr(), seconds(NOW), 1, Some(out), None)
    });
    assert_eq!(pec(&[&make[..], &judged[..]].concat()), line(report(&work)));

    let id = {
        let line: serde_json::Value = serde_json::from_str(printed.lines().next().unwrap()).unwrap();
        line["id"].as_str().unwrap().to_owned()
    };
    let (ids, reason) = (text(&id), text("termine"));
    // SAFETY: texts that end with NUL.
    let kept: Box<pec_text> =
        made(|out| unsafe { pec_archive_erase(on, ids.as_ptr(), reason.as_ptr(), seconds(NOW), Some(out), None) });
    assert_eq!(pec(&["archive", "erase", &archive, &id, "--reason", "termine", "--now", NOW, "--json"]), read(&kept));
}

/// Who may do what, and the log as evidence: through C and through the program the same lines.
#[test]
fn lists_refusals_and_evidence_are_the_bytes_that_the_program_prints() {
    let Some(program) = program() else { return };
    let kit = Kit::new();
    let (archive, on) = (kit.path("posta è.pecarchive"), Some(&*kit.archive));
    let pec = |arguments: &[&str]| {
        let output = Command::new(&program).args(arguments).args(["--json", "--now", NOW]).output().unwrap();
        assert!(output.status.code().is_some_and(|code| code < 2), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let commands = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/organisation.jsonl");
    assert!(!pec(&["org", "act", &archive, commands]).contains(r#""refused":{"#));
    let again = text(r#"{"command":"suspend-user","user":"anna"}"#);
    // SAFETY: a text that ends with NUL.
    let events: Box<pec_text> =
        made(|out| unsafe { pec_archive_act(on, again.as_ptr(), seconds(NOW), Some(out), None) });
    assert_eq!(pec(&["user", "restore", &archive, "anna"]), read(&events).replace("user-suspended", "user-restored"));
    for name in pec_core::delegation::Listing::NAMES {
        let (listing, empty) = (text(name), text(""));
        // SAFETY: texts that end with NUL.
        let listed: Box<pec_text> = made(|out| unsafe {
            let (listing, empty) = (listing.as_ptr(), empty.as_ptr());
            pec_archive_listing(on, listing, empty, 0, empty, seconds(NOW), Some(out), None)
        });
        let listed = read(&listed);
        assert_eq!(pec(&["org", "show", &archive, name]), listed);
        let is_filled = !["catalogues", "mandates", "shares", "roles", "requests", "due"].contains(&name);
        assert_eq!(!listed.is_empty(), is_filled, "{name}");
    }
    let rows: Box<pec_text> = made(|out| pec_archive_log(on, 0, 1000, Some(out), None));
    let shown = Command::new(&program).args(["log", "show", &archive, "--json", "--limit", "1000"]).output().unwrap();
    assert_eq!(String::from_utf8(shown.stdout).unwrap(), read(&rows));
    let roots: Box<pec_kept_roots> = made(|out| pec_kept_roots_new(Some(out), None));
    let mut clean = MaybeUninit::uninit();
    let check: Box<pec_text> = made(|out| {
        let (trust, roots) = (Some(&*kit.trust), Some(&*roots));
        pec_archive_verify_log(on, trust, roots, seconds(NOW), Some(&mut clean), Some(out), None)
    });
    // SAFETY: it was written by the call.
    assert_eq!(unsafe { clean.assume_init() }, 1);
    assert_eq!(pec(&["log", "verify", &archive]), read(&check) + "\n");
    let proof: Box<pec_text> = made(|out| pec_archive_prove_entry(on, 2, 0, Some(out), None));
    let proven = Command::new(&program).args(["log", "prove", &archive, "2"]).output().unwrap();
    assert_eq!(String::from_utf8(proven.stdout).unwrap(), read(&proof) + "\n");
}
