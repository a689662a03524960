//! Fuzzing with AddressSanitizer, on the nightly toolchain.

use std::process::Command;

use crate::run::{root, run};

/// The targets, in the order of the way of a message.
const TARGETS: [&str; 5] = ["mime", "cms", "path", "daticert", "verify"];

/// Fuzzes one target or all.
pub(crate) fn run_all(minutes: Option<String>, target: Option<String>) -> Result<(), String> {
    let minutes: u64 = minutes.as_deref().unwrap_or("10").parse().map_err(|_| "MINUTES is a number".to_owned())?;
    let targets: Vec<String> = target.map_or_else(|| TARGETS.map(str::to_owned).to_vec(), |target| vec![target]);
    for target in targets {
        println!("== {target}, {minutes} min");
        let seconds = format!("-max_total_time={}", minutes * 60);
        let dictionary = format!("-dict=dictionaries/{target}.dict");
        run(Command::new("cargo")
            .args(["+nightly", "fuzz", "run", "--sanitizer", "address", &target, "--"])
            .args([
                &seconds,
                &dictionary,
                "-timeout=10",
                "-rss_limit_mb=4096",
                "-max_len=20000",
                "-print_final_stats=1",
            ])
            .current_dir(root().join("fuzz")))?;
    }
    Ok(())
}
