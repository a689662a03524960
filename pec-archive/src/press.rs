//! Compression of what is stored, and its undoing within known sizes.

use crate::error::{Error, Result};

/// Mail is written once and read seldom, but it is written thousands of times a second.
const LEVEL: i32 = 3;

fn fault(error: std::io::Error) -> Error {
    Error::Internal(error.to_string())
}

/// A compressor that keeps its tables from one call to the next.
pub(crate) struct Press {
    plain: zstd::bulk::Compressor<'static>,
    trained: Option<zstd::bulk::Compressor<'static>>,
}

impl Press {
    /// With the dictionary of the archive, where it has one.
    pub(crate) fn new(dictionary: Option<&[u8]>) -> Result<Self> {
        let trained = dictionary.map(|bytes| zstd::bulk::Compressor::with_dictionary(LEVEL, bytes));
        Ok(Self {
            plain: zstd::bulk::Compressor::new(LEVEL).map_err(fault)?,
            trained: trained.transpose().map_err(fault)?,
        })
    }

    /// A piece of a body.
    pub(crate) fn piece(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.plain.compress(bytes).map_err(fault)
    }

    /// A skeleton.
    pub(crate) fn skeleton(&mut self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.trained.as_mut().unwrap_or(&mut self.plain).compress(bytes).map_err(fault)
    }
}

/// The bytes again; `size` is what they have to be. Nothing is allocated for a size that the data do not state too.
pub(crate) fn unpress(data: &[u8], size: usize, dictionary: Option<&[u8]>) -> Result<Vec<u8>> {
    let damaged = || Error::Damaged("compressed data".into());
    let mut reader = match dictionary {
        Some(dictionary) => zstd::bulk::Decompressor::with_dictionary(dictionary).map_err(|_| damaged())?,
        None => zstd::bulk::Decompressor::new().map_err(fault)?,
    };
    if zstd::decompressed_size(data) != Some(size as u64) {
        return Err(damaged());
    }
    let mut bytes = Vec::new();
    // Both can be damaged alike: no room for it is damage, and does not end the process.
    bytes.try_reserve_exact(size).map_err(|_| damaged())?;
    reader.decompress_to_buffer(data, &mut bytes).map_err(|_| damaged())?;
    if bytes.len() == size { Ok(bytes) } else { Err(damaged()) }
}
