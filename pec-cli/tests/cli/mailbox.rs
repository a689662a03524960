//! `pec box` and `pec hub` against a provider of the sandbox and a Dovecot, as a person uses them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::{SignedDuration, Timestamp};
use pec_sandbox::dovecot::{self, Dovecot};
use pec_sandbox::network::{Mailbox, Network, Settings};
use pec_sandbox::server::{Options, Server};

pub(crate) const ANNA: &str = "anna@pec.alfa.example";
pub(crate) const OFFICE: &str = "ufficio@cert.beta.example";

pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) server: Server,
    dovecot: Dovecot,
}

impl House {
    pub(crate) fn new() -> Option<Self> {
        Self::at("2026-02-09T09:15:30Z".parse().unwrap())
    }

    /// With providers whose clock stands at this time.
    pub(crate) fn at(time: Timestamp) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut network = Network::new(Settings::two_providers(time)).unwrap();
        for address in [ANNA, OFFICE] {
            network.add(Mailbox::new(address)).unwrap();
        }
        let server = Server::start(network, Options::new(folder.path())).unwrap();
        let Some(dovecot) = Dovecot::start(&dovecot::Options::new(folder.path())).unwrap() else {
            println!("skipped: Dovecot is not installed (apt-get install dovecot-imapd)");
            return None;
        };
        fs::write(folder.path().join("key"), "ab".repeat(32)).unwrap();
        Some(Self { folder, server, dovecot })
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// What `pec` needs to reach the house.
    pub(crate) fn common(&self) -> [String; 10] {
        [
            "--archive",
            &self.path("posta.pecarchive"),
            "--secrets-key",
            &self.path("key"),
            "--root",
            &self.server.tls_authority().display().to_string(),
            "--root",
            &self.dovecot.authority().display().to_string(),
            "--anchor",
            &self.server.anchor().display().to_string(),
        ]
        .map(str::to_owned)
    }

    /// Runs `pec` with what it needs to reach the house; gives its exit code, output and errors.
    pub(crate) fn pec(&self, arguments: &[&str], input: &str) -> (i32, String, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pec"))
            .args(arguments)
            .args(self.common())
            .env("LANG", "it_IT.UTF-8")
            .env_remove("LC_ALL")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    pub(crate) fn add(&self, address: &str, password: &str) -> (i32, String, String) {
        let imap = format!("localhost:{}", self.dovecot.imaps().port());
        let smtp = format!("localhost:{}", self.server.smtps().port());
        self.pec(&["box", "add", address, "--imap", &imap, "--smtp", &smtp, "--client", "Verdi"], password)
    }
}

#[test]
fn a_message_is_sent_once_its_receipts_come_in_and_the_list_says_how_each_mailbox_stands() {
    let Some(house) = House::new() else { return };
    assert_eq!(house.add(ANNA, "pec\n").0, 0);
    assert_eq!(house.add(OFFICE, "pec\n").0, 0);
    let (code, checked, errors) = house.pec(&["box", "check", ANNA], "");
    assert_eq!((code, checked.contains("INBOX")), (0, true), "{errors}");

    fs::write(house.folder.path().join("testo.txt"), "Si trasmette il contratto.\n").unwrap();
    let text = house.path("testo.txt");
    let send = ["box", "send", ANNA, "--key", "INV-1", "--to", OFFICE, "--subject", "Contratto", "--text", &text];
    let (code, sent, errors) = house.pec(&send, "");
    assert_eq!((code, sent.starts_with("sent ")), (0, true), "{sent}{errors}");
    // The same key again: nothing goes, and the answer is the same.
    let (code, again, _) = house.pec(&send, "");
    assert_eq!((code, again.lines().next()), (0, sent.lines().next()));
    house.server.advance(SignedDuration::from_mins(5)).unwrap();
    assert_eq!(house.server.with(|network| Ok(network.messages(OFFICE)?.len())).unwrap(), 1);

    let (code, synced, errors) = house.pec(&["box", "sync", ANNA, "--json"], "");
    assert_eq!(code, 0, "{errors}");
    assert!(
        synced.starts_with("{\"schema\":\"pec-wire/1\",\"report\":\"synced\",") && synced.contains("\"new\":2,"),
        "{synced}"
    );
    let (code, listed, errors) = house.pec(&["hub", "refresh"], "");
    assert_eq!(code, 0, "{listed}{errors}");
    let (code, told, _) = house.pec(&["hub", "refresh", "--json"], "");
    assert!(code == 0 && told.contains("\"report\":\"refresh\",\"mailboxes\":2,\"fresh\":2,"), "{told}");
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines.len() == 2 && lines.iter().all(|line| line.contains("ok")), "{listed}");

    // The office answers; what it was sent goes along byte for byte.
    let search = |query: &str| {
        let archive = house.path("posta.pecarchive");
        let found = Command::new(env!("CARGO_BIN_EXE_pec"))
            .args(["archive", "search", &archive, "--json", query])
            .output()
            .unwrap();
        String::from_utf8(found.stdout).unwrap()
    };
    let delivered = search("stato:consegnato tipo:consegna");
    assert_eq!(delivered.matches("\"report\":\"entry\"").count(), 1, "{delivered}");
    let envelope = search("tipo:busta");
    let id = envelope.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (code, reply, errors) = house.pec(&["box", "reply", OFFICE, &id, "--key", "R-1", "--text", &text], "");
    assert_eq!((code, reply.starts_with("sent ")), (0, true), "{reply}{errors}");
    // The same key again, and its ticket as every face gives it.
    let again = ["box", "reply", OFFICE, &id, "--key", "R-1", "--text", &text, "--json"];
    let (code, ticket, errors) = house.pec(&again, "");
    assert_eq!((code, ticket.lines().count()), (0, 1), "{ticket}{errors}");
    let ticket: serde_json::Value = serde_json::from_str(&ticket).unwrap();
    let shown = ["report", "mailbox", "key", "state"].map(|name| ticket[name].as_str().unwrap());
    assert_eq!(shown, ["ticket", OFFICE, "R-1", "sent"]);
    assert_eq!(ticket["answers"]["recipients"][0]["code"], 250, "{ticket}");
    let forward = ["box", "forward", OFFICE, &id, "--key", "F-1", "--to", ANNA, "--json"];
    let (code, ticket, errors) = house.pec(&forward, "");
    assert!(
        code == 0 && ticket.contains("\"key\":\"F-1\"") && ticket.contains("\"state\":\"sent\""),
        "{ticket}{errors}"
    );
}

#[test]
fn what_a_provider_would_refuse_is_said_before_anything_is_sent() {
    let Some(house) = House::new() else { return };
    assert_eq!(house.add(ANNA, "pec\n").0, 0);
    let eml = house.path("errata.eml");
    let message = format!("From: altri@pec.alfa.example\r\nBcc: {OFFICE}\r\nSubject: x\r\n\r\ny\r\n");
    fs::write(&eml, message).unwrap();
    let (code, out, errors) = house.pec(&["box", "send", ANNA, "--key", "K", "--message", &eml], "");
    assert_eq!((code, out.as_str()), (2, ""));
    for wrong in ["send.no_to", "send.bcc"] {
        assert!(errors.contains(wrong), "{errors}");
    }
    let (code, written, _) = house.pec(&["box", "send", ANNA, "--key", "K", "--to", OFFICE, "--dry-run"], "");
    assert!(code == 0 && written.contains("X-TipoRicevuta: completa") || written.contains("To:"), "{written}");
    assert!(house.server.with(|network| Ok(network.messages(ANNA)?.is_empty())).unwrap());
}

#[test]
fn row_12_a_wrong_password_is_asked_once_and_the_advice_is_in_italian() {
    let Some(house) = House::new() else { return };
    assert_eq!(house.add(ANNA, "sbagliata-davvero\n").0, 0);
    let (code, _, errors) = house.pec(&["hub", "refresh"], "");
    assert_eq!(code, 1, "{errors}");
    let (code, out, errors) = house.pec(&["box", "check", ANNA], "");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(errors.contains("chiedere la nuova password al titolare"), "{errors}");
    assert!(!errors.contains("sbagliata-davvero"));
    let (code, radar, _) = house.pec(&["hub", "radar"], "");
    assert!(code == 1 && radar.contains("accesso perso"), "{radar}");
    let (code, radar, _) = house.pec(&["hub", "radar", "--json"], "");
    let radar: serde_json::Value = serde_json::from_str(&radar).unwrap();
    assert_eq!((code, &radar["report"], &radar["access"][0]["access"]), (1, &"radar".into(), &"rejected".into()));
    let (code, own, _) = house.pec(&["box", "radar", ANNA], "");
    assert!(code == 1 && own.contains("accesso perso"), "{own}");
    assert_eq!(house.add(OFFICE, "pec\n").0, 0);
    assert_eq!(house.pec(&["box", "radar", OFFICE], "").0, 0, "nothing of others");
    assert_eq!(house.pec(&["box", "password", ANNA], "pec\n").0, 0);
    assert_eq!(house.pec(&["box", "check", ANNA], "").0, 0);
    assert!(Path::new(&house.path("posta.secrets")).is_file());
}

#[test]
fn whoever_adds_a_mailbox_is_told_what_its_provider_allows_to_programs() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("key"), "ab".repeat(32)).unwrap();
    fs::write(path("password"), "segreta\n").unwrap();
    let pec = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_pec"))
            .args(arguments)
            .args(["--archive", &path("posta.pecarchive"), "--secrets-key", &path("key"), "--lang", "it"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let add = |address: &str| pec(&["box", "add", address, "--login", "X1", "--password-file", &path("password")]).1;
    let told = add("studio@legalmail.it");
    assert!(told.contains("programmi automatizzati"), "{told}");
    assert_eq!(add("studio@pec.it"), "");
    let (listed, _) = pec(&["hub", "list", "--json"]);
    let listed: Vec<serde_json::Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(listed[0]["terms"]["it"].as_str().unwrap().contains("programmi automatizzati"), "{listed:?}");
    assert!(listed[1]["terms"].is_null(), "{listed:?}");
}

#[test]
fn what_is_not_managed_is_told_by_every_command_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("key"), "ab".repeat(32)).unwrap();
    for arguments in [
        &["box", "radar", "nessuno@pec.it"][..],
        &["gateway", "--listen", "127.0.0.1:0", "--deliver", "nessuno@pec.it=posta"],
        &["gateway", "--listen", "127.0.0.1:0", "--deliver-to", "nessuno@pec.it=studio@pec.it"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_pec"))
            .args(arguments)
            .args(["--archive", &path("posta.pecarchive"), "--secrets-key", &path("key")])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("nessuno@pec.it"), "{arguments:?}");
    }
}
