//! Which hash file stands for which attachment. By name first, then by content; every step is linear or a look-up, so
//! that thousands of attachments, even of one name, take no longer than their bytes.

use std::collections::{BTreeMap, VecDeque};

use super::super::compare::LineEnds;
use super::hash::{self, Found, Hash, HashFile};
use super::{Attachment, Item, Naming, Outcome};
use crate::crypto::DigestAlgorithm;

/// What stands in the receipt for an attachment.
struct Theirs<'r> {
    item: Item<'r>,
    /// Without `.hash`, where the name ends so.
    stands_for: Option<String>,
    file: HashFile,
    taken: bool,
}

/// An attachment that was sent, and what became of it.
struct Ours<'s> {
    item: Item<'s>,
    outcome: Option<(Outcome, Option<usize>)>,
}

/// The places of what has no counterpart yet, by a key.
type Places<K> = BTreeMap<K, VecDeque<usize>>;

/// Pairs attachments with what stands in the receipt for them.
pub(super) struct Pairing<'s, 'r> {
    ours: Vec<Ours<'s>>,
    theirs: Vec<Theirs<'r>>,
    ends: LineEnds,
}

/// The name that a hash file stands for. A decoder leaves a blank where `.hash` was added to an encoded word.
pub(super) fn stands_for(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(".hash".len())?;
    name.get(at..)?.eq_ignore_ascii_case(".hash").then(|| name[..at].trim_end())
}

impl<'s, 'r> Pairing<'s, 'r> {
    pub(super) fn new(ours: Vec<Item<'s>>, theirs: Vec<Item<'r>>, ends: LineEnds) -> Self {
        let ours = ours.into_iter().map(|item| Ours { item, outcome: None }).collect();
        let theirs = theirs.into_iter().map(|item| {
            let stands_for = item.stands_for();
            let file = stands_for.as_ref().map_or(HashFile::Malformed, |_| HashFile::of(item.part));
            Theirs { item, stands_for, file, taken: false }
        });
        Self { ours, theirs: theirs.collect(), ends }
    }

    /// The attachments that were sent, in their order, then those that only the receipt has.
    pub(super) fn run(mut self) -> Vec<Attachment> {
        self.by_name();
        self.by_name_and_hash();
        self.whole();
        self.mismatched();
        self.by_hash();
        self.result()
    }

    fn take(&mut self, ours: usize, theirs: usize, outcome: Outcome) {
        self.ours[ours].outcome = Some((outcome, Some(theirs)));
        self.theirs[theirs].taken = true;
    }

    fn open(&self) -> Vec<usize> {
        (0..self.ours.len()).filter(|at| self.ours[*at].outcome.is_none()).collect()
    }

    /// The hash files that stand for nothing yet, by the name that they stand for.
    fn files(&self) -> Places<String> {
        let mut places = Places::new();
        for (at, theirs) in self.theirs.iter().enumerate().filter(|(_, theirs)| !theirs.taken) {
            if let Some(name) = &theirs.stands_for {
                places.entry(name.clone()).or_insert_with(VecDeque::new).push_back(at);
            }
        }
        places
    }

    /// The n-th attachment of a name and the n-th hash file of that name.
    fn by_name(&mut self) {
        let mut places = self.files();
        for at in self.open() {
            let Some(theirs) = places.get_mut(self.ours[at].item.key()).and_then(VecDeque::pop_front) else { continue };
            if let HashFile::Hash(hash) = self.theirs[theirs].file
                && let Some(found) = hash::find(self.ours[at].item.part, &hash)
            {
                self.take(at, theirs, outcome(&found));
            }
        }
    }

    /// Attachments of one name that stand in another order.
    fn by_name_and_hash(&mut self) {
        let mut places: Places<(String, Hash)> = Places::new();
        for (at, theirs) in self.theirs.iter().enumerate().filter(|(_, theirs)| !theirs.taken) {
            if let (Some(name), HashFile::Hash(hash)) = (&theirs.stands_for, theirs.file) {
                places.entry((name.clone(), hash)).or_default().push_back(at);
            }
        }
        let several: BTreeMap<String, usize> = self.files().into_iter().map(|(name, at)| (name, at.len())).collect();
        for at in self.open() {
            let name = self.ours[at].item.key().to_owned();
            if several.get(&name).is_some_and(|count| *count > 1) {
                self.look_up(at, |hash| places.get_mut(&(name.clone(), hash)).and_then(VecDeque::pop_front));
            }
        }
    }

    /// Attachments that were not replaced, and stand there as they are: the same ones first, in whatever order.
    fn whole(&mut self) {
        let mut same: Places<(String, Hash)> = Places::new();
        for (at, theirs) in self.theirs.iter().enumerate().filter(|(_, theirs)| !theirs.taken) {
            same.entry((theirs.item.key().to_owned(), hash::whole(theirs.item.part))).or_default().push_back(at);
        }
        for at in self.open() {
            let item = &self.ours[at].item;
            let key = (item.key().to_owned(), hash::whole(item.part));
            let Some(theirs) = same.get_mut(&key).and_then(VecDeque::pop_front) else { continue };
            if item.difference(&self.theirs[theirs].item, self.ends).is_none() {
                self.take(at, theirs, Outcome::InFull);
            }
        }
        let mut others: Places<String> = Places::new();
        for (at, theirs) in self.theirs.iter().enumerate().filter(|(_, theirs)| !theirs.taken) {
            others.entry(theirs.item.key().to_owned()).or_default().push_back(at);
        }
        for at in self.open() {
            let item = &self.ours[at].item;
            let Some(theirs) = others.get_mut(item.key()).and_then(VecDeque::pop_front) else { continue };
            let difference = item.difference(&self.theirs[theirs].item, self.ends);
            self.take(at, theirs, difference.map_or(Outcome::InFull, |offset| Outcome::Differs { offset }));
        }
    }

    /// What has a hash file of its name, which says otherwise or nothing.
    fn mismatched(&mut self) {
        let mut places = self.files();
        for at in self.open() {
            let Some(theirs) = places.get_mut(self.ours[at].item.key()).and_then(VecDeque::pop_front) else { continue };
            let outcome = match self.theirs[theirs].file {
                HashFile::Hash(hash) => Outcome::Mismatch { hash: hash.to_string() },
                HashFile::Malformed => Outcome::Malformed,
            };
            self.take(at, theirs, outcome);
        }
    }

    /// Attachments whose name was rewritten.
    fn by_hash(&mut self) {
        let mut places: Places<Hash> = Places::new();
        for (at, theirs) in self.theirs.iter().enumerate().filter(|(_, theirs)| !theirs.taken) {
            if let HashFile::Hash(hash) = theirs.file {
                places.entry(hash).or_default().push_back(at);
            }
        }
        if !places.is_empty() {
            for at in self.open() {
                self.look_up(at, |hash| places.get_mut(&hash).and_then(VecDeque::pop_front));
            }
        }
    }

    /// Pairs an attachment with a hash file that has one of its hashes.
    fn look_up(&mut self, at: usize, mut place: impl FnMut(Hash) -> Option<usize>) {
        const BOTH: [DigestAlgorithm; 2] = [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256];
        let part = self.ours[at].item.part;
        let Some(theirs) = hash::all(part, &BOTH).into_iter().find_map(&mut place) else { return };
        if let HashFile::Hash(hash) = self.theirs[theirs].file
            && let Some(found) = hash::find(part, &hash)
        {
            self.take(at, theirs, outcome(&found));
        }
    }

    fn result(self) -> Vec<Attachment> {
        let mut list = Vec::with_capacity(self.ours.len());
        for ours in self.ours {
            let (outcome, theirs) = ours.outcome.unwrap_or((Outcome::Missing, None));
            let theirs = theirs.and_then(|at| self.theirs.get(at));
            let same = theirs
                .and_then(|theirs| theirs.stands_for.as_ref())
                .is_none_or(|stands_for| ours.item.key() == stands_for || ours.item.part.names().contains(stands_for));
            list.push(Attachment {
                naming: if same { Naming::Same } else { Naming::Rewritten },
                section: ours.item.section,
                name: ours.item.name,
                section_in_receipt: theirs.map(|theirs| theirs.item.section.clone()),
                name_in_receipt: theirs.and_then(|theirs| theirs.item.name.clone()),
                outcome,
            });
        }
        let extra = self.theirs.into_iter().filter(|theirs| !theirs.taken);
        list.extend(extra.map(|theirs| Attachment {
            naming: Naming::Same,
            section: String::new(),
            name: theirs.stands_for.or_else(|| theirs.item.name.clone()),
            section_in_receipt: Some(theirs.item.section),
            name_in_receipt: theirs.item.name,
            outcome: Outcome::Extra,
        }));
        list
    }
}

fn outcome(found: &Found) -> Outcome {
    if found.collides { Outcome::Collision(found.matched) } else { Outcome::Hash(found.matched) }
}
