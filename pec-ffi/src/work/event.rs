//! What has happened in work that goes on in the background.

use std::mem::MaybeUninit;

use pec_core::finding::Language;
use pec_files::work::{Event, Told};

use crate::border::{self, enter, some};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::{pec_str, unknown};
use crate::verification::pec_verdict;

/// What has happened: made by `pec_event_next`, freed by `pec_event_free`. It never changes, may be shared between threads, and
/// lives without the work.
#[derive(Debug)]
pub struct pec_event {
    told: Box<Told>,
}

impl pec_event {
    pub(super) const fn new(told: Box<Told>) -> Self {
        Self { told }
    }
}

/// Kinds of events. New ones may be added: pass over those that are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_event_kind {
    /// A message was read and verified.
    PEC_EVENT_MESSAGE = 1,
    /// A message or file could not be read.
    PEC_EVENT_UNREAD = 2,
    /// All is done; the last event.
    PEC_EVENT_FINISHED = 3,
    /// It was cancelled; the last event.
    PEC_EVENT_CANCELLED = 4,
    /// It could not go on; the last event.
    PEC_EVENT_FAILED = 5,
    /// Work on an archive is one hundredth further.
    PEC_EVENT_PROGRESS = 6,
    /// A part of what the work comes to is there (`PEC_EVENT_JSON`): of work that goes on until it is ended.
    PEC_EVENT_REPORT = 7,
}

/// The texts of an event, for `pec_event_text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_event_field {
    /// Name of the message or file: its path as found, with `#` and a number in an mbox.
    PEC_EVENT_NAME = 0,
    /// The verdict by its name.
    PEC_EVENT_VERDICT = 1,
    /// The verification as JSON, as `pec verify --json` prints it; or the report.
    PEC_EVENT_JSON = 2,
    /// Why something could not be read or could not go on, in Italian.
    PEC_EVENT_REASON_IT = 3,
    /// The same in English.
    PEC_EVENT_REASON_EN = 4,
}

/// The kind of an event.
#[unsafe(no_mangle)]
pub extern "C" fn pec_event_what(
    event: Option<&pec_event>,
    out: Option<&mut MaybeUninit<pec_event_kind>>,
) -> pec_result {
    use pec_event_kind as K;
    enter(None, || {
        let (event, out) = (some(event, "event")?, some(out, "out")?);
        out.write(match event.told.event {
            Event::Message { .. } => K::PEC_EVENT_MESSAGE,
            Event::Unread { .. } => K::PEC_EVENT_UNREAD,
            Event::Progress => K::PEC_EVENT_PROGRESS,
            Event::Report(_) => K::PEC_EVENT_REPORT,
            Event::Finished => K::PEC_EVENT_FINISHED,
            Event::Cancelled => K::PEC_EVENT_CANCELLED,
            // What pec-files adds gets a number here.
            _ => K::PEC_EVENT_FAILED,
        });
        Ok(())
    })
}

/// How far the work was: files that were done, and files in all; an mbox is one.
#[unsafe(no_mangle)]
pub extern "C" fn pec_event_progress(
    event: Option<&pec_event>,
    done: Option<&mut MaybeUninit<u64>>,
    total: Option<&mut MaybeUninit<u64>>,
) -> pec_result {
    enter(None, || {
        let (event, done, total) = (some(event, "event")?, some(done, "done")?, some(total, "total")?);
        done.write(event.told.done);
        total.write(event.told.total);
        Ok(())
    })
}

/// One text of an event; `field` is a `pec_event_field`. `PEC_ABSENT` where its kind has none. It lives as long as the event.
#[unsafe(no_mangle)]
pub extern "C" fn pec_event_text(
    event: Option<&pec_event>,
    field: u32,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (event, out) = (some(event, "event")?, some(out, "out")?);
        let text = event.text(field)?.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        out.write(pec_str::of(text));
        Ok(())
    })
}

impl pec_event {
    fn text(&self, field: u32) -> Result<Option<&str>, Failure> {
        use pec_event_field as F;
        let reason = |language| match &self.told.event {
            Event::Unread { reason, .. } => Some(reason.of(language)),
            Event::Failed(failed) => Some(failed.text(language)),
            _ => None,
        };
        Ok(match (field, &self.told.event) {
            (n, Event::Message { name, .. } | Event::Unread { name, .. }) if n == F::PEC_EVENT_NAME as u32 => {
                Some(name)
            }
            (n, Event::Message { verdict, .. }) if n == F::PEC_EVENT_VERDICT as u32 => Some(verdict.as_str()),
            (n, Event::Message { json, .. } | Event::Report(json)) if n == F::PEC_EVENT_JSON as u32 => Some(json),
            (n, _) if n == F::PEC_EVENT_REASON_IT as u32 => reason(Language::It),
            (n, _) if n == F::PEC_EVENT_REASON_EN as u32 => reason(Language::En),
            (n, _) if n > F::PEC_EVENT_REASON_EN as u32 => return Err(unknown("field", field)),
            _ => None,
        })
    }
}

/// The verdict on the message; `PEC_ABSENT` for other kinds of events.
#[unsafe(no_mangle)]
pub extern "C" fn pec_event_verdict(
    event: Option<&pec_event>,
    out: Option<&mut MaybeUninit<pec_verdict>>,
) -> pec_result {
    enter(None, || {
        let (event, out) = (some(event, "event")?, some(out, "out")?);
        let Event::Message { verdict, .. } = event.told.event else {
            return Err(Failure::new(pec_result::PEC_ABSENT));
        };
        out.write(verdict.into());
        Ok(())
    })
}

/// Why the work could not go on, as an error object (`PEC_LEDGER_FULL`, `PEC_FILE`, `PEC_PANIC`, or what an archive answers);
/// `PEC_ABSENT` for other kinds of events. Freed by `pec_error_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_event_failure(
    event: Option<&pec_event>,
    out: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(None, || {
        let (event, out) = (some(event, "event")?, some(out, "out")?);
        let Event::Failed(failed) = &event.told.event else {
            return Err(Failure::new(pec_result::PEC_ABSENT));
        };
        out.write(Some(Box::new(pec_error::from(Failure::from(failed.clone())))));
        Ok(())
    })
}

/// Ends the life of an event. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_event_free(event: Option<Box<pec_event>>) {
    border::release(event);
}
