//! Who may do what in which mailbox, and how mailboxes live.

use pec_archive::Actor;
use pec_core::delegation::lifecycle::{Document, DocumentKind};
use pec_core::delegation::{CodeError, Event, Listing, Object, Operator, Permission, Scope};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use super::Archive;
use crate::failure::{Failure, Reason};
use crate::instant::now;
use crate::source;
use crate::words::unknown;

/// Who may do what in which mailbox of an archive, who has what in charge, and how each mailbox lives: what the log of the archive
/// says was done, and nothing else. Got by `Archive.organisation`; it acts in the name in which that archive is used
/// (`Archive.acting_as`, `Archive.acting_as_operator`).
///
/// What goes in and comes out are `dict`s, with the names of the JSON: `docs/schema/organisation-1.json`. Times go in as `datetime`s
/// or texts, and come out as texts.
///
/// >>> import tempfile
/// >>> folder = tempfile.TemporaryDirectory()
/// >>> archive = Archive.create(folder.name + "/posta.pecarchive")
/// >>> organisation = archive.organisation
/// >>> events = organisation.act("add-client", client={"code": "C1", "name": "Comune", "kind": "public-body"})
/// >>> events[0]["event"]
/// 'client-added'
/// >>> [client["name"] for client in organisation.listing("clients")]
/// ['Comune']
/// >>> organisation.act({"command": "suspend-user", "user": "anna"})
/// Traceback (most recent call last):
///     ...
/// pecpy.DeniedError: ... [archive.denied: org.not_found: anna]
/// >>> archive.close()
/// >>> folder.cleanup()
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Organisation {
    archive: Py<Archive>,
}

/// A code or an address that Python gives.
pub(super) fn code<'t, T: TryFrom<&'t str, Error = CodeError>>(given: &'t str, name: &str) -> Result<T, Failure> {
    T::try_from(given).map_err(|error| Failure::new(Reason::PEC_BAD_VALUE, format!("{name}: {given:?}: {error}")))
}

/// How far is looked: a client, an account, or everything.
fn scope(client: Option<&str>, account: Option<&str>) -> Result<Scope, Failure> {
    match (client, account) {
        (None, None) => Ok(Scope::Host),
        (Some(client), None) => Ok(Scope::Client(code(client, "client")?)),
        (None, Some(account)) => Ok(Scope::Account(code(account, "account")?)),
        (Some(_), Some(_)) => Err(Failure::new(Reason::PEC_BAD_VALUE, "client and account: give one of them")),
    }
}

/// Lines of JSON as `dict`s.
fn dicts<'py>(py: Python<'py>, lines: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let loads = py.import("json")?.getattr("loads")?;
    lines.lines().map(|line| loads.call1((line,))).collect()
}

#[pymethods]
impl Organisation {
    /// Does this, if whoever asks may and it can be done: `command` is the name of a command and `fields` what it says, or a whole
    /// command as a `dict`, its name under `"command"`. It is decided on what the log has and written to the log in one step; when it
    /// returns it is on stable storage, and of several who claim the same at once, in threads and processes, one gets it. Gives each
    /// event that came of it; none where it was so already.
    ///
    /// Raises `DeniedError` where it is not permitted or cannot be done: `.reason` says why, the log says that it was attempted, and
    /// nothing else has changed. `ArchiveError` (`archive.value`) where it is no command.
    #[pyo3(signature = (command, /, *, now = None, **fields))]
    fn act<'py>(
        &self,
        py: Python<'py>,
        command: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
        fields: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let now = self::now(now)?;
        let written = py.import("pecpy._log")?.getattr("written")?.call1((command, fields))?;
        let written: String = written.extract()?;
        let events = self.archive.get().with(py, |archive, actor| archive.act_json(actor, &written, now))?;
        let line = |event: &Event| {
            event.to_json().map_err(|error| PyErr::from(Failure::new(Reason::PEC_PANIC, error.to_string())))
        };
        let lines = events.iter().map(line).collect::<PyResult<Vec<_>>>()?;
        dicts(py, &lines.join("\n"))
    }

    /// What is known, as far as the `client` or `account` goes, else everything, and never further than whoever asks sees: a `dict`
    /// each. Mailboxes and requests take a query, as its JSON: `{"part": "gare"}`, `{"provider-user": "U1"}`, `{"in": "active"}`,
    /// `{"activated": {"from": …, "until": …}}`; `{"since": …}`, `{"reference": "R1"}`, `{"activation-code": …}`, `{"mailbox": …}`,
    /// `{"requester": …}`, `{"holder": …}`.
    ///
    /// Raises `DeniedError` for what is not for users, who see their grants, what they may read by a share, and the work where they may
    /// list; `ArgumentError` for a listing or a query that there is not.
    #[pyo3(signature = (listing, query = None, *, client = None, account = None, now = None))]
    fn listing<'py>(
        &self,
        py: Python<'py>,
        listing: &str,
        query: Option<&Bound<'py, PyAny>>,
        client: Option<&str>,
        account: Option<&str>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let (now, scope) = (self::now(now)?, scope(client, account)?);
        let asked = |query| py.import("pecpy._log")?.getattr("asked")?.call1((query,))?.extract::<String>();
        let query = query.map(asked).transpose()?.unwrap_or_default();
        let listing = Listing::named(listing, &query)
            .map_err(|error| Failure::new(Reason::PEC_BAD_VALUE, format!("listing: {error}")))?;
        dicts(py, &self.archive.get().with(py, |archive, actor| archive.listing(actor, &scope, &listing, now))?)
    }

    /// Whether whoever asks may do this in a mailbox now, by the name of the permission (`"send"`): a `Right`, which says by what, and
    /// under which mandate of the holder. `folder` and `tags` are those of a message; without them the mailbox as a whole is meant.
    /// It is asked for anew at each act: a right does not outlive a withdrawal. That it was asked is not in the log.
    ///
    /// Raises `DeniedError` where he may not: `.reason` and `.missing` say why.
    #[pyo3(signature = (permission, mailbox, *, folder = None, tags = None, now = None))]
    fn may<'py>(
        &self,
        py: Python<'py>,
        permission: &str,
        mailbox: &str,
        folder: Option<&str>,
        tags: Option<Vec<String>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let now = self::now(now)?;
        let known = Permission::ALL.map(Permission::as_str);
        let permission = Permission::ALL
            .into_iter()
            .find(|one| one.as_str() == permission)
            .ok_or_else(|| PyErr::from(unknown("permission", permission, &known)))?;
        let mailbox = code(mailbox, "mailbox")?;
        let right = self.archive.get().with(py, |archive, actor| {
            let tags: Option<Vec<&str>> = tags.as_ref().map(|tags| tags.iter().map(String::as_str).collect());
            let object = Object { mailbox: &mailbox, folder, tags: tags.as_deref() };
            archive.may(actor, permission, &object, now)
        })?;
        super::audit::value(py, "Right", &right.to_json())
    }

    /// Opens a share (messa a disposizione) with whoever asks: the messages of its dossier that lie in its mailbox, oldest first, an
    /// `Entry` each. That it was opened, by whom and when, is on stable storage before they are given.
    ///
    /// Raises `DeniedError` where it is another's, over, withdrawn, or has not begun.
    #[pyo3(signature = (share, *, now = None))]
    fn open_share<'py>(
        &self,
        py: Python<'py>,
        share: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let (share, now) = (code(share, "share")?, self::now(now)?);
        let entries = self.archive.get().with(py, |archive, actor| archive.open_share(actor, &share, now))?;
        super::values(py, "Entry", &entries)
    }

    /// The exact bytes of a message of a share, by its identifier. That it was read is on stable storage before they are given.
    ///
    /// Raises `NotInArchiveError` for a message that is not part of it, and as `open_share`.
    #[pyo3(signature = (share, id, *, now = None))]
    fn get_shared<'py>(
        &self,
        py: Python<'py>,
        share: &str,
        id: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (share, id, now) = (code(share, "share")?, super::id(id)?, self::now(now)?);
        let message = self.archive.get().with(py, |archive, actor| archive.get_shared(actor, &share, id, now))?;
        Ok(PyBytes::new(py, &message))
    }

    /// Looks at a document before it is uploaded (`stage-document`), bytes or a path: what it is by its first bytes, whatever its name
    /// says, and its digest, as the `document` of the command. `kind` is `"contract"` or `"revoke-form"`. That it is a PDF, a TIFF or a
    /// JPEG does not prove that it can be opened, nor what stands in it.
    ///
    /// Raises `DeniedError` (`document.format`) where it is none of the three.
    ///
    /// >>> Organisation.examine_document("contract", "contratto.exe", b"%PDF-1.7")["format"]
    /// 'pdf'
    #[staticmethod]
    fn examine_document<'py>(
        py: Python<'py>,
        kind: &str,
        name: &str,
        document: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let wrong = |error: serde_json::Error| Failure::new(Reason::PEC_BAD_VALUE, format!("kind: {error}"));
        let kind: DocumentKind = serde_json::from_value(kind.into()).map_err(wrong)?;
        let (name, bytes) = (code(name, "name")?, source::bytes(document)?);
        let document = Document::examine(kind, name, &bytes);
        let document = document.map_err(|denied| Failure::from(pec_archive::Error::Denied(denied)))?;
        let json = serde_json::to_string(&document).unwrap_or_default();
        py.import("json")?.getattr("loads")?.call1((json,))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<pecpy.Organisation of {}>", self.archive.bind(py).repr()?))
    }
}

#[pymethods]
impl Archive {
    /// Who may do what in which mailbox: an `Organisation`.
    #[getter]
    const fn organisation(this: Py<Self>) -> Organisation {
        Organisation { archive: this }
    }

    /// The same open archive, used in the name of somebody who administers (operatore): all of a `client`, one `account`, or
    /// everything where neither is given. The host vouches for who it is. To administer is not to read: for that an operator needs
    /// grants as a user. Each is closed by itself.
    ///
    /// Raises `ArgumentError` for a name or a code that cannot be one.
    #[pyo3(signature = (name, *, client = None, account = None))]
    fn acting_as_operator(&self, name: &str, client: Option<&str>, account: Option<&str>) -> PyResult<Self> {
        let operator = Operator { id: code(name, "name")?, scope: scope(client, account)? };
        Ok(Self { opened: self.opened.again()?, actor: Actor::operator(operator) })
    }
}
