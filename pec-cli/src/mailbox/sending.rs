//! What goes out: written here or elsewhere, judged before it is sent, kept in the outbox until its end is known.

use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::{Timestamp, Zoned};
use pec_archive::report::Report as _;
use pec_archive::{Id, Intake, Outgoing, Resolution};
use pec_core::compose::{Conditions, Draft, Enclosure, Envelope, Refusal, Stamp, preflight};
use pec_core::daticert::ReceiptForm;
use pec_core::finding::Language;
use pec_core::limits::Limits;
use pec_core::message::{Mailbox, Message, addresses};

use pec_imap::Dispatch;

use crate::archive::failed as archive_failed;
use crate::render::printable;
use crate::text::{Stop, Text};
use crate::wire::{House, failed, wait};

/// What is sent, and how it is called.
#[derive(Debug, Args)]
pub(super) struct Send {
    /// The mailbox from which it goes.
    address: String,
    /// Your own name for it: the same one is never sent twice.
    #[arg(long)]
    key: String,
    /// A message ready to be sent, byte for byte (.eml), in the place of the options below.
    #[arg(long, value_name = "FILE.eml", conflicts_with_all = ["to", "subject", "text"])]
    message: Option<PathBuf>,
    #[command(flatten)]
    words: Words,
    /// The subject.
    #[arg(long, default_value = "")]
    subject: String,
}

/// What is answered or handed on.
#[derive(Debug, Args)]
pub(super) struct About {
    /// The mailbox from which it goes.
    address: String,
    /// The message of the archive: it goes along byte for byte, so that it keeps its proof.
    id: Id,
    /// Your own name for the new one: the same one is never sent twice.
    #[arg(long)]
    key: String,
    #[command(flatten)]
    words: Words,
}

/// What a person writes.
#[derive(Debug, Args)]
struct Words {
    /// To whom.
    #[arg(long, value_name = "ADDRESS")]
    to: Vec<String>,
    /// Who gets a copy.
    #[arg(long, value_name = "ADDRESS")]
    cc: Vec<String>,
    /// The file with the text.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Files that go along.
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
    /// Which delivery receipt is asked for.
    #[arg(long, value_enum, default_value = "completa")]
    receipt: Form,
    /// Judge it and write it to standard output; send nothing.
    #[arg(long)]
    dry_run: bool,
    /// The ticket as one JSON object, in the place of lines.
    #[arg(long, conflicts_with = "dry_run")]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Completa,
    Breve,
    Sintetica,
}

/// What became of a message of which nobody knew.
#[derive(Debug, Args)]
pub(super) struct Resolve {
    /// The mailbox from which it was to go.
    address: String,
    /// Its key.
    key: String,
    /// Whether it has gone. Who says wrongly that it has not sends it twice.
    #[arg(value_enum)]
    gone: Gone,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Gone {
    Sent,
    NotSent,
}

impl Send {
    pub(super) fn run(&self, house: &House, language: Language) -> Result<ExitCode, Stop> {
        let Some(path) = &self.message else {
            let draft = Draft::new(mailbox(&self.address), self.subject.clone());
            return self.words.send(house, language, draft, &self.address, &self.key);
        };
        let bytes = fs::read(path).map_err(|error| Text::of_io(&error).at(path))?;
        let parsed = Message::parse(&bytes[..], &Limits::DEFAULT);
        let of = |name: &str| {
            let values = parsed.root().headers().get(name).map(addresses).unwrap_or_default();
            values.into_iter().map(|mailbox| mailbox.address).collect::<Vec<_>>()
        };
        let recipients = [of("to"), of("cc")].concat();
        let sender = of("from").into_iter().next().unwrap_or_default();
        dispatch(house, language, &self.address, &self.key, &sender, &recipients, bytes, &self.words)
    }
}

impl About {
    pub(super) fn reply(&self, house: &House, language: Language) -> Result<ExitCode, Stop> {
        let bytes = self.bytes(house)?;
        let draft = Draft::reply(mailbox(&self.address), &Message::parse(&bytes[..], &Limits::DEFAULT));
        self.words.send(house, language, draft, &self.address, &self.key)
    }

    pub(super) fn forward(&self, house: &House, language: Language) -> Result<ExitCode, Stop> {
        let bytes = self.bytes(house)?;
        let draft = Draft::forward(mailbox(&self.address), &Message::parse(&bytes[..], &Limits::DEFAULT));
        self.words.send(house, language, draft, &self.address, &self.key)
    }

    fn bytes(&self, house: &House) -> Result<Vec<u8>, Stop> {
        house.archive.get(&house.actor, self.id).map_err(|error| archive_failed(&error))
    }
}

impl Words {
    fn send(
        &self,
        house: &House,
        language: Language,
        mut draft: Draft,
        address: &str,
        key: &str,
    ) -> Result<ExitCode, Stop> {
        let named = |list: &[String]| list.iter().map(|address| mailbox(address)).collect::<Vec<_>>();
        if !self.to.is_empty() {
            draft.to = named(&self.to);
        }
        draft.cc = named(&self.cc);
        if let Some(path) = &self.text {
            draft.text = fs::read_to_string(path).map_err(|error| Text::of_io(&error).at(path))?;
        }
        for path in &self.attach {
            let bytes = fs::read(path).map_err(|error| Text::of_io(&error).at(path))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            draft.attachments.push(Enclosure { name, media_type: "application/octet-stream".into(), bytes });
        }
        draft.receipt = match self.receipt {
            Form::Completa => ReceiptForm::Full,
            Form::Breve => ReceiptForm::Brief,
            Form::Sintetica => ReceiptForm::Concise,
        };
        // The same key writes the same message, so that it can be asked for again: what it says decides, not when.
        let known = house.archive.ticket(&house.actor, address, key).ok();
        if let Some(ticket) = known.filter(|_| !self.dry_run) {
            return tell(house, language, address, key, &Dispatch::default(), self.json).map(|_| exit_of(&ticket));
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| Text::new(error.to_string(), error.to_string()))?;
        let composed = draft.compose(&Stamp::new(Zoned::now(), seed));
        let composed = composed.map_err(|refusals| refused(&refusals))?;
        let (sender, recipients) = (composed.sender.clone(), composed.recipients.clone());
        dispatch(house, language, address, key, &sender, &recipients, composed.bytes, self)
    }
}

fn mailbox(address: &str) -> Mailbox {
    Mailbox { name: None, address: address.to_owned() }
}

/// Judges a message, queues it, sends what waits, and says what became of it.
#[allow(
    clippy::too_many_arguments,
    reason = "a message, its envelope, its key, for whom it is done and how it is told"
)]
fn dispatch(
    house: &House,
    language: Language,
    address: &str,
    key: &str,
    sender: &str,
    recipients: &[String],
    bytes: Vec<u8>,
    words: &Words,
) -> Result<ExitCode, Stop> {
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let refusals = preflight(&bytes, &Envelope { sender, recipients: recipients.clone() }, &Conditions::law());
    for refusal in refusals.iter().filter(|refusal| !refusal.is_refused()) {
        anstream::eprintln!("pec: {}", sentence(refusal, language));
    }
    if refusals.iter().any(Refusal::is_refused) {
        return Err(refused(&refusals));
    }
    if words.dry_run {
        std::io::stdout().write_all(&bytes)?;
        return Ok(ExitCode::SUCCESS);
    }
    let account = house.hub.open(address).map_err(|error| failed(&error))?;
    let intake = Intake::new(&house.trust, Timestamp::now()).mailbox(account.address());
    let outgoing = Outgoing { mailbox: account.address(), key, sender, recipients: &recipients };
    house.archive.queue(&house.actor, &intake, &outgoing, bytes).map_err(|error| archive_failed(&error))?;
    let mut watch = |_: pec_imap::SendProgress| ControlFlow::Continue(());
    let sent = wait(house.hub.send_queued(account.address(), &mut watch))?.map_err(|error| failed(&error))?;
    tell(house, language, account.address(), key, &sent, words.json)
}

/// Where the message of this key stands, and what the server said of it.
fn tell(
    house: &House,
    language: Language,
    address: &str,
    key: &str,
    sent: &Dispatch,
    json: bool,
) -> Result<ExitCode, Stop> {
    let ticket = house.archive.ticket(&house.actor, address, key).map_err(|error| archive_failed(&error))?;
    let mut output = anstream::stdout();
    if json {
        if let Some(error) = sent.trouble() {
            anstream::eprintln!("pec: {} ({error})", error.explanation(language));
        }
        writeln!(output, "{}", ticket.to_json())?;
        return Ok(exit_of(&ticket));
    }
    writeln!(output, "{}  {}  {}", ticket.state.as_str(), ticket.id, printable(&ticket.message_id))?;
    for answer in &ticket.answers.recipients {
        writeln!(output, "  {}: {} {}", printable(&answer.recipient), answer.reply.code, answer.reply.text)?;
    }
    if let Some(reply) = &ticket.answers.message {
        writeln!(output, "  {} {}", reply.code, reply.text)?;
    }
    if let Some(error) = sent.trouble() {
        writeln!(output, "  {} ({error})", error.explanation(language))?;
    }
    Ok(exit_of(&ticket))
}

fn exit_of(ticket: &pec_archive::Ticket) -> ExitCode {
    if ticket.state == pec_archive::TicketState::Sent { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

pub(crate) fn sentence(refusal: &Refusal, language: Language) -> String {
    format!("{} ({}: {})", refusal.code.explanation(language), refusal.code.as_str(), printable(&refusal.detail))
}

fn refused(refusals: &[Refusal]) -> Stop {
    let all = |language| {
        let sentences = refusals.iter().filter(|refusal| refusal.is_refused());
        sentences.map(|refusal| sentence(refusal, language)).collect::<Vec<_>>().join("\n")
    };
    Stop::Lines(Text::new(all(Language::It), all(Language::En)))
}

impl Resolve {
    pub(super) fn run(&self, house: &House) -> Result<ExitCode, Stop> {
        let intake = Intake::new(&house.trust, Timestamp::now());
        let resolution = match self.gone {
            Gone::Sent => Resolution::Sent,
            Gone::NotSent => Resolution::NotSent,
        };
        let resolved = house.archive.resolve(&house.actor, &intake, &self.address, &self.key, resolution);
        resolved.map_err(|error| archive_failed(&error))?;
        Ok(ExitCode::SUCCESS)
    }
}
