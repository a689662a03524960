//! Every case of conformance/reconcile/ through the functions that C calls gives the JSON that Rust gives, byte for byte.

#![allow(unsafe_code, reason = "the functions are called as C calls them")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod reconciliation;

use std::ffi::CString;
use std::mem::MaybeUninit;

use pec::*;
use reconciliation::{Case, artefact, by_rust, cases};

/// A handle that a call makes.
fn made<T>(call: impl FnOnce(&mut MaybeUninit<Option<Box<T>>>) -> pec_result) -> Box<T> {
    let mut place = MaybeUninit::new(None);
    assert_eq!(call(&mut place), pec_result::PEC_OK);
    // SAFETY: it was made with a value.
    unsafe { place.assume_init() }.unwrap()
}

fn c_text(text: &str) -> CString {
    CString::new(text).unwrap()
}

fn verifier(case: &Case) -> Box<pec_verifier> {
    let mut trust: Box<pec_trust_store> = match case.host.trust.as_str() {
        "built-in" => made(|out| pec_trust_store_built_in(Some(out), None)),
        name => {
            let json = artefact(&format!("{name}.json"));
            // SAFETY: the bytes of a vector, with their length.
            made(|out| unsafe { pec_trust_store_from_json(json.as_ptr(), json.len(), Some(out), None) })
        }
    };
    for name in &case.host.anchors {
        let anchor = artefact(&format!("{name}.crt"));
        // SAFETY: the bytes of a vector, with their length.
        let result = unsafe { pec_trust_store_add_host_anchor(Some(&mut trust), anchor.as_ptr(), anchor.len(), None) };
        assert_eq!(result, pec_result::PEC_OK);
    }
    let mut verifier: Box<pec_verifier> = made(|out| pec_verifier_new(Some(&trust), Some(out), None));
    let role = u32::from(case.host.service_receipts == "visible");
    assert_eq!(pec_verifier_set_mailbox_role(Some(&mut verifier), role, None), pec_result::PEC_OK);
    verifier
}

fn by_c(case: &Case) -> String {
    let host = &case.host;
    let verifier = verifier(case);
    let mut ledger: Box<pec_ledger> = made(|out| pec_ledger_new(Some(out), None));
    let service = u32::from(host.service_receipts == "visible");
    assert_eq!(pec_ledger_set_service_receipts(Some(&mut ledger), service, None), pec_result::PEC_OK);
    for address in &host.own_mailboxes {
        let address = c_text(address);
        // SAFETY: a text that ends with NUL.
        let result = unsafe { pec_ledger_add_own_mailbox(Some(&mut ledger), address.as_ptr(), None) };
        assert_eq!(result, pec_result::PEC_OK);
    }
    for (file, bytes) in &case.files {
        // SAFETY: the bytes of a vector, with their length.
        let message: Box<pec_message> =
            made(|out| unsafe { pec_message_parse(bytes.as_ptr(), bytes.len(), Some(out), None) });
        let verification: Box<pec_verification> =
            made(|out| pec_verify(Some(&verifier), Some(&message), host.now.as_second(), Some(out), None));
        let name = c_text(file);
        let result = match host.submissions.iter().find(|submitted| submitted.file == *file) {
            // SAFETY: a text that ends with NUL.
            None => unsafe { pec_ledger_add(Some(&mut ledger), Some(&verification), name.as_ptr(), None) },
            Some(it) => {
                let (sender, recipients) = (c_text(&it.sender), c_text(&it.recipients.join(", ")));
                // SAFETY: texts that end with NUL.
                unsafe {
                    pec_ledger_add_submitted(
                        Some(&mut ledger),
                        Some(&verification),
                        name.as_ptr(),
                        sender.as_ptr(),
                        recipients.as_ptr(),
                        it.at.as_second(),
                        None,
                    )
                }
            }
        };
        assert_eq!(result, pec_result::PEC_OK);
    }
    let reading = u32::from(host.art_147 == "asked");
    let dossiers: Box<pec_dossiers> =
        made(|out| pec_ledger_dossiers(Some(&ledger), host.now.as_second(), reading, Some(out), None));
    let lines: Box<pec_text> = made(|out| pec_dossiers_lines(Some(&dossiers), Some(out), None));
    let mut bytes = MaybeUninit::uninit();
    assert_eq!(pec_text_bytes(Some(&lines), Some(&mut bytes)), pec_result::PEC_OK);
    // SAFETY: it was written above.
    let bytes: pec_bytes = unsafe { bytes.assume_init() };
    // SAFETY: the bytes of a text that is still there.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.data, bytes.len) };
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn every_case_gives_the_same_json() {
    let cases = cases();
    assert!(cases.len() >= 159, "only {} cases", cases.len());
    let mut strays = 0;
    for case in &cases {
        let (rust, c) = (by_rust(case), by_c(case));
        assert_eq!(rust, c, "{}", case.name);
        strays += rust.matches("\"stray\":").count();
    }
    assert!(strays > 0, "no case has a stray");
}
