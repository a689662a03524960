//! Connections live on a few threads of ours, however many there are. A caller waits for what they come to without the
//! interpreter, Ctrl-C answered; or awaits it in `asyncio`, where cancelling the task ends the work.

use std::ops::ControlFlow;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3_async_runtimes::TaskLocals;
use pyo3_async_runtimes::generic::{self, ContextExt};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{AbortHandle, JoinError, JoinHandle};

use crate::failure::{Failure, Reason};
use crate::work::{LOOK, panicked};

/// Threads that may wait for a disk or the interpreter, whatever the number of mailboxes.
const WAITING: usize = 64;

/// How long a message that is on its way may take to arrive, when the work is ended.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// How long the end of the program waits for our threads to leave the interpreter.
const LEAVE: Duration = Duration::from_secs(1);

/// Work of ours that may enter the interpreter.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// That work may enter the interpreter, as long as this lives.
struct Inside;

impl Inside {
    fn begin() -> Self {
        INSIDE.fetch_add(1, Ordering::AcqRel);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Called when the program ends, before the interpreter does: a thread that has just said what came of something leaves it first.
/// The interpreter ends threads that enter it later, and a thread of ours that is ended in the middle ends the process.
#[pyfunction]
pub(crate) fn settle(py: Python<'_>) {
    let is_ours = |known: &Option<(u32, &'static Runtime)>| known.is_some_and(|(process, _)| process == process::id());
    if is_ours(&RUNTIME.lock().unwrap_or_else(PoisonError::into_inner)) {
        py.detach(|| {
            let until = Instant::now() + LEAVE;
            while INSIDE.load(Ordering::Acquire) > 0 && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(1));
            }
        });
    }
}

/// That of this process: after a fork the child has none of the threads, and makes its own.
static RUNTIME: Mutex<Option<(u32, &'static Runtime)>> = Mutex::new(None);

pub(super) fn runtime() -> Result<&'static Runtime, Failure> {
    let mut known = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((process, runtime)) = *known
        && process == process::id()
    {
        return Ok(runtime);
    }
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(crate::work::cores().clamp(2, 4)).max_blocking_threads(WAITING).thread_name("pecpy");
    let made = builder.enable_all().build();
    let made = made.map_err(|error| Failure::new(Reason::PEC_PANIC, format!("no threads: {error}")))?;
    // Of the threads that a fork has left behind, none leaves any more.
    INSIDE.store(0, Ordering::Release);
    // It lives as long as the process.
    let runtime = Box::leak(Box::new(made));
    *known = Some((process::id(), runtime));
    Ok(runtime)
}

/// How far work is: what the callback of Python is called with, and whether it is the last of its kind.
pub(super) enum Told {
    /// A folder, messages that have been read of it, messages that are new in it.
    Received(String, u64, u64),
    /// Messages that were sent, messages of which the end is another.
    Sent(u64, u64),
}

impl Told {
    fn arguments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        match self {
            Self::Received(folder, done, total) => (folder, done, total).into_pyobject(py),
            Self::Sent(sent, others) => (sent, others).into_pyobject(py),
        }
    }

    const fn is_last(&self) -> bool {
        matches!(self, Self::Received(_, done, total) if *done >= *total)
    }
}

/// What work is given: it says how far it is, and hears whether it is to end.
pub(super) struct Watch {
    stopped: Arc<AtomicBool>,
    tell: Option<Box<dyn Fn(Told) + Send + Sync>>,
}

impl Watch {
    pub(super) fn told(&self, told: Told) -> ControlFlow<()> {
        if let Some(tell) = &self.tell {
            tell(told);
        }
        if self.stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// How a caller waits, and how work ends that he does not wait for any more.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// Whether he gets an awaitable.
    pub(super) later: bool,
    /// Whether what is on its way is let go to its end, within [`GRACE`]: a message that is being handed over.
    pub(super) gently: bool,
}

enum Step<T> {
    Told(Told),
    Done(Result<Result<T, Failure>, JoinError>),
}

fn outcome<T>(ended: Result<Result<T, Failure>, JoinError>) -> Result<T, Failure> {
    match ended {
        Ok(done) => done,
        Err(error) if error.is_panic() => Err(panicked(&*error.into_panic())),
        Err(error) => Err(Failure::new(Reason::PEC_WIRE_CANCELLED, error.to_string())),
    }
}

/// Does work on our threads. `give` makes of its result what Python gets.
pub(super) fn run<'py, T: Send + 'static, W>(
    py: Python<'py>,
    how: How,
    progress: Option<&Bound<'py, PyAny>>,
    work: impl FnOnce(Watch) -> W,
    give: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
) -> PyResult<Bound<'py, PyAny>>
where
    W: Future<Output = Result<T, pec_imap::Error>> + Send + 'static,
{
    let runtime = runtime()?;
    let progress = progress.map(|progress| progress.clone().unbind());
    let stopped = Arc::new(AtomicBool::new(false));
    let end =
        |task: &JoinHandle<_>| End { stopped: Arc::clone(&stopped), task: task.abort_handle(), gently: how.gently };
    if how.later {
        let tell = progress.map(|progress| later(progress, Arc::clone(&stopped)));
        let work = work(Watch { stopped: Arc::clone(&stopped), tell });
        let task = runtime.spawn(async move { work.await.map_err(Failure::from) });
        let end = end(&task);
        return generic::future_into_py::<Ours, _, _>(py, async move {
            let _end = end;
            let done = outcome(task.await);
            Python::attach(|py| give(py, done?))
        });
    }
    let (sender, receiver) = channel::<Step<T>>();
    let tell = progress.as_ref().map(|_| {
        let sender = sender.clone();
        Box::new(move |told| drop(sender.send(Step::Told(told)))) as Box<dyn Fn(Told) + Send + Sync>
    });
    let work = work(Watch { stopped: Arc::clone(&stopped), tell });
    let task = runtime.spawn(async move { work.await.map_err(Failure::from) });
    let end = end(&task);
    runtime.spawn(async move { drop(sender.send(Step::Done(task.await))) });
    let mut told = None::<Told>;
    let mut looked = None::<Instant>;
    let done = py.detach(move || {
        loop {
            let mut done = None;
            match receiver.recv_timeout(LOOK) {
                Ok(Step::Told(one)) => told = Some(one),
                Ok(Step::Done(ended)) => done = Some(outcome(ended)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    done = Some(Err(Failure::new(Reason::PEC_PANIC, "the work ended in the middle")));
                }
            }
            let is_due = looked.is_none_or(|looked| looked.elapsed() >= LOOK);
            if is_due || done.is_some() || told.as_ref().is_some_and(Told::is_last) {
                looked = Some(Instant::now());
                let said = Python::attach(|py| {
                    py.check_signals()?;
                    match (&progress, told.take()) {
                        (Some(progress), Some(told)) => progress.call1(py, told.arguments(py)?).map(drop),
                        _ => Ok(()),
                    }
                });
                if let Err(error) = said {
                    end.now();
                    let until = Instant::now() + GRACE;
                    while let Ok(step) = receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
                        if matches!(step, Step::Done(_)) {
                            break;
                        }
                    }
                    return Err(error);
                }
            }
            if let Some(done) = done {
                return Ok(done);
            }
        }
    });
    Ok(give(py, done??)?.into_bound(py))
}

/// Tells an awaiting caller how far it is, every 50 ms at most, and at the end of each folder. What the callback raises ends
/// the work.
fn later(progress: Py<PyAny>, stopped: Arc<AtomicBool>) -> Box<dyn Fn(Told) + Send + Sync> {
    let looked = Mutex::new(None::<Instant>);
    Box::new(move |told| {
        {
            let mut looked = looked.lock().unwrap_or_else(PoisonError::into_inner);
            if !told.is_last() && looked.is_some_and(|looked| looked.elapsed() < LOOK) {
                return;
            }
            *looked = Some(Instant::now());
        }
        let _inside = Inside::begin();
        Python::attach(|py| {
            let called = told.arguments(py).and_then(|arguments| progress.call1(py, arguments));
            if let Err(error) = called {
                stopped.store(true, Ordering::Relaxed);
                error.write_unraisable(py, Some(progress.bind(py)));
            }
        });
    })
}

/// Ends work, also when nobody awaits it any more.
struct End {
    stopped: Arc<AtomicBool>,
    task: AbortHandle,
    gently: bool,
}

impl End {
    fn now(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        if !self.gently {
            self.task.abort();
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.now();
        if self.gently
            && !self.task.is_finished()
            && let Ok(runtime) = runtime()
        {
            let task = self.task.clone();
            runtime.spawn(async move {
                tokio::time::sleep(GRACE).await;
                task.abort();
            });
        }
    }
}

/// Waits on a thread of ours for what the disk or the host does.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, pec_imap::Error> + Send + 'static,
) -> Result<T, pec_imap::Error> {
    let inside = Inside::begin();
    let work = move || {
        let _inside = inside;
        work()
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => Err(pec_imap::Error::Internal(error.to_string())),
    }
}

/// What the bridge to `asyncio` runs on.
struct Ours;

tokio::task_local! {
    static LOCALS: TaskLocals;
}

impl generic::Runtime for Ours {
    type JoinError = JoinError;
    type JoinHandle = JoinHandle<()>;

    fn spawn<F: Future<Output = ()> + Send + 'static>(work: F) -> JoinHandle<()> {
        let inside = Inside::begin();
        made().spawn(async move {
            let _inside = inside;
            work.await;
        })
    }

    fn spawn_blocking<F: FnOnce() + Send + 'static>(work: F) -> JoinHandle<()> {
        let inside = Inside::begin();
        made().spawn_blocking(move || {
            let _inside = inside;
            work();
        })
    }
}

/// That which [`run`] has made.
#[allow(clippy::expect_used, reason = "whoever calls has asked for it before")]
fn made() -> &'static Runtime {
    runtime().expect("it was made")
}

impl ContextExt for Ours {
    fn scope<F, R>(locals: TaskLocals, work: F) -> std::pin::Pin<Box<dyn Future<Output = R> + Send>>
    where
        F: Future<Output = R> + Send + 'static,
    {
        Box::pin(LOCALS.scope(locals, work))
    }

    fn get_task_locals() -> Option<TaskLocals> {
        LOCALS.try_with(Clone::clone).ok()
    }
}
