//! The scanner: one pass over the bytes, one node per part, nothing decoded, nothing copied, no recursion.
//!
//! Lines that begin with `--` are compared with the boundaries of all multiparts that are open at that point; an outer
//! boundary ends everything inside it (RFC 2046 §5.1.2), and where an inner multipart repeats an outer boundary the
//! outer one counts. A delimiter must fill its line up to white space: RFC 2046 §5.1.1 would also take a line that
//! only begins with it, but then the sender could end a part with a line that other readers take for text.
//!
//! Budgets are kept apart for what stands outside and inside a nested message, so that an original with a million
//! parts cannot hide the signature of the envelope around it.

use memchr::{memchr, memmem};
use smallvec::SmallVec;

use super::header::{self, Field};
use super::parameter::{self, MediaType, Multipart};
use crate::limits::Limits;

/// A range of the message, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    fn new(start: usize, end: usize) -> Self {
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end.max(start)) }
    }

    pub(super) fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// Where the fields of a part stand that say how to read it, so that nobody has to look for them again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Described {
    /// The value of the first Content-Type.
    pub(super) content_type: Option<Span>,
    /// The value of the first Content-Disposition.
    pub(super) disposition: Option<Span>,
    /// The value of the first Content-Transfer-Encoding.
    pub(super) encoding: Option<Span>,
    /// None of the three stands there again. `false` too where the header was too long to be looked through.
    pub(super) once: bool,
    /// A field begins with something else than a letter, or the header was too long to be looked through.
    pub(super) odd_names: bool,
}

impl Described {
    const NOT_READ: Self = Self { content_type: None, disposition: None, encoding: None, once: false, odd_names: true };
}

/// What a part is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Structure {
    Leaf,
    Multipart(Multipart),
    Message,
}

pub(super) const NONE: u32 = u32::MAX;

/// One part; children form a list through `next`.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) parent: u32,
    pub(super) first_child: u32,
    pub(super) next: u32,
    pub(super) structure: Structure,
    /// The header block, its last line end included unless a delimiter follows, the blank line not.
    pub(super) header: Span,
    pub(super) described: Described,
    /// The body, without the line end that belongs to the delimiter after it.
    pub(super) body: Span,
    /// Multipart: the text before the first delimiter.
    pub(super) preamble: Span,
    /// Multipart: the text after the close delimiter.
    pub(super) epilogue: Span,
    /// Multipart: its close delimiter was found.
    pub(super) closed: bool,
    /// A message/rfc822 part encloses this one.
    pub(super) nested: bool,
}

impl Node {
    pub(super) fn is_digest(&self) -> bool {
        self.structure == Structure::Multipart(Multipart::Digest)
    }

    pub(super) fn is_signed(&self) -> bool {
        self.structure == Structure::Multipart(Multipart::Signed)
    }

    /// The part ends at `end`. A header without a blank line may have run into the line end before the delimiter,
    /// which is not its own.
    fn end(&mut self, end: usize) {
        let within = |at: u32| (at as usize).min(end);
        self.header = Span::new(within(self.header.start), within(self.header.end));
        self.body = Span::new(within(self.body.start), end);
    }
}

/// Which limit was hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// `Limits::message_bytes`.
    MessageBytes,
    /// `Limits::header_bytes` or `Limits::header_fields`.
    Header,
    /// `Limits::parts`.
    Parts,
    /// `Limits::depth`.
    Depth,
    /// `Limits::boundary_bytes`.
    Boundary,
}

/// A limit that was hit while scanning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitHit {
    /// Which one.
    pub limit: Limit,
    /// Inside a nested message: the outer structure is complete all the same.
    pub nested: bool,
    /// Byte offset at which it was hit.
    pub offset: usize,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) hits: Vec<LimitHit>,
}

/// A multipart whose close delimiter has not been seen.
struct Open<'b> {
    node: u32,
    last_child: u32,
    /// Borrowed from the message unless the parameter had to be unquoted or joined.
    boundary: std::borrow::Cow<'b, [u8]>,
}

enum Delimiter {
    Part,
    Close,
}

/// What one look at a header tells.
struct Header {
    end: usize,
    /// Where the body begins.
    body: usize,
    described: Described,
    /// It has no more fields than are read.
    all_read: bool,
}

struct Scanner<'b> {
    bytes: &'b [u8],
    limits: &'b Limits,
    tree: Tree,
    open: SmallVec<[Open<'b>; 4]>,
    /// One number per open boundary, compared before the boundary itself.
    keys: SmallVec<[u32; 8]>,
    outer_parts: usize,
    nested_parts: usize,
}

/// Scans `bytes`. The tree has at least its root.
pub(super) fn scan(bytes: &[u8], limits: &Limits) -> Tree {
    let mut scanner = Scanner {
        bytes,
        limits,
        // Room for an envelope around a message with attachments.
        tree: Tree { nodes: Vec::with_capacity(16), hits: Vec::new() },
        open: SmallVec::new(),
        keys: SmallVec::new(),
        outer_parts: 0,
        nested_parts: 0,
    };
    if bytes.len() > limits.message_bytes.min(NONE as usize) {
        scanner.hit(Limit::MessageBytes, false, limits.message_bytes);
        scanner.tree.nodes.push(leaf(NONE, Span::default(), Span::default(), false));
        return scanner.tree;
    }
    scanner.run();
    scanner.tree
}

fn leaf(parent: u32, header: Span, body: Span, nested: bool) -> Node {
    Node {
        parent,
        first_child: NONE,
        next: NONE,
        structure: Structure::Leaf,
        header,
        described: Described::NOT_READ,
        body,
        preamble: Span::default(),
        epilogue: Span::default(),
        closed: false,
        nested,
    }
}

/// Where the scan stands between two delimiters.
enum Region {
    /// In the header or body of this part (and of the messages it stands in).
    Part(u32),
    /// After the close delimiter of this multipart.
    Epilogue(u32, usize),
    /// In the preamble of this multipart.
    Preamble(u32),
    /// In a part that was not recorded because a budget is spent.
    Skipped,
}

impl<'b> Scanner<'b> {
    fn run(&mut self) {
        let finder = memmem::Finder::new(b"\n--");
        let (mut region, mut at) = self.begin_part(0, NONE);
        loop {
            // The line feed that ends the line before `at` is where the search begins, so that a delimiter on the
            // very next line is found.
            let from = at.saturating_sub(1);
            let mut found = None;
            let mut search = from;
            if at == 0 && self.bytes.starts_with(b"--") {
                found = self.delimiter(0).map(|(level, kind, next)| (0, level, kind, next));
            }
            while found.is_none() {
                let Some(position) = dashes(&finder, self.bytes.get(search..).unwrap_or_default()) else { break };
                let line = search + position + 1;
                search = line;
                found = self.delimiter(line).map(|(level, kind, next)| (line, level, kind, next));
            }
            let Some((line, level, kind, next)) = found else { break };
            let end = before_line_end(self.bytes, line);
            self.end_region(&region, end);
            self.end_above(level, end);
            let node = self.open[level].node;
            match kind {
                Delimiter::Part => (region, at) = self.begin_part(next, node),
                Delimiter::Close => {
                    self.tree.nodes[node as usize].closed = true;
                    self.open.pop();
                    self.keys.pop();
                    region = Region::Epilogue(node, next);
                    at = next;
                }
            }
        }
        let end = self.bytes.len();
        self.end_region(&region, end);
        self.end_above_all(end);
    }

    /// Reads the header at `start` and, through nested messages, every header that follows at once. Returns the
    /// region in which the scan goes on and the offset of the first line of that region.
    fn begin_part(&mut self, start: usize, parent: u32) -> (Region, usize) {
        let mut start = start;
        let mut parent = parent;
        loop {
            let (nested, in_digest) = match self.tree.nodes.get(parent as usize) {
                Some(node) => (node.nested || node.structure == Structure::Message, node.is_digest()),
                None => (false, false),
            };
            let count = if nested { &mut self.nested_parts } else { &mut self.outer_parts };
            if *count >= self.limits.parts {
                self.hit(Limit::Parts, nested, start);
                // A message whose root is one part too many is still a part that has to end.
                let inside =
                    self.tree.nodes.get(parent as usize).is_some_and(|node| node.structure == Structure::Message);
                return (if inside { Region::Part(parent) } else { Region::Skipped }, start);
            }
            *count += 1;
            let Header { end: header_end, body: body_start, described, all_read } = self.header(start);
            let index = u32::try_from(self.tree.nodes.len()).unwrap_or(NONE);
            let header = Span::new(start, header_end);
            self.tree.nodes.push(leaf(parent, header, Span::new(body_start, body_start), nested));
            self.attach(parent, index);
            let too_long = header_end - start > self.limits.header_bytes;
            if too_long || !all_read {
                self.hit(Limit::Header, nested, start);
            }
            if too_long {
                return (Region::Part(index), body_start);
            }
            self.tree.nodes[index as usize].described = described;
            let content_type = described.content_type.map(|value| value.of(self.bytes));
            let media = match content_type {
                Some(value) => MediaType::of(value),
                None if in_digest => MediaType::Message,
                None => MediaType::Other,
            };
            match media {
                MediaType::Multipart(kind) => {
                    let boundary = content_type.and_then(parameter::boundary);
                    let Some(boundary) = boundary else { return (Region::Part(index), body_start) };
                    if boundary.len() > self.limits.boundary_bytes {
                        self.hit(Limit::Boundary, nested, start);
                        return (Region::Part(index), body_start);
                    }
                    if self.depth(index) >= self.limits.depth {
                        self.hit(Limit::Depth, nested, start);
                        return (Region::Part(index), body_start);
                    }
                    self.tree.nodes[index as usize].structure = Structure::Multipart(kind);
                    self.keys.push(key(&boundary));
                    self.open.push(Open { node: index, last_child: NONE, boundary });
                    return (Region::Preamble(index), body_start);
                }
                MediaType::Message if !self.is_encoded(described) => {
                    if self.depth(index) >= self.limits.depth {
                        self.hit(Limit::Depth, nested, start);
                        return (Region::Part(index), body_start);
                    }
                    self.tree.nodes[index as usize].structure = Structure::Message;
                    (start, parent) = (body_start, index);
                }
                _ => return (Region::Part(index), body_start),
            }
        }
    }

    /// Whether the transfer encoding hides the content from the scan.
    fn is_encoded(&self, described: Described) -> bool {
        let value = described.encoding.map(|value| value.of(self.bytes).trim_ascii()).unwrap_or_default();
        value.len() > 5 && (value[..6].eq_ignore_ascii_case(b"base64") || value[..6].eq_ignore_ascii_case(b"quoted"))
    }

    fn attach(&mut self, parent: u32, child: u32) {
        let Some(node) = self.tree.nodes.get_mut(parent as usize) else { return };
        if node.first_child == NONE {
            node.first_child = child;
        }
        if let Some(open) = self.open.last_mut().filter(|open| open.node == parent) {
            if let Some(previous) = self.tree.nodes.get_mut(open.last_child as usize) {
                previous.next = child;
            }
            open.last_child = child;
        }
    }

    /// Number of parts around this one.
    fn depth(&self, index: u32) -> usize {
        let mut depth = 0;
        let mut at = index;
        while let Some(node) = self.tree.nodes.get(at as usize) {
            (depth, at) = (depth + 1, node.parent);
        }
        depth
    }

    /// The header that begins at `start`, line by line. A delimiter ends a header too.
    fn header(&self, start: usize) -> Header {
        let mut described = Described { once: true, odd_names: false, ..Described::NOT_READ };
        let mut fields = 0;
        // Where the field stands that the line before belongs to, if its name begins like the names that are wanted.
        let mut wanted: Option<usize> = None;
        let mut line = start;
        let (end, body) = loop {
            let rest = self.bytes.get(line..).unwrap_or_default();
            match rest {
                [] => break (line, line),
                [b'\n', ..] => break (line, line + 1),
                [b'\r', b'\n', ..] => break (line, line + 2),
                [b'-', b'-', ..] if self.delimiter(line).is_some() => break (line, line),
                // The field goes on (RFC 5322 §2.2.3).
                [b' ' | b'\t', ..] if fields > 0 => {}
                [first, ..] => {
                    described.odd_names |= !first.is_ascii_alphabetic();
                    if let Some(field) = wanted.take() {
                        self.note(field, line, &mut described);
                    }
                    // All three names begin alike; no other line is taken apart.
                    if fields < self.limits.header_fields && matches!(first, b'c' | b'C') {
                        wanted = Some(line);
                    }
                    fields += 1;
                }
            }
            line += memchr(b'\n', rest).map_or(rest.len(), |length| length + 1);
        };
        if let Some(field) = wanted {
            self.note(field, end, &mut described);
        }
        Header { end, body, described, all_read: fields <= self.limits.header_fields }
    }

    /// Notes the field from `start` to `end` if it says how to read the part.
    fn note(&self, start: usize, end: usize, described: &mut Described) {
        let line = header::without_end(self.bytes.get(start..end).unwrap_or_default());
        let Described { content_type, disposition, encoding, .. } = described;
        // Nearly everybody writes them so.
        let (place, value) = if let Some(value) = line.strip_prefix(b"Content-Type:") {
            (content_type, value)
        } else if let Some(value) = line.strip_prefix(b"Content-Disposition:") {
            (disposition, value)
        } else if let Some(value) = line.strip_prefix(b"Content-Transfer-Encoding:") {
            (encoding, value)
        } else {
            let field = Field::of(line);
            let place = match () {
                () if field.is("content-type") => content_type,
                () if field.is("content-disposition") => disposition,
                () if field.is("content-transfer-encoding") => encoding,
                () => return,
            };
            (place, field.value)
        };
        if place.is_some() {
            described.once = false;
            return;
        }
        // The value ends where its line does.
        let end = start + line.len();
        *place = Some(Span::new(end - value.len(), end));
    }

    /// Is the line at `line`, which begins with `--`, a delimiter of an open multipart? Outermost first.
    /// Returns its level, what it is, and where the next line begins.
    fn delimiter(&self, line: usize) -> Option<(usize, Delimiter, usize)> {
        let rest = self.bytes.get(line + 2..)?;
        let longest = self.limits.boundary_bytes + 2;
        // White space after the boundary is transport padding (RFC 2046 §5.1.1); a line that is longer than any
        // boundary is cut before its end is sought.
        let end = memchr(b'\n', rest.get(..longest + 256).unwrap_or(rest));
        let text = match end {
            Some(end) => &rest[..end],
            None if rest.len() <= longest + 256 => rest,
            None => return None,
        };
        let text = text.trim_ascii_end();
        let next = line + 2 + end.map_or(rest.len(), |end| end + 1);
        let closing = text.strip_suffix(b"--");
        let plain = key(text);
        let close = closing.map(key);
        // Where many are open, most lines match no key at all, which is told faster than which level matches.
        let any = |key: &u32| self.keys.contains(key);
        if self.keys.len() > 8 && !any(&plain) && !close.as_ref().is_some_and(any) {
            return None;
        }
        for (level, found) in self.keys.iter().enumerate() {
            if *found != plain && Some(*found) != close {
                continue;
            }
            let boundary = &*self.open[level].boundary;
            if boundary == text {
                return Some((level, Delimiter::Part, next));
            }
            if closing == Some(boundary) {
                return Some((level, Delimiter::Close, next));
            }
        }
        None
    }

    /// Ends whatever the scan was in at `end`.
    fn end_region(&mut self, region: &Region, end: usize) {
        match *region {
            Region::Part(index) => self.end_part(index, end),
            Region::Preamble(index) => {
                let node = &mut self.tree.nodes[index as usize];
                node.preamble = Span::new(node.body.start as usize, end);
            }
            Region::Epilogue(index, start) => {
                self.tree.nodes[index as usize].epilogue = Span::new(start, end);
                self.end_part(index, end);
            }
            Region::Skipped => {}
        }
    }

    /// Ends a part, and the messages of which it is the root.
    fn end_part(&mut self, index: u32, end: usize) {
        let node = &mut self.tree.nodes[index as usize];
        node.end(end);
        let parent = node.parent;
        self.end_messages(parent, end);
    }

    fn end_messages(&mut self, from: u32, end: usize) {
        let mut at = from;
        while let Some(node) = self.tree.nodes.get_mut(at as usize) {
            if node.structure != Structure::Message {
                break;
            }
            node.end(end);
            at = node.parent;
        }
    }

    /// Ends the multiparts that stand inside the one of `level`; they were never closed.
    fn end_above(&mut self, level: usize, end: usize) {
        while self.open.len() > level + 1 {
            let Some(open) = self.open.pop() else { break };
            self.keys.pop();
            self.end_part(open.node, end);
        }
    }

    fn end_above_all(&mut self, end: usize) {
        while let Some(open) = self.open.pop() {
            self.end_part(open.node, end);
        }
    }

    fn hit(&mut self, limit: Limit, nested: bool, offset: usize) {
        // One of each kind says enough.
        if !self.tree.hits.iter().any(|hit| hit.limit == limit && hit.nested == nested) {
            self.tree.hits.push(LimitHit { limit, nested, offset });
        }
    }
}

/// The first line feed that two dashes follow. To begin the fast search takes longer than to look at a few bytes, and a
/// hostile message is nothing but short lines.
fn dashes(finder: &memmem::Finder<'_>, rest: &[u8]) -> Option<usize> {
    const NEAR: usize = 8;
    let near = rest.get(..NEAR).unwrap_or(rest).windows(3).position(|three| matches!(three, [b'\n', b'-', b'-']));
    near.or_else(|| {
        // The last two bytes looked at may begin what is sought.
        let from = NEAR - 2;
        finder.find(rest.get(from..)?).map(|position| from + position)
    })
}

/// The offset of the line end before `line`: it belongs to the delimiter (RFC 2046 §5.1.1).
fn before_line_end(bytes: &[u8], line: usize) -> usize {
    match bytes.get(..line) {
        Some([.., b'\r', b'\n']) => line - 2,
        Some([.., b'\n']) => line - 1,
        _ => line,
    }
}

/// Length, ends and middle of a boundary in one number.
fn key(text: &[u8]) -> u32 {
    let at = |index: usize| text.get(index).copied().unwrap_or(0);
    let length = text.len();
    #[allow(clippy::cast_possible_truncation, reason = "the low byte of the length is all that is wanted")]
    u32::from_le_bytes([length as u8, at(0), at(length / 2), at(length.wrapping_sub(1))])
}
