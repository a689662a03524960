//! Certificates of real messages, read from the reference folder; skipped where it is absent.

use std::path::PathBuf;

use super::*;
use crate::asn1::{Reader, tag};

/// 2026-11-01.
const NOW: i64 = 1_793_491_200;

fn reference() -> Option<PathBuf> {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let root = std::env::var_os("PEC_REFERENCE").map_or_else(default, PathBuf::from);
    if root.join("samples").is_dir() {
        return Some(root);
    }
    eprintln!("skipped: no reference samples (PEC_REFERENCE)");
    None
}

/// The signature object of a message, its certificates and its signing time.
struct Signed {
    name: String,
    certificates: Vec<Vec<u8>>,
    time: i64,
}

impl Signed {
    fn read(path: &std::path::Path) -> Self {
        let message = std::fs::read(path).unwrap();
        let part = memchr::memmem::rfind(&message, b"pkcs7-signature").unwrap();
        let text = String::from_utf8_lossy(&message[part..]).replace('\r', "");
        let body = text.split("\n\n").nth(1).unwrap().split("\n--").next().unwrap();
        let cms = encodify::base64::MIME.decode(body).unwrap().to_vec();
        let signed_data = Reader::ber(&cms).next().unwrap();
        let mut fields = signed_data.children();
        fields.next().unwrap();
        let mut fields = fields.next().unwrap().children().next().unwrap().children();
        let mut certificates = Vec::new();
        while let Ok(field) = fields.next() {
            if field.tag == tag::context(0) {
                let mut list = field.children();
                while let Ok(certificate) = list.next() {
                    certificates.push(certificate.raw.to_vec());
                }
            }
        }
        let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5];
        let at = memchr::memmem::find(&cms, &oid).unwrap() + oid.len();
        let time = Reader::ber(&cms[at..]).next().unwrap().children().next().unwrap().time().unwrap();
        certificates.sort_by_key(|der| Certificate::parse(der).unwrap().is_ca());
        Self { name: path.file_name().unwrap().to_string_lossy().into_owned(), certificates, time }
    }
}

fn messages() -> Vec<Signed> {
    let Some(root) = reference() else { return Vec::new() };
    let files = std::fs::read_dir(root.join("samples/pec")).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|end| end == "eml")).map(|path| Signed::read(&path)).collect()
}

fn codes(judgement: &Judgement) -> Vec<Code> {
    judgement.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn signers_of_real_messages_were_trusted_and_have_expired() {
    let store = TrustStore::built_in();
    for signed in messages() {
        let carried: Vec<&[u8]> = signed.certificates[1..].iter().map(Vec::as_slice).collect();
        let question = Question {
            leaf: &signed.certificates[0],
            carried: &carried,
            time: Some(signed.time),
            proven: false,
            now: NOW,
            from: None,
            evidence: &Evidence::none(),
            store: &store,
            limits: &Limits::DEFAULT,
        };
        let mut cache = ChainCache::new(4);
        let judgement = judge(&question, Some(&mut cache));
        let name = &signed.name;
        assert_eq!(judgement.trust_at_signing, TrustAtSigning::Trusted, "{name}: {:?}", judgement.findings);
        assert_eq!(judgement.trust_now, TrustNow::Expired, "{name}: {:?}", judgement.findings);
        assert_eq!(judgement.revocation, Revocation::NotChecked);
        let old = signed.time <= WEAK_END;
        assert_eq!(judgement.anchor, Some(if old { Anchor::DigitPaCa1 } else { Anchor::AgidCa1 }), "{name}");
        assert_eq!(judgement.weak_key, old, "{name}");
        assert_eq!(codes(&judgement).contains(&Code::CertKeyWeak), old, "{name}");
        assert!(codes(&judgement).contains(&Code::CertExpiredNow));
        assert_eq!(judgement.path.len(), 2);
        assert_eq!(cache.len(), 1);
        assert_eq!(judge(&question, Some(&mut cache)), judgement, "{name}: the cache says something else");

        // The same after the end of the certificate, and without a time.
        let late = judge(&Question { time: Some(NOW), ..question }, Some(&mut cache));
        assert_eq!(late.trust_at_signing, TrustAtSigning::Untrusted);
        assert!(codes(&late).contains(&Code::CertValidityAtSigning), "{name}: {:?}", late.findings);
        let timeless = judge(&Question { time: None, ..question }, None);
        let expected = if old { TrustAtSigning::Untrusted } else { TrustAtSigning::Unknown };
        assert_eq!(timeless.trust_at_signing, expected, "{name}: {:?}", timeless.findings);
        // Without its authority there is no path, and a known host must not be claimed.
        let alone = judge(&Question { carried: &[], ..question }, None);
        assert_eq!(alone.trust_at_signing, TrustAtSigning::Untrusted);
        assert!(codes(&alone).contains(&Code::CertPath));
        assert!(!codes(&alone).contains(&Code::CertImpersonation), "{name}: a genuine signer is called an impostor");
    }
}

#[test]
fn an_unlisted_issue_counts_only_under_the_pinned_root() {
    let mut data: serde_json::Value = serde_json::from_str(&TrustStore::built_in().to_json()).unwrap();
    data["certificates"] = serde_json::json!([]);
    let store = TrustStore::from_json(&data.to_string()).unwrap();
    for signed in messages() {
        let carried: Vec<&[u8]> = signed.certificates[1..].iter().map(Vec::as_slice).collect();
        let question = Question {
            leaf: &signed.certificates[0],
            carried: &carried,
            time: Some(signed.time),
            proven: false,
            now: NOW,
            from: None,
            evidence: &Evidence::none(),
            store: &store,
            limits: &Limits::DEFAULT,
        };
        let judgement = judge(&question, None);
        let name = &signed.name;
        if signed.time > WEAK_END {
            assert_eq!(judgement.trust_at_signing, TrustAtSigning::Trusted, "{name}: {:?}", judgement.findings);
        } else {
            // DigitPA CA1 was issued under another root and counts only when it is listed.
            assert!(codes(&judgement).contains(&Code::CertCaUnknownIssue), "{name}: {:?}", judgement.findings);
            assert_eq!(judgement.trust_at_signing, TrustAtSigning::Untrusted);
        }
    }
}

#[test]
fn every_known_issue_is_recognised() {
    let Some(root) = reference() else { return };
    let store = TrustStore::built_in();
    for entry in std::fs::read_dir(root.join("samples/pec-ca")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|end| end != "pem") {
            continue;
        }
        let block = encodify::pem::STANDARD.decode(&std::fs::read(&path).unwrap()).unwrap().contents;
        let certificate = Certificate::parse(&block).unwrap();
        let expected = match () {
            () if name.starts_with("AgID") => PinnedIssue::Known { anchor: Anchor::AgidCa1, listed: true },
            () if name.starts_with("DigitPA") => PinnedIssue::Known { anchor: Anchor::DigitPaCa1, listed: true },
            () => PinnedIssue::NotPinned,
        };
        assert_eq!(store.pinned(&certificate), expected, "{name}");
        if name.starts_with("AgID") || name.starts_with("DigitPA") {
            assert!(store.names_pinned_authority(&certificate.subject), "{name}");
            assert!(path::verify_with_key(&certificate, certificate.spki).is_err(), "{name}: not self-signed");
        }
    }
}
