//! What the person, or the program that started it, gets to read.

use std::fmt::Write;
use std::path::Path;

use anstyle::Style;
use jiff::Timestamp;
use pec_core::finding::Language;
use pec_sandbox::network::{Mailbox, MailboxState, ProviderSettings};
use pec_sandbox::server::{Clock, Server};

use super::control::{Done, HELP};
use super::say;
use crate::text::{Stop, Text};

/// The running server and how to speak of it.
pub(super) struct Screen<'a> {
    pub(super) server: &'a Server,
    pub(super) json: bool,
    pub(super) password: &'a str,
    pub(super) clock: Clock,
    pub(super) language: Language,
}

/// What is said at the start.
struct Facts {
    now: Timestamp,
    providers: Vec<ProviderSettings>,
    mailboxes: Vec<Mailbox>,
    services: Vec<String>,
    /// A message that can be sent as it stands, and its recipients.
    message: Vec<u8>,
    sender: String,
    recipients: Vec<String>,
}

impl Screen<'_> {
    /// Addresses, files, passwords, and a line to try it with.
    pub(super) fn welcome(&self, example: &Path) -> Result<(), Stop> {
        let facts = self.facts()?;
        std::fs::write(example, &facts.message).map_err(|error| Text::of_io(&error).at(example))?;
        if self.json {
            return say(&self.as_json(&facts, &example.display().to_string()));
        }
        say(self.as_text(&facts, &example.display().to_string()).trim_end())
    }

    pub(super) fn answer(&self, outcome: &Result<Done, Text>) -> Result<(), Stop> {
        let now = self.now()?;
        match outcome {
            Ok(_) if self.json => say(&serde_json::json!({ "now": now }).to_string()),
            Ok(Done::Clock) => say(&match self.language {
                Language::It => format!("ora della sandbox: {now} (pec verify --now {now})"),
                Language::En => format!("sandbox time: {now} (pec verify --now {now})"),
            }),
            Ok(Done::Help) => say(self.help().trim_end()),
            Err(reason) if self.json => say(&serde_json::json!({ "error": reason.of(Language::En) }).to_string()),
            Err(reason) => {
                anstream::eprintln!("pec: {}", reason.of(self.language));
                Ok(())
            }
        }
    }

    fn help(&self) -> String {
        HELP.iter().fold(String::new(), |mut text, (order, it, en)| {
            let what = if self.language == Language::It { it } else { en };
            let _ = writeln!(text, "  {order:40} {what}");
            text
        })
    }

    fn now(&self) -> Result<Timestamp, Stop> {
        Ok(self.server.with(|network| Ok(network.time())).map_err(|error| super::refused(&error))?)
    }

    fn facts(&self) -> Result<Facts, Stop> {
        let facts = self.server.with(|network| {
            let providers: Vec<_> = network.providers().cloned().collect();
            let services: Vec<_> = providers.iter().map(|p| network.service_address(p.house)).collect();
            let all = network.mailboxes().cloned();
            let mailboxes: Vec<_> = all.filter(|mailbox| !services.contains(&mailbox.address().to_owned())).collect();
            let sender = mailboxes.iter().find(|mailbox| state(mailbox) == "active");
            let sender = sender.map_or("anna@pec.alfa.example", Mailbox::address).to_owned();
            let others = mailboxes.iter().map(Mailbox::address).filter(|address| *address != sender);
            let recipients: Vec<_> = others.map(str::to_owned).collect();
            let message = format!(
                "From: {sender}\r\nTo: {}\r\nDate: {}\r\nMessage-ID: <example-1@{}>\r\nSubject: Prova\r\n\
                 MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nBuongiorno.\r\n",
                recipients.join(",\r\n "),
                network.now().date_header(),
                sender.rsplit_once('@').map_or("", |(_, domain)| domain),
            );
            let (now, message) = (network.time(), message.into_bytes());
            Ok(Facts { now, providers, mailboxes, services, message, sender, recipients })
        });
        Ok(facts.map_err(|error| super::refused(&error))?)
    }

    fn as_json(&self, facts: &Facts, example: &str) -> String {
        let path = |path: std::path::PathBuf| path.display().to_string();
        let mailboxes = facts.mailboxes.iter().map(|mailbox| {
            let address = mailbox.address();
            serde_json::json!({
                "address": address, "state": state(mailbox), "maildir": path(self.server.maildir(address)),
            })
        });
        let providers = facts.providers.iter().zip(&facts.services).map(|(provider, service)| {
            serde_json::json!({
                "name": provider.house.name(), "host": provider.house.host(), "domains": provider.domains,
                "service_mailbox": service,
            })
        });
        serde_json::json!({
            "smtps": self.server.smtps().to_string(),
            "starttls": self.server.submission().to_string(),
            "password": self.password,
            "tls_ca": path(self.server.tls_authority()),
            "anchor": path(self.server.anchor()),
            "example": example,
            "now": facts.now,
            "clock": if self.clock == Clock::System { "system" } else { "turned" },
            "mailboxes": mailboxes.collect::<Vec<_>>(),
            "providers": providers.collect::<Vec<_>>(),
        })
        .to_string()
    }

    fn as_text(&self, facts: &Facts, example: &str) -> String {
        let it = self.language == Language::It;
        let say = |italian: &'static str, english: &'static str| if it { italian } else { english };
        let bold = Style::new().bold();
        let mut text = String::new();
        let mut row = |label: &str, value: &str| {
            let _ = writeln!(text, "  {label:16} {value}");
        };
        row("SMTP + TLS", &self.server.smtps().to_string());
        row("SMTP + STARTTLS", &self.server.submission().to_string());
        row("password", self.password);
        row(say("CA per il TLS", "CA for TLS"), &self.server.tls_authority().display().to_string());
        row(say("ancora PEC", "PEC anchor"), &self.server.anchor().display().to_string());
        row(
            say("orologio", "clock"),
            &match (self.clock, it) {
                (Clock::System, true) => format!("{}, segue quello della macchina", facts.now),
                (Clock::System, false) => format!("{}, follows the machine's", facts.now),
                (Clock::Turned, true) => format!("{}, fermo finché `advance` non lo porta avanti", facts.now),
                (Clock::Turned, false) => format!("{}, stands until `advance` turns it", facts.now),
            },
        );
        for (provider, service) in facts.providers.iter().zip(&facts.services) {
            let _ = writeln!(text, "\n{bold}{}{bold:#}  {}", provider.house.name(), provider.domains.join(", "));
            for mailbox in &facts.mailboxes {
                let domain = mailbox.address().rsplit_once('@').map_or("", |(_, domain)| domain);
                if provider.domains.iter().any(|managed| managed.eq_ignore_ascii_case(domain)) {
                    let _ = writeln!(text, "  {:34} {}", mailbox.address(), words(mailbox, it));
                }
            }
            let what = say("casella di servizio: prese in carico", "service mailbox: take-charge receipts");
            let _ = writeln!(text, "  {service:34} {what}");
        }
        let title = say("Per provare", "To try it");
        let to: String = facts.recipients.iter().map(|address| format!(" --mail-rcpt {address}")).collect();
        let now = if self.clock == Clock::Turned { format!(" --now {}", facts.now) } else { String::new() };
        let _ = write!(
            text,
            "\n{bold}{title}{bold:#}\n  curl --cacert {ca} --url smtps://localhost:{port} --user {login} \
             --mail-from {sender}{to} -T {example}\n  pec verify --anchor {anchor}{now} {maildir}\n\n{end}\n",
            ca = quoted(&self.server.tls_authority().display().to_string()),
            port = self.server.smtps().port(),
            sender = facts.sender,
            login = quoted(&format!("{}:{}", facts.sender, self.password)),
            example = quoted(example),
            anchor = quoted(&self.server.anchor().display().to_string()),
            maildir = quoted(&self.server.maildir(&facts.sender).display().to_string()),
            end = say(
                "`advance 12h` porta avanti l'orologio, `help` elenca gli ordini, Ctrl-C termina.",
                "`advance 12h` turns the clock, `help` lists the orders, Ctrl-C ends."
            ),
        );
        text
    }
}

/// A word of a shell's command line.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

pub(super) fn goodbye(json: bool, language: Language) -> Result<(), Stop> {
    if json {
        return Ok(());
    }
    say(if language == Language::It { "terminata" } else { "ended" })
}

fn state(mailbox: &Mailbox) -> &'static str {
    match (mailbox.state, mailbox.quota) {
        (MailboxState::Disabled, _) => "disabled",
        (MailboxState::Active, Some(0)) => "full",
        (MailboxState::Active, _) => "active",
    }
}

fn words(mailbox: &Mailbox, it: bool) -> &'static str {
    match (state(mailbox), it) {
        ("disabled", true) => "disattivata",
        ("full", true) => "piena",
        (_, true) => "attiva",
        ("disabled", false) => "disabled",
        ("full", false) => "full",
        (_, false) => "active",
    }
}
