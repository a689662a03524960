//! The view against the crate `cms`, which reads the same structure in another way.

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::SignerIdentifier;
use der::{Decode, Encode};

use super::super::view::SignerId;
use super::*;

/// Compares every field; `None` when `cms` does not read the input.
fn compare(signature: &[u8]) -> Option<()> {
    let info = ContentInfo::from_der(signature).ok()?;
    let theirs = info.content.decode_as::<cms::signed_data::SignedData>().ok()?;
    let ours = match SignedData::parse(signature, &Limits::DEFAULT) {
        Ok(ours) => ours,
        // The outer type is the caller's to look at, there; and the crate takes any value for an attribute.
        Err(Error::NotSignedData) if info.content_type.as_bytes() != oid::SIGNED_DATA => return Some(()),
        Err(_) if theirs.signer_infos.0.iter().any(has_odd_attribute) => return Some(()),
        Err(error) => panic!("the crate reads it, we do not: {error}"),
    };

    assert_eq!(ours.content_type, theirs.encap_content_info.econtent_type.as_bytes());
    assert_eq!(ours.content.is_some(), theirs.encap_content_info.econtent.is_some());
    let certificates: Vec<Vec<u8>> = theirs
        .certificates
        .iter()
        .flat_map(|set| set.0.iter())
        .filter(|choice| matches!(choice, CertificateChoices::Certificate(_)))
        .map(|certificate| certificate.to_der().unwrap())
        .collect();
    // The crate keeps sets sorted.
    let mut own: Vec<&[u8]> = ours.certificates.clone();
    own.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    let mut certificates: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    certificates.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    assert_eq!(own, certificates);

    assert_eq!(ours.signers.len(), theirs.signer_infos.0.len());
    for signer in &ours.signers {
        assert!(theirs.signer_infos.0.iter().any(|other| {
            let same_id = match (&other.sid, signer.id) {
                (SignerIdentifier::IssuerAndSerialNumber(id), SignerId::IssuerAndSerial { issuer, serial }) => {
                    id.issuer.to_der().unwrap() == issuer && id.serial_number.as_bytes() == serial
                }
                (SignerIdentifier::SubjectKeyIdentifier(id), SignerId::SubjectKeyIdentifier(own)) => {
                    id.0.as_bytes() == own
                }
                _ => false,
            };
            let attributes =
                |of: &Option<cms::signed_data::SignedAttributes>| of.as_ref().map(|set| set.to_der().unwrap());
            same_id
                && other.digest_alg.oid.as_bytes() == signer.digest_oid
                && other.signature_algorithm.oid.as_bytes() == signer.signature_oid
                && other.signature.as_bytes() == &*signer.signature
                && attributes(&other.signed_attrs)
                    == signer.signed_attributes.as_ref().map(|own| own.received().unwrap().concat())
                && other.unsigned_attrs.is_some() == signer.unsigned_attributes.is_some()
        }));
    }
    Some(())
}

/// contentType is no object identifier, or messageDigest no OCTET STRING.
fn has_odd_attribute(signer: &cms::signed_data::SignerInfo) -> bool {
    use der::Tagged;
    let attributes = signer.signed_attrs.iter().flat_map(|set| set.iter());
    attributes.flat_map(|one| one.values.iter().map(|value| (one.oid, value.tag()))).any(|(kind, tag)| {
        match kind.as_bytes() {
            oid::CONTENT_TYPE => tag != der::Tag::ObjectIdentifier,
            oid::MESSAGE_DIGEST => tag != der::Tag::OctetString,
            _ => false,
        }
    })
}

#[test]
fn same_fields_as_the_crate_cms() {
    let Some(openssl) = OpenSsl::new() else { return };
    openssl.identity("one", "rsa:2048");
    openssl.identity("two", "ec:P-256");
    for options in [
        "-signer one.pem -inkey one.key",
        "-signer one.pem -inkey one.key -nodetach",
        "-signer one.pem -inkey one.key -noattr -keyid",
        "-signer two.pem -inkey two.key -cades -certfile one.pem",
        "-signer one.pem -inkey one.key -signer two.pem -inkey two.key",
        "-signer one.pem -inkey one.key -keyopt rsa_padding_mode:pss -nocerts",
    ] {
        let mut signature = openssl.sign(CONTENT, options);
        assert!(compare(&signature).is_some(), "{options}: the crate does not read it");
        let mut read = 0;
        for at in 0..signature.len() {
            signature[at] ^= 0x04;
            read += usize::from(compare(&signature).is_some());
            signature[at] ^= 0x04;
        }
        assert!(read > 100, "{options}: {read}");
    }
}
