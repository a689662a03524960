//! Whole mailboxes: every message of files, folders and Maildirs, verified in their order and in bounded memory.

mod walk;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use jiff::Timestamp;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

pub(crate) use walk::Seen;
use walk::{Item, Mbox, Read, Walk};

use crate::failure::Failure;
use crate::verification::Verification;
use crate::verifier::Judge;
use crate::work::{cores, each};

/// Messages that are held at once for each thread: bounds the memory, keeps the order.
const BATCH: usize = 16;

/// Messages one by one, in their order; many at a time are read and verified, on all threads.
#[derive(Debug)]
pub(crate) struct Run<T> {
    judge: Arc<Judge>,
    now: Timestamp,
    threads: usize,
    walk: Walk,
    ready: VecDeque<Ready<T>>,
}

#[derive(Debug)]
enum Ready<T> {
    One(T),
    Many(Mbox),
}

impl<T: Send> Run<T> {
    pub(crate) fn new(
        judge: Arc<Judge>,
        now: Timestamp,
        sources: &Bound<'_, PyAny>,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        let threads = threads.unwrap_or_else(cores).max(1);
        Ok(Self { judge, now, threads, walk: Walk::new(sources)?, ready: VecDeque::new() })
    }

    /// What `make` makes of the next message, on any thread; `None` when there is none left. `tick` is called on this thread
    /// with the number of sources that were read since the last call for one of them.
    pub(crate) fn next(
        &mut self,
        py: Python<'_>,
        make: impl Fn(Seen) -> T + Sync,
        mut tick: impl FnMut(Python<'_>, usize) -> PyResult<()> + Send,
    ) -> PyResult<Option<T>> {
        let count = self.threads * BATCH;
        loop {
            match self.ready.pop_front() {
                Some(Ready::One(one)) => return Ok(Some(one)),
                Some(Ready::Many(mut mbox)) => {
                    let items = py.detach(|| mbox.next(count));
                    if !items.is_empty() {
                        self.ready.push_front(Ready::Many(mbox));
                        self.read(py, items, &make, &mut tick)?;
                    }
                }
                None => {
                    let items = self.walk.next(py, count)?;
                    if items.is_empty() {
                        return Ok(None);
                    }
                    self.read(py, items, &make, &mut tick)?;
                }
            }
        }
    }

    /// Reads items and puts what they are before everything that is ready.
    fn read(
        &mut self,
        py: Python<'_>,
        items: Vec<Item>,
        make: &(impl Fn(Seen) -> T + Sync),
        tick: &mut (impl FnMut(Python<'_>, usize) -> PyResult<()> + Send),
    ) -> PyResult<()> {
        // Each item is taken by the thread that works on it.
        let items: Vec<Mutex<Option<Item>>> = items.into_iter().map(|item| Mutex::new(Some(item))).collect();
        let (judge, now) = (&self.judge, self.now);
        let work = |item: &Mutex<Option<Item>>| {
            let item = item.lock().unwrap_or_else(PoisonError::into_inner).take()?;
            Some(match item.read(judge, now) {
                Read::One(seen) => Ready::One(make(*seen)),
                Read::Many(mbox) => Ready::Many(mbox),
            })
        };
        let ready = each(py, &items, self.threads, work, tick)?;
        ready.into_iter().flatten().rev().for_each(|ready| self.ready.push_front(ready));
        Ok(())
    }
}

/// Tells the log `pecpy` that a source could not be read.
pub(crate) fn warn(py: Python<'_>, name: &str, failure: &Failure) -> PyResult<()> {
    let logger = py.import("logging")?.call_method1("getLogger", ("pecpy",))?;
    logger.call_method1("warning", ("%s: %s: %s", name, failure.code(), failure.evidence())).map(drop)
}

/// The verifications of whole mailboxes, in the order of the sources: an iterator, made by `verify_many`.
///
/// What cannot be read does not end it: it is told to the log `pecpy`, as a warning, and kept in `unread`.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Verifications {
    run: Mutex<Run<Result<Verification, (String, Failure)>>>,
    unread: Mutex<Vec<(String, Failure)>>,
}

impl Verifications {
    pub(crate) fn new(
        judge: Arc<Judge>,
        sources: &Bound<'_, PyAny>,
        now: Timestamp,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        Ok(Self { run: Mutex::new(Run::new(judge, now, sources, threads)?), unread: Mutex::default() })
    }
}

#[pymethods]
impl Verifications {
    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    /// The next verification.
    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Verification>> {
        // Whoever waited here would hold the interpreter, which the thread that works may need.
        let mut run = match self.run.try_lock() {
            Ok(run) => run,
            Err(TryLockError::Poisoned(run)) => run.into_inner(),
            Err(TryLockError::WouldBlock) => {
                return Err(PyRuntimeError::new_err("another thread is using this iterator; give each its own"));
            }
        };
        loop {
            match run.next(py, |seen| seen.verified, |_, _| Ok(()))? {
                Some(Ok(verification)) => return Ok(Some(verification)),
                None => return Ok(None),
                Some(Err((name, failure))) => {
                    warn(py, &name, &failure)?;
                    self.unread.lock().unwrap_or_else(PoisonError::into_inner).push((name, failure));
                }
            }
        }
    }

    /// One flat row for each message that is left, for `pandas.DataFrame` and the like: verdict, kind, and what is certified.
    fn to_dicts<'py>(this: &Bound<'py, Self>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let row = this.py().import("pecpy._rows")?.getattr("verification")?;
        this.as_any().try_iter()?.map(|verification| row.call1((verification?,))).collect()
    }

    /// What could not be read so far: the name of each source, and why, as an exception.
    #[getter]
    fn unread<'py>(&self, py: Python<'py>) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
        let unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner).clone();
        unread.into_iter().map(|(name, failure)| Ok((name, failure.exception(py)?))).collect()
    }

    fn __repr__(&self) -> &'static str {
        "<pecpy.Verifications>"
    }
}
