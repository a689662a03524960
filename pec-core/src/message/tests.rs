use super::*;

mod round_trip;

fn parse(text: &str) -> Message<Vec<u8>> {
    Message::parse(text.replace('\n', "\r\n").into_bytes(), &Limits::DEFAULT)
}

/// The tree as text: media types, children in brackets.
fn outline(part: Part<'_>) -> String {
    let children: Vec<_> = part.children().map(outline).collect();
    let name = part.media_type();
    let name = name.rsplit('/').next().unwrap();
    if children.is_empty() { name.to_owned() } else { format!("{name}[{}]", children.join(" ")) }
}

const SIGNED: &str = "Content-Type: multipart/signed;\n boundary=\"S\"\n\npreamble\n--S\nContent-Type: multipart/mixed; boundary=M\n\n--M\n\ntext\n--M\nContent-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/mixed; boundary=I\n\n--I\n\na --S b\n--Sx\n--I--\nepilogue of I\n--M--\n\n--S\nContent-Type: application/pkcs7-signature\n\nAAAA\n--S--\nend";

#[test]
fn a_signed_message_and_its_exact_ranges() {
    let message = parse(SIGNED);
    let root = message.root();
    assert_eq!(outline(root), "signed[mixed[plain rfc822[mixed[plain]]] pkcs7-signature]");
    assert_eq!(root.preamble(), b"preamble");
    assert_eq!(root.epilogue(), b"end");
    let [signed, signature] = root.children().collect::<Vec<_>>()[..] else { panic!("two parts") };
    let raw = std::str::from_utf8(signed.raw()).unwrap();
    assert!(raw.starts_with("Content-Type: multipart/mixed") && raw.ends_with("--M--\r\n"), "{raw:?}");
    assert_eq!(signature.body(), b"AAAA");
    let inner = signed.children().nth(1).unwrap();
    assert!(inner.is_message());
    assert_eq!(inner.body(), inner.content().as_ref());
    assert!(inner.body().ends_with(b"epilogue of I"));
    let inner_root = inner.children().next().unwrap();
    assert_eq!(inner_root.epilogue(), b"epilogue of I");
    assert_eq!(inner_root.children().next().unwrap().body(), b"a --S b\r\n--Sx");
}

#[test]
fn a_part_is_found_again_by_its_number() {
    let message = parse(SIGNED);
    let numbers: Vec<u32> = message.root().descendants().map(|part| part.number()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    for part in message.root().descendants() {
        assert_eq!(message.part(part.number()).map(|found| found.range()), Some(part.range()));
    }
    assert!(message.part(7).is_none());
}

#[test]
fn bare_line_feeds_give_the_same_tree() {
    let message = Message::parse(SIGNED.as_bytes(), &Limits::DEFAULT);
    assert_eq!(outline(message.root()), outline(parse(SIGNED).root()));
    assert!(message.root().children().next().unwrap().raw().ends_with(b"--M--\n"));
}

#[test]
fn an_outer_boundary_ends_what_is_inside() {
    let message = parse(
        "Content-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nx\n--A\n\ny\n--A--\n",
    );
    assert_eq!(outline(message.root()), "mixed[mixed[plain] plain]");
    let inner = message.root().children().next().unwrap();
    assert!(!inner.is_closed() && message.root().is_closed());
    assert_eq!(inner.children().next().unwrap().body(), b"x");
}

#[test]
fn a_repeated_boundary_belongs_to_the_outer_multipart() {
    let message = parse(
        "Content-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: multipart/mixed; boundary=A\n\n--A\n\nx\n--A--\nrest\n--A--\n",
    );
    assert_eq!(outline(message.root()), "mixed[mixed plain]");
    assert_eq!(message.root().epilogue(), b"rest\r\n--A--\r\n");
}

#[test]
fn a_header_may_end_in_a_delimiter() {
    let message = parse("Content-Type: multipart/mixed; boundary=A\n\n--A\nX: y\n--A--\n");
    let part = message.root().children().next().unwrap();
    assert_eq!((part.headers().get("x"), part.body()), (Some(&b" y"[..]), &b""[..]));
}

#[test]
fn encoded_messages_are_opened_on_demand() {
    let message =
        parse("Content-Type: message/rfc822; name=a.eml\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeA0KDQp5\n");
    let root = message.root();
    assert!(!root.is_message());
    let nested = root.to_message();
    assert_eq!(nested.root().headers().get("Subject"), Some(&b" x"[..]));
    assert_eq!(nested.root().body(), b"y");
}

#[test]
fn attachments_are_named_and_decoded() {
    let message = parse(
        "Content-Type: multipart/mixed; boundary=A\n\n--A\n\nbody\n--A\nContent-Type: application/pdf; name=\"=?utf-8?q?citt=C3=A0.pdf?=\"\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--A\nContent-Type: message/rfc822\n\nContent-Type: application/x-inner\n\nz\n--A--\n",
    );
    let found: Vec<_> = message.attachments().map(|part| (part.media_type(), part.file_name())).collect();
    assert_eq!(
        found,
        [("application/pdf".to_owned(), Some("città.pdf".to_owned())), ("message/rfc822".to_owned(), None)]
    );
    assert_eq!(&*message.attachments().next().unwrap().content(), b"hello");
}

fn small() -> Limits {
    Limits { parts: 10, depth: 8, header_fields: 20, header_bytes: 1000, message_bytes: 1 << 20, ..Limits::DEFAULT }
}

#[test]
fn a_million_inner_parts_do_not_hide_the_signature() {
    let inner = "--I\r\n\r\n".repeat(1000);
    let text = format!(
        "Content-Type: multipart/signed; boundary=S\r\n\r\n--S\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=I\r\n\r\n{inner}--I--\r\n--S\r\nContent-Type: application/pkcs7-signature\r\n\r\nA\r\n--S--\r\n"
    );
    let message = Message::parse(text.as_bytes(), &small());
    assert_eq!(message.root().children().nth(1).unwrap().media_type(), "application/pkcs7-signature");
    assert!(matches!(message.limit_hits(), [LimitHit { limit: Limit::Parts, nested: true, .. }]));
    let signed = message.root().children().next().unwrap();
    assert!(signed.raw().ends_with(b"--I--"));
}

#[test]
fn every_limit_is_reported_once() {
    let deep = "Content-Type: message/rfc822\n\n".repeat(20_000);
    let hits = |text: String| {
        Message::parse(text.into_bytes(), &small())
            .limit_hits()
            .iter()
            .map(|hit| (hit.limit, hit.nested))
            .collect::<Vec<_>>()
    };
    assert_eq!(hits(deep), [(Limit::Depth, true)]);
    assert_eq!(hits("a:\n".repeat(300)), [(Limit::Header, false)]);
    assert_eq!(hits(format!("a: {}\n\n", "x".repeat(2000))), [(Limit::Header, false)]);
    assert_eq!(
        hits(format!("Content-Type: multipart/mixed; boundary={}\n\n", "b".repeat(300))),
        [(Limit::Boundary, false)]
    );
    assert_eq!(hits("x".repeat(2 << 20)), [(Limit::MessageBytes, false)]);
}

#[test]
fn nothing_in_particular_is_a_message_too() {
    for text in [
        "",
        "\n",
        "\r\n",
        "-",
        "--",
        "--\n--\n",
        ":",
        " ",
        "\0\0\0",
        "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n",
    ] {
        let message = Message::parse(text.as_bytes(), &Limits::DEFAULT);
        assert!(message.root().range().end <= text.len());
        assert_eq!(message.root().children().count(), 0, "{text:?}");
    }
}

/// The line end before a delimiter is never part of what stands before it, not even where a header was cut short.
#[test]
fn a_part_without_blank_line_ends_before_the_delimiter() {
    let message = parse("Content-Type: multipart/digest; boundary=D\n\n--D\nX: y\n\nc\n--D\nX: y\n--D\n--D--\n");
    let parts: Vec<_> = message.root().children().collect();
    assert_eq!(parts.iter().map(|part| part.raw()).collect::<Vec<_>>(), [&b"X: y\r\n\r\nc"[..], b"X: y", b""]);
    for part in parts {
        let inner: Vec<_> = part.children().collect();
        assert_eq!(inner.len(), 1);
        assert!(inner[0].range().start >= part.range().start && inner[0].range().end <= part.range().end);
    }
    let message = parse("Content-Type: message/rfc822\n\n");
    assert_eq!(message.root().children().count(), 1);
    assert_eq!(message.root().descendants().count(), 1, "an empty part is a part");
}

#[test]
fn a_subtree_is_what_is_reached_through_children() {
    fn reached(part: Part<'_>) -> Vec<u32> {
        part.children().flat_map(|child| std::iter::once(child.number()).chain(reached(child))).collect()
    }
    let ended_by_the_outer = "Content-Type: multipart/mixed; boundary=O\n\n--O\nContent-Type: multipart/mixed; boundary=I\n\n--I\n--O\n\nx\n--I\n--O--\n";
    for text in [SIGNED, ended_by_the_outer, "", "--\n"] {
        let message = parse(text);
        for number in 0.. {
            let Some(part) = message.part(number) else { break };
            let found: Vec<_> = part.descendants().map(|below| below.number()).collect();
            assert_eq!(found, reached(part), "{number} of {text:?}");
        }
    }
}

#[test]
fn describing_fields_are_found_however_they_are_written() {
    for field in
        ["Content-Type: text/html", "content-type:text/html", "CONTENT-TYPE \t: text/html", "Content-Type:\n text/html"]
    {
        for text in [format!("{field}\n\n"), format!("Cc: x\nContent-Typ: a/b\n{field}\nA: b\n\n"), field.to_owned()] {
            let message = parse(&text);
            assert!(message.root().is_of_type("text/html"), "{text:?}");
            assert_eq!(message.root().media_type(), "text/html", "{text:?}");
        }
    }
    for other in ["\n\nContent-Type: text/html", "A: b\n Content-Type: text/html\n\n", "-Content-Type: text/html\n\n"] {
        assert_eq!(parse(other).root().media_type(), "text/plain", "{other:?}");
    }
}

#[test]
fn fields_that_begin_with_no_letter_are_noted() {
    for odd in ["--x: y", "--x", ":--x", " :--x", "A: b\n--x", "1: 2"] {
        assert!(parse(&format!("{odd}\n\n")).root().has_odd_names(), "{odd:?}");
    }
    for plain in ["", "A: b", "A: --x\n --x\n\t:--x", "A: b\n\n--x"] {
        assert!(!parse(&format!("{plain}\n\n")).root().has_odd_names(), "{plain:?}");
    }
    let limits = Limits { header_bytes: 4, ..Limits::DEFAULT };
    assert!(Message::parse(b"A: 456\r\n\r\n", &limits).root().has_odd_names());
}
