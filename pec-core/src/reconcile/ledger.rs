//! Everything observed so far, by the keys of PEC-SPEC §9.1; it judges nothing before it is asked.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::dossier::Dossier;
use super::intern::{Chains, HashKey, Id, LedgerFull};
use super::record::{Bounce, Claim, Content, Copy, Proof, Record, Source, bare};
use super::store::{NO_TIME, Row, Sent, Texts};
use crate::verify::Verdict;

/// Whether the caller reads a provider's service mailbox, where take-charge receipts and virus detection notices arrive
/// (RFC 6109 §2.2.5). Users never see them, so that only then their absence means anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServiceReceipts {
    /// They are not seen.
    #[default]
    Hidden,
    /// They are seen, all of them.
    Visible,
}

/// Every receipt beside the message it speaks of (*fascicoli*): records go in, one at a time and in any order, and
/// [`Dossier`]s come out.
///
/// A dossier is keyed by *identificativo* **and** sender: a certified receipt that bears the identifier of another
/// sender's message founds a dossier of its own, with a finding on both, and never touches the first. Adding costs the
/// same however much the ledger holds; a dossier is worked out when it is asked for, from the set of its records, so
/// that neither the order of arrival nor the key of the tables can change it.
///
/// ```
/// use pec_core::message::Message;
/// use pec_core::limits::Limits;
/// use pec_core::reconcile::{HashKey, Ledger, Record, Source, State};
///
/// let sent = b"Message-ID: <1@ditta.example>\r\nFrom: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\n\r\n.";
/// let message = Message::parse(&sent[..], &Limits::DEFAULT);
/// let submitted = "2026-02-09T10:15:00Z".parse()?;
/// let random = [0x5a; 16]; // of the operating system, in earnest
/// let mut ledger = Ledger::new(HashKey::new(random));
/// ledger.add(Record::submitted(
///     Source(1), &message, "anna@pec.alfa.example", &["ufficio@cert.beta.example"], submitted,
/// ))?;
///
/// let dossiers: Vec<_> = ledger.dossiers("2026-02-09T12:00:00Z".parse()?).collect();
/// assert_eq!(dossiers[0].recipients[0].state, State::Pending);
/// assert_eq!(dossiers[0].silence[0].since, submitted); // no acceptance since then
/// assert!(ledger.dossiers_of("nothing of ours", submitted).is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Ledger {
    pub(super) texts: Texts,
    rows: Vec<(Row, Option<Id>)>,
    groups: Vec<Group>,
    by_key: HashMap<(Id, Option<Id>), Id, HashKey>,
    by_pec_id: Chains,
    by_message_id: Chains,
    /// Groups noted under a *msgid* that is not their first one.
    further: HashSet<(Id, Id), HashKey>,
    sent: Vec<Sent>,
    sent_by_message_id: Chains,
    claims: Vec<Claim>,
    claims_by_text: Chains,
    bounces: Vec<Bounce>,
    bounces_by_text: Chains,
    pub(super) own: BTreeSet<String>,
    pub(super) service: ServiceReceipts,
}

/// The certified events of one identifier and one sender.
#[derive(Debug, Clone, Copy)]
struct Group {
    pec_id: Id,
    sender: Option<Id>,
    message_id: Option<Id>,
    last: Option<Id>,
}

/// A message that speaks of no transaction that the ledger knows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stray<'l> {
    /// The message.
    pub source: Source,
    /// What it is.
    pub role: super::Role,
    /// Why a claim is no proof; `None` for a bounce, of which nothing was to be proven.
    pub verdict: Option<Verdict>,
    /// The identifiers that it names.
    pub about: Vec<&'l str>,
}

/// What a dossier is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Group(Id),
    /// Submitted, and nothing certified yet.
    Submission(Id),
}

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub fn new(key: HashKey) -> Self {
        Self {
            texts: Texts::new(key),
            rows: Vec::new(),
            groups: Vec::new(),
            by_key: HashMap::with_hasher(key),
            by_pec_id: Chains::new(key),
            by_message_id: Chains::new(key),
            further: HashSet::with_hasher(key),
            sent: Vec::new(),
            sent_by_message_id: Chains::new(key),
            claims: Vec::new(),
            claims_by_text: Chains::new(key),
            bounces: Vec::new(),
            bounces_by_text: Chains::new(key),
            own: BTreeSet::new(),
            service: ServiceReceipts::Hidden,
        }
    }

    /// With the mailboxes that are the caller's own. Without them nothing is said about whose a message is.
    #[must_use]
    pub fn own_mailboxes<'a>(mut self, mailboxes: impl IntoIterator<Item = &'a str>) -> Self {
        self.own = mailboxes.into_iter().map(|mailbox| mailbox.trim().to_ascii_lowercase()).collect();
        self
    }

    /// For a caller who reads service mailboxes too, or not.
    #[must_use]
    pub const fn service_receipts(mut self, service: ServiceReceipts) -> Self {
        self.service = service;
        self
    }

    /// Takes one record. The same record twice counts once.
    ///
    /// # Errors
    /// [`LedgerFull`] after more than four thousand million texts; what is in the ledger stays as it is, and the caller
    /// begins another.
    ///
    /// # Limits
    /// Time and memory grow with the record alone, not with the ledger.
    pub fn add(&mut self, record: Record) -> Result<(), LedgerFull> {
        match record.content {
            Content::Proof(proof) => self.add_proof(&proof),
            Content::Copy(copy) => self.add_sent(&copy),
            Content::Claim(claim) => {
                let id = Id::of(self.claims.len())?;
                for text in
                    claim.pec_id.iter().chain(claim.message_id.as_ref().filter(|m| Some(*m) != claim.pec_id.as_ref()))
                {
                    let text = self.texts.intern(text)?;
                    self.claims_by_text.note(text, id)?;
                }
                self.claims.push(*claim);
                Ok(())
            }
            Content::Bounce(bounce) => {
                let id = Id::of(self.bounces.len())?;
                for text in &bounce.about {
                    let text = self.texts.intern(text)?;
                    self.bounces_by_text.note(text, id)?;
                }
                self.bounces.push(*bounce);
                Ok(())
            }
        }
    }

    fn add_proof(&mut self, proof: &Proof) -> Result<(), LedgerFull> {
        let row = self.texts.row(proof)?;
        let pec_id = self.texts.intern(&proof.pec_id)?;
        let sender = proof.sender.as_deref().map(|sender| self.texts.address(sender)).transpose()?.map(|(_, key)| key);
        let id = Id::of(self.rows.len())?;
        let [_, message_id, _, _] = self.texts.members(row.common);
        let group = match self.by_key.get(&(pec_id, sender)) {
            Some(group) => *group,
            None => {
                let group = Id::of(self.groups.len())?;
                self.groups.push(Group { pec_id, sender, message_id: None, last: None });
                self.by_key.insert((pec_id, sender), group);
                self.by_pec_id.note(pec_id, group)?;
                group
            }
        };
        let Some(known) = self.groups.get_mut(group.index()) else { return Err(LedgerFull) };
        self.rows.push((row, known.last.replace(id)));
        if let Some(message_id) = message_id {
            if known.message_id.is_none() {
                known.message_id = Some(message_id);
                self.by_message_id.note(message_id, group)?;
            } else if known.message_id != Some(message_id) && self.further.insert((message_id, group)) {
                self.by_message_id.note(message_id, group)?;
            }
        }
        Ok(())
    }

    fn add_sent(&mut self, copy: &Copy) -> Result<(), LedgerFull> {
        let sent = self.texts.sent(copy)?;
        let id = Id::of(self.sent.len())?;
        if let Some(message_id) = sent.message_id {
            self.sent_by_message_id.note(message_id, id)?;
        }
        self.sent.push(sent);
        Ok(())
    }

    /// Every dossier, in the order of its first certified event (or of its submission), then of its identifiers.
    ///
    /// `now` is the caller's time: silence is measured by it and nothing else.
    pub fn dossiers(&self, now: Timestamp) -> impl Iterator<Item = Dossier<'_>> {
        let groups = (0..self.groups.len()).filter_map(|index| Id::of(index).ok()).map(Subject::Group);
        let waiting = (0..self.sent.len()).filter_map(|index| Id::of(index).ok());
        let waiting = waiting.filter(|id| self.is_waiting(*id)).map(Subject::Submission);
        self.worked_out(groups.chain(waiting), now)
    }

    /// The dossiers of one *identificativo*: none, one, or several where certified items of different senders bear it.
    #[must_use]
    pub fn dossiers_of(&self, pec_id: &str, now: Timestamp) -> Vec<Dossier<'_>> {
        let groups = self.texts.find(&bare(pec_id)).into_iter().flat_map(|id| self.by_pec_id.under(id));
        self.worked_out(groups.map(Subject::Group), now).collect()
    }

    /// The dossiers of one *msgid*, the Message-ID that the sender's program gave: several, where a message was sent
    /// again under the same one.
    #[must_use]
    pub fn dossiers_of_message(&self, message_id: &str, now: Timestamp) -> Vec<Dossier<'_>> {
        let Some(text) = self.texts.find(&bare(message_id)) else { return Vec::new() };
        let waiting = self.sent_by_message_id.under(text).filter(|id| self.is_waiting(*id)).map(Subject::Submission);
        let groups = self.by_message_id.under(text).map(Subject::Group);
        self.worked_out(groups.chain(waiting), now).collect()
    }

    /// Claims and bounces that speak of no transaction known here, by source.
    #[must_use]
    pub fn strays(&self) -> Vec<Stray<'_>> {
        // Each text is looked up once, however many messages name it.
        let mut seen = BTreeMap::new();
        let mut known = |text: &str| {
            let Some(text) = self.texts.find(text) else { return false };
            *seen.entry(text).or_insert_with(|| {
                self.by_pec_id.under(text).next().is_some()
                    || self.by_message_id.under(text).next().is_some()
                    || self.sent_by_message_id.under(text).any(|id| self.is_waiting(id))
            })
        };
        let claims = self.claims.iter().map(|claim| Stray {
            source: claim.source,
            role: super::Role::Claim,
            verdict: Some(claim.verdict),
            about: claim.pec_id.iter().chain(&claim.message_id).map(String::as_str).collect(),
        });
        let bounces = self.bounces.iter().map(|bounce| Stray {
            source: bounce.source,
            role: super::Role::Bounce,
            verdict: None,
            about: bounce.about.iter().map(String::as_str).collect(),
        });
        let mut strays: Vec<_> =
            claims.chain(bounces).filter(|stray| !stray.about.iter().any(|text| known(text))).collect();
        strays.sort_by(|a, b| a.source.cmp(&b.source).then_with(|| a.about.cmp(&b.about)));
        strays.dedup();
        strays
    }

    fn worked_out(&self, subjects: impl Iterator<Item = Subject>, now: Timestamp) -> impl Iterator<Item = Dossier<'_>> {
        let mut sorted: Vec<_> = subjects.map(|subject| (self.place(subject), subject)).collect();
        sorted.sort_by_key(|(place, _)| *place);
        sorted.dedup_by(|(_, a), (_, b)| self.is_same_submission(*a, *b));
        sorted.into_iter().map(move |(_, subject)| Dossier::of(self, subject, now))
    }

    /// Where a dossier stands among the others.
    fn place(&self, subject: Subject) -> (i64, &str, &str, Source) {
        let text = |id: Option<Id>| id.map_or("", |id| self.texts.text(id));
        match subject {
            Subject::Group(group) => {
                let first = self.rows_of(group).map(|row| row.at).min().unwrap_or(NO_TIME);
                let (pec_id, sender) = self.key_of(group);
                (first, text(pec_id), text(sender), Source(0))
            }
            Subject::Submission(id) => {
                let sent = self.sent.get(id.index());
                let at = sent.and_then(|sent| sent.submission).map_or(NO_TIME, |(_, at)| at);
                let source = sent.map_or(Source(0), |sent| sent.source);
                (at, text(sent.and_then(|sent| sent.message_id)), "", source)
            }
        }
    }

    /// Whether a submission was reported twice.
    fn is_same_submission(&self, a: Subject, b: Subject) -> bool {
        let (Subject::Submission(a), Subject::Submission(b)) = (a, b) else { return false };
        self.sent(a) == self.sent(b)
    }

    pub(super) fn key_of(&self, group: Id) -> (Option<Id>, Option<Id>) {
        let group = self.groups.get(group.index());
        (group.map(|group| group.pec_id), group.and_then(|group| group.sender))
    }

    pub(super) fn rows_of(&self, group: Id) -> impl Iterator<Item = &Row> {
        let row = |id: Option<Id>| id.and_then(|id| self.rows.get(id.index()));
        let last = row(self.groups.get(group.index()).and_then(|group| group.last));
        std::iter::successors(last, move |(_, next)| row(*next)).map(|(row, _)| row)
    }

    /// The senders of other dossiers under the same identifier.
    pub(super) fn namesakes(&self, group: Id) -> impl Iterator<Item = Option<Id>> {
        let groups = self.key_of(group).0.into_iter().flat_map(|pec_id| self.by_pec_id.under(pec_id));
        groups.filter(move |other| *other != group).map(|other| self.key_of(other).1)
    }

    pub(super) fn sent(&self, id: Id) -> Option<&Sent> {
        self.sent.get(id.index())
    }

    /// Copies and submissions under a *msgid* whose sender is the given one.
    pub(super) fn sent_under(&self, message_id: Id, sender: Option<Id>) -> impl Iterator<Item = &Sent> {
        let all = self.sent_by_message_id.under(message_id).filter_map(|id| self.sent.get(id.index()));
        all.filter(move |sent| sent.sender.map(|(key, _)| key) == sender)
    }

    /// The submission that a dossier answers: the earliest submission of a *msgid* belongs to the earliest dossier, and
    /// so on, because a message may be sent again under the same one.
    pub(super) fn submission_of(&self, group: Id, message_id: Id) -> Option<&Sent> {
        let sender = self.key_of(group).1;
        let submissions = self.submissions(message_id, sender);
        if submissions.is_empty() {
            return None;
        }
        let mine = self.place(Subject::Group(group));
        let rank = self.siblings(message_id, sender).filter(|other| self.place(Subject::Group(*other)) < mine).count();
        submissions.get(rank).copied()
    }

    fn siblings(&self, message_id: Id, sender: Option<Id>) -> impl Iterator<Item = Id> {
        self.by_message_id.under(message_id).filter(move |group| self.key_of(*group).1 == sender)
    }

    /// In the order of their times, each once.
    fn submissions(&self, message_id: Id, sender: Option<Id>) -> Vec<&Sent> {
        let all = self.sent_under(message_id, sender);
        let mut all: Vec<&Sent> = all.filter(|sent| sent.submission.is_some()).collect();
        all.sort_by_key(|sent| (sent.submission.map(|(_, at)| at), sent.source));
        all.dedup();
        all
    }

    /// Whether this is a submission that no dossier answers.
    fn is_waiting(&self, id: Id) -> bool {
        let Some(sent) = self.sent(id) else { return false };
        if sent.submission.is_none() {
            return false;
        }
        let Some(message_id) = sent.message_id else { return true };
        let sender = sent.sender.map(|(key, _)| key);
        let submissions = self.submissions(message_id, sender);
        let rank = submissions.iter().position(|other| *other == sent).unwrap_or_default();
        rank >= self.siblings(message_id, sender).count()
    }

    pub(super) fn claims_under(&self, text: Id) -> impl Iterator<Item = &Claim> {
        self.claims_by_text.under(text).filter_map(|id| self.claims.get(id.index()))
    }

    pub(super) fn bounces_under(&self, text: Id) -> impl Iterator<Item = &Bounce> {
        self.bounces_by_text.under(text).filter_map(|id| self.bounces.get(id.index()))
    }
}
