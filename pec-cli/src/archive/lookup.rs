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
use pec_core::finding::Language;
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
    /// The message by its identifier (64 hexadecimal digits), or a transaction by its identificativo or msgid: then what is kept is
    /// kept with the copy of what was sent.
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
                    writeln!(output, "{}", LookedUp { message: id, lookup }.to_json())?;
                } else if seen.insert(lookup.to_json()) {
                    writeln!(output, "{}", looked_up(self.language, &lookup))?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The message, or of a transaction the copy of what was sent: what others were sent is not theirs who looked up.
    fn sent_of(&self, archive: &Archive, name: &str) -> Result<Vec<Id>, Stop> {
        let ids = named(archive, &self.actor, &[name.to_owned()])?;
        if name.parse::<Id>().is_ok() {
            return Ok(ids);
        }
        let mut sent = Vec::new();
        for id in ids {
            let entry = archive.entry(&self.actor, id).map_err(|error| failed(&error))?;
            sent.extend((entry.kind == "ordinary").then_some(id));
        }
        if sent.is_empty() {
            return Err(Text::new(
                "la copia di quanto inviato non è in archivio: indicare il messaggio con il suo identificativo di 64 cifre",
                "the copy of what was sent is not in the archive: name the message by its identifier of 64 digits",
            )
            .into());
        }
        Ok(sent)
    }
}

/// What a register answered, on one line.
pub(crate) fn looked_up(language: Language, lookup: &Lookup) -> String {
    let Lookup { address, register, asked, asked_at, valid_on, found, answer: _ } = lookup;
    let (it, en) = if *found { ("trovato in", "found in") } else { ("non trovato in", "not found in") };
    let (found, day) = match language {
        Language::It => (it, "per il giorno"),
        Language::En => (en, "for the day"),
    };
    let asked = asked.as_deref().map_or_else(String::new, |asked| format!(" ({})", printable(asked)));
    let day = valid_on.map_or_else(String::new, |date| format!(" {day} {date}"));
    let second = asked_at.as_second();
    let at = Timestamp::from_second(second).unwrap_or(*asked_at);
    format!("{} {found} {}{asked}, {at}{day}", printable(address), printable(register))
}
