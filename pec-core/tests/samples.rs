//! Real messages, read where they are kept beside the project. They skip, with a reason, where they are absent.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use pec_core::finding::{Code, Severity};
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::{Verdict, Verification, Verifier};

/// `$PEC_REFERENCE`, else the folder `shared` beside the project.
fn samples() -> Option<PathBuf> {
    let reference = std::env::var_os("PEC_REFERENCE").map(PathBuf::from);
    let reference = reference.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let folder = reference.join("samples/pec");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} holds no samples; set PEC_REFERENCE to the folder that does", folder.display());
    None
}

fn verify(name: &str) -> Option<Verification> {
    let bytes = std::fs::read(samples()?.join(name)).unwrap();
    let message = Message::parse(bytes, &Limits::DEFAULT);
    let now = "2026-11-22T10:00:00Z".parse().unwrap();
    Some(Verifier::new(&TrustStore::built_in()).verify(&message, now, &mut ChainCache::default()))
}

fn is_certified(name: &str, kind: &str, expected: &[Code]) {
    let Some(found) = verify(name) else { return };
    assert!(found.verdict.is_certified(), "{name}: {found:#?}");
    assert_eq!(found.kind.as_str(), kind);
    assert!(found.findings.iter().all(|finding| finding.severity < Severity::Fatal));
    for code in expected {
        assert!(found.findings.iter().any(|finding| finding.code == *code), "{name}: {code} is missing");
    }
    assert_eq!(found.trust_at_signing.as_str(), "trusted");
    assert_eq!(found.trust_now.as_str(), "expired");
    println!(
        "{name}: {} {:?}",
        found.verdict,
        found.findings.iter().map(|f| (f.code.as_str(), &f.detail)).collect::<Vec<_>>()
    );
}

const OLD: &[Code] = &[Code::CmsWeakDigest, Code::CertKeyWeak, Code::TimeClaimed, Code::CertExpiredNow];
const SHA1: &[Code] = &[Code::CmsWeakDigest, Code::TimeClaimed, Code::CertExpiredNow];

#[test]
fn envelopes_of_2014() {
    is_certified("oca_pecmsg_message1_aruba2014_busta.eml", "posta-certificata", OLD);
    is_certified("oca_pecmsg_message2.eml", "posta-certificata", OLD);
}

#[test]
fn receipts_of_2014() {
    is_certified("oca_pecmsg_message2_accettazione_v00336f.eml", "accettazione", OLD);
    is_certified("oca_pecmsg_message2_accettazione_vf700ef.eml", "accettazione", &[Code::CmsEolFixed]);
    is_certified("oca_pecmsg_message2_consegna_v4f38c1.eml", "avvenuta-consegna", OLD);
}

#[test]
fn messages_of_2018() {
    is_certified("oca_sdi_accettazione.eml", "accettazione", SHA1);
    is_certified("oca_sdi_consegna.eml", "avvenuta-consegna", SHA1);
    is_certified("oca_sdi_invio_file.eml", "posta-certificata", SHA1);
}

#[test]
fn one_byte_more_is_altered() {
    let Some(found) = verify("oca_sdi_invio_file_brokenxml.eml") else { return };
    assert_eq!(found.verdict, Verdict::Altered);
    let fatal: Vec<_> = found.findings.iter().filter(|f| f.severity == Severity::Fatal).map(|f| f.code).collect();
    assert_eq!(fatal, [Code::CmsDigestMismatch]);
}
