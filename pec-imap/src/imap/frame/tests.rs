use super::*;

/// All responses in `bytes`, given in pieces of `piece` bytes, and what is left of them.
fn frames(bytes: &[u8], piece: usize, max_literal: usize) -> Result<(Vec<Vec<u8>>, usize)> {
    let mut framer = Framer::new(max_literal);
    let mut all = Vec::new();
    for piece in bytes.chunks(piece) {
        framer.buffer().extend_from_slice(piece);
        while let Some(frame) = framer.next()? {
            all.push(frame.to_vec());
        }
    }
    Ok((all, framer.buffer.len()))
}

#[test]
fn responses_are_cut_alike_however_they_come() {
    let responses: [&[u8]; 9] = [
        b"* OK [CAPABILITY IMAP4rev1] Casella \xc3\xa8 \"pronta (\r\n",
        b"* 1 FETCH (UID 7 BODY[] {11}\r\nab\r\n(\"{3}\r\n FLAGS (\\Seen))\r\n",
        b"* LIST (\\Noselect) \"/\" {5}\r\nINBOX\r\n",
        b"* LIST () \"\\\"\" \"a (b\"\r\n",
        b"+ idling {5}\r\n",
        b"A1 NO because of {9}\r\n",
        b"* 2 FETCH (BODY[HEADER] {0}\r\n BODY[TEXT] ~{3+}\r\nxyz)\r\n",
        b"* BYE\r\n",
        b"A2 OK\r\n",
    ];
    let stream = responses.concat();
    for piece in [1, 2, 3, 7, 64, stream.len()] {
        let (found, left) = frames(&stream, piece, 1000).unwrap();
        assert_eq!(found, responses, "in pieces of {piece}");
        assert_eq!(left, 0);
    }
}

#[test]
fn what_is_not_whole_is_waited_for() {
    for part in [&b"* OK"[..], b"* 1 FETCH (BODY[] {5}\r\nabcd", b"* 1 FETCH (BODY[] {5}\r\nabcde", b"*"] {
        let (found, left) = frames(part, 1, 1000).unwrap();
        assert!(found.is_empty());
        assert_eq!(left, part.len());
    }
}

#[test]
fn limits_end_it_before_memory_or_stack_do() {
    let refused = |bytes: &[u8], what: &str| {
        let error = frames(bytes, 4096, 1000).unwrap_err();
        assert!(matches!(&error, Error::Protocol(text) if text.contains(what)), "{error}");
    };
    refused(&[b"* 1 FETCH (BODYSTRUCTURE ", vec![b'('; 100].as_slice(), b"\r\n"].concat(), "nested");
    refused(b"* 1 FETCH (BODY[] {1001}\r\n", "literal of 1001");
    refused(b"* 1 FETCH (BODY[] {99999999999999999999999999}\r\n", "literal");
    // Two that fit one by one do not fit together.
    let first = [b"* 1 FETCH (A {600}\r\n".as_slice(), &[b'a'; 600]].concat();
    refused(&[first.as_slice(), b" B {600}\r\n"].concat(), "literal of 600");
    refused(&[b"* SEARCH", vec![b' '; MAX_LINE + 10].as_slice()].concat(), "line");
    refused(&[b"* OK ", vec![b'a'; MAX_LINE + 10].as_slice()].concat(), "line");
}
