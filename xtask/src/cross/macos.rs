//! macOS on Apple processors: compiled by Rust and, what is C, by Zig, linked by LLVM's linker for it. What comes out is
//! linked, not run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::debian::{self, write};
use super::{folder, said, same_names};
use crate::header;
use crate::run::run;

const TARGET: &str = "aarch64-apple-darwin";

/// The Python package that is Zig, and its version: it brings the headers of the system's library and the names in it.
const ZIG: &str = "ziglang==0.15.2";

/// Zig as the C compiler that the build scripts of crates expect: what they tell Apple's of the system it knows itself.
const COMPILER: &str = r#"#!/bin/bash
arguments=()
skip=
for argument in "$@"; do
    if [ -n "$skip" ]; then skip=; continue; fi
    case "$argument" in
        -arch|-isysroot) skip=1 ;;
        --target=*|-mmacosx-version-min=*) ;;
        *) arguments+=("$argument") ;;
    esac
done
exec FOLDER/ziglang/zig cc -target aarch64-macos.11.0 -mcpu=apple_m1 "${arguments[@]}"
"#;

/// A library that Rust's standard library names without taking anything from it.
const ICONV: &str = "--- !tapi-tbd\ntbd-version: 4\ntargets: [ arm64-macos ]\ninstall-name: '/usr/lib/libiconv.2.dylib'\n\
                     current-version: 7\ncompatibility-version: 7\n...\n";

/// What every macOS has. Nothing else may be needed, a platform framework least of all.
const SYSTEM: [&str; 2] = ["/usr/lib/libSystem.B.dylib", "/usr/lib/libiconv.2.dylib"];

fn zig() -> PathBuf {
    folder().join("zig")
}

/// libpec.dylib and pec.
pub(super) fn build() -> Result<(), String> {
    let folder = zig();
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    if !folder.join("ziglang").is_dir() {
        let target = folder.display().to_string();
        run(Command::new("python3").args(["-m", "pip", "install", "--quiet", "--target", &target, ZIG]))?;
    }
    debian::write_script(&folder.join("cc"), &COMPILER.replace("FOLDER", &folder.display().to_string()))?;
    write_names()?;
    // Whoever links against the library looks for it where the program says, not where it was built.
    let name = ["-Clink-arg=-install_name", "-Clink-arg=@rpath/libpec.dylib"];
    cargo("rustc", &[&["-p", "pec-ffi", "--lib", "--"][..], &name].concat())?;
    cargo("build", &["-p", "pec-cli"])?;
    let (library, program) = (built("libpec.dylib"), built("pec"));
    for file in [&library, &program] {
        let kind = said(Command::new("file").arg("--brief").arg(file), 0)?;
        if !kind.starts_with("Mach-O 64-bit arm64") {
            return Err(format!("{} is {kind}", file.display()));
        }
    }
    same_names(&library, exports(&library)?, header::functions()?)?;
    needs_the_system_alone(&library, "@rpath/libpec.dylib")?;
    needs_the_system_alone(&program, "")
}

/// The names of the system's library, as the linker looks for them: Apple has the others as links to the first one.
fn write_names() -> Result<(), String> {
    let (names, lib) = (zig().join("ziglang/lib/libc/darwin/libSystem.tbd"), zig().join("sdk/usr/lib"));
    fs::create_dir_all(&lib).map_err(|error| format!("{}: {error}", lib.display()))?;
    for name in ["libSystem.tbd", "libc.tbd", "libm.tbd"] {
        fs::copy(&names, lib.join(name)).map_err(|error| format!("{}: {error}", names.display()))?;
    }
    write(&lib.join("libiconv.tbd"), ICONV)
}

fn cargo(verb: &str, arguments: &[&str]) -> Result<(), String> {
    let mut cargo = debian::cargo_for(verb, TARGET);
    cargo.env("CARGO_TARGET_AARCH64_APPLE_DARWIN_LINKER", debian::llvm("bin/ld64.lld"));
    cargo.env("CARGO_TARGET_AARCH64_APPLE_DARWIN_RUSTFLAGS", "-Clinker-flavor=ld64.lld");
    cargo.env("SDKROOT", zig().join("sdk")).env("CC_aarch64_apple_darwin", zig().join("cc"));
    cargo.env("CARGO_PROFILE_RELEASE_DEBUG", "none").env("CARGO_PROFILE_RELEASE_STRIP", "none");
    run(cargo.args(arguments))
}

fn built(name: &str) -> PathBuf {
    folder().join("build").join(TARGET).join("release").join(name)
}

/// What the library shows.
fn exports(library: &Path) -> Result<Vec<String>, String> {
    let arguments = ["--extern-only", "--defined-only", "--just-symbol-name"];
    let names = said(debian::llvm_program("llvm-nm").args(arguments).arg(library), 0)?;
    // Each name of C has a stroke before it there.
    Ok(names.lines().map(|name| name.strip_prefix('_').unwrap_or(name).to_owned()).collect())
}

/// Which libraries a file asks for; its own name, which is among them, is `own`.
fn needs_the_system_alone(file: &Path, own: &str) -> Result<(), String> {
    let listing = said(debian::llvm_program("llvm-objdump").args(["--macho", "--dylibs-used"]).arg(file), 0)?;
    let named = listing.lines().skip(1).filter_map(|line| line.trim().split_once(" (").map(|(name, _)| name));
    let needed: BTreeSet<&str> = named.filter(|name| *name != own).collect();
    println!("{} needs {}", file.display(), needed.iter().copied().collect::<Vec<_>>().join(", "));
    match needed.iter().find(|name| !SYSTEM.contains(name)) {
        Some(name) => Err(format!("{} needs {name}", file.display())),
        None if needed.is_empty() => Err(format!("{} needs nothing: is it a program?", file.display())),
        None => Ok(()),
    }
}
