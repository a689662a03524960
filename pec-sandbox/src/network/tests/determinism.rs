//! The same seed, settings and calls give the same bytes.

use super::*;
use pec_core::daticert::Kind;

/// A busy week: submissions, faults by chance, outages, ordinary mail.
fn week(seed: u64) -> Network {
    let mut network = network_of(Settings { seed, ..settings() });
    let hours = SignedDuration::from_hours;
    for fault in
        [Fault::Lost, Fault::Duplicated, Fault::Reordered, Fault::Foreign, Fault::Forged, Fault::Late(hours(3))]
    {
        network.add_fault(FaultRule::new(fault).chance(Chance::OneIn(4)));
    }
    let edit = Fault::Edited { header: "Date".into(), value: "Mon, 1 Jan 2024 00:00:00 +0100".into() };
    network.add_fault(FaultRule::new(edit).kind(Kind::Delivery).chance(Chance::OneIn(3)));
    for day in 0..7 {
        let point = if day % 2 == 0 { Point::Incoming } else { Point::Delivery };
        if day % 3 == 0 {
            network.stop(House::Beta, point).unwrap();
        }
        let _ = network.send(&Letter::to(&[OFFICE, FULL, OUTSIDE]).with("Cc", LEGAL), &[OFFICE, FULL, OUTSIDE, LEGAL]);
        network.hours(13);
        network.receive("mario@stranger.example", &[OFFICE], &Letter::to(&[OFFICE]).bytes()).unwrap();
        network.restart(House::Beta, point).unwrap();
        network.hours(11);
    }
    network
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (one, two, other) = (week(7), week(7), week(8));
    let all = |network: &Network| -> Vec<(String, Vec<Vec<u8>>)> {
        let of = |mailbox: &Mailbox| mailbox.messages().iter().map(|stored| stored.bytes.clone()).collect();
        network.mailboxes().map(|mailbox| (mailbox.address().to_owned(), of(mailbox))).collect()
    };
    assert_eq!(one.events(), two.events());
    assert!(all(&one) == all(&two));
    assert!(all(&one) != all(&other));
    assert_ne!(one.events(), other.events());
    assert!(one.events().iter().filter(|event| matches!(event.what, What::Faulted { .. })).count() > 20);
    assert_all_genuine_is_certified(&one);
}

#[test]
fn settings_that_make_no_network() {
    let error = |settings: Settings| Network::new(settings).unwrap_err().to_string();
    let mut twice = settings();
    twice.providers.push(ProviderSettings::alfa());
    assert!(error(twice).contains("stands twice"));
    let mut domain = settings();
    domain.providers[1].domains.push("PEC.alfa.example".into());
    assert!(error(domain).contains("two providers"));
    let mut host = settings();
    host.providers[0].domains.push("cert.beta.example".into());
    host.providers.truncate(1);
    assert!(error(host).contains("another provider"));
    assert!(error(Settings { providers: Vec::new(), ..settings() }).contains("two_providers"));
    for start in ["2025-01-01T00:00:00Z", "2028-09-01T00:00:00Z"] {
        assert!(error(Settings { start: start.parse().unwrap(), ..settings() }).contains("give a time from"));
    }
    let mut network = network();
    let error = network.stop(House::Gamma, Point::Incoming).unwrap_err();
    assert!(matches!(error, Error::NoProvider { .. }), "{error}");
    assert!(network.add(Mailbox::new("anna")).is_err());
}

#[test]
fn a_network_may_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Network>();
}
