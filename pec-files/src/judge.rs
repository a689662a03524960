//! Every message of every place, verified on all cores, in the order of the places and in bounded memory.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use pec_core::directory::ProviderDirectory;
use pec_core::finding::Language;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, Evidence, TrustStore};
use pec_core::verify::{Integrity, JudgedAt, MailboxRole, Verification, Verifier};
use rayon::prelude::*;
use serde_json::Value;

use crate::messages::Messages;
use crate::place::{Item, Opened, Place, open};
use crate::reason::{Kind, Reason};

/// Messages judged before their results are taken: bounds the memory, keeps the order.
const BATCH: usize = 256;

/// Messages of an mbox or ZIP that are held at once, in bytes.
const BATCH_BYTES: usize = 64 << 20;

/// Where a message stands among the places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Position of its place.
    pub place: usize,
    /// Its number in an mbox, a ZIP or in standard input, from 1; 0 for a file that is one message.
    pub number: usize,
}

/// A message that was read and verified.
#[derive(Debug)]
pub struct Judged {
    /// What its [`Item`] is called.
    pub name: String,
    /// The message.
    pub message: Message<Vec<u8>>,
    /// What was found out about it.
    pub verification: Verification,
}

/// A message or place that could not be read.
#[derive(Debug)]
pub struct Unread {
    /// What it is called.
    pub name: String,
    /// Why, without the name.
    pub reason: Reason,
}

impl Unread {
    /// One line of JSON among verifications, without a line end: `{"schema":"pec-verification/1","file":…,"error":…}`.
    #[must_use]
    pub fn beside_verifications(&self) -> String {
        let (file, error) = self.values();
        format!(r#"{{"schema":"{}","file":{file},"error":{error}}}"#, pec_core::verify::Report::SCHEMA)
    }

    /// One line of JSON among dossiers, without a line end: `{"schema":"pec-dossier/1","unread":{"file":…,"error":…}}`.
    #[must_use]
    pub fn beside_dossiers(&self) -> String {
        let (file, error) = self.values();
        let schema = pec_core::reconcile::Report::SCHEMA;
        format!(r#"{{"schema":"{schema}","unread":{{"file":{file},"error":{error}}}}}"#)
    }

    fn values(&self) -> (Value, Value) {
        (Value::from(&*self.name), Value::from(self.reason.of(Language::En)))
    }
}

/// Everything that judging takes: trust data, evidence, policy, and the chains found good so far. Threads share it.
#[derive(Debug)]
pub struct Judge {
    trust: TrustStore,
    evidence: Evidence,
    directory: Option<ProviderDirectory>,
    judged_at: JudgedAt,
    mailbox: MailboxRole,
    limits: Option<Limits>,
    caches: Pool,
}

impl Clone for Judge {
    /// Another judge like it, which has seen no chain yet.
    fn clone(&self) -> Self {
        Self {
            trust: self.trust.clone(),
            evidence: self.evidence.clone(),
            directory: self.directory.clone(),
            judged_at: self.judged_at,
            mailbox: self.mailbox,
            limits: self.limits,
            caches: Pool::default(),
        }
    }
}

/// Chain caches that nobody is using; as many in the end as threads have verified at once. The lock is held while one is
/// taken or given back, never during a verification, and nothing is kept per thread: a host's threads come and go.
#[derive(Debug, Default)]
struct Pool(Mutex<Vec<ChainCache>>);

impl Pool {
    /// The one that was used last: it knows the most.
    fn take(&self) -> ChainCache {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, cache: ChainCache) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(cache);
    }
}

impl Judge {
    /// A judge with this trust data, without evidence, judging at the time of signing, for messages of users' mailboxes.
    #[must_use]
    pub fn new(trust: TrustStore) -> Self {
        Self {
            trust,
            evidence: Evidence::none(),
            directory: None,
            judged_at: JudgedAt::Signing,
            mailbox: MailboxRole::User,
            limits: None,
            caches: Pool::default(),
        }
    }

    /// With this evidence about revocation.
    #[must_use]
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence = evidence;
        self
    }

    /// With this directory of providers.
    #[must_use]
    pub fn directory(mut self, directory: ProviderDirectory) -> Self {
        self.directory = Some(directory);
        self
    }

    /// Judging the signer at this time.
    #[must_use]
    pub const fn judged_at(mut self, at: JudgedAt) -> Self {
        self.judged_at = at;
        self
    }

    /// For messages of this kind of mailbox.
    #[must_use]
    pub const fn mailbox(mut self, role: MailboxRole) -> Self {
        self.mailbox = role;
        self
    }

    /// Within these limits: of files that are read, and of every message that is verified, whatever it was parsed with.
    /// Unless they are given, files are read within [`Limits::DEFAULT`], and a message keeps those that it was parsed with.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// The limits within which files are read.
    #[must_use]
    pub fn reading_limits(&self) -> &Limits {
        self.limits.as_ref().unwrap_or(&Limits::DEFAULT)
    }

    /// What is found out about one message at this time.
    #[must_use]
    pub fn verify(&self, message: &Message<Vec<u8>>, now: Timestamp) -> Verification {
        let verifier =
            Verifier::new(&self.trust).evidence(&self.evidence).judged_at(self.judged_at).mailbox(self.mailbox);
        let verifier = match &self.directory {
            Some(directory) => verifier.directory(directory),
            None => verifier,
        };
        let mut cache = self.caches.take();
        let verification = match &self.limits {
            Some(limits) if limits != message.limits() => {
                verifier.verify(&Message::parse(message.bytes(), limits), now, &mut cache)
            }
            _ => verifier.verify(message, now, &mut cache),
        };
        self.caches.give_back(cache);
        verification
    }

    /// The same for bytes.
    #[must_use]
    pub fn bytes(&self, bytes: Vec<u8>, now: Timestamp) -> (Message<Vec<u8>>, Verification) {
        let message = Message::parse(bytes, self.reading_limits());
        let verification = self.verify(&message, now);
        (message, verification)
    }

    /// The one message of a file.
    ///
    /// # Errors
    /// When it cannot be read, or the file is an mbox or ZIP with several ([`Kind::Several`]).
    pub fn file(&self, path: &Path, now: Timestamp) -> Result<Judged, Unread> {
        match open(&Place::File(path.to_owned()), self.reading_limits().message_bytes) {
            Opened::One(item) => self.item(item, now),
            Opened::Many(mut messages) => match (messages.next(), messages.next()) {
                (Some(item), None) => self.item(item, now),
                _ => {
                    let it = "contiene più messaggi (mbox o ZIP): indicare un file con un solo messaggio";
                    let en = "holds several messages (mbox or ZIP): name a file with one message";
                    Err(Unread { name: path.display().to_string(), reason: Reason::new(it, en).kind(Kind::Several) })
                }
            },
        }
    }

    /// Reads and verifies every place at the time `now`. `make` turns each message into what is kept of it, on any thread;
    /// `take` gets these in order, some at a time; `opened` is called on any thread when a place has been opened, which is
    /// when it is done, but for an mbox or a ZIP.
    ///
    /// The threads are those of the rayon pool in which this is called.
    ///
    /// # Errors
    /// What `take` says; nothing more is read then.
    pub fn each<T: Send, E>(
        &self,
        places: &[Place],
        now: Timestamp,
        opened: &(dyn Fn() + Sync),
        make: impl Fn(Position, Result<Judged, Unread>) -> T + Sync,
        mut take: impl FnMut(Vec<T>) -> Result<(), E>,
    ) -> Result<(), E> {
        for (first, batch) in (0..).step_by(BATCH).zip(places.chunks(BATCH)) {
            let begun: Vec<(usize, Begun<T>)> = batch
                .par_iter()
                .enumerate()
                .map(|(index, place)| {
                    let number = usize::from(matches!(place, Place::Stdin));
                    let position = Position { place: first + index, number };
                    let begun = match open(place, self.reading_limits().message_bytes) {
                        Opened::One(item) => Begun::One(make(position, self.item(item, now))),
                        Opened::Many(messages) => Begun::Many(messages),
                    };
                    opened();
                    (position.place, begun)
                })
                .collect();
            let mut made = Vec::with_capacity(begun.len());
            for (place, begun) in begun {
                match begun {
                    Begun::One(one) => made.push(one),
                    Begun::Many(messages) => {
                        take(std::mem::take(&mut made))?;
                        self.many(place, messages, now, &make, &mut take)?;
                    }
                }
            }
            take(made)?;
        }
        Ok(())
    }

    /// The messages of an mbox or a ZIP, in bounded groups.
    fn many<T: Send, E>(
        &self,
        place: usize,
        messages: Messages,
        now: Timestamp,
        make: &(impl Fn(Position, Result<Judged, Unread>) -> T + Sync),
        take: &mut impl FnMut(Vec<T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut numbered = (1..).map(|number| Position { place, number }).zip(messages);
        loop {
            let mut bytes = 0;
            let mut group = Vec::new();
            while group.len() < BATCH && bytes < BATCH_BYTES {
                let Some((position, item)) = numbered.next() else { break };
                bytes += item.bytes.as_ref().map_or(0, Vec::len);
                group.push((position, item));
            }
            if group.is_empty() {
                return Ok(());
            }
            take(group.into_par_iter().map(|(position, item)| make(position, self.item(item, now))).collect())?;
        }
    }

    fn item(&self, item: Item, now: Timestamp) -> Result<Judged, Unread> {
        let bytes = match item.bytes {
            Ok(bytes) => bytes,
            Err(reason) => return Err(Unread { name: item.name, reason }),
        };
        let (mut message, mut verification) = self.bytes(bytes, now);
        if verification.integrity == Integrity::Altered
            && let Some(intact) = item.quoting.intact(&message, |reading| self.verify(reading, now))
        {
            (message, verification) = intact;
        }
        Ok(Judged { name: item.name, message, verification })
    }
}

/// What became of one place.
enum Begun<T> {
    One(T),
    /// Many messages: they are judged in their turn, again on all cores.
    Many(Messages),
}
