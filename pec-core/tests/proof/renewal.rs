//! Time-stamps that outlive the certificates of their authorities, and those that do not.

use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_core::proof::{Bundle, Checkpoint, Witness, Witnessed, check};
use pec_core::trust::TrustStore;
use pec_sandbox::{Digest, Moment, TimeStamper};

use super::{Scene, base64, hash, hex, read, tree};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A log of an archive that was stamped now and then.
pub(crate) struct Log {
    pub(crate) scene: Scene,
    pub(crate) entries: Vec<String>,
    /// Entries under each root, its text, its token, and the number of the entry about it.
    pub(crate) stamps: Vec<(usize, Vec<u8>, Vec<u8>, usize)>,
}

impl Log {
    pub(crate) fn new() -> Self {
        let scene = Scene::new();
        let put = |message: &Vec<u8>| format!(r#"{{"what":"put","id":"{}"}}"#, hex(message));
        let entries = scene.messages.iter().map(put).collect();
        Self { scene, entries, stamps: Vec::new() }
    }

    /// An authority under the root of the sandbox whose certificate ends then.
    pub(crate) fn authority(&self, ends: &str) -> TimeStamper {
        let at = |text: &str| Moment::new(time(text), jiff::tz::Offset::UTC);
        let TimeStamper { key, certificate, .. } = self.scene.world.stamper.clone();
        let life = (at("2020-01-01T00:00:00Z"), at(ends));
        TimeStamper::under(&self.scene.world.time_root, certificate.subject, key, life).unwrap()
    }

    fn note(&self, size: usize) -> Vec<u8> {
        format!("archivio\n{size}\n{}\n", base64(&self.tree(size).0)).into_bytes()
    }

    fn tree(&self, size: usize) -> ([u8; 32], Vec<Vec<[u8; 32]>>) {
        let leaf = |entry: &String| hash(&[&[0], entry.as_bytes()]);
        tree(&self.entries[..size].iter().map(leaf).collect::<Vec<_>>())
    }

    /// The log is stamped, and says so.
    pub(crate) fn stamp(&mut self, authority: &TimeStamper, at: &str) -> &mut Self {
        let size = self.entries.len();
        let note = self.note(size);
        let token = authority.token(&note, Moment::new(time(at), jiff::tz::Offset::UTC)).unwrap();
        self.stamped(size, note, token)
    }

    fn stamped(&mut self, size: usize, note: Vec<u8>, token: Vec<u8>) -> &mut Self {
        self.entries.push(format!(r#"{{"what":"stamp","size":{size},"token":"{}"}}"#, hex(&token)));
        self.stamps.push((size, note, token, self.entries.len() - 1));
        self
    }

    fn witness(&self, n: usize, size: usize) -> Witness {
        Witness::new(self.entries[n].clone(), n as u64, size as u64, &self.tree(size).1[n])
    }

    /// All time-stamps, each covered by the next.
    pub(crate) fn bundle(&self) -> Vec<u8> {
        let next = |n: usize| self.stamps.get(n + 1).map(|(size, ..)| self.witness(self.stamps[n].3, *size));
        self.bundle_with(next)
    }

    fn bundle_with(&self, renewed: impl Fn(usize) -> Option<Witness>) -> Vec<u8> {
        let mut bundle = Bundle::new();
        for (n, message) in self.scene.messages.iter().enumerate() {
            bundle = bundle.message(message.clone(), Some(self.witness(n, self.stamps[0].0)));
        }
        for (n, (_, note, token, _)) in self.stamps.iter().enumerate() {
            bundle = bundle.checkpoint(Checkpoint { note: note.clone(), token: token.clone(), renewed: renewed(n) });
        }
        bundle.to_zip(&self.scene.pec_id, &self.scene.trust, self.scene.made_at).unwrap()
    }

    /// What is proven of the first message in 2033, by whoever believes the sandbox's authority.
    fn witnessed(&self, bundle: &[u8]) -> Witnessed {
        witnessed(bundle, &self.scene.trust_with_time()).unwrap()
    }
}

fn witnessed(bundle: &[u8], trust: &TrustStore) -> Option<Witnessed> {
    let report = read(bundle, trust);
    assert_eq!(report.faults, []);
    let first = report.messages[0].witnessed.clone();
    assert!(
        report
            .messages
            .iter()
            .all(|message| message.witnessed.as_ref().map(|it| it.at) == first.as_ref().map(|it| it.at))
    );
    first
}

/// Time, end of what bears it, renewals, whether it has lapsed.
fn facts(witnessed: &Witnessed) -> (String, String, u64, bool) {
    let Witnessed { at, borne_until, renewals, lapsed, .. } = witnessed;
    (at.to_string(), borne_until.to_string(), *renewals, *lapsed)
}

fn expect(at: &str, until: &str, renewals: u64, lapsed: bool) -> (String, String, u64, bool) {
    (at.into(), until.into(), renewals, lapsed)
}

const FIRST: &str = "2026-03-01T00:00:00Z";

#[test]
fn a_stamp_that_was_renewed_in_time_stands_seven_years_later() {
    let mut log = Log::new();
    let (a, b, c) = (
        log.authority("2028-01-01T00:00:00Z"),
        log.authority("2031-01-01T00:00:00Z"),
        log.authority("2036-01-01T00:00:00Z"),
    );
    log.stamp(&a, FIRST).stamp(&b, "2027-12-31T00:00:00Z").stamp(&c, "2030-06-01T00:00:00Z");
    assert_eq!(facts(&log.witnessed(&log.bundle())), expect(FIRST, "2036-01-01T00:00:00Z", 2, false));
    // Whoever believes no authority knows no more than before.
    assert_eq!(witnessed(&log.bundle(), &log.scene.trust), None);
}

#[test]
fn a_stamp_that_was_not_renewed_lapses_with_its_certificate() {
    let mut log = Log::new();
    let a = log.authority("2028-01-01T00:00:00Z");
    log.stamp(&a, FIRST).stamp(&a, "2027-01-01T00:00:00Z");
    assert_eq!(facts(&log.witnessed(&log.bundle())), expect(FIRST, "2028-01-01T00:00:00Z", 0, true));
}

#[test]
fn a_stamp_that_was_renewed_too_late_gives_way_to_the_one_that_came_too_late() {
    let mut log = Log::new();
    let (a, b) = (log.authority("2028-01-01T00:00:00Z"), log.authority("2036-01-01T00:00:00Z"));
    let late = "2028-01-01T00:00:01Z";
    log.stamp(&a, FIRST).stamp(&b, late);
    assert_eq!(facts(&log.witnessed(&log.bundle())), expect(late, "2036-01-01T00:00:00Z", 0, false));
    // Not even that where nothing shows that the log had the first one by then.
    let alone = log.bundle_with(|_| None);
    assert_eq!(facts(&log.witnessed(&alone)), expect(FIRST, "2028-01-01T00:00:00Z", 0, true));
}

#[test]
fn a_chain_goes_through_an_authority_that_the_reader_does_not_believe() {
    let mut log = Log::new();
    let (a, c) = (log.authority("2028-01-01T00:00:00Z"), log.authority("2036-01-01T00:00:00Z"));
    let stranger = {
        // Issued by itself in the place of the sandbox's authority.
        let TimeStamper { key, certificate, .. } = log.scene.world.stamper.clone();
        let at = |text: &str| Moment::new(time(text), jiff::tz::Offset::UTC);
        TimeStamper::under(
            &log.scene.world.root,
            certificate.subject,
            key,
            (at("2020-01-01T00:00:00Z"), at("2039-01-01T00:00:00Z")),
        )
    };
    log.stamp(&a, FIRST).stamp(&stranger.unwrap(), "2026-06-01T00:00:00Z").stamp(&c, "2027-12-01T00:00:00Z");
    assert_eq!(facts(&log.witnessed(&log.bundle())), expect(FIRST, "2036-01-01T00:00:00Z", 1, false));
}

#[test]
fn what_the_log_does_not_say_under_the_later_root_renews_nothing() {
    let lapsed = expect(FIRST, "2028-01-01T00:00:00Z", 0, true);
    let mut log = Log::new();
    let (a, b) = (log.authority("2028-01-01T00:00:00Z"), log.authority("2036-01-01T00:00:00Z"));
    log.stamp(&a, FIRST).stamp(&b, "2027-12-31T00:00:00Z");
    let (size, _, _, entry) = log.stamps[1];
    let right = log.witness(log.stamps[0].3, size);
    // An entry about a message; about another token; of another size; a path to nowhere; the entry itself changed.
    let about_itself = Witness { entry: log.entries[entry].clone(), ..right.clone() };
    let shorter = Witness { size: right.size - 1, ..right.clone() };
    let bent = Witness { path: right.path.iter().rev().cloned().collect(), ..right.clone() };
    let changed = Witness { entry: right.entry.replace("stamp", "put"), ..right.clone() };
    for wrong in [log.witness(0, size), about_itself, shorter, bent, changed] {
        let bundle = log.bundle_with(|n| (n == 0).then(|| wrong.clone()));
        assert_eq!(facts(&log.witnessed(&bundle)), lapsed, "{wrong:?}");
    }
    let bundle = log.bundle_with(|n| (n == 0).then(|| right.clone()));
    assert!(!log.witnessed(&bundle).lapsed);
}

/// The owner of a log had it stamped honestly, and years later comes by the key of an authority whose certificate has ended: he
/// makes a token of the past, and has to show that it had been there in time.
#[test]
fn a_token_of_the_past_made_today_is_not_renewed_by_anything() {
    let mut log = Log::new();
    let (stolen, b) = (log.authority("2028-01-01T00:00:00Z"), log.authority("2036-01-01T00:00:00Z"));
    // What he had noted as a token in time, and what was no token: digests of nothing, of a token over something else, and of
    // one whose imprint is SHA-1, for which two texts can be found.
    let other = stolen.token(b"another log", Moment::new(time("2027-01-01T00:00:00Z"), jiff::tz::Offset::UTC)).unwrap();
    let weak = TimeStamper { digest: Digest::Sha1, ..stolen.clone() };
    for (what, noted) in
        [("no token", b"nothing".to_vec()), ("a token over something else", other), ("SHA-1", Vec::new())]
    {
        log.stamps.clear();
        log.entries.truncate(log.scene.messages.len());
        log.stamp(&stolen, FIRST);
        let size = log.entries.len();
        let note = log.note(size);
        let sha1 = weak.token(&note, Moment::new(time("2027-01-01T00:00:00Z"), jiff::tz::Offset::UTC)).unwrap();
        let noted = if noted.is_empty() { sha1 } else { noted };
        log.stamped(size, note, noted).stamp(&b, "2027-12-31T00:00:00Z");
        assert_eq!(facts(&log.witnessed(&log.bundle())), expect(FIRST, "2028-01-01T00:00:00Z", 0, true), "{what}");
    }
}

#[test]
fn links_that_lead_back_or_round_end() {
    let mut log = Log::new();
    let a = log.authority("2028-01-01T00:00:00Z");
    log.stamp(&a, FIRST).stamp(&a, "2027-01-01T00:00:00Z");
    let (first, second) = (log.stamps[0].clone(), log.stamps[1].clone());
    let bundle = log.bundle_with(|n| match n {
        0 => Some(log.witness(first.3, second.0)),
        // Under a root that is no larger.
        _ => Some(Witness { size: first.0 as u64, ..log.witness(first.3, second.0) }),
    });
    assert!(log.witnessed(&bundle).lapsed);
}

/// An authority is as good as whoever vouches for it: the certificate above it ends too.
#[test]
fn a_stamp_ends_with_the_first_certificate_on_its_path() {
    let mut log = Log::new();
    // The sandbox's root ends in 2040.
    let long = log.authority("2099-01-01T00:00:00Z");
    log.stamp(&long, FIRST);
    assert_eq!(facts(&log.witnessed(&log.bundle())), expect(FIRST, "2040-01-01T00:00:00Z", 0, false));
    let report = check(&log.bundle(), &log.scene.trust_with_time(), time("2050-01-01T00:00:00Z"), &Limits::DEFAULT);
    let seen = report.messages.iter().filter_map(|message| message.witnessed.as_ref());
    assert!(seen.clone().count() > 0 && seen.into_iter().all(|it| it.lapsed && !it.within_certificate));
}

#[test]
fn a_log_that_was_stamped_very_often_is_followed_to_its_end() {
    let mut log = Log::new();
    let (a, b) = (log.authority("2028-01-01T00:00:00Z"), log.authority("2036-01-01T00:00:00Z"));
    for _ in 0..300 {
        log.stamp(&a, FIRST);
    }
    log.stamp(&b, "2027-12-31T00:00:00Z");
    assert_eq!(facts(&log.witnessed(&log.bundle())), expect(FIRST, "2036-01-01T00:00:00Z", 1, false));
}

#[test]
fn of_two_roots_over_a_message_the_one_that_still_stands_counts_and_the_earlier_of_those() {
    let mut log = Log::new();
    let (a, b) = (log.authority("2028-01-01T00:00:00Z"), log.authority("2036-01-01T00:00:00Z"));
    log.stamp(&a, FIRST).stamp(&b, "2027-06-01T00:00:00Z");
    let sizes = [log.stamps[0].0, log.stamps[1].0];
    let both = |renewed: Option<Witness>| {
        let mut bundle = Bundle::new();
        for (n, message) in log.scene.messages.iter().enumerate() {
            bundle = bundle.message(message.clone(), sizes.map(|size| log.witness(n, size)));
        }
        for (n, (_, note, token, _)) in log.stamps.iter().enumerate() {
            let renewed = renewed.clone().filter(|_| n == 0);
            bundle = bundle.checkpoint(Checkpoint { note: note.clone(), token: token.clone(), renewed });
        }
        log.witnessed(&bundle.to_zip(&log.scene.pec_id, &log.scene.trust, log.scene.made_at).unwrap())
    };
    assert_eq!(facts(&both(None)), expect("2027-06-01T00:00:00Z", "2036-01-01T00:00:00Z", 0, false));
    let renewed = log.witness(log.stamps[0].3, sizes[1]);
    assert_eq!(facts(&both(Some(renewed))), expect(FIRST, "2036-01-01T00:00:00Z", 1, false));
}

#[test]
fn two_tokens_over_one_text_are_one_whatever_their_order() {
    let mut log = Log::new();
    let (a, b) = (log.authority("2028-01-01T00:00:00Z"), log.authority("2036-01-01T00:00:00Z"));
    log.stamp(&a, FIRST).stamp(&b, "2027-06-01T00:00:00Z");
    let (size, note, token, entry) = log.stamps[0].clone();
    let other = b.token(&note, Moment::new(time(FIRST), jiff::tz::Offset::UTC)).unwrap();
    let renewed = Some(log.witness(entry, log.stamps[1].0));
    let mut two = [Checkpoint { note: note.clone(), token, renewed }, Checkpoint { note, token: other, renewed: None }];
    let mut made = || {
        two.reverse();
        let bundle = Bundle::new().message(log.scene.messages[0].clone(), [log.witness(0, size)]);
        let bundle = two.iter().cloned().fold(bundle, Bundle::checkpoint);
        bundle.to_zip(&log.scene.pec_id, &log.scene.trust, log.scene.made_at).unwrap()
    };
    assert_eq!(made(), made());
}
