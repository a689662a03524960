//! Rules and what they do; what has happened, told in its order.

use pec_archive::{Action, Actor, Archive, Event, Happened, Id, Intake, Progressed, Reached, Rule, Stored, Submission};

use crate::scene::{ANNA, FULL, OFFICE, Scene};

fn fresh() -> (tempfile::TempDir, Archive) {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("posta.pecarchive")).unwrap();
    (folder, archive)
}

fn events(archive: &Archive) -> Vec<Event> {
    archive.events(&Actor::host(), 0, 1000).unwrap()
}

/// The states that were told of, in their order.
fn told(events: &[Event]) -> Vec<(String, String)> {
    let states = events.iter().filter_map(|event| match &event.what {
        Happened::State { recipient, to, .. } => Some((recipient.clone(), to.clone())),
        _ => None,
    });
    states.collect()
}

#[test]
fn row_79_whoever_follows_is_told_of_each_state_once_and_again_until_he_has_finished() {
    let scene = Scene::new(1000);
    let (_folder, archive) = fresh();
    let host = Actor::host();
    let intake = Intake::new(scene.trust(), scene.now()).mailbox(ANNA);
    let submission = Submission { sender: ANNA, recipients: &[OFFICE, FULL], at: scene.now() };
    archive.put_submitted(&host, &intake, scene.sent.clone(), &submission).unwrap();
    // Receipts come one by one, in whatever order.
    let mut receipts = scene.mailbox(ANNA);
    receipts.rotate_left(1);
    for receipt in &receipts {
        archive.put(&host, &intake, receipt.clone()).unwrap();
    }
    let all = archive.next_events(&host, "gestionale", 1000).unwrap();
    let stored = all.iter().filter(|event| matches!(event.what, Happened::Stored { .. })).count();
    assert_eq!(stored, receipts.len() + 1);
    let states = told(&all);
    let last = |address: &str| states.iter().rfind(|(recipient, _)| recipient == address).unwrap().1.clone();
    assert_eq!((last(OFFICE).as_str(), last(FULL).as_str()), ("delivered", "failed"), "{states:?}");
    for (n, state) in states.iter().enumerate() {
        assert!(n == 0 || states[..n].iter().rfind(|other| other.0 == state.0).is_none_or(|other| other.1 != state.1));
    }
    // Until he says that he has finished, he is told again; what nobody stored tells nothing.
    assert_eq!(archive.next_events(&host, "gestionale", 1000).unwrap(), all);
    let middle = all[all.len() / 2].n;
    archive.finished(&host, "gestionale", middle).unwrap();
    archive.finished(&host, "gestionale", 1).unwrap();
    let rest = archive.next_events(&host, "gestionale", 1000).unwrap();
    assert_eq!(rest, all[all.len() / 2 + 1..]);
    assert_eq!(archive.next_events(&host, "altro", 1000).unwrap(), all);
    assert_eq!(archive.put(&host, &intake, receipts[0].clone()).unwrap().stored, Stored::Known);
    archive.rebuild_index(&host, &intake, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
    assert_eq!(events(&archive), all);
}

#[test]
fn row_77_a_rule_acts_once_and_says_why() {
    let scene = Scene::new(1000);
    let (_folder, archive) = fresh();
    let host = Actor::host();
    let intake = Intake::new(scene.trust(), scene.now()).mailbox(OFFICE);
    let puts = archive.put_batch(&host, &intake, scene.mailbox(OFFICE)).unwrap();
    let id = puts[0].id;
    let contracts = Rule::new(
        "contratti",
        "oggetto:contratto da:anna tipo:busta -oggetto:bozza",
        vec![Action::File("Contratti 2026".into()), Action::Assign("giulia".into()), Action::Hold("verifica".into())],
    )
    .unwrap();
    let invoices = Rule::new("fatture", "oggetto:fattura", vec![Action::Tag("fattura".into())]).unwrap();
    let forward = Rule::new("inoltro", "", vec![Action::Forward("capo@ditta.example".into())]).unwrap().suggesting();

    let explained = archive.explain(&host, &contracts, id).unwrap();
    assert!(explained.holds(), "{explained:?}");
    assert_eq!(explained.conditions[2], ("tipo:posta-certificata".to_owned(), true));
    let explained = archive.explain(&host, &invoices, id).unwrap();
    assert_eq!(explained.conditions, [("oggetto:fattura".to_owned(), false)]);
    assert!(archive.entry(&host, id).unwrap().tags.is_empty(), "explaining does nothing");

    let rules = [contracts, invoices, forward];
    let filed = archive.file(&host, &rules, &[id], scene.now()).unwrap();
    let names: Vec<(&str, bool)> = filed.iter().map(|filed| (filed.rule.as_str(), filed.suggested)).collect();
    assert_eq!(names, [("contratti", false), ("inoltro", true)]);
    assert_eq!(archive.entry(&host, id).unwrap().tags, ["assegnato/giulia", "fascicolo/Contratti 2026"]);
    assert!(archive.file(&host, &rules, &[id], scene.now()).unwrap().is_empty(), "each rule once");

    let waiting = archive.suggestions(&host, 10).unwrap();
    assert_eq!((waiting.len(), waiting[0].rule.as_str(), waiting[0].id), (1, "inoltro", id));
    archive.accept(&host, id, "inoltro", scene.now()).unwrap();
    assert!(
        archive.accept(&host, id, "inoltro", scene.now()).is_err() && archive.dismiss(&host, id, "inoltro").is_err()
    );
    assert!(archive.suggestions(&host, 10).unwrap().is_empty());
    let filed = events(&archive).into_iter().filter_map(|event| match event.what {
        Happened::Filed { rule, actions } => Some((rule, actions.len())),
        _ => None,
    });
    assert_eq!(filed.collect::<Vec<_>>(), [("contratti".to_owned(), 3), ("inoltro".to_owned(), 1)]);
}

#[test]
fn a_rule_says_why_for_a_message_that_is_not_here_as_it_would_if_it_were_and_nothing_stays() {
    let scene = Scene::new(1000);
    let (_folder, archive) = fresh();
    let host = Actor::host();
    let intake = Intake::new(scene.trust(), scene.now()).mailbox(ANNA);
    let submission = Submission { sender: ANNA, recipients: &[OFFICE, FULL], at: scene.now() };
    archive.put_submitted(&host, &intake, scene.sent.clone(), &submission).unwrap();
    let before = (archive.stats(&host).unwrap(), events(&archive), archive.log_root(&host).unwrap());
    let rule = |query: &str| Rule::new("prova", query, vec![Action::Tag("x".into())]).unwrap();
    let queries =
        ["tipo:consegna stato:consegnato", "oggetto:contratto casella:anna@pec.alfa.example", "oggetto:bozza", ""];
    let receipts = scene.mailbox(ANNA);
    let unseen: Vec<_> = receipts
        .iter()
        .flat_map(|receipt| queries.map(|query| archive.explain_bytes(&intake, &rule(query), receipt).unwrap()))
        .collect();
    assert_eq!((archive.stats(&host).unwrap(), events(&archive), archive.log_root(&host).unwrap()), before);
    assert!(unseen.iter().any(|explained| explained.conditions.len() == 2 && explained.holds()));
    assert!(unseen.iter().any(|explained| !explained.holds()));
    // Each beside what is here, as the archive then says of it.
    for (receipt, before) in receipts.iter().zip(unseen.chunks(queries.len())) {
        let (_folder, archive) = fresh();
        archive.put_submitted(&host, &intake, scene.sent.clone(), &submission).unwrap();
        let id = archive.put(&host, &intake, receipt.clone()).unwrap().id;
        let after: Vec<_> = queries.iter().map(|query| archive.explain(&host, &rule(query), id).unwrap()).collect();
        assert_eq!(before, after);
        assert_eq!(
            archive.explain_bytes(&intake, &rule(queries[0]), receipt).unwrap(),
            after[0],
            "one that is here too"
        );
    }
    // What no reader understands is explained as well.
    assert!(archive.explain_bytes(&intake, &rule(""), b"\0\xff").unwrap().holds());
    assert!(!archive.explain_bytes(&intake, &rule("oggetto:contratto"), b"").unwrap().holds());
}

#[test]
fn whoever_follows_from_now_is_told_of_nothing_before_and_begins_once() {
    let (_folder, archive) = fresh();
    let host = Actor::host();
    let trust = pec_core::trust::TrustStore::built_in();
    let intake = Intake::new(&trust, "2026-02-09T10:00:00Z".parse().unwrap());
    let put = |text: &str| archive.put(&host, &intake, text.as_bytes().to_vec()).unwrap().id;
    put("a");
    assert!(archive.follow_from_now(&host, "recapito").unwrap());
    assert!(archive.next_events(&host, "recapito", 10).unwrap().is_empty());
    let second = put("b");
    assert!(!archive.follow_from_now(&host, "recapito").unwrap());
    let next = archive.next_events(&host, "recapito", 10).unwrap();
    assert_eq!(next.iter().map(|event| event.id).collect::<Vec<_>>(), [Some(second)]);
    assert!(archive.tickets_of(&host, second).unwrap().is_empty());
    assert!(archive.follow_from_now(&host, " ").is_err());
}

#[test]
fn the_same_bytes_in_another_mailbox_are_told_once_for_each_mailbox_whatever_the_case_of_its_name() {
    let (_folder, archive) = fresh();
    let host = Actor::host();
    let trust = pec_core::trust::TrustStore::built_in();
    let intake = Intake::new(&trust, "2026-02-09T10:00:00Z".parse().unwrap());
    let (one, two) = (b"Subject: a\r\n\r\nb\r\n".to_vec(), b"Subject: c\r\n\r\nd\r\n".to_vec());
    let (one_id, two_id) = (Id::of(&one), Id::of(&two));
    archive.put(&host, &intake, one.clone()).unwrap();
    for mailbox in ["Uno@x.example", "uno@X.example", "due@x.example", "UNO@x.example", "due@x.example", ""] {
        let batch = vec![one.clone(), two.clone(), one.clone(), two.clone()];
        archive.put_batch(&host, &intake.mailbox(mailbox), batch).unwrap();
    }
    let stored = |mailbox: Option<&str>| Happened::Stored { mailbox: mailbox.map(str::to_owned) };
    let found = |mailbox: &str| Happened::Found { mailbox: mailbox.to_owned() };
    let told: Vec<_> = events(&archive).into_iter().map(|event| (event.id.unwrap(), event.what)).collect();
    let expected = [
        (one_id, stored(None)),
        (two_id, stored(Some("uno@x.example"))),
        (one_id, found("uno@x.example")),
        (one_id, found("due@x.example")),
        (two_id, found("due@x.example")),
    ];
    assert_eq!(told, expected);
    assert_eq!(archive.entry(&host, one_id).unwrap().mailboxes, ["due@x.example", "uno@x.example"]);
    let query = pec_archive::search::Query::parse("casella:Due@X.example").unwrap();
    assert_eq!(archive.search(&host, &query, None, 10).unwrap().entries.len(), 2);
}

#[test]
fn what_is_gone_from_the_server_is_told_and_an_erased_message_takes_its_events_along() {
    let (_folder, archive) = fresh();
    let host = Actor::host();
    let trust = pec_core::trust::TrustStore::built_in();
    let now: jiff::Timestamp = "2026-02-09T10:00:00Z".parse().unwrap();
    let intake = Intake::new(&trust, now).mailbox(OFFICE);
    let id = archive.put(&host, &intake, b"Subject: a\r\n\r\nb\r\n".to_vec()).unwrap().id;
    let reached = Reached { uid_validity: 1, last_uid: 7, mod_seq: None };
    let stored = Progressed { stored: &[(7, id)], ..Progressed::default() };
    archive.advance(&host, OFFICE, "INBOX", reached, &stored, now).unwrap();
    let gone = Progressed { gone: &[7, 8], ..Progressed::default() };
    assert_eq!(archive.advance(&host, OFFICE, "INBOX", reached, &gone, now).unwrap(), [id]);
    assert!(archive.advance(&host, OFFICE, "INBOX", reached, &gone, now).unwrap().is_empty());
    let kinds: Vec<&str> = events(&archive).iter().map(|event| event.what.kind()).collect();
    assert_eq!(kinds, ["stored", "gone"]);
    let unknown = Progressed { stored: &[(9, Id::of(b"nobody"))], ..Progressed::default() };
    assert!(archive.advance(&host, OFFICE, "INBOX", reached, &unknown, now).is_err());

    archive.erase(&host, "2040-01-01T00:00:00Z".parse().unwrap(), &[id], "prova").unwrap();
    assert!(events(&archive).is_empty());
    assert!(archive.present(&host, OFFICE, "INBOX").unwrap().is_empty());
}

#[test]
fn a_rule_that_cannot_be_meant_is_refused_when_it_is_made() {
    for (name, query, actions) in [
        ("", "a", vec![]),
        ("a", "stato:felice", vec![]),
        ("a", "\"", vec![]),
        ("a", "b", vec![Action::Tag(" ".into())]),
        ("a", "b", vec![Action::Forward(String::new())]),
    ] {
        assert!(Rule::new(name, query, actions).is_err());
    }
}
