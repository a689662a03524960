//! Cuts a document into the pieces that XML is made of: each piece of markup, each reference, the text between.
//!
//! Only where a piece ends is found here. Whether it is what it looks like, `xml` says.

use memchr::{memchr, memchr2, memchr3, memmem};

use super::xml::{Stop, fault, is_ascii_name, is_space};

/// What a piece of the document looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Character data without a reference, or one reference.
    Text,
    /// White space between two pieces of markup.
    Blank,
    CData,
    /// A start tag of a name in ASCII and nothing else, as most are.
    Plain,
    /// Any other start tag, or the tag of an empty element.
    Start,
    End,
    Comment,
    /// A processing instruction, or the XML declaration.
    Instruction,
}

/// One piece, and the offset of its first byte in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) sort: Sort,
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// The pieces of a document, one after the other.
pub(super) struct Pieces<'a> {
    text: &'a str,
    next: usize,
    base: usize,
}

impl<'a> Pieces<'a> {
    /// The pieces of `text`; `base` is added to every offset.
    pub(super) const fn new(text: &'a str, base: usize) -> Self {
        Self { text, next: 0, base }
    }

    /// Goes over the end tag of `name`, if it comes next and is written as nearly everybody writes it.
    pub(super) fn ends(&mut self, name: &str) -> bool {
        let rest = self.text.as_bytes().get(self.next..).unwrap_or_default();
        let tag = rest.strip_prefix(b"</").and_then(|rest| rest.strip_prefix(name.as_bytes()));
        let ends = tag.is_some_and(|rest| rest.first() == Some(&b'>'));
        if ends {
            self.next += "</>".len() + name.len();
        }
        ends
    }

    /// The next piece. Document types and other declarations are refused where they begin.
    pub(super) fn next(&mut self) -> Result<Option<Piece<'a>>, Stop> {
        let rest = self.text.get(self.next..).unwrap_or_default();
        let at = self.base + self.next;
        let bytes = rest.as_bytes();
        let (sort, end) = match bytes {
            [] => return Ok(None),
            [b'<', b'/', ..] => (Sort::End, tag(bytes)),
            // The one question mark does not both begin and end it.
            [b'<', b'?', b'>', ..] => (Sort::Instruction, None),
            [b'<', b'?', ..] => (Sort::Instruction, after(bytes, "<?", "?>")),
            [b'<', b'!', b'-', b'-', ..] => (Sort::Comment, after(bytes, "<!--", "-->")),
            [b'<', b'!', ..] if rest.starts_with("<![CDATA[") => (Sort::CData, after(bytes, "<![CDATA[", "]]>")),
            [b'<', b'!', ..] => {
                let doctype = rest.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("<!DOCTYPE"));
                return if doctype { Err(Stop::Doctype(at)) } else { fault(at, "a declaration") };
            }
            [b'<', rest @ ..] => match plain(rest) {
                Some(name) => (Sort::Plain, Some(name + 2)),
                None => (Sort::Start, tag(bytes)),
            },
            [b'&', reference @ ..] => {
                let end = memchr3(b';', b'&', b'<', reference).map_or(bytes.len(), |end| {
                    // The semicolon belongs to it, what begins anew does not.
                    if reference[end] == b';' { end + 2 } else { end + 1 }
                });
                (Sort::Text, Some(end))
            }
            _ => {
                let blank = bytes.iter().position(|byte| !is_space(*byte)).unwrap_or(bytes.len());
                match bytes.get(blank) {
                    None | Some(b'<') => (Sort::Blank, Some(blank)),
                    Some(_) => (Sort::Text, Some(memchr2(b'<', b'&', bytes).unwrap_or(bytes.len()))),
                }
            }
        };
        let Some(text) = end.and_then(|end| rest.get(..end)) else { return fault(at, "markup without an end") };
        self.next += text.len();
        Ok(Some(Piece { sort, text, at }))
    }
}

/// The length of the name in ASCII that `bytes` begin with, if `>` is what follows.
fn plain(bytes: &[u8]) -> Option<usize> {
    let name = bytes.iter().position(|byte| !is_ascii_name(*byte))?;
    (bytes[name] == b'>' && bytes[0].is_ascii_alphabetic()).then_some(name)
}

/// Where the tag at the beginning of `bytes` ends: at the first `>` that is not in quotes. Tags are so short that a
/// fast search would take longer to begin.
fn tag(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + bytes.get(at..)?.iter().position(|byte| matches!(byte, b'>' | b'"' | b'\''))?;
        let after = found + 1;
        if bytes[found] == b'>' {
            return Some(after);
        }
        at = after + memchr(bytes[found], bytes.get(after..)?)? + 1;
    }
}

/// Where the first `close` after `open` ends.
fn after(bytes: &[u8], open: &str, close: &str) -> Option<usize> {
    memmem::find(bytes.get(open.len()..)?, close.as_bytes()).map(|found| open.len() + found + close.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_ends_where_it_ends() {
        for expected in [
            &["<?xml a='>'?>", "\n", "<a b='>\"' c=\"'>\">", "x", "&amp;", "y", "</a >", "\n"][..],
            &["<!-->-->", "<!---->", "<![CDATA[]]]]>", "<![CDATA[<a>&]]>", "<??>", "<b/>"],
            &["&", "&", "& x", "<a>", "&#65;", "&x"],
            &[],
        ] {
            let whole = expected.concat();
            let mut pieces = Pieces::new(&whole, 0);
            let found: Vec<_> = std::iter::from_fn(|| pieces.next().unwrap()).collect();
            assert_eq!(found.iter().map(|piece| piece.text).collect::<Vec<_>>(), expected);
            assert!(found.iter().all(|piece| whole[piece.at..].starts_with(piece.text)));
        }
    }

    #[test]
    fn most_tags_are_told_at_once() {
        for (text, sort) in
            [("<a-b.c_d:1>", Sort::Plain), ("<a >", Sort::Start), ("<a/>", Sort::Start), ("<_>", Sort::Start)]
        {
            assert_eq!(Pieces::new(text, 0).next().unwrap().unwrap().sort, sort, "{text}");
        }
        for (text, ends) in
            [("</ab>x", true), ("</ab >", false), ("</abc>", false), ("</a>", false), ("<ab>", false), ("</ab", false)]
        {
            let mut pieces = Pieces::new(text, 0);
            assert_eq!(pieces.ends("ab"), ends, "{text}");
            assert_eq!(pieces.next, if ends { 5 } else { 0 }, "{text}");
        }
    }

    #[test]
    fn markup_needs_its_end() {
        for open in ["<", "<a", "<a b='>", "</a", "<?a>", "<?>?>", "<!-->", "<!--->", "<![CDATA[]>"] {
            assert_eq!(Pieces::new(open, 0).next(), fault(0, "markup without an end"), "{open}");
        }
        assert_eq!(Pieces::new("<!DocType", 3).next(), Err(Stop::Doctype(3)));
        assert_eq!(Pieces::new("<![cdata[", 3).next(), fault(3, "a declaration"));
    }
}
