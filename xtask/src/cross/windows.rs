//! Windows on x86-64, in the GNU flavour.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::debian::{self, write};
use super::{FEATURES, folder, said, suite};
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
fn prefix() -> PathBuf {
    folder().join("windows")
}

fn tool(name: &str) -> Command {
    debian::program(&format!("{TOOL}{name}"))
}

/// pec.dll with each cryptographic library and once with the functions that fail on purpose; pec.exe; what a linker needs.
pub(super) fn build() -> Result<(), String> {
    for place in ["bin", "lib", "include", "rust-crypto", "test-hooks"] {
        fs::create_dir_all(prefix().join(place)).map_err(|error| error.to_string())?;
    }
    write_archiver()?;
    for (place, features) in
        [("bin", "aws-lc-rs"), ("test-hooks", "aws-lc-rs,test-hooks"), ("rust-crypto", "rust-crypto")]
    {
        cargo(&["-p", "pec-ffi", "--lib", "--no-default-features", "--features", features])?;
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
    let mut cargo = debian::cargo_for(TARGET);
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

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(drop).map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}

/// Looks at what was built and runs it under Wine.
pub(super) fn is_sound() -> Result<(), String> {
    for place in ["bin", "rust-crypto"] {
        exports_and_imports(&prefix().join(place).join("pec.dll"))?;
    }
    imports(&prefix().join("bin/pec.exe"))?;
    let work = folder().join("work");
    suite::write_cases(&work)?;
    let expected = suite::of_this_system(&work)?;
    let wine = Wine::begin(work)?;
    wine.examples()?;
    wine.suite(&expected)?;
    wine.program()
}

/// The functions of the header and no others; nothing but the system.
fn exports_and_imports(dll: &Path) -> Result<(), String> {
    let listing = said(tool("objdump").arg("-p").arg(dll), 0)?;
    let names = listing.split_once("[Ordinal/Name Pointer] Table").map_or("", |(_, names)| names);
    let exported = names.lines().skip(1).map_while(|line| line.split(' ').next_back().filter(|name| !name.is_empty()));
    let exported: BTreeSet<String> = exported.map(str::to_owned).collect();
    let declared: BTreeSet<String> = header::functions()?.into_iter().collect();
    if exported != declared {
        let difference: Vec<_> = exported.symmetric_difference(&declared).take(5).collect();
        return Err(format!("{}: not the functions of the header: {difference:?}", dll.display()));
    }
    println!("{}: the {} functions of the header", dll.display(), declared.len());
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

/// Wine with a prefix of its own; programs start in `work`.
struct Wine {
    work: PathBuf,
}

impl Wine {
    fn begin(work: PathBuf) -> Result<Self, String> {
        let wine = Self { work };
        if !folder().join("prefix/system.reg").exists() {
            run(wine.start("wineboot").arg("--init"))?;
        }
        // Wine 8 has no such library; Rust takes the seeds of its hash maps from there.
        let source = wine.work.join("prng.c");
        write(
            &source,
            "#include <windows.h>\nBOOLEAN NTAPI SystemFunction036(PVOID, ULONG);\n__declspec(dllexport) BOOL \
             ProcessPrng(PBYTE data, SIZE_T size)\n{\n    return SystemFunction036(data, (ULONG)size);\n}\n",
        )?;
        let mut gcc = tool("gcc-win32");
        gcc.arg("-shared").arg(&source).arg("-o").arg(wine.work.join("bcryptprimitives.dll")).arg("-ladvapi32");
        run(&mut gcc)?;
        Ok(wine)
    }

    fn start(&self, program: &str) -> Command {
        let mut command = debian::program("lib/wine/wine64");
        command.env("WINEPREFIX", folder().join("prefix")).env("WINEDEBUG", "-all").env_remove("DISPLAY");
        command.env("LC_ALL", "C.UTF-8").arg(program).current_dir(&self.work);
        command
    }

    /// Compiles a C program beside the library that stands in `place`, which it will find there.
    fn compile(&self, source: &str, place: &str, flags: &[&str]) -> Result<Command, String> {
        let folder = self.work.join(format!("windows-{place}"));
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        copy(&prefix().join(place).join("pec.dll"), &folder.join("pec.dll"))?;
        copy(&self.work.join("bcryptprimitives.dll"), &folder.join("bcryptprimitives.dll"))?;
        let source = root().join("pec-ffi").join(source);
        let name = source.file_stem().and_then(|name| name.to_str()).unwrap_or("program").to_owned();
        let program = folder.join(format!("{name}.exe"));
        let mut gcc = tool("gcc-win32");
        gcc.args(STRICT).arg("-I").arg(prefix().join("include")).args(flags).arg(source).arg("-o").arg(&program);
        // The functions that fail on purpose are in no list of exports: that library is linked itself.
        let library = if place == "test-hooks" { folder.join("pec.dll") } else { prefix().join("lib/libpec.dll.a") };
        run(gcc.arg(library).args(["-static", "-pthread"]))?;
        Ok(self.start(&format!("windows-{place}\\{name}.exe")))
    }

    /// The C programs that run in CI on Linux.
    fn examples(&self) -> Result<(), String> {
        copy(&self.work.join(suite::LETTER), &self.work.join("letter.eml"))?;
        let verify = || self.compile("examples/verify.c", "bin", &[]);
        let text = said(verify()?.args(["letter.eml", "artefacts\\root.crt"]), 0)?;
        if !text.starts_with("CERTIFIED") || !text.contains("  delivered to: ") {
            return Err(format!("verify.exe said {text}"));
        }
        said(verify()?.arg("letter.eml"), 1)?;
        said(verify()?.arg("nothing here.eml"), 2)?;

        let case = self.work.join(suite::MAIL).join("reconcile/state-delivered");
        let folder = self.work.join("mail");
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        for entry in fs::read_dir(&case).map_err(|error| format!("{}: {error}", case.display()))? {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.extension().is_some_and(|extension| extension == "eml") {
                copy(&path, &folder.join(path.file_name().unwrap_or_default()))?;
            }
        }
        let text = said(self.compile("examples/link.c", "bin", &[])?.args(["mail", "artefacts\\root.crt"]), 0)?;
        if !text.contains(": delivered") {
            return Err(format!("link.exe said {text}"));
        }

        let mut border = self.compile("tests/c/border.c", "test-hooks", &["-DPEC_TEST_HOOKS"])?;
        said(border.args(["letter.eml", "artefacts\\root.crt"]), 0)?;
        println!("verify.c, link.c and border.c hold under Wine");
        Ok(())
    }

    /// Every conformance case, with each cryptographic library.
    fn suite(&self, expected: &str) -> Result<(), String> {
        write(&self.work.join("plan-windows"), &suite::plan('\\')?)?;
        for (place, feature) in ["bin", "rust-crypto"].into_iter().zip(FEATURES) {
            let found = said(self.compile("tests/c/suite.c", place, &[])?.arg("plan-windows"), 0)?;
            suite::same(&format!("Windows with {feature}"), expected, &found)?;
        }
        Ok(())
    }

    /// pec.exe says of a file with an accent and a backslash in its path what the library says.
    fn program(&self) -> Result<(), String> {
        let place = self.work.join("windows-program");
        fs::create_dir_all(&place).map_err(|error| error.to_string())?;
        copy(&prefix().join("bin/pec.exe"), &place.join("pec.exe"))?;
        copy(&self.work.join("bcryptprimitives.dll"), &place.join("bcryptprimitives.dll"))?;
        let path = format!("{}\\kind-delivery-a.eml", suite::MAIL);
        let pec = || self.start("windows-program\\pec.exe");
        let text = said(pec().args(["verify", "--json", "--anchor", "artefacts\\root.crt"]).arg(&path), 0)?;
        let file = format!("{{\"file\":\"{}\",", path.replace('\\', "\\\\"));
        if !text.starts_with(&file) || !text.contains("\"verdict\":\"certified\"") {
            return Err(format!("pec.exe said {text}"));
        }
        let text = said(pec().args(["link", "--json", "--anchor", "artefacts\\root.crt", "mail"]), 0)?;
        if !text.contains("\"state\":\"delivered\"") {
            return Err(format!("pec.exe said {text}"));
        }
        let text = said(pec().args(["explain", "cms.digest_mismatch"]), 0)?;
        println!("pec.exe verifies, links and explains ({} bytes) under Wine", text.len());
        Ok(())
    }
}
