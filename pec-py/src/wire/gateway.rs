//! An SMTP server for programs that know nothing of PEC.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use pec_archive::report::Report as _;
use pec_imap::{Delivery, GatewayPolicy, GatewaySending, GatewayUser, Listening, report};
use pyo3::exceptions::{PyStopAsyncIteration, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::credential::Credential;
use super::hub::{Hub, nothing, seconds, word_of};
use super::runtime::{GRACE, How, blocking, run, runtime};
use super::value;
use crate::failure::{Failure, Reason};
use crate::source;

/// Events that wait for whoever asks; then the oldest are passed over, so that nobody has to ask.
const WAITING: usize = 1000;

/// An SMTP server for programs that know nothing of PEC: made by `Hub.gateway`, ended by `close` or with the block of a `with`
/// statement. It is an iterator of what happens, a `GatewayEvent` each, which waits until something does; it serves whether
/// anybody iterates or not. A thousand events wait; what is older is passed over and counted in `missed`: the archive has all of it.
#[pyclass(frozen, module = "pecpy")]
pub(crate) struct Gateway {
    address: SocketAddr,
    events: Arc<Events>,
    end: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
    process: u32,
    later: bool,
}

#[derive(Default)]
struct Events {
    state: Mutex<State>,
    told: Notify,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<report::GatewayEvent>,
    missed: u64,
    failed: Option<pec_imap::Error>,
    ended: bool,
}

impl Events {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tell(&self, event: report::GatewayEvent) {
        self.with(|state| {
            if state.waiting.len() >= WAITING {
                state.waiting.pop_front();
                state.missed += 1;
            }
            state.waiting.push_back(event);
        });
        self.told.notify_waiters();
    }

    /// The next one; `None` after the last.
    async fn next(&self) -> pec_imap::Result<Option<report::GatewayEvent>> {
        loop {
            let told = self.told.notified();
            let next = self.with(|state| match state.waiting.pop_front() {
                Some(event) => Some(Ok(Some(event))),
                None if state.ended => Some(state.failed.take().map_or(Ok(None), Err)),
                None => None,
            });
            match next {
                Some(next) => return next,
                None => told.await,
            }
        }
    }
}

impl Gateway {
    fn begin(listening: Listening, later: bool) -> PyResult<Self> {
        let (events, end) = (Arc::<Events>::default(), Arc::<Notify>::default());
        let address = listening.address();
        events.tell(report::GatewayEvent::listening(address));
        let (told, ending) = (Arc::clone(&events), Arc::clone(&end));
        let task = runtime()?.spawn(async move {
            let mut each = |event| told.tell(report::GatewayEvent::of(&event));
            let served = listening.serve(ending.notified(), &mut each).await;
            told.with(|state| (state.failed, state.ended) = (served.err(), true));
            told.told.notify_waiters();
        });
        Ok(Self { address, events, end, task: Mutex::new(Some(task)), process: process::id(), later })
    }
}

#[pymethods]
impl Gateway {
    /// Host and port where it listens.
    #[getter]
    fn address(&self) -> (String, u16) {
        (self.address.ip().to_string(), self.address.port())
    }

    /// Events that were passed over, since nobody asked for them.
    #[getter]
    fn missed(&self) -> u64 {
        self.events.with(|state| state.missed)
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    /// What happens next.
    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        if self.process != process::id() {
            return Err(Failure::new(Reason::PEC_FORKED, "the gateway is the parent's").into());
        }
        let (events, later) = (Arc::clone(&self.events), self.later);
        let give = move |py: Python<'_>, event: Option<report::GatewayEvent>| match event {
            Some(event) => value(py, "GatewayEvent", &event.to_json()),
            None if later => Err(PyStopAsyncIteration::new_err(())),
            None => Ok(py.None()),
        };
        let next = run(py, How { later, gently: false }, None, |_| async move { events.next().await }, give)?;
        Ok((!next.is_none()).then_some(next))
    }

    /// Ends it: connections are cut, which loses nothing, since what was not acknowledged the program still has. A message that is just
    /// being handed to a provider is waited for, ten seconds at most. Closing again does nothing.
    fn close<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let mut task = None;
        if self.process == process::id() {
            self.end.notify_one();
            task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
        let work = |_| async move {
            if let Some(mut task) = task
                && tokio::time::timeout(GRACE, &mut task).await.is_err()
            {
                task.abort();
                let _ = task.await;
            }
            Ok(())
        };
        run(py, How { later: self.later, gently: true }, None, work, nothing)
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (*_raised))]
    fn __exit__(&self, py: Python<'_>, _raised: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.close(py).map(drop)
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Gateway {}>", self.address)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if self.process == process::id() {
            self.end.notify_one();
        }
    }
}

fn user(name: String, every: bool) -> GatewayUser {
    if every { GatewayUser::Every(name) } else { GatewayUser::Mailbox(name) }
}

#[pymethods]
impl Hub {
    /// Says under which password programs hand over mail to a gateway, never that of a mailbox: the login of `credential` is the address
    /// of the mailbox from which they send; with `every` any name, which sends from every mailbox that is managed (there is one such
    /// name). It takes the place of the one before.
    ///
    /// Raises `ArgumentError` for a password of fewer than twelve characters, or that of a mailbox; `NotInArchiveError` where the
    /// mailbox is not managed.
    #[pyo3(signature = (credential, *, every = false))]
    fn set_gateway_login<'py>(
        &self,
        py: Python<'py>,
        credential: &Bound<'py, Credential>,
        every: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let credential = credential.get().credential.clone();
        let user = user(credential.login().to_owned(), every);
        self.ask(py, move |hub| hub.set_gateway_login(&user, credential.secret().clone()), nothing)
    }

    /// Takes away what `set_gateway_login` has said of this name, with the same `every`. Says whether there was anything.
    #[pyo3(signature = (name, *, every = false))]
    fn remove_gateway_login<'py>(&self, py: Python<'py>, name: String, every: bool) -> PyResult<Bound<'py, PyAny>> {
        let user = user(name, every);
        self.ask(py, move |hub| hub.remove_gateway_login(&user), word_of)
    }

    /// Serves programs that know nothing of PEC, by SMTP: a `Gateway`, which listens when this returns. What a program hands over goes into
    /// the outbox under its Message-ID, byte for byte, or it is told every reason why not; with `send` it is sent in the background.
    /// Programs log in as `set_gateway_login` says.
    ///
    /// `listen` is where; port 0 is any free one. Beyond loopback only with `tls`, certificate and key (PEM, paths or bytes).
    /// `deliver` says of mailboxes into which Maildir what comes in is put as well, `deliver_to` into which folder of which mailbox
    /// that is managed, `(MAILBOX, FOLDER)`; they are looked at every `receive_every` seconds. At most `clients` connections,
    /// `message_bytes` a message, `memory_bytes` of all that are coming in, `recipients` a message.
    ///
    /// Raises `ArgumentError`; `WireError` (`wire.listen`) where the port cannot be taken.
    #[pyo3(signature = (listen = "127.0.0.1:2525", *, tls = None, send = true, deliver = BTreeMap::new(), deliver_to = BTreeMap::new(),
        receive_every = 60.0, clients = 32, message_bytes = 100_000_000, memory_bytes = 512_000_000, recipients = 1000))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn gateway<'py>(
        &self,
        py: Python<'py>,
        listen: &str,
        tls: Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)>,
        send: bool,
        deliver: BTreeMap<String, PathBuf>,
        deliver_to: BTreeMap<String, (String, String)>,
        receive_every: f64,
        clients: usize,
        message_bytes: usize,
        memory_bytes: usize,
        recipients: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let address: SocketAddr = listen.parse().map_err(|_| PyValueError::new_err(format!("listen: {listen}")))?;
        let (hub, how) = self.over_connections()?;
        let policy = GatewayPolicy {
            clients,
            message_bytes,
            memory_bytes,
            recipients,
            sending: if send { GatewaySending::InBackground } else { GatewaySending::Never },
            receive_every: seconds("receive_every", receive_every)?,
            ..GatewayPolicy::default()
        };
        let mut gateway = pec_imap::Gateway::new(hub.clone()).policy(policy);
        if let Some((certificate, key)) = tls {
            gateway = gateway.tls(&source::bytes(&certificate)?, &source::bytes(&key)?).map_err(Failure::from)?;
        }
        for (mailbox, maildir) in deliver {
            gateway = gateway.deliver(mailbox, Delivery::Maildir(maildir));
        }
        let work = |_| async move {
            let opened = blocking(move || {
                deliver_to.into_iter().try_fold(gateway, |gateway, (mailbox, (to, folder))| {
                    Ok(gateway.deliver(mailbox, Delivery::Folder { mailbox: hub.mailbox(&to)?.said.address, folder }))
                })
            });
            opened.await?.listen(address).await
        };
        let give = move |py: Python<'_>, listening| Ok(Py::new(py, Gateway::begin(listening, how.later)?)?.into_any());
        run(py, how, None, work, give)
    }
}
