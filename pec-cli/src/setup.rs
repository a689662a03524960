//! What verification needs beside the message: trust data, evidence and times, as the options give them.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use pec_core::trust::{Evidence, TrustStore, TrustStoreError};
use pec_core::verify::{JudgedAt, Verifier};
use pec_files::Judge;

use crate::text::Text;

/// Options that every command which verifies has, before or after the name of what it does.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Time at which the signer is judged: `signing` (as the law asks), `now`, or a time such as 2026-11-22T10:00:00Z.
    #[arg(long, global = true, default_value = "signing", value_parser = judged_at)]
    at: JudgedAt,
    /// A further authority, PEM or DER. It shows in the result as `host:…`: such a message is no PEC of the Italian system.
    #[arg(long, global = true, value_name = "FILE.pem")]
    anchor: Vec<PathBuf>,
    /// A certificate revocation list (CRL), PEM or DER.
    #[arg(long, global = true, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// An OCSP response, PEM or DER.
    #[arg(long, global = true, value_name = "FILE")]
    ocsp: Vec<PathBuf>,
    /// A certificate between signer and authority that the message does not carry, PEM or DER. It is not trusted by itself.
    #[arg(long, global = true, value_name = "FILE.pem")]
    intermediate: Vec<PathBuf>,
    /// An authority for time-stamps, PEM or DER.
    #[arg(long, global = true, value_name = "FILE.pem")]
    time_anchor: Vec<PathBuf>,
    /// Trust data to use instead of the built-in ones (see `pec trust show --json`).
    #[arg(long, global = true, value_name = "FILE.json")]
    trust: Option<PathBuf>,
    /// The time taken for "now"; by default the clock's.
    #[arg(long, global = true, value_name = "RFC3339")]
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
    pub(crate) fn load(&self) -> Result<Setup, Text> {
        let mut trust = match &self.trust {
            Some(path) => load_trust(path)?,
            None => TrustStore::built_in(),
        };
        for path in &self.anchor {
            trust = trust.with_host_anchor(&file(path)?).map_err(|error| no_certificate(&error, path))?;
        }
        for path in &self.time_anchor {
            trust = trust.with_time_stamp_anchor(&file(path)?).map_err(|error| no_certificate(&error, path))?;
        }
        for path in &self.intermediate {
            trust = trust.with_intermediate(&file(path)?).map_err(|error| no_certificate(&error, path))?;
        }
        let mut evidence = Evidence::none();
        for path in &self.crl {
            evidence = readable(evidence.with_crl(file(path)?), path)?;
        }
        for path in &self.ocsp {
            evidence = readable(evidence.with_ocsp(file(path)?), path)?;
        }
        Ok(Setup { trust, evidence, at: self.at, now: self.now.unwrap_or_else(Timestamp::now) })
    }

    /// As [`Self::load`], for what judges at the time of signing and at no other: an option that changes nothing must not pass for one
    /// that was heeded.
    pub(crate) fn load_at_signing(&self) -> Result<Setup, Text> {
        if self.at == JudgedAt::Signing {
            return self.load();
        }
        Err(Text::new(
            "--at: archivi e fascicoli giudicano al momento della firma, come vuole la legge; in altri momenti giudica `pec verify`",
            "--at: archives and bundles judge at the time of signing, as the law asks; `pec verify` judges at other times",
        ))
    }

    /// The same, for what judges by no evidence of the caller's.
    pub(crate) fn load_without_evidence(&self) -> Result<Setup, Text> {
        let setup = self.load_at_signing()?;
        if setup.evidence.id().is_none() {
            return Ok(setup);
        }
        Err(Text::new(
            "--crl, --ocsp: qui non cambiano nulla; `pec archive reverify` li conserva nell'archivio, e nei suoi fascicoli",
            "--crl, --ocsp: nothing here depends on them; `pec archive reverify` keeps them in the archive, and in its bundles",
        ))
    }
}

impl Setup {
    /// The same, owned, for many messages on many threads.
    pub(crate) fn judge(&self) -> Judge {
        Judge::new(self.trust.clone()).evidence(self.evidence.clone()).judged_at(self.at)
    }

    pub(crate) fn verifier(&self) -> Verifier<'_> {
        Verifier::new(&self.trust).evidence(&self.evidence).judged_at(self.at)
    }
}

pub(crate) fn no_certificate(error: &TrustStoreError, path: &Path) -> Text {
    let it = "non è un certificato che si possa leggere: occorre il certificato di un'autorità, in PEM o DER";
    let en = "is not a certificate that can be read: the certificate of an authority is needed, in PEM or DER";
    Text::new(format!("{it} ({error})"), format!("{en} ({error})")).at(path)
}

/// Evidence that says nothing must not pass for evidence that was asked.
pub(crate) fn readable(evidence: Evidence, path: &Path) -> Result<Evidence, Text> {
    if evidence.unreadable() == 0 {
        return Ok(evidence);
    }
    let text = Text::new(
        "non dice nulla sulla revoca: non è una lista di revoca (CRL, PEM o DER) né una risposta OCSP (PEM o DER), o è danneggiata; scaricarla di nuovo dall'autorità",
        "says nothing about revocation: it is neither a revocation list (CRL, PEM or DER) nor an OCSP response (PEM or DER), or it is damaged; get it again from the authority",
    );
    Err(text.at(path))
}

pub(crate) fn load_trust(path: &Path) -> Result<TrustStore, Text> {
    let broken = |error: String| {
        let it = "non contiene dati di fiducia che si possano usare (la forma è quella di `pec trust show --json`)";
        let en = "holds no trust data that can be used (the form is that of `pec trust show --json`)";
        Text::new(format!("{it}: {error}"), format!("{en}: {error}")).at(path)
    };
    let text = String::from_utf8(file(path)?).map_err(|error| broken(error.to_string()))?;
    TrustStore::from_json(&text).map_err(|error| broken(error.to_string()))
}

pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Text> {
    fs::read(path).map_err(|error| Text::of_io(&error).at(path))
}
