mod expat;
mod recovery;
mod round_trip;

use super::*;
use crate::finding::{Code, Finding, Severity};
use crate::limits::Limits;

/// A document with everything that the DTD knows; `{}` marks are replaced by the tests.
pub(super) const RICH: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<postacert tipo="errore-consegna" errore="no-dest">
    <intestazione>
        <mittente>anna.bianchi@pec.alfa.example</mittente>
        <destinatari tipo="certificato">ufficio@pec.beta.example</destinatari>
        <destinatari tipo="esterno">info@gamma.example</destinatari>
        <risposte>anna.bianchi@pec.alfa.example</risposte>
        <oggetto>Preventivo 12/2026 &amp; allegati</oggetto>
    </intestazione>
    <dati>
        <gestore-emittente>Beta Certificata S.r.l.</gestore-emittente>
        <data zona="+0100">
            <giorno>09/02/2026</giorno>
            <ora>10:15:30</ora>
        </data>
        <identificativo>opec21001.20260209101530.00042@pec.alfa.example</identificativo>
        <msgid>&lt;c0ffee-0001@client.alfa.example&gt;</msgid>
        <ricevuta tipo="completa" />
        <consegna>ufficio@pec.beta.example</consegna>
        <ricezione>ufficio@pec.beta.example</ricezione>
        <errore-esteso>5.1.1 - Beta Certificata S.r.l. - indirizzo non valido</errore-esteso>
    </dati>
</postacert>
"#;

fn read(document: impl AsRef<[u8]>) -> Parsed {
    parse(document.as_ref(), &Limits::DEFAULT)
}

fn with(from: &str, to: &str) -> String {
    assert!(RICH.contains(from), "{from} is not in the document");
    RICH.replacen(from, to, 1)
}

fn codes(parsed: &Parsed) -> Vec<(Code, Severity)> {
    parsed.findings.iter().map(|f| (f.code, f.severity)).collect()
}

fn only(document: impl AsRef<[u8]>) -> (Parsed, Finding) {
    let parsed = read(document);
    assert_eq!(parsed.findings.len(), 1, "{parsed:#?}");
    let finding = parsed.findings[0].clone();
    assert_eq!(parsed.data.is_none(), finding.severity == Severity::Fatal, "{finding:?}");
    (parsed, finding)
}

fn unusable(document: impl AsRef<[u8]>) -> String {
    let (_, finding) = only(document);
    assert_eq!((finding.code, finding.severity), (Code::DaticertMalformed, Severity::Fatal));
    finding.detail.into_owned()
}

#[test]
fn every_element_reaches_its_field() {
    let parsed = read(RICH);
    assert_eq!(parsed.findings, []);
    assert_eq!(parsed.repairs, []);
    let data = parsed.data.unwrap();
    assert_eq!(data.kind, Kind::DeliveryError);
    assert_eq!(data.error, ErrorKind::NoRecipient);
    assert_eq!(data.sender, Some(Address::new("anna.bianchi@pec.alfa.example")));
    let recipients: Vec<_> = data.recipients.iter().map(|r| (r.address.as_str(), r.class.as_str())).collect();
    assert_eq!(recipients, [("ufficio@pec.beta.example", "certificato"), ("info@gamma.example", "esterno")]);
    assert_eq!(data.reply_to, Some(Address::new("anna.bianchi@pec.alfa.example")));
    assert_eq!(data.subject.as_deref(), Some("Preventivo 12/2026 & allegati"));
    assert_eq!(data.issuer.as_deref(), Some("Beta Certificata S.r.l."));
    let time = data.time.unwrap();
    assert_eq!((time.day.as_str(), time.hour.as_str(), time.zone.as_str()), ("09/02/2026", "10:15:30", "+0100"));
    assert_eq!(time.utc.unwrap().to_string(), "2026-02-09T09:15:30Z");
    assert_eq!(data.pec_id.as_deref(), Some("opec21001.20260209101530.00042@pec.alfa.example"));
    assert_eq!(data.client_message_id.as_deref(), Some("<c0ffee-0001@client.alfa.example>"));
    assert_eq!(data.receipt, Some(ReceiptForm::Full));
    assert_eq!(data.delivered_to, Some(Address::new("ufficio@pec.beta.example")));
    assert_eq!(data.received_for, [Address::new("ufficio@pec.beta.example")]);
    assert_eq!(data.error_detail.as_ref().and_then(ErrorDetail::code), Some("5.1.1"));
    assert_eq!(data.unknown, []);
}

#[test]
fn the_defaults_of_the_dtd_apply() {
    let document = with(" errore=\"no-dest\"", "").replacen(" tipo=\"certificato\"", "", 1);
    let parsed = read(document);
    assert_eq!(codes(&parsed), [(Code::DaticertErroreInconsistent, Severity::Warning)]);
    let data = parsed.data.unwrap();
    assert_eq!(data.error, ErrorKind::None);
    assert_eq!(data.recipients[0].class, AddressClass::Certified);
}

#[test]
fn layout_changes_nothing() {
    let expected = read(RICH).data;
    let joined: String = RICH.lines().map(str::trim).collect();
    let variants = [
        joined.clone(),
        RICH.replace('\n', "\r\n"),
        RICH.replace('\n', "\r"),
        RICH.replace("    ", "\t"),
        format!("\u{FEFF}{RICH}\n\n  "),
        RICH.replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", ""),
        RICH.replace("UTF-8", "utf-8").replace('"', "'"),
        RICH.replace("<ricevuta tipo=\"completa\" />", "<ricevuta tipo=\"completa\"></ricevuta>"),
        RICH.replace("<mittente>", "<mittente >\n  ").replace("</mittente>", "\t</mittente\n>"),
        RICH.replace("12/2026 &amp; alle", "12<!-- x -->/2026 <![CDATA[& ]]>al<?p i?>&#108;&#x65;"),
    ];
    for variant in variants {
        let parsed = read(&variant);
        assert_eq!(parsed.findings, [], "{variant}");
        assert_eq!(parsed.data, expected, "{variant}");
    }
}

#[test]
fn an_empty_and_an_absent_subject_differ() {
    assert_eq!(read(with("Preventivo 12/2026 &amp; allegati", "")).data.unwrap().subject.as_deref(), Some(""));
    assert_eq!(read(with("<oggetto>Preventivo 12/2026 &amp; allegati</oggetto>", "")).data.unwrap().subject, None);
}

#[test]
fn document_types_are_refused() {
    let bomb = "<!DOCTYPE postacert [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\n<postacert";
    for document in [
        with("<postacert", bomb),
        with("<postacert", "<!DOCTYPE postacert SYSTEM \"http://x.example/\"><postacert"),
        with("<postacert", "<!doctype x><postacert"),
        with("<postacert", "<!DOCTYPE"),
        with("12/2026", "<!DOCTYPE x>"),
        with("<postacert", bomb).replacen("12/2026", "\u{16}", 1),
    ] {
        let (_, finding) = only(document);
        assert_eq!((finding.code, finding.severity), (Code::DaticertDoctype, Severity::Fatal));
    }
}

#[test]
fn repeated_elements_leave_no_data() {
    for (from, to) in [
        ("<mittente>", "<mittente>x@y.example</mittente><mittente>"),
        ("<risposte>", "<risposte/><risposte>"),
        ("<oggetto>", "<oggetto/><oggetto>"),
        ("<intestazione>", "<intestazione></intestazione><intestazione>"),
        ("</dati>", "</dati><dati/>"),
        ("<data ", "<data zona=\"+0200\"/><data "),
        ("<ora>", "<ora>11:11:11</ora><ora>"),
        ("<identificativo>", "<identificativo>x</identificativo><identificativo>"),
        ("<consegna>", "<consegna>altro@pec.beta.example</consegna><consegna>"),
        ("<ricevuta ", "<ricevuta tipo=\"breve\"/><ricevuta "),
        ("<errore-esteso>", "<errore-esteso/><errore-esteso>"),
    ] {
        let (_, finding) = only(with(from, to));
        assert_eq!((finding.code, finding.severity), (Code::DaticertRepeated, Severity::Fatal), "{to}");
    }
}

#[test]
fn departures_from_the_dtd_are_told() {
    for (from, to, expected) in [
        ("<risposte>anna.bianchi@pec.alfa.example</risposte>", "", "risposte is missing"),
        ("tipo=\"errore-consegna\"", "tipo=\"consegnato\"", "tipo is \"consegnato\""),
        ("errore=\"no-dest\"", "errore=\"boh\"", "errore is \"boh\""),
        ("tipo=\"esterno\"", "tipo=\"ignoto\"", "destinatari/@tipo is \"ignoto\""),
        ("tipo=\"completa\"", "tipo=\"lunga\"", "ricevuta/@tipo is \"lunga\""),
        ("<ricevuta tipo=\"completa\" />", "<ricevuta/>", "ricevuta has no tipo"),
        ("<ricevuta tipo=\"completa\" />", "<ricevuta tipo=\"completa\">x</ricevuta>", "text in ricevuta"),
        ("<dati>", "<dati>testo", "text in dati"),
        ("<consegna>ufficio@pec.beta.example</consegna>", "<consegna> </consegna>", "consegna is empty"),
        ("<consegna>ufficio@pec.beta.example</consegna>", "", "errore-consegna has no consegna"),
    ] {
        let (_, finding) = only(with(from, to));
        assert_eq!((finding.code, finding.severity), (Code::DaticertSchema, Severity::Warning));
        assert_eq!(finding.detail, expected);
    }
    let swapped = RICH.replace("<risposte>anna.bianchi@pec.alfa.example</risposte>", "").replacen(
        "<mittente>",
        "<risposte>anna.bianchi@pec.alfa.example</risposte><mittente>",
        1,
    );
    let (parsed, finding) = only(swapped);
    assert_eq!(
        finding.detail,
        "mittente stands after risposte; destinatari stands after risposte; \
        destinatari stands after risposte"
    );
    assert_eq!(parsed.data, read(RICH).data);
}

#[test]
fn unknown_things_are_kept() {
    let document = with("<msgid>", "<nuovo a=\"1\"> x <y>z</y></nuovo><msgid>").replacen(
        "<consegna>",
        "<consegna lingua=\"it\">",
        1,
    );
    let (parsed, finding) = only(document);
    assert_eq!((finding.code, finding.severity), (Code::DaticertUnknown, Severity::Info));
    let mut data = parsed.data.unwrap();
    let unknown: Vec<_> = data.unknown.iter().map(|u| (u.path.as_str(), u.value.as_str())).collect();
    assert_eq!(
        unknown,
        [
            ("postacert/dati/nuovo/@a", "1"),
            ("postacert/dati/nuovo/y", "z"),
            ("postacert/dati/nuovo", "x"),
            ("postacert/dati/consegna/@lingua", "it"),
        ]
    );
    data.unknown.clear();
    assert_eq!(Some(data), read(RICH).data);
}

#[test]
fn a_known_element_in_another_place_is_not_taken_for_it() {
    let parsed = read(with("<consegna>ufficio@pec.beta.example</consegna>", "").replacen(
        "<mittente>",
        "<consegna>altro@pec.beta.example</consegna><mittente>",
        1,
    ));
    let data = parsed.data.as_ref().unwrap();
    assert_eq!(data.delivered_to, None);
    assert_eq!(data.unknown[0].path, "postacert/intestazione/consegna");
    assert_eq!(codes(&parsed), [(Code::DaticertSchema, Severity::Warning), (Code::DaticertUnknown, Severity::Info)]);
}

#[test]
fn dates_that_are_none_are_errors_and_the_rest_is_kept() {
    for (from, to) in [("09/02/2026", "30/02/2026"), ("10:15:30", "10:15"), ("+0100", "+1500"), ("+0100", "CET")] {
        let (parsed, finding) = only(with(from, to));
        assert_eq!((finding.code, finding.severity), (Code::DaticertDate, Severity::Error));
        assert_eq!(parsed.data.unwrap().time.unwrap().utc, None);
    }
    let (parsed, finding) = only(with("+0100", "-0030"));
    assert_eq!((finding.code, finding.severity), (Code::DaticertDate, Severity::Warning));
    assert_eq!(parsed.data.unwrap().time.unwrap().utc.unwrap().to_string(), "2026-02-09T10:45:30Z");
    let parsed = read(with("<data zona=\"+0100\">", "<data>"));
    assert_eq!(codes(&parsed), [(Code::DaticertSchema, Severity::Warning), (Code::DaticertDate, Severity::Error)]);
}

#[test]
fn kind_and_error_must_agree_where_that_is_certain() {
    for (kind, error, contradicts) in [
        ("accettazione", "nessuno", false),
        ("accettazione", "altro", true),
        ("avvenuta-consegna", "virus", true),
        ("posta-certificata", "no-dest", true),
        ("presa-in-carico", "altro", true),
        ("errore-consegna", "nessuno", true),
        ("errore-consegna", "altro", false),
        ("errore-consegna", "virus", false),
        ("non-accettazione", "altro", false),
        ("non-accettazione", "no-dominio", true),
        ("rilevazione-virus", "virus", false),
        ("preavviso-errore-consegna", "nessuno", false),
        ("preavviso-errore-consegna", "no-dest", false),
    ] {
        let parsed = read(with("errore-consegna\" errore=\"no-dest", &format!("{kind}\" errore=\"{error}")));
        let found = codes(&parsed).contains(&(Code::DaticertErroreInconsistent, Severity::Warning));
        assert_eq!(found, contradicts, "{kind} {error}");
    }
}

#[test]
fn every_limit_is_a_finding() {
    let limited = |document: &str, change: fn(&mut Limits)| {
        let mut limits = Limits::DEFAULT;
        change(&mut limits);
        let parsed = parse(document.as_bytes(), &limits);
        assert_eq!(codes(&parsed), [(Code::DaticertLimits, Severity::Fatal)]);
        assert_eq!(parsed.data, None);
        parsed.findings[0].detail.clone().into_owned()
    };
    assert_eq!(limited(RICH, |l| l.daticert_bytes = RICH.len() - 1), "daticert_bytes");
    assert_eq!(limited(RICH, |l| l.recipients = 1), "recipients");
    assert_eq!(limited(RICH, |l| l.daticert_depth = 3), "daticert_depth");
    assert_eq!(limited(RICH, |l| l.daticert_text_bytes = 50), "daticert_text_bytes");
    let attributes: String = (0..65).map(|i| format!(" a{i}=''")).collect();
    assert_eq!(limited(&with("<dati", &format!("<dati{attributes}")), |_| {}), "attributes of one element");
    // The bounds are inclusive.
    let mut limits = Limits::DEFAULT;
    (limits.daticert_bytes, limits.recipients, limits.daticert_depth) = (RICH.len(), 2, 4);
    assert_eq!(parse(RICH.as_bytes(), &limits).findings, []);
}

/// A sender who plants a long subject, or one full of characters that a provider fails to escape, gains nothing.
#[test]
fn a_subject_as_long_as_a_header_is_read() {
    for (planted, repairs) in [("a", 0), ("&", 900_000), ("\u{16}", 900_000)] {
        let parsed = read(with("Preventivo 12/2026 &amp; allegati", &planted.repeat(900_000)));
        assert!(parsed.data.is_some_and(|data| data.sender.is_some()));
        assert_eq!(parsed.repairs.len(), repairs);
        assert!(parsed.findings.iter().all(|f| f.severity < Severity::Error && f.detail.len() < 2_000));
    }
}

/// What a limit counts is the text, not the way in which a provider escapes it.
#[test]
fn a_subject_as_long_as_a_header_is_read_however_it_is_escaped() {
    // The proportions of the default, smaller.
    let header = 1 << 17;
    let limits = Limits { daticert_text_bytes: header, daticert_bytes: 16 << 20, ..Limits::DEFAULT };
    let read = |document: String| parse(document.as_bytes(), &limits);
    let subject = |planted: &str| with("Preventivo 12/2026 &amp; allegati", planted);
    for (unit, times) in [("&quot;", 100_000), ("&quot;", header), ("&#x20;&#60;", header / 2), ("\r\n", header)] {
        let parsed = read(subject(&unit.repeat(times)));
        assert_eq!(parsed.findings, [], "{unit} x {times}");
        assert!(parsed.data.is_some());
    }
    let over = header + 1;
    for planted in ["&quot;".repeat(over), "&#1;".repeat(over), "<![CDATA[\"]]>".repeat(over)] {
        let parsed = read(subject(&planted));
        assert_eq!(codes(&parsed), [(Code::DaticertLimits, Severity::Fatal)]);
        assert_eq!(parsed.findings[0].detail, "daticert_text_bytes");
    }
    // With as many recipients as may be, each as long as an address may be (RFC 5321 §4.5.3.1.3).
    let recipient = format!("<destinatari tipo=\"certificato\">{}@pec.example</destinatari>\n", "a".repeat(242));
    let recipients = recipient.repeat(Limits::DEFAULT.recipients - 2);
    let document = subject(&"&quot;".repeat(header)).replacen("<risposte>", &format!("{recipients}<risposte>"), 1);
    let parsed = read(document);
    assert_eq!(parsed.findings, []);
    let data = parsed.data.unwrap();
    assert_eq!(data.recipients.len(), Limits::DEFAULT.recipients);
    assert_eq!(data.subject.map(|subject| subject.len()), Some(header));
}

/// Each of these takes minutes when a step is quadratic, and overflows the stack when one is recursive.
#[test]
fn hostile_megabytes_end() {
    let size = 4 << 20;
    for unit in
        ["<", "&", "<a>", "<a/>", "&#1;", "<!--", "<![CDATA[", "<?", "<!", "]]>", "\u{1}", "<a b='", "<a ", "&a;", ">"]
    {
        for (head, tail) in
            [("", ""), ("<postacert tipo='x'><intestazione><oggetto>", "</oggetto></intestazione></postacert>")]
        {
            let document = format!("{head}{}{tail}", unit.repeat((size - 200) / unit.len()));
            let parsed = read(&document);
            assert!(parsed.findings.iter().map(|f| f.detail.len()).sum::<usize>() < 10_000, "{unit}");
        }
    }
    let names = format!("<postacert tipo='x'>{}</postacert>", "<aaaaaaaa bbbbbbbb=''/>".repeat(150_000));
    let parsed = read(&names);
    assert_eq!(parsed.data.unwrap().unknown.len(), 64);
}

#[test]
fn the_report_has_a_fixed_order() {
    let json = serde_json::to_string(&read(RICH).data.unwrap()).unwrap();
    assert_eq!(
        json,
        concat!(
            r#"{"kind":"errore-consegna","error":"no-dest","sender":"anna.bianchi@pec.alfa.example","#,
            r#""recipients":[{"address":"ufficio@pec.beta.example","class":"certificato"},"#,
            r#"{"address":"info@gamma.example","class":"esterno"}],"reply_to":"anna.bianchi@pec.alfa.example","#,
            r#""subject":"Preventivo 12/2026 & allegati","issuer":"Beta Certificata S.r.l.","#,
            r#""time":{"day":"09/02/2026","hour":"10:15:30","zone":"+0100","utc":"2026-02-09T09:15:30Z"},"#,
            r#""pec_id":"opec21001.20260209101530.00042@pec.alfa.example","#,
            r#""client_message_id":"<c0ffee-0001@client.alfa.example>","receipt":"completa","#,
            r#""delivered_to":"ufficio@pec.beta.example","received_for":["ufficio@pec.beta.example"],"#,
            r#""error_detail":{"raw":"5.1.1 - Beta Certificata S.r.l. - indirizzo non valido","code":"5.1.1","#,
            r#""provider":"Beta Certificata S.r.l.","text":"indirizzo non valido"},"unknown":[]}"#
        )
    );
}

#[test]
fn error_details_are_taken_apart() {
    for (printed, code, provider, text) in [
        (
            "5.5.1, Aruba Pec S.p.A., presenza di un virus",
            Some("5.5.1"),
            Some("Aruba Pec S.p.A."),
            Some("presenza di un virus"),
        ),
        ("  5.100.200-X-a - b", Some("5.100.200"), Some("X"), Some("a - b")),
        ("5.4.1 - - testo", Some("5.4.1"), Some(""), Some("testo")),
        ("5.1.1 indirizzo non valido", None, None, None),
        ("5.1.1 - testo", None, None, None),
        ("55.1.1 - a - b", None, None, None),
        ("5.1.1000 - a - b", None, None, None),
        ("5.1 - a - b", None, None, None),
        ("5.1.1.1 - a - b", None, None, None),
        ("x 5.1.1 - a - b", None, None, None),
        ("", None, None, None),
    ] {
        let detail = ErrorDetail::new(printed);
        assert_eq!((detail.code(), detail.provider(), detail.text()), (code, provider, text), "{printed}");
        assert_eq!(detail.as_str(), printed);
    }
}
