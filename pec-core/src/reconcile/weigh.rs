//! Which certified events count: who may say what of whom.
//!
//! A genuine signature proves that *a* provider signed, not that it was this provider's to say. The *identificativo* is
//! chosen by the sender's provider and read by every other, so that a provider gone bad, or whoever holds an old key of
//! one, could sign a receipt for somebody else's message. Therefore an event counts only where these agree:
//!
//! | fact | rule |
//! |---|---|
//! | sender | it is part of the key of the dossier |
//! | issuer | acceptance, refusal, envelope, notices of exceeded time and of a virus come from the sender's provider: the one whose host the *identificativo* names, among those that issued acceptance, refusal or envelope (RFC 6109 §2.2.1, §3.1) |
//! | recipient | *consegna* and *ricezione* stand among the *destinatari* of the envelope, else of the acceptance (PEC-SPEC §9.4) |
//! | outcome | a receipt of success does not state an error (PEC-SPEC §3.4) |
//!
//! What does not agree stays in the timeline as [`Standing::Disputed`], with a finding, and changes nothing. Lists,
//! identifiers and times that differ are findings and leave the event its weight. Whether the issuer of a delivery
//! receipt serves the recipient's domain cannot be known from here.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::dossier::Remark;
use super::event::{Observed, Standing};
use super::intern::Id;
use super::ledger::Ledger;
use super::store::{NO_TIME, Row, Seat};
use crate::finding::{Code, Finding, Severity};
use crate::verify::Verdict;

/// Seconds by which clocks of two providers may differ (VERDICT §4).
const TOLERANCE: i64 = 300;

/// One event, and what it rests on.
#[derive(Debug)]
pub(super) struct Item<'l> {
    pub(super) row: &'l Row,
    pub(super) standing: Standing,
    pub(super) recipients: Id,
    pub(super) message_id: Option<Id>,
    pub(super) subject: Option<Id>,
    pub(super) sender: Option<Id>,
    pub(super) provider: Provider,
}

/// Who signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Provider {
    pub(super) name: Option<Id>,
    pub(super) service: Option<Id>,
    organization: Option<Id>,
}

impl Provider {
    /// The same service address, or the same organisation: both are the authority's word in the certificate.
    fn is(&self, other: &Self) -> bool {
        let same = |a: Option<Id>, b: Option<Id>| a.is_some() && a == b;
        same(self.service, other.service) || same(self.organization, other.organization)
    }
}

/// The events of a dossier, weighed.
#[derive(Debug)]
pub(super) struct Weighed<'l> {
    /// By signed time, then stage of the way, then digest.
    pub(super) items: Vec<Item<'l>>,
    pub(super) seats: Vec<Seat>,
    /// Positions in `seats`.
    pub(super) by_key: BTreeMap<Id, usize>,
    /// When the message was accepted.
    pub(super) accepted_at: Option<i64>,
    /// The event whose list of recipients is the authority.
    pub(super) authority: Option<usize>,
}

impl<'l> Weighed<'l> {
    pub(super) fn of(ledger: &'l Ledger, group: Id, submitted: Option<Id>, remarks: &mut Vec<Remark<'l>>) -> Self {
        let mut items = items(ledger, group);
        let pec_id = ledger.key_of(group).0.map_or("", |id| ledger.texts.text(id));
        check_issuers(ledger, pec_id, &mut items, remarks);
        check_outcomes(&mut items, remarks);
        let entry = |kind: Observed| {
            items.iter().position(|item| item.standing == Standing::Counts && item.row.observed == kind)
        };
        let accepted = entry(Observed::Envelope).or_else(|| entry(Observed::Accepted));
        let refused = entry(Observed::Refused).into_iter().chain(entry(Observed::RefusedVirus)).min();
        let authority = accepted.or(refused);
        let accepted_at = accepted.and_then(|index| items.get(index)).map(|item| item.row.at);
        let mut weighed = Self {
            seats: Vec::new(),
            by_key: BTreeMap::new(),
            accepted_at: accepted_at.filter(|at| *at != NO_TIME),
            authority,
            items,
        };
        weighed.seat(ledger, submitted);
        weighed.check_recipients(ledger, remarks);
        weighed.check_agreement(ledger, remarks);
        weighed.mark_duplicates(ledger, remarks);
        weighed
    }

    /// The recipients: of the authority, else of everything that speaks of the message.
    fn seat(&mut self, ledger: &Ledger, submitted: Option<Id>) {
        let authority = self.authority.and_then(|index| self.items.get(index)).map(|item| item.recipients);
        let mut lists: Vec<Id> = match authority {
            Some(list) => vec![list],
            None => self.items.iter().map(|item| item.recipients).chain(submitted).collect(),
        };
        let mut once = BTreeSet::new();
        lists.retain(|list| once.insert(*list));
        for seat in lists.into_iter().flat_map(|list| ledger.texts.list(list)) {
            if let Entry::Vacant(vacant) = self.by_key.entry(seat.key) {
                vacant.insert(self.seats.len());
                self.seats.push(seat);
            }
        }
    }

    /// The recipients of whom an event speaks.
    pub(super) fn seats_of<'s>(&'s self, ledger: &'s Ledger, row: &'s Row) -> impl Iterator<Item = &'s Seat> {
        named(ledger, row).filter_map(|(_, key)| self.seats.get(*self.by_key.get(&key)?))
    }

    /// `receipt.recipient`: of whom may be spoken.
    fn check_recipients(&mut self, ledger: &'l Ledger, remarks: &mut Vec<Remark<'l>>) {
        // Without an authority only its own list can bear a receipt out.
        let mut lists: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
        for item in &mut self.items {
            let row = item.row;
            let mut strangers = Vec::new();
            let mut known = 0_usize;
            for (printed, key) in named(ledger, row) {
                let own = || ledger.texts.list(item.recipients).map(|seat| seat.key).collect();
                let seated = match self.authority {
                    Some(_) => self.by_key.contains_key(&key),
                    None => lists.entry(item.recipients).or_insert_with(own).contains(&key),
                };
                if seated { known += 1 } else { strangers.push(ledger.texts.text(printed)) }
            }
            let unnamed = row.observed.names_recipient() && row.recipient.is_none();
            if strangers.is_empty() && !unnamed {
                continue;
            }
            if known == 0 {
                item.standing = Standing::Disputed;
            }
            let detail = strangers.first().map_or_else(
                || "no recipient is named".to_owned(),
                |first| {
                    let more = strangers.len() - 1;
                    if more == 0 { (*first).to_owned() } else { format!("{first} and {more} more") }
                },
            );
            let remark = Remark::on(Finding::new(Code::ReceiptRecipient).with(detail), row.source);
            remarks.push(Remark { recipient: strangers.first().copied(), ..remark });
        }
    }

    /// `receipt.inconsistent` where the event keeps its weight: lists, identifiers and times.
    fn check_agreement(&self, ledger: &'l Ledger, remarks: &mut Vec<Remark<'l>>) {
        let Some(authority) = self.authority.and_then(|index| self.items.get(index)) else { return };
        let mut differing: BTreeMap<Id, bool> = BTreeMap::new();
        for item in self.items.iter().filter(|item| item.standing != Standing::Disputed) {
            let mut say = |severity, what: String| {
                let finding = Finding::new(Code::ReceiptInconsistent).graded(severity).with(what);
                remarks.push(Remark::on(finding, item.row.source));
            };
            let differs = item.recipients != authority.recipients
                && *differing.entry(item.recipients).or_insert_with(|| {
                    let mut keys: Vec<Id> = ledger.texts.list(item.recipients).map(|seat| seat.key).collect();
                    keys.sort_unstable();
                    keys.dedup();
                    keys.len() != self.seats.len() || keys.iter().any(|key| !self.by_key.contains_key(key))
                });
            if differs {
                say(Severity::Error, "destinatari".to_owned());
            }
            if let (Some(one), Some(other)) = (authority.message_id, item.message_id)
                && one != other
            {
                let text = |id| ledger.texts.text(id);
                say(Severity::Error, format!("msgid {} / {}", text(one), text(other)));
            }
            if let Some(accepted) = self.accepted_at
                && item.row.at < accepted.saturating_sub(TOLERANCE)
            {
                say(Severity::Warning, format!("{} s before the acceptance", accepted - item.row.at));
            }
        }
    }

    /// `receipt.duplicate` and PEC-SPEC §9.1: of the same kind about the same recipient, with the same own Message-ID or
    /// the same issuer and time. The first in order stands for all.
    fn mark_duplicates(&mut self, ledger: &'l Ledger, remarks: &mut Vec<Remark<'l>>) {
        let mut by_time = BTreeSet::new();
        let mut by_id = BTreeSet::new();
        let mut outcomes = BTreeMap::new();
        for item in self.items.iter_mut().filter(|item| item.standing == Standing::Counts) {
            let row = item.row;
            let about = (row.observed, row.recipient.map(|(_, key)| key), row.covered);
            let own = row.own_id.map(|id| ledger.texts.text(id));
            let again = !by_time.insert((about, item.provider.name, row.at))
                | own.is_some_and(|own| !by_id.insert((about, own)));
            let (first, others) = outcomes.entry(about).or_insert((item.provider, 0_usize));
            if again {
                item.standing = Standing::Duplicate;
                remarks.push(Remark::on(Finding::new(Code::ReceiptDuplicate), row.source));
                continue;
            }
            *others += 1;
            if *others > 1 && (row.observed.is_entry() || row.observed == Observed::Delivered) {
                let what = if first.is(&item.provider) { "another one" } else { "another one, of another provider" };
                let finding = Finding::new(Code::ReceiptInconsistent).with(what);
                let recipient = row.recipient.map(|(printed, _)| ledger.texts.text(printed));
                remarks.push(Remark { recipient, ..Remark::on(finding, row.source) });
            }
        }
    }
}

/// The addresses of whom an event speaks, as printed and as compared.
fn named<'l>(ledger: &'l Ledger, row: &'l Row) -> impl Iterator<Item = (Id, Id)> + 'l {
    // A take-charge receipt names several; a virus detection notice names one in either place (PEC-SPEC §2.7). Any other
    // speaks of its one recipient and of nobody else.
    let several = !row.observed.names_recipient() || row.observed == Observed::VirusDetected;
    let covered = row.covered.filter(|_| several).into_iter().flat_map(|list| ledger.texts.list(list));
    row.recipient.into_iter().chain(covered.map(|seat| (seat.printed, seat.key)))
}

/// The events in their order, each once: by signed time, then digest (VERDICT §7), except that of the same second the
/// acceptance reads before the delivery. Events between which the order decides a state are of one stage.
fn items<'l>(ledger: &'l Ledger, group: Id) -> Vec<Item<'l>> {
    let own_id = |row: &Row| row.own_id.map(|id| ledger.texts.text(id));
    let mut rows: Vec<&Row> = ledger.rows_of(group).collect();
    rows.sort_by(|a, b| {
        let key = |row: &Row| (row.at, row.observed.stage(), row.digest, row.observed);
        // Of one receipt in two states of preservation the better one stands for both.
        let wear = |row: &Row| (row.verdict != Verdict::Certified, ledger.texts.codes(row.codes).count());
        let same = key(a).cmp(&key(b)).then_with(|| wear(a).cmp(&wear(b)));
        same.then_with(|| own_id(a).cmp(&own_id(b))).then(a.source.cmp(&b.source))
    });
    rows.dedup_by(|a, b| a.source == b.source && a.digest == b.digest && a.at == b.at && own_id(a) == own_id(b));
    let item = |row: &'l Row| {
        let [recipients, message_id, subject, sender] = ledger.texts.members(row.common);
        let [name, service, organization] = ledger.texts.members(row.provider);
        let provider = Provider { name, service, organization };
        Some(Item { row, standing: Standing::Counts, recipients: recipients?, message_id, subject, sender, provider })
    };
    rows.into_iter().filter_map(item).collect()
}

/// `receipt.issuer`: what only the sender's provider may say.
fn check_issuers<'l>(ledger: &'l Ledger, pec_id: &str, items: &mut [Item<'l>], remarks: &mut Vec<Remark<'l>>) {
    let at_home =
        |provider: &Provider| provider.service.is_some_and(|address| same_host(pec_id, ledger.texts.text(address)));
    let entries = || items.iter().filter(|item| item.row.observed.is_entry()).map(|item| item.provider);
    let mut senders: Vec<Provider> = entries().filter(at_home).collect();
    if senders.is_empty() {
        senders = entries().collect();
    }
    for item in items.iter_mut().filter(|item| item.row.observed.is_senders()) {
        let provider = item.provider;
        let home = at_home(&provider);
        let may = if senders.is_empty() { home } else { senders.iter().any(|sender| sender.is(&provider)) };
        let finding = Finding::new(Code::ReceiptIssuer)
            .with(provider.service.map_or("", |address| ledger.texts.text(address)).to_owned());
        if !may {
            item.standing = Standing::Disputed;
            remarks.push(Remark::on(finding, item.row.source));
        } else if !home && !senders.iter().any(at_home) {
            remarks.push(Remark::on(finding.graded(Severity::Warning), item.row.source));
        }
    }
}

/// `receipt.inconsistent` where the outcome itself is in doubt.
fn check_outcomes<'l>(items: &mut [Item<'l>], remarks: &mut Vec<Remark<'l>>) {
    for item in items.iter_mut().filter(|item| item.row.observed.is_success()) {
        if item.row.error != super::store::Error::None {
            item.standing = Standing::Disputed;
            let finding = Finding::new(Code::ReceiptInconsistent).with(format!("errore {}", item.row.error.as_str()));
            remarks.push(Remark::on(finding, item.row.source));
        }
    }
}

/// Whether the domain of an identifier and that of a service address belong together: the identifier ends in the
/// provider's mail domain or in the name of one of its servers (RFC 6109 §2.2.1), so that the last two labels agree.
fn same_host(pec_id: &str, service: &str) -> bool {
    fn end(address: &str) -> Option<String> {
        let (_, domain) = address.rsplit_once('@')?;
        let mut labels: Vec<&str> = domain.rsplit('.').take(2).collect();
        labels.reverse();
        Some(labels.join(".").to_ascii_lowercase())
    }
    end(pec_id).is_some_and(|domain| !domain.is_empty() && end(service) == Some(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_belong_together() {
        let service = "posta-certificata@pec.alfa.example";
        assert!(same_host("opec1.2@pec.alfa.example", service));
        assert!(same_host("opec1.2@MX1.alfa.example", service));
        assert!(!same_host("opec1.2@pec.beta.example", service));
        assert!(!same_host("opec1.2", service));
        assert!(!same_host("opec1.2@", "posta-certificata@"));
        assert!(!same_host("a@example", service));
    }
}
