//! Checks that are not tests: documents against the code, the rules of the rooms.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use pec_core::delegation;
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

/// What is made from the tables of `pec_core::delegation`, by its path.
fn delegation_files() -> [(&'static str, String); 2] {
    [("docs/DELEGATION.md", delegation::document()), ("docs/lifecycle.svg", delegation::diagram())]
}

/// `docs/DELEGATION.md` and `docs/lifecycle.svg` are what the tables of delegation say.
pub(crate) fn delegation_is_current() -> Result<(), String> {
    for (path, made) in delegation_files() {
        let written = fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
        if written != made {
            return Err(format!("{path} is old: run `cargo xtask delegation`"));
        }
    }
    Ok(())
}

/// Writes both.
pub(crate) fn write_delegation() -> Result<(), String> {
    let mut files = delegation_files().into_iter();
    files.try_for_each(|(path, made)| fs::write(root().join(path), made).map_err(|error| format!("{path}: {error}")))
}

/// Every finding is provoked by a case of conformance/ that names its rule, of one message or of several. A code that
/// none can provoke is listed in `pec_sandbox::vectors::SKIPPED` with the reason; an entry that has a case after all
/// fails.
pub(crate) fn findings_have_cases() -> Result<(), String> {
    let mut provoked: BTreeSet<&str> = BTreeSet::new();
    let mut unruled = None;
    for vector in pec_sandbox::vectors::all().map_err(|error| error.to_string())? {
        provoked.extend(vector.expect.findings.iter().map(|(code, _)| code.as_str()));
        unruled = unruled.or((vector.rule.is_empty()).then_some(vector.name));
    }
    for case in pec_sandbox::vectors::reconcile::reconciliations().map_err(|error| error.to_string())? {
        provoked.extend(case.findings().map(|found| found.code));
        unruled = unruled.or((case.rule.is_empty()).then(|| case.name.to_owned()));
    }
    if let Some(name) = unruled {
        return Err(format!("{name} names no rule"));
    }
    for code in Code::ALL {
        let skipped = pec_sandbox::vectors::SKIPPED.iter().any(|(skipped, _)| skipped == code);
        match (provoked.contains(code.as_str()), skipped) {
            (false, false) => return Err(format!("no case provokes {code}")),
            (true, true) => return Err(format!("{code} has a case: take it out of SKIPPED")),
            (true, false) | (false, true) => {}
        }
    }
    println!("{} codes, each with a case or a reason", Code::ALL.len());
    Ok(())
}

/// Crates that compile C, or are it.
const C: &[&str] = &["aws-lc-rs", "aws-lc-sys", "bindgen", "cc", "cmake", "pkg-config"];

/// Those of them that are cryptography.
const C_CRYPTOGRAPHY: &[&str] = &["aws-lc-rs", "aws-lc-sys"];

/// What `rust-crypto` alone frees each face of: `pec` keeps an archive, which is SQLite and zstd, and is freed of the
/// cryptographic library alone.
const FREED: [(&str, &[&str]); 3] = [("pec-core", C), ("pec-ffi", C), ("pec-cli", C_CRYPTOGRAPHY)];

/// `cargo tree` of pec-core holds none of the forbidden crates; with `rust-crypto` nothing compiles cryptography in C,
/// and the default features do.
pub(crate) fn dependencies() -> Result<(), String> {
    let names = reached("pec-core", &["-e", "normal", "--all-features"])?;
    if let Some(name) = FORBIDDEN.iter().find(|name| names.contains(**name)) {
        return Err(format!("pec-core reaches {name}: see `cargo tree -p pec-core -i {name}`"));
    }
    for (package, freed) in FREED {
        let built = ["-e", "normal,build"];
        let names = reached(package, &[&built[..], &["--no-default-features", "--features", "rust-crypto"]].concat())?;
        if let Some(name) = freed.iter().find(|name| names.contains(**name)) {
            return Err(format!("{package} needs C with rust-crypto alone: {name}"));
        }
        if !reached(package, &built)?.contains("aws-lc-rs") {
            return Err(format!("the default features of {package} are without aws-lc-rs"));
        }
    }
    Ok(())
}

/// The names of the crates that a package is built with.
fn reached(package: &str, arguments: &[&str]) -> Result<BTreeSet<String>, String> {
    let output = Command::new(cargo())
        .args(["tree", "-p", package, "--prefix", "none", "--format", "{p}"])
        .args(arguments)
        .current_dir(root())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let tree = String::from_utf8_lossy(&output.stdout);
    Ok(tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect())
}

/// Licences and sources by cargo-deny, where it is installed.
pub(crate) fn licences() -> Result<(), String> {
    if !Command::new(cargo()).args(["deny", "--version"]).output().is_ok_and(|output| output.status.success()) {
        println!("skipped: cargo-deny is not installed (`cargo install cargo-deny`)");
        return Ok(());
    }
    run(Command::new(cargo()).args(["deny", "check", "bans", "licenses", "sources"]).current_dir(root()))
}
