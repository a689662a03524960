use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::Verifier;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let anchor = std::fs::read("conformance/artefacts/root.crt")?; // for your own mail leave it out
    let trust = TrustStore::built_in().with_host_anchor(&anchor)?;
    let now = "2026-11-22T10:00:00Z".parse()?; // time is a parameter: the library reads no clock
    for name in ["kind-delivery-a", "impersonation-self-signed"] {
        let message = Message::parse(std::fs::read(format!("conformance/{name}.eml"))?, &Limits::DEFAULT);
        let verification = Verifier::new(&trust).verify(&message, now, &mut ChainCache::default());
        println!("{name} is {}", verification.verdict());
        if let Some(proof) = verification.certified()
            && let Some(recipient) = &proof.value().delivered_to
        {
            println!("delivered to {recipient}");
        }
    }
    Ok(())
}
