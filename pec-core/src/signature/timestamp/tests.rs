use super::super::tests::openssl::OpenSsl;
use super::*;

const CONFIGURATION: &str = "[tsa]
default_tsa = main
[main]
serial = ./serial
crypto_device = builtin
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha1, sha256, sha384, sha512
accuracy = secs:1, millisecs:500
ess_cert_id_chain = no
";

/// An authority of our own: a key and a certificate with these extensions.
fn authority(openssl: &OpenSsl, name: &str, extended_key_usage: &str) {
    openssl.run(&format!(
        "req -x509 -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.pem -days 3650 -subj /C=IT/O=Prova/CN={name} \
         {extended_key_usage}"
    ));
    openssl.run(&format!("x509 -in {name}.pem -outform DER -out {name}.der"));
    openssl.write("serial", b"01\n");
}

/// A TimeStampResp for the data, made by `openssl ts`.
fn response(openssl: &OpenSsl, name: &str, data: &[u8], query: &str, reply: &str) -> Vec<u8> {
    openssl.write("conf", format!("{CONFIGURATION}{reply}").as_bytes());
    openssl.write("data", data);
    openssl.run(&format!("ts -query -data data {query} -out query"));
    openssl.run(&format!(
        "ts -reply -config conf -section main -queryfile query -signer {name}.pem -inkey {name}.key -out response"
    ));
    openssl.read("response")
}

const CRITICAL: &str = "-addext extendedKeyUsage=critical,timeStamping";

#[test]
fn tokens_of_openssl() {
    let Some(openssl) = OpenSsl::new() else { return };
    authority(&openssl, "tsa", CRITICAL);
    for (query, reply, digest) in [
        ("-sha256 -cert", "", DigestAlgorithm::Sha256),
        ("-sha512 -cert", "signer_digest = sha512\ness_cert_id_alg = sha512\n", DigestAlgorithm::Sha512),
        ("-sha1 -cert -no_nonce", "ess_cert_id_alg = sha1\n", DigestAlgorithm::Sha1),
    ] {
        let reply =
            if reply.contains("signer_digest") { reply.to_owned() } else { format!("signer_digest = sha256\n{reply}") };
        let response = response(&openssl, "tsa", b"i dati", query, &reply);
        let token = token_of_response(&response).unwrap();
        let stamp = verify(token, b"i dati", &Limits::DEFAULT).unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(stamp.imprint_algorithm, digest);
        assert_eq!(stamp.certificate, openssl.read("tsa.der"));
        assert_eq!(stamp.certificates, [stamp.certificate]);
        assert_eq!(stamp.accuracy, Some(2), "1.5 seconds, rounded up");
        assert_eq!(stamp.policy, "1.2.3.4.1");
        openssl.write("token", token);
        openssl.run("ts -verify -data data -in token -token_in -CAfile tsa.pem");
        let age =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64 - stamp.time;
        assert!((-5..600).contains(&age), "{age}");

        assert_eq!(verify(token, b"altri dati", &Limits::DEFAULT), Err(TimeStampError::Imprint));
        let mut altered = token.to_vec();
        let time = altered.windows(2).position(|two| two == [0x18, 15]).unwrap();
        altered[time + 16] = if altered[time + 15] == b'0' { b'1' } else { b'0' };
        altered[time + 14] ^= 1;
        let altered = verify(&altered, b"i dati", &Limits::DEFAULT);
        assert!(matches!(altered, Err(TimeStampError::Altered | TimeStampError::NotToken)), "{altered:?}");
    }
}

#[test]
fn tokens_that_prove_nothing() {
    let Some(openssl) = OpenSsl::new() else { return };
    authority(&openssl, "tsa", CRITICAL);
    let sha256 = "signer_digest = sha256\ness_cert_id_alg = sha256\n";
    let bare = response(&openssl, "tsa", b"i dati", "-sha256", sha256);
    let bare = token_of_response(&bare).unwrap();
    assert_eq!(verify(bare, b"i dati", &Limits::DEFAULT), Err(TimeStampError::CertificateMissing));

    let good = response(&openssl, "tsa", b"i dati", "-sha256 -cert", sha256);
    let good = token_of_response(&good).unwrap();
    assert!(verify(good, b"i dati", &Limits::DEFAULT).is_ok());
    assert_eq!(token_of_response(good), Err(TimeStampError::NotToken));

    // A signature over a genuine TSTInfo by somebody whose certificate is not for time-stamping, or does not bind it.
    let signed = SignedData::parse(good, &Limits::DEFAULT).unwrap();
    openssl.write("info", &signed.content_octets().unwrap().unwrap());
    for (name, extension, options, expected) in [
        ("none", "", "-cades", TimeStampError::CertificatePurpose),
        ("lax", "-addext extendedKeyUsage=timeStamping", "-cades", TimeStampError::CertificatePurpose),
        (
            "both",
            "-addext extendedKeyUsage=critical,timeStamping,emailProtection",
            "-cades",
            TimeStampError::CertificatePurpose,
        ),
        ("unbound", CRITICAL, "", TimeStampError::CertificateNotBound),
    ] {
        authority(&openssl, name, extension);
        openssl.run(&format!(
            "cms -sign -binary -nodetach -outform DER -in info -out forged -signer {name}.pem -inkey {name}.key \
             -econtent_type 1.2.840.113549.1.9.16.1.4 {options}"
        ));
        assert_eq!(verify(&openssl.read("forged"), b"i dati", &Limits::DEFAULT), Err(expected), "{name}");
    }
    openssl.run("cms -sign -binary -nodetach -outform DER -in info -out plain -signer tsa.pem -inkey tsa.key");
    assert_eq!(verify(&openssl.read("plain"), b"i dati", &Limits::DEFAULT), Err(TimeStampError::NotToken));
}

#[test]
fn damaged_tokens_never_pass() {
    let Some(openssl) = OpenSsl::new() else { return };
    authority(&openssl, "tsa", CRITICAL);
    let sha256 = "signer_digest = sha256\ness_cert_id_alg = sha256\n";
    let response = response(&openssl, "tsa", b"i dati", "-sha256 -cert", sha256);
    let token = token_of_response(&response).unwrap();
    let whole = verify(token, b"i dati", &Limits::DEFAULT).unwrap();
    for end in 0..token.len() {
        assert!(verify(&token[..end], b"i dati", &Limits::DEFAULT).is_err(), "cut at {end}");
    }
    for at in 0..token.len() {
        let mut damaged = token.to_vec();
        damaged[at] ^= 0x10;
        if let Ok(stamp) = verify(&damaged, b"i dati", &Limits::DEFAULT) {
            assert_eq!((stamp.time, &stamp.serial), (whole.time, &whole.serial), "flipped at {at}");
        }
    }
}

/// A time-stamp over the signature value, in an unsigned attribute as providers would add it.
#[test]
fn stamp_of_a_signature() {
    let Some(openssl) = OpenSsl::new() else { return };
    authority(&openssl, "tsa", CRITICAL);
    openssl.identity("rsa", "rsa:2048");
    let signature = openssl.sign(b"testo", "-signer rsa.pem -inkey rsa.key");
    let signed = SignedData::parse(&signature, &Limits::DEFAULT).unwrap();
    assert!(of_signer(&signed.signers[0], &Limits::DEFAULT).is_empty());
    let value = signed.signers[0].signature.to_vec();

    for (data, expected) in [(&value[..], true), (b"altro", false)] {
        let response =
            response(&openssl, "tsa", data, "-sha256 -cert", "signer_digest = sha256\ness_cert_id_alg = sha256\n");
        let stamped = with_unsigned_attribute(&signature, token_of_response(&response).unwrap());
        let signed = SignedData::parse(&stamped, &Limits::DEFAULT).unwrap();
        let found = of_signer(&signed.signers[0], &Limits::DEFAULT);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].is_ok(), expected, "{:?}", found[0]);
    }
}

/// Adds the attribute id-aa-timeStampToken to the only signer, which must end the signature.
fn with_unsigned_attribute(signature: &[u8], token: &[u8]) -> Vec<u8> {
    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], content].concat()
    }
    let kind = [&[tag::OID, 11], oid::TIME_STAMP_TOKEN].concat();
    let attribute = element(tag::SEQUENCE, &[kind, element(tag::SET, token)].concat());
    let added = element(tag::context(1), &attribute);

    let read = |tag, input| Reader::der(input).expect(tag).unwrap();
    let info = read(tag::SEQUENCE, signature);
    let explicit = read(tag::context(0), &info.content[11..]);
    let data = read(tag::SEQUENCE, explicit.content);
    let mut fields = data.children();
    let mut last = fields.next().unwrap();
    while !fields.is_empty() {
        last = fields.next().unwrap();
    }
    let signer = read(tag::SEQUENCE, last.content);
    let signers = element(tag::SET, &element(tag::SEQUENCE, &[signer.content, &added].concat()));
    let before = &data.content[..data.content.len() - last.raw.len()];
    let data = element(tag::SEQUENCE, &[before, &signers].concat());
    element(tag::SEQUENCE, &[&info.content[..11], &element(tag::context(0), &data)].concat())
}
