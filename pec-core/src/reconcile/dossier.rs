//! A dossier: one sent message, its receipts, and what they come to.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::event::{Event, EventKind, Observed, Standing};
use super::form::{Addressed, expected_form, fits};
use super::intern::Id;
use super::ledger::{Ledger, ServiceReceipts, Subject};
use super::notice;
use super::record::{self, Source};
use super::silence::{Owed, Silence, Waiting, owed};
use super::state::{Delay, Delivery, Entry, Evidence, Failure, State, decide};
use super::store::{Class, Form, NO_OFFSET, NO_TIME, Row, Seat, Sent};
use super::weigh::{Item, Weighed};
use crate::daticert::AddressClass;
use crate::finding::{Code, Finding, Severity};
use crate::verify::Verdict;

/// From which side a transaction is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Its receipts are here, or the host submitted it.
    Sent,
    /// Its envelope is here and no receipt: a received message. The envelope proves the acceptance; the delivery cannot
    /// be proven from this side, and no receipt is owed to it.
    Received,
}

impl Side {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
        }
    }
}

/// A finding about a dossier, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remark<'l> {
    /// What was found.
    pub finding: Finding,
    /// The recipient whom it concerns, where it concerns one.
    pub recipient: Option<&'l str>,
    /// The message that shows it, where one does.
    pub source: Option<Source>,
}

impl<'l> Remark<'l> {
    pub(super) const fn on(finding: Finding, source: Source) -> Self {
        Self { finding, recipient: None, source: Some(source) }
    }

    const fn about(finding: Finding, recipient: Option<&'l str>) -> Self {
        Self { finding, recipient, source: None }
    }
}

/// One recipient of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recipient<'l> {
    /// The address, as certified.
    pub address: &'l str,
    /// Certified or ordinary, as the sender's provider found (RFC 6109 §2.2.1); `None` before it said so.
    pub class: Option<AddressClass>,
    /// Where the message stands with this recipient.
    pub state: State,
    /// Positions in [`Dossier::events`] of the events that speak of this recipient alone or among others, disputed ones
    /// included; those about the message as a whole are not among them.
    pub events: Vec<usize>,
}

/// A message that looks like a receipt, notice or envelope of the transaction and is not certified. It moves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim<'l> {
    /// The message.
    pub source: Source,
    /// What it says it is.
    pub kind: &'l str,
    /// Whom it says it concerns.
    pub recipient: Option<&'l str>,
    /// Its From.
    pub from: Option<&'l str>,
    /// Its own Message-ID.
    pub own_message_id: Option<&'l str>,
    /// Why it is no proof.
    pub verdict: Verdict,
    /// What verification found, warnings and worse.
    pub weaknesses: &'l [Code],
}

/// An ordinary delivery status notification about the message (RFC 3464). Nobody certifies it; it moves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounce<'l> {
    /// The message.
    pub source: Source,
    /// The recipients that it names.
    pub recipients: &'l [String],
    /// Its first status code (RFC 3463).
    pub status: Option<&'l str>,
    /// Whether it came inside an anomaly envelope.
    pub in_anomaly: bool,
}

/// One transaction: what was sent, what came back, what it comes to (*fascicolo*).
///
/// Its states, timeline and findings are functions of the set of records, whatever their order. They prove what the
/// certified events prove. They do not prove that no further receipt exists, nor what was sent: a copy is only what lies
/// in the mailbox, until a complete receipt or its hashes are compared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dossier<'l> {
    /// *identificativo*; `None` as long as nothing certified is known.
    pub pec_id: Option<&'l str>,
    /// Message-IDs of the sender's program (*msgid*), without angle brackets: one, unless certified items disagree.
    pub message_ids: Vec<&'l str>,
    /// The certified sender; of a submission the SMTP reverse path.
    pub sender: Option<&'l str>,
    /// Subject.
    pub subject: Option<&'l str>,
    /// From which side it is seen.
    pub side: Side,
    /// Copies of the sent message, by Message-ID and From: not certified.
    pub copies: Vec<Source>,
    /// The submission that the host reported.
    pub submission: Option<Source>,
    /// When the host submitted it.
    pub submitted_at: Option<Timestamp>,
    /// Position in [`Dossier::events`] of the event that proves the acceptance.
    pub acceptance: Option<usize>,
    /// Every certified event, by signed time.
    pub events: Vec<Event<'l>>,
    /// The recipients, in certified order.
    pub recipients: Vec<Recipient<'l>>,
    /// What is not certified, by source.
    pub claims: Vec<Claim<'l>>,
    /// Ordinary bounces, by source.
    pub bounces: Vec<Bounce<'l>>,
    /// What should have come and has not.
    pub silence: Vec<Silence<'l>>,
    /// What was found.
    pub findings: Vec<Remark<'l>>,
}

/// A dossier while it is worked out.
struct Case<'l> {
    ledger: &'l Ledger,
    now: i64,
    remarks: Vec<Remark<'l>>,
}

impl<'l> Dossier<'l> {
    pub(super) fn of(ledger: &'l Ledger, subject: Subject, now: Timestamp) -> Self {
        let case = Case { ledger, now: now.as_second(), remarks: Vec::new() };
        match subject {
            Subject::Group(group) => case.group(group),
            Subject::Submission(id) => match ledger.sent(id) {
                Some(sent) => case.submission(sent),
                None => case.empty(),
            },
        }
    }

    /// The copy of the sent message: what the host submitted, else the first copy found.
    #[must_use]
    pub fn sent_copy(&self) -> Option<Source> {
        self.submission.or_else(|| self.copies.first().copied())
    }

    /// The states of all recipients when they are the same one.
    #[must_use]
    pub fn state(&self) -> Option<State> {
        let first = self.recipients.first()?.state;
        self.recipients.iter().all(|recipient| recipient.state == first).then_some(first)
    }
}

impl<'l> Case<'l> {
    fn text(&self, id: Id) -> &'l str {
        self.ledger.texts.text(id)
    }

    fn empty(self) -> Dossier<'l> {
        Dossier {
            pec_id: None,
            message_ids: Vec::new(),
            sender: None,
            subject: None,
            side: Side::Sent,
            copies: Vec::new(),
            submission: None,
            submitted_at: None,
            acceptance: None,
            events: Vec::new(),
            recipients: Vec::new(),
            claims: Vec::new(),
            bounces: Vec::new(),
            silence: Vec::new(),
            findings: self.remarks,
        }
    }

    /// Submitted, and nothing certified.
    fn submission(mut self, sent: &'l Sent) -> Dossier<'l> {
        let sender = sent.sender.map(|(key, _)| key);
        let copies = sent.message_id.map(|id| self.copies(&[id], sender)).unwrap_or_default();
        let about: Vec<Id> = sent.message_id.into_iter().collect();
        let (claims, bounces) = (self.claims(&about), self.bounces(&about));
        let mut silence = Vec::new();
        let mut recipients = Vec::new();
        let mut submitted_at = None;
        if let Some((list, at)) = sent.submission {
            submitted_at = Timestamp::from_second(at).ok();
            silence.extend(self.acceptance_owed(at));
            let mut seen = BTreeSet::new();
            let seats = self.ledger.texts.list(list).filter(|seat| seen.insert(seat.key));
            recipients = seats.map(|seat| self.recipient(seat, State::Pending, Vec::new())).collect();
        }
        self.check_ours(sender, sent.sender.map(|(_, printed)| printed), Side::Sent, true);
        let (message_ids, subject) = (about.iter().map(|id| self.text(*id)).collect(), sent.subject);
        Dossier {
            message_ids,
            sender: sent.sender.map(|(_, printed)| self.text(printed)),
            subject: subject.map(|subject| self.text(subject)),
            copies,
            submission: Some(sent.source),
            submitted_at,
            recipients,
            claims,
            bounces,
            silence,
            ..self.sorted().empty()
        }
    }

    fn group(mut self, group: Id) -> Dossier<'l> {
        let ledger = self.ledger;
        let (pec_id, sender) = ledger.key_of(group);
        // The submission is found by the msgid of the first event that has one.
        let first_id = {
            let mut ids: Vec<_> =
                ledger.rows_of(group).map(|row| (row.at, row.digest, message_id(ledger, row))).collect();
            ids.sort_unstable();
            ids.into_iter().find_map(|(.., id)| id)
        };
        let submission = first_id.and_then(|id| ledger.submission_of(group, id));
        let submitted = submission.and_then(|sent| sent.submission);
        let mut weighed = Weighed::of(ledger, group, submitted.map(|(list, _)| list), &mut self.remarks);
        let entry = entry(&weighed);
        let notices = self.notices(&mut weighed);
        let side = match &weighed.items[..] {
            items if submission.is_none() && items.iter().all(|item| item.row.observed == Observed::Envelope) => {
                Side::Received
            }
            _ => Side::Sent,
        };
        let about = self.seat_events(&weighed);
        let message_ids = self.message_ids(&weighed);
        let keys: Vec<Id> = pec_id.into_iter().chain(message_ids.iter().copied()).collect();
        let copies = self.copies(&message_ids, sender);
        let source_of_form = submission.or_else(|| self.sent(&message_ids, sender).into_iter().next());
        let mut recipients = Vec::new();
        let mut silence = Vec::new();
        for (seat, events) in weighed.seats.iter().zip(about) {
            let evidence = self.evidence(&weighed, entry, &events, &notices);
            let class = seat.class.map_or(AddressClass::Certified, Class::address_class);
            let state = decide(evidence, &class);
            self.check_recipient(seat, state, evidence, &weighed, &events, side);
            if side == Side::Sent && matches!(state, State::AwaitingDelivery | State::Delayed) {
                self.delivery_owed(seat, evidence, &weighed, &events, &mut silence);
            }
            self.check_forms(seat, &weighed, &events, source_of_form);
            recipients.push(self.recipient(*seat, state, events));
        }
        if entry == Entry::Unknown && side == Side::Sent {
            self.remarks.push(Remark::about(Finding::new(Code::ReceiptMissing).with("accettazione"), None));
            silence.extend(submitted.and_then(|(_, at)| self.acceptance_owed(at)));
        }
        self.check_submission(&weighed, submitted.map(|(list, _)| list));
        self.check_namesakes(group);
        let printed = weighed.items.iter().find_map(|item| item.sender);
        self.check_ours(sender, printed, side, submission.is_some() || !copies.is_empty());
        let claims = self.claims(&keys);
        let bounces = self.bounces(&keys);
        let authority = weighed.authority.and_then(|index| weighed.items.get(index));
        let subject = authority.map_or_else(|| weighed.items.iter().find_map(|item| item.subject), |item| item.subject);
        let acceptance = weighed.authority.filter(|_| matches!(entry, Entry::Accepted | Entry::Contradictory));
        let acceptance = acceptance.filter(|index| {
            weighed
                .items
                .get(*index)
                .is_some_and(|item| matches!(item.row.observed, Observed::Accepted | Observed::Envelope))
        });
        let events = weighed.items.iter().zip(&notices).map(|(item, notice)| self.event(item, *notice)).collect();
        Dossier {
            pec_id: pec_id.map(|id| self.text(id)),
            message_ids: message_ids.iter().map(|id| self.text(*id)).collect(),
            sender: printed.map(|sender| self.text(sender)),
            subject: subject.map(|subject| self.text(subject)),
            side,
            copies,
            submission: submission.map(|sent| sent.source),
            submitted_at: submitted.and_then(|(_, at)| Timestamp::from_second(at).ok()),
            acceptance,
            events,
            recipients,
            claims,
            bounces,
            silence,
            ..self.sorted().empty()
        }
    }

    /// Findings in an order of their own, each once.
    fn sorted(mut self) -> Self {
        self.remarks.sort_by(|a, b| {
            let key =
                |remark: &Remark<'l>| (remark.finding.code, remark.finding.severity, remark.recipient, remark.source);
            key(a).cmp(&key(b)).then_with(|| a.finding.detail.cmp(&b.finding.detail))
        });
        self.remarks.dedup();
        self
    }

    fn recipient(&self, seat: Seat, state: State, events: Vec<usize>) -> Recipient<'l> {
        Recipient { address: self.text(seat.printed), class: seat.class.map(Class::address_class), state, events }
    }

    /// *msgid*: of what the sender's provider issued, else of all that counts.
    fn message_ids(&self, weighed: &Weighed<'l>) -> Vec<Id> {
        let authority = weighed.authority.and_then(|index| weighed.items.get(index)).and_then(|item| item.message_id);
        if let Some(id) = authority {
            return vec![id];
        }
        let counting = weighed.items.iter().filter(|item| item.standing != Standing::Disputed);
        let mut ids: Vec<Id> = counting.filter_map(|item| item.message_id).collect();
        ids.sort_unstable_by_key(|id| self.text(*id));
        ids.dedup();
        ids
    }

    /// Which notice each delay notice is, by position; `Delay::None` for other events.
    fn notices(&self, weighed: &mut Weighed<'l>) -> Vec<Delay> {
        let mut earlier: std::collections::BTreeMap<Id, BTreeSet<(Option<Id>, i64)>> =
            std::collections::BTreeMap::new();
        let accepted = weighed.accepted_at;
        let each = weighed.items.iter().map(|item| {
            let Some((_, key)) = item.row.recipient.filter(|_| item.row.observed == Observed::Notice) else {
                return Delay::None;
            };
            let of_this = earlier.entry(key).or_default();
            let same = (item.provider.name, item.row.at);
            let before = of_this.len() - usize::from(of_this.contains(&same));
            if item.standing != Standing::Disputed {
                of_this.insert(same);
            }
            let elapsed =
                accepted.filter(|_| item.row.at != NO_TIME).map(|accepted| item.row.at.saturating_sub(accepted));
            notice::which(elapsed, item.row.detail.map(|detail| self.text(detail)), before)
        });
        each.collect()
    }

    /// Positions of the events of each recipient.
    fn seat_events(&self, weighed: &Weighed<'l>) -> Vec<Vec<usize>> {
        let mut about = vec![Vec::new(); weighed.seats.len()];
        for (index, item) in weighed.items.iter().enumerate() {
            for seat in weighed.seats_of(self.ledger, item.row) {
                let list = weighed.by_key.get(&seat.key).and_then(|position| about.get_mut(*position));
                if let Some(list) = list.filter(|list: &&mut Vec<usize>| list.last() != Some(&index)) {
                    list.push(index);
                }
            }
        }
        about
    }

    fn evidence(&self, weighed: &Weighed<'l>, entry: Entry, events: &[usize], notices: &[Delay]) -> Evidence {
        let mut evidence = Evidence { entry, ..Evidence::default() };
        let (mut first_delivery, mut first_timeout) = (None, None);
        for index in events {
            let Some(item) = weighed.items.get(*index).filter(|item| item.standing != Standing::Disputed) else {
                continue;
            };
            match item.row.observed {
                Observed::Delivered => {
                    first_delivery.get_or_insert(item.row.at);
                    evidence.delivery = Delivery::InTime;
                }
                Observed::Failed if evidence.failure == Failure::None => evidence.failure = Failure::Ordinary,
                Observed::FailedVirus if evidence.failure == Failure::None => evidence.failure = Failure::Virus,
                Observed::Notice => {
                    let notice = notices.get(*index).copied().unwrap_or_default();
                    if notice == Delay::Hours24 {
                        first_timeout.get_or_insert(item.row.at);
                    }
                    evidence.delay = evidence.delay.max(notice);
                }
                _ => {}
            }
        }
        if let (Some(delivered), Some(ended)) = (first_delivery, first_timeout)
            && ended < delivered
            && delivered != NO_TIME
        {
            evidence.delivery = Delivery::AfterTimeout;
        }
        evidence
    }

    fn check_recipient(
        &mut self,
        seat: &Seat,
        state: State,
        evidence: Evidence,
        weighed: &Weighed<'l>,
        events: &[usize],
        side: Side,
    ) {
        let address = Some(self.text(seat.printed));
        let mut say = |finding| self.remarks.push(Remark::about(finding, address));
        let has = |kind: Observed| {
            let items = events.iter().filter_map(|index| weighed.items.get(*index));
            items.filter(|item| item.standing != Standing::Disputed).any(|item| item.row.observed == kind)
        };
        let ended = evidence.delivery != Delivery::None;
        let failed = evidence.failure != Failure::None;
        let refused = matches!(evidence.entry, Entry::Refused | Entry::Contradictory);
        let conflict = if state == State::Conflict && ended && failed {
            Some("consegna / mancata consegna")
        } else if state == State::Conflict {
            Some("non accettazione / accettazione, consegna")
        } else if refused && (failed || evidence.delay != Delay::None) {
            Some("non accettazione / mancata consegna")
        } else if has(Observed::Failed) && has(Observed::FailedVirus) {
            Some("mancata consegna / mancata consegna per virus")
        } else if evidence.delivery == Delivery::InTime && evidence.delay == Delay::Hours24 {
            Some("consegna / avviso delle 24 ore")
        } else {
            None
        };
        if let Some(conflict) = conflict {
            say(Finding::new(Code::ReceiptConflict).with(conflict));
        }
        if state == State::DeliveredLate {
            say(Finding::new(Code::ReceiptLate));
        }
        if seat.class == Some(Class::External) && !events.is_empty() {
            say(Finding::new(Code::ReceiptUnexpected));
        }
        if side == Side::Sent && self.ledger.service == ServiceReceipts::Visible && !refused {
            if ended && !has(Observed::TakenInCharge) {
                say(Finding::new(Code::ReceiptMissing).with("presa-in-carico"));
            }
            if has(Observed::VirusDetected) != has(Observed::FailedVirus) {
                let missing =
                    if has(Observed::VirusDetected) { "errore-consegna (virus)" } else { "rilevazione-virus" };
                say(Finding::new(Code::ReceiptMissing).with(missing));
            }
        }
    }

    fn delivery_owed(
        &mut self,
        seat: &Seat,
        evidence: Evidence,
        weighed: &Weighed<'l>,
        events: &[usize],
        silence: &mut Vec<Silence<'l>>,
    ) {
        let Some(accepted) = weighed.accepted_at else { return };
        let taken = events
            .iter()
            .filter_map(|index| weighed.items.get(*index))
            .any(|item| item.standing != Standing::Disputed && item.row.observed == Observed::TakenInCharge);
        let taken = (self.ledger.service == ServiceReceipts::Visible).then_some(taken);
        let recipient = Some(self.text(seat.printed));
        for (owed, since) in owed(Waiting { accepted, warned: evidence.delay != Delay::None, taken }, self.now) {
            let Ok(since) = Timestamp::from_second(since) else { continue };
            silence.push(Silence { owed, since, recipient });
            if owed == Owed::TimeoutNotice {
                let finding = Finding::new(Code::ReceiptMissing).with("avvenuta-consegna, errore-consegna, preavviso");
                self.remarks.push(Remark::about(finding, recipient));
            }
        }
    }

    fn acceptance_owed(&self, submitted: i64) -> Option<Silence<'l>> {
        let since = Timestamp::from_second(submitted).ok()?;
        (self.now >= submitted).then_some(Silence { owed: Owed::Acceptance, since, recipient: None })
    }

    /// `receipt.kind_unexpected`: only where the sent message is known, because its header says who stands in Cc.
    fn check_forms(&mut self, seat: &Seat, weighed: &Weighed<'l>, events: &[usize], sent: Option<&Sent>) {
        let Some(sent) = sent else { return };
        let certified = weighed.items.iter().filter(|item| item.standing != Standing::Disputed);
        let envelope =
            certified.filter(|item| item.row.observed == Observed::Envelope).find_map(|item| item.row.requested);
        let requested = envelope.or(sent.requested).unwrap_or(Form::Full).receipt_form();
        let stands_in = |list| self.ledger.texts.list(list).any(|entry| entry.key == seat.key);
        let mut expected = None;
        for item in events.iter().filter_map(|index| weighed.items.get(*index)) {
            if item.row.observed != Observed::Delivered || item.standing != Standing::Counts {
                continue;
            }
            let expected = expected.get_or_insert_with(|| {
                let addressed = match (stands_in(sent.to), stands_in(sent.cc)) {
                    (true, true) => Addressed::Both,
                    (true, false) => Addressed::To,
                    (false, true) => Addressed::Cc,
                    (false, false) => Addressed::Neither,
                };
                expected_form(&requested, addressed)
            });
            if !fits(item.row.carried, expected) {
                let finding = Finding::new(Code::ReceiptKindUnexpected);
                let finding = finding.with(format!("{}; expected {expected}", item.row.carried.as_str()));
                let recipient = Some(self.ledger.texts.text(seat.printed));
                self.remarks.push(Remark { recipient, ..Remark::on(finding, item.row.source) });
            }
        }
    }

    /// What was certified goes to the recipients to whom the host submitted it.
    fn check_submission(&mut self, weighed: &Weighed<'l>, submitted: Option<Id>) {
        let (Some(list), Some(_)) = (submitted, weighed.authority) else { return };
        let keys: BTreeSet<Id> = self.ledger.texts.list(list).map(|seat| seat.key).collect();
        if keys.len() != weighed.seats.len() || weighed.seats.iter().any(|seat| !keys.contains(&seat.key)) {
            let finding = Finding::new(Code::ReceiptInconsistent).with("destinatari / RCPT TO");
            self.remarks.push(Remark::about(finding, None));
        }
    }

    /// `receipt.sender`: the same identifier under another sender.
    fn check_namesakes(&mut self, group: Id) {
        let mut others: Vec<&str> =
            self.ledger.namesakes(group).map(|sender| sender.map_or("", |sender| self.text(sender))).collect();
        others.sort_unstable();
        let Some(first) = others.first() else { return };
        let more = if others.len() == 1 { String::new() } else { format!(" and {} more", others.len() - 1) };
        self.remarks.push(Remark::about(Finding::new(Code::ReceiptSender).with(format!("{first}{more}")), None));
    }

    /// `receipt.not_ours`, where the host has said which mailboxes are its own.
    fn check_ours(&mut self, sender: Option<Id>, printed: Option<Id>, side: Side, known: bool) {
        if self.ledger.own.is_empty() || side == Side::Received {
            return;
        }
        let detail = printed.map_or("", |sender| self.text(sender)).to_owned();
        let finding = Finding::new(Code::ReceiptNotOurs).with(detail);
        if !sender.is_some_and(|sender| self.ledger.own.contains(self.text(sender))) {
            self.remarks.push(Remark::about(finding, None));
        } else if !known {
            self.remarks.push(Remark::about(finding.graded(Severity::Info), None));
        }
    }

    /// Copies and submissions of the sent message, by source.
    fn sent(&self, message_ids: &[Id], sender: Option<Id>) -> Vec<&'l Sent> {
        let ledger = self.ledger;
        let mut sent: Vec<&Sent> = message_ids.iter().flat_map(|id| ledger.sent_under(*id, sender)).collect();
        sent.sort_by_key(|sent| (sent.submission.is_some(), sent.source));
        sent
    }

    fn copies(&self, message_ids: &[Id], sender: Option<Id>) -> Vec<Source> {
        let sent = self.sent(message_ids, sender);
        let mut copies: Vec<Source> =
            sent.iter().filter(|sent| sent.submission.is_none()).map(|sent| sent.source).collect();
        copies.dedup();
        copies
    }

    /// `receipt.unproven`: what is not certified.
    fn claims(&mut self, keys: &[Id]) -> Vec<Claim<'l>> {
        let ledger = self.ledger;
        let mut claims: Vec<&record::Claim> = keys.iter().flat_map(|key| ledger.claims_under(*key)).collect();
        claims.sort_by(|a, b| {
            (a.source, &a.kind, &a.own_id, &a.recipient).cmp(&(b.source, &b.kind, &b.own_id, &b.recipient))
        });
        claims.dedup();
        for claim in &claims {
            let finding = Finding::new(Code::ReceiptUnproven).with(format!("{}: {}", claim.kind, claim.verdict));
            self.remarks.push(Remark { recipient: claim.recipient.as_deref(), ..Remark::on(finding, claim.source) });
        }
        let shown = |claim: &'l record::Claim| Claim {
            source: claim.source,
            kind: &claim.kind,
            recipient: claim.recipient.as_deref(),
            from: claim.from.as_deref(),
            own_message_id: claim.own_id.as_deref(),
            verdict: claim.verdict,
            weaknesses: &claim.codes,
        };
        claims.into_iter().map(shown).collect()
    }

    fn bounces(&self, keys: &[Id]) -> Vec<Bounce<'l>> {
        let ledger = self.ledger;
        let mut bounces: Vec<&record::Bounce> = keys.iter().flat_map(|key| ledger.bounces_under(*key)).collect();
        bounces.sort_by(|a, b| (a.source, &a.recipients).cmp(&(b.source, &b.recipients)));
        bounces.dedup();
        let shown = |bounce: &'l record::Bounce| Bounce {
            source: bounce.source,
            recipients: &bounce.recipients,
            status: bounce.status.as_deref(),
            in_anomaly: bounce.in_anomaly,
        };
        bounces.into_iter().map(shown).collect()
    }

    fn event(&self, item: &Item<'l>, notice: Delay) -> Event<'l> {
        let row = item.row;
        let kind = match notice {
            Delay::Hours24 => EventKind::Timeout24,
            _ => EventKind::of(row.observed),
        };
        let text = |id: Option<Id>| id.map(|id| self.text(id));
        let covered = row.covered.into_iter().flat_map(|list| self.ledger.texts.list(list));
        Event {
            kind,
            standing: item.standing,
            recipient: text(row.recipient.map(|(printed, _)| printed)),
            covered: covered.map(|seat| self.text(seat.printed)).collect(),
            at: Some(row.at).filter(|at| *at != NO_TIME).and_then(|at| Timestamp::from_second(at).ok()),
            offset_minutes: Some(row.offset).filter(|offset| *offset != NO_OFFSET),
            source: row.source,
            own_message_id: text(row.own_id),
            provider: text(item.provider.name),
            signer: text(item.provider.service),
            error: row.error.as_str(),
            error_detail: text(row.detail),
            requested: row.requested.map(Form::as_str),
            carried: row.carried,
            verdict: row.verdict,
            time: row.time,
            weaknesses: self.ledger.texts.codes(row.codes).collect(),
        }
    }
}

/// What the sender's provider did with the message.
fn entry(weighed: &Weighed<'_>) -> Entry {
    let counts = |item: &&Item<'_>| item.standing != Standing::Disputed;
    let mut counting = weighed.items.iter().filter(counts).map(|item| item.row.observed);
    let accepted = counting.clone().any(|kind| matches!(kind, Observed::Accepted | Observed::Envelope));
    let refused = counting.any(|kind| matches!(kind, Observed::Refused | Observed::RefusedVirus));
    match (accepted, refused) {
        (false, false) => Entry::Unknown,
        (true, false) => Entry::Accepted,
        (false, true) => Entry::Refused,
        (true, true) => Entry::Contradictory,
    }
}

fn message_id(ledger: &Ledger, row: &Row) -> Option<Id> {
    let [_, message_id, _, _] = ledger.texts.members(row.common);
    message_id
}
