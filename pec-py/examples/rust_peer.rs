//! The Rust side of `benches/python.py`: writes the message of the bench into a folder, then verifies it as often as each line of
//! standard input says and answers with the nanoseconds that it took, so that both sides take turns in one run.
#![allow(missing_docs, reason = "a program, not an interface")]

use std::fs;
use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use pec_benches::Result;
use pec_benches::genuine::{Envelope, SIZES, Variant};

fn main() -> Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("give a folder to write into")?);
    let envelope = Envelope::new(SIZES[0], Variant::Wire)?;
    fs::write(folder.join("message.eml"), &envelope.bytes)?;
    fs::write(folder.join("root.crt"), &envelope.root)?;
    fs::write(folder.join("now"), envelope.now().to_string())?;
    let mut cache = envelope.warm_cache();
    for line in io::stdin().lock().lines() {
        let times: u32 = line?.trim().parse()?;
        let start = Instant::now();
        for _ in 0..times {
            black_box(black_box(&envelope).verify(&mut cache));
        }
        println!("{}", start.elapsed().as_nanos());
        io::stdout().flush()?;
    }
    Ok(())
}
