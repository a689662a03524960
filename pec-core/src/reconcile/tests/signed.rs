//! What happens to a message, step by step, with receipts that are signed and verified.

use pec_sandbox::compose::submission::ReceiptForm;
use pec_sandbox::{Delay, Failure};

use super::scene::{ANNA, COPY, MSGID, OFFICE, OUTSIDE, Scene, at, codes, ledger, now, state, states, submitted};
use crate::reconcile::examine::Examination;
use crate::reconcile::{Dossier, Owed, Record, Report, Role, Side, Source, State};

#[test]
fn the_whole_way_of_one_message() {
    let scene = Scene::new();
    let (alfa, beta) = (&scene.world.alfa, &scene.world.beta);
    let tx = scene.transaction();
    let mut records = vec![submitted(1)];
    let dossier_of = |records: &[Record], check: &dyn Fn(&crate::reconcile::Dossier<'_>)| {
        let ledger = ledger(records);
        let dossiers: Vec<_> = ledger.dossiers(now()).collect();
        assert_eq!(dossiers.len(), 1);
        check(&dossiers[0]);
    };
    dossier_of(&records, &|dossier| {
        assert_eq!(states(dossier), [State::Pending; 3]);
        assert_eq!((dossier.pec_id, dossier.sender, &dossier.message_ids[..]), (None, Some(ANNA), &[MSGID][..]));
        assert_eq!(dossier.silence[0].owed, Owed::Acceptance);
        assert_eq!(dossier.silence[0].since, at(0).plus(-5).timestamp());
    });
    records.push(scene.sealed(2, alfa, &alfa.acceptance(&tx)));
    dossier_of(&records, &|dossier| {
        assert_eq!(states(dossier), [State::AwaitingDelivery, State::AwaitingDelivery, State::ExternalFinal]);
        assert_eq!((dossier.pec_id, dossier.submission), (Some(&*tx.pec_id), Some(Source(1))));
        assert_eq!(dossier.acceptance.map(|index| dossier.events[index].source), Some(Source(2)));
        let owed: Vec<_> = dossier.silence.iter().map(|silence| (silence.owed, silence.recipient)).collect();
        let (office, copy) = (Some(OFFICE), Some(COPY));
        let expected = [
            (Owed::Delivery, office),
            (Owed::TimeoutNotice, office),
            (Owed::Delivery, copy),
            (Owed::TimeoutNotice, copy),
        ];
        assert_eq!(owed, expected);
    });
    records.push(scene.sealed(3, alfa, &alfa.delay_notice(&tx, COPY, Delay::Hours12, at(12))));
    records.push(scene.sealed(4, beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, at(1))));
    dossier_of(&records, &|dossier| {
        assert_eq!(states(dossier), [State::Delivered, State::Delayed, State::ExternalFinal]);
        let delivery = &dossier.events[dossier.recipients[0].events[0]];
        assert_eq!((delivery.provider, delivery.offset_minutes), (Some("Beta Certificata S.r.l."), Some(60)));
        assert_eq!(delivery.at, Some(at(1).timestamp()));
    });
    records.push(scene.sealed(5, alfa, &alfa.delay_notice(&tx, COPY, Delay::Hours24, at(23))));
    dossier_of(&records, &|dossier| assert_eq!(state(dossier, COPY), State::TimedOut));
    records.push(scene.sealed(6, beta, &beta.delivery(&tx, COPY, ReceiptForm::Concise, at(30))));
    dossier_of(&records, &|dossier| {
        assert_eq!(states(dossier), [State::Delivered, State::DeliveredLate, State::ExternalFinal]);
        assert_eq!(codes(dossier), ["receipt.late"]);
        assert!(dossier.silence.is_empty());
    });
    records.push(scene.sealed(7, beta, &beta.delivery_error(&tx, OFFICE, Failure::MailboxFull, at(2))));
    dossier_of(&records, &|dossier| {
        assert_eq!(state(dossier, OFFICE), State::Conflict);
        assert_eq!(codes(dossier), ["receipt.conflict", "receipt.late"]);
    });
}

#[test]
fn a_received_envelope_is_owed_nothing() {
    let scene = Scene::new();
    let tx = scene.transaction();
    let envelope = scene.sealed(9, &scene.world.alfa, &scene.world.alfa.transport(&tx));
    assert_eq!(envelope.role(), Role::Proof);
    let ledger = ledger(&[envelope]);
    let dossiers: Vec<_> = ledger.dossiers(now()).collect();
    assert_eq!((dossiers[0].side, dossiers[0].acceptance), (Side::Received, Some(0)));
    assert!(dossiers[0].silence.is_empty() && dossiers[0].findings.is_empty(), "{:?}", dossiers[0]);
    assert_eq!(state(&dossiers[0], OUTSIDE), State::ExternalFinal);
}

#[test]
fn forms_of_delivery_receipts() {
    let scene = Scene::new();
    let (alfa, beta) = (&scene.world.alfa, &scene.world.beta);
    let attached = |form: &str| {
        format!(
            "Message-ID: <{MSGID}>\r\nFrom: {ANNA}\r\nTo: {OFFICE}\r\nCc: {COPY}\r\nSubject: Fattura\r\n{form}\
             MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nIn allegato.\r\n--b\r\n\
             Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n"
        )
    };
    let unexpected = |header: &str, office: ReceiptForm, copy: ReceiptForm| {
        let sent = attached(header);
        let submission =
            pec_sandbox::compose::submission::Submission { message: sent.clone().into(), ..Scene::submission() };
        let tx = alfa.accept(submission, Some("Fattura"), at(0));
        let ledger = ledger(&[
            scene.record(1, sent.as_bytes()),
            scene.sealed(2, alfa, &alfa.acceptance(&tx)),
            scene.sealed(3, beta, &beta.delivery(&tx, OFFICE, office, at(1))),
            scene.sealed(4, beta, &beta.delivery(&tx, COPY, copy, at(1))),
        ]);
        let dossiers: Vec<_> = ledger.dossiers(now()).collect();
        assert_eq!(dossiers[0].sent_copy(), Some(Source(1)));
        let form = |r: &crate::reconcile::Remark<'_>| (r.source.unwrap().0, r.finding.detail.to_string());
        let remarks = dossiers[0].findings.iter();
        let mut found: Vec<_> = remarks
            .filter(|remark| remark.finding.code == crate::finding::Code::ReceiptKindUnexpected)
            .map(form)
            .collect();
        found.sort_unstable();
        found
    };
    use ReceiptForm::{Brief, Concise, Full};
    let found = |source, detail: &str| (source, detail.to_owned());
    assert_eq!(unexpected("", Full, Concise), []);
    assert_eq!(
        unexpected("", Brief, Full),
        [found(3, "hashes; expected completa"), found(4, "whole; expected sintetica")]
    );
    assert_eq!(unexpected("X-TipoRicevuta: breve\r\n", Brief, Concise), []);
    assert_eq!(unexpected("X-Tiporicevuta: BREVE\r\n", Concise, Concise), [found(3, "nothing; expected breve")]);
    assert_eq!(unexpected("X-TipoRicevuta: sintetica\r\n", Full, Concise), [found(3, "whole; expected sintetica")]);
}

/// A delivery receipt whose signed part stands inside the signature carries its original all the same.
#[test]
fn an_opaque_receipt_carries_what_is_in_it() {
    let scene = Scene::new();
    let (alfa, beta) = (&scene.world.alfa, &scene.world.beta);
    let tx = scene.transaction();
    let draft = beta.delivery(&tx, OFFICE, ReceiptForm::Full, at(1));
    let mut signature = beta.signed_data(draft.at);
    signature.content = pec_sandbox::cms::Content::Opaque;
    let header = "MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n\
                  Content-Transfer-Encoding: base64\r\n\r\n";
    let body = encodify::base64::MIME.encode(signature.build(&draft.content()).unwrap());
    let opaque = [&draft.headers.bytes()[..], header.as_bytes(), body.as_bytes()].concat();
    let ledger = ledger(&[
        scene.record(1, &Scene::sent()),
        scene.sealed(2, alfa, &alfa.acceptance(&tx)),
        scene.record(3, &opaque),
    ]);
    let dossier = &ledger.dossiers_of(&tx.pec_id, now())[0];
    assert_eq!(state(dossier, OFFICE), State::Delivered);
    assert!(!codes(dossier).contains(&"receipt.kind_unexpected"), "{:?}", dossier.findings);
}

fn written(dossier: &Dossier<'_>) -> String {
    Report::new(dossier, &Examination::default(), &|source| source.0.to_string()).to_json()
}

#[test]
fn the_report_is_written_in_a_fixed_form() {
    let scene = Scene::new();
    let (alfa, beta) = (&scene.world.alfa, &scene.world.beta);
    let tx = scene.transaction();
    let ledger = ledger(&[
        scene.sealed(2, alfa, &alfa.acceptance(&tx)),
        scene.sealed(4, beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, at(1))),
    ]);
    let dossier = &ledger.dossiers_of(&tx.pec_id, at(13).timestamp())[0];
    let json: serde_json::Value = serde_json::from_str(&written(dossier)).unwrap();
    let event = &json["events"][1];
    assert_eq!((&event["at"], &event["local"]), (&"2026-02-09T10:15:30Z".into(), &"2026-02-09T11:15:30+01:00".into()));
    assert_eq!(json["recipients"][2]["state"], "external-final");
    assert_eq!(json["silence"][0]["since"], "2026-02-09T21:15:30Z");
    assert!(json["submitted_at"].is_null() && json["sent_copy"].is_null());
    let text = written(dossier);
    let keys = ["pec_id", "message_ids", "sender", "side", "acceptance", "recipients", "events", "claims", "findings"];
    let places: Vec<_> = keys.iter().map(|key| text.find(&format!("\"{key}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}
