//! Whether this process is the child of one that has already used the library.
//!
//! Threads do not survive `fork`, and locks that they held stay locked. A child that goes on with `exec`, or a parent that
//! had not called us before, is not concerned.

#![cfg_attr(unix, allow(unsafe_code, reason = "pthread_atfork is the one way to hear of a fork"))]

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static FORKED: AtomicBool = AtomicBool::new(false);
static WATCH: Once = Once::new();

/// Whether the process was forked after the first call.
pub(super) fn is_forked() -> bool {
    // In a child whose parent was in the middle of this, the answer is there already.
    FORKED.load(Ordering::Acquire) || {
        WATCH.call_once(watch);
        false
    }
}

#[cfg(unix)]
fn watch() {
    extern "C" fn child() {
        FORKED.store(true, Ordering::Release);
    }
    // SAFETY: the handler does nothing but store to an atomic, which may be done in a forked child.
    unsafe { libc::pthread_atfork(None, None, Some(child)) };
}

#[cfg(not(unix))]
fn watch() {}
