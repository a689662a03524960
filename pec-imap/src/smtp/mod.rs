//! SMTP out: what waits in the outbox of an archive is handed to the server of its mailbox, and what the server said of it is
//! written down.
//!
//! ```text
//! network ──> opening   greeting, STARTTLS, login: by ourselves, so that no password passes through a library that logs
//!         ──> wire      the stream as lettre sees it, within limits
//!         ──> session   MAIL, each RCPT, DATA: lettre's commands, one answer a recipient
//!         ──> handing   one message: every way in which it can end
//! archive ──> sender    who sends: from which archive, at which pace
//!             run       what waits, as the provider allows; the journal before each DATA
//!             filing    what was sent, into the folder for it
//! ```

mod filing;
mod handing;
mod opening;
mod pace;
mod run;
mod sender;
mod session;
mod wire;

pub use handing::Partial;
pub use pace::Pace;
pub use sender::{Dispatch, SendProgress, SendWatch, Sender};
