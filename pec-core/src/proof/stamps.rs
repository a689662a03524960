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

/// Tokens of a chain that are looked at: more than a bundle of ours carries.
const LONGEST: usize = 4096;

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
    /// Whose root covers the log's entry about this token.
    covered_by: Option<usize>,
    /// What the token proves, by itself and by those that cover it.
    borne: Result<Borne, String>,
}

/// A time at which a root existed, and how long that is borne.
#[derive(Clone)]
pub(super) struct Borne {
    pub(super) at: Timestamp,
    pub(super) authority: String,
    /// When the certificates of the token end, or those of the last that renewed it in time.
    pub(super) until: Timestamp,
    /// Tokens that renewed it in time.
    pub(super) renewals: u64,
}

impl Stamps {
    /// None at all.
    pub(super) const fn none(now: Timestamp) -> Self {
        Self { all: Vec::new(), places: BTreeMap::new(), now }
    }

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
            let borne = stamp.and_then(|stamp| judge(&stamp, trust, now, limits));
            found.push((Stamp { size, root, covered_by: None, borne }, renewed));
        }
        found.sort_by_key(|(stamp, _)| stamp.size);
        let (mut all, renewed): (Vec<Stamp>, Vec<_>) = found.into_iter().unzip();
        let places = all.iter().enumerate().map(|(n, stamp)| ((stamp.size, stamp.root), n));
        let places: BTreeMap<(u64, [u8; 32]), usize> = places.collect();
        for (n, (stamp, renewed)) in all.iter_mut().zip(renewed).enumerate() {
            // Only a larger root can cover what was written after this one.
            stamp.covered_by = renewed.and_then(|over| places.get(&over).copied()).filter(|place| *place > n);
        }
        let mut stamps = Self { all, places, now };
        // Those that cover others come behind them: how long they are borne is known by then.
        for n in (0..stamps.all.len()).rev() {
            let renewed = stamps.renewed(n);
            if let Some(stamp) = stamps.all.get_mut(n)
                && let Some(renewed) = renewed
            {
                stamp.borne = Ok(renewed);
            }
        }
        stamps
    }

    /// The earliest time at which this root of this size is proven to have existed, such that it still is; where nothing is
    /// still borne, the earliest that was.
    pub(super) fn over(&self, size: u64, root: [u8; 32]) -> Result<Borne, String> {
        let nothing = || "no checkpoint has this root".to_owned();
        let first = *self.places.get(&(size, root)).ok_or_else(nothing)?;
        let all = self.chain(first).filter_map(|stamp| stamp.borne.as_ref().ok());
        let best = earliest_borne(all, self.now).cloned();
        best.ok_or_else(|| {
            self.all.get(first).and_then(|stamp| stamp.borne.as_ref().err()).cloned().unwrap_or_else(nothing)
        })
    }

    /// A token and those after it, each covered by the next: what stood under the root of the first stood under all.
    fn chain(&self, first: usize) -> impl Iterator<Item = &Stamp> {
        let next = |n: &usize| self.all.get(*n).and_then(|stamp| stamp.covered_by);
        std::iter::successors(Some(first), next).take(LONGEST).filter_map(|n| self.all.get(n))
    }

    /// What a token proves where another, made before its end, bears it for longer.
    fn renewed(&self, n: usize) -> Option<Borne> {
        let own = self.all.get(n)?.borne.as_ref().ok()?;
        let others = self.chain(n).skip(1).filter_map(|stamp| stamp.borne.as_ref().ok());
        let in_time = others.filter(|other| other.at <= own.until && other.until > own.until);
        let longest = in_time.max_by_key(|other| (other.until, std::cmp::Reverse(other.renewals)))?;
        Some(Borne { until: longest.until, renewals: longest.renewals + 1, ..own.clone() })
    }
}

/// The earliest that is still borne; where none is, the earliest.
pub(super) fn earliest_borne<'b>(all: impl Iterator<Item = &'b Borne>, now: Timestamp) -> Option<&'b Borne> {
    all.min_by_key(|borne| (borne.until < now, borne.at))
}

fn judge(stamp: &TimeStamp<'_>, trust: &TrustStore, now: Timestamp, limits: &Limits) -> Result<Borne, String> {
    let authority = judge_time_stamp(stamp, trust, now.as_second(), limits).map_err(|error| error.to_string())?;
    let at = Timestamp::from_second(stamp.time).map_err(|error| error.to_string())?;
    // A certificate of the year 9999 ends after the last instant that can be named.
    let until = Timestamp::from_second(authority.ends).unwrap_or(Timestamp::MAX);
    Ok(Borne { at, authority: authority.name, until, renewals: 0 })
}

/// Size and root of the log under which this text shows that the entry about the token stands.
fn covering(text: &[u8], token: &[u8]) -> Option<(u64, [u8; 32])> {
    let witness: Witness = serde_json::from_slice(text).ok()?;
    let id = hex(digest(DigestAlgorithm::Sha256, token).as_bytes());
    let root = witness.root_of("stamp", "token", &id).ok()?;
    Some((witness.size, root))
}

/// Size and root of a C2SP checkpoint.
fn read_checkpoint(note: &[u8]) -> Option<(u64, [u8; 32])> {
    let mut lines = std::str::from_utf8(note).ok()?.lines().skip(1);
    let size = lines.next()?.parse().ok()?;
    let root = base64::STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
    Some((size, root))
}
