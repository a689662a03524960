//! A package: filled document by document until a limit is reached, then written as a folder or a ZIP.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::document::{Document, Family, NO_SUBJECT, Transaction};
use super::index::{Earlier, Group, Index, Listed, NAME};
use super::metadata::{Aggregation, Described};
use super::options::{Options, Target};
use super::write::{Content, Files, folder_of, numbered, zip_of};
use crate::actor::Actor;
use crate::archive::Archive;
use crate::error::Result;
use crate::id::Id;

const XML: &str = "application/xml";

/// What the index takes for one file, and for itself: more than it ever is.
const INDEX_BYTES: u64 = 1024;

/// A document that has been described.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) number: i64,
    pub(super) id: Id,
    size: u64,
    date: Timestamp,
    retention_years: u16,
    metadata: Vec<u8>,
}

/// The documents of a dossier that are to be deposited, described, and the dossier; or a message by itself.
#[derive(Debug)]
pub(super) struct Batch {
    id: String,
    label: String,
    aggregation: Option<Vec<u8>>,
    pub(super) documents: Vec<Ready>,
}

impl Batch {
    /// Describes those of a family that `wanted` names. What belongs to several dossiers goes with the first of them, and is
    /// named by all.
    pub(super) fn all(family: &Family, wanted: &[i64], options: &Options, now: Timestamp) -> Vec<Self> {
        let host = options.dossier.as_ref().map(|dossier| dossier.id.as_str());
        let mut batches: Vec<Self> = Vec::new();
        for document in family.documents.iter().filter(|document| wanted.contains(&document.number)) {
            let first = family.dossiers_of(document.number).next();
            let own: Vec<&str> = family.dossiers_of(document.number).map(|dossier| dossier.id.as_str()).collect();
            let dossiers = host.map_or(own, |host| vec![host]);
            let ready = Ready {
                number: document.number,
                id: document.id,
                size: document.size,
                date: document.date,
                retention_years: options.retention_years.unwrap_or(document.retention_years),
                metadata: Described { document, family, dossiers: &dossiers, options, now }.to_xml(),
            };
            let id = first.map_or_else(|| document.id.to_string(), |dossier| dossier.id.clone());
            match batches.iter_mut().find(|batch| batch.id == id) {
                Some(batch) => batch.documents.push(ready),
                None => batches.push(Self {
                    label: label(first, document),
                    aggregation: first.filter(|_| host.is_none()).map(|one| aggregation(one, family, options, now)),
                    id,
                    documents: vec![ready],
                }),
            }
        }
        batches
    }
}

fn label(dossier: Option<&Transaction>, document: &Document) -> String {
    match dossier {
        Some(dossier) => format!("Fascicolo {}: {}", dossier.id, dossier.subject),
        None => format!("Messaggio: {}", document.judged.subject.as_deref().unwrap_or(NO_SUBJECT)),
    }
}

/// The dossier of a transaction, with everything that is in the archive of it.
fn aggregation(dossier: &Transaction, family: &Family, options: &Options, now: Timestamp) -> Vec<u8> {
    let members = || family.documents.iter().filter(|document| dossier.members.contains(&document.number));
    let years = members().map(|document| document.retention_years).max().unwrap_or(1);
    Aggregation {
        id: &dossier.id,
        subject: &dossier.subject,
        opened: members().map(|document| document.date).min().unwrap_or(now),
        documents: &members().map(|document| document.id).collect::<Vec<_>>(),
        retention_years: options.retention_years.unwrap_or(years),
        options,
    }
    .to_xml()
}

/// What all packages of one call have in common.
pub(super) struct Order<'o> {
    pub(super) archive: &'o Archive,
    pub(super) actor: &'o Actor,
    pub(super) at: Timestamp,
    pub(super) options: &'o Options,
    pub(super) target: &'o Target,
    pub(super) earlier: Option<Earlier>,
}

/// A package that is being filled.
#[derive(Default)]
pub(super) struct Package {
    files: Files,
    groups: Vec<Group>,
    documents: Vec<(i64, Id)>,
    bytes: u64,
    opened: Option<Timestamp>,
    retention_years: u16,
}

/// A package that has been written.
pub(super) struct Written {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) pindex: Id,
    pub(super) zip: Option<Id>,
    pub(super) bytes: u64,
    pub(super) documents: Vec<(i64, Id)>,
}

impl Written {
    /// Takes it away again: nobody has heard of it.
    pub(super) fn remove(&self) {
        let _ = if self.zip.is_some() { fs::remove_file(&self.path) } else { fs::remove_dir_all(&self.path) };
    }
}

impl Package {
    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Whether documents of these sizes still fit in.
    fn takes(&self, documents: usize, bytes: u64, options: &Options) -> bool {
        self.is_empty()
            || self.documents.len() + documents <= options.max_documents
                && self.bytes.saturating_add(bytes) <= options.max_bytes
    }

    /// Takes a batch, whole where it can; gives back what belongs into the next package.
    pub(super) fn add(&mut self, batch: Batch, options: &Options) -> Option<Batch> {
        let Batch { id, label, aggregation, documents } = batch;
        let frame = aggregation.as_ref().map_or(0, |xml| xml.len() as u64 + 2 * INDEX_BYTES);
        let all: u64 = documents.iter().map(cost).sum();
        // A dossier is torn apart only where it is larger than a package.
        let fits_alone = documents.len() <= options.max_documents && all + frame <= options.max_bytes;
        if documents.is_empty() || fits_alone && !self.takes(documents.len(), all + frame, options) {
            return (!documents.is_empty()).then_some(Batch { id, label, aggregation, documents });
        }
        let mut group = Group { id: id.clone(), label: label.clone(), files: Vec::new() };
        let mut rest = Vec::new();
        for document in documents {
            let first = if group.files.is_empty() { frame } else { 0 };
            if rest.is_empty() && self.takes(1, cost(&document) + first, options) {
                self.bytes += cost(&document) + first;
                self.document(document, &mut group, options);
            } else {
                rest.push(document);
            }
        }
        if !group.files.is_empty() {
            if let Some(xml) = &aggregation {
                self.xml(format!("fascicoli/{}.xml", Id::of(group.id.as_bytes())), xml.clone(), &mut group);
            }
            self.groups.push(group);
        }
        (!rest.is_empty()).then_some(Batch { id, label, aggregation, documents: rest })
    }

    fn document(&mut self, document: Ready, group: &mut Group, options: &Options) {
        let path = format!("documenti/{}.eml", document.id);
        let listed = Listed { path: path.clone(), digest: document.id, format: options.message_format.clone() };
        group.files.push(listed);
        self.files.insert(path, Content::Message(document.id));
        self.xml(format!("metadati/{}.xml", document.id), document.metadata, group);
        self.documents.push((document.number, document.id));
        self.opened = Some(self.opened.map_or(document.date, |opened| opened.min(document.date)));
        self.retention_years = self.retention_years.max(document.retention_years);
    }

    fn xml(&mut self, path: String, bytes: Vec<u8>, group: &mut Group) {
        group.files.push(Listed { path: path.clone(), digest: Id::of(&bytes), format: XML.into() });
        self.files.insert(path, Content::Bytes(bytes));
    }

    /// The host's own dossier, which names everything in the package.
    fn host_dossier(&mut self, options: &Options, at: Timestamp) {
        let Some(dossier) = &options.dossier else { return };
        let documents: Vec<Id> = self.documents.iter().map(|(_, id)| *id).collect();
        let aggregation = Aggregation {
            id: &dossier.id,
            subject: &dossier.subject,
            opened: self.opened.unwrap_or(at),
            documents: &documents,
            retention_years: self.retention_years,
            options,
        };
        let label = format!("Fascicolo {}: {}", dossier.id, dossier.subject);
        let mut group = Group { id: dossier.id.clone(), label, files: Vec::new() };
        self.xml(format!("fascicoli/{}.xml", Id::of(dossier.id.as_bytes())), aggregation.to_xml(), &mut group);
        self.groups.push(group);
    }

    /// Writes it out; it is on stable storage when this returns. `number` is its place among those of one call.
    pub(super) fn write(mut self, order: &Order<'_>, number: usize) -> Result<Written> {
        let Order { archive, actor, at, options, target, earlier } = order;
        self.host_dossier(options, *at);
        let name = self.name(*at, earlier.as_ref());
        let index = Index { name: &name, at: *at, groups: &self.groups, earlier: earlier.as_ref(), options }.to_xml();
        let pindex = Id::of(&index);
        self.files.insert(NAME.into(), Content::Bytes(index));
        let read = |content: &Content| match content {
            Content::Bytes(bytes) => Ok(bytes.clone()),
            Content::Message(id) => archive.get(actor, *id),
        };
        let (path, zip, bytes) = match target {
            Target::Folder(folder) => {
                let (path, bytes) = folder_of(folder, &name, &self.files, read)?;
                (path, None, bytes)
            }
            Target::Zip(path) => {
                let path = numbered(path, number);
                let (zip, bytes) = zip_of(&path, &self.files, read)?;
                (path, Some(zip), bytes)
            }
        };
        Ok(Written { name, path, pindex, zip, bytes, documents: self.documents })
    }

    /// The same documents at the same time have the same name.
    fn name(&self, at: Timestamp, earlier: Option<&Earlier>) -> String {
        let mut hasher = Sha256::new();
        hasher.update(earlier.map_or("", |earlier| &earlier.name));
        for (_, id) in &self.documents {
            hasher.update(id.as_bytes());
        }
        let digest = Id::finished(hasher).to_string();
        format!("pdv-{}-{}", at.strftime("%Y%m%dt%H%M%Sz"), digest.get(..16).unwrap_or_default())
    }
}

fn cost(document: &Ready) -> u64 {
    document.size + document.metadata.len() as u64 + 2 * INDEX_BYTES
}
