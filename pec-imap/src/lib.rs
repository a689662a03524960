//! The wire: certified e-mail (PEC) in by IMAP and out by SMTP, between the servers of providers and the archive.

#![forbid(unsafe_code)]

mod access;
mod account;
mod check;
mod credential;
mod delete;
mod error;
mod gateway;
mod hub;
mod imap;
mod net;
mod profile;
mod relay;
pub mod report;
mod secret;
mod smtp;
mod sync;
mod telemetry;

pub use access::AccessState;
pub use account::Account;
pub use check::{Checked, FolderCounts};
pub use credential::{Credential, Origin};
pub use delete::Deleted;
pub use error::{Error, Result};
pub use gateway::{Gateway, GatewayEvent, GatewayPolicy, GatewaySending, GatewayUser, Listening};
pub use hub::{
    Arrived, Capacity, ClientDay, ConnectingAdapter, Delivered, Delivery, Encoding, ForwardOutcome, Forwarded, Hub,
    HubMailbox, HubPolicy, HubQuery, Import, Imported, MailboxSpec, Mandates, Only, Overdue, Radar, RadarOptions,
    RefreshOptions, RefreshOutcome, RefreshReport, Refreshed, Reported, RowError, RowFault, Saved, Sort, Today,
    read_rules,
};
pub use imap::{Folder, Quota};
pub use net::{Deadlines, Endpoint, Network, Proxy, ProxyLogin, Roots, Security};
pub use pec_archive::{HostKey, Managed, Mandate, Standing};
pub use profile::{Fact, KnownText, LoginName, Overrides, Profile, Profiles, ProviderLimits, SecondFactor, Texts};
pub use relay::{Relayed, deliver_to_maildir};
#[cfg(feature = "keyring")]
pub use secret::KeyringSecrets;
pub use secret::{
    Answered, Asked, FileSecrets, HostSecrets, PassphraseCost, Rekeyed, SecretEntry, SecretError, SecretFacts,
    SecretField, SecretStore,
};
pub use smtp::{Dispatch, Pace, Partial, SendProgress, SendWatch, Sender};
pub use sync::{FolderSynced, Receiver, SyncProgress, SyncWatch, Synced, Watching};
