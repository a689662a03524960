//! Work that goes on in the background while its owner asks, when it likes, what has happened: no callback, so that every
//! language can use it.
//!
//! ```text
//! owner                          worker (a thread, with threads of its own)
//! next(timeout) <── events ────  Teller::tell   waits while a thousand events are not asked for
//! progress()    <── numbers ───  Teller::total, Teller::step
//! cancel()      ───────────────> Teller::tell and Teller::is_cancelled end the work
//! drop          ───────────────> the same, and the threads are joined
//! ```

mod folder;

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use pec_core::finding::Language;
use pec_core::verify::Verdict;
use serde_json::Value;

pub use folder::{link, link_now, verify, verify_now};

use crate::reason::Reason;

/// How the names of all threads of a work begin.
pub const THREAD: &str = "pec-work";

/// Events that wait to be asked for, at most: beyond, the work waits too.
const WAITING: usize = 1_000;

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A message was read and verified.
    Message {
        /// What it is called.
        name: String,
        /// The verdict on it.
        verdict: Verdict,
        /// The verification as JSON, as `pec verify --json` prints it.
        json: String,
    },
    /// A message or place could not be read.
    Unread {
        /// What it is called.
        name: String,
        /// Why.
        reason: Reason,
    },
    /// A part of what it comes to is there, of work that goes on until it is ended: one JSON object.
    Report(String),
    /// It is one hundredth further, of work that is not counted in messages.
    Progress,
    /// All is done; the last event.
    Finished,
    /// The owner has ended it; the last event.
    Cancelled,
    /// It could not go on; the last event.
    Failed(Failed),
}

/// Why work could not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// A ledger holds as much as it can.
    LedgerFull(Reason),
    /// Something could not be read, written or started.
    Machine(Reason),
    /// A fault of the library, in its words.
    Panic(String),
    /// What was worked on has said why, by a code of its own.
    Coded {
        /// The code.
        code: &'static str,
        /// What shows it.
        evidence: String,
        /// What it means and what can be done.
        reason: Reason,
    },
}

/// An event, and how far the work was when it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What has happened.
    pub event: Event,
    /// Places that were done.
    pub done: u64,
    /// Places in all; an mbox is one.
    pub total: u64,
}

/// What asking for the next event comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Something has happened.
    Event(Box<Told>),
    /// Nothing has, in the time that was given.
    Nothing,
    /// The last event was told before.
    Ended,
}

/// The worker must stop: the owner wants no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

/// Work in the background that comes to a `T`. Dropping it cancels it and joins its threads, which lasts as long as the
/// messages that are being read.
#[derive(Debug)]
pub struct Work<T> {
    shared: Arc<Shared<T>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared<T> {
    state: Mutex<State<T>>,
    /// An event has been told.
    told: Condvar,
    /// An event has been asked for, or nobody will ask any more.
    asked: Condvar,
    cancelled: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
}

#[derive(Debug)]
struct State<T> {
    events: VecDeque<Told>,
    /// The last event is among those told.
    ended: bool,
    outcome: Option<T>,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self, event: Event) -> Told {
        Told { event, done: self.done.load(Ordering::Relaxed), total: self.total.load(Ordering::Relaxed) }
    }
}

/// The worker's end.
#[derive(Debug)]
pub struct Teller<'w, T>(&'w Shared<T>);

impl<T> Teller<'_, T> {
    /// How many places there are.
    pub fn total(&self, total: usize) {
        self.0.total.store(total as u64, Ordering::Relaxed);
    }

    /// One more is done. It may be called on any thread.
    pub fn step(&self) {
        self.0.done.fetch_add(1, Ordering::Relaxed);
    }

    /// How far it is, of work that counts by itself: an event at each hundredth, so that whoever asks for none does not stop it.
    ///
    /// # Errors
    /// [`Cancelled`]: nobody will ask for it.
    pub fn at(&self, done: u64, total: u64) -> Result<(), Cancelled> {
        let hundredth = |done: u64| done.saturating_mul(100) / total.max(1);
        let before = self.0.done.swap(done, Ordering::Relaxed);
        let known = self.0.total.swap(total, Ordering::Relaxed);
        if known == 0 || hundredth(done) > hundredth(before) {
            return self.tell(Event::Progress);
        }
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Whether the owner wants no more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// Tells an event; waits while too many have not been asked for.
    ///
    /// # Errors
    /// [`Cancelled`]: nobody will ask for it.
    pub fn tell(&self, event: Event) -> Result<(), Cancelled> {
        let mut state = self.0.lock();
        while state.events.len() >= WAITING && !self.is_cancelled() {
            state = self.0.asked.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if self.is_cancelled() {
            return Err(Cancelled);
        }
        state.events.push_back(self.0.told(event));
        self.0.told.notify_one();
        Ok(())
    }
}

/// How a job ends.
pub type Outcome<T> = Result<T, End>;

/// Why a job comes to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The owner has ended it.
    Cancelled,
    /// It could not go on.
    Failed(Failed),
}

impl From<Cancelled> for End {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl Told {
    /// One line of JSON, without a line end; keys in fixed order, absent values null.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = |text: Option<&str>| Value::from(text).to_string();
        let (kind, name, verdict, reason, json) = match &self.event {
            Event::Message { name, verdict, json } => ("message", Some(&**name), Some(*verdict), None, Some(&**json)),
            Event::Unread { name, reason } => ("unread", Some(&**name), None, Some(reason.of(Language::En)), None),
            Event::Report(_) => ("report", None, None, None, None),
            Event::Progress => ("progress", None, None, None, None),
            Event::Finished => ("finished", None, None, None, None),
            Event::Cancelled => ("cancelled", None, None, None, None),
            Event::Failed(failed) => ("failed", None, None, Some(failed.text(Language::En)), None),
        };
        let report = if let Event::Report(report) = &self.event { report } else { "null" };
        format!(
            r#"{{"event":"{kind}","done":{},"total":{},"name":{},"verdict":{},"reason":{},"verification":{},"report":{report}}}"#,
            self.done,
            self.total,
            text(name),
            text(verdict.map(Verdict::as_str)),
            text(reason),
            json.unwrap_or("null"),
        )
    }
}

impl Failed {
    /// Why, for a person; of a fault of the library its words.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match self {
            Self::LedgerFull(reason) | Self::Machine(reason) | Self::Coded { reason, .. } => reason.of(language),
            Self::Panic(said) => said,
        }
    }
}

impl<T: Send + 'static> Work<T> {
    /// Begins `job` on a thread of its own, in a rayon pool of `threads` threads, 0 for as many as there are cores.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        threads: usize,
        job: impl FnOnce(&Teller<'_, T>) -> Outcome<T> + Send + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State { events: VecDeque::new(), ended: false, outcome: None }),
            told: Condvar::new(),
            asked: Condvar::new(),
            cancelled: AtomicBool::new(false),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
        });
        let worker = Arc::clone(&shared);
        let run = move || {
            let ended = catch_unwind(AssertUnwindSafe(|| in_pool(threads, || job(&Teller(&worker)))));
            let event = match ended {
                Ok(Ok(outcome)) => {
                    worker.lock().outcome = Some(outcome);
                    Event::Finished
                }
                Ok(Err(End::Cancelled)) => Event::Cancelled,
                Ok(Err(End::Failed(failed))) => Event::Failed(failed),
                Err(panic) => Event::Failed(Failed::Panic(said(&*panic))),
            };
            let mut state = worker.lock();
            let told = worker.told(event);
            state.events.push_back(told);
            state.ended = true;
            worker.told.notify_all();
        };
        let thread = thread::Builder::new().name(THREAD.to_owned()).spawn(run)?;
        Ok(Self { shared, thread: Some(thread) })
    }
}

/// Runs `job` in a pool whose threads are joined when it returns.
pub(crate) fn in_pool<T: Send>(threads: usize, job: impl FnOnce() -> Outcome<T> + Send) -> Outcome<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|number| format!("{THREAD}-{number}"));
    let outcome = pool.build_scoped(|thread| thread.run(), |pool| pool.install(job));
    outcome.unwrap_or_else(|error| {
        let it = format!("il sistema non concede altri thread: {error}");
        let en = format!("the system gives no more threads: {error}");
        Err(End::Failed(Failed::Machine(Reason::new(it, en))))
    })
}

/// What a panic says.
#[must_use]
pub fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

impl<T> Work<T> {
    /// What has happened since it was last asked; waits for it at most this long. Each event is told once: where several
    /// threads ask, to one of them.
    #[must_use]
    pub fn next(&self, timeout: Duration) -> Next {
        let until = Instant::now().checked_add(timeout);
        let mut state = self.shared.lock();
        loop {
            if let Some(told) = state.events.pop_front() {
                self.shared.asked.notify_one();
                return Next::Event(Box::new(told));
            }
            if state.ended {
                return Next::Ended;
            }
            // A timeout that no clock can hold is none.
            let left = until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Next::Nothing;
            }
            state = self.shared.told.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Places that are done, and places in all, which is 0 until they are counted; an mbox is one.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.shared.done.load(Ordering::Relaxed), self.shared.total.load(Ordering::Relaxed))
    }

    /// Ends the work as soon as may be; [`Event::Cancelled`] is then the last event, unless it was over already. Events that
    /// have not been asked for stay.
    pub fn cancel(&self) {
        let state = self.shared.lock();
        self.shared.cancelled.store(true, Ordering::Relaxed);
        self.shared.asked.notify_all();
        drop(state);
    }

    /// What it came to; `None` while it goes on, when it came to nothing, and when it was taken before.
    #[must_use]
    pub fn take(&self) -> Option<T> {
        self.shared.lock().outcome.take()
    }
}

impl<T> Drop for Work<T> {
    fn drop(&mut self) {
        self.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic was caught inside.
            let _ = thread.join();
        }
    }
}
