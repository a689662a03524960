//! Every case of conformance/ through the functions that C calls gives the JSON that Rust gives, byte for byte.

#![allow(unsafe_code, reason = "the functions are called as C calls them")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::ffi::CString;
use std::fs;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pec::*;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, Evidence, TrustStore};
use pec_core::verify::{Report, Verifier};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    host: Host,
}

/// What the host gives. The directory of the few cases that have one is left out, on both sides.
#[derive(Deserialize)]
struct Host {
    now: Timestamp,
    trust: String,
    anchors: Vec<String>,
    intermediates: Vec<String>,
    time_anchors: Vec<String>,
    crls: Vec<String>,
    ocsp: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance")
}

fn artefact(name: &str, extension: &str) -> Vec<u8> {
    fs::read(folder().join("artefacts").join(format!("{name}.{extension}"))).unwrap()
}

/// A handle that a call makes.
fn made<T>(call: impl FnOnce(&mut MaybeUninit<Option<Box<T>>>) -> pec_result) -> Box<T> {
    let mut place = MaybeUninit::new(None);
    assert_eq!(call(&mut place), pec_result::PEC_OK);
    // SAFETY: it was written above.
    unsafe { place.assume_init() }.unwrap()
}

fn by_c(name: &str, host: &Host) -> Vec<u8> {
    let mut trust: Box<pec_trust_store> = match host.trust.as_str() {
        "built-in" => made(|out| pec_trust_store_built_in(Some(out), None)),
        name => {
            let json = artefact(name, "json");
            // SAFETY: the bytes of a vector, with their length.
            made(|out| unsafe { pec_trust_store_from_json(json.as_ptr(), json.len(), Some(out), None) })
        }
    };
    type Add = unsafe extern "C" fn(
        Option<&mut pec_trust_store>,
        *const u8,
        usize,
        Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
    ) -> pec_result;
    let given: [(&Vec<String>, Add); 3] = [
        (&host.anchors, pec_trust_store_add_host_anchor),
        (&host.intermediates, pec_trust_store_add_intermediate),
        (&host.time_anchors, pec_trust_store_add_time_stamp_anchor),
    ];
    for (names, add) in given {
        for name in names {
            let bytes = artefact(name, "crt");
            // SAFETY: the bytes of a vector, with their length.
            let result = unsafe { add(Some(&mut trust), bytes.as_ptr(), bytes.len(), None) };
            assert_eq!(result, pec_result::PEC_OK);
        }
    }
    let mut evidence: Box<pec_evidence> = made(|out| pec_evidence_new(Some(out), None));
    for name in &host.crls {
        let bytes = artefact(name, "crl");
        // SAFETY: the bytes of a vector, with their length. One that cannot be read is refused: on the other side it says
        // nothing, which is the same.
        let _ = unsafe { pec_evidence_add_crl(Some(&mut evidence), bytes.as_ptr(), bytes.len(), None) };
    }
    for name in &host.ocsp {
        let bytes = artefact(name, "ocsp");
        // SAFETY: as above.
        let _ = unsafe { pec_evidence_add_ocsp(Some(&mut evidence), bytes.as_ptr(), bytes.len(), None) };
    }
    let mut verifier: Box<pec_verifier> = made(|out| pec_verifier_new(Some(&trust), Some(out), None));
    assert_eq!(pec_verifier_set_evidence(Some(&mut verifier), Some(&evidence), None), pec_result::PEC_OK);
    let path = CString::new(folder().join(format!("{name}.eml")).to_str().unwrap()).unwrap();
    // SAFETY: a text that ends with NUL.
    let message: Box<pec_message> = made(|out| unsafe { pec_message_parse_file(path.as_ptr(), Some(out), None) });
    let verification: Box<pec_verification> =
        made(|out| pec_verify(Some(&verifier), Some(&message), host.now.as_second(), Some(out), None));
    let name = CString::new(name).unwrap();
    // SAFETY: a text that ends with NUL.
    let json: Box<pec_text> =
        made(|out| unsafe { pec_verification_json(Some(&verification), name.as_ptr(), Some(out), None) });
    let mut bytes = MaybeUninit::uninit();
    assert_eq!(pec_text_bytes(Some(&json), Some(&mut bytes)), pec_result::PEC_OK);
    // SAFETY: it was written above.
    let bytes: pec_bytes = unsafe { bytes.assume_init() };
    // SAFETY: the bytes of a text that is still there.
    unsafe { std::slice::from_raw_parts(bytes.data, bytes.len) }.to_vec()
}

fn by_rust(name: &str, host: &Host) -> String {
    let mut trust = match host.trust.as_str() {
        "built-in" => TrustStore::built_in(),
        name => TrustStore::from_json(&String::from_utf8(artefact(name, "json")).unwrap()).unwrap(),
    };
    for name in &host.anchors {
        trust = trust.with_host_anchor(&artefact(name, "crt")).unwrap();
    }
    for name in &host.intermediates {
        trust = trust.with_intermediate(&artefact(name, "crt")).unwrap();
    }
    for name in &host.time_anchors {
        trust = trust.with_time_stamp_anchor(&artefact(name, "crt")).unwrap();
    }
    let evidence = host.crls.iter().fold(Evidence::none(), |it, name| it.with_crl(artefact(name, "crl")));
    let evidence = host.ocsp.iter().fold(evidence, |it, name| it.with_ocsp(artefact(name, "ocsp")));
    let message = Message::parse(fs::read(folder().join(format!("{name}.eml"))).unwrap(), &Limits::DEFAULT);
    let verifier = Verifier::new(&trust).evidence(&evidence);
    let verification = verifier.verify(&message, host.now, &mut ChainCache::default());
    Report::new(name, &message, &verification).to_json()
}

#[test]
fn every_case_gives_the_same_json() {
    let mut paths: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    assert!(paths.len() > 300, "only {} cases", paths.len());
    for path in paths {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let case: Case = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let (c, rust) = (by_c(name, &case.host), by_rust(name, &case.host));
        assert_eq!(String::from_utf8_lossy(&c), rust, "{name}");
    }
}
