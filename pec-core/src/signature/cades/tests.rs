use super::super::tests::openssl::OpenSsl;
use super::*;

const DOCUMENT: &[u8] = b"%PDF-1.4 un atto";

fn sign(openssl: &OpenSsl, content: &[u8], options: &str) -> Vec<u8> {
    openssl.sign(content, &format!("-nodetach -md sha256 {options}"))
}

#[test]
fn every_spelling_of_one_signature() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.identity("rossi", "rsa:2048");
    openssl.run("x509 -in rossi.pem -outform DER -out rossi.der");
    for options in ["-cades", "-cades -stream", "", "-keyid", "-noattr"] {
        let der = sign(&openssl, DOCUMENT, &format!("-signer rossi.pem -inkey rossi.key {options}"));
        let pem = pem::STANDARD.encode("PKCS7", &der).into_bytes();
        let text = base64::MIME.encode(&der).into_bytes();
        let marked = [b"\xef\xbb\xbf\r\n", &text[..]].concat();
        for file in [&der, &pem, &text, &marked] {
            let opened = unwrap(file, &Limits::DEFAULT).unwrap();
            assert_eq!(opened.content, DOCUMENT);
            let [layer] = &opened.layers[..] else { panic!("{} layers", opened.layers.len()) };
            let [signer] = &layer.signers[..] else { panic!("{} signers", layer.signers.len()) };
            assert_eq!(signer.integrity, Integrity::Intact, "{options}");
            assert_eq!(signer.certificate, Some(openssl.read("rossi.der")));
            assert_eq!(signer.names_certificate, options.contains("-cades"));
        }
        let opened = unwrap(&der, &Limits::DEFAULT).unwrap();
        assert_eq!(matches!(opened.content, Cow::Borrowed(_)), !options.contains("-stream"), "copied: {options}");
    }
}

#[test]
fn around_each_other() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.identity("rossi", "rsa:2048");
    openssl.identity("bianchi", "ec:P-256");
    let inner = sign(&openssl, DOCUMENT, "-signer rossi.pem -inkey rossi.key -cades");
    let text = base64::MIME.encode(&inner).into_bytes();
    for middle in [&inner, &text] {
        let outer = sign(&openssl, middle, "-signer bianchi.pem -inkey bianchi.key -signer rossi.pem -inkey rossi.key");
        let opened = unwrap(&outer, &Limits::DEFAULT).unwrap();
        assert_eq!(opened.content, DOCUMENT);
        assert_eq!(opened.layers.iter().map(|layer| layer.signers.len()).collect::<Vec<_>>(), [2, 1]);
        assert!(opened.layers.iter().flat_map(|layer| &layer.signers).all(|one| one.integrity == Integrity::Intact));
    }
    // An inner file that holds no document, or is damaged, is what was signed.
    for inside in [openssl.sign(DOCUMENT, "-signer rossi.pem -inkey rossi.key"), inner[..inner.len() - 9].to_vec()] {
        let outer = sign(&openssl, &inside, "-signer rossi.pem -inkey rossi.key");
        let opened = unwrap(&outer, &Limits::DEFAULT).unwrap();
        assert_eq!((opened.content, opened.layers.len()), (Cow::Borrowed(&inside[..]), 1));
    }
    let mut deep = DOCUMENT.to_vec();
    for layers in 1..=MAX_LAYERS + 1 {
        deep = sign(&openssl, &deep, "-signer bianchi.pem -inkey bianchi.key");
        let opened = unwrap(&deep, &Limits::DEFAULT);
        if layers <= MAX_LAYERS {
            assert_eq!(opened.unwrap().layers.len(), layers);
        } else {
            assert_eq!(opened, Err(Error::Limit("signatures around each other")));
        }
    }
}

#[test]
fn altered_documents_are_seen() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.identity("rossi", "rsa:2048");
    let integrity = |file: &[u8]| unwrap(file, &Limits::DEFAULT).map(|opened| opened.layers[0].signers[0].integrity);
    let mut file = sign(&openssl, DOCUMENT, "-signer rossi.pem -inkey rossi.key");
    let at = file.windows(DOCUMENT.len()).position(|window| window == DOCUMENT).unwrap();
    file[at + 12] ^= 1;
    assert_eq!(integrity(&file), Ok(Integrity::Altered));

    let bare = sign(&openssl, DOCUMENT, "-signer rossi.pem -inkey rossi.key -nocerts");
    assert_eq!(integrity(&bare), Ok(Integrity::CertificateMissing));
    let md5 = openssl.sign(DOCUMENT, "-nodetach -signer rossi.pem -inkey rossi.key -md md5");
    assert_eq!(integrity(&md5), Ok(Integrity::Unsupported));
    let detached = openssl.sign(DOCUMENT, "-signer rossi.pem -inkey rossi.key");
    assert_eq!(integrity(&detached), Err(Error::NotSignedData));
}

#[test]
fn damage_is_seen() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.identity("rossi", "rsa:2048");
    for options in ["-cades", "-noattr -stream"] {
        let mut file = sign(&openssl, DOCUMENT, &format!("-signer rossi.pem -inkey rossi.key {options}"));
        for end in 0..file.len() {
            assert!(unwrap(&file[..end], &Limits::DEFAULT).is_err(), "cut at {end}");
        }
        for at in 0..file.len() {
            file[at] ^= 0x11;
            if let Ok(opened) = unwrap(&file, &Limits::DEFAULT) {
                let intact = opened.layers[0].signers.iter().any(|signer| signer.integrity == Integrity::Intact);
                assert!(!intact || opened.content == DOCUMENT, "{options}: flipped at {at}");
            }
            file[at] ^= 0x11;
        }
    }
}

#[test]
fn other_files_are_no_signatures() {
    for file in
        [&b""[..], b"%PDF-1.7", b"MIIB", b"ciao a tutti", b"-----BEGIN PKCS7-----\nAAAA\n", &[0x30], &[0x30, 0x80]]
    {
        assert_eq!(unwrap(file, &Limits::DEFAULT), Err(Error::NotSignedData));
    }
    let limits = Limits { decoded_bytes: 3, ..Limits::DEFAULT };
    assert_eq!(unwrap(b"MIIB", &limits), Err(Error::Limit("bytes of the attachment")));
}
