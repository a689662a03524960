//! The tables of one file within a transaction: bodies and rows are written together, or not at all.

use std::collections::BTreeSet;
use std::ops::Range;

use rusqlite::Connection;

use super::{
    blobs, decided, deposits, dossiers, erase, find, happened, index, log, mailbox, managed, messages, outbox, stats,
    survey, tallies,
};
use crate::deposit::{Deposit, DepositState, Deposited};
use crate::error::Result;
use crate::id::Id;
use crate::outbox::TicketState;
use crate::page::Entry;
use crate::search::Query;
use crate::stats::Stats;
use crate::store::{
    Blob, BlobStore, CheckpointRow, DepositRow, DerivedRow, DossierRow, EventRow, FiledRow, FolderRow, HappenedIndex,
    HappenedWriter, ImportedRow, Index, IndexWriter, KeyRow, KindRow, KnownDeposit, MailboxIndex, MailboxWriter,
    ManagedIndex, ManagedRow, ManagedWriter, MessageRow, NewMessage, Number, OutboxIndex, OutboxWriter, Piece,
    PlaceRow, SentRow, Speaking, SubmissionRow, Survey, TicketRow, WithheldRow, Words,
};

/// The tables, as one transaction sees them.
pub(super) struct Tables<'t>(&'t Connection);

impl<'t> Tables<'t> {
    pub(super) const fn of(transaction: &'t Connection) -> Self {
        Self(transaction)
    }

    /// For what only a file can be asked.
    pub(super) const fn connection(&self) -> &'t Connection {
        self.0
    }
}

impl BlobStore for Tables<'_> {
    fn missing(&self, ids: &[Id]) -> Result<Vec<Id>> {
        blobs::missing(self.0, ids)
    }

    fn put(&self, blobs: &[Blob<'_>]) -> Result<()> {
        blobs::put(self.0, blobs)
    }

    fn get(&self, id: Id, take: &mut dyn FnMut(Piece<'_>) -> Result<()>) -> Result<()> {
        blobs::get(self.0, id, take)
    }

    fn remove(&self, ids: &[Id]) -> Result<()> {
        blobs::remove(self.0, ids)
    }

    fn list(&self, after: Option<Id>, limit: usize) -> Result<Vec<(Id, u64)>> {
        blobs::list(self.0, after, limit)
    }
}

impl Index for Tables<'_> {
    fn numbers(&self, ids: &[Id]) -> Result<Vec<Option<Number>>> {
        ids.iter().map(|id| messages::find(self.0, *id)).collect()
    }

    fn id(&self, number: Number) -> Result<Option<Id>> {
        messages::id_of(self.0, number)
    }

    fn message(&self, number: Number) -> Result<Option<MessageRow>> {
        messages::message(self.0, number)
    }

    fn dictionary(&self, dictionary: i64) -> Result<Option<Vec<u8>>> {
        messages::dictionary(self.0, dictionary)
    }

    fn entries(&self, numbers: &[Number]) -> Result<Vec<Entry>> {
        numbers.iter().map(|number| messages::entry(self.0, *number)).collect()
    }

    fn verdict(&self, number: Number) -> Result<Option<(String, String)>> {
        messages::verdict(self.0, number)
    }

    fn oldest(&self, after: Option<Number>, limit: usize) -> Result<Vec<Number>> {
        messages::oldest(self.0, after, limit)
    }

    fn newest(&self, query: &Query, before: Option<Number>, limit: usize) -> Result<Vec<Number>> {
        find::newest(self.0, query, before, limit)
    }

    fn about(&self, texts: &[String], speaking: Speaking) -> Result<Vec<Number>> {
        dossiers::about(self.0, texts, speaking)
    }

    fn texts_of(&self, numbers: &[Number], speaking: Speaking) -> Result<Vec<String>> {
        dossiers::texts_of(self.0, numbers, speaking)
    }

    fn submission(&self, number: Number) -> Result<Option<SubmissionRow>> {
        messages::submission(self.0, number)
    }

    fn evidence(&self, numbers: &[Number]) -> Result<BTreeSet<(String, Id)>> {
        messages::evidence(self.0, numbers)
    }

    fn mailboxes(&self) -> Result<Vec<String>> {
        tallies::mailboxes(self.0)
    }

    fn kinds_in(&self, mailbox: &str, numbers: Range<Number>) -> Result<Vec<KindRow>> {
        tallies::kinds_in(self.0, mailbox, &numbers)
    }

    fn sent_in(&self, numbers: Range<Number>, take: &mut dyn FnMut(SentRow<'_>) -> Result<()>) -> Result<()> {
        tallies::sent_in(self.0, &numbers, take)
    }

    fn terms(&self) -> Result<Vec<(String, u32)>> {
        decided::terms(self.0)
    }

    fn months(&self, class: &str) -> Result<Option<i64>> {
        decided::months(self.0, class)
    }

    fn class_of(&self, number: Number) -> Result<String> {
        decided::class_of(self.0, number)
    }

    fn kept_with(&self, number: Number) -> Result<Vec<(Number, String)>> {
        decided::kept_with(self.0, number)
    }

    fn case_of(&self, number: Number) -> Result<Option<String>> {
        decided::case_of(self.0, number)
    }

    fn ending_proofs(&self, from: i64, until: i64, limit: usize) -> Result<Vec<Number>> {
        decided::ending_proofs(self.0, from, until, limit)
    }

    fn last_entry(&self) -> Result<Option<i64>> {
        log::last(self.0)
    }

    fn log_entry(&self, n: u64) -> Result<Option<String>> {
        log::entry(self.0, n)
    }

    fn log_entries(&self, from: i64, take: &mut dyn FnMut(i64, &str) -> Result<bool>) -> Result<()> {
        log::entries(self.0, from, take)
    }

    fn organisation_entries(&self, from: i64, take: &mut dyn FnMut(i64, &str) -> Result<bool>) -> Result<()> {
        log::organisation(self.0, from, take)
    }

    fn log_nodes(&self, indexes: &[u64]) -> Result<Vec<Option<[u8; 32]>>> {
        log::nodes(self.0, indexes)
    }

    fn log_nodes_from(&self, first: i64, limit: usize) -> Result<Vec<(i64, [u8; 32])>> {
        log::nodes_from(self.0, first, limit)
    }

    fn log_node_count(&self) -> Result<u64> {
        log::node_count(self.0)
    }

    fn checkpoint(&self, size: i64) -> Result<Option<CheckpointRow>> {
        log::checkpoint(self.0, size)
    }

    fn checkpoint_above(&self, entry: i64) -> Result<Option<u64>> {
        log::checkpoint_above(self.0, entry)
    }

    fn checkpoints(&self) -> Result<Vec<i64>> {
        log::checkpoints(self.0)
    }

    fn deposits(&self) -> Result<Vec<Deposit>> {
        deposits::all(self.0)
    }

    fn deposit(&self, name: &str) -> Result<Option<KnownDeposit>> {
        deposits::named(self.0, name)
    }

    fn deposited(&self, deposit: i64) -> Result<Vec<Deposited>> {
        deposits::documents(self.0, deposit)
    }

    fn is_deposited(&self, number: Number) -> Result<bool> {
        deposits::has(self.0, number)
    }

    fn refused(&self, deposit: i64) -> Result<Vec<Number>> {
        deposits::refused(self.0, deposit)
    }

    fn deposit_with_digest(&self, digest: Id) -> Result<Option<i64>> {
        deposits::with_digest(self.0, digest)
    }

    fn deposits_with_document(&self, digest: Id) -> Result<Vec<i64>> {
        deposits::with_document(self.0, digest)
    }

    fn keys(&self) -> Result<Vec<KeyRow>> {
        decided::keys(self.0)
    }

    fn is_imported(&self, file: &ImportedRow) -> Result<bool> {
        messages::is_imported(self.0, file)
    }

    fn unused(&self, blobs: &[Id]) -> Result<Vec<Id>> {
        blobs::unused(self.0, blobs)
    }

    fn stats(&self) -> Result<Stats> {
        stats::of(self.0)
    }

    fn survey(&self) -> Result<Survey> {
        survey::messages(self.0)
    }

    fn structure(&self) -> Result<Vec<String>> {
        survey::structure(self.0)
    }

    fn evidence_blobs(&self, unread: &mut Vec<String>) -> Result<Vec<Id>> {
        survey::evidence(self.0, unread)
    }

    fn not_indexed(&self) -> Result<u64> {
        stats::not_indexed(self.0)
    }
}

impl IndexWriter for Tables<'_> {
    fn put_message(&self, first: Number, message: &NewMessage<'_>) -> Result<Number> {
        messages::put(self.0, first, message)
    }

    fn put_found(&self, number: Number, mailbox: &str, at: i64) -> Result<bool> {
        messages::put_found(self.0, number, mailbox, at)
    }

    fn put_submission(&self, number: Number, submission: &SubmissionRow) -> Result<()> {
        messages::put_submission(self.0, number, submission)
    }

    fn put_evidence(&self, number: Number, kind: &str, blob: Id) -> Result<()> {
        messages::put_evidence(self.0, number, kind, blob)
    }

    fn erase(&self, number: Number) -> Result<Vec<Id>> {
        erase::message(self.0, number)
    }

    fn purge(&self) -> Result<()> {
        erase::words(self.0)
    }

    fn put_derived(&self, number: Number, derived: &DerivedRow<'_>) -> Result<()> {
        messages::put_derived(self.0, number, derived)
    }

    fn put_words(&self, number: Number, words: &Words) -> Result<()> {
        messages::put_words(self.0, number, words)
    }

    fn forget_derived(&self, number: Number) -> Result<()> {
        messages::forget_derived(self.0, number)
    }

    fn put_dossier(&self, dossier: &DossierRow<'_>) -> Result<()> {
        dossiers::put(self.0, dossier)
    }

    fn dissolve(&self, number: Number) -> Result<()> {
        dossiers::dissolve(self.0, number)
    }

    fn prepare_index(&self) -> Result<()> {
        index::prepare(self.0)
    }

    fn tag(&self, number: Number, tag: &str) -> Result<bool> {
        decided::tag(self.0, number, tag)
    }

    fn untag(&self, number: Number, tag: &str) -> Result<bool> {
        decided::untag(self.0, number, tag)
    }

    fn set_term(&self, class: &str, months: u32) -> Result<()> {
        decided::set_term(self.0, class, months)
    }

    fn classify(&self, number: Number, class: &str) -> Result<()> {
        decided::classify(self.0, number, class)
    }

    fn hold(&self, number: Number, case: &str) -> Result<()> {
        decided::hold(self.0, number, case)
    }

    fn release(&self, case: &str) -> Result<usize> {
        decided::release(self.0, case)
    }

    fn append_log(&self, n: u64, entry: &str, first_node: u64, nodes: &[[u8; 32]]) -> Result<()> {
        log::append(self.0, n, entry, first_node, nodes)
    }

    fn put_checkpoint(&self, size: u64, checkpoint: &CheckpointRow) -> Result<()> {
        log::put_checkpoint(self.0, size, checkpoint)
    }

    fn put_key(&self, key: &KeyRow) -> Result<()> {
        decided::put_key(self.0, key)
    }

    fn put_imported(&self, file: &ImportedRow) -> Result<()> {
        messages::put_imported(self.0, file)
    }

    fn put_deposit(&self, deposit: &DepositRow<'_>) -> Result<()> {
        deposits::put(self.0, deposit)
    }

    fn put_report(&self, id: Id, at: i64, bytes: &[u8]) -> Result<Option<i64>> {
        deposits::put_report(self.0, id, at, bytes)
    }

    fn answer(&self, deposit: i64, digest: Id, state: &DepositState, report: i64) -> Result<()> {
        deposits::answer(self.0, deposit, digest, state, report)
    }
}

impl MailboxIndex for Tables<'_> {
    fn folder(&self, mailbox: &str, folder: &str) -> Result<Option<FolderRow>> {
        mailbox::folder(self.0, mailbox, folder)
    }

    fn folders(&self, mailbox: &str) -> Result<Vec<(String, FolderRow)>> {
        mailbox::folders(self.0, mailbox)
    }

    fn present(&self, mailbox: &str, folder: &str) -> Result<Vec<(u32, Number)>> {
        mailbox::present(self.0, mailbox, folder)
    }

    fn places(&self, number: Number) -> Result<Vec<PlaceRow>> {
        mailbox::places(self.0, number)
    }

    fn gone(&self, mailbox: &str, since: i64) -> Result<Vec<PlaceRow>> {
        mailbox::gone(self.0, mailbox, since)
    }

    fn withheld(&self, mailbox: &str, folder: &str) -> Result<Vec<WithheldRow>> {
        mailbox::withheld(self.0, mailbox, folder)
    }
}

impl MailboxWriter for Tables<'_> {
    fn put_folder(&self, mailbox: &str, folder: &str, row: &FolderRow) -> Result<()> {
        mailbox::put_folder(self.0, mailbox, folder, row)
    }

    fn put_place(&self, mailbox: &str, folder: &str, uid: u32, number: Number) -> Result<()> {
        mailbox::put_place(self.0, mailbox, folder, uid, number)
    }

    fn put_gone(&self, mailbox: &str, folder: &str, uids: &[u32], at: i64) -> Result<Vec<Number>> {
        mailbox::put_gone(self.0, mailbox, folder, uids, at)
    }

    fn put_withheld(&self, mailbox: &str, folder: &str, row: &WithheldRow) -> Result<()> {
        mailbox::put_withheld(self.0, mailbox, folder, row)
    }

    fn give_up_withheld(&self, mailbox: &str, folder: &str, uid: u32) -> Result<()> {
        mailbox::give_up_withheld(self.0, mailbox, folder, uid)
    }
}

impl HappenedIndex for Tables<'_> {
    fn events(&self, after: u64, limit: usize) -> Result<Vec<(u64, EventRow)>> {
        happened::events(self.0, after, limit)
    }

    fn follower(&self, name: &str) -> Result<Option<u64>> {
        happened::follower(self.0, name)
    }

    fn states_of(&self, key: &str) -> Result<Vec<(String, String)>> {
        happened::states_of(self.0, key)
    }

    fn filed(&self, message: Number, rule: &str) -> Result<Option<FiledRow>> {
        happened::filed(self.0, message, rule)
    }

    fn suggested(&self, limit: usize) -> Result<Vec<FiledRow>> {
        happened::suggested(self.0, limit)
    }
}

impl HappenedWriter for Tables<'_> {
    fn put_event(&self, event: &EventRow) -> Result<u64> {
        happened::put_event(self.0, event)
    }

    fn put_follower(&self, name: &str, n: u64) -> Result<()> {
        happened::put_follower(self.0, name, n)
    }

    fn forget_events(&self, up_to: u64) -> Result<u64> {
        happened::forget_events(self.0, up_to)
    }

    fn put_filed(&self, row: &FiledRow) -> Result<()> {
        happened::put_filed(self.0, row)
    }
}

impl ManagedIndex for Tables<'_> {
    fn managed(&self) -> Result<Vec<ManagedRow>> {
        managed::all(self.0)
    }

    fn managed_at(&self, address: &str) -> Result<Option<ManagedRow>> {
        managed::at(self.0, address)
    }
}

impl ManagedWriter for Tables<'_> {
    fn put_managed(&self, address: &str, said: &str) -> Result<()> {
        managed::put(self.0, address, said)
    }

    fn put_standing(&self, address: &str, standing: &str) -> Result<bool> {
        managed::put_standing(self.0, address, standing)
    }

    fn forget_managed(&self, address: &str) -> Result<bool> {
        managed::forget(self.0, address)
    }
}

impl OutboxIndex for Tables<'_> {
    fn ticket(&self, number: i64) -> Result<Option<TicketRow>> {
        outbox::ticket(self.0, number)
    }

    fn ticket_of_key(&self, mailbox: &str, key: &str) -> Result<Option<TicketRow>> {
        outbox::of_key(self.0, mailbox, key)
    }

    fn tickets(&self, mailbox: &str, state: TicketState, after: i64, limit: usize) -> Result<Vec<TicketRow>> {
        outbox::in_state(self.0, mailbox, state, after, limit)
    }

    fn tickets_of(&self, message: Number) -> Result<Vec<TicketRow>> {
        outbox::of_message(self.0, message)
    }

    fn begun(&self, mailbox: &str, since: i64) -> Result<Vec<i64>> {
        outbox::begun(self.0, mailbox, since)
    }
}

impl OutboxWriter for Tables<'_> {
    fn put_ticket(&self, row: &TicketRow) -> Result<i64> {
        outbox::put(self.0, row)
    }

    fn set_ticket(&self, row: &TicketRow) -> Result<()> {
        outbox::set(self.0, row)
    }
}
