//! `cargo xtask threads`: eight threads on one verifier for a minute under ThreadSanitizer, on demand.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::cross::debian;
use crate::run::{root, run};

/// How long, unless told.
const SECONDS: &str = "60";

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The sanitizer's own part, of the compiler's age: that of Debian's clang lacks names which the compiler asks for.
const RUNTIME: &str = "lib/clang/22/lib/linux/libclang_rt.tsan-x86_64.a";

/// What the sanitizer says of a race.
const RACE: &str = "WARNING: ThreadSanitizer: data race";

/// The face without what the test does not call: archives, mailboxes, the sandbox.
const FEATURES: [&str; 3] = ["--no-default-features", "--features", "aws-lc-rs"];

/// Builds the face and the standard library with the sanitizer, sees that it finds a race that was planted, and runs the
/// test of threads. A data race fails it; nothing is suppressed.
///
/// The standard library is built from its source, which Debian has beside a compiler, so that its locks are seen. The
/// cryptographic library is C that the sanitizer has not compiled: its locks are seen, its accesses are not.
pub(crate) fn hammer(seconds: Option<String>) -> Result<(), String> {
    debian::prepare()?;
    write_linker()?;
    let planted = test("a_planted_race").env("PEC_THREADS_PLANTED", "1").output();
    let planted = planted.map_err(|error| format!("cargo: {error}"))?;
    let said = String::from_utf8_lossy(&planted.stderr);
    if planted.status.success() || !said.contains(RACE) {
        return Err(format!("the race that was planted is not found: {}\n{said}", planted.status));
    }
    println!("the race that was planted is found");
    run(test("eight_threads_hammer_one_verifier").env("PEC_THREADS_SECONDS", seconds.as_deref().unwrap_or(SECONDS)))
}

fn place() -> PathBuf {
    root().join("target/threads")
}

/// Puts the sanitizer's part into programs; a shared library finds it there. Its functions take the place of the system's, also for
/// what comes later: they have to be seen from outside. The linker of Debian loses some of them.
const LINKER: &str = r#"#!/bin/sh
case " $* " in
    *" -shared "*) exec cc "$@" ;;
esac
exec cc "$@" -fuse-ld=lld -BTOOLS -Wl,--whole-archive RUNTIME -Wl,--no-whole-archive -Wl,--dynamic-list=RUNTIME.syms -lm
"#;

fn write_linker() -> Result<(), String> {
    let [tools, runtime] = ["bin", RUNTIME].map(|name| debian::llvm(name).display().to_string());
    fs::create_dir_all(place()).map_err(|error| format!("{}: {error}", place().display()))?;
    debian::write_script(&place().join("cc"), &LINKER.replace("TOOLS", &tools).replace("RUNTIME", &runtime))
}

fn test(name: &str) -> Command {
    let mut command = debian::cargo_of_the_root();
    command.args(["test", "-p", "pec-ffi", "--test", "threads"]).args(FEATURES);
    command.args(["--target", TARGET, "-Z", "build-std=std,panic_unwind"]);
    command.arg("--target-dir").arg(place()).args(["--", "--exact", name, "--nocapture"]);
    let linker = format!("-Clinker={}", place().join("cc").display());
    command.env("RUSTFLAGS", ["-Zsanitizer=thread", "-Zexternal-clangrt", &linker].join(" "));
    // Of a race nothing is said where what the other thread did is forgotten: it remembers as much as it can.
    command.env("TSAN_OPTIONS", "halt_on_error=0 exitcode=66 history_size=7");
    command
}
