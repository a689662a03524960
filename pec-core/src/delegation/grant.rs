//! What one user may do in one mailbox, how far and how long.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::code::{GrantId, MailboxAddress, RoleName, Text, UserId};
use super::permission::{Permission, Permissions};
use super::role::Roles;

/// The most grants that one user can have in one mailbox at a time: what a check looks through.
pub const MOST_GRANTS: usize = 32;

/// What a grant gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gives", rename_all = "kebab-case")]
pub enum Gives {
    /// These permissions, with what they bring with them.
    Permissions {
        /// Which.
        permissions: Permissions,
    },
    /// Whatever this role gives, now and after it is defined anew.
    Role {
        /// Which.
        role: RoleName,
    },
    /// The custody of the password (*custode*; FEATURES row 56), and nothing else. It can be given in no other way.
    #[doc(alias = "custode")]
    Custodian,
}

/// What one user may do in one mailbox (*delega*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "delega")]
pub struct Grant {
    /// What the host calls it.
    pub id: GrantId,
    /// Where.
    pub mailbox: MailboxAddress,
    /// To whom.
    pub user: UserId,
    /// What.
    #[serde(flatten)]
    pub gives: Gives,
    /// How far.
    #[serde(default, skip_serializing_if = "Restriction::is_none")]
    pub restriction: Restriction,
    /// It holds from then on.
    pub from: Timestamp,
    /// It no longer holds from then on; `None` until it is withdrawn.
    pub until: Option<Timestamp>,
}

/// How far a grant goes within a mailbox (*dovuta riservatezza*). What is not said of a message is not covered: a grant with
/// any restriction never covers the mailbox as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[doc(alias = "riservatezza")]
pub struct Restriction {
    /// Only messages in one of these folders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folders: Option<BTreeSet<Text>>,
    /// Only messages with at least one of these tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeSet<Text>>,
    /// No message with any of these tags.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub never: BTreeSet<Text>,
}

/// In what something is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    /// Where.
    pub mailbox: &'a MailboxAddress,
    /// The folder of the message, or the one that is meant; `None`: any.
    pub folder: Option<&'a str>,
    /// The tags of the message; `None`: any.
    pub tags: Option<&'a [&'a str]>,
}

impl<'a> Object<'a> {
    /// The mailbox as a whole.
    #[must_use]
    pub const fn mailbox(mailbox: &'a MailboxAddress) -> Self {
        Self { mailbox, folder: None, tags: None }
    }

    /// One message in it.
    #[must_use]
    pub const fn message(mailbox: &'a MailboxAddress, folder: &'a str, tags: &'a [&'a str]) -> Self {
        Self { mailbox, folder: Some(folder), tags: Some(tags) }
    }
}

impl Restriction {
    /// Whether nothing is restricted.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.folders.is_none() && self.tags.is_none() && self.never.is_empty()
    }

    /// Whether it leaves room for this object.
    #[must_use]
    pub fn admits(&self, object: &Object<'_>) -> bool {
        let in_folder = |folders: &BTreeSet<Text>| object.folder.is_some_and(|folder| folders.contains(folder));
        let any_of = |set: &BTreeSet<Text>, tags: &[&str]| tags.iter().any(|tag| set.contains(*tag));
        self.folders.as_ref().is_none_or(in_folder)
            && self.tags.as_ref().is_none_or(|set| object.tags.is_some_and(|tags| any_of(set, tags)))
            && (self.never.is_empty() || object.tags.is_some_and(|tags| !any_of(&self.never, tags)))
    }
}

impl Grant {
    /// Whether it holds at this time.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// What it gives in all.
    #[must_use]
    pub fn given(&self, roles: &Roles) -> Permissions {
        match &self.gives {
            Gives::Permissions { permissions } => permissions.closed(),
            Gives::Role { role } => roles.given(role),
            Gives::Custodian => Permissions::of(&[Permission::ManageCredentials]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> BTreeSet<Text> {
        texts.iter().map(|text| Text::try_from(*text).unwrap()).collect()
    }

    #[test]
    fn a_restriction_covers_what_is_said_and_nothing_else() {
        let mailbox = MailboxAddress::try_from("a@pec.example").unwrap();
        let whole = Object::mailbox(&mailbox);
        let message = |folder, tags| Object { folder, tags, ..whole };
        let folders = Restriction { folders: Some(texts(&["INBOX"])), ..Restriction::default() };
        let tags = Restriction { tags: Some(texts(&["gare", "appalti"])), ..Restriction::default() };
        let never = Restriction { never: texts(&["riservato"]), ..Restriction::default() };
        let rows: [(&Restriction, Object<'_>, bool); 12] = [
            (&Restriction::default(), whole, true),
            (&folders, whole, false),
            (&folders, message(Some("INBOX"), None), true),
            (&folders, message(Some("Riservata"), Some(&["gare"])), false),
            (&tags, whole, false),
            (&tags, message(Some("INBOX"), None), false),
            (&tags, message(Some("INBOX"), Some(&[])), false),
            (&tags, message(None, Some(&["altro", "gare"])), true),
            (&never, whole, false),
            (&never, message(Some("INBOX"), None), false),
            (&never, message(None, Some(&["gare", "riservato"])), false),
            (&never, message(None, Some(&["gare"])), true),
        ];
        for (restriction, object, admitted) in rows {
            assert_eq!(restriction.admits(&object), admitted, "{restriction:?} {object:?}");
        }
    }
}
