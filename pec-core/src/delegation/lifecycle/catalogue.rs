//! What an account has purchased: the host knows it from the contract.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::delegation::{Domain, ProductCode, Text};

/// What an account has purchased, and in which domains (FEATURES rows 20 and 23).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Catalogue {
    /// The kinds of mailbox that were purchased: no other is shown.
    pub products: BTreeMap<ProductCode, Product>,
    /// The domains in which mailboxes can be had.
    pub domains: BTreeSet<Domain>,
}

/// A kind of mailbox that was purchased (*tipologia di casella*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its name.
    pub name: Text,
    /// How many of them.
    pub purchased: u32,
    /// What it can be transformed into by the contract (FEATURES row 42).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub transforms_to: BTreeSet<ProductCode>,
}
