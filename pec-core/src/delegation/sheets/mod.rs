//! Reports of an organisation as tables (FEATURES rows 18, 52 and 54): active mailboxes by billing month, revoked ones by month
//! of revocation, services of active ones, delegates, domains.
//!
//! ```text
//! By and Scope ──> listed ──> mailboxes that are seen ──> one function a report ──> Sheet ──> ReportOutcome
//! ```
//!
//! A report shows what the organisation knows by its log: the word of providers, as the host has told it. It proves neither
//! that a provider bills so nor that a mailbox works.

mod delegates;
mod domains;
mod life;
mod services;
mod words;

use jiff::Timestamp;

use super::code::AccountCode;
use super::grant::Object;
use super::lifecycle::{Mailbox, Wording};
use super::organisation::Organisation;
use super::party::By;
use super::permission::Permission;
use super::scope::Scope;
use crate::finding::Language;
use crate::sheet::{Cell, Months, Sheet};

pub use delegates::delegates;
pub use domains::DomainChoice;
pub use life::{active, revoked};
pub use services::{Space, services};

/// What a report came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportOutcome {
    /// Rows.
    Rows(Sheet),
    /// None: «Attenzione: nessun dato estratto» ([`Wording::NoData`]), which is also the warning of the sheet. Its title, facts
    /// and columns are those that it would have had.
    Empty(Sheet),
}

impl ReportOutcome {
    /// That of a sheet.
    #[must_use]
    pub fn of(sheet: Sheet) -> Self {
        if sheet.rows.is_empty() {
            Self::Empty(Sheet { warning: Some(Wording::NoData.text(Language::It)), ..sheet })
        } else {
            Self::Rows(sheet)
        }
    }

    /// The sheet.
    #[must_use]
    pub const fn sheet(&self) -> &Sheet {
        match self {
            Self::Rows(sheet) | Self::Empty(sheet) => sheet,
        }
    }

    /// The words of the source, where no row was found.
    #[must_use]
    pub const fn warning(&self) -> Option<Wording> {
        match self {
            Self::Rows(_) => None,
            Self::Empty(_) => Some(Wording::NoData),
        }
    }
}

impl Organisation {
    /// The mailboxes within `scope` that a report for whoever asks may show, by address: the program sees all of them, an
    /// operator those within its own scope, a user those that it may [list](Permission::List).
    #[must_use]
    pub fn listed(&self, by: &By, scope: &Scope, now: Timestamp) -> Vec<&Mailbox> {
        let sees = |mailbox: &&Mailbox| match by {
            By::User { user } => self.may(user, Permission::List, &Object::mailbox(mailbox.address()), now).is_ok(),
            By::Host | By::Operator(_) => self.administers(by, mailbox.account()),
        };
        self.mailboxes(scope).into_iter().filter(sees).collect()
    }

    /// Whether what belongs to an account is administered by whoever asks: never by a user.
    fn administers(&self, by: &By, account: &AccountCode) -> bool {
        match by {
            By::Host => true,
            By::Operator(operator) => self.owner(account).is_some_and(|owner| operator.scope.covers(owner)),
            By::User { .. } => false,
        }
    }
}

/// Client, account and address of a mailbox, as the first cells of its row.
pub(super) fn belongs(organisation: &Organisation, mailbox: &Mailbox) -> [Cell; 3] {
    let owner = organisation.owner(mailbox.account());
    [Cell::text_of(owner.map(|owner| owner.client)), Cell::text(mailbox.account()), Cell::text(mailbox.address())]
}

/// In the order of reports: by account, then by address.
pub(super) fn ordered<'m>(mailboxes: &[&'m Mailbox]) -> Vec<&'m Mailbox> {
    let mut ordered = mailboxes.to_vec();
    ordered.sort_by(|one, other| (one.account(), one.address()).cmp(&(other.account(), other.address())));
    ordered
}

/// For whom a report is, for which months, and as of when: the facts of every report.
#[must_use]
pub fn about(sheet: Sheet, scope: &Scope, months: Option<Months>, now: Timestamp) -> Sheet {
    let (client, account) = match scope {
        Scope::Host => (Cell::None, Cell::None),
        Scope::Client(client) => (Cell::text(client), Cell::None),
        Scope::Account(account) => (Cell::None, Cell::text(account)),
    };
    let month = |month: Option<crate::sheet::Month>| month.map_or(Cell::None, Cell::Month);
    sheet
        .fact("client", "Cliente", client)
        .fact("account", "Account", account)
        .fact("from", "Dal mese", month(months.map(Months::first)))
        .fact("to", "Al mese", month(months.map(Months::last)))
        .fact("as_of", "Situazione al", Cell::Time(now))
}
