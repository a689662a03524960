//! `pec grant`: what a user may do in a mailbox, and the one question.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use pec_archive::Error;
use pec_core::delegation::{
    Command, Gives, Grant, GrantId, Listing, MailboxAddress, Object, Permission, Permissions, Restriction, RightSource,
    RoleName, Share, ShareId, Text, UserId,
};
use pec_core::finding::Language;

use crate::archive::failed;
use crate::org::{Acting, CODES, Call, permission, permissions, when};
use crate::text::Stop;

/// What to do with grants.
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
    /// Give a user who shares a mailbox (`pec org share add`) permissions in it.
    Give(Give),
    /// Withdraw a grant.
    Withdraw {
        archive: PathBuf,
        /// Which.
        id: GrantId,
    },
    /// The grants.
    List { archive: PathBuf },
    /// Let a user of any account read one dossier for a while (messa a disposizione), and nothing else.
    Share(Shared),
    /// Let it be read no longer.
    Unshare {
        archive: PathBuf,
        /// Which.
        id: ShareId,
    },
    /// Whether whoever is named by --as may do this: 0 and by what, or 1 and why not.
    Check(Check),
}

#[derive(Debug, Args)]
struct Give {
    archive: PathBuf,
    /// What you call the grant.
    id: GrantId,
    /// In which mailbox.
    #[arg(value_name = "MAILBOX")]
    address: MailboxAddress,
    /// To whom.
    #[arg(value_name = "USER")]
    user_name: UserId,
    /// These permissions, with commas between them, and what they bring with them.
    #[arg(
        long,
        value_parser = permissions,
        value_name = "LIST",
        required_unless_present_any = ["role", "custodian"],
        conflicts_with_all = ["role", "custodian"]
    )]
    permissions: Option<Permissions>,
    /// What this role gives.
    #[arg(long, conflicts_with = "custodian")]
    role: Option<RoleName>,
    /// The custody of the password, and nothing else.
    #[arg(long)]
    custodian: bool,
    /// Only messages in this folder. Several times.
    #[arg(long)]
    folder: Vec<Text>,
    /// Only messages with this tag. Several times.
    #[arg(long)]
    tag: Vec<Text>,
    /// No message with this tag. Several times.
    #[arg(long)]
    never: Vec<Text>,
    /// From then on; from now on unless told.
    #[arg(long, value_name = "RFC3339", value_parser = when)]
    from: Option<Timestamp>,
    /// Until then; until it is withdrawn unless told.
    #[arg(long, value_name = "RFC3339", value_parser = when)]
    until: Option<Timestamp>,
}

#[derive(Debug, Args)]
struct Shared {
    archive: PathBuf,
    /// What you call the share.
    id: ShareId,
    /// The mailbox in which the dossier lies.
    #[arg(value_name = "MAILBOX")]
    address: MailboxAddress,
    /// The identificativo of its transaction, or the msgid.
    dossier: Text,
    /// Who may read it.
    #[arg(value_name = "USER")]
    user_name: UserId,
    /// From then on; from now on unless told.
    #[arg(long, value_name = "RFC3339", value_parser = when)]
    from: Option<Timestamp>,
    /// Until then, a year at most.
    #[arg(long, value_name = "RFC3339", value_parser = when)]
    until: Timestamp,
}

#[derive(Debug, Args)]
struct Check {
    archive: PathBuf,
    /// What is to be done.
    #[arg(value_parser = permission)]
    permission: Permission,
    /// In which mailbox.
    #[arg(value_name = "MAILBOX")]
    address: MailboxAddress,
    /// The folder of a message. Given a folder or a tag, a message is meant that has these tags and no others; without them the
    /// mailbox as a whole.
    #[arg(long)]
    folder: Option<String>,
    /// A tag of the message. Several times.
    #[arg(long)]
    tag: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let call = Call::new(&arguments.acting, language)?;
    match &arguments.action {
        Action::Give(give) => {
            let grant = give.grant(call.second);
            call.act(&give.archive, [Command::Grant { grant }])
        }
        Action::Withdraw { archive, id } => call.act(archive, [Command::Withdraw { grant: id.clone() }]),
        Action::Share(shared) => {
            let share = Share {
                id: shared.id.clone(),
                mailbox: shared.address.clone(),
                dossier: shared.dossier.clone(),
                with: shared.user_name.clone(),
                from: shared.from.unwrap_or(call.second),
                until: shared.until,
            };
            call.act(&shared.archive, [Command::Share { share }])
        }
        Action::Unshare { archive, id } => call.act(archive, [Command::Unshare { share: id.clone() }]),
        Action::List { archive } => call.list(archive, &Listing::Grants),
        Action::Check(check) => call.check(check),
    }
}

impl Give {
    fn grant(&self, now: Timestamp) -> Grant {
        let gives = match (&self.permissions, &self.role) {
            (Some(permissions), _) => Gives::Permissions { permissions: *permissions },
            (None, Some(role)) => Gives::Role { role: role.clone() },
            (None, None) => Gives::Custodian,
        };
        let only = |texts: &[Text]| (!texts.is_empty()).then(|| texts.iter().cloned().collect::<BTreeSet<_>>());
        let never = self.never.iter().cloned().collect();
        Grant {
            id: self.id.clone(),
            mailbox: self.address.clone(),
            user: self.user_name.clone(),
            gives,
            restriction: Restriction { folders: only(&self.folder), tags: only(&self.tag), never },
            from: self.from.unwrap_or(now),
            until: self.until,
        }
    }
}

impl Call<'_> {
    fn check(&self, check: &Check) -> Result<ExitCode, Stop> {
        let tags: Vec<&str> = check.tag.iter().map(String::as_str).collect();
        let is_message = check.folder.is_some() || !tags.is_empty();
        let object = Object {
            mailbox: &check.address,
            folder: check.folder.as_deref(),
            tags: is_message.then_some(tags.as_slice()),
        };
        let right = match self.look(&check.archive)?.may(self.actor(), check.permission, &object, self.now) {
            Ok(right) => right,
            Err(Error::Denied(denied)) => return self.refuse(&denied),
            Err(error) => return Err(failed(&error)),
        };
        let mut output = anstream::stdout();
        if self.is_json() {
            writeln!(output, "{}", right.to_json())?;
            return Ok(ExitCode::SUCCESS);
        }
        let by = match &right.source {
            RightSource::Host => self.say("è il programma stesso", "it is the program itself").to_owned(),
            RightSource::Grant(grant) => format!("{} {grant}", self.say("per il permesso", "by the grant")),
            RightSource::Role { role, grant } => {
                format!("{} {role} ({grant})", self.say("per il ruolo", "by the role"))
            }
        };
        let under = match &right.mandate {
            Some(mandate) => format!(", {} {mandate}", self.say("sotto il mandato", "under the mandate")),
            None => String::new(),
        };
        let permitted = self.say("permesso", "permitted");
        writeln!(output, "{permitted}: {} ({by}{under})", right.permission)?;
        Ok(ExitCode::SUCCESS)
    }
}
