//! `pec verify`: every message of every source, on all cores, in the order of the sources.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pec_core::finding::Language;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::ChainCache;
use pec_core::verify::{Integrity, Report, Verification, Verifier};
use rayon::prelude::*;

use crate::input::{self, Item, Messages, Opened, Quoting};
use crate::render::{self, Page};
use crate::setup::{self, Setup};
use crate::text::{Stop, Text};

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

/// Messages judged before their results are printed: bounds the memory, keeps the order.
const BATCH: usize = 256;

/// Messages of an mbox that are held at once, in bytes.
const BATCH_BYTES: usize = 64 << 20;

/// Progress is shown from this many sources on.
const MANY: usize = 50;

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let setup = arguments.options.load()?;
    let sources = input::sources(&arguments.paths);
    let judge = Judge::new(arguments, &setup, language);
    let progress = progress(sources.len());
    let mut tally = Tally::default();
    for batch in sources.chunks(BATCH) {
        let opened: Vec<Judged> = batch
            .par_iter()
            .map(|source| {
                let judged = match input::open(source, judge.limits.message_bytes) {
                    Opened::One(item) => Judged::One(judge.item(item)),
                    Opened::Many(messages) => Judged::Later(messages),
                };
                progress.inc(1);
                judged
            })
            .collect();
        for judged in opened {
            match judged {
                Judged::One(outcome) => tally.add(&outcome, &progress, language)?,
                Judged::Later(messages) => judge.many(messages, &progress, &mut tally)?,
            }
        }
        tally.print(&progress)?;
    }
    progress.finish_and_clear();
    if tally.read() == 0 {
        return Ok(ExitCode::from(2));
    }
    if !arguments.json && tally.read() + tally.unread > 1 {
        writeln!(anstream::stdout(), "{}", render::summary(tally.certified, tally.others, tally.unread, language))?;
    }
    Ok(ExitCode::from(u8::from(tally.others + tally.unread > 0)))
}

/// What became of one source.
enum Judged {
    One(Outcome),
    /// Many messages: they are judged in their turn, again on all cores.
    Later(Messages),
}

/// What became of one message.
enum Outcome {
    Read { text: String, certified: bool },
    Unread { json: Option<String>, reason: Text },
}

/// Everything that judging takes, shared by all cores.
struct Judge<'a> {
    verifier: Verifier<'a>,
    limits: Limits,
    setup: &'a Setup,
    arguments: &'a Arguments,
    page: Page,
    /// One for each core.
    caches: Vec<Mutex<ChainCache>>,
}

impl<'a> Judge<'a> {
    fn new(arguments: &'a Arguments, setup: &'a Setup, language: Language) -> Self {
        let caches = (0..rayon::current_num_threads()).map(|_| Mutex::default()).collect();
        let page = Page::new(language, setup.at);
        Self { verifier: setup.verifier(), limits: Limits::DEFAULT, setup, arguments, page, caches }
    }

    fn item(&self, item: Item) -> Outcome {
        match item.bytes {
            Err(reason) => {
                let json = self.arguments.json.then(|| {
                    let error = reason.of(Language::En);
                    serde_json::json!({ "file": item.name, "error": error }).to_string() + "\n"
                });
                Outcome::Unread { json, reason: reason.about(render::printable(&item.name)) }
            }
            Ok(bytes) => {
                let mut message = Message::parse(bytes, &self.limits);
                let mut verification = self.verify(&message);
                if verification.integrity == Integrity::Altered
                    && let Some(intact) = self.other_reading(message.bytes(), &item.quoting)
                {
                    (message, verification) = intact;
                }
                let certified = verification.verdict.is_certified();
                Outcome::Read { text: self.text(&item.name, &message, &verification), certified }
            }
        }
    }

    /// The reading of a message from an mbox for which the signature holds.
    fn other_reading(&self, bytes: &[u8], quoting: &Quoting) -> Option<(Message<Vec<u8>>, Verification)> {
        quoting.readings(bytes).find_map(|reading| {
            let message = Message::parse(reading, &self.limits);
            let found = self.verify(&message);
            (found.integrity == Integrity::Intact).then_some((message, found))
        })
    }

    fn verify(&self, message: &Message<Vec<u8>>) -> Verification {
        // A poisoned cache is one whose last chain was not stored: what it holds is whole.
        let slot = rayon::current_thread_index().and_then(|index| self.caches.get(index));
        let mut cache = slot.map(|cache| cache.lock().unwrap_or_else(PoisonError::into_inner));
        let mut own = ChainCache::default();
        self.verifier.verify(message, self.setup.now, cache.as_deref_mut().unwrap_or(&mut own))
    }

    fn text(&self, name: &str, message: &Message<Vec<u8>>, verification: &Verification) -> String {
        if self.arguments.json {
            Report::new(name, message, verification).to_json() + "\n"
        } else if self.arguments.quiet {
            render::line(name, verification)
        } else {
            self.page.verification(name, message, verification)
        }
    }

    /// The messages of an mbox, in bounded groups.
    fn many(&self, mut messages: Messages, progress: &ProgressBar, tally: &mut Tally) -> Result<(), Stop> {
        loop {
            let mut bytes = 0;
            let mut group = Vec::new();
            while group.len() < BATCH && bytes < BATCH_BYTES {
                let Some(item) = messages.next() else { break };
                bytes += item.bytes.as_ref().map_or(0, Vec::len);
                group.push(item);
            }
            if group.is_empty() {
                return Ok(());
            }
            let outcomes: Vec<Outcome> = group.into_par_iter().map(|item| self.item(item)).collect();
            for outcome in outcomes {
                tally.add(&outcome, progress, self.page.language)?;
            }
            tally.print(progress)?;
        }
    }
}

/// How many messages came out how, and what is still to be printed.
#[derive(Default)]
struct Tally {
    certified: usize,
    others: usize,
    unread: usize,
    text: String,
}

impl Tally {
    const fn read(&self) -> usize {
        self.certified + self.others
    }

    fn add(&mut self, outcome: &Outcome, progress: &ProgressBar, language: Language) -> Result<(), Stop> {
        match outcome {
            Outcome::Read { text, certified } => {
                *(if *certified { &mut self.certified } else { &mut self.others }) += 1;
                self.text.push_str(text);
            }
            Outcome::Unread { json, reason } => {
                self.unread += 1;
                self.text.push_str(json.as_deref().unwrap_or_default());
                // In its place among the others, where both go to a terminal.
                self.print(progress)?;
                progress.suspend(|| anstream::eprintln!("pec: {}", reason.of(language)));
            }
        }
        Ok(())
    }

    fn print(&mut self, progress: &ProgressBar) -> Result<(), Stop> {
        let text = std::mem::take(&mut self.text);
        progress.suspend(|| anstream::stdout().write_all(text.as_bytes()))?;
        Ok(())
    }
}

fn progress(sources: usize) -> ProgressBar {
    if sources < MANY || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(sources as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}  {eta}") {
        bar.set_style(style);
    }
    bar
}
