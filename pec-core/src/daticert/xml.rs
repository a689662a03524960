//! The checklist of XML 1.0: each piece of a document is held against its production, byte by byte. What this accepts,
//! expat accepts, and the reverse, except that a DOCTYPE is always refused, only UTF-8 may be declared, and names follow
//! the fifth edition of XML 1.0.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// Why the reading ends before the document does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Not XML, or not certification data; where (a byte offset) and why.
    Malformed(usize, &'static str),
    /// A document type declaration, and where.
    Doctype(usize),
    /// The name of the limit that was hit.
    Limit(&'static str),
}

pub(super) const fn fault<T>(offset: usize, what: &'static str) -> Result<T, Stop> {
    Err(Stop::Malformed(offset, what))
}

/// One flaw that a recovering pass met in a text, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Repair {
    /// The element: `oggetto` or `errore-esteso` (replaced), `risposte` or `msgid` (left out).
    pub element: &'static str,
    /// Byte offset of the flaw in the decoded `daticert.xml`.
    pub offset: usize,
    /// What stood there.
    pub what: Flaw,
    /// What became of it.
    pub kind: RepairKind,
}

/// What a recovering pass does about a flaw; which of the two depends on the element alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepairKind {
    /// The character became U+FFFD, in a text that people read.
    Replaced,
    /// The whole value counts as absent, because a repaired identifier or address would be another one. Only the first
    /// flaw of the value is listed.
    LeftOut,
}

/// What a recovering pass found where no such thing may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// A character that XML 1.0 §2.2 forbids.
    Character(u32),
    /// A numeric reference to such a character; numbers above U+10FFFF are given as they stand, up to 32 bits.
    Reference(u32),
    /// An ampersand that begins no reference defined without a DTD.
    Ampersand,
    /// The `>` of a `]]>` outside a CDATA section.
    SectionEnd,
    /// A byte that is not UTF-8.
    Byte(u8),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character(c) => write!(f, "character U+{c:04X}"),
            Self::Reference(c) => write!(f, "reference to U+{c:04X}"),
            Self::Ampersand => f.write_str("bare &"),
            Self::SectionEnd => f.write_str("]]> in text"),
            Self::Byte(b) => write!(f, "byte 0x{b:02X} is not UTF-8"),
        }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { element, offset, what, kind } = self;
        match kind {
            RepairKind::Replaced => write!(f, "{element} at byte {offset}: {what}"),
            RepairKind::LeftOut => write!(f, "{element} is left out, at byte {offset}: {what}"),
        }
    }
}

/// XML 1.0 §2.2, production 2.
pub(super) const fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

/// XML 1.0 §2.3, production 3.
pub(super) const fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r')
}

pub(super) fn trim(text: &str) -> &str {
    // As a rule there is none, which the first and the last byte say.
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    if ends.into_iter().flatten().any(|b| is_space(*b)) { text.trim_matches([' ', '\t', '\n', '\r']) } else { text }
}

pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

/// XML 1.0 §2.3, production 4 (fifth edition).
const fn is_name_start(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '_' | ':'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// XML 1.0 §2.3, production 4a.
const fn is_name_char(c: char) -> bool {
    is_name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// What of production 4a is ASCII, by its byte.
static ASCII_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut b: u8 = 0;
    while b < 0x80 {
        table[b as usize] = is_name_char(b as char);
        b += 1;
    }
    table
};

pub(super) fn is_ascii_name(b: u8) -> bool {
    ASCII_NAME[usize::from(b)]
}

/// The first character of `text` that XML forbids, with its offset. Control characters and U+FFFE and U+FFFF are all
/// there are: surrogates cannot stand in a `str`.
pub(super) fn forbidden(text: &str) -> Option<(usize, char)> {
    // One branch-free sweep over the whole text: next to no text has such a byte.
    let control = |b: u8| (b < 0x20) & (b != b'\t') & (b != b'\n') & (b != b'\r');
    let suspect = text.bytes().fold(false, |found, b| found | control(b) | (b == 0xEF));
    if !suspect {
        return None;
    }
    text.char_indices().find(|(_, c)| !is_char(*c))
}

/// A cursor over one piece of markup that remembers where the piece stands in the document.
struct Cursor<'a> {
    piece: &'a str,
    at: usize,
    base: usize,
}

impl<'a> Cursor<'a> {
    const fn new(piece: &'a str, base: usize) -> Self {
        Self { piece, at: 0, base }
    }

    const fn offset(&self) -> usize {
        self.base + self.at
    }

    fn rest(&self) -> &'a str {
        self.piece.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.piece.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn space(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
        self.at > start
    }

    fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        // Real names are ASCII; the characters are decoded only where one is not.
        let mut end = rest.bytes().position(|b| !is_ascii_name(b)).unwrap_or(rest.len());
        if rest.as_bytes().get(end).is_some_and(|b| !b.is_ascii()) {
            end = rest.char_indices().find(|(_, c)| !is_name_char(*c)).map_or(rest.len(), |(i, _)| i);
        }
        let name = rest.get(..end)?;
        name.starts_with(is_name_start).then(|| {
            self.at += end;
            name
        })
    }

    /// `Eq` and a quoted literal, without its quotes, and the offset of its first byte.
    fn literal(&mut self) -> Option<(&'a str, usize)> {
        self.space();
        if !self.eat("=") {
            return None;
        }
        self.space();
        let quote = self.peek().filter(|b| matches!(b, b'"' | b'\''))?;
        self.at += 1;
        let (rest, start) = (self.rest(), self.offset());
        let end = memchr::memchr(quote, rest.as_bytes())?;
        self.at += end + 1;
        Some((rest.get(..end)?, start))
    }
}

/// An attribute with its normalised value.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    pub(super) value: Cow<'a, str>,
}

/// A start tag or the tag of an empty element.
pub(super) struct StartTag<'a> {
    pub(super) name: &'a str,
    pub(super) empty: bool,
}

/// More attributes on one element than this are refused: each is compared with each.
const ATTRIBUTES: usize = 64;

/// `'<' Name (S Attribute)* S? '/'? '>'` (productions 40 and 44); fills `attributes`.
pub(super) fn start_tag<'a>(
    piece: &'a str,
    base: usize,
    attributes: &mut Vec<Attribute<'a>>,
) -> Result<StartTag<'a>, Stop> {
    attributes.clear();
    let mut cursor = Cursor::new(piece, base);
    cursor.eat("<");
    let Some(name) = cursor.name() else { return fault(cursor.offset(), "not the name of an element") };
    loop {
        let spaced = cursor.space();
        if matches!(cursor.rest(), ">" | "/>") {
            return Ok(StartTag { name, empty: cursor.rest() == "/>" });
        }
        let start = cursor.offset();
        if !spaced {
            return fault(start, "not a tag");
        }
        let Some(name) = cursor.name() else { return fault(start, "not the name of an attribute") };
        let Some((raw, at)) = cursor.literal() else { return fault(start, "an attribute without a value") };
        if attributes.iter().any(|a| a.name == name) {
            return fault(start, "an attribute that stands twice");
        }
        if attributes.len() == ATTRIBUTES {
            return Err(Stop::Limit("attributes of one element"));
        }
        attributes.push(Attribute { name, value: attribute_value(raw, at)? });
    }
}

/// XML 1.0 §3.3.3: white space becomes blanks, references are resolved.
fn attribute_value(raw: &str, base: usize) -> Result<Cow<'_, str>, Stop> {
    if !raw.bytes().any(|b| matches!(b, b'<' | b'&' | b'\t' | b'\n' | b'\r')) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut value = String::with_capacity(raw.len());
    let mut chars = raw.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '<' => return fault(base + i, "< in the value of an attribute"),
            '&' => {
                let rest = raw.get(i..).unwrap_or_default();
                let Reference::Char(c, len) = reference(rest) else {
                    return fault(base + i, "a bare &, or a reference that is not defined");
                };
                value.push(c);
                // Skips to the character after the reference; `len` bytes of ASCII stand in it.
                while chars.offset() < i + len && chars.next().is_some() {}
            }
            '\r' if raw.get(i + 1..).is_some_and(|rest| rest.starts_with('\n')) => {}
            '\t' | '\n' | '\r' => value.push(' '),
            c => value.push(c),
        }
    }
    Ok(Cow::Owned(value))
}

/// `'</' Name S? '>'` (production 42) with the name of the element that is open.
pub(super) fn end_tag(piece: &str, base: usize, open: Option<&str>) -> Result<(), Stop> {
    let mut cursor = Cursor::new(piece, base);
    cursor.eat("</");
    let name = cursor.name();
    cursor.space();
    match name {
        Some(name) if cursor.rest() == ">" && open == Some(name) => Ok(()),
        Some(_) if cursor.rest() == ">" => fault(base, "an end tag without its start tag"),
        _ => fault(cursor.offset(), "not an end tag"),
    }
}

/// Production 15: no `--` inside, no `-` before the end.
pub(super) fn comment(piece: &str, base: usize) -> Result<(), Stop> {
    let inside = piece.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    match inside {
        Some(inside) if !inside.contains("--") && !inside.ends_with('-') => Ok(()),
        _ => fault(base, "not a comment"),
    }
}

/// Productions 18 to 21; the text inside.
pub(super) fn cdata(piece: &str, base: usize) -> Result<&str, Stop> {
    let inside = piece.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>"));
    match inside {
        Some(inside) if !inside.contains("]]>") => Ok(inside),
        _ => fault(base, "not a CDATA section"),
    }
}

/// Productions 16 and 17: a target that is not `xml` in any case, white space before what follows.
pub(super) fn instruction(piece: &str, base: usize) -> Result<(), Stop> {
    let mut cursor = Cursor::new(piece, base);
    cursor.eat("<?");
    let Some(target) = cursor.name() else { return fault(base, "not a processing instruction") };
    if target.eq_ignore_ascii_case("xml") {
        return fault(base, "an XML declaration that is not at the beginning");
    }
    let rest = cursor.rest();
    if rest != "?>" && !cursor.space() {
        return fault(base, "not a processing instruction");
    }
    match rest.strip_suffix("?>") {
        Some(inside) if !inside.contains("?>") => Ok(()),
        _ => fault(base, "not a processing instruction"),
    }
}

/// Productions 23 to 26, 32, 80 and 81. Another encoding than UTF-8 is refused, unless the document is ASCII and means the
/// same in that encoding; then its name is the result.
pub(super) fn declaration(piece: &str, base: usize, ascii: bool) -> Result<Option<&str>, Stop> {
    const WHAT: &str = "not an XML declaration";
    let mut cursor = Cursor::new(piece, base);
    cursor.eat("<?xml");
    let token = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    // Version, encoding, standalone: in this order, the first compulsory.
    let (mut next, mut other) = (0, None);
    loop {
        let spaced = cursor.space();
        if cursor.rest() == "?>" && next > 0 {
            return Ok(other);
        }
        let start = cursor.offset();
        let (Some(name), true) = (cursor.name(), spaced) else { return fault(start, WHAT) };
        let Some((value, _)) = cursor.literal() else { return fault(start, WHAT) };
        if !value.bytes().all(token) {
            return fault(start, WHAT);
        }
        next = match (name, next) {
            ("version", 0) => 1,
            ("encoding", 1) if value.eq_ignore_ascii_case("utf-8") => 2,
            ("encoding", 1) if ascii && extends_ascii(value) => {
                other = Some(value);
                2
            }
            ("encoding", 1) => return fault(start, ENCODING),
            ("standalone", 1 | 2) if matches!(value, "yes" | "no") => 3,
            _ => return fault(start, WHAT),
        };
    }
}

/// Whether the bytes below 0x80 mean in this encoding what they mean in UTF-8.
fn extends_ascii(encoding: &str) -> bool {
    let name = encoding.to_ascii_lowercase();
    let numbered = name.strip_prefix("iso-8859-").or_else(|| name.strip_prefix("windows-125"));
    matches!(name.as_str(), "us-ascii" | "ascii" | "utf8")
        || numbered.is_some_and(|n| matches!(n.len(), 1 | 2) && n.bytes().all(|b| b.is_ascii_digit()))
}

/// `<?xml` and white space: an XML declaration, at the beginning.
pub(super) fn declares(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"<?xml").and_then(<[u8]>::first).is_some_and(|b| is_space(*b))
}

/// What a fault says when another encoding is declared.
pub(super) const ENCODING: &str = "another encoding than UTF-8 is declared";

/// What stands at an ampersand.
enum Reference {
    /// A reference to a character, and its length.
    Char(char, usize),
    /// A reference to a character that XML forbids, and its length.
    Forbidden(u32, usize),
    /// No reference that is defined without a DTD.
    None,
}

/// XML 1.0 §4.1 and §4.6.
fn reference(text: &str) -> Reference {
    for (name, c) in [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&apos;", '\'')] {
        if text.starts_with(name) {
            return Reference::Char(c, name.len());
        }
    }
    let (digits, radix, prefix) = match (text.strip_prefix("&#x"), text.strip_prefix("&#")) {
        (Some(digits), _) => (digits, 16, 3),
        (None, Some(digits)) => (digits, 10, 2),
        (None, None) => return Reference::None,
    };
    let mut value = 0u32;
    for (i, b) in digits.bytes().enumerate() {
        match char::from(b).to_digit(radix) {
            Some(digit) => value = value.saturating_mul(radix).saturating_add(digit),
            None if b == b';' && i > 0 => {
                let len = prefix + i + 1;
                return match char::from_u32(value).filter(|c| is_char(*c)) {
                    Some(c) => Reference::Char(c, len),
                    None => Reference::Forbidden(value, len),
                };
            }
            None => break,
        }
    }
    Reference::None
}

/// Character data as it accumulates: borrowed as long as nothing in it had to change.
pub(super) type Text<'a> = Cow<'a, str>;

fn push<'a>(text: &mut Text<'a>, piece: &'a str) {
    if text.is_empty() {
        *text = Cow::Borrowed(piece);
    } else {
        text.to_mut().push_str(piece);
    }
}

/// Where repairs may be made, and those that were.
pub(super) struct Repairs<'r> {
    pub(super) element: &'static str,
    pub(super) kind: RepairKind,
    pub(super) made: &'r mut Vec<Repair>,
    /// Flaws of this element so far.
    pub(super) flaws: &'r mut usize,
    /// As many as may be replaced: `daticert_text_bytes`, since one piece may hold more.
    pub(super) most: usize,
    /// The bytes as received: an invalid byte stands as U+0001 in the text that is read.
    pub(super) original: &'r [u8],
}

impl Repairs<'_> {
    fn make(&mut self, text: &mut Text<'_>, offset: usize, what: Flaw) -> Result<(), Stop> {
        *self.flaws += 1;
        match self.kind {
            RepairKind::LeftOut if *self.flaws > 1 => return Ok(()),
            RepairKind::Replaced if *self.flaws > self.most => return Err(Stop::Limit("daticert_text_bytes")),
            _ => {}
        }
        let what = match (what, self.original.get(offset)) {
            (Flaw::Character(1), Some(byte)) if *byte >= 0x80 => Flaw::Byte(*byte),
            _ => what,
        };
        self.made.push(Repair { element: self.element, offset, what, kind: self.kind });
        text.to_mut().push('\u{FFFD}');
        Ok(())
    }
}

/// Adds character data with its references (productions 14 and 67) to `text`; line ends become LF (§2.11).
pub(super) fn character_data<'a>(
    piece: &'a str,
    base: usize,
    text: &mut Text<'a>,
    mut repairs: Option<Repairs<'_>>,
) -> Result<(), Stop> {
    if repairs.is_none() && memchr::memchr3(b'&', b'\r', b']', piece.as_bytes()).is_none() {
        push(text, piece);
        return Ok(());
    }
    // What begins with a reference, as `<` of an identifier, goes on with text.
    if text.is_empty() {
        text.to_mut().reserve(piece.len().max(64));
    }
    let mut chars = piece.char_indices();
    while let Some((i, c)) = chars.next() {
        let rest = piece.get(i..).unwrap_or_default();
        match c {
            '&' => {
                let len = match (reference(rest), &mut repairs) {
                    (Reference::Char(c, len), _) => {
                        text.to_mut().push(c);
                        len
                    }
                    (Reference::Forbidden(c, len), Some(repairs)) => {
                        repairs.make(text, base + i, Flaw::Reference(c))?;
                        len
                    }
                    (Reference::None, Some(repairs)) => {
                        repairs.make(text, base + i, Flaw::Ampersand)?;
                        1
                    }
                    (Reference::Forbidden(..), None) => return fault(base + i, "a reference to a forbidden character"),
                    (Reference::None, None) => {
                        return fault(base + i, "a bare &, or a reference that is not defined");
                    }
                };
                while chars.offset() < i + len && chars.next().is_some() {}
            }
            '\r' => {
                if !rest.starts_with("\r\n") {
                    text.to_mut().push('\n');
                }
            }
            '>' if piece.get(..i).is_some_and(|before| before.ends_with("]]")) => match &mut repairs {
                Some(repairs) => repairs.make(text, base + i, Flaw::SectionEnd)?,
                None => return fault(base + i - 2, "]]> in text"),
            },
            c if !is_char(c) => match &mut repairs {
                Some(repairs) => repairs.make(text, base + i, Flaw::Character(u32::from(c)))?,
                None => return fault(base + i, "a forbidden character"),
            },
            c => text.to_mut().push(c),
        }
    }
    Ok(())
}

/// Adds the inside of a CDATA section to `text`.
pub(super) fn cdata_text<'a>(
    inside: &'a str,
    base: usize,
    text: &mut Text<'a>,
    mut repairs: Option<Repairs<'_>>,
) -> Result<(), Stop> {
    if repairs.is_none() && memchr::memchr(b'\r', inside.as_bytes()).is_none() {
        push(text, inside);
        return Ok(());
    }
    for (i, c) in inside.char_indices() {
        match (c, &mut repairs) {
            ('\r', _) if inside.get(i + 1..).is_some_and(|rest| rest.starts_with('\n')) => {}
            ('\r', _) => text.to_mut().push('\n'),
            (c, Some(repairs)) if !is_char(c) => repairs.make(text, base + i, Flaw::Character(u32::from(c)))?,
            (c, _) => text.to_mut().push(c),
        }
    }
    Ok(())
}
