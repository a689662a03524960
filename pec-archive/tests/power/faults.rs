//! Calls to the system that fail: each is told as what it is, nothing acknowledged is lost, and the archive goes on.

use std::collections::BTreeSet;

use pec_archive::{Actor, Archive, Error};

use crate::cuts::{Kit, Known, later};
use crate::disk::{Call, Failure, Fault, Left, Plan};
use crate::machine::Machine;

/// An archive with some messages, closed.
fn begun(machine: &Machine) -> (Left, Known) {
    let mut known = Known::default();
    let archive = Archive::create(&machine.path()).unwrap();
    for n in 0..4 {
        known.put_one(&archive, n).unwrap();
    }
    known.put_some(&archive, 7).unwrap();
    known.compare(&archive).unwrap();
    drop(archive);
    let name = machine.path();
    (Left::from([(name.clone(), std::fs::read(name).unwrap())]), known)
}

/// A day of a host; gives the errors that it meets.
fn day(archive: &Archive, known: &mut Known) -> Vec<Error> {
    let host = Actor::host();
    let outcomes = [
        known.put_one(archive, 100),
        known.put_some(archive, 103),
        known.erase(archive, 1, 2),
        archive.collect(&host).map(drop),
        known.put_one(archive, 101),
        archive.scrub(&host),
        known.put_one(archive, 102),
    ];
    outcomes.into_iter().filter_map(Result::err).collect()
}

/// Runs the day with one fault, as often as the day meets it; gives the codes that were told.
fn suffer(machine: &mut Machine, call: Call, failure: Failure, lasting: bool, step: u64) -> BTreeSet<&'static str> {
    machine.start(&Left::new());
    let (files, start) = begun(machine);
    let mut codes = BTreeSet::new();
    for nth in (1..).step_by(step as usize) {
        machine.start(&files);
        let mut known = start.clone();
        let name = format!("{call:?} {nth}, {failure:?}, lasting: {lasting}");
        machine.plan(Plan { fault: Some(Fault { call, nth, lasting, failure }), ..Plan::default() });
        let errors = match Archive::open(&machine.path()) {
            Ok(archive) => {
                let errors = day(&archive, &mut known);
                // A log is deleted when the last one closes: then another handle goes on, else the same.
                let kept = (call != Call::Delete).then_some(archive);
                let met = machine.disk(|disk| disk.failed);
                machine.plan(Plan::default());
                let archive = kept.map_or_else(|| Archive::open(&machine.path()), Ok);
                let archive = archive.unwrap_or_else(|what| panic!("{name}: {what}"));
                // The fault is over, and everything is as it was told.
                known.compare(&archive).unwrap_or_else(|what| panic!("{name}: {what}"));
                known.put_one(&archive, 200).unwrap_or_else(|what| panic!("{name}: {what}"));
                known.compare(&archive).unwrap_or_else(|what| panic!("{name}: {what}"));
                if !met {
                    assert!(nth > 1, "{name}: never reached");
                    println!("{name}: not reached any more, after {} faults", (nth - 1).div_ceil(step));
                    return codes;
                }
                errors
            }
            Err(error) => vec![error],
        };
        for error in &errors {
            assert!(matches!(error, Error::Full | Error::Device(_)), "{name}: {error:?}");
            codes.insert(error.code());
        }
        // And what it has written is there after the power has gone.
        machine.plan(Plan::default());
        machine.restart();
        let archive = Archive::open(&machine.path()).unwrap_or_else(|what| panic!("{name}: {what}"));
        known.compare(&archive).unwrap_or_else(|what| panic!("{name}, after a cut: {what}"));
    }
    codes
}

#[test]
fn a_write_that_fails_loses_nothing_that_was_acknowledged() {
    let mut machine = Machine::new(1);
    for lasting in [false, true] {
        assert_eq!(suffer(&mut machine, Call::Write, Failure::Broken, lasting, 3), ["archive.device"].into());
    }
}

#[test]
fn a_full_disk_is_told_and_what_was_confirmed_is_safe() {
    let mut machine = Machine::new(2);
    for (failure, lasting) in
        [(Failure::Full, false), (Failure::Full, true), (Failure::Short, false), (Failure::Short, true)]
    {
        assert_eq!(suffer(&mut machine, Call::Write, failure, lasting, 5), ["archive.full"].into());
    }
    // Memory that is shared is a file too.
    assert_eq!(suffer(&mut machine, Call::Memory, Failure::Full, true, 1), ["archive.full"].into());
    let full = Error::Full;
    assert!(full.explanation(pec_core::finding::Language::It).contains("Il disco è pieno"));
    assert!(full.explanation(pec_core::finding::Language::En).contains("make room"));
}

#[test]
fn a_sync_that_fails_loses_nothing_that_was_acknowledged() {
    let mut machine = Machine::new(3);
    for lasting in [false, true] {
        assert_eq!(suffer(&mut machine, Call::Sync, Failure::Broken, lasting, 1), ["archive.device"].into());
    }
}

#[test]
fn truncations_deletions_openings_and_reads_that_fail_lose_nothing() {
    let mut machine = Machine::new(4);
    for (call, step) in [(Call::Truncate, 1), (Call::Delete, 1), (Call::Open, 1), (Call::Read, 3)] {
        for lasting in [false, true] {
            let codes = suffer(&mut machine, call, Failure::Broken, lasting, step);
            assert!(codes.is_subset(&["archive.device"].into()), "{codes:?}");
        }
    }
}

#[test]
fn an_erasure_that_stands_is_no_error_whatever_fails_after_it() {
    let mut machine = Machine::new(5);
    machine.start(&Left::new());
    let (files, start) = begun(&machine);
    // A word that is nowhere but in one message, which is not compressed when it stands in the index of words.
    let trace = b"inconfondibile";
    let is_in_file = |machine: &Machine| {
        let mut log = machine.path().into_os_string();
        log.push("-wal");
        let is_in = |bytes: Vec<u8>| bytes.windows(trace.len()).any(|window| window == trace);
        [machine.path(), log.into()].into_iter().any(|path| is_in(machine.disk(|disk| disk.now(&path))))
    };
    for call in [Call::Write, Call::Sync, Call::Truncate] {
        machine.start(&files);
        let mut known = start.clone();
        let archive = Archive::open(&machine.path()).unwrap();
        let word = b"Subject: inconfondibile\r\n\r\nx\r\n".to_vec();
        let put = archive.put(&Actor::host(), &Kit::get().intake(), word).unwrap();
        // The transaction asks for some writes and one sync; what comes after it is the log being taken in.
        let fails_at = (1..)
            .find(|nth| {
                machine.plan(Plan {
                    fault: Some(Fault { call, nth: *nth, lasting: true, failure: Failure::Broken }),
                    ..Plan::default()
                });
                let erased = archive.erase(&Actor::host(), later(), &[put.id], "prova");
                let is_gone = matches!(archive.get(&Actor::host(), put.id), Err(Error::NotFound(_)));
                assert_eq!(erased.is_ok(), is_gone, "{call:?} {nth}: {erased:?}");
                is_gone
            })
            .unwrap();
        assert!(machine.disk(|disk| disk.failed), "{call:?} {fails_at}: nothing has failed after it");
        assert!(matches!(archive.scrub(&Actor::host()), Err(Error::Device(_))));
        assert!(is_in_file(&machine), "{call:?}: there was no trace");
        // With the disk whole again, the next change takes the traces with it.
        machine.plan(Plan::default());
        known.put_one(&archive, 300).unwrap();
        assert!(!is_in_file(&machine), "{call:?}: a trace is left");
        drop(archive);
        machine.restart();
        known.compare(&Archive::open(&machine.path()).unwrap()).unwrap();
    }
}

#[test]
fn half_a_copy_is_none() {
    let mut machine = Machine::new(6);
    machine.start(&Left::new());
    let (files, _) = begun(&machine);
    machine.start(&files);
    let archive = Archive::open(&machine.path()).unwrap();
    let copy = machine.path().with_extension("copia");
    let fault = Fault { call: Call::Write, nth: 5, lasting: true, failure: Failure::Full };
    machine.plan(Plan { fault: Some(fault), ..Plan::default() });
    assert!(matches!(archive.backup(&Actor::host(), &copy), Err(Error::Full)));
    assert!(!copy.exists());
    // Half of what could be salvaged neither.
    let salvage = || {
        let watch = &mut |_| std::ops::ControlFlow::Continue(());
        Archive::salvage(&Actor::host(), &Kit::get().intake(), &machine.path(), &copy, watch)
    };
    machine.plan(Plan { fault: Some(Fault { nth: 60, ..fault }), ..Plan::default() });
    assert!(matches!(salvage(), Err(Error::Full)));
    assert!(!copy.exists());
    machine.plan(Plan::default());
    assert_eq!(salvage().unwrap().lost, []);
    std::fs::remove_file(&copy).unwrap();
    archive.backup(&Actor::host(), &copy).unwrap();
    assert!(Archive::open_read_only(&copy).is_ok());
}
