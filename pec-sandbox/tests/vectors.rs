//! The vectors themselves: names, coverage of codes, and OpenSSL's opinion of each.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::process::Command;

use pec_core::finding::{Code, Severity};
use pec_sandbox::World;
use pec_sandbox::vectors::reconcile::reconciliations;
use pec_sandbox::vectors::{self, SKIPPED};

#[test]
fn names_are_unique_and_findings_are_of_the_table() {
    let all = vectors::all().unwrap();
    let mut names = BTreeSet::new();
    for case in &all {
        assert!(names.insert(case.name.clone()), "{} stands twice", case.name);
        assert!(case.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{}", case.name);
        assert!(!case.made.is_empty() && !case.rule.is_empty(), "{} has no provenance", case.name);
        for (code, severity) in &case.expect.findings {
            assert!(code.severities().contains(severity), "{}: {code} is never {severity}", case.name);
        }
        let fatal = case.expect.findings.iter().any(|(_, s)| *s == Severity::Fatal);
        let proof = case.expect.verdict.starts_with("certified") || case.expect.verdict == "anomaly";
        assert!(!(fatal && proof), "{}: fatal and yet {}", case.name, case.expect.verdict);
        let error = case.expect.findings.iter().any(|(_, s)| *s == Severity::Error);
        assert!(!(error && case.expect.verdict == "certified"), "{}: an error and yet certified", case.name);
        let (integrity, trust) = (case.expect.integrity, case.expect.trust_at_signing);
        let ours = integrity == Some("intact") && trust == Some("trusted");
        if integrity.is_some() && trust.is_some() && case.openssl.accepts != ours {
            assert!(!case.openssl.why.is_empty(), "{}: OpenSSL differs without a reason", case.name);
        }
    }
    assert!(all.len() >= 150, "{} cases", all.len());
}

#[test]
fn every_code_is_provoked() {
    let (all, dossiers) = (vectors::all().unwrap(), reconciliations().unwrap());
    for code in Code::ALL {
        let provoked = all.iter().any(|case| case.expect.findings.iter().any(|(c, _)| c == code));
        let provoked =
            provoked || dossiers.iter().flat_map(|case| case.findings()).any(|found| found.code == code.as_str());
        let skipped = SKIPPED.iter().any(|(c, _)| c == code);
        assert!(provoked != skipped, "{code}: provoked {provoked}, on a list of exceptions {skipped}");
    }
}

#[test]
fn the_same_twice() {
    let (one, two) = (vectors::all().unwrap(), vectors::all().unwrap());
    assert!(one.iter().zip(&two).all(|(a, b)| a.bytes == b.bytes && a.name == b.name));
    let (one, two) = (reconciliations().unwrap(), reconciliations().unwrap());
    assert!(one.iter().zip(&two).all(|(a, b)| a.messages == b.messages && a.name == b.name));
}

/// Folders and files are named as they should be, and a description speaks only of files that are there.
#[test]
fn reconciliation_cases_are_sound() {
    let mut names = BTreeSet::new();
    let cases = reconciliations().unwrap();
    for case in &cases {
        assert!(names.insert(case.name), "{} stands twice", case.name);
        assert!(case.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{}", case.name);
        assert!(!case.made.is_empty() && !case.rule.is_empty(), "{} has no provenance", case.name);
        let files: BTreeSet<&str> = case.messages.iter().map(|(file, _)| file.as_str()).collect();
        assert_eq!(files.len(), case.messages.len(), "{}", case.name);
        for dossier in &case.expected.dossiers {
            let events = dossier.events.iter().map(|event| &event.file);
            let named = events.chain(&dossier.sent_copy).chain(&dossier.acceptance);
            for file in named.chain(dossier.claims.iter().map(|claim| &claim.file)) {
                assert!(files.contains(file.as_str()), "{}: {file}", case.name);
            }
        }
        for found in case.findings() {
            let code = Code::parse(found.code).unwrap();
            let known = code.severities().iter().any(|severity| severity.as_str() == found.severity);
            assert!(known, "{}: {} is never {}", case.name, found.code, found.severity);
        }
    }
    assert!(cases.len() >= 60, "{} cases", cases.len());
}

#[test]
fn openssl_says_what_the_cases_claim() {
    let world = World::new().unwrap();
    let dir = std::env::temp_dir().join(format!("pec-vectors-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let roots = [&world.root, &world.legacy_root].map(|a| a.certificate.pem()).concat();
    let ca = dir.join("roots.pem");
    std::fs::write(&ca, roots).unwrap();
    let mut wrong = Vec::new();
    for case in vectors::all().unwrap() {
        let eml = dir.join("case.eml");
        std::fs::write(&eml, &case.bytes).unwrap();
        let run = Command::new("openssl")
            .args(["cms", "-verify", "-purpose", "any", "-attime", &case.openssl.at.unix().to_string(), "-in"])
            .arg(&eml)
            .arg("-CAfile")
            .arg(&ca)
            .args(["-out", "/dev/null"])
            .output()
            .unwrap();
        if run.status.success() != case.openssl.accepts {
            let said = String::from_utf8_lossy(&run.stderr).lines().take(3).collect::<Vec<_>>().join(" | ");
            wrong.push(format!("{}: accepts {}: {said}", case.name, run.status.success()));
        }
    }
    std::fs::remove_dir_all(dir).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
