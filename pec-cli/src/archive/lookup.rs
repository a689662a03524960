//! `pec archive look-up`: what a register of addresses answered, kept beside the message that went there.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use pec_archive::report::{LookedUp, Report as _};
use pec_archive::{Archive, Id};
use pec_core::lookup::Lookup;

use super::{Call, Clock, failed, named};
use crate::render::printable;
use crate::text::{Stop, Text};

/// What was looked up.
#[derive(Debug, Args)]
#[command(
    after_help = "Without --register it shows what is kept. It goes into the bundle that proves the transaction; pec itself asks no register."
)]
pub(super) struct LookUp {
    archive: PathBuf,
    /// The message by its identifier (64 hexadecimal digits), or a transaction by its identificativo or msgid: then the copy of what
    /// was sent, or where that is not here, every message.
    name: String,
    /// The register that was asked: INI-PEC, IPA, INAD, ReGIndE, or another.
    #[arg(long, requires = "address")]
    register: Option<String>,
    /// The certified address.
    #[arg(long, requires = "register")]
    address: Option<String>,
    /// By what it was asked, where that was not the address: codice fiscale, partita IVA, name.
    #[arg(long, value_name = "TEXT", requires = "register")]
    asked: Option<String>,
    /// When it was asked; now where it is not said.
    #[arg(long, value_name = "TIME", requires = "register")]
    asked_at: Option<Timestamp>,
    /// For which day, where the register knows the past.
    #[arg(long, value_name = "DATE", requires = "register")]
    valid_on: Option<Date>,
    /// The register did not have the address.
    #[arg(long, requires = "register")]
    not_found: bool,
    /// What it answered, as a file.
    #[arg(long, value_name = "FILE", requires = "register")]
    answer: Option<PathBuf>,
    /// One JSON object for each that is kept.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    clock: Clock,
}

impl Call {
    pub(super) fn look_up(&self, arguments: &LookUp) -> Result<ExitCode, Stop> {
        let LookUp { register, address, asked, asked_at, valid_on, not_found, answer, .. } = arguments;
        let (ids, archive) = match register.as_ref().zip(address.as_ref()) {
            None => {
                let archive = self.open_to_read(&arguments.archive)?;
                (named(&archive, &self.actor, std::slice::from_ref(&arguments.name))?, archive)
            }
            Some((register, address)) => {
                let archive = self.open(&arguments.archive)?;
                let now = arguments.clock.now();
                let read = |file: &PathBuf| fs::read(file).map_err(|error| Text::of_io(&error).at(file));
                let lookup = Lookup {
                    address: address.clone(),
                    register: register.clone(),
                    asked: asked.clone(),
                    asked_at: asked_at.unwrap_or(now),
                    valid_on: *valid_on,
                    found: !not_found,
                    answer: answer.as_ref().map(read).transpose()?.unwrap_or_default(),
                };
                let ids = self.sent_of(&archive, &arguments.name)?;
                archive.note_lookup(&self.actor, now, &ids, &lookup).map_err(|error| failed(&error))?;
                (ids, archive)
            }
        };
        let mut output = anstream::stdout();
        let mut seen = BTreeSet::new();
        for id in ids {
            for lookup in archive.lookups(&self.actor, id).map_err(|error| failed(&error))? {
                if arguments.json {
                    writeln!(output, "{}", LookedUp::of(id, &lookup).to_json())?;
                } else if seen.insert(lookup.to_json()) {
                    writeln!(output, "{}", self.looked_up(&lookup))?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The copy of what was sent, where it is here.
    fn sent_of(&self, archive: &Archive, name: &str) -> Result<Vec<Id>, Stop> {
        let ids = named(archive, &self.actor, &[name.to_owned()])?;
        let mut sent = Vec::new();
        for id in &ids {
            let entry = archive.entry(&self.actor, *id).map_err(|error| failed(&error))?;
            sent.extend((entry.kind == "ordinary").then_some(*id));
        }
        Ok(if sent.is_empty() { ids } else { sent })
    }

    /// What a register answered, on one line.
    pub(super) fn looked_up(&self, lookup: &Lookup) -> String {
        let found =
            if lookup.found { self.say("trovato in", "found in") } else { self.say("non trovato in", "not found in") };
        let day = lookup.valid_on.map(|day| format!(" {} {day}", self.say("per il giorno", "for the day")));
        let asked = lookup.asked.as_deref().map(|asked| format!(" ({})", printable(asked)));
        format!(
            "{} {found} {}{}, {}{}",
            printable(&lookup.address),
            printable(&lookup.register),
            asked.unwrap_or_default(),
            lookup.asked_at,
            day.unwrap_or_default()
        )
    }
}
