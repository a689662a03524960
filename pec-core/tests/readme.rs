//! The example of the README in Rust: it runs here as it is printed, and prints what the README says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;

mod example {
    include!("readme/example.rs");

    #[test]
    #[ignore = "the other test runs it, where the README says and with its output caught"]
    fn run() {
        main().unwrap();
    }
}

#[test]
fn the_example_prints_what_stands_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```rust,no_run\n").unwrap();
    let (code, rest) = rest.split_once("```\n\n```text\n").unwrap();
    let (printed, _) = rest.split_once("```").unwrap();
    assert_eq!(code, include_str!("readme/example.rs"), "the README and tests/readme/example.rs differ");
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command
        .args(["--exact", "example::run", "--ignored", "--nocapture", "--test-threads=2"])
        .current_dir(root)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    // Around it stands what the runner of tests says.
    let (_, said) = said.split_once("running 1 test\n").unwrap();
    assert_eq!(said.split_once("test example::run ").map_or(said, |(said, _)| said), printed);
}
