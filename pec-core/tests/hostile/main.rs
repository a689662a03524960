//! Messages made to exhaust a reader end with a finding that says so, never with a panic and never as certified. What
//! they cost is measured by the package `pec-benches`.

#[allow(unreachable_pub, reason = "the benchmarks include the same file as a public module")]
mod inputs;

use pec_core::finding::Severity;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::Verifier;

#[test]
fn every_hostile_message_ends_with_its_finding() {
    let trust = TrustStore::built_in();
    let now = "2026-11-22T10:00:00Z".parse().unwrap();
    for input in inputs::ALL {
        let input = input();
        let message = Message::parse(&input.bytes[..], &Limits::DEFAULT);
        let found = Verifier::new(&trust).verify(&message, now, &mut ChainCache::default());
        let name = input.name;
        let finding = found.findings.iter().find(|finding| finding.code.as_str() == input.code);
        let finding = finding.unwrap_or_else(|| panic!("{name}: no {}: {:#?}", input.code, found.findings));
        assert_eq!(found.verdict().as_str(), input.verdict, "{name}");
        // What the sender wrote into the original is a warning, or he could make his own envelope unreadable.
        let nested = finding.detail.contains("nested");
        assert_eq!(finding.severity, if nested { Severity::Warning } else { Severity::Fatal }, "{name}");
        assert_eq!(nested, input.name.contains("original") || input.name.contains("nested"), "{name}");
        if input.envelope {
            // However much stands before it, the signature of the envelope is still found.
            let signature = message.root().children().nth(1).unwrap();
            assert_eq!(signature.body(), b"MAA=", "{name}");
        }
    }
}
