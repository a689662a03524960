//! A whole archive over it.

use std::ops::ControlFlow;

use jiff::Timestamp;
use pec_core::trust::TrustStore;

use crate::search::Query;
use crate::store::{Backend, PIECE};
use crate::{Actor, Archive, Check, Erasure, Error, Id, Intake, Kept, Stored, Submission};

fn now() -> Timestamp {
    "2026-02-09T10:00:00Z".parse().unwrap()
}

fn message(n: u32, body: &str) -> Vec<u8> {
    format!(
        "From: Anna <anna@ditta.example>\r\nTo: ufficio@cert.example\r\nMessage-ID: <{n}@ditta.example>\r\n\
         Date: Mon, 9 Feb 2026 09:00:0{n} +0100\r\nSubject: Contratto {n}\r\n\r\n{body}\r\n"
    )
    .into_bytes()
}

fn found(archive: &Archive, query: &str) -> Vec<Id> {
    let page = archive.search(&Actor::host(), &Query::parse(query).unwrap(), None, 100).unwrap();
    page.entries.iter().map(|entry| entry.id).collect()
}

fn check(archive: &Archive) -> Check {
    archive.check(&Actor::host(), &mut |_| ControlFlow::Continue(())).unwrap()
}

/// Messages come back byte for byte, are found, held, kept for their term, erased and logged.
pub fn an_archive_over_it_gives_back_what_was_put<B: Backend + 'static>(backend: B) {
    let archive = Archive::over(backend).unwrap();
    let (host, trust) = (Actor::host(), TrustStore::built_in());
    let intake = Intake::new(&trust, now()).mailbox("ufficio@cert.example");
    let messages: Vec<Vec<u8>> = (0..4).map(|n| message(n, &"Buongiorno a Forlì. ".repeat(200))).collect();
    let puts = archive.put_batch(&host, &intake, messages[..3].to_vec()).unwrap();
    assert!(puts.iter().all(|put| put.stored == Stored::New));
    let again = archive.put_batch(&host, &intake, vec![messages[0].clone(), messages[3].clone(), messages[3].clone()]);
    let stored: Vec<Stored> = again.unwrap().iter().map(|put| put.stored).collect();
    assert_eq!(stored, [Stored::Known, Stored::New, Stored::Known]);
    let submission = Submission { sender: "anna@ditta.example", recipients: &["ufficio@cert.example"], at: now() };
    archive.put_submitted(&host, &intake, messages[1].clone(), &submission).unwrap();

    let ids: Vec<Id> = messages.iter().map(|bytes| Id::of(bytes)).collect();
    for (id, bytes) in ids.iter().zip(&messages) {
        assert_eq!(archive.get(&host, *id).unwrap(), *bytes);
        assert_eq!(archive.entry(&host, *id).unwrap().mailboxes, ["ufficio@cert.example"]);
    }
    assert_eq!(found(&archive, "contratto forli"), [ids[3], ids[2], ids[1], ids[0]]);
    assert_eq!(found(&archive, "stato:in-attesa"), [ids[1]]);
    assert_eq!(archive.messages_about(&host, "<1@ditta.example>").unwrap(), [ids[1]]);
    assert_eq!(archive.ledger(&host, &intake, "1@ditta.example").unwrap().dossiers(now()).count(), 1);

    archive.hold(&host, now(), &ids[..1], "causa").unwrap();
    let later = "2040-01-01T00:00:00Z".parse().unwrap();
    let erased = archive.erase(&host, later, &ids[..3], "termine").unwrap();
    assert_eq!(erased[0], Erasure::Refused(Kept::HeldFor("causa".into())));
    assert!(erased[1..].iter().all(|erasure| matches!(erasure, Erasure::Erased { .. })));
    assert!(matches!(archive.get(&host, ids[1]), Err(Error::NotFound(_))));
    assert_eq!(found(&archive, "contratto"), [ids[3], ids[0]]);
    let check = check(&archive);
    assert!(check.is_clean() && check.sound == 2, "{check:?}");
    // Four puts, one hold, two erasures.
    assert_eq!(archive.log_root(&host).unwrap().0, 7);
    archive.scrub(&host).unwrap();
    assert_eq!(archive.collect(&host).unwrap().bodies, 0);
}

/// The index is worked out anew, and is the same.
pub fn an_archive_over_it_makes_its_index_anew<B: Backend + 'static>(backend: B) {
    let archive = Archive::over(backend).unwrap();
    let (host, trust) = (Actor::host(), TrustStore::built_in());
    let intake = Intake::new(&trust, now());
    let messages: Vec<Vec<u8>> = (0..3).map(|n| message(n, "Buongiorno.")).collect();
    archive.put_batch(&host, &intake, messages).unwrap();
    let queries = ["contratto", "id:1@ditta.example", "verdetto:non-pec"];
    let before = queries.map(|query| found(&archive, query));
    assert!(before.iter().all(|ids| !ids.is_empty()));
    archive
        .change(|change| change.oldest(None, 2)?.into_iter().try_for_each(|number| change.forget_derived(number)))
        .unwrap();
    assert_eq!(check(&archive).not_indexed, 2);
    archive.rebuild_index(&host, &intake, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(queries.map(|query| found(&archive, query)), before);
    assert!(check(&archive).is_clean());
    assert!(archive.reverify(&host, &intake, &mut |_| ControlFlow::Continue(())).unwrap().is_empty());
}

/// Nothing is too small, and what is larger than a piece is several.
pub fn an_archive_over_it_takes_large_and_empty_messages<B: Backend + 'static>(backend: B) {
    let archive = Archive::over(backend).unwrap();
    let (host, trust) = (Actor::host(), TrustStore::built_in());
    let intake = Intake::new(&trust, now());
    let large = message(1, &"0123456789abcdef\r\n".repeat(3 * PIECE / 18));
    let messages = vec![Vec::new(), b"x".to_vec(), large];
    archive.put_batch(&host, &intake, messages.clone()).unwrap();
    for bytes in &messages {
        assert_eq!(archive.get(&host, Id::of(bytes)).unwrap(), *bytes);
        let mut written = Vec::new();
        archive.get_to(&host, Id::of(bytes), &mut written).unwrap();
        assert_eq!(written, *bytes);
    }
    assert!(check(&archive).is_clean());
}
