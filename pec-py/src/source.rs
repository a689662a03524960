//! Where the bytes of a message come from: a path, bytes, a file object.

use std::path::{Path, PathBuf};

use pec_core::limits::Limits;
use pec_files::{Item, Kind, Opened, Place, open};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};

use crate::failure::{Failure, Reason};
use crate::message::Message;

/// The bytes of a message: read from a file, or those of a `bytes` object, which are not copied.
#[derive(Debug)]
pub(crate) enum Data {
    Owned(Vec<u8>),
    Python(PyBackedBytes),
}

impl AsRef<[u8]> for Data {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Python(bytes) => bytes,
        }
    }
}

/// One message that was given.
pub(crate) enum Source {
    Path(PathBuf),
    /// The bytes and, of a file object, its name.
    Data(Data, Option<String>),
    Message(Message),
}

/// What a message is called that was given as bytes.
const NAMELESS: &str = "<bytes>";

impl Source {
    pub(crate) fn of(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = given.cast::<PyBytes>() {
            return Ok(Self::Data(Data::Python(bytes.clone().into()), None));
        }
        if let Ok(message) = given.cast::<Message>() {
            return Ok(Self::Message(message.get().clone()));
        }
        if given.is_instance_of::<PyByteArray>() || given.is_instance_of::<PyMemoryView>() {
            let bytes = given.py().get_type::<PyBytes>().call1((given,))?;
            return Ok(Self::Data(Data::Python(bytes.cast_into::<PyBytes>()?.into()), None));
        }
        if let Some(path) = path(given)? {
            return Ok(Self::Path(path));
        }
        if given.hasattr("read")? {
            return Self::of_file_object(given);
        }
        let class = given.get_type();
        Err(PyTypeError::new_err(format!(
            "a path, bytes as they were received, or a file opened with \"rb\" is wanted, not {}",
            class.name()?
        )))
    }

    fn of_file_object(file: &Bound<'_, PyAny>) -> PyResult<Self> {
        let read = file.call_method0("read")?;
        if read.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err(
                "the file gives text: open it with \"rb\", every byte of a message counts",
            ));
        }
        let name = file.getattr("name").ok().and_then(|name| name.extract::<String>().ok());
        match Self::of(&read)? {
            Self::Data(data, _) => Ok(Self::Data(data, name)),
            _ => Err(PyTypeError::new_err("read() of the file gives no bytes")),
        }
    }

    /// Reads and parses; `name` is what the caller calls it. What is parsed already keeps its limits.
    pub(crate) fn message(self, name: Option<String>, limits: &Limits) -> Result<Message, Failure> {
        Ok(match self {
            Self::Path(path) => {
                let item = read(&path, limits.message_bytes)?;
                let data = Data::Owned(item.bytes.map_err(|reason| Failure::unread(&item.name, reason))?);
                Message::parse(data, name.unwrap_or(item.name), limits)
            }
            Self::Data(data, own) => {
                if data.as_ref().len() > limits.message_bytes {
                    return Err(too_large(data.as_ref().len() as u64));
                }
                Message::parse(data, name.or(own).unwrap_or_else(|| NAMELESS.to_owned()), limits)
            }
            Self::Message(message) => match name {
                Some(name) => message.named(name),
                None => message,
            },
        })
    }
}

/// The path that a `str` or `os.PathLike` names.
pub(crate) fn path(given: &Bound<'_, PyAny>) -> PyResult<Option<PathBuf>> {
    if given.is_instance_of::<PyString>() || given.hasattr("__fspath__")? {
        return given.extract().map(Some);
    }
    Ok(None)
}

/// The bytes of a small thing, such as a certificate: given as they are, or read from the file that a path names.
pub(crate) fn bytes(given: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    match Source::of(given)? {
        Source::Path(path) => Ok(std::fs::read(&path).map_err(|error| Failure::file(&path, &error))?),
        Source::Data(data, _) => Ok(data.as_ref().to_vec()),
        Source::Message(_) => Err(PyTypeError::new_err("a path, bytes or a file is wanted, not a Message")),
    }
}

fn too_large(bytes: u64) -> Failure {
    Failure::new(Reason::PEC_TOO_LARGE, format!("{bytes} bytes"))
}

/// The one message of a file, `limit` bytes at most.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Item, Failure> {
    match open(&Place::File(path.to_owned()), limit) {
        Opened::One(item) => Ok(item),
        Opened::Many(mut messages) => match (messages.next(), messages.next()) {
            (Some(item), None) => Ok(item),
            _ => Err(Failure::new(Reason::PEC_SEVERAL_MESSAGES, path.display().to_string())),
        },
    }
}

impl Failure {
    /// Why what is called `name` cannot be read.
    pub(crate) fn unread(name: &str, reason: pec_files::Reason) -> Self {
        let code = match reason.kind {
            Kind::TooLarge => Reason::PEC_TOO_LARGE,
            Kind::Several => Reason::PEC_SEVERAL_MESSAGES,
            _ => Reason::PEC_FILE,
        };
        let system = reason.system.map(|number| (number, name.to_owned()));
        Self::of_system(code, format!("{name}: {reason}"), system)
    }
}
