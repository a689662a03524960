//! `pec log`: who did what, and whether that is still what was logged.

use std::fs;

use crate::archive::{Kit, pec, transaction};

#[test]
fn from_a_log_to_what_was_done_to_it() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let secret = kit.path("chiave");
    fs::write(&secret, "07".repeat(32)).unwrap();
    let sign =
        |more: &[&str]| pec(&[&["log", "sign", &archive, "--name", "posta", "--secret", &secret], more].concat());
    let verifier = sign(&["--verifier"]).out.trim().to_owned();
    assert!(verifier.starts_with("posta+"), "{verifier}");
    let checkpoint = kit.path("radice.txt");
    let signed = sign(&[]);
    assert!(signed.out.starts_with("pec-archive\n") && signed.out.contains("\n— posta "), "{signed:?}");
    fs::write(&checkpoint, signed.out).unwrap();
    let verify = |more: &[&str]| {
        let kept = ["log", "verify", &archive, "--checkpoint", &checkpoint, "--verifier", &verifier];
        pec(&[&kept, more].concat())
    };
    let ran = verify(&["--lang", "en"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    assert!(
        ran.out.contains("✓ root at") && ran.out.contains("(signature by the key posta): is the same"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("Nobody else vouches for the last 1 entries"), "{}", ran.out);

    let shown = pec(&["log", "show", &archive, "--limit", "2", "--from", "1", "--json"]).json();
    assert_eq!((shown.len(), shown[0]["n"].as_u64(), shown[0]["what"].as_str()), (2, Some(1), Some("put")));
    let people = pec(&["log", "show", &archive]).out;
    let shown_entries = people.lines().count() as u64;
    assert!(people.contains("  host  signed  "), "{people}");
    let table = kit.path("registro.csv");
    assert_eq!(pec(&["log", "export", &archive, "-o", &table]).code, 0);
    let written = fs::read_to_string(&table).unwrap();
    assert_eq!(written, pec(&["log", "export", &archive]).out);
    assert_eq!(written.lines().count(), people.lines().count() + 1);
    // What is there is not written over.
    assert_eq!(pec(&["log", "export", &archive, "-o", &table]).code, 2);
    let proof = pec(&["log", "prove", &archive, "0"]).json();
    assert_eq!(proof[0]["report"].as_str(), Some("entry-proof"));

    // Somebody edits the file.
    let mut bytes = fs::read(&archive).unwrap();
    let entry = br#""actor":"host","what":"signed""#;
    let at = bytes.windows(entry.len()).position(|window| window == entry).unwrap();
    bytes[at + 9..at + 13].copy_from_slice(b"nero");
    fs::write(&archive, bytes).unwrap();
    let ran = verify(&["--lang", "it"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("è stata cambiata"), "{}", ran.out);
    let json = &verify(&["--json"]).json()[0];
    let last = shown_entries - 1;
    assert_eq!((json["sound"].as_u64(), json["broken"]["flaw"].as_str()), (Some(last), Some("edited")));
}

#[test]
fn wrong_input_is_explained() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let secret = kit.path("chiave");
    fs::write(&secret, [1; 31]).unwrap();
    let other = kit.path("altro.txt");
    fs::write(&other, "pec-archive\n1\nx\n").unwrap();
    let cases: [(&[&str], &str); 7] = [
        (&["log", "show", "/nowhere.pecarchive"], "nowhere"),
        (&["log", "sign", &archive, "--name", "a", "--secret", &secret], "32 bytes"),
        (&["log", "verify", &archive, "--checkpoint", &other], "--verifier"),
        (&["log", "verify", &archive, "--checkpoint", &other, "--verifier", "x"], "key"),
        (&["log", "verify", &archive, "--pec", &other], "not-pec"),
        (&["log", "prove", &archive, "100000"], "100000"),
        (&["log", "export", &archive, "-o", "/nowhere/x.csv"], "nowhere"),
    ];
    for (arguments, said) in cases {
        let ran = pec(&[arguments, &["--lang", "en"]].concat());
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "");
    }
    // Messages that are missing from a log are none of an empty one either.
    let empty = kit.path("vuoto.pecarchive");
    assert_eq!(pec(&["archive", "init", &empty]).code, 0);
    let ran = pec(&["log", "verify", &empty]);
    assert_eq!((ran.code, ran.out.contains("0 voci") || ran.out.contains("0 entries")), (0, true), "{ran:?}");
}

#[test]
fn an_operator_sees_his_part() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    for client in ["C1", "C2"] {
        let ran = pec(&["org", "client", &archive, client, "--name", "Ditta"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let rows = |who: &[&str]| pec(&[&["log", "show", &archive, "--json"], who].concat()).json();
    let own = rows(&["--operator", "op", "--client", "C1"]);
    assert_eq!(own.len(), 1, "{own:?}");
    assert_eq!(own[0]["did"]["client"]["code"], "C1");
    assert!(rows(&[]).len() > 2);
    let ran = pec(&["log", "show", &archive, "--as", "nessuno"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("org.operator_only") || ran.err.contains("amministrazione"), "{}", ran.err);
}
