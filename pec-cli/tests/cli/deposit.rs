//! `pec archive deposit`, and a ZIP taken into an archive.

use std::fs;

use crate::archive::{Kit, transaction};
use crate::{Ran, pec};

const PRODUCER: &str = "VATIT-12345678903=Ditta S.r.l.";

fn make(kit: &Kit, archive: &str, output: &str, more: &[&str]) -> Ran {
    let fixed = ["--producer", PRODUCER, "--anchor", &kit.anchor, "--now", crate::NOW];
    pec([&["archive", "deposit", "make", archive, "-o", output][..], &fixed, more].concat())
}

#[test]
fn from_a_query_to_the_answer() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let other = kit.path("altro.eml");
    fs::write(&other, "Message-ID: <altro@ditta.example>\r\n\r\naltro\r\n").unwrap();
    assert_eq!(pec(["archive", "add", &archive, &other, "--now", crate::NOW]).code, 0);
    let all = pec(["archive", "stats", &archive, "--json"]).json()[0]["messages"].as_u64().unwrap();
    let zip = kit.path("pacchetto.zip");
    let more = ["--classification", "1.2", "--confidential", "--retention", "17", "--json", "tipo:consegna"];
    let who = ["--signer", "delegata: TINIT-RSSMRA70A01H501S=Rossi, Maria", "--dossier", "2026/7 = Gara"];
    let made = make(&kit, &archive, &zip, &[&more[..], &who].concat());
    assert_eq!(made.code, 0, "{made:?}");
    // It is stored as it is: what was said stands in it.
    let bytes = fs::read(&zip).unwrap();
    for said in [
        "<IndiceDiClassificazione>1.2<",
        "<Riservato>true<",
        "<TempoDiConservazione>17<",
        "signerRole=\"delegata\"",
        "<LastName>Rossi<",
        "<IdAggregazione>2026/7<",
        "<FormalName>Ditta S.r.l.<",
    ] {
        assert!(bytes.windows(said.len()).any(|window| window == said.as_bytes()), "{said}");
    }
    let package = made.json()[0]["packages"][0].clone();
    let (name, pindex) = (package["name"].as_str().unwrap(), package["pindex"].as_str().unwrap());
    // The receipt has brought its whole transaction.
    assert!(package["documents"].as_u64().unwrap() >= 3 && fs::read(&zip).unwrap().starts_with(b"PK\x03\x04"));
    // What is left, in the other language: it is never called more than it is.
    let folder = kit.path("pacchetti");
    let rest = all - package["documents"].as_u64().unwrap();
    let made = make(&kit, &archive, &folder, &["--lang", "it"]);
    assert!(made.out.contains(&format!("  pronto per il versamento: {rest} messaggi in {folder}")), "{made:?}");
    let nothing = make(&kit, &archive, &folder, &["--lang", "it"]);
    assert!(nothing.out.starts_with("nulla di nuovo da versare\n"), "{nothing:?}");

    let listed = pec(["archive", "deposit", "list", &archive, name, "--json"]).json();
    let id = listed[0]["id"].as_str().unwrap();
    let report = kit.path("rapporto.xml");
    let text = format!(
        "<RapportoVersamento><EsitoGenerale><CodiceEsito>POSITIVO</CodiceEsito></EsitoGenerale><Impronta>{pindex}</Impronta>\
         <Documento><Impronta>{id}</Impronta><Esito>respinto</Esito><Motivo>formato</Motivo></Documento></RapportoVersamento>"
    );
    fs::write(&report, text).unwrap();
    let read = pec(["archive", "deposit", "report", &archive, &report, "--refused", "respinto", "--lang", "it"]);
    assert_eq!(read.code, 1, "{read:?}");
    assert!(
        read.out.contains(&format!("{id}  RIFIUTATO  formato")) && read.out.contains("  accettato"),
        "{}",
        read.out
    );
    let known = pec(["archive", "deposit", "report", &archive, &report, "--refused", "respinto", "--lang", "en"]);
    assert!(known.out.contains("was read before"), "{}", known.out);
    let list = pec(["archive", "deposit", "list", &archive, "--lang", "en"]);
    assert!(list.code == 1 && list.out.contains("0 waiting") && list.out.contains("1 refused"), "{list:?}");
    assert_eq!(pec(["archive", "search", &archive, "versato:rifiutato", "--json"]).json()[0]["id"], id);

    let fixed = ["--producer", PRODUCER, "--anchor", &kit.anchor, "--now", "2026-03-02T08:00:00Z", "--lang", "en"];
    let again = pec([&["archive", "deposit", "again", &archive, name, "-o", &folder][..], &fixed].concat());
    assert!(again.code == 0 && again.out.contains("ready for deposit: 1 messages"), "{again:?}");
    let list = pec(["archive", "deposit", "list", &archive, "--lang", "en"]);
    assert!(list.out.contains(&format!("1 waiting, 0 accepted, 0 refused  (again from {name})")), "{}", list.out);
    // It never arrives.
    let last = list.out.lines().last().unwrap().split_once(' ').unwrap().0;
    let withdraw = |lang| pec(["archive", "deposit", "withdraw", &archive, last, "--reason", "perso", "--lang", lang]);
    let withdrawn = withdraw("it");
    assert!(withdrawn.code == 0 && withdrawn.out.starts_with("1 documenti da versare di nuovo"), "{withdrawn:?}");
    assert!(withdraw("en").out.starts_with("no document to be deposited again"));
    let list = pec(["archive", "deposit", "list", &archive, last, "--lang", "it"]);
    assert!(list.code == 1 && list.out.contains("perso"), "{list:?}");
}

#[test]
fn wrong_input_is_explained() {
    let kit = Kit::new();
    let archive = kit.filled(&transaction());
    let out = kit.path("p");
    let digit = pec(["archive", "deposit", "make", &archive, "-o", &out, "--producer", "VATIT-12345678904=X"]);
    assert!(digit.code == 2 && digit.err.contains("VATIT-12345678904"), "{digit:?}");
    let query = make(&kit, &archive, &out, &["colore:rosso", "--lang", "it"]);
    assert!(query.code == 2 && query.err.contains("campo sconosciuto"), "{query:?}");
    let limit = make(&kit, &archive, &out, &["--max-documents", "0", "--lang", "en"]);
    assert!(limit.code == 2 && limit.err.contains("max-documents: 0"), "{limit:?}");
    let report = kit.path("r.xml");
    fs::write(&report, "%PDF-1.4").unwrap();
    let read = pec(["archive", "deposit", "report", &archive, &report, "--lang", "it"]);
    assert!(read.code == 2 && read.err.contains("non si può leggere"), "{read:?}");
    let none = pec(["archive", "deposit", "list", &archive, "pdv-nessuno", "--lang", "en"]);
    assert!(none.code == 2 && none.err.contains("has nothing of this name"), "{none:?}");
}

#[test]
fn a_zip_is_taken_in_once_and_what_is_no_message_is_told() {
    let kit = Kit::new();
    // What was packed for one archive is taken into another: the messages, and nothing of what stands beside them.
    let archive = kit.filled(&transaction());
    let zip = kit.path("pacchetto.zip");
    assert_eq!(make(&kit, &archive, &zip, &[]).code, 0);
    let other = kit.path("altro.pecarchive");
    assert_eq!(pec(["archive", "init", &other]).code, 0);
    let import = || {
        pec(["archive", "import", &other, &zip, "--anchor", &kit.anchor, "--now", crate::NOW, "--json"])
            .json()
            .remove(0)
    };
    let first = import();
    let places: Vec<&str> =
        first["exceptions"].as_array().unwrap().iter().map(|exception| exception["place"].as_str().unwrap()).collect();
    assert!(places.iter().all(|place| place.ends_with(".xml")) && !places.is_empty(), "{places:?}");
    let stats = |archive: &str| pec(["archive", "stats", archive, "--json"]).json()[0]["messages"].as_u64().unwrap();
    // case.json of the folder is a file like any other there; in a package it is a document.
    assert_eq!(stats(&other), stats(&archive));
    let second = import();
    assert_eq!((second["new"].as_u64(), second["known"].as_u64()), (Some(0), first["new"].as_u64()));

    // A ZIP of nothing but messages is not opened a second time.
    let found = pec(["archive", "search", &archive, "--json"]).json();
    let id = found[0]["id"].as_str().unwrap();
    assert_eq!(pec(["archive", "export", &archive, id, "-o", &kit.path("fuori")]).code, 0);
    let bytes = fs::read(kit.folder.path().join(format!("fuori/{id}.eml"))).unwrap();
    let mut frames = pec_core::proof::Frames::default();
    let mut packed = frames.object("a/uno.eml", &bytes).unwrap();
    packed.extend_from_slice(&bytes);
    packed.extend(frames.end().unwrap());
    let alone = kit.path("alone.zip");
    fs::write(&alone, packed).unwrap();
    let add = || {
        pec(["archive", "add", &other, &alone, "--anchor", &kit.anchor, "--now", crate::NOW, "--json"]).json().remove(0)
    };
    assert_eq!((add()["known"].as_u64(), add()["skipped"].as_u64()), (Some(1), Some(1)));
}
