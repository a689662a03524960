//! What changes an archive, or what it writes elsewhere.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use clap::Args;
use pec_archive::report::{Report as _, Written};
use pec_archive::search::Query;
use pec_archive::{Archive, Error, Id};
use pec_core::finding::Language;

use super::{Call, bar, failed, intake, named, told, watch};
use crate::render::printable;
use crate::setup;
use crate::text::{Stop, Text};

/// Every verdict with which a message is set apart.
const SUSPECT: (&str, &str) = ("verdetto:alterato,falso,non-verificabile", "verdict:altered,forged,unverifiable");

/// Messages that are looked at together.
const PAGE: usize = 1000;

/// How often it is looked how far a copy is.
const LOOK: Duration = Duration::from_millis(200);

/// What to take in.
#[derive(Debug, Args)]
pub(super) struct Add {
    archive: PathBuf,
    /// Files, folders, Maildir, mbox files, ZIP files, or - for standard input.
    #[arg(required = true, value_name = "FILE|DIR|MBOX|ZIP|-")]
    paths: Vec<PathBuf>,
    /// The mailbox in which they were found.
    #[arg(long, value_name = "NAME", default_value = "")]
    mailbox: String,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judging: setup::Options,
}

/// What to write out.
#[derive(Debug, Args)]
pub(super) struct Export {
    archive: PathBuf,
    /// Messages by identifier (64 hexadecimal digits), or every one of a transaction by its identificativo or msgid.
    #[arg(required = true, value_name = "ID|IDENTIFICATIVO")]
    names: Vec<String>,
    /// The folder; one file a message, called by its identifier.
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// One JSON object a message and line.
    #[arg(long)]
    json: bool,
}

/// By what to judge again.
#[derive(Debug, Args)]
pub(super) struct Reverify {
    archive: PathBuf,
    /// One JSON object a change and line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judging: setup::Options,
}

/// Where to.
#[derive(Debug, Args)]
pub(super) struct Backup {
    archive: PathBuf,
    /// The copy; nothing may be there yet.
    to: PathBuf,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

/// What to write anew.
#[derive(Debug, Args)]
pub(super) struct Scrub {
    archive: PathBuf,
}

/// What is broken, and where to.
#[derive(Debug, Args)]
pub(super) struct Salvage {
    archive: PathBuf,
    /// The new archive; nothing may be there yet.
    to: PathBuf,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judging: setup::Options,
}

/// By what to judge.
#[derive(Debug, Args)]
pub(super) struct Rebuild {
    archive: PathBuf,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judging: setup::Options,
}

impl Call {
    pub(super) fn add(&self, arguments: &Add) -> Result<ExitCode, Stop> {
        let archive = self.open(&arguments.archive)?;
        let setup = arguments.judging.load_at_signing()?;
        let intake = intake(&setup).mailbox(&arguments.mailbox);
        // Where it cannot be told, it is the import that says why.
        let before = self.suspect(&archive).ok();
        let bar = bar();
        let imported = archive.import(&self.actor, &intake, &arguments.paths, &mut watch(&bar));
        bar.finish_and_clear();
        let imported = imported.map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        let suspect = match before.filter(|_| imported.new > 0) {
            Some(before) => self.suspect(&archive)?.difference(&before).count(),
            None => 0,
        };
        if arguments.json {
            writeln!(output, "{}", imported.to_json())?;
        } else {
            for exception in &imported.exceptions {
                let reason = self.say(&exception.it, &exception.en);
                anstream::eprintln!("pec: {}: {}", printable(&exception.place), printable(reason));
            }
            let (new, known, skipped) = (imported.new, imported.known, imported.skipped);
            match self.language {
                Language::It => writeln!(
                    output,
                    "{new} messaggi nuovi, {known} già presenti, {skipped} file già acquisiti, {} non letti",
                    imported.exceptions.len()
                )?,
                Language::En => writeln!(
                    output,
                    "{new} new messages, {known} known, {skipped} files taken in before, {} not read",
                    imported.exceptions.len()
                )?,
            }
            self.tell_suspect(&mut output, suspect, &arguments.archive)?;
        }
        Ok(ExitCode::from(u8::from(suspect > 0 || !imported.exceptions.is_empty())))
    }

    /// The messages that are set apart for somebody to look at.
    fn suspect(&self, archive: &Archive) -> Result<HashSet<Id>, Stop> {
        let query = Query::parse(SUSPECT.0).map_err(|error| failed(&error.into()))?;
        let (mut suspect, mut from) = (HashSet::new(), None);
        loop {
            let page = archive.search(&self.actor, &query, from, PAGE).map_err(|error| failed(&error))?;
            suspect.extend(page.entries.iter().filter(|entry| !entry.quarantine.is_empty()).map(|entry| entry.id));
            from = page.next;
            if from.is_none() {
                return Ok(suspect);
            }
        }
    }

    fn tell_suspect(&self, output: &mut impl io::Write, suspect: usize, archive: &Path) -> io::Result<()> {
        let archive = archive.display();
        match (suspect, self.language) {
            (0, _) => Ok(()),
            (_, Language::It) => writeln!(
                output,
                "{suspect} con errori che li rendono sospetti: pec archive search '{archive}' {}",
                SUSPECT.0
            ),
            (_, Language::En) => writeln!(
                output,
                "{suspect} with errors that make them suspect: pec archive search '{archive}' {}",
                SUSPECT.1
            ),
        }
    }

    pub(super) fn export(&self, arguments: &Export) -> Result<ExitCode, Stop> {
        let archive = self.open_to_read(&arguments.archive)?;
        let ids = named(&archive, &self.actor, &arguments.names)?;
        fs::create_dir_all(&arguments.output).map_err(|error| Text::of_io(&error).at(&arguments.output))?;
        let mut damaged = false;
        for id in ids {
            let path = arguments.output.join(format!("{id}.eml"));
            let bytes = match archive.get(&self.actor, id) {
                // What is damaged keeps nobody from the rest.
                Err(error @ (Error::Damaged(_) | Error::Device(_))) => {
                    damaged = true;
                    writeln!(anstream::stderr(), "{id}: {} ({error})", error.explanation(self.language))?;
                    continue;
                }
                read => read.map_err(|error| failed(&error))?,
            };
            // The name says what is in it: where it is there already, nothing has to be written.
            let is_here = path.is_file() && fs::read(&path).is_ok_and(|found| found == bytes);
            if !is_here {
                crate::file::write_new(&path, &bytes)?;
            }
            if arguments.json {
                let written = Written { id: Some(id), ..Written::of("message", &path) };
                writeln!(anstream::stdout(), "{}", written.to_json())?;
            } else {
                writeln!(anstream::stdout(), "{}", path.display())?;
            }
        }
        Ok(ExitCode::from(u8::from(damaged)))
    }

    pub(super) fn reverify(&self, arguments: &Reverify) -> Result<ExitCode, Stop> {
        let archive = self.open(&arguments.archive)?;
        let setup = arguments.judging.load_at_signing()?;
        let bar = bar();
        let changed = archive.reverify(&self.actor, &intake(&setup), &mut watch(&bar));
        bar.finish_and_clear();
        let changed = changed.map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        let data = self.say("dati di fiducia", "trust data");
        let now = setup.trust.data_date();
        for change in &changed {
            if arguments.json {
                writeln!(output, "{}", change.to_json())?;
            } else {
                let (id, before, after) = (&change.id, &change.before, &change.after);
                let since = &change.before_trust_data;
                writeln!(output, "{id}  {before} → {after}  {data} {since} → {now}  {}", change.findings.join(" "))?;
            }
        }
        Ok(ExitCode::from(u8::from(!changed.is_empty())))
    }

    pub(super) fn salvage(&self, arguments: &Salvage) -> Result<ExitCode, Stop> {
        let setup = arguments.judging.load_at_signing()?;
        let bar = bar();
        let (from, to) = (&arguments.archive, &arguments.to);
        let salvaged = Archive::salvage_with(&self.actor, &intake(&setup), from, to, &self.keys, &mut watch(&bar));
        bar.finish_and_clear();
        let salvaged = salvaged.map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        if arguments.json {
            writeln!(output, "{}", salvaged.to_json())?;
        } else {
            writeln!(output, "{} {}", salvaged.messages, self.say("messaggi salvati", "messages are saved"))?;
            for (id, why) in &salvaged.lost {
                writeln!(output, "{} {id}: {why}", self.say("PERSO", "LOST"))?;
            }
            for line in &salvaged.unread {
                writeln!(output, "{} {}", self.say("ILLEGGIBILE", "UNREADABLE"), printable(line))?;
            }
            for line in &salvaged.unproven_log {
                writeln!(output, "{} {}", self.say("REGISTRO NON PROVATO", "LOG NOT PROVEN"), printable(line))?;
            }
        }
        let is_whole = salvaged.lost.is_empty() && salvaged.unread.is_empty() && salvaged.unproven_log.is_empty();
        Ok(ExitCode::from(u8::from(!is_whole)))
    }

    pub(super) fn rebuild(&self, arguments: &Rebuild) -> Result<ExitCode, Stop> {
        let archive = self.open(&arguments.archive)?;
        let setup = arguments.judging.load_at_signing()?;
        let bar = bar();
        let rebuilt = archive.rebuild_index(&self.actor, &intake(&setup), &mut watch(&bar));
        bar.finish_and_clear();
        rebuilt.map_err(|error| failed(&error))?;
        told(arguments.json, &Written::of("index", &arguments.archive))
    }

    pub(super) fn backup(&self, arguments: &Backup) -> Result<ExitCode, Stop> {
        let archive = self.open_to_read(&arguments.archive)?;
        let size = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
        let bar = bar();
        // The copy is compact: it ends before the bar does.
        bar.set_length(size(archive.path()));
        let (done, waiting) = mpsc::channel::<()>();
        let copied = thread::scope(|scope| {
            let bar = &bar;
            scope.spawn(move || {
                while waiting.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                    bar.set_position(size(&arguments.to));
                }
            });
            let copied = archive.backup(&self.actor, &arguments.to);
            drop(done);
            copied
        });
        bar.finish_and_clear();
        copied.map_err(|error| failed(&error))?;
        told(arguments.json, &Written::of("backup", &arguments.to))
    }

    pub(super) fn scrub(&self, arguments: &Scrub) -> Result<ExitCode, Stop> {
        self.open(&arguments.archive)?.scrub(&self.actor).map_err(|error| failed(&error))?;
        let said =
            self.say("nulla resta nel file dei messaggi eliminati", "nothing of erased messages is left in the file");
        writeln!(anstream::stdout(), "{said}")?;
        Ok(ExitCode::SUCCESS)
    }

    /// One of two texts, by the language of the reader.
    pub(super) const fn say<'t>(&self, it: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::It => it,
            Language::En => en,
        }
    }
}
