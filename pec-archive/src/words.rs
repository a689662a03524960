//! What of a message can be searched for.

use mail_parser::decoders::html::html_to_text;
use pec_core::message::{Message, Part, TransferEncoding, addresses, unstructured};
use pec_core::verify::{Verification, opened};

use crate::id::Id;
use crate::seen::Seen;

/// Text of one message that goes into the index: a sender chooses it, and nobody reads more of it.
const TEXT: usize = 1 << 20;

/// Parts of one message whose text or name goes into the index.
const PARTS: usize = 1000;

/// The searchable texts of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Words {
    /// The subjects: certified, of the header, of the original.
    pub subject: String,
    /// Who sent it: as certified, and as the headers say.
    pub sender: String,
    /// To whom.
    pub recipients: String,
    /// What a person would read.
    pub text: String,
    /// Of which the names are searched for.
    pub attachments: Vec<Attachment>,
}

/// An attachment of the original, or of an ordinary message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: Option<String>,
    /// Bytes of the decoded content.
    pub size: usize,
    /// SHA-256 of the decoded content: of what a person has on disk.
    pub id: Id,
}

impl Words {
    /// The texts of `message`: of its original where it carries one, else its own.
    pub(crate) fn of<'m, B: AsRef<[u8]>>(
        message: &'m Message<B>,
        verification: &Verification,
        seen: &Seen<'m>,
    ) -> Self {
        let entity = opened(message);
        let inside = match &entity {
            Some(entity) => entity.root().original().map(|part| (part.to_message(), None)),
            None => message.original().map(|part| (part.to_message(), held(&part))),
        };
        let mut words = Self::default();
        words.header(message.root());
        if let Some(data) = verification.daticert() {
            words.sender(data.sender.as_ref().map(|sender| sender.as_str()));
            let named = data.recipients.iter().map(|recipient| recipient.address.as_str());
            let reached = data.delivered_to.iter().chain(&data.received_for).map(|address| address.as_str());
            for address in named.chain(reached) {
                add(&mut words.recipients, address);
            }
            add(&mut words.subject, data.subject.as_deref().unwrap_or_default());
        }
        match inside {
            Some((inside, held)) => {
                words.header(inside.root());
                words.content(inside.root(), held, seen);
            }
            None => words.content(message.root(), Some(message.bytes()), seen),
        }
        words
    }

    fn header(&mut self, root: Part<'_>) {
        let headers = root.headers();
        for value in headers.all("subject") {
            add(&mut self.subject, &unstructured(value));
        }
        for (names, known) in
            [(&["from", "sender"][..], &mut self.sender), (&["to", "cc", "reply-to"], &mut self.recipients)]
        {
            for value in names.iter().flat_map(|name| headers.all(name)) {
                for mailbox in addresses(value) {
                    add(known, &mailbox.address);
                    add(known, mailbox.name.as_deref().unwrap_or_default());
                }
            }
        }
    }

    fn sender(&mut self, sender: Option<&str>) {
        add(&mut self.sender, sender.unwrap_or_default());
    }

    /// `held` are the bytes whose parts these are, where they stand in those of the batch.
    fn content<'m>(&mut self, root: Part<'_>, held: Option<&'m [u8]>, seen: &Seen<'m>) {
        for part in std::iter::once(root).chain(root.descendants()).take(PARTS) {
            if part.is_multipart() || part.is_message() || self.text.len() >= TEXT {
                continue;
            }
            let media_type = part.media_type();
            if !media_type.starts_with("text/") || part.file_name().is_some() {
                continue;
            }
            let text = part.text();
            match media_type.as_str() {
                "text/html" => add(&mut self.text, &html_to_text(&text)),
                _ => add(&mut self.text, &text),
            }
        }
        cut(&mut self.text);
        self.attachments = root
            .attachments()
            .take(PARTS)
            .map(|part| {
                let measured = |content: &[u8]| (Id::of(content), content.len());
                let end = part.range().end;
                let body = held.and_then(|bytes| bytes.get(end.checked_sub(part.body().len())?..end));
                let (id, size) = match body.filter(|_| part.transfer_encoding() == TransferEncoding::Base64) {
                    Some(body) => seen.contents.of(body, |_| measured(&part.content())),
                    None => measured(&part.content()),
                };
                Attachment { name: part.file_name(), size, id }
            })
            .collect();
    }
}

/// The bytes of a message inside another, where they stand in those of the other as they are.
fn held<'m>(part: &Part<'m>) -> Option<&'m [u8]> {
    (part.transfer_encoding() == TransferEncoding::Identity).then(|| part.body())
}

/// So much of what is known is looked at, from its end, before something is added to it.
const NEAR: usize = 4096;

/// Adds `text` unless its words stand there already: the header, the certified data and the original mostly say the same.
fn add(known: &mut String, text: &str) {
    let text = text.trim();
    if !text.is_empty() && !stands(known, text) {
        known.push_str(text);
        known.push('\n');
    }
}

/// Whether these words stand near the end, and not as parts of others: `anna@pec.it` is not found in `joanna@pec.it`. Whoever
/// writes to a hundred thousand recipients has each compared with a few.
fn stands(known: &str, text: &str) -> bool {
    // A search is made ready over all of what is looked for, which is mostly the whole text of a message, added to nothing.
    if known.len() < text.len() {
        return false;
    }
    let from = known.len().saturating_sub(NEAR.max(2 * text.len()));
    let from = (from..=known.len()).find(|at| known.is_char_boundary(*at)).unwrap_or_default();
    let is_apart = |beside: Option<char>| !beside.is_some_and(char::is_alphanumeric);
    known.get(from..).unwrap_or_default().match_indices(text).any(|(at, _)| {
        let (before, after) = (known.get(..from + at), known.get(from + at + text.len()..));
        is_apart(before.and_then(|before| before.chars().next_back()))
            && is_apart(after.and_then(|after| after.chars().next()))
    })
}

fn cut(text: &mut String) {
    if text.len() > TEXT {
        let end = (0..=TEXT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(texts: &[&str]) -> String {
        let mut known = String::new();
        texts.iter().for_each(|text| add(&mut known, text));
        known
    }

    #[test]
    fn what_stands_there_already_is_not_added() {
        assert_eq!(added(&["CONSEGNA: contratto", "contratto", " contratto ", ""]), "CONSEGNA: contratto\n");
        assert_eq!(added(&["anna@pec.it", "Anna", "anna@pec.it"]), "anna@pec.it\nAnna\n");
    }

    #[test]
    fn no_word_is_lost_in_a_longer_one() {
        assert_eq!(added(&["joanna@pec.it", "anna@pec.it"]), "joanna@pec.it\nanna@pec.it\n");
        assert_eq!(added(&["contratto2026", "contratto"]), "contratto2026\ncontratto\n");
        assert_eq!(added(&["perché", "perch", "è"]), "perché\nperch\nè\n");
        // In a longer one, and then by itself.
        assert_eq!(added(&["annalisa anna", "anna"]), "annalisa anna\n");
        let far = format!("a\n{}", "è".repeat(NEAR));
        assert_eq!(added(&[&far, "a"]), format!("{far}\na\n"));
    }
}
