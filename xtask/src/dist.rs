//! `cargo xtask dist --prefix DIR`: the C library as a system has it: header, shared library with SONAME and links, static
//! library, descriptions for pkg-config, CMake and Meson.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::header;
use crate::run::{cargo, root, run};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The part of the version that a change of the ABI raises: before 1.0.0 the second number too.
fn abi() -> String {
    let mut numbers = VERSION.split('.');
    match (numbers.next(), numbers.next()) {
        (Some("0"), Some(minor)) => format!("0.{minor}"),
        (Some(major), _) => major.to_owned(),
        _ => VERSION.to_owned(),
    }
}

/// What a C program has to link beside the static library.
const PRIVATE: &str = "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc";

/// Compiles the library for use and installs it below `prefix`.
fn build_and_install(prefix: &Path) -> Result<(), String> {
    let target = root().join("target/dist");
    let mut command = Command::new(cargo());
    command.args(["build", "--release", "-p", "pec-ffi", "--lib", "--target-dir"]).arg(&target).current_dir(root());
    run(&mut command)?;
    install(prefix, &target.join("release/libpec.a"))
}

/// Installs what has been compiled into `archive` below `prefix`.
pub(crate) fn install(prefix: &Path, archive: &Path) -> Result<(), String> {
    header::is_current()?;
    let (include, lib) = (prefix.join("include"), prefix.join("lib"));
    for folder in [&include, &lib.join("pkgconfig"), &lib.join("cmake/pec")] {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    copy(&root().join("include/pec.h"), &include.join("pec.h"))?;
    let work = root().join("target/dist/work");
    fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let object = one_object(archive, &work)?;
    install_static(&object, &lib)?;
    install_shared(&object, &work, &lib)?;
    describe(prefix, &lib)
}

/// One object in which all is linked and only the functions of the header can be seen: the libraries inside (aws-lc, the
/// standard library of Rust) clash with nobody's.
fn one_object(archive: &Path, work: &Path) -> Result<PathBuf, String> {
    let (object, keep) = (work.join("pec.o"), work.join("symbols"));
    write(&keep, &header::functions()?.join("\n"))?;
    run(Command::new("ld").args(["-r", "--whole-archive"]).arg(archive).arg("-o").arg(&object))?;
    let mut objcopy = Command::new("objcopy");
    objcopy.arg(format!("--keep-global-symbols={}", keep.display()));
    // The compiler's own form of the standard library, which no linker of C reads.
    run(objcopy.args(["--remove-section=.llvmbc", "--remove-section=.llvmcmd"]).arg(&object))?;
    Ok(object)
}

fn install_static(object: &Path, lib: &Path) -> Result<(), String> {
    let archive = lib.join("libpec.a");
    if archive.exists() {
        fs::remove_file(&archive).map_err(|error| format!("{}: {error}", archive.display()))?;
    }
    run(Command::new("ar").arg("rcs").arg(&archive).arg(object))
}

fn install_shared(object: &Path, work: &Path, lib: &Path) -> Result<(), String> {
    let (whole, soname) = (format!("libpec.so.{VERSION}"), format!("libpec.so.{}", abi()));
    let script = work.join("version");
    write(&script, &format!("{{ global: {}; local: *; }};\n", header::functions()?.join("; ")))?;
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-Wl,--gc-sections", "-Wl,-z,defs"]).arg(format!("-Wl,-soname,{soname}"));
    gcc.arg(format!("-Wl,--version-script={}", script.display())).arg(object);
    run(gcc.args(PRIVATE.split(' ')).arg("-o").arg(lib.join(&whole)))?;
    link_to(&whole, &lib.join(soname))?;
    link_to(&whole, &lib.join("libpec.so"))
}

#[cfg(unix)]
fn link_to(target: &str, link: &Path) -> Result<(), String> {
    if link.symlink_metadata().is_ok() {
        fs::remove_file(link).map_err(|error| format!("{}: {error}", link.display()))?;
    }
    std::os::unix::fs::symlink(target, link).map_err(|error| format!("{}: {error}", link.display()))
}

#[cfg(not(unix))]
fn link_to(_: &str, _: &Path) -> Result<(), String> {
    Err("only systems with links have a SONAME".into())
}

fn describe(prefix: &Path, lib: &Path) -> Result<(), String> {
    let prefix = prefix.display();
    write(
        &lib.join("pkgconfig/pec.pc"),
        &format!(
            "prefix={prefix}\nlibdir=${{prefix}}/lib\nincludedir=${{prefix}}/include\n\nName: pec\n\
             Description: Reads and verifies Italian certified e-mail (PEC), offline\nVersion: {VERSION}\n\
             Libs: -L${{libdir}} -lpec\nLibs.private: {PRIVATE}\nCflags: -I${{includedir}} -DPEC_SANDBOX -DPEC_ARCHIVE -DPEC_WIRE\n"
        ),
    )?;
    write(
        &lib.join("cmake/pec/pec-config.cmake"),
        "# find_package(pec CONFIG REQUIRED) and target_link_libraries(program PRIVATE pec::pec)\n\
         get_filename_component(pec_prefix \"${CMAKE_CURRENT_LIST_DIR}/../../..\" ABSOLUTE)\n\
         if(NOT TARGET pec::pec)\n  add_library(pec::pec SHARED IMPORTED)\n  set_target_properties(pec::pec PROPERTIES\n    \
         IMPORTED_LOCATION \"${pec_prefix}/lib/libpec.so\"\n    \
         INTERFACE_COMPILE_DEFINITIONS \"PEC_SANDBOX;PEC_ARCHIVE;PEC_WIRE\"\n    \
         INTERFACE_INCLUDE_DIRECTORIES \"${pec_prefix}/include\")\nendif()\n",
    )
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(drop).map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}

/// What is installed, made of the library that the tests have compiled, is what is promised.
pub(crate) fn is_sound() -> Result<(), String> {
    for tool in ["gcc", "ld", "objcopy", "ar", "nm", "readelf", "pkg-config"] {
        if !Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success()) {
            println!("skipped: {tool} is not installed");
            return Ok(());
        }
    }
    let prefix = root().join("target/dist/prefix");
    let archive = root().join("target/debug/deps/libpec.a");
    if !archive.exists() {
        return Err(format!("{} is made by the tests of pec-ffi: run them first", archive.display()));
    }
    install(&prefix, &archive)?;
    holds(&prefix)
}

/// What is installed below `prefix` is what is promised: the symbols of both libraries are the functions of the header, the
/// shared one has its SONAME, a program built by what pkg-config says runs against each, and so do those of the snippets for
/// CMake and Meson in docs/C.md.
fn holds(prefix: &Path) -> Result<(), String> {
    let lib = prefix.join("lib");
    let mut declared = header::functions()?;
    declared.sort();
    for (flags, library) in [(&["-D"][..], "libpec.so"), (&["-g"], "libpec.a")] {
        let found = output(Command::new("nm").args(flags).args(["--defined-only", "-P"]).arg(lib.join(library)))?;
        let symbols = found.lines().filter(|line| !line.ends_with(':')).filter_map(|line| line.split(' ').next());
        let mut symbols: Vec<String> = symbols.map(str::to_owned).collect();
        symbols.sort();
        if symbols != declared {
            let surplus: Vec<_> = symbols.iter().filter(|symbol| !declared.contains(symbol)).take(5).collect();
            return Err(format!(
                "{library}: {} symbols, {} functions, surplus {surplus:?}",
                symbols.len(),
                declared.len()
            ));
        }
    }
    let soname = format!("libpec.so.{}", abi());
    let dynamic = output(Command::new("readelf").arg("-d").arg(lib.join("libpec.so")))?;
    if !dynamic.contains(&format!("[{soname}]")) {
        return Err(format!("the SONAME is not {soname}"));
    }
    for how in [&[][..], &["--static"]] {
        runs(prefix, how)?;
    }
    for (tool, build) in [("cmake", by_cmake as fn(&Path, &Path) -> Result<PathBuf, String>), ("meson", by_meson)] {
        if Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success()) {
            let folder = root().join("target/dist/snippets").join(tool);
            // What an earlier run has found out would be believed.
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            let program = build(prefix, &folder)?;
            says_certified(&program, prefix)?;
            println!("{tool}: finds the library, the program runs");
        } else {
            println!("skipped: {tool} is not installed (`cargo xtask setup`)");
        }
    }
    println!("{} functions in both libraries, SONAME {soname}", declared.len());
    Ok(())
}

/// Builds and runs the first example by what pkg-config says.
fn runs(prefix: &Path, how: &[&str]) -> Result<(), String> {
    let pkgconfig = prefix.join("lib/pkgconfig");
    let flags = |query: &str| {
        let mut command = Command::new("pkg-config");
        output(command.env("PKG_CONFIG_PATH", &pkgconfig).args(how).args([query, "pec"]))
    };
    let work = root().join("target/dist/work");
    let program = work.join(if how.is_empty() { "verify-shared" } else { "verify-static" });
    let (cflags, mut libs) = (flags("--cflags")?, flags("--libs")?);
    if !how.is_empty() {
        libs = libs.replace("-lpec", "-l:libpec.a");
    }
    let mut gcc = Command::new("gcc");
    gcc.args(cflags.split_whitespace()).arg(root().join("pec-ffi/examples/verify.c"));
    run(gcc.args(libs.split_whitespace()).arg("-o").arg(&program))?;
    says_certified(&program, prefix)
}

/// The snippet of docs/C.md in this language, which is what is tried.
fn snippet(language: &str) -> Result<String, String> {
    let path = root().join("docs/C.md");
    let document = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (_, after) =
        document.split_once(&format!("```{language}\n")).ok_or(format!("docs/C.md shows no {language}"))?;
    after.split_once("```").map(|(snippet, _)| snippet.to_owned()).ok_or("docs/C.md: a block is open".to_owned())
}

/// The example of the snippets is called `program.c`.
fn furnish(folder: &Path, file: &str, before: &str, language: &str) -> Result<(), String> {
    copy(&root().join("pec-ffi/examples/verify.c"), &folder.join("program.c"))?;
    write(&folder.join(file), &format!("{before}{}", snippet(language)?))
}

fn by_cmake(prefix: &Path, folder: &Path) -> Result<PathBuf, String> {
    let before = "cmake_minimum_required(VERSION 3.16)\nproject(program C)\nadd_executable(program program.c)\n";
    furnish(folder, "CMakeLists.txt", before, "cmake")?;
    let build = folder.join("build");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(folder).arg("-B").arg(&build);
    output(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())))?;
    output(Command::new("cmake").arg("--build").arg(&build))?;
    Ok(build.join("program"))
}

fn by_meson(prefix: &Path, folder: &Path) -> Result<PathBuf, String> {
    furnish(folder, "meson.build", "project('program', 'c')\n", "meson")?;
    let build = folder.join("build");
    let mut setup = Command::new("meson");
    setup.arg("setup").arg(&build).arg(folder).env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
    output(&mut setup)?;
    output(Command::new("meson").arg("compile").arg("-C").arg(&build))?;
    Ok(build.join("program"))
}

/// The example, built, judges a receipt as it should.
fn says_certified(program: &Path, prefix: &Path) -> Result<(), String> {
    let case = |name: &str| root().join("conformance").join(name);
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", prefix.join("lib"));
    let said = output(command.arg(case("kind-delivery-a.eml")).arg(case("artefacts/root.crt")))?;
    if said.starts_with("CERTIFIED\n") { Ok(()) } else { Err(format!("{} said {said}", program.display())) }
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

/// `cargo xtask dist --prefix DIR [--check]`: installs, and checks what is installed; `--check` alone takes what the tests have
/// compiled.
pub(crate) fn obey(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let arguments: Vec<String> = arguments.collect();
    let prefix = |folder: &str| std::path::absolute(folder).map_err(|error| error.to_string());
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--prefix", folder] => build_and_install(&prefix(folder)?),
        ["--prefix", folder, "--check"] => {
            build_and_install(&prefix(folder)?)?;
            holds(&prefix(folder)?)
        }
        ["--check"] => is_sound(),
        _ => Err("cargo xtask dist --prefix DIR [--check], or --check".into()),
    }
}
