//! What is kept of passwords, and what becomes of it when somebody lays hands on it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use pec_imap::{
    Answered, Asked, Credential, FileSecrets, HostKey, HostSecrets, Origin, PassphraseCost, SecretError, SecretField,
    SecretStore,
};

const ACCESS: SecretField = SecretField::Access;

/// Cheap, for tests.
const COST: PassphraseCost = PassphraseCost { memory_kib: 64, passes: 1, lanes: 1 };

fn key(byte: u8) -> HostKey {
    HostKey::new([byte; 32])
}

fn with_three(path: &Path) -> FileSecrets {
    let store = FileSecrets::open(path, key(1)).unwrap();
    let expires = "2026-05-01T00:00:00Z".parse().unwrap();
    let generated = Credential::new("anna", "prima-segreta").origin(Origin::Generated).expires(expires);
    store.put("Anna@x.example", ACCESS, &generated.renewal("pannello")).unwrap();
    store.put("berto@x.example", ACCESS, &Credential::new("berto", "seconda-segreta")).unwrap();
    store.put("berto@x.example", SecretField::Submission, &Credential::new("berto", "pàss 🔑")).unwrap();
    store
}

/// Whether two credentials are the same, secrets too: a store that has both under one key gives both back alike.
fn facts(store: &dyn SecretStore) -> Vec<(String, Option<SecretField>, Result<String, &'static str>)> {
    let entries = store.list().unwrap().into_iter();
    entries
        .map(|entry| {
            let facts = entry.facts.map(|facts| facts.login).map_err(|error| error.code());
            (entry.mailbox, entry.field, facts)
        })
        .collect()
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn write(path: &Path, lines: &[String]) {
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

#[test]
fn what_is_put_comes_back_with_all_that_is_known_of_it_and_none_of_it_can_be_read_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segreti");
    drop(with_three(&path));
    let text = fs::read(&path).unwrap();
    for hidden in ["prima-segreta", "seconda-segreta", "pàss", "pannello", "2026-05-01"] {
        assert!(!String::from_utf8_lossy(&text).contains(hidden), "{hidden}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let store = FileSecrets::open(&path, key(1)).unwrap();
    let anna = store.get("anna@X.example", ACCESS).unwrap().unwrap();
    assert_eq!((anna.login(), anna.comes_from(), anna.renewal_hint()), ("anna", Origin::Generated, Some("pannello")));
    assert_eq!(anna.ends(), Some("2026-05-01T00:00:00Z".parse().unwrap()));
    assert!(store.get("anna@x.example", SecretField::Submission).unwrap().is_none());
    let all = facts(&store);
    assert_eq!(all.len(), 3);
    assert_eq!(all[2], ("berto@x.example".into(), Some(SecretField::Submission), Ok("berto".into())));
    assert!(store.remove("anna@x.example", ACCESS).unwrap());
    assert!(!store.remove("anna@x.example", ACCESS).unwrap());
    assert!(FileSecrets::open(&path, key(1)).unwrap().get("anna@x.example", ACCESS).unwrap().is_none());
}

#[test]
fn a_record_in_the_place_of_another_is_seen_and_hides_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segreti");
    let store = with_three(&path);
    let before = lines(&path);
    let sealed = |line: &str| line.split("\"sealed\":").nth(1).unwrap().to_owned();
    let swap = |a: usize, b: usize| {
        let mut swapped = before.clone();
        swapped[a] = before[a].replace(&sealed(&before[a]), &sealed(&before[b]));
        swapped[b] = before[b].replace(&sealed(&before[b]), &sealed(&before[a]));
        swapped
    };
    // Between two mailboxes, and between two fields of one.
    for (a, b, mailbox, fields) in
        [(1, 2, "anna@x.example", [ACCESS, ACCESS]), (2, 3, "berto@x.example", [ACCESS, SecretField::Submission])]
    {
        write(&path, &swap(a, b));
        for field in fields {
            let found = store.get(mailbox, field);
            assert!(matches!(found, Err(SecretError::Damaged(_))), "{found:?}");
        }
        let all = facts(&store);
        assert_eq!(all.iter().filter(|(.., facts)| *facts == Err("secret.damaged")).count(), 2, "{all:?}");
        assert_eq!(all.iter().filter(|(.., facts)| facts.is_ok()).count(), 1);
    }
    // The name of the mailbox itself changed.
    let mut renamed = before.clone();
    renamed[1] = before[1].replace("anna@", "carla@");
    write(&path, &renamed);
    assert!(matches!(store.get("carla@x.example", ACCESS), Err(SecretError::Damaged(_))));
}

#[test]
fn a_damaged_line_is_told_stays_and_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segreti");
    let store = with_three(&path);
    let good = fs::read(&path).unwrap();
    let second = good.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let third = second + good[second..].iter().position(|byte| *byte == b'\n').unwrap();
    // Every byte of a record, in turn: the other two are always there, and nothing passes for what it is not.
    for at in (second..third).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 0x15;
        fs::write(&path, &bad).unwrap();
        assert_eq!(store.get("berto@x.example", ACCESS).unwrap().unwrap().login(), "berto", "{at}");
        assert!(store.get("berto@x.example", SecretField::Submission).unwrap().is_some(), "{at}");
        let found = store.get("anna@x.example", ACCESS);
        assert!(!matches!(found, Ok(Some(_))), "{at}: {found:?}");
        assert!(facts(&store).iter().any(|(.., facts)| facts.is_err()), "{at}");
    }
    // What is set again takes the place of what can be told; the rest waits for a person.
    let mut cut = lines_of(&good);
    cut[1].truncate(20);
    write(&path, &cut);
    store.put("anna@x.example", ACCESS, &Credential::new("anna", "nuova")).unwrap();
    assert!(lines(&path).contains(&cut[1]));
    assert!(store.get("anna@x.example", ACCESS).unwrap().is_some());
    // Without its first line nobody knows how it is sealed.
    fs::write(&path, b"{}\n").unwrap();
    assert!(matches!(store.get("anna@x.example", ACCESS), Err(SecretError::Damaged(_))));
    assert!(matches!(store.put("a@x.example", ACCESS, &Credential::new("a", "b")), Err(SecretError::Damaged(_))));
    assert_eq!(fs::read(&path).unwrap(), b"{}\n");
}

fn lines_of(bytes: &[u8]) -> Vec<String> {
    String::from_utf8(bytes.to_vec()).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_key_is_changed_for_all_that_can_be_opened_and_the_old_one_opens_nothing_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segreti");
    let store = with_three(&path);
    let other = FileSecrets::open(&path, key(1)).unwrap();
    let mut damaged = lines(&path);
    damaged[1] = damaged[1].replace("\"sealed\":\"", "\"sealed\":\"AAAA");
    write(&path, &damaged);

    let rekeyed = store.rekey(key(2)).unwrap();
    assert_eq!((rekeyed.renewed, rekeyed.damaged.len()), (2, 1));
    assert!(store.get("berto@x.example", ACCESS).unwrap().is_some());
    assert!(matches!(FileSecrets::open(&path, key(1)), Err(SecretError::Key)));
    // A handle that has the old key neither reads nor writes over what is under the new one.
    assert!(matches!(other.get("berto@x.example", ACCESS), Err(SecretError::Key)));
    assert!(matches!(other.put("a@x.example", ACCESS, &Credential::new("a", "b")), Err(SecretError::Key)));
    let again = FileSecrets::open(&path, key(2)).unwrap();
    assert!(again.get("berto@x.example", SecretField::Submission).unwrap().is_some());
    assert_eq!(facts(&again).iter().filter(|(.., facts)| facts.is_err()).count(), 1);
}

#[test]
fn a_passphrase_opens_what_it_has_closed_and_a_file_cannot_ask_for_all_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segreti");
    let phrase = |text: &str| text.to_owned().into();
    let open = |text: &str| FileSecrets::open_with_passphrase(&path, &phrase(text), COST);
    open("quattro parole a caso").unwrap().put("a@x.example", ACCESS, &Credential::new("a", "b")).unwrap();
    assert!(open("quattro parole a caso").unwrap().get("a@x.example", ACCESS).unwrap().is_some());
    assert!(matches!(open("altre parole"), Err(SecretError::Key)));
    assert!(matches!(open(""), Err(SecretError::BadValue { .. })));
    assert!(matches!(FileSecrets::open(&path, key(1)), Err(SecretError::Key)));

    let store = open("quattro parole a caso").unwrap();
    assert_eq!(store.rekey_with_passphrase(&phrase("nuove parole"), COST).unwrap().renewed, 1);
    assert!(matches!(open("quattro parole a caso"), Err(SecretError::Key)));
    assert!(open("nuove parole").unwrap().get("a@x.example", ACCESS).unwrap().is_some());
    let greedy = fs::read_to_string(&path).unwrap().replace("\"memory_kib\":64", "\"memory_kib\":4000000000");
    fs::write(&path, greedy).unwrap();
    assert!(matches!(open("nuove parole"), Err(SecretError::BadValue { .. })));
}

#[test]
fn several_writers_lose_nothing_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segreti");
    drop(with_three(&path));
    std::thread::scope(|threads| {
        for writer in 0..4 {
            // A handle each, as processes have.
            let store = FileSecrets::open(&path, key(1)).unwrap();
            threads.spawn(move || {
                for n in 0..5 {
                    store.put(&format!("{writer}-{n}@x.example"), ACCESS, &Credential::new("u", "p")).unwrap();
                }
            });
        }
    });
    assert_eq!(FileSecrets::open(&path, key(1)).unwrap().list().unwrap().len(), 23);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_host_keeps_credentials_by_one_function() {
    let kept = Mutex::new(BTreeMap::new());
    let store = HostSecrets::new(move |asked| {
        let mut kept = kept.lock().map_err(|_| "chiuso".to_owned())?;
        Ok(match asked {
            Asked::Get(mailbox, field) => {
                kept.get(&(mailbox.to_owned(), field)).cloned().map_or(Answered::Nothing, Answered::Credential)
            }
            Asked::Put(mailbox, ..) if mailbox.starts_with("odd") => return Err("non oggi".into()),
            Asked::Put(mailbox, field, credential) => {
                kept.insert((mailbox.to_owned(), field), credential.clone());
                Answered::Nothing
            }
            Asked::Remove(mailbox, field) => Answered::Removed(kept.remove(&(mailbox.to_owned(), field)).is_some()),
            _ => Answered::Removed(false),
        })
    });
    store.put("A@x.example", ACCESS, &Credential::new("a", "b")).unwrap();
    assert_eq!(store.get("a@x.example", ACCESS).unwrap().unwrap().login(), "a");
    assert!(store.remove("a@x.example", ACCESS).unwrap() && store.get("a@x.example", ACCESS).unwrap().is_none());
    let said = store.put("odd@x.example", ACCESS, &Credential::new("a", "b")).unwrap_err();
    assert_eq!((said.code(), said.to_string()), ("secret.store", "non oggi".to_owned()));
    assert!(matches!(store.list(), Err(SecretError::Store(_))));
}
