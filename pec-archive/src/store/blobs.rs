//! Bytes under their SHA-256.

use crate::error::Result;
use crate::id::Id;

/// Bytes of one piece, as they stand in the message: all but the last of a blob have exactly so many.
pub const PIECE: usize = 1 << 20;

/// Bytes to be kept: those of a body that messages share, or of evidence.
#[derive(Debug, Clone, Copy)]
pub struct Blob<'b> {
    /// SHA-256 of the bytes as they stand in the message.
    pub id: Id,
    /// Their number.
    pub size: u64,
    /// `size / PIECE` pieces, rounded up, each as it is to be stored (compressed): the store does not look into them.
    pub pieces: &'b [Vec<u8>],
}

/// A piece that is given back.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'p> {
    /// Its place in the blob, from 0.
    pub n: u64,
    /// Bytes of the whole blob, as they stand in the message.
    pub blob_size: u64,
    /// As it was stored.
    pub data: &'p [u8],
}

/// Keeps bytes under their SHA-256, for one tenant (`tenant/sha256/piece` in an object store). A blob never changes.
pub trait BlobStore {
    /// Those of these blobs that are not here, each once. One question for a whole batch.
    ///
    /// # Errors
    /// What reading can meet.
    fn missing(&self, ids: &[Id]) -> Result<Vec<Id>>;

    /// Keeps blobs; those that are here stay as they are. Where the store is not part of the transaction, they are on
    /// stable storage, whole, when it returns: an object of which only a part was written must not be found.
    ///
    /// # Errors
    /// [`Full`](crate::Error::Full), [`ReadOnly`](crate::Error::ReadOnly), also in a view that only reads,
    /// [`Device`](crate::Error::Device): then some of them may be here, which is harmless.
    fn put(&self, blobs: &[Blob<'_>]) -> Result<()>;

    /// Keeps blobs in the place of what is here under their identifiers, which was found damaged; those that are not here, it keeps.
    ///
    /// # Errors
    /// As [`BlobStore::put`].
    fn replace(&self, blobs: &[Blob<'_>]) -> Result<()>;

    /// Gives the pieces of a blob in their order; ends with the error of `take`.
    ///
    /// # Errors
    /// [`Damaged`](crate::Error::Damaged) where the blob or a piece of it is missing. That the bytes have their digest, the
    /// caller sees.
    fn get(&self, id: Id, take: &mut dyn FnMut(Piece<'_>) -> Result<()>) -> Result<()>;

    /// Takes blobs away when the change is committed; those that are not here are no error.
    ///
    /// # Errors
    /// As [`BlobStore::put`].
    fn remove(&self, ids: &[Id]) -> Result<()>;

    /// At most `limit` blobs behind this one, in the order of their identifiers, with their sizes: all that are kept,
    /// whether anything names them or not.
    ///
    /// # Errors
    /// What reading can meet.
    fn list(&self, after: Option<Id>, limit: usize) -> Result<Vec<(Id, u64)>>;
}
