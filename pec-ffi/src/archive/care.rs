//! Long work on archives, in the background: what it comes to is a report.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use ::pec_archive::report::{Report as _, lines};
use ::pec_archive::{Actor, Archive, Error, Progress, Watch};
use pec_core::finding::Language;
use pec_files::Reason;
use pec_files::work::{End, Failed, Outcome, Teller, Work};

use super::{pec_archive, pec_intake};
use crate::border::{enter, instant, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::verification::pec_text;
use crate::work::{no_threads, pec_work};

/// Begins `job` on threads of its own, 0 for as many as there are cores.
pub(super) fn begin(
    threads: u32,
    job: impl FnOnce(Watch<'_>) -> Result<String, Error> + Send + 'static,
) -> Result<Option<Box<pec_work>>, Failure> {
    let work = Work::start(threads as usize, move |teller| watched(teller, job)).map_err(no_threads)?;
    Ok(Some(Box::new(pec_work::on_archive(work))))
}

fn watched(teller: &Teller<'_, String>, job: impl FnOnce(Watch<'_>) -> Result<String, Error>) -> Outcome<String> {
    let mut ended = teller.is_cancelled();
    if ended {
        return Err(End::Cancelled);
    }
    let mut watch = |Progress { done, total }: Progress| match teller.at(done, total) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => {
            ended = true;
            ControlFlow::Break(())
        }
    };
    match job(&mut watch) {
        Err(error) => Err(End::Failed(failed(&error))),
        Ok(_) if ended => Err(End::Cancelled),
        Ok(report) => Ok(report),
    }
}

fn failed(error: &Error) -> Failed {
    let text = |language| error.explanation(language).to_owned();
    let reason = Reason::new(text(Language::It), text(Language::En));
    Failed::Coded { code: error.code(), evidence: error.to_string(), reason }
}

impl pec_archive {
    /// What a work keeps of it.
    pub(crate) fn kept(&self) -> (Arc<Archive>, Actor) {
        (Arc::clone(&self.archive), self.actor.clone())
    }
}

/// Begins to read every message again and to compare its digest; structure, index, log and evidence are checked too. All damage
/// is named, nothing is repaired. Verdicts are not judged again: `pec_work_reverify` does that. Its report is one JSON object (`check`), as `pec archive check --json` prints it. The work
/// lives without the archive. Freed by `pec_work_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_work_check(
    archive: Option<&pec_archive>,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(archive, "archive")?, some(out, "out")?);
        let (archive, actor) = it.kept();
        out.write(begin(1, move |watch| Ok(archive.check(&actor, watch)?.to_json()))?);
        Ok(())
    })
}

/// Begins to take away what no message uses; it only takes room. Its report is one JSON object (`collected`). It cannot be
/// cancelled once it is at work. Freed by `pec_work_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_work_collect(
    archive: Option<&pec_archive>,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(archive, "archive")?, some(out, "out")?);
        let (archive, actor) = it.kept();
        out.write(begin(1, move |_| Ok(archive.collect(&actor)?.to_json()))?);
        Ok(())
    })
}

/// Begins to write a copy of the archive as it is at this moment, while others read and write; the copy is compact, and an archive
/// itself. `to` is UTF-8, ended by NUL. The work fails with `PEC_ARCHIVE_EXISTS` where anything is there. Its report is empty. It
/// cannot be cancelled once it is at work. Freed by `pec_work_free`.
///
/// # Safety
/// `to` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_backup(
    archive: Option<&pec_archive>,
    to: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let to = PathBuf::from(unsafe { text(to, "to") }?);
        let out = some(out, "out")?;
        let (archive, actor) = it.kept();
        out.write(begin(1, move |_| archive.backup(&actor, &to).map(|()| String::new()))?);
        Ok(())
    })
}

/// Begins to judge every message again, with newer trust data or a newer engine. Its report is one JSON object (`changed`) a line for
/// each verdict that has changed, as `pec archive reverify --json` prints them. `now` is the caller's time in seconds since 1970
/// (UTC); `threads` is how many verify at once, 0 for as many as there are cores. The work lives without archive and intake.
/// Freed by `pec_work_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_work_reverify(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    now: i64,
    threads: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?.shared());
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let (archive, actor) = it.kept();
        out.write(begin(threads, move |watch| {
            archive.reverify(&actor, &intake.at(now), watch).map(|changed| lines(&changed))
        })?);
        Ok(())
    })
}

/// Begins to make everything anew that is worked out from the bytes: verdicts, dossiers, the index. Nothing is hidden meanwhile, nor
/// when it is cancelled. Its report is empty. The parameters are those of `pec_work_reverify`. Freed by `pec_work_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_work_rebuild_index(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    now: i64,
    threads: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?.shared());
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let (archive, actor) = it.kept();
        out.write(begin(threads, move |watch| {
            archive.rebuild_index(&actor, &intake.at(now), watch).map(|()| String::new())
        })?);
        Ok(())
    })
}

/// Begins to take in everything below `path`, UTF-8 ended by NUL: a file of one message, an mbox, a ZIP, a folder of them, a
/// Maildir. Nothing that cannot be read stops it; a second import goes on where the first was ended. Its report is one JSON
/// object (`imported`), as `pec archive import --json` prints it: what could not be read stands in it. What was taken in before it
/// is cancelled stays. The other parameters are those of `pec_work_reverify`. Freed by `pec_work_free`.
///
/// # Safety
/// `path` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_import(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    path: *const c_char,
    now: i64,
    threads: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?.shared());
        // SAFETY: the caller's promise.
        let path = PathBuf::from(unsafe { text(path, "path") }?);
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let (archive, actor) = it.kept();
        out.write(begin(threads, move |watch| {
            archive.import(&actor, &intake.at(now), &[path], watch).map(|imported| imported.to_json())
        })?);
        Ok(())
    })
}

/// Begins to bring everything that can still be read of the broken archive at `from` into a new one at `to`, both UTF-8 ended by
/// NUL. `from` is only read. `actor` is in whose name it is done, `host` for the host itself. Its report is one JSON object
/// (`salvaged`), as `pec archive salvage --json` prints it. The work fails with `PEC_ARCHIVE_EXISTS` where anything is at `to`. The
/// other parameters are those of `pec_work_reverify`. Freed by `pec_work_free`.
///
/// # Safety
/// `actor`, `from` and `to` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_salvage(
    intake: Option<&pec_intake>,
    actor: *const c_char,
    from: *const c_char,
    to: *const c_char,
    now: i64,
    threads: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let intake = some(intake, "intake")?.shared();
        // SAFETY: the caller's promise.
        let actor = Actor::local(unsafe { text(actor, "actor") }?);
        // SAFETY: the caller's promise.
        let from = PathBuf::from(unsafe { text(from, "from") }?);
        // SAFETY: the caller's promise.
        let to = PathBuf::from(unsafe { text(to, "to") }?);
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        out.write(begin(threads, move |watch| {
            Archive::salvage(&actor, &intake.at(now), &from, &to, watch).map(|salvaged| salvaged.to_json())
        })?);
        Ok(())
    })
}

/// What work on an archive came to, once: JSON of the form that the function which began it names; it may be empty. `PEC_ABSENT`
/// before it is finished, when it came to nothing, when it was taken before, and for other work. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_work_report(
    work: Option<&pec_work>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (work, out) = (some(work, "work")?, some(out, "out")?);
        let report = work.report().ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        out.write(Some(Box::new(pec_text::new(report))));
        Ok(())
    })
}
