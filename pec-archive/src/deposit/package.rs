//! A package: filled document by document until a limit is reached, then written as a folder or a ZIP.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use pec_core::proof::Frames;
use sha2::{Digest as _, Sha256};

use super::document::{Document, Family};
use super::index::{Earlier, Group, Index, Listed, NAME};
use super::metadata::{Aggregation, Described};
use super::options::{Options, Target};
use crate::actor::Actor;
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::sqlite::open::sync_folder;

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

/// The documents of a family that are to be deposited, described, and their dossier.
#[derive(Debug)]
pub(super) struct Batch {
    id: String,
    label: String,
    aggregation: Option<Vec<u8>>,
    pub(super) documents: Vec<Ready>,
}

impl Batch {
    /// Describes those of a family that `wanted` names.
    pub(super) fn of(family: &Family, wanted: &[i64], options: &Options, now: Timestamp) -> Self {
        let own = family.is_dossier.then_some(family.id.as_str());
        let dossier = options.dossier.as_ref().map(|dossier| dossier.id.as_str()).or(own);
        let ready = |document: &Document| Ready {
            number: document.number,
            id: document.id,
            size: document.size,
            date: document.date,
            retention_years: options.retention_years.unwrap_or(document.retention_years),
            metadata: Described { document, family, dossier, options, now }.to_xml(),
        };
        let wanted = family.documents.iter().filter(|document| wanted.contains(&document.number));
        let aggregation = own.filter(|_| options.dossier.is_none()).map(|id| {
            let all: Vec<&Document> = family.documents.iter().collect();
            let years = all.iter().map(|document| document.retention_years).max().unwrap_or(1);
            Aggregation {
                id,
                subject: &family.subject,
                opened: all.iter().map(|document| document.date).min().unwrap_or(now),
                documents: &all.iter().map(|document| document.id).collect::<Vec<_>>(),
                retention_years: options.retention_years.unwrap_or(years),
                options,
            }
            .to_xml()
        });
        let kind = if family.is_dossier { "Fascicolo" } else { "Messaggio" };
        Self {
            id: family.id.clone(),
            label: format!("{kind} {}: {}", family.id, family.subject),
            aggregation,
            documents: wanted.map(ready).collect(),
        }
    }
}

enum Content {
    Bytes(Vec<u8>),
    Message(Id),
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
    files: BTreeMap<String, Content>,
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

/// The path of the package of this number.
fn numbered(path: &Path, number: usize) -> PathBuf {
    if number == 1 { path.to_owned() } else { path.with_extension(format!("{number}.zip")) }
}

/// Beside the place where it will be, under a name that nobody takes for finished.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    path.with_file_name(name)
}

type Files = BTreeMap<String, Content>;

fn folder_of(
    folder: &Path,
    name: &str,
    files: &Files,
    read: impl Fn(&Content) -> Result<Vec<u8>>,
) -> Result<(PathBuf, u64)> {
    let path = folder.join(name);
    let part = unfinished(&path);
    refuse_existing(&path)?;
    // What an earlier attempt has left behind belongs to another package.
    if part.exists() {
        fs::remove_dir_all(&part).map_err(at(&part))?;
    }
    fs::create_dir_all(&part).map_err(at(&part))?;
    let mut bytes = 0;
    let mut write = || -> Result<()> {
        for (name, content) in files {
            let file = part.join(name);
            let parent = file.parent().unwrap_or(&part);
            fs::create_dir_all(parent).map_err(at(parent))?;
            let content = read(content)?;
            bytes += content.len() as u64;
            let written = File::create(&file).and_then(|mut file| {
                file.write_all(&content)?;
                file.sync_all()
            });
            written.map_err(at(&file))?;
        }
        for folder in ["documenti", "metadati", "fascicoli"] {
            let folder = part.join(folder);
            if folder.exists() {
                sync_folder(&folder.join(NAME))?;
            }
        }
        sync_folder(&part.join(NAME))?;
        fs::rename(&part, &path).map_err(at(&path))?;
        sync_folder(&path)
    };
    if let Err(error) = write() {
        let _ = fs::remove_dir_all(&part);
        return Err(error);
    }
    Ok((path, bytes))
}

fn zip_of(path: &Path, files: &Files, read: impl Fn(&Content) -> Result<Vec<u8>>) -> Result<(Id, u64)> {
    refuse_existing(path)?;
    let part = unfinished(path);
    let failed = |error| Error::file(path, error);
    let write = || -> Result<(Id, u64)> {
        let mut sink =
            Hashed { file: BufWriter::new(File::create(&part).map_err(failed)?), hasher: Sha256::new(), bytes: 0 };
        let mut frames = Frames::default();
        for (name, content) in files {
            let content = read(content)?;
            sink.write(&frames.object(name, &content)?).and_then(|()| sink.write(&content)).map_err(failed)?;
        }
        sink.write(&frames.end()?).map_err(failed)?;
        let (hasher, bytes) = (sink.hasher, sink.bytes);
        let file = sink.file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        fs::rename(&part, path).map_err(failed)?;
        sync_folder(path)?;
        Ok((Id::finished(hasher), bytes))
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    move |error| Error::file(path, error)
}

fn refuse_existing(path: &Path) -> Result<()> {
    if path.exists() { Err(Error::Exists(path.to_owned())) } else { Ok(()) }
}

struct Hashed {
    file: BufWriter<File>,
    hasher: Sha256,
    bytes: u64,
}

impl Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}
