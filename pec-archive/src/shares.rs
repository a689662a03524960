//! What is read by a share (*messa a disposizione*): only its dossier, only while it holds, and never without a trace.

use std::collections::BTreeSet;

use jiff::Timestamp;
use pec_core::delegation::{By, Denied, Share, ShareId};

use crate::actor::Actor;
use crate::archive::{Archive, bare};
use crate::content;
use crate::dossiers;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::log::{Appender, What};
use crate::mailbox::mailbox_key;
use crate::page::Entry;
use crate::store::{Number, Speaking, View};

impl Archive {
    /// What this user may read by shares now, by the names of the shares. Looking at this list is not logged.
    ///
    /// # Errors
    /// [`Error::Denied`] where whoever asks is no user: the host and operators read by no share.
    pub fn shared_with(&self, actor: &Actor, now: Timestamp) -> Result<Vec<Share>> {
        self.read_for(&Asked::new(actor, Call::Shared).at(now), |view| {
            let user = reader(actor)?;
            self.keeper().with(view, |it| it.shared_with(user, now).into_iter().cloned().collect())
        })
    }

    /// Opens a share: the entries of the messages of its dossier that lie in its mailbox, oldest first. That it was opened, by whom and
    /// when is on stable storage before they are given.
    ///
    /// # Errors
    /// [`Error::Denied`]: it is another's, over, withdrawn, or has not begun; the log says so. Those of [`Archive::put`].
    pub fn open_share(&self, actor: &Actor, share: &ShareId, now: Timestamp) -> Result<Vec<Entry>> {
        self.by_share(actor, share, now, |change, share, numbers| {
            let what = What::ShareOpened { share: share.id.as_str(), mailbox: share.mailbox.as_str() };
            Appender::new(change, actor, now)?.append(what)?;
            let mut entries = change.entries(&numbers.into_iter().collect::<Vec<_>>())?;
            for entry in &mut entries {
                entry.mailboxes.retain(|mailbox| mailbox == share.mailbox.as_str());
                // What colleagues have noted is not part of the dossier.
                entry.tags.clear();
            }
            Ok(entries)
        })
    }

    /// The exact bytes of a message of a share. That it was read is on stable storage before they are given.
    ///
    /// # Errors
    /// As [`Archive::open_share`], and [`Error::NotFound`] for a message that is not part of it; [`Error::Damaged`].
    pub fn get_shared(&self, actor: &Actor, share: &ShareId, id: Id, now: Timestamp) -> Result<Vec<u8>> {
        self.by_share(actor, share, now, |change, share, numbers| {
            let number = change.numbers(&[id])?.first().copied().flatten();
            let number = number.filter(|number| numbers.contains(number)).ok_or_else(|| Error::absent(id))?;
            let bytes = content::whole(self.seal(), change, number)?;
            let what = What::ShareRead { id, share: share.id.as_str(), mailbox: share.mailbox.as_str() };
            Appender::new(change, actor, now)?.append(what)?;
            Ok(bytes)
        })
    }

    fn by_share<T>(
        &self,
        actor: &Actor,
        share: &ShareId,
        now: Timestamp,
        work: impl FnOnce(&dyn crate::store::Change, &Share, BTreeSet<Number>) -> Result<T>,
    ) -> Result<T> {
        let asked = Asked::new(actor, Call::Shared).at(now);
        self.change_for(&asked, |change, _| {
            let user = reader(actor)?;
            let opened =
                self.keeper().with(change, |organisation| organisation.open_share(user, share, now).cloned())?;
            let share = opened.map_err(Error::Denied)?;
            let numbers = dossier(change, &share)?;
            work(change, &share, numbers)
        })
    }
}

/// Whoever reads by shares.
fn reader(actor: &Actor) -> Result<&pec_core::delegation::UserId> {
    match actor.by() {
        Some(By::User { user }) => Ok(user),
        _ => Err(Error::Denied(Denied::nobody(actor.name()))),
    }
}

/// The messages of its dossier that lie in its mailbox. A sender can give his message the *msgid* of another, which ties the two
/// transactions together: of several, those of the one that was shared.
fn dossier(view: &dyn View, share: &Share) -> Result<BTreeSet<Number>> {
    let shared = bare(share.dossier.as_str());
    let texts = BTreeSet::from([shared.clone()]);
    let key = mailbox_key(share.mailbox.as_str());
    let related: Vec<Number> = dossiers::related(view, &texts, Speaking::All)?.into_iter().collect();
    let entries = view.entries(&related)?;
    let named: BTreeSet<String> = entries.iter().filter_map(|entry| entry.pec_id.clone()).collect();
    let is_tied = named.len() > 1 && named.contains(&shared);
    let lies = |entry: &Entry| entry.mailboxes.contains(&key) && (!is_tied || entry.pec_id.as_ref() == Some(&shared));
    Ok(related.into_iter().zip(entries).filter(|(_, entry)| lies(entry)).map(|(number, _)| number).collect())
}
