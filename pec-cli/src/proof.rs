//! `pec proof`: everything that proves one transaction, in one file, and what such a file proves.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::Style;
use clap::{Args, Subcommand};
use pec_archive::report::Written;
use pec_archive::{Actor, Archive};
use pec_core::finding::{Code, Language};
use pec_core::limits::Limits;
use pec_core::proof::{self, Fault, LookupProof, MessageProof, ObjectFault, ProofReport, Witnessed};
use pec_core::trust::Facts;
use pec_core::verify::JudgedAt;

use crate::archive::{looked_up, told};
use crate::keys;
use crate::render::{Page, printable};
use crate::text::{Stop, Text};
use crate::{setup, tokens};

/// What to do with a bundle.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write everything that proves a transaction into one ZIP.
    Make(Make),
    /// Check such a ZIP: offline, by your own trust data, without the archive.
    #[command(
        after_help = "Exit codes: 0 every byte that proves something is what was written, every receipt in it is certified, and \
                            there is one; 1 not so; 2 could not run."
    )]
    Verify(Verify),
}

#[derive(Debug, Args)]
struct Make {
    archive: PathBuf,
    /// The transaction: identificativo or msgid, or one of its messages by its identifier (64 hexadecimal digits).
    transaction: String,
    /// The file; nothing may be there yet.
    #[arg(long, short, value_name = "FILE.zip")]
    output: PathBuf,
    /// In whose name it is done; where the archive has an organisation, what a user is given stands in its log.
    #[arg(long, value_name = "NAME", default_value = "host")]
    actor: String,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: keys::KeyFiles,
    #[command(flatten)]
    judging: setup::Options,
}

#[derive(Debug, Args)]
struct Verify {
    /// The file.
    bundle: PathBuf,
    /// The report as one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judging: setup::Options,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    match &arguments.action {
        Action::Make(arguments) => make(arguments),
        Action::Verify(arguments) => verify(arguments, language),
    }
}

fn make(arguments: &Make) -> Result<ExitCode, Stop> {
    let setup = arguments.judging.load_without_evidence()?;
    let (actor, keys) = (Actor::local(&arguments.actor), arguments.keys.load()?);
    // Of the program itself nothing is logged: a disk that cannot be written will do.
    let is_host = actor == Actor::host();
    let open = if is_host { Archive::open_read_only_with } else { Archive::open_with };
    let archive = open(&arguments.archive, &keys).map_err(|error| crate::archive::failed(&error))?;
    let failed = |error| crate::archive::failed(&error);
    let transaction = match arguments.transaction.parse() {
        Ok(id) => {
            let entry = archive.entry(&actor, id).map_err(failed)?;
            entry.pec_id.or(entry.message_id).unwrap_or_else(|| arguments.transaction.clone())
        }
        Err(_) => arguments.transaction.clone(),
    };
    let bundle = archive.bundle(&actor, &setup.trust, setup.now, &transaction).map_err(failed)?;
    crate::file::write_new(&arguments.output, &bundle)?;
    told(arguments.json, &Written { transaction: Some(transaction), ..Written::of("bundle", &arguments.output) })
}

fn verify(arguments: &Verify, language: Language) -> Result<ExitCode, Stop> {
    let setup = arguments.judging.load_at_signing()?;
    let bytes = fs::read(&arguments.bundle).map_err(|error| Text::of_io(&error).at(&arguments.bundle))?;
    let report = proof::check_with(&bytes, &setup.trust, &setup.evidence, setup.now, &Limits::DEFAULT);
    if !arguments.json && !report.is_bundle() {
        return Err(Text::new(
            "non è un fascicolo di `pec proof make`, o il suo inizio è danneggiato",
            "is no bundle of `pec proof make`, or its beginning is damaged",
        )
        .at(&arguments.bundle)
        .into());
    }
    let has_anchor = setup.trust.time_stamp_anchors().next().is_some();
    let mut output = anstream::stdout();
    if arguments.json {
        writeln!(output, "{}", report.to_json())?;
    } else {
        if setup.trust.facts() == Facts::Replaced {
            writeln!(output, "! {}", Code::TrustReplacedData.explanation(language))?;
        }
        write!(output, "{}", Words(language, has_anchor).report(&report))?;
    }
    Ok(ExitCode::from(u8::from(!report.is_sound())))
}

/// Whether it tells of what is there for reading only.
const fn is_for_reading(fault: &Fault) -> bool {
    matches!(fault, Fault::Page | Fault::Expert)
}

/// A report for a person, and whether he believes any authority for time.
struct Words(Language, bool);

impl Words {
    fn say<'t>(&self, it: &'t str, en: &'t str) -> &'t str {
        if self.0 == Language::It { it } else { en }
    }

    fn report(&self, report: &ProofReport) -> String {
        let mut lines = Vec::new();
        match &report.transaction {
            Some(transaction) => {
                lines.push(format!("{} {}", self.say("Fascicolo di", "Bundle of"), printable(transaction)))
            }
            None => lines.push(self.say("Fascicolo illeggibile", "Unreadable bundle").to_owned()),
        }
        // What is for reading only is the file's own, though another version or another reader would write it otherwise.
        if report.faults.iter().all(is_for_reading) {
            lines.push(self.say("Il file è integro, byte per byte.", "The file is intact, byte for byte.").to_owned());
        }
        lines.extend(report.faults.iter().map(|fault| self.fault(fault)));
        for message in &report.messages {
            lines.push(self.message(message));
        }
        lines.extend(report.lookups.iter().map(|proof| self.lookup(proof)));
        for dossier in &report.dossiers {
            lines.extend(self.recipients(dossier));
        }
        lines.push(
            self.say(
                "Non prova di essere completo: una ricevuta che manca non lascia traccia.",
                "It does not prove that it is complete: a receipt that is missing leaves no trace.",
            )
            .to_owned(),
        );
        lines.join("\n") + "\n"
    }

    fn fault(&self, fault: &Fault) -> String {
        let object =
            |path: &Option<String>| path.as_deref().map(|path| format!(" ({})", printable(path))).unwrap_or_default();
        let text = match fault {
            Fault::Frame { at, object: path } => {
                format!("{} {at}{}", self.say("struttura alterata al byte", "frame altered at byte"), object(path))
            }
            Fault::Manifest { why } => {
                format!("{}: {}", self.say("elenco illeggibile", "unreadable list"), printable(why))
            }
            Fault::Form { found } => format!("{}: {found}", self.say("forma sconosciuta", "unknown form")),
            Fault::Object { path, how } => format!("{}: {}", printable(path), self.how(how)),
            Fault::Page => self
                .say(
                    "index.html non è la pagina che questo programma scrive per chi verifica: la fece un'altra versione, chi si fida di altre autorità, o chi vuole ingannare; non prova nulla, vale quanto è detto qui",
                    "index.html is not the page that this program writes for whoever verifies: another version made it, somebody who believes other authorities, or somebody who wants to deceive; it proves nothing, what is said here counts",
                )
                .to_owned(),
            Fault::Expert => self
                .say(
                    "perito.txt non è quello che questo programma scrive: lo fece un'altra versione, o chi vuole ingannare; non eseguirne i comandi",
                    "perito.txt is not what this program writes: another version made it, or somebody who wants to deceive; do not run its commands",
                )
                .to_owned(),
            _ => format!("{fault:?}"),
        };
        format!("{} {text}", if is_for_reading(fault) { "!" } else { "✗" })
    }

    fn how(&self, how: &ObjectFault) -> String {
        match how {
            ObjectFault::Damaged(blocks) => {
                let blocks: Vec<String> = blocks.iter().map(u64::to_string).collect();
                format!(
                    "{} {}",
                    self.say("alterato nei blocchi da 4096 byte", "altered in blocks of 4096 bytes"),
                    blocks.join(", ")
                )
            }
            ObjectFault::Missing => self.say("manca", "is missing").to_owned(),
            ObjectFault::Unlisted => self.say("non è nell'elenco", "is not listed").to_owned(),
            ObjectFault::Foreign => {
                self.say("non è nulla che un fascicolo contenga", "is nothing that a bundle has").to_owned()
            }
            ObjectFault::Misnamed => {
                self.say("non porta il nome della propria impronta", "is not called by its own digest").to_owned()
            }
            ObjectFault::Packed => self
                .say(
                    "è compresso: un altro programma ha rifatto lo ZIP; estratti, i messaggi si verificano uno a uno con `pec verify`",
                    "is compressed: another program has made the ZIP anew; unpacked, its messages can be checked each by `pec verify`",
                )
                .to_owned(),
        }
    }

    fn message(&self, message: &MessageProof) -> String {
        let (verdict, kind) = (tokens::verdict(message.verdict, self.0), tokens::kind(&message.kind, self.0));
        let mut text = format!("{verdict}  {kind}\n  {}", printable(&message.path));
        if message.anchor.as_deref().is_some_and(|anchor| anchor.starts_with("host:")) {
            text += &format!("\n  ! {}", Code::TrustHostAnchor.explanation(self.0));
        }
        if let Some(ends) = message.certificate_ends {
            text +=
                &format!("\n  {} {ends}", self.say("certificato del gestore fino al", "provider's certificate until"));
        }
        match (&message.witnessed, &message.witness_fails) {
            (Some(witnessed), _) => {
                text += &format!("\n  {}", self.witnessed(witnessed));
            }
            (None, Some(why)) => text += &format!("\n  {}", self.unproven(why)),
            (None, None) if message.verdict.starts_with("certified") => {
                text += "\n  ";
                text += self.say("nessuna marca temporale di un registro lo copre", "no time-stamp of a log covers it");
            }
            (None, None) => {}
        }
        for code in &message.findings {
            let said = Code::parse(code).map(|code| format!("{} ({code})", code.explanation(self.0)));
            let mut line = String::new();
            let page = Page::new(self.0, JudgedAt::Signing);
            page.marked(&mut line, "  ! ", Style::new(), &said.unwrap_or_else(|| printable(code)));
            text += &format!("\n{}", line.trim_end());
        }
        text
    }

    fn lookup(&self, proof: &LookupProof) -> String {
        let stated = self.say("lo dichiara chi ha cercato", "stated by whoever asked");
        let mut text = format!("{}: {stated}", looked_up(self.0, &proof.lookup));
        if let Some(witnessed) = &proof.witnessed {
            text += &format!("\n  {}", self.witnessed(witnessed));
        } else if let Some(why) = &proof.witness_fails {
            text += &format!("\n  {}", self.unproven(why));
        }
        text
    }

    /// Why a time-stamp proves nothing to this reader.
    fn unproven(&self, why: &str) -> String {
        if self.1 {
            let said = self.say("la marca temporale non è provata", "the time-stamp is not proven");
            return format!("{said}: {}", printable(why));
        }
        self.say(
            "la marca temporale non è giudicata: --time-anchor nomina l'autorità",
            "the time-stamp is not judged: --time-anchor names the authority",
        )
        .to_owned()
    }

    fn witnessed(&self, witnessed: &Witnessed) -> String {
        let Witnessed { at, within_certificate, borne_until, renewals, lapsed, .. } = witnessed;
        let authority = printable(&witnessed.authority);
        let said = if *within_certificate {
            self.say("esisteva già, a certificato valido, il", "existed, with a valid certificate, on")
        } else {
            self.say("esisteva già il", "existed on")
        };
        let held = if *lapsed {
            self.say(
                "ma nulla regge più quella marca: certificati scaduti, senza rinnovo, il",
                "but nothing bears that stamp any more: its certificates ended, without renewal, on",
            )
        } else {
            self.say("marca retta da certificati fino al", "stamp borne by certificates until")
        };
        let renewed = match (renewals, self.0) {
            (0, _) => String::new(),
            (1, Language::It) => " (un rinnovo)".into(),
            (n, Language::It) => format!(" ({n} rinnovi)"),
            (1, Language::En) => " (renewed once)".into(),
            (n, Language::En) => format!(" (renewed {n} times)"),
        };
        format!("{said} {at} ({authority})\n  {held} {borne_until}{renewed}")
    }

    /// States of the recipients and what they rest on, from the report that programs read.
    fn recipients(&self, dossier: &str) -> Vec<String> {
        let value: serde_json::Value = serde_json::from_str(dossier).unwrap_or_default();
        let text = |value: &serde_json::Value| printable(value.as_str().unwrap_or_default());
        let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
        let mut lines = Vec::new();
        for recipient in list(&value["recipients"]) {
            let state = tokens::state(recipient["state"].as_str().unwrap_or_default(), self.0);
            lines.push(format!("{state}  {}", text(&recipient["address"])));
            let events = list(&recipient["events"])
                .into_iter()
                .filter_map(|n| value["events"].get(n.as_u64()? as usize).cloned());
            for event in events {
                let (at, provider) = (text(&event["local"]), text(&event["provider"]));
                let stated = self.say("ora dichiarata dal gestore", "time stated by the provider");
                lines.push(format!("  {at}  {stated} {provider}: {}", text(&event["source"])));
            }
        }
        lines
    }
}
