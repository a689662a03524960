//! Where passwords are kept: a file of ours, or an object of the host's.

use std::path::PathBuf;
use std::sync::Arc;

use pec_archive::HostKey;
use pec_imap::{
    Answered, Asked, FileSecrets, HostSecrets, PassphraseCost, SecretEntry, SecretError, SecretField, SecretStore,
    report,
};
use pyo3::exceptions::{PyModuleNotFoundError, PyTypeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use super::credential::Credential;
use super::values;
use crate::failure::Failure;
use crate::words::unknown;
use crate::work::released;

/// Where passwords are kept between two runs.
///
/// `Secrets(path, key=…)` is a file that is encrypted under 32 bytes of the host's; with `passphrase=` under what a person can
/// remember, which takes a third of a second to try. The first password makes the file. `Secrets.host(store)` asks an object of
/// the host's, `Secrets.keyring()` the keyring of the system. Threads and processes share a store.
///
/// It gives back what was put under exactly this name. It does not prove that it is the newest: whoever has the file can bring
/// back an older one as a whole.
///
/// Raises `SecretError`: `secret.key` where the key or passphrase is not the one of the file.
///
/// >>> import pathlib, tempfile
/// >>> with tempfile.TemporaryDirectory() as folder:
/// ...     secrets = Secrets(folder + "/segreti", key=bytes(32))
/// ...     secrets.put("ditta@pec.example", Credential("ditta@pec.example", "segreta"))
/// ...     kept = secrets.get("DITTA@pec.example").reveal()
/// ...     hidden = b"segreta" in pathlib.Path(folder, "segreti").read_bytes()
/// ...     Secrets(folder + "/segreti", key=bytes([1] * 32))
/// Traceback (most recent call last):
///     ...
/// pecpy.SecretError: ...
/// >>> kept, hidden
/// ('segreta', False)
#[pyclass(frozen, module = "pecpy")]
#[derive(Debug)]
pub(crate) struct Secrets {
    pub(super) store: Arc<dyn SecretStore>,
}

fn field(given: &str) -> Result<SecretField, Failure> {
    SecretField::from_name(given).ok_or_else(|| unknown("field", given, &["access", "submission", "gateway"]))
}

#[pymethods]
impl Secrets {
    #[new]
    #[pyo3(signature = (path, *, key = None, passphrase = None))]
    fn new(py: Python<'_>, path: PathBuf, key: Option<PyBackedBytes>, passphrase: Option<String>) -> PyResult<Self> {
        let opened = match (key, passphrase) {
            (Some(key), None) => {
                let key = HostKey::from_slice(&key).map_err(Failure::from)?;
                released(py, || FileSecrets::open(&path, key))?
            }
            (None, Some(passphrase)) => {
                let passphrase = passphrase.into();
                released(py, || FileSecrets::open_with_passphrase(&path, &passphrase, PassphraseCost::default()))?
            }
            _ => return Err(PyTypeError::new_err("either key or passphrase is wanted")),
        };
        Ok(Self { store: Arc::new(opened.map_err(Failure::from)?) })
    }

    /// A store of the host's own: an object with these methods, which any thread calls. Mailboxes are in lower case, `field` is
    /// `"access"`, `"submission"` or `"gateway"`.
    ///
    /// - `get(mailbox, field)` gives a `Credential`, or `None`
    /// - `put(mailbox, field, credential)` keeps it, and returns when it is durable
    /// - `remove(mailbox, field)` forgets it, and says whether it was there
    ///
    /// What they raise becomes a `SecretError` that names the class of the exception and nothing of its text, in which a password
    /// could stand.
    ///
    /// >>> class Vault(dict):
    /// ...     def get(self, mailbox, field):
    /// ...         return super().get((mailbox, field))
    /// ...     def put(self, mailbox, field, credential):
    /// ...         self[mailbox, field] = credential
    /// ...     def remove(self, mailbox, field):
    /// ...         return self.pop((mailbox, field), None) is not None
    /// >>> secrets = Secrets.host(Vault())
    /// >>> secrets.put("ditta@pec.example", Credential("ditta@pec.example", "segreta"))
    /// >>> secrets.get("ditta@pec.example"), secrets.remove("ditta@pec.example"), secrets.get("ditta@pec.example")
    /// (<pecpy.Credential of 'ditta@pec.example', holder>, True, None)
    #[staticmethod]
    fn host(store: Py<PyAny>) -> Self {
        Self { store: Arc::new(HostSecrets::new(move |asked| Python::attach(|py| ask(store.bind(py), asked)))) }
    }

    /// A store in the keyring of the system (Windows, macOS, the Secret Service of a desktop), which the package `keyring` from PyPI
    /// opens: each credential is an entry of this `service`. What that package raises becomes a `SecretError` as with `host`.
    ///
    /// Raises `SecretError` (`secret.unsupported`) where the package is not installed.
    #[staticmethod]
    #[pyo3(signature = (service = "pecpy"))]
    fn keyring(py: Python<'_>, service: &str) -> PyResult<Self> {
        let keyring = py.import("pecpy._keyring")?.getattr("Keyring")?;
        match keyring.call1((service,)) {
            Ok(store) => Ok(Self::host(store.unbind())),
            Err(error) if error.is_instance_of::<PyModuleNotFoundError>(py) => {
                Err(Failure::from(SecretError::Unsupported("the package keyring is not installed")).into())
            }
            Err(error) => Err(error),
        }
    }

    /// The credential of a mailbox; `None` where there is none.
    #[pyo3(signature = (mailbox, field = "access"))]
    fn get(&self, py: Python<'_>, mailbox: &str, field: &str) -> PyResult<Option<Credential>> {
        let field = self::field(field)?;
        let found = released(py, || self.store.get(mailbox, field))?.map_err(Failure::from)?;
        Ok(found.map(|credential| Credential { credential }))
    }

    /// Keeps a credential in the place of what was there; when it returns, it is durable.
    #[pyo3(signature = (mailbox, credential, field = "access"))]
    fn put(&self, py: Python<'_>, mailbox: &str, credential: &Bound<'_, Credential>, field: &str) -> PyResult<()> {
        let (field, credential) = (self::field(field)?, &credential.get().credential);
        Ok(released(py, || self.store.put(mailbox, field, credential))?.map_err(Failure::from)?)
    }

    /// Forgets a credential; says whether it was there.
    #[pyo3(signature = (mailbox, field = "access"))]
    fn remove(&self, py: Python<'_>, mailbox: &str, field: &str) -> PyResult<bool> {
        let field = self::field(field)?;
        Ok(released(py, || self.store.remove(mailbox, field))?.map_err(Failure::from)?)
    }

    /// What is kept, without the passwords: a list of `KeptSecret`. What is damaged is there with its problem, and hides no other.
    ///
    /// Raises `SecretError`, also where the store is the host's, who knows what it holds.
    fn list(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let entries: Vec<SecretEntry> = released(py, || self.store.list())?.map_err(Failure::from)?;
        values(py, "KeptSecret", entries.iter().map(report::Secret::of))
    }

    fn __repr__(&self) -> &'static str {
        "<pecpy.Secrets>"
    }
}

/// Asks an object of the host's.
fn ask(store: &Bound<'_, PyAny>, asked: Asked<'_>) -> Result<Answered, String> {
    if matches!(asked, Asked::List) {
        return Err("the host knows what its store holds".into());
    }
    let answered = || -> PyResult<Answered> {
        match asked {
            Asked::Get(mailbox, field) => {
                let found = store.call_method1("get", (mailbox, field.as_str()))?;
                if found.is_none() {
                    return Ok(Answered::Nothing);
                }
                Ok(Answered::Credential(found.cast::<Credential>()?.get().credential.clone()))
            }
            Asked::Put(mailbox, field, credential) => {
                let credential = Credential { credential: credential.clone() };
                store.call_method1("put", (mailbox, field.as_str(), credential))?;
                Ok(Answered::Nothing)
            }
            Asked::Remove(mailbox, field) => {
                Ok(Answered::Removed(store.call_method1("remove", (mailbox, field.as_str()))?.is_truthy()?))
            }
            _ => Ok(Answered::Nothing),
        }
    };
    answered().map_err(|error| {
        let class = error.get_type(store.py()).name().map(|name| name.to_string());
        format!("the host's store raises {}", class.unwrap_or_default())
    })
}
