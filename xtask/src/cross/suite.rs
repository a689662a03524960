//! Every conformance case as a list of instructions for `pec-ffi/tests/c/suite.c`.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use pec_sandbox::vectors::{self, TrustData, reconcile};

use super::{LIBRARIES, said};
use crate::run::{cargo, root, run};

/// Where the messages are: no ASCII, and a space.
pub(super) const MAIL: &str = "perché no";
/// A message beside the plan.
pub(super) const LETTER: &str = "già ricevuta.eml";

/// Writes the cases into `work`: the messages below [`MAIL`], the rest below `artefacts`.
pub(super) fn write_cases(work: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", work.display());
    if work.exists() {
        fs::remove_dir_all(work).map_err(failed)?;
    }
    fs::create_dir_all(work.join(MAIL)).map_err(failed)?;
    vectors::write(&work.join(MAIL)).map_err(failed)?;
    fs::rename(work.join(MAIL).join("artefacts"), work.join("artefacts")).map_err(failed)?;
    fs::copy(work.join(MAIL).join("kind-delivery-a.eml"), work.join(LETTER)).map(drop).map_err(failed)
}

/// The instructions, paths spelled with `separator`. The directory of the few cases that have one, and what the host
/// submitted itself, are left out: C cannot say the second.
pub(super) fn plan(separator: char) -> Result<String, String> {
    let mut plan = Plan { text: String::new(), separator };
    for case in vectors::all().map_err(|error| error.to_string())? {
        let host = &case.host;
        let trust = if host.trust == TrustData::BuiltIn { "built-in" } else { "trust-sandbox" };
        plan.begin(&case.name, host.now.timestamp(), trust, &host.anchors);
        plan.artefacts("intermediate", &host.intermediates, "crt");
        plan.artefacts("time-anchor", &host.time_anchors, "crt");
        plan.artefacts("crl", &host.crls, "crl");
        plan.artefacts("ocsp", &host.ocsp, "ocsp");
        plan.line(&format!("verify {} {MAIL}{separator}{}.eml", case.name, case.name));
    }
    for case in reconcile::reconciliations().map_err(|error| error.to_string())? {
        let now = case.host.now.parse().map_err(|error: jiff::Error| error.to_string())?;
        plan.begin(case.name, now, case.host.trust, &case.host.anchors);
        case.host.own_mailboxes.iter().for_each(|address| plan.line(&format!("own {address}")));
        if case.host.service_receipts == "visible" {
            plan.line("service");
        }
        for (file, _) in &case.messages {
            plan.line(&format!("message {file} {MAIL}{separator}reconcile{separator}{}{separator}{file}", case.name));
        }
        plan.line(if case.host.art_147 == "asked" { "dossiers art-147" } else { "dossiers plain" });
    }
    plan.line(&format!("flat {LETTER}"));
    Ok(plan.text)
}

struct Plan {
    text: String,
    separator: char,
}

impl Plan {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn begin(&mut self, name: &str, now: Timestamp, trust: &str, anchors: &[&str]) {
        let _ = writeln!(self.text, "case {name}\nnow {}", now.as_second());
        if trust == "built-in" {
            self.line("trust built-in");
        } else {
            self.artefacts("trust", &[trust], "json");
        }
        self.artefacts("anchor", anchors, "crt");
    }

    fn artefacts(&mut self, instruction: &str, names: &[&str], extension: &str) {
        for name in names {
            let _ = writeln!(self.text, "{instruction} artefacts{}{name}.{extension}", self.separator);
        }
    }
}

/// What the library of this system prints, with each cryptographic library; an error when the two differ.
pub(super) fn of_this_system(work: &Path) -> Result<String, String> {
    let list = work.join("plan");
    fs::write(&list, plan('/')?).map_err(|error| error.to_string())?;
    let mut printed = Vec::new();
    for (feature, features) in LIBRARIES {
        let mut build = Command::new(cargo());
        build.args(["build", "-p", "pec-ffi", "--lib"]).args(features);
        run(build.current_dir(root()))?;
        let lib = work.join(feature);
        fs::create_dir_all(&lib).map_err(|error| error.to_string())?;
        fs::copy(root().join("target/debug/libpec.so"), lib.join("libpec.so")).map_err(|error| error.to_string())?;
        let program = lib.join("suite");
        let mut gcc = Command::new("gcc");
        gcc.args(super::windows::STRICT).arg("-I").arg(root().join("include"));
        gcc.arg(root().join("pec-ffi/tests/c/suite.c")).arg("-L").arg(&lib).args(["-lpec", "-o"]).arg(&program);
        run(&mut gcc)?;
        printed.push(said(Command::new(program).arg("plan").env("LD_LIBRARY_PATH", lib).current_dir(work), 0)?);
    }
    match &printed[..] {
        [one, other] => same("this system with rust-crypto", one, other)?,
        _ => return Err("two libraries are compared".into()),
    }
    Ok(printed.swap_remove(0))
}

/// Both say the same, and enough.
pub(super) fn same(who: &str, expected: &str, found: &str) -> Result<(), String> {
    let lines = expected.lines().filter(|line| line.starts_with('{')).count();
    if lines < 600 {
        return Err(format!("only {lines} lines of JSON"));
    }
    if expected == found {
        println!("{who}: {lines} lines of JSON, the same byte for byte");
        return Ok(());
    }
    let mut pairs = expected.lines().zip(found.lines());
    let (one, other) = pairs.find(|(one, other)| one != other).unwrap_or(("more lines", "or fewer"));
    Err(format!("{who} differs:\n{one}\n{other}"))
}
