//! Where people keep messages: files, folders, Maildir, mbox; what is read there, in which order, and what is said of the rest.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use pec_core::finding::Language;
use pec_files::{Kind, Opened, Place, Reason, open, places, read_one};

const LIMIT: usize = 1 << 20;

/// Writes files, with the folders around them.
fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// The places below a folder, relative to it; what is missing with a mark before it.
fn found(folder: &Path) -> Vec<String> {
    let relative = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    let name = |place| match place {
        Place::Stdin => "-".to_owned(),
        Place::File(path) => relative(&path),
        Place::Missing(name, _) => format!("! {}", relative(Path::new(&name))),
    };
    places(&[folder.to_path_buf()]).into_iter().map(name).collect()
}

/// Names and contents of what a place holds.
fn opened(place: &Place) -> Vec<(String, Result<String, Reason>)> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    match open(place, LIMIT) {
        Opened::One(item) => vec![(item.name, item.bytes.map(text))],
        Opened::Many(messages) => messages.map(|item| (item.name, item.bytes.map(text))).collect(),
    }
}

fn contents(path: &Path) -> Vec<String> {
    opened(&Place::File(path.to_path_buf())).into_iter().map(|(_, bytes)| bytes.unwrap()).collect()
}

/// Why there is nothing.
fn refused(path: &Path) -> Reason {
    let [(_, Err(reason))] = &opened(&Place::File(path.to_path_buf()))[..] else { panic!("{}", path.display()) };
    reason.clone()
}

#[test]
fn a_folder_is_read_in_the_order_of_its_names() {
    let folder = tempfile::tempdir().unwrap();
    let files =
        [("b.eml", "B"), ("a/2.eml", "2"), ("a/1.eml", "1"), ("a/più giù/3.eml", "3"), (".hidden", "no"), ("c", "C")];
    write(folder.path(), &files);
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(found(folder.path()), ["a/1.eml", "a/2.eml", "a/più giù/3.eml", "b.eml", "c"]);
    // Twice is the same, and what is named twice is read twice.
    let both = [folder.path().join("b.eml"), folder.path().join("a")];
    let named = places(&both);
    assert!(matches!(&named[..], [Place::File(b), Place::File(_), ..] if *b == both[0]));
    assert_eq!(named.len(), 4);
}

#[test]
fn of_a_maildir_only_the_messages_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let mailbox = [
        ("cur/1.host:2,S", "read"),
        ("new/2.host", "unread"),
        ("tmp/3.host", "half written"),
        ("dovecot-uidlist", "3 V1"),
        ("dovecot.index.log", "binary"),
        (".Posta inviata/cur/4.host:2,", "sent"),
        (".Posta inviata/new/5.host", "sent too"),
        (".Posta inviata/tmp/6.host", "half written"),
        (".Posta inviata/maildirfolder", ""),
    ];
    write(folder.path(), &mailbox);
    let expected = [".Posta inviata/cur/4.host:2,", ".Posta inviata/new/5.host", "cur/1.host:2,S", "new/2.host"];
    assert_eq!(found(folder.path()), expected);
    // A folder that is only called `tmp` is one like others.
    let plain = tempfile::tempdir().unwrap();
    write(plain.path(), &[("tmp/1.eml", "x"), ("cur/2.eml", "y")]);
    assert_eq!(found(plain.path()), ["cur/2.eml", "tmp/1.eml"]);
}

#[test]
fn the_messages_of_an_mbox_are_numbered_and_one_alone_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mbox");
    let one = "From - Mon Feb  9 10:15:30 2026\nSubject: 1\n\nuno\n";
    fs::write(&path, one).unwrap();
    let name = path.display().to_string();
    assert_eq!(opened(&Place::File(path.clone()))[0].0, name);
    fs::write(&path, format!("{one}\n{one}")).unwrap();
    let names: Vec<String> = opened(&Place::File(path.clone())).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [format!("{name}#1"), format!("{name}#2")]);
    assert_eq!(contents(&path), ["Subject: 1\n\nuno\n"; 2]);
}

#[test]
fn one_mark_is_taken_from_each_quoted_line_of_an_mbox() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mbox");
    fs::write(&path, "From - Mon Feb  9 10:15:30 2026\nA: 1\n\n>From x\n>>From y\n> From z\n>Frome\n").unwrap();
    assert_eq!(contents(&path), ["A: 1\n\nFrom x\n>From y\n> From z\n>Frome\n"]);
}

/// Programs write that header, and others change the message afterwards: only the separators count.
#[test]
fn a_content_length_that_lies_cuts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mbox");
    for length in ["0", "3", "5", "6", "999999", "-1", "18446744073709551616", "many"] {
        let message = format!("Content-Length: {length}\nSubject: 1\n\nFrom here\non\n");
        let separator = "From a@b Mon Feb  9 10:15:30 2026\n";
        fs::write(&path, format!("{separator}{message}\n{separator}{message}")).unwrap();
        assert_eq!(contents(&path), [&*message, &*message], "{length}");
    }
}

#[test]
fn an_mbox_may_be_written_with_either_line_end_and_without_the_last_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mbox");
    fs::write(&path, "From - Mon Feb  9 10:15:30 2026\r\nA: 1\r\n\r\nuno\r\n\r\nFrom - Tue Mar 10 1:2:3 2026\r\nA: 2")
        .unwrap();
    assert_eq!(contents(&path), ["A: 1\r\n\r\nuno\r\n", "A: 2"]);
}

#[test]
fn what_is_not_there_is_said_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let missing = refused(&folder.path().join("nothing here.eml"));
    assert_eq!((missing.kind, missing.system), (Kind::File, Some(2)));
    assert_eq!(missing.of(Language::It), "il file non esiste: controllare il nome");
    assert_eq!(missing.of(Language::En), "no such file: check the name");
    assert_eq!(missing.to_string(), missing.of(Language::En));
    let named = missing.at(Path::new("perché no.eml"));
    assert_eq!(named.of(Language::It), "perché no.eml: il file non esiste: controllare il nome");
    assert_eq!((named.kind, named.system), (Kind::File, Some(2)));

    let empty = folder.path().join("empty.eml");
    fs::write(&empty, "").unwrap();
    let empty = refused(&empty);
    assert_eq!(empty.kind, Kind::File);
    assert!(empty.of(Language::It).starts_with("è vuoto: ") && empty.of(Language::En).starts_with("is empty: "));

    let inside = folder.path().join("folder");
    fs::create_dir(&inside).unwrap();
    let is_folder = refused(&inside);
    assert_eq!(is_folder.of(Language::It), "è una cartella, non un messaggio");
    assert_eq!((is_folder.of(Language::En), is_folder.kind), ("is a folder, not a message", Kind::File));
    let [Place::Missing(name, reason)] = &places(std::slice::from_ref(&inside))[..] else { panic!("one place") };
    assert_eq!(*name, inside.display().to_string());
    assert_eq!(reason.of(Language::It), "la cartella non contiene file da leggere");
    assert_eq!((reason.of(Language::En), reason.kind), ("the folder holds no files to read", Kind::File));
}

#[test]
fn a_file_beyond_the_limit_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.eml");
    fs::write(&path, vec![b'x'; LIMIT + 1]).unwrap();
    let reason = refused(&path);
    assert_eq!(reason.kind, Kind::TooLarge);
    assert_eq!(reason.of(Language::It), "è più grande di 1 MiB, il limite per un messaggio");
    assert_eq!(reason.of(Language::En), "is larger than 1 MiB, the limit for one message");
    fs::write(&path, vec![b'x'; LIMIT]).unwrap();
    assert_eq!(contents(&path)[0].len(), LIMIT);
    // Of an mbox only the message that is too large is left out.
    let separator = "From - Mon Feb  9 10:15:30 2026\n";
    fs::write(&path, format!("{separator}{}\n\n{separator}A: 2\n", "x".repeat(LIMIT + 1))).unwrap();
    let [(_, Err(first)), (_, Ok(second))] = &opened(&Place::File(path.clone()))[..] else { panic!("two messages") };
    assert_eq!((first.kind, second.as_str()), (Kind::TooLarge, "A: 2\n"));
}

#[test]
fn one_message_is_wanted_where_one_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mbox");
    let one = "From - Mon Feb  9 10:15:30 2026\nA: 1\n\nuno\n";
    fs::write(&path, one).unwrap();
    assert_eq!(read_one(&path, LIMIT).unwrap(), b"A: 1\n\nuno\n");
    fs::write(&path, format!("{one}\n{one}")).unwrap();
    let several = read_one(&path, LIMIT).unwrap_err();
    assert_eq!(several.kind, Kind::Several);
    let begins = |language| several.of(language).starts_with(&path.display().to_string());
    assert!(begins(Language::It) && begins(Language::En));
    assert!(
        several
            .of(Language::It)
            .ends_with("contiene più messaggi (mbox o ZIP): indicare un file con un solo messaggio")
    );
    assert!(several.of(Language::En).ends_with("holds several messages (mbox or ZIP): name a file with one message"));
    assert_eq!(read_one(&folder.path().join("missing"), LIMIT).unwrap_err().kind, Kind::File);
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn links_are_followed_and_broken_ones_told() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        write(elsewhere.path(), &[("1.eml", "one"), ("inside/2.eml", "two")]);
        write(folder.path(), &[("z.eml", "last")]);
        symlink(elsewhere.path().join("1.eml"), folder.path().join("a file")).unwrap();
        symlink(elsewhere.path().join("inside"), folder.path().join("b folder")).unwrap();
        symlink(folder.path().join("gone"), folder.path().join("c broken")).unwrap();
        assert_eq!(found(folder.path()), ["a file", "b folder/2.eml", "! c broken", "z.eml"]);
        assert_eq!(contents(&folder.path().join("a file")), ["one"]);
        let broken = places(&[folder.path().to_path_buf()]).remove(2);
        let [(_, Err(reason))] = &opened(&broken)[..] else { panic!("it is broken") };
        assert_eq!(reason.of(Language::It), "il file non esiste: controllare il nome");
    }

    #[test]
    fn a_link_to_a_folder_above_ends_and_is_told() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("inside/1.eml", "one"), ("inside/z.eml", "last")]);
        symlink(folder.path(), folder.path().join("inside/loop")).unwrap();
        // One that leads to itself leads nowhere.
        symlink(folder.path().join("itself"), folder.path().join("itself")).unwrap();
        assert_eq!(found(folder.path()), ["inside/1.eml", "! inside/loop", "inside/z.eml", "! itself"]);
        let Place::Missing(_, reason) = places(&[folder.path().to_path_buf()]).remove(1) else { panic!("it loops") };
        assert_eq!(reason.of(Language::It), "il collegamento riporta a una cartella superiore");
        assert_eq!((reason.of(Language::En), reason.kind), ("the link leads back to a folder above", Kind::File));
    }

    /// The superuser may read everything.
    #[test]
    fn what_may_not_be_read_is_told_and_the_rest_is_read() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("a.eml", "secret"), ("b/1.eml", "inside"), ("c.eml", "open")]);
        let (file, inside): (PathBuf, PathBuf) = (folder.path().join("a.eml"), folder.path().join("b"));
        let may = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        may(&file, 0o000);
        may(&inside, 0o000);
        if fs::read(&file).is_ok() {
            println!("skipped: this user may read every file");
        } else {
            assert_eq!(found(folder.path()), ["a.eml", "! b", "c.eml"]);
            let reason = refused(&file);
            assert_eq!((reason.kind, reason.system), (Kind::File, Some(13)));
            assert!(reason.of(Language::It).starts_with("manca il permesso di accesso: "));
            assert!(reason.of(Language::En).starts_with("permission denied: "));
        }
        may(&inside, 0o755);
    }
}
