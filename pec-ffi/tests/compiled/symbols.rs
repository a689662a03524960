//! The symbols of the libraries are the functions of the header.

use std::collections::BTreeSet;
use std::process::Command;

use super::build::{has, libraries, succeed};
use super::header::functions;

#[test]
fn the_shared_library_exports_the_header_and_nothing_else() {
    if !has("nm") {
        return;
    }
    let output = succeed(
        Command::new("nm").args(["-D", "--defined-only", "--format=just-symbols"]).arg(libraries().join("libpec.so")),
    );
    let symbols = String::from_utf8(output.stdout).unwrap();
    let exported: BTreeSet<&str> = symbols.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let functions = functions();
    let declared: BTreeSet<&str> = functions.iter().map(|function| &*function.name).collect();
    let missing: Vec<_> = declared.difference(&exported).collect();
    let surplus: Vec<_> = exported.difference(&declared).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "missing: {missing:?}, surplus: {surplus:?}");
}
