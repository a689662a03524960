//! How far a command is.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

/// Progress is shown from this many places on.
const MANY: usize = 50;

/// A bar on a terminal, nothing elsewhere.
pub(crate) fn progress(places: usize) -> ProgressBar {
    if places < MANY || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(places as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}  {eta}") {
        bar.set_style(style);
    }
    bar
}
