//! The archive as its host uses it, and as the world treats it.

mod crash;
mod importing;
mod keeping;
mod proving;
mod retention;
mod scene;
