//! One mailbox with everything that is known of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::delegate::Sharing;
use super::document::{Document, DocumentKind};
use super::expiry::{ExpiryPlan, PasswordLink, Service};
use super::preservation::{Preservation, full_revocation};
use super::revoke::Revoke;
use super::state::{Guard, State};
use crate::delegation::login::RegisteredKit;
use crate::delegation::{
    AccountCode, ActivationCode, ActivationRef, DocumentDigest, Email, Holder, MailboxAddress, Mandate, ProductCode,
    ProviderUserId, RequestRef, Text,
};

/// The data of a mailbox that can be edited, and only while it is active (FEATURES row 38).
///
/// Data and state are never changed together (row 39): no field of this is a state, and no [`Wish`](super::Wish) has data.
///
/// ```compile_fail
/// # use pec_core::delegation::lifecycle::{MailboxData, State};
/// let patch = MailboxData { description: None, user_email: None, state: State::Revoked };
/// ```
///
/// ```
/// # use pec_core::delegation::lifecycle::MailboxData;
/// let patch = MailboxData { description: Some("Ufficio gare".parse()?), user_email: None };
/// # Ok::<(), pec_core::delegation::CodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MailboxData {
    /// What stands beside the From address (*descrizione*).
    pub description: Option<Text>,
    /// Where the link to create the password goes «(ed altri avvisi)».
    pub user_email: Option<Email>,
}

/// One mailbox (*casella*).
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "casella")]
pub struct Mailbox {
    pub(in crate::delegation) address: MailboxAddress,
    pub(in crate::delegation) account: AccountCode,
    pub(in crate::delegation) holder: Holder,
    pub(in crate::delegation) request: Option<RequestRef>,
    pub(in crate::delegation) product: Option<ProductCode>,
    pub(in crate::delegation) data: MailboxData,
    pub(in crate::delegation) names: Option<ProviderNames>,
    pub(in crate::delegation) state: State,
    pub(in crate::delegation) since: Timestamp,
    pub(in crate::delegation) activated_at: Option<Timestamp>,
    pub(in crate::delegation) passages: Vec<Passage>,
    pub(in crate::delegation) revoke: Option<Revoke>,
    pub(in crate::delegation) wishes: BTreeSet<super::Act>,
    pub(in crate::delegation) staged: Vec<Document>,
    pub(in crate::delegation) confirmed: Vec<Document>,
    pub(in crate::delegation) link: Option<PasswordLink>,
    pub(in crate::delegation) preservation_configured: bool,
    pub(in crate::delegation) services: Vec<Service>,
    pub(in crate::delegation) expiry: Option<ExpiryPlan>,
    pub(in crate::delegation) sharing: Sharing,
    pub(in crate::delegation) mandates: Vec<Mandate>,
    /// In the order in which they were registered.
    pub(in crate::delegation) kits: Vec<RegisteredKit>,
    /// What was told already: the days of the countdown and of the expiry, that a link is over.
    pub(in crate::delegation) told: BTreeSet<Told>,
}

/// What a provider calls a mailbox (FEATURES row 26).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderNames {
    /// *UserID*.
    pub provider_user: ProviderUserId,
    /// *Numero di riferimento*.
    pub activation_ref: ActivationRef,
    /// *Codice di attivazione*.
    pub activation_code: Option<ActivationCode>,
}

/// That a mailbox came into a state, by the word of its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Into which.
    pub state: State,
    /// When, as the provider says: of two, the one that was told later may be the earlier one.
    pub at: Timestamp,
    /// Why, where it was revoked and that is known.
    pub revoke: Option<Revoke>,
}

/// What time alone brings, told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::delegation) enum Told {
    Countdown(u32),
    FullRevocation,
    LinkExpired,
    Expiry(u32),
}

impl Mailbox {
    /// One that was requested, or is enrolled in this state.
    pub(in crate::delegation) fn new(
        (address, account, holder): (MailboxAddress, AccountCode, Holder),
        (state, since): (State, Timestamp),
    ) -> Self {
        Self {
            address,
            account,
            holder,
            request: None,
            product: None,
            data: MailboxData::default(),
            names: None,
            state,
            since,
            activated_at: None,
            passages: vec![Passage { state, at: since, revoke: None }],
            revoke: None,
            wishes: BTreeSet::new(),
            staged: Vec::new(),
            confirmed: Vec::new(),
            link: None,
            preservation_configured: false,
            services: Vec::new(),
            expiry: None,
            sharing: Sharing::default(),
            mandates: Vec::new(),
            kits: Vec::new(),
            told: BTreeSet::new(),
        }
    }

    /// Its address.
    #[must_use]
    pub const fn address(&self) -> &MailboxAddress {
        &self.address
    }

    /// The account to which it belongs.
    #[must_use]
    pub const fn account(&self) -> &AccountCode {
        &self.account
    }

    /// In whose name its contract stands.
    #[must_use]
    pub const fn holder(&self) -> &Holder {
        &self.holder
    }

    /// The request by which it was asked for; `None` where it was there before.
    #[must_use]
    pub const fn request(&self) -> Option<&RequestRef> {
        self.request.as_ref()
    }

    /// What kind of mailbox it is.
    #[must_use]
    pub const fn product(&self) -> Option<&ProductCode> {
        self.product.as_ref()
    }

    /// What can be edited.
    #[must_use]
    pub const fn data(&self) -> &MailboxData {
        &self.data
    }

    /// What stands beside the From address: the description, else what stands before the `@` (the button of FEATURES row 22
    /// copies it).
    #[must_use]
    pub fn description_or_local_part(&self) -> &str {
        self.data.description.as_ref().map_or_else(|| self.address.local_part(), Text::as_str)
    }

    /// What the provider calls it, from its registration on.
    #[must_use]
    pub const fn names(&self) -> Option<&ProviderNames> {
        self.names.as_ref()
    }

    /// Where it stands in its life at this time: 30 days after a revocation it is revoked completely, by time alone.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        if self.state == State::Revoked && full_revocation(self.since) <= now {
            State::FullyRevoked
        } else {
            self.state
        }
    }

    /// Since when: for one that is fully revoked, since it was revoked.
    #[must_use]
    pub const fn since(&self) -> Timestamp {
        self.since
    }

    /// When it was activated the last time.
    #[must_use]
    pub const fn activated_at(&self) -> Option<Timestamp> {
        self.activated_at
    }

    /// The states into which it came, in the order in which they were told; the full revocation, which time alone brings, is
    /// none of them.
    #[must_use]
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// Since when it was active each time, and until when: `None` where it still is.
    pub fn activities(&self) -> impl Iterator<Item = (Timestamp, Option<Timestamp>)> {
        let next = self.passages.iter().skip(1).map(|passage| Some(passage.at)).chain([None]);
        let passages = self.passages.iter().zip(next);
        passages.filter(|(passage, _)| passage.state == State::Active).map(|(passage, until)| (passage.at, until))
    }

    /// Why it is revoked, if it is.
    #[must_use]
    pub const fn revoke(&self) -> Option<&Revoke> {
        self.revoke.as_ref()
    }

    /// What was asked of the provider, and it has not answered.
    pub fn wishes(&self) -> impl Iterator<Item = super::Act> {
        self.wishes.iter().copied()
    }

    /// Documents that were uploaded and not confirmed: they do not count.
    #[must_use]
    pub fn staged(&self) -> &[Document] {
        &self.staged
    }

    /// Documents that were confirmed.
    #[must_use]
    pub fn documents(&self) -> &[Document] {
        &self.confirmed
    }

    /// The last link to create its password.
    #[must_use]
    pub const fn link(&self) -> Option<PasswordLink> {
        self.link
    }

    /// Where preservation stands at this time.
    #[must_use]
    pub fn preservation(&self, now: Timestamp) -> Preservation {
        Preservation::of(self.state(now), self.since, self.preservation_configured)
    }

    /// The services that the provider has listed.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// When it ends, as far as the host has said.
    #[must_use]
    pub const fn expiry(&self) -> Option<&ExpiryPlan> {
        self.expiry.as_ref()
    }

    /// Who shares it.
    #[must_use]
    pub const fn sharing(&self) -> &Sharing {
        &self.sharing
    }

    /// Its mandates, those that are over included as long as no newer one was given.
    #[must_use]
    pub fn mandates(&self) -> &[Mandate] {
        &self.mandates
    }

    /// The signature kits that are registered with it.
    #[must_use]
    pub fn kits(&self) -> &[RegisteredKit] {
        &self.kits
    }

    /// Whether it takes one of the places that were purchased: it is active, or is to become so.
    #[must_use]
    pub const fn takes_a_place(&self) -> bool {
        matches!(self.state, State::Requested | State::Registered | State::Active)
    }

    pub(in crate::delegation) fn has_confirmed(&self, kind: DocumentKind) -> bool {
        self.confirmed.iter().any(|document| document.kind == kind)
    }

    pub(in crate::delegation) fn has_form(&self, form: Option<&DocumentDigest>) -> bool {
        let is_form = |document: &Document| document.kind == DocumentKind::RevokeForm && Some(&document.digest) == form;
        self.confirmed.iter().any(is_form)
    }

    /// What can be said of it without looking elsewhere.
    pub(in crate::delegation) fn facts(&self) -> super::Facts {
        super::Facts::default()
            .with(Guard::ContractConfirmed, self.has_confirmed(DocumentKind::Contract))
            .with(Guard::OnceActivated, self.activated_at.is_some())
            .with(Guard::PreservationConfigured, self.preservation_configured)
            .with(Guard::SomethingStaged, !self.staged.is_empty())
            .with(Guard::Shared, self.sharing.on)
            .with(Guard::NotShared, !self.sharing.on)
            .with(Guard::NoDelegateActive, self.sharing.places_taken() == 0)
    }
}
