//! What can be read of a file that is damaged: one page that cannot be read must not hide the others.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::digests::{self, Kind};
use super::open;
use crate::care::{note, noted};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::Survey;

/// Lines that SQLite is asked for: far more than a person reads, and an end.
const LINES: u32 = 10_000;

/// Every message that table or index still knows.
pub(super) fn messages(connection: &Connection) -> Result<Survey> {
    let mut found = Survey::default();
    let mut lists = vec![("SELECT id, sha256 FROM message NOT INDEXED".to_owned(), "id")];
    // Digests repeat number and identifier: they know the rows that cannot be read.
    if open::format_of(connection)? >= digests::SINCE {
        let kind = Kind::Message as i64;
        let list = |table| (format!("SELECT row, sha256 FROM {table} WHERE kind = {kind}"), "sha256");
        lists.extend(digests::TABLES.map(list));
    } else {
        lists.push(("SELECT id, sha256 FROM message".to_owned(), "sha256"));
    }
    for (select, order) in lists {
        each_row(connection, &select, &[order], &mut found.unread, |row| {
            let number = row.get(0)?;
            match row.get(1) {
                Ok(id) => {
                    found.known.entry(number).or_insert(id);
                }
                Err(error) => {
                    found.nameless.insert(number, Error::from(error).to_string());
                }
            }
            Ok(())
        })?;
    }
    found.nameless.retain(|number, _| !found.known.contains_key(number));
    Ok(found)
}

/// Gives the rows of a statement in this order; what stands behind a page that cannot be read is read from the other end,
/// so that a row may come twice.
pub(super) fn each_row(
    connection: &Connection,
    select: &str,
    order: &[&str],
    unread: &mut Vec<String>,
    mut take: impl FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    for direction in [" ASC", " DESC"] {
        let order = order.iter().map(|column| format!("{column}{direction}")).collect::<Vec<_>>().join(", ");
        let mut read = || -> Result<()> {
            let mut query = connection.prepare(&format!("{select} ORDER BY {order}"))?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                match take(row) {
                    Err(error) if error.is_local() => note(unread, &error),
                    taken => taken?,
                }
            }
            Ok(())
        };
        match read() {
            Ok(()) => return Ok(()),
            Err(error) if error.is_local() => note(unread, &error),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What is wrong with the file: pages and indexes, tables that are missing, rows that say nothing.
pub(super) fn structure(connection: &Connection) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for part in [integrity, schema, submissions, digests::check, super::outbox::check] {
        let found = noted(&mut wrong, part(connection))?;
        wrong.extend(found.into_iter().flatten());
    }
    Ok(wrong)
}

/// Has the index of words look at what others have written since: `integrity_check` alone would take the segments that it
/// remembers for damaged where they are gone.
pub(super) fn refresh_words(connection: &Connection) {
    // Whether the words can be read at all, the check says.
    let _ = connection.query_row("SELECT rowid FROM words WHERE words MATCH '\"a\"' LIMIT 1", [], |_| Ok(()));
}

/// What SQLite says.
fn integrity(connection: &Connection) -> Result<Vec<String>> {
    refresh_words(connection);
    let mut wrong = Vec::new();
    let mut query = connection.prepare(&format!("PRAGMA integrity_check({LINES})"))?;
    let mut rows = query.query([])?;
    loop {
        match rows.next().map_err(Error::from) {
            Ok(Some(row)) => wrong.push(row.get::<_, String>(0)?),
            Ok(None) => break,
            Err(error) if error.is_local() => {
                note(&mut wrong, &error);
                break;
            }
            Err(error) => return Err(error),
        }
    }
    wrong.retain(|line| line != "ok");
    Ok(wrong)
}

/// Tables and indexes that are missing or are not ours.
fn schema(connection: &Connection) -> Result<Vec<String>> {
    let found = open::found_schema(connection)?;
    let differs = |(name, sql): (String, String)| match found.get(&name) {
        None => Some(format!("{name} is missing")),
        Some(other) => (!open::is_ours(&name, other, &sql)).then(|| format!("{name} is not as this format has it")),
    };
    Ok(open::expected_schema()?.into_iter().filter_map(differs).collect())
}

/// Submissions of which the recipients cannot be told.
fn submissions(connection: &Connection) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let mut unread = Vec::new();
    each_row(connection, "SELECT message, recipients FROM submission", &["message"], &mut unread, |row| {
        let number: i64 = row.get(0)?;
        let recipients: Result<String, _> = row.get(1);
        if !recipients.is_ok_and(|text| serde_json::from_str::<Vec<String>>(&text).is_ok()) {
            wrong.push(format!("the submission of message number {number}"));
        }
        Ok(())
    })?;
    wrong.extend(unread);
    Ok(wrong)
}

/// The blobs that are kept as evidence.
pub(super) fn evidence(connection: &Connection, unread: &mut Vec<String>) -> Result<Vec<Id>> {
    let mut bodies = Vec::new();
    each_row(connection, "SELECT DISTINCT body FROM evidence", &["body"], unread, |row| {
        bodies.push(row.get(0)?);
        Ok(())
    })?;
    let mut blobs = Vec::new();
    for body in bodies {
        blobs.extend(noted(unread, evidence_of(connection, body))?);
    }
    Ok(blobs)
}

/// The identifier of a body that is kept as evidence.
pub(super) fn evidence_of(connection: &Connection, body: i64) -> Result<Id> {
    let mut query = connection.prepare_cached("SELECT sha256 FROM body WHERE id = ?1")?;
    let id = query.query_row([body], |row| row.get(0)).optional()?;
    id.ok_or_else(|| Error::Damaged(format!("evidence: body {body} is missing")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_lost_hides_only_its_own_rows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB);
                 WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100)
                 INSERT INTO t SELECT n, zeroblob(500) FROM n",
            )
            .unwrap();
        let page_size: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).unwrap();
        let mut query = connection.prepare("SELECT pageno FROM dbstat WHERE name = 't' AND pagetype = 'leaf'").unwrap();
        let leaves: Vec<i64> = query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        drop(query);
        drop(connection);
        let (size, lost) = (usize::try_from(page_size).unwrap(), usize::try_from(leaves[leaves.len() / 2]).unwrap());
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[(lost - 1) * size..lost * size].fill(0xff);
        std::fs::write(&path, bytes).unwrap();

        let connection = Connection::open(&path).unwrap();
        let (mut seen, mut unread) = (std::collections::BTreeSet::new(), Vec::new());
        each_row(&connection, "SELECT id FROM t", &["id"], &mut unread, |row| {
            seen.insert(row.get::<_, i64>(0)?);
            Ok(())
        })
        .unwrap();
        assert!(seen.contains(&1) && seen.contains(&100) && seen.len() > 85, "{seen:?}");
        assert_eq!(unread.len(), 1);
    }
}
