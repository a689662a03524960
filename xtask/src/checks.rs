//! Checks that are not tests: documents against the code, the rules of the rooms.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use pec_core::finding::{self, Code};

use crate::run::{cargo, root, run};

/// Crates that pec-core must never reach: an async runtime, a TLS stack, Python, a database.
const FORBIDDEN: [&str; 9] =
    ["tokio", "async-std", "rustls", "native-tls", "openssl", "pyo3", "rusqlite", "libsqlite3-sys", "tokio-postgres"];

/// `docs/FINDINGS.md` is what the finding table says.
pub(crate) fn findings_are_current() -> Result<(), String> {
    let path = root().join("docs/FINDINGS.md");
    let written = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if written == finding::document() {
        Ok(())
    } else {
        Err("docs/FINDINGS.md is old: run `cargo xtask findings`".into())
    }
}

/// Writes `docs/FINDINGS.md`.
pub(crate) fn write_findings() -> Result<(), String> {
    let folder = root().join("docs");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    fs::write(folder.join("FINDINGS.md"), finding::document()).map_err(|error| error.to_string())
}

/// Every finding is provoked by a case of conformance/ that names its rule. A code that no message can provoke is
/// listed in `pec_sandbox::vectors::SKIPPED` with the reason, or in `BY_COMPARISON` with the test that provokes it; an
/// entry that has a case after all fails.
pub(crate) fn findings_have_cases() -> Result<(), String> {
    let mut cases: BTreeMap<&str, usize> = BTreeMap::new();
    for vector in pec_sandbox::vectors::all().map_err(|error| error.to_string())? {
        if vector.rule.is_empty() {
            return Err(format!("{} names no rule", vector.name));
        }
        for (code, _) in &vector.expect.findings {
            *cases.entry(code.as_str()).or_default() += 1;
        }
    }
    for code in Code::ALL {
        let skipped = pec_sandbox::vectors::SKIPPED.iter().any(|(skipped, _)| skipped == code);
        let compared = pec_sandbox::vectors::BY_COMPARISON.iter().find(|(compared, ..)| compared == code);
        match (cases.contains_key(code.as_str()), skipped, compared) {
            (false, false, None) => return Err(format!("no case provokes {code}")),
            (false, false, Some((_, file, test))) => provoked_by(*code, file, test)?,
            (true, false, None) | (false, true, None) => {}
            _ => return Err(format!("{code} has a case: take it out of SKIPPED and BY_COMPARISON")),
        }
    }
    println!("{} codes, each with a case or a reason", Code::ALL.len());
    Ok(())
}

/// The test exists and asserts the code: that it passes, the tests show.
fn provoked_by(code: Code, file: &str, test: &str) -> Result<(), String> {
    let path = root().join("pec-core/src/reconcile").join(file);
    let source = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let body = source
        .split_once(&format!("#[test]\nfn {test}()"))
        .and_then(|(_, after)| after.split_once("\n}\n"))
        .map(|(body, _)| body)
        .ok_or_else(|| format!("{code}: {} has no test {test}", path.display()))?;
    let named = body
        .match_indices(&format!("Code::{code:?}"))
        .any(|(at, name)| !body[at + name.len()..].starts_with(|next: char| next.is_alphanumeric()));
    if named { Ok(()) } else { Err(format!("{code}: {test} does not assert Code::{code:?}")) }
}

/// `cargo tree` of pec-core holds none of the forbidden crates.
pub(crate) fn dependencies() -> Result<(), String> {
    let output = Command::new(cargo())
        .args(["tree", "-p", "pec-core", "-e", "normal", "--all-features", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let tree = String::from_utf8_lossy(&output.stdout);
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    match FORBIDDEN.iter().find(|name| names.contains(name)) {
        Some(name) => Err(format!("pec-core reaches {name}: see `cargo tree -p pec-core -i {name}`")),
        None => Ok(()),
    }
}

/// Licences and sources by cargo-deny, where it is installed.
pub(crate) fn licences() -> Result<(), String> {
    if !Command::new(cargo()).args(["deny", "--version"]).output().is_ok_and(|output| output.status.success()) {
        println!("skipped: cargo-deny is not installed (`cargo install cargo-deny`)");
        return Ok(());
    }
    run(Command::new(cargo()).args(["deny", "check", "bans", "licenses", "sources"]).current_dir(root()))
}
