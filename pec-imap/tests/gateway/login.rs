//! Who is let in, and from which mailbox he may send. No provider is asked, and no password of a mailbox is of use here.

use std::fmt::{self, Write as _};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pec_archive::{Actor, TicketState};
use pec_core::delegation::{self, ClientKind, Holder, Standing, Text};
use pec_imap::{
    AccessState, Account, Credential, Endpoint, Gateway, GatewayPolicy, GatewaySending, GatewayUser, Network, Proxy,
    Roots, Security,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::client::{Client, plain};
use crate::house::{ANNA, BRUNO, House, OFFICE, OWN, Open, WORD, letter};
use crate::server::{self, Act};

#[tokio::test]
async fn a_wrong_password_is_refused_here_slowly_and_no_provider_hears_of_it() {
    let provider = server::Server::start(|_| Act::Good).await;
    let house = House::new(provider.port);
    let gateway = house.open_with(|policy| policy).await;
    let mut guest = Client::new(gateway.port).await;
    guest.say("EHLO guest").await;
    let begun = Instant::now();
    // That of the mailbox is none of the gateway's.
    for password in [OWN, "sbagliata ma lunga"] {
        let said = guest.say(&plain(ANNA, password)).await;
        assert!(said.starts_with("535-5.7.8 ") && said.contains("PEC mailbox is not used here"), "{said}");
    }
    assert!(begun.elapsed() > Duration::from_secs(2), "passwords are not tried at speed");
    assert!(guest.say(&plain("altri@pec.alfa.example", WORD)).await.starts_with("535"));
    assert!(guest.is_over().await, "three are enough");
    assert_eq!(provider.logins.load(std::sync::atomic::Ordering::SeqCst), 0);
    let told = gateway.close().await;
    assert_eq!(told.iter().filter(|event| event.starts_with("NotLetIn")).count(), 3);
    assert!(!told.concat().contains(OWN));
}

#[tokio::test]
async fn a_provider_that_refuses_the_mailbox_is_asked_once_however_many_messages_come() {
    let refuse = |call: &server::Call| if call.is("AUTH") { server::say("535 5.7.8 no") } else { Act::Good };
    let provider = server::Server::start(refuse).await;
    let house = House::new(provider.port);
    let gateway = house.open_with(|policy| policy).await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    for number in 0..4 {
        let before = gateway.told("NotSent");
        assert!(erp.hand_over(ANNA, &[OFFICE], &letter(number)).await.starts_with("250 "));
        while gateway.told("NotSent") == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert_eq!(provider.logins.load(std::sync::atomic::Ordering::SeqCst), 1);
    // What was taken waits for the new password.
    assert_eq!(house.tickets(TicketState::Queued).len(), 4);
    gateway.close().await;
    provider.behave();
    house.hub.rotate_credential(ANNA, &pec_imap::Credential::new(ANNA, "nuova")).unwrap();
    let gateway = house.open_with(|policy| policy).await;
    house.wait_for(TicketState::Sent, 4).await;
    gateway.close().await;
}

#[tokio::test]
async fn a_provider_that_asks_to_wait_is_not_asked_more_often_because_more_comes() {
    let busy = |call: &server::Call| if call.is("AUTH") { server::say("454 4.7.0 too many logins") } else { Act::Good };
    let provider = server::Server::start(busy).await;
    let house = House::new(provider.port);
    let gateway = house.open_with(|policy| policy).await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    assert!(erp.hand_over(ANNA, &[OFFICE], &letter(0)).await.starts_with("250 "));
    while gateway.told("NotSent") == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let logins = || provider.logins.load(std::sync::atomic::Ordering::SeqCst);
    let before = logins();
    for number in 1..6 {
        assert!(erp.hand_over(ANNA, &[OFFICE], &letter(number)).await.starts_with("250 "));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!((logins(), house.tickets(TicketState::Queued).len()), (before, 6));
    gateway.close().await;
}

#[tokio::test]
async fn nobody_sends_without_a_login_or_from_a_mailbox_that_is_not_his() {
    let house = House::new(1);
    let gateway = house.open().await;
    let mut guest = Client::new(gateway.port).await;
    assert!(guest.say(&format!("MAIL FROM:<{ANNA}>")).await.starts_with("503 "), "EHLO comes first");
    guest.say("EHLO guest").await;
    assert!(guest.say(&format!("MAIL FROM:<{ANNA}>")).await.starts_with("530-5.7.0 "));
    assert!(guest.say(&format!("RCPT TO:<{OFFICE}>")).await.starts_with("503 "));
    assert!(guest.say("DATA").await.starts_with("503 "));

    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    for other in [BRUNO, "ignota@pec.alfa.example", ""] {
        let said = erp.say(&format!("MAIL FROM:<{other}>")).await;
        assert!(said.starts_with("550-5.7.1 "), "{said}");
    }
    // The header says another than the envelope: told by what the message is.
    let forged = String::from_utf8(letter(1)).unwrap().replace(ANNA, BRUNO);
    let said = erp.hand_over(ANNA, &[OFFICE], forged.as_bytes()).await;
    assert!(said.starts_with("550-5.7.1 send.sender_mismatch"), "{said}");
    assert_eq!(house.all_tickets(), 0);

    // A user for every mailbox sends from all that are managed, and from no other.
    house.hub.set_gateway_login(&GatewayUser::Every("gestionale".into()), "una parola per tutte").unwrap();
    let mut erp = Client::logged_in(gateway.port, "gestionale", "una parola per tutte").await;
    let said = erp.hand_over(BRUNO, &[OFFICE], forged.as_bytes()).await;
    assert!(said.starts_with("250 "), "{said}");
    assert!(erp.say("MAIL FROM:<ignota@pec.alfa.example>").await.contains("not managed here"));
    assert!(house.hub.remove_gateway_login(&GatewayUser::Every(String::new())).unwrap());
    let mut erp = Client::new(gateway.port).await;
    erp.say("EHLO erp").await;
    assert!(erp.say(&plain("gestionale", "una parola per tutte")).await.starts_with("535"));
    gateway.close().await;
}

#[tokio::test]
async fn from_a_mailbox_that_its_provider_has_revoked_nothing_is_taken_and_whoever_sends_is_told() {
    let house = House::new(1);
    let gateway = house.open().await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    assert!(erp.hand_over(ANNA, &[OFFICE], &letter(1)).await.starts_with("250 "));
    let now = jiff::Timestamp::now();
    let (client, account) = ("C1".parse().unwrap(), "A1".parse().unwrap());
    let name: Text = "Studio".parse().unwrap();
    let kind = ClientKind::Business;
    let holder = Holder { name: name.clone(), tax_id: None };
    let standing = Standing::Revoked { activated: now, revoked: now };
    for command in [
        delegation::Command::AddClient { client: delegation::Client { code: client, name: name.clone(), kind } },
        delegation::Command::AddAccount {
            account: delegation::Account { code: account, client: "C1".parse().unwrap(), name },
        },
        delegation::Command::Enrol {
            account: "A1".parse().unwrap(),
            mailbox: ANNA.parse().unwrap(),
            holder,
            product: None,
            standing,
        },
    ] {
        house.archive.act(&Actor::host(), &command, now).unwrap();
    }
    let said = erp.say(&format!("MAIL FROM:<{ANNA}>")).await;
    assert!(said.starts_with("550-5.7.1 ") && said.contains("revoked or annulled"), "{said}");
    assert_eq!(house.all_tickets(), 1);
    gateway.close().await;
}

#[tokio::test]
async fn a_login_that_was_taken_away_or_replaced_sends_nothing_more_on_connections_that_are_open() {
    let house = House::new(1);
    let gateway = house.open().await;
    let anna = GatewayUser::Mailbox(ANNA.into());
    for replaced in [true, false] {
        house.hub.set_gateway_login(&anna, WORD).unwrap();
        let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
        assert!(erp.hand_over(ANNA, &[OFFICE], &letter(1)).await.starts_with("250 "));
        if replaced {
            house.hub.set_gateway_login(&anna, "un'altra parola del gateway").unwrap();
        } else {
            assert!(house.hub.remove_gateway_login(&anna).unwrap());
        }
        let said = erp.hand_over(ANNA, &[OFFICE], &letter(2)).await;
        assert!(said.starts_with("530-5.7.0 "), "{said}");
        assert!(erp.is_over().await);
    }
    assert_eq!(house.all_tickets(), 1);
    assert_eq!(gateway.close().await.iter().filter(|event| event.starts_with("NotLetIn")).count(), 2);
}

#[tokio::test]
async fn both_ways_of_logging_in_are_understood_and_what_is_no_login_is_not() {
    use base64ct::{Base64, Encoding as _};
    let house = House::new(1);
    let gateway = house.open().await;
    let mut erp = Client::new(gateway.port).await;
    erp.say("EHLO erp").await;
    assert_eq!(erp.say("AUTH LOGIN").await, "334 VXNlcm5hbWU6\r\n");
    assert_eq!(erp.say(&Base64::encode_string(ANNA.as_bytes())).await, "334 UGFzc3dvcmQ6\r\n");
    assert!(erp.say(&Base64::encode_string(WORD.as_bytes())).await.starts_with("235 "));
    assert!(erp.say(&plain(ANNA, WORD)).await.starts_with("503 "), "once is enough");
    let mut odd = Client::new(gateway.port).await;
    odd.say("EHLO odd").await;
    for (line, code) in [
        ("AUTH CRAM-MD5", "504"),
        ("AUTH PLAIN !!!!", "501"),
        ("AUTH PLAIN", "334"),
        ("*", "501"),
        ("AUTH LOGIN =", "334"),
    ] {
        let said = odd.say(line).await;
        assert!(said.starts_with(code), "{line}: {said}");
    }
    gateway.close().await;
}

#[test]
fn a_password_for_programs_is_long_and_never_that_of_the_mailbox() {
    let house = House::new(1);
    let refused = |user: GatewayUser, password: &str| {
        let error = house.hub.set_gateway_login(&user, password.to_owned()).unwrap_err();
        assert!(!error.to_string().contains(password));
        error.to_string()
    };
    assert!(refused(GatewayUser::Mailbox(ANNA.into()), "corta").contains("12 characters"));
    assert!(refused(GatewayUser::Mailbox(ANNA.into()), OWN).contains("that of the mailbox"));
    assert!(refused(GatewayUser::Every("erp".into()), OWN).contains("that of the mailbox"));
    assert!(refused(GatewayUser::Mailbox("ignota@pec.alfa.example".into()), WORD).contains("ignota"));
    // What is given up takes its login along.
    assert!(house.hub.remove(ANNA).unwrap());
    assert!(house.secrets.get(ANNA, pec_imap::SecretField::Gateway).unwrap().is_none());
    let written = std::fs::read_to_string(house.folder.path().join("segreti")).unwrap();
    assert!(!written.contains(WORD) && !written.contains(OWN));
}

#[tokio::test]
async fn beyond_loopback_nobody_logs_in_without_tls_and_what_was_said_before_it_does_not_count() {
    let house = House::new(1);
    let gateway = Gateway::new(house.hub.clone())
        .policy(GatewayPolicy { sending: GatewaySending::Never, ..GatewayPolicy::default() });
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let error = gateway.clone().listen(everywhere).await.unwrap_err();
    assert!(error.to_string().contains("give a certificate"), "{error}");
    assert!(gateway.clone().tls(b"nonsense", b"nonsense").is_err());

    let at = |name: &str| house.folder.path().join(name).display().to_string();
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-keyout", &at("key.pem"), "-out", &at("cert.pem")])
        .output();
    let Ok(made) = made else {
        println!("skipped: openssl is not installed");
        return;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let read = |name: &str| std::fs::read(at(name)).unwrap();
    let gateway = gateway.tls(&read("cert.pem"), &read("key.pem")).unwrap();
    let listening = gateway.clone().listen(everywhere).await.unwrap();
    let port = listening.address().port();
    let outside = tokio::spawn(async move { listening.serve(std::future::pending(), &mut |_| {}).await });
    let mut guest = Client::new(port).await;
    let offered = guest.say("EHLO guest").await;
    assert!(offered.contains("STARTTLS") && !offered.contains("AUTH"), "{offered}");
    assert!(guest.say(&plain(ANNA, WORD)).await.starts_with("530 5.7.0 "));
    // Commands that somebody on the way has put behind STARTTLS.
    guest.send(b"STARTTLS\r\nNOOP\r\n").await;
    assert!(guest.reply().await.starts_with("220 "));
    assert!(guest.is_over().await);
    outside.abort();

    // On loopback it is offered, and a client that wants it gets it.
    let open = Open::start(gateway).await;
    let smtp = Endpoint { host: "localhost".into(), port: open.port, security: Security::StartTls };
    let network = Network::new(Proxy::Direct, &Roots::none().and_pem(&read("cert.pem")).unwrap()).unwrap();
    let account = |password: &str| Account::new(ANNA, smtp.clone(), smtp.clone(), Credential::new(ANNA, password));
    account(WORD).check_sending(&network).await.unwrap();
    let error = account("sbagliata ma lunga").check_sending(&network).await.unwrap_err();
    assert_eq!(error.access(), Some(AccessState::Rejected), "{error}");
    open.close().await;
}

/// Everything that anybody logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for &Log {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut &*self);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut &*self);
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut &*self);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn no_password_is_in_what_is_logged_told_or_shown() {
    use base64ct::{Base64, Encoding as _};
    let log = Log::default();
    let hears = tracing::subscriber::set_default(log.clone());
    // Where one alone listens, tracing asks the thread that first comes to a place: another test's, which listens to nothing.
    let _second = tracing::Dispatch::new(log.clone());
    let house = House::new(1);
    let gateway = house.open_with(|policy| policy).await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    assert!(erp.hand_over(ANNA, &[OFFICE], &letter(1)).await.starts_with("250 "));
    let mut lost = Client::new(gateway.port).await;
    lost.say("EHLO lost").await;
    lost.say("AUTH LOGIN").await;
    lost.say(&Base64::encode_string(ANNA.as_bytes())).await;
    let mut heard = lost.say(&Base64::encode_string(OWN.as_bytes())).await;
    // The line of a login that nobody understands is not repeated.
    heard += &lost.say(&format!("{} {OWN}", plain(ANNA, WORD))).await;
    heard += &lost.say(&format!("XAUTH {WORD}")).await;
    while gateway.told("NotSent") == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    heard += &format!("{:?}{:?}", Gateway::new(house.hub.clone()), house.hub);
    heard += &gateway.close().await.concat();
    drop(hears);
    heard += &log.0.lock().unwrap();
    assert!(heard.contains("250") && heard.contains(ANNA), "something is logged");
    for secret in [WORD, OWN] {
        let encoded = [Base64::encode_string(secret.as_bytes()), plain(ANNA, secret).split_off("AUTH PLAIN ".len())];
        assert!(!heard.contains(secret) && !encoded.iter().any(|encoded| heard.contains(encoded)), "{heard}");
    }
}
