//! The archive as its host uses it, and as the world treats it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod crash;
mod importing;
mod keeping;
mod proving;
mod retention;
mod scene;
