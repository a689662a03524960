//! `pec gateway`: an SMTP server for programs that know nothing of PEC.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use pec_archive::report::Report as _;
use pec_core::finding::Language;
use pec_imap::{Delivery, Gateway, GatewayEvent, GatewayPolicy, GatewaySending, GatewayUser, report};

use crate::mailbox::sentence;
use crate::render::printable;
use crate::text::{Stop, Text};
use crate::wire::{self, House, failed, wait};

/// Where to listen, and what to do with what comes.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "A program logs in with the address of the mailbox and the password of `pec gateway login`, never with that of \
                  the mailbox. Its Message-ID is the key in the outbox: the same message again is not sent again. Ctrl-C ends it."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// Where it listens; port 0 is any free one. Beyond loopback only with a certificate.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:2525")]
    listen: SocketAddr,
    /// The certificate for STARTTLS, with those above it (PEM).
    #[arg(long, value_name = "FILE.pem", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Its key (PEM).
    #[arg(long, value_name = "FILE.pem", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Only put it into the outbox; `pec box send` or another gateway sends it.
    #[arg(long)]
    no_send: bool,
    /// Put what comes into this mailbox from now on into this Maildir as well.
    #[arg(long, value_name = "MAILBOX=MAILDIR", value_parser = pair)]
    deliver: Vec<(String, String)>,
    /// Put what comes into the first mailbox into a folder of the second as well, which has to be managed too (`pec box add`).
    #[arg(long, value_name = "MAILBOX=MAILBOX[/FOLDER]", value_parser = pair)]
    deliver_to: Vec<(String, String)>,
    /// One JSON object an event and line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: wire::Reach,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Set the password with which programs log in.
    Login(Login),
}

#[derive(Debug, Args)]
struct Login {
    /// The address of a mailbox; or, with --every, any name.
    user: String,
    /// This user sends from every mailbox that is managed.
    #[arg(long)]
    every: bool,
    /// Take the login away.
    #[arg(long)]
    remove: bool,
    /// The file with the password in its first line; - is standard input. Twelve characters or more.
    #[arg(long, value_name = "FILE|-", default_value = "-")]
    password_file: PathBuf,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (mailbox, to) = text.split_once('=').ok_or("MAILBOX=…")?;
    Ok((mailbox.to_owned(), to.to_owned()))
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let house = arguments.reach.open()?;
    match &arguments.action {
        Some(Action::Login(login)) => login.run(&house),
        None => arguments.serve(&house, language),
    }
}

impl Login {
    fn run(&self, house: &House) -> Result<ExitCode, Stop> {
        let user = self.user.clone();
        let user = if self.every { GatewayUser::Every(user) } else { GatewayUser::Mailbox(user) };
        if self.remove {
            let was = house.hub.remove_gateway_login(&user).map_err(|error| failed(&error))?;
            return Ok(if was { ExitCode::SUCCESS } else { ExitCode::from(1) });
        }
        let password = wire::secret(&self.password_file)?;
        house.hub.set_gateway_login(&user, password).map_err(|error| failed(&error))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Arguments {
    fn gateway(&self, house: &House) -> Result<Gateway, Stop> {
        let sending = if self.no_send { GatewaySending::Never } else { GatewaySending::InBackground };
        let mut gateway = Gateway::new(house.hub.clone()).policy(GatewayPolicy { sending, ..GatewayPolicy::default() });
        if let (Some(certificate), Some(key)) = (&self.tls_certificate, &self.tls_key) {
            let read = |path: &PathBuf| fs::read(path).map_err(|error| Stop::from(Text::of_io(&error).at(path)));
            gateway = gateway.tls(&read(certificate)?, &read(key)?).map_err(|error| failed(&error))?;
        }
        // What is not managed is said now, not each time that somebody looks.
        for (mailbox, _) in self.deliver.iter().chain(&self.deliver_to) {
            house.hub.mailbox(mailbox).map_err(|error| failed(&error))?;
        }
        for (mailbox, maildir) in &self.deliver {
            gateway = gateway.deliver(mailbox, Delivery::Maildir(maildir.into()));
        }
        for (mailbox, to) in &self.deliver_to {
            let (address, folder) = to.split_once('/').unwrap_or((to, "INBOX"));
            // What cannot be entered is said now, not after the first message.
            house.hub.open(address).map_err(|error| failed(&error))?;
            let to = Delivery::Folder { mailbox: address.to_owned(), folder: folder.to_owned() };
            gateway = gateway.deliver(mailbox, to);
        }
        Ok(gateway)
    }

    fn serve(&self, house: &House, language: Language) -> Result<ExitCode, Stop> {
        let gateway = self.gateway(house)?;
        let interrupted = Arc::new(tokio::sync::Notify::new());
        let interrupt = Arc::clone(&interrupted);
        ctrlc::set_handler(move || interrupt.notify_one())
            .map_err(|error| Text::new(format!("Ctrl-C non disponibile: {error}"), format!("no Ctrl-C: {error}")))?;
        wait(async {
            let listening = gateway.listen(self.listen).await.map_err(|error| failed(&error))?;
            let (mut voice, address) = (Voice::new(self.json, language), listening.address());
            voice.say(&report::GatewayEvent::listening(address), &address.to_string());
            let mut each = |event: GatewayEvent| voice.tell(&event);
            let served = listening.serve(interrupted.notified(), &mut each).await.map_err(|error| failed(&error));
            voice.end();
            served
        })??;
        Ok(ExitCode::SUCCESS)
    }
}

/// Lines that wait to be written; what comes beyond them is counted, and the next line says how many were left out.
const LINES: usize = 1000;

/// How long the last lines may take when it ends.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What is said, written on a thread of its own: whoever does not read it keeps nobody waiting.
struct Voice {
    json: bool,
    language: Language,
    lines: SyncSender<String>,
    /// Lines left out since the last one that was not.
    left_out: u64,
    writer: JoinHandle<()>,
}

impl Voice {
    fn new(json: bool, language: Language) -> Self {
        let (lines, waiting) = sync_channel::<String>(LINES);
        let writer = std::thread::spawn(move || {
            for line in waiting {
                let mut output = anstream::stdout();
                // That nobody reads it any more does not end the gateway.
                let _ = writeln!(output, "{line}").and_then(|()| output.flush());
            }
        });
        Self { json, language, lines, left_out: 0, writer }
    }

    /// Waits for what was said, but not for ever.
    fn end(mut self) {
        let begun = Instant::now();
        let wait = || {
            std::thread::sleep(Duration::from_millis(5));
            begun.elapsed() < LAST_WORDS
        };
        while !self.is_complete() && wait() {}
        drop(self.lines);
        while !self.writer.is_finished() && wait() {}
    }

    fn tell(&mut self, event: &GatewayEvent) {
        let language = self.language;
        let because = |error: &pec_imap::Error| format!("{} ({error})", error.explanation(language));
        let it = language == Language::It;
        let word = |italian: &'static str, english: &'static str| if it { italian } else { english };
        let line = match event {
            GatewayEvent::Taken { mailbox, key, warnings, .. } => {
                let text: String =
                    warnings.iter().map(|warning| format!("\n  {}", sentence(warning, language))).collect();
                format!("{mailbox}: {} {key}{text}", word("preso", "taken"))
            }
            GatewayEvent::Refused { mailbox, told, .. } => {
                format!("{mailbox}: {}: {told}", word("rifiutato", "refused"))
            }
            GatewayEvent::NotLetIn { user } => format!("{user}: {}", word("login errato", "wrong login")),
            GatewayEvent::Sent { mailbox, dispatch } => {
                let counts =
                    [&dispatch.sent, &dispatch.refused, &dispatch.later, &dispatch.unknown].map(|keys| keys.len());
                let text = dispatch.trouble().map(|error| format!(" {}", because(error))).unwrap_or_default();
                let [sent, refused, later, unknown] = counts;
                format!(
                    "{mailbox}: {sent} {}, {refused} {}, {later} {}, {unknown} {}{text}",
                    word("inviati", "sent"),
                    word("rifiutati", "refused"),
                    word("in attesa", "later"),
                    word("senza esito", "unknown")
                )
            }
            GatewayEvent::NotSent { mailbox, error } | GatewayEvent::NotRelayed { mailbox, error } => {
                format!("{mailbox}: {}", because(error))
            }
            GatewayEvent::Relayed { mailbox, relayed } => {
                format!("{mailbox}: {} {}", relayed.len(), word("recapitati", "delivered"))
            }
            GatewayEvent::PassedOver { mailbox, id, error } => {
                format!("{mailbox}: {} {id}: {}", word("non recapitato", "not delivered"), because(error))
            }
            GatewayEvent::Missed { count } => {
                format!("{count} {}", word("eventi non detti", "events were not told"))
            }
            _ => return,
        };
        self.say(&report::GatewayEvent::of(event), &line);
    }

    fn say(&mut self, event: &report::GatewayEvent, line: &str) {
        let text = self.text(event, line);
        if !self.is_complete() || self.lines.try_send(text).is_err() {
            self.left_out += 1;
        }
    }

    fn text(&self, event: &report::GatewayEvent, line: &str) -> String {
        if self.json { event.to_json() } else { line.lines().map(printable).collect::<Vec<_>>().join("\n") }
    }

    /// Whether nothing is left out, or somebody will read how much is.
    fn is_complete(&mut self) -> bool {
        let count = self.left_out;
        let line = match self.language {
            Language::It => format!("righe non scritte, perché nessuno leggeva: {count}"),
            Language::En => format!("lines not written, since nobody read: {count}"),
        };
        let event = report::GatewayEvent::of(&GatewayEvent::Missed { count });
        let complete = count == 0 || self.lines.try_send(self.text(&event, &line)).is_ok();
        if complete {
            self.left_out = 0;
        }
        complete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A voice that nobody hears before `hear` says so, with room for so many lines.
    fn mute(json: bool, room: usize) -> (Voice, impl FnMut(usize) -> Vec<String>) {
        let (lines, waiting) = sync_channel(room);
        let writer = std::thread::spawn(|| {});
        let voice = Voice { json, language: Language::En, lines, left_out: 0, writer };
        (voice, move |count| waiting.try_iter().take(count).collect())
    }

    #[test]
    fn what_nobody_reads_is_counted_and_the_next_line_says_how_much_it_was() {
        let (mut voice, mut hear) = mute(false, 3);
        let mut say = |from: usize, to: usize| {
            for n in from..to {
                voice.tell(&GatewayEvent::NotLetIn { user: n.to_string() });
            }
        };
        say(0, 7);
        assert_eq!(hear(2), ["0: wrong login", "1: wrong login"]);
        say(7, 9);
        assert_eq!(hear(9), ["2: wrong login", "lines not written, since nobody read: 4", "7: wrong login"]);
        say(9, 10);
        assert_eq!(hear(9), ["lines not written, since nobody read: 1", "9: wrong login"]);
        say(10, 11);
        assert_eq!(hear(9), ["10: wrong login"]);
    }

    #[test]
    fn at_the_end_it_is_said_how_much_was_left_out() {
        let (mut voice, mut hear) = mute(true, 1);
        for user in ["a", "b", "c"] {
            voice.tell(&GatewayEvent::NotLetIn { user: user.into() });
        }
        assert_eq!(hear(1).len(), 1);
        voice.end();
        let [last] = hear(9).try_into().unwrap();
        let last: serde_json::Value = serde_json::from_str(&last).unwrap();
        assert_eq!((&last["event"], &last["missed"]), (&"missed".into(), &2.into()));
    }
}
