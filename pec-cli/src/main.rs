//! `pec`: the library for a person at a terminal. No logic of its own: what it prints, the library decides.

mod archive;
mod asker;
#[cfg(feature = "sandbox")]
mod demo;
mod explain;
mod extract;
mod file;
mod foreign;
#[cfg(feature = "wire")]
mod gateway;
mod grant;
#[cfg(feature = "wire")]
mod hub;
mod keys;
mod link;
mod log;
mod login;
#[cfg(feature = "wire")]
mod mailbox;
mod mandate;
mod org;
mod progress;
mod proof;
mod query;
mod render;
mod report;
#[cfg(feature = "wire")]
mod rules;
#[cfg(feature = "sandbox")]
mod sandbox;
mod setup;
mod show;
mod text;
mod tokens;
mod trust;
mod user;
mod verify;
#[cfg(feature = "wire")]
mod wire;
mod work;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use pec_core::finding::Language;

use render::printable;
use text::Stop;

/// Reads and verifies Italian certified e-mail (PEC), offline.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Exit codes: 0 every message is certified, 1 at least one is not, 2 could not run."
)]
struct Arguments {
    /// Language of explanations; by default that of the environment (LC_ALL, LC_MESSAGES, LANG).
    #[arg(long, global = true, value_enum)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Lang {
    /// Italiano.
    It,
    /// English.
    En,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Verify messages: files, folders, Maildir, mbox, ZIP, or standard input.
    Verify(verify::Arguments),
    /// Tie receipts to the messages they speak of: who accepted, who received, what is missing.
    Link(link::Arguments),
    /// Show what is inside one message: its parts, their sizes, who signed.
    Show(show::Arguments),
    /// Take the original, the certification data, the attachments, the signature or the restored bytes out.
    Extract(extract::Arguments),
    /// Keep messages: exact bytes, dossiers, search, terms, proofs; one file.
    Archive(archive::Arguments),
    #[cfg(feature = "wire")]
    /// One mailbox with a provider: check it, bring its mail into the archive, watch it.
    Box(Box<mailbox::Arguments>),
    #[cfg(feature = "wire")]
    /// Every mailbox that is managed: take over a table, look at all, list, see what needs somebody.
    Hub(Box<hub::Arguments>),
    #[cfg(feature = "wire")]
    /// PEC from an ordinary mail program or an old ERP: an SMTP server on this machine, and mail delivered where it is read.
    Gateway(Box<gateway::Arguments>),
    /// Write everything that proves a transaction into one file, or check such a file.
    Proof(proof::Arguments),
    /// Who did what in an archive: show, verify, export, sign the root.
    Log(Box<log::Arguments>),
    /// Log in with a signature kit (card or token) in place of a password: challenge, verify, register, list, remove.
    Login(Box<login::Arguments>),
    /// Tables for whoever administers mailboxes: active, revoked, space, delegates, traffic, deliveries, what needs somebody.
    Report(Box<report::Arguments>),
    /// Who may do what: clients, accounts and mailboxes in an archive, and how mailboxes live.
    Org(Box<org::Arguments>),
    /// The people who work in mailboxes.
    User(Box<user::Arguments>),
    /// What a user may do in a mailbox: give, withdraw, check.
    Grant(Box<grant::Arguments>),
    /// The right to act in a mailbox, given by its holder.
    Mandate(Box<mandate::Arguments>),
    /// What is to be worked on: who has it in charge.
    Work(Box<work::Arguments>),
    /// Explain a finding code, or why something was refused.
    Explain(explain::Arguments),
    /// Show or check the trust data: pinned authorities, listed certificates, provider hosts.
    Trust(trust::Arguments),
    /// See it all once: send, receive receipts, link them, and tell a forged one from a genuine one.
    #[cfg(feature = "sandbox")]
    Demo(demo::Arguments),
    /// Run PEC providers on this machine: send by SMTP, read receipts in Maildirs, turn the clock.
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse_from(query::set_apart(&Arguments::command(), std::env::args_os()));
    let language = match arguments.lang {
        Some(Lang::It) => Language::It,
        Some(Lang::En) => Language::En,
        None => language_of_environment(),
    };
    obey(arguments.command, language).unwrap_or_else(|stop| {
        match stop {
            Stop::Because(reason) => anstream::eprintln!("pec: {}", printable(reason.of(language))),
            Stop::Lines(lines) => anstream::eprintln!("pec: {}", lines.of(language)),
            Stop::ReaderGone => {}
        }
        ExitCode::from(2)
    })
}

fn obey(command: Command, language: Language) -> Result<ExitCode, Stop> {
    match command {
        Command::Verify(arguments) => verify::run(&arguments, language),
        Command::Link(arguments) => link::run(&arguments, language),
        Command::Show(arguments) => show::run(&arguments, language),
        Command::Extract(arguments) => extract::run(&arguments, language),
        Command::Archive(arguments) => archive::run(&arguments, language),
        #[cfg(feature = "wire")]
        Command::Box(arguments) => mailbox::run(&arguments, language),
        #[cfg(feature = "wire")]
        Command::Hub(arguments) => hub::run(&arguments, language),
        #[cfg(feature = "wire")]
        Command::Gateway(arguments) => gateway::run(&arguments, language),
        Command::Proof(arguments) => proof::run(&arguments, language),
        Command::Log(arguments) => log::run(&arguments, language),
        Command::Login(arguments) => login::run(&arguments, language),
        Command::Report(arguments) => report::run(&arguments, language),
        Command::Org(arguments) => org::run(&arguments, language),
        Command::User(arguments) => user::run(&arguments, language),
        Command::Grant(arguments) => grant::run(&arguments, language),
        Command::Mandate(arguments) => mandate::run(&arguments, language),
        Command::Work(arguments) => work::run(&arguments, language),
        Command::Explain(arguments) => explain::run(&arguments, language),
        Command::Trust(arguments) => trust::run(&arguments),
        #[cfg(feature = "sandbox")]
        Command::Demo(arguments) => demo::run(&arguments, language),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(arguments) => sandbox::run(&arguments, language),
    }
}

/// Italian where the environment is Italian, else English.
fn language_of_environment() -> Language {
    let locale =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    if locale.is_some_and(|locale| locale.starts_with("it")) { Language::It } else { Language::En }
}
