//! `cargo xtask threads`: eight threads on one verifier for a minute under ThreadSanitizer, on demand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cross::debian;
use crate::run::{root, run};

/// How long, unless told.
const SECONDS: &str = "60";

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Where the sanitizer's own part is from.
const PACKAGE: &str = "libclang-rt-22-dev";

/// What the sanitizer says of a race.
const RACE: &str = "WARNING: ThreadSanitizer: data race";

/// Builds the face and the standard library with the sanitizer, sees that it finds a race that was planted, and runs the
/// test of threads. A data race fails it; nothing is suppressed.
///
/// The standard library is built from its source, which Debian has beside a compiler, so that its locks are seen. The
/// cryptographic library is C that the sanitizer has not compiled: its locks are seen, its accesses are not.
pub(crate) fn hammer(seconds: Option<String>) -> Result<(), String> {
    debian::prepare()?;
    let runtime = runtime()?;
    let test = |name| test(name, &runtime);
    let planted = test("a_planted_race").env("PEC_THREADS_PLANTED", "1").output();
    let planted = planted.map_err(|error| format!("cargo: {error}"))?;
    let said = String::from_utf8_lossy(&planted.stderr);
    if planted.status.success() || !said.contains(RACE) {
        return Err(format!("the race that was planted is not found: {}\n{said}", planted.status));
    }
    println!("the race that was planted is found");
    run(test("eight_threads_hammer_one_verifier").env("PEC_THREADS_SECONDS", seconds.as_deref().unwrap_or(SECONDS)))
}

/// The sanitizer's own part, of the compiler's age: that of Debian's clang lacks names which the compiler asks for.
fn runtime() -> Result<PathBuf, String> {
    let folder = root().join("target/threads/runtime");
    let library = folder.join("usr/lib/llvm-22/lib/clang/22/lib/linux/libclang_rt.tsan-x86_64.a");
    if !library.exists() {
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        run(Command::new("apt-get").args(["download", "--quiet=2", PACKAGE]).current_dir(&folder))?;
        let packages = fs::read_dir(&folder).map_err(|error| error.to_string())?.flatten().map(|entry| entry.path());
        for package in packages.filter(|path| path.extension().is_some_and(|extension| extension == "deb")) {
            run(Command::new("dpkg").arg("--extract").arg(&package).arg(&folder))?;
        }
    }
    Ok(library)
}

fn test(name: &str, runtime: &Path) -> Command {
    let mut command = debian::cargo_of_the_root();
    command.args([
        "test",
        "-p",
        "pec-ffi",
        "--test",
        "threads",
        "--target",
        TARGET,
        "-Z",
        "build-std=std,panic_unwind",
    ]);
    command.arg("--target-dir").arg(root().join("target/threads")).args(["--", "--exact", name, "--nocapture"]);
    let (all, no_more) = ("-Clink-arg=-Wl,--whole-archive", "-Clink-arg=-Wl,--no-whole-archive");
    let library = format!("-Clink-arg={}", runtime.display());
    // Its functions take the place of the system's, also for what comes later: they have to be seen from outside.
    let names = format!("-Clink-arg=-Wl,--dynamic-list={}.syms", runtime.display());
    let flags = ["-Zsanitizer=thread", "-Zexternal-clangrt", all, &library, no_more, &names, "-Clink-arg=-lm"];
    command.env("RUSTFLAGS", flags.join(" "));
    command.env("TSAN_OPTIONS", "halt_on_error=0 exitcode=66");
    command
}
