//! Many mailboxes: what a hub does with those that work, and what those that do not can do to it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod following;
mod importing;
mod journey;
mod office;
mod operators;
mod refreshing;
mod sentinel;
mod server;
