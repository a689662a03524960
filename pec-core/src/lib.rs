//! The engine: reads and verifies PEC messages. The full picture follows with the rooms it describes.

mod asn1;
mod crypto;
pub mod daticert;
pub mod directory;
pub mod finding;
pub mod limits;
pub mod message;
pub mod signature;
pub mod trust;
pub mod verify;

pub use crypto::{Digest, DigestAlgorithm};
