//! The structure of the message: roots, parts, parameters, header fields.

use pec_core::finding::Code;

use super::expect::{Expectation, certified, contains_pec, not_pec};
use super::scene::{ANNA, letter};
use super::{Cases, ERROR, FATAL, WARNING};
use crate::Error;
use crate::compose::{Draft, Headers, Part, base64, lf};

const KIND: &str = "posta-certificata";

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    roots(cases)?;
    parts(cases)?;
    parameters(cases)?;
    headers(cases)?;
    epilogues(cases)?;
    unclosed(cases)?;
    encodings(cases)
}

fn roots(cases: &mut Cases<'_>) -> Result<(), Error> {
    let alfa = &cases.world().alfa;
    let rule = "VERDICT §2 row 1";
    cases.add("root-ordinary", rule, "Ordinary mail.", letter(&[]), not_pec());
    let made = "A single line of text, no header at all.";
    cases.add("root-no-header", rule, made, b"Ciao.\r\n".to_vec(), not_pec().partial());
    cases.add("root-empty", rule, "An empty file.", Vec::new(), not_pec().partial());
    let made = "Bytes that are no mail: the beginning of a PNG image.";
    cases.add("root-binary", rule, made, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01".to_vec(), not_pec().partial());

    let made = "An empty line stands before a genuine envelope: by the standard it has no header.";
    let blank = [b"\r\n", &alfa.seal(&cases.scene.transport())?[..]].concat();
    let expect = not_pec().with(Code::MimeLeadingBlank, WARNING);
    cases.add("root-leading-blank", "RFC 5322 §2.1", made, blank, expect);

    let claimed = not_pec().with(Code::KindClaimedUnsigned, ERROR);
    let rule = "VERDICT §3 kind.claimed_unsigned";
    let made = "A transport envelope without a signature: markers, subject and sender of a PEC on ordinary mail.";
    let draft = cases.scene.transport();
    let unsigned = [&draft.headers.bytes()[..], b"MIME-Version: 1.0\r\n", &draft.content()].concat();
    cases.add("root-claimed-transport", rule, made, unsigned, claimed.clone().partial());
    let made = "A delivery receipt as plain text with the marker alone.";
    let plain = letter(&[("X-Ricevuta", "avvenuta-consegna"), ("Subject", "CONSEGNA: Preventivo")]);
    cases.add("root-claimed-receipt", rule, made, plain, claimed.clone());
    let made = "No marker: only the subject of a PEC and a posta-certificata@ sender.";
    let subject = letter(&[("From", "posta-certificata@pec.alfa.example"), ("Subject", "POSTA CERTIFICATA: Multa")]);
    cases.add("root-claimed-subject", rule, made, subject, claimed);

    let rule = "VERDICT §2 row 1; RFC 6109 §2.1";
    let leaf = crate::Leaf {
        subject: crate::name(&[("C", "IT"), ("O", "Bianchi"), ("CN", "Anna Bianchi")]),
        emails: vec![ANNA.into()],
        policies: Vec::new(),
        ..crate::Leaf::provider(crate::Generation::Y2026, &crate::world::ALFA, "2025-10-01T08:00:00Z".parse()?)
    };
    let mut anna = alfa.clone();
    anna.certificate = cases.world().public_root.issue(&leaf, &alfa.key)?;
    anna.authority = cases.world().public_root.clone();
    let mut draft = cases.scene.acceptance();
    draft.headers = Headers::from([
        ("From", ANNA),
        ("To", "info@gamma.example"),
        ("Subject", "Firmato"),
        ("Message-ID", "<1@x.example>"),
    ]);
    draft.daticert = None;
    let made = "Ordinary S/MIME mail of a person: signed, without marker and without certification data.";
    let expect = Expectation { integrity: None, findings: Vec::new(), ..not_pec() }.partial();
    cases.add("root-personal-signature", rule, made, anna.seal(&draft)?, expect).openssl(false, "");

    let pgp = "From: anna@x.example\r\nTo: b@x.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; \
               micalg=pgp-sha256; protocol=\"application/pgp-signature\"; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: \
               text/plain\r\n\r\nCiao\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP \
               SIGNATURE-----\r\n--b--\r\n";
    let made = "Mail signed with OpenPGP.";
    cases.add("root-openpgp", rule, made, pgp.into(), not_pec().partial()).openssl(false, "");
    Ok(())
}

fn parts(cases: &mut Cases<'_>) -> Result<(), Error> {
    let alfa = &cases.world().alfa;
    let draft = cases.scene.transport();
    let content = draft.content();
    let signature = draft.signature_part(&alfa.signed_data(draft.at).build(&content)?).bytes();
    let rule = "RFC 1847 §2.1";
    let broken = |integrity| Expectation {
        kind: None,
        verdict: "unverifiable",
        integrity,
        trust_at_signing: None,
        findings: vec![(Code::MimeRootParts, FATAL)],
        complete: false,
    };
    let third = b"Content-Type: text/html\r\n\r\n<p>Un testo non firmato</p>".to_vec();
    let made = "A third, unsigned part stands behind the signature.";
    cases
        .add(
            "root-three-parts",
            rule,
            made,
            draft.message_of(&[content.clone(), signature.clone(), third]),
            broken(None),
        )
        .openssl(false, "it wants exactly two parts");
    let made = "The signature part is missing.";
    cases
        .add("root-one-part", rule, made, draft.message_of(std::slice::from_ref(&content)), broken(None))
        .openssl(false, "");
    let made = "multipart/signed without any part.";
    cases.add("root-no-part", rule, made, draft.message_of(&[]), broken(None)).openssl(false, "");
    let made = "The file ends in the middle of the signed part.";
    let whole = draft.message_of(&[content.clone(), signature.clone()]);
    cases.add("root-truncated", rule, made, whole[..whole.len() / 3].to_vec(), broken(None)).openssl(false, "");
    let made = "The file ends in the middle of the base64 of the signature.";
    let cut = whole.len() - 1500;
    let expect = Expectation { findings: Vec::new(), ..broken(None) };
    cases.add("root-truncated-signature", rule, made, whole[..cut].to_vec(), expect).openssl(false, "");

    let mut footer = draft.clone();
    footer.after = b"\r\n_______________________________________________\r\nLista mailing list\r\n".to_vec();
    let made = "A mailing list appended a footer behind the signed root.";
    let expect = certified(KIND).with(Code::MimeRootParts, WARNING).partial();
    cases.add("root-text-after", "PEC-SPEC §10.2 mime.root.parts", made, alfa.seal(&footer)?, expect);

    let made = "protocol says OpenPGP's type, the second part is an S/MIME signature.";
    let text = String::from_utf8_lossy(&alfa.seal(&draft)?).replacen(
        "protocol=\"application/x-pkcs7-signature\"",
        "protocol=\"application/pgp-signature\"",
        1,
    );
    cases.add("root-protocol-other", rule, made, text.into_bytes(), certified(KIND).with(Code::MimeProtocol, WARNING));
    let made = "No protocol parameter.";
    let text =
        String::from_utf8_lossy(&alfa.seal(&draft)?).replacen(" protocol=\"application/x-pkcs7-signature\";", "", 1);
    cases.add("root-protocol-absent", rule, made, text.into_bytes(), certified(KIND).with(Code::MimeProtocol, WARNING));
    let made = "The signature part is labelled application/octet-stream, as some gateways do.";
    let text = String::from_utf8_lossy(&alfa.seal(&draft)?).replacen(
        "Content-Type: application/x-pkcs7-signature",
        "Content-Type: application/octet-stream",
        1,
    );
    cases
        .add("root-signature-type", rule, made, text.into_bytes(), certified(KIND).with(Code::MimeProtocol, WARNING))
        .openssl(false, "it insists on the type of the signature part");
    let mut plain = draft.clone();
    plain.protocol = Some("application/pkcs7-signature".into());
    let made = "The registered spelling application/pkcs7-signature in layout A.";
    cases.add("root-protocol-registered", "PEC-SPEC §2.0", made, alfa.seal(&plain)?, certified(KIND));
    Ok(())
}

fn parameters(cases: &mut Cases<'_>) -> Result<(), Error> {
    let alfa = &cases.world().alfa;
    let draft = cases.scene.transport();
    let sealed = String::from_utf8_lossy(&alfa.seal(&draft)?).into_owned();
    let boundary = format!("boundary=\"{}\"", draft.outer);
    let rule = "RFC 2045 §5.1; attack P8";
    let open = || Expectation {
        findings: vec![(Code::MimeParameterConflict, FATAL)],
        integrity: None,
        trust_at_signing: None,
        kind: None,
        verdict: "unverifiable",
        complete: false,
    };
    let made = "The root has two boundary parameters with different values.";
    let bytes = sealed.replacen(&boundary, &format!("{boundary}; boundary=\"other\""), 1).into_bytes();
    cases.add("parameter-boundary-twice", rule, made, bytes, open()).openssl(true, "it takes one of the two");
    let made = "The root has a plain boundary and an extended one (RFC 2231) with another value.";
    let bytes = sealed.replacen(&boundary, &format!("{boundary}; boundary*=us-ascii''other"), 1).into_bytes();
    cases.add("parameter-boundary-extended", rule, made, bytes, open()).openssl(true, "it does not know RFC 2231");
    let made = "The boundary of the root is cut into continuations (RFC 2231 §3).";
    let (head, tail) = draft.outer.split_at(10);
    let bytes = sealed.replacen(&boundary, &format!("boundary*0=\"{head}\"; boundary*1=\"{tail}\""), 1).into_bytes();
    cases
        .add("parameter-boundary-continued", rule, made, bytes, certified(KIND).partial())
        .openssl(false, "it does not know RFC 2231");
    let made = "Comments stand inside the Content-Type of the root.";
    let bytes = sealed.replacen("multipart/signed;", "multipart/signed (S/MIME; boundary=no);", 1).into_bytes();
    cases
        .add("parameter-comment", "RFC 2045 §5.1", made, bytes, certified(KIND).partial())
        .openssl(false, "it does not know comments");

    let named = |from: &str, to: &str| -> Result<Vec<u8>, Error> {
        let content = String::from_utf8_lossy(&draft.content()).replacen(from, to, 1);
        Ok(draft.message(content.as_bytes(), &alfa.signed_data(draft.at).build(content.as_bytes())?))
    };
    let data = "filename=\"daticert.xml\"";
    let made = "The certification data have two file names.";
    let bytes = named(data, "filename=\"daticert.xml\"; filename=\"altro.xml\"")?;
    cases.add(
        "parameter-filename-twice",
        rule,
        made,
        bytes,
        certified(KIND).problem(Code::MimeParameterConflict).partial(),
    );
    let made = "Name and file name of the certification data differ: only one reader in two finds them.";
    let bytes = named(data, "filename=\"allegato.xml\"")?;
    let mut expect = certified(KIND).partial();
    expect.verdict = "certified";
    cases.add("parameter-name-differs", rule, made, bytes, expect);
    let made = "The name of the certification data is an encoded word.";
    let bytes = named("name=\"daticert.xml\"", "name=\"=?UTF-8?B?ZGF0aWNlcnQueG1s?=\"")?;
    cases.add("parameter-name-encoded", "RFC 2047 §5", made, bytes, certified(KIND).partial());
    Ok(())
}

fn headers(cases: &mut Cases<'_>) -> Result<(), Error> {
    let alfa = &cases.world().alfa;
    let sealed = |change: &dyn Fn(&mut Draft)| -> Result<Vec<u8>, Error> {
        let mut draft = cases.scene.transport();
        change(&mut draft);
        alfa.seal(&draft)
    };
    let rule = "RFC 5322 §3.6; VERDICT §5";
    let rows: [(&str, &'static str, &str, &str); 5] = [
        ("to", "To stands twice: a client's doubled field was inherited.", "To", "info@gamma.example"),
        ("cc", "Cc stands twice.", "Cc", "info@gamma.example"),
        ("subject", "Subject stands twice.", "Subject", "Altro"),
        ("date", "Date stands twice.", "Date", "Mon, 9 Feb 2026 10:15:30 +0100"),
        ("reply-to", "Reply-To stands twice.", "Reply-To", ANNA),
    ];
    for (what, made, field, value) in rows {
        let bytes = sealed(&|draft| {
            if field == "Cc" {
                draft.headers.push("Cc", value);
            }
            draft.headers.push(field, value);
        })?;
        let mut expect = certified(KIND).with(Code::MimeDuplicateHeader, WARNING);
        // Which of two subjects is compared is left open.
        expect.complete = what != "subject";
        cases.add(&format!("header-twice-{what}"), rule, made, bytes, expect);
    }
    for (what, made, field) in [
        ("message-id", "Message-ID stands twice, the second time with another value.", "Message-ID"),
        ("reference", "X-Riferimento-Message-ID stands twice: the sender planted one.", "X-Riferimento-Message-ID"),
    ] {
        let bytes = sealed(&|draft| draft.headers.push(field, "<other@x.example>"))?;
        // An X- field of the sender's is inherited (VERDICT §5); the Message-ID is the provider's own.
        let expect = match what {
            "reference" => certified(KIND).with(Code::MimeDuplicateHeader, WARNING),
            _ => certified(KIND).problem(Code::MimeDuplicateHeader).partial(),
        };
        cases.add(&format!("header-twice-{what}"), "PEC-SPEC §10.2 mime.duplicate_header", made, bytes, expect);
    }
    let made = "The marker X-Trasporto stands twice with the same value.";
    let bytes = sealed(&|draft| draft.headers.push("X-Trasporto", "posta-certificata"))?;
    cases.add(
        "header-twice-marker",
        "PEC-SPEC §1.3",
        made,
        bytes,
        certified(KIND).with(Code::MimeDuplicateHeader, WARNING),
    );

    let rule = "RFC 5322 §2.2";
    let bytes = sealed(&|draft| draft.headers.push("X-Nota", "perch\u{e9}"))?;
    let made = "Raw UTF-8 in a field of the outer header, inherited from a client.";
    cases.add("header-raw-utf8", rule, made, bytes, certified(KIND).with(Code::MimeHeaderCharset, WARNING));
    let bytes = sealed(&|draft| draft.headers.push("X-Nota", "a\0b"))?;
    let made = "A NUL in the outer header.";
    cases.add("header-nul", rule, made, bytes, certified(KIND).with(Code::MimeHeaderCharset, WARNING));
    let bytes = sealed(&|draft| draft.headers.push("X-Nota", "a\rSubject: altro"))?;
    let made = "A bare CR in the outer header.";
    cases.add("header-bare-cr", rule, made, bytes, certified(KIND).with(Code::MimeHeaderCharset, WARNING));
    let bytes =
        sealed(&|draft| draft.headers.set("Subject", "POSTA CERTIFICATA:\r\n Preventivo\r\n\t12/2026 & allegati"))?;
    let made = "The subject is folded with blanks and tabs.";
    cases.add("header-folded", "RFC 5322 §2.2.3", made, bytes, certified(KIND));
    Ok(())
}

fn epilogues(cases: &mut Cases<'_>) -> Result<(), Error> {
    let alfa = &cases.world().alfa;
    let rule = "VERDICT §3 mime.signed_epilogue";
    let mut draft = cases.scene.transport();
    draft.epilogue = b"Testo dopo la fine.\r\n".to_vec();
    let made = "Text stands behind the close delimiter inside the signed entity.";
    cases.add("epilogue-text", rule, made, alfa.seal(&draft)?, certified(KIND).forged(Code::MimeSignedEpilogue));
    draft.epilogue = b"\r\n \t\r\n".to_vec();
    let made = "Only blanks stand behind the close delimiter inside the signed entity.";
    cases.add("epilogue-blank", rule, made, alfa.seal(&draft)?, certified(KIND));
    draft.epilogue = format!("--{}--\r\n", draft.inner).into_bytes();
    let made = "The close delimiter stands twice inside the signed entity.";
    let expect = certified(KIND).forged(Code::MimeSignedCloseRepeated).with(Code::MimeSignedEpilogue, FATAL);
    cases.add("epilogue-close-repeated", "VERDICT §3 mime.signed_close_repeated", made, alfa.seal(&draft)?, expect);
    Ok(())
}

/// The line that closes a multipart is missing: in the message, and in the signed part.
fn unclosed(cases: &mut Cases<'_>) -> Result<(), Error> {
    let alfa = &cases.world().alfa;
    let rule = "RFC 2046 §5.1.1";
    let draft = cases.scene.transport();
    let without_last_line = |bytes: &[u8]| {
        let end = bytes.trim_ascii_end().iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        bytes[..end].to_vec()
    };
    let expect = certified(KIND).with(Code::MimeUnclosed, WARNING);
    let made = "The close delimiter of the message is cut off.";
    cases
        .add("unclosed-message", rule, made, without_last_line(&alfa.seal(&draft)?), expect.clone())
        .openssl(false, "it asks for the line that closes the message");
    let content = without_last_line(&draft.content());
    let signature = alfa.signed_data(draft.at).build(&content)?;
    let made = "The signed multipart was signed without its close delimiter.";
    cases.add("unclosed-signed-part", rule, made, draft.message(&content, &signature), expect);
    Ok(())
}

fn encodings(cases: &mut Cases<'_>) -> Result<(), Error> {
    let alfa = &cases.world().alfa;
    let rule = "PEC-SPEC §6.1 canonicalisation";
    for (what, draft, by) in
        [("a", cases.scene.transport(), alfa), ("b", cases.scene.transport_b(), &cases.world().beta)]
    {
        let made = "The file is stored with LF line ends.";
        let expect = certified(KIND).with(Code::CmsEolFixed, super::INFO);
        cases.add(&format!("lf-only-{what}"), rule, made, lf(&by.seal(&draft)?), expect);
    }
    let draft = cases.scene.transport();
    let sealed = alfa.seal(&draft)?;
    let head = sealed.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 2);
    let made = "The outer header has LF line ends, the body CRLF.";
    let mixed = [&lf(&sealed[..head])[..], &sealed[head..]].concat();
    cases.add("lf-header", rule, made, mixed, certified(KIND));
    let made = "An mbox separator line stands before the message.";
    let mbox = [b"From anna@x.example Mon Feb  9 10:15:30 2026\r\n", &sealed[..]].concat();
    cases.add("mbox-line", rule, made, mbox, certified(KIND).partial()).openssl(true, "");

    let mut wrapped = draft.clone();
    let original = wrapped.original.take().unwrap_or_default();
    let mut part = wrapped.message_part(&base64(&original));
    part.headers.set("Content-Transfer-Encoding", "base64");
    wrapped.more.push(part);
    let made = "postacert.eml is base64 in spite of its type.";
    cases.add("original-base64", "PEC-SPEC §4.3", made, alfa.seal(&wrapped)?, certified(KIND).partial());

    let mut odd = draft;
    odd.edit_daticert(str::to_owned);
    let xml = odd.daticert.take().unwrap_or_default();
    let mut part = odd.daticert_part(&xml);
    part.headers.set("Content-Type", "text/xml; name=\"daticert.xml\"");
    odd.more.push(part);
    let made = "The certification data are labelled text/xml.";
    cases.add("daticert-text-xml", "PEC-SPEC §2.0", made, alfa.seal(&odd)?, certified(KIND));

    let made = "A signed transport envelope attached to ordinary mail.";
    let attachment = Part {
        headers: Headers::from([
            ("Content-Type", "message/rfc822"),
            ("Content-Disposition", "attachment; filename=\"postacert.eml\""),
        ]),
        body: sealed,
    };
    let text = Part { headers: Headers::from([("Content-Type", "text/plain")]), body: b"Vedi allegato.".to_vec() };
    let headers = Headers::from([
        ("From", "b@x.example"),
        ("To", "c@x.example"),
        ("Subject", "I: Preventivo"),
        ("MIME-Version", "1.0"),
    ]);
    let forward = Part::multipart(headers, "multipart/mixed; boundary=\"fwd\"", "", "fwd", &[text, attachment]);
    cases.add("root-forward", "VERDICT §2 row 1; attack M4", made, forward.bytes(), contains_pec().partial());
    Ok(())
}
