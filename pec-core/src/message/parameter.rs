//! Content-Type and Content-Disposition: the value, its parameters, and whether two readers could disagree on them.
//!
//! RFC 2045 §5.1 (comments and folding included) and RFC 2231 (continuations, charset, percent encoding). Repeated
//! parameters are kept, because a reader that takes the first and one that takes the last see two different messages
//! (PEC-SPEC §10.3, P8).

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use memchr::{memchr, memchr_iter, memchr2};

use super::decode::{lossy, lower_case};
use super::header::unfold;

/// What the scanner has to know of a Content-Type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    Multipart(Multipart),
    Message,
    Other,
}

/// The multiparts that say something about their parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Multipart {
    Signed,
    /// Its parts are messages unless they say otherwise (RFC 2046 §5.1.5).
    Digest,
    Other,
}

impl MediaType {
    pub(super) fn of(value: &[u8]) -> Self {
        let value = skip_blank(value);
        if !matches!(value.first(), Some(b'm' | b'M')) {
            return Self::Other;
        }
        let main = main_value(value).0;
        let starts = |prefix: &[u8]| main.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if starts(b"multipart/") {
            Self::Multipart(match &main[10..] {
                sub if sub.eq_ignore_ascii_case(b"signed") => Multipart::Signed,
                sub if sub.eq_ignore_ascii_case(b"digest") => Multipart::Digest,
                _ => Multipart::Other,
            })
        } else if main.eq_ignore_ascii_case(b"message/rfc822") || main.eq_ignore_ascii_case(b"message/global") {
            Self::Message
        } else {
            Self::Other
        }
    }
}

/// The value without its parameters.
pub(super) fn value_of(field: &[u8]) -> Cow<'_, str> {
    text(main_value(field).0)
}

/// Whether the value without its parameters is `expected`, which is in lower case. `None` where it is empty, or folded
/// so that it has to be unfolded first.
pub(super) fn reads(field: &[u8], expected: &str) -> Option<bool> {
    let field = skip_blank(field);
    // Most types that are no match have another letter somewhere, before anything that has to be undone.
    let other = field.iter().zip(expected.as_bytes()).find(|(one, known)| !one.eq_ignore_ascii_case(known));
    if other.is_some_and(|(one, _)| one.is_ascii_alphabetic()) {
        return Some(false);
    }
    let main = main_value(field).0;
    let plain = !main.is_empty() && memchr2(b'\r', b'\n', main).is_none();
    plain.then(|| main.eq_ignore_ascii_case(expected.as_bytes()))
}

/// Whether the value may have more than one parameter: each begins with a semicolon.
pub(super) fn are_several(field: &[u8]) -> bool {
    memchr_iter(b';', field).nth(1).is_some()
}

/// A value in one line, so that it does not depend on the line ends of the message.
fn text(main: &[u8]) -> Cow<'_, str> {
    match unfold(main) {
        Cow::Borrowed(main) => lossy(main),
        Cow::Owned(main) => Cow::Owned(String::from_utf8_lossy(&main).into_owned()),
    }
}

/// The boundary, by the reading that everybody shares when there is no conflict: the first.
pub(super) fn boundary(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut first = None;
    each(value, "boundary", |found| {
        first.get_or_insert(found.value);
    });
    first.filter(|boundary| !boundary.is_empty())
}

/// Shows each instance of the parameter `name`, which is in lower case, to `look`. Where nothing bears a mark of RFC
/// 2231 there is nothing to join, and no list is made of all.
pub(super) fn each<'m>(value: &'m [u8], name: &'static str, mut look: impl FnMut(Parameter<'m>)) {
    let mut rest = split(value).1;
    if memchr(b'*', rest).is_some() {
        return join(rest).into_iter().filter(|parameter| parameter.name == name).for_each(look);
    }
    while let Some((found, value, next)) = next_parameter(rest) {
        rest = next;
        if found.eq_ignore_ascii_case(name.as_bytes()) {
            look(Parameter { name: Cow::Borrowed(name), value, charset: None, extended: false });
        }
    }
}

/// A header value with parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameterized<'m> {
    /// The value before the first `;`, comments removed: `multipart/signed`, `attachment`.
    pub value: Cow<'m, str>,
    /// Parameters in order; RFC 2231 pieces joined at the place of the first.
    pub parameters: Vec<Parameter<'m>>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter<'m> {
    /// The name in lower case, without the marks of RFC 2231.
    pub name: Cow<'m, str>,
    /// The value, unquoted; with RFC 2231, percent-decoded.
    pub value: Cow<'m, [u8]>,
    /// The charset that RFC 2231 names, if any.
    pub charset: Option<String>,
    /// Written with the marks of RFC 2231 (`name*`, `name*0`).
    pub extended: bool,
}

/// Do the instances of one parameter agree?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// At most one instance.
    Single,
    /// Several that say the same.
    Repeated,
    /// Several that say different things.
    Conflicting,
}

impl<'m> Parameterized<'m> {
    /// Reads a header value. Never fails: what cannot be read is left out.
    #[must_use]
    pub fn parse(value: &'m [u8]) -> Self {
        let (main, rest) = main_value(value);
        Self { value: text(main), parameters: join(rest) }
    }

    /// The value of a parameter: the RFC 2231 form where there is one, else the first.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Parameter<'m>> {
        let mut all = self.parameters.iter().filter(|parameter| parameter.name == name);
        let first = all.next()?;
        if first.extended { Some(first) } else { all.find(|parameter| parameter.extended).or(Some(first)) }
    }

    /// Whether the instances of a parameter agree. For file names, `name` beside `name*` is the fall-back that RFC 6266
    /// and RFC 2231 foresee and no conflict; two of the same form are. For all other parameters every instance counts.
    #[must_use]
    pub fn agreement(&self, name: &str) -> Agreement {
        let is_file_name = matches!(name, "name" | "filename");
        let mut worst = Agreement::Single;
        // The first of each form; for all but file names there is one form.
        let mut first: [Option<&Parameter<'_>>; 2] = [None, None];
        for one in self.parameters.iter().filter(|one| one.name == name) {
            let form = &mut first[usize::from(is_file_name && one.extended)];
            match form {
                None => *form = Some(one),
                Some(first) if first.value == one.value => worst = Agreement::Repeated,
                Some(_) => return Agreement::Conflicting,
            }
        }
        worst
    }
}

/// The text before the first `;` outside comments, trimmed, and what follows.
fn main_value(value: &[u8]) -> (&[u8], &[u8]) {
    let (main, rest) = split(value);
    (main.trim_ascii(), rest)
}

/// The same, not trimmed at its end.
fn split(value: &[u8]) -> (&[u8], &[u8]) {
    let value = skip_blank(value);
    value.split_at(memchr2(b';', b'(', value).unwrap_or(value.len()))
}

/// Where the name of a parameter ends; where a token does; where a quoted string does, or is no longer plain.
static NAME_ENDS: [bool; 256] = table(b"=;( \t\r\n");
static TOKEN_ENDS: [bool; 256] = table(b";( \t\r\n");
static PLAIN_ENDS: [bool; 256] = table(b"\"\\\r\n");

const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}

/// Name and value of a parameter as written, and what follows.
type Next<'m> = (&'m [u8], Cow<'m, [u8]>, &'m [u8]);

/// The next `; name = value` of `rest`.
fn next_parameter(rest: &[u8]) -> Option<Next<'_>> {
    let mut rest = skip_blank(rest);
    // Whatever stands before the semicolon is not a parameter.
    while let [first, tail @ ..] = rest {
        match first {
            b';' => {
                rest = skip_blank(tail);
                if rest.first() != Some(&b';') {
                    break;
                }
            }
            b'(' => rest = skip_blank(rest),
            _ => rest = tail,
        }
    }
    if rest.is_empty() {
        return None;
    }
    let end = rest.iter().position(|byte| NAME_ENDS[usize::from(*byte)]);
    let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
    let after = skip_blank(after);
    let Some((b'=', after)) = after.split_first() else { return Some((&[], Cow::Borrowed(&[]), after)) };
    let (value, after) = parameter_value(skip_blank(after));
    Some((name, value, after))
}

/// A quoted string or a token. A token ends where it must, but `/`, `=`, `?` and the like, which RFC 2045 forbids in
/// tokens, are taken along: real messages carry unquoted boundaries with them.
fn parameter_value(input: &[u8]) -> (Cow<'_, [u8]>, &[u8]) {
    let Some((b'"', quoted)) = input.split_first() else {
        let end = input.iter().position(|byte| TOKEN_ENDS[usize::from(*byte)]);
        let (token, rest) = input.split_at(end.unwrap_or(input.len()));
        return (Cow::Borrowed(token), rest);
    };
    // Nearly every quoted string is plain up to its end.
    let end = quoted.iter().position(|byte| PLAIN_ENDS[usize::from(*byte)]);
    if let Some(end) = end.filter(|end| quoted[*end] == b'"') {
        return (Cow::Borrowed(&quoted[..end]), &quoted[end + 1..]);
    }
    let mut at = 0;
    while let Some(byte) = quoted.get(at) {
        match byte {
            b'"' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    let at = at.min(quoted.len());
    let rest = quoted.get(at + 1..).unwrap_or_default();
    let mut value = Vec::with_capacity(at);
    let mut bytes = quoted[..at].iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => value.extend(bytes.next()),
            b'\r' | b'\n' => {}
            byte => value.push(*byte),
        }
    }
    (Cow::Owned(value), rest)
}

/// Skips white space, folding and comments; comments nest (RFC 5322 §3.2.2).
fn skip_blank(mut input: &[u8]) -> &[u8] {
    let mut depth = 0_usize;
    while let [first, rest @ ..] = input {
        match first {
            b' ' | b'\t' | b'\r' | b'\n' => input = rest,
            b'(' => (depth, input) = (depth + 1, rest),
            b')' if depth > 0 => (depth, input) = (depth - 1, rest),
            b'\\' if depth > 0 => input = rest.get(1..).unwrap_or_default(),
            _ if depth > 0 => input = rest,
            _ => break,
        }
    }
    input
}

/// The marks of RFC 2231 on a name: base name, number of the piece, percent-encoded.
fn marks(name: &[u8]) -> (&[u8], Option<u32>, bool) {
    let (name, encoded) = name.strip_suffix(b"*").map_or((name, false), |name| (name, true));
    let Some(star) = name.iter().rposition(|byte| *byte == b'*') else { return (name, None, encoded) };
    let number = std::str::from_utf8(&name[star + 1..]).ok().and_then(|digits| digits.parse().ok());
    match number {
        Some(number) => (&name[..star], Some(number), encoded),
        None => (name, None, encoded),
    }
}

/// Reads the parameters of `rest`, joins RFC 2231 pieces (§3) and undoes their encoding (§4).
fn join(mut rest: &[u8]) -> Vec<Parameter<'_>> {
    let mut parameters: Vec<Parameter<'_>> = Vec::new();
    // Who waits for which piece, the first in the text first: the k-th `name*1` belongs to the k-th `name*0`.
    let mut waiting: BTreeMap<(Cow<'_, str>, u32), VecDeque<usize>> = BTreeMap::new();
    while let Some((name, value, next)) = next_parameter(rest) {
        rest = next;
        if name.is_empty() {
            continue;
        }
        let (base, piece, encoded) = marks(name);
        let base = lower_case(lossy(base));
        if let Some(number @ 1..) = piece {
            let key = (base, number);
            if let Some(at) = waiting.get_mut(&key).and_then(VecDeque::pop_front) {
                let value = if encoded { percent_decode(&value) } else { value };
                parameters[at].value.to_mut().extend_from_slice(&value);
                waiting.entry((key.0, number.saturating_add(1))).or_default().push_back(at);
            }
            continue;
        }
        let mut parameter = Parameter { name: base, value, charset: None, extended: piece.is_some() || encoded };
        if encoded {
            let mut parts = parameter.value.splitn(3, |byte| *byte == b'\'');
            if let (Some(charset), Some(_language), Some(text)) = (parts.next(), parts.next(), parts.next()) {
                parameter.charset = Some(lossy(charset).into_owned());
                parameter.value = Cow::Owned(percent_decode(text).into_owned());
            }
        }
        if piece.is_some() {
            waiting.entry((parameter.name.clone(), 1)).or_default().push_back(parameters.len());
        }
        parameters.push(parameter);
    }
    parameters
}

fn percent_decode(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'%') {
        return Cow::Borrowed(text);
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut decoded = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let pair = (text.get(at + 1).copied().and_then(digit), text.get(at + 2).copied().and_then(digit));
        match (byte, pair) {
            #[allow(clippy::cast_possible_truncation, reason = "two hexadecimal digits are a byte")]
            (b'%', (Some(high), Some(low))) => {
                decoded.push((high << 4 | low) as u8);
                at += 3;
            }
            _ => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    Cow::Owned(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(value: &str, name: &str) -> Option<String> {
        Parameterized::parse(value.as_bytes()).get(name).map(|p| String::from_utf8_lossy(&p.value).into_owned())
    }

    #[test]
    fn quoted_folded_commented() {
        let value = "multipart/signed (x \\) (y)) ;\r\n protocol=\"application/pkcs7-signature\" ; micalg=sha-256;\r\n\tboundary = \"a\\\"b;c\" (z)";
        assert_eq!(Parameterized::parse(value.as_bytes()).value, "multipart/signed");
        assert_eq!(get(value, "boundary").as_deref(), Some("a\"b;c"));
        assert_eq!(get(value, "micalg").as_deref(), Some("sha-256"));
        assert_eq!(get("text/plain; boundary=\r\n ----=_x/1?", "boundary").as_deref(), Some("----=_x/1?"));
    }

    /// Found by fuzzing: the media type differed between a message and the same message with other line ends.
    #[test]
    fn a_folded_type_is_one_line() {
        for value in ["multipart/mi\r\n xed; a=b", "multipart/mi\n xed; a=b"] {
            assert_eq!(Parameterized::parse(value.as_bytes()).value, "multipart/mi xed");
            assert_eq!(value_of(value.as_bytes()), "multipart/mi xed");
        }
    }

    #[test]
    fn what_is_told_without_reading_everything() {
        for value in [
            "text/html",
            "TEXT/html ; a=b",
            "text/\r\n html",
            "text/\rhtml",
            "(c) text/html (d)",
            "",
            ";a=b",
            "text/htm",
        ] {
            let read = value_of(value.as_bytes()).eq_ignore_ascii_case("text/html");
            let told = reads(value.as_bytes(), "text/html");
            assert_eq!(told.unwrap_or(read), read, "{value:?}");
            assert_eq!(told.is_none(), value.contains('\r') || value_of(value.as_bytes()).is_empty(), "{value:?}");
        }
        for value in ["x", "x; a=b", "x; a=b; c=d", "x;;a=b", "x; a=\";\"", "x a=b c=d", "x; a (;) = b"] {
            let count = Parameterized::parse(value.as_bytes()).parameters.len();
            assert!(count < 2 || are_several(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn rfc_2231() {
        let value = "application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"";
        assert_eq!(get(value, "title").as_deref(), Some("This is even more ***fun*** isn't it!"));
        let both = Parameterized::parse(b"attachment; filename=\"x.xml\"; filename*=UTF-8''%C3%A8.xml");
        assert_eq!(both.get("filename").unwrap().value, "è.xml".as_bytes());
        assert_eq!(both.agreement("filename"), Agreement::Single);
    }

    #[test]
    fn conflicts() {
        let agreement = |value: &str| Parameterized::parse(value.as_bytes()).agreement("boundary");
        assert_eq!(agreement("multipart/mixed; boundary=a"), Agreement::Single);
        assert_eq!(agreement("multipart/mixed; boundary=a; boundary=\"a\""), Agreement::Repeated);
        assert_eq!(agreement("multipart/mixed; boundary=a; Boundary=b"), Agreement::Conflicting);
    }

    /// Pieces are found without a search through all that wait for one.
    #[test]
    fn a_megabyte_of_pieces() {
        let first: String = (0..60_000).map(|i| format!(";a{i}*0=x")).collect();
        let value = format!("x{first}{}{}", ";a*0=y".repeat(60_000), ";a*1=z;b*1=z".repeat(60_000));
        let read = Parameterized::parse(value.as_bytes());
        assert_eq!(read.parameters.len(), 120_000);
        assert!(read.parameters.iter().filter(|p| p.name == "a").all(|p| *p.value == *b"yz"));
    }

    #[test]
    fn odd_input_ends() {
        for value in ["", ";", ";;;", "a;=", "a;b", "a;b=\"", "a;b=\"\\", "(", "a(;b=c", "a;*=x", "a; b*1=x", "a;b==;c"]
        {
            assert!(Parameterized::parse(value.as_bytes()).parameters.len() <= 1, "{value}");
        }
    }
}
