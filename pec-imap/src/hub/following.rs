//! What is done with what has come in: rules act on it, what they hand on goes into the outbox, what an ordinary mailbox wants
//! is put there.
//!
//! ```text
//! events ──"rules"───> Hub::apply_rules   the rules, on each message that has come in
//!        ──"forward"─> Hub::act_on_events  a message for each `Action::Forward`, byte for byte, once
//!        ──"relay …"─> Hub::relay_new      into a Maildir or a folder of another server
//! ```
//!
//! Each of them follows the events of the archive under a name of its own, and says that it has finished after it has done its
//! work: interrupted in between, it does it once more and finds it done.

use std::path::PathBuf;

use pec_archive::{Action, Entry, Event, Filed, Happened, Id, Rule};
use pec_core::compose::{Draft, Envelope, Refusal, Stamp, preflight};
use pec_core::limits::Limits;
use pec_core::message::{Mailbox, Message};
use serde::Deserialize;

use super::Hub;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::relay::{Relayed, deliver_to_maildir};

/// Events that are read at a time.
const PAGE: usize = 256;

const RULES: &str = "rules";
const FORWARD: &str = "forward";

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
    /// It would go round: what was handed on has come back, a receipt speaks of it, or it would go to the mailbox from which it
    /// comes.
    Loop,
    /// It is in no mailbox that is managed and may be opened: nobody could send it.
    NoMailbox,
    /// No provider would take it.
    Refused(Vec<Refusal>),
    /// The archive cannot give it any more: erased, or damaged.
    Lost,
}

/// Where what comes in is put as well.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Delivery {
    /// A Maildir; it is made where it does not exist.
    Maildir(PathBuf),
    /// A folder, by its name for people, of a mailbox on a server.
    Folder(Box<Account>, String),
}

impl Delivery {
    /// Under which name its events are followed.
    fn follower(&self, mailbox: &str) -> String {
        match self {
            Self::Maildir(path) => format!("relay {mailbox} {}", path.display()),
            Self::Folder(account, folder) => format!("relay {mailbox} {} {folder}", account.address()),
        }
    }
}

/// The rules of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    rule: Vec<WrittenRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    name: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    suggest: bool,
    #[serde(default)]
    file: Vec<String>,
    #[serde(default)]
    tag: Vec<String>,
    #[serde(default)]
    assign: Vec<String>,
    #[serde(default)]
    hold: Vec<String>,
    #[serde(default)]
    forward: Vec<String>,
}

/// Rules from a text (TOML), in their order: `[[rule]]` with `name`, `query` (as a search is typed), lists `file`, `tag`,
/// `assign`, `hold`, `forward`, and `suggest = true` where somebody has to decide.
///
/// ```
/// let rules = pec_imap::read_rules(
///     "[[rule]]\nname = \"fatture\"\nquery = \"oggetto:fattura\"\nfile = [\"Fatture\"]\nforward = [\"studio@pec.it\"]\n",
/// )?;
/// assert_eq!(rules[0].name(), "fatture");
/// assert!(pec_imap::read_rules("[[rule]]\nname = \"a\"\nforvard = [\"b@c.it\"]\n").is_err());
/// # Ok::<(), pec_imap::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadValue`], which says what is wrong and where: also two rules of one name, since the name is a rule's identity.
pub fn read_rules(text: &str) -> Result<Vec<Rule>> {
    let bad = |value: String| Error::BadValue { what: "rules", value };
    let written: Written = toml::from_str(text).map_err(|error| bad(error.to_string().trim_end().to_owned()))?;
    let mut rules: Vec<Rule> = Vec::new();
    for rule in written.rule {
        if rules.iter().any(|known| known.name() == rule.name) {
            return Err(bad(format!("{}: the name stands twice", rule.name)));
        }
        if let Some(odd) = rule.forward.iter().find(|to| !pec_core::compose::is_address(to)) {
            return Err(bad(format!("{}: {odd}: not an address of PEC", rule.name)));
        }
        let of = |values: Vec<String>, action: fn(String) -> Action| values.into_iter().map(action);
        let actions = of(rule.file, Action::File)
            .chain(of(rule.tag, Action::Tag))
            .chain(of(rule.assign, Action::Assign))
            .chain(of(rule.hold, Action::Hold))
            .chain(of(rule.forward, Action::Forward))
            .collect();
        let made =
            Rule::new(&rule.name, &rule.query, actions).map_err(|error| bad(format!("{}: {error}", rule.name)))?;
        rules.push(if rule.suggest { made.suggesting() } else { made });
    }
    Ok(rules)
}

impl Hub {
    /// From now on [`Hub::apply_rules`] acts on what comes in: what is in the archive already is left alone, unless somebody has
    /// begun before.
    ///
    /// # Errors
    /// Those of the archive.
    pub fn begin_rules(&self) -> Result<()> {
        self.archive().follow_from_now(self.actor(), RULES)?;
        Ok(())
    }

    /// Lets rules act on what has come in since the last time (or [the beginning](Hub::begin_rules)): each rule once on each
    /// message. What is in the outbox has not come in.
    ///
    /// # Errors
    /// Those of the archive: what was done before stays done, the rest is done the next time.
    pub fn apply_rules(&self, rules: &[Rule]) -> Result<Vec<Filed>> {
        let mut filed = Vec::new();
        self.follow(RULES, |event| {
            if let (Happened::Stored, Some(id)) = (&event.what, event.id)
                && !self.is_outgoing(id)?
            {
                filed.extend(self.archive().file(self.actor(), rules, &[id], self.now())?);
            }
            Ok(())
        })?;
        Ok(filed)
    }

    /// Puts into the outbox what rules hand on ([`Action::Forward`]), also what somebody has accepted that they suggest: the
    /// message as it is, in a new one from the mailbox in which it lies. Whoever sends sends it.
    ///
    /// A rule hands a message on to the same address once, by the key of the ticket. What was handed on is known by its
    /// Message-ID, which no one else can have a ticket for: neither it nor a receipt for it is handed on again, however deep
    /// inside it comes back (an external program that wraps it in base64 hides it).
    ///
    /// # Errors
    /// Those of the archive. What concerns one message is in its outcome.
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

    /// Puts what has come into a mailbox since the last time elsewhere as well, byte for byte; the first time nothing: it begins
    /// then. What was sent is left out, here or by another program.
    ///
    /// After a crash a message may come twice to a server; a Maildir has it once.
    ///
    /// # Errors
    /// Those of the archive and of the other side: it begins there again the next time.
    pub async fn relay_new(&self, address: &str, to: &Delivery) -> Result<Vec<Relayed>> {
        let (wanted, asked) = (address.to_owned(), to.clone());
        let begun = self.in_archive(move |hub| {
            let said = hub.managed_at(&wanted)?;
            let follower = asked.follower(&said.address);
            let is_new = hub.archive().follow_from_now(hub.actor(), &follower)?;
            Ok((said, follower, is_new))
        });
        let (said, follower, is_new) = begun.await?;
        let mut relayed = Vec::new();
        if is_new {
            return Ok(relayed);
        }
        loop {
            let (name, mailbox, to_maildir) = (follower.clone(), said.address.clone(), to.clone());
            let page = self.in_archive(move |hub| {
                let page = hub.archive().next_events(hub.actor(), &name, PAGE)?;
                let mut ids = Vec::new();
                for id in page.iter().filter(|event| event.what == Happened::Stored).filter_map(|event| event.id) {
                    let entry = match hub.archive().entry(hub.actor(), id) {
                        // Erased since.
                        Err(pec_archive::Error::NotFound(_)) => continue,
                        entry => entry?,
                    };
                    if hub.comes_into(&mailbox, &entry)? {
                        ids.push(id);
                    }
                }
                if let Delivery::Maildir(path) = &to_maildir {
                    for id in &ids {
                        deliver_to_maildir(path, hub.archive(), hub.actor(), *id)?;
                    }
                }
                Ok((page.last().map(|event| event.n), ids))
            });
            let (last, ids) = page.await?;
            let Some(last) = last else { return Ok(relayed) };
            match to {
                Delivery::Maildir(_) => relayed.extend(ids.into_iter().map(|id| Relayed { id, read_back: true })),
                Delivery::Folder(..) if ids.is_empty() => {}
                Delivery::Folder(account, folder) => {
                    relayed.extend(account.take_in(&self.network, folder, self.archive(), self.actor(), &ids).await?);
                }
            }
            let name = follower.clone();
            self.in_archive(move |hub| Ok(hub.archive().finished(hub.actor(), &name, last)?)).await?;
        }
    }

    /// Does something with each event that a follower has not finished, and notes after each page that he has.
    fn follow(&self, follower: &str, mut work: impl FnMut(&Event) -> Result<()>) -> Result<()> {
        loop {
            let events = self.archive().next_events(self.actor(), follower, PAGE)?;
            let Some(last) = events.last() else { return Ok(()) };
            events.iter().try_for_each(&mut work)?;
            self.archive().finished(self.actor(), follower, last.n)?;
        }
    }

    fn is_outgoing(&self, id: Id) -> Result<bool> {
        match self.archive().tickets_of(self.actor(), id) {
            Ok(tickets) => Ok(!tickets.is_empty()),
            // Erased since.
            Err(pec_archive::Error::NotFound(_)) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a message has come into a mailbox: it is not in the outbox, nor a copy of what was sent. Ordinary mail that says
    /// it is from the mailbox itself has come in where it lies in the inbox: somebody else may have written it.
    pub(super) fn comes_into(&self, mailbox: &str, entry: &Entry) -> Result<bool> {
        let is = |one: &String| one.eq_ignore_ascii_case(mailbox);
        if !entry.mailboxes.iter().any(is) {
            return Ok(false);
        }
        if entry.kind != "ordinary" {
            return Ok(true);
        }
        if self.is_outgoing(entry.id)? {
            return Ok(false);
        }
        let in_inbox = |place: &pec_archive::Place| place.folder == "INBOX" && is(&place.mailbox);
        Ok(!entry.sender.as_ref().is_some_and(is)
            || self.archive().places(self.actor(), entry.id)?.iter().any(in_inbox))
    }

    fn forward(&self, id: Id, rule: &str, to: &str) -> Result<ForwardOutcome> {
        let bytes = match self.archive().get(self.actor(), id) {
            Ok(bytes) => bytes,
            Err(pec_archive::Error::NotFound(_) | pec_archive::Error::Damaged(_)) => return Ok(ForwardOutcome::Lost),
            Err(error) => return Err(error.into()),
        };
        let message = Message::parse(&bytes[..], &Limits::DEFAULT);
        let entry = self.archive().entry(self.actor(), id)?;
        if self.was_handed_on(&message, entry.message_id.as_deref())? {
            return Ok(ForwardOutcome::Loop);
        }
        let mut from = None;
        for mailbox in &entry.mailboxes {
            if to.eq_ignore_ascii_case(mailbox) {
                return Ok(ForwardOutcome::Loop);
            }
            from = match from {
                None => self.terms(mailbox).ok(),
                found => found,
            };
        }
        let Some((said, limits)) = from else { return Ok(ForwardOutcome::NoMailbox) };
        let name = Id::of(format!("{rule}\0{to}\0{id}").as_bytes()).to_string();
        let name = name.get(..NAME).unwrap_or_default();
        let (mailbox, key) = (said.address, format!("{KEY}{name}"));
        // What it says decides, not when it was written.
        if self.archive().ticket(self.actor(), &mailbox, &key).is_ok() {
            return Ok(ForwardOutcome::Queued { mailbox, key });
        }
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
        let recipients: Vec<&str> = composed.recipients.iter().map(String::as_str).collect();
        let envelope = Envelope { sender: &composed.sender, recipients: recipients.clone() };
        let refusals = preflight(&composed.bytes, &envelope, &limits.conditions());
        if refusals.iter().any(Refusal::is_refused) {
            return Ok(ForwardOutcome::Refused(refusals));
        }
        let outgoing =
            pec_archive::Outgoing { mailbox: &mailbox, key: &key, sender: &composed.sender, recipients: &recipients };
        self.queue(&outgoing, composed.bytes)?;
        Ok(ForwardOutcome::Queued { mailbox, key })
    }

    /// Whether a message is one that a rule has handed on, has one inside, or is a receipt for one.
    fn was_handed_on(&self, message: &Message<&[u8]>, about: Option<&str>) -> Result<bool> {
        let root = message.root();
        let parts = std::iter::once(root).chain(root.descendants());
        let fields = ["message-id", "x-riferimento-message-id"];
        let written = parts.flat_map(|part| fields.map(|name| part.headers().get(name)));
        let mut ids: Vec<String> =
            written.flatten().map(|value| String::from_utf8_lossy(value).trim().to_owned()).collect();
        ids.extend(about.map(str::to_owned));
        let names = ids.iter().filter_map(|id| id.trim_start_matches('<').strip_prefix(ID)?.get(..NAME));
        let names: std::collections::BTreeSet<&str> = names.collect();
        for name in names {
            for mailbox in self.mailboxes()? {
                // A name that somebody has only made up has no ticket.
                match self.archive().ticket(self.actor(), &mailbox.said.address, &format!("{KEY}{name}")) {
                    Ok(_) => return Ok(true),
                    Err(pec_archive::Error::NotFound(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(false)
    }
}

/// Before the name of what a rule hands on, in the outbox and in its Message-ID; and hexadecimal digits of that name.
const KEY: &str = "rule:";
const ID: &str = "rule.";
const NAME: usize = 32;
