//! The rows of an archive in memory.

use std::collections::{BTreeMap, BTreeSet};

use super::words;
use crate::deposit::DepositState;
use crate::id::Id;
use crate::search::{Field, Query, Test};
use crate::store::{
    Attachment, ChallengeRow, CheckpointRow, EventRow, FiledRow, FolderRow, ImportedRow, Judged, KeyRow, ManagedRow,
    MessageRow, Number, Speaking, SubmissionRow, TicketRow, WithheldRow,
};

/// Everything but the blobs.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) messages: BTreeMap<Number, (MessageRow, i64)>,
    pub(super) numbers: BTreeMap<Id, Number>,
    pub(super) found: BTreeMap<(Number, String), i64>,
    /// How far folders were read, where messages lie and since when they are gone, and what is withheld.
    pub(super) folders: BTreeMap<(String, String), FolderRow>,
    pub(super) places: BTreeMap<(String, String, u32), (Number, Option<i64>)>,
    pub(super) withheld: BTreeMap<(String, String, u32), WithheldRow>,
    /// Events, and the number of the last one ever.
    pub(super) events: BTreeMap<u64, EventRow>,
    pub(super) last_event: u64,
    pub(super) followers: BTreeMap<String, u64>,
    pub(super) filed: BTreeMap<(Number, String), FiledRow>,
    /// Mailboxes that the host manages.
    pub(super) managed: BTreeMap<String, ManagedRow>,
    pub(super) outbox: BTreeMap<i64, TicketRow>,
    pub(super) challenges: BTreeMap<[u8; 32], ChallengeRow>,
    pub(super) submissions: BTreeMap<Number, SubmissionRow>,
    pub(super) evidence: BTreeSet<(Number, String, Id)>,
    pub(super) derived: BTreeMap<Number, Derived>,
    pub(super) words: BTreeMap<Number, BTreeMap<&'static str, Vec<String>>>,
    pub(super) dossiers: BTreeMap<String, Dossier>,
    pub(super) tags: BTreeSet<(Number, String)>,
    pub(super) classes: BTreeMap<String, u32>,
    pub(super) classified: BTreeMap<Number, String>,
    pub(super) held: BTreeSet<(String, Number)>,
    pub(super) log: Vec<String>,
    pub(super) nodes: BTreeMap<u64, [u8; 32]>,
    pub(super) checkpoints: BTreeMap<u64, CheckpointRow>,
    pub(super) keys: BTreeMap<[u8; 8], KeyRow>,
    pub(super) imported: BTreeMap<String, ImportedRow>,
    /// Packages; their numbers are their places, from 1.
    pub(super) deposits: Vec<Package>,
    pub(super) reports: Vec<(Id, Vec<u8>)>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            messages: BTreeMap::new(),
            numbers: BTreeMap::new(),
            found: BTreeMap::new(),
            folders: BTreeMap::new(),
            places: BTreeMap::new(),
            withheld: BTreeMap::new(),
            events: BTreeMap::new(),
            last_event: 0,
            followers: BTreeMap::new(),
            filed: BTreeMap::new(),
            managed: BTreeMap::new(),
            outbox: BTreeMap::new(),
            challenges: BTreeMap::new(),
            submissions: BTreeMap::new(),
            evidence: BTreeSet::new(),
            derived: BTreeMap::new(),
            words: BTreeMap::new(),
            dossiers: BTreeMap::new(),
            tags: BTreeSet::new(),
            // Ten years, as every archive begins.
            classes: BTreeMap::from([(String::new(), 120)]),
            classified: BTreeMap::new(),
            held: BTreeSet::new(),
            log: Vec::new(),
            nodes: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            keys: BTreeMap::new(),
            imported: BTreeMap::new(),
            deposits: Vec::new(),
            reports: Vec::new(),
        }
    }
}

/// What was worked out of a message.
#[derive(Debug, Clone)]
pub(super) struct Derived {
    pub(super) judged: Judged,
    pub(super) attachments: Vec<Attachment>,
    pub(super) about: BTreeSet<String>,
    pub(super) counts: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Dossier {
    pub(super) side: String,
    pub(super) sender: Option<String>,
    pub(super) recipients: BTreeMap<String, String>,
    pub(super) messages: BTreeSet<Number>,
}

#[derive(Debug, Clone)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) made_at: i64,
    pub(super) pindex: Id,
    pub(super) zip: Option<Id>,
    pub(super) again_of: Option<String>,
    /// The message, in the newest package that has it; and where it stands.
    /// The message, where it stands, and the number of the report that said so.
    pub(super) documents: BTreeMap<Id, (Option<Number>, DepositState, Option<i64>)>,
}

impl State {
    /// The dossiers to which a message belongs.
    pub(super) fn dossiers_of(&self, number: Number) -> impl Iterator<Item = &Dossier> {
        self.dossiers.values().filter(move |dossier| dossier.messages.contains(&number))
    }

    /// The package of this number.
    pub(super) fn package(&self, number: i64) -> Option<&Package> {
        self.deposits.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// Where a message stands in the newest package that has it.
    pub(super) fn deposit_state(&self, number: Number) -> Option<&DepositState> {
        let documents = self.deposits.iter().flat_map(|package| package.documents.values());
        documents.filter(|(message, ..)| *message == Some(number)).map(|(_, state, _)| state).next()
    }

    /// Whether a query finds a message.
    pub(super) fn finds(&self, query: &Query, number: Number) -> bool {
        query.terms().iter().all(|term| self.holds(&term.test, number) != term.negated)
    }

    fn holds(&self, test: &Test, number: Number) -> bool {
        let derived = self.derived.get(&number);
        match test {
            Test::Words { column, text, prefix } => {
                let phrase = words::of(text);
                let columns = self.words.get(&number).into_iter().flatten();
                columns
                    .filter(|(name, _)| column.is_none_or(|column| column == **name))
                    .any(|(_, words)| words::stand_in(&phrase, *prefix, words))
            }
            Test::Is { field, values } => {
                let is = |value: &str| values.iter().any(|wanted| wanted == value);
                match field {
                    Field::Kind => derived.is_some_and(|derived| is(&derived.judged.kind)),
                    Field::Verdict => derived.is_some_and(|derived| is(derived.judged.verdict)),
                    Field::State => {
                        self.dossiers_of(number).flat_map(|dossier| dossier.recipients.values()).any(|state| is(state))
                    }
                    Field::Mailbox => self.found.keys().any(|(message, mailbox)| *message == number && is(mailbox)),
                    Field::Tag => self.tags.iter().any(|(message, tag)| *message == number && is(tag)),
                    Field::Deposit => self.deposit_state(number).is_some_and(|state| is(name_of(state))),
                }
            }
            Test::About(text) => self.speaks(number, text, Speaking::All),
            Test::Attachment(id) => {
                derived.is_some_and(|derived| derived.attachments.iter().any(|attachment| attachment.id == *id))
            }
            Test::Between(from, to) => {
                number >= crate::store::first_number(*from) && number < crate::store::first_number(*to)
            }
        }
    }

    /// Whether a message speaks of a transaction.
    pub(super) fn speaks(&self, number: Number, text: &str, speaking: Speaking) -> bool {
        let derived = self.derived.get(&number);
        derived.is_some_and(|it| it.about.contains(text) && (it.counts || speaking == Speaking::All))
    }
}

/// The name of a state of a document, as queries have it.
pub(super) const fn name_of(state: &DepositState) -> &'static str {
    match state {
        DepositState::Waiting => "waiting",
        DepositState::Accepted => "accepted",
        DepositState::Refused { .. } => "refused",
    }
}
