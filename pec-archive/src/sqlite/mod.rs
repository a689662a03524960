//! The embedded store: one SQLite file.
//!
//! ```text
//! open     create, recognise, migrate, refuse       schema.sql   what is true, and what is worked out from it
//! put      one message inside a transaction         bodies       bytes under their digest, in pieces
//! get      the same bytes back, or what is damaged  dossiers     states of what was sent, worked out anew
//! find     a query as SQL, newest first             page         what it finds, as entries
//! log      what was done, in a Merkle tree          evidence     by what it was judged
//! place    which file it is, and whether still      survey       what can be read of a file that is damaged
//! index    what is worked out, made anew            erase        what is gone from the file
//! deposits what was made ready for deposit, and what was answered
//! ```

pub(crate) mod bodies;
pub(crate) mod deposits;
pub(crate) mod dossiers;
pub(crate) mod erase;
pub(crate) mod evidence;
pub(crate) mod find;
pub(crate) mod get;
pub(crate) mod index;
pub(crate) mod log;
pub(crate) mod open;
pub(crate) mod page;
pub(crate) mod place;
pub(crate) mod put;
pub(crate) mod survey;
