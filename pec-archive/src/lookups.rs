//! Where the addresses of recipients were looked up, kept beside the messages that went there.

use jiff::Timestamp;
use pec_core::lookup::{Lookup, NotLookup, Salt};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::care::readable;
use crate::content;
use crate::enforce::{Asked, Call, On};
use crate::error::{Error, Result};
use crate::evidence::{LOOKUP, keep};
use crate::id::Id;
use crate::log::{self, What};
use crate::press::Press;
use crate::seal::Seal;
use crate::stamps;
use crate::store::{MessageRow, Number, View};

impl Archive {
    /// Keeps beside messages what a register answered about the address of a recipient: it goes into the bundles of their
    /// transactions, and is erased with them. What is there already stays as it is.
    ///
    /// It proves nothing about the register: the host says what it answered. Once the log was stamped ([`Archive::renew`]), it
    /// proves that the host had this by then.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a message that is not here; [`Error::BadValue`] for what is no look-up, is one of the future, or finds
    /// 64 with a message already: then none was kept.
    pub fn note_lookup(&self, actor: &Actor, now: Timestamp, ids: &[Id], lookup: &Lookup) -> Result<()> {
        lookup.check().map_err(|why| refused(&why))?;
        if lookup.asked_at > now {
            return Err(Error::BadValue { what: "asked_at", value: lookup.asked_at.to_string() });
        }
        let mut salt = Salt::default();
        getrandom::fill(&mut salt).map_err(|error| Error::Internal(error.to_string()))?;
        let text = lookup.to_kept(salt).into_bytes();
        let mut press = Press::new(self.seal())?;
        self.change_each(actor, Call::Lookup, ids, now, |change, log, id, number| {
            let known = kept(change, number)?;
            let is_full = known.len() >= MOST;
            let same = |note: &Id| match read(self.seal(), change, *note) {
                Ok((it, _)) => Ok(it == *lookup),
                Err(Error::Damaged(_)) => Ok(false),
                Err(error) => Err(error),
            };
            let mut note = None;
            for known in known {
                if same(&known)? {
                    note = Some(known);
                }
            }
            // It is logged once more where the log has lost that it was.
            if let Some(note) = note
                && entry_about(change, number, note, u64::MAX)?.is_some()
            {
                return Ok(());
            }
            let note = match note {
                Some(note) => note,
                None if is_full => return Err(Error::BadValue { what: "look-up", value: format!("{id} has {MOST}") }),
                None => {
                    let note = Id::of(&text);
                    keep(change, &mut press, note, &text)?;
                    change.put_evidence(number, LOOKUP, note)?;
                    note
                }
            };
            log.append(What::LookUp { id, lookup: note }).map(drop)
        })
    }

    /// What was looked up for a message, in the order of time.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Damaged`] where one cannot be read.
    pub fn lookups(&self, actor: &Actor, id: Id) -> Result<Vec<Lookup>> {
        let asked = Asked::new(actor, Call::Lookups).on(On::Message(id));
        self.read_for(&asked, |view| {
            let number = content::number_of(view, id)?;
            let mut lookups = Vec::new();
            for note in kept(view, number)? {
                lookups.push(read(self.seal(), view, note)?.0);
            }
            lookups.sort_by(|a, b| (a.asked_at, &a.address, &a.register).cmp(&(b.asked_at, &b.address, &b.register)));
            Ok(lookups)
        })
    }
}

/// Look-ups that are kept with one message at most.
const MOST: usize = 64;

/// Where an entry stands: its number, and the size of the first stamped root above it.
type Place = (u64, u64);

/// What was looked up for a message, byte for byte as it was kept, each with the place of the log's entry about it where that is
/// stamped. One that cannot be read keeps nothing else from being proven: the check of the archive names it.
pub(crate) fn kept_with(seal: &Seal, view: &dyn View, number: Number) -> Result<Vec<(Vec<u8>, Option<Place>)>> {
    let mut lookups = Vec::new();
    for note in kept(view, number)? {
        let Some((_, text)) = readable(read(seal, view, note))? else { continue };
        let stamped = view.checkpoints()?.last().map_or(0, |size| size.unsigned_abs());
        let entry = entry_about(view, number, note, stamped)?;
        let covering = entry.map(|entry| stamps::above(view, entry)).transpose()?.flatten();
        lookups.push((text, entry.zip(covering)));
    }
    Ok(lookups)
}

/// The entry of the log about a look-up of this message, where it stands before `below`.
fn entry_about(view: &dyn View, number: Number, note: Id, below: u64) -> Result<Option<u64>> {
    let MessageRow { id, entry, .. } = content::row(view, number)?;
    let says = format!("\"what\":\"look-up\",\"id\":\"{id}\",\"lookup\":\"{note}\"");
    log::find(view, entry.unsigned_abs(), below, &says)
}

fn kept(view: &dyn View, number: Number) -> Result<Vec<Id>> {
    let evidence = view.evidence(&[number])?;
    Ok(evidence.into_iter().filter(|(kind, _)| kind == LOOKUP).map(|(_, id)| id).collect())
}

/// A look-up, and its text as it is kept.
fn read(seal: &Seal, view: &dyn View, note: Id) -> Result<(Lookup, Vec<u8>)> {
    let text = content::whole_body(seal, view, note)?;
    let lookup = Lookup::from_json(&text);
    Ok((lookup.map_err(|error| Error::Damaged(format!("the look-up {note}: {error}")))?, text))
}

fn refused(why: &NotLookup) -> Error {
    Error::BadValue { what: "look-up", value: why.to_string() }
}
