//! How SQLite is told identifiers, and how what it says becomes an error of the archive.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::error::Error;
use crate::id::Id;

impl ToSql for Id {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.as_bytes())))
    }
}

impl FromSql for Id {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?;
        bytes
            .try_into()
            .map(Self::of_digest)
            .map_err(|_| FromSqlError::InvalidBlobSize { expected_size: 32, blob_size: bytes.len() })
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{Error as E, ErrorCode as C};
        if is_full(&error) {
            return Self::Full;
        }
        match error.sqlite_error_code() {
            Some(C::DatabaseBusy | C::DatabaseLocked | C::FileLockingProtocolFailed) => Self::Locked,
            Some(C::ReadOnly | C::PermissionDenied) => Self::ReadOnly,
            // Our rows keep to our constraints: those that break them were there.
            Some(C::DatabaseCorrupt | C::NotADatabase | C::ConstraintViolation) => Self::Damaged(error.to_string()),
            Some(C::SystemIoFailure | C::CannotOpen) => Self::Device(error.to_string()),
            _ if contradicts_schema(&error) => Self::Damaged(error.to_string()),
            _ => match error {
                // A column has one type and one range: what does not fit it was not written by us.
                E::InvalidColumnType(..)
                | E::FromSqlConversionFailure(..)
                | E::IntegralValueOutOfRange(..)
                | E::Utf8Error(..)
                | E::QueryReturnedNoRows => Self::Damaged(error.to_string()),
                error => Self::Internal(error.to_string()),
            },
        }
    }
}

/// No room: for the file, or for the memory that its users share, which is a file too.
fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        error.code == rusqlite::ErrorCode::DiskFull || error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE
    })
}

/// Whether a statement of ours, which fits the schema of this format, does not fit the tables that are there. SQLite says
/// so only in words.
fn contradicts_schema(error: &rusqlite::Error) -> bool {
    let said = match error {
        rusqlite::Error::SqliteFailure(_, Some(said)) | rusqlite::Error::SqlInputError { msg: said, .. } => said,
        _ => return false,
    };
    ["no such table", "no such column", "has no column named", "vtable constructor failed", "integer overflow"]
        .iter()
        .any(|words| said.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sqlite_says_becomes_what_a_host_can_act_on() {
        let of = |code| Error::from(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)).code();
        use rusqlite::ffi;
        assert_eq!(of(ffi::SQLITE_BUSY), "archive.locked");
        assert_eq!(of(ffi::SQLITE_FULL), "archive.full");
        assert_eq!(of(ffi::SQLITE_READONLY), "archive.read_only");
        assert_eq!(of(ffi::SQLITE_CORRUPT), "archive.damaged");
        assert_eq!(of(ffi::SQLITE_IOERR), "archive.device");
        assert_eq!(of(ffi::SQLITE_IOERR_SHMSIZE), "archive.full");
        assert_eq!(of(ffi::SQLITE_PROTOCOL), "archive.locked");
        assert_eq!(of(ffi::SQLITE_MISUSE), "archive.internal");
    }
}
