//! A hub with two mailboxes, and a gateway before it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pec_archive::{Actor, Archive, Ticket, TicketState};
use pec_core::trust::TrustStore;
use pec_imap::{
    Credential, Endpoint, FileSecrets, Gateway, GatewayEvent, GatewayPolicy, GatewaySending, GatewayUser, HostKey, Hub,
    MailboxSpec, Network, Overrides, Profiles, Proxy, Receiver, Result, Roots, SecretStore, Security,
};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const ANNA: &str = "anna@pec.alfa.example";
pub(crate) const BRUNO: &str = "bruno@pec.alfa.example";
pub(crate) const OFFICE: &str = "ufficio@cert.beta.example";

/// What the provider knows, and what programs know.
pub(crate) const OWN: &str = "la-vera-password-della-casella";
pub(crate) const WORD: &str = "parola del gateway";

pub(crate) struct House {
    pub(crate) hub: Hub,
    pub(crate) archive: Arc<Archive>,
    pub(crate) secrets: Arc<dyn SecretStore>,
    pub(crate) folder: TempDir,
}

/// A gateway that is running.
pub(crate) struct Open {
    pub(crate) port: u16,
    pub(crate) told: Arc<Mutex<Vec<String>>>,
    end: oneshot::Sender<()>,
    task: JoinHandle<Result<()>>,
}

impl House {
    /// Beside a server without encryption that keeps to a script.
    pub(crate) fn new(port: u16) -> Self {
        let smtp = Endpoint { host: "127.0.0.1".into(), port, security: Security::DangerPlain };
        Self::beside(smtp, &Roots::none(), TrustStore::built_in(), tempfile::tempdir().unwrap(), OWN)
    }

    pub(crate) fn beside(smtp: Endpoint, roots: &Roots, trust: TrustStore, folder: TempDir, password: &str) -> Self {
        let archive = Arc::new(Archive::create(&folder.path().join("posta.pecarchive")).unwrap());
        let network = Network::new(Proxy::Direct, roots).unwrap();
        let secrets = FileSecrets::open(&folder.path().join("segreti"), HostKey::new([9; 32])).unwrap();
        let secrets: Arc<dyn SecretStore> = Arc::new(secrets);
        let receiver = Receiver::new(Arc::clone(&archive), Arc::new(trust));
        let hub = Hub::new(receiver, network, Arc::clone(&secrets), Profiles::built_in().unwrap());
        for address in [ANNA, BRUNO] {
            let overrides = Overrides { imap: Some(smtp.clone()), smtp: Some(smtp.clone()), ..Overrides::default() };
            let credential = Some(Credential::new(address, password.to_owned()));
            hub.add(&[MailboxSpec { overrides, credential, ..MailboxSpec::new(address) }]).unwrap();
        }
        hub.set_gateway_login(&GatewayUser::Mailbox(ANNA.into()), WORD).unwrap();
        Self { hub, archive, secrets, folder }
    }

    /// Nothing is sent.
    pub(crate) async fn open(&self) -> Open {
        self.open_with(|policy| GatewayPolicy { sending: GatewaySending::Never, ..policy }).await
    }

    pub(crate) async fn open_with(&self, policy: impl FnOnce(GatewayPolicy) -> GatewayPolicy) -> Open {
        Open::start(Gateway::new(self.hub.clone()).policy(policy(GatewayPolicy::default()))).await
    }

    pub(crate) fn tickets(&self, state: TicketState) -> Vec<Ticket> {
        self.archive.tickets(&Actor::host(), ANNA, state, 0, 1000).unwrap()
    }

    pub(crate) fn all_tickets(&self) -> usize {
        TicketState::ALL.into_iter().map(|state| self.tickets(state).len()).sum()
    }

    pub(crate) fn bytes_of(&self, ticket: &Ticket) -> Vec<u8> {
        self.archive.get(&Actor::host(), ticket.id).unwrap()
    }

    /// Waits until so many tickets stand so.
    pub(crate) async fn wait_for(&self, state: TicketState, count: usize) {
        for _ in 0..400 {
            if self.tickets(state).len() == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("not {count} {}: {:?}", state.as_str(), TicketState::ALL.map(|state| self.tickets(state).len()));
    }
}

impl Open {
    pub(crate) async fn start(gateway: Gateway) -> Self {
        let listening = gateway.listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let (port, told) = (listening.address().port(), Arc::new(Mutex::new(Vec::new())));
        let (end, ended) = oneshot::channel::<()>();
        let telling = Arc::clone(&told);
        let task = tokio::spawn(async move {
            let mut each = |event: GatewayEvent| telling.lock().unwrap().push(format!("{event:?}"));
            let end = async {
                let _ = ended.await;
            };
            listening.serve(end, &mut each).await
        });
        Self { port, told, end, task }
    }

    /// Ends it as Ctrl-C does; gives what it told.
    pub(crate) async fn close(self) -> Vec<String> {
        let _ = self.end.send(());
        self.task.await.unwrap().unwrap();
        std::mem::take(&mut self.told.lock().unwrap())
    }

    /// What it has told so far that has this in it.
    pub(crate) fn told(&self, what: &str) -> usize {
        self.told.lock().unwrap().iter().filter(|event| event.contains(what)).count()
    }
}

/// A message to the office, with lines that begin with dots.
pub(crate) fn letter(number: usize) -> Vec<u8> {
    letter_to(number, &[OFFICE])
}

pub(crate) fn letter_to(number: usize, to: &[&str]) -> Vec<u8> {
    format!(
        "From: Anna <{ANNA}>\r\nTo: {}\r\nMessage-ID: <{number}@erp.example>\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n\
         Subject: Fattura {number}\r\n\r\n.\r\n..\r\n.punto\r\nfine\r\n",
        to.join(",\r\n ")
    )
    .into_bytes()
}
