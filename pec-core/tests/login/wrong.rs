//! What is wrong with an answer, each with its own code, in both languages.

use pec_core::delegation::login::{BareScheme, Challenge, ChallengeRequest, Kept, LONGEST_LIFE, Proof, Purpose};
use pec_core::delegation::{Denied, DeniedCode};
use pec_core::finding::Language;
use pec_core::trust::TrustStore;
use pec_sandbox::cms::Fault;
use pec_sandbox::{Digest, Key, Scheme, cms};

use crate::house::{COMPANY, House, PERSON, ROSSI, audience, code, moment, now};

const AT: &str = "2026-03-01T12:00:10Z";

fn refused<T: std::fmt::Debug>(answer: Result<T, Denied>) -> DeniedCode {
    let code = answer.unwrap_err().code;
    for language in [Language::It, Language::En] {
        assert!(code.explanation(language).len() > 20, "{code}");
    }
    code
}

#[test]
fn row_83_a_challenge_is_of_one_mailbox_one_service_one_purpose_and_five_minutes() {
    let mut house = House::new();
    let card = house.card(ROSSI);
    let challenge = house.challenge(Purpose::Login, PERSON);
    let signed = card.cms(&challenge, moment(AT)).unwrap();
    let prove = |house: &House, purpose, mailbox| house.prove((purpose, mailbox), &challenge, Proof::Cms(&signed), &[]);
    assert!(prove(&house, Purpose::Login, PERSON).is_ok());
    assert_eq!(refused(prove(&house, Purpose::Registration, PERSON)), DeniedCode::WrongPurpose);
    assert_eq!(refused(prove(&house, Purpose::Login, COMPANY)), DeniedCode::WrongMailbox);
    house.later(299);
    assert!(prove(&house, Purpose::Login, PERSON).is_ok());
    house.later(1);
    assert_eq!(refused(prove(&house, Purpose::Login, PERSON)), DeniedCode::ChallengeExpired);
    house.later(-301);
    assert_eq!(refused(prove(&house, Purpose::Login, PERSON)), DeniedCode::ChallengeExpired, "of a time to come");
    house.later(1);
    // Another service asks for a signature and brings it here.
    let request = ChallengeRequest::new(Purpose::Login, code(PERSON), code("altro.example"));
    let elsewhere = Challenge::issue(&request, [7; 32], now()).text();
    let signed = card.cms(&elsewhere, moment(AT)).unwrap();
    let answer = house.prove((Purpose::Login, PERSON), &elsewhere, Proof::Cms(&signed), &[]);
    assert_eq!(refused(answer), DeniedCode::WrongAudience);
    // However long somebody wants it.
    let life = jiff::SignedDuration::from_hours(48);
    let long = Challenge::issue(&ChallengeRequest { life, ..request.clone() }, [7; 32], now());
    assert_eq!(long.expires_at(), now() + LONGEST_LIFE);
    let none = Challenge::issue(&ChallengeRequest { life: -life, ..request }, [7; 32], now());
    assert_eq!(none.expires_at().as_second(), now().as_second() + 1);
}

#[test]
fn a_text_is_a_challenge_to_the_letter_or_it_is_none() {
    let house = House::new();
    let text = house.challenge(Purpose::Login, PERSON);
    let challenge = Challenge::read(&text).unwrap();
    assert_eq!((challenge.text(), challenge.audience()), (text.clone(), &audience()));
    assert_eq!((challenge.nonce(), challenge.issued_at()), (&[7; 32], now()));
    let changed = [
        text.replace("challenge/1", "challenge/2"),
        text.replace("purpose=login", "purpose=firma"),
        text.replace(PERSON, "ROSSI@pec.example"),
        text.replace(PERSON, "rossi"),
        text.replace("nonce=07", "nonce=7"),
        text.replace("issued=2026-03-01T12:00:00Z", "issued=2026-03-01T13:00:00+01:00"),
        text.replace("expires=", "ends="),
        text.replace(" audience=posta.studio.example", ""),
        text.replace(" nonce", "  nonce"),
        format!("{text}\n"),
        format!(" {text}"),
        String::new(),
    ];
    for changed in changed {
        assert_ne!(changed, text);
        assert_eq!(refused(Challenge::read(&changed)), DeniedCode::ChallengeMalformed, "{changed}");
    }
    // A name of a service may have blanks, and can say nothing else by them.
    let request = ChallengeRequest::new(Purpose::Login, code(PERSON), code("a purpose=registration b"));
    let odd = Challenge::issue(&request, [1; 32], now());
    assert_eq!(Challenge::read(&odd.text()), Ok(odd));
}

#[test]
fn what_whoever_keeps_challenges_knows_of_one_decides() {
    let text = House::new().challenge(Purpose::Login, PERSON);
    let challenge = Challenge::read(&text).unwrap();
    let other = text.replace("posta.studio", "posta.ladro");
    let late = challenge.expires_at();
    assert!(challenge.redeem(Kept::Waiting { text: &text }, now()).is_ok());
    for (kept, at, expected) in [
        (Kept::Used, now(), DeniedCode::Replayed),
        (Kept::Used, late, DeniedCode::Replayed),
        (Kept::Unknown, now(), DeniedCode::ChallengeUnknown),
        (Kept::Unknown, late, DeniedCode::ChallengeExpired),
        (Kept::Waiting { text: &other }, now(), DeniedCode::ChallengeUnknown),
    ] {
        assert_eq!(refused(challenge.redeem(kept, at)), expected, "{kept:?}");
    }
}

#[test]
fn row_83_each_thing_that_is_wrong_with_a_signature_has_its_code() {
    let house = House::new();
    let card = house.card(ROSSI);
    let challenge = house.challenge(Purpose::Login, PERSON);
    let text = challenge.as_bytes();
    let prove = |signed: &[u8]| house.prove((Purpose::Login, PERSON), &challenge, Proof::Cms(signed), &[]);
    let with = |change: &dyn Fn(&mut cms::SignedData)| {
        let mut data = card.signed_data(moment(AT));
        change(&mut data);
        data.build(text).unwrap()
    };
    let fault = |fault: Fault| with(&|data| data.signers[0].faults.push(fault.clone()));
    let other = house
        .office
        .issue(&pec_sandbox::cards::CardOffice::leaf(ROSSI).unwrap(), Key::committed("beta-2048").unwrap())
        .unwrap();
    let cases: Vec<(&str, Vec<u8>, DeniedCode)> = vec![
        ("nothing", Vec::new(), DeniedCode::LoginSignatureUnreadable),
        ("a letter", b"Buongiorno".to_vec(), DeniedCode::LoginSignatureUnreadable),
        ("cut off", with(&|_| ())[..200].to_vec(), DeniedCode::LoginSignatureUnreadable),
        ("nobody", with(&|data| data.signers.clear()), DeniedCode::LoginSignatureUnreadable),
        (
            "two signers",
            with(&|data| {
                let one = data.signers[0].clone();
                data.signers.push(one);
            }),
            DeniedCode::LoginSignatureUnreadable,
        ),
        ("another text", card.cms("Vendo la casa", moment(AT)).unwrap(), DeniedCode::SomethingElseSigned),
        (
            "another text beside it",
            {
                let mut data = card.signed_data(moment(AT));
                data.content = cms::Content::Detached;
                data.build(b"Vendo la casa").unwrap()
            },
            DeniedCode::SomethingElseSigned,
        ),
        ("the text inside, another signed", fault(Fault::WrongDigest), DeniedCode::SomethingElseSigned),
        (
            "the text as something else",
            with(&|data| data.content_type = "1.2.840.113549.1.9.16.1.4"),
            DeniedCode::SomethingElseSigned,
        ),
        ("a flipped bit", fault(Fault::BrokenSignature), DeniedCode::LoginSignatureWrong),
        ("no content type", fault(Fault::NoContentType), DeniedCode::LoginSignatureWrong),
        (
            "another key",
            with(&|data| data.signers[0].key = Key::committed("beta-2048").unwrap()),
            DeniedCode::LoginSignatureWrong,
        ),
        (
            "another certificate than was meant",
            with(&|data| {
                data.signers[0].certificate = other.certificate.clone();
                data.certificates = vec![other.certificate.der.clone()];
            }),
            DeniedCode::LoginSignatureWrong,
        ),
        ("no certificate", with(&|data| data.certificates.clear()), DeniedCode::CardCertificateMissing),
        (
            "SHA-1",
            with(&|data| {
                (data.signers[0].digest, data.signers[0].scheme) = (Digest::Sha1, Scheme::Pkcs1(Digest::Sha1))
            }),
            DeniedCode::LoginWeak,
        ),
    ];
    for (name, signed, expected) in cases {
        assert_eq!(refused(prove(&signed)), expected, "{name}");
    }
    // The certificate may come beside it.
    let bare = with(&|data| data.certificates.clear());
    let beside: [&[u8]; 2] = [&card.certificate.der, &card.issuing];
    let answer = house.prove((Purpose::Login, PERSON), &challenge, Proof::Cms(&bare), &beside);
    assert!(answer.is_ok(), "{answer:?}");
}

#[test]
fn row_83_a_bare_signature_is_of_the_key_of_its_certificate_by_nothing_weak() {
    let mut house = House::new();
    let card = house.card(ROSSI);
    let challenge = house.challenge(Purpose::Login, PERSON);
    let sign = |scheme| card.key.sign(scheme, challenge.as_bytes()).unwrap();
    let certificate: &[u8] = &card.certificate.der;
    let issuing: &[u8] = &card.issuing;
    let prove = |house: &House, certificate, scheme: BareScheme, signature: &[u8]| {
        let proof = Proof::Bare { certificate, scheme, signature };
        house.prove((Purpose::Login, PERSON), &challenge, proof, &[issuing])
    };
    let rsa = BareScheme::RsaPkcs1(pec_core::DigestAlgorithm::Sha256);
    let good = sign(Scheme::Pkcs1(Digest::Sha256));
    assert!(prove(&house, certificate, rsa, &good).is_ok());
    let mut flipped = good.clone();
    flipped[7] ^= 1;
    let pss = BareScheme::RsaPss(pec_core::DigestAlgorithm::Sha256);
    let ecdsa = BareScheme::Ecdsa(pec_core::DigestAlgorithm::Sha256);
    let sha1 = BareScheme::RsaPkcs1(pec_core::DigestAlgorithm::Sha1);
    let weak = sign(Scheme::Pkcs1(Digest::Sha1));
    for (certificate, scheme, signature, expected) in [
        (certificate, rsa, &flipped[..], DeniedCode::LoginSignatureWrong),
        (certificate, rsa, &b""[..], DeniedCode::LoginSignatureWrong),
        (certificate, pss, &good[..], DeniedCode::LoginSignatureWrong),
        (certificate, ecdsa, &good[..], DeniedCode::LoginSignatureUnreadable),
        (certificate, sha1, &weak[..], DeniedCode::LoginWeak),
        (issuing, ecdsa, &good[..], DeniedCode::LoginSignatureWrong),
        (&b""[..], rsa, &good[..], DeniedCode::CardCertificateMissing),
        (&b"\x30\x00"[..], rsa, &good[..], DeniedCode::CardCertificateMissing),
    ] {
        assert_eq!(refused(prove(&house, certificate, scheme, signature)), expected, "{scheme}");
    }
    // A key that is too short proves nothing, whoever vouches for it.
    let short = house
        .office
        .issue(&pec_sandbox::cards::CardOffice::leaf(ROSSI).unwrap(), Key::committed("alfa-1024").unwrap())
        .unwrap();
    let signature = short.key.sign(Scheme::Pkcs1(Digest::Sha256), challenge.as_bytes()).unwrap();
    assert_eq!(refused(prove(&house, &short.certificate.der, rsa, &signature)), DeniedCode::LoginWeak);
    // The authority between is missing.
    house.trust = TrustStore::built_in().with_login_anchor(&house.office.root.certificate.der).unwrap();
    let proof = Proof::Bare { certificate, scheme: rsa, signature: &good };
    let alone = house.prove((Purpose::Login, PERSON), &challenge, proof, &[]);
    assert_eq!(refused(alone), DeniedCode::CardUntrusted);
}

#[test]
fn an_answer_that_was_changed_anywhere_opens_nothing_else() {
    let house = House::new();
    let card = house.card(ROSSI);
    let challenge = house.challenge(Purpose::Login, PERSON);
    let signed = card.cms(&challenge, moment(AT)).unwrap();
    let prove = |signed: &[u8]| house.prove((Purpose::Login, PERSON), &challenge, Proof::Cms(signed), &[]);
    let kit = prove(&signed).unwrap();
    let mut survived = 0;
    for at in 0..signed.len() {
        for bit in [0x01, 0x80] {
            let mut changed = signed.clone();
            changed[at] ^= bit;
            match prove(&changed) {
                // What nobody reads: version numbers, the list of digests.
                Ok(same) => {
                    assert_eq!(same, kit, "byte {at}");
                    survived += 1;
                }
                Err(denied) => assert!(denied.code.as_str().starts_with("login."), "byte {at}: {denied}"),
            }
        }
        assert!(prove(&signed[..at]).is_err(), "the first {at} bytes");
    }
    assert!(survived < 100, "{survived} changes of {} bytes were not seen", signed.len());
}

#[test]
fn what_somebody_sends_does_not_fill_a_log() {
    let house = House::new();
    let mut leaf = pec_sandbox::cards::CardOffice::leaf_named(&[("CN", &"x".repeat(20_000))]).unwrap();
    leaf.policies.clear();
    let card = house.office.issue(&leaf, Key::committed("alfa-2048").unwrap()).unwrap();
    let denied = house.kit(Purpose::Login, PERSON, &card).unwrap_err();
    assert!(denied.detail.len() <= 2_400, "{}", denied.detail.len());
    let text = format!("pec-login-challenge/1 purpose={}", "y".repeat(100_000));
    assert!(Challenge::read(&text).unwrap_err().to_string().len() < 200);
}
