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
    assert!(found.verdict().is_certified(), "{name}: {found:#?}");
    assert_eq!(found.kind.as_str(), kind);
    assert!(found.findings.iter().all(|finding| finding.severity < Severity::Fatal));
    for code in expected {
        assert!(found.findings.iter().any(|finding| finding.code == *code), "{name}: {code} is missing");
    }
    assert_eq!(found.trust_at_signing.as_str(), "trusted");
    assert_eq!(found.trust_now.as_str(), "expired");
    println!(
        "{name}: {} {:?}",
        found.verdict(),
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
    assert_eq!(found.verdict(), Verdict::Altered);
    let fatal: Vec<_> = found.findings.iter().filter(|f| f.severity == Severity::Fatal).map(|f| f.code).collect();
    assert_eq!(fatal, [Code::CmsDigestMismatch]);
}

/// The samples as dossiers: identifier, kinds of its events with their standing, whether the sent message is there.
#[test]
fn receipts_and_envelopes_in_their_dossiers() {
    use pec_core::reconcile::{HashKey, Ledger, Record, Side, Source, State};
    let Some(folder) = samples() else { return };
    let names = [
        "oca_pecmsg_message2_accettazione_v00336f.eml",
        "oca_pecmsg_message2_accettazione_vf700ef.eml",
        "oca_pecmsg_message2_consegna_v4f38c1.eml",
        "oca_sdi_accettazione.eml",
        "oca_sdi_consegna.eml",
        "oca_pecmsg_message1_aruba2014_busta.eml",
        "oca_pecmsg_message2.eml",
        "oca_sdi_invio_file.eml",
        "oca_sdi_invio_file_brokenxml.eml",
    ];
    let mut ledger = Ledger::new(HashKey::new([0; 16]));
    for (name, source) in names.into_iter().zip(0..) {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let message = Message::parse(bytes, &Limits::DEFAULT);
        let record = Record::of(Source(source), &message, &verify(name).unwrap()).unwrap();
        ledger.add(record).unwrap();
    }
    let found: Vec<_> = ledger
        .dossiers("2026-11-22T10:00:00Z".parse().unwrap())
        .map(|dossier| {
            let events: Vec<_> = dossier
                .events
                .iter()
                .map(|event| (event.source.0, event.kind.as_str(), event.standing.as_str()))
                .collect();
            let claims: Vec<_> = dossier.claims.iter().map(|claim| claim.source.0).collect();
            let codes: Vec<_> = dossier.findings.iter().map(|remark| remark.finding.code).collect();
            assert_eq!(dossier.sent_copy(), None);
            (events, dossier.side, dossier.state().unwrap(), claims, codes)
        })
        .collect();
    let envelope = |source, claims| {
        let codes = if source == 7 { vec![Code::ReceiptUnproven] } else { vec![] };
        (vec![(source, "envelope", "counts")], Side::Received, State::AwaitingDelivery, claims, codes)
    };
    let accepted = |source, standing| (source, "accepted", standing);
    let delivered = |source| (source, "delivered", "counts");
    let of_2014 = &found[1];
    assert_eq!(found.len(), 5);
    assert_eq!(found[0], envelope(5, vec![]));
    let mut acceptances: Vec<_> = of_2014.0[..2].to_vec();
    acceptances.sort_unstable();
    let standings: Vec<_> = of_2014.0.iter().map(|(_, kind, standing)| (*kind, *standing)).collect();
    assert_eq!(standings, [("accepted", "counts"), ("accepted", "duplicate"), ("delivered", "counts")]);
    assert_eq!(acceptances.iter().map(|(source, ..)| *source).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(
        (of_2014.1, of_2014.2, &of_2014.3[..], &of_2014.4[..]),
        (Side::Sent, State::Delivered, &[][..], &[Code::ReceiptDuplicate][..])
    );
    assert_eq!(found[2], envelope(6, vec![]));
    let sdi = (vec![accepted(3, "counts"), delivered(4)], Side::Sent, State::Delivered, vec![], vec![]);
    assert_eq!(found[3], sdi);
    assert_eq!(found[4], envelope(7, vec![8]));
}
