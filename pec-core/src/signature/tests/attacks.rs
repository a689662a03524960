//! Signatures that a forger, or a careless signer, would put together: built by hand, signed with a real key.

use super::super::attributes::encoded;
use super::*;
use crate::asn1::{Reader, tag};
use crate::crypto::{digest, tests::shattered};
use crate::signature::certificate::CarriedCertificate;

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
const SHA512: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];

fn oid_element(oid: &[u8]) -> Vec<u8> {
    encoded(tag::OID, &[oid])
}

fn algorithm(oid: &[u8]) -> Vec<u8> {
    encoded(tag::SEQUENCE, &[&oid_element(oid), &[tag::NULL, 0]])
}

fn attribute(kind: &[u8], values: &[&[u8]]) -> Vec<u8> {
    encoded(tag::SEQUENCE, &[&oid_element(kind), &encoded(tag::SET, values)])
}

fn content_type() -> Vec<u8> {
    attribute(oid::CONTENT_TYPE, &[&oid_element(oid::DATA)])
}

fn message_digest(content: &[u8]) -> Vec<u8> {
    let value = digest(DigestAlgorithm::Sha256, content);
    attribute(oid::MESSAGE_DIGEST, &[&encoded(tag::OCTET_STRING, &[value.as_bytes()])])
}

/// What goes into a signature with one signer.
struct Parts<'o> {
    openssl: &'o OpenSsl,
    certificates: Vec<Vec<u8>>,
    digest: &'static [u8],
    signature: &'static [u8],
    /// `[0]` signedAttrs as sent, whole.
    attributes: Option<Vec<u8>>,
    /// The bytes that the key signs.
    signed: Vec<u8>,
    /// Changes the issuer's name in the SignerInfo.
    issuer: fn(&mut Vec<u8>),
}

impl<'o> Parts<'o> {
    fn new(openssl: &'o OpenSsl) -> Self {
        openssl.identity("rsa", "rsa:2048");
        openssl.run("x509 -in rsa.pem -outform DER -out rsa.der");
        Self {
            openssl,
            certificates: vec![openssl.read("rsa.der")],
            digest: SHA256,
            signature: SHA256_WITH_RSA,
            attributes: None,
            signed: Vec::new(),
            issuer: |_| {},
        }
    }

    /// Attributes sent as given, and signed as sent.
    fn with(mut self, attributes: &[&[u8]]) -> Self {
        self.signed = encoded(tag::SET, attributes);
        self.attributes = Some(encoded(tag::context(0), attributes));
        self
    }

    fn build(&self) -> Vec<u8> {
        self.openssl.write("to-sign", &self.signed);
        self.openssl.run("dgst -sha256 -sign rsa.key -out value to-sign");
        let own = self.openssl.read("rsa.der");
        let certificate = CarriedCertificate::parse(&own).unwrap();
        let mut issuer = certificate.issuer.to_vec();
        (self.issuer)(&mut issuer);
        let signer = encoded(
            tag::SEQUENCE,
            &[
                &[tag::INTEGER, 1, 1],
                &encoded(tag::SEQUENCE, &[&issuer, &encoded(tag::INTEGER, &[certificate.serial])]),
                &algorithm(self.digest),
                self.attributes.as_deref().unwrap_or_default(),
                &algorithm(self.signature),
                &encoded(tag::OCTET_STRING, &[&self.openssl.read("value")]),
            ],
        );
        let certificates: Vec<&[u8]> = self.certificates.iter().map(Vec::as_slice).collect();
        let signed = encoded(
            tag::SEQUENCE,
            &[
                &[tag::INTEGER, 1, 1],
                &encoded(tag::SET, &[&algorithm(self.digest)]),
                &encoded(tag::SEQUENCE, &[&oid_element(oid::DATA)]),
                &encoded(tag::context(0), &certificates),
                &encoded(tag::SET, &[&signer]),
            ],
        );
        encoded(tag::SEQUENCE, &[&oid_element(oid::SIGNED_DATA), &encoded(tag::context(0), &[&signed])])
    }

    fn codes(&self) -> Vec<Code> {
        codes(&self.build(), CONTENT)
    }
}

#[test]
fn order_and_length_of_attributes() {
    let Some(openssl) = OpenSsl::new() else { return };
    let [kind, digest] = [content_type(), message_digest(CONTENT)];
    assert!(kind < digest, "the sorted order");
    let mut parts = Parts::new(&openssl).with(&[&kind, &digest]);
    assert_eq!(parts.codes(), []);
    assert!(openssl.accepts(&parts.build(), CONTENT));
    let sorted = parts.signed.clone();

    parts = parts.with(&[&digest, &kind]);
    assert_eq!(parts.codes(), [], "unsorted, but signed so");
    assert!(openssl.accepts(&parts.build(), CONTENT));

    parts.signed = sorted.clone();
    assert_eq!(parts.codes(), [Code::CmsAttributesNotDer], "sent unsorted, signed sorted");

    parts.attributes = Some([&[tag::context(0), 0x80], &kind[..], &digest, &[0, 0]].concat());
    assert_eq!(parts.codes(), [Code::CmsAttributesNotDer], "sent with an indefinite length");
    assert!(openssl.accepts(&parts.build(), CONTENT));

    let inner = [&[tag::SEQUENCE, 0x80], &kind[2..], &[0, 0]].concat();
    let long = [&[tag::context(0), 0x83, 0, 0, u8::try_from(inner.len() + digest.len()).unwrap()], &inner[..], &digest];
    parts.attributes = Some(long.concat());
    assert_eq!(parts.codes(), [Code::CmsAttributesNotDer], "sent with odd lengths");

    parts.signed = [&[tag::context(0)], &sorted[1..]].concat();
    parts.attributes = Some(parts.signed.clone());
    assert_eq!(parts.codes(), [Code::CmsSignatureInvalid], "signed with the tag [0]");
    assert!(!openssl.accepts(&parts.build(), CONTENT));
}

#[test]
fn attributes_that_are_missing_or_repeated() {
    let Some(openssl) = OpenSsl::new() else { return };
    let [kind, digest] = [content_type(), message_digest(CONTENT)];
    let other = message_digest(b"other");
    let mut parts = Parts::new(&openssl).with(&[&digest]);
    assert_eq!(parts.codes(), [Code::CmsContentTypeAttr]);
    parts = parts.with(&[&kind]);
    assert_eq!(parts.codes(), [Code::CmsContentTypeAttr]);
    parts = parts.with(&[]);
    assert_eq!(parts.codes(), [Code::CmsContentTypeAttr]);
    let typed = attribute(oid::CONTENT_TYPE, &[&oid_element(oid::SIGNED_DATA)]);
    parts = parts.with(&[&typed, &digest]);
    assert_eq!(parts.codes(), [Code::CmsContentTypeAttr]);
    let empty = attribute(oid::CONTENT_TYPE, &[]);
    parts = parts.with(&[&empty, &digest]);
    assert_eq!(parts.codes(), [Code::CmsContentTypeAttr]);

    parts = parts.with(&[&kind, &digest, &other]);
    assert_eq!(parts.codes(), [Code::CmsAttributeRepeated]);
    parts = parts.with(&[&kind, &other, &digest]);
    assert_eq!(parts.codes(), [Code::CmsAttributeRepeated, Code::CmsDigestMismatch]);
    let unknown = attribute(&[0x2a, 3], &[&[tag::NULL, 0]]);
    parts = parts.with(&[&kind, &digest, &unknown, &unknown]);
    assert_eq!(parts.codes(), [Code::CmsAttributeRepeated]);
    let value =
        |content| encoded(tag::OCTET_STRING, &[crate::crypto::digest(DigestAlgorithm::Sha256, content).as_bytes()]);
    let double = attribute(oid::MESSAGE_DIGEST, &[&value(CONTENT), &value(b"other")]);
    parts = parts.with(&[&kind, &double]);
    assert_eq!(parts.codes(), [Code::CmsAttributeRepeated]);
    let many: Vec<Vec<u8>> = (1..=64).map(|n| attribute(&[0x2a, n], &[&[tag::NULL, 0]])).collect();
    let mut many: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
    many.push(&kind);
    parts = parts.with(&many);
    assert_eq!(parts.codes(), [Code::CmsLimits]);
}

/// The attributes of a genuine signature become the content, and are dropped: RSA still says yes (attack C1).
#[test]
fn attributes_as_content() {
    let Some(openssl) = OpenSsl::new() else { return };
    let mut parts = Parts::new(&openssl).with(&[&content_type(), &message_digest(CONTENT)]);
    parts.attributes = None;
    let forged = parts.build();
    let content = parts.signed.clone();
    assert!(openssl.accepts(&forged, &content), "others fall for it");
    assert_eq!(codes(&forged, &content), [Code::CmsSignedAttrsMissing, Code::CmsContentLooksLikeAttrs]);
    assert_eq!(codes(&forged, CONTENT), [Code::CmsSignedAttrsMissing, Code::CmsSignatureInvalid]);
    // Signed attributes that are there protect content that looks like attributes.
    let parts = parts.with(&[&content_type(), &message_digest(&content)]);
    assert_eq!(codes(&parts.build(), &content), []);
}

#[test]
fn algorithm_protection() {
    let Some(openssl) = OpenSsl::new() else { return };
    let protection = |digest: &[u8], signature: &[u8]| {
        let signature = algorithm(signature);
        let signature = encoded(tag::context(1), &[Reader::der(&signature).next().unwrap().content]);
        attribute(oid::ALGORITHM_PROTECTION, &[&encoded(tag::SEQUENCE, &[&algorithm(digest), &signature])])
    };
    let [kind, digest] = [content_type(), message_digest(CONTENT)];
    let parts = Parts::new(&openssl);
    let mut parts = parts.with(&[&kind, &digest, &protection(SHA256, SHA256_WITH_RSA)]);
    assert_eq!(parts.codes(), []);
    parts = parts.with(&[&kind, &digest, &protection(SHA256, RSA_ENCRYPTION)]);
    assert_eq!(parts.codes(), [], "the same algorithm, spelt otherwise");
    parts = parts.with(&[&kind, &digest, &protection(SHA512, SHA256_WITH_RSA)]);
    assert_eq!(parts.codes(), [Code::CmsAlgConflict]);
    let sha512_with_rsa = [&SHA256_WITH_RSA[..8], &[13]].concat();
    parts = parts.with(&[&kind, &digest, &protection(SHA256, &sha512_with_rsa)]);
    assert_eq!(parts.codes(), [Code::CmsAlgConflict]);
    let unreadable = attribute(oid::ALGORITHM_PROTECTION, &[&[tag::NULL, 0]]);
    parts = parts.with(&[&kind, &digest, &unreadable]);
    assert_eq!(parts.codes(), [Code::CmsAlgConflict]);

    // One field says SHA-512, the other SHA-256.
    let value = crate::crypto::digest(DigestAlgorithm::Sha512, CONTENT);
    let wide = attribute(oid::MESSAGE_DIGEST, &[&encoded(tag::OCTET_STRING, &[value.as_bytes()])]);
    parts = parts.with(&[&kind, &wide]);
    parts.digest = SHA512;
    assert_eq!(parts.codes(), [Code::CmsAlgConflict]);
}

#[test]
fn which_certificate() {
    let Some(openssl) = OpenSsl::new() else { return };
    let mut parts = Parts::new(&openssl).with(&[&content_type(), &message_digest(CONTENT)]);
    let own = parts.certificates[0].clone();

    // A certificate of the same name and number with another key, in front.
    let serial: String =
        CarriedCertificate::parse(&own).unwrap().serial.iter().map(|byte| format!("{byte:02x}")).collect();
    openssl.run(&format!(
        "req -x509 -newkey rsa:2048 -nodes -keyout x.key -out x.der -outform DER -days 9 -subj /C=IT/O=Prova/CN=rsa \
         -set_serial 0x{serial}"
    ));
    let decoy = openssl.read("x.der");
    parts.certificates = vec![decoy.clone(), own.clone()];
    let signature = parts.build();
    assert_eq!(codes(&signature, CONTENT), []);
    let signed = SignedData::parse(&signature, &Limits::DEFAULT).unwrap();
    assert_eq!(check(&signed, CONTENT)[0].certificate().unwrap().raw, own);
    parts.certificates = vec![decoy];
    assert_eq!(parts.codes(), [Code::CmsSignatureInvalid]);

    // The issuer's name in another type of string, as some signers write it, and another name.
    parts.certificates = vec![own.clone()];
    let restring = |name: &mut Vec<u8>| {
        for at in 3..name.len() {
            if name[at - 3..at - 1] == [0x55, 4] && name[at] == tag::UTF8_STRING {
                name[at] = tag::PRINTABLE_STRING;
            }
        }
    };
    parts.issuer = restring;
    assert_eq!(parts.codes(), []);
    assert!(openssl.accepts(&parts.build(), CONTENT));
    parts.issuer = |name| *name.last_mut().unwrap() ^= 1;
    assert_eq!(parts.codes(), [Code::CertMissing]);
    parts.issuer = |_| {};

    // Odd members do not hide the right one.
    let odd = encoded(tag::SEQUENCE, &[b"\x02\x01\x01 no certificate"]);
    let attribute_certificate = encoded(tag::context(2), &[&[tag::NULL, 0]]);
    parts.certificates = vec![attribute_certificate, odd.clone(), own.clone()];
    let signature = parts.build();
    assert_eq!(codes(&signature, CONTENT), []);
    assert_eq!(SignedData::parse(&signature, &Limits::DEFAULT).unwrap().certificates, [&odd, &own]);
    parts.certificates = vec![odd];
    assert_eq!(parts.codes(), [Code::CertUnreadable]);
    parts.certificates = Vec::new();
    assert_eq!(parts.codes(), [Code::CertMissing]);
    parts.certificates = vec![own; 33];
    assert_eq!(parts.codes(), [Code::CmsLimits]);
}

#[test]
fn binding_to_the_certificate() {
    let Some(openssl) = OpenSsl::new() else { return };
    let parts = Parts::new(&openssl);
    let own = parts.certificates[0].clone();
    let identifier = |algorithm: &[u8], value: &[u8]| {
        let entry = encoded(tag::SEQUENCE, &[algorithm, &encoded(tag::OCTET_STRING, &[value])]);
        encoded(tag::SEQUENCE, &[&encoded(tag::SEQUENCE, &[&entry])])
    };
    let hash = |algorithm, of: &[u8]| digest(algorithm, of).as_bytes().to_vec();
    let [v1, v2] = [oid::SIGNING_CERTIFICATE, oid::SIGNING_CERTIFICATE_V2];
    let mut parts = parts;
    for (attributes, expected) in [
        (vec![(v1, identifier(&[], &hash(DigestAlgorithm::Sha1, &own)))], CertificateBinding::Bound),
        (vec![(v2, identifier(&[], &hash(DigestAlgorithm::Sha256, &own)))], CertificateBinding::Bound),
        (vec![(v2, identifier(&algorithm(SHA512), &hash(DigestAlgorithm::Sha512, &own)))], CertificateBinding::Bound),
        (vec![(v2, identifier(&[], &hash(DigestAlgorithm::Sha256, b"x")))], CertificateBinding::OtherCertificate),
        (
            vec![
                (v1, identifier(&[], &hash(DigestAlgorithm::Sha1, &own))),
                (v2, identifier(&[], &hash(DigestAlgorithm::Sha256, b"x"))),
            ],
            CertificateBinding::OtherCertificate,
        ),
        (vec![(v2, vec![tag::NULL, 0])], CertificateBinding::Unknown),
        (vec![], CertificateBinding::Absent),
    ] {
        let mut list = vec![content_type(), message_digest(CONTENT)];
        list.extend(attributes.iter().map(|(kind, value)| attribute(kind, &[value])));
        parts = parts.with(&list.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let signature = parts.build();
        let signed = SignedData::parse(&signature, &Limits::DEFAULT).unwrap();
        let facts = check(&signed, CONTENT);
        assert_eq!(facts[0].verifies(), expected != CertificateBinding::OtherCertificate);
        assert_eq!(facts[0].attributes.as_ref().unwrap().binding, expected);
    }
}

/// The signed half of a SHA-1 collision is exchanged for the other: digest and signature hold.
#[test]
fn sha1_collision() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.identity("rsa", "rsa:2048");
    let [one, two] = shattered();
    let signature = openssl.sign(&one, "-signer rsa.pem -inkey rsa.key -md sha1");
    assert!(openssl.accepts(&signature, &two), "others fall for it");
    for content in [&one, &two] {
        assert_eq!(codes(&signature, content), [Code::CmsWeakDigest, Code::CmsSha1Collision]);
    }
}
