//! What verifying through C costs beside Rust, 10 KB messages, one thread, in one run:
//! `cargo bench -p pec-benches --bench face`. Rust and C take turns, so that what else the machine does meets both; the medians
//! of the turns are compared.
#![allow(missing_docs, reason = "a program, not an interface")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use pec_benches::Result;
use pec_benches::face::Face;
use pec_benches::genuine::{Envelope, SIZES, Variant};

/// Messages in a turn: about 5 ms, shorter than a slice of the scheduler.
const MESSAGES: u32 = 200;

/// Turns of each.
const TURNS: usize = 400;

fn main() -> Result<()> {
    let envelope = Envelope::new(SIZES[0], Variant::Wire)?;
    let mut cache = envelope.warm_cache();
    let face = Face::new(&envelope)?;
    let (mut rust, mut c) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        rust.push(timed(|| {
            black_box(envelope.verify(&mut cache).verdict());
        }));
        c.push(timed(|| {
            black_box(face.verify());
        }));
    }
    let (rust, c) = (median(rust), median(c));
    println!(
        "| by | µs a message | × Rust |\n|---|---:|---:|\n| Rust | {rust:.2} | 1.000 |\n| C | {c:.2} | {:.3} |",
        c / rust
    );
    Ok(())
}

/// How long a turn takes.
fn timed(mut one: impl FnMut()) -> Duration {
    let begun = Instant::now();
    (0..MESSAGES).for_each(|_| one());
    begun.elapsed()
}

/// Microseconds a message.
fn median(mut turns: Vec<Duration>) -> f64 {
    turns.sort_unstable();
    turns[turns.len() / 2].as_secs_f64() * 1e6 / f64::from(MESSAGES)
}
