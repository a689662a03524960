//! `pec work`: what is to be worked on, and in whose charge it is (*presa in carico*).

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use pec_core::delegation::{Command, Listing, MailboxAddress, Opened, Text, UserId, WorkId};
use pec_core::finding::Language;

use crate::org::{Acting, CODES, Call, when};
use crate::text::Stop;

/// What to do with what is to be worked on.
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
    /// Say that there is something to be worked on.
    Open {
        #[command(flatten)]
        which: Which,
        /// In which mailbox.
        #[arg(value_name = "MAILBOX")]
        address: MailboxAddress,
        /// In which folder.
        #[arg(long)]
        folder: Option<Text>,
        /// With this tag. Several times.
        #[arg(long)]
        tag: Vec<Text>,
    },
    /// What is to be worked on, and in whose charge it is.
    List { archive: PathBuf },
    /// Note that one has read it, which is not to take it in charge.
    Read(Which),
    /// Take it in charge (presa in carico). Of several who try at once, one gets it.
    Claim {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        lease: Lease,
    },
    /// Keep it for longer.
    Renew {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        lease: Lease,
    },
    /// Leave it; an operator takes it from whoever has it.
    Release(Which),
    /// Say that it is done.
    Done(Which),
    /// Hand it on to a user who may take it in charge.
    Escalate {
        #[command(flatten)]
        which: Which,
        /// To whom.
        to: UserId,
        /// Why.
        #[arg(long)]
        why: Text,
    },
}

#[derive(Debug, Args)]
struct Which {
    archive: PathBuf,
    /// What you call the message or dossier.
    item: WorkId,
}

#[derive(Debug, Args)]
struct Lease {
    /// Until then.
    #[arg(long, value_name = "RFC3339", value_parser = when, conflicts_with = "hours")]
    until: Option<Timestamp>,
    /// For so many hours.
    #[arg(long, value_name = "N", default_value_t = 8)]
    hours: u16,
}

impl Lease {
    fn until(&self, now: Timestamp) -> Timestamp {
        let after = SignedDuration::from_hours(self.hours.into());
        self.until.unwrap_or_else(|| now.saturating_add(after).unwrap_or(Timestamp::MAX))
    }
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let call = Call::new(&arguments.acting, language)?;
    let (which, command) = match &arguments.action {
        Action::List { archive } => return call.list(archive, &Listing::Work),
        Action::Open { which, address, folder, tag } => {
            let (id, mailbox) = (which.item.clone(), address.clone());
            let item = Opened { id, mailbox, folder: folder.clone(), tags: tag.iter().cloned().collect() };
            (which, Command::OpenWork { item })
        }
        Action::Read(which) => (which, Command::NoteRead { item: which.item.clone() }),
        Action::Claim { which, lease } => {
            (which, Command::Claim { item: which.item.clone(), until: lease.until(call.second) })
        }
        Action::Renew { which, lease } => {
            (which, Command::Renew { item: which.item.clone(), until: lease.until(call.second) })
        }
        Action::Release(which) => (which, Command::Release { item: which.item.clone() }),
        Action::Done(which) => (which, Command::Finish { item: which.item.clone() }),
        Action::Escalate { which, to, why } => {
            (which, Command::Escalate { item: which.item.clone(), to: to.clone(), why: why.clone() })
        }
    };
    call.act(&which.archive, [command])
}
