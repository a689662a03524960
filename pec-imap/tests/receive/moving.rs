//! Out of the archive: into another mailbox or a Maildir, and from the server what the archive has.

use std::fs;
use std::ops::ControlFlow;

use jiff::Timestamp;
use pec_archive::{Actor, Id};
use pec_imap::{Credential, Endpoint, deliver_to_maildir};
use sha2::{Digest as _, Sha256};

use crate::house::{BOX, House, letter};

#[tokio::test]
async fn row_67_a_message_goes_to_an_ordinary_mailbox_and_to_a_maildir_with_the_same_digest() {
    let Some(house) = House::new() else { return };
    let host = Actor::host();
    let letters = [letter(1, 700), letter(2, 5 << 20), b"Subject: senza fine\r\n\r\nx".to_vec()];
    for (number, message) in letters.iter().enumerate() {
        house.deliver("INBOX", &format!("{number}.m"), message);
    }
    house.sync().await.unwrap();
    let ids: Vec<Id> = letters.iter().map(|letter| Id::of(letter)).collect();
    let ordinary = pec_imap::Account::new(
        "posta@ordinaria.example",
        Endpoint::tls("localhost", house.dovecot.imaps().port()),
        Endpoint::tls("localhost", 1),
        Credential::new("posta@ordinaria.example", "pec"),
    );
    let relayed = ordinary.take_in(&house.network, "INBOX", house.archive(), &host, &ids).await.unwrap();
    assert!(relayed.iter().all(|relayed| relayed.read_back), "{relayed:?}");
    // From that mailbox they come once more, and are known.
    let back = house.receiver.sync(&house.network, &ordinary, &mut |_| ControlFlow::Continue(())).await.unwrap();
    assert_eq!((back.new_messages(), back.folders.iter().map(|folder| folder.known).sum::<u64>()), (0, 3));

    let maildir = house.folder.path().join("copia");
    for (id, letter) in ids.iter().zip(&letters) {
        let file = deliver_to_maildir(&maildir, house.archive(), &host, *id).unwrap();
        assert_eq!(Sha256::digest(fs::read(&file).unwrap()), Sha256::digest(letter));
        assert_eq!(deliver_to_maildir(&maildir, house.archive(), &host, *id).unwrap(), file);
    }
    assert_eq!(fs::read_dir(maildir.join("new")).unwrap().count(), 3);
    assert_eq!(fs::read_dir(maildir.join("tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn rows_64_and_68_only_what_the_archive_proves_to_have_goes_from_the_server_and_each_leaves_a_row() {
    let Some(house) = House::new() else { return };
    let host = Actor::host();
    let letters: Vec<Vec<u8>> = (0..4).map(|number| letter(number, 600)).collect();
    for (number, message) in letters.iter().enumerate() {
        house.deliver("INBOX", &format!("{number}.m"), message);
    }
    house.sync().await.unwrap();
    // Somebody has marked another message; a plain EXPUNGE would take it along.
    house.dovecot.admin(&["flags", "add", "-u", BOX, "\\Deleted", "mailbox", "INBOX", "subject", "Prova 3"]).unwrap();
    let now: Timestamp = "2026-02-10T08:00:00Z".parse().unwrap();
    let ids = [Id::of(&letters[0]), Id::of(&letters[2])];
    let deleted = house.account().delete_archived(&house.network, house.archive(), &host, &ids, now).await.unwrap();
    assert_eq!(deleted.len(), 2);
    assert!(deleted.iter().all(|deleted| deleted.problem.is_none()), "{deleted:?}");
    let left = house.flags("INBOX");
    assert_eq!(left.matches("uid:").count(), 2, "{left}");

    let entries = (0..).map_while(|n| house.archive().log_entry(&host, n).unwrap());
    let rows: Vec<String> = entries.filter(|entry| entry.contains("server-delete")).collect();
    assert_eq!(rows.len(), 2);
    for (row, id) in rows.iter().zip(&ids) {
        assert!(row.contains(&id.to_string()) && row.contains("\"size\":") && row.contains("\"uid\":"), "{row}");
    }
    // Known to be gone by our own hand: the next run reports nothing, and the archive has all of them.
    let synced = house.sync().await.unwrap();
    assert!(synced.folders.iter().all(|folder| folder.gone.is_empty()), "{synced:?}");
    house.has_exactly(&letters);
    // Once more: nothing is there.
    let again = house.account().delete_archived(&house.network, house.archive(), &host, &ids, now).await.unwrap();
    assert!(again.is_empty());
}

#[tokio::test]
async fn what_the_archive_no_longer_has_whole_stays_on_the_server() {
    let Some(house) = House::new() else { return };
    let host = Actor::host();
    let message = letter(1, 300_000);
    house.deliver("INBOX", "1.m", &message);
    house.sync().await.unwrap();
    let id = Id::of(&message);
    let place = house.archive().places(&host, id).unwrap().remove(0);
    let reached = house.archive().reached(&host, BOX, "INBOX").unwrap().unwrap();
    // Another connection damages the body behind the archive's back.
    let database = rusqlite::Connection::open(house.archive().path()).unwrap();
    assert!(database.execute("UPDATE piece SET data = zeroblob(length(data))", []).unwrap() > 0);
    let now = Timestamp::UNIX_EPOCH;
    assert!(house.archive().before_server_delete(&host, &place, reached.uid_validity, now).is_err());
    let deleted = house.account().delete_archived(&house.network, house.archive(), &host, &[id], now).await.unwrap();
    assert!(deleted[0].problem.is_some());
    assert_eq!(house.flags("INBOX").matches("uid:").count(), 1);
}

#[tokio::test]
async fn a_check_counts_without_touching_and_says_how_full_the_mailbox_is() {
    let Some(house) = House::new() else { return };
    for number in 0..5 {
        house.deliver("INBOX", &format!("{number}.m"), &letter(number, 2000));
    }
    house.dovecot.admin(&["flags", "add", "-u", BOX, "\\Seen", "mailbox", "INBOX", "1"]).unwrap();
    let before = house.flags("INBOX");
    let checked = house.account().check(&house.network).await.unwrap();
    assert_eq!((checked.messages(), checked.unseen()), (5, 4));
    assert!(checked.capabilities.iter().any(|capability| capability == "QRESYNC"));
    let quota = checked.quota.unwrap();
    assert!(quota.used >= 9 << 10 && quota.limit == 1 << 30, "{quota:?}");
    assert_eq!(house.flags("INBOX"), before);
}
