//! Packages ready for deposit with a conservation service, and what it answers.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::path::PathBuf;

use ::pec_archive::deposit::{Options, ReportForm, Selection, Target};
use ::pec_archive::report::{Report as _, lines};
use ::pec_archive::search::Query;

use super::care::begin;
use super::{ids, pec_archive, pec_intake};
use crate::border::{self, bytes, enter, instant, list, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;
use crate::verification::pec_text;
use crate::work::pec_work;

/// What a host says of the documents and packages of a deposit. It can be changed until it is freed; work takes a copy.
#[derive(Debug)]
pub struct pec_deposit {
    options: Options,
}

/// The least that has to be said: `producer`, whose documents they are, as `VATIT-12345678903=Ditta S.r.l.` or
/// `TINIT-RSSMRA70A01H501S=Rossi, Maria`. `PEC_ARCHIVE_VALUE` for another form, or where a check digit is wrong. Freed by
/// `pec_deposit_free`.
///
/// # Safety
/// `producer` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_deposit_new(
    producer: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_deposit>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let producer = unsafe { text(producer, "producer") }?;
        let out = some(out, "out")?;
        out.write(Some(Box::new(pec_deposit { options: Options::new(producer.parse()?) })));
        Ok(())
    })
}

/// Sets one option by its name, as `pec archive deposit make` has it: `submitter`, `signer` (`ROLE:ID=NAME`, adds one),
/// `classification`, `classification-name`, `classification-plan`, `dossier` (`ID=SUBJECT`), `confidential` (`yes` or `no`),
/// `retention` (years), `message-format`, `max-bytes`, `max-documents`. `PEC_ARCHIVE_VALUE` for another name, and for a value
/// that the option cannot have: then nothing is changed.
///
/// # Safety
/// `name` and `value` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_deposit_set(
    deposit: Option<&mut pec_deposit>,
    name: *const c_char,
    value: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let deposit = some(deposit, "deposit")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: the caller's promise.
        let value = unsafe { text(value, "value") }?;
        Ok(deposit.options.set(name, value)?)
    })
}

/// Ends the life of what was said of a deposit. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_deposit_free(deposit: Option<Box<pec_deposit>>) {
    border::release(deposit);
}

/// What a selection is, for `pec_work_deposit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_selection {
    /// A query, as for `pec_archive_search`.
    PEC_SELECTION_QUERY = 0,
    /// Identifiers of messages, with commas between them.
    PEC_SELECTION_MESSAGES = 1,
    /// Transactions, *identificativo* or *msgid*, with commas between them.
    PEC_SELECTION_TRANSACTIONS = 2,
}

fn selected(selection: u32, what: &str) -> Result<Selection, Failure> {
    use pec_selection as S;
    Ok(match selection {
        n if n == S::PEC_SELECTION_QUERY as u32 => {
            Selection::Query(Query::parse(what).map_err(::pec_archive::Error::from)?)
        }
        n if n == S::PEC_SELECTION_MESSAGES as u32 => Selection::Messages(ids(what)?),
        n if n == S::PEC_SELECTION_TRANSACTIONS as u32 => {
            Selection::Transactions(list(what).map(str::to_owned).collect())
        }
        _ => return Err(unknown("selection", selection)),
    })
}

/// Begins to make packages ready for deposit of a selection, one or more as the limits ask; `selection` is a `pec_selection` and
/// says what `what` is. Whole transactions are packed; what a package has already is left out. `to`, UTF-8 ended by NUL, is a
/// file where it ends in `.zip`, else a folder in which each package is a folder. Its report is one JSON object (`made`), as
/// `pec archive deposit make --json` prints it. Packages that were made before it is cancelled stay, and `pec_archive_deposits`
/// has them. The other parameters are those of `pec_work_reverify`. Freed by `pec_work_free`.
///
/// A package is ready for deposit and nothing more: keeping by the rules of the law begins when a conservation service has
/// accepted it.
///
/// # Safety
/// `what` and `to` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_deposit(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    deposit: Option<&pec_deposit>,
    selection: u32,
    what: *const c_char,
    to: *const c_char,
    now: i64,
    threads: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?.shared());
        let options = some(deposit, "deposit")?.options.clone();
        // SAFETY: the caller's promise.
        let selection = selected(selection, unsafe { text(what, "what") }?)?;
        // SAFETY: the caller's promise.
        let target = Target::from(PathBuf::from(unsafe { text(to, "to") }?));
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let (archive, actor) = it.kept();
        out.write(begin(threads, move |watch| {
            let made = archive.deposit(&actor, &intake.at(now), &selection, &options, &target, watch);
            made.map(|made| made.to_json())
        })?);
        Ok(())
    })
}

/// Begins to bring the refused documents of a package once more, in new packages that name it; `package` is its name. The rest is
/// as for `pec_work_deposit`.
///
/// # Safety
/// `package` and `to` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_deposit_again(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    deposit: Option<&pec_deposit>,
    package: *const c_char,
    to: *const c_char,
    now: i64,
    threads: u32,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?.shared());
        let options = some(deposit, "deposit")?.options.clone();
        // SAFETY: the caller's promise.
        let package = unsafe { text(package, "package") }?.to_owned();
        // SAFETY: the caller's promise.
        let target = Target::from(PathBuf::from(unsafe { text(to, "to") }?));
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let (archive, actor) = it.kept();
        out.write(begin(threads, move |watch| {
            let made = archive.deposit_again(&actor, &intake.at(now), &package, &options, &target, watch);
            made.map(|made| made.to_json())
        })?);
        Ok(())
    })
}

/// Reads a report of deposit (*rapporto di versamento*) and writes down what it says of each document. `form` adds names of elements
/// and words to those that are known, `KIND=NAME` with commas between them, such as `outcome=EsitoVersamento,accepted=PRESO`; kinds
/// are `document`, `digest`, `outcome`, `reason`, `name`, `time`, `accepted`, `refused`; it may be empty. What comes out is one JSON
/// object (`deposit-report`); freed by `pec_text_free`. `PEC_ARCHIVE_REPORT` when it cannot be read: then nothing is changed.
///
/// Nothing proves that a report is genuine: a signature on it is for the host to check.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read; `form` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_deposit_report(
    archive: Option<&pec_archive>,
    data: *const u8,
    len: usize,
    form: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let report = unsafe { bytes(data, len, "data") }?;
        // SAFETY: the caller's promise.
        let additions = unsafe { text(form, "form") }?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let mut form = ReportForm::default();
        for addition in list(additions) {
            let (kind, name) = addition.split_once('=').unwrap_or((addition, ""));
            form.add(kind.trim(), name.trim())?;
        }
        let report = it.archive.deposit_report(&it.actor, now, report, &form)?;
        out.write(Some(Box::new(pec_text::new(report.to_json()))));
        Ok(())
    })
}

/// Gives up a package of which no report will speak, because it was lost on its way or sent back as a whole: its documents that wait
/// still count as refused, for `reason`, which may not be empty, so that `pec_work_deposit_again` brings them. `package` is its
/// name. `documents` is how many it will bring; where none waits nothing is changed. `PEC_ARCHIVE_NOT_FOUND` when there is no such
/// package.
///
/// A report that comes later all the same overrules this. It proves nothing about what the conservation service has.
///
/// # Safety
/// `package` and `reason` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_withdraw_deposit(
    archive: Option<&pec_archive>,
    package: *const c_char,
    reason: *const c_char,
    now: i64,
    documents: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let package = unsafe { text(package, "package") }?;
        // SAFETY: the caller's promise.
        let reason = unsafe { text(reason, "reason") }?;
        let (documents, now) = (some(documents, "documents")?, instant(now, "now")?);
        documents.write(it.archive.withdraw_deposit(&it.actor, now, package, reason)?);
        Ok(())
    })
}

/// The packages that were made, oldest first, one JSON object (`deposit`) a line, as `pec archive deposit list --json` prints them.
/// Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_deposits(
    archive: Option<&pec_archive>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(archive, "archive")?, some(out, "out")?);
        out.write(Some(Box::new(pec_text::new(lines(&it.archive.deposits(&it.actor)?)))));
        Ok(())
    })
}

/// The documents of a package and where they stand, one JSON object (`deposited`) a line; `package` is its name.
/// `PEC_ARCHIVE_NOT_FOUND` when there is no such package. Freed by `pec_text_free`.
///
/// # Safety
/// `package` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_deposited(
    archive: Option<&pec_archive>,
    package: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let package = unsafe { text(package, "package") }?;
        let out = some(out, "out")?;
        out.write(Some(Box::new(pec_text::new(lines(&it.archive.deposited(&it.actor, package)?)))));
        Ok(())
    })
}
