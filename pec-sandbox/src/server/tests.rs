//! The server as mail programs meet it: Python's smtplib sends, Dovecot serves, raw sessions ask for every code.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[cfg(unix)]
mod dovecot;
mod python;
mod wire;

use jiff::SignedDuration;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::ChainCache;
use pec_core::verify::{Verdict, Verifier};
use tempfile::TempDir;

use super::*;
use crate::network::{Mailbox, MailboxState, Settings};

const ANNA: &str = "anna@pec.alfa.example";
const OFFICE: &str = "ufficio@cert.beta.example";
const FULL: &str = "piena@cert.beta.example";

fn network(start: Timestamp) -> Network {
    let mut settings = Settings::two_providers(start);
    settings.providers[0].limits.rejected = 200_000;
    let mut network = Network::new(settings).unwrap();
    for address in [ANNA, OFFICE] {
        network.add(Mailbox::new(address)).unwrap();
    }
    network.add(Mailbox::full(FULL)).unwrap();
    network.add(Mailbox::disabled("chiusa@pec.alfa.example")).unwrap();
    network
}

fn start() -> (TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let network = network("2026-02-09T09:15:30Z".parse().unwrap());
    let server = Server::start(network, Options::new(folder.path())).unwrap();
    (folder, server)
}

/// The files in a Maildir, in the order of their numbers, with pec-core's verdict.
fn verdicts(server: &Server, address: &str) -> Vec<(String, Verdict)> {
    let mut names: Vec<_> =
        std::fs::read_dir(server.maildir(address).join("new")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort_by_key(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.split(['Q', '.']).nth(2).unwrap().parse::<usize>().unwrap()
    });
    let judge = |path: PathBuf| {
        let message = Message::parse(std::fs::read(path).unwrap(), &Limits::DEFAULT);
        server
            .with(|network| {
                let found = Verifier::new(network.trust()).verify(&message, network.time(), &mut ChainCache::default());
                Ok((found.kind.as_str().to_owned(), found.verdict()))
            })
            .unwrap()
    };
    names.into_iter().map(judge).collect()
}

/// Submits past the socket.
fn submit(server: &Server, letter: &[u8]) {
    let sent = server.with(|network| network.submit(ANNA, &[OFFICE], letter)).unwrap();
    assert_eq!(sent.answer, network::Answer::Accepted);
}

fn certified(kind: &str) -> (String, Verdict) {
    (kind.to_owned(), Verdict::Certified)
}

#[test]
fn mailboxes_are_there_before_the_first_message() {
    let (folder, server) = start();
    for address in [ANNA, OFFICE, FULL, "ricevute@pec.alfa.example"] {
        for part in ["new", "cur", "tmp"] {
            assert!(folder.path().join("mail").join(address).join(part).is_dir(), "{address} {part}");
        }
    }
    let anchor = std::fs::read_to_string(server.anchor()).unwrap();
    assert_eq!(anchor, server.with(|network| Ok(network.anchor().pem())).unwrap());
}

#[test]
fn an_address_never_leaves_the_folder() {
    let root = Path::new("/somewhere/mail");
    for address in ["a/../../b@x.example", "..\\b@x.example", "/etc/passwd@x.example"] {
        let folder = maildir::folder(root, address);
        assert_eq!(folder.parent(), Some(root), "{address}");
    }
}

#[test]
fn a_second_run_keeps_what_the_first_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let at: Timestamp = "2026-02-09T09:15:30Z".parse().unwrap();
    let letter = b"From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\n\
        Date: Mon, 9 Feb 2026 10:15:28 +0100\r\n\r\nx\r\n";
    for expected in [1, 2] {
        let server = Server::start(network(at), Options::new(folder.path())).unwrap();
        submit(&server, letter);
        server.advance(SignedDuration::from_mins(1)).unwrap();
        let maildir = server.maildir(OFFICE).join("new");
        server.stop();
        assert_eq!(std::fs::read_dir(maildir).unwrap().count(), expected);
    }
}

#[test]
fn the_machines_clock_moves_receipts() {
    let folder = tempfile::tempdir().unwrap();
    let begun = Timestamp::now();
    if begun >= "2028-09-01T00:00:00Z".parse().unwrap() {
        println!("skipped: the sandbox's authority has no life in {begun}");
        return;
    }
    let options = Options { clock: Clock::System, ..Options::new(folder.path()) };
    let server = Server::start(network(begun), options).unwrap();
    let date = server.with(|network| Ok(network.now().date_header())).unwrap();
    let letter = format!("From: {ANNA}\r\nTo: {OFFICE}\r\nDate: {date}\r\n\r\nx\r\n");
    submit(&server, letter.as_bytes());
    assert_eq!(verdicts(&server, ANNA), [certified("accettazione")]);
    let delivered = [certified("accettazione"), certified("avvenuta-consegna")];
    let mut waited = 0;
    while verdicts(&server, ANNA) != delivered {
        std::thread::sleep(Duration::from_millis(100));
        waited += 1;
        assert!(waited < 200, "{:?} {:?}", verdicts(&server, ANNA), server.problem());
    }
    // Ahead of the machine by a day, and still going.
    server.advance(SignedDuration::from_hours(24)).unwrap();
    let ahead = server.with(|network| Ok(network.time())).unwrap().duration_since(begun);
    assert!(ahead >= SignedDuration::from_hours(24), "{ahead}");
    assert_eq!(server.problem(), None);
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let network = network("2026-02-09T09:15:30Z".parse().unwrap());
    let error = Server::start(network, Options::new(file.join("below"))).unwrap_err();
    assert!(matches!(&error, Error::Folder { .. }), "{error}");
}

#[test]
fn mailboxes_change_while_the_server_runs() {
    let (_folder, server) = start();
    server
        .with(|network| {
            network.mailbox_mut(OFFICE).unwrap().state = MailboxState::Disabled;
            network.add(Mailbox::new("nuova@cert.beta.example"))
        })
        .unwrap();
    assert!(server.maildir("nuova@cert.beta.example").join("cur").is_dir());
}

#[test]
fn a_maildir_that_breaks_loses_nothing() {
    let (_folder, server) = start();
    let letter = b"From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\n\
        Date: Mon, 9 Feb 2026 10:15:28 +0100\r\n\r\nx\r\n";
    let tmp = server.maildir(ANNA).join("tmp");
    std::fs::remove_dir(&tmp).unwrap();
    let sent = server.desk.submit(ANNA, &[OFFICE.to_owned()], letter).unwrap();
    assert_eq!(sent.answer, network::Answer::Accepted, "the access point has it: the client must not send it again");
    assert!(server.problem().unwrap().contains("cannot write"), "and somebody is told");
    let delivered = std::fs::read_dir(server.maildir(OFFICE).join("new")).unwrap().count();
    assert_eq!(delivered, 1, "other mailboxes do not suffer");
    assert_eq!(server.problem(), None);
    std::fs::create_dir(&tmp).unwrap();
    server.advance(SignedDuration::from_secs(10)).unwrap();
    assert_eq!(verdicts(&server, ANNA), [certified("accettazione"), certified("avvenuta-consegna")]);
}

#[test]
fn every_address_of_the_machine_is_given_up_too() {
    let folder = tempfile::tempdir().unwrap();
    let any = SocketAddr::from(([0, 0, 0, 0], 0));
    let network = network("2026-02-09T09:15:30Z".parse().unwrap());
    let options = Options { smtps: any, submission: any, ..Options::new(folder.path()) };
    let server = Server::start(network, options).unwrap();
    let port = server.smtps().port();
    server.stop();
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}
