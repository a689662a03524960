//! Being let in.

use base64ct::{Base64, Encoding as _};
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::Session;
use super::connection::{Tag, full};
use super::response::{self, Kind, Status, Word};
use super::session::capabilities;
use crate::account::Account;
use crate::error::{Error, Result};

impl Session {
    /// Says who comes, once.
    pub(super) async fn login(&mut self, account: &Account) -> Result<()> {
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
}
