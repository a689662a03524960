//! `pec sandbox`: started, sent to, turned, ended.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use super::{command, folder, pec};

/// A running `pec sandbox`, ended with the test.
struct Sandbox {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const AT: &str = "2026-02-09T09:15:30Z";

impl Sandbox {
    fn start(dir: &std::path::Path, options: &[&str]) -> Self {
        let mut command = command(["sandbox", "--listen", "127.0.0.1:0", "--starttls", "127.0.0.1:0", "--dir"]);
        command.arg(dir).args(options).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { input: child.stdin.take(), child, output }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn json(&mut self) -> serde_json::Value {
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn order(&mut self, order: &str) -> serde_json::Value {
        writeln!(self.input.as_mut().unwrap(), "{order}").unwrap();
        self.json()
    }

    /// Ends it as Ctrl-C does; its exit code.
    fn interrupt(&mut self) -> Option<i32> {
        assert!(Command::new("kill").arg("-INT").arg(self.child.id().to_string()).status().unwrap().success());
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "it does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn has_curl() -> bool {
    let has = Command::new("curl")
        .arg("--version")
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("smtps"));
    if !has {
        println!("skipped: curl with smtps is not installed");
    }
    has
}

/// Kinds and verdicts of a Maildir, in the order of delivery.
fn verdicts(anchor: &str, now: &str, maildir: &str) -> Vec<String> {
    let ran = pec(["verify", "--json", "--anchor", anchor, "--now", now, maildir]);
    let mut found: Vec<_> = ran.json();
    found.sort_by_key(|value| {
        let file = value["file"].as_str().unwrap().to_owned();
        file.split(['Q', '.']).rev().nth(1).unwrap().parse::<usize>().unwrap_or_default()
    });
    let name = |value: &serde_json::Value| {
        format!("{} {}", value["kind"].as_str().unwrap(), value["verdict"].as_str().unwrap())
    };
    found.iter().map(name).collect()
}

#[test]
fn what_is_printed_works_when_it_is_pasted() {
    if !has_curl() {
        return;
    }
    let folder = folder();
    let dir = folder.path().join("sand box");
    let mut sandbox = Sandbox::start(&dir, &["--clock", AT, "--password", "it's a secret"]);
    let mut shown = Vec::new();
    while shown.last().is_none_or(|line: &String| !line.contains("Ctrl-C")) {
        shown.push(sandbox.line());
    }
    let line = |start: &str| shown.iter().find(|line| line.trim_start().starts_with(start)).unwrap().trim().to_owned();
    let sent = Command::new("sh").args(["-c", &line("curl ")]).output().unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    let verify = line("pec verify").replacen("pec", env!("CARGO_BIN_EXE_pec"), 1);
    let verified = Command::new("sh").args(["-c", &format!("{verify} --json")]).output().unwrap();
    let text = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert_eq!(verified.status.code(), Some(0), "{text}");
    let count = |kind: &str| text.matches(&format!("\"kind\":\"{kind}\",\"verdict\":\"certified\"")).count();
    // Carlo and the office got it; one mailbox is full and one disabled.
    assert_eq!((count("accettazione"), count("avvenuta-consegna"), count("errore-consegna")), (1, 2, 2), "{text}");
    assert_eq!(sandbox.interrupt(), Some(0));
    assert_eq!(sandbox.line(), "ended");
}

#[test]
fn orders_turn_the_clock_and_break_things() {
    if !has_curl() {
        return;
    }
    let folder = folder();
    let mut sandbox = Sandbox::start(folder.path(), &["--json", "--clock", AT]);
    let facts = sandbox.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    assert_eq!(facts["now"], AT);
    assert_eq!(facts["clock"], "turned");
    let states: Vec<_> = facts["mailboxes"].as_array().unwrap().iter().map(|m| text(&m["state"])).collect();
    for state in ["active", "full", "disabled"] {
        assert!(states.iter().any(|s| s == state), "{states:?}");
    }
    assert_eq!(facts["providers"][1]["service_mailbox"], "ricevute@cert.beta.example");

    assert_eq!(sandbox.order("stop beta incoming")["now"], AT);
    let port = text(&facts["smtps"]).rsplit(':').next().unwrap().to_owned();
    let curl = |rcpt: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args(["-s", "--cacert", &text(&facts["tls_ca"]), "--url", &format!("smtps://localhost:{port}")]);
        curl.args(["--user", "anna@pec.alfa.example:pec", "--mail-from", "anna@pec.alfa.example"]);
        for rcpt in rcpt {
            curl.args(["--mail-rcpt", rcpt]);
        }
        let message = folder.path().join("message.eml");
        let to = rcpt.join(", ");
        let letter =
            format!("From: anna@pec.alfa.example\r\nTo: {to}\r\nDate: Mon, 9 Feb 2026 10:15:30 +0100\r\n\r\nx\r\n");
        std::fs::write(&message, letter).unwrap();
        assert!(curl.arg("-T").arg(message).status().unwrap().success());
    };
    curl(&["ufficio@cert.beta.example"]);
    let maildir = |address: &str| {
        let all = facts["mailboxes"].as_array().unwrap();
        text(&all.iter().find(|mailbox| mailbox["address"] == address).unwrap()["maildir"])
    };
    let anchor = text(&facts["anchor"]);
    let anna = |now: &str| verdicts(&anchor, now, &maildir("anna@pec.alfa.example"));
    let now = text(&sandbox.order("advance 12h")["now"]);
    assert_eq!(anna(&now), ["accettazione certified", "preavviso-errore-consegna certified"]);
    let now = text(&sandbox.order("advance 13h")["now"]);
    assert_eq!(anna(&now)[2..], ["preavviso-errore-consegna certified"]);
    sandbox.order("restart beta incoming");

    sandbox.order("fault forged avvenuta-consegna");
    curl(&["ufficio@cert.beta.example"]);
    let now = text(&sandbox.order("now")["now"]);
    let mut last = anna(&now).split_off(4);
    last.sort();
    assert_eq!(last, ["avvenuta-consegna certified", "avvenuta-consegna forged"]);

    sandbox.order("clear");
    sandbox.order("mailbox ufficio@cert.beta.example=full");
    sandbox.order("mailbox nuova@cert.beta.example");
    curl(&["ufficio@cert.beta.example", "nuova@cert.beta.example"]);
    let now = text(&sandbox.order("now")["now"]);
    let mut last = anna(&now).split_off(7);
    last.sort();
    assert_eq!(last, ["avvenuta-consegna certified", "errore-consegna certified"]);

    for wrong in ["launch", "advance 800d", "advance", "stop gamma incoming"] {
        assert!(!sandbox.order(wrong)["error"].is_null(), "{wrong}");
    }
    writeln!(sandbox.input.as_mut().unwrap(), "quit").unwrap();
    assert_eq!(sandbox.child.wait().unwrap().code(), Some(0));
}

#[test]
fn it_runs_on_without_standard_input() {
    let folder = folder();
    let mut sandbox = Sandbox::start(
        folder.path(),
        &[
            "--json",
            "--provider",
            "gamma=pec.comune.example",
            "--mailbox",
            "protocollo@pec.comune.example=50000",
            "--clock",
            AT,
        ],
    );
    let facts = sandbox.json();
    assert_eq!(facts["providers"][0]["domains"][0], "pec.comune.example");
    assert_eq!(facts["mailboxes"][0]["address"], "protocollo@pec.comune.example");
    assert!(PathBuf::from(facts["mailboxes"][0]["maildir"].as_str().unwrap()).join("new").is_dir());
    drop(sandbox.input.take());
    std::thread::sleep(Duration::from_millis(300));
    assert!(sandbox.child.try_wait().unwrap().is_none());
    assert_eq!(sandbox.interrupt(), Some(0));
}

#[test]
fn wrong_options_are_explained() {
    let dir = folder();
    let dir = dir.path().to_str().unwrap();
    let cases: [(&[&str], &str); 6] = [
        (&["--provider", "delta"], "alfa, beta or gamma"),
        (&["--provider", "alfa", "--provider", "alfa"], "stands twice"),
        (&["--mailbox", "anna"], "an address such as"),
        (&["--mailbox", "a@b.example=often"], "active, full, disabled"),
        (&["--clock", "yesterday"], "`system` or a time"),
        (&["--clock", "2001-01-01T00:00:00Z"], "give a time from"),
    ];
    for (options, expected) in cases {
        let given = ["sandbox", "--dir", dir, "--listen", "127.0.0.1:0", "--starttls", "127.0.0.1:0"];
        let ran = pec(given.iter().chain(options));
        assert_eq!(ran.code, 2, "{options:?}");
        assert!(ran.err.contains(expected), "{options:?}: {}", ran.err);
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = pec(["--lang", "it", "sandbox", "--dir", dir, "--listen", &address]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains(&address) && ran.err.contains("un'altra porta"), "{}", ran.err);
}
