//! Sheets as one page for a person: self-contained HTML, no script, nothing fetched, made to be read and printed.
//!
//! What somebody has written is text and nothing else: escaped, isolated from the direction of the text around it, without the
//! characters that would steer how the rest is shown.

use encodify::base64;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Cell, Column, Sheet};
use crate::DigestAlgorithm;
use crate::crypto;

const STYLE: &str = include_str!("style.css");

/// One page of sheets under a title. The same sheets give the same bytes.
///
/// ```
/// let page = pec_core::sheet::page("<Ente>", &[]);
/// assert!(page.contains("<h1><bdi>&lt;Ente&gt;</bdi></h1>") && !page.contains("<script"));
/// ```
#[must_use]
pub fn page(title: &str, sheets: &[Sheet]) -> String {
    let hash = base64::STANDARD.encode(crypto::digest(DigestAlgorithm::Sha256, STYLE.as_bytes()).as_bytes());
    let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    let title = crate::text::printable(title);
    let markup = html! {
        (DOCTYPE)
        html lang="it" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { h1 { bdi { (title) } } }
                main { @for sheet in sheets { (section(sheet, sheets.len() > 1)) } }
            }
        }
    };
    markup.into_string()
}

fn section(sheet: &Sheet, is_one_of_several: bool) -> Markup {
    let facts = sheet.facts.iter().filter(|fact| fact.value != Cell::None);
    html! {
        section {
            @if is_one_of_several { h2 { (sheet.title) } }
            dl { @for fact in facts { dt { (fact.about.title) } dd { (value(&fact.value)) } } }
            @if !sheet.totals.is_empty() {
                ul.sum { @for (of, count) in &sheet.totals { li { (value(of)) ": " strong { (grouped(*count)) } } } }
            }
            @if let Some(warning) = sheet.warning { p.note.wait { (warning) } }
            @if !sheet.rows.is_empty() { (table(sheet)) }
            @for note in &sheet.notes { p.dim { (note) } }
        }
    }
}

fn table(sheet: &Sheet) -> Markup {
    let is_number = |at: usize| sheet.rows.iter().any(|row| matches!(row.get(at), Some(Cell::Number(_))));
    let numbers: Vec<bool> = (0..sheet.columns.len()).map(is_number).collect();
    let number = |at: usize| numbers.get(at).copied().unwrap_or_default();
    html! {
        table {
            thead { tr { @for (at, Column { title, .. }) in sheet.columns.iter().enumerate() {
                th.number[number(at)] scope="col" { (title) }
            } } }
            tbody { @for row in &sheet.rows { tr { @for (at, cell) in row.iter().enumerate() {
                td.number[number(at)].when[matches!(cell, Cell::Time(_) | Cell::Month(_))].long[is_long(cell)] { (value(cell)) }
            } } } }
        }
    }
}

/// Whether a word has to be broken somewhere: a digest, or what somebody has written without blanks. Addresses are not.
fn is_long(cell: &Cell) -> bool {
    matches!(cell, Cell::Text(text) if text.split_whitespace().any(|word| word.chars().count() > 40))
}

fn value(cell: &Cell) -> Markup {
    match cell {
        Cell::None => html! { "–" },
        Cell::Text(_) => html! { bdi { (cell.shown()) } },
        Cell::Number(number) => html! { (grouped(*number)) },
        Cell::Word(..) | Cell::Time(_) | Cell::Month(_) => html! { (cell.shown()) },
    }
}

/// As numbers are written in Italy: `1.234.567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    groups.map(|group| std::str::from_utf8(group).unwrap_or_default()).collect::<Vec<_>>().join(".")
}
