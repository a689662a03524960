//! Windows on x86-64, in the GNU flavour.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::debian::{self, write};
use super::wine::Wine;
use super::{LIBRARIES, folder, said, same_names, suite};
use crate::header;
use crate::run::{root, run};

const TARGET: &str = "x86_64-pc-windows-gnu";
const TOOL: &str = "bin/x86_64-w64-mingw32-";

/// What every C source must pass.
pub(super) const STRICT: [&str; 5] = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic"];

/// What every Windows has. Nothing else may be needed: no run-time library of a compiler, no window, no registry.
const SYSTEM: [&str; 8] = [
    "api-ms-win-core-synch-l1-2-0.dll",
    "bcryptprimitives.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "userenv.dll",
    "ws2_32.dll",
    "advapi32.dll",
];

/// Where the files are put as a system has them: bin, lib, include.
pub(super) fn prefix() -> PathBuf {
    folder().join("windows")
}

pub(super) fn tool(name: &str) -> Command {
    debian::program(&format!("{TOOL}{name}"))
}

/// What the header does not show to those who use the library without C.
const WITHOUT_C: [&str; 4] = ["PEC_TEST_HOOKS", "PEC_ARCHIVE", "PEC_SANDBOX", "PEC_WIRE"];

/// pec.dll in each of its forms; pec.exe; what a linker needs.
pub(super) fn build() -> Result<(), String> {
    for place in ["bin", "lib", "include", "rust-crypto", "test-hooks"] {
        fs::create_dir_all(prefix().join(place)).map_err(|error| error.to_string())?;
    }
    write_archiver()?;
    let [(_, given_out), (_, without_c)] = LIBRARIES;
    let failing = &["--features", "test-hooks"][..];
    for (place, features) in [("bin", given_out), ("test-hooks", failing), ("rust-crypto", without_c)] {
        cargo(&[&["-p", "pec-ffi", "--lib"], features].concat())?;
        copy(&built("pec.dll"), &prefix().join(place).join("pec.dll"))?;
    }
    cargo(&["-p", "pec-cli"])?;
    copy(&built("pec.exe"), &prefix().join("bin/pec.exe"))?;
    copy(&root().join("include/pec.h"), &prefix().join("include/pec.h"))?;
    let def = prefix().join("lib/pec.def");
    write(&def, &format!("LIBRARY pec.dll\nEXPORTS\n    {}\n", header::functions()?.join("\n    ")))?;
    let mut dlltool = tool("dlltool");
    run(dlltool.arg("-d").arg(&def).arg("-l").arg(prefix().join("lib/libpec.dll.a")))
}

fn cargo(arguments: &[&str]) -> Result<(), String> {
    let mut cargo = debian::cargo_for("build", TARGET);
    let compiler = debian::usr().join(format!("{TOOL}gcc-win32"));
    cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", &compiler).env("CC_x86_64_pc_windows_gnu", &compiler);
    cargo.env("AR_x86_64_pc_windows_gnu", archiver());
    cargo.env("CARGO_PROFILE_RELEASE_DEBUG", "none").env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
    // The compiler asks for dlltool by name.
    let path = std::env::var("PATH").unwrap_or_default();
    cargo.env("PATH", format!("{path}:{}", debian::usr().join("bin").display()));
    run(cargo.args(arguments))
}

/// Puts C objects into an archive without what they would have exported: a part of aws-lc declares its functions to be of a
/// library of their own, and they would stand among ours.
const ARCHIVER: &str = r#"#!/bin/sh
for argument in "$@"; do
    case "$argument" in
        *.o) [ ! -f "$argument" ] || TOOLobjcopy --remove-section=.drectve "$argument" || exit 1 ;;
    esac
done
exec TOOLar "$@"
"#;

fn archiver() -> PathBuf {
    folder().join("ar")
}

fn write_archiver() -> Result<(), String> {
    let tool = debian::usr().join(TOOL);
    debian::write_script(&archiver(), &ARCHIVER.replace("TOOL", &tool.display().to_string()))
}

fn built(name: &str) -> PathBuf {
    folder().join("build").join(TARGET).join("release").join(name)
}

pub(super) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(drop).map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}

/// Looks at what was built and runs it under Wine.
pub(super) fn is_sound() -> Result<(), String> {
    exports_and_imports(&prefix().join("bin/pec.dll"), header::functions()?)?;
    exports_and_imports(&prefix().join("rust-crypto/pec.dll"), header::functions_without(&WITHOUT_C)?)?;
    imports(&prefix().join("bin/pec.exe"))?;
    let work = folder().join("work");
    suite::write_cases(&work)?;
    let expected = suite::of_this_system(&work)?;
    let wine = Wine::begin(work)?;
    wine.examples()?;
    wine.tests()?;
    wine.suite(&expected)?;
    wine.program()
}

/// The functions of the header and no others; nothing but the system.
fn exports_and_imports(dll: &Path, declared: Vec<String>) -> Result<(), String> {
    let listing = said(tool("objdump").arg("-p").arg(dll), 0)?;
    let names = listing.split_once("[Ordinal/Name Pointer] Table").map_or("", |(_, names)| names);
    let exported = names.lines().skip(1).map_while(|line| line.split(' ').next_back().filter(|name| !name.is_empty()));
    same_names(dll, exported.map(str::to_owned), declared)?;
    imports(dll)
}

fn imports(file: &Path) -> Result<(), String> {
    let listing = said(tool("objdump").arg("-p").arg(file), 0)?;
    let needed = listing.lines().filter_map(|line| line.trim().strip_prefix("DLL Name: "));
    let needed: BTreeSet<String> = needed.map(str::to_ascii_lowercase).collect();
    println!("{} needs {}", file.display(), needed.iter().map(String::as_str).collect::<Vec<_>>().join(", "));
    match needed.iter().find(|name| !SYSTEM.contains(&name.as_str())) {
        Some(name) => Err(format!("{} needs {name}", file.display())),
        None if needed.is_empty() => Err(format!("{} needs nothing: is it a program?", file.display())),
        None => Ok(()),
    }
}
