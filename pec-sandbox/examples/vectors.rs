//! Writes the conformance vectors: `cargo run -p pec-sandbox --example vectors -- DIR`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: vectors DIR")?;
    let cases = pec_sandbox::vectors::write(std::path::Path::new(&directory))?;
    println!("{cases} cases");
    Ok(())
}
