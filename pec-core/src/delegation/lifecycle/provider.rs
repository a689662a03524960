//! What a provider's back office does, which nothing here can do: it is wished for, and what the provider says is taken down
//! (FEATURES 4.2). Only [`Said`] changes the state of a mailbox.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::expiry::{PasswordLink, Service};
use super::mailbox::Mailbox;
use super::revoke::{Confirmed, Revoke};
use super::state::Act;
use crate::delegation::{ActivationCode, ActivationRef, ProductCode, ProviderUserId, Text};

/// What can be asked of a provider. To ask changes nothing about a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wish", rename_all = "kebab-case")]
pub enum Wish {
    /// To register a mailbox that was requested.
    Register,
    /// To activate it.
    Activate,
    /// To revoke it.
    Revoke {
        /// Why.
        revoke: Revoke,
    },
    /// To reactivate it after a revocation.
    Reactivate,
    /// To reactivate it after it was annulled.
    ReactivateAnnulled {
        /// That a person was asked.
        confirm: Confirmed,
    },
    /// To annul it.
    Annul,
    /// To make it of another configuration.
    Transform {
        /// Of which.
        to: ProductCode,
    },
    /// To send a new link to create the password.
    ResetPassword,
}

/// What a provider has said of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "kebab-case")]
pub enum Said {
    /// It is registered (*registrata*), under these names (the summary of FEATURES row 26).
    Registered {
        /// What the provider calls its user (*UserID*).
        provider_user: ProviderUserId,
        /// What links it to the mail with its password (*numero di riferimento*).
        activation_ref: ActivationRef,
        /// The number of the request (*codice di attivazione*).
        activation_code: Option<ActivationCode>,
    },
    /// It is not registered.
    Declined {
        /// Why.
        why: Text,
    },
    /// It is active (*evasa*).
    Activated,
    /// It is revoked (*revocata*).
    Revoked {
        /// Why.
        revoke: Revoke,
    },
    /// It is active again after a revocation.
    Reactivated,
    /// It is active again after it was annulled.
    ReactivatedAnnulled {
        /// That a person was asked.
        confirm: Confirmed,
    },
    /// It is annulled (*annullata*).
    Annulled,
    /// It is of another configuration.
    Transformed {
        /// Of which.
        to: ProductCode,
    },
    /// A link to create the password was sent.
    LinkSent {
        /// When.
        link: PasswordLink,
    },
    /// The holder has configured preservation.
    PreservationConfigured,
    /// It has these services.
    Services {
        /// All of them.
        services: Vec<Service>,
    },
    /// What was wished for is not done.
    Refused {
        /// What.
        wish: Wish,
        /// Why.
        why: Text,
    },
}

/// Through whom the host knows what a provider has said, and since when it is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Since when it is so, as the provider says.
    pub at: Timestamp,
    /// The name of the [`ProvisioningAdapter`]; `None` where a person has read it and told it.
    pub adapter: Option<Text>,
    /// The provider's own reference to it, where it gives one.
    pub reference: Option<Text>,
}

/// Who speaks with a provider's back office, where that can be done by a program. None is part of this library.
///
/// What it returns is taken down as the provider's word by [`Command::Report`](crate::delegation::Command::Report), with its
/// name. It has no way to change anything by itself:
///
/// ```
/// use pec_core::delegation::{Organisation, Text};
/// use pec_core::delegation::lifecycle::{Mailbox, ProvisioningAdapter, Said, Source, Wish};
///
/// struct Manual;
/// impl ProvisioningAdapter for Manual {
///     type Error = std::convert::Infallible;
///     fn name(&self) -> &str {
///         "nobody"
///     }
///     fn ask(&self, _: &Mailbox, _: &Wish) -> Result<Option<(Said, Source)>, Self::Error> {
///         Ok(None) // passed on; what comes of it will be told
///     }
/// }
/// ```
pub trait ProvisioningAdapter {
    /// Why the provider could not be asked.
    type Error;

    /// Its name, as it stands in the log.
    fn name(&self) -> &str;

    /// Asks the provider, and returns what it said; `None` where it will say so later.
    ///
    /// # Errors
    /// The provider could not be asked. What it refuses is [`Said::Refused`].
    fn ask(&self, mailbox: &Mailbox, wish: &Wish) -> Result<Option<(Said, Source)>, Self::Error>;
}

impl Wish {
    /// What comes of it if the provider does it.
    #[must_use]
    pub const fn act(&self) -> Act {
        match self {
            Self::Register => Act::Register,
            Self::Activate => Act::Activate,
            Self::Revoke { .. } => Act::Revoke,
            Self::Reactivate => Act::Reactivate,
            Self::ReactivateAnnulled { .. } => Act::ReactivateAnnulled,
            Self::Annul => Act::Annul,
            Self::Transform { .. } => Act::Transform,
            Self::ResetPassword => Act::ResetPassword,
        }
    }
}

impl Said {
    /// What was done; `None` where nothing was.
    #[must_use]
    pub const fn act(&self) -> Option<Act> {
        Some(match self {
            Self::Registered { .. } => Act::Register,
            Self::Declined { .. } => Act::Decline,
            Self::Activated => Act::Activate,
            Self::Revoked { .. } => Act::Revoke,
            Self::Reactivated => Act::Reactivate,
            Self::ReactivatedAnnulled { .. } => Act::ReactivateAnnulled,
            Self::Annulled => Act::Annul,
            Self::Transformed { .. } => Act::Transform,
            Self::LinkSent { .. } => Act::ResetPassword,
            Self::PreservationConfigured => Act::ConfigurePreservation,
            Self::Services { .. } => Act::ReportServices,
            Self::Refused { .. } => return None,
        })
    }
}
