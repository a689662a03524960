//! PEC providers in the process, for whoever writes a script that sends or reads PEC and has no mailbox to try it with. What
//! it does is pec-sandbox's.

mod fault;
mod serve;
mod truth;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_sandbox::network::{
    Answer, Error, Fault, House, Mailbox, MailboxState, Network, Point, ProviderSettings, Settings,
};
use pec_sandbox::server;
use pyo3::prelude::*;
use pyo3::types::PyDelta;

pub(crate) use serve::Server;
pub(crate) use truth::{Outcome, Stored, Submitted};

use crate::failure::{Failure, Reason};
use crate::instant::{Instant, duration, instant};
use crate::source::Source;
use crate::trust::TrustStore;
use crate::words::unknown;
use crate::work::released;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let reason = match error {
            Error::NoMailbox { .. } => Reason::PEC_NO_MAILBOX,
            Error::Rejected { .. } => Reason::PEC_REJECTED,
            Error::Backwards { .. } | Error::BeyondCertificates { .. } => Reason::PEC_CLOCK,
            Error::NoProvider { .. } | Error::Settings(_) => Reason::PEC_SETTINGS,
            Error::NoTransaction { .. } => Reason::PEC_ABSENT,
            Error::Issuing(_) => Reason::PEC_PANIC,
        };
        Self::new(reason, error.to_string())
    }
}

impl From<server::Error> for Failure {
    fn from(error: server::Error) -> Self {
        match error {
            server::Error::Network(error) => error.into(),
            server::Error::Listen { .. } => Self::new(Reason::PEC_LISTEN, error.to_string()),
            server::Error::Folder { folder, error } => Self::file(&folder, &error),
            server::Error::Tls(_) => Self::new(Reason::PEC_PANIC, error.to_string()),
        }
    }
}

/// A network on its own, or behind its server.
enum State {
    Still(Box<Network>),
    Serving(server::Server),
    /// The last change broke off in its middle.
    Broken,
}

/// Two or three PEC providers in this process, with mailboxes and a clock that is turned: for tests and trials. Whoever trusts
/// its authority trusts everybody: its keys are public.
///
/// The clock stands at `start`, from 2025-03-23 to 2028-08-31; at 2026-02-09 10:15:30 in Rome, unless given: the machine's
/// clock is not asked. The same `seed` and calls give the same bytes. `providers` are the first 1 to 3 of `pec.alfa.example`,
/// `cert.beta.example` and `pec.gamma.example`, each managing the domain of that name.
///
/// Raises `SandboxError` for settings that make no sandbox.
///
/// >>> sandbox = Sandbox()
/// >>> sandbox.set_mailbox("anna@pec.alfa.example")
/// >>> sandbox.set_mailbox("ufficio@cert.beta.example")
/// >>> head = b"From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\n"
/// >>> message = head + b"Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nSubject: Ciao\r\n\r\nCiao\r\n"
/// >>> sent = sandbox.submit("anna@pec.alfa.example", ["ufficio@cert.beta.example"], message)
/// >>> sent.answer
/// 'accepted'
/// >>> sandbox.settle()
/// >>> for stored in sandbox.messages("anna@pec.alfa.example"):
/// ...     verification = verify(stored.data, trust=sandbox.trust, now=sandbox.now)
/// ...     print(verification.verdict, verification.kind)
/// certified accettazione
/// certified avvenuta-consegna
/// >>> sandbox.submit("nobody@pec.alfa.example", ["ufficio@cert.beta.example"], message)
/// Traceback (most recent call last):
///     ...
/// pecpy.SandboxError: ...
#[pyclass(frozen, module = "pecpy")]
pub(crate) struct Sandbox {
    state: Mutex<State>,
}

/// 2026-02-09T09:15:30Z.
const START: i64 = 1_770_628_530;

impl Sandbox {
    /// Looks at the network or changes it, behind its server too, without the interpreter.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        change: impl FnOnce(&mut Network) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        let done = released(py, || match &mut *self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Still(network) => change(network).map_err(Failure::from),
            State::Serving(server) => server.with(change).map_err(Failure::from),
            State::Broken => Err(broken()),
        })?;
        Ok(done?)
    }
}

fn broken() -> Failure {
    Failure::new(Reason::PEC_SETTINGS, "the server of this sandbox broke off: make a new one")
}

fn house(host: &str) -> PyResult<House> {
    let houses = [House::Alfa, House::Beta, House::Gamma];
    let known = houses.into_iter().find(|house| house.host() == host);
    Ok(known.ok_or_else(|| unknown("provider", host, &houses.map(House::host)))?)
}

fn point(word: &str) -> PyResult<Point> {
    match word {
        "incoming" => Ok(Point::Incoming),
        "delivery" => Ok(Point::Delivery),
        _ => Err(unknown("point", word, &["incoming", "delivery"]).into()),
    }
}

#[pymethods]
impl Sandbox {
    #[new]
    #[pyo3(signature = (*, start = None, seed = 1, providers = 2))]
    fn new(py: Python<'_>, start: Option<&Bound<'_, PyAny>>, seed: u64, providers: usize) -> PyResult<Self> {
        let start = match start {
            Some(start) => instant(start, "start")?,
            None => Timestamp::from_second(START).unwrap_or_default(),
        };
        let all = [ProviderSettings::alfa(), ProviderSettings::beta(), ProviderSettings::gamma()];
        let chosen = all.get(..providers).filter(|chosen| !chosen.is_empty());
        let chosen = chosen.ok_or_else(|| unknown("providers", &providers.to_string(), &["1", "2", "3"]))?;
        let settings = Settings { seed, providers: chosen.to_vec(), ..Settings::two_providers(start) };
        let network = released(py, || Network::new(settings))?.map_err(Failure::from)?;
        Ok(Self { state: Mutex::new(State::Still(Box::new(network))) })
    }

    /// Adds a mailbox, or changes the state of one that is there: `"active"`, `"full"` (nothing fits in any more), or
    /// `"disabled"` (it takes nothing and cannot send). Below a domain of a provider it is a PEC mailbox, elsewhere an
    /// ordinary one.
    ///
    /// Raises `SandboxError` when the address is none.
    #[pyo3(signature = (address, *, state = "active"))]
    fn set_mailbox(&self, py: Python<'_>, address: &str, state: &str) -> PyResult<()> {
        let wanted = match state {
            "active" => Mailbox::new(address),
            "full" => Mailbox::full(address),
            "disabled" => Mailbox::disabled(address),
            _ => return Err(unknown("state", state, &["active", "full", "disabled"]).into()),
        };
        self.with(py, |network| network.set(wanted))
    }

    /// Every mailbox by address, the providers' service mailboxes too, with its state: `active`, `full` or `disabled`.
    #[getter]
    fn mailboxes(&self, py: Python<'_>) -> PyResult<Vec<(String, &'static str)>> {
        let state = |mailbox: &Mailbox| match (mailbox.state, mailbox.quota) {
            (MailboxState::Disabled, _) => "disabled",
            (MailboxState::Active, Some(0)) => "full",
            (MailboxState::Active, _) => "active",
        };
        let list = |mailbox: &Mailbox| (mailbox.address().to_owned(), state(mailbox));
        self.with(py, |network| Ok(network.mailboxes().map(list).collect()))
    }

    /// Hands a message, whatever `Message` takes, to the access point of the sender's provider, at the sandbox's time.
    /// `sender` and `recipients` are the SMTP paths.
    ///
    /// Acceptance or refusal lies in the sender's mailbox when this returns; the rest takes seconds of the sandbox's clock:
    /// see `settle`.
    ///
    /// Raises `SandboxError` when there is no such mailbox, or for what an SMTP server answers before it takes a message.
    fn submit(
        &self,
        py: Python<'_>,
        sender: &str,
        recipients: Vec<String>,
        message: &Bound<'_, PyAny>,
    ) -> PyResult<Submitted> {
        let message = Source::of(message)?.message(None, &Limits::DEFAULT)?;
        let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
        let submitted = self.with(py, |network| network.submit(sender, &recipients, message.message.bytes()))?;
        Ok(match submitted.answer {
            Answer::Accepted => Submitted::new(submitted.pec_id, "accepted", None),
            Answer::Refused { reason } => Submitted::new(submitted.pec_id, "refused", Some(reason)),
            Answer::Infected => Submitted::new(submitted.pec_id, "infected", None),
        })
    }

    /// Hands a message from the Internet to the incoming points of the recipients' providers. `path` is the reverse path.
    fn receive(&self, py: Python<'_>, path: &str, recipients: Vec<String>, message: &Bound<'_, PyAny>) -> PyResult<()> {
        let message = Source::of(message)?.message(None, &Limits::DEFAULT)?;
        let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
        self.with(py, |network| network.receive(path, &recipients, message.message.bytes()))
    }

    /// Turns the clock forward, by a minute at most, until no message moves: the receipts of what was submitted have arrived,
    /// unless a fault or a stopped point keeps them.
    fn settle(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, Network::settle)
    }

    /// Turns the clock forward by a `timedelta`; what is due until then happens at its own time.
    ///
    /// Raises `SandboxError` for a negative one, and beyond two years from the start.
    fn advance(&self, py: Python<'_>, duration: &Bound<'_, PyDelta>) -> PyResult<()> {
        let duration = self::duration(duration);
        self.with(py, |network| network.advance(duration))
    }

    /// Where the clock stands, in UTC.
    #[getter]
    fn now(&self, py: Python<'_>) -> PyResult<Instant> {
        self.with(py, |network| Ok(Instant(network.time())))
    }

    /// What lies in a mailbox, oldest first.
    ///
    /// Raises `SandboxError` when there is no such mailbox.
    fn messages(&self, py: Python<'_>, address: &str) -> PyResult<Vec<Stored>> {
        self.with(py, |network| Ok(network.messages(address)?.iter().map(Stored::of).collect()))
    }

    /// Writes every message of a mailbox into a folder, which is made where it does not exist, one file each: `00001.eml` is the
    /// oldest. A file that stands there is written over. The number of files.
    ///
    /// Raises `SandboxError` when there is no such mailbox, `FileError` when the folder cannot be written.
    fn write_mailbox(&self, py: Python<'_>, address: &str, folder: PathBuf) -> PyResult<usize> {
        let written = self.with(py, |network| {
            network.messages(address)?;
            Ok(network.mailbox(address).map(|mailbox| mailbox.write(&folder)))
        })?;
        Ok(written.transpose().map_err(|error| Failure::file(&folder, &error))?.unwrap_or(0))
    }

    /// The trust data of this version and the sandbox's authority, for `verify`. For trials alone: never verify mail of the
    /// world with it.
    #[getter]
    fn trust(&self, py: Python<'_>) -> PyResult<TrustStore> {
        self.with(py, |network| Ok(TrustStore::new(network.trust().clone())))
    }

    /// The certificate of the sandbox's authority in PEM, for `pec verify --anchor`.
    #[getter]
    fn anchor(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, |network| Ok(network.anchor().pem()))
    }

    /// Puts a point of a provider, named by its host, out of order: `"incoming"`, nothing reaches the provider, or
    /// `"delivery"`, envelopes are taken in charge and wait.
    fn stop_point(&self, py: Python<'_>, provider: &str, point: &str) -> PyResult<()> {
        let (house, point) = (house(provider)?, self::point(point)?);
        self.with(py, |network| network.stop(house, point))
    }

    /// Puts it in order again: what waited goes on at the sandbox's time.
    fn restart_point(&self, py: Python<'_>, provider: &str, point: &str) -> PyResult<()> {
        let (house, point) = (house(provider)?, self::point(point)?);
        self.with(py, |network| network.restart(house, point))
    }

    /// Something goes wrong from now on, beside what goes wrong already: with a message between who issues it and the
    /// mailbox. `fault` is `"lost"`, `"late"` (`by` a `timedelta`), `"duplicated"`, `"reordered"` (it waits for the next one),
    /// `"foreign"` (a genuine receipt about somebody else's message is put beside it), or `"forged"` (a forged one is).
    ///
    /// `kind` is the kind of message that it applies to by its name in `daticert.xml`, such as `avvenuta-consegna`; every
    /// receipt and notice, unless given. `recipient` is the one of whom the message speaks; anybody, unless given. It applies
    /// each time, the next `times` times, or once in `one_in`, the same in every run.
    #[pyo3(signature = (fault, *, by = None, kind = None, recipient = None, times = None, one_in = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn add_fault(
        &self,
        py: Python<'_>,
        fault: &str,
        by: Option<&Bound<'_, PyDelta>>,
        kind: Option<&str>,
        recipient: Option<&str>,
        times: Option<u32>,
        one_in: Option<u32>,
    ) -> PyResult<()> {
        let rule = fault::rule(fault::fault(fault, by.map(duration))?, kind, recipient, fault::chance(times, one_in)?)?;
        self.with(py, |network| {
            network.add_fault(rule);
            Ok(())
        })
    }

    /// In the mailbox the outer header field `header`, which nobody signs, has another `value`. The other parameters are those
    /// of `add_fault`.
    #[pyo3(signature = (header, value, *, kind = None, recipient = None, times = None, one_in = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn add_edit(
        &self,
        py: Python<'_>,
        header: String,
        value: String,
        kind: Option<&str>,
        recipient: Option<&str>,
        times: Option<u32>,
        one_in: Option<u32>,
    ) -> PyResult<()> {
        let rule = fault::rule(Fault::Edited { header, value }, kind, recipient, fault::chance(times, one_in)?)?;
        self.with(py, |network| {
            network.add_fault(rule);
            Ok(())
        })
    }

    /// Nothing goes wrong any more; what is under way keeps its faults.
    fn clear_faults(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |network| {
            network.clear_faults();
            Ok(())
        })
    }

    /// What became of a message for one of its recipients, in truth: what the receipts should come to. `None` when there was
    /// no such submission.
    fn outcome(&self, py: Python<'_>, pec_id: &str, recipient: &str) -> PyResult<Option<Outcome>> {
        self.with(py, |network| Ok(network.outcome(pec_id, recipient).map(Outcome::of)))
    }

    /// A delivery receipt as a forger would make it: right in every word, at the sandbox's time, signed with a self-made
    /// certificate that names the recipient's provider. It is not put anywhere.
    ///
    /// Raises `ArgumentError` when there was no such submission, `SandboxError` when no provider manages the address.
    fn forged_delivery(&self, py: Python<'_>, pec_id: &str, recipient: &str) -> PyResult<Vec<u8>> {
        self.with(py, |network| network.forged_delivery(pec_id, recipient))
    }

    /// Puts the sandbox behind an SMTP server on free ports of 127.0.0.1, and its mailboxes into Maildirs below `folder`, which
    /// is made where it does not exist: for programs that send by SMTP and read files or IMAP. The address of a mailbox is its
    /// user name, `password` that of all. `clock` is `"turned"`, or `"system"`: it goes with the machine's.
    ///
    /// The server ends with the block of a `with` statement, or by `stop()`; the sandbox goes on without.
    ///
    /// Raises `SandboxError` when it serves already or no socket can be opened, `FileError` for the folder.
    #[pyo3(signature = (folder, *, password = "pec", clock = "turned"))]
    fn serve(this: Py<Self>, py: Python<'_>, folder: PathBuf, password: &str, clock: &str) -> PyResult<Server> {
        Server::start(py, this, folder, password, clock)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (now, mailboxes) = self.with(py, |network| Ok((network.time(), network.mailboxes().count())))?;
        Ok(format!("<pecpy.Sandbox at {now}, {mailboxes} mailboxes>"))
    }
}
