//! The log as evidence: whatever is done to it is found and named, or is said not to be seen.

use jiff::Timestamp;
use pec_archive::{
    Actor, Archive, Flaw, Id, Intake, KeptRoot, LogCheck, LogFormat, LogKey, NotKept, NotProven, VouchedBy,
};
use pec_core::trust::TrustStore;
use pec_sandbox::network::{Mailbox, Network, Settings};
use pec_sandbox::{Moment, World};
use rusqlite::Connection;

use crate::scene::{ANNA, OFFICE};

const ENTRIES: u64 = 300;

fn now() -> Timestamp {
    "2026-03-01T00:00:00Z".parse().unwrap()
}

/// An archive with a log of acts.
struct Kit {
    folder: tempfile::TempDir,
    archive: Archive,
    world: World,
}

impl Kit {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
        let kit = Self { folder, archive, world: World::new().unwrap() };
        kit.act(0, ENTRIES);
        kit
    }

    /// The same archive once more.
    fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pecarchive");
        self.archive.backup(&Actor::host(), &path).unwrap();
        Self { folder, archive: Archive::open(&path).unwrap(), world: World::new().unwrap() }
    }

    /// Acts of which the log speaks, each in its own words.
    fn act(&self, from: u64, to: u64) {
        let actor = Actor::named("anna.verdi");
        for n in from..to {
            self.archive.set_term(&actor, now(), &format!("classe {n}"), 12).unwrap();
        }
    }

    fn trust(&self) -> TrustStore {
        TrustStore::built_in().with_time_stamp_anchor(&self.world.time_root.certificate.der).unwrap()
    }

    fn stamp(&self) -> u64 {
        let moment = Moment::new(now(), jiff::tz::Offset::UTC);
        let ask = &mut |note: &[u8]| self.world.stamper.token(note, moment).map_err(|error| error.to_string());
        self.archive.renew(&Actor::host(), &self.trust(), now(), ask).unwrap().size
    }

    fn verify(&self, kept: &[KeptRoot]) -> LogCheck {
        self.archive.verify_log(&Actor::host(), &self.trust(), now(), kept).unwrap()
    }

    /// What whoever holds the file can do.
    fn tamper(&self, sql: &str) {
        Connection::open(self.folder.path().join("a.pecarchive")).unwrap().execute_batch(sql).unwrap();
    }

    /// The entries as they are now, and the whole tree anew: what somebody writes who knows how.
    fn rewrite(&self, change: impl FnOnce(&mut Vec<String>)) {
        let connection = Connection::open(self.folder.path().join("a.pecarchive")).unwrap();
        let mut query = connection.prepare("SELECT entry FROM log ORDER BY n").unwrap();
        let mut entries: Vec<String> =
            query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        change(&mut entries);
        drop(query);
        let other = tempfile::tempdir().unwrap();
        let path = other.path().join("b.sqlite");
        let copy = Connection::open(&path).unwrap();
        copy.execute_batch("CREATE TABLE log_node (i INTEGER PRIMARY KEY, hash BLOB)").unwrap();
        let mut nodes: Vec<tlog::Hash> = Vec::new();
        for (n, entry) in (0..).zip(&entries) {
            let more = tlog::stored_hashes(n, entry.as_bytes(), &tlog::Nodes(&nodes)).unwrap();
            nodes.extend(more);
        }
        connection.execute_batch("BEGIN; DELETE FROM log; DELETE FROM log_node").unwrap();
        for (n, entry) in entries.iter().enumerate() {
            connection.execute("INSERT INTO log VALUES (?1, ?2)", (n as i64, entry)).unwrap();
        }
        for (i, node) in nodes.iter().enumerate() {
            connection.execute("INSERT INTO log_node VALUES (?1, ?2)", (i as i64, node.0)).unwrap();
        }
        connection.execute_batch("COMMIT").unwrap();
    }
}

/// The tree as its authors' crate makes it.
mod tlog {
    pub(super) use tlog_tiles::{Hash, stored_hashes};

    pub(super) struct Nodes<'n>(pub(super) &'n [Hash]);

    impl tlog_tiles::HashReader for Nodes<'_> {
        fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::tlog::Error> {
            Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
        }
    }
}

#[test]
fn a_log_that_nobody_touched_is_what_was_logged() {
    let kit = Kit::new();
    let check = kit.verify(&[]);
    assert!(check.is_clean(), "{check:?}");
    let (size, root) = kit.archive.log_root(&Actor::host()).unwrap();
    assert_eq!((check.sound, check.root, check.unanchored), (size, Id::of_digest(root), size));
    // A stamp is an entry of its own, which comes after what it covers.
    let stamped = kit.stamp();
    let check = kit.verify(&[]);
    assert!(check.is_clean());
    assert_eq!((check.sound, check.unanchored, check.roots.len()), (stamped + 1, 1, 1));
    let voucher = &check.roots[0].voucher;
    assert!(voucher.by == VouchedBy::Stamp && !voucher.who.is_empty() && voucher.time.is_some(), "{voucher:?}");
    // Whose time-stamps count, the reader says.
    let check = kit.archive.verify_log(&Actor::host(), &TrustStore::built_in(), now(), &[]).unwrap();
    assert!(check.is_clean() && check.roots[0].voucher.by == VouchedBy::Nobody && check.roots[0].voucher.why.is_some());
    assert_eq!(check.unanchored, stamped + 1);
}

/// One row of the table is touched, wherever it stands: edited, removed, put between others, exchanged, added.
#[test]
fn one_row_that_is_touched_is_found_and_named() {
    let other = "'{\"at\":\"2026-03-01T00:00:00Z\",\"actor\":\"nobody\",\"what\":\"term\"}'";
    let text = |n: u64| format!("(SELECT entry FROM log WHERE n = {n})");
    let base = Kit::new();
    let stamped = base.stamp();
    for n in [0, 1, 2, 7, 8, 127, 128, 255, 298, 299] {
        let last = ENTRIES - 1;
        let shift = |by: i64, from: u64| {
            format!(
                "UPDATE log SET n = n + 1000000 WHERE n >= {from}; UPDATE log SET n = n - 1000000 + {by} WHERE n >= 1000000;"
            )
        };
        let mut cases = vec![
            (format!("UPDATE log SET entry = {other} WHERE n = {n}"), Flaw::Edited),
            (format!("DELETE FROM log WHERE n = {n}"), Flaw::Removed),
            (format!("{}INSERT INTO log VALUES ({n}, {other})", shift(1, n)), Flaw::Inserted),
            // The node above entries 0 and 1.
            ("UPDATE log_node SET hash = zeroblob(32) WHERE i = 2".into(), Flaw::Tree),
        ];
        if n < last {
            cases.push((format!("DELETE FROM log WHERE n = {n}; {}", shift(-1, n + 1)), Flaw::Removed));
            cases.push((
                format!(
                    "CREATE TEMP TABLE t AS SELECT {} AS a, {} AS b; UPDATE log SET entry = (SELECT b FROM t) WHERE n = {n};
                     UPDATE log SET entry = (SELECT a FROM t) WHERE n = {last}",
                    text(n),
                    text(last)
                ),
                Flaw::Reordered,
            ));
        }
        for (sql, flaw) in cases {
            let kit = base.copy();
            kit.tamper(&sql);
            let check = kit.verify(&[]);
            let broken = check.broken.as_ref().unwrap_or_else(|| panic!("{n}: {sql}"));
            let expected = if flaw == Flaw::Tree { 1 } else { n };
            assert_eq!((broken.n, &broken.flaw, check.sound), (expected, &flaw, expected), "{sql}");
            // The first root above it says what stood there.
            assert_eq!(broken.checkpoint, (expected < stamped).then_some(stamped), "{sql}");
            assert!(!check.is_clean());
        }
    }
}

#[test]
fn a_row_beside_the_tree_and_a_node_too_few_are_told_apart() {
    let base = Kit::new();
    for (sql, flaw, n) in [
        ("INSERT INTO log VALUES (300, '{}')", Flaw::Inserted, 300),
        ("INSERT INTO log VALUES (-1, '{}')", Flaw::Inserted, 0),
        ("DELETE FROM log_node WHERE i = 0", Flaw::Tree, 0),
        ("DELETE FROM log_node WHERE i = 2", Flaw::Tree, 1),
        ("INSERT INTO log_node VALUES (-5, zeroblob(32))", Flaw::Tree, 0),
        ("DELETE FROM log WHERE n >= 200", Flaw::Removed, 200),
        ("DELETE FROM log", Flaw::Removed, 0),
    ] {
        let kit = base.copy();
        kit.tamper(sql);
        let broken = kit.verify(&[]).broken.unwrap_or_else(|| panic!("{sql}"));
        assert_eq!((broken.n, broken.flaw), (n, flaw), "{sql}");
    }
}

#[test]
fn entries_and_tree_that_were_both_written_anew_are_named_by_the_root_that_was_kept() {
    let kit = Kit::new();
    let (host, key) = (Actor::host(), LogKey::new("posta.example/log", &[7; 32]).unwrap());
    let first = kit.archive.sign_log(&host, &key, now()).unwrap();
    let first = KeptRoot::signed(&first, &key.verifier()).unwrap();
    kit.act(1000, 1100);
    let second = KeptRoot::signed(&kit.archive.sign_log(&host, &key, now()).unwrap(), &key.verifier()).unwrap();
    assert_eq!((first.size(), second.size()), (300, 401));
    let kept = [second.clone(), first.clone()];
    assert!(kit.verify(&kept).is_clean());

    kit.rewrite(|entries| entries[350] = entries[350].replace("anna.verdi", "carlo.neri"));
    // Nothing in the file shows it.
    let check = kit.verify(&[]);
    assert!(check.is_clean());
    assert_eq!(check.unanchored, check.sound);
    // What was kept does, and says from where to where.
    let broken = kit.verify(&kept).broken.unwrap();
    assert_eq!((broken.n, broken.flaw, broken.checkpoint), (300, Flaw::Rewritten, Some(401)));
    let check = kit.verify(&kept[1..]);
    assert!(check.is_clean());
    assert_eq!(check.unanchored, 102);

    // Cut off at the end, tree and all.
    kit.rewrite(|entries| entries.truncate(390));
    assert!(kit.verify(&[]).is_clean());
    let broken = kit.verify(&kept).broken.unwrap();
    assert_eq!((broken.n, broken.flaw, broken.checkpoint), (300, Flaw::Rewritten, Some(401)));
    kit.rewrite(|entries| entries.truncate(100));
    let check = kit.verify(&kept);
    assert_eq!(check.roots.iter().filter(|root| root.holds).count(), 0);
    assert_eq!(check.broken.unwrap().n, 0);
}

#[test]
fn a_checkpoint_that_nobody_vouches_for_is_refused() {
    let kit = Kit::new();
    let key = LogKey::new("posta", &[1; 32]).unwrap();
    let note = kit.archive.sign_log(&Actor::host(), &key, now()).unwrap();
    let text = String::from_utf8(note.clone()).unwrap();
    assert!(text.starts_with("pec-archive\n300\n"), "{text}");
    let refused = |note: &str, verifier: &str| KeptRoot::signed(note.as_bytes(), verifier).unwrap_err();
    let verifier = key.verifier();
    let other = LogKey::new("posta", &[2; 32]).unwrap().verifier();
    assert!(matches!(refused(&text, &other), NotKept::Signature(_)));
    assert!(matches!(refused(&text.replace("\n300\n", "\n299\n"), &verifier), NotKept::Signature(_)));
    assert!(matches!(refused("pec-archive\n300\nx\n", &verifier), NotKept::Checkpoint(_)));
    assert!(matches!(refused(&text, "posta"), NotKept::Key(_)));
    for name in ["", "a b", "a+b", "a\u{1b}b"] {
        assert!(matches!(LogKey::new(name, &[1; 32]), Err(NotKept::Key(_))), "{name:?}");
    }
    assert_eq!(format!("{key:?}"), "LogKey { name: \"posta\", .. }");
    // The same secret is the same key.
    assert_eq!(LogKey::new("posta", &[1; 32]).unwrap().verifier(), verifier);
}

#[test]
fn a_checkpoint_that_was_sent_by_pec_to_oneself_has_the_word_of_the_provider() {
    let kit = Kit::new();
    let key = LogKey::new("posta", &[3; 32]).unwrap();
    let note = String::from_utf8(kit.archive.sign_log(&Actor::host(), &key, now()).unwrap()).unwrap();
    let mut network = Network::new(Settings::two_providers("2026-03-01T09:00:00Z".parse().unwrap())).unwrap();
    for address in [ANNA, OFFICE] {
        network.add(Mailbox::new(address)).unwrap();
    }
    let send = |network: &mut Network, id: &str, body: &str| {
        let message = format!(
            "From: {ANNA}\r\nTo: {ANNA}\r\nDate: Sun, 1 Mar 2026 10:00:00 +0100\r\nMessage-ID: <{id}@ditta.example>\r\n\
             Subject: registro\r\n\r\n{}",
            body.replace('\n', "\r\n")
        );
        assert!(!network.submit(ANNA, &[ANNA], message.as_bytes()).unwrap().pec_id.is_empty());
        network.settle().unwrap();
    };
    send(&mut network, "1", &format!("Radice del registro:\n\n{note}\nFine.\n"));
    send(&mut network, "2", "Niente da vedere.\n");
    let messages: Vec<Vec<u8>> = network.messages(ANNA).unwrap().iter().map(|stored| stored.bytes.to_vec()).collect();
    let (trust, at) = (network.trust().clone(), network.time());
    let read: Vec<_> = messages.iter().map(|message| KeptRoot::mailed(message, &trust, at)).collect();
    // The envelope and the complete receipt carry it; acceptances carry nothing; the second message says nothing of it.
    let kept: Vec<KeptRoot> = read.iter().filter_map(|read| read.clone().ok()).collect();
    assert_eq!(kept.len(), 2, "{read:?}");
    let check = kit.verify(&kept);
    assert!(check.is_clean());
    assert_eq!((check.sound, check.unanchored), (301, 1));
    let voucher = &check.roots[0].voucher;
    assert_eq!((voucher.by, voucher.who.as_str()), (VouchedBy::Pec, "posta-certificata@pec.alfa.example"));
    // Nobody's word: other trust data, and a message that was changed.
    let carrying = messages.iter().position(|message| KeptRoot::mailed(message, &trust, at).is_ok()).unwrap();
    let elsewhere = KeptRoot::mailed(&messages[carrying], &TrustStore::built_in(), at);
    assert!(matches!(elsewhere, Err(NotKept::NotCertified("intact-but-untrusted"))), "{elsewhere:?}");
    let changed = String::from_utf8(messages[carrying].clone()).unwrap().replace("\r\n300\r\n", "\r\n299\r\n");
    assert_eq!(KeptRoot::mailed(changed.as_bytes(), &trust, at), Err(NotKept::NotCertified("altered")));
}

#[test]
fn proofs_of_entries_and_of_growth_lead_to_the_roots_and_to_no_others() {
    let kit = Kit::new();
    let host = Actor::host();
    let (all, root) = kit.archive.log_root(&host).unwrap();
    let root = Id::of_digest(root);
    for n in [0, 1, 128, 255, 256, all - 1] {
        let proof = kit.archive.prove_entry(&host, n, None).unwrap();
        assert_eq!(proof.check(root), Ok(()));
        assert_eq!(proof.check(Id::of(b"another")), Err(NotProven));
        let false_entry = pec_archive::EntryProof { entry: proof.entry.replace("anna", "carlo"), ..proof.clone() };
        assert_eq!(false_entry.check(root), Err(NotProven));
        let elsewhere = pec_archive::EntryProof { n: (n + 1) % all, ..proof.clone() };
        assert_eq!(elsewhere.check(root), Err(NotProven));
        let text = serde_json::to_string(&proof).unwrap();
        assert_eq!(serde_json::from_str::<pec_archive::EntryProof>(&text).unwrap(), proof);
    }
    // Earlier roots are those of an archive that has not gone on.
    let key = LogKey::new("posta", &[1; 32]).unwrap();
    let earlier = kit.verify(&[]).root;
    kit.archive.sign_log(&host, &key, now()).unwrap();
    kit.act(500, 550);
    let later = kit.verify(&[]).root;
    let growth = kit.archive.prove_growth(&host, all, None).unwrap();
    assert_eq!(growth.check(earlier, later), Ok(()));
    assert_eq!(growth.check(later, earlier), Err(NotProven));
    assert_eq!(growth.check(Id::of(b"x"), later), Err(NotProven));
    for (from, to) in [(0, None), (all + 100, Some(all)), (1, Some(100_000))] {
        assert!(kit.archive.prove_growth(&host, from, to).is_err(), "{from} {to:?}");
    }
    assert!(kit.archive.prove_entry(&host, 5, Some(5)).is_err());
    assert!(kit.archive.prove_entry(&host, 5, Some(100_000)).is_err());
}

#[test]
fn the_log_is_written_out_for_people_and_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let trust = TrustStore::built_in();
    let message = b"Message-ID: <1@x.example>\r\nSubject: segretissimo\r\n\r\nil corpo\r\n".to_vec();
    let put = archive.put(&Actor::named("anna, \"la\" verdi"), &Intake::new(&trust, now()), message).unwrap();
    archive.tag(&Actor::host(), now(), &[put.id], "=cmd|' /C calc'!A0").unwrap();
    archive.set_term(&Actor::named("+39"), now(), "breve", 12).unwrap();
    let written = |from, format| {
        let mut text = Vec::new();
        assert_eq!(archive.export_log(&Actor::host(), from, format, &mut text).unwrap(), 3);
        String::from_utf8(text).unwrap()
    };
    let csv = written(0, LogFormat::Csv);
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines.len(), 5, "{csv}");
    assert_eq!(lines[0], "n,at,actor,mandate,what,mailbox,id,details");
    assert_eq!(
        lines[1],
        format!("0,2026-03-01T00:00:00Z,\"anna, \"\"la\"\" verdi\",,put,,{},\"{{\"\"size\"\":62}}\"", put.id)
    );
    assert!(lines[3].contains(",'+39,"), "{csv}");
    assert_eq!(written(0, LogFormat::CsvWithMark), format!("\u{feff}{csv}"));
    let rows = written(1, LogFormat::Ndjson);
    let rows: Vec<serde_json::Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0]["n"].as_u64(), rows[0]["what"].as_str()), (Some(1), Some("tag")));
    // Neither subject nor text of a message is in it.
    assert!(!csv.contains("segretissimo") && !csv.contains("il corpo"));
    let page = archive.log(&Actor::host(), 1, 1).unwrap();
    assert_eq!((page.len(), page[0].n, page[0].actor.as_str()), (1, 1, "host"));
    assert_eq!(archive.log(&Actor::host(), 9, 5).unwrap(), []);
    assert_eq!([LogFormat::named("csv"), LogFormat::named("x")], [Some(LogFormat::Csv), None]);
}
