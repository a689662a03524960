//! Waiting for mail.

use std::time::Duration;

use imap_proto::{MailboxDatum, Response};

use super::response::{self, Kind, Word};
use super::session::Session;
use crate::error::{Error, Result};

/// For how long a server is left in peace: connections are cut by what stands between after as little as five minutes.
const LONGEST: Duration = Duration::from_mins(4);

/// Why waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Woken {
    /// Something has come or gone.
    Change,
    /// Nothing has happened for this long.
    Nothing,
}

impl Session {
    /// Waits until something changes in the open folder, at most this long. Where the server cannot say so (no IDLE), it is
    /// asked every `poll`.
    pub(crate) async fn wait(&mut self, at_most: Duration, poll: Duration) -> Result<Woken> {
        if !self.can("IDLE") {
            tokio::time::sleep(poll.min(at_most)).await;
            let mut changed = false;
            self.connection
                .run("NOOP", |part| {
                    changed |= matches!(part, super::connection::Part::Data(ref data) if is_change(data));
                    Ok(())
                })
                .await?;
            return Ok(if changed { Woken::Change } else { Woken::Nothing });
        }
        let until = tokio::time::Instant::now() + at_most.min(LONGEST);
        let tag = self.connection.send(b"IDLE").await?;
        if let Some(status) = self.invited(&tag).await? {
            return Err(Error::Refused { command: "IDLE".into(), text: super::connection::full(&status) });
        }
        let mut woken = Woken::Nothing;
        while woken == Woken::Nothing {
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            if left.is_zero() {
                break;
            }
            match self.connection.read_within(left).await {
                Ok(response) => match response::kind(&response) {
                    Kind::Data if response::data(&response).as_ref().is_some_and(is_change) => woken = Woken::Change,
                    Kind::Status(status) if status.word == Word::Bye => {
                        return Err(Error::Lost(std::io::Error::other(super::connection::full(&status))));
                    }
                    // "Still here", said by some every two minutes.
                    Kind::Data | Kind::Status(_) | Kind::Capability(_) => {}
                    _ => return Err(Error::Protocol("not what a waiting server says".into())),
                },
                Err(Error::Deadline(_)) => break,
                Err(error) => return Err(error),
            }
        }
        self.connection.write(b"DONE\r\n").await?;
        let finish = self.connection.finish(&tag, "IDLE", |part| {
            if matches!(part, super::connection::Part::Data(ref data) if is_change(data)) {
                woken = Woken::Change;
            }
            Ok(())
        });
        finish.await?;
        Ok(woken)
    }
}

fn is_change(data: &Response<'_>) -> bool {
    matches!(data, Response::MailboxData(MailboxDatum::Exists(_)) | Response::Expunge(_) | Response::Vanished { .. })
}
