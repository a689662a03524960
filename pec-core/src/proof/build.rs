//! A bundle is put together.

use std::collections::BTreeMap;

use encodify::base64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::manifest::{Listed, Manifest, hex};
use super::zip::{self, TooLarge};
use super::{EXPERT, FORM, MANIFEST, PAGE, check, expert, tree};
use crate::crypto::{DigestAlgorithm, digest};
use crate::trust::{Evidence, TrustStore};

/// That an entry about a message, a time-stamp or a look-up stands in a log: the entry, and the path from there to the root
/// (RFC 6962 §2.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// The entry, as it stands in the log: JSON that names the message by its SHA-256 under `id`, the time-stamp under
    /// `token`, or the look-up under `lookup`.
    pub entry: String,
    /// Its number, from 0.
    pub index: u64,
    /// Entries of the log under the root.
    pub size: u64,
    /// The nodes beside the path, from the leaf up, in base64.
    pub path: Vec<String>,
}

/// The root of a log at some size, and a time-stamp over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The text of a C2SP checkpoint: origin, size, root in base64, a line each.
    pub note: Vec<u8>,
    /// RFC 3161 token over the text.
    pub token: Vec<u8>,
    /// That the log's entry about the token stands under a later root, whose time-stamp renews this one.
    pub renewed: Option<Witness>,
}

/// What goes into a bundle.
///
/// The same contents give the same bytes.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    messages: Vec<(Vec<u8>, Vec<Witness>)>,
    checkpoints: Vec<Checkpoint>,
    evidence: Evidence,
    lookups: Vec<(Vec<u8>, Vec<Witness>)>,
}

impl Bundle {
    /// An empty bundle.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With a message of the transaction, byte for byte as received, and its place in a log under one root or several, where
    /// it has one.
    #[must_use]
    pub fn message(mut self, bytes: Vec<u8>, witnesses: impl IntoIterator<Item = Witness>) -> Self {
        self.messages.push((bytes, witnesses.into_iter().collect()));
        self
    }

    /// With a time-stamped root of the log: one over each message that has a place in it, and those that renew it.
    #[must_use]
    pub fn checkpoint(mut self, checkpoint: Checkpoint) -> Self {
        self.checkpoints.push(checkpoint);
        self
    }

    /// With revocation evidence. It is a claim until its signatures have been checked, by whoever reads the bundle.
    #[must_use]
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence = evidence;
        self
    }

    /// With what a register answered about the address of a recipient, the JSON of a [`Lookup`](crate::lookup::Lookup) byte for
    /// byte as it was kept, and its place in the log as that of a message.
    #[must_use]
    pub fn lookup(mut self, kept: Vec<u8>, witnesses: impl IntoIterator<Item = Witness>) -> Self {
        self.lookups.push((kept, witnesses.into_iter().collect()));
        self
    }

    /// The file. `transaction` is the *identificativo* or *msgid*; the page is written as `trust` judges at `made_at`.
    ///
    /// # Errors
    /// [`TooLarge`] beyond 4 GiB.
    pub fn to_zip(mut self, transaction: &str, trust: &TrustStore, made_at: Timestamp) -> Result<Vec<u8>, TooLarge> {
        let mut objects: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        // The order in which messages were given means nothing, and the same one twice counts once.
        let mut places: BTreeMap<String, Vec<Witness>> = BTreeMap::new();
        for (bytes, witnesses) in std::mem::take(&mut self.messages) {
            let id = hex(digest(DigestAlgorithm::Sha256, &bytes).as_bytes());
            places.entry(id.clone()).or_default().extend(witnesses);
            objects.insert(format!("messages/{id}.eml"), bytes);
        }
        // Of two tokens over one text either would do: the order in which they were given must not decide.
        let order =
            |it: &Checkpoint| (it.note.clone(), it.renewed.is_none(), it.token.clone(), it.renewed.as_ref().map(json));
        self.checkpoints.sort_by_cached_key(order);
        self.checkpoints.dedup_by(|a, b| a.note == b.note);
        for checkpoint in self.checkpoints {
            let name = hex(digest(DigestAlgorithm::Sha256, &checkpoint.note).as_bytes());
            objects.insert(format!("log/{name}.checkpoint"), checkpoint.note);
            objects.insert(format!("log/{name}.tsr"), checkpoint.token);
            if let Some(renewed) = checkpoint.renewed {
                objects.insert(format!("log/{name}.json"), json(&renewed));
            }
        }
        for (kind, lists) in
            [("crl", self.evidence.crls().collect::<Vec<_>>()), ("ocsp", self.evidence.ocsp().collect())]
        {
            for list in lists {
                let name = hex(digest(DigestAlgorithm::Sha256, list).as_bytes());
                objects.insert(format!("trust/{name}.{kind}"), list.to_vec());
            }
        }
        for (text, witnesses) in self.lookups {
            let id = hex(digest(DigestAlgorithm::Sha256, &text).as_bytes());
            places.entry(id.clone()).or_default().extend(witnesses);
            objects.insert(format!("lookup/{id}.json"), text);
        }
        for (id, mut witnesses) in places {
            witnesses.sort_by_cached_key(|witness| (witness.size, json(witness)));
            witnesses.dedup();
            for (n, witness) in witnesses.iter().enumerate() {
                objects.insert(place(&id, n), json(witness));
            }
        }
        objects.insert("trust/trust.json".into(), trust.to_json().into_bytes());
        objects.insert(PAGE.into(), check::page(&objects, trust, made_at).into_bytes());
        let text = expert::text(&expert::names(objects.keys().map(String::as_str)));
        objects.insert(EXPERT.into(), text.into_bytes());
        let manifest = Manifest {
            form: FORM.into(),
            engine: concat!("pec ", env!("CARGO_PKG_VERSION")).into(),
            made_at,
            transaction: transaction.to_owned(),
            objects: objects.iter().map(|(path, content)| Listed::of(path, content)).collect(),
        };
        objects.insert(MANIFEST.into(), json(&manifest));
        zip::write(objects.iter().map(|(name, content)| (name.as_str(), content.as_slice())))
    }
}

impl Witness {
    /// From the nodes beside the path, from the leaf up.
    #[must_use]
    pub fn new(entry: String, index: u64, size: u64, path: &[[u8; 32]]) -> Self {
        Self { entry, index, size, path: path.iter().map(|node| base64::STANDARD.encode(node)).collect() }
    }

    /// The root to which it leads, where its entry says that this was done and names under `key` what it was done with.
    pub(super) fn root_of(&self, what: &str, key: &str, named: &str) -> Result<[u8; 32], String> {
        let entry: serde_json::Value = serde_json::from_str(&self.entry).map_err(|error| error.to_string())?;
        let says = |key: &str, value: &str| entry.get(key).and_then(serde_json::Value::as_str) == Some(value);
        if !says("what", what) || !says(key, named) {
            return Err("the entry of the log is about something else".into());
        }
        let node = |node| base64::STANDARD.decode(node).ok()?.try_into().ok();
        let path: Option<Vec<[u8; 32]>> = self.path.iter().map(node).collect();
        let path = path.ok_or("the path is unreadable")?;
        let root = tree::root(tree::leaf(self.entry.as_bytes()), self.index, self.size, &path);
        root.ok_or_else(|| "the path leads nowhere".into())
    }
}

/// The object that shows where something stands in the log: under the smallest root, and under others.
fn place(id: &str, n: usize) -> String {
    if n == 0 { format!("log/{id}.json") } else { format!("log/{id}.{n}.json") }
}

/// For a person who opens it too: one key a line.
fn json<T: Serialize>(value: &T) -> Vec<u8> {
    // Strings and numbers only: there is nothing that cannot be written.
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}
