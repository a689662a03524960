//! macOS on Apple processors: the compiler and linker of Zig, which has the headers and the names of the system's
//! library. What comes out is linked, not run.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::debian::{self, write};
use super::{folder, said};
use crate::run::run;

const TARGET: &str = "aarch64-apple-darwin";

/// The Python package that is Zig, and its version.
const ZIG: &str = "ziglang==0.15.2";

/// Zig as the C compiler that Rust and the build scripts of crates expect.
///
/// Arguments of Apple's compiler that Zig does not know are left out. A platform framework is an error: nothing in the
/// default features needs one.
const WRAPPER: &str = r#"#!/bin/bash
arguments=()
skip=
for argument in "$@"; do
    if [ -n "$skip" ]; then skip=; continue; fi
    case "$argument" in
        -framework) echo "a platform framework is asked for: $*" >&2; exit 1 ;;
        -arch|-isysroot) skip=1 ;;
        --target=*|-mmacosx-version-min=*|-Wl,-exported_symbols_list|-Wl,-exported_symbols_list,*|-Wl,-dead_strip) ;;
        *exported_symbols_list*|*/list) ;;
        *) arguments+=("$argument") ;;
    esac
done
exec FOLDER/ziglang/zig cc -target aarch64-macos -mcpu=apple_m1 -LFOLDER "${arguments[@]}"
"#;

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
    let compiler = folder.join("cc");
    debian::write_script(&compiler, &WRAPPER.replace("FOLDER", &folder.display().to_string()))?;
    // The standard library names it; every macOS has it, Zig does not.
    write(&folder.join("iconv.c"), "int pec_no_iconv;\n")?;
    run(Command::new(&compiler)
        .args(["-shared", "-o"])
        .arg(folder.join("libiconv.dylib"))
        .arg(folder.join("iconv.c")))?;
    for package in [&["-p", "pec-ffi", "--lib"][..], &["-p", "pec-cli"]] {
        let mut cargo = debian::cargo_for(TARGET);
        cargo.env("CARGO_TARGET_AARCH64_APPLE_DARWIN_LINKER", &compiler).env("CC_aarch64_apple_darwin", &compiler);
        cargo.env("CARGO_PROFILE_RELEASE_DEBUG", "none").env("CARGO_PROFILE_RELEASE_STRIP", "none");
        run(cargo.args(package))?;
    }
    for file in ["libpec.dylib", "pec"] {
        let path = super::folder().join("build").join(TARGET).join("release").join(file);
        let kind = said(Command::new("file").arg("--brief").arg(&path), 0)?;
        if !kind.starts_with("Mach-O 64-bit arm64") {
            return Err(format!("{} is {kind}", path.display()));
        }
        println!("{}: {}", path.display(), kind.trim());
    }
    Ok(())
}
