//! Domains beside the records that they should have (FEATURES rows 18 and 52). The host asks the DNS; here it is compared.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::code::{AccountCode, Domain};
use super::organisation::Organisation;
use super::scope::Scope;

/// What the DNS should say of a domain, as its provider publishes it: InfoCert `mx.cert.legalmail.it` and
/// `v=spf1 include:_spf-legalmail.infocert.it -all`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedRecords {
    /// The mail exchangers: these, and no others.
    pub mx: BTreeSet<String>,
    /// Texts that have to be there, beside which others may be.
    pub txt: BTreeSet<String>,
}

/// What the host has found in the DNS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainCheck {
    /// Of which domain.
    pub domain: Domain,
    /// When: shown as the date of the last refresh.
    pub checked_at: Timestamp,
    /// The mail exchangers; `None`: no answer.
    pub mx: Option<BTreeSet<String>>,
    /// The texts; `None`: no answer.
    pub txt: Option<BTreeSet<String>>,
}

/// What a host has found of all domains, beside what it should be: one JSON object, in which `mx` and `txt` of a check are `null`
/// where there was no answer.
///
/// ```
/// use pec_core::delegation::DomainRecords;
/// let text = r#"{"expected": {"mx": ["mx.cert.legalmail.it"], "txt": []}, "checks": [
///     {"domain": "pec.dominio.it", "checked_at": "2026-03-01T12:00:00Z", "mx": null, "txt": null}]}"#;
/// assert_eq!(DomainRecords::from_json(text.as_bytes())?.checks[0].domain.as_str(), "pec.dominio.it");
/// assert!(DomainRecords::from_json(b"{}").is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainRecords {
    /// What every domain should have.
    pub expected: ExpectedRecords,
    /// What was found, in any order.
    pub checks: Vec<DomainCheck>,
}

impl DomainRecords {
    /// From JSON, as a host keeps it.
    ///
    /// # Errors
    /// It is no such JSON.
    pub fn from_json(text: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(text)
    }
}

/// What is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DomainAnomaly {
    /// The DNS did not answer: nothing is known.
    NoAnswer,
    /// A mail exchanger is missing: mail does not arrive.
    MxMissing(String),
    /// There is one of somebody else's: mail may arrive elsewhere.
    MxForeign(String),
    /// A text is missing.
    TxtMissing(String),
    /// There is another policy of who may send (SPF) beside the expected one: receivers take neither (RFC 7208 §4.5).
    SpfTwice(String),
}

/// A domain that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnomalousDomain<'a> {
    /// Which.
    pub domain: &'a Domain,
    /// Whose.
    pub account: &'a AccountCode,
    /// When it was looked at.
    pub checked_at: Timestamp,
    /// What is not as it should be.
    pub anomalies: Vec<DomainAnomaly>,
}

/// What is not as it should be in what was found; empty: nothing.
///
/// ```
/// use pec_core::delegation::{DomainAnomaly, DomainCheck, ExpectedRecords, domain_anomalies};
/// let records = |mx: &str| [mx.to_owned()].into();
/// let expected = ExpectedRecords { mx: records("mx.cert.legalmail.it"), txt: [].into() };
/// let check = DomainCheck {
///     domain: "pec.dominio.it".parse()?,
///     checked_at: "2026-03-01T12:00:00Z".parse().unwrap(),
///     mx: Some(records("MX.cert.legalmail.it.")),
///     txt: Some([].into()),
/// };
/// assert!(domain_anomalies(&check, &expected).is_empty());
/// let moved = DomainCheck { mx: Some(records("mail.altro.example")), ..check };
/// assert_eq!(domain_anomalies(&moved, &expected)[1], DomainAnomaly::MxForeign("mail.altro.example".into()));
/// # Ok::<(), pec_core::delegation::CodeError>(())
/// ```
#[must_use]
pub fn domain_anomalies(check: &DomainCheck, expected: &ExpectedRecords) -> Vec<DomainAnomaly> {
    let (Some(mx), Some(txt)) = (&check.mx, &check.txt) else { return vec![DomainAnomaly::NoAnswer] };
    let host = |name: &String| name.trim_end_matches('.').to_ascii_lowercase();
    let text = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (found, wanted): (BTreeSet<_>, BTreeSet<_>) =
        (mx.iter().map(host).collect(), expected.mx.iter().map(host).collect());
    let (texts, said): (BTreeSet<_>, BTreeSet<_>) =
        (txt.iter().map(text).collect(), expected.txt.iter().map(text).collect());
    let is_policy = |text: &&String| text.to_ascii_lowercase().starts_with("v=spf1");
    let other_policies = if said.iter().any(|text| is_policy(&text)) { &texts } else { &BTreeSet::new() };
    let harmless = |name: &String| crate::text::printable(name);
    let missing = wanted.difference(&found).map(|name| DomainAnomaly::MxMissing(harmless(name)));
    let foreign = found.difference(&wanted).map(|name| DomainAnomaly::MxForeign(harmless(name)));
    let unsaid = said.difference(&texts).map(|text| DomainAnomaly::TxtMissing(harmless(text)));
    let twice = other_policies.difference(&said).filter(is_policy).map(|text| DomainAnomaly::SpfTwice(harmless(text)));
    missing.chain(foreign).chain(unsaid).chain(twice).collect()
}

impl Organisation {
    /// Only the domains that are not as they should be, of the accounts that are seen (FEATURES row 18), by domain. A domain in
    /// no account's catalogue is nobody's, and not shown.
    #[must_use]
    pub fn domain_anomalies<'a>(
        &'a self,
        scope: &Scope,
        checks: &'a [DomainCheck],
        expected: &ExpectedRecords,
    ) -> Vec<AnomalousDomain<'a>> {
        let mut anomalous = Vec::new();
        for (account, catalogue) in self.catalogues(scope) {
            for check in checks.iter().filter(|check| catalogue.domains.contains(&check.domain)) {
                let anomalies = domain_anomalies(check, expected);
                if !anomalies.is_empty() {
                    let DomainCheck { domain, checked_at, .. } = check;
                    anomalous.push(AnomalousDomain { domain, account, checked_at: *checked_at, anomalies });
                }
            }
        }
        anomalous.sort_by(|one, other| (one.domain, one.account).cmp(&(other.domain, other.account)));
        anomalous
    }
}
