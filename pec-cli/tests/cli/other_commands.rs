//! `show`, `explain`, `trust`, and the command line itself.

use pec_sandbox::cms::{Content, SignedData};

use super::{artefact, case, file, folder, pec};

#[test]
fn show_is_the_tree_of_the_message() {
    let path = case("kind-transport-a");
    let anchor = artefact("root.crt");
    let ran = pec(["show", "--anchor", anchor.to_str().unwrap(), path.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines: Vec<_> = ran.out.lines().collect();
    assert!(lines[0].starts_with("certified ") && lines[0].contains("posta-certificata"), "{}", lines[0]);
    assert!(lines[1].starts_with("  signed by C=IT") && ran.out.contains("<posta-certificata@pec.alfa.example>"));
    let depth = |name: &str| {
        let line = lines.iter().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{name} in {}", ran.out));
        line.len() - line.trim_start().len()
    };
    assert_eq!(depth("multipart/signed"), 0);
    assert_eq!(depth("daticert.xml"), 4);
    assert_eq!(depth("postacert.eml"), 4);
    assert_eq!(depth("preventivo.pdf"), 8);
    assert_eq!(depth("smime.p7s"), 2);
    // The size of the original is that of its bytes.
    let original = pec(["extract", path.to_str().unwrap(), "original"]).bytes.len();
    assert!(ran.out.contains(&format!("{original} bytes")), "{original}: {}", ran.out);

    assert_eq!(pec(["show", case("changed-attachment").to_str().unwrap()]).code, 1);
    let missing = pec(["show", "missing.eml"]);
    assert!(missing.code == 2 && missing.err.contains("missing.eml: no such file"), "{}", missing.err);
    let both = pec(["show", "a.eml", "b.eml"]);
    assert_eq!(both.code, 2);
}

/// Two signatures around an attachment, the inner one over a document that was changed afterwards.
#[test]
fn row_81_show_opens_signed_attachments_and_says_what_it_does_not_check() {
    let alfa = pec_sandbox::World::new().unwrap().alfa;
    let opaque =
        || SignedData { content: Content::Opaque, ..alfa.signed_data("2026-02-09T10:15:30Z".parse().unwrap()) };
    let mut inner = opaque().build(b"%PDF-1.4 atto").unwrap();
    let at = inner.windows(4).position(|four| four == b"atto").unwrap();
    inner[at] = b'A';
    let outer = opaque().build(&inner).unwrap();
    let message = format!(
        "From: a@x.example\r\nContent-Type: application/octet-stream\r\n\
         Content-Disposition: attachment; filename=\"atto.pdf.P7M\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        encodify::base64::MIME.encode(&outer)
    );
    let folder = folder();
    let path = file(&folder, "m.eml", message);
    let ran = pec(["show", path.to_str().unwrap()]);
    let lines: Vec<_> = ran.out.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| line.starts_with("signature of")).unwrap();
    assert!(lines[at].contains("Alfa PEC S.p.A.: intact (integrity only"), "{}", ran.out);
    assert!(lines[at + 1].contains("Alfa PEC S.p.A.: ALTERED (integrity only"), "{}", ran.out);
    assert_eq!(lines[at + 2], "document 13 bytes");

    let path = file(&folder, "n.eml", "Content-Disposition: attachment; filename=x.p7m\r\n\r\nno signature");
    let ran = pec(["show", path.to_str().unwrap(), "--lang", "it"]);
    assert!(ran.out.contains("non è un file firmato che si possa aprire"), "{}", ran.out);
}

#[test]
fn explain_in_both_languages() {
    let it = pec(["explain", "cms.digest_mismatch", "--lang", "it"]);
    assert_eq!(it.code, 0);
    assert!(it.out.contains("regola: RFC 5652 §5.4") && it.out.contains("altered"), "{}", it.out);
    assert!(pec(["explain", "cms.digest_mismatch"]).out.contains("rule: RFC 5652 §5.4"));
    let all = pec(["explain"]);
    let refusals = pec_core::delegation::DeniedCode::ALL;
    assert_eq!(all.out.lines().count(), pec_core::finding::Code::ALL.len() + refusals.len());
    assert!(refusals.iter().all(|code| all.out.lines().any(|line| line.starts_with(&format!("{code} ")))));
    for code in pec_core::finding::Code::ALL {
        assert!(all.out.lines().any(|line| line.split(' ').next() == Some(code.as_str())), "{code}");
    }
}

#[test]
fn an_unknown_code_is_answered_with_like_ones() {
    let ran = pec(["explain", "digest"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cms.digest_mismatch"), "{}", ran.err);
    let ran = pec(["explain", "cms.digest_missmatch", "--lang", "it"]);
    assert!(ran.err.contains("cms.digest_mismatch"), "{}", ran.err);
    let ran = pec(["explain", "zzz\x1b[2J"]);
    assert!(ran.code == 2 && ran.err.contains("`pec explain`") && !ran.err.contains('\x1b'), "{:?}", ran.err);
}

#[test]
fn trust_data_go_out_and_in() {
    let shown = pec(["trust", "show"]);
    assert_eq!(shown.code, 0);
    for part in ["39e3c6c6f13c9620", "c0b443b729bcf3e9", "AgID CA1", "DigitPA CA1", "pec.aruba.it"] {
        assert!(shown.out.contains(part), "{part}");
    }
    let json = pec(["trust", "show", "--json"]).out;
    let folder = folder();
    let path = file(&folder, "trust.json", &json);
    let loaded = pec(["trust", "load", path.to_str().unwrap()]);
    assert_eq!((loaded.code, &loaded.out), (0, &shown.out));

    for broken in
        [json.replace("\"version\": 1", "\"version\": 9"), json.replace("39e3c6", "49e3c6"), "{}".into(), String::new()]
    {
        let path = file(&folder, "broken.json", broken);
        for (language, sentence) in [("it", "non contiene dati di fiducia"), ("en", "holds no trust data")] {
            let ran = pec(["trust", "load", "--lang", language, path.to_str().unwrap()]);
            assert_eq!(ran.code, 2);
            assert!(ran.out.is_empty() && ran.err.contains("broken.json") && ran.err.contains(sentence), "{}", ran.err);
        }
    }
}

#[test]
fn the_command_line_helps() {
    for arguments in [&["--help"][..], &["verify", "--help"], &["extract", "--help"], &["--version"]] {
        let ran = pec(arguments);
        assert!(ran.code == 0 && !ran.out.is_empty(), "{arguments:?}");
    }
    for arguments in
        [&[][..], &["verify"], &["verify", "--json", "--quiet", "x"], &["extract", "x", "all"], &["nonsense"]]
    {
        assert_eq!(pec(arguments).code, 2, "{arguments:?}");
    }
}
