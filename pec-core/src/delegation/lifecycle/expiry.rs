//! What ends: the link by which a password is created, and the mailbox itself.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::delegation::{ServiceCode, Text};

/// How long the link to create a password is active: «Il link sarà attivo per 24 ore» (FEATURES row 30).
pub const LINK_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// The link by which the user of a mailbox creates its password, as far as time goes. The link itself is a secret between
/// provider and user, and is nowhere here.
///
/// ```
/// use pec_core::delegation::lifecycle::PasswordLink;
/// let link = PasswordLink { issued_at: "2026-03-01T10:00:00Z".parse()? };
/// assert!(!link.is_expired("2026-03-02T09:59:59Z".parse()?));
/// assert!(link.is_expired("2026-03-02T10:00:00Z".parse()?));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PasswordLink {
    /// When the provider sent it.
    pub issued_at: Timestamp,
}

impl PasswordLink {
    /// It no longer works from then on.
    #[must_use]
    pub fn expires_at(self) -> Timestamp {
        self.issued_at.saturating_add(LINK_LIFE).unwrap_or(Timestamp::MAX)
    }

    /// Whether it no longer works.
    #[must_use]
    pub fn is_expired(self, now: Timestamp) -> bool {
        self.expires_at() <= now
    }
}

/// When a mailbox, or a service of it, ends, and when its holder is told (FEATURES row 53).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiryPlan {
    /// The service that ends (*codice servizio*).
    pub service: ServiceCode,
    /// What it is (*descrizione*).
    pub description: Text,
    /// When it ends.
    pub expires_at: Timestamp,
    /// So many days before it is told; [`ExpiryPlan::NOTICES`] unless the host wants others.
    pub notices: BTreeSet<u32>,
    /// The host's own message, by the host's name of it.
    pub template: Option<Text>,
}

impl ExpiryPlan {
    /// The days before the end on which it is told by default.
    pub const NOTICES: [u32; 4] = [60, 30, 7, 1];
}

/// A service of a mailbox, as the provider lists it (FEATURES row 36).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Which.
    pub code: ServiceCode,
    /// Whether it is enabled.
    pub enabled: bool,
    /// How much of it, where that is a number.
    pub quantity: Option<u64>,
}
