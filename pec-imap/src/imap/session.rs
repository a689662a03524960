//! A connection to a mailbox, from the greeting to the farewell.

use std::collections::BTreeSet;

use imap_proto::AttributeValue;

use super::connection::{Connection, Part, full};
use super::response::{self, Kind, Word};
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
    pub(super) resync: bool,
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

    pub(super) async fn ask_capabilities(&mut self) -> Result<()> {
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

pub(super) fn capabilities(list: &str) -> BTreeSet<String> {
    list.split_ascii_whitespace().map(str::to_ascii_uppercase).collect()
}

/// The number in an attribute list, and the rest.
pub(super) fn uid(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}
