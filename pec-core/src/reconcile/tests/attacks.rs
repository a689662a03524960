//! Forged, edited, replayed and foreign receipts never change a proven state: each with messages that are really signed.

use pec_sandbox::compose::submission::{ReceiptForm, Recipient};
use pec_sandbox::{Delay, Failure};

use super::scene::{ANNA, COPY, MSGID, OFFICE, Scene, at, codes, ledger, now, state, states};
use crate::limits::Limits;
use crate::message::Message;
use crate::reconcile::compare::Proven;
use crate::reconcile::examine::{Against, Checked, Messages, examine};
use crate::reconcile::instant::Reading;
use crate::reconcile::{Record, Role, Source, Standing, State};
use crate::verify::{Verdict, Verification};

/// Accepted; delivered to the office.
fn proven(scene: &Scene) -> Vec<Record> {
    let (alfa, beta, tx) = (&scene.world.alfa, &scene.world.beta, scene.transaction());
    vec![
        scene.sealed(1, alfa, &alfa.acceptance(&tx)),
        scene.sealed(2, beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, at(1))),
    ]
}

const PROVEN: [State; 3] = [State::Delivered, State::AwaitingDelivery, State::ExternalFinal];

/// The states of the one dossier of Anna's after one more message.
fn after(scene: &Scene, more: Record) -> (Vec<State>, Vec<&'static str>) {
    let ledger = ledger(&[proven(scene), vec![more]].concat());
    let dossiers = ledger.dossiers_of(&scene.transaction().pec_id, now());
    let dossier = dossiers.iter().find(|dossier| dossier.sender == Some(ANNA)).unwrap();
    let found = codes(dossier).into_iter().filter(|code| *code != "receipt.missing").collect();
    (states(dossier), found)
}

#[test]
fn forged() {
    let scene = Scene::new();
    let tx = scene.transaction();
    // A "provider" that certified itself.
    let mut fake = scene.world.beta.clone();
    fake.certificate = scene
        .world
        .public_root
        .issue(
            &pec_sandbox::Leaf::provider(pec_sandbox::Generation::Y2026, &pec_sandbox::world::BETA, at(-24)),
            &fake.key,
        )
        .unwrap();
    fake.authority = scene.world.public_root.clone();
    let receipt = scene.sealed(7, &fake, &fake.delivery(&tx, COPY, ReceiptForm::Concise, at(2)));
    assert_eq!(receipt.role(), Role::Claim);
    assert_eq!(after(&scene, receipt), (PROVEN.to_vec(), vec!["receipt.unproven"]));
    // Without any signature.
    let plain = format!(
        "X-Ricevuta: avvenuta-consegna\r\nFrom: posta-certificata@cert.beta.example\r\nTo: {ANNA}\r\nSubject: CONSEGNA: Fattura\r\n\
         X-Riferimento-Message-ID: <{}>\r\n\r\nconsegnato\r\n",
        super::scene::MSGID
    );
    assert_eq!(after(&scene, scene.record(8, plain.as_bytes())), (PROVEN.to_vec(), vec!["receipt.unproven"]));
}

#[test]
fn edited() {
    let scene = Scene::new();
    let (beta, tx) = (&scene.world.beta, scene.transaction());
    // Inside the signature: a failure made into a delivery.
    let failure = beta.seal(&beta.delivery_error(&tx, COPY, Failure::UnknownMailbox, at(2))).unwrap();
    let text = String::from_utf8(failure.clone()).unwrap().replace("errore-consegna", "avvenuta-consegna");
    let edited = scene.record(7, text.as_bytes());
    assert_eq!((edited.role(), scene.verify(text.as_bytes()).verdict), (Role::Claim, Verdict::Altered));
    assert_eq!(after(&scene, edited), (PROVEN.to_vec(), vec!["receipt.unproven"]));
    // Outside: the marker of the failure says delivery, which is forged (VERDICT §2 row 5), or its subject does, and then
    // what is signed counts.
    let failure = String::from_utf8(failure).unwrap();
    let marked = failure.replacen("X-Ricevuta: errore-consegna", "X-Ricevuta: avvenuta-consegna", 1);
    assert_eq!(after(&scene, scene.record(7, marked.as_bytes())), (PROVEN.to_vec(), vec!["receipt.unproven"]));
    let titled = failure.replacen("Subject: AVVISO DI MANCATA CONSEGNA", "Subject: CONSEGNA", 1);
    assert_ne!(titled, failure);
    let titled = scene.record(7, titled.as_bytes());
    assert_eq!(titled.role(), Role::Proof);
    assert_eq!(after(&scene, titled).0, [State::Delivered, State::Failed, State::ExternalFinal]);
    // Outside: the own Message-ID of the proven delivery on another receipt, to make a duplicate of it.
    let delivery = beta.seal(&beta.delivery(&tx, OFFICE, ReceiptForm::Full, at(1))).unwrap();
    let own = String::from_utf8(delivery).unwrap();
    let own = own.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
    let late = beta.seal(&beta.delivery(&tx, COPY, ReceiptForm::Concise, at(3))).unwrap();
    let late = String::from_utf8(late).unwrap();
    let mine = late.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
    let swapped = scene.record(7, late.replacen(&mine, &own, 1).as_bytes());
    assert_eq!(after(&scene, swapped).0, [State::Delivered, State::Delivered, State::ExternalFinal]);
}

#[test]
fn replayed() {
    let scene = Scene::new();
    let (alfa, beta) = (&scene.world.alfa, &scene.world.beta);
    // A genuine delivery of another message, its outer header rewritten to speak of this one.
    let mut other = Scene::submission();
    other.message = Scene::sent().into_iter().chain(*b"P.S.\r\n").collect();
    let other = alfa.accept(other, Some("Fattura"), at(-48));
    let receipt = beta.seal(&beta.delivery(&other, COPY, ReceiptForm::Concise, at(-47))).unwrap();
    let tx = scene.transaction();
    assert_ne!(other.pec_id, tx.pec_id);
    let header_only = String::from_utf8(receipt).unwrap().replacen(&other.pec_id, &tx.pec_id, 1);
    let replayed = scene.record(7, header_only.as_bytes());
    assert_eq!(replayed.role(), Role::Proof);
    assert_eq!(after(&scene, replayed.clone()).0, PROVEN);
    // The same receipt twice is the same receipt.
    let ledger = ledger(&[proven(&scene), proven(&scene), vec![replayed]].concat());
    let dossiers = ledger.dossiers_of(&tx.pec_id, now());
    assert_eq!((dossiers.len(), dossiers[0].events.len()), (1, 2));
    assert_eq!(ledger.dossiers(now()).count(), 2);
}

#[test]
fn foreign() {
    let scene = Scene::new();
    let (alfa, gamma, tx) = (&scene.world.alfa, &scene.world.gamma, scene.transaction());
    // Gamma is genuine, and not Anna's provider.
    let disputed = [
        gamma.non_acceptance(&tx, "no"),
        gamma.delay_notice(&tx, COPY, Delay::Hours24, at(24)),
        gamma.delivery_error_virus(&tx, COPY, "EICAR", at(2)),
        gamma.acceptance(&tx),
    ];
    for draft in disputed {
        assert_eq!(after(&scene, scene.sealed(7, gamma, &draft)), (PROVEN.to_vec(), vec!["receipt.issuer"]));
    }
    // The identifier of Anna's message under another sender.
    let mut stolen = tx.clone();
    stolen.submission.sender = "bruno@pec.gamma.example".into();
    let stolen = scene.sealed(7, gamma, &gamma.delivery(&stolen, COPY, ReceiptForm::Concise, at(2)));
    assert_eq!(after(&scene, stolen), (PROVEN.to_vec(), vec!["receipt.sender"]));
    // A recipient whom nobody addressed, in a list that adds them.
    let mut widened = tx.clone();
    widened.submission.recipients.push(Recipient::certified("intruso@pec.gamma.example"));
    let widened = gamma.delivery(&widened, "intruso@pec.gamma.example", ReceiptForm::Concise, at(2));
    assert_eq!(after(&scene, scene.sealed(7, gamma, &widened)), (PROVEN.to_vec(), vec!["receipt.recipient"]));
    // What Alfa itself refuses after accepting is a contradiction, not an attack.
    let refusal = scene.sealed(7, alfa, &alfa.non_acceptance(&tx, "no"));
    assert_eq!(after(&scene, refusal).0, [State::Conflict; 3]);
    let ledger = ledger(&[proven(&scene), vec![scene.sealed(7, gamma, &gamma.non_acceptance(&tx, "no"))]].concat());
    let dossier = &ledger.dossiers_of(&tx.pec_id, now())[0];
    assert!(dossier.events.iter().any(|event| event.standing == Standing::Disputed && event.source.0 == 7));
    assert_eq!(state(dossier, OFFICE), State::Delivered);
}

/// Messages by number.
struct Folder<'s>(&'s Scene, Vec<Vec<u8>>);

impl Messages for Folder<'_> {
    fn read(&mut self, source: Source) -> Option<(Message<Vec<u8>>, Verification)> {
        let bytes = self.1.get(usize::try_from(source.0).ok()?)?.clone();
        let verification = self.0.verify(&bytes);
        Some((Message::parse(bytes, &Limits::DEFAULT), verification))
    }

    fn name(&self, source: Source) -> String {
        source.0.to_string()
    }
}

/// Message-ID and From of a copy are unsigned: whoever puts another message under them into the mailbox does not make
/// the delivery look like that of another content, and proves nothing of his own.
#[test]
fn planted_copies() {
    let scene = Scene::new();
    let (beta, tx) = (&scene.world.beta, scene.transaction());
    let delivery = beta.seal(&beta.delivery(&tx, OFFICE, ReceiptForm::Full, at(1))).unwrap();
    let planted = String::from_utf8(Scene::sent()).unwrap().replace("In allegato", "Pago mille").into_bytes();
    for (files, against, proven) in [
        (vec![planted.clone(), delivery.clone(), Scene::sent()], 2, Proven::All),
        (vec![Scene::sent(), delivery.clone(), planted.clone()], 0, Proven::All),
        (vec![planted.clone(), delivery, planted], 0, Proven::NotAll),
    ] {
        let records: Vec<_> = (0..).zip(&files).map(|(source, bytes)| scene.record(source, bytes)).collect();
        let ledger = ledger(&records);
        let dossier = &ledger.dossiers_of_message(MSGID, now())[0];
        let examined = examine(dossier, &mut Folder(&scene, files), Reading::Plain);
        let [content] = &examined.contents[..] else { panic!("{:?}", examined.contents) };
        let Checked::Compared { against: found, check } = &content.checked else { panic!("{:?}", content.checked) };
        assert_eq!((*found, check.proven()), (Against::Sent(Source(against)), proven));
    }
}
