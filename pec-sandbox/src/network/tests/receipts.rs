//! Deliveries and failures, and the form of each receipt (PEC-SPEC §2.10).

use super::*;

#[test]
fn one_message_to_every_kind_of_recipient() {
    let to = [OFFICE, FULL, CLOSED, NOBODY, COLLEAGUE, OUTSIDE];
    let mut network = network();
    let pec_id = network.sent(&to);

    let acceptance = network.data(ANNA, "accettazione");
    let classes: Vec<_> = acceptance.recipients.iter().map(|r| (r.address.as_str(), r.class.as_str())).collect();
    assert_eq!(classes[4..], [(COLLEAGUE, "certificato"), (OUTSIDE, "esterno")]);

    let outcome = |recipient| network.outcome(&pec_id, recipient).unwrap();
    assert!(matches!(outcome(OFFICE), Outcome::Delivered(_)));
    assert!(matches!(outcome(COLLEAGUE), Outcome::Delivered(_)));
    assert!(matches!(outcome(OUTSIDE), Outcome::External(_)));
    let details = [
        (FULL, crate::Failure::MailboxFull, "5.2.2", "altro"),
        (CLOSED, crate::Failure::MailboxDisabled, "5.2.1", "altro"),
        (NOBODY, crate::Failure::UnknownMailbox, "5.1.1", "no-dest"),
    ];
    for (recipient, failure, code, error) in details {
        assert!(matches!(outcome(recipient), Outcome::Failed(why, _) if why == failure), "{recipient}");
        let stored = network.messages(ANNA).unwrap();
        let found = stored.iter().map(|stored| network.verified(stored, MailboxRole::User).into_certified().unwrap());
        let about = found.map(pec_core::verify::Certified::into_value).find(|data| {
            data.kind.as_str() == "errore-consegna"
                && data.delivered_to.as_ref().is_some_and(|address| address.same_mailbox(recipient))
        });
        let about = about.unwrap();
        assert_eq!(about.error.as_str(), error);
        assert_eq!(about.error_detail.unwrap().code(), Some(code));
    }
    let mut kinds = network.anna();
    kinds.sort();
    assert_eq!(
        kinds,
        [
            "accettazione",
            "avvenuta-consegna",
            "avvenuta-consegna",
            "errore-consegna",
            "errore-consegna",
            "errore-consegna"
        ]
    );
    // One take-charge receipt a provider, also the sender's own.
    for (house, covered) in [(House::Alfa, 1), (House::Beta, 4)] {
        let _ = covered;
        let service = network.messages(&network.service_address(House::Alfa)).unwrap();
        let of_house = service.iter().filter_map(|stored| {
            let found = network.verified(stored, MailboxRole::Service);
            let from = found.signer.clone().and_then(|signer| signer.email).unwrap_or_default();
            let data = found.into_certified().unwrap().into_value();
            from.ends_with(house.host()).then_some(data.received_for.len())
        });
        assert_eq!(of_house.collect::<Vec<_>>(), [covered]);
    }
    assert_eq!(network.messages(OUTSIDE).unwrap().len(), 1);
    assert_all_genuine_is_certified(&network);

    // Nothing more comes: everything has ended.
    let before = network.anna().len();
    network.hours(48);
    assert_eq!(network.anna().len(), before);
}

#[test]
fn the_unknown_mailbox_in_the_other_dialect() {
    let mut settings = settings();
    settings.providers[1].dialect.unknown_mailbox = "altro";
    let mut network = network_of(settings);
    network.sent(&[NOBODY]);
    assert_eq!(network.data(ANNA, "errore-consegna").error.as_str(), "altro");
}

/// Which of the three forms lies in the mailbox, by what is attached.
fn form(network: &Network, recipient: &str) -> &'static str {
    let stored = network.messages(ANNA).unwrap().iter().find(|stored| {
        let found = network.verified(stored, MailboxRole::User);
        let data = found.into_certified().unwrap().into_value();
        data.kind.as_str() == "avvenuta-consegna" && data.delivered_to.is_some_and(|a| a.same_mailbox(recipient))
    });
    let message = Message::parse(&stored.unwrap().bytes[..], &Limits::DEFAULT);
    match message.original() {
        None => "sintetica",
        Some(original) if original.raw().windows(8).any(|bytes| bytes == b"pdf.hash") => "breve",
        Some(_) => "completa",
    }
}

#[test]
fn the_form_follows_request_and_place() {
    let table = [
        (None, "completa", "sintetica"),
        (Some("completa"), "completa", "sintetica"),
        (Some("BREVE"), "breve", "sintetica"),
        (Some("sintetica"), "sintetica", "sintetica"),
        (Some("qualunque"), "completa", "sintetica"),
    ];
    for (requested, in_to, in_cc) in table {
        let mut network = network();
        // The colleague stands in both fields: To counts.
        let mut letter = Letter::to(&[OFFICE, COLLEAGUE]).with("Cc", &format!("{LEGAL}, {COLLEAGUE}"));
        if let Some(requested) = requested {
            letter = letter.with("X-TIPORICEVUTA", requested);
        }
        assert_eq!(network.send(&letter, &[OFFICE, LEGAL, COLLEAGUE]).answer, Answer::Accepted);
        network.settle().unwrap();
        let forms = [OFFICE, LEGAL, COLLEAGUE].map(|recipient| form(&network, recipient));
        assert_eq!(forms, [in_to, in_cc, in_to], "{requested:?}");
        // What is certified is what was requested, whatever is attached (RFC 6109 §4.4).
        let certified = network.data(ANNA, "avvenuta-consegna").receipt.unwrap();
        let asked = requested.map_or("completa", |r| if r == "qualunque" { "completa" } else { r });
        assert_eq!(certified.as_str(), asked.to_lowercase());
        assert_all_genuine_is_certified(&network);
    }
}

#[test]
fn quota_fills_up() {
    let mut network = network();
    network.mailbox_mut(OFFICE).unwrap().quota = Some(12_000);
    let ids: Vec<_> = (0..4).map(|_| network.sent(&[OFFICE])).collect();
    let delivered = ids.iter().filter(|id| matches!(network.outcome(id, OFFICE), Some(Outcome::Delivered(_)))).count();
    assert!((1..4).contains(&delivered), "{delivered}");
    assert!(matches!(network.outcome(&ids[3], OFFICE), Some(Outcome::Failed(crate::Failure::MailboxFull, _))));
    assert_eq!(network.messages(OFFICE).unwrap().len(), delivered);
}

#[test]
fn every_dialect_is_certified_at_every_provider() {
    use crate::cms::Encoding;
    use crate::compose::Family;
    use crate::{Digest, FormHeader};
    for family in [Family::A, Family::B] {
        for encoding in [Encoding::Der, Encoding::Ber] {
            for (digest, form_header) in [(Digest::Sha256, FormHeader::Absent), (Digest::Sha512, FormHeader::Standard)]
            {
                let mut settings = settings();
                settings.providers.push(ProviderSettings::gamma());
                for provider in &mut settings.providers {
                    (provider.family, provider.digest) = (family, digest);
                    provider.dialect.encoding = encoding;
                    provider.signing = if encoding == Encoding::Ber { SigningKey::Curve } else { SigningKey::Usual };
                    provider.dialect.form_header = form_header;
                }
                let mut network = network_of(settings);
                network.add(Mailbox::new("gino@pec.gamma.example")).unwrap();
                let to = [OFFICE, NOBODY, "gino@pec.gamma.example"];
                network.sent(&to);
                assert_eq!(network.anna().len(), 4);
                assert_all_genuine_is_certified(&network);
            }
        }
    }
}

#[test]
fn an_ordinary_server_may_bounce() {
    let mut network = network();
    network.add(Mailbox::full(OUTSIDE)).unwrap();
    let pec_id = network.sent(&[OUTSIDE]);
    assert!(matches!(network.outcome(&pec_id, OUTSIDE), Some(Outcome::Bounced(_))));
    // The bounce is ordinary mail: it comes in an anomaly envelope, and proves nothing.
    assert_eq!(network.verdicts(ANNA)[1], ("anomalia".to_owned(), Verdict::Anomaly));
    assert_all_genuine_is_certified(&network);
}

#[test]
fn domains_beyond_the_host() {
    let mut settings = settings();
    settings.providers[1].domains = vec!["Pec.Comune.Example".into(), "studio.example".into()];
    let mut network = network_of(settings);
    network.add(Mailbox::new("protocollo@pec.comune.example")).unwrap();
    let pec_id = network.sent(&["Protocollo@PEC.comune.example"]);
    assert!(matches!(network.outcome(&pec_id, "protocollo@pec.comune.example"), Some(Outcome::Delivered(_))));
    // The host of the service address is no managed domain by itself.
    let pec_id = network.sent(&[OFFICE]);
    assert!(matches!(network.outcome(&pec_id, OFFICE), Some(Outcome::External(_))));
    assert_all_genuine_is_certified(&network);
}

#[test]
fn receipts_go_to_the_reverse_path_and_never_to_reply_to() {
    let mut network = network();
    let letter = Letter::to(&[OFFICE]).with("Reply-To", &format!("Segreteria <{COLLEAGUE}>"));
    assert_eq!(network.send(&letter, &[OFFICE]).answer, Answer::Accepted);
    network.settle().unwrap();
    assert_eq!(network.anna(), ["accettazione", "avvenuta-consegna"]);
    assert!(network.messages(COLLEAGUE).unwrap().is_empty());
    assert_eq!(network.data(ANNA, "accettazione").reply_to.unwrap().as_str(), COLLEAGUE);
    let envelope = String::from_utf8_lossy(&network.messages(OFFICE).unwrap()[0].bytes).into_owned();
    assert_eq!(envelope.matches("\r\nReply-To: Segreteria <").count(), 2, "envelope and original");
    assert_all_genuine_is_certified(&network);
}
