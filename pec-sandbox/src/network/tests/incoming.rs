//! What is no correct PEC, and what carries a virus (PEC-SPEC §2.6 to §2.8, §6.6).

use super::*;
use pec_core::daticert::Kind;

fn stranger() -> Vec<u8> {
    let letter = Letter::to(&[OFFICE]).set("From", "Mario <mario@stranger.example>").set("Subject", "Offerta");
    letter.bytes()
}

#[test]
fn ordinary_mail_comes_in_an_anomaly_envelope_and_nobody_is_told() {
    let mut network = network();
    network.receive("mario@stranger.example", &[OFFICE, NOBODY, FULL], &stranger()).unwrap();
    network.settle().unwrap();
    assert_eq!(network.verdicts(OFFICE), [("anomalia".to_owned(), Verdict::Anomaly)]);
    let text = String::from_utf8_lossy(&network.messages(OFFICE).unwrap()[0].bytes).into_owned();
    assert!(text.contains("From: \"Per conto di: mario@stranger.example\" <posta-certificata@cert.beta.example>\r\n"));
    assert!(text.contains("Message-ID: <c0ffee-0001@client.alfa.example>\r\n"), "kept, unlike an envelope's");
    assert!(!text.contains("filename=daticert.xml"));
    assert!(network.messages(FULL).unwrap().is_empty());
    let issued = network.events().iter().filter(
        |event| matches!(&event.what, What::Issued { message, .. } if message.kind != pec_core::verify::Kind::Anomaly),
    );
    assert_eq!(issued.count(), 0, "no receipt of any kind");
    network.hours(48);
    assert_eq!(network.messages(OFFICE).unwrap().len(), 1);
}

#[test]
fn a_provider_may_refuse_ordinary_mail() {
    let mut settings = settings();
    settings.providers[1].ordinary_mail = OrdinaryMail::Refuse;
    let mut network = network_of(settings);
    let error = network.receive("mario@stranger.example", &[OFFICE], &stranger()).unwrap_err();
    assert!(matches!(error, Error::Rejected { code: 550, .. }), "{error}");
    network.settle().unwrap();
    assert!(network.messages(OFFICE).unwrap().is_empty());
    // Certified mail is not ordinary.
    network.sent(&[OFFICE]);
    assert_eq!(network.messages(OFFICE).unwrap().len(), 1);
}

#[test]
fn a_virus_in_ordinary_mail_is_dropped() {
    let mut network = network();
    let letter = Letter::to(&[OFFICE]).set("From", "mario@stranger.example").attached(eicar().as_bytes());
    network.receive("mario@stranger.example", &[OFFICE], &letter.bytes()).unwrap_err();
    network.settle().unwrap();
    assert!(network.messages(OFFICE).unwrap().is_empty());
}

#[test]
fn a_broken_envelope_of_a_provider_must_be_delivered_as_an_anomaly() {
    let mut settings = settings();
    settings.providers[1].ordinary_mail = OrdinaryMail::Refuse;
    let mut network = network_of(settings);
    let edit = Fault::Edited { header: "X-Trasporto".into(), value: "errore".into() };
    network.add_fault(FaultRule::new(edit).kind(Kind::Transport));
    let pec_id = network.sent(&[OFFICE]);
    assert_eq!(network.verdicts(OFFICE), [("anomalia".to_owned(), Verdict::Anomaly)]);
    assert_eq!(network.outcome(&pec_id, OFFICE), Some(Outcome::Underway));
    assert_eq!(network.anna(), ["accettazione"], "never a receipt for an anomaly envelope");
    network.hours(24);
    assert_eq!(network.anna(), ["accettazione", "preavviso-errore-consegna", "preavviso-errore-consegna"]);
}

#[test]
fn a_virus_in_a_broken_envelope_goes_no_further() {
    let mut settings = settings();
    settings.providers[0].antivirus = Antivirus::Sleeps;
    let mut network = network_of(settings);
    let edit = Fault::Edited { header: "X-Trasporto".into(), value: "errore".into() };
    network.add_fault(FaultRule::new(edit).kind(Kind::Transport));
    assert_eq!(network.send(&Letter::to(&[OFFICE]).attached(eicar().as_bytes()), &[OFFICE]).answer, Answer::Accepted);
    network.settle().unwrap();
    assert!(network.messages(OFFICE).unwrap().is_empty());
    let dropped = |event: &Event| matches!(&event.what, What::Dropped { why: Why::Virus, .. });
    assert_eq!(network.events().iter().filter(|event| dropped(event)).count(), 1);
    assert_eq!(network.anna(), ["accettazione"]);
}

#[test]
fn an_altered_or_forged_envelope_is_ordinary_mail() {
    let mut network = network();
    network.sent(&[OFFICE]);
    let envelope = &network.messages(OFFICE).unwrap()[0].bytes;
    let altered = String::from_utf8_lossy(envelope).replace("Buongiorno", "Buonasera!").into_bytes();
    network.receive(ANNA, &[LEGAL], &altered).unwrap();

    network.add_fault(FaultRule::new(Fault::Forged).kind(Kind::Transport));
    network.sent(&[LEGAL]);
    let kinds = network.kinds(LEGAL);
    assert_eq!(kinds.iter().filter(|kind| *kind == "anomalia").count(), 2, "{kinds:?}");
    let reasons = network.events().iter().filter_map(|event| match &event.what {
        What::Anomalous { reason, .. } => Some(&**reason),
        _ => None,
    });
    let reasons = reasons.collect::<Vec<_>>();
    assert_eq!(reasons, ["firma non valida", "firma di un soggetto che non è un gestore"]);
}

#[test]
fn a_forged_receipt_from_the_internet_is_never_a_receipt() {
    let mut network = network();
    let pec_id = network.sent(&[FULL]);
    let forged = network.forged_delivery(&pec_id, FULL).unwrap();
    network.receive("posta-certificata@cert.beta.example", &[ANNA], &forged).unwrap();
    network.settle().unwrap();
    assert_eq!(network.anna(), ["accettazione", "errore-consegna", "anomalia"]);
    // Beside the providers, straight in the mailbox, it is what it is.
    let message = Message::parse(&forged[..], &Limits::DEFAULT);
    let found = Verifier::new(network.trust()).verify(&message, network.time(), &mut ChainCache::default());
    assert_eq!((found.verdict(), found.kind.as_str()), (Verdict::Forged, "avvenuta-consegna"));
    assert!(network.forged_delivery("opec.ignoto@pec.alfa.example", FULL).is_err());
}

#[test]
fn a_virus_that_the_senders_provider_lets_through() {
    let mut settings = settings();
    settings.providers[0].antivirus = Antivirus::Sleeps;
    let mut network = network_of(settings);
    let letter = Letter::to(&[OFFICE, LEGAL]).attached(eicar().as_bytes());
    let sent = network.send(&letter, &[OFFICE, LEGAL]);
    assert_eq!(sent.answer, Answer::Accepted);
    network.settle().unwrap();
    assert!(network.messages(OFFICE).unwrap().is_empty());
    assert!(matches!(network.outcome(&sent.pec_id, OFFICE), Some(Outcome::Infected(_))));

    let service = network.service_address(House::Alfa);
    assert_eq!(network.kinds(&service), ["rilevazione-virus"; 2], "one a recipient, no take-charge");
    let notice = String::from_utf8_lossy(&network.messages(&service).unwrap()[0].bytes).into_owned();
    assert!(notice.contains(&format!("X-Mittente: {ANNA}\r\n")));
    assert_eq!(network.anna(), ["accettazione", "errore-consegna", "errore-consegna"]);
    let data = network.data(ANNA, "errore-consegna");
    assert_eq!((data.error.as_str(), data.issuer.as_deref()), ("virus", Some("Alfa PEC S.p.A.")));
    assert_eq!(data.error_detail.unwrap().code(), Some("5.5.1"));
    network.hours(48);
    assert_eq!(network.anna().len(), 3);
    assert_all_genuine_is_certified(&network);
}

#[test]
fn receipts_come_back_through_the_senders_incoming_point() {
    let mut network = network();
    network.stop(House::Alfa, Point::Incoming).unwrap();
    let pec_id = network.sent(&[OFFICE]);
    assert!(matches!(network.outcome(&pec_id, OFFICE), Some(Outcome::Delivered(_))));
    assert_eq!(network.anna(), ["accettazione"]);
    network.hours(2);
    network.restart(House::Alfa, Point::Incoming).unwrap();
    network.settle().unwrap();
    assert_eq!(network.anna(), ["accettazione", "avvenuta-consegna"]);
}

/// What a naive check says of a forged receipt: the signature is right, and nobody asked whose it is.
#[test]
fn openssl_without_a_trust_anchor_calls_the_forged_receipt_good() {
    use std::process::Command;
    if !Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: openssl is not installed");
        return;
    }
    let mut network = network();
    let pec_id = network.sent(&[FULL]);
    let folder = tempfile::tempdir().unwrap();
    let (forged, root) = (folder.path().join("forged.eml"), folder.path().join("root.pem"));
    std::fs::write(&forged, network.forged_delivery(&pec_id, FULL).unwrap()).unwrap();
    std::fs::write(&root, network.anchor().pem()).unwrap();
    let smime = |options: &[&str]| {
        let mut command = Command::new("openssl");
        command.args(["smime", "-verify", "-out", "/dev/null", "-in"]).arg(&forged).args(options);
        command.output().unwrap().status.success()
    };
    assert!(smime(&["-noverify"]));
    assert!(!smime(&["-CAfile", root.to_str().unwrap()]));
}
