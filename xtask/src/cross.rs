//! `cargo xtask cross`: the library and the program for other systems, built here and run here where that is possible.
//!
//! ```text
//! debian     a private root: compilers and Wine from Debian's archive, unpacked, not installed
//! windows    pec.dll, its import library, pec.exe; the C programs and pec.exe under Wine
//! suite      every conformance case through the C face, here and there, compared byte for byte
//! macos      libpec.dylib and pec for Apple processors: linked, not run
//! ```
//!
//! All that is fetched, unpacked or built stays below `target/cross`. Rust's own archives of other systems are not
//! needed: the standard library is built from its source, which Debian has beside a compiler of the same version.

pub(crate) mod debian;
mod macos;
mod program;
mod suite;
mod windows;
mod wine;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{self, Step, root};

/// The library of C with each of the two cryptographic libraries, and how cargo is told: as it is given out, and without
/// anything that is C.
const LIBRARIES: [(&str, &[&str]); 2] =
    [("aws-lc-rs", &[]), ("rust-crypto", &["--no-default-features", "--features", "rust-crypto"])];

/// `cargo xtask cross [windows|wine|macos]`; `wine` runs again what `windows` has built.
pub(crate) fn obey(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let prepare = || Step::check("compilers", debian::prepare);
    let windows = || Step::check("Windows: build", windows::build);
    let wine = || Step::check("Windows: under Wine", windows::is_sound);
    let macos = || Step::check("macOS: build", macos::build);
    match arguments.next().as_deref() {
        None => run::all([prepare(), windows(), wine(), macos()]),
        Some("windows") => run::all([prepare(), windows(), wine()]),
        Some("wine") => run::all([prepare(), wine()]),
        Some("macos") => run::all([prepare(), macos()]),
        Some(other) => Err(format!("{other} is no system that is known here: windows, wine, macos")),
    }
}

fn folder() -> PathBuf {
    root().join("target/cross")
}

/// What a program has printed; an error when it ended with another code than `code`.
fn said(command: &mut Command, code: i32) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|error| format!("{command:?}: {error}"));
    let (out, error) = (text(output.stdout)?, String::from_utf8_lossy(&output.stderr).into_owned());
    if output.status.code() == Some(code) {
        return Ok(out);
    }
    Err(format!("{command:?} ended with {}, wanted {code}\n{out}\n{error}", output.status))
}

/// A library shows the functions that are declared and no others.
fn same_names(
    library: &Path,
    shown: impl IntoIterator<Item = String>,
    declared: impl IntoIterator<Item = String>,
) -> Result<(), String> {
    let (shown, declared): (BTreeSet<_>, BTreeSet<_>) = (shown.into_iter().collect(), declared.into_iter().collect());
    if shown != declared {
        let difference: Vec<_> = shown.symmetric_difference(&declared).take(5).collect();
        return Err(format!("{}: not the functions of the header: {difference:?}", library.display()));
    }
    println!("{}: the {} functions of the header", library.display(), declared.len());
    Ok(())
}
