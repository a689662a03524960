//! Connections: bounds on line, message, memory and patience.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use zeroize::{Zeroize as _, Zeroizing};

use super::desk::Desk;
use super::memory::Share;
use super::reply::Reply;
use super::session::{Channel, Content, Session, Then};
use crate::net::Boxed;

/// Bytes of one command line (RFC 4954 §4 wants 12,288 for AUTH), and of a piece of a message.
const LINE: u64 = 12_288;

/// What a wrong password costs.
const PENALTY: Duration = Duration::from_secs(1);

/// How long an answer may take to be taken.
const WRITING: Duration = Duration::from_secs(30);

/// Serves a connection to its end. What breaks it off is the client's business: nothing was acknowledged that is not kept.
pub(super) async fn serve(stream: TcpStream, desk: Arc<Desk>, places: Arc<Semaphore>) {
    let Ok(_place) = places.try_acquire() else {
        let mut stream: Boxed = Box::new(stream);
        let full = Reply::both(421, "4.3.2", "troppe connessioni: riprovare", "too many connections: come again");
        let _ = send(&mut stream, &full).await;
        return;
    };
    if let Err(error) = talk(stream, &desk).await {
        tracing::debug!(%error, "a connection to the gateway broke");
    }
}

async fn talk(stream: TcpStream, desk: &Arc<Desk>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let login_by = Instant::now() + desk.policy.login;
    let mut session = Session::new(Arc::clone(desk), Channel::Plain);
    let mut plain = BufReader::new(Box::new(stream) as Boxed);
    send(plain.get_mut(), &Session::greeting()).await?;
    if converse(&mut session, &mut plain, desk, login_by).await? == Then::Close {
        return Ok(());
    }
    // Commands that were sent before TLS began must not be taken for encrypted ones.
    let (true, Some(tls)) = (plain.buffer().is_empty(), &desk.tls) else { return Ok(()) };
    let encrypted = timeout_at(login_by, tls.accept(plain.into_inner())).await??;
    session.encrypted();
    let mut stream = BufReader::new(Box::new(encrypted) as Boxed);
    converse(&mut session, &mut stream, desk, login_by).await?;
    timeout(WRITING, stream.shutdown()).await?
}

async fn send(stream: &mut Boxed, reply: &Reply) -> io::Result<()> {
    timeout(WRITING, async {
        stream.write_all(reply.to_wire().as_bytes()).await?;
        stream.flush().await
    })
    .await?
}

/// Goes on until the client leaves or TLS is to begin.
async fn converse(
    session: &mut Session,
    stream: &mut BufReader<Boxed>,
    desk: &Desk,
    login_by: Instant,
) -> io::Result<Then> {
    let mut line = Zeroizing::new(Vec::new());
    loop {
        // It may have had a password.
        line.zeroize();
        let silent_by = Instant::now() + desk.policy.idle;
        let by = if session.is_logged_in() { silent_by } else { silent_by.min(login_by) };
        let read = timeout_at(by, (&mut *stream).take(LINE).read_until(b'\n', &mut line)).await;
        if read.is_err() {
            send(stream.get_mut(), &too_slow()).await?;
            return Ok(Then::Close);
        }
        read??;
        if line.last() != Some(&b'\n') {
            if line.len() as u64 == LINE {
                send(stream.get_mut(), &Reply::new(500, "5.5.2", "line too long")).await?;
            }
            return Ok(Then::Close);
        }
        let (mut reply, mut then) = session.line(&line).await;
        if then == Then::Message {
            send(stream.get_mut(), &reply).await?;
            let mut share = Share::of(desk);
            let by = Instant::now() + desk.policy.message;
            let read = timeout_at(by, message(stream, session.bound(), desk.policy.idle, &mut share)).await;
            let content = match read.unwrap_or_else(|late| Err(late.into())) {
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    send(stream.get_mut(), &too_slow()).await?;
                    return Ok(Then::Close);
                }
                read => read?,
            };
            (reply, then) = (session.message(content).await, Then::Line);
        }
        if then == Then::Slowly {
            sleep(PENALTY).await;
        }
        send(stream.get_mut(), &reply).await?;
        if matches!(then, Then::Close | Then::Tls) {
            return Ok(then);
        }
    }
}

fn too_slow() -> Reply {
    Reply::both(
        421,
        "4.4.2",
        "troppo lento: nulla di incompleto è stato preso",
        "too slow: nothing incomplete was taken",
    )
}

/// A message up to its final dot, the stuffed dots taken out (RFC 5321 §4.5.2). It ends at CRLF, dot, CRLF and nowhere else: a
/// dot between other line ends belongs to it. What has no room is read to its end all the same.
async fn message(
    stream: &mut BufReader<Boxed>,
    bound: usize,
    idle: Duration,
    share: &mut Share,
) -> io::Result<Content> {
    let mut content = Content::Whole(Vec::new());
    let mut line = Vec::new();
    // Whether the piece that is read next begins a line, or comes after a CR: lines longer than `LINE` come in pieces.
    let (mut begins, mut after_cr) = (true, false);
    loop {
        line.clear();
        if timeout(idle, (&mut *stream).take(LINE).read_until(b'\n', &mut line)).await?? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if begins && line == b".\r\n" {
            return Ok(content);
        }
        let text = if begins { line.strip_prefix(b".").unwrap_or(&line) } else { &line };
        if let Content::Whole(message) = &mut content {
            let reached = message.len() + text.len();
            if reached > bound {
                content = Content::TooLarge;
            } else if !share.reach(reached) {
                content = Content::NoRoom;
            } else {
                message.extend_from_slice(text);
            }
        }
        begins = line.ends_with(b"\r\n") || (after_cr && line == b"\n");
        after_cr = line.ends_with(b"\r");
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    /// Numbers without an end, the same each time (xorshift).
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % limit as u64).unwrap()
        }
    }

    /// With a dot more wherever one stands behind CRLF or at the beginning (RFC 5321 §4.5.2).
    fn stuffed(message: &[u8]) -> Vec<u8> {
        let mut wire = Vec::new();
        for (at, byte) in message.iter().enumerate() {
            if *byte == b'.' && (at == 0 || message[..at].ends_with(b"\r\n")) {
                wire.push(b'.');
            }
            wire.push(*byte);
        }
        wire
    }

    #[tokio::test]
    async fn whatever_is_stuffed_comes_out_as_it_was_and_what_follows_stays() {
        let long = vec![b'x'; LINE as usize - 2];
        let pieces: [&[u8]; 10] =
            [b".", b"\r\n", b"\r", b"\n", b"..", b"\r\n.", b"\r\n.\r", b"abc", &long, &long[..LINE as usize - 4]];
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
        for round in 0..400 {
            let count = chance.below(12);
            let mut original: Vec<u8> = (0..count).flat_map(|_| pieces[chance.below(pieces.len())]).copied().collect();
            if !original.is_empty() && !original.ends_with(b"\r\n") {
                original.extend_from_slice(b"\r\n");
            }
            let wire = [&stuffed(&original), &b".\r\nNOOP\r\n"[..]].concat();
            let (ours, mut theirs) = duplex(1 + chance.below(9000));
            let mut stream = BufReader::new(Box::new(ours) as Boxed);
            let sending = tokio::spawn(async move {
                theirs.write_all(&wire).await.unwrap();
                theirs
            });
            let mut share = Share::room();
            let read = message(&mut stream, usize::MAX, Duration::from_secs(20), &mut share).await.unwrap();
            let Content::Whole(read) = read else { panic!("round {round}: there is room") };
            assert!(read == original, "round {round}: {:?}", original.escape_ascii().to_string());
            let mut rest = Vec::new();
            stream.read_until(b'\n', &mut rest).await.unwrap();
            assert_eq!(rest, b"NOOP\r\n", "round {round}");
            drop(sending.await.unwrap());
        }
    }
}
