//! What can be wrong with a call, and what to do about it.

use jiff::Timestamp;

/// What can be wrong with a call.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such mailbox.
    #[error("no mailbox {address} in the network: add it with `Network::add`, below a domain that a provider manages")]
    NoMailbox {
        /// The address.
        address: String,
    },
    /// No such provider.
    #[error("{host} is no provider of this network: put it into `Settings::providers`")]
    NoProvider {
        /// Its host.
        host: &'static str,
    },
    /// What an SMTP server answers in place of taking the message.
    #[error("{code} {text}")]
    Rejected {
        /// SMTP reply code.
        code: u16,
        /// SMTP reply text, with its enhanced code.
        text: String,
    },
    /// The clock is turned forward only.
    #[error("the clock stands at {now} and goes forward only, not to {asked}")]
    Backwards {
        /// Where it stands.
        now: Timestamp,
        /// Where it was to go.
        asked: Timestamp,
    },
    /// The certificates of the network end.
    #[error("the certificates of this network end at {end}: build a new network with a later start")]
    BeyondCertificates {
        /// When.
        end: Timestamp,
    },
    /// Settings that make no network.
    #[error("settings: {0}")]
    Settings(String),
    /// No such transaction.
    #[error("no transaction {pec_id}: give the `pec_id` of an accepted submission")]
    NoTransaction {
        /// The identifier.
        pec_id: String,
    },
    /// A key does not fit (never seen).
    #[error(transparent)]
    Issuing(#[from] crate::Error),
}

impl Error {
    pub(super) fn rejected(code: u16, text: impl Into<String>) -> Self {
        Self::Rejected { code, text: text.into() }
    }
}
