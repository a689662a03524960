//! Reconciliation, tested.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod scene;
mod signed;
