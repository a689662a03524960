//! Eight threads hammer one verifier, one message and one verification through the functions that C calls, while the log
//! function changes. Here for a few rounds; `cargo xtask threads` runs it for a minute under ThreadSanitizer
//! (`PEC_THREADS_SECONDS`).

#![allow(unsafe_code, reason = "the functions are called as C calls them")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::fs;
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pec::*;

const THREADS: usize = 8;
const NOW: i64 = 1_772_000_000;

/// Rounds of each thread where no time is given.
const ROUNDS: usize = 20;

fn made<T>(call: impl FnOnce(&mut MaybeUninit<Option<Box<T>>>) -> pec_result) -> Box<T> {
    let mut place = MaybeUninit::new(None);
    assert_eq!(call(&mut place), pec_result::PEC_OK);
    // SAFETY: it was made with a value.
    unsafe { place.assume_init() }.unwrap()
}

fn read<T: Copy>(call: impl FnOnce(&mut MaybeUninit<T>) -> pec_result) -> T {
    let mut place = MaybeUninit::uninit();
    assert_eq!(call(&mut place), pec_result::PEC_OK);
    // SAFETY: it was written by the call.
    unsafe { place.assume_init() }
}

static LINES: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" fn count(_: *mut c_void, _: u32, _: Option<&pec_str>) {
    LINES.fetch_add(1, Ordering::Relaxed);
}

/// What all threads share.
struct Shared {
    verifier: Box<pec_verifier>,
    message: Box<pec_message>,
    verification: Box<pec_verification>,
}

impl Shared {
    fn new() -> Self {
        let conformance = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance");
        let root = fs::read(conformance.join("artefacts/root.crt")).unwrap();
        let bytes = fs::read(conformance.join("kind-delivery-a.eml")).unwrap();
        let mut trust: Box<pec_trust_store> = made(|out| pec_trust_store_built_in(Some(out), None));
        // SAFETY: the bytes of a vector, with their length.
        let result = unsafe { pec_trust_store_add_host_anchor(Some(&mut trust), root.as_ptr(), root.len(), None) };
        assert_eq!(result, pec_result::PEC_OK);
        let verifier: Box<pec_verifier> = made(|out| pec_verifier_new(Some(&trust), Some(out), None));
        // SAFETY: the bytes of a vector, with their length.
        let message = made(|out| unsafe { pec_message_parse(bytes.as_ptr(), bytes.len(), Some(out), None) });
        let verification = made(|out| pec_verify(Some(&verifier), Some(&message), NOW, Some(out), None));
        Self { verifier, message, verification }
    }

    /// One round: a verification of its own, values of the shared one that are written when they are first asked for, a call
    /// that fails and is logged.
    fn round(&self) {
        let own: Box<pec_verification> =
            made(|out| pec_verify(Some(&self.verifier), Some(&self.message), NOW, Some(out), None));
        for verification in [&own, &self.verification] {
            let verdict = read(|out| pec_verification_verdict(Some(verification), Some(out)));
            assert_eq!(verdict, pec_verdict::PEC_VERDICT_CERTIFIED);
            let answer = pec_answer::PEC_ANSWER_SIGNED_AT as u32;
            assert!(read(|out| pec_verification_text(Some(verification), answer, Some(out))).len > 10);
            // SAFETY: a text that ends with NUL.
            let json: Box<pec_text> =
                made(|out| unsafe { pec_verification_json(Some(verification), c"x".as_ptr(), Some(out), None) });
            assert!(read(|out| pec_text_bytes(Some(&json), Some(out))).len > 500);
        }
        assert_eq!(pec_message_bytes(Some(&self.message), None), pec_result::PEC_NULL);
    }
}

/// A number that threads write without any order.
struct Unguarded(UnsafeCell<u64>);

// SAFETY: it is not sound, and whoever looks for races has to say so.
unsafe impl Sync for Unguarded {}

/// What `cargo xtask threads` has to find, so that finding nothing else means something.
#[test]
fn a_planted_race() {
    if std::env::var_os("PEC_THREADS_PLANTED").is_none() {
        return;
    }
    static NUMBER: Unguarded = Unguarded(UnsafeCell::new(0));
    // Neither ends before the other one has written: of what has ended the sanitizer knows too little. Waiting twice at the
    // same barrier would give an order.
    let (begun, ended) = (Barrier::new(2), Barrier::new(2));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                begun.wait();
                for _ in 0..10_000 {
                    // SAFETY: none; this is the race.
                    unsafe { *NUMBER.0.get() += 1 };
                }
                ended.wait();
            });
        }
    });
}

#[test]
fn eight_threads_hammer_one_verifier() {
    let seconds =
        std::env::var("PEC_THREADS_SECONDS").ok().map(|seconds| Duration::from_secs(seconds.parse().unwrap()));
    let (shared, begun) = (Shared::new(), Instant::now());
    let rounds = AtomicU64::new(0);
    let more = |round: usize| seconds.map_or(round < ROUNDS, |seconds| begun.elapsed() < seconds);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in (0..).take_while(|round| more(*round)) {
                    shared.round();
                    rounds.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        scope.spawn(|| {
            for round in (0..).take_while(|round| more(*round)) {
                let function: pec_log_function = if round % 2 == 0 { Some(count) } else { None };
                // SAFETY: the function takes any thread, several at once, and needs no data.
                assert_eq!(unsafe { pec_set_log(std::ptr::null_mut(), function) }, pec_result::PEC_OK);
                thread::yield_now();
            }
        });
    });
    let rounds = rounds.load(Ordering::Relaxed);
    assert!(rounds >= THREADS as u64);
    println!("{rounds} rounds, two verifications read in each, {} lines of log", LINES.load(Ordering::Relaxed));
}
