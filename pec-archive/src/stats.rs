//! What an archive holds, in numbers; and the tags that a host gives.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::actor::Actor;
use crate::archive::Archive;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::log::What;

/// An archive in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Messages.
    pub messages: u64,
    /// Their bytes as they came.
    pub bytes: u64,
    /// Bodies that are stored once, whatever number of messages contain them.
    pub bodies: u64,
    /// Bytes that the store takes: those of the file, where it is one.
    pub file_bytes: u64,
    /// Dossiers.
    pub dossiers: u64,
    /// Messages that a person should look at.
    pub quarantined: u64,
    /// Messages that are held for some case.
    pub held: u64,
    /// Entries of the log.
    pub log_entries: u64,
    /// Entries that a time-stamp covers.
    pub stamped_entries: u64,
    /// Messages by verdict.
    pub verdicts: BTreeMap<String, u64>,
    /// Messages by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Recipients of dossiers by state.
    pub states: BTreeMap<String, u64>,
}

impl Archive {
    /// The archive in numbers.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn stats(&self, actor: &Actor) -> Result<Stats> {
        self.read_for(&Asked::new(actor, Call::Stats), |view| view.stats())
    }

    /// Gives messages a tag of the host's.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a message that is not here, [`Error::BadValue`] for an empty tag: then none is tagged.
    pub fn tag(&self, actor: &Actor, now: Timestamp, ids: &[Id], tag: &str) -> Result<()> {
        self.tagged(actor, now, ids, tag, true)
    }

    /// Takes a tag away again.
    ///
    /// # Errors
    /// As [`Archive::tag`].
    pub fn untag(&self, actor: &Actor, now: Timestamp, ids: &[Id], tag: &str) -> Result<()> {
        self.tagged(actor, now, ids, tag, false)
    }

    fn tagged(&self, actor: &Actor, now: Timestamp, ids: &[Id], tag: &str, on: bool) -> Result<()> {
        if tag.trim().is_empty() {
            return Err(Error::BadValue { what: "tag", value: tag.to_owned() });
        }
        self.change_each(actor, Call::Tag, ids, now, |change, log, id, number| {
            let (changed, what) = match on {
                true => (change.tag(number, tag)?, What::Tag { id, tag }),
                false => (change.untag(number, tag)?, What::Untag { id, tag }),
            };
            if changed {
                log.append(what)?;
            }
            Ok(())
        })
    }
}
