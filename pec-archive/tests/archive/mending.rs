//! What is damaged is made whole by the same bytes, when they come in again.

use std::ops::ControlFlow;
use std::path::Path;

use pec_archive::{Actor, Archive, Error, Id, Intake, Stored};
use pec_core::limits::Limits;
use pec_core::trust::TrustStore;
use rusqlite::Connection;

use crate::scene::message;

fn put(archive: &Archive, bytes: &[u8]) -> (Id, Stored) {
    let trust = TrustStore::built_in();
    let intake = Intake::new(&trust, "2026-02-09T10:00:00Z".parse().unwrap());
    let put = archive.put(&Actor::host(), &intake, bytes.to_vec()).unwrap();
    (put.id, put.stored)
}

fn is_clean(archive: &Archive) -> bool {
    archive.check(&Actor::host(), &mut |_| ControlFlow::Continue(())).unwrap().is_clean()
}

fn changed(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
}

#[test]
fn no_message_rests_on_a_damaged_body() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    let archive = Archive::create(&path).unwrap();
    let host = Actor::host();
    let [first, second, third] = ["uno", "due", "tre"].map(|name| message(&format!("{name}@x.example"), name, 60_000));
    let (id, _) = put(&archive, &first);
    let of_messages = "WHERE id / 1048576 IN (SELECT body FROM hole)";
    for (sql, bytes) in [
        (format!("UPDATE piece SET data = x'28b52ffd00' {of_messages}"), &second),
        ("UPDATE body SET size = 17 WHERE id IN (SELECT body FROM hole)".into(), &third),
        (format!("DELETE FROM piece {of_messages}"), &second),
        // The same message: it is here already.
        (format!("UPDATE piece SET data = substr(data, 1, length(data) - 1) {of_messages}"), &first),
    ] {
        let sql = &sql;
        changed(&path, sql);
        assert!(matches!(archive.get(&host, id), Err(Error::Damaged(_))) && !is_clean(&archive), "{sql}");
        let (put, _) = put(&archive, bytes);
        assert_eq!(archive.get(&host, put).unwrap(), *bytes, "{sql}");
        assert_eq!(archive.get(&host, id).unwrap(), first, "{sql}");
        assert!(is_clean(&archive), "{sql}");
    }
}

#[test]
fn what_is_judged_by_is_made_whole_by_whoever_opens_the_archive_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    put(&Archive::create(&path).unwrap(), &message("uno@x.example", "uno", 0));
    changed(&path, "DELETE FROM piece WHERE id / 1048576 IN (SELECT body FROM evidence)");
    let archive = Archive::open(&path).unwrap();
    assert!(!is_clean(&archive));
    put(&archive, &message("due@x.example", "due", 0));
    assert!(is_clean(&archive));
}

#[test]
fn a_message_that_is_here_and_damaged_is_made_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    let archive = Archive::create(&path).unwrap();
    let (host, bytes) = (Actor::host(), message("uno@x.example", "uno", 60_000));
    let (id, _) = put(&archive, &bytes);
    let entry = || archive.entry(&host, id).unwrap();
    let (before, size) = (entry(), archive.log_root(&host).unwrap().0);
    for sql in [
        "UPDATE message SET skeleton = x'00'",
        "UPDATE message SET skeleton_size = 3",
        "UPDATE message SET size = 3",
        "UPDATE hole SET at = at + 1",
        "DELETE FROM hole",
    ] {
        changed(&path, sql);
        assert!(!is_clean(&archive), "{sql}");
        assert_eq!(put(&archive, &bytes), (id, Stored::Known));
        assert_eq!(archive.get(&host, id).unwrap(), bytes, "{sql}");
        assert!(is_clean(&archive) && entry() == before, "{sql}");
    }
    assert_eq!(archive.log_root(&host).unwrap().0, size);
}

#[test]
fn a_message_that_is_too_long_to_be_read_is_made_whole_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    let archive = Archive::create(&path).unwrap();
    let (host, trust) = (Actor::host(), TrustStore::built_in());
    let mut limits = Limits::DEFAULT;
    limits.message_bytes = 1000;
    let intake = Intake::new(&trust, "2026-02-09T10:00:00Z".parse().unwrap()).limits(limits);
    // Their first MiB is the same.
    let [one, other] = [&b"uno"[..], b"due"].map(|end| [&message("x@x.example", "x", 2 << 20)[..], end].concat());
    let put = |bytes: &[u8]| archive.put_from(&host, &intake, &mut &*bytes).unwrap();
    let id = put(&one).id;
    for (sql, bytes) in [
        ("UPDATE piece SET data = x'00' WHERE id = (SELECT min(id) FROM piece)", &other),
        ("UPDATE piece SET data = x'00' WHERE id = (SELECT min(id) FROM piece)", &one),
        ("DELETE FROM hole", &one),
        ("UPDATE message SET size = 7", &one),
        ("UPDATE message SET size = 7", &other),
    ] {
        changed(&path, sql);
        assert!(!is_clean(&archive), "{sql}");
        for bytes in [bytes, &one, &other] {
            let put = put(bytes);
            assert_eq!(archive.get(&host, put.id).unwrap(), *bytes, "{sql}");
        }
        assert!(archive.get(&host, id).unwrap() == one && is_clean(&archive), "{sql}");
    }
}
