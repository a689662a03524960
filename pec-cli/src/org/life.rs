//! `pec org life`: how a mailbox lives. What its provider's back office does is asked for and reported, never done.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use pec_core::delegation::lifecycle::{Document, DocumentKind};
use pec_core::delegation::{BoxQuery, Command, Listing, MailboxAddress};
use serde_json::{Map, Value, json};

use super::{Call, call, told, when};
use crate::archive::failed;
use crate::text::{Stop, Text};

/// What to do about the life of a mailbox.
#[derive(Debug, Subcommand)]
pub(super) enum Life {
    /// Everything that is known of a mailbox.
    Show(Which),
    /// Note what was asked of its provider: register, activate, revoke, reactivate, reactivate-annulled, annul, transform,
    /// reset-password. That changes nothing about the mailbox.
    Ask(Word),
    /// Take down what its provider has said: registered, declined, activated, revoked, reactivated, reactivated-annulled, annulled,
    /// transformed, link-sent, preservation-configured, services, refused.
    Report(Report),
    /// Upload a document: PDF, TIFF or JPEG by its content. It counts when it is confirmed.
    Document(Upload),
    /// Confirm what was uploaded.
    Confirm(Which),
    /// What time has brought and was not told yet: countdowns, links that are over, ends.
    Due { archive: PathBuf },
    /// Take that down: each is told once.
    Tick { archive: PathBuf },
}

#[derive(Debug, Args)]
pub(super) struct Which {
    archive: PathBuf,
    /// The mailbox.
    #[arg(value_name = "MAILBOX")]
    address: MailboxAddress,
}

#[derive(Debug, Args)]
pub(super) struct Word {
    #[command(flatten)]
    which: Which,
    /// What.
    what: String,
    /// What belongs to it, as it stands in JSON: `to=grande`, `why="dati incompleti"`, `revoke.kind=non-payment`. Several times.
    #[arg(long = "with", value_name = "NAME=VALUE", value_parser = pair)]
    with: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(super) struct Report {
    #[command(flatten)]
    word: Word,
    /// Since when it is so, as the provider says; since now unless told.
    #[arg(long, value_name = "RFC3339", value_parser = when)]
    at: Option<Timestamp>,
    /// The provider's own reference to it.
    #[arg(long)]
    reference: Option<pec_core::delegation::Text>,
}

#[derive(Debug, Args)]
pub(super) struct Upload {
    #[command(flatten)]
    which: Which,
    /// The document.
    file: PathBuf,
    /// What it is for.
    #[arg(long, value_enum, default_value = "contract")]
    kind: Kind,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Contract,
    RevokeForm,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("give a name and a value: to=grande")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Life {
    pub(super) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Stop> {
        match self {
            Self::Show(which) => call.page(which),
            Self::Ask(word) => {
                let wish = word.written("wish");
                let command = json!({"command": "ask", "mailbox": word.which.address.as_str(), "wish": wish});
                call.act_json(&word.which.archive, &command)
            }
            Self::Report(report) => {
                let word = &report.word;
                let at = report.at.unwrap_or(call.second).to_string();
                let reference = report.reference.as_ref().map(|reference| reference.as_str());
                let command = json!({
                    "command": "report",
                    "mailbox": word.which.address.as_str(),
                    "said": word.written("said"),
                    "source": {"at": at, "adapter": null, "reference": reference},
                });
                call.act_json(&word.which.archive, &command)
            }
            Self::Document(upload) => upload.run(call),
            Self::Confirm(which) => {
                call.act(&which.archive, [Command::ConfirmDocuments { mailbox: which.address.clone() }])
            }
            Self::Due { archive } => call.list(archive, &Listing::Due),
            Self::Tick { archive } => call.act(archive, [Command::Tick]),
        }
    }
}

impl Word {
    /// The word with what belongs to it, as it stands in JSON.
    fn written(&self, tag: &str) -> Value {
        let mut object = Map::new();
        object.insert(tag.to_owned(), Value::from(self.what.as_str()));
        for (name, value) in &self.with {
            // What is JSON is taken as such: numbers, true, null.
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value.as_str()));
            put(&mut object, name, value);
        }
        Value::Object(object)
    }
}

/// Puts a value under a name, in which a point leads into an object.
fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => drop(object.insert(name.to_owned(), value)),
        Some((outer, inner)) => {
            let place = object.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(place) = place {
                put(place, inner, value);
            }
        }
    }
}

impl Upload {
    fn run(&self, call: &Call<'_>) -> Result<ExitCode, Stop> {
        let kind = match self.kind {
            Kind::Contract => DocumentKind::Contract,
            Kind::RevokeForm => DocumentKind::RevokeForm,
        };
        let bytes = fs::read(&self.file).map_err(|error| Text::of_io(&error).at(&self.file))?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let name = pec_core::delegation::Text::try_from(name.as_ref()).map_err(|error| {
            let text = error.to_string();
            Text::new(text.clone(), text).at(&self.file)
        })?;
        match Document::examine(kind, name, &bytes) {
            Err(denied) => call.refuse(&denied),
            Ok(document) => {
                let mailbox = self.which.address.clone();
                call.act(&self.which.archive, [Command::StageDocument { mailbox, document }])
            }
        }
    }
}

impl Call<'_> {
    fn page(&self, which: &Which) -> Result<ExitCode, Stop> {
        let address = which.address.as_str();
        let archive = self.look(&which.archive)?;
        let listing = Listing::Mailboxes(BoxQuery::Part(address.to_owned()));
        let lines = match self.lines(&archive, &listing)? {
            Err(denied) => return self.refuse(&denied),
            Ok(lines) => lines,
        };
        let found = lines.lines().find(|line| call::value(line)["mailbox"].as_str() == Some(address));
        let Some(line) = found else {
            return Err(failed(&pec_archive::Error::NotFound(address.to_owned())));
        };
        if self.is_json() {
            writeln!(anstream::stdout(), "{line}")?;
        } else {
            write!(anstream::stdout(), "{}", told::page(&call::value(line)))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
