//! How long it takes to verify a log: `cargo bench -p pec-benches --bench log`. A number after `--` makes it as many entries
//! (1,000,000 unless told). Fails where an edited entry in its middle is not named.
#![allow(missing_docs, reason = "a program, not an interface")]
#![allow(clippy::cast_precision_loss, reason = "times and sizes")]

use std::path::Path;
use std::time::Instant;

use pec_archive::{Actor, Archive, Flaw, Intake};
use pec_benches::Result;
use pec_core::trust::TrustStore;

/// Acts that are logged in one transaction.
const TOGETHER: usize = 1000;
/// How often it is verified.
const TURNS: usize = 5;

fn main() -> Result<()> {
    let entries: usize = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir_in(Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"))?;
    let path = folder.path().join("a.pecarchive");
    let archive = Archive::create(&path)?;
    let (host, trust, now) = (Actor::named("anna.verdi"), TrustStore::built_in(), "2026-03-01T00:00:00Z".parse()?);
    let messages = (0..TOGETHER).map(|n| format!("Message-ID: <{n}@x.example>\r\n\r\n{n}\r\n").into_bytes()).collect();
    let put = archive.put_batch(&host, &Intake::new(&trust, now), messages)?;
    let ids: Vec<_> = put.iter().map(|put| put.id).collect();
    for n in 1..entries.div_ceil(TOGETHER) {
        let tag = format!("pratica {}", n / 2);
        if n % 2 == 0 { archive.tag(&host, now, &ids, &tag)? } else { archive.untag(&host, now, &ids, &tag)? }
    }
    let (size, _) = archive.log_root(&host)?;
    println!("| entries | file MB | s, turns | entries/s, best |\n|---:|---:|---|---:|");
    let mut times = Vec::new();
    for _ in 0..TURNS {
        let start = Instant::now();
        let check = archive.verify_log(&host, &trust, now, &[])?;
        times.push(start.elapsed().as_secs_f64());
        if !check.is_clean() || check.sound != size {
            return Err(format!("{check:?}").into());
        }
    }
    let best = times.iter().copied().fold(f64::MAX, f64::min);
    let turns: Vec<String> = times.iter().map(|time| format!("{time:.2}")).collect();
    let file = std::fs::metadata(&path)?.len() as f64 / 1e6;
    println!("| {size} | {file:.0} | {} | {:.0} |", turns.join(", "), size as f64 / best);

    let edited = size / 2;
    rusqlite::Connection::open(&path)?
        .execute("UPDATE log SET entry = replace(entry, 'anna', 'carlo') WHERE n = ?1", [edited as i64])?;
    let start = Instant::now();
    let broken = archive.verify_log(&host, &trust, now, &[])?.broken.ok_or("an edited entry is not found")?;
    println!(
        "\nEntry {} of the log is named as {:?} after {:.2} s.",
        broken.n,
        broken.flaw,
        start.elapsed().as_secs_f64()
    );
    if (broken.n, broken.flaw) == (edited, Flaw::Edited) { Ok(()) } else { Err(format!("{broken:?}").into()) }
}
