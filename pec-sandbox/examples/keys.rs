//! Makes the test keys of `pec-sandbox/keys/` again: `cargo run --release -p pec-sandbox --example keys -- DIR NAME...`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let directory = args.next().ok_or("usage: keys DIR NAME-BITS...")?;
    for name in args {
        std::fs::write(format!("{directory}/{name}.der"), pec_sandbox::generate(&name)?)?;
        println!("{name}");
    }
    Ok(())
}
