//! A mailbox, as mail comes in.

use std::ops::ControlFlow;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use pec_archive::report::Report as _;
use pec_imap::{Account, SyncProgress, Synced, Watching as Settings, report};
use pyo3::exceptions::PyStopAsyncIteration;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::AbortHandle;

use super::runtime::{How, run, runtime};
use super::value;
use crate::failure::{Failure, Reason};
use crate::many::warn;

/// What comes into a mailbox, as it comes: an iterator of `Synced`, made by `Mailbox.watch`. It waits until something comes;
/// Ctrl-C and `close` end it, as does leaving the block of a `with` statement.
///
/// Raises `NoAccessError` where the provider refuses the password, which is not tried again.
#[pyclass(frozen, module = "pecpy")]
pub(crate) struct Watching {
    address: String,
    runs: Arc<tokio::sync::Mutex<UnboundedReceiver<Run>>>,
    task: AbortHandle,
    problem: Arc<Mutex<Option<Failure>>>,
    process: u32,
    later: bool,
}

enum Run {
    Synced(Synced),
    Broken(pec_imap::Error),
    Ended(pec_imap::Error),
}

impl Watching {
    pub(super) fn begin(hub: pec_imap::Hub, account: Account, settings: Settings, later: bool) -> PyResult<Self> {
        let (sender, runs) = unbounded_channel();
        let address = account.address().to_owned();
        let task = runtime()?.spawn(async move {
            let mut each = |run: Result<Synced, pec_imap::Error>| {
                let told = match run {
                    // A run that found nothing says nothing.
                    Ok(synced) if synced.new_messages() == 0 && synced.is_complete() => {
                        return if sender.is_closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
                    }
                    Ok(synced) => Run::Synced(synced),
                    Err(error) => Run::Broken(error),
                };
                if sender.send(told).is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let mut progress = |_: SyncProgress<'_>| ControlFlow::Continue(());
            let receiver = hub.receiver();
            let ended = receiver.watch(hub.network(), &account, settings, &mut progress, &mut each).await;
            if let Err(error) = ended {
                let _ = sender.send(Run::Ended(error));
            }
        });
        Ok(Self {
            address,
            runs: Arc::new(tokio::sync::Mutex::new(runs)),
            task: task.abort_handle(),
            problem: Arc::default(),
            process: process::id(),
            later,
        })
    }
}

#[pymethods]
impl Watching {
    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    /// What the next run came to.
    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        if self.process != process::id() {
            return Err(Failure::new(Reason::PEC_FORKED, "the mailbox is watched by the parent").into());
        }
        let (address, later) = (self.address.clone(), self.later);
        let (runs, problem) = (Arc::clone(&self.runs), Arc::clone(&self.problem));
        let work = |_| async move {
            let mut runs = runs.lock().await;
            loop {
                match runs.recv().await {
                    None => return Ok(None),
                    Some(Run::Synced(synced)) => return Ok(Some(synced)),
                    Some(Run::Ended(error)) => return Err(error),
                    Some(Run::Broken(error)) => {
                        let failure = Failure::from(error);
                        Python::attach(|py| warn(py, &address, &failure)).unwrap_or_default();
                        *problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                    }
                }
            }
        };
        let address = self.address.clone();
        let give = move |py: Python<'_>, synced: Option<Synced>| match synced {
            Some(synced) => value(py, "Synced", &report::Synced::of(&address, &synced).to_json()),
            None if later => Err(PyStopAsyncIteration::new_err(())),
            None => Ok(py.None()),
        };
        let next = run(py, How { later, gently: false }, None, work, give)?;
        Ok((!next.is_none()).then_some(next))
    }

    /// Why the connection broke the last time, as an exception; `None` where it never did.
    #[getter]
    fn problem<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone();
        problem.map(|failure| failure.exception(py)).transpose()
    }

    /// Ends it. Closing again does nothing.
    fn close(&self) {
        if self.process == process::id() {
            self.task.abort();
        }
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (*_raised))]
    fn __exit__(&self, _raised: &Bound<'_, PyTuple>) {
        self.close();
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Watching {}>", self.address)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.close();
    }
}
