//! The conformance files, and reference data that are fetched, not kept.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{root, run};

/// Version of the PyPI package that holds NIST PKITS.
const PKITS: &str = "cryptography-vectors==50.0.2";

/// Writes conformance/ anew from the sandbox.
pub(crate) fn write_conformance() -> Result<(), String> {
    let folder = root().join("conformance");
    for file in vector_files(&folder)? {
        fs::remove_file(folder.join(&file)).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let cases = pec_sandbox::vectors::write(&folder).map_err(|error| error.to_string())?;
    println!("{cases} cases");
    Ok(())
}

/// The files that the sandbox would write now are the ones that are there, byte for byte.
pub(crate) fn conformance_is_current() -> Result<(), String> {
    let folder = root().join("conformance");
    let fresh = root().join("target/conformance");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).map_err(|error| error.to_string())?;
    }
    fs::create_dir_all(&fresh).map_err(|error| error.to_string())?;
    pec_sandbox::vectors::write(&fresh).map_err(|error| error.to_string())?;
    let (kept, made) = (vector_files(&folder)?, vector_files(&fresh)?);
    if let Some(file) = kept.symmetric_difference(&made).next() {
        return Err(format!("conformance/{} is not what the sandbox makes: run `cargo xtask vectors`", file.display()));
    }
    for file in &kept {
        let read = |folder: &Path| fs::read(folder.join(file)).map_err(|error| error.to_string());
        if read(&folder)? != read(&fresh)? {
            return Err(format!("conformance/{} has changed: run `cargo xtask vectors`", file.display()));
        }
    }
    println!("{} files", kept.len());
    Ok(())
}

/// Every file below a folder but the README, relative to it.
fn vector_files(folder: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let mut files = BTreeSet::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let entries = fs::read_dir(&next).map_err(|error| format!("{}: {error}", next.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "README.md") {
                files.insert(path.strip_prefix(folder).unwrap_or(&path).to_path_buf());
            }
        }
    }
    Ok(files)
}

/// Fetches NIST PKITS into target/vectors.
pub(crate) fn fetch_pkits() -> Result<(), String> {
    let folder = root().join("target/vectors");
    if folder.join("cryptography_vectors/x509/PKITS_data").is_dir() {
        return Ok(());
    }
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let target = folder.display().to_string();
    run(Command::new("python3").args(["-m", "pip", "install", "--quiet", "--no-deps", "--target", &target, PKITS]))
}

/// The same, without which the tests say that they skip.
pub(crate) fn try_fetch_pkits() -> Result<(), String> {
    if let Err(reason) = fetch_pkits() {
        println!("NIST PKITS could not be fetched, its tests will skip: {reason}");
    }
    Ok(())
}

/// Programs that tests use beyond Rust and a C compiler, the Debian package of each, and what for.
const PACKAGES: [(&str, &str, &str); 11] = [
    ("openssl", "openssl", "the independent oracle for signatures"),
    ("python3", "python3", "expat, the independent oracle for XML"),
    ("curl", "curl", "a mail client for the sandbox's server"),
    ("dovecot", "dovecot-imapd", "an IMAP server in front of the sandbox's Maildirs"),
    ("chromium", "chromium", "the browser in which the page of dossiers is looked at"),
    ("valgrind", "valgrind", "instruction counts in benchmarks, errors and leaks of C programs"),
    ("clang", "clang", "the other compiler for C programs"),
    ("", "libclang-rt-dev", "its sanitizers"),
    ("cmake", "cmake", "a C program that finds the library by CMake"),
    ("meson", "meson", "a C program that finds the library by Meson"),
    ("tmux", "tmux", "trying the terminal output as a person sees it"),
];

/// Installs Debian packages.
pub(crate) fn install(packages: &[&str]) -> Result<(), String> {
    let apt = || {
        let mut apt = Command::new("apt-get");
        // Nobody is there to answer.
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet=2");
        apt
    };
    // An old list of packages may still do.
    let _ = run(apt().arg("update"));
    run(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

/// Installs what is missing, or says what to install where that is not allowed.
pub(crate) fn setup() -> Result<(), String> {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|(program, package, _)| {
            let runs = |words: &[&str]| {
                let [program, arguments @ ..] = words else { return false };
                Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
            };
            // What is no program, Debian alone knows of.
            !["--version", "-V", "version"].iter().any(|version| runs(&[*program, *version]))
                && !runs(&["dpkg-query", "--status", *package])
        })
        .map(|(_, package, why)| {
            println!("missing: {package} ({why})");
            *package
        })
        .collect();
    if !missing.is_empty()
        && let Err(reason) = install(&missing)
    {
        println!("{reason}; install by hand: {}. The tests that need them will say that they skip.", missing.join(" "));
    }
    try_fetch_pkits()
}
