//! What is damaged is named, all of it, and the rest stays readable; what can be read is salvaged.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pec_archive::deposit::{Options, ReportForm, Selection, Target};
use pec_archive::search::Query;
use pec_archive::{Actor, Archive, Check, Error, Id, Intake};
use rusqlite::Connection;

use crate::scene::{ANNA, Scene};

/// Bytes of a page of an archive.
const PAGE: usize = 8192;

fn later() -> Timestamp {
    "2040-01-01T00:00:00Z".parse().unwrap()
}

/// An archive of a day, closed.
struct Kit {
    scene: Scene,
    folder: tempfile::TempDir,
    /// Every message, by identifier.
    ids: Vec<Id>,
}

impl Kit {
    fn new() -> Self {
        let scene = Scene::new(50_000);
        let folder = tempfile::tempdir().unwrap();
        let kit = Self { scene, folder, ids: Vec::new() };
        let archive = Archive::create(&kit.path()).unwrap();
        let (host, intake) = (Actor::host(), kit.intake());
        let mut messages = kit.scene.mailbox(ANNA);
        messages.extend((0..14).map(|n| crate::scene::message(&format!("{n}@x.example"), "altro", 4000 + n * 100)));
        let mut ids: Vec<Id> =
            archive.put_batch(&host, &intake.mailbox(ANNA), messages).unwrap().iter().map(|put| put.id).collect();
        let submission =
            pec_archive::Submission { sender: ANNA, recipients: &[crate::scene::OFFICE], at: kit.scene.now() };
        ids.push(archive.put_submitted(&host, &intake, kit.scene.sent.clone(), &submission).unwrap().id);
        archive.tag(&host, kit.scene.now(), &ids[..3], "importante").unwrap();
        archive.set_term(&host, kit.scene.now(), "breve", 12).unwrap();
        archive.classify(&host, kit.scene.now(), &ids[1..2], "breve").unwrap();
        archive.hold(&host, kit.scene.now(), &ids[..1], "causa 1").unwrap();
        let options = Options::new("VATIT-12345678903=Ditta".parse().unwrap());
        for (name, some) in [("uno", &ids[4..6]), ("due", &ids[6..7])] {
            let (selection, target) =
                (Selection::Messages(some.to_vec()), Target::Folder(kit.folder.path().join(name)));
            let watch = &mut |_| ControlFlow::Continue(());
            archive.deposit(&host, &kit.intake(), &selection, &options, &target, watch).unwrap();
        }
        archive.deposit_report(&host, kit.scene.now(), kit.answer(ids[4]).as_bytes(), &ReportForm::default()).unwrap();
        drop(archive);
        Self { ids, ..kit }
    }

    /// A report that refuses a document.
    fn answer(&self, id: Id) -> String {
        format!("<R><Documento><Hash>{id}</Hash><Esito>KO</Esito><Motivo>formato</Motivo></Documento></R>")
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("a.pecarchive")
    }

    fn intake(&self) -> Intake<'_> {
        Intake::new(self.scene.trust(), self.scene.now())
    }

    /// A copy of the archive, changed behind its back; nobody has it open.
    fn changed(&self, sql: &str) -> PathBuf {
        let copy = self.copy();
        let connection = Connection::open(&copy).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        connection.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        drop(connection);
        copy
    }

    fn copy(&self) -> PathBuf {
        let copy = self.folder.path().join("copy.pecarchive");
        std::fs::copy(self.path(), &copy).unwrap();
        copy
    }
}

fn check(archive: &Archive) -> Check {
    archive.check(&Actor::host(), &mut |_| ControlFlow::Continue(())).unwrap()
}

fn damaged(check: &Check) -> BTreeSet<String> {
    check.damaged.iter().map(|(id, _)| id.clone()).collect()
}

/// Calls everything; each call gives an answer or says what is damaged, and none claims a fault of the library.
fn call_everything(kit: &Kit, archive: &Archive, name: &str) -> Vec<Error> {
    let (host, now) = (Actor::host(), kit.scene.now());
    let mut errors = Vec::new();
    let mut hear = |what: &str, outcome: Result<(), Error>| {
        if let Err(error) = outcome {
            assert!(matches!(error, Error::Damaged(_)), "{name}: {what}: {error:?}");
            errors.push(error);
        }
    };
    for id in &kit.ids {
        let named = |outcome: Result<(), Error>| match outcome {
            Err(Error::Damaged(why)) => {
                assert!(why.contains(&id.to_string()), "{name}: {id} is not named: {why}");
                Err(Error::Damaged(why))
            }
            // A message of which nothing is left but its bodies.
            Err(Error::NotFound(_)) => Ok(()),
            outcome => outcome,
        };
        hear("get", named(archive.get(&host, *id).map(drop)));
        hear("get_to", named(archive.get_to(&host, *id, &mut std::io::sink())));
        hear("entry", named(archive.entry(&host, *id).map(drop)));
    }
    for query in [
        "",
        "forli",
        "stato:consegnato",
        "tipo:consegna",
        "tag:importante",
        "casella:x",
        "allegato:planimetria",
        "versato:rifiutato",
    ] {
        hear(query, archive.search(&host, &Query::parse(query).unwrap(), None, 100).map(drop));
    }
    let lost = |outcome: Result<(), Error>| if matches!(outcome, Err(Error::NotFound(_))) { Ok(()) } else { outcome };
    hear("about", archive.messages_about(&host, &kit.scene.pec_id).map(drop));
    hear("ledger", archive.ledger(&host, &kit.intake(), &kit.scene.pec_id).map(drop));
    hear("bundle", lost(archive.bundle(&host, kit.scene.trust(), now, &kit.scene.pec_id).map(drop)));
    hear("expiring", archive.expiring(&host, now, later(), 100).map(drop));
    hear("stats", archive.stats(&host).map(drop));
    hear("terms", archive.terms(&host).map(drop));
    for case in archive.cases(&host).iter().flatten() {
        hear("held", archive.held(&host, &case.case).map(drop));
    }
    hear("retention", lost(archive.retention(&host, Id::of(&kit.scene.sent)).map(drop)));
    hear("log_root", archive.log_root(&host).map(drop));
    hear("log_entry", archive.log_entry(&host, 1).map(drop));
    hear("put", archive.put(&host, &kit.intake(), b"Subject: x\r\n\r\nnuovo\r\n".to_vec()).map(drop));
    let packages = archive.deposits(&host);
    for package in packages.iter().flatten() {
        hear("deposited", archive.deposited(&host, &package.name).map(drop));
        let (again, watch) = (kit.folder.path().join("ancora"), &mut |_| ControlFlow::Continue(()));
        let options = Options::new("VATIT-12345678903=Ditta".parse().unwrap());
        let target = Target::Folder(again.clone());
        let made = archive.deposit_again(&host, &kit.intake(), &package.name, &options, &target, watch);
        hear("deposit_again", lost(made.map(drop)));
        let _ = std::fs::remove_dir_all(again);
    }
    hear("deposits", packages.map(drop));
    let report = kit.answer(kit.ids[6]);
    hear("deposit_report", archive.deposit_report(&host, now, report.as_bytes(), &ReportForm::default()).map(drop));
    hear("collect", archive.collect(&host).map(drop));
    hear("tag", lost(archive.tag(&host, now, &kit.ids[4..5], "t")));
    hear("erase", lost(archive.erase(&host, later(), &kit.ids[5..7], "prova").map(drop)));
    hear("reverify", archive.reverify(&host, &kit.intake(), &mut |_| ControlFlow::Continue(())).map(drop));
    errors
}

#[test]
fn two_damaged_bodies_and_a_skeleton_are_all_named_and_the_rest_is_read() {
    let kit = Kit::new();
    let copy = kit.changed(
        "UPDATE piece SET data = zeroblob(length(data)) WHERE id IN (SELECT id FROM piece ORDER BY length(data) DESC LIMIT 1);
         DELETE FROM piece WHERE id = (SELECT body * 1048576 FROM hole JOIN message ON message.id = hole.message
           WHERE message.size < 20000 ORDER BY message.id LIMIT 1);
         UPDATE message SET skeleton = substr(skeleton, 5) WHERE id = (SELECT max(id) FROM message)",
    );
    let archive = Archive::open(&copy).unwrap();
    let check = check(&archive);
    let named = damaged(&check);
    // The large body stands in the message, its envelope and its receipts; the others in one message each.
    assert!(named.len() >= 4 && named.contains(&Id::of(&kit.scene.sent).to_string()), "{check:?}");
    assert_eq!(check.sound as usize + named.len(), kit.ids.len());
    for id in &kit.ids {
        match archive.get(&Actor::host(), *id) {
            Ok(bytes) => assert!(Id::of(&bytes) == *id && !named.contains(&id.to_string())),
            Err(Error::Damaged(why)) => {
                assert!(named.contains(&id.to_string()) && why.contains(&id.to_string()), "{why}")
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn damage_of_every_kind_is_told_at_once() {
    let kit = Kit::new();
    let archive = Archive::open(&kit.changed(
        "UPDATE piece SET data = zeroblob(length(data)) WHERE id / 1048576 IN (SELECT body FROM evidence);
         INSERT INTO checkpoint (size, note, token) VALUES (3, x'00', x'00');
         UPDATE submission SET recipients = '[';
         UPDATE message SET size = size + 1 WHERE id = (SELECT min(id) FROM message);
         UPDATE message SET skeleton = x'00' WHERE id = (SELECT max(id) FROM message);
         UPDATE log SET entry = entry || ' ' WHERE n = 4;
         DELETE FROM judged WHERE message = (SELECT max(message) FROM judged);
         DROP INDEX tag_tag",
    ));
    let check = check(&archive.unwrap());
    assert_eq!((check.damaged.len(), check.log_broken_at, check.not_indexed), (2, Some(4), 1), "{check:?}");
    assert!(check.damaged.iter().any(|(_, why)| why.contains("its size") && why.contains("its bytes are intact")));
    for what in ["evidence: ", "checkpoint 3", "the submission of message number", "tag_tag is missing"] {
        assert!(check.structure.iter().any(|line| line.contains(what)), "{what}: {:?}", check.structure);
    }
    assert_eq!(check.sound as usize, kit.ids.len() - 2);
}

#[test]
fn no_value_in_any_column_makes_a_call_panic_or_blame_the_library() {
    let kit = Kit::new();
    let connection = Connection::open(kit.path()).unwrap();
    let mut query = connection
        .prepare(
            "SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_xinfo(t.name) AS c
             WHERE t.type = 'table' AND t.sql LIKE 'CREATE TABLE%' AND t.name NOT LIKE 'words%' ORDER BY 1, 2",
        )
        .unwrap();
    let columns: Vec<(String, String)> =
        query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap();
    drop(query);
    drop(connection);
    assert!(columns.len() > 60, "{columns:?}");
    // The schema would not let such values in: it is lifted while they are written.
    let lift = "PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON;
         CREATE TEMP TABLE kept AS SELECT name, sql FROM sqlite_schema;
         UPDATE sqlite_schema SET sql = replace(replace(replace(replace(sql, 'STRICT, WITHOUT ROWID', 'WITHOUT ROWID'),
           ') STRICT', ')'), 'INTEGER NOT NULL', 'BLOB'), 'TEXT NOT NULL', 'BLOB') WHERE type = 'table';
         PRAGMA writable_schema = RESET;";
    let back = "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = (SELECT sql FROM kept WHERE kept.name = sqlite_schema.name)
           WHERE type = 'table' AND name IN (SELECT name FROM kept);";
    let values =
        ["-1", "9223372036854775807", "-9223372036854775808", "'testo'", "x'00ff'", "NULL", "1.5", "zeroblob(32)"];
    let (mut told, mut tried) = (0, 0);
    for (n, (table, column)) in columns.iter().enumerate() {
        // Half of them for each column: neighbours share the rest.
        for value in values.into_iter().skip(n % 2).step_by(2) {
            let copy = kit.copy();
            let connection = Connection::open(&copy).unwrap();
            connection.pragma_update(None, "foreign_keys", false).unwrap();
            connection.execute_batch(lift).unwrap();
            let sql = format!(
                "UPDATE {table} SET {column} = {value} WHERE {column} IN (SELECT {column} FROM {table} LIMIT 1 OFFSET 1)"
            );
            // A key that is a number, or must not be empty, refuses some of them even so.
            let changed = connection.execute(&sql, []).unwrap_or(0);
            connection.execute_batch(back).unwrap();
            drop(connection);
            if changed == 0 {
                continue;
            }
            tried += 1;
            let name = format!("{table}.{column} = {value}");
            let archive = match Archive::open(&copy) {
                Ok(archive) => archive,
                Err(error) => panic!("{name}: {error:?}"),
            };
            told += usize::from(!check(&archive).is_clean());
            call_everything(&kit, &archive, &name);
        }
    }
    println!("{tried} values, {told} of them told by the check");
    assert!(tried > 100 && told * 10 > tried * 6);
}

#[test]
fn a_page_that_is_lost_hides_nothing_but_what_is_on_it() {
    let kit = Kit::new();
    let whole = std::fs::read(kit.path()).unwrap();
    let pages = whole.len() / PAGE;
    let (mut hurt, mut salvaged_all) = (0, 0);
    for page in 1..pages {
        let copy = kit.folder.path().join("copy.pecarchive");
        let mut bytes = whole.clone();
        bytes[page * PAGE..(page + 1) * PAGE].fill(if page % 2 == 0 { 0 } else { 0xa5 });
        std::fs::write(&copy, bytes).unwrap();
        let name = format!("page {page}");
        // The schema itself may lie there: then nothing can be opened, and that is said.
        let archive = match Archive::open(&copy) {
            Ok(archive) => archive,
            Err(Error::Damaged(_)) => continue,
            Err(error) => panic!("{name}: {error:?}"),
        };
        let found = check(&archive);
        let named = damaged(&found);
        for id in &kit.ids {
            match archive.get(&Actor::host(), *id) {
                Ok(bytes) => assert_eq!(Id::of(&bytes), *id, "{name}"),
                Err(Error::Damaged(why)) => {
                    assert!(why.contains(&id.to_string()), "{name}: {why}");
                    assert!(!found.is_clean(), "{name}");
                }
                // The index by which it is looked for has lost it.
                Err(Error::NotFound(_)) => assert!(!found.structure.is_empty(), "{name}"),
                Err(error) => panic!("{name}: {error:?}"),
            }
        }
        hurt += usize::from(!found.is_clean());
        call_everything(&kit, &archive, &name);
        drop(archive);
        std::fs::write(&copy, {
            let mut bytes = whole.clone();
            bytes[page * PAGE..(page + 1) * PAGE].fill(0);
            bytes
        })
        .unwrap();
        salvaged_all += usize::from(is_salvaged(&kit, &copy, &named, &name));
    }
    println!("{} pages, {hurt} told by the check, every message salvaged without {salvaged_all} of them", pages - 1);
    assert!(hurt * 10 > pages * 8 && salvaged_all * 2 > pages);
}

/// Salvages a broken archive; says whether no message is lost.
fn is_salvaged(kit: &Kit, broken: &Path, damaged: &BTreeSet<String>, name: &str) -> bool {
    let to = kit.folder.path().join("salvaged.pecarchive");
    let _ = std::fs::remove_file(&to);
    let watch = &mut |_| ControlFlow::Continue(());
    let salvaged = match Archive::salvage(&Actor::host(), &kit.intake(), broken, &to, watch) {
        Ok(salvaged) => salvaged,
        Err(Error::Damaged(_)) => return false,
        Err(error) => panic!("{name}: {error:?}"),
    };
    let archive = Archive::open(&to).unwrap();
    let found = check(&archive);
    assert!(found.is_clean(), "{name}: {found:?}");
    let lost: BTreeSet<&str> = salvaged.lost.iter().map(|(id, _)| id.as_str()).collect();
    let mut there = 0;
    for id in &kit.ids {
        match archive.get(&Actor::host(), *id) {
            Ok(bytes) => {
                assert_eq!(Id::of(&bytes), *id);
                there += 1;
            }
            // What is not there is named, by itself or by what hides it.
            Err(_) => assert!(
                lost.contains(id.to_string().as_str())
                    || !salvaged.unread.is_empty()
                    || damaged.contains(&id.to_string()),
                "{name}: {id} is missing in silence"
            ),
        }
    }
    assert_eq!(salvaged.messages, there, "{name}");
    there as usize == kit.ids.len()
}

#[test]
fn an_index_is_made_again_whatever_is_missing_of_it() {
    let kit = Kit::new();
    let connection = Connection::open(kit.path()).unwrap();
    let attached: String =
        connection.query_row("SELECT lower(hex(sha256)) FROM attachment", [], |row| row.get(0)).unwrap();
    drop(connection);
    let by_hash = format!("impronta:{attached}");
    let queries =
        ["forli", "stato:consegnato", "tipo:consegna", "allegato:planimetria", "id:1@ditta.example", &by_hash];
    let found = |archive: &Archive| -> Vec<Vec<Id>> {
        let of = |query: &&str| archive.search(&Actor::host(), &Query::parse(query).unwrap(), None, 100).unwrap();
        queries.iter().map(|query| of(query).entries.iter().map(|entry| entry.id).collect()).collect()
    };
    let expected = found(&Archive::open(&kit.path()).unwrap());
    assert!(expected.iter().all(|ids| !ids.is_empty()), "{expected:?}");
    let damages = [
        "DROP TABLE judged",
        "DROP TABLE words",
        "DROP TABLE words_data",
        "DROP TABLE words_docsize",
        "DROP TABLE recipient; DROP TABLE in_state; DROP TABLE part_of; DROP TABLE dossier",
        "DROP TABLE about",
        "DROP INDEX judged_kind",
        "DROP TABLE attachment",
        "DROP TABLE digest_new",
        "DROP TABLE digest_recent; DROP TABLE digest_settled",
        "DELETE FROM digest_new",
        "DELETE FROM digest_new WHERE kind = 1; DELETE FROM digest_recent WHERE kind = 1",
        "UPDATE digest_new SET row = row + 1",
        "INSERT INTO digest_settled SELECT * FROM digest_new",
        "INSERT INTO digest_recent VALUES (zeroblob(32), 0, 5), (zeroblob(32), 1, 5), (zeroblob(32), 2, 5)",
        "DELETE FROM words_data WHERE id > 10",
        "UPDATE words_data SET block = zeroblob(length(block)) WHERE id > 10",
        "DELETE FROM words_docsize WHERE id = (SELECT max(id) FROM words_docsize)",
        "DELETE FROM judged; DELETE FROM about; DELETE FROM part_of",
        "UPDATE about SET text = text || '!'",
        "UPDATE OR REPLACE in_state SET state = 'refused'; UPDATE judged SET verdict = 'forged', kind = 'ordinary'",
        "INSERT INTO judged SELECT 5, judged_at, trust_data, verdict, kind, quarantine, at, expires, pec_id, message_id,
           sender, subject FROM judged LIMIT 1; INSERT INTO in_state SELECT state, 5, dossier FROM in_state LIMIT 1",
        "INSERT INTO words (rowid, text) VALUES (5, 'forli')",
        "INSERT INTO dossier (key, side) VALUES ('nessuno', 'sent')",
    ];
    for damage in damages {
        let archive = Archive::open(&kit.changed(damage)).unwrap();
        call_everything(&kit, &archive, damage);
        drop(archive);
        let archive = Archive::open(&kit.changed(damage)).unwrap();
        assert!(!check(&archive).is_clean() || !damage.contains("digest"), "{damage}");
        archive.rebuild_index(&Actor::host(), &kit.intake(), &mut |_| ControlFlow::Continue(())).unwrap();
        let check = check(&archive);
        assert!(check.is_clean(), "{damage}: {check:?}");
        assert_eq!(found(&archive), expected, "{damage}");
    }
}

#[test]
fn what_is_salvaged_is_what_was_true() {
    let kit = Kit::new();
    let (host, before) = (Actor::host(), Archive::open(&kit.path()).unwrap());
    let of = |archive: &Archive| {
        let entries: Vec<_> = kit.ids.iter().map(|id| archive.entry(&host, *id).unwrap()).collect();
        let log: Vec<_> = (0..20).map(|n| archive.log_entry(&host, n).unwrap()).collect();
        (entries, log, archive.terms(&host).unwrap(), archive.stats(&host).unwrap().held)
    };
    let expected = of(&before);
    let (size, root) = before.log_root(&host).unwrap();
    drop(before);
    let to = kit.folder.path().join("nuovo.pecarchive");
    let watch = &mut |_| ControlFlow::Continue(());
    let salvaged = Archive::salvage(&host, &kit.intake(), &kit.path(), &to, watch).unwrap();
    assert_eq!((salvaged.messages as usize, salvaged.lost.len(), salvaged.unread.len()), (kit.ids.len(), 0, 0));
    assert_eq!(salvaged.log_entries, size);
    assert!(matches!(Archive::salvage(&host, &kit.intake(), &kit.path(), &to, watch), Err(Error::Exists(_))));
    let archive = Archive::open(&to).unwrap();
    assert_eq!(of(&archive), expected);
    assert!(check(&archive).is_clean());
    assert_ne!(archive.log_root(&host).unwrap(), (size, root));
    let last = archive.log_entry(&host, size).unwrap().unwrap();
    assert!(last.contains("\"what\":\"salvage\"") && last.contains("\"lost\":0"), "{last}");
    // What was deposited stays known, also of a message that is lost.
    let deposited = "INSERT INTO deposit (id, name, made_at, pindex, entry) VALUES (9, 'p', 0, zeroblob(32), 0);
         INSERT INTO deposited (deposit, sha256, message, state)
           SELECT 9, sha256, NULL, 'accepted' FROM message ORDER BY id DESC LIMIT 2;
         UPDATE deposited SET message = NULL WHERE sha256 IN (SELECT sha256 FROM deposited WHERE deposit = 9);
         UPDATE deposited SET message = (SELECT id FROM message WHERE message.sha256 = deposited.sha256) WHERE deposit = 9;
         UPDATE message SET skeleton = x'00' WHERE id = (SELECT max(id) FROM message)";
    let _ = std::fs::remove_file(&to);
    let salvaged = Archive::salvage(&host, &kit.intake(), &kit.changed(deposited), &to, watch).unwrap();
    assert_eq!((salvaged.lost.len(), salvaged.unread.len()), (1, 0), "{salvaged:?}");
    let connection = Connection::open(&to).unwrap();
    let rows = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(rows("SELECT count(*) FROM deposited WHERE deposit = 9"), 2);
    assert_eq!(rows("SELECT count(*) FROM deposited WHERE deposit = 9 AND message IS NULL"), 1);
    drop(connection);
    // An older archive is salvaged as it is.
    let older = "DROP TABLE deposited; DROP TABLE deposit_report; DROP TABLE deposit; PRAGMA user_version = 1";
    let _ = std::fs::remove_file(&to);
    let salvaged = Archive::salvage(&host, &kit.intake(), &kit.changed(older), &to, watch).unwrap();
    assert_eq!((salvaged.messages as usize, salvaged.lost.len(), salvaged.unread.len()), (kit.ids.len(), 0, 0));
    // A log that was rewritten does not become true by it.
    let copy = kit.changed("UPDATE log SET entry = replace(entry, 'host', 'nemo') WHERE n = 9");
    let _ = std::fs::remove_file(&to);
    let salvaged = Archive::salvage(&host, &kit.intake(), &copy, &to, watch).unwrap();
    assert_eq!((salvaged.log_entries, salvaged.unproven_log.len() as u64), (9, size - 9));
    assert!(salvaged.unproven_log[0].contains("nemo"));
    let archive = Archive::open(&to).unwrap();
    assert!(check(&archive).is_clean());
    assert!(!archive.log_entry(&host, 9).unwrap().unwrap().contains("nemo"));
    // An erasure after it works as ever; what is held is held.
    let erased = archive.erase(&host, later(), &[kit.ids[0], kit.ids[10]], "prova").unwrap();
    assert!(matches!(erased[..], [pec_archive::Erasure::Refused(_), pec_archive::Erasure::Erased { .. }]));
}

#[test]
fn what_the_log_says_is_here_is_missed_and_rows_that_say_otherwise_are_named() {
    let kit = Kit::new();
    assert!(check(&Archive::open(&kit.path()).unwrap()).is_clean());
    let tables =
        ["hole", "found", "place", "event", "evidence", "tag", "judged", "attachment", "about", "in_state", "part_of"];
    let lost: String = tables
        .iter()
        .map(|table| format!("DELETE FROM {table} WHERE message = (SELECT max(id) FROM message);"))
        .collect();
    let lost = format!(
        "{lost} DELETE FROM words WHERE rowid = (SELECT max(id) FROM message);
         DELETE FROM digest_new WHERE kind = 0 AND row = (SELECT max(id) FROM message);
         DELETE FROM digest_new WHERE kind = 2 AND row = (SELECT max(id) FROM message);
         DELETE FROM message WHERE id = (SELECT max(id) FROM message)"
    );
    for (sql, said) in [
        (&*lost, "is missing: entry "),
        ("UPDATE class SET months = 1 WHERE name = 'breve'", "its term is not the one that the log says, 12 months"),
        ("DELETE FROM held", "is not held for \"causa 1\", as the log says"),
        ("DELETE FROM classified", "is not in class \"breve\", as the log says"),
    ] {
        let check = check(&Archive::open(&kit.changed(sql)).unwrap());
        assert_eq!((check.structure.len(), check.damaged.len()), (1, 0), "{sql}: {check:?}");
        assert!(check.structure[0].contains(said), "{sql}: {check:?}");
    }
    let check = check(&Archive::open(&kit.changed("UPDATE message SET entry = entry + 1 WHERE entry = 3")).unwrap());
    assert!(check.damaged.len() == 1 && check.damaged[0].1.contains("entry 4 of the log"), "{check:?}");
}

#[test]
fn what_was_decided_outlives_its_rows_and_nothing_older_takes_its_place() {
    let kit = Kit::new();
    let (host, now) = (Actor::host(), kit.scene.now());
    let archive = Archive::open(&kit.path()).unwrap();
    archive.set_term(&host, now, "lunga", 240).unwrap();
    archive.classify(&host, now, &kit.ids[1..2], "lunga").unwrap();
    archive.set_term(&host, now, "breve", 120).unwrap();
    let size = archive.log_root(&host).unwrap().0;
    drop(archive);
    let to = kit.folder.path().join("salvaged.pecarchive");
    let salvage = |sql: &str| {
        let _ = std::fs::remove_file(&to);
        let watch = &mut |_| ControlFlow::Continue(());
        let salvaged = Archive::salvage(&host, &kit.intake(), &kit.changed(sql), &to, watch).unwrap();
        let archive = Archive::open(&to).unwrap();
        let terms = archive.terms(&host).unwrap();
        let retention = archive.retention(&host, kit.ids[1]);
        let cases: Vec<String> = archive.cases(&host).unwrap().into_iter().map(|case| case.case).collect();
        let found = check(&archive);
        assert!(found.is_clean(), "{sql}: {found:?}");
        (terms, retention.map(|kept| kept.class).unwrap_or_default(), cases, salvaged.unread.join("; "))
    };
    let terms = [(String::new(), 120), ("breve".into(), 120), ("lunga".into(), 240)].to_vec();
    let all = (terms.clone(), "lunga".to_owned(), vec!["causa 1".to_owned()]);
    // The rows are gone, and the log has it.
    let (found, class, cases, told) =
        salvage("DELETE FROM held; DELETE FROM classified; DELETE FROM class WHERE name <> ''");
    assert!((found, class, cases) == all && told.contains("is held for \"causa 1\" again"), "{told}");
    // The last entries are gone, and the rows have it.
    let (found, class, cases, told) = salvage(&format!("DELETE FROM log WHERE n >= {}", size - 3));
    assert!((found, class, cases) == all, "{told}");
    // A message that was held and is lost is named; when it comes in again, nothing contradicts the log.
    let row = "(SELECT message FROM held)";
    let (.., told) = salvage(&format!("UPDATE message SET skeleton = x'00' WHERE id = {row}"));
    assert!(told.contains("is lost, and was held for \"causa 1\": hold it when it comes in again"), "{told}");
    let archive = Archive::open(&to).unwrap();
    archive.put_batch(&host, &kit.intake().mailbox(ANNA), kit.scene.mailbox(ANNA)).unwrap();
    assert!(check(&archive).is_clean());
    // An entry that only names a message has not put it.
    salvage(
        "UPDATE message SET entry = (SELECT n FROM log WHERE entry LIKE '%\"what\":\"tag\"%' LIMIT 1) WHERE id = (SELECT message FROM tag LIMIT 1)",
    );
}

#[test]
fn a_receipt_is_stored_though_another_of_its_transaction_is_damaged() {
    let scene = Scene::new(3000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    let (host, intake) = (Actor::host(), Intake::new(scene.trust(), scene.now()));
    let mut messages = scene.mailbox(ANNA);
    let last = messages.pop().unwrap();
    let archive = Archive::create(&path).unwrap();
    archive.put_batch(&host, &intake, messages.clone()).unwrap();
    drop(archive);
    let states = |connection: &Connection| -> Vec<(String, String)> {
        let mut query = connection.prepare("SELECT address, state FROM recipient ORDER BY address").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let connection = Connection::open(&path).unwrap();
    let before = states(&connection);
    assert!(!before.is_empty());
    connection
        .execute("UPDATE message SET skeleton = x'00' WHERE sha256 = ?1", [Id::of(&messages[0]).as_bytes()])
        .unwrap();
    drop(connection);
    let archive = Archive::open(&path).unwrap();
    assert!(matches!(archive.get(&host, Id::of(&messages[0])), Err(Error::Damaged(_))));
    let put = archive.put(&host, &intake, last.clone()).unwrap();
    assert_eq!(archive.get(&host, put.id).unwrap(), last);
    assert!(archive.entry(&host, put.id).unwrap().verdict.starts_with("certified"));
    let pec_id = archive.entry(&host, put.id).unwrap().pec_id.unwrap();
    // The rest of a transaction could say more than all of it: its states stay, and no proof is made.
    assert_eq!(states(&Connection::open(&path).unwrap()), before);
    assert!(matches!(archive.ledger(&host, &intake, &pec_id), Err(Error::Damaged(_))));
}
