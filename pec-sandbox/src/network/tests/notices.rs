//! The notices of 12 and 24 hours (RFC 6109 §3.1.6, PEC-SPEC §2.9).

use super::*;
use pec_core::daticert::Kind;

/// Hours after the acceptance, and the words that tell the notices apart.
fn notices(network: &Network) -> Vec<(i64, bool)> {
    let accepted = network.data(ANNA, "accettazione").time.unwrap().utc.unwrap();
    let stored = network.messages(ANNA).unwrap().iter();
    let data = stored.filter_map(|stored| network.verified(stored, MailboxRole::User).into_certified());
    data.map(pec_core::verify::Certified::into_value)
        .filter(|data| data.kind == Kind::DelayNotice)
        .map(|data| {
            assert_eq!(data.error_detail.as_ref().unwrap().code(), Some("5.4.1"));
            assert!(data.delivered_to.is_some());
            let elapsed = data.time.unwrap().utc.unwrap().duration_since(accepted);
            (elapsed.as_hours(), data.error_detail.unwrap().as_str().contains("ventiquattro"))
        })
        .collect()
}

#[test]
fn taken_in_charge_and_never_delivered_is_the_second_alone() {
    let mut network = network();
    network.stop(House::Beta, Point::Delivery).unwrap();
    let pec_id = network.sent(&[OFFICE]);
    network.hours(23);
    assert_eq!(notices(&network), []);
    network.hours(1);
    assert_eq!(notices(&network), [(24, true)]);
    assert_eq!(network.outcome(&pec_id, OFFICE), Some(Outcome::Underway));
    network.hours(100);
    assert_eq!(notices(&network).len(), 1);
    assert_all_genuine_is_certified(&network);
}

#[test]
fn nothing_taken_in_charge_and_delivered_between_is_the_first_alone() {
    let mut network = network();
    network.stop(House::Beta, Point::Incoming).unwrap();
    let pec_id = network.sent(&[OFFICE]);
    network.advance(SignedDuration::from_secs(12 * 3_600 - 60)).unwrap();
    assert_eq!(notices(&network), []);
    network.hours(1);
    assert_eq!(notices(&network), [(12, false)]);
    network.restart(House::Beta, Point::Incoming).unwrap();
    network.settle().unwrap();
    assert!(matches!(network.outcome(&pec_id, OFFICE), Some(Outcome::Delivered(_))));
    network.hours(24);
    assert_eq!(notices(&network), [(12, false)]);
    assert_eq!(network.anna(), ["accettazione", "preavviso-errore-consegna", "avvenuta-consegna"]);
    assert_all_genuine_is_certified(&network);
}

#[test]
fn neither_is_both_and_the_envelope_is_given_up() {
    let mut network = network();
    network.stop(House::Beta, Point::Incoming).unwrap();
    let pec_id = network.sent(&[OFFICE, COLLEAGUE]);
    network.hours(25);
    assert_eq!(notices(&network), [(12, false), (24, true)], "for the one recipient alone");
    network.restart(House::Beta, Point::Incoming).unwrap();
    network.settle().unwrap();
    assert!(matches!(network.outcome(&pec_id, OFFICE), Some(Outcome::Lost(_))));
    assert!(network.messages(OFFICE).unwrap().is_empty());
    assert_all_genuine_is_certified(&network);
}

#[test]
fn a_delivery_after_the_second_notice_is_receipted_all_the_same() {
    let mut network = network();
    network.stop(House::Beta, Point::Delivery).unwrap();
    network.sent(&[OFFICE]);
    network.hours(30);
    network.restart(House::Beta, Point::Delivery).unwrap();
    network.settle().unwrap();
    assert_eq!(network.anna(), ["accettazione", "preavviso-errore-consegna", "avvenuta-consegna"]);
    let late = network.data(ANNA, "avvenuta-consegna").time.unwrap().utc.unwrap();
    assert!(late > network.data(ANNA, "preavviso-errore-consegna").time.unwrap().utc.unwrap());
}

#[test]
fn summer_time_changes_the_printed_offset_and_not_the_hours() {
    let mut settings = settings();
    settings.start = "2026-03-28T20:00:00Z".parse().unwrap();
    let mut network = network_of(settings);
    network.stop(House::Beta, Point::Incoming).unwrap();
    network.sent(&[OFFICE]);
    network.hours(12);
    assert_eq!(notices(&network), [(12, false)]);
    assert_eq!(network.data(ANNA, "accettazione").time.unwrap().zone, "+0100");
    let notice = network.data(ANNA, "preavviso-errore-consegna").time.unwrap();
    assert_eq!((&*notice.hour, &*notice.zone), ("10:00:00", "+0200"));
}

#[test]
fn the_clock_goes_forward_within_its_bounds() {
    let mut network = network();
    let now = network.time();
    let back = network.turn_to(now - SignedDuration::from_secs(1)).unwrap_err();
    assert!(matches!(back, Error::Backwards { .. }), "{back}");
    let far = network.advance(SignedDuration::from_hours(24 * 731)).unwrap_err();
    assert!(matches!(far, Error::BeyondCertificates { .. }), "{far}");
    assert_eq!(network.time(), now);
    network.advance(SignedDuration::from_hours(24 * 730 - 1)).unwrap();
    network.sent(&[OFFICE]);
    assert_all_genuine_is_certified(&network);
}
