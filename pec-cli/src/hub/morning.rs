//! What needs somebody, and what has come in since yesterday.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use pec_archive::report::Report as _;
use pec_core::finding::Language;
use pec_imap::{Encoding, Radar, RadarOptions, report};

use crate::render::printable;
use crate::text::{Stop, Text};
use crate::wire::{House, failed};

/// Since when, and where to.
#[derive(Debug, Args)]
pub(super) struct Today {
    /// Since when; by default since 24 hours ago.
    #[arg(long, value_name = "RFC3339")]
    since: Option<Timestamp>,
    /// One page, self-contained.
    #[arg(long, value_name = "FILE.html")]
    html: Option<PathBuf>,
    /// A table, a line each, as spreadsheets here read it.
    #[arg(long, value_name = "FILE.csv")]
    csv: Option<PathBuf>,
    /// The attachments of what has arrived, in a folder of each client; of what nothing certifies none.
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
}

/// What needs somebody now.
pub(crate) fn look_around(house: &House) -> Result<Radar, Stop> {
    house.hub.radar(Timestamp::now(), RadarOptions::default()).map_err(|error| failed(&error))
}

/// A line for each thing that needs somebody, or all of it as JSON.
pub(crate) fn tell(radar: &Radar, json: bool, language: Language) -> Result<ExitCode, Stop> {
    let mut output = anstream::stdout();
    let code = if radar.is_clear() { ExitCode::SUCCESS } else { ExitCode::from(1) };
    if json {
        writeln!(output, "{}", report::Radar::of(radar).to_json())?;
        return Ok(code);
    }
    let it = language == Language::It;
    let mut line =
        |what: [&str; 2], about: &str| writeln!(output, "{:<28} {}", what[usize::from(!it)], printable(about));
    for mailbox in &radar.passwords {
        let end = mailbox.standing.password_ends.map(|end| end.to_string()).unwrap_or_default();
        line(["password in scadenza", "password ends"], &format!("{}  {end}", mailbox.said.address))?;
    }
    for mailbox in &radar.full {
        let percent = mailbox.percent_full().unwrap_or_default();
        line(["casella quasi piena", "mailbox nearly full"], &format!("{}  {percent} %", mailbox.said.address))?;
    }
    for mailbox in &radar.access {
        let state = mailbox.access().map_or("", |state| state.advice(language));
        line(["accesso perso", "access lost"], &format!("{}  {state}", mailbox.said.address))?;
    }
    for mailbox in &radar.mandates {
        line(["mandato in scadenza", "mandate ends"], &mailbox.said.address)?;
    }
    for overdue in &radar.overdue {
        let id = overdue.pec_id.clone().or(overdue.message_id.clone()).unwrap_or_default();
        line(["ricevuta mancante", "receipt overdue"], &format!("{}  {id}", overdue.mailbox))?;
    }
    for entry in &radar.proofs {
        line(["prova in scadenza", "proof ends"], &entry.id.to_string())?;
    }
    Ok(code)
}

impl Today {
    pub(super) fn run(&self, house: &House, language: Language) -> Result<ExitCode, Stop> {
        let day = SignedDuration::from_hours(24);
        let since = self.since.unwrap_or_else(|| Timestamp::now().saturating_sub(day).unwrap_or(Timestamp::MIN));
        let today = house.hub.today(since, RadarOptions::default()).map_err(|error| failed(&error))?;
        let write = |path: &PathBuf, bytes: &[u8]| fs::write(path, bytes).map_err(|error| Text::of_io(&error).at(path));
        if let Some(path) = &self.html {
            write(path, today.to_html(language).as_bytes())?;
        }
        if let Some(path) = &self.csv {
            write(path, &today.to_csv(language, Encoding::Utf8Bom).map_err(|error| failed(&error))?)?;
        }
        let it = language == Language::It;
        let mut output = anstream::stdout();
        for day in &today.clients {
            let words = if it { ["arrivati", "non riusciti", "ricevute"] } else { ["arrived", "failed", "receipts"] };
            let counts = [day.arrived.len() as u64, day.failed.len() as u64, day.receipts];
            let counts: Vec<String> = words.iter().zip(counts).map(|(word, count)| format!("{count} {word}")).collect();
            writeln!(output, "{}  {}", printable(&day.client), counts.join(", "))?;
        }
        if let Some(folder) = &self.save {
            let saved = house.hub.save_attachments(&today, folder).map_err(|error| failed(&error))?;
            for file in saved.iter().flat_map(|one| &one.files) {
                writeln!(output, "{}", printable(&file.display().to_string()))?;
            }
            for (id, verdict) in saved.iter().filter_map(|one| Some((one.id, one.withheld?))) {
                let text = if it { "allegati non salvati" } else { "attachments not saved" };
                writeln!(output, "{id}: {text} ({})", verdict.as_str())?;
            }
        }
        tell(&today.radar, false, language)
    }
}
