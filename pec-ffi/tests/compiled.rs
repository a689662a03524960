//! The C face as C sees it: the header alone, the examples and the test programs, compiled by every compiler that is here,
//! plain, under sanitizers and under Valgrind.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "compiled/build.rs"]
mod build;
#[path = "compiled/header.rs"]
mod header;
#[path = "compiled/link.rs"]
mod link;
#[path = "compiled/programs.rs"]
mod programs;
#[path = "compiled/readme.rs"]
mod readme;
#[path = "compiled/symbols.rs"]
mod symbols;
