//! What must hold in every history without faults on receipts (PEC-SPEC §9.4): random submissions, outages, viruses and
//! mailboxes that change, then the truth against what the sender can prove.

use std::collections::BTreeMap;

use pec_core::daticert::{ErrorKind, Kind};
use pec_core::verify::Certified;
use rand_chacha::rand_core::Rng;

use super::*;
use crate::key::generator;

const PEOPLE: [&str; 6] = [OFFICE, LEGAL, FULL, CLOSED, NOBODY, COLLEAGUE];

/// A history of `steps` steps, with everything in order again at its end. Gives the identifiers.
fn history(network: &mut Network, seed: &str, steps: usize) -> Vec<String> {
    let mut random = generator(seed.as_bytes());
    let mut draw = |below: usize| random.next_u32() as usize % below;
    let mut ids = Vec::new();
    let houses = [House::Alfa, House::Beta];
    let points = [Point::Incoming, Point::Delivery];
    for _ in 0..steps {
        match draw(10) {
            0..5 => {
                let mut to: Vec<&str> = PEOPLE.iter().copied().filter(|_| draw(3) == 0).collect();
                to.push(OUTSIDE);
                let mut letter = Letter::to(&to);
                if draw(6) == 0 {
                    letter = letter.attached(eicar().as_bytes());
                }
                let sent = network.send(&letter, &to);
                assert_eq!(sent.answer, Answer::Accepted);
                ids.push(sent.pec_id);
            }
            5 => network.stop(houses[draw(2)], points[draw(2)]).unwrap(),
            6 => network.restart(houses[draw(2)], points[draw(2)]).unwrap(),
            7 => {
                let state = [MailboxState::Active, MailboxState::Disabled][draw(2)];
                network.mailbox_mut([OFFICE, LEGAL][draw(2)]).unwrap().state = state;
            }
            _ => network.advance(SignedDuration::from_mins(draw(900) as i64)).unwrap(),
        }
    }
    for house in houses {
        points.iter().for_each(|point| network.restart(house, *point).unwrap());
    }
    network.hours(25);
    ids
}

/// Every certified message in a mailbox.
fn certified(network: &Network, address: &str, role: MailboxRole) -> Vec<CertData> {
    let messages = network.messages(address).unwrap().iter();
    messages.filter_map(|stored| network.verified(stored, role).into_certified()).map(Certified::into_value).collect()
}

#[test]
fn truth_and_receipts_agree() {
    let mut settings = settings();
    // Viruses get as far as Beta.
    settings.providers[0].antivirus = Antivirus::Sleeps;
    settings.providers.iter_mut().for_each(|provider| provider.signing = SigningKey::Curve);
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in ["uno", "due", "tre", "quattro", "cinque", "sei"] {
        let mut network = network_of(settings.clone());
        let ids = history(&mut network, seed, 80);
        assert!(ids.len() > 20);
        assert_all_genuine_is_certified(&network);
        let found = certified(&network, ANNA, MailboxRole::User);
        let service = certified(&network, &network.service_address(House::Alfa), MailboxRole::Service);
        for id in &ids {
            let of = |kind: Kind| {
                let ours = |data: &&CertData| data.pec_id.as_deref() == Some(id) && data.kind == kind;
                found.iter().chain(&service).filter(ours).collect::<Vec<_>>()
            };
            let acceptance = of(Kind::Acceptance);
            let [acceptance] = &acceptance[..] else { panic!("{} acceptances of {id}", acceptance.len()) };
            for recipient in &acceptance.recipients {
                let address = recipient.address.as_str();
                let about = |kind: Kind| {
                    let names = |data: &CertData| {
                        data.delivered_to.iter().chain(&data.received_for).any(|to| to.same_mailbox(address))
                    };
                    of(kind).into_iter().filter(|data| names(data)).cloned().collect::<Vec<_>>()
                };
                let (delivered, failed) = (about(Kind::Delivery), about(Kind::DeliveryError));
                let (taken, viruses) = (about(Kind::TakeCharge), about(Kind::VirusDetection));
                let ends = [delivered.len(), failed.len(), taken.len(), viruses.len()];
                let outcome = network.outcome(id, address).unwrap();
                let name = match outcome {
                    Outcome::Delivered(_) => "delivered",
                    Outcome::Failed(..) => "failed",
                    Outcome::Infected(_) => "infected",
                    Outcome::Lost(_) => "lost",
                    Outcome::External(_) => "external",
                    other => panic!("{address} {id}: {other:?}"),
                };
                let expected = match name {
                    "delivered" => [1, 0, 1, 0],
                    "failed" => [0, 1, 1, 0],
                    "infected" => [0, 1, 0, 1],
                    _ => [0; 4],
                };
                // Receipts that waited a day before Alfa's own incoming point are gone: fewer, never others.
                let lost_receipts = ends.iter().zip(expected).all(|(end, expected)| *end <= expected);
                assert!(lost_receipts, "{address} {id} {outcome:?}: {ends:?}");
                *outcomes.entry(if ends == expected { name } else { "receipts lost" }).or_default() += 1;
                assert!(failed.iter().all(|data| (data.error == ErrorKind::Virus) == (name == "infected")));
                let notices = about(Kind::DelayNotice);
                assert!(notices.len() <= 2 && (name != "external" || notices.is_empty()));
                if name == "lost" {
                    assert!(!notices.is_empty(), "{address} {id}: nobody told Anna");
                }
            }
        }
    }
    // The histories are not all of one kind, and what was lost is the smaller part.
    for name in ["delivered", "failed", "infected", "lost", "external"] {
        assert!(outcomes.get(name).is_some_and(|count| *count > 5), "{name}: {outcomes:?}");
    }
    let lost = outcomes.get("receipts lost").copied().unwrap_or_default();
    assert!(lost * 5 < outcomes.values().sum(), "{outcomes:?}");
}
