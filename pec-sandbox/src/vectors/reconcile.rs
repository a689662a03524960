//! The reconciliation cases: what lies in a mailbox, what the host knows, and what it all comes to for each recipient.
//!
//! ```text
//! Story: messages numbered as they are put in ──> what the specification makes of them, dossier by dossier (expect.rs)
//!     states, notices, contradictions, arrivals, agreement, attacks, service, forms, complete, brief, instants
//!         ──> write(): conformance/reconcile/NAME/01-sent.eml, 02-acceptance.eml …, case.json
//! ```
//!
//! Expectations are written from VERDICT §6 to §8 and PEC-SPEC §4 and §9, never from the output of a ledger.

mod agreement;
mod arrivals;
mod attacks;
mod brief;
mod collision;
mod complete;
mod contradictions;
mod expect;
mod forms;
mod instants;
mod layouts;
mod notices;
mod service;
mod states;
mod story;

pub use expect::{
    Attachment, Bounce, Claim, Content, Dossier, Event, Expected, Found, Host, Instant, Owing, Recipient, Submitted,
};

use std::io;
use std::path::Path;

use serde::Serialize;

use super::scene::Scene;
use crate::Error;
use story::Book;

/// One case: a folder of messages and what they come to. Its JSON form has the keys in the order of the fields.
#[derive(Debug, Clone, Serialize)]
pub struct Reconciliation {
    /// Name of the folder.
    #[serde(skip)]
    pub name: &'static str,
    /// File names and messages, in the order of the files.
    #[serde(skip)]
    pub messages: Vec<(String, Vec<u8>)>,
    /// The rule that the case is about.
    pub rule: &'static str,
    /// What happened, in one sentence.
    pub made: &'static str,
    /// What it is judged with.
    pub host: Host,
    /// What the specification says.
    pub expected: Expected,
}

impl Reconciliation {
    /// Every finding that the case expects, of dossiers, contents and instants alike.
    pub fn findings(&self) -> impl Iterator<Item = &Found> {
        self.expected.dossiers.iter().flat_map(|dossier| {
            let contents = dossier.contents.iter().flat_map(|content| &content.findings);
            let instants = dossier.instants.iter().flat_map(|instant| &instant.findings);
            dossier.findings.iter().chain(contents).chain(instants)
        })
    }
}

/// Every reconciliation case, in a fixed order.
///
/// # Errors
/// When the sandbox's own keys are broken.
pub fn reconciliations() -> Result<Vec<Reconciliation>, Error> {
    let scene = Scene::new()?;
    let mut book = Book::new(&scene);
    states::add(&mut book)?;
    notices::add(&mut book)?;
    contradictions::add(&mut book)?;
    arrivals::add(&mut book)?;
    agreement::add(&mut book)?;
    attacks::add(&mut book)?;
    service::add(&mut book)?;
    forms::add(&mut book)?;
    complete::add(&mut book)?;
    brief::add(&mut book)?;
    instants::add(&mut book)?;
    layouts::add(&mut book)?;
    Ok(book.into_cases())
}

/// Writes every case into a folder of its own below `directory`. Returns the number of cases.
pub(super) fn write(directory: &Path) -> io::Result<usize> {
    let cases = reconciliations().map_err(io::Error::other)?;
    for case in &cases {
        let folder = directory.join(case.name);
        std::fs::create_dir_all(&folder)?;
        for (file, bytes) in &case.messages {
            std::fs::write(folder.join(file), bytes)?;
        }
        let mut text = serde_json::to_string_pretty(case)?;
        text.push('\n');
        std::fs::write(folder.join("case.json"), text)?;
    }
    Ok(cases.len())
}
