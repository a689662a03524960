//! Peak of the heap beyond the input: `cargo bench -p pec-benches --bench memory`. What the cryptographic library
//! allocates in C is not counted: a few kilobytes a key.
#![allow(missing_docs, reason = "a program, not an interface")]

use peak_alloc::PeakAlloc;
use pec_benches::genuine::{Envelope, SIZES, Variant};
use pec_benches::{Result, hostile};
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::Verifier;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Memory of a hostile message, the input included: at most twice the input and this.
const HOSTILE: usize = 16 << 20;

fn main() -> Result<()> {
    let mut failures = 0;
    println!("| message | bytes | peak beyond the input | share |\n|---|---:|---:|---:|");
    let mut row = |name: &str, bytes: usize, peak: usize, most: usize| {
        #[allow(clippy::cast_precision_loss, reason = "sizes of messages")]
        let share = 100.0 * peak as f64 / bytes as f64;
        let mark = if peak <= most { "" } else { " (too much)" };
        failures += usize::from(peak > most);
        println!("| {name} | {bytes} | {peak} | {share:.1} %{mark} |");
    };
    for size in SIZES {
        for variant in Variant::ALL {
            let envelope = Envelope::new(size, variant)?;
            let mut cache = envelope.warm_cache();
            let peak = beyond(|| drop(envelope.verify(&mut cache)));
            // At 10 KB the report itself is more than a twentieth of the message.
            let most = if size.0 >= 1_000_000 { envelope.bytes.len() / 20 } else { usize::MAX };
            row(&format!("{size}, {}", variant.as_str()), envelope.bytes.len(), peak, most);
        }
    }
    let trust = TrustStore::built_in();
    let now = "2026-11-22T10:00:00Z".parse()?;
    for input in hostile::ALL {
        let input = input();
        let peak = beyond(|| {
            let message = Message::parse(&input.bytes[..], &Limits::DEFAULT);
            drop(Verifier::new(&trust).verify(&message, now, &mut ChainCache::default()));
        });
        row(input.name, input.bytes.len(), peak, input.bytes.len() + HOSTILE);
    }
    if failures == 0 { Ok(()) } else { Err(format!("{failures} rows took too much").into()) }
}

/// The peak of the heap while `work` runs, less what was there before.
fn beyond(work: impl FnOnce()) -> usize {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    work();
    HEAP.peak_usage().saturating_sub(before)
}
