//! What rules hand on: once, byte for byte, and never round.

use std::collections::BTreeSet;

use jiff::Timestamp;
use pec_archive::{Action, Entry, Happened, Id, Managed, Outgoing, mailbox_key};
use pec_core::compose::{Draft, Envelope, Refusal, Stamp, preflight};
use pec_core::limits::Limits;
use pec_core::message::{Headers, Mailbox, Message, Parameterized, date};

use super::Hub;
use super::today::LATE;
use crate::error::{Error, Result};
use crate::profile::ProviderLimits;

/// Under which name events are followed for what is to be handed on.
const FORWARD: &str = "forward";

/// Before the name of what a rule hands on, in the outbox and in its Message-ID; and hexadecimal digits of that name.
const KEY: &str = "rule:";
const ID: &str = "rule.";
const NAME: usize = 32;

/// Where a message says what it is, and to what it belongs.
const FIELDS: [&str; 4] = ["message-id", "x-riferimento-message-id", "in-reply-to", "references"];

/// Names that are looked up for one message: a conversation has fewer, and who writes more has made them up.
const MOST: usize = 1000;

/// The field by which answering machines keep silent (RFC 3834 §5).
const AUTOMATIC: &[u8] = b"Auto-Submitted: auto-forwarded\r\n";

/// What became of a message that a rule hands on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Forwarded {
    /// Which message.
    pub id: Id,
    /// By which rule.
    pub rule: String,
    /// To whom.
    pub to: String,
    /// What became of it.
    pub outcome: ForwardOutcome,
}

/// What can become of a message that a rule hands on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForwardOutcome {
    /// It is in the outbox.
    Queued {
        /// Of this mailbox.
        mailbox: String,
        /// Under this key.
        key: String,
    },
    /// It would go round: what was handed on has come back, a receipt, a notice or an answer speaks of it, or it would go to the
    /// mailbox from which it comes.
    Loop,
    /// A program has written it by itself (`Auto-Submitted`, RFC 3834 §5): an answer to it would be one to what was handed on.
    Automatic,
    /// It was certified, or says that it was written, more than three days before it came in: an old mailbox that was brought
    /// in, whose mail nobody wants to have sent again.
    Old,
    /// It is in no mailbox that is managed and may be opened: nobody could send it.
    NoMailbox,
    /// No provider would take it.
    Refused(Vec<Refusal>),
    /// The archive cannot give it any more: erased, or damaged.
    Lost,
}

impl Hub {
    /// Puts into the outbox what rules hand on ([`Action::Forward`]), also what somebody has accepted that they suggest: the
    /// message as it is, in a new one from the mailbox in which it lies. Whoever sends sends it.
    ///
    /// A rule hands a message on to the same address once, by the key of the ticket, whatever mailbox it was queued in. What was
    /// handed on is known by its Message-ID, which no one else can have a ticket for: neither it, nor a receipt, a notice or an
    /// answer that names it is handed on again, however deep inside it comes back (an external program that wraps it in base64
    /// hides it). What a program says to have written by itself is not handed on either; what is handed on says so of itself
    /// (`Auto-Submitted`, RFC 3834). That does not stop a machine that does neither. What was older than three days when it came
    /// in is an old mailbox that was brought in, and stays where it is.
    ///
    /// # Errors
    /// Those of the archive: it begins there again the next time. What concerns one message is in its outcome.
    pub fn act_on_events(&self) -> Result<Vec<Forwarded>> {
        let mut done = Vec::new();
        self.follow(FORWARD, |event| {
            let (Happened::Filed { rule, actions }, Some(id)) = (&event.what, event.id) else { return Ok(()) };
            for action in actions {
                if let Action::Forward(to) = action {
                    let outcome = self.forward(id, rule, to)?;
                    done.push(Forwarded { id, rule: rule.clone(), to: to.clone(), outcome });
                }
            }
            Ok(())
        })?;
        Ok(done)
    }

    fn forward(&self, id: Id, rule: &str, to: &str) -> Result<ForwardOutcome> {
        let bytes = match self.archive().get(self.actor(), id) {
            Ok(bytes) => bytes,
            Err(pec_archive::Error::NotFound(_) | pec_archive::Error::Damaged(_)) => return Ok(ForwardOutcome::Lost),
            Err(error) => return Err(error.into()),
        };
        let message = Message::parse(&bytes[..], &Limits::DEFAULT);
        let entry = self.archive().entry(self.actor(), id)?;
        let managed = self.mailboxes()?.into_iter().map(|mailbox| mailbox.said.address);
        let outboxes: BTreeSet<String> =
            managed.chain(entry.mailboxes.iter().map(|mailbox| mailbox_key(mailbox))).collect();
        for name in names_in(&message, entry.message_id.as_deref()) {
            // A name that somebody has only made up has no ticket.
            if self.queued_in(&outboxes, &format!("{KEY}{name}"))?.is_some() {
                return Ok(ForwardOutcome::Loop);
            }
        }
        if entry.mailboxes.iter().any(|mailbox| to.eq_ignore_ascii_case(mailbox)) {
            return Ok(ForwardOutcome::Loop);
        }
        if is_automatic(&message) {
            return Ok(ForwardOutcome::Automatic);
        }
        if entry.stored_at.is_some_and(|stored| is_late(&entry, &message, stored)) {
            return Ok(ForwardOutcome::Old);
        }
        let name = Id::of(format!("{rule}\0{to}\0{id}").as_bytes()).to_string();
        let name = name.get(..NAME).unwrap_or_default();
        let key = format!("{KEY}{name}");
        // What it says decides, not when it was written, nor which mailbox may be opened now.
        if let Some(mailbox) = self.queued_in(&outboxes, &key)? {
            return Ok(ForwardOutcome::Queued { mailbox, key });
        }
        let mut from = None;
        for mailbox in &entry.mailboxes {
            from = self.may_send(mailbox)?;
            if from.is_some() {
                break;
            }
        }
        let Some((said, limits)) = from else { return Ok(ForwardOutcome::NoMailbox) };
        let mailbox = said.address;
        let named = |address: &str| Mailbox { name: None, address: address.to_owned() };
        let mut draft = Draft::forward(named(&mailbox), &message);
        draft.to.push(named(to));
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| Error::Internal(error.to_string()))?;
        let domain = mailbox.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let stamp = Stamp::new(self.now().to_zoned(jiff::tz::TimeZone::UTC), seed);
        let composed = match draft.compose(&stamp.message_id(format!("{ID}{name}@{domain}"))) {
            Ok(composed) => composed,
            Err(refusals) => return Ok(ForwardOutcome::Refused(refusals)),
        };
        let bytes = [AUTOMATIC, &composed.bytes].concat();
        let recipients: Vec<&str> = composed.recipients.iter().map(String::as_str).collect();
        let envelope = Envelope { sender: &composed.sender, recipients: recipients.clone() };
        let refusals = preflight(&bytes, &envelope, &limits.conditions());
        if refusals.iter().any(Refusal::is_refused) {
            return Ok(ForwardOutcome::Refused(refusals));
        }
        let outgoing = Outgoing { mailbox: &mailbox, key: &key, sender: &composed.sender, recipients: &recipients };
        self.queue(&outgoing, bytes)?;
        Ok(ForwardOutcome::Queued { mailbox, key })
    }

    /// Whether a message was old when it was found at this time. One that the archive cannot give is not handed on either way.
    pub(super) fn is_old(&self, id: Id, found: Timestamp) -> Result<bool> {
        let bytes = match self.archive().get(self.actor(), id) {
            Ok(bytes) => bytes,
            Err(pec_archive::Error::NotFound(_) | pec_archive::Error::Damaged(_)) => return Ok(true),
            Err(error) => return Err(error.into()),
        };
        let message = Message::parse(&bytes[..], &Limits::DEFAULT);
        Ok(is_late(&self.archive().entry(self.actor(), id)?, &message, found))
    }

    /// In which of these outboxes there is a ticket of this key.
    fn queued_in(&self, outboxes: &BTreeSet<String>, key: &str) -> Result<Option<String>> {
        for mailbox in outboxes {
            match self.archive().ticket(self.actor(), mailbox, key) {
                Ok(_) => return Ok(Some(mailbox.clone())),
                Err(pec_archive::Error::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// The terms of a mailbox; `None` where nothing can be sent from it, which is not so where the archive cannot be asked.
    fn may_send(&self, mailbox: &str) -> Result<Option<(Managed, ProviderLimits)>> {
        match self.terms(mailbox) {
            Ok(terms) => Ok(Some(terms)),
            Err(
                Error::Archive(pec_archive::Error::NotFound(_))
                | Error::NoMandate { .. }
                | Error::Suspended { .. }
                | Error::BadValue { .. },
            ) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether a message came at this time, and was certified, or says that it was written, more than three days before.
fn is_late(entry: &Entry, message: &Message<&[u8]>, came: Timestamp) -> bool {
    let written = || message.root().headers().get("date").and_then(date);
    let written = entry.certified_at.or_else(|| Timestamp::from_second(written()?).ok());
    written.is_some_and(|at| came.duration_since(at) > LATE)
}

/// The names of what rules hand on, wherever a message says what it is, answers or reports.
fn names_in(message: &Message<&[u8]>, about: Option<&str>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut note = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        let found = text.match_indices(ID).filter_map(|(at, _)| text.get(at + ID.len()..)?.get(..NAME));
        for name in found.filter(|name| name.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            if names.len() < MOST {
                names.insert(name.to_owned());
            }
        }
    };
    note(about.unwrap_or_default().as_bytes());
    let root = message.root();
    for part in std::iter::once(root).chain(root.descendants()) {
        FIELDS.iter().flat_map(|field| part.headers().all(field)).for_each(&mut note);
        // Of what was not delivered some programs give back the header alone (RFC 3462 §2), which is no message.
        if part.media_type() == "text/rfc822-headers" {
            note(&part.content());
        }
    }
    names
}

/// Whether a message, or the original in an envelope, says that a program has written it by itself.
fn is_automatic(message: &Message<&[u8]>) -> bool {
    let original = message.original().map(|part| part.to_message());
    let says = |headers: Headers<'_>| {
        let mut said = headers.all("auto-submitted");
        said.any(|value| !Parameterized::parse(value).value.trim().eq_ignore_ascii_case("no"))
    };
    says(message.root().headers()) || original.is_some_and(|original| says(original.root().headers()))
}
