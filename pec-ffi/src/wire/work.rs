//! What runs over connections, in the background: what it comes to is a report.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::pec_archive::report::{Report as _, lines};
use pec_core::finding::Language;
use pec_files::Reason;
use pec_files::work::{End, Event, Failed, Outcome, Teller, Work};
use pec_imap::{Account, Error, Partial, RefreshOptions, SendProgress, SyncProgress, Synced, Watching, report};
use serde::Deserialize;

use super::hub::pec_hub;
use super::options;
use crate::archive::ids;
use crate::border::{enter, instant, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;
use crate::work::{no_threads, pec_work};

/// What becomes of a message of which a server refuses some recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_partial {
    /// It goes to nobody.
    PEC_PARTIAL_NOTHING = 0,
    /// It goes to the others.
    PEC_PARTIAL_REST = 1,
}

/// How often it is looked whether the work was cancelled.
pub(super) const LOOK: Duration = Duration::from_millis(50);

/// How long a message that is being handed over may take to its end, when the work is cancelled.
const GRACE: Duration = Duration::from_secs(10);

/// How a job hears that it was cancelled, and says how far it is.
#[derive(Clone, Copy)]
pub(super) struct Told<'t>(pub(super) &'t Teller<'t, String>);

impl Told<'_> {
    fn at(self, done: u64, total: u64) -> ControlFlow<()> {
        if self.0.at(done, total).is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// A job over connections.
pub(super) trait Job: Send + 'static {
    /// Whether what is on its way is let go to its end, within [`GRACE`].
    const GENTLY: bool = false;

    async fn run(self, told: Told<'_>) -> Result<String, Error>;
}

/// Begins a job on threads of its own.
pub(super) fn begin(job: impl Job) -> Result<Option<Box<pec_work>>, Failure> {
    let work = Work::start(1, move |teller| over_connections(job, teller)).map_err(no_threads)?;
    Ok(Some(Box::new(pec_work::on_archive(work))))
}

fn over_connections<J: Job>(job: J, teller: &Teller<'_, String>) -> Outcome<String> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).thread_name(pec_files::work::THREAD).enable_all().build();
    let runtime = runtime.map_err(|error| {
        let it = format!("il sistema non concede altri thread: {error}");
        End::Failed(Failed::Machine(Reason::new(it, format!("the system gives no more threads: {error}"))))
    })?;
    let ended = AtomicBool::new(false);
    let cancelled = async {
        while !teller.is_cancelled() {
            tokio::time::sleep(LOOK).await;
        }
        ended.store(true, Ordering::Relaxed);
        if J::GENTLY {
            tokio::time::sleep(GRACE).await;
        }
    };
    let done = runtime.block_on(async {
        tokio::select! {
            done = job.run(Told(teller)) => Some(done),
            () = cancelled => None,
        }
    });
    match done {
        Some(Ok(_)) | None if ended.load(Ordering::Relaxed) => Err(End::Cancelled),
        None | Some(Err(Error::Cancelled)) => Err(End::Cancelled),
        Some(Ok(report)) => Ok(report),
        Some(Err(error)) => {
            let text = |language| error.explanation(language).to_owned();
            let reason = Reason::new(text(Language::It), text(Language::En));
            Err(End::Failed(Failed::Coded { code: error.code(), evidence: error.to_string(), reason }))
        }
    }
}

/// How a look at all mailboxes is made, as JSON.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Look {
    parallel: usize,
    per_provider: usize,
    budget_ms: u64,
    patience_ms: u64,
    pause_ms: u64,
    receive: bool,
}

impl Default for Look {
    fn default() -> Self {
        let usual = RefreshOptions::default();
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self {
            parallel: usual.parallel,
            per_provider: usual.per_provider,
            budget_ms: millis(usual.budget),
            patience_ms: millis(usual.patience),
            pause_ms: millis(usual.pause),
            receive: usual.receive,
        }
    }
}

struct Refresh(pec_imap::Hub, RefreshOptions);

impl Job for Refresh {
    async fn run(self, _: Told<'_>) -> Result<String, Error> {
        Ok(self.0.refresh(self.1).await?.to_lines())
    }
}

/// A mailbox and what is done in it.
struct In<T> {
    hub: pec_imap::Hub,
    account: Account,
    what: T,
}

impl pec_hub {
    fn open<T>(&self, address: &str, what: T) -> Result<In<T>, Failure> {
        Ok(In { hub: self.hub.clone(), account: self.hub.open(address)?, what })
    }
}

struct Check;

impl Job for In<Check> {
    async fn run(self, _: Told<'_>) -> Result<String, Error> {
        let checked = self.account.check(self.hub.network()).await?;
        Ok(report::Checked::of(self.account.address(), &checked).to_json())
    }
}

struct Sync;

impl Job for In<Sync> {
    async fn run(self, told: Told<'_>) -> Result<String, Error> {
        let mut watch = |progress: SyncProgress<'_>| told.at(progress.done, progress.total);
        let synced = self.hub.receiver().sync(self.hub.network(), &self.account, &mut watch).await?;
        Ok(report::Synced::of(self.account.address(), &synced).to_json())
    }
}

impl Job for In<Watching> {
    async fn run(self, told: Told<'_>) -> Result<String, Error> {
        let address = self.account.address().to_owned();
        let mut each = |run: Result<Synced, Error>| {
            let said = match run {
                // A run that found nothing says nothing.
                Ok(synced) if synced.new_messages() == 0 && synced.is_complete() => None,
                Ok(synced) => Some(report::Synced::of(&address, &synced).to_json()),
                Err(error) => Some(report::Problem::of(&error).to_json()),
            };
            let told = said.map_or(Ok(()), |report| told.0.tell(Event::Report(report)));
            if told.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut progress = |_: SyncProgress<'_>| ControlFlow::Continue(());
        let receiver = self.hub.receiver();
        receiver.watch(self.hub.network(), &self.account, self.what, &mut progress, &mut each).await?;
        Ok(String::new())
    }
}

impl Job for In<pec_imap::Sender> {
    const GENTLY: bool = true;

    async fn run(self, told: Told<'_>) -> Result<String, Error> {
        let mut watch = |SendProgress { sent, others }| told.at(sent + others, 0);
        let dispatch = self.what.send_queued(self.hub.network(), &self.account, &mut watch).await?;
        Ok(report::Dispatch::of(self.account.address(), &dispatch).to_json())
    }
}

struct Delete(::pec_archive::Actor, Vec<::pec_archive::Id>, jiff::Timestamp);

impl Job for In<Delete> {
    async fn run(self, _: Told<'_>) -> Result<String, Error> {
        let (archive, Delete(actor, ids, now)) = (Arc::clone(self.hub.receiver().archive()), self.what);
        let deleted = self.account.delete_archived(self.hub.network(), &archive, &actor, &ids, now).await?;
        let address = self.account.address();
        Ok(lines(&deleted.iter().map(|one| report::Deleted::of(address, one)).collect::<Vec<_>>()))
    }
}

struct TakeIn(::pec_archive::Actor, Vec<::pec_archive::Id>, String);

impl Job for In<TakeIn> {
    async fn run(self, _: Told<'_>) -> Result<String, Error> {
        let (archive, TakeIn(actor, ids, folder)) = (Arc::clone(self.hub.receiver().archive()), self.what);
        let relayed = self.account.take_in(self.hub.network(), &folder, &archive, &actor, &ids).await?;
        Ok(lines(&relayed.iter().map(report::Relayed::of).collect::<Vec<_>>()))
    }
}

/// Begins to look at every mailbox: its counters, and what is new into the archive. `options` is one JSON object, an empty text for
/// none: `parallel` (16), `per_provider` (8), `budget_ms` (60000), after which the answer is given, `patience_ms` (15000) for one
/// mailbox to let us in, `pause_ms` (300000) for a provider that has asked to wait, `receive` (true). Its report is a JSON object
/// (`refreshed`) a mailbox and line, and one for the whole (`refresh`), as `pec hub refresh --json` prints them. The work lives
/// without the hub. Freed by `pec_work_free`.
///
/// # Safety
/// `options` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_refresh(
    hub: Option<&pec_hub>,
    options: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let options = unsafe { text(options, "options") }?;
        let (out, look): (_, Look) = (some(out, "out")?, self::options(options, "options")?);
        let options = RefreshOptions {
            parallel: look.parallel,
            per_provider: look.per_provider,
            budget: Duration::from_millis(look.budget_ms),
            patience: Duration::from_millis(look.patience_ms),
            pause: Duration::from_millis(look.pause_ms),
            receive: look.receive,
        };
        out.write(begin(Refresh(it.hub.clone(), options))?);
        Ok(())
    })
}

/// Begins to log in to a mailbox once and to look around; nothing changes by it. `address` is a mailbox that is managed, UTF-8 ended by NUL: `PEC_WIRE_ACCESS` where its provider has refused the password that
/// is kept, `PEC_HUB_MANDATE`, `PEC_HUB_CREDENTIAL`. Its report is one JSON object (`checked`),
/// as `pec box check --json` prints it. Freed by `pec_work_free`.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_check_mailbox(
    hub: Option<&pec_hub>,
    address: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        let out = some(out, "out")?;
        out.write(begin(it.open(address, Check)?)?);
        Ok(())
    })
}

/// Begins to bring what is new in every folder of a mailbox into the archive; nothing on the server changes. What was stored before
/// it is cancelled stays. Its report is one JSON object (`synced`), as `pec box sync --json` prints it; its progress is that of the
/// folder that is read. The rest is as for `pec_work_check_mailbox`.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_sync(
    hub: Option<&pec_hub>,
    address: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        let out = some(out, "out")?;
        out.write(begin(it.open(address, Sync)?)?);
        Ok(())
    })
}

/// Begins to bring in what is there, then what comes, until it is cancelled: an event (`PEC_EVENT_REPORT`) for each run that
/// brought something (`synced`), and for each connection that broke (`problem`), which is made anew after a pause. A server that
/// does not tell of mail is asked every `poll_ms` milliseconds. The rest is as for `pec_work_check_mailbox`.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_watch(
    hub: Option<&pec_hub>,
    address: *const c_char,
    poll_ms: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        let out = some(out, "out")?;
        let watching = Watching { poll: Duration::from_millis(u64::from(poll_ms)), ..Watching::default() };
        out.write(begin(it.open(address, watching)?)?);
        Ok(())
    })
}

/// Begins to send what waits in the outbox of a mailbox, at the pace that its provider allows; a message goes out once under its
/// key. `partial` is a `pec_partial`. Cancelled, it lets a message that is being handed over go to its end. Its report is one JSON
/// object (`dispatch`). The rest is as for `pec_work_check_mailbox`.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_send(
    hub: Option<&pec_hub>,
    address: *const c_char,
    partial: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        let partial = match partial {
            n if n == pec_partial::PEC_PARTIAL_NOTHING as u32 => Partial::AllOrNothing,
            n if n == pec_partial::PEC_PARTIAL_REST as u32 => Partial::TheRest,
            _ => return Err(unknown("partial", partial)),
        };
        let out = some(out, "out")?;
        let sender = it.hub.sender(address)?.partial(partial);
        out.write(begin(it.open(address, sender)?)?);
        Ok(())
    })
}

/// Begins to take messages, their identifiers with commas between them, from the server of a mailbox: the archive reads and
/// hashes each anew, writes down that it is about to go at `now`, and only then the server lets go of exactly that one. Its report
/// is one JSON object (`deleted`) a place and line: what cannot go is there and stays. The rest is as for
/// `pec_work_check_mailbox`.
///
/// # Safety
/// `address` and `ids` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_delete_archived(
    hub: Option<&pec_hub>,
    address: *const c_char,
    ids: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        // SAFETY: the caller's promise.
        let ids = unsafe { text(ids, "ids") }?;
        let (out, ids, now) = (some(out, "out")?, self::ids(ids)?, instant(now, "now")?);
        out.write(begin(it.open(address, Delete(it.actor.clone(), ids, now))?)?);
        Ok(())
    })
}

/// Begins to put messages of the archive, their identifiers with commas between them, into a folder of a mailbox, byte for byte,
/// and to read them back where the server says where they are. `folder` is named as people name it, `INBOX` for the first one. Its
/// report is one JSON object (`relayed`) a message and line. The rest is as for `pec_work_check_mailbox`.
///
/// # Safety
/// `address`, `folder` and `ids` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_take_in(
    hub: Option<&pec_hub>,
    address: *const c_char,
    folder: *const c_char,
    ids: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        // SAFETY: the caller's promise.
        let folder = unsafe { text(folder, "folder") }?;
        // SAFETY: the caller's promise.
        let ids = unsafe { text(ids, "ids") }?;
        let (out, ids) = (some(out, "out")?, self::ids(ids)?);
        out.write(begin(it.open(address, TakeIn(it.actor.clone(), ids, folder.to_owned()))?)?);
        Ok(())
    })
}
