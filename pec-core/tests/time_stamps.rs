//! What time-stamps prove, on messages of the sandbox: the time of signing and nothing else, and only where nothing
//! weak stands between the token and the authority that the host believes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use pec_core::finding::Code;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, Evidence, TrustStore};
use pec_core::verify::{JudgedAt, TimeProof, Verdict, Verification, Verifier};
use pec_sandbox::compose::submission::{ReceiptForm, Recipient, Submission};
use pec_sandbox::{Authority, Crl, Digest, Key, Moment, Reason, Revoked, Scheme, TimeStamper, World, name};

const SIGNED: &str = "2018-11-13T16:39:27+01:00";
const NOW: &str = "2026-03-01T12:00:00Z";

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

/// An envelope of 2018 with a time-stamp of `stamped` over its signature.
fn envelope(world: &World, stamper: &TimeStamper, stamped: &str) -> Vec<u8> {
    let alfa = &world.alfa_2018;
    let submission = Submission {
        message: b"From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\nSubject: Ciao\r\n\r\nCiao\r\n"
            .to_vec(),
        sender: "anna@pec.alfa.example".into(),
        recipients: vec![Recipient::certified("ufficio@cert.beta.example")],
        receipt: ReceiptForm::Full,
    };
    let draft = alfa.transport(&alfa.accept(submission, Some("Ciao"), moment(SIGNED)));
    let mut data = alfa.signed_data(moment(SIGNED));
    data.signers[0].time_stamp = Some((stamper.clone(), moment(stamped)));
    alfa.seal_with(&draft, &data).unwrap()
}

fn verify(world: &World, time_anchor: &Authority, bytes: &[u8], evidence: &Evidence, at: JudgedAt) -> Verification {
    let trust = TrustStore::built_in().with_host_anchor(&world.root.certificate.der).unwrap();
    let trust = trust.with_time_stamp_anchor(&time_anchor.certificate.der).unwrap();
    let message = Message::parse(bytes, &Limits::DEFAULT);
    let verifier = Verifier::new(&trust).evidence(evidence).judged_at(at);
    verifier.verify(&message, NOW.parse().unwrap(), &mut ChainCache::default())
}

/// The key was in other hands from 1 January 2019 on, the stamp is of June 2019: that the bytes existed in June says
/// nothing about November 2018.
#[test]
fn a_time_stamp_proves_no_other_time_than_its_own() {
    let world = World::new().unwrap();
    let bytes = envelope(&world, &world.stamper, "2019-06-01T10:00:00+02:00");
    let crl = |authority: &Authority, revoked: Vec<Revoked>| {
        let (this_update, next_update) = (moment("2026-02-20T00:00:00Z"), moment("2026-03-20T00:00:00Z"));
        let keeps_expired_since = Some(moment("2010-01-01T00:00:00Z"));
        Crl { this_update, next_update, number: 7, revoked, keeps_expired_since }.sign(authority).unwrap()
    };
    let compromised = Revoked {
        serial: world.alfa_2018.certificate.serial.clone(),
        since: moment("2019-01-01T00:00:00Z"),
        reason: Reason::KeyCompromise,
    };
    let evidence =
        Evidence::none().with_crl(crl(&world.ca1_2017, vec![compromised])).with_crl(crl(&world.root, Vec::new()));
    for at in [JudgedAt::Signing, JudgedAt::At("2018-11-13T15:39:27Z".parse().unwrap()), JudgedAt::Now] {
        let found = verify(&world, &world.time_root, &bytes, &evidence, at);
        assert_eq!(found.time, TimeProof::Proven);
        assert_eq!(found.verdict(), Verdict::IntactButUntrusted, "{at:?}: {:?}", found.findings);
    }
    // A stamp from before the theft saves the signature that it is about.
    let bytes = envelope(&world, &world.stamper, "2018-11-13T17:39:27+01:00");
    let found = verify(&world, &world.time_root, &bytes, &evidence, JudgedAt::Signing);
    assert_eq!(found.verdict(), Verdict::Certified, "{:?}", found.findings);
}

#[test]
fn the_authority_of_a_time_stamp_is_named() {
    let world = World::new().unwrap();
    let bytes = envelope(&world, &world.stamper, "2018-11-13T17:39:27+01:00");
    let found = verify(&world, &world.time_root, &bytes, &Evidence::none(), JudgedAt::Signing);
    let stamped = found.findings.iter().find(|finding| finding.code == Code::TimeStamped).unwrap();
    assert_eq!(stamped.detail, "2018-11-13T16:39:27Z, C=IT, O=Sandbox Time, CN=Sandbox Stamper");
}

/// The certificate of the stamper is signed with SHA-1, its token is not: who made the certificate is not known.
#[test]
fn a_time_stamp_does_not_rest_on_sha_1_anywhere_below_its_anchor() {
    let world = World::new().unwrap();
    let life = || (moment("2010-01-01T00:00:00Z"), moment("2039-01-01T00:00:00Z"));
    let title = || name(&[("C", "IT"), ("O", "Sandbox Time"), ("CN", "Sandbox Stamper")]);
    let key = || Key::committed("tsa-2048").unwrap();
    for (scheme, proof) in
        [(Scheme::Pkcs1(Digest::Sha256), TimeProof::Proven), (Scheme::Pkcs1(Digest::Sha1), TimeProof::Claimed)]
    {
        let authority = Authority { scheme, ..world.time_root.clone() };
        let stamper = TimeStamper::under(&authority, title(), key(), life()).unwrap();
        let bytes = envelope(&world, &stamper, "2018-11-13T17:39:27+01:00");
        let found = verify(&world, &world.time_root, &bytes, &Evidence::none(), JudgedAt::Signing);
        assert_eq!(found.time, proof, "{scheme:?}: {:?}", found.findings);
        let invalid = found.findings.iter().any(|finding| finding.code == Code::TimeStampInvalid);
        assert_eq!(invalid, proof == TimeProof::Claimed);
    }
}
