//! The certificates were made with OpenSSL 3, which also printed the fingerprints; names and domains are fictitious.

use super::*;

const LDIF: &str = include_str!("tests/igpec.ldif");
const ALFA_SHA1: &str = "9168956ee171a6ed92653924b2eb32722d8c7b03";
const ALFA_SHA256: &str = "8b1fb461c46e6d0e043357f5b8b5a2374174576ab72282b491ffc9e18f8b965b";
const BETA_SHA1: &str = "b27de1d4da5f61bfc98362b6955337d2c31904b1";

fn read(text: &str) -> ProviderDirectory {
    ProviderDirectory::from_ldif(text.as_bytes()).unwrap()
}

fn refused(text: &str) -> (usize, &'static str) {
    let error = ProviderDirectory::from_ldif(text.as_bytes()).unwrap_err();
    (error.line, error.what)
}

fn line_of(needle: &str) -> usize {
    LDIF.lines().position(|line| line.starts_with(needle)).unwrap() + 1
}

#[test]
fn records_become_providers() {
    let directory = read(LDIF);
    assert_eq!(directory.remarks(), []);
    let [main, secondary] = directory.providers() else { panic!("{directory:#?}") };
    assert_eq!((main.name(), main.unit()), ("Alfa PEC S.p.A.", None));
    assert_eq!((secondary.name(), secondary.unit()), ("Alfa PEC S.p.A.", Some("Ambiente secondario")));
    assert_eq!(main.mail_receipt(), Some("ricevute@pec.alfa.example"));
    assert_eq!(main.managed_domains(), ["pec.alfa.example", "cert.comune.example"]);
    let hashes: Vec<String> = main.certificates().iter().map(|c| hexadecimal(c.sha1())).collect();
    // In the order of the certificates, not of the printed hashes.
    assert_eq!(hashes, [BETA_SHA1, ALFA_SHA1]);
    assert_eq!(hexadecimal(main.certificates()[1].sha256()), ALFA_SHA256);
    assert_eq!(format!("{:?}", main.certificates()[1]), format!("ProviderCertificate({ALFA_SHA256})"));
}

#[test]
fn domains_are_looked_up_under_the_certificate() {
    let directory = read(LDIF);
    let [beta, alfa] = directory.providers()[0].certificates() else { panic!() };
    assert_eq!(directory.manages(alfa.der(), "pec.alfa.example"), Some(true));
    assert_eq!(directory.manages(alfa.der(), "PEC.ALFA.example"), Some(true));
    assert_eq!(directory.manages(alfa.der(), "alfa.example"), Some(false));
    assert_eq!(directory.manages(alfa.der(), "x.pec.alfa.example"), Some(false));
    assert_eq!(directory.manages(alfa.der(), ""), Some(false));
    // The secondary environment signs with one of the two certificates only.
    assert_eq!(directory.manages(alfa.der(), "sec.alfa.example"), Some(false));
    assert_eq!(directory.manages(beta.der(), "sec.alfa.example"), Some(true));
    assert_eq!(directory.manages(b"unknown", "pec.alfa.example"), None);
    assert_eq!(directory.providers_of_certificate(beta.der()).count(), 2);
    assert_eq!(directory.provider_of_domain("SEC.alfa.example").and_then(Provider::unit), Some("Ambiente secondario"));
    assert_eq!(directory.provider_of_domain("gamma.example"), None);
}

#[test]
fn layout_changes_nothing() {
    let expected = read(LDIF);
    let folded: String = LDIF
        .lines()
        .map(|line| match line.char_indices().nth(9) {
            Some((at, _)) if !line.starts_with(' ') => format!("{}\n {}\n", &line[..at], &line[at..]),
            _ => format!("{line}\n"),
        })
        .collect();
    let variants = [
        LDIF.replace('\n', "\r\n"),
        format!("\u{FEFF}\n\n{LDIF}\n\n# fine"),
        LDIF.replace("version: 1\n\n", ""),
        LDIF.replace("version: 1\n\n", "# prima\nversion:1\n"),
        LDIF.trim_end().to_owned(),
        LDIF.replace("managedDomains:", "MANAGEDDOMAINS:"),
        LDIF.replace(
            "dn: providerName=Alfa PEC S.p.A.",
            "dn:: cHJvdmlkZXJOYW1lPUFsZmEgUEVDIFMucC5BLixvPXBvc3RhY2VydA==\nx: ",
        )
        .replace("\nx: ,o=postacert", ""),
        LDIF.replace(",o=postacert", " , O = Postacert"),
        folded,
    ];
    for variant in variants {
        let directory = read(&variant);
        assert_eq!(directory.providers(), expected.providers(), "{variant}");
        assert_eq!(directory.remarks(), []);
    }
}

#[test]
fn what_is_not_ldif_is_refused_with_its_line() {
    let hash = line_of("providerCertificateHash: b27");
    for (from, to, line, what) in [
        ("version: 1", "version: 2", 1, "another version of LDIF than 1"),
        (
            "managedDomains: pec.",
            "managedDomains:< file:///etc/passwd\nx: ",
            line_of("managedDomains: pec"),
            "a value given by its URL",
        ),
        (
            "managedDomains: pec.",
            "managedDomains pec.",
            line_of("managedDomains: pec"),
            "no colon after the name of an attribute",
        ),
        (
            "managedDomains: pec.",
            "managed Domains: pec.",
            line_of("managedDomains: pec"),
            "not the name of an attribute",
        ),
        ("managedDomains: pec.", ": pec.", line_of("managedDomains: pec"), "not the name of an attribute"),
        (
            "managedDomains: pec.",
            "managedDomains:: /w==\nx: ",
            line_of("managedDomains: pec"),
            "a value that is not UTF-8 text",
        ),
        ("managedDomains: pec.", "managedDomains:: cA\nx: ", line_of("managedDomains: pec"), "not base64"),
        ("managedDomains: pec.", "managedDomains:: p?==\nx: ", line_of("managedDomains: pec"), "not base64"),
        (
            "mailReceipt: ",
            "mailReceipt: a@b.example\nmailReceipt: ",
            line_of("mailReceipt") + 1,
            "an attribute with a single value is repeated",
        ),
        (
            "providerName: ",
            "providerName: Alfa PEC S.p.A.\nproviderName: ",
            line_of("providerName: ") + 1,
            "an attribute with a single value is repeated",
        ),
        (
            "LDIFLocationURL: https://pec",
            "LDIFLocationURL: x\nLDIFLocationURL: https://pec",
            line_of("LDIFLocationURL: https://pec") + 1,
            "an attribute with a single value is repeated",
        ),
        (
            "\n\ndn: providerName",
            "\ndn: providerName",
            line_of("dn: providerName") - 1,
            "dn inside an entry (a blank line is missing)",
        ),
        (
            "dn: providerName=Alfa",
            "objectClass: top\ndn: providerName=Alfa",
            line_of("dn: providerName"),
            "an entry does not begin with dn",
        ),
        (
            "dn: providerName=Alfa",
            "dn: providerName=Alfa,o=altro\nx: ",
            line_of("dn: providerName"),
            "not the name of a provider under o=postacert",
        ),
        (
            "dn: providerName=Alfa",
            "dn: ou=a,providerName=Alfa",
            line_of("dn: providerName"),
            "not the name of a provider under o=postacert",
        ),
        ("dn: providerName=Alfa", "dn: providerName=Al\\fa", line_of("dn: providerName"), "not a distinguished name"),
        (
            "objectClass: provider\n",
            "changetype: modify\n",
            line_of("objectClass: provider"),
            "a change record instead of an entry",
        ),
        ("\n\ndn: o=postacert", "\n\n dn: o=postacert", 3, "a continuation of no line"),
        (
            "providerCertificateHash: b27",
            "providerCertificate;binary:: MIIB\nproviderCertificateHash: b27",
            hash,
            "not a certificate",
        ),
        (
            "providerCertificateHash: b27",
            "providerCertificate: MAA=\nproviderCertificateHash: b27",
            hash,
            "not a certificate",
        ),
    ] {
        let from_comment = LDIF.replace("# radice\n", "");
        let (text, line) = if from.contains("o=postacert") { (from_comment, line) } else { (LDIF.to_owned(), line) };
        assert!(text.contains(from), "{from}");
        assert_eq!(refused(&text.replacen(from, to, 1)), (line, what), "{to}");
    }
    assert_eq!(refused(""), (1, "the file is empty"));
    assert_eq!(refused("version: 1\n\nx"), (3, "no colon after the name of an attribute"));
    let signed = ProviderDirectory::from_ldif(&[0x30, 0x82, 1, 0]).unwrap_err();
    assert!(signed.to_string().contains(".p7m"));
}

#[test]
fn departures_from_the_rules_are_remarks() {
    for (from, to, expected) in [
        (
            "providerCertificateHash: b27",
            "providerCertificateHash: 027",
            "no certificate of the record has the hash 027de1d4",
        ),
        (
            "providerCertificateHash: b27",
            "x: ",
            "the hash b27de1d4da5f61bfc98362b6955337d2c31904b1 of a certificate is not listed",
        ),
        ("mailReceipt", "x", "the record has no mailReceipt"),
        ("providerName: Alfa", "providerName: Altra", "providerName is not that of the name of the record"),
        (
            "managedDomains: sec.alfa.example",
            "LDIFLocationURL: https://x.example/",
            "a secondary environment has LDIFLocationURL",
        ),
    ] {
        let directory = read(&LDIF.replacen(from, to, 1));
        assert!(directory.remarks().iter().any(|r| r.text.starts_with(expected)), "{:?}", directory.remarks());
        assert_eq!(directory.providers().len(), 2);
    }
    assert_eq!(read(&LDIF.replacen("Alfa PEC S.p.A.,", "ALFA  pec s.p.a.,", 1)).remarks(), []);
}

#[test]
fn names_are_unescaped() {
    let parse =
        |text| dn::parse(text).map(|pairs| pairs.into_iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>());
    let is = |text, expected: &[&str]| assert_eq!(parse(text).as_deref().unwrap_or_default(), expected, "{text}");
    is("providerName=Alfa\\, Srl,o=postacert", &["providerName=Alfa, Srl", "o=postacert"]);
    is("providerName=Alfa\\2C Srl, o=postacert", &["providerName=Alfa, Srl", "o=postacert"]);
    is("providerName=\"Alfa, Srl\",o=postacert", &["providerName=Alfa, Srl", "o=postacert"]);
    is("providerName=Qualit\\C3\\A0,o=postacert", &["providerName=Qualità", "o=postacert"]);
    is("providerName=Qualità = 1 ,o=postacert", &["providerName=Qualità = 1", "o=postacert"]);
    is("a=x\\ ,b=\\#y\\+z+c=", &["a=x ", "b=#y+z", "c="]);
    is("", &[]);
    for wrong in
        ["a", "a=b,", "=b", "a=b\\", "a=b\\z", "a=\\C3", "a=\"b", "a=\"b\"c", "a=b\"c", "a b=c", "a=<b", ",a=b"]
    {
        assert_eq!(parse(wrong), None, "{wrong}");
    }
    let directory = read(
        &LDIF
            .replace("providerName=Alfa PEC S.p.A.", "providerName=Alfa\\, PEC S.p.A.")
            .replace("providerName: Alfa", "providerName: Alfa,"),
    );
    assert_eq!(directory.providers()[0].name(), "Alfa, PEC S.p.A.");
    assert_eq!(directory.remarks(), []);
}

#[test]
fn hostile_files_end() {
    let size = 2 << 20;
    for unit in [
        "\n",
        " ",
        " \n",
        "#\n",
        "a",
        "a:\n",
        "dn: o=x\n\n",
        "dn: \\",
        "x::\n",
        "dn: providerName=a,o=postacert\nmanagedDomains: a\n\n",
    ] {
        let text = unit.repeat(size / unit.len());
        drop(ProviderDirectory::from_ldif(text.as_bytes()));
        drop(ProviderDirectory::from_ldif(format!("version: 1\n\n{text}").as_bytes()));
    }
    let mut domains = "dn: providerName=a,o=postacert\n".to_owned();
    (0..100_000)
        .for_each(|i| domains.push_str(&format!("managedDomains: d{i}.example\nproviderCertificateHash: {i}\n")));
    let directory = read(&domains);
    assert_eq!(directory.remarks().len(), 1_000);
    assert!(directory.provider_of_domain("d99999.example").is_some());
}
