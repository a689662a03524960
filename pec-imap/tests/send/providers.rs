//! Sending to providers in the process: TLS, login, receipts.

use std::fs;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pec_archive::{Actor, Archive, Intake, Outgoing, Ticket, TicketState};
use pec_core::daticert::Kind;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::proof;
use pec_core::reconcile::{Owed, State};
use pec_core::trust::TrustStore;
use pec_imap::{AccessState, Account, Credential, Dispatch, Endpoint, Network, Proxy, Result, Roots, Security, Sender};
use pec_sandbox::network::{self, Fault, FaultRule, Mailbox, Settings};
use pec_sandbox::server::{Options, Server};

const ANNA: &str = "anna@pec.alfa.example";
const OFFICE: &str = "ufficio@cert.beta.example";
const FULL: &str = "piena@cert.beta.example";
/// Of whom no receipt and no notice ever comes back.
const SILENT: &str = "muta@cert.beta.example";

/// Every printable character of ASCII, and others.
const PASSWORD: &str = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCXYZ[\\]^_`abcxyz{|}~ perché ß € 密码 \u{1f511} ";

struct Provider {
    server: Server,
    folder: tempfile::TempDir,
    archive: Arc<Archive>,
    trust: Arc<TrustStore>,
    network: Network,
}

impl Provider {
    fn new(password: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut providers = network::Network::new(Settings::two_providers(start())).unwrap();
        for mailbox in [Mailbox::new(ANNA), Mailbox::new(OFFICE), Mailbox::new(SILENT), Mailbox::full(FULL)] {
            providers.add(mailbox).unwrap();
        }
        let options = Options { password: password.to_owned(), ..Options::new(folder.path()) };
        let server = Server::start(providers, options).unwrap();
        let trust = Arc::new(server.with(|network| Ok(network.trust().clone())).unwrap());
        let roots = Roots::none().and_pem(&fs::read(server.tls_authority()).unwrap()).unwrap();
        let network = Network::new(Proxy::Direct, &roots).unwrap();
        let archive = Arc::new(Archive::create(&folder.path().join("posta.pecarchive")).unwrap());
        Self { server, folder, archive, trust, network }
    }

    fn account(&self, security: Security, password: &str) -> Account {
        let port = if security == Security::Tls { self.server.smtps() } else { self.server.submission() }.port();
        let smtp = Endpoint { host: "localhost".into(), port, security };
        Account::new(ANNA, smtp.clone(), smtp, Credential::new(ANNA, password))
    }

    fn intake(&self) -> Intake<'_> {
        Intake::new(&self.trust, start()).mailbox(ANNA)
    }

    fn queue(&self, key: &str, message: &[u8]) {
        let outgoing = Outgoing { mailbox: ANNA, key, sender: ANNA, recipients: &[OFFICE] };
        self.archive.queue(&Actor::host(), &self.intake(), &outgoing, message.to_vec()).unwrap();
    }

    async fn send(&self, account: &Account) -> Result<Dispatch> {
        let sender = Sender::new(Arc::clone(&self.archive), Arc::clone(&self.trust)).clock(start);
        sender.send_queued(&self.network, account, &mut |_| ControlFlow::Continue(())).await
    }

    /// The messages of a mailbox at the provider.
    fn mailbox(&self, address: &str) -> Vec<Vec<u8>> {
        let messages = |network: &mut network::Network| {
            Ok(network.messages(address)?.iter().map(|stored| stored.bytes.to_vec()).collect())
        };
        self.server.with(messages).unwrap()
    }
}

fn start() -> Timestamp {
    "2026-02-09T09:15:30Z".parse().unwrap()
}

fn letter(number: usize) -> Vec<u8> {
    format!(
        "From: {ANNA}\r\nTo: {OFFICE}\r\nMessage-ID: <{number}@ditta.example>\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n\
         Subject: Fattura {number}\r\n\r\n.\r\n..x\r\nTesto della fattura.\r\n"
    )
    .into_bytes()
}

#[tokio::test]
async fn what_the_provider_delivers_is_what_was_archived_over_tls_from_the_start_or_later() {
    let provider = Provider::new(PASSWORD);
    for (n, security) in [Security::Tls, Security::StartTls].into_iter().enumerate() {
        provider.queue(&n.to_string(), &letter(n));
        let account = provider.account(security, PASSWORD);
        account.check_sending(&provider.network).await.unwrap();
        assert_eq!(provider.send(&account).await.unwrap().sent, [n.to_string()]);
        provider.server.advance(SignedDuration::from_mins(2)).unwrap();
        let envelope = provider.mailbox(OFFICE).pop().unwrap();
        let envelope = Message::parse(&envelope, &Limits::DEFAULT);
        // The access point writes fields of its own into the header of the original; whether the bytes are the same before
        // that, the scripted server of the stories sees.
        let original = envelope.original().unwrap().to_message();
        let sent = letter(n);
        assert_eq!(original.root().body(), Message::parse(&sent, &Limits::DEFAULT).root().body(), "byte for byte");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_server_are_told_apart() {
    let provider = Provider::new("pec");
    provider.queue("k", &letter(1));
    let error = provider.send(&provider.account(Security::Tls, "altra")).await.unwrap_err();
    assert_eq!(error.access(), Some(AccessState::Rejected));
    let account = provider.account(Security::Tls, "pec");
    let stranger = Network::new(Proxy::Direct, &Roots::public()).unwrap();
    let error = account.check_sending(&stranger).await.unwrap_err();
    assert_eq!(error.code(), "wire.tls", "{error}");
    let other_name = Account::new(
        ANNA,
        account.imap().clone(),
        Endpoint::tls("127.0.0.2", provider.server.smtps().port()),
        Credential::new(ANNA, "pec"),
    );
    assert!(other_name.check_sending(&provider.network).await.is_err());
    assert_eq!(provider.send(&account).await.unwrap().sent, ["k"]);
}

#[tokio::test]
async fn a_receipt_that_has_come_meanwhile_says_that_a_message_had_gone() {
    let provider = Provider::new("pec");
    let host = Actor::host();
    provider.queue("gone", &letter(1));
    provider.queue("kept", &letter(2));
    // The sender died twice: the provider has taken the first message, the second has never left.
    for key in ["gone", "kept"] {
        let number = provider.archive.ticket(&host, ANNA, key).unwrap().number;
        assert!(provider.archive.journal(&host, &provider.intake(), &[], Some(number)).unwrap().is_some());
    }
    provider.server.with(|network| network.submit(ANNA, &[OFFICE], &letter(1)).map(drop)).unwrap();
    provider.server.advance(SignedDuration::from_mins(2)).unwrap();
    let account = provider.account(Security::Tls, "pec");
    let before = provider.mailbox(OFFICE).len();
    let dispatch = provider.send(&account).await.unwrap();
    assert_eq!(dispatch.unknown, ["gone", "kept"], "nobody knows before the receipts are read");

    provider.archive.put_batch(&host, &provider.intake(), provider.mailbox(ANNA)).unwrap();
    let dispatch = provider.send(&account).await.unwrap();
    assert_eq!((dispatch.unknown, dispatch.sent.len()), (vec!["kept".to_owned()], 0));
    assert_eq!(provider.archive.ticket(&host, ANNA, "gone").unwrap().state, TicketState::Sent);
    provider.server.advance(SignedDuration::from_mins(2)).unwrap();
    assert_eq!(provider.mailbox(OFFICE).len(), before, "nothing goes again");
    assert!(provider.folder.path().exists());
}

/// How a key ends (FEATURES J1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// And a bundle proves it.
    Delivered,
    Refused,
    NotDelivered,
    /// A day and more after it was sent nothing speaks of it.
    NoEvidence,
}

/// In which ways it has ended: exactly one is right.
fn ends(provider: &Provider, ticket: &Ticket, now: Timestamp) -> Vec<End> {
    let (host, intake) = (Actor::host(), Intake::new(&provider.trust, now).mailbox(ANNA));
    if ticket.state == TicketState::Refused {
        return vec![End::Refused];
    }
    assert_eq!(ticket.state, TicketState::Sent, "{ticket:?}");
    let ledger = provider.archive.ledger(&host, &intake, &ticket.message_id).unwrap();
    let mut ends = Vec::new();
    for dossier in ledger.dossiers(now) {
        ends.extend(dossier.recipients.iter().filter_map(|recipient| match recipient.state {
            State::Delivered => Some(End::Delivered),
            State::Refused => Some(End::Refused),
            State::Failed => Some(End::NotDelivered),
            _ => None,
        }));
        // The notice of the sender's provider was due after a day, and has not come either.
        ends.extend(dossier.silence.iter().filter(|it| it.owed == Owed::TimeoutNotice).map(|_| End::NoEvidence));
    }
    ends
}

#[tokio::test]
async fn every_key_of_an_erp_ends_in_exactly_one_way_and_what_is_delivered_proves_itself_elsewhere() {
    let provider = Provider::new("pec");
    let silent = |network: &mut network::Network| {
        for kind in [Kind::Delivery, Kind::DelayNotice, Kind::DeliveryError] {
            network.add_fault(FaultRule::new(Fault::Lost).kind(kind).recipient(SILENT));
        }
        Ok(())
    };
    provider.server.with(silent).unwrap();
    let letter = |key: &str, from: &str, to: &str, text: &str| {
        format!(
            "From: {from}\r\nTo: {to}\r\nMessage-ID: <{key}@ditta.example>\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n\
             Subject: Fattura {key}\r\n\r\n{text}\r\n"
        )
        .into_bytes()
    };
    let eicar = network::eicar();
    let keys: [(&str, &str, &str, &str, End); 5] = [
        ("INV-1", ANNA, OFFICE, "x", End::Delivered),
        // The provider refuses it while it is handed over.
        ("INV-2", "altri@pec.alfa.example", OFFICE, "x", End::Refused),
        // It takes it, and does not accept it.
        ("INV-3", ANNA, OFFICE, &eicar, End::Refused),
        ("INV-4", ANNA, FULL, "x", End::NotDelivered),
        ("INV-5", ANNA, SILENT, "x", End::NoEvidence),
    ];
    let queue = |(key, from, to, text, _): (&str, &str, &str, &str, End)| {
        let outgoing = Outgoing { mailbox: ANNA, key, sender: from, recipients: &[to] };
        provider.archive.queue(&Actor::host(), &provider.intake(), &outgoing, letter(key, from, to, text)).unwrap()
    };
    let tickets = keys.map(queue);
    let account = provider.account(Security::Tls, "pec");
    let first = provider.send(&account).await.unwrap();
    assert_eq!((first.sent.len(), first.refused.len()), (4, 1), "{first:?}");
    // The second call with the same key gives the same ticket, and nothing goes again.
    assert_eq!(keys.map(queue).map(|ticket| ticket.number), tickets.clone().map(|ticket| ticket.number));
    assert!(provider.send(&account).await.unwrap().sent.is_empty());
    provider.server.advance(SignedDuration::from_hours(26)).unwrap();
    let now = provider.server.with(|network| Ok(network.time())).unwrap();
    let intake = Intake::new(&provider.trust, now).mailbox(ANNA);
    provider.archive.put_batch(&Actor::host(), &intake, provider.mailbox(ANNA)).unwrap();
    for (key, .., end) in keys {
        let ticket = provider.archive.ticket(&Actor::host(), ANNA, key).unwrap();
        assert_eq!(ends(&provider, &ticket, now), [end], "{key}");
        if end == End::Delivered {
            // Elsewhere: nothing but the file, and trust data of one's own.
            let bundle = provider.archive.bundle(&Actor::host(), &provider.trust, now, &ticket.message_id).unwrap();
            let report = proof::check(&bundle, &provider.trust, now, &Limits::DEFAULT);
            assert!(report.is_intact() && report.is_sound(), "{report:?}");
        }
    }
}
