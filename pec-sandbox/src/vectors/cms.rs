//! The signature object: what real signers vary, and what attackers try.

use pec_core::finding::Code;

use super::expect::{certified, unverifiable};
use super::{Cases, FATAL, INFO, WARNING};
use crate::cms::{
    Content, Encoding, Fault, Protection, SignedData, Signer, SignerId, Spelling, signing_certificate_attribute,
};
use crate::compose::Draft;
use crate::world::GAMMA;
use crate::{Curve, Digest, Error, Generation, Key, Leaf, Provider, Scheme, der};

const KIND: &str = "posta-certificata";

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    algorithms(cases)?;
    shapes(cases)?;
    contents(cases)?;
    signers(cases)?;
    attributes(cases)?;
    values(cases)?;
    unreadable(cases)?;
    certificates(cases)
}

/// Alfa's envelope with a changed signature.
fn envelope(cases: &Cases<'_>, change: impl FnOnce(&mut SignedData)) -> Result<Vec<u8>, Error> {
    sealed(&cases.world().alfa, &cases.scene.transport(), change)
}

fn sealed(by: &Provider, draft: &Draft, change: impl FnOnce(&mut SignedData)) -> Result<Vec<u8>, Error> {
    let mut signature = by.signed_data(draft.at);
    change(&mut signature);
    by.seal_with(draft, &signature)
}

fn signer(data: &mut SignedData, change: impl FnOnce(&mut Signer)) {
    if let Some(signer) = data.signers.first_mut() {
        change(signer);
    }
}

fn algorithms(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "RFC 5652 §5.3; RFC 8017 §8";
    let digests = [Digest::Sha224, Digest::Sha256, Digest::Sha384, Digest::Sha512];
    for digest in digests {
        let mut draft = cases.scene.transport();
        draft.digest = digest;
        let bytes = sealed(&cases.world().alfa, &draft, |data| {
            signer(data, |s| (s.digest, s.scheme) = (digest, Scheme::Pkcs1(digest)));
        })?;
        let name = format!("cms-rsa-{}", digest.plain());
        cases.add(&name, rule, "RSA PKCS#1 v1.5 with this digest.", bytes, certified(KIND));
    }
    let mut draft = cases.scene.transport();
    draft.digest = Digest::Sha1;
    let bytes = sealed(&cases.world().alfa, &draft, |data| {
        signer(data, |s| (s.digest, s.scheme) = (Digest::Sha1, Scheme::Pkcs1(Digest::Sha1)));
    })?;
    let made = "A provider that still signs with SHA-1 in 2026, under a proper certificate.";
    cases.add("cms-rsa-sha1", "PEC-SPEC §10.2 cms.weak_digest", made, bytes, certified(KIND).sha1());

    for (name, digest, salt) in [
        ("cms-pss-sha256", Digest::Sha256, 32),
        ("cms-pss-salt20", Digest::Sha256, 20),
        ("cms-pss-sha512", Digest::Sha512, 64),
    ] {
        let mut draft = cases.scene.transport();
        draft.digest = digest;
        let bytes = sealed(&cases.world().alfa, &draft, |data| {
            signer(data, |s| {
                (s.digest, s.scheme, s.spelling) = (digest, Scheme::Pss { digest, salt }, Spelling::Full);
            });
        })?;
        cases.add(
            name,
            rule,
            "RSA-PSS, salt length as the name says or as long as the digest.",
            bytes,
            certified(KIND),
        );
    }
    for (name, curve, digest) in [
        ("cms-ecdsa-p256", Curve::P256, Digest::Sha256),
        ("cms-ecdsa-p384", Curve::P384, Digest::Sha384),
        ("cms-ecdsa-p521", Curve::P521, Digest::Sha512),
    ] {
        let mut gamma = cases.world().gamma.clone();
        gamma.key = Key::derived(curve, name)?;
        gamma.digest = digest;
        let leaf = Leaf::provider(Generation::Y2026, &GAMMA, "2025-12-01T08:00:00Z".parse()?);
        gamma.certificate = gamma.authority.issue(&leaf, &gamma.key)?;
        let draft = gamma.transport(&cases.scene.transaction(&gamma));
        cases.add(name, rule, "ECDSA on this curve.", gamma.seal(&draft)?, certified(KIND));
    }
    Ok(())
}

fn shapes(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "PEC-SPEC §6.1";
    let made = "Definite lengths throughout.";
    let bytes = envelope(cases, |data| data.encoding = Encoding::Der)?;
    cases.add("cms-der", rule, made, bytes, certified(KIND));
    let made = "The certificate is named by its key identifier (SignerInfo version 3).";
    let bytes = envelope(cases, |data| signer(data, |s| s.id = SignerId::KeyId))?;
    cases.add("cms-key-identifier", rule, made, bytes, certified(KIND));
    let made = "The signature algorithm is spelled rsaEncryption; the hash comes from digestAlgorithm.";
    let bytes = envelope(cases, |data| signer(data, |s| s.spelling = Spelling::KeyOnly))?;
    cases.add("cms-rsa-encryption", rule, made, bytes, certified(KIND));
    let made = "Every optional attribute: capabilities, signingCertificateV2, algorithm protection.";
    let bytes = envelope(cases, |data| {
        signer(data, |s| (s.signing_certificate, s.protection) = (true, Protection::True));
    })?;
    cases.add("cms-all-attributes", rule, made, bytes, certified(KIND));
    let made = "signingCertificateV2 names another certificate than the one that travels as the signer's.";
    let other = signing_certificate_attribute(&cases.world().beta.certificate);
    let bytes = envelope(cases, |data| signer(data, |s| s.more_attributes.push(other)))?;
    cases
        .add(
            "cms-other-certificate",
            "RFC 5035 §5.4",
            made,
            bytes,
            certified(KIND).altered(Code::CmsCertificateBinding),
        )
        .openssl(true, "it compares that attribute only when asked to (-cades)");
    let made = "Only contentType, signingTime and messageDigest.";
    let bytes = envelope(cases, |data| {
        signer(data, |s| (s.capabilities, s.protection) = (false, Protection::None));
    })?;
    cases.add("cms-few-attributes", rule, made, bytes, certified(KIND));
    let made = "The root travels in the signature too.";
    let root = cases.world().root.certificate.der.clone();
    let bytes = envelope(cases, |data| data.certificates.push(root))?;
    cases.add("cms-carries-root", rule, made, bytes, certified(KIND));
    let made = "Certificates in reverse order: the authority first.";
    let bytes = envelope(cases, |data| data.certificates.reverse())?;
    cases.add("cms-certificates-reversed", rule, made, bytes, certified(KIND));

    let draft = cases.scene.transport();
    let mut opaque = cases.world().alfa.signed_data(draft.at);
    opaque.content = Content::Opaque;
    for (name, encoding) in [("cms-opaque-der", Encoding::Der), ("cms-opaque-ber", Encoding::Ber)] {
        opaque.encoding = encoding;
        let mut out = draft.headers.bytes();
        out.extend_from_slice(
            b"MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=\"smime.p7m\"\r\n\
              Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n",
        );
        out.extend_from_slice(&crate::compose::base64(&opaque.build(&draft.content())?));
        let made =
            "The signed entity stands inside the signature: application/pkcs7-mime in place of multipart/signed.";
        let expect = certified(KIND).with(Code::MimeOpaqueSignature, WARNING);
        cases.add(name, "RFC 8551 §3.5.2", made, out, expect);
    }
    Ok(())
}

fn contents(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "RFC 5652 §5.2; attack C1";
    let content = cases.scene.transport().content();
    let made = "A detached signature that also carries its content, equal to the last byte.";
    let bytes = envelope(cases, |data| data.content = Content::DetachedBeside(content))?;
    let expect = certified(KIND).forged(Code::CmsEcontentPresent);
    cases
        .add("cms-econtent-equal", rule, made, bytes, expect)
        .openssl(true, "it does not mind content in a detached signature");

    // The signature is Alfa's over one text, the message shows another.
    let alfa = &cases.world().alfa;
    let genuine = cases.scene.acceptance();
    let mut signature = alfa.signed_data(genuine.at);
    signature.content = Content::Opaque;
    let p7s = signature.build(&genuine.content())?;
    let shown = cases.scene.transport();
    let made = "The signature carries and signs an acceptance receipt; the reader sees a transport envelope.";
    let bytes = shown.message(&shown.content(), &p7s);
    let expect = certified(KIND).forged(Code::CmsEcontentPresent).any_integrity().any_trust().any_kind().partial();
    cases.add("cms-econtent-other", rule, made, bytes, expect).openssl(false, "");

    // The bytes that were signed in a genuine message (its attributes) become the content of a forged one.
    let attributes = der::set_of(&alfa.signer(genuine.at).attributes(&genuine.content(), crate::cms::DATA));
    let mut bare = alfa.signed_data(genuine.at);
    bare.encoding = Encoding::Der;
    signer(&mut bare, |s| s.faults.push(Fault::NoAttributes));
    let p7s = bare.build(&attributes)?;
    let made = "The signed attributes of a genuine receipt stand as the content, the attributes are dropped: the old \
                signature value fits.";
    let bytes = genuine.message_of(&[attributes.clone(), genuine.signature_part(&p7s).bytes()]);
    let expect =
        certified(KIND).forged(Code::CmsContentLooksLikeAttrs).any_integrity().any_trust().any_kind().partial();
    cases
        .add("cms-content-is-attributes", rule, made, bytes, expect)
        .openssl(false, "it reads the part as text and changes its line ends");
    Ok(())
}

fn signers(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "RFC 5652 §5.1; attacks C2 and C3";
    let made = "A SignedData without any signer, as certificates are sent around.";
    let bytes = envelope(cases, |data| data.signers.clear())?;
    let mut expect = certified(KIND).forged(Code::CmsNoSigner).any_integrity().any_trust().partial();
    expect.findings = vec![(Code::CmsNoSigner, super::FATAL)];
    cases.add("cms-no-signer", rule, made, bytes, expect).openssl(false, "");

    let second = cases.world().alfa.signer(cases.scene.at);
    let made = "Two signers, both of the same provider, both right.";
    let bytes = envelope(cases, |data| {
        data.signers.push(Signer { digest: Digest::Sha512, scheme: Scheme::Pkcs1(Digest::Sha512), ..second.clone() })
    })?;
    cases.add("cms-two-signers-agree", rule, made, bytes, certified(KIND).with(Code::CmsMultiSigner, WARNING));

    let made = "Two signers of the same provider, the second one's signature broken.";
    let broken = Signer { faults: vec![Fault::BrokenSignature], ..second.clone() };
    let bytes = envelope(cases, |data| data.signers.push(broken))?;
    let expect = certified(KIND).forged(Code::CmsMultiSigner).any_integrity().any_trust().partial();
    cases.add("cms-two-signers-one-broken", rule, made, bytes, expect).openssl(false, "");

    let beta = &cases.world().beta;
    let other = Signer { capabilities: true, ..beta.signer(cases.scene.at) };
    let (certificate, made) = (beta.certificate.der.clone(), "Two signers, both right, of two different providers.");
    let bytes = envelope(cases, |data| {
        data.signers.push(other);
        data.certificates.push(certificate);
    })?;
    let expect = certified(KIND).forged(Code::CmsMultiSigner).any_integrity().any_trust().partial();
    cases
        .add("cms-two-providers", rule, made, bytes, expect)
        .openssl(true, "it accepts any number of signers that verify");

    let made = "Three signers.";
    let bytes = envelope(cases, |data| data.signers.extend([second.clone(), second]))?;
    let expect = unverifiable(Code::CmsLimits).any_integrity();
    cases.add("cms-three-signers", "VERDICT §2 row 2", made, bytes, expect).openssl(true, "it has no limits");
    Ok(())
}

fn attributes(cases: &mut Cases<'_>) -> Result<(), Error> {
    const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
    const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
    const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
    let forged = |code| certified(KIND).forged(code).any_integrity().any_trust().partial();
    let at = cases.scene.at;
    let digest = Digest::Sha256.of(&cases.scene.transport().content());

    let repeated = "VERDICT §2 row 3; RFC 5652 §11";
    let rows: [(&str, &'static str, Fault); 5] = [
        (
            "digest",
            "messageDigest stands twice, the second time with another value.",
            Fault::Repeated(MESSAGE_DIGEST, der::octets(&[7; 32])),
        ),
        (
            "digest-equal",
            "messageDigest stands twice with the same value.",
            Fault::Repeated(MESSAGE_DIGEST, der::octets(&digest)),
        ),
        ("type", "contentType stands twice.", Fault::Repeated(CONTENT_TYPE, der::oid(crate::cms::DATA))),
        ("time", "signingTime stands twice, an hour apart.", Fault::Repeated(SIGNING_TIME, at.plus(-3600).der())),
        ("values", "One messageDigest attribute with two values.", Fault::TwoDigestValues),
    ];
    for (name, made, fault) in rows {
        let bytes = envelope(cases, |data| signer(data, |s| s.faults.push(fault)))?;
        cases
            .add(&format!("cms-repeated-{name}"), repeated, made, bytes, forged(Code::CmsAttributeRepeated))
            .openssl(false, "");
    }

    let rule = "RFC 5652 §5.3 and §11";
    let rows: [(&str, &'static str, Fault); 3] = [
        ("cms-content-type-missing", "Signed attributes without contentType.", Fault::NoContentType),
        (
            "cms-content-type-wrong",
            "contentType names another type than the content.",
            Fault::ContentType("1.2.840.113549.1.9.16.1.4"),
        ),
        ("cms-digest-missing", "Signed attributes without messageDigest.", Fault::NoMessageDigest),
    ];
    for (name, made, fault) in rows {
        let bytes = envelope(cases, |data| signer(data, |s| s.faults.push(fault)))?;
        let wrong = name == "cms-content-type-wrong";
        let why = if wrong { "it does not compare contentType with the content" } else { "" };
        cases.add(name, rule, made, bytes, forged(Code::CmsContentTypeAttr)).openssl(wrong, why);
    }

    let made = "No signed attributes: the signature is over the content itself, and no signing time is said.";
    let bytes = envelope(cases, |data| signer(data, |s| s.faults.push(Fault::NoAttributes)))?;
    let expect = certified(KIND).with(Code::CmsSignedAttrsMissing, WARNING).with(Code::CmsSigningTime, WARNING);
    cases.add("cms-no-attributes", "RFC 5652 §5.3", made, bytes, expect);

    let made = "No signingTime: the time of the certification data counts.";
    let bytes = envelope(cases, |data| signer(data, |s| s.signing_time = None))?;
    cases.add("cms-no-signing-time", "VERDICT §4", made, bytes, certified(KIND).with(Code::CmsSigningTime, WARNING));

    let made = "Signing time ten minutes after the certification data.";
    let bytes = envelope(cases, |data| signer(data, |s| s.signing_time = Some(at.plus(600))))?;
    cases.add("cms-signing-time-off", "VERDICT §4", made, bytes, certified(KIND).with(Code::CmsSigningTime, WARNING));

    let made = "Signing time four minutes after the certification data: within the tolerance.";
    let bytes = envelope(cases, |data| signer(data, |s| s.signing_time = Some(at.plus(240))))?;
    cases.add("cms-signing-time-near", "VERDICT §4", made, bytes, certified(KIND));

    let rule = "RFC 5652 §5.4";
    let made = "Attributes stored in reverse order, signature over the sorted ones.";
    let bytes = envelope(cases, |data| signer(data, |s| s.faults.push(Fault::StoredUnsorted)))?;
    let expect = certified(KIND).with(Code::CmsAttributesNotDer, WARNING);
    cases
        .add("cms-attributes-stored-unsorted", rule, made, bytes, expect)
        .openssl(false, "it does not sort before it verifies");
    let made = "Attributes stored in reverse order and signed in that order.";
    let bytes = envelope(cases, |data| signer(data, |s| s.faults.push(Fault::SignedUnsorted)))?;
    cases.add("cms-attributes-signed-unsorted", rule, made, bytes, certified(KIND).partial());

    let more: Vec<_> = (0..70)
        .map(|n| der::sequence(&[der::oid(&format!("1.3.6.1.4.1.99999.7.{n}")), der::set_of(&[der::integer(n)])]))
        .collect();
    let made = "More than sixty-four signed attributes.";
    let bytes = envelope(cases, |data| signer(data, |s| s.more_attributes = more))?;
    let expect = unverifiable(Code::CmsLimits).any_integrity();
    cases.add("cms-many-attributes", "VERDICT §2 row 2", made, bytes, expect).openssl(true, "it has no limits");
    Ok(())
}

fn values(cases: &mut Cases<'_>) -> Result<(), Error> {
    let altered = |code| certified(KIND).altered(code).any_trust().partial();
    let made = "messageDigest is the digest of something else; the attributes are signed properly.";
    let bytes = envelope(cases, |data| signer(data, |s| s.faults.push(Fault::WrongDigest)))?;
    let expect = certified(KIND).altered(Code::CmsDigestMismatch);
    cases.add("cms-wrong-digest", "RFC 5652 §5.4", made, bytes, expect).openssl(false, "");

    let made = "The last bit of the signature value is flipped.";
    let bytes = envelope(cases, |data| signer(data, |s| s.faults.push(Fault::BrokenSignature)))?;
    cases
        .add("cms-broken-signature", "RFC 5652 §5.6", made, bytes, altered(Code::CmsSignatureInvalid))
        .openssl(false, "");

    let made = "The signature value is empty.";
    let bytes = envelope(cases, |data| signer(data, |s| s.faults.push(Fault::Signature(Vec::new()))))?;
    cases
        .add("cms-empty-signature", "RFC 5652 §5.6", made, bytes, altered(Code::CmsSignatureInvalid))
        .openssl(false, "");

    let alfa = &cases.world().alfa;
    let draft = cases.scene.transport();
    let attributes = der::set_of(&alfa.signer(draft.at).attributes(&draft.content(), crate::cms::DATA));
    let hash = Digest::Sha256.of(&attributes);
    let no_null = der::sequence(&[der::sequence(&[der::oid(Digest::Sha256.oid())]), der::octets(&hash)]);
    let trailing = [der::sequence(&[Digest::Sha256.algorithm(), der::octets(&hash)]), vec![0; 4]].concat();
    for (name, made, block) in [
        ("cms-padding-no-null", "The DigestInfo inside the signature lacks its NULL parameter.", no_null),
        ("cms-padding-trailing", "Bytes stand behind the DigestInfo inside the signature.", trailing),
    ] {
        let value = alfa.key.sign_block(&block)?;
        let bytes = envelope(cases, |data| signer(data, |s| s.faults.push(Fault::Signature(value))))?;
        let rule = "RFC 8017 §8.2.2; PEC-SPEC §10.2 cms.signature_invalid";
        cases.add(name, rule, made, bytes, altered(Code::CmsSignatureInvalid)).openssl(false, "");
    }

    let made = "The algorithm protection attribute names another digest.";
    let bytes = envelope(cases, |data| signer(data, |s| s.protection = Protection::Wrong))?;
    cases
        .add("cms-protection-wrong", "RFC 6211 §2", made, bytes, altered(Code::CmsAlgConflict))
        .openssl(true, "it does not look at the attribute");

    let made = "The signature algorithm is sha512WithRSAEncryption, digestAlgorithm is SHA-256.";
    let bytes = envelope(cases, |data| {
        signer(data, |s| {
            s.protection = Protection::None;
            s.faults.push(Fault::Algorithm(Scheme::Pkcs1(Digest::Sha512).algorithm()));
        });
    })?;
    let expect = altered(Code::CmsAlgConflict);
    cases
        .add("cms-algorithm-conflict", "PEC-SPEC §10.2 cms.alg_conflict", made, bytes, expect)
        .openssl(true, "it takes the digest from digestAlgorithm and ignores the other");

    let made = "One letter of the readable text was changed after signing.";
    let text = String::from_utf8_lossy(&cases.world().alfa.seal(&draft)?).replacen(
        "messaggio con Oggetto",
        "messaggio con oggetto",
        1,
    );
    cases
        .add(
            "cms-text-changed",
            "RFC 5652 §5.4",
            made,
            text.into_bytes(),
            certified(KIND).altered(Code::CmsDigestMismatch),
        )
        .openssl(false, "");
    Ok(())
}

fn unreadable(cases: &mut Cases<'_>) -> Result<(), Error> {
    let draft = cases.scene.transport();
    let content = draft.content();
    let p7s = cases.world().alfa.signed_data(draft.at).build(&content)?;
    let der_p7s = SignedData { encoding: Encoding::Der, ..cases.world().alfa.signed_data(draft.at) }.build(&content)?;
    let rows: [(&str, &'static str, Vec<u8>); 6] = [
        ("cms-garbage", "smime.p7s holds text.", b"This is not a signature.".to_vec()),
        ("cms-empty", "smime.p7s is empty.", Vec::new()),
        (
            "cms-truncated-der",
            "smime.p7s ends in the middle (definite lengths).",
            der_p7s[..der_p7s.len() / 2].to_vec(),
        ),
        ("cms-truncated-ber", "smime.p7s ends in the middle (indefinite lengths).", p7s[..p7s.len() / 2].to_vec()),
        (
            "cms-not-signed-data",
            "smime.p7s holds id-data.",
            der::sequence(&[der::oid(crate::cms::DATA), der::explicit(0, &der::octets(b"x"))]),
        ),
        (
            "cms-length-bomb",
            "A length of four gigabytes is announced.",
            [&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF][..], &der_p7s[4..]].concat(),
        ),
    ];
    for (name, made, p7s) in rows {
        let bytes = draft.message(&content, &p7s);
        cases.add(name, "RFC 5652 §5.1", made, bytes, unverifiable(Code::CmsParse)).openssl(false, "");
    }
    let nested = [vec![[0x30, 0x80]; 20_000].concat(), vec![0; 40_000]].concat();
    let made = "Twenty thousand nested sequences of indefinite length.";
    let bytes = draft.message(&content, &nested);
    let mut expect = unverifiable(Code::CmsParse);
    expect.findings.clear();
    cases.add("cms-deep", "VERDICT §2 row 2", made, bytes, expect).openssl(false, "");

    let made = "The signature algorithm is one that nobody knows.";
    let unknown = der::sequence(&[der::oid("1.3.6.1.4.1.99999.42")]);
    let bytes = envelope(cases, |data| {
        signer(data, |s| {
            s.protection = Protection::None;
            s.faults.push(Fault::Algorithm(unknown));
        })
    })?;
    cases
        .add("cms-unknown-algorithm", "VERDICT §2 row 2", made, bytes, unverifiable(Code::CmsUnsupported))
        .openssl(false, "");

    let made = "digestAlgorithm is MD5.";
    let bytes = envelope(cases, |data| {
        signer(data, |s| {
            s.protection = Protection::None;
            s.faults.push(Fault::DigestField(Digest::Md5));
        })
    })?;
    let mut expect = unverifiable(Code::CmsWeakDigest);
    expect.findings = vec![(Code::CmsWeakDigest, FATAL)];
    cases.add("cms-md5", "RFC 6151; PEC-SPEC §10.2 cms.weak_digest", made, bytes, expect).openssl(false, "");
    Ok(())
}

fn certificates(cases: &mut Cases<'_>) -> Result<(), Error> {
    let made = "No certificate travels in the signature, none is supplied.";
    let bytes = envelope(cases, |data| data.certificates.clear())?;
    cases
        .add("cms-no-certificate", "RFC 6109 §2.1", made, bytes, unverifiable(Code::CertMissing).any_integrity())
        .openssl(false, "");

    let made = "Only the authority's certificate travels in the signature.";
    let bytes = envelope(cases, |data| {
        data.certificates.remove(0);
    })?;
    cases
        .add("cms-no-leaf", "RFC 6109 §2.1", made, bytes, unverifiable(Code::CertMissing).any_integrity())
        .openssl(false, "");

    let made = "The signer's certificate is cut in its middle, under a length that fits.";
    let leaf = &cases.world().alfa.certificate;
    let half = der::tlv(der::tag::SEQUENCE, &leaf.der[4..leaf.der.len() / 2]);
    let authority = cases.world().alfa.authority.certificate.der.clone();
    let bytes = envelope(cases, |data| data.certificates = vec![half, authority])?;
    let mut expect = unverifiable(Code::CertUnreadable).any_integrity();
    expect.complete = false;
    cases.add("cms-certificate-unreadable", "RFC 5280 §4.1", made, bytes, expect).openssl(false, "");

    let made = "One odd certificate that nobody can read travels beside the good ones.";
    let odd = der::sequence(&[der::integer(1), der::octets(b"odd")]);
    let bytes = envelope(cases, |data| data.certificates.push(odd))?;
    cases
        .add(
            "cms-odd-certificate",
            "DESIGN: one odd certificate must not spoil the rest",
            made,
            bytes,
            certified(KIND).partial(),
        )
        .openssl(false, "one unreadable certificate makes it give up on the whole");

    let many: Vec<_> = (0..40).map(|_| cases.world().stamper.certificate.der.clone()).collect();
    let made = "Forty certificates.";
    let bytes = envelope(cases, |data| data.certificates.extend(many))?;
    cases
        .add("cms-many-certificates", "VERDICT §2 row 2", made, bytes, unverifiable(Code::CmsLimits).any_integrity())
        .openssl(true, "it has no limits");

    let (alfa, made) = (&cases.world().alfa, "micalg says sha1, the signature uses SHA-256.");
    let mut draft = cases.scene.transport();
    draft.micalg = Some("sha1".into());
    let expect = certified(KIND).with(Code::MimeMicalgMismatch, INFO);
    cases.add("cms-micalg-other", "RFC 8551 §3.5.3.2", made, alfa.seal(&draft)?, expect);
    draft.micalg = Some("\"sha-256\"".into());
    let made = "micalg in the dashed spelling, quoted.";
    cases.add("cms-micalg-dashed", "RFC 8551 §3.5.3.2", made, alfa.seal(&draft)?, certified(KIND));
    draft.micalg = Some(String::new());
    let made = "No micalg at all.";
    cases.add("cms-micalg-absent", "RFC 8551 §3.5.3.2", made, alfa.seal(&draft)?, certified(KIND).partial());
    Ok(())
}
