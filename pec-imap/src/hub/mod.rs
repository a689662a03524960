//! Many mailboxes of many holders with any provider, as an accountant has them: one list, one look, one page in the morning.
//!
//! ```text
//! a table ──> import    every row judged at once, nothing taken over unless it is wanted
//! rows    ──> managing  taken into management, given up     policy    how many, and by what right
//!         <── provisioning  what a provider says: one that is activated comes in by itself, a revoked one is left out
//!         ──> refresh   each on its own (visit), so many at a time, within a budget: counters, and messages where they are wanted
//!         ──> list      only new, only unread, in an order        radar   what ends, fills, fails or stays silent
//!                                                         summary  both as a page to be printed
//!         ──> rules     what is done with what has come in      forwarding  what they hand on, once and never round
//!         ──> following who follows what has happened; what comes in, put where people read it
//!         ──> sending   what waits, as the provider of each allows
//!         ──> today     one page and one table: what has arrived, failed, ends, by client; attachments into folders
//! ```
//!
//! What is known of mailboxes is kept in the archive, passwords in a [`SecretStore`]. A mailbox whose provider has refused
//! the credential is not tried again until it was [replaced](Hub::rotate_credential).

mod following;
mod forwarding;
mod import;
mod list;
mod managing;
mod policy;
mod provisioning;
mod radar;
mod refresh;
mod rules;
mod sending;
mod summary;
mod table;
mod today;
mod visit;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use pec_archive::{Actor, Archive, Managed, ManagedEvent, Standing};

pub use following::{Delivered, Delivery};
pub use forwarding::{ForwardOutcome, Forwarded};
pub use import::{Import, Imported, RowError, RowFault};
pub use list::{HubQuery, Only, Sort};
pub use managing::MailboxSpec;
use managing::address_of;
pub use policy::{Capacity, HubPolicy, Mandates};
pub use provisioning::{ConnectingAdapter, Reported};
pub use radar::{Overdue, Radar, RadarOptions};
pub use refresh::{RefreshOptions, RefreshOutcome, RefreshReport, Refreshed};
pub use rules::read_rules;
pub use table::Encoding;
pub use today::{Arrived, ClientDay, Saved, Today};

use crate::access::AccessState;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::net::Network;
use crate::profile::{LoginName, Overrides, Profile, Profiles, Texts};
use crate::secret::{SecretField, SecretStore};
use crate::smtp::Sender;
use crate::sync::Receiver;

/// Mailboxes that are managed together. Cheap to clone; shared by threads.
#[derive(Clone)]
pub struct Hub {
    receiver: Receiver,
    network: Network,
    secrets: Arc<dyn SecretStore>,
    profiles: Arc<Profiles>,
    policy: HubPolicy,
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").field("receiver", &self.receiver).field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// A managed mailbox, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubMailbox {
    /// What was said of it.
    pub said: Managed,
    /// How it stands since the last look.
    pub standing: Standing,
    /// What its provider allows to programs, where he restricts that: for whoever is about to use one.
    pub terms: Option<Texts>,
}

impl HubMailbox {
    /// The state of its access; `None` before the first look.
    #[must_use]
    pub fn access(&self) -> Option<AccessState> {
        self.standing.access.as_deref().and_then(AccessState::from_name)
    }

    /// How full it is, in percent; `None` where the server does not say.
    #[must_use]
    pub fn percent_full(&self) -> Option<u64> {
        let (used, limit) = self.standing.quota?;
        used.saturating_mul(100).checked_div(limit)
    }

    /// The client, else the address: under whom it stands in a page.
    #[must_use]
    pub fn client(&self) -> &str {
        self.said.client.as_deref().unwrap_or(&self.said.address)
    }
}

impl Hub {
    /// Over the archive of a receiver, by its name and clock.
    #[must_use]
    pub fn new(receiver: Receiver, network: Network, secrets: Arc<dyn SecretStore>, profiles: Profiles) -> Self {
        Self { receiver, network, secrets, profiles: Arc::new(profiles), policy: HubPolicy::default() }
    }

    /// Under this policy.
    #[must_use]
    pub const fn policy(mut self, policy: HubPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Who receives for it.
    #[must_use]
    pub const fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// The network over which it reaches servers.
    #[must_use]
    pub const fn network(&self) -> &Network {
        &self.network
    }

    pub(crate) fn archive(&self) -> &Archive {
        self.receiver.archive()
    }

    fn actor(&self) -> &Actor {
        self.receiver.name()
    }

    fn now(&self) -> Timestamp {
        self.receiver.now()
    }

    /// The profile of a mailbox: by its name, else by the address; what is said of it stands above it.
    fn profile(&self, address: &str, name: Option<&str>, overrides: &Overrides) -> Result<Profile> {
        let profile = match name {
            Some(name) => {
                let found = self.profiles.named(name).cloned();
                found.ok_or_else(|| Error::BadValue { what: "provider", value: name.to_owned() })?
            }
            None => self.profiles.of_address(address).cloned().unwrap_or_else(|| Profile::unknown("")),
        };
        Ok(profile.with(overrides))
    }

    /// The profile of a managed mailbox.
    fn profile_of(&self, said: &Managed) -> Result<Profile> {
        let overrides = match &said.overrides {
            Some(text) => serde_json::from_str(text)
                .map_err(|error| Error::BadValue { what: "overrides", value: format!("{}: {error}", said.address) })?,
            None => Overrides::default(),
        };
        self.profile(&said.address, said.profile.as_deref(), &overrides)
    }

    /// Somebody has seen what is new in a mailbox: it is counted from here on.
    ///
    /// # Errors
    /// Those of the archive.
    pub fn seen(&self, address: &str) -> Result<()> {
        let (said, _) = self.archive().managed_at(self.actor(), address)?;
        self.archive().note_standings(self.actor(), &[said.address], self.now(), |_, standing| Standing {
            new: 0,
            seen: standing.reached.clone(),
            ..standing
        })?;
        Ok(())
    }

    /// A mailbox for somebody to work in, without his typing its password; the log says who opened it and by what right.
    ///
    /// # Errors
    /// [`Error::NoMandate`]; [`Error::Suspended`]; [`Error::Access`] where the provider has refused the credential that is kept;
    /// [`Error::NoCredential`]; those of the stores.
    pub fn open(&self, address: &str) -> Result<Account> {
        let (said, account) = self.enter(address)?;
        let event = ManagedEvent::Opened { mailbox: &said.address, mandate: said.mandate };
        self.archive().log_managed(self.actor(), event, self.now())?;
        Ok(account)
    }

    /// As [`Hub::open`], where the log says it already: what is sent has rows of its own.
    fn enter(&self, address: &str) -> Result<(Managed, Account)> {
        let (said, standing) = self.archive().managed_at(self.actor(), address)?;
        self.policy.permits(&said, self.now())?;
        self.works(&said)?;
        let mailbox = HubMailbox { said, standing, terms: None };
        if let Some(state) = mailbox.access().filter(|state| state.forbids_retry()) {
            let text = mailbox.standing.problem.unwrap_or_default();
            return Err(Error::Access { host: mailbox.said.address, state, text });
        }
        let account = self.account(&mailbox.said)?;
        Ok((mailbox.said, account))
    }

    /// Who sends from a mailbox: by the trust, name and clock of the receiver, no faster than its provider is known to allow.
    ///
    /// # Errors
    /// [`pec_archive::Error::NotFound`] where the mailbox is not managed; those of the archive.
    pub fn sender(&self, address: &str) -> Result<Sender> {
        let (said, _) = self.archive().managed_at(self.actor(), address)?;
        Ok(self.receiver.sender().pace(self.profile_of(&said)?.limits.into()))
    }

    /// With its credential.
    fn account(&self, said: &Managed) -> Result<Account> {
        let credential = self.secrets.get(&said.address, SecretField::Access)?;
        let credential = credential.ok_or_else(|| Error::NoCredential { mailbox: said.address.clone() })?;
        self.profile_of(said)?.account(&said.address, credential)
    }

    /// Every managed mailbox, in the order of addresses.
    ///
    /// # Errors
    /// Those of the archive.
    pub fn mailboxes(&self) -> Result<Vec<HubMailbox>> {
        let all = self.archive().managed(self.actor())?;
        Ok(all.into_iter().map(|(said, standing)| self.mailbox_of(said, standing)).collect())
    }

    /// A managed mailbox.
    ///
    /// # Errors
    /// [`pec_archive::Error::NotFound`]; those of the archive.
    pub fn mailbox(&self, address: &str) -> Result<HubMailbox> {
        let (said, standing) = self.archive().managed_at(self.actor(), address)?;
        Ok(self.mailbox_of(said, standing))
    }

    fn mailbox_of(&self, said: Managed, standing: Standing) -> HubMailbox {
        // A profile that is gone restricts nothing that could be shown.
        let terms = self.profile_of(&said).ok().and_then(|profile| profile.terms);
        HubMailbox { said, standing, terms }
    }

    /// The name under which a mailbox of this profile is entered, where none was given.
    fn login(profile: &Profile, address: &str) -> Option<String> {
        (profile.login == LoginName::Address).then(|| address.to_owned())
    }
}
