//! The archive as its host uses it, and as the world treats it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod crash;
mod damage;
mod depositing;
mod importing;
mod keeping;
mod others;
mod proving;
mod retention;
mod scene;
mod sealing;
