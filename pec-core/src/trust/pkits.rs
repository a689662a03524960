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

#[test]
fn pkits() {
    let (Some(data), Some(cases)) = (data(), cases()) else {
        eprintln!("skipped: no PKITS data; run `cargo xtask vectors`");
        return;
    };
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for folder in ["certs", "crls"] {
        for entry in std::fs::read_dir(data.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            files.insert(format!("{folder}/{stem}"), std::fs::read(&path).unwrap());
        }
    }
    let mut right = 0;
    let mut wrong = Vec::new();
    let mut false_accepts = Vec::new();
    for case in &cases {
        let accepted = run(case, &files);
        let skipped = SKIPPED.iter().any(|(name, _)| *name == case.name);
        if accepted && !case.valid {
            false_accepts.push(case.name.as_str());
        }
        match (accepted == case.valid, skipped) {
            (true, false) => right += 1,
            (true, true) => panic!("{}: comes out right, take it off the list", case.name),
            (false, true) => {}
            (false, false) => wrong.push(case.name.as_str()),
        }
    }
    assert!(false_accepts.is_empty(), "accepted, must not be: {false_accepts:#?}; {right} right; wrong {wrong:#?}");
    println!("{right} of {} right", cases.len());
    assert!(wrong.is_empty(), "{right} of {} right; wrong: {wrong:#?}", cases.len());
    assert!(right >= 240);
}

fn run(case: &Case, files: &BTreeMap<String, Vec<u8>>) -> bool {
    let parse = |name: &String| Certificate::parse(&files[&format!("certs/{}", name)]);
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
    let crls = case.crls.iter().map(|name| files[&format!("crls/{name}")].clone());
    let evidence = crls.fold(Evidence::none(), Evidence::with_crl);
    let moment = Moment { time: Some(TIME), proven: false, now: TIME };
    let facts = revocation::facts(&path, &candidates, &evidence, &limits);
    facts.iter().all(|(not_after, facts)| revocation::status(facts, *not_after, moment) == Revocation::Good)
}
