//! The life of a mailbox, from the request to the full revocation (FEATURES rows 19 to 50).
//!
//! ```text
//! RequestForm ──> ProductStep ──> Summary ──> Submit          Richiesta, Prodotto, Riepilogo: one type each
//!                                    │
//!                 state.rs: ONE table: state × act ──> next state on conditions, or a refusal
//!                                    │
//! Wish ──> the provider's back office (nobody here) ──> Said ──> Report ──> the state changes
//! ```

mod catalogue;
mod delegate;
mod document;
mod expiry;
mod mailbox;
mod preservation;
mod provider;
mod request;
#[cfg(test)]
mod request_tests;
mod revoke;
mod state;
mod text;

pub use catalogue::{Catalogue, Product};
pub use delegate::{Delegate, DelegateAct, DelegateName, DelegateState, Sharing};
pub use document::{Document, DocumentFormat, DocumentKind};
pub use expiry::{ExpiryPlan, LINK_LIFE, PasswordLink, Service};
pub(in crate::delegation) use mailbox::Told;
pub use mailbox::{Mailbox, MailboxData, Passage, ProviderNames};
pub use preservation::{COUNTDOWN, Preservation, UNTIL_FULL_REVOCATION, days_before, full_revocation};
pub use provider::{ProvisioningAdapter, Said, Source, Wish};
pub use request::{
    BoxRow, ProductStep, RequestError, RequestErrors, RequestForm, RequestProblem, RequestedBox, Summary,
};
pub use revoke::{Confirmed, Revoke};
pub use state::{Act, Facts, Guard, State, Step, judge, step};
pub use text::Wording;
