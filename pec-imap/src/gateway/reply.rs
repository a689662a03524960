//! What is said to a program: a code and sentences, in both languages, in ASCII, in lines that every client reads.

use pec_core::compose::{Refusal, RefusalCode};
use pec_core::finding::Language;
use pec_core::text::printable;

/// What a line may have beside its code and CRLF (RFC 5321 §4.5.3.1.5 allows 512 bytes in all).
const LINE: usize = 480;

/// Reasons that are told at once; who has more of them is told how many.
const REASONS: usize = 20;

/// A reply (RFC 5321 §4.2), with its enhanced code (RFC 2034).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    enhanced: &'static str,
    lines: Vec<String>,
}

impl Reply {
    pub(super) fn new(code: u16, enhanced: &'static str, text: impl AsRef<str>) -> Self {
        Self { code, enhanced, lines: Vec::new() }.and(text)
    }

    /// With another sentence, on lines of its own.
    pub(super) fn and(mut self, text: impl AsRef<str>) -> Self {
        let text = ascii(text.as_ref());
        let mut rest = text.as_str();
        while rest.len() > LINE {
            // It is ASCII: every byte ends a character.
            let at = rest.get(..LINE).and_then(|line| line.rfind(' ')).unwrap_or(LINE);
            let (line, behind) = rest.split_at(at);
            self.lines.push(line.to_owned());
            rest = behind.trim_start();
        }
        self.lines.push(rest.to_owned());
        self
    }

    /// The same in both languages.
    pub(super) fn both(code: u16, enhanced: &'static str, italian: impl AsRef<str>, english: impl AsRef<str>) -> Self {
        Self::new(code, enhanced, italian).and(english)
    }

    pub(super) fn is_refusal(&self) -> bool {
        self.code >= 400
    }

    /// Its sentences, for a person.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.code, self.lines.join(" "))
    }

    pub(super) fn to_wire(&self) -> String {
        let blank = if self.enhanced.is_empty() { "" } else { " " };
        let last = self.lines.len().saturating_sub(1);
        let line = |(at, text): (usize, &String)| {
            let mark = if at == last { ' ' } else { '-' };
            format!("{}{mark}{}{blank}{text}\r\n", self.code, self.enhanced)
        };
        self.lines.iter().enumerate().map(line).collect()
    }

    /// Everything for which a message is not taken, each reason in both languages.
    pub(super) fn refused(refusals: &[Refusal]) -> Self {
        let grave: Vec<&Refusal> = refusals.iter().filter(|refusal| refusal.is_refused()).collect();
        let (code, enhanced) = codes(&grave);
        let mut reply = Self { code, enhanced, lines: Vec::new() };
        for refusal in grave.iter().take(REASONS) {
            for language in [Language::It, Language::En] {
                let detail = if refusal.detail.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", printable(&refusal.detail))
                };
                reply = reply.and(format!("{}: {}{detail}", refusal.code.as_str(), refusal.code.explanation(language)));
            }
        }
        if let Some(more) = grave.len().checked_sub(REASONS).filter(|more| *more > 0) {
            reply = reply.and(format!("altri motivi: {more}; reasons more: {more}"));
        }
        reply.and("Nulla è stato inviato. Nothing was sent.")
    }
}

/// The codes of several reasons: those of all where they are the same, else those of a transaction that has failed.
fn codes(refusals: &[&Refusal]) -> (u16, &'static str) {
    let mut all = refusals.iter().map(|refusal| of(refusal.code));
    let first = all.next().unwrap_or(OTHER);
    if all.all(|code| code == first) { first } else { OTHER }
}

/// The content is not what PEC takes (RFC 3463 §3.7).
const OTHER: (u16, &str) = (554, "5.6.0");

fn of(code: RefusalCode) -> (u16, &'static str) {
    match code {
        RefusalCode::Size | RefusalCode::Product => (552, "5.3.4"),
        RefusalCode::Recipients => (550, "5.5.3"),
        RefusalCode::SenderMismatch | RefusalCode::SenderField | RefusalCode::FromAddress => (550, "5.7.1"),
        RefusalCode::Bcc
        | RefusalCode::NotAddressed
        | RefusalCode::NotRecipient
        | RefusalCode::NoTo
        | RefusalCode::Address
        | RefusalCode::Group => (550, "5.1.3"),
        _ => OTHER,
    }
}

/// As Italian is written where there is ASCII alone: `è` is `e'`.
fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => plain.push(c),
            'à' | 'á' => plain.push_str("a'"),
            'è' | 'é' => plain.push_str("e'"),
            'ì' | 'í' => plain.push_str("i'"),
            'ò' | 'ó' => plain.push_str("o'"),
            'ù' | 'ú' => plain.push_str("u'"),
            'À' => plain.push_str("A'"),
            'È' | 'É' => plain.push_str("E'"),
            '\u{2019}' => plain.push('\''),
            '\t' | '\r' | '\n' => plain.push(' '),
            _ => plain.push('?'),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_ascii_in_lines_that_every_client_reads() {
        let long = "città ".repeat(200);
        let wire = Reply::new(554, "5.6.0", &long).and("perché\r\n250 ok").to_wire();
        let lines: Vec<&str> = wire.split_terminator("\r\n").collect();
        assert!(wire.is_ascii() && lines.iter().all(|line| line.len() < 510));
        let (last, before) = lines.split_last().unwrap();
        assert_eq!(*last, "554 5.6.0 perche'  250 ok");
        assert!(before.len() > 1 && before.iter().all(|line| line.starts_with("554-5.6.0 citta'")));
        assert_eq!(Reply::new(334, "", "VXNl").to_wire(), "334 VXNl\r\n");
        let unbroken = Reply::new(250, "2.0.0", "x".repeat(LINE * 2 + 1)).to_wire();
        assert_eq!(unbroken.lines().count(), 3);
    }
}
