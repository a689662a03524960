//! Raw sessions: every reply code, and what hostile clients try.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::*;

/// A client that says what it is told and collects whole replies.
struct Client<S> {
    stream: BufReader<S>,
}

impl<S: Read + Write> Client<S> {
    fn read(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).unwrap_or(0) == 0 {
                return reply;
            }
            reply.push_str(&line);
            if line.as_bytes().get(3) != Some(&b'-') {
                return reply;
            }
        }
    }

    fn say(&mut self, text: &str) -> String {
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
        self.stream.get_mut().flush().unwrap();
        self.read()
    }

    /// The code of the reply to a line.
    fn code(&mut self, line: &str) -> String {
        self.say(&format!("{line}\r\n")).get(..3).unwrap_or("").to_owned()
    }
}

fn plain(server: &Server) -> Client<TcpStream> {
    let stream = TcpStream::connect(server.submission()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    Client { stream: BufReader::new(stream) }
}

type Tls = StreamOwned<ClientConnection, TcpStream>;

fn wrap(server: &Server, stream: TcpStream) -> Client<Tls> {
    let pem = std::fs::read_to_string(server.tls_authority()).unwrap();
    let der = encodify::pem::STANDARD.decode(&pem).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(der.contents.to_vec())).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    Client { stream: BufReader::new(StreamOwned::new(connection, stream)) }
}

fn encrypted(server: &Server) -> Client<Tls> {
    let stream = TcpStream::connect(server.smtps()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut client = wrap(server, stream);
    assert!(client.read().starts_with("220 "));
    client
}

fn base64(text: &str) -> String {
    encodify::base64::STANDARD.encode(text)
}

fn logged_in(server: &Server) -> Client<Tls> {
    let mut client = encrypted(server);
    assert_eq!(client.code("EHLO client.example"), "250");
    assert_eq!(client.code(&format!("AUTH PLAIN {}", base64(&format!("\0{ANNA}\0pec")))), "235");
    client
}

const LETTER: &str = "From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\n\
    Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nSubject: Prova\r\n\r\n..punto\r\nfine\r\n.\r\n";

#[test]
fn nothing_goes_without_tls() {
    let (_folder, server) = start();
    let mut client = plain(&server);
    assert!(client.read().starts_with("220 "));
    let hello = client.say("EHLO client.example\r\n");
    assert!(hello.contains("STARTTLS") && !hello.contains("AUTH"), "{hello}");
    let login = format!("AUTH PLAIN {}", base64(&format!("\0{ANNA}\0pec")));
    for line in [&*login, "MAIL FROM:<anna@pec.alfa.example>", "RCPT TO:<a@b.example>", "DATA"] {
        assert_eq!(client.code(line), "530", "{line}");
    }
    assert_eq!(client.code("NOOP"), "250");
    assert_eq!(client.code("QUIT"), "221");
    assert_eq!(client.read(), "");
}

#[test]
fn starttls_begins_anew() {
    let (_folder, server) = start();
    let mut client = plain(&server);
    client.read();
    client.say("EHLO client.example\r\n");
    assert_eq!(client.code("STARTTLS"), "220");
    let mut client = wrap(&server, client.stream.into_inner());
    assert_eq!(client.code(&format!("AUTH PLAIN {}", base64(&format!("\0{ANNA}\0pec")))), "503", "EHLO comes first");
    let hello = client.say("EHLO client.example\r\n");
    assert!(hello.contains("AUTH PLAIN LOGIN") && hello.contains("SIZE 104857600"), "{hello}");
    assert!(!hello.contains("STARTTLS"));
    assert_eq!(client.code("STARTTLS"), "503");
}

#[test]
fn commands_smuggled_before_tls_are_not_obeyed() {
    let (_folder, server) = start();
    let mut client = plain(&server);
    client.read();
    assert!(client.say("STARTTLS\r\nNOOP\r\n").starts_with("220"));
    assert_eq!(client.read(), "", "the connection is closed");
}

#[test]
fn log_in() {
    let (_folder, server) = start();
    let mut client = encrypted(&server);
    assert_eq!(client.code("AUTH PLAIN"), "503");
    client.say("EHLO client.example\r\n");
    assert_eq!(client.code(&format!("MAIL FROM:<{ANNA}>")), "530");
    assert_eq!(client.code("AUTH CRAM-MD5"), "504");
    for wrong in [format!("\0{ANNA}\0other"), "\0nobody@pec.alfa.example\0pec".into(), "no nul".into()] {
        assert_eq!(client.code(&format!("AUTH PLAIN {}", base64(&wrong))), "535", "{wrong}");
    }
    // An ordinary mailbox of the network has no provider to log in at.
    server.with(|network| network.add(Mailbox::new("info@gamma.example"))).unwrap();
    assert_eq!(client.code(&format!("AUTH PLAIN {}", base64("\0info@gamma.example\0pec"))), "535");
    assert_eq!(client.code("AUTH PLAIN !"), "501");
    assert_eq!(client.code("AUTH LOGIN"), "334");
    assert_eq!(client.code("*"), "501");
    assert_eq!(client.code("AUTH LOGIN"), "334");
    assert_eq!(client.code(&base64(ANNA)), "334");
    assert_eq!(client.code(&base64("wrong")), "535");
    assert_eq!(client.code(&format!("AUTH LOGIN {}", base64(ANNA))), "334");
    assert_eq!(client.code(&base64("pec")), "235");
    assert_eq!(client.code("AUTH PLAIN"), "503");
    let mut other = encrypted(&server);
    other.say("EHLO client.example\r\n");
    assert_eq!(other.code("AUTH PLAIN"), "334");
    assert_eq!(other.code(&base64(&format!("{ANNA}\0{ANNA}\0pec"))), "235");
}

#[test]
fn codes_of_a_transaction() {
    let (_folder, server) = start();
    let mut client = logged_in(&server);
    assert_eq!(client.code("SOMETHING"), "500");
    assert_eq!(client.code("MAIL FROM anna"), "501");
    assert_eq!(client.code("RCPT TO:<a@b.example>"), "503");
    assert_eq!(client.code("DATA"), "503");
    assert_eq!(client.code("VRFY anna"), "252");
    assert_eq!(client.code("EXPN anna"), "502");
    assert_eq!(client.code("MAIL FROM:<ufficio@cert.beta.example>"), "553");
    assert_eq!(client.code("MAIL FROM:<>"), "553");
    assert_eq!(client.code(&format!("MAIL FROM:<{ANNA}> SIZE=200001")), "552");
    assert_eq!(client.code(&format!("MAIL FROM:<{ANNA}> SMTPUTF8")), "555");
    assert_eq!(client.code(&format!("MAIL FROM:<{ANNA}> SIZE=500 BODY=8BITMIME")), "250");
    assert_eq!(client.code(&format!("MAIL FROM:<{ANNA}>")), "503");
    assert_eq!(client.code("RCPT TO:<x@@y>"), "501");
    assert_eq!(client.code(&format!("RCPT TO:<{OFFICE}>")), "250");
    assert_eq!(client.code("RSET"), "250");
    assert_eq!(client.code("DATA"), "503");
    // The log-in outlives RSET and a refused message.
    for _ in 0..2 {
        assert_eq!(client.code(&format!("MAIL FROM:<{ANNA}>")), "250");
        assert_eq!(client.code(&format!("RCPT TO:<{OFFICE}>")), "250");
        assert_eq!(client.code("DATA"), "354");
        let line = format!("{}\r\n", "x".repeat(70)).repeat(3_000);
        assert_eq!(&client.say(&format!("{line}.\r\n"))[..9], "552 5.3.4");
    }
    assert_eq!(client.code(&format!("MAIL FROM:<{ANNA}>")), "250");
    assert_eq!(client.code(&format!("RCPT TO:<{OFFICE}>")), "250");
    assert_eq!(client.code("DATA"), "354");
    let reply = client.say(LETTER);
    assert!(reply.starts_with("250 2.0.0 opec21001.") && reply.ends_with(": accepted\r\n"), "{reply}");
    assert_eq!(verdicts(&server, ANNA), [certified("accettazione"), certified("avvenuta-consegna")]);
    let original =
        server.with(|network| Ok(String::from_utf8_lossy(&network.messages(OFFICE)?[0].bytes).into_owned())).unwrap();
    assert!(original.contains("\r\n\r\n.punto\r\nfine\r\n"), "one stuffed dot is taken away: {original}");

    // A refusal by notice is still a taken message.
    assert_eq!(client.code(&format!("MAIL FROM:<{ANNA}>")), "250");
    assert_eq!(client.code(&format!("RCPT TO:<{FULL}>")), "250");
    assert_eq!(client.code("DATA"), "354");
    let reply = client.say(LETTER);
    assert!(reply.starts_with("250") && reply.contains("non-acceptance"), "{reply}");
    assert_eq!(verdicts(&server, ANNA)[2], certified("non-accettazione"));
}

#[test]
fn the_senders_own_mailbox_must_work() {
    let (_folder, server) = start();
    let mut client = encrypted(&server);
    client.say("EHLO client.example\r\n");
    assert_eq!(client.code(&format!("AUTH PLAIN {}", base64("\0chiusa@pec.alfa.example\0pec"))), "235");
    client.code("MAIL FROM:<chiusa@pec.alfa.example>");
    client.code(&format!("RCPT TO:<{OFFICE}>"));
    assert_eq!(client.code("DATA"), "354");
    assert!(client.say(LETTER).starts_with("550 5.2.1"));
}

#[test]
fn pipelined_commands_are_answered_in_order() {
    let (_folder, server) = start();
    let mut client = logged_in(&server);
    let all = format!("MAIL FROM:<{ANNA}>\r\nRCPT TO:<{OFFICE}>\r\nRCPT TO:<x@@y>\r\nDATA\r\n");
    let mut codes = vec![client.say(&all)];
    codes.extend((0..3).map(|_| client.read()));
    let codes: Vec<_> = codes.iter().map(|reply| &reply[..3]).collect();
    assert_eq!(codes, ["250", "250", "501", "354"]);
    assert!(client.say(LETTER).starts_with("250"));
}

#[test]
fn only_a_dot_between_line_ends_ends_a_message() {
    let (_folder, server) = start();
    let mut client = logged_in(&server);
    client.code(&format!("MAIL FROM:<{ANNA}>"));
    client.code(&format!("RCPT TO:<{OFFICE}>"));
    client.code("DATA");
    // SMTP smuggling: a bare LF around the dot, then what another server would take for commands.
    let text = "From: anna@pec.alfa.example\r\n\r\nx\n.\nMAIL FROM:<a@b.example>\n.\r\nDATA\r\n.\r\n";
    let reply = client.say(text);
    assert!(reply.starts_with("250") && reply.contains("non-acceptance"), "{reply}");
    assert_eq!(client.code("NOOP"), "250");
}

#[test]
fn a_line_that_is_read_in_two_pieces_between_cr_and_lf_ends_all_the_same() {
    let (_folder, server) = start();
    let mut client = logged_in(&server);
    client.code(&format!("MAIL FROM:<{ANNA}>"));
    client.code(&format!("RCPT TO:<{OFFICE}>"));
    client.code("DATA");
    let reply = client.say(&format!("From: anna@pec.alfa.example\r\n\r\n{}\r\n.\r\n", "x".repeat(12_287)));
    assert!(reply.starts_with("250"), "{reply}");
    assert_eq!(client.code("NOOP"), "250");
}

#[test]
fn lines_without_end_are_cut() {
    let (_folder, server) = start();
    let mut client = plain(&server);
    client.read();
    assert!(client.say(&"x".repeat(12_288)).starts_with("500 "));
    assert_eq!(client.read(), "");
}

#[test]
fn stopping_ends_open_sessions() {
    let (_folder, server) = start();
    let mut clients = [logged_in(&server), logged_in(&server)];
    let mut idle = plain(&server);
    idle.read();
    let address = server.submission();
    let begun = std::time::Instant::now();
    server.stop();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    for client in &mut clients {
        assert_eq!(client.read(), "");
    }
    assert_eq!(idle.read(), "");
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn many_clients_at_once() {
    let (_folder, server) = start();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let mut client = logged_in(&server);
                for _ in 0..4 {
                    assert_eq!(client.code(&format!("MAIL FROM:<{ANNA}>")), "250");
                    assert_eq!(client.code(&format!("RCPT TO:<{OFFICE}>")), "250");
                    assert_eq!(client.code("DATA"), "354");
                    assert!(client.say(LETTER).starts_with("250"));
                }
                assert_eq!(client.code("QUIT"), "221");
            });
        }
    });
    let all = verdicts(&server, ANNA);
    let count = |kind: &str| all.iter().filter(|found| **found == certified(kind)).count();
    assert_eq!((count("accettazione"), count("avvenuta-consegna"), all.len()), (24, 24, 48));
    assert_eq!(verdicts(&server, OFFICE).len(), 24);
}

#[test]
fn more_connections_than_there_is_room_for() {
    let (_folder, server) = start();
    let mut clients: Vec<_> = (0..64).map(|_| plain(&server)).collect();
    clients.iter_mut().for_each(|client| assert!(client.read().starts_with("220")));
    assert!(plain(&server).read().starts_with("421"));
    clients.truncate(60);
    let mut waited = 0;
    while !plain(&server).read().starts_with("220") {
        std::thread::sleep(Duration::from_millis(50));
        waited += 1;
        assert!(waited < 100, "closed connections make room");
    }
}
