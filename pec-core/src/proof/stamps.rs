//! The time-stamps over the roots of a log, and how later ones bear the earlier: a token whose authority's certificate has
//! ended stands where another shows that it had been there before (the renewal of RFC 4998, by the log itself).

use std::collections::BTreeMap;

use encodify::base64;
use jiff::Timestamp;

use super::build::Witness;
use super::manifest::hex;
use crate::crypto::{DigestAlgorithm, digest};
use crate::limits::Limits;
use crate::signature::timestamp::{self, TimeStamp};
use crate::trust::{TrustStore, judge_time_stamp};

/// More renewals than any log needs: a certificate of an authority lives for years, and one token by each is enough.
const LONGEST: usize = 256;

/// Those of a bundle, in the order of their roots.
pub(super) struct Stamps {
    all: Vec<Stamp>,
    /// Size and root of each.
    places: BTreeMap<(u64, [u8; 32]), usize>,
    now: Timestamp,
}

/// A root that a token covers.
struct Stamp {
    size: u64,
    root: [u8; 32],
    proven: Result<Proven, String>,
    /// Whose root covers the log's entry about this token.
    covered_by: Option<usize>,
}

/// What a token proves by itself.
#[derive(Clone)]
struct Proven {
    at: Timestamp,
    authority: String,
    ends: Timestamp,
}

/// A time at which a root existed, and how long that is borne.
#[derive(Clone)]
pub(super) struct Borne {
    pub(super) at: Timestamp,
    pub(super) authority: String,
    /// The end of the certificate of the token, or of the last that renewed it in time.
    pub(super) until: Timestamp,
    /// Tokens that renewed it in time.
    pub(super) renewals: u64,
}

impl Stamps {
    /// Those among the objects of a bundle, judged by the reader's trust data.
    pub(super) fn read(all: &BTreeMap<String, Vec<u8>>, trust: &TrustStore, now: Timestamp, limits: &Limits) -> Self {
        let mut found = Vec::new();
        for (name, note) in all.iter().filter_map(|(path, note)| Some((path.strip_suffix(".checkpoint")?, note))) {
            let Some((size, root)) = read_checkpoint(note) else { continue };
            let token = all.get(&format!("{name}.tsr")).map(Vec::as_slice).unwrap_or_default();
            let stamp = timestamp::verify(token, note, limits).map_err(|error| error.to_string());
            // Whoever knows the token knows what it was made over, though he may not believe its authority: not by SHA-1.
            let binds = stamp.as_ref().is_ok_and(|stamp| stamp.imprint_algorithm != DigestAlgorithm::Sha1);
            let renewed = all.get(&format!("{name}.json")).filter(|_| binds).and_then(|text| covering(text, token));
            let proven = stamp.and_then(|stamp| judge(&stamp, trust, now, limits));
            found.push((Stamp { size, root, proven, covered_by: None }, renewed));
        }
        found.sort_by_key(|(stamp, _)| stamp.size);
        let (mut stamps, renewed): (Vec<Stamp>, Vec<_>) = found.into_iter().unzip();
        let places = stamps.iter().enumerate().map(|(n, stamp)| ((stamp.size, stamp.root), n));
        let places: BTreeMap<(u64, [u8; 32]), usize> = places.collect();
        for (n, (stamp, renewed)) in stamps.iter_mut().zip(renewed).enumerate() {
            // Only a larger root can cover what was written after this one.
            stamp.covered_by = renewed.and_then(|over| places.get(&over).copied()).filter(|place| *place > n);
        }
        Self { all: stamps, places, now }
    }

    /// The earliest time at which this root of this size is proven to have existed, such that it still is; where nothing is
    /// still borne, the earliest that was.
    pub(super) fn over(&self, size: u64, root: [u8; 32]) -> Result<Borne, String> {
        let nothing = || "no checkpoint has this root".to_owned();
        let chain = self.chain(*self.places.get(&(size, root)).ok_or_else(nothing)?);
        let borne = |n: usize| borne(chain.get(n..).unwrap_or_default());
        let all: Vec<Borne> = (0..chain.len()).filter_map(borne).collect();
        let best = all.iter().find(|borne| borne.until >= self.now).or(all.first());
        best.cloned().ok_or_else(|| match chain.first() {
            Some(Err(why)) => why.clone(),
            _ => nothing(),
        })
    }

    /// What each token proves, from this one on, each covered by the next: what stood under the first stood under all.
    fn chain(&self, first: usize) -> Vec<&Result<Proven, String>> {
        let next = |n: &usize| self.all.get(*n).and_then(|stamp| stamp.covered_by);
        let places = std::iter::successors(Some(first), next);
        places.take(LONGEST).filter_map(|n| self.all.get(n)).map(|stamp| &stamp.proven).collect()
    }
}

/// How long the first of these is borne by it and by the others.
fn borne(chain: &[&Result<Proven, String>]) -> Option<Borne> {
    let (first, later) = chain.split_first()?;
    let first = first.as_ref().ok()?;
    let mut borne = Borne { at: first.at, authority: first.authority.clone(), until: first.ends, renewals: 0 };
    for renewal in later.iter().filter_map(|proven| proven.as_ref().ok()) {
        if renewal.at <= borne.until && renewal.ends > borne.until {
            borne.until = renewal.ends;
            borne.renewals += 1;
        }
    }
    Some(borne)
}

fn judge(stamp: &TimeStamp<'_>, trust: &TrustStore, now: Timestamp, limits: &Limits) -> Result<Proven, String> {
    let authority = judge_time_stamp(stamp, trust, now.as_second(), limits).map_err(|error| error.to_string())?;
    let at = Timestamp::from_second(stamp.time).map_err(|error| error.to_string())?;
    // A certificate of the year 9999 ends after the last instant that can be named.
    let ends = Timestamp::from_second(authority.ends).unwrap_or(Timestamp::MAX);
    Ok(Proven { at, authority: authority.name, ends })
}

/// Size and root of the log under which this text shows that the entry about the token stands.
fn covering(text: &[u8], token: &[u8]) -> Option<(u64, [u8; 32])> {
    let witness: Witness = serde_json::from_slice(text).ok()?;
    let id = hex(digest(DigestAlgorithm::Sha256, token).as_bytes());
    let root = witness.of("stamp", "token", &id).ok()?;
    Some((witness.size, root))
}

/// Size and root of a C2SP checkpoint.
fn read_checkpoint(note: &[u8]) -> Option<(u64, [u8; 32])> {
    let mut lines = std::str::from_utf8(note).ok()?.lines().skip(1);
    let size = lines.next()?.parse().ok()?;
    let root = base64::STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
    Some((size, root))
}
