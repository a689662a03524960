//! A dossier as JSON: keys in fixed order, times in UTC (RFC 3339) beside the certified local time, absent values null.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;

use super::dossier::{Bounce, Claim, Dossier, Recipient, Remark};
use super::event::Event;
use super::silence::Silence;
use crate::finding::Code;

/// One dossier, as `pec link --json` prints it and the C and Python faces return it. Sources are the caller's numbers.
#[derive(Debug, Serialize)]
pub struct Report<'d> {
    pec_id: Option<&'d str>,
    message_ids: &'d [&'d str],
    sender: Option<&'d str>,
    subject: Option<&'d str>,
    side: &'static str,
    sent_copy: Option<u64>,
    copies: Vec<u64>,
    submission: Option<u64>,
    submitted_at: Option<Timestamp>,
    acceptance: Option<usize>,
    recipients: Vec<RecipientReport<'d>>,
    events: Vec<EventReport<'d>>,
    claims: Vec<ClaimReport<'d>>,
    bounces: Vec<BounceReport<'d>>,
    silence: Vec<SilenceReport<'d>>,
    findings: Vec<FindingReport<'d>>,
}

#[derive(Debug, Serialize)]
struct RecipientReport<'d> {
    address: &'d str,
    class: Option<&'d str>,
    state: &'static str,
    events: &'d [usize],
}

#[derive(Debug, Serialize)]
struct EventReport<'d> {
    kind: &'static str,
    standing: &'static str,
    recipient: Option<&'d str>,
    covered: &'d [&'d str],
    at: Option<Timestamp>,
    local: Option<String>,
    source: u64,
    own_message_id: Option<&'d str>,
    provider: Option<&'d str>,
    signer: Option<&'d str>,
    error: &'static str,
    error_detail: Option<&'d str>,
    requested: Option<&'static str>,
    carried: &'static str,
    verdict: &'static str,
    time: &'static str,
    weaknesses: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct ClaimReport<'d> {
    source: u64,
    kind: &'d str,
    recipient: Option<&'d str>,
    from: Option<&'d str>,
    own_message_id: Option<&'d str>,
    verdict: &'static str,
    weaknesses: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct BounceReport<'d> {
    source: u64,
    recipients: &'d [String],
    status: Option<&'d str>,
    in_anomaly: bool,
}

#[derive(Debug, Serialize)]
struct SilenceReport<'d> {
    owed: &'static str,
    since: Timestamp,
    recipient: Option<&'d str>,
}

#[derive(Debug, Serialize)]
struct FindingReport<'d> {
    code: &'static str,
    severity: &'static str,
    recipient: Option<&'d str>,
    source: Option<u64>,
    detail: &'d str,
}

impl<'d> Report<'d> {
    /// Puts a dossier into the form of the report.
    #[must_use]
    pub fn new(dossier: &'d Dossier<'d>) -> Self {
        Self {
            pec_id: dossier.pec_id,
            message_ids: &dossier.message_ids,
            sender: dossier.sender,
            subject: dossier.subject,
            side: dossier.side.as_str(),
            sent_copy: dossier.sent_copy().map(|source| source.0),
            copies: dossier.copies.iter().map(|source| source.0).collect(),
            submission: dossier.submission.map(|source| source.0),
            submitted_at: dossier.submitted_at,
            acceptance: dossier.acceptance,
            recipients: dossier.recipients.iter().map(RecipientReport::new).collect(),
            events: dossier.events.iter().map(EventReport::new).collect(),
            claims: dossier.claims.iter().map(ClaimReport::new).collect(),
            bounces: dossier.bounces.iter().map(BounceReport::new).collect(),
            silence: dossier.silence.iter().map(SilenceReport::new).collect(),
            findings: dossier.findings.iter().map(FindingReport::new).collect(),
        }
    }

    /// One line of JSON, without a line end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and numbers only: there is nothing that cannot be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn codes(codes: &[Code]) -> Vec<&'static str> {
    codes.iter().map(|code| code.as_str()).collect()
}

/// The instant in the offset in which it was printed, `2026-02-09T10:15:30+01:00`.
fn local(at: Option<Timestamp>, minutes: Option<i16>) -> Option<String> {
    let offset = Offset::from_seconds(i32::from(minutes?) * 60).ok()?;
    Some(at?.display_with_offset(offset).to_string())
}

impl<'d> RecipientReport<'d> {
    fn new(recipient: &'d Recipient<'d>) -> Self {
        Self {
            address: recipient.address,
            class: recipient.class.as_ref().map(|class| class.as_str()),
            state: recipient.state.as_str(),
            events: &recipient.events,
        }
    }
}

impl<'d> EventReport<'d> {
    fn new(event: &'d Event<'d>) -> Self {
        Self {
            kind: event.kind.as_str(),
            standing: event.standing.as_str(),
            recipient: event.recipient,
            covered: &event.covered,
            at: event.at,
            local: local(event.at, event.offset_minutes),
            source: event.source.0,
            own_message_id: event.own_message_id,
            provider: event.provider,
            signer: event.signer,
            error: event.error,
            error_detail: event.error_detail,
            requested: event.requested,
            carried: event.carried.as_str(),
            verdict: event.verdict.as_str(),
            time: event.time.as_str(),
            weaknesses: codes(&event.weaknesses),
        }
    }
}

impl<'d> ClaimReport<'d> {
    fn new(claim: &'d Claim<'d>) -> Self {
        Self {
            source: claim.source.0,
            kind: claim.kind,
            recipient: claim.recipient,
            from: claim.from,
            own_message_id: claim.own_message_id,
            verdict: claim.verdict.as_str(),
            weaknesses: codes(claim.weaknesses),
        }
    }
}

impl<'d> BounceReport<'d> {
    fn new(bounce: &'d Bounce<'d>) -> Self {
        Self {
            source: bounce.source.0,
            recipients: bounce.recipients,
            status: bounce.status,
            in_anomaly: bounce.in_anomaly,
        }
    }
}

impl<'d> SilenceReport<'d> {
    fn new(silence: &'d Silence<'d>) -> Self {
        Self { owed: silence.owed.as_str(), since: silence.since, recipient: silence.recipient }
    }
}

impl<'d> FindingReport<'d> {
    fn new(remark: &'d Remark<'d>) -> Self {
        Self {
            code: remark.finding.code.as_str(),
            severity: remark.finding.severity.as_str(),
            recipient: remark.recipient,
            source: remark.source.map(|source| source.0),
            detail: &remark.finding.detail,
        }
    }
}
