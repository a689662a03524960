//! Who acts, on which archive; what is done and what is refused, for a person or as JSON.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use pec_archive::{Actor, Archive, Error};
use pec_core::delegation::{Command, Denied, DeniedCode, Event, Listing, Permission, Permissions, Scope};
use pec_core::finding::Language;
use serde_json::Value;

use super::told;
use crate::archive::failed;
use crate::asker::Asker;
use crate::keys;
use crate::render::printable;
use crate::text::{Stop, Text};

/// Options of every command that asks or changes who may do what.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of all")]
pub(crate) struct Acting {
    #[command(flatten)]
    asker: Asker,
    /// One JSON object a line.
    #[arg(long, global = true)]
    json: bool,
    /// The time taken for "now"; by default the clock's.
    #[arg(long, global = true, value_name = "RFC3339", value_parser = when)]
    now: Option<Timestamp>,
    #[command(flatten)]
    keys: keys::KeyFiles,
}

/// A time as a person gives it.
pub(crate) fn when(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "give a time such as 2026-11-22T10:00:00+01:00".into())
}

/// Permissions with commas between them.
pub(crate) fn permissions(text: &str) -> Result<Permissions, String> {
    let each = text.split(',').map(|one| permission(one.trim()));
    Ok(Permissions::of(&each.collect::<Result<Vec<_>, _>>()?))
}

/// One permission.
pub(crate) fn permission(text: &str) -> Result<Permission, String> {
    let found = Permission::ALL.into_iter().find(|permission| permission.as_str() == text);
    found.ok_or_else(|| format!("give one of {}", Permissions::ALL))
}

/// A call of somebody's.
pub(crate) struct Call<'a> {
    acting: &'a Acting,
    actor: Actor,
    scope: Scope,
    pub(crate) now: Timestamp,
    /// The same without what is after the second: from when things hold that a person does not say.
    pub(crate) second: Timestamp,
    language: Language,
}

impl<'a> Call<'a> {
    pub(crate) fn new(acting: &'a Acting, language: Language) -> Result<Self, Stop> {
        let (actor, scope) = acting.asker.actor()?;
        let now = acting.now.unwrap_or_else(Timestamp::now);
        let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Ok(Self { acting, actor, scope, now, second, language })
    }

    pub(crate) const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// How far the operator, or the list, goes.
    pub(crate) const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// In the language of whoever reads.
    pub(crate) const fn say<'t>(&self, it: &'t str, en: &'t str) -> &'t str {
        if matches!(self.language, Language::It) { it } else { en }
    }

    pub(crate) const fn is_json(&self) -> bool {
        self.acting.json
    }

    pub(super) fn keys(&self) -> Result<pec_archive::Keys, Stop> {
        self.acting.keys.load()
    }

    /// To change it.
    pub(super) fn open(&self, path: &Path) -> Result<Archive, Stop> {
        if !self.acting.asker.is_operator() && self.scope != Scope::Host {
            let it = "--client e --account dicono fin dove arriva un operatore, o un elenco: aggiungere --operator";
            let en = "--client and --account say how far an operator, or a list, goes: add --operator";
            return Err(Text::new(it, en).into());
        }
        Archive::open_with(path, &self.keys()?).map_err(|error| failed(&error))
    }

    /// To look at it.
    pub(crate) fn look(&self, path: &Path) -> Result<Archive, Stop> {
        Archive::open_read_only_with(path, &self.keys()?).map_err(|error| failed(&error))
    }

    /// Does one thing after the other; the first that is refused ends it.
    pub(crate) fn act(&self, path: &Path, commands: impl IntoIterator<Item = Command>) -> Result<ExitCode, Stop> {
        self.act_on(&self.open(path)?, commands)
    }

    pub(super) fn act_on(
        &self,
        archive: &Archive,
        commands: impl IntoIterator<Item = Command>,
    ) -> Result<ExitCode, Stop> {
        for command in commands {
            match archive.act(&self.actor, &command, self.now) {
                Ok(events) => self.tell(&events)?,
                Err(Error::Denied(denied)) => return self.refuse(&denied),
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Does what is written in JSON.
    pub(super) fn act_json(&self, path: &Path, command: &Value) -> Result<ExitCode, Stop> {
        match self.open(path)?.act_json(&self.actor, &command.to_string(), self.now) {
            Ok(events) => self.tell(&events).map(|()| ExitCode::SUCCESS),
            Err(Error::Denied(denied)) => self.refuse(&denied),
            Err(error) => Err(failed(&error)),
        }
    }

    /// What came of a command.
    pub(super) fn tell(&self, events: &[Event]) -> Result<(), Stop> {
        let mut output = anstream::stdout();
        for event in events {
            if self.is_json() {
                writeln!(output, "{}", written(event))?;
            } else {
                writeln!(output, "{}", printable(&told::event(&value(&written(event)))))?;
            }
        }
        if events.is_empty() && !self.is_json() {
            writeln!(output, "{}", self.say("era già così", "it was so already"))?;
        }
        Ok(())
    }

    /// A refusal: what it means, what it is about.
    pub(crate) fn refuse(&self, denied: &Denied) -> Result<ExitCode, Stop> {
        if self.is_json() {
            writeln!(anstream::stdout(), "{}", denied.to_json())?;
        } else {
            anstream::eprintln!("pec: {}", printable(&self.why(denied)));
        }
        Ok(ExitCode::from(1))
    }

    pub(super) fn why(&self, denied: &Denied) -> String {
        let first = match denied.code {
            DeniedCode::SharingOff => "pec org share on",
            DeniedCode::DelegateInactive => "pec org share add, pec org share activate",
            DeniedCode::ContractNotConfirmed | DeniedCode::RevokeFormMissing => {
                "pec org life document, pec org life confirm"
            }
            DeniedCode::MandateMissing => "pec mandate record",
            _ => "",
        };
        let hint = if first.is_empty() { String::new() } else { format!(" {}: {first}", self.say("Prima", "First")) };
        format!("{} ({denied}){hint}", denied.code.explanation(self.language))
    }

    /// A list, as far as whoever asks sees.
    pub(crate) fn list(&self, path: &Path, listing: &Listing) -> Result<ExitCode, Stop> {
        match self.lines(&self.look(path)?, listing)? {
            Err(denied) => self.refuse(&denied),
            Ok(lines) => {
                let mut output = anstream::stdout();
                if self.is_json() {
                    write!(output, "{lines}")?;
                } else {
                    let rows: Vec<Value> = lines.lines().map(value).collect();
                    write!(output, "{}", told::table(&rows))?;
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    pub(super) fn lines(&self, archive: &Archive, listing: &Listing) -> Result<Result<String, Denied>, Stop> {
        match archive.listing(&self.actor, &self.scope, listing, self.now) {
            Ok(lines) => Ok(Ok(lines)),
            Err(Error::Denied(denied)) => Ok(Err(denied)),
            Err(error) => Err(failed(&error)),
        }
    }
}

/// An event as JSON, of which there is nothing that cannot be written.
pub(super) fn written(event: &Event) -> String {
    event.to_json().unwrap_or_default()
}

pub(super) fn value(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_default()
}
