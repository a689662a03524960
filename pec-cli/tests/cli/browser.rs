//! The page in a real browser: it is rendered as meant, asks the network for nothing and complains of nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{folder, pec};

/// What Chromium makes of a page.
struct Shown {
    /// The document after it was loaded.
    dom: String,
    /// Lines that went to the console.
    console: Vec<String>,
    /// Every address that was asked for.
    log: String,
}

impl Shown {
    /// The addresses that the page asked for: Chromium has errands of its own.
    fn asked(&self) -> Vec<&str> {
        let own = |url: &str| {
            url.split('/').nth(2).is_some_and(|host| host.ends_with(".google.com") || host.ends_with(".googleapis.com"))
        };
        let asked = self.log.match_indices("\"url\":\"").map(|(at, key)| &self.log[at + key.len()..]);
        asked.filter_map(|url| url.split('"').next()).filter(|url| !own(url)).collect()
    }
}

/// `None`, with a word why, where Chromium is not installed.
fn show(page: &Path) -> Option<Shown> {
    let profile = folder();
    let log = profile.path().join("net.json");
    let ran = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--dump-dom"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(format!("file://{}", page.display()))
        .output();
    let Ok(ran) = ran else {
        println!("skipped: Chromium is not installed (`cargo xtask setup`)");
        return None;
    };
    let errors = String::from_utf8_lossy(&ran.stderr);
    let console = errors.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
    let log = fs::read_to_string(log).unwrap_or_default();
    Some(Shown { dom: String::from_utf8_lossy(&ran.stdout).into_owned(), console, log })
}

#[test]
fn the_page_asks_for_nothing_and_complains_of_nothing() {
    // The control: what the page must not do is seen when a page does it.
    let folder = folder();
    let bad = folder.path().join("bad.html");
    let script = "<img src=http://evil.example/x.png><script>console.error('noise')</script>";
    fs::write(&bad, format!("<!DOCTYPE html><title>x</title>{script}")).unwrap();
    let Some(control) = show(&bad) else { return };
    assert!(control.log.contains("http://evil.example/x.png"), "the log shows requests");
    assert!(control.console.iter().any(|line| line.contains("noise")), "the console is seen: {:?}", control.console);

    let demo = pec(["demo", "--dir", folder.path().to_str().unwrap(), "--lang", "it"]);
    assert_eq!(demo.code, 0, "{}", demo.err);
    let page = folder.path().join("pec.html");
    let shown = show(&page).unwrap();
    assert_eq!(shown.console, [""; 0]);
    assert!(shown.log.contains("pec.html"), "the log is that of this run");
    assert_eq!(shown.asked(), [""; 0]);
    for text in ["Preventivo 12/2026", "NON CONSEGNATO", "casella piena", "il contenuto consegnato è quello inviato"] {
        assert!(shown.dom.contains(text), "{text}");
    }
    assert!(!shown.dom.contains("<script"));

    // The policy forbids what somebody could plant: the same page with an image and a script in it.
    let planted = fs::read_to_string(&page).unwrap().replace("<main>", &format!("<main>{script}"));
    let planted_page = folder.path().join("planted.html");
    fs::write(&planted_page, planted).unwrap();
    let shown = show(&planted_page).unwrap();
    assert!(!shown.console.iter().any(|line| line.contains("noise\"")), "the script ran: {:?}", shown.console);
    assert!(shown.console.iter().any(|line| line.contains("Content Security Policy")), "{:?}", shown.console);
}

#[test]
fn a_report_asks_for_nothing_and_what_somebody_has_written_is_text() {
    let folder = folder();
    let archive = folder.path().join("posta.pecarchive").display().to_string();
    assert_eq!(pec(["archive", "init", &archive]).code, 0);
    let letter = folder.path().join("lettera.eml");
    fs::write(&letter, "Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <1@x>\r\n\r\nx\r\n").unwrap();
    let mailbox = "<script>console.error('noise')</script><img src=http://evil.example/x.png>@x";
    let letter = letter.display().to_string();
    assert_eq!(pec(["archive", "add", &archive, &letter, "--mailbox", mailbox]).code, 0);
    let page = folder.path().join("traffico.html");
    let html = page.display().to_string();
    assert_eq!(pec(["report", "traffic", &archive, "--months", "2026-02", "--html", &html]).code, 0);
    let Some(shown) = show(&page) else { return };
    assert_eq!((shown.console.as_slice(), shown.asked()), (&[][..], vec![]));
    assert!(shown.log.contains("traffico.html"), "the log is that of this run");
    for text in ["Traffico per casella e mese", "PEC ricevute", "&lt;script&gt;console.error", "2026-02"] {
        assert!(shown.dom.contains(text), "{text}");
    }
}
