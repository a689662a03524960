//! Entries page by page, and what a transaction comes to.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use pec_archive::report::Report as _;
use pec_archive::search::Query;
use pec_archive::{Cursor, Page};
use pec_core::limits::Limits;
use pec_core::reconcile::Record;
use pyo3::prelude::*;

use super::judging::Judging;
use super::{Archive, id, value};
use crate::failure::{Failure, Reason};
use crate::ledger::{Body, Book, Kept, Ledger};
use crate::message::Message;
use crate::source::Data;
use crate::trust::{Evidence, TrustStore};

use crate::words::language;
use crate::work::released;

fn understood(query: &str) -> Result<Query, Failure> {
    Query::parse(query).map_err(|error| pec_archive::Error::from(error).into())
}

/// What is wrong with a query, for a person, in Italian (`"it"`) or English (`"en"`): where it begins and ends, in characters, and a
/// text with a mark below the place. `None` when nothing is wrong.
///
/// >>> print(explain_query("da:acme mittente:rossi", "en")[2].splitlines()[-1].strip())
/// ^^^^^^^^^
/// >>> explain_query("da:acme") is None
/// True
#[pyfunction]
#[pyo3(signature = (query, language = "it"))]
pub(crate) fn explain_query(query: &str, language: &str) -> PyResult<Option<(usize, usize, String)>> {
    let language = self::language(language)?;
    let wrong = Query::parse(query).err();
    Ok(wrong.map(|wrong| (wrong.at.start, wrong.at.end, wrong.explain(query, language))))
}

/// What a search finds, newest first: an iterator of `Entry` that reads page after page. Messages that come in meanwhile neither
/// repeat nor hide any.
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Found {
    archive: Py<Archive>,
    query: Query,
    size: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    waiting: VecDeque<String>,
    /// Where the next page begins; nothing where there is none.
    next: Option<Option<Cursor>>,
}

#[pymethods]
impl Found {
    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    /// The next entry.
    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        loop {
            let next = {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(line) = state.waiting.pop_front() {
                    return value(py, "Entry", &line).map(Some);
                }
                // Whoever comes meanwhile finds nothing, and not the same page.
                match state.next.take() {
                    Some(from) => from,
                    None => return Ok(None),
                }
            };
            let page = self.archive.get().page_of(py, &self.query, next, self.size)?;
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.waiting = page.entries.iter().map(|entry| entry.to_json()).collect();
            state.next = page.next.map(Some);
        }
    }

    fn __repr__(&self) -> &'static str {
        "<pecpy.Found>"
    }
}

impl Archive {
    fn page_of(&self, py: Python<'_>, query: &Query, from: Option<Cursor>, limit: usize) -> PyResult<Page> {
        self.with(py, |archive, actor| archive.search(actor, query, from, limit))
    }
}

#[pymethods]
impl Archive {
    /// What a query finds, newest first: an iterator of `Entry`, which reads `page_size` entries at a time. A query is what a person
    /// types, such as `da:acme stato:consegnato dopo:2026-01-01 "contratto quadro"`; an empty one finds everything.
    ///
    /// Raises `QueryError` when it cannot be understood; `explain_query` shows where.
    #[pyo3(signature = (query = "", *, page_size = 100))]
    fn search(this: &Bound<'_, Self>, query: &str, page_size: usize) -> PyResult<Found> {
        let state = Mutex::new(State { waiting: VecDeque::new(), next: Some(None) });
        Ok(Found { archive: this.clone().unbind(), query: understood(query)?, size: page_size.max(1), state })
    }

    /// One page of what a query finds: a `Page` of `limit` entries at most. `start` is what the page before says as `next`: a number
    /// that a host may keep.
    ///
    /// Raises as `search`.
    #[pyo3(signature = (query = "", *, start = None, limit = 20))]
    fn page<'py>(&self, py: Python<'py>, query: &str, start: Option<i64>, limit: usize) -> PyResult<Bound<'py, PyAny>> {
        if limit == 0 {
            return Err(Failure::new(Reason::PEC_BAD_VALUE, "limit: 0").into());
        }
        let page = self.page_of(py, &understood(query)?, start.map(Cursor::from_number), limit)?;
        value(py, "Page", &page.to_lines())
    }

    /// What the index knows of a message, by its identifier: an `Entry`.
    ///
    /// Raises `NotInArchiveError`; `DamagedError` where the index has lost it, which `rebuild_index` mends.
    fn entry<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Bound<'py, PyAny>> {
        let id = self::id(id)?;
        let entry = self.with(py, |archive, actor| archive.entry(actor, id))?;
        value(py, "Entry", &entry.to_json())
    }

    /// The identifiers of the messages that speak of the transaction of this identificativo or msgid, oldest first.
    fn messages_about(&self, py: Python<'_>, identifier: &str) -> PyResult<Vec<String>> {
        let found = self.with(py, |archive, actor| archive.messages_about(actor, identifier))?;
        Ok(found.iter().map(ToString::to_string).collect())
    }

    /// Everything that speaks of the transaction of this identificativo or msgid, as a `Ledger`: its dossiers are worked out from the
    /// bytes, not from what is stored beside them; messages are called by their identifiers.
    ///
    /// Raises `DamagedError` where a message of it cannot be read.
    #[pyo3(signature = (identifier, *, now = None, trust = None, evidence = None))]
    fn ledger(
        &self,
        py: Python<'_>,
        identifier: &str,
        now: Option<&Bound<'_, PyAny>>,
        trust: Option<&Bound<'_, TrustStore>>,
        evidence: Option<&Bound<'_, Evidence>>,
    ) -> PyResult<Ledger> {
        let (judging, archive) = (Judging::new(trust, evidence, now, "")?, self.opened.get()?);
        let gathered = released(py, || -> Result<Book, Failure> {
            let mut book = Book::new(&[], "hidden")?;
            for id in archive.messages_about(&self.actor, identifier)? {
                let (message, verification) = archive.verify(&self.actor, &judging.intake(), id)?;
                let submitted = archive.submission(&self.actor, id)?;
                let message = Message::parse(Data::Owned(message.into_bytes()), id.to_string(), &Limits::DEFAULT);
                let record = match submitted {
                    Some(submitted) => Some(submitted.record(book.next(), &message.message)),
                    None => Record::of(book.next(), &message.message, &verification),
                };
                if let Some(record) = record {
                    let kept = Kept { name: id.to_string(), body: Body::Held(message, Box::new(verification)) };
                    book.add(record, kept)?;
                }
            }
            Ok(book)
        })?;
        Ok(Ledger::of(gathered?))
    }
}
