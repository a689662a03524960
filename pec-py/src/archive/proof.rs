//! Proofs that outlive certificates: time-stamps over the log, bundles.

use pec_archive::report::Report as _;
use pec_core::limits::Limits;
use pec_core::proof;
use pec_core::signature::timestamp;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::judging::Judging;
use super::{Archive, given, value};
use crate::source;
use crate::trust::{Evidence, Trust, TrustStore};
use crate::work::released;

#[pymethods]
impl Archive {
    /// Has the present root of the log time-stamped (RFC 3161): from then on every message that is here is proven to have existed at
    /// that time, whatever becomes of the certificate of its signer. `ask` is given the text of the checkpoint, and gives the token
    /// over it, or the whole response of the authority to `pecpy.proof.time_stamp_request`; `trust` names the authority (`TrustStore.with_time_stamp_anchor`).
    /// Stamping again renews. Gives a `Stamped`.
    ///
    /// It proves that the messages existed, not that the archive is complete.
    ///
    /// Raises what `ask` raises; `TimeStampError` when there is nothing to stamp, or the token is not over this root by an authority
    /// that `trust` names: then nothing was written.
    #[pyo3(signature = (ask, *, trust = None, now = None))]
    fn stamp<'py>(
        &self,
        py: Python<'py>,
        ask: &Bound<'py, PyAny>,
        trust: Option<&Bound<'py, TrustStore>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (judging, ask) = (Judging::new(trust, None, now, "")?, ask.clone().unbind());
        let (archive, mut raised) = (self.opened.get()?, None);
        let stamped = released(py, || {
            archive.renew(&self.actor, judging.trust(), judging.now, &mut |note| {
                let token = Python::attach(|py| {
                    let token = ask.call1(py, (PyBytes::new(py, note),))?;
                    source::bytes(token.bind(py))
                });
                token.map_err(|error| {
                    let said = error.to_string();
                    raised = Some(error);
                    said
                })
            })
        })?;
        match raised {
            Some(error) => Err(error),
            None => value(py, "Stamped", &stamped.map_err(crate::failure::Failure::from)?.to_json()),
        }
    }

    /// Everything that proves the transaction of this identificativo or msgid, as the bytes of one ZIP, which `pecpy.proof.verify` and
    /// `pec proof verify` check without the archive. The page inside is written as `trust` judges at `now`.
    ///
    /// Raises `NotInArchiveError` when nothing speaks of it.
    #[pyo3(signature = (identifier, *, now = None, trust = None))]
    fn bundle<'py>(
        &self,
        py: Python<'py>,
        identifier: &str,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let judging = Judging::new(trust, None, now, "")?;
        let bundle = self.with(py, |archive, actor| archive.bundle(actor, judging.trust(), judging.now, identifier))?;
        Ok(PyBytes::new(py, &bundle))
    }
}

/// The report on a bundle, as JSON, and whether it is intact and sound; for `pecpy.proof`.
#[pyfunction]
#[pyo3(signature = (bundle, *, now = None, trust = None, evidence = None))]
pub(crate) fn check_proof(
    py: Python<'_>,
    bundle: &Bound<'_, PyAny>,
    now: Option<&Bound<'_, PyAny>>,
    trust: Option<&Bound<'_, TrustStore>>,
    evidence: Option<&Bound<'_, Evidence>>,
) -> PyResult<(String, bool, bool)> {
    let (bundle, now) = given(bundle, now)?;
    let trust = trust.map_or_else(Trust::built_in, |trust| std::sync::Arc::clone(&trust.get().trust));
    let evidence = evidence.map(|given| std::sync::Arc::clone(&given.get().evidence)).unwrap_or_default();
    released(py, || {
        let report = proof::check_with(&bundle, &trust.store, &evidence, now, &Limits::DEFAULT);
        (report.to_json(), report.is_intact(), report.is_sound())
    })
}

/// How an expert does every step of a bundle once more, with OpenSSL; for `pecpy.proof`.
#[pyfunction]
pub(crate) fn expert_commands(bundle: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    Ok(proof::expert_commands(&source::bytes(bundle)?))
}

/// The request for a token over the text of a checkpoint; for `pecpy.proof`.
#[pyfunction]
pub(crate) fn time_stamp_request<'py>(py: Python<'py>, note: &[u8]) -> Bound<'py, PyBytes> {
    PyBytes::new(py, &timestamp::request(note))
}
