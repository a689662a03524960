//! Every report of every case of conformance/ has the form of docs/schema/, its keys in the order that stands there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "schema/form.rs"]
mod form;
#[allow(dead_code, reason = "shared with the test of the cases, which uses more of it")]
mod reconciliation;

use std::fs;

use form::{Form, root};
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::reconcile::examine::{Messages, examine};
use pec_core::reconcile::instant::Reading;
use pec_core::reconcile::{Report as DossierReport, StrayReport};
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::{Report, Verifier};
use reconciliation::{Mailbox, cases};

#[test]
fn verifications_have_their_form() {
    let form = Form::read("verification-1.json");
    let anchor = fs::read(root().join("conformance/artefacts/root.crt")).unwrap();
    let trust = TrustStore::built_in().with_host_anchor(&anchor).unwrap();
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let mut cases: Vec<_> =
        fs::read_dir(root().join("conformance")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    assert!(cases.len() > 400, "only {} cases", cases.len());
    for path in cases {
        let message = Message::parse(fs::read(&path).unwrap(), &Limits::DEFAULT);
        let verification = Verifier::new(&trust).verify(&message, now, &mut ChainCache::default());
        let line = Report::new(&path.display().to_string(), &message, &verification).to_json();
        assert_eq!(form.differs(&line), None, "{}", path.display());
    }
}

#[test]
fn dossiers_have_their_form() {
    let form = Form::read("dossier-1.json");
    let (mut dossiers, mut strays) = (0, 0);
    for (name, case) in cases() {
        let mut mailbox = Mailbox::open(&name, &case);
        let ledger = mailbox.ledger(&(0..mailbox.len()).collect::<Vec<_>>());
        for dossier in ledger.dossiers(mailbox.now()) {
            let examination = examine(&dossier, &mut mailbox, Reading::Art147);
            let line = DossierReport::new(&dossier, &examination, &|source| mailbox.name(source)).to_json();
            assert_eq!(form.differs(&line), None, "{name}");
            dossiers += 1;
        }
        for stray in &ledger.strays() {
            let line = StrayReport::new(stray, &|source| mailbox.name(source)).to_json();
            assert_eq!(form.differs(&line), None, "{name}");
            strays += 1;
        }
    }
    assert!(dossiers > 150 && strays > 1, "{dossiers} dossiers, {strays} strays");
}

/// A form that lets everything pass would pass too.
#[test]
fn another_form_is_noticed() {
    let form = Form::read("dossier-1.json");
    let line = r#"{"schema":"pec-dossier/1","stray":{"source":"a","role":"claim","verdict":"forged","about":[]}}"#;
    assert_eq!(form.differs(line), None);
    for (from, to) in [
        ("pec-dossier/1", "pec-dossier/2"),
        (r#","about":[]"#, ""),
        (r#""about":[]"#, r#""about":[1]"#),
        (r#""verdict":"forged""#, r#""verdict":"genuine""#),
        (r#""source":"a""#, r#""source":null"#),
        (r#""about":[]"#, r#""about":[],"more":null"#),
        (r#""source":"a","role":"claim""#, r#""role":"claim","source":"a""#),
    ] {
        assert!(line.contains(from), "{from}");
        assert!(form.differs(&line.replacen(from, to, 1)).is_some(), "{from} as {to} passes");
    }
}
