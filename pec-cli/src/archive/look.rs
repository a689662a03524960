//! What only looks at an archive.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::Style;
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use pec_archive::report::{RecipientState, Report as _};
use pec_archive::search::{Query, QueryError};
use pec_archive::{Actor, Cursor, Entry};
use pec_core::finding::{Code, Language};
use pec_core::trust::Anchor;
use pec_core::verify::{JudgedAt, Verification};

use super::{Call, Clock, bar, failed, intake, named, watch};
use crate::render::{Page, printable, shortened};
use crate::text::{Stop, Text};
use crate::{query, setup, tokens};

/// Characters of a value of a message that are shown.
const SHOWN: usize = 300;

/// What to look for.
#[derive(Debug, Args)]
#[command(
    after_help = "A query: words, \"phrases\", beginnings (contratt*), -not this, and fields: da: a: oggetto: testo: \
                        allegato: tipo: verdetto: stato: casella: etichetta: versato: dopo: prima: id: impronta: (or from: to: subject: \
                        text: attachment: kind: verdict: state: mailbox: tag: deposited: after: before: id: hash:). \
                        What begins with one - belongs to the query, but for -h; behind -- everything does. \
                        For example: da:acme stato:consegnato dopo:2026-01-01 \"contratto quadro\""
)]
pub(super) struct Search {
    archive: PathBuf,
    /// The query; several words may be several arguments. None finds everything.
    query: Vec<String>,
    /// Messages of a page.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Where the page before has ended, as it said.
    #[arg(long, value_name = "NUMBER")]
    from: Option<i64>,
    /// One JSON object a message and line; the last one says where the next page begins: `{"next": …}`.
    #[arg(long)]
    json: bool,
}

/// What to show.
#[derive(Debug, Args)]
pub(super) struct Show {
    archive: PathBuf,
    /// A message by its identifier (64 hexadecimal digits), or a transaction by its identificativo or msgid.
    name: String,
    /// As JSON, one object a line: what is known of a message, what keeps it; the recipients of a transaction.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judging: setup::Options,
}

/// What to check.
#[derive(Debug, Args)]
pub(super) struct Check {
    archive: PathBuf,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

/// How far ahead to look.
#[derive(Debug, Args)]
pub(super) struct Expiring {
    archive: PathBuf,
    /// Days ahead.
    #[arg(long, default_value_t = 90)]
    days: u32,
    /// Messages of each kind.
    #[arg(long, default_value_t = 1000)]
    limit: usize,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    clock: Clock,
}

/// What to count.
#[derive(Debug, Args)]
pub(super) struct Stats {
    archive: PathBuf,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Call {
    pub(super) fn search(&self, arguments: &Search) -> Result<ExitCode, Stop> {
        let archive = self.open_to_read(&arguments.archive)?;
        let text = query::joined(&arguments.query);
        let query = Query::parse(&text).map_err(|error| unclear(&error, &text))?;
        let from = arguments.from.map(Cursor::from_number);
        let page = archive.search(&self.actor, &query, from, arguments.limit).map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        for entry in &page.entries {
            if arguments.json {
                writeln!(output, "{}", entry.to_json())?;
            } else {
                writeln!(output, "{}", self.line(entry))?;
            }
        }
        let next = page.next.map(Cursor::to_number);
        if arguments.json {
            writeln!(output, "{}", page.end().to_json())?;
        } else if let Some(next) = next {
            writeln!(output, "{} --from {next}", self.say("altri:", "more:"))?;
        }
        Ok(ExitCode::from(u8::from(page.entries.is_empty())))
    }

    /// One message on three lines: the date by which it stands in its list, what, from whom; its subject; what it is called.
    pub(super) fn line(&self, entry: &Entry) -> String {
        let at = entry.dated_at.map_or_else(String::new, |at| at.to_string());
        // A sender may have written megabytes.
        let text = |text: &Option<String>| text.as_deref().map(|text| shortened(text, SHOWN)).unwrap_or_default();
        let quarantine = if entry.quarantine.is_empty() { "" } else { "  !" };
        format!(
            "{at:20}  {}  {}  {}{quarantine}\n  {}\n  {}",
            tokens::verdict(&entry.verdict, self.language),
            tokens::kind(&entry.kind, self.language),
            text(&entry.sender),
            text(&entry.subject),
            entry.id
        )
    }

    pub(super) fn show(&self, arguments: &Show) -> Result<ExitCode, Stop> {
        let archive = self.open_to_read(&arguments.archive)?;
        let ids = named(&archive, &self.actor, std::slice::from_ref(&arguments.name))?;
        let setup = arguments.judging.load_at_signing()?;
        let mut output = anstream::stdout();
        for id in ids {
            let entry = archive.entry(&self.actor, id).map_err(|error| failed(&error))?;
            // Whoever is no more than a user is not told for which cases messages are held.
            let kept = (self.actor == Actor::host()).then(|| archive.retention(&self.actor, id)).transpose();
            let kept = kept.map_err(|error| failed(&error))?;
            if arguments.json {
                writeln!(output, "{}", entry.to_json())?;
                kept.iter().try_for_each(|kept| writeln!(output, "{}", kept.to_json()))?;
            } else {
                writeln!(output, "{}", self.line(&entry))?;
                write!(output, "{}{}", self.facts(&entry), self.why_suspect(&entry))?;
                // Where its bytes are damaged, what is stored is all that can be said; a user who only looks has not read it.
                let verified = (self.actor == Actor::host()).then(|| archive.verify(&self.actor, &intake(&setup), id));
                if let Some(Ok((_, verification))) = verified {
                    write!(output, "{}", self.judged_now(&entry, &verification))?;
                }
                kept.iter().try_for_each(|kept| write!(output, "{}", self.kept(kept)))?;
            }
        }
        if arguments.name.parse::<pec_archive::Id>().is_ok() {
            return Ok(ExitCode::SUCCESS);
        }
        let ledger = archive.ledger(&self.actor, &intake(&setup), &arguments.name).map_err(|error| failed(&error))?;
        for dossier in ledger.dossiers(setup.now) {
            for recipient in &dossier.recipients {
                let look = dossier.look(recipient, self.language);
                if arguments.json {
                    let (recipient, state) = (recipient.address.to_owned(), recipient.state.as_str().to_owned());
                    writeln!(output, "{}", RecipientState { recipient, state }.to_json())?;
                } else {
                    writeln!(output, "{} {}  {}", look.mark, printable(recipient.address), look.title)?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What else is known of a message.
    fn facts(&self, entry: &Entry) -> String {
        let text = |text: &Option<String>| text.as_deref().map(|text| shortened(text, SHOWN)).unwrap_or_default();
        let list = |texts: &[String]| texts.iter().map(|text| printable(text)).collect::<Vec<_>>().join(", ");
        let stored = entry.stored_at.map_or_else(String::new, |at| at.to_string());
        let facts = [
            ("identificativo", "identificativo", text(&entry.pec_id)),
            ("msgid", "msgid", text(&entry.message_id)),
            ("caselle", "mailboxes", list(&entry.mailboxes)),
            ("etichette", "tags", list(&entry.tags)),
            ("byte", "bytes", entry.size.to_string()),
            ("archiviato", "stored", stored),
        ];
        let told = facts.into_iter().filter(|(.., value)| !value.is_empty());
        told.map(|(it, en, value)| format!("  {}: {value}\n", self.say(it, en))).collect()
    }

    /// How whoever asks judges a message by his own trust data, where that is otherwise, and by whose authority.
    fn judged_now(&self, entry: &Entry, verification: &Verification) -> String {
        let verdict = verification.verdict();
        let mut text = String::new();
        if verdict.as_str() != entry.verdict {
            let said = self.say("con i dati di fiducia di chi chiede", "by the trust data of whoever asks");
            text += &format!("  ! {said}: {}\n", verdict.title(self.language));
        }
        if matches!(verification.anchor, Some(Anchor::Host(_))) {
            text += &format!("  ! {}\n", Code::TrustHostAnchor.explanation(self.language));
        }
        text
    }

    /// What is wrong with a message that is set apart.
    fn why_suspect(&self, entry: &Entry) -> String {
        let page = Page::new(self.language, JudgedAt::Signing);
        let mut text = String::new();
        for code in &entry.quarantine {
            // A newer version may have written it.
            let said = Code::parse(code).map(|code| format!("{} ({code})", code.explanation(self.language)));
            page.marked(&mut text, "  ! ", Style::new(), &said.unwrap_or_else(|| printable(code)));
        }
        text
    }

    pub(super) fn check(&self, arguments: &Check) -> Result<ExitCode, Stop> {
        let archive = self.open_to_read(&arguments.archive)?;
        let bar = bar();
        let check = archive.check(&self.actor, &mut watch(&bar));
        bar.finish_and_clear();
        let check = check.map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        if arguments.json {
            writeln!(output, "{}", check.to_json())?;
        } else {
            writeln!(output, "{} {}", check.sound, self.say("messaggi integri", "messages are sound"))?;
            for (id, why) in &check.damaged {
                writeln!(output, "{} {id}: {why}", self.say("DANNEGGIATO", "DAMAGED"))?;
            }
            for line in &check.structure {
                writeln!(output, "{} {line}", self.say("STRUTTURA", "STRUCTURE"))?;
            }
            if check.not_indexed > 0 {
                let said = self.say("messaggi fuori dall'indice", "messages are not in the index");
                writeln!(output, "{} {said}", check.not_indexed)?;
            }
            if let Some(n) = check.log_broken_at {
                writeln!(output, "{} {n}", self.say("REGISTRO ALTERATO alla voce", "LOG ALTERED at entry"))?;
            }
        }
        Ok(ExitCode::from(u8::from(!check.is_clean())))
    }

    pub(super) fn expiring(&self, arguments: &Expiring) -> Result<ExitCode, Stop> {
        let archive = self.open_to_read(&arguments.archive)?;
        let now = arguments.clock.now();
        let until =
            now.saturating_add(SignedDuration::from_hours(24 * i64::from(arguments.days))).unwrap_or(Timestamp::MAX);
        let expiring = archive.expiring(&self.actor, now, until, arguments.limit).map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        let nothing = expiring.endings().next().is_none();
        if arguments.json {
            for ending in expiring.endings() {
                writeln!(output, "{}", ending.to_json())?;
            }
            return Ok(ExitCode::from(u8::from(!nothing)));
        }
        if let Some(stamp) = &expiring.stamp {
            let is_over = stamp.ends.is_some_and(|ends| ends < now);
            let ends = stamp.ends.map_or_else(String::new, |ends| ends.to_string());
            let (what, then) = if is_over {
                (
                    self.say("MARCA NON RINNOVATA", "STAMP NOT RENEWED"),
                    self.say("il certificato era di", "the certificate was of"),
                )
            } else {
                (
                    self.say("MARCA", "STAMP"),
                    self.say(
                        "da rinnovare con pec archive stamp: certificato di",
                        "to be renewed by pec archive stamp: certificate of",
                    ),
                )
            };
            writeln!(output, "{what} {ends}\n  {then} {}", printable(&stamp.authority))?;
        }
        for (entry, ends) in &expiring.terms {
            writeln!(output, "{} {ends}\n{}", self.say("TERMINE", "TERM"), self.line(entry))?;
        }
        for entry in &expiring.proofs {
            let has_ended = entry.expires.is_some_and(|ends| ends < now);
            let ends = entry.expires.map_or_else(String::new, |ends| ends.to_string());
            let what = if has_ended {
                self.say("CERTIFICATO SCADUTO", "CERTIFICATE ENDED")
            } else {
                self.say("CERTIFICATO", "CERTIFICATE")
            };
            writeln!(output, "{what} {ends}\n{}", self.line(entry))?;
        }
        if expiring.terms.len().max(expiring.proofs.len()) >= arguments.limit {
            let said = self.say(
                "ce ne possono essere altri: --limit dice quanti se ne mostrano",
                "there may be more: --limit says how many are shown",
            );
            writeln!(output, "{said}")?;
        }
        Ok(ExitCode::from(u8::from(!nothing)))
    }

    pub(super) fn stats(&self, arguments: &Stats) -> Result<ExitCode, Stop> {
        let archive = self.open_to_read(&arguments.archive)?;
        let stats = archive.stats(&self.actor).map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        if arguments.json {
            writeln!(output, "{}", stats.to_json())?;
            return Ok(ExitCode::SUCCESS);
        }
        for (it, en, number) in [
            ("messaggi", "messages", stats.messages),
            ("byte ricevuti", "bytes received", stats.bytes),
            ("byte su disco", "bytes on disk", stats.file_bytes),
            ("corpi distinti", "distinct bodies", stats.bodies),
            ("fascicoli", "dossiers", stats.dossiers),
            ("da guardare", "to look at", stats.quarantined),
            ("trattenuti", "held", stats.held),
            ("voci del registro", "log entries", stats.log_entries),
            ("voci marcate", "stamped entries", stats.stamped_entries),
        ] {
            writeln!(output, "{number:>15}  {}", self.say(it, en))?;
        }
        type Called = fn(&str, Language) -> String;
        let groups: [(&str, &str, &BTreeMap<String, u64>, Called); 3] = [
            ("per verdetto", "by verdict", &stats.verdicts, tokens::verdict),
            ("per tipo", "by kind", &stats.kinds, tokens::kind),
            ("destinatari per stato", "recipients by state", &stats.states, tokens::state),
        ];
        for (it, en, group, called) in groups.into_iter().filter(|(_, _, group, _)| !group.is_empty()) {
            writeln!(output, "{}", self.say(it, en))?;
            for (name, number) in group {
                writeln!(output, "{number:>15}  {}", called(name, self.language))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Why a query cannot be understood, and where.
pub(super) fn unclear(error: &QueryError, query: &str) -> Stop {
    // One character for another: the mark stays below its place.
    let query = printable(query);
    let explain = |language| error.explain(&query, language);
    Stop::Lines(Text::new(explain(Language::It), explain(Language::En)))
}
