//! Many mailboxes: what a hub does with those that work, and what those that do not can do to it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod enforcing;
mod following;
#[path = "../../../pec-core/tests/schema/form.rs"]
mod form;
mod importing;
mod journey;
mod office;
mod operators;
mod provisioning;
mod refreshing;
mod reporting;
mod sentinel;
mod server;
