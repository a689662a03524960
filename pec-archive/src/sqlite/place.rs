//! Where an archive lies: its path, and which file that was when it was opened.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The file of an archive.
///
/// It is asked by `stat` alone: a file that is opened and closed beside SQLite loses the locks that SQLite holds on it
/// (POSIX, "How To Corrupt An SQLite Database File", 2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    path: PathBuf,
    file: Identity,
}

/// Device and number of a file: what a name stands for. Elsewhere than on Unix a file that is open keeps its name.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = ();

impl Place {
    /// The file that is at this path now.
    ///
    /// # Errors
    /// [`Error::Missing`]; [`Error::NotAnArchive`] for what is no file.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let path = absolute(path)?;
        match path.metadata() {
            Ok(found) if found.is_file() => Ok(Self { file: identity(&found), path }),
            Ok(_) => Err(Error::NotAnArchive(path)),
            Err(_) => Err(Error::Missing(path)),
        }
    }

    /// Its path, absolute.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Says whether the same file is still there: what is written to a file that lost its name is lost with the handle.
    ///
    /// # Errors
    /// [`Error::Moved`].
    pub(super) fn confirm(&self) -> Result<()> {
        match self.path.metadata() {
            Ok(found) if identity(&found) == self.file => Ok(()),
            _ => Err(Error::Moved(self.path.clone())),
        }
    }

    /// Which of these paths lead to the archive, or to what SQLite keeps beside it, by whatever name: nobody else may open that
    /// in this process.
    pub(super) fn are_own(&self, paths: &[&Path]) -> Vec<bool> {
        let own: Vec<_> = ["", "-wal", "-shm"].iter().filter_map(|end| found(&self.beside(end))).collect();
        paths.iter().map(|path| found(path).is_some_and(|file| own.contains(&file))).collect()
    }

    /// What SQLite calls so beside the file: beside the file itself, where its name is a link.
    pub(super) fn beside(&self, end: &str) -> PathBuf {
        let mut name = self.path.canonicalize().unwrap_or_else(|_| self.path.clone()).into_os_string();
        name.push(end);
        name.into()
    }
}

/// What a path leads to, if to anything.
#[cfg(unix)]
fn found(path: &Path) -> Option<Identity> {
    path.metadata().ok().map(|found| identity(&found))
}

#[cfg(not(unix))]
fn found(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

#[cfg(unix)]
fn identity(found: &std::fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    (found.dev(), found.ino())
}

#[cfg(not(unix))]
fn identity(_: &std::fs::Metadata) -> Identity {}

/// A path that means the same to SQLite and to the system: SQLite, as it is built, reads `file:x` as a URI and `:memory:`
/// as no file at all, but never what begins at the root. It also stays where it is when the process changes its folder.
pub(super) fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| Error::file(path, error))
}

/// Makes an empty file where nothing is yet. Whoever comes first makes it: two processes cannot both believe that they did.
///
/// # Errors
/// [`Error::Exists`]; [`Error::File`] with what the system says.
pub(super) fn make(path: &Path) -> Result<()> {
    match std::fs::OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(Error::Exists(path.to_owned())),
        Err(error) => Err(Error::file(path, error)),
    }
}

/// The URI of a file that nobody can write: SQLite then needs no file beside it.
#[cfg(unix)]
pub(super) fn immutable(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt as _;
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => uri.push(char::from(*byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_uri_says_the_same_path() {
        assert_eq!(immutable(Path::new("/a b/è?#%.pec")), "file:/a%20b/%C3%A8%3F%23%25.pec?immutable=1");
    }

    #[test]
    #[cfg(unix)]
    fn another_file_under_the_same_name_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(matches!(Place::of(&path), Err(Error::Missing(_))));
        assert!(matches!(Place::of(folder.path()), Err(Error::NotAnArchive(_))));
        std::fs::write(&path, b"1").unwrap();
        let place = Place::of(&path).unwrap();
        place.confirm().unwrap();
        let other = folder.path().join("b");
        std::fs::write(&other, b"1").unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert!(matches!(place.confirm(), Err(Error::Moved(_))));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(place.confirm(), Err(Error::Moved(_))));
    }
}
