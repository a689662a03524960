//! What storing and finding cost as an archive grows, beside notmuch on the same messages in the same run:
//! `cargo bench -p pec-benches --bench archive`. A number after `--` makes it as many messages (100,000 unless told).
//!
//! Messages are made outside the clock, in portions; the archive and notmuch take turns, so that what else the machine
//! does meets both. notmuch stops at 100,000.
#![allow(missing_docs, reason = "a program, not an interface")]
#![allow(clippy::cast_precision_loss, reason = "times and sizes")]

use std::collections::VecDeque;
use std::fs;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pec_archive::search::Query;
use pec_archive::{Actor, Archive, Id, Intake};
use pec_benches::Result;
use pec_benches::corpus::Corpus;
use rayon::prelude::*;

/// Messages at which the archive is looked at.
const SIZES: [usize; 4] = [10_000, 100_000, 300_000, 1_000_000];
/// Transactions that are made, then stored: some 34,000 messages.
const PORTION: u64 = 10_000;
/// The first ones are some 10,000 messages.
const FIRST: u64 = 3_000;
/// Messages in a batch.
const BATCH: usize = 100;
/// Threads that store.
const STORING: usize = 32;
/// How often a large archive and a small one take turns.
const TURNS: u64 = 6;
/// Transactions that are stored in a turn: some 5,000 messages.
const TURN: u64 = 1_500;
/// notmuch indexes no more than that.
const PEER: usize = 100_000;
/// How often each question is asked.
const ASKED: u64 = 400;

fn main() -> Result<()> {
    let most = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(SIZES[1]);
    let folder = tempfile::tempdir_in(target())?;
    let corpus = Corpus::new()?;
    let mut ours = Ours::new(&folder.path().join("posta.pecarchive"))?;
    let mut peer = Notmuch::new(&folder.path().join("notmuch"))?;
    if peer.is_none() {
        println!("notmuch is not installed: left out\n");
    }
    println!(
        "| messages | raw MB | file / raw | µs a message, all | last portion | notmuch: µs a message | × notmuch |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    let (mut transactions, mut reached, mut imported) = (0, 0, None);
    while ours.messages < most {
        let number = if transactions == 0 { FIRST } else { PORTION };
        let mut messages = make(&corpus, transactions..transactions + number)?;
        transactions += number;
        messages.truncate(most - ours.messages);
        if let Some(peer) = peer.as_mut().filter(|_| ours.messages < PEER) {
            peer.index(&messages)?;
        }
        ours.store(&corpus, transactions, messages)?;
        if let Some(peer) = peer.as_ref().filter(|_| ours.messages >= PEER.min(most) && imported.is_none()) {
            // While the system still holds the files, as it does when notmuch reads them.
            imported = Some(import(&corpus, transactions, peer, &folder.path().join("imported.pecarchive"))?);
        }
        if ours.messages >= SIZES.get(reached).copied().unwrap_or(most).min(most) {
            reached += 1;
            ours.tell(peer.as_ref());
        }
    }
    println!(
        "\n| question | hits on the page | p50 ms | p99 ms | others, file read: p50 | p99 | again: p50 | p99 | goal |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    );
    ours.ask(&corpus, transactions)?;
    if let Some(line) = imported {
        println!("\n{line}");
    }
    turns(&corpus, transactions, &mut ours, &folder.path().join("small.pecarchive"))?;
    if let Some(peer) = peer {
        println!(
            "\nnotmuch: index {:.0} MB beside the messages.",
            size(&peer.folder.join("mail/.notmuch")) as f64 / 1e6
        );
    }
    Ok(())
}

/// The messages of these transactions.
fn make(corpus: &Corpus, transactions: Range<u64>) -> Result<Vec<Vec<u8>>> {
    let made: Vec<Vec<Vec<u8>>> = transactions
        .into_par_iter()
        .map(|n| corpus.transaction(n).map_err(|error| error.to_string()))
        .collect::<std::result::Result<_, _>>()?;
    Ok(made.concat())
}

/// The files over which notmuch has its index, taken in by one call.
fn import(corpus: &Corpus, transactions: u64, peer: &Notmuch, path: &Path) -> Result<String> {
    let trust = corpus.trust()?;
    let intake = Intake::new(&trust, corpus.after(transactions)).mailbox("fatture@pec.alfa.example");
    let archive = Archive::create(path)?;
    settle()?;
    let start = Instant::now();
    let files = [peer.folder.join("mail/cur")];
    let imported = archive.import(&Actor::host(), &intake, &files, &mut |_| ControlFlow::Continue(()))?;
    let each = start.elapsed().as_secs_f64() * 1e6 / imported.new as f64;
    Ok(format!("Import of {} files by one call: {each:.0} µs each, {:.1} × notmuch.", imported.new, peer.each() / each))
}

/// The same messages, stored by turns in the large archive and in a small one: what else the machine does meets both alike.
fn turns(corpus: &Corpus, begun: u64, large: &mut Ours, path: &Path) -> Result<()> {
    let mut small = Ours::new(path)?;
    small.store(corpus, FIRST, make(corpus, 0..FIRST)?)?;
    println!("\n| messages | µs a message | in one of | µs a message | × |\n|---:|---:|---:|---:|---:|");
    let mut all = [0.0; 2];
    for turn in 0..TURNS {
        let (from, to) = (begun + turn * TURN, begun + (turn + 1) * TURN);
        let messages = make(corpus, from..to)?;
        let mut both = [(0, large as &mut Ours), (1, &mut small)];
        // Who comes first changes.
        both.rotate_left((turn % 2) as usize);
        for (which, archive) in both {
            archive.store(corpus, to, messages.clone())?;
            all[which] += archive.last;
        }
        let times = large.last / small.last;
        println!("| {} | {:.0} | {} | {:.0} | {times:.2} |", large.messages, large.last, small.messages, small.last);
    }
    println!("| all | {:.0} | | {:.0} | {:.2} |", all[0] / TURNS as f64, all[1] / TURNS as f64, all[0] / all[1]);
    Ok(())
}

/// On the disk of the project, not in memory.
fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")
}

/// What a question is called, its goal in milliseconds, and how it is asked the n-th time, which gives its hits.
type Question<'q> = (&'static str, &'static str, &'q dyn Fn(u64) -> Result<usize>);

struct Ours {
    archive: Archive,
    messages: usize,
    raw: usize,
    time: Duration,
    last: f64,
}

impl Ours {
    fn new(path: &Path) -> Result<Self> {
        Ok(Self { archive: Archive::create(path)?, messages: 0, raw: 0, time: Duration::ZERO, last: 0.0 })
    }

    fn store(&mut self, corpus: &Corpus, transactions: u64, messages: Vec<Vec<u8>>) -> Result<()> {
        let (trust, host) = (corpus.trust()?, Actor::host());
        let intake = Intake::new(&trust, corpus.after(transactions)).mailbox("fatture@pec.alfa.example");
        let number = messages.len();
        self.raw += messages.iter().map(Vec::len).sum::<usize>();
        let batches = Mutex::new(messages.chunks(BATCH).map(<[_]>::to_vec).collect::<VecDeque<_>>());
        drop(messages);
        settle()?;
        let start = Instant::now();
        // Taken in a function of its own: a lock taken in the head of the loop would be held while the batch is stored.
        let next = || batches.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let put = || -> pec_archive::Result<()> {
            while let Some(batch) = next() {
                self.archive.put_batch(&host, &intake, batch)?;
            }
            Ok(())
        };
        // While one thread stores a batch, the others verify the next ones, as where several mailboxes are read.
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..STORING).map(|_| scope.spawn(put)).collect();
            let ended = |_| Err(pec_archive::Error::Internal("a thread that stores".into()));
            others.into_iter().fold(put(), |all, other| all.and(other.join().unwrap_or_else(ended)))
        })?;
        let took = start.elapsed();
        self.time += took;
        self.messages += number;
        self.last = took.as_secs_f64() * 1e6 / number as f64;
        Ok(())
    }

    fn tell(&self, peer: Option<&Notmuch>) {
        let all = self.time.as_secs_f64() * 1e6 / self.messages as f64;
        let disk = ["", "-wal"].map(|end| size(Path::new(&format!("{}{end}", self.archive.path().display()))));
        let (theirs, times) = peer.map_or((f64::NAN, f64::NAN), |peer| (peer.each(), peer.each() / all));
        println!(
            "| {} | {:.0} | {:.3} | {all:.0} | {:.0} | {theirs:.0} | {times:.1} |",
            self.messages,
            self.raw as f64 / 1e6,
            disk.iter().sum::<u64>() as f64 / self.raw as f64,
            self.last,
        );
    }

    /// Every question with other words each time, as people ask; the first page of twenty, newest first. Three times: as the pages
    /// lie after storing; others, which nobody has asked for, when the file has been read once; and these again.
    fn ask(&self, corpus: &Corpus, transactions: u64) -> Result<()> {
        let host = Actor::host();
        let spread = |n: u64| n.wrapping_mul(2_654_435_761) % transactions;
        let ids: Vec<Id> = (0..2 * ASKED)
            .map(|n| Ok(corpus.transaction(spread(n))?.last().map(|bytes| Id::of(bytes)).ok_or("no message")?))
            .collect::<Result<_>>()?;
        let search = |text: String| -> Result<usize> {
            Ok(self.archive.search(&host, &Query::parse(&text)?, None, 20)?.entries.len())
        };
        let questions: [Question<'_>; 11] = [
            ("entry by id", "0.2", &|n| Ok(usize::from(self.archive.entry(&host, ids[n as usize]).is_ok()))),
            ("messages by msgid", "0.2", &|n| {
                let about = format!("<{}.2026@gestionale.ditta.example>", spread(n));
                Ok(self.archive.messages_about(&host, &about)?.len())
            }),
            ("a frequent word", "10", &|n| search(corpus.word(n % 20))),
            ("a rare word", "10", &|n| search(corpus.word(15_000 + n % 5_000))),
            ("two words", "10", &|n| search(format!("{} {}", corpus.word(n % 100), corpus.word(100 + n)))),
            ("a frequent and a rare word", "10", &|n| {
                search(format!("{} {}", corpus.word(n % 5), corpus.word(15_000 + n)))
            }),
            ("a phrase of frequent words", "10", &|n| {
                search(format!("\"{} {}\"", corpus.word(n % 7), corpus.word(n % 5)))
            }),
            ("recipient, state, date", "10", &|n| {
                search(format!("a:ufficio{:04} stato:consegnato dopo:2026-01-08", (n * 7) % 5_000))
            }),
            ("kind, verdict", "10", &|_| search("tipo:accettazione verdetto:certificato".into())),
            ("everything but a kind", "10", &|_| search("-tipo:accettazione".into())),
            ("a prefix of three letters", "50", &|n| {
                search(format!("{}*", corpus.word(n % 200).get(..3).unwrap_or("con")))
            }),
        ];
        let mut rows: Vec<String> = questions.iter().map(|(name, ..)| format!("| {name} |")).collect();
        for (pass, asked) in [0..ASKED, ASKED..2 * ASKED, ASKED..2 * ASKED].into_iter().enumerate() {
            if pass == 1 {
                std::io::copy(&mut fs::File::open(self.archive.path())?, &mut std::io::sink())?;
            }
            for (row, (_, _, one)) in rows.iter_mut().zip(&questions) {
                let (hits, half, most) = timed(asked.clone(), one)?;
                if pass == 0 {
                    row.push_str(&format!(" {hits:.1} |"));
                }
                row.push_str(&format!(" {half:.3} | {most:.3} |"));
            }
        }
        for (row, (_, goal, _)) in rows.iter().zip(&questions) {
            println!("{row} {goal} |");
        }
        Ok(())
    }
}

/// Hits in the mean, and the times of the half and of 99 in 100, in ms.
fn timed(asked: std::ops::Range<u64>, one: &dyn Fn(u64) -> Result<usize>) -> Result<(f64, f64, f64)> {
    let (mut hits, mut times) = (0, Vec::new());
    for n in asked {
        let start = Instant::now();
        hits += one(n)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_unstable_by(f64::total_cmp);
    let [half, most] = [0.5, 0.99].map(|share: f64| times[((times.len() - 1) as f64 * share) as usize]);
    Ok((hits as f64 / times.len() as f64, half, most))
}

/// The peer: an index over files that lie in a Maildir already.
struct Notmuch {
    folder: PathBuf,
    messages: usize,
    time: Duration,
}

impl Notmuch {
    /// `None` where it is not installed.
    fn new(folder: &Path) -> Result<Option<Self>> {
        if !Command::new("notmuch").arg("--version").output().is_ok_and(|output| output.status.success()) {
            return Ok(None);
        }
        for kind in ["cur", "new", "tmp"] {
            fs::create_dir_all(folder.join("mail").join(kind))?;
        }
        let settings = format!(
            "[database]\npath={}\n[user]\nprimary_email=fatture@pec.alfa.example\n[new]\ntags=\n",
            folder.join("mail").display()
        );
        fs::write(folder.join("config"), settings)?;
        Ok(Some(Self { folder: folder.to_owned(), messages: 0, time: Duration::ZERO }))
    }

    /// Microseconds a message.
    fn each(&self) -> f64 {
        self.time.as_secs_f64() * 1e6 / self.messages as f64
    }

    fn index(&mut self, messages: &[Vec<u8>]) -> Result<()> {
        for (n, message) in messages.iter().enumerate() {
            fs::write(self.folder.join(format!("mail/cur/{}:2,S", self.messages + n)), message)?;
        }
        settle()?;
        let start = Instant::now();
        let status = Command::new("notmuch")
            .args(["new", "--quiet", "--no-hooks"])
            .env("NOTMUCH_CONFIG", self.folder.join("config"))
            .status()?;
        self.time += start.elapsed();
        self.messages += messages.len();
        if status.success() { Ok(()) } else { Err("notmuch has failed".into()) }
    }
}

/// Before a clock starts, nothing of what others have written still waits for the disk.
fn settle() -> Result<()> {
    let status = Command::new("sync").status()?;
    if status.success() { Ok(()) } else { Err("sync has failed".into()) }
}

/// Bytes of a file, or of the files below a folder.
fn size(path: &Path) -> u64 {
    let below = |folder: fs::ReadDir| folder.flatten().map(|entry| size(&entry.path())).sum();
    fs::read_dir(path).map_or_else(|_| fs::metadata(path).map_or(0, |data| data.len()), below)
}
