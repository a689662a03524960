//! `pec link` and `pec demo`: from folders and mbox files to dossiers, in the terminal, as JSON and as a page.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use pec_sandbox::network::{Mailbox, Network, Settings};

use super::{Ran, command, file, folder, pec, run};

const ANNA: &str = "anna@pec.alfa.example";
const OFFICE: &str = "ufficio@cert.beta.example";
const FULL: &str = "piena@cert.beta.example";

/// What Anna sent and received, in a folder, with the sandbox's anchor.
struct Correspondence {
    folder: tempfile::TempDir,
    network: Network,
    pec_id: String,
    sent: Vec<u8>,
}

fn letter(subject: &str) -> Vec<u8> {
    format!(
        "From: {ANNA}\r\nTo: {OFFICE}, {FULL}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n\
         Message-ID: <1@ditta.example>\r\nSubject: {subject}\r\n\r\nBuongiorno.\r\n"
    )
    .into_bytes()
}

impl Correspondence {
    /// After twenty-four hours: delivered to the office, failed at the full mailbox.
    fn new(subject: &str) -> Self {
        let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())).unwrap();
        network.add(Mailbox::new(ANNA)).unwrap();
        network.add(Mailbox::new(OFFICE)).unwrap();
        network.add(Mailbox::full(FULL)).unwrap();
        let sent = letter(subject);
        let pec_id = network.submit(ANNA, &[OFFICE, FULL], &sent).unwrap().pec_id;
        network.settle().unwrap();
        network.advance(SignedDuration::from_hours(24)).unwrap();
        let folder = folder();
        fs::create_dir(folder.path().join("mail")).unwrap();
        fs::write(folder.path().join("mail/0.eml"), &sent).unwrap();
        for (number, stored) in (1..).zip(network.messages(ANNA).unwrap()) {
            fs::write(folder.path().join(format!("mail/{number}.eml")), &stored.bytes).unwrap();
        }
        fs::write(folder.path().join("anchor.crt"), &network.anchor().der).unwrap();
        Self { folder, network, pec_id, sent }
    }

    fn mail(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    fn link(&self, arguments: &[&str]) -> Ran {
        self.link_of(&self.mail(), arguments)
    }

    fn link_of(&self, path: &Path, arguments: &[&str]) -> Ran {
        let mut command = command(["link", "--now", "2026-02-10T12:00:00Z", "--anchor"]);
        command.arg(self.folder.path().join("anchor.crt")).arg(path).args(arguments);
        run(command)
    }
}

#[test]
fn a_folder_becomes_a_dossier() {
    let mail = Correspondence::new("Preventivo");
    let ran = mail.link(&["--json"]);
    assert_eq!(ran.code, 1, "one recipient did not get it: {}", ran.err);
    let [dossier] = &ran.json()[..] else { panic!("{}", ran.out) };
    assert_eq!(dossier["pec_id"], *mail.pec_id);
    assert!(dossier["sent_copy"].as_str().unwrap().ends_with("mail/0.eml"));
    let states: Vec<_> =
        dossier["recipients"].as_array().unwrap().iter().map(|r| r["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["delivered", "failed"]);
    assert_eq!(
        (&dossier["contents"][0]["form"], &dossier["contents"][0]["proven"]),
        (&"complete".into(), &"all".into())
    );
    assert!(dossier["instants"][0]["source"].as_str().unwrap().ends_with("mail/1.eml"));
    assert_eq!(dossier["instants"][1]["side"], "addressee");
    assert_eq!(dossier["instants"][1]["art_147"], "not-asked");

    let it = mail.link(&["--lang", "it", "--art147"]);
    assert!(it.out.contains("✓ CONSEGNATO") && it.out.contains("✗ NON CONSEGNATO"), "{}", it.out);
    assert!(it.out.contains("casella piena") && it.out.contains("il contenuto consegnato è quello inviato"));
    assert!(it.out.contains("art. 147 c.p.c.: 09/02/2026"), "{}", it.out);
    let en = mail.link(&["--lang", "en"]);
    assert!(en.out.contains("✓ DELIVERED") && en.out.contains("what was delivered is what was sent"), "{}", en.out);
}

/// The same mail as an mbox: its messages are read again from a spool.
#[test]
fn an_mbox_is_linked_like_a_folder() {
    let mail = Correspondence::new("Preventivo");
    let mut mbox = Vec::new();
    for stored in [&mail.sent[..]].into_iter().chain(mail.network.messages(ANNA).unwrap().iter().map(|m| &m.bytes[..]))
    {
        mbox.extend_from_slice(b"From - Mon Feb  9 10:15:30 2026\n");
        mbox.extend(String::from_utf8(stored.to_vec()).unwrap().replace("\r\n", "\n").into_bytes());
        mbox.push(b'\n');
    }
    let ran = mail.link_of(&file(&mail.folder, "m.mbox", mbox), &["--json"]);
    let [dossier] = &ran.json()[..] else { panic!("{} {}", ran.out, ran.err) };
    assert_eq!(dossier["recipients"][0]["state"], "delivered");
    assert_eq!(dossier["contents"][0]["proven"], "all", "{}", ran.out);
    assert!(dossier["sent_copy"].as_str().unwrap().ends_with("m.mbox#1"));
}

#[test]
fn a_forged_receipt_is_listed_and_moves_nothing() {
    let mail = Correspondence::new("Preventivo");
    fs::write(mail.mail().join("9.eml"), mail.network.forged_delivery(&mail.pec_id, FULL).unwrap()).unwrap();
    let ran = mail.link(&["--json"]);
    let dossier = &ran.json()[0];
    assert_eq!(dossier["recipients"][1]["state"], "failed");
    assert_eq!(dossier["claims"][0]["verdict"], "forged");
    assert!(dossier["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "receipt.unproven"));
    let text = mail.link(&["--lang", "it"]);
    assert!(text.out.contains("non provano nulla:") && text.out.contains("cert.impersonation"), "{}", text.out);
}

#[test]
fn a_changed_copy_is_told_from_what_was_delivered() {
    let mail = Correspondence::new("Preventivo");
    let other = String::from_utf8(mail.sent.clone()).unwrap().replace("Buongiorno", "Buonasera");
    fs::write(mail.mail().join("0.eml"), other).unwrap();
    let ran = mail.link(&["--json"]);
    let content = &ran.json()[0]["contents"][0];
    assert_eq!(content["proven"], "not-all");
    assert_eq!(content["findings"][0]["code"], "original.body_differs");
}

#[test]
fn what_cannot_be_read_leaves_the_rest() {
    let mail = Correspondence::new("Preventivo");
    fs::write(mail.mail().join("5.eml"), "").unwrap();
    fs::write(mail.mail().join("6.bin"), b"\xff\xfe\0junk").unwrap();
    let ran = mail.link(&["--json"]);
    assert_eq!((ran.json().len(), ran.code), (2, 1));
    assert!(ran.err.contains("5.eml: is empty"), "{}", ran.err);
    let unread = &ran.json()[1]["unread"];
    assert!(unread["file"].as_str().unwrap().ends_with("5.eml"), "{unread}");
    assert!(unread["error"].as_str().unwrap().starts_with("is empty"), "{unread}");
    let none = pec(["link", "missing"]);
    assert!(none.code == 2 && none.err.contains("missing: no such file"), "{}", none.err);
    let page = mail.link(&["--html", "/nowhere/at/all.html"]);
    assert!(page.code == 2 && page.err.contains("all.html: no such file"), "{}", page.err);
}

/// A subject that would clear the screen, turn the text round and open a tag.
#[test]
fn a_subject_steers_nothing() {
    let wild = "=?UTF-8?Q?=1B[2J=E2=80=AE<img src=3Dhttp://evil.example/x onerror=3Dalert(1)>?=";
    let mail = Correspondence::new(wild);
    let page = mail.folder.path().join("p.html");
    let ran = mail.link(&["--html", page.to_str().unwrap()]);
    let html = fs::read_to_string(page).unwrap();
    for text in [&ran.out, &html] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && text.contains("evil.example"), "{text}");
    }
    assert!(html.contains("&lt;img src") && !html.contains("<img"));
}

#[test]
fn the_demo_shows_the_main_job_and_a_forgery() {
    let folder = folder();
    let ran = pec(["demo", "--dir", folder.path().to_str().unwrap(), "--lang", "it"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in ["✓ CONSEGNATO", "✗ NON CONSEGNATO", "→ ACCETTATO PER INDIRIZZO NON PEC", "FALSO", "cert.impersonation"]
    {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    assert!(ran.out.contains("Verification successful"), "{}", ran.out);
    assert!(fs::read_to_string(folder.path().join("pec.html")).unwrap().contains("casella piena"));
}

/// The attachment that was altered is named, and the others with the reading that matched.
#[test]
fn a_brief_receipt_is_told_attachment_by_attachment() {
    let folder = super::artefact("root.crt").parent().unwrap().parent().unwrap().join("reconcile/brief-altered");
    let mut command = command(["link", "--now", "2026-03-01T12:00:00Z", "--lang", "en", "--anchor"]);
    command.arg(super::artefact("root.crt")).arg(folder);
    let ran = run(command);
    let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("b.pdf: the hash is not that of the file that was sent"), "{}", ran.out);
    assert!(
        words.contains("a.pdf: the hash is that of the file that was sent (SHA-1, reading encoded)"),
        "{}",
        ran.out
    );
    assert!(words.contains("brief.hash_mismatch: b.pdf"), "{}", ran.out);
}

/// A false receipt does not pass because it speaks of no message that is here.
#[test]
fn a_false_receipt_about_nothing_known_is_told_by_the_exit_code() {
    let folder = folder();
    let receipt = "X-Ricevuta: avvenuta-consegna\r\nFrom: posta-certificata@cert.beta.example\r\n\
                   Subject: CONSEGNA: x\r\nX-Riferimento-Message-ID: <2@ditta.example>\r\n\r\nconsegnato\r\n";
    let path = file(&folder, "false.eml", receipt.as_bytes());
    let ran = pec(["link", path.to_str().unwrap()]);
    assert!(ran.out.contains("would-be receipt"), "{}", ran.out);
    assert_eq!(ran.code, 1, "{}", ran.out);
    let ran = pec(["link", "--json", path.to_str().unwrap()]);
    let stray = &ran.json()[0]["stray"];
    assert_eq!((&stray["verdict"], &stray["about"][0]), (&"not-pec".into(), &"2@ditta.example".into()), "{}", ran.out);
}
