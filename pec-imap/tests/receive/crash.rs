//! kill -9 at random instants of receiving: in the end the archive has what the server has, once, and no mark on the server has
//! changed. Fifty times unless `PEC_CRASHES` says otherwise (`cargo xtask crash 300`).

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pec_archive::{Actor, Archive, Id};
use pec_core::trust::TrustStore;
use pec_imap::{Account, Credential, Endpoint, Network, Proxy, Receiver, Roots};

use crate::house::{BOX, House, letter};

const CHILD: &str = "PEC_CRASH_CHILD";

/// Receives until it is killed.
#[tokio::test]
async fn child() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let [archive, authority, port] = told.split('#').collect::<Vec<_>>().try_into().unwrap();
    let archive = Arc::new(Archive::open(Path::new(archive)).unwrap());
    let roots = Roots::none().and_pem(&std::fs::read(authority).unwrap()).unwrap();
    let network = Network::new(Proxy::Direct, &roots).unwrap();
    let account = Account::new(
        BOX,
        Endpoint::tls("localhost", port.parse().unwrap()),
        Endpoint::tls("localhost", 1),
        Credential::new(BOX, "pec"),
    );
    let receiver = Receiver::new(archive, Arc::new(TrustStore::built_in()));
    println!("begun");
    loop {
        receiver.sync(&network, &account, &mut |_| ControlFlow::Continue(())).await.unwrap();
    }
}

#[tokio::test]
async fn what_the_server_has_the_archive_has_in_the_end_whenever_it_is_killed() {
    let crashes: usize = std::env::var("PEC_CRASHES").map_or(50, |text| text.parse().unwrap());
    let Some(house) = House::new() else { return };
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    println!("seed {seed}");
    let mut state = seed | 1;
    let (mut all, mut interrupted) = (BTreeSet::new(), 0);
    for crash in 0..crashes {
        for number in crash * 30..crash * 30 + 30 {
            let message = letter(number, 4000 + number % 5 * 3000);
            house.deliver(["INBOX", "Sent"][number % 2], &format!("{number}.m"), &message);
            all.insert(Id::of(&message));
        }
        if crash == crashes / 2 {
            // A message longer than a batch, in pieces.
            let long = letter(1_000_000, 6 << 20);
            house.deliver("INBOX", "long.m", &long);
            all.insert(Id::of(&long));
        }
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let told = format!(
            "{}#{}#{}",
            house.archive().path().display(),
            house.dovecot.authority().display(),
            house.dovecot.imaps().port()
        );
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::child", "--nocapture"])
            .env(CHILD, told)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("begun")));
        std::thread::sleep(Duration::from_micros(state >> 20 & 0x1_ffff));
        child.kill().unwrap();
        child.wait().unwrap();
        interrupted += usize::from(house.archive().stats(&Actor::host()).unwrap().messages < all.len() as u64);
    }
    assert!(interrupted > 0, "every kill came too late");
    let before = ["INBOX", "Sent"].map(|folder| house.flags(folder));
    let synced = house.sync().await.unwrap();
    assert!(synced.is_complete(), "{synced:?}");
    let host = Actor::host();
    for id in &all {
        assert_eq!(Id::of(&house.archive().get(&host, *id).unwrap()), *id);
        assert_eq!(house.archive().places(&host, *id).unwrap().len(), 1);
    }
    assert_eq!(house.archive().stats(&host).unwrap().messages, all.len() as u64);
    assert!(house.archive().check(&host, &mut |_| ControlFlow::Continue(())).unwrap().is_clean());
    assert_eq!(before, ["INBOX", "Sent"].map(|folder| house.flags(folder)));
    // Not even that it has been seen by a program is marked: every message is still "recent".
    let marks =
        |text: &str| text.lines().filter(|line| line.starts_with("flags:") && *line != "flags: \\Recent").count();
    assert!(before.iter().all(|flags| marks(flags) == 0), "{}", before[0]);
    println!("{crashes} kills, {interrupted} of them before the end, {} messages", all.len());
}
