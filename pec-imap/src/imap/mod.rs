//! IMAP, as far as a mailbox needs it: reading that changes nothing, storing, and taking away one message that was told by its
//! number.
//!
//! ```text
//! stream ──> frame       where a response ends, within limits
//!        ──> response    what it says; imap-proto reads data
//!        ──> connection  commands and their ends, each within its time
//!        ──> session     login, folders; fetch, store, idle beside it
//!            requests    for bytes, several on their way
//! ```

mod connection;
mod fetch;
mod frame;
mod idle;
pub(crate) mod name;
mod requests;
mod response;
mod session;
mod store;

pub(crate) use fetch::Listed;
pub(crate) use idle::Woken;
pub use session::{Folder, Quota};
pub(crate) use session::{Known, Session};
