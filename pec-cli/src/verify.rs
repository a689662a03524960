//! `pec verify`: every message of every source, on all cores, in the order of the sources.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pec_core::finding::Language;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::ChainCache;
use pec_core::verify::{Report, Verifier};
use rayon::prelude::*;

use crate::input::{self, Item, Source};
use crate::{render, setup};

/// What to verify and how to print it.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Files, folders, Maildir, mbox files, or - for standard input.
    #[arg(required = true, value_name = "FILE|DIR|MBOX|-")]
    paths: Vec<PathBuf>,
    /// One JSON object a line instead of text.
    #[arg(long)]
    json: bool,
    /// One line a message.
    #[arg(long, short, conflicts_with = "json")]
    quiet: bool,
    #[command(flatten)]
    options: setup::Options,
}

/// Sources read and judged before their results are printed: bounds the memory, keeps the order.
const BATCH: usize = 256;

/// Progress is shown from this many sources on.
const MANY: usize = 50;

/// What became of one source.
#[derive(Default)]
struct Outcome {
    text: String,
    certified: usize,
    others: usize,
    unread: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, String> {
    let setup = arguments.options.load()?;
    let limits = Limits::DEFAULT;
    let verifier = Verifier::new(&setup.trust).evidence(&setup.evidence).judged_at(setup.at);
    let (sources, failures) = input::sources(&arguments.paths);
    let progress = progress(sources.len());
    let mut total = Outcome::default();
    for failure in failures {
        total.absorb(failed(&failure.name, failure.bytes.err().unwrap_or_default(), arguments.json))?;
    }
    for batch in sources.chunks(BATCH) {
        let judge = |cache: &mut ChainCache, source: &Source| {
            let mut outcome = Outcome::default();
            input::read(source, limits.message_bytes, |item| {
                outcome.add(one(item, &verifier, &setup, &limits, cache, arguments, language));
            });
            progress.inc(1);
            outcome
        };
        let outcomes: Vec<Outcome> = batch.par_iter().map_init(ChainCache::default, judge).collect();
        for outcome in outcomes {
            progress.suspend(|| total.absorb(outcome))?;
        }
    }
    progress.finish_and_clear();
    if total.certified + total.others == 0 {
        return Ok(ExitCode::from(2));
    }
    if !arguments.json && total.certified + total.others + total.unread.len() > 1 {
        anstream::println!("{}", render::summary(total.certified, total.others, total.unread.len(), language));
    }
    Ok(ExitCode::from(u8::from(total.others + total.unread.len() > 0)))
}

fn one(
    item: Item,
    verifier: &Verifier<'_>,
    setup: &setup::Setup,
    limits: &Limits,
    cache: &mut ChainCache,
    arguments: &Arguments,
    language: Language,
) -> Outcome {
    let bytes = match item.bytes {
        Ok(bytes) => bytes,
        Err(reason) => return failed(&item.name, reason, arguments.json),
    };
    let message = Message::parse(bytes, limits);
    let verification = verifier.verify(&message, setup.now, cache);
    let text = if arguments.json {
        Report::new(&item.name, &message, &verification).to_json() + "\n"
    } else if arguments.quiet {
        render::line(&item.name, &verification)
    } else {
        render::verification(&item.name, &verification, language)
    };
    let certified = usize::from(verification.verdict.is_certified());
    Outcome { text, certified, others: 1 - certified, unread: Vec::new() }
}

fn failed(name: &str, reason: String, json: bool) -> Outcome {
    let text =
        if json { serde_json::json!({ "file": name, "error": reason }).to_string() + "\n" } else { String::new() };
    Outcome { text, unread: vec![format!("{name}: {reason}")], ..Outcome::default() }
}

impl Outcome {
    /// Adds another message of the same source.
    fn add(&mut self, other: Self) {
        self.text.push_str(&other.text);
        self.certified += other.certified;
        self.others += other.others;
        self.unread.extend(other.unread);
    }

    /// Prints the outcome of a source and keeps the counts.
    fn absorb(&mut self, mut other: Self) -> Result<(), String> {
        let text = std::mem::take(&mut other.text);
        let written = anstream::stdout().write_all(text.as_bytes());
        for reason in &other.unread {
            anstream::eprintln!("pec: {reason}");
        }
        self.add(other);
        written.map_err(|error| format!("the output cannot be written: {error}"))
    }
}

fn progress(sources: usize) -> ProgressBar {
    if sources < MANY || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(sources as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}  {per_sec}  {eta}") {
        bar.set_style(style);
    }
    bar
}
