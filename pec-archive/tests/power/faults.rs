//! Calls to the system that fail: each is told as what it is, nothing acknowledged is lost, and the archive goes on.

use std::collections::BTreeSet;

use pec_archive::{Actor, Archive, Error};

use crate::cuts::Known;
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
                // The fault is over: the same handle goes on, and everything is as it was told.
                let met = machine.disk(|disk| disk.failed);
                machine.plan(Plan::default());
                known.compare(&archive).unwrap_or_else(|what| panic!("{name}: {what}"));
                known.put_one(&archive, 200).unwrap_or_else(|what| panic!("{name}: {what}"));
                known.compare(&archive).unwrap_or_else(|what| panic!("{name}: {what}"));
                if !met {
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
        assert_eq!(suffer(&mut machine, Call::Write, Failure::Broken, lasting, 7), ["archive.device"].into());
    }
}

#[test]
fn a_full_disk_is_told_and_what_was_confirmed_is_safe() {
    let mut machine = Machine::new(2);
    for (failure, lasting) in
        [(Failure::Full, false), (Failure::Full, true), (Failure::Short, false), (Failure::Short, true)]
    {
        assert_eq!(suffer(&mut machine, Call::Write, failure, lasting, 11), ["archive.full"].into());
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
    for (call, step) in [(Call::Truncate, 1), (Call::Delete, 1), (Call::Open, 1), (Call::Read, 5)] {
        for lasting in [false, true] {
            let codes = suffer(&mut machine, call, Failure::Broken, lasting, step);
            assert!(codes.is_subset(&["archive.device"].into()), "{codes:?}");
        }
    }
}
