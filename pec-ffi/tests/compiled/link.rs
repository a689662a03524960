//! A mailbox of the sandbox, linked: by the example in C, and by the functions that C calls beside Rust.

#![allow(unsafe_code, reason = "the functions are called as C calls them")]

use std::ffi::CString;
use std::fs;
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::process::Command;

use ::pec_sandbox::network::{Mailbox, Network, Settings};
use jiff::{SignedDuration, Timestamp};
use pec::*;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::reconcile::examine::{Messages, examine};
use pec_core::reconcile::instant::Reading;
use pec_core::reconcile::page::{Entry, Page};
use pec_core::reconcile::{HashKey, Ledger, Record, Report, Source};
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::{Verification, Verifier};

use super::build::{PLAIN, run};
use super::programs::{builds, example, under_valgrind};

const ANNA: &str = "anna@pec.alfa.example";
const OFFICE: &str = "ufficio@cert.beta.example";
const FULL: &str = "piena@cert.beta.example";

/// What Anna sent and received, after a day: delivered to the office, failed at the full mailbox.
struct Correspondence {
    folder: tempfile::TempDir,
    anchor: Vec<u8>,
    now: Timestamp,
    messages: Vec<Vec<u8>>,
}

impl Correspondence {
    fn new() -> Self {
        let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())).unwrap();
        network.add(Mailbox::new(ANNA)).unwrap();
        network.add(Mailbox::new(OFFICE)).unwrap();
        network.add(Mailbox::full(FULL)).unwrap();
        let sent = format!(
            "From: {ANNA}\r\nTo: {OFFICE}, {FULL}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n\
             Message-ID: <1@ditta.example>\r\nSubject: Offerta\r\n\r\nBuongiorno.\r\n"
        )
        .into_bytes();
        let submitted = network.submit(ANNA, &[OFFICE, FULL], &sent).unwrap();
        assert!(!submitted.pec_id.is_empty());
        network.settle().unwrap();
        network.advance(SignedDuration::from_hours(24)).unwrap();
        let stored = network.messages(ANNA).unwrap();
        let messages: Vec<Vec<u8>> =
            std::iter::once(sent).chain(stored.iter().map(|stored| stored.bytes.clone())).collect();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("mail")).unwrap();
        for (number, bytes) in messages.iter().enumerate() {
            fs::write(folder.path().join(format!("mail/{number}.eml")), bytes).unwrap();
        }
        let anchor = network.anchor().der.clone();
        fs::write(folder.path().join("anchor.crt"), &anchor).unwrap();
        Self { folder, anchor, now: "2026-02-10T12:00:00Z".parse().unwrap(), messages }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[test]
fn the_example_prints_where_each_recipient_stands() {
    let mail = Correspondence::new();
    let check = |command: &mut Command, how: &str| {
        let (code, text) = run(command.arg(mail.path("mail")).arg(mail.path("anchor.crt")));
        assert_eq!(code, 0, "{how}: {text}");
        assert!(text.starts_with("Offerta\n"), "{how}: {text}");
        for (address, state) in [(OFFICE, "delivered"), (FULL, "failed")] {
            assert!(text.contains(&format!("  {address}: {state}\n")), "{how}: {text}");
        }
    };
    for build in builds() {
        check(&mut Command::new(build.program(&example("link.c"), mail.folder.path())), &format!("{build:?}"));
    }
    if let Some(mut command) = under_valgrind(&PLAIN.program(&example("link.c"), mail.folder.path())) {
        check(&mut command, "valgrind");
    }
}

/// The messages for Rust, verified once.
struct Shelf(Vec<(Message<Vec<u8>>, Verification)>);

impl Messages for Shelf {
    fn read(&mut self, source: Source) -> Option<(Message<Vec<u8>>, Verification)> {
        self.0.get(source.0 as usize).cloned()
    }

    fn name(&self, source: Source) -> String {
        source.0.to_string()
    }
}

/// The dossiers and the page, by Rust.
fn by_rust(mail: &Correspondence) -> (Vec<String>, String) {
    let trust = TrustStore::built_in().with_host_anchor(&mail.anchor).unwrap();
    let mut ledger = Ledger::new(HashKey::new([7; 16])).own_mailboxes([ANNA]);
    let mut shelf = Shelf(Vec::new());
    for (number, bytes) in (0..).zip(&mail.messages) {
        let message = Message::parse(bytes.clone(), &Limits::DEFAULT);
        let verification = Verifier::new(&trust).verify(&message, mail.now, &mut ChainCache::default());
        if let Some(record) = Record::of(Source(number), &message, &verification) {
            ledger.add(record).unwrap();
        }
        shelf.0.push((message, verification));
    }
    let name = |source: Source| source.0.to_string();
    let mut entries = Vec::new();
    for dossier in ledger.dossiers(mail.now) {
        let examination = examine(&dossier, &mut shelf, Reading::Art147);
        entries.push(Entry { dossier, examination });
    }
    let reports = entries.iter().map(|it| Report::new(&it.dossier, &it.examination, &name).to_json()).collect();
    let page =
        Page { language: pec_core::finding::Language::It, now: mail.now, entries: &entries, name: &name, lookups: &[] };
    (reports, page.to_html())
}

fn made<T>(call: impl FnOnce(&mut MaybeUninit<Option<Box<T>>>) -> pec_result) -> Box<T> {
    let mut place = MaybeUninit::new(None);
    assert_eq!(call(&mut place), pec_result::PEC_OK);
    // SAFETY: it was made with a value.
    unsafe { place.assume_init() }.unwrap()
}

/// What a call writes, copied.
fn written(call: impl FnOnce(&mut MaybeUninit<pec_bytes>) -> pec_result) -> String {
    let mut place = MaybeUninit::uninit();
    assert_eq!(call(&mut place), pec_result::PEC_OK);
    // SAFETY: it was written by the call.
    let bytes: pec_bytes = unsafe { place.assume_init() };
    // SAFETY: the bytes of an object that is still there.
    String::from_utf8(unsafe { std::slice::from_raw_parts(bytes.data, bytes.len) }.to_vec()).unwrap()
}

/// The same through the functions that C calls.
fn by_c(mail: &Correspondence) -> (Vec<String>, String) {
    let mut trust: Box<pec_trust_store> = made(|out| pec_trust_store_built_in(Some(out), None));
    let (anchor, len) = (mail.anchor.as_ptr(), mail.anchor.len());
    // SAFETY: the bytes of a vector, with their length.
    let result = unsafe { pec_trust_store_add_host_anchor(Some(&mut trust), anchor, len, None) };
    assert_eq!(result, pec_result::PEC_OK);
    let verifier: Box<pec_verifier> = made(|out| pec_verifier_new(Some(&trust), Some(out), None));
    let mut ledger: Box<pec_ledger> = made(|out| pec_ledger_new(Some(out), None));
    let own = CString::new(ANNA).unwrap();
    // SAFETY: a text that ends with NUL.
    let result = unsafe { pec_ledger_add_own_mailbox(Some(&mut ledger), own.as_ptr(), None) };
    assert_eq!(result, pec_result::PEC_OK);
    let now = mail.now.as_second();
    for (number, bytes) in mail.messages.iter().enumerate() {
        // SAFETY: the bytes of a vector, with their length.
        let message: Box<pec_message> =
            made(|out| unsafe { pec_message_parse(bytes.as_ptr(), bytes.len(), Some(out), None) });
        let verification: Box<pec_verification> =
            made(|out| pec_verify(Some(&verifier), Some(&message), now, Some(out), None));
        let name = CString::new(number.to_string()).unwrap();
        // SAFETY: a text that ends with NUL.
        let result = unsafe { pec_ledger_add(Some(&mut ledger), Some(&verification), name.as_ptr(), None) };
        assert_eq!(result, pec_result::PEC_OK);
    }
    let reading = pec_reading::PEC_READING_ART_147 as u32;
    let page: Box<pec_text> = made(|out| pec_ledger_page(Some(&ledger), now, reading, 0, Some(out), None));
    let dossiers: Box<pec_dossiers> = made(|out| pec_ledger_dossiers(Some(&ledger), now, reading, Some(out), None));
    // They live without the ledger.
    pec_ledger_free(Some(ledger));
    let mut count = MaybeUninit::uninit();
    assert_eq!(pec_dossiers_count(Some(&dossiers), Some(&mut count)), pec_result::PEC_OK);
    // SAFETY: it was written by the call.
    let count: usize = unsafe { count.assume_init() };
    every_field_is_in_the_report(&dossiers);
    let reports = (0..count).map(|index| written(|out| pec_dossiers_json(Some(&dossiers), index, Some(out)))).collect();
    (reports, written(|out| pec_text_bytes(Some(&page), Some(out))))
}

/// Every number of the enumeration names something that the report has.
fn every_field_is_in_the_report(dossiers: &pec_dossiers) {
    let mut found = 0;
    for field in 0..200 {
        let mut count = MaybeUninit::<usize>::uninit();
        match pec_dossiers_value_count(Some(dossiers), 0, field, Some(&mut count)) {
            pec_result::PEC_OK => found += 1,
            result => assert_eq!(result, pec_result::PEC_BAD_VALUE),
        }
    }
    assert_eq!(found, 74);
    for (field, index, expected) in [
        (pec_dossier_field::PEC_DOSSIER_SUBJECT, 0, Some("Offerta")),
        (pec_dossier_field::PEC_DOSSIER_MESSAGE_ID, 0, Some("1@ditta.example")),
        (pec_dossier_field::PEC_DOSSIER_RECIPIENT_STATE, 0, Some("delivered")),
        (pec_dossier_field::PEC_DOSSIER_CONTENT_CHECKED, 0, Some("compared")),
        (pec_dossier_field::PEC_DOSSIER_INSTANT_SIDE, 0, Some("sender")),
        (pec_dossier_field::PEC_DOSSIER_CLAIM_KIND, 0, None),
    ] {
        let mut place = MaybeUninit::uninit();
        let result = pec_dossiers_text(Some(dossiers), 0, field as u32, index, Some(&mut place));
        let Some(expected) = expected else {
            assert_eq!(result, pec_result::PEC_ABSENT, "{field:?}");
            continue;
        };
        assert_eq!(result, pec_result::PEC_OK, "{field:?}");
        // SAFETY: it was written by the call.
        let text: pec_str = unsafe { place.assume_init() };
        // SAFETY: the bytes of dossiers that are still there.
        let text = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
        assert_eq!(text, expected.as_bytes(), "{field:?}");
    }
}

#[test]
fn dossiers_and_page_are_those_of_rust() {
    let mail = Correspondence::new();
    let (rust, c) = (by_rust(&mail), by_c(&mail));
    assert_eq!(rust.0.len(), 1);
    assert_eq!(rust.0, c.0);
    assert_eq!(rust.1, c.1);
}
