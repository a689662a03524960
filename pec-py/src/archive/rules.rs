//! What has happened, for whoever goes on from it; and rules, by which it goes on by itself.

use pec_archive::report::Report as _;
use pec_archive::{Action, Id};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::outbox::{value, values};
use super::{Archive, id, ids};
use crate::failure::Failure;
use crate::instant::now;
use crate::words::unknown;

/// What is done with every message that a query finds, by itself or when somebody agrees. Its name is its identity: it acts once on
/// each message, under whatever conditions it has later. An empty query finds all. `actions` are pairs of what is done and a value:
/// `"file"` puts it into a folder of the host's (fascicolo), the tag `fascicolo/VALUE`; `"tag"` gives it a tag; `"assign"` assigns it
/// to somebody, the tag `assegnato/VALUE`; `"hold"` holds it for a case; `"forward"` asks whoever follows the events to forward it
/// to an address. A rule that is `suggesting` waits for somebody to decide.
///
/// Raises `QueryError`, `ArchiveError` (`archive.value`) for an empty name or value, `ArgumentError` for an action that there is not.
///
/// >>> Rule("fatture", "oggetto:fattura", [("file", "Fatture")]).actions
/// (('file', 'Fatture'),)
/// >>> Rule("errata", "da:", [])
/// Traceback (most recent call last):
///     ...
/// pecpy.QueryError: ...
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Rule {
    rule: pec_archive::Rule,
    query: String,
    actions: Vec<(String, String)>,
    suggesting: bool,
}

fn action(kind: &str, value: String) -> Result<Action, Failure> {
    Ok(match kind {
        "file" => Action::File(value),
        "tag" => Action::Tag(value),
        "assign" => Action::Assign(value),
        "hold" => Action::Hold(value),
        "forward" => Action::Forward(value),
        _ => return Err(unknown("action", kind, &["file", "tag", "assign", "hold", "forward"])),
    })
}

#[pymethods]
impl Rule {
    #[new]
    #[pyo3(signature = (name, query, actions, *, suggesting = false))]
    fn new(name: &str, query: String, actions: &Bound<'_, PyAny>, suggesting: bool) -> PyResult<Self> {
        let actions: Vec<(String, String)> = actions.try_iter()?.map(|one| one?.extract()).collect::<PyResult<_>>()?;
        let done = actions.iter().map(|(kind, value)| action(kind, value.clone())).collect::<Result<_, _>>()?;
        let rule = pec_archive::Rule::new(name, &query, done).map_err(Failure::from)?;
        let rule = if suggesting { rule.suggesting() } else { rule };
        Ok(Self { rule, query, actions, suggesting })
    }

    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        self.rule.name()
    }

    /// What it looks for.
    #[getter]
    fn query(&self) -> &str {
        &self.query
    }

    /// What it does: pairs of what is done and a value.
    #[getter]
    fn actions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyTuple>> {
        pyo3::types::PyTuple::new(py, self.actions.clone())
    }

    /// Whether it only suggests, and waits for somebody to decide.
    #[getter]
    const fn suggesting(&self) -> bool {
        self.suggesting
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Rule {:?} {:?}>", self.rule.name(), self.query)
    }
}

#[pymethods]
impl Archive {
    /// Lets rules act on messages, by one identifier or several, each rule once on each message, in the order in which they are given;
    /// all of it or nothing. What is done is logged as if somebody had done it by hand. A `Filed` for each rule and message that it has
    /// acted on, or for which it suggests something.
    ///
    /// Raises `NotInArchiveError` for a message that is not here: then nothing was done.
    #[pyo3(signature = (rules, ids, *, now = None))]
    fn file<'py>(
        &self,
        py: Python<'py>,
        rules: Vec<Py<Rule>>,
        ids: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let (ids, now): (Vec<Id>, _) = (self::ids(ids)?, self::now(now)?);
        let rules: Vec<pec_archive::Rule> = rules.iter().map(|rule| rule.get().rule.clone()).collect();
        values(py, "Filed", &self.with(py, |archive, actor| archive.file(actor, &rules, &ids, now))?)
    }

    /// Why a rule acts on a message of the archive, or does not: an `Explained`. Nothing is done.
    ///
    /// Raises `NotInArchiveError`.
    fn explain<'py>(&self, py: Python<'py>, rule: &Bound<'py, Rule>, id: &str) -> PyResult<Bound<'py, PyAny>> {
        let (rule, id) = (rule.get().rule.clone(), self::id(id)?);
        value(py, "Explained", &self.with(py, |archive, actor| archive.explain(actor, &rule, id))?.to_json())
    }

    /// What waits for somebody to decide, oldest first: a `Suggestion` each, at most `limit`.
    #[pyo3(signature = (limit = 1000))]
    fn suggestions<'py>(&self, py: Python<'py>, limit: usize) -> PyResult<Bound<'py, PyList>> {
        values(py, "Suggestion", &self.with(py, |archive, actor| archive.suggestions(actor, limit))?)
    }

    /// Does what the rule of this name suggests for a message.
    ///
    /// Raises `NotInArchiveError` where it suggests nothing, or somebody has decided already.
    #[pyo3(signature = (id, rule, *, now = None))]
    fn accept(&self, py: Python<'_>, id: &str, rule: &str, now: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let (id, now) = (self::id(id)?, self::now(now)?);
        self.with(py, |archive, actor| archive.accept(actor, id, rule, now))
    }

    /// Puts aside what the rule of this name suggests for a message: it is not suggested again. Raises as `accept`.
    fn dismiss(&self, py: Python<'_>, id: &str, rule: &str) -> PyResult<()> {
        let id = self::id(id)?;
        self.with(py, |archive, actor| archive.dismiss(actor, id, rule))
    }

    /// The events after this number, in their order: a `Happened` each, at most `limit`; 0 is before the first.
    #[pyo3(signature = (after = 0, *, limit = 1000))]
    fn events<'py>(&self, py: Python<'py>, after: u64, limit: usize) -> PyResult<Bound<'py, PyList>> {
        values(py, "Happened", &self.with(py, |archive, actor| archive.events(actor, after, limit))?)
    }

    /// The events that the follower of this name has not `finished` yet: a `Happened` each, at most `limit`. They are given again until he
    /// says so, so that whoever is interrupted in his work on one is told once more; a new name begins with the first event that is
    /// kept.
    ///
    /// >>> import tempfile
    /// >>> with tempfile.TemporaryDirectory() as folder, Archive.create(folder + "/posta.pecarchive") as archive:
    /// ...     put = archive.put(b"Subject: Preventivo\r\n\r\nBuongiorno.\r\n")
    /// ...     for event in archive.next_events("gestionale"):
    /// ...         print(event.what, event.id == put.id)
    /// ...         archive.finished("gestionale", event.n)
    /// ...     archive.next_events("gestionale")
    /// stored True
    /// []
    #[pyo3(signature = (follower, *, limit = 1000))]
    fn next_events<'py>(&self, py: Python<'py>, follower: &str, limit: usize) -> PyResult<Bound<'py, PyList>> {
        values(py, "Happened", &self.with(py, |archive, actor| archive.next_events(actor, follower, limit))?)
    }

    /// Notes that a follower has finished everything up to the event of this number, on stable storage when it returns. He never goes
    /// backwards.
    ///
    /// Raises `ArchiveError` (`archive.value`) for an empty name.
    fn finished(&self, py: Python<'_>, follower: &str, n: u64) -> PyResult<()> {
        self.with(py, |archive, actor| archive.finished(actor, follower, n))
    }

    /// Takes away the events up to the one of this number: whoever has not read them never will. Gives how many.
    fn forget_events(&self, py: Python<'_>, up_to: u64) -> PyResult<u64> {
        self.with(py, |archive, actor| archive.forget_events(actor, up_to))
    }
}
