//! Files, folders, Maildir, mbox, standard input, and what is no message.

use std::fs::{self, File};
use std::path::PathBuf;

use super::{case, envelope, file, folder, pec, pec_reading, verify};

fn eml(name: &str) -> Vec<u8> {
    fs::read(case(name)).unwrap()
}

/// An mbox as programs write it: line ends of the machine, `From ` lines quoted.
fn mbox(messages: &[Vec<u8>]) -> Vec<u8> {
    let mut mbox = Vec::new();
    for message in messages {
        mbox.extend_from_slice(b"From MAILER-DAEMON Mon Feb  9 10:15:30 2026\n");
        for line in String::from_utf8(message.clone()).unwrap().replace("\r\n", "\n").split_inclusive('\n') {
            if line.trim_start_matches('>').starts_with("From ") {
                mbox.push(b'>');
            }
            mbox.extend_from_slice(line.as_bytes());
        }
        mbox.push(b'\n');
    }
    mbox
}

const QUOTING: &str = "From: anna@pec.alfa.example\nTo: ufficio@cert.beta.example\nSubject: Ciao\nMIME-Version: 1.0\n\
     Content-Type: text/plain\n\nCiao,\n\nFrom here on I quote:\n>From there\n";

#[test]
fn an_mbox_with_quoted_lines() {
    let folder = folder();
    let (_, quoting) = envelope(QUOTING, "Ciao");
    let path = file(&folder, "two.mbox", mbox(&[quoting.clone(), eml("kind-delivery-a")]));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\n>From here") && text.contains("\n>>From there"));
    let ran = verify([&path]);
    assert_eq!(ran.verdicts(), ["certified two.mbox#1", "certified two.mbox#2"], "{}", ran.out);
    assert_eq!(ran.code, 0);

    // A program that quotes nothing.
    let unquoted = text.replace("\n>From", "\nFrom").replace("\n>>From", "\n>From");
    assert_eq!(
        verify([file(&folder, "unquoted", unquoted)]).verdicts(),
        ["certified unquoted#1", "certified unquoted#2"]
    );
    // A program that quotes `From ` lines alone.
    let once = text.replace("\n>>From", "\n>From");
    assert_eq!(verify([file(&folder, "once", once)]).verdicts(), ["certified once#1", "certified once#2"]);
    let alone = verify([file(&folder, "alone", mbox(&[quoting]))]);
    assert_eq!(alone.verdicts(), ["certified alone"], "one message needs no number");
}

#[test]
fn a_damaged_message_in_an_mbox_leaves_the_others() {
    let folder = folder();
    let mut all = mbox(&[eml("kind-acceptance-a"), eml("changed-attachment")]);
    all.extend_from_slice(b"From x Mon Feb  9 10:15:30 2026\n\xff\xfe\x00junk\n\n");
    all.extend(mbox(&[eml("kind-delivery-b")]));
    let ran = verify([file(&folder, "m", all)]);
    assert_eq!(ran.verdicts(), ["certified m#1", "altered m#2", "not-pec m#3", "certified m#4"]);
    assert_eq!(ran.code, 1);
}

#[test]
fn a_maildir_is_its_messages() {
    let folder = folder();
    for name in ["Maildir/cur/1:2,S", "Maildir/new/2", "Maildir/.Sent/cur/3:2,S"] {
        file(&folder, name, eml("kind-transport-a"));
    }
    fs::create_dir_all(folder.path().join("Maildir/.Sent/new")).unwrap();
    for name in ["Maildir/tmp/4", "Maildir/dovecot-uidlist", "Maildir/.Sent/maildirfolder", "Maildir/cur/.hidden"] {
        file(&folder, name, "not a message");
    }
    let ran = verify([folder.path()]);
    assert_eq!(ran.verdicts(), ["certified 3:2,S", "certified 1:2,S", "certified 2"], "{}", ran.out);
    assert_eq!(ran.code, 0);
}

#[test]
fn a_folder_in_the_order_of_names_links_included() {
    let folder = folder();
    file(&folder, "b.eml", eml("kind-transport-a"));
    file(&folder, "a/z.eml", eml("changed-attachment"));
    file(&folder, "a/tmp/y.eml", eml("kind-transport-b"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(case("kind-delivery-a"), folder.path().join("c.eml")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("d-loop")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("e-broken")).unwrap();
        let ran = verify([folder.path()]);
        let expected = [
            "certified y.eml",
            "altered z.eml",
            "certified b.eml",
            "certified c.eml",
            "error d-loop",
            "error e-broken",
        ];
        assert_eq!(ran.verdicts(), expected, "{}{}", ran.out, ran.err);
        assert_eq!(ran.code, 1);
        assert_eq!(ran.out, verify([folder.path()]).out);
    }
}

#[test]
fn standard_input() {
    let run = |bytes: &[u8]| pec_reading(bytes, ["verify", "--json", "-"]);
    let ran = run(&eml("kind-transport-a"));
    assert_eq!(ran.verdicts(), ["intact-but-untrusted -"]);
    assert_eq!(ran.code, 1);
    let two = run(&mbox(&[eml("kind-transport-a"), eml("root-ordinary")]));
    assert_eq!(two.verdicts(), ["intact-but-untrusted -#1", "not-pec -#2"]);
    let nothing = run(b"");
    assert_eq!(nothing.verdicts(), ["error -"]);
    assert_eq!(nothing.code, 2);
}

/// Each with a sentence of its own, in the place where it stands, and the rest goes on.
#[test]
fn what_cannot_be_read_does_not_stop_the_rest() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    file(&folder, "0-empty.eml", b"");
    let sparse = File::create(at("1-huge.eml")).unwrap();
    sparse.set_len(2 << 30).unwrap();
    drop(sparse);
    file(&folder, "2-junk.eml", (0..=255).cycle().take(100_000).collect::<Vec<u8>>());
    file(&folder, "3-good.eml", eml("kind-transport-a"));
    fs::create_dir(at("nothing")).unwrap();
    let paths: Vec<PathBuf> =
        ["0-empty.eml", "missing.eml", "1-huge.eml", "2-junk.eml", "nothing", "3-good.eml"].map(at).into();
    let ran = verify(&paths);
    let verdicts = ran.verdicts();
    assert_eq!(
        verdicts,
        [
            "error 0-empty.eml",
            "error missing.eml",
            "error 1-huge.eml",
            "not-pec 2-junk.eml",
            "error nothing",
            "certified 3-good.eml"
        ]
    );
    assert_eq!(ran.code, 1);
    for value in ran.json().iter().filter(|value| value["error"].is_string()) {
        assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["error", "file", "schema"]);
    }
    for (language, sentences) in [
        ("it", ["è vuoto", "il file non esiste", "più grande di 256 MiB", "non contiene file"]),
        ("en", ["is empty", "no such file", "larger than 256 MiB", "holds no files"]),
    ] {
        let mut command = super::command(["verify", "--lang", language]);
        let ran = super::run({
            command.args(&paths);
            command
        });
        let lines: Vec<_> = ran.err.lines().collect();
        assert_eq!(lines.len(), 4, "{}", ran.err);
        for (line, sentence) in lines.iter().zip(sentences) {
            assert!(line.starts_with("pec: ") && line.contains(sentence), "{line}");
        }
    }
}

/// The size is refused, not read: the bytes of this file would not fit into the time of the test, nor into memory.
#[test]
fn a_huge_file_is_not_read() {
    let folder = folder();
    let path = folder.path().join("huge.eml");
    let huge = File::create(&path).unwrap();
    if huge.set_len(1 << 42).is_err() {
        println!("skipped: the file system has no files of 4 TiB");
        return;
    }
    assert_eq!(verify([&path]).code, 2);
    let shown = pec(["show".as_ref(), path.as_os_str()]);
    assert!(shown.code == 2 && shown.err.contains("256 MiB"), "{}", shown.err);
}

/// A ZIP of these members.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut zip, mut frames) = (Vec::new(), pec_core::proof::Frames::default());
    for (name, content) in members {
        zip.extend(frames.object(name, content).unwrap());
        zip.extend_from_slice(content);
    }
    zip.extend(frames.end().unwrap());
    zip
}

#[test]
fn a_zip_is_read_member_by_member() {
    let folder = folder();
    let (acceptance, delivery) = (eml("kind-acceptance-a"), eml("kind-delivery-a"));
    let (_, quoting) = envelope(QUOTING, "Ciao");
    let mbox = mbox(&[quoting, eml("changed-attachment")]);
    let bytes = zip(&[
        ("2026/a.eml", &acceptance),
        ("2026/indice.html", b"<html></html>"),
        ("2026/posta", &mbox),
        ("d.eml", &delivery),
    ]);
    let path = file(&folder, "posta.zip", &bytes);
    let expected = ["certified a.eml", "error indice.html", "certified posta#1", "altered posta#2", "certified d.eml"];
    let ran = verify([&path]);
    assert_eq!((ran.verdicts(), ran.code), (expected.map(str::to_owned).to_vec(), 1), "{}", ran.err);
    let name = ran.json()[0]["file"].as_str().unwrap().to_owned();
    assert!(name.ends_with("posta.zip/2026/a.eml"), "{name}");
    // From a pipe, and beside other files.
    let anchor = super::artefact("root.crt").display().to_string();
    let piped = pec_reading(&bytes, ["verify", "--json", "--now", super::NOW, "--anchor", &anchor, "-"]);
    assert_eq!(piped.verdicts(), ran.verdicts());
    assert_eq!(verify([folder.path()]).verdicts(), ran.verdicts());
    // One message alone can be shown; of several, one has to be named.
    let alone = file(&folder, "alone.zip", zip(&[("x/uno.eml", &acceptance)]));
    let shown = pec(["show".as_ref(), alone.as_os_str()]);
    assert!(shown.code != 2 && shown.out.contains("daticert.xml"), "{shown:?}");
    let several = pec(["show".as_ref(), path.as_os_str()]);
    assert!(several.code == 2 && several.err.contains("holds several messages"), "{several:?}");
    for (name, bytes, reason) in [
        ("cut.zip", bytes.get(..bytes.len() / 2).unwrap(), "danneggiato o incompleto"),
        ("empty.zip", &zip(&[]), "non contiene messaggi"),
    ] {
        let ran = pec(["verify", "--lang", "it", file(&folder, name, bytes).to_str().unwrap()]);
        assert!(ran.code == 2 && ran.err.contains(reason), "{ran:?}");
    }
}

#[test]
fn receipts_in_a_zip_are_tied_as_those_in_a_folder() {
    let folder = folder();
    let from = super::conformance().join("reconcile/state-delivered");
    let read = |name: &str| fs::read(from.join(name)).unwrap();
    let names = ["01-sent.eml", "02-acceptance.eml", "03-delivery.eml"];
    let members: Vec<(&str, Vec<u8>)> = names.map(|name| (name, read(name))).to_vec();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let path = file(&folder, "posta.zip", zip(&members));
    let anchor = super::artefact("root.crt").display().to_string();
    let link = |path: &std::path::Path| {
        let ran = pec(["link", "--json", "--now", super::NOW, "--anchor", &anchor, path.to_str().unwrap()]);
        ran.out.replace(&format!("{}/", path.display()), "")
    };
    let told = link(&path);
    assert!(told.contains("\"delivered\"") && told.contains("01-sent.eml"), "{told}");
    assert_eq!(told, link(&from).replace("case.json", ""));
}

#[test]
fn files_that_people_take_for_messages() {
    let folder = folder();
    for (name, bytes, italian, english) in [
        ("m.msg", &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"[..], "Outlook", "Outlook"),
        ("m.pdf", b"%PDF-1.4\n%\xe2\xe3\n", "stampa di una PEC", "printed PEC"),
        ("m.txt", b"caro amico,\nti scrivo\n", "mancano le intestazioni", "no header fields"),
    ] {
        let path = file(&folder, name, bytes);
        for (language, sentence) in [("it", italian), ("en", english)] {
            let mut command = super::command(["verify", "--lang", language]);
            let ran = super::run({
                command.arg(&path);
                command
            });
            assert_eq!(ran.code, 1);
            assert!(ran.out.contains(sentence) && ran.out.contains(".eml"), "{}", ran.out);
        }
    }
}
