//! What the program `pec` says, command by command, on this system and on another.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::suite::MAIL;
use crate::run::{cargo, root, run};

/// The program for this system.
pub(super) fn of_this_system() -> Result<PathBuf, String> {
    run(Command::new(cargo()).args(["build", "-p", "pec-cli"]).current_dir(root()))?;
    Ok(root().join("target/debug/pec"))
}

/// What every command that judges is told.
const JUDGING: [&str; 4] = ["--anchor", "artefacts/root.crt", "--now", "2026-11-22T10:00:00Z"];

/// Where the program writes; emptied for each system.
const WRITTEN: &str = "scritti è";

/// Plays a list of commands in `work`: each with its exit code and what it has printed. The messages are those of the
/// README, in a folder whose name has an accent and a space, and every case of `conformance/`.
pub(super) fn play(work: &Path, pec: impl Fn() -> Command) -> Result<String, String> {
    let written = work.join(WRITTEN);
    let _ = fs::remove_dir_all(&written);
    fs::create_dir_all(&written).map_err(|error| format!("{}: {error}", written.display()))?;
    let (genuine, forged) = (format!("{MAIL}/kind-delivery-a.eml"), format!("{MAIL}/impersonation-self-signed.eml"));
    let mailbox = format!("{MAIL}/reconcile/state-delivered");
    let (archive, bundle) = (format!("{WRITTEN}/posta.pecarchive"), format!("{WRITTEN}/prova.zip"));
    let mut stage = Stage { work, pec, transcript: String::new() };
    for language in ["it", "en"] {
        stage.plays(1, &[&["verify", "--lang", language, &genuine, &forged][..], &JUDGING].concat())?;
        stage.plays(2, &["verify", "--lang", language, "non c'è.eml"])?;
        stage.plays(0, &[&["link", "--lang", language, &mailbox][..], &JUDGING].concat())?;
        stage.plays(0, &["explain", "--lang", language, "cms.digest_mismatch"])?;
    }
    stage.plays(0, &[&["verify", &genuine][..], &JUDGING].concat())?;
    stage.plays(1, &[&["verify", "--json", MAIL][..], &JUDGING].concat())?;
    stage.plays(0, &[&["link", "--json", &mailbox][..], &JUDGING].concat())?;
    stage.plays(0, &[&["show", &genuine][..], &JUDGING].concat())?;
    stage.plays(0, &["extract", &genuine, "original"])?;
    stage.plays(2, &["explain", "no.such_code"])?;
    stage.plays(2, &["verify"])?;
    stage.plays(0, &["archive", "init", &archive])?;
    stage.plays(2, &["archive", "init", &archive])?;
    stage.plays(0, &[&["archive", "add", &archive, &mailbox, "--mailbox", "anna", "--json"][..], &JUDGING].concat())?;
    let found = stage.plays(0, &["archive", "search", &archive, "stato:consegnato", "--json"])?;
    let (_, after) = found.split_once("\"pec_id\":\"").ok_or(format!("pec archive search said {found}"))?;
    let transaction = after.split('"').next().unwrap_or_default();
    stage.plays(0, &["archive", "check", &archive, "--json"])?;
    stage.plays(0, &[&["proof", "make", &archive, transaction, "--output", &bundle][..], &JUDGING].concat())?;
    stage.plays(0, &[&["proof", "verify", &bundle, "--lang", "it"][..], &JUDGING].concat())?;
    Ok(stage.transcript)
}

struct Stage<'a, P> {
    work: &'a Path,
    pec: P,
    transcript: String,
}

impl<P: Fn() -> Command> Stage<'_, P> {
    /// Runs a command, which must end with `code`; what it has printed.
    fn plays(&mut self, code: i32, arguments: &[&str]) -> Result<String, String> {
        let mut command = (self.pec)();
        let output = command.args(arguments).current_dir(self.work).output();
        let output = output.map_err(|error| format!("{command:?}: {error}"))?;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|error| format!("{command:?}: {error}"));
        let (out, error) = (text(output.stdout)?, text(output.stderr)?);
        if output.status.code() != Some(code) {
            return Err(format!("{command:?} ended with {}, wanted {code}\n{out}\n{error}", output.status));
        }
        // Wine's services begin and end with each program, and Wine says so when one of them stumbles.
        let error: String = error.split_inclusive('\n').filter(|line| !line.starts_with("wine: ")).collect();
        // Each system joins names in its own way, which JSON escapes, has its roots, and calls the program by its own name.
        let line = format!("pec {}\n{code}\n{out}{error}", arguments.join(" "));
        let line = line.replace("\\\\", "/").replace('\\', "/").replace("Z:/", "/").replace("pec.exe", "pec");
        self.transcript.push_str(&line);
        Ok(out)
    }
}

/// Both systems said the same.
pub(super) fn same(expected: &str, found: &str) -> Result<(), String> {
    if expected == found {
        println!("pec.exe under Wine: {} lines, the same as here", expected.lines().count());
        return Ok(());
    }
    let mut pairs = expected.lines().zip(found.lines());
    let (one, other) = pairs.find(|(one, other)| one != other).unwrap_or(("more lines", "or fewer"));
    Err(format!("pec.exe under Wine differs:\n{one}\n{other}"))
}
