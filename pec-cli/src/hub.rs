//! `pec hub`: every mailbox that is managed.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use pec_core::finding::Language;
use pec_imap::{
    AccessState, Encoding, HubMailbox, HubQuery, Import, Only, Radar, RadarOptions, RefreshOptions, RefreshOutcome,
    Sort,
};
use serde_json::json;

use crate::render::printable;
use crate::rules;
use crate::text::{Stop, Text};
use crate::wire::{self, House, failed, wait};

/// What to do with all of them.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 done, 1 done and something to look at, 2 could not run.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    reach: wire::Reach,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Take over a table of mailboxes (CSV with ; , or tab): every row is judged, and nothing taken over where one is wrong.
    Import {
        /// The table.
        table: PathBuf,
        /// Take over the rows that are right.
        #[arg(long)]
        right_rows: bool,
    },
    /// Look at every mailbox: counts, and what is new into the archive.
    Refresh {
        /// Mailboxes at a time.
        #[arg(long, default_value_t = 16)]
        parallel: usize,
        /// Seconds after which the answer is given.
        #[arg(long, default_value_t = 60)]
        budget: u64,
        /// Only count.
        #[arg(long)]
        counts: bool,
        /// One JSON object a mailbox and line.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        rules: rules::Rules,
    },
    /// The mailboxes, as they stood at the last look.
    List {
        /// Which of them.
        #[arg(long, value_enum, default_value = "all")]
        only: Which,
        /// In which order.
        #[arg(long, value_enum, default_value = "address")]
        sort: Order,
        /// One JSON object a mailbox and line.
        #[arg(long)]
        json: bool,
    },
    /// What ends, fills, fails or stays silent: passwords, room, access, deliveries, proofs.
    Radar {
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// What has arrived and failed, by client, and what needs somebody; `refresh` brings it in before.
    Today(Today),
}

#[derive(Debug, Args)]
struct Today {
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

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    All,
    New,
    Unread,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Order {
    Address,
    Client,
    New,
    Unread,
    Fullest,
    Stalest,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let house = arguments.reach.open()?;
    match &arguments.action {
        Action::Import { table, right_rows } => import(&house, table, *right_rows, language),
        Action::Refresh { parallel, budget, counts, json, rules } => {
            let options = RefreshOptions {
                parallel: *parallel,
                budget: Duration::from_secs(*budget),
                receive: !counts,
                ..RefreshOptions::default()
            };
            let rules = rules.begin(&house)?;
            let code = refresh(&house, options, *json, language)?;
            if let Some(rules) = rules {
                wait(rules.act(&house, *json, language))??;
            }
            Ok(code)
        }
        Action::List { only, sort, json } => {
            let only = match only {
                Which::All => Only::All,
                Which::New => Only::New,
                Which::Unread => Only::Unread,
            };
            let sort = match sort {
                Order::Address => Sort::Address,
                Order::Client => Sort::Client,
                Order::New => Sort::New,
                Order::Unread => Sort::Unread,
                Order::Fullest => Sort::Fullest,
                Order::Stalest => Sort::Stalest,
            };
            let listed = house.hub.list(HubQuery { only, sort }).map_err(|error| failed(&error))?;
            print(&listed, *json)?;
            Ok(ExitCode::SUCCESS)
        }
        Action::Radar { json } => tell(&look_around(&house)?, *json, language),
        Action::Today(today) => today.run(&house, language),
    }
}

fn import(house: &House, table: &std::path::Path, right_rows: bool, language: Language) -> Result<ExitCode, Stop> {
    let bytes = fs::read(table).map_err(|error| Text::of_io(&error).at(table))?;
    let import = if right_rows { Import::ThoseThatAreRight } else { Import::AllOrNothing };
    let imported = house.hub.import_csv(&bytes, import).map_err(|error| failed(&error))?;
    let mut output = anstream::stdout();
    for error in &imported.errors {
        writeln!(output, "{}, {}: {}", error.row, printable(&error.column), error.fault.text(language))?;
    }
    let word = if language == Language::It { "caselle" } else { "mailboxes" };
    writeln!(output, "{} {word}", imported.added.len())?;
    Ok(if imported.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn refresh(house: &House, options: RefreshOptions, json: bool, language: Language) -> Result<ExitCode, Stop> {
    let report = wait(house.hub.refresh(options))?.map_err(|error| failed(&error))?;
    let mut output = anstream::stdout();
    for mailbox in &report.mailboxes {
        let (state, text) = match &mailbox.outcome {
            RefreshOutcome::Fresh { problem: Some(error), .. } => {
                ("fresh-in-part", format!("{} ({error})", error.explanation(language)))
            }
            RefreshOutcome::Fresh { .. } => ("fresh", String::new()),
            RefreshOutcome::Failed(error) => ("failed", format!("{} ({error})", error.explanation(language))),
            RefreshOutcome::Spared(access) => ("spared", access.advice(language).to_owned()),
            _ if language == Language::It => ("out-of-time", "il tempo concesso è finito prima".to_owned()),
            _ => ("out-of-time", "the budget was over before".to_owned()),
        };
        if json {
            writeln!(output, "{}", json!({ "mailbox": mailbox.address, "state": state, "text": text }))?;
        } else if !text.is_empty() {
            writeln!(output, "{}: {}", printable(&mailbox.address), printable(&text))?;
        }
    }
    if !json {
        let mailboxes = house.hub.mailboxes().map_err(|error| failed(&error))?;
        print(&mailboxes, false)?;
    }
    Ok(if report.fresh() == report.mailboxes.len() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// A line a mailbox: new, unread, total, how full, the state of its access.
pub(crate) fn print(mailboxes: &[HubMailbox], json: bool) -> Result<(), Stop> {
    let mut output = anstream::stdout();
    for mailbox in mailboxes {
        let (said, standing) = (&mailbox.said, &mailbox.standing);
        let access = mailbox.access().map(AccessState::as_str);
        if json {
            let line = json!({
                "mailbox": said.address, "client": said.client, "description": said.description, "tax_id": said.tax_id,
                "provider": said.profile, "new": standing.new, "unread": standing.unread, "messages": standing.total,
                "percent_full": mailbox.percent_full(), "access": access, "access_since": standing.access_since,
                "last_ok": standing.ok_at, "password_ends": standing.password_ends,
            });
            writeln!(output, "{line}")?;
            continue;
        }
        let full = mailbox.percent_full().map_or_else(String::new, |percent| format!("{percent} %"));
        writeln!(
            output,
            "{:>6} {:>6} {:>8} {full:>6}  {:<24} {}",
            standing.new,
            standing.unread,
            standing.total,
            access.unwrap_or("-"),
            printable(&said.address)
        )?;
    }
    Ok(())
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
        writeln!(output, "{}", as_json(radar))?;
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

fn as_json(radar: &Radar) -> serde_json::Value {
    let each = |mailboxes: &[HubMailbox], more: &dyn Fn(&HubMailbox) -> serde_json::Value| {
        let one = |mailbox: &HubMailbox| {
            let mut object = json!({ "mailbox": mailbox.said.address, "client": mailbox.said.client });
            if let (Some(object), serde_json::Value::Object(more)) = (object.as_object_mut(), more(mailbox)) {
                object.extend(more);
            }
            object
        };
        mailboxes.iter().map(one).collect::<Vec<_>>()
    };
    let until = |mailbox: &HubMailbox| mailbox.said.mandate.and_then(|mandate| mandate.until);
    let overdue = radar.overdue.iter().map(|one| {
        json!({
            "mailbox": one.mailbox, "pec_id": one.pec_id, "message_id": one.message_id, "subject": one.subject,
            "recipient": one.recipient, "owed": one.owed.as_str(), "since": one.since,
        })
    });
    json!({
        "passwords": each(&radar.passwords, &|one| json!({ "ends": one.standing.password_ends })),
        "full": each(&radar.full, &|one| json!({ "percent": one.percent_full() })),
        "access": each(&radar.access, &|one| {
            json!({ "state": one.access().map(AccessState::as_str), "since": one.standing.access_since })
        }),
        "mandates": each(&radar.mandates, &|one| json!({ "ends": until(one) })),
        "overdue": overdue.collect::<Vec<_>>(),
        "proofs": radar.proofs,
    })
}

impl Today {
    fn run(&self, house: &House, language: Language) -> Result<ExitCode, Stop> {
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
