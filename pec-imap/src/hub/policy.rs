//! How many mailboxes, and by what right.

use jiff::Timestamp;
use pec_archive::Managed;

use crate::error::{Error, Result};

/// What a hub allows. By default: any number, and a mandate where there is one has to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HubPolicy {
    /// How many mailboxes.
    pub capacity: Capacity,
    /// Whether each needs a mandate.
    pub mandates: Mandates,
}

/// How many mailboxes a hub takes (FEATURES 1.1, row 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Capacity {
    /// Any number.
    #[default]
    Unlimited,
    /// Fifty, and twenty more for each block.
    Blocks(u32),
    /// Exactly so many.
    Limit(u32),
}

/// Whether a mailbox is opened without a mandate of its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mandates {
    /// It is; one that has ended, or has not begun, closes it all the same.
    #[default]
    Optional,
    /// It is not.
    Required,
}

impl Capacity {
    /// The limit; `None` where there is none.
    #[must_use]
    pub const fn limit(self) -> Option<u64> {
        match self {
            Self::Unlimited => None,
            Self::Blocks(blocks) => Some(50 + 20 * blocks as u64),
            Self::Limit(limit) => Some(limit as u64),
        }
    }
}

impl HubPolicy {
    /// Whether so many more are taken beside so many others.
    pub(super) fn admits(&self, others: usize, more: usize) -> Result<()> {
        let active = (others as u64).saturating_add(more as u64);
        match self.capacity.limit() {
            Some(limit) if active > limit => Err(Error::HubCapacityExceeded { limit, active }),
            _ => Ok(()),
        }
    }

    /// Whether a mailbox may be opened now.
    pub(super) fn permits(&self, said: &Managed, now: Timestamp) -> Result<()> {
        let refuse = |why: String| Err(Error::NoMandate { mailbox: said.address.clone(), why });
        match said.mandate {
            Some(mandate) if mandate.holds(now) => Ok(()),
            Some(mandate) if now < mandate.from => refuse(format!("it begins at {}", mandate.from)),
            Some(mandate) => refuse(mandate.until.map_or_else(String::new, |until| format!("it has ended at {until}"))),
            None if self.mandates == Mandates::Required => refuse("none was given".into()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_14_fifty_mailboxes_and_twenty_a_block_are_admitted_and_not_one_more() {
        let policy = |capacity| HubPolicy { capacity, ..HubPolicy::default() };
        for (capacity, limit) in [(Capacity::Blocks(0), 50), (Capacity::Blocks(3), 110), (Capacity::Limit(7), 7)] {
            let policy = policy(capacity);
            assert!(policy.admits(limit - 2, 2).is_ok());
            let refused = policy.admits(limit - 2, 3).unwrap_err();
            assert!(
                matches!(refused, Error::HubCapacityExceeded { limit: said, active } if said == limit as u64 && active == said + 1)
            );
        }
        assert!(policy(Capacity::Unlimited).admits(100_000, 1).is_ok());
    }
}
