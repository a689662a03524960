//! Ordinary programs: what they hand over goes out once and unchanged, and what cannot go they are told.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use pec_archive::TicketState;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::verify::Extract;
use pec_imap::{
    Account, Credential, Delivery, Endpoint, Gateway, GatewayPolicy, GatewaySending, Hub, MailboxSpec, Overrides,
    Profiles, Receiver, Roots,
};
use pec_sandbox::dovecot::{self, Dovecot};
use pec_sandbox::network::{Answer, Mailbox, Network, Settings};
use pec_sandbox::server::{Options, Server};

use crate::client::Client;
use crate::house::{ANNA, House, OFFICE, OWN, Open, WORD, letter, letter_to};

/// A provider in the process, and a house with a mailbox there.
fn provider() -> (Server, House) {
    let folder = tempfile::tempdir().unwrap();
    let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())).unwrap();
    for address in [ANNA, OFFICE] {
        network.add(Mailbox::new(address)).unwrap();
    }
    let options = Options { password: OWN.to_owned(), ..Options::new(folder.path()) };
    let server = Server::start(network, options).unwrap();
    let trust = server.with(|network| Ok(network.trust().clone())).unwrap();
    let roots = Roots::none().and_pem(&fs::read(server.tls_authority()).unwrap()).unwrap();
    let house = House::beside(Endpoint::tls("localhost", server.smtps().port()), &roots, trust, folder, OWN);
    (server, house)
}

/// What the office was sent, as it was sent: the originals out of the envelopes.
fn arrived(server: &Server) -> Vec<Vec<u8>> {
    let envelopes: Vec<Vec<u8>> = server
        .with(|network| Ok(network.messages(OFFICE)?.iter().map(|stored| stored.bytes.to_vec()).collect()))
        .unwrap();
    let original = |bytes: &Vec<u8>| {
        let mut found = Extract::Original.from(&Message::parse(bytes.clone(), &Limits::DEFAULT)).into_iter();
        found.next().expect("an original").bytes
    };
    envelopes.iter().map(original).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_ordinary_library_sends_arrives_byte_for_byte() {
    let (server, house) = provider();
    let gateway = house.open_with(|policy| policy).await;
    let mailer = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(gateway.port)
        .credentials(Credentials::new(ANNA.into(), WORD.into()))
        .build();
    let envelope = Envelope::new(Some(ANNA.parse().unwrap()), vec![OFFICE.parse().unwrap()]).unwrap();
    // lettre writes the last line end itself.
    let message = letter(1);
    let said = mailer.send_raw(&envelope, message.strip_suffix(b"\r\n").unwrap()).await.unwrap();
    assert_eq!(said.first_line(), Some("2.0.0 smtp:1@erp.example queued"));
    house.wait_for(TicketState::Sent, 1).await;
    let ticket = house.tickets(TicketState::Sent).remove(0);
    assert_eq!((ticket.key.as_str(), ticket.message_id.as_str()), ("smtp:1@erp.example", "1@erp.example"));
    assert_eq!(house.bytes_of(&ticket), message);
    server.advance(SignedDuration::from_mins(5)).unwrap();
    let got = arrived(&server).remove(0);
    let body = b"\r\n\r\n.\r\n..\r\n.punto\r\nfine\r\n";
    assert!(got.ends_with(body), "{}", String::from_utf8_lossy(&got));
    let told = gateway.close().await;
    assert!(told.iter().any(|event| event.starts_with("Sent") && event.contains("smtp:1@erp.example")), "{told:?}");
}

const PYTHON: &str = r#"
import smtplib, sys
from email.message import EmailMessage
port, user, word, to = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
m = EmailMessage()
m["From"] = "Anna Bianchi <%s>" % user
m["To"] = to
m["Date"] = "Mon, 09 Feb 2026 10:15:28 +0100"
m["Message-ID"] = "<python-1@gestionale.example>"
m["Subject"] = "Fattura n. 7 perch\u00e9 s\u00ec"
m.set_content("Buongiorno, perch\u00e9 no.\n.\nfine\n")
m.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="fattura.pdf")
with smtplib.SMTP("127.0.0.1", port) as s:
    try:
        s.login(user, "sbagliata ma lunga")
    except smtplib.SMTPAuthenticationError as e:
        print(e.smtp_code)
    s.login(user, word)
    print(s.send_message(m))
    try:
        # Python writes the message anew each time, with other boundaries: what comes is not what came.
        s.send_message(m)
    except smtplib.SMTPDataError as e:
        print(e.smtp_code, b"another message" in e.smtp_error)
    m.replace_header("Message-ID", "<python-2@gestionale.example>")
    data = m.as_bytes(policy=m.policy.clone(linesep="\r\n"))
    print(s.sendmail(user, [to], data), s.sendmail(user, [to], data))
    m["Bcc"] = "nascosto@cert.beta.example"
    m.replace_header("Message-ID", "<python-3@gestionale.example>")
    try:
        s.sendmail(user, [to], m.as_bytes(policy=m.policy.clone(linesep="\r\n")))
    except smtplib.SMTPDataError as e:
        print(e.smtp_code, e.smtp_error.decode("ascii").count("send.bcc"))
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_73_pythons_own_client_sends_and_is_told_what_is_wrong() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: python3 is not installed");
        return;
    }
    let (server, house) = provider();
    let gateway = house.open_with(|policy| policy).await;
    let port = gateway.port.to_string();
    let run = move || Command::new("python3").args(["-c", PYTHON, &port, ANNA, WORD, OFFICE]).output().unwrap();
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "535\n{}\n554 True\n{} {}\n550 2\n");
    house.wait_for(TicketState::Sent, 2).await;
    server.advance(SignedDuration::from_mins(5)).unwrap();
    assert_eq!(arrived(&server).len(), 2);
    assert_eq!(house.all_tickets(), 2, "handed over twice, there once");
    gateway.close().await;
}

#[tokio::test]
async fn whoever_is_refused_is_told_every_reason_in_both_languages_and_can_mend_it_under_the_same_name() {
    let house = House::new(1);
    let gateway = house.open().await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    let message = String::from_utf8(letter(1)).unwrap();
    let wrong = message.replace("To: ", "Bcc: ").replace("Subject: ", "X-Trasporto: posta-certificata\r\nSubject: ");
    let said = erp.hand_over(ANNA, &[OFFICE], wrong.as_bytes()).await;
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines.iter().all(|line| line.starts_with("554-5.6.0 ") || line.starts_with("554 5.6.0 ")), "{said}");
    assert!(said.is_ascii() && lines.last().unwrap().starts_with("554 5.6.0 Nulla e' stato inviato."), "{said}");
    for code in ["send.bcc", "send.no_to", "send.not_addressed", "send.reserved_field"] {
        assert_eq!(said.matches(code).count(), 2, "{code}: {said}");
    }
    assert!(said.contains("non e' ammessa nella PEC") && said.contains("is not allowed in PEC"), "{said}");
    assert_eq!(house.all_tickets(), 0);
    assert_eq!(erp.hand_over(ANNA, &[OFFICE], message.as_bytes()).await, "250 2.0.0 smtp:1@erp.example queued\r\n");
    let told = gateway.close().await;
    assert!(told[0].starts_with("Refused") && told[1].starts_with("Taken"), "{told:?}");
}

#[tokio::test]
async fn the_same_message_again_gets_the_ticket_that_there_is_and_another_under_its_name_is_refused() {
    let house = House::new(1);
    let gateway = house.open().await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    let two = ["due@cert.beta.example", OFFICE];
    let message = letter_to(1, &two);
    let first = erp.hand_over(ANNA, &two, &message).await;
    assert_eq!(first, "250 2.0.0 smtp:1@erp.example queued\r\n");
    // Another connection, another order, one of them twice.
    let mut again = Client::logged_in(gateway.port, ANNA, WORD).await;
    assert_eq!(again.hand_over(ANNA, &[OFFICE, two[0], OFFICE], &message).await, first);
    assert_eq!(house.all_tickets(), 1);
    // Without a Message-ID a message is called by what it is.
    let unnamed = String::from_utf8(letter(2)).unwrap().replace("Message-ID: <2@erp.example>\r\n", "");
    for _ in 0..2 {
        let said = erp.hand_over(ANNA, &[OFFICE], unnamed.as_bytes()).await;
        assert!(said.starts_with("250 2.0.0 smtp:") && said.len() > 64, "{said}");
    }
    assert_eq!(house.all_tickets(), 2);
    let other = String::from_utf8(message).unwrap().replace("fine\r\n", "altro\r\n");
    let said = erp.hand_over(ANNA, &two, other.as_bytes()).await;
    assert!(said.starts_with("554-5.6.0 smtp:1@erp.example: un altro messaggio") && said.contains("another message"));
    assert_eq!(house.all_tickets(), 2);
    gateway.close().await;
}

#[tokio::test]
async fn what_is_taken_is_there_when_it_is_said_so_whatever_becomes_of_the_program_and_is_sent_by_the_next_run() {
    let (server, house) = provider();
    let gateway = house.open().await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    for number in 0..5 {
        assert!(erp.hand_over(ANNA, &[OFFICE], &letter(number)).await.starts_with("250 "));
    }
    gateway.close().await;
    assert_eq!(house.tickets(TicketState::Queued).len(), 5);
    let gateway = house.open_with(|policy| policy).await;
    house.wait_for(TicketState::Sent, 5).await;
    gateway.close().await;
    server.advance(SignedDuration::from_mins(5)).unwrap();
    assert_eq!(arrived(&server).len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_in_is_put_into_a_folder_of_an_ordinary_mailbox() {
    let (server, house) = provider();
    let Some(dovecot) = Dovecot::start(&dovecot::Options::new(house.folder.path())).unwrap() else {
        println!("skipped: Dovecot is not installed (apt-get install dovecot-imapd)");
        return;
    };
    // Anna's mail comes by IMAP too; an ordinary mailbox beside it.
    let roots = Roots::none().and_pem(&fs::read(server.tls_authority()).unwrap()).unwrap();
    let network = pec_imap::Network::new(
        pec_imap::Proxy::Direct,
        &roots.and_pem(&fs::read(dovecot.authority()).unwrap()).unwrap(),
    )
    .unwrap();
    let trust = server.with(|network| Ok(network.trust().clone())).unwrap();
    let receiver = Receiver::new(Arc::clone(&house.archive), Arc::new(trust));
    let hub = Hub::new(receiver, network.clone(), Arc::clone(&house.secrets), Profiles::built_in().unwrap());
    let imap = Endpoint::tls("localhost", dovecot.imaps().port());
    let smtp = Endpoint::tls("localhost", server.smtps().port());
    let overrides = Overrides { imap: Some(imap.clone()), smtp: Some(smtp.clone()), ..Overrides::default() };
    let credential = Some(Credential::new(ANNA, "pec"));
    let posta = "posta@ditta.example";
    let theirs = MailboxSpec {
        overrides: overrides.clone(),
        credential: Some(Credential::new(posta, "pec")),
        ..MailboxSpec::new(posta)
    };
    hub.add(&[MailboxSpec { overrides, credential, ..MailboxSpec::new(ANNA) }, theirs]).unwrap();
    let ordinary = Account::new(posta, imap, smtp, Credential::new(posta, "pec"));
    let policy = GatewayPolicy {
        receive_every: Duration::from_millis(200),
        sending: GatewaySending::Never,
        ..GatewayPolicy::default()
    };
    let to = Delivery::Folder { mailbox: posta.into(), folder: "INBOX".into() };
    let open = Open::start(Gateway::new(hub).policy(policy).deliver(ANNA, to)).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    let reply = letter_to(7, &[ANNA]);
    let reply = String::from_utf8(reply).unwrap().replace(&format!("Anna <{ANNA}>"), OFFICE);
    let sent = server.with(|network| network.submit(OFFICE, &[ANNA], reply.as_bytes())).unwrap();
    assert_eq!(sent.answer, Answer::Accepted);
    server.advance(SignedDuration::from_mins(5)).unwrap();
    for _ in 0..100 {
        if open.told("Relayed") > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let told = open.close().await;
    assert!(told.iter().any(|event| event.starts_with("Relayed") && event.contains("read_back: true")), "{told:?}");
    let checked = ordinary.check(&network).await.unwrap();
    assert_eq!((checked.messages(), checked.unseen()), (1, 1));
}

#[tokio::test]
async fn many_programs_at_once_each_get_their_answer() {
    let house = House::new(1);
    let gateway = house.open().await;
    let port = gateway.port;
    let mut programs = tokio::task::JoinSet::new();
    for program in 0..8 {
        programs.spawn(async move {
            let mut erp = Client::logged_in(port, ANNA, WORD).await;
            for number in 0..5 {
                let said = erp.hand_over(ANNA, &[OFFICE], &letter(program * 100 + number)).await;
                assert!(said.starts_with("250 "), "{said}");
            }
        });
    }
    while let Some(ended) = programs.join_next().await {
        ended.unwrap();
    }
    assert_eq!(house.tickets(TicketState::Queued).len(), 40);
    gateway.close().await;
}
