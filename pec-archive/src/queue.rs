//! Batches that wait for the one writer, stored together: what a commit costs, and the pages that every batch changes, are
//! paid once for all of them.
//!
//! ```text
//!   thread A   prepare ── writer: A ───────────── commit
//!   thread B        prepare ── waits ─────────────────── writer: B and C ── commit ── stored
//!   thread C             prepare ── waits ──────────────────────────────────────────── stored
//! ```
//!
//! One of those who wait gets the writer and stores what waits by then; nobody waits for others to come, nor for what is written
//! after his own. A batch is as durable, and as whole, as it is alone: what keeps one of them from being stored undoes them all,
//! and each is stored anew by itself.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_core::trust::{Evidence, TrustStore};

use crate::actor::Actor;
use crate::archive::{Archive, Put};
use crate::enforce::Asked;
use crate::error::{Error, Result};
use crate::evidence::Used;
use crate::intake::{Intake, Prepared};
use crate::ready::{Compressed, Ready};
use crate::store::ImportedRow;
use crate::writer::{Order, Writer};

/// Batches are stored together up to so many messages.
const MESSAGES: usize = 1_000;

/// And up to so many bytes of them.
const BYTES: u64 = 64 << 20;

/// A batch with everything that storing it takes, so that another thread can do it.
pub(crate) struct Waiting {
    actor: Actor,
    trust: TrustStore,
    evidence: Option<Evidence>,
    now: Timestamp,
    mailbox: String,
    limits: Limits,
    prepared: Vec<Prepared>,
    compressed: Compressed,
    used: Arc<Used>,
    /// Files that an import has finished with it.
    done: Vec<ImportedRow>,
    /// What became of it, once it was stored or refused.
    outcome: Mutex<Option<Result<Vec<Put>>>>,
}

/// Where batches wait.
#[derive(Default)]
pub(crate) struct Queue {
    line: Mutex<Line>,
    /// That somebody's turn is over.
    over: Condvar,
}

#[derive(Default)]
struct Line {
    /// What waits, in the order in which it came.
    batches: VecDeque<Arc<Waiting>>,
    /// Whether it is the turn of one of those who wait: he has the writer, or waits for it.
    is_led: bool,
}

/// The turn to store what waits, one's own batch with it.
struct Turn<'q>(&'q Queue);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.line().is_led = false;
        self.0.over.notify_all();
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl Waiting {
    pub(crate) fn new(
        actor: &Actor,
        intake: &Intake<'_>,
        used: Arc<Used>,
        prepared: Vec<Prepared>,
        compressed: Compressed,
    ) -> Self {
        Self {
            actor: actor.clone(),
            trust: intake.trust.clone(),
            evidence: intake.evidence.cloned(),
            now: intake.now,
            mailbox: intake.mailbox.to_owned(),
            limits: intake.limits,
            prepared,
            compressed,
            used,
            done: Vec::new(),
            outcome: Mutex::default(),
        }
    }

    /// And that these files are done with it.
    pub(crate) fn ending(mut self, done: Vec<ImportedRow>) -> Self {
        self.done = done;
        self
    }

    fn intake(&self) -> Intake<'_> {
        Intake {
            trust: &self.trust,
            evidence: self.evidence.as_ref(),
            now: self.now,
            mailbox: &self.mailbox,
            limits: self.limits,
        }
    }

    fn bytes(&self) -> u64 {
        self.prepared.iter().map(|prepared| prepared.size).sum()
    }

    fn outcome(&self) -> MutexGuard<'_, Option<Result<Vec<Put>>>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until this batch has been stored by another, or until it is its own turn.
    fn wait(&self, mine: &Arc<Waiting>) -> Option<Turn<'_>> {
        let mut line = self.line();
        line.batches.push_back(Arc::clone(mine));
        let waits = |line: &mut Line| line.is_led && mine.outcome().is_none();
        let mut line = self.over.wait_while(line, waits).unwrap_or_else(PoisonError::into_inner);
        if mine.outcome().is_some() {
            return None;
        }
        line.is_led = true;
        Some(Turn(self))
    }

    /// This batch, and those that wait beside it, as many as may be stored together.
    fn take_with(&self, mine: &Arc<Waiting>) -> Vec<Arc<Waiting>> {
        let batches = &mut self.line().batches;
        batches.retain(|batch| !Arc::ptr_eq(batch, mine));
        let mut together = vec![Arc::clone(mine)];
        let (mut messages, mut bytes) = (mine.prepared.len(), mine.bytes());
        while let Some(next) = batches.front() {
            messages += next.prepared.len();
            bytes += next.bytes();
            if messages > MESSAGES || bytes > BYTES {
                break;
            }
            together.extend(batches.pop_front());
        }
        together
    }
}

impl Archive {
    /// Stores a batch, together with those of other threads that wait for the writer too. A refusal is for the caller to
    /// [note](Archive::noted).
    pub(crate) fn store_with_others(&self, batch: Waiting) -> Result<Vec<Put>> {
        let mine = Arc::new(batch);
        if let Some(turn) = self.waiting().wait(&mine) {
            let mut writer = self.writer();
            let together = self.waiting().take_with(&mine);
            for (batch, outcome) in together.iter().zip(self.store_each(&mut writer, &together)) {
                *batch.outcome() = Some(outcome);
            }
            let is_crowded = !self.waiting().line().batches.is_empty();
            drop((writer, turn));
            if is_crowded {
                self.backend().tidy();
            }
        }
        mine.outcome().take().unwrap_or_else(|| Err(Error::Internal("a batch without an outcome".into())))
    }

    /// What becomes of each of these batches.
    fn store_each(&self, writer: &mut Writer, batches: &[Arc<Waiting>]) -> Vec<Result<Vec<Put>>> {
        match self.store_together(writer, batches) {
            Ok(stored) => stored,
            Err(error) if batches.len() == 1 => vec![Err(error)],
            Err(_) => batches.iter().flat_map(|batch| self.store_each(writer, std::slice::from_ref(batch))).collect(),
        }
    }

    fn store_together(&self, writer: &mut Writer, batches: &[Arc<Waiting>]) -> Result<Vec<Result<Vec<Put>>>> {
        let intakes: Vec<Intake<'_>> = batches.iter().map(|batch| batch.intake()).collect();
        let ready: Vec<Ready<'_>> =
            batches.iter().map(|batch| Ready::of(&batch.prepared, &batch.used, &batch.compressed)).collect();
        let asked: Vec<Asked<'_>> =
            batches.iter().zip(&intakes).map(|(batch, intake)| Asked::put(&batch.actor, intake)).collect();
        let gates: Vec<_> = asked.iter().map(|asked| self.gate(asked)).collect();
        let each = batches.iter().zip(&intakes).zip(&ready).zip(&gates);
        let orders: Vec<Order<'_>> = each
            .map(|(((batch, intake), ready), gate)| Order {
                actor: &batch.actor,
                gate,
                intake,
                ready,
                submission: None,
                done: &batch.done,
            })
            .collect();
        writer.store(self.backend(), &orders, None)
    }
}

#[cfg(test)]
mod tests;
