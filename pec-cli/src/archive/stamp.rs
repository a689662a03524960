//! `pec archive stamp`: the root of the log, stamped by an authority that the person chooses.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use clap::Args;
use pec_archive::report::Report as _;
use pec_core::finding::Language;
use pec_core::signature::timestamp;

use super::{Call, failed};
use crate::render::printable;
use crate::setup;
use crate::text::Stop;

/// Whom to ask.
#[derive(Debug, Args)]
#[command(
    after_help = "The command is given an RFC 3161 request on its standard input and gives the response, or the token, on its \
                  standard output; pec itself opens no connection. For example:\n  \
                  pec archive stamp posta.pecarchive --time-anchor tsa.pem -- curl -sSf \
                  -H 'Content-Type: application/timestamp-query' --data-binary @- https://tsa.example/"
)]
pub(super) struct Stamp {
    archive: PathBuf,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judging: setup::Options,
    /// The command that asks the authority, behind `--`.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Call {
    pub(super) fn stamp(&self, arguments: &Stamp) -> Result<ExitCode, Stop> {
        let setup = arguments.judging.load_without_evidence()?;
        let archive = self.open(&arguments.archive)?;
        let ask = &mut |checkpoint: &[u8]| {
            let asked = run(&arguments.command, &timestamp::request(checkpoint));
            asked.map_err(|error| format!("{}: {error}", arguments.command[0].to_string_lossy()))
        };
        let stamped = archive.renew(&self.actor, &setup.trust, setup.now, ask).map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        if arguments.json {
            writeln!(output, "{}", stamped.to_json())?;
        } else {
            let (size, time, authority) = (stamped.size, stamped.time, printable(&stamped.authority));
            match self.language {
                Language::It => writeln!(output, "{size} voci del registro marcate il {time} da {authority}")?,
                Language::En => writeln!(output, "{size} entries of the log stamped on {time} by {authority}")?,
            }
            if let Some(ends) = stamped.ends {
                let before = self.say("Da rinnovare prima del", "To be renewed before");
                writeln!(output, "{before} {ends}")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Runs a command, gives it `input`, and takes what it writes.
fn run(command: &[OsString], input: &[u8]) -> io::Result<Vec<u8>> {
    let [program, arguments @ ..] = command else { return Err(io::ErrorKind::InvalidInput.into()) };
    let mut child = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A request fits into any pipe. Whoever has the token already need not read it.
        match stdin.write_all(input) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
    }
    let output = child.wait_with_output()?;
    if output.status.success() { Ok(output.stdout) } else { Err(io::Error::other(output.status.to_string())) }
}
