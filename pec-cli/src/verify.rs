//! `pec verify`: every message of every source, on all cores, in the order of the sources.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::ProgressBar;
use pec_core::finding::Language;
use pec_core::verify::Report;
use pec_files::{Judged, Unread};

use crate::progress::progress;
use crate::render::{self, Page};
use crate::setup;
use crate::text::{Stop, Text};

/// What to verify and how to print it.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Files, folders, Maildir, mbox files, ZIP files, or - for standard input.
    #[arg(required = true, value_name = "FILE|DIR|MBOX|ZIP|-")]
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

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let setup = arguments.options.load()?;
    let places = pec_files::places(&arguments.paths);
    let page = Page::new(language, setup.at);
    let progress = progress(places.len());
    let mut tally = Tally::default();
    setup.judge().each(
        &places,
        setup.now,
        &|| progress.inc(1),
        |_, judged| Outcome::of(judged, arguments, &page),
        |outcomes| {
            outcomes.iter().try_for_each(|outcome| tally.add(outcome, &progress, language))?;
            tally.print(&progress)
        },
    )?;
    progress.finish_and_clear();
    if tally.read() == 0 {
        return Ok(ExitCode::from(2));
    }
    if !arguments.json && tally.read() + tally.unread > 1 {
        writeln!(anstream::stdout(), "{}", render::summary(tally.certified, tally.others, tally.unread, language))?;
    }
    Ok(ExitCode::from(u8::from(tally.others + tally.unread > 0)))
}

/// What became of one message.
enum Outcome {
    Read { text: String, certified: bool },
    Unread { json: Option<String>, reason: Text },
}

impl Outcome {
    fn of(judged: Result<Judged, Unread>, arguments: &Arguments, page: &Page) -> Self {
        match judged {
            Err(unread) => {
                let json = arguments.json.then(|| unread.beside_verifications() + "\n");
                let Unread { name, reason } = unread;
                Self::Unread { json, reason: reason.about(render::printable(&name)) }
            }
            Ok(Judged { name, message, verification }) => {
                let text = if arguments.json {
                    Report::new(&name, &message, &verification).to_json() + "\n"
                } else if arguments.quiet {
                    render::line(&name, &verification)
                } else {
                    page.verification(&name, &message, &verification)
                };
                Self::Read { text, certified: verification.verdict().is_certified() }
            }
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
