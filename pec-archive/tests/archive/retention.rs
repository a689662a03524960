//! Terms, holds, and what may be erased.

use crate::scene::{ANNA, OFFICE, Scene};
use std::ops::ControlFlow;

use jiff::Timestamp;
use pec_archive::search::Query;
use pec_archive::{Actor, Archive, Erasure, Error, Id, Intake, Kept};
use pec_core::trust::TrustStore;

struct Kit {
    scene: Scene,
    path: std::path::PathBuf,
    archive: Archive,
    _folder: tempfile::TempDir,
}

impl Kit {
    fn new() -> Self {
        let scene = Scene::new(20_000);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pecarchive");
        let archive = Archive::create(&path).unwrap();
        let intake = Intake::new(scene.trust(), scene.now());
        archive.put(&Actor::host(), &intake, scene.sent.clone()).unwrap();
        archive.put_batch(&Actor::host(), &intake, scene.mailbox(ANNA)).unwrap();
        Self { scene, path, archive, _folder: folder }
    }

    fn all(&self) -> Vec<Id> {
        self.scene.mailbox(ANNA).iter().map(|message| Id::of(message)).chain([Id::of(&self.scene.sent)]).collect()
    }

    fn erase(&self, at: &str, ids: &[Id]) -> Vec<Erasure> {
        self.archive.erase(&Actor::named("archivista"), at.parse().unwrap(), ids, "scarto d'archivio 2036").unwrap()
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn nothing_is_erased_before_its_term_or_while_it_is_held() {
    let kit = Kit::new();
    let host = Actor::host();
    let sent = Id::of(&kit.scene.sent);
    // Ten years after its own date; but the dossier ends with its last receipt, some seconds later.
    let [Erasure::Refused(Kept::Until(ends))] = kit.erase("2036-02-09T09:15:29Z", &[sent])[..] else { panic!() };
    assert!(ends > at("2036-02-09T09:15:29Z") && ends < at("2036-02-11T00:00:00Z"), "{ends}");
    kit.archive.hold(&host, kit.scene.now(), &[sent], "causa 12/2026").unwrap();
    assert_eq!(kit.erase("2040-01-01T00:00:00Z", &[sent]), [Erasure::Refused(Kept::HeldFor("causa 12/2026".into()))]);
    assert_eq!(kit.archive.get(&host, sent).unwrap(), kit.scene.sent);
    assert_eq!(kit.archive.release(&host, kit.scene.now(), "causa 12/2026").unwrap(), 1);
    assert!(matches!(kit.archive.release(&host, kit.scene.now(), "causa 12/2026"), Err(Error::NotFound(_))));
    assert!(matches!(kit.erase("2040-01-01T00:00:00Z", &[sent])[..], [Erasure::Erased { .. }]));
}

#[test]
fn who_asks_hears_what_keeps_a_message_and_what_a_case_holds() {
    let kit = Kit::new();
    let (host, now, sent) = (Actor::host(), kit.scene.now(), Id::of(&kit.scene.sent));
    assert_eq!(kit.archive.cases(&host).unwrap(), []);
    kit.archive.set_term(&host, now, "fiscale", 240).unwrap();
    kit.archive.classify(&host, now, &[sent], "fiscale").unwrap();
    kit.archive.hold(&host, now, &[sent], "verifica 2026").unwrap();
    kit.archive.hold(&host, now, &kit.all(), "causa 12/2026").unwrap();
    let cases = |archive: &Archive| -> Vec<(String, u64)> {
        archive.cases(&host).unwrap().into_iter().map(|case| (case.case, case.messages)).collect()
    };
    let all = kit.all().len() as u64;
    assert_eq!(cases(&kit.archive), [("causa 12/2026".into(), all), ("verifica 2026".into(), 1)]);
    assert_eq!(kit.archive.held(&host, "verifica 2026").unwrap(), [sent]);
    let (mut held, mut ids) = (kit.archive.held(&host, "causa 12/2026").unwrap(), kit.all());
    held.sort_unstable();
    ids.sort_unstable();
    assert_eq!(held, ids);
    assert!(matches!(kit.archive.held(&host, "altra"), Err(Error::NotFound(_))));
    assert!(matches!(kit.archive.retention(&host, Id::of(b"x")), Err(Error::NotFound(_))));

    let kept = kit.archive.retention(&host, sent).unwrap();
    assert_eq!((kept.id, kept.class.as_str()), (sent, "fiscale"));
    assert_eq!((&kept.cases[..], &kept.waits[..]), (&["causa 12/2026".into(), "verifica 2026".into()][..], &[][..]));
    // A receipt is kept as long as what it proves, and it is what erasing says.
    let receipt = *kit.all().iter().find(|id| **id != sent).unwrap();
    let of_receipt = kit.archive.retention(&host, receipt).unwrap();
    assert_eq!((of_receipt.until, of_receipt.class.as_str()), (kept.until, ""));
    for case in ["causa 12/2026", "verifica 2026"] {
        kit.archive.release(&host, now, case).unwrap();
    }
    assert_eq!(kit.archive.retention(&host, sent).unwrap().cases, [""; 0]);
    assert_eq!(kit.erase("2040-01-01T00:00:00Z", &[sent]), [Erasure::Refused(Kept::Until(kept.until))]);
    assert!(matches!(kit.erase("2046-02-11T00:00:00Z", &[sent])[..], [Erasure::Erased { .. }]));
}

#[test]
fn what_holds_a_message_holds_its_dossier() {
    let kit = Kit::new();
    let (host, now, sent) = (Actor::host(), kit.scene.now(), Id::of(&kit.scene.sent));
    let all = kit.all();
    kit.archive.hold(&host, now, &all[..1], "causa").unwrap();
    let kept = Erasure::Refused(Kept::HeldFor("causa".into()));
    assert_eq!(kit.erase("2040-01-01T00:00:00Z", &all), vec![kept.clone(); all.len()]);
    assert_eq!(kit.archive.retention(&host, sent).unwrap().cases, ["causa"]);
    // Not what belongs to none of its dossiers.
    let other = b"Message-ID: <altro@x.example>\r\n\r\naltro\r\n".to_vec();
    let other = kit.archive.put(&host, &Intake::new(kit.scene.trust(), now), other).unwrap().id;
    let erased = kit.erase("2040-01-01T00:00:00Z", &[other, sent]);
    assert!(matches!(erased[..], [Erasure::Erased { .. }, ref held] if *held == kept), "{erased:?}");
    kit.archive.release(&host, now, "causa").unwrap();
    assert!(kit.erase("2040-01-01T00:00:00Z", &all).iter().all(|done| matches!(done, Erasure::Erased { .. })));
}

#[test]
fn no_sender_says_when_the_term_of_his_message_begins() {
    let kit = Kit::new();
    let (host, now) = (Actor::host(), kit.scene.now());
    let put = |text: &str| {
        let intake = Intake::new(kit.scene.trust(), now);
        kit.archive.put(&host, &intake, text.replace('\n', "\r\n").into_bytes()).unwrap().id
    };
    // Stored in 2026, whatever they say.
    let old = put("Date: Fri, 1 Jan 1971 00:00:00 +0000\n\nuno\n");
    let claimed =
        put("Date: Fri, 1 Jan 1971 00:00:00 +0000\nX-Ricevuta: avvenuta-consegna\nSubject: CONSEGNA: x\n\ndue\n");
    let kept = |id| kit.archive.retention(&host, id).unwrap().until;
    for id in [old, claimed] {
        assert_eq!(kept(id), at("2036-02-09T10:00:00Z").max(kept(id)));
        assert!(matches!(kit.erase("2036-01-01T00:00:00Z", &[id])[..], [Erasure::Refused(Kept::Until(_))]));
    }
    let soon = |until| kit.archive.expiring(&host, now, at(until), 100).unwrap().terms.len();
    assert_eq!((soon("2030-01-01T00:00:00Z"), soon("2037-01-01T00:00:00Z")), (0, kit.all().len() + 2));
    // What was sent long ago, and is proven to have been, is kept from then on.
    let copy = kit.archive.retention(&host, Id::of(&kit.scene.sent)).unwrap().until;
    let late = Archive::create(&kit.path.with_extension("altro")).unwrap();
    let intake = Intake::new(kit.scene.trust(), at("2030-01-01T00:00:00Z"));
    late.put(&host, &intake, kit.scene.sent.clone()).unwrap();
    assert!(late.retention(&host, Id::of(&kit.scene.sent)).unwrap().until > at("2039-12-31T00:00:00Z"));
    late.put_batch(&host, &intake, kit.scene.mailbox(ANNA)).unwrap();
    assert_eq!(late.retention(&host, Id::of(&kit.scene.sent)).unwrap().until, copy);
}

/// Nobody signs the header: that a message is certified may be found out only later, by other trust data.
#[test]
fn what_is_certified_later_is_kept_from_the_date_that_is_certified() {
    let kit = Kit::new();
    let (host, now) = (Actor::host(), kit.scene.now());
    let envelope = kit.scene.mailbox(OFFICE).remove(0);
    let text = String::from_utf8(envelope).unwrap();
    let (before, dated) = text.split_once("Date: ").unwrap();
    let old = format!("{before}Date: Fri, 1 Jan 1971 00:00:00 +0000\r\n{}", dated.split_once("\r\n").unwrap().1);
    let trust = TrustStore::built_in();
    let until = |name: &str, first: &Intake<'_>| {
        let archive = Archive::create(&kit.path.with_extension(name)).unwrap();
        let id = archive.put(&host, first, old.clone().into_bytes()).unwrap().id;
        let judged = Intake::new(kit.scene.trust(), now);
        archive.reverify(&host, &judged, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(archive.entry(&host, id).unwrap().verdict, "certified");
        let kept = archive.retention(&host, id).unwrap().until;
        let erased = archive.erase(&host, at("2030-06-01T00:00:00Z"), &[id], "scarto").unwrap();
        assert_eq!(erased, [Erasure::Refused(Kept::Until(kept))]);
        kept
    };
    let known = until("noto", &Intake::new(kit.scene.trust(), now));
    assert!(known > at("2036-02-01T00:00:00Z"));
    assert_eq!(until("ignoto", &Intake::new(&trust, now)), known);
    // By a clock that was years behind.
    assert_eq!(until("orologio", &Intake::new(&trust, at("2020-01-01T00:00:00Z"))), known);
}

#[test]
fn a_term_is_a_thousand_years_at_most() {
    let kit = Kit::new();
    let (host, now, sent) = (Actor::host(), kit.scene.now(), Id::of(&kit.scene.sent));
    for months in [0, 12_001, u32::MAX] {
        assert!(matches!(
            kit.archive.set_term(&host, now, "sempre", months),
            Err(Error::BadValue { what: "months", .. })
        ));
    }
    kit.archive.set_term(&host, now, "sempre", 12_000).unwrap();
    kit.archive.classify(&host, now, &[sent], "sempre").unwrap();
    assert!(kit.archive.retention(&host, sent).unwrap().until.to_string().starts_with("3026-"));
    // As an older version has taken it.
    let connection = rusqlite::Connection::open(&kit.path).unwrap();
    connection.execute("UPDATE class SET months = 4000000 WHERE name = 'sempre'", []).unwrap();
    assert!(matches!(kit.erase("2900-01-01T00:00:00Z", &[sent])[..], [Erasure::Refused(Kept::Until(_))]));
}

#[test]
fn what_is_erased_is_gone_from_the_file_and_certified_in_the_log() {
    let kit = Kit::new();
    let host = Actor::host();
    let ids = kit.all();
    let erased = kit.erase("2036-03-01T00:00:00Z", &ids);
    for (erasure, id) in erased.iter().zip(&ids) {
        let Erasure::Erased { log } = erasure else { panic!("{erasure:?}") };
        let entry = kit.archive.log_entry(&host, *log).unwrap().unwrap();
        assert!(
            entry.starts_with("{\"at\":\"2036-03-01T00:00:00Z\",\"actor\":\"archivista\",\"what\":\"erase\""),
            "{entry}"
        );
        assert!(entry.contains(&id.to_string()) && entry.contains("\"reason\":\"scarto d'archivio 2036\""), "{entry}");
        assert!(matches!(kit.archive.get(&host, *id), Err(Error::NotFound(_))));
    }
    assert!(kit.archive.check(&host, &mut |_| std::ops::ControlFlow::Continue(())).unwrap().is_clean());
    drop(kit.archive);
    // Neither the words nor the names nor the bytes are left.
    for file in [kit.path.clone(), kit.path.with_extension("pecarchive-wal")] {
        let bytes = std::fs::read(&file).unwrap_or_default();
        for trace in [&b"planimetria"[..], b"forli", b"contratto", b"ufficio"] {
            assert!(!bytes.windows(trace.len()).any(|window| window == trace), "{}", String::from_utf8_lossy(trace));
        }
    }
}

#[test]
fn a_message_that_is_named_twice_is_erased_once() {
    let kit = Kit::new();
    let sent = Id::of(&kit.scene.sent);
    let (before, _) = kit.archive.log_root(&Actor::host()).unwrap();
    let erased = kit.erase("2040-01-01T00:00:00Z", &[sent, sent]);
    assert_eq!(erased, vec![Erasure::Erased { log: before }; 2]);
    assert_eq!(kit.archive.log_root(&Actor::host()).unwrap().0, before + 1);
}

#[test]
fn what_rests_on_erased_receipts_is_said_no_longer() {
    let kit = Kit::new();
    let host = Actor::host();
    let found = |query: &str| -> Vec<Id> {
        let page = kit.archive.search(&host, &Query::parse(query).unwrap(), None, 100).unwrap();
        page.entries.into_iter().map(|entry| entry.id).collect()
    };
    let (delivered, receipts) = (found("stato:consegnato"), found("tipo:avvenuta-consegna"));
    assert!(delivered.len() > receipts.len() && !receipts.is_empty());
    assert!(kit.erase("2040-01-01T00:00:00Z", &receipts).iter().all(|done| matches!(done, Erasure::Erased { .. })));
    assert_eq!(found("stato:consegnato"), []);
    // The rest is a dossier still: accepted, and kept together.
    let rest: Vec<Id> = kit.all().into_iter().filter(|id| !receipts.contains(id)).collect();
    kit.archive.hold(&host, kit.scene.now(), &rest[..1], "causa").unwrap();
    for id in &rest {
        assert_eq!(kit.archive.retention(&host, *id).unwrap().cases, ["causa"], "{id}");
    }
    // As when everything is judged anew: by the trust data that are kept.
    let states = || {
        ["in-attesa-accettazione", "accettato", "in-ritardo", "scaduto", "non-consegnato"]
            .map(|state| found(&format!("stato:{state}")))
    };
    let left = states();
    let now = at("2040-01-01T00:00:00Z");
    kit.archive.rebuild_index(&host, &Intake::new(kit.scene.trust(), now), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(states(), left);
    assert!(left.iter().any(|found| !found.is_empty()), "{left:?}");
    assert!(kit.archive.check(&host, &mut |_| ControlFlow::Continue(())).unwrap().is_clean());
}

/// Host's own authorities do not change the date of trust data: which of two were the last is told by the verdicts.
#[test]
fn what_is_left_of_a_dossier_is_judged_as_it_was_last() {
    let scene = Scene::new(1000);
    let folder = tempfile::tempdir().unwrap();
    let (host, now, sent) = (Actor::host(), scene.now(), Id::of(&scene.sent));
    let (built_in, watch) = (TrustStore::built_in(), |_| ControlFlow::Continue(()));
    let stores = [scene.trust().clone(), built_in];
    for (n, [first, last]) in [[&stores[0], &stores[1]], [&stores[1], &stores[0]]].into_iter().enumerate() {
        let archive = Archive::create(&folder.path().join(n.to_string())).unwrap();
        archive.put(&host, &Intake::new(first, now), scene.sent.clone()).unwrap();
        archive.put_batch(&host, &Intake::new(first, now), scene.mailbox(ANNA)).unwrap();
        archive.reverify(&host, &Intake::new(last, now), &mut { watch }).unwrap();
        let delivered = || {
            let query = Query::parse("stato:consegnato").unwrap();
            archive.search(&host, &query, None, 100).unwrap().entries.len()
        };
        let before = delivered();
        archive.erase(&host, at("2050-01-01T00:00:00Z"), &[sent], "scarto").unwrap();
        // The copy that was sent is gone; what the receipts prove is not.
        assert_eq!(delivered(), before.saturating_sub(1), "{n}");
        assert_eq!(before > 0, n == 1);
    }
}

#[test]
fn what_is_done_with_a_message_that_is_named_twice_is_logged_once() {
    let kit = Kit::new();
    let (host, now, sent) = (Actor::host(), kit.scene.now(), Id::of(&kit.scene.sent));
    let logged = || kit.archive.log_root(&host).unwrap().0;
    let before = logged();
    kit.archive.hold(&host, now, &[sent, sent], "causa").unwrap();
    assert_eq!(logged(), before + 1);
    kit.archive.classify(&host, now, &[sent, sent], "").unwrap();
    assert_eq!(logged(), before + 2);
}

#[test]
fn classes_have_terms_of_their_own() {
    let kit = Kit::new();
    let host = Actor::host();
    let now = kit.scene.now();
    let ids = kit.all();
    assert!(matches!(kit.archive.classify(&host, now, &ids, "pubblicità"), Err(Error::NotFound(_))));
    kit.archive.set_term(&host, now, "pubblicità", 12).unwrap();
    assert!(kit.archive.set_term(&host, now, "sempre", 0).is_err());
    kit.archive.classify(&host, now, &ids, "pubblicità").unwrap();
    assert_eq!(kit.archive.terms(&host).unwrap(), [(String::new(), 120), ("pubblicità".into(), 12)]);
    assert!(kit.erase("2027-03-01T00:00:00Z", &ids).iter().all(|erasure| matches!(erasure, Erasure::Erased { .. })));
}

#[test]
fn the_radar_names_terms_and_proofs_that_end() {
    let kit = Kit::new();
    let host = Actor::host();
    let soon = kit.archive.expiring(&host, at("2026-03-01T00:00:00Z"), at("2026-04-01T00:00:00Z"), 100).unwrap();
    assert_eq!((soon.terms.len(), soon.proofs.len()), (0, 0));
    let later = kit.archive.expiring(&host, at("2026-03-01T00:00:00Z"), at("2036-03-01T00:00:00Z"), 100).unwrap();
    assert_eq!(later.terms.len(), kit.all().len());
    assert_eq!(later.proofs.len(), kit.scene.mailbox(ANNA).len());
    let some = kit.archive.expiring(&host, at("2026-03-01T00:00:00Z"), at("2036-03-01T00:00:00Z"), 2).unwrap();
    assert_eq!((some.terms.len(), some.proofs.len()), (2, 2));
    // Overdue, and nothing covers them yet.
    let overdue = kit.archive.expiring(&host, at("2099-01-01T00:00:00Z"), at("2099-02-01T00:00:00Z"), 100).unwrap();
    assert_eq!(overdue.proofs, later.proofs);
    // They come first, but leave room for those that can be stamped in time.
    let second = later.proofs[0].expires.unwrap().as_second();
    let connection = rusqlite::Connection::open(&kit.path).unwrap();
    let sql = "UPDATE judged SET expires = expires + 9 WHERE verdict = 'certified' AND kind <> 'accettazione'";
    assert!(connection.execute(sql, []).unwrap() > 1);
    let between = |limit| {
        let now = Timestamp::from_second(second + 5).unwrap();
        let proofs = kit.archive.expiring(&host, now, at("2036-03-01T00:00:00Z"), limit).unwrap().proofs;
        proofs.into_iter().map(|entry| (entry.kind, entry.expires.unwrap().as_second() - second)).collect::<Vec<_>>()
    };
    let all = between(100);
    assert_eq!((all.len(), &all[0]), (later.proofs.len(), &("accettazione".to_owned(), 0)));
    assert!(all[1..].iter().all(|(_, after)| *after == 9), "{all:?}");
    assert_eq!(between(all.len() - 1), all[1..]);
    assert_eq!(between(1), all[1..2]);
    // What ends after the window is in none of both.
    assert_eq!(
        kit.archive.expiring(&host, at("2026-03-01T00:00:00Z"), at("2026-04-01T00:00:00Z"), 9).unwrap().proofs,
        []
    );
}
