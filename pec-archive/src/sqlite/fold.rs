//! From format 8 to format 9: mailboxes whose names differ in case alone become one.

use rusqlite::Connection;

use crate::error::Result;
use crate::mailbox::mailbox_key;

/// Every name of a mailbox that is a key.
const NAMES: &str = "SELECT mailbox FROM found UNION SELECT mailbox FROM folder UNION SELECT mailbox FROM outbox";

/// What is under the name ?1 comes under the name ?2. Where both have the same key in the outbox, the ticket under the old name stays
/// there, where nobody sends it: it may be the same message.
const MOVE: [&str; 4] = [
    "INSERT INTO found (message, mailbox, at) SELECT message, ?2, at FROM found WHERE mailbox = ?1
     ON CONFLICT (message, mailbox) DO UPDATE SET at = min(at, excluded.at)",
    "UPDATE event SET detail = ?2 WHERE kind = 'stored' AND detail = ?1",
    "UPDATE OR IGNORE outbox SET mailbox = ?2 WHERE mailbox = ?1",
    "UPDATE OR IGNORE folder SET mailbox = ?2 WHERE mailbox = ?1",
];

/// What is still under the name ?1 is forgotten: a folder that was read under both.
const FORGET: [&str; 4] = [
    "DELETE FROM found WHERE mailbox = ?1",
    "DELETE FROM place WHERE folder IN (SELECT id FROM folder WHERE mailbox = ?1)",
    "DELETE FROM withheld WHERE folder IN (SELECT id FROM folder WHERE mailbox = ?1)",
    "DELETE FROM folder WHERE mailbox = ?1",
];

pub(super) fn mailboxes(connection: &Connection) -> Result<()> {
    let mut query = connection.prepare(NAMES)?;
    let names = query.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    for name in names {
        let key = mailbox_key(&name);
        if key == name {
            continue;
        }
        for step in MOVE {
            connection.execute(step, (&name, &key))?;
        }
        for step in FORGET {
            connection.execute(step, [&name])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stood_under_capitals_is_under_the_one_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pecarchive");
        super::super::open::create(&path).unwrap();
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(
                "INSERT INTO message VALUES (7, zeroblob(32), 1, 0, 0, 0, 0, x'00');
                 INSERT INTO found VALUES (7, 'Acme@PEC.it', 3), (7, 'acme@pec.it', 5), (7, 'altra@pec.it', 4);
                 INSERT INTO event (at, kind, message, detail) VALUES (1, 'stored', 7, 'Acme@PEC.it');
                 INSERT INTO folder VALUES (1, 'Acme@PEC.it', 'INBOX', 1, 9, NULL), (2, 'acme@pec.it', 'INBOX', 1, 5, NULL),
                   (3, 'Acme@PEC.it', 'Sent', 1, 2, NULL);
                 INSERT INTO place VALUES (1, 9, 7, NULL), (2, 5, 7, NULL), (3, 2, 7, NULL);
                 INSERT INTO withheld VALUES (1, 3, '', 0);
                 INSERT INTO outbox (mailbox, key, sha256, message_id, sender, recipients, state, queued_at, changed_at, attempts,
                   answers)
                 VALUES ('Acme@PEC.it', 'a', zeroblob(32), '', '', '[]', 'queued', 0, 0, 0, '{}'),
                   ('Acme@PEC.it', 'b', zeroblob(32), '', '', '[]', 'queued', 0, 0, 0, '{}'),
                   ('acme@pec.it', 'b', zeroblob(32), '', '', '[]', 'sent', 0, 0, 0, '{}');",
            )
            .unwrap();
        for _ in 0..2 {
            mailboxes(&connection).unwrap();
            let all = |query: &str| {
                let mut query = connection.prepare(query).unwrap();
                let rows = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
                rows.collect::<Result<Vec<_>, _>>().unwrap()
            };
            assert_eq!(all("SELECT mailbox || ' ' || at FROM found"), ["acme@pec.it 3", "altra@pec.it 4"]);
            assert_eq!(all("SELECT detail FROM event"), ["acme@pec.it"]);
            let folders = "SELECT mailbox || ' ' || name || ' ' || last_uid FROM folder ORDER BY id";
            assert_eq!(all(folders), ["acme@pec.it INBOX 5", "acme@pec.it Sent 2"]);
            assert_eq!(all("SELECT folder || ' ' || uid FROM place"), ["2 5", "3 2"]);
            assert_eq!(all("SELECT why FROM withheld"), [""; 0]);
            // A key stands for one message: what was given twice is not sent a second time.
            let tickets = "SELECT mailbox || ' ' || key || ' ' || state FROM outbox ORDER BY id";
            assert_eq!(all(tickets), ["acme@pec.it a queued", "Acme@PEC.it b queued", "acme@pec.it b sent"]);
        }
    }
}
