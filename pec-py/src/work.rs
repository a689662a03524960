//! Work that is done while other threads of Python run: the interpreter is released, a panic becomes an exception, Ctrl-C is
//! answered.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

use crate::failure::{Failure, Reason};

/// How often somebody who waits for work looks whether Ctrl-C was pressed.
pub(crate) const LOOK: Duration = Duration::from_millis(50);

/// Does something without the interpreter.
pub(crate) fn released<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| caught(work)).map_err(PyErr::from)
}

fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panicked(&*panic))
}

pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Failure {
    let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
    Failure::new(Reason::PEC_PANIC, said.unwrap_or_default())
}

/// How many threads work on a mailbox, unless told.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Does the same with each item, on `threads` threads, and gives the results in the order of the items.
///
/// Threads live as long as the call, so that none is missing after a fork. `tick` is called with the interpreter, on the
/// calling thread, with the number of items that are done: after each of them, or every 50 ms where none is.
pub(crate) fn each<I: Sync, T: Send>(
    py: Python<'_>,
    items: &[I],
    threads: usize,
    work: impl Fn(&I) -> T + Sync,
    mut tick: impl FnMut(Python<'_>, usize) -> PyResult<()> + Send,
) -> PyResult<Vec<T>> {
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let mut results: Vec<Option<T>> = items.iter().map(|_| None).collect();
    let outcome = py.detach(|| {
        thread::scope(|scope| {
            let (sender, receiver) = channel();
            for _ in 0..threads.clamp(1, items.len().max(1)) {
                let sender = sender.clone();
                let (next, stopped, work) = (&next, &stopped, &work);
                scope.spawn(move || {
                    while !stopped.load(Ordering::Relaxed) {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = items.get(at) else { break };
                        if sender.send((at, caught(|| work(item)))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let mut done = 0;
            let outcome = loop {
                match receiver.recv_timeout(LOOK) {
                    Ok((at, Ok(result))) => {
                        done += 1;
                        if let Some(place) = results.get_mut(at) {
                            *place = Some(result);
                        }
                    }
                    Ok((_, Err(failure))) => break Err(failure.into()),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break Ok(()),
                }
                let looked = Python::attach(|py| py.check_signals().and_then(|()| tick(py, done)));
                if let Err(error) = looked {
                    break Err(error);
                }
            };
            stopped.store(true, Ordering::Relaxed);
            outcome
        })
    });
    outcome?;
    Ok(results.into_iter().flatten().collect())
}
