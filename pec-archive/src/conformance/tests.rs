//! The sentences, of both backends; and that both answer alike.

use std::cell::Cell;
use std::collections::BTreeSet;

use jiff::SignedDuration;
use pec_sandbox::network::{Mailbox, Network, Settings};

use super::*;
use crate::search::Query;
use crate::sqlite::Sqlite;
use crate::{Actor, Archive, Intake, Submission};

#[test]
fn a_file_keeps_to_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let made = Cell::new(0);
    all(&|| {
        made.set(made.get() + 1);
        Sqlite::create(&folder.path().join(made.get().to_string())).unwrap()
    });
    assert_eq!(made.get(), 35);
}

#[test]
fn memory_keeps_to_the_contract() {
    all(&Memory::new);
}

#[test]
fn both_answer_alike_whatever_is_asked_of_certified_mail() {
    let (anna, office, full) = ("anna@pec.alfa.example", "ufficio@cert.beta.example", "piena@cert.beta.example");
    let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())).unwrap();
    for mailbox in [Mailbox::new(anna), Mailbox::new(office), Mailbox::full(full)] {
        network.add(mailbox).unwrap();
    }
    let sent = format!(
        "From: <{anna}>\r\nTo: {office}, {full}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <1@ditta.example>\r\n\
         Subject: Contratto\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{}",
        "Perché no?\r\n".repeat(300)
    )
    .into_bytes();
    let pec_id = network.submit(anna, &[office, full], &sent).unwrap().pec_id;
    network.settle().unwrap();
    network.advance(SignedDuration::from_hours(25)).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let (host, now) = (Actor::host(), network.time());
    let intake = Intake::new(network.trust(), now);
    let later = "2040-01-01T00:00:00Z".parse().unwrap();
    let answers = |archive: &Archive| {
        let found = |query: &str| archive.search(&host, &Query::parse(query).unwrap(), None, 100).unwrap().entries;
        let queries =
            ["", "contratto", "perche", "stato:consegnato", "stato:non-consegnato", "tipo:busta", "-tipo:consegna"];
        let ledger = archive.ledger(&host, &intake, &pec_id).unwrap();
        let states: Vec<String> = ledger
            .dossiers(now)
            .flat_map(|dossier| dossier.recipients.into_iter().map(|it| it.state.as_str().to_owned()))
            .collect();
        let mut stats = archive.stats(&host).unwrap();
        // How much room it takes is its own affair.
        stats.file_bytes = 0;
        let check = archive.check(&host, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        assert!(check.is_clean(), "{check:?}");
        (
            queries.map(found),
            states,
            archive.bundle(&host, network.trust(), now, &pec_id).unwrap(),
            archive.expiring(&host, now, later, 100).unwrap(),
            stats,
            archive.log_root(&host).unwrap(),
            archive.messages_about(&host, &pec_id).unwrap(),
        )
    };
    let all = |archive: Archive| {
        for mailbox in [anna, office] {
            let messages = network.messages(mailbox).unwrap().iter().map(|stored| stored.bytes.to_vec()).collect();
            archive.put_batch(&host, &intake.mailbox(mailbox), messages).unwrap();
        }
        let submission = Submission { sender: anna, recipients: &[office, full], at: now };
        archive.put_submitted(&host, &intake, sent.clone(), &submission).unwrap();
        let first = answers(&archive);
        let ids = archive.messages_about(&host, &pec_id).unwrap();
        archive.hold(&host, now, &ids[..1], "causa").unwrap();
        let erased = archive.erase(&host, later, &ids, "termine").unwrap();
        archive.rebuild_index(&host, &intake, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        (first, erased, archive.terms(&host).unwrap(), archive.stats(&host).unwrap().states)
    };
    let in_file = all(Archive::create(&folder.path().join("a")).unwrap());
    assert!(in_file.0.0.iter().all(|entries| !entries.is_empty()), "{:?}", in_file.0.0.each_ref().map(Vec::len));
    assert_eq!(in_file.0.1, ["delivered", "failed"]);
    assert_eq!(in_file, all(Archive::over(Memory::new()).unwrap()));
}

#[test]
fn how_each_operation_maps_to_another_store_is_written_down() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let text = std::fs::read_to_string(format!("{root}/ARCHITECTURE.md")).unwrap();
    let table = text.split_once("### How it maps to PostgreSQL").unwrap().1.split_once("\n## ").unwrap().0;
    let named: BTreeSet<&str> = table.split(|c: char| !c.is_ascii_lowercase() && c != '_').collect();
    let mut operations = 0;
    for file in std::fs::read_dir(format!("{root}/pec-archive/src/store")).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        // Operations stand in traits, one step in.
        for line in source.lines().filter_map(|line| line.strip_prefix("    fn ")) {
            let name = line.split('(').next().unwrap();
            assert!(named.contains(name), "{name}");
            operations += 1;
        }
    }
    assert!(operations > 100, "{operations}");
}
