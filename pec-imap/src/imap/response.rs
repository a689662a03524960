//! What a response says. Statuses are read here, so that a text that no parser likes does not hide whether a command has
//! succeeded; data by `imap-proto`, whose panics on odd values count as "cannot be read".

use std::panic::{AssertUnwindSafe, catch_unwind};

use imap_proto::Response;
use pec_core::text::printable;

/// The outcome of a command, or what a server says unasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) word: Word,
    /// What stands in brackets, without them.
    pub(super) code: Option<String>,
    /// For people; harmless to show.
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Ok,
    No,
    Bad,
    Bye,
    PreAuth,
}

/// A response, as far as it is understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind<'r> {
    /// The end of the command of this tag.
    Done(&'r [u8], Status),
    /// `* OK …` and its kin.
    Status(Status),
    /// `+ …`: the server waits.
    Continue(&'r [u8]),
    /// Capabilities, which are read here because there is no limit to what they are called.
    Capability(&'r [u8]),
    /// Anything else that begins with `*`.
    Data,
    /// Nothing that a server may say.
    Nonsense,
}

pub(super) fn kind(response: &[u8]) -> Kind<'_> {
    let line = response.trim_ascii_end();
    if let Some(rest) = line.strip_prefix(b"+") {
        return Kind::Continue(rest.trim_ascii_start());
    }
    let Some((tag, rest)) = word(line) else { return Kind::Nonsense };
    match (tag, status(rest)) {
        (b"*", Some(status)) => Kind::Status(status),
        (b"*", None) => match word(rest) {
            Some((name, rest)) if name.eq_ignore_ascii_case(b"CAPABILITY") => Kind::Capability(rest),
            _ => Kind::Data,
        },
        (tag, Some(status)) if !matches!(status.word, Word::Bye | Word::PreAuth) => Kind::Done(tag, status),
        _ => Kind::Nonsense,
    }
}

/// What a response brings beside statuses; `None` where it cannot be read.
pub(super) fn data(response: &[u8]) -> Option<Response<'_>> {
    // It panics on INTERNALDATE NIL, and where text follows a code without a blank.
    let parsed = catch_unwind(AssertUnwindSafe(|| Response::parse(response).ok()));
    let (rest, data) = parsed.ok().flatten()?;
    rest.is_empty().then_some(data)
}

/// Whether a response speaks of a message.
pub(super) fn is_fetch(response: &[u8]) -> bool {
    let words = word(response).and_then(|(_, rest)| word(rest)).and_then(|(_, rest)| word(rest));
    words.is_some_and(|(name, _)| name.eq_ignore_ascii_case(b"FETCH"))
}

/// Whether a response names a folder.
pub(super) fn is_list(response: &[u8]) -> bool {
    word(response).and_then(|(_, rest)| word(rest)).is_some_and(|(name, _)| name.eq_ignore_ascii_case(b"LIST"))
}

/// The number of the message in a response that cannot be read as a whole and has no text in it.
pub(super) fn uid_in(response: &[u8]) -> Option<u32> {
    let words: Vec<&[u8]> = response.split(|byte| b" ()\r\n".contains(byte)).filter(|word| !word.is_empty()).collect();
    let at = words.iter().position(|word| word.eq_ignore_ascii_case(b"UID"))?;
    std::str::from_utf8(words.get(at + 1)?).ok()?.parse().ok().filter(|uid| *uid > 0)
}

fn word(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let (word, rest) = line.split_at_checked(end)?;
    (!word.is_empty()).then(|| (word, rest.trim_ascii_start()))
}

fn status(rest: &[u8]) -> Option<Status> {
    let (name, rest) = word(rest)?;
    let words = [
        (&b"OK"[..], Word::Ok),
        (b"NO", Word::No),
        (b"BAD", Word::Bad),
        (b"BYE", Word::Bye),
        (b"PREAUTH", Word::PreAuth),
    ];
    let (_, word) = words.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    let text = String::from_utf8_lossy(rest);
    let (code, text) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((code, text)) => (Some(code.to_owned()), text.trim_start()),
        None => (None, text.as_ref()),
    };
    Some(Status { word, code, text: printable(text) })
}

impl Status {
    /// The number after this name in the code.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let (found, value) = self.code.as_deref()?.split_once(' ')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim().parse().ok())?
    }

    /// The name of the code.
    pub(super) fn name(&self) -> Option<&str> {
        self.code.as_deref()?.split(' ').next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_is_known_whatever_the_text_is() {
        let done = |line: &[u8]| match kind(line) {
            Kind::Done(tag, status) => (tag.to_vec(), status),
            other => panic!("{other:?}"),
        };
        assert_eq!(done(b"A1 OK\r\n").1.word, Word::Ok);
        let (tag, status) = done(b"A12 no [AUTHENTICATIONFAILED] credenziali \xff errate\r\n");
        assert_eq!((tag.as_slice(), status.word, status.name()), (&b"A12"[..], Word::No, Some("AUTHENTICATIONFAILED")));
        let (_, status) = done("A3 OK [HIGHESTMODSEQ 18]è fatto\r\n".as_bytes());
        assert_eq!((status.number("highestmodseq"), status.text.as_str()), (Some(18), "è fatto"));
        assert!(done(b"A4 BAD [ALERT\r\n").1.code.is_none());
    }

    #[test]
    fn what_the_parser_panics_on_is_data_that_cannot_be_read() {
        let nil = b"* 1 FETCH (UID 3 INTERNALDATE NIL)\r\n";
        assert_eq!((kind(nil), data(nil)), (Kind::Data, None));
        assert!(is_fetch(nil) && !is_fetch(b"* 3 EXISTS\r\n") && is_list(b"* list () NIL a\r\n"));
        assert_eq!((uid_in(nil), uid_in(b"* 1 FETCH (FLAGS (UID) UID 0)\r\n")), (Some(3), None));
        assert!(data(b"* 1 FETCH (UID 3)\r\n").is_some());
        assert!(matches!(kind(b"* CAPABILITY IMAP4rev2 AUTH=PLAIN\r\n"), Kind::Capability(b"IMAP4rev2 AUTH=PLAIN")));
        for nonsense in [&b"\r\n"[..], b"HTTP/1.1 400 Bad Request\r\n", b"220 mail ESMTP\r\n", b" \r\n"] {
            assert_eq!(kind(nonsense), Kind::Nonsense, "{nonsense:?}");
        }
    }
}
