//! Sending: what goes is what was archived, whatever servers do, and nothing goes twice.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod crash;
#[path = "../../examples/erp.rs"]
mod erp;
mod house;
mod providers;
mod server;
mod stories;

#[test]
fn row_74_an_erp_sends_an_invoice_and_keeps_what_proves_its_delivery() {
    let folder = tempfile::tempdir().unwrap();
    match erp::journey(folder.path()).unwrap() {
        Some(bundle) => assert!(bundle.is_file()),
        None => println!("skipped: Dovecot is not installed (apt-get install dovecot-imapd)"),
    }
}
