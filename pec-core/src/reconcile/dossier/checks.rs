//! What is found about a dossier: contradictions, forms, missing receipts, whose message it is.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::event::{Observed, Standing};
use super::super::form::{Addressed, expected_form, fits};
use super::super::intern::Id;
use super::super::ledger::ServiceReceipts;
use super::super::silence::{Owed, Silence, Waiting, owed};
use super::super::state::{Delay, Delivery, Entry, Evidence, Failure, State};
use super::super::store::{Class, Form, Seat, Sent};
use super::super::weigh::Weighed;
use super::case::Case;
use super::{Remark, Side};
use crate::finding::{Code, Finding, Severity};

impl<'l> Case<'l> {
    pub(super) fn check_recipient(
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

    pub(super) fn delivery_owed(
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

    pub(super) fn acceptance_owed(&self, submitted: i64) -> Option<Silence<'l>> {
        let since = Timestamp::from_second(submitted).ok()?;
        (self.now >= submitted).then_some(Silence { owed: Owed::Acceptance, since, recipient: None })
    }

    /// `receipt.kind_unexpected`: only where the sent message is known, because its header says who stands in Cc.
    pub(super) fn check_forms(&mut self, seat: &Seat, weighed: &Weighed<'l>, events: &[usize], sent: Option<&Sent>) {
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
    pub(super) fn check_submission(&mut self, weighed: &Weighed<'l>, submitted: Option<Id>) {
        let (Some(list), Some(_)) = (submitted, weighed.authority) else { return };
        let keys: BTreeSet<Id> = self.ledger.texts.list(list).map(|seat| seat.key).collect();
        if keys.len() != weighed.seats.len() || weighed.seats.iter().any(|seat| !keys.contains(&seat.key)) {
            let finding = Finding::new(Code::ReceiptInconsistent).with("destinatari / RCPT TO");
            self.remarks.push(Remark::about(finding, None));
        }
    }

    /// `receipt.sender`: the same identifier under another sender.
    pub(super) fn check_namesakes(&mut self, group: Id) {
        let mut others: Vec<&str> =
            self.ledger.namesakes(group).map(|sender| sender.map_or("", |sender| self.text(sender))).collect();
        others.sort_unstable();
        let Some(first) = others.first() else { return };
        let more = if others.len() == 1 { String::new() } else { format!(" and {} more", others.len() - 1) };
        self.remarks.push(Remark::about(Finding::new(Code::ReceiptSender).with(format!("{first}{more}")), None));
    }

    /// `receipt.not_ours`, where the host has said which mailboxes are its own.
    pub(super) fn check_ours(&mut self, sender: Option<Id>, printed: Option<Id>, side: Side, known: bool) {
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
}
