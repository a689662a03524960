//! One file, opened as an archive: created, recognised, brought to the present format, or refused.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::digests;
use super::fold;
use super::place::{self, Place};
use crate::error::{Error, Result};

/// "PECA": says what the file is to whoever finds it (`file`, `PRAGMA application_id`).
const APPLICATION: i32 = 0x5045_4341;

/// The format that this version writes.
pub(super) const FORMAT: u32 = 12;

/// Memory for pages of one connection, KiB.
const CACHE_KIB: i64 = 32 << 10;

/// Pages of the log beside the file (32 MiB) from which on it is brought into the file: a page that many messages share
/// is written once for all of them.
const LOG_PAGES: i64 = 4096;

/// What the log keeps of the disk when it begins anew.
const LOG_BYTES: i64 = LOG_PAGES * PAGE;

/// Bytes of a page: larger ones than usual keep skeletons in few of them.
const PAGE: i64 = 8192;

/// Format 1. A new archive goes the way of an old one, so that both are the same.
const SCHEMA: &str = include_str!("schema.sql");

/// The index of words of this format, in the place of that of format 1.
const WORDS: &str = include_str!("words.sql");

/// The tables in which digests are found, as this format has them.
pub(super) const DIGESTS: &str = include_str!("format12.sql");

/// Makes the tables of what is worked out from the rest.
pub(super) fn write_derived(connection: &Connection) -> Result<()> {
    connection.execute_batch(derived_schema())?;
    write_words(connection)
}

/// Makes an empty index of words in the place of that which is there.
pub(super) fn write_words(connection: &Connection) -> Result<()> {
    Ok(connection.execute_batch(WORDS)?)
}

/// Whether a table is as this format has it, or as an older one has left it.
pub(super) fn is_ours(name: &str, found: &str, expected: &str) -> bool {
    found == expected || is_of_format_1(name, found) || has_own_index(name, found, expected)
}

/// Whether this is a table of messages or bodies with the index of digests that formats before 12 had: it is only slower.
fn has_own_index(name: &str, found: &str, expected: &str) -> bool {
    ["message", "body"].contains(&name) && found.replacen("NOT NULL UNIQUE CHECK", "NOT NULL CHECK", 1) == expected
}

/// Whether this is the index of words of the first format, which finds the same, but long beginnings slowly.
pub(super) fn is_of_format_1(name: &str, found: &str) -> bool {
    name == "words" && SCHEMA.contains(found)
}

/// What of the schema is worked out from the rest: what stands below the line.
pub(super) fn derived_schema() -> &'static str {
    let below = SCHEMA.split_once("\n-- -----").map_or("", |(_, below)| below);
    below.split_once('\n').map_or("", |(_, tables)| tables)
}

/// The tables and indexes of this format, by name, as SQLite keeps their text.
pub(super) fn expected_schema() -> Result<BTreeMap<String, String>> {
    let connection = Connection::open_in_memory()?;
    write_tables(&connection)?;
    found_schema(&connection)
}

/// Everything that an empty archive of this format holds.
fn write_tables(connection: &Connection) -> Result<()> {
    connection.execute_batch(SCHEMA)?;
    MIGRATIONS.iter().try_for_each(|step| connection.execute_batch(step))?;
    write_words(connection)
}

/// The tables and indexes that are there.
pub(super) fn found_schema(connection: &Connection) -> Result<BTreeMap<String, String>> {
    let mut query = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What brings format `n` to format `n + 1`, from format 1 on.
const MIGRATIONS: [&str; FORMAT as usize - 1] = [
    include_str!("format2.sql"),
    include_str!("format3.sql"),
    include_str!("format4.sql"),
    include_str!("format5.sql"),
    include_str!("format6.sql"),
    include_str!("format7.sql"),
    include_str!("format8.sql"),
    include_str!("format9.sql"),
    include_str!("format10.sql"),
    include_str!("format11.sql"),
    DIGESTS,
];

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Write,
    Read,
}

/// Makes an empty archive where nothing is yet.
pub(super) fn create(path: &Path) -> Result<()> {
    let path = &place::absolute(path)?;
    refuse_network(path)?;
    place::make(path)?;
    let made = write_schema(path);
    if made.is_err() {
        let _ = std::fs::remove_file(path);
    }
    made
}

fn write_schema(path: &Path) -> Result<()> {
    let mut connection = Connection::open_with_flags(path, flags(Access::Write))?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "page_size", PAGE)?;
    tune(&connection, Access::Write)?;
    let transaction = connection.transaction()?;
    write_tables(&transaction)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)?;
    sync_folder(path)
}

/// The name of a new file is durable when its folder is.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| Error::file(folder, error))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Opens an archive that is there.
pub(super) fn open(place: &Place, access: Access) -> Result<Connection> {
    let mut connection = as_it_is(place, access)?;
    migrate(&mut connection, access)?;
    Ok(connection)
}

/// Opens an archive of this format or an older one, and leaves it so.
pub(super) fn as_it_is(place: &Place, access: Access) -> Result<Connection> {
    refuse_network(place.path())?;
    let connection = match connect(place, access) {
        // The first look fails where the files beside an archive cannot be made.
        Err(Refused::Sqlite(error)) if lacks_room_beside(&error) => frozen(place, access, error)?,
        opened => opened?,
    };
    // SQLite opens for reading what it cannot open for writing, and says nothing.
    if access == Access::Write && connection.is_readonly("main")? {
        return Err(Error::ReadOnly);
    }
    tune(&connection, access)?;
    Ok(connection)
}

fn lacks_room_beside(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, ReadOnly};
    matches!(error.sqlite_error_code(), Some(CannotOpen | ReadOnly))
}

/// Why a file was not opened.
enum Refused {
    Sqlite(rusqlite::Error),
    Foreign(Error),
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Sqlite(error) => error.into(),
            Refused::Foreign(error) => error,
        }
    }
}

fn connect(place: &Place, access: Access) -> Result<Connection, Refused> {
    let connection = Connection::open_with_flags(place.path(), flags(access))?;
    connection.busy_timeout(PATIENCE)?;
    recognise(&connection, place.path())?;
    Ok(connection)
}

/// Opens for reading what lies on a disk or in a folder that cannot be written, where SQLite cannot put the memory that
/// the users of an archive share beside it.
///
/// That is sound where no log stands beside the file: then nobody has it open for writing. Whoever begins to write later
/// is not seen by this handle, which reads a message that changes under it as damaged, never as another.
fn frozen(place: &Place, access: Access, error: rusqlite::Error) -> Result<Connection> {
    let log = place.beside("-wal");
    let folder = log.parent().unwrap_or(Path::new("/"));
    if let Err(error) = allowed(place.path(), Right::Read) {
        return Err(Error::file(place.path(), error));
    }
    if allowed(folder, Right::Write).is_ok() {
        return Err(error.into());
    }
    let logged = log.metadata().is_ok_and(|log| log.len() > 0);
    if access == Access::Write || logged {
        return Err(Error::ReadOnly);
    }
    #[cfg(unix)]
    {
        let connection =
            Connection::open_with_flags(place::immutable(place.path()), flags(access) | OpenFlags::SQLITE_OPEN_URI)?;
        recognise(&connection, place.path())?;
        Ok(connection)
    }
    #[cfg(not(unix))]
    Err(Error::ReadOnly)
}

/// What this process may do to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    Read,
    Write,
}

/// Says whether the system allows it, without opening anything.
#[cfg(target_os = "linux")]
fn allowed(path: &Path, right: Right) -> std::io::Result<()> {
    let right = match right {
        Right::Read => rustix::fs::Access::READ_OK,
        Right::Write => rustix::fs::Access::WRITE_OK,
    };
    Ok(rustix::fs::access(path, right)?)
}

/// Says what the marks of the file say of it: less than the system knows.
#[cfg(not(target_os = "linux"))]
fn allowed(path: &Path, right: Right) -> std::io::Result<()> {
    match right {
        Right::Write if path.metadata()?.permissions().readonly() => Err(std::io::ErrorKind::PermissionDenied.into()),
        _ => Ok(()),
    }
}

fn flags(access: Access) -> OpenFlags {
    // A connection is used by one thread at a time.
    OpenFlags::SQLITE_OPEN_NO_MUTEX
        | match access {
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        }
}

fn recognise(connection: &Connection, path: &Path) -> Result<(), Refused> {
    let foreign = || Refused::Foreign(Error::NotAnArchive(path.to_owned()));
    let application: i32 = match connection.pragma_query_value(None, "application_id", |row| row.get(0)) {
        Ok(application) => application,
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => return Err(foreign()),
        Err(error) => return Err(error.into()),
    };
    if application != APPLICATION {
        return Err(foreign());
    }
    // Before anything is set: a newer archive is left as it is.
    still_known(connection).map_err(Refused::Foreign)
}

/// That no newer version has brought the archive to its own format.
pub(super) fn still_known(connection: &Connection) -> Result<()> {
    match format_of(connection)? {
        found if found > FORMAT => Err(Error::Newer { found, known: FORMAT }),
        _ => Ok(()),
    }
}

fn tune(connection: &Connection, access: Access) -> Result<()> {
    if access == Access::Write {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A commit returns when its log is on stable storage.
        connection.pragma_update(None, "synchronous", "FULL")?;
        // What is erased is overwritten.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        // What a large commit has added to the log is given back.
        connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Plans depend on what is asked for, not on the values: without this, a range makes SQLite compile the statement again.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(256);
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(())
}

/// Does something that waits for nobody who has the file just then.
pub(super) fn at_once<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    connection.busy_timeout(Duration::ZERO)?;
    let done = work(connection);
    connection.busy_timeout(PATIENCE)?;
    done
}

/// The format of an archive that is open.
pub(super) fn format_of(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn migrate(connection: &mut Connection, access: Access) -> Result<()> {
    if format_of(connection)? == FORMAT {
        return Ok(());
    }
    if access == Access::Read {
        return Err(Error::Older { found: format_of(connection)?, known: FORMAT });
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been first.
    let found = format_of(&transaction)?;
    for step in MIGRATIONS.iter().skip(found.saturating_sub(1) as usize) {
        transaction.execute_batch(step)?;
    }
    if found < 9 {
        fold::mailboxes(&transaction)?;
    }
    if found < 6 && !transaction.prepare("SELECT 1 FROM message")?.exists([])? {
        write_words(&transaction)?;
    }
    if found < digests::SINCE {
        digests::fill(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", FORMAT)?;
    Ok(transaction.commit()?)
}

/// A network file system under the archive is refused: the shared memory and the locks of SQLite's log do not work there.
#[cfg(target_os = "linux")]
fn refuse_network(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let place = if path.exists() { path } else { folder };
    let Ok(found) = rustix::fs::statfs(place) else { return Ok(()) };
    match network_name(found.f_type as u64 & 0xffff_ffff) {
        Some(kind) => Err(Error::Network { path: path.to_owned(), kind }),
        None => Ok(()),
    }
}

/// The name of a network file system by the magic number of statfs(2).
#[cfg(target_os = "linux")]
const fn network_name(magic: u64) -> Option<&'static str> {
    Some(match magic {
        0x6969 => "NFS",
        0x517b => "SMB",
        0xff53_4d42 => "CIFS",
        0xfe53_4d42 => "SMB2",
        0x0102_1997 => "9P",
        0x6b41_4653 | 0x5346_414f => "AFS",
        0x7375_7245 => "Coda",
        0x00c3_6400 => "Ceph",
        0x564c => "NCP",
        0x4750_4653 => "GPFS",
        0x0bd0_0bd0 => "Lustre",
        _ => return None,
    })
}

#[cfg(not(target_os = "linux"))]
fn refuse_network(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path, access: Access) -> Result<Connection> {
        super::open(&Place::of(path)?, access)
    }

    #[test]
    fn what_is_no_archive_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.pec");
        assert!(matches!(open(&file, Access::Write), Err(Error::Missing(_))));
        std::fs::write(&file, b"a letter").unwrap();
        assert!(matches!(create(&file), Err(Error::Exists(_))));
        assert!(matches!(open(&file, Access::Write), Err(Error::NotAnArchive(_))));
        assert_eq!(std::fs::read(&file).unwrap(), b"a letter");
        std::fs::write(&file, vec![7; 4096]).unwrap();
        assert!(matches!(open(&file, Access::Read), Err(Error::NotAnArchive(_))));
        std::fs::write(&file, b"").unwrap();
        assert!(matches!(open(&file, Access::Write), Err(Error::NotAnArchive(_))));

        let other = folder.path().join("b.db");
        Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        let before = std::fs::read(&other).unwrap();
        assert!(matches!(open(&other, Access::Write), Err(Error::NotAnArchive(_))));
        assert_eq!(std::fs::read(&other).unwrap(), before);
    }

    #[test]
    fn the_words_of_a_commit_are_one_segment() {
        let connection = Connection::open_in_memory().unwrap();
        write_words(&connection).unwrap();
        let transaction = connection.unchecked_transaction().unwrap();
        let mut insert = transaction.prepare("INSERT INTO words (rowid, text) VALUES (?1, ?2)").unwrap();
        // Some 3 MiB in the memory of the index.
        for n in 0..400 {
            let words: Vec<String> = (0..100).map(|k| format!("parola{}", n * 100 + k)).collect();
            insert.execute((n, words.join(" "))).unwrap();
        }
        drop(insert);
        transaction.commit().unwrap();
        let segments = "SELECT count(DISTINCT segid) FROM words_idx";
        assert_eq!(connection.query_row(segments, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    }

    #[test]
    fn a_newer_format_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.pec");
        create(&file).unwrap();
        let connection = open(&file, Access::Write).unwrap();
        connection.pragma_update(None, "user_version", FORMAT + 1).unwrap();
        drop(connection);
        assert!(
            matches!(open(&file, Access::Write), Err(Error::Newer { found, known: FORMAT }) if found == FORMAT + 1)
        );
        assert!(matches!(open(&file, Access::Read), Err(Error::Newer { .. })));
    }

    /// Everything that a file says of its own form.
    fn form(connection: &Connection) -> Vec<(String, Option<String>)> {
        let mut query = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn a_file_of_the_first_format_is_brought_to_this_one_with_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old.pec"), folder.path().join("new.pec"));
        let connection = Connection::open(&old).unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        connection.execute("INSERT INTO log (n, entry) VALUES (0, '{}')", []).unwrap();
        drop(connection);
        // Whoever only reads must not write.
        assert!(matches!(open(&old, Access::Read), Err(Error::Older { .. })));
        let opened = open(&old, Access::Write).unwrap();
        assert_eq!(format_of(&opened).unwrap(), FORMAT);
        assert_eq!(opened.query_row("SELECT entry FROM log", [], |row| row.get::<_, String>(0)).unwrap(), "{}");
        create(&new).unwrap();
        assert_eq!(form(&opened), form(&open(&new, Access::Write).unwrap()));
        // A second time nothing is left to be done.
        drop(opened);
        assert_eq!(format_of(&open(&old, Access::Read).unwrap()).unwrap(), FORMAT);
    }

    #[test]
    fn a_message_of_format_3_is_found_as_before_and_its_words_are_made_anew_with_the_index() {
        use crate::search::Query;
        use crate::sqlite::{find, index, survey};

        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old.pec");
        let connection = Connection::open(&old).unwrap();
        for step in [SCHEMA, MIGRATIONS[0], MIGRATIONS[1]] {
            connection.execute_batch(step).unwrap();
        }
        connection.pragma_update(None, "application_id", APPLICATION).unwrap();
        connection.pragma_update(None, "user_version", 3).unwrap();
        connection
            .execute_batch(
                "INSERT INTO message VALUES (7, zeroblob(32), 1, 0, 0, 0, 0, x'00');
                 INSERT INTO judged (message, judged_at, trust_data, verdict, kind, quarantine) VALUES (7, 0, '', '', '', '');
                 INSERT INTO words (rowid, text) VALUES (7, 'contratto')",
            )
            .unwrap();
        drop(connection);
        let opened = open(&old, Access::Write).unwrap();
        let found = |text: &str| find::newest(&opened, &Query::parse(text).unwrap(), None, 10).unwrap();
        for text in ["contratto", "con*", "contr*"] {
            assert_eq!(found(text), [7], "{text}");
        }
        assert_eq!(survey::structure(&opened).unwrap(), Vec::<String>::new());
        // Making the index anew brings the words of this format, which the caller fills again.
        index::prepare(&opened).unwrap();
        assert_eq!(found("contratto"), [0; 0]);
        opened.execute("INSERT INTO words (rowid, text) VALUES (7, 'contratto')", []).unwrap();
        assert_eq!(found("con*"), [7]);
        let new = folder.path().join("new.pec");
        create(&new).unwrap();
        assert_eq!(form(&opened), form(&open(&new, Access::Write).unwrap()));
        // A second time nothing is taken away.
        index::prepare(&opened).unwrap();
        assert_eq!(found("con*"), [7]);
    }

    #[test]
    fn a_file_of_format_11_keeps_its_own_indexes_and_what_is_in_it_is_found_by_its_digest() {
        use crate::id::Id;
        use crate::sqlite::digests::Kind;
        use crate::sqlite::{blobs, erase, messages, survey};

        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old.pec");
        let connection = Connection::open(&old).unwrap();
        let own_indexes =
            SCHEMA.replace("NOT NULL CHECK (length(sha256) = 32)", "NOT NULL UNIQUE CHECK (length(sha256) = 32)");
        connection.execute_batch(&own_indexes).unwrap();
        connection.execute_batch("CREATE INDEX attachment_sha256 ON attachment (sha256)").unwrap();
        MIGRATIONS[..10].iter().for_each(|step| connection.execute_batch(step).unwrap());
        write_words(&connection).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION).unwrap();
        connection.pragma_update(None, "user_version", 11).unwrap();
        let (message, body, attachment) = (Id::of(b"m"), Id::of(b"b"), Id::of(b"a"));
        connection.execute("INSERT INTO message VALUES (7, ?1, 1, 0, 0, 0, 0, x'00')", [message]).unwrap();
        connection.execute("INSERT INTO body VALUES (3, ?1, 1)", [body]).unwrap();
        for n in 0..2 {
            connection
                .execute("INSERT INTO attachment (message, n, size, sha256) VALUES (7, ?1, 1, ?2)", (n, attachment))
                .unwrap();
        }
        connection
            .execute_batch(
                "INSERT INTO judged (message, judged_at, trust_data, verdict, kind, quarantine) VALUES (7, 0, '', '', '', '');
                 INSERT INTO words (rowid, text) VALUES (7, 'contratto'); INSERT INTO hole VALUES (7, 0, 0, 3)",
            )
            .unwrap();
        drop(connection);
        let opened = open(&old, Access::Write).unwrap();
        assert_eq!(survey::structure(&opened).unwrap(), Vec::<String>::new());
        assert_eq!(messages::find(&opened, message).unwrap(), Some(7));
        assert_eq!(blobs::list(&opened, None, 10).unwrap(), [(body, 1)]);
        assert_eq!(digests::find(&opened, Kind::Attachment, attachment).unwrap(), Some(7));
        assert!(!found_schema(&opened).unwrap().contains_key("attachment_sha256"));
        assert_eq!(erase::message(&opened, 7).unwrap(), [body]);
        blobs::remove(&opened, &digests::Bodies::default(), &[body]).unwrap();
        assert_eq!(messages::find(&opened, message).unwrap(), None);
        assert_eq!(survey::structure(&opened).unwrap(), Vec::<String>::new());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn network_file_systems_are_known() {
        assert_eq!(network_name(0x6969), Some("NFS"));
        assert_eq!(network_name(0xff53_4d42), Some("CIFS"));
        assert_eq!(network_name(0xef53), None); // ext4
        assert_eq!(network_name(0x0102_1994), None); // tmpfs
    }
}
