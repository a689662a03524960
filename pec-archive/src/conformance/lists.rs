//! Messages, what is worked out of them, and how they are found.

use super::sample::{STORED, Sample, change, keep, read};
use crate::error::Error;
use crate::search::Query;
use crate::store::{
    Backend, DossierRow, Hole, NewMessage, Number, Speaking, SubmissionRow, View, first_number, second_of,
};

fn found(view: &dyn View, query: &str) -> Vec<Number> {
    view.newest(&Query::parse(query).unwrap(), None, 100).unwrap()
}

/// Every value of a row is given back as it was written.
pub fn a_message_comes_back_as_it_was_written<B: Backend>(backend: &B) {
    let mut sample = Sample::new("uno", 1_600_000_000).body(b"corpo").attachment("pianta.pdf");
    sample.judged.verdict = "certified-with-problems";
    sample.judged.quarantine = "a.b c.d".into();
    sample.judged.certified_at = Some(1_600_000_000);
    sample.judged.expires = Some(1_650_000_000);
    sample.judged.pec_id = Some("opec1".into());
    sample.judged.sender = Some("anna@ditta.example".into());
    let submission = SubmissionRow { sender: "a@b".into(), recipients: vec!["c@d".into(), "è@f".into()], at: 5 };
    let number = change(backend, |change| {
        keep(change, b"corpo")?;
        let number = sample.put(change)?;
        let found = [("b", 2), ("a", 1), ("a", 9)].map(|(mailbox, at)| change.put_found(number, mailbox, at));
        assert!(matches!(found, [Ok(true), Ok(true), Ok(false)]), "the same mailbox once");
        change.put_submission(number, &submission)?;
        change.put_submission(number, &SubmissionRow { sender: "x".into(), recipients: Vec::new(), at: 6 })?;
        Ok(number)
    });
    read(backend, |view| {
        assert_eq!(view.id(number)?, Some(sample.id));
        let message = view.message(number)?.unwrap();
        assert_eq!((message.id, message.size, message.entry, message.dictionary), (sample.id, 1234, 7, 0));
        assert_eq!((message.skeleton_size, message.skeleton.as_slice()), (6, &b"sketch"[..]));
        assert_eq!(message.holes, [Hole { at: 3, body: crate::id::Id::of(b"corpo") }]);
        let entry = &view.entries(&[number])?[0];
        assert_eq!((entry.id, entry.size, entry.verdict.as_str()), (sample.id, 1234, "certified-with-problems"));
        assert_eq!(entry.stored_at.map(|at| at.as_second()), Some(STORED));
        assert_eq!(entry.dated_at.map(|at| at.as_second()), Some(second_of(number)));
        assert_eq!(entry.certified_at.map(|at| at.as_second()), Some(1_600_000_000));
        assert_eq!(entry.expires.map(|at| at.as_second()), Some(1_650_000_000));
        assert_eq!(entry.quarantine, ["a.b", "c.d"]);
        assert_eq!((entry.pec_id.as_deref(), entry.message_id.as_deref()), (Some("opec1"), None));
        assert_eq!((entry.sender.as_deref(), entry.subject.as_deref()), (Some("anna@ditta.example"), Some("uno")));
        assert_eq!(entry.mailboxes, ["a", "b"]);
        assert_eq!(view.submission(number)?, Some(submission));
        assert_eq!(view.verdict(number)?, Some(("certified-with-problems".into(), "2026-01-01".into())));
        // Of what is not here, nothing is known.
        let other = number + 1;
        assert_eq!((view.id(other)?, view.message(other)?, view.verdict(other)?), (None, None, None));
        assert_eq!(view.submission(other)?, None);
        assert!(matches!(view.entries(&[other]), Err(Error::Damaged(_))));
        assert_eq!(view.dictionary(1)?, None);
        assert_eq!(view.survey()?.known.into_iter().collect::<Vec<_>>(), [(number, sample.id)]);
        let stats = view.stats()?;
        assert_eq!((stats.messages, stats.bytes, stats.bodies, stats.quarantined), (1, 1234, 1, 1));
        assert_eq!(view.structure()?, [""; 0]);
        Ok(())
    });
    // It was found damaged.
    change(backend, |change| {
        let body = keep(change, b"altro corpo")?;
        let message = NewMessage {
            id: sample.id,
            size: 99,
            stored_at: 1,
            entry: 1,
            dictionary: 0,
            skeleton_size: 2,
            skeleton: b"xy",
            holes: &[Hole { at: 1, body }, Hole { at: 2, body }],
        };
        change.mend_message(number, &message)
    });
    read(backend, |view| {
        let message = view.message(number)?.unwrap();
        assert_eq!((message.id, message.size, message.entry, message.skeleton_size), (sample.id, 99, 7, 2));
        assert_eq!((message.skeleton.as_slice(), message.holes.len(), message.holes[1].at), (&b"xy"[..], 2, 2));
        assert_eq!(view.entries(&[number])?[0].stored_at.map(|at| at.as_second()), Some(STORED));
        Ok(())
    });
}

/// A number says the second; within one it rises, and a gap that an erasure leaves below is not filled.
pub fn numbers_rise_with_the_second_and_within_it<B: Backend>(backend: &B) {
    let put = |name: &str, second| change(backend, |change| Sample::new(name, second).put(change));
    let (late, first, second) = (put("tardi", 500), put("a", 100), put("b", 100));
    assert_eq!((late, first, second), (first_number(500), first_number(100), first_number(100) + 1));
    assert!(second_of(second) == 100 && second_of(late) == 500);
    change(backend, |change| change.erase(first).map(drop));
    assert_eq!(put("c", 100), second + 1);
    assert_eq!(put("d", -5), 0);
    let last = put("e", i64::MAX);
    assert_eq!(last, first_number(i64::MAX));
    assert_eq!(read(backend, |view| view.oldest(None, 10)), [0, second, second + 1, late, last]);
}

/// Lists go by number, in both directions, with and without a query; a page begins where the last one ended.
pub fn lists_are_in_the_order_of_numbers_and_pages_join<B: Backend>(backend: &B) {
    let mut numbers: Vec<Number> = change(backend, |change| {
        [7, 3, 9, 1, 5].iter().map(|second| Sample::new(&format!("lettera {second}"), *second).put(change)).collect()
    });
    numbers.sort_unstable();
    for limit in 1..=6 {
        for query in ["", "lettera", "tipo:ordinario", "tipo:ordinario lettera", "-assente"] {
            let query = Query::parse(query).unwrap();
            let (mut newest, mut before) = (Vec::new(), None);
            loop {
                let page = read(backend, |view| view.newest(&query, before, limit));
                assert!(page.len() <= limit);
                let Some(last) = page.last() else { break };
                before = Some(*last);
                newest.extend(page);
            }
            newest.reverse();
            assert_eq!(newest, numbers, "{query:?}");
        }
        let first = read(backend, |view| view.oldest(None, limit));
        let rest = read(backend, |view| view.oldest(first.last().copied(), 10));
        assert_eq!([first, rest].concat(), numbers);
    }
    read(backend, |view| {
        assert_eq!(found(view, "dopo:1970-01-02"), [0; 0]);
        let between =
            Query { terms: vec![crate::search::Term { negated: false, test: crate::search::Test::Between(3, 7) }] };
        let newest = view.newest(&between, None, 10)?;
        assert_eq!(newest.iter().map(|number| second_of(*number)).collect::<Vec<_>>(), [5, 3]);
        Ok(())
    });
}

/// Words are found in their column, phrases within one, beginnings where they are asked for.
pub fn words_are_compared_without_case_and_accents<B: Backend>(backend: &B) {
    let mut one = Sample::new("Perché NO?", 1).attachment("Pianta-Città.PDF");
    one.words.sender = "anna@pec.alfa.example".into();
    one.words.text = "Il contratto quadro è a Forlì".into();
    let two = Sample::new("quadro", 2);
    let (one, two) = change(backend, |change| Ok((one.put(change)?, two.put(change)?)));
    read(backend, |view| {
        for query in [
            "perche",
            "PERCHÉ",
            "\"contratto quadro\"",
            "\"quadro e a forli\"",
            "contratt*",
            "da:alfa",
            "da:\"anna pec alfa\"",
            "allegato:citta",
            "testo:forlì",
            "quadro -due -oggetto:quadro",
            "contratto forli",
            "oggetto:perche testo:quadro",
        ] {
            assert_eq!(found(view, query), [one], "{query}");
        }
        for query in
            ["contratt", "\"quadro contratto\"", "\"no il\"", "oggetto:forli", "contratto -forli", "\"contratt*\""]
        {
            assert_eq!(found(view, query), [0; 0], "{query}");
        }
        assert_eq!(found(view, "quadro"), [two, one]);
        assert_eq!(found(view, "-contratto"), [two]);
        let hash = crate::id::Id::of("Pianta-Città.PDF".as_bytes());
        assert_eq!(found(view, &format!("impronta:{hash}")), [one]);
        Ok(())
    });
}

/// Identifiers lead to messages and back; what moves no state is heard only when it is asked for.
pub fn messages_are_found_by_the_transactions_of_which_they_speak<B: Backend>(backend: &B) {
    let samples = [
        Sample::new("ricevuta", 1).about(&["opec1", "m1"], true),
        Sample::new("copia", 2).about(&["m1"], true),
        Sample::new("pretesa", 3).about(&["opec1", "x"], false),
        Sample::new("altro", 4),
    ];
    let numbers: Vec<Number> = change(backend, |change| samples.iter().map(|sample| sample.put(change)).collect());
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    read(backend, |view| {
        let of = |names: &[&str], speaking| view.about(&texts(names), speaking).unwrap();
        assert_eq!(of(&["opec1"], Speaking::All), [numbers[0], numbers[2]]);
        assert_eq!(of(&["opec1"], Speaking::Counting), [numbers[0]]);
        assert_eq!(of(&["m1", "opec1", "assente"], Speaking::Counting), numbers[..2]);
        assert_eq!(of(&[], Speaking::All), [0; 0]);
        assert_eq!(view.texts_of(&numbers, Speaking::Counting)?, ["m1", "opec1"]);
        assert_eq!(view.texts_of(&numbers[2..], Speaking::All)?, ["opec1", "x"]);
        assert_eq!(found(view, "id:opec1"), [numbers[2], numbers[0]]);
        assert_eq!(found(view, "id:m1 -id:opec1"), [numbers[1]]);
        Ok(())
    });
}

/// A dossier is known by its key; its messages are found by the state of each of its recipients.
pub fn a_dossier_takes_the_place_of_those_that_it_replaces<B: Backend>(backend: &B) {
    let numbers: Vec<Number> = change(backend, |change| {
        ["a", "b", "c"].iter().zip(1..).map(|(name, second)| Sample::new(name, second).put(change)).collect()
    });
    let dossier = |key: &str, replaces: &[&str], states: &[&'static str], messages: &[Number]| DossierRow {
        key: key.into(),
        replaces: replaces.iter().map(|key| (*key).into()).collect(),
        pec_id: Some("opec1"),
        message_id: None,
        sender: None,
        side: "sent",
        recipients: states.iter().map(|state| (format!("{state}@x"), *state)).collect(),
        messages: messages.to_vec(),
    };
    change(backend, |change| change.put_dossier(&dossier("\nm1", &[], &["pending"], &numbers[..1])));
    read(backend, |view| {
        assert_eq!(found(view, "stato:pending"), [numbers[0]]);
        assert_eq!(view.stats()?.dossiers, 1);
        Ok(())
    });
    let two =
        dossier("opec1\na", &["\nm1", "\nassente"], &["delivered", "failed"], &[numbers[0], numbers[1], numbers[1]]);
    change(backend, |change| {
        change.put_dossier(&two)?;
        change.put_dossier(&dossier("opec2\na", &[], &["delivered"], &numbers[1..]))
    });
    read(backend, |view| {
        assert_eq!(found(view, "stato:pending"), [0; 0]);
        assert_eq!(found(view, "stato:delivered"), [numbers[2], numbers[1], numbers[0]]);
        assert_eq!(found(view, "stato:failed"), [numbers[1], numbers[0]]);
        assert_eq!(view.stats()?.dossiers, 2);
        assert_eq!(
            view.stats()?.states.into_iter().collect::<Vec<_>>(),
            [("delivered".into(), 2), ("failed".into(), 1)]
        );
        let with = |number| view.kept_with(number).unwrap().into_iter().map(|kept| kept.number).collect::<Vec<_>>();
        assert_eq!((with(numbers[0]), with(numbers[1])), (numbers[..2].to_vec(), numbers.clone()));
        Ok(())
    });
    change(backend, |change| change.dissolve(numbers[0]));
    read(backend, |view| {
        assert_eq!(found(view, "stato:failed"), [0; 0]);
        assert_eq!(found(view, "stato:delivered"), [numbers[2], numbers[1]]);
        Ok(())
    });
}

/// What is worked out goes and comes without the message itself.
pub fn what_is_worked_out_can_be_taken_away_and_written_anew<B: Backend>(backend: &B) {
    let sample = Sample::new("contratto", 1).about(&["m1"], true).attachment("a.pdf");
    let number = change(backend, |change| sample.put(change));
    change(backend, |change| change.forget_derived(number));
    read(backend, |view| {
        assert_eq!(found(view, "contratto"), [0; 0]);
        assert_eq!(view.about(&["m1".into()], Speaking::All)?, [0; 0]);
        assert_eq!(view.not_indexed()?, 1);
        assert!(view.message(number)?.is_some());
        assert!(matches!(view.entries(&[number]), Err(Error::Damaged(why)) if why.contains(&sample.id.to_string())));
        Ok(())
    });
    let anew =
        Sample { judged: crate::store::Judged { verdict: "altered", ..sample.judged }, ..Sample::new("offerta", 1) };
    change(backend, |change| {
        change.prepare_index()?;
        anew.index(change, number)
    });
    read(backend, |view| {
        assert_eq!((found(view, "contratto"), found(view, "offerta")), (vec![], vec![number]));
        assert_eq!(found(view, "verdetto:altered"), [number]);
        assert_eq!(view.not_indexed()?, 0);
        Ok(())
    });
}
