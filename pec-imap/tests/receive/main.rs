//! Receiving from a real server: Dovecot in front of Maildirs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod crash;
mod dovecot;
mod house;
mod moving;
mod network;
mod shared;
mod watching;
