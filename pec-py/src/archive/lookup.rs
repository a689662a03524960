//! Where the addresses of recipients were looked up.

use pec_archive::Error;
use pec_archive::report::LookedUp;
use pec_core::lookup;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::{Archive, id, ids, values};
use crate::failure::Failure;
use crate::instant::now;

#[pymethods]
impl Archive {
    /// Keeps beside messages, by one identifier or several, what a register answered about the address of a recipient, a `Lookup`: it
    /// goes into the bundles of their transactions, and is erased with them. It proves nothing about the register: the host says what
    /// it answered.
    ///
    /// Raises `NotInArchiveError` for a message that is not here, `ArchiveError` (`archive.value`) for what is no address, or was asked
    /// in the future: then none was kept.
    #[pyo3(signature = (ids, lookup, *, now = None))]
    fn note_lookup(
        &self,
        py: Python<'_>,
        ids: &Bound<'_, PyAny>,
        lookup: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let (ids, now) = (self::ids(ids)?, self::now(now)?);
        if !lookup.hasattr("to_json")? {
            let class = lookup.get_type();
            return Err(PyTypeError::new_err(format!("lookup: a Lookup is wanted, not {}", class.name()?)));
        }
        let json: String = lookup.call_method0("to_json")?.extract()?;
        let lookup = lookup::Lookup::from_json(json.as_bytes());
        let lookup = lookup.map_err(|why| Error::BadValue { what: "look-up", value: why.to_string() });
        let lookup = lookup.map_err(Failure::from)?;
        self.with(py, |archive, actor| archive.note_lookup(actor, now, &ids, &lookup))
    }

    /// What was looked up for a message, in the order of time: `Lookup` values.
    ///
    /// Raises `NotInArchiveError` for a message that is not here.
    fn lookups<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Bound<'py, PyList>> {
        let id = self::id(id)?;
        let lookups = self.with(py, |archive, actor| archive.lookups(actor, id))?;
        values(py, "Lookup", &lookups.into_iter().map(|lookup| LookedUp { message: id, lookup }).collect::<Vec<_>>())
    }
}
