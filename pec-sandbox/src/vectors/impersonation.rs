//! Certificates of people who would like to be a provider, and keys that are too weak to be believed.

use pec_core::finding::Code;

use super::expect::certified;
use super::scene::OFFICE;
use super::trust::{alfa_with, envelope, envelope_at, untrusted};
use super::{Cases, ERROR, INFO, WARNING};
use crate::compose::submission::ReceiptForm;
use crate::world::{ALFA, ca1_name};
use crate::{Authority, Digest, Error, Generation, Key, Leaf, Provider, name};

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    impersonation(cases)?;
    weak(cases)
}

fn impersonation(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rule = "VERDICT §3 cert.impersonation; attack C4";
    let forged = || {
        let mut expect = untrusted(Code::CertImpersonation);
        expect.verdict = "forged";
        expect
    };
    let stranger = Key::committed("stranger-2048")?;
    let life = ("2020-01-01T00:00:00Z".parse()?, "2035-01-01T00:00:00Z".parse()?);
    let fake = |authority: &Authority, host: &str, change: fn(&mut Leaf)| -> Result<Provider, Error> {
        let mut leaf = Leaf::provider(Generation::Y2026, &ALFA, "2025-10-01T08:00:00Z".parse()?);
        leaf.emails = vec![format!("posta-certificata@{host}")];
        change(&mut leaf);
        let key = stranger.clone();
        let certificate = authority.issue(&leaf, &key)?;
        Ok(Provider { certificate, key, authority: authority.clone(), host: host.to_owned(), ..world.alfa.clone() })
    };
    let own_name = Leaf::provider(Generation::Y2026, &ALFA, cases.scene.at).subject;
    let itself = Authority::root(stranger.clone(), own_name, life, Digest::Sha256)?;
    let self_signed = fake(&itself, ALFA.host, |_| ())?;
    let made = "A self-signed certificate names posta-certificata@ at a provider's host.";
    let bytes = envelope(cases, &self_signed)?;
    cases.add("impersonation-self-signed", rule, made, bytes, forged()).openssl(false, "");

    let agid = name(&[
        ("C", "IT"),
        ("L", "Roma"),
        ("O", "Agenzia per l'Italia Digitale"),
        ("OU", "Area Soluzioni per la Pubblica Amministrazione"),
        ("CN", "AgID CA1"),
    ]);
    let home_made = Authority::root(Key::committed("public-ca-2048")?, agid, life, Digest::Sha256)?;
    let made = "The issuer bears the name of the real PEC authority, with a key of the forger.";
    let bytes = envelope(cases, &fake(&home_made, "pec.evil.example", |_| ())?)?;
    cases.add("impersonation-authority-name", rule, made, bytes, forged()).openssl(false, "");

    let made = "A public authority certified the service address of a real provider for somebody else.";
    let bytes = envelope(cases, &fake(&world.public_root, "pec.aruba.it", |_| ())?)?;
    cases.add("impersonation-real-host", rule, made, bytes, forged()).openssl(false, "");

    let made = "As before with a sandbox provider, judged with the sandbox's trust data.";
    let bytes = envelope(cases, &fake(&world.public_root, ALFA.host, |_| ())?)?;
    cases.add("impersonation-listed-host", rule, made, bytes, forged()).sandbox_trust().openssl(false, "");

    let evil = fake(&world.public_root, "pec.evil.example", |_| ())?;
    let made = "A public authority certified posta-certificata@ at a host that is no provider's (attack P6).";
    let bytes = envelope(cases, &evil)?;
    cases
        .add("impersonation-unlisted-host", "attack P6", made, bytes.clone(), untrusted(Code::CertAnchorPublicOnly))
        .openssl(false, "");

    let lookalike = fake(&world.public_root, "pec.evil.example", |l| l.policies.clear())?;
    let made = "As before, and the host trusts that public authority: the leaf is no PEC certificate all the same.";
    let bytes = envelope(cases, &lookalike)?;
    cases
        .add("impersonation-public-anchor", "VERDICT §3 cert.policy", made, bytes, untrusted(Code::CertPolicy))
        .host(|h| h.anchors = vec!["public-root"])
        .openssl(false, "OpenSSL is not given that root");

    let at = "2026-09-01T10:00:00+02:00".parse()?;
    let later = fake(&world.public_root, ALFA.host, |_| ())?;
    let made =
        "A listed host under an unknown authority, signed after the date of the trust data: perhaps a successor.";
    let expect = untrusted(Code::TrustDataOutdated);
    let bytes = envelope_at(cases, &later, at)?;
    cases
        .add("trust-data-outdated", "VERDICT §3 trust.data_outdated", made, bytes, expect)
        .sandbox_trust()
        .at(at)
        .host(|h| h.now = at.plus(86_400))
        .openssl(false, "");

    // The pinned key in a certificate that nobody issued.
    let wrapper = Authority::root(Key::committed("ca1-2048")?, ca1_name(), life, Digest::Sha256)?;
    let wide = alfa_with(world, &wrapper, |l| l.emails = vec!["posta-certificata@pec.evil.example".into()])?;
    let wide = Provider { host: "pec.evil.example".into(), ..wide };
    let made = "The authority's key is the pinned one, in a home-made CA certificate without its constraints.";
    let bytes = envelope(cases, &wide)?;
    cases
        .add(
            "trust-home-made-issue",
            "VERDICT §3 cert.ca_unknown_issue",
            made,
            bytes,
            untrusted(Code::CertCaUnknownIssue),
        )
        .sandbox_trust()
        .openssl(false, "");
    Ok(())
}

fn weak(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rule = "VERDICT §3 cert.weak_outside_period";
    let code = Code::CertWeakOutsidePeriod;
    let at = "2018-11-13T16:39:27+01:00".parse()?;
    let mut small = world.alfa_2018.clone();
    small.key = Key::committed("alfa-1024")?;
    let leaf = Leaf::provider(Generation::Y2018, &ALFA, "2017-12-04T15:05:44Z".parse()?);
    small.certificate = world.ca1_2017.issue(&leaf, &small.key)?;
    let made = "A key of 1024 bits under the authority of 2017.";
    let bytes = envelope_at(cases, &small, at)?;
    cases
        .add("weak-key-under-new-authority", rule, made, bytes, untrusted(code))
        .at(at)
        .openssl(true, "it does not mind key lengths by default");

    let sha1 = Authority { scheme: world.ca1_2017.key.scheme(Digest::Sha1), ..world.ca1_2017.clone() };
    let mut signed = world.alfa_2018.clone();
    signed.certificate = sha1.issue(&leaf, &signed.key)?;
    let made = "The authority of 2017 signed the leaf with SHA-1.";
    let bytes = envelope_at(cases, &signed, at)?;
    cases
        .add("weak-certificate-digest", rule, made, bytes, untrusted(code))
        .at(at)
        .openssl(true, "it does not mind the digest by default");

    let late = "2018-03-01T10:00:00+01:00".parse()?;
    let mut old = world.alfa_2014.clone();
    let leaf = Leaf::provider(Generation::Y2014, &ALFA, "2016-06-01T08:00:00Z".parse()?);
    old.certificate = world.legacy_ca.issue(&leaf, &old.key)?;
    let made = "A leaf of the legacy authority, used after the authority's end.";
    let bytes = envelope_at(cases, &old, late)?;
    cases
        .add("weak-after-period", rule, made, bytes, untrusted(Code::CertValidityAtSigning))
        .sandbox_trust()
        .at(late)
        .openssl(false, "");

    let then = "2014-11-07T16:52:00+01:00".parse()?;
    let bytes = envelope_at(cases, &world.alfa_2014, then)?;
    let made = "RSA-1024 and SHA-1 of their period, but under an anchor of the host in place of the pinned authority.";
    cases
        .add("weak-under-host-anchor", rule, made, bytes, untrusted(code))
        .at(then)
        .host(|h| h.anchors = vec!["legacy-root"])
        .openssl(true, "it does not mind key lengths by default");

    // Whoever holds the old key signs today, in the past.
    let made = "Made by whoever got hold of an old RSA-1024 key: every stated time lies in the key's life.";
    let draft = world.alfa_2014.delivery(
        &cases.scene.transaction_at(&world.alfa_2014, then),
        OFFICE,
        ReceiptForm::Full,
        then.plus(60),
    );
    let mut expect =
        certified("avvenuta-consegna").sha1().with(Code::CertKeyWeak, WARNING).with(Code::CertProfile, INFO);
    expect = expect.with(Code::CertExpiredNow, INFO).with(Code::TimeClaimed, ERROR);
    expect.verdict = "certified-with-problems";
    cases
        .add("weak-backdated", "VERDICT §4 and attacker C", made, world.alfa_2014.seal(&draft)?, expect)
        .sandbox_trust()
        .at(draft.at);
    Ok(())
}
