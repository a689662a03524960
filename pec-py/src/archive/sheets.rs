//! Reports as tables.

use pec_archive::ReportKind;
use pec_core::delegation::sheets::{DomainChoice, ReportOutcome};
use pec_core::delegation::{DomainRecords, Scope};
use pec_core::sheet::{CsvMark, Months};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use super::Archive;
use crate::failure::{Failure, Reason};
use crate::instant::now;

/// A table about mailboxes, in Italian: what `Archive.report` gives. `len` is the number of its rows.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Sheet(pec_core::sheet::Sheet);

fn wrong(what: &str, given: &str) -> Failure {
    Failure::new(Reason::PEC_BAD_VALUE, format!("{what}: {given:?}"))
}

/// What is chosen: a client, an account, or all.
fn scope(client: Option<&str>, account: Option<&str>) -> PyResult<Scope> {
    Ok(match (client, account) {
        (None, None) => Scope::Host,
        (Some(client), None) => Scope::Client(client.parse().map_err(|_| wrong("client", client))?),
        (None, Some(account)) => Scope::Account(account.parse().map_err(|_| wrong("account", account))?),
        (Some(client), Some(_)) => return Err(wrong("client and account", client).into()),
    })
}

#[pymethods]
impl Sheet {
    /// Its name, which is that of the report.
    #[getter]
    fn name(&self) -> &'static str {
        self.0.name
    }

    /// Its title.
    #[getter]
    fn title(&self) -> &'static str {
        self.0.title
    }

    /// `"Attenzione: nessun dato estratto"` where it has no rows; `None` where it has.
    #[getter]
    fn warning(&self) -> Option<&'static str> {
        self.0.warning
    }

    /// Its rows, each a `dict` by the names of `to_json`: texts, numbers, months (`"2026-01"`), times (RFC 3339, UTC), or `None`.
    #[getter]
    fn rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let read = py.import("json")?.call_method1("loads", (self.0.to_json(),))?;
        Ok(read.get_item("rows")?.cast_into::<PyList>()?)
    }

    /// As CSV (RFC 4180, UTF-8), with Italian titles; no cell is a formula to a spreadsheet. With `bom` it begins with the mark by
    /// which spreadsheets know UTF-8.
    #[pyo3(signature = (*, bom = false))]
    fn to_csv<'py>(&self, py: Python<'py>, bom: bool) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_csv(if bom { CsvMark::Present } else { CsvMark::Absent }))
    }

    /// As one JSON object (docs/schema/sheet-1.json), byte for byte as `pec report --json` prints it.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// As a page to be printed: self-contained HTML, without scripts.
    fn to_html(&self) -> String {
        self.0.to_html()
    }

    fn __len__(&self) -> usize {
        self.0.rows.len()
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Sheet {} of {} rows>", self.0.name, self.0.rows.len())
    }
}

fn sheet(outcome: ReportOutcome) -> Sheet {
    Sheet(outcome.sheet().clone())
}

#[pymethods]
impl Archive {
    /// A report about mailboxes as a `Sheet`, in which nothing foreign is: `"active-mailboxes"`, `"revoked-mailboxes"`, `"service-use"`,
    /// `"delegates"`, `"delivery"`, `"traffic"`, `"access-lost"` or `"proof-expiring"`. `client` or `account` choose what belongs to
    /// one of them. `months` is `"2026-01"`, or `"2026-01..2026-03"`, as they are counted in Rome; without them it is this month, for
    /// proofs the next one too, for services now.
    ///
    /// Raises `ArchiveError` (`archive.value`) for months where the report takes none (`"delegates"`, `"access-lost"`),
    /// `NotInArchiveError` for a client or account that there is not, or that is not seen, `ArgumentError` for what is not understood.
    #[pyo3(signature = (kind, *, client = None, account = None, months = None, now = None))]
    fn report(
        &self,
        py: Python<'_>,
        kind: &str,
        client: Option<&str>,
        account: Option<&str>,
        months: Option<&str>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Sheet> {
        let kind = ReportKind::from_name(kind).ok_or_else(|| wrong("kind", kind))?;
        let (scope, now) = (scope(client, account)?, self::now(now)?);
        let months: Option<Months> =
            months.map(|months| months.parse().map_err(|_| wrong("months", months))).transpose()?;
        self.with(py, |archive, actor| archive.report(actor, kind, &scope, months, now)).map(sheet)
    }

    /// The domains of the accounts that are administered, each with the date of its last check and with what was not as it should be, as a
    /// `Sheet`; with `anomalous_only` those alone that are not as they should be. `records` is what was found in the DNS, as JSON:
    /// `{"expected": {"mx": [], "txt": []}, "checks": [{"domain": "…", "checked_at": "…", "mx": [], "txt": []}]}`; nothing is asked of any
    /// server.
    ///
    /// Raises as `report` does.
    #[pyo3(signature = (records, *, anomalous_only = false, client = None, account = None, now = None))]
    fn domain_report(
        &self,
        py: Python<'_>,
        records: &str,
        anomalous_only: bool,
        client: Option<&str>,
        account: Option<&str>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Sheet> {
        let records =
            DomainRecords::from_json(records.as_bytes()).map_err(|error| wrong("records", &error.to_string()))?;
        let choice = if anomalous_only { DomainChoice::Anomalous } else { DomainChoice::All };
        let (scope, now) = (scope(client, account)?, self::now(now)?);
        self.with(py, |archive, actor| archive.domain_report(actor, &scope, choice, &records, now)).map(sheet)
    }
}
