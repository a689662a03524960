//! `pec org`, `user`, `grant`, `mandate`, `work`: who may do what, as their user meets them.

use std::fs;

use crate::archive::{Kit, pec};
use crate::{Ran, command, run};

const BOX: &str = "gare@pec.comune.example";

/// An archive in which anna and bruno share a mailbox, and anna may take in charge there.
fn founded(kit: &Kit) -> String {
    let archive = kit.path("comune è.pecarchive");
    let steps: [&[&str]; 8] = [
        &["org", "init", &archive],
        &["org", "client", &archive, "C1", "--name", "Comune di Prova"],
        &["org", "account", &archive, "C1", "A1", "--name", "Ufficio gare"],
        &["org", "mailbox", &archive, "A1", BOX, "--holder", "Comune di Prova", "--tax-id", "IT 00743110157"],
        &["org", "share", "on", &archive, BOX],
        &["user", "add", &archive, "A1", "anna", "--name", "Anna Verdi", "--email", "anna@comune.example"],
        &["user", "add", &archive, "A1", "bruno", "--name", "Bruno Neri"],
        &["org", "share", "add", &archive, BOX, "anna", "--first-name", "Anna", "--surname", "Verdi"],
    ];
    for step in steps {
        let ran = pec(step);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{step:?}: {ran:?}");
    }
    let given =
        pec(&["grant", "give", &archive, "G1", BOX, "anna", "--permissions", "reply,assign", "--never", "riservato"]);
    assert_eq!(given.code, 0, "{given:?}");
    archive
}

/// Every command of the worked example in docs/DELEGATION.md, as it is printed.
#[test]
fn the_worked_example_runs() {
    let kit = Kit::new();
    let document = pec_core::delegation::document();
    let (_, example) = document.split_once("```sh\n").unwrap();
    let (example, rest) = example.split_once("```").unwrap();
    let mut last = String::new();
    for line in example.lines() {
        let words: Vec<&str> = line
            .split('"')
            .enumerate()
            .flat_map(|(n, part)| if n % 2 == 1 { vec![part] } else { part.split_whitespace().collect() })
            .collect();
        let mut program = command(&words[1..]);
        let ran = run({
            program.current_dir(kit.folder.path());
            program
        });
        assert_eq!((ran.code, ran.err.as_str(), words[0]), (0, "", "pec"), "{line}: {ran:?}");
        last = ran.out;
    }
    assert!(last.contains("  anna  organisation  ") && last.contains("work-claimed"), "{last}");
    let (_, json) = rest.split_once("```json\n").unwrap();
    let commands = kit.path("commands.jsonl");
    fs::write(&commands, json.split_once("```").unwrap().0).unwrap();
    let ran = pec(&["org", "act", &kit.path("comune.pecarchive"), &commands]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "1: user-suspended  user=anna\n"), "{ran:?}");
}

fn denied(ran: &Ran) -> String {
    assert_eq!(ran.code, 1, "{ran:?}");
    ran.json()[0]["code"].as_str().unwrap().to_owned()
}

/// What another command is refused is told by its reason too.
#[test]
fn every_command_says_why_it_was_refused() {
    let kit = Kit::new();
    let archive = founded(&kit);
    let ran = pec(&["log", "show", &archive, "--actor", "anna", "--lang", "en"]);
    assert!(
        ran.code == 2 && ran.err.contains("act of administration") && ran.err.contains("org.operator_only"),
        "{ran:?}"
    );
}

/// A proof is made in somebody's name, who is given what lies in mailboxes of theirs, and the log says who asked.
#[test]
fn a_proof_is_made_in_the_name_of_whoever_asks() {
    let kit = Kit::new();
    let archive = founded(&kit);
    let from = crate::archive::transaction().display().to_string();
    let add = ["archive", "add", &archive, &from, "--mailbox", BOX, "--anchor", &kit.anchor, "--now", crate::NOW];
    let added = pec(&add);
    assert_eq!(added.code, 1, "the file that describes the case is told: {added:?}");
    let found = pec(&["archive", "search", &archive, "stato:consegnato", "--limit", "1", "--json"]).json();
    let pec_id = found[0]["pec_id"].as_str().unwrap();
    let make = |actor: &str, name: &str| {
        let fixed = ["proof", "make", &archive, pec_id, "--anchor", &kit.anchor, "--lang", "en", "--actor", actor];
        pec(&[&fixed[..], &["-o", &kit.path(name)]].concat())
    };
    let logged = || pec(&["log", "show", &archive, "--json"]).json();
    let refused = make("bruno", "bruno.zip");
    assert!(refused.code == 2 && !std::path::Path::new(&kit.path("bruno.zip")).exists(), "{refused:?}");
    let last = logged().pop().unwrap();
    assert_eq!((&last["actor"], &last["what"]), (&"bruno".into(), &"denied".into()), "{last}");
    let given = ["grant", "give", &archive, "G2", BOX, "anna", "--permissions", "export-proof"];
    let given = pec(&given);
    assert_eq!(given.code, 0, "{given:?}");
    let made = make("anna", "anna.zip");
    assert_eq!((made.code, made.err.as_str()), (0, ""), "{made:?}");
    let last = logged().pop().unwrap();
    assert_eq!((&last["actor"], &last["what"]), (&"anna".into(), &"exported".into()), "{last}");
    // Of the program itself nothing is written.
    let before = logged().len();
    assert_eq!((make("host", "programma.zip").code, logged().len()), (0, before));
}

#[test]
fn from_nothing_to_work_that_is_done() {
    let kit = Kit::new();
    let archive = founded(&kit);
    let check = |more: &[&str]| pec(&[&["grant", "check", &archive], more, &["--lang", "en"]].concat());
    let ran = check(&["reply", BOX, "--as", "anna", "--folder", "INBOX"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "permitted: reply (by the grant G1)\n"), "{ran:?}");
    let ran = check(&["reply", BOX, "--as", "anna", "--tag", "riservato"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.starts_with("pec: There is the permission, but not for this folder"), "{}", ran.err);
    assert!(ran.err.contains("permission.restricted (reply)"), "{}", ran.err);
    assert_eq!(denied(&check(&["send", BOX, "--as", "anna", "--folder", "INBOX", "--json"])), "permission.missing");
    assert_eq!(denied(&check(&["send", BOX, "--as", "bruno", "--json"])), "delegate.inactive");

    let opened = pec(&["work", "open", &archive, "fascicolo-1", BOX, "--tag", "gare"]);
    assert_eq!(opened.code, 0, "{opened:?}");
    let claimed = pec(&["work", "claim", &archive, "fascicolo-1", "--as", "anna", "--hours", "4", "--json"]).json();
    assert_eq!((claimed[0]["event"].as_str(), claimed[0]["by"].as_str()), (Some("work-claimed"), Some("anna")));
    let ran = pec(&["work", "claim", &archive, "fascicolo-1", "--as", "anna", "--lang", "it"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert_eq!(ran.err, "pec: È già in carico a qualcuno. (work.claimed: fascicolo-1)\n");
    let listed = pec(&["work", "list", &archive, "--as", "anna"]).out;
    assert!(listed.starts_with("fascicolo-1  claimed  gare@pec.comune.example  "), "{listed}");
    assert!(listed.contains("  by=anna  ") && listed.contains("tags=gare"), "{listed}");
    for step in [&["renew", "--hours", "8"][..], &["done"]] {
        let arguments = [&["work", step[0], &archive, "fascicolo-1", "--as", "anna"], &step[1..]].concat();
        assert_eq!(pec(&arguments).code, 0, "{step:?}");
    }
    assert_eq!(pec(&["work", "list", &archive, "--json"]).json()[0]["state"], "done");
    // Who did it stands in the log, what was refused too.
    let log = pec(&["log", "show", &archive]).out;
    assert!(log.contains("  anna  organisation  ") && log.contains("  anna  denied  "), "{log}");

    assert_eq!(pec(&["user", "suspend", &archive, "anna"]).code, 0);
    assert_eq!(denied(&check(&["reply", BOX, "--as", "anna", "--folder", "INBOX", "--json"])), "user.suspended");
    assert!(
        pec(&["user", "list", &archive])
            .out
            .contains("anna   A1  Anna Verdi  email=anna@comune.example  suspended=true")
    );
    assert_eq!(pec(&["user", "restore", &archive, "anna"]).code, 0);
    assert_eq!(pec(&["grant", "withdraw", &archive, "G1"]).code, 0);
    assert_eq!(pec(&["grant", "list", &archive]).out, "");
    let dossier = "opec1@pec.example";
    let shared =
        pec(&["grant", "share", &archive, "S1", BOX, dossier, "bruno", "--until", "2099-01-01T00:00:00Z", "--json"]);
    assert_eq!(denied(&shared), "org.term");
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24)).to_string();
    assert_eq!(pec(&["grant", "share", &archive, "S1", BOX, dossier, "bruno", "--until", &until]).code, 0);
    let shares = pec(&["org", "show", &archive, "shares", "--as", "bruno"]).out;
    assert!(shares.starts_with("S1  bruno  gare@pec.comune.example  dossier=opec1@pec.example  "), "{shares}");
    assert_eq!(pec(&["grant", "unshare", &archive, "S1"]).code, 0);
    let explained = pec(&["explain", "permission.missing", "--lang", "it"]);
    assert_eq!(explained.out, "permission.missing\n  Manca il permesso.\n  regola: FEATURES row 58\n");
}

#[test]
fn an_operator_sees_its_client_and_nothing_else() {
    let kit = Kit::new();
    let archive = founded(&kit);
    assert_eq!(pec(&["org", "client", &archive, "C2", "--name", "Verdi S.r.l.", "--kind", "business"]).code, 0);
    let as_operator = |client: &str, more: &[&str]| pec(&[more, &["--operator", "olga", "--client", client]].concat());
    let shown = |client: &str| as_operator(client, &["org", "show", &archive, "mailboxes"]).out;
    assert!(shown("C1").starts_with("gare@pec.comune.example  active  ") && shown("C2").is_empty(), "{}", shown("C1"));
    let ran = as_operator("C2", &["user", "suspend", &archive, "anna", "--json"]);
    assert_eq!(denied(&ran), "org.not_found");
    assert_eq!(as_operator("C1", &["user", "suspend", &archive, "anna"]).code, 0);
    // To administer is not to read.
    assert_eq!(denied(&as_operator("C1", &["grant", "check", &archive, "list", BOX, "--json"])), "permission.missing");
    // A list goes as far as it is told to, for the program itself too.
    assert_eq!(pec(&["org", "show", &archive, "accounts", "--client", "C2"]).out, "");
    let numbers = pec(&["org", "show", &archive]).out;
    assert!(numbers.contains("clients     2\n") && numbers.contains("mailboxes   1\n"), "{numbers}");
    let of_user = pec(&["org", "show", &archive, "--as", "anna"]).out;
    assert!(of_user.contains("grants      1\n") && !of_user.contains("clients"), "{of_user}");
}

#[test]
fn the_life_of_a_mailbox_is_asked_for_and_reported() {
    let kit = Kit::new();
    let archive = founded(&kit);
    let life = |step: &[&str]| {
        let (word, rest) = step.split_first().unwrap();
        pec(&[&["org", "life", word, &archive], rest].concat())
    };
    let ran = life(&["ask", BOX, "revoke", "--with", "revoke.kind=non-payment"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("wish.revoke.kind=non-payment"), "{}", ran.out);
    // Nothing about it has changed before its provider says so.
    assert_eq!(life(&["show", BOX, "--json"]).json()[0]["state"], "active");
    let ran = life(&["report", BOX, "revoked", "--with", "revoke.kind=non-payment", "--reference", "P-7"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let shown = life(&["show", BOX]).out;
    assert!(shown.contains("state: revoked\n") && shown.contains("holder.tax_id: 00743110157\n"), "{shown}");
    assert_eq!(denied(&life(&["ask", BOX, "transform", "--with", "to=grande", "--json"])), "mailbox.not_transformable");
    let later = "2126-01-01T00:00:00Z";
    let due = life(&["due", "--now", later]).out;
    assert!(due.starts_with("fully-revoked  gare@pec.comune.example  since="), "{due}");
    assert_eq!(life(&["tick", "--now", later]).code, 0);
    assert_eq!(life(&["due", "--now", later]).out, "");

    let other = "nuova@pec.comune.example";
    assert_eq!(pec(&["org", "mailbox", &archive, "A1", other, "--holder", "Comune di Prova", "--registered"]).code, 0);
    let contract = kit.path("contratto.pdf");
    fs::write(&contract, "no document").unwrap();
    assert_eq!(denied(&life(&["document", other, &contract, "--json"])), "document.format");
    fs::write(&contract, "%PDF-1.7\n%%EOF\n").unwrap();
    assert_eq!(denied(&life(&["report", other, "activated", "--json"])), "document.contract_not_confirmed");
    for step in [&["document", other, &contract][..], &["confirm", other], &["ask", other, "activate"]] {
        assert_eq!(life(step).code, 0, "{step:?}");
    }
    assert_eq!(life(&["report", other, "activated"]).code, 0);
    let wrong = life(&["ask", other, "dance", "--lang", "en"]);
    assert!(wrong.code == 2 && wrong.err.contains("unknown variant"), "{wrong:?}");
}

#[test]
fn a_batch_tells_each_line_and_goes_on() {
    let kit = Kit::new();
    let archive = founded(&kit);
    let file = kit.path("comandi.jsonl");
    let lines = [
        r#"{"command":"add-user","user":{"id":"carla","account":"A1","name":"Carla"}}"#,
        r#"{"command":"add-user","user":{"id":"anna","account":"A1","name":"Anna"}}"#,
        "",
        r#"{"command":"add-user","user":{"id":"dario","account":"A1","name":"Dario","vat":"1"}}"#,
        r#"{"command":"suspend-user","user":"carla"}"#,
    ];
    fs::write(&file, lines.join("\n")).unwrap();
    let ran = pec(&["org", "act", &archive, &file, "--lang", "en"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let out: Vec<&str> = ran.out.lines().collect();
    assert_eq!(out[0], "1: user-added  user.account=A1  user.id=carla  user.name=Carla");
    assert_eq!(out[1], "5: user-suspended  user=carla");
    assert!(
        ran.err.contains("pec: 2: The code or address is in use already.") && ran.err.contains("pec: 4: "),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("user.vat: not understood"), "{}", ran.err);
    let ran = pec(&["org", "act", &archive, &file, "--json"]);
    let answers = ran.json();
    assert!(
        ran.out.starts_with(r#"{"schema":"pec-organisation/1","report":"line","line":1,"events":["#),
        "{}",
        ran.out
    );
    let kinds: Vec<_> = answers.iter().map(|it| (it["line"].as_u64(), it["refused"]["code"].as_str())).collect();
    let refused = Some("org.exists");
    assert_eq!(kinds, [(Some(1), refused), (Some(2), refused), (Some(4), None), (Some(5), Some("user.suspended"))]);
    assert!(answers[2]["error"].as_str().unwrap().contains("not understood"));
    // From standard input, in somebody's name.
    let mut from_stdin = command(["org", "act", &archive, "-", "--operator", "olga", "--account", "A9", "--json"]);
    from_stdin.stdin(fs::File::open(&file).unwrap());
    let answers = run(from_stdin).json();
    assert!(answers.iter().all(|it| it["events"].as_array().unwrap().is_empty()), "{answers:?}");
    assert_eq!(answers[3]["refused"]["code"], "org.not_found");
}

#[test]
fn a_mandate_is_the_holders_and_can_be_asked_for() {
    let kit = Kit::new();
    let archive = founded(&kit);
    let document = kit.path("mandato.pdf");
    fs::write(&document, "%PDF-1.7\n").unwrap();
    assert_eq!(pec(&["org", "init", &archive, "--require-mandate", "yes", "--preset", "consip-25"]).code, 0);
    let check = |more: &[&str]| {
        pec(&[&["grant", "check", &archive, "reply", BOX, "--as", "anna", "--folder", "INBOX"], more].concat())
    };
    assert_eq!(denied(&check(&["--json"])), "mandate.missing");
    let recorded =
        pec(&["mandate", "record", &archive, "M1", BOX, "--permissions", "reply", "--evidence", &document, "--json"]);
    assert_eq!(recorded.code, 0, "{recorded:?}");
    let mandate = &recorded.json()[0]["mandate"];
    assert_eq!(
        (mandate["grantor"]["name"].as_str(), mandate["evidence"].as_str().unwrap().len()),
        (Some("Comune di Prova"), 64)
    );
    assert!(check(&["--lang", "it"]).out.contains("sotto il mandato M1"), "{}", check(&[]).out);
    assert_eq!(pec(&["mandate", "revoke", &archive, "M1"]).code, 0);
    assert_eq!(denied(&check(&["--json"])), "mandate.missing");
    assert!(pec(&["mandate", "list", &archive]).out.contains("holds=false"));
    let policy = || pec(&["org", "show", &archive, "policy"]).out;
    assert_eq!(policy(), "max_active=25  require_mandate=yes\n");
    // What is not said stays as it is.
    assert_eq!(pec(&["org", "init", &archive, "--max-active", "9"]).code, 0);
    assert_eq!(policy(), "max_active=9  require_mandate=yes\n");
}

#[test]
fn wrong_input_is_explained() {
    let kit = Kit::new();
    let archive = founded(&kit);
    let cases: [(&[&str], &str); 10] = [
        (&["work", "list", "/nowhere.pecarchive"], "nowhere"),
        (&["user", "suspend", &archive, " "], "it is empty"),
        (&["user", "list", &archive, "--client", "C1", "--account", "A1"], "not both"),
        (&["user", "suspend", &archive, "anna", "--as", "bruno", "--operator", "olga"], "not both"),
        (&["user", "suspend", &archive, "anna", "--client", "C1"], "--operator"),
        (&["grant", "check", &archive, "dance", BOX], "read-body"),
        (&["grant", "give", &archive, "G9", BOX, "anna"], "--permissions"),
        (&["work", "claim", &archive, "x", "--until", "tomorrow"], "2026-11-22T10:00:00+01:00"),
        (&["org", "show", &archive, "boxes"], "mailboxes"),
        (&["org", "life", "show", &archive, "nobody@pec.comune.example"], "nobody@pec.comune.example"),
    ];
    for (arguments, said) in cases {
        let ran = pec(&[arguments, &["--lang", "en"]].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
    let of_program = pec(&["work", "claim", &archive, "x", "--as", "host", "--json"]);
    assert_eq!(denied(&of_program), denied(&pec(&["work", "claim", &archive, "x", "--json"])), "as --actor host is");
}
