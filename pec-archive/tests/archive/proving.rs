//! Time-stamped roots and bundles: what is proven years later.

use jiff::Timestamp;
use pec_archive::{Actor, Archive, Error, Intake};
use pec_core::limits::Limits;
use pec_core::proof::check;
use pec_core::trust::TrustStore;
use pec_sandbox::{Moment, World};

use crate::scene::{ANNA, Scene};

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

    fn stamp(&self, at: &str) -> Result<pec_archive::Stamped, Error> {
        let at: Timestamp = at.parse().unwrap();
        let moment = Moment::new(at, jiff::tz::Offset::UTC);
        let ask = &mut |note: &[u8]| self.world.stamper.token(note, moment).map_err(|error| error.to_string());
        self.archive.renew(&Actor::host(), &self.trust(), at, ask)
    }

    fn bundle(&self) -> Vec<u8> {
        self.archive.bundle(&Actor::host(), self.scene.trust(), self.scene.now(), &self.scene.pec_id).unwrap()
    }
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
