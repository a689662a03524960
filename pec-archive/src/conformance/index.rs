//! The index of an archive in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::Timestamp;

use super::memory::Session;
use super::rows::{Derived, Package, name_of};
use crate::deposit::{Deposit, DepositState, Deposited};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::page::Entry;
use crate::search::Query;
use crate::stats::Stats;
use crate::store::{
    BlobStore as _, CheckpointRow, ImportedRow, Index, KeptRow, KeyRow, KindRow, KnownDeposit, MessageRow, Number,
    SentRow, Speaking, SubmissionRow, Survey, second_of,
};

impl Index for Session<'_> {
    fn numbers(&self, ids: &[Id]) -> Result<Vec<Option<Number>>> {
        let rows = self.rows();
        Ok(ids.iter().map(|id| rows.numbers.get(id).copied()).collect())
    }

    fn id(&self, number: Number) -> Result<Option<Id>> {
        Ok(self.rows().messages.get(&number).map(|(row, _)| row.id))
    }

    fn message(&self, number: Number) -> Result<Option<MessageRow>> {
        Ok(self.rows().messages.get(&number).map(|(row, _)| row.clone()))
    }

    fn dictionary(&self, _: i64) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn entries(&self, numbers: &[Number]) -> Result<Vec<Entry>> {
        let rows = self.rows();
        let instant = |second: Option<i64>| second.and_then(|second| Timestamp::from_second(second).ok());
        let entry = |number: &Number| {
            let missing = || Error::Damaged(format!("the index of message number {number}"));
            let (message, stored_at) = rows.messages.get(number).ok_or_else(missing)?;
            let derived = rows.derived.get(number).ok_or_else(|| missing().of_message(message.id))?;
            let Derived { judged, .. } = derived;
            let mut entry = Entry::of(message.id);
            entry.size = message.size as u64;
            entry.stored_at = instant(Some(*stored_at));
            entry.dated_at = instant(Some(second_of(*number)));
            entry.kind.clone_from(&judged.kind);
            entry.verdict = judged.verdict.to_owned();
            entry.quarantine = judged.quarantine.split_whitespace().map(str::to_owned).collect();
            entry.certified_at = instant(judged.certified_at);
            entry.expires = instant(judged.expires);
            entry.pec_id.clone_from(&judged.pec_id);
            entry.message_id.clone_from(&judged.message_id);
            entry.sender.clone_from(&judged.sender);
            entry.subject.clone_from(&judged.subject);
            entry.mailboxes = of_message(rows.found.keys(), *number);
            entry.tags = of_message(rows.tags.iter(), *number);
            Ok(entry)
        };
        numbers.iter().map(entry).collect()
    }

    fn verdict(&self, number: Number) -> Result<Option<(String, String)>> {
        let rows = self.rows();
        let judged = rows.derived.get(&number).map(|derived| &derived.judged);
        Ok(judged.map(|judged| (judged.verdict.to_owned(), judged.trust_data.clone())))
    }

    fn oldest(&self, after: Option<Number>, limit: usize) -> Result<Vec<Number>> {
        let rows = self.rows();
        Ok(rows.messages.keys().copied().filter(|number| Some(*number) > after).take(limit).collect())
    }

    fn newest(&self, query: &Query, before: Option<Number>, limit: usize) -> Result<Vec<Number>> {
        let rows = self.rows();
        let older = rows.messages.keys().rev().copied().filter(|number| before.is_none_or(|before| *number < before));
        Ok(older.filter(|number| rows.finds(query, *number)).take(limit).collect())
    }

    fn about(&self, texts: &[String], speaking: Speaking) -> Result<Vec<Number>> {
        let rows = self.rows();
        let speaks = |number: &Number| texts.iter().any(|text| rows.speaks(*number, text, speaking));
        Ok(rows.derived.keys().copied().filter(speaks).collect())
    }

    fn texts_of(&self, numbers: &[Number], speaking: Speaking) -> Result<Vec<String>> {
        let rows = self.rows();
        let derived = numbers.iter().filter_map(|number| rows.derived.get(number));
        let heard = derived.filter(|derived| derived.counts || speaking == Speaking::All);
        let texts: BTreeSet<&String> = heard.flat_map(|derived| &derived.about).collect();
        Ok(texts.into_iter().cloned().collect())
    }

    fn submission(&self, number: Number) -> Result<Option<SubmissionRow>> {
        Ok(self.rows().submissions.get(&number).cloned())
    }

    fn evidence(&self, numbers: &[Number]) -> Result<BTreeSet<(String, Id)>> {
        let rows = self.rows();
        let used = rows.evidence.iter().filter(|(number, ..)| numbers.contains(number));
        Ok(used.map(|(_, kind, id)| (kind.clone(), *id)).collect())
    }

    fn mailboxes(&self) -> Result<Vec<String>> {
        let names: BTreeSet<String> = self.rows().found.keys().map(|(_, mailbox)| mailbox.clone()).collect();
        Ok(names.into_iter().collect())
    }

    fn kinds_in(&self, mailbox: &str, numbers: Range<Number>) -> Result<Vec<KindRow>> {
        let rows = self.rows();
        let mut kinds: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for (number, _) in rows.found.keys().filter(|(number, name)| name == mailbox && numbers.contains(number)) {
            let kind = rows.derived.get(number).map(|derived| derived.judged.kind.clone()).unwrap_or_default();
            let size = rows.messages.get(number).map_or(0, |(message, _)| message.size as u64);
            let counted = kinds.entry(kind).or_default();
            *counted = (counted.0 + 1, counted.1 + size);
        }
        Ok(kinds.into_iter().map(|(kind, (messages, bytes))| KindRow { kind, messages, bytes }).collect())
    }

    fn sent_in(&self, numbers: Range<Number>, take: &mut dyn FnMut(SentRow<'_>) -> Result<()>) -> Result<()> {
        let rows = self.rows();
        let mut sent = Vec::new();
        for dossier in rows.dossiers.values().filter(|dossier| dossier.side == "sent") {
            let first = dossier.messages.first().filter(|first| numbers.contains(first));
            let (Some(first), Some(sender)) = (first, &dossier.sender) else { continue };
            let of = |(address, state): (&String, &String)| {
                (*first, address.clone(), sender.to_ascii_lowercase(), state.clone())
            };
            sent.extend(dossier.recipients.iter().map(of));
        }
        sent.sort_unstable();
        sent.iter().try_for_each(|(first, _, sender, state)| take(SentRow { first: *first, sender, state }))
    }

    fn terms(&self) -> Result<Vec<(String, u32)>> {
        Ok(self.rows().classes.iter().map(|(class, months)| (class.clone(), *months)).collect())
    }

    fn months(&self, class: &str) -> Result<Option<i64>> {
        Ok(self.rows().classes.get(class).map(|months| i64::from(*months)))
    }

    fn class_of(&self, number: Number) -> Result<String> {
        Ok(self.rows().classified.get(&number).cloned().unwrap_or_default())
    }

    fn kept_with(&self, number: Number) -> Result<Vec<KeptRow>> {
        let rows = self.rows();
        let own = rows.messages.contains_key(&number).then_some(number);
        let others = rows.dossiers_of(number).flat_map(|dossier| &dossier.messages).copied();
        let all: BTreeSet<Number> = others.chain(own).collect();
        let kept = |number| -> Result<Option<KeptRow>> {
            let Some((_, stored_at)) = rows.messages.get(&number) else { return Ok(None) };
            let certified_at = rows.derived.get(&number).and_then(|derived| derived.judged.certified_at);
            let class = self.class_of(number)?;
            Ok(Some(KeptRow { number, class, certified_at, stored_at: *stored_at }))
        };
        all.into_iter().filter_map(|number| kept(number).transpose()).collect()
    }

    fn cases_of(&self, number: Number) -> Result<Vec<String>> {
        let rows = self.rows();
        Ok(rows.held.iter().filter(|(_, held)| *held == number).map(|(case, _)| case.clone()).collect())
    }

    fn cases(&self) -> Result<Vec<(String, u64)>> {
        let mut cases = BTreeMap::new();
        for (case, _) in &self.rows().held {
            *cases.entry(case.clone()).or_default() += 1;
        }
        Ok(cases.into_iter().collect())
    }

    fn held(&self, case: &str) -> Result<Vec<Number>> {
        Ok(self.rows().held.iter().filter(|(held, _)| held == case).map(|(_, number)| *number).collect())
    }

    fn ending_proofs(&self, from: i64, until: i64, limit: usize) -> Result<Vec<Number>> {
        let rows = self.rows();
        let covered = rows.checkpoints.keys().next_back().copied().unwrap_or_default() as i64;
        let mut ending: Vec<(i64, Number)> = Vec::new();
        for (number, derived) in &rows.derived {
            let bare = rows.messages.get(number).is_some_and(|(row, _)| row.entry >= covered);
            let certified = matches!(derived.judged.verdict, "certified" | "certified-with-problems");
            let ends = derived.judged.expires.filter(|ends| bare && certified && (from..=until).contains(ends));
            ending.extend(ends.map(|ends| (ends, *number)));
        }
        ending.sort_unstable();
        Ok(ending.into_iter().map(|(_, number)| number).take(limit).collect())
    }

    fn last_entry(&self) -> Result<Option<i64>> {
        Ok((self.rows().log.len() as i64).checked_sub(1).filter(|last| *last >= 0))
    }

    fn log_entry(&self, n: u64) -> Result<Option<String>> {
        Ok(self.rows().log.get(n as usize).cloned())
    }

    fn log_entries(&self, from: i64, take: &mut dyn FnMut(i64, &str) -> Result<bool>) -> Result<()> {
        for (n, entry) in (0..).zip(&self.rows().log).filter(|(n, _)| *n >= from) {
            if !take(n, entry)? {
                break;
            }
        }
        Ok(())
    }

    fn organisation_entries(&self, from: i64, take: &mut dyn FnMut(i64, &str) -> Result<bool>) -> Result<()> {
        self.log_entries(from, &mut |n, entry| {
            if entry.contains(r#""what":"organisation""#) { take(n, entry) } else { Ok(true) }
        })
    }

    fn log_nodes(&self, indexes: &[u64]) -> Result<Vec<Option<[u8; 32]>>> {
        let rows = self.rows();
        Ok(indexes.iter().map(|index| rows.nodes.get(index).copied()).collect())
    }

    fn log_nodes_from(&self, first: i64, limit: usize) -> Result<Vec<(i64, [u8; 32])>> {
        let rows = self.rows();
        Ok(rows.nodes.range(first.max(0) as u64..).take(limit).map(|(i, node)| (*i as i64, *node)).collect())
    }

    fn log_node_count(&self) -> Result<u64> {
        Ok(self.rows().nodes.len() as u64)
    }

    fn checkpoint(&self, size: i64) -> Result<Option<CheckpointRow>> {
        Ok(self.rows().checkpoints.get(&(size as u64)).cloned())
    }

    fn checkpoint_above(&self, entry: i64) -> Result<Option<u64>> {
        Ok(self.rows().checkpoints.keys().copied().find(|size| *size as i64 > entry))
    }

    fn checkpoints(&self) -> Result<Vec<i64>> {
        Ok(self.rows().checkpoints.keys().map(|size| *size as i64).collect())
    }

    fn deposits(&self) -> Result<Vec<Deposit>> {
        let deposit = |package: &Package| {
            let count = |name| package.documents.values().filter(|(_, state, _)| name_of(state) == name).count() as u64;
            let made_at = Timestamp::from_second(package.made_at).unwrap_or_default();
            let mut deposit = Deposit::new(package.name.clone(), made_at, package.pindex);
            deposit.again_of.clone_from(&package.again_of);
            deposit.waiting = count("waiting");
            deposit.accepted = count("accepted");
            deposit.refused = count("refused");
            deposit
        };
        Ok(self.rows().deposits.iter().map(deposit).collect())
    }

    fn deposit(&self, name: &str) -> Result<Option<KnownDeposit>> {
        let rows = self.rows();
        let mut packages = (1..).zip(&rows.deposits);
        let found = packages.find(|(_, package)| package.name == name);
        Ok(found.map(|(number, package)| KnownDeposit { number, pindex: package.pindex }))
    }

    fn deposited(&self, deposit: i64) -> Result<Vec<Deposited>> {
        let rows = self.rows();
        let newer = rows.deposits.get(usize::try_from(deposit).unwrap_or(usize::MAX)..).unwrap_or_default();
        let documents = rows.package(deposit).into_iter().flat_map(|package| &package.documents);
        let documents = documents.map(|(id, (_, state, _))| {
            let superseded = newer.iter().any(|package| package.documents.contains_key(id));
            Deposited::new(*id, state.clone(), superseded)
        });
        Ok(documents.collect())
    }

    fn is_deposited(&self, number: Number) -> Result<bool> {
        Ok(self.rows().deposit_state(number).is_some())
    }

    fn refused(&self, deposit: i64) -> Result<Vec<Number>> {
        let rows = self.rows();
        let documents = rows.package(deposit).into_iter().flat_map(|package| package.documents.values());
        let refused = documents.filter(|(_, state, _)| matches!(state, DepositState::Refused { .. }));
        let mut numbers: Vec<Number> = refused.filter_map(|(number, ..)| *number).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn deposit_with_digest(&self, digest: Id) -> Result<Option<i64>> {
        let rows = self.rows();
        let with = |package: &Package| package.pindex == digest || package.zip == Some(digest);
        Ok((1..).zip(&rows.deposits).filter(|(_, package)| with(package)).map(|(number, _)| number).last())
    }

    fn report(&self, id: Id) -> Result<Option<Vec<u8>>> {
        Ok(self.rows().reports.iter().find(|(known, _)| *known == id).map(|(_, bytes)| bytes.clone()))
    }

    fn answered(&self, deposit: i64, digest: Id) -> Result<Option<(DepositState, i64, Id)>> {
        let rows = self.rows();
        let package = usize::try_from(deposit - 1).ok().and_then(|place| rows.deposits.get(place));
        let found = package.and_then(|package| package.documents.get(&digest));
        Ok(found.and_then(|(_, state, by)| {
            let report = usize::try_from((*by)? - 1).ok().and_then(|place| rows.reports.get(place));
            Some((state.clone(), (*by)?, report?.0))
        }))
    }

    fn deposits_with_document(&self, digest: Id) -> Result<Vec<i64>> {
        let rows = self.rows();
        let with = (1..).zip(&rows.deposits).filter(|(_, package)| package.documents.contains_key(&digest));
        let mut numbers: Vec<i64> = with.map(|(number, _)| number).collect();
        numbers.reverse();
        Ok(numbers)
    }

    fn keys(&self) -> Result<Vec<KeyRow>> {
        Ok(self.rows().keys.values().copied().collect())
    }

    fn is_imported(&self, file: &ImportedRow) -> Result<bool> {
        Ok(self.rows().imported.get(&file.place) == Some(file))
    }

    fn unused(&self, blobs: &[Id]) -> Result<Vec<Id>> {
        let rows = self.rows();
        let holes = rows.messages.values().flat_map(|(row, _)| row.holes.iter().map(|hole| hole.body));
        let used: BTreeSet<Id> = holes.chain(rows.evidence.iter().map(|(.., id)| *id)).collect();
        let missing = self.missing(blobs)?;
        Ok(blobs.iter().copied().filter(|id| !used.contains(id) && !missing.contains(id)).collect())
    }

    #[allow(clippy::field_reassign_with_default, reason = "a backend of another crate can do it no other way")]
    fn stats(&self) -> Result<Stats> {
        let rows = self.rows();
        let judged = || rows.derived.values().map(|derived| &derived.judged);
        let count = |names: &mut dyn Iterator<Item = &str>| {
            let mut counts = BTreeMap::new();
            names.for_each(|name| *counts.entry(name.to_owned()).or_default() += 1);
            counts
        };
        let mut stats = Stats::default();
        stats.messages = rows.messages.len() as u64;
        stats.bytes = rows.messages.values().map(|(row, _)| row.size as u64).sum();
        (stats.bodies, stats.file_bytes) = self.blobs();
        stats.dossiers = rows.dossiers.len() as u64;
        stats.quarantined = judged().filter(|judged| !judged.quarantine.is_empty()).count() as u64;
        stats.held = rows.held.iter().map(|(_, number)| number).collect::<BTreeSet<_>>().len() as u64;
        stats.log_entries = rows.log.len() as u64;
        stats.stamped_entries = rows.checkpoints.keys().next_back().copied().unwrap_or_default();
        stats.verdicts = count(&mut judged().map(|judged| judged.verdict));
        stats.kinds = count(&mut judged().map(|judged| judged.kind.as_str()));
        let recipients = rows.dossiers.values().flat_map(|dossier| dossier.recipients.values());
        stats.states = count(&mut recipients.map(String::as_str));
        Ok(stats)
    }

    fn survey(&self) -> Result<Survey> {
        let known = self.rows().messages.iter().map(|(number, (row, _))| (*number, row.id)).collect();
        Ok(Survey { known, ..Survey::default() })
    }

    fn structure(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn evidence_blobs(&self, _: &mut Vec<String>) -> Result<Vec<Id>> {
        let ids: BTreeSet<Id> = self.rows().evidence.iter().map(|(.., id)| *id).collect();
        Ok(ids.into_iter().collect())
    }

    fn not_indexed(&self) -> Result<u64> {
        let rows = self.rows();
        let indexed = |number: &Number| rows.derived.contains_key(number) && rows.words.contains_key(number);
        Ok(rows.messages.keys().filter(|number| !indexed(number)).count() as u64)
    }
}

/// What stands beside the number of a message.
fn of_message<'r>(rows: impl Iterator<Item = &'r (Number, String)>, number: Number) -> Vec<String> {
    rows.filter(|(message, _)| *message == number).map(|(_, text)| text.clone()).collect()
}
