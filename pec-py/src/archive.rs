//! Archives: everything that was received and sent, kept, found and proven. What is kept, pec-archive decides.
//!
//! ```text
//! Archive      a file that is open, and in whose name it is used
//!   opened     the file itself: closed, or the parent's after a fork
//!   judging    by whose trust messages are judged; long work, with progress and Ctrl-C
//!   found      entries page by page; what a transaction comes to
//!   keys       the same encrypted
//!   reading    messages read a piece at a time
//!   outbox     what is to be sent
//!   rules      what has happened, and what is done with it
//!   keep       terms, holds, erasure, tags, numbers, the log
//!   care       check, backup, judgement anew, import, salvage
//!   proof      time-stamps over the log, bundles
//!   audit      the log as evidence
//!   login      a signature kit in place of a password
//!   organisation   who may do what
//!   deposit    packages for a conservation service
//!   sheets     reports as tables
//! ```

mod audit;
mod care;
mod deposit;
mod found;
mod judging;
mod keep;
mod keys;
mod login;
mod lookup;
mod opened;
mod organisation;
mod outbox;
mod proof;
mod reading;
mod rules;
mod sheets;

use std::io;
use std::path::PathBuf;

use maud::html;
use pec_archive::report::Report;
use pec_archive::{Actor, Id, Put, Submission};
use pec_core::limits::Limits;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple, PyType};

pub(crate) use audit::{KeptRoot, LogKey, check_entry, check_growth};
pub(crate) use found::{Found, explain_query};
pub(crate) use organisation::Organisation;
pub(crate) use outbox::values as outbox_values;
pub(crate) use proof::{check_proof, expert_commands, time_stamp_request};
pub(crate) use rules::Rule;
pub(crate) use sheets::Sheet;

use crate::failure::{Failure, Reason};
use crate::instant::{instant, now};
use crate::source::{self, Source};
use crate::trust::{Evidence, TrustStore};
use crate::work::released;
use judging::Judging;
use opened::Opened;

impl From<pec_archive::Error> for Failure {
    fn from(error: pec_archive::Error) -> Self {
        if let pec_archive::Error::Refused(refusals) = error {
            return Self::refused(refusals);
        }
        if let pec_archive::Error::Denied(denied) = &error {
            return Self::coded(error.code(), error.to_string(), None).of_denial(denied.to_json());
        }
        let system = match &error {
            pec_archive::Error::File { path, source } => {
                source.raw_os_error().map(|number| (number, path.display().to_string()))
            }
            _ => None,
        };
        Self::coded(error.code(), error.to_string(), system)
    }
}

/// A line of JSON as a value of `pecpy._archive`.
fn value<'py>(py: Python<'py>, class: &str, json: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("pecpy._archive")?.getattr(class)?.call_method1("from_json", (json,))
}

fn values<'py, R: Report>(py: Python<'py>, class: &str, reports: &[R]) -> PyResult<Bound<'py, PyList>> {
    let values: PyResult<Vec<_>> = reports.iter().map(|report| value(py, class, &report.to_json())).collect();
    PyList::new(py, values?)
}

pub(crate) fn id(given: &str) -> PyResult<Id> {
    Ok(given.parse().map_err(|_| Failure::new(Reason::PEC_BAD_VALUE, format!("id: {given:?}")))?)
}

/// One identifier, or several.
pub(crate) fn ids(given: &Bound<'_, PyAny>) -> PyResult<Vec<Id>> {
    if let Ok(one) = given.cast::<PyString>() {
        return Ok(vec![id(&one.to_cow()?)?]);
    }
    given.try_iter()?.map(|one| id(&one?.cast::<PyString>()?.to_cow()?)).collect()
}

/// The bytes of one message.
fn message(given: Source) -> Result<Vec<u8>, Failure> {
    Ok(given.message(None, &Limits::DEFAULT)?.message.bytes().to_vec())
}

/// Everything that was received and sent, kept for as long as it has to be (archivio): one file.
///
/// `path` is an archive that is there; `Archive.create` makes one. `mode` is `"write"`, or `"read"` for a handle through which
/// nobody may change anything, also where the disk cannot be written. Use it as a context manager, or call `close`. Threads share
/// it: they read side by side and write one after the other; other processes may have it open too. After a fork the child
/// opens its own. `key` opens one that is encrypted: the 32 bytes with which it was made. Where keys were changed it is several,
/// the one first under which what comes in is encrypted from now on, behind it the older ones, which have to be kept.
///
/// What is stored is the bytes as they came; verdicts, states and the index are worked out from them. An archive proves nothing
/// by itself: it gives back the bytes, which are verified again wherever it matters.
///
/// Whatever verifies takes `trust` and `evidence` as `verify` does, and `now`, the machine's clock, unless given. What was stored
/// when a call returns is on stable storage.
///
/// Raises `ArchiveError`; `.code` says what: `archive.missing`, `archive.not_an_archive`, `archive.newer`, `archive.network`,
/// `archive.read_only`, `archive.key` where a key is missing, wrong or not wanted.
///
/// >>> import tempfile
/// >>> with tempfile.TemporaryDirectory() as folder, Archive.create(folder + "/posta.pecarchive") as archive:
/// ...     put = archive.put(b"Message-ID: <1@ditta.example>\r\nSubject: Preventivo\r\n\r\nBuongiorno.\r\n")
/// ...     print(put.stored, len(archive), put.id in archive)
/// ...     for entry in archive.search("oggetto:preventivo"):
/// ...         print(entry.subject, entry.verdict)
/// new 1 True
/// Preventivo not-pec
/// >>> Archive("no such file")
/// Traceback (most recent call last):
///     ...
/// pecpy.ArchiveError: ...
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Archive {
    opened: Opened,
    actor: Actor,
}

impl Archive {
    fn open(
        py: Python<'_>,
        path: PathBuf,
        open: impl FnOnce(&std::path::Path) -> pec_archive::Result<pec_archive::Archive> + Send,
    ) -> PyResult<Self> {
        let archive = released(py, || open(&path))?.map_err(Failure::from)?;
        Ok(Self { opened: Opened::new(archive), actor: Actor::host() })
    }

    /// The open archive and in whose name it is used, for whatever works over it.
    pub(crate) fn shared(&self) -> PyResult<(std::sync::Arc<pec_archive::Archive>, Actor)> {
        Ok((self.opened.get()?, self.actor.clone()))
    }

    /// Does something with the archive, without the interpreter.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&pec_archive::Archive, &Actor) -> pec_archive::Result<T> + Send,
    ) -> PyResult<T> {
        let archive = self.opened.get()?;
        Ok(released(py, || work(&archive, &self.actor))?.map_err(Failure::from)?)
    }
}

#[pymethods]
impl Archive {
    #[new]
    #[pyo3(signature = (path, *, mode = "write", key = None))]
    fn new(py: Python<'_>, path: PathBuf, mode: &str, key: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let keys = keys::keys(key)?;
        match mode {
            "write" => Self::open(py, path, |path| pec_archive::Archive::open_with(path, &keys)),
            "read" => Self::open(py, path, |path| pec_archive::Archive::open_read_only_with(path, &keys)),
            _ => Err(crate::words::unknown("mode", mode, &["write", "read"]).into()),
        }
    }

    /// Makes an empty archive and opens it. With a `key`, 32 random bytes that the host keeps (`secrets.token_bytes(32)`), what is
    /// stored in it is encrypted: without the key nobody opens it again. The index cannot be encrypted; `searchable` says what of an
    /// encrypted archive it has: `"fields"` are kinds, verdicts, states, dates, identifiers, addresses, mailboxes, tags and digests of
    /// attachments, but no subject, no text and no name of an attachment; `"words"` has all these too, for whoever has the file.
    /// Identifiers are digests: whoever has the file can see whether something that he has is in it.
    ///
    /// Raises `ArchiveError`: `archive.exists` where anything is there, `archive.network` on a network file system,
    /// `archive.value` for a key that is not 32 bytes.
    ///
    /// >>> import secrets, tempfile
    /// >>> folder, key = tempfile.TemporaryDirectory(), secrets.token_bytes(32)
    /// >>> path = folder.name + "/riservata.pecarchive"
    /// >>> with Archive.create(path, key=key) as archive:
    /// ...     id = archive.put(b"Subject: Riservata").id
    /// >>> with Archive(path, key=key) as archive:
    /// ...     archive.get(id)
    /// b'Subject: Riservata'
    /// >>> Archive(path)
    /// Traceback (most recent call last):
    ///     ...
    /// pecpy.ArchiveError: The keys are not those of the archive: ...
    /// >>> folder.cleanup()
    #[staticmethod]
    #[pyo3(signature = (path, *, key = None, searchable = "fields"))]
    fn create(py: Python<'_>, path: PathBuf, key: Option<&Bound<'_, PyAny>>, searchable: &str) -> PyResult<Self> {
        let keys = keys::keys(key)?.searchable(keys::searchable(searchable)?);
        Self::open(py, path, |path| pec_archive::Archive::create_with(path, &keys))
    }

    /// The same open archive, used in the name of a user of the host's, which stands in the log beside whatever he changes;
    /// otherwise it is "host". Once anything was done to the `organisation`, every call is judged by what he may do, and raises
    /// `DeniedError` where he may not, which stands in the log too. The host vouches for who it is. Each is closed by itself.
    fn acting_as(&self, name: &str) -> PyResult<Self> {
        if name.trim().is_empty() {
            return Err(Failure::new(Reason::PEC_BAD_VALUE, "name").into());
        }
        Ok(Self { opened: self.opened.again()?, actor: Actor::named(name) })
    }

    /// In whose name it is used.
    #[getter]
    fn actor(&self) -> &str {
        self.actor.name()
    }

    /// Where it is: the path by which it was opened, absolute.
    #[getter]
    fn path(&self) -> PyResult<PathBuf> {
        Ok(self.opened.get()?.path().to_owned())
    }

    /// Ends its use; calls that go on end first. Closing again does nothing.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        released(py, || self.opened.close())
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (_kind, _error, _traceback))]
    fn __exit__(
        &self,
        py: Python<'_>,
        _kind: Option<&Bound<'_, PyType>>,
        _error: Option<&Bound<'_, PyAny>>,
        _traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.close(py)
    }

    /// Stores one message, whatever `Message` takes, as it was received; `mailbox` is where it was found: an address, or whatever
    /// name the host has for it. Nothing is refused for what it says: what is wrong with it is kept beside it.
    ///
    /// Raises as `Message`, and `ArchiveError`: then nothing was stored.
    #[pyo3(signature = (message, *, mailbox = "", now = None, trust = None, evidence = None))]
    fn put<'py>(
        &self,
        py: Python<'py>,
        message: &Bound<'py, PyAny>,
        mailbox: &str,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let message = Source::of(message)?;
        let judging = Judging::new(trust, evidence, now, mailbox)?;
        let message = released(py, || self::message(message))??;
        let put = self.with(py, |archive, actor| archive.put(actor, &judging.intake(), message))?;
        stored(py, put)
    }

    /// Stores messages, whatever `Message` takes, `batch` in one transaction: all of these, or none. About a hundred at a time cost
    /// a tenth of one by one. The rest is as for `put`.
    #[pyo3(signature = (messages, *, batch = 100, mailbox = "", now = None, trust = None, evidence = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn put_many<'py>(
        &self,
        py: Python<'py>,
        messages: &Bound<'py, PyAny>,
        batch: usize,
        mailbox: &str,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let judging = Judging::new(trust, evidence, now, mailbox)?;
        let mut puts = Vec::new();
        let mut waiting = messages.try_iter()?;
        loop {
            let sources =
                waiting.by_ref().take(batch.max(1)).map(|one| Source::of(&one?)).collect::<PyResult<Vec<_>>>()?;
            if sources.is_empty() {
                return puts.into_iter().map(|put| stored(py, put)).collect();
            }
            let bytes = released(py, || sources.into_iter().map(message).collect::<Result<Vec<_>, _>>())??;
            puts.extend(self.with(py, |archive, actor| archive.put_batch(actor, &judging.intake(), bytes))?);
            py.check_signals()?;
        }
    }

    /// Stores the message that the host has just submitted, at the instant `at`, for these SMTP `recipients`, with `sender` as the
    /// reverse path: its recipients are pending until a certified event comes. The rest is as for `put`.
    #[pyo3(signature = (message, *, sender, recipients, at, mailbox = "", trust = None, evidence = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn put_submitted<'py>(
        &self,
        py: Python<'py>,
        message: &Bound<'py, PyAny>,
        sender: &str,
        recipients: Vec<String>,
        at: &Bound<'py, PyAny>,
        mailbox: &str,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let message = Source::of(message)?;
        let (judging, at) = (Judging::new(trust, evidence, Some(at), mailbox)?, instant(at, "at")?);
        let message = released(py, || self::message(message))??;
        let put = self.with(py, |archive, actor| {
            let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
            let submission = Submission { sender, recipients: &recipients, at };
            archive.put_submitted(actor, &judging.intake(), message, &submission)
        })?;
        stored(py, put)
    }

    /// The exact bytes of a message, by its identifier: 64 hexadecimal digits.
    ///
    /// Raises `NotInArchiveError`, and `DamagedError` where they are no longer what was stored.
    fn get<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Bound<'py, PyBytes>> {
        let id = self::id(id)?;
        Ok(PyBytes::new(py, &self.with(py, |archive, actor| archive.get(actor, id))?))
    }

    /// Writes the exact bytes of a message to a file that was opened with "wb", a piece at a time, so that a large one is never
    /// held whole. What was written counts only when the call returns. The rest is as for `get`.
    fn get_to(&self, py: Python<'_>, id: &str, file: &Bound<'_, PyAny>) -> PyResult<()> {
        let (id, archive) = (self::id(id)?, self.opened.get()?);
        let mut sink = Sink { write: file.getattr("write")?.unbind(), raised: None };
        let written = released(py, || archive.get_to(&self.actor, id, &mut sink))?;
        match (sink.raised, written) {
            (Some(error), _) => Err(error),
            (None, written) => Ok(written.map_err(Failure::from)?),
        }
    }

    /// How many messages there are.
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        let stats = self.with(py, |archive, actor| archive.stats(actor))?;
        Ok(usize::try_from(stats.messages).unwrap_or(usize::MAX))
    }

    /// Whether a message is there, by its identifier.
    fn __contains__(&self, py: Python<'_>, id: &str) -> PyResult<bool> {
        let Ok(id) = id.parse::<Id>() else { return Ok(false) };
        self.with(py, |archive, actor| match archive.submission(actor, id) {
            Err(pec_archive::Error::NotFound(_)) => Ok(false),
            found => found.map(|_| true),
        })
    }

    fn __repr__(&self) -> String {
        match self.opened.get() {
            Ok(archive) => format!("<pecpy.Archive {:?}>", archive.path().display().to_string()),
            Err(_) => "<pecpy.Archive, closed>".to_owned(),
        }
    }

    /// The archive in numbers.
    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let path = self.path()?.display().to_string();
        let stats = self.with(py, |archive, actor| archive.stats(actor))?;
        let rows = [
            ("messages", stats.messages),
            ("bytes received", stats.bytes),
            ("bytes on disk", stats.file_bytes),
            ("dossiers", stats.dossiers),
            ("to look at", stats.quarantined),
            ("held", stats.held),
            ("log entries", stats.log_entries),
            ("time-stamped", stats.stamped_entries),
        ];
        let groups = stats.verdicts.iter().chain(&stats.states);
        let markup = html! {
            table {
                caption style="text-align:left" { bdi { (pec_core::text::printable(&path)) } }
                tbody {
                    @for (name, number) in rows { tr { th style="text-align:left" { (name) } td { (number) } } }
                    @for (name, number) in groups {
                        tr { th style="text-align:left;font-weight:normal" { bdi { (pec_core::text::printable(name)) } } td { (number) } }
                    }
                }
            }
        };
        Ok(markup.into_string())
    }
}

/// What became of a message that was put.
fn stored(py: Python<'_>, put: Put) -> PyResult<Bound<'_, PyAny>> {
    let word = if put.stored == pec_archive::Stored::New { "new" } else { "known" };
    py.import("pecpy._archive")?.getattr("Put")?.call1((put.id.to_string(), word))
}

/// A file of Python's.
struct Sink {
    write: Py<PyAny>,
    raised: Option<PyErr>,
}

impl io::Write for Sink {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let written = Python::attach(|py| {
            py.check_signals()?;
            let taken = self.write.call1(py, PyTuple::new(py, [PyBytes::new(py, piece)])?)?;
            match taken.extract::<Option<usize>>(py)? {
                // Raw files may take a part.
                Some(0) if !piece.is_empty() => Err(PyTypeError::new_err("the file takes nothing")),
                taken => Ok(taken.unwrap_or(piece.len()).min(piece.len())),
            }
        });
        written.map_err(|error| {
            self.raised = Some(error);
            io::Error::other("the file has raised an exception")
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The instant that is given as "now", or the machine's clock, and the bytes of a small thing.
fn given(data: &Bound<'_, PyAny>, now: Option<&Bound<'_, PyAny>>) -> PyResult<(Vec<u8>, jiff::Timestamp)> {
    Ok((source::bytes(data)?, self::now(now)?))
}
