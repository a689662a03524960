//! The network behind a submission server and in front of Maildirs: any mail client can send, any mail program or IMAP
//! server can read. Blocking threads, ended and joined by [`Server::stop`].
//!
//! ```text
//! mail client ──SMTP, TLS, AUTH──> Server ──submit──> Network ──> DIR/mail/ADDRESS/{new,cur,tmp}
//! ```
//!
//! The address of a mailbox is its user name; all mailboxes have one password.
//!
//! ```
//! use pec_sandbox::network::{Mailbox, Network, Settings};
//! use pec_sandbox::server::{Options, Server};
//!
//! let dir = tempfile::tempdir()?;
//! let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse()?))?;
//! network.add(Mailbox::new("anna@pec.alfa.example"))?;
//! let server = Server::start(network, Options::new(dir.path()))?;
//!
//! // Send to `server.smtps()` with implicit TLS, or to `server.submission()` with STARTTLS; trust this authority.
//! assert!(std::fs::read_to_string(server.tls_authority())?.contains("BEGIN CERTIFICATE"));
//! server.advance(jiff::SignedDuration::from_hours(12))?;
//! server.stop();
//!
//! // A port that another program has is an error that says which.
//! let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
//! let network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse()?))?;
//! let options = Options { smtps: taken.local_addr()?, ..Options::new(dir.path()) };
//! assert!(Server::start(network, options).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Commands are read by `smtp-proto`, the parser of a large mail server. The crates that bring a whole server were not
//! taken: `mailin-embedded` 0.8 cannot be stopped and speaks no implicit TLS, and the state machine below it forgets the
//! log-in at RSET and stays in DATA after a refused message; the others bring an async runtime.

mod connection;
mod maildir;
mod session;
#[cfg(test)]
mod tests;
mod tls;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::network::{self, Network, Submitted};
use connection::Doors;
use maildir::Maildirs;
use session::Channel;
pub(crate) use tls::Identity;
use tls::Tls;

/// How the clock of the network goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// It stands, but for the seconds that receipts take after a submission, until [`Server::advance`] turns it.
    Turned,
    /// It goes with the machine's; [`Server::advance`] puts it ahead.
    System,
}

/// Where a server listens and writes.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder for everything that is written: `mail/ADDRESS` for each mailbox, `tls-ca.pem`, `pec-anchor.pem`.
    pub directory: PathBuf,
    /// Address of the socket with implicit TLS; port 0 is any free one.
    pub smtps: SocketAddr,
    /// Address of the socket with STARTTLS; port 0 is any free one.
    pub submission: SocketAddr,
    /// Password of every mailbox.
    pub password: String,
    /// How the clock goes.
    pub clock: Clock,
}

impl Options {
    /// Free ports of 127.0.0.1, the password `pec`, a clock that is turned.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            directory: directory.into(),
            smtps: loopback,
            submission: loopback,
            password: "pec".to_owned(),
            clock: Clock::Turned,
        }
    }
}

/// Why a server does not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {error}; give another port, or 0 for any free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The folder cannot be written.
    #[error("cannot write in {}: {error}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// No certificate could be made (never seen).
    #[error("TLS: {0}")]
    Tls(String),
    /// The network refuses.
    #[error(transparent)]
    Network(#[from] network::Error),
}

/// What all connections share.
struct Desk {
    state: Mutex<State>,
    password: String,
    clock: Clock,
    folder: PathBuf,
}

struct State {
    network: Network,
    maildirs: Maildirs,
    /// How far the clock is ahead of the machine's.
    ahead: SignedDuration,
    problem: Option<String>,
}

/// A running server.
pub struct Server {
    desk: Arc<Desk>,
    doors: Arc<Doors>,
    addresses: [SocketAddr; 2],
    threads: Vec<JoinHandle<()>>,
    folder: PathBuf,
}

/// How often the clock follows the machine's.
const TICK: Duration = Duration::from_millis(200);

impl Server {
    /// Listens, writes the certificates and the mailboxes as they are, and serves until [`Server::stop`].
    ///
    /// # Errors
    /// [`Error::Listen`] and [`Error::Folder`], the caller's or the machine's; [`Error::Network`] when the machine's
    /// clock is behind the network's.
    pub fn start(network: Network, options: Options) -> Result<Self, Error> {
        let smtps = listen(options.smtps)?;
        let submission = listen(options.submission)?;
        let tls = Tls::new(options.smtps.ip())?;
        let Options { directory, password, clock, .. } = options;
        let broken = |error| Error::Folder { folder: directory.clone(), error };
        std::fs::create_dir_all(&directory).map_err(broken)?;
        std::fs::write(directory.join(TLS_FILE), &tls.authority).map_err(broken)?;
        std::fs::write(directory.join(ANCHOR_FILE), network.anchor().pem()).map_err(broken)?;

        let maildirs = Maildirs::new(directory.join("mail"));
        let state = State { network, maildirs, ahead: SignedDuration::ZERO, problem: None };
        let desk = Arc::new(Desk { state: Mutex::new(state), password, clock, folder: directory.clone() });
        desk.change(|_| Ok(()))?;
        let doors = Arc::new(Doors::default());
        let mut threads = Vec::new();
        let mut addresses = [options.smtps, options.submission];
        let sockets = [(smtps, Channel::Encrypted), (submission, Channel::Plain)];
        for ((listener, channel), address) in sockets.into_iter().zip(&mut addresses) {
            *address = listener.local_addr().map_err(|error| Error::Listen { address: *address, error })?;
            let (config, desk, doors) = (Arc::clone(&tls.config), Arc::clone(&desk), Arc::clone(&doors));
            threads.push(std::thread::spawn(move || connection::accept(&listener, channel, &config, &desk, &doors)));
        }
        if clock == Clock::System {
            let (desk, doors) = (Arc::clone(&desk), Arc::clone(&doors));
            threads.push(std::thread::spawn(move || {
                while !doors.are_closed() {
                    desk.tick();
                    std::thread::sleep(TICK);
                }
            }));
        }
        Ok(Self { desk, doors, addresses, threads, folder: directory })
    }

    /// Address of the socket with implicit TLS.
    #[must_use]
    pub const fn smtps(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// Address of the socket with STARTTLS.
    #[must_use]
    pub const fn submission(&self) -> SocketAddr {
        self.addresses[1]
    }

    /// File of the authority that TLS clients have to trust; made anew at each start.
    #[must_use]
    pub fn tls_authority(&self) -> PathBuf {
        self.folder.join(TLS_FILE)
    }

    /// File of the network's anchor, for `pec verify --anchor`.
    #[must_use]
    pub fn anchor(&self) -> PathBuf {
        self.folder.join(ANCHOR_FILE)
    }

    /// The Maildir of an address.
    #[must_use]
    pub fn maildir(&self, address: &str) -> PathBuf {
        maildir::folder(&self.folder.join("mail"), address)
    }

    /// Looks at the network, or changes it: faults, outages, mailboxes. What is new is written before this returns.
    ///
    /// # Errors
    /// [`Error::Network`], the closure's; [`Error::Folder`].
    pub fn with<T>(&self, change: impl FnOnce(&mut Network) -> Result<T, network::Error>) -> Result<T, Error> {
        self.desk.change(change)
    }

    /// Turns the network's clock forward.
    ///
    /// # Errors
    /// As [`Network::advance`]; [`Error::Folder`].
    pub fn advance(&self, duration: SignedDuration) -> Result<(), Error> {
        self.desk.advance(duration)
    }

    /// What went wrong since it was last asked, while nobody was there to be told.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.desk.lock().problem.take()
    }

    /// Cuts the connections, ends and joins every thread. Dropping does the same.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.doors.close(&self.addresses);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        // Whoever was let in between the cutting and the last accept.
        self.doors.close(&[]);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.threads.is_empty() {
            self.end();
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("addresses", &self.addresses)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

const TLS_FILE: &str = "tls-ca.pem";
const ANCHOR_FILE: &str = "pec-anchor.pem";

fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).map_err(|error| Error::Listen { address, error })
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn folder(&self) -> &Path {
        &self.folder
    }

    fn change<T>(&self, change: impl FnOnce(&mut Network) -> Result<T, network::Error>) -> Result<T, Error> {
        let mut state = self.lock();
        self.follow(&mut state)?;
        let answer = change(&mut state.network)?;
        self.write(&mut state)?;
        Ok(answer)
    }

    fn advance(&self, duration: SignedDuration) -> Result<(), Error> {
        let mut state = self.lock();
        self.follow(&mut state)?;
        state.network.advance(duration)?;
        state.ahead = state.ahead.saturating_add(duration);
        self.write(&mut state)
    }

    /// Puts the clock where the machine's is.
    fn follow(&self, state: &mut State) -> Result<(), Error> {
        if self.clock == Clock::System {
            let now = Timestamp::now().saturating_add(state.ahead).unwrap_or(Timestamp::MAX);
            // A machine's clock may be set back: the network's waits.
            state.network.turn_to(now.max(state.network.time()))?;
        }
        Ok(())
    }

    fn write(&self, state: &mut State) -> Result<(), Error> {
        let State { network, maildirs, .. } = state;
        maildirs.write(network).map_err(|error| Error::Folder { folder: self.folder().to_owned(), error })
    }

    fn tick(&self) {
        let mut state = self.lock();
        let outcome = self.follow(&mut state).and_then(|()| self.write(&mut state));
        if let Err(error) = outcome {
            state.problem = Some(error.to_string());
        }
    }

    /// Whether these credentials are those of a mailbox of a provider.
    fn admits(&self, user: &str, password: &str) -> bool {
        let state = self.lock();
        password == self.password && state.network.limits_of(user).is_some() && state.network.mailbox(user).is_some()
    }

    /// Bytes of the largest message that the user's provider looks at.
    fn bound(&self, user: &str) -> usize {
        self.lock().network.limits_of(user).map_or(0, |limits| limits.rejected)
    }

    /// The largest bound of all providers: before the log-in nobody knows which counts.
    fn largest(&self) -> usize {
        self.lock().network.providers().map(|provider| provider.limits.rejected).max().unwrap_or(0)
    }

    /// Submits; an error is the SMTP reply. What goes wrong after the access point has the message is no error of the
    /// session: a client that was told so would send it again.
    fn submit(&self, sender: &str, recipients: &[String], message: &[u8]) -> Result<Submitted, String> {
        let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
        let mut state = self.lock();
        self.follow(&mut state).map_err(|error| format!("451 4.3.0 {error}"))?;
        let sent = state.network.submit(sender, &recipients, message).map_err(|error| match error {
            network::Error::Rejected { code, text } => format!("{code} {text}"),
            error @ network::Error::NoMailbox { .. } => format!("550 5.1.1 {error}"),
            other => format!("451 4.3.0 {other}"),
        })?;
        let settled = if self.clock == Clock::Turned { state.network.settle() } else { Ok(()) };
        let written = self.write(&mut state);
        if let Err(error) = settled.map_err(Error::from).and(written) {
            state.problem = Some(error.to_string());
        }
        Ok(sent)
    }
}
