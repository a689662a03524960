//! `pec gateway` as an old ERP meets it, killed and ended; rules from a file; the page of the morning.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use jiff::SignedDuration;

use crate::mailbox::{ANNA, House, OFFICE};

const WORD: &str = "una parola per il gestionale";

struct Gateway {
    child: Child,
    /// What it says, read as it comes: a full pipe would hold it.
    lines: Receiver<String>,
    port: u16,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Gateway {
    fn start(house: &House, options: &[&str]) -> Self {
        Self::start_read(house, options, usize::MAX)
    }

    /// Of what it says so many lines are read, and no more: the pipe stays.
    fn start_read(house: &House, options: &[&str], read: usize) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pec"))
            .args(["gateway", "--listen", "127.0.0.1:0", "--json"])
            .args(options)
            .args(house.common())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            let mut said = output.lines();
            said.by_ref().take(read).map_while(Result::ok).for_each(|line| drop(send.send(line)));
            std::mem::forget(said);
        });
        let mut gateway = Self { child, lines, port: 0 };
        let said = gateway.event("listening");
        gateway.port = said["address"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
        gateway
    }

    /// The next event of this name; others are passed over.
    fn event(&self, name: &str) -> serde_json::Value {
        loop {
            let line = self.lines.recv().unwrap_or_else(|_| panic!("it has ended before {name}"));
            let event: serde_json::Value = serde_json::from_str(&line).unwrap();
            if event["event"] == name {
                return event;
            }
        }
    }

    fn interrupt(mut self) -> i32 {
        assert!(Command::new("kill").arg("-INT").arg(self.child.id().to_string()).status().unwrap().success());
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap();
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Hands messages over, as many as it takes; gives how many were acknowledged.
    fn hand_over(&self, messages: impl Iterator<Item = Vec<u8>>) -> usize {
        let Ok(stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return 0 };
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut stream = BufReader::new(stream);
        let mut say = |bytes: &[u8]| {
            let _ = stream.get_mut().write_all(bytes);
            let mut line = String::new();
            loop {
                line.clear();
                match stream.read_line(&mut line) {
                    Ok(read) if read > 0 && line.as_bytes().get(3) == Some(&b'-') => {}
                    Ok(_) => return line.clone(),
                    Err(_) => return String::new(),
                }
            }
        };
        say(b"");
        say(b"EHLO gestionale\r\n");
        let login = encodify::base64::STANDARD.encode(format!("\0{ANNA}\0{WORD}").as_bytes());
        if !say(format!("AUTH PLAIN {login}\r\n").as_bytes()).starts_with("235") {
            return 0;
        }
        let mut taken = 0;
        for message in messages {
            say(format!("MAIL FROM:<{ANNA}>\r\n").as_bytes());
            say(format!("RCPT TO:<{OFFICE}>\r\n").as_bytes());
            say(b"DATA\r\n");
            if !say(&[&message[..], b".\r\n"].concat()).starts_with("250") {
                return taken;
            }
            taken += 1;
        }
        taken
    }
}

fn letter(number: usize) -> Vec<u8> {
    format!(
        "From: {ANNA}\r\nTo: {OFFICE}\r\nMessage-ID: <{number}@gestionale.example>\r\n\
         Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nSubject: Fattura {number}\r\n\r\nSi trasmette la fattura.\r\n"
    )
    .into_bytes()
}

fn log_in(house: &House) {
    for address in [ANNA, OFFICE] {
        assert_eq!(house.add(address, "pec\n").0, 0);
    }
    let (code, _, errors) = house.pec(&["gateway", "login", ANNA], "pec\n");
    assert!(code == 2 && errors.contains("12 characters"), "{errors}");
    let (code, _, errors) = house.pec(&["gateway", "login", ANNA], &format!("{WORD}\n"));
    assert_eq!(code, 0, "{errors}");
}

#[test]
fn pec_from_an_ordinary_program_both_ways() {
    let Some(house) = House::new() else { return };
    log_in(&house);
    let maildir = house.path("posta-di-anna");
    let deliver = format!("{ANNA}={maildir}");
    let gateway = Gateway::start(&house, &["--deliver", &deliver]);
    assert_eq!(gateway.hand_over([letter(1), letter(1)].into_iter()), 2);
    let taken = gateway.event("taken");
    assert_eq!(taken["key"], "smtp:1@gestionale.example");
    let sent = gateway.event("sent");
    assert_eq!(sent["dispatch"]["sent"][0], "smtp:1@gestionale.example", "{sent}");
    assert_eq!(gateway.interrupt(), 0);
    house.server.advance(SignedDuration::from_mins(5)).unwrap();
    assert_eq!(house.server.with(|network| Ok(network.messages(OFFICE)?.len())).unwrap(), 1);
    // The receipts come to where Anna reads her mail.
    let gateway = Gateway::start(&house, &["--deliver", &deliver]);
    let relayed = gateway.event("relayed");
    assert_eq!(relayed["relayed"].as_array().unwrap().len(), 2, "{relayed}");
    assert_eq!(gateway.interrupt(), 0);
    let mut files: Vec<_> = fs::read_dir(format!("{maildir}/new")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut text = String::new();
    for file in &files {
        fs::File::open(file).unwrap().read_to_string(&mut text).unwrap();
    }
    assert_eq!((files.len(), text.matches("X-Ricevuta:").count()), (2, 2));
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill_and_what_is_handed_over_again_is_there_once() {
    let Some(house) = House::new() else { return };
    log_in(&house);
    let mut most = 0;
    for round in 0..4 {
        let gateway = Gateway::start(&house, &["--no-send"]);
        let id = gateway.child.id().to_string();
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(150 + 130 * round));
            Command::new("kill").args(["-KILL", &id]).status().unwrap();
        });
        // From the beginning each time, as a program does that has lost its notes.
        most = most.max(gateway.hand_over((0..400).map(letter)));
        killer.join().unwrap();
    }
    assert!(most > 0);
    let gateway = Gateway::start(&house, &["--no-send"]);
    assert_eq!(gateway.hand_over((0..most).map(letter)), most);
    assert_eq!(gateway.interrupt(), 0);
    let archive = house.path("posta.pecarchive");
    let found = Command::new(env!("CARGO_BIN_EXE_pec"))
        .args(["archive", "search", &archive, "--json", "--limit", "1000", "oggetto:fattura"])
        .output()
        .unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    let there = found.matches("\"report\":\"entry\"").count();
    assert!((most..=most + 1).contains(&there), "{most} acknowledged, {there} there");
}

#[test]
fn it_serves_and_ends_though_nobody_reads_what_it_says() {
    let Some(house) = House::new() else { return };
    log_in(&house);
    let gateway = Gateway::start_read(&house, &["--no-send"], 1);
    // Some four pipes full.
    let long = |number: usize| {
        let name = format!("<{number}.{}@", "x".repeat(300));
        String::from_utf8(letter(number)).unwrap().replace(&format!("<{number}@"), &name).into_bytes()
    };
    assert_eq!(gateway.hand_over((0..400).map(long)), 400);
    // Another one is let in, and Ctrl-C is heard.
    assert_eq!(gateway.hand_over(std::iter::once(letter(1000))), 1);
    assert_eq!(gateway.interrupt(), 0);
}

#[test]
fn rules_hand_on_what_comes_in_and_the_page_of_the_morning_shows_it() {
    // What is handed on is of today.
    let Some(house) = House::at(jiff::Timestamp::now()) else { return };
    log_in(&house);
    let rules = house.path("regole.toml");
    fs::write(
        &rules,
        format!(
            "[[rule]]\nname = \"contratti\"\nquery = \"oggetto:contratto tipo:busta casella:{OFFICE}\"\n\
             file = [\"Contratti\"]\nforward = [\"{ANNA}\"]\n"
        ),
    )
    .unwrap();
    let text = house.path("testo.txt");
    fs::write(&text, "Si trasmette il contratto.\n").unwrap();
    let pdf = house.path("contratto.pdf");
    fs::write(&pdf, "%PDF-1.4\n").unwrap();
    let send = [
        "box",
        "send",
        ANNA,
        "--key",
        "1",
        "--to",
        OFFICE,
        "--subject",
        "Contratto 1",
        "--text",
        &text,
        "--attach",
        &pdf,
    ];
    assert_eq!(house.pec(&send, "").0, 0);
    house.server.advance(SignedDuration::from_mins(5)).unwrap();

    // Why, of a message that is not in the archive yet.
    let envelope = house.server.with(|network| Ok(network.messages(OFFICE)?[0].bytes.to_vec())).unwrap();
    let file = house.path("busta.eml");
    let digest = pec_archive::Id::of(&envelope).to_string();
    fs::write(&file, envelope).unwrap();
    let explain = ["box", "explain", &rules, &file, "--mailbox", OFFICE];
    let (code, why, errors) = house.pec(&explain, "");
    assert!(code == 0 && why.starts_with("+ contratti") && why.matches("    + ").count() == 3, "{why}{errors}");
    let (code, why, _) = house.pec(&["box", "explain", &rules, &file, "--mailbox", ANNA, "--json"], "");
    let why: serde_json::Value = serde_json::from_str(&why).unwrap();
    assert_eq!((code, &why["report"], &why["rule"]), (1, &"explained".into(), &"contratti".into()), "{why}");
    assert_eq!((&why["id"], &why["conditions"][2][1]), (&digest.into(), &false.into()), "{why}");

    let (code, synced, errors) = house.pec(&["box", "sync", OFFICE, "--rules", &rules], "");
    assert_eq!(code, 0, "{errors}");
    assert!(synced.contains("contratti  applicata") && synced.contains("rule:"), "{synced}");
    house.server.advance(SignedDuration::from_mins(5)).unwrap();
    let to_anna = house.server.with(|network| Ok(network.messages(ANNA)?.len())).unwrap();
    assert_eq!(to_anna, 3, "two receipts for what she sent, and what was handed on");
    let (code, again, errors) = house.pec(&["hub", "refresh", "--rules", &rules, "--budget", "20"], "");
    assert_eq!(code, 0, "{errors}");
    assert!(!again.contains("rule:"), "{again}");

    let (html, csv, saved) = (house.path("oggi.html"), house.path("oggi.csv"), house.path("clienti"));
    let today = ["hub", "today", "--html", &html, "--csv", &csv, "--save", &saved];
    let (code, said, errors) = house.pec(&today, "");
    // The envelope and what was handed on; not what was sent.
    assert!(code == 0 && said.starts_with("Verdi  2 arrivati, 0 non riusciti, 4 ricevute\n"), "{code} {said}{errors}");
    let page = fs::read_to_string(&html).unwrap();
    assert!(page.contains("Contratto 1") && !page.contains("<script"));
    assert!(fs::read_to_string(&csv).unwrap().contains("Contratto 1"));
    let attachment = std::path::Path::new(&saved).join("Verdi").join("contratto.pdf");
    assert_eq!(fs::read(attachment).unwrap(), b"%PDF-1.4\n");
}
