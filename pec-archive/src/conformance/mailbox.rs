//! What is known of mailboxes on their servers.

use super::memory::Session;
use super::sample::{Sample, change, read};
use crate::error::{Error, Result};
use crate::store::{Backend, Change, FolderRow, MailboxIndex, MailboxWriter, Number, PlaceRow, WithheldRow};

const BOX: &str = "ufficio@cert.beta.example";
const OTHER: &str = "altro@cert.beta.example";

/// Where nothing has been read of the folder.
const START: FolderRow = FolderRow { uid_validity: 7, last_uid: 0, mod_seq: None };

fn three(change: &dyn Change) -> Result<Vec<Number>> {
    ["a", "b", "c"].into_iter().zip(1..).map(|(name, second)| Sample::new(name, second).put(change)).collect()
}

fn place(folder: &str, uid: u32, message: Number, gone_at: Option<i64>) -> PlaceRow {
    PlaceRow { mailbox: BOX.into(), folder: folder.into(), uid, message, gone_at }
}

/// With another validity what was known of the numbers is forgotten; other folders and mailboxes have their own.
pub fn numbers_of_a_folder_hold_as_long_as_its_validity<B: Backend>(backend: &B) {
    assert_eq!(read(backend, |view| view.folder(BOX, "INBOX")), None);
    assert!(read(backend, |view| view.present(BOX, "INBOX")).is_empty());
    let numbers = change(backend, |change| {
        let numbers = three(change)?;
        assert!(matches!(change.put_place(BOX, "INBOX", 1, numbers[0]), Err(Error::NotFound(_))));
        for (mailbox, folder) in [(BOX, "INBOX"), (BOX, "Sent"), (OTHER, "INBOX")] {
            change.put_folder(mailbox, folder, &START)?;
            change.put_place(mailbox, folder, 9, numbers[0])?;
        }
        // The same message twice in one folder, and an odd number of changes.
        change.put_place(BOX, "INBOX", u32::MAX, numbers[0])?;
        change.put_place(BOX, "INBOX", 3, numbers[1])?;
        change.put_folder(BOX, "INBOX", &FolderRow { last_uid: u32::MAX, mod_seq: Some(u64::MAX), ..START })?;
        Ok(numbers)
    });
    let reached = FolderRow { uid_validity: 7, last_uid: u32::MAX, mod_seq: Some(u64::MAX) };
    assert_eq!(read(backend, |view| view.folders(BOX)), [("INBOX".into(), reached), ("Sent".into(), START)]);
    let present = [(3, numbers[1]), (9, numbers[0]), (u32::MAX, numbers[0])];
    assert_eq!(read(backend, |view| view.present(BOX, "INBOX")), present);
    let places = read(backend, |view| view.places(numbers[0]));
    let other = PlaceRow { mailbox: OTHER.into(), ..place("INBOX", 9, numbers[0], None) };
    let own =
        [("INBOX", 9), ("INBOX", u32::MAX), ("Sent", 9)].map(|(folder, uid)| place(folder, uid, numbers[0], None));
    assert_eq!(places, [&[other][..], &own].concat());

    change(backend, |change| change.put_folder(BOX, "INBOX", &FolderRow { uid_validity: 8, ..START }));
    assert!(read(backend, |view| view.present(BOX, "INBOX")).is_empty());
    assert_eq!(read(backend, |view| view.present(BOX, "Sent")).len(), 1);
    assert_eq!(read(backend, |view| view.places(numbers[0])).len(), 2);
    change(backend, |change| change.erase(numbers[0]).map(drop));
    assert!(read(backend, |view| view.present(BOX, "Sent")).is_empty());
}

/// What was seen to be gone is noted once, with the first time; a number at which something lies again is not gone.
pub fn what_is_gone_stays_gone_and_can_come_back<B: Backend>(backend: &B) {
    let numbers = change(backend, |change| {
        let numbers = three(change)?;
        change.put_folder(BOX, "INBOX", &START)?;
        (1..).zip(&numbers).try_for_each(|(uid, number)| change.put_place(BOX, "INBOX", uid, *number))?;
        Ok(numbers)
    });
    let gone = |uids: &[u32], at| change(backend, |change| change.put_gone(BOX, "INBOX", uids, at));
    assert_eq!(gone(&[1, 3, 77], 100), [numbers[0], numbers[2]]);
    assert!(gone(&[1], 200).is_empty());
    assert_eq!(read(backend, |view| view.present(BOX, "INBOX")), [(2, numbers[1])]);
    let rows = [place("INBOX", 1, numbers[0], Some(100)), place("INBOX", 3, numbers[2], Some(100))];
    assert_eq!(read(backend, |view| view.gone(BOX, 100)), rows);
    assert!(read(backend, |view| view.gone(BOX, 101)).is_empty());
    assert!(read(backend, |view| view.gone(OTHER, 0)).is_empty());
    change(backend, |change| change.put_place(BOX, "INBOX", 3, numbers[2]));
    assert_eq!(read(backend, |view| view.gone(BOX, 0)), rows[..1]);
}

/// What the server withholds is noted with its first time, until it comes, is gone, or nobody asks for it any more.
pub fn what_is_withheld_is_noted_until_it_comes<B: Backend>(backend: &B) {
    let row = |uid, why: &str, since| WithheldRow { uid, why: why.into(), since };
    let numbers = change(backend, |change| {
        let numbers = three(change)?;
        change.put_folder(BOX, "INBOX", &START)?;
        for uid in [4, 2, 5, 6] {
            change.put_withheld(BOX, "INBOX", &row(uid, "NIL", 100))?;
        }
        change.put_withheld(BOX, "INBOX", &row(2, "NO", 200))?;
        Ok(numbers)
    });
    let withheld = || read(backend, |view| view.withheld(BOX, "INBOX"));
    assert_eq!(withheld(), [row(2, "NO", 100), row(4, "NIL", 100), row(5, "NIL", 100), row(6, "NIL", 100)]);
    change(backend, |change| {
        change.put_place(BOX, "INBOX", 4, numbers[0])?;
        change.put_gone(BOX, "INBOX", &[5], 300)?;
        change.give_up_withheld(BOX, "INBOX", 6)
    });
    assert_eq!(withheld(), [row(2, "NO", 100)]);
    change(backend, |change| change.put_folder(BOX, "INBOX", &FolderRow { uid_validity: 8, ..START }));
    assert!(withheld().is_empty());
}

type Key = (String, String, u32);

impl MailboxIndex for Session<'_> {
    fn folder(&self, mailbox: &str, folder: &str) -> Result<Option<FolderRow>> {
        Ok(self.rows().folders.get(&(mailbox.to_owned(), folder.to_owned())).copied())
    }

    fn folders(&self, mailbox: &str) -> Result<Vec<(String, FolderRow)>> {
        let rows = self.rows();
        let own = rows.folders.iter().filter(|((found, _), _)| found == mailbox);
        Ok(own.map(|((_, name), row)| (name.clone(), *row)).collect())
    }

    fn present(&self, mailbox: &str, folder: &str) -> Result<Vec<(u32, Number)>> {
        let rows = self.rows();
        let own = rows
            .places
            .iter()
            .filter(|((found, name, _), (_, gone))| found == mailbox && name == folder && gone.is_none());
        Ok(own.map(|((.., uid), (number, _))| (*uid, *number)).collect())
    }

    fn places(&self, number: Number) -> Result<Vec<PlaceRow>> {
        Ok(self.rows().places.iter().filter(|(_, (found, _))| *found == number).map(row).collect())
    }

    fn gone(&self, mailbox: &str, since: i64) -> Result<Vec<PlaceRow>> {
        let rows = self.rows();
        let gone = rows
            .places
            .iter()
            .filter(|((found, ..), (_, gone))| found == mailbox && gone.is_some_and(|gone| gone >= since));
        Ok(gone.map(row).collect())
    }

    fn withheld(&self, mailbox: &str, folder: &str) -> Result<Vec<WithheldRow>> {
        let rows = self.rows();
        let own = rows.withheld.iter().filter(|((found, name, _), _)| found == mailbox && name == folder);
        Ok(own.map(|(_, row)| row.clone()).collect())
    }
}

fn row(((mailbox, folder, uid), (message, gone_at)): (&Key, &(Number, Option<i64>))) -> PlaceRow {
    let (mailbox, folder) = (mailbox.clone(), folder.clone());
    PlaceRow { mailbox, folder, uid: *uid, message: *message, gone_at: *gone_at }
}

fn known(session: &Session<'_>, mailbox: &str, folder: &str) -> Result<()> {
    let found = session.folder(mailbox, folder)?;
    found.map(drop).ok_or_else(|| Error::NotFound(format!("folder {folder} of {mailbox}")))
}

fn key(mailbox: &str, folder: &str, uid: u32) -> Key {
    (mailbox.to_owned(), folder.to_owned(), uid)
}

impl MailboxWriter for Session<'_> {
    fn put_folder(&self, mailbox: &str, folder: &str, row: &FolderRow) -> Result<()> {
        let is_own = |(found, name, _): &Key| found == mailbox && name == folder;
        self.write(|rows| {
            let before = rows.folders.insert((mailbox.to_owned(), folder.to_owned()), *row);
            if before.is_some_and(|before| before.uid_validity != row.uid_validity) {
                rows.places.retain(|key, _| !is_own(key));
                rows.withheld.retain(|key, _| !is_own(key));
            }
        });
        Ok(())
    }

    fn put_place(&self, mailbox: &str, folder: &str, uid: u32, number: Number) -> Result<()> {
        known(self, mailbox, folder)?;
        self.write(|rows| {
            rows.places.insert(key(mailbox, folder, uid), (number, None));
            rows.withheld.remove(&key(mailbox, folder, uid));
        });
        Ok(())
    }

    fn put_gone(&self, mailbox: &str, folder: &str, uids: &[u32], at: i64) -> Result<Vec<Number>> {
        known(self, mailbox, folder)?;
        Ok(self.write(|rows| {
            let mut gone = Vec::new();
            for uid in uids {
                rows.withheld.remove(&key(mailbox, folder, *uid));
                if let Some((number, gone_at @ None)) = rows.places.get_mut(&key(mailbox, folder, *uid)) {
                    *gone_at = Some(at);
                    gone.push(*number);
                }
            }
            gone
        }))
    }

    fn put_withheld(&self, mailbox: &str, folder: &str, row: &WithheldRow) -> Result<()> {
        known(self, mailbox, folder)?;
        self.write(|rows| {
            let known = rows.withheld.entry(key(mailbox, folder, row.uid)).or_insert_with(|| row.clone());
            known.why.clone_from(&row.why);
        });
        Ok(())
    }

    fn give_up_withheld(&self, mailbox: &str, folder: &str, uid: u32) -> Result<()> {
        self.write(|rows| rows.withheld.remove(&key(mailbox, folder, uid)));
        Ok(())
    }
}
