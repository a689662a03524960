//! A dossier that somebody who is no delegate of the mailbox may read for a while.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::code::{MailboxAddress, ShareId, Text, UserId};
use super::denied::{Denied, DeniedCode};
use super::organisation::Organisation;
use super::scope::Scope;

/// The longest time for which a dossier can be shared.
pub const LONGEST_SHARE: SignedDuration = SignedDuration::from_hours(366 * 24);

/// The most shares of one mailbox that are not over.
pub const MOST_SHARES: usize = 1_000;

/// That one user may read one dossier until then, and do nothing else with it (*messa a disposizione*). Whoever shares needs
/// [`Permission::ExportProof`](super::Permission::ExportProof) for the whole mailbox: it is to give whole messages away.
///
/// It covers the messages of the dossier that lie in this mailbox, those that come in later with them. Each time that it is opened, and
/// each message that is read by it, is an entry of the log. It proves nothing of what the reader does with what was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "messa a disposizione")]
pub struct Share {
    /// What the host calls it.
    pub id: ShareId,
    /// The mailbox in which the dossier lies.
    pub mailbox: MailboxAddress,
    /// The *identificativo* of its transaction, or the *msgid*.
    pub dossier: Text,
    /// Who may read it: a user of any account.
    pub with: UserId,
    /// From then on.
    pub from: Timestamp,
    /// No longer from then on.
    pub until: Timestamp,
}

impl Share {
    /// Whether it holds at this time, unless it was withdrawn.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// A share as an organisation has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) share: Share,
    pub(super) withdrawn: bool,
}

impl Organisation {
    /// The shares of the mailboxes that are seen, by name, those that are over included, and not those that were withdrawn.
    #[must_use]
    pub fn shares(&self, scope: &Scope) -> Vec<&Share> {
        let seen = |kept: &&Kept| !kept.withdrawn && self.mailbox(scope, &kept.share.mailbox).is_ok();
        self.shares.values().filter(seen).map(|kept| &kept.share).collect()
    }

    /// What this user may read by shares now, by name.
    #[must_use]
    pub fn shared_with(&self, user: &UserId, now: Timestamp) -> Vec<&Share> {
        self.shares
            .values()
            .filter(|kept| kept.share.with == *user && self.opens(kept, user, now))
            .map(|kept| &kept.share)
            .collect()
    }

    /// The share of this name, if this user may read by it now.
    ///
    /// # Errors
    /// [`DeniedCode::NotFound`]: there is none, or it is another's; [`DeniedCode::ShareOver`]; [`DeniedCode::UserSuspended`].
    pub fn open_share(&self, user: &UserId, share: &ShareId, now: Timestamp) -> Result<&Share, Denied> {
        let denied = |code| Denied::new(code).about(share);
        let kept = self.shares.get(share).filter(|kept| kept.share.with == *user);
        let kept = kept.ok_or_else(|| denied(DeniedCode::NotFound))?;
        if self.users.get(user).is_none_or(|person| person.is_suspended) {
            return Err(denied(DeniedCode::UserSuspended));
        }
        if self.opens(kept, user, now) { Ok(&kept.share) } else { Err(denied(DeniedCode::ShareOver)) }
    }

    fn opens(&self, kept: &Kept, user: &UserId, now: Timestamp) -> bool {
        let is_active = self.users.get(user).is_some_and(|person| !person.is_suspended);
        is_active && !kept.withdrawn && kept.share.holds(now)
    }
}
