//! What was sent, put into the folder for it, so that people see it in their mail program too.

use pec_archive::Actor;
use pec_core::delegation::Permission;

use super::sender::Sender;
use super::session::Session;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::imap::{Session as Mailbox, name};
use crate::net::Network;

impl Sender {
    /// Puts sent messages, by their keys, into the folder for sent mail of their mailbox, byte for byte and marked as read:
    /// the folder that the server names for it (RFC 6154), unless one is given by its name for people. What the archive knows
    /// to lie there already, or was put there before, is left out. Gives how many were put.
    ///
    /// A crash between the server's answer and the note of it puts one message there twice, unless the folder is read first.
    ///
    /// # Errors
    /// [`Error::BadValue`] where the server names no such folder; [`Error::Refused`]; those of the archive and of a
    /// connection. What was put before stays and is known.
    pub async fn file_sent(
        &self,
        network: &Network,
        account: &Account,
        keys: &[String],
        folder: Option<&str>,
    ) -> Result<usize> {
        let (mailbox, now) = (account.address().to_owned(), self.books().now());
        self.books().ask(move |archive, actor, _| archive.permit(actor, Permission::Send, &mailbox, now)).await?;
        let mut open = Mailbox::open(network, account).await?;
        let folder = match folder {
            Some(folder) => name::wire(folder),
            None => {
                let folders = open.folders().await?;
                let sent = folders.into_iter().find(|folder| folder.purpose == Some("sent"));
                let missing =
                    || Error::BadValue { what: "folder", value: "the server names none for sent mail".into() };
                sent.ok_or_else(missing)?.wire_name
            }
        };
        let mut filed = 0;
        for key in keys {
            let (mailbox, key) = (account.address().to_owned(), key.clone());
            let known = self.books().ask(move |archive, actor, _| {
                let ticket = archive.ticket(actor, &mailbox, &key)?;
                let places = archive.places(actor, ticket.id)?;
                let message = archive.get(&Actor::host(), ticket.id)?;
                Ok((ticket, places, message))
            });
            let (ticket, places, message) = known.await?;
            if ticket.filed_at.is_some() {
                continue;
            }
            let lies = |place: &pec_archive::Place| {
                place.mailbox == ticket.mailbox && place.folder == folder && place.gone_at.is_none()
            };
            if !places.iter().any(lies) {
                open.append(&folder, "\\Seen", &message).await?;
                filed += 1;
            }
            let now = self.books().now();
            self.books().ask(move |archive, actor, _| archive.note_filed(actor, ticket.number, now)).await?;
        }
        open.logout().await;
        Ok(filed)
    }
}

impl Account {
    /// Logs in where mail is handed over, and out again: whether it can be sent from this mailbox, as far as that can be known
    /// without sending.
    ///
    /// # Errors
    /// [`Error::Access`], [`Error::Tls`], [`Error::Unreachable`] and what else a connection meets.
    pub async fn check_sending(&self, network: &Network) -> Result<()> {
        Session::open(network, self).await?.quit().await;
        Ok(())
    }
}
