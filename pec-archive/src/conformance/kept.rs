//! What people decide, what was done, and what becomes of it.

use super::sample::{STORED, Sample, change, keep, read};
use crate::deposit::DepositState;
use crate::id::Id;
use crate::search::Query;
use crate::store::{Backend, CheckpointRow, DepositRow, ImportedRow, KeptRow, KeyRow, Number};

/// Classes, cases and tags belong to messages; the proofs that end are those that nothing covers.
pub fn classes_holds_and_tags_are_kept_by_message<B: Backend>(backend: &B) {
    let ending = |name: &str, second, expires| {
        let mut sample = Sample::new(name, second);
        sample.judged.verdict = "certified";
        sample.judged.expires = Some(expires);
        sample
    };
    let numbers: Vec<Number> = change(backend, |change| {
        let mut last = Sample::new("c", 3);
        last.judged.certified_at = Some(3);
        [ending("a", 1, 300), ending("b", 2, 200), last].iter().map(|one| one.put(change)).collect()
    });
    change(backend, |change| {
        change.set_term("breve", 12)?;
        change.set_term("breve", 24)?;
        change.classify(numbers[0], "breve")?;
        change.classify(numbers[0], "breve")?;
        change.hold(numbers[0], "causa 2")?;
        change.hold(numbers[0], "causa 1")?;
        change.hold(numbers[0], "causa 1")?;
        change.hold(numbers[1], "causa 1")?;
        assert!(change.tag(numbers[0], "t")? && !change.tag(numbers[0], "t")? && change.tag(numbers[1], "t")?);
        assert!(change.untag(numbers[1], "t")? && !change.untag(numbers[1], "t")?);
        Ok(())
    });
    read(backend, |view| {
        assert_eq!(view.terms()?, [(String::new(), 120), ("breve".into(), 24)]);
        assert_eq!((view.months("breve")?, view.months("")?, view.months("altra")?), (Some(24), Some(120), None));
        assert_eq!((view.class_of(numbers[0])?.as_str(), view.class_of(numbers[1])?.as_str()), ("breve", ""));
        let kept = |number, class: &str| KeptRow { number, class: class.into(), certified_at: None, stored_at: STORED };
        assert_eq!(view.kept_with(numbers[0])?, [kept(numbers[0], "breve")]);
        let certified_at = Some(3);
        assert_eq!(view.kept_with(numbers[2])?, [KeptRow { certified_at, ..kept(numbers[2], "") }]);
        assert_eq!(view.cases_of(numbers[0])?, ["causa 1", "causa 2"]);
        assert_eq!(view.cases_of(numbers[2])?, [""; 0]);
        assert_eq!(view.cases()?, [("causa 1".into(), 2), ("causa 2".into(), 1)]);
        let mut both = [numbers[0], numbers[1]];
        both.sort_unstable();
        assert_eq!((view.held("causa 1")?, view.held("causa 2")?), (both.to_vec(), vec![numbers[0]]));
        assert_eq!(view.held("causa 3")?, [0; 0]);
        assert_eq!(view.stats()?.held, 2);
        assert_eq!(view.newest(&Query::parse("tag:t").unwrap(), None, 10)?, [numbers[0]]);
        assert_eq!(view.ending_proofs(0, 1000, 10)?, [numbers[1], numbers[0]]);
        assert_eq!(
            (view.ending_proofs(200, 299, 10)?, view.ending_proofs(0, 1000, 1)?),
            (vec![numbers[1]], vec![numbers[1]])
        );
        Ok(())
    });
    change(backend, |change| {
        assert_eq!((change.release("causa 1")?, change.release("causa 1")?), (2, 0));
        assert_eq!(change.cases_of(numbers[0])?, ["causa 2"]);
        assert_eq!(change.cases()?, [("causa 2".into(), 1)]);
        // Their entries in the log are number 7.
        change.put_checkpoint(7, &CheckpointRow { note: vec![1], token: vec![2] })?;
        assert_eq!(change.ending_proofs(0, 1000, 10)?.len(), 2);
        change.put_checkpoint(8, &CheckpointRow { note: vec![1], token: vec![2] })?;
        assert_eq!(change.ending_proofs(0, 1000, 10)?, [0; 0]);
        Ok(())
    });
}

/// Entries, nodes and checkpoints are what was written, in order.
pub fn the_log_gives_back_what_was_written<B: Backend>(backend: &B) {
    let row = |byte| CheckpointRow { note: vec![byte; 3], token: vec![byte; 40] };
    change(backend, |change| {
        change.append_log(0, "{\"a\":\"è\"}", 0, &[[1; 32]])?;
        change.append_log(1, "{}", 1, &[[2; 32], [3; 32]])?;
        // An entry needs nodes that the same change has written.
        assert_eq!(change.log_nodes(&[2, 0, 9])?, [Some([3; 32]), Some([1; 32]), None]);
        change.put_checkpoint(2, &row(1))?;
        change.put_checkpoint(5, &row(2))?;
        change.put_checkpoint(5, &row(3))
    });
    read(backend, |view| {
        assert_eq!((view.last_entry()?, view.log_node_count()?), (Some(1), 3));
        assert_eq!((view.log_entry(0)?.as_deref(), view.log_entry(2)?), (Some("{\"a\":\"è\"}"), None));
        let read = |from, most| {
            let mut entries = Vec::new();
            let took = view.log_entries(from, &mut |n, entry| {
                entries.push((n, entry.to_owned()));
                Ok(entries.len() < most)
            });
            took.map(|()| entries)
        };
        let (first, second) = ((0, "{\"a\":\"è\"}".to_owned()), (1, "{}".to_owned()));
        assert_eq!(read(i64::MIN, 9)?, [first.clone(), second.clone()]);
        assert_eq!((read(1, 9)?, read(2, 9)?, read(0, 1)?), (vec![second], vec![], vec![first]));
        let mut organisation = Vec::new();
        view.organisation_entries(0, &mut |n, _| {
            organisation.push(n);
            Ok(true)
        })?;
        assert_eq!(organisation, [0; 0]);
        assert_eq!(view.log_nodes_from(i64::MIN, 2)?, [(0, [1; 32]), (1, [2; 32])]);
        assert_eq!((view.log_nodes_from(2, 9)?, view.log_nodes_from(3, 9)?), (vec![(2, [3; 32])], vec![]));
        assert_eq!((view.checkpoint(5)?, view.checkpoint(3)?), (Some(row(3)), None));
        assert_eq!(view.checkpoints()?, [2, 5]);
        assert_eq!([1, 2, 4, 5].map(|entry| view.checkpoint_above(entry).unwrap()), [Some(2), Some(5), Some(5), None]);
        assert_eq!((view.stats()?.log_entries, view.stats()?.stamped_entries), (2, 5));
        Ok(())
    });
}

/// The number of packages, and of their documents, by what reports have said.
pub fn a_report_is_kept_once_and_says_where_each_document_stands<B: Backend>(backend: &B) {
    let samples = [Sample::new("a", 1), Sample::new("b", 2)];
    let numbers: Vec<Number> = change(backend, |change| samples.iter().map(|sample| sample.put(change)).collect());
    let documents = [(numbers[0], samples[0].id), (numbers[1], samples[1].id)];
    let (pindex, zip) = (Id::of(b"indice"), Id::of(b"zip"));
    let row = DepositRow {
        name: "pdv-1",
        made_at: 10,
        pindex,
        zip: Some(zip),
        again_of: None,
        entry: 3,
        documents: &documents,
    };
    let refused = DepositState::Refused { reason: "formato".into() };
    change(backend, |change| {
        change.put_deposit(&row)?;
        let first = change.deposit("pdv-1")?.unwrap();
        assert_eq!((first.pindex, change.deposit_with_digest(zip)?), (pindex, Some(first.number)));
        let (report, is_new) = change.put_report(Id::of(b"r"), 11, b"r")?;
        assert!(is_new && change.put_report(Id::of(b"r"), 12, b"r")? == (report, false));
        assert_eq!(change.answered(first.number, samples[0].id)?, None);
        change.answer(first.number, samples[0].id, &refused, Some(report))?;
        change.answer(first.number, samples[1].id, &DepositState::Accepted, Some(report))?;
        assert_eq!(change.refused(first.number)?, [numbers[0]]);
        assert_eq!(change.answered(first.number, samples[0].id)?, Some((refused.clone(), report, Id::of(b"r"))));
        assert_eq!((change.report(Id::of(b"r"))?, change.report(Id::of(b"s"))?), (Some(b"r".to_vec()), None));
        // Once more, in a package that names the first.
        let again = DepositRow { name: "pdv-2", pindex: Id::of(b"2"), zip: None, again_of: Some("pdv-1"), ..row };
        change.put_deposit(&DepositRow { documents: &documents[..1], ..again })
    });
    read(backend, |view| {
        let all = view.deposits()?;
        let counts: Vec<_> =
            all.iter().map(|one| (one.name.as_str(), one.waiting, one.accepted, one.refused)).collect();
        assert_eq!(counts, [("pdv-1", 0, 1, 1), ("pdv-2", 1, 0, 0)]);
        assert_eq!(all[1].again_of.as_deref(), Some("pdv-1"));
        assert_eq!((all[0].made_at.as_second(), all[0].pindex), (10, pindex));
        let (one, two) = (view.deposit("pdv-1")?.unwrap().number, view.deposit("pdv-2")?.unwrap().number);
        assert!(two > one && view.deposit("pdv-3")?.is_none());
        let documents = view.deposited(one)?;
        assert!(documents.is_sorted_by_key(|document| document.id) && documents.len() == 2);
        let first = documents.iter().find(|document| document.id == samples[0].id).unwrap();
        assert_eq!((&first.state, first.superseded), (&refused, true));
        assert_eq!(view.deposited(two)?[0].state, DepositState::Waiting);
        assert_eq!(view.refused(one)?, [0; 0]);
        assert_eq!(view.deposits_with_document(samples[0].id)?, [two, one]);
        assert_eq!(
            (view.deposit_with_digest(Id::of(b"2"))?, view.deposit_with_digest(Id::of(b"3"))?),
            (Some(two), None)
        );
        let found = |query: &str| view.newest(&Query::parse(query).unwrap(), None, 10).unwrap();
        assert_eq!((found("versato:accettato"), found("versato:in-attesa")), (vec![numbers[1]], vec![numbers[0]]));
        assert_eq!(found("versato:si"), [numbers[1], numbers[0]]);
        Ok(())
    });
}

/// An erasure takes a message out of everything, and gives the blobs that it named; that it was deposited stays known.
pub fn what_is_erased_is_gone_but_for_the_digest_of_what_was_deposited<B: Backend>(backend: &B) {
    let (gone, stays) =
        (Sample::new("segreto", 1).about(&["m1"], true).body(b"corpo"), Sample::new("resta", 2).body(b"corpo"));
    let (number, other) = change(backend, |change| {
        keep(change, b"corpo")?;
        keep(change, b"prova")?;
        let (number, other) = (gone.put(change)?, stays.put(change)?);
        change.put_evidence(number, "ocsp", Id::of(b"prova"))?;
        change.put_found(number, "casella", 1)?;
        change.tag(number, "t")?;
        let documents = [(number, gone.id)];
        let pindex = Id::of(b"i");
        let row =
            DepositRow { name: "p", made_at: 1, pindex, zip: None, again_of: None, entry: 0, documents: &documents };
        change.put_deposit(&row)?;
        Ok((number, other))
    });
    change(backend, |change| {
        let mut named = change.erase(number)?;
        named.sort_unstable();
        let mut expected = [Id::of(b"corpo"), Id::of(b"prova")];
        expected.sort_unstable();
        assert_eq!(named, expected);
        // The body is also that of the other message.
        assert_eq!(change.unused(&named)?, [Id::of(b"prova")]);
        change.purge()
    });
    read(backend, |view| {
        assert_eq!((view.numbers(&[gone.id])?, view.message(number)?), (vec![None], None));
        for query in ["segreto", "id:m1", "tag:t", "casella:casella", "versato:si"] {
            assert_eq!(view.newest(&Query::parse(query).unwrap(), None, 10)?, [0; 0], "{query}");
        }
        assert_eq!(view.oldest(None, 10)?, [other]);
        assert_eq!(view.survey()?.known.len(), 1);
        assert_eq!(view.deposits_with_document(gone.id)?.len(), 1);
        assert!(!view.is_deposited(number)?);
        Ok(())
    });
    backend.scrub().unwrap();
}

/// Keys are noted once, and given back in their order.
pub fn keys_are_noted_once<B: Backend>(backend: &B) {
    let (one, two) = (KeyRow { id: [9; 8], words: true }, KeyRow { id: [1; 8], words: false });
    assert_eq!(read(backend, |view| view.keys()), []);
    change(backend, |change| {
        change.put_key(&one)?;
        change.put_key(&two)?;
        change.put_key(&KeyRow { words: false, ..one })
    });
    assert_eq!(read(backend, |view| view.keys()), [two, one]);
}

/// A file is known as finished only as it was then.
pub fn a_file_is_imported_as_it_was<B: Backend>(backend: &B) {
    let file = ImportedRow { place: "/posta/è.mbox".into(), size: 10, modified: 20 };
    let later = ImportedRow { modified: 21, ..file.clone() };
    change(backend, |change| change.put_imported(&file));
    assert_eq!(read(backend, |view| Ok((view.is_imported(&file)?, view.is_imported(&later)?))), (true, false));
    change(backend, |change| change.put_imported(&later));
    assert_eq!(read(backend, |view| Ok((view.is_imported(&file)?, view.is_imported(&later)?))), (false, true));
}

/// The entries that say what was done to the organisation are told from all others by their words.
pub fn entries_of_the_organisation_are_found_among_the_others<B: Backend>(backend: &B) {
    let entries = [
        r#"{"actor":"host","what":"organisation","did":{}}"#,
        r#"{"actor":"host","what":"tag","tag":"\"what\":\"organisation\""}"#,
        r#"{"actor":"\"what\":\"organisation\"","what":"put"}"#,
        r#"{"actor":"anna","mandate":"m","what":"organisation","did":{}}"#,
    ];
    change(backend, |change| {
        for (n, entry) in (0..).zip(entries) {
            change.append_log(n, entry, n, &[[0; 32]])?;
        }
        Ok(())
    });
    read(backend, |view| {
        for (from, expected) in [(i64::MIN, &[0, 3][..]), (1, &[3]), (4, &[])] {
            let mut found = Vec::new();
            view.organisation_entries(from, &mut |n, entry| {
                assert_eq!(entry, entries[n as usize]);
                found.push(n);
                Ok(true)
            })?;
            assert_eq!(found, expected);
        }
        let mut first = Vec::new();
        view.organisation_entries(0, &mut |n, _| {
            first.push(n);
            Ok(false)
        })?;
        assert_eq!(first, [0]);
        Ok(())
    });
}
