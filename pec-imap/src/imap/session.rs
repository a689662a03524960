//! A mailbox that lets us in: login, folders, selection.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use base64ct::{Base64, Encoding as _};
use imap_proto::rfc2087::QuotaResourceName;
use imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response};
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::connection::{Connection, Part, Tag, full};
use super::name;
use super::response::{self, Kind, Status, Word};
use crate::access::AccessState;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::net::{Endpoint, Network, Security};

/// One connection to one mailbox, logged in.
#[derive(Debug)]
pub(crate) struct Session {
    pub(super) connection: Connection,
    pub(super) capabilities: BTreeSet<String>,
    /// Whether QRESYNC has been switched on.
    resync: bool,
}

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
    /// Connects and logs in, once: what refuses is not asked a second time.
    pub(crate) async fn open(network: &Network, account: &Account) -> Result<Self> {
        let to = account.imap();
        let mut connection = Connection::new(network.connect(to).await?, network.patience(), MAX_LITERAL);
        let mut capabilities = greeting(&mut connection, to).await?;
        if to.security == Security::StartTls {
            connection = start_tls(connection, network, to).await?;
            // What was said in the clear counts for nothing.
            capabilities = BTreeSet::new();
        }
        let mut session = Self { connection, capabilities, resync: false };
        if session.capabilities.is_empty() {
            session.ask_capabilities().await?;
        }
        session.login(account).await?;
        Ok(session)
    }

    pub(crate) fn can(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// Everything that the server can do, in capitals and in order.
    pub(crate) fn capabilities(&self) -> impl Iterator<Item = &str> {
        self.capabilities.iter().map(String::as_str)
    }

    async fn ask_capabilities(&mut self) -> Result<()> {
        let mut found = BTreeSet::new();
        let mut take = |part: Part<'_>| {
            if let Part::Capability(list) = part {
                found = capabilities(&String::from_utf8_lossy(list));
            }
            Ok(())
        };
        self.connection.run("CAPABILITY", &mut take).await?;
        self.capabilities = found;
        Ok(())
    }

    async fn login(&mut self, account: &Account) -> Result<()> {
        let host = account.imap().host.clone();
        let answer = if self.can("AUTH=PLAIN") {
            self.login_plain(account).await
        } else if self.can("LOGINDISABLED") {
            return Err(Error::Tls {
                host,
                reason: "the server lets nobody in on this connection (LOGINDISABLED)".into(),
            });
        } else {
            self.login_command(account).await
        };
        let status = answer?;
        if status.word == Word::Ok {
            match status.code.as_deref().and_then(|code| code.split_once(' ')) {
                Some((name, list)) if name.eq_ignore_ascii_case("CAPABILITY") => self.capabilities = capabilities(list),
                _ => self.ask_capabilities().await?,
            }
            return Ok(());
        }
        let state = account.judge(status.name(), &status.text);
        Err(Error::Access { host, state, text: account.redacted(&full(&status))? })
    }

    /// SASL PLAIN (RFC 4616): every byte of a password gets through.
    async fn login_plain(&mut self, account: &Account) -> Result<Status> {
        let secret = account.password()?;
        let plain =
            Zeroizing::new([b"\0", account.login().as_bytes(), b"\0", secret.expose_secret().as_bytes()].concat());
        let response = Zeroizing::new(Base64::encode_string(&plain));
        if self.can("SASL-IR") {
            let command = Zeroizing::new(format!("AUTHENTICATE PLAIN {}", response.as_str()));
            let tag = self.connection.send(command.as_bytes()).await?;
            return self.outcome(&tag).await;
        }
        let tag = self.connection.send(b"AUTHENTICATE PLAIN").await?;
        if let Some(status) = self.invited(&tag).await? {
            return Ok(status);
        }
        let line = Zeroizing::new(format!("{}\r\n", response.as_str()));
        self.connection.write(line.as_bytes()).await?;
        self.outcome(&tag).await
    }

    /// LOGIN with literals, for servers that offer no PLAIN.
    async fn login_command(&mut self, account: &Account) -> Result<Status> {
        let secret = account.password()?;
        let (user, password) = (account.login(), secret.expose_secret());
        let tag = self.connection.send(format!("LOGIN {{{}}}", user.len()).as_bytes()).await?;
        if let Some(status) = self.invited(&tag).await? {
            return Ok(status);
        }
        self.connection.write(format!("{user} {{{}}}\r\n", password.len()).as_bytes()).await?;
        if let Some(status) = self.invited(&tag).await? {
            return Ok(status);
        }
        let line = Zeroizing::new(format!("{password}\r\n"));
        self.connection.write(line.as_bytes()).await?;
        self.outcome(&tag).await
    }

    /// Waits until the server asks for more; the outcome, where it ends the command instead.
    pub(super) async fn invited(&mut self, tag: &Tag) -> Result<Option<Status>> {
        loop {
            let response = self.connection.read().await?;
            match response::kind(&response) {
                Kind::Continue(_) => return Ok(None),
                Kind::Done(ended, status) if tag.is(ended) => return Ok(Some(status)),
                Kind::Status(status) if status.word == Word::Bye => return Ok(Some(status)),
                Kind::Status(_) | Kind::Capability(_) | Kind::Data => {}
                _ => return Err(Error::Protocol("neither an invitation to go on nor an end".into())),
            }
        }
    }

    /// The outcome of a command, whatever it is.
    async fn outcome(&mut self, tag: &Tag) -> Result<Status> {
        loop {
            let response = self.connection.read().await?;
            match response::kind(&response) {
                Kind::Done(ended, status) if tag.is(ended) => return Ok(status),
                // Some servers end it with a farewell alone.
                Kind::Status(status) if status.word == Word::Bye => return Ok(status),
                Kind::Status(_) | Kind::Capability(_) | Kind::Data => {}
                // A further challenge is what PLAIN does not have: an empty answer ends it.
                Kind::Continue(_) => self.connection.write(b"*\r\n").await?,
                _ => return Err(Error::Protocol("not an outcome of a login".into())),
            }
        }
    }

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

    /// Leaves. That it fails changes nothing.
    pub(crate) async fn logout(mut self) {
        let _ = self.connection.run("LOGOUT", |_| Ok(())).await;
    }
}

/// The longest literal of one response: a slice of a long message, or a whole short one; and a header or two beside it.
const MAX_LITERAL: usize = 16 << 20;

async fn greeting(connection: &mut Connection, to: &Endpoint) -> Result<BTreeSet<String>> {
    let greeting = connection.read().await?;
    let Kind::Status(status) = response::kind(&greeting) else {
        return Err(Error::Protocol("this is not an IMAP server".into()));
    };
    match status.word {
        Word::Ok => {}
        Word::Bye | Word::No | Word::Bad => {
            return Err(Error::Access { host: to.host.clone(), state: AccessState::Throttled, text: full(&status) });
        }
        // Logged in before we have said who we are: as somebody else, then.
        Word::PreAuth => {
            return Err(Error::Tls {
                host: to.host.clone(),
                reason: "the server has logged somebody in (PREAUTH)".into(),
            });
        }
    }
    let list = status.code.as_deref().and_then(|code| code.split_once(' '));
    let list = list.filter(|(name, _)| name.eq_ignore_ascii_case("CAPABILITY"));
    Ok(list.map(|(_, list)| capabilities(list)).unwrap_or_default())
}

async fn start_tls(mut connection: Connection, network: &Network, to: &Endpoint) -> Result<Connection> {
    // Whether it is offered is not asked: it is asked for, and without it nothing follows.
    let refused = |reason: String| Error::Tls { host: to.host.clone(), reason };
    match connection.run("STARTTLS", |_| Ok(())).await {
        Ok(_) => {}
        Err(Error::Refused { text, .. }) => return Err(refused(format!("STARTTLS is refused: {text}"))),
        Err(error) => return Err(error),
    }
    let stream = network.encrypt(to, connection.into_stream()?).await?;
    Ok(Connection::new(stream, network.patience(), MAX_LITERAL))
}

fn capabilities(list: &str) -> BTreeSet<String> {
    list.split_ascii_whitespace().map(str::to_ascii_uppercase).collect()
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

/// The number in an attribute list, and the rest.
pub(super) fn uid(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}
