//! Files of a package written out: all of them on stable storage under the last name, or nothing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use pec_core::proof::Frames;
use sha2::{Digest as _, Sha256};

use super::index::NAME;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::sqlite::sync_folder;

/// What a file of a package holds.
pub(super) enum Content {
    Bytes(Vec<u8>),
    Message(Id),
}

/// The files of a package, by path.
pub(super) type Files = BTreeMap<String, Content>;

/// The path of the package of this number.
pub(super) fn numbered(path: &Path, number: usize) -> PathBuf {
    if number == 1 { path.to_owned() } else { path.with_extension(format!("{number}.zip")) }
}

/// Beside the place where it will be, under a name that nobody takes for finished.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    path.with_file_name(name)
}

/// Writes files as a folder of this name; gives its path and its bytes.
pub(super) fn folder_of(
    folder: &Path,
    name: &str,
    files: &Files,
    read: impl Fn(&Content) -> Result<Vec<u8>>,
) -> Result<(PathBuf, u64)> {
    let path = folder.join(name);
    let part = unfinished(&path);
    refuse_existing(&path)?;
    // What an earlier attempt has left behind belongs to another package.
    if part.exists() {
        fs::remove_dir_all(&part).map_err(at(&part))?;
    }
    fs::create_dir_all(&part).map_err(at(&part))?;
    let mut bytes = 0;
    let mut write = || -> Result<()> {
        for (name, content) in files {
            let file = part.join(name);
            let parent = file.parent().unwrap_or(&part);
            fs::create_dir_all(parent).map_err(at(parent))?;
            let content = read(content)?;
            bytes += content.len() as u64;
            let written = File::create(&file).and_then(|mut file| {
                file.write_all(&content)?;
                file.sync_all()
            });
            written.map_err(at(&file))?;
        }
        for folder in ["documenti", "metadati", "fascicoli"] {
            let folder = part.join(folder);
            if folder.exists() {
                sync_folder(&folder.join(NAME))?;
            }
        }
        sync_folder(&part.join(NAME))?;
        fs::rename(&part, &path).map_err(at(&path))?;
        sync_folder(&path)
    };
    if let Err(error) = write() {
        let _ = fs::remove_dir_all(&part);
        return Err(error);
    }
    Ok((path, bytes))
}

/// Writes files as a ZIP; gives its digest and its bytes.
pub(super) fn zip_of(path: &Path, files: &Files, read: impl Fn(&Content) -> Result<Vec<u8>>) -> Result<(Id, u64)> {
    refuse_existing(path)?;
    let part = unfinished(path);
    let failed = |error| Error::file(path, error);
    let write = || -> Result<(Id, u64)> {
        let mut sink =
            Hashed { file: BufWriter::new(File::create(&part).map_err(failed)?), hasher: Sha256::new(), bytes: 0 };
        let mut frames = Frames::default();
        for (name, content) in files {
            let content = read(content)?;
            sink.write(&frames.object(name, &content)?).and_then(|()| sink.write(&content)).map_err(failed)?;
        }
        sink.write(&frames.end()?).map_err(failed)?;
        let (hasher, bytes) = (sink.hasher, sink.bytes);
        let file = sink.file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        fs::rename(&part, path).map_err(failed)?;
        sync_folder(path)?;
        Ok((Id::finished(hasher), bytes))
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    move |error| Error::file(path, error)
}

fn refuse_existing(path: &Path) -> Result<()> {
    if path.exists() { Err(Error::Exists(path.to_owned())) } else { Ok(()) }
}

struct Hashed {
    file: BufWriter<File>,
    hasher: Sha256,
    bytes: u64,
}

impl Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}
