//! An encrypted archive: what whoever has the file can read of it, and who cannot open it.

use std::ops::ControlFlow;
use std::path::Path;

use pec_archive::search::Query;
use pec_archive::{Action, Actor, Archive, Erasure, Error, HostKey, Id, Intake, Keys, Rule, Searchable, Stored};

use crate::scene::{ANNA, OFFICE, Scene};

fn key(byte: u8) -> HostKey {
    HostKey::new([byte; 32])
}

fn keys(byte: u8) -> Keys {
    Keys::of(key(byte)).unwrap()
}

fn fill(archive: &Archive, scene: &Scene) -> Vec<Id> {
    let (host, intake) = (Actor::host(), Intake::new(scene.trust(), scene.now()));
    let mut messages = vec![scene.sent.clone()];
    messages.extend([ANNA, OFFICE].into_iter().flat_map(|mailbox| scene.mailbox(mailbox)));
    archive.put_batch(&host, &intake, messages).unwrap().iter().map(|put| put.id).collect()
}

fn found(archive: &Archive, query: &str) -> usize {
    archive.search(&Actor::host(), &Query::parse(query).unwrap(), None, 100).unwrap().entries.len()
}

fn is_clean(archive: &Archive) -> bool {
    archive.check(&Actor::host(), &mut |_| ControlFlow::Continue(())).unwrap().is_clean()
}

/// How often each of these stands in the file, whatever its case.
fn readable<const N: usize>(path: &Path, words: [&str; N]) -> [usize; N] {
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).to_lowercase();
    words.map(|word| text.matches(word).count())
}

#[test]
fn whoever_has_only_the_file_reads_no_body_no_subject_and_no_name_of_a_file() {
    let scene = Scene::new(10_000);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let all = [("aperto", Keys::none()), ("campi", keys(7)), ("parole", keys(7).searchable(Searchable::Words))];
    let words = ["contratto", "planimetria", "quadro"];
    let mut sealed = Vec::new();
    for (name, keys) in all {
        let archive = Archive::create_with(&path(name), &keys).unwrap();
        let ids = fill(&archive, &scene);
        assert!(is_clean(&archive), "{name}");
        // The same content is still stored once.
        sealed.push(archive.stats(&Actor::host()).unwrap().bodies);
        for id in &ids {
            assert_eq!(Id::of(&archive.get(&Actor::host(), *id).unwrap()), *id);
        }
        if name != "campi" {
            let found = found(&archive, "forli");
            assert!(found.abs_diff(ids.len() - 1) <= 3, "{name}: {found}");
        }
        assert!(found(&archive, "stato:consegnato") > 0 && found(&archive, &format!("id:{}", scene.pec_id)) > 0);
        let subject = archive.entry(&Actor::host(), ids[0]).unwrap().subject;
        assert_eq!(subject.is_none(), name == "campi");
        // Judged again, nothing of it comes into the open either.
        let intake = Intake::new(scene.trust(), scene.now());
        archive.rebuild_index(&Actor::host(), &intake, &mut |_| ControlFlow::Continue(())).unwrap();
    }
    assert!(sealed.iter().all(|bodies| *bodies == sealed[0]));
    let [open, fields, with_words] = ["aperto", "campi", "parole"].map(|name| readable(&path(name), words));
    assert_eq!(fields, [0; 3]);
    assert!(open.iter().chain(&with_words).all(|times| *times > 0), "{open:?} {with_words:?}");
    // Nor is anything there that can be unpacked.
    let unpacked = |name: &str| {
        let connection = rusqlite::Connection::open(path(name)).unwrap();
        let mut query = connection.prepare("SELECT data FROM piece UNION ALL SELECT skeleton FROM message").unwrap();
        let rows: Vec<Vec<u8>> = query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        // Base64 in lines is marked by a letter before what zstd writes.
        let packed = |data: &[u8]| data.strip_prefix(b"B").unwrap_or(data).starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
        (rows.iter().filter(|data| packed(data)).count(), rows.len())
    };
    assert_eq!((unpacked("campi").0, unpacked("parole").0), (0, 0));
    assert!(unpacked("aperto").0 == unpacked("aperto").1 && unpacked("aperto").1 > 5);
}

#[test]
fn without_its_keys_it_is_not_opened_and_not_touched() {
    let scene = Scene::new(1000);
    let folder = tempfile::tempdir().unwrap();
    let (path, open) = (folder.path().join("a"), folder.path().join("b"));
    fill(&Archive::create_with(&path, &keys(7)).unwrap(), &scene);
    fill(&Archive::create(&open).unwrap(), &scene);
    let before = std::fs::read(&path).unwrap();
    let said = |outcome: Result<Archive, Error>| match outcome {
        Err(error @ Error::Key(_)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(said(Archive::open(&path)).contains("no key was given"));
    assert!(said(Archive::open_with(&path, &keys(8))).contains("is missing"));
    assert!(said(Archive::open_read_only(&path)).contains("no key"));
    assert!(said(Archive::open_with(&open, &keys(7))).contains("not encrypted"));
    let to = folder.path().join("c");
    let intake = Intake::new(scene.trust(), scene.now());
    let salvaged = Archive::salvage(&Actor::host(), &intake, &path, &to, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(salvaged, Err(Error::Key(_))) && !to.exists());
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert!(Archive::open_read_only_with(&path, &keys(7)).is_ok());
}

#[test]
fn what_was_encrypted_for_one_place_is_damage_in_another() {
    let scene = Scene::new(30_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let ids = fill(&Archive::create_with(&path, &keys(7)).unwrap(), &scene);
    let connection = rusqlite::Connection::open(&path).unwrap();
    // Two skeletons change places, and one body is that of another archive that was not encrypted.
    connection
        .execute_batch(
            "CREATE TEMP TABLE two AS SELECT id, skeleton, skeleton_size FROM message ORDER BY id LIMIT 2;
             UPDATE message SET (skeleton, skeleton_size) = (SELECT skeleton, skeleton_size FROM two WHERE two.id <> message.id)
               WHERE id IN (SELECT id FROM two);",
        )
        .unwrap();
    let body = zstd::bulk::compress(b"in chiaro", 3).unwrap();
    connection.execute("UPDATE piece SET data = ?1 WHERE id = (SELECT max(id) FROM piece)", [body]).unwrap();
    drop(connection);
    let archive = Archive::open_with(&path, &keys(7)).unwrap();
    let damaged = ids.iter().filter(|id| matches!(archive.get(&Actor::host(), **id), Err(Error::Damaged(_)))).count();
    let check = archive.check(&Actor::host(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(damaged >= 2 && damaged == check.damaged.len(), "{check:?}");
}

#[test]
fn damage_to_what_is_known_of_its_keys_hides_nothing() {
    let scene = Scene::new(1000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let ids = fill(&Archive::create_with(&path, &keys(7)).unwrap(), &scene);
    rusqlite::Connection::open(&path).unwrap().execute_batch("DROP TABLE sealed").unwrap();
    let archive = Archive::open_with(&path, &keys(7)).unwrap();
    assert_eq!(archive.get(&Actor::host(), ids[0]).unwrap(), scene.sent);
    assert!(!is_clean(&archive));
    let wrong = Archive::open_with(&path, &keys(8)).unwrap();
    assert!(matches!(wrong.get(&Actor::host(), ids[0]), Err(Error::Damaged(_))));
    let (host, intake, to) = (Actor::host(), Intake::new(scene.trust(), scene.now()), folder.path().join("b"));
    let watch = &mut |_| ControlFlow::Continue(());
    let salvaged = Archive::salvage_with(&host, &intake, &path, &to, &keys(7), watch).unwrap();
    assert_eq!(salvaged.messages as usize, ids.len());
    assert!(is_clean(&Archive::open_with(&to, &keys(7)).unwrap()));
}

#[test]
fn who_looks_for_words_that_are_not_there_is_told() {
    let scene = Scene::new(1000);
    let folder = tempfile::tempdir().unwrap();
    let (host, now) = (Actor::host(), scene.now());
    let archive = Archive::create_with(&folder.path().join("a"), &keys(7)).unwrap();
    let ids = fill(&archive, &scene);
    for text in
        ["contratto", "da:alfa", "-oggetto:contratto", "tipo:accettazione allegato:pdf", "stato:consegnato contr*"]
    {
        let query = Query::parse(text).unwrap();
        assert!(matches!(archive.search(&host, &query, None, 10), Err(Error::Query(_))), "{text}");
        let rule = Rule::new("r", text, vec![Action::Hold("causa".into())]).unwrap();
        assert!(matches!(archive.file(&host, &[rule], &ids, now), Err(Error::Query(_))), "{text}");
    }
    assert!(archive.cases(&host).unwrap().is_empty());
    for text in ["", "stato:consegnato", "-tipo:accettazione", &format!("id:{}", scene.pec_id)] {
        assert!(found(&archive, text) > 0, "{text}");
    }
    let error = archive.search(&host, &Query::parse("x da:alfa").unwrap(), None, 10).unwrap_err();
    assert!(error.to_string().ends_with("no words, subjects or addresses: x"), "{error}");
}

#[test]
fn nothing_is_written_under_other_keys_than_the_archive_has_by_then() {
    let scene = Scene::new(1000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let (host, intake) = (Actor::host(), Intake::new(scene.trust(), scene.now()));
    let other = || b"Message-ID: <1@ditta.example>\r\n\r\nciao\r\n".to_vec();
    // Opened while it was empty; encrypted since.
    let plain = Archive::create(&path).unwrap();
    let sealed = Archive::open_with(&path, &keys(7)).unwrap();
    let ids = fill(&sealed, &scene);
    for message in [other(), scene.sent.clone()] {
        assert!(matches!(plain.put(&host, &intake, message), Err(Error::Key(_))));
    }
    assert!(plain.hold(&host, scene.now(), &ids[..1], "causa").is_err());
    assert_eq!(sealed.get(&host, ids[0]).unwrap(), scene.sent);
    // A key that came since then.
    let newer = Archive::open_with(&path, &Keys::of(key(9)).unwrap().and(key(7)).unwrap()).unwrap();
    newer.put(&host, &intake, other()).unwrap();
    let states = found(&newer, "stato:consegnato");
    assert!(matches!(sealed.put(&host, &intake, other()), Err(Error::Key(_))));
    let watch = &mut |_| ControlFlow::Continue(());
    assert!(matches!(sealed.rebuild_index(&host, &intake, watch), Err(Error::Key(_))));
    assert!(found(&newer, "stato:consegnato") == states && is_clean(&newer));
    drop((plain, sealed, newer));
    // Which they are can no longer be read: what is there is read, and nothing written.
    rusqlite::Connection::open(&path).unwrap().execute_batch("DROP TABLE sealed").unwrap();
    for keys in [Keys::none(), keys(7), keys(8)] {
        let archive = Archive::open_with(&path, &keys).unwrap();
        assert!(archive.put(&host, &intake, scene.sent.clone()).is_err());
        assert!(archive.put(&host, &intake, b"Subject: y\r\n\r\n".to_vec()).is_err());
    }
    let both = Keys::of(key(9)).unwrap().and(key(7)).unwrap();
    assert_eq!(Archive::open_with(&path, &both).unwrap().get(&host, ids[0]).unwrap(), scene.sent);
}

#[test]
fn keys_for_an_archive_that_has_none_lose_nothing() {
    let scene = Scene::new(1000);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (host, intake) = (Actor::host(), Intake::new(scene.trust(), scene.now()));
    let archive = Archive::create(&path("a")).unwrap();
    fill(&archive, &scene);
    assert!(matches!(Archive::open_with(&path("a"), &keys(7)), Err(Error::Key(_))));
    let watch = &mut |_| ControlFlow::Continue(());
    let salvaged = Archive::salvage_with(&host, &intake, &path("a"), &path("b"), &keys(7), watch);
    assert!(matches!(salvaged, Err(Error::Key(_))) && !path("b").exists(), "{salvaged:?}");
}

#[test]
fn keys_are_changed_copies_opened_and_messages_erased_as_ever() {
    let scene = Scene::new(10_000);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (host, intake) = (Actor::host(), Intake::new(scene.trust(), scene.now()));
    let watch = &mut |_| ControlFlow::Continue(());
    let ids = fill(&Archive::create_with(&path("a"), &keys(7)).unwrap(), &scene);

    // A new key, and the old one beside it.
    let both = Keys::of(key(9)).unwrap().and(key(7)).unwrap();
    let archive = Archive::open_with(&path("a"), &both).unwrap();
    let new = crate::scene::message("nuovo@x.example", "Nuovo", 5000);
    let put = archive.put(&host, &intake, new.clone()).unwrap();
    assert_eq!(archive.put(&host, &intake, scene.sent.clone()).unwrap().stored, Stored::Known);
    assert!(is_clean(&archive));
    archive.backup(&host, &path("copia")).unwrap();
    drop(archive);
    for alone in [7, 9] {
        assert!(matches!(Archive::open_with(&path("a"), &keys(alone)), Err(Error::Key(_))));
    }

    let copy = Archive::open_with(&path("copia"), &both).unwrap();
    assert_eq!(copy.get(&host, put.id).unwrap(), new);
    // A salvage leaves all under the first key.
    let salvaged = Archive::salvage_with(&host, &intake, &path("copia"), &path("b"), &both, watch).unwrap();
    assert_eq!((salvaged.messages as usize, salvaged.lost.len()), (ids.len() + 1, 0));
    let archive = Archive::open_with(&path("b"), &keys(9)).unwrap();
    assert!(is_clean(&archive) && archive.get(&host, ids[0]).unwrap() == scene.sent);
    assert_eq!(readable(&path("b"), ["planimetria", "quadro"]), [0, 0]);
    let erased = archive.erase(&host, "2040-01-01T00:00:00Z".parse().unwrap(), &ids[..1], "prova").unwrap();
    assert!(matches!(erased[..], [Erasure::Erased { .. }]) && is_clean(&archive));
    assert!(archive.reverify(&host, &intake, watch).unwrap().is_empty());
}

#[test]
fn no_key_is_in_anything_that_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    // In every form in which bytes are printed.
    let bytes = *b"segretissimo-segretissimo-segret";
    let keys = Keys::of(HostKey::new(bytes)).unwrap();
    let archive = Archive::create_with(&path, &keys).unwrap();
    let wrong = Archive::open_with(&path, &Keys::of(HostKey::new([1; 32])).unwrap()).unwrap_err();
    let printed = format!("{:?} {keys:?} {archive:?} {wrong:?} {wrong}", HostKey::new(bytes));
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = format!("{bytes:?}");
    for secret in ["segretissimo", &hex[..16], list.trim_matches(['[', ']'])] {
        assert!(!printed.to_lowercase().contains(secret), "{printed}");
    }
    assert!(printed.contains("[REDACTED]"));
}
