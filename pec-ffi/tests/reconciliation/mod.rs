//! The cases of conformance/reconcile/, and the reports that Rust makes of them.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::reconcile::examine::{Messages, examine};
use pec_core::reconcile::instant::Reading;
use pec_core::reconcile::{HashKey, Ledger, Record, Report, ServiceReceipts, Source, StrayReport};
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::{MailboxRole, Verification, Verifier};
use serde::Deserialize;

#[derive(Deserialize)]
struct Description {
    host: Host,
}

/// What the host gives.
#[derive(Deserialize)]
pub(crate) struct Host {
    pub(crate) now: Timestamp,
    pub(crate) trust: String,
    pub(crate) anchors: Vec<String>,
    pub(crate) own_mailboxes: Vec<String>,
    pub(crate) service_receipts: String,
    pub(crate) art_147: String,
    pub(crate) submissions: Vec<Submitted>,
}

#[derive(Deserialize)]
pub(crate) struct Submitted {
    pub(crate) file: String,
    pub(crate) sender: String,
    pub(crate) recipients: Vec<String>,
    pub(crate) at: Timestamp,
}

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) host: Host,
    /// Name and bytes of each message.
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance")
}

pub(crate) fn artefact(name: &str) -> Vec<u8> {
    fs::read(folder().join("artefacts").join(name)).unwrap()
}

pub(crate) fn cases() -> Vec<Case> {
    let mut folders: Vec<_> =
        fs::read_dir(folder().join("reconcile")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.join("case.json").exists());
    folders.sort();
    let read = |path: PathBuf| {
        let description: Description = serde_json::from_slice(&fs::read(path.join("case.json")).unwrap()).unwrap();
        let mut messages: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect();
        messages.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
        messages.sort();
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let files = messages.iter().map(|path| (name(path), fs::read(path).unwrap())).collect();
        Case { name: name(&path), host: description.host, files }
    };
    folders.into_iter().map(read).collect()
}

struct Shelf<'c>(&'c [(String, Vec<u8>)], Vec<Verification>);

impl Messages for Shelf<'_> {
    fn read(&mut self, source: Source) -> Option<(Message<Vec<u8>>, Verification)> {
        let at = usize::try_from(source.0).ok()?;
        Some((Message::parse(self.0.get(at)?.1.clone(), &Limits::DEFAULT), self.1.get(at)?.clone()))
    }

    fn name(&self, source: Source) -> String {
        self.0[usize::try_from(source.0).unwrap()].0.clone()
    }
}

/// One line a dossier, one a stray.
pub(crate) fn by_rust(case: &Case) -> String {
    let host = &case.host;
    let mut trust = match host.trust.as_str() {
        "built-in" => TrustStore::built_in(),
        name => TrustStore::from_json(&String::from_utf8(artefact(&format!("{name}.json"))).unwrap()).unwrap(),
    };
    for name in &host.anchors {
        trust = trust.with_host_anchor(&artefact(&format!("{name}.crt"))).unwrap();
    }
    let visible = host.service_receipts == "visible";
    let verifier = Verifier::new(&trust).mailbox(if visible { MailboxRole::Service } else { MailboxRole::User });
    let service = if visible { ServiceReceipts::Visible } else { ServiceReceipts::Hidden };
    let mut ledger = Ledger::new(HashKey::new([7; 16]))
        .own_mailboxes(host.own_mailboxes.iter().map(String::as_str))
        .service_receipts(service);
    let mut shelf = Shelf(&case.files, Vec::new());
    for (number, (file, bytes)) in (0..).zip(&case.files) {
        let message = Message::parse(&bytes[..], &Limits::DEFAULT);
        let verification = verifier.verify(&message, host.now, &mut ChainCache::default());
        let record = match host.submissions.iter().find(|submitted| submitted.file == *file) {
            None => Record::of(Source(number), &message, &verification),
            Some(it) => {
                let recipients: Vec<&str> = it.recipients.iter().map(String::as_str).collect();
                Some(Record::submitted(Source(number), &message, &it.sender, &recipients, it.at))
            }
        };
        shelf.1.push(verification);
        record.into_iter().for_each(|record| ledger.add(record).unwrap());
    }
    let reading = if host.art_147 == "asked" { Reading::Art147 } else { Reading::Plain };
    let mut lines = String::new();
    for dossier in ledger.dossiers(host.now) {
        let examination = examine(&dossier, &mut shelf, reading);
        lines += &Report::new(&dossier, &examination, &|source| shelf.name(source)).to_json();
        lines += "\n";
    }
    for stray in &ledger.strays() {
        lines += &StrayReport::new(stray, &|source| shelf.name(source)).to_json();
        lines += "\n";
    }
    lines
}
