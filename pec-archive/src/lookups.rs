//! Where the addresses of recipients were looked up, kept beside the messages that went there.

use jiff::Timestamp;
use pec_core::lookup::{Lookup, NotLookup};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::content;
use crate::enforce::{Asked, Call, On};
use crate::error::{Error, Result};
use crate::evidence::{LOOKUP, keep};
use crate::id::Id;
use crate::log::{self, What};
use crate::press::Press;
use crate::seal::Seal;
use crate::store::{MessageRow, Number, View};

impl Archive {
    /// Keeps beside messages what a register answered about the address of a recipient: it goes into the bundles of their
    /// transactions, and is erased with them. What is there already stays as it is.
    ///
    /// It proves nothing about the register: the host says what it answered. Once the log was stamped ([`Archive::renew`]), it
    /// proves that the host had this by then.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a message that is not here; [`Error::BadValue`] for what is no look-up, or is one of the future: then
    /// none was kept.
    pub fn note_lookup(&self, actor: &Actor, now: Timestamp, ids: &[Id], lookup: &Lookup) -> Result<()> {
        lookup.check().map_err(|why| refused(&why))?;
        if lookup.asked_at > now {
            return Err(Error::BadValue { what: "asked_at", value: lookup.asked_at.to_string() });
        }
        let text = lookup.to_json().into_bytes();
        let note = Id::of(&text);
        let mut press = Press::new(self.seal())?;
        self.change_each(actor, Call::Lookup, ids, now, |change, log, id, number| {
            if change.evidence(&[number])?.contains(&(LOOKUP.to_owned(), note)) {
                return Ok(());
            }
            keep(change, &mut press, note, &text)?;
            change.put_evidence(number, LOOKUP, note)?;
            log.append(What::LookUp { id, lookup: note, register: &lookup.register, found: lookup.found }).map(drop)
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
                lookups.push(read(self.seal(), view, note)?);
            }
            lookups.sort_by(|a, b| (a.asked_at, &a.address, &a.register).cmp(&(b.asked_at, &b.address, &b.register)));
            Ok(lookups)
        })
    }
}

/// Where an entry stands: its number, and the size of the first stamped root above it.
type Place = (u64, u64);

/// What was looked up for a message, each with the place of the log's entry about it where that is stamped.
pub(crate) fn kept_with(seal: &Seal, view: &dyn View, number: Number) -> Result<Vec<(Lookup, Option<Place>)>> {
    let mut lookups = Vec::new();
    for note in kept(view, number)? {
        let MessageRow { id, entry, .. } = content::row(view, number)?;
        let says = format!("\"what\":\"look-up\",\"id\":\"{id}\",\"lookup\":\"{note}\"");
        let stamped = view.checkpoints()?.last().map_or(0, |size| size.unsigned_abs());
        let entry = log::find(view, entry.unsigned_abs(), stamped, &says)?;
        let covering = entry.map(|entry| view.checkpoint_above(entry as i64)).transpose()?.flatten();
        lookups.push((read(seal, view, note)?, entry.zip(covering)));
    }
    Ok(lookups)
}

fn kept(view: &dyn View, number: Number) -> Result<Vec<Id>> {
    let evidence = view.evidence(&[number])?;
    Ok(evidence.into_iter().filter(|(kind, _)| kind == LOOKUP).map(|(_, id)| id).collect())
}

fn read(seal: &Seal, view: &dyn View, note: Id) -> Result<Lookup> {
    let text = content::whole_body(seal, view, note)?;
    Lookup::from_json(&text).map_err(|error| Error::Damaged(format!("the look-up {note}: {error}")))
}

fn refused(why: &NotLookup) -> Error {
    Error::BadValue { what: "look-up", value: why.to_string() }
}
