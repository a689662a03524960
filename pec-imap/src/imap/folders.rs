//! Folders: which there are, what is in them, opening one.

use std::ops::RangeInclusive;

use imap_proto::rfc2087::QuotaResourceName;
use imap_proto::{MailboxDatum, NameAttribute, Response};

use super::Session;
use super::connection::Part;
use super::name;
use super::response::{self, Status};
use crate::error::{Error, Result};

/// A folder as the server lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its name as it goes over the wire: the key.
    pub wire_name: String,
    /// Its name for people.
    pub name: String,
    /// What it is for, where the server says so (RFC 6154): `sent`, `drafts`, `trash`, `junk`, `archive`, `all`.
    pub purpose: Option<&'static str>,
    /// Whether it can hold messages.
    pub holds_messages: bool,
}

impl Folder {
    fn inbox() -> Self {
        Self { wire_name: "INBOX".into(), name: "INBOX".into(), purpose: None, holds_messages: true }
    }
}

/// A folder that was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selected {
    pub(crate) uid_validity: u32,
    pub(crate) uid_next: Option<u32>,
    pub(crate) exists: u32,
    /// Where the server counts changes (CONDSTORE).
    pub(crate) mod_seq: Option<u64>,
    /// What has gone since the state that was told (QRESYNC); `None` where the server does not tell.
    pub(crate) vanished: Option<Vec<RangeInclusive<u32>>>,
}

/// What is known of a folder from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) uid_validity: u32,
    pub(crate) mod_seq: u64,
}

/// What STATUS says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) messages: u32,
    pub(crate) unseen: u32,
    pub(crate) uid_next: u32,
    pub(crate) uid_validity: u32,
}

/// Room in a mailbox, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// What is taken.
    pub used: u64,
    /// What there is.
    pub limit: u64,
}

impl Session {
    /// Every folder, in the order of their names.
    pub(crate) async fn folders(&mut self) -> Result<Vec<Folder>> {
        let mut folders = Vec::new();
        let mut unread = 0;
        self.connection
            .run("LIST \"\" \"*\"", |part| {
                match part {
                    Part::Data(Response::MailboxData(MailboxDatum::List(list))) => folders.push(folder(&list)),
                    Part::Unread(line) if response::is_list(line) => unread += 1,
                    _ => {}
                }
                Ok(())
            })
            .await?;
        if unread > 0 {
            // A folder that nobody sees would be mail that nobody fetches.
            return Err(Error::Protocol(format!("{unread} lines of the list of folders cannot be read")));
        }
        // It is there whether it is listed or not (RFC 3501 §5.1).
        if !folders.iter().any(|folder: &Folder| folder.wire_name == "INBOX") {
            folders.push(Folder::inbox());
        }
        folders.sort_by(|a, b| a.wire_name.cmp(&b.wire_name));
        folders.dedup_by(|a, b| a.wire_name == b.wire_name);
        Ok(folders)
    }

    /// Opens a folder for looking: nothing in it can change by what is read (EXAMINE).
    pub(crate) async fn examine(&mut self, folder: &str, known: Option<Known>) -> Result<Selected> {
        self.open_folder("EXAMINE", folder, known).await
    }

    /// Opens a folder for writing.
    pub(crate) async fn select(&mut self, folder: &str) -> Result<Selected> {
        self.open_folder("SELECT", folder, None).await
    }

    async fn open_folder(&mut self, verb: &str, folder: &str, known: Option<Known>) -> Result<Selected> {
        if self.can("QRESYNC") && !self.resync {
            self.connection.run("ENABLE QRESYNC", |_| Ok(())).await?;
            self.resync = true;
        }
        let parameter = match known.filter(|_| self.resync) {
            Some(known) => format!(" (QRESYNC ({} {}))", known.uid_validity, known.mod_seq),
            None if self.can("CONDSTORE") || self.resync => " (CONDSTORE)".to_owned(),
            None => String::new(),
        };
        let (mut selected, mut vanished) = (Selected::default(), Vec::new());
        let mut note = |status: &Status| {
            let small = |name| status.number(name).and_then(|number| u32::try_from(number).ok());
            if let Some(uid_validity) = small("UIDVALIDITY") {
                selected.uid_validity = uid_validity;
            }
            selected.uid_next = small("UIDNEXT").or(selected.uid_next);
            selected.mod_seq = status.number("HIGHESTMODSEQ").or(selected.mod_seq);
        };
        let mut exists = None;
        let command = format!("{verb} {}{parameter}", name::quoted(folder)?);
        let status = self
            .connection
            .run(&command, |part| {
                match part {
                    Part::Status(status) => note(status),
                    Part::Data(Response::MailboxData(MailboxDatum::Exists(count))) => exists = Some(count),
                    Part::Data(Response::Vanished { earlier: true, uids }) => vanished.extend(uids),
                    _ => {}
                }
                Ok(())
            })
            .await?;
        note(&status);
        if selected.uid_validity == 0 {
            return Err(Error::Protocol(format!("no UIDVALIDITY of {}", name::readable(folder))));
        }
        selected.exists = exists.ok_or_else(|| Error::Protocol(format!("no EXISTS of {}", name::readable(folder))))?;
        let same = known.is_some_and(|known| known.uid_validity == selected.uid_validity);
        selected.vanished = (same && self.resync).then_some(vanished);
        Ok(selected)
    }

    /// The counts of a folder, without opening it.
    pub(crate) async fn counts(&mut self, folder: &str) -> Result<Counts> {
        use imap_proto::StatusAttribute::{Messages, UidNext, UidValidity, Unseen};
        let mut counts = None;
        let command = format!("STATUS {} (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)", name::quoted(folder)?);
        self.connection
            .run(&command, |part| {
                if let Part::Data(Response::MailboxData(MailboxDatum::Status { status, .. })) = part {
                    let counts = counts.get_or_insert_with(Counts::default);
                    for attribute in status {
                        match attribute {
                            Messages(count) => counts.messages = count,
                            Unseen(count) => counts.unseen = count,
                            UidNext(uid) => counts.uid_next = uid,
                            UidValidity(validity) => counts.uid_validity = validity,
                            _ => {}
                        }
                    }
                }
                Ok(())
            })
            .await?;
        counts.ok_or_else(|| Error::Protocol(format!("no STATUS of {}", name::readable(folder))))
    }

    /// How full the mailbox is; `None` where the server does not say.
    pub(crate) async fn quota(&mut self) -> Result<Option<Quota>> {
        if !self.can("QUOTA") {
            return Ok(None);
        }
        let mut quota = None;
        let storage = |part: Part<'_>| {
            if let Part::Data(Response::Quota(found)) = part {
                let kinds = found.resources.iter();
                let storage = kinds.filter(|kind| kind.name == QuotaResourceName::Storage);
                for resource in storage {
                    quota = Some(Quota { used: resource.usage << 10, limit: resource.limit << 10 });
                }
            }
            Ok(())
        };
        match self.connection.run("GETQUOTAROOT INBOX", storage).await {
            Ok(_) => Ok(quota),
            Err(Error::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn folder(list: &imap_proto::MailboxListData<'_>) -> Folder {
    let has = |attribute: &NameAttribute<'_>| list.name_attributes.contains(attribute);
    let named = |name: &str| {
        let extensions = list.name_attributes.iter();
        extensions
            .into_iter()
            .any(|found| matches!(found, NameAttribute::Extension(text) if text.eq_ignore_ascii_case(name)))
    };
    let purposes = [
        (NameAttribute::Sent, "sent"),
        (NameAttribute::Drafts, "drafts"),
        (NameAttribute::Trash, "trash"),
        (NameAttribute::Junk, "junk"),
        (NameAttribute::Archive, "archive"),
        (NameAttribute::All, "all"),
    ];
    Folder {
        wire_name: list.name.to_string(),
        name: name::readable(&list.name),
        purpose: purposes.into_iter().find(|(attribute, _)| has(attribute)).map(|(_, purpose)| purpose),
        holds_messages: !has(&NameAttribute::NoSelect) && !named("\\NonExistent"),
    }
}
