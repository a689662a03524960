//! Anchors, certificates and paths.

use pec_core::finding::Code;

use super::Cases;
use super::INFO;
use super::expect::{Expectation, certified};
use crate::world::{ALFA, BETA, ca1_name};
use crate::{Authority, Digest, Error, Generation, Key, Leaf, Moment, Provider, Subordinate, World, extension, name};

pub(super) const KIND: &str = "posta-certificata";
const LENIENT: &str = "it is told to accept any purpose and does not know the rule";

/// Makes a leaf other than it should be.
type Change = fn(&mut Leaf);

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    anchors(cases)?;
    validity(cases)?;
    constraints(cases)?;
    leaves(cases)?;
    paths(cases)
}

/// Alfa with another certificate.
pub(super) fn alfa_with(
    world: &World,
    authority: &Authority,
    change: impl FnOnce(&mut Leaf),
) -> Result<Provider, Error> {
    let mut leaf = Leaf::provider(Generation::Y2026, &ALFA, "2025-10-01T08:00:00Z".parse()?);
    change(&mut leaf);
    let mut alfa = world.alfa.clone();
    alfa.certificate = authority.issue(&leaf, &alfa.key)?;
    alfa.authority = authority.clone();
    Ok(alfa)
}

/// Its transport envelope of the usual letter.
pub(super) fn envelope(cases: &Cases<'_>, by: &Provider) -> Result<Vec<u8>, Error> {
    by.seal(&by.transport(&cases.scene.transaction(by)))
}

pub(super) fn envelope_at(cases: &Cases<'_>, by: &Provider, at: Moment) -> Result<Vec<u8>, Error> {
    by.seal(&by.transport(&cases.scene.transaction_at(by, at)))
}

pub(super) fn untrusted(code: Code) -> Expectation {
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

    let rows: [(&str, &'static str, Change); 4] = [
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
    let rows: [(&str, &'static str, &'static str, Code, Change); 8] = [
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
    cases
        .add("trust-path-nowhere", "VERDICT §2 row 6", made, bytes, untrusted(Code::CertAnchorPublicOnly))
        .openssl(false, "");
    Ok(())
}
