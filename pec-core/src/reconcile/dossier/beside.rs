//! What is shown beside the states: the timeline, copies of the sent message, claims and bounces.

use jiff::Timestamp;

use super::super::event::{Event, EventKind};
use super::super::intern::Id;
use super::super::record::{self, Source};
use super::super::state::Delay;
use super::super::store::{Form, NO_OFFSET, NO_TIME, Sent};
use super::super::weigh::Item;
use super::case::Case;
use super::{Bounce, Claim, Remark};
use crate::finding::{Code, Finding};

impl<'l> Case<'l> {
    /// Copies and submissions of the sent message, by source.
    pub(super) fn sent(&self, message_ids: &[Id], sender: Option<Id>) -> Vec<&'l Sent> {
        let ledger = self.ledger;
        let mut sent: Vec<&Sent> = message_ids.iter().flat_map(|id| ledger.sent_under(*id, sender)).collect();
        sent.sort_by_key(|sent| (sent.submission.is_some(), sent.source));
        sent
    }

    pub(super) fn copies(&self, message_ids: &[Id], sender: Option<Id>) -> Vec<Source> {
        let sent = self.sent(message_ids, sender);
        let mut copies: Vec<Source> =
            sent.iter().filter(|sent| sent.submission.is_none()).map(|sent| sent.source).collect();
        copies.dedup();
        copies
    }

    /// `receipt.unproven`: what is not certified.
    pub(super) fn claims(&mut self, keys: &[Id]) -> Vec<Claim<'l>> {
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

    pub(super) fn bounces(&self, keys: &[Id]) -> Vec<Bounce<'l>> {
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

    pub(super) fn event(&self, item: &Item<'l>, notice: Delay) -> Event<'l> {
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
