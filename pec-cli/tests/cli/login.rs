//! `pec login`: from a challenge to a mailbox that opens, with a card of the sandbox.

use std::fs;

use pec_archive::{Actor, Archive};
use pec_core::delegation::{Account, Client, ClientKind, Command, Holder, Standing};
use pec_sandbox::cards::{Card, CardOffice};

use crate::{NOW, Ran, pec};

const ROSSI: &str = "RSSMRA85T10A562S";
const BIANCHI: &str = "BNCGLI80A41F205F";
const BOX: &str = "rossi@pec.example";
const COMPANY: &str = "ditta@pec.example";

struct Kit {
    folder: tempfile::TempDir,
    office: CardOffice,
}

impl Kit {
    fn new() -> Self {
        let kit = Self { folder: crate::folder(), office: CardOffice::new().unwrap() };
        let now = NOW.parse().unwrap();
        let archive = Archive::create(kit.folder.path().join("a.pecarchive").as_path()).unwrap();
        let host = |command| archive.act(&Actor::host(), &command, now).unwrap();
        let name = || "Studio".parse().unwrap();
        let client = Client { code: "C1".parse().unwrap(), name: name(), kind: ClientKind::Business };
        host(Command::AddClient { client });
        let account = Account { code: "A1".parse().unwrap(), client: "C1".parse().unwrap(), name: name() };
        host(Command::AddAccount { account });
        for (mailbox, tax_id) in [(BOX, ROSSI), (COMPANY, "00743110157")] {
            let holder = Holder { name: name(), tax_id: Some(tax_id.parse().unwrap()) };
            let (account, mailbox) = ("A1".parse().unwrap(), mailbox.parse().unwrap());
            host(Command::Enrol { account, mailbox, holder, product: None, standing: Standing::Active(now) });
        }
        fs::write(kit.path("radice.pem"), kit.office.root.certificate.pem()).unwrap();
        let lists = kit.office.lists("2026-02-28T00:00:00Z".parse().unwrap(), Vec::new()).unwrap();
        lists.iter().zip(["uno.crl", "due.crl"]).for_each(|(list, name)| fs::write(kit.path(name), list).unwrap());
        kit
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn archive(&self) -> String {
        self.path("a.pecarchive")
    }

    /// A challenge, signed by this card; gives the options that name both.
    fn answer(&self, card: &Card, mailbox: &str, purpose: &str, name: &str) -> Vec<String> {
        let (challenge, signed) = (self.path(&format!("{name}.txt")), self.path(&format!("{name}.p7m")));
        let archive = self.archive();
        let begun = ["login", "challenge", &archive, mailbox, "--audience", "posta.example", "--now", NOW];
        let ran = pec([&begun[..], &["--purpose", purpose, "-o", &challenge]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
        let text = fs::read_to_string(&challenge).unwrap();
        assert!(text.starts_with("pec-login-challenge/1 ") && !text.ends_with('\n'));
        fs::write(&signed, card.cms(&text, NOW.parse().unwrap()).unwrap()).unwrap();
        ["--audience", "posta.example", "--challenge", &challenge, "--cms", &signed].map(str::to_owned).into()
    }

    fn run(&self, action: &str, mailbox: &str, answer: &[String], more: &[&str]) -> Ran {
        let mut arguments: Vec<String> = ["login", action].map(str::to_owned).into();
        arguments.extend([self.archive(), mailbox.to_owned()]);
        arguments.extend(answer.iter().cloned());
        arguments.extend(["--authority".into(), self.path("radice.pem"), "--now".into(), NOW.into()]);
        arguments.extend(more.iter().map(|one| (*one).to_owned()));
        pec(arguments)
    }
}

#[test]
fn rows_83_to_88_at_a_terminal() {
    let kit = Kit::new();
    let (rossi, bianchi) = (kit.office.card(ROSSI).unwrap(), kit.office.card(BIANCHI).unwrap());
    let (one, two) = (kit.path("uno.crl"), kit.path("due.crl"));
    let lists = ["--crl", &one, "--crl", &two, "--lang", "en"];
    let answer = kit.answer(&rossi, BOX, "login", "primo");
    let ran = kit.run("verify", BOX, &answer, &lists);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.out, "rossi@pec.example: the holder comes in, by the codice fiscale\n");
    // Once, and no more.
    let ran = kit.run("verify", BOX, &answer, &lists);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("login.replayed") && ran.out.contains("used already"), "{}", ran.out);
    // Offline nothing is good.
    let answer = kit.answer(&rossi, BOX, "login", "secondo");
    let ran = kit.run("verify", BOX, &answer, &["--json"]);
    assert_eq!((ran.code, ran.json()[0]["refused"].as_str()), (1, Some("login.revocation_unknown")));
    let answer = kit.answer(&rossi, BOX, "login", "terzo");
    let ran = kit.run("verify", BOX, &answer, &["--revocation", "where-given", "--json"]);
    let json = &ran.json()[0];
    assert_eq!((ran.code, &json["revocation"], &json["by"]), (0, &"not-checked".into(), &"tax-id".into()));
    assert_eq!(json["certificate"], rossi.certificate.fingerprint());
    // Another's card: registered, listed, used, removed.
    let answer = kit.answer(&bianchi, COMPANY, "login", "quarto");
    let ran = kit.run("verify", COMPANY, &answer, &lists);
    assert!(ran.code == 1 && ran.out.contains("login.association_required"), "{ran:?}");
    let answer = kit.answer(&bianchi, COMPANY, "registration", "quinto");
    let name = ["--name", "Firma di Bianchi"];
    let ran = kit.run("register", COMPANY, &answer, &[&lists[..], &name].concat());
    assert_eq!((ran.code, ran.out.as_str()), (0, "ditta@pec.example: signature kit registered: Firma di Bianchi\n"));
    let archive = kit.archive();
    let listed = pec(["login", "list", &archive, COMPANY, "--json"]).json();
    assert_eq!((listed.len(), listed[0]["name"].as_str()), (1, Some("Firma di Bianchi")));
    assert!(pec(["login", "list", &archive, COMPANY]).out.ends_with("  -  Firma di Bianchi\n"));
    let answer = kit.answer(&bianchi, COMPANY, "login", "sesto");
    let ran = kit.run("verify", COMPANY, &answer, &[&lists[..4], &["--lang", "it"]].concat());
    assert_eq!(ran.out, "ditta@pec.example: entra il titolare, con il kit «Firma di Bianchi»\n");
    let ran = pec(["login", "remove", &archive, BOX, "--of-holder", "--lang", "it"]);
    assert!(ran.code == 1 && ran.out.contains("solo ed esclusivamente in caso di mancata coincidenza"), "{ran:?}");
    let remove = ["login", "remove", &archive, COMPANY, "--name", "Firma di Bianchi"];
    assert_eq!(pec(remove).code, 0);
    assert_eq!(pec(remove).code, 1);
    let log = pec(["log", "show", &archive]).out;
    assert!(log.contains("  login  ") && log.contains("  login-refused  "), "{log}");
}

#[test]
fn a_bare_signature_and_wrong_input_at_a_terminal() {
    let kit = Kit::new();
    let card = kit.office.card(ROSSI).unwrap();
    let archive = kit.archive();
    let given = kit.answer(&card, BOX, "login", "primo");
    let text = fs::read(&given[3]).unwrap();
    let scheme = pec_sandbox::Scheme::Pkcs1(pec_sandbox::Digest::Sha256);
    let (bare, pem) = (kit.path("firma"), kit.path("carta.pem"));
    fs::write(&bare, card.key.sign(scheme, &text).unwrap()).unwrap();
    fs::write(&pem, card.certificate.pem()).unwrap();
    let between = kit.path("emittente.pem");
    fs::write(&between, kit.office.issuing.certificate.pem()).unwrap();
    let answer = &given[..4];
    let options = ["--signature", &bare, "--certificate", &pem, "--intermediate", &between];
    let how = ["--scheme", "rsa-sha256", "--revocation", "where-given", "--lang", "en"];
    let ran = kit.run("verify", BOX, answer, &[&options[..], &how].concat());
    assert!(ran.code == 0 && ran.out.contains("revocation not checked"), "{ran:?}");

    // What is there is not written over.
    let begun = ["login", "challenge", &archive, BOX, "--audience", "x", "-o", &given[3], "--lang", "en"];
    assert_eq!(pec(begun).code, 2);
    // To standard output: exactly what is signed.
    let ran = pec(["login", "challenge", &archive, BOX, "--audience", "x"]);
    assert!(ran.out.starts_with("pec-login-challenge/1 ") && ran.out.ends_with("audience=x"), "{ran:?}");
    let ran = pec(["login", "challenge", &archive, "altra@pec.example", "--audience", "x", "--lang", "en"]);
    assert!(ran.code == 1 && ran.out.contains("login.mailbox_unknown"), "{ran:?}");
    let cases: [(&[&str], &str); 5] = [
        (&["--cms", "/nowhere.p7m"], "nowhere"),
        (&["--signature", &bare], "--certificate"),
        (&["--signature", &bare, "--certificate", &pem, "--scheme", "rsa-sha1"], "rsa-sha256"),
        (&["--cms", &bare, "--crl", &pem], "revocation"),
        (&["--cms", &bare, "--intermediate", &bare], "certificate"),
    ];
    for (options, said) in cases {
        let ran = kit.run("verify", BOX, answer, &[options, &["--lang", "en"]].concat());
        assert!(ran.code == 2 && ran.err.contains(said), "{options:?}: {ran:?}");
    }
    let ran = pec(["login", "list", &archive, "altra@pec.example", "--lang", "en"]);
    assert!(ran.code == 1 && ran.out.contains("org.not_found"), "{ran:?}");
}
