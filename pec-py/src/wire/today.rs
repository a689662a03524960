//! The morning's page, table and files.

use std::path::PathBuf;
use std::sync::Arc;

use pec_archive::report::Report as _;
use pec_imap::{Encoding, report};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::held::Held;
use super::runtime::{How, blocking, run};
use super::{value, values};
use crate::failure::Failure;
use crate::words::{language, unknown};
use crate::work::released;

/// What an office needs to know in the morning, by client: what has arrived, what has failed, what ends. Made by `Hub.today`.
#[pyclass(frozen, module = "pecpy")]
pub(crate) struct Today {
    pub(super) held: Held<Day>,
    pub(super) later: bool,
}

#[derive(Clone)]
pub(super) struct Day {
    pub(super) hub: pec_imap::Hub,
    pub(super) day: Arc<pec_imap::Today>,
}

#[pymethods]
impl Today {
    /// Its values: a `TodayReport`.
    #[getter]
    fn report(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        value(py, "TodayReport", &self.to_json()?)
    }

    /// The report as one JSON object.
    fn to_json(&self) -> PyResult<String> {
        Ok(report::Today::of(&self.held.get()?.day).to_json())
    }

    /// One page: self-contained, without scripts, nothing fetched; in Italian (`"it"`) or English (`"en"`).
    #[pyo3(signature = (language = "it"))]
    fn to_html(&self, language: &str) -> PyResult<String> {
        Ok(self.held.get()?.day.to_html(self::language(language)?))
    }

    /// The same as a table, a line each, with `;` between cells, for spreadsheets: in `"utf-8"` with a byte order mark, or in
    /// `"windows-1252"`.
    #[pyo3(signature = (language = "it", *, encoding = "utf-8"))]
    fn to_csv<'py>(&self, py: Python<'py>, language: &str, encoding: &str) -> PyResult<Bound<'py, PyBytes>> {
        let encoding = match encoding {
            "utf-8" => Encoding::Utf8Bom,
            "windows-1252" => Encoding::Windows1252,
            _ => return Err(unknown("encoding", encoding, &["utf-8", "windows-1252"]).into()),
        };
        let table = self.held.get()?.day.to_csv(self::language(language)?, encoding).map_err(Failure::from)?;
        Ok(PyBytes::new(py, &table))
    }

    /// Puts the attachments of what has arrived into a folder of each client below `folder`: a list of `Saved`. Names never lead
    /// out of it, nothing is written over, the same attachment is there once. Of a message that nothing certifies nothing is
    /// saved: who opens a folder cannot see whom its files are from.
    ///
    /// Raises `FileError`; what was saved before stays.
    fn save_attachments<'py>(&self, py: Python<'py>, folder: PathBuf) -> PyResult<Bound<'py, PyAny>> {
        let Day { hub, day } = self.held.get()?;
        let give =
            |py: Python<'_>, saved: Vec<pec_imap::Saved>| values(py, "Saved", saved.iter().map(report::Saved::of));
        if self.later {
            let work = |_| blocking(move || hub.save_attachments(&day, &folder));
            return run(py, How { later: true, gently: false }, None, work, give);
        }
        let saved = released(py, || hub.save_attachments(&day, &folder))?.map_err(Failure::from)?;
        Ok(give(py, saved)?.into_bound(py))
    }

    fn _repr_html_(&self) -> PyResult<String> {
        self.to_html("it")
    }

    fn __repr__(&self) -> String {
        match self.held.get() {
            Ok(Day { day, .. }) => format!("<pecpy.Today since {}>", day.since),
            Err(_) => "<pecpy.Today>".to_owned(),
        }
    }
}
