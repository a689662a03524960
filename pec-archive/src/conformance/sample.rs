//! Messages as a store sees them: rows, and bytes that it does not look into.

use jiff::Timestamp;

use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::{
    Attachment, Backend, Blob, Change, DerivedRow, Hole, Judged, NewMessage, Number, View, Words, first_number,
};

/// When samples were stored, in seconds since 1970.
pub(super) const STORED: i64 = 1_700_000_001;

/// A message to be written.
pub(super) struct Sample {
    pub(super) id: Id,
    pub(super) second: i64,
    pub(super) judged: Judged,
    pub(super) words: Words,
    pub(super) about: Vec<&'static str>,
    pub(super) counts: bool,
    pub(super) body: Option<Id>,
}

impl Sample {
    /// The message of this name, dated in this second.
    pub(super) fn new(name: &str, second: i64) -> Self {
        let judged = Judged {
            at: Timestamp::from_second(1_700_000_000).unwrap(),
            trust_data: "2026-01-01".into(),
            verdict: "not-pec",
            kind: "ordinary".into(),
            quarantine: String::new(),
            findings: Vec::new(),
            order: second,
            certified_at: None,
            expires: None,
            pec_id: None,
            message_id: None,
            sender: None,
            subject: Some(name.into()),
        };
        let words = Words { subject: name.into(), ..Words::default() };
        Self { id: Id::of(name.as_bytes()), second, judged, words, about: Vec::new(), counts: true, body: None }
    }

    pub(super) fn about(mut self, texts: &[&'static str], counts: bool) -> Self {
        self.about = texts.to_vec();
        self.counts = counts;
        self
    }

    /// With a body of these bytes, which stand for themselves.
    pub(super) fn body(mut self, bytes: &[u8]) -> Self {
        self.body = Some(Id::of(bytes));
        self
    }

    pub(super) fn attachment(mut self, name: &str) -> Self {
        let attachment = Attachment { name: Some(name.into()), size: name.len(), id: Id::of(name.as_bytes()) };
        self.words.attachments.push(attachment);
        self
    }

    /// Writes all of it.
    pub(super) fn put(&self, change: &dyn Change) -> Result<Number> {
        let holes: Vec<Hole> = self.body.iter().map(|body| Hole { at: 3, body: *body }).collect();
        let message = NewMessage {
            id: self.id,
            size: 1234,
            stored_at: STORED,
            entry: 7,
            dictionary: 0,
            skeleton_size: 6,
            skeleton: b"sketch",
            holes: &holes,
        };
        let number = change.put_message(first_number(self.second), &message)?;
        self.index(change, number)?;
        Ok(number)
    }

    /// Writes what is worked out of it.
    pub(super) fn index(&self, change: &dyn Change, number: Number) -> Result<()> {
        let attachments = &self.words.attachments;
        let row = DerivedRow { judged: &self.judged, attachments, about: self.about.clone(), counts: self.counts };
        change.put_derived(number, &row)?;
        change.put_words(number, &self.words)
    }
}

/// A blob of bytes that stand for themselves: a store must not look into them.
pub(super) fn keep(change: &dyn Change, bytes: &[u8]) -> Result<Id> {
    let id = Id::of(bytes);
    let pieces: Vec<Vec<u8>> = bytes.chunks(crate::store::PIECE).map(<[u8]>::to_vec).collect();
    change.put(&[Blob { id, size: bytes.len() as u64, pieces: &pieces }])?;
    Ok(id)
}

/// What a change that has to work gives.
pub(super) fn change<T>(backend: &impl Backend, work: impl FnOnce(&dyn Change) -> Result<T>) -> T {
    let (mut work, mut answer) = (Some(work), None);
    let called = backend.change(&mut |change| {
        let work = work.take().ok_or_else(|| Error::Internal("called twice".into()))?;
        answer = Some(work(change)?);
        Ok(())
    });
    called.unwrap();
    answer.unwrap()
}

/// What a view that has to work gives.
pub(super) fn read<T>(backend: &impl Backend, work: impl FnOnce(&dyn View) -> Result<T>) -> T {
    let (mut work, mut answer) = (Some(work), None);
    let called = backend.read(&mut |view| {
        let work = work.take().ok_or_else(|| Error::Internal("called twice".into()))?;
        answer = Some(work(view)?);
        Ok(())
    });
    called.unwrap();
    answer.unwrap()
}
