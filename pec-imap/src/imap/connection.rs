//! Commands out, responses in, each within its time.

use std::time::Duration;

use bytes::BytesMut;
use imap_proto::Response;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout, timeout_at};

use super::frame::Framer;
use super::response::{self, Kind, Status, Word};
use crate::error::{Error, Result};
use crate::net::{Boxed, Deadlines};

/// What is said on one connection. After an error that does not [leave the session](Error::leaves_session) it is not used
/// again: nobody knows what the next bytes belong to.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Boxed,
    framer: Framer,
    deadlines: Deadlines,
    tags: u32,
}

/// The tag of a command that has been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag(String);

impl Tag {
    pub(super) fn is(&self, tag: &[u8]) -> bool {
        self.0.as_bytes() == tag
    }
}

impl Connection {
    pub(super) fn new(stream: Boxed, deadlines: Deadlines, max_literal: usize) -> Self {
        Self { stream, framer: Framer::new(max_literal), deadlines, tags: 0 }
    }

    /// The stream, for TLS to be put over it: what the server said ahead of it would pass for encrypted, and is refused.
    pub(super) fn into_stream(self) -> Result<Boxed> {
        if self.framer.is_empty() {
            Ok(self.stream)
        } else {
            Err(Error::Protocol("the server speaks before the encryption that it has agreed to".into()))
        }
    }

    /// Sends a command, given without its tag and its line end, in one piece.
    pub(super) async fn send(&mut self, command: &[u8]) -> Result<Tag> {
        self.tags += 1;
        let tag = Tag(format!("A{}", self.tags));
        let line = [tag.0.as_bytes(), b" ", command, b"\r\n"].concat();
        self.write(&line).await?;
        Ok(tag)
    }

    /// Sends bytes that belong to a command.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        // A server that does not read must not hold us: each piece has its own time.
        for piece in bytes.chunks(64 << 10) {
            let written = timeout(self.deadlines.quiet, self.stream.write_all(piece)).await;
            written.map_err(|_| Error::Deadline(self.deadlines.quiet))?.map_err(Error::Lost)?;
        }
        let flushed = timeout(self.deadlines.quiet, self.stream.flush()).await;
        flushed.map_err(|_| Error::Deadline(self.deadlines.quiet))?.map_err(Error::Lost)
    }

    /// The next response.
    pub(super) async fn read(&mut self) -> Result<BytesMut> {
        self.read_within(self.deadlines.quiet).await
    }

    /// The next response, of which the first byte may take this long.
    pub(super) async fn read_within(&mut self, quiet: Duration) -> Result<BytesMut> {
        if let Some(response) = self.framer.next()? {
            return Ok(response);
        }
        let whole = Instant::now() + self.deadlines.response.max(quiet);
        loop {
            let patience = if self.framer.is_empty() { quiet } else { self.deadlines.quiet };
            let until = whole.min(Instant::now() + patience);
            let read = timeout_at(until, self.stream.read_buf(self.framer.buffer())).await;
            let read = read.map_err(|_| Error::Deadline(patience))?.map_err(Error::Lost)?;
            if read == 0 {
                return Err(Error::Lost(std::io::ErrorKind::UnexpectedEof.into()));
            }
            if let Some(response) = self.framer.next()? {
                return Ok(response);
            }
        }
    }

    /// Reads until the command of this tag ends; gives what comes meanwhile to `take`, as far as it can be read.
    pub(super) async fn finish(
        &mut self,
        tag: &Tag,
        what: &str,
        mut take: impl FnMut(Part<'_>) -> Result<()>,
    ) -> Result<Status> {
        loop {
            let response = self.read().await?;
            if let Some(status) = settle(&response, tag, what, &mut take)? {
                return Ok(status);
            }
        }
    }

    /// A command from its beginning to its end.
    pub(super) async fn run(&mut self, command: &str, take: impl FnMut(Part<'_>) -> Result<()>) -> Result<Status> {
        let what = command.split(' ').next().unwrap_or_default();
        let tag = self.send(command.as_bytes()).await?;
        self.finish(&tag, what, take).await
    }
}

/// What comes while a command runs.
#[derive(Debug)]
pub(super) enum Part<'r> {
    Status(&'r Status),
    Capability(&'r [u8]),
    Data(Response<'r>),
    /// What no parser of ours can read.
    Unread(&'r [u8]),
}

/// What a response means for the command of this tag: its end, or something on the way.
pub(super) fn settle(
    response: &[u8],
    tag: &Tag,
    what: &str,
    take: &mut impl FnMut(Part<'_>) -> Result<()>,
) -> Result<Option<Status>> {
    match response::kind(response) {
        Kind::Done(ended, status) if tag.is(ended) => match status.word {
            Word::Ok => Ok(Some(status)),
            _ => Err(Error::Refused { command: what.to_owned(), text: full(&status) }),
        },
        Kind::Done(..) => Err(Error::Protocol(format!("the end of a command that was not sent, during {what}"))),
        Kind::Status(status) if status.word == Word::Bye && what != "LOGOUT" => {
            Err(Error::Lost(std::io::Error::new(std::io::ErrorKind::ConnectionAborted, full(&status))))
        }
        Kind::Status(status) => take(Part::Status(&status)).map(|()| None),
        Kind::Capability(list) => take(Part::Capability(list)).map(|()| None),
        Kind::Data => take(response::data(response).map_or(Part::Unread(response), Part::Data)).map(|()| None),
        Kind::Continue(_) => Err(Error::Protocol(format!("the server waits for more, during {what}"))),
        Kind::Nonsense => Err(Error::Protocol(format!("not a response of an IMAP server, during {what}"))),
    }
}

/// What the server said, with its code.
pub(super) fn full(status: &Status) -> String {
    match &status.code {
        Some(code) => format!("[{}] {}", pec_core::text::printable(code), status.text),
        None => status.text.clone(),
    }
}
