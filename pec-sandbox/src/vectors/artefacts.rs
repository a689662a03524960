//! The files that cases refer to by name: certificates, revocation evidence, trust data.

use serde::Serialize;

use super::Artefact;
use super::scene::Scene;
use crate::world::{ALFA, BETA, GAMMA};
use crate::{Authority, Certificate, Crl, Digest, Error, Key, Moment, Ocsp, Reason, Revoked, Status};

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
