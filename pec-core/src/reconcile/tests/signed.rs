//! What happens to a message, step by step, with receipts that are signed and verified.

use pec_sandbox::compose::submission::ReceiptForm;
use pec_sandbox::{Delay, Failure};

use super::scene::{ANNA, COPY, MSGID, OFFICE, OUTSIDE, Scene, at, codes, ledger, now, state, states, submitted};
use crate::reconcile::{Owed, Record, Role, Side, Source, State};

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
