//! `cargo xtask`: the one way to run everything. `test` is all that CI runs.

mod capabilities;
mod checks;
mod crash;
#[cfg(unix)]
mod cross;
mod dist;
mod faces;
mod fuzz;
mod header;
mod parity;
mod python;
mod run;
#[cfg(unix)]
mod threads;
mod vectors;

use std::process::ExitCode;

use run::Step;

const USAGE: &str = "\
cargo xtask COMMAND

  test      everything that CI runs: format, lints, tests, doctests, conformance, documents, dependency rules
  setup     install what the tests can use beyond Rust (Debian packages, Python data); says what is missing
  vectors   write conformance/ anew from the sandbox; fetch NIST PKITS into target/vectors
  findings  write docs/FINDINGS.md anew from the finding table
  delegation  write docs/DELEGATION.md and docs/lifecycle.svg anew from the tables of delegation
  capabilities  write docs/CAPABILITIES.md anew: what each row of the specification's list has become, and the test that shows it
  header    write include/pec.h anew from pec-ffi
  parity    write docs/PARITY.md anew: what stands beside what in Rust, C and Python; --check fails for what is in no row
  dist --prefix DIR [--check]   install the C library: header, shared and static library, pkg-config and CMake, and test
                      what is there; --check alone does so below target/, with what the tests have compiled
  threads [SECONDS]   eight threads on one verifier under ThreadSanitizer, a minute unless told
  crash [KILLS]       kill a process that writes an archive, and cut the power under it, a thousand times each unless told
  faces     compile and run the examples in C#, Pascal, COBOL and Java against the C library (docs/PLATFORMS.md)
  cross [windows|wine|macos]   build for other systems; run the C programs, the conformance cases and pec.exe under Wine
  python    the wheel of pecpy, tested in a clean virtual environment: tests, types, documents
  stub      write the docstrings of pec-py into its stub anew
  wheel [--zig]       the wheel as it is published, below target/python/dist, audited and tested; --zig for an old glibc
  bench [python]      side-by-side benchmarks and instruction counts, or those of pecpy (benches/README.md)
  fuzz [MINUTES] [TARGET]   fuzz every target with AddressSanitizer (nightly), ten minutes each unless told
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let outcome = match arguments.next().as_deref() {
        Some("test") => test(),
        Some("setup") => vectors::setup(),
        Some("vectors") => vectors::write_conformance().and_then(|()| vectors::fetch_pkits()),
        Some("findings") => checks::write_findings(),
        Some("delegation") => checks::write_delegation(),
        Some("capabilities") => capabilities::write(),
        Some("header") => header::write(),
        Some("parity") => parity::obey(arguments),
        Some("dist") => dist::obey(arguments),
        #[cfg(unix)]
        Some("threads") => threads::hammer(arguments.next()),
        Some("crash") => crash::campaign(arguments.next()),
        Some("faces") => faces::run_all(),
        #[cfg(unix)]
        Some("cross") => cross::obey(arguments),
        Some("python") => python::check(),
        Some("stub") => python::stub(),
        Some("wheel") => python::wheel(arguments),
        Some("bench") if arguments.next().as_deref() == Some("python") => python::bench(),
        Some("bench") => bench(),
        Some("fuzz") => fuzz::run_all(arguments.next(), arguments.next()),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// All that CI runs, cheapest first.
fn test() -> Result<(), String> {
    run::all([
        Step::cargo("format", &["fmt", "--all", "--check"]),
        Step::check("findings document", checks::findings_are_current),
        Step::check("delegation document and diagram", checks::delegation_is_current),
        Step::check("every capability has its test", capabilities::is_current),
        Step::check("every finding has a case and a rule", checks::findings_have_cases),
        Step::check("conformance files", vectors::conformance_is_current),
        Step::check("C header", header::is_current),
        Step::check("Rust, C and Python side by side", parity::is_current),
        Step::check("dependency rules", checks::dependencies),
        Step::cargo("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        Step::check("reference data", vectors::try_fetch_pkits),
        Step::tests(),
        Step::check("C library as installed", dist::is_sound),
        Step::check("Python module", python::check),
        Step::cargo("doctests", &["test", "--workspace", "--doc"]),
        Step::cargo("documents", &["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"),
        Step::check("licences and advisories", checks::licences),
    ])
}

fn bench() -> Result<(), String> {
    run::all([Step::cargo("benchmarks", &["bench", "-p", "pec-benches"])])
}
