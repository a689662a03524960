//! Whole mailboxes: what is bad in them keeps nothing else from being judged, and an mbox is read as its program wrote it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pec_core::finding::{Code, Language};
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::TrustStore;
use pec_core::verify::Verdict;
use pec_files::link::Options;
use pec_files::work::{link_now, verify_now};
use pec_files::{Judge, Kind};
use pec_sandbox::network::{Mailbox, Network, Settings};
use serde_json::Value;

const SEPARATOR: &str = "From - Mon Feb  9 10:15:30 2026\n";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance").join(name)
}

fn judge() -> Judge {
    let anchor = fs::read(case("artefacts/root.crt")).unwrap();
    Judge::new(TrustStore::built_in().with_host_anchor(&anchor).unwrap())
}

/// The lines of JSON, by the name that each bears.
fn lines(text: &str, folder: &Path) -> Vec<(String, Value)> {
    let line = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let name = value["file"].as_str().unwrap().strip_prefix(folder.to_str().unwrap()).unwrap().to_owned();
        (name, value)
    };
    text.lines().map(line).collect()
}

#[test]
fn a_batch_goes_on_after_bad_members() {
    let folder = tempfile::tempdir().unwrap();
    let good = fs::read(case("kind-delivery-a.eml")).unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    put("1 empty.eml", b"");
    put("2 good.eml", &good);
    put("3 zeros.eml", &[0; 4096]);
    put("4 cut.eml", &good[..good.len() / 2]);
    put("5 mbox", &[SEPARATOR.as_bytes(), b"Subject: x\n\n", b"x\n\n", SEPARATOR.as_bytes(), &good, b"\n\n"].concat());
    put("6 picture.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF");
    put("7 good.eml", &good);
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folder.path().join("8 broken")).unwrap();
    for threads in [1, 4] {
        let text = verify_now(&judge(), &[folder.path().to_path_buf()], now(), threads).unwrap();
        let lines = lines(&text, folder.path());
        let said: Vec<(&str, &str)> = lines
            .iter()
            .map(|(name, line)| {
                let error = line["error"].as_str().map(|error| error.split(':').next().unwrap());
                (name.as_str(), error.or(line["verdict"].as_str()).unwrap())
            })
            .collect();
        let mut expected = vec![
            ("/1 empty.eml", "is empty"),
            ("/2 good.eml", "certified"),
            ("/3 zeros.eml", "not-pec"),
            ("/4 cut.eml", "unverifiable"),
            ("/5 mbox#1", "not-pec"),
            ("/5 mbox#2", "certified"),
            ("/6 picture.jpg", "not-pec"),
            ("/7 good.eml", "certified"),
        ];
        if cfg!(unix) {
            expected.push(("/8 broken", "no such file"));
        }
        assert_eq!(said, expected, "{threads} threads");
        assert!(lines.iter().all(|(_, line)| line["schema"] == "pec-verification/1"));
    }
    // The same folder linked: one dossier, and what could not be read beside it.
    let dossiers = link_now(&judge(), &[folder.path().to_path_buf()], Options::new(now()), 0).unwrap();
    assert_eq!(dossiers.dossiers.len(), 1);
    assert_eq!(dossiers.unread.len(), if cfg!(unix) { 2 } else { 1 });
    assert!(dossiers.unread[0].json.starts_with(r#"{"schema":"pec-dossier/1","unread":{"file":"#));
    let count = dossiers.dossiers.len() + dossiers.strays.len() + dossiers.unread.len();
    assert_eq!(dossiers.lines().lines().count(), count);
}

/// An envelope whose signed text has lines of all the kinds that programs quote, or do not.
fn envelope() -> (Network, Vec<u8>) {
    let (anna, office) = ("anna@pec.alfa.example", "ufficio@cert.beta.example");
    let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())).unwrap();
    network.add(Mailbox::new(anna)).unwrap();
    network.add(Mailbox::new(office)).unwrap();
    let sent = format!(
        "From: {anna}\r\nTo: {office}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <1@ditta.example>\r\n\
         Subject: Offerta\r\n\r\nFrom qui\r\n>From qui\r\n>>From qui\r\nfine\r\n"
    );
    assert!(!network.submit(anna, &[office], sent.as_bytes()).unwrap().pec_id.is_empty());
    network.settle().unwrap();
    let envelope = network.messages(office).unwrap()[0].bytes.clone();
    (network, envelope)
}

/// The body of a message, each line as a program writes it into an mbox.
fn stored(message: &[u8], quote: impl Fn(&str) -> bool) -> Vec<u8> {
    let text = std::str::from_utf8(message).unwrap();
    let line = |line: &str| if quote(line) { format!(">{line}") } else { line.to_owned() };
    format!("{SEPARATOR}{}\r\n", text.split_inclusive('\n').map(line).collect::<String>()).into_bytes()
}

#[test]
fn whatever_program_wrote_the_mbox_the_signature_holds() {
    let (network, message) = envelope();
    let judge = Judge::new(network.trust().clone());
    let at = "2026-02-10T12:00:00Z".parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mbox");
    let is_from = |line: &str| line.trim_start_matches('>').starts_with("From ");
    let families: [(&str, Vec<u8>); 3] = [
        ("mboxrd", stored(&message, is_from)),
        ("mboxo", stored(&message, |line| line.starts_with("From "))),
        ("mboxcl2", stored(&message, |_| false)),
    ];
    for (family, bytes) in families {
        fs::write(&path, bytes).unwrap();
        let judged = judge.file(&path, at).unwrap();
        assert_eq!(judged.verification.verdict(), Verdict::Certified, "{family}");
        assert_eq!(judged.message.bytes(), message, "{family}");
    }
    // A changed letter is none of these readings.
    let changed = String::from_utf8(message).unwrap().replace("\r\nfine\r\n", "\r\nfini\r\n");
    fs::write(&path, stored(changed.as_bytes(), is_from)).unwrap();
    assert_eq!(judge.file(&path, at).unwrap().verification.verdict(), Verdict::Altered);
}

#[test]
fn several_messages_are_refused_where_one_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mbox");
    fs::write(&path, format!("{SEPARATOR}A: 1\n\n{SEPARATOR}A: 2\n")).unwrap();
    let unread = judge().file(&path, now()).unwrap_err();
    assert_eq!((unread.reason.kind, unread.name.as_str()), (Kind::Several, path.to_str().unwrap()));
    assert!(unread.reason.of(Language::It).starts_with("contiene più messaggi"));
}

#[test]
fn limits_of_a_judge_count_for_files_and_for_messages() {
    let path = case("kind-delivery-a.eml");
    let bytes = fs::read(&path).unwrap();
    let mut limits = Limits::DEFAULT;
    limits.parts = 2;
    let has_limit =
        |judged: &[pec_core::finding::Finding]| judged.iter().any(|finding| finding.code == Code::MimeLimits);
    let narrow = judge().limits(limits);
    let judged = narrow.file(&path, now()).unwrap();
    assert_eq!(judged.verification.verdict(), Verdict::Unverifiable);
    assert!(has_limit(&judged.verification.findings));
    // One that was parsed with others is read again, and a judge without keeps those of the message.
    let message = Message::parse(bytes.clone(), &Limits::DEFAULT);
    assert_eq!(judge().verify(&message, now()).verdict(), Verdict::Certified);
    assert!(has_limit(&narrow.verify(&message, now()).findings));
    assert!(has_limit(&judge().verify(&Message::parse(bytes.clone(), &limits), now()).findings));
    limits = Limits::DEFAULT;
    limits.message_bytes = bytes.len() - 1;
    let unread = judge().limits(limits).file(&path, now()).unwrap_err();
    assert_eq!(unread.reason.kind, Kind::TooLarge);
    assert!(unread.reason.of(Language::En).contains(&format!("{} bytes", bytes.len() - 1)));
    limits.message_bytes = bytes.len();
    assert_eq!(judge().limits(limits).file(&path, now()).unwrap().verification.verdict(), Verdict::Certified);
}
