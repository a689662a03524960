//! Connections: one thread each, blocking, with bounds on line, message and patience; all of them end with the server.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::Desk;
use super::session::{Channel, Reply, Session, Then};

/// Bytes of one command line (RFC 4954 §4 wants 12,288 for AUTH).
const LINE: u64 = 12_288;
/// How long a client may say nothing (RFC 5321 §4.5.3.2.7).
const PATIENCE: Duration = Duration::from_secs(300);
/// Connections at the same time.
const CONNECTIONS: usize = 64;

/// Sockets that are open, and whether more are taken.
#[derive(Debug, Default)]
pub(super) struct Doors {
    closed: AtomicBool,
    open: Mutex<HashMap<SocketAddr, Visit>>,
}

/// One open connection: its socket, and its thread once that runs.
#[derive(Debug)]
struct Visit {
    stream: TcpStream,
    thread: Option<JoinHandle<()>>,
}

impl Doors {
    pub(super) fn are_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<SocketAddr, Visit>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes no more connections, cuts those that are open, and waits for their threads.
    pub(super) fn close(&self, addresses: &[SocketAddr]) {
        self.closed.store(true, Ordering::SeqCst);
        for address in addresses {
            // Wakes the thread that accepts.
            let loopback = match address.ip() {
                IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
                ip => ip,
            };
            let _ = TcpStream::connect((loopback, address.port()));
        }
        let visits: Vec<_> = self.open().drain().map(|(_, visit)| visit).collect();
        for visit in visits {
            let _ = visit.stream.shutdown(Shutdown::Both);
            if let Some(thread) = visit.thread {
                let _ = thread.join();
            }
        }
    }
}

/// Accepts until the doors are closed.
pub(super) fn accept(
    listener: &TcpListener,
    channel: Channel,
    tls: &Arc<ServerConfig>,
    desk: &Arc<Desk>,
    doors: &Arc<Doors>,
) {
    for stream in listener.incoming() {
        if doors.are_closed() {
            return;
        }
        let Ok(stream) = stream else {
            // Out of file handles, perhaps: some are given back in time.
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let (Ok(peer), Ok(twin)) = (stream.peer_addr(), stream.try_clone()) else { continue };
        if doors.open().len() >= CONNECTIONS {
            let _ = (&stream).write_all(b"421 4.3.2 too many connections\r\n");
            continue;
        }
        doors.open().insert(peer, Visit { stream: twin, thread: None });
        let (tls, desk, all) = (Arc::clone(tls), Arc::clone(desk), Arc::clone(doors));
        let thread = std::thread::spawn(move || {
            // A connection that breaks off is the client's business.
            let _ = serve(stream, channel, &tls, &desk);
            all.open().remove(&peer);
        });
        match doors.open().get_mut(&peer) {
            Some(visit) => visit.thread = Some(thread),
            // It has ended already.
            None => drop(thread.join()),
        }
    }
}

fn serve(stream: TcpStream, channel: Channel, tls: &Arc<ServerConfig>, desk: &Desk) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut session = Session::new(desk, channel);
    if channel == Channel::Plain {
        let mut plain = BufReader::new(stream);
        send(plain.get_mut(), &Session::greeting())?;
        if converse(&mut session, &mut plain)? == Then::Close {
            return Ok(());
        }
        // Commands that were sent before TLS began must not be taken for encrypted ones.
        if !plain.buffer().is_empty() {
            return Ok(());
        }
        session.encrypted();
        let mut stream = encrypted(plain.into_inner(), tls)?;
        converse(&mut session, &mut stream)?;
        end(stream.get_mut())
    } else {
        let mut stream = encrypted(stream, tls)?;
        send(stream.get_mut(), &Session::greeting())?;
        converse(&mut session, &mut stream)?;
        end(stream.get_mut())
    }
}

/// Says that nothing was cut off (RFC 8446 §6.1).
fn end(stream: &mut StreamOwned<ServerConnection, TcpStream>) -> io::Result<()> {
    stream.conn.send_close_notify();
    stream.flush()
}

type Encrypted = BufReader<StreamOwned<ServerConnection, TcpStream>>;

fn encrypted(stream: TcpStream, tls: &Arc<ServerConfig>) -> io::Result<Encrypted> {
    let connection = ServerConnection::new(Arc::clone(tls)).map_err(io::Error::other)?;
    Ok(BufReader::new(StreamOwned::new(connection, stream)))
}

fn send(stream: &mut impl Write, reply: &Reply) -> io::Result<()> {
    stream.write_all(format!("{}\r\n", reply.text).as_bytes())?;
    stream.flush()
}

/// Goes on until the client leaves or TLS is to begin.
fn converse<S: Read + Write>(session: &mut Session<'_>, stream: &mut BufReader<S>) -> io::Result<Then> {
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut *stream).take(LINE).read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            if line.len() as u64 == LINE {
                let reply = Reply { text: "500 5.5.2 line too long".into(), then: Then::Close };
                send(stream.get_mut(), &reply)?;
            }
            return Ok(Then::Close);
        }
        let mut reply = session.line(&line);
        if reply.then == Then::Message {
            send(stream.get_mut(), &reply)?;
            let message = message(stream, session.bound())?;
            reply = session.message(message.as_deref());
        }
        send(stream.get_mut(), &reply)?;
        if matches!(reply.then, Then::Close | Then::Tls) {
            return Ok(reply.then);
        }
    }
}

/// A message up to its final dot, the stuffed dots taken out (RFC 5321 §4.5.2). `None` when it has more bytes than
/// `bound`; it is read to its end all the same.
fn message<S: Read + Write>(stream: &mut BufReader<S>, bound: usize) -> io::Result<Option<Vec<u8>>> {
    let mut message = Some(Vec::new());
    let mut line = Vec::new();
    // Whether the piece that is read next begins a line, or comes after a CR: lines longer than `LINE` come in pieces.
    let (mut begins, mut after_cr) = (true, false);
    loop {
        line.clear();
        if (&mut *stream).take(LINE).read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if begins && line == b".\r\n" {
            return Ok(message);
        }
        let text = if begins { line.strip_prefix(b".").unwrap_or(&line) } else { &line };
        message = message.filter(|message| message.len() + text.len() <= bound);
        if let Some(message) = &mut message {
            message.extend_from_slice(text);
        }
        begins = line.ends_with(b"\r\n") || (after_cr && line == b"\n");
        after_cr = line.ends_with(b"\r");
    }
}
