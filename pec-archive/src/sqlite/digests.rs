//! Where a digest is found: which message, body or attachment it stands for.
//!
//! Digests come in no order. In one large index nearly each new one changes a page of its own, which is written to the log
//! and then into the file, and the larger the archive, the more of them. So they go into a small table first, from there
//! into one of middle size, and settle in the large one in its order, many to a page (a log-structured merge, O'Neil and
//! others 1996):
//!
//! ```text
//! digest_new       of the last messages                   all of it goes on every FLUSH entries of the log
//! digest_recent    of some ten thousands                  one of SLICES parts of it, by digest, goes on every STEP entries
//! digest_settled   all others
//! ```
//!
//! What moves, moves in the transaction that logs the entry: a digest is in one of the three at any time. They are worked
//! out from the rows of messages, bodies and attachments, and repeat their identifiers where those cannot be read.

use std::cell::RefCell;
use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _};

use crate::error::{Error, Result};
use crate::id::Id;

/// Entries of the log after which a part of the recent digests settles.
const STEP: u64 = 100;

/// Entries of the log after which the new digests become recent ones.
const FLUSH: u64 = 16 * STEP;

/// Into how many parts the recent digests are divided, by their first bits.
const SLICES: u64 = 512;

/// The format from which on they are there.
pub(super) const SINCE: u32 = 12;

/// The tables, the first one filled first.
pub(super) const TABLES: [&str; 3] = ["digest_new", "digest_recent", "digest_settled"];

/// What a digest stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A message, by its number.
    Message = 0,
    /// A body, by its number.
    Body = 1,
    /// An attachment, by the number of the message that has it.
    Attachment = 2,
}

/// What a digest stands for, as a list: the kind is the second parameter.
pub(super) const ROWS: &str = "SELECT row FROM digest_new WHERE sha256 = ?1 AND kind = ?2
     UNION ALL SELECT row FROM digest_recent WHERE sha256 = ?1 AND kind = ?2
     UNION ALL SELECT row FROM digest_settled WHERE sha256 = ?1 AND kind = ?2";

/// The number of a row that is here under this digest.
///
/// # Errors
/// [`Error::Damaged`] where it leads to another one, or to none.
pub(super) fn find(connection: &Connection, kind: Kind, id: Id) -> Result<Option<i64>> {
    let mut query = connection.prepare_cached(ROWS)?;
    let Some(number) = query.query_row((id, kind as i64), |row| row.get(0)).optional()? else { return Ok(None) };
    let (table, column) = rows(kind);
    let mut row = connection.prepare_cached(&format!("SELECT 1 FROM {table} WHERE {column} = ?1 AND sha256 = ?2"))?;
    if row.exists((number, id))? {
        return Ok(Some(number));
    }
    Err(Error::Damaged(format!("digest {id} leads to row {number} of {table}, which is not it")))
}

/// So many bodies a transaction remembers, then it begins anew: messages that are stored together mostly have fewer.
const REMEMBERED: usize = 4096;

/// Where a transaction has found bodies: the messages of a batch have most of them in common, and what they are judged by. What was
/// not found is looked for again.
#[derive(Default)]
pub(super) struct Bodies(RefCell<HashMap<Id, i64>>);

impl Bodies {
    /// The number of a body that is here, as [`find`] gives it.
    pub(super) fn find(&self, connection: &Connection, id: Id) -> Result<Option<i64>> {
        if let Some(known) = self.0.borrow().get(&id) {
            return Ok(Some(*known));
        }
        let found = find(connection, Kind::Body, id)?;
        if let Some(body) = found {
            self.remember(id, body);
        }
        Ok(found)
    }

    /// Notes that a body is here.
    pub(super) fn put(&self, connection: &Connection, id: Id, body: i64) -> Result<()> {
        put(connection, Kind::Body, id, body)?;
        self.remember(id, body);
        Ok(())
    }

    fn remember(&self, id: Id, body: i64) {
        let mut known = self.0.borrow_mut();
        if known.len() == REMEMBERED {
            known.clear();
        }
        known.insert(id, body);
    }

    /// Before the tables are made anew.
    pub(super) fn look_again(&self) {
        self.0.borrow_mut().clear();
    }

    /// Forgets that a body is here.
    pub(super) fn remove(&self, connection: &Connection, id: Id, body: i64) -> Result<()> {
        self.0.borrow_mut().remove(&id);
        remove(connection, Kind::Body, id, body)
    }
}

/// Notes that this is here. The same digest of the same message once: it may have an attachment twice.
pub(super) fn put(connection: &Connection, kind: Kind, id: Id, row: i64) -> Result<()> {
    let mut insert =
        connection.prepare_cached("INSERT OR IGNORE INTO digest_new (sha256, kind, row) VALUES (?1, ?2, ?3)")?;
    insert.execute((id, kind as i64, row))?;
    Ok(())
}

/// Forgets that this is here.
pub(super) fn remove(connection: &Connection, kind: Kind, id: Id, row: i64) -> Result<()> {
    for table in TABLES {
        connection
            .prepare_cached(&format!("DELETE FROM {table} WHERE sha256 = ?1 AND kind = ?2 AND row = ?3"))?
            .execute((id, kind as i64, row))?;
    }
    Ok(())
}

/// Forgets the attachments of a message.
pub(super) fn remove_attachments(connection: &Connection, message: i64) -> Result<()> {
    let mut query = connection.prepare_cached("SELECT sha256 FROM attachment WHERE message = ?1")?;
    let ids: Vec<Id> = query.query_map([message], |row| row.get(0))?.collect::<Result<_, _>>()?;
    ids.into_iter().try_for_each(|id| remove(connection, Kind::Attachment, id, message))
}

/// Moves digests on, as far as it is their turn with this entry of the log.
pub(super) fn settle(connection: &Connection, entry: u64) -> Result<()> {
    if entry.is_multiple_of(FLUSH) {
        connection.prepare_cached("INSERT INTO digest_recent SELECT * FROM digest_new")?.execute([])?;
        connection.prepare_cached("DELETE FROM digest_new")?.execute([])?;
    }
    if entry.is_multiple_of(STEP) {
        let (from, to) = slice(entry / STEP % SLICES);
        connection
            .prepare_cached(
                "INSERT INTO digest_settled SELECT * FROM digest_recent WHERE sha256 >= ?1 AND sha256 < ?2",
            )?
            .execute((&from, &to))?;
        connection
            .prepare_cached("DELETE FROM digest_recent WHERE sha256 >= ?1 AND sha256 < ?2")?
            .execute((&from, &to))?;
    }
    Ok(())
}

/// The digests of a part: from here on, and below that.
fn slice(n: u64) -> (Vec<u8>, Vec<u8>) {
    let first = |n: u64| {
        let bits = (n << u64::BITS.saturating_sub(SLICES.trailing_zeros())).to_be_bytes();
        bits.to_vec()
    };
    // Nothing is above the last: longer than any digest that begins so.
    (first(n), if n + 1 == SLICES { vec![0xff; 33] } else { first(n + 1) })
}

/// Makes all of them anew from what is there.
pub(super) fn refill(connection: &Connection) -> Result<()> {
    for table in TABLES {
        connection.execute_batch(&format!("DROP TABLE IF EXISTS {table}"))?;
    }
    connection.execute_batch(super::open::DIGESTS)?;
    fill(connection)
}

/// Fills the empty tables. Rows are sorted in memory: some 60 bytes for each message, body or attachment.
pub(super) fn fill(connection: &Connection) -> Result<()> {
    for (kind, rows) in [
        (Kind::Message, "SELECT sha256, ?1, id FROM message"),
        (Kind::Body, "SELECT sha256, ?1, id FROM body"),
        (Kind::Attachment, "SELECT DISTINCT sha256, ?1, message FROM attachment"),
    ] {
        connection.execute(&format!("INSERT INTO digest_settled {rows} ORDER BY sha256"), [kind as i64])?;
    }
    Ok(())
}

/// Rows of this kind that no digest leads to.
pub(super) fn not_found(connection: &Connection, kind: Kind) -> Result<u64> {
    let (table, number) = rows(kind);
    let absent =
        TABLES.map(|digests| format!("NOT EXISTS (SELECT 1 FROM {digests} AS d WHERE {})", same(kind, table, number)));
    let sql = format!("SELECT count(*) FROM {table} WHERE {}", absent.join(" AND "));
    Ok(connection.query_row(&sql, [], |row| row.get::<_, i64>(0))? as u64)
}

/// What is wrong with the digests: those that stand for nothing, and bodies that none leads to.
pub(super) fn check(connection: &Connection) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for kind in [Kind::Message, Kind::Body, Kind::Attachment] {
        let (table, number) = rows(kind);
        for digests in TABLES {
            let sql = format!(
                "SELECT count(*) FROM {digests} AS d WHERE d.kind = {} AND NOT EXISTS (SELECT 1 FROM {table} WHERE {})",
                kind as i64,
                same(kind, table, number)
            );
            let stale: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
            if stale > 0 {
                wrong.push(format!("{digests}: {stale} rows stand for no {table}"));
            }
        }
    }
    let lost = not_found(connection, Kind::Body)?;
    if lost > 0 {
        wrong.push(format!("{lost} bodies are not found by their digest"));
    }
    let twice: i64 = connection.query_row(
        "SELECT count(*) FROM (SELECT 1 FROM (
           SELECT * FROM digest_new UNION ALL SELECT * FROM digest_recent UNION ALL SELECT * FROM digest_settled
         ) GROUP BY sha256, kind, row HAVING count(*) > 1)",
        [],
        |row| row.get(0),
    )?;
    if twice > 0 {
        wrong.push(format!("{twice} digests stand in more than one table"));
    }
    Ok(wrong)
}

/// Table and number of what a kind stands for.
const fn rows(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Message => ("message", "id"),
        Kind::Body => ("body", "id"),
        Kind::Attachment => ("attachment", "message"),
    }
}

/// That the row of digests `d` stands for a row of its table.
fn same(kind: Kind, table: &str, number: &str) -> String {
    format!("d.sha256 = {table}.sha256 AND d.kind = {} AND d.row = {table}.{number}", kind as i64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn id(n: u64) -> Id {
        Id::of(&n.to_be_bytes())
    }

    fn count(connection: &Connection, table: &str) -> i64 {
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn parts_adjoin_and_leave_nothing_out() {
        assert_eq!(slice(0).0, [0; 8]);
        for n in 1..SLICES {
            assert_eq!(slice(n - 1).1, slice(n).0);
            assert!(slice(n).0 < slice(n).1);
        }
        assert!(slice(SLICES - 1).1.as_slice() > [0xff; 32].as_slice());
    }

    #[test]
    fn a_digest_is_found_wherever_it_stands_and_stands_once() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(super::super::open::DIGESTS).unwrap();
        connection.execute_batch("CREATE TABLE message (id INTEGER PRIMARY KEY, sha256 BLOB)").unwrap();
        let transaction = connection.unchecked_transaction().unwrap();
        let mut row = transaction.prepare("INSERT INTO message VALUES (?1, ?2)").unwrap();
        let mut known = BTreeMap::new();
        let turn = SLICES * STEP;
        for n in 0..turn + turn / 3 {
            row.execute((n as i64, id(n))).unwrap();
            put(&transaction, Kind::Message, id(n), n as i64).unwrap();
            known.insert(n, n as i64);
            if n % 7 == 0 {
                // Some that have just come, some that have settled.
                for gone in [n, n / 2] {
                    remove(&transaction, Kind::Message, id(gone), gone as i64).unwrap();
                    known.remove(&gone);
                }
            }
            settle(&transaction, n).unwrap();
            if n % 5_003 == 0 {
                for asked in (0..=n + 3).step_by(499) {
                    let found = find(&transaction, Kind::Message, id(asked)).unwrap();
                    assert_eq!(found, known.get(&asked).copied(), "{asked} at {n}");
                }
                assert_eq!(find(&transaction, Kind::Body, id(n)).unwrap(), None);
            }
        }
        let in_each = TABLES.map(|table| count(&transaction, table));
        assert_eq!(in_each.iter().sum::<i64>(), known.len() as i64);
        assert!(in_each[0] < FLUSH as i64 && in_each[1] < turn as i64 && in_each[2] > turn as i64 / 4, "{in_each:?}");
        put(&transaction, Kind::Message, Id::of(b"other"), 7).unwrap();
        assert!(matches!(find(&transaction, Kind::Message, Id::of(b"other")), Err(Error::Damaged(_))));
        let mut list = transaction.prepare(&format!("{ROWS} LIMIT 2")).unwrap();
        for (n, row) in known {
            let rows = list.query_map((id(n), 0), |row| row.get(0)).unwrap();
            assert_eq!(rows.collect::<Result<Vec<i64>, _>>().unwrap(), [row]);
        }
    }

    #[test]
    fn a_transaction_looks_once_for_a_body_that_is_here() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(super::super::open::DIGESTS).unwrap();
        connection.execute_batch("CREATE TABLE body (id INTEGER PRIMARY KEY, sha256 BLOB)").unwrap();
        let bodies = Bodies::default();
        assert_eq!(bodies.find(&connection, id(1)).unwrap(), None);
        connection.execute("INSERT INTO body VALUES (3, ?1)", [id(1)]).unwrap();
        bodies.put(&connection, id(1), 3).unwrap();
        assert_eq!(find(&connection, Kind::Body, id(1)).unwrap(), Some(3));
        connection.execute("DELETE FROM digest_new", []).unwrap();
        assert_eq!(bodies.find(&connection, id(1)).unwrap(), Some(3));
        bodies.remove(&connection, id(1), 3).unwrap();
        assert_eq!(bodies.find(&connection, id(1)).unwrap(), None);
        put(&connection, Kind::Body, id(1), 3).unwrap();
        bodies.look_again();
        assert_eq!(bodies.find(&connection, id(1)).unwrap(), Some(3));
        // However many there are.
        for n in 0..REMEMBERED as u64 * 2 {
            bodies.remember(id(n), 3);
            assert!(bodies.0.borrow().len() <= REMEMBERED);
        }
    }

    #[test]
    fn every_question_goes_by_the_order_of_digests() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(super::super::open::DIGESTS).unwrap();
        connection.execute_batch("CREATE TABLE body (id INTEGER PRIMARY KEY, sha256 BLOB, size INTEGER)").unwrap();
        for sql in [ROWS, super::super::blobs::LIST] {
            let mut query = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let rows = query.query_map(rusqlite::params![[0_u8; 32], 1], |row| row.get::<_, String>(3)).unwrap();
            let plan: Vec<String> = rows.collect::<Result<_, _>>().unwrap();
            for table in TABLES {
                let searched = format!("SEARCH {table} USING PRIMARY KEY (sha256");
                assert!(plan.iter().any(|line| line.starts_with(&searched)), "{plan:?}");
            }
        }
    }
}
