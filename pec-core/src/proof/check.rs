//! A bundle is read: nothing that it says of itself is believed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::build::Witness;
use super::manifest::{Listed, Manifest, hex};
use super::stamps::{Borne, Stamps, earliest_borne};
use super::zip::{self, Object};
use super::{EXPERT, FORM, MANIFEST, PAGE, expert};
use crate::crypto::{DigestAlgorithm, digest};
use crate::finding::{Code, Language};
use crate::limits::Limits;
use crate::lookup::Lookup;
use crate::message::Message;
use crate::reconcile::examine::{Messages, examine};
use crate::reconcile::instant::Reading;
use crate::reconcile::page::{Entry, Page};
use crate::reconcile::{HashKey, Ledger, Record, Report, Source};
use crate::trust::{ChainCache, Evidence, TrustStore};
use crate::verify::{Integrity, Kind, Verdict, Verification, Verifier, claims_service};

/// What was found out about a bundle.
///
/// It proves that the file is what was written, and of each message what its verdict says; where a message is
/// [`Witnessed`], that it existed at that time. It does not prove that nothing was left out: a bundle without a receipt
/// looks like one of a message to which no receipt came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProofReport {
    /// *identificativo* or *msgid*, as the bundle calls itself.
    pub transaction: Option<String>,
    /// When it was made, as it says.
    pub made_at: Option<Timestamp>,
    /// What is wrong with the file. Empty: every byte is what was written.
    pub faults: Vec<Fault>,
    /// Each message, judged by the reader's trust data.
    pub messages: Vec<MessageProof>,
    /// The dossiers that its messages come to, as `pec link --json` writes them.
    pub dossiers: Vec<String>,
    /// Where the addresses of recipients were looked up, as whoever made the bundle says.
    pub lookups: Vec<LookupProof>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fault {
    /// It is not a bundle, or its frame is broken so that objects cannot be told apart.
    Frame {
        /// The byte.
        at: usize,
        /// The object whose frame it is, where it is one's.
        object: Option<String>,
    },
    /// The list of its objects cannot be read.
    Manifest {
        /// Why.
        why: String,
    },
    /// It is of another form, perhaps a newer one.
    Form {
        /// The form that it names.
        found: String,
    },
    /// An object is not what was written.
    Object {
        /// Which.
        path: String,
        /// How.
        how: ObjectFault,
    },
    /// The page is not what this library writes about these messages: it was changed, or another version wrote it. The page is for
    /// reading and proves nothing.
    Page,
    /// The text for the expert is not what this library writes about these objects: it was changed, or another version wrote it. Its
    /// commands are not ours; [`super::expert_commands`] has those that are.
    Expert,
}

/// How an object is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectFault {
    /// These blocks of [`super::BLOCK`] bytes differ, the first is 0.
    Damaged(Vec<u64>),
    /// It is listed and not there.
    Missing,
    /// It is there and not listed.
    Unlisted,
    /// It is nothing that a bundle has.
    Foreign,
    /// A message, or a look-up, is not called by its own digest.
    Misnamed,
    /// It is compressed, as nothing in a bundle is: another program has packed the file again. Unpacked, its messages can be checked
    /// each by itself.
    Packed,
}

/// One message of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MessageProof {
    /// Its path in the bundle.
    pub path: String,
    /// What kind of message it is.
    pub kind: String,
    /// The verdict, by the reader's trust data.
    pub verdict: &'static str,
    /// The authority at the end of the path, as [`crate::trust::Anchor`] is written: one that the reader gave is no authority of PEC.
    pub anchor: Option<String>,
    /// When the certificate of its signer ends.
    pub certificate_ends: Option<Timestamp>,
    /// Since when it is proven to have existed, where it is.
    pub witnessed: Option<Witnessed>,
    /// Why it is not, where something was there to prove it.
    pub witness_fails: Option<String>,
    /// The findings of its verification, warnings and worse.
    pub findings: Vec<&'static str>,
    /// Whether it is no more than a person's own message, as that which was sent is.
    #[serde(skip)]
    pub(super) is_plain: bool,
}

/// One look-up of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LookupProof {
    /// Its path in the bundle.
    pub path: String,
    /// What it says; nothing of it is signed.
    pub lookup: Lookup,
    /// Since when whoever made the bundle is proven to have had it, where that is.
    pub witnessed: Option<Witnessed>,
    /// Why it is not, where something was there to prove it.
    pub witness_fails: Option<String>,
}

/// A time-stamp under an authority that the reader believes covers the message, or the look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witnessed {
    /// The time of the earliest such time-stamp that is still borne; where none is, of the earliest.
    pub at: Timestamp,
    /// Its authority.
    pub authority: String,
    /// Whether the signer's certificate was still alive then, and nothing has lapsed; a look-up has no signer. What the
    /// provider states about the time of signing is no longer its word alone.
    pub within_certificate: bool,
    /// When the first certificate on the path of the authority ends; of the last authority, where later time-stamps renewed
    /// this one, each before the end of the one before it.
    pub borne_until: Timestamp,
    /// How many did.
    pub renewals: u64,
    /// Whether nothing bears it any more: nobody guards the key of a certificate that has ended, and whoever comes by it can
    /// make such a time-stamp. What the time-stamp says then rests on the authority's own records.
    pub lapsed: bool,
}

impl ProofReport {
    /// Whether anything of a bundle was found; where not, the file is something else, or broken from its beginning.
    #[must_use]
    pub fn is_bundle(&self) -> bool {
        let is_packed = |how: &ObjectFault| *how == ObjectFault::Packed;
        let names_ours =
            |fault: &Fault| matches!(fault, Fault::Object { path, how } if is_packed(how) && is_known(path));
        self.transaction.is_some() || !self.messages.is_empty() || self.faults.iter().any(names_ours)
    }

    /// Whether every byte of the file is what was written, and what is there for reading is what this library writes.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Checks a bundle by the reader's trust data, at the reader's time. Its messages are judged even where other objects are
/// damaged.
///
/// # Limits
/// Everything is held in memory; each message as in `limits`.
#[must_use]
pub fn check(bytes: &[u8], trust: &TrustStore, now: Timestamp, limits: &Limits) -> ProofReport {
    check_with(bytes, trust, &Evidence::none(), now, limits)
}

/// As [`check`], with revocation evidence of the reader's own beside that which the bundle carries: whoever made it may have left out
/// what he did not know, or did not want to be known.
///
/// # Limits
/// As [`check`].
#[must_use]
pub fn check_with(
    bytes: &[u8],
    trust: &TrustStore,
    evidence: &Evidence,
    now: Timestamp,
    limits: &Limits,
) -> ProofReport {
    let mut report = ProofReport {
        transaction: None,
        made_at: None,
        faults: Vec::new(),
        messages: Vec::new(),
        dossiers: Vec::new(),
        lookups: Vec::new(),
    };
    let (objects, broken) = zip::read(bytes);
    let is_empty = objects.is_empty();
    let broken = broken.or_else(|| is_empty.then_some(zip::Broken { at: 0, object: None }));
    if let Some(zip::Broken { at, object }) = broken {
        report.faults.push(Fault::Frame { at, object });
    }
    if is_empty {
        return report;
    }
    let packed = objects.iter().filter(|object| object.is_packed);
    let packed: BTreeSet<&str> = packed.map(|object| object.name.as_str()).collect();
    let is_packed = |path: &&str| Fault::Object { path: (*path).to_owned(), how: ObjectFault::Packed };
    report.faults.extend(packed.iter().map(is_packed));
    let content = |object: &Object| bytes.get(object.content.clone()).unwrap_or_default();
    let readable = objects.iter().filter(|object| !object.is_packed);
    let all: BTreeMap<String, Vec<u8>> =
        readable.map(|object| (object.name.clone(), content(object).to_vec())).collect();
    if !packed.contains(MANIFEST)
        && let Some(manifest) = manifest(&all, &mut report)
    {
        compare(&manifest, &all, &packed, &mut report.faults);
    }
    if report.faults.is_empty()
        && let Some(at) = first_difference(&objects, &all, bytes)
    {
        report.faults.push(Fault::Frame { at, object: zip::place(&objects, at).map(str::to_owned) });
    }
    let mut case = Case::new(&all, trust, evidence.clone(), now, limits);
    case.stamps = Stamps::read(&all, trust, now, limits);
    report.messages = case.messages();
    report.lookups = case.lookups();
    let (ledger, sources) = case.ledger();
    let mut shelf = Shelf { case: &case, sources: &sources };
    for dossier in ledger.dossiers(now) {
        let examination = examine(&dossier, &mut shelf, Reading::Plain);
        let name = |source| shelf.name(source);
        report.dossiers.push(Report::new(&dossier, &examination, &name).to_json());
    }
    if let Some(made_at) = report.made_at.filter(|_| report.faults.is_empty()) {
        let is_written = |name, text: String| all.get(name).is_some_and(|found| *found == text.into_bytes());
        if !is_written(PAGE, page(&all, trust, made_at)) {
            report.faults.push(Fault::Page);
        }
        if !is_written(EXPERT, expert::text(&expert::names(all.keys().map(String::as_str)))) {
            report.faults.push(Fault::Expert);
        }
    }
    report
}

fn manifest(all: &BTreeMap<String, Vec<u8>>, report: &mut ProofReport) -> Option<Manifest> {
    let Some(text) = all.get(MANIFEST) else {
        report.faults.push(Fault::Object { path: MANIFEST.into(), how: ObjectFault::Missing });
        return None;
    };
    match serde_json::from_slice::<Manifest>(text) {
        Err(error) => {
            report.faults.push(Fault::Manifest { why: error.to_string() });
            None
        }
        Ok(manifest) if manifest.form != FORM => {
            report.faults.push(Fault::Form { found: crate::text::printable(&manifest.form) });
            None
        }
        Ok(manifest) => {
            report.transaction = Some(manifest.transaction.clone());
            report.made_at = Some(manifest.made_at);
            Some(manifest)
        }
    }
}

/// Each object against the manifest.
fn compare(manifest: &Manifest, all: &BTreeMap<String, Vec<u8>>, packed: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    let listed: BTreeMap<&str, &Listed> = manifest.objects.iter().map(|listed| (&*listed.path, listed)).collect();
    let mut fault = |path: &str, how| faults.push(Fault::Object { path: path.to_owned(), how });
    for (path, listed) in &listed {
        match all.get(*path) {
            None if packed.contains(path) => {}
            None => fault(path, ObjectFault::Missing),
            Some(content) => {
                let damaged = listed.damaged(content);
                if !damaged.is_empty() {
                    fault(path, ObjectFault::Damaged(damaged));
                } else if (is_message(path) || is_lookup(path))
                    && !path.contains(&hex(digest(DigestAlgorithm::Sha256, content).as_bytes()))
                {
                    fault(path, ObjectFault::Misnamed);
                }
            }
        }
    }
    for path in all.keys().filter(|path| *path != MANIFEST) {
        if !listed.contains_key(path.as_str()) {
            fault(path, ObjectFault::Unlisted);
        } else if !is_known(path) {
            fault(path, ObjectFault::Foreign);
        }
    }
}

/// The first byte at which the file is not what we would write.
fn first_difference(objects: &[Object], all: &BTreeMap<String, Vec<u8>>, bytes: &[u8]) -> Option<usize> {
    let again = zip::write(all.iter().map(|(name, content)| (name.as_str(), content.as_slice()))).unwrap_or_default();
    debug_assert_eq!(again.len(), zip::size(objects.iter().map(|object| (&*object.name, object.content.len()))));
    let differs = again.iter().zip(bytes).position(|(a, b)| a != b);
    differs.or_else(|| (again.len() != bytes.len()).then(|| again.len().min(bytes.len())))
}

/// Whether a message is a person's own, which claims nothing: one whose certification cannot be found is called ordinary too, and so
/// is one whose signature does not hold.
fn is_plain<B: AsRef<[u8]>>(message: &Message<B>, verification: &Verification) -> bool {
    verification.kind == Kind::Ordinary
        && matches!(verification.verdict(), Verdict::NotPec | Verdict::ContainsPec)
        // One that is enciphered, or whose signer's certificate is not in it, cannot be judged, and is its sender's all the same.
        && verification.integrity != Integrity::Altered
        && !verification.findings.iter().any(|finding| finding.code == Code::KindClaimedUnsigned)
        && !claims_service(message)
}

/// Whether a bundle has such an object.
fn is_known(path: &str) -> bool {
    let is_digest = |name: &str| name.len() == 64 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let Some((folder, name)) = path.split_once('/') else { return matches!(path, MANIFEST | PAGE | EXPERT) };
    let Some((name, end)) = name.split_once('.') else { return false };
    match (folder, name, end) {
        ("trust", "trust", "json") => true,
        ("messages", name, "eml") | ("lookup", name, "json") | ("trust", name, "crl" | "ocsp") => is_digest(name),
        ("log", name, "checkpoint" | "tsr" | "json") => is_digest(name),
        ("log", name, end) => is_digest(name) && end.strip_suffix(".json").is_some_and(|n| n.parse::<u32>().is_ok()),
        _ => false,
    }
}

fn is_lookup(path: &str) -> bool {
    path.starts_with("lookup/") && path.ends_with(".json")
}

fn is_message(path: &str) -> bool {
    path.starts_with("messages/") && path.ends_with(".eml")
}

/// The page about the messages of a bundle, as `trust` judges at `at`.
pub(super) fn page(all: &BTreeMap<String, Vec<u8>>, trust: &TrustStore, at: Timestamp) -> String {
    let case = Case::new(all, trust, Evidence::none(), at, &Limits::DEFAULT);
    let (ledger, sources) = case.ledger();
    let mut shelf = Shelf { case: &case, sources: &sources };
    let entries: Vec<Entry<'_>> = ledger
        .dossiers(at)
        .map(|dossier| Entry { examination: examine(&dossier, &mut shelf, Reading::Plain), dossier })
        .collect();
    let lookups: Vec<Lookup> = case.lookups().into_iter().map(|proof| proof.lookup).collect();
    let name = &|source| shelf.name(source);
    Page { language: Language::It, now: at, entries: &entries, name, lookups: &lookups }.to_html()
}

/// The contents of a bundle, and by what they are judged.
struct Case<'c> {
    all: &'c BTreeMap<String, Vec<u8>>,
    trust: &'c TrustStore,
    evidence: Evidence,
    now: Timestamp,
    limits: &'c Limits,
    stamps: Stamps,
}

impl<'c> Case<'c> {
    /// `evidence` is the reader's.
    fn new(
        all: &'c BTreeMap<String, Vec<u8>>,
        trust: &'c TrustStore,
        mut evidence: Evidence,
        now: Timestamp,
        limits: &'c Limits,
    ) -> Self {
        for (path, content) in all {
            if path.ends_with(".crl") {
                evidence = evidence.with_crl(content.clone());
            } else if path.ends_with(".ocsp") {
                evidence = evidence.with_ocsp(content.clone());
            }
        }
        Self { all, trust, evidence, now, limits, stamps: Stamps::none(now) }
    }

    fn paths(&self) -> impl Iterator<Item = (&'c str, &'c [u8])> + use<'c> {
        self.all.iter().filter(|(path, _)| is_message(path)).map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    fn verify<'m>(&self, bytes: &'m [u8], cache: &mut ChainCache) -> (Message<&'m [u8]>, Verification) {
        let message = Message::parse(bytes, self.limits);
        let verification = Verifier::new(self.trust).evidence(&self.evidence).verify(&message, self.now, cache);
        (message, verification)
    }

    /// Its messages, numbered as they stand.
    fn ledger(&self) -> (Ledger, Vec<&'c str>) {
        let mut seed = Vec::new();
        self.all.keys().for_each(|path| seed.extend_from_slice(path.as_bytes()));
        let mut key = [0; 16];
        // Names are digests of contents: whoever wants the table to collide would have to know the key before he writes.
        key.iter_mut().zip(digest(DigestAlgorithm::Sha256, &seed).as_bytes()).for_each(|(key, byte)| *key = *byte);
        let mut ledger = Ledger::new(HashKey::new(key));
        let mut cache = ChainCache::default();
        let mut sources = Vec::new();
        for ((path, content), number) in self.paths().zip(0..) {
            let (message, verification) = self.verify(content, &mut cache);
            // A full ledger holds four thousand million texts: more than fits in a bundle.
            let _ = Record::of(Source(number), &message, &verification).map(|record| ledger.add(record));
            sources.push(path);
        }
        (ledger, sources)
    }

    fn messages(&self) -> Vec<MessageProof> {
        let mut cache = ChainCache::default();
        self.paths().map(|(path, content)| self.message(path, content, &mut cache)).collect()
    }

    fn message(&self, path: &str, content: &[u8], cache: &mut ChainCache) -> MessageProof {
        let (message, verification) = self.verify(content, cache);
        let ends = verification.signer.as_ref().and_then(|signer| signer.not_after);
        let signed = matches!(verification.verdict(), Verdict::Certified | Verdict::CertifiedWithProblems);
        // The log of an archive has entries of other things that were done with the message: only that it came in counts.
        let (witnessed, witness_fails) = self.witnessed(content, ("put", "id"), ends.filter(|_| signed));
        MessageProof {
            path: path.to_owned(),
            kind: verification.kind.as_str().to_owned(),
            verdict: verification.verdict().as_str(),
            anchor: verification.anchor.map(|anchor| anchor.to_string()),
            certificate_ends: ends,
            witnessed,
            witness_fails,
            findings: verification
                .findings
                .iter()
                .filter(|finding| finding.severity >= crate::finding::Severity::Warning)
                .map(|finding| finding.code.as_str())
                .collect(),
            is_plain: is_plain(&message, &verification),
        }
    }

    /// What registers answered, as far as it can be read: an object that is no look-up says nothing.
    fn lookups(&self) -> Vec<LookupProof> {
        let texts = self.all.iter().filter(|(path, _)| is_lookup(path));
        let proof = |(path, text): (&String, &Vec<u8>)| {
            let lookup = Lookup::from_json(text).ok()?;
            let (witnessed, witness_fails) = self.witnessed(text, ("look-up", "lookup"), None);
            Some(LookupProof { path: path.clone(), lookup, witnessed, witness_fails })
        };
        let mut lookups: Vec<LookupProof> = texts.filter_map(proof).collect();
        lookups.sort_by(|a, b| (a.lookup.asked_at, &a.path).cmp(&(b.lookup.asked_at, &b.path)));
        lookups
    }

    /// The time at which something is proven to have stood in the log by an entry that says that this was done with it, and why it
    /// is not; neither where the bundle has no place of it.
    fn witnessed(
        &self,
        content: &[u8],
        (what, key): (&str, &str),
        certificate_ends: Option<Timestamp>,
    ) -> (Option<Witnessed>, Option<String>) {
        let id = hex(digest(DigestAlgorithm::Sha256, content).as_bytes());
        let begins = format!("log/{id}.");
        let places = self.all.range(begins.clone()..).take_while(|(path, _)| path.starts_with(&begins));
        let borne = places.map(|(_, text)| {
            let witness: Witness = serde_json::from_slice(text).map_err(|error| error.to_string())?;
            self.stamps.over(witness.size, witness.root_of(what, key, &id)?)
        });
        let (borne, fails): (Vec<_>, Vec<_>) = borne.partition(Result::is_ok);
        let borne: Vec<Borne> = borne.into_iter().flatten().collect();
        let Some(Borne { at, authority, until, renewals }) = earliest_borne(borne.iter(), self.now).cloned() else {
            return (None, fails.into_iter().find_map(Result::err));
        };
        let lapsed = until < self.now;
        let within_certificate = !lapsed && certificate_ends.is_some_and(|ends| at <= ends);
        (Some(Witnessed { at, authority, within_certificate, borne_until: until, renewals, lapsed }), None)
    }
}

/// The messages again, for the examination of a dossier.
struct Shelf<'c> {
    case: &'c Case<'c>,
    sources: &'c [&'c str],
}

impl Shelf<'_> {
    fn path(&self, source: Source) -> Option<&str> {
        self.sources.get(usize::try_from(source.0).ok()?).copied()
    }
}

impl Messages for Shelf<'_> {
    fn read(&mut self, source: Source) -> Option<(Message<Vec<u8>>, Verification)> {
        let content = self.case.all.get(self.path(source)?)?;
        let message = Message::parse(content.clone(), self.case.limits);
        let verifier = Verifier::new(self.case.trust).evidence(&self.case.evidence);
        let verification = verifier.verify(&message, self.case.now, &mut ChainCache::default());
        Some((message, verification))
    }

    fn name(&self, source: Source) -> String {
        self.path(source).unwrap_or_default().to_owned()
    }
}
