//! Reconciliation, tested.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod attacks;
mod findings;
mod made;
mod model;
mod orders;
mod scene;
mod signed;
