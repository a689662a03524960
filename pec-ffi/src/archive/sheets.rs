//! Reports as tables: of what whoever uses the handle may see.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use pec_core::delegation::sheets::{DomainChoice, ReportOutcome};
use pec_core::delegation::{DomainRecords, Scope};
use pec_core::sheet::{CsvMark, Months};

use ::pec_archive::ReportKind;

use super::pec_archive;
use crate::border::{bytes, enter, instant, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::verification::pec_text;

/// Something that C gives as a text and that is not understood.
fn wrong(what: &str, given: &str) -> Failure {
    Failure::new(pec_result::PEC_BAD_VALUE).because(format!("{what}: {given}"))
}

/// What is chosen: a client, an account, or all.
fn scope(client: &str, account: &str) -> Result<Scope, Failure> {
    match (client, account) {
        ("", "") => Ok(Scope::Host),
        (client, "") => client.parse().map(Scope::Client).map_err(|_| wrong("client", client)),
        ("", account) => account.parse().map(Scope::Account).map_err(|_| wrong("account", account)),
        _ => Err(wrong("client", "a client or an account")),
    }
}

/// A report in one of its forms.
fn written(outcome: &ReportOutcome, form: &str) -> Result<Option<Box<pec_text>>, Failure> {
    let sheet = outcome.sheet();
    let csv = |mark| String::from_utf8(sheet.to_csv(mark)).map_err(|_| wrong("form", form));
    let text = match form {
        "csv" => csv(CsvMark::Absent)?,
        "csv-bom" => csv(CsvMark::Present)?,
        "json" => sheet.to_json(),
        "html" => sheet.to_html(),
        _ => return Err(wrong("form", form)),
    };
    Ok(Some(Box::new(pec_text::new(text))))
}

/// A report about mailboxes, of which nothing is in it that whoever uses the handle may not see. `kind` is `active-mailboxes`,
/// `revoked-mailboxes`, `service-use`, `delegates`, `delivery`, `traffic`, `access-lost` or `proof-expiring`. `client` or `account`
/// choose what belongs to one of them; both empty: all. `months` is `2026-01`, or `2026-01..2026-03`, as they are counted in Rome;
/// empty: those that the report means by itself. `form` is `csv`, `csv-bom` (behind the mark by which spreadsheets know UTF-8), `json`
/// (docs/schema/sheet-1.json), or `html`, a page to be printed. `now` is the caller's time in seconds since 1970 (UTC).
///
/// `rows` becomes how many rows there are; with none, `form` says «Attenzione: nessun dato estratto» where it can.
///
/// `PEC_ARCHIVE_VALUE` for months where the report takes none (`delegates`, `access-lost`), `PEC_ARCHIVE_NOT_FOUND` for a client or
/// account that there is not, or that is not seen, `PEC_BAD_VALUE` for what is not understood. Freed by `pec_text_free`.
///
/// # Safety
/// `kind`, `client`, `account`, `months` and `form` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_report(
    archive: Option<&pec_archive>,
    kind: *const c_char,
    client: *const c_char,
    account: *const c_char,
    months: *const c_char,
    form: *const c_char,
    now: i64,
    rows: Option<&mut MaybeUninit<usize>>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, rows, out) = (some(archive, "archive")?, some(rows, "rows")?, some(out, "out")?);
        // SAFETY: the caller's promise.
        let kind = unsafe { text(kind, "kind") }?;
        // SAFETY: the caller's promise.
        let months = unsafe { text(months, "months") }?;
        // SAFETY: the caller's promise.
        let form = unsafe { text(form, "form") }?;
        // SAFETY: the caller's promise.
        let client = unsafe { text(client, "client") }?;
        // SAFETY: the caller's promise.
        let account = unsafe { text(account, "account") }?;
        let scope = scope(client, account)?;
        let kind = ReportKind::from_name(kind).ok_or_else(|| wrong("kind", kind))?;
        let months: Option<Months> = match months {
            "" => None,
            months => Some(months.parse().map_err(|_| wrong("months", months))?),
        };
        let now = instant(now, "now")?;
        let outcome = it.archive.report(&it.actor, kind, &scope, months, now)?;
        let text = written(&outcome, form)?;
        rows.write(outcome.sheet().rows.len());
        out.write(text);
        Ok(())
    })
}

/// The domains of the accounts that whoever uses the handle administers, with the date of their last check and what was not as it
/// should be: all of them, or with `anomalous_only` not 0 those that are not as they should be. `records` is what the host has found
/// in the DNS, as JSON: `{"expected": {"mx": [], "txt": []}, "checks": [{"domain": "…", "checked_at": "…", "mx": [], "txt": []}]}`;
/// nothing is asked of any server. The rest is as for `pec_archive_report`.
///
/// # Safety
/// `client`, `account` and `form` are NULL or end with NUL; `records` is NULL or the first of `records_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_domain_report(
    archive: Option<&pec_archive>,
    anomalous_only: i32,
    client: *const c_char,
    account: *const c_char,
    records: *const u8,
    records_len: usize,
    form: *const c_char,
    now: i64,
    rows: Option<&mut MaybeUninit<usize>>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, rows, out) = (some(archive, "archive")?, some(rows, "rows")?, some(out, "out")?);
        // SAFETY: the caller's promise.
        let records = unsafe { bytes(records, records_len, "records") }?;
        // SAFETY: the caller's promise.
        let form = unsafe { text(form, "form") }?;
        // SAFETY: the caller's promise.
        let client = unsafe { text(client, "client") }?;
        // SAFETY: the caller's promise.
        let account = unsafe { text(account, "account") }?;
        let scope = scope(client, account)?;
        let records = DomainRecords::from_json(records).map_err(|error| wrong("records", &error.to_string()))?;
        let choice = if anomalous_only == 0 { DomainChoice::All } else { DomainChoice::Anomalous };
        let now = instant(now, "now")?;
        let outcome = it.archive.domain_report(&it.actor, &scope, choice, &records, now)?;
        let text = written(&outcome, form)?;
        rows.write(outcome.sheet().rows.len());
        out.write(text);
        Ok(())
    })
}
