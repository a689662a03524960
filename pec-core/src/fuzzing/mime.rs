//! The scanner: a tree of ranges that fits into its input, the same for CRLF and LF, within its limits.

use super::TIGHT;
use crate::limits::Limits;
use crate::message::{
    LimitHit, Message, Parameterized, Part, TransferEncoding, addresses, collapse, date, unfold, unstructured,
};

/// Asserts the invariants of the message tree, and calls every reader of headers and bodies on every part. Says
/// whether the message has parts.
///
/// # Panics
/// When an invariant does not hold.
pub fn mime(data: &[u8]) -> bool {
    for limits in [&Limits::DEFAULT, &TIGHT] {
        let message = Message::parse(data, limits);
        let outline = Outline::of(message.root());
        assert_eq!(outline, Outline::of(Message::parse(data.to_vec(), limits).root()), "not deterministic");
        assert_eq!(message.bytes(), data);
        check_tree(&message, limits);
        read_everything(&message);
        check_places(&message);
    }
    check_line_ends(data);
    Message::parse(data, &Limits::DEFAULT).root().children().next().is_some()
}

fn check_tree(message: &Message<&[u8]>, limits: &Limits) {
    let (root, length) = (message.root(), message.bytes().len());
    let (mut outer, mut nested) = (1, 0);
    for part in root.descendants() {
        *(if part.is_nested() { &mut nested } else { &mut outer }) += 1;
    }
    assert!(outer <= limits.parts && nested <= limits.parts, "{outer} and {nested} parts");
    let walked: usize = std::iter::once(root).chain(root.descendants()).map(|part| part.children().count()).sum();
    assert_eq!(walked, outer + nested - 1, "a part is nobody's child");
    for part in std::iter::once(root).chain(root.descendants()) {
        let range = part.range();
        assert!(range.start <= range.end && range.end <= length, "{range:?} of {length}");
        assert_eq!(message.bytes().get(range.clone()), Some(part.raw()));
        for slice in [part.raw(), part.body(), part.preamble(), part.epilogue(), part.headers().raw()] {
            assert!(within(slice, part.raw()), "a slice of a part lies outside it");
        }
        let mut end = range.start;
        for child in part.children() {
            assert_eq!(child.parent().map(|parent| parent.range()), Some(range.clone()));
            assert!(child.range().start >= end && child.range().end <= range.end, "{:?} in {range:?}", child.range());
            end = child.range().end;
        }
        let depth = std::iter::successors(part.parent(), Part::parent).count();
        assert!(depth <= limits.depth + 1, "{depth} levels");
        assert!(part.headers().iter().count() <= limits.header_fields);
        assert!(part.headers().raw().len() <= limits.header_bytes);
    }
    check_hits(message.limit_hits(), length);
}

fn check_hits(hits: &[LimitHit], length: usize) {
    for (at, hit) in hits.iter().enumerate() {
        assert!(hit.offset <= length);
        assert!(!hits[..at].iter().any(|other| (other.limit, other.nested) == (hit.limit, hit.nested)));
    }
}

fn within(inner: &[u8], outer: &[u8]) -> bool {
    inner.is_empty()
        || (outer.as_ptr_range().start <= inner.as_ptr() && inner.as_ptr_range().end <= outer.as_ptr_range().end)
}

fn read_everything(message: &Message<&[u8]>) {
    let root = message.root();
    for part in std::iter::once(root).chain(root.descendants()) {
        for field in part.headers().iter() {
            assert!(within(field.name, part.raw()) && within(field.value, part.raw()));
            let once = unfold(field.value).into_owned();
            assert_eq!(unfold(&once), once, "unfolding twice changes something");
            let text = unstructured(field.value);
            assert_eq!(collapse(&text), text);
            let _ = (addresses(field.value), date(field.value));
            let parameterized = Parameterized::parse(field.value);
            for parameter in &parameterized.parameters {
                let _ = (parameter.text(), parameterized.agreement(&parameter.name));
                assert!(parameterized.get(&parameter.name).is_some());
            }
        }
        let _ = (part.media_type(), part.names(), part.text(), part.is_daticert(), part.is_original());
        let content = part.content();
        if part.transfer_encoding() == TransferEncoding::Identity {
            assert_eq!(content, part.body());
        } else {
            assert!(
                content.len() <= part.body().len(),
                "decoding made {} bytes of {}",
                content.len(),
                part.body().len()
            );
        }
        if part.is_message() {
            let opened = part.to_message();
            if message.limit_hits().is_empty() && opened.limit_hits().is_empty() {
                let inside = part.children().next().map(Outline::of);
                assert_eq!(inside, Some(Outline::of(opened.root())), "a nested message reads otherwise on its own");
            }
        }
    }
    for attachment in message.attachments() {
        assert!(!attachment.is_multipart());
        let _ = attachment.file_name();
    }
}

fn check_places(message: &Message<&[u8]>) {
    let root = message.root();
    if let Some(signed) = message.signed_part() {
        assert_eq!(signed.parent().map(|part| part.range()), Some(root.range()));
        assert!(within(signed.raw(), root.body()));
        for part in [message.daticert(), message.original()].into_iter().flatten() {
            assert_eq!(part.parent().map(|parent| parent.range()), Some(signed.range()), "only direct children count");
        }
    }
}

/// Bare line feeds and CRLF give the same tree.
fn check_line_ends(data: &[u8]) {
    if data.contains(&b'\r') {
        return;
    }
    let mut crlf = Vec::with_capacity(data.len() + 64);
    for byte in data {
        if *byte == b'\n' {
            crlf.push(b'\r');
        }
        crlf.push(*byte);
    }
    let (with, without) = (Message::parse(crlf, &Limits::DEFAULT), Message::parse(data, &Limits::DEFAULT));
    if with.limit_hits().is_empty() && without.limit_hits().is_empty() {
        assert_eq!(Outline::of(with.root()), Outline::of(without.root()), "line ends change the tree");
    }
}

/// The shape of a tree, without its offsets.
#[derive(Debug, PartialEq, Eq)]
struct Outline(Vec<(usize, String, bool, bool, bool)>);

impl Outline {
    fn of(root: Part<'_>) -> Self {
        let above = |part: &Part<'_>| std::iter::successors(part.parent(), Part::parent).count();
        let own = above(&root);
        let one = |part: Part<'_>| {
            (above(&part) - own, part.media_type(), part.is_multipart(), part.is_message(), part.is_closed())
        };
        Self(std::iter::once(root).chain(root.descendants()).map(one).collect())
    }
}
