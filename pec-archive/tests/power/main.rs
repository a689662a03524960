//! The archive on a disk that loses power, fails and fills up.
//!
//! ```text
//! disk     what a disk has promised (synced), what it has only been told, and what is left of that after a cut
//! shim     every write, sync, truncation, creation and deletion of SQLite passes through the disk
//! machine  a computer with such a disk: switched on, cut off, switched on again
//! cuts     power loss at random calls       faults   calls that fail, once or from then on
//! ```

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![cfg(unix)]

mod cuts;
mod disk;
mod faults;
mod machine;
#[path = "../archive/scene.rs"]
#[allow(dead_code, reason = "the tests of the archive use more of it")]
mod scene;
mod shim;
