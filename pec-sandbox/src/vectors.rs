//! The conformance vectors: messages, genuine, quirky and forged, each with what the specification says about it.
//!
//! Expectations are written from PEC-SPEC and VERDICT, never from the output of a verifier. [`write()`] puts one
//! `NAME.eml` and one `NAME.json` per case into a directory, beside the certificates, revocation lists and trust data
//! that the cases name, and below `reconcile/` one folder for each case of several messages ([`reconcile`]); the bytes
//! are the same each time.

mod artefacts;
mod attacks;
mod cms;
mod daticert;
mod expect;
mod identity;
mod impersonation;
mod kinds;
mod laundering;
mod limits;
mod mime;
mod quirks;
pub mod reconcile;
mod revocation;
mod scene;
mod time;
mod trust;
mod write;

pub use expect::{Expectation, SKIPPED};
pub use write::write;

use pec_core::finding::{Code, Severity};

use crate::{Error, Moment, World};
use scene::Scene;

/// Which trust data the case is judged with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustData {
    /// The facts built into pec-core: the real pins.
    BuiltIn,
    /// `trust-sandbox.json`: the sandbox's authorities in the place of the real ones, complete up to 2026-06-30.
    Sandbox,
}

/// When a case is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimePolicy {
    /// At the signed time, by the order of VERDICT §4.
    AtSigning,
}

/// What a case is judged with: everything that a host gives.
#[derive(Debug, Clone)]
pub struct Host {
    /// The caller's now.
    pub now: Moment,
    /// At which time the signature is judged.
    pub policy: TimePolicy,
    /// Trust data.
    pub trust: TrustData,
    /// Names of certificates that the host adds as anchors.
    pub anchors: Vec<&'static str>,
    /// Names of certificates that the host adds to build paths.
    pub intermediates: Vec<&'static str>,
    /// Names of certificates under which the host believes time-stamps.
    pub time_anchors: Vec<&'static str>,
    /// Names of revocation lists.
    pub crls: Vec<&'static str>,
    /// Names of OCSP responses.
    pub ocsp: Vec<&'static str>,
    /// Domains that the host's copy of the provider directory gives to the signer, when it has one.
    pub managed_domains: Option<Vec<&'static str>>,
}

/// What OpenSSL says (`openssl cms -verify -purpose any`, all sandbox roots, at the signing time).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSsl {
    /// Unix time given to `-attime`.
    pub at: Moment,
    /// Whether it accepts the signature.
    pub accepts: bool,
    /// Why it says other than "intact and trusted at signing", where it does.
    pub why: &'static str,
}

/// One case.
#[derive(Debug, Clone)]
pub struct Vector {
    /// File name without extension.
    pub name: String,
    /// The message.
    pub bytes: Vec<u8>,
    /// The rule that the case is about.
    pub rule: &'static str,
    /// How it was made, in one sentence.
    pub made: &'static str,
    /// What it is judged with.
    pub host: Host,
    /// What OpenSSL says about it.
    pub openssl: OpenSsl,
    /// What the specification says about it.
    pub expect: Expectation,
}

/// A file that cases refer to.
#[derive(Debug, Clone)]
pub struct Artefact {
    /// Name, without extension.
    pub name: &'static str,
    /// `crt`, `crl`, `ocsp` (all DER) or `json`.
    pub extension: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Every case, in a fixed order.
///
/// # Errors
/// When the sandbox's own keys are broken.
pub fn all() -> Result<Vec<Vector>, Error> {
    let scene = Scene::new()?;
    let mut cases = Cases { scene: &scene, list: Vec::new() };
    kinds::add(&mut cases)?;
    cms::add(&mut cases)?;
    trust::add(&mut cases)?;
    revocation::add(&mut cases)?;
    impersonation::add(&mut cases)?;
    time::add(&mut cases)?;
    mime::add(&mut cases)?;
    identity::add(&mut cases)?;
    daticert::add(&mut cases)?;
    attacks::add(&mut cases)?;
    laundering::add(&mut cases)?;
    quirks::add(&mut cases)?;
    limits::add(&mut cases)?;
    Ok(cases.list)
}

/// Every file that cases refer to by name.
///
/// # Errors
/// When the sandbox's own keys are broken.
pub fn artefacts() -> Result<Vec<Artefact>, Error> {
    let scene = Scene::new()?;
    let mut list = artefacts::certificates(&scene);
    list.extend(artefacts::revocation(&scene)?);
    list.push(artefacts::trust_data(&scene));
    Ok(list)
}

/// The cases under construction.
pub(crate) struct Cases<'s> {
    scene: &'s Scene,
    list: Vec<Vector>,
}

impl<'s> Cases<'s> {
    /// The world that the cases play in.
    pub(crate) fn world(&self) -> &'s World {
        &self.scene.world
    }

    /// Adds a case that is judged at the usual time with the sandbox root; the result can be adjusted.
    pub(crate) fn add(
        &mut self,
        name: &str,
        rule: &'static str,
        made: &'static str,
        bytes: Vec<u8>,
        expect: Expectation,
    ) -> Adjust<'_> {
        let accepts = expect.integrity == Some("intact") && expect.trust_at_signing == Some("trusted");
        let host = Host {
            now: self.scene.now,
            policy: TimePolicy::AtSigning,
            trust: TrustData::BuiltIn,
            anchors: vec!["root"],
            intermediates: Vec::new(),
            time_anchors: Vec::new(),
            crls: Vec::new(),
            ocsp: Vec::new(),
            managed_domains: None,
        };
        let openssl = OpenSsl { at: self.scene.at, accepts, why: "" };
        self.list.push(Vector { name: name.to_owned(), bytes, rule, made, host, openssl, expect });
        let at = self.list.len() - 1;
        Adjust(&mut self.list[at])
    }
}

/// A case just added.
pub(crate) struct Adjust<'c>(&'c mut Vector);

impl Adjust<'_> {
    /// OpenSSL says other than intact and trusted.
    pub(crate) fn openssl(self, accepts: bool, why: &'static str) -> Self {
        self.0.openssl.accepts = accepts;
        self.0.openssl.why = why;
        self
    }

    /// Signed at another time than usual.
    pub(crate) fn at(self, at: Moment) -> Self {
        self.0.openssl.at = at;
        self
    }

    /// Judged with another host.
    pub(crate) fn host(self, change: impl FnOnce(&mut Host)) -> Self {
        change(&mut self.0.host);
        self
    }

    /// Judged with the sandbox's own trust data and no anchor of the host.
    pub(crate) fn sandbox_trust(self) -> Self {
        self.0.host.trust = TrustData::Sandbox;
        self.0.host.anchors.clear();
        let findings = &mut self.0.expect.findings;
        findings.retain(|(code, _)| *code != Code::TrustHostAnchor);
        findings.push((Code::TrustReplacedData, INFO));
        self
    }
}

/// Shorthand in the tables of cases.
pub(crate) const INFO: Severity = Severity::Info;
/// Shorthand in the tables of cases.
pub(crate) const WARNING: Severity = Severity::Warning;
/// Shorthand in the tables of cases.
pub(crate) const ERROR: Severity = Severity::Error;
/// Shorthand in the tables of cases.
pub(crate) const FATAL: Severity = Severity::Fatal;
