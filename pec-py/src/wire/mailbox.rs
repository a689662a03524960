//! One mailbox, opened.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pec_archive::Actor;
use pec_archive::report::Report as _;
use pec_imap::{Account, Partial, SendProgress, Sender, SyncProgress, Watching as Settings, report};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::held::Held;
use super::runtime::{How, Told, run};
use super::watching::Watching;
use super::{value, values};
use crate::archive::ids;
use crate::instant;
use crate::words::unknown;
use crate::work::released;

/// One mailbox of a provider, opened by `Hub.open` for somebody to work in.
///
/// Each call connects, logs in once, works, and leaves. What raises `NoAccessError` with `.access` `"rejected"` is not tried
/// again. Use it as a context manager, or call `close`, which forgets the password.
#[pyclass(frozen, module = "pecpy")]
pub(crate) struct Mailbox {
    held: Held<Opened>,
    later: bool,
}

/// What it works with.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) hub: pec_imap::Hub,
    pub(super) account: Account,
    pub(super) sender: Sender,
    pub(super) actor: Actor,
}

impl Mailbox {
    pub(super) fn new(opened: Opened, later: bool) -> Self {
        Self { held: Held::new("mailbox", opened), later }
    }

    const fn how(&self) -> How {
        How { later: self.later, gently: false }
    }
}

#[pymethods]
impl Mailbox {
    /// Its address.
    #[getter]
    fn address(&self) -> PyResult<String> {
        Ok(self.held.get()?.account.address().to_owned())
    }

    /// Logs in once and looks around: folders, counts, room, when the password ends. Nothing changes by it. A `MailboxCheck`.
    ///
    /// Raises `NoAccessError`, which says in which way there is no access; `UnreachableError`; `WireError`.
    fn check<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let Opened { hub, account, .. } = self.held.get()?;
        let address = account.address().to_owned();
        let give = move |py: Python<'_>, checked: pec_imap::Checked| {
            value(py, "MailboxCheck", &report::Checked::of(&address, &checked).to_json())
        };
        run(py, self.how(), None, |_| async move { account.check(hub.network()).await }, give)
    }

    /// Brings what is new in every folder into the archive: a `Synced`. A second run adds nothing, and nothing on the server
    /// changes. A folder or a message that the server does not give is in the report and stops nothing.
    ///
    /// `progress` is called with the folder, what was read of it and what is new in it; what it raises ends the work, and what
    /// was stored stays.
    ///
    /// Raises as `check`.
    #[pyo3(signature = (*, progress = None))]
    fn sync<'py>(&self, py: Python<'py>, progress: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let Opened { hub, account, .. } = self.held.get()?;
        let address = account.address().to_owned();
        let give = move |py: Python<'_>, synced: pec_imap::Synced| {
            value(py, "Synced", &report::Synced::of(&address, &synced).to_json())
        };
        let work = |watch: super::runtime::Watch| async move {
            let mut tell = |SyncProgress { folder, done, total }: SyncProgress<'_>| {
                watch.told(Told::Received(folder.to_owned(), done, total))
            };
            hub.receiver().sync(hub.network(), &account, &mut tell).await
        };
        run(py, self.how(), progress, work, give)
    }

    /// Brings in what is there, then what comes, until it is closed: an iterator of `Synced`, one for each run that brought
    /// something or found something to look at. A connection that breaks is made anew after a pause; why it broke is told to the
    /// log `pecpy` and kept as `problem`.
    ///
    /// A server without IDLE is asked every `poll` seconds, all folders every `all_folders` seconds; after a connection that
    /// broke, the first pause is `pause` seconds.
    #[pyo3(signature = (*, poll = 60.0, all_folders = 600.0, pause = 5.0))]
    fn watch(&self, poll: f64, all_folders: f64, pause: f64) -> PyResult<Watching> {
        let seconds = |given: f64| {
            let bad = |_| PyValueError::new_err(format!("{given} seconds"));
            Duration::try_from_secs_f64(given).map_err(bad)
        };
        let settings = Settings { poll: seconds(poll)?, all_folders: seconds(all_folders)?, pause: seconds(pause)? };
        let Opened { hub, account, .. } = self.held.get()?;
        Watching::begin(hub, account, settings, self.later)
    }

    /// Sends what waits in the outbox of this mailbox, at the pace that its provider allows: a `Dispatch`. A message goes out
    /// once under its key, whatever happens; what nobody knows of waits for a receipt, or for somebody who knows.
    ///
    /// `partial` says what becomes of a message of which the server refuses some recipients: `"nothing"`, it goes to nobody, or
    /// `"rest"`. `progress` is called with the number of messages that were sent, and of those that ended otherwise. Who ends
    /// it, by Ctrl-C too, lets a message that is being handed over go to its end.
    ///
    /// Raises as `check`.
    #[pyo3(signature = (*, partial = "nothing", progress = None))]
    fn send_queued<'py>(
        &self,
        py: Python<'py>,
        partial: &str,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let partial = match partial {
            "nothing" => Partial::AllOrNothing,
            "rest" => Partial::TheRest,
            _ => return Err(unknown("partial", partial, &["nothing", "rest"]).into()),
        };
        let Opened { hub, account, sender, .. } = self.held.get()?;
        let (sender, address) = (sender.partial(partial), account.address().to_owned());
        let give = move |py: Python<'_>, dispatch: pec_imap::Dispatch| {
            value(py, "Dispatch", &report::Dispatch::of(&address, &dispatch).to_json())
        };
        let work = |watch: super::runtime::Watch| async move {
            let mut tell = |SendProgress { sent, others }| watch.told(Told::Sent(sent, others));
            sender.send_queued(hub.network(), &account, &mut tell).await
        };
        run(py, How { later: self.later, gently: true }, progress, work, give)
    }

    /// Takes messages, by identifier, from the server: a list of `Deleted`. The archive reads and hashes each anew, writes down
    /// that it is about to go, and only then the server lets go of exactly that one. What cannot go is in the list and stays.
    #[pyo3(signature = (ids, *, now = None))]
    fn delete_archived<'py>(
        &self,
        py: Python<'py>,
        ids: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (ids, now): (_, Timestamp) = (self::ids(ids)?, instant::now(now)?);
        let Opened { hub, account, actor, .. } = self.held.get()?;
        let address = account.address().to_owned();
        let give = move |py: Python<'_>, deleted: Vec<pec_imap::Deleted>| {
            values(py, "Deleted", deleted.iter().map(|one| report::Deleted::of(&address, one)))
        };
        let archive = Arc::clone(hub.receiver().archive());
        let work = |_| async move { account.delete_archived(hub.network(), &archive, &actor, &ids, now).await };
        run(py, self.how(), None, work, give)
    }

    /// Puts messages of the archive, by identifier, into a folder of this mailbox, byte for byte: those of another mailbox, or
    /// what somebody has deleted here. A list of `Relayed`. Each is read back and compared, where the server says where it is.
    #[pyo3(signature = (ids, *, folder = "INBOX"))]
    fn take_in<'py>(&self, py: Python<'py>, ids: &Bound<'py, PyAny>, folder: &str) -> PyResult<Bound<'py, PyAny>> {
        let (ids, folder) = (self::ids(ids)?, folder.to_owned());
        let Opened { hub, account, actor, .. } = self.held.get()?;
        let give = |py: Python<'_>, relayed: Vec<pec_imap::Relayed>| {
            values(py, "Relayed", relayed.iter().map(report::Relayed::of))
        };
        let archive = Arc::clone(hub.receiver().archive());
        let work = |_| async move { account.take_in(hub.network(), &folder, &archive, &actor, &ids).await };
        run(py, self.how(), None, work, give)
    }

    /// Forgets the password. Closing again does nothing.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        released(py, || self.held.close())
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (*_raised))]
    fn __exit__(&self, py: Python<'_>, _raised: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self) -> String {
        match self.held.get() {
            Ok(opened) => format!("<pecpy.Mailbox {}>", opened.account.address()),
            Err(_) => "<pecpy.Mailbox, closed>".to_owned(),
        }
    }
}
