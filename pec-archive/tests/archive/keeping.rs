//! The archive as a host uses it.

use std::ops::ControlFlow;

use crate::scene::{ANNA, FULL, OFFICE, Scene};
use pec_archive::{Actor, Archive, Error, Happened, Id, Intake, Stored, Submission, search::Query};

fn fresh() -> (tempfile::TempDir, Archive) {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("posta.pecarchive")).unwrap();
    (folder, archive)
}

fn found(archive: &Archive, query: &str) -> Vec<String> {
    let query = Query::parse(query).unwrap();
    let page = archive.search(&Actor::host(), &query, None, 100).unwrap();
    page.entries.into_iter().map(|entry| entry.kind).collect()
}

/// Everything of a scene, archived.
fn filled(scene: &Scene) -> (tempfile::TempDir, Archive) {
    let (folder, archive) = fresh();
    let intake = Intake::new(scene.trust(), scene.now());
    let host = Actor::host();
    archive.put(&host, &intake.mailbox("sent"), scene.sent.clone()).unwrap();
    for mailbox in [ANNA, OFFICE] {
        archive.put_batch(&host, &intake.mailbox(mailbox), scene.mailbox(mailbox)).unwrap();
    }
    (folder, archive)
}

#[test]
fn every_case_of_conformance_comes_back_byte_for_byte() {
    let (_folder, archive) = fresh();
    let trust = pec_core::trust::TrustStore::built_in();
    let intake = Intake::new(&trust, "2026-11-22T10:00:00Z".parse().unwrap());
    let cases = pec_sandbox::vectors::all().unwrap();
    let bytes: Vec<Vec<u8>> = cases.iter().map(|case| case.bytes.clone()).collect();
    let puts = archive.put_batch(&Actor::host(), &intake, bytes.clone()).unwrap();
    for (put, bytes) in puts.iter().zip(&bytes) {
        assert_eq!(put.id, Id::of(bytes));
        assert_eq!(&archive.get(&Actor::host(), put.id).unwrap(), bytes);
        let mut streamed = Vec::new();
        archive.get_to(&Actor::host(), put.id, &mut streamed).unwrap();
        assert_eq!(&streamed, bytes);
    }
    let again = archive.put_batch(&Actor::host(), &intake, bytes).unwrap();
    assert!(again.iter().all(|put| put.stored == Stored::Known));
    let check = archive.check(&Actor::host(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(check.is_clean(), "{check:?}");
}

#[test]
fn row_63_states_are_found_whatever_the_order_of_arrival() {
    let scene = Scene::new(10_000);
    let mut messages = scene.mailbox(ANNA);
    messages.push(scene.sent.clone());
    let expected = {
        let (_folder, archive) = filled(&scene);
        found(&archive, "stato:consegnato")
    };
    assert!(expected.len() >= 4, "{expected:?}");
    for turn in 0..messages.len() {
        let (_folder, archive) = fresh();
        let intake = Intake::new(scene.trust(), scene.now());
        messages.rotate_left(turn);
        for message in &messages {
            archive.put(&Actor::host(), &intake, message.clone()).unwrap();
        }
        assert_eq!(found(&archive, "stato:consegnato tipo:consegna"), ["avvenuta-consegna"]);
        assert_eq!(found(&archive, "stato:non-consegnato tipo:consegna"), ["avvenuta-consegna"]);
        assert_eq!(found(&archive, "stato:rifiutato"), [""; 0]);
        let ledger = archive.ledger(&Actor::host(), &intake, &scene.pec_id).unwrap();
        let states: Vec<_> = ledger
            .dossiers(scene.now())
            .flat_map(|dossier| dossier.recipients.into_iter().map(|r| r.state.as_str()))
            .collect();
        assert_eq!(states, ["delivered", "failed"]);
    }
}

#[test]
fn row_65_what_a_person_looks_for_is_found() {
    let scene = Scene::new(10_000);
    let (_folder, archive) = filled(&scene);
    // Accents and case do not matter; the original is searched inside its envelope and its receipts.
    for query in ["forli", "FORLÌ", "oggetto:perche", "\"contratto quadro\"", "contratt*", "allegato:planimetria"] {
        let kinds = found(&archive, query);
        for kind in ["ordinary", "posta-certificata", "avvenuta-consegna"] {
            assert!(kinds.iter().any(|found| found == kind), "{query}: {kinds:?}");
        }
    }
    assert_eq!(found(&archive, "forli -tipo:ordinario,busta,consegna,errore-consegna,accettazione"), [""; 0]);
    // A word that must not be there hides only the messages in which it is.
    assert_eq!(found(&archive, "forli -consegnato -certificata"), ["ordinary"]);
    assert_eq!(found(&archive, "tipo:accettazione da:anna"), ["accettazione"]);
    assert_eq!(found(&archive, &format!("id:{} tipo:errore-consegna", scene.pec_id)), ["errore-consegna"]);
    assert_eq!(found(&archive, "id:<1@ditta.example> tipo:ordinario"), ["ordinary"]);
    assert_eq!(found(&archive, "casella:sent"), ["ordinary"]);
    assert_eq!(found(&archive, "dopo:2026-02-10"), [""; 0]);
    assert_eq!(found(&archive, "prima:2026-02-10 tipo:busta"), ["posta-certificata"]);
    assert_eq!(found(&archive, "inesistente"), [""; 0]);
    // The attachment by what a person has on disk.
    let attachment = pec_core::message::Message::parse(&scene.sent[..], &pec_core::limits::Limits::DEFAULT);
    let bytes = attachment.attachments().next().unwrap().content().into_owned();
    assert!(found(&archive, &format!("impronta:{}", Id::of(&bytes))).len() >= 3);
}

#[test]
fn pages_are_stable_while_mail_comes_in() {
    let (_folder, archive) = fresh();
    let trust = pec_core::trust::TrustStore::built_in();
    let intake = Intake::new(&trust, "2026-02-10T10:00:00Z".parse().unwrap());
    let text =
        |n: u32| format!("Message-ID: <{n}@x.example>\r\nDate: Mon, 9 Feb 2026 10:00:{n:02} +0100\r\n\r\nparola\r\n");
    let put = |n: u32| archive.put(&Actor::host(), &intake, text(n).into_bytes()).unwrap();
    for n in 0..10 {
        put(n);
    }
    let query = Query::parse("parola").unwrap();
    let mut seen = Vec::new();
    let mut from = None;
    loop {
        let page = archive.search(&Actor::host(), &query, from, 3).unwrap();
        seen.extend(page.entries.into_iter().map(|entry| entry.message_id.unwrap()));
        // Newer mail in between.
        put(20 + seen.len() as u32);
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..10).rev().map(|n| format!("{n}@x.example")).collect();
    assert_eq!(seen, expected);
}

#[test]
fn what_was_submitted_waits_for_its_receipts() {
    let scene = Scene::new(10);
    let (_folder, archive) = fresh();
    let intake = Intake::new(scene.trust(), scene.now());
    let host = Actor::host();
    let submission =
        Submission { sender: ANNA, recipients: &[OFFICE, FULL], at: "2026-02-09T09:15:30Z".parse().unwrap() };
    archive.put_submitted(&host, &intake, scene.sent.clone(), &submission).unwrap();
    assert_eq!(found(&archive, "stato:pending"), ["ordinary"]);
    archive.put_batch(&host, &intake.mailbox(ANNA), scene.mailbox(ANNA)).unwrap();
    assert_eq!(found(&archive, "stato:pending"), [""; 0]);
    assert_eq!(found(&archive, "stato:consegnato tipo:ordinario"), ["ordinary"]);
}

#[test]
fn row_72_a_large_message_to_many_costs_little_more_than_one_copy() {
    let mut scene = Scene::new(5_000_000);
    // The network delivers to whom it knows: fifty further recipients.
    let recipients: Vec<String> = (0..50).map(|n| format!("ufficio{n}@cert.beta.example")).collect();
    for recipient in &recipients {
        scene.network.add(pec_sandbox::network::Mailbox::new(recipient)).unwrap();
    }
    let names: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let sent = String::from_utf8(crate::scene::message("2@ditta.example", "Circolare", 5_000_000)).unwrap();
    let sent = sent.replace(&format!("To: {OFFICE}, {FULL}"), &format!("To: {}", names.join(",\r\n ")));
    let submitted = scene.network.submit(ANNA, &names, sent.as_bytes()).unwrap();
    assert_eq!(submitted.answer, pec_sandbox::network::Answer::Accepted);
    scene.network.settle().unwrap();

    let (folder, archive) = fresh();
    let intake = Intake::new(scene.trust(), scene.network.time());
    let host = Actor::host();
    archive.put(&host, &intake, sent.clone().into_bytes()).unwrap();
    let mut stored = 1;
    for mailbox in names.iter().copied().chain([ANNA]) {
        for message in scene.mailbox(mailbox) {
            if String::from_utf8_lossy(&message).contains("Circolare") {
                let put = archive.put(&host, &intake.mailbox(mailbox), message.clone()).unwrap();
                assert_eq!(archive.get(&host, put.id).unwrap(), message);
                stored += 1;
            }
        }
    }
    assert_eq!(stored, 102);
    drop(archive);
    let size = std::fs::metadata(folder.path().join("posta.pecarchive")).unwrap().len();
    assert!(size as f64 <= 1.15 * sent.len() as f64, "{size} bytes for {}", sent.len());
}

#[test]
fn a_damaged_body_is_named_and_nothing_else_is_lost() {
    let scene = Scene::new(50_000);
    let (folder, archive) = filled(&scene);
    let path = folder.path().join("posta.pecarchive");
    drop(archive);
    let connection = rusqlite::Connection::open(&path).unwrap();
    let changed =
        connection.execute("UPDATE piece SET data = zeroblob(length(data)) WHERE length(data) > 30000", []).unwrap();
    assert_eq!(changed, 1);
    drop(connection);
    let archive = Archive::open(&path).unwrap();
    let host = Actor::host();
    let check = archive.check(&host, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(!check.is_clean());
    assert!(check.sound > 0 && check.damaged.len() >= 3, "{check:?}");
    assert!(check.damaged.iter().any(|(id, _)| *id == Id::of(&scene.sent).to_string()));
    assert!(matches!(archive.get(&host, Id::of(&scene.sent)), Err(Error::Damaged(_))));
}

#[test]
fn a_lost_index_is_made_anew_from_the_bodies() {
    let scene = Scene::new(5000);
    let (folder, archive) = filled(&scene);
    let queries = ["forli", "stato:consegnato", "tipo:consegna", "allegato:planimetria", "id:1@ditta.example"];
    let before: Vec<_> = queries.iter().map(|query| found(&archive, query)).collect();
    assert!(before.iter().all(|kinds| !kinds.is_empty()));
    drop(archive);
    let path = folder.path().join("posta.pecarchive");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch("DELETE FROM judged; DELETE FROM dossier; DELETE FROM about; DELETE FROM in_state")
        .unwrap();
    drop(connection);
    let archive = Archive::open(&path).unwrap();
    let host = Actor::host();
    let check = archive.check(&host, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(check.not_indexed > 0);
    let intake = Intake::new(scene.trust(), scene.now());
    archive.rebuild_index(&host, &intake, &mut |_| ControlFlow::Continue(())).unwrap();
    let after: Vec<_> = queries.iter().map(|query| found(&archive, query)).collect();
    assert_eq!(before, after);
    assert!(archive.check(&host, &mut |_| ControlFlow::Continue(())).unwrap().is_clean());
}

#[test]
fn other_trust_data_change_verdicts_and_say_which() {
    let scene = Scene::new(100);
    let (_folder, archive) = fresh();
    let host = Actor::host();
    let built_in = pec_core::trust::TrustStore::built_in();
    let stranger = Intake::new(&built_in, scene.now());
    archive.put_batch(&host, &stranger, scene.mailbox(ANNA)).unwrap();
    assert_eq!(found(&archive, "stato:consegnato"), [""; 0]);
    let intake = Intake::new(scene.trust(), scene.now());
    let changed = archive.reverify(&host, &intake, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(changed.len(), scene.mailbox(ANNA).len());
    assert!(changed.iter().all(|changed| changed.before != "certified" && changed.after.starts_with("certified")));
    assert!(!found(&archive, "stato:consegnato").is_empty());
    assert_eq!(archive.reverify(&host, &intake, &mut |_| ControlFlow::Continue(())).unwrap(), []);
    // Each is an entry of the log, and whoever follows what happens hears of it once.
    let (entries, _) = archive.log_root(&host).unwrap();
    let logged: Vec<String> = (0..entries).filter_map(|n| archive.log_entry(&host, n).unwrap()).collect();
    let judged: Vec<&String> = logged.iter().filter(|entry| entry.contains("\"what\":\"judged\"")).collect();
    assert_eq!(judged.len(), changed.len());
    assert!(
        judged.iter().all(|entry| entry.contains("\"before\":\"intact-but-untrusted\",\"after\":\"certified")),
        "{judged:?}"
    );
    let told: Vec<(String, Option<String>, String)> = archive
        .events(&host, 0, 1000)
        .unwrap()
        .into_iter()
        .filter_map(|event| match event.what {
            Happened::State { recipient, from, to, .. } => Some((recipient, from, to)),
            _ => None,
        })
        .collect();
    assert!(told.contains(&(OFFICE.to_owned(), None, "delivered".to_owned())), "{told:?}");
    assert_eq!(told.iter().filter(|(recipient, ..)| recipient == OFFICE).count(), 1, "{told:?}");
    // An index that is made anew has nothing to tell.
    archive.rebuild_index(&host, &intake, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(archive.log_root(&host).unwrap().0, entries);
    let again = archive.events(&host, 0, 1000).unwrap();
    assert_eq!(again.iter().filter(|event| matches!(event.what, Happened::State { .. })).count(), told.len());
    // Trust that is withdrawn takes the states with it, and what is missing is said.
    let changed = archive.reverify(&host, &stranger, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(changed.len(), scene.mailbox(ANNA).len());
    for changed in &changed {
        assert!(changed.findings.contains(&"cert.path".to_owned()), "{changed:?}");
        assert_eq!(changed.before_trust_data, scene.trust().data_date());
    }
    assert_eq!(found(&archive, "stato:consegnato"), [""; 0]);
}

#[test]
fn what_was_known_to_be_revoked_stays_so_for_whoever_brings_no_list() {
    let artefacts = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/artefacts/");
    let file = |name: &str| std::fs::read(format!("{artefacts}{name}")).unwrap();
    let trust = String::from_utf8(file("trust-sandbox.json")).unwrap();
    let trust = pec_core::trust::TrustStore::from_json(&trust).unwrap();
    let evidence = pec_core::trust::Evidence::none().with_crl(file("crl-key-compromise.crl"));
    let plain = Intake::new(&trust, "2026-11-22T10:00:00Z".parse().unwrap());
    let informed = plain.evidence(&evidence);
    let cases = pec_sandbox::vectors::all().unwrap();
    let case = |name: &str| cases.iter().find(|case| case.name == name).unwrap().bytes.clone();
    let messages = vec![case("kind-acceptance-a"), case("kind-transport-a")];
    let host = Actor::host();
    let watch = &mut |_| ControlFlow::Continue(());
    let verdicts = |archive: &Archive| -> Vec<String> {
        messages.iter().map(|bytes| archive.entry(&host, pec_archive::Id::of(bytes)).unwrap().verdict).collect()
    };
    let (folder, archive) = fresh();
    archive.put_batch(&host, &informed, messages.clone()).unwrap();
    let revoked = verdicts(&archive);
    assert!(revoked.iter().all(|verdict| !verdict.starts_with("certified")), "{revoked:?}");
    let counting = |intake: &Intake<'_>| {
        let pec_id = archive.entry(&host, pec_archive::Id::of(&messages[0])).unwrap().pec_id.unwrap_or_default();
        let ledger = archive.ledger(&host, intake, &pec_id).unwrap();
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        ledger
            .dossiers(now)
            .flat_map(|dossier| dossier.events.iter().map(|event| format!("{:?}", event.standing)).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    assert_eq!(counting(&plain), counting(&informed));
    for (bytes, verdict) in messages.iter().zip(&revoked) {
        let (message, verification) = archive.verify(&host, &plain, pec_archive::Id::of(bytes)).unwrap();
        assert_eq!((message.bytes(), verification.verdict().as_str()), (&bytes[..], verdict.as_str()));
    }
    assert_eq!(archive.reverify(&host, &plain, watch).unwrap(), []);
    archive.rebuild_index(&host, &plain, watch).unwrap();
    assert_eq!(verdicts(&archive), revoked);
    let path = folder.path().join("salvata.pecarchive");
    Archive::salvage(&host, &plain, &folder.path().join("posta.pecarchive"), &path, watch).unwrap();
    assert_eq!(verdicts(&Archive::open(&path).unwrap()), revoked);

    // What comes to be known later is kept as well.
    let (_folder, archive) = fresh();
    archive.put_batch(&host, &plain, messages.clone()).unwrap();
    assert!(verdicts(&archive).iter().all(|verdict| verdict.starts_with("certified")));
    assert_eq!(archive.reverify(&host, &informed, watch).unwrap().len(), 2);
    assert_eq!(verdicts(&archive), revoked);
    assert_eq!(archive.reverify(&host, &plain, watch).unwrap(), []);
    assert!(archive.check(&host, watch).unwrap().is_clean());

    // A list that is damaged makes nothing better: what was found by it stays, and it is named.
    let list = "UPDATE piece SET data = x'00' WHERE id / 1048576 IN (SELECT body FROM evidence WHERE kind = 'crl')";
    assert!(rusqlite::Connection::open(archive.path()).unwrap().execute(list, []).unwrap() > 0);
    assert_eq!(archive.reverify(&host, &plain, watch).unwrap(), []);
    assert_eq!(verdicts(&archive), revoked);
    assert!(matches!(archive.verify(&host, &plain, pec_archive::Id::of(&messages[0])), Err(Error::Damaged(_))));
    assert!(!archive.check(&host, watch).unwrap().is_clean());
    // Whoever brings it again makes it whole: nothing new rests on what is damaged.
    assert_eq!(archive.reverify(&host, &informed, watch).unwrap(), []);
    assert!(archive.check(&host, watch).unwrap().is_clean());
    assert_eq!(archive.reverify(&host, &plain, watch).unwrap(), []);
    assert_eq!(verdicts(&archive), revoked);
}

#[test]
fn the_log_beside_the_file_gives_back_what_a_large_message_took() {
    let scene = Scene::new(3000);
    let (folder, archive) = fresh();
    let intake = Intake::new(scene.trust(), scene.now());
    let log = || std::fs::metadata(folder.path().join("posta.pecarchive-wal")).unwrap().len();
    let mut large = b"Subject: disegni\r\n\r\n".to_vec();
    let mut state = 1_u64;
    // Bytes that nothing makes shorter.
    while large.len() < 48 << 20 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        large.extend_from_slice(&state.to_le_bytes());
    }
    archive.put(&Actor::host(), &intake, large).unwrap();
    assert!(log() > 48 << 20);
    archive.put(&Actor::host(), &intake, scene.sent.clone()).unwrap();
    assert!(log() <= 32 << 20, "{}", log());
}

#[test]
fn a_backup_is_an_archive() {
    let scene = Scene::new(3000);
    let (folder, archive) = filled(&scene);
    let copy = folder.path().join("copia è.pecarchive");
    archive.backup(&Actor::host(), &copy).unwrap();
    assert!(matches!(archive.backup(&Actor::host(), &copy), Err(Error::Exists(_))));
    // No folder: it is not the disk that fails, and nothing is made.
    let nowhere = folder.path().join("non c'è");
    match archive.backup(&Actor::host(), &nowhere.join("copia")) {
        Err(Error::File { path, source }) => {
            assert_eq!((path, source.kind()), (nowhere.join("copia"), std::io::ErrorKind::NotFound));
        }
        other => panic!("{other:?}"),
    }
    assert!(!nowhere.exists());
    let copy = Archive::open_read_only(&copy).unwrap();
    assert_eq!(copy.get(&Actor::host(), Id::of(&scene.sent)).unwrap(), scene.sent);
    assert_eq!(found(&copy, "stato:consegnato"), found(&archive, "stato:consegnato"));
    let intake = Intake::new(scene.trust(), scene.now());
    assert!(matches!(copy.put(&Actor::host(), &intake, b"x".to_vec()), Err(Error::ReadOnly)));
}

#[test]
fn bad_mail_is_kept_and_set_apart() {
    let scene = Scene::new(3000);
    let (_folder, archive) = fresh();
    let intake = Intake::new(scene.trust(), scene.now());
    let receipts = scene.mailbox(ANNA);
    let mut altered =
        receipts.iter().find(|message| String::from_utf8_lossy(message).contains("avvenuta-consegna")).unwrap().clone();
    let inside = altered.windows(6).rposition(|six| six == b"Forl\xc3\xac").unwrap();
    altered[inside] = b'f';
    let put = archive.put(&Actor::host(), &intake, altered.clone()).unwrap();
    let entry = archive.entry(&Actor::host(), put.id).unwrap();
    assert_eq!((entry.verdict.as_str(), entry.quarantine.is_empty()), ("altered", false));
    assert_eq!(archive.get(&Actor::host(), put.id).unwrap(), altered);
    // Not even what cannot be a message is refused.
    for odd in [&b""[..], b"\0\xff\n", &[b'a'; 100_000]] {
        let put = archive.put(&Actor::host(), &intake, odd.to_vec()).unwrap();
        assert_eq!(archive.get(&Actor::host(), put.id).unwrap(), odd);
    }
}

#[test]
fn a_handle_that_has_checked_before_finds_no_damage_in_what_was_changed_since() {
    let scene = Scene::new(10_000);
    let (_folder, archive) = fresh();
    let (host, intake) = (Actor::host(), Intake::new(scene.trust(), scene.now()));
    let check = || archive.check(&host, &mut |_| ControlFlow::Continue(())).unwrap();
    let puts: Vec<_> =
        scene.mailbox(ANNA).into_iter().map(|message| archive.put(&host, &intake, message).unwrap()).collect();
    assert!(check().is_clean());
    // The index of words is written anew, by another connection than that which has checked.
    archive.erase(&host, "2040-01-01T00:00:00Z".parse().unwrap(), &[puts[0].id], "termine").unwrap();
    let after = check();
    assert!(after.is_clean(), "{after:?}");
}
