//! Packages ready for deposit (*pacchetti di versamento*) with a conservation service (*conservatore*), and what it
//! answered.
//!
//! ```text
//! selection ──> families    each message with the others of its transactions, those already deposited left out
//!           ──> document    read, verified again, described      metadata   annex 5 of AgID's guidelines, one XML a message
//!           ──> package     filled up to the limits              index      PIndex.xml, SInCRO v2
//!           ──> folder or ZIP ──> log, tables
//! report    ──> outcome     the report of deposit read, each document found by its digest, its state written down
//! ```
//!
//! A package is ready for deposit; it is nothing more. Whether documents are kept by the rules of the law is the doing of
//! the conservation service and of whoever is responsible for it, never of this library. `docs/DEPOSIT.md` says what a
//! package holds, element by element, where each comes from, and what could not be confirmed.
//!
//! ```
//! use std::ops::ControlFlow;
//! use pec_archive::deposit::{DepositState, Options, ReportForm, Selection, Target};
//! use pec_archive::{Actor, Archive, Intake};
//! use pec_core::trust::TrustStore;
//!
//! let folder = tempfile::tempdir()?;
//! let archive = Archive::create(&folder.path().join("posta.pecarchive"))?;
//! let (host, trust, now) = (Actor::host(), TrustStore::built_in(), "2026-02-09T10:00:00Z".parse()?);
//! let intake = Intake::new(&trust, now);
//! let put = archive.put(&host, &intake, b"Message-ID: <1@ditta.example>\r\n\r\nBuongiorno.\r\n".to_vec())?;
//!
//! let options = Options::new("VATIT-12345678903=Ditta S.r.l.".parse()?);
//! let target = Target::Folder(folder.path().join("pacchetti"));
//! let everything = Selection::Query(pec_archive::search::Query::default());
//! let watch = &mut |_| ControlFlow::Continue(());
//! let made = archive.deposit(&host, &intake, &everything, &options, &target, watch)?;
//! let package = &made.packages[0];
//! assert!(package.path.join("PIndex.xml").exists() && package.path.join(format!("documenti/{}.eml", put.id)).exists());
//!
//! let answer = format!("<R><Documento><Hash>{}</Hash><Esito>KO</Esito><Motivo>formato</Motivo></Documento></R>", put.id);
//! archive.deposit_report(&host, now, answer.as_bytes(), &ReportForm::default())?;
//! let documents = archive.deposited(&host, &package.name)?;
//! assert_eq!(documents[0].state, DepositState::Refused { reason: "formato".into() });
//! // What is no report changes nothing.
//! assert!(archive.deposit_report(&host, now, b"<R/>", &ReportForm::default()).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod agent;
mod document;
mod index;
mod metadata;
mod options;
mod outcome;
mod package;
mod plan;
mod report;
mod setting;
mod write;
mod xml;

use std::path::PathBuf;

use jiff::Timestamp;
use rayon::prelude::*;
use serde::Serialize;

pub use agent::{Agent, AgentName};
pub use options::{Classification, Confidential, HostDossier, Options, Selection, Signer, Target};
pub use outcome::{DepositReport, Refused};
pub use report::ReportForm;

use crate::actor::Actor;
use crate::archive::Archive;
use crate::care::{Progress, Watch, readable};
use crate::dossiers::Judge;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::intake::Intake;
use crate::log::{Appender, What};
use crate::store::{DepositRow, Number, View};
use document::Family;
use package::{Batch, Order, Package};
use plan::Plan;

/// Families that are described at a time.
const BATCH: usize = 64;

/// Packages that a call has made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Made {
    /// In the order in which they were written.
    pub packages: Vec<Packaged>,
    /// Messages that were left out, because a package has them already.
    pub already: u64,
    /// Messages that are damaged, and why: by identifier where it could be read. Whatever belongs to their transactions was left out with
    /// them: described without them it could say something else than is so.
    pub damaged: Vec<(String, String)>,
    /// Whether everything was packed, or the work was ended before. What was packed stays.
    pub complete: bool,
}

/// A package that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Packaged {
    /// Its name, as its index says it.
    pub name: String,
    /// Where it is: a folder or a ZIP.
    pub path: PathBuf,
    /// Messages in it.
    pub documents: u64,
    /// Bytes of its files, or of the ZIP.
    pub bytes: u64,
    /// SHA-256 of its PIndex.xml.
    pub pindex: Id,
    /// SHA-256 of the ZIP.
    pub zip: Option<Id>,
}

/// A package, and where its documents stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Deposit {
    /// Its name.
    pub name: String,
    /// When it was made, by the host's clock.
    pub made_at: Timestamp,
    /// SHA-256 of its PIndex.xml.
    pub pindex: Id,
    /// The package of which it brings refused documents once more.
    pub again_of: Option<String>,
    /// Documents of which no report has spoken.
    pub waiting: u64,
    /// Documents that were accepted.
    pub accepted: u64,
    /// Documents that were refused.
    pub refused: u64,
}

impl Deposit {
    /// A package without documents, for a backend to count them.
    #[must_use]
    pub const fn new(name: String, made_at: Timestamp, pindex: Id) -> Self {
        Self { name, made_at, pindex, again_of: None, waiting: 0, accepted: 0, refused: 0 }
    }
}

/// A document of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Deposited {
    /// The message.
    pub id: Id,
    /// Where it stands.
    #[serde(flatten)]
    pub state: DepositState,
    /// Whether a newer package has it too: then that one says where it stands now.
    pub superseded: bool,
}

impl Deposited {
    /// A document, and where it stands.
    #[must_use]
    pub const fn new(id: Id, state: DepositState, superseded: bool) -> Self {
        Self { id, state, superseded }
    }
}

/// Where a document stands with the conservation service, by the reports that were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum DepositState {
    /// No report has spoken of it.
    Waiting,
    /// A report says that it was accepted.
    Accepted,
    /// A report says that it was refused, or the host has given up the package.
    Refused {
        /// Why, in the words of the report, or of the host; empty where it does not say.
        reason: String,
    },
}

impl Archive {
    /// Makes packages ready for deposit of a selection, one or more as the limits ask. Each is on stable storage and in the
    /// log before the next one is begun. What is in a package already is left out, so that the same selection can be made
    /// again whenever something has come in. Every message is verified again, as `intake` judges; the same messages at the
    /// same time give the same bytes. A message that is damaged is named, and left out with what belongs to its transactions.
    ///
    /// It proves nothing, and keeps nothing by the rules of the law: that begins when a conservation service has accepted
    /// the package.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what the selection names and is not here, [`Error::BadValue`] for limits and terms that
    /// cannot be, [`Error::Exists`], [`Error::File`], [`Error::Damaged`]. Packages that were written before stay, and
    /// [`Archive::deposits`] has them. After [`Error::Device`] the files of the last one stay too: whether it counts,
    /// [`Archive::deposits`] says.
    ///
    /// # Limits
    /// One message per core is held in memory, and the metadata of one package.
    pub fn deposit(
        &self,
        actor: &Actor,
        intake: &Intake<'_>,
        selection: &Selection,
        options: &Options,
        target: &Target,
        watch: Watch<'_>,
    ) -> Result<Made> {
        let asked = Asked::new(actor, Call::Deposit).at(intake.now);
        if let Selection::Query(query) = selection {
            self.seal().answers(query)?;
        }
        let plan = self.read_for(&asked, |view| plan::plan(view, selection))?;
        self.pack(actor, intake, plan, options, target, watch)
    }

    /// Brings the refused documents of a package once more, in new packages that name it. Those of which a newer package
    /// brings them already are left out.
    ///
    /// The guidelines let a package be refused, and leave the number of attempts, at least three, to be agreed; nothing is
    /// counted here.
    ///
    /// # Errors
    /// As [`Archive::deposit`]; [`Error::NotFound`] when there is no such package.
    pub fn deposit_again(
        &self,
        actor: &Actor,
        intake: &Intake<'_>,
        package: &str,
        options: &Options,
        target: &Target,
        watch: Watch<'_>,
    ) -> Result<Made> {
        let asked = Asked::new(actor, Call::Deposit).at(intake.now);
        let plan = self.read_for(&asked, |view| plan::again(view, package))?;
        self.pack(actor, intake, plan, options, target, watch)
    }

    /// The packages that were made, oldest first.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn deposits(&self, actor: &Actor) -> Result<Vec<Deposit>> {
        self.read_for(&Asked::new(actor, Call::Deposit), |view| view.deposits())
    }

    /// The documents of a package, in the order of their digests.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such package.
    pub fn deposited(&self, actor: &Actor, package: &str) -> Result<Vec<Deposited>> {
        self.read_for(&Asked::new(actor, Call::Deposit), |view| view.deposited(plan::named(view, package)?.number))
    }

    fn pack(
        &self,
        actor: &Actor,
        intake: &Intake<'_>,
        plan: Plan,
        options: &Options,
        target: &Target,
        watch: Watch<'_>,
    ) -> Result<Made> {
        options.check()?;
        // Before anything is written elsewhere.
        self.backend().writable()?;
        // Fractions of a second would be in the XML and not in the archive.
        let now = Timestamp::from_second(intake.now.as_second()).map_err(|e| Error::Internal(e.to_string()))?;
        let intake = &Intake { now, ..*intake };
        let total = plan.families.iter().map(|(_, wanted)| wanted.len() as u64).sum();
        let order = Order { archive: self, actor, at: now, options, target, earlier: plan.earlier };
        let made = Made { already: plan.already, ..Made::default() };
        let mut packing = Packing { order, package: Package::default(), made };
        let mut done = 0;
        for families in plan.families.chunks(BATCH) {
            let batches: Vec<Readable> = families
                .par_iter()
                .map(|(members, wanted)| {
                    let mut judge = Judge::by(intake, self.seal(), self.cache());
                    let read = self.read(|view| {
                        let family = Family::of(view, &mut judge, members)?;
                        let named = family.damaged.iter().map(|(number, why)| Ok((name(view, *number)?, why.clone())));
                        let damaged = named.collect::<Result<Vec<_>>>()?;
                        Ok((family, damaged))
                    });
                    let (family, damaged) = read?;
                    self.give_back(judge.cache);
                    let batches =
                        if damaged.is_empty() { Batch::all(&family, wanted, options, now) } else { Vec::new() };
                    Ok((wanted.len() as u64, batches, damaged))
                })
                .collect::<Result<_>>()?;
            for (wanted, batches, damaged) in batches {
                done += wanted;
                packing.made.damaged.extend(damaged);
                batches.into_iter().try_for_each(|batch| packing.add(batch))?;
            }
            if watch(Progress { done, total }).is_break() {
                packing.finish()?;
                return Ok(packing.made);
            }
        }
        packing.finish()?;
        packing.made.complete = true;
        Ok(packing.made)
    }
}

/// How many messages of a family are wanted, its batches, and what of it is damaged.
type Readable = (u64, Vec<Batch>, Vec<(String, String)>);

/// What a message is called that cannot be read.
fn name(view: &dyn View, number: Number) -> Result<String> {
    Ok(readable(view.id(number))?.flatten().map_or_else(|| format!("number {number}"), |id| id.to_string()))
}

/// Packages on their way.
struct Packing<'p> {
    order: Order<'p>,
    package: Package,
    made: Made,
}

impl Packing<'_> {
    fn add(&mut self, batch: Batch) -> Result<()> {
        let mut rest = Some(batch);
        // An empty package takes a document of any size: something is gone after every round.
        while let Some(batch) = rest {
            rest = self.package.add(batch, self.order.options);
            if rest.is_some() {
                self.finish()?;
            }
        }
        Ok(())
    }

    /// Writes the package and notes it: first the files, then the log.
    fn finish(&mut self) -> Result<()> {
        let package = std::mem::take(&mut self.package);
        if package.is_empty() {
            return Ok(());
        }
        let Order { archive, actor, at, earlier, .. } = &self.order;
        let written = package.write(&self.order, self.made.packages.len() + 1)?;
        let noted = archive.change(|change| {
            if change.deposit(&written.name)?.is_some() {
                // Its documents were packed in this second, erased, and put again.
                return Err(Error::Exists(written.path.clone()));
            }
            let documents = written.documents.len() as u64;
            let again_of = earlier.as_ref().map(|earlier| earlier.name.as_str());
            let what = What::Deposit { package: &written.name, pindex: written.pindex, documents, again_of };
            let entry = Appender::new(change, actor, *at)?.append(what)?;
            change.put_deposit(&written.row(*at, again_of, entry))
        });
        if let Err(error) = noted {
            // After these the archive may know of it all the same, and a package that nobody knows of is harmless.
            if !matches!(error, Error::Device(_) | Error::Moved(_)) {
                written.remove();
            }
            return Err(error);
        }
        self.made.packages.push(Packaged {
            name: written.name,
            path: written.path,
            documents: written.documents.len() as u64,
            bytes: written.bytes,
            pindex: written.pindex,
            zip: written.zip,
        });
        Ok(())
    }
}

impl package::Written {
    fn row<'w>(&'w self, now: Timestamp, again_of: Option<&'w str>, entry: u64) -> DepositRow<'w> {
        DepositRow {
            name: &self.name,
            made_at: now.as_second(),
            pindex: self.pindex,
            zip: self.zip,
            again_of,
            entry,
            documents: &self.documents,
        }
    }
}
