//! Credentials in one file: a line that says how it is encrypted, then a line each. A line that cannot be read hides no other,
//! and stays where it is until the credential is set again.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64ct::{Base64, Encoding as _};
use pec_archive::HostKey;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::passphrase::{self, PassphraseCost, SALT};
use super::record::{Record, Ring};
use super::{SecretEntry, SecretError, SecretFacts, SecretField, SecretStore, key};
use crate::credential::Credential;

const FORM: &str = "pec-secrets/1";

/// Credentials in a file, encrypted under a key of the host's or a passphrase, readable by its owner alone.
///
/// It is written anew beside itself and put in its own place when it is on stable storage: a crash leaves the old one or the
/// new one. Several processes can use it: who writes takes a lock in a file beside it.
pub struct FileSecrets {
    path: PathBuf,
    sealed: Mutex<Sealed>,
}

/// By what a file is sealed.
struct Sealed {
    ring: Ring,
    passphrase: Option<Stretched>,
}

/// How a passphrase becomes a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stretched {
    salt: String,
    cost: PassphraseCost,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    form: String,
    /// The key under which it is sealed.
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    passphrase: Option<Stretched>,
}

/// What became of the credentials of a file whose key was changed.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Rekeyed {
    /// Credentials that are under the new key.
    pub renewed: usize,
    /// What could not be opened, and stays as it was.
    pub damaged: Vec<SecretEntry>,
}

/// What stands in a file, in order: records that have the form of one, and lines that have not.
type Lines = Vec<Result<Record, String>>;

impl FileSecrets {
    /// The file at this path, under this key. Where there is none, the first credential makes it.
    ///
    /// # Errors
    /// [`SecretError::Key`]; [`SecretError::Damaged`] where it is no such file, or its first line cannot be read;
    /// [`SecretError::File`].
    pub fn open(path: &Path, key: HostKey) -> Result<Self, SecretError> {
        let sealed = Sealed { ring: Ring::of(&key)?, passphrase: None };
        Self::with(path, sealed, load(path)?.map(|(header, _)| header).as_ref())
    }

    /// The file at this path, under a passphrase. `cost` is for a new file; one that is there says its own.
    ///
    /// # Errors
    /// As [`FileSecrets::open`]; [`SecretError::BadValue`] where the passphrase is empty or the cost beyond what is sensible.
    pub fn open_with_passphrase(
        path: &Path,
        passphrase: &SecretString,
        cost: PassphraseCost,
    ) -> Result<Self, SecretError> {
        let Some((header, _)) = load(path)? else {
            return Self::with(path, Sealed::stretched(passphrase, cost)?, None);
        };
        let stretched = header.passphrase.clone().ok_or(SecretError::Key)?;
        let salt = Base64::decode_vec(&stretched.salt).map_err(|_| damaged(path, "the salt"))?;
        let ring = Ring::of(&passphrase::key(passphrase, &salt, stretched.cost)?)?;
        Self::with(path, Sealed { ring, passphrase: Some(stretched) }, Some(&header))
    }

    fn with(path: &Path, sealed: Sealed, header: Option<&Header>) -> Result<Self, SecretError> {
        if header.is_some_and(|header| header.key != sealed.ring.id) {
            return Err(SecretError::Key);
        }
        Ok(Self { path: path.to_owned(), sealed: Mutex::new(sealed) })
    }

    /// Puts everything under another key of the host's.
    ///
    /// # Errors
    /// As [`FileSecrets::open`]: then the old key holds.
    pub fn rekey(&self, key: HostKey) -> Result<Rekeyed, SecretError> {
        self.reseal(Sealed { ring: Ring::of(&key)?, passphrase: None })
    }

    /// Puts everything under another passphrase.
    ///
    /// # Errors
    /// As [`FileSecrets::open_with_passphrase`]: then the old one holds.
    pub fn rekey_with_passphrase(
        &self,
        passphrase: &SecretString,
        cost: PassphraseCost,
    ) -> Result<Rekeyed, SecretError> {
        self.reseal(Sealed::stretched(passphrase, cost)?)
    }

    fn reseal(&self, new: Sealed) -> Result<Rekeyed, SecretError> {
        let mut sealed = self.sealed();
        let _lock = self.lock()?;
        let mut rekeyed = Rekeyed::default();
        let lines = self.lines(&sealed)?;
        let mut renewed = Lines::with_capacity(lines.len());
        for (number, line) in (2..).zip(lines) {
            match opened(&sealed.ring, &line, &self.path, number) {
                Ok((record, field, credential)) => {
                    renewed.push(Ok(new.ring.close(&record.mailbox, field, &credential)?));
                    rekeyed.renewed += 1;
                }
                Err(entry) => {
                    rekeyed.damaged.push(entry);
                    renewed.push(line);
                }
            }
        }
        self.write(&new, &renewed)?;
        *sealed = new;
        Ok(rekeyed)
    }

    fn sealed(&self) -> MutexGuard<'_, Sealed> {
        self.sealed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps other processes from writing until it is dropped.
    fn lock(&self) -> Result<File, SecretError> {
        let mut name = self.path.clone().into_os_string();
        name.push(".lock");
        let path = PathBuf::from(name);
        let failed = |source| SecretError::File { path: path.clone(), source };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }

    /// What stands in the file, which has to be sealed as it was when it was opened.
    fn lines(&self, sealed: &Sealed) -> Result<Lines, SecretError> {
        match load(&self.path)? {
            None => Ok(Lines::new()),
            // Another process has changed the key.
            Some((header, _)) if header.key != sealed.ring.id => Err(SecretError::Key),
            Some((_, lines)) => Ok(lines),
        }
    }

    /// Changes what stands in the file.
    fn change<T>(&self, change: impl FnOnce(&Ring, &mut Lines) -> Result<T, SecretError>) -> Result<T, SecretError> {
        let sealed = self.sealed();
        let _lock = self.lock()?;
        let mut lines = self.lines(&sealed)?;
        let before = lines.clone();
        let answer = change(&sealed.ring, &mut lines)?;
        if lines != before {
            self.write(&sealed, &lines)?;
        }
        Ok(answer)
    }

    fn write(&self, sealed: &Sealed, lines: &Lines) -> Result<(), SecretError> {
        let failed = |source| SecretError::File { path: self.path.clone(), source };
        let form = |error: serde_json::Error| SecretError::Internal(error.to_string());
        let header = Header { form: FORM.into(), key: sealed.ring.id.clone(), passphrase: sealed.passphrase.clone() };
        let mut text = serde_json::to_string(&header).map_err(form)?;
        for line in lines {
            text.push('\n');
            match line {
                Ok(record) => text.push_str(&serde_json::to_string(record).map_err(form)?),
                Err(line) => text.push_str(line),
            }
        }
        text.push('\n');
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // For its owner alone: so the crate makes its files.
        let mut file = NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&self.path).map_err(|error| failed(error.error))?;
        // The name is durable when its folder is.
        #[cfg(unix)]
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(())
    }
}

impl Sealed {
    fn stretched(passphrase: &SecretString, cost: PassphraseCost) -> Result<Self, SecretError> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(|error| SecretError::Internal(error.to_string()))?;
        let ring = Ring::of(&passphrase::key(passphrase, &salt, cost)?)?;
        Ok(Self { ring, passphrase: Some(Stretched { salt: Base64::encode_string(&salt), cost }) })
    }
}

impl fmt::Debug for FileSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSecrets").field("path", &self.path).finish_non_exhaustive()
    }
}

fn damaged(path: &Path, what: &str) -> SecretError {
    SecretError::Damaged(format!("{}: {what}", path.display()))
}

/// What stands in a file; `None` where there is none.
fn load(path: &Path) -> Result<Option<(Header, Lines)>, SecretError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SecretError::File { path: path.to_owned(), source }),
    };
    // A byte that is no text spoils its own line alone.
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines();
    let header: Option<Header> = lines.next().and_then(|line| serde_json::from_str(line).ok());
    let header = header.filter(|header| header.form == FORM).ok_or_else(|| damaged(path, "its first line"))?;
    let lines = lines.filter(|line| !line.is_empty());
    let lines = lines.map(|line| serde_json::from_str::<Record>(line).map_err(|_| line.to_owned())).collect();
    Ok(Some((header, lines)))
}

/// What a line holds, or why that cannot be told.
fn opened(
    ring: &Ring,
    line: &Result<Record, String>,
    path: &Path,
    number: usize,
) -> Result<(Record, SecretField, Credential), SecretEntry> {
    let record = line.as_ref().map_err(|_| SecretEntry {
        mailbox: String::new(),
        field: None,
        facts: Err(damaged(path, &format!("line {number}"))),
    })?;
    let field = SecretField::from_name(&record.field);
    let entry = |error| SecretEntry { mailbox: record.mailbox.clone(), field, facts: Err(error) };
    let credential = ring.open(record).map_err(entry)?;
    let field = field.ok_or_else(|| entry(damaged(path, &format!("line {number}"))))?;
    Ok((record.clone(), field, credential))
}

fn is_of(line: &Result<Record, String>, mailbox: &str, field: SecretField) -> bool {
    line.as_ref().is_ok_and(|record| record.mailbox == mailbox && record.field == field.as_str())
}

impl SecretStore for FileSecrets {
    fn get(&self, mailbox: &str, field: SecretField) -> Result<Option<Credential>, SecretError> {
        let sealed = self.sealed();
        let mailbox = key(mailbox);
        let lines = self.lines(&sealed)?;
        let record = lines.iter().find(|line| is_of(line, &mailbox, field)).and_then(|line| line.as_ref().ok());
        record.map(|record| sealed.ring.open(record)).transpose()
    }

    fn put(&self, mailbox: &str, field: SecretField, credential: &Credential) -> Result<(), SecretError> {
        self.put_all(&[(mailbox.to_owned(), field, credential.clone())])
    }

    fn put_all(&self, credentials: &[(String, SecretField, Credential)]) -> Result<(), SecretError> {
        self.change(|ring, lines| {
            for (mailbox, field, credential) in credentials {
                let mailbox = key(mailbox);
                let record = ring.close(&mailbox, *field, credential)?;
                lines.retain(|line| !is_of(line, &mailbox, *field));
                lines.push(Ok(record));
            }
            Ok(())
        })
    }

    fn remove(&self, mailbox: &str, field: SecretField) -> Result<bool, SecretError> {
        let mailbox = key(mailbox);
        self.change(|_, lines| {
            let before = lines.len();
            lines.retain(|line| !is_of(line, &mailbox, field));
            Ok(lines.len() < before)
        })
    }

    fn list(&self) -> Result<Vec<SecretEntry>, SecretError> {
        let sealed = self.sealed();
        let lines = self.lines(&sealed)?;
        let mut entries = BTreeMap::new();
        for (number, line) in (2..).zip(&lines) {
            let entry = match opened(&sealed.ring, line, &self.path, number) {
                Ok((record, field, credential)) => {
                    SecretEntry { mailbox: record.mailbox, field: Some(field), facts: Ok(SecretFacts::of(&credential)) }
                }
                Err(entry) => entry,
            };
            entries.insert((entry.mailbox.clone(), entry.field, number), entry);
        }
        Ok(entries.into_values().collect())
    }
}
