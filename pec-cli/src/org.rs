//! `pec org`: clients, accounts and mailboxes in an archive, and how mailboxes live. Who may do what in them: `pec user`, `grant`,
//! `mandate`, `work`.

mod batch;
mod call;
mod life;
mod share;
mod told;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use pec_archive::Archive;
use pec_core::delegation::lifecycle::{Catalogue, Product};
use pec_core::delegation::{
    Account, AccountCode, Client, ClientCode, ClientKind, Command, DelegationPolicy, Domain, Holder, Listing,
    MailboxAddress, Organisation, Preset, ProductCode, RequireMandate, Standing, Text as Words,
};
use pec_core::finding::Language;
use pec_core::tax_id::TaxId;

pub(crate) use call::{Acting, Call, permission, permissions, when};

use crate::archive::failed;
use crate::text::{Stop, Text};

/// The exit codes of all five commands.
pub(crate) const CODES: &str =
    "Exit codes: 0 done, 1 refused: nothing was done, and the log says that it was attempted, 2 could not run.";

/// What to do with the organisation of an archive.
#[derive(Debug, Args)]
#[command(after_help = CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    acting: Acting,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Decide for all mailboxes: roles as a provider sells them, how many share a mailbox, whether mandates are asked for. Makes
    /// the archive where there is none.
    Init(Init),
    /// Show what there is, in numbers or one kind of it.
    Show {
        archive: PathBuf,
        /// policy, roles, clients, accounts, catalogues, users, mailboxes, grants, mandates, shares, work, requests, or due.
        what: Option<String>,
        /// Which mailboxes or requests, in JSON: {"part":"gare"}, {"in":"active"}, {"reference":"R1"}.
        #[arg(default_value = "")]
        query: String,
    },
    /// Add a client.
    Client {
        archive: PathBuf,
        /// Its code.
        code: ClientCode,
        /// Its name.
        #[arg(long)]
        name: Words,
        /// What kind of client it is.
        #[arg(long, value_enum, default_value = "public-body")]
        kind: Kind,
    },
    /// Add an account of a client.
    Account {
        archive: PathBuf,
        /// Whose it is.
        #[arg(value_name = "CLIENT")]
        client_code: ClientCode,
        /// Its code.
        code: AccountCode,
        /// Its name.
        #[arg(long)]
        name: Words,
    },
    /// Say what an account has purchased, all of it.
    Catalogue {
        archive: PathBuf,
        /// Which account.
        #[arg(value_name = "ACCOUNT")]
        account_code: AccountCode,
        /// A kind of mailbox and how many of it: `std=25`. Several times.
        #[arg(long, value_name = "CODE=NUMBER", value_parser = purchased)]
        product: Vec<(ProductCode, u32)>,
        /// A domain in which mailboxes can be had. Several times.
        #[arg(long)]
        domain: Vec<Domain>,
    },
    /// Look after a mailbox that was there before, as it stands.
    Mailbox(Mailbox),
    /// Share a mailbox: with whom its work is done.
    #[command(subcommand)]
    Share(share::Share),
    /// How a mailbox lives: what is asked of its provider, what he says, documents, what time brings.
    #[command(subcommand)]
    Life(life::Life),
    /// Do what a file says, one command in JSON a line; `-` is standard input. What is refused is told, and stops nothing.
    Act {
        archive: PathBuf,
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
struct Init {
    archive: PathBuf,
    /// The roles of a provider, and how many share a mailbox with him.
    #[arg(long, value_parser = preset)]
    preset: Option<Preset>,
    /// As many share one mailbox at most.
    #[arg(long, value_name = "N")]
    max_active: Option<u32>,
    /// Whether nothing is permitted without a mandate of the holder, not even to the program itself.
    #[arg(long, value_enum)]
    require_mandate: Option<Answer>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Answer {
    Yes,
    No,
}

#[derive(Debug, Args)]
struct Mailbox {
    archive: PathBuf,
    /// To which account it belongs.
    #[arg(value_name = "ACCOUNT")]
    account_code: AccountCode,
    /// Its complete address.
    #[arg(value_name = "MAILBOX")]
    address: MailboxAddress,
    /// In whose name its contract stands.
    #[arg(long, value_name = "NAME")]
    holder: Words,
    /// Codice fiscale or partita IVA of the holder.
    #[arg(long, value_name = "ID")]
    tax_id: Option<TaxId>,
    /// What kind of mailbox it is.
    #[arg(long)]
    product: Option<ProductCode>,
    /// Active since then; since now unless told.
    #[arg(long, value_name = "RFC3339", value_parser = when)]
    since: Option<Timestamp>,
    /// It is registered, and not active yet.
    #[arg(long)]
    registered: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    PublicBody,
    Business,
    Professional,
    Person,
}

fn preset(text: &str) -> Result<Preset, String> {
    let names = Preset::ALL.map(Preset::as_str).join(", ");
    Preset::ALL.into_iter().find(|preset| preset.as_str() == text).ok_or_else(|| format!("give one of {names}"))
}

fn purchased(text: &str) -> Result<(ProductCode, u32), String> {
    let (code, number) = text.split_once('=').ok_or("give a code and a number: std=25")?;
    let code = ProductCode::try_from(code).map_err(|error| error.to_string())?;
    Ok((code, number.parse().map_err(|_| format!("{number:?} is no number"))?))
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let call = Call::new(&arguments.acting, language)?;
    match &arguments.action {
        Action::Init(init) => call.init(init),
        Action::Show { archive, what, query } => call.show(archive, what.as_deref(), query),
        Action::Client { archive, code, name, kind } => {
            let kind = match kind {
                Kind::PublicBody => ClientKind::PublicBody,
                Kind::Business => ClientKind::Business,
                Kind::Professional => ClientKind::Professional,
                Kind::Person => ClientKind::Person,
            };
            let client = Client { code: code.clone(), name: name.clone(), kind };
            call.act(archive, [Command::AddClient { client }])
        }
        Action::Account { archive, client_code, code, name } => {
            let account = Account { code: code.clone(), client: client_code.clone(), name: name.clone() };
            call.act(archive, [Command::AddAccount { account }])
        }
        Action::Catalogue { archive, account_code, product, domain } => {
            let named = |(code, purchased): &(ProductCode, u32)| {
                let name = Words::try_from(code.as_str()).ok()?;
                let transforms_to = std::collections::BTreeSet::new();
                Some((code.clone(), Product { name, purchased: *purchased, transforms_to }))
            };
            let products: BTreeMap<_, _> = product.iter().filter_map(named).collect();
            let catalogue = Catalogue { products, domains: domain.iter().cloned().collect() };
            call.act(archive, [Command::GiveCatalogue { account: account_code.clone(), catalogue }])
        }
        Action::Mailbox(mailbox) => call.act(&mailbox.archive, [mailbox.command(call.second)]),
        Action::Share(share) => share.run(&call),
        Action::Life(life) => life.run(&call),
        Action::Act { archive, file } => call.batch(archive, file),
    }
}

impl Mailbox {
    fn command(&self, now: Timestamp) -> Command {
        let since = self.since.unwrap_or(now);
        Command::Enrol {
            account: self.account_code.clone(),
            mailbox: self.address.clone(),
            holder: Holder { name: self.holder.clone(), tax_id: self.tax_id.clone() },
            product: self.product.clone(),
            standing: if self.registered { Standing::Registered(since) } else { Standing::Active(since) },
        }
    }
}

impl Call<'_> {
    fn init(&self, init: &Init) -> Result<ExitCode, Stop> {
        if !init.archive.exists() {
            drop(Archive::create_with(&init.archive, &self.keys()?).map_err(|error| failed(&error))?);
        }
        let archive = self.open(&init.archive)?;
        let before = archive.organisation(Organisation::policy).map_err(|error| failed(&error))?;
        // What is not said stays as it is.
        let most = init.preset.and_then(|preset| preset.policy().max_active).or(before.max_active);
        let require_mandate = match init.require_mandate {
            None => before.require_mandate,
            Some(Answer::Yes) => RequireMandate::Yes,
            Some(Answer::No) => RequireMandate::No,
        };
        let policy = DelegationPolicy { max_active: init.max_active.or(most), require_mandate };
        let adopted = init.preset.map(|preset| Command::AdoptPreset { preset });
        let changed =
            (policy != DelegationPolicy { max_active: most, ..before }).then_some(Command::SetPolicy { policy });
        self.act_on(&archive, adopted.into_iter().chain(changed))
    }

    fn show(&self, path: &Path, what: Option<&str>, query: &str) -> Result<ExitCode, Stop> {
        if let Some(what) = what {
            let listing =
                Listing::named(what, query).map_err(|error| Text::new(error.to_string(), error.to_string()))?;
            return self.list(path, &listing);
        }
        let archive = self.look(path)?;
        let mut output = anstream::stdout();
        for name in Listing::NAMES {
            let Ok(listing) = Listing::named(name, "") else { continue };
            // What is not for whoever asks is left out.
            let Ok(lines) = self.lines(&archive, &listing)? else { continue };
            if self.is_json() {
                write!(output, "{lines}")?;
            } else if listing == Listing::Policy {
                let rows: Vec<_> = lines.lines().map(call::value).collect();
                write!(output, "{name:<12}{}", told::table(&rows))?;
            } else {
                writeln!(output, "{name:<12}{}", lines.lines().count())?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
