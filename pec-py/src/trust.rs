//! Whom a verification trusts: trust store, revocation evidence.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use pec_core::trust::{self, ChainCache, TrustStoreError};
use pyo3::prelude::*;

use crate::failure::{Failure, Reason};
use crate::source;

/// Chain caches that nobody is using; as many in the end as threads have verified at once.
///
/// Each thread takes from a place of its own and gives back there, so that what is known of chains stays with the core that uses it:
/// in one place for all it went from core to core with each message.
///
/// Nobody waits for a lock for longer than it can be held by a thread that runs, which is a few instructions: whoever does not get
/// it begins with an empty cache, so that a lock that another thread held while the process was forked does not stop the child.
#[derive(Debug, Default)]
pub(crate) struct Pool([Place; PLACES]);

/// Two lines of cache: processors fetch them in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Place(Mutex<Vec<ChainCache>>);

/// More threads than that share places.
const PLACES: usize = 16;

/// How often the lock is asked for: some microseconds, where a verification without its cache takes twenty more.
const ASKED: u32 = 256;

impl Pool {
    /// The one that this thread used last: it knows the most.
    pub(crate) fn take(&self) -> ChainCache {
        self.caches().and_then(|mut caches| caches.pop()).unwrap_or_default()
    }

    pub(crate) fn give_back(&self, cache: ChainCache) {
        if let Some(mut caches) = self.caches() {
            caches.push(cache);
        }
    }

    fn caches(&self) -> Option<MutexGuard<'_, Vec<ChainCache>>> {
        let Place(place) = self.0.get(own_place())?;
        (0..ASKED).find_map(|_| {
            let caches = place.try_lock().ok();
            if caches.is_none() {
                std::hint::spin_loop();
            }
            caches
        })
    }
}

/// The place of this thread.
fn own_place() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed) % PLACES;
    }
    OWN.with(|own| *own)
}

/// A trust store with the chains that were found good under it. They never change an answer: each is kept for the store and
/// the evidence for which it was found.
#[derive(Debug)]
pub(crate) struct Trust {
    pub(crate) store: trust::TrustStore,
    pub(crate) caches: Pool,
}

static BUILT_IN: LazyLock<Arc<Trust>> = LazyLock::new(|| Trust::new(trust::TrustStore::built_in()));

impl Trust {
    pub(crate) fn new(store: trust::TrustStore) -> Arc<Self> {
        Arc::new(Self { store, caches: Pool::default() })
    }

    pub(crate) fn built_in() -> Arc<Self> {
        Arc::clone(&BUILT_IN)
    }
}

impl From<TrustStoreError> for Failure {
    fn from(error: TrustStoreError) -> Self {
        let reason = match error {
            TrustStoreError::Certificate => Reason::PEC_CERTIFICATE,
            _ => Reason::PEC_TRUST_DATA,
        };
        Self::new(reason, error.to_string())
    }
}

/// Whom a judgement trusts: the pinned PEC authorities, their known issues, and what the host adds.
///
/// A value: `with_...` gives another store and leaves this one as it is. `TrustStore()` is what is built into this version:
/// AgID CA1 and DigitPA CA1, their issues, the hosts of the providers.
///
/// >>> TrustStore().host_anchors
/// []
/// >>> TrustStore().with_host_anchor(b"no certificate")
/// Traceback (most recent call last):
///     ...
/// pecpy.CertificateError: ...
#[pyclass(frozen, eq, hash, module = "pecpy")]
#[derive(Debug, Clone)]
pub(crate) struct TrustStore {
    pub(crate) trust: Arc<Trust>,
}

impl PartialEq for TrustStore {
    fn eq(&self, other: &Self) -> bool {
        self.trust.store.id() == other.trust.store.id()
    }
}

impl Eq for TrustStore {}

impl std::hash::Hash for TrustStore {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.trust.store.id().hash(state);
    }
}

impl TrustStore {
    pub(crate) fn new(store: trust::TrustStore) -> Self {
        Self { trust: Trust::new(store) }
    }

    fn with(
        &self,
        certificate: &Bound<'_, PyAny>,
        change: fn(trust::TrustStore, &[u8]) -> Result<trust::TrustStore, TrustStoreError>,
    ) -> PyResult<Self> {
        let certificate = source::bytes(certificate)?;
        Ok(Self::new(change(self.trust.store.clone(), &certificate).map_err(Failure::from)?))
    }
}

#[pymethods]
impl TrustStore {
    #[new]
    fn built_in() -> Self {
        Self { trust: Trust::built_in() }
    }

    /// Trust data of another date, in the form of `to_json` and of `pec trust show --json`.
    ///
    /// Raises `TrustDataError` when they have another form.
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<Self> {
        Ok(Self::new(trust::TrustStore::from_json(json).map_err(Failure::from)?))
    }

    /// With an authority of the host's own; a path, bytes or a file, DER or PEM. Every result that rests on it names it
    /// (`host:...`): such a message is no PEC of the Italian system.
    ///
    /// Raises `CertificateError` when nothing can be read.
    fn with_host_anchor(&self, certificate: &Bound<'_, PyAny>) -> PyResult<Self> {
        self.with(certificate, trust::TrustStore::with_host_anchor)
    }

    /// With an authority whose time-stamps (marche temporali) are believed; a path, bytes or a file, DER or PEM.
    ///
    /// Raises `CertificateError` when nothing can be read.
    fn with_time_stamp_anchor(&self, certificate: &Bound<'_, PyAny>) -> PyResult<Self> {
        self.with(certificate, trust::TrustStore::with_time_stamp_anchor)
    }

    /// With an authority whose cards (carta nazionale dei servizi) open mailboxes of this host (`Archive.login`); a path, bytes or a file,
    /// DER or PEM. It vouches for nothing else, and no other authority does for cards.
    ///
    /// Raises `CertificateError` when nothing can be read.
    fn with_login_anchor(&self, certificate: &Bound<'_, PyAny>) -> PyResult<Self> {
        self.with(certificate, trust::TrustStore::with_login_anchor)
    }

    /// With a certificate that may stand between signer and authority and is not trusted by itself; a path, bytes or a file,
    /// DER or PEM.
    ///
    /// Raises `CertificateError` when nothing can be read.
    fn with_intermediate(&self, certificate: &Bound<'_, PyAny>) -> PyResult<Self> {
        self.with(certificate, trust::TrustStore::with_intermediate)
    }

    /// The trust data as JSON, without what the host has added.
    fn to_json(&self) -> String {
        self.trust.store.to_json()
    }

    /// SHA-256 over everything in it, lower-case hexadecimal: two stores with the same one give the same answers.
    #[getter]
    fn id(&self) -> String {
        self.trust.store.id().to_string()
    }

    /// The date of the trust data, `yyyy-mm-dd`.
    #[getter]
    fn data_date(&self) -> String {
        self.trust.store.data_date()
    }

    /// The authorities that the host has added, as results name them.
    #[getter]
    fn host_anchors(&self) -> Vec<String> {
        self.trust.store.host_anchors().map(|anchor| anchor.to_string()).collect()
    }

    fn __repr__(&self) -> String {
        let hosts = match self.trust.store.host_anchors().count() {
            0 => String::new(),
            count => format!(", host anchors: {count}"),
        };
        format!("<pecpy.TrustStore of {}{hosts}>", self.data_date())
    }

    /// Whom it trusts, and by which public source, for a person.
    fn __str__(&self) -> String {
        self.trust.store.to_string()
    }
}

/// Revocation lists and OCSP answers that the host gives.
///
/// A value: `with_...` gives other evidence and leaves this as it is. `Evidence()` is none: every answer about revocation is
/// "not-checked", never "good".
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    pub(crate) evidence: Arc<trust::Evidence>,
}

impl Evidence {
    fn with(&self, data: &Bound<'_, PyAny>, change: fn(trust::Evidence, Vec<u8>) -> trust::Evidence) -> PyResult<Self> {
        let evidence = change(trust::Evidence::clone(&self.evidence), source::bytes(data)?);
        // Evidence that says nothing must not pass for evidence that was asked.
        if evidence.unreadable() > 0 {
            return Err(Failure::new(Reason::PEC_EVIDENCE, "").into());
        }
        Ok(Self { evidence: Arc::new(evidence) })
    }
}

#[pymethods]
impl Evidence {
    #[new]
    fn none() -> Self {
        Self { evidence: Arc::new(trust::Evidence::none()) }
    }

    /// With a certificate revocation list (CRL); a path, bytes or a file, DER or PEM.
    ///
    /// Raises `EvidenceError` when it cannot be read.
    fn with_crl(&self, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        self.with(data, |evidence, data| evidence.with_crl(data))
    }

    /// With an OCSP response; a path, bytes or a file, DER or PEM.
    ///
    /// Raises `EvidenceError` when it cannot be read.
    fn with_ocsp(&self, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        self.with(data, |evidence, data| evidence.with_ocsp(data))
    }

    /// SHA-256 over everything in it, lower-case hexadecimal; `None` when there is nothing.
    #[getter]
    fn id(&self) -> Option<String> {
        self.evidence.id().map(|id| id.to_string())
    }

    fn __repr__(&self) -> String {
        format!("<pecpy.Evidence {}>", self.id().as_deref().unwrap_or("none"))
    }
}
