//! The bodies of the fuzz targets, one function a target: each takes any bytes and asserts what must hold of them.
//!
//! They live here because the signature object and the certification path are not public, and so that the committed
//! corpus (fuzz/corpus) is replayed by tests/corpus.rs on the stable toolchain. Behind the feature `fuzzing`; no part
//! of the interface.

mod cms;
mod daticert;
mod mime;
mod path;
mod verify;

pub use cms::cms;
pub use daticert::daticert;
pub use mime::mime;
pub use path::path;
pub use verify::{Signing, verify};

use crate::limits::Limits;

/// Limits so low that small inputs reach them.
const TIGHT: Limits = Limits {
    header_bytes: 300,
    header_fields: 6,
    parts: 5,
    depth: 3,
    boundary_bytes: 20,
    signature_bytes: 4096,
    signers: 1,
    certificates: 2,
    attributes: 3,
    path_signatures: 2,
    path_length: 2,
    daticert_bytes: 2000,
    recipients: 2,
    daticert_text_bytes: 60,
    daticert_depth: 3,
    ..Limits::DEFAULT
};

/// A number that depends on all of the input, so that one input always makes the same choices.
fn dice(data: &[u8]) -> usize {
    data.iter().fold(0x811c_9dc5_usize, |hash, byte| (hash ^ usize::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The same bytes with one bit flipped, at a place that the bytes themselves choose.
fn flipped(data: &[u8]) -> Option<Vec<u8>> {
    let dice = dice(data);
    let mut other = data.to_vec();
    let at = dice.checked_rem(data.len())?;
    *other.get_mut(at)? ^= 1 << (dice / 7 % 8);
    Some(other)
}
