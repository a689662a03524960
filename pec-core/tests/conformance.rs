//! Every case of conformance/ gives the verdict and the findings that its description expects. What OpenSSL says of
//! each is tested where the cases are made, in pec-sandbox.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pec_core::directory::ProviderDirectory;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, Evidence, TrustStore};
use pec_core::verify::{Report, Verification, Verifier};
use serde::Deserialize;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance")
}

#[derive(Deserialize)]
struct Case {
    rule: String,
    host: Host,
    expected: Expected,
}

#[derive(Deserialize)]
struct Host {
    now: Timestamp,
    trust: String,
    anchors: Vec<String>,
    intermediates: Vec<String>,
    time_anchors: Vec<String>,
    crls: Vec<String>,
    ocsp: Vec<String>,
    managed_domains: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Expected {
    kind: Option<String>,
    verdict: String,
    integrity: Option<String>,
    trust_at_signing: Option<String>,
    complete: bool,
    findings: Vec<Found>,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug, Clone)]
struct Found {
    code: String,
    severity: String,
}

/// The certificates that travel in a signature.
fn certificates_of(signature: &[u8]) -> Option<Vec<Vec<u8>>> {
    use cms::cert::CertificateChoices;
    use der::{Decode, Encode};
    let info = cms::content_info::ContentInfo::from_ber(signature).ok()?;
    let signed: cms::signed_data::SignedData = info.content.decode_as_encoding(der::EncodingRules::Ber).ok()?;
    let certificates = signed.certificates?.0.into_vec().into_iter().filter_map(|choice| match choice {
        CertificateChoices::Certificate(certificate) => certificate.to_der().ok(),
        CertificateChoices::Other(_) => None,
    });
    Some(certificates.collect())
}

/// A directory with one provider, in the form of PEC-SPEC §7.6.
fn ldif(certificates: &[Vec<u8>], domains: &[String]) -> String {
    let mut text = "version: 1\n\ndn: providerName=Sandbox,o=postacert\nobjectClass: top\nobjectClass: provider\n\
         providerName: Sandbox\nmailReceipt: ricevute@sandbox.example\n"
        .to_owned();
    for certificate in certificates {
        let base64 = encodify::base64::STANDARD.encode(certificate);
        text.push_str(&format!("providerCertificate;binary:: {base64}\n"));
    }
    for domain in domains {
        text.push_str(&format!("managedDomains: {domain}\n"));
    }
    text
}

/// The cases by name, in order.
fn cases() -> Vec<(String, Case)> {
    let mut paths: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let described = paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    described
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let case = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
            (name, case)
        })
        .collect()
}

fn artefact(name: &str, extension: &str) -> Vec<u8> {
    fs::read(folder().join("artefacts").join(format!("{name}.{extension}"))).unwrap()
}

impl Host {
    fn trust(&self) -> TrustStore {
        let mut store = match self.trust.as_str() {
            "built-in" => TrustStore::built_in(),
            name => TrustStore::from_json(&String::from_utf8(artefact(name, "json")).unwrap()).unwrap(),
        };
        for name in &self.anchors {
            store = store.with_host_anchor(&artefact(name, "crt")).unwrap();
        }
        for name in &self.intermediates {
            store = store.with_intermediate(&artefact(name, "crt")).unwrap();
        }
        for name in &self.time_anchors {
            store = store.with_time_stamp_anchor(&artefact(name, "crt")).unwrap();
        }
        store
    }

    fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::none();
        for name in &self.crls {
            evidence = evidence.with_crl(artefact(name, "crl"));
        }
        for name in &self.ocsp {
            evidence = evidence.with_ocsp(artefact(name, "ocsp"));
        }
        evidence
    }

    /// A directory that gives these domains to the signer of the message.
    fn directory(&self, signature: Option<Vec<u8>>) -> Option<ProviderDirectory> {
        let domains = self.managed_domains.as_ref()?;
        let certificates = certificates_of(&signature?)?;
        Some(ProviderDirectory::from_ldif(ldif(&certificates, domains).as_bytes()).unwrap())
    }
}

fn verify(name: &str, host: &Host, cache: &mut ChainCache) -> (String, Verification) {
    let bytes = fs::read(folder().join(format!("{name}.eml"))).unwrap();
    let message = Message::parse(bytes, &Limits::DEFAULT);
    let (trust, evidence) = (host.trust(), host.evidence());
    let directory = host.directory(message.signature_part().map(|part| part.content().into_owned()));
    let mut verifier = Verifier::new(&trust).evidence(&evidence);
    if let Some(directory) = &directory {
        verifier = verifier.directory(directory);
    }
    let verification = verifier.verify(&message, host.now, cache);
    (Report::new(name, &message, &verification).to_json(), verification)
}

#[test]
fn every_case_is_as_expected() {
    let cases = cases();
    assert!(cases.len() >= 150, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        assert!(!case.rule.is_empty(), "{name} names no rule");
        let (_, found) = verify(name, &case.host, &mut ChainCache::default());
        let difference = difference(&case.expected, &found);
        if !difference.is_empty() {
            wrong.push(format!("{name}: {difference}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn difference(expected: &Expected, found: &Verification) -> String {
    let mut differences = Vec::new();
    let mut compare = |what: &str, expected: Option<&str>, found: &str| {
        if expected.is_some_and(|expected| expected != found) {
            differences.push(format!("{what} {found}, expected {}", expected.unwrap_or_default()));
        }
    };
    compare("verdict", Some(&expected.verdict), found.verdict().as_str());
    compare("kind", expected.kind.as_deref(), found.kind.as_str());
    compare("integrity", expected.integrity.as_deref(), found.integrity.as_str());
    compare("trust_at_signing", expected.trust_at_signing.as_deref(), found.trust_at_signing.as_str());
    let wanted: BTreeSet<Found> = expected.findings.iter().cloned().collect();
    let there: BTreeSet<Found> = found
        .findings
        .iter()
        .map(|finding| Found { code: finding.code.as_str().into(), severity: finding.severity.as_str().into() })
        .collect();
    let list =
        |set: Vec<&Found>| set.iter().map(|f| format!("{} {}", f.severity, f.code)).collect::<Vec<_>>().join(", ");
    let missing: Vec<&Found> = wanted.difference(&there).collect();
    if !missing.is_empty() {
        differences.push(format!("missing: {}", list(missing)));
    }
    let surplus: Vec<&Found> = there.difference(&wanted).collect();
    if expected.complete && !surplus.is_empty() {
        differences.push(format!("surplus: {}", list(surplus)));
    }
    differences.join("; ")
}

/// A cache that has seen every other case answers like an empty one (VERDICT §9).
#[test]
fn a_cache_changes_no_answer() {
    let mut shared = ChainCache::default();
    for (name, case) in cases() {
        for _ in 0..2 {
            let warm = verify(&name, &case.host, &mut shared).0;
            assert_eq!(warm, verify(&name, &case.host, &mut ChainCache::default()).0, "{name}");
        }
    }
}
