//! A mailbox on a server brought into the archive, verified and durable, beside mbsync with its fsync on, which brings the
//! same into a Maildir: `cargo bench -p pec-benches --bench receive`. By turns in one run, over TLS from a Dovecot on this
//! machine, as it is and with 20 ms of round trip added. `-- 2000` takes as many messages (10,000 unless told).
//!
//! Each turn is a process of its own, so that the peak of its memory is its own.
#![allow(missing_docs, reason = "a program, not an interface")]
#![allow(clippy::cast_precision_loss, reason = "times and sizes")]

use std::collections::VecDeque;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use pec_archive::{Actor, Archive, Intake};
use pec_benches::Result;
use pec_benches::corpus::Corpus;
use pec_imap::{Account, Credential, Endpoint, Network, Proxy, Receiver, Roots};
use pec_sandbox::dovecot::{Dovecot, Options};
use rayon::prelude::*;

const MESSAGES: usize = 10_000;
const BYTES: usize = 20_000;
/// Long ones.
const LONG: (usize, usize) = (200, 25_000_000);
/// Turns of each.
const TURNS: usize = 2;
/// Half of the round trip that is added.
const WAY: Duration = Duration::from_millis(10);
const BOX: &str = "fatture@pec.alfa.example";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["receive", folder, port] => receive(Path::new(folder), port.parse()?),
        ["put", folder] => put(Path::new(folder)),
        [] => compare(MESSAGES),
        [count] => compare(count.parse()?),
        _ => Err("a number of messages".into()),
    }
}

fn compare(count: usize) -> Result<()> {
    let folder = tempfile::tempdir_in(Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"))?;
    let folder = folder.path();
    let corpus = Corpus::new()?;
    fill(&corpus, folder, count, BYTES)?;
    let Some(dovecot) = Dovecot::start(&Options::new(folder))? else {
        println!("Dovecot is not installed: nothing to compare");
        return Ok(());
    };
    let mbsync = Command::new("mbsync").arg("--version").output().is_ok();
    println!("{count} messages of {BYTES} bytes\n");
    println!("| round trip | who | messages/s, by turns | best | peak of memory MB |\n|---|---|---|---:|---:|");
    let far = far(dovecot.imaps().port())?;
    for (way, port) in [("as it is", dovecot.imaps().port()), ("20 ms more", far)] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            ours.push(turn(&["receive", &folder.display().to_string(), &port.to_string()])?);
            if mbsync {
                theirs.push(peer(folder, &dovecot, port)?);
            }
        }
        tell(way, "pec", count, &ours);
        tell(way, "mbsync, FSync yes", count, &theirs);
    }
    let own = turn(&["put", &folder.display().to_string()])?;
    println!("\nThe archive alone, the same messages from files: {} MB at its peak.", own.1 >> 10);
    drop(dovecot);
    fs::remove_dir_all(folder.join("mail"))?;

    let (count, bytes) = LONG;
    fill(&corpus, folder, count, bytes)?;
    let Some(dovecot) = Dovecot::start(&Options::new(folder))? else { return Ok(()) };
    let long = turn(&["receive", &folder.display().to_string(), &dovecot.imaps().port().to_string()])?;
    let own = turn(&["put", &folder.display().to_string()])?;
    println!(
        "\n{count} messages of {} MB: {:.0} MB/s, {} MB at the peak; the archive alone {} MB.",
        bytes / 1_000_000,
        (count * bytes) as f64 / 1e6 / long.0.as_secs_f64(),
        long.1 >> 10,
        own.1 >> 10
    );
    Ok(())
}

/// Puts the messages where Dovecot serves them.
fn fill(corpus: &Corpus, folder: &Path, count: usize, bytes: usize) -> Result<()> {
    let maildir = folder.join("mail").join(BOX);
    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(maildir.join(part))?;
    }
    let written = (0..count as u64).into_par_iter().map(|n| {
        let message = corpus.incoming(n, bytes).map_err(|error| error.to_string())?;
        fs::write(maildir.join("new").join(format!("{n}.m")), message).map_err(|error| error.to_string())
    });
    written.collect::<std::result::Result<(), String>>()?;
    Ok(())
}

/// This program in a process of its own; how long its work took and the peak of its memory, KiB.
fn turn(arguments: &[&str]) -> Result<(Duration, u64)> {
    let output = Command::new(std::env::current_exe()?).args(arguments).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut words = text.split_whitespace();
    let mut number = || words.next().and_then(|word| word.parse::<u64>().ok());
    let (Some(millis), Some(peak)) = (number(), number()) else { return Err(format!("no figures: {text}").into()) };
    Ok((Duration::from_millis(millis), peak))
}

/// Says what [`turn`] reads.
fn report(start: Instant) -> Result<()> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    println!("{} {}", start.elapsed().as_millis(), peak.trim().trim_end_matches(" kB"));
    Ok(())
}

fn fresh(folder: &Path) -> Result<Archive> {
    let path = folder.join("posta.pecarchive");
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", path.display()));
    }
    Ok(Archive::create(&path)?)
}

fn receive(folder: &Path, port: u16) -> Result<()> {
    let corpus = Corpus::new()?;
    let now = corpus.after(20_000);
    let receiver = Receiver::new(Arc::new(fresh(folder)?), Arc::new(corpus.trust()?)).clock(move || now);
    let roots = Roots::none().and_pem(&fs::read(folder.join("dovecot/authority.pem"))?)?;
    let network = Network::new(Proxy::Direct, &roots)?;
    let imap = Endpoint::tls("localhost", port);
    let account = Account::new(BOX, imap.clone(), imap, Credential::new(BOX, "pec"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let start = Instant::now();
    let synced = runtime.block_on(receiver.sync(&network, &account, &mut |_| ControlFlow::Continue(())))?;
    if !synced.is_complete() || synced.new_messages() == 0 {
        return Err(format!("{synced:?}").into());
    }
    report(start)
}

/// The same messages from their files, a hundred at a time while they are short.
fn put(folder: &Path) -> Result<()> {
    let corpus = Corpus::new()?;
    let (archive, trust) = (fresh(folder)?, corpus.trust()?);
    let intake = Intake::new(&trust, corpus.after(20_000)).mailbox(BOX);
    let start = Instant::now();
    let mut files: Vec<PathBuf> = Vec::new();
    for part in ["new", "cur"] {
        let listed = fs::read_dir(folder.join("mail").join(BOX).join(part))?;
        files.extend(listed.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()?);
    }
    let mut batch = VecDeque::new();
    for file in files {
        batch.push_back(fs::read(file)?);
        if batch.len() == 100 || batch.iter().map(Vec::len).sum::<usize>() > 4 << 20 {
            archive.put_batch(&Actor::host(), &intake, batch.drain(..).collect())?;
        }
    }
    archive.put_batch(&Actor::host(), &intake, batch.into())?;
    report(start)
}

/// mbsync into a fresh Maildir.
fn peer(folder: &Path, dovecot: &Dovecot, port: u16) -> Result<(Duration, u64)> {
    let target = folder.join("mbsync");
    let _ = fs::remove_dir_all(&target);
    fs::create_dir_all(target.join("mail"))?;
    let configuration = format!(
        "FSync yes\nIMAPAccount a\nHost localhost\nPort {port}\nUser {BOX}\nPass pec\nSSLType IMAPS\n\
         CertificateFile {}\n\nIMAPStore far\nAccount a\n\nMaildirStore near\nInbox {target}/mail/INBOX\n\
         Path {target}/mail/\n\nChannel c\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSync Pull\nSyncState {target}/\n",
        dovecot.authority().display(),
        target = target.display(),
    );
    let file = target.join("mbsyncrc");
    fs::write(&file, configuration)?;
    let start = Instant::now();
    let output = Command::new("mbsync").arg("-c").arg(&file).arg("c").output()?;
    let time = start.elapsed();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok((time, 0))
}

fn tell(way: &str, who: &str, count: usize, turns: &[(Duration, u64)]) {
    let rates: Vec<f64> = turns.iter().map(|(time, _)| count as f64 / time.as_secs_f64()).collect();
    let best = rates.iter().copied().fold(0.0, f64::max);
    let rates: Vec<String> = rates.iter().map(|rate| format!("{rate:.0}")).collect();
    let peak = turns.iter().map(|(_, peak)| peak >> 10).max().unwrap_or(0);
    let peak = if peak == 0 { String::new() } else { peak.to_string() };
    println!("| {way} | {who} | {} | {best:.0} | {peak} |", rates.join(", "));
}

/// A port behind which the server is farther away.
fn far(port: u16) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let own = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { return };
            for (from, to) in [(&client, &server), (&server, &client)] {
                if let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) {
                    carry(from, to);
                }
            }
        }
    });
    Ok(own)
}

/// Carries bytes, each after a while, however many come meanwhile.
fn carry(mut from: TcpStream, mut to: TcpStream) {
    let _ = (from.set_nodelay(true), to.set_nodelay(true));
    let (send, receive) = mpsc::channel::<(Instant, Vec<u8>)>();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 256 << 10];
        while let Ok(read) = from.read(&mut buffer) {
            let piece = buffer.get(..read).unwrap_or_default().to_vec();
            if send.send((Instant::now() + WAY, piece)).is_err() || read == 0 {
                return;
            }
        }
    });
    std::thread::spawn(move || {
        for (due, piece) in receive {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if piece.is_empty() || to.write_all(&piece).is_err() {
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
        }
    });
}
