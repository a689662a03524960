//! Power loss at random calls of everything that writes: what was acknowledged is there, nothing is half there.
//!
//! Three hundred times unless `PEC_CUTS` says otherwise; the seed is printed, and `PEC_SEED` gives it again.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use pec_archive::deposit::{Options, ReportForm, Selection, Target};
use pec_archive::search::Query;
use pec_archive::{Actor, Archive, Erasure, Error, Id, Intake};
use pec_core::trust::TrustStore;
use pec_sandbox::{Moment, World};

use crate::disk::{Call, Cut, Plan, Random};
use crate::machine::Machine;
use crate::scene::{ANNA, Scene};

/// Cuts before another archive is begun, so that creation is cut too.
const LIFE: u64 = 20;

/// Calls to the disk, at most, from one cut to the next.
const CALLS: u64 = 500;

/// What an archive is used with.
pub(crate) struct Kit {
    scene: Scene,
    world: World,
    trust: TrustStore,
}

impl Kit {
    pub(crate) fn get() -> &'static Self {
        static KIT: OnceLock<Kit> = OnceLock::new();
        KIT.get_or_init(|| {
            let (scene, world) = (Scene::new(9000), World::new().unwrap());
            let trust = scene.trust().clone().with_time_stamp_anchor(&world.time_root.certificate.der).unwrap();
            Self { scene, world, trust }
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.scene.now()
    }

    pub(crate) fn intake(&self) -> Intake<'_> {
        Intake::new(&self.trust, self.now()).mailbox("x")
    }
}

/// A message of its own, with a body that some others share.
pub(crate) fn text(n: u64) -> Vec<u8> {
    crate::scene::message(&format!("{n}@x.example"), &format!("numero {n}"), 3000 + (n as usize % 3) * 30_000)
}

/// Long after every term.
pub(crate) fn later() -> Timestamp {
    "2040-01-01T00:00:00Z".parse().unwrap()
}

/// What a user knows of his archive.
#[derive(Clone, Default)]
pub(crate) struct Known {
    /// Messages whose storing was acknowledged.
    pub(crate) there: BTreeMap<Id, Vec<u8>>,
    gone: BTreeSet<Id>,
    doubts: Vec<Doubt>,
    log: Vec<String>,
    stamped: u64,
    /// Packages that were acknowledged, by name.
    packages: BTreeMap<String, Package>,
    /// Where packages are written: that disk keeps its power.
    desk: Option<Arc<tempfile::TempDir>>,
}

/// What is known of a package.
#[derive(Clone, Default)]
struct Package {
    documents: u64,
    /// Whether a report was acknowledged that accepts one of them.
    answered: bool,
}

/// What a call that was not acknowledged would add and take away, each wholly or not at all.
#[derive(Clone, Default)]
struct Doubt {
    adding: BTreeMap<Id, Vec<u8>>,
    leaving: BTreeSet<Id>,
}

impl Known {
    /// The last call is acknowledged.
    fn done(&mut self) {
        let doubt = self.doubts.pop().unwrap();
        self.took_place(doubt);
    }

    fn took_place(&mut self, doubt: Doubt) {
        for id in doubt.leaving {
            self.there.remove(&id);
            self.gone.insert(id);
        }
        for (id, bytes) in doubt.adding {
            self.gone.remove(&id);
            self.there.insert(id, bytes);
        }
    }

    fn put(&mut self, archive: &Archive, messages: Vec<Vec<u8>>) -> Result<(), Error> {
        let new = messages.iter().map(|bytes| (Id::of(bytes), bytes.clone()));
        let adding = new.filter(|(id, _)| !self.there.contains_key(id)).collect();
        self.doubts.push(Doubt { adding, ..Doubt::default() });
        archive.put_batch(&Actor::host(), &Kit::get().intake(), messages)?;
        self.done();
        Ok(())
    }

    pub(crate) fn put_one(&mut self, archive: &Archive, n: u64) -> Result<(), Error> {
        self.put(archive, vec![text(n)])
    }

    /// Several, of which some are of one transaction.
    pub(crate) fn put_some(&mut self, archive: &Archive, n: u64) -> Result<(), Error> {
        let of_a_mailbox = Kit::get().scene.mailbox(ANNA);
        let some = of_a_mailbox.into_iter().skip(n as usize % 3).take(n as usize % 4);
        self.put(archive, some.chain((0..2 + n % 3).map(|k| text(n * 10 + k))).collect())
    }

    /// Three threads at once, each with a batch of its own: who comes while another writes is stored with the next.
    fn put_crowd(&mut self, archive: &Archive, n: u64) -> Result<(), Error> {
        let batches = (0..3).map(|thread| (0..2).map(|k| text(n * 10 + thread * 2 + k)).collect::<Vec<_>>());
        let put = |messages: &[Vec<u8>]| archive.put_batch(&Actor::host(), &Kit::get().intake(), messages.to_vec());
        let batches: Vec<_> = batches.collect();
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = batches.iter().map(|messages| scope.spawn(|| put(messages))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut told = Ok(());
        for (messages, outcome) in batches.into_iter().zip(outcomes) {
            let adding = messages.into_iter().map(|bytes| (Id::of(&bytes), bytes)).collect();
            let doubt = Doubt { adding, ..Doubt::default() };
            match outcome {
                Ok(_) => self.took_place(doubt),
                Err(error) => {
                    self.doubts.push(doubt);
                    told = Err(error);
                }
            }
        }
        told
    }

    pub(crate) fn erase(&mut self, archive: &Archive, skip: u64, number: u64) -> Result<(), Error> {
        let ids: Vec<Id> = self.there.keys().copied().skip(skip as usize).take(number as usize).collect();
        self.doubts.push(Doubt { leaving: ids.iter().copied().collect(), ..Doubt::default() });
        let erased = archive.erase(&Actor::host(), later(), &ids, "prova")?;
        assert!(erased.iter().all(|erasure| matches!(erasure, Erasure::Erased { .. })), "{erased:?}");
        self.done();
        Ok(())
    }

    fn stamp(&mut self, archive: &Archive) -> Result<(), Error> {
        let kit = Kit::get();
        let moment = Moment::new(kit.now(), jiff::tz::Offset::UTC);
        let ask = &mut |note: &[u8]| kit.world.stamper.token(note, moment).map_err(|error| error.to_string());
        match archive.renew(&Actor::host(), &kit.trust, kit.now(), ask) {
            Ok(stamped) => self.stamped = stamped.size,
            // Nothing is there to be stamped.
            Err(Error::TimeStamp(_)) if self.there.is_empty() && self.gone.is_empty() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A package of the newest messages; and the answer to it, every second time.
    fn deposit(&mut self, archive: &Archive, n: u64) -> Result<(), Error> {
        let (host, kit) = (Actor::host(), Kit::get());
        let desk = self.desk.get_or_insert_with(|| Arc::new(tempfile::tempdir().unwrap())).path().join(n.to_string());
        let page = archive.search(&host, &Query::parse("").unwrap(), None, 2)?;
        let newest = Selection::Messages(page.entries.iter().map(|entry| entry.id).collect());
        let options = Options::new("VATIT-12345678903=Ditta".parse().unwrap());
        let watch = &mut |_| ControlFlow::Continue(());
        let made = match archive.deposit(&host, &kit.intake(), &newest, &options, &Target::Folder(desk), watch) {
            // What was packed, erased and put again, at a time that stands still.
            Err(Error::Exists(_)) => return Ok(()),
            made => made?,
        };
        for package in made.packages {
            let known = Package { documents: package.documents, answered: false };
            self.packages.insert(package.name.clone(), known);
            if n.is_multiple_of(2) {
                let document = archive.deposited(&host, &package.name)?[0].id;
                // The same report changes nothing a second time: this one is of this package.
                let answer =
                    format!("<R><!--{n}--><Documento><Hash>{document}</Hash><Esito>OK</Esito></Documento></R>");
                let read = archive.deposit_report(&host, kit.now(), answer.as_bytes(), &ReportForm::default())?;
                assert!(!read.known && read.accepted == [document], "{read:?}");
                self.packages.entry(package.name).or_default().answered = true;
            }
        }
        Ok(())
    }

    /// Compares the archive with what is known of it; what the call under way has done is known from then on.
    pub(crate) fn compare(&mut self, archive: &Archive) -> Result<(), String> {
        let host = Actor::host();
        let say = |error: Error| error.to_string();
        let check = archive.check(&host, &mut |_| ControlFlow::Continue(())).map_err(say)?;
        if !check.is_clean() {
            return Err(format!("{check:?}"));
        }
        let is_there = |id: &Id| match (archive.get(&host, *id), archive.entry(&host, *id)) {
            (Ok(bytes), Ok(_)) if Id::of(&bytes) == *id => Ok(true),
            (Err(Error::NotFound(_)), Err(Error::NotFound(_))) => Ok(false),
            (bytes, entry) => Err(format!("half there: {id}: {:?}, {entry:?}", bytes.map(|bytes| bytes.len()))),
        };
        for mut doubt in std::mem::take(&mut self.doubts) {
            let adding = doubt.adding.keys().map(is_there).collect::<Result<BTreeSet<_>, _>>()?;
            let leaving = doubt.leaving.iter().map(is_there).collect::<Result<BTreeSet<_>, _>>()?;
            if adding.len() > 1 || leaving.len() > 1 {
                return Err("half of a batch, or of an erasure".into());
            }
            if leaving.contains(&true) {
                doubt.leaving.clear();
            }
            if adding.contains(&false) {
                doubt.adding.clear();
            }
            self.took_place(doubt);
        }
        for (id, bytes) in &self.there {
            if archive.get(&host, *id).map_err(say)? != *bytes {
                return Err(format!("other bytes: {id}"));
            }
        }
        for id in &self.gone {
            if is_there(id)? {
                return Err(format!("back again: {id}"));
            }
        }
        let page = archive.search(&host, &Query::parse("").unwrap(), None, 10_000).map_err(say)?;
        let found: BTreeSet<Id> = page.entries.iter().map(|entry| entry.id).collect();
        if !found.iter().eq(self.there.keys()) {
            return Err(format!("{} messages, {} known", found.len(), self.there.len()));
        }
        let (size, _) = archive.log_root(&host).map_err(say)?;
        let log = (0..size).map(|n| archive.log_entry(&host, n)).collect::<Result<Option<Vec<_>>, _>>();
        let log = log.map_err(say)?.ok_or("an entry of the log is missing")?;
        if !log.starts_with(&self.log) {
            return Err(format!("the log: {size} entries, {} known", self.log.len()));
        }
        self.log = log;
        let stamped = archive.stats(&host).map_err(say)?.stamped_entries;
        if stamped < self.stamped {
            return Err(format!("stamped up to {stamped}, {} known", self.stamped));
        }
        self.stamped = stamped;
        self.compare_packages(archive).map_err(say)?
    }

    fn compare_packages(&self, archive: &Archive) -> Result<Result<(), String>, Error> {
        let host = Actor::host();
        let found: BTreeMap<String, _> =
            archive.deposits(&host)?.into_iter().map(|package| (package.name.clone(), package)).collect();
        for (name, known) in &self.packages {
            let Some(package) = found.get(name) else { return Ok(Err(format!("a package is gone: {name}"))) };
            if package.waiting + package.accepted + package.refused != known.documents {
                return Ok(Err(format!("other documents: {package:?}")));
            }
            if known.answered && package.accepted == 0 {
                return Ok(Err(format!("an answer is gone: {package:?}")));
            }
        }
        for (name, package) in found {
            // A package of which the archive knows lies there, whether that was acknowledged or not.
            let files =
                self.desk.iter().flat_map(|desk| std::fs::read_dir(desk.path()).into_iter().flatten().flatten());
            let mut indexes = files.map(|folder| folder.path().join(&name).join("PIndex.xml"));
            let is_there = |path: &Path| std::fs::read(path).is_ok_and(|bytes| Id::of(&bytes) == package.pindex);
            if !indexes.any(|path| is_there(&path)) {
                return Ok(Err(format!("a package without files: {name}")));
            }
        }
        Ok(Ok(()))
    }

    /// What of the log is known after a call that was acknowledged.
    fn read_log(&mut self, archive: &Archive) -> Result<(), Error> {
        let (size, _) = archive.log_root(&Actor::host())?;
        for n in self.log.len() as u64..size {
            self.log.extend(archive.log_entry(&Actor::host(), n)?);
        }
        Ok(())
    }
}

/// One thing that a host does; an archive that was closed by it is opened again.
fn step(
    archive: &mut Option<Archive>,
    path: &Path,
    known: &mut Known,
    random: &mut Random,
    n: u64,
    crowded: bool,
) -> (&'static str, Result<(), Error>) {
    let host = Actor::host();
    let Some(open) = archive.as_ref() else {
        // What could not be made whole is no archive, and is in nobody's way.
        let made = match Archive::open(path) {
            Err(Error::NotAnArchive(_) | Error::Missing(_)) if known.there.is_empty() && known.log.is_empty() => {
                let _ = std::fs::remove_file(path);
                Archive::create(path)
            }
            opened => opened,
        };
        return ("open", made.map(|made| *archive = Some(made)));
    };
    match random.below(21) {
        0..7 => ("put", known.put_one(open, n)),
        7..10 if crowded => ("crowd", known.put_crowd(open, n)),
        7..10 => ("batch", known.put_some(open, n)),
        10..13 => ("erase", {
            let (skip, number) = (random.below(4), random.below(3) + if known.there.len() > 30 { 8 } else { 0 });
            known.erase(open, skip, number)
        }),
        13 => ("collect", open.collect(&host).map(drop)),
        14 | 15 => ("stamp", known.stamp(open)),
        16 => ("rebuild", open.rebuild_index(&host, &Kit::get().intake(), &mut |_| ControlFlow::Continue(()))),
        17 => ("scrub", open.scrub(&host)),
        18 => ("deposit", known.deposit(open, n)),
        19 => ("tag", {
            let ids: Vec<Id> = known.there.keys().take(2).copied().collect();
            open.tag(&host, Kit::get().now(), &ids, &n.to_string())
        }),
        _ => ("close", {
            *archive = None;
            Ok(())
        }),
    }
}

/// What a campaign has seen.
#[derive(Default)]
struct Seen {
    steps: BTreeSet<&'static str>,
    calls: BTreeSet<Call>,
    /// Changes that were lost.
    dropped: u64,
}

/// What a campaign is made of.
#[derive(Debug, Clone, Copy, Default)]
struct Campaign {
    cuts: u64,
    seed: u64,
    /// Whether the disk syncs nothing.
    lies: bool,
    /// Whether batches are put by several threads.
    crowded: bool,
}

/// Cuts the power so many times; gives what it has seen, or how the archive was found.
fn campaign(of: Campaign) -> Result<Seen, String> {
    let Campaign { cuts, seed, lies, crowded } = of;
    let mut machine = Machine::new(seed);
    let (mut known, mut seen, mut n) = (Known::default(), Seen::default(), 0);
    for cut in 0..cuts {
        if cut % LIFE == 0 {
            known = Known::default();
            machine.start(&BTreeMap::new());
        }
        // Mostly writes, by chance; half of the cuts go where there are few of a kind.
        let rare = [Call::Sync, Call::Truncate, Call::Open, Call::Delete][machine.random.below(4) as usize];
        let plan = match machine.random.below(2) {
            0 => Cut { at: None, nth: machine.random.below(CALLS) + 1 },
            _ => Cut { at: Some(rare), nth: machine.random.below(3) + 1 },
        };
        machine.plan(Plan { cut: Some(plan), lies, ..Plan::default() });
        let path = machine.path();
        let mut archive = None;
        let name = loop {
            n += 1;
            let (name, outcome) = step(&mut archive, &path, &mut known, &mut machine.random, n, crowded);
            let outcome = outcome.and_then(|()| archive.as_ref().map_or(Ok(()), |archive| known.read_log(archive)));
            match outcome {
                _ if machine.disk(|disk| disk.is_dead()) => break name,
                Ok(()) => {}
                Err(error) => return Err(format!("cut {cut}: {name} with power: {error}")),
            }
        };
        drop(archive);
        let (dropped, call) = machine.restart();
        seen.steps.insert(name);
        seen.calls.extend(call);
        seen.dropped += dropped;
        let found = match Archive::open(&machine.path()) {
            // What was never acknowledged may not be there.
            Err(Error::NotAnArchive(_) | Error::Missing(_)) if known.log.is_empty() => Ok(()),
            Err(error) => Err(error.to_string()),
            Ok(archive) => known.compare(&archive),
        };
        found.map_err(|what| format!("cut {cut}, at {plan:?} ({call:?} of {name}), seed {seed}: {what}"))?;
    }
    Ok(seen)
}

fn wanted(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn survive(campaign_of: Campaign) -> Seen {
    let seen = campaign(campaign_of).unwrap_or_else(|what| panic!("{what}"));
    println!("{campaign_of:?}: {} changes lost, at {:?} of {:?}", seen.dropped, seen.calls, seen.steps);
    assert!(seen.dropped > campaign_of.cuts);
    seen
}

#[test]
fn nothing_that_was_acknowledged_is_lost_with_the_power() {
    let (cuts, seed) = (wanted("PEC_CUTS", 300), wanted("PEC_SEED", 20_260_209));
    let seen = survive(Campaign { cuts, seed, ..Campaign::default() });
    // Whatever writes was cut, at whatever it asks of the disk, and it cost something.
    for name in ["open", "put", "batch", "erase", "stamp", "rebuild", "scrub", "deposit", "close"] {
        assert!(cuts < 300 || seen.steps.contains(name), "{name} was never cut");
    }
    for call in [Call::Write, Call::Sync, Call::Truncate, Call::Open, Call::Delete] {
        assert!(cuts < 300 || seen.calls.contains(&call), "no cut at {call:?}");
    }
}

#[test]
fn each_of_the_batches_that_share_a_commit_is_whole_whenever_the_power_goes() {
    let (cuts, seed) = (wanted("PEC_CUTS", 100), wanted("PEC_SEED", 20_260_209));
    // Which of them meet is up to the threads: the seed does not give it again.
    let seen = survive(Campaign { cuts, seed, crowded: true, ..Campaign::default() });
    assert!(seen.steps.contains("crowd"), "{:?}", seen.steps);
}

#[test]
fn a_disk_that_lies_is_found_out() {
    // The same campaign, on a disk that syncs nothing: if it went well, it would show nothing.
    let found = campaign(Campaign { cuts: 40, seed: 1, lies: true, ..Campaign::default() }).err().unwrap();
    println!("{found}");
}
