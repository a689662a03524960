//! kill -9 at random instants of sending: the server has taken each message once at most, what is written down is true, and
//! once somebody has said what is true of what nobody knew, everything has gone once.
//!
//! Fifty times unless `PEC_CRASHES` says otherwise.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pec_archive::{Archive, Resolution, TicketState};

use crate::house::{House, letter};
use crate::server::{Act, Server};

const CHILD: &str = "PEC_SEND_CHILD";

/// Messages that a sender is given at a time.
const BATCH: usize = 6;

/// Queues and sends for ever.
#[test]
fn child() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let [path, port, first] = told.split('#').collect::<Vec<_>>()[..] else { panic!("{told}") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let house = House::at(Path::new(path), port.parse().unwrap());
    println!("ready");
    for n in (first.parse::<usize>().unwrap()..).step_by(BATCH) {
        for n in n..n + BATCH {
            house.queue(&n.to_string(), &letter(n, 2000));
        }
        runtime.block_on(house.send()).unwrap();
    }
}

#[test]
fn whatever_instant_a_sender_is_killed_at_nothing_goes_twice() {
    let crashes: usize = std::env::var("PEC_CRASHES").map_or(50, |text| text.parse().unwrap());
    let mut state = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64 | 1;
    println!("seed {state}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    drop(Archive::create(&path).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(Server::start(|_| Act::Good));
    for crash in 0..crashes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::child", "--nocapture"])
            .env(CHILD, format!("{}#{}#{}", path.display(), server.port, crash * 10_000))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().ends_with("ready")));
        std::thread::sleep(Duration::from_micros(state >> 20 & 0x7_ffff));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    let house = House::at(&path, server.port);
    // As the next sender finds it.
    let found = |house: &House| {
        let mut times: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        server.taken().into_iter().for_each(|taken| *times.entry(taken.bytes).or_default() += 1);
        assert!(times.values().all(|count| *count == 1), "taken twice");
        let has = |key: &str| times.contains_key(&letter(key.parse().unwrap(), 2000));
        let mut counts = BTreeMap::new();
        for state in TicketState::ALL {
            for ticket in house.all(state) {
                match state {
                    TicketState::Sent => assert!(has(&ticket.key), "{} is said to be sent", ticket.key),
                    TicketState::Queued => assert!(!has(&ticket.key), "{} is said to wait", ticket.key),
                    TicketState::Sending | TicketState::Unknown => {}
                    other => panic!("{other:?}"),
                }
                *counts.entry(state).or_insert(0) += 1;
            }
        }
        (times, counts)
    };
    let (_, counts) = found(&house);
    println!("{crashes} crashes: {counts:?}");
    assert!(counts[&TicketState::Sent] > crashes / 2, "{counts:?}");

    runtime.block_on(house.send()).unwrap();
    let (times, _) = found(&house);
    for ticket in house.all(TicketState::Unknown) {
        let taken = times.contains_key(&letter(ticket.key.parse().unwrap(), 2000));
        house.resolve(&ticket.key, if taken { Resolution::Sent } else { Resolution::NotSent });
    }
    runtime.block_on(house.send()).unwrap();
    let (times, counts) = found(&house);
    assert_eq!(counts.keys().copied().collect::<Vec<_>>(), [TicketState::Sent]);
    assert_eq!(counts[&TicketState::Sent], times.len(), "each once");
}
