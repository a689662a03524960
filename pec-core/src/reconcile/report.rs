//! A dossier as JSON: keys in fixed order, times in UTC (RFC 3339) beside the certified local time, absent values
//! null. Its form is that of `docs/schema/dossier-1.json`.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;

use super::dossier::{Bounce, Claim, Dossier, Recipient, Remark};
use super::event::Event;
use super::examine::{Against, Checked, Content, Examination, Stated};
use super::ledger::Stray;
use super::record::{Role, Source};
use super::silence::Silence;
use super::{brief, compare, instant};
use crate::finding::{Code, Finding};

/// One dossier, as `pec link --json` prints it and the C and Python faces return it. Messages bear the names that the
/// caller gives them.
#[derive(Debug, Serialize)]
pub struct Report<'d> {
    schema: &'static str,
    pec_id: Option<&'d str>,
    message_ids: &'d [&'d str],
    sender: Option<&'d str>,
    subject: Option<&'d str>,
    side: &'static str,
    sent_copy: Option<String>,
    copies: Vec<String>,
    submission: Option<String>,
    submitted_at: Option<Timestamp>,
    acceptance: Option<usize>,
    recipients: Vec<RecipientReport<'d>>,
    events: Vec<EventReport<'d>>,
    contents: Vec<ContentReport<'d>>,
    instants: Vec<InstantReport<'d>>,
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
    source: String,
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

/// What one delivery receipt says of the content.
#[derive(Debug, Serialize)]
struct ContentReport<'d> {
    event: usize,
    /// `compared`, `nothing-sent` or `unreadable`.
    checked: &'static str,
    against: Option<String>,
    /// `complete`, `brief` or `concise`.
    form: Option<&'static str>,
    proven: Option<&'static str>,
    attachments: Vec<AttachmentReport<'d>>,
    findings: Vec<CheckReport<'d>>,
}

/// One attachment of a brief receipt.
#[derive(Debug, Serialize)]
struct AttachmentReport<'d> {
    name: Option<&'d str>,
    outcome: &'static str,
    reading: Option<&'static str>,
    rests_on_sha1: bool,
}

#[derive(Debug, Serialize)]
struct CheckReport<'d> {
    code: &'static str,
    severity: &'static str,
    detail: &'d str,
}

/// One legal instant.
#[derive(Debug, Serialize)]
struct InstantReport<'d> {
    event: usize,
    side: &'static str,
    utc: Timestamp,
    rome: String,
    /// The reading of art. 147 c.p.c.
    art_147: &'static str,
    counts_at: Option<String>,
    time_zone_data: &'d str,
    source: &'d str,
    own_message_id: Option<&'d str>,
    findings: Vec<CheckReport<'d>>,
}

#[derive(Debug, Serialize)]
struct ClaimReport<'d> {
    source: String,
    kind: &'d str,
    recipient: Option<&'d str>,
    from: Option<&'d str>,
    own_message_id: Option<&'d str>,
    verdict: &'static str,
    weaknesses: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct BounceReport<'d> {
    source: String,
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
    source: Option<String>,
    detail: &'d str,
}

/// A message that speaks of no transaction that is known, in a line of its own: `{"schema": …, "stray": {…}}`.
#[derive(Debug, Serialize)]
pub struct StrayReport<'s> {
    schema: &'static str,
    stray: StrayFields<'s>,
}

#[derive(Debug, Serialize)]
struct StrayFields<'s> {
    source: String,
    /// `claim` or `bounce`.
    role: &'static str,
    verdict: Option<&'static str>,
    about: &'s [&'s str],
}

impl<'s> StrayReport<'s> {
    /// Puts a stray into the form of the report; `name` is what the caller calls a message.
    #[must_use]
    pub fn new(stray: &'s Stray<'s>, name: &dyn Fn(Source) -> String) -> Self {
        let role = if stray.role == Role::Bounce { "bounce" } else { "claim" };
        let verdict = stray.verdict.map(crate::verify::Verdict::as_str);
        Self {
            schema: Report::SCHEMA,
            stray: StrayFields { source: name(stray.source), role, verdict, about: &stray.about },
        }
    }

    /// One line of JSON, without a line end.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings only: there is nothing that cannot be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl<'d> Report<'d> {
    /// The form, first in each report, strays included. What is added later leaves the number as it is; what is taken away
    /// or changes its meaning raises it.
    pub const SCHEMA: &'static str = "pec-dossier/1";

    /// Puts a dossier into the form of the report, with what reading its messages again has shown; `name` is what the
    /// caller calls a message.
    #[must_use]
    pub fn new(dossier: &'d Dossier<'d>, examination: &'d Examination, name: &dyn Fn(Source) -> String) -> Self {
        Self {
            schema: Self::SCHEMA,
            pec_id: dossier.pec_id,
            message_ids: &dossier.message_ids,
            sender: dossier.sender,
            subject: dossier.subject,
            side: dossier.side.as_str(),
            sent_copy: dossier.sent_copy().map(name),
            copies: dossier.copies.iter().copied().map(name).collect(),
            submission: dossier.submission.map(name),
            submitted_at: dossier.submitted_at,
            acceptance: dossier.acceptance,
            recipients: dossier.recipients.iter().map(RecipientReport::new).collect(),
            events: dossier.events.iter().map(|it| EventReport::new(it, name)).collect(),
            contents: examination.contents.iter().map(|content| ContentReport::new(content, name)).collect(),
            instants: examination.instants.iter().map(InstantReport::new).collect(),
            claims: dossier.claims.iter().map(|it| ClaimReport::new(it, name)).collect(),
            bounces: dossier.bounces.iter().map(|it| BounceReport::new(it, name)).collect(),
            silence: dossier.silence.iter().map(SilenceReport::new).collect(),
            findings: dossier.findings.iter().map(|it| FindingReport::new(it, name)).collect(),
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
    fn new(event: &'d Event<'d>, name: &dyn Fn(Source) -> String) -> Self {
        Self {
            kind: event.kind.as_str(),
            standing: event.standing.as_str(),
            recipient: event.recipient,
            covered: &event.covered,
            at: event.at,
            local: local(event.at, event.offset_minutes),
            source: name(event.source),
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

impl<'d> ContentReport<'d> {
    fn new(content: &'d Content, name: &dyn Fn(Source) -> String) -> Self {
        let (checked, compared) = match &content.checked {
            Checked::Compared { against, check } => ("compared", Some((against, check))),
            Checked::NothingSent => ("nothing-sent", None),
            Checked::Unreadable => ("unreadable", None),
        };
        let (form, attachments) = match compared.map(|(_, check)| &check.content) {
            Some(compare::Content::Complete(_)) => (Some("complete"), Vec::new()),
            Some(compare::Content::Brief(found)) => {
                (Some("brief"), found.attachments.iter().map(AttachmentReport::new).collect())
            }
            Some(compare::Content::Concise) => (Some("concise"), Vec::new()),
            None => (None, content.unverifiable.iter().map(AttachmentReport::new).collect()),
        };
        Self {
            event: content.event,
            checked,
            against: compared.map(|(against, _)| match against {
                Against::Sent(source) | Against::Envelope(source) => name(*source),
            }),
            form,
            proven: compared.map(|(_, check)| check.proven().as_str()),
            attachments,
            findings: compared
                .map(|(_, check)| check.findings.iter().map(CheckReport::new).collect())
                .unwrap_or_default(),
        }
    }
}

impl<'d> AttachmentReport<'d> {
    fn new(attachment: &'d brief::Attachment) -> Self {
        let reading = match &attachment.outcome {
            brief::Outcome::Hash(matched) | brief::Outcome::Collision(matched) => Some(matched.reading.as_str()),
            _ => None,
        };
        Self {
            name: attachment.name.as_deref(),
            outcome: attachment.outcome.as_str(),
            reading,
            rests_on_sha1: attachment.outcome.rests_on_sha1(),
        }
    }
}

impl<'d> CheckReport<'d> {
    fn new(finding: &'d Finding) -> Self {
        Self { code: finding.code.as_str(), severity: finding.severity.as_str(), detail: &finding.detail }
    }
}

impl<'d> InstantReport<'d> {
    fn new(stated: &'d Stated) -> Self {
        let instant = &stated.instant;
        let printed = |at: &jiff::Zoned| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        Self {
            event: stated.event,
            side: instant.side.as_str(),
            utc: instant.utc,
            rome: printed(&instant.in_rome),
            art_147: instant.notification.as_str(),
            counts_at: instant.notification.counts_at().map(printed),
            time_zone_data: instant::TIME_ZONE_DATA,
            source: &instant.source.id,
            own_message_id: instant.source.message_id.as_deref(),
            findings: instant.findings.iter().map(CheckReport::new).collect(),
        }
    }
}

impl<'d> ClaimReport<'d> {
    fn new(claim: &'d Claim<'d>, name: &dyn Fn(Source) -> String) -> Self {
        Self {
            source: name(claim.source),
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
    fn new(bounce: &'d Bounce<'d>, name: &dyn Fn(Source) -> String) -> Self {
        Self {
            source: name(bounce.source),
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
    fn new(remark: &'d Remark<'d>, name: &dyn Fn(Source) -> String) -> Self {
        Self {
            code: remark.finding.code.as_str(),
            severity: remark.finding.severity.as_str(),
            recipient: remark.recipient,
            source: remark.source.map(name),
            detail: &remark.finding.detail,
        }
    }
}
