//! `pec report` as its user meets it.

use std::fs;
use std::path::Path;
use std::str::FromStr;

use pec_archive::{Actor, Archive};
use pec_core::delegation::{Account, Client, ClientKind, Command, Holder, Standing};

use crate::NOW;
use crate::archive::{Kit, pec, transaction};

const ANNA: &str = "anna.bianchi@pec.alfa.example";

fn code<T: FromStr>(text: &str) -> T {
    T::from_str(text).unwrap_or_else(|_| panic!("{text}"))
}

/// One client with two accounts, and a mailbox of each.
fn organise(archive: &str) {
    let archive = Archive::open(Path::new(archive)).unwrap();
    let began = "2026-01-15T10:00:00Z".parse().unwrap();
    let host = |command| archive.act(&Actor::host(), &command, began).unwrap();
    let kind = ClientKind::Business;
    host(Command::AddClient { client: Client { code: code("C1"), name: code("Ditta"), kind } });
    for (account, mailbox) in [("A1", ANNA), ("A2", "altra@a2.example")] {
        host(Command::AddAccount { account: Account { code: code(account), client: code("C1"), name: code("Uno") } });
        let holder = Holder { name: code("=Ditta, S.r.l."), tax_id: None };
        let (account, mailbox, standing) = (code(account), code(mailbox), Standing::Active(began));
        host(Command::Enrol { account, mailbox, holder, product: None, standing });
    }
}

fn filled(kit: &Kit) -> String {
    let (archive, from) = (kit.path("posta.pecarchive"), transaction().display().to_string());
    assert_eq!(pec(&["archive", "init", &archive]).code, 0);
    let judging = ["--anchor", &kit.anchor, "--now", NOW, "--mailbox", ANNA];
    // The file that describes the case is told.
    assert_eq!(pec(&[&["archive", "add", &archive, &from], &judging[..]].concat()).code, 1);
    organise(&archive);
    archive
}

fn report(kind: &str, archive: &str, more: &[&str]) -> crate::Ran {
    let language: &[&str] = if more.contains(&"--lang") { &[] } else { &["--lang", "it"] };
    pec(&[&["report", kind, archive, "--now", NOW], more, language].concat())
}

#[test]
fn row_54_a_report_comes_as_csv_json_or_a_page() {
    let kit = Kit::new();
    let archive = filled(&kit);
    let months = ["--months", "2026-01..2026-02"];
    let ran = report("active-mailboxes", &archive, &months);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let lines: Vec<&str> = ran.out.split("\r\n").collect();
    assert!(lines[0].starts_with("Mese di fatturazione,Cliente,Account,Casella,"), "{}", lines[0]);
    assert_eq!(lines[1], format!("2026-01,C1,A1,{ANNA},,\"'=Ditta, S.r.l.\",,,,15/01/2026 11:00,"));
    assert_eq!((lines.len(), lines[5]), (6, ""));
    let of_a2 = report("active-mailboxes", &archive, &[&months[..], &["--account", "A2"]].concat());
    assert_eq!(of_a2.out.matches("altra@a2.example").count(), 2);
    let by_a2 = report("active-mailboxes", &archive, &[&months[..], &["--operator", "op", "--account", "A2"]].concat());
    assert_eq!(by_a2.out, of_a2.out);
    assert!(!of_a2.out.contains(ANNA));

    let marked = report("active-mailboxes", &archive, &[&months[..], &["--bom"]].concat());
    assert_eq!(marked.bytes, [b"\xef\xbb\xbf", ran.out.as_bytes()].concat());
    let json = &report("active-mailboxes", &archive, &[&months[..], &["--json"]].concat()).json()[0];
    assert_eq!((json["sheet"].as_str(), json["rows"].as_array().map(Vec::len)), (Some("active-mailboxes"), Some(4)));
    assert_eq!(json["facts"]["from"].as_str(), Some("2026-01"));
    let page = kit.path("attive.html");
    let html = report("active-mailboxes", &archive, &[&months[..], &["--html", &page]].concat());
    assert_eq!((html.code, html.out.as_str()), (0, ""), "{html:?}");
    let written = fs::read_to_string(&page).unwrap();
    assert!(written.starts_with("<!DOCTYPE html>") && written.contains("=Ditta, S.r.l."), "{written}");
    let table = kit.path("attive.csv");
    assert_eq!(report("active-mailboxes", &archive, &[&months[..], &["-o", &table]].concat()).code, 0);
    assert_eq!(fs::read_to_string(&table).unwrap(), ran.out);
    // What is there is not written over.
    assert_eq!(report("active-mailboxes", &archive, &["--html", &page]).code, 2);
    assert_eq!(fs::read_to_string(&page).unwrap(), written);
}

#[test]
fn row_54_every_report_runs_and_an_empty_one_says_the_words_of_the_source() {
    let kit = Kit::new();
    let archive = filled(&kit);
    for (kind, months, code) in [
        ("active-mailboxes", Some("2026-02"), 0),
        ("revoked-mailboxes", Some("2026-02"), 1),
        ("service-use", None, 0),
        ("delegates", None, 1),
        ("delivery", Some("2026-02"), 0),
        ("traffic", Some("2026-02"), 0),
        ("access-lost", None, 1),
        ("proof-expiring", Some("2026-01..2035-12"), 0),
        ("domains", None, 1),
        ("anomalous-domains", None, 1),
    ] {
        let months: Vec<&str> = months.into_iter().flat_map(|months| ["--months", months]).collect();
        let ran = report(kind, &archive, &months);
        let warning = if code == 0 { "" } else { "Attenzione: nessun dato estratto\n" };
        assert_eq!((ran.code, ran.err.as_str()), (code, warning), "{kind}: {ran:?}");
        assert_eq!(ran.out.lines().count() > 1, code == 0, "{kind}: {}", ran.out);
        // Also where the environment is not Italian.
        assert_eq!(report(kind, &archive, &[&months[..], &["--lang", "en"]].concat()).err, warning);
        // A user who may list nothing is shown nothing.
        let ran = report(kind, &archive, &[&months[..], &["--as", "anna"]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (1, "Attenzione: nessun dato estratto\n"), "{kind}: {ran:?}");
    }
}

#[test]
fn rows_18_and_52_domains_are_those_of_the_records_that_are_given() {
    let kit = Kit::new();
    let archive = filled(&kit);
    let open = Archive::open(Path::new(&archive)).unwrap();
    let domains = ["alfa.it", "beta.it"].map(code).into();
    let catalogue = pec_core::delegation::lifecycle::Catalogue { products: [].into(), domains };
    let give = Command::GiveCatalogue { account: code("A1"), catalogue };
    open.act(&Actor::host(), &give, NOW.parse().unwrap()).unwrap();
    drop(open);
    let records = kit.path("dns.json");
    let text = r#"{"expected": {"mx": ["mx.x.it"], "txt": []}, "checks": [
        {"domain": "beta.it", "checked_at": "2026-02-28T23:30:00Z", "mx": ["mx.y.it"], "txt": []}]}"#;
    fs::write(&records, text).unwrap();
    let all = report("domains", &archive, &["--records", &records]);
    let expected = "Cliente,Account,Dominio,Stato,Anomalie,Ultima verifica\r\nC1,A1,alfa.it,mai verificato,,\r\n\
                    C1,A1,beta.it,anomalo,manca MX mx.x.it; MX estraneo mx.y.it,01/03/2026 00:30\r\n";
    assert_eq!((all.code, all.out.as_str()), (0, expected));
    let anomalous = report("anomalous-domains", &archive, &["--records", &records]);
    assert_eq!((anomalous.code, anomalous.out.lines().count()), (0, 2));
}

#[test]
fn wrong_input_is_explained() {
    let kit = Kit::new();
    let archive = filled(&kit);
    let broken = kit.path("dns.json");
    fs::write(&broken, "{}").unwrap();
    let cases: [(&str, &[&str], &str); 9] = [
        ("delegates", &["--months", "2026-01"], "delegates"),
        ("domains", &["--months", "2026-01"], "mesi"),
        ("traffic", &["--months", "2026-13"], "2026-13"),
        ("traffic", &["--months", "2026-02..2026-01"], "first"),
        ("traffic", &["--months", "1990-01..2026-01"], "120"),
        ("traffic", &["--client", "C9"], "C9"),
        ("traffic", &["--records", &broken], "domini"),
        ("domains", &["--records", &broken], "expected"),
        ("traffic", &["--client", "C1", "--account", "A1"], "--account"),
    ];
    for (kind, more, said) in cases {
        let ran = report(kind, &archive, more);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{more:?}: {ran:?}");
        assert!(ran.err.contains(said), "{more:?}: {}", ran.err);
    }
}
