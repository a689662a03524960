//! The engine: reads and verifies PEC messages. The full picture follows with the rooms it describes.

mod asn1;
pub mod finding;
pub mod limits;
