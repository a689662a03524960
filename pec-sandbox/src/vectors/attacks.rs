//! The attack classes of PEC-SPEC §10.3 and the attackers of VERDICT.

use pec_core::finding::Code;

use super::expect::{anomaly, certified, contains_pec};
use super::scene::{ANNA, OFFICE, SUBJECT, letter, letter_with, submission};
use super::{Cases, ERROR, FATAL, INFO, WARNING};
use crate::compose::submission::ReceiptForm;
use crate::compose::{Draft, Headers, Part, crlf};
use crate::{Error, Provider};

const KIND: &str = "posta-certificata";

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    wrappers(cases)?;
    markers(cases)?;
    injection(cases)?;
    planted(cases)?;
    nested(cases)?;
    changed(cases)?;
    collision(cases)
}

/// Classes M1 to M4: a genuine signed part somewhere in a stranger's mail.
fn wrappers(cases: &mut Cases<'_>) -> Result<(), Error> {
    let alfa = &cases.world().alfa;
    let draft = cases.scene.transport();
    let content = draft.content();
    let signature = draft.signature_part(&alfa.signed_data(draft.at).build(&content)?);
    let outer = &draft.outer;
    let mut body = Vec::new();
    for part in [content.clone(), signature.bytes()] {
        body.extend_from_slice(format!("--{outer}\r\n").as_bytes());
        body.extend_from_slice(&part);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{outer}--\r\n").as_bytes());
    let root_type = draft.root_type();
    let signed = Part { headers: Headers::from([("Content-Type", root_type.as_str())]), body };
    let text = |kind: &str, body: &str| Part { headers: Headers::from([("Content-Type", kind)]), body: body.into() };
    let mut headers = draft.headers.clone();
    headers.push("MIME-Version", "1.0");

    let rows: [(&str, &'static str, &str, Vec<Part>); 4] = [
        (
            "m1",
            "The attacker's text stands before the genuine signed part, under copied header fields.",
            "multipart/mixed",
            vec![text("text/plain", "Paghi subito."), signed.clone()],
        ),
        (
            "m2",
            "An HTML part that is not closed hides the genuine signed part behind it.",
            "multipart/mixed",
            vec![text("text/html", "<p>Paghi subito.<textarea hidden>"), signed.clone()],
        ),
        (
            "m3",
            "The attacker's HTML refers to the genuine signed part by cid.",
            "multipart/related",
            vec![text("text/html", "<p>Paghi subito.<img src=\"cid:firma\">"), signed.clone()],
        ),
        (
            "m4",
            "The genuine signed part stands last, as an attachment of the attacker's mail.",
            "multipart/mixed",
            vec![text("text/plain", "In allegato la prova."), text("text/plain", "Saluti."), signed],
        ),
    ];
    for (what, made, kind, parts) in rows {
        let part = Part::multipart(headers.clone(), &format!("{kind}; boundary=\"attack\""), "", "attack", &parts);
        cases.add(&format!("attack-{what}"), "attacks M1 to M4", made, part.bytes(), contains_pec().partial());
    }
    Ok(())
}

/// Classes P1 and P3: the markers of a genuine message are changed.
fn markers(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "VERDICT §2 row 5; attack P1";
    let world = cases.world();
    let swapped = |by: &Provider, mut draft: Draft, change: &dyn Fn(&mut Headers)| -> Result<Vec<u8>, Error> {
        change(&mut draft.headers);
        by.seal(&draft)
    };
    let forged = |kind| certified(kind).forged(Code::KindHeaderVsDaticert).partial();
    let made = "A genuine acceptance receipt is marked and titled as a delivery receipt.";
    let bytes = swapped(&world.alfa, cases.scene.acceptance(), &|h| {
        h.set("X-Ricevuta", "avvenuta-consegna");
        h.set("Subject", format!("CONSEGNA: {SUBJECT}"));
    })?;
    cases.add("attack-p1-acceptance-as-delivery", rule, made, bytes, forged("accettazione"));
    let made = "A genuine delivery receipt is marked as a delivery failure.";
    let bytes = swapped(&world.beta, cases.scene.delivery(), &|h| h.set("X-Ricevuta", "errore-consegna"))?;
    cases.add("attack-p1-delivery-as-error", rule, made, bytes, forged("avvenuta-consegna"));
    let made = "A genuine envelope is marked as a delivery receipt.";
    let bytes = swapped(&world.alfa, cases.scene.transport(), &|h| {
        h.remove("X-Trasporto");
        h.push("X-Ricevuta", "avvenuta-consegna");
    })?;
    cases.add("attack-p1-envelope-as-receipt", rule, made, bytes, forged(KIND));
    let made = "A genuine delivery failure is marked with a value that somebody invented.";
    let tx = cases.scene.transaction(&world.alfa);
    let failure = world.beta.delivery_error(&tx, OFFICE, crate::Failure::UnknownMailbox, cases.scene.at);
    let bytes = swapped(&world.beta, failure, &|h| h.set("X-Ricevuta", "mancata-consegna"))?;
    let expect = forged("errore-consegna").with(Code::KindUnknownValue, ERROR);
    cases.add("attack-p1-invented-value", "PEC-SPEC §2.14", made, bytes, expect);
    let made = "A genuine envelope is marked as an anomaly envelope.";
    let bytes = swapped(&world.alfa, cases.scene.transport(), &|h| h.set("X-Trasporto", "errore"))?;
    let expect = forged(KIND).with(Code::DaticertInAnomaly, ERROR);
    cases.add("attack-envelope-as-anomaly", "RFC 6109 §3.2.2", made, bytes, expect);

    let stranger = letter(&[("From", "mario@stranger.example"), ("Subject", "Offerta")]);
    let wrapped = world.alfa.anomaly(&stranger, "mario@stranger.example", "firma assente", cases.scene.at);
    let made = "A genuine anomaly envelope is marked and titled as a transport envelope (anomaly laundering).";
    let bytes = swapped(&world.alfa, wrapped.clone(), &|h| {
        h.set("X-Trasporto", "posta-certificata");
        h.set("Subject", "POSTA CERTIFICATA: Offerta");
    })?;
    let expect = certified(KIND).forged(Code::DaticertMissing).any_kind().partial();
    cases.add("attack-p3-laundering", "attack P3", made, bytes, expect.clone());
    let made = "A genuine anomaly envelope is marked as a delivery receipt.";
    let bytes = swapped(&world.alfa, wrapped, &|h| {
        h.remove("X-Trasporto");
        h.push("X-Ricevuta", "avvenuta-consegna");
    })?;
    cases.add("attack-p3-anomaly-as-receipt", "attack P3", made, bytes, expect);

    let made = "The marker of a genuine receipt was removed after receipt.";
    let bytes = swapped(&world.alfa, cases.scene.acceptance(), &|h| h.remove("X-Ricevuta"))?;
    cases.add("kind-no-marker", "VERDICT §5", made, bytes, certified("accettazione").problem(Code::KindNone));
    let made = "To, Subject, Date and Message-ID of a genuine receipt were edited: the signed facts stand.";
    let bytes = swapped(&world.beta, cases.scene.delivery(), &|h| {
        h.set("To", "altro@x.example");
        h.set("Subject", "CONSEGNA: Disdetta");
        h.set("Date", "Tue, 10 Feb 2026 10:15:30 +0100");
        h.set("Message-ID", "<x@x.example>");
    })?;
    let expect = certified("avvenuta-consegna")
        .with(Code::DaticertSubjectVsHeader, WARNING)
        .with(Code::DaticertDateVsHeader, WARNING);
    cases.add("attack-p1-edited-fields", "VERDICT §5", made, bytes, expect.partial());
    Ok(())
}

/// A sender who guesses the inner boundary closes the signed entity from inside his original.
fn injection(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "VERDICT §3 mime.signed_epilogue";
    let world = cases.world();
    let (alfa, beta) = (&world.alfa, &world.beta);
    for (family, by, draft) in [("a", alfa, cases.scene.transport()), ("b", beta, cases.scene.transport_b())] {
        let boundary = draft.inner.clone();
        let lie = String::from_utf8_lossy(draft.daticert.as_deref().unwrap_or_default())
            .replace(ANNA, "direttore@banca.example")
            .into_bytes();
        let planted = |text: Vec<u8>| -> Result<Vec<u8>, Error> {
            let mut draft = draft.clone();
            let mut original = draft.original.take().unwrap_or_default();
            original.extend_from_slice(&text);
            draft.original = Some(original);
            by.seal(&draft)
        };
        let close = format!("\r\n--{boundary}--\r\n");
        let part = draft.daticert_part(&lie).bytes();
        let injected =
            [format!("\r\n--{boundary}\r\n").as_bytes(), &part, b"\r\n", close.as_bytes(), b"Saluti\r\n"].concat();

        let expect = || {
            certified(KIND)
                .forged(Code::MimeSignedEpilogue)
                .with(Code::MimeSignedCloseRepeated, FATAL)
                .any_kind()
                .partial()
        };
        let made =
            "The original contains forged certification data and a close delimiter with the guessed inner boundary.";
        cases.add(&format!("attack-boundary-close-{family}"), rule, made, planted(injected)?, expect());
        let made = "The original contains the guessed close delimiter alone.";
        let bytes = planted([close.as_bytes(), b"Saluti\r\n"].concat())?;
        cases.add(&format!("attack-boundary-close-only-{family}"), rule, made, bytes, expect());
        let made =
            "The original contains a delimiter with the guessed boundary and forged certification data, no close.";
        let open = [format!("\r\n--{boundary}\r\n").as_bytes(), &part].concat();
        let expect = certified(KIND).forged(Code::DaticertMultiple).any_kind().partial();
        cases.add(&format!("attack-boundary-open-{family}"), "VERDICT §2 row 5", made, planted(open)?, expect);
        let made = "The original contains a delimiter with the guessed boundary and a second original.";
        let second = draft.message_part(&letter(&[("Subject", "Disdetta")])).bytes();
        let open = [format!("\r\n--{boundary}\r\n").as_bytes(), &second].concat();
        let expect = certified(KIND).forged(Code::OriginalMultiple).partial();
        cases.add(
            &format!("attack-boundary-original-{family}"),
            "VERDICT §3 original.multiple",
            made,
            planted(open)?,
            expect,
        );
        let made = "The original contains the boundary inside a line and with further letters: no delimiter.";
        let near = format!("\r\nx--{boundary}--\r\n--{boundary}x\r\n --{boundary}\r\n").into_bytes();
        cases.add(&format!("attack-boundary-near-{family}"), "RFC 2046 §5.1.1", made, planted(near)?, certified(KIND));
    }

    let alfa = &cases.world().alfa;
    let draft = cases.scene.transport();
    let mut guessed = draft.clone();
    let mut original = guessed.original.take().unwrap_or_default();
    original.extend_from_slice(format!("\r\n--{}--\r\nTesto\r\n", draft.outer).as_bytes());
    guessed.original = Some(original);
    let made =
        "The original contains a close delimiter with the outer boundary: what was signed is cut for every reader.";
    let bytes = alfa.seal(&guessed)?;
    let mut expect = certified(KIND).any_kind().any_integrity().any_trust().partial();
    expect.verdict = "unverifiable";
    expect.findings = vec![(Code::MimeRootParts, FATAL)];
    cases.add("attack-boundary-outer", "RFC 1847 §2.1", made, bytes, expect).openssl(false, "");
    Ok(())
}

/// The repudiator: what a sender plants in his own message never lowers the verdict.
fn planted(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "VERDICT §5";
    let (alfa, at) = (&cases.world().alfa, cases.scene.at);
    let from = |headers: &[(&str, &str)]| -> Result<Vec<u8>, Error> {
        let tx = alfa.accept(submission(&letter(headers), ReceiptForm::Full), Some(SUBJECT), at);
        alfa.seal(&alfa.transport(&tx))
    };
    let made = "The client put X-Ricevuta into its message; the envelope inherits it.";
    let bytes = from(&[("X-Ricevuta", "accettazione")])?;
    cases.add("planted-receipt-marker", rule, made, bytes, certified(KIND).problem(Code::KindBoth));
    let made = "The client put X-Trasporto: errore into its message; the envelope inherits it beside its own.";
    let bytes = from(&[("X-Trasporto", "errore")])?;
    cases.add("planted-anomaly-marker", rule, made, bytes, certified(KIND).problem(Code::KindBoth).partial());
    let made = "The client put X-VerificaSicurezza into its message; the envelope inherits it.";
    let bytes = from(&[("X-VerificaSicurezza", "errore")])?;
    cases.add("planted-virus-header", rule, made, bytes, certified(KIND).with(Code::KindVirusHeader, WARNING));
    let made = "The client put harmless X- fields into its message; the envelope inherits them.";
    let bytes = from(&[("X-Priority", "1"), ("X-Protocollo", "123/2026"), ("X-Mailer", "Posta 1.0")])?;
    cases.add("planted-harmless", "PEC-SPEC §2.0", made, bytes, certified(KIND));

    let reserved = letter_with(
        &[],
        "Content-Type: multipart/mixed; boundary=\"r\"\r\n\r\n--r\r\nContent-Type: text/plain\r\n\r\nCiao\r\n--r\r\n\
        Content-Type: application/xml; name=\"daticert.xml\"\r\n\r\n<postacert tipo=\"avvenuta-consegna\"/>\r\n--r\r\n\
        Content-Type: application/octet-stream; name=\"smime.p7s\"\r\n\r\nx\r\n--r\r\n\
        Content-Type: message/rfc822; name=\"postacert.eml\"\r\n\r\nSubject: x\r\n\r\ny\r\n--r--\r\n",
    );
    let tx = alfa.accept(submission(&reserved, ReceiptForm::Full), Some(SUBJECT), at);
    let made = "The original carries attachments with the names of a PEC's own parts (attack P2).";
    let expect = certified(KIND).with(Code::OriginalReservedName, INFO).with(Code::DaticertNestedIgnored, INFO);
    cases.add("attack-p2-reserved-names", rule, made, alfa.seal(&alfa.transport(&tx))?, expect.partial());

    let bad = letter(&[
        ("To", "ufficio@cert.beta.example, info@gamma.example"),
        ("From", "\"direttore@banca.example\" <anna.bianchi@pec.alfa.example>"),
    ]);
    let tx = alfa.accept(submission(&bad, ReceiptForm::Full), Some(SUBJECT), at);
    let made = "The sender's own display name inside the original is another address: data, not identity.";
    cases.add("planted-inner-display-name", rule, made, alfa.seal(&alfa.transport(&tx))?, certified(KIND));
    Ok(())
}

/// Classes P2 and P5: forged or genuine receipts inside somebody's message.
fn nested(cases: &mut Cases<'_>) -> Result<(), Error> {
    let (world, at) = (cases.world(), cases.scene.at);
    let forged = {
        let draft = cases.scene.delivery();
        [&draft.headers.bytes()[..], b"MIME-Version: 1.0\r\n", &draft.content()].concat()
    };
    let carrying = |inner: &[u8]| -> Vec<u8> {
        let text = Part {
            headers: Headers::from([("Content-Type", "text/plain")]),
            body: b"In allegato la ricevuta.".to_vec(),
        };
        let attached = Part {
            headers: Headers::from([
                ("Content-Type", "message/rfc822"),
                ("Content-Disposition", "attachment; filename=\"ricevuta.eml\""),
            ]),
            body: inner.to_vec(),
        };
        let parts =
            Part::multipart(Headers::default(), "multipart/mixed; boundary=\"carry\"", "", "carry", &[text, attached]);
        letter_with(&[], &String::from_utf8_lossy(&parts.bytes()))
    };
    let rule = "attack P5; DESIGN rule 4";
    let tx = world.alfa.accept(submission(&carrying(&forged), ReceiptForm::Full), Some(SUBJECT), at);
    let made = "A genuine envelope whose original carries a forged, unsigned delivery receipt as an attached message.";
    let expect = certified(KIND).with(Code::DaticertNestedIgnored, INFO).partial();
    cases.add("attack-p5-forged-receipt", rule, made, world.alfa.seal(&world.alfa.transport(&tx))?, expect.clone());
    let genuine = world.beta.seal(&cases.scene.delivery())?;
    let tx = world.alfa.accept(submission(&carrying(&genuine), ReceiptForm::Full), Some(SUBJECT), at);
    let made = "A genuine envelope whose original carries a genuine delivery receipt of another message.";
    cases.add("attack-p5-genuine-receipt", rule, made, world.alfa.seal(&world.alfa.transport(&tx))?, expect);

    let made = "An ordinary mail with forged certification data at its root comes in an anomaly envelope (attack P2).";
    let wrapped = world.alfa.anomaly(&forged, "direttore@banca.example", "firma assente", at);
    let expect = anomaly().with(Code::DaticertNestedIgnored, INFO).partial();
    cases.add("attack-p2-anomaly", "attack P2", made, world.alfa.seal(&wrapped)?, expect);

    let made = "An ordinary mail whose body is nothing but a forged daticert.xml comes in an anomaly envelope.";
    let xml = cases.scene.delivery().daticert.unwrap_or_default();
    let mail = letter_with(
        &[],
        &format!(
            "Content-Type: application/xml; name=\"daticert.xml\"\r\n\r\n{}",
            String::from_utf8_lossy(&crlf(&xml))
        ),
    );
    let wrapped = world.alfa.anomaly(&mail, ANNA, "firma assente", at);
    cases.add("attack-p2-anomaly-body", "attack P2", made, world.alfa.seal(&wrapped)?, anomaly().partial());
    Ok(())
}

/// Attacker D: the file was edited after receipt.
fn changed(cases: &mut Cases<'_>) -> Result<(), Error> {
    let alfa = &cases.world().alfa;
    let rule = "RFC 5652 §5.4; attacker D";
    let sealed = alfa.seal(&cases.scene.transport())?;
    let altered = || certified(KIND).altered(Code::CmsDigestMismatch).partial();
    let text = String::from_utf8_lossy(&sealed).into_owned();
    let made = "One character of the attached PDF was changed.";
    let bytes = text.replacen("JVBERi0xLjQK", "JVBERi0xLjUK", 1).into_bytes();
    cases.add("changed-attachment", rule, made, bytes, altered()).openssl(false, "");
    let made = "A blank was added at the end of a line of the original.";
    let bytes = text.replacen("Buongiorno,\r\n", "Buongiorno, \r\n", 1).into_bytes();
    cases.add("changed-trailing-blank", rule, made, bytes, altered()).openssl(false, "");
    let made = "A field of the outer header, which nobody signs, was folded anew.";
    let bytes = text.replacen("To: ufficio@cert.beta.example, info", "To: ufficio@cert.beta.example,\r\n info", 1);
    cases.add("changed-outer-folding", "VERDICT §5", made, bytes.into_bytes(), certified(KIND));
    let made = "The signed parts are those of one message, the signature is that of another of the same provider.";
    let other = cases.scene.acceptance();
    let p7s = alfa.signed_data(other.at).build(&other.content())?;
    let draft = cases.scene.transport();
    let bytes = draft.message(&draft.content(), &p7s);
    cases.add("changed-signature-of-another", rule, made, bytes, altered()).openssl(false, "");

    let accented = letter_with(
        &[],
        "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nPerch@ no: @ cos@.\r\n",
    );
    let body = accented.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(0);
    let latin1: Vec<u8> =
        accented.iter().enumerate().map(|(n, b)| if *b == b'@' && n > body { 0xE9 } else { *b }).collect();
    let tx = alfa.accept(submission(&latin1, ReceiptForm::Full), Some(SUBJECT), cases.scene.at);
    let sealed = alfa.seal(&alfa.transport(&tx))?;
    let made = "An original in ISO-8859-1 with eight bits, as it came.";
    cases.add("eight-bit-original", "PEC-SPEC §2.0", made, sealed.clone(), certified(KIND));
    let transcoded: Vec<u8> = String::from_iter(sealed.iter().map(|b| char::from(*b))).into_bytes();
    let made = "The same file after a webmail's export: read as Latin-1 and written as UTF-8.";
    let expect = certified(KIND).altered(Code::CmsDigestMismatch).with(Code::CmsRestorableTranscoding, ERROR).partial();
    cases
        .add("changed-transcoded", "VERDICT §3 cms.restorable_transcoding", made, transcoded, expect)
        .openssl(false, "");
    Ok(())
}

/// Two contents with one SHA-1: the published blocks of SHAttered open the signed part.
fn collision(cases: &mut Cases<'_>) -> Result<(), Error> {
    const ONE: &[u8] = include_bytes!("shattered-1.bin");
    const TWO: &[u8] = include_bytes!("shattered-2.bin");
    let mut alfa = cases.world().alfa.clone();
    alfa.digest = crate::Digest::Sha1;
    let mut draft = cases.scene.acceptance();
    draft.digest = crate::Digest::Sha1;
    let rest = [b"\r\n", &draft.content()[..]].concat();
    let (shown, signed) = ([TWO, &rest].concat(), [ONE, &rest].concat());
    let p7s = alfa.signed_data(draft.at).build(&signed)?;
    let expect = || certified("accettazione").altered(Code::CmsSha1Collision).any_kind().any_integrity().partial();
    let rule = "VERDICT §3 cms.sha1_collision";
    let made = "The signature was made over one half of the SHAttered pair, the message shows the other.";
    let bytes = draft.message_of(&[shown, draft.signature_part(&p7s).bytes()]);
    cases.add("sha1-collision-other", rule, made, bytes, expect()).openssl(false, "");
    let made =
        "The message shows the very half of the SHAttered pair that was signed: it cannot be told which one was.";
    let bytes = draft.message_of(&[signed, draft.signature_part(&p7s).bytes()]);
    cases.add("sha1-collision-same", rule, made, bytes, expect()).openssl(false, "");
    Ok(())
}
