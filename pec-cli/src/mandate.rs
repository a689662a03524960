//! `pec mandate`: the right to act in a mailbox, given by its holder.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use pec_archive::Id;
use pec_core::delegation::{
    Command, DocumentDigest, Grantee, Listing, MailboxAddress, Mandate, MandateId, Permissions, Scope, UserId,
};
use pec_core::finding::Language;

use crate::archive::failed;
use crate::org::{Acting, CODES, Call, permissions, when};
use crate::text::{Stop, Text};

/// What to do with mandates.
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
    /// Take down a mandate of the holder of a mailbox.
    Record(Record),
    /// Revoke it.
    Revoke {
        archive: PathBuf,
        /// Which.
        id: MandateId,
    },
    /// The mandates, those that are over included.
    List { archive: PathBuf },
}

#[derive(Debug, Args)]
struct Record {
    archive: PathBuf,
    /// What you call the mandate.
    id: MandateId,
    /// Of which mailbox; its holder gives it.
    #[arg(value_name = "MAILBOX")]
    address: MailboxAddress,
    /// To one user; to whoever keeps the archive, and everybody who works for it, unless told.
    #[arg(long, value_name = "USER")]
    to: Option<UserId>,
    /// For these permissions, with commas between them; for all unless told.
    #[arg(long, value_parser = permissions, value_name = "LIST")]
    permissions: Option<Permissions>,
    /// From then on; from now on unless told.
    #[arg(long, value_name = "RFC3339", value_parser = when)]
    from: Option<Timestamp>,
    /// Until then; until it is revoked unless told.
    #[arg(long, value_name = "RFC3339", value_parser = when)]
    until: Option<Timestamp>,
    /// The document by which it was given: its digest is kept, the file stays yours.
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let call = Call::new(&arguments.acting, language)?;
    match &arguments.action {
        Action::Record(record) => {
            let mandate = record.mandate(&call)?;
            call.act(&record.archive, [Command::GiveMandate { mandate }])
        }
        Action::Revoke { archive, id } => call.act(archive, [Command::RevokeMandate { mandate: id.clone() }]),
        Action::List { archive } => call.list(archive, &Listing::Mandates),
    }
}

impl Record {
    fn mandate(&self, call: &Call<'_>) -> Result<Mandate, Stop> {
        let digest = |path: &PathBuf| {
            let bytes = fs::read(path).map_err(|error| Text::of_io(&error).at(path))?;
            Ok::<_, Stop>(DocumentDigest::try_from(Id::of(&bytes).to_string()).ok())
        };
        let evidence = self.evidence.as_ref().map(digest).transpose()?.flatten();
        // Who may give it is decided when it is given: here it is only read whose mailbox it is.
        let holder = call.look(&self.archive)?.organisation(|organisation| {
            organisation.mailbox(&Scope::Host, &self.address).map(|mailbox| mailbox.holder().clone())
        });
        let Ok(grantor) = holder.map_err(|error| failed(&error))? else {
            return Err(failed(&pec_archive::Error::NotFound(self.address.to_string())));
        };
        let grantee = self.to.clone().map_or(Grantee::Organisation, |user| Grantee::User { user });
        let term = (self.from.unwrap_or(call.second), self.until);
        let whole = Mandate::whole(self.id.clone(), self.address.clone(), grantor, term, evidence);
        Ok(Mandate { grantee, permissions: self.permissions.unwrap_or(whole.permissions), ..whole })
    }
}
