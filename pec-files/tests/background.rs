//! Work in the background, as its owner sees it: events in order, progress, an end at any time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pec_core::finding::Language;
use pec_core::trust::TrustStore;
use pec_files::Judge;
use pec_files::link::Options;
use pec_files::work::{End, Event, Failed, Next, Told, Work, link, link_now, verify};

/// Nothing here takes so long.
const LONG: Duration = Duration::from_secs(60);
/// Events that wait at most, as the documents say.
const WAITING: usize = 1_000;

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn judge() -> Arc<Judge> {
    Arc::new(Judge::new(TrustStore::built_in()))
}

fn next<T>(work: &Work<T>) -> Option<Told> {
    match work.next(LONG) {
        Next::Event(told) => Some(*told),
        Next::Nothing => panic!("nothing has happened in a minute"),
        Next::Ended => None,
    }
}

/// Every event until the last.
fn all<T>(work: &Work<T>) -> Vec<Told> {
    std::iter::from_fn(|| next(work)).collect()
}

/// A folder with many messages, an empty file, an mbox with three, and a link that leads nowhere; and what they are called.
fn mailbox(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for number in 0..40 {
        let name = format!("{number:02}.eml");
        fs::write(folder.join(&name), format!("Subject: {number}\r\n\r\nx\r\n")).unwrap();
        names.push(name);
    }
    fs::write(folder.join("20.eml"), "").unwrap();
    let separator = "From - Mon Feb  9 10:15:30 2026\n";
    fs::write(folder.join("30.eml"), format!("{separator}A: 1\n\n{separator}A: 2\n\n{separator}A: 3\n")).unwrap();
    let at = names.iter().position(|name| name == "30.eml").unwrap();
    names.splice(at..=at, ["30.eml#1", "30.eml#2", "30.eml#3"].map(str::to_owned));
    names
}

#[test]
fn events_come_in_the_order_of_the_names_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let expected = mailbox(folder.path());
    for threads in [1, 2, 7] {
        let work = verify(judge(), vec![folder.path().to_path_buf()], now(), threads).unwrap();
        let events = all(&work);
        let (last, messages) = events.split_last().unwrap();
        let name = |told: &Told| match &told.event {
            Event::Message { name, .. } | Event::Unread { name, .. } => {
                PathBuf::from(name).file_name().unwrap().to_str().unwrap().to_owned()
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(messages.iter().map(name).collect::<Vec<_>>(), expected, "{threads} threads");
        let unread: Vec<&Told> = messages.iter().filter(|told| matches!(told.event, Event::Unread { .. })).collect();
        assert_eq!(unread.iter().map(|told| name(told)).collect::<Vec<_>>(), ["20.eml"]);
        // An mbox is one place.
        assert_eq!((&last.event, last.done, last.total), (&Event::Finished, 40, 40));
        assert!(messages.is_sorted_by_key(|told| told.done) && messages.iter().all(|told| told.total == 40));
        assert_eq!(work.progress(), (40, 40));
        assert_eq!(work.next(LONG), Next::Ended);
        assert_eq!(work.take(), Some(()));
        assert_eq!(work.take(), None);
    }
}

#[test]
fn nothing_is_told_before_it_happens_and_asking_does_not_wait_longer_than_it_should() {
    let (go, wait) = mpsc::channel::<()>();
    let work = Work::start(1, move |teller| {
        teller.total(2);
        wait.recv().map_err(|_| End::Cancelled)?;
        teller.step();
        teller.tell(Event::Unread { name: "x".to_owned(), reason: pec_files::Reason::new("perché", "why") })?;
        wait.recv().map_err(|_| End::Cancelled)?;
        teller.step();
        Ok("done")
    });
    let work = work.unwrap();
    assert_eq!(work.next(Duration::ZERO), Next::Nothing);
    let before = Instant::now();
    assert_eq!(work.next(Duration::from_millis(50)), Next::Nothing);
    assert!(before.elapsed() >= Duration::from_millis(50));
    assert_eq!(work.take(), None);
    go.send(()).unwrap();
    let told = next(&work).unwrap();
    assert_eq!((told.done, told.total), (1, 2));
    let json = r#"{"event":"unread","done":1,"total":2,"name":"x","verdict":null,"reason":"why","verification":null,"report":null}"#;
    assert_eq!(told.to_json(), json);
    assert_eq!(work.next(Duration::ZERO), Next::Nothing);
    go.send(()).unwrap();
    let last = next(&work).unwrap();
    assert_eq!((last.event, last.done, last.total), (Event::Finished, 2, 2));
    assert_eq!(work.take(), Some("done"));
}

/// Work that tells without end, and how often it was heard.
fn endless() -> (Work<()>, Arc<AtomicUsize>) {
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let work = Work::start(1, move |teller| {
        loop {
            teller.tell(Event::Unread { name: String::new(), reason: pec_files::Reason::new("", "") })?;
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    (work.unwrap(), told)
}

fn until(holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < LONG, "it never came to that");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn work_waits_for_an_owner_who_asks_slowly() {
    let (work, told) = endless();
    until(|| told.load(Ordering::SeqCst) == WAITING);
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(told.load(Ordering::SeqCst), WAITING, "it goes on without being asked");
    for _ in 0..10 {
        assert!(next(&work).is_some());
    }
    until(|| told.load(Ordering::SeqCst) == WAITING + 10);
}

#[test]
fn cancelled_work_ends_with_that_event_and_comes_to_nothing() {
    let (work, told) = endless();
    until(|| told.load(Ordering::SeqCst) == WAITING);
    work.cancel();
    // What was told before stays.
    let events = all(&work);
    assert_eq!(events.len(), WAITING + 1);
    assert_eq!(events.last().unwrap().event, Event::Cancelled);
    assert_eq!((work.take(), work.next(LONG)), (None, Next::Ended));
    // Once more, and after the end, is nothing.
    work.cancel();
    assert_eq!(work.next(LONG), Next::Ended);
}

#[test]
fn cancelling_finished_work_changes_nothing() {
    let work = Work::start(1, |_| Ok(7)).unwrap();
    assert_eq!(next(&work).unwrap().event, Event::Finished);
    work.cancel();
    assert_eq!((work.next(LONG), work.take()), (Next::Ended, Some(7)));
}

#[test]
fn verification_of_a_folder_can_be_cancelled_half_way() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..3_000 {
        fs::write(folder.path().join(format!("{number:04}.eml")), "Subject: x\r\n\r\nx\r\n").unwrap();
    }
    let work = verify(judge(), vec![folder.path().to_path_buf()], now(), 2).unwrap();
    assert!(next(&work).is_some());
    work.cancel();
    let events = all(&work);
    assert_eq!(events.last().unwrap().event, Event::Cancelled);
    assert!(events.len() <= WAITING + 1);
    let (done, total) = work.progress();
    assert!(done < total && total == 3_000, "{done} of {total}");
}

/// A drop that waits for an owner who will never ask would hang here.
#[test]
fn dropped_work_is_over_when_the_drop_returns() {
    let (work, told) = endless();
    until(|| told.load(Ordering::SeqCst) == WAITING);
    drop(work);
    let left = Arc::strong_count(&told);
    assert_eq!(left, 1, "the thread still holds its counter");
}

#[test]
fn a_fault_inside_is_an_event_in_its_own_words() {
    #[allow(clippy::panic, reason = "the panic is what is tested")]
    let work = Work::<()>::start(1, |_| panic!("a fault, on purpose")).unwrap();
    let told = next(&work).unwrap();
    let Event::Failed(failed) = &told.event else { panic!("{told:?}") };
    assert_eq!(*failed, Failed::Panic("a fault, on purpose".to_owned()));
    assert_eq!((failed.text(Language::It), failed.text(Language::En)), ("a fault, on purpose", "a fault, on purpose"));
    assert_eq!((work.take(), work.next(LONG)), (None, Next::Ended));
}

#[test]
fn linking_in_the_background_comes_to_the_same_dossiers() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/reconcile");
    let anchor = fs::read(cases.join("../artefacts/root.crt")).unwrap();
    let judge = Arc::new(Judge::new(TrustStore::built_in().with_host_anchor(&anchor).unwrap()));
    let mut folders: Vec<PathBuf> = fs::read_dir(&cases).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    let mut linked = 0;
    for folder in folders.into_iter().step_by(7) {
        let here = link_now(&judge, std::slice::from_ref(&folder), Options::new(now()), 2).unwrap();
        let work = link(Arc::clone(&judge), vec![folder.clone()], Options::new(now()), 2).unwrap();
        let events = all(&work);
        assert_eq!(events.last().unwrap().event, Event::Finished, "{}", folder.display());
        let there = work.take().unwrap();
        assert_eq!(there.lines(), here.lines(), "{}", folder.display());
        linked += there.dossiers.len();
    }
    assert!(linked > 5, "only {linked} dossiers");
}

#[test]
fn work_that_counts_by_itself_tells_each_hundredth_and_never_waits_for_its_owner() {
    let work = Work::start(1, |teller| {
        for done in 1..=100_000 {
            teller.at(done, 100_000)?;
        }
        Ok(())
    });
    let work = work.unwrap();
    let events = all(&work);
    let (last, told) = events.split_last().unwrap();
    assert_eq!((&last.event, last.done, last.total), (&Event::Finished, 100_000, 100_000));
    // The first tells that it has begun.
    let expected: Vec<u64> = std::iter::once(1).chain((1..=100).map(|hundredth| hundredth * 1_000)).collect();
    assert_eq!(told.iter().map(|told| told.done).collect::<Vec<_>>(), expected);
    assert!(told.iter().all(|told| told.event == Event::Progress && told.total == 100_000));
}

#[test]
fn a_failure_with_a_code_keeps_it() {
    let reason = pec_files::Reason::new("il disco è pieno", "the disk is full");
    let failed = Failed::Coded { code: "archive.full", evidence: "x".into(), reason };
    let given = failed.clone();
    let work = Work::<()>::start(1, move |_| Err(End::Failed(given))).unwrap();
    let events = all(&work);
    assert_eq!(events.last().unwrap().event, Event::Failed(failed.clone()));
    assert_eq!((failed.text(Language::It), failed.text(Language::En)), ("il disco è pieno", "the disk is full"));
}
