//! The way out: a draft becomes exact bytes, and whatever a provider would refuse is known before anything is sent.
//!
//! ```text
//! draft      what a person wants to send ──> compose ──> bytes, Message-ID, envelope
//! preflight  bytes and envelope, whoever made them ──> every refusal at once
//! refusal    the one table of its codes: severity, rule, text it/en
//! address    which addresses PEC takes
//! ```
//!
//! Nothing is ambient: the date, the Message-ID and whatever has to be unlike anything else come from a [`Stamp`].

mod address;
mod draft;
mod lines;
mod preflight;
mod refusal;
#[cfg(test)]
mod tests;
mod write;

pub use address::is_address;
pub use draft::{Carried, Composed, Draft, Enclosure, Stamp};
pub use preflight::{Conditions, Envelope, Keeping, preflight};
pub use refusal::{Refusal, RefusalCode, Weight, reasons};
