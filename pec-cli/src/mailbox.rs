//! `pec box`: one mailbox with a provider.

mod sending;

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use jiff::Timestamp;
use pec_archive::report::Report as _;
use pec_core::finding::Language;
use pec_imap::{
    Account, Credential, Endpoint, Error, MailboxSpec, Origin, Overrides, SyncProgress, Synced, Watching, report,
};

pub(crate) use sending::sentence;

use crate::archive::bar;
use crate::render::printable;
use crate::rules;
use crate::text::{Stop, Text};
use crate::wire::{self, House, failed, wait};

/// What to do with a mailbox.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 done, 1 done and something to look at, 2 could not run.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    reach: wire::Reach,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Manage a mailbox: its servers come from the profile of its provider, its password from a file or standard input.
    Add(Add),
    /// The mailboxes that are managed, as they stood at the last look.
    List {
        /// One JSON object a mailbox and line.
        #[arg(long)]
        json: bool,
    },
    /// Log in once and look around: folders, counts, room, when the password ends. Nothing changes by it.
    Check(One),
    /// Bring what is new into the archive. Nothing on the server changes.
    Sync(Receive),
    /// Bring in what is there, then what comes, until it is interrupted.
    Watch(Receive),
    /// What ends, fills, fails or stays silent in this mailbox.
    Radar(One),
    /// Why rules would act on messages, or would not: each condition for itself. Nothing is done.
    Explain(rules::Explain),
    /// Send a message: judged first, then put into the outbox under a key, then handed over once.
    Send(Box<sending::Send>),
    /// Answer a message of the archive; it goes along byte for byte.
    Reply(Box<sending::About>),
    /// Hand a message of the archive on, byte for byte.
    Forward(Box<sending::About>),
    /// Say what became of a message of which nobody knew whether it had gone.
    Resolve(sending::Resolve),
    /// Replace the password that is kept, after the holder has given a new one.
    Password(Password),
    /// Give a mailbox up and forget its password; what was brought in stays.
    Remove {
        /// Its address.
        address: String,
    },
}

#[derive(Debug, Args)]
struct One {
    /// Its address.
    address: String,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Receive {
    #[command(flatten)]
    one: One,
    #[command(flatten)]
    rules: rules::Rules,
}

#[derive(Debug, Args)]
struct Password {
    /// Its address.
    address: String,
    #[command(flatten)]
    secret: Secret,
}

/// A password and what is known of it.
#[derive(Debug, Args)]
struct Secret {
    /// The name of the user, where it is not the address.
    #[arg(long, value_name = "NAME")]
    login: Option<String>,
    /// The file with the password in its first line; - is standard input. A password on the command line would stand in
    /// the list of processes.
    #[arg(long, value_name = "FILE|-", default_value = "-")]
    password_file: PathBuf,
    /// When the password ends.
    #[arg(long, value_name = "RFC3339")]
    expires: Option<Timestamp>,
    /// The provider has made it for mail programs (second factor).
    #[arg(long)]
    generated: bool,
}

#[derive(Debug, Args)]
struct Add {
    /// Its address.
    address: String,
    #[command(flatten)]
    secret: Secret,
    /// Its provider, where the address does not tell it: the name of a profile.
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Where mail is read: HOST:PORT, starttls://HOST:PORT.
    #[arg(long, value_name = "SERVER")]
    imap: Option<String>,
    /// Where mail is handed over: HOST:PORT, starttls://HOST:PORT.
    #[arg(long, value_name = "SERVER")]
    smtp: Option<String>,
    /// For a person.
    #[arg(long)]
    description: Option<String>,
    /// The client to whom it belongs.
    #[arg(long)]
    client: Option<String>,
    /// Codice fiscale or partita IVA of its holder.
    #[arg(long, value_name = "CF|P.IVA")]
    tax_id: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let house = arguments.reach.open()?;
    match &arguments.action {
        Action::Add(add) => add.run(&house, language),
        Action::List { json } => list(&house, *json),
        Action::Check(one) => one.check(&house),
        Action::Sync(receive) => receive.sync(&house, language),
        Action::Watch(receive) => receive.watch(&house, language),
        Action::Radar(one) => {
            let mailbox = house.hub.mailbox(&one.address).map_err(|error| failed(&error))?;
            let radar = crate::hub::look_around(&house)?.of(&mailbox.said.address);
            crate::hub::tell(&radar, one.json, language)
        }
        Action::Explain(explain) => explain.run(&house),
        Action::Send(send) => send.run(&house, language),
        Action::Reply(about) => about.reply(&house, language),
        Action::Forward(about) => about.forward(&house, language),
        Action::Resolve(resolve) => resolve.run(&house),
        Action::Password(password) => {
            let credential = password.secret.read(&password.address)?;
            house.hub.rotate_credential(&password.address, &credential).map_err(|error| failed(&error))?;
            Ok(ExitCode::SUCCESS)
        }
        Action::Remove { address } => {
            let was = house.hub.remove(address).map_err(|error| failed(&error))?;
            Ok(if was { ExitCode::SUCCESS } else { ExitCode::from(1) })
        }
    }
}

impl Secret {
    fn read(&self, address: &str) -> Result<Credential, Stop> {
        let login = self.login.clone().unwrap_or_else(|| address.to_owned());
        let credential = Credential::new(login, wire::secret(&self.password_file)?);
        let credential = credential.origin(if self.generated { Origin::Generated } else { Origin::Holder });
        Ok(match self.expires {
            Some(end) => credential.expires(end),
            None => credential,
        })
    }
}

impl Add {
    fn run(&self, house: &House, language: Language) -> Result<ExitCode, Stop> {
        let server = |text: &Option<String>| {
            text.as_deref().map(str::parse::<Endpoint>).transpose().map_err(|error| failed(&error))
        };
        let tax_id = self.tax_id.as_deref().map(str::parse).transpose();
        let spec = MailboxSpec {
            profile: self.provider.clone(),
            overrides: Overrides { imap: server(&self.imap)?, smtp: server(&self.smtp)?, ..Overrides::default() },
            description: self.description.clone(),
            client: self.client.clone(),
            tax_id: tax_id.map_err(|error: pec_core::tax_id::TaxIdError| {
                let text = error.to_string();
                Text::new(format!("codice fiscale o partita IVA: {text}"), format!("tax identifier: {text}"))
            })?,
            credential: Some(self.secret.read(&self.address)?),
            ..MailboxSpec::new(&self.address)
        };
        house.hub.add(&[spec]).map_err(|error| failed(&error))?;
        crate::hub::say_terms(house, std::slice::from_ref(&self.address), language)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn list(house: &House, json: bool) -> Result<ExitCode, Stop> {
    let mailboxes = house.hub.mailboxes().map_err(|error| failed(&error))?;
    crate::hub::print(&mailboxes, json)?;
    Ok(ExitCode::SUCCESS)
}

impl One {
    fn account(&self, house: &House) -> Result<Account, Stop> {
        house.hub.open(&self.address).map_err(|error| failed(&error))
    }

    fn check(&self, house: &House) -> Result<ExitCode, Stop> {
        let account = self.account(house)?;
        let checked = wait(account.check(house.hub.network()))?.map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        if self.json {
            let report = report::Checked::of(account.address(), &checked).to_json();
            writeln!(output, "{report}")?;
            return Ok(ExitCode::SUCCESS);
        }
        for counts in &checked.folders {
            let name = printable(&counts.folder.name);
            writeln!(output, "{:>8} {:>8}  {name}", counts.messages, counts.unseen)?;
        }
        if let Some(quota) = checked.quota.filter(|quota| quota.limit > 0) {
            writeln!(output, "{} of {} bytes ({} %)", quota.used, quota.limit, quota.used * 100 / quota.limit)?;
        }
        if let Some(end) = checked.password_ends {
            writeln!(output, "password ends {end}")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Receive {
    fn sync(&self, house: &House, language: Language) -> Result<ExitCode, Stop> {
        let rules = self.rules.begin(house)?;
        let bar = bar();
        let synced = wait(house.hub.sync(&self.one.address, &mut following(&bar)))?;
        bar.finish_and_clear();
        let told = self.one.tell(&synced.map_err(|error| failed(&error))?, language)?;
        if let Some(rules) = rules {
            wait(rules.act(house, self.one.json, language))??;
        }
        Ok(told)
    }

    fn watch(&self, house: &House, language: Language) -> Result<ExitCode, Stop> {
        let rules = self.rules.begin(house)?;
        let account = self.one.account(house)?;
        let mut told = Ok(ExitCode::SUCCESS);
        let bar = bar();
        let mut each = |run: Result<Synced, Error>| {
            bar.finish_and_clear();
            match run {
                Ok(synced) if synced.new_messages() > 0 || !synced.is_complete() => {
                    told = self.one.tell(&synced, language);
                    if let (Ok(_), Some(rules)) = (&told, &rules) {
                        // It is told between two looks: nothing else waits for this thread.
                        let acting = rules.act(house, self.one.json, language);
                        let runtime = tokio::runtime::Handle::current();
                        if let Err(stop) = tokio::task::block_in_place(|| runtime.block_on(acting)) {
                            told = Err(stop);
                        }
                    }
                }
                Ok(_) => {}
                Err(error) => anstream::eprintln!("pec: {} ({error})", error.explanation(language)),
            }
            if told.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let (watching, mut progress) = (Watching::default(), following(&bar));
        let watched =
            wait(house.hub.receiver().watch(house.hub.network(), &account, watching, &mut progress, &mut each))?;
        bar.finish_and_clear();
        watched.map_err(|error| failed(&error))?;
        told
    }
}

/// Shows how far a look at a mailbox is; where an earlier one has ended, begins anew.
fn following(bar: &ProgressBar) -> impl FnMut(SyncProgress<'_>) -> ControlFlow<()> {
    |progress| {
        if bar.is_finished() {
            bar.reset();
        }
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(progress.folder.to_owned());
        ControlFlow::Continue(())
    }
}

impl One {
    /// What a run came to: a line a folder in which something happened.
    fn tell(&self, synced: &Synced, language: Language) -> Result<ExitCode, Stop> {
        let mut output = anstream::stdout();
        if self.json {
            writeln!(output, "{}", report::Synced::of(&self.address, synced).to_json())?;
        }
        for folder in synced.folders.iter().filter(|_| !self.json) {
            let problem = folder.problem.as_ref();
            let name = printable(&folder.name);
            if folder.new > 0 {
                let word = if language == Language::It { "nuovi" } else { "new" };
                writeln!(output, "{:>8} {word}  {name}", folder.new)?;
            }
            if !folder.gone.is_empty() {
                let text = match language {
                    Language::It => "non più sul server; l'archivio li ha",
                    Language::En => "no longer on the server; the archive has them",
                };
                writeln!(output, "{:>8} {text}  {name}", folder.gone.len())?;
            }
            for (uid, why) in &folder.withheld {
                writeln!(output, "{name} {uid}: {}", printable(why))?;
            }
            if let Some(error) = problem {
                writeln!(output, "{name}: {} ({error})", error.explanation(language))?;
            }
        }
        Ok(if synced.is_complete() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_follows_one_look_and_then_the_next() {
        let bar = ProgressBar::hidden();
        let mut follow = following(&bar);
        for total in [9, 2] {
            for done in 0..=total {
                assert!(follow(SyncProgress { folder: "INBOX", done, total }).is_continue());
                assert_eq!((bar.position(), bar.length(), bar.is_finished()), (done, Some(total), false));
            }
            bar.finish_and_clear();
            assert!(bar.is_finished());
        }
    }
}
