//! Messages per second beside the peer and beside the bare cost of the cryptography, one thread, in one run:
//! `cargo bench -p pec-benches --features openssl --bench speed`. The ratios are printed at the end.
#![allow(missing_docs, reason = "a program, not an interface")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, SamplingMode, measurement::WallTime};
use pec_benches::Result;
use pec_benches::bare::{self, Signature};
use pec_benches::genuine::{Envelope, SIZES, Size, Variant};
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::ChainCache;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    for size in SIZES {
        let mut group = criterion.benchmark_group(format!("{size}"));
        configure(&mut group, size);
        floor(&mut group, &Envelope::new(size, Variant::Wire)?)?;
        for variant in Variant::ALL {
            ours(&mut group, &Envelope::new(size, variant)?, variant);
        }
        #[cfg(feature = "openssl")]
        for variant in Variant::ALL {
            peer(&mut group, &Envelope::new(size, variant)?, variant)?;
        }
        group.finish();
    }
    criterion.final_summary();
    ratios();
    Ok(())
}

fn configure(group: &mut BenchmarkGroup<'_, WallTime>, size: Size) {
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    if size.0 >= 25_000_000 {
        // A message takes 10 ms and more, with the peer nearly a second.
        group.sampling_mode(SamplingMode::Flat).sample_size(10);
    }
}

/// The bare cost: nothing parsed, nothing compared.
fn floor(group: &mut BenchmarkGroup<'_, WallTime>, envelope: &Envelope) -> Result<()> {
    let signature = Signature::new()?;
    let bytes = &envelope.bytes;
    group.bench_function("bare SHA-256", |b| b.iter(|| bare::sha256(black_box(bytes))));
    group.bench_function("bare RSA + SHA-256", |b| {
        b.iter(|| (black_box(&signature).holds(), bare::sha256(black_box(bytes))));
    });
    Ok(())
}

fn ours(group: &mut BenchmarkGroup<'_, WallTime>, envelope: &Envelope, variant: Variant) {
    let name = variant.as_str();
    let mut cache = envelope.warm_cache();
    group.bench_function(format!("pec, {name}"), |b| b.iter(|| black_box(envelope).verify(&mut cache)));
    if variant == Variant::Wire {
        group.bench_function(format!("pec without cache, {name}"), |b| {
            b.iter(|| black_box(envelope).verify(&mut ChainCache::new(0)));
        });
        group.bench_function("pec, parsing alone", |b| {
            b.iter(|| Message::parse(black_box(&envelope.bytes[..]), &Limits::DEFAULT));
        });
    }
}

#[cfg(feature = "openssl")]
fn peer(group: &mut BenchmarkGroup<'_, WallTime>, envelope: &Envelope, variant: Variant) -> Result<()> {
    let peer = pec_benches::openssl::Peer::new(envelope)?;
    peer.verify(&envelope.bytes)?;
    group.bench_function(format!("OpenSSL, {}", variant.as_str()), |b| {
        b.iter(|| peer.verify(black_box(&envelope.bytes)).is_ok());
    });
    Ok(())
}

/// Prints the medians of this run as a table, each beside what it is compared with.
fn ratios() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    #[cfg(feature = "openssl")]
    println!("\npeer: {}", pec_benches::openssl::Peer::version());
    println!("\n| size | what | µs | messages/s | × bare RSA + SHA-256 | × bare SHA-256 | OpenSSL is slower by |");
    println!("|---|---|---:|---:|---:|---:|---:|");
    for size in SIZES {
        let median = |name: &str| median(&size.to_string(), name);
        let (both, sha) = (median("bare RSA + SHA-256"), median("bare SHA-256"));
        let mut rows =
            vec!["bare SHA-256".to_owned(), "bare RSA + SHA-256".to_owned(), "pec, parsing alone".to_owned()];
        rows.push(format!("pec without cache, {}", Variant::Wire.as_str()));
        rows.extend(Variant::ALL.map(|variant| format!("pec, {}", variant.as_str())));
        rows.extend(Variant::ALL.map(|variant| format!("OpenSSL, {}", variant.as_str())));
        for row in rows {
            let Some(time) = median(&row) else { continue };
            let times = |other: Option<f64>| other.map_or_else(String::new, |other| format!("{:.2}", time / other));
            let peer = row.strip_prefix("pec, ").and_then(|rest| median(&format!("OpenSSL, {rest}")));
            let peer = peer.map_or_else(String::new, |peer| format!("{:.1}", peer / time));
            let micros = time / 1e3;
            println!(
                "| {size} | {row} | {micros:.1} | {:.0} | {} | {} | {peer} |",
                1e9 / time,
                times(both),
                times(sha)
            );
        }
    }
}

/// The median that this run wrote down, in nanoseconds.
fn median(group: &str, name: &str) -> Option<f64> {
    let home = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    let file = home.join("criterion").join(group).join(name).join("new/estimates.json");
    let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}
