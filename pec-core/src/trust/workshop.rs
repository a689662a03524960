//! Keys, certificates, revocation lists and OCSP answers made at test time, byte by byte, so that each can be wrong in
//! exactly one way.

use std::sync::atomic::{AtomicU64, Ordering};

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};

use super::distinguished_name::attribute;
use crate::asn1::tag;

/// 2020-01-01, the beginning of everything made here.
pub(super) const START: i64 = 1_577_836_800;
pub(super) const YEAR: i64 = 365 * 86_400;

pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match length {
        0..0x80 => out.push(length as u8),
        0x80..0x100 => out.extend([0x81, length as u8]),
        _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    out.extend_from_slice(content);
    out
}

pub(super) fn seq(parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag::SEQUENCE, &parts.concat())
}

pub(super) fn time(seconds: i64) -> Vec<u8> {
    let text = jiff::Timestamp::from_second(seconds).unwrap().strftime("%Y%m%d%H%M%SZ").to_string();
    tlv(tag::GENERALIZED_TIME, text.as_bytes())
}

/// A name of O and CN.
pub(super) fn name(organization: &str, common_name: &str) -> Vec<u8> {
    let rdn =
        |oid: &[u8], text: &str| tlv(tag::SET, &seq(&[&tlv(tag::OID, oid), &tlv(tag::UTF8_STRING, text.as_bytes())]));
    seq(&[&rdn(attribute::ORGANIZATION, organization), &rdn(attribute::COMMON_NAME, common_name)])
}

/// A P-256 key, another one at each call.
pub(super) struct Key {
    secret: SigningKey,
    pub(super) spki: Vec<u8>,
}

impl Key {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let secret = SigningKey::from_slice(&[[1; 8], number, [2; 8], number].concat()).unwrap();
        let ec = tlv(tag::OID, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]);
        let curve = tlv(tag::OID, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
        let point = [&[0], secret.verifying_key().to_sec1_point(false).as_bytes()].concat();
        let spki = seq(&[&seq(&[&ec, &curve]), &tlv(tag::BIT_STRING, &point)]);
        Self { secret, spki }
    }

    /// SEQUENCE of `tbs`, algorithm and signature: certificates, lists and answers all have this form.
    pub(super) fn sign(&self, tbs: &[u8], more: &[u8]) -> Vec<u8> {
        let signature: Signature = self.secret.sign(tbs);
        let bits = [&[0], signature.to_der().as_bytes()].concat();
        seq(&[tbs, &ecdsa(), &tlv(tag::BIT_STRING, &bits), more])
    }
}

pub(super) fn ecdsa() -> Vec<u8> {
    seq(&[&tlv(tag::OID, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2])])
}

/// SubjectPublicKeyInfo of an RSA key of 1024 bits that nobody has.
pub(super) fn rsa_1024() -> Vec<u8> {
    let rsa = tlv(tag::OID, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]);
    let modulus = [&[0, 0xc1][..], &[0x5b; 126], &[0x01]].concat();
    let key = seq(&[&tlv(tag::INTEGER, &modulus), &tlv(tag::INTEGER, &[1, 0, 1])]);
    seq(&[&seq(&[&rsa, &[5, 0]]), &tlv(tag::BIT_STRING, &[&[0], &key[..]].concat())])
}

pub(super) fn extension(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    seq(&[&tlv(tag::OID, id), flag, &tlv(tag::OCTET_STRING, value)])
}

pub(super) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
pub(super) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
pub(super) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
pub(super) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
pub(super) const POLICIES: &[u8] = &[0x55, 0x1d, 32];
pub(super) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
pub(super) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 35];
pub(super) const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];

/// What goes into a certificate.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) serial: u8,
    pub(super) issuer: Vec<u8>,
    pub(super) subject: Vec<u8>,
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    pub(super) spki: Vec<u8>,
    /// Identifier and encoding of each extension.
    pub(super) extensions: Vec<(&'static [u8], Vec<u8>)>,
}

impl Draft {
    /// A CA certificate for e-mail with pathLen 0 that permits the host `pec.aruba.it`, of ten years.
    pub(super) fn authority(issuer: &[u8], subject: &[u8], key: &Key) -> Self {
        let host = seq(&[&tlv(0x81, b"pec.aruba.it")]);
        let excluded = seq(&[&tlv(0x82, b"")]);
        let constraints = seq(&[&tlv(0xa0, &host), &tlv(0xa1, &excluded)]);
        Self {
            serial: 1,
            issuer: issuer.to_vec(),
            subject: subject.to_vec(),
            not_before: START,
            not_after: START + 10 * YEAR,
            spki: key.spki.clone(),
            extensions: Vec::new(),
        }
        .with(BASIC_CONSTRAINTS, true, &seq(&[&[1, 1, 0xff], &[2, 1, 0]]))
        .with(KEY_USAGE, true, &[3, 2, 1, 0x06])
        .with(NAME_CONSTRAINTS, false, &constraints)
    }

    /// A certificate as AgID CA1 gives to providers, of three years.
    pub(super) fn signer(issuer: &[u8], address: &str, spki: &[u8]) -> Self {
        let pec_policy = tlv(tag::OID, &[0x2b, 0x4c, 0x10, 0x03, 0x01, 0x01]);
        let email = tlv(tag::OID, super::certificate::purpose::EMAIL_PROTECTION);
        Self {
            serial: 2,
            issuer: issuer.to_vec(),
            subject: name("Gestore S.p.A.", "Posta Certificata Gestore"),
            not_before: START + YEAR,
            not_after: START + 4 * YEAR,
            spki: spki.to_vec(),
            extensions: Vec::new(),
        }
        .with(KEY_USAGE, true, &[3, 2, 7, 0x80])
        .with(EXTENDED_KEY_USAGE, false, &seq(&[&email]))
        .with(SUBJECT_ALT_NAME, false, &seq(&[&tlv(0x81, address.as_bytes())]))
        .with(POLICIES, false, &seq(&[&seq(&[&pec_policy])]))
        .with(AUTHORITY_KEY_ID, false, &seq(&[&tlv(0x80, b"ca")]))
        .with(SUBJECT_KEY_ID, false, &tlv(tag::OCTET_STRING, b"leaf"))
    }

    /// The same with an extension added, or put in the place of the one of the same kind.
    pub(super) fn with(self, id: &'static [u8], critical: bool, value: &[u8]) -> Self {
        let mut draft = self.without(id);
        draft.extensions.push((id, extension(id, critical, value)));
        draft
    }

    pub(super) fn without(mut self, id: &[u8]) -> Self {
        self.extensions.retain(|(known, _)| *known != id);
        self
    }

    pub(super) fn between(self, not_before: i64, not_after: i64) -> Self {
        Self { not_before, not_after, ..self }
    }

    pub(super) fn sign(&self, key: &Key) -> Vec<u8> {
        let extensions: Vec<u8> = self.extensions.iter().flat_map(|(_, encoded)| encoded.clone()).collect();
        let tbs = seq(&[
            &[0xa0, 3, 2, 1, 2],
            &tlv(tag::INTEGER, &[self.serial]),
            &ecdsa(),
            &self.issuer,
            &seq(&[&time(self.not_before), &time(self.not_after)]),
            &self.subject,
            &self.spki,
            &tlv(0xa3, &tlv(tag::SEQUENCE, &extensions)),
        ]);
        key.sign(&tbs, &[])
    }
}

/// Serial, time and reason.
pub(super) type Revoked = (u8, i64, Option<u8>);

/// A complete list, number 7.
pub(super) fn crl(issuer: &[u8], this: i64, next: i64, entries: &[Revoked], more: &[u8], key: &Key) -> Vec<u8> {
    list(issuer, 7, (this, next), entries, more, key)
}

/// A delta list of this number, to that.
pub(super) fn delta(issuer: &[u8], number: u8, life: (i64, i64), entries: &[Revoked], key: &Key) -> Vec<u8> {
    list(issuer, number, life, entries, &extension(&[0x55, 0x1d, 27], true, &tlv(tag::INTEGER, &[7])), key)
}

fn list(issuer: &[u8], number: u8, (this, next): (i64, i64), entries: &[Revoked], more: &[u8], key: &Key) -> Vec<u8> {
    let entry = |(serial, when, reason): &Revoked| {
        let extensions = reason.map_or_else(Vec::new, |reason| {
            seq(&[&extension(&[0x55, 0x1d, 21], false, &tlv(tag::ENUMERATED, &[reason]))])
        });
        seq(&[&tlv(tag::INTEGER, &[*serial]), &time(*when), &extensions])
    };
    let entries: Vec<u8> = entries.iter().flat_map(entry).collect();
    let entries = if entries.is_empty() { Vec::new() } else { tlv(tag::SEQUENCE, &entries) };
    let number = extension(&[0x55, 0x1d, 20], false, &tlv(tag::INTEGER, &[number]));
    let extensions = tlv(0xa0, &seq(&[&number, more]));
    let tbs = seq(&[&tlv(tag::INTEGER, &[1]), &ecdsa(), issuer, &time(this), &time(next), &entries, &extensions]);
    key.sign(&tbs, &[])
}

/// An OCSP answer about serial 2 of `issuer`, by whoever has `key`; `status` is the encoded CertStatus.
pub(super) fn ocsp(
    issuer: &[u8],
    issuer_spki: &[u8],
    status: &[u8],
    this: i64,
    responder: &[u8],
    key: &Key,
    carried: &[u8],
) -> Vec<u8> {
    use crate::crypto::{DigestAlgorithm, digest};
    let sha1 = seq(&[&tlv(tag::OID, &[0x2b, 0x0e, 3, 2, 0x1a]), &[5, 0]]);
    let mut spki = crate::asn1::Reader::der(issuer_spki).next().unwrap().children();
    spki.next().unwrap();
    let bits = spki.next().unwrap().bit_string().unwrap();
    let hash = |data: &[u8]| tlv(tag::OCTET_STRING, digest(DigestAlgorithm::Sha1, data).as_bytes());
    let id = seq(&[&sha1, &hash(issuer), &hash(bits), &tlv(tag::INTEGER, &[2])]);
    let next = tlv(0xa0, &time(this + 86_400));
    let single = seq(&[&id, status, &time(this), &next]);
    let tbs = seq(&[&tlv(0xa1, responder), &time(this), &seq(&[&single])]);
    let certificates = if carried.is_empty() { Vec::new() } else { tlv(0xa0, &seq(&[carried])) };
    let basic = key.sign(&tbs, &certificates);
    let kind = tlv(tag::OID, &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1]);
    seq(&[&tlv(tag::ENUMERATED, &[0]), &tlv(0xa0, &seq(&[&kind, &tlv(tag::OCTET_STRING, &basic)]))])
}
