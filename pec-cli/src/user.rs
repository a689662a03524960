//! `pec user`: the people who work in mailboxes.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use pec_core::delegation::{AccountCode, Command, Email, Listing, Text, User, UserId};
use pec_core::finding::Language;

use crate::org::{Acting, CODES, Call};
use crate::text::Stop;

/// What to do with users.
#[derive(Debug, Args)]
#[command(after_help = CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    acting: Acting,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a user of an account.
    Add {
        archive: PathBuf,
        /// To which account the person belongs.
        #[arg(value_name = "ACCOUNT")]
        account_code: AccountCode,
        /// What you call the person.
        #[arg(value_name = "USER")]
        id: UserId,
        /// Its name.
        #[arg(long)]
        name: Text,
        /// Where it is written to.
        #[arg(long)]
        email: Option<Email>,
    },
    /// Let a user do nothing until further notice.
    Suspend {
        archive: PathBuf,
        /// Which.
        #[arg(value_name = "USER")]
        id: UserId,
    },
    /// Let a user do again what it could.
    Restore {
        archive: PathBuf,
        /// Which.
        #[arg(value_name = "USER")]
        id: UserId,
    },
    /// The users.
    List { archive: PathBuf },
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let call = Call::new(&arguments.acting, language)?;
    match &arguments.action {
        Action::Add { archive, account_code, id, name, email } => {
            let (account, name) = (account_code.clone(), name.clone());
            let user = User { id: id.clone(), account, name, email: email.clone() };
            call.act(archive, [Command::AddUser { user }])
        }
        Action::Suspend { archive, id } => call.act(archive, [Command::SuspendUser { user: id.clone() }]),
        Action::Restore { archive, id } => call.act(archive, [Command::RestoreUser { user: id.clone() }]),
        Action::List { archive } => call.list(archive, &Listing::Users),
    }
}
