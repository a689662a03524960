//! Panics inside a call, or on a thread of ours: kept as evidence, not printed by a library that does not own the terminal.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic;
use std::sync::Once;
use std::thread;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static EVIDENCE: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// While it lives, panics of this thread are kept and not printed.
pub(super) struct Inside;

impl Inside {
    pub(super) fn new() -> Self {
        HOOK.call_once(|| {
            let others = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                let ours = thread::current().name().is_some_and(|name| name.starts_with(pec_files::work::THREAD));
                if DEPTH.get() == 0 && !ours {
                    others(info);
                } else {
                    EVIDENCE.set(Some(info.to_string()));
                }
            }));
        });
        DEPTH.set(DEPTH.get() + 1);
        Self
    }

    /// What the last panic of this thread said, and where; what it said alone, where it came from another thread.
    pub(super) fn evidence(panic: &(dyn Any + Send)) -> String {
        EVIDENCE.take().unwrap_or_else(|| pec_files::work::said(panic))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}
