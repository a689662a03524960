//! Text from messages, made harmless for whoever shows it.

/// The text with everything that steers how it is shown made visible: control characters, line separators, and those
/// that turn the direction of text or hide become U+FFFD. What is left is one line that neither moves the cursor of a
/// terminal nor disguises what stands around it.
///
/// ```
/// use pec_core::text::printable;
/// assert_eq!(printable("fattura\u{202e}fdp.exe"), "fattura\u{fffd}fdp.exe");
/// assert_eq!(printable("perché no?"), "perché no?");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// A cell of a table that no spreadsheet takes for a formula, and that is one line: what a sender wrote must not be run by whoever
/// opens the table.
///
/// ```
/// use pec_core::text::cell;
/// assert_eq!(cell("=1+1"), "'=1+1");
/// assert_eq!(cell("perché no?"), "perché no?");
/// ```
#[must_use]
pub fn cell(text: &str) -> String {
    let printable = printable(text);
    if printable.starts_with(['=', '+', '-', '@']) { format!("'{printable}") } else { printable }
}

/// Whether a character moves, hides or turns what stands around it.
#[must_use]
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
