//! A sandbox behind an SMTP server and in front of Maildirs.

use std::mem;
use std::path::PathBuf;
use std::sync::PoisonError;

use pec_sandbox::server::{self, Clock, Options};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::{Sandbox, State, broken};
use crate::failure::{Failure, Reason};
use crate::words::unknown;
use crate::work::released;

/// A sandbox that serves: made by `Sandbox.serve`, ended by `stop()` or with the block of a `with` statement.
#[pyclass(frozen, module = "pecpy")]
pub(crate) struct Server {
    sandbox: Py<Sandbox>,
    addresses: [(String, u16); 2],
    tls_authority: PathBuf,
    anchor: PathBuf,
}

impl Server {
    pub(super) fn start(
        py: Python<'_>,
        sandbox: Py<Sandbox>,
        folder: PathBuf,
        password: &str,
        clock: &str,
    ) -> PyResult<Self> {
        let clock = match clock {
            "turned" => Clock::Turned,
            "system" => Clock::System,
            _ => return Err(unknown("clock", clock, &["turned", "system"]).into()),
        };
        let options = Options { password: password.to_owned(), clock, ..Options::new(folder) };
        let state = &sandbox.get().state;
        let started = released(py, || {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let network = match &*state {
                State::Still(network) => network.clone(),
                State::Serving(_) => return Err(Failure::new(Reason::PEC_SETTINGS, "it serves already")),
                State::Broken => return Err(broken()),
            };
            let server = server::Server::start(*network, options)?;
            let address = |socket: std::net::SocketAddr| (socket.ip().to_string(), socket.port());
            let addresses = [address(server.smtps()), address(server.submission())];
            let files = (server.tls_authority(), server.anchor());
            *state = State::Serving(server);
            Ok((addresses, files))
        })?;
        let (addresses, (tls_authority, anchor)) = started?;
        Ok(Self { sandbox, addresses, tls_authority, anchor })
    }
}

#[pymethods]
impl Server {
    /// Host and port of the socket with implicit TLS.
    #[getter]
    fn smtps(&self) -> (String, u16) {
        self.addresses[0].clone()
    }

    /// Host and port of the socket with STARTTLS.
    #[getter]
    fn submission(&self) -> (String, u16) {
        self.addresses[1].clone()
    }

    /// File of the authority that mail clients have to trust for TLS, in PEM; made anew at each start.
    #[getter]
    fn tls_authority(&self) -> PathBuf {
        self.tls_authority.clone()
    }

    /// File of the authority of the providers, in PEM, for `pec verify --anchor`.
    #[getter]
    fn anchor(&self) -> PathBuf {
        self.anchor.clone()
    }

    /// The Maildir of an address.
    ///
    /// Raises `ArgumentError` when the server has ended.
    fn maildir(&self, py: Python<'_>, address: &str) -> PyResult<PathBuf> {
        let state = &self.sandbox.get().state;
        let found = released(py, || match &*state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Serving(server) => Ok(server.maildir(address)),
            _ => Err(Failure::new(Reason::PEC_ABSENT, "the server has ended")),
        })?;
        Ok(found?)
    }

    /// What went wrong since it was last asked, while nobody was there to be told; `None` when nothing did.
    fn problem(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let state = &self.sandbox.get().state;
        released(py, || match &*state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Serving(server) => server.problem(),
            _ => None,
        })
    }

    /// Cuts the connections, ends and joins the threads of the server; the sandbox goes on without. Nothing when it has ended.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        let state = &self.sandbox.get().state;
        let stopped = released(py, || {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            match mem::replace(&mut *state, State::Broken) {
                State::Serving(server) => {
                    let network = server.with(|network| Ok(network.clone()));
                    server.stop();
                    *state = State::Still(Box::new(network?));
                }
                other => *state = other,
            }
            Ok::<(), Failure>(())
        })?;
        Ok(stopped?)
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (*_raised))]
    fn __exit__(&self, py: Python<'_>, _raised: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.stop(py)
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Server on {}:{}>", self.addresses[0].0, self.addresses[0].1)
    }
}
