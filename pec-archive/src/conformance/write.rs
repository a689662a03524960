//! How an archive in memory is told of things.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::memory::Session;
use super::rows::{Derived, Dossier, Package};
use super::words;
use crate::deposit::DepositState;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::{
    CheckpointRow, DepositRow, DerivedRow, DossierRow, ImportedRow, IndexWriter, KeyRow, MessageRow, NewMessage,
    Number, SubmissionRow, Words, first_number, second_of,
};

impl IndexWriter for Session<'_> {
    fn others_wrote(&self) -> bool {
        // It does not say who has written.
        true
    }

    fn mend_message(&self, number: Number, message: &NewMessage<'_>) -> Result<()> {
        self.write(|rows| {
            if let Some((row, _)) = rows.messages.get_mut(&number) {
                row.size = message.size as i64;
                row.dictionary = message.dictionary;
                row.skeleton_size = message.skeleton_size as i64;
                row.skeleton = message.skeleton.to_vec();
                row.holes = message.holes.to_vec();
            }
        });
        Ok(())
    }

    fn put_message(&self, first: Number, message: &NewMessage<'_>) -> Result<Number> {
        self.write(|rows| {
            if rows.numbers.contains_key(&message.id) {
                return Err(Error::Damaged(format!("message {} is here", message.id)));
            }
            let next_second = first_number(second_of(first)).saturating_add(first_number(1));
            let last = rows.messages.range(first..next_second).next_back().map(|(number, _)| number + 1);
            let mut number = last.unwrap_or(first);
            while rows.messages.contains_key(&number) {
                number += 1;
            }
            let row = MessageRow {
                id: message.id,
                size: message.size as i64,
                entry: message.entry as i64,
                dictionary: message.dictionary,
                skeleton_size: message.skeleton_size as i64,
                skeleton: message.skeleton.to_vec(),
                holes: message.holes.to_vec(),
            };
            rows.numbers.insert(message.id, number);
            rows.messages.insert(number, (row, message.stored_at));
            Ok(number)
        })
    }

    fn put_found(&self, number: Number, mailbox: &str, at: i64) -> Result<bool> {
        Ok(self.write(|rows| match rows.found.entry((number, mailbox.to_owned())) {
            Entry::Vacant(place) => {
                place.insert(at);
                true
            }
            Entry::Occupied(_) => false,
        }))
    }

    fn put_submission(&self, number: Number, submission: &SubmissionRow) -> Result<()> {
        self.write(|rows| rows.submissions.entry(number).or_insert_with(|| submission.clone()).at);
        Ok(())
    }

    fn put_evidence(&self, number: Number, kind: &str, blob: Id) -> Result<()> {
        self.write(|rows| rows.evidence.insert((number, kind.to_owned(), blob)));
        Ok(())
    }

    fn erase(&self, number: Number) -> Result<Vec<Id>> {
        self.forget_derived(number)?;
        Ok(self.write(|rows| {
            let mut blobs: BTreeSet<Id> = BTreeSet::new();
            if let Some((row, _)) = rows.messages.remove(&number) {
                rows.numbers.remove(&row.id);
                blobs.extend(row.holes.iter().map(|hole| hole.body));
            }
            blobs.extend(rows.evidence.iter().filter(|(message, ..)| *message == number).map(|(.., id)| *id));
            rows.evidence.retain(|(message, ..)| *message != number);
            rows.found.retain(|(message, _), _| *message != number);
            rows.events.retain(|_, event| event.message != Some(number));
            rows.filed.retain(|(message, _), _| *message != number);
            rows.places.retain(|_, (message, _)| *message != number);
            rows.tags.retain(|(message, _)| *message != number);
            rows.submissions.remove(&number);
            rows.classified.remove(&number);
            rows.dossiers.retain(|_, dossier| !dossier.messages.remove(&number) || !dossier.messages.is_empty());
            for (message, ..) in rows.deposits.iter_mut().flat_map(|package| package.documents.values_mut()) {
                *message = message.filter(|message| *message != number);
            }
            for row in rows.outbox.values_mut().filter(|row| row.message == Some(number)) {
                row.message = None;
                (row.message_id, row.sender) = (String::new(), String::new());
                (row.recipients, row.answers) = (Vec::new(), "{}".into());
            }
            blobs.into_iter().collect()
        }))
    }

    fn purge(&self) -> Result<()> {
        Ok(())
    }

    fn put_derived(&self, number: Number, derived: &DerivedRow<'_>) -> Result<()> {
        let derived = Derived {
            judged: derived.judged.clone(),
            attachments: derived.attachments.to_vec(),
            about: derived.about.iter().map(|text| (*text).to_owned()).collect(),
            counts: derived.counts,
        };
        self.write(|rows| rows.derived.insert(number, derived));
        Ok(())
    }

    fn put_words(&self, number: Number, words: &Words) -> Result<()> {
        let names = words.attachments.iter().filter_map(|attachment| attachment.name.as_deref());
        let columns = [
            ("subject", words.subject.clone()),
            ("sender", words.sender.clone()),
            ("recipients", words.recipients.clone()),
            ("text", words.text.clone()),
            ("attachments", names.collect::<Vec<_>>().join("\n")),
        ];
        let columns = columns.into_iter().map(|(name, text)| (name, words::of(&text))).collect();
        self.write(|rows| rows.words.insert(number, columns));
        Ok(())
    }

    fn forget_derived(&self, number: Number) -> Result<()> {
        self.write(|rows| {
            rows.derived.remove(&number);
            rows.words.remove(&number);
        });
        Ok(())
    }

    fn put_dossier(&self, dossier: &DossierRow<'_>) -> Result<()> {
        let mut recipients = BTreeMap::new();
        for (address, state) in &dossier.recipients {
            recipients.entry(address.clone()).or_insert_with(|| (*state).to_owned());
        }
        let messages = dossier.messages.iter().copied().collect();
        let (side, sender) = (dossier.side.to_owned(), dossier.sender.map(str::to_owned));
        let row = Dossier { side, sender, recipients, messages };
        self.write(|rows| {
            dossier.replaces.iter().for_each(|key| drop(rows.dossiers.remove(key)));
            rows.dossiers.insert(dossier.key.clone(), row);
        });
        Ok(())
    }

    fn dissolve(&self, number: Number) -> Result<()> {
        self.write(|rows| rows.dossiers.retain(|_, dossier| !dossier.messages.contains(&number)));
        Ok(())
    }

    fn prepare_index(&self) -> Result<()> {
        self.write(|rows| {
            let known: BTreeSet<Number> = rows.messages.keys().copied().collect();
            rows.derived.retain(|number, _| known.contains(number));
            rows.words.retain(|number, _| known.contains(number));
            rows.dossiers.retain(|_, dossier| dossier.messages.iter().any(|number| known.contains(number)));
        });
        Ok(())
    }

    fn tag(&self, number: Number, tag: &str) -> Result<bool> {
        Ok(self.write(|rows| rows.tags.insert((number, tag.to_owned()))))
    }

    fn untag(&self, number: Number, tag: &str) -> Result<bool> {
        Ok(self.write(|rows| rows.tags.remove(&(number, tag.to_owned()))))
    }

    fn set_term(&self, class: &str, months: u32) -> Result<()> {
        self.write(|rows| rows.classes.insert(class.to_owned(), months));
        Ok(())
    }

    fn classify(&self, number: Number, class: &str) -> Result<()> {
        self.write(|rows| rows.classified.insert(number, class.to_owned()));
        Ok(())
    }

    fn hold(&self, number: Number, case: &str) -> Result<()> {
        self.write(|rows| rows.held.insert((case.to_owned(), number)));
        Ok(())
    }

    fn release(&self, case: &str) -> Result<usize> {
        Ok(self.write(|rows| {
            let before = rows.held.len();
            rows.held.retain(|(held, _)| held != case);
            before - rows.held.len()
        }))
    }

    fn append_log(&self, n: u64, entry: &str, first_node: u64, nodes: &[[u8; 32]]) -> Result<()> {
        self.write(|rows| {
            if n != rows.log.len() as u64 {
                return Err(Error::Damaged(format!("entry {n} is not the next one")));
            }
            rows.log.push(entry.to_owned());
            rows.nodes.extend((first_node..).zip(nodes.iter().copied()));
            Ok(())
        })
    }

    fn put_checkpoint(&self, size: u64, checkpoint: &CheckpointRow) -> Result<()> {
        self.write(|rows| rows.checkpoints.insert(size, checkpoint.clone()));
        Ok(())
    }

    fn put_key(&self, key: &KeyRow) -> Result<()> {
        self.write(|rows| rows.keys.entry(key.id).or_insert(*key).words);
        Ok(())
    }

    fn put_imported(&self, file: &ImportedRow) -> Result<()> {
        self.write(|rows| rows.imported.insert(file.place.clone(), file.clone()));
        Ok(())
    }

    fn put_deposit(&self, deposit: &DepositRow<'_>) -> Result<()> {
        self.write(|rows| {
            for (message, ..) in rows.deposits.iter_mut().flat_map(|package| package.documents.values_mut()) {
                *message = message.filter(|message| !deposit.documents.iter().any(|(number, _)| number == message));
            }
            let documents = deposit.documents.iter();
            rows.deposits.push(Package {
                name: deposit.name.to_owned(),
                made_at: deposit.made_at,
                pindex: deposit.pindex,
                zip: deposit.zip,
                again_of: deposit.again_of.map(str::to_owned),
                documents: documents.map(|(number, id)| (*id, (Some(*number), DepositState::Waiting, None))).collect(),
            });
        });
        Ok(())
    }

    fn put_report(&self, id: Id, _: i64, bytes: &[u8]) -> Result<(i64, bool)> {
        Ok(self.write(|rows| {
            let known = rows.reports.iter().position(|(known, _)| *known == id);
            if known.is_none() {
                rows.reports.push((id, bytes.to_vec()));
            }
            (known.map_or(rows.reports.len(), |place| place + 1) as i64, known.is_none())
        }))
    }

    fn answer(&self, deposit: i64, digest: Id, state: &DepositState, report: Option<i64>) -> Result<()> {
        self.write(|rows| {
            let place = usize::try_from(deposit - 1).ok();
            let package = place.and_then(|place| rows.deposits.get_mut(place));
            if let Some((_, known, by)) = package.and_then(|package| package.documents.get_mut(&digest)) {
                (*known, *by) = (state.clone(), report);
            }
        });
        Ok(())
    }
}
