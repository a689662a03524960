//! `pec archive` and `pec proof` as their user meets them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::{Ran, command, conformance, run};

/// The messages of one transaction, delivered.
pub(crate) fn transaction() -> PathBuf {
    conformance().join("reconcile/state-delivered")
}

pub(crate) fn pec(arguments: &[&str]) -> Ran {
    run(command(arguments))
}

pub(crate) struct Kit {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) anchor: String,
}

impl Kit {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let anchor = conformance().join("artefacts/root.crt").display().to_string();
        Self { folder, anchor }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// An archive with the messages of a folder.
    pub(crate) fn filled(&self, from: &Path) -> String {
        let archive = self.path("posta è.pecarchive");
        assert_eq!(pec(&["archive", "init", &archive]).code, 0);
        let from = from.display().to_string();
        let ran =
            pec(&["archive", "add", &archive, &from, "--anchor", &self.anchor, "--now", crate::NOW, "--lang", "en"]);
        // One case of conformance/ is an empty file, and what describes cases is no message: both are told and stop nothing.
        let told = |line: &str| line.contains("is no message") || line.contains("root-empty.eml");
        assert!(ran.code == 1 && ran.err.lines().all(told), "{ran:?}");
        archive
    }
}

#[test]
fn from_a_folder_to_a_proof() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let found = pec(&["archive", "search", &archive, "stato:consegnato", "tipo:consegna", "--json"]);
    assert_eq!(found.code, 0, "{found:?}");
    let lines = found.json();
    let pec_id = lines[0]["pec_id"].as_str().unwrap().to_owned();
    let bundle = kit.path("prova.pecproof.zip");
    let made = pec(&["proof", "make", &archive, &pec_id, "-o", &bundle, "--anchor", &kit.anchor, "--now", crate::NOW]);
    assert_eq!((made.code, made.err.as_str()), (0, ""));
    let before = fs::read(&bundle).unwrap();
    for (language, said) in [("it", "esiste già, e nulla viene sovrascritto"), ("en", "exists already, and nothing is")]
    {
        let ran = pec(&["proof", "make", &archive, &pec_id, "-o", &bundle, "--lang", language]);
        assert!(ran.code == 2 && ran.err.contains(&bundle) && ran.err.contains(said), "{ran:?}");
    }
    assert_eq!(fs::read(&bundle).unwrap(), before);
    // Years later, elsewhere.
    let later = "2033-01-01T00:00:00Z";
    let verify = |more: &[&str]| {
        let arguments =
            [&["proof", "verify", &bundle, "--anchor", &kit.anchor, "--now", later, "--lang", "en"], more].concat();
        pec(&arguments)
    };
    let ran = verify(&[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("intact, byte for byte") && ran.out.contains("DELIVERED  "), "{}", ran.out);
    assert!(ran.out.contains("time stated by the provider") && ran.out.contains("not on those recognised for PEC"));
    let it = pec(&["proof", "verify", &bundle, "--anchor", &kit.anchor, "--now", later, "--lang", "it"]).out;
    assert!(it.contains("CONSEGNATO  ") && it.contains("CERTIFICATO  ricevuta di avvenuta consegna"), "{it}");
    assert!(
        it.contains("ora dichiarata dal gestore") && !it.contains("delivered") && !it.contains("certified"),
        "{it}"
    );
    let json: serde_json::Value = serde_json::from_str(&verify(&["--json"]).out).unwrap();
    assert_eq!(json["transaction"], pec_id);
    // The tamper demo: one bit, and the object and block are named.
    let mut bytes = fs::read(&bundle).unwrap();
    let at = bytes.windows(6).position(|six| six == b".eml--" || six == b"X-Rice").unwrap();
    bytes[at] ^= 1;
    fs::write(&bundle, bytes).unwrap();
    let ran = verify(&[]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("✗ messages/") && ran.out.contains("altered in blocks of 4096 bytes 0"), "{}", ran.out);
}

#[test]
fn what_is_there_is_kept_and_given_back() {
    let kit = Kit::new();
    let archive = kit.filled(&conformance());
    // A second time nothing is new.
    let from = conformance().display().to_string();
    let again = pec(&["archive", "import", &archive, &from, "--anchor", &kit.anchor, "--now", crate::NOW, "--json"]);
    assert_eq!(again.json()[0]["new"], 0, "{again:?}");
    assert_eq!(pec(&["archive", "check", &archive]).code, 0);
    let found = pec(&["archive", "search", &archive, "verdetto:falso", "--limit", "3", "--json"]).json();
    assert!(found.len() == 4 && found[3]["next"].is_i64(), "{found:?}");
    let id = found[0]["id"].as_str().unwrap();
    let out = kit.path("fuori");
    assert_eq!(pec(&["archive", "export", &archive, id, "-o", &out]).code, 0);
    let bytes = fs::read(Path::new(&out).join(format!("{id}.eml"))).unwrap();
    assert_eq!(pec_archive::Id::of(&bytes).to_string(), id);
    let stats = pec(&["archive", "stats", &archive, "--json"]).json();
    assert!(stats[0]["messages"].as_u64().unwrap() > 400);
    let copy = kit.path("copia.pecarchive");
    assert_eq!(pec(&["archive", "backup", &archive, &copy]).code, 0);
    assert_eq!(pec(&["archive", "stats", &copy, "--json"]).json()[0]["messages"], stats[0]["messages"]);
}

/// With `--json` whatever is done is told in one line, or one for each message; without it nothing is said of what went well.
#[test]
fn what_was_done_is_told_as_json() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let all = pec(&["archive", "search", &archive, "tipo:consegna", "--json"]).json();
    let (id, pec_id) = (all[0]["id"].as_str().unwrap(), all[0]["pec_id"].as_str().unwrap());
    let judging = ["--anchor", &kit.anchor, "--now", crate::NOW];
    let (new, copy, out) = (kit.path("nuovo.pecarchive"), kit.path("copia.pecarchive"), kit.path("fuori"));
    let bundle = kit.path("prova.zip");
    let written = |what: &str, path: &str, id: Option<&str>, transaction: Option<&str>| json!({ "schema": "pec-archive/1", "report": "written", "what": what, "path": path, "id": id, "transaction": transaction });
    let eml = Path::new(&out).join(format!("{id}.eml")).display().to_string();
    for (arguments, report) in [
        (&["archive", "init", &new][..], written("archive", &new, None, None)),
        (
            &["archive", "hold", &archive, id, "--case", "causa 7"],
            json!({ "schema": "pec-archive/1", "report": "held", "case": "causa 7", "ids": [id] }),
        ),
        (
            &["archive", "release", &archive, "--case", "causa 7"],
            json!({ "schema": "pec-archive/1", "report": "released", "case": "causa 7", "messages": 1 }),
        ),
        (&["archive", "export", &archive, id, "-o", &out], written("message", &eml, Some(id), None)),
        (&["archive", "backup", &archive, &copy], written("backup", &copy, None, None)),
        (&[&["archive", "rebuild", &archive][..], &judging].concat(), written("index", &archive, None, None)),
        (
            &[&["proof", "make", &archive, pec_id, "-o", &bundle][..], &judging].concat(),
            written("bundle", &bundle, None, Some(pec_id)),
        ),
    ] {
        let ran = pec(&[arguments, &["--json"]].concat());
        assert_eq!((ran.code, ran.json(), ran.err.as_str()), (0, vec![report], ""), "{arguments:?}");
    }
    // One line for each message; nothing where nothing was done.
    let ran = pec(&["archive", "export", &archive, pec_id, "-o", &out, "--json"]);
    assert!(ran.json().len() > 1 && ran.json().iter().all(|line| line["what"] == "message"), "{ran:?}");
    let again = pec(&["archive", "release", &archive, "--case", "causa 7", "--json"]);
    assert_eq!((again.code, again.out.as_str()), (2, ""));
    assert_eq!(pec(&["archive", "hold", &archive, id, "--case", "causa 7"]).out, "");
}

/// What was forged or altered is taken in as it is, told, and explained.
#[test]
fn what_is_suspect_is_told_when_it_comes_in() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let [forged, altered] =
        ["attack-boundary-close-a", "changed-attachment"].map(|name| crate::case(name).display().to_string());
    let add = |more: &[&str]| {
        let fixed = ["archive", "add", &archive, &forged, "--anchor", &kit.anchor, "--now", crate::NOW];
        pec(&[&fixed[..], more].concat())
    };
    let ran = add(&[&altered, "--lang", "it"]);
    // Done, and something to look at.
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
    let query = "verdetto:alterato,falso,non-verificabile";
    assert_eq!(
        ran.out,
        format!(
            "2 messaggi nuovi, 0 già presenti, 0 file già acquisiti, 0 non letti\n\
             2 con errori che li rendono sospetti: pec archive search '{archive}' {query}\n"
        )
    );
    // What was here before is not told again.
    let text = kit.path("lettera.eml");
    fs::write(&text, "Subject: x\n\nx\n").unwrap();
    assert_eq!(add(&[&text, "--lang", "en"]).out, "1 new messages, 0 known, 1 files taken in before, 0 not read\n");
    let others = Kit::new();
    let archive_of_others = others.filled(&transaction());
    let ran = pec(&["archive", "add", &archive_of_others, &altered, "--anchor", &kit.anchor, "--now", crate::NOW]);
    let search = format!("pec archive search '{archive_of_others}' verdict:altered,forged,unverifiable");
    let said = format!("\n1 with errors that make them suspect: {search}\n");
    assert!(ran.code == 1 && ran.out.ends_with(&said), "{ran:?}");
    let listed = pec(&["archive", "search", &archive, "verdetto:alterato,falso,non-verificabile", "--json"]).json();
    assert_eq!(listed.len(), 3, "two, and the end of the page: {listed:?}");
    let id = listed[0]["id"].as_str().unwrap();
    let codes = listed[0]["quarantine"].as_array().unwrap();
    assert!(!codes.is_empty(), "{listed:?}");
    for (language, wanted) in [("it", pec_core::finding::Language::It), ("en", pec_core::finding::Language::En)] {
        let shown = pec(&["archive", "show", &archive, id, "--lang", language]).out;
        let one_line = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        for code in codes {
            let code = pec_core::finding::Code::parse(code.as_str().unwrap()).unwrap();
            assert!(one_line.contains(&format!("{} ({code})", code.explanation(wanted))), "{shown}");
        }
    }
}

#[test]
fn what_is_broken_is_told_and_the_rest_is_saved() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let judged = |arguments: &[&str]| pec(&[arguments, &["--anchor", &kit.anchor, "--now", crate::NOW]].concat());
    assert_eq!(judged(&["archive", "rebuild", &archive]).code, 0);
    let saved = kit.path("salvato.pecarchive");
    let whole = judged(&["archive", "salvage", &archive, &saved, "--json"]);
    assert_eq!((whole.code, &whole.json()[0]["lost"]), (0, &serde_json::json!([])), "{whole:?}");
    assert_eq!(pec(&["archive", "check", &saved]).code, 0);
    // One byte of a message.
    let mut bytes = fs::read(&archive).unwrap();
    let at = bytes.windows(4).position(|four| four == b"\x28\xb5\x2f\xfd").unwrap();
    bytes[at] ^= 1;
    fs::write(&archive, bytes).unwrap();
    assert_eq!(pec(&["archive", "check", &archive]).code, 1);
    let again = kit.path("ancora.pecarchive");
    let ran = judged(&["archive", "salvage", &archive, &again, "--lang", "it"]);
    assert!(ran.code == 1 && ran.out.contains("messaggi salvati"), "{ran:?}");
    assert!(ran.out.contains("PERSO") || ran.out.contains("ILLEGGIBILE"), "{ran:?}");
}

#[test]
fn terms_and_holds() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let id =
        pec(&["archive", "search", &archive, "--limit", "1", "--json"]).json()[0]["id"].as_str().unwrap().to_owned();
    let erase = |more: &[&str]| {
        let fixed = ["archive", "--actor", "archivista", "erase", &archive, &id, "--reason", "scarto", "--lang", "en"];
        pec(&[&fixed[..], more].concat())
    };
    let early = erase(&["--now", "2026-04-02T00:00:00Z"]);
    assert!(early.code == 1 && early.out.contains("to be kept until 203"), "{early:?}");
    // A term that is over by the clock of any machine.
    let opened = pec_archive::Archive::open(Path::new(&archive)).unwrap();
    opened.set_term(&pec_archive::Actor::host(), crate::NOW.parse().unwrap(), "", 1).unwrap();
    drop(opened);
    let early = erase(&["--now", "2026-03-01T00:00:00Z"]);
    assert!(early.code == 1 && early.out.contains("to be kept until 2026-03"), "{early:?}");
    assert_eq!(pec(&["archive", "hold", &archive, &id, "--case", "causa 7"]).code, 0);
    let shown = |language: &str| pec(&["archive", "show", &archive, &id, "--lang", language]).out;
    assert!(shown("en").contains("  to be kept until 2026-03") && shown("en").contains("  held for: causa 7\n"));
    assert!(shown("it").contains("  trattenuto per: causa 7\n"));
    let lines = pec(&["archive", "show", &archive, &id, "--json"]).json();
    assert_eq!((&lines[1]["report"], &lines[1]["cases"]), (&json!("retention"), &json!(["causa 7"])));
    let cases = pec(&["archive", "cases", &archive, "--json"]).json();
    assert_eq!((cases.len(), &cases[0]["case"], &cases[0]["messages"]), (1, &json!("causa 7"), &json!(1)));
    assert!(pec(&["archive", "cases", &archive, "--lang", "it"]).out.ends_with("1  trattenuti per causa 7\n"));
    assert_eq!(pec(&["archive", "cases", &archive, "--case", "causa 7", "--json"]).json()[0]["id"], json!(id));
    assert_eq!(pec(&["archive", "cases", &archive, "--case", "causa 8"]).code, 2);
    let held = erase(&[]);
    assert!(held.code == 1 && held.out.contains("held for: causa 7"), "{held:?}");
    assert_eq!(pec(&["archive", "release", &archive, "--case", "causa 7"]).code, 0);
    let erased = erase(&["--now", "2026-04-02T00:00:00Z"]);
    assert!(erased.code == 0 && erased.out.contains("certificate: entry"), "{erased:?}");
    let scrubbed = pec(&["archive", "scrub", &archive, "--lang", "it"]);
    assert!(scrubbed.code == 0 && scrubbed.out.starts_with("nulla resta"), "{scrubbed:?}");
    assert_eq!(pec(&["archive", "export", &archive, &id, "-o", &kit.path("x")]).code, 2);
    assert_eq!(pec(&["archive", "expiring", &archive, "--days", "4000", "--now", crate::NOW]).code, 1);
    // A certificate that ends, and one that has ended, of the same message.
    for (now, said) in [(crate::NOW, "CERTIFICATE 20"), ("2050-01-01T00:00:00Z", "CERTIFICATE ENDED 20")] {
        let ran = pec(&["archive", "expiring", &archive, "--days", "4000", "--now", now, "--lang", "en"]);
        assert!(ran.code == 1 && ran.out.contains(said), "{ran:?}");
    }
}

#[test]
fn classes_have_terms() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let id =
        pec(&["archive", "search", &archive, "--limit", "1", "--json"]).json()[0]["id"].as_str().unwrap().to_owned();
    let terms = |more: &[&str]| pec(&[&["archive", "terms", &archive, "--lang", "it"][..], more].concat());
    assert_eq!(terms(&[]).out, "  120 mesi  ogni altra\n");
    assert_eq!(terms(&["--class", "fiscale"]).code, 2);
    assert_eq!(terms(&["--class", "fiscale", "--months", "0"]).code, 2);
    assert_eq!(terms(&["--class", "fiscale", "--months", "240"]).out, "  120 mesi  ogni altra\n  240 mesi  fiscale\n");
    let lines = terms(&["--json"]).json();
    assert_eq!((&lines[1]["class"], &lines[1]["months"]), (&json!("fiscale"), &json!(240)));
    let classify = |class: &str| pec(&["archive", "classify", &archive, &id, "--class", class, "--json"]);
    assert_eq!(classify("altra").code, 2);
    let kept = &classify("fiscale").json()[0];
    assert_eq!((&kept["class"], &kept["id"]), (&json!("fiscale"), &json!(id)));
    assert!(kept["until"].as_str().unwrap().starts_with("204"), "{kept}");
    assert!(pec(&["archive", "show", &archive, &id, "--lang", "it"]).out.contains(" (classe fiscale)\n"));
}

#[test]
fn nothing_is_erased_by_a_clock_that_is_ahead() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let found = || pec(&["archive", "search", &archive, "--json"]).json();
    let before = found();
    let id = before[0]["id"].as_str().unwrap();
    for (language, said) in [
        (
            "it",
            "--now 2099-01-01T00:00:00Z: è dopo l'ora di questo computer, e prima della fine del termine nulla si elimina",
        ),
        (
            "en",
            "--now 2099-01-01T00:00:00Z: later than the clock of this machine, and nothing is erased before its term is over",
        ),
    ] {
        let fixed = ["archive", "erase", &archive, id, "--reason", "scarto", "--lang", language];
        for more in [&["--now", "2099-01-01T00:00:00Z"][..], &["--now", "2099-01-01T00:00:00Z", "--json"]] {
            let ran = pec(&[&fixed[..], more].concat());
            assert!(ran.code == 2 && ran.out.is_empty() && ran.err.contains(said), "{ran:?}");
        }
        assert_eq!(pec(&fixed).code, 1, "its term is not over");
    }
    assert_eq!(found(), before);
}

#[test]
fn wrong_input_is_explained() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let wrong = pec(&["archive", "search", &archive, "colore:rosso", "--lang", "it"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("campo sconosciuto") && wrong.err.contains("colore:rosso"), "{}", wrong.err);
    let missing = pec(&["archive", "stats", &kit.path("non c'è"), "--lang", "it"]);
    assert!(missing.code == 2 && missing.err.contains("Qui non c'è un archivio"), "{missing:?}");
    let twice = pec(&["archive", "init", &archive, "--lang", "en"]);
    assert!(twice.code == 2 && twice.err.contains("overwrites nothing"), "{twice:?}");
    for (language, said) in [("it", "Un file non si può leggere o scrivere"), ("en", "cannot be read or written")] {
        let copy = kit.path("non c'è/copia.pecarchive");
        let ran = pec(&["archive", "backup", &archive, &copy, "--lang", language]);
        let why = std::io::Error::from_raw_os_error(2).to_string();
        assert!(ran.code == 2 && [said, &copy, &why].iter().all(|said| ran.err.contains(said)), "{ran:?}");
    }
    let unknown = pec(&["archive", "show", &archive, "nessuno@nulla", "--lang", "en"]);
    assert!(unknown.code == 2 && unknown.err.contains("has nothing of this name"), "{unknown:?}");
    let text = kit.path("lettera.txt");
    fs::write(&text, "ciao").unwrap();
    assert!(pec(&["archive", "stats", &text, "--lang", "en"]).err.contains("no archive of pec"));
    let bundle = pec(&["proof", "verify", &text, "--lang", "en"]);
    assert!(bundle.code == 2 && bundle.err.contains("is no bundle") && bundle.err.contains(&text), "{bundle:?}");
}

/// What a person reads is in his language, and as long as he can read.
#[test]
fn what_is_shown_is_in_the_language_of_the_reader() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let long = kit.path("lunga.eml");
    fs::write(&long, format!("Subject: {}\n\nx\n", "a".repeat(2_000_000))).unwrap();
    assert_eq!(pec(&["archive", "add", &archive, &long, "--mailbox", "fatture@ditta.example"]).code, 0);
    let found = pec(&["archive", "search", &archive, "tipo:avvenuta-consegna", "--json"]).json();
    let (id, pec_id) = (found[0]["id"].as_str().unwrap(), found[0]["pec_id"].as_str().unwrap());
    for (language, said, other) in [
        ("it", ["CERTIFICATO", "ricevuta di avvenuta consegna", "CONSEGNATO"], "certified"),
        ("en", ["CERTIFIED", "delivery receipt", "DELIVERED"], "certificato"),
    ] {
        let stats = pec(&["archive", "stats", &archive, "--lang", language]).out;
        let show = pec(&["archive", "show", &archive, pec_id, "--anchor", &kit.anchor, "--lang", language]).out;
        let search = pec(&["archive", "search", &archive, "--lang", language]).out;
        for word in said {
            assert!(stats.contains(word) && show.contains(word), "{word}\n{stats}\n{show}");
        }
        assert!(search.contains(said[1]) && search.len() < 20_000, "{}", search.len());
        assert!([&stats, &show, &search].iter().all(|text| !text.contains(other)), "{stats}\n{show}\n{search}");
        assert!(show.contains(&format!("identificativo: {pec_id}")));
        // Whose authority it is, and how somebody judges who does not believe it.
        let [own, stranger] = [
            ("it", ["non su quelle riconosciute", "INTEGRO MA NON ATTENDIBILE"]),
            ("en", ["not on those recognised", "INTACT BUT UNTRUSTED"]),
        ]
        .into_iter()
        .find_map(|(of, said)| (of == language).then_some(said))
        .unwrap();
        let others = pec(&["archive", "show", &archive, pec_id, "--lang", language]).out;
        assert!(show.contains(own) && !show.contains(stranger) && others.contains(stranger), "{show}\n{others}");
    }
    let lines = pec(&["archive", "show", &archive, pec_id, "--anchor", &kit.anchor, "--json"]).json();
    let standing = lines.iter().find(|line| line["report"] == "recipient").unwrap();
    assert!(standing["schema"] == "pec-archive/1" && standing["state"].is_string(), "{standing}");
    // A bundle by any of its messages.
    let bundle = kit.path("per impronta.zip");
    let made = pec(&["proof", "make", &archive, id, "-o", &bundle, "--json"]);
    assert!(made.code == 0 && made.json()[0]["transaction"] == pec_id, "{made:?}");
    let soon = pec(&["archive", "expiring", &archive, "--days", "5000", "--limit", "1", "--lang", "it"]).out;
    assert!(soon.ends_with("--limit dice quanti se ne mostrano\n"), "{soon}");
}

/// Who made a bundle may have left out that a certificate is revoked: what the reader knows counts beside it.
#[test]
fn evidence_of_the_reader_counts() {
    let kit = Kit::new();
    let artefacts = conformance().join("artefacts");
    let archive = kit.path("a.pecarchive");
    assert_eq!(pec(&["archive", "init", &archive]).code, 0);
    let delivery = conformance().join("kind-delivery-a.eml").display().to_string();
    assert_eq!(pec(&["archive", "add", &archive, &delivery, "--anchor", &kit.anchor, "--now", crate::NOW]).code, 0);
    let found = pec(&["archive", "search", &archive, "--json"]).json();
    let (pec_id, bundle) = (found[0]["pec_id"].as_str().unwrap(), kit.path("b.zip"));
    let judged = ["--anchor", &kit.anchor, "--now", crate::NOW, "--json"];
    assert_eq!(pec(&[&["proof", "make", &archive, pec_id, "-o", &bundle][..], &judged[..4]].concat()).code, 0);
    let verify = |more: &[&str]| pec(&[&["proof", "verify", &bundle][..], &judged, more].concat());
    let sound = verify(&[]);
    assert!(sound.code == 0 && sound.json()[0]["messages"][0]["verdict"] == "certified", "{sound:?}");
    let list = artefacts.join("crl-key-compromise.crl").display().to_string();
    let revoked = verify(&["--crl", &list]);
    assert_eq!(revoked.code, 1, "{revoked:?}");
    assert_eq!(revoked.json()[0]["messages"][0]["verdict"], "intact-but-untrusted");
    // What would change nothing is refused, and told.
    for command in [&["proof", "verify", &bundle][..], &["archive", "add", &archive, &delivery]] {
        let ran = pec(&[command, &["--at", "now", "--lang", "it"]].concat());
        assert!(ran.code == 2 && ran.err.contains("--at: archivi e fascicoli"), "{ran:?}");
    }
    let other = kit.path("altro.zip");
    let made = pec(&["proof", "make", &archive, pec_id, "-o", &other, "--crl", &list, "--lang", "it"]);
    assert!(made.code == 2 && made.err.contains("reverify") && !fs::exists(&other).unwrap(), "{made:?}");
    assert_eq!(
        pec(&["archive", "reverify", &archive, "--anchor", &kit.anchor, "--now", crate::NOW, "--crl", &list]).code,
        1
    );
    assert_eq!(pec(&[&["proof", "make", &archive, pec_id, "-o", &other][..], &judged[..4]].concat()).code, 0);
    // From then on it is in the bundle, whoever reads it.
    let carried = pec(&[&["proof", "verify", &other][..], &judged].concat());
    assert!(carried.code == 1 && carried.json()[0]["messages"][0]["verdict"] == "intact-but-untrusted", "{carried:?}");
    // Packed again, as mail gateways and file managers do.
    let unpack = format!(
        "import zipfile\na = zipfile.ZipFile({bundle:?})\nwith zipfile.ZipFile({bundle:?} + 'x', 'w', zipfile.ZIP_DEFLATED) as b:\n  \
         for name in a.namelist(): b.writestr(name, a.read(name))\n"
    );
    let packed = std::process::Command::new("python3").args(["-c", &unpack]).status().unwrap();
    let again = pec(&["proof", "verify", &format!("{bundle}x"), "--lang", "it"]);
    assert!(packed.success() && again.code == 1 && again.out.contains("messages/"), "{again:?}");
    assert!(again.out.contains("è compresso: un altro programma ha rifatto lo ZIP") && !again.out.contains("NON PEC"));
}

/// What is written elsewhere follows no link, overwrites nothing, and one that is damaged keeps nobody from the rest.
#[test]
fn an_export_overwrites_nothing_and_goes_on() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let ids: Vec<String> = pec(&["archive", "search", &archive, "--json"])
        .json()
        .iter()
        .filter_map(|found| found["id"].as_str().map(str::to_owned))
        .collect();
    let (folder, precious) = (kit.path("fuori"), kit.path("prezioso.txt"));
    fs::create_dir(&folder).unwrap();
    fs::write(&precious, "prezioso").unwrap();
    std::os::unix::fs::symlink(&precious, format!("{folder}/{}.eml", ids[0])).unwrap();
    let export =
        |ids: &[&str]| pec(&[&["archive", "export", &archive, "-o", &folder, "--lang", "it"][..], ids].concat());
    let linked = export(&[&ids[0]]);
    assert!(linked.code == 2 && linked.err.contains("esiste già"), "{linked:?}");
    assert_eq!(fs::read(&precious).unwrap(), b"prezioso");
    fs::remove_file(format!("{folder}/{}.eml", ids[0])).unwrap();
    // Twice the same is the same.
    for _ in 0..2 {
        assert_eq!(export(&[&ids[0]]).code, 0);
    }
    let spoil = format!(
        "import sqlite3\nc = sqlite3.connect({archive:?})\n\
         assert c.execute(\"UPDATE message SET skeleton = x'00' WHERE sha256 = x'{}'\").rowcount == 1\nc.commit()\n",
        ids[1]
    );
    assert!(std::process::Command::new("python3").args(["-c", &spoil]).status().unwrap().success());
    let rest = export(&[&ids[1], &ids[2]]);
    assert!(rest.code == 1 && rest.err.starts_with(&ids[1]), "{rest:?}");
    assert!(
        fs::exists(format!("{folder}/{}.eml", ids[2])).unwrap()
            && !fs::exists(format!("{folder}/{}.eml", ids[1])).unwrap()
    );
}

/// What is wrong with a query, the query, and a mark below the place: three lines, whatever stands in the query.
#[test]
fn a_wrong_query_is_marked_where_it_is_wrong() {
    let kit = Kit::new();
    let archive = kit.path("a.pecarchive");
    assert_eq!(pec(&["archive", "init", &archive]).code, 0);
    let out = kit.path("pacchetti");
    let search = ["archive", "search", &archive, "--lang", "it"];
    let deposit =
        ["archive", "deposit", "make", &archive, "-o", &out, "--producer", "VATIT-12345678903=Alfa", "--lang", "it"];
    let (wrong, place) = ("pec: non è una data: si scrive come 2026-01-31\n", "\n               ^^^^\n");
    for command in [&search[..], &deposit] {
        let ran = pec(&[command, &["dopo:oggi"]].concat());
        assert_eq!((ran.code, ran.err), (2, format!("{wrong}  dopo:oggi\n       ^^^^\n")));
        let ran = pec(&[command, &["x\n\x1b[2J\u{202e} dopo:oggi"]].concat());
        assert_eq!(ran.err, format!("{wrong}  x\u{fffd}\u{fffd}[2J\u{fffd} dopo:oggi{place}"));
    }
}

/// Where nothing is certified a message stands in a list by the date of its header, and that is the date that is shown.
#[test]
fn a_line_shows_the_date_by_which_it_stands_in_its_list() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let mail = kit.path("posta");
    fs::create_dir(&mail).unwrap();
    for (name, day) in [("a", "Mon, 12 Jan 2026 09:00:00 +0100"), ("b", "Tue, 6 Jan 2026 09:00:00 +0100")] {
        let text = format!("From: anna@ditta.example\r\nDate: {day}\r\nSubject: {name}\r\n\r\nx\r\n");
        fs::write(Path::new(&mail).join(name).with_extension("eml"), text).unwrap();
    }
    assert_eq!(pec(&["archive", "add", &archive, &mail, "--now", crate::NOW]).code, 0);
    let found = pec(&["archive", "search", &archive, "--limit", "99"]);
    let dates: Vec<&str> = found.out.lines().step_by(3).map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(dates.len() > 3 && dates.is_sorted_by(|newer, older| newer >= older), "{dates:?}");
    assert_eq!(dates[dates.len() - 2..], ["2026-01-12T08:00:00Z", "2026-01-06T08:00:00Z"]);
    for (query, dates) in [("prima:2026-01-10", &dates[dates.len() - 1..]), ("tipo:consegna", &dates[..0])] {
        let found = pec(&["archive", "search", &archive, query, "--json"]).json();
        let (_, entries) = found.split_last().unwrap();
        assert!(!entries.is_empty());
        for entry in entries {
            assert!(entry["dated_at"] == entry["certified_at"] || dates.contains(&entry["dated_at"].as_str().unwrap()));
        }
    }
}

/// What must not be found begins as an option does, and is none wherever it stands; options are options wherever they stand.
#[test]
fn what_is_not_to_be_found_is_no_option() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let found = |arguments: &[&str]| {
        let ran = pec(&[&["archive", "search"], arguments].concat());
        assert!(ran.err.is_empty(), "{ran:?}");
        let mut lines = ran.json();
        assert!(lines.pop().unwrap().get("next").is_some());
        lines.iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (all, none) = (found(&[&archive, "--json"]), found(&[&archive, "--json", "-da:anna", "da:anna"]));
    assert!(all.len() > 1 && none.is_empty(), "{all:?} {none:?}");
    let others = found(&[&archive, "--json", "--", "-tipo:consegna"]);
    assert!(!others.is_empty() && others.len() < all.len(), "{others:?}");
    for arguments in [
        &[&archive[..], "--json", "--limit", "99", "-tipo:consegna"][..],
        &[&archive, "-tipo:consegna", "--limit", "99", "--json"],
        &[&archive, "--limit=99", "-tipo:consegna", "--json", "--lang", "it", "-\"nessuna frase\""],
        &["--json", &archive, "-nulla", "-tipo:consegna", "--actor", "anna"],
        &["--actor", "anna", &archive, "-tipo:consegna -nulla", "--json"],
    ] {
        assert_eq!(found(arguments), others, "{arguments:?}");
    }
    assert_eq!(found(&[&archive, "-nulla", "--limit", "1", "--json"]), all[..1]);
    let wrong = pec(&["archive", "search", &archive, "x", "-dopo:oggi", "--lang", "en"]);
    assert!(wrong.code == 2 && wrong.err.ends_with("\n  x -dopo:oggi\n          ^^^^\n"), "{wrong:?}");
    // What is no condition is still told.
    for unknown in [&["--limits", "9"][..], &["-da:anna", "--limits"]] {
        let ran = pec(&[&["archive", "search", &archive], unknown].concat());
        assert!(ran.code == 2 && ran.err.contains("--limits"), "{ran:?}");
    }
    assert_eq!(pec(&["archive", "search", &archive, "-h"]).code, 0);
    let (out, key) = (kit.path("pacchetti"), ["--producer", "VATIT-12345678903=Alfa", "--anchor", &kit.anchor]);
    let fixed = [&["archive", "deposit", "make", &archive, "-o", &out, "--now", crate::NOW][..], &key].concat();
    let made = pec(&[&fixed[..], &["-tipo:consegna", "da:nessuno", "--json"]].concat());
    assert!(made.code == 0 && made.json()[0]["packages"] == serde_json::json!([]), "{made:?}");
}

#[test]
fn an_encrypted_archive_is_opened_by_its_key_alone() {
    let kit = Kit::new();
    let (key, other, bad) = (kit.path("chiave"), kit.path("altra"), kit.path("nessuna"));
    fs::write(&key, format!("{}\n", "0A".repeat(32))).unwrap();
    fs::write(&other, [7; 32]).unwrap();
    fs::write(&bad, "0a".repeat(31) + "zz").unwrap();
    let from = transaction().display().to_string();
    let judging = ["--anchor", &kit.anchor, "--now", crate::NOW];
    for (name, more, found) in [("campi", &[][..], 0), ("parole", &["--index-words"], 1)] {
        let archive = kit.path(name);
        let ran = pec(&[&["archive", "init", &archive, "--key-file", &key], more].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        let ran = pec(&[&["archive", "--key-file", &key, "add", &archive, &from][..], &judging].concat());
        assert_eq!(ran.code, 1, "the file that describes the case is told: {ran:?}");
        let state = pec(&["archive", "search", &archive, "stato:consegnato", "--key-file", &key, "--json"]).json();
        assert!(state.len() > 1, "{state:?}");
        assert_eq!(state[0]["subject"].is_string(), found == 1, "{state:?}");
        // The same key as bytes.
        fs::write(kit.path("byte"), [10; 32]).unwrap();
        assert_eq!(pec(&["archive", "check", &archive, "--key-file", &kit.path("byte")]).code, 0);
        let bundle = kit.path(&format!("{name}.zip"));
        let pec_id = state[0]["pec_id"].as_str().unwrap();
        let make = ["proof", "make", &archive, pec_id, "-o", &bundle, "--key-file", &key];
        assert_eq!(pec(&[&make[..], &judging].concat()).code, 0);
        // Changed: what is there stays under the old key, which is given behind the new one.
        let new = pec(&["archive", "stats", &archive, "--key-file", &other, "--key-file", &key]);
        assert_eq!(new.code, 0, "{new:?}");
        for (keys, said) in [
            (&[][..], "no key was given"),
            (&["--key-file", &other], "is missing"),
            (&["--key-file", &bad], "is no key: 32 bytes"),
            (&["--key-file", &kit.path("non c'è")], "non c'è"),
        ] {
            let ran = pec(&[&["archive", "stats", &archive, "--lang", "en"], keys].concat());
            assert!(ran.code == 2 && ran.err.contains(said), "{ran:?}");
        }
        let saved = kit.path(&format!("{name}.salvato"));
        let salvage = ["archive", "salvage", &archive, &saved, "--key-file", &key];
        assert_eq!(pec(&[&salvage[..], &judging].concat()).code, 0);
        assert_eq!(pec(&["archive", "stats", &saved]).code, 2);
    }
    let without = pec(&["archive", "init", &kit.path("x"), "--index-words"]);
    assert!(without.code == 2 && without.err.contains("--key-file"), "{without:?}");
}

#[test]
fn what_a_register_answered_is_kept_and_shown() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let answer = kit.path("risposta.json");
    fs::write(&answer, "{\"pec\":true}").unwrap();
    let entries = pec(&["archive", "search", &archive, "tipo:consegna", "--json"]).json();
    let pec_id = entries[0]["pec_id"].as_str().unwrap().to_owned();
    let look_up =
        |more: &[&str]| pec(&[&["archive", "look-up", &archive, &pec_id, "--now", crate::NOW], more].concat());
    assert_eq!(look_up(&[]).out, "");
    let asked = [
        "--register",
        "INAD",
        "--address",
        "ufficio@cert.beta.example",
        "--valid-on",
        "2026-02-09",
        "--answer",
        &answer,
    ];
    let kept = look_up(&[&asked[..], &["--lang", "en"]].concat());
    let line = format!("ufficio@cert.beta.example found in INAD, {} for the day 2026-02-09\n", crate::NOW);
    assert_eq!((kept.code, kept.out), (0, line.clone()));
    // The same once more is the same; shown when nothing is said; as every face gives it.
    assert_eq!(look_up(&asked).code, 0);
    assert_eq!(look_up(&["--lang", "en"]).out, line);
    let reports = look_up(&["--json"]).json();
    assert_eq!((reports.len(), &reports[0]["answer"]), (1, &"eyJwZWMiOnRydWV9".into()));
    for wrong in [&["--register", "INAD"][..], &["--register", "INAD", "--address", "ufficio"], &["--not-found"]] {
        assert_eq!(look_up(wrong).code, 2, "{wrong:?}");
    }
}

#[test]
#[cfg(unix)]
fn the_log_is_stamped_by_whom_a_command_asks() {
    use pec_archive::{Actor, Archive};

    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let world = pec_sandbox::World::new().unwrap();
    let now = crate::NOW.parse().unwrap();
    // What is to be stamped: whoever asks is told.
    let mut note = Vec::new();
    let refused = Archive::open(Path::new(&archive)).unwrap().renew(
        &Actor::host(),
        &pec_core::trust::TrustStore::built_in(),
        now,
        &mut |text| {
            note = text.to_vec();
            Err("not yet".into())
        },
    );
    assert!(refused.is_err() && note.starts_with(b"pec-archive\n"));
    let (token, root, asked) = (kit.path("marca.tsr"), kit.path("radice.crt"), kit.path("richiesta.tsq"));
    let moment = pec_sandbox::Moment::new(now, jiff::tz::Offset::UTC);
    fs::write(&token, world.stamper.token(&note, moment).unwrap()).unwrap();
    fs::write(&root, &world.time_root.certificate.der).unwrap();
    let stamp = |more: &[&str], script: &str| {
        let fixed = ["archive", "stamp", &archive, "--now", crate::NOW, "--lang", "en"];
        pec(&[&fixed[..], more, &["--", "sh", "-c", script, "sh", &asked, &token]].concat())
    };
    let trusted = ["--time-anchor", &root, "--json"];
    // Nobody whom the person trusts; a command that fails; one that is not there; one that gives something else.
    let said = |ran: Ran| (ran.code, ran.err.clone());
    let (code, why) = said(stamp(&[], "cat \"$2\""));
    assert!(code == 2 && !why.is_empty(), "{why}");
    let (code, why) = said(stamp(&trusted, "exit 3"));
    assert!(code == 2 && why.contains("exit status: 3"), "{why}");
    let (code, _) = said(stamp(&trusted, "echo ciao"));
    assert_eq!(code, 2);
    let absent = pec(&["archive", "stamp", &archive, "--lang", "en", "--", "/non/esiste"]);
    assert!(absent.code == 2 && absent.err.contains("/non/esiste"), "{absent:?}");
    assert_eq!(pec(&["archive", "stamp", &archive]).code, 2);
    let stats = || pec(&["archive", "stats", &archive, "--json"]).json()[0]["stamped_entries"].clone();
    assert_eq!(stats(), 0);

    let stamped = stamp(&trusted, "cat > \"$1\"; cat \"$2\"");
    assert_eq!(stamped.code, 0, "{stamped:?}");
    assert_eq!(stamped.json()[0]["size"], stats());
    // Until its certificate ends, in 2039: the radar and the bundle tell it.
    let soon =
        |days: &str| pec(&["archive", "expiring", &archive, "--now", crate::NOW, "--days", days, "--lang", "en"]);
    assert!(
        soon("5000").out.contains("STAMP 2039-01-01T00:00:00Z\n  to be renewed by pec archive stamp"),
        "{:?}",
        soon("5000")
    );
    assert!(!soon("4000").out.contains("STAMP"));
    let late = pec(&["archive", "expiring", &archive, "--now", "2039-02-01T00:00:00Z", "--lang", "it"]);
    assert!(late.out.contains("MARCA NON RINNOVATA 2039-01-01T00:00:00Z\n"), "{late:?}");
    let entries = pec(&["archive", "search", &archive, "tipo:consegna", "--json"]).json();
    let (bundle, pec_id) = (kit.path("prova.zip"), entries[0]["pec_id"].as_str().unwrap().to_owned());
    assert_eq!(pec(&["proof", "make", &archive, &pec_id, "-o", &bundle, "--now", crate::NOW]).code, 0);
    let proven = |now: &str, more: &[&str]| {
        let fixed = ["proof", "verify", &bundle, "--time-anchor", &root, "--lang", "en", "--now", now];
        pec(&[&fixed[..], more].concat())
    };
    let borne = proven(crate::NOW, &[]).out;
    assert!(borne.contains("stamp borne by certificates until 2039-01-01T00:00:00Z\n"), "{borne}");
    let lapsed = proven("2039-02-01T00:00:00Z", &[]).out;
    assert!(
        lapsed.contains(
            "but nothing bears that stamp any more: its certificates ended, without renewal, on 2039-01-01T00:00:00Z\n"
        ),
        "{lapsed}"
    );
    assert!(!lapsed.contains("with a valid certificate"), "{lapsed}");
    assert_eq!(proven("2039-02-01T00:00:00Z", &["--json"]).json()[0]["messages"][0]["witnessed"]["lapsed"], true);
    // The request is what OpenSSL makes of the same text.
    let text = kit.path("testo");
    fs::write(&text, &note).unwrap();
    let made = std::process::Command::new("openssl")
        .args(["ts", "-query", "-data", &text, "-sha256", "-cert", "-no_nonce"])
        .output();
    match made {
        Ok(made) if made.status.success() => assert_eq!(made.stdout, fs::read(&asked).unwrap()),
        _ => println!("skipped: openssl is not here, so nobody else can be asked"),
    }
}
