//! The archive as its host uses it, and as the world treats it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod auditing;
mod crash;
mod damage;
mod depositing;
mod enforcing;
mod entering;
mod filing;
#[path = "../../../pec-core/tests/schema/form.rs"]
mod form;
mod importing;
mod keeping;
mod mending;
mod organising;
mod others;
mod proving;
mod reporting;
mod retention;
mod scene;
mod sealing;
mod sending;
mod tabulating;
