//! One message as a document: read from the archive, verified again, described. What the index says counts for nothing
//! (VERDICT §9).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use pec_core::message::{Message, addresses};
use pec_core::reconcile::{Dossier, Ledger, Record, Side};
use pec_core::verify::{Integrity, Verification};

use crate::content;
use crate::dossiers::{self, Judge, number};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::intake::Judged;
use crate::retention;
use crate::seen::Seen;
use crate::store::View;
use crate::words::{Attachment, Words};

/// What the metadata say of a message.
pub(super) struct Document {
    pub(super) number: i64,
    pub(super) id: Id,
    pub(super) size: u64,
    pub(super) judged: Judged,
    pub(super) signed: bool,
    /// Certified, else stated, else when it was stored.
    pub(super) date: Timestamp,
    pub(super) recipients: Vec<String>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) retention_years: u16,
}

impl Document {
    fn of(view: &dyn View, judge: &mut Judge<'_>, number: i64) -> Result<(Self, Option<Record>)> {
        let bytes = content::whole(judge.seal, view, number)?;
        let (id, size) = (Id::of(&bytes), bytes.len() as u64);
        let message = Message::parse(bytes, &judge.intake.limits);
        let verification = judge.verify(view, number, &message)?;
        let record = match dossiers::submission(view, number, &message)? {
            Some(submitted) => Some(submitted),
            None => Record::of(dossiers::source(number), &message, &verification),
        };
        let words = Words::of(&message, &verification, &Seen::default());
        let judged = Judged::of(&message, &verification, record.as_ref(), &words, &judge.intake);
        let date = Timestamp::from_second(judged.order).map_err(|error| Error::Damaged(error.to_string()))?;
        let document = Self {
            number,
            id,
            size,
            signed: verification.integrity == Integrity::Intact,
            date,
            recipients: recipients(&message, &verification),
            attachments: words.attachments,
            retention_years: retention_years(view, number)?,
            judged,
        };
        Ok((document, record))
    }

    /// Whether it is what it says it is.
    pub(super) fn is_certified(&self) -> bool {
        self.judged.verdict.starts_with("certified")
    }

    /// The number by which it is known outside: *identificativo*, *msgid*, else its digest.
    pub(super) fn registration(&self) -> String {
        let known = self.judged.pec_id.as_ref().or(self.judged.message_id.as_ref());
        known.cloned().unwrap_or_else(|| self.id.to_string())
    }
}

/// The certified recipients, else those of the header.
fn recipients(message: &Message<Vec<u8>>, verification: &Verification) -> Vec<String> {
    let mut recipients: Vec<String> = match verification.daticert() {
        Some(data) => data.recipients.iter().map(|recipient| recipient.address.as_str().to_owned()).collect(),
        None => {
            let headers = message.root().headers();
            let values = ["to", "cc"].into_iter().flat_map(|name| headers.all(name));
            values.flat_map(addresses).map(|mailbox| mailbox.address).collect()
        }
    };
    recipients.retain(|address| !address.is_empty());
    recipients.sort_unstable();
    recipients.dedup();
    recipients
}

/// The term of its class, in years that have begun.
fn retention_years(view: &dyn View, number: i64) -> Result<u16> {
    let months = retention::months(view, &view.class_of(number)?)?;
    Ok(u16::try_from(months.saturating_add(11) / 12).unwrap_or(9999).clamp(1, 9999))
}

/// The messages of one or more transactions that speak of each other, or one that speaks of none.
pub(super) struct Family {
    /// Oldest first.
    pub(super) documents: Vec<Document>,
    /// Each transaction; an ordinary message by itself is none.
    pub(super) dossiers: Vec<Transaction>,
    /// Messages that were sent from here.
    pub(super) sent: BTreeSet<i64>,
    /// Of a receipt, the message of which it speaks.
    pub(super) about: BTreeMap<i64, i64>,
    /// Messages that are damaged, and why. What is described without them could say something else than is so.
    pub(super) damaged: Vec<(i64, String)>,
}

/// A transaction: a message, its receipts and envelopes, and what claims to belong to it.
pub(super) struct Transaction {
    /// *identificativo*, else *msgid*; with the sender where another has the same.
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) members: BTreeSet<i64>,
}

impl Transaction {
    fn of(dossier: &Dossier<'_>) -> Option<Self> {
        let events = dossier.events.iter().map(|event| event.source);
        let claims = dossier.claims.iter().map(|claim| claim.source);
        let bounces = dossier.bounces.iter().map(|bounce| bounce.source);
        let sources =
            dossier.copies.iter().copied().chain(dossier.submission).chain(events).chain(claims).chain(bounces);
        let members: BTreeSet<i64> = sources.map(number).collect();
        let id = dossier.pec_id.or(dossier.message_ids.first().copied())?;
        let subject = dossier.subject.filter(|subject| !subject.trim().is_empty()).unwrap_or(NO_SUBJECT);
        let is_one = dossier.pec_id.is_some() || members.len() > 1;
        is_one.then(|| Self { id: id.to_owned(), subject: subject.to_owned(), members })
    }
}

impl Family {
    pub(super) fn of(view: &dyn View, judge: &mut Judge<'_>, numbers: &[i64]) -> Result<Self> {
        let mut ledger = Ledger::new(dossiers::key());
        let (mut documents, mut damaged) = (Vec::with_capacity(numbers.len()), Vec::new());
        for number in numbers {
            let (document, record) = match Document::of(view, judge, *number) {
                // A disk that fails for a moment is another matter.
                Err(error @ Error::Damaged(_)) => {
                    damaged.push((*number, error.to_string()));
                    continue;
                }
                read => read?,
            };
            if let Some(record) = record {
                dossiers::add(&mut ledger, record.numbered(dossiers::source(*number)))?;
            }
            documents.push(document);
        }
        let mut found: Vec<Dossier<'_>> = ledger.dossiers(judge.intake.now).collect();
        found.sort_by_key(|dossier| {
            (dossier.pec_id.is_none(), dossier.pec_id, dossier.message_ids.first().copied(), dossier.sender)
        });
        let mut family =
            Self { documents, dossiers: Vec::new(), sent: BTreeSet::new(), about: BTreeMap::new(), damaged };
        for dossier in &found {
            if dossier.side == Side::Sent {
                family.sent.extend(dossier.copies.iter().chain(&dossier.submission).map(|source| number(*source)));
            }
            if let Some(copy) = dossier.sent_copy() {
                family.about.extend(dossier.events.iter().map(|event| (number(event.source), number(copy))));
            }
            if let Some(mut transaction) = Transaction::of(dossier) {
                if family.dossiers.iter().any(|known| known.id == transaction.id) {
                    transaction.id = format!("{} {}", transaction.id, dossier.sender.unwrap_or_default());
                }
                family.dossiers.push(transaction);
            }
        }
        Ok(family)
    }

    /// The transactions to which a message belongs.
    pub(super) fn dossiers_of(&self, number: i64) -> impl Iterator<Item = &Transaction> {
        self.dossiers.iter().filter(move |transaction| transaction.members.contains(&number))
    }
}

/// A message without a subject has one in the metadata, where it is required.
pub(super) const NO_SUBJECT: &str = "(senza oggetto)";
