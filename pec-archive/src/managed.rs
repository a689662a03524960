//! The mailboxes that the host manages for others: what it said of each, and how each stands since the last look. The
//! archive keeps it; whoever opens connections decides what it means. No secret is among it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::enforce::{Asked, Call, On};
use crate::error::{Error, Result};
use crate::events::{Happened, tell};
use crate::id::Id;
use crate::log::{Appender, What};
use crate::mailbox::mailbox_key;
use crate::store::{Change, ManagedRow};

/// What the host has said of a mailbox (FEATURES 1.1, rows 2 and 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Managed {
    /// Its address, in lower case: the key.
    pub address: String,
    /// The profile of its provider, by name; `None` where the address or `overrides` say enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// What is to be used in place of the values of the profile, as JSON that whoever connects understands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<String>,
    /// For a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// *Codice fiscale* or *partita IVA* of its holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    /// The client to whom it belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// By what right it is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
}

/// The right to open somebody's mailbox (*mandato*), given by its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "mandato")]
pub struct Mandate {
    /// It holds from then on.
    pub from: Timestamp,
    /// It no longer holds from then on; `None` until it is revoked.
    pub until: Option<Timestamp>,
    /// SHA-256 of the document by which it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Id>,
}

/// How a mailbox stands since the last look at it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// The name of the state of the access; `None` before the first look.
    pub access: Option<String>,
    /// Since when it is that.
    pub access_since: Option<Timestamp>,
    /// What went wrong at the last look, in the words of the error.
    pub problem: Option<String>,
    /// When it was looked at the last time.
    pub tried_at: Option<Timestamp>,
    /// When that worked the last time.
    pub ok_at: Option<Timestamp>,
    /// Messages that came in since somebody [saw](Standing::seen) the mailbox.
    pub new: u64,
    /// Messages in incoming folders that nobody has marked as read.
    pub unread: u64,
    /// Messages in all folders.
    pub total: u64,
    /// Bytes that are taken, and that there are; `None` where the server does not say.
    pub quota: Option<(u64, u64)>,
    /// When the password ends, where that is known.
    pub password_ends: Option<Timestamp>,
    /// How far each incoming folder had come when somebody saw the mailbox the last time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Mark>,
    /// How far each has come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<Mark>,
}

/// How far a folder has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The folder, as it goes over the wire.
    pub folder: String,
    /// As long as this stays what it is, its numbers hold (UIDVALIDITY).
    pub validity: u32,
    /// The number that the next message gets (UIDNEXT).
    pub next: u32,
}

impl Mandate {
    /// Whether it holds at this time.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

/// What was done with a mailbox that the log has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManagedEvent<'a> {
    /// Its credential was replaced.
    Credential {
        /// Which mailbox.
        mailbox: &'a str,
    },
    /// Somebody opened it.
    Opened {
        /// Which mailbox.
        mailbox: &'a str,
        /// By what right.
        mandate: Option<Mandate>,
    },
    /// So many were looked at, each by the right that the log has of it.
    Refreshed {
        /// How many.
        mailboxes: u64,
    },
}

impl Archive {
    /// The mailboxes that are managed, in the order of their addresses. How one stands, its counters among it, is said to whoever
    /// may see all of it.
    ///
    /// # Errors
    /// [`Error::Damaged`], which names the mailbox; what reading can meet.
    pub fn managed(&self, actor: &Actor) -> Result<Vec<(Managed, Standing)>> {
        let asked = Asked::new(actor, Call::Managed);
        self.read_for(&asked, |view| {
            let sight = self.sight(view, &asked)?;
            let mut shown = Vec::new();
            for row in view.managed()? {
                if self.shows_mailbox(view, &sight, &row.address)? {
                    let (said, standing) = understood(&row)?;
                    let whole = self.judge(view, &asked.on(On::Mailbox(&row.address)));
                    let is_whole = !matches!(whole, Err(Error::Denied(_)));
                    shown.push((said, if is_whole { standing } else { Standing::default() }));
                }
            }
            Ok(shown)
        })
    }

    /// The managed mailbox of this address.
    ///
    /// # Errors
    /// [`Error::NotFound`]; as [`Archive::managed`].
    pub fn managed_at(&self, actor: &Actor, address: &str) -> Result<(Managed, Standing)> {
        let asked = Asked::new(actor, Call::Managed).on(On::Mailbox(address));
        let row = self.read_for(&asked, |view| view.managed_at(&mailbox_key(address)))?;
        understood(&row.ok_or_else(|| Error::NotFound(address.to_owned()))?)
    }

    /// Takes mailboxes into management, or changes what was said of them: all of them, or none. `admit` is told how many are
    /// managed besides these, in the same transaction, and can refuse.
    ///
    /// # Errors
    /// What `admit` says; those of [`Archive::put`].
    pub fn manage<E: From<Error>>(
        &self,
        actor: &Actor,
        mailboxes: &[Managed],
        now: Timestamp,
        admit: impl FnOnce(usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut refused = None;
        let asked = Asked::new(actor, Call::Manage).at(now);
        let addresses = || mailboxes.iter().map(|mailbox| mailbox.address.as_str());
        let done = self.change_mailboxes(&asked, addresses(), |change| {
            let keys: Vec<String> = mailboxes.iter().map(|mailbox| mailbox_key(&mailbox.address)).collect();
            let others = change.managed()?.iter().filter(|row| !keys.contains(&row.address)).count();
            if let Err(why) = admit(others) {
                refused = Some(why);
                return Err(Error::Internal("refused".into()));
            }
            let mut log = Appender::new(change, actor, now)?;
            mailboxes.iter().try_for_each(|mailbox| put(change, &mut log, mailbox))
        });
        match (refused, done) {
            (Some(why), _) => Err(why),
            (None, done) => Ok(done?),
        }
    }

    /// Gives a mailbox up: what was brought in from it stays. Says whether it was managed.
    ///
    /// # Errors
    /// Those of [`Archive::put`].
    pub fn unmanage(&self, actor: &Actor, address: &str, now: Timestamp) -> Result<bool> {
        let key = mailbox_key(address);
        let asked = Asked::new(actor, Call::Manage).on(On::Mailbox(address)).at(now);
        self.change_for(&asked, |change, _| {
            let was = change.forget_managed(&key)?;
            if was {
                Appender::new(change, actor, now)?.append(What::Unmanage { mailbox: &key })?;
            }
            Ok(was)
        })
    }

    /// Changes how mailboxes stand: `work` gets what is known of each of these addresses and makes something else of it, in
    /// one transaction. Those that are not managed any more are passed over. That the access is in another state is an
    /// [event](crate::Happened::Access).
    ///
    /// # Errors
    /// Those of [`Archive::put`].
    pub fn note_standings(
        &self,
        actor: &Actor,
        addresses: &[String],
        now: Timestamp,
        mut work: impl FnMut(&str, Standing) -> Standing,
    ) -> Result<()> {
        let asked = Asked::new(actor, Call::Standing).at(now);
        self.change_mailboxes(&asked, addresses.iter().map(String::as_str), |change| {
            for address in addresses {
                let key = mailbox_key(address);
                let Some(row) = change.managed_at(&key)? else { continue };
                let before = understood(&row)?.1;
                let from = before.access.clone();
                let after = work(address, before);
                change.put_standing(&key, &json(&after)?)?;
                if let Some(to) = after.access.filter(|to| from.as_ref() != Some(to)) {
                    tell(change, now, None, &Happened::Access { mailbox: key, from, to })?;
                }
            }
            Ok(())
        })
    }

    /// Writes into the log what was done with managed mailboxes.
    ///
    /// # Errors
    /// Those of [`Archive::put`].
    pub fn log_managed(&self, actor: &Actor, event: ManagedEvent<'_>, now: Timestamp) -> Result<()> {
        let asked = Asked::new(actor, Call::Opened).at(now);
        let (asked, what) = match event {
            ManagedEvent::Credential { mailbox } => {
                (Asked { call: Call::Credential, ..asked }.on(On::Mailbox(mailbox)), What::Credential { mailbox })
            }
            ManagedEvent::Opened { mailbox, mandate } => {
                (asked.on(On::Mailbox(mailbox)), What::Opened { mailbox, mandate })
            }
            ManagedEvent::Refreshed { mailboxes } => (asked, What::Refreshed { mailboxes }),
        };
        self.change_for(&asked, |change, under| {
            let mut log = Appender::new(change, actor, now)?;
            // Where the host has said by what right it is opened, the entry says that.
            if !matches!(what, What::Opened { mandate: Some(_), .. }) {
                log.cite(under);
            }
            log.append(what).map(drop)
        })
    }
}

/// Writes what is said of a mailbox, and that it is managed.
pub(crate) fn put(change: &dyn Change, log: &mut Appender<'_>, mailbox: &Managed) -> Result<()> {
    let key = mailbox_key(&mailbox.address);
    let said = Managed { address: key.clone(), ..mailbox.clone() };
    change.put_managed(&key, &json(&said)?)?;
    log.append(What::Manage { mailbox: &key, mandate: said.mandate }).map(drop)
}

pub(crate) fn understood(row: &ManagedRow) -> Result<(Managed, Standing)> {
    let damaged = |error: serde_json::Error| Error::Damaged(format!("managed mailbox {}: {error}", row.address));
    let said: Managed = serde_json::from_str(&row.said).map_err(damaged)?;
    let standing = row.standing.as_deref().map(serde_json::from_str).transpose().map_err(damaged)?;
    Ok((Managed { address: row.address.clone(), ..said }, standing.unwrap_or_default()))
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(address: &str) -> Managed {
        Managed {
            address: address.into(),
            profile: Some("aruba".into()),
            overrides: None,
            description: None,
            tax_id: None,
            client: Some("Ditta Neri".into()),
            mandate: Some(Mandate {
                from: "2026-01-01T00:00:00Z".parse().unwrap(),
                until: None,
                evidence: Some(Id::of(b"mandato")),
            }),
        }
    }

    /// Admits, when so many others are managed.
    fn free(expected: usize) -> impl FnOnce(usize) -> Result<()> {
        move |others| if others == expected { Ok(()) } else { Err(Error::Internal(format!("{others} others"))) }
    }

    #[test]
    fn what_is_managed_survives_a_reopening_and_a_salvage_and_the_log_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, host) = (folder.path().join("a.pecarchive"), Actor::host());
        let now = "2026-02-09T10:00:00Z".parse().unwrap();
        let archive = Archive::create(&path).unwrap();
        let refused = archive.manage(&host, &[mailbox("a@x.example")], now, |_| Err(Error::ReadOnly));
        assert!(matches!(refused, Err(Error::ReadOnly)), "{refused:?}");
        assert!(archive.managed(&host).unwrap().is_empty());

        let two = [mailbox("B@x.example"), mailbox("a@x.example")];
        archive.manage(&host, &two, now, free(0)).unwrap();
        let ok =
            |_: &str, standing: Standing| Standing { access: Some("ok".into()), new: standing.new + 3, ..standing };
        for _ in 0..2 {
            // The second look finds it as it was.
            archive.note_standings(&host, &["b@X.example".into(), "gone@x.example".into()], now, ok).unwrap();
        }
        let told: Vec<Happened> = archive.events(&host, 0, 9).unwrap().into_iter().map(|event| event.what).collect();
        assert_eq!(told, [Happened::Access { mailbox: "b@x.example".into(), from: None, to: "ok".into() }]);
        archive.manage(&host, &[mailbox("b@x.example")], now, free(1)).unwrap();
        archive
            .log_managed(&host, ManagedEvent::Opened { mailbox: "b@x.example", mandate: two[0].mandate }, now)
            .unwrap();
        assert!(archive.unmanage(&host, "A@x.example", now).unwrap());
        assert!(!archive.unmanage(&host, "a@x.example", now).unwrap());
        drop(archive);

        let salvaged = folder.path().join("b.pecarchive");
        let trust = pec_core::trust::TrustStore::built_in();
        let intake = crate::Intake::new(&trust, now);
        let done =
            Archive::salvage(&host, &intake, &path, &salvaged, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        assert!(done.unread.is_empty(), "{done:?}");
        for path in [&path, &salvaged] {
            let archive = Archive::open(path).unwrap();
            let all = archive.managed(&host).unwrap();
            let standing = Standing { access: Some("ok".into()), new: 6, ..Standing::default() };
            assert_eq!(all, [(mailbox("b@x.example"), standing)]);
            let log = archive.read(|view| (0..6).map(|n| view.log_entry(n)).collect::<Result<Vec<_>>>()).unwrap();
            let log: String = log.into_iter().flatten().collect();
            for what in ["\"manage\"", "\"opened\"", "\"unmanage\"", "b@x.example", &Id::of(b"mandato").to_string()] {
                assert!(log.contains(what), "{what}: {log}");
            }
        }
    }
}
