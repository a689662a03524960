//! Mailboxes on disk tied together: every message is read, verified, and noted; its bytes are not held.

use std::sync::Arc;

use jiff::Timestamp;
use pec_core::reconcile::{Record, Source};
use pyo3::prelude::*;

use super::{Body, Book, Dossiers, Kept};
use crate::directory::Directory;
use crate::failure::Failure;
use crate::instant::now;
use crate::limits::Limits;
use crate::many::{Run, Seen, warn};
use crate::trust::{Evidence, TrustStore};
use crate::verifier::Judge;
use crate::words::reading;

/// What became of one message.
enum Noted {
    Record(Box<Record>, Kept),
    Nothing,
    Unread(String, Failure),
}

/// Notes what a message contributes.
fn note(seen: Seen, judge: &Arc<Judge>, now: Timestamp) -> Noted {
    let found = match seen.verified {
        Err((name, failure)) => return Noted::Unread(name, failure),
        Ok(found) => found,
    };
    let name = found.message.name.to_string();
    let record = Record::of(Source(seen.number), &found.message.message, &found.verification);
    let Some(record) = record else { return Noted::Nothing };
    let body = match seen.file {
        Some(path) => Body::File(path, Arc::clone(judge), now),
        None => Body::Held(found.message, Box::new(found.verification)),
    };
    Noted::Record(Box::new(record), Kept { name, body })
}

/// Ties the receipts of mailboxes to the messages they speak of. `sources` is a path, or an iterable of whatever gives a
/// message: paths of files, folders, Maildirs and mbox files, bytes, file objects. Files that hold one message are read again
/// when a dossier is examined, not held.
///
/// `progress` is called with the number of messages that were read, on the calling thread; what it raises ends the work.
/// `reading` is `"plain"`, or `"art-147"` for notifications: also when a delivery counts by art. 147 c.p.c. `threads` is
/// one for each core, unless given. The other parameters are those of `Verifier` and `Ledger`.
///
/// What cannot be read does not end the work: it is told to the log `pecpy`, as a warning, and kept in `Dossiers.unread`.
///
/// Only what is certified moves the state of a recipient; the rest is listed as a claim.
///
/// >>> dossiers = link([])
/// >>> len(dossiers), dossiers.strays
/// (0, [])
#[pyfunction]
#[pyo3(signature = (sources, *, now = None, trust = None, evidence = None, directory = None, judged_at = None, mailbox = "user",
    limits = None, own_mailboxes = Vec::new(), service_receipts = "hidden", reading = "plain", threads = None, progress = None))]
#[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn link(
    py: Python<'_>,
    sources: &Bound<'_, PyAny>,
    now: Option<&Bound<'_, PyAny>>,
    trust: Option<&Bound<'_, TrustStore>>,
    evidence: Option<&Bound<'_, Evidence>>,
    directory: Option<&Bound<'_, Directory>>,
    judged_at: Option<&Bound<'_, PyAny>>,
    mailbox: &str,
    limits: Option<&Bound<'_, Limits>>,
    own_mailboxes: Vec<String>,
    service_receipts: &str,
    reading: &str,
    threads: Option<usize>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Dossiers> {
    let (trust, evidence) = (trust.map(Bound::get), evidence.map(Bound::get));
    let judge = Arc::new(Judge::new(trust, evidence, directory.map(Bound::get), judged_at, mailbox, limits)?);
    let (now, reading) = (self::now(now)?, self::reading(reading)?);
    let mut book = Book::new(&own_mailboxes, service_receipts)?;
    let mut run = Run::new(Arc::clone(&judge), now, sources, threads)?;
    let progress = progress.map(|progress| progress.clone().unbind());
    let mut unread = Vec::new();
    let (mut read, mut told) = (0, 0);
    loop {
        let tick = |py: Python<'_>, done: usize| match &progress {
            Some(progress) if read + done > told => {
                told = read + done;
                progress.call1(py, (told,)).map(drop)
            }
            _ => Ok(()),
        };
        match run.next(py, |seen| note(seen, &judge, now), tick)? {
            None => break,
            Some(noted) => {
                read += 1;
                match noted {
                    Noted::Record(record, kept) => book.add(*record, kept).map_err(Failure::from)?,
                    Noted::Nothing => {}
                    Noted::Unread(name, failure) => {
                        warn(py, &name, &failure)?;
                        unread.push((name, failure));
                    }
                }
            }
        }
    }
    Dossiers::of(py, Arc::new(book), now, reading, unread)
}
