//! Every kind in both layouts, judged by OpenSSL at the signing time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::path::{Path, PathBuf};
use std::process::Command;

use pec_sandbox::compose::Draft;
use pec_sandbox::compose::submission::{ReceiptForm, Recipient, Submission, Transaction};
use pec_sandbox::{Delay, Failure, Moment, Provider, World};

const MESSAGE: &str = "Message-ID: <c0ffee-0001@client.alfa.example>\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n\
From: anna.bianchi@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\nSubject: Preventivo\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=\"=_c\"\r\n\r\n--=_c\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\
Buongiorno.\r\n--=_c\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
Content-Disposition: attachment; filename=\"a.pdf\"\r\n\r\nJVBERi0xLjQK\r\n--=_c--\r\n";

fn scratch() -> PathBuf {
    let dir = std::env::temp_dir().join(format!("pec-sandbox-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn agrees(dir: &Path, name: &str, message: &[u8], roots: &str, at: Moment) -> Result<Vec<u8>, String> {
    let (eml, ca, out) =
        (dir.join(format!("{name}.eml")), dir.join(format!("{name}.pem")), dir.join(format!("{name}.out")));
    std::fs::write(&eml, message).unwrap();
    std::fs::write(&ca, roots).unwrap();
    let run = Command::new("openssl")
        .args(["cms", "-verify", "-purpose", "any", "-attime", &at.unix().to_string(), "-in"])
        .arg(&eml)
        .arg("-CAfile")
        .arg(&ca)
        .arg("-out")
        .arg(&out)
        .output()
        .unwrap();
    if run.status.success() {
        Ok(std::fs::read(&out).unwrap())
    } else {
        Err(String::from_utf8_lossy(&run.stderr).into_owned())
    }
}

fn transaction(by: &Provider, at: &str) -> Transaction {
    let submission = Submission {
        message: MESSAGE.into(),
        sender: "anna.bianchi@pec.alfa.example".into(),
        recipients: vec![Recipient::certified("ufficio@cert.beta.example"), Recipient::external("info@gamma.example")],
        receipt: ReceiptForm::Full,
    };
    by.accept(submission, Some("Preventivo"), at.parse().unwrap())
}

fn kinds(p: &Provider, tx: &Transaction) -> Vec<(&'static str, Draft)> {
    let at = tx.accepted.plus(4);
    let to = "ufficio@cert.beta.example";
    vec![
        ("acceptance", p.acceptance(tx)),
        ("non-acceptance", p.non_acceptance(tx, "destinatario non presente")),
        ("non-acceptance-virus", p.non_acceptance_virus(tx, "EICAR")),
        ("transport", p.transport(tx)),
        ("take-charge", p.take_charge(tx, &[to], "servizio@pec.alfa.example", at)),
        ("anomaly", p.anomaly(MESSAGE.as_bytes(), "anna.bianchi@pec.alfa.example", "firma assente", at)),
        ("virus-detection", p.virus_detection(tx, to, "EICAR", "servizio@pec.alfa.example", at)),
        ("delivery-error-virus", p.delivery_error_virus(tx, to, "EICAR", at)),
        ("delay-12", p.delay_notice(tx, to, Delay::Hours12, at)),
        ("delay-24", p.delay_notice(tx, to, Delay::Hours24, at)),
        ("delivery-full", p.delivery(tx, to, ReceiptForm::Full, at)),
        ("delivery-brief", p.delivery(tx, to, ReceiptForm::Brief, at)),
        ("delivery-concise", p.delivery(tx, to, ReceiptForm::Concise, at)),
        ("delivery-error", p.delivery_error(tx, to, Failure::UnknownMailbox, at)),
    ]
}

#[test]
fn openssl_agrees_on_every_kind() {
    let world = World::new().unwrap();
    let dir = scratch();
    let modern = world.root.certificate.pem();
    let legacy = world.legacy_root.certificate.pem();
    let cast = [
        ("alfa-2026", &world.alfa, &modern, "2026-02-09T10:15:30+01:00"),
        ("beta-2026", &world.beta, &modern, "2026-02-09T10:15:30+01:00"),
        ("gamma-2026", &world.gamma, &modern, "2026-02-09T10:15:30+01:00"),
        ("alfa-2018", &world.alfa_2018, &modern, "2018-11-13T16:39:27+01:00"),
        ("beta-2018", &world.beta_2018, &modern, "2018-11-13T16:39:27+01:00"),
        ("alfa-2014", &world.alfa_2014, &legacy, "2014-11-07T16:52:00+01:00"),
    ];
    for (who, provider, roots, at) in cast {
        let tx = transaction(provider, at);
        for (kind, draft) in kinds(provider, &tx) {
            let name = format!("{who}-{kind}");
            let message = provider.seal(&draft).unwrap();
            assert_eq!(message, provider.seal(&draft).unwrap(), "{name} is not the same twice");
            let content = agrees(&dir, &name, &message, roots, draft.at).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(content, draft.content(), "{name}: OpenSSL saw other bytes");
            let mut broken = message.clone();
            let spot = broken.len() / 3;
            broken[spot] ^= 1;
            if who == "alfa-2026" {
                assert!(agrees(&dir, &name, &broken, roots, draft.at).is_err(), "{name}: a flipped bit passes");
            }
        }
    }
    std::fs::remove_dir_all(dir).unwrap();
}
