//! The keys of an encrypted archive, as files: a key on the command line would stand in the list of processes.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use pec_archive::{HostKey, Keys};
use zeroize::{Zeroize as _, Zeroizing};

use crate::archive::failed;
use crate::text::{Stop, Text};

/// Options of every command that opens an archive.
#[derive(Debug, Args)]
pub(crate) struct KeyFiles {
    /// The key of an encrypted archive: a file of 32 bytes, or of 64 hexadecimal digits (`openssl rand -hex 32`). Several
    /// where keys were changed: what comes in is encrypted under the first. Who loses the key loses the archive.
    #[arg(long, global = true, value_name = "FILE")]
    key_file: Vec<PathBuf>,
}

impl KeyFiles {
    /// Whether no key was given.
    pub(crate) fn is_empty(&self) -> bool {
        self.key_file.is_empty()
    }

    /// The keys; none where none was given.
    pub(crate) fn load(&self) -> Result<Keys, Stop> {
        self.key_file
            .iter()
            .try_fold(Keys::none(), |keys, path| keys.and(HostKey::new(read(path)?)).map_err(|error| failed(&error)))
    }
}

/// A key. What was read is overwritten.
pub(crate) fn read(path: &Path) -> Result<[u8; 32], Stop> {
    let bytes = Zeroizing::new(fs::read(path).map_err(|error| Text::of_io(&error).at(path))?);
    let mut key = [0; 32];
    if bytes.len() == key.len() {
        key.copy_from_slice(&bytes);
        return Ok(key);
    }
    let digits = bytes.trim_ascii();
    if digits.len() == 2 * key.len() && decoded(digits, &mut key).is_some() {
        return Ok(key);
    }
    key.zeroize();
    let text = Text::new(
        "non è una chiave: servono 32 byte, o 64 cifre esadecimali (`openssl rand -hex 32 > FILE`)",
        "is no key: 32 bytes, or 64 hexadecimal digits (`openssl rand -hex 32 > FILE`)",
    );
    Err(text.at(path).into())
}

fn decoded(digits: &[u8], key: &mut [u8; 32]) -> Option<()> {
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = encodify::hex::decode_pair(*pair.first()?, *pair.get(1)?)?;
    }
    Some(())
}
