use std::collections::BTreeSet;

use pec_sandbox::network::{Answer, Network, Settings};

use super::lines::Lines;
use super::*;
use crate::finding::Language;
use crate::limits::Limits;
use crate::message::{Mailbox, Message, addresses, unstructured};
use crate::trust::{ChainCache, TrustStore};
use crate::verify::{Verdict, Verifier, nested};
use crate::{crypto, daticert::ReceiptForm};

const FROM: &str = "ditta@pec.alfa.example";
const TO: &str = "ufficio@cert.beta.example";

fn mailbox(address: &str) -> Mailbox {
    Mailbox { name: None, address: address.into() }
}

fn stamp() -> Stamp {
    Stamp::new("2026-02-09T10:15:28+01:00[Europe/Rome]".parse().unwrap(), [7; 32])
}

fn draft() -> Draft {
    let mut draft = Draft::new(mailbox(FROM), "Fattura 42/2026: perché no?");
    draft.to.push(Mailbox { name: Some("Ufficio protocollo, Forlì".into()), address: TO.into() });
    draft.text = "Buongiorno,\nla città è Forlì.\n".into();
    draft
}

fn refused(draft: &Draft) -> Vec<&'static str> {
    let composed = draft.compose(&stamp()).unwrap();
    codes(&preflight(&composed.bytes, &composed.envelope(), &Conditions::law()))
}

fn codes(refusals: &[Refusal]) -> Vec<&'static str> {
    refusals.iter().map(|refusal| refusal.code.as_str()).collect()
}

fn genuine() -> (Vec<u8>, TrustStore) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance");
    let root = std::fs::read(format!("{folder}/artefacts/root.crt")).unwrap();
    let message = std::fs::read(format!("{folder}/kind-transport-a.eml"));
    let message = message.or_else(|_| std::fs::read(format!("{folder}/kind-delivery-a.eml"))).unwrap();
    (message, TrustStore::built_in().with_host_anchor(&root).unwrap())
}

#[test]
fn a_draft_becomes_seven_bit_lines_that_say_what_it_said() {
    let mut draft = draft();
    draft.cc.push(mailbox("copia@cert.beta.example"));
    draft.html = Some("<p>la città è Forlì</p>".into());
    draft.receipt = ReceiptForm::Brief;
    let name = "Fattura n. 42 – società.pdf";
    draft.attachments.push(Enclosure {
        name: name.into(),
        media_type: "application/pdf".into(),
        bytes: b"%PDF-1.4\r\n\0\xff\n%%EOF\n".to_vec(),
    });
    let composed = draft.compose(&stamp()).unwrap();
    assert!(Lines::of(&composed.bytes).are_plain() && composed.bytes.ends_with(b"\r\n"));
    assert_eq!((composed.sender.as_str(), composed.recipients.len()), (FROM, 2));

    let message = Message::parse(&composed.bytes, &Limits::DEFAULT);
    let headers = message.root().headers();
    assert_eq!(unstructured(headers.get("subject").unwrap()), draft.subject);
    assert_eq!(addresses(headers.get("to").unwrap()), draft.to);
    assert_eq!(unstructured(headers.get("date").unwrap()), "Mon, 9 Feb 2026 10:15:28 +0100");
    assert_eq!(unstructured(headers.get("message-id").unwrap()), format!("<{}>", composed.message_id));
    assert_eq!(headers.get("x-tiporicevuta").map(unstructured).as_deref(), Some("breve"));
    let texts: Vec<String> = message
        .root()
        .descendants()
        .filter(|part| part.media_type().starts_with("text/"))
        .map(|part| part.text().into_owned())
        .collect();
    assert_eq!(texts, ["Buongiorno,\r\nla città è Forlì.\r\n", "<p>la città è Forlì</p>\r\n"]);
    let attachment = message.attachments().next().unwrap();
    assert_eq!(attachment.file_name().as_deref(), Some(name));
    assert_eq!(*attachment.content(), *draft.attachments[0].bytes);
    assert_eq!(refused(&draft), [""; 0]);
}

#[test]
fn the_same_draft_and_stamp_give_the_same_bytes_and_another_seed_others() {
    let mut draft = draft();
    draft.attachments.push(Enclosure { name: "a.txt".into(), media_type: "text/plain".into(), bytes: b"a".to_vec() });
    let one = draft.compose(&stamp()).unwrap();
    assert_eq!(one, draft.compose(&stamp()).unwrap());
    let other = draft.compose(&Stamp::new(stamp().date().clone(), [8; 32])).unwrap();
    assert_ne!(one.message_id, other.message_id);
    let own = draft.compose(&stamp().message_id("42@gestionale.ditta.example")).unwrap();
    assert_eq!(own.message_id, "42@gestionale.ditta.example");
}

#[test]
fn whatever_a_text_holds_it_comes_out_as_it_was() {
    for text in [
        "",
        "x",
        ".\n..\nFrom me\n",
        "a\rb\r\nc",
        "pagina\u{c}seguente \0\u{1}",
        &"parola ".repeat(2000),
        &"è".repeat(5000),
    ] {
        let draft = Draft { text: text.to_owned(), ..draft() };
        let composed = draft.compose(&stamp()).unwrap();
        assert!(Lines::of(&composed.bytes).are_plain(), "{text:?}");
        let message = Message::parse(&composed.bytes, &Limits::DEFAULT);
        let mut expected = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
        if !expected.ends_with("\r\n") {
            expected.push_str("\r\n");
        }
        let got = message.root().text().into_owned();
        assert_eq!(got.trim_end(), expected.trim_end(), "{text:?}");
        assert_eq!(refused(&draft), [""; 0], "{text:?}");
    }
}

#[test]
fn row_8_a_pec_that_is_handed_on_keeps_its_bytes_and_its_proof() {
    let (pec, trust) = genuine();
    let received = Message::parse(&pec, &Limits::DEFAULT);
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    for mut draft in [Draft::forward(mailbox(FROM), &received), Draft::reply(mailbox(FROM), &received)] {
        draft.to = vec![mailbox(TO)];
        draft.text = "In allegato.".into();
        let composed = draft.compose(&stamp()).unwrap();
        let message = Message::parse(&composed.bytes, &Limits::DEFAULT);
        let part = message.attachments().next().unwrap();
        assert_eq!(part.media_type(), "message/rfc822");
        let digest = |bytes: &[u8]| crypto::digest(crypto::DigestAlgorithm::Sha256, bytes);
        assert_eq!(digest(&part.content()), digest(&pec));
        let inside: Vec<_> = nested(&message).collect();
        assert_eq!(inside.len(), 1);
        let inside = Message::parse(&inside[0], &Limits::DEFAULT);
        let verification = Verifier::new(&trust).verify(&inside, now, &mut ChainCache::default());
        assert_eq!(verification.verdict(), Verdict::Certified);
        // What belongs to the provider stands inside, where it may.
        assert_eq!(refused(&draft), [""; 0]);
    }
}

#[test]
fn a_message_that_would_not_survive_as_it_is_goes_along_encoded() {
    for odd in [&b"Subject: x\n\nbare\n"[..], b"Subject: x\r\n\r\n\xe8\r\n", b"Subject: x\r\n\r\nno end", b""] {
        let mut draft = draft();
        draft.carried.push(Carried { name: "vecchio.eml".into(), bytes: odd.to_vec() });
        let composed = draft.compose(&stamp()).unwrap();
        assert!(Lines::of(&composed.bytes).are_plain());
        let message = Message::parse(&composed.bytes, &Limits::DEFAULT);
        let part = message.attachments().next().unwrap();
        assert_eq!((&*part.content(), part.file_name().as_deref()), (odd, Some("vecchio.eml")));
    }
}

#[test]
fn a_boundary_never_stands_in_what_it_separates() {
    let mut draft = draft();
    draft.carried.push(Carried { name: "a.eml".into(), bytes: b"Subject: x\r\n\r\ny\r\n".to_vec() });
    let first = draft.compose(&stamp()).unwrap().bytes;
    let message = Message::parse(&first, &Limits::DEFAULT);
    let content_type = message.root().content_type().unwrap();
    let boundary = content_type.get("boundary").unwrap().text();
    // A message that knows it.
    draft.carried[0].bytes =
        format!("Subject: x\r\n\r\n--{boundary}\r\n\r\nguessed\r\n--{boundary}--\r\n").into_bytes();
    let composed = draft.compose(&stamp()).unwrap();
    let message = Message::parse(&composed.bytes, &Limits::DEFAULT);
    assert_eq!(message.root().children().count(), 2);
    assert_eq!(*message.attachments().next().unwrap().content(), *draft.carried[0].bytes);
}

#[test]
fn an_answer_goes_to_the_sender_of_the_original_and_never_to_the_provider() {
    let (pec, _) = genuine();
    let received = Message::parse(&pec, &Limits::DEFAULT);
    let original = received.original().unwrap().to_message();
    let sender = addresses(original.root().headers().get("from").unwrap());
    let reply = Draft::reply(mailbox(TO), &received);
    assert_eq!(reply.to[0].address, sender[0].address);
    let id = unstructured(original.root().headers().get("message-id").unwrap());
    assert_eq!(reply.in_reply_to.map(|own| format!("<{own}>")), Some(id));
    assert!(reply.subject.starts_with("Re: ") && !reply.subject.contains("POSTA CERTIFICATA"), "{}", reply.subject);
    let again = Message::parse(b"From: a@b.example\r\nSubject: RE: x\r\n\r\n", &Limits::DEFAULT);
    assert_eq!(Draft::reply(mailbox(TO), &again).subject, "RE: x");
}

#[test]
fn nothing_in_a_value_becomes_a_field_of_its_own() {
    let spoiled = |spoil: &dyn Fn(&mut Draft)| {
        let mut draft = draft();
        spoil(&mut draft);
        codes(&draft.compose(&stamp()).unwrap_err())
    };
    let injected = "x@y.example>\r\nBcc: <z@y.example";
    assert_eq!(spoiled(&|draft| draft.to[0].address = injected.into()), ["send.value"]);
    assert_eq!(spoiled(&|draft| draft.from.name = Some("a\r\nBcc: z@y.example".into())), ["send.value"]);
    assert_eq!(spoiled(&|draft| draft.in_reply_to = Some("a\r\nBcc: z@y.example".into())), ["send.value"]);
    assert_eq!(spoiled(&|draft| draft.receipt = ReceiptForm::Other("x\r\nBcc: z".into())), ["send.value"]);
    assert_eq!(spoiled(&|draft| draft.subject = "a\r\nBcc: z@y.example".into()), ["send.subject_control"]);
    let all = spoiled(&|draft| {
        draft.subject = "a\u{16}".into();
        draft.references = vec!["no id".into()];
        draft.attachments =
            vec![Enclosure { name: "a\nb".into(), media_type: "text/plain\r\nX: y".into(), bytes: Vec::new() }];
    });
    assert_eq!(all, ["send.value", "send.value", "send.value", "send.subject_control"]);
}

/// A message as an old program writes it, with something in place of something.
fn foreign(from: &str, to: &str) -> Vec<u8> {
    let text = format!(
        "From: Ditta <{FROM}>\r\nTo: <{TO}>\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <1@ditta.example>\r\n\
         Subject: Fattura\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nTesto\r\n\
         --b\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\n\r\n\
         %PDF-1.4 %%EOF\r\n--b--\r\n"
    );
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1).into_bytes()
}

#[test]
fn row_62_each_refusal_of_an_access_point_is_known_before_sending() {
    let subject = |value: &str| foreign("Subject: Fattura", &format!("Subject: {value}"));
    let before_subject = |field: &str| foreign("Subject:", &format!("{field}\r\nSubject:"));
    let cases: &[(&str, Vec<u8>)] = &[
        ("send.line_ends", foreign("Testo\r\n", "Testo\n")),
        ("send.line_ends", foreign("Testo", "Te\rsto")),
        ("send.line_ends", foreign("--b--\r\n", "--b--")),
        ("send.line_length", foreign("Testo", &"x".repeat(999))),
        ("send.nul", foreign("Testo", "Te\0sto")),
        ("send.header_eight_bit", subject("Società")),
        ("send.body_eight_bit", foreign("Testo", "Società")),
        ("send.header_syntax", before_subject("questo non è un campo".replace('è', "e").as_str())),
        ("send.header_syntax", before_subject("Date: Mon, 9 Feb 2026 10:15:28 +0100")),
        ("send.header_syntax", foreign("Subject:", "Subject :")),
        ("send.date", foreign("Date: Mon, 9 Feb 2026 10:15:28 +0100\r\n", "")),
        ("send.date", foreign("Mon, 9 Feb 2026 10:15:28 +0100", "domani")),
        ("send.message_id", foreign("<1@ditta.example>", "1")),
        ("send.no_message_id", foreign("Message-ID: <1@ditta.example>\r\n", "")),
        ("send.no_from", foreign("From: Ditta <ditta@pec.alfa.example>\r\n", "")),
        ("send.several_from", foreign("From: Ditta", "From: altra@pec.alfa.example, Ditta")),
        ("send.from_address", foreign("Ditta <ditta@pec.alfa.example>", "Ditta <ditta>")),
        ("send.sender_mismatch", foreign("Ditta <ditta@", "Ditta <altra@")),
        ("send.sender_field", before_subject("Sender: segreteria@pec.alfa.example")),
        ("send.no_to", foreign("To:", "Cc:")),
        ("send.address", foreign(&format!("To: <{TO}>"), &format!("To: <{TO}>, <no>"))),
        ("send.group", foreign(&format!("To: <{TO}>"), &format!("To: Uffici: <{TO}>;"))),
        ("send.bcc", before_subject("Bcc: <nascosto@cert.beta.example>")),
        ("send.not_addressed", foreign(&format!("To: <{TO}>"), "To: <altro@cert.beta.example>")),
        ("send.not_recipient", before_subject("Cc: <copia@cert.beta.example>")),
        ("send.reserved_field", before_subject("X-Trasporto: posta-certificata")),
        ("send.reserved_name", foreign("filename=\"a.pdf\"", "filename=\"c:/x/DatiCert.xml\"")),
        ("send.reserved_name", foreign("name=\"a.pdf\"", "name=\"postacert.eml\"")),
        ("send.subject_control", subject("=?utf-8?Q?a=16b?=")),
        ("send.subject_control", subject("=?utf-8?B?YQpi?=")),
        ("send.subject_control", subject("a\u{16}b")),
        ("send.receipt_form", before_subject("X-TipoRicevuta: urgente")),
        ("send.receipt_form", before_subject("X-TipoRicevuta: breve\r\nX-TipoRicevuta: completa")),
        ("send.structure", foreign("--b--\r\n", "")),
        ("attachment.type_mismatch", foreign("%PDF-1.4 %%EOF", "MZ")),
        ("send.unreadable", foreign("Testo", &"\r\n--b\r\n\r\n".repeat(Limits::DEFAULT.parts + 1))),
    ];
    let envelope = Envelope { sender: FROM, recipients: vec![TO] };
    assert_eq!(codes(&preflight(&foreign("a", "a"), &envelope, &Conditions::law())), [""; 0]);
    let mut seen = BTreeSet::from(["send.value"]);
    let mut provider = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())).unwrap();
    provider.add(pec_sandbox::network::Mailbox::new(FROM)).unwrap();
    let mut refused_there = 0;
    for (code, message) in cases {
        let found = preflight(message, &envelope, &Conditions::law());
        assert!(codes(&found).contains(code), "{code}: {found:?}");
        seen.insert(*code);
        // Whatever the access point of the sandbox refuses, by its own reading of the rules, was known.
        let refused = !matches!(provider.submit(FROM, &[TO], message), Ok(taken) if taken.answer == Answer::Accepted);
        assert!(!refused || found.iter().any(Refusal::is_refused), "{code}: refused there, {found:?} here");
        refused_there += usize::from(refused);
    }
    assert!(refused_there > 15, "{refused_there}");

    let limits = Conditions {
        message_bytes: Some(100),
        product: Some(100),
        recipients: Some(0),
        attachment_bytes: Some(3),
        keeping: Keeping::NotKept,
    };
    let brief = before_subject("X-TipoRicevuta: breve");
    let found = preflight(&brief, &envelope, &limits);
    let of_size = ["send.size", "send.recipients", "send.product", "send.brief_unkept", "attachment.large"];
    assert_eq!(codes(&found), of_size);
    assert_eq!(codes(&preflight(&brief, &envelope, &Conditions::law())), [""; 0], "an archive keeps it");
    seen.extend(of_size);
    for code in RefusalCode::ALL.iter().map(|code| code.as_str()).filter(|code| code.starts_with("send.")) {
        assert!(seen.contains(code), "nothing provokes {code}");
    }
}

#[test]
fn what_the_law_promises_is_never_refused_and_what_is_beyond_it_is_told() {
    let many: Vec<String> = (0..51).map(|n| format!("a{n}@cert.beta.example")).collect();
    let message = |count: usize| foreign(&format!("To: <{TO}>"), &format!("To: {}", many[..count].join(",\r\n ")));
    let judged = |count: usize| {
        let recipients = many[..count].iter().map(String::as_str).collect();
        preflight(&message(count), &Envelope { sender: FROM, recipients }, &Conditions::law())
    };
    assert_eq!(judged(50), []);
    let beyond = judged(51);
    assert_eq!((codes(&beyond), beyond[0].is_refused()), (vec!["send.recipients"], false));
}

#[test]
fn all_refusals_come_at_once() {
    let message = b"From: a@x.example, b@x.example\nTo: Tutti: ;\nBcc: c@x.example\nX-Ricevuta: accettazione\n\nciao";
    let found =
        preflight(message, &Envelope { sender: "a@x.example", recipients: vec!["d@x.example"] }, &Conditions::law());
    let expected = [
        "send.line_ends",
        "send.date",
        "send.no_message_id",
        "send.several_from",
        "send.group",
        "send.no_to",
        "send.not_addressed",
        "send.bcc",
        "send.reserved_field",
    ];
    assert_eq!(codes(&found), expected);
}

#[test]
fn every_code_says_what_it_means_in_both_languages_and_names_its_rule() {
    let mut names = BTreeSet::new();
    for code in RefusalCode::ALL {
        assert!(names.insert(code.as_str()) && !code.rule().is_empty());
        assert_ne!(code.explanation(Language::It), code.explanation(Language::En));
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_preflight_panic(message in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2000)) {
        let _ = preflight(&message, &Envelope { sender: FROM, recipients: vec![TO] }, &Conditions::law());
        let _ = crate::attachment::examine("a.pdf", &message, Some(10));
    }

    #[test]
    fn whatever_is_written_by_a_person_comes_back(subject in "\\PC{0,200}", text in "(\\PC|\n){0,400}", name in "\\PC{1,80}") {
        let mut draft = Draft { subject, text, ..draft() };
        draft.attachments.push(Enclosure { name, media_type: "text/plain".into(), bytes: b"a\n".to_vec() });
        let Ok(composed) = draft.compose(&stamp()) else { return Ok(()) };
        proptest::prop_assert!(Lines::of(&composed.bytes).are_plain());
        let message = Message::parse(&composed.bytes, &Limits::DEFAULT);
        let subject = message.root().headers().get("subject").map(unstructured).unwrap_or_default();
        proptest::prop_assert_eq!(subject, crate::message::collapse(&draft.subject));
        proptest::prop_assert_eq!(&*message.attachments().next().unwrap().content(), b"a\n");
    }
}
