//! The commands by which an expert redoes each step, as a shell and OpenSSL do them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::renewal::Log;
use super::{base64, hex};

/// Gives commands to one shell, in their order, and says how each of them ended.
fn run(folder: &Path, commands: &[String]) -> Vec<bool> {
    let codes = folder.join("codes");
    fs::write(&codes, "").unwrap();
    let script: String = commands.iter().map(|command| format!("{command}\necho $? >> codes\n")).collect();
    let mut shell = Command::new("sh")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(shell.wait().unwrap().success());
    let codes = fs::read_to_string(codes).unwrap();
    let ended: Vec<bool> = codes.lines().map(|code| code == "0").collect();
    assert_eq!(ended.len(), commands.len(), "each command ends, and leaves the shell as it was");
    ended
}

/// The commands of a text, each with the lines that continue it.
fn commands(text: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push(command.to_owned());
        } else if let (Some(more), Some(last)) = (line.strip_prefix("> "), commands.last_mut()) {
            last.push('\n');
            last.push_str(more);
        }
    }
    commands
}

fn pem(der: &[u8]) -> String {
    let text = base64(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

#[test]
fn the_commands_for_the_expert_do_what_they_say() {
    let Ok(version) = Command::new("openssl").arg("version").output() else {
        return println!("skipped: openssl is not installed");
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    if !version.starts_with("OpenSSL 3") {
        return println!("skipped: {version} is not OpenSSL 3");
    }
    let mut log = Log::new();
    // Entries of all shapes of paths, and texts that JSON has to escape.
    log.entries.extend((0..5).map(|n| format!(r#"{{"what":"hold","case":"n. \"{n}\" \\ è"}}"#)));
    // Authorities whose certificates have ended, as they have when an expert is asked.
    let (a, b) = (log.authority("2026-04-01T00:00:00Z"), log.authority("2026-06-01T00:00:00Z"));
    log.stamp(&a, "2026-03-01T00:00:00Z").stamp(&b, "2026-03-31T00:00:00Z").stamp(&b, "2026-05-01T00:00:00Z");
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("p.zip");
    fs::write(&zip, log.bundle()).unwrap();
    let unzip = "import sys, zipfile\nzipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])\n";
    if !Command::new("python3").args(["-c", unzip]).arg(&zip).arg(folder.path()).status().is_ok_and(|s| s.success()) {
        return println!("skipped: python3 cannot be run");
    }
    let world = &log.scene.world;
    fs::write(folder.path().join("RADICE.pem"), pem(&world.root.certificate.der)).unwrap();
    fs::write(folder.path().join("MARCHE.pem"), pem(&world.time_root.certificate.der)).unwrap();
    let commands = commands(&fs::read_to_string(folder.path().join("perito.txt")).unwrap());
    let messages = log.scene.messages.len();
    let of = |word: &str| commands.iter().filter(|command| command.starts_with(word)).count();
    assert_eq!((of("radice log/"), of("openssl ts -verify")), (messages + 2, 3));
    assert!(commands.iter().any(|command| command.starts_with("radice log/") && command.contains(" stamp token ")));

    // The copy of what was sent bears no signature, and the text says so.
    let sent = hex(&log.scene.messages[0]);
    let expected = |command: &String| !(command.contains(&sent) && command.contains("openssl"));
    let ended = run(folder.path(), &commands);
    for (command, ended) in commands.iter().zip(&ended) {
        assert_eq!(*ended, expected(command), "{command}");
    }

    // A letter changed in what is signed, in an entry of the log, in what a token is over: seen by OpenSSL as by us.
    let receipt = format!("messages/{}.eml", hex(&log.scene.messages[1]));
    let (_, note, token, _) = &log.stamps[0];
    let [note, renewed] = ["checkpoint", "json"].map(|kind| format!("log/{}.{kind}", hex(note)));
    let token = hex(token);
    let changes =
        [(&receipt, "Contratto", "cms -verify"), (&note, "archivio", "ts -verify"), (&renewed, &*token, "radice")];
    for (path, text, seen_by) in changes {
        let whole = fs::read(folder.path().join(path)).unwrap();
        let mut changed = whole.clone();
        let at = whole.windows(text.len()).rposition(|part| part == text.as_bytes()).unwrap();
        changed[at] ^= 1;
        fs::write(folder.path().join(path), changed).unwrap();
        let ended = run(folder.path(), &commands);
        let fails =
            |(command, ended): (&String, &bool)| !ended && command.contains(seen_by) && command.contains(path.as_str());
        assert!(commands.iter().zip(&ended).any(fails), "{path}");
        fs::write(folder.path().join(path), whole).unwrap();
    }

    // The entry of another message, with a line beside it that names this one: `check` refuses the object, and so does the shell.
    let path = format!("log/{}.json", hex(&log.scene.messages[1]));
    let other = fs::read_to_string(folder.path().join(format!("log/{}.json", hex(&log.scene.messages[2])))).unwrap();
    let more = format!("{{\n  \"nota\": \"{}\",", hex(&log.scene.messages[1]));
    let whole = fs::read(folder.path().join(&path)).unwrap();
    for forged in [other.replacen('{', &more, 1), other.replace("put", "tag"), other] {
        fs::write(folder.path().join(&path), forged).unwrap();
        let ended = run(folder.path(), &commands);
        let of_it = |(command, ended): (&String, &bool)| command.starts_with(&format!("radice {path}")) && *ended;
        assert!(!commands.iter().zip(&ended).any(of_it));
    }
    fs::write(folder.path().join(&path), whole).unwrap();
}
