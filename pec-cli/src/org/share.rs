//! `pec org share`: whether a mailbox is shared, and with whom (*multiutenza*).

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use pec_core::delegation::lifecycle::DelegateName;
use pec_core::delegation::{Command, Email, MailboxAddress, Text, UserId};

use super::Call;
use crate::text::Stop;

/// With whom a mailbox is shared.
#[derive(Debug, Subcommand)]
pub(super) enum Share {
    /// Share it, with those who were active before.
    On(Which),
    /// Share it no longer.
    Off(Which),
    /// Let a user take part.
    Add(Add),
    /// Let it take part again.
    Activate(Whom),
    /// Let it take part no longer.
    Deactivate(Whom),
    /// Take it away, with its grants.
    Delete(Whom),
}

#[derive(Debug, Args)]
pub(super) struct Which {
    archive: PathBuf,
    /// The mailbox.
    #[arg(value_name = "MAILBOX")]
    address: MailboxAddress,
}

#[derive(Debug, Args)]
pub(super) struct Whom {
    archive: PathBuf,
    /// The mailbox.
    #[arg(value_name = "MAILBOX")]
    address: MailboxAddress,
    /// The user.
    #[arg(value_name = "USER")]
    user_name: UserId,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    whom: Whom,
    /// Nome.
    #[arg(long)]
    first_name: Text,
    /// Cognome.
    #[arg(long)]
    surname: Text,
    /// What stands beside the From address; first name and surname unless told.
    #[arg(long)]
    description: Option<Text>,
    /// Where it is written to about its password.
    #[arg(long)]
    email: Option<Email>,
    /// It is not active before `pec org share activate`.
    #[arg(long)]
    later: bool,
}

impl Share {
    pub(super) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Stop> {
        let of = |which: &Which| which.address.clone();
        let whom = |whom: &Whom| (whom.address.clone(), whom.user_name.clone());
        match self {
            Self::On(which) => call.act(&which.archive, [Command::ShareOn { mailbox: of(which) }]),
            Self::Off(which) => call.act(&which.archive, [Command::ShareOff { mailbox: of(which) }]),
            Self::Add(add) => {
                let (mailbox, user) = whom(&add.whom);
                let of_names = || Text::try_from(format!("{} {}", add.first_name, add.surname));
                let description = add.description.clone().or_else(|| of_names().ok());
                let name = DelegateName {
                    first_name: add.first_name.clone(),
                    surname: add.surname.clone(),
                    description: description.unwrap_or_else(|| add.surname.clone()),
                    email: add.email.clone(),
                };
                let added = Command::AddDelegate { mailbox: mailbox.clone(), user: user.clone(), name };
                let activated = (!add.later).then_some(Command::ActivateDelegate { mailbox, user });
                call.act(&add.whom.archive, std::iter::once(added).chain(activated))
            }
            Self::Activate(one) => {
                let (mailbox, user) = whom(one);
                call.act(&one.archive, [Command::ActivateDelegate { mailbox, user }])
            }
            Self::Deactivate(one) => {
                let (mailbox, user) = whom(one);
                call.act(&one.archive, [Command::DeactivateDelegate { mailbox, user }])
            }
            Self::Delete(one) => {
                let (mailbox, user) = whom(one);
                call.act(&one.archive, [Command::DeleteDelegate { mailbox, user }])
            }
        }
    }
}
