//! The list of mailboxes: which of them, in which order.

use std::cmp::Reverse;

use super::{Hub, HubMailbox};
use crate::error::Result;

/// Which mailboxes are listed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HubQuery {
    /// Which of them.
    pub only: Only,
    /// In which order; those that are alike stand in the order of addresses.
    pub sort: Sort,
}

/// Which mailboxes are listed (FEATURES 1.1, row 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Only {
    /// All.
    #[default]
    All,
    /// Those with messages that have come since they were seen the last time.
    New,
    /// Those with messages that nobody has marked as read.
    Unread,
}

/// In which order mailboxes are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Of addresses.
    #[default]
    Address,
    /// Of clients.
    Client,
    /// Most new messages first.
    New,
    /// Most unread messages first.
    Unread,
    /// The fullest first; those whose server does not say come last.
    Fullest,
    /// The one that was not seen to be well for the longest time first.
    Stalest,
}

impl Hub {
    /// The mailboxes that a query asks for, as they stood at the last look.
    ///
    /// # Errors
    /// Those of the archive.
    pub fn list(&self, query: HubQuery) -> Result<Vec<HubMailbox>> {
        let mut all = self.mailboxes()?;
        all.retain(|mailbox| match query.only {
            Only::All => true,
            Only::New => mailbox.standing.new > 0,
            Only::Unread => mailbox.standing.unread > 0,
        });
        // They come in the order of addresses, and sorting keeps what is alike as it is.
        match query.sort {
            Sort::Address => {}
            Sort::Client => all.sort_by_key(|mailbox| mailbox.client().to_lowercase()),
            Sort::New => all.sort_by_key(|mailbox| Reverse(mailbox.standing.new)),
            Sort::Unread => all.sort_by_key(|mailbox| Reverse(mailbox.standing.unread)),
            Sort::Fullest => all.sort_by_key(|mailbox| Reverse(mailbox.percent_full())),
            Sort::Stalest => all.sort_by_key(|mailbox| mailbox.standing.ok_at),
        }
        Ok(all)
    }
}
