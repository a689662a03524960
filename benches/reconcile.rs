//! What reconciliation costs as a ledger grows to 1,000,000 receipts of 200,000 messages:
//! `cargo bench -p pec-benches --bench reconcile`. A number after `--` makes it as many receipts.
//!
//! Every receipt is signed by a sandbox provider and verified, in portions that are prepared outside the clock.
#![allow(missing_docs, reason = "a program, not an interface")]
#![allow(clippy::cast_precision_loss, reason = "times and sizes")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use pec_benches::Result;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::reconcile::{HashKey, Ledger, Record, Source, State};
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::Verifier;
use pec_sandbox::compose::submission::{ReceiptForm, Recipient, Submission};
use pec_sandbox::{Moment, World};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Receipts at which the ledger is looked at.
const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];
/// An acceptance and four deliveries.
const RECIPIENTS: usize = 4;
const RECEIPTS: usize = RECIPIENTS + 1;
/// Receipts that are prepared, then added.
const PORTION: usize = 10_000;
/// Bytes that a ledger may take for one message with all its receipts.
const MOST: f64 = 2_000.0;

fn main() -> Result<()> {
    let most = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(SIZES[2]);
    let mut shop = Shop::new()?;
    let mut ledger = Ledger::new(HashKey::new([0x5a; 16]));
    let mut added = Duration::ZERO;
    let before = HEAP.current_usage();
    println!(
        "| receipts | messages | ns a receipt, all | ns a receipt, last {PORTION} | bytes a message | peak | µs a dossier |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    let mut failures = 0;
    for portion in 1..=most.div_ceil(PORTION) {
        let records = shop.portion()?;
        HEAP.reset_peak_usage();
        let start = Instant::now();
        let kept = records.len();
        for record in records {
            ledger.add(record)?;
        }
        let last = start.elapsed();
        added += last;
        let receipts = portion * PORTION;
        if SIZES.contains(&receipts) || receipts >= most {
            let messages = receipts / RECEIPTS;
            let bytes = (HEAP.current_usage() - before) as f64 / messages as f64;
            let peak = (HEAP.peak_usage() - before) as f64 / messages as f64;
            let start = Instant::now();
            let mut delivered = 0;
            for dossier in ledger.dossiers(shop.now.timestamp()) {
                delivered += usize::from(black_box(dossier).state() == Some(State::Delivered));
            }
            let dossier = start.elapsed().as_secs_f64() * 1e6 / messages as f64;
            assert_eq!(delivered, messages, "every message is delivered to everybody");
            let all = added.as_secs_f64() * 1e9 / receipts as f64;
            let last = last.as_secs_f64() * 1e9 / kept as f64;
            println!("| {receipts} | {messages} | {all:.0} | {last:.0} | {bytes:.0} | {peak:.0} | {dossier:.1} |");
            failures += usize::from(bytes > MOST);
        }
    }
    println!(
        "\nRecord::of: {:.0} ns a receipt, {} receipts.",
        shop.read.as_secs_f64() * 1e9 / shop.made as f64,
        shop.made
    );
    if failures == 0 { Ok(()) } else { Err("more than the bytes that a message may take".into()) }
}

/// Where receipts are made.
struct Shop {
    world: World,
    trust: TrustStore,
    cache: ChainCache,
    now: Moment,
    made: usize,
    read: Duration,
}

impl Shop {
    fn new() -> Result<Self> {
        let world = World::new()?;
        let trust = TrustStore::built_in().with_host_anchor(&world.root.certificate.der)?;
        let now = "2026-03-01T12:00:00+01:00".parse()?;
        Ok(Self { world, trust, cache: ChainCache::default(), now, made: 0, read: Duration::ZERO })
    }

    /// The receipts of the next messages, signed with P-256, which is the quickest to sign.
    fn portion(&mut self) -> Result<Vec<Record>> {
        let gamma = self.world.gamma.clone();
        let mut records = Vec::with_capacity(PORTION);
        for message in self.made / RECEIPTS..(self.made + PORTION) / RECEIPTS {
            let accepted = "2026-02-09T10:15:30+01:00".parse::<Moment>()?.plus((message % 1_000_000) as i64);
            let address = |n: usize| format!("ufficio{:05}@pec.gamma.example", (message * 7 + n * 13) % 20_000);
            let addresses: Vec<String> = (0..RECIPIENTS).map(address).collect();
            let submission = Submission {
                message: format!(
                    "Message-ID: <{message}.20260209@gestionale.ditta.example>\r\nFrom: fatture@pec.gamma.example\r\n\
                     To: {}\r\nSubject: Fattura {message}\r\n\r\nIn allegato.\r\n",
                    addresses.join(", ")
                )
                .into_bytes(),
                sender: "fatture@pec.gamma.example".into(),
                recipients: addresses.iter().map(|address| Recipient::certified(address)).collect(),
                receipt: ReceiptForm::Concise,
            };
            let tx = gamma.accept(submission, Some(&format!("Fattura {message}")), accepted);
            let deliveries = addresses
                .iter()
                .zip(1..)
                .map(|(to, n)| gamma.delivery(&tx, to, ReceiptForm::Concise, accepted.plus(n)));
            for draft in std::iter::once(gamma.acceptance(&tx)).chain(deliveries) {
                records.push(self.record(&gamma.seal(&draft)?)?);
            }
        }
        Ok(records)
    }

    fn record(&mut self, bytes: &[u8]) -> Result<Record> {
        let message = Message::parse(bytes, &Limits::DEFAULT);
        let verification = Verifier::new(&self.trust).verify(&message, self.now.timestamp(), &mut self.cache);
        self.made += 1;
        let start = Instant::now();
        let record = Record::of(Source(self.made as u64), &message, &verification);
        self.read += start.elapsed();
        Ok(record.ok_or("no record")?)
    }
}
