//! `cargo xtask threads`: eight threads on one verifier for a minute under ThreadSanitizer, on demand.

use std::process::Command;

use crate::run::{root, run};

/// How long, unless told.
const SECONDS: &str = "60";

/// Builds the face with the sanitizer of nightly Rust, and runs its test of threads. A data race fails it; nothing is
/// suppressed.
///
/// The standard library comes as it is: where its code is generic it is compiled here and seen by the sanitizer, where it
/// is not, what two threads do to each other there is not seen (which can only report too much). The cryptographic
/// library is C that the sanitizer has not compiled: its locks are seen, its accesses are not.
pub(crate) fn hammer(seconds: Option<String>) -> Result<(), String> {
    let host = "x86_64-unknown-linux-gnu";
    let mut command = Command::new("cargo");
    command.args(["+nightly", "test", "-p", "pec-ffi", "--test", "threads", "--target", host, "--target-dir"]);
    command.arg(root().join("target/threads")).args(["--", "--nocapture"]).current_dir(root());
    // Not the cargo that runs us, which would choose its own toolchain.
    command.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
    command.env("RUSTFLAGS", "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer");
    command.env("TSAN_OPTIONS", "halt_on_error=0 exitcode=66");
    run(command.env("PEC_THREADS_SECONDS", seconds.as_deref().unwrap_or(SECONDS)))
}
