//! The gateway: what ordinary programs hand over goes out once and unchanged, and what hostile ones do harms nobody.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod background;
mod client;
mod hostile;
mod house;
mod login;
mod programs;
#[path = "../send/server.rs"]
#[allow(dead_code, reason = "not every story of sending is told here")]
mod server;
