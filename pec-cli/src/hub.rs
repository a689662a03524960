//! `pec hub`: every mailbox that is managed.

mod morning;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use pec_archive::report::Report as _;
use pec_core::finding::Language;
use pec_imap::{
    AccessState, HubMailbox, HubQuery, Import, Only, RadarOptions, RefreshOptions, RefreshOutcome, RefreshReport, Sort,
    report,
};

pub(crate) use morning::{look_around, tell};

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
        /// The report as JSON.
        #[arg(long)]
        json: bool,
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
        /// A page to be printed with these and what needs somebody, in place of lines.
        #[arg(long, value_name = "FILE.html", conflicts_with = "json")]
        html: Option<PathBuf>,
    },
    /// What ends, fills, fails or stays silent: passwords, room, access, deliveries, proofs.
    Radar {
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// What has arrived and failed, by client, and what needs somebody; `refresh` brings it in before.
    Today(morning::Today),
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
        Action::Import { table, right_rows, json } => import(&house, table, *right_rows, *json, language),
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
        Action::List { only, sort, json, html } => {
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
            let query = HubQuery { only, sort };
            if let Some(path) = html {
                let page = house.hub.summary(query, RadarOptions::default()).map_err(|error| failed(&error))?;
                fs::write(path, page).map_err(|error| Text::of_io(&error).at(path))?;
                return Ok(ExitCode::SUCCESS);
            }
            let listed = house.hub.list(query).map_err(|error| failed(&error))?;
            print(&listed, *json)?;
            Ok(ExitCode::SUCCESS)
        }
        Action::Radar { json } => tell(&look_around(&house)?, *json, language),
        Action::Today(today) => today.run(&house, language),
    }
}

/// Tells, once for each provider, what he allows to programs, where he restricts that.
pub(crate) fn say_terms(house: &House, addresses: &[String], language: Language) -> Result<(), Stop> {
    let mut said = BTreeSet::new();
    for address in addresses {
        let mailbox = house.hub.mailbox(address).map_err(|error| failed(&error))?;
        if let Some(terms) = mailbox.terms.filter(|_| said.insert(mailbox.said.profile.clone())) {
            anstream::eprintln!("pec: {}: {}", mailbox.said.profile.unwrap_or_default(), terms.text(language));
        }
    }
    Ok(())
}

fn import(
    house: &House,
    table: &std::path::Path,
    right_rows: bool,
    json: bool,
    language: Language,
) -> Result<ExitCode, Stop> {
    let bytes = fs::read(table).map_err(|error| Text::of_io(&error).at(table))?;
    let import = if right_rows { Import::ThoseThatAreRight } else { Import::AllOrNothing };
    let imported = house.hub.import_csv(&bytes, import).map_err(|error| failed(&error))?;
    say_terms(house, &imported.added, language)?;
    let mut output = anstream::stdout();
    if json {
        writeln!(output, "{}", report::Imported::of(&imported).to_json())?;
    } else {
        for error in &imported.errors {
            writeln!(output, "{}, {}: {}", error.row, printable(&error.column), error.fault.text(language))?;
        }
        let word = if language == Language::It { "caselle" } else { "mailboxes" };
        writeln!(output, "{} {word}", imported.added.len())?;
    }
    Ok(if imported.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn refresh(house: &House, options: RefreshOptions, json: bool, language: Language) -> Result<ExitCode, Stop> {
    let report = wait(house.hub.refresh(options))?.map_err(|error| failed(&error))?;
    let mut output = anstream::stdout();
    if json {
        write!(output, "{}", report.to_lines())?;
        return Ok(exit_of(&report));
    }
    for mailbox in &report.mailboxes {
        let text = match &mailbox.outcome {
            RefreshOutcome::Fresh { problem: Some(error), .. } | RefreshOutcome::Failed(error) => {
                format!("{} ({error})", error.explanation(language))
            }
            RefreshOutcome::Fresh { .. } => continue,
            RefreshOutcome::Spared(access) => access.advice(language).to_owned(),
            _ if language == Language::It => "il tempo concesso è finito prima".to_owned(),
            _ => "the budget was over before".to_owned(),
        };
        writeln!(output, "{}: {}", printable(&mailbox.address), printable(&text))?;
    }
    print(&house.hub.mailboxes().map_err(|error| failed(&error))?, false)?;
    Ok(exit_of(&report))
}

fn exit_of(report: &RefreshReport) -> ExitCode {
    if report.fresh() == report.mailboxes.len() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

/// A line a mailbox: new, unread, total, how full, the state of its access.
pub(crate) fn print(mailboxes: &[HubMailbox], json: bool) -> Result<(), Stop> {
    let mut output = anstream::stdout();
    for mailbox in mailboxes {
        let (said, standing) = (&mailbox.said, &mailbox.standing);
        let access = mailbox.access().map(AccessState::as_str);
        if json {
            writeln!(output, "{}", report::HubMailbox::of(mailbox).to_json())?;
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
