//! The one place where a call is judged: who asks, for what, about what.
//!
//! ```text
//!   call + actor ──> the table (call.rs): what it needs ──> the organisation of this very state ──> it goes on, under a mandate
//!                                                                   └──> refused, and an entry of the log
//! ```
//!
//! An archive to whose organisation nothing was ever done has no rules: there an actor is a name in the log. From its first entry on
//! everybody but the host is somebody, or nobody. Rules bind whoever calls this library, and not whoever holds the file and its key.

mod call;
mod seen;

use std::collections::BTreeSet;

use jiff::Timestamp;
use pec_core::delegation::{By, Denied, DeniedCode, MailboxAddress, MandateId, Object, Organisation, Permission};

pub(crate) use call::{Call, Needs};
pub(crate) use seen::Sight;

use crate::actor::Actor;
use crate::archive::Archive;
use crate::content;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::intake::Intake;
use crate::log::{Appender, Refused, What};
use crate::store::{Change, Number, View};

/// What a call is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On<'a> {
    /// All that is kept, or a list of which only what may be seen is given.
    All,
    /// A mailbox, as the host names it.
    Mailbox(&'a str),
    /// A folder of it.
    Folder(&'a str, &'a str),
    /// A message, wherever it lies.
    Message(Id),
    /// A message, as far as it lies in this mailbox.
    MessageIn(Id, &'a str),
}

/// A call, before it is judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) call: Call,
    pub(crate) on: On<'a>,
    pub(crate) at: Timestamp,
}

/// That a call was judged and may go on, and under which mandate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Under(Option<MandateId>);

impl Under {
    /// The mandate that entries of the log cite.
    pub(crate) const fn mandate(&self) -> Option<&MandateId> {
        self.0.as_ref()
    }
}

impl<'a> Asked<'a> {
    /// About everything, now.
    pub(crate) fn new(actor: &'a Actor, call: Call) -> Self {
        Self { actor, call, on: On::All, at: Timestamp::now() }
    }

    /// That a message is put where the intake says.
    pub(crate) fn put(actor: &'a Actor, intake: &Intake<'a>) -> Self {
        let asked = Self::new(actor, Call::Put).at(intake.now);
        if intake.mailbox.is_empty() {
            Self { call: Call::PutNowhere, ..asked }
        } else {
            asked.on(On::Mailbox(intake.mailbox))
        }
    }

    /// The same, about this.
    pub(crate) const fn on(self, on: On<'a>) -> Self {
        Self { on, ..self }
    }

    /// The same, at the time that the caller gives.
    pub(crate) const fn at(self, at: Timestamp) -> Self {
        Self { at, ..self }
    }
}

impl Archive {
    /// Whether this call may go on, by what the log has in this view.
    ///
    /// # Errors
    /// [`Error::Denied`], which [`Archive::noted`] writes down.
    pub(crate) fn judge(&self, view: &dyn View, asked: &Asked<'_>) -> Result<Under> {
        let by = asked.actor.by();
        // The host needs nothing but a mandate, where it acts in a mailbox: an archive whose log is damaged can still be read.
        let is_act = asked.call.acts() && matches!(asked.call.needs(), Needs::In(_));
        if by == Some(&By::Host) && !is_act {
            return Ok(Under::default());
        }
        self.keeper().with_rules(view, |organisation| {
            let Some(organisation) = organisation else { return Ok(Under(None)) };
            let by = by.ok_or_else(|| Error::Denied(Denied::nobody(asked.actor.name())))?;
            judge(organisation, by, view, asked)
        })?
    }

    /// The same, for the writer.
    pub(crate) fn gate(&self, asked: &Asked<'_>) -> impl Fn(&dyn Change) -> Result<Under> {
        |change| self.judge(change, asked)
    }

    /// Writes down that a call was refused, where it was. An archive that is open for reading alone refuses without a trace.
    pub(crate) fn noted<T>(&self, asked: &Asked<'_>, done: Result<T>) -> Result<T> {
        let done = done.map_err(|error| match asked.on {
            On::Message(id) | On::MessageIn(id, _) => error.of_message(id),
            _ => error,
        });
        if let Err(error) = &done
            && matches!(error, Error::Denied(_))
            && self.backend().writable().is_ok()
        {
            self.change(|change| refuse(change, asked, error))?;
        }
        done
    }

    /// Whether a call may go on that needs neither a view nor a change of its own.
    pub(crate) fn allow(&self, asked: &Asked<'_>) -> Result<()> {
        self.read_for(asked, |_| Ok(()))
    }

    /// Runs `work` in one consistent view, if the call may go on.
    pub(crate) fn read_for<T>(&self, asked: &Asked<'_>, work: impl FnOnce(&dyn View) -> Result<T>) -> Result<T> {
        let done = self.read(|view| {
            self.judge(view, asked)?;
            work(view)
        });
        self.noted(asked, done)
    }

    /// Writes down that a user of the organisation is about to be given something (FEATURES row 70), if the call may go on. Nothing is
    /// written of the host, whose program it is, nor through a handle that only reads.
    pub(crate) fn consulted<'w>(&self, asked: &Asked<'_>, what: impl FnOnce() -> What<'w>) -> Result<()> {
        if !matches!(asked.actor.by(), Some(By::User { .. })) || self.backend().writable().is_err() {
            return Ok(());
        }
        self.change_for(asked, |change, under| {
            if !self.keeper().with_rules(change, |organisation| organisation.is_some())? {
                return Ok(());
            }
            Appender::new(change, asked.actor, asked.at)?.under(under).append(what()).map(drop)
        })
    }

    /// Runs `work` in a change, if the call may go on: it is judged on the very state that is changed.
    pub(crate) fn change_for<T>(
        &self,
        asked: &Asked<'_>,
        work: impl FnOnce(&dyn Change, &Under) -> Result<T>,
    ) -> Result<T> {
        let done = self.change(|change| {
            let under = self.judge(change, asked)?;
            work(change, &under)
        });
        self.noted(asked, done)
    }

    /// Does something to each of these messages, all of it or nothing, if it may be done to each: entries of the log cite the mandate
    /// of the message that they are about.
    pub(crate) fn change_each(
        &self,
        actor: &Actor,
        call: Call,
        ids: &[Id],
        now: Timestamp,
        mut work: impl FnMut(&dyn Change, &mut Appender<'_>, Id, Number) -> Result<()>,
    ) -> Result<()> {
        let asked = |id| Asked::new(actor, call).on(On::Message(id)).at(now);
        let mut refused = None;
        let done = self.change(|change| {
            let mut log = Appender::new(change, actor, now)?;
            // What is named twice is done once.
            let mut seen = BTreeSet::new();
            for id in ids.iter().filter(|id| seen.insert(**id)) {
                refused = Some(*id);
                log.cite(&self.judge(change, &asked(*id))?);
                work(change, &mut log, *id, content::number_of(change, *id)?)?;
            }
            Ok(())
        });
        match refused {
            Some(id) => self.noted(&asked(id), done),
            None => done,
        }
    }

    /// Runs `work` in a change, if the call may go on in each of these mailboxes.
    pub(crate) fn change_mailboxes<'m, T>(
        &self,
        asked: &Asked<'m>,
        mailboxes: impl Iterator<Item = &'m str>,
        work: impl FnOnce(&dyn Change) -> Result<T>,
    ) -> Result<T> {
        let mut last = *asked;
        let done = self.change(|change| {
            for mailbox in mailboxes {
                last = asked.on(On::Mailbox(mailbox));
                self.judge(change, &last)?;
            }
            work(change)
        });
        self.noted(&last, done)
    }

    /// Whether this actor may do this in a mailbox now: for a program that is about to do something that no call of the archive
    /// does, such as opening the mailbox at its provider. A refusal is written to the log. An archive without an organisation
    /// refuses nothing.
    ///
    /// It does not say that it can be done, and not what holds a moment later.
    ///
    /// # Errors
    /// [`Error::Denied`], with the permission that is missing; what reading can meet.
    pub fn permit(&self, actor: &Actor, permission: Permission, mailbox: &str, now: Timestamp) -> Result<()> {
        self.allow(&Asked::new(actor, Call::of(permission)).on(On::Mailbox(mailbox)).at(now))
    }

    /// As [`Archive::permit`], to administer a mailbox: to take it into management, or to give it up.
    ///
    /// # Errors
    /// As [`Archive::permit`].
    pub fn permit_administration(&self, actor: &Actor, mailbox: &str, now: Timestamp) -> Result<()> {
        self.allow(&Asked::new(actor, Call::Manage).on(On::Mailbox(mailbox)).at(now))
    }
}

/// Writes down that a call was refused for this.
pub(crate) fn refuse(change: &dyn Change, asked: &Asked<'_>, error: &Error) -> Result<()> {
    let Error::Denied(denied) = error else { return Ok(()) };
    let refused = Refused { call: Some(asked.call.name()), ..Refused::from(denied) };
    let what = What::Denied(match &asked.on {
        On::All => refused,
        On::Mailbox(mailbox) => Refused { mailbox: Some(mailbox), ..refused },
        On::Folder(mailbox, folder) => Refused { mailbox: Some(mailbox), folder: Some(folder), ..refused },
        On::Message(id) => Refused { id: Some(*id), ..refused },
        On::MessageIn(id, mailbox) => Refused { id: Some(*id), mailbox: Some(mailbox), ..refused },
    });
    Appender::new(change, asked.actor, asked.at)?.append(what).map(drop)
}

fn judge(organisation: &Organisation, by: &By, view: &dyn View, asked: &Asked<'_>) -> Result<Under> {
    let judged = match (asked.call.needs(), asked.on) {
        (Needs::Everything, _) => organisation.administer(by, None).map(|()| None),
        (Needs::Administration, On::Mailbox(mailbox) | On::Folder(mailbox, _)) => {
            organisation.administer(by, address(mailbox).as_ref()).map(|()| None)
        }
        // A list: what is in it is judged one by one. To whom nothing is open, nothing is listed.
        (Needs::In(permission), On::All) => match by {
            By::User { user } if organisation.open_to(user, permission, asked.at).is_empty() => {
                Err(Denied::missing(permission, user.as_str()))
            }
            _ => Ok(None),
        },
        (Needs::Administration | Needs::Sight | Needs::Share, On::All) => Ok(None),
        (Needs::Sight, On::Mailbox(mailbox) | On::Folder(mailbox, _)) => match by {
            By::User { .. } => in_mailbox(organisation, by, Permission::List, mailbox, None, asked.at),
            _ => organisation.administer(by, address(mailbox).as_ref()).map(|()| None),
        },
        // A share is about nothing else.
        (Needs::Share, _) => organisation.administer(by, None).map(|()| None),
        (Needs::Administration | Needs::Sight, On::Message(_) | On::MessageIn(..)) => {
            organisation.administer(by, None).map(|()| None)
        }
        (Needs::In(permission), On::Mailbox(mailbox)) => {
            in_mailbox(organisation, by, permission, mailbox, None, asked.at)
        }
        (Needs::In(permission), On::Folder(mailbox, folder)) => {
            in_mailbox(organisation, by, permission, mailbox, Some(folder), asked.at)
        }
        (Needs::In(permission), On::Message(id)) => {
            let number = content::number_of(view, id)?;
            for_message(organisation, by, permission, view, number, None, asked.at)?
        }
        (Needs::In(permission), On::MessageIn(id, mailbox)) => {
            let number = content::number_of(view, id)?;
            for_message(organisation, by, permission, view, number, Some(mailbox), asked.at)?
        }
    };
    match judged {
        Ok(mandate) => Ok(Under(mandate)),
        // What the organisation has never heard of is the host's own.
        Err(denied) if *by == By::Host && denied.code == DeniedCode::NotFound => Ok(Under(None)),
        Err(denied) => Err(Error::Denied(denied)),
    }
}

type Judged = Result<Option<MandateId>, Denied>;

fn in_mailbox(
    organisation: &Organisation,
    by: &By,
    permission: Permission,
    mailbox: &str,
    folder: Option<&str>,
    at: Timestamp,
) -> Judged {
    let Some(mailbox) = address(mailbox) else { return Err(unknown(permission, mailbox)) };
    let place = Object { folder, ..Object::mailbox(&mailbox) };
    organisation.permit(by, permission, &place, at).map(|right| right.mandate)
}

/// A message is wherever it was found, and in the mailbox from which it was queued.
fn for_message(
    organisation: &Organisation,
    by: &By,
    permission: Permission,
    view: &dyn View,
    number: Number,
    within: Option<&str>,
    at: Timestamp,
) -> Result<Judged> {
    let lies = seen::Lies::read(view, number, None)?;
    let tags: Vec<&str> = lies.tags.iter().map(String::as_str).collect();
    let mut places = lies.places(&tags);
    if let Some(within) = within.map(address) {
        places.retain(|place| within.as_ref() == Some(place.mailbox));
    }
    if places.is_empty() {
        return Ok(Err(unknown(permission, "")));
    }
    Ok(organisation.permit_any(by, permission, places, at).map(|right| right.mandate))
}

/// The mailbox, where its name is an address: others have none that an organisation could know.
fn address(mailbox: &str) -> Option<MailboxAddress> {
    MailboxAddress::try_from(mailbox).ok()
}

/// A mailbox of which no organisation knows.
fn unknown(permission: Permission, mailbox: &str) -> Denied {
    let mut denied = Denied::nobody(mailbox);
    denied.missing = Some(permission);
    denied
}
