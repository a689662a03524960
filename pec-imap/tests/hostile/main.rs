//! Servers that break the protocol: each story is one way. Whatever they do, the answer comes within the deadlines, nothing
//! that was stored is lost, and as soon as the server behaves everything is there, once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod server;
mod stories;
