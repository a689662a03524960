//! What is to be sent: given once, kept byte for byte, and never sent twice because nobody knows whether it has gone.

use pec_archive::report::Report;
use pec_archive::{Outgoing, Resolution, TicketState};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::judging::Judging;
use super::{Archive, id};
use crate::compose::{Conditions, outgoing};
use crate::trust::{Evidence, TrustStore};
use crate::words::unknown;

/// A line of JSON as a value of `pecpy._outbox`.
pub(super) fn value<'py>(py: Python<'py>, class: &str, json: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("pecpy._outbox")?.getattr(class)?.call_method1("from_json", (json,))
}

pub(crate) fn values<'py, R: Report>(py: Python<'py>, class: &str, reports: &[R]) -> PyResult<Bound<'py, PyList>> {
    let values: PyResult<Vec<_>> = reports.iter().map(|report| value(py, class, &report.to_json())).collect();
    PyList::new(py, values?)
}

#[pymethods]
impl Archive {
    /// Takes a message to be sent from a mailbox, by whoever sends next: a `Composed`, or whatever `Message` takes with its SMTP `sender`
    /// and `recipients`. Its exact bytes are archived; when this returns, they and the `Ticket` are on stable storage. `key` is your own
    /// name for it, up to 500 bytes (an invoice number): within the mailbox it stands for one message, for ever. The same key with
    /// the same message and envelope gives the same ticket, whatever has become of it, so that whoever does not know whether he was
    /// heard can ask again.
    ///
    /// Raises `RefusedError` where a provider of these `conditions`, those of the law unless given, would not take it: all reasons are in
    /// its `refusals`. Raises `ArchiveError`: `archive.key_reused` where the key stands for another message, `archive.value` for
    /// an empty or odd key, or no recipients. Nothing was stored then.
    #[pyo3(signature = (message, *, mailbox, key, sender = None, recipients = None, conditions = None, now = None, trust = None,
        evidence = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn queue<'py>(
        &self,
        py: Python<'py>,
        message: &Bound<'py, PyAny>,
        mailbox: &str,
        key: &str,
        sender: Option<String>,
        recipients: Option<Vec<String>>,
        conditions: Option<&Bound<'py, Conditions>>,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (message, sender, recipients) = outgoing(message, sender, recipients)?;
        let (judging, conditions) = (Judging::new(trust, evidence, now, mailbox)?, Conditions::of(conditions));
        let ticket = self.with(py, |archive, actor| {
            let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
            let outgoing = Outgoing { mailbox, key, sender: &sender, recipients: &recipients };
            archive.queue_checked(actor, &judging.intake(), &outgoing, message, &conditions)
        })?;
        value(py, "Ticket", &ticket.to_json())
    }

    /// The `Ticket` of this key: where what was given to be sent stands, and what the server said.
    ///
    /// Raises `NotInArchiveError`.
    fn ticket<'py>(&self, py: Python<'py>, mailbox: &str, key: &str) -> PyResult<Bound<'py, PyAny>> {
        let ticket = self.with(py, |archive, actor| archive.ticket(actor, mailbox, key))?;
        value(py, "Ticket", &ticket.to_json())
    }

    /// At most `limit` tickets of a mailbox in a state (`"queued"`, `"sending"`, `"sent"`, `"refused"`, `"unknown"`), in the order in which
    /// they were given, behind the one of this `number`.
    #[pyo3(signature = (mailbox, state, *, after = 0, limit = 1000))]
    fn tickets<'py>(
        &self,
        py: Python<'py>,
        mailbox: &str,
        state: &str,
        after: i64,
        limit: usize,
    ) -> PyResult<Bound<'py, PyList>> {
        let wrong = || unknown("state", state, &TicketState::ALL.map(TicketState::as_str));
        let state = TicketState::from_name(state).ok_or_else(wrong)?;
        values(py, "Ticket", &self.with(py, |archive, actor| archive.tickets(actor, mailbox, state, after, limit))?)
    }

    /// The tickets of a message, by its identifier, in the order in which they were given: none for one that nobody has given to be
    /// sent.
    ///
    /// Raises `NotInArchiveError`.
    fn tickets_of<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Bound<'py, PyList>> {
        let id = self::id(id)?;
        values(py, "Ticket", &self.with(py, |archive, actor| archive.tickets_of(actor, id))?)
    }

    /// Ends that nobody knows of a message whether it has gone: `"sent"` where somebody has found out that it has, `"not-sent"` where it
    /// has not, and waits to be sent. Whoever says so wrongly sends it twice. Gives its `Ticket`.
    ///
    /// Raises `ArchiveError` (`archive.value`) where it is known, `NotInArchiveError`.
    #[pyo3(signature = (mailbox, key, resolution, *, now = None, trust = None, evidence = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn resolve<'py>(
        &self,
        py: Python<'py>,
        mailbox: &str,
        key: &str,
        resolution: &str,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let resolution = match resolution {
            "sent" => Resolution::Sent,
            "not-sent" => Resolution::NotSent,
            _ => return Err(unknown("resolution", resolution, &["sent", "not-sent"]).into()),
        };
        let judging = Judging::new(trust, evidence, now, mailbox)?;
        let ticket =
            self.with(py, |archive, actor| archive.resolve(actor, &judging.intake(), mailbox, key, resolution))?;
        value(py, "Ticket", &ticket.to_json())
    }
}
