//! All or nothing, and one state at a time.

use super::sample::{Sample, change, keep, read};
use crate::error::Error;
use crate::id::Id;
use crate::store::{Backend, Speaking, first_number};

/// A change that ends with an error leaves no row, and gives its error.
pub fn a_change_that_fails_leaves_nothing<B: Backend>(backend: &B) {
    let sample = Sample::new("uno", 100).about(&["id"], true);
    let failed = backend.change(&mut |change| {
        let number = sample.put(change)?;
        change.tag(number, "t")?;
        change.set_term("breve", 12)?;
        change.append_log(0, "{}", 0, &[[1; 32]])?;
        assert_eq!(change.numbers(&[sample.id])?, [Some(number)]);
        Err(Error::NotFound("what the work says".into()))
    });
    assert!(matches!(failed, Err(Error::NotFound(why)) if why == "what the work says"));
    read(backend, |view| {
        assert_eq!(view.numbers(&[sample.id])?, [None]);
        assert_eq!(view.oldest(None, 10)?, [0; 0]);
        assert_eq!(view.about(&["id".into()], Speaking::All)?, [0; 0]);
        assert_eq!(view.last_entry()?, None);
        assert_eq!(view.log_node_count()?, 0);
        assert_eq!(view.terms()?, [(String::new(), 120)]);
        Ok(())
    });
    // It goes on as if nothing had been.
    assert_eq!(change(backend, |change| sample.put(change)), first_number(100));
}

/// A change sees what it writes; nobody else does before its commit, and then all of it is seen.
pub fn a_change_is_seen_whole_after_its_commit<B: Backend>(backend: &B) {
    let samples: Vec<Sample> = (0..3).map(|n| Sample::new(&format!("m{n}"), n)).collect();
    let seen = || read(backend, |view| view.oldest(None, 10)).len();
    change(backend, |change| {
        for (n, sample) in (1..).zip(&samples) {
            let number = sample.put(change)?;
            assert_eq!(change.oldest(None, 10)?.len(), n);
            assert_eq!(change.entries(&[number])?[0].id, sample.id);
            assert_eq!(std::thread::scope(|scope| scope.spawn(seen).join().unwrap()), 0);
        }
        Ok(())
    });
    assert_eq!(seen(), 3);
}

/// A view sees the state of its first question until its end, whatever is committed meanwhile, and no change waits for it.
pub fn a_view_stays_as_it_was<B: Backend>(backend: &B) {
    let body = b"una lettera";
    let (one, two) = (Sample::new("uno", 1).body(body), Sample::new("due", 2));
    let number = change(backend, |change| {
        keep(change, body)?;
        one.put(change)
    });
    read(backend, |view| {
        assert_eq!(view.oldest(None, 10)?.len(), 1);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                change(backend, |change| {
                    change.tag(number, "nuovo")?;
                    two.put(change)
                })
            });
            other.join().unwrap();
        });
        assert_eq!(view.oldest(None, 10)?.len(), 1);
        assert_eq!(view.numbers(&[two.id])?, [None]);
        assert_eq!(view.entries(&[number])?[0].tags, [""; 0]);
        Ok(())
    });
    read(backend, |view| {
        assert_eq!(view.oldest(None, 10)?.len(), 2);
        assert_eq!(view.entries(&[number])?[0].tags, ["nuovo"]);
        Ok(())
    });
}

/// What two threads change at a time is what both have changed: no number is given twice, no entry is lost.
pub fn changes_are_one_after_the_other<B: Backend>(backend: &B) {
    const EACH: usize = 20;
    let work = |name: &str| {
        for n in 0..EACH {
            change(backend, |change| {
                let next = change.last_entry()?.map_or(0, |last| last + 1) as u64;
                change.append_log(next, &format!("{name} {n}"), next, &[[0; 32]])?;
                Sample::new(&format!("{name} {n}"), 5).put(change)
            });
        }
    };
    std::thread::scope(|scope| {
        for name in ["a", "b"] {
            scope.spawn(move || work(name));
        }
    });
    read(backend, |view| {
        let numbers: Vec<i64> = (first_number(5)..).take(2 * EACH).collect();
        assert_eq!(view.oldest(None, 1000)?, numbers);
        assert_eq!(view.last_entry()?, Some(2 * EACH as i64 - 1));
        let ids: Vec<Id> = (0..EACH).map(|n| Id::of(format!("a {n}").as_bytes())).collect();
        assert!(view.numbers(&ids)?.iter().all(Option::is_some));
        Ok(())
    });
}
