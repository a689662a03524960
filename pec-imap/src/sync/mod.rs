//! Receiving: what is on the server and not yet in the archive, with nothing on the server changed by it.
//!
//! ```text
//! folder ──list──> plan     batches of short messages, long ones alone
//!        ──fetch─> store    judged, and into the archive with the server's numbers, beside the reading
//!        ──check─> gone     what the server no longer has stays in the archive, and is reported
//! ```

mod folder;
mod plan;
mod receiver;
mod store;
mod watch;

pub use receiver::{FolderSynced, Receiver, SyncProgress, SyncWatch, Synced};
pub use watch::Watching;
