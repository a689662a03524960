//! Messages out of the outbox of an archive to a server on this machine, one after the other over one connection, the journal
//! on stable storage before each: `cargo bench -p pec-benches --bench send`. `-- 5000` sends as many (1,000 unless told).
//! Beside it Python's smtplib, which writes nothing down, to the same server. What the server has is compared with the archive.
#![allow(missing_docs, reason = "a program, not an interface")]
#![allow(clippy::cast_precision_loss, reason = "times and counts")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pec_archive::{Actor, Archive, Id, Intake, Outgoing};
use pec_benches::Result;
use pec_benches::corpus::Corpus;
use pec_core::trust::TrustStore;
use pec_imap::{Account, Credential, Endpoint, Network, Proxy, Roots, Security, Sender};

const MESSAGES: usize = 1_000;
const BYTES: usize = 20_000;
/// Turns of each.
const TURNS: usize = 3;
const BOX: &str = "fatture@pec.gamma.example";
const TO: &str = "cliente@cert.beta.example";

const PEER: &str = r#"
import smtplib, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
message = open(sys.argv[3], "rb").read()
s = smtplib.SMTP("127.0.0.1", port)
s.login("x", "y")
for n in range(count):
    s.sendmail(sys.argv[4], [sys.argv[5]], message)
s.quit()
"#;

type Taken = Arc<Mutex<BTreeSet<Id>>>;

fn main() -> Result<()> {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(MESSAGES);
    let folder = tempfile::tempdir_in(Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"))?;
    let taken = Taken::default();
    let port = serve(&taken)?;
    let corpus = Corpus::new()?;
    let letters: Vec<Vec<u8>> = (0..count).map(|n| letter(&corpus, n)).collect();
    println!("{count} messages of {BYTES} bytes\n\n| who | messages/s, by turns | best |\n|---|---|---:|");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for turn in 0..TURNS {
        ours.push(send(&folder.path().join(turn.to_string()), port, &letters, &taken)?);
        theirs.extend(peer(folder.path(), port, &letters)?);
    }
    tell("pec, journal durable before each DATA", count, &ours);
    tell("Python's smtplib, nothing written down", count, &theirs);
    Ok(())
}

fn tell(who: &str, count: usize, times: &[Duration]) {
    let rate = |time: &Duration| format!("{:.0}", count as f64 / time.as_secs_f64());
    let Some(best) = times.iter().min() else { return };
    println!("| {who} | {} | {} |", times.iter().map(rate).collect::<Vec<_>>().join(", "), rate(best));
}

fn letter(corpus: &Corpus, number: usize) -> Vec<u8> {
    let mut text = format!(
        "From: <{BOX}>\r\nTo: <{TO}>\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <{number}@gamma.example>\r\n\
         Subject: Fattura {number}\r\n\r\n"
    );
    let mut rank = number as u64;
    while text.len() < BYTES {
        for _ in 0..8 {
            rank = rank.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(&corpus.word(rank >> 54));
            text.push(' ');
        }
        text.push_str("fine\r\n");
    }
    text.into_bytes()
}

/// Queues them outside the clock, and sends them.
fn send(path: &Path, port: u16, letters: &[Vec<u8>], taken: &Taken) -> Result<Duration> {
    let archive = Arc::new(Archive::create(path)?);
    let trust = Arc::new(TrustStore::built_in());
    let host = Actor::host();
    for (n, letter) in letters.iter().enumerate() {
        let intake = Intake::new(&trust, Timestamp::now()).mailbox(BOX);
        let outgoing = Outgoing { mailbox: BOX, key: &n.to_string(), sender: BOX, recipients: &[TO] };
        archive.queue(&host, &intake, &outgoing, letter.clone())?;
    }
    taken.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let smtp = Endpoint { host: "127.0.0.1".into(), port, security: Security::DangerPlain };
    let account = Account::new(BOX, smtp.clone(), smtp, Credential::new(BOX, "y"));
    let network = Network::new(Proxy::Direct, &Roots::none())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let sender = Sender::new(Arc::clone(&archive), trust);
    let start = Instant::now();
    let dispatch = runtime.block_on(sender.send_queued(&network, &account, &mut |_| ControlFlow::Continue(())))?;
    let time = start.elapsed();
    let has: BTreeSet<Id> = taken.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let wanted: BTreeSet<Id> = letters.iter().map(|letter| Id::of(letter)).collect();
    if dispatch.sent.len() != letters.len() || has != wanted {
        return Err(format!("{} sent, {} at the server: {:?}", dispatch.sent.len(), has.len(), dispatch.problem).into());
    }
    Ok(time)
}

/// Python's time, or nothing where there is no Python. Its start and its login are in it.
fn peer(folder: &Path, port: u16, letters: &[Vec<u8>]) -> Result<Option<Duration>> {
    let file = folder.join("letter.eml");
    std::fs::write(&file, letters.first().map(Vec::as_slice).unwrap_or_default())?;
    let start = Instant::now();
    let mut python = Command::new("python3");
    python.args(["-c", PEER, &port.to_string(), &letters.len().to_string()]).arg(&file).args([BOX, TO]);
    match python.status() {
        Ok(status) if status.success() => Ok(Some(start.elapsed())),
        Ok(status) => Err(format!("python3: {status}").into()),
        Err(_) => Ok(None),
    }
}

/// A server that takes everything, and remembers what it was by its digest.
fn serve(taken: &Taken) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let taken = Arc::clone(taken);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(std::result::Result::ok) {
            let taken = Arc::clone(&taken);
            std::thread::spawn(move || talk(&stream, &taken));
        }
    });
    Ok(port)
}

fn talk(stream: &TcpStream, taken: &Taken) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = (BufReader::with_capacity(64 << 10, stream), stream);
    writer.write_all(b"220 sink\r\n")?;
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let word = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match word.as_slice() {
            b"EHLO" => writer.write_all(b"250-sink\r\n250-SIZE 100000000\r\n250 AUTH PLAIN\r\n")?,
            b"AUTH" => writer.write_all(b"235 2.7.0 in\r\n")?,
            b"DATA" => {
                writer.write_all(b"354 go\r\n")?;
                let message = message(&mut reader)?;
                taken.lock().unwrap_or_else(PoisonError::into_inner).insert(Id::of(&message));
                writer.write_all(b"250 2.0.0 taken\r\n")?;
            }
            b"QUIT" => return writer.write_all(b"221 bye\r\n"),
            _ => writer.write_all(b"250 2.0.0 ok\r\n")?,
        }
    }
}

fn message(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(2 * BYTES);
    loop {
        let start = bytes.len();
        if reader.read_until(b'\n', &mut bytes)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = bytes.get(start..).unwrap_or_default();
        if line == b".\r\n" {
            bytes.truncate(start);
            return Ok(bytes);
        }
        if line.first() == Some(&b'.') {
            bytes.remove(start);
        }
    }
}
