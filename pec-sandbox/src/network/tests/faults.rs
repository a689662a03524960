//! Every fault, and what pec-core says of what it leaves behind.

use super::*;
use pec_core::daticert::Kind;

fn origins(network: &Network) -> Vec<(String, Verdict, Origin)> {
    let stored = network.messages(ANNA).unwrap();
    let origins = stored.iter().map(|stored| stored.origin);
    network.verdicts(ANNA).into_iter().zip(origins).map(|((kind, verdict), origin)| (kind, verdict, origin)).collect()
}

fn on_deliveries(fault: Fault) -> Network {
    let mut network = network();
    network.add_fault(FaultRule::new(fault).kind(Kind::Delivery));
    network.sent(&[OFFICE]);
    network
}

#[test]
fn lost() {
    let mut network = on_deliveries(Fault::Lost);
    assert_eq!(network.anna(), ["accettazione"]);
    network.hours(24);
    // Taken in charge, so the second notice alone; the truth is that it was delivered.
    assert_eq!(network.anna(), ["accettazione", "preavviso-errore-consegna"]);
    assert_eq!(network.messages(OFFICE).unwrap().len(), 1);

    let mut network = super::network();
    network.add_fault(FaultRule::new(Fault::Lost).kind(Kind::TakeCharge));
    network.add_fault(FaultRule::new(Fault::Lost).kind(Kind::Delivery).recipient(OFFICE));
    network.sent(&[OFFICE, LEGAL]);
    network.hours(24);
    let kinds = network.anna();
    assert_eq!(kinds.iter().filter(|kind| *kind == "preavviso-errore-consegna").count(), 2, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| *kind == "avvenuta-consegna").count(), 1, "{kinds:?}");
}

#[test]
fn a_lost_envelope() {
    let mut network = network();
    network.add_fault(FaultRule::new(Fault::Lost).kind(Kind::Transport).chance(Chance::Times(1)));
    let first = network.sent(&[OFFICE]);
    assert!(matches!(network.outcome(&first, OFFICE), Some(Outcome::Lost(_))));
    let second = network.sent(&[OFFICE]);
    assert!(matches!(network.outcome(&second, OFFICE), Some(Outcome::Delivered(_))));
    network.hours(24);
    assert_eq!(network.anna().iter().filter(|kind| *kind == "preavviso-errore-consegna").count(), 2);
}

#[test]
fn late() {
    let mut network = on_deliveries(Fault::Late(SignedDuration::from_hours(30)));
    assert_eq!(network.anna(), ["accettazione"]);
    network.hours(31);
    assert_eq!(network.anna(), ["accettazione", "preavviso-errore-consegna", "avvenuta-consegna"]);
    // It was signed in time: only its arrival is late.
    let delivered = network.data(ANNA, "avvenuta-consegna").time.unwrap().utc.unwrap();
    assert!(delivered < network.data(ANNA, "preavviso-errore-consegna").time.unwrap().utc.unwrap());
}

#[test]
fn duplicated() {
    let network = on_deliveries(Fault::Duplicated);
    assert_eq!(network.anna(), ["accettazione", "avvenuta-consegna", "avvenuta-consegna"]);
    let stored = network.messages(ANNA).unwrap();
    assert_eq!((stored[1].origin, stored[2].origin), (Origin::Genuine, Origin::Copy));
    let body = |stored: &Stored| {
        let at = stored.bytes.windows(9).position(|bytes| bytes == b"\r\nSubject").unwrap();
        stored.bytes[at..].to_vec()
    };
    assert_eq!(body(&stored[1]), body(&stored[2]), "byte for byte");
}

#[test]
fn reordered() {
    let mut network = network();
    network.add_fault(FaultRule::new(Fault::Reordered).kind(Kind::Acceptance));
    network.sent(&[OFFICE]);
    assert_eq!(network.anna(), ["avvenuta-consegna", "accettazione"]);

    // Where nothing else comes, it arrives within the hour.
    network.stop(House::Beta, Point::Incoming).unwrap();
    network.sent(&[OFFICE]);
    assert_eq!(network.anna().len(), 2);
    network.hours(1);
    assert_eq!(network.anna().len(), 3);
}

#[test]
fn foreign() {
    let network = on_deliveries(Fault::Foreign);
    let all = origins(&network);
    let delivery = |origin| ("avvenuta-consegna".to_owned(), Verdict::Certified, origin);
    assert_eq!(all[1..], [delivery(Origin::Foreign), delivery(Origin::Genuine)]);
    let stored = network.messages(ANNA).unwrap();
    let data = network.verified(&stored[1], MailboxRole::User).into_certified().unwrap().into_value();
    assert_eq!(data.sender.unwrap().as_str(), "estraneo@pec.alfa.example");
    assert_ne!(data.pec_id, network.data(ANNA, "accettazione").pec_id);
}

#[test]
fn edited() {
    let edit = |header: &str, value: &str| Fault::Edited { header: header.into(), value: value.into() };
    let network = on_deliveries(edit("Subject", "CONSEGNA: altra cosa"));
    let (_, verdict, origin) = &origins(&network)[1];
    assert_eq!(*origin, Origin::Edited);
    assert!(verdict.is_certified(), "the signed facts stand");
    let found = network.verified(&network.messages(ANNA).unwrap()[1], MailboxRole::User);
    let codes: Vec<_> = found.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert!(codes.contains(&"daticert.subject_vs_header"), "{codes:?}");

    // A failure dressed up as a delivery (attack P1).
    let mut network = super::network();
    network.add_fault(FaultRule::new(edit("X-Ricevuta", "avvenuta-consegna")).kind(Kind::DeliveryError));
    network.sent(&[FULL]);
    assert_eq!(origins(&network)[1], ("errore-consegna".to_owned(), Verdict::Forged, Origin::Edited));
}

#[test]
fn forged() {
    let network = on_deliveries(Fault::Forged);
    let delivery = |verdict, origin| ("avvenuta-consegna".to_owned(), verdict, origin);
    let mut all = origins(&network);
    all.sort_by_key(|(_, _, origin)| *origin == Origin::Forged);
    assert_eq!(all[1..], [delivery(Verdict::Certified, Origin::Genuine), delivery(Verdict::Forged, Origin::Forged)]);

    // Beside a failure stands a forged delivery.
    let mut network = super::network();
    network.add_fault(FaultRule::new(Fault::Forged).recipient(FULL));
    network.sent(&[FULL, OFFICE]);
    let forged: Vec<_> = origins(&network).into_iter().filter(|(_, _, origin)| *origin == Origin::Forged).collect();
    assert_eq!(forged, [delivery(Verdict::Forged, Origin::Forged)]);
}

#[test]
fn rules_are_kept_to() {
    let mut network = network();
    network.add_fault(FaultRule::new(Fault::Lost).kind(Kind::Delivery).recipient(LEGAL));
    network.sent(&[OFFICE, LEGAL]);
    assert_eq!(network.anna(), ["accettazione", "avvenuta-consegna"]);
    network.clear_faults();
    network.sent(&[LEGAL]);
    assert_eq!(network.anna().len(), 4);

    // Without a kind: every receipt and notice, never an envelope.
    let mut network = super::network();
    network.add_fault(FaultRule::new(Fault::Lost));
    network.sent(&[OFFICE]);
    network.hours(24);
    assert!(network.anna().is_empty());
    assert_eq!(network.messages(OFFICE).unwrap().len(), 1);

    // By chance: some, not all.
    let mut network = super::network();
    network.add_fault(FaultRule::new(Fault::Lost).kind(Kind::Delivery).chance(Chance::OneIn(2)));
    network.add_fault(FaultRule::new(Fault::Lost).kind(Kind::Acceptance).chance(Chance::OneIn(0)));
    for _ in 0..24 {
        network.sent(&[OFFICE]);
    }
    let kinds = network.anna();
    let delivered = kinds.iter().filter(|kind| *kind == "avvenuta-consegna").count();
    assert!((4..=20).contains(&delivered), "{delivered}");
    assert_eq!(kinds.len() - delivered, 24);
}
