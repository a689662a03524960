//! A server that lets us in: the commands of one transaction after the other.

use std::error::Error as _;
use std::fmt::{self, Display};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Data;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use pec_archive::Reply;
use pec_core::text::printable;
use tokio::time::timeout;

use super::opening::{self, Offer};
use super::wire::Wire;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::net::{Deadlines, Network};

/// One connection, logged in. After an error it is not used again: nobody knows what the next reply belongs to. A refusal is
/// no error, but a [`Reply`].
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    deadlines: Deadlines,
    pub(super) offer: Offer,
}

/// A command by its line. It is text, so that whoever sends can do it in a task of its own.
struct Line(String);

impl Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\r\n", self.0)
    }
}

impl Session {
    pub(super) async fn open(network: &Network, account: &Account) -> Result<Self> {
        let (stream, offer) = opening::open(network, account).await?;
        let connected =
            AsyncSmtpConnection::connect_with_transport(Box::new(Wire::new(stream)), &ClientId::default()).await;
        // It speaks to nobody but the wire.
        let connection = connected.map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Self { connection, deadlines: network.patience(), offer })
    }

    pub(super) async fn mail(&mut self, sender: &str, size: usize, eight_bit: bool) -> Result<Reply> {
        let size = if self.offer.sizes { format!(" SIZE={size}") } else { String::new() };
        let body = if eight_bit && self.offer.eight_bit { " BODY=8BITMIME" } else { "" };
        self.run(Line(format!("MAIL FROM:<{sender}>{size}{body}"))).await
    }

    pub(super) async fn rcpt(&mut self, recipient: &str) -> Result<Reply> {
        self.run(Line(format!("RCPT TO:<{recipient}>"))).await
    }

    pub(super) async fn data(&mut self) -> Result<Reply> {
        self.run(Data).await
    }

    pub(super) async fn reset(&mut self) -> Result<Reply> {
        self.run(Line("RSET".into())).await
    }

    /// The message, after 354; given with its last line end, which lettre writes itself.
    pub(super) async fn content(&mut self, message: &[u8]) -> Result<Reply> {
        let within = self.deadlines.response;
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        answered(in_time(within, self.connection.message(message)).await?)
    }

    pub(super) async fn quit(mut self) {
        let _ = timeout(Duration::from_secs(2).min(self.deadlines.quiet), self.connection.quit()).await;
    }

    async fn run(&mut self, command: impl Display) -> Result<Reply> {
        answered(in_time(self.deadlines.quiet, self.connection.command(command)).await?)
    }
}

async fn in_time<T>(within: Duration, work: impl Future<Output = T>) -> Result<T> {
    timeout(within, work).await.map_err(|_| Error::Deadline(within))
}

/// What the server said, whatever it was; an error where it has said nothing that can be read.
fn answered(answer: std::result::Result<Response, lettre::transport::smtp::Error>) -> Result<Reply> {
    let number = |code: lettre::transport::smtp::response::Code| code.to_string().parse().unwrap_or_default();
    match answer {
        Ok(response) => {
            let text: Vec<&str> = response.message().collect();
            Ok(reply_of(number(response.code()), &text.join(" ")))
        }
        Err(error) => {
            let text = error.source().map(ToString::to_string).unwrap_or_default();
            match error.status() {
                Some(code) => Ok(reply_of(number(code), &text)),
                // Of an end in the middle lettre makes a response without an end.
                None if error.is_response() && text == "incomplete response" => {
                    Err(Error::Lost(std::io::ErrorKind::UnexpectedEof.into()))
                }
                None if error.is_response() || error.is_client() => Err(Error::Protocol(printable(&text))),
                None => Err(Error::Lost(std::io::Error::other(text))),
            }
        }
    }
}

/// A reply, its enhanced status code taken out of its text (RFC 2034 §4).
pub(super) fn reply_of(code: u16, text: &str) -> Reply {
    let text = printable(text);
    let first = text.split(' ').next().unwrap_or_default();
    let digits = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = first.split('.').collect();
    let is_enhanced =
        matches!(parts.as_slice(), ["2" | "4" | "5", subject, detail] if digits(subject) && digits(detail));
    let enhanced = is_enhanced.then(|| first.to_owned());
    let text = if is_enhanced { text.get(first.len()..).unwrap_or_default().trim_start() } else { &text };
    Reply { code, enhanced, text: text.to_owned() }
}

pub(super) fn refused(command: &str, reply: &Reply) -> Error {
    let enhanced = reply.enhanced.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
    Error::Refused { command: command.to_owned(), text: format!("{}{enhanced} {}", reply.code, reply.text) }
}
