//! Receiving from a real server: Dovecot in front of Maildirs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod dovecot;
mod house;
mod moving;
