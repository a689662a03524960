//! The tables of one file within a transaction: bodies and rows are written together, or not at all.

use std::collections::BTreeSet;
use std::ops::Range;

use rusqlite::Connection;

use super::digests::Bodies;
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
    HappenedWriter, ImportedRow, Index, IndexWriter, KeptRow, KeyRow, KindRow, KnownDeposit, MailboxIndex,
    MailboxWriter, ManagedIndex, ManagedRow, ManagedWriter, MessageRow, NewMessage, Number, OutboxIndex, OutboxWriter,
    Piece, PlaceRow, SentRow, Speaking, SubmissionRow, Survey, TicketRow, WithheldRow, Words,
};

/// The tables, as one transaction sees them.
pub(super) struct Tables<'t> {
    connection: &'t Connection,
    bodies: Bodies,
    others_wrote: bool,
}

impl<'t> Tables<'t> {
    pub(super) fn of(transaction: &'t Connection) -> Self {
        Self { connection: transaction, bodies: Bodies::default(), others_wrote: true }
    }

    /// Of a handle that alone has written since its last change.
    pub(super) fn unchanged(self) -> Self {
        Self { others_wrote: false, ..self }
    }

    /// For what only a file can be asked.
    pub(super) const fn connection(&self) -> &'t Connection {
        self.connection
    }
}

impl BlobStore for Tables<'_> {
    fn missing(&self, ids: &[Id]) -> Result<Vec<Id>> {
        blobs::missing(self.connection, &self.bodies, ids)
    }

    fn put(&self, blobs: &[Blob<'_>]) -> Result<()> {
        blobs::put(self.connection, &self.bodies, blobs)
    }

    fn replace(&self, blobs: &[Blob<'_>]) -> Result<()> {
        blobs::replace(self.connection, &self.bodies, blobs)
    }

    fn get(&self, id: Id, take: &mut dyn FnMut(Piece<'_>) -> Result<()>) -> Result<()> {
        blobs::get(self.connection, id, take)
    }

    fn remove(&self, ids: &[Id]) -> Result<()> {
        blobs::remove(self.connection, &self.bodies, ids)
    }

    fn list(&self, after: Option<Id>, limit: usize) -> Result<Vec<(Id, u64)>> {
        blobs::list(self.connection, after, limit)
    }
}

impl Index for Tables<'_> {
    fn numbers(&self, ids: &[Id]) -> Result<Vec<Option<Number>>> {
        ids.iter().map(|id| messages::find(self.connection, *id)).collect()
    }

    fn id(&self, number: Number) -> Result<Option<Id>> {
        messages::id_of(self.connection, number)
    }

    fn message(&self, number: Number) -> Result<Option<MessageRow>> {
        messages::message(self.connection, number)
    }

    fn dictionary(&self, dictionary: i64) -> Result<Option<Vec<u8>>> {
        messages::dictionary(self.connection, dictionary)
    }

    fn entries(&self, numbers: &[Number]) -> Result<Vec<Entry>> {
        numbers.iter().map(|number| messages::entry(self.connection, *number)).collect()
    }

    fn verdict(&self, number: Number) -> Result<Option<(String, String)>> {
        messages::verdict(self.connection, number)
    }

    fn oldest(&self, after: Option<Number>, limit: usize) -> Result<Vec<Number>> {
        messages::oldest(self.connection, after, limit)
    }

    fn newest(&self, query: &Query, before: Option<Number>, limit: usize) -> Result<Vec<Number>> {
        find::newest(self.connection, query, before, limit)
    }

    fn about(&self, texts: &[String], speaking: Speaking) -> Result<Vec<Number>> {
        dossiers::about(self.connection, texts, speaking)
    }

    fn texts_of(&self, numbers: &[Number], speaking: Speaking) -> Result<Vec<String>> {
        dossiers::texts_of(self.connection, numbers, speaking)
    }

    fn submission(&self, number: Number) -> Result<Option<SubmissionRow>> {
        messages::submission(self.connection, number)
    }

    fn evidence(&self, numbers: &[Number]) -> Result<BTreeSet<(String, Id)>> {
        messages::evidence(self.connection, numbers)
    }

    fn mailboxes(&self) -> Result<Vec<String>> {
        tallies::mailboxes(self.connection)
    }

    fn kinds_in(&self, mailbox: &str, numbers: Range<Number>) -> Result<Vec<KindRow>> {
        tallies::kinds_in(self.connection, mailbox, &numbers)
    }

    fn sent_in(&self, numbers: Range<Number>, take: &mut dyn FnMut(SentRow<'_>) -> Result<()>) -> Result<()> {
        tallies::sent_in(self.connection, &numbers, take)
    }

    fn terms(&self) -> Result<Vec<(String, u32)>> {
        decided::terms(self.connection)
    }

    fn months(&self, class: &str) -> Result<Option<i64>> {
        decided::months(self.connection, class)
    }

    fn class_of(&self, number: Number) -> Result<String> {
        decided::class_of(self.connection, number)
    }

    fn kept_with(&self, number: Number) -> Result<Vec<KeptRow>> {
        decided::kept_with(self.connection, number)
    }

    fn cases_of(&self, number: Number) -> Result<Vec<String>> {
        decided::cases_of(self.connection, number)
    }

    fn cases(&self) -> Result<Vec<(String, u64)>> {
        decided::cases(self.connection)
    }

    fn held(&self, case: &str) -> Result<Vec<Number>> {
        decided::held(self.connection, case)
    }

    fn ending_proofs(&self, from: i64, until: i64, limit: usize) -> Result<Vec<Number>> {
        decided::ending_proofs(self.connection, from, until, limit)
    }

    fn last_entry(&self) -> Result<Option<i64>> {
        log::last(self.connection)
    }

    fn log_entry(&self, n: u64) -> Result<Option<String>> {
        log::entry(self.connection, n)
    }

    fn log_entries(&self, from: i64, take: &mut dyn FnMut(i64, &str) -> Result<bool>) -> Result<()> {
        log::entries(self.connection, from, take)
    }

    fn organisation_entries(&self, from: i64, take: &mut dyn FnMut(i64, &str) -> Result<bool>) -> Result<()> {
        log::organisation(self.connection, from, take)
    }

    fn log_nodes(&self, indexes: &[u64]) -> Result<Vec<Option<[u8; 32]>>> {
        log::nodes(self.connection, indexes)
    }

    fn log_nodes_from(&self, first: i64, limit: usize) -> Result<Vec<(i64, [u8; 32])>> {
        log::nodes_from(self.connection, first, limit)
    }

    fn log_node_count(&self) -> Result<u64> {
        log::node_count(self.connection)
    }

    fn checkpoint(&self, size: i64) -> Result<Option<CheckpointRow>> {
        log::checkpoint(self.connection, size)
    }

    fn checkpoint_above(&self, entry: i64) -> Result<Option<u64>> {
        log::checkpoint_above(self.connection, entry)
    }

    fn checkpoints(&self) -> Result<Vec<i64>> {
        log::checkpoints(self.connection)
    }

    fn deposits(&self) -> Result<Vec<Deposit>> {
        deposits::all(self.connection)
    }

    fn deposit(&self, name: &str) -> Result<Option<KnownDeposit>> {
        deposits::named(self.connection, name)
    }

    fn deposited(&self, deposit: i64) -> Result<Vec<Deposited>> {
        deposits::documents(self.connection, deposit)
    }

    fn is_deposited(&self, number: Number) -> Result<bool> {
        deposits::has(self.connection, number)
    }

    fn refused(&self, deposit: i64) -> Result<Vec<Number>> {
        deposits::refused(self.connection, deposit)
    }

    fn deposit_with_digest(&self, digest: Id) -> Result<Option<i64>> {
        deposits::with_digest(self.connection, digest)
    }

    fn answered(&self, deposit: i64, digest: Id) -> Result<Option<(DepositState, i64, Id)>> {
        deposits::answered(self.connection, deposit, digest)
    }

    fn report(&self, id: Id) -> Result<Option<Vec<u8>>> {
        deposits::report(self.connection, id)
    }

    fn deposits_with_document(&self, digest: Id) -> Result<Vec<i64>> {
        deposits::with_document(self.connection, digest)
    }

    fn keys(&self) -> Result<Vec<KeyRow>> {
        decided::keys(self.connection)
    }

    fn is_imported(&self, file: &ImportedRow) -> Result<bool> {
        messages::is_imported(self.connection, file)
    }

    fn unused(&self, blobs: &[Id]) -> Result<Vec<Id>> {
        blobs::unused(self.connection, &self.bodies, blobs)
    }

    fn stats(&self) -> Result<Stats> {
        stats::of(self.connection)
    }

    fn survey(&self) -> Result<Survey> {
        survey::messages(self.connection)
    }

    fn structure(&self) -> Result<Vec<String>> {
        survey::structure(self.connection)
    }

    fn evidence_blobs(&self, unread: &mut Vec<String>) -> Result<Vec<Id>> {
        survey::evidence(self.connection, unread)
    }

    fn not_indexed(&self) -> Result<u64> {
        stats::not_indexed(self.connection)
    }
}

impl IndexWriter for Tables<'_> {
    fn others_wrote(&self) -> bool {
        self.others_wrote
    }

    fn put_message(&self, first: Number, message: &NewMessage<'_>) -> Result<Number> {
        messages::put(self.connection, &self.bodies, first, message)
    }

    fn mend_message(&self, number: Number, message: &NewMessage<'_>) -> Result<()> {
        messages::mend(self.connection, &self.bodies, number, message)
    }

    fn put_found(&self, number: Number, mailbox: &str, at: i64) -> Result<bool> {
        messages::put_found(self.connection, number, mailbox, at)
    }

    fn put_submission(&self, number: Number, submission: &SubmissionRow) -> Result<()> {
        messages::put_submission(self.connection, number, submission)
    }

    fn put_evidence(&self, number: Number, kind: &str, blob: Id) -> Result<()> {
        messages::put_evidence(self.connection, &self.bodies, number, kind, blob)
    }

    fn erase(&self, number: Number) -> Result<Vec<Id>> {
        erase::message(self.connection, number)
    }

    fn purge(&self) -> Result<()> {
        erase::words(self.connection)
    }

    fn put_derived(&self, number: Number, derived: &DerivedRow<'_>) -> Result<()> {
        messages::put_derived(self.connection, number, derived)
    }

    fn put_words(&self, number: Number, words: &Words) -> Result<()> {
        messages::put_words(self.connection, number, words)
    }

    fn forget_derived(&self, number: Number) -> Result<()> {
        messages::forget_derived(self.connection, number)
    }

    fn put_dossier(&self, dossier: &DossierRow<'_>) -> Result<()> {
        dossiers::put(self.connection, dossier)
    }

    fn dissolve(&self, number: Number) -> Result<()> {
        dossiers::dissolve(self.connection, number)
    }

    fn prepare_index(&self) -> Result<()> {
        self.bodies.look_again();
        index::prepare(self.connection)
    }

    fn tag(&self, number: Number, tag: &str) -> Result<bool> {
        decided::tag(self.connection, number, tag)
    }

    fn untag(&self, number: Number, tag: &str) -> Result<bool> {
        decided::untag(self.connection, number, tag)
    }

    fn set_term(&self, class: &str, months: u32) -> Result<()> {
        decided::set_term(self.connection, class, months)
    }

    fn classify(&self, number: Number, class: &str) -> Result<()> {
        decided::classify(self.connection, number, class)
    }

    fn hold(&self, number: Number, case: &str) -> Result<()> {
        decided::hold(self.connection, number, case)
    }

    fn release(&self, case: &str) -> Result<usize> {
        decided::release(self.connection, case)
    }

    fn append_log(&self, n: u64, entry: &str, first_node: u64, nodes: &[[u8; 32]]) -> Result<()> {
        log::append(self.connection, n, entry, first_node, nodes)
    }

    fn put_checkpoint(&self, size: u64, checkpoint: &CheckpointRow) -> Result<()> {
        log::put_checkpoint(self.connection, size, checkpoint)
    }

    fn put_key(&self, key: &KeyRow) -> Result<()> {
        decided::put_key(self.connection, key)
    }

    fn put_imported(&self, file: &ImportedRow) -> Result<()> {
        messages::put_imported(self.connection, file)
    }

    fn put_deposit(&self, deposit: &DepositRow<'_>) -> Result<()> {
        deposits::put(self.connection, deposit)
    }

    fn put_report(&self, id: Id, at: i64, bytes: &[u8]) -> Result<(i64, bool)> {
        deposits::put_report(self.connection, id, at, bytes)
    }

    fn answer(&self, deposit: i64, digest: Id, state: &DepositState, report: Option<i64>) -> Result<()> {
        deposits::answer(self.connection, deposit, digest, state, report)
    }
}

impl MailboxIndex for Tables<'_> {
    fn folder(&self, mailbox: &str, folder: &str) -> Result<Option<FolderRow>> {
        mailbox::folder(self.connection, mailbox, folder)
    }

    fn folders(&self, mailbox: &str) -> Result<Vec<(String, FolderRow)>> {
        mailbox::folders(self.connection, mailbox)
    }

    fn present(&self, mailbox: &str, folder: &str) -> Result<Vec<(u32, Number)>> {
        mailbox::present(self.connection, mailbox, folder)
    }

    fn places(&self, number: Number) -> Result<Vec<PlaceRow>> {
        mailbox::places(self.connection, number)
    }

    fn gone(&self, mailbox: &str, since: i64) -> Result<Vec<PlaceRow>> {
        mailbox::gone(self.connection, mailbox, since)
    }

    fn withheld(&self, mailbox: &str, folder: &str) -> Result<Vec<WithheldRow>> {
        mailbox::withheld(self.connection, mailbox, folder)
    }
}

impl MailboxWriter for Tables<'_> {
    fn put_folder(&self, mailbox: &str, folder: &str, row: &FolderRow) -> Result<()> {
        mailbox::put_folder(self.connection, mailbox, folder, row)
    }

    fn put_place(&self, mailbox: &str, folder: &str, uid: u32, number: Number) -> Result<()> {
        mailbox::put_place(self.connection, mailbox, folder, uid, number)
    }

    fn put_gone(&self, mailbox: &str, folder: &str, uids: &[u32], at: i64) -> Result<Vec<Number>> {
        mailbox::put_gone(self.connection, mailbox, folder, uids, at)
    }

    fn put_withheld(&self, mailbox: &str, folder: &str, row: &WithheldRow) -> Result<()> {
        mailbox::put_withheld(self.connection, mailbox, folder, row)
    }

    fn give_up_withheld(&self, mailbox: &str, folder: &str, uid: u32) -> Result<()> {
        mailbox::give_up_withheld(self.connection, mailbox, folder, uid)
    }
}

impl HappenedIndex for Tables<'_> {
    fn events(&self, after: u64, limit: usize) -> Result<Vec<(u64, EventRow)>> {
        happened::events(self.connection, after, limit)
    }

    fn follower(&self, name: &str) -> Result<Option<u64>> {
        happened::follower(self.connection, name)
    }

    fn keys_of(&self, number: Number) -> Result<Vec<String>> {
        happened::keys_of(self.connection, number)
    }

    fn states_of(&self, key: &str) -> Result<Vec<(String, String)>> {
        happened::states_of(self.connection, key)
    }

    fn filed(&self, message: Number, rule: &str) -> Result<Option<FiledRow>> {
        happened::filed(self.connection, message, rule)
    }

    fn suggested(&self, limit: usize) -> Result<Vec<FiledRow>> {
        happened::suggested(self.connection, limit)
    }
}

impl HappenedWriter for Tables<'_> {
    fn put_event(&self, event: &EventRow) -> Result<u64> {
        happened::put_event(self.connection, event)
    }

    fn put_follower(&self, name: &str, n: u64) -> Result<()> {
        happened::put_follower(self.connection, name, n)
    }

    fn forget_events(&self, up_to: u64) -> Result<u64> {
        happened::forget_events(self.connection, up_to)
    }

    fn put_filed(&self, row: &FiledRow) -> Result<()> {
        happened::put_filed(self.connection, row)
    }
}

impl ManagedIndex for Tables<'_> {
    fn managed(&self) -> Result<Vec<ManagedRow>> {
        managed::all(self.connection)
    }

    fn managed_at(&self, address: &str) -> Result<Option<ManagedRow>> {
        managed::at(self.connection, address)
    }
}

impl ManagedWriter for Tables<'_> {
    fn put_managed(&self, address: &str, said: &str) -> Result<()> {
        managed::put(self.connection, address, said)
    }

    fn put_standing(&self, address: &str, standing: &str) -> Result<bool> {
        managed::put_standing(self.connection, address, standing)
    }

    fn forget_managed(&self, address: &str) -> Result<bool> {
        managed::forget(self.connection, address)
    }
}

impl OutboxIndex for Tables<'_> {
    fn ticket(&self, number: i64) -> Result<Option<TicketRow>> {
        outbox::ticket(self.connection, number)
    }

    fn ticket_of_key(&self, mailbox: &str, key: &str) -> Result<Option<TicketRow>> {
        outbox::of_key(self.connection, mailbox, key)
    }

    fn tickets(&self, mailbox: &str, state: TicketState, after: i64, limit: usize) -> Result<Vec<TicketRow>> {
        outbox::in_state(self.connection, mailbox, state, after, limit)
    }

    fn tickets_of(&self, message: Number) -> Result<Vec<TicketRow>> {
        outbox::of_message(self.connection, message)
    }

    fn begun(&self, mailbox: &str, since: i64) -> Result<Vec<i64>> {
        outbox::begun(self.connection, mailbox, since)
    }
}

impl OutboxWriter for Tables<'_> {
    fn put_ticket(&self, row: &TicketRow) -> Result<i64> {
        outbox::put(self.connection, row)
    }

    fn set_ticket(&self, row: &TicketRow) -> Result<()> {
        outbox::set(self.connection, row)
    }
}
