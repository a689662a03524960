//! Time-stamped roots and bundles: what is proven years later.

use jiff::Timestamp;
use pec_archive::{Actor, Archive, Error, Id, Intake, Stamped};
use pec_core::limits::Limits;
use pec_core::lookup::Lookup;
use pec_core::proof::{Witnessed, check, expert_commands};
use pec_core::trust::TrustStore;
use pec_sandbox::{Moment, TimeStamper, World};

use crate::scene::{ANNA, OFFICE, Scene};

/// A time-stamping authority, or what poses as one.
type Ask<'a> = Box<dyn FnMut(&[u8]) -> Result<Vec<u8>, String> + 'a>;

struct Kit {
    scene: Scene,
    archive: Archive,
    world: World,
    _folder: tempfile::TempDir,
}

impl Kit {
    fn new() -> Self {
        let scene = Scene::new(9000);
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
        let intake = Intake::new(scene.trust(), scene.now());
        archive.put(&Actor::host(), &intake, scene.sent.clone()).unwrap();
        archive.put_batch(&Actor::host(), &intake.mailbox(ANNA), scene.mailbox(ANNA)).unwrap();
        Self { scene, archive, world: World::new().unwrap(), _folder: folder }
    }

    fn trust(&self) -> TrustStore {
        self.scene.trust().clone().with_time_stamp_anchor(&self.world.time_root.certificate.der).unwrap()
    }

    fn stamp(&self, at: &str) -> Result<Stamped, Error> {
        self.stamp_by(&self.world.stamper, at)
    }

    fn stamp_by(&self, authority: &TimeStamper, at: &str) -> Result<Stamped, Error> {
        let at: Timestamp = at.parse().unwrap();
        let ask = &mut |note: &[u8]| authority.token(note, moment(at)).map_err(|error| error.to_string());
        self.archive.renew(&Actor::host(), &self.trust(), at, ask)
    }

    /// An authority whose certificate ends then.
    fn authority(&self, ends: &str) -> TimeStamper {
        let TimeStamper { key, certificate, .. } = self.world.stamper.clone();
        let life = ("2020-01-01T00:00:00Z", ends);
        let life = (moment(life.0.parse().unwrap()), moment(life.1.parse().unwrap()));
        TimeStamper::under(&self.world.time_root, certificate.subject, key, life).unwrap()
    }

    /// What is proven in 2033 of the first message of the bundle, and how many time-stamps it carries.
    fn proven(&self) -> (Witnessed, usize) {
        let bundle = self.bundle();
        let report = check(&bundle, &self.trust(), later(), &Limits::DEFAULT);
        assert!(report.is_sound(), "{:?}", report.faults);
        let stamps = expert_commands(&bundle).unwrap().matches("$ openssl ts -verify").count();
        (report.messages[0].witnessed.clone().unwrap(), stamps)
    }

    fn bundle(&self) -> Vec<u8> {
        self.archive.bundle(&Actor::host(), self.scene.trust(), self.scene.now(), &self.scene.pec_id).unwrap()
    }
}

fn moment(at: Timestamp) -> Moment {
    Moment::new(at, jiff::tz::Offset::UTC)
}

fn later() -> Timestamp {
    "2033-01-01T00:00:00Z".parse().unwrap()
}

#[test]
fn row_75_a_stamped_dossier_is_proven_long_after_the_certificates() {
    let kit = Kit::new();
    let before = check(&kit.bundle(), &kit.trust(), later(), &Limits::DEFAULT);
    assert!(before.is_intact(), "{:?}", before.faults);
    assert!(before.messages.iter().all(|message| message.witnessed.is_none()));

    let stamped = kit.stamp("2026-03-01T00:00:00Z").unwrap();
    assert_eq!(stamped.size as usize, before.messages.len());
    // A second stamp renews; the first one still says since when.
    kit.stamp("2027-03-01T00:00:00Z").unwrap();
    let after = check(&kit.bundle(), &kit.trust(), later(), &Limits::DEFAULT);
    assert!(after.is_intact(), "{:?}", after.faults);
    for message in &after.messages {
        let witnessed = message.witnessed.as_ref().unwrap();
        assert_eq!(witnessed.at, stamped.time);
        assert_eq!(witnessed.within_certificate, message.verdict == "certified");
    }
    assert!(after.dossiers[0].contains("\"state\":\"delivered\""));
    // The radar has nothing more to say about these proofs.
    let host = Actor::host();
    let soon = kit.archive.expiring(&host, kit.scene.now(), later(), 100).unwrap();
    assert_eq!(soon.proofs, []);
}

#[test]
fn a_bundle_carries_what_renews_its_stamps_and_the_radar_tells_when() {
    let kit = Kit::new();
    let host = Actor::host();
    let ending = |now: &str, until: &str| {
        kit.archive.expiring(&host, now.parse().unwrap(), until.parse().unwrap(), 9).unwrap().stamp
    };
    assert_eq!(ending("2026-03-01T00:00:00Z", "2040-01-01T00:00:00Z"), None);
    let [short, next, last] =
        ["2028-01-01T00:00:00Z", "2031-01-01T00:00:00Z", "2036-01-01T00:00:00Z"].map(|ends| kit.authority(ends));
    let first = kit.stamp_by(&short, "2026-03-01T00:00:00Z").unwrap();
    assert_eq!(first.ends, Some("2028-01-01T00:00:00Z".parse().unwrap()));
    let (alone, stamps) = kit.proven();
    assert_eq!(stamps, 1);
    assert!(alone.lapsed && alone.at == first.time && alone.borne_until == first.ends.unwrap());

    // As often as the same authority stamps, by the same certificate: nothing more is carried, and nothing is renewed.
    for at in ["2026-09-01T00:00:00Z", "2027-03-01T00:00:00Z", "2027-09-01T00:00:00Z"] {
        kit.stamp_by(&short, at).unwrap();
    }
    assert_eq!(kit.proven(), (alone, 2), "the first and the newest");
    // The radar tells it in time, and afterwards.
    let newest = ending("2027-10-01T00:00:00Z", "2028-01-01T00:00:00Z").unwrap();
    assert_eq!((newest.time, newest.ends), ("2027-09-01T00:00:00Z".parse().unwrap(), first.ends));
    assert_eq!(ending("2027-10-01T00:00:00Z", "2027-12-31T00:00:00Z"), None);
    assert_eq!(ending("2029-01-01T00:00:00Z", "2029-02-01T00:00:00Z"), Some(newest));

    // Others before its end, and before the end of those.
    for (authority, at) in
        [(&next, "2027-12-01T00:00:00Z"), (&next, "2028-12-01T00:00:00Z"), (&last, "2030-12-01T00:00:00Z")]
    {
        kit.stamp_by(authority, at).unwrap();
    }
    let (witnessed, stamps) = kit.proven();
    assert_eq!((witnessed.at, witnessed.renewals, witnessed.lapsed), (first.time, 2, false));
    assert_eq!(witnessed.borne_until, "2036-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(stamps, 3);
    assert_eq!(ending("2031-01-01T00:00:00Z", "2035-01-01T00:00:00Z"), None);
}

#[test]
fn what_came_in_while_the_authority_was_asked_does_not_hide_the_entry_about_its_token() {
    let kit = Kit::new();
    let host = Actor::host();
    let (short, last) = (kit.authority("2028-01-01T00:00:00Z"), kit.authority("2036-01-01T00:00:00Z"));
    let stamped_at: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    let ask = &mut |note: &[u8]| {
        let more = Scene::new(9001);
        let intake = Intake::new(more.trust(), more.now());
        kit.archive.put_batch(&host, &intake, more.mailbox(ANNA)).unwrap();
        short.token(note, moment(stamped_at)).map_err(|error| error.to_string())
    };
    kit.archive.renew(&host, &kit.trust(), stamped_at, ask).unwrap();
    kit.stamp_by(&last, "2027-12-01T00:00:00Z").unwrap();
    let (witnessed, _) = kit.proven();
    assert_eq!((witnessed.at, witnessed.renewals, witnessed.lapsed), (stamped_at, 1, false));
}

#[test]
fn who_is_asked_while_somebody_else_stamps_stamps_nothing() {
    let kit = Kit::new();
    let host = Actor::host();
    let [short, next, last] =
        ["2028-01-01T00:00:00Z", "2031-01-01T00:00:00Z", "2036-01-01T00:00:00Z"].map(|ends| kit.authority(ends));
    let at: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    // While one asks, another asks and has its answer: over the same root, or over a larger one.
    for more in [false, true] {
        let size = kit.archive.stats(&host).unwrap().log_entries;
        let ask = &mut |note: &[u8]| {
            if more {
                let other = Scene::new(9001);
                let intake = Intake::new(other.trust(), other.now());
                kit.archive.put_batch(&host, &intake, other.mailbox(ANNA)).unwrap();
            }
            assert!(kit.stamp_by(&next, "2026-02-28T00:00:00Z").unwrap().size >= size);
            short.token(note, moment(at)).map_err(|error| error.to_string())
        };
        let refused = kit.archive.renew(&host, &kit.trust(), at, ask);
        assert!(matches!(&refused, Err(Error::TimeStamp(why)) if why.contains("somebody else")), "{refused:?}");
    }
    kit.stamp_by(&last, "2030-12-01T00:00:00Z").unwrap();
    let (witnessed, _) = kit.proven();
    assert_eq!(
        (witnessed.at.to_string(), witnessed.renewals, witnessed.lapsed),
        ("2026-02-28T00:00:00Z".into(), 1, false)
    );
    let watch = &mut |_| std::ops::ControlFlow::Continue(());
    assert!(kit.archive.check(&host, watch).unwrap().is_clean());
}

#[test]
fn what_the_log_has_lost_about_a_token_costs_no_more_than_that_token() {
    let kit = Kit::new();
    let host = Actor::host();
    let (short, last) = (kit.authority("2028-01-01T00:00:00Z"), kit.authority("2036-01-01T00:00:00Z"));
    let first = kit.stamp_by(&short, "2026-03-01T00:00:00Z").unwrap();
    kit.stamp_by(&last, "2027-06-01T00:00:00Z").unwrap();
    // As salvage leaves an archive whose log was damaged there: the token is kept, and the entry about it is another.
    let connection = rusqlite::Connection::open(kit.archive.path()).unwrap();
    connection
        .execute("UPDATE log SET entry = replace(entry, 'stamp', 'stump') WHERE n = ?1", [first.size as i64])
        .unwrap();
    let (witnessed, stamps) = kit.proven();
    assert_eq!((witnessed.at.to_string(), witnessed.lapsed, stamps), ("2027-06-01T00:00:00Z".into(), false, 2));
    // A token that cannot be read hides neither the one before it nor what else ends.
    connection.execute("UPDATE checkpoint SET token = x'00' WHERE size > ?1", [first.size as i64]).unwrap();
    let soon = kit.archive.expiring(&host, "2027-07-01T00:00:00Z".parse().unwrap(), later(), 9).unwrap();
    assert_eq!(soon.stamp, Some(first));
}

#[test]
fn a_token_that_proves_nothing_is_not_taken() {
    let kit = Kit::new();
    let (host, now) = (Actor::host(), kit.scene.now());
    let moment = Moment::new(now, jiff::tz::Offset::UTC);
    let token = |bytes: &[u8]| kit.world.stamper.token(bytes, moment).unwrap();
    let mut asks: [(TrustStore, Ask<'_>); 4] = [
        (kit.trust(), Box::new(|_| Err("the line is down".into()))),
        (kit.trust(), Box::new(|_| Ok(b"no token".to_vec()))),
        (kit.trust(), Box::new(|_| Ok(token(b"another root")))),
        // An authority that nobody has named.
        (kit.scene.trust().clone(), Box::new(|note| Ok(token(note)))),
    ];
    for (trust, ask) in &mut asks {
        assert!(matches!(kit.archive.renew(&host, trust, now, ask), Err(Error::TimeStamp(_))));
    }
    drop(asks);
    // A stamp from the future.
    let ask = &mut |note: &[u8]| Ok(kit.world.stamper.token(note, moment.plus(3600)).unwrap());
    assert!(matches!(kit.archive.renew(&host, &kit.trust(), now, ask), Err(Error::TimeStamp(_))));
    let report = check(&kit.bundle(), &kit.trust(), later(), &Limits::DEFAULT);
    assert!(report.messages.iter().all(|message| message.witnessed.is_none()));
}

#[test]
fn a_log_that_was_rewritten_is_found_at_the_first_entry_that_differs() {
    let kit = Kit::new();
    kit.stamp("2026-03-01T00:00:00Z").unwrap();
    let path = kit.archive.path().to_owned();
    let host = Actor::host();
    let watch = &mut |_| std::ops::ControlFlow::Continue(());
    assert_eq!(kit.archive.check(&host, watch).unwrap().log_broken_at, None);
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute("UPDATE log SET entry = replace(entry, 'host', 'nemo') WHERE n = 2", []).unwrap();
    assert_eq!(kit.archive.check(&host, watch).unwrap().log_broken_at, Some(2));
    connection.execute("UPDATE log SET entry = replace(entry, 'nemo', 'host') WHERE n = 2", []).unwrap();
    connection.execute("DELETE FROM log WHERE n = 1", []).unwrap();
    assert_eq!(kit.archive.check(&host, watch).unwrap().log_broken_at, Some(1));
}

fn lookup(kit: &Kit) -> Lookup {
    Lookup {
        address: OFFICE.into(),
        register: "INI-PEC".into(),
        asked: Some("01234567890".into()),
        asked_at: kit.scene.now(),
        valid_on: None,
        found: true,
        answer: b"{\"pec\":\"ufficio@cert.beta.example\"}".to_vec(),
    }
}

#[test]
fn where_an_address_was_found_is_in_the_bundle_and_is_erased_with_its_message() {
    let kit = Kit::new();
    let (host, now, sent) = (Actor::host(), kit.scene.now(), Id::of(&kit.scene.sent));
    let earlier = Lookup {
        register: "INAD".into(),
        found: false,
        asked_at: now - jiff::SignedDuration::from_hours(1),
        ..lookup(&kit)
    };
    for lookup in [lookup(&kit), earlier.clone(), lookup(&kit)] {
        kit.archive.note_lookup(&host, now, &[sent], &lookup).unwrap();
    }
    assert_eq!(kit.archive.lookups(&host, sent).unwrap(), [earlier.clone(), lookup(&kit)]);
    let proven = |kit: &Kit| {
        let report = check(&kit.bundle(), &kit.trust(), later(), &Limits::DEFAULT);
        assert!(report.is_sound(), "{:?}", report.faults);
        report.lookups
    };
    let before = proven(&kit);
    assert_eq!(before.len(), 2);
    assert!(before.iter().all(|proof| proof.witnessed.is_none() && proof.witness_fails.is_none()));
    let stamped = kit.stamp("2026-03-01T00:00:00Z").unwrap();
    for proof in proven(&kit) {
        assert!([&earlier, &lookup(&kit)].contains(&&proof.lookup));
        assert_eq!(proof.witnessed.unwrap().at, stamped.time);
    }
    // It judges nothing: what was certified is, by whoever judges again.
    let judging = Intake::new(kit.scene.trust(), now);
    assert_eq!(kit.archive.reverify(&host, &judging, &mut |_| std::ops::ControlFlow::Continue(())).unwrap(), []);
    // Nor is it lost when the archive is salvaged.
    let copy = kit.archive.path().with_extension("salvata");
    let watch = &mut |_| std::ops::ControlFlow::Continue(());
    Archive::salvage(&host, &judging, kit.archive.path(), &copy, watch).unwrap();
    let salvaged = Archive::open(&copy).unwrap();
    assert_eq!(salvaged.lookups(&host, sent).unwrap(), [earlier, lookup(&kit)]);
    assert!(salvaged.check(&host, &mut |_| std::ops::ControlFlow::Continue(())).unwrap().is_clean());

    kit.archive.erase(&host, later() + jiff::SignedDuration::from_hours(24 * 365 * 10), &[sent], "termine").unwrap();
    assert!(matches!(kit.archive.lookups(&host, sent), Err(Error::NotFound(_))));
    let file = std::fs::read(kit.archive.path()).unwrap();
    assert!(
        !file.windows(11).any(|part| part == b"01234567890"),
        "the answer and what was asked are gone with the message"
    );
}

#[test]
fn what_is_no_look_up_is_not_kept() {
    let kit = Kit::new();
    let (host, now, sent) = (Actor::host(), kit.scene.now(), Id::of(&kit.scene.sent));
    let future = Lookup { asked_at: now + jiff::SignedDuration::from_secs(1), ..lookup(&kit) };
    let nobody = Lookup { address: "ufficio".into(), ..lookup(&kit) };
    for wrong in [future, nobody] {
        assert!(matches!(kit.archive.note_lookup(&host, now, &[sent], &wrong), Err(Error::BadValue { .. })));
    }
    let missing = kit.archive.note_lookup(&host, now, &[sent, Id::of(b"x")], &lookup(&kit));
    assert!(matches!(missing, Err(Error::NotFound(_))));
    assert_eq!(kit.archive.lookups(&host, sent).unwrap(), []);
}

/// It takes a while to ask, and clocks differ.
#[test]
fn an_authority_may_say_that_it_is_a_little_later() {
    let kit = Kit::new();
    let asked: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    let at = |seconds| {
        let ask = &mut |note: &[u8]| {
            let later = asked + jiff::SignedDuration::from_secs(seconds);
            kit.world.stamper.token(note, moment(later)).map_err(|error| error.to_string())
        };
        kit.archive.renew(&Actor::host(), &kit.trust(), asked, ask)
    };
    assert!(matches!(at(301), Err(Error::TimeStamp(_))));
    assert_eq!(at(300).unwrap().time, asked + jiff::SignedDuration::from_secs(300));
    assert_eq!(at(2).unwrap().time, asked + jiff::SignedDuration::from_secs(2));
}

#[test]
fn what_else_a_token_carries_does_not_end_it() {
    let kit = Kit::new();
    let early = kit.authority("2025-01-01T00:00:00Z").certificate.der;
    for (at, ends) in [(2026, 2028), (2027, 2029), (2028, 2030), (2029, 2036)] {
        let authority =
            TimeStamper { carried: vec![early.clone()], ..kit.authority(&format!("{ends}-01-01T00:00:00Z")) };
        kit.stamp_by(&authority, &format!("{at}-03-01T00:00:00Z")).unwrap();
    }
    let (witnessed, stamps) = kit.proven();
    assert_eq!((witnessed.at.to_string(), witnessed.lapsed, stamps), ("2026-03-01T00:00:00Z".into(), false, 4));
    let (now, until) = ("2029-04-01T00:00:00Z".parse().unwrap(), "2037-01-01T00:00:00Z".parse().unwrap());
    let soon = kit.archive.expiring(&Actor::host(), now, until, 9).unwrap().stamp.unwrap();
    assert_eq!(soon.ends, Some("2036-01-01T00:00:00Z".parse().unwrap()));
}

#[test]
fn a_checkpoint_that_the_log_does_not_reach_is_in_nobodys_way() {
    let kit = Kit::new();
    let first = kit.stamp("2026-03-01T00:00:00Z").unwrap();
    let connection = rusqlite::Connection::open(kit.archive.path()).unwrap();
    connection.execute("INSERT INTO checkpoint SELECT 999999, note, token FROM checkpoint", []).unwrap();
    let renewed = kit.stamp("2027-03-01T00:00:00Z").unwrap();
    assert!(renewed.size > first.size);
    let (witnessed, stamps) = kit.proven();
    assert_eq!((witnessed.at, stamps), (first.time, 2));
}

#[test]
fn the_log_tells_nobody_who_was_looked_up_and_one_that_is_damaged_hides_nothing_else() {
    let kit = Kit::new();
    let (host, now, sent) = (Actor::host(), kit.scene.now(), Id::of(&kit.scene.sent));
    kit.archive.note_lookup(&host, now, &[sent], &lookup(&kit)).unwrap();
    let entry =
        (0..99).filter_map(|n| kit.archive.log_entry(&host, n).unwrap()).find(|it| it.contains("look-up")).unwrap();
    let said: serde_json::Value = serde_json::from_str(&entry).unwrap();
    let digest = said["lookup"].as_str().unwrap().to_owned();
    assert!(!entry.contains("INI-PEC") && digest != Id::of(lookup(&kit).to_json().as_bytes()).to_string(), "{entry}");

    let connection = rusqlite::Connection::open(kit.archive.path()).unwrap();
    let of_it = "(SELECT body FROM evidence WHERE kind = 'look-up')";
    connection.execute(&format!("UPDATE piece SET data = x'00' WHERE id >> 20 = {of_it}"), []).unwrap();
    assert!(matches!(kit.archive.lookups(&host, sent), Err(Error::Damaged(_))));
    let report = check(&kit.bundle(), &kit.trust(), later(), &Limits::DEFAULT);
    assert!(report.is_sound() && report.lookups.is_empty());
    // What is told once more is kept beside it.
    kit.archive.note_lookup(&host, now, &[sent], &lookup(&kit)).unwrap();
    let report = check(&kit.bundle(), &kit.trust(), later(), &Limits::DEFAULT);
    assert_eq!(report.lookups.len(), 1);
}

#[test]
fn a_look_up_whose_entry_the_log_has_lost_is_logged_once_more() {
    let kit = Kit::new();
    let (host, now, sent) = (Actor::host(), kit.scene.now(), Id::of(&kit.scene.sent));
    kit.archive.note_lookup(&host, now, &[sent], &lookup(&kit)).unwrap();
    let connection = rusqlite::Connection::open(kit.archive.path()).unwrap();
    connection.execute("UPDATE log SET entry = replace(entry, 'look-up', 'look-ip')", []).unwrap();
    let entries = || kit.archive.stats(&host).unwrap().log_entries;
    let before = entries();
    for _ in 0..2 {
        kit.archive.note_lookup(&host, now, &[sent], &lookup(&kit)).unwrap();
    }
    assert_eq!((entries(), kit.archive.lookups(&host, sent).unwrap().len()), (before + 1, 1));
}

#[test]
fn a_message_has_room_for_so_many_look_ups() {
    let kit = Kit::new();
    let (host, now, sent) = (Actor::host(), kit.scene.now(), Id::of(&kit.scene.sent));
    let note = |n: usize| {
        let register = format!("registro {n}");
        kit.archive.note_lookup(&host, now, &[sent], &Lookup { register, ..lookup(&kit) })
    };
    (0..64).for_each(|n| note(n).unwrap());
    note(7).unwrap();
    assert!(matches!(note(64), Err(Error::BadValue { .. })));
}
