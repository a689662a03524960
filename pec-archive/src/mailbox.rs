//! What is known of mailboxes on their servers: how far each folder was read, and where a message lies. Whoever reads a
//! server puts its messages and moves on in one ([`Archive::put_prepared`]), or puts them first and then moves on with
//! [`Archive::advance`]; if he is interrupted between the two, the messages come once more and are known.

use std::cell::Cell;
use std::fmt;

use jiff::Timestamp;
use pec_core::delegation::By;

use crate::actor::Actor;
use crate::archive::{Archive, Put};
use crate::enforce::{Asked, Call, On, Under};
use crate::error::{Error, Result};
use crate::events::{Happened, tell};
use crate::id::Id;
use crate::intake::{Intake, Prepared};
use crate::log::{Appender, What};
use crate::ready::Compressed;
use crate::store::{Change, FolderRow, PlaceRow, View, WithheldRow};
use crate::writer::With;

/// How far a folder of a mailbox has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The server's numbers hold as long as this stays what it is (UIDVALIDITY).
    pub uid_validity: u32,
    /// Everything up to this number is in the archive, but for what the server withholds.
    pub last_uid: u32,
    /// Up to which of the server's changes its numbers are known (HIGHESTMODSEQ); `None` where it counts none.
    pub mod_seq: Option<u64>,
}

/// Where a message lies, or lay, on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The mailbox.
    pub mailbox: String,
    /// The folder, as it goes over the wire.
    pub folder: String,
    /// Its number there.
    pub uid: u32,
    /// The message.
    pub id: Id,
    /// When it was seen to be gone; `None` while it is there.
    pub gone_at: Option<Timestamp>,
}

/// A message that the server lists and does not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// Its number.
    pub uid: u32,
    /// What the server says, or does.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
}

/// What was read of a folder since it was moved on the last time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progressed<'a> {
    /// Messages, which are in the archive, with their numbers.
    pub stored: &'a [(u32, Id)],
    /// Numbers that the server did not give, and why.
    pub withheld: &'a [(u32, String)],
    /// Numbers at which nothing is any more.
    pub gone: &'a [u32],
}

/// The name of a mailbox as the archive knows it: in lower case, since providers tell no case apart. Whatever is asked or told of
/// a mailbox is asked or told of this one.
///
/// ```
/// assert_eq!(pec_archive::mailbox_key("Acme@PEC.it"), "acme@pec.it");
/// ```
#[must_use]
pub fn mailbox_key(mailbox: &str) -> String {
    mailbox.to_lowercase()
}

/// Messages of a folder with their numbers there, judged, taken apart and compressed, of which nothing is stored yet.
pub struct PreparedBatch {
    uids: Vec<u32>,
    prepared: Vec<Prepared>,
    compressed: Compressed,
}

impl fmt::Debug for PreparedBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedBatch").field("uids", &self.uids).finish_non_exhaustive()
    }
}

impl PreparedBatch {
    /// Whether no message is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.prepared.is_empty()
    }

    /// Bytes of its messages.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.prepared.iter().map(|prepared| prepared.size).sum()
    }
}

impl Archive {
    /// How far a folder has been read; `None` where it has never been.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn reached(&self, actor: &Actor, mailbox: &str, folder: &str) -> Result<Option<Reached>> {
        let asked = Asked::new(actor, Call::Reached).on(On::Folder(mailbox, folder));
        Ok(self.read_for(&asked, |view| view.folder(&mailbox_key(mailbox), folder))?.map(Reached::from))
    }

    /// The folders of a mailbox that have been read, in the order of their names.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn folders(&self, actor: &Actor, mailbox: &str) -> Result<Vec<(String, Reached)>> {
        let asked = Asked::new(actor, Call::Reached).on(On::Mailbox(mailbox));
        let folders = self.read_for(&asked, |view| view.folders(&mailbox_key(mailbox)))?;
        Ok(folders.into_iter().map(|(name, row)| (name, Reached::from(row))).collect())
    }

    /// Judges messages of a folder, takes them apart and compresses them, on all cores: most of what storing them takes, which needs
    /// nobody else to wait. By the same intake [`Archive::put_prepared`] stores them.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn prepare_batch(&self, intake: &Intake<'_>, messages: Vec<(u32, Vec<u8>)>) -> Result<PreparedBatch> {
        let (uids, messages) = messages.into_iter().unzip();
        let prepared = self.prepare_all(intake, messages);
        let compressed = self.compress(intake, &prepared)?;
        Ok(PreparedBatch { uids, prepared, compressed })
    }

    /// Stores messages of a folder of the mailbox of the intake, and moves on in it as [`Archive::advance`] does, in one transaction.
    /// Gives what became of each message, and those that are gone from the server.
    ///
    /// # Errors
    /// As [`Archive::put`] and [`Archive::advance`]: then nothing was stored or noted.
    pub fn put_prepared(
        &self,
        actor: &Actor,
        intake: &Intake<'_>,
        batch: PreparedBatch,
        folder: &str,
        reached: Reached,
        progressed: &Progressed<'_>,
    ) -> Result<(Vec<Put>, Vec<Id>)> {
        let PreparedBatch { uids, prepared, compressed } = batch;
        let new = uids.into_iter().zip(prepared.iter().map(|prepared| prepared.id));
        let stored: Vec<(u32, Id)> = progressed.stored.iter().copied().chain(new).collect();
        let given = progressed.stored;
        let progressed = Progressed { stored: &stored, ..progressed.clone() };
        let mailbox = mailbox_key(intake.mailbox);
        let mut gone = Vec::new();
        let mut also = |change: &dyn Change| {
            gone = advance(change, &mailbox, folder, reached, &progressed, intake.now)?;
            Ok(())
        };
        let asked = Asked::put(actor, intake);
        let asked = if intake.mailbox.is_empty() { asked } else { asked.on(On::Folder(intake.mailbox, folder)) };
        let asked = Cell::new(asked);
        let gate = |change: &dyn Change| self.may_lay(change, &asked, intake.mailbox, given);
        let puts = self.write_prepared(actor, &gate, intake, &prepared, &compressed, With::Also(&mut also));
        Ok((self.noted(&asked.get(), puts)?, gone))
    }

    /// Moves on in a folder: what was read is noted, and how far, together. Where the validity is another than before, what
    /// was known of the numbers of the folder is forgotten.
    ///
    /// Gives the messages that are gone from the server, each once; they stay in the archive.
    ///
    /// # Errors
    /// [`Error::NotFound`] where a message is not in the archive: then nothing was noted. And those of [`Archive::put`].
    pub fn advance(
        &self,
        actor: &Actor,
        mailbox: &str,
        folder: &str,
        reached: Reached,
        progressed: &Progressed<'_>,
        now: Timestamp,
    ) -> Result<Vec<Id>> {
        let asked = Cell::new(Asked::new(actor, Call::Put).on(On::Folder(mailbox, folder)).at(now));
        let done = self.change(|change| {
            self.may_lay(change, &asked, mailbox, progressed.stored)?;
            advance(change, &mailbox_key(mailbox), folder, reached, progressed, now)
        });
        self.noted(&asked.get(), done)
    }

    /// Whether these messages may be said to lie in a folder: a user says so of those that lie in the mailbox already, and are his to
    /// see there, or he would make any message his own whose identifier he knows. `asked` is then what was refused.
    fn may_lay<'a>(
        &self,
        view: &dyn View,
        asked: &Cell<Asked<'a>>,
        mailbox: &'a str,
        stored: &[(u32, Id)],
    ) -> Result<Under> {
        let folder = asked.get();
        let under = self.judge(view, &folder)?;
        if matches!(folder.actor.by(), Some(By::User { .. })) {
            for (_, id) in stored {
                asked.set(folder.on(On::MessageIn(*id, mailbox)));
                self.judge(view, &asked.get())?;
            }
        }
        Ok(under)
    }

    /// The numbers of a folder at which a message lies, in their order.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn present(&self, actor: &Actor, mailbox: &str, folder: &str) -> Result<Vec<u32>> {
        let asked = Asked::new(actor, Call::Reached).on(On::Folder(mailbox, folder));
        let present = self.read_for(&asked, |view| view.present(&mailbox_key(mailbox), folder))?;
        Ok(present.into_iter().map(|(uid, _)| uid).collect())
    }

    /// Where a message lies or lay, in the order of mailboxes, folders and numbers.
    ///
    /// # Errors
    /// [`Error::NotFound`]; what reading can meet.
    pub fn places(&self, actor: &Actor, id: Id) -> Result<Vec<Place>> {
        let asked = Asked::new(actor, Call::Entry).on(On::Message(id));
        self.read_for(&asked, |view| {
            let number = crate::content::number_of(view, id)?;
            let sight = self.sight(view, &asked)?;
            let tags = crate::page::entry(view, number)?.tags;
            let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
            let mut places = Vec::new();
            for row in view.places(number)? {
                if self.shows_place(view, &sight, &row, &tags)? {
                    places.push(Place::of(view, row)?);
                }
            }
            Ok(places)
        })
    }

    /// What is gone from the server of a mailbox and was seen to be so since this time, in the order of folders and numbers:
    /// somebody has deleted or moved it there. The archive has it.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn gone(&self, actor: &Actor, mailbox: &str, since: Timestamp) -> Result<Vec<Place>> {
        self.read_for(&Asked::new(actor, Call::Reached).on(On::Mailbox(mailbox)), |view| {
            let gone = view.gone(&mailbox_key(mailbox), since.as_second())?;
            gone.into_iter().map(|row| Place::of(view, row)).collect()
        })
    }

    /// Makes sure that the archive has a message, byte for byte, before whoever calls takes it from the server: it is read
    /// and hashed anew, and a row of the log says what is about to go, on stable storage, before this returns. Gives its
    /// size.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::NotFound`]: the message must stay on the server. And those of [`Archive::put`].
    pub fn before_server_delete(&self, actor: &Actor, place: &Place, uid_validity: u32, now: Timestamp) -> Result<u64> {
        let Place { mailbox, folder, uid, .. } = place;
        let asked = Asked::new(actor, Call::ServerDelete).on(On::Folder(mailbox, folder)).at(now);
        let mut size = 0;
        let id = self.read_for(&asked, |view| {
            let number = crate::content::number_of(view, place.id)?;
            crate::content::stream(self.seal(), view, number, |piece| {
                size += piece.len() as u64;
                Ok(())
            })
        });
        let id = id.map_err(|error| error.of_message(place.id))?;
        if id != place.id {
            return Err(Error::Damaged(format!("message {}: its bytes are those of another", place.id)));
        }
        let what = What::ServerDelete { id, size, mailbox, folder, uid_validity, uid: *uid };
        self.change_for(&asked, |change, under| {
            Appender::new(change, actor, now)?.under(under).append(what).map(drop)
        })?;
        Ok(size)
    }

    /// Notes what became of a message that was to be taken from the server: it is gone from there, or a row of the log says
    /// why it is not.
    ///
    /// # Errors
    /// Those of [`Archive::put`].
    pub fn after_server_delete(
        &self,
        actor: &Actor,
        place: &Place,
        outcome: std::result::Result<(), &str>,
        now: Timestamp,
    ) -> Result<()> {
        let Place { mailbox, folder, uid, id, .. } = place;
        let asked = Asked::new(actor, Call::ServerDeleted).on(On::Folder(mailbox, folder)).at(now);
        self.change_for(&asked, |change, under| match outcome {
            Ok(()) => change.put_gone(&mailbox_key(mailbox), folder, &[*uid], now.as_second()).map(drop),
            Err(why) => {
                let what = What::ServerDeleteFailed { id: *id, mailbox, folder, uid: *uid, why };
                Appender::new(change, actor, now)?.under(under).append(what).map(drop)
            }
        })
    }

    /// What the server of a mailbox lists in a folder and does not give, in the order of numbers.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn withheld(&self, actor: &Actor, mailbox: &str, folder: &str) -> Result<Vec<Withheld>> {
        let asked = Asked::new(actor, Call::Reached).on(On::Folder(mailbox, folder));
        let rows = self.read_for(&asked, |view| view.withheld(&mailbox_key(mailbox), folder))?;
        rows.into_iter()
            .map(|WithheldRow { uid, why, since }| Ok(Withheld { uid, why, since: instant(since)? }))
            .collect()
    }
}

fn advance(
    change: &dyn Change,
    mailbox: &str,
    folder: &str,
    reached: Reached,
    progressed: &Progressed<'_>,
    now: Timestamp,
) -> Result<Vec<Id>> {
    change.put_folder(mailbox, folder, &reached.row())?;
    let ids: Vec<Id> = progressed.stored.iter().map(|(_, id)| *id).collect();
    for ((uid, id), number) in progressed.stored.iter().zip(change.numbers(&ids)?) {
        change.put_place(mailbox, folder, *uid, number.ok_or_else(|| Error::absent(*id))?)?;
    }
    for (uid, why) in progressed.withheld {
        let row = WithheldRow { uid: *uid, why: why.clone(), since: now.as_second() };
        change.put_withheld(mailbox, folder, &row)?;
    }
    let gone = change.put_gone(mailbox, folder, progressed.gone, now.as_second())?;
    let what = Happened::Gone { mailbox: mailbox.to_owned(), folder: folder.to_owned() };
    gone.iter().try_for_each(|number| tell(change, now, Some(*number), &what))?;
    let mut gone: Vec<Id> =
        gone.into_iter().filter_map(|number| change.id(number).transpose()).collect::<Result<_>>()?;
    gone.sort_unstable();
    gone.dedup();
    Ok(gone)
}

impl Place {
    fn of(view: &dyn View, row: PlaceRow) -> Result<Self> {
        let PlaceRow { mailbox, folder, uid, message, gone_at } = row;
        let id = crate::content::id_of(view, message)?;
        Ok(Self { mailbox, folder, uid, id, gone_at: gone_at.map(instant).transpose()? })
    }
}

fn instant(second: i64) -> Result<Timestamp> {
    Timestamp::from_second(second).map_err(|error| Error::Damaged(format!("a time of a mailbox: {error}")))
}

impl Reached {
    const fn row(self) -> FolderRow {
        FolderRow { uid_validity: self.uid_validity, last_uid: self.last_uid, mod_seq: self.mod_seq }
    }
}

impl From<FolderRow> for Reached {
    fn from(row: FolderRow) -> Self {
        Self { uid_validity: row.uid_validity, last_uid: row.last_uid, mod_seq: row.mod_seq }
    }
}
