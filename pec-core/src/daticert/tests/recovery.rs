//! What the second pass repairs, leaves out and overlooks, and what it must not.

use super::*;

#[test]
fn forbidden_characters_in_the_subject_are_replaced_and_listed() {
    let at = RICH.find("12/2026").unwrap();
    let cases: [(&[u8], &str, &[Flaw]); 12] = [
        (b"a\x16b", "a\u{FFFD}b", &[Flaw::Character(0x16)]),
        (b"\0", "\u{FFFD}", &[Flaw::Character(0)]),
        (b"&#18;", "\u{FFFD}", &[Flaw::Reference(18)]),
        (b"&#x0;", "\u{FFFD}", &[Flaw::Reference(0)]),
        (b"&#xD800;", "\u{FFFD}", &[Flaw::Reference(0xD800)]),
        (b"&#99999999999999999999;", "\u{FFFD}", &[Flaw::Reference(u32::MAX)]),
        (b"R&D", "R\u{FFFD}D", &[Flaw::Ampersand]),
        (b"a & b; &amp;", "a \u{FFFD} b; &", &[Flaw::Ampersand]),
        (b"&nome;", "\u{FFFD}nome;", &[Flaw::Ampersand]),
        (b"citt\xE0.", "citt\u{FFFD}.", &[Flaw::Byte(0xE0)]),
        (b"\xE2\x82.", "\u{FFFD}\u{FFFD}.", &[Flaw::Byte(0xE2), Flaw::Byte(0x82)]),
        (b"\xEF\xBF\xBE", "\u{FFFD}", &[Flaw::Character(0xFFFE)]),
    ];
    for (planted, expected, kinds) in cases {
        let mut document = RICH.as_bytes().to_vec();
        document.splice(at..at + 7, planted.iter().copied());
        let (parsed, finding) = only(&document);
        assert_eq!((finding.code, finding.severity), (Code::DaticertMalformed, Severity::Warning));
        let subject = parsed.data.as_ref().unwrap().subject.as_deref().unwrap();
        assert_eq!(subject, format!("Preventivo {expected} & allegati"), "{planted:?}");
        assert_eq!(parsed.repairs.iter().map(|r| r.what).collect::<Vec<_>>(), kinds);
        assert!(parsed.repairs.iter().all(|r| (r.element, r.kind) == ("oggetto", RepairKind::Replaced)));
        let first = parsed.repairs[0];
        let offset = planted.iter().position(|b| *b == b'&' || *b < 0x20 || *b >= 0x80).unwrap();
        assert_eq!(first.offset, at + offset, "{planted:?}");
        assert!(finding.detail.contains(&first.to_string()), "{}", finding.detail);
        // All else is as it was.
        let mut repaired = parsed.data.unwrap();
        repaired.subject = read(RICH).data.unwrap().subject;
        assert_eq!(Some(repaired), read(RICH).data);
    }
}

#[test]
fn the_error_description_is_repaired_too_also_in_cdata() {
    let (parsed, _) = only(with("indirizzo non valido", "<![CDATA[x\u{1}\r\ny]]>\u{2}"));
    let detail = parsed.data.unwrap().error_detail.unwrap();
    assert_eq!(detail.text(), Some("x\u{FFFD}\ny\u{FFFD}"));
    assert_eq!(parsed.repairs.len(), 2);
    assert!(parsed.repairs.iter().all(|r| r.element == "errore-esteso"));
}

#[test]
fn the_end_of_a_section_in_a_repairable_text_is_replaced() {
    for (planted, expected) in [
        ("]]>", "]]\u{FFFD}"),
        ("a]]]>]]>b]]", "a]]]\u{FFFD}]]\u{FFFD}b]]"),
        ("<![CDATA[x]]>y]]>", "xy]]\u{FFFD}"),
        ("]]&gt;]]>]]<!-- -->>", "]]>]]\u{FFFD}]]>"),
    ] {
        let document = with("12/2026", planted);
        let (parsed, finding) = only(&document);
        assert_eq!((finding.code, finding.severity), (Code::DaticertMalformed, Severity::Warning));
        let count = expected.matches('\u{FFFD}').count();
        assert_eq!(parsed.repairs.len(), count, "{planted}");
        for repair in &parsed.repairs {
            assert_eq!(repair.element, "oggetto");
            assert_eq!(&document[repair.offset - 2..=repair.offset], "]]>");
        }
        let mut data = parsed.data.unwrap();
        assert_eq!(data.subject, Some(format!("Preventivo {expected} & allegati")));
        data.subject = read(RICH).data.unwrap().subject;
        assert_eq!(Some(data), read(RICH).data);
    }
    let (parsed, _) = only(with("non valido", "]]>"));
    assert_eq!(parsed.data.unwrap().error_detail.unwrap().text(), Some("indirizzo ]]\u{FFFD}"));
}

/// The sender writes both, in his Message-ID and his Reply-To: a flaw there must cost him the value, not the message.
#[test]
fn a_damaged_msgid_or_reply_address_is_left_out() {
    let flaws: [&[u8]; 9] = [
        b"\x16",
        b"\0",
        b"&#18;",
        b"&",
        b"&nome;",
        b"]]>",
        b"\xE0",
        b"\xEF\xBF\xBF",
        b"<![CDATA[\x01]]>\x02<!-- c -->&",
    ];
    type Clear = fn(&mut CertData);
    let elements: [(&str, &str, Clear); 2] = [
        ("msgid", "0001@client", |data| data.client_message_id = None),
        ("risposte", "bianchi@pec.alfa.example</risposte>", |data| data.reply_to = None),
    ];
    for (element, before, clear) in elements {
        let at = RICH.find(before).unwrap();
        for flaw in flaws {
            let mut document = RICH.as_bytes().to_vec();
            document.splice(at..at, flaw.iter().copied());
            let (parsed, finding) = only(&document);
            assert_eq!((finding.code, finding.severity), (Code::DaticertMalformed, Severity::Warning), "{flaw:?}");
            assert_eq!(parsed.repairs.len(), 1, "{flaw:?}");
            assert_eq!((parsed.repairs[0].element, parsed.repairs[0].kind), (element, RepairKind::LeftOut));
            let position = |b: &u8| matches!(*b, b'&' | b'>' | 0x7F..) || (*b < 0x20);
            let first = flaw.iter().position(position).unwrap();
            assert_eq!(parsed.repairs[0].offset, at + first, "{flaw:?}");
            assert!(finding.detail.contains(&format!("{element} is left out")), "{}", finding.detail);
            // All else is as it was.
            let mut expected = read(RICH).data.unwrap();
            clear(&mut expected);
            assert_eq!(parsed.data, Some(expected), "{flaw:?}");
        }
    }
    // Both, and the subject besides.
    let document = with("bianchi@pec.alfa.example</risposte>", "&</risposte>")
        .replacen("&lt;c0ffee", "&c0ffee", 1)
        .replacen("Preventivo", "\u{16}", 1);
    let (parsed, _) = only(document);
    assert_eq!(parsed.repairs.iter().map(|r| r.element).collect::<Vec<_>>(), ["risposte", "oggetto", "msgid"]);
    let data = parsed.data.unwrap();
    assert_eq!((data.reply_to, data.client_message_id), (None, None));
    assert_eq!(data.subject.as_deref(), Some("\u{FFFD} 12/2026 & allegati"));
}

/// The detail names only some repairs, but always the values that are missing.
#[test]
fn what_is_left_out_is_told_whatever_else_is_repaired() {
    let document = with("Preventivo", &"\u{16}".repeat(100)).replacen("&lt;c0ffee", "&c0ffee", 1);
    let (parsed, finding) = only(document);
    assert_eq!(parsed.repairs.len(), 101);
    assert!(finding.detail.contains("msgid is left out"), "{}", finding.detail);
    assert!(finding.detail.ends_with("and 69 more"), "{}", finding.detail);
}

/// No flaw in a text may change which elements there are.
#[test]
fn markup_in_a_damaged_msgid_or_reply_address_is_still_unusable() {
    for (from, to) in [
        ("&lt;c0ffee-0001@client.alfa.example&gt;", "<c0ffee-0001@client.alfa.example>"),
        ("&lt;c0ffee", "<c0ffee"),
        ("&lt;c0ffee", "&lt;c0ffee<b>\u{1}</b>"),
        ("&lt;c0ffee", "&lt;c0ffee<!--\u{1}-->"),
        ("&lt;c0ffee", "&lt;c0ffee<![CDATA["),
        ("<msgid>", "<msgid a=\"\u{1}\">"),
        ("</msgid>", "</msgid\u{1}>"),
        ("</msgid>", ""),
        ("</risposte>", "</risposta>"),
    ] {
        for document in [with(from, to), with(from, to).replacen("0001@", "\u{16}@", 1)] {
            unusable(document);
        }
    }
}

#[test]
fn nothing_else_is_repaired() {
    for (from, to) in [
        ("anna.bianchi@", "anna\u{16}.bianchi@"),
        ("anna.bianchi@", "anna&#18;.bianchi@"),
        ("anna.bianchi@", "anna&bianchi@"),
        ("info@", "in\u{16}fo@"),
        ("opec21001.", "opec21001&."),
        ("opec21001.", "opec21001.]]>"),
        ("<ricezione>ufficio", "<ricezione>uffi&#1;cio"),
        ("10:15:30", "10:15:30&"),
        ("<consegna>ufficio", "<consegna>uffi\u{1}cio"),
        ("Beta Certificata S.r.l.<", "Beta & Co<"),
        ("09/02", "09\u{0}02"),
        ("\"+0100\"", "\"+01\u{1}00\""),
        ("\"+0100\"", "\"+0100&#1;\""),
        ("\"+0100\"", "\"+0100&\""),
        ("<dati>", "<dati>&"),
        ("<dati>", "\u{1}<dati>"),
        ("<dati>", "<dati><!-- \u{1} -->"),
        ("<dati>", "<dati><?x \u{1}?>"),
        ("<oggetto>", "<oggetto><b>\u{1}</b>"),
        ("<oggetto>", "<oggetto><!--\u{1}-->"),
        ("<oggetto>", "<oggetto \u{1}>"),
        ("</oggetto>", "</oggetto\u{1}>"),
        ("</oggetto>", ""),
        ("</oggetto>", "</ogetto>"),
        ("</consegna>", "]]></consegna>"),
        ("<dati>", "<dati>]]>"),
        ("Preventivo 12", "<Preventivo 12"),
        ("Preventivo 12", "Preventivo < 12"),
        ("</postacert>", "</postacert>x"),
        ("</postacert>", "</postacert><postacert/>"),
        ("</postacert>", ""),
        ("UTF-8", "UTF-16"),
        (" tipo=\"errore-consegna\"", ""),
        (" tipo=\"errore-consegna\"", " tipo=\"errore-consegna\" tipo=\"x\""),
    ] {
        // A flaw that alone would be repaired does not open the door for another.
        for document in [with(from, to), with(from, to).replacen("12/2026", "\u{16}", 1)] {
            unusable(document);
        }
    }
    let mut latin = RICH.as_bytes().to_vec();
    latin[RICH.find("Beta Cert").unwrap()] = 0xE8;
    assert!(unusable(&latin).contains("not UTF-8"));
    for document in
        ["", " ", "<", "<!", "<?", "&", "x", "<postacert", "<a tipo=\"accettazione\"/>", "\u{FEFF}\u{FEFF}<a/>"]
    {
        unusable(document);
    }
}

/// Habits of providers that no sender can cause and that change no value.
#[test]
fn quirks_around_the_document_are_told_and_change_nothing() {
    let expected = read(RICH).data;
    let mut quirks = Vec::new();
    for encoding in ["ISO-8859-1", "iso-8859-15", "US-ASCII", "us-ascii", "Windows-1252", "ASCII", "UTF8"] {
        quirks.push((with("UTF-8", encoding), format!("the encoding {encoding} is declared, but every byte is ASCII")));
    }
    for before in [" ", "\r\n", "\n\t ", "\u{FEFF}\n", "\n\u{FEFF}", "\u{FEFF}\u{FEFF}"] {
        quirks.push((format!("{before}{RICH}"), "white space or a byte order mark stands before the beginning".into()));
    }
    for after in ["\0", "\n\0\0\0", "\0 \r\n\0\n"] {
        quirks.push((format!("{RICH}{after}"), "NUL bytes stand after the end".into()));
    }
    for (document, detail) in quirks {
        let (parsed, finding) = only(&document);
        assert_eq!((finding.code, finding.severity), (Code::DaticertSchema, Severity::Warning), "{document:?}");
        assert_eq!(finding.detail, detail);
        assert_eq!((parsed.repairs.as_slice(), parsed.data), ([].as_slice(), expected.clone()), "{document:?}");
        // With a flaw of the sender besides, and its place.
        let at = document.find("12/2026").unwrap();
        let parsed = read(document.replacen("12/2026", "\u{16}", 1));
        assert_eq!(parsed.repairs.iter().map(|r| r.offset).collect::<Vec<_>>(), [at]);
        let warned = [(Code::DaticertMalformed, Severity::Warning), (Code::DaticertSchema, Severity::Warning)];
        assert_eq!(codes(&parsed), warned);
        // One where it is fatal is as fatal as ever.
        unusable(document.replacen("anna", "an\u{16}na", 1));
    }
    let (parsed, finding) = only(format!(" {}\0", with("UTF-8", "us-ascii")));
    assert_eq!(finding.detail.matches("; ").count(), 2, "{}", finding.detail);
    assert_eq!(parsed.data, expected);
}

#[test]
fn quirks_that_could_change_a_value_are_unusable() {
    for document in [
        with("UTF-8", "ISO-8859-1").replacen("12/2026", "citt\u{E0}", 1),
        with("UTF-8", "US-ASCII").replacen("12/2026", "\u{20AC}", 1),
        // Not ASCII where the bytes are.
        with("UTF-8", "UTF-16"),
        with("UTF-8", "UTF-7"),
        with("UTF-8", "ISO-2022-JP"),
        with("UTF-8", "IBM037"),
        with("UTF-8", ""),
        with("UTF-8\"", "ISO-8859-1\" standalone=\"maybe\""),
        format!("x{RICH}"),
        format!("\0{RICH}"),
        format!("\n<!-- -->{RICH}"),
        format!("\n{RICH}\0<!-- -->"),
        format!("{RICH}\0x"),
        format!("{RICH}{RICH}"),
        format!("{RICH}\u{1}"),
        with("</postacert>\n", "\0"),
        with("</postacert>\n", "</postacert\0"),
        with("<postacert", "\0<postacert"),
        " \0".into(),
    ] {
        unusable(document);
    }
    let mut latin = with("UTF-8", "ISO-8859-1").into_bytes();
    let at = latin.windows(7).position(|w| w == b"12/2026").unwrap();
    latin[at] = 0xE0;
    assert!(unusable(&latin).contains("encoding"));
}
