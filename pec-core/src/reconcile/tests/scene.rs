//! Real sandbox messages, signed and verified, as records.

use jiff::Timestamp;
use pec_sandbox::compose::Draft;
use pec_sandbox::compose::submission::{ReceiptForm, Recipient, Submission, Transaction};
use pec_sandbox::{Moment, Provider, World};

use crate::limits::Limits;
use crate::message::Message;
use crate::reconcile::examine::Examination;
use crate::reconcile::{Dossier, HashKey, Ledger, Record, Report, Source, State};
use crate::trust::{ChainCache, TrustStore};
use crate::verify::{MailboxRole, Verification, Verifier};

pub(super) const ANNA: &str = "anna@pec.alfa.example";
pub(super) const OFFICE: &str = "ufficio@cert.beta.example";
pub(super) const COPY: &str = "protocollo@cert.beta.example";
pub(super) const OUTSIDE: &str = "mario@posta.example";
pub(super) const MSGID: &str = "2026.42@ditta.example";

pub(super) struct Scene {
    pub(super) world: World,
    trust: TrustStore,
}

impl Scene {
    pub(super) fn new() -> Self {
        let world = World::new().unwrap();
        let trust = TrustStore::built_in().with_host_anchor(&world.root.certificate.der).unwrap();
        Self { world, trust }
    }

    /// Anna's message, as her program made it.
    pub(super) fn sent() -> Vec<u8> {
        format!(
            "Message-ID: <{MSGID}>\r\nFrom: {ANNA}\r\nTo: {OFFICE}\r\nCc: {COPY}, {OUTSIDE}\r\nSubject: Fattura\r\n\
             Date: Mon, 9 Feb 2026 10:15:00 +0100\r\n\r\nIn allegato.\r\n"
        )
        .into_bytes()
    }

    pub(super) fn submission() -> Submission {
        Submission {
            message: Self::sent(),
            sender: ANNA.into(),
            recipients: vec![Recipient::certified(OFFICE), Recipient::certified(COPY), Recipient::external(OUTSIDE)],
            receipt: ReceiptForm::Full,
        }
    }

    /// Accepted by Alfa on 9 February 2026.
    pub(super) fn transaction(&self) -> Transaction {
        self.world.alfa.accept(Self::submission(), Some("Fattura"), at(0))
    }

    pub(super) fn verify(&self, bytes: &[u8]) -> Verification {
        let message = Message::parse(bytes, &Limits::DEFAULT);
        let verifier = Verifier::new(&self.trust).mailbox(MailboxRole::Service);
        verifier.verify(&message, now(), &mut ChainCache::default())
    }

    pub(super) fn read(&self, source: u64, bytes: &[u8]) -> Option<Record> {
        let message = Message::parse(bytes, &Limits::DEFAULT);
        Record::of(Source(source), &message, &self.verify(bytes))
    }

    pub(super) fn record(&self, source: u64, bytes: &[u8]) -> Record {
        self.read(source, bytes).unwrap()
    }

    /// A draft sealed by its provider, verified.
    pub(super) fn sealed(&self, source: u64, provider: &Provider, draft: &Draft) -> Record {
        self.record(source, &provider.seal(draft).unwrap())
    }
}

/// `hours` after the acceptance.
pub(super) fn at(hours: i64) -> Moment {
    "2026-02-09T10:15:30+01:00".parse::<Moment>().unwrap().plus(hours * 3600)
}

pub(super) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(super) fn submitted(source: u64) -> Record {
    submitted_as(MSGID, source)
}

pub(super) fn submitted_as(message_id: &str, source: u64) -> Record {
    let sent = String::from_utf8(Scene::sent()).unwrap().replace(MSGID, message_id);
    let message = Message::parse(sent.as_bytes(), &Limits::DEFAULT);
    Record::submitted(Source(source), &message, ANNA, &[OFFICE, COPY, OUTSIDE], at(0).plus(-5).timestamp())
}

pub(super) fn ledger(records: &[Record]) -> Ledger {
    fill(Ledger::new(HashKey::new([3; 16])), records)
}

pub(super) fn fill(mut ledger: Ledger, records: &[Record]) -> Ledger {
    records.iter().for_each(|record| ledger.add(record.clone()).unwrap());
    ledger
}

pub(super) fn state(dossier: &Dossier<'_>, recipient: &str) -> State {
    dossier.recipients.iter().find(|r| r.address == recipient).unwrap().state
}

pub(super) fn states(dossier: &Dossier<'_>) -> Vec<State> {
    dossier.recipients.iter().map(|recipient| recipient.state).collect()
}

pub(super) fn codes(dossier: &Dossier<'_>) -> Vec<&'static str> {
    let mut codes: Vec<_> = dossier.findings.iter().map(|remark| remark.finding.code.as_str()).collect();
    codes.dedup();
    codes
}

/// Every dossier of a ledger as JSON.
pub(super) fn reports(ledger: &Ledger, now: Timestamp) -> Vec<String> {
    ledger
        .dossiers(now)
        .map(|dossier| Report::new(&dossier, &Examination::default(), &|source| source.0.to_string()).to_json())
        .collect()
}
