//! NIST PKITS (public domain), 247 cases: data of the PyPI package `cryptography-vectors`, unpacked by
//! `cargo xtask vectors` under `target/vectors/`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::certificate::Certificate;
use super::path::{self, Candidate, Options, Role};
use super::policy::PolicyInput;
use super::revocation::{self, Evidence, Moment, Revocation};
use crate::limits::Limits;

/// 2026-01-01, within the life of every valid certificate of the suite.
const TIME: i64 = 1_767_225_600;

/// Cases that come out wrong, each with its reason. Strict: one that comes out right fails the test.
const SKIPPED: &[(&str, &str)] = &[
    ("Section1ValidDSASignaturesTest4", "DSA is not supported: no PEC certificate uses it"),
    ("Section1ValidDSAParameterInheritanceTest5", "DSA is not supported: no PEC certificate uses it"),
    (
        "Section14ValidcRLIssuerTest30",
        "only its own list says that the signer of the list is not revoked: not believed",
    ),
];

struct Case {
    name: String,
    certificates: Vec<String>,
    crls: Vec<String>,
    valid: bool,
    initial: Vec<&'static [u8]>,
    require_explicit: bool,
    inhibit_mapping: bool,
    inhibit_any: bool,
}

fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn data() -> Option<PathBuf> {
    let root = std::env::var_os("PEC_VECTORS").map_or_else(|| workspace().join("target/vectors"), PathBuf::from);
    let data = root.join("cryptography_vectors/x509/PKITS_data");
    data.is_dir().then_some(data)
}

fn reference() -> PathBuf {
    std::env::var_os("PEC_REFERENCE").map_or_else(|| workspace().join("../shared"), PathBuf::from)
}

fn cases() -> Option<Vec<Case>> {
    let text = std::fs::read_to_string(reference().join("vectors/pkits.json")).ok()?;
    let list: serde_json::Value = serde_json::from_str(&text).unwrap();
    let strings = |value: &serde_json::Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let read = |case: &serde_json::Value| {
        let calls: BTreeMap<_, _> = case["calls"]
            .as_array()
            .unwrap()
            .iter()
            .map(|call| (call[0].as_str().unwrap(), call[1].as_str().unwrap().trim_matches('"')))
            .collect();
        let set = |name: &str| calls.get(name) == Some(&"true");
        Case {
            name: case["name"].as_str().unwrap().to_owned(),
            certificates: strings(&case["certs"]),
            crls: strings(&case["crls"]),
            valid: case["ok"].as_bool().unwrap(),
            initial: calls.get("SetInitialPolicySet").map_or_else(Vec::new, |text| text.split(',').map(oid).collect()),
            require_explicit: set("SetInitialExplicitPolicy"),
            inhibit_mapping: set("SetInitialPolicyMappingInhibit"),
            inhibit_any: set("SetInitialInhibitAnyPolicy"),
        }
    };
    Some(list.as_array().unwrap().iter().map(read).collect())
}

fn oid(policy: &str) -> &'static [u8] {
    const NIST: [[u8; 11]; 8] = {
        let mut all = [[0x60, 0x86, 0x48, 1, 0x65, 3, 2, 1, 0x30, 1, 0]; 8];
        let mut n = 0;
        while n < 8 {
            all[n] = [0x60, 0x86, 0x48, 1, 0x65, 3, 2, 1, 0x30, 1 + n as u8, 0];
            n += 1;
        }
        all
    };
    match policy.strip_prefix("NIST-test-policy-") {
        Some(n) => &NIST[n.parse::<usize>().unwrap() - 1][..10],
        None => super::policy::ANY_POLICY,
    }
}

/// Certificates and lists of the suite by their names.
struct Suite {
    certificates: BTreeMap<String, Vec<u8>>,
    crls: BTreeMap<String, Vec<u8>>,
}

impl Suite {
    fn read() -> Option<Self> {
        let Some(data) = data() else {
            eprintln!("skipped: no PKITS data; run `cargo xtask vectors`");
            return None;
        };
        let folder = |name: &str| -> BTreeMap<String, Vec<u8>> {
            let files = std::fs::read_dir(data.join(name)).unwrap().map(|entry| entry.unwrap().path());
            let stem = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
            files.map(|path| (stem(&path), std::fs::read(&path).unwrap())).collect()
        };
        Some(Self { certificates: folder("certs"), crls: folder("crls") })
    }
}

#[test]
fn every_case() {
    let Some(suite) = Suite::read() else { return };
    let Some(cases) = cases() else {
        eprintln!("skipped: no vectors/pkits.json in the reference folder (PEC_REFERENCE)");
        return;
    };
    let mut false_accepts = Vec::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let accepted = run(case, &suite);
        if accepted && !case.valid {
            false_accepts.push(case.name.as_str());
        }
        let skipped = SKIPPED.iter().any(|(name, _)| *name == case.name);
        if (accepted == case.valid) == skipped {
            wrong.push(case.name.as_str());
        }
    }
    assert!(false_accepts.is_empty(), "accepted, must not be: {false_accepts:#?}");
    assert!(wrong.is_empty(), "another result than expected (or the list of skipped cases is too long): {wrong:#?}");
    assert!(cases.len() == 247 && cases.len() - SKIPPED.len() >= 240);
}

/// Without the table of cases: names say what must come out with default inputs, and every certificate and list of
/// the suite is offered at once.
#[test]
fn every_certificate_by_its_name() {
    let Some(suite) = Suite::read() else { return };
    let mut cases = 0;
    for name in suite.certificates.keys() {
        let Some(test) = name.strip_suffix("EE") else { continue };
        let valid = match () {
            () if test.starts_with("Valid") => true,
            () if test.starts_with("Invalid") => false,
            () => continue,
        };
        let last = std::iter::once(name.clone());
        let others = suite.certificates.keys().filter(|other| *other != name && *other != "TrustAnchorRootCertificate");
        let case = Case {
            name: test.to_owned(),
            certificates: ["TrustAnchorRootCertificate".to_owned()]
                .into_iter()
                .chain(others.cloned())
                .chain(last)
                .collect(),
            crls: suite.crls.keys().cloned().collect(),
            valid,
            initial: Vec::new(),
            require_explicit: false,
            inhibit_mapping: false,
            inhibit_any: false,
        };
        let skipped = SKIPPED.iter().any(|(name, _)| name.ends_with(test));
        assert_eq!(run(&case, &suite), valid && !skipped, "{test}");
        cases += 1;
    }
    assert!(cases > 150, "{cases}");
}

fn run(case: &Case, suite: &Suite) -> bool {
    let parse = |name: &String| Certificate::parse(&suite.certificates[name]);
    let (leaf, above) = case.certificates.split_last().unwrap();
    let Ok(leaf) = parse(leaf) else { return false };
    let candidates: Vec<_> = above
        .iter()
        .enumerate()
        .filter_map(|(at, name)| {
            let role = if at == 0 { Role::Anchor } else { Role::Intermediate };
            Some(Candidate { certificate: parse(name).ok()?, role })
        })
        .collect();
    let options = Options {
        time: Some(TIME),
        email_protection: false,
        policies: PolicyInput {
            initial: &case.initial,
            require_explicit: case.require_explicit,
            inhibit_mapping: case.inhibit_mapping,
            inhibit_any: case.inhibit_any,
        },
    };
    let limits = Limits::DEFAULT;
    let Ok(found) = path::find(&leaf, &candidates, &options, &limits) else { return false };
    let path: Vec<_> = std::iter::once(&leaf).chain(found.iter().map(|at| &candidates[*at].certificate)).collect();
    let crls = case.crls.iter().map(|name| suite.crls[name].clone());
    let evidence = crls.fold(Evidence::none(), Evidence::with_crl);
    let moment = Moment { time: Some(TIME), proven: false, now: TIME };
    let facts = revocation::facts(&path, &candidates, &evidence, &limits);
    facts.iter().all(|(not_after, facts)| revocation::status(facts, *not_after, moment) == Revocation::Good)
}
