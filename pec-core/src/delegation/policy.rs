//! What the host decides for all its mailboxes.

use serde::{Deserialize, Serialize};

/// Whether an act in a mailbox needs a mandate of its holder (FEATURES row 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequireMandate {
    /// It does not; one that covers the act is cited all the same.
    #[default]
    No,
    /// Nothing is permitted without one that covers it at that time, not even to the host.
    Yes,
}

/// What the host decides for all its mailboxes. By default nothing is limited and no mandate is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct DelegationPolicy {
    /// As many delegates of one mailbox can be active, those that are being activated included (FEATURES rows 45 and 46);
    /// `None`: any number.
    pub max_active: Option<u32>,
    /// Whether an act needs a mandate.
    pub require_mandate: RequireMandate,
}
