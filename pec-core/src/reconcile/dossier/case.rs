//! How a dossier is worked out: events weighed, each recipient's evidence gathered, its state decided.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::super::event::{Observed, Standing};
use super::super::intern::Id;
use super::super::ledger::Ledger;
use super::super::notice;
use super::super::state::{Delay, Delivery, Entry, Evidence, Failure, State, decide};
use super::super::store::{Class, NO_TIME, Row, Seat, Sent};
use super::super::weigh::{Item, Weighed};
use super::{Dossier, Recipient, Remark, Side};
use crate::daticert::AddressClass;
use crate::finding::{Code, Finding};

/// A dossier while it is worked out.
pub(super) struct Case<'l> {
    pub(super) ledger: &'l Ledger,
    pub(super) now: i64,
    pub(super) remarks: Vec<Remark<'l>>,
}

impl<'l> Case<'l> {
    pub(super) fn text(&self, id: Id) -> &'l str {
        self.ledger.texts.text(id)
    }

    pub(super) fn empty(self) -> Dossier<'l> {
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
    pub(super) fn submission(mut self, sent: &'l Sent) -> Dossier<'l> {
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

    pub(super) fn group(mut self, group: Id) -> Dossier<'l> {
        let ledger = self.ledger;
        let (pec_id, sender) = ledger.key_of(group);
        // The submission is found by the msgid of the first event that has one; numbers of texts tell the order of arrival
        // and must not decide.
        let first_id = {
            let named = ledger.rows_of(group).filter_map(|row| Some((row, message_id(ledger, row)?)));
            let first = named.min_by_key(|(row, id)| (row.at, row.digest, ledger.texts.text(*id)));
            first.map(|(_, id)| id)
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
    pub(super) fn sorted(mut self) -> Self {
        self.remarks.sort_by(|a, b| {
            let key =
                |remark: &Remark<'l>| (remark.finding.code, remark.finding.severity, remark.recipient, remark.source);
            key(a).cmp(&key(b)).then_with(|| a.finding.detail.cmp(&b.finding.detail))
        });
        self.remarks.dedup();
        self
    }

    pub(super) fn recipient(&self, seat: Seat, state: State, events: Vec<usize>) -> Recipient<'l> {
        Recipient { address: self.text(seat.printed), class: seat.class.map(Class::address_class), state, events }
    }

    /// *msgid*: of what the sender's provider issued, else of all that counts.
    pub(super) fn message_ids(&self, weighed: &Weighed<'l>) -> Vec<Id> {
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
    pub(super) fn notices(&self, weighed: &mut Weighed<'l>) -> Vec<Delay> {
        let mut earlier: BTreeMap<Id, BTreeSet<(Option<Id>, i64)>> = BTreeMap::new();
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
    pub(super) fn seat_events(&self, weighed: &Weighed<'l>) -> Vec<Vec<usize>> {
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

    pub(super) fn evidence(
        &self,
        weighed: &Weighed<'l>,
        entry: Entry,
        events: &[usize],
        notices: &[Delay],
    ) -> Evidence {
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
