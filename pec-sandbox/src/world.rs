//! The sandbox's cast: roots, issues of the PEC authority, providers. Dates and constraints follow the real ones
//! (PEC-SPEC §6.3 and §6.5), names do not.

use crate::authority::{Admitted, Authority, Generation, Leaf, Subordinate};
use crate::certificate::{extension, name};
use crate::compose::Family;
use crate::key::{Digest, Key};
use crate::provider::{Dialect, Provider};
use crate::timestamp::TimeStamper;
use crate::{Error, Moment};

/// Alfa PEC, layout A.
pub const ALFA: Admitted =
    Admitted { host: "pec.alfa.example", province: "Milano", town: "Milano", organization: "Alfa PEC S.p.A." };
/// Beta Certificata, layout B.
pub const BETA: Admitted =
    Admitted { host: "cert.beta.example", province: "Roma", town: "Roma", organization: "Beta Certificata S.r.l." };
/// Gamma Posta, layout A, elliptic curves, admitted in 2025.
pub const GAMMA: Admitted =
    Admitted { host: "pec.gamma.example", province: "Torino", town: "Torino", organization: "Gamma Posta S.p.A." };

/// Every authority and provider, built once.
#[derive(Debug, Clone)]
pub struct World {
    /// Root above the PEC authority; RSA-4096.
    pub root: Authority,
    /// Issue of the PEC authority of 2017: Alfa and Beta.
    pub ca1_2017: Authority,
    /// Issue of 2021: as 2017, with Sandbox's own host.
    pub ca1_2021: Authority,
    /// Issue of 2025: Gamma too.
    pub ca1_2025: Authority,
    /// Root above the legacy authority.
    pub legacy_root: Authority,
    /// The legacy authority: RSA-2048, SHA-1, 2011 to 2018, no constraints.
    pub legacy_ca: Authority,
    /// A public authority that issues S/MIME certificates to anybody.
    pub public_root: Authority,
    /// Root of time-stamping.
    pub time_root: Authority,
    /// Stamper under it.
    pub stamper: TimeStamper,
    /// Alfa in 2026.
    pub alfa: Provider,
    /// Beta in 2026.
    pub beta: Provider,
    /// Gamma in 2026, ECDSA P-256.
    pub gamma: Provider,
    /// Alfa in 2018: SHA-1 in the signature, RSA-2048.
    pub alfa_2018: Provider,
    /// Beta in 2018.
    pub beta_2018: Provider,
    /// Alfa in 2014: RSA-1024, SHA-1 throughout.
    pub alfa_2014: Provider,
}

impl World {
    /// Builds the cast.
    ///
    /// # Errors
    /// When a committed key is missing or unreadable.
    pub fn new() -> Result<Self, Error> {
        let root = Authority::root(
            Key::committed("root-4096")?,
            name(&[
                ("C", "IT"),
                ("L", "Milan"),
                ("O", "Sandbox Trust S.p.A./00000000000"),
                ("CN", "Sandbox Authentication Root CA"),
            ]),
            life("2011-09-22T11:22:02Z", "2036-09-22T11:22:02Z")?,
            Digest::Sha256,
        )?;
        let ca1 = |serial, from, to, purposes, admitted: &[Admitted]| {
            let hosts: Vec<_> = admitted.iter().map(|a| a.host).chain(["ca.sandbox.example"]).collect();
            let directory =
                |a: &Admitted| name(&[("C", "IT"), ("ST", a.province), ("L", a.town), ("O", a.organization)]);
            let directories: Vec<_> = admitted.iter().map(directory).collect();
            root.subordinate(Subordinate {
                key: Key::committed("ca1-2048")?,
                subject: ca1_name(),
                serial,
                life: life(from, to)?,
                constraints: Some(extension::name_constraints(&hosts, &directories)),
                purposes,
                digest: Digest::Sha256,
            })
        };
        let ca1_2017 = ca1(&[0x20, 0x17], "2017-10-12T13:29:53Z", "2027-10-12T13:29:53Z", &[1, 4], &[ALFA, BETA])?;
        let ca1_2021 = ca1(&[0x20, 0x21], "2021-09-21T06:30:58Z", "2030-09-22T11:22:02Z", &[1, 4], &[ALFA, BETA])?;
        let ca1_2025 =
            ca1(&[0x20, 0x25], "2025-02-20T14:57:40Z", "2030-09-22T11:22:02Z", &[2, 4], &[ALFA, BETA, GAMMA])?;

        let legacy_root = Authority::root(
            Key::committed("legacy-root-2048")?,
            name(&[("C", "IE"), ("O", "Sandbox Legacy"), ("CN", "Sandbox Legacy Root")]),
            life("2000-05-12T18:46:00Z", "2025-05-12T23:59:00Z")?,
            Digest::Sha1,
        )?;
        let legacy_ca = legacy_root.subordinate(Subordinate {
            key: Key::committed("legacy-ca-2048")?,
            subject: name(&[
                ("C", "IT"),
                ("O", "Sandbox Legacy"),
                ("OU", "Interoperability"),
                ("CN", "Sandbox Legacy CA1"),
            ]),
            serial: &[0x07, 0x27],
            life: life("2011-01-14T16:29:56Z", "2018-01-14T16:28:50Z")?,
            constraints: None,
            purposes: &[],
            digest: Digest::Sha1,
        })?;
        let public_root = Authority::root(
            Key::committed("public-ca-2048")?,
            name(&[("C", "IT"), ("O", "Sandbox Public Mail"), ("CN", "Sandbox Public S/MIME CA")]),
            life("2015-01-01T00:00:00Z", "2035-01-01T00:00:00Z")?,
            Digest::Sha256,
        )?;
        let time_root = Authority::root(
            Key::committed("tsa-root-2048")?,
            name(&[("C", "IT"), ("O", "Sandbox Time"), ("CN", "Sandbox Time-Stamping Root")]),
            life("2010-01-01T00:00:00Z", "2040-01-01T00:00:00Z")?,
            Digest::Sha256,
        )?;
        let stamper = TimeStamper::under(
            &time_root,
            name(&[("C", "IT"), ("O", "Sandbox Time"), ("CN", "Sandbox Stamper")]),
            Key::committed("tsa-2048")?,
            life("2010-01-01T00:00:00Z", "2039-01-01T00:00:00Z")?,
        )?;

        let provider = |generation, who: &Admitted, from: &str, authority: &Authority, key: Key, digest| {
            let certificate = authority.issue(&Leaf::provider(generation, who, from.parse()?), &key)?;
            Ok::<_, Error>(Provider {
                name: who.organization.to_owned(),
                host: who.host.to_owned(),
                family: if who.host == BETA.host { Family::B } else { Family::A },
                key,
                certificate,
                authority: authority.clone(),
                digest,
                dialect: if generation == Generation::Y2026 { Dialect::Y2026 } else { Dialect::Y2018 },
                seed: 1,
            })
        };
        let y2026 = Generation::Y2026;
        let alfa_key = Key::committed("alfa-2048")?;
        let alfa = provider(y2026, &ALFA, "2025-10-01T08:00:00Z", &ca1_2025, alfa_key.clone(), Digest::Sha256)?;
        let beta_key = Key::committed("beta-2048")?;
        let mut beta = provider(y2026, &BETA, "2025-06-01T08:00:00Z", &ca1_2025, beta_key.clone(), Digest::Sha256)?;
        beta.dialect = Dialect { signing_certificate: true, ..Dialect::Y2018 };
        let gamma_key = Key::derived(crate::Curve::P256, "gamma")?;
        let gamma = provider(y2026, &GAMMA, "2025-12-01T08:00:00Z", &ca1_2025, gamma_key, Digest::Sha256)?;
        let y2018 = Generation::Y2018;
        let alfa_2018 = provider(y2018, &ALFA, "2017-12-04T15:05:44Z", &ca1_2017, alfa_key, Digest::Sha1)?;
        let beta_2018 = provider(y2018, &BETA, "2017-11-23T10:00:51Z", &ca1_2017, beta_key, Digest::Sha1)?;
        let old_key = Key::committed("alfa-1024")?;
        let alfa_2014 = provider(Generation::Y2014, &ALFA, "2014-02-10T12:32:21Z", &legacy_ca, old_key, Digest::Sha1)?;
        Ok(Self {
            root,
            ca1_2017,
            ca1_2021,
            ca1_2025,
            legacy_root,
            legacy_ca,
            public_root,
            time_root,
            stamper,
            alfa,
            beta,
            gamma,
            alfa_2018,
            beta_2018,
            alfa_2014,
        })
    }
}

/// Name of the sandbox's PEC authority.
#[must_use]
pub fn ca1_name() -> Vec<u8> {
    name(&[("C", "IT"), ("L", "Roma"), ("O", "Sandbox per la PEC"), ("OU", "Area Prove"), ("CN", "Sandbox CA1")])
}

fn life(from: &str, to: &str) -> Result<(Moment, Moment), Error> {
    Ok((from.parse()?, to.parse()?))
}
