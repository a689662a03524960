//! What is stored: compressed, then sealed; and the undoing of both within known sizes.

use std::sync::Arc;

use crate::base64;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::seal::{Place, Seal};
use crate::store::PIECE;

/// Mail is written once and read seldom, but it is written thousands of times a second.
const LEVEL: i32 = 3;

/// What stands around bodies is short: a higher level takes a third longer, and saves a seventieth of it.
const SKELETON_LEVEL: i32 = 1;

/// Before a piece that is kept in its shorter form. No data of zstd begin so, nor does anything that is sealed.
const SHORTENED: u8 = b'B';

fn fault(error: std::io::Error) -> Error {
    Error::Internal(error.to_string())
}

/// Compressors that keep their tables from one call to the next; what they have made is sealed.
pub(crate) struct Press {
    compressor: zstd::bulk::Compressor<'static>,
    skeletons: zstd::bulk::Compressor<'static>,
    seal: Arc<Seal>,
}

impl Press {
    pub(crate) fn new(seal: &Arc<Seal>) -> Result<Self> {
        let compressor = |level| zstd::bulk::Compressor::new(level).map_err(fault);
        Ok(Self { compressor: compressor(LEVEL)?, skeletons: compressor(SKELETON_LEVEL)?, seal: Arc::clone(seal) })
    }

    /// The pieces of a body.
    pub(crate) fn pieces(&mut self, body: Id, bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
        let mut piece = |(n, piece): (u64, &[u8])| {
            let data = match base64::shortened(piece) {
                Some(form) => {
                    let mut data = self.compressor.compress(&form).map_err(fault)?;
                    data.insert(0, SHORTENED);
                    data
                }
                None => self.compressor.compress(piece).map_err(fault)?,
            };
            self.seal.close(Place::Piece { body, n }, data)
        };
        (0..).zip(bytes.chunks(PIECE)).map(&mut piece).collect()
    }

    /// What stands around the bodies of a message.
    pub(crate) fn skeleton(&mut self, message: Id, bytes: &[u8]) -> Result<Vec<u8>> {
        self.seal.close(Place::Skeleton(message), self.skeletons.compress(bytes).map_err(fault)?)
    }
}

/// The bytes of a piece again; `size` is what they have to be.
pub(crate) fn unpress_piece(data: &[u8], size: usize) -> Result<Vec<u8>> {
    let Some(data) = data.strip_prefix(&[SHORTENED]) else { return unpress(data, size, None) };
    let damaged = || Error::Damaged("compressed data".into());
    let stated = zstd::decompressed_size(data).and_then(|stated| usize::try_from(stated).ok());
    // A shorter form is shorter.
    let stated = stated.filter(|stated| *stated < size).ok_or_else(damaged)?;
    base64::restored(&unpress(data, stated, None)?, size).ok_or_else(damaged)
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
