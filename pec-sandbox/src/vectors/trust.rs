//! Certificates, paths, revocation and time.

use pec_core::finding::Code;
use serde::Serialize;

use super::expect::{Expectation, certified};
use super::scene::Scene;
use super::{Artefact, Cases, ERROR, INFO, WARNING};
use crate::cms::SignedData;
use crate::world::{ALFA, BETA, GAMMA, ca1_name};
use crate::{
    Authority, Certificate, Crl, Digest, Error, Generation, Key, Leaf, Moment, Ocsp, Provider, Reason, Revoked, Status,
    Subordinate, World, extension, name,
};

const KIND: &str = "posta-certificata";
const NO_CRL: &str = "it is not asked about revocation";
const LENIENT: &str = "it is told to accept any purpose and does not know the rule";

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    anchors(cases)?;
    validity(cases)?;
    constraints(cases)?;
    leaves(cases)?;
    paths(cases)?;
    evidence(cases)?;
    impersonation(cases)?;
    weak(cases)?;
    times(cases)
}

/// Alfa with another certificate.
fn alfa_with(world: &World, authority: &Authority, change: impl FnOnce(&mut Leaf)) -> Result<Provider, Error> {
    let mut leaf = Leaf::provider(Generation::Y2026, &ALFA, "2025-10-01T08:00:00Z".parse()?);
    change(&mut leaf);
    let mut alfa = world.alfa.clone();
    alfa.certificate = authority.issue(&leaf, &alfa.key)?;
    alfa.authority = authority.clone();
    Ok(alfa)
}

/// Its transport envelope of the usual letter.
fn envelope(cases: &Cases<'_>, by: &Provider) -> Result<Vec<u8>, Error> {
    by.seal(&by.transport(&cases.scene.transaction(by)))
}

fn envelope_at(cases: &Cases<'_>, by: &Provider, at: Moment) -> Result<Vec<u8>, Error> {
    by.seal(&by.transport(&cases.scene.transaction_at(by, at)))
}

fn untrusted(code: Code) -> Expectation {
    certified(KIND).untrusted(code)
}

/// An issue of the authority that differs from the real ones.
fn issue(world: &World, change: impl FnOnce(&mut Subordinate)) -> Result<Authority, Error> {
    let mut new = Subordinate {
        key: Key::committed("ca1-2048")?,
        subject: ca1_name(),
        serial: &[0x66],
        life: ("2025-02-20T14:57:40Z".parse()?, "2030-09-22T11:22:02Z".parse()?),
        constraints: None,
        purposes: &[2, 4],
        digest: Digest::Sha256,
    };
    change(&mut new);
    world.root.subordinate(new)
}

fn anchors(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rule = "RFC 6109 §2.2.2; VERDICT §2 row 6";
    let bytes = envelope(cases, &world.alfa)?;
    let made = "A genuine sandbox envelope, judged by a host that gave no anchor.";
    cases
        .add("trust-no-anchor", rule, made, bytes.clone(), untrusted(Code::CertPath))
        .host(|h| h.anchors.clear())
        .openssl(true, "OpenSSL is given the sandbox root");
    let made = "The anchor given by the host is the authority itself, not its root.";
    cases
        .add("trust-anchor-is-authority", "VERDICT §1 anchor", made, bytes.clone(), certified(KIND))
        .host(|h| h.anchors = vec!["ca1-2025"]);
    let made = "The anchor given by the host is somebody else's root.";
    cases
        .add("trust-other-anchor", rule, made, bytes.clone(), untrusted(Code::CertPath))
        .host(|h| h.anchors = vec!["public-root"])
        .openssl(true, "OpenSSL is given the sandbox root");
    let made = "Judged with the sandbox's trust data: the authority is pinned and this issue is listed.";
    cases.add("trust-pinned", "VERDICT §3 cert.ca_unknown_issue", made, bytes, certified(KIND)).sandbox_trust();

    let draft = world.alfa.transport(&cases.scene.transaction(&world.alfa));
    let mut alone = world.alfa.signed_data(draft.at);
    alone.certificates.truncate(1);
    let bytes = world.alfa.seal_with(&draft, &alone)?;
    let made = "Only the leaf travels in the signature.";
    cases.add("trust-leaf-alone", rule, made, bytes.clone(), untrusted(Code::CertPath)).openssl(false, "");
    let made = "Only the leaf travels in the signature; the host supplies the authority's certificate.";
    cases
        .add("trust-leaf-and-supplied", "PEC-SPEC §6.5", made, bytes, certified(KIND))
        .host(|h| h.intermediates = vec!["ca1-2025"])
        .openssl(false, "OpenSSL is not given the intermediate");
    Ok(())
}

fn validity(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rule = "RFC 5280 §6.1.3; RFC 6109 §2.2.2";
    let ended = alfa_with(world, &world.ca1_2025, |l| l.life.1 = l.life.0.plus(86_400 * 100))?;
    let made = "Signed a month after the leaf ended.";
    let bytes = envelope(cases, &ended)?;
    let expect = untrusted(Code::CertValidityAtSigning);
    cases.add("trust-leaf-ended", rule, made, bytes, expect.clone()).openssl(false, "");

    let early = alfa_with(world, &world.ca1_2025, |l| l.life.0 = cases.scene.at.plus(86_400))?;
    let made = "Signed the day before the leaf begins.";
    cases.add("trust-leaf-not-begun", rule, made, envelope(cases, &early)?, expect.clone()).openssl(false, "");

    let short = issue(world, |new| new.life.1 = "2025-12-31T23:59:59Z".parse().unwrap_or(new.life.1))?;
    let under = alfa_with(world, &short, |_| ())?;
    let made = "The leaf is valid, the authority's certificate ended before the signing.";
    cases.add("trust-authority-ended", rule, made, envelope(cases, &under)?, expect).openssl(false, "");

    let at = "2020-12-01T09:00:00+01:00".parse()?;
    let bytes = envelope_at(cases, &world.alfa_2018, at)?;
    let made = "Signed two days before the leaf's last day, judged five years later.";
    let expect = certified(KIND).sha1().expired();
    cases.add("trust-expired-since", "VERDICT §1 trust_now", made, bytes, expect).at(at);
    Ok(())
}

fn constraints(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rule = "RFC 5280 §4.2.1.10; PEC-SPEC §6.5";
    let code = Code::CertNameConstraints;
    let mut gamma = world.gamma.clone();
    gamma.authority = world.ca1_2017.clone();
    let bytes = envelope(cases, &gamma)?;
    let made = "The issue of 2017, which does not know this provider yet, travels in the signature.";
    cases.add("trust-constraints-old-issue", rule, made, bytes.clone(), untrusted(code)).openssl(false, "");
    let made = "As before, and the host supplies the issue of 2025 with the same key: the right one is found.";
    cases
        .add("trust-constraints-right-issue", rule, made, bytes, certified(KIND))
        .host(|h| h.intermediates = vec!["ca1-2025"])
        .openssl(false, "OpenSSL is not given the other issue");

    let rows: [(&str, &'static str, fn(&mut Leaf)); 4] = [
        ("host", "The service address is at a host that the authority does not admit.", |l| {
            l.emails = vec!["posta-certificata@pec.evil.example".into()];
        }),
        ("subdomain", "The service address is at a subdomain of an admitted host.", |l| {
            l.emails = vec!["posta-certificata@mx.pec.alfa.example".into()];
        }),
        ("directory", "The company name is one that the authority does not admit.", |l| {
            l.subject = name(&[("C", "IT"), ("ST", "Milano"), ("L", "Milano"), ("O", "Evil S.p.A."), ("CN", "Evil")]);
        }),
        ("town", "The town differs from the admitted directory prefix.", |l| {
            l.subject =
                name(&[("C", "IT"), ("ST", "Milano"), ("L", "Monza"), ("O", "Alfa PEC S.p.A."), ("CN", "Alfa")]);
        }),
    ];
    for (what, made, change) in rows {
        let mut alfa = alfa_with(world, &world.ca1_2025, change)?;
        if let "host" | "subdomain" = what {
            alfa.host = if what == "host" { "pec.evil.example".into() } else { "mx.pec.alfa.example".into() };
        }
        let bytes = envelope(cases, &alfa)?;
        cases.add(&format!("trust-constraints-{what}"), rule, made, bytes, untrusted(code)).openssl(false, "");
    }
    let made = "The service address spells an admitted host in capitals.";
    let loud = alfa_with(world, &world.ca1_2025, |l| l.emails = vec!["posta-certificata@PEC.Alfa.Example".into()])?;
    cases.add("trust-constraints-capitals", rule, made, envelope(cases, &loud)?, certified(KIND));
    Ok(())
}

fn leaves(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rows: [(&str, &'static str, &'static str, Code, fn(&mut Leaf)); 8] = [
        ("no-policy", "The leaf carries no certificate policy.", "VERDICT §3 cert.policy", Code::CertPolicy, |l| {
            l.policies.clear();
        }),
        (
            "other-policy",
            "The leaf carries the policy of the authority, not that of PEC signatures.",
            "VERDICT §3 cert.policy",
            Code::CertPolicy,
            |l| {
                l.policies = vec!["1.3.76.16.3.1"];
            },
        ),
        ("key-usage", "keyUsage allows key encipherment only.", "RFC 6109 §5.5.2", Code::CertKeyUsage, |l| {
            l.key_usage = vec![2];
        }),
        (
            "key-usage-commitment",
            "keyUsage allows content commitment only.",
            "RFC 6109 §5.5.2",
            Code::CertKeyUsage,
            |l| {
                l.key_usage = vec![1];
            },
        ),
        ("purpose", "extendedKeyUsage allows client authentication only.", "RFC 8550 §4.4.4", Code::CertEku, |l| {
            l.purposes = vec![2];
        }),
        (
            "purpose-critical",
            "extendedKeyUsage allows time-stamping only, critical.",
            "RFC 8550 §4.4.4",
            Code::CertEku,
            |l| {
                (l.purposes, l.purposes_critical) = (vec![8], true);
            },
        ),
        (
            "authority",
            "The signer's certificate is itself a CA certificate.",
            "RFC 5280 §4.2.1.9",
            Code::CertIsCa,
            |l| {
                (l.authority, l.key_usage) = (true, vec![0, 5]);
            },
        ),
        (
            "unknown-critical",
            "The leaf carries a critical extension that nobody knows.",
            "RFC 5280 §6.1.4",
            Code::CertPath,
            |l| {
                l.more = vec![extension::raw("1.3.6.1.4.1.99999.9", true, &crate::der::null())];
            },
        ),
    ];
    for (what, made, rule, code, change) in rows {
        let alfa = alfa_with(world, &world.ca1_2025, change)?;
        let bytes = envelope(cases, &alfa)?;
        // OpenSSL looks at none of these with "any" purpose, except unknown critical extensions.
        let accepts = what != "unknown-critical";
        let why = if accepts { LENIENT } else { "" };
        cases.add(&format!("trust-leaf-{what}"), rule, made, bytes, untrusted(code)).openssl(accepts, why);
    }
    let server = issue(world, |new| new.purposes = &[1])?;
    let alfa = alfa_with(world, &server, |_| ())?;
    let made = "The authority's extendedKeyUsage lacks e-mail protection.";
    let bytes = envelope(cases, &alfa)?;
    cases
        .add("trust-authority-purpose", "PEC-SPEC §6.5; RFC 5280 §4.2.1.12", made, bytes, untrusted(Code::CertEku))
        .openssl(true, LENIENT);

    let plain = alfa_with(world, &world.ca1_2025, |l| l.purposes.clear())?;
    let made = "The leaf carries no extendedKeyUsage, as before 2017.";
    cases.add("trust-leaf-no-purpose", "RFC 8550 §4.4.4", made, envelope(cases, &plain)?, certified(KIND));

    let old = alfa_with(world, &world.ca1_2025, |l| l.more = vec![extension::end_entity()])?;
    let made = "The leaf carries basicConstraints CA:FALSE, which the profile forbids.";
    let expect = certified(KIND).with(Code::CertProfile, INFO);
    cases.add("trust-leaf-profile", "RFC 6109 §5.5.2", made, envelope(cases, &old)?, expect);

    let mut several = alfa_with(world, &world.ca1_2025, |l| l.emails.push("servizio@pec.alfa.example".into()))?;
    several.name = "Alfa PEC S.p.A.".into();
    let made = "The leaf names two addresses, the service address first.";
    cases.add("trust-leaf-two-addresses", "RFC 8550 §3", made, envelope(cases, &several)?, certified(KIND));
    Ok(())
}

fn paths(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rule = "RFC 5280 §6.1.4";
    // Alfa's leaf key, which is no authority, issues a certificate for somebody else.
    let stranger = Key::committed("stranger-2048")?;
    let as_authority = Authority {
        key: world.alfa.key.clone(),
        certificate: world.alfa.certificate.clone(),
        scheme: world.alfa.key.scheme(Digest::Sha256),
    };
    let leaf = Leaf::provider(Generation::Y2026, &BETA, "2025-12-01T08:00:00Z".parse()?);
    let certificate = as_authority.issue(&leaf, &stranger)?;
    let fake = Provider { certificate, key: stranger.clone(), authority: as_authority, ..world.beta.clone() };
    let draft = fake.transport(&cases.scene.transaction(&fake));
    let mut data = fake.signed_data(draft.at);
    data.certificates.push(world.ca1_2025.certificate.der.clone());
    let made = "A provider's leaf, which is no authority, issued the certificate of another provider.";
    cases
        .add("trust-leaf-issues", rule, made, fake.seal_with(&draft, &data)?, untrusted(Code::CertPath))
        .openssl(false, "");

    // pathlen 0: an authority below the authority.
    let below = world.ca1_2025.subordinate(Subordinate {
        key: Key::committed("public-ca-2048")?,
        subject: name(&[
            ("C", "IT"),
            ("ST", "Milano"),
            ("L", "Milano"),
            ("O", "Alfa PEC S.p.A."),
            ("CN", "Alfa Sub CA"),
        ]),
        serial: &[0x67],
        life: ("2025-03-01T00:00:00Z".parse()?, "2029-01-01T00:00:00Z".parse()?),
        constraints: None,
        purposes: &[4],
        digest: Digest::Sha256,
    })?;
    let alfa = alfa_with(world, &below, |_| ())?;
    let draft = alfa.transport(&cases.scene.transaction(&alfa));
    let mut data = alfa.signed_data(draft.at);
    data.certificates.push(world.ca1_2025.certificate.der.clone());
    let made = "An authority stands below the PEC authority, whose path length is zero.";
    cases
        .add("trust-path-length", rule, made, alfa.seal_with(&draft, &data)?, untrusted(Code::CertPath))
        .openssl(false, "");

    // A certificate that only looks like the right one: the signature of the issuer is broken.
    let mut alfa = world.alfa.clone();
    if let Some(last) = alfa.certificate.der.last_mut() {
        *last ^= 1;
    }
    let made = "The issuer's signature on the leaf is broken.";
    cases
        .add("trust-leaf-signature", rule, made, envelope(cases, &alfa)?, untrusted(Code::CertPath))
        .openssl(false, "");

    // Wrong leaf: another certificate of the same key pair's owner under the same issuer and serial number.
    let draft = cases.scene.transport();
    let mut data = world.alfa.signed_data(draft.at);
    data.certificates[0].clone_from(&world.beta.certificate.der);
    let made = "The signature names Alfa's certificate, but another provider's travels with it.";
    let expect = super::expect::unverifiable(Code::CertMissing).any_integrity();
    cases
        .add("trust-wrong-leaf", "RFC 6109 §2.1", made, world.alfa.seal_with(&draft, &data)?, expect)
        .openssl(false, "");

    // Many look-alike authorities that point at each other.
    let mut loop_names = Vec::new();
    let key = Key::committed("public-ca-2048")?;
    let life = ("2020-01-01T00:00:00Z".parse()?, "2035-01-01T00:00:00Z".parse()?);
    for n in 0..10_u8 {
        loop_names.push(Authority::root(
            key.clone(),
            name(&[("O", "Sandbox Loop"), ("CN", &format!("Loop {}", n % 2))]),
            life,
            Digest::Sha256,
        )?);
    }
    let alfa = alfa_with(world, &loop_names[0], |_| ())?;
    let draft = alfa.transport(&cases.scene.transaction(&alfa));
    let mut data = alfa.signed_data(draft.at);
    data.certificates.extend(loop_names.iter().map(|a| a.certificate.der.clone()));
    let made = "Authorities of the same names and key that lead nowhere travel along.";
    let bytes = alfa.seal_with(&draft, &data)?;
    cases.add("trust-path-nowhere", "VERDICT §2 row 6", made, bytes, untrusted(Code::CertPath)).openssl(false, "");
    Ok(())
}

fn evidence(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rule = "VERDICT §4, revocation";
    let bytes = envelope(cases, &world.alfa)?;
    let good = certified(KIND).without(Code::CertRevocationUnknown);
    let rows: [(&str, &'static str, Vec<&'static str>, Vec<&'static str>, Expectation, &'static str); 12] = [
        (
            "crl-good",
            "A CRL of after the signing does not list the leaf; another covers the authority.",
            vec!["crl-good", "crl-root"],
            vec![],
            good.clone(),
            "",
        ),
        (
            "crl-key-compromise",
            "Revoked after the signing because the key was compromised: every signature falls.",
            vec!["crl-key-compromise", "crl-root"],
            vec![],
            untrusted(Code::CertRevoked),
            NO_CRL,
        ),
        (
            "crl-no-reason",
            "Revoked after the signing without a reason: every signature falls.",
            vec!["crl-no-reason", "crl-root"],
            vec![],
            untrusted(Code::CertRevoked),
            NO_CRL,
        ),
        (
            "crl-superseded-later",
            "Superseded six days after the signing: earlier signatures stand.",
            vec!["crl-superseded-later", "crl-root"],
            vec![],
            good.clone(),
            "",
        ),
        (
            "crl-superseded-before",
            "Superseded a week before the signing.",
            vec!["crl-superseded-before", "crl-root"],
            vec![],
            untrusted(Code::CertRevoked),
            NO_CRL,
        ),
        (
            "crl-stale",
            "The only CRL ended before the signing: nothing is known.",
            vec!["crl-stale"],
            vec![],
            certified(KIND),
            "",
        ),
        (
            "crl-forged",
            "A CRL in the authority's name, signed by a stranger, lists the leaf.",
            vec!["crl-forged"],
            vec![],
            certified(KIND),
            "",
        ),
        (
            "crl-authority-revoked",
            "The root revoked the authority because its key was compromised.",
            vec!["crl-good", "crl-root-revokes"],
            vec![],
            untrusted(Code::CertRevoked),
            NO_CRL,
        ),
        (
            "ocsp-good",
            "An OCSP response says good; a CRL covers the authority.",
            vec!["crl-root"],
            vec!["ocsp-good"],
            good.clone(),
            "",
        ),
        (
            "ocsp-revoked",
            "An OCSP response says revoked, key compromise.",
            vec!["crl-root"],
            vec!["ocsp-revoked"],
            untrusted(Code::CertRevoked),
            NO_CRL,
        ),
        (
            "ocsp-unknown",
            "An OCSP response says that the responder does not know the leaf.",
            vec!["crl-root"],
            vec!["ocsp-unknown"],
            certified(KIND),
            "",
        ),
        (
            "ocsp-other",
            "The OCSP response is about another provider's certificate.",
            vec!["crl-root"],
            vec!["ocsp-other"],
            certified(KIND),
            "",
        ),
    ];
    for (what, made, crls, ocsp, expect, why) in rows {
        let name = format!("revocation-{what}");
        cases
            .add(&name, rule, made, bytes.clone(), expect)
            .host(|h| (h.crls, h.ocsp) = (crls, ocsp))
            .openssl(true, why);
    }
    let at = "2018-11-13T16:39:27+01:00".parse()?;
    let old = envelope_at(cases, &world.alfa_2018, at)?;
    let past = certified(KIND).sha1().expired();
    let made = "The CRL was issued years after the leaf ended and does not say that it keeps ended certificates: nothing is known.";
    cases
        .add("revocation-crl-after-end", rule, made, old.clone(), past.clone())
        .at(at)
        .host(|h| h.crls = vec!["crl-good", "crl-root"]);
    let made = "The CRL keeps ended certificates (expiredCertsOnCRL) and lists the leaf for key compromise.";
    cases
        .add("revocation-crl-keeps-ended", rule, made, old.clone(), untrusted(Code::CertRevoked))
        .at(at)
        .host(|h| h.crls = vec!["crl-keeps-ended", "crl-root"])
        .openssl(true, NO_CRL);
    let made = "The CRL keeps ended certificates and does not list the leaf.";
    let expect = past.without(Code::CertRevocationUnknown).partial();
    cases
        .add("revocation-crl-keeps-good", rule, made, old, expect)
        .at(at)
        .host(|h| h.crls = vec!["crl-keeps-good", "crl-root"]);
    Ok(())
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
        .add("impersonation-unlisted-host", "attack P6", made, bytes.clone(), untrusted(Code::CertPath))
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
    cases.add("weak-after-period", rule, made, bytes, untrusted(code)).sandbox_trust().at(late).openssl(false, "");

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
        super::scene::OFFICE,
        crate::compose::submission::ReceiptForm::Full,
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

fn times(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rule = "VERDICT §3 cms.signing_time_future";
    let ahead = cases.scene.now.plus(3_600);
    let bytes = envelope_at(cases, &world.alfa, ahead)?;
    let made = "Signed an hour after the caller's now.";
    cases
        .add("time-future", rule, made, bytes, untrusted(Code::CmsSigningTimeFuture))
        .at(ahead)
        .openssl(true, "it does not look at the signing time");
    let near = cases.scene.now.plus(300);
    let bytes = envelope_at(cases, &world.alfa, near)?;
    let made = "Signed five minutes after the caller's now: within the tolerance for clocks.";
    cases.add("time-ahead", rule, made, bytes, certified(KIND)).at(near);

    // Signing time inside the life of an old leaf, certification data of today.
    let mut old = world.alfa_2018.clone();
    old.digest = Digest::Sha256;
    let draft = old.transport(&cases.scene.transaction(&old));
    let past: Moment = "2020-06-01T10:00:00+02:00".parse()?;
    let data =
        SignedData::detached(crate::cms::Signer::new(&old.key, &old.certificate, Digest::Sha256, past), &old.authority);
    let made = "Signing time within the life of an ended leaf, certification data of years later.";
    let mut expect = certified(KIND).expired().with(Code::CmsSigningTime, ERROR);
    expect.verdict = "certified-with-problems";
    let bytes = old.seal_with(&draft, &data)?;
    cases.add("time-backdated-signature", "VERDICT §4; PEC-SPEC §10.2 cms.signing_time", made, bytes, expect).at(past);

    // Time-stamps.
    let at: Moment = "2018-11-13T16:39:27+01:00".parse()?;
    let alfa = &world.alfa_2018;
    let draft = alfa.transport(&cases.scene.transaction_at(alfa, at));
    let stamped = |stamper: &crate::TimeStamper, when: Moment| -> Result<Vec<u8>, Error> {
        let mut data = alfa.signed_data(at);
        if let Some(signer) = data.signers.first_mut() {
            signer.time_stamp = Some((stamper.clone(), when));
        }
        alfa.seal_with(&draft, &data)
    };
    let rule = "VERDICT §4; RFC 3161 §2.4.2";
    let past = certified(KIND).sha1().with(Code::CertExpiredNow, INFO);
    let bytes = stamped(&world.stamper, at.plus(3_600))?;
    let made = "A time-stamp of one hour later, under an authority that the host believes: the time is proven.";
    let expect = past.clone().with(Code::TimeStamped, INFO);
    cases.add("time-stamped", rule, made, bytes.clone(), expect).at(at).host(|h| h.time_anchors = vec!["time-root"]);
    let made = "The same time-stamp, but the host believes no time-stamping authority: the time stays claimed.";
    let expect = past.clone().with(Code::TimeClaimed, WARNING).partial();
    cases.add("time-stamp-not-believed", rule, made, bytes, expect).at(at);
    let other = crate::TimeStamper { imprint_of: Some(b"another signature".to_vec()), ..world.stamper.clone() };
    let made = "The time-stamp is over other bytes.";
    let expect = past.with(Code::TimeClaimed, WARNING).with(Code::TimeStampInvalid, WARNING);
    cases
        .add("time-stamp-other-bytes", rule, made, stamped(&other, at.plus(3_600))?, expect.clone())
        .at(at)
        .host(|h| h.time_anchors = vec!["time-root"]);
    let mut liar = world.stamper.clone();
    liar.key = Key::committed("stranger-2048")?;
    let made = "The time-stamp bears the authority's certificate and a stranger's signature.";
    cases
        .add("time-stamp-forged", rule, made, stamped(&liar, at.plus(3_600))?, expect)
        .at(at)
        .host(|h| h.time_anchors = vec!["time-root"]);
    let late: Moment = "2022-06-01T10:00:00+02:00".parse()?;
    let made = "A time-stamp made after the leaf had ended: it does not close the gap.";
    let expect = certified(KIND).sha1().with(Code::CertExpiredNow, INFO).with(Code::TimeClaimed, WARNING).partial();
    cases
        .add("time-stamped-late", rule, made, stamped(&world.stamper, late)?, expect)
        .at(at)
        .host(|h| h.time_anchors = vec!["time-root"]);
    Ok(())
}

/// Certificates by name.
pub(super) fn certificates(scene: &Scene) -> Vec<Artefact> {
    let world = &scene.world;
    [
        ("root", &world.root),
        ("ca1-2017", &world.ca1_2017),
        ("ca1-2021", &world.ca1_2021),
        ("ca1-2025", &world.ca1_2025),
        ("legacy-root", &world.legacy_root),
        ("legacy-ca", &world.legacy_ca),
        ("public-root", &world.public_root),
        ("time-root", &world.time_root),
    ]
    .into_iter()
    .map(|(name, a)| Artefact { name, extension: "crt", bytes: a.certificate.der.clone() })
    .collect()
}

/// Revocation evidence by name. CRLs are of 2026-02-20 unless the name says otherwise.
pub(super) fn revocation(scene: &Scene) -> Result<Vec<Artefact>, Error> {
    let world = &scene.world;
    let (this_update, next_update): (Moment, Moment) =
        ("2026-02-20T00:00:00Z".parse()?, "2026-03-20T00:00:00Z".parse()?);
    let crl = |revoked: Vec<Revoked>| Crl { this_update, next_update, number: 7, revoked, keeps_expired_since: None };
    let entry = |certificate: &Certificate, since: &str, reason| -> Result<Revoked, Error> {
        Ok(Revoked { serial: certificate.serial.clone(), since: since.parse()?, reason })
    };
    let alfa = &world.alfa.certificate;
    let after = "2026-02-15T00:00:00Z";
    let other = entry(&world.beta.certificate, after, Reason::CessationOfOperation)?;
    let keeps = Some("2010-01-01T00:00:00Z".parse()?);
    let old = entry(&world.alfa_2018.certificate, "2019-01-01T00:00:00Z", Reason::KeyCompromise)?;
    let stranger = Authority { key: Key::committed("stranger-2048")?, ..world.ca1_2025.clone() };
    let ended = Crl {
        this_update: "2026-01-01T00:00:00Z".parse()?,
        next_update: "2026-01-31T00:00:00Z".parse()?,
        ..crl(vec![other.clone()])
    };
    let lists: [(&'static str, &Authority, Crl); 11] = [
        ("crl-good", &world.ca1_2025, crl(vec![other.clone()])),
        ("crl-key-compromise", &world.ca1_2025, crl(vec![entry(alfa, after, Reason::KeyCompromise)?])),
        ("crl-no-reason", &world.ca1_2025, crl(vec![entry(alfa, after, Reason::None)?])),
        ("crl-superseded-later", &world.ca1_2025, crl(vec![entry(alfa, after, Reason::Superseded)?])),
        ("crl-superseded-before", &world.ca1_2025, crl(vec![entry(alfa, "2026-02-02T00:00:00Z", Reason::Superseded)?])),
        ("crl-stale", &world.ca1_2025, ended),
        ("crl-forged", &stranger, crl(vec![entry(alfa, after, Reason::KeyCompromise)?])),
        ("crl-keeps-ended", &world.ca1_2025, Crl { keeps_expired_since: keeps, ..crl(vec![old]) }),
        ("crl-keeps-good", &world.ca1_2025, Crl { keeps_expired_since: keeps, ..crl(vec![other]) }),
        ("crl-root", &world.root, crl(Vec::new())),
        ("crl-root-revokes", &world.root, crl(vec![entry(&world.ca1_2025.certificate, after, Reason::KeyCompromise)?])),
    ];
    let mut out = Vec::new();
    for (name, authority, crl) in lists {
        out.push(Artefact { name, extension: "crl", bytes: crl.sign(authority)? });
    }
    let since = after.parse()?;
    for (name, certificate, status) in [
        ("ocsp-good", alfa, Status::Good),
        ("ocsp-revoked", alfa, Status::Revoked(since, Reason::KeyCompromise)),
        ("ocsp-unknown", alfa, Status::Unknown),
        ("ocsp-other", &world.beta.certificate, Status::Revoked(since, Reason::KeyCompromise)),
    ] {
        let response = Ocsp { status, this_update, next_update };
        out.push(Artefact { name, extension: "ocsp", bytes: response.sign(&world.ca1_2025, certificate)? });
    }
    Ok(out)
}

#[derive(Serialize)]
struct Data<'a> {
    version: u32,
    data_date: &'a str,
    pins: Vec<Pin<'a>>,
    certificates: Vec<Listed<'a>>,
    root: Pinned<'a>,
    provider_hosts: Hosts<'a>,
    host_anchors: [(); 0],
    time_stamp_anchors: [(); 0],
    intermediates: [(); 0],
}

#[derive(Serialize)]
struct Pin<'a> {
    anchor: &'a str,
    spki_sha256: String,
    public_key: String,
    organization: &'a str,
    common_name: &'a str,
    source: &'a str,
}

#[derive(Serialize)]
struct Listed<'a> {
    anchor: &'a str,
    sha256: String,
    not_before: &'a str,
    not_after: &'a str,
    source: &'a str,
}

#[derive(Serialize)]
struct Pinned<'a> {
    spki_sha256: String,
    common_name: &'a str,
    source: &'a str,
}

#[derive(Serialize)]
struct Hosts<'a> {
    source: &'a str,
    hosts: Vec<&'a str>,
}

/// The sandbox's authorities in the place of the real ones, in the JSON form of pec-core's trust store.
pub(super) fn trust_data(scene: &Scene) -> Artefact {
    const SOURCE: &str = "pec-sandbox";
    let world = &scene.world;
    let spki = |a: &Authority| crate::hex(&Digest::Sha256.of(&a.certificate.spki));
    let pin = |anchor, organization, common_name, a| Pin {
        anchor,
        spki_sha256: spki(a),
        public_key: encodify::base64::STANDARD.encode(&a.certificate.spki),
        organization,
        common_name,
        source: SOURCE,
    };
    let listed = |anchor, not_before, not_after, a: &Authority| Listed {
        anchor,
        sha256: a.certificate.fingerprint(),
        not_before,
        not_after,
        source: SOURCE,
    };
    let data = Data {
        version: 1,
        data_date: "2026-06-30",
        pins: vec![
            pin("agid-ca1", "Sandbox per la PEC", "Sandbox CA1", &world.ca1_2025),
            pin("digitpa-ca1", "Sandbox Legacy", "Sandbox Legacy CA1", &world.legacy_ca),
        ],
        certificates: vec![
            listed("agid-ca1", "2017-10-12T13:29:53Z", "2027-10-12T13:29:53Z", &world.ca1_2017),
            listed("agid-ca1", "2021-09-21T06:30:58Z", "2030-09-22T11:22:02Z", &world.ca1_2021),
            listed("agid-ca1", "2025-02-20T14:57:40Z", "2030-09-22T11:22:02Z", &world.ca1_2025),
            listed("digitpa-ca1", "2011-01-14T16:29:56Z", "2018-01-14T16:28:50Z", &world.legacy_ca),
        ],
        root: Pinned { spki_sha256: spki(&world.root), common_name: "Sandbox Authentication Root CA", source: SOURCE },
        provider_hosts: Hosts { source: SOURCE, hosts: vec![ALFA.host, BETA.host, GAMMA.host] },
        host_anchors: [],
        time_stamp_anchors: [],
        intermediates: [],
    };
    let mut bytes = serde_json::to_vec_pretty(&data).unwrap_or_default();
    bytes.push(b'\n');
    Artefact { name: "trust-sandbox", extension: "json", bytes }
}
