//! A valid signature, cut and flipped: no panic, and nothing that was signed changes unseen.

use super::*;

#[test]
fn cut_anywhere() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.identity("rsa", "rsa:2048");
    for options in ["", "-stream -nodetach"] {
        let whole = openssl.sign(CONTENT, &format!("-signer rsa.pem -inkey rsa.key {options}"));
        for end in 0..whole.len() {
            assert_eq!(codes(&whole[..end], CONTENT), [Code::CmsParse], "cut at {end}");
        }
    }
}

/// Each byte changed in four ways. What still verifies must say the same as before: the change was in a place that no
/// signature protects (the certificate's own signature is judged elsewhere).
#[test]
fn flipped_anywhere() {
    let Some(openssl) = OpenSsl::new() else { return };
    for (name, kind, options) in [
        ("rsa", "rsa:2048", ""),
        ("rsa", "rsa:2048", "-keyopt rsa_padding_mode:pss"),
        ("p256", "ec:P-256", "-cades"),
        ("p256", "ec:P-256", "-noattr"),
    ] {
        openssl.identity(name, kind);
        let mut whole = openssl.sign(CONTENT, &format!("-signer {name}.pem -inkey {name}.key -md sha256 {options}"));
        let facts = |signature: &[u8]| {
            let signed = SignedData::parse(signature, &Limits::DEFAULT).ok()?;
            let facts = check(&signed, CONTENT);
            let [signer] = &facts[..] else { return None };
            let key = signer.certificate()?.public_key.to_vec();
            let attributes = signer.attributes.as_ref().map(|facts| facts.signing_time);
            signer.verifies().then_some((key, attributes, signer.digest_algorithm, signer.scheme))
        };
        let before = facts(&whole).expect("valid");
        let mut harmless = 0;
        for at in 0..whole.len() {
            for mask in [0x01, 0x20, 0x80, 0xff] {
                whole[at] ^= mask;
                if passes(&whole, CONTENT) {
                    harmless += 1;
                    assert_eq!(facts(&whole).as_ref(), Some(&before), "{options}: byte {at} ^ {mask:02x}");
                }
                whole[at] ^= mask;
            }
        }
        assert!(harmless < whole.len() * 3, "{options}: {harmless}");
    }
}

#[test]
fn content_flipped_anywhere() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.identity("rsa", "rsa:2048");
    for options in ["-md sha1", "-md sha256", "-noattr"] {
        let signature = openssl.sign(CONTENT, &format!("-signer rsa.pem -inkey rsa.key {options}"));
        let mut content = CONTENT.to_vec();
        for at in 0..content.len() {
            content[at] ^= 1;
            assert!(!passes(&signature, &content), "{options}: {at}");
            content[at] ^= 1;
        }
        assert!(passes(&signature, &content));
        assert!(!passes(&signature, &content[1..]) && !passes(&signature, &[&content[..], b" "].concat()));
    }
}

/// Bytes that were never a signature, from a small generator so that a failure can be repeated.
#[test]
fn noise() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let frame: &[u8] = &[0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 0x80, 0x30, 0x80];
    for _ in 0..20_000 {
        let length = usize::try_from(next() % 64).unwrap();
        let alphabet = [0x30, 0x31, 0xa0, 0xa1, 0x24, 0x80, 0, 2, 4, 6, 1, 3];
        let mut input = frame.to_vec();
        input.extend((0..length).map(|_| alphabet[usize::try_from(next() % 12).unwrap()]));
        assert!(!passes(&input, CONTENT), "{input:02x?}");
        let _ = cades::unwrap(&input, &Limits::DEFAULT);
        let _ = timestamp::verify(&input, CONTENT, &Limits::DEFAULT);
    }
}
