//! Messages given back, byte for byte.

use pec_core::limits::Limits;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::id::Id;
use crate::press::{unpress, unpress_piece};
use crate::seal::{Place, Seal};
use crate::store::{MessageRow, Number, PIECE, View};

/// Gives the bytes of the message of this number in order, and says at the end whether they are those that were stored.
///
/// # Errors
/// [`Error::Damaged`] names the message and what of it cannot be given.
pub(crate) fn stream(
    seal: &Seal,
    view: &dyn View,
    number: Number,
    take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<Id> {
    let row = row(view, number)?;
    let id = row.id;
    pour(seal, view, &row, take).map_err(|error| error.of_message(id))
}

/// The identifier of a message, and as much of it as a verdict needs: of one that is too long to be read, so much that this
/// can be seen.
pub(crate) fn to_judge(seal: &Seal, view: &dyn View, number: Number, limits: &Limits) -> Result<(Id, Vec<u8>)> {
    let row = row(view, number)?;
    let most = limits.message_bytes;
    if usize::try_from(row.size).is_ok_and(|size| size <= most) {
        return Ok((row.id, whole(seal, view, number)?));
    }
    let mut bytes = Vec::new();
    if row.skeleton_size == 0 {
        for hole in &row.holes {
            if bytes.len() > most {
                break;
            }
            let read = body(seal, view, hole.body, |piece| {
                bytes.extend_from_slice(piece);
                Ok(())
            });
            read.map_err(|error| error.of_message(row.id))?;
        }
    } else {
        // It was put under wider limits, and is not cut into pieces.
        bytes = whole(seal, view, number)?;
    }
    bytes.truncate(most.saturating_add(1));
    Ok((row.id, bytes))
}

/// The bytes of the message of this number.
pub(crate) fn whole(seal: &Seal, view: &dyn View, number: Number) -> Result<Vec<u8>> {
    let row = row(view, number)?;
    // The size is our own, but damage may have changed it: it is a hint, not a promise.
    let mut bytes = Vec::with_capacity(usize::try_from(row.size).unwrap_or_default().min(64 << 20));
    let taken = pour(seal, view, &row, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    taken.map_err(|error| error.of_message(row.id))?;
    Ok(bytes)
}

/// Reads a message again and compares its bytes with what its row says of them; gives the entry of the log that it names.
pub(crate) fn check(seal: &Seal, view: &dyn View, number: Number) -> Result<i64> {
    let row = row(view, number)?;
    let mut size = 0_u64;
    let taken = pour(seal, view, &row, |piece| {
        size += piece.len() as u64;
        Ok(())
    });
    let sized = taken.and_then(|_| match u64::try_from(row.size) {
        Ok(stated) if stated == size => Ok(()),
        _ => Err(Error::Damaged(format!("its size, which is {size} and not {}; its bytes are intact", row.size))),
    });
    sized.map(|()| row.entry).map_err(|error| error.of_message(row.id))
}

/// The number of the message of this identifier.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) fn number_of(view: &dyn View, id: Id) -> Result<Number> {
    find(view, id)?.ok_or_else(|| Error::absent(id))
}

/// The number of a message, where it is here.
pub(crate) fn find(view: &dyn View, id: Id) -> Result<Option<Number>> {
    Ok(view.numbers(&[id])?.into_iter().next().flatten())
}

/// The identifier of the message of this number.
pub(crate) fn id_of(view: &dyn View, number: Number) -> Result<Id> {
    view.id(number)?.ok_or_else(|| missing(number))
}

/// The message of this number, as it is kept.
pub(crate) fn row(view: &dyn View, number: Number) -> Result<MessageRow> {
    view.message(number)?.ok_or_else(|| missing(number))
}

fn missing(number: Number) -> Error {
    Error::Damaged(format!("message number {number}: its row is missing"))
}

fn pour(seal: &Seal, view: &dyn View, row: &MessageRow, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<Id> {
    let damaged = |what: &str| Error::Damaged(what.to_owned());
    let skeleton = skeleton(seal, view, row)?;
    let mut hasher = Sha256::new();
    let mut give = |bytes: &[u8]| {
        hasher.update(bytes);
        take(bytes)
    };
    let mut done = 0;
    for hole in &row.holes {
        let before = usize::try_from(hole.at).ok().and_then(|at| Some((at, skeleton.get(done..at)?)));
        let (at, before) = before.ok_or_else(|| damaged("the places of its bodies"))?;
        give(before)?;
        done = at;
        body(seal, view, hole.body, &mut give)?;
    }
    give(skeleton.get(done..).unwrap_or_default())?;
    if Id::finished(hasher) == row.id { Ok(row.id) } else { Err(damaged("its digest")) }
}

/// What stands around the bodies of a message.
pub(crate) fn skeleton(seal: &Seal, view: &dyn View, row: &MessageRow) -> Result<Vec<u8>> {
    let damaged = |what: &str| Error::Damaged(what.to_owned());
    let dictionary = dictionary_of(view, row.dictionary)?;
    let size = usize::try_from(row.skeleton_size).map_err(|_| damaged("the size of what stands around its bodies"))?;
    let opened = seal.open(Place::Skeleton(row.id), &row.skeleton);
    opened
        .and_then(|data| unpress(&data, size, dictionary.as_deref()))
        .map_err(|_| damaged("what stands around its bodies"))
}

/// Gives the bytes of a body, piece by piece.
///
/// # Errors
/// [`Error::Damaged`] where a piece is missing or is not what was stored. That the whole has its digest, the caller sees.
pub(crate) fn body(seal: &Seal, view: &dyn View, id: Id, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    view.get(id, &mut |piece| {
        let begins = piece.n.saturating_mul(PIECE as u64);
        let size = piece.blob_size.saturating_sub(begins).min(PIECE as u64);
        let damaged = |_| Error::Damaged(format!("piece {} of body {id}", piece.n));
        let opened = seal.open(Place::Piece { body: id, n: piece.n }, piece.data);
        take(&opened.and_then(|data| unpress_piece(&data, size as usize)).map_err(damaged)?)
    })
}

/// Whether a body that is here is these bytes; one that is damaged is not.
pub(crate) fn is_same(seal: &Seal, view: &dyn View, id: Id, bytes: &[u8]) -> Result<bool> {
    let (mut rest, mut same) = (bytes, true);
    let read = body(seal, view, id, |piece| {
        let begins = rest.strip_prefix(piece);
        same &= begins.is_some();
        rest = begins.unwrap_or_default();
        Ok(())
    });
    match read {
        Ok(()) => Ok(same && rest.is_empty()),
        Err(Error::Damaged(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The bytes of a body that stands for itself, compared with its digest.
pub(crate) fn whole_body(seal: &Seal, view: &dyn View, id: Id) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    body(seal, view, id, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    if Id::of(&bytes) == id { Ok(bytes) } else { Err(Error::Damaged(format!("body {id}: its digest"))) }
}

/// A dictionary by its number; 0 is none.
fn dictionary_of(view: &dyn View, dictionary: i64) -> Result<Option<Vec<u8>>> {
    if dictionary == 0 {
        return Ok(None);
    }
    let data = view.dictionary(dictionary)?;
    data.map(Some).ok_or_else(|| Error::Damaged(format!("dictionary {dictionary} is missing")))
}
