//! Reports as tables (FEATURES row 54 and J3), for whoever may see what is in them.
//!
//! ```text
//! Actor, Scope ──> what is seen of the organisation ──> rows of it alone: active, revoked, delegates, domains
//!                                                  └──> its mailboxes ──> counted in the index: space, traffic, delivery,
//!                                                                         access, proofs
//! ```
//!
//! They say what log and index say. What has to be proven is verified from the bytes ([`Archive::ledger`]).

mod delivery;
mod seen;
mod traffic;
mod watch;

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use pec_core::delegation::sheets::{self, DomainChoice, ReportOutcome, Space};
use pec_core::delegation::{By, DomainRecords, MailboxAddress, Organisation, Scope};
use pec_core::sheet::{Month, Months, Sheet};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::store::{Number, View};
use seen::Seen;

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ReportKind {
    /// Active mailboxes by billing month (FEATURES row 54a).
    ActiveMailboxes,
    /// Revoked mailboxes by month of revocation (row 54b).
    RevokedMailboxes,
    /// Services of active mailboxes, and the space that they take (row 54c).
    ServiceUse,
    /// Those who share mailboxes (row 54d): as they are, without months.
    Delegates,
    /// What became of what was sent, by month (J3).
    Delivery,
    /// Messages by mailbox and month (J3).
    Traffic,
    /// Mailboxes that could not be read at the last look (J3): as they are, without months.
    AccessLost,
    /// Messages whose proof weakens in these months (J3).
    ProofExpiring,
}

impl ReportKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::ActiveMailboxes,
        Self::RevokedMailboxes,
        Self::ServiceUse,
        Self::Delegates,
        Self::Delivery,
        Self::Traffic,
        Self::AccessLost,
        Self::ProofExpiring,
    ];

    /// Its name on the wire, which is that of its sheet.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ActiveMailboxes => "active-mailboxes",
            Self::RevokedMailboxes => "revoked-mailboxes",
            Self::ServiceUse => "service-use",
            Self::Delegates => "delegates",
            Self::Delivery => "delivery",
            Self::Traffic => "traffic",
            Self::AccessLost => "access-lost",
            Self::ProofExpiring => "proof-expiring",
        }
    }

    /// That of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether months can be chosen: delegates and access have none.
    #[must_use]
    pub const fn takes_months(self) -> bool {
        !matches!(self, Self::Delegates | Self::AccessLost)
    }

    /// The months that are meant where none are named: this one, and for proofs the next one too. Services and what has no
    /// months are as they are now.
    fn months(self, named: Option<Months>, now: Timestamp) -> Option<Months> {
        let this = Month::of(now);
        match self {
            Self::ServiceUse | Self::Delegates | Self::AccessLost => named,
            Self::ProofExpiring => {
                let next = this.next().unwrap_or(this);
                named.or_else(|| Months::new(this, next).ok())
            }
            _ => named.or(Some(Months::one(this))),
        }
    }
}

impl fmt::Display for ReportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Archive {
    /// A report about what lies within `scope`, for these months or, where none are named, for those that are meant by itself:
    /// this one, for proofs the next one too, for services now.
    ///
    /// Nothing foreign is in it: the program sees all, an operator what its own scope covers, a user the mailboxes that it may
    /// list. Mailboxes of no organisation are seen by the program, and by whoever administers everything. To administer is not to
    /// read: of a message an operator sees neither sender nor subject.
    ///
    /// Where it has no rows it is [`ReportOutcome::Empty`], with the words of the source.
    ///
    /// # Errors
    /// [`Error::BadValue`] for months where the report takes none ([`ReportKind::takes_months`]). [`Error::NotFound`] for a client
    /// or account that there is not, or that is not seen. [`Error::Denied`] where the actor is nobody. What reading can meet.
    pub fn report(
        &self,
        actor: &Actor,
        kind: ReportKind,
        scope: &Scope,
        months: Option<Months>,
        now: Timestamp,
    ) -> Result<ReportOutcome> {
        if let Some(months) = months.filter(|_| !kind.takes_months()) {
            return Err(Error::BadValue { what: "months", value: format!("{months}: {kind} takes none") });
        }
        let months = kind.months(months, now);
        self.read_for(&Asked::new(actor, Call::Report).at(now), |view| {
            let by = self.asking(view, actor)?;
            self.keeper().with(view, |organisation| known(organisation, by, scope))??;
            let sheet = match kind {
                ReportKind::ActiveMailboxes | ReportKind::RevokedMailboxes | ReportKind::Delegates => self
                    .keeper()
                    .with(view, |organisation| of_organisation(organisation, kind, (by, scope), months, now)),
                ReportKind::ServiceUse => self.service_use(view, (by, scope), months, now),
                _ => {
                    let seen = Seen::of(self, view, (by, scope), now)?;
                    let months = months.unwrap_or(Months::one(Month::of(now)));
                    match kind {
                        ReportKind::Delivery => delivery::sheet(view, &seen, months),
                        ReportKind::Traffic => traffic::sheet(view, &seen, months),
                        ReportKind::ProofExpiring => watch::proofs(view, &seen, months),
                        _ => watch::access(view, &seen),
                    }
                }
            }?;
            Ok(ReportOutcome::of(sheets::about(sheet, narrowest(by, scope), months, now)))
        })
    }

    /// On whose behalf a report is made: where there are no rules, everybody is the program.
    fn asking<'a>(&self, view: &dyn View, actor: &'a Actor) -> Result<&'a By> {
        let has_rules = self.keeper().with_rules(view, |organisation| organisation.is_some())?;
        if !has_rules {
            return Ok(&By::Host);
        }
        actor.by().ok_or_else(|| Error::NotFound(actor.name().to_owned()))
    }

    /// The domains of the accounts that are seen, with what the host has found in the DNS (FEATURES rows 18 and 52): nothing is
    /// asked of any server. A user sees none: domains are administered.
    ///
    /// # Errors
    /// As [`Archive::report`].
    pub fn domain_report(
        &self,
        actor: &Actor,
        scope: &Scope,
        choice: DomainChoice,
        records: &DomainRecords,
        now: Timestamp,
    ) -> Result<ReportOutcome> {
        self.read_for(&Asked::new(actor, Call::Report).at(now), |view| {
            let by = self.asking(view, actor)?;
            self.keeper().with(view, |organisation| {
                known(organisation, by, scope)?;
                Ok(ReportOutcome::of(organisation.domain_sheet((by, scope), choice, records, now)))
            })?
        })
    }

    /// What the archive and the servers say of the mailboxes, then the organisation beside it.
    fn service_use(
        &self,
        view: &dyn View,
        (by, scope): (&By, &Scope),
        months: Option<Months>,
        now: Timestamp,
    ) -> Result<Sheet> {
        let addresses = self.keeper().with(view, |organisation| -> Vec<MailboxAddress> {
            organisation.listed(by, scope, now).into_iter().map(|mailbox| mailbox.address().clone()).collect()
        })?;
        let mut spaces: HashMap<MailboxAddress, Space> = HashMap::with_capacity(addresses.len());
        let mut standings = seen::standings(view)?;
        for address in addresses {
            let kinds = view.kinds_in(address.as_str(), 0..Number::MAX)?;
            let archive =
                kinds.iter().fold((0, 0), |(messages, bytes), kind| (messages + kind.messages, bytes + kind.bytes));
            let (_, standing) = standings.remove(address.as_str()).unwrap_or_default();
            let space = Space { archive: Some(archive), server: standing.quota, measured_at: standing.ok_at };
            spaces.insert(address, space);
        }
        let space = |address: &MailboxAddress| spaces.get(address).copied().unwrap_or_default();
        self.keeper().with(view, |organisation| {
            sheets::services(organisation, &organisation.listed(by, scope, now), months, &space, now)
        })
    }
}

/// What the organisation says by itself.
fn of_organisation(
    organisation: &Organisation,
    kind: ReportKind,
    (by, scope): (&By, &Scope),
    months: Option<Months>,
    now: Timestamp,
) -> Sheet {
    let mailboxes = organisation.listed(by, scope, now);
    let months = months.unwrap_or(Months::one(Month::of(now)));
    match kind {
        ReportKind::ActiveMailboxes => sheets::active(organisation, &mailboxes, months, now),
        ReportKind::RevokedMailboxes => sheets::revoked(organisation, &mailboxes, months, now),
        _ => sheets::delegates(organisation, &mailboxes),
    }
}

/// A client or account that is asked about is there and seen: what is not seen does not exist. A user sees none as such, and
/// what it may list of them.
fn known(organisation: &Organisation, by: &By, scope: &Scope) -> Result<()> {
    let own = match by {
        By::Host => &Scope::Host,
        By::Operator(operator) => &operator.scope,
        By::User { .. } => return Ok(()),
    };
    let (is_there, name) = match scope {
        Scope::Host => return Ok(()),
        Scope::Client(code) => (organisation.clients(own).iter().any(|client| client.code == *code), code.as_str()),
        Scope::Account(code) => (organisation.accounts(own).iter().any(|account| account.code == *code), code.as_str()),
    };
    if is_there { Ok(()) } else { Err(Error::NotFound(name.to_owned())) }
}

/// The scope that is said on the report: an operator that asks for all gets its own.
const fn narrowest<'s>(by: &'s By, scope: &'s Scope) -> &'s Scope {
    match (by, scope) {
        (By::Operator(operator), Scope::Host) => &operator.scope,
        _ => scope,
    }
}
