//! The program `pec` as its user meets it: arguments in, text and exit code out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod archive;
mod auditor;
mod browser;
mod deposit;
mod extract;
#[cfg(all(unix, feature = "sandbox", feature = "wire"))]
mod gateway;
mod link;
mod log;
mod login;
#[cfg(all(feature = "sandbox", feature = "wire"))]
mod mailbox;
mod options;
mod org;
mod other_commands;
mod report;
#[cfg(feature = "sandbox")]
mod sandbox;
mod sources;
mod terminal;
mod verify;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The time at which the conformance files are verified.
const NOW: &str = "2026-03-01T12:00:00Z";

/// What a run left behind.
#[derive(Debug)]
struct Ran {
    code: i32,
    bytes: Vec<u8>,
    out: String,
    err: String,
}

impl Ran {
    /// Standard output as one JSON value a line.
    fn json(&self) -> Vec<serde_json::Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
    }

    /// `verdict file`, or `error file`, of each line of JSON.
    fn verdicts(&self) -> Vec<String> {
        let file = |value: &serde_json::Value| value["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let verdict = |value: &serde_json::Value| value["verdict"].as_str().unwrap_or("error").to_owned();
        self.json().iter().map(|value| format!("{} {}", verdict(value), file(value))).collect()
    }
}

fn command<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pec"));
    command.args(arguments).stdin(Stdio::null());
    // Nothing of the environment of the tests: neither language nor colours.
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

fn run(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!err.contains("panicked"), "{err}");
    Ran { code: output.status.code().unwrap(), bytes: output.stdout, out, err }
}

fn pec<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Ran {
    run(command(arguments))
}

/// `pec verify --json` with the sandbox's root as anchor.
fn verify<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Ran {
    let mut command = command(["verify", "--json", "--now", NOW, "--anchor"]);
    command.arg(artefact("root.crt")).args(arguments);
    run(command)
}

fn pec_reading<S: AsRef<OsStr>>(input: &[u8], arguments: impl IntoIterator<Item = S>) -> Ran {
    let mut child =
        command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The program may refuse its input before it has read all of it.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    Ran { code: output.status.code().unwrap(), bytes: output.stdout, out, err }
}

fn conformance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance")
}

fn case(name: &str) -> PathBuf {
    conformance().join(name).with_extension("eml")
}

fn artefact(name: &str) -> PathBuf {
    conformance().join("artefacts").join(name)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes a file below a folder and gives its path.
fn file(folder: &tempfile::TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A transport envelope of the sandbox around a message of the test; what was put in, and the envelope.
fn envelope(message: &str, subject: &str) -> (Vec<u8>, Vec<u8>) {
    use pec_sandbox::compose::submission::{ReceiptForm, Recipient, Submission};
    let alfa = pec_sandbox::World::new().unwrap().alfa;
    let submission = Submission {
        message: message.replace('\n', "\r\n").into_bytes(),
        sender: "anna@pec.alfa.example".into(),
        recipients: vec![Recipient::certified("ufficio@cert.beta.example")],
        receipt: ReceiptForm::Full,
    };
    let transaction = alfa.accept(submission, Some(subject), "2026-02-09T10:15:30+01:00".parse().unwrap());
    let envelope = alfa.seal(&alfa.transport(&transaction)).unwrap();
    (transaction.original, envelope)
}
