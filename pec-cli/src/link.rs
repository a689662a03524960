//! `pec link`: receipts tied to the messages they speak of, and where each recipient stands.

mod shelf;
mod tree;

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use clap::Args;
use pec_core::finding::Language;
use pec_core::reconcile::examine::examine;
use pec_core::reconcile::instant::Reading;
use pec_core::reconcile::page::{self, Entry};
use pec_core::reconcile::{
    HashKey, Ledger, LedgerFull, Record, Report, ServiceReceipts, Source, Stray, StrayReport, Tone,
};
use pec_core::verify::Verdict;

use crate::input;
use crate::judge::{self, Judge, Judged, Place, Unread};
use crate::render::Page;
use crate::setup::{self, Setup};
use crate::text::{Stop, Text};
use shelf::Shelf;

/// What to link and how to print it.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 every message arrived or may still arrive, 1 at least one did not, or a receipt is \
                        false or contradicts another, 2 could not run."
)]
pub(crate) struct Arguments {
    /// Files, folders, Maildir, mbox files, or - for standard input.
    #[arg(required = true, value_name = "FILE|DIR|MBOX|-")]
    paths: Vec<PathBuf>,
    /// One JSON object a dossier and line instead of text; receipts of no known message follow as `{"stray": …}`.
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
    let sources = input::sources(&arguments.paths);
    let judge = Judge::new(&setup);
    let mut shelf = Shelf::new(&judge)?;
    let mut ledger = Ledger::new(HashKey::new(random())).own_mailboxes(arguments.own.iter().map(String::as_str));
    if arguments.service {
        ledger = ledger.service_receipts(ServiceReceipts::Visible);
    }
    let seen = gather(&judge, &sources, &mut shelf, &mut ledger, language)?;
    if seen.read == 0 {
        return Ok(ExitCode::from(2));
    }
    let reading = if arguments.art147 { Reading::Art147 } else { Reading::Plain };
    show(arguments, &setup, &ledger, &mut shelf, reading, language)?.code(&seen)
}

/// Sixteen bytes that nobody can guess, so that nobody can make a mailbox whose identifiers collide.
fn random() -> [u8; 16] {
    let word = || RandomState::new().build_hasher().finish().to_le_bytes();
    let (one, two) = (word(), word());
    std::array::from_fn(|at| if at < 8 { one[at] } else { two[at - 8] })
}

/// How many messages were read.
#[derive(Default)]
struct Seen {
    read: usize,
    unread: usize,
    /// Read, and of no transaction.
    others: usize,
}

/// What is kept of one message.
enum Kept {
    Record(Box<(Source, String, Record)>),
    /// Neither receipt nor message: an attachment that was saved, a text.
    Nothing,
    Unread(Text),
}

/// Reads every message into the ledger.
fn gather(
    judge: &Judge<'_>,
    sources: &[input::Source],
    shelf: &mut Shelf<'_>,
    ledger: &mut Ledger,
    language: Language,
) -> Result<Seen, Stop> {
    let progress = judge::progress(sources.len());
    let spool = Mutex::new(shelf::Spool::new()?);
    let make = |place: Place, judged: Result<Judged, Unread>| match judged {
        Err(Unread { name, reason }) => Ok(Kept::Unread(reason.about(crate::render::printable(&name)))),
        Ok(Judged { name, message, verification }) => {
            let source = shelf::number(place);
            let Some(record) = Record::of(source, &message, &verification) else { return Ok(Kept::Nothing) };
            if place.number > 0 {
                spool.lock().unwrap_or_else(PoisonError::into_inner).keep(source, message.bytes())?;
            }
            Ok(Kept::Record(Box::new((source, name, record))))
        }
    };
    let mut seen = Seen::default();
    judge.each(sources, &progress, make, |made| {
        for kept in made {
            match kept.map_err(|error: std::io::Error| Text::of_io(&error))? {
                Kept::Record(kept) => {
                    let (source, name, record) = *kept;
                    ledger.add(record).map_err(full)?;
                    shelf.name(source, name);
                    seen.read += 1;
                }
                Kept::Nothing => (seen.read, seen.others) = (seen.read + 1, seen.others + 1),
                Kept::Unread(reason) => {
                    seen.unread += 1;
                    progress.suspend(|| anstream::eprintln!("pec: {}", reason.of(language)));
                }
            }
        }
        Ok(())
    })?;
    progress.finish_and_clear();
    shelf.spooled(spool.into_inner().unwrap_or_else(PoisonError::into_inner), sources);
    Ok(seen)
}

fn full(_: LedgerFull) -> Text {
    Text::new(
        "troppi messaggi per un solo confronto: dividere la casella in più cartelle",
        "too many messages for one run: divide the mailbox into several folders",
    )
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

    fn code(&self, seen: &Seen) -> Result<ExitCode, Stop> {
        Ok(ExitCode::from(u8::from(self.bad > 0 || seen.unread > 0)))
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
    ledger: &Ledger,
    shelf: &mut Shelf<'_>,
    reading: Reading,
    language: Language,
) -> Result<Sum, Stop> {
    let mut sum = Sum::default();
    let mut entries = Vec::new();
    for dossier in ledger.dossiers(setup.now) {
        let examination = examine(&dossier, shelf, reading);
        let entry = Entry { dossier, examination };
        sum.add(&entry);
        entries.push(entry);
    }
    let strays = ledger.strays();
    sum.strays(&strays);
    // The page first: whoever has read enough of the rest still gets it.
    if let Some(file) = &arguments.html {
        write_page(file, setup, &entries, shelf, language)?;
    }
    let mut output = anstream::stdout();
    let text = tree::Tree { page: Page::new(language, setup.at), language };
    let name = |source| shelf.called(source);
    for entry in &entries {
        if arguments.json {
            writeln!(output, "{}", Report::new(&entry.dossier, &entry.examination, &name).to_json())?;
        } else {
            write!(output, "{}", text.dossier(entry, &name))?;
        }
    }
    if arguments.json {
        for stray in &strays {
            writeln!(output, "{}", StrayReport::new(stray, &name).to_json())?;
        }
    } else {
        write!(output, "{}", text.strays(&strays, &name))?;
    }
    Ok(sum)
}

fn write_page(
    file: &Path,
    setup: &Setup,
    entries: &[Entry<'_>],
    shelf: &Shelf<'_>,
    language: Language,
) -> Result<(), Text> {
    let name = |source| shelf.called(source);
    let page = page::Page { language, now: setup.now, entries, name: &name };
    fs::write(file, page.to_html()).map_err(|error| Text::of_io(&error).at(file))
}
