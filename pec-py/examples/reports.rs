//! What Rust makes of every case of conformance/, one object a line: what Python has to give byte for byte.
//!
//! ```sh
//! cargo run -p pec-py --example reports > reports.jsonl
//! ```
//!
//! `{"case": NAME, "ldif": the directory that the host gives, or null, "lines": [the reports, as texts]}`; the name of a case
//! of several messages begins with `reconcile/`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use encodify::base64;
use jiff::Timestamp;
use pec_core::directory::ProviderDirectory;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::reconcile::examine::{Messages, examine};
use pec_core::reconcile::instant::Reading;
use pec_core::reconcile::{self, HashKey, Ledger, Record, ServiceReceipts, Source, StrayReport};
use pec_core::trust::{ChainCache, Evidence, TrustStore};
use pec_core::verify::{MailboxRole, Report, Verification, Verifier};
use pec_sandbox::World;
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance")
}

fn artefact(name: &str, extension: &str) -> std::io::Result<Vec<u8>> {
    fs::read(folder().join("artefacts").join(format!("{name}.{extension}")))
}

/// What the host of a case gives.
struct Host(Value);

impl Host {
    fn read(path: &Path) -> Result<Self> {
        let mut case: Value = serde_json::from_slice(&fs::read(path)?)?;
        Ok(Self(case["host"].take()))
    }

    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    fn list(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0[key].as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    fn now(&self) -> Result<Timestamp> {
        Ok(self.text("now").parse()?)
    }

    fn trust(&self) -> Result<TrustStore> {
        let mut store = match self.text("trust") {
            "built-in" => TrustStore::built_in(),
            name => TrustStore::from_json(&String::from_utf8(artefact(name, "json")?)?)?,
        };
        for name in self.list("anchors") {
            store = store.with_host_anchor(&artefact(name, "crt")?)?;
        }
        for name in self.list("intermediates") {
            store = store.with_intermediate(&artefact(name, "crt")?)?;
        }
        for name in self.list("time_anchors") {
            store = store.with_time_stamp_anchor(&artefact(name, "crt")?)?;
        }
        Ok(store)
    }

    fn evidence(&self) -> Result<Evidence> {
        let mut evidence = Evidence::none();
        for name in self.list("crls") {
            evidence = evidence.with_crl(artefact(name, "crl")?);
        }
        for name in self.list("ocsp") {
            evidence = evidence.with_ocsp(artefact(name, "ocsp")?);
        }
        Ok(evidence)
    }

    /// A directory that gives the domains of the case to Alfa, which has signed the messages of these cases.
    fn ldif(&self) -> Result<Option<String>> {
        if self.0["managed_domains"].is_null() {
            return Ok(None);
        }
        let certificate = base64::STANDARD.encode(&World::new()?.alfa.certificate.der);
        let mut text = format!(
            "version: 1\n\ndn: providerName=Sandbox,o=postacert\nobjectClass: top\nobjectClass: provider\nproviderName: Sandbox\n\
             mailReceipt: ricevute@sandbox.example\nproviderCertificate;binary:: {certificate}\n"
        );
        for domain in self.list("managed_domains") {
            text.push_str(&format!("managedDomains: {domain}\n"));
        }
        Ok(Some(text))
    }
}

fn one(name: &str) -> Result<Value> {
    let host = Host::read(&folder().join(format!("{name}.json")))?;
    let message = Message::parse(fs::read(folder().join(format!("{name}.eml")))?, &Limits::DEFAULT);
    let (trust, evidence, ldif) = (host.trust()?, host.evidence()?, host.ldif()?);
    let directory = ldif.as_deref().map(|ldif| ProviderDirectory::from_ldif(ldif.as_bytes())).transpose()?;
    let mut verifier = Verifier::new(&trust).evidence(&evidence);
    if let Some(directory) = &directory {
        verifier = verifier.directory(directory);
    }
    let verification = verifier.verify(&message, host.now()?, &mut ChainCache::default());
    Ok(json!({ "case": name, "ldif": ldif, "lines": [Report::new(name, &message, &verification).to_json()] }))
}

/// The messages of a folder, by the order of their names.
struct Mailbox(Vec<(String, Vec<u8>, Verification)>);

impl Mailbox {
    fn place(&self, source: Source) -> Option<&(String, Vec<u8>, Verification)> {
        self.0.get(usize::try_from(source.0).ok()?)
    }
}

impl Messages for Mailbox {
    fn read(&mut self, source: Source) -> Option<(Message<Vec<u8>>, Verification)> {
        let (_, bytes, verification) = self.place(source)?;
        Some((Message::parse(bytes.clone(), &Limits::DEFAULT), verification.clone()))
    }

    fn name(&self, source: Source) -> String {
        self.place(source).map(|(name, ..)| name.clone()).unwrap_or_default()
    }
}

fn several(name: &str) -> Result<Value> {
    let place = folder().join("reconcile").join(name);
    let host = Host::read(&place.join("case.json"))?;
    let (trust, now) = (host.trust()?, host.now()?);
    let (role, service) = match host.text("service_receipts") {
        "visible" => (MailboxRole::Service, ServiceReceipts::Visible),
        _ => (MailboxRole::User, ServiceReceipts::Hidden),
    };
    let ledger = Ledger::new(HashKey::new([7; 16])).own_mailboxes(host.list("own_mailboxes"));
    let (mut ledger, mut mailbox) = (ledger.service_receipts(service), Mailbox(Vec::new()));
    for (number, path) in (0..).zip(files(&place, "eml")?) {
        let message = Message::parse(fs::read(&path)?, &Limits::DEFAULT);
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let submissions = host.0["submissions"].as_array().into_iter().flatten();
        let submitted = submissions.into_iter().find(|submitted| submitted["file"] == *file);
        let verification = Verifier::new(&trust).mailbox(role).verify(&message, now, &mut ChainCache::default());
        let record = match submitted {
            None => Record::of(Source(number), &message, &verification),
            Some(submitted) => {
                let submitted = Host(submitted.clone());
                let recipients: Vec<&str> = submitted.list("recipients").collect();
                let (sender, at) = (submitted.text("sender"), submitted.text("at").parse()?);
                Some(Record::submitted(Source(number), &message, sender, &recipients, at))
            }
        };
        record.map(|record| ledger.add(record)).transpose()?;
        mailbox.0.push((file, message.into_bytes(), verification));
    }
    let reading = if host.text("art_147") == "asked" { Reading::Art147 } else { Reading::Plain };
    let mut lines = Vec::new();
    for dossier in ledger.dossiers(now) {
        let examination = examine(&dossier, &mut mailbox, reading);
        lines.push(reconcile::Report::new(&dossier, &examination, &|source| mailbox.name(source)).to_json());
    }
    for stray in ledger.strays() {
        lines.push(StrayReport::new(&stray, &|source| mailbox.name(source)).to_json());
    }
    Ok(json!({ "case": format!("reconcile/{name}"), "ldif": null, "lines": lines }))
}

/// The files of a folder with this extension, in the order of their names.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files.sort();
    Ok(files)
}

fn main() -> Result<()> {
    for path in files(&folder(), "json")? {
        println!("{}", one(&path.file_stem().unwrap_or_default().to_string_lossy())?);
    }
    let mut folders =
        fs::read_dir(folder().join("reconcile"))?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    folders.retain(|path| path.join("case.json").exists());
    folders.sort();
    for path in folders {
        println!("{}", several(&path.file_name().unwrap_or_default().to_string_lossy())?);
    }
    Ok(())
}
