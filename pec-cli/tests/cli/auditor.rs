//! An auditor checks a dossier of 2018, more than seven years later, offline: FEATURES J6, step by step and with each of
//! its errors.

use std::fs;
use std::path::{Path, PathBuf};

use pec_archive::search::Query;
use pec_archive::{Actor, Archive, Intake};
use pec_core::lookup::Lookup;
use pec_core::trust::TrustStore;
use pec_sandbox::compose::base64;
use pec_sandbox::compose::submission::{ReceiptForm, Recipient, Submission};
use pec_sandbox::{Moment, TimeStamper, World};

use crate::{Ran, command, conformance, run};

/// When the auditor looks. The certificates of the providers ended in 2021.
const TODAY: &str = "2026-03-01T12:00:00Z";
const OFFICE: &str = "ufficio@cert.beta.example";

/// What the company kept: what it sent, and both receipts.
struct Dossier {
    folder: tempfile::TempDir,
    anchor: PathBuf,
    acceptance: Vec<u8>,
    delivery: Vec<u8>,
    pec_id: String,
}

impl Dossier {
    fn new() -> Self {
        let world = World::new().unwrap();
        let (alfa, beta) = (&world.alfa_2018, &world.beta_2018);
        let contract = b"%PDF-1.4 contratto quadro, articolo 1".repeat(200);
        let sent = format!(
            "Message-ID: <7@ditta.example>\r\nFrom: anna@pec.alfa.example\r\nTo: {OFFICE}\r\nSubject: Contratto\r\n\
             Date: Tue, 13 Nov 2018 16:39:20 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n\
             --c\r\nContent-Type: text/plain\r\n\r\nIn allegato.\r\n--c\r\nContent-Type: application/pdf\r\n\
             Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=contratto.pdf\r\n\r\n{}\r\n--c--\r\n",
            String::from_utf8(base64(&contract)).unwrap()
        );
        let submission = Submission {
            message: sent.clone().into_bytes(),
            sender: "anna@pec.alfa.example".into(),
            recipients: vec![Recipient::certified(OFFICE)],
            receipt: ReceiptForm::Full,
        };
        let at = "2018-11-13T16:39:27+01:00".parse().unwrap();
        let transaction = alfa.accept(submission, Some("Contratto"), at);
        let acceptance = alfa.seal(&alfa.acceptance(&transaction)).unwrap();
        let delivery = beta.seal(&beta.delivery(&transaction, OFFICE, ReceiptForm::Full, at.plus(5))).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let anchor = folder.path().join("radice.crt");
        fs::write(&anchor, &world.root.certificate.der).unwrap();
        let dossier = Self { folder, anchor, acceptance, delivery, pec_id: transaction.pec_id };
        dossier.keep("2018 contratto/inviato.eml", sent.as_bytes());
        dossier.keep("2018 contratto/accettazione.eml", &dossier.acceptance);
        dossier.keep("2018 contratto/consegna.eml", &dossier.delivery);
        dossier
    }

    fn keep(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// `pec …`, believing the authority of 2018.
    fn pec(&self, arguments: &[&str], path: &Path) -> Ran {
        let mut command = command(arguments);
        command.arg(path).args(["--now", TODAY, "--anchor"]).arg(&self.anchor);
        run(command)
    }

    fn folder(&self) -> PathBuf {
        self.folder.path().join("2018 contratto")
    }

    /// What is said of one file that is no proof, for a person: never a word that it is genuine.
    fn refused(&self, bytes: &[u8], verdict: &str) -> String {
        let path = self.keep("prova.eml", bytes);
        let json = self.pec(&["verify", "--json"], &path);
        assert_eq!(json.code, 1, "{json:?}");
        assert_eq!(json.json()[0]["verdict"], verdict, "{json:?}");
        self.pec(&["verify", "--lang", "it"], &path).out
    }
}

#[test]
fn the_receipts_still_prove_and_what_is_weak_today_is_said() {
    let dossier = Dossier::new();
    let ran = dossier.pec(&["verify", "--json"], &dossier.folder());
    // What was sent bears no signature: alone it proves nothing.
    assert_eq!(ran.code, 1, "{ran:?}");
    let mut seen = 0;
    for report in ran.json() {
        if report["file"].as_str().unwrap().ends_with("inviato.eml") {
            assert_eq!(report["verdict"], "not-pec");
            continue;
        }
        seen += 1;
        assert!(report["verdict"].as_str().unwrap().starts_with("certified"), "{report}");
        assert_eq!(
            (&report["integrity"], &report["trust_at_signing"]),
            (&"intact".into(), &"trusted".into()),
            "{report}"
        );
        assert!(report["signer"]["not_after"].as_str().unwrap() < "2022", "{report}");
        let codes: Vec<_> =
            report["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"cms.weak_digest") && codes.contains(&"time.claimed"), "{codes:?}");
    }
    assert_eq!(seen, 2);
    // The receipts beside what was sent: every attachment, and the state that they prove.
    let linked = dossier.pec(&["link", "--json"], &dossier.folder());
    let linked = &linked.json()[0];
    assert_eq!(linked["recipients"][0]["state"], "delivered", "{linked}");
    // In both languages: intact, at a date that the provider states and nobody else.
    let consegna = dossier.folder().join("consegna.eml");
    let (it, en) =
        (dossier.pec(&["verify", "--lang", "it"], &consegna), dossier.pec(&["verify", "--lang", "en"], &consegna));
    assert_eq!((it.code, en.code), (0, 0), "{it:?}");
    assert!(it.out.contains("dichiarata dal gestore stesso"), "{}", it.out);
    assert!(en.out.contains("The provider itself states the time"), "{}", en.out);
}

#[test]
fn the_bundle_says_the_same_and_one_byte_is_found() {
    let dossier = Dossier::new();
    let trust = TrustStore::built_in().with_host_anchor(&fs::read(&dossier.anchor).unwrap()).unwrap();
    // Put into an archive years ago, when the certificates were alive.
    let archive = Archive::create(&dossier.folder.path().join("posta.pecarchive")).unwrap();
    let intake = Intake::new(&trust, "2018-11-14T08:00:00Z".parse().unwrap());
    for entry in fs::read_dir(dossier.folder()).unwrap() {
        archive.put(&Actor::host(), &intake, fs::read(entry.unwrap().path()).unwrap()).unwrap();
    }
    // Where the address had been found, and two authorities that stamped the log: the second before the certificate of the first ended.
    let host = Actor::host();
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let lookup = Lookup {
        address: OFFICE.into(),
        register: "INI-PEC".into(),
        asked: None,
        asked_at: at("2018-11-13T09:00:00Z"),
        valid_on: None,
        found: true,
        answer: b"{}".to_vec(),
    };
    let sent = archive.search(&host, &Query::parse("tipo:ordinario").unwrap(), None, 1).unwrap().entries[0].id;
    archive.note_lookup(&host, at("2018-11-14T08:00:00Z"), &[sent], &lookup).unwrap();
    let world = World::new().unwrap();
    let time_anchor = dossier.keep("marche.crt", &world.time_root.certificate.der);
    let time = trust.clone().with_time_stamp_anchor(&world.time_root.certificate.der).unwrap();
    for (stamped, ends) in
        [("2018-11-15T08:00:00Z", "2021-01-01T00:00:00Z"), ("2020-12-01T00:00:00Z", "2030-01-01T00:00:00Z")]
    {
        let moment = |text: &str| Moment::new(at(text), jiff::tz::Offset::UTC);
        let TimeStamper { key, certificate, .. } = world.stamper.clone();
        let life = (moment("2015-01-01T00:00:00Z"), moment(ends));
        let stamper = TimeStamper::under(&world.time_root, certificate.subject, key, life).unwrap();
        let ask = &mut |note: &[u8]| stamper.token(note, moment(stamped)).map_err(|error| error.to_string());
        archive.renew(&host, &time, at(stamped), ask).unwrap();
    }
    let bundle = archive.bundle(&host, &trust, at("2026-02-01T00:00:00Z"), &dossier.pec_id).unwrap();
    let path = dossier.keep("dossier.pecproof.zip", &bundle);
    let proven = |more: &[&str]| {
        let believed = ["--time-anchor", time_anchor.to_str().unwrap()];
        dossier.pec(&[&["proof", "verify"][..], &believed, more].concat(), &path)
    };
    let ran = proven(&["--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = &ran.json()[0];
    assert_eq!(report["faults"].as_array().map(Vec::len), Some(0), "{report}");
    assert_eq!(report["messages"].as_array().map(Vec::len), Some(3), "{report}");
    for message in report["messages"].as_array().unwrap().iter().chain(report["lookups"].as_array().unwrap()) {
        let witnessed = &message["witnessed"];
        assert_eq!(witnessed["at"], "2018-11-15T08:00:00Z", "{message}");
        assert_eq!((&witnessed["borne_until"], &witnessed["renewals"]), (&"2030-01-01T00:00:00Z".into(), &1.into()));
    }
    assert_eq!(report["lookups"][0]["register"], "INI-PEC");
    let it = proven(&["--lang", "it"]).out;
    for said in [
        "esisteva già, a certificato valido, il 2018-11-15T08:00:00Z",
        "marca retta da certificati fino al 2030-01-01T00:00:00Z (un rinnovo)",
        "ufficio@cert.beta.example trovato in INI-PEC, 2018-11-13T09:00:00Z: lo dichiara chi ha cercato",
    ] {
        assert!(it.contains(said), "{said}\n{it}");
    }
    // Without that authority: intact, at a date that the provider states and nobody else.
    let alone = dossier.pec(&["proof", "verify", "--lang", "it"], &path);
    assert!(
        alone.code == 0 && !alone.out.contains("esisteva già") && alone.out.contains("non è giudicata"),
        "{alone:?}"
    );
    // One byte, anywhere inside the delivery receipt: that object, and the block in which it lies.
    let at = bundle.windows(40).position(|window| window == &dossier.delivery[9000..9040]).unwrap();
    let mut changed = bundle;
    changed[at] ^= 1;
    let ran = dossier.pec(&["proof", "verify", "--lang", "it"], &dossier.keep("dossier.pecproof.zip", &changed));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("messages/") && ran.out.contains("4096 byte"), "{}", ran.out);
}

#[test]
fn a_receipt_that_is_missing_is_missed() {
    let dossier = Dossier::new();
    fs::remove_file(dossier.folder().join("consegna.eml")).unwrap();
    let linked = dossier.pec(&["link", "--json"], &dossier.folder());
    let state = linked.json()[0]["recipients"][0]["state"].as_str().unwrap().to_owned();
    assert!(state != "delivered" && !state.is_empty(), "{linked:?}");
}

#[test]
fn what_is_no_proof_is_told_apart() {
    let dossier = Dossier::new();
    let delivery = String::from_utf8(dossier.delivery.clone()).unwrap();
    // Only a print was kept.
    dossier.refused(b"%PDF-1.7\n1 0 obj\nRicevuta di avvenuta consegna\n%%EOF\n", "not-pec");
    // Saved again by Outlook: a compound file, in which the signed bytes are no longer as they were.
    let resaved = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 504], &dossier.delivery[..2000]].concat();
    dossier.refused(&resaved, "unverifiable");
    // Forwarded inline: the words of a receipt in an ordinary message.
    let inline = format!(
        "From: anna@studio.example\r\nTo: revisore@studio.example\r\nSubject: I: CONSEGNA: Contratto\r\n\r\n> {}",
        delivery.lines().take(40).collect::<Vec<_>>().join("\r\n> ")
    );
    dossier.refused(inline.as_bytes(), "not-pec");
    // Wrapped by a mailing list: a PEC is inside, and is verified on its own.
    let wrapped = format!(
        "From: lista@liste.example\r\nSubject: [Lista] CONSEGNA: Contratto\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=l\r\n\r\n--l\r\nContent-Type: message/rfc822\r\n\r\n{delivery}\r\n--l\r\n\
         Content-Type: text/plain\r\n\r\nLista interna\r\n--l--\r\n"
    );
    dossier.refused(wrapped.as_bytes(), "contains-pec");
    // Another attachment in the place of the one that was sent.
    let line = delivery.lines().find(|line| line.starts_with("JVBERi")).unwrap();
    let swapped = delivery.replacen(line, &line.replace('J', "K"), 1);
    let text = dossier.refused(swapped.as_bytes(), "altered");
    assert!(text.to_uppercase().contains("ALTERAT"), "{text}");
    // Signed by a certificate that somebody made at home.
    let forged = fs::read(conformance().join("impersonation-self-signed.eml")).unwrap();
    dossier.refused(&forged, "forged");
    // An auditor who does not know the authority learns that, and nothing worse.
    let mut stranger = command(["verify", "--json", "--now", TODAY]);
    stranger.arg(dossier.folder().join("consegna.eml"));
    let unknown = &run(stranger).json()[0];
    assert_eq!(
        (&unknown["verdict"], &unknown["integrity"]),
        (&"intact-but-untrusted".into(), &"intact".into()),
        "{unknown}"
    );
}
