//! Messages that are too long to be held: stored piece by piece, and given back as they came.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::io::{self, Read, Write};
use std::ops::ControlFlow;

use pec_archive::search::Query;
use pec_archive::{Actor, Archive, Error, Id, Intake, Stored};
use pec_core::limits::Limits;
use pec_core::trust::TrustStore;
use sha2::{Digest as _, Sha256};

/// Bytes that cannot be compressed, as many as are asked for; then an end, or a failure.
struct Noise {
    left: u64,
    state: u64,
    fails: bool,
}

impl Noise {
    const fn new(left: u64) -> Self {
        Self { left, state: 0x9e37_79b9_7f4a_7c15, fails: false }
    }
}

impl Read for Noise {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && self.fails {
            return Err(io::Error::other("the line is dead"));
        }
        // Odd portions, as a network gives them.
        let portion = buffer.len().min(40_009).min(usize::try_from(self.left).unwrap());
        for byte in &mut buffer[..portion] {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            *byte = self.state as u8;
        }
        self.left -= portion as u64;
        Ok(portion)
    }
}

/// Hashes what is written, and keeps nothing.
#[derive(Default)]
struct Digest(Sha256, u64);

impl Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        self.1 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The most memory that this process has had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

const LIMIT: usize = 2 << 20;

/// One test, so that nothing else of this process takes memory meanwhile.
#[test]
fn a_message_beyond_the_limits_is_stored_in_pieces_and_never_held() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let (host, trust) = (Actor::host(), TrustStore::built_in());
    let mut limits = Limits::DEFAULT;
    limits.message_bytes = LIMIT;
    let intake = Intake::new(&trust, "2026-02-09T10:00:00Z".parse().unwrap()).limits(limits).mailbox("ufficio");
    let messages = |archive: &Archive| archive.stats(&host).unwrap().messages;

    // Within the limits it is a message as any other.
    let small = b"Message-ID: <1@x.example>\r\nSubject: breve\r\n\r\nBuongiorno.\r\n";
    let put = archive.put_from(&host, &intake, &mut &small[..]).unwrap();
    assert_eq!((put.id, put.stored), (Id::of(small), Stored::New));
    assert_eq!(archive.entry(&host, put.id).unwrap().subject.as_deref(), Some("breve"));
    archive.put_from(&host, &intake, &mut Noise::new(LIMIT as u64)).unwrap();
    assert_eq!(messages(&archive), 2);

    // A source that fails leaves nothing, wherever it does.
    let bodies = archive.stats(&host).unwrap().bodies;
    for size in [0, LIMIT as u64, LIMIT as u64 + 1, 3 * LIMIT as u64 + 5] {
        let failed = archive.put_from(&host, &intake, &mut Noise { fails: true, ..Noise::new(size) });
        assert!(matches!(failed, Err(Error::File { .. })), "{failed:?}");
        assert_eq!((messages(&archive), archive.stats(&host).unwrap().bodies), (2, bodies));
    }

    // The first fills the caches of the connections; the second, twice as long, takes hardly anything beyond them.
    let sizes = [24 * LIMIT as u64 + 12_345, 48 * LIMIT as u64 + 1];
    let watch = &mut |_| ControlFlow::Continue(());
    let mut peaks = Vec::new();
    for size in sizes {
        let put = archive.put_from(&host, &intake, &mut Noise::new(size)).unwrap();
        let mut expected = Digest::default();
        io::copy(&mut Noise::new(size), &mut expected).unwrap();
        let digest: [u8; 32] = expected.0.finalize().into();
        assert_eq!((put.id.as_bytes(), put.stored), (&digest, Stored::New));
        let mut read = Digest::default();
        archive.get_to(&host, put.id, &mut read).unwrap();
        assert_eq!((<[u8; 32]>::from(read.0.finalize()), read.1), (digest, size));

        let entry = archive.entry(&host, put.id).unwrap();
        assert_eq!(
            (entry.size, entry.verdict.as_str(), entry.mailboxes),
            (size, "unverifiable", vec!["ufficio".into()])
        );
        assert!(entry.quarantine.contains(&"mime.limits".to_owned()), "{:?}", entry.quarantine);
        let found = archive.search(&host, &Query::parse("verdetto:non-verificabile").unwrap(), None, 10).unwrap();
        assert!(found.entries.iter().any(|entry| entry.id == put.id));
        assert_eq!(archive.put_from(&host, &intake, &mut Noise::new(size)).unwrap().stored, Stored::Known);

        // Whatever reads all messages again holds no more of it either.
        assert!(archive.check(&host, watch).unwrap().is_clean());
        assert!(archive.reverify(&host, &intake, watch).unwrap().is_empty());
        archive.rebuild_index(&host, &intake, watch).unwrap();
        let to = folder.path().join("b.pecarchive");
        let salvaged = Archive::salvage(&host, &intake, archive.path(), &to, watch).unwrap();
        assert_eq!((salvaged.messages, salvaged.lost.len()), (messages(&archive), 0));
        assert_eq!(Archive::open(&to).unwrap().entry(&host, put.id).unwrap().size, size);
        std::fs::remove_file(to).unwrap();
        peaks.push(peak());
    }
    let grown = peaks[1] - peaks[0];
    println!("{} MiB in, {} MiB more memory", sizes[1] >> 20, grown >> 20);
    assert!(grown < sizes[1] / 6, "{grown} bytes more");

    // Put whole under other limits, it is the same message, and leaves nothing beside it.
    let bodies = archive.stats(&host).unwrap().bodies;
    let mut whole = Vec::new();
    Noise::new(sizes[0]).read_to_end(&mut whole).unwrap();
    let id = Id::of(&whole);
    let wide = intake.limits(Limits::DEFAULT);
    assert_eq!(archive.put(&host, &wide, whole).unwrap().stored, Stored::Known);
    assert_eq!(archive.stats(&host).unwrap().bodies, bodies);
    let later = "2040-01-01T00:00:00Z".parse().unwrap();
    archive.erase(&host, later, &[id], "prova").unwrap();
    assert!(archive.get(&host, id).is_err());
    assert!(archive.stats(&host).unwrap().bodies < bodies);
    let check = archive.check(&host, watch).unwrap();
    assert!(check.is_clean(), "{check:?}");
}
