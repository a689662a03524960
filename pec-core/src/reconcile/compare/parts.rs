//! Two trees of parts, walked together. Nested messages are compared as one body, never opened.

use super::fields::{self, Exempt};
use super::lines::without_end;
use super::{Difference, LineEnds, What};
use crate::message::Part;

/// One part on each side that take each other's place, and the section at which it stands.
struct Pair<'s, 'r> {
    sent: Part<'s>,
    received: Part<'r>,
    section: String,
}

/// Which parts are walked; the others are compared elsewhere, or not at all.
pub(in crate::reconcile) struct Walk<'w> {
    pub(in crate::reconcile) ends: LineEnds,
    pub(in crate::reconcile) exempt: Exempt,
    pub(in crate::reconcile) sent: &'w dyn Fn(Part<'_>) -> bool,
    pub(in crate::reconcile) received: &'w dyn Fn(Part<'_>) -> bool,
}

/// The section of the child at `index` of the part at `section`, as IMAP numbers parts (RFC 9051 §6.4.5.1); the message
/// itself is the empty section.
pub(in crate::reconcile) fn section(section: &str, index: usize) -> String {
    if section.is_empty() { format!("{}", index + 1) } else { format!("{section}.{}", index + 1) }
}

impl Walk<'_> {
    /// Every difference between the two messages, parents before children.
    pub(in crate::reconcile) fn differences(&self, sent: Part<'_>, received: Part<'_>) -> Vec<Difference> {
        let ends = (sent.range().end, received.range().end);
        let mut found = Vec::new();
        let mut open = vec![Pair { sent, received, section: String::new() }];
        while let Some(pair) = open.pop() {
            let exempt = if pair.section.is_empty() { self.exempt } else { Exempt::Nothing };
            for what in fields::compare(pair.sent.headers(), pair.received.headers(), exempt, self.ends) {
                found.push(Difference { section: pair.section.clone(), name: pair.sent.file_name(), what });
            }
            // Compared elsewhere: but only with what takes the same place.
            if pair.section.is_empty() && !(self.sent)(pair.sent) && !(self.received)(pair.received) {
                continue;
            }
            if pair.sent.is_multipart() && pair.received.is_multipart() {
                self.around(&pair, ends, &mut found);
                let first = open.len();
                self.children(&pair, &mut open, &mut found);
                open[first..].reverse();
            } else {
                self.bodies(&pair, ends, &mut found);
            }
        }
        found
    }

    /// The text before and after the parts of a multipart.
    fn around(&self, pair: &Pair<'_, '_>, ends: (usize, usize), found: &mut Vec<Difference>) {
        let mut add = |what| found.push(Difference { section: pair.section.clone(), name: None, what });
        if let Some(offset) = self.ends.difference(pair.sent.preamble(), pair.received.preamble()) {
            add(What::Preamble { offset });
        }
        let last = is_last(pair, ends);
        if let Some(offset) = self.difference(pair.sent.epilogue(), pair.received.epilogue(), last) {
            add(What::Epilogue { offset });
        }
        if pair.sent.is_closed() != pair.received.is_closed() {
            add(What::Structure);
        }
    }

    /// Pairs the children: the same ones at the beginning and at the end, and in between one by one.
    fn children<'s, 'r>(&self, pair: &Pair<'s, 'r>, open: &mut Vec<Pair<'s, 'r>>, found: &mut Vec<Difference>) {
        let sent: Vec<_> = pair.sent.children().enumerate().filter(|(_, part)| (self.sent)(*part)).collect();
        let received: Vec<_> =
            pair.received.children().enumerate().filter(|(_, part)| (self.received)(*part)).collect();
        let equal = |one: &(usize, Part<'_>), other: &(usize, Part<'_>)| {
            self.ends.difference(one.1.raw(), other.1.raw()).is_none()
        };
        let head = sent.iter().zip(&received).take_while(|(one, other)| equal(one, other)).count();
        let (sent, received) = (&sent[head..], &received[head..]);
        let tail = sent.iter().rev().zip(received.iter().rev()).take_while(|(one, other)| equal(one, other)).count();
        let (sent, received) = (&sent[..sent.len() - tail], &received[..received.len() - tail]);
        for ((index, one), (_, other)) in sent.iter().zip(received) {
            open.push(Pair { sent: *one, received: *other, section: section(&pair.section, *index) });
        }
        let pairs = sent.len().min(received.len());
        for (index, part) in &sent[pairs..] {
            let section = section(&pair.section, *index);
            found.push(Difference { section, name: part.file_name(), what: What::PartRemoved });
        }
        for (index, part) in &received[pairs..] {
            let section = section(&pair.section, *index);
            found.push(Difference { section, name: part.file_name(), what: What::PartAdded });
        }
    }

    fn bodies(&self, pair: &Pair<'_, '_>, ends: (usize, usize), found: &mut Vec<Difference>) {
        let mut add = |what| {
            found.push(Difference { section: pair.section.clone(), name: pair.sent.file_name(), what });
        };
        if pair.sent.is_multipart() != pair.received.is_multipart() {
            add(What::Structure);
        }
        let last = is_last(pair, ends);
        let Some(offset) = self.difference(pair.sent.body(), pair.received.body(), last) else { return };
        let same = self.difference(&pair.sent.content(), &pair.received.content(), last).is_none();
        add(if same { What::Reencoded { offset } } else { What::Body { offset } });
    }

    /// Where two texts differ. At the end of the messages one may lack the last line end of the other.
    fn difference(&self, sent: &[u8], received: &[u8], last: bool) -> Option<usize> {
        let found = self.ends.difference(sent, received)?;
        let same = |one, other| self.ends.difference(one, other).is_none();
        let lacking = last && (same(without_end(sent), received) || same(sent, without_end(received)));
        (!lacking).then_some(found)
    }
}

/// Whether both parts reach to the ends of their messages.
fn is_last(pair: &Pair<'_, '_>, ends: (usize, usize)) -> bool {
    (pair.sent.range().end, pair.received.range().end) == ends
}
