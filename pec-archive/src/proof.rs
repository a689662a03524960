//! Proofs that outlive certificates: time-stamped roots of the log, and bundles.

use std::collections::BTreeSet;

use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_core::proof::{Bundle, Witness};
use pec_core::signature::timestamp;
use pec_core::trust::{Evidence, TimeAuthority, TrustStore, judge_time_stamp};
use serde::Serialize;

use crate::actor::Actor;
use crate::archive::{Archive, bare};
use crate::enforce::{Asked, Call, On};
use crate::error::{Error, Result};
use crate::evidence::{LOOKUP, added};
use crate::id::Id;
use crate::log::{self, Appender, What};
use crate::seal::Seal;
use crate::stamps;
use crate::store::{CheckpointRow, MessageRow, Number, Speaking, View};
use crate::{content, dossiers, lookups};

/// A root of the log that an authority has stamped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stamped {
    /// Entries under the root.
    pub size: u64,
    /// The time of the stamp.
    pub time: Timestamp,
    /// The authority, as its certificate names it.
    pub authority: String,
    /// When this certificate ends: before that the log should be stamped again. `None` where it ends after the year 9999.
    pub ends: Option<Timestamp>,
}

impl Stamped {
    pub(crate) fn new(size: u64, time: Timestamp, authority: TimeAuthority) -> Self {
        Self { size, time, ends: Timestamp::from_second(authority.ends).ok(), authority: authority.name }
    }
}

/// Seconds by which a token may be later than the time at which it was asked for.
const ASKING: i64 = 300;

/// Given the text of a checkpoint, gives the RFC 3161 token over it, or says why there is none.
pub type Ask<'a> = &'a mut dyn FnMut(&[u8]) -> Result<Vec<u8>, String>;

impl Archive {
    /// Has the present root of the log stamped (RFC 3161): from then on every message that is here is proven to have
    /// existed at that time, whatever becomes of the certificate of its signer. `ask` is given the text of the checkpoint
    /// and gives the token over it, or the whole response of the authority; the archive opens no connection.
    ///
    /// Stamping again renews: the new root covers the log's entries about the tokens before it. Do it before the authority's
    /// certificate ends ([`Archive::expiring`] tells when, as it tells which proofs need a first stamp) and before its algorithms
    /// weaken, which nothing here can tell. A [bundle](Archive::bundle) carries the first token over each message and those that
    /// renew it.
    ///
    /// `now` is when it is asked; the authority may say that it is up to five minutes later, since it takes a while to ask, and
    /// clocks differ.
    ///
    /// It proves that the messages existed, not that the archive is complete, and nothing about what was taken away after
    /// the last stamp that somebody else keeps.
    ///
    /// # Errors
    /// [`Error::TimeStamp`] when there is nothing to stamp, `ask` fails, the token is not over this root by an authority
    /// that `trust` names, or somebody else has stamped the log while it was asked for.
    pub fn renew(&self, actor: &Actor, trust: &TrustStore, now: Timestamp, ask: Ask<'_>) -> Result<Stamped> {
        let asked = Asked::new(actor, Call::Stamp).at(now);
        self.allow(&asked)?;
        let before = self.read(|view| view.checkpoints())?;
        let (size, root) = self.log_root(actor)?;
        if size == 0 {
            return Err(Error::TimeStamp("the archive is empty".into()));
        }
        let failed = |error: &dyn std::fmt::Display| Error::TimeStamp(error.to_string());
        let note = log::checkpoint(size, root)?;
        let answer = ask(&note).map_err(Error::TimeStamp)?;
        let token = timestamp::token_of_response(&answer).unwrap_or(&answer);
        let stamp = timestamp::verify(token, &note, &Limits::DEFAULT).map_err(|error| failed(&error))?;
        let answered = now.as_second().saturating_add(ASKING);
        let authority = judge_time_stamp(&stamp, trust, answered, &Limits::DEFAULT).map_err(|error| failed(&error))?;
        let time = Timestamp::from_second(stamp.time).map_err(|error| failed(&error))?;
        let checkpoint = CheckpointRow { token: token.to_vec(), note };
        self.change_for(&asked, |change, _| {
            // Each stamp covers the entries about those before it: two at a time would not.
            if change.checkpoints()? != before {
                return Err(Error::TimeStamp(
                    "somebody else has stamped the log meanwhile: nothing was written".into(),
                ));
            }
            change.put_checkpoint(size, &checkpoint)?;
            let what = What::Stamp { size, token: Id::of(&checkpoint.token), authority: &authority.name, time };
            Appender::new(change, actor, now)?.append(what).map(drop)
        })?;
        Ok(Stamped::new(size, time, authority))
    }

    /// Everything that proves the transaction of this *identificativo* or *msgid*, as one file that
    /// [`pec_core::proof::check`] checks without the archive: its messages as received, the evidence by which they were
    /// judged, where the addresses of recipients were looked up, their places in the log and the time-stamps over it: the first
    /// over each, and of the later ones those that bear it for longest. What was stamped after the bundle was made it does not
    /// know: one that is to prove something after [`Witnessed::borne_until`](pec_core::proof::Witnessed::borne_until) is made
    /// again. The page inside is written as `trust` judges at `now`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing speaks of it, or nothing that lies in mailboxes of whoever asks (then the log says that it
    /// was asked for); [`Error::Damaged`], [`Error::Bundle`].
    pub fn bundle(&self, actor: &Actor, trust: &TrustStore, now: Timestamp, identifier: &str) -> Result<Vec<u8>> {
        let identifier = bare(identifier);
        let asked = Asked::new(actor, Call::Bundle).at(now);
        let bundle = self.read_for(&asked, |view| {
            self.sight(view, &asked)?;
            let texts = BTreeSet::from([identifier.clone()]);
            let messages = dossiers::related(view, &texts, Speaking::All)?;
            if messages.is_empty() {
                return Err(Error::NotFound(identifier.clone()));
            }
            let messages = self.exported(view, &asked, messages)?;
            let (mut placed, mut roots) = (Vec::new(), BTreeSet::new());
            for number in &messages {
                let MessageRow { entry, .. } = content::row(view, *number)?;
                // The first stamped root above it: the earliest time that is proven.
                let covering = stamps::above(view, entry.unsigned_abs())?;
                let lookups = lookups::kept_with(self.seal(), view, *number)?;
                roots.extend(
                    covering.into_iter().chain(lookups.iter().filter_map(|(_, place)| Some(place.as_ref()?.1))),
                );
                placed.push((*number, covering.map(|size| (entry.unsigned_abs(), size)), lookups));
            }
            let bearing = stamps::bearing(view, trust, &roots)?;
            let witnesses = |place: Option<(u64, u64)>| -> Result<Vec<Witness>> {
                let Some((entry, size)) = place else { return Ok(Vec::new()) };
                // Under the newest root as well, where nothing leads there from the first.
                let further = bearing.newest.filter(|_| bearing.apart.contains(&size));
                std::iter::once(size).chain(further).map(|size| stamps::witness(view, entry, size)).collect()
            };
            let mut bundle = Bundle::new();
            for (number, place, lookups) in placed {
                bundle = bundle.message(content::whole(self.seal(), view, number)?, witnesses(place)?);
                for (lookup, place) in lookups {
                    bundle = bundle.lookup(lookup, witnesses(place)?);
                }
            }
            bundle = bearing.checkpoints.into_iter().fold(bundle, Bundle::checkpoint);
            Ok(bundle.evidence(evidence(self.seal(), view, &messages)?))
        });
        let bundle = bundle.map_err(|error| match error {
            Error::Denied(denied) if denied.is_elsewhere() && actor.by().is_some() => {
                Error::NotFound(identifier.clone())
            }
            error => error,
        })?;
        self.consulted(&asked, || What::Exported { about: &identifier })?;
        Ok(bundle.to_zip(&identifier, trust, now)?)
    }
}

impl Archive {
    /// Of the messages of a transaction those that lie in mailboxes of whoever asks: what lies with others alone is not there for
    /// them.
    ///
    /// # Errors
    /// [`Error::Denied`] where one of those may not be exported: the proof of a part would pass for that of the whole.
    fn exported(&self, view: &dyn View, asked: &Asked<'_>, messages: BTreeSet<Number>) -> Result<BTreeSet<Number>> {
        let (mut exported, mut elsewhere) = (BTreeSet::new(), None);
        for number in messages {
            match self.judge(view, &asked.on(On::Message(content::id_of(view, number)?))) {
                Ok(_) => drop(exported.insert(number)),
                Err(Error::Denied(denied)) if denied.is_elsewhere() => elsewhere = Some(denied),
                Err(error) => return Err(error),
            }
        }
        match elsewhere {
            Some(denied) if exported.is_empty() => Err(Error::Denied(denied)),
            _ => Ok(exported),
        }
    }
}

/// The revocation evidence by which these messages were judged, each list once.
fn evidence(seal: &Seal, view: &dyn View, messages: &BTreeSet<Number>) -> Result<Evidence> {
    let messages: Vec<Number> = messages.iter().copied().collect();
    let mut evidence = Evidence::none();
    for (kind, body) in view.evidence(&messages)?.into_iter().filter(|(kind, _)| kind != LOOKUP) {
        evidence = added(evidence, &kind, content::whole_body(seal, view, body)?);
    }
    Ok(evidence)
}
