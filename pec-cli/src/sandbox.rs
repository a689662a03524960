//! `pec sandbox`: PEC providers on this machine, for whoever writes a program that sends PEC and has no mailbox to try
//! it with.

mod control;
mod screen;

use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use pec_core::finding::Language;
use pec_sandbox::network::{self, House, Mailbox, Network, ProviderSettings, Settings};
use pec_sandbox::server::{self, Clock, Options, Server};

use crate::text::{Stop, Text};
use control::Order;

/// What to run and where.
#[derive(Debug, Args)]
#[command(after_help = "While it runs, standard input takes orders: `advance 12h`, `help` lists them. Ctrl-C ends it.")]
pub(crate) struct Arguments {
    /// Folder for mailboxes and certificates.
    #[arg(long, default_value = "pec-sandbox", value_name = "DIR")]
    dir: PathBuf,
    /// Address of the SMTP socket with implicit TLS; port 0 is any free one.
    #[arg(long, default_value = "127.0.0.1:10465", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Address of the SMTP socket with STARTTLS; port 0 is any free one.
    #[arg(long, default_value = "127.0.0.1:10587", value_name = "ADDRESS:PORT")]
    starttls: SocketAddr,
    /// A provider, `alfa`, `beta` or `gamma`, with the domains that it manages; by default alfa and beta.
    #[arg(long, value_name = "NAME[=DOMAIN,…]", value_parser = provider)]
    provider: Vec<ProviderSettings>,
    /// A mailbox, `full`, `disabled` or with a quota in bytes; by default some of each.
    #[arg(long, value_name = "ADDRESS[=STATE]", value_parser = mailbox)]
    mailbox: Vec<Mailbox>,
    /// Password of every mailbox.
    #[arg(long, default_value = "pec")]
    password: String,
    /// `system`, or a time such as 2026-02-09T10:15:30+01:00 where the clock stands until `advance` turns it.
    #[arg(long, default_value = "system", value_name = "system|RFC3339", value_parser = start)]
    clock: Start,
    /// Seed of identifiers and of faults by chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print addresses, files and answers as JSON, one object a line.
    #[arg(long)]
    json: bool,
}

/// Where the clock starts and how it goes.
#[derive(Debug, Clone, Copy)]
enum Start {
    System,
    At(Timestamp),
}

/// Looks for what went wrong behind the server's back.
const LOOK: Duration = Duration::from_secs(1);

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let network = build(arguments).map_err(|error| refused(&server::Error::Network(error)))?;
    let clock = match arguments.clock {
        Start::System => Clock::System,
        Start::At(_) => Clock::Turned,
    };
    // What is printed is copied into other windows, where another folder is the current one.
    let folder = std::path::absolute(&arguments.dir).map_err(|error| Text::of_io(&error).at(&arguments.dir))?;
    let options = Options {
        directory: folder.clone(),
        smtps: arguments.listen,
        submission: arguments.starttls,
        password: arguments.password.clone(),
        clock,
    };
    let orders = orders()?;
    let server = Server::start(network, options).map_err(|error| refused(&error))?;
    let screen =
        screen::Screen { server: &server, json: arguments.json, password: &arguments.password, clock, language };
    screen.welcome(&folder.join("example.eml"))?;
    loop {
        match orders.recv_timeout(LOOK) {
            Ok(Some(line)) => match Order::parse(&line) {
                Ok(Order::Nothing) => {}
                Ok(Order::Quit) => break,
                Ok(order) => screen.answer(&order.obey(&server))?,
                Err(reason) => screen.answer(&Err(reason))?,
            },
            Ok(None) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(problem) = server.problem() {
            screen.answer(&Err(Text::new(problem.clone(), problem)))?;
        }
    }
    server.stop();
    screen::goodbye(arguments.json, language)?;
    Ok(ExitCode::SUCCESS)
}

/// Lines of standard input, and `None` for Ctrl-C. The end of standard input is not the end of the sandbox: it may run
/// in the background.
fn orders() -> Result<mpsc::Receiver<Option<String>>, Stop> {
    let (sender, orders) = mpsc::channel();
    let lines = sender.clone();
    ctrlc::set_handler(move || {
        let _ = sender.send(None);
    })
    .map_err(|error| Text::new(format!("Ctrl-C non disponibile: {error}"), format!("no Ctrl-C: {error}")))?;
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if lines.send(Some(line)).is_err() {
                break;
            }
        }
    });
    Ok(orders)
}

/// The network as the options want it, with an example message to send.
fn build(arguments: &Arguments) -> Result<Network, network::Error> {
    let start = match arguments.clock {
        Start::System => Timestamp::now(),
        Start::At(at) => at,
    };
    let mut settings = Settings::two_providers(start);
    settings.seed = arguments.seed;
    if !arguments.provider.is_empty() {
        settings.providers.clone_from(&arguments.provider);
    }
    let mailboxes = if arguments.mailbox.is_empty() { usual(&settings.providers) } else { arguments.mailbox.clone() };
    let mut network = Network::new(settings)?;
    mailboxes.into_iter().try_for_each(|mailbox| network.add(mailbox))?;
    Ok(network)
}

/// Two writers at the first provider; an office, a full and a disabled mailbox at the last.
fn usual(providers: &[ProviderSettings]) -> Vec<Mailbox> {
    let domain = |provider: Option<&ProviderSettings>| provider.and_then(|p| p.domains.first()).cloned();
    let mut mailboxes = Vec::new();
    if let Some(domain) = domain(providers.first()) {
        mailboxes.extend(["anna", "carlo"].map(|name| Mailbox::new(&format!("{name}@{domain}"))));
    }
    for provider in providers.iter().skip(1) {
        mailboxes.extend(domain(Some(provider)).map(|domain| Mailbox::new(&format!("ufficio@{domain}"))));
    }
    if let Some(domain) = domain(providers.last()) {
        mailboxes.push(Mailbox::full(&format!("piena@{domain}")));
        mailboxes.push(Mailbox::disabled(&format!("disattivata@{domain}")));
    }
    mailboxes
}

fn provider(text: &str) -> Result<ProviderSettings, String> {
    let (name, domains) = text.split_once('=').map_or((text, None), |(name, domains)| (name, Some(domains)));
    let mut settings = match house(name) {
        Some(House::Alfa) => ProviderSettings::alfa(),
        Some(House::Beta) => ProviderSettings::beta(),
        Some(House::Gamma) => ProviderSettings::gamma(),
        None => return Err("give alfa, beta or gamma, with domains such as alfa=pec.comune.example".into()),
    };
    if let Some(domains) = domains {
        settings.domains = domains.split(',').map(|domain| domain.trim().to_owned()).collect();
        if settings.domains.iter().any(|domain| domain.is_empty() || domain.contains(['@', '/'])) {
            return Err("give domains such as alfa=pec.comune.example,pec.studio.example".into());
        }
    }
    Ok(settings)
}

fn house(name: &str) -> Option<House> {
    match name.to_ascii_lowercase().as_str() {
        "alfa" => Some(House::Alfa),
        "beta" => Some(House::Beta),
        "gamma" => Some(House::Gamma),
        _ => None,
    }
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    let (address, state) = text.split_once('=').unwrap_or((text, "active"));
    if !address.contains('@') {
        return Err("give an address such as anna@pec.alfa.example".into());
    }
    match (state, state.parse()) {
        ("active", _) => Ok(Mailbox::new(address)),
        ("full", _) => Ok(Mailbox::full(address)),
        ("disabled", _) => Ok(Mailbox::disabled(address)),
        (_, Ok(bytes)) => {
            let mut mailbox = Mailbox::new(address);
            mailbox.quota = Some(bytes);
            Ok(mailbox)
        }
        _ => Err("give active, full, disabled or a number of bytes".into()),
    }
}

fn start(text: &str) -> Result<Start, String> {
    match text {
        "system" => Ok(Start::System),
        time => time
            .parse()
            .map(Start::At)
            .map_err(|_| "give `system` or a time such as 2026-02-09T10:15:30+01:00".to_owned()),
    }
}

fn refused(error: &server::Error) -> Text {
    match error {
        server::Error::Listen { address, error } => Text::new(
            format!("{address} non è disponibile ({error}): indicare un'altra porta, o 0 per una libera"),
            format!("{address} cannot be listened on ({error}): give another port, or 0 for a free one"),
        ),
        server::Error::Folder { folder, error } => Text::of_io(error).at(folder),
        other => {
            Text::new(format!("la sandbox non può partire: {other}"), format!("the sandbox cannot start: {other}"))
        }
    }
}

/// The end of a line, said to standard output at once.
fn say(line: &str) -> Result<(), Stop> {
    let mut output = anstream::stdout();
    writeln!(output, "{line}")?;
    output.flush()?;
    Ok(())
}
