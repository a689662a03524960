//! IMAP, as far as a mailbox needs it: reading that changes nothing, storing, and taking away one message that was told by its
//! number.
//!
//! ```text
//! stream ──> frame       where a response ends, within limits
//!        ──> response    what it says; imap-proto reads data
//!        ──> connection  commands and their ends, each within its time
//!        ──> session     from the greeting to the farewell; login, folders, fetch, store, idle beside it
//!            requests    for bytes, several on their way
//! ```

mod connection;
mod fetch;
mod folders;
mod frame;
mod idle;
mod login;
pub(crate) mod name;
mod requests;
mod response;
mod session;
mod store;

pub(crate) use fetch::Listed;
pub(crate) use folders::Known;
pub use folders::{Folder, Quota};
pub(crate) use idle::Woken;
pub(crate) use session::Session;
