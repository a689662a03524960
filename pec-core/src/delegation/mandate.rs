//! The right to act in somebody's mailbox, given by its holder (FEATURES row 3).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::code::{DocumentDigest, MailboxAddress, MandateId, UserId};
use super::party::Holder;
use super::permission::{Permission, Permissions};

/// The most mandates of one mailbox that are not over: what a check looks through.
pub const MOST_MANDATES: usize = 64;

/// To whom a mandate is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "kebab-case")]
pub enum Grantee {
    /// To whoever keeps the hub, and everybody who works for it.
    Organisation,
    /// To one person.
    User {
        /// Who.
        user: UserId,
    },
}

/// The right to act in a mailbox (*mandato*), given by its holder.
///
/// It says who gave which right to whom and by which document. It does not prove that the document is genuine: of that the
/// host has the bytes, and this the digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "mandato")]
pub struct Mandate {
    /// What the host calls it.
    pub id: MandateId,
    /// In which mailbox.
    pub mailbox: MailboxAddress,
    /// Who gave it: the holder of the mailbox.
    pub grantor: Holder,
    /// To whom.
    pub grantee: Grantee,
    /// What may be done, with what that brings with it.
    pub permissions: Permissions,
    /// It holds from then on.
    pub valid_from: Timestamp,
    /// It no longer holds from then on; `None` until it is revoked.
    pub valid_to: Option<Timestamp>,
    /// SHA-256 of the document by which it was given.
    pub evidence: Option<DocumentDigest>,
}

impl Mandate {
    /// The right to everything in a mailbox, given to whoever keeps the hub: what an archive means that knows a time and a
    /// document alone.
    #[must_use]
    pub const fn whole(
        id: MandateId,
        mailbox: MailboxAddress,
        grantor: Holder,
        (valid_from, valid_to): (Timestamp, Option<Timestamp>),
        evidence: Option<DocumentDigest>,
    ) -> Self {
        let (grantee, permissions) = (Grantee::Organisation, Permissions::ALL);
        Self { id, mailbox, grantor, grantee, permissions, valid_from, valid_to, evidence }
    }

    /// Whether it holds at this time, unless it was revoked.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.valid_from <= at && self.valid_to.is_none_or(|until| at < until)
    }

    /// Whether it lets this user do this at this time; `None` stands for the host and its operators.
    #[must_use]
    pub fn covers(&self, user: Option<&UserId>, permission: Permission, at: Timestamp) -> bool {
        let reaches = match &self.grantee {
            Grantee::Organisation => true,
            Grantee::User { user: grantee } => Some(grantee) == user,
        };
        reaches && self.holds(at) && self.permissions.closed().has(permission)
    }
}
