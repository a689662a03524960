//! Signature kits in place of passwords (FEATURES rows 83 to 88), as a host meets them: cards of the sandbox and of OpenSSL.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod house;
mod openssl;
mod rows;
mod wrong;
