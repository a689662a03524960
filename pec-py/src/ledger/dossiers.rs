//! The dossiers of a ledger: reports as JSON, which become the values of `pecpy._dossier`, and a page.

use std::sync::Arc;

use jiff::Timestamp;
use maud::html;
use pec_core::finding::Language;
use pec_core::reconcile::examine::examine;
use pec_core::reconcile::instant::Reading;
use pec_core::reconcile::page::{Entry, Page};
use pec_core::reconcile::{Report, StrayReport};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList, PySlice};

use super::Book;
use super::shelf::Shelf;
use crate::failure::Failure;
use crate::words::language;
use crate::work::released;

/// The dossiers of a ledger, one for each message that was sent, in the order in which they became known: a sequence of
/// `Dossier`. It never changes and lives without the ledger.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Dossiers {
    book: Arc<Book>,
    now: Timestamp,
    reading: Reading,
    /// One line of JSON each.
    reports: Vec<String>,
    strays: Vec<String>,
    unread: Vec<(String, Failure)>,
}

impl Dossiers {
    pub(super) fn of(
        py: Python<'_>,
        book: Arc<Book>,
        now: Timestamp,
        reading: Reading,
        unread: Vec<(String, Failure)>,
    ) -> PyResult<Self> {
        let (reports, strays) = released(py, || {
            let mut shelf = Shelf(&book.shelf);
            let mut reports = Vec::new();
            for dossier in book.ledger.dossiers(now) {
                let examination = examine(&dossier, &mut shelf, reading);
                reports.push(Report::new(&dossier, &examination, &|source| shelf.called(source)).to_json());
            }
            let strays = book.ledger.strays();
            let stray = |stray| StrayReport::new(stray, &|source| shelf.called(source)).to_json();
            let strays = strays.iter().map(stray).collect::<Vec<_>>();
            (reports, strays)
        })?;
        Ok(Self { book, now, reading, reports, strays, unread })
    }

    fn html(&self, language: Language) -> String {
        let mut shelf = Shelf(&self.book.shelf);
        let entries = self.book.ledger.dossiers(self.now).map(|dossier| {
            let examination = examine(&dossier, &mut shelf, self.reading);
            Entry { dossier, examination }
        });
        let entries: Vec<Entry<'_>> = entries.collect();
        let name = |source| shelf.called(source);
        Page { language, now: self.now, entries: &entries, name: &name, lookups: &[] }.to_html()
    }

    /// A line of JSON as a value of `pecpy._dossier`.
    fn value<'py>(py: Python<'py>, class: &str, json: &str) -> PyResult<Bound<'py, PyAny>> {
        py.import("pecpy._dossier")?.getattr(class)?.call_method1("from_json", (json,))
    }

    fn list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let dossiers: PyResult<Vec<_>> = self.reports.iter().map(|json| Self::value(py, "Dossier", json)).collect();
        PyList::new(py, dossiers?)
    }
}

#[pymethods]
impl Dossiers {
    fn __len__(&self) -> usize {
        self.reports.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if index.is_instance_of::<PySlice>() {
            return self.list(py)?.as_any().get_item(index);
        }
        let place = match index.extract::<isize>()? {
            place if place < 0 => place.checked_add_unsigned(self.reports.len()),
            place => Some(place),
        };
        let report = place.and_then(|place| self.reports.get(usize::try_from(place).ok()?));
        Self::value(py, "Dossier", report.ok_or_else(|| PyIndexError::new_err("there is no such dossier"))?)
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.list(py)?.try_iter()
    }

    /// Receipts and bounces that speak of no transaction that is known: a list of `Stray`.
    #[getter]
    fn strays<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let strays: PyResult<Vec<_>> = self.strays.iter().map(|json| Self::value(py, "Stray", json)).collect();
        PyList::new(py, strays?)
    }

    /// What could not be read: the name of each source, and why, as an exception.
    #[getter]
    fn unread<'py>(&self, py: Python<'py>) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
        self.unread.iter().map(|(name, failure)| Ok((name.clone(), failure.exception(py)?))).collect()
    }

    /// The dossiers and strays as lines of JSON, byte for byte as `pec link --json` prints them: keys in fixed order, times in
    /// UTC (RFC 3339) beside the certified local time, absent values null. Each line ends with a line feed.
    fn to_json(&self) -> String {
        self.reports.iter().chain(&self.strays).flat_map(|line| [line.as_str(), "\n"]).collect()
    }

    /// One row for each recipient of each dossier, for `pandas.DataFrame` and the like: what was sent, to whom, and where it
    /// stands.
    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let row = py.import("pecpy._rows")?.getattr("dossier")?;
        let rows: PyResult<Vec<_>> = self.list(py)?.iter().map(|dossier| row.call1((dossier,))?.try_iter()).collect();
        rows?.into_iter().flatten().collect()
    }

    /// The dossiers as one page of HTML for a person, to be read in a browser and printed, in Italian (`"it"`) or English
    /// (`"en"`).
    #[pyo3(signature = (language = "it"))]
    fn page(&self, py: Python<'_>, language: &str) -> PyResult<String> {
        let language = self::language(language)?;
        released(py, || self.html(language))
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Dossiers: {}, strays: {}>", self.reports.len(), self.strays.len())
    }

    /// The page in a frame of its own, in which no script runs: its style leaves the notebook alone.
    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let page = released(py, || self.html(Language::En))?;
        let frame = html! { iframe sandbox="" style="width:100%;height:40em;border:0" srcdoc=(page) {} };
        Ok(frame.into_string())
    }
}
