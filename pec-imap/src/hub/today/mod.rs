//! What an office needs to know in the morning: what has arrived, what has failed, what ends, by client; on one page, in one
//! table, and with the attachments in the folders of the clients.

mod page;
mod rows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use pec_archive::search::{Field, Query};
use pec_archive::{Entry, Id};
use pec_core::finding::Language;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::verify::{Extract, Verdict};
use pec_files::{NewFiles, safe_name};

pub(super) use rows::last_day;

use super::table::Encoding;
use super::{Hub, HubMailbox, Radar, RadarOptions};
use crate::error::{Error, Result};

/// A message may come in so long after it was certified and is news all the same; older ones are an old mailbox that was
/// brought in.
pub(super) const LATE: SignedDuration = SignedDuration::from_hours(72);

/// Messages that are read at a time.
const PAGE: usize = 256;

/// What has happened since some time, by client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Today {
    /// Since when.
    pub since: Timestamp,
    /// As of when.
    pub now: Timestamp,
    /// Clients of whom there is anything to be told, in the order of names.
    pub clients: Vec<ClientDay>,
    /// What needs somebody.
    pub radar: Radar,
    /// Mailboxes that are managed, and those of them that were well at the last look.
    pub mailboxes: (usize, usize),
}

/// What has happened to one client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ClientDay {
    /// The client, or the address of a mailbox that belongs to none.
    pub client: String,
    /// Messages that have arrived, newest first.
    pub arrived: Vec<Arrived>,
    /// Messages that say that something which was sent has not arrived: refusals, failures, delays, viruses.
    pub failed: Vec<Arrived>,
    /// How many receipts say that something has gone well.
    pub receipts: u64,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arrived {
    /// In which mailbox.
    pub mailbox: String,
    /// What the archive knows of it.
    pub entry: Entry,
}

/// What became of one message whose attachments were to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// The message.
    pub id: Id,
    /// Files that hold its attachments.
    pub files: Vec<PathBuf>,
    /// Why nothing was saved: the verdict, where nothing certifies the message.
    pub withheld: Option<Verdict>,
}

impl Arrived {
    /// The verdict on it; `None` for one that this version does not know.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == self.entry.verdict)
    }

    /// When it was certified, else when it came in.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        self.entry.certified_at.or(self.entry.stored_at)
    }
}

impl Today {
    /// One page: self-contained, without scripts, nothing fetched. The same value gives the same bytes.
    #[must_use]
    pub fn to_html(&self, language: Language) -> String {
        page::write(self, language)
    }

    /// The same as a table, a line each, with `;` between cells.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn to_csv(&self, language: Language, encoding: Encoding) -> Result<Vec<u8>> {
        super::table::write(&rows::of(self, language), encoding)
    }
}

/// What a message is to whoever reads the page.
enum Place {
    Arrived,
    Failed,
    Receipt,
}

fn place_of(kind: &str) -> Place {
    match kind {
        "errore-consegna" | "preavviso-errore-consegna" | "non-accettazione" | "rilevazione-virus" => Place::Failed,
        "accettazione" | "avvenuta-consegna" | "presa-in-carico" => Place::Receipt,
        _ => Place::Arrived,
    }
}

impl Hub {
    /// What has come in since some time, by what the archive has; what was sent is not among it: [`Hub::refresh`] brings it there.
    ///
    /// # Errors
    /// Those of the archive.
    pub fn today(&self, since: Timestamp, options: RadarOptions) -> Result<Today> {
        let (all, now) = (self.mailboxes()?, self.now());
        let mut clients: BTreeMap<String, ClientDay> = BTreeMap::new();
        for mailbox in &all {
            let client = mailbox.client();
            let day = clients.entry(client.to_lowercase()).or_default();
            day.client = client.to_owned();
            self.arrivals(mailbox, since, day)?;
        }
        let mut clients: Vec<ClientDay> = clients.into_values().collect();
        clients.retain(|day| !day.arrived.is_empty() || !day.failed.is_empty() || day.receipts > 0);
        for day in &mut clients {
            let newest = |one: &Arrived| std::cmp::Reverse(one.at());
            day.arrived.sort_by_key(newest);
            day.failed.sort_by_key(newest);
        }
        let well = all.iter().filter(|one| one.access() == Some(crate::AccessState::Ok)).count();
        let radar = self.radar(now, options)?;
        Ok(Today { since, now, clients, radar, mailboxes: (all.len(), well) })
    }

    /// What has come into a mailbox since then.
    fn arrivals(&self, mailbox: &HubMailbox, since: Timestamp, day: &mut ClientDay) -> Result<()> {
        let address = &mailbox.said.address;
        let query = Query::exact(Field::Mailbox, address).since(since.saturating_sub(LATE).unwrap_or(Timestamp::MIN));
        let mut from = None;
        loop {
            let page = self.archive().search(self.actor(), &query, from, PAGE)?;
            for entry in page.entries {
                if entry.stored_at.is_none_or(|at| at < since) || !self.comes_into(address, &entry)? {
                    continue;
                }
                let one = Arrived { mailbox: address.clone(), entry };
                match place_of(&one.entry.kind) {
                    Place::Arrived => day.arrived.push(one),
                    Place::Failed => day.failed.push(one),
                    Place::Receipt => day.receipts += 1,
                }
            }
            from = page.next;
            if from.is_none() {
                return Ok(());
            }
        }
    }

    /// Puts the attachments of what has arrived into a folder of each client below `folder`. Names that come from messages
    /// and from clients never lead out of it, nothing that is there is written over, and the same attachment is there once
    /// however often this is called.
    ///
    /// Of a message that nothing certifies nothing is saved: who opens a folder cannot see whom its files are from.
    ///
    /// # Errors
    /// [`Error::File`]; those of the archive. What was saved before stays.
    pub fn save_attachments(&self, today: &Today, folder: &Path) -> Result<Vec<Saved>> {
        let mut saved = Vec::new();
        for day in &today.clients {
            let own = folder.join(safe_name(&day.client));
            let failed = |source| Error::File { path: own.clone(), source };
            let mut files = None;
            for arrived in &day.arrived {
                let id = arrived.entry.id;
                if let Some(verdict) = arrived.verdict().filter(|verdict| !verdict.is_certified()) {
                    saved.push(Saved { id, files: Vec::new(), withheld: Some(verdict) });
                    continue;
                }
                let bytes = self.archive().get(self.actor(), id)?;
                let mut paths = Vec::new();
                for attachment in Extract::Attachments.from(&Message::parse(bytes, &Limits::DEFAULT)) {
                    let unnamed = if attachment.is_message { "attachment.eml" } else { "attachment" };
                    let name = attachment.name.as_deref().unwrap_or(unnamed);
                    let files = match &mut files {
                        Some(files) => files,
                        None => files.insert(NewFiles::in_folder(&own).map_err(failed)?),
                    };
                    paths.push(files.write_once(name, &attachment.bytes).map_err(failed)?);
                }
                saved.push(Saved { id, files: paths, withheld: None });
            }
        }
        Ok(saved)
    }
}
