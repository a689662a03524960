//! `pec link`: receipts tied to the messages they speak of, and where each recipient stands.

mod tree;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pec_core::finding::Language;
use pec_core::reconcile::instant::Reading;
use pec_core::reconcile::page::{self, Entry};
use pec_core::reconcile::{Report, ServiceReceipts, Stray, StrayReport, Tone};
use pec_core::verify::Verdict;
use pec_files::Unread;
use pec_files::link::{self, Linked};

use crate::progress::progress;
use crate::render::{Page, printable};
use crate::setup::{self, Setup};
use crate::text::{Stop, Text};

/// What to link and how to print it.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 every message arrived or may still arrive, 1 at least one did not, or a receipt is \
                        false or contradicts another, 2 could not run."
)]
pub(crate) struct Arguments {
    /// Files, folders, Maildir, mbox files, ZIP files, or - for standard input.
    #[arg(required = true, value_name = "FILE|DIR|MBOX|ZIP|-")]
    paths: Vec<PathBuf>,
    /// One JSON object a dossier and line instead of text; receipts of no known message follow as `{"stray": …}`, files that
    /// cannot be read as `{"unread": …}`, each with the name of its schema first.
    #[arg(long)]
    json: bool,
    /// Write the dossiers as one page of HTML, to be read in a browser and printed.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// A mailbox of yours: receipts of messages that others sent are pointed out.
    #[arg(long, value_name = "ADDRESS")]
    own: Vec<String>,
    /// The messages are those of a provider's service mailbox too: take-charge receipts are expected.
    #[arg(long)]
    service: bool,
    /// For notifications: also when a delivery counts by art. 147 c.p.c.
    #[arg(long)]
    art147: bool,
    #[command(flatten)]
    options: setup::Options,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let setup = arguments.options.load()?;
    let places = pec_files::places(&arguments.paths);
    let options = link::Options {
        own: arguments.own.clone(),
        service: if arguments.service { ServiceReceipts::Visible } else { ServiceReceipts::Hidden },
        reading: if arguments.art147 { Reading::Art147 } else { Reading::Plain },
        ..link::Options::new(setup.now)
    };
    let progress = progress(places.len());
    let judge = setup.judge();
    let mut unread = Vec::new();
    let linked = Linked::gather(
        &judge,
        &places,
        options,
        &|| progress.inc(1),
        |_| (),
        |told| {
            if let Err(one) = told {
                let reason = one.reason.clone().about(printable(&one.name));
                progress.suspend(|| anstream::eprintln!("pec: {}", reason.of(language)));
                unread.push(one);
            }
            Ok::<(), Stop>(())
        },
    );
    progress.finish_and_clear();
    let mut linked = linked?;
    if linked.seen().read == 0 {
        return Ok(ExitCode::from(2));
    }
    let sum = show(arguments, &setup, &mut linked, &unread, language)?;
    Ok(ExitCode::from(u8::from(sum.bad > 0 || !unread.is_empty())))
}

/// What the dossiers come to.
#[derive(Default)]
struct Sum {
    bad: usize,
}

impl Sum {
    fn add(&mut self, entry: &Entry<'_>) {
        let states = entry.dossier.recipients.iter().filter(|recipient| recipient.state.tone() == Tone::Bad).count();
        self.bad += states + entry.dossier.claims.iter().filter(|claim| is_false(claim.verdict)).count();
    }

    /// A false receipt is one too where it speaks of no message that is here.
    fn strays(&mut self, strays: &[Stray<'_>]) {
        self.bad += strays.iter().filter_map(|stray| stray.verdict).filter(|verdict| is_false(*verdict)).count();
    }
}

/// Whether what looks like a receipt and has this verdict is a false one; without any signature it is the plainest.
const fn is_false(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Forged | Verdict::Altered | Verdict::IntactButUntrusted | Verdict::NotPec)
}

/// Prints every dossier, and writes the page.
fn show(
    arguments: &Arguments,
    setup: &Setup,
    linked: &mut Linked<'_>,
    unread: &[Unread],
    language: Language,
) -> Result<Sum, Stop> {
    let mut sum = Sum::default();
    let names = linked.names();
    let name = |source| names.called(source);
    let (entries, strays) = linked.all();
    entries.iter().for_each(|entry| sum.add(entry));
    sum.strays(&strays);
    // The page first: whoever has read enough of the rest still gets it.
    if let Some(file) = &arguments.html {
        let page = page::Page { language, now: setup.now, entries: &entries, name: &name, lookups: &[] };
        fs::write(file, page.to_html()).map_err(|error| Text::of_io(&error).at(file))?;
    }
    let mut output = anstream::stdout();
    if arguments.json {
        for entry in &entries {
            writeln!(output, "{}", Report::new(&entry.dossier, &entry.examination, &name).to_json())?;
        }
        for stray in &strays {
            writeln!(output, "{}", StrayReport::new(stray, &name).to_json())?;
        }
        for one in unread {
            writeln!(output, "{}", one.beside_dossiers())?;
        }
    } else {
        let text = tree::Tree { page: Page::new(language, setup.at), language };
        for entry in &entries {
            write!(output, "{}", text.dossier(entry, &name))?;
        }
        write!(output, "{}", text.strays(&strays, &name))?;
    }
    Ok(sum)
}
