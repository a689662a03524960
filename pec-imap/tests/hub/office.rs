//! An office with a hub: an archive, a store of secrets, a clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use pec_archive::Archive;
use pec_core::trust::TrustStore;
use pec_imap::{
    Credential, Deadlines, Endpoint, FileSecrets, HostKey, Hub, HubMailbox, HubQuery, MailboxSpec, Network, Overrides,
    Profiles, Proxy, Receiver, Roots, SecretStore, Security,
};
use tempfile::TempDir;

/// The password of everybody, unless it is said otherwise.
pub(crate) const PASSWORD: &str = "parola-d'ordine";

pub(crate) const DEADLINES: Deadlines =
    Deadlines { connect: Duration::from_secs(5), quiet: Duration::from_secs(5), response: Duration::from_secs(10) };

pub(crate) struct Office {
    pub(crate) folder: TempDir,
    pub(crate) hub: Hub,
    pub(crate) secrets: Arc<dyn SecretStore>,
    pub(crate) archive: Arc<Archive>,
    now: Arc<Mutex<Timestamp>>,
}

/// Two providers, whose servers the rows of mailboxes say.
pub(crate) const PROVIDERS: &str = "[[provider]]\nname = \"alfa\"\ndomains = [\"pec.alfa.example\"]\n\
                         [[provider]]\nname = \"beta\"\ndomains = [\"cert.beta.example\"]\n";

impl Office {
    pub(crate) fn new() -> Self {
        Self::judging(TrustStore::built_in(), "2026-02-09T10:00:00Z".parse().unwrap())
    }

    pub(crate) fn judging(trust: TrustStore, begins: Timestamp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Arc::new(Archive::create(&folder.path().join("posta.pecarchive")).unwrap());
        let now = Arc::new(Mutex::new(begins));
        let clock = Arc::clone(&now);
        let receiver = Receiver::new(Arc::clone(&archive), Arc::new(trust)).clock(move || *clock.lock().unwrap());
        let network = Network::new(Proxy::Direct, &Roots::none()).unwrap().deadlines(DEADLINES);
        let secrets = FileSecrets::open(&folder.path().join("segreti"), HostKey::new([9; 32])).unwrap();
        let secrets: Arc<dyn SecretStore> = Arc::new(secrets);
        let profiles = Profiles::built_in().unwrap().and(Profiles::read(PROVIDERS).unwrap());
        let hub = Hub::new(receiver, network, Arc::clone(&secrets), profiles);
        Self { folder, hub, secrets, archive, now }
    }

    /// Over the same archive, with another store of secrets.
    pub(crate) fn with_secrets(&self, secrets: Arc<dyn SecretStore>) -> Hub {
        let receiver = Receiver::new(Arc::clone(&self.archive), Arc::new(TrustStore::built_in()));
        let network = Network::new(Proxy::Direct, &Roots::none()).unwrap().deadlines(DEADLINES);
        Hub::new(receiver, network, secrets, Profiles::built_in().unwrap())
    }

    pub(crate) fn turn(&self, to: &str) {
        *self.now.lock().unwrap() = to.parse().unwrap();
    }

    pub(crate) fn mailbox(&self, address: &str) -> HubMailbox {
        let all = self.hub.list(HubQuery::default()).unwrap();
        all.into_iter().find(|one| one.said.address == address).unwrap()
    }
}

pub(crate) fn plain(port: u16) -> Endpoint {
    Endpoint { host: "127.0.0.1".into(), port, security: Security::DangerPlain }
}

pub(crate) fn spec(address: &str, port: u16, password: &str) -> MailboxSpec {
    let overrides = Overrides { imap: Some(plain(port)), smtp: Some(plain(port)), ..Overrides::default() };
    MailboxSpec {
        overrides,
        credential: Some(Credential::new(address, password.to_owned())),
        ..MailboxSpec::new(address)
    }
}

pub(crate) fn letter(number: usize, to: &str) -> Vec<u8> {
    format!(
        "From: anna@x.example\r\nTo: {to}\r\nMessage-ID: <{number}.{to}>\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n\
         Subject: Prova {number}\r\n\r\nBuongiorno.\r\n"
    )
    .into_bytes()
}
