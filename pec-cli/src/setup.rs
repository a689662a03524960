//! What verification needs beside the message: trust data, evidence and times, as the options give them.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use encodify::pem;
use jiff::Timestamp;
use pec_core::trust::{Evidence, TrustStore};
use pec_core::verify::JudgedAt;

/// Options that every command which verifies has.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Time at which the signer is judged: `signing` (as the law asks), `now`, or a time such as 2026-11-22T10:00:00Z.
    #[arg(long, default_value = "signing", value_parser = judged_at)]
    at: JudgedAt,
    /// A further authority, PEM or DER. It shows in the result as `host:…`: such a message is no PEC of the Italian system.
    #[arg(long, value_name = "FILE.pem")]
    anchor: Vec<PathBuf>,
    /// A certificate revocation list (CRL), PEM or DER.
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// An OCSP response, DER.
    #[arg(long, value_name = "FILE")]
    ocsp: Vec<PathBuf>,
    /// A certificate between signer and authority that the message does not carry, PEM or DER. It is not trusted by itself.
    #[arg(long, value_name = "FILE.pem")]
    intermediate: Vec<PathBuf>,
    /// An authority for time-stamps, PEM or DER.
    #[arg(long, value_name = "FILE.pem")]
    time_anchor: Vec<PathBuf>,
    /// Trust data to use instead of the built-in ones (see `pec trust show --json`).
    #[arg(long, value_name = "FILE.json")]
    trust: Option<PathBuf>,
    /// The time taken for "now"; by default the clock's.
    #[arg(long, value_name = "RFC3339")]
    now: Option<Timestamp>,
}

/// Everything loaded.
pub(crate) struct Setup {
    pub(crate) trust: TrustStore,
    pub(crate) evidence: Evidence,
    pub(crate) at: JudgedAt,
    pub(crate) now: Timestamp,
}

fn judged_at(text: &str) -> Result<JudgedAt, String> {
    match text {
        "signing" => Ok(JudgedAt::Signing),
        "now" => Ok(JudgedAt::Now),
        time => time
            .parse()
            .map(JudgedAt::At)
            .map_err(|_| "give `signing`, `now` or a time such as 2026-11-22T10:00:00Z".into()),
    }
}

impl Options {
    pub(crate) fn load(&self) -> Result<Setup, String> {
        let mut trust = match &self.trust {
            Some(path) => load_trust(path)?,
            None => TrustStore::built_in(),
        };
        for path in &self.anchor {
            trust = trust.with_host_anchor(&file(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        for path in &self.time_anchor {
            trust =
                trust.with_time_stamp_anchor(&file(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        for path in &self.intermediate {
            trust = trust.with_intermediate(&file(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let mut evidence = Evidence::none();
        for path in &self.crl {
            for list in objects(path, "X509 CRL")? {
                evidence = evidence.with_crl(list);
            }
        }
        for path in &self.ocsp {
            for response in objects(path, "OCSP RESPONSE")? {
                evidence = evidence.with_ocsp(response);
            }
        }
        Ok(Setup { trust, evidence, at: self.at, now: self.now.unwrap_or_else(Timestamp::now) })
    }
}

pub(crate) fn load_trust(path: &PathBuf) -> Result<TrustStore, String> {
    let text = String::from_utf8(file(path)?).map_err(|_| format!("{}: is not text", path.display()))?;
    TrustStore::from_json(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The DER objects in a file of evidence, PEM or DER. What is neither is refused: it would count for nothing, and nobody
/// would know.
fn objects(path: &PathBuf, label: &str) -> Result<Vec<Vec<u8>>, String> {
    let bytes = file(path)?;
    if bytes.first() == Some(&0x30) {
        return Ok(vec![bytes]);
    }
    let blocks = pem::STANDARD.blocks(&bytes).filter_map(Result::ok).filter(|block| block.label == label);
    let found: Vec<Vec<u8>> = blocks.map(|block| block.contents).collect();
    if found.is_empty() {
        return Err(format!("{}: there is no {label} in it, in PEM or DER", path.display()));
    }
    Ok(found)
}

fn file(path: &PathBuf) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_read_or_refused() {
        let der =
            PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/artefacts/crl-key-compromise.crl"));
        let bytes = file(&der).unwrap();
        assert_eq!(objects(&der, "X509 CRL"), Ok(vec![bytes.clone()]));
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let text = pem::STANDARD.encode("X509 CRL", &bytes);
        assert_eq!(objects(&write("one.pem", &text), "X509 CRL"), Ok(vec![bytes.clone()]));
        let two = format!("of two authorities\n{text}{text}");
        assert_eq!(objects(&write("two.pem", &two), "X509 CRL").map(|found| found.len()), Ok(2));
        for (name, other) in [("none", ""), ("text", "a list"), ("other", text.replace("CRL", "CRX").as_str())] {
            assert!(objects(&write(name, other), "X509 CRL").is_err(), "{name}");
        }
    }
}
