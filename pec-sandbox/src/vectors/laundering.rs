//! Anomaly envelopes turned into certified messages by a guessed boundary, and outer headers edited after receipt.

use pec_core::finding::Code;

use super::expect::{Expectation, certified};
use super::{Cases, FATAL, WARNING};
use crate::compose::Draft;
use crate::{Error, Provider};

const KIND: &str = "posta-certificata";

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    anomalies(cases)?;
    edits(cases)
}

/// What the sender of an ordinary mail gets from a provider that wraps and signs it, when he has guessed the inner
/// boundary, and then gives it the header of a genuine message.
fn laundered(by: &Provider, genuine: &Draft, subject: &str, guesses: &str) -> Result<Vec<u8>, Error> {
    let xml = genuine.daticert.clone().unwrap_or_default();
    let mut draft = by.anomaly(&[], "anna.bianchi@pec.alfa.example", "messaggio non PEC", genuine.at);
    let part = genuine.daticert_part(&xml).bytes();
    let header = "From: anna.bianchi@pec.alfa.example\r\nTo: ufficio@cert.beta.example, info@gamma.example\r\n";
    let mail = format!(
        "{header}Subject: {subject}\r\nMessage-ID: <{}>\r\n\r\nPaghi subito.\r\n--{}\r\n{guesses}",
        id(&xml),
        draft.inner
    );
    draft.original = Some([mail.as_bytes(), &part].concat());
    draft.headers = genuine.headers.clone();
    if let Some(body) = Some(String::from_utf8_lossy(&draft.text.body).replace("messaggio non PEC", subject)) {
        draft.text.body = body.into_bytes();
    }
    by.seal(&draft)
}

fn id(xml: &[u8]) -> String {
    let xml = String::from_utf8_lossy(xml);
    xml.split("<identificativo>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default().to_owned()
}

fn anomalies(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "VERDICT §3; attacks P2 and P3";
    let unconfirmed = |code| {
        let mut expect = certified(KIND).with(code, FATAL).partial();
        expect.verdict = "unverifiable";
        expect
    };
    let why = "it looks at the signature only";
    let world = cases.world();
    let rows = [("a", &world.alfa, cases.scene.transport()), ("b", &world.beta, cases.scene.transport_b())];
    for (family, by, genuine) in rows {
        let made =
            "Certification data planted by a guessed boundary in an anomaly envelope, under the header of an envelope.";
        let bytes = laundered(by, &genuine, "Preventivo 12/2026", "")?;
        let expect = unconfirmed(Code::DaticertUnconfirmed);
        cases.add(&format!("laundered-anomaly-{family}"), rule, made, bytes, expect).openssl(true, why);
        let made = "The same, the identifier planted in the subject too, which the text of the anomaly repeats.";
        let planted = id(&genuine.daticert.clone().unwrap_or_default());
        let bytes = laundered(by, &genuine, &planted, "")?;
        let expect = unconfirmed(Code::DaticertUnconfirmed);
        cases.add(&format!("laundered-anomaly-id-{family}"), rule, made, bytes, expect).openssl(true, why);
        let made = "Many guessed boundaries at once: those that miss stand in the header of the planted part.";
        let bytes = laundered(by, &genuine, "Preventivo 12/2026", "--guess1\r\n--guess2\r\n--guess3\r\n")?;
        let mut expect = unconfirmed(Code::DaticertUnconfirmed).with(Code::MimeSignedHeader, FATAL);
        expect.verdict = "unverifiable";
        cases.add(&format!("laundered-guesses-{family}"), rule, made, bytes, expect).openssl(true, why);
    }
    Ok(())
}

/// Every difference between the outer header and the signed data is a finding; the signed data stand (VERDICT §5).
fn edits(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "VERDICT §5";
    let world = cases.world();
    let expect = |kind: &'static str, code| certified(kind).with(code, WARNING);
    let edit = |mut draft: Draft, name: &str, value: Option<&str>| {
        match value {
            Some(value) => draft.headers.set(name, value),
            None => draft.headers.remove(name),
        }
        draft
    };
    type Row = (&'static str, &'static str, Draft, &'static str, &'static str, Option<&'static str>, Code);
    let rows: [Row; 6] = [
        (
            "to-envelope",
            "To names somebody else.",
            cases.scene.transport(),
            KIND,
            "To",
            Some("altri@x.example"),
            Code::DaticertRcptsVsHeader,
        ),
        (
            "to-receipt",
            "To names somebody else.",
            cases.scene.acceptance(),
            "accettazione",
            "To",
            Some("altri@x.example"),
            Code::DaticertRcptsVsHeader,
        ),
        (
            "date-removed",
            "Date is gone.",
            cases.scene.acceptance(),
            "accettazione",
            "Date",
            None,
            Code::DaticertDateVsHeader,
        ),
        (
            "date-unreadable",
            "Date is no date.",
            cases.scene.transport(),
            KIND,
            "Date",
            Some("ieri"),
            Code::DaticertDateVsHeader,
        ),
        (
            "reference-removed",
            "X-Riferimento-Message-ID is gone.",
            cases.scene.acceptance(),
            "accettazione",
            "X-Riferimento-Message-ID",
            None,
            Code::DaticertMsgidVsHeader,
        ),
        (
            "receipt-form",
            "X-TipoRicevuta asks for another form.",
            cases.scene.transport(),
            KIND,
            "X-TipoRicevuta",
            Some("sintetica"),
            Code::KindReceiptForm,
        ),
    ];
    for (what, made, draft, kind, name, value, code) in rows {
        let bytes = world.alfa.seal(&edit(draft, name, value))?;
        cases.add(&format!("edited-{what}"), rule, made, bytes, expect(kind, code));
    }
    let made = "A part with a text of its own stands before the signed part, where mail programs show nothing.";
    let sealed = String::from_utf8_lossy(&world.alfa.seal(&cases.scene.transport())?).into_owned();
    let outer = format!("\r\n\r\n--{}\r\n", cases.scene.transport().outer);
    let fake = "\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nPaghi subito.\r\n--x--".to_owned() + &outer[2..];
    let expect: Expectation = certified(KIND).with(Code::MimeRootParts, WARNING).partial();
    let bytes = sealed.replacen(&outer, &fake, 1).into_bytes();
    cases.add("root-text-before", "PEC-SPEC §10.2 mime.root.parts", made, bytes, expect);
    Ok(())
}
