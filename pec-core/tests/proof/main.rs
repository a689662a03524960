//! Bundles: made today, read years later by somebody else, changed by a third.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod expert;
mod renewal;

use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use pec_core::limits::Limits;
use pec_core::lookup::Lookup;
use pec_core::proof::{Bundle, Checkpoint, Fault, ObjectFault, ProofReport, Witness, check};
use pec_core::trust::TrustStore;
use pec_sandbox::network::{Mailbox, Network, Settings};
use pec_sandbox::{Moment, World};
use sha2::{Digest as _, Sha256};

const ANNA: &str = "anna@pec.alfa.example";
const OFFICE: &str = "ufficio@cert.beta.example";

struct Scene {
    trust: TrustStore,
    messages: Vec<Vec<u8>>,
    made_at: Timestamp,
    pec_id: String,
    world: World,
}

impl Scene {
    fn new() -> Self {
        let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())).unwrap();
        network.add(Mailbox::new(ANNA)).unwrap();
        network.add(Mailbox::new(OFFICE)).unwrap();
        let long = "Contratto, clausola per clausola.\r\n".repeat(1000);
        let sent = format!(
            "From: {ANNA}\r\nTo: {OFFICE}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <1@ditta.example>\r\n\
             Subject: Contratto\r\n\r\n{long}"
        );
        let pec_id = network.submit(ANNA, &[OFFICE], sent.as_bytes()).unwrap().pec_id;
        network.settle().unwrap();
        network.advance(SignedDuration::from_hours(1)).unwrap();
        let mut messages = vec![sent.into_bytes()];
        messages.extend(network.messages(ANNA).unwrap().iter().map(|stored| stored.bytes.to_vec()));
        let trust = network.trust().clone();
        Self { trust, messages, made_at: network.time(), pec_id, world: World::new().unwrap() }
    }

    /// Whoever believes the sandbox's authority for time too.
    fn trust_with_time(&self) -> TrustStore {
        self.trust.clone().with_time_stamp_anchor(&self.world.time_root.certificate.der).unwrap()
    }

    fn bundle(&self) -> Vec<u8> {
        self.messages
            .iter()
            .fold(Bundle::new(), |bundle, message| bundle.message(message.clone(), None))
            .to_zip(&self.pec_id, &self.trust, self.made_at)
            .unwrap()
    }

    /// With every message in a log whose root was stamped at `at`.
    fn witnessed(&self, at: Timestamp) -> Vec<u8> {
        let entries: Vec<String> =
            self.messages.iter().map(|message| format!("{{\"what\":\"put\",\"id\":\"{}\"}}", hex(message))).collect();
        let leaves: Vec<[u8; 32]> = entries.iter().map(|entry| hash(&[&[0], entry.as_bytes()])).collect();
        let (root, paths) = tree(&leaves);
        let note = format!("archivio\n{}\n{}\n", entries.len(), base64(&root)).into_bytes();
        let token = self.world.stamper.token(&note, Moment::new(at, jiff::tz::Offset::UTC)).unwrap();
        let mut bundle = Bundle::new().checkpoint(Checkpoint { note, token, renewed: None });
        for (n, (message, entry)) in self.messages.iter().zip(entries).enumerate() {
            let witness = Witness::new(entry, n as u64, self.messages.len() as u64, &paths[n]);
            bundle = bundle.message(message.clone(), Some(witness));
        }
        bundle.to_zip(&self.pec_id, &self.trust, self.made_at).unwrap()
    }
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    encodify::base64::STANDARD.encode(bytes)
}

/// Root and paths of a tree (RFC 6962), by recursion.
fn tree(leaves: &[[u8; 32]]) -> ([u8; 32], Vec<Vec<[u8; 32]>>) {
    if let [one] = leaves {
        return (*one, vec![Vec::new()]);
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let ((left, mut paths), (right, others)) = (tree(left), tree(right));
    paths.iter_mut().for_each(|path| path.push(right));
    paths.extend(others.into_iter().map(|mut path| {
        path.push(left);
        path
    }));
    (hash(&[&[1], &left, &right]), paths)
}

fn years_later() -> Timestamp {
    "2033-02-09T12:00:00Z".parse().unwrap()
}

fn read(bytes: &[u8], trust: &TrustStore) -> ProofReport {
    check(bytes, trust, years_later(), &Limits::DEFAULT)
}

#[test]
fn seven_years_later_by_somebody_else() {
    let scene = Scene::new();
    let report = read(&scene.bundle(), &scene.trust);
    assert_eq!(report.faults, []);
    assert_eq!(report.transaction.as_deref(), Some(&*scene.pec_id));
    let certified: Vec<_> = report.messages.iter().filter(|message| message.verdict == "certified").collect();
    assert_eq!(certified.len(), scene.messages.len() - 1);
    assert!(certified.iter().all(|message| message.certificate_ends.is_some_and(|ends| ends < years_later())));
    assert!(report.messages.iter().all(|message| message.witnessed.is_none()));
    assert_eq!(report.dossiers.len(), 1);
    assert!(report.dossiers[0].contains("\"state\":\"delivered\""), "{}", report.dossiers[0]);
}

#[test]
fn the_same_contents_give_the_same_bytes_in_any_order() {
    let mut scene = Scene::new();
    let first = scene.bundle();
    scene.messages.reverse();
    scene.messages.push(scene.messages[0].clone());
    assert_eq!(scene.bundle(), first);
}

#[test]
fn the_reader_believes_his_own_anchors_and_no_others() {
    let scene = Scene::new();
    let report = read(&scene.bundle(), &TrustStore::built_in());
    assert!(report.messages.iter().all(|message| message.verdict != "certified"));
    assert!(report.dossiers.iter().all(|dossier| !dossier.contains("\"state\":\"delivered\"")));
    // The page was written by somebody who believed others.
    assert_eq!(report.faults, [Fault::Page]);
    assert!(!report.is_sound() && !report.is_intact());
}

#[test]
fn what_is_there_for_reading_decides_nothing() {
    let scene = Scene::new();
    let mut bundle = Bundle::new();
    for message in &scene.messages {
        bundle = bundle.message(message.clone(), None);
    }
    // Who wrote it believed nobody; who reads it does, and what it proves he has proven.
    let bytes = bundle.to_zip(&scene.pec_id, &TrustStore::built_in(), scene.made_at).unwrap();
    let report = read(&bytes, &scene.trust);
    assert_eq!(report.faults, [Fault::Page]);
    assert!(report.is_sound() && !report.is_intact());
}

#[test]
fn no_message_that_only_looks_like_a_receipt_is_sound() {
    let scene = Scene::new();
    let sound = |messages: &[Vec<u8>]| {
        let bundle = messages.iter().fold(Bundle::new(), |bundle, message| bundle.message(message.clone(), None));
        let report = read(&bundle.to_zip(&scene.pec_id, &scene.trust, scene.made_at).unwrap(), &scene.trust);
        assert!(report.is_intact(), "{report:?}");
        report.is_sound()
    };
    assert!(sound(&scene.messages));
    // What was sent proves nothing by itself.
    let (sent, receipts): (Vec<_>, Vec<_>) =
        scene.messages.iter().cloned().partition(|message| !message.windows(8).any(|part| part == b"daticert"));
    assert!(sent.len() == 1 && sound(&receipts) && !sound(&sent));
    // A receipt whose certification is no longer found is called an ordinary message.
    let mut altered = scene.messages.clone();
    let receipt = altered.iter_mut().find(|message| message.windows(8).any(|part| part == b"daticert")).unwrap();
    let text = String::from_utf8(receipt.clone()).unwrap().replace("daticert.xml", "daticert.txt");
    let stripped: String = text.split_inclusive("\r\n").filter(|line| !line.starts_with("X-")).collect();
    *receipt = text.into_bytes();
    assert!(!sound(&altered));
    // Nor without the headers by which it says that it is one.
    *altered.iter_mut().find(|message| message.windows(12).any(|part| part == b"daticert.txt")).unwrap() =
        stripped.replace("Subject: ", "Subject: Re: ").into_bytes();
    assert!(!sound(&altered));
    // Nor one in which a genuine one is hidden.
    let hidden = format!(
        "From: consegna@pec.beta.example\r\nSubject: CONSEGNA: x\r\nX-Ricevuta: avvenuta-consegna\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{}\r\n--b--\r\n",
        String::from_utf8_lossy(&receipts[0])
    );
    assert!(!sound(&scene.messages.iter().cloned().chain([hidden.clone().into_bytes()]).collect::<Vec<_>>()));
    // What was sent may hold one, or be enciphered.
    let forwarded = hidden.replace("X-Ricevuta: avvenuta-consegna\r\n", "X-TipoRicevuta: breve\r\n");
    let enciphered = b"From: anna@pec.alfa.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; \
                       smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CA\r\n";
    for own in [forwarded.into_bytes(), enciphered.to_vec()] {
        assert!(sound(&scene.messages.iter().cloned().chain([own]).collect::<Vec<_>>()));
    }
    let service = b"From: posta-certificata@pec.alfa.example\r\nSubject: x\r\n\r\nconsegnato\r\n".to_vec();
    assert!(!sound(&scene.messages.iter().cloned().chain([service]).collect::<Vec<_>>()));
    // A mail without a signature that says that it is one.
    let claimed = b"From: posta-certificata@pec.alfa.example\r\nX-Ricevuta: avvenuta-consegna\r\n\
                    Subject: CONSEGNA: contratto\r\n\r\nconsegnato\r\n";
    let all: Vec<Vec<u8>> = scene.messages.iter().cloned().chain([claimed.to_vec()]).collect();
    assert!(!sound(&all));
}

#[test]
fn what_can_still_be_read_of_a_broken_file_is_judged() {
    let scene = Scene::new();
    let bytes = scene.bundle();
    let certified = |report: &ProofReport| report.messages.iter().filter(|it| it.verdict == "certified").count();
    let all = certified(&read(&bytes, &scene.trust));
    let frame = |path: &str| {
        let begins =
            |at: &usize| bytes[*at..].starts_with(b"PK\x03\x04") && bytes[*at + 30..].starts_with(path.as_bytes());
        (0..bytes.len() - 30).find(begins).unwrap()
    };
    // One is called compressed: what stands there is no message.
    let first = format!("messages/{}.eml", scene.messages.iter().map(|message| hex(message)).min().unwrap());
    let mut packed = bytes.clone();
    packed[frame(&first) + 8] = 8;
    let report = read(&packed, &scene.trust);
    assert_eq!(report.faults, [Fault::Object { path: first.clone(), how: ObjectFault::Packed }]);
    assert!(report.messages.iter().all(|message| message.path != first));
    assert!(report.messages.len() == scene.messages.len() - 1 && !report.is_sound());
    // It ends before its end.
    let last = format!("messages/{}.eml", scene.messages.iter().map(|message| hex(message)).max().unwrap());
    let report = read(&bytes[..frame(&last) + 200], &scene.trust);
    assert!(report.faults.iter().any(|fault| matches!(fault, Fault::Frame { .. })), "{:?}", report.faults);
    let missing = Fault::Object { path: last, how: ObjectFault::Missing };
    assert!(report.faults.contains(&missing) && certified(&report) + 1 >= all && !report.is_sound());
    // Something was added, as programs that add files do.
    let directory = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    let begins = (0..directory).find(|at| bytes[*at..].starts_with(b"PK\x01\x02")).unwrap();
    let mut more = bytes[..begins].to_vec();
    more.extend(pec_core::proof::Frames::default().object("note.txt", b"nota").unwrap());
    more.extend_from_slice(b"nota");
    more.extend_from_slice(&bytes[begins..]);
    let report = read(&more, &scene.trust);
    assert!(
        matches!(&report.faults[..], [Fault::Frame { object: Some(object), .. }] if object == "note.txt"),
        "{:?}",
        report.faults
    );
    assert!(certified(&report) == all && !report.is_sound());
    // What is none says nothing at all.
    for none in [&b""[..], b"From: x\r\n\r\n", b"PK\x03\x04", &[0; 5000]] {
        let report = read(none, &scene.trust);
        assert!(matches!(report.faults[..], [Fault::Frame { object: None, .. }]), "{:?}", report.faults);
        assert!(report.messages.is_empty() && report.transaction.is_none());
    }
}

#[test]
fn every_byte_that_is_changed_is_found_and_named() {
    let scene = Scene::new();
    let bytes = scene.bundle();
    let read = |at: usize, bit: u8| {
        let mut changed = bytes.clone();
        changed[at] ^= bit;
        read(&changed, &scene.trust)
    };
    // Frames and directory: every byte; contents: one in some hundred.
    let steps = (0..bytes.len()).step_by(97).chain(0..200).chain(bytes.len() - 900..bytes.len());
    for at in steps {
        let report = read(at, 1 << (at % 8));
        assert!(!report.faults.is_empty(), "byte {at}");
    }
    // The object and the block.
    let longest = scene.messages.iter().max_by_key(|message| message.len()).unwrap();
    let begins = bytes.windows(longest.len()).position(|window| window == longest).unwrap();
    let report = read(begins + 3 * 4096 + 17, 0x20);
    let path = format!("messages/{}.eml", hex(longest));
    assert_eq!(report.faults, [Fault::Object { path: path.clone(), how: ObjectFault::Damaged(vec![3]) }]);
    let of = |report: &ProofReport| report.messages.iter().find(|message| message.path == path).unwrap().verdict;
    assert!(of(&report) != of(&read(0, 0)) || of(&report) == "not-pec");
}

#[test]
fn nothing_is_added_or_taken_away_unseen() {
    let scene = Scene::new();
    let bytes = scene.bundle();
    for more in [&b"x"[..], b"PK\x05\x06", &[0; 22]] {
        assert!(!read(&[&bytes[..], more].concat(), &scene.trust).is_intact());
        assert!(!read(&[more, &bytes[..]].concat(), &scene.trust).is_intact());
    }
    for less in [1, 22, 100, bytes.len() - 1, bytes.len()] {
        assert!(!read(&bytes[..bytes.len() - less], &scene.trust).is_intact());
    }
}

#[test]
fn a_stamped_log_says_since_when_the_messages_existed() {
    let scene = Scene::new();
    let stamped: Timestamp = "2026-02-10T00:00:00Z".parse().unwrap();
    let bytes = scene.witnessed(stamped);
    let report = read(&bytes, &scene.trust_with_time());
    assert_eq!(report.faults, []);
    for message in &report.messages {
        let witnessed = message.witnessed.as_ref().unwrap_or_else(|| panic!("{message:?}"));
        assert_eq!(witnessed.at, stamped);
        assert_eq!(witnessed.within_certificate, message.verdict == "certified");
    }
    // Without the authority, with an entry about something else, with a root of another log: nothing is proven.
    let report = read(&bytes, &scene.trust);
    assert!(report.messages.iter().all(|message| message.witnessed.is_none() && message.witness_fails.is_some()));
    let late = scene.witnessed("2032-01-01T00:00:00Z".parse().unwrap());
    let report = read(&late, &scene.trust_with_time());
    assert!(report.messages.iter().all(|message| !message.witnessed.as_ref().unwrap().within_certificate));
}

#[test]
fn any_program_opens_it() {
    let scene = Scene::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prova.pecproof.zip");
    std::fs::write(&file, scene.bundle()).unwrap();
    let program = "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1]) as z:\n assert z.testzip() is None\n z.extractall(sys.argv[2])\n";
    let python = Command::new("python3").args(["-c", program]).arg(&file).arg(folder.path().join("fuori")).status();
    match python {
        Ok(status) => assert!(status.success()),
        Err(error) => return println!("skipped: python3 cannot be run: {error}"),
    }
    for message in &scene.messages {
        let path = folder.path().join("fuori/messages").join(format!("{}.eml", hex(message)));
        assert_eq!(std::fs::read(path).unwrap(), *message);
    }
}

#[test]
fn where_an_address_was_found_is_shown_and_believed_by_nobody() {
    let scene = Scene::new();
    let lookup = Lookup {
        address: OFFICE.into(),
        register: "INI-PEC".into(),
        asked: None,
        asked_at: scene.made_at,
        valid_on: Some("2026-02-09".parse().unwrap()),
        found: true,
        answer: b"risposta".to_vec(),
    };
    let kept = |lookup: &Lookup| lookup.to_kept([7; 16]).into_bytes();
    let stranger = Lookup { address: "altri@pec.example".into(), ..lookup.clone() };
    let bundle = scene.messages.iter().fold(Bundle::new(), |bundle, message| bundle.message(message.clone(), None));
    let bundle = bundle.lookup(kept(&lookup), None).lookup(kept(&stranger), None).lookup(kept(&lookup), None);
    let bytes = bundle.to_zip(&scene.pec_id, &scene.trust, scene.made_at).unwrap();
    let report = read(&bytes, &scene.trust);
    assert!(report.is_sound() && report.lookups.len() == 2, "{report:?}");
    assert!(report.lookups.iter().any(|proof| proof.lookup == lookup && proof.witnessed.is_none()));
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("trovato in <bdi>INI-PEC</bdi>") && !text.contains("<bdi>altri@pec.example</bdi>"));
    // One letter of the answer changed, and one of the register's name in the page.
    let at = bytes.windows(8).position(|part| part == &base64(b"risposta").as_bytes()[..8]).unwrap();
    let mut changed = bytes.clone();
    changed[at] ^= 1;
    assert!(
        matches!(&read(&changed, &scene.trust).faults[..], [Fault::Object { path, .. }] if path.starts_with("lookup/"))
    );
}
