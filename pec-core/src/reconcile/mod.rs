//! Receipts beside the message that they speak of.
//!
//! ```text
//! receipt + message sent ──> compare (complete), brief (hashes)     Certified receipt ──> instant
//! ```

pub mod brief;
pub mod compare;
pub mod instant;
