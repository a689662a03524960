//! What is measured: genuine messages of three sizes, made by the sandbox, and hostile ones.
//!
//! `speed.rs` compares with peers and with the bare cost of the cryptography, `instructions.rs` counts instructions,
//! `memory.rs` takes the peak of the heap, `face.rs` compares C with Rust, `archive.rs` the archive with notmuch,
//! `receive.rs` a mailbox with mbsync. The figures stand in `README.md`.

pub mod bare;
pub mod corpus;
pub mod face;
pub mod genuine;
#[path = "../../pec-core/tests/hostile/inputs.rs"]
pub mod hostile;
#[cfg(feature = "openssl")]
pub mod openssl;

/// What can go wrong while the inputs are made: nothing that a measurement could go on from.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
