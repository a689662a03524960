//! `pec trust`: what is trusted, and since when.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use pec_core::trust::TrustStore;

use crate::setup;
use crate::text::Stop;

/// What to do with the trust data.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the built-in trust data: date, pinned keys, listed certificates, provider hosts, each with its source.
    Show {
        /// As JSON, in the form that `--trust` and `load` read.
        #[arg(long)]
        json: bool,
    },
    /// Check a file of trust data and print what it holds. Use it with `pec verify --trust FILE`.
    Load {
        /// The file.
        file: PathBuf,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let mut output = anstream::stdout();
    match &arguments.action {
        Action::Show { json: true } => writeln!(output, "{}", TrustStore::built_in().to_json())?,
        Action::Show { json: false } => write!(output, "{}", TrustStore::built_in())?,
        Action::Load { file } => write!(output, "{}", setup::load_trust(file)?)?,
    }
    Ok(ExitCode::SUCCESS)
}
