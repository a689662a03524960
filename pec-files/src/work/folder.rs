//! Files and folders, verified or linked in the background.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use pec_core::reconcile::{Report, StrayReport};
use pec_core::verify;

use super::{Cancelled, End, Event, Failed, Outcome, Teller, Work, in_pool};
use crate::judge::{Judge, Judged, Unread};
use crate::link::{Dossiers, Halt, Linked, Options, Written};
use crate::place::places;
use crate::reason::Reason;

/// Verifies every message below `paths` in the background; one event a message, in the order of the places.
///
/// # Errors
/// When the system gives no thread.
pub fn verify(judge: Arc<Judge>, paths: Vec<PathBuf>, now: Timestamp, threads: usize) -> std::io::Result<Work<()>> {
    Work::start(threads, move |teller| {
        let places = places(&paths);
        teller.total(places.len());
        let make = |_, judged: Result<Judged, Unread>| match judged {
            // What nobody will hear need not be written.
            _ if teller.is_cancelled() => None,
            judged => Some(event(judged.map(|judged| message(&judged)))),
        };
        judge.each(&places, now, &|| teller.step(), make, |made| {
            made.into_iter().try_for_each(|event| teller.tell(event.ok_or(Cancelled)?))
        })?;
        Ok(())
    })
}

/// Ties the receipts below `paths` to the messages they speak of in the background; one event a message, in the order of the
/// places. It comes to the dossiers.
///
/// # Errors
/// When the system gives no thread.
pub fn link(
    judge: Arc<Judge>,
    paths: Vec<PathBuf>,
    options: Options,
    threads: usize,
) -> std::io::Result<Work<Dossiers>> {
    Work::start(threads, move |teller| written(&judge, &paths, options, teller))
}

fn written(judge: &Judge, paths: &[PathBuf], options: Options, teller: &Teller<'_, Dossiers>) -> Outcome<Dossiers> {
    let places = places(paths);
    teller.total(places.len());
    let mut unread = Vec::new();
    let note = |judged: &Judged| (!teller.is_cancelled()).then(|| message(judged));
    let tell = |told: Result<Option<Event>, Unread>| match told {
        Ok(None) => Err(Cancelled),
        Ok(Some(message)) => teller.tell(message),
        Err(one) => {
            unread.push(Written::of_unread(&one));
            teller.tell(event(Err(one)))
        }
    };
    let linked = Linked::gather(judge, &places, options, &|| teller.step(), note, tell)?;
    dossiers(linked, unread, || teller.is_cancelled())
}

/// Every dossier and stray, written.
fn dossiers(mut linked: Linked<'_>, unread: Vec<Written>, is_cancelled: impl Fn() -> bool) -> Outcome<Dossiers> {
    let mut dossiers = Dossiers { unread, ..Dossiers::default() };
    linked.each(|entry, name| {
        if is_cancelled() {
            return Err(Cancelled);
        }
        dossiers.dossiers.push(Written::of(&Report::new(&entry.dossier, &entry.examination, name)));
        Ok(())
    })?;
    let names = linked.names();
    let name = |source| names.called(source);
    dossiers.strays = linked.strays().iter().map(|stray| Written::of_stray(&StrayReport::new(stray, &name))).collect();
    Ok(dossiers)
}

/// The verifications of every message below `paths`, one line of JSON each, as `pec verify --json` prints them. It is done when
/// this returns, on `threads` threads, 0 for as many as there are cores, which are ended then.
///
/// # Errors
/// When the system gives no thread.
pub fn verify_now(judge: &Judge, paths: &[PathBuf], now: Timestamp, threads: usize) -> Result<String, Failed> {
    here(threads, || {
        let mut lines = String::new();
        let line = |_, judged: Result<Judged, Unread>| match judged {
            Ok(it) => verify::Report::new(&it.name, &it.message, &it.verification).to_json() + "\n",
            Err(unread) => unread.beside_verifications() + "\n",
        };
        judge.each(&places(paths), now, &|| (), line, |made| {
            lines.extend(made);
            Ok::<(), Cancelled>(())
        })?;
        Ok(lines)
    })
}

/// The dossiers of every message below `paths`, as [`link`] comes to them. It is done when this returns, on threads as for
/// [`verify_now`].
///
/// # Errors
/// [`Failed::LedgerFull`] and [`Failed::Machine`].
pub fn link_now(judge: &Judge, paths: &[PathBuf], options: Options, threads: usize) -> Result<Dossiers, Failed> {
    here(threads, || {
        let mut unread = Vec::new();
        let tell = |told: Result<(), Unread>| {
            unread.extend(told.err().as_ref().map(Written::of_unread));
            Ok(())
        };
        let linked = Linked::gather(judge, &places(paths), options, &|| (), |_| (), tell)?;
        dossiers(linked, unread, || false)
    })
}

/// Nobody can cancel this.
fn here<T: Send>(threads: usize, job: impl FnOnce() -> Outcome<T> + Send) -> Result<T, Failed> {
    in_pool(threads, job).map_err(|end| match end {
        End::Failed(failed) => failed,
        End::Cancelled => Failed::Panic("cancelled by nobody".to_owned()),
    })
}

fn event(judged: Result<Event, Unread>) -> Event {
    judged.unwrap_or_else(|Unread { name, reason }| Event::Unread { name, reason })
}

fn message(Judged { name, message, verification }: &Judged) -> Event {
    let json = verify::Report::new(name, message, verification).to_json();
    Event::Message { name: name.clone(), verdict: verification.verdict(), json }
}

impl From<Halt<Cancelled>> for End {
    fn from(halt: Halt<Cancelled>) -> Self {
        match halt {
            Halt::Told(Cancelled) => Self::Cancelled,
            Halt::Spool(error) => Self::Failed(Failed::Machine(Reason::of_io(&error).about("temporary file"))),
            Halt::Full(_) => Self::Failed(Failed::LedgerFull(Reason::new(
                "troppi messaggi per un solo confronto: dividere la casella in più cartelle",
                "too many messages for one run: divide the mailbox into several folders",
            ))),
        }
    }
}
