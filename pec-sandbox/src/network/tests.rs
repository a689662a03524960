//! The network as its user meets it: messages in, mailboxes out, and pec-core's verdict on everything that lies there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod access;
mod determinism;
mod faults;
mod incoming;
mod invariants;
mod notices;
mod receipts;

use jiff::SignedDuration;
use pec_core::daticert::CertData;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::ChainCache;
use pec_core::verify::{MailboxRole, Verdict, Verification, Verifier};

use super::*;

const ANNA: &str = "anna.bianchi@pec.alfa.example";
const OFFICE: &str = "ufficio@cert.beta.example";
const LEGAL: &str = "legale@cert.beta.example";
const FULL: &str = "piena@cert.beta.example";
const CLOSED: &str = "chiusa@cert.beta.example";
const NOBODY: &str = "nessuno@cert.beta.example";
const COLLEAGUE: &str = "carlo@pec.alfa.example";
const OUTSIDE: &str = "info@altrove.example";

fn settings() -> Settings {
    Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())
}

fn network() -> Network {
    network_of(settings())
}

fn network_of(settings: Settings) -> Network {
    let mut network = Network::new(settings).unwrap();
    for address in [ANNA, COLLEAGUE, OFFICE, LEGAL] {
        network.add(Mailbox::new(address)).unwrap();
    }
    network.add(Mailbox::full(FULL)).unwrap();
    network.add(Mailbox::disabled(CLOSED)).unwrap();
    network
}

/// A message of Anna's with a small attachment.
struct Letter {
    headers: Vec<(String, String)>,
    attachment: Vec<u8>,
}

impl Letter {
    fn to(to: &[&str]) -> Self {
        let header = |name: &str, value: String| (name.to_owned(), value);
        Self {
            headers: vec![
                header("Message-ID", "<c0ffee-0001@client.alfa.example>".into()),
                header("Date", "Mon, 9 Feb 2026 10:15:28 +0100".into()),
                header("From", format!("Anna Bianchi <{ANNA}>")),
                header("To", to.join(", ")),
                header("Subject", "Preventivo 12/2026".into()),
            ],
            attachment: b"%PDF-1.4 preventivo".to_vec(),
        }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(n, _)| n != name);
        self
    }

    fn set(self, name: &str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    fn attached(mut self, attachment: &[u8]) -> Self {
        self.attachment = attachment.to_vec();
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        out.push_str(
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_c\"\r\n\r\n--=_c\r\n\r\nBuongiorno.\r\n\
             --=_c\r\nContent-Type: application/pdf; name=\"preventivo.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        );
        let mut bytes = out.into_bytes();
        bytes.extend(crate::compose::base64(&self.attachment));
        bytes.extend_from_slice(b"\r\n--=_c--\r\n");
        bytes
    }
}

impl Network {
    /// Submits a letter of Anna's to these forward paths.
    fn send(&mut self, letter: &Letter, to: &[&str]) -> Submitted {
        self.submit(ANNA, to, &letter.bytes()).unwrap()
    }

    /// Sends a plain letter, waits for the receipts, gives the identifier.
    fn sent(&mut self, to: &[&str]) -> String {
        let sent = self.send(&Letter::to(to), to);
        assert_eq!(sent.answer, Answer::Accepted);
        self.settle().unwrap();
        sent.pec_id
    }

    fn verified(&self, stored: &Stored, role: MailboxRole) -> Verification {
        let message = Message::parse(&stored.bytes[..], &Limits::DEFAULT);
        Verifier::new(self.trust()).mailbox(role).verify(&message, self.time(), &mut ChainCache::default())
    }

    /// Kind and verdict of everything in a mailbox.
    fn verdicts(&self, address: &str) -> Vec<(String, Verdict)> {
        let messages = self.messages(address).unwrap();
        let found = messages.iter().map(|stored| self.verified(stored, MailboxRole::User));
        found.map(|found| (found.kind.as_str().to_owned(), found.verdict())).collect()
    }

    fn kinds(&self, address: &str) -> Vec<String> {
        self.verdicts(address).into_iter().map(|(kind, _)| kind).collect()
    }

    /// The certified data of the last message of this kind in a mailbox.
    fn data(&self, address: &str, kind: &str) -> CertData {
        let messages = self.messages(address).unwrap();
        let found = messages.iter().rev().map(|stored| self.verified(stored, MailboxRole::User));
        let found = found.filter(|found| found.kind.as_str() == kind).map(|found| found.into_certified().unwrap());
        found.map(pec_core::verify::Certified::into_value).next().unwrap()
    }

    fn anna(&self) -> Vec<String> {
        self.kinds(ANNA)
    }

    fn hours(&mut self, hours: i64) {
        self.advance(SignedDuration::from_hours(hours)).unwrap();
    }
}

/// Everything that a genuine origin put into any mailbox is certified, or an anomaly envelope, without any finding but
/// those that every sandbox message has.
fn assert_all_genuine_is_certified(network: &Network) {
    use pec_core::finding::Severity;
    let mut seen = 0;
    for mailbox in network.mailboxes() {
        let role = if mailbox.address().starts_with("ricevute@") { MailboxRole::Service } else { MailboxRole::User };
        for stored in mailbox.messages().iter().filter(|m| matches!(m.origin, Origin::Genuine | Origin::Copy)) {
            let found = network.verified(stored, role);
            let text = String::from_utf8_lossy(&stored.bytes).into_owned();
            if found.kind.as_str() == "anomalia" {
                assert_eq!(found.verdict(), Verdict::Anomaly, "{text}");
                continue;
            }
            assert_eq!(found.verdict(), Verdict::Certified, "{:?}\n{text}", found.findings);
            let remarks: Vec<_> = found.findings.iter().filter(|f| f.severity != Severity::Info).collect();
            assert!(remarks.is_empty(), "{remarks:?}\n{text}");
            seen += 1;
        }
    }
    assert!(seen > 0);
}
