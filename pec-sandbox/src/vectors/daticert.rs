//! Certification data, and the original message beside them.

use pec_core::finding::Code;

use super::expect::{Expectation, certified};
use super::scene::{ANNA, BODY, OFFICE, OUTSIDE, SUBJECT, letter, letter_with, submission};
use super::{Cases, ERROR, FATAL, INFO, WARNING};
use crate::compose::submission::ReceiptForm;
use crate::compose::{Draft, Headers, Part, base64};
use crate::{Error, Failure, Moment};

const KIND: &str = "posta-certificata";

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    presence(cases)?;
    well_formed(cases)?;
    schema(cases)?;
    dates(cases)?;
    against_header(cases)?;
    against_original(cases)?;
    recipients(cases)?;
    original(cases)?;
    brief(cases)?;
    html(cases)
}

/// Alfa's envelope with other certification data.
fn data(cases: &Cases<'_>, edit: impl FnOnce(&str) -> String) -> Result<Vec<u8>, Error> {
    let mut draft = cases.scene.transport();
    draft.edit_daticert(edit);
    cases.world().alfa.seal(&draft)
}

fn sealed(cases: &Cases<'_>, change: impl FnOnce(&mut Draft)) -> Result<Vec<u8>, Error> {
    let mut draft = cases.scene.transport();
    change(&mut draft);
    cases.world().alfa.seal(&draft)
}

/// The data cannot be read: the signature stands, nothing else is known.
fn unusable(code: Code) -> Expectation {
    let mut expect = certified(KIND).with(code, FATAL).any_kind().partial();
    expect.verdict = "unverifiable";
    expect
}

fn presence(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "RFC 6109 §4.3";
    let missing = || certified(KIND).forged(Code::DaticertMissing).any_kind().partial();
    let bytes = sealed(cases, |d| d.daticert = None)?;
    cases.add("daticert-missing", rule, "A transport envelope without certification data.", bytes, missing());
    let mut draft = cases.scene.acceptance();
    draft.daticert = None;
    let made = "An acceptance receipt without certification data.";
    cases.add("daticert-missing-receipt", rule, made, cases.world().alfa.seal(&draft)?, missing());
    let bytes = sealed(cases, |d| {
        let xml = d.daticert.take().unwrap_or_default();
        let part = d.daticert_part(&xml);
        let headers = Headers::default();
        d.more.push(Part::multipart(headers, "multipart/mixed; boundary=\"deeper\"", "", "deeper", &[part]));
    })?;
    let made = "The certification data stand one level deeper, in a multipart of their own.";
    cases.add("daticert-deeper", rule, made, bytes, missing());

    let twice = || certified(KIND).forged(Code::DaticertMultiple).partial().any_kind();
    let bytes = sealed(cases, |d| {
        let xml = d.daticert.clone().unwrap_or_default();
        d.more.push(d.daticert_part(&xml));
    })?;
    cases.add("daticert-twice", rule, "The same certification data stand twice.", bytes, twice());
    let bytes = sealed(cases, |d| {
        let xml =
            String::from_utf8_lossy(d.daticert.as_deref().unwrap_or_default()).replace(ANNA, "direttore@banca.example");
        d.more.push(d.daticert_part(xml.as_bytes()));
    })?;
    cases.add("daticert-two", rule, "Two certification data with different senders.", bytes, twice());
    Ok(())
}

fn well_formed(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "VERDICT §6; PEC-SPEC §3.6";
    let repaired = || certified(KIND).with(Code::DaticertMalformed, WARNING).partial();
    let rows: [(&str, &'static str, &str, &str); 5] = [
        (
            "reference",
            "A reference to a control character stands in the subject (&#18;).",
            "Preventivo",
            "Prev&#18;entivo",
        ),
        ("control", "A raw control character stands in the subject (0x16).", "Preventivo", "Prev\u{16}entivo"),
        ("ampersand", "A bare ampersand stands in the subject.", "&amp; allegati", "& allegati"),
        ("noncharacter", "U+FFFF stands in the subject.", "Preventivo", "Prev\u{ffff}entivo"),
        ("section-end", "]]> stands in the subject.", "Preventivo", "Prev]]>entivo"),
    ];
    for (what, made, from, to) in rows {
        let bytes = data(cases, |xml| xml.replacen(from, to, 1))?;
        cases.add(&format!("daticert-subject-{what}"), rule, made, bytes, repaired());
    }
    let rows: [(&str, &'static str, &str, &str); 4] = [
        (
            "msgid-control",
            "A control character stands in msgid, from the sender's Message-ID.",
            "<msgid>",
            "<msgid>\u{1}",
        ),
        ("msgid-ampersand", "A bare ampersand stands in msgid, from the sender's Message-ID.", "<msgid>", "<msgid>&"),
        ("reply-reference", "&#18; stands in risposte, from the sender's Reply-To.", "<risposte>", "<risposte>&#18;"),
        ("reply-section-end", "]]> stands in risposte, from the sender's Reply-To.", "<risposte>", "<risposte>]]>"),
    ];
    for (what, made, from, to) in rows {
        let bytes = data(cases, |xml| xml.replacen(from, to, 1))?;
        cases.add(&format!("daticert-{what}"), "VERDICT §5", made, bytes, repaired());
    }
    let fail = cases.scene.transaction(&cases.world().beta);
    let mut draft = cases.world().beta.delivery_error(&fail, OFFICE, Failure::UnknownMailbox, cases.scene.at);
    draft.edit_daticert(|xml| xml.replace("indirizzo non", "indirizzo\u{1}non"));
    let made = "A raw control character stands in errore-esteso.";
    let expect = certified("errore-consegna").with(Code::DaticertMalformed, WARNING);
    cases.add("daticert-detail-control", rule, made, cases.world().beta.seal(&draft)?, expect);

    type Edit = fn(&str) -> String;
    let rows: [(&str, &'static str, Edit); 13] = [
        ("sender-control", "A control character stands in the sender: a repaired address would be another one.", |x| {
            x.replace("anna.bianchi", "anna\u{16}.bianchi")
        }),
        ("sender-reference", "A reference to a control character stands in a recipient.", |x| {
            x.replace("ufficio@", "uff&#18;icio@")
        }),
        ("id-ampersand", "A bare ampersand stands in identificativo.", |x| {
            x.replace("<identificativo>", "<identificativo>a&b")
        }),
        ("unclosed", "The root element is not closed.", |x| x.replace("</postacert>", "")),
        ("crossed", "Two elements close in the wrong order.", |x| {
            x.replace("</dati>\n</postacert>", "</postacert></dati>")
        }),
        ("two-roots", "Two root elements.", |x| format!("{x}<postacert/>")),
        ("trailing", "Text stands behind the root.", |x| format!("{x}fine")),
        ("other-root", "The root is another element.", |x| {
            x.replace("postacert ", "certificazione ").replace("/postacert", "/certificazione")
        }),
        ("empty", "The certification data are empty.", |_| String::new()),
        ("text", "The certification data are plain text.", |_| "dati di certificazione".into()),
        ("entity", "An entity that is not one of XML's five stands in the sender.", |x| {
            x.replace("anna.bianchi@", "anna.bianchi&at;")
        }),
        ("attribute-twice", "tipo stands twice on the root.", |x| {
            x.replace("errore=", "tipo=\"accettazione\" errore=")
        }),
        ("nul", "A NUL stands between elements.", |x| x.replace("<dati>", "\0<dati>")),
    ];
    for (what, made, edit) in rows {
        let bytes = data(cases, edit)?;
        let mut expect = unusable(Code::DaticertMalformed);
        if matches!(what, "other-root" | "attribute-twice") {
            // Which of the codes for unreadable data it is, is left open.
            expect.findings.retain(|(code, _)| *code != Code::DaticertMalformed);
        }
        cases.add(&format!("daticert-unusable-{what}"), rule, made, bytes, expect);
    }
    let bytes = sealed(cases, |d| {
        let text = String::from_utf8_lossy(d.daticert.as_deref().unwrap_or_default()).replace("UTF-8", "UTF-16");
        d.daticert = Some([vec![0xFE, 0xFF], text.encode_utf16().flat_map(u16::to_be_bytes).collect()].concat());
    })?;
    let made = "The certification data are UTF-16.";
    cases.add("daticert-unusable-utf16", "RFC 6109 §4.3.3", made, bytes, unusable(Code::DaticertMalformed));
    let bytes = sealed(cases, |d| {
        let xml = d.daticert.take().unwrap_or_default();
        d.daticert = Some(xml.iter().map(|b| if *b == b'@' { 0xE0 } else { *b }).collect());
    })?;
    let made = "The certification data are not UTF-8.";
    cases.add("daticert-unusable-latin1", "RFC 6109 §4.3.3", made, bytes, unusable(Code::DaticertMalformed));

    let rule = "VERDICT §3 daticert.doctype";
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let bytes = data(cases, |x| {
        x.replace(declaration, &format!("{declaration}<!DOCTYPE postacert SYSTEM \"http://evil.example/x.dtd\">"))
    })?;
    let made = "A document type with an outside reference.";
    cases.add("daticert-doctype", rule, made, bytes, unusable(Code::DaticertDoctype));
    let bomb = "<!DOCTYPE postacert [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let bytes = data(cases, |x| x.replace(declaration, &format!("{declaration}{bomb}")).replace("Preventivo", "&b;"))?;
    let made = "A document type with entities that multiply.";
    cases.add("daticert-entities", rule, made, bytes, unusable(Code::DaticertDoctype));

    let bytes = data(cases, |x| format!("\u{feff}{}\r\n\r\n", x.replace('\n', "\r\n")))?;
    let made = "A byte order mark before, CRLF line ends, blank lines after the root.";
    cases.add("daticert-blanks-around", "PEC-SPEC §3.1", made, bytes, certified(KIND).partial());
    let told = || certified(KIND).with(Code::DaticertSchema, WARNING).partial();
    let bytes = data(cases, |x| format!("\r\n{x}\0\0"))?;
    let made = "A blank line before the XML declaration, NULs after the root.";
    cases.add("daticert-quirks-around", "PEC-SPEC §3.1", made, bytes, told());
    let bytes = data(cases, |x| x.replace("UTF-8", "ISO-8859-1"))?;
    let made = "ISO-8859-1 is declared, but every byte is ASCII.";
    cases.add("daticert-other-encoding", "RFC 6109 §4.3.3", made, bytes, told());
    let bytes = data(cases, |x| x.replace("<mittente>", "<mittente>\n   ").replace("</mittente>", "\n   </mittente>"))?;
    let made = "Blanks and line ends stand around a value.";
    cases.add("daticert-blanks-in-value", "PEC-SPEC §3.6", made, bytes, certified(KIND));
    Ok(())
}

fn schema(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "VERDICT §3 repeated elements";
    for (what, element, made) in [
        ("sender", "mittente", "mittente stands twice, the second time with another address."),
        ("id", "identificativo", "identificativo stands twice."),
        ("subject", "oggetto", "oggetto stands twice."),
        ("msgid", "msgid", "msgid stands twice."),
    ] {
        let bytes = data(cases, |x| {
            x.replacen(&format!("</{element}>"), &format!("</{element}><{element}>altro@x.example</{element}>"), 1)
        })?;
        cases.add(&format!("daticert-repeated-{what}"), rule, made, bytes, unusable(Code::DaticertRepeated));
    }
    let scene = cases.scene;
    let delivered = |edit: fn(&str) -> String| -> Result<Vec<u8>, Error> {
        let mut draft = scene.delivery();
        draft.edit_daticert(edit);
        scene.world.beta.seal(&draft)
    };
    let bytes = delivered(|x| x.replace("</consegna>", "</consegna><consegna>info@gamma.example</consegna>"))?;
    let made = "consegna stands twice, for two recipients.";
    cases.add("daticert-repeated-consegna", rule, made, bytes, unusable(Code::DaticertRepeated));

    let rule = "RFC 6109 §4.4";
    let schema = || certified(KIND).with(Code::DaticertSchema, WARNING).partial();
    let bytes = data(cases, |x| {
        let at = x.find("    <dati>").unwrap_or(0);
        let end = x.find("</dati>\n").map_or(at, |n| n + 8);
        let head = x.find("    <intestazione>").unwrap_or(0);
        format!("{}{}{}{}", &x[..head], &x[at..end], &x[head..at], &x[end..])
    })?;
    cases.add("daticert-order", rule, "dati stands before intestazione.", bytes, schema());
    let bytes = data(cases, |x| x.replace("<risposte>anna.bianchi@pec.alfa.example</risposte>", ""))?;
    cases.add("daticert-no-risposte", rule, "risposte is missing.", bytes, schema());
    let bytes = data(cases, |x| x.replace("tipo=\"esterno\"", "tipo=\"straniero\""))?;
    cases.add("daticert-recipient-class", rule, "A recipient is of a class that is not listed.", bytes, schema());
    let bytes = data(cases, |x| x.replace("tipo=\"completa\"", "tipo=\"lunga\""))?;
    cases.add("daticert-receipt-form", rule, "The requested receipt is of a form that is not listed.", bytes, schema());
    let bytes = data(cases, |x| {
        x.replace("<ricevuta", "<gestore>x</gestore><ricevuta").replace("<dati>", "<dati nuovo=\"1\">")
    })?;
    let made = "An element and an attribute that nobody knows: a future extension.";
    cases.add(
        "daticert-unknown-element",
        "PEC-SPEC §3.6",
        made,
        bytes,
        certified(KIND).with(Code::DaticertUnknown, INFO).partial(),
    );

    let mut draft = cases.scene.acceptance();
    draft.edit_daticert(|x| x.replace("tipo=\"accettazione\"", "tipo=\"accettazione-differita\""));
    draft.headers.set("X-Ricevuta", "accettazione-differita");
    let made = "tipo and marker agree on a value that is not listed.";
    let mut expect = certified("accettazione-differita").problem(Code::KindUnknownValue).partial();
    expect.kind = Some("accettazione-differita");
    cases.add("kind-unknown", "PEC-SPEC §2.14", made, cases.world().alfa.seal(&draft)?, expect);

    let rule = "PEC-SPEC §3.4";
    let bytes = data(cases, |x| x.replace("errore=\"nessuno\"", "errore=\"no-dest\""))?;
    let made = "A transport envelope with errore no-dest.";
    cases.add(
        "daticert-errore-envelope",
        rule,
        made,
        bytes,
        certified(KIND).with(Code::DaticertErroreInconsistent, WARNING),
    );
    let bytes = delivered(|x| x.replace("errore=\"nessuno\"", "errore=\"altro\""))?;
    let made = "A delivery receipt with errore altro.";
    let expect = certified("avvenuta-consegna").with(Code::DaticertErroreInconsistent, WARNING);
    cases.add("daticert-errore-delivery", rule, made, bytes, expect);

    let bytes = data(cases, |x| x.replace("Alfa PEC S.p.A.", "Omega Servizi"))?;
    let made = "gestore-emittente is a name that does not resemble the certificate's.";
    cases.add(
        "daticert-provider-name",
        "RFC 6109 §5.5",
        made,
        bytes,
        certified(KIND).with(Code::DaticertProviderVsCert, INFO),
    );
    let bytes = data(cases, |x| x.replace("Alfa PEC S.p.A.", "ALFA PEC S.P.A."))?;
    let made = "gestore-emittente is the certificate's name in capitals.";
    cases.add("daticert-provider-capitals", "PEC-SPEC §3.3", made, bytes, certified(KIND));
    Ok(())
}

fn dates(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "RFC 6109 §4.2 and §4.4";
    let rows: [(&str, &'static str, &str, &str); 5] = [
        ("no-day", "The day is the 30th of February.", "09/02/2026", "30/02/2026"),
        ("american", "The date is written month first.", "09/02/2026", "2026-02-09"),
        ("hour", "The hour is 25.", "10:15:30", "25:15:30"),
        ("zone", "The offset is fifteen hours.", "+0100", "+1500"),
        ("zone-text", "The offset is a name.", "+0100", "CET"),
    ];
    for (what, made, from, to) in rows {
        let bytes = data(cases, |x| x.replacen(from, to, 1))?;
        let expect = certified(KIND).problem(Code::DaticertDate).partial();
        cases.add(&format!("daticert-date-{what}"), rule, made, bytes, expect);
    }
    let bytes = data(cases, |x| x.replacen("+0100", "+0000", 1).replacen("10:15:30", "09:15:30", 1))?;
    let made = "The same instant, printed in UTC: no Italian offset.";
    cases.add("daticert-date-utc", rule, made, bytes, certified(KIND).with(Code::DaticertDate, WARNING));

    let at: Moment = "2026-02-09T23:59:59+01:00".parse()?;
    let alfa = &cases.world().alfa;
    let mut draft = alfa.transport(&cases.scene.transaction_at(alfa, at));
    draft.edit_daticert(|x| x.replace("23:59:59", "23:59:60"));
    let made = "Second 60, which the grammar of RFC 6109 allows.";
    let expect = certified(KIND).with(Code::DaticertDate, WARNING).partial();
    cases.add("daticert-date-second-60", "VERDICT §8; RFC 6109 §4.2", made, alfa.seal(&draft)?, expect).at(at);

    let summer: Moment = "2025-10-26T02:30:00+02:00".parse()?;
    let made = "Half past two in the night in which summer time ends, first time.";
    let bytes = alfa.seal(&alfa.transport(&cases.scene.transaction_at(alfa, summer)))?;
    cases.add("daticert-date-summer-end", rule, made, bytes, certified(KIND)).at(summer);
    let winter: Moment = "2025-10-26T02:30:00+01:00".parse()?;
    let made = "Half past two in the night in which summer time ends, second time.";
    let bytes = alfa.seal(&alfa.transport(&cases.scene.transaction_at(alfa, winter)))?;
    cases.add("daticert-date-winter-begin", rule, made, bytes, certified(KIND)).at(winter);
    Ok(())
}

fn against_header(cases: &mut Cases<'_>) -> Result<(), Error> {
    let bytes = sealed(cases, |d| d.headers.set("Message-ID", "<other@pec.alfa.example>"))?;
    let made = "Message-ID of the envelope was changed after signing.";
    let expect = certified(KIND).problem(Code::DaticertIdVsMessageId);
    cases.add("header-other-message-id", "RFC 6109 §2.2.1", made, bytes, expect.clone());
    let bytes = sealed(cases, |d| d.headers.remove("Message-ID"))?;
    cases.add("header-no-message-id", "RFC 6109 §2.2.1", "The envelope has no Message-ID.", bytes, expect.clone());
    let bytes = sealed(cases, |d| {
        let original = String::from_utf8_lossy(d.original.as_deref().unwrap_or_default()).into_owned();
        let id = d.headers.get("Message-ID").unwrap_or_default();
        d.original = Some(original.replacen(id, "<inner@pec.alfa.example>", 1).into_bytes());
    })?;
    let made = "Message-ID inside the original is not the identifier.";
    cases.add("original-other-message-id", "PEC-SPEC §1.4", made, bytes, expect);

    let rule = "RFC 6109 §2.2.1";
    let expect = certified(KIND).problem(Code::DaticertMsgidVsHeader);
    let bytes = sealed(cases, |d| d.headers.set("X-Riferimento-Message-ID", "<other@client.example>"))?;
    let made = "X-Riferimento-Message-ID was changed after signing.";
    cases.add("header-other-reference", rule, made, bytes, expect);

    let bytes = sealed(cases, |d| d.headers.set("Date", "Mon, 9 Feb 2026 10:35:30 +0100"))?;
    let made = "Date was put off by twenty minutes after signing.";
    cases.add(
        "header-other-date",
        "RFC 6109 §4.1",
        made,
        bytes,
        certified(KIND).with(Code::DaticertDateVsHeader, WARNING),
    );
    let bytes = sealed(cases, |d| d.headers.set("Date", "Mon, 9 Feb 2026 09:18:30 +0000"))?;
    let made = "Date is three minutes later, in UTC.";
    cases.add("header-date-near", "PEC-SPEC §10.2 daticert.date_vs_header", made, bytes, certified(KIND));

    let bytes = sealed(cases, |d| d.headers.set("Subject", "POSTA CERTIFICATA: Disdetta"))?;
    let made = "The subject was changed after signing.";
    cases.add(
        "header-other-subject",
        "RFC 6109 §3",
        made,
        bytes,
        certified(KIND).with(Code::DaticertSubjectVsHeader, WARNING),
    );
    let bytes = sealed(cases, |d| d.headers.set("Subject", format!("CONSEGNA: {SUBJECT}")))?;
    let made = "The subject has the prefix of another kind.";
    let expect = certified(KIND).with(Code::KindSubjectPrefix, WARNING);
    cases.add("header-other-prefix", "RFC 6109 §3", made, bytes, expect.clone().partial());
    let bytes = sealed(cases, |d| d.headers.set("Subject", SUBJECT))?;
    cases.add("header-no-prefix", "RFC 6109 §3", "The subject has no prefix.", bytes, expect.partial());

    let rule = "RFC 6109 §3.1.3 and §3.2.4";
    let alfa = &cases.world().alfa;
    let tx = cases.scene.transaction(alfa);
    let mut draft = alfa.non_acceptance_virus(&tx, "EICAR");
    draft.headers.remove("X-VerificaSicurezza");
    let made = "A refusal for a virus without X-VerificaSicurezza.";
    let expect = certified("non-accettazione").with(Code::KindVirusHeader, WARNING);
    cases.add("virus-header-missing", rule, made, alfa.seal(&draft)?, expect);
    let mut draft = alfa.non_acceptance(&tx, "Bcc presente");
    draft.headers.push("X-VerificaSicurezza", "errore");
    let made = "A formal refusal with X-VerificaSicurezza.";
    let expect = certified("non-accettazione").with(Code::KindVirusHeader, WARNING);
    cases.add("virus-header-extra", rule, made, alfa.seal(&draft)?, expect);
    Ok(())
}

fn against_original(cases: &mut Cases<'_>) -> Result<(), Error> {
    let (alfa, at) = (&cases.world().alfa, cases.scene.at);
    let rule = "RFC 6109 §3.1.1";
    let from = |headers: &[(&str, &str)]| -> Result<Vec<u8>, Error> {
        let tx = alfa.accept(submission(&letter(headers), ReceiptForm::Full), Some(SUBJECT), at);
        alfa.seal(&alfa.transport(&tx))
    };
    let bytes = from(&[("From", "direttore@banca.example")])?;
    let made = "From of the original names somebody else than the certified sender.";
    cases.add("original-other-from", rule, made, bytes, certified(KIND).problem(Code::DaticertSenderVsInner));
    let bytes = from(&[("From", "ANNA.Bianchi@PEC.alfa.example")])?;
    let made = "From of the original spells the sender in other capitals.";
    cases.add("original-from-capitals", "PEC-SPEC §3.6", made, bytes, certified(KIND));
    let bytes = from(&[("Return-Path", "<altro@pec.alfa.example>")])?;
    let made = "Return-Path of the original is another address than the certified sender.";
    cases.add(
        "original-other-return-path",
        rule,
        made,
        bytes,
        certified(KIND).with(Code::DaticertSenderVsInner, WARNING),
    );
    let bytes = from(&[("To", OFFICE)])?;
    let made = "A certified recipient does not stand in To or Cc of the original.";
    let expect = certified(KIND).with(Code::DaticertRcptsVsInner, WARNING).with(Code::DaticertRcptsVsHeader, WARNING);
    cases.add("original-fewer-to", rule, made, bytes, expect);
    let bytes = from(&[("Cc", "altro@cert.beta.example")])?;
    let made = "The original names a recipient in Cc that the certification data do not list.";
    let expect = certified(KIND).with(Code::DaticertRcptsVsInner, WARNING).with(Code::DaticertRcptsVsHeader, WARNING);
    cases.add("original-more-cc", rule, made, bytes, expect);
    let bytes = from(&[("To", OFFICE), ("Cc", OUTSIDE)])?;
    let made = "One recipient in To, the other in Cc.";
    cases.add("original-cc", rule, made, bytes, certified(KIND));

    let bytes = sealed(cases, |d| {
        let original = String::from_utf8_lossy(d.original.as_deref().unwrap_or_default()).into_owned();
        d.original = Some(
            original
                .replacen("X-Riferimento-Message-ID: <c0ffee-0001@", "X-Riferimento-Message-ID: <altro@", 1)
                .into_bytes(),
        );
    })?;
    let made = "X-Riferimento-Message-ID inside the original is not msgid.";
    cases.add(
        "original-other-reference",
        "RFC 6109 §2.2.1",
        made,
        bytes,
        certified(KIND).with(Code::OriginalMsgidRule, WARNING),
    );
    Ok(())
}

fn recipients(cases: &mut Cases<'_>) -> Result<(), Error> {
    let beta = &cases.world().beta;
    let tx = cases.scene.transaction(&cases.world().alfa);
    let rule = "RFC 6109 §4.4";
    let draft = beta.delivery(&tx, "altro@cert.beta.example", ReceiptForm::Full, cases.scene.at);
    let made = "The delivery receipt is for somebody who is not among the recipients.";
    let expect = certified("avvenuta-consegna").problem(Code::DaticertConsegnaNotRcpt);
    cases.add("consegna-stranger", rule, made, beta.seal(&draft)?, expect);
    let draft = beta.delivery(&tx, OUTSIDE, ReceiptForm::Full, cases.scene.at);
    let made = "The delivery receipt is for an external recipient.";
    let expect = certified("avvenuta-consegna").with(Code::DaticertConsegnaExternal, WARNING);
    cases.add("consegna-external", "RFC 6109 §3.3.2", made, beta.seal(&draft)?, expect);
    let draft = beta.take_charge(&tx, &[OFFICE, "altro@cert.beta.example"], super::scene::SERVICE, cases.scene.at);
    let made = "The take-charge receipt covers somebody who is not among the recipients.";
    let expect =
        certified("presa-in-carico").with(Code::KindServiceOnly, WARNING).problem(Code::DaticertConsegnaNotRcpt);
    cases.add("ricezione-stranger", rule, made, beta.seal(&draft)?, expect);
    let draft = beta.delivery(&tx, "UFFICIO@Cert.Beta.example", ReceiptForm::Full, cases.scene.at);
    let made = "consegna spells the recipient in other capitals.";
    cases.add("consegna-capitals", "PEC-SPEC §3.6", made, beta.seal(&draft)?, certified("avvenuta-consegna"));
    Ok(())
}

fn original(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "PEC-SPEC §2.14";
    let bytes = sealed(cases, |d| d.original = None)?;
    let made = "A transport envelope without the original.";
    cases.add("original-missing", rule, made, bytes, certified(KIND).problem(Code::OriginalMissing));
    let beta = &cases.world().beta;
    let tx = cases.scene.transaction(&cases.world().alfa);
    let mut draft = beta.delivery(&tx, OFFICE, ReceiptForm::Full, cases.scene.at);
    draft.original = None;
    let made = "A receipt that says completa without the original: it may be the concise one of a Cc recipient.";
    cases.add(
        "original-missing-delivery",
        "PEC-SPEC §2.10",
        made,
        beta.seal(&draft)?,
        certified("avvenuta-consegna").partial(),
    );
    let mut draft = cases.scene.acceptance();
    draft.original = Some(tx.original.clone());
    let made = "An acceptance receipt with the original.";
    let expect = certified("accettazione").with(Code::OriginalUnexpected, WARNING);
    cases.add("original-unexpected", rule, made, cases.world().alfa.seal(&draft)?, expect);
    let alfa = &cases.world().alfa;
    let mut draft = alfa.anomaly(&letter(&[]), ANNA, "firma assente", cases.scene.at);
    draft.original = None;
    let made = "An anomaly envelope without the message that it wraps.";
    let expect = super::expect::anomaly().with(Code::OriginalMissing, ERROR);
    cases.add("original-missing-anomaly", "RFC 6109 §3.2.2", made, alfa.seal(&draft)?, expect);
    let bytes = sealed(cases, |d| {
        let copy = d.original.clone().unwrap_or_default();
        d.more.push(d.message_part(&copy));
    })?;
    let made = "Two originals stand beside each other.";
    let expect = certified(KIND).forged(Code::OriginalMultiple).partial();
    cases.add("original-twice", "VERDICT §3 original.multiple", made, bytes, expect);
    let bytes = sealed(cases, |d| {
        d.more.push(Part {
            headers: Headers::from([
                ("Content-Type", "application/pdf; name=\"condizioni.pdf\""),
                ("Content-Transfer-Encoding", "base64"),
            ]),
            body: base64(b"%PDF-1.4"),
        });
    })?;
    let made = "A further attachment of the provider's own.";
    cases.add("original-provider-extra", "PEC-SPEC §2.0", made, bytes, certified(KIND));
    Ok(())
}

fn brief(cases: &mut Cases<'_>) -> Result<(), Error> {
    let beta = &cases.world().beta;
    let rule = "RFC 6109 §3.3.2.2";
    let tx = cases.scene.transaction(&cases.world().alfa);
    let mut draft = beta.delivery(&tx, OFFICE, ReceiptForm::Brief, cases.scene.at);
    draft.original = Some(tx.original.clone());
    let made = "A brief receipt in which the named part was not replaced by its hash.";
    let expect = certified("avvenuta-consegna").with(Code::BriefUnreplacedPart, WARNING);
    cases.add("brief-unreplaced", rule, made, beta.seal(&draft)?, expect);

    let nested = letter_with(
        &[],
        "Content-Type: multipart/mixed; boundary=\"n\"\r\n\r\n--n\r\nContent-Type: text/plain\r\n\r\nVedi.\r\n--n\r\n\
        Content-Type: message/rfc822; name=\"inoltro.eml\"\r\n\r\nFrom: a@x.example\r\nSubject: x\r\nContent-Type: text/plain; name=\"n.txt\"\r\n\r\ny\r\n--n--\r\n",
    );
    let tx = cases.world().alfa.accept(submission(&nested, ReceiptForm::Brief), Some(SUBJECT), cases.scene.at);
    let draft = beta.delivery(&tx, OFFICE, ReceiptForm::Brief, cases.scene.at);
    let made = "An attached message is replaced as a whole by one hash.";
    cases.add("brief-nested", rule, made, beta.seal(&draft)?, certified("avvenuta-consegna"));

    let opaque = letter_with(
        &[],
        "Content-Type: application/pkcs7-mime; name=\"smime.p7m\"; smime-type=enveloped-data\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\n",
    );
    let tx = cases.world().alfa.accept(submission(&opaque, ReceiptForm::Brief), Some(SUBJECT), cases.scene.at);
    let draft = beta.delivery(&tx, OFFICE, ReceiptForm::Brief, cases.scene.at);
    let made = "An opaque S/MIME original is left as it is: brief equals complete.";
    cases.add("brief-opaque", rule, made, beta.seal(&draft)?, certified("avvenuta-consegna"));

    let signed = letter_with(
        &[],
        &format!(
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=\"s\"\r\n\r\n--s\r\n{BODY}\r\n--s\r\n\
        Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB\r\n--s--\r\n"
        ),
    );
    let tx = cases.world().alfa.accept(submission(&signed, ReceiptForm::Brief), Some(SUBJECT), cases.scene.at);
    let draft = beta.delivery(&tx, OFFICE, ReceiptForm::Brief, cases.scene.at);
    let made = "A signed original: its attachments are replaced, its own signature stays untouched.";
    let expect = certified("avvenuta-consegna").with(Code::OriginalReservedName, INFO).partial();
    cases.add("brief-signed", rule, made, beta.seal(&draft)?, expect);
    Ok(())
}

fn html(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "RFC 6109 §4.3.1";
    for (what, made, tag) in [
        ("script", "The readable HTML of the envelope contains a script.", "<script>alert(1)</script>"),
        (
            "image",
            "The readable HTML of the envelope refers to a remote image.",
            "<img src=\"http://x.example/l.gif\">",
        ),
        ("cid", "The readable HTML of the envelope refers to another part by cid.", "<img src=\"cid:logo@x\">"),
    ] {
        let bytes = sealed(cases, |d| {
            let text = String::from_utf8_lossy(&d.text.body).into_owned();
            let tag = tag.replace('=', "=3D");
            d.text.body = text.replacen("</body>", &format!("{tag}</body>"), 1).into_bytes();
        })?;
        cases.add(&format!("html-{what}"), rule, made, bytes, certified(KIND).with(Code::HtmlActiveOrRemote, WARNING));
    }
    Ok(())
}
