//! What is about to go wrong: passwords and mandates that end, mailboxes that fill, access that is lost, receipts that are
//! overdue, proofs that weaken.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use pec_archive::search::{Field, Query};
use pec_archive::{Entry, Intake};
use pec_core::reconcile::{Owed, State};

use super::{Hub, HubMailbox};
use crate::access::AccessState;
use crate::error::Result;

/// From when on something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RadarOptions {
    /// Passwords that end within this time, or have ended.
    pub passwords: SignedDuration,
    /// Mailboxes that are fuller than so many percent.
    pub percent: u64,
    /// Mandates that end within this time, or have ended.
    pub mandates: SignedDuration,
    /// Signers' certificates that end within this time and that no time-stamp covers.
    pub proofs: SignedDuration,
    /// Mailboxes that have not answered for this time.
    pub silence: SignedDuration,
    /// Messages that are looked at for overdue receipts, of each state, newest first; and proofs that are told.
    pub limit: usize,
}

impl Default for RadarOptions {
    /// Passwords 14 days, 90 percent, mandates and proofs 30 days, a day of silence, 1,000 messages.
    fn default() -> Self {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        Self { passwords: days(14), percent: 90, mandates: days(30), proofs: days(30), silence: days(1), limit: 1000 }
    }
}

/// What needs somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Radar {
    /// Mailboxes whose password ends, the first to end first.
    pub passwords: Vec<HubMailbox>,
    /// Mailboxes that are nearly full, the fullest first.
    pub full: Vec<HubMailbox>,
    /// Mailboxes that cannot be read: refused by their provider, or silent for too long.
    pub access: Vec<HubMailbox>,
    /// Mailboxes whose mandate ends, the first to end first.
    pub mandates: Vec<HubMailbox>,
    /// Receipts that should have come, the oldest first.
    pub overdue: Vec<Overdue>,
    /// Messages whose proof weakens, by the end of the certificate.
    pub proofs: Vec<Entry>,
}

/// A receipt that a message of one of the mailboxes should have got by now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overdue {
    /// The mailbox from which it was sent.
    pub mailbox: String,
    /// *identificativo*; `None` before the acceptance.
    pub pec_id: Option<String>,
    /// The Message-ID of the sender's program.
    pub message_id: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// About whom; `None` for the message as a whole.
    pub recipient: Option<String>,
    /// Which receipt.
    pub owed: Owed,
    /// Since when.
    pub since: Timestamp,
}

impl Radar {
    /// Whether nothing needs anybody.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        *self == Self::default()
    }

    /// What of it concerns one mailbox.
    #[must_use]
    pub fn of(&self, address: &str) -> Self {
        let is = |other: &str| other.eq_ignore_ascii_case(address);
        let own = |all: &[HubMailbox]| all.iter().filter(|one| is(&one.said.address)).cloned().collect();
        Self {
            passwords: own(&self.passwords),
            full: own(&self.full),
            access: own(&self.access),
            mandates: own(&self.mandates),
            overdue: self.overdue.iter().filter(|one| is(&one.mailbox)).cloned().collect(),
            proofs: self.proofs.iter().filter(|one| one.mailboxes.iter().any(|mailbox| is(mailbox))).cloned().collect(),
        }
    }
}

/// States in which something can be owed.
const WAITING: [State; 3] = [State::Pending, State::AwaitingDelivery, State::Delayed];

impl Hub {
    /// What needs somebody at this time, by what is known: nothing is asked of any server.
    ///
    /// # Errors
    /// Those of the archive; a dossier that cannot be read is left out, the check of the archive tells it.
    pub fn radar(&self, now: Timestamp, options: RadarOptions) -> Result<Radar> {
        let all = self.mailboxes()?;
        let by = |span: SignedDuration| now.saturating_add(span).unwrap_or(Timestamp::MAX);
        let own: BTreeSet<&str> = all.iter().map(|mailbox| mailbox.said.address.as_str()).collect();
        let end_of_mandate = |mailbox: &HubMailbox| mailbox.said.mandate.and_then(|mandate| mandate.until);
        let chosen = |wanted: &dyn Fn(&HubMailbox) -> bool| -> Vec<HubMailbox> {
            all.iter().filter(|mailbox| wanted(mailbox)).cloned().collect()
        };
        let mut radar = Radar {
            passwords: chosen(&|one| one.standing.password_ends.is_some_and(|ends| ends <= by(options.passwords))),
            full: chosen(&|one| one.percent_full().is_some_and(|percent| percent > options.percent)),
            access: chosen(&|one| is_lost(one, now, options.silence)),
            mandates: chosen(&|one| end_of_mandate(one).is_some_and(|ends| ends <= by(options.mandates))),
            overdue: self.overdue(&own, now, options.limit)?,
            proofs: self.archive().expiring(self.actor(), now, by(options.proofs), options.limit)?.proofs,
        };
        radar.passwords.sort_by_key(|one| one.standing.password_ends);
        radar.full.sort_by_key(|one| std::cmp::Reverse(one.percent_full()));
        radar.mandates.sort_by_key(end_of_mandate);
        radar.proofs.retain(|entry| entry.mailboxes.iter().any(|mailbox| own.contains(mailbox.as_str())));
        Ok(radar)
    }

    /// The receipts that are owed to messages of these mailboxes, worked out from the bytes.
    fn overdue(&self, own: &BTreeSet<&str>, now: Timestamp, limit: usize) -> Result<Vec<Overdue>> {
        let intake = Intake::new(self.receiver.trust(), now);
        let (mut asked, mut overdue) = (BTreeSet::new(), Vec::new());
        for state in WAITING {
            let query = Query::exact(Field::State, state.as_str());
            for entry in self.archive().search(self.actor(), &query, None, limit)?.entries {
                let Some(transaction) = entry.pec_id.or(entry.message_id) else { continue };
                if !asked.insert(transaction.clone()) {
                    continue;
                }
                match self.archive().ledger(self.actor(), &intake, &transaction) {
                    Ok(ledger) => overdue.extend(owed(&ledger, own, now)),
                    // One that is damaged must not hide the others.
                    Err(pec_archive::Error::Damaged(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        overdue.sort_by(|a, b| (a.since, &a.pec_id, &a.recipient).cmp(&(b.since, &b.pec_id, &b.recipient)));
        overdue.dedup();
        Ok(overdue)
    }
}

fn owed(ledger: &pec_core::reconcile::Ledger, own: &BTreeSet<&str>, now: Timestamp) -> Vec<Overdue> {
    let mut overdue = Vec::new();
    for dossier in ledger.dossiers(now) {
        let Some(mailbox) = dossier.sender.map(str::to_lowercase).filter(|it| own.contains(it.as_str())) else {
            continue;
        };
        overdue.extend(dossier.silence.iter().map(|silence| Overdue {
            mailbox: mailbox.clone(),
            pec_id: dossier.pec_id.map(str::to_owned),
            message_id: dossier.message_ids.first().map(|id| (*id).to_owned()),
            subject: dossier.subject.map(str::to_owned),
            recipient: silence.recipient.map(str::to_owned),
            owed: silence.owed,
            since: silence.since,
        }));
    }
    overdue
}

/// Whether a mailbox cannot be read any more, or has not answered for this long.
fn is_lost(mailbox: &HubMailbox, now: Timestamp, silence: SignedDuration) -> bool {
    match mailbox.access() {
        Some(state) if state.forbids_retry() => true,
        Some(AccessState::Unreachable) => {
            let since = mailbox.standing.ok_at.or(mailbox.standing.access_since);
            since.is_some_and(|since| now.duration_since(since) >= silence)
        }
        _ => false,
    }
}
