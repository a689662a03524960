//! The messages of a dossier read again: what its receipts hold beside what was sent, and the instants that they state.
//!
//! The ledger keeps no bytes. Whoever does gives them back here, one message at a time, each verified anew.

use super::brief::{self, Attachment};
use super::compare::{self, ContentCheck, NoContent, Proven};
use super::dossier::Dossier;
use super::event::{Event, EventKind, Standing};
use super::form::{Addressed, expected_form};
use super::instant::{self, LegalInstant, Reading, Receipt};
use super::record::{Source, bare};
use crate::daticert::ReceiptForm;
use crate::message::{Message, Part, addresses};
use crate::verify::{Verification, opened};

/// Where a host keeps the messages that it has numbered.
pub trait Messages {
    /// The message of this number, verified anew; `None` where it can no longer be read.
    fn read(&mut self, source: Source) -> Option<(Message<Vec<u8>>, Verification)>;

    /// What a person calls it: a file name, an archive number.
    fn name(&self, source: Source) -> String;
}

/// What a delivery receipt was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// What the sender kept.
    Sent(Source),
    /// The original inside the transport envelope, which the sender's provider signed.
    Envelope(Source),
}

/// What one delivery receipt says of the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It was compared.
    Compared {
        /// With what.
        against: Against,
        /// What came out.
        check: ContentCheck,
    },
    /// Neither the message that was sent nor its envelope is here: nothing is known about the content.
    NothingSent,
    /// The receipt cannot be read any more, or is another one than before.
    Unreadable,
}

/// One delivery receipt of a dossier, examined.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// Position in [`Dossier::events`].
    pub event: usize,
    /// What it says of the content.
    pub checked: Checked,
    /// The hash files of a brief receipt, where nothing is here that they could be compared with: the sender has to keep
    /// the message (RFC 6109 §3.3.2.2).
    pub unverifiable: Vec<Attachment>,
}

/// One instant that an event of a dossier states.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stated {
    /// Position in [`Dossier::events`].
    pub event: usize,
    /// The instant, with its source.
    pub instant: LegalInstant,
}

/// What reading the messages again adds to a dossier.
///
/// It proves what [`ContentCheck`] and [`LegalInstant`] say, of the events that count in the dossier and no others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Examination {
    /// The delivery receipts, in the order of the events.
    pub contents: Vec<Content>,
    /// Acceptance first, then deliveries.
    pub instants: Vec<Stated>,
}

/// Reads the receipts of a dossier again: compares each delivery receipt with what was sent, and states the legal
/// instants (VERDICT §6 and §8). Events that are disputed or duplicates are left out. Of several copies of what was sent
/// the first counts, unless it differs and another one is what was delivered.
///
/// # Limits
/// One message and what was sent are held at a time.
pub fn examine(dossier: &Dossier<'_>, messages: &mut dyn Messages, reading: Reading) -> Examination {
    let mut examination = Examination::default();
    if let Some(event) = dossier.acceptance {
        examination.instants.extend(state(dossier, event, messages, reading));
    }
    let deliveries = || {
        let counting = |event: &Event<'_>| event.kind == EventKind::Delivered && event.standing == Standing::Counts;
        dossier.events.iter().enumerate().filter(move |(_, event)| counting(event))
    };
    if deliveries().next().is_none() {
        return examination;
    }
    let sent = what_was_sent(dossier, messages);
    for (index, event) in deliveries() {
        examination.instants.extend(state(dossier, index, messages, reading));
        let mut unverifiable = Vec::new();
        let checked = match (certified(dossier, event, messages), &sent) {
            (None, _) => Checked::Unreadable,
            (Some((receipt, verification)), None) => {
                unverifiable = hashes(&receipt, &verification);
                Checked::NothingSent
            }
            (Some((receipt, verification)), Some((against, sent))) => {
                match check(event, &receipt, &verification, sent) {
                    Err(_) => Checked::Unreadable,
                    Ok(first) => {
                        let other = match (first.proven(), dossier.submission) {
                            (Proven::NotAll, None) => other_copy(dossier, event, &receipt, &verification, messages),
                            _ => None,
                        };
                        let (against, check) = other.unwrap_or((*against, first));
                        Checked::Compared { against, check }
                    }
                }
            }
        };
        examination.contents.push(Content { event: index, checked, unverifiable });
    }
    examination
}

/// What stands in a brief receipt for attachments that nobody has.
fn hashes(receipt: &Message<Vec<u8>>, verification: &Verification) -> Vec<Attachment> {
    let asked = verification.certified().and_then(|proof| proof.value().receipt.clone());
    let entity = opened(receipt);
    let signed = entity.as_ref().map(Message::root).or_else(|| receipt.signed_part());
    match signed.and_then(|part: Part<'_>| part.original()) {
        Some(copy) if asked == Some(ReceiptForm::Brief) => brief::unverifiable(&copy.to_message()),
        _ => Vec::new(),
    }
}

fn check(
    event: &Event<'_>,
    receipt: &Message<Vec<u8>>,
    verification: &Verification,
    sent: &Message<Vec<u8>>,
) -> Result<ContentCheck, NoContent> {
    let proof = verification.certified().ok_or(NoContent::OtherMessage)?;
    let requested = proof.value().receipt.clone().unwrap_or(ReceiptForm::Full);
    let due = expected_form(&requested, event.recipient.map_or(Addressed::Neither, |who| addressed(sent, who)));
    compare::content(receipt, &proof, &due, sent)
}

/// Copies of a sent message that are tried: a mailbox holds one or two, whoever plants copies makes more.
const COPIES: usize = 8;

/// Another copy, which is what was delivered. Copies are found by Message-ID and From, which nobody signs: one that
/// somebody else put into the mailbox must not make a genuine receipt look like that of another message.
fn other_copy(
    dossier: &Dossier<'_>,
    event: &Event<'_>,
    receipt: &Message<Vec<u8>>,
    verification: &Verification,
    messages: &mut dyn Messages,
) -> Option<(Against, ContentCheck)> {
    dossier.copies.iter().skip(1).take(COPIES).find_map(|source| {
        let (sent, _) = messages.read(*source)?;
        let check = check(event, receipt, verification, &sent).ok()?;
        (check.proven() == Proven::All).then_some((Against::Sent(*source), check))
    })
}

/// Where the header of a message names a recipient.
fn addressed(sent: &Message<Vec<u8>>, recipient: &str) -> Addressed {
    let headers = sent.root().headers();
    let names = |field: &str| {
        headers.all(field).flat_map(addresses).any(|mailbox| mailbox.address.eq_ignore_ascii_case(recipient))
    };
    match (names("to"), names("cc")) {
        (true, true) => Addressed::Both,
        (true, false) => Addressed::To,
        (false, true) => Addressed::Cc,
        (false, false) => Addressed::Neither,
    }
}

/// The message of an event, when it is still the certified one that the dossier speaks of.
fn certified(
    dossier: &Dossier<'_>,
    event: &Event<'_>,
    messages: &mut dyn Messages,
) -> Option<(Message<Vec<u8>>, Verification)> {
    let (message, verification) = messages.read(event.source)?;
    let same = verification.certified().is_some_and(|proof| {
        let data = proof.value();
        data.pec_id.as_deref().map(bare).as_deref() == dossier.pec_id
            && data.delivered_to.as_ref().map(|to| to.as_str().to_ascii_lowercase())
                == event.recipient.map(str::to_ascii_lowercase)
            && data.time.as_ref().and_then(|time| time.utc) == event.at
    });
    same.then_some((message, verification))
}

/// What the sender kept, else what the provider signed as the original.
fn what_was_sent(dossier: &Dossier<'_>, messages: &mut dyn Messages) -> Option<(Against, Message<Vec<u8>>)> {
    if let Some(source) = dossier.sent_copy()
        && let Some((sent, _)) = messages.read(source)
    {
        return Some((Against::Sent(source), sent));
    }
    let is_envelope = |event: &&Event<'_>| event.kind == EventKind::Envelope && event.standing == Standing::Counts;
    let envelope = dossier.events.iter().find(is_envelope)?;
    let (message, _) = certified(dossier, envelope, messages)?;
    let entity = opened(&message);
    let signed = entity.as_ref().map(Message::root).or_else(|| message.signed_part())?;
    let original = signed.original()?.content().into_owned();
    Some((Against::Envelope(envelope.source), Message::parse(original, message.limits())))
}

fn state(dossier: &Dossier<'_>, index: usize, messages: &mut dyn Messages, reading: Reading) -> Option<Stated> {
    let event = dossier.events.get(index)?;
    let (_, verification) = certified(dossier, event, messages)?;
    let proof = verification.certified()?;
    let name = messages.name(event.source);
    let receipt = Receipt::new(&proof, &name);
    let receipt = match event.own_message_id {
        Some(own) => receipt.message_id(own),
        None => receipt,
    };
    let instant = match event.kind {
        EventKind::Delivered => instant::delivery(&receipt, reading),
        _ => instant::acceptance(&receipt, reading),
    };
    Some(Stated { event: index, instant: instant.ok()? })
}
