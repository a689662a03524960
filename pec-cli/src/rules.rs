//! Rules out of a file: what they do with what comes in, and why they would.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use pec_archive::report::Report as _;
use pec_archive::{Intake, Rule};
use pec_core::finding::Language;
use pec_imap::{ForwardOutcome, Forwarded, report};

use crate::archive::failed as archive_failed;
use crate::mailbox::sentence;
use crate::render::printable;
use crate::text::{Stop, Text};
use crate::wire::{House, failed};

/// Rules that act on what comes in.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// Rules that act on each message that comes in from now on, once: [[rule]] with name, query, and lists file, tag, assign,
    /// hold, forward; suggest = true to have somebody decide.
    #[arg(long, value_name = "FILE.toml")]
    rules: Option<PathBuf>,
}

/// Rules that are at work.
pub(crate) struct AtWork {
    rules: Vec<Rule>,
}

impl Rules {
    /// Before anything comes in: what is in the archive already is left alone the first time.
    pub(crate) fn begin(&self, house: &House) -> Result<Option<AtWork>, Stop> {
        let Some(path) = &self.rules else { return Ok(None) };
        let rules = read(path)?;
        house.hub.begin_rules().map_err(|error| failed(&error))?;
        Ok(Some(AtWork { rules }))
    }
}

fn read(path: &Path) -> Result<Vec<Rule>, Stop> {
    let text = fs::read_to_string(path).map_err(|error| Text::of_io(&error).at(path))?;
    pec_imap::read_rules(&text).map_err(|error| failed(&error))
}

impl AtWork {
    /// Acts on what has come in, hands on what is to be handed on, and says what was done.
    pub(crate) async fn act(&self, house: &House, json: bool, language: Language) -> Result<(), Stop> {
        let filed = house.hub.apply_rules(&self.rules).map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        for one in &filed {
            if json {
                writeln!(output, "{}", one.to_json())?;
            } else {
                let word = match (one.suggested, language) {
                    (false, Language::It) => "applicata",
                    (false, Language::En) => "applied",
                    (true, Language::It) => "suggerisce",
                    (true, Language::En) => "suggests",
                };
                writeln!(output, "{}  {word}  {}", printable(&one.rule), one.id)?;
            }
        }
        let forwarded = house.hub.act_on_events().map_err(|error| failed(&error))?;
        let mut from = Vec::new();
        for one in &forwarded {
            if let ForwardOutcome::Queued { mailbox, .. } = &one.outcome
                && !from.contains(mailbox)
            {
                from.push(mailbox.clone());
            }
            say(one, json, language)?;
        }
        for mailbox in from {
            let mut watch = |_| std::ops::ControlFlow::Continue(());
            if let Err(error) = house.hub.send_queued(&mailbox, &mut watch).await {
                // It waits in the outbox.
                anstream::eprintln!("pec: {mailbox}: {} ({error})", error.explanation(language));
            }
        }
        Ok(())
    }
}

fn say(one: &Forwarded, json: bool, language: Language) -> Result<(), Stop> {
    let mut output = anstream::stdout();
    if json {
        writeln!(output, "{}", report::Forwarded::of(one).to_json())?;
        return Ok(());
    }
    let text = match (&one.outcome, language) {
        (ForwardOutcome::Queued { key, .. }, _) => key.clone(),
        (ForwardOutcome::Loop, Language::It) => "non inoltrato: tornerebbe indietro".to_owned(),
        (ForwardOutcome::Loop, Language::En) => "not handed on: it would go round".to_owned(),
        (ForwardOutcome::Automatic, Language::It) => "non inoltrato: lo ha scritto un programma da sé".to_owned(),
        (ForwardOutcome::Automatic, Language::En) => "not handed on: a program has written it by itself".to_owned(),
        (ForwardOutcome::Old, Language::It) => "non inoltrato: è di una vecchia posta appena acquisita".to_owned(),
        (ForwardOutcome::Old, Language::En) => "not handed on: old mail that was just brought in".to_owned(),
        (ForwardOutcome::NoMailbox, Language::It) => "nessuna casella da cui inviarlo".to_owned(),
        (ForwardOutcome::NoMailbox, Language::En) => "no mailbox to send it from".to_owned(),
        (ForwardOutcome::Refused(refusals), _) => {
            let sentences: Vec<String> = refusals.iter().map(|refusal| sentence(refusal, language)).collect();
            sentences.join("; ")
        }
        (_, Language::It) => "l'archivio non lo ha più".to_owned(),
        (_, Language::En) => "the archive has it no more".to_owned(),
    };
    writeln!(output, "{}  {}  {} -> {}", printable(&one.rule), printable(&text), one.id, printable(&one.to))?;
    Ok(())
}

/// Why rules would act on messages.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The rules.
    #[arg(value_name = "FILE.toml")]
    rules: PathBuf,
    /// Messages: identifiers of the archive, or files that need not be in it.
    #[arg(required = true, value_name = "ID|FILE.eml")]
    messages: Vec<String>,
    /// The mailbox into which a file would come.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    mailbox: String,
    /// One JSON object a message and rule, and line.
    #[arg(long)]
    json: bool,
}

impl Explain {
    /// Each rule for each message, each condition for itself; exit code 1 where no rule holds.
    pub(crate) fn run(&self, house: &House) -> Result<ExitCode, Stop> {
        let rules = read(&self.rules)?;
        let intake = Intake::new(&house.trust, Timestamp::now()).mailbox(&self.mailbox);
        let mut output = anstream::stdout();
        let mut any = false;
        for name in &self.messages {
            let bytes = match name.parse::<pec_archive::Id>() {
                Ok(_) => None,
                Err(_) => Some(fs::read(name).map_err(|error| Text::of_io(&error).at(Path::new(name)))?),
            };
            for rule in &rules {
                let explained = match (&bytes, name.parse()) {
                    (None, Ok(id)) => house.archive.explain(&house.actor, rule, id),
                    (bytes, _) => house.archive.explain_bytes(&intake, rule, bytes.as_deref().unwrap_or_default()),
                };
                let explained = explained.map_err(|error| archive_failed(&error))?;
                any |= explained.holds();
                if self.json {
                    writeln!(output, "{}", explained.to_json())?;
                    continue;
                }
                let mark = |holds: bool| if holds { '+' } else { '-' };
                writeln!(output, "{} {}  {}", mark(explained.holds()), printable(rule.name()), printable(name))?;
                for (condition, holds) in &explained.conditions {
                    writeln!(output, "    {} {}", mark(*holds), printable(condition))?;
                }
            }
        }
        Ok(if any { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}
