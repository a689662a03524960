//! What is rendered is read back: random trees byte for byte, parameters in every spelling, folded values.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::limits::Limits;
use crate::message::{Agreement, Message, Parameterized, Part, unfold, unstructured};

/// A part as it was meant.
#[derive(Debug, Clone)]
enum Tree {
    Leaf { headers: Vec<String>, lines: Vec<String> },
    Multipart { spelling: u8, preamble: Vec<String>, children: Vec<Tree>, epilogue: Vec<String>, padding: &'static str },
    Message { inner: Box<Tree> },
}

/// Lines that are nearly delimiters; boundaries are `=_b` and a number.
const NEAR: [&str; 11] =
    ["", "--", "---", "--=_b", "--=_b0x", "-- =_b0", "x--=_b0", " --=_b0", "--=_B0", "--=_b0-- x", "--=_b0 y"];

/// Any line that is no delimiter.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![2 => prop::sample::select(&NEAR[..]).prop_map(str::to_owned), 1 => "[ -~àè]{0,12}"]
        .prop_map(|line| line.replace("=_b1", "=_c1").replace('\t', " "))
}

fn header() -> impl Strategy<Value = String> {
    ("X-[a-z]{1,5}", "[!-~]{0,10}").prop_map(|(name, value)| format!("{name}: {value}"))
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = (vec(header(), 0..3), vec(line(), 0..4)).prop_map(|(headers, lines)| Tree::Leaf { headers, lines });
    leaf.prop_recursive(4, 24, 4, |inner| {
        let padding = prop::sample::select(&["", " ", "\t ", "   "][..]);
        let text = || vec(line(), 0..3);
        let multipart = (any::<u8>(), text(), vec(inner.clone(), 0..4), text(), padding).prop_map(
            |(spelling, preamble, children, epilogue, padding)| Tree::Multipart {
                spelling,
                preamble,
                children,
                epilogue,
                padding,
            },
        );
        prop_oneof![2 => multipart, 1 => inner.prop_map(|inner| Tree::Message { inner: Box::new(inner) })]
    })
}

/// The ways to spell one boundary.
fn content_type(boundary: &str, spelling: u8, eol: &str) -> String {
    match spelling % 6 {
        0 => format!("Content-Type: multipart/mixed; boundary=\"{boundary}\""),
        1 => format!("content-type: Multipart/Mixed;{eol}\tcharset=x; BOUNDARY={boundary}"),
        2 => format!("Content-Type: multipart/mixed (a \\) b);{eol} boundary =(c){eol} \"{boundary}\" ; x=y"),
        3 => format!("CONTENT-TYPE: multipart/mixed; boundary*=us-ascii''{}", boundary.replace('=', "%3D")),
        4 => {
            let (one, two) = boundary.split_at(2);
            format!("Content-Type: multipart/mixed; boundary*0=\"{one}\";{eol} boundary*1=\"{two}\"")
        }
        _ => format!("Content-Type : multipart/mixed; boundary=\"{}\"", boundary.replace('b', "\\b")),
    }
}

/// One part as it was rendered.
struct Expected {
    raw: String,
    body: String,
    preamble: String,
    epilogue: String,
    children: Vec<Expected>,
    multipart: bool,
    message: bool,
}

fn render(tree: &Tree, eol: &str, next: &mut usize) -> Expected {
    let plain = |raw, body| Expected {
        raw,
        body,
        preamble: String::new(),
        epilogue: String::new(),
        children: Vec::new(),
        multipart: false,
        message: false,
    };
    match tree {
        Tree::Leaf { headers, lines } => {
            let head: String = headers.iter().map(|header| format!("{header}{eol}")).collect();
            let body = lines.join(eol);
            plain(format!("{head}{eol}{body}"), body)
        }
        Tree::Message { inner } => {
            let inner = render(inner, eol, next);
            let raw = format!("Content-Type: message/rfc822{eol}{eol}{}", inner.raw);
            Expected { message: true, body: inner.raw.clone(), children: vec![inner], ..plain(raw, String::new()) }
        }
        Tree::Multipart { spelling, preamble, children, epilogue, padding } => {
            let boundary = format!("=_b{next}");
            *next += 2;
            let children: Vec<_> = children.iter().map(|child| render(child, eol, next)).collect();
            let (preamble, epilogue) = (preamble.join(eol), epilogue.join(eol));
            let mut body = preamble.clone();
            if !preamble.is_empty() {
                body.push_str(eol);
            }
            for child in &children {
                body.push_str(&format!("--{boundary}{padding}{eol}{}{eol}", child.raw));
            }
            body.push_str(&format!("--{boundary}--{padding}{eol}{epilogue}"));
            let raw = format!("{}{eol}{eol}{body}", content_type(&boundary, *spelling, eol));
            Expected { multipart: true, preamble, epilogue, children, ..plain(raw, body) }
        }
    }
}

fn compare(part: Part<'_>, expected: &Expected) -> Result<(), TestCaseError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    prop_assert_eq!(text(part.raw()), &*expected.raw);
    prop_assert_eq!(text(part.body()), &*expected.body);
    prop_assert_eq!(text(part.preamble()), &*expected.preamble);
    prop_assert_eq!(text(part.epilogue()), &*expected.epilogue);
    prop_assert_eq!((part.is_multipart(), part.is_message()), (expected.multipart, expected.message));
    prop_assert_eq!(part.is_closed(), expected.multipart);
    let children: Vec<_> = part.children().collect();
    prop_assert_eq!(children.len(), expected.children.len());
    for (child, expected) in children.into_iter().zip(&expected.children) {
        compare(child, expected)?;
    }
    Ok(())
}

/// One parameter and how it is spelled.
#[derive(Debug, Clone)]
struct Spelled {
    name: String,
    value: String,
    spelling: u8,
}

fn parameter() -> impl Strategy<Value = Spelled> {
    ("[a-z][a-z0-9-]{0,5}", "[ -~àè€]{0,16}", any::<u8>()).prop_map(|(name, value, spelling)| Spelled {
        name,
        value,
        spelling,
    })
}

fn percent(text: &str) -> String {
    let one = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).into() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

fn base64(text: &str) -> String {
    encodify::base64::STANDARD.encode(text.as_bytes())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl Spelled {
    fn render(&self) -> String {
        let Self { name, value, spelling } = self;
        let half = value.char_indices().nth(value.chars().count() / 2).map_or(0, |(at, _)| at);
        let (one, two) = value.split_at(half);
        let token = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match spelling % 6 {
            0 if token => format!("{name}={value}"),
            0 | 1 => format!("{} = {}", name.to_ascii_uppercase(), quoted(value)),
            2 => format!("{name}*=UTF-8'it'{}", percent(value)),
            3 => format!("{name}*0={}; {name}*1={}", quoted(one), quoted(two)),
            4 => format!("{name}*0*=utf-8''{};\r\n {name}*1*={}", percent(one), percent(two)),
            _ => format!("{name}*0*=utf-8''{}; (x;y=\"z\") {name}*1={}", percent(one), quoted(two)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_tree_is_read_back_byte_for_byte(tree in tree()) {
        for eol in ["\r\n", "\n"] {
            let expected = render(&tree, eol, &mut 0);
            let message = Message::parse(expected.raw.as_bytes(), &Limits::DEFAULT);
            prop_assert_eq!(message.limit_hits(), &[]);
            compare(message.root(), &expected)?;
        }
    }

    /// Cut anywhere, the parts that were complete before the cut stay what they were.
    #[test]
    fn a_cut_leaves_what_stands_before_it(tree in tree(), at in any::<prop::sample::Index>()) {
        let whole = render(&tree, "\r\n", &mut 0).raw;
        let end = at.index(whole.len() + 1);
        let cut = &whole.as_bytes()[..end];
        let (before, after) = (Message::parse(whole.as_bytes(), &Limits::DEFAULT), Message::parse(cut, &Limits::DEFAULT));
        let ranges = |part: Part<'_>| part.descendants().map(|part| part.range()).collect::<Vec<_>>();
        let (before, after) = (ranges(before.root()), ranges(after.root()));
        // A delimiter line that is cut may still be one, or another one.
        let known = cut.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
        let known = cut[..known].iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
        let complete = |range: &&std::ops::Range<usize>| range.end + 2 < known;
        prop_assert_eq!(before.iter().filter(complete).collect::<Vec<_>>(), after.iter().filter(complete).collect::<Vec<_>>());
    }

    #[test]
    fn parameters_are_read_back(
        parameters in vec(parameter(), 0..5),
        glue in prop::sample::select(&["; ", ";", " ;\r\n\t", "; (a (b) \\) ;c=d) ", ";;\n "][..]),
    ) {
        let mut text = "Attachment".to_owned();
        let mut known: Vec<&Spelled> = Vec::new();
        for parameter in &parameters {
            if known.iter().all(|other| other.name != parameter.name) {
                text.push_str(glue);
                text.push_str(&parameter.render());
                known.push(parameter);
            }
        }
        let read = Parameterized::parse(text.as_bytes());
        prop_assert_eq!(&*read.value, "Attachment");
        prop_assert_eq!(read.parameters.len(), known.len(), "{}", &text);
        for Spelled { name, value, spelling } in known {
            let found = read.get(name);
            prop_assert_eq!(found.map(|found| String::from_utf8_lossy(&found.value)), Some(value.into()), "{}", &text);
            prop_assert_eq!(read.agreement(name), Agreement::Single);
            prop_assert_eq!(found.is_some_and(|found| found.extended), spelling % 6 >= 2);
        }
    }

    #[test]
    fn folding_is_undone(words in vec("[!-~]{1,8}", 1..6), breaks in vec(0..4_usize, 6)) {
        let mut folded = String::from(" ");
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                folded.push_str(["", "\r\n", "\n", "\r\n \r\n"][breaks[at]]);
                folded.push(' ');
            }
            folded.push_str(word);
        }
        let block = format!("A: b\r\nSubject:{folded}\r\nC: d\r\n\r\n");
        let message = Message::parse(block.as_bytes(), &Limits::DEFAULT);
        let value = message.root().headers().get("subject").unwrap();
        prop_assert_eq!(value, folded.as_bytes());
        let plain = String::from_utf8(unfold(value).into_owned()).unwrap();
        prop_assert_eq!(plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>(), words);
        prop_assert!(!plain.contains(['\r', '\n']));
        prop_assert_eq!(message.root().headers().iter().count(), 3);
    }

    /// RFC 2047: words in B or Q, adjacent ones joined without the white space between them (§6.2).
    #[test]
    fn encoded_words_are_read_back(pieces in vec(("[!-~àè€𝄞]{1,8}", any::<bool>()), 1..5), eol in any::<bool>()) {
        let word = |(text, quoted): &(String, bool)| {
            let escaped = percent(text).replace('%', "=");
            if *quoted { format!("=?utf-8?Q?{escaped}?=") } else { format!("=?UTF-8?b?{}?=", base64(text)) }
        };
        let written = pieces.iter().map(word).collect::<Vec<_>>().join(if eol { "\r\n " } else { " " });
        let text: String = pieces.iter().map(|(text, _)| text.as_str()).collect();
        prop_assert_eq!(unstructured(written.as_bytes()), text);
    }

    #[test]
    fn no_bytes_break_the_scanner(bytes in vec(any::<u8>(), 0..200)) {
        let message = Message::parse(&bytes[..], &Limits::DEFAULT);
        prop_assert!(message.root().range().end <= bytes.len());
        let _ = Parameterized::parse(&bytes);
    }
}
