//! The life of a mailbox as one table: in which state what can be done, on what conditions, and what comes of it
//! (FEATURES rows 19 to 50). Everything that changes a mailbox asks [`judge`]; docs/DELEGATION.md and docs/lifecycle.svg are
//! made from it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::delegation::DeniedCode as D;

macro_rules! names {
    ($(#[$meta:meta])* $name:ident, $count:literal; $($variant:ident = $wire:literal, $doc:literal;)*) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = $doc] #[serde(rename = $wire)] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: [Self; $count] = [$(Self::$variant),*];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// What it means, for a person.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

names! {
    /// Where a mailbox stands in its life.
    State, 7;
    Requested = "requested", "Asked for; the provider has not said anything yet.";
    Declined = "declined", "The provider did not register it (not in the source: what was asked for can be refused).";
    Registered = "registered", "*Registrata*: the provider knows it; the contract is to be uploaded and confirmed.";
    Active = "active", "*Evasa*: it works.";
    Revoked = "revoked", "*Revocata*: it no longer works; for 30 days it can be reactivated, and what was preserved can be read.";
    FullyRevoked = "fully-revoked", "*Revoca completa*: 30 days after the revocation, by time alone.";
    Annulled = "annulled", "*Annullata*: taken back before it worked.";
}

names! {
    /// What can be done with a mailbox.
    Act, 23;
    Register = "register", "The provider registers it.";
    Decline = "decline", "The provider does not register it.";
    Activate = "activate", "The provider activates it (*evasa*).";
    Revoke = "revoke", "It is revoked.";
    Reactivate = "reactivate", "A revoked one is reactivated.";
    ReactivateAnnulled = "reactivate-annulled", "An annulled one is reactivated, after the question «Sicuro di riattivare la casella annullata?».";
    Annul = "annul", "It is annulled.";
    Transform = "transform", "It becomes of another configuration.";
    ResetPassword = "reset-password", "A new link to create the password is sent.";
    ConfigurePreservation = "configure-preservation", "The holder has configured preservation in the webmail.";
    ReportServices = "report-services", "The provider's list of its services is taken over.";
    Edit = "edit", "Its data are edited.";
    StageDocument = "stage-document", "A document is uploaded.";
    RemoveDocument = "remove-document", "A document that is not confirmed is removed (*Elimina*).";
    ConfirmDocuments = "confirm-documents", "What was uploaded is confirmed (*Conferma*).";
    PlanExpiry = "plan-expiry", "Its expiry and the notices before it are set.";
    Preserve = "preserve", "A message is given to preservation.";
    ShareOn = "share-on", "It is shared from now on (*multiutenza*).";
    ShareOff = "share-off", "It is no longer shared.";
    AddDelegate = "add-delegate", "A delegate is created (*utenza slave*).";
    ActivateDelegate = "activate-delegate", "A delegate is activated.";
    DeactivateDelegate = "deactivate-delegate", "A delegate is deactivated.";
    DeleteDelegate = "delete-delegate", "A delegate is deleted.";
}

names! {
    /// A condition beside the state.
    Guard, 14;
    ContractConfirmed = "contract-confirmed", "A contract was uploaded and confirmed.";
    RevokeForm = "revoke-form", "The form of revocation was uploaded and confirmed, or the kind of revocation needs none.";
    WithinPurchased = "within-purchased", "There are fewer mailboxes of the product than were purchased.";
    OnceActivated = "once-activated", "Its history holds an activation.";
    InContract = "in-contract", "The contract foresees the configuration, and there is a place for it.";
    SomethingStaged = "something-staged", "There is a document that is not confirmed.";
    PreservationConfigured = "preservation-configured", "The holder has configured preservation.";
    Shared = "shared", "It is shared.";
    NotShared = "not-shared", "It is not shared.";
    NoDelegateActive = "no-delegate-active", "No delegate is active or being activated.";
    DelegatePlace = "delegate-place", "There are fewer active delegates than the policy allows.";
    RestorePlace = "restore-place", "What would be restored is within what the policy allows.";
    DelegateKnown = "delegate-known", "The user is a delegate of the mailbox.";
    DelegateFits = "delegate-fits", "The delegate is in a state from which this leads on.";
}

impl Guard {
    /// What is refused when it does not hold.
    #[must_use]
    pub const fn denied(self) -> D {
        match self {
            Self::ContractConfirmed => D::ContractNotConfirmed,
            Self::RevokeForm => D::RevokeFormMissing,
            Self::WithinPurchased => D::ReactivationLimit,
            Self::OnceActivated => D::NeverActivated,
            Self::InContract => D::ConfigurationNotInContract,
            Self::SomethingStaged => D::NothingStaged,
            Self::PreservationConfigured => D::PreservationUnconfigured,
            Self::Shared => D::SharingOff,
            Self::NotShared => D::SharingOn,
            Self::NoDelegateActive => D::DelegatesStillActive,
            Self::DelegatePlace | Self::RestorePlace => D::DelegateLimit,
            Self::DelegateKnown => D::NotFound,
            Self::DelegateFits => D::DelegateState,
        }
    }
}

/// What a cell of the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It can be done if all of these hold, asked in this order; then the mailbox is in that state.
    To(State, &'static [Guard]),
    /// It cannot be done.
    Refused(D),
}

/// The table.
#[must_use]
pub const fn step(state: State, act: Act) -> Step {
    use {Act as A, Guard as G, State as S, Step::Refused, Step::To};
    match (act, state) {
        (A::Register, S::Requested) => To(S::Registered, &[]),
        (A::Decline, S::Requested) => To(S::Declined, &[]),
        (A::Register | A::Decline, _) => Refused(D::NotRequested),

        (A::Activate, S::Registered) => To(S::Active, &[G::ContractConfirmed]),
        (A::Activate, _) => Refused(D::NotRegistered),

        (A::Revoke, S::Active) => To(S::Revoked, &[G::RevokeForm]),
        (A::Revoke, _) => Refused(D::NotActive),

        (A::Reactivate, S::Revoked) => To(S::Active, &[G::WithinPurchased]),
        (A::Reactivate, _) => Refused(D::NotRevoked),
        (A::ReactivateAnnulled, S::Annulled) => To(S::Active, &[G::OnceActivated, G::WithinPurchased]),
        (A::ReactivateAnnulled, _) => Refused(D::NotAnnulled),

        (A::Annul, S::Registered) => To(S::Annulled, &[]),
        (A::Annul, _) => Refused(D::NotRegistered),

        (A::Transform, S::Active | S::Registered) => To(state, &[G::InContract]),
        (A::Transform, _) => Refused(D::NotTransformable),

        (A::ReportServices, S::Registered | S::Active | S::Revoked) => To(state, &[]),
        (A::ResetPassword | A::ConfigurePreservation | A::PlanExpiry, S::Active) => To(state, &[]),
        (A::ResetPassword | A::ConfigurePreservation | A::ReportServices | A::PlanExpiry, _) => Refused(D::NotActive),

        (A::Edit, S::Active) => To(state, &[]),
        (A::Edit, _) => Refused(D::NotEditable),

        // The contract while it is registered, the form of revocation while it is active.
        (A::StageDocument, S::Registered | S::Active) => To(state, &[]),
        (A::RemoveDocument | A::ConfirmDocuments, S::Registered | S::Active) => To(state, &[G::SomethingStaged]),
        (A::StageDocument | A::RemoveDocument | A::ConfirmDocuments, _) => Refused(D::NoDocumentsNow),

        (A::Preserve, S::Active) => To(state, &[G::PreservationConfigured]),
        (A::Preserve, S::Revoked) => Refused(D::PreservationReadOnly),
        (A::Preserve, S::FullyRevoked) => Refused(D::PreservationInaccessible),
        (A::Preserve, S::Requested | S::Declined | S::Registered | S::Annulled) => Refused(D::PreservationUnconfigured),

        (A::ShareOn, S::Active) => To(state, &[G::NotShared, G::RestorePlace]),
        (A::ShareOff, S::Active) => To(state, &[G::Shared, G::NoDelegateActive]),
        (A::AddDelegate, S::Active) => To(state, &[G::Shared, G::DelegateFits, G::DelegatePlace]),
        (A::ActivateDelegate, S::Active) => {
            To(state, &[G::Shared, G::DelegateKnown, G::DelegateFits, G::DelegatePlace])
        }
        (A::DeactivateDelegate, S::Active) => To(state, &[G::Shared, G::DelegateKnown, G::DelegateFits]),
        // Also while it is not shared: what would be restored can be made less.
        (A::DeleteDelegate, S::Active) => To(state, &[G::DelegateKnown, G::DelegateFits]),
        (
            A::ShareOn | A::ShareOff | A::AddDelegate | A::ActivateDelegate | A::DeactivateDelegate | A::DeleteDelegate,
            _,
        ) => Refused(D::NotActive),
    }
}

/// Which conditions hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts(u32);

impl Facts {
    /// This one holds as well, if it is so.
    #[must_use]
    pub const fn with(self, guard: Guard, holds: bool) -> Self {
        if holds { Self(self.0 | 1 << guard as u32) } else { self }
    }

    /// Whether this one holds.
    #[must_use]
    pub const fn has(self, guard: Guard) -> bool {
        self.0 & 1 << guard as u32 != 0
    }
}

/// In which state a mailbox is after this, or why it cannot be done.
///
/// # Errors
/// The refusal of the state, or of the first condition that does not hold.
pub fn judge(state: State, act: Act, facts: Facts) -> Result<State, D> {
    match step(state, act) {
        Step::Refused(code) => Err(code),
        Step::To(next, guards) => match guards.iter().find(|guard| !facts.has(**guard)) {
            Some(guard) => Err(guard.denied()),
            None => Ok(next),
        },
    }
}
