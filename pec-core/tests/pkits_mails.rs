//! The signed e-mails of NIST PKITS (public domain), 224 messages: data of the PyPI package `cryptography-vectors`,
//! unpacked by `cargo xtask vectors` under `target/vectors/`.
//!
//! What PKITS makes invalid is always the certification path, never the signature over the text: every mail must be
//! intact, whoever signed it. `openssl cms -verify -noverify` says the same of all but the one whose DSA parameters
//! stand in the certificate of the authority. None of them is certified: they are ordinary mail.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use pec_core::finding::Code;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::{Integrity, Verdict, Verification, Verifier};

/// Mails whose signature is not judged, each with its reason. Strict: one that is intact after all fails the test.
const SKIPPED: &[(&str, &str)] = &[
    ("SignedInvalidDSASignatureTest6", "DSA is not supported: no PEC certificate uses it"),
    ("SignedValidDSAParameterInheritanceTest5", "DSA is not supported: no PEC certificate uses it"),
    ("SignedValidDSASignaturesTest4", "DSA is not supported: no PEC certificate uses it"),
];

/// The mails by name; `None` where the data are not there.
fn mails() -> Option<Vec<(String, Vec<u8>)>> {
    let root = std::env::var_os("PEC_VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/vectors"), PathBuf::from);
    let folder = root.join("cryptography_vectors/x509/PKITS_data/smime");
    if !folder.is_dir() {
        println!("skipped: no PKITS data; run `cargo xtask vectors`, or set PEC_VECTORS to the folder that holds them");
        return None;
    }
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    let named = |path: PathBuf| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap());
    Some(paths.into_iter().map(named).collect())
}

fn verify(mail: &[u8]) -> Verification {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let message = Message::parse(mail, &Limits::DEFAULT);
    Verifier::new(&TrustStore::built_in()).verify(&message, now, &mut ChainCache::default())
}

#[test]
fn every_signature_is_right() {
    let Some(mails) = mails() else { return };
    assert_eq!(mails.len(), 224);
    let mut wrong = Vec::new();
    for (name, mail) in &mails {
        let found = verify(mail);
        let skipped = SKIPPED.iter().any(|(skipped, _)| skipped == name);
        if skipped == (found.integrity == Integrity::Intact) {
            wrong.push(format!("{name}: {} {:?}", found.integrity.as_str(), found.findings));
        }
        if skipped {
            let unsupported = found.findings.iter().any(|finding| finding.code == Code::CmsUnsupported);
            assert!(unsupported && found.integrity == Integrity::Unknown, "{name}: {:?}", found.findings);
        }
        assert_eq!(found.verdict(), Verdict::NotPec, "{name}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(mails.len() - SKIPPED.len() >= 220);
}

/// The same mails with one letter of the signed text changed. The digest shows it whatever algorithm signs.
#[test]
fn another_letter_is_altered() {
    let Some(mails) = mails() else { return };
    for (name, mut mail) in mails {
        let text = b"This is a sample signed message.";
        let at = mail.windows(text.len()).position(|window| window == text).unwrap();
        mail[at] = b't';
        assert_eq!(verify(&mail).integrity, Integrity::Altered, "{name}");
    }
}
