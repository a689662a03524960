//! Writes the cases as files.

use std::io;
use std::path::Path;

use serde::Serialize;

use super::{TimePolicy, TrustData, Vector, all, artefacts, reconcile};

/// Writes every case as `NAME.eml` and `NAME.json`, what they refer to into `artefacts/`, and the reconciliation cases
/// into `reconcile/`, below `directory`. Returns the number of cases of both sorts. Files that are no longer made are not removed.
///
/// # Errors
/// When a file cannot be written.
pub fn write(directory: &Path) -> io::Result<usize> {
    let files = directory.join("artefacts");
    std::fs::create_dir_all(&files)?;
    for artefact in artefacts().map_err(io::Error::other)? {
        std::fs::write(files.join(format!("{}.{}", artefact.name, artefact.extension)), &artefact.bytes)?;
    }
    let cases = all().map_err(io::Error::other)?;
    for case in &cases {
        std::fs::write(directory.join(format!("{}.eml", case.name)), &case.bytes)?;
        let mut text = serde_json::to_string_pretty(&description(case))?;
        text.push('\n');
        std::fs::write(directory.join(format!("{}.json", case.name)), text)?;
    }
    Ok(cases.len() + reconcile::write(&directory.join("reconcile"))?)
}

/// The JSON form, keys in the order of the fields.
#[derive(Serialize)]
struct Description<'c> {
    rule: &'c str,
    made: &'c str,
    host: Given<'c>,
    openssl: Oracle<'c>,
    expected: Expected<'c>,
}

#[derive(Serialize)]
struct Given<'c> {
    now: String,
    time: &'c str,
    trust: &'c str,
    anchors: &'c [&'static str],
    intermediates: &'c [&'static str],
    time_anchors: &'c [&'static str],
    crls: &'c [&'static str],
    ocsp: &'c [&'static str],
    managed_domains: Option<&'c [&'static str]>,
}

#[derive(Serialize)]
struct Oracle<'c> {
    at: String,
    accepts: bool,
    why: &'c str,
}

#[derive(Serialize)]
struct Expected<'c> {
    kind: Option<&'c str>,
    verdict: &'c str,
    integrity: Option<&'c str>,
    trust_at_signing: Option<&'c str>,
    complete: bool,
    findings: Vec<Found<'c>>,
}

#[derive(Serialize)]
struct Found<'c> {
    code: &'c str,
    severity: &'c str,
}

fn description(case: &Vector) -> Description<'_> {
    let host = &case.host;
    Description {
        rule: case.rule,
        made: case.made,
        host: Given {
            now: host.now.to_string(),
            time: match host.policy {
                TimePolicy::AtSigning => "at-signing",
            },
            trust: match host.trust {
                TrustData::BuiltIn => "built-in",
                TrustData::Sandbox => "trust-sandbox",
            },
            anchors: &host.anchors,
            intermediates: &host.intermediates,
            time_anchors: &host.time_anchors,
            crls: &host.crls,
            ocsp: &host.ocsp,
            managed_domains: host.managed_domains.as_deref(),
        },
        openssl: Oracle { at: case.openssl.at.to_string(), accepts: case.openssl.accepts, why: case.openssl.why },
        expected: Expected {
            kind: case.expect.kind,
            verdict: case.expect.verdict,
            integrity: case.expect.integrity,
            trust_at_signing: case.expect.trust_at_signing,
            complete: case.expect.complete,
            findings: case
                .expect
                .findings
                .iter()
                .map(|(code, severity)| Found { code: code.as_str(), severity: severity.as_str() })
                .collect(),
        },
    }
}
