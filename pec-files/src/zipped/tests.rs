use std::io::{Cursor, Seek, Write};

use pec_core::finding::Language;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

const LIMIT: usize = 1 << 16;
const MESSAGE: &str = "Subject: uno\r\n\r\nBuongiorno.\r\n";
const SEPARATOR: &str = "From - Mon Feb  9 10:15:30 2026\n";

/// A ZIP with these members, packed.
fn packed(members: &[(&str, &str)]) -> Vec<u8> {
    with(CompressionMethod::Deflated, members)
}

fn with(method: CompressionMethod, members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in members {
        if name.ends_with('/') {
            writer.add_directory(*name, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

fn opened(zip: &[u8]) -> Result<Members, Reason> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(zip).unwrap();
    file.rewind().unwrap();
    Members::new(file, "posta.zip".into(), LIMIT)
}

/// Name, and the message or why there is none, of everything in a ZIP.
fn read(zip: &[u8]) -> Vec<(String, Result<String, String>)> {
    told(opened(zip).unwrap())
}

fn told(members: Members) -> Vec<(String, Result<String, String>)> {
    let text = |item: Item| {
        let bytes = item.bytes.map(|bytes| String::from_utf8(bytes).unwrap());
        (item.name, bytes.map_err(|reason| reason.of(Language::En).to_owned()))
    };
    members.map(text).collect()
}

fn replaced(zip: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = zip.to_vec();
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// The same with other values in the frames of the first member: offsets of the local header and of the list.
fn framed(zip: &[u8], local: usize, central: usize, value: u16) -> Vec<u8> {
    let mut bytes = zip.to_vec();
    let list = (0..bytes.len()).find(|at| bytes[*at..].starts_with(b"PK\x01\x02")).unwrap();
    for at in [local, list + central] {
        bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

#[test]
fn messages_and_mbox_files_are_read_wherever_they_stand() {
    let mbox = format!("{SEPARATOR}A: 1\n\n>From x\n\n{SEPARATOR}A: 2\n\n");
    let alone = format!("{SEPARATOR}A: 3\n\n");
    let zip = packed(&[
        ("2026/", ""),
        ("2026/uno è.eml", MESSAGE),
        ("posta", &mbox),
        ("alone.mbox", &alone),
        ("cur/1.x:2,S", "Received: x\r\n\r\n"),
        ("ultimo.EML", "\r\nno header"),
    ]);
    let names = |name: &str| format!("posta.zip/{name}");
    assert_eq!(
        read(&zip),
        [
            (names("2026/uno è.eml"), Ok(MESSAGE.into())),
            (names("posta#1"), Ok("A: 1\n\nFrom x\n".into())),
            (names("posta#2"), Ok("A: 2\n".into())),
            (names("alone.mbox"), Ok("A: 3\n".into())),
            (names("cur/1.x:2,S"), Ok("Received: x\r\n\r\n".into())),
            (names("ultimo.EML"), Ok("\r\nno header".into())),
        ]
    );
    let items: Vec<Item> = opened(&zip).unwrap().collect();
    assert_eq!(items[1].quoting.readings(items[1].bytes.as_ref().unwrap()).count(), 1);
}

#[test]
fn two_members_of_one_name_are_two_messages() {
    let zip = packed(&[("a.eml", "A: 1\n\n"), ("b.eml", "A: 2\n\n")]);
    let found = read(&replaced(&zip, b"b.eml", b"a.eml"));
    assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["posta.zip/a.eml"; 2]);
    assert_ne!(found[0].1, found[1].1);
}

#[test]
fn what_is_no_message_is_told_and_the_rest_is_read() {
    let inner = with(CompressionMethod::Stored, &[("x.eml", MESSAGE)]);
    let inner: String = inner.into_iter().map(|byte| if byte.is_ascii() { byte as char } else { '?' }).collect();
    let large = format!("A: {}\n\n", "x".repeat(LIMIT));
    let zip = packed(&[
        ("indice.html", "<html>"),
        ("elenco.json", "{\"a\": 1}"),
        ("dentro.zip", &inner),
        ("vuoto.eml", ""),
        ("grande.eml", &large),
        ("__MACOSX/._uno.eml", "x"),
        ("2026/.DS_Store", "x"),
        ("uno.eml", MESSAGE),
    ]);
    let found = read(&zip);
    let reasons: Vec<&str> = found
        .iter()
        .filter_map(|(_, read)| read.as_ref().err().map(|reason| &reason[..reason.len().min(24)]))
        .collect();
    assert_eq!(
        reasons,
        [
            "is no message: it does no",
            "is no message: it does no",
            "is a ZIP archive inside ",
            "is empty: there is no me",
            "is larger than 65536 byt"
        ]
        .map(|reason| &reason[..24])
    );
    assert_eq!(found.last().unwrap(), &("posta.zip/uno.eml".into(), Ok(MESSAGE.into())));
    assert_eq!(read(&packed(&[])), [("posta.zip".into(), Err("there is no message in the ZIP archive".into()))]);
}

#[test]
fn passwords_odd_methods_and_damage_are_told_and_the_rest_is_read() {
    let zip = with(CompressionMethod::Stored, &[("a.eml", MESSAGE), ("b.eml", "A: 2\n\n")]);
    let cases = [
        (framed(&zip, 6, 8, 1), "protected by a password"),
        (framed(&zip, 8, 10, 14), "that is not read here"),
        (replaced(&zip, b"Buongiorno", b"Buonasera!"), "damaged inside the ZIP"),
    ];
    for (zip, reason) in cases {
        let found = read(&zip);
        assert!(found[0].1.as_ref().unwrap_err().contains(reason), "{found:?}");
        assert_eq!(found[1], ("posta.zip/b.eml".into(), Ok("A: 2\n\n".into())));
    }
    for end in [zip.len() - 30, 60, 4] {
        let error = opened(&zip[..end]).err().unwrap();
        assert!(error.of(Language::It).contains("danneggiato o incompleto"), "{error}");
    }
}

#[test]
fn more_than_a_zip_may_come_to_ends_it() {
    let zip = packed(&[("a.eml", MESSAGE), ("b.eml", &"A: 2\n".repeat(1000)), ("c.eml", MESSAGE)]);
    let mut members = opened(&zip).unwrap();
    members.budget = 1000;
    let found = told(members);
    assert_eq!(found.len(), 2);
    assert!(found[0].1.is_ok() && found[1].1.as_ref().unwrap_err().contains("made to do harm"), "{found:?}");
    // An mbox is unpacked whole, however long it is: it counts as well.
    let mut members = opened(&packed(&[("posta", &format!("{SEPARATOR}A: 1\n\n{}", "x\n".repeat(5000)))])).unwrap();
    members.budget = 1000;
    assert!(told(members)[0].1.as_ref().unwrap_err().contains("made to do harm"));
}

#[test]
fn a_list_longer_than_its_window_is_read_to_the_end() {
    let names: Vec<String> = (0..WINDOW + 3).map(|n| format!("{n}.eml")).collect();
    let members: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "A: 1\n\n")).collect();
    let found = read(&with(CompressionMethod::Stored, &members));
    assert_eq!(found.len(), names.len());
    assert!(found.iter().zip(&names).all(|((found, read), name)| found.ends_with(name.as_str()) && read.is_ok()));
}

#[test]
fn a_zip_with_any_byte_changed_is_read_to_its_end() {
    let zip = packed(&[("a.eml", MESSAGE), ("posta", &format!("{SEPARATOR}A: 1\n\n{SEPARATOR}A: 2\n\n"))]);
    let whole = read(&zip);
    let mut told_otherwise = 0;
    for at in 0..zip.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff, zip[at] ^ 1] {
            let mut bytes = zip.clone();
            bytes[at] = value;
            // Whatever it says now, what was a message is one still or is told to be none.
            let items = opened(&bytes).map_or(Vec::new(), Iterator::collect);
            assert!(items.len() <= 4, "{at}: {items:?}");
            let same = items.iter().filter(|item| {
                whole.iter().any(|(_, read)| read.as_ref().ok().map(String::as_bytes) == item.bytes.as_deref().ok())
            });
            told_otherwise += usize::from(same.count() < 3);
        }
    }
    assert!(told_otherwise > zip.len(), "{told_otherwise}");
}
