//! `pec log`: who did what in an archive, and whether that is still what was logged.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use pec_archive::report::Report as _;
use pec_archive::{
    Actor, Archive, BrokenEntry, CheckedRoot, Flaw, KeptRoot, LogCheck, LogFormat, LogKey, NotKept, VouchedBy,
};
use pec_core::finding::Language;

use crate::archive::failed;
use crate::asker::Asker;
use crate::render::printable;
use crate::text::{Stop, Text};
use crate::{keys, setup};

/// What to do with the log of an archive.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    asker: Asker,
    #[command(flatten)]
    keys: keys::KeyFiles,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show entries, oldest first.
    Show(Show),
    /// Compare every entry with the tree over the log, and the tree with the roots that were kept.
    #[command(
        after_help = "Exit codes: 0 the log is what was logged as far as can be seen, 1 it is not, 2 could not run."
    )]
    Verify(Box<Verify>),
    /// Write the entries out, for spreadsheets or other programs.
    Export(Export),
    /// Sign the root of the log: keep what is printed where nobody who can write the archive can change it.
    Sign(Sign),
    /// Prove that an entry is in the log.
    Prove(Prove),
}

#[derive(Debug, Args)]
struct Show {
    archive: PathBuf,
    /// From this number on.
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
    /// So many at most.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Verify {
    archive: PathBuf,
    /// A checkpoint that `pec log sign` printed.
    #[arg(long, value_name = "FILE", requires = "verifier")]
    checkpoint: Vec<PathBuf>,
    /// Whose signature it has to bear: what `pec log sign` wrote beside it (`name+id+key`).
    #[arg(long, value_name = "KEY")]
    verifier: Option<String>,
    /// A PEC message, as received, in which a checkpoint was sent: envelope or complete receipt.
    #[arg(long, value_name = "FILE.eml")]
    pec: Vec<PathBuf>,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judging: setup::Options,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// RFC 4180, UTF-8.
    Csv,
    /// The same with the mark by which spreadsheets know UTF-8.
    CsvBom,
    /// One JSON object a line.
    Ndjson,
}

#[derive(Debug, Args)]
struct Export {
    archive: PathBuf,
    /// How.
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// From this number on.
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
    /// Into this file, which must not be there yet; to standard output unless told.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Sign {
    archive: PathBuf,
    /// What the key is called: no blanks, no `+`.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The secret of the key: a file of 32 random bytes, or of 64 hexadecimal digits (`openssl rand -hex 32`).
    #[arg(long, value_name = "FILE")]
    secret: PathBuf,
    /// Only print what others check the signature with; nothing is signed.
    #[arg(long)]
    verifier: bool,
}

#[derive(Debug, Args)]
struct Prove {
    archive: PathBuf,
    /// The number of the entry.
    entry: u64,
    /// In the log as it was with so many entries.
    #[arg(long, value_name = "N")]
    size: Option<u64>,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let call = Call { actor: arguments.asker.actor()?.0, keys: &arguments.keys, language };
    match &arguments.action {
        Action::Show(arguments) => call.show(arguments),
        Action::Verify(arguments) => call.verify(arguments),
        Action::Export(arguments) => call.export(arguments),
        Action::Sign(arguments) => call.sign(arguments),
        Action::Prove(arguments) => call.prove(arguments),
    }
}

struct Call<'a> {
    actor: Actor,
    keys: &'a keys::KeyFiles,
    language: Language,
}

impl Call<'_> {
    fn open(&self, path: &std::path::Path) -> Result<Archive, Stop> {
        Archive::open_read_only_with(path, &self.keys.load()?).map_err(|error| failed(&error))
    }

    fn show(&self, arguments: &Show) -> Result<ExitCode, Stop> {
        let archive = self.open(&arguments.archive)?;
        let rows = archive.log(&self.actor, arguments.from, arguments.limit).map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        for row in rows {
            if arguments.json {
                writeln!(output, "{}", serde_json::to_string(&row).unwrap_or_default())?;
            } else {
                let details = if row.details.is_empty() {
                    String::new()
                } else {
                    format!("  {}", printable(&serde_json::Value::Object(row.details).to_string()))
                };
                let (n, at, actor, what) = (row.n, printable(&row.at), printable(&row.actor), printable(&row.what));
                writeln!(output, "{n:>8}  {at}  {actor}  {what}{details}")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn verify(&self, arguments: &Verify) -> Result<ExitCode, Stop> {
        let setup = arguments.judging.load_without_evidence()?;
        let read = |path: &PathBuf| fs::read(path).map_err(|error| Text::of_io(&error).at(path));
        let mut kept = Vec::new();
        for path in &arguments.checkpoint {
            let verifier = arguments.verifier.as_deref().unwrap_or_default();
            kept.push(KeptRoot::signed(&read(path)?, verifier).map_err(|error| refused(&error).at(path))?);
        }
        for path in &arguments.pec {
            let root = KeptRoot::mailed(&read(path)?, &setup.trust, setup.now);
            kept.push(root.map_err(|error| refused(&error).at(path))?);
        }
        let archive = self.open(&arguments.archive)?;
        let check = archive.verify_log(&self.actor, &setup.trust, setup.now, &kept).map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        if arguments.json {
            writeln!(output, "{}", check.to_json())?;
        } else {
            write!(output, "{}", Words(self.language).check(&check))?;
        }
        Ok(ExitCode::from(u8::from(!check.is_clean())))
    }

    fn export(&self, arguments: &Export) -> Result<ExitCode, Stop> {
        let archive = self.open(&arguments.archive)?;
        let format = match arguments.format {
            Format::Csv => LogFormat::Csv,
            Format::CsvBom => LogFormat::CsvWithMark,
            Format::Ndjson => LogFormat::Ndjson,
        };
        let write = |sink: &mut dyn Write| archive.export_log(&self.actor, arguments.from, format, sink);
        match &arguments.output {
            None => write(&mut io::stdout().lock()).map_err(|error| failed(&error))?,
            Some(path) => {
                let created = OpenOptions::new().write(true).create_new(true).open(path);
                let mut file = io::BufWriter::new(created.map_err(|error| Text::of_io(&error).at(path))?);
                let next = write(&mut file).map_err(|error| failed(&error))?;
                let synced = file.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all());
                synced.map_err(|error| Text::of_io(&error).at(path))?;
                next
            }
        };
        Ok(ExitCode::SUCCESS)
    }

    fn sign(&self, arguments: &Sign) -> Result<ExitCode, Stop> {
        let secret = zeroize::Zeroizing::new(keys::read(&arguments.secret)?);
        let key = LogKey::new(&arguments.name, &secret).map_err(|error| refused(&error))?;
        let mut output = anstream::stdout();
        if arguments.verifier {
            writeln!(output, "{}", key.verifier())?;
            return Ok(ExitCode::SUCCESS);
        }
        let archive = Archive::open_with(&arguments.archive, &self.keys.load()?).map_err(|error| failed(&error))?;
        let checkpoint = archive.sign_log(&self.actor, &key, jiff::Timestamp::now()).map_err(|error| failed(&error))?;
        output.write_all(&checkpoint)?;
        Ok(ExitCode::SUCCESS)
    }

    fn prove(&self, arguments: &Prove) -> Result<ExitCode, Stop> {
        let archive = self.open(&arguments.archive)?;
        let proof = archive.prove_entry(&self.actor, arguments.entry, arguments.size);
        writeln!(anstream::stdout(), "{}", proof.map_err(|error| failed(&error))?.to_json())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Why something is not a root that anybody vouches for.
fn refused(error: &NotKept) -> Text {
    let it = match error {
        NotKept::Checkpoint(why) => format!("non c'è la radice di un registro: {why}"),
        NotKept::Signature(why) => format!("la firma della radice non è confermata da questa chiave: {why}"),
        NotKept::Key(why) => format!("la chiave del registro: {why}"),
        NotKept::NotCertified(verdict) => format!("nessun gestore PEC certifica il messaggio: {verdict}"),
        other => other.to_string(),
    };
    Text::new(it, error.to_string())
}

/// What a check has found, for a person.
struct Words(Language);

impl Words {
    fn say(&self, it: impl Into<String>, en: impl Into<String>) -> String {
        if self.0 == Language::It { it.into() } else { en.into() }
    }

    fn check(&self, check: &LogCheck) -> String {
        let LogCheck { sound, root, broken, roots, unanchored, .. } = check;
        let mut lines = vec![self.say(
            format!("{sound} voci sono quelle registrate; radice {root}"),
            format!("{sound} entries are what was logged; root {root}"),
        )];
        lines.extend(broken.as_ref().map(|broken| format!("✗ {}", self.broken(broken))));
        lines.extend(roots.iter().map(|root| self.root(root)));
        if *unanchored > 0 {
            lines.push(self.say(
                format!(
                    "Delle ultime {unanchored} voci nessun altro garantisce: se fossero state tolte dalla fine, o riscritte con \
                     il loro albero, qui non si vedrebbe."
                ),
                format!(
                    "Nobody else vouches for the last {unanchored} entries: if they had been taken from the end, or written anew \
                     with their tree, it would not be seen here."
                ),
            ));
        }
        lines.push(self.say(
            "Il registro non obbliga chi ha in mano il file e la chiave a scriverci ciò che fa.",
            "A log does not bind whoever holds the file and its key to write down what he does.",
        ));
        lines.join("\n") + "\n"
    }

    fn broken(&self, broken: &BrokenEntry) -> String {
        let n = broken.n;
        let what = match broken.flaw {
            Flaw::Edited => self.say(format!("la voce {n} è stata cambiata"), format!("entry {n} was edited")),
            Flaw::Removed => self.say(format!("la voce {n} è stata tolta"), format!("entry {n} was removed")),
            Flaw::Inserted => self.say(format!("la voce {n} è stata aggiunta"), format!("entry {n} was inserted")),
            Flaw::Reordered => self.say(format!("la voce {n} è stata scambiata"), format!("entry {n} was moved")),
            Flaw::Tree => self.say(
                format!("l'albero sopra la voce {n} è stato riscritto o è danneggiato"),
                format!("the tree above entry {n} was written anew or is damaged"),
            ),
            Flaw::Rewritten => self.say(
                format!("dalla voce {n} in poi voci e albero sono stati riscritti, o la fine è stata tolta"),
                format!("from entry {n} on entries and tree were written anew, or the end was taken away"),
            ),
            Flaw::Unreadable => {
                let detail = printable(broken.detail.as_deref().unwrap_or_default());
                self.say(format!("la voce {n} non si legge: {detail}"), format!("entry {n} cannot be read: {detail}"))
            }
        };
        let Some(size) = broken.checkpoint else { return what };
        let kept = self.say(
            format!("che cosa c'era lo dice la radice conservata a {size} voci"),
            format!("what stood there, the root that was kept at {size} entries says"),
        );
        format!("{what}; {kept}")
    }

    fn root(&self, root: &CheckedRoot) -> String {
        let CheckedRoot { size, voucher, holds, .. } = root;
        let who = printable(&voucher.who);
        let by = match voucher.by {
            VouchedBy::Stamp => self.say(format!("marca temporale di {who}"), format!("time-stamp by {who}")),
            VouchedBy::Key => self.say(format!("firma della chiave {who}"), format!("signature by the key {who}")),
            VouchedBy::Pec => self.say(format!("PEC certificata da {who}"), format!("PEC certified by {who}")),
            VouchedBy::Nobody => {
                let why = printable(voucher.why.as_deref().unwrap_or_default());
                self.say(format!("marca che non vale: {why}"), format!("time-stamp that counts for nothing: {why}"))
            }
        };
        let time = voucher.time.map(|time| format!(", {time}")).unwrap_or_default();
        let mark = if *holds { '✓' } else { '✗' };
        let found = match holds {
            true => self.say("è la stessa", "is the same"),
            false => self.say("è un'altra, o manca", "is another, or is missing"),
        };
        let at = self.say(format!("radice a {size} voci"), format!("root at {size} entries"));
        format!("{mark} {at} ({by}{time}): {found}")
    }
}
