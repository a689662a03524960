//! Who may do what, kept in the log: the organisation is the fold of what the log says was done to it, and nothing else.
//!
//! ```text
//! Command ──> what the log has ──> decide (pec_core::delegation) ──> entries of the log ──> acknowledged
//!                                         └──> refused: an entry too
//! ```

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use jiff::Timestamp;
use pec_core::delegation::{
    By, Command, Denied, Event, EventError, Listing, MandateId, Object, Organisation, Permission, Right, Scope,
};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::log::{Appender, What};
use crate::mailbox::mailbox_key;
use crate::managed::{self, Managed};
use crate::store::{Change, View};

/// What is known of the organisation, up to an entry of the log.
#[derive(Debug, Default)]
struct Known {
    organisation: Organisation,
    /// The entry that comes next.
    next: i64,
}

/// The organisation of an archive, as far as this handle has read the log.
#[derive(Debug, Default)]
pub(crate) struct Keeper(RwLock<Known>);

impl Keeper {
    /// Shows the organisation to `look`, as the log has it: what others have written since is read first.
    pub(crate) fn with<T>(&self, view: &dyn View, look: impl FnOnce(&Organisation) -> T) -> Result<T> {
        self.read_on(view)?;
        Ok(look(&self.known().organisation))
    }

    /// The same; `None` where nothing was ever done to it, so that there are no rules.
    pub(crate) fn with_rules<T>(&self, view: &dyn View, look: impl FnOnce(Option<&Organisation>) -> T) -> Result<T> {
        self.read_on(view)?;
        let known = self.known();
        Ok(look(Some(&known.organisation).filter(|_| known.next > 0)))
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_on(&self, view: &dyn View) -> Result<()> {
        let from = self.known().next;
        let mut new = Vec::new();
        view.organisation_entries(from, &mut |n, entry| {
            new.push((n, event(n, entry)?));
            Ok(true)
        })?;
        if new.is_empty() {
            return Ok(());
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (n, event) in new {
            // Another thread may have read the same ones meanwhile.
            if n >= known.next {
                known.organisation.apply(&event);
                known.next = n + 1;
            }
        }
        Ok(())
    }
}

/// What an entry says was done.
fn event(n: i64, entry: &str) -> Result<Event> {
    #[derive(serde::Deserialize)]
    struct Entry {
        did: serde_json::Value,
    }

    let broken = |error: &dyn std::fmt::Display| Error::Damaged(format!("the log: entry {n}: {error}"));
    let entry: Entry = serde_json::from_str(entry).map_err(|error| broken(&error))?;
    Event::from_json(&entry.did.to_string()).map_err(|error| match error {
        EventError::UnknownKind(kind) | EventError::SaysMore(kind) => Error::NewerEvent { n: n.unsigned_abs(), kind },
        other => broken(&other),
    })
}

/// The mandate under which it was done, where the event says so.
const fn mandate(event: &Event) -> Option<&MandateId> {
    match event {
        Event::WorkRead { mandate, .. }
        | Event::WorkClaimed { mandate, .. }
        | Event::WorkRenewed { mandate, .. }
        | Event::WorkReleased { mandate, .. }
        | Event::WorkDone { mandate, .. }
        | Event::WorkEscalated { mandate, .. } => mandate.as_ref(),
        _ => None,
    }
}

impl Archive {
    /// Does this to the organisation, if whoever asks may and it can be done: it is decided on what the log has, and written to
    /// the log, in one step. When it returns it is on stable storage; of several who claim the same at once, through this handle or
    /// in other processes, one gets it. What is refused is written to the log as well.
    ///
    /// What was already so is not done again, and gives no events.
    ///
    /// # Errors
    /// [`Error::BadValue`] where the actor is nobody. [`Error::Denied`]: the log says so, and nothing else has changed; those of
    /// [`Archive::put`]. [`Error::NewerEvent`] where a newer version has written what this one cannot understand.
    pub fn act(&self, actor: &Actor, command: &Command, now: Timestamp) -> Result<Vec<Event>> {
        let by = self.acting(actor, now)?;
        let decided = self.change(|change| self.do_it(change, (actor, by), command, now))?;
        decided.map_err(Error::Denied)
    }

    /// Who acts, to an organisation; where it is nobody, the log says that somebody of this name wanted to.
    ///
    /// # Errors
    /// [`Error::BadValue`] where the actor is nobody; those of [`Archive::put`].
    pub(crate) fn acting<'a>(&self, actor: &'a Actor, now: Timestamp) -> Result<&'a By> {
        if actor.by().is_none() && self.backend().writable().is_ok() {
            let denied = Denied::nobody(actor.name());
            self.change(|change| Appender::new(change, actor, now)?.append(What::Denied((&denied).into())).map(drop))?;
        }
        actor.somebody()
    }

    /// As [`Archive::act`], and takes a mailbox into management in the same step, after it: both, or neither. `admit` is as that of
    /// [`Archive::manage`].
    ///
    /// # Errors
    /// Those of [`Archive::act`] and of [`Archive::manage`].
    pub fn act_and_manage<E: From<Error>>(
        &self,
        actor: &Actor,
        command: &Command,
        mailbox: &Managed,
        now: Timestamp,
        admit: impl FnOnce(usize) -> Result<(), E>,
    ) -> Result<Vec<Event>, E> {
        let by = self.acting(actor, now)?;
        let mut refused = None;
        let done = self.change(|change| {
            let decided = self.do_it(change, (actor, by), command, now)?;
            if decided.is_ok() {
                let key = mailbox_key(&mailbox.address);
                let others = change.managed()?.iter().filter(|row| row.address != key).count();
                if let Err(why) = admit(others) {
                    refused = Some(why);
                    return Err(Error::Internal("refused".into()));
                }
                managed::put(change, &mut Appender::new(change, actor, now)?, mailbox)?;
            }
            Ok(decided)
        });
        match (refused, done) {
            (Some(why), _) => Err(why),
            (None, done) => Ok(done?.map_err(Error::Denied)?),
        }
    }

    /// Decides and writes down what was decided.
    fn do_it(
        &self,
        change: &dyn Change,
        (actor, by): (&Actor, &By),
        command: &Command,
        now: Timestamp,
    ) -> Result<Result<Vec<Event>, Denied>> {
        let decided = self.keeper().with(change, |organisation| organisation.decide(command, by, now))?;
        let mut log = Appender::new(change, actor, now)?;
        match &decided {
            Ok(events) => {
                for event in events {
                    log.append_under(mandate(event), What::Organisation { did: event })?;
                }
            }
            Err(denied) => drop(log.append(What::Denied(denied.into()))?),
        }
        Ok(decided)
    }

    /// Does what a command says that is written in JSON ([`Command::from_json`]); the rest is as for [`Archive::act`].
    ///
    /// # Errors
    /// [`Error::BadValue`] where it is no command, and those of [`Archive::act`]. What is no command is not in the log.
    pub fn act_json(&self, actor: &Actor, command: &str, now: Timestamp) -> Result<Vec<Event>> {
        let by = self.acting(actor, now)?;
        let read = self.organisation(|organisation| Command::from_json(command, organisation, by))?;
        let command = read.map_err(|error| Error::BadValue { what: "command", value: error.to_string() })?;
        self.act(actor, &command, now)
    }

    /// What is known of the organisation, as far as the actor and the scope go ([`Organisation::list`]), one JSON object a line,
    /// each with its end.
    ///
    /// # Errors
    /// [`Error::BadValue`] where the actor is nobody; [`Error::Denied`] for what is not for users, of which the log says that it was
    /// asked for; those of [`Archive::organisation`].
    pub fn listing(&self, actor: &Actor, scope: &Scope, listing: &Listing, now: Timestamp) -> Result<String> {
        let by = self.acting(actor, now)?;
        self.read_for(&Asked::new(actor, Call::Listing).at(now), |view| {
            let listed = self.keeper().with(view, |organisation| {
                let listed = organisation.list(by, scope, listing, now);
                listed.map(|lines| lines.iter().flat_map(|line| [line.to_json(), "\n".to_owned()]).collect())
            })?;
            listed.map_err(Error::Denied)
        })
    }

    /// Whether the organisation permits the actor to do this to this object now, by what and under which mandate
    /// ([`Organisation::permit`]): for whoever wants to know before a person is asked, or to show what can be done. It is a question,
    /// of which the log does not say that it was asked. What is about to be done is judged by the call that does it, or by
    /// [`Archive::permit`].
    ///
    /// # Errors
    /// [`Error::BadValue`] where the actor is nobody; [`Error::Denied`]: why not; those of [`Archive::organisation`].
    pub fn may(&self, actor: &Actor, permission: Permission, object: &Object<'_>, now: Timestamp) -> Result<Right> {
        let by = actor.somebody()?;
        self.organisation(|organisation| organisation.permit(by, permission, object, now))?.map_err(Error::Denied)
    }

    /// Shows the organisation to `look`, as it is now: who may do what, the mailboxes and where they stand in their life, what is
    /// to be worked on. Queries of it take the scope of whoever asks.
    ///
    /// It is what the log says. Whether the log is what was logged, [`Archive::verify_log`] says.
    ///
    /// # Errors
    /// [`Error::Damaged`] where the log cannot be read; [`Error::NewerEvent`].
    pub fn organisation<T>(&self, look: impl FnOnce(&Organisation) -> T) -> Result<T> {
        self.read(|view| self.keeper().with(view, look))
    }
}

impl<'d> From<&'d Denied> for crate::log::Refused<'d> {
    fn from(denied: &'d Denied) -> Self {
        let missing = denied.missing.map(pec_core::delegation::Permission::as_str);
        Self { code: denied.code.as_str(), about: &denied.detail, missing, ..Self::default() }
    }
}
