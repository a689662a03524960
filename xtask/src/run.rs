//! Steps that are run one after the other and timed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// One step of a run.
pub(crate) struct Step {
    name: &'static str,
    work: Work,
}

enum Work {
    Command(Command),
    Check(fn() -> Result<(), String>),
}

impl Step {
    pub(crate) fn cargo(name: &'static str, arguments: &[&str]) -> Self {
        let mut command = Command::new(cargo());
        command.args(arguments).current_dir(root());
        Self { name, work: Work::Command(command) }
    }

    pub(crate) const fn check(name: &'static str, check: fn() -> Result<(), String>) -> Self {
        Self { name, work: Work::Check(check) }
    }

    /// The tests, by nextest where it is installed: it runs every test in a process of its own.
    pub(crate) fn tests() -> Self {
        if Command::new(cargo()).args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success()) {
            Self::cargo("tests", &["nextest", "run", "--workspace", "--no-fail-fast"])
        } else {
            println!("cargo-nextest is not installed: the tests run by `cargo test`");
            Self::cargo("tests", &["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"])
        }
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        if let Work::Command(command) = &mut self.work {
            command.env(name, value);
        }
        self
    }
}

/// Runs the steps in order and stops at the first that fails.
pub(crate) fn all(steps: impl IntoIterator<Item = Step>) -> Result<(), String> {
    let mut times = Vec::new();
    for step in steps {
        println!("== {}", step.name);
        let start = Instant::now();
        match step.work {
            Work::Check(check) => check().map_err(|reason| format!("{}: {reason}", step.name))?,
            Work::Command(mut command) => run(&mut command).map_err(|reason| format!("{}: {reason}", step.name))?,
        }
        times.push((step.name, start.elapsed().as_secs()));
    }
    for (name, seconds) in times {
        println!("{seconds:5} s  {name}");
    }
    Ok(())
}

/// Runs a command to its end; its output goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("{:?} cannot start: {error}", command.get_program()))?;
    if status.success() { Ok(()) } else { Err(format!("{:?} ended with {status}", command.get_program())) }
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}
