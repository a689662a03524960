//! One folder, from what the server has to what the archive has.

use std::collections::BTreeSet;

use pec_archive::Reached;

use super::plan::{Step, steps};
use super::receiver::FolderSynced;
use super::store::{Held, Portion, Store, Target};
use crate::error::{Error, Result};
use crate::imap::{Folder, Known, Listed, Session};

/// How one attempt at a folder goes.
#[derive(Debug, Clone, Default)]
pub(super) struct Attempt {
    /// Whether messages come piece by piece: the last attempt broke off at some message.
    pub(super) one_by_one: bool,
    /// Numbers at which attempts broke off, and how: passed over.
    pub(super) broken: Vec<(u32, String)>,
    /// The message that was being read.
    pub(super) at: Option<u32>,
}

impl Attempt {
    fn is_broken(&self, uid: u32) -> bool {
        self.broken.iter().any(|(broken, _)| *broken == uid)
    }
}

/// Reads what is new in a folder into the archive, and sees what is gone. What was stored before an error stays so.
pub(super) async fn sync(
    session: &mut Session,
    target: &Target,
    folder: &Folder,
    attempt: &mut Attempt,
    mut progress: impl FnMut(u64, u64) -> Result<()>,
) -> Result<FolderSynced> {
    let (mailbox, name) = (target.mailbox.as_str(), folder.wire_name.as_str());
    let before = target.archive.reached(&target.actor, mailbox, name)?;
    let known = before.and_then(|before| Some(Known { uid_validity: before.uid_validity, mod_seq: before.mod_seq? }));
    let selected = session.examine(name, known).await?;
    let same = before.filter(|before| before.uid_validity == selected.uid_validity);
    let renumbered = before.is_some() && same.is_none();
    let (present, withheld) = match same {
        Some(_) => (
            target.archive.present(&target.actor, mailbox, name)?,
            target.archive.withheld(&target.actor, mailbox, name)?,
        ),
        None => (Vec::new(), Vec::new()),
    };
    let last = same.map_or(0, |same| same.last_uid);

    // Where its numbers and its count agree that nothing has come, nothing is asked.
    let as_before = selected.exists as usize == present.len() + withheld.len();
    let nothing_new = as_before && selected.uid_next.is_some_and(|next| next <= last.saturating_add(1));
    let new = match last.checked_add(1) {
        Some(first) if !nothing_new && selected.exists > 0 => session.list_from(first).await?,
        _ => Vec::new(),
    };

    let told: Vec<_> = selected.vanished.unwrap_or_default();
    let is_told = |uid: u32| told.iter().any(|range| range.contains(&uid));
    let mut gone: BTreeSet<u32> = present.iter().copied().filter(|uid| is_told(*uid)).collect();
    let still = present.len() - gone.len() + withheld.iter().filter(|withheld| !is_told(withheld.uid)).count();
    if last > 0 && selected.exists as usize != still + new.len() {
        // Something went that nobody told of.
        let there: BTreeSet<u32> = session.uids_to(last).await?.into_iter().collect();
        gone.extend(present.iter().filter(|uid| !there.contains(uid)));
        gone.extend(withheld.iter().map(|withheld| withheld.uid).filter(|uid| !there.contains(uid)));
    }

    let synced = FolderSynced { renumbered, ..FolderSynced::of(folder) };
    let mut reached = Reached { uid_validity: selected.uid_validity, last_uid: last, mod_seq: before_all(same) };
    let store = Store::begin(target.clone(), name.to_owned(), synced);
    let read = async {
        if !gone.is_empty() || same.is_none() {
            let gone = gone.iter().copied().collect();
            store.put(Portion { gone, ..Portion::of(reached) }).await?;
        }
        let total = new.len() as u64;
        let mut missed = withheld.iter().map(|withheld| withheld.uid).filter(|uid| !gone.contains(uid)).collect();
        let progress = |done| progress(done, total);
        read_new(session, target, &store, &new, &mut reached, &mut missed, attempt, progress).await?;
        for uid in missed {
            alone(session, target, &store, uid, 0, reached, attempt).await?;
        }
        // Everything up to here is known now, also what changed before.
        let reached = Reached { mod_seq: selected.mod_seq, ..reached };
        store.put(Portion::of(reached)).await
    };
    let read = read.await;
    let stored = store.end().await;
    match (read, stored) {
        // Why the archive fails is told by the archive.
        (_, Err(error)) | (Err(error), Ok(_)) => Err(error),
        (Ok(()), Ok(mut synced)) => {
            let withheld = target.archive.withheld(&target.actor, mailbox, name)?;
            synced.withheld = withheld.into_iter().map(|withheld| (withheld.uid, withheld.why)).collect();
            Ok(synced)
        }
    }
}

/// Until the end of an attempt the old count of changes stands: what went meanwhile is told once more.
fn before_all(same: Option<Reached>) -> Option<u64> {
    same.and_then(|same| same.mod_seq)
}

/// Reads these messages in their order; what does not come with its batch is noted in `missed`.
#[allow(clippy::too_many_arguments, reason = "where from, where to, how far, and who is told")]
async fn read_new(
    session: &mut Session,
    target: &Target,
    store: &Store,
    new: &[Listed],
    reached: &mut Reached,
    missed: &mut Vec<u32>,
    attempt: &mut Attempt,
    mut done: impl FnMut(u64) -> Result<()>,
) -> Result<()> {
    let mut count = 0;
    let mut steps = steps(new, attempt.one_by_one).into_iter().peekable();
    while let Some(step) = steps.next() {
        match step {
            Step::Batch(first) => {
                let mut batches = vec![first];
                while let Some(Step::Batch(next)) = steps.next_if(|step| matches!(step, Step::Batch(_))) {
                    batches.push(next);
                }
                let mut fetching = session.fetch(batches);
                while let Some(batch) = fetching.next().await? {
                    reached.last_uid = batch.last().map_or(reached.last_uid, |(uid, _)| *uid);
                    count += batch.len() as u64;
                    let mut portion = Portion::of(*reached);
                    for (uid, bytes) in batch {
                        match bytes {
                            Some(bytes) => portion.messages.push((uid, Held::Memory(bytes))),
                            // Gone since it was listed, or refused: it is asked for once more, alone.
                            None => {
                                missed.push(uid);
                                portion.withheld.push((uid, NOT_GIVEN.to_owned()));
                            }
                        }
                    }
                    store.put(portion).await?;
                    done(count)?;
                }
            }
            Step::Long(uid, size) => {
                reached.last_uid = uid;
                alone(session, target, store, uid, size, *reached, attempt).await?;
                count += 1;
                done(count)?;
            }
        }
    }
    Ok(())
}

const NOT_GIVEN: &str = "the server lists it and does not give it";

/// One message, piece by piece, once there is room for it.
async fn alone(
    session: &mut Session,
    target: &Target,
    store: &Store,
    uid: u32,
    size: u32,
    reached: Reached,
    attempt: &mut Attempt,
) -> Result<()> {
    let mut portion = Portion::of(reached);
    if attempt.is_broken(uid) {
        let why = attempt.broken.iter().find(|(broken, _)| *broken == uid).map(|(_, why)| why.clone());
        portion.withheld.push((uid, why.unwrap_or_default()));
        return store.put(portion).await;
    }
    portion.room = Some(store.room(size).await?);
    attempt.at = Some(uid);
    let mut held = Held::new(size, &target.limits);
    match session.fetch_long(uid, size, |piece| held.push(piece, &target.limits)).await? {
        Some(_) => portion.messages.push((uid, held)),
        None if session.has(uid).await? => portion.withheld.push((uid, NOT_GIVEN.to_owned())),
        None => portion.gone.push(uid),
    }
    attempt.at = None;
    store.put(portion).await
}

/// Whether an error is about what the server said of one message, so that the next attempt may pass over it.
pub(super) const fn is_about_a_message(error: &Error) -> bool {
    matches!(error, Error::Protocol(_) | Error::Lost(_) | Error::Deadline(_))
}
