//! The states of what was sent, kept beside the messages so that they can be searched for.
//!
//! They are worked out anew from the messages of a transaction whenever one comes in: no order of arrival can change
//! them. The messages that move states are read back as records, which are made by verification alone.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use pec_core::message::Message;
use pec_core::reconcile::{Dossier, HashKey, Ledger, Record, Role, Source};
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::Verification;

use crate::care::readable;
use crate::content;
use crate::error::{Error, Result};
use crate::events::{Happened, tell};
use crate::evidence::{Brought, Kept, brought, kept_trust};
use crate::intake::Intake;
use crate::seal::Seal;
use crate::store::{Change, DossierRow, Number, Speaking, View};
use crate::submitted::Submitted;

/// Whether a record can move a state: claims and bounces are only shown beside it.
pub(crate) const fn counts(role: Role) -> bool {
    matches!(role, Role::Proof | Role::Copy | Role::Submission)
}

/// Records held from one batch to the next.
const HELD: usize = 20_000;

/// The number of a message as reconciliation knows it.
pub(crate) const fn source(number: Number) -> Source {
    Source(number as u64)
}

/// The number again.
pub(crate) const fn number(source: Source) -> i64 {
    source.0 as i64
}

/// Records of messages, made once, by one set of trust data and evidence.
#[derive(Default)]
pub(crate) struct Records {
    held: HashMap<i64, Option<Record>>,
    by: Option<Brought>,
}

impl Records {
    /// A record that was just made.
    pub(crate) fn hold(&mut self, number: Number, record: Option<Record>, judge: &Judge<'_>) {
        self.judged_by(judge);
        if self.held.len() >= HELD {
            self.held.clear();
        }
        self.held.insert(number, record.map(|record| record.numbered(source(number))));
    }

    /// After a transaction that failed, numbers may be given again.
    pub(crate) fn forget(&mut self) {
        self.held.clear();
    }

    /// Somebody else may have erased messages, or judged them by other data.
    pub(crate) fn heed(&mut self, change: &dyn Change) {
        if change.others_wrote() {
            self.forget();
        }
    }

    /// What was judged by other data says nothing here.
    fn judged_by(&mut self, judge: &Judge<'_>) {
        let by = Some(brought(&judge.intake));
        if self.by != by {
            self.forget();
            self.by = by;
        }
    }

    /// What a message contributes, read from its bytes where it is not held.
    pub(crate) fn of(&mut self, view: &dyn View, number: Number, judge: &mut Judge<'_>) -> Result<Option<Record>> {
        self.judged_by(judge);
        if let Some(record) = self.held.get(&number) {
            return Ok(record.clone());
        }
        let record = judge.record(view, number)?;
        self.hold(number, record.clone(), judge);
        Ok(record)
    }
}

/// By what messages are judged again.
pub(crate) struct Judge<'a> {
    pub(crate) intake: Intake<'a>,
    pub(crate) seal: &'a Seal,
    kept: Kept<'a>,
    pub(crate) cache: ChainCache,
}

impl<'a> Judge<'a> {
    pub(crate) fn by(intake: &Intake<'a>, seal: &'a Seal, cache: ChainCache) -> Self {
        Self { intake: *intake, seal, kept: Kept::beside(intake), cache }
    }

    /// What is found out about a message that is here: by what is brought, and by what is kept with it.
    pub(crate) fn verify<B: AsRef<[u8]>>(
        &mut self,
        view: &dyn View,
        number: Number,
        message: &Message<B>,
    ) -> Result<Verification> {
        let kept = self.kept.with(self.seal, view, number)?;
        let intake = Intake { evidence: kept.as_deref().or(self.intake.evidence), ..self.intake };
        Ok(intake.verify(message, &mut self.cache))
    }

    /// Whether a message that is here is judged as it is stored. One that is damaged is not.
    fn agrees(&mut self, view: &dyn View, number: Number) -> Result<bool> {
        let limits = self.intake.limits;
        let mut judged = || -> Result<bool> {
            let message = Message::parse(content::to_judge(self.seal, view, number, &limits)?.1, &limits);
            let verdict = self.verify(view, number, &message)?.verdict();
            Ok(view.verdict(number)?.is_some_and(|(stored, _)| stored == verdict.as_str()))
        };
        Ok(readable(judged())?.unwrap_or_default())
    }

    fn record(&mut self, view: &dyn View, number: Number) -> Result<Option<Record>> {
        let limits = &self.intake.limits;
        let message = Message::parse(content::to_judge(self.seal, view, number, limits)?.1, limits);
        if let Some(submitted) = submission(view, number, &message)? {
            return Ok(Some(submitted));
        }
        let verification = self.verify(view, number, &message)?;
        Ok(Record::of(source(number), &message, &verification))
    }
}

/// What the host reported that it submitted, where this message is that.
pub(crate) fn submission(view: &dyn View, number: Number, message: &Message<Vec<u8>>) -> Result<Option<Record>> {
    Ok(submitted(view, number)?.map(|submitted| submitted.record(source(number), message)))
}

/// The submission that was reported with a message.
pub(crate) fn submitted(view: &dyn View, number: Number) -> Result<Option<Submitted>> {
    let Some(row) = view.submission(number)? else { return Ok(None) };
    let at = Timestamp::from_second(row.at).map_err(|_| Error::Damaged(format!("submission of message {number}")))?;
    Ok(Some(Submitted { sender: row.sender, recipients: row.recipients, at }))
}

/// The numbers of the messages that speak of the same transactions as these texts: those that share a text, those that
/// share one with them, and so on.
pub(crate) fn related(view: &dyn View, texts: &BTreeSet<String>, speaking: Speaking) -> Result<BTreeSet<Number>> {
    let mut messages = BTreeSet::new();
    let (mut known, mut open) = (texts.clone(), texts.iter().cloned().collect::<Vec<_>>());
    // Step by step: a store that is far away is asked seldom.
    while !open.is_empty() {
        let mut found = view.about(&open, speaking)?;
        found.retain(|message| messages.insert(*message));
        open = if found.is_empty() { Vec::new() } else { view.texts_of(&found, Speaking::Counting)? };
        open.retain(|text| known.insert(text.clone()));
    }
    Ok(messages)
}

/// A ledger of everything that speaks of these transactions.
pub(crate) fn ledger(
    view: &dyn View,
    texts: &BTreeSet<String>,
    speaking: Speaking,
    records: &mut Records,
    judge: &mut Judge<'_>,
) -> Result<Ledger> {
    ledger_of(view, related(view, texts, speaking)?, records, judge)
}

/// A ledger of these messages.
pub(crate) fn ledger_of(
    view: &dyn View,
    messages: BTreeSet<Number>,
    records: &mut Records,
    judge: &mut Judge<'_>,
) -> Result<Ledger> {
    let mut ledger = Ledger::new(key());
    for number in messages {
        if let Some(record) = records.of(view, number, judge)? {
            add(&mut ledger, record)?;
        }
    }
    Ok(ledger)
}

/// Adds a record to a ledger that has room for it.
pub(crate) fn add(ledger: &mut Ledger, record: Record) -> Result<()> {
    ledger.add(record).map_err(|full| Error::Internal(full.to_string()))
}

/// The key of a table that hostile identifiers must not be able to fill: no answer depends on it.
pub(crate) fn key() -> HashKey {
    use std::hash::BuildHasher as _;
    let random = std::hash::RandomState::new();
    let mut bytes = [0; 16];
    for (half, n) in bytes.chunks_exact_mut(8).zip([1_u8, 2]) {
        half.copy_from_slice(&random.hash_one(n).to_le_bytes());
    }
    HashKey::new(bytes)
}

/// Takes away the dossiers of which this message is a part; gives the identifiers of which it speaks, as they are stored:
/// by them what is left of those dossiers is found again. What they said goes into `before`.
pub(crate) fn dissolve(change: &dyn Change, number: Number, before: &mut Before) -> Result<Vec<String>> {
    for key in change.keys_of(number)? {
        let states = change.states_of(&key)?;
        before.entry(key).or_insert(states);
    }
    change.dissolve(number)?;
    change.texts_of(&[number], Speaking::Counting)
}

/// The states of dossiers that are worked out anew, by their keys, before they were taken away.
pub(crate) type Before = HashMap<String, Vec<(String, String)>>;

/// Whether states that change are told to those who follow events.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Telling<'b> {
    /// Something has come in.
    Aloud,
    /// What is here is judged anew: what has changed since it was so.
    Since(&'b Before),
    /// What is here is indexed anew: nothing has happened.
    Quietly,
}

/// Brings the stored states of the transactions of these texts up to date.
pub(crate) fn refresh(
    change: &dyn Change,
    texts: &BTreeSet<String>,
    records: &mut Records,
    judge: &mut Judge<'_>,
    telling: Telling<'_>,
) -> Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    match ledger(change, texts, Speaking::Counting, records, judge) {
        Ok(ledger) => put(change, &ledger, judge.intake.now, telling),
        // What is damaged keeps nothing out that comes in. Transactions to which it does not belong are brought up to date by themselves.
        Err(Error::Damaged(_)) if texts.len() > 1 => {
            texts.iter().try_for_each(|text| refresh(change, &BTreeSet::from([text.clone()]), records, judge, telling))
        }
        Err(Error::Damaged(_)) => match telling {
            // Its own stays as it is until it can be read whole: the rest of it could say more than all of it.
            Telling::Aloud => Ok(()),
            // Or is made of the rest, where it was taken away to be made anew. Nothing has happened by that.
            Telling::Since(_) | Telling::Quietly => {
                put(change, &of_the_rest(change, texts, records, judge)?, judge.intake.now, Telling::Quietly)
            }
        },
        // A disk that fails is another matter: SQLite has undone the change by then.
        Err(error) => Err(error),
    }
}

/// Works out anew the dossiers of which a part was erased, by what is left of them: a state says what can be proven here.
pub(crate) fn without_erased(change: &dyn Change, seal: &Seal, texts: &BTreeSet<String>, now: Timestamp) -> Result<()> {
    let mut done = BTreeSet::new();
    for text in texts {
        let own = BTreeSet::from([text.clone()]);
        let left = related(change, &own, Speaking::Counting)?;
        if left.is_empty() || !left.iter().all(|number| done.insert(*number)) {
            continue;
        }
        let trust = last_trust(change, seal, &left, now)?;
        let mut judge = Judge::by(&Intake::new(&trust, now), seal, ChainCache::default());
        refresh(change, &own, &mut Records::default(), &mut judge, Telling::Quietly)?;
    }
    Ok(())
}

/// Nobody brings trust data where something is erased: of those by which these messages were judged, the ones by which they were judged
/// last. They may be of one day, since a host's own authorities have none: the verdicts that are stored tell them apart.
fn last_trust(view: &dyn View, seal: &Seal, messages: &BTreeSet<Number>, now: Timestamp) -> Result<TrustStore> {
    let numbers: Vec<Number> = messages.iter().copied().collect();
    let mut trusts = kept_trust(seal, view, &numbers)?;
    // The newest are the likeliest, and mostly all agree with the first.
    trusts.sort_by_key(|trust| Reverse(trust.data_date()));
    let (mut best, mut most) = (0, None);
    for (n, trust) in trusts.iter().enumerate() {
        if trusts.len() == 1 || most == Some(numbers.len()) {
            break;
        }
        let mut judge = Judge::by(&Intake::new(trust, now), seal, ChainCache::default());
        let mut agreeing = 0;
        for number in &numbers {
            agreeing += usize::from(judge.agrees(view, *number)?);
        }
        if most.is_none_or(|most| agreeing > most) {
            (best, most) = (n, Some(agreeing));
        }
    }
    Ok(trusts.swap_remove(best))
}

/// A ledger of what can be read.
fn of_the_rest(
    view: &dyn View,
    texts: &BTreeSet<String>,
    records: &mut Records,
    judge: &mut Judge<'_>,
) -> Result<Ledger> {
    let mut ledger = Ledger::new(key());
    for number in related(view, texts, Speaking::Counting)? {
        match records.of(view, number, judge) {
            Ok(record) => record.into_iter().try_for_each(|record| add(&mut ledger, record))?,
            Err(Error::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(ledger)
}

/// Writes what a ledger comes to.
fn put(change: &dyn Change, ledger: &Ledger, now: Timestamp, telling: Telling<'_>) -> Result<()> {
    ledger.dossiers(now).try_for_each(|dossier| {
        let row = row(&dossier);
        match telling {
            Telling::Aloud => tell_changes(change, now, &row, &Before::new())?,
            Telling::Since(taken) => tell_changes(change, now, &row, taken)?,
            Telling::Quietly => {}
        }
        change.put_dossier(&row)
    })
}

/// Tells of each recipient whose state is another than the one that is stored, or was before its dossier was taken away.
fn tell_changes(change: &dyn Change, now: Timestamp, row: &DossierRow<'_>, taken: &Before) -> Result<()> {
    let mut before = HashMap::new();
    for key in row.replaces.iter().chain([&row.key]) {
        match taken.get(key) {
            Some(states) => before.extend(states.iter().cloned()),
            None => before.extend(change.states_of(key)?),
        }
    }
    for (address, state) in &row.recipients {
        let from = before.get(address);
        if from.is_some_and(|from| from == state) {
            continue;
        }
        let what = Happened::State {
            pec_id: row.pec_id.map(str::to_owned),
            message_id: row.message_id.map(str::to_owned),
            recipient: address.clone(),
            from: from.cloned(),
            to: (*state).to_owned(),
        };
        tell(change, now, row.messages.first().copied(), &what)?;
    }
    Ok(())
}

/// A dossier as it is kept.
fn row<'d>(dossier: &'d Dossier<'d>) -> DossierRow<'d> {
    let message_id = dossier.message_ids.first().copied();
    let waiting = |message_id: &str| format!("\n{message_id}");
    let (key, replaces) = match dossier.pec_id {
        // What was waiting for its first receipt has got it.
        Some(pec_id) => (
            format!("{pec_id}\n{}", dossier.sender.unwrap_or_default().to_ascii_lowercase()),
            dossier.message_ids.iter().map(|message_id| waiting(message_id)).collect(),
        ),
        None => (waiting(message_id.unwrap_or_default()), Vec::new()),
    };
    let recipients = dossier.recipients.iter();
    let events = dossier.events.iter().map(|event| event.source);
    DossierRow {
        key,
        replaces,
        pec_id: dossier.pec_id,
        message_id,
        sender: dossier.sender,
        side: dossier.side.as_str(),
        recipients: recipients.map(|it| (it.address.to_ascii_lowercase(), it.state.as_str())).collect(),
        messages: dossier.copies.iter().copied().chain(dossier.submission).chain(events).map(number).collect(),
    }
}

#[cfg(test)]
mod tests {
    use pec_core::trust::Evidence;

    use super::*;
    use crate::actor::Actor;
    use crate::archive::Archive;

    #[test]
    fn what_was_judged_by_other_data_is_not_held() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
        let (trust, evidence) = (TrustStore::built_in(), Evidence::none().with_crl(b"a list"));
        let plain = Intake::new(&trust, "2026-11-22T10:00:00Z".parse().unwrap());
        let case =
            pec_sandbox::vectors::all().unwrap().into_iter().find(|case| case.name == "kind-delivery-a").unwrap();
        let put = archive.put(&Actor::host(), &plain, case.bytes).unwrap();
        let mut records = Records::default();
        let seal = archive.seal();
        archive
            .read(|view| {
                let number = content::number_of(view, put.id)?;
                records.hold(number, None, &Judge::by(&plain, seal, ChainCache::default()));
                let mut contributes = |intake: &Intake<'_>| -> Result<bool> {
                    let mut judge = Judge::by(intake, seal, ChainCache::default());
                    Ok(records.of(view, number, &mut judge)?.is_some())
                };
                // As it is held, then as it is: by a list, and without it again.
                for (intake, expected) in [(plain, false), (plain.evidence(&evidence), true), (plain, true)] {
                    assert_eq!(contributes(&intake)?, expected);
                }
                Ok(())
            })
            .unwrap();
    }
}
