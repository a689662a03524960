//! Who may do what in which mailbox, who has it in charge, and how a mailbox lives from its request to its revocation.
//!
//! ```text
//! Command ──> decide (pure) ──> Event… ──> the host's log ──> apply ──> Organisation ──> may, queries, due
//!                │                                               ▲
//!              Denied                                     fold of the log
//! ```
//!
//! - **Parties** are types of their own: [`Client`], [`Account`], [`Requester`], [`Holder`], [`User`], [`Operator`]. Every query
//!   takes a [`Scope`], and so does every command through [`By`]: what is not seen does not exist.
//! - **Rights**: a [`Grant`] gives an active delegate of a mailbox [`Permissions`] or a [`Role`], restricted by folder and tag
//!   and in time; a [`Mandate`] of the holder stands behind it. [`Organisation::may`] answers with the [`Right`] or with the
//!   missing permission.
//! - **Work** ([`WorkItem`]): taking in charge, apart from reading.
//! - **Logging in** ([`login`]): a card in place of a password, by the holder's *codice fiscale* or an association.
//! - **Life** ([`lifecycle`]): one table of states. What a provider's back office does is asked for and reported, never done.
//! - **Reports** ([`sheets`]): what is seen, as tables for people.
//!
//! No clock, no randomness, nothing stored: time and names are parameters, secrets and messages are nowhere. That rules are
//! kept by a program does not bind whoever holds its files: for that the log is a Merkle tree with anchors outside
//! (pec-archive).

mod asking;
mod code;
mod command;
mod decide;
mod denied;
mod diagram;
mod document;
mod domain;
mod due;
mod event;
mod grant;
pub mod lifecycle;
mod listing;
pub mod login;
mod mandate;
mod organisation;
mod party;
mod permission;
mod policy;
mod query;
mod right;
mod role;
mod scope;
mod share;
pub mod sheets;
#[cfg(test)]
mod tests;
mod work;

pub use code::{
    AccountCode, ActivationCode, ActivationRef, ClientCode, CodeError, DocumentDigest, Domain, Email, GrantId, KitName,
    LONGEST_CODE, LONGEST_TEXT, MailboxAddress, MandateId, OperatorId, OrderNumber, ProductCode, ProviderUserId,
    RequestRef, RoleName, ServiceCode, ShareId, Text, UserId, WorkId,
};
pub use command::{Command, Standing, WrittenError};
pub use denied::{Denied, DeniedCode, Limit};
pub use diagram::diagram;
pub use document::document;
pub use domain::{AnomalousDomain, DomainAnomaly, DomainCheck, DomainRecords, ExpectedRecords, domain_anomalies};
pub use event::{Event, EventError, Place};
pub use grant::{Gives, Grant, MOST_GRANTS, Object, Restriction};
pub use listing::{Listed, Listing, SCHEMA};
pub use mandate::{Grantee, MOST_MANDATES, Mandate};
pub use organisation::{Organisation, Person, Request};
pub use party::{Account, By, Client, ClientKind, Holder, Operator, Requester, User};
pub use permission::{Permission, Permissions};
pub use policy::{DelegationPolicy, RequireMandate};
pub use query::{BoxQuery, RequestQuery};
pub use right::{Custody, Right, RightSource};
pub use role::{MOST_ROLES, Preset, Role, Roles};
pub use scope::{Owner, Scope};
pub use share::{LONGEST_SHARE, MOST_SHARES, Share};
pub use work::{LONGEST_LEASE, Opened, WorkAct, WorkItem, WorkState};
