//! By whose trust messages are judged; long work, with progress and Ctrl-C.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pec_archive::{Actor, Intake, Progress, Watch};
use pec_core::trust;
use pyo3::prelude::*;

use super::Archive;
use crate::failure::Failure;
use crate::instant::now;
use crate::trust::{Evidence, Trust, TrustStore};
use crate::work::released;

/// How often somebody who waits hears how far it is, and Ctrl-C is answered.
const LOOK: Duration = Duration::from_millis(50);

/// What an intake borrows.
pub(super) struct Judging {
    trust: Arc<Trust>,
    evidence: Option<Arc<trust::Evidence>>,
    pub(super) now: Timestamp,
    mailbox: String,
}

impl Judging {
    pub(super) fn new(
        trust: Option<&Bound<'_, TrustStore>>,
        evidence: Option<&Bound<'_, Evidence>>,
        now: Option<&Bound<'_, PyAny>>,
        mailbox: &str,
    ) -> PyResult<Self> {
        Ok(Self {
            trust: trust.map_or_else(Trust::built_in, |trust| Arc::clone(&trust.get().trust)),
            evidence: evidence.map(|evidence| Arc::clone(&evidence.get().evidence)),
            now: self::now(now)?,
            mailbox: mailbox.to_owned(),
        })
    }

    pub(super) fn trust(&self) -> &trust::TrustStore {
        &self.trust.store
    }

    pub(super) fn intake(&self) -> Intake<'_> {
        let intake = Intake::new(&self.trust.store, self.now).mailbox(&self.mailbox);
        match &self.evidence {
            Some(evidence) => intake.evidence(evidence),
            None => intake,
        }
    }
}

/// Does long work without the interpreter. `progress` is called with what is done and what is to be done, every 50 ms at most, and at
/// the end; what it raises ends the work, as Ctrl-C does.
pub(super) fn watched<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(Watch<'_>) -> pec_archive::Result<T> + Send,
) -> PyResult<T> {
    let progress = progress.map(|progress| progress.clone().unbind());
    let (mut raised, mut looked) = (None, None::<Instant>);
    let done = released(py, || {
        work(&mut |Progress { done, total }| {
            if done < total && looked.is_some_and(|looked| looked.elapsed() < LOOK) {
                return ControlFlow::Continue(());
            }
            looked = Some(Instant::now());
            let told = Python::attach(|py| {
                py.check_signals()?;
                progress.as_ref().map_or(Ok(()), |progress| progress.call1(py, (done, total)).map(drop))
            });
            match told {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    raised = Some(error);
                    ControlFlow::Break(())
                }
            }
        })
    })?;
    match raised {
        Some(error) => Err(error),
        None => Ok(done.map_err(Failure::from)?),
    }
}

impl Archive {
    /// Long work on the archive.
    pub(super) fn watched<T: Send>(
        &self,
        py: Python<'_>,
        progress: Option<&Bound<'_, PyAny>>,
        work: impl FnOnce(&pec_archive::Archive, &Actor, Watch<'_>) -> pec_archive::Result<T> + Send,
    ) -> PyResult<T> {
        let archive = self.opened.get()?;
        watched(py, progress, |watch| work(&archive, &self.actor, watch))
    }
}
