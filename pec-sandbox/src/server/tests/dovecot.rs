//! Dovecot as the IMAP server in front of the Maildirs, and Python's imaplib as the mail program.

use std::fs;
use std::process::Command;

use super::*;
use crate::dovecot::{Dovecot, Options};

const READER: &str = r#"
import imaplib, sys
port, user = int(sys.argv[1]), sys.argv[2]
m = imaplib.IMAP4("127.0.0.1", port)
m.login(user, "pec")
count = int(m.select("INBOX")[1][0])
for n in range(1, count + 1):
    body = m.fetch(str(n), "(BODY.PEEK[])")[1][0][1]
    sys.stdout.write("%d\n" % len(body))
    open(sys.argv[3] + "/%d.eml" % n, "wb").write(body)
m.logout()
"#;

#[test]
fn dovecot_serves_what_the_sandbox_delivers() {
    let (folder, server) = start();
    let letter = b"From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\n\
        Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nSubject: Prova\r\n\r\nx\r\n";
    submit(&server, letter);
    server.advance(SignedDuration::from_mins(1)).unwrap();

    // The Maildirs of the server lie where Dovecot looks for them.
    let Some(dovecot) = Dovecot::start(&Options::new(folder.path())).unwrap() else {
        println!("skipped: Dovecot is not installed (apt-get install dovecot-imapd)");
        return;
    };
    let port = dovecot.imap().port();

    let copies = tempfile::tempdir().unwrap();
    let read =
        Command::new("python3").args(["-c", READER, &port.to_string(), ANNA]).arg(copies.path()).output().unwrap();
    let log = dovecot.log();
    drop(dovecot);
    assert!(read.status.success(), "{}\n{log}", String::from_utf8_lossy(&read.stderr));

    let written = server.with(|network| Ok(network.messages(ANNA)?.to_vec())).unwrap();
    assert_eq!(written.len(), 2);
    for (number, stored) in written.iter().enumerate() {
        let copy = fs::read(copies.path().join(format!("{}.eml", number + 1))).unwrap();
        assert!(copy == stored.bytes, "byte for byte through Maildir and IMAP");
    }
}
