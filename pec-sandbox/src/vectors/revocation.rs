//! Revocation: what a list or a response says, and when it says nothing.

use pec_core::finding::Code;

use super::Cases;
use super::expect::{Expectation, certified};
use super::trust::{KIND, envelope, envelope_at, untrusted};
use crate::Error;

const NO_CRL: &str = "it is not asked about revocation";

/// Name, how it was made, CRLs, OCSP responses, expectation, and why OpenSSL says otherwise.
type Row = (&'static str, &'static str, Vec<&'static str>, Vec<&'static str>, Expectation, &'static str);

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rule = "VERDICT §4, revocation";
    let bytes = envelope(cases, &world.alfa)?;
    let good = certified(KIND).without(Code::CertRevocationUnknown);
    let rows: [Row; 12] = [
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
