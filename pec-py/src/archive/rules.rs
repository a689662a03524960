//! What has happened, for whoever goes on from it; and rules, by which it goes on by itself.

use pec_archive::report::Report as _;
use pec_archive::{Action, Id};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::judging::Judging;
use super::outbox::{value, values};
use super::{Archive, id, ids};
use crate::failure::Failure;
use crate::instant::now;
use crate::source::Source;
use crate::trust::{Evidence, TrustStore};
use crate::words::unknown;
use crate::work::released;

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
    pub(crate) rule: pec_archive::Rule,
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
    fn new(name: &str, query: &str, actions: &Bound<'_, PyAny>, suggesting: bool) -> PyResult<Self> {
        let actions: Vec<(String, String)> = actions.try_iter()?.map(|one| one?.extract()).collect::<PyResult<_>>()?;
        let done = actions.into_iter().map(|(kind, value)| action(&kind, value)).collect::<Result<_, _>>()?;
        let rule = pec_archive::Rule::new(name, query, done).map_err(Failure::from)?;
        Ok(Self { rule: if suggesting { rule.suggesting() } else { rule } })
    }

    /// Rules in the form in which `pec` reads them, TOML, a path or bytes: `[[rule]]` with `name`, `query`, lists `file`, `tag`, `assign`,
    /// `hold`, `forward`, and `suggest = true` where somebody has to decide.
    ///
    /// Raises `ArgumentError` (`wire.value`), which says what is wrong and where: also two rules of one name.
    ///
    /// >>> Rule.read(b'[[rule]]\nname = "fatture"\nquery = "oggetto:fattura"\nfile = ["Fatture"]\n')
    /// [<pecpy.Rule "fatture" "oggetto:fattura">]
    #[staticmethod]
    fn read(rules: &Bound<'_, PyAny>) -> PyResult<Vec<Self>> {
        let text = String::from_utf8(crate::source::bytes(rules)?)
            .map_err(|_| Failure::new(crate::failure::Reason::PEC_BAD_UTF8, "rules"))?;
        Ok(pec_imap::read_rules(&text).map_err(Failure::from)?.into_iter().map(|rule| Self { rule }).collect())
    }

    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        self.rule.name()
    }

    /// What it looks for.
    #[getter]
    fn query(&self) -> &str {
        self.rule.query()
    }

    /// What it does: pairs of what is done and a value.
    #[getter]
    fn actions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyTuple>> {
        let actions = self.rule.actions().iter().map(|action| (action.as_str(), action.value()));
        pyo3::types::PyTuple::new(py, actions.collect::<Vec<_>>())
    }

    /// Whether it only suggests, and waits for somebody to decide.
    #[getter]
    const fn suggesting(&self) -> bool {
        self.rule.is_suggesting()
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Rule {:?} {:?}>", self.rule.name(), self.rule.query())
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

    /// Why a rule would act on a message, whatever `Message` takes, or would not, if it came into this mailbox now: it is judged
    /// beside everything that is in the archive, in a transaction that is taken back, so that nothing is kept of it. A message that
    /// is here already has its tags. An `Explained`.
    ///
    /// Raises `ArchiveError` (`archive.read_only`) where the archive is open for reading alone.
    ///
    /// >>> import tempfile
    /// >>> rule = Rule("fatture", "oggetto:fattura", [("file", "Fatture")])
    /// >>> with tempfile.TemporaryDirectory() as folder, Archive.create(folder + "/posta.pecarchive") as archive:
    /// ...     archive.explain_bytes(rule, b"Subject: Preventivo\r\n\r\nBuongiorno.\r\n").conditions
    /// (('oggetto:fattura', False),)
    #[pyo3(signature = (rule, message, *, mailbox = "", now = None, trust = None, evidence = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn explain_bytes<'py>(
        &self,
        py: Python<'py>,
        rule: &Bound<'py, Rule>,
        message: &Bound<'py, PyAny>,
        mailbox: &str,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let message = Source::of(message)?;
        let (rule, judging) = (rule.get().rule.clone(), Judging::new(trust, evidence, now, mailbox)?);
        let message = released(py, || super::message(message))??;
        let explained = self.with(py, |archive, _| archive.explain_bytes(&judging.intake(), &rule, &message))?;
        value(py, "Explained", &explained.to_json())
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

    /// Lets the follower of this name begin behind everything that has happened so far, unless he has begun before. Says whether he is
    /// new.
    ///
    /// Raises `ArchiveError` (`archive.value`) for an empty name.
    fn follow_from_now(&self, py: Python<'_>, follower: &str) -> PyResult<bool> {
        self.with(py, |archive, actor| archive.follow_from_now(actor, follower))
    }

    /// Takes away the events up to the one of this number: whoever has not read them never will. Gives how many.
    fn forget_events(&self, py: Python<'_>, up_to: u64) -> PyResult<u64> {
        self.with(py, |archive, actor| archive.forget_events(actor, up_to))
    }
}
