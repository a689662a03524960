//! Oddities of genuine messages (PEC-SPEC §12.3): none of them may cost a verdict.

use pec_core::finding::Code;

use super::expect::{certified, contains_pec};
use super::scene::{OFFICE, OUTSIDE, SUBJECT, letter, letter_with, submission};
use super::{Cases, INFO};
use crate::Error;
use crate::compose::submission::{ReceiptForm, Recipient};
use crate::compose::{Headers, Part, base64};

const KIND: &str = "posta-certificata";
const RULE: &str = "PEC-SPEC §12.3";

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    originals(cases)?;
    nested(cases)?;
    transit(cases)?;
    wording(cases)
}

fn originals(cases: &mut Cases<'_>) -> Result<(), Error> {
    let (alfa, at) = (&cases.world().alfa, cases.scene.at);
    let made = "To of the original is broken: a stray bracket, backslashes, blanks.";
    let broken = letter(&[("To", "\\\"Ufficio\\\" ufficio@cert.beta.example>, info@gamma.example ,  ")]);
    let tx = alfa.accept(submission(&broken, ReceiptForm::Full), Some(SUBJECT), at);
    cases.add("quirk-broken-to", RULE, made, alfa.seal(&alfa.transport(&tx))?, certified(KIND).partial());

    let made = "A part of the original is in UTF-7.";
    let utf7 = letter_with(
        &[],
        "Content-Type: text/plain; charset=utf-7\r\nContent-Transfer-Encoding: 7bit\r\n\r\nPerch+AOk- no\r\n",
    );
    let tx = alfa.accept(submission(&utf7, ReceiptForm::Full), Some(SUBJECT), at);
    cases.add("quirk-utf7", RULE, made, alfa.seal(&alfa.transport(&tx))?, certified(KIND));

    let made = "Every recipient is external.";
    let mut outside = submission(&letter(&[("To", OUTSIDE)]), ReceiptForm::Full);
    outside.recipients = vec![Recipient::external(OUTSIDE)];
    let tx = alfa.accept(outside, Some(SUBJECT), at);
    cases.add("quirk-all-external", RULE, made, alfa.seal(&alfa.transport(&tx))?, certified(KIND));
    cases.add(
        "quirk-all-external-acceptance",
        RULE,
        made,
        alfa.seal(&alfa.acceptance(&tx))?,
        certified("accettazione"),
    );

    let made = "The original has no MIME header at all.";
    let plain = b"Message-ID: <1@client.alfa.example>\r\nFrom: anna.bianchi@pec.alfa.example\r\nTo: ufficio@cert.beta.example,\r\n info@gamma.example\r\nSubject: Preventivo\r\n\r\nCiao\r\n";
    let tx = alfa.accept(submission(plain, ReceiptForm::Full), Some("Preventivo"), at);
    cases.add("quirk-plain-original", RULE, made, alfa.seal(&alfa.transport(&tx))?, certified(KIND));

    let made = "The multipart of the original is never closed.";
    let open = letter_with(
        &[],
        "Content-Type: multipart/mixed; boundary=\"never\"\r\n\r\n--never\r\nContent-Type: text/plain\r\n\r\nCiao\r\n",
    );
    let tx = alfa.accept(submission(&open, ReceiptForm::Full), Some(SUBJECT), at);
    cases.add("quirk-unclosed-original", RULE, made, alfa.seal(&alfa.transport(&tx))?, certified(KIND));

    let made = "The original is base64 with wrong padding and stray characters.";
    let odd = letter_with(
        &[],
        "Content-Type: application/octet-stream; name=\"x.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA=AAA\r\n!!\r\n",
    );
    let tx = alfa.accept(submission(&odd, ReceiptForm::Full), Some(SUBJECT), at);
    cases.add("quirk-bad-base64-original", RULE, made, alfa.seal(&alfa.transport(&tx))?, certified(KIND));
    Ok(())
}

fn nested(cases: &mut Cases<'_>) -> Result<(), Error> {
    let (world, at) = (cases.world(), cases.scene.at);
    let forward = |inner: &[u8]| -> Vec<u8> {
        let part = Part {
            headers: Headers::from([
                ("Content-Type", "message/rfc822; name=\"postacert.eml\""),
                ("Content-Disposition", "attachment; filename=\"postacert.eml\""),
            ]),
            body: inner.to_vec(),
        };
        let text = Part { headers: Headers::from([("Content-Type", "text/plain")]), body: b"Inoltro.".to_vec() };
        let boundary = format!("fwd-{}", inner.len());
        let all = Part::multipart(
            Headers::default(),
            &format!("multipart/mixed; boundary=\"{boundary}\""),
            "",
            &boundary,
            &[text, part],
        );
        letter_with(&[], &String::from_utf8_lossy(&all.bytes()))
    };
    let first = world.alfa.seal(&cases.scene.transport())?;
    let expect =
        || certified(KIND).with(Code::DaticertNestedIgnored, INFO).with(Code::OriginalReservedName, INFO).partial();
    let tx = world.beta.accept(submission(&forward(&first), ReceiptForm::Full), Some(SUBJECT), at);
    let second = world.beta.seal(&world.beta.transport(&tx))?;
    cases.add(
        "quirk-pec-in-pec",
        RULE,
        "An envelope whose original forwards another envelope.",
        second.clone(),
        expect(),
    );
    let tx = world.alfa.accept(submission(&forward(&second), ReceiptForm::Full), Some(SUBJECT), at);
    let third = world.alfa.seal(&world.alfa.transport(&tx))?;
    cases.add("quirk-pec-in-pec-in-pec", RULE, "Three envelopes, one inside the other.", third, expect());
    let draft = world.beta.delivery(&tx, OFFICE, ReceiptForm::Full, at);
    let made = "A complete delivery receipt of an original that forwards two envelopes.";
    let mut receipt = expect();
    receipt.kind = Some("avvenuta-consegna");
    cases.add("quirk-delivery-of-nested", RULE, made, world.beta.seal(&draft)?, receipt);
    Ok(())
}

fn transit(cases: &mut Cases<'_>) -> Result<(), Error> {
    let (world, draft) = (cases.world(), cases.scene.transport());
    let sealed = world.alfa.seal(&draft)?;
    let body_at = sealed.windows(4).position(|w| w == b"\r\n\r\n").map_or(0, |n| n + 4);
    let root_type = draft.root_type();
    let signed =
        Part { headers: Headers::from([("Content-Type", root_type.as_str())]), body: sealed[body_at..].to_vec() };
    let footer = Part {
        headers: Headers::from([
            ("Content-Type", "text/plain; charset=\"us-ascii\""),
            ("Content-Disposition", "inline"),
        ]),
        body: b"_______________________________________________\r\nLista mailing list\r\nLista@liste.example".to_vec(),
    };
    let mut headers = draft.headers.clone();
    headers.set("From", "\"Anna via Lista\" <lista@liste.example>");
    headers.set("Subject", "[Lista] POSTA CERTIFICATA: Preventivo");
    headers.push("List-Id", "<lista.liste.example>");
    headers.push("X-Mailman-Version", "2.1.39");
    headers.push("MIME-Version", "1.0");
    let wrapped = Part::multipart(
        headers,
        "multipart/mixed; boundary=\"===============01==\"",
        "",
        "===============01==",
        &[signed, footer],
    );
    let made = "A mailing list wrapped the signed root in a multipart with its footer and rewrote the header.";
    let expect = contains_pec().with(Code::TransitListModified, INFO).partial();
    cases.add("quirk-list-wrapper", RULE, made, wrapped.bytes(), expect);

    let made = "A whole envelope was forwarded as application/octet-stream in base64.";
    let attachment = Part {
        headers: Headers::from([
            ("Content-Type", "application/octet-stream; name=\"postacert.eml\""),
            ("Content-Transfer-Encoding", "base64"),
            ("Content-Disposition", "attachment; filename=\"postacert.eml\""),
        ]),
        body: base64(&sealed),
    };
    let text = Part { headers: Headers::from([("Content-Type", "text/plain")]), body: b"Inoltro.".to_vec() };
    let headers = Headers::from([
        ("From", "b@x.example"),
        ("To", "c@x.example"),
        ("Subject", "I: Preventivo"),
        ("MIME-Version", "1.0"),
    ]);
    let forward = Part::multipart(headers, "multipart/mixed; boundary=\"o\"", "", "o", &[text, attachment]);
    cases.add("quirk-octet-stream-forward", RULE, made, forward.bytes(), contains_pec().partial());

    let trace: &[u8] = b"Return-Path: <anna.bianchi@pec.alfa.example>\r\nX-Spam-Status: No\r\nAuthentication-Results: mx.x.example; none\r\nDelivered-To: ufficio@cert.beta.example\r\n";
    let made = "Servers on the way put their own fields on top.";
    cases.add("quirk-trace-fields", "VERDICT §5", made, [trace, &sealed].concat(), certified(KIND));
    let made = "Blank lines stand after the message.";
    cases.add("quirk-blank-lines-after", RULE, made, [&sealed[..], b"\r\n\r\n\r\n"].concat(), certified(KIND));
    let made = "The line end after the last delimiter is missing.";
    cases.add("quirk-no-last-line-end", RULE, made, sealed[..sealed.len() - 2].to_vec(), certified(KIND));
    let made = "The close delimiter of the root is missing, the signature is whole.";
    let close = format!("--{}--\r\n", draft.outer);
    cases
        .add("quirk-no-close", RULE, made, sealed[..sealed.len() - close.len()].to_vec(), certified(KIND).partial())
        .openssl(false, "it wants the close delimiter");
    Ok(())
}

fn wording(cases: &mut Cases<'_>) -> Result<(), Error> {
    let (world, tx) = (cases.world(), cases.scene.transaction(&cases.world().alfa));
    let mut draft = world.alfa.transport(&tx);
    let text = String::from_utf8_lossy(&draft.text.body).replace("=E8", "=EF=BF=BD");
    draft.text.body = text.into_bytes();
    let made = "The readable text has broken accents (U+FFFD as quoted-printable).";
    cases.add("quirk-broken-accents", RULE, made, world.alfa.seal(&draft)?, certified(KIND));
    let mut draft = world.beta.acceptance(&tx);
    draft.text.headers.set("Content-Type", "text/plain; charset=UTF-8");
    draft.text.body = crate::compose::quoted_printable("È stato accettato.\r\n".as_bytes());
    let made = "The readable text is UTF-8.";
    cases.add("quirk-utf8-text", "PEC-SPEC §2.15", made, world.beta.seal(&draft)?, certified("accettazione"));
    let mut draft = world.beta.transport(&cases.scene.transaction(&world.beta));
    draft
        .headers
        .set("Subject", "=?ISO-8859-1?Q?POSTA_CERTIFICATA=3A_Preventivo_12/2026_=26_alle?=\r\n =?ISO-8859-1?Q?gati?=");
    let made = "The whole subject stands in two encoded words of ISO-8859-1.";
    cases.add("quirk-subject-words", "PEC-SPEC §2.0", made, world.beta.seal(&draft)?, certified(KIND));
    let mut draft = world.alfa.delay_notice(&tx, OFFICE, crate::Delay::Hours24, cases.scene.at.plus(82_800));
    let subject = draft.headers.get("Subject").unwrap_or_default().replace("SUP. ", "SUP.  ");
    draft.headers.set("Subject", subject);
    let made = "The prefix has two blanks after SUP. as RFC 6109 prints it.";
    cases
        .add(
            "quirk-two-blanks",
            "PEC-SPEC §2.9",
            made,
            world.alfa.seal(&draft)?,
            certified("preavviso-errore-consegna"),
        )
        .at(draft.at);
    let mut draft = world.alfa.acceptance(&tx);
    draft.headers.set("X-Ricevuta", " Accettazione ");
    let made = "The marker has a capital and blanks around it.";
    cases.add(
        "quirk-marker-blanks",
        "PEC-SPEC §2.0",
        made,
        world.alfa.seal(&draft)?,
        certified("accettazione").partial(),
    );
    Ok(())
}
