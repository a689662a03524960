mod attacks;
mod damage;
pub(crate) mod openssl;
mod oracle;
mod samples;

use openssl::OpenSsl;

use super::findings::Placement;
use super::verify::verify;
use super::*;
use crate::crypto::DigestAlgorithm;
use crate::finding::{Code, Finding, Severity};
use crate::limits::Limits;

const CONTENT: &[u8] = b"Content-Type: text/plain\r\n\r\nRicevuta di accettazione\r\n";

fn check<'a>(signed: &SignedData<'a>, content: &[u8]) -> Vec<SignerFacts<'a>> {
    verify(signed, &[], Content { start: content, digest: &mut |algorithm| ContentDigest::of(algorithm, content) })
}

fn findings(signature: &[u8], content: &[u8]) -> Vec<Finding> {
    let mut found = Vec::new();
    match SignedData::parse(signature, &Limits::DEFAULT) {
        Ok(signed) => push_findings(&signed, Placement::Detached, &check(&signed, content), &mut found),
        Err(error) => found.push(error_finding(&error)),
    }
    found
}

fn codes(signature: &[u8], content: &[u8]) -> Vec<Code> {
    findings(signature, content).into_iter().map(|finding| finding.code).collect()
}

/// No finding of a grave kind: this signature would count.
fn passes(signature: &[u8], content: &[u8]) -> bool {
    findings(signature, content).iter().all(|finding| finding.severity < Severity::Error)
}

/// OpenSSL streams indefinite lengths, but only around the content.
const BER: &str = "-stream -nodetach";

fn detach(signature: &mut Vec<u8>) {
    let content = SignedData::parse(signature, &Limits::DEFAULT).unwrap().content.unwrap().raw.to_vec();
    let at = signature.windows(content.len()).position(|window| window == content).unwrap();
    assert_eq!(signature[at - 2..at], [0xa0, 0x80]);
    signature.drain(at - 2..at + content.len() + 2);
}

#[test]
fn what_openssl_signs_verifies() {
    let Some(openssl) = OpenSsl::new() else { return };
    let mut count = 0;
    for (name, kind) in
        [("rsa", "rsa:2048"), ("short", "rsa:1024"), ("p256", "ec:P-256"), ("p384", "ec:P-384"), ("p521", "ec:P-521")]
    {
        openssl.identity(name, kind);
        for digest in ["sha1", "sha224", "sha256", "sha384", "sha512"] {
            for form in ["", BER, "-keyid", "-noattr", "-nosmimecap -cades", "-keyopt rsa_padding_mode:pss"] {
                let pss = form.contains("pss");
                if (pss && !kind.starts_with("rsa")) || (name == "short" && pss && digest == "sha512") {
                    continue; // A 1024-bit key has no room for PSS with SHA-512 and a salt of its length.
                }
                let how = format!("{name} {digest} {form}");
                let mut signature =
                    openssl.sign(CONTENT, &format!("-signer {name}.pem -inkey {name}.key -md {digest} {form}"));
                if form == BER {
                    detach(&mut signature);
                }
                let signed = SignedData::parse(&signature, &Limits::DEFAULT).expect(&how);
                let facts = check(&signed, CONTENT);
                let [signer] = &facts[..] else { panic!("{how}: {} signers", facts.len()) };
                assert!(signer.verifies(), "{how}: {signer:?}");
                assert_eq!(signer.digest_algorithm.map(DigestAlgorithm::as_str), Some(digest), "{how}");
                assert_eq!(signer.attributes.is_none(), form == "-noattr", "{how}");
                let bound = signer.attributes.as_ref().map(|facts| facts.binding);
                assert_eq!(bound == Some(CertificateBinding::Bound), form.contains("-cades"), "{how}: {bound:?}");
                assert!(signer.attributes.as_ref().is_none_or(|facts| facts.signing_time.is_some()), "{how}");

                let mut expected = Vec::new();
                if form == "-noattr" {
                    expected.push(Code::CmsSignedAttrsMissing);
                }
                if digest == "sha1" {
                    expected.push(Code::CmsWeakDigest);
                }
                assert_eq!(codes(&signature, CONTENT), expected, "{how}");
                let altered = codes(&signature, b"Content-Type: text/plain\r\n\r\nRicevuta di consegna\r\n");
                let wrong = if form == "-noattr" { Code::CmsSignatureInvalid } else { Code::CmsDigestMismatch };
                assert!(altered.contains(&wrong), "{how}: {altered:?}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 5 * 5 * 5 + 2 * 5 - 1);
}

#[test]
fn two_signers() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.identity("one", "rsa:2048");
    openssl.identity("two", "ec:P-256");
    let both = openssl.sign(CONTENT, "-signer one.pem -inkey one.key -signer two.pem -inkey two.key -md sha256");
    let found = findings(&both, CONTENT);
    assert_eq!(found[0].code, Code::CmsMultiSigner);
    assert_eq!(found[0].severity, Severity::Fatal, "two providers");

    openssl
        .run("req -x509 -newkey rsa:2048 -nodes -keyout again.key -out again.pem -days 9 -subj /C=IT/O=Prova/CN=one");
    let same = openssl.sign(CONTENT, "-signer one.pem -inkey one.key -signer again.pem -inkey again.key -md sha256");
    let found = findings(&same, CONTENT);
    assert_eq!(
        found.iter().map(|one| (one.code, one.severity)).collect::<Vec<_>>(),
        [(Code::CmsMultiSigner, Severity::Warning)]
    );
    // One provider, but one of its signatures is wrong.
    let mut broken = same.clone();
    let at = broken.len() - 5;
    broken[at] ^= 1;
    let found = findings(&broken, CONTENT);
    assert_eq!((found[0].code, found[0].severity), (Code::CmsMultiSigner, Severity::Fatal));
    assert!(found.iter().any(|one| one.code == Code::CmsSignatureInvalid));
}

#[test]
fn shapes_that_are_no_detached_signature() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.identity("rsa", "rsa:2048");
    let opaque = openssl.sign(CONTENT, "-signer rsa.pem -inkey rsa.key -nodetach");
    assert_eq!(codes(&opaque, CONTENT), [Code::CmsEcontentPresent]);
    let opaque = openssl.sign(CONTENT, "-signer rsa.pem -inkey rsa.key -nodetach -stream");
    assert_eq!(codes(&opaque, CONTENT), [Code::CmsEcontentPresent]);

    openssl.run("crl2pkcs7 -nocrl -certfile rsa.pem -outform DER -out degenerate");
    assert_eq!(codes(&openssl.read("degenerate"), CONTENT), [Code::CmsNoSigner]);

    let bare = openssl.sign(CONTENT, "-signer rsa.pem -inkey rsa.key -nocerts");
    assert_eq!(codes(&bare, CONTENT), [Code::CertMissing]);
    let signed = SignedData::parse(&bare, &Limits::DEFAULT).unwrap();
    openssl.run("x509 -in rsa.pem -outform DER -out rsa.der");
    let certificate = openssl.read("rsa.der");
    let digest = &mut |algorithm| ContentDigest::of(algorithm, CONTENT);
    let facts = verify(&signed, &[&certificate], Content { start: CONTENT, digest });
    assert!(facts[0].verifies());
    assert_eq!(facts[0].certificate().unwrap().raw, certificate);

    openssl.write("content", CONTENT);
    openssl.run("cms -encrypt -binary -outform DER -in content -out encrypted rsa.pem");
    assert_eq!(SignedData::parse(&openssl.read("encrypted"), &Limits::DEFAULT).unwrap_err(), Error::NotSignedData);

    let typed = openssl.sign(CONTENT, "-signer rsa.pem -inkey rsa.key -econtent_type 1.2.3.4");
    assert_eq!(codes(&typed, CONTENT), [Code::CmsContentTypeAttr]);
}

#[test]
fn md5_proves_nothing() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.identity("rsa", "rsa:2048");
    let found = findings(&openssl.sign(CONTENT, "-signer rsa.pem -inkey rsa.key -md md5"), CONTENT);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].code, found[0].severity), (Code::CmsWeakDigest, Severity::Fatal));
    let found = findings(&openssl.sign(CONTENT, "-signer rsa.pem -inkey rsa.key -md sha3-256"), CONTENT);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].code, &*found[0].detail), (Code::CmsUnsupported, "2.16.840.1.101.3.4.2.8"));
}

#[test]
fn certificates_are_where_they_are_said_to_be() {
    let Some(openssl) = OpenSsl::new() else { return };
    let ders = ["one", "two"].map(|name| {
        openssl.identity(name, "ec:P-256");
        openssl.run(&format!("x509 -in {name}.pem -outform DER -out {name}.der"));
        openssl.read(&format!("{name}.der"))
    });
    for form in ["", BER] {
        let signature =
            openssl.sign(CONTENT, &format!("-signer one.pem -inkey one.key -certfile two.pem -md sha256 {form}"));
        let found = &signature[certificates(&signature, &Limits::DEFAULT).unwrap()];
        assert!(found == ders.concat() || found == [&ders[1][..], &ders[0]].concat(), "{form}");
    }
    let without = openssl.sign(CONTENT, "-signer one.pem -inkey one.key -md sha256 -nocerts");
    assert_eq!(certificates(&without, &Limits::DEFAULT), None);
    assert_eq!(certificates(&ders[0], &Limits::DEFAULT), None);
    assert_eq!(certificates(b"", &Limits::DEFAULT), None);
}
