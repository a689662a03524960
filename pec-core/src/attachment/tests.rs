use std::collections::BTreeSet;

use super::*;

fn codes(name: &str, bytes: &[u8]) -> Vec<&'static str> {
    examine(name, bytes, None).refusals.iter().map(|refusal| refusal.code.as_str()).collect()
}

/// A ZIP of empty members with these names; `marks` are those of the first.
fn zip(names: &[&str], marks: u16) -> Vec<u8> {
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    for (n, name) in names.iter().enumerate() {
        let marks = if n == 0 { marks } else { 0 };
        let at = bytes.len() as u32;
        bytes.extend(b"PK\x03\x04\x14\0");
        bytes.extend(marks.to_le_bytes());
        bytes.extend([0; 18]);
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend([0; 2]);
        bytes.extend(name.as_bytes());
        list.extend(b"PK\x01\x02\x14\0\x14\0");
        list.extend(marks.to_le_bytes());
        list.extend([0; 18]);
        list.extend((name.len() as u16).to_le_bytes());
        list.extend([0; 12]);
        list.extend(at.to_le_bytes());
        list.extend(name.as_bytes());
    }
    let (start, size, count) = (bytes.len() as u32, list.len() as u32, names.len() as u16);
    bytes.extend(list);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(count.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend(size.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

fn wide(name: &str) -> Vec<u8> {
    name.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn row_71_what_would_keep_others_from_opening_a_file_is_told() {
    let ole = |name: &str| [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 600], &wide(name), &[0; 100]].concat();
    let encrypted =
        b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nxref\ntrailer\n<< /Size 2 /Encrypt 5 0 R >>\nstartxref\n9\n%%EOF\n";
    let compressed =
        b"%PDF-1.7\n9 0 obj\n<< /Encrypt 5 0 R /Type /XRef >>\nstream\nxx\nendstream\nendobj\nstartxref\n9\n%%EOF\n";
    let cases: &[(&str, Vec<u8>, &[&str])] = &[
        ("a.pdf", Vec::new(), &["attachment.empty"]),
        ("", b"x".to_vec(), &["attachment.unnamed"]),
        ("fattura\u{202e}fdp.exe", b"x".to_vec(), &["attachment.unnamed", "attachment.executable"]),
        ("a.pdf", b"<html>".to_vec(), &["attachment.type_mismatch"]),
        ("a.pdf", encrypted.to_vec(), &["attachment.encrypted_pdf"]),
        ("a.pdf", compressed.to_vec(), &["attachment.encrypted_pdf"]),
        ("a.pdf", b"%PDF-1.4 cut".to_vec(), &["attachment.damaged"]),
        ("a.EXE", b"MZ\x90".to_vec(), &["attachment.executable"]),
        ("a.exe ", b"text".to_vec(), &["attachment.executable"]),
        ("a.txt", b"#!/bin/sh\n".to_vec(), &["attachment.executable"]),
        ("a.docm", zip(&["[Content_Types].xml", "word/vbaProject.bin"], 0), &["attachment.macros"]),
        ("a.doc", ole("_VBA_PROJECT"), &["attachment.macros"]),
        ("a.docx", ole("EncryptedPackage"), &["attachment.type_mismatch", "attachment.encrypted"]),
        ("a.zip", zip(&["b.zip"], 0), &["attachment.archive_in_archive"]),
        ("a.zip", zip(&["b.pdf", "c.pdf.exe"], 0), &["attachment.executable"]),
        ("a.zip", zip(&["b.pdf"], 1), &["attachment.encrypted"]),
        ("a.zip", b"PK\x03\x04 cut".to_vec(), &["attachment.damaged"]),
    ];
    let mut seen = BTreeSet::from(["attachment.large", "attachment.illegible"]);
    for (name, bytes, expected) in cases {
        assert_eq!(codes(name, bytes), *expected, "{name}");
        seen.extend(*expected);
    }
    let large = examine("a.txt", b"abcd", Some(3)).legibility("a.txt", 40, 60);
    assert_eq!(large.refusals.len(), 2);
    for code in Code::ALL.iter().map(|code| code.as_str()).filter(|code| code.starts_with("attachment.")) {
        assert!(seen.contains(code), "nothing provokes {code}");
    }
}

#[test]
fn what_people_send_every_day_passes_in_silence() {
    let speaks =
        b"%PDF-1.4\n1 0 obj\n(the word /Encrypt in a text)\nendobj\ntrailer\n<< /Size 2 >>\nstartxref\n9\n%%EOF\n";
    let signed = b"\x30\x82\x10\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0";
    let cases: &[(&str, Vec<u8>)] = &[
        ("a.pdf", speaks.to_vec()),
        ("IT01234567890_00001.xml", b"\xef\xbb\xbf<?xml version=\"1.0\"?><p:FatturaElettronica/>".to_vec()),
        ("IT01234567890_00001.xml.p7m", signed.to_vec()),
        ("b64.p7m", encodify::base64::STANDARD.encode([&signed[..], &[0; 40]].concat()).into_bytes()),
        ("a.docx", zip(&["[Content_Types].xml", "word/document.xml", "word/embeddings/b.zip"], 0)),
        ("a.zip", zip(&["b.pdf", "c/d.txt"], 0)),
        ("a.zip", [&b"before "[..], &zip(&["b.pdf"], 0)].concat()[7..].to_vec()),
        ("foto.JPG", b"\xff\xd8\xff\xe0".to_vec()),
        ("note", b"text".to_vec()),
        ("note.txt", b"text".to_vec()),
        ("voce.mp3", b"ID3".to_vec()),
    ];
    for (name, bytes) in cases {
        assert_eq!(codes(name, bytes), [""; 0], "{name}");
    }
}

#[test]
fn a_list_that_lies_about_its_size_is_damage_and_no_panic() {
    let mut bytes = zip(&["b.pdf"; 3], 0);
    let end = bytes.len();
    for (at, value) in [(end - 12, 0xff_u8), (end - 10, 0xff), (end - 9, 0x7f), (end - 22 + 10, 200)] {
        let before = std::mem::replace(&mut bytes[at], value);
        let _ = codes("a.zip", &bytes);
        bytes[at] = before;
    }
    for cut in 0..end {
        let _ = codes("a.zip", &bytes[..cut]);
    }
}
