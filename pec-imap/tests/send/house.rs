//! A mailbox, its archive, and who sends from it.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pec_archive::{Actor, Archive, Intake, Outgoing, Resolution, Ticket, TicketState};
use pec_core::trust::TrustStore;
use pec_imap::{Account, Credential, Deadlines, Dispatch, Endpoint, Network, Proxy, Result, Roots, Security, Sender};

pub(crate) const BOX: &str = "anna@pec.alfa.example";
pub(crate) const TO: [&str; 3] = ["uno@cert.beta.example", "due@cert.beta.example", "tre@cert.beta.example"];

pub(crate) const DEADLINES: Deadlines = Deadlines {
    connect: Duration::from_secs(5),
    quiet: Duration::from_millis(700),
    response: Duration::from_millis(1800),
};

pub(crate) struct House {
    pub(crate) network: Network,
    pub(crate) account: Account,
    pub(crate) archive: Arc<Archive>,
    pub(crate) trust: Arc<TrustStore>,
    pub(crate) sender: Sender,
    _folder: Option<tempfile::TempDir>,
}

impl House {
    /// Beside a server without encryption.
    pub(crate) fn new(port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create(&folder.path().join("posta.pecarchive")).unwrap();
        Self { _folder: Some(folder), ..Self::over(archive, port, Security::DangerPlain) }
    }

    pub(crate) fn at(path: &Path, port: u16) -> Self {
        Self::over(Archive::open(path).unwrap(), port, Security::DangerPlain)
    }

    pub(crate) fn over(archive: Archive, port: u16, security: Security) -> Self {
        let network = Network::new(Proxy::Direct, &Roots::none()).unwrap().deadlines(DEADLINES);
        let smtp = Endpoint { host: "127.0.0.1".into(), port, security };
        let account = Account::new(BOX, smtp.clone(), smtp, Credential::new(BOX, "segretissima"));
        let (archive, trust) = (Arc::new(archive), Arc::new(TrustStore::built_in()));
        let sender = Sender::new(Arc::clone(&archive), Arc::clone(&trust));
        Self { network, account, archive, trust, sender, _folder: None }
    }

    pub(crate) fn queue(&self, key: &str, message: &[u8]) -> Ticket {
        self.queue_in(BOX, key, message)
    }

    pub(crate) fn queue_in(&self, mailbox: &str, key: &str, message: &[u8]) -> Ticket {
        let outgoing = Outgoing { mailbox, key, sender: BOX, recipients: &TO };
        let intake = Intake::new(&self.trust, Timestamp::now()).mailbox(BOX);
        self.archive.queue(&Actor::host(), &intake, &outgoing, message.to_vec()).unwrap()
    }

    pub(crate) async fn send(&self) -> Result<Dispatch> {
        self.sender.send_queued(&self.network, &self.account, &mut |_| ControlFlow::Continue(())).await
    }

    pub(crate) fn ticket(&self, key: &str) -> Ticket {
        self.archive.ticket(&Actor::host(), BOX, key).unwrap()
    }

    pub(crate) fn resolve(&self, key: &str, resolution: Resolution) {
        let intake = Intake::new(&self.trust, Timestamp::now());
        self.archive.resolve(&Actor::host(), &intake, BOX, key, resolution).unwrap();
    }

    pub(crate) fn all(&self, state: TicketState) -> Vec<Ticket> {
        self.archive.tickets(&Actor::host(), BOX, state, 0, usize::MAX).unwrap()
    }
}

/// A message of about this size, with lines that begin with dots.
pub(crate) fn letter(number: usize, size: usize) -> Vec<u8> {
    let mut text = format!(
        "From: {BOX}\r\nTo: {}\r\nMessage-ID: <{number}@ditta.example>\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n\
         Subject: Fattura {number}\r\n\r\n.\r\n..\r\n.punto\r\n",
        TO.join(",\r\n ")
    )
    .into_bytes();
    while text.len() < size {
        text.extend_from_slice(
            format!("Riga {} del messaggio {number}, con qualche parola.\r\n", text.len()).as_bytes(),
        );
    }
    text
}
