//! What changes a mailbox: a message put into a folder, one message taken away.

use super::connection::full;
use super::name;
use super::response::Word;
use super::session::Session;
use crate::error::{Error, Result};

impl Session {
    /// Puts these bytes into a folder, as they are; gives the validity and the number under which they are there, where the
    /// server says so (UIDPLUS).
    pub(crate) async fn append(&mut self, folder: &str, flags: &str, message: &[u8]) -> Result<Option<(u32, u32)>> {
        let command = format!("APPEND {} ({flags}) {{{}}}", name::quoted(folder)?, message.len());
        let tag = self.connection.send(command.as_bytes()).await?;
        let status = match self.invited(&tag).await? {
            Some(status) => status,
            None => {
                self.connection.write(message).await?;
                self.connection.write(b"\r\n").await?;
                self.connection.finish(&tag, "APPEND", |_| Ok(())).await?
            }
        };
        match status.word {
            Word::Ok => {}
            // It goes away: that says nothing of the message.
            Word::Bye => {
                return Err(Error::Lost(std::io::Error::new(std::io::ErrorKind::ConnectionAborted, full(&status))));
            }
            _ => return Err(Error::Refused { command: "APPEND".into(), text: full(&status) }),
        }
        let code = status.code.as_deref().unwrap_or_default();
        let mut words = code.split(' ').skip_while(|word| !word.eq_ignore_ascii_case("APPENDUID")).skip(1);
        let mut number = || words.next()?.parse().ok();
        Ok(number().zip(number()))
    }

    /// Takes one message out of the open folder for good, and no other (`UID EXPUNGE`, RFC 4315).
    ///
    /// # Errors
    /// [`Error::Refused`] where the server has no UIDPLUS: a plain EXPUNGE would also take what others have marked. And where
    /// it is still there afterwards.
    pub(crate) async fn remove(&mut self, uid: u32) -> Result<()> {
        if !self.can("UIDPLUS") {
            let text = "the server cannot take away one message alone (no UIDPLUS)".to_owned();
            return Err(Error::Refused { command: "UID EXPUNGE".into(), text });
        }
        self.connection.run(&format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)"), |_| Ok(())).await?;
        self.connection.run(&format!("UID EXPUNGE {uid}"), |_| Ok(())).await?;
        if self.has(uid).await? {
            return Err(Error::Refused { command: "UID EXPUNGE".into(), text: "it is still there".into() });
        }
        Ok(())
    }
}
