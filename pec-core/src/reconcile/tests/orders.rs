//! Every order of arrival of up to six receipts gives the same dossiers: states, findings, the whole report.

use super::made::{HOURS_24, MALLORY, Made, accepted, delivered, failed, failed_virus, notice, refused};
use super::scene::{COPY, OFFICE, Scene, at, fill, reports, submitted, submitted_as};
use crate::daticert::{Address, Kind};
use crate::reconcile::{HashKey, Ledger, Record};
use crate::verify::Verdict;

/// Every order of `items`, by Heap's algorithm.
fn orders(items: &[Record]) -> Vec<Vec<Record>> {
    let mut items = items.to_vec();
    let mut all = vec![items.clone()];
    let mut counters = vec![0; items.len()];
    let mut index = 1;
    while index < items.len() {
        if counters[index] < index {
            items.swap(if index % 2 == 0 { 0 } else { counters[index] }, index);
            all.push(items.clone());
            counters[index] += 1;
            index = 1;
        } else {
            counters[index] = 0;
            index += 1;
        }
    }
    all
}

#[test]
fn every_order_of_six() {
    let scene = Scene::new();
    let stranger = delivered(OFFICE, 1).with(|data| data.sender = Some(Address::new("bruno@pec.alfa.example")));
    let foreign = |kind, minutes| Made::new(kind, MALLORY, minutes);
    let forged = delivered(OFFICE, 3).verdict(Verdict::Forged);
    let copy = scene.record(90, &Scene::sent());
    let sets: [Vec<Record>; 9] = [
        [
            accepted(),
            delivered(OFFICE, 1),
            delivered(OFFICE, 1).own("again@x"),
            failed(COPY, 5),
            notice(COPY, 720, ""),
            forged.clone(),
        ]
        .iter()
        .zip(1..)
        .map(|(made, source)| made.record(source))
        .collect(),
        [
            accepted(),
            notice(OFFICE, 720, ""),
            notice(OFFICE, 1380, ""),
            delivered(OFFICE, 1500),
            delivered(COPY, 2),
            stranger.clone(),
        ]
        .iter()
        .zip(1..)
        .map(|(made, source)| made.record(source))
        .collect(),
        [
            accepted(),
            refused(),
            foreign(Kind::Acceptance, -1),
            foreign(Kind::DelayNotice, 1440).to(OFFICE),
            delivered(OFFICE, 1),
            failed(OFFICE, 1),
        ]
        .iter()
        .zip(1..)
        .map(|(made, source)| made.record(source))
        .collect(),
        // No acceptance: three notices at one instant and later, whose kind only the set tells.
        [
            notice(OFFICE, 720, ""),
            notice(OFFICE, 720, "").own("copy@x"),
            notice(OFFICE, 1380, ""),
            notice(COPY, 10, HOURS_24),
            failed_virus(COPY, 9),
            failed(COPY, 9),
        ]
        .iter()
        .zip(1..)
        .map(|(made, source)| made.record(source))
        .collect(),
        vec![
            submitted(1),
            submitted(2),
            copy.clone(),
            accepted().record(3),
            accepted().with(|d| d.pec_id = Some("second@pec.alfa.example".into())).record(4),
            delivered(OFFICE, 1).record(5),
        ],
        // The same file twice, and ties in everything but the own identifier.
        vec![
            accepted().record(1),
            accepted().record(1),
            accepted().own("b@x").record(2),
            accepted().own("a@x").record(3),
            delivered(COPY, 1).record(4),
            delivered(COPY, 1).record(4),
        ],
        vec![
            foreign(Kind::Acceptance, 0).record(1),
            foreign(Kind::NonAcceptance, 0).record(2),
            delivered(OFFICE, 1).with(|d| d.client_message_id = Some("<z@x>".into())).record(3),
            delivered(COPY, 1).with(|d| d.recipients.truncate(2)).record(4),
            failed(OFFICE, 1).with(|d| d.client_message_id = None).record(5),
            copy,
        ],
        vec![
            forged.record(1),
            forged.record(1),
            refused().record(2),
            notice(OFFICE, 800, "").record(3),
            submitted(4),
            stranger.record(5),
        ],
        // Two msgids under one identifier at one instant, each with a submission.
        vec![
            delivered(OFFICE, 1).with(|d| d.client_message_id = Some("<z@x>".into())).record(1),
            delivered(COPY, 1).record(2),
            submitted(3),
            submitted_as("z@x", 4),
            failed(COPY, 1).record(5),
            failed_virus(COPY, 1).record(6),
        ],
    ];
    for (number, set) in sets.iter().enumerate() {
        let mut expected: Option<Vec<String>> = None;
        let all = orders(set);
        assert_eq!(all.len(), 720);
        for (turn, order) in all.iter().enumerate() {
            // The key of the tables changes too, and must not matter.
            let key = HashKey::new((turn as u128 * 0x9e37_79b9_7f4a_7c15).to_le_bytes());
            let ledger = fill(Ledger::new(key).own_mailboxes(["anna@pec.alfa.example"]), order);
            let found = reports(&ledger, at(30).timestamp());
            match &expected {
                None => expected = Some(found),
                Some(expected) => assert_eq!(&found, expected, "set {number}, order {turn}"),
            }
        }
    }
}
