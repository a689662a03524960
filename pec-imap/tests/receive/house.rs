//! A mailbox on a Dovecot, and an archive for it.

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use pec_archive::{Actor, Archive, Id};
use pec_core::trust::TrustStore;
use pec_imap::{Account, Credential, Endpoint, Network, Proxy, Receiver, Result, Roots, Security, Synced};
use pec_sandbox::dovecot::{Dovecot, Options};
use tempfile::TempDir;

pub(crate) const BOX: &str = "ufficio@cert.beta.example";

pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) dovecot: Dovecot,
    pub(crate) network: Network,
    pub(crate) receiver: Receiver,
}

impl House {
    /// `None`, and a word, where Dovecot is not installed.
    pub(crate) fn new() -> Option<Self> {
        Self::with(|_| {})
    }

    pub(crate) fn with(options: impl FnOnce(&mut Options)) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut wanted = Options::new(folder.path());
        options(&mut wanted);
        let Some(dovecot) = Dovecot::start(&wanted).unwrap() else {
            println!("skipped: Dovecot is not installed (apt-get install dovecot-imapd)");
            return None;
        };
        let authority = fs::read(dovecot.authority()).unwrap();
        let network = Network::new(Proxy::Direct, &Roots::none().and_pem(&authority).unwrap()).unwrap();
        let archive = Archive::create(&folder.path().join("posta.pecarchive")).unwrap();
        let receiver = Receiver::new(Arc::new(archive), Arc::new(TrustStore::built_in()));
        Some(Self { folder, dovecot, network, receiver })
    }

    pub(crate) fn account(&self) -> Account {
        self.account_with(Endpoint::tls("localhost", self.dovecot.imaps().port()), Credential::new(BOX, "pec"))
    }

    pub(crate) fn account_with(&self, imap: Endpoint, credential: Credential) -> Account {
        let smtp = Endpoint { host: "localhost".into(), port: 1, security: Security::Tls };
        Account::new(BOX, imap, smtp, credential)
    }

    /// Puts a message into a folder of the mailbox, as an incoming point does.
    pub(crate) fn deliver(&self, folder: &str, name: &str, message: &[u8]) -> PathBuf {
        let mut maildir = self.folder.path().join("mail").join(BOX);
        if folder != "INBOX" {
            maildir.push(format!(".{folder}"));
        }
        for part in ["tmp", "new", "cur"] {
            let part = maildir.join(part);
            fs::create_dir_all(&part).unwrap();
            fs::set_permissions(&part, fs::Permissions::from_mode(0o777)).unwrap();
        }
        fs::set_permissions(self.folder.path().join("mail").join(BOX), fs::Permissions::from_mode(0o777)).unwrap();
        fs::set_permissions(&maildir, fs::Permissions::from_mode(0o777)).unwrap();
        let file = maildir.join("new").join(name);
        fs::write(&file, message).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        file
    }

    pub(crate) async fn sync(&self) -> Result<Synced> {
        self.receiver.sync(&self.network, &self.account(), &mut |_| ControlFlow::Continue(())).await
    }

    pub(crate) fn archive(&self) -> &Archive {
        self.receiver.archive()
    }

    /// Whether the archive has exactly these messages, byte for byte.
    pub(crate) fn has_exactly(&self, messages: &[Vec<u8>]) {
        let host = Actor::host();
        for message in messages {
            assert!(self.archive().get(&host, Id::of(message)).unwrap() == *message);
        }
        assert_eq!(self.archive().stats(&host).unwrap().messages, messages.len() as u64);
    }

    /// The flags that people see: `doveadm` names each message with its flags.
    pub(crate) fn flags(&self, folder: &str) -> String {
        self.dovecot.admin(&["fetch", "-u", BOX, "uid flags", "mailbox", folder]).unwrap()
    }
}

/// A message like any other, of about this size.
pub(crate) fn letter(number: usize, size: usize) -> Vec<u8> {
    let mut text = format!(
        "From: anna@pec.alfa.example\r\nTo: {BOX}\r\nMessage-ID: <{number}@pec.alfa.example>\r\n\
         Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nSubject: Prova {number}\r\n\r\n"
    )
    .into_bytes();
    while text.len() < size {
        text.extend_from_slice(
            format!("Riga {} del messaggio {number}, con qualche parola.\r\n", text.len()).as_bytes(),
        );
    }
    text
}
