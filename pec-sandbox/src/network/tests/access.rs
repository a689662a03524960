//! PEC-SPEC §5.1: each check and its refusal.

use super::*;

/// The reason of the refusal; the notice in the mailbox states the same, certified.
fn refused(letter: &Letter, path: &str, to: &[&str]) -> String {
    let mut network = network();
    let sent = network.submit(path, to, &letter.bytes()).unwrap();
    let Answer::Refused { reason } = sent.answer else { panic!("{:?}", sent.answer) };
    network.settle().unwrap();
    assert_eq!(network.verdicts(path), [("non-accettazione".to_owned(), Verdict::Certified)], "{reason}");
    let data = network.data(path, "non-accettazione");
    assert_eq!(data.error.as_str(), "altro");
    assert_eq!(data.error_detail.unwrap().as_str(), reason);
    assert_eq!(data.pec_id.as_deref(), Some(&*sent.pec_id));
    for recipient in to {
        assert_eq!(network.outcome(&sent.pec_id, recipient), Some(Outcome::Refused));
    }
    assert!(network.messages(OFFICE).unwrap().is_empty());
    network.hours(48);
    assert_eq!(network.kinds(path).len(), 1, "nobody waits for receipts of a refused message");
    reason
}

#[test]
fn every_formal_check_refuses_with_its_reason() {
    let plain = || Letter::to(&[OFFICE]);
    let cases: [(Letter, &[&str], &str); 22] = [
        (plain().without("Date"), &[OFFICE], "campo Date"),
        (plain().set("Date", "ieri"), &[OFFICE], "campo Date"),
        (plain().with("Subject", "due"), &[OFFICE], "campo Subject ripetuto"),
        (plain().with("From", ANNA), &[OFFICE], "campo From ripetuto"),
        (plain().set("Subject", "Perch\u{e9}"), &[OFFICE], "dell'intestazione"),
        (plain().with("Nome strano", "x"), &[OFFICE], "dell'intestazione"),
        (plain().set("Message-ID", "senza parentesi"), &[OFFICE], "campo Message-ID"),
        (plain().with("X-Lungo", &"x".repeat(1_000)), &[OFFICE], "oltre i 998"),
        (plain().with("X-Nullo", "\0"), &[OFFICE], "carattere di controllo"),
        (plain().with("X-Fine", "a\nX-Altro: b"), &[OFFICE], "senza CRLF"),
        (plain().without("From"), &[OFFICE], "campo From"),
        (plain().set("From", "Anna"), &[OFFICE], "From"),
        (plain().set("From", &format!("{ANNA}, {COLLEAGUE}")), &[OFFICE], "campo From"),
        (plain().set("From", COLLEAGUE), &[OFFICE], "mittente SMTP"),
        (plain().without("To"), &[OFFICE], "campo To"),
        (plain().without("To").with("Cc", OFFICE), &[OFFICE], "campo To"),
        (plain().set("To", "Ufficio"), &[OFFICE], "campo To"),
        (plain().with("Cc", "Legale"), &[OFFICE], "campo To o Cc"),
        (plain(), &[OFFICE, LEGAL], "destinatario SMTP non presente nei campi To e Cc: legale"),
        (Letter::to(&[OFFICE, LEGAL]), &[OFFICE], "non presente tra i destinatari SMTP: legale"),
        (plain().with("Bcc", LEGAL), &[OFFICE], "campo Bcc"),
        (plain().with("Bcc", LEGAL), &[OFFICE, LEGAL], "non presente nei campi To e Cc"),
    ];
    for (letter, to, expected) in cases {
        let reason = refused(&letter, ANNA, to);
        assert!(reason.contains(expected), "{reason}: {expected}");
    }
}

#[test]
fn what_the_rules_allow_is_accepted() {
    let mut network = network();
    let odd = Letter::to(&["Ufficio <UFFICIO@Cert.Beta.Example>"])
        .with("Cc", LEGAL)
        .with("Bcc", "")
        .set("From", "ANNA.Bianchi@PEC.alfa.example")
        .set("Subject", "=?UTF-8?Q?Perch=C3=A9?=\r\n no");
    let sent = network.send(&odd, &[OFFICE, LEGAL, OFFICE]);
    assert_eq!(sent.answer, Answer::Accepted);
    network.settle().unwrap();
    assert_eq!(network.data(ANNA, "accettazione").subject.as_deref(), Some("Perché no"));
    assert_eq!(network.messages(OFFICE).unwrap().len(), 1, "a path given twice is one recipient");
    assert_all_genuine_is_certified(&network);
}

#[test]
fn limits_are_the_providers_own() {
    let mut settings = settings();
    settings.providers[0].limits = SubmissionLimits { product: 3_000, recipients: 2, rejected: 20_000 };
    let big = |bytes| Letter::to(&[OFFICE, LEGAL]).attached(&vec![7; bytes]);

    let mut network = network_of(settings);
    let accepted = network.send(&big(300), &[OFFICE, LEGAL]);
    assert_eq!(accepted.answer, Answer::Accepted);
    let two = network.send(&big(1_500), &[OFFICE, LEGAL]);
    assert!(matches!(&two.answer, Answer::Refused { reason } if reason.contains("oltre il limite di 3000")), "{two:?}");
    let many = network.send(&Letter::to(&[OFFICE, LEGAL, FULL]), &[OFFICE, LEGAL, FULL]);
    assert!(matches!(&many.answer, Answer::Refused { reason } if reason.contains("3 destinatari")), "{many:?}");
    let error = network.submit(ANNA, &[OFFICE], &big(20_000).bytes()).unwrap_err();
    assert!(matches!(&error, Error::Rejected { code: 552, .. }), "{error}");
    assert_eq!(network.anna().len(), 3, "a rejection leaves no notice");
}

#[test]
fn virus_at_the_access_point() {
    let mut network = network();
    let sent = network.send(&Letter::to(&[OFFICE]).attached(eicar().as_bytes()), &[OFFICE]);
    assert_eq!(sent.answer, Answer::Infected);
    network.settle().unwrap();
    let data = network.data(ANNA, "non-accettazione");
    assert_eq!((data.error.as_str(), data.error_detail.unwrap().as_str().to_owned()), ("virus", EICAR_NAME.to_owned()));
    let text = String::from_utf8_lossy(&network.messages(ANNA).unwrap()[0].bytes).into_owned();
    assert!(text.contains("X-VerificaSicurezza: errore\r\n"));
    assert!(text.contains("Subject: AVVISO DI NON ACCETTAZIONE PER VIRUS: Preventivo 12/2026\r\n"));
    assert!(network.messages(OFFICE).unwrap().is_empty());
    assert_all_genuine_is_certified(&network);
}

#[test]
fn the_sessions_own_refusals() {
    let mut network = network();
    let letter = Letter::to(&[OFFICE]).bytes();
    let unknown = network.submit("ignota@pec.alfa.example", &[OFFICE], &letter).unwrap_err();
    assert!(matches!(unknown, Error::NoMailbox { .. }), "{unknown}");
    let elsewhere = network.submit(OUTSIDE, &[OFFICE], &letter).unwrap_err();
    assert!(matches!(elsewhere, Error::NoMailbox { .. }), "{elsewhere}");
    let closed = network.submit(CLOSED, &[OFFICE], &letter).unwrap_err();
    assert!(matches!(closed, Error::Rejected { code: 550, .. }), "{closed}");
    let none = network.submit(ANNA, &[], &letter).unwrap_err();
    assert!(matches!(none, Error::Rejected { code: 554, .. }), "{none}");
    let odd = network.submit(ANNA, &["due@due@due"], &letter).unwrap_err();
    assert!(matches!(odd, Error::Rejected { code: 501, .. }), "{odd}");
    assert!(network.events().is_empty());
}

#[test]
fn the_clients_message_id_moves() {
    let mut network = network();
    let pec_id = network.sent(&[OFFICE]);
    let id = "<c0ffee-0001@client.alfa.example>";
    let envelope = String::from_utf8_lossy(&network.messages(OFFICE).unwrap()[0].bytes).into_owned();
    assert_eq!(envelope.matches(&format!("\r\nMessage-ID: <{pec_id}>\r\n")).count(), 2, "envelope and original");
    assert_eq!(envelope.matches(&format!("\r\nX-Riferimento-Message-ID: {id}\r\n")).count(), 2);
    for kind in ["accettazione", "avvenuta-consegna"] {
        assert_eq!(network.data(ANNA, kind).client_message_id.as_deref(), Some(id), "{kind}");
    }

    let bare = network.send(&Letter::to(&[LEGAL]).without("Message-ID"), &[LEGAL]);
    network.settle().unwrap();
    let envelope = String::from_utf8_lossy(&network.messages(LEGAL).unwrap()[0].bytes).into_owned();
    assert!(!envelope.contains("X-Riferimento-Message-ID") && envelope.contains(&bare.pec_id));
    assert_eq!(network.data(ANNA, "avvenuta-consegna").client_message_id, None);
    assert_all_genuine_is_certified(&network);
}

#[test]
fn two_equal_messages_in_one_second_are_two_transactions() {
    let mut network = network();
    let first = network.send(&Letter::to(&[OFFICE]), &[OFFICE]);
    let second = network.send(&Letter::to(&[OFFICE]), &[OFFICE]);
    assert_ne!(first.pec_id, second.pec_id);
    network.settle().unwrap();
    assert_eq!(network.messages(OFFICE).unwrap().len(), 2);
}

#[test]
fn a_client_cannot_plant_the_marks_of_a_receipt() {
    let mut network = network();
    let letter = Letter::to(&[OFFICE]).with("X-Ricevuta", "avvenuta-consegna").with("X-Trasporto", "errore");
    let letter = letter.with("X-Mailer", "Gestionale 1.0");
    assert_eq!(network.send(&letter, &[OFFICE]).answer, Answer::Accepted);
    network.settle().unwrap();
    let envelope = String::from_utf8_lossy(&network.messages(OFFICE).unwrap()[0].bytes).into_owned();
    let header = envelope.split("\r\n\r\n").next().unwrap();
    assert!(header.contains("X-Mailer: Gestionale 1.0") && !header.contains("X-Ricevuta"), "{header}");
    assert_all_genuine_is_certified(&network);
}
