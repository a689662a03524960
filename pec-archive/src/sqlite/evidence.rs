//! By what messages were judged: trust data and revocation evidence, kept as bodies.

use rusqlite::Connection;

use super::bodies;
use crate::error::Result;
use crate::intake::Intake;

/// The bodies of one intake, by kind.
pub(crate) struct Kept(Vec<(&'static str, i64)>);

/// Stores what the intake judges by, unless it is here.
pub(crate) fn keep(connection: &Connection, intake: &Intake<'_>) -> Result<Kept> {
    let trust = intake.trust.to_json();
    let crls = intake.evidence.iter().flat_map(|evidence| evidence.crls()).map(|list| ("crl", list));
    let ocsp = intake.evidence.iter().flat_map(|evidence| evidence.ocsp()).map(|answer| ("ocsp", answer));
    let mut kept = Vec::new();
    for (kind, bytes) in std::iter::once(("trust", trust.as_bytes())).chain(crls).chain(ocsp) {
        kept.push((kind, bodies::keep(connection, bytes)?));
    }
    Ok(Kept(kept))
}

/// Notes by what a message was judged.
pub(crate) fn used(connection: &Connection, message: i64, kept: &Kept) -> Result<()> {
    for (kind, body) in &kept.0 {
        connection
            .prepare_cached("INSERT OR IGNORE INTO evidence (message, kind, body) VALUES (?1, ?2, ?3)")?
            .execute((message, kind, body))?;
    }
    Ok(())
}
