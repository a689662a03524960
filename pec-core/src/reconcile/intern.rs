//! Texts and lists that occur many times, kept once; and the keyed hash under every table of the ledger.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};
use std::num::NonZeroU32;

use hashbrown::HashTable;
use siphasher::sip::SipHasher13;

/// Key of the hash tables of a [`super::Ledger`]: 16 random bytes that the senders of messages do not know, so that
/// nobody can choose identifiers that all fall into one place of a table. No answer depends on it.
#[derive(Clone, Copy)]
pub struct HashKey([u8; 16]);

impl HashKey {
    /// The key with these bytes, which the caller takes from a source of randomness.
    #[must_use]
    pub const fn new(random: [u8; 16]) -> Self {
        Self(random)
    }
}

impl std::fmt::Debug for HashKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashKey(..)")
    }
}

impl BuildHasher for HashKey {
    type Hasher = SipHasher13;

    fn build_hasher(&self) -> SipHasher13 {
        SipHasher13::new_with_key(&self.0)
    }
}

/// The ledger holds as much as its 32-bit numbers can name: over four thousand million texts. The caller is to begin
/// another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ledger is full")]
pub struct LedgerFull;

/// Number of a kept value, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id(NonZeroU32);

impl Id {
    /// The number of the value at `index`.
    pub(super) fn of(index: usize) -> Result<Self, LedgerFull> {
        let number = index.checked_add(1).and_then(|number| u32::try_from(number).ok());
        number.and_then(NonZeroU32::new).map(Self).ok_or(LedgerFull)
    }

    pub(super) const fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// 0 stands for none, in lists of numbers.
    pub(super) fn number(id: Option<Self>) -> u32 {
        id.map_or(0, |id| id.0.get())
    }

    pub(super) fn from_number(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }
}

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
struct Span {
    chunk: u32,
    start: u32,
    len: u32,
}

/// Values of one kind of element, each kept once, in chunks that never move.
#[derive(Debug, Clone)]
pub(super) struct Interner<T> {
    chunks: Vec<Vec<T>>,
    spans: Vec<Span>,
    table: HashTable<Id>,
    key: HashKey,
}

/// Elements of one chunk.
const CHUNK: usize = 1 << 16;

impl<T: Copy + Eq + Hash> Interner<T> {
    pub(super) const fn new(key: HashKey) -> Self {
        Self { chunks: Vec::new(), spans: Vec::new(), table: HashTable::new(), key }
    }

    /// The value with this number.
    pub(super) fn get(&self, id: Id) -> &[T] {
        self.spans.get(id.index()).map_or(&[], |span| Self::at(&self.chunks, *span))
    }

    fn at(chunks: &[Vec<T>], span: Span) -> &[T] {
        let chunk = chunks.get(span.chunk as usize).map_or(&[][..], Vec::as_slice);
        chunk.get(span.start as usize..span.start as usize + span.len as usize).unwrap_or_default()
    }

    /// The number of a value that is kept already.
    pub(super) fn find(&self, value: &[T]) -> Option<Id> {
        let hash = self.key.hash_one(value);
        self.table.find(hash, |id| self.get(*id) == value).copied()
    }

    /// The number of a value, kept if it is new.
    pub(super) fn intern(&mut self, value: &[T]) -> Result<Id, LedgerFull> {
        if let Some(found) = self.find(value) {
            return Ok(found);
        }
        let id = self.push(value)?;
        let Self { chunks, spans, table, key } = self;
        let hash_of = |id: &Id| key.hash_one(spans.get(id.index()).map_or(&[][..], |span| Self::at(chunks, *span)));
        table.insert_unique(key.hash_one(value), id, hash_of);
        Ok(id)
    }

    /// Keeps a value that hardly occurs twice: it is not found again.
    pub(super) fn push(&mut self, value: &[T]) -> Result<Id, LedgerFull> {
        let id = Id::of(self.spans.len())?;
        let len = u32::try_from(value.len()).map_err(|_| LedgerFull)?;
        if self.chunks.last().is_none_or(|chunk| chunk.capacity() - chunk.len() < value.len()) {
            self.chunks.push(Vec::with_capacity(CHUNK.max(value.len())));
        }
        let number = u32::try_from(self.chunks.len() - 1).map_err(|_| LedgerFull)?;
        let Some(chunk) = self.chunks.last_mut() else { return Err(LedgerFull) };
        let start = u32::try_from(chunk.len()).map_err(|_| LedgerFull)?;
        chunk.extend_from_slice(value);
        self.spans.push(Span { chunk: number, start, len });
        Ok(id)
    }
}

impl Interner<u8> {
    /// The text with this number.
    pub(super) fn text(&self, id: Id) -> &str {
        // Only texts were put in.
        std::str::from_utf8(self.get(id)).unwrap_or_default()
    }
}

/// For each text, the values that were noted under it, latest first.
#[derive(Debug, Clone)]
pub(super) struct Chains {
    heads: HashMap<Id, Id, HashKey>,
    links: Vec<(Id, Option<Id>)>,
}

impl Chains {
    pub(super) fn new(key: HashKey) -> Self {
        Self { heads: HashMap::with_hasher(key), links: Vec::new() }
    }

    pub(super) fn note(&mut self, under: Id, value: Id) -> Result<(), LedgerFull> {
        let link = Id::of(self.links.len())?;
        let before = self.heads.insert(under, link);
        self.links.push((value, before));
        Ok(())
    }

    pub(super) fn under(&self, text: Id) -> impl Iterator<Item = Id> {
        let link = |id: Option<Id>| id.and_then(|id| self.links.get(id.index()));
        let first = link(self.heads.get(&text).copied());
        std::iter::successors(first, move |(_, next)| link(*next)).map(|(value, _)| *value)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_once_and_found_again() {
        let mut texts = Interner::<u8>::new(HashKey::new([7; 16]));
        let long = "x".repeat(3 * CHUNK);
        let ids: Vec<Id> = (0..20_000).map(|n| texts.intern(format!("text {n}").as_bytes()).unwrap()).collect();
        let large = texts.intern(long.as_bytes()).unwrap();
        let empty = texts.intern(b"").unwrap();
        for (n, id) in ids.iter().enumerate() {
            assert_eq!(texts.text(*id), format!("text {n}"));
            assert_eq!(texts.intern(format!("text {n}").as_bytes()).unwrap(), *id);
        }
        assert_eq!(texts.text(large), long);
        assert_eq!((texts.text(empty), texts.find(b"")), ("", Some(empty)));
        assert_eq!(texts.find(b"text 20000"), None);
        let unlisted = texts.push(b"once").unwrap();
        assert_eq!((texts.text(unlisted), texts.find(b"once")), ("once", None));
    }

    #[test]
    fn chains_hold_what_was_noted() {
        let mut chains = Chains::new(HashKey::new([1; 16]));
        let id = |index| Id::of(index).unwrap();
        for (under, value) in [(0, 5), (1, 6), (0, 7)] {
            chains.note(id(under), id(value)).unwrap();
        }
        assert_eq!(chains.under(id(0)).map(Id::index).collect::<Vec<_>>(), [7, 5]);
        assert_eq!(chains.under(id(2)).count(), 0);
        assert_eq!(Id::of(u32::MAX as usize), Err(LedgerFull));
    }
}
