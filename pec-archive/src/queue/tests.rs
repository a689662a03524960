//! What waits is stored together, and none of it suffers from another.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::scope;

use pec_core::delegation::{Client, ClientKind, Command};

use super::*;
use crate::archive::Stored;
use crate::conformance::Memory;
use crate::error::Error;
use crate::id::Id;
use crate::store::{Backend, View};

/// A backend that counts changes.
struct Counting<F> {
    memory: Memory,
    changes: Arc<AtomicUsize>,
    /// What becomes of the n-th change after its work is done.
    fate: F,
}

impl<F> std::fmt::Debug for Counting<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Counting").finish_non_exhaustive()
    }
}

impl<F: Fn(usize) -> Result<()> + Send + Sync> Backend for Counting<F> {
    fn read(&self, work: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()> {
        self.memory.read(work)
    }

    fn change(&self, work: &mut dyn FnMut(&dyn crate::store::Change) -> Result<()>) -> Result<()> {
        self.memory.change(&mut |change| {
            work(change)?;
            (self.fate)(self.changes.fetch_add(1, Ordering::Relaxed))
        })
    }

    fn writable(&self) -> Result<()> {
        Ok(())
    }

    fn scrub(&self) -> Result<()> {
        Ok(())
    }
}

fn counting(fate: impl Fn(usize) -> Result<()> + Send + Sync + 'static) -> (Archive, Arc<AtomicUsize>) {
    let changes = Arc::new(AtomicUsize::new(0));
    let archive = Archive::over(Counting { memory: Memory::new(), changes: Arc::clone(&changes), fate }).unwrap();
    (archive, changes)
}

fn now() -> Timestamp {
    "2026-02-09T10:00:00Z".parse().unwrap()
}

fn text(n: usize) -> Vec<u8> {
    format!("Message-ID: <{n}@x.example>\r\nSubject: numero {n}\r\n\r\nBuongiorno.\r\n").into_bytes()
}

/// What becomes of batches that all wait when the writer is free; nothing for one whose thread has panicked.
fn crowd(archive: &Archive, batches: Vec<(Actor, Vec<Vec<u8>>)>) -> Vec<Option<Result<Vec<Put>>>> {
    let trust = TrustStore::built_in();
    let intake = Intake::new(&trust, now()).mailbox("x");
    scope(|scope| {
        let held = archive.writer();
        let number = batches.len();
        let put = |(actor, messages): (Actor, Vec<Vec<u8>>)| {
            catch_unwind(AssertUnwindSafe(|| archive.put_batch(&actor, &intake, messages))).ok()
        };
        let threads: Vec<_> = batches.into_iter().map(|batch| scope.spawn(move || put(batch))).collect();
        while archive.waiting().line().batches.len() < number {
            std::thread::yield_now();
        }
        drop(held);
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Three batches of two; one message is in all of them.
fn three() -> Vec<(Actor, Vec<Vec<u8>>)> {
    (1..4).map(|n| (Actor::named(&format!("u{n}")), vec![text(0), text(n)])).collect()
}

fn entries(archive: &Archive) -> Vec<String> {
    let host = Actor::host();
    let (size, _) = archive.log_root(&host).unwrap();
    (0..size).map(|n| archive.log_entry(&host, n).unwrap().unwrap()).collect()
}

#[test]
fn batches_that_wait_share_a_change_and_each_has_its_own_answer() {
    let (archive, changes) = counting(|_| Ok(()));
    let answers: Vec<Vec<Put>> = crowd(&archive, three()).into_iter().map(|answer| answer.unwrap().unwrap()).collect();
    assert_eq!(changes.load(Ordering::Relaxed), 1);
    for (answer, n) in answers.iter().zip(1..) {
        let ids: Vec<Id> = answer.iter().map(|put| put.id).collect();
        assert_eq!(ids, [Id::of(&text(0)), Id::of(&text(n))]);
        assert_eq!(answer[1].stored, Stored::New);
    }
    assert_eq!(answers.iter().filter(|answer| answer[0].stored == Stored::New).count(), 1);
    let entries = entries(&archive);
    assert_eq!(entries.len(), 4);
    for (n, user) in [(1, "u1"), (2, "u2"), (3, "u3")] {
        let id = Id::of(&text(n)).to_string();
        let own: Vec<_> = entries.iter().filter(|entry| entry.contains(&id)).collect();
        assert!(matches!(own[..], [entry] if entry.contains(&format!(r#""actor":"{user}""#))), "{entries:?}");
    }
    let check = archive.check(&Actor::host(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(check.is_clean(), "{check:?}");
}

#[test]
fn what_is_undone_for_all_is_done_again_for_each() {
    let (archive, changes) = counting(|n| if n == 0 { Err(Error::Full) } else { Ok(()) });
    assert!(crowd(&archive, three()).into_iter().all(|answer| answer.unwrap().is_ok()));
    assert_eq!(changes.load(Ordering::Relaxed), 4);
    assert_eq!(entries(&archive).len(), 4);
}

#[test]
fn one_that_cannot_be_stored_keeps_no_other_from_it() {
    let (archive, _) = counting(|n| if n == 0 || n == 2 { Err(Error::Full) } else { Ok(()) });
    let answers: Vec<Result<Vec<Put>>> = crowd(&archive, three()).into_iter().flatten().collect();
    let full = answers.iter().filter(|answer| matches!(answer, Err(Error::Full))).count();
    assert_eq!((full, answers.iter().filter(|answer| answer.is_ok()).count()), (1, 2));
    for (answer, n) in answers.iter().zip(1..) {
        assert_eq!(answer.is_ok(), archive.get(&Actor::host(), Id::of(&text(n))).is_ok());
    }
}

#[test]
fn one_that_is_refused_keeps_no_other_from_it_and_is_written_down() {
    let (archive, changes) = counting(|_| Ok(()));
    let client = Client { code: "C1".parse().unwrap(), name: "Comune".parse().unwrap(), kind: ClientKind::PublicBody };
    archive.act(&Actor::host(), &Command::AddClient { client }, now()).unwrap();
    let before = changes.load(Ordering::Relaxed);
    let batches =
        vec![(Actor::host(), vec![text(1)]), (Actor::named("estraneo"), vec![text(2)]), (Actor::host(), vec![text(3)])];
    let answers: Vec<Result<Vec<Put>>> = crowd(&archive, batches).into_iter().flatten().collect();
    assert!(matches!(&answers[..], [Ok(_), Err(Error::Denied(_)), Ok(_)]), "{answers:?}");
    assert!(matches!(archive.get(&Actor::host(), Id::of(&text(2))), Err(Error::NotFound(_))));
    // One for the two, and one for the refusal.
    assert_eq!(changes.load(Ordering::Relaxed) - before, 2);
    assert!(entries(&archive).last().unwrap().contains(r#""actor":"estraneo""#));
}

#[test]
fn a_thread_that_panics_takes_no_other_with_it() {
    let (archive, _) = counting(|n| if n == 0 { panic!("prova") } else { Ok(()) });
    let answers = crowd(&archive, three());
    assert_eq!(answers.iter().filter(|answer| answer.is_none()).count(), 1);
    for (answer, n) in answers.into_iter().zip(1..) {
        let there = archive.get(&Actor::host(), Id::of(&text(n)));
        assert_eq!(answer.is_some_and(|answer| answer.is_ok()), there.is_ok());
    }
}

#[test]
fn no_more_is_stored_together_than_may_be() {
    let (archive, changes) = counting(|_| Ok(()));
    let batches = (0..4).map(|batch| (Actor::host(), (0..400).map(|n| text(batch * 400 + n)).collect())).collect();
    assert!(crowd(&archive, batches).into_iter().all(|answer| answer.unwrap().is_ok()));
    assert_eq!(changes.load(Ordering::Relaxed), 2);
    assert_eq!(entries(&archive).len(), 1_600);
}

#[test]
fn who_is_stored_does_not_wait_for_what_comes_after() {
    let back = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&back);
    // The second change is done when both batches of the first are back; after ten seconds it fails.
    let (archive, changes) = counting(move |n| {
        let mut patience = 1_000;
        while n == 1 && seen.load(Ordering::Relaxed) < 2 {
            patience -= 1;
            if patience == 0 {
                return Err(Error::Full);
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Ok(())
    });
    let (host, trust) = (Actor::host(), TrustStore::built_in());
    scope(|scope| {
        let held = archive.writer();
        for batch in 0..4 {
            let (archive, host, trust, back) = (&archive, &host, &trust, &back);
            scope.spawn(move || {
                let messages = (0..400).map(|n| text(batch * 400 + n)).collect();
                archive.put_batch(host, &Intake::new(trust, now()), messages).unwrap();
                back.fetch_add(1, Ordering::Relaxed);
            });
        }
        while archive.waiting().line().batches.len() < 4 {
            std::thread::yield_now();
        }
        drop(held);
    });
    assert_eq!(changes.load(Ordering::Relaxed), 2);
}

#[test]
fn what_was_written_is_brought_into_the_file_beside_the_next_change() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let (host, trust) = (Actor::host(), TrustStore::built_in());
    let id = archive.put(&host, &Intake::new(&trust, now()).mailbox("x"), text(1)).unwrap().id;
    // A copy of the file without its log, which is no way to make a backup.
    let is_in_file = || {
        let copy = folder.path().join("copy.pecarchive");
        std::fs::copy(archive.path(), &copy).unwrap();
        let found = Archive::open(&copy).is_ok_and(|copy| copy.entry(&host, id).is_ok());
        std::fs::remove_file(copy).unwrap();
        found
    };
    assert!(!is_in_file());
    archive
        .change(|_| {
            archive.backend().tidy();
            Ok(())
        })
        .unwrap();
    assert!(is_in_file());
}

#[test]
fn one_processor_is_left_to_whoever_writes() {
    let (archive, _) = counting(|_| Ok(()));
    let all = rayon::current_num_threads();
    assert_eq!(archive.preparing(rayon::current_num_threads), all);
    let held = archive.writer();
    assert_eq!(archive.preparing(rayon::current_num_threads), (all - 1).max(1));
    drop(held);
    assert_eq!(archive.preparing(rayon::current_num_threads), all);
}
