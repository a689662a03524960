//! Colours, widths, and what a message could do to a terminal.

use std::process::Command;

use super::{Ran, artefact, case, conformance, envelope, file, folder};

/// Removes the colours of ours: `ESC [ digits ; digits m`.
fn plain(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = rest.find("\x1b[") {
        plain.push_str(&rest[..at]);
        let after = rest[at + 2..].trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        rest = after.strip_prefix('m').unwrap_or_else(|| panic!("no colour: {:?}", &rest[at..at + 20]));
    }
    plain + rest
}

fn forced(mut command: Command) -> Ran {
    command.env("CLICOLOR_FORCE", "1");
    super::run(command)
}

fn on_everything(command: &str) -> Vec<Command> {
    let arguments = [command.to_owned(), "--anchor".into(), artefact("root.crt").to_str().unwrap().into()];
    if command == "verify" {
        let mut all = super::command(arguments);
        all.arg(conformance());
        return vec![all];
    }
    let names =
        ["kind-transport-a", "display-name-words-a", "attack-p1-edited-fields", "root-binary", "changed-attachment"];
    let one = |name: &str| {
        let mut one = super::command(arguments.clone());
        one.arg(case(name));
        one
    };
    names.iter().filter(|name| case(name).exists()).map(|name| one(name)).collect()
}

#[test]
fn colours_only_where_they_are_wanted() {
    let verify = || {
        let mut command = super::command(["verify", "--now", super::NOW]);
        command.arg(case("kind-transport-a"));
        command
    };
    let piped = super::run(verify());
    assert!(!piped.out.contains('\x1b'));
    let coloured = forced(verify());
    assert!(coloured.out.contains("\x1b[1m\x1b[31m") || coloured.out.contains("\x1b[31m"), "{}", coloured.out);
    assert_eq!(plain(&coloured.out), piped.out);
    let mut refused = verify();
    refused.env("NO_COLOR", "1");
    assert_eq!(super::run(refused).out, piped.out);
}

/// Whatever stands in the messages of conformance/, attacks included.
#[test]
fn nothing_in_a_message_steers_the_terminal() {
    for command in ["verify", "show"] {
        for command in on_everything(command) {
            let ran = forced(command);
            let steering = plain(&ran.out).chars().find(|c| c.is_control() && *c != '\n');
            assert_eq!(steering, None);
            let turning = ran.out.chars().find(|c| ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(turning, None);
        }
    }
}

#[test]
fn a_hostile_subject_name_and_attachment_stay_text() {
    let hostile = "\x1b[2J\x1b]0;x\x07\u{9b}31m\u{202e}\r\u{2028}CERTIFIED";
    let message = format!(
        "From: anna@pec.alfa.example\nTo: ufficio@cert.beta.example\nSubject: {hostile}\nMIME-Version: 1.0\n\
         Content-Type: application/pdf; name=\"{hostile}\"\n\nx\n"
    )
    .replace("\\r", "");
    let (_, envelope) = envelope(&message, "x\u{9b}31m\u{202e}\u{2028}  CERTIFIED — transport envelope");
    let folder = folder();
    let name = if cfg!(unix) { "\x1b[2Jx\u{202e}\n  CERTIFIED.eml" } else { "x.eml" };
    let path = file(&folder, name, envelope);
    for command in ["verify", "show"] {
        let mut command = super::command([command]);
        command.arg(&path);
        let ran = forced(command);
        let text = plain(&ran.out);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains(['\u{202e}', '\u{2028}']), "{text:?}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("CERTIFIED")), "{text}");
    }
    let mut missing = super::command(["verify"]);
    missing.arg(path.with_extension("none"));
    let ran = forced(missing);
    assert!(plain(&ran.err).chars().all(|c| c == '\n' || !c.is_control()), "{:?}", ran.err);
}

/// A long value goes on in its own column, whatever its characters, so that it never begins a line of ours.
#[test]
fn values_stay_in_their_column() {
    let subject = "x\u{a0}".repeat(60) + &" CERTIFIED — transport envelope".repeat(20);
    let (_, envelope) = envelope("From: anna@pec.alfa.example\nSubject: x\n\nx\n", &subject);
    let folder = folder();
    let mut command = super::command(["verify"]);
    command.arg(file(&folder, "long.eml", envelope));
    let ran = super::run(command);
    let begin = ran.out.find("    subject ").unwrap();
    let end = ran.out.find("    certified time").unwrap();
    let rows: Vec<_> = ran.out[begin..end].lines().collect();
    assert!(rows.len() > 5, "{rows:#?}");
    assert!(rows[1..].iter().all(|row| row.starts_with(&" ".repeat(23))), "{rows:#?}");
}

#[test]
fn lines_fit_into_eighty_columns() {
    for language in ["it", "en"] {
        let mut command = super::command(["verify", "--lang", language]);
        command.arg(conformance());
        for line in super::run(command).out.lines() {
            assert!(textwrap::core::display_width(line) <= 80, "{line}");
        }
    }
}

/// `pec … | head` ends quietly.
#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::Stdio;
    for arguments in [&["explain"][..], &["trust", "show"], &["verify", "--json", conformance().to_str().unwrap()]] {
        let mut command = super::command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stderr).lines().filter(|line| !line.contains("empty")).count(),
            0,
            "{output:?}"
        );
    }
}

#[test]
fn the_language_of_the_environment() {
    for (name, value, italian) in
        [("LANG", "it_IT.UTF-8", true), ("LC_ALL", "it_CH", true), ("LANG", "en_GB.UTF-8", false), ("LANG", "C", false)]
    {
        let mut command = super::command(["explain", "cms.digest_mismatch"]);
        command.env(name, value);
        assert_eq!(super::run(command).out.contains("regola:"), italian, "{name}={value}");
    }
}
