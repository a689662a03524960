//! How long messages are kept, for which cases they are held, and what is erased.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use pec_archive::report::{Erased, Held, Released, Report as _, Term};
use pec_archive::{Erasure, Kept, Retention};
use pec_core::finding::Language;

use super::{Call, Clock, failed, named, told};
use crate::render::printable;
use crate::text::{Stop, Text};

/// What a class is kept for.
#[derive(Debug, Args)]
pub(super) struct Terms {
    archive: PathBuf,
    /// The class that is given a term; nothing ("") is that of everything that was put in no other.
    #[arg(long, requires = "months", value_name = "NAME")]
    class: Option<String>,
    /// Its term.
    #[arg(long, requires = "class")]
    months: Option<u32>,
    /// One JSON object a class and line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    clock: Clock,
}

/// What to put into a class.
#[derive(Debug, Args)]
pub(super) struct Classify {
    archive: PathBuf,
    /// The class, which has to have a term; nothing ("") takes messages out of theirs.
    #[arg(long, value_name = "NAME")]
    class: String,
    /// Messages by identifier, or every one of a transaction.
    #[arg(required = true, value_name = "ID|IDENTIFICATIVO")]
    names: Vec<String>,
    /// One JSON object a message and line: what keeps it now.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    clock: Clock,
}

/// Which cases.
#[derive(Debug, Args)]
pub(super) struct Cases {
    archive: PathBuf,
    /// The case whose messages are listed.
    #[arg(long)]
    case: Option<String>,
    /// One JSON object a case, or a message, and line.
    #[arg(long)]
    json: bool,
}

/// What to hold.
#[derive(Debug, Args)]
pub(super) struct Hold {
    archive: PathBuf,
    /// The case: a lawsuit, an inspection.
    #[arg(long)]
    case: String,
    /// Messages by identifier, or every one of a transaction.
    #[arg(required = true, value_name = "ID|IDENTIFICATIVO")]
    names: Vec<String>,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    clock: Clock,
}

/// What to release.
#[derive(Debug, Args)]
pub(super) struct Release {
    archive: PathBuf,
    /// The case.
    #[arg(long)]
    case: String,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    clock: Clock,
}

/// What to erase.
#[derive(Debug, Args)]
pub(super) struct Erase {
    archive: PathBuf,
    /// Why; it stands in the log for ever.
    #[arg(long)]
    reason: String,
    /// One JSON object a message and line.
    #[arg(long)]
    json: bool,
    /// Messages by identifier, or every one of a transaction.
    #[arg(required = true, value_name = "ID|IDENTIFICATIVO")]
    names: Vec<String>,
    /// The time by which terms are over; by default the clock's, and never a later one.
    #[arg(long, value_name = "RFC3339")]
    now: Option<Timestamp>,
}

impl Call {
    pub(super) fn terms(&self, arguments: &Terms) -> Result<ExitCode, Stop> {
        let archive = match (&arguments.class, arguments.months) {
            (Some(class), Some(months)) => {
                let archive = self.open(&arguments.archive)?;
                let now = arguments.clock.now();
                archive.set_term(&self.actor, now, class, months).map_err(|error| failed(&error))?;
                archive
            }
            _ => self.open_to_read(&arguments.archive)?,
        };
        let mut output = anstream::stdout();
        for (class, months) in archive.terms(&self.actor).map_err(|error| failed(&error))? {
            if arguments.json {
                writeln!(output, "{}", Term { class, months }.to_json())?;
            } else {
                let class =
                    if class.is_empty() { self.say("ogni altra", "any other").into() } else { printable(&class) };
                writeln!(output, "{months:>5} {}  {class}", self.say("mesi", "months"))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    pub(super) fn classify(&self, arguments: &Classify) -> Result<ExitCode, Stop> {
        let archive = self.open(&arguments.archive)?;
        let ids = named(&archive, &self.actor, &arguments.names)?;
        let now = arguments.clock.now();
        archive.classify(&self.actor, now, &ids, &arguments.class).map_err(|error| failed(&error))?;
        if arguments.json {
            for id in ids {
                let kept = archive.retention(&self.actor, id).map_err(|error| failed(&error))?;
                writeln!(anstream::stdout(), "{}", kept.to_json())?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    pub(super) fn cases(&self, arguments: &Cases) -> Result<ExitCode, Stop> {
        let archive = self.open_to_read(&arguments.archive)?;
        let mut output = anstream::stdout();
        if let Some(case) = &arguments.case {
            for id in archive.held(&self.actor, case).map_err(|error| failed(&error))? {
                let entry = archive.entry(&self.actor, id).map_err(|error| failed(&error))?;
                let line = if arguments.json { entry.to_json() } else { self.line(&entry) };
                writeln!(output, "{line}")?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        for case in archive.cases(&self.actor).map_err(|error| failed(&error))? {
            if arguments.json {
                writeln!(output, "{}", case.to_json())?;
            } else {
                let said = self.say("trattenuti per", "held for");
                writeln!(output, "{:>15}  {said} {}", case.messages, printable(&case.case))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What keeps a message, in lines.
    pub(super) fn kept(&self, retention: &Retention) -> String {
        let until = self.say("da conservare fino al", "to be kept until");
        let mut text = format!("  {until} {}", retention.until);
        if !retention.class.is_empty() {
            text += &format!(" ({} {})", self.say("classe", "class"), printable(&retention.class));
        }
        text.push('\n');
        for case in &retention.cases {
            text += &format!("  {} {}\n", self.say("trattenuto per:", "held for:"), printable(case));
        }
        text
    }

    pub(super) fn hold(&self, arguments: &Hold) -> Result<ExitCode, Stop> {
        let archive = self.open(&arguments.archive)?;
        let ids = named(&archive, &self.actor, &arguments.names)?;
        let now = arguments.clock.now();
        archive.hold(&self.actor, now, &ids, &arguments.case).map_err(|error| failed(&error))?;
        told(arguments.json, &Held { case: arguments.case.clone(), ids })
    }

    pub(super) fn release(&self, arguments: &Release) -> Result<ExitCode, Stop> {
        let archive = self.open(&arguments.archive)?;
        let now = arguments.clock.now();
        let case = arguments.case.clone();
        let messages = archive.release(&self.actor, now, &case).map_err(|error| failed(&error))? as u64;
        told(arguments.json, &Released { case, messages })
    }

    pub(super) fn erase(&self, arguments: &Erase) -> Result<ExitCode, Stop> {
        let clock = Timestamp::now();
        let now = arguments.now.unwrap_or(clock);
        if now > clock {
            return Err(ahead(now).into());
        }
        let archive = self.open(&arguments.archive)?;
        let ids = named(&archive, &self.actor, &arguments.names)?;
        let done = archive.erase(&self.actor, now, &ids, &arguments.reason).map_err(|error| failed(&error))?;
        let mut refused = false;
        for (id, erasure) in ids.iter().zip(&done) {
            if arguments.json {
                refused |= matches!(erasure, Erasure::Refused(_));
                writeln!(anstream::stdout(), "{}", Erased::of(*id, erasure).to_json())?;
                continue;
            }
            let said = match erasure {
                Erasure::Erased { log } => match self.language {
                    Language::It => format!("eliminato; certificato: voce {log} del registro"),
                    Language::En => format!("erased; certificate: entry {log} of the log"),
                },
                Erasure::Refused(kept) => {
                    refused = true;
                    match (kept, self.language) {
                        (Kept::Until(until), Language::It) => format!("da conservare fino al {until}"),
                        (Kept::Until(until), Language::En) => format!("to be kept until {until}"),
                        (Kept::HeldFor(case), Language::It) => format!("trattenuto per: {}", printable(case)),
                        (Kept::HeldFor(case), Language::En) => format!("held for: {}", printable(case)),
                    }
                }
            };
            writeln!(anstream::stdout(), "{id}  {said}")?;
        }
        Ok(ExitCode::from(u8::from(refused)))
    }
}

/// What was erased before its time nobody brings back.
fn ahead(now: Timestamp) -> Text {
    Text::new(
        format!(
            "--now {now}: è dopo l'ora di questo computer, e prima della fine del termine nulla si elimina; togliere --now, o dare \
             un'ora passata"
        ),
        format!(
            "--now {now}: later than the clock of this machine, and nothing is erased before its term is over; leave --now out, or \
             give a time that is past"
        ),
    )
}
