//! `pec report`: tables for whoever administers mailboxes, in Italian whatever the language of the environment.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use pec_archive::{Error, ReportKind};
use pec_core::delegation::DomainRecords;
use pec_core::delegation::sheets::DomainChoice;
use pec_core::finding::Language;
use pec_core::sheet::{CsvMark, Months};

use crate::archive::failed;
use crate::org::{Acting, Call};
use crate::text::{Stop, Text};

/// Which report, of what, and how it is written.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 there are rows, 1 there are none, 2 could not run.")]
pub(crate) struct Arguments {
    /// Which report.
    #[arg(value_enum)]
    kind: Kind,
    archive: PathBuf,
    /// For these months (2026-01, or 2026-01..2026-03), as they are counted in Rome.
    #[arg(long, value_name = "MONTHS")]
    months: Option<Months>,
    /// CSV with the mark by which spreadsheets know UTF-8.
    #[arg(long, conflicts_with_all = ["json", "html"])]
    bom: bool,
    /// A page to be printed instead of CSV, into this file, which must not be there yet.
    #[arg(long, value_name = "FILE.html", conflicts_with_all = ["output", "json"])]
    html: Option<PathBuf>,
    /// Into this file, which must not be there yet; to standard output unless told.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// For domains: what was found in the DNS, as JSON: `{"expected": {"mx": [], "txt": []}, "checks": [{"domain": "…",
    /// "checked_at": "…", "mx": [], "txt": []}]}`. Nothing is asked of any server.
    #[arg(long, value_name = "FILE.json")]
    records: Option<PathBuf>,
    #[command(flatten)]
    acting: Acting,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Active mailboxes by billing month.
    ActiveMailboxes,
    /// Revoked mailboxes by month of revocation.
    RevokedMailboxes,
    /// Services of active mailboxes, and the space that they take.
    ServiceUse,
    /// Those who share mailboxes; takes no months.
    Delegates,
    /// What became of what was sent, by mailbox and month.
    Delivery,
    /// Messages by mailbox and month.
    Traffic,
    /// Mailboxes that could not be read at the last look; takes no months.
    AccessLost,
    /// Messages whose proof weakens in these months.
    ProofExpiring,
    /// All domains, with the date of their last check (`--records`); takes no months.
    Domains,
    /// Domains that are not as they should be (`--records`); takes no months.
    AnomalousDomains,
}

impl Kind {
    const fn of(self) -> Result<ReportKind, DomainChoice> {
        Ok(match self {
            Self::ActiveMailboxes => ReportKind::ActiveMailboxes,
            Self::RevokedMailboxes => ReportKind::RevokedMailboxes,
            Self::ServiceUse => ReportKind::ServiceUse,
            Self::Delegates => ReportKind::Delegates,
            Self::Delivery => ReportKind::Delivery,
            Self::Traffic => ReportKind::Traffic,
            Self::AccessLost => ReportKind::AccessLost,
            Self::ProofExpiring => ReportKind::ProofExpiring,
            Self::Domains => return Err(DomainChoice::All),
            Self::AnomalousDomains => return Err(DomainChoice::Anomalous),
        })
    }
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let Arguments { kind, archive, months, records, .. } = arguments;
    let call = Call::new(&arguments.acting, language)?;
    let (actor, scope, now) = (call.actor(), call.scope(), call.now);
    let outcome = match kind.of() {
        Ok(_) if records.is_some() => {
            return Err(Text::new("--records vale solo per i domini", "--records goes with domains alone").into());
        }
        Ok(kind) => call.look(archive)?.report(actor, kind, scope, *months, now),
        Err(_) if months.is_some() => {
            return Err(Text::new("i domini non hanno mesi", "domains take no months").into());
        }
        Err(choice) => {
            let records = records.as_deref().map(read).transpose()?.unwrap_or_default();
            call.look(archive)?.domain_report(actor, scope, choice, &records, now)
        }
    };
    let outcome = match outcome {
        Err(Error::Denied(denied)) => return call.refuse(&denied),
        outcome => outcome.map_err(|error| failed(&error))?,
    };
    let sheet = outcome.sheet();
    match (&arguments.html, call.is_json()) {
        (Some(path), _) => write(Some(path), sheet.to_html().as_bytes())?,
        (None, true) => write(arguments.output.as_deref(), (sheet.to_json() + "\n").as_bytes())?,
        (None, false) => {
            let mark = if arguments.bom { CsvMark::Present } else { CsvMark::Absent };
            write(arguments.output.as_deref(), &sheet.to_csv(mark))?;
        }
    }
    Ok(match outcome.warning() {
        None => ExitCode::SUCCESS,
        Some(warning) => {
            // In the words of the source, as all of a report is in Italian.
            anstream::eprintln!("{}", warning.text(Language::It));
            ExitCode::from(1)
        }
    })
}

fn read(path: &Path) -> Result<DomainRecords, Stop> {
    let bytes = fs::read(path).map_err(|error| Text::of_io(&error).at(path))?;
    DomainRecords::from_json(&bytes).map_err(|error| {
        let it = format!("non è ciò che è stato trovato nel DNS: {error}");
        Text::new(it, format!("it is not what was found in the DNS: {error}")).at(path).into()
    })
}

/// Into a new file that is on stable storage when this returns, or to standard output.
fn write(path: Option<&Path>, bytes: &[u8]) -> Result<(), Stop> {
    let Some(path) = path else { return Ok(io::stdout().lock().write_all(bytes)?) };
    let written = OpenOptions::new().write(true).create_new(true).open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    Ok(written.map_err(|error| Text::of_io(&error).at(path))?)
}
