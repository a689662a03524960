//! `cargo xtask threads`: eight threads on one verifier for a minute under ThreadSanitizer, on demand.

use std::process::Command;

use crate::cross::debian;
use crate::run::{root, run};

/// How long, unless told.
const SECONDS: &str = "60";

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// What the sanitizer says of a race.
const RACE: &str = "WARNING: ThreadSanitizer: data race";

/// Builds the face and the standard library with the sanitizer, sees that it finds a race that was planted, and runs the
/// test of threads. A data race fails it; nothing is suppressed.
///
/// The standard library is built from its source, which Debian has beside a compiler, so that its locks are seen. The
/// cryptographic library is C that the sanitizer has not compiled: its locks are seen, its accesses are not.
pub(crate) fn hammer(seconds: Option<String>) -> Result<(), String> {
    debian::prepare()?;
    let planted = test("a_planted_race").env("PEC_THREADS_PLANTED", "1").output();
    let planted = planted.map_err(|error| format!("cargo: {error}"))?;
    let said = String::from_utf8_lossy(&planted.stderr);
    if planted.status.success() || !said.contains(RACE) {
        return Err(format!("the race that was planted is not found: {}\n{said}", planted.status));
    }
    println!("the race that was planted is found");
    run(test("eight_threads_hammer_one_verifier").env("PEC_THREADS_SECONDS", seconds.as_deref().unwrap_or(SECONDS)))
}

fn test(name: &str) -> Command {
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
    // The sanitizer's own part comes with clang.
    command.env("RUSTFLAGS", "-Zsanitizer=thread -Zexternal-clangrt -Clinker=clang -Clink-arg=-fsanitize=thread");
    command.env("TSAN_OPTIONS", "halt_on_error=0 exitcode=66");
    command
}
