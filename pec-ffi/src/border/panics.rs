//! Panics inside a call: kept as evidence, not printed by a library that does not own the terminal.

use std::cell::{Cell, RefCell};
use std::panic;
use std::sync::Once;

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
                if DEPTH.get() == 0 {
                    others(info);
                } else {
                    EVIDENCE.set(Some(info.to_string()));
                }
            }));
        });
        DEPTH.set(DEPTH.get() + 1);
        Self
    }

    /// What the last panic of this thread said, and where.
    pub(super) fn evidence() -> String {
        EVIDENCE.take().unwrap_or_default()
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}
