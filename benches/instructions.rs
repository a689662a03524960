//! Instructions for each scenario, the same on every run of one machine:
//! `cargo bench -p pec-benches --bench instructions` (needs valgrind and `cargo install gungraun-runner --version 0.20.0`).
#![allow(missing_docs, reason = "a program, not an interface")]

use std::hint::black_box;

use gungraun::{Callgrind, EventKind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};
use pec_benches::face::Face;
use pec_benches::genuine::{Envelope, SIZES, Variant};
use pec_benches::hostile::{self, Input};
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::{Verification, Verifier};

type Warm = (Envelope, ChainCache);

#[allow(clippy::expect_used, reason = "without its input nothing can be measured")]
fn warm(size: usize, variant: Variant) -> Warm {
    let envelope = Envelope::new(SIZES[size], variant).expect("the sandbox makes it");
    let cache = envelope.warm_cache();
    (envelope, cache)
}

#[library_benchmark(setup = warm)]
#[bench::kb10(0, Variant::Wire)]
#[bench::mb1(1, Variant::Wire)]
#[bench::mb25(2, Variant::Wire)]
fn parse((envelope, cache): Warm) -> Warm {
    black_box(Message::parse(&envelope.bytes[..], &Limits::DEFAULT));
    (envelope, cache)
}

#[library_benchmark(setup = warm)]
#[bench::kb10(0, Variant::Wire)]
#[bench::mb1(1, Variant::Wire)]
#[bench::mb25(2, Variant::Wire)]
#[bench::kb10_lf(0, Variant::LineFeeds)]
#[bench::kb10_sha1(0, Variant::Sha1)]
fn verify((envelope, mut cache): Warm) -> (Verification, Envelope, ChainCache) {
    (envelope.verify(&mut cache), envelope, cache)
}

#[library_benchmark(setup = warm)]
#[bench::kb10(0, Variant::Wire)]
fn verify_without_cache((envelope, cache): Warm) -> (Verification, Envelope, ChainCache) {
    (envelope.verify(&mut ChainCache::new(0)), envelope, cache)
}

fn warm_face(size: usize, variant: Variant) -> Face<'static> {
    let (envelope, _) = warm(size, variant);
    // It lives as long as the program, which ends after one call.
    #[allow(clippy::expect_used, reason = "without its input nothing can be measured")]
    Face::new(Box::leak(Box::new(envelope))).expect("certified through C too")
}

// Beside `verify`: the bytes are copied, handles made and freed.
#[library_benchmark(setup = warm_face)]
#[bench::kb10(0, Variant::Wire)]
fn verify_through_c(face: Face<'static>) -> Face<'static> {
    black_box(face.verify());
    face
}

/// Instructions that a byte of a hostile message may cost.
const PER_BYTE: u64 = 60;

/// The same where every fifth byte begins a line that is compared with 64 open boundaries, the most that there can be.
const PER_BYTE_OF_DELIMITERS: u64 = 70;

/// Fails the benchmark that needs more; `bytes` is the size of its input, rounded down.
fn limited(bytes: u64, per_byte: u64) -> LibraryBenchmarkConfig {
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(Callgrind::default().hard_limits([(EventKind::Ir, per_byte * bytes)]));
    config
}

fn armed(input: fn() -> Input) -> (Input, TrustStore) {
    (input(), TrustStore::built_in())
}

#[library_benchmark(setup = armed)]
#[bench::nested_messages(args = (hostile::nested_messages), config = limited(1_600_000, PER_BYTE))]
#[bench::tiny_parts(args = (hostile::tiny_parts), config = limited(14_000_000, PER_BYTE))]
#[bench::many_headers(args = (hostile::many_headers), config = limited(12_000_000, PER_BYTE))]
#[bench::many_headers_everywhere(args = (hostile::many_headers_everywhere), config = limited(12_000_000, PER_BYTE))]
#[bench::dashes(args = (hostile::dashes), config = limited(20_000_000, PER_BYTE))]
#[bench::long_header_line(args = (hostile::long_header_line), config = limited(10_000_000, PER_BYTE))]
#[bench::near_delimiters(args = (hostile::near_delimiters), config = limited(10_000_000, PER_BYTE_OF_DELIMITERS))]
#[bench::original_of_nested_messages(args = (hostile::original_of_nested_messages), config = limited(1_600_000, PER_BYTE))]
#[bench::original_of_tiny_parts(args = (hostile::original_of_tiny_parts), config = limited(14_000_000, PER_BYTE))]
#[bench::original_of_many_headers(args = (hostile::original_of_many_headers), config = limited(12_000_000, PER_BYTE))]
#[bench::original_of_near_delimiters(args = (hostile::original_of_near_delimiters), config = limited(10_000_000, PER_BYTE_OF_DELIMITERS))]
#[bench::xml_bomb(args = (hostile::xml_bomb), config = limited(2_900_000, PER_BYTE))]
#[bench::xml_depth(args = (hostile::xml_depth), config = limited(4_000_000, PER_BYTE))]
#[bench::xml_recipients(args = (hostile::xml_recipients), config = limited(3_400_000, PER_BYTE))]
fn hostile_message((input, trust): (Input, TrustStore)) -> (Verification, Input, TrustStore) {
    let now = jiff::Timestamp::UNIX_EPOCH;
    let verification = {
        let message = Message::parse(&input.bytes[..], &Limits::DEFAULT);
        Verifier::new(&trust).verify(&message, now, &mut ChainCache::default())
    };
    (verification, input, trust)
}

library_benchmark_group!(name = genuine_messages, benchmarks = [parse, verify, verify_through_c, verify_without_cache]);
library_benchmark_group!(name = hostile_messages, benchmarks = [hostile_message]);
main!(library_benchmark_groups = [genuine_messages, hostile_messages]);
