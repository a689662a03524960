//! `pec archive`: what was received and sent, kept, found and proven.

mod act;
mod deposit;
mod keep;
mod look;
mod lookup;
mod stamp;

use std::io::{IsTerminal as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use pec_archive::report::{Report, Written};
use pec_archive::{Actor, Archive, Id, Intake, Keys, Progress, Searchable};
use pec_core::finding::Language;

pub(crate) use self::lookup::looked_up;
use crate::keys;
use crate::setup::Setup;
use crate::text::{Stop, Text};

/// What to do with an archive.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 done and nothing wrong, 1 done and something to look at, 2 could not run.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
    /// In whose name it is done; it stands in the log of the archive.
    #[arg(long, global = true, value_name = "NAME", default_value = "host")]
    actor: String,
    #[command(flatten)]
    keys: keys::KeyFiles,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an empty archive: one file.
    Init {
        /// The file; nothing may be there yet.
        archive: PathBuf,
        /// Encrypted (`--key-file`), but with an index of words: who has the file can then read which words are in which
        /// message, and every subject. Otherwise no word can be searched for.
        #[arg(long)]
        index_words: bool,
        /// The report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take messages in: files, folders, Maildir, mbox, ZIP, or standard input. What an earlier run has finished is skipped.
    #[command(visible_alias = "import")]
    Add(act::Add),
    /// Find messages, newest first.
    Search(look::Search),
    /// Show what the archive knows of a message or a transaction.
    Show(look::Show),
    /// Keep what a register of addresses answered beside the message that went there, or show it.
    LookUp(lookup::LookUp),
    /// Write messages out, byte for byte.
    Export(act::Export),
    /// Read everything again and compare its digests; check index and log. Verdicts are not judged again: `reverify` does that.
    Check(look::Check),
    /// Judge every message again, with newer trust data, and say which verdicts change.
    Reverify(act::Reverify),
    /// The classes of messages and how long each is kept; give a class a term.
    Terms(keep::Terms),
    /// Put messages into a class: they are kept as long as it says.
    Classify(keep::Classify),
    /// Hold messages for a case: they cannot be erased before it is released.
    Hold(keep::Hold),
    /// End a case: what it held may be erased after its term.
    Release(keep::Release),
    /// The cases for which messages are held, or the messages of one.
    Cases(keep::Cases),
    /// Erase messages whose term is over and which no case holds.
    Erase(keep::Erase),
    /// Which terms are over, and which certificates end, or have ended, on which proofs rest.
    Expiring(look::Expiring),
    /// Have the log stamped by a time-stamping authority: every message that is here is then proven to have existed.
    Stamp(stamp::Stamp),
    /// Make packages ready for deposit with a conservation service, and read what it answers.
    #[command(subcommand)]
    Deposit(Box<deposit::Deposit>),
    /// The archive in numbers.
    Stats(look::Stats),
    /// Write a copy, while others use the archive.
    Backup(act::Backup),
    /// Write the whole file anew without what is left of erased messages in its gaps and its log. It takes as long as a copy, and room
    /// for two.
    Scrub(act::Scrub),
    /// Make verdicts, dossiers and the index anew from the messages.
    Rebuild(act::Rebuild),
    /// Bring what can be read of a broken archive into a new one, and say what cannot.
    Salvage(act::Salvage),
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let call = Call { actor: Actor::local(&arguments.actor), keys: arguments.keys.load()?, language };
    match &arguments.action {
        Action::Init { archive, index_words, json } => {
            if *index_words && arguments.keys.is_empty() {
                return Err(Text::new(
                    "--index-words vale solo con --key-file: un archivio in chiaro ha sempre l'indice delle parole",
                    "--index-words goes with --key-file alone: an archive that is not encrypted always has an index of words",
                )
                .into());
            }
            let searchable = if *index_words { Searchable::Words } else { Searchable::Fields };
            Archive::create_with(archive, &call.keys.searchable(searchable)).map_err(|error| failed(&error))?;
            told(*json, &Written::of("archive", archive))
        }
        Action::Add(arguments) => call.add(arguments),
        Action::Search(arguments) => call.search(arguments),
        Action::Show(arguments) => call.show(arguments),
        Action::LookUp(arguments) => call.look_up(arguments),
        Action::Export(arguments) => call.export(arguments),
        Action::Check(arguments) => call.check(arguments),
        Action::Reverify(arguments) => call.reverify(arguments),
        Action::Terms(arguments) => call.terms(arguments),
        Action::Classify(arguments) => call.classify(arguments),
        Action::Hold(arguments) => call.hold(arguments),
        Action::Release(arguments) => call.release(arguments),
        Action::Cases(arguments) => call.cases(arguments),
        Action::Erase(arguments) => call.erase(arguments),
        Action::Expiring(arguments) => call.expiring(arguments),
        Action::Deposit(action) => call.deposit(action),
        Action::Stamp(arguments) => call.stamp(arguments),
        Action::Stats(arguments) => call.stats(arguments),
        Action::Backup(arguments) => call.backup(arguments),
        Action::Scrub(arguments) => call.scrub(arguments),
        Action::Rebuild(arguments) => call.rebuild(arguments),
        Action::Salvage(arguments) => call.salvage(arguments),
    }
}

/// Who asks, with which keys, and in which language he reads.
struct Call {
    actor: Actor,
    keys: Keys,
    language: Language,
}

/// The time taken for "now", where nothing is verified.
#[derive(Debug, Args)]
struct Clock {
    /// The time taken for "now"; by default the clock's.
    #[arg(long, value_name = "RFC3339")]
    now: Option<Timestamp>,
}

impl Clock {
    fn now(&self) -> Timestamp {
        self.now.unwrap_or_else(Timestamp::now)
    }
}

impl Call {
    fn open(&self, path: &Path) -> Result<Archive, Stop> {
        Archive::open_with(path, &self.keys).map_err(|error| failed(&error))
    }

    /// For whoever only looks: a disk that cannot be written will do.
    fn open_to_read(&self, path: &Path) -> Result<Archive, Stop> {
        Archive::open_read_only_with(path, &self.keys).map_err(|error| failed(&error))
    }
}

fn intake(setup: &Setup) -> Intake<'_> {
    Intake::new(&setup.trust, setup.now).evidence(&setup.evidence)
}

/// An error of the archive for a person: what it means and what can be done, then what it is about.
pub(crate) fn failed(error: &pec_archive::Error) -> Stop {
    let text = |language| match error {
        // What is refused has a reason of its own.
        pec_archive::Error::Denied(denied) => format!("{} ({denied})", denied.code.explanation(language)),
        error => format!("{} ({error})", error.explanation(language)),
    };
    Stop::Because(Text::new(text(Language::It), text(Language::En)))
}

/// A bar on a terminal, nothing elsewhere.
pub(crate) fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}  {eta}") {
        bar.set_style(style);
    }
    bar
}

/// Ends what has gone well and says nothing to a person.
pub(crate) fn told(json: bool, report: &impl Report) -> Result<ExitCode, Stop> {
    if json {
        writeln!(anstream::stdout(), "{}", report.to_json())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows how far a long work is.
fn watch(bar: &ProgressBar) -> impl FnMut(Progress) -> ControlFlow<()> {
    |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        ControlFlow::Continue(())
    }
}

/// The messages that a person names: by identifier, or by the transaction of which they speak.
fn named(archive: &Archive, actor: &Actor, names: &[String]) -> Result<Vec<Id>, Stop> {
    let mut ids = Vec::new();
    for name in names {
        if let Ok(id) = name.parse() {
            ids.push(id);
            continue;
        }
        let found = archive.messages_about(actor, name).map_err(|error| failed(&error))?;
        if found.is_empty() {
            return Err(failed(&pec_archive::Error::NotFound(crate::render::printable(name))));
        }
        ids.extend(found);
    }
    Ok(ids)
}
