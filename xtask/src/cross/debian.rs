//! A private root with what Debian has for building and running foreign programs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{folder, said};
use crate::run::{cargo, root, run};

/// What is wanted, and of what it depends on the parts that a machine may have already, elsewhere than in our root.
const PACKAGES: [&str; 16] = [
    "rustc-web",
    "libstd-rust-web-dev",
    "rust-web-src",
    "binutils-mingw-w64-x86-64",
    "gcc-mingw-w64-base",
    "gcc-mingw-w64-x86-64-win32",
    "gcc-mingw-w64-x86-64-win32-runtime",
    "mingw-w64-common",
    "mingw-w64-x86-64-dev",
    "wine64",
    "libwine",
    "libz-mingw-w64",
    "nasm",
    "lld-22",
    "llvm-22",
    "libclang-rt-22-dev",
];

/// Where the root has LLVM, of the age of the compiler's own.
const LLVM: &str = "lib/llvm-22";

/// `/usr` of the root.
pub(crate) fn usr() -> PathBuf {
    folder().join("root/usr")
}

/// Fetches and unpacks the packages that are not there yet.
pub(crate) fn prepare() -> Result<(), String> {
    let (archives, unpacked) = (folder().join("archives"), folder().join("root"));
    let list = unpacked.join("unpacked");
    let mut known: Vec<String> = fs::read_to_string(&list).unwrap_or_default().lines().map(str::to_owned).collect();
    let there = known.len();
    let absent = PACKAGES.iter().filter(|package| !known.iter().any(|it| it == *package)).map(|it| it.to_string());
    known.extend(absent.collect::<Vec<_>>());
    if known.len() == there {
        println!("{} is there; remove it to fetch the packages again", unpacked.display());
        return Ok(());
    }
    for folder in [&archives, &unpacked] {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    // What would be installed, which is nothing but read here.
    let mut simulate = Command::new("apt-get");
    simulate.args(["install", "--simulate", "--no-install-recommends"]).args(PACKAGES).env("LC_ALL", "C");
    for line in said(&mut simulate, 0)?.lines() {
        let mut words = line.split(' ');
        if let (Some("Inst"), Some(package)) = (words.next(), words.next())
            && !known.iter().any(|it| it == package)
        {
            known.push(package.to_owned());
        }
    }
    run(Command::new("apt-get").args(["download", "--quiet=2"]).args(&known[there..]).current_dir(&archives))?;
    let entries = fs::read_dir(&archives).map_err(|error| error.to_string())?;
    for entry in entries {
        let archive = entry.map_err(|error| error.to_string())?.path();
        run(Command::new("dpkg").arg("--extract").arg(&archive).arg(&unpacked))?;
    }
    settle_wine()?;
    fs::remove_dir_all(&archives).map_err(|error| error.to_string())?;
    fs::write(&list, known.join("\n")).map_err(|error| error.to_string())
}

/// What installing would have done: Wine's script looks for its server in /usr.
fn settle_wine() -> Result<(), String> {
    let server = usr().join("lib/wine/wineserver");
    write_script(&server, "#!/bin/sh\nexec \"$(dirname \"$0\")/wineserver64\" -p0 \"$@\"\n")
}

/// A program of the root.
pub(super) fn program(name: &str) -> Command {
    let mut command = Command::new(usr().join(name));
    command.env("LD_LIBRARY_PATH", libraries());
    command
}

/// A file of the root's LLVM.
pub(crate) fn llvm(name: &str) -> PathBuf {
    usr().join(LLVM).join(name)
}

/// A program of the root's LLVM.
pub(super) fn llvm_program(name: &str) -> Command {
    program(&format!("{LLVM}/bin/{name}"))
}

/// Where programs of the root find their shared libraries.
pub(super) fn libraries() -> String {
    format!("{0}/lib/x86_64-linux-gnu:{0}/lib", usr().display())
}

/// Cargo with the compiler of the root, building for a target by `build` or `rustc`, and the standard library with it.
pub(super) fn cargo_for(verb: &str, target: &str) -> Command {
    let mut command = cargo_of_the_root();
    command.args([verb, "--release", "--target", target, "-Z", "build-std=std,panic_unwind"]);
    command.arg("--target-dir").arg(folder().join("build"));
    command
}

/// Cargo with the compiler of the root, which has the source of its standard library beside it.
pub(crate) fn cargo_of_the_root() -> Command {
    let mut command = Command::new(cargo());
    command.current_dir(root());
    command.env("RUSTC", usr().join("bin/rustc")).env("RUSTC_BOOTSTRAP", "1").env("LD_LIBRARY_PATH", libraries());
    // The toolchain that runs us is another one.
    for name in ["RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER"] {
        command.env_remove(name);
    }
    command
}

/// A script that can be started.
pub(crate) fn write_script(path: &Path, text: &str) -> Result<(), String> {
    write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(|error| error.to_string())
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
