//! Rules that act on what comes in, and what comes in put elsewhere as well.

use std::path::PathBuf;

use pec_archive::Filed;
use pec_archive::report::Report as _;
use pec_imap::{Delivery, Forwarded, report};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::hub::{Hub, nothing};
use super::runtime::{blocking, run};
use super::{value, values};
use crate::archive::Rule;

/// Where what comes in is put as well, as Python says it.
fn place(maildir: Option<PathBuf>, to: Option<String>, folder: Option<String>) -> PyResult<Where> {
    match (maildir, to, folder) {
        (Some(maildir), None, None) => Ok(Where::Maildir(maildir)),
        (None, Some(to), folder) => Ok(Where::Folder(to, folder.unwrap_or_else(|| "INBOX".to_owned()))),
        _ => Err(PyTypeError::new_err("maildir alone, or to and folder are wanted")),
    }
}

/// A [`Delivery`] whose mailbox was not looked for yet.
enum Where {
    Maildir(PathBuf),
    Folder(String, String),
}

impl Where {
    fn delivery(self, hub: &pec_imap::Hub) -> pec_imap::Result<Delivery> {
        Ok(match self {
            Self::Maildir(path) => Delivery::Maildir(path),
            Self::Folder(to, folder) => Delivery::Folder { mailbox: hub.mailbox(&to)?.said.address, folder },
        })
    }
}

#[pymethods]
impl Hub {
    /// From now on `apply_rules` acts on what comes in: what is in the archive already is left alone, unless somebody has begun before.
    fn begin_rules<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.ask(py, pec_imap::Hub::begin_rules, nothing)
    }

    /// Lets rules act on what has come in since the last time, or since `begin_rules`: each rule once on each message. What is in the
    /// outbox has not come in. A `Filed` for each rule and message that it has acted on, or for which it suggests something.
    fn apply_rules<'py>(&self, py: Python<'py>, rules: Vec<Py<Rule>>) -> PyResult<Bound<'py, PyAny>> {
        let rules: Vec<pec_archive::Rule> = rules.iter().map(|rule| rule.get().rule.clone()).collect();
        let give = |py: Python<'_>, filed: Vec<Filed>| {
            Ok(crate::archive::outbox_values(py, "Filed", &filed)?.into_any().unbind())
        };
        self.ask(py, move |hub| hub.apply_rules(&rules), give)
    }

    /// Puts into the outbox what rules hand on, also what somebody has accepted that they suggest: the message byte for byte, in a new
    /// one from the mailbox in which it lies, to the same address once and never round. `Mailbox.send_queued` sends it. A
    /// `Forwarded` a message, rule and address; what concerns one message is its `outcome`.
    fn act_on_events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let give = |py: Python<'_>, forwarded: Vec<Forwarded>| {
            values(py, "Forwarded", forwarded.iter().map(report::Forwarded::of))
        };
        self.ask(py, pec_imap::Hub::act_on_events, give)
    }

    /// Puts what has come into a mailbox since the last time elsewhere as well, byte for byte: into a `maildir`, which is made where it
    /// does not exist; or into a `folder` (`"INBOX"`) of `to`, another mailbox that is managed. The first time nothing: it begins then.
    /// What was sent is left out. A `Delivered`: what is there now, what the other side does not take, which is passed over, and what
    /// ended it before its end.
    ///
    /// After a crash a message may come twice to a server; a Maildir has it once.
    #[pyo3(signature = (address, *, maildir = None, to = None, folder = None))]
    fn relay_new<'py>(
        &self,
        py: Python<'py>,
        address: String,
        maildir: Option<PathBuf>,
        to: Option<String>,
        folder: Option<String>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = place(maildir, to, folder)?;
        let (hub, how) = self.over_connections()?;
        let work = |_| async move {
            let opening = hub.clone();
            let to = blocking(move || place.delivery(&opening)).await?;
            let delivered = hub.relay_new(&address, &to).await?;
            Ok(report::Delivered::of(&address, &delivered).to_json())
        };
        let give = |py: Python<'_>, delivered: String| value(py, "Delivered", &delivered);
        run(py, how, None, work, give)
    }
}
