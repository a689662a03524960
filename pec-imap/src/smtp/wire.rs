//! The stream as lettre sees it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::Boxed;

/// What a server may say at most to one command, in bytes: replies have a line or two. lettre parses a reply from its beginning
/// at each line, so that what it may hear is also what it may work.
const MOST: usize = 8 << 10;

/// What lettre waits for before it lets itself be used: a greeting, and an answer to its EHLO.
const OPENING: &[u8] = b"220 ready\r\n250 ready\r\n";

/// A connection on which the login is done, as lettre has to see it.
///
/// - The opening was had already: what lettre says first stays here, and it is answered here. A line of blanks in the answer to
///   a real EHLO would make lettre 0.11.23 panic.
/// - A reply without an end is an error: lettre would hold all of it.
/// - What is not ASCII becomes `?`: lettre takes a reply in an older character set for a broken connection, and behind DATA
///   that would make a refusal unknown.
#[derive(Debug)]
pub(super) struct Wire {
    stream: Boxed,
    opening: &'static [u8],
    greeted: bool,
    heard: usize,
}

impl Wire {
    pub(super) const fn new(stream: Boxed) -> Self {
        Self { stream, opening: OPENING, greeted: false, heard: 0 }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.opening.is_empty() {
            let (said, rest) = self.opening.split_at(self.opening.len().min(buffer.remaining()));
            buffer.put_slice(said);
            self.opening = rest;
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if matches!(read, Poll::Ready(Ok(()))) {
            let new = buffer.filled_mut().get_mut(before..).unwrap_or_default();
            new.iter_mut().filter(|byte| !byte.is_ascii()).for_each(|byte| *byte = b'?');
            self.heard += new.len();
            if self.heard > MOST {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "a reply without an end")));
            }
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.heard = 0;
        if !self.greeted {
            // Its EHLO, which it writes in one piece.
            self.greeted = bytes.ends_with(b"\n");
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Wire {
    /// Nobody is told: behind a proxy it would be the proxy's.
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
