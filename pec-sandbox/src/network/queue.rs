//! What is going to happen and when: the clock of the network moves from one task to the next.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::delivery::Received;
use super::{Error, Label, Network, Origin};
use crate::provider::Delay;

/// A message under way, with its SMTP paths.
#[derive(Debug, Clone)]
pub(super) struct Parcel {
    /// Reverse path; empty for a bounce.
    pub(super) path: String,
    /// Forward paths.
    pub(super) to: Vec<String>,
    pub(super) bytes: Vec<u8>,
    pub(super) label: Label,
    pub(super) origin: Origin,
    /// Edits that are made in the mailbox.
    pub(super) edits: Vec<(String, String)>,
    /// Whether it waits for the next message of its mailbox.
    pub(super) held: bool,
}

/// Something that happens at its time.
#[derive(Debug, Clone)]
pub(super) enum Task {
    /// A message reaches the incoming point of a provider.
    Arrive { provider: usize, parcel: Parcel },
    /// A delivery point turns to one recipient of an envelope.
    Deliver { recipient: String, envelope: Received },
    /// A message reaches its mailbox.
    Put { provider: usize, parcel: Parcel },
    /// An envelope reaches an ordinary mail server.
    Outside { provider: usize, path: String, to: String, pec_id: String, bytes: Vec<u8> },
    /// A held message has waited long enough.
    Release { mailbox: String },
    /// Time to look whether a notice is due.
    Notice { pec_id: String, recipient: String, which: Delay },
}

impl Task {
    /// What moves comes before who looks at the clock, when both are due in the same second.
    const fn rank(&self) -> Rank {
        match self {
            Self::Release { .. } | Self::Notice { .. } => Rank::Look,
            _ => Rank::Move,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Move,
    Look,
}

/// Tasks in the order in which they are done.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    tasks: BTreeMap<(Timestamp, Rank, u64), Task>,
    number: u64,
}

impl Queue {
    fn push(&mut self, at: Timestamp, task: Task) {
        self.number += 1;
        self.tasks.insert((at, task.rank(), self.number), task);
    }

    fn pop_until(&mut self, at: Timestamp) -> Option<(Timestamp, Task)> {
        let entry = self.tasks.first_entry()?;
        let due = entry.key().0;
        (due <= at).then(|| (due, entry.remove()))
    }

    /// When the next message moves.
    fn next_move(&self) -> Option<Timestamp> {
        self.tasks.keys().find(|(_, rank, _)| *rank == Rank::Move).map(|(at, ..)| *at)
    }
}

/// How far [`Network::settle`] turns the clock at most.
const SETTLING: SignedDuration = SignedDuration::from_secs(60);

impl Network {
    /// Turns the clock forward to `at`, whole seconds; everything that is due until then, `at` included, happens at its
    /// own time.
    ///
    /// # Errors
    /// [`Error::Backwards`] and [`Error::BeyondCertificates`], the caller's.
    pub fn turn_to(&mut self, at: Timestamp) -> Result<(), Error> {
        let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
        if at < self.clock {
            return Err(Error::Backwards { now: self.clock, asked: at });
        }
        if at > self.end {
            return Err(Error::BeyondCertificates { end: self.end });
        }
        while let Some((due, task)) = self.queue.pop_until(at) {
            self.clock = self.clock.max(due);
            self.perform(task)?;
        }
        self.clock = at;
        Ok(())
    }

    /// Turns the clock forward by `duration`.
    ///
    /// # Errors
    /// As [`Network::turn_to`].
    pub fn advance(&mut self, duration: SignedDuration) -> Result<(), Error> {
        let at = self.clock.checked_add(duration).map_err(|_| Error::BeyondCertificates { end: self.end })?;
        self.turn_to(at)
    }

    /// Turns the clock forward, by a minute at most, until no message moves: the receipts of what was submitted have
    /// arrived, unless a fault or a stopped point keeps them.
    ///
    /// # Errors
    /// As [`Network::turn_to`].
    pub fn settle(&mut self) -> Result<(), Error> {
        let bound = self.clock.saturating_add(SETTLING).unwrap_or(self.clock);
        while let Some(next) = self.queue.next_move().filter(|next| *next <= bound) {
            self.turn_to(next.max(self.clock))?;
        }
        Ok(())
    }

    pub(super) fn schedule(&mut self, after: SignedDuration, task: Task) {
        let at = self.clock.saturating_add(after).unwrap_or(Timestamp::MAX).max(self.clock);
        self.queue.push(at, task);
    }

    fn perform(&mut self, task: Task) -> Result<(), Error> {
        match task {
            Task::Arrive { provider, parcel } => self.arrive(provider, parcel).map(|_| ()),
            Task::Deliver { recipient, envelope } => self.deliver(&recipient, envelope),
            Task::Put { provider, parcel } => {
                self.put(provider, parcel);
                Ok(())
            }
            Task::Outside { provider, path, to, pec_id, bytes } => self.outside(provider, path, &to, &pec_id, &bytes),
            Task::Release { mailbox } => {
                self.release(&mailbox);
                Ok(())
            }
            Task::Notice { pec_id, recipient, which } => self.notice(&pec_id, &recipient, which),
        }
    }
}
