//! `pec extract`: the bytes that were put in, and nothing outside the folder.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::{Ran, case, envelope, file, folder, pec};

fn extract(path: &Path, what: &str, out: Option<&Path>) -> Ran {
    let mut arguments: Vec<OsString> = vec!["extract".into(), path.into(), what.into()];
    arguments.extend(out.iter().flat_map(|out| ["-o".into(), out.into()]));
    pec(arguments)
}

/// Everything below a folder, relative to it.
fn below(folder: &Path) -> BTreeSet<String> {
    let entries = walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(Result::unwrap);
    entries.map(|entry| entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned()).collect()
}

fn message(parts: &[(&str, &str, &str)]) -> String {
    let mut text = "From: anna@pec.alfa.example\nTo: ufficio@cert.beta.example\nSubject: Allegati\n\
         Message-ID: <1@pec.alfa.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\nciao\n"
        .to_owned();
    for (headers, encoding, body) in parts {
        text.push_str(&format!("--b\n{headers}\nContent-Transfer-Encoding: {encoding}\n\n{body}\n"));
    }
    text + "--b--\n"
}

#[test]
fn the_exact_bytes() {
    let folder = folder();
    let bytes: Vec<u8> = (0..=255).cycle().take(3000).collect();
    let base64 = encodify::base64::STANDARD.encode(&bytes);
    let wrapped: Vec<&str> = base64.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let attached =
        "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"tutti i byte.bin\"";
    let (original, envelope) = envelope(&message(&[(attached, "base64", &wrapped.join("\n"))]), "Allegati");
    let path = file(&folder, "busta.eml", &envelope);
    assert!(extract(&path, "original", None).bytes == original);
    let out = folder.path().join("out/deep");
    let ran = extract(&path, "original", Some(&out));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(fs::read(out.join("postacert.eml")).unwrap() == original);
    assert!(ran.out.contains("postacert.eml") && ran.out.contains(&original.len().to_string()));
    assert!(extract(&path, "attachments", None).bytes == bytes);
    assert_eq!(extract(&path, "attachments", Some(&out)).code, 0);
    assert!(fs::read(out.join("tutti i byte.bin")).unwrap() == bytes);

    let data = extract(&path, "daticert", None);
    assert!(
        data.out.starts_with("<?xml") && data.out.contains("<postacert tipo=\"posta-certificata\""),
        "{}",
        data.out
    );
    let signature = extract(&path, "signature", Some(&out));
    assert_eq!(signature.code, 0);
    let text = String::from_utf8(envelope).unwrap();
    let (_, part) = text.rsplit_once("smime.p7s").unwrap();
    let base64 = part.split_once("\r\n\r\n").and_then(|(_, body)| body.split_once("\r\n--")).unwrap().0;
    let signature = encodify::base64::STANDARD.decode(base64.replace("\r\n", "")).unwrap();
    assert!(fs::read(out.join("smime.p7s")).unwrap() == signature);
}

/// The restored message is one whose signature holds.
#[test]
fn restored_bytes_verify() {
    let folder = folder();
    let changed = case("changed-transcoded");
    let out = folder.path().join("out");
    let ran = extract(&changed, "restored", Some(&out));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(super::verify([&changed]).json()[0]["integrity"], "altered");
    let said = pec(["verify", "--lang", "it", changed.to_str().unwrap()]);
    assert!(said.out.contains("→ pec extract FILE restored -o CARTELLA"), "{}", said.out);
    assert_eq!(super::verify([out.join("restored.eml")]).json()[0]["integrity"], "intact");
}

/// A PEC inside another message is its own bytes: forwarded as it was, or the signed part that a list left of it.
#[test]
fn a_pec_inside_a_message() {
    let folder = folder();
    let (_, pec) = envelope("From: anna@pec.alfa.example\nSubject: x\n\nx\n", "x");
    let forward = |encoding: &str, body: &[u8]| {
        let head = format!(
            "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=f\r\n\r\n--f\r\nContent-Type: \
             message/rfc822; name=pec.eml\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
        );
        [head.as_bytes(), body, b"\r\n--f--\r\n"].concat()
    };
    let base64 = encodify::base64::STANDARD.encode(&pec);
    for (name, message) in [("8bit", forward("8bit", &pec)), ("base64", forward("base64", base64.as_bytes()))] {
        let path = file(&folder, name, message);
        assert_eq!(super::verify([&path]).json()[0]["verdict"], "contains-pec");
        assert!(extract(&path, "nested", None).bytes == pec, "{name}");
    }
    let twice = forward("8bit", &forward("8bit", &pec));
    assert!(extract(&file(&folder, "twice", twice), "nested", None).bytes == pec);

    let out = folder.path().join("out");
    assert_eq!(extract(&case("quirk-list-wrapper"), "nested", Some(&out)).code, 0);
    let found = super::verify([out.join("nested.eml")]);
    assert_eq!(found.json()[0]["integrity"], "intact");
    assert_eq!(found.json()[0]["kind"], "posta-certificata");
    let said = super::pec(["verify", case("quirk-list-wrapper").to_str().unwrap()]);
    assert!(said.out.contains("→ pec extract FILE nested -o FOLDER"), "{}", said.out);
    assert_eq!(extract(&case("root-ordinary"), "nested", None).code, 2);
}

#[test]
fn what_is_not_there_is_said() {
    for (name, what, it, en) in [
        ("kind-acceptance-a", "original", "non contiene un messaggio originale", "holds no original message"),
        ("root-ordinary", "daticert", "non contiene dati di certificazione", "holds no signed certification data"),
        ("root-ordinary", "signature", "non contiene una firma", "holds no signature"),
        ("changed-attachment", "restored", "nessuna forma", "holds for no form"),
    ] {
        for (language, sentence) in [("it", it), ("en", en)] {
            let path = case(name);
            let ran = pec(["extract", "--lang", language, path.to_str().unwrap(), what]);
            assert_eq!(ran.code, 2);
            assert!(ran.out.is_empty() && ran.err.contains(sentence) && ran.err.contains(name), "{}", ran.err);
        }
    }
    let folder = folder();
    let ran = extract(&file(&folder, "plain.eml", "From: a@b.example\n\nciao\n"), "attachments", None);
    assert!(ran.code == 2 && ran.err.contains("plain.eml: holds no attachments"), "{}", ran.err);
    let ran = extract(Path::new("missing.eml"), "original", None);
    assert!(ran.code == 2 && ran.err.contains("no such file"), "{}", ran.err);
    let ran = extract(&super::conformance(), "original", None);
    assert!(ran.code == 2 && ran.err.contains("folder"), "{}", ran.err);
}

#[test]
fn hostile_names_stay_in_the_folder() {
    let names = [
        "../../x",
        "/tmp/pec-absolute",
        "..\\..\\y",
        "C:\\z",
        "..",
        ".",
        "",
        ".profile",
        "a.txt",
        "a.txt",
        "A.TXT",
        "nul",
        "con.txt",
        "-rf",
        "n\\\"q",
        "tab\there",
        "~",
        "dot.",
        "space ",
        "esc\x1b[2J",
        "link",
    ];
    let mut parts: Vec<_> = names
        .iter()
        .map(|name| {
            format!("Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"{name}\"")
        })
        .collect();
    let disposition = "Content-Type: application/octet-stream\nContent-Disposition: attachment;";
    parts.push(format!("{disposition} filename*=UTF-8''%2e%2e%2f%2e%2e%2fencoded"));
    parts.push(format!("{disposition} filename*=UTF-8''nul%00byte.txt"));
    parts.push(format!("{disposition} filename*=UTF-8''fattura%E2%80%AEfdp.exe"));
    parts.push(format!("{disposition} filename=\"=?UTF-8?B?Li4vLi4vd29yZA==?=\""));
    parts.push(format!("{disposition} filename=\"{}.pdf\"", "l".repeat(400)));
    let parts: Vec<_> = parts.iter().map(|headers| (headers.as_str(), "7bit", "x")).collect();
    let (_, envelope) = envelope(&message(&parts), "Allegati");

    let folder = folder();
    let path = file(&folder, "busta.eml", envelope);
    let out = folder.path().join("one/two/out");
    fs::create_dir_all(&out).unwrap();
    // What is already there is neither overwritten nor followed.
    fs::write(out.join("x"), "mine").unwrap();
    let outside = file(&folder, "outside", "mine");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&outside, out.join("link")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("created"), out.join("y")).unwrap();
    }
    let before = below(folder.path());
    let ran = extract(&path, "attachments", Some(&out));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", ran.out);

    let added: Vec<_> = below(folder.path()).difference(&before).cloned().collect();
    assert_eq!(added.len(), parts.len(), "{added:#?}");
    for name in &added {
        let name = name.strip_prefix("one/two/out/").unwrap_or_else(|| panic!("{name} is outside"));
        assert!(!name.contains('/') && !name.starts_with(['.', '-']) && name.len() < 255, "{name}");
        assert_eq!(fs::read(out.join(name)).unwrap(), b"x", "{name}");
    }
    for name in ["x-2", "encoded", "word", "a-2.txt", "fattura_fdp.exe", "nul_byte.txt"] {
        assert!(added.contains(&format!("one/two/out/{name}")), "{name} in {added:#?}");
    }
    assert_eq!(fs::read(out.join("x")).unwrap(), b"mine");
    assert_eq!(fs::read(outside).unwrap(), b"mine");
    assert!(!Path::new("/tmp/pec-absolute").exists());
}

#[test]
fn several_attachments_need_a_folder() {
    let folder = folder();
    let part = "Content-Type: application/pdf; name=a.pdf";
    let (_, envelope) = envelope(&message(&[(part, "7bit", "1"), (part, "7bit", "2")]), "Allegati");
    let path = file(&folder, "busta.eml", envelope);
    let ran = extract(&path, "attachments", None);
    assert!(ran.code == 2 && ran.err.contains("-o DIR") && ran.out.is_empty(), "{}", ran.err);
    // A file where the folder should be.
    let ran = extract(&path, "attachments", Some(&path));
    assert!(ran.code == 2 && ran.err.contains("busta.eml"), "{}", ran.err);
}
