//! The keys of an encrypted archive.

use pec_archive::{HostKey, Keys, Searchable};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::words::unknown;

/// One key, or several; none.
pub(super) fn keys(given: Option<&Bound<'_, PyAny>>) -> PyResult<Keys> {
    let Some(given) = given else { return Ok(Keys::none()) };
    if let Some(one) = one(given)? {
        return Ok(Keys::of(one).map_err(Failure::from)?);
    }
    let wanted = || PyTypeError::new_err("key: 32 bytes are wanted, or several such keys");
    let mut keys = None;
    for given in given.try_iter().map_err(|_| wanted())? {
        let key = one(&given?)?.ok_or_else(wanted)?;
        keys = Some(keys.unwrap_or_else(Keys::none).and(key).map_err(Failure::from)?);
    }
    // An archive that was to be encrypted must not be left open because a list was empty.
    keys.ok_or_else(|| Failure::from(pec_archive::Error::BadValue { what: "key", value: "none at all".into() }).into())
}

fn one(given: &Bound<'_, PyAny>) -> PyResult<Option<HostKey>> {
    let key = if let Ok(bytes) = given.cast::<PyBytes>() {
        HostKey::from_slice(bytes.as_bytes())
    } else if let Ok(bytes) = given.cast::<PyByteArray>() {
        HostKey::from_slice(&Zeroizing::new(bytes.to_vec()))
    } else {
        return Ok(None);
    };
    Ok(Some(key.map_err(Failure::from)?))
}

/// What a new archive lets be searched for.
pub(super) fn searchable(given: &str) -> Result<Searchable, Failure> {
    match given {
        "fields" => Ok(Searchable::Fields),
        "words" => Ok(Searchable::Words),
        _ => Err(unknown("searchable", given, &["fields", "words"])),
    }
}
