//! What the documents name exists: files, conformance cases, finding codes, tests; and the counts of conformance/ are
//! the ones that its README prints.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pec_core::finding::Code;
use pec_core::verify::Verdict;

const DOCUMENTS: [&str; 4] = ["SECURITY.md", "CONTRIBUTING.md", "docs/COMPARE.md", "conformance/README.md"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The texts between single backquotes, outside code blocks.
fn quoted(document: &str) -> Vec<String> {
    let prose: String = document.split("```").step_by(2).collect();
    prose.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The names of the conformance cases.
fn cases() -> Vec<String> {
    let files = fs::read_dir(root().join("conformance")).unwrap().map(|entry| entry.unwrap().path());
    let messages = files.filter(|path| path.extension().is_some_and(|extension| extension == "eml"));
    messages.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

/// The names of the reconciliation cases.
fn reconciliations() -> Vec<String> {
    let folders = fs::read_dir(root().join("conformance/reconcile")).unwrap().map(|entry| entry.unwrap().path());
    let cases = folders.filter(|path| path.join("case.json").exists());
    cases.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

/// Every Rust source of the workspace in one text.
fn sources() -> String {
    let mut text = String::new();
    let crates = ["pec-archive", "pec-cli", "pec-core", "pec-files", "pec-imap", "pec-sandbox", "xtask"];
    let mut folders = crates.map(|name| root().join(name)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    text
}

/// What is wrong with a name, if it is the name of something of ours.
fn wrong(name: &str, cases: &[String], sources: &str) -> Option<&'static str> {
    let plain =
        |extra: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || extra.contains(b as char));
    let layer = [
        "mime", "cms", "cert", "trust", "time", "id", "kind", "anomaly", "transit", "daticert", "original", "brief",
        "html", "receipt",
    ];
    let family = |name: &str| cases.iter().any(|case| case.split('-').next() == name.split('-').next());
    if name.contains('/') && plain("/_.-") && name.split('/').next_back()?.contains('.') {
        let folders = ["", "pec-core/src", "conformance"].map(|folder| root().join(folder).join(name));
        let exists = folders.iter().any(|path| path.exists());
        return (!exists).then_some("no such file");
    }
    if let Some((first, rest)) = name.split_once('.')
        && layer.contains(&first)
        && plain("._")
        && !["xml", "eml", "rs"].contains(&rest)
    {
        return Code::parse(name).is_none().then_some("no such finding");
    }
    if name.contains('-') && plain("-*") && family(name) {
        let found = match name.strip_suffix('*') {
            Some(start) => cases.iter().any(|case| case.starts_with(start)),
            None => {
                cases.iter().any(|case| case == name)
                    // A value on the wire.
                    || sources.contains(&format!("\"{name}\""))
                    || root().join(format!("conformance/artefacts/{name}.json")).exists()
            }
        };
        return (!found).then_some("no such case");
    }
    let identifier = name.bytes().filter(|byte| *byte == b'_').count() >= 2 && plain("_");
    (identifier && !sources.contains(name)).then_some("not in the sources")
}

#[test]
fn what_is_named_exists() {
    let (cases, sources) = ([cases(), reconciliations()].concat(), sources());
    let mut failures = Vec::new();
    let mut checked = 0;
    for document in DOCUMENTS {
        for name in quoted(&read(document)) {
            checked += 1;
            if let Some(reason) = wrong(&name, &cases, &sources) {
                failures.push(format!("{document}: {name}: {reason}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(checked > 200, "only {checked} names: is the document read?");
    for (name, reason) in [
        ("verify/no-such.rs", "no such file"),
        ("cms.no_such", "no such finding"),
        ("kind-no-such", "no such case"),
        ("no_such_test", "not in the sources"),
    ] {
        // The last two are strings of this file, which is a source.
        let sources = if ["kind-no-such", "no_such_test"].contains(&name) { "" } else { &sources };
        assert_eq!(wrong(name, &cases, sources), Some(reason));
    }
}

#[test]
fn the_counts_of_the_cases_are_those_of_the_readme() {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases() {
        let description: serde_json::Value = serde_json::from_str(&read(&format!("conformance/{case}.json"))).unwrap();
        *counted.entry(description["expected"]["verdict"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let readme = read("conformance/README.md");
    for verdict in Verdict::ALL {
        let row = format!("| `{verdict}` | {} |", counted[verdict.as_str()]);
        assert!(readme.contains(&row), "conformance/README.md lacks {row}");
    }
    let total = format!("{} cases", counted.values().sum::<usize>());
    assert!(readme.contains(&total), "conformance/README.md lacks {total}");
}

#[test]
fn the_counts_of_the_reconciliation_cases_are_those_of_the_readme() {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    let cases = reconciliations();
    let descriptions: Vec<serde_json::Value> = cases
        .iter()
        .map(|case| serde_json::from_str(&read(&format!("conformance/reconcile/{case}/case.json"))).unwrap())
        .collect();
    let mut dossiers = 0;
    for dossier in descriptions.iter().flat_map(|case| case["expected"]["dossiers"].as_array().unwrap()) {
        dossiers += 1;
        for recipient in dossier["recipients"].as_array().unwrap() {
            *counted.entry(recipient["state"].as_str().unwrap_or("left open")).or_default() += 1;
        }
    }
    let readme = read("conformance/README.md");
    for (state, count) in counted {
        let row =
            if state == "left open" { format!("| left open | {count} |") } else { format!("| `{state}` | {count} |") };
        assert!(readme.contains(&row), "conformance/README.md lacks {row}");
    }
    let total = format!("{} reconciliation cases, {dossiers} dossiers", cases.len());
    assert!(readme.contains(&total), "conformance/README.md lacks {total}");
}
