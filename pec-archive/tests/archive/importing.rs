//! What people have, taken in.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use pec_archive::search::Query;
use pec_archive::{Actor, Archive, Id, Intake, Progress};
use pec_core::limits::Limits;
use pec_core::trust::{Evidence, TrustStore};

use crate::scene::{ANNA, OFFICE, Scene};

fn watch(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A folder as people have them: files, an mbox, a Maildir, and what is none of these.
fn mixed(scene: &Scene) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let anna = scene.mailbox(ANNA);
    for (n, message) in anna.iter().enumerate() {
        fs::write(folder.path().join(format!("ricevuta {n} è.eml")), message).unwrap();
    }
    let mut mbox = Vec::new();
    for message in anna.iter().chain(&scene.mailbox(OFFICE)) {
        mbox.extend_from_slice(b"From x@example Mon Feb  9 10:15:28 2026\n");
        mbox.extend_from_slice(message);
        mbox.extend_from_slice(b"\n");
    }
    fs::write(folder.path().join("posta.mbox"), mbox).unwrap();
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(folder.path().join("Maildir").join(part)).unwrap();
    }
    fs::write(folder.path().join("Maildir/cur/1.x:2,S"), &scene.sent).unwrap();
    folder
}

#[test]
fn a_second_import_adds_nothing_and_opens_nothing() {
    let scene = Scene::new(5000);
    let from = mixed(&scene);
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let intake = Intake::new(scene.trust(), scene.now()).mailbox("vecchia posta");
    let paths = [from.path().to_owned()];
    let first = archive.import(&Actor::host(), &intake, &paths, &mut watch).unwrap();
    let expected = scene.mailbox(ANNA).len() + scene.mailbox(OFFICE).len() + 1;
    assert_eq!((first.new as usize, first.skipped, first.complete), (expected, 0, true), "{first:?}");
    assert_eq!(first.known as usize, scene.mailbox(ANNA).len());
    let second = archive.import(&Actor::host(), &intake, &paths, &mut watch).unwrap();
    assert_eq!((second.new, second.known), (0, 0));
    assert_eq!(second.skipped as usize, scene.mailbox(ANNA).len() + 2);
    // What was changed since is read again.
    fs::write(from.path().join("Maildir/cur/1.x:2,S"), b"Subject: nuovo\r\n\r\n").unwrap();
    let third = archive.import(&Actor::host(), &intake, &paths, &mut watch).unwrap();
    assert_eq!((third.new, third.known), (1, 0));
}

/// Mail programs call files by subject and sender.
#[test]
fn what_files_were_called_is_not_kept() {
    let scene = Scene::new(100);
    let from = tempfile::tempdir().unwrap();
    let named = from.path().join("Licenziamento di Mario Rossi.eml");
    fs::write(&named, crate::scene::message("uno@x.example", "x", 100)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    let archive = Archive::create(&path).unwrap();
    let intake = Intake::new(scene.trust(), scene.now()).mailbox("anna@x.example");
    let import = || {
        let imported = archive.import(&Actor::host(), &intake, &[from.path().to_owned()], &mut watch).unwrap();
        (imported.new, imported.known, imported.skipped)
    };
    assert_eq!((import(), import()), ((1, 0, 0), (0, 0, 1)));
    let connection = rusqlite::Connection::open(&path).unwrap();
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM imported WHERE place LIKE '%Rossi%' OR place LIKE '%anna%'"), 0);
    // As an older version has noted it.
    let place = format!("{}//anna@x.example", named.canonicalize().unwrap().display());
    assert_eq!(connection.execute("UPDATE imported SET place = ?1", [place]).unwrap(), 1);
    assert_eq!(import(), (0, 0, 1));
}

#[test]
fn a_file_beyond_the_limits_is_kept_and_known_the_next_time() {
    let scene = Scene::new(100);
    let from = tempfile::tempdir().unwrap();
    let long = crate::scene::message("lungo@x.example", "molto lungo", 200_000);
    fs::write(from.path().join("lungo.eml"), &long).unwrap();
    fs::write(from.path().join("corto.eml"), crate::scene::message("corto@x.example", "corto", 100)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let mut limits = Limits::DEFAULT;
    limits.message_bytes = 50_000;
    let intake = Intake::new(scene.trust(), scene.now()).limits(limits);
    let paths = [from.path().to_owned()];
    let first = archive.import(&Actor::host(), &intake, &paths, &mut watch).unwrap();
    assert_eq!((first.new, first.exceptions.len(), first.complete), (2, 0, true), "{first:?}");
    let mut back = Vec::new();
    archive.get_to(&Actor::host(), Id::of(&long), &mut back).unwrap();
    assert!(back == long);
    assert_eq!(archive.entry(&Actor::host(), Id::of(&long)).unwrap().verdict, "unverifiable");
    let second = archive.import(&Actor::host(), &intake, &paths, &mut watch).unwrap();
    assert_eq!((second.new, second.known, second.skipped), (0, 0, 2), "{second:?}");
}

#[test]
fn what_cannot_be_read_is_told_and_tried_again() {
    let scene = Scene::new(100);
    let from = mixed(&scene);
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let intake = Intake::new(scene.trust(), scene.now());
    let missing = from.path().join("non c'è.eml");
    let paths = [missing.clone(), from.path().join("posta.mbox")];
    let imported = archive.import(&Actor::host(), &intake, &paths, &mut watch).unwrap();
    assert!(imported.complete && imported.new > 0);
    assert_eq!(imported.exceptions.len(), 1);
    assert!(imported.exceptions[0].place.contains("non c'è") && !imported.exceptions[0].it.is_empty());
    fs::write(&missing, &scene.sent).unwrap();
    let again = archive.import(&Actor::host(), &intake, &paths, &mut watch).unwrap();
    assert_eq!((again.new, again.exceptions.len(), again.skipped), (1, 0, 1));
}

#[test]
fn what_is_imported_is_judged_as_what_is_put() {
    let mut cases = pec_sandbox::vectors::all().unwrap();
    // A file without bytes is no message, and what begins as an mbox is one.
    cases.retain(|case| !case.bytes.is_empty() && !case.bytes.starts_with(b"From "));
    let crl = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/artefacts/crl-key-compromise.crl");
    let evidence = Evidence::none().with_crl(fs::read(crl).unwrap());
    let trust = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/artefacts/trust-sandbox.json");
    let trust = TrustStore::from_json(&fs::read_to_string(trust).unwrap()).unwrap();
    let intake = Intake::new(&trust, "2026-11-22T10:00:00Z".parse().unwrap()).evidence(&evidence);
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("posta");
    fs::create_dir(&from).unwrap();
    for (n, case) in cases.iter().enumerate() {
        fs::write(from.join(format!("{n}.eml")), &case.bytes).unwrap();
    }
    let [put, imported] = ["put", "imported"].map(|name| Archive::create(&folder.path().join(name)).unwrap());
    let host = Actor::host();
    imported.import(&host, &intake, &[from], &mut watch).unwrap();
    let mut verdicts = BTreeSet::new();
    for case in &cases {
        let id = put.put(&host, &intake, case.bytes.clone()).unwrap().id;
        let entry = put.entry(&host, id).unwrap();
        assert_eq!(imported.entry(&host, id).unwrap(), entry);
        verdicts.insert(entry.verdict);
    }
    assert!(verdicts.len() > 3, "{verdicts:?}");
    // By the list that the intake brings: without it, the case is certified.
    let transport = &cases.iter().find(|case| case.name == "kind-transport-a").unwrap().bytes;
    assert_ne!(imported.entry(&host, Id::of(transport)).unwrap().verdict, "certified");
    let without = Archive::create(&folder.path().join("without")).unwrap();
    without.put(&host, &Intake::new(&trust, "2026-11-22T10:00:00Z".parse().unwrap()), transport.clone()).unwrap();
    assert_eq!(without.entry(&host, Id::of(transport)).unwrap().verdict, "certified");
}

#[test]
fn an_import_that_was_ended_goes_on() {
    let scene = Scene::new(100);
    let from = tempfile::tempdir().unwrap();
    for n in 0..3000 {
        fs::write(from.path().join(format!("{n:04}.eml")), format!("Message-ID: <{n}@x.example>\r\n\r\n{n}\r\n"))
            .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let intake = Intake::new(scene.trust(), scene.now());
    let paths = [from.path().to_owned()];
    let first = archive.import(&Actor::host(), &intake, &paths, &mut |_| ControlFlow::Break(())).unwrap();
    assert!(!first.complete && first.new > 0 && first.new < 3000);
    let mut last = 0;
    let watch = &mut |progress: Progress| {
        assert!(progress.done >= last && progress.total == 3000);
        last = progress.done;
        ControlFlow::Continue(())
    };
    let second = archive.import(&Actor::host(), &intake, &paths, watch).unwrap();
    assert_eq!((first.new + second.new, second.skipped, second.known), (3000, first.new, 0));
    assert_eq!(last, 3000);
}

#[test]
fn a_zip_goes_on_where_it_was_ended() {
    let scene = Scene::new(100);
    let folder = tempfile::tempdir().unwrap();
    let (mut zip, mut frames) = (Vec::new(), pec_core::proof::Frames::default());
    for n in 0..3000 {
        let message = format!("Message-ID: <{n}@x.example>\r\n\r\n{n}\r\n");
        zip.extend(frames.object(&format!("posta/{n:04}.eml"), message.as_bytes()).unwrap());
        zip.extend_from_slice(message.as_bytes());
    }
    zip.extend(frames.end().unwrap());
    let path = folder.path().join("posta.zip");
    fs::write(&path, zip).unwrap();
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let intake = Intake::new(scene.trust(), scene.now());
    let paths = [path];
    let mut batches = 0;
    let first = archive.import(&Actor::host(), &intake, &paths, &mut |_| {
        batches += 1;
        if batches == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let first = first.unwrap();
    assert!(!first.complete && first.new > 0 && first.new < 3000, "{first:?}");
    // What it had begun is taken once.
    let second = archive.import(&Actor::host(), &intake, &paths, &mut watch).unwrap();
    assert_eq!((second.new, second.known, second.complete), (3000 - first.new, first.new, true));
    let third = archive.import(&Actor::host(), &intake, &paths, &mut watch).unwrap();
    assert_eq!((third.new, third.known, third.skipped), (0, 0, 1));
}

#[test]
fn an_import_may_be_called_where_its_own_threads_work() {
    let scene = Scene::new(100);
    let from = tempfile::tempdir().unwrap();
    for n in 0..2000 {
        fs::write(from.path().join(format!("{n:04}.eml")), format!("Message-ID: <{n}@x.example>\r\n\r\n{n}\r\n"))
            .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let intake = Intake::new(scene.trust(), scene.now());
    let paths = [from.path().to_owned()];
    // All threads there are import: none is left for whom one could wait.
    let threads = rayon::current_num_threads();
    let imported = rayon::broadcast(|all| {
        let archive = Archive::create(&folder.path().join(format!("{}.pecarchive", all.index()))).unwrap();
        archive.import(&Actor::host(), &intake, &paths, &mut watch).unwrap()
    });
    assert_eq!(imported.iter().map(|imported| imported.new).collect::<Vec<_>>(), vec![2000; threads]);
}

#[test]
fn an_mbox_that_was_read_is_done_though_the_import_was_ended() {
    let scene = Scene::new(100);
    let folder = tempfile::tempdir().unwrap();
    let mut mbox = Vec::new();
    for n in 0..300 {
        mbox.extend_from_slice(
            format!("From x Mon Feb  9 10:15:28 2026\nMessage-ID: <{n}@x.example>\n\n{n}\n\n").as_bytes(),
        );
    }
    let from = folder.path().join("posta");
    fs::create_dir(&from).unwrap();
    fs::write(from.join("0.mbox"), mbox).unwrap();
    for n in 0..3000 {
        fs::write(from.join(format!("x{n:04}.eml")), format!("Message-ID: <x{n}@x.example>\r\n\r\n{n}\r\n")).unwrap();
    }
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let intake = Intake::new(scene.trust(), scene.now());
    let paths = [from];
    let mut batches = 0;
    let first = archive.import(&Actor::host(), &intake, &paths, &mut |_| {
        batches += 1;
        // The mbox and the files beside it in the batch after it are stored.
        if batches == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let first = first.unwrap();
    assert!(!first.complete, "{first:?}");
    let second = archive.import(&Actor::host(), &intake, &paths, &mut watch).unwrap();
    // Nothing that was stored is read again.
    assert_eq!((second.known, first.new + second.new), (0, 3300), "{first:?} {second:?}");
}

#[test]
fn what_lies_beside_mail_in_a_folder_is_told_and_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (mail, archive) = (folder.path().join("posta"), Archive::create(&folder.path().join("a.pecarchive")).unwrap());
    fs::create_dir_all(mail.join("Maildir/cur")).unwrap();
    fs::create_dir_all(mail.join("Maildir/new")).unwrap();
    let trust = TrustStore::built_in();
    let intake = Intake::new(&trust, "2026-02-09T10:00:00Z".parse().unwrap());
    let separator = "From - Mon Feb  9 10:15:30 2026\n";
    for (name, content) in [
        ("uno", "Subject: 1\n\nuno\n".into()),
        ("rotto.eml", "\u{1}\u{2} non si legge\n".into()),
        ("Maildir/cur/1:2,S", "\u{1}\u{2} nemmeno\n".into()),
        ("Inbox.msf", "// <!-- <mdb:mork:z v=\"1.4\"/> -->\n".into()),
        ("pianta.pdf", "%PDF-1.7\n".into()),
        ("vecchia.pst", format!("!BDN{}", "x".repeat(3000))),
        ("Sent", "From \r\nA: 3\r\n\r\ntre\r\n\r\nFrom \r\nA: 4\r\n\r\nFrom \r\nqui\r\n".into()),
        ("rientrata", format!(" {separator}A: 5\n\ncinque\n")),
        (
            "Inbox",
            format!(
                "\u{feff}\n{separator}A: 1\n\nFrom our call of Mon Feb 9, 2026: we agree.\n\n{separator}A: 2\n\ndue\n"
            ),
        ),
    ] {
        fs::write(mail.join(name), content).unwrap();
    }
    let mut limits = Limits::DEFAULT;
    limits.message_bytes = 2000;
    let import = |paths: &[PathBuf], intake: &Intake<'_>| {
        archive.import(&Actor::host(), intake, paths, &mut |_| ControlFlow::Continue(())).unwrap()
    };
    let imported = import(std::slice::from_ref(&mail), &intake.limits(limits));
    let mut told: Vec<&str> = imported.exceptions.iter().map(|told| told.place.rsplit('/').next().unwrap()).collect();
    told.sort_unstable();
    assert_eq!((imported.new, told), (7, vec!["Inbox.msf", "pianta.pdf", "rientrata", "vecchia.pst"]));
    assert!(imported.exceptions.iter().all(|told| told.it.contains("non è un messaggio")), "{imported:?}");
    // Both of the mbox came out whole.
    let texts: Vec<Vec<u8>> = archive
        .search(&Actor::host(), &Query::default(), None, 9)
        .unwrap()
        .entries
        .iter()
        .map(|entry| archive.get(&Actor::host(), entry.id).unwrap())
        .collect();
    for whole in [
        "A: 1\n\nFrom our call of Mon Feb 9, 2026: we agree.\n",
        "A: 2\n\ndue\n",
        "A: 3\r\n\r\ntre\r\n",
        "A: 4\r\n\r\nFrom \r\nqui\r\n",
    ] {
        assert!(texts.iter().any(|text| text == whole.as_bytes()), "{whole}");
    }
    // What is named itself is taken, whatever it is.
    let named = import(&[mail.join("pianta.pdf")], &intake);
    assert_eq!((named.new, named.exceptions.len()), (1, 0));
}

#[test]
fn files_that_were_imported_are_found_in_another_mailbox_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let file = folder.path().join("uno.eml");
    fs::write(&file, "Subject: 1\r\n\r\nuno\r\n").unwrap();
    let trust = TrustStore::built_in();
    let intake = Intake::new(&trust, "2026-02-09T10:00:00Z".parse().unwrap());
    let import = |mailbox| {
        let watch = &mut |_| ControlFlow::Continue(());
        let done =
            archive.import(&Actor::host(), &intake.mailbox(mailbox), std::slice::from_ref(&file), watch).unwrap();
        (done.new, done.known, done.skipped)
    };
    assert_eq!([import(""), import("anna@pec.it"), import("Anna@PEC.it")], [(1, 0, 0), (0, 1, 0), (0, 0, 1)]);
    let found = archive.search(&Actor::host(), &Query::parse("casella:anna@pec.it").unwrap(), None, 9).unwrap();
    assert_eq!((found.entries.len(), import("")), (1, (0, 0, 1)));
}
