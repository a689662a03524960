//! The mailboxes that a report may show, with whom they belong to.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use pec_core::delegation::{By, Scope};
use pec_core::sheet::Cell;

use crate::archive::Archive;
use crate::error::Result;
use crate::managed::{Managed, Standing, understood};
use crate::store::View;

/// Mailboxes by address, each with its client and account.
pub(super) struct Seen {
    mailboxes: BTreeMap<String, (Cell, Cell)>,
    /// Whether what belongs to no mailbox is seen: where nothing is chosen, by the program and whoever administers everything.
    pub(super) all: bool,
    /// Whether what messages say is seen: to administer is not to read.
    pub(super) reads: bool,
}

impl Seen {
    /// Those that whoever asks may list within the scope. Where all are asked for by the program, or by whoever administers
    /// everything, those too that are managed, or in which messages were found, and of which no organisation knows.
    pub(super) fn of(archive: &Archive, view: &dyn View, (by, scope): (&By, &Scope), now: Timestamp) -> Result<Self> {
        let is_narrow = matches!(by, By::Operator(operator) if operator.scope != Scope::Host);
        let all = *scope == Scope::Host && !is_narrow && !matches!(by, By::User { .. });
        let mut mailboxes = BTreeMap::new();
        if all {
            for name in view.mailboxes()? {
                mailboxes.insert(name, (Cell::None, Cell::None));
            }
            for (address, (said, _)) in standings(view)? {
                mailboxes.insert(address, (Cell::text_of(said.and_then(|said| said.client)), Cell::None));
            }
        }
        archive.keeper().with(view, |organisation| {
            for mailbox in organisation.listed(by, scope, now) {
                let client = organisation.owner(mailbox.account()).map(|owner| owner.client);
                let whose = (Cell::text_of(client), Cell::text(mailbox.account()));
                mailboxes.insert(mailbox.address().as_str().to_owned(), whose);
            }
        })?;
        Ok(Self { mailboxes, all, reads: !matches!(by, By::Operator(_)) })
    }

    /// In the order of addresses.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        self.mailboxes.keys().map(String::as_str)
    }

    /// Whether it is seen.
    pub(super) fn has(&self, address: &str) -> bool {
        self.mailboxes.contains_key(address)
    }

    /// Client, account and address: the cells of a row.
    pub(super) fn row(&self, address: &str) -> [Cell; 3] {
        let (client, account) = self.mailboxes.get(address).cloned().unwrap_or((Cell::None, Cell::None));
        [client, account, Cell::text(address)]
    }
}

/// What is known of managed mailboxes, by address.
pub(super) fn standings(view: &dyn View) -> Result<HashMap<String, (Option<Managed>, Standing)>> {
    let understood = |row| understood(row).map(|(said, standing)| (said.address.clone(), (Some(said), standing)));
    view.managed()?.iter().map(understood).collect()
}
