//! A case of conformance/reconcile/ as it is written, and what the public interface makes of its folder.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pec_core::finding::Finding;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::reconcile::brief::Outcome;
use pec_core::reconcile::compare;
use pec_core::reconcile::examine::{Against, Checked, Examination, Messages, examine};
use pec_core::reconcile::instant::Reading;
use pec_core::reconcile::{self as core, HashKey, Ledger, Record, ServiceReceipts, Source};
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::{MailboxRole, Verification, Verifier};
use serde::Deserialize;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance")
}

/// `case.json`.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) rule: String,
    pub(crate) made: String,
    host: Host,
    expected: Expected,
}

#[derive(Deserialize)]
struct Host {
    now: Timestamp,
    trust: String,
    anchors: Vec<String>,
    own_mailboxes: Vec<String>,
    service_receipts: String,
    art_147: String,
    submissions: Vec<Submitted>,
}

#[derive(Deserialize)]
struct Submitted {
    file: String,
    sender: String,
    recipients: Vec<String>,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Expected {
    dossiers: Vec<Dossier>,
    strays: Vec<String>,
}

#[derive(Deserialize, Debug, Clone, PartialEq)]
struct Dossier {
    pec_id: Option<String>,
    sender: String,
    side: String,
    sent_copy: Option<String>,
    acceptance: Option<String>,
    recipients: Vec<Recipient>,
    events: Vec<Event>,
    claims: Vec<Claim>,
    bounces: Vec<Bounce>,
    silence: Vec<Owing>,
    complete: bool,
    findings: Vec<Found>,
    contents: Vec<Content>,
    instants: Vec<Instant>,
}

#[derive(Deserialize, Debug, Clone, PartialEq)]
struct Recipient {
    address: String,
    class: Option<String>,
    state: Option<String>,
}

#[derive(Deserialize, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    file: String,
    kind: String,
    standing: Option<String>,
    recipient: Option<String>,
}

#[derive(Deserialize, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    file: String,
    verdict: String,
}

#[derive(Deserialize, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Bounce {
    file: String,
    in_anomaly: bool,
}

#[derive(Deserialize, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Owing {
    owed: String,
    recipient: Option<String>,
    since: Timestamp,
}

#[derive(Deserialize, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    code: String,
    severity: String,
    recipient: Option<String>,
    file: Option<String>,
}

#[derive(Deserialize, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Content {
    file: String,
    against: Option<String>,
    outcome: String,
    attachments: Vec<Attachment>,
    findings: Vec<Found>,
}

#[derive(Deserialize, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Attachment {
    name: String,
    outcome: String,
    reading: Option<String>,
}

#[derive(Deserialize, Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Instant {
    file: String,
    side: String,
    utc: Timestamp,
    notification: String,
    counts_at: Option<Timestamp>,
    findings: Vec<Found>,
}

impl Case {
    /// The states that it expects.
    pub(crate) fn states(&self) -> Vec<String> {
        let recipients = self.expected.dossiers.iter().flat_map(|dossier| &dossier.recipients);
        recipients.filter_map(|recipient| recipient.state.clone()).collect()
    }

    /// The codes that it expects anywhere.
    pub(crate) fn codes(&self) -> Vec<String> {
        let of = |dossier: &Dossier| {
            let contents = dossier.contents.iter().flat_map(|content| &content.findings);
            let instants = dossier.instants.iter().flat_map(|instant| &instant.findings);
            let all = dossier.findings.iter().chain(contents).chain(instants);
            all.map(|found| found.code.clone()).collect::<Vec<_>>()
        };
        self.expected.dossiers.iter().flat_map(of).collect()
    }
}

/// The text of `case.json`.
pub(crate) fn description(name: &str) -> String {
    fs::read_to_string(folder().join("reconcile").join(name).join("case.json")).unwrap()
}

/// The cases by name, in order.
pub(crate) fn cases() -> Vec<(String, Case)> {
    let entries = fs::read_dir(folder().join("reconcile")).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = entries
        .filter(|path| path.join("case.json").exists())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let read = |name: String| {
        let case = serde_json::from_str(&description(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, case)
    };
    names.into_iter().map(read).collect()
}

/// The folder of a case, read and verified once.
pub(crate) struct Mailbox<'c> {
    case: &'c Case,
    files: Vec<String>,
    messages: Vec<(Vec<u8>, Verification)>,
}

impl<'c> Mailbox<'c> {
    pub(crate) fn open(name: &str, case: &'c Case) -> Self {
        let host = &case.host;
        let mut trust = match host.trust.as_str() {
            "built-in" => TrustStore::built_in(),
            name => {
                let text = fs::read_to_string(folder().join(format!("artefacts/{name}.json"))).unwrap();
                TrustStore::from_json(&text).unwrap()
            }
        };
        for name in &host.anchors {
            let anchor = fs::read(folder().join(format!("artefacts/{name}.crt"))).unwrap();
            trust = trust.with_host_anchor(&anchor).unwrap();
        }
        let role = if host.service_receipts == "visible" { MailboxRole::Service } else { MailboxRole::User };
        let verifier = Verifier::new(&trust).mailbox(role);
        let place = folder().join("reconcile").join(name);
        let entries = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name());
        let mut files: Vec<String> = entries.map(|file| file.to_string_lossy().into_owned()).collect();
        files.retain(|file| file.ends_with(".eml"));
        files.sort();
        let messages = files.iter().map(|file| {
            let bytes = fs::read(place.join(file)).unwrap();
            let verification =
                verifier.verify(&Message::parse(&bytes[..], &Limits::DEFAULT), host.now, &mut ChainCache::default());
            (bytes, verification)
        });
        let messages = messages.collect();
        Self { case, files, messages }
    }

    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    fn file(&self, source: Source) -> String {
        self.files[usize::try_from(source.0).unwrap()].clone()
    }

    /// What the message at this place contributes.
    fn record(&self, at: usize) -> Option<Record> {
        let source = Source(u64::try_from(at).unwrap());
        let (bytes, verification) = &self.messages[at];
        let message = Message::parse(&bytes[..], &Limits::DEFAULT);
        let submitted = self.case.host.submissions.iter().find(|submitted| submitted.file == self.files[at]);
        let Some(submitted) = submitted else { return Record::of(source, &message, verification) };
        let recipients: Vec<&str> = submitted.recipients.iter().map(String::as_str).collect();
        Some(Record::submitted(source, &message, &submitted.sender, &recipients, submitted.at))
    }

    /// What the messages come to when they arrive in this order.
    pub(crate) fn ledger(&self, order: &[usize]) -> Ledger {
        let host = &self.case.host;
        let service = match host.service_receipts.as_str() {
            "visible" => ServiceReceipts::Visible,
            _ => ServiceReceipts::Hidden,
        };
        let own = host.own_mailboxes.iter().map(String::as_str);
        let mut ledger = Ledger::new(HashKey::new([7; 16])).own_mailboxes(own).service_receipts(service);
        order.iter().filter_map(|at| self.record(*at)).for_each(|record| ledger.add(record).unwrap());
        ledger
    }

    pub(crate) const fn now(&self) -> Timestamp {
        self.case.host.now
    }

    pub(crate) fn reading(&self) -> Reading {
        if self.case.host.art_147 == "asked" { Reading::Art147 } else { Reading::Plain }
    }

    /// What is other than expected when the messages arrive in this order.
    pub(crate) fn differences(&mut self, order: &[usize]) -> Vec<String> {
        let ledger = self.ledger(order);
        let (now, reading) = (self.now(), self.reading());
        let mut found: Vec<Dossier> = Vec::new();
        for dossier in ledger.dossiers(now) {
            let examination = examine(&dossier, self, reading);
            assert!(dossier.events.is_sorted_by_key(|event| event.at), "events stand by their time");
            found.push(self.observed(&dossier, &examination));
        }
        let mut expected = self.case.expected.dossiers.clone();
        let key = |dossier: &Dossier| (dossier.pec_id.clone(), dossier.sender.clone(), dossier.sent_copy.clone());
        found.sort_by_key(key);
        expected.sort_by_key(key);
        let mut differences = Vec::new();
        if found.len() != expected.len() {
            differences.push(format!("{} dossiers, expected {}", found.len(), expected.len()));
        }
        for (expected, found) in expected.into_iter().zip(found) {
            expected.against(found, &mut differences);
        }
        let mut strays: Vec<_> = ledger.strays().iter().map(|stray| self.file(stray.source)).collect();
        strays.sort();
        compare("strays", &self.case.expected.strays, &strays, &mut differences);
        differences
    }

    /// A dossier in the form of the description.
    fn observed(&self, dossier: &core::Dossier<'_>, examination: &Examination) -> Dossier {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let file = |index: usize| self.file(dossier.events[index].source);
        let instants = examination.instants.iter().map(|stated| Instant {
            file: file(stated.event),
            side: stated.instant.side.as_str().into(),
            utc: stated.instant.utc,
            notification: stated.instant.notification.as_str().into(),
            counts_at: stated.instant.notification.counts_at().map(jiff::Zoned::timestamp),
            findings: findings(&stated.instant.findings),
        });
        Dossier {
            pec_id: text(dossier.pec_id),
            sender: dossier.sender.unwrap_or_default().into(),
            side: dossier.side.as_str().into(),
            sent_copy: dossier.sent_copy().map(|source| self.file(source)),
            acceptance: dossier.acceptance.map(file),
            recipients: dossier
                .recipients
                .iter()
                .map(|recipient| Recipient {
                    address: recipient.address.into(),
                    class: recipient.class.as_ref().map(|class| class.as_str().to_owned()),
                    state: Some(recipient.state.as_str().into()),
                })
                .collect(),
            events: dossier
                .events
                .iter()
                .map(|event| Event {
                    file: self.file(event.source),
                    kind: event.kind.as_str().into(),
                    standing: Some(event.standing.as_str().into()),
                    recipient: text(event.recipient),
                })
                .collect(),
            claims: dossier
                .claims
                .iter()
                .map(|claim| Claim { file: self.file(claim.source), verdict: claim.verdict.as_str().into() })
                .collect(),
            bounces: dossier
                .bounces
                .iter()
                .map(|bounce| Bounce { file: self.file(bounce.source), in_anomaly: bounce.in_anomaly })
                .collect(),
            silence: dossier
                .silence
                .iter()
                .map(|silence| Owing {
                    owed: silence.owed.as_str().into(),
                    recipient: text(silence.recipient),
                    since: silence.since,
                })
                .collect(),
            complete: true,
            findings: dossier
                .findings
                .iter()
                .map(|remark| Found {
                    code: remark.finding.code.as_str().into(),
                    severity: remark.finding.severity.as_str().into(),
                    recipient: text(remark.recipient),
                    file: remark.source.map(|source| self.file(source)),
                })
                .collect(),
            contents: examination.contents.iter().map(|content| self.content(content, file(content.event))).collect(),
            instants: instants.collect(),
        }
    }

    fn content(&self, content: &core::examine::Content, file: String) -> Content {
        let attachment = |one: &core::brief::Attachment| Attachment {
            name: one.name.clone().unwrap_or_default(),
            outcome: one.outcome.as_str().into(),
            reading: match &one.outcome {
                Outcome::Hash(matched) | Outcome::Collision(matched) => Some(matched.reading.as_str().into()),
                _ => None,
            },
        };
        let (against, outcome, attachments, found) = match &content.checked {
            Checked::Compared { against: Against::Sent(source) | Against::Envelope(source), check } => {
                let (outcome, attachments) = match &check.content {
                    compare::Content::Complete(found) if found.is_same() => ("same", &[][..]),
                    compare::Content::Complete(_) => ("differs", &[][..]),
                    compare::Content::Brief(found) if found.is_proven() => ("hashes-proven", &found.attachments[..]),
                    compare::Content::Brief(found) => ("hashes-not-proven", &found.attachments[..]),
                    compare::Content::Concise => ("concise", &[][..]),
                };
                (Some(self.file(*source)), outcome, attachments, findings(&check.findings))
            }
            Checked::NothingSent => {
                let found: Vec<Finding> =
                    content.unverifiable.iter().flat_map(core::brief::Attachment::findings).collect();
                (None, "nothing-sent", &content.unverifiable[..], findings(&found))
            }
            Checked::Unreadable => (None, "unreadable", &[][..], Vec::new()),
        };
        let attachments = attachments.iter().map(attachment).collect();
        Content { file, against, outcome: outcome.into(), attachments, findings: found }
    }
}

impl Messages for Mailbox<'_> {
    fn read(&mut self, source: Source) -> Option<(Message<Vec<u8>>, Verification)> {
        let (bytes, verification) = self.messages.get(usize::try_from(source.0).ok()?)?;
        Some((Message::parse(bytes.clone(), &Limits::DEFAULT), verification.clone()))
    }

    fn name(&self, source: Source) -> String {
        self.file(source)
    }
}

fn findings(found: &[Finding]) -> Vec<Found> {
    let one = |finding: &Finding| Found {
        code: finding.code.as_str().into(),
        severity: finding.severity.as_str().into(),
        recipient: None,
        file: None,
    };
    found.iter().map(one).collect()
}

fn compare<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, found: &T, differences: &mut Vec<String>) {
    if expected != found {
        differences.push(format!("{what}: found {found:?}\n    expected {expected:?}"));
    }
}

/// Both in the order of their own values.
fn compare_sets<T: Ord + std::fmt::Debug>(what: &str, expected: Vec<T>, found: Vec<T>, differences: &mut Vec<String>) {
    let (mut expected, mut found) = (expected, found);
    expected.sort();
    found.sort();
    compare(what, &expected, &found, differences);
}

impl Dossier {
    /// What was found instead of this expectation.
    fn against(self, mut found: Self, differences: &mut Vec<String>) {
        // What is left open is left out on both sides.
        let open: Vec<&String> =
            self.events.iter().filter(|event| event.standing.is_none()).map(|event| &event.file).collect();
        for event in found.events.iter_mut().filter(|event| open.contains(&&event.file)) {
            event.standing = None;
        }
        for (expected, recipient) in self.recipients.iter().zip(&mut found.recipients) {
            if expected.state.is_none() {
                recipient.state = None;
            }
        }
        found.contents.retain(|content| !open.contains(&&content.file));
        found.instants.retain(|instant| !open.contains(&&instant.file));
        for content in &mut found.contents {
            content.findings.sort();
        }

        compare("pec_id", &self.pec_id, &found.pec_id, differences);
        compare("sender", &self.sender, &found.sender, differences);
        compare("side", &self.side, &found.side, differences);
        compare("sent_copy", &self.sent_copy, &found.sent_copy, differences);
        compare("acceptance", &self.acceptance, &found.acceptance, differences);
        compare("recipients", &self.recipients, &found.recipients, differences);
        compare_sets("events", self.events, found.events, differences);
        compare_sets("claims", self.claims, found.claims, differences);
        compare_sets("bounces", self.bounces, found.bounces, differences);
        compare_sets("silence", self.silence, found.silence, differences);
        let mut contents = self.contents;
        contents.iter_mut().for_each(|content| content.findings.sort());
        compare_sets("contents", contents, found.contents, differences);
        compare_sets("instants", self.instants, found.instants, differences);

        // Those that say more look for theirs first.
        let mut expected = self.findings;
        expected.sort_by_key(|found| usize::from(found.recipient.is_none()) + usize::from(found.file.is_none()));
        let agrees = |expected: &Found, found: &Found| {
            let open = |expected: &Option<String>, found: &Option<String>| expected.is_none() || expected == found;
            expected.code == found.code
                && expected.severity == found.severity
                && open(&expected.recipient, &found.recipient)
                && open(&expected.file, &found.file)
        };
        for expected in expected {
            match found.findings.iter().position(|found| agrees(&expected, found)) {
                Some(at) => {
                    found.findings.remove(at);
                }
                None => differences.push(format!("missing finding: {expected:?}")),
            }
        }
        if self.complete && !found.findings.is_empty() {
            differences.push(format!("surplus findings: {:?}", found.findings));
        }
    }
}
