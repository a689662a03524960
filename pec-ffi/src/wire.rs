//! Mailboxes on servers. What is said to a server, pec-imap decides.
//!
//! ```text
//! pec_credential  who enters a mailbox
//! pec_secrets     where that is kept: a file, or the host
//! pec_hub         mailboxes that are managed together, over an archive
//!   rules         what is done with what comes in
//!   gateway       an SMTP server for programs that know nothing of PEC
//!   work          what runs over connections, in the background
//! ```

#![allow(
    unsafe_code,
    reason = "exported functions bear unmangled names, take texts from C and call the host's functions"
)]

mod credential;
mod gateway;
mod hub;
mod rules;
mod secrets;
mod work;

use serde::de::DeserializeOwned;

pub use credential::*;
pub use gateway::*;
pub use hub::*;
pub use rules::*;
pub use secrets::*;
pub use work::*;

use crate::failure::{Failure, pec_result};

impl From<pec_imap::Error> for Failure {
    fn from(error: pec_imap::Error) -> Self {
        Self::coded(error.code(), error.to_string())
    }
}

impl From<pec_imap::SecretError> for Failure {
    fn from(error: pec_imap::SecretError) -> Self {
        Self::coded(error.code(), error.to_string())
    }
}

/// Options that C gives as one JSON object; an empty text for none.
fn options<T: DeserializeOwned>(json: &str, name: &'static str) -> Result<T, Failure> {
    let json = if json.trim().is_empty() { "{}" } else { json };
    // What the reader says names a key and a place, and no value of a text.
    let wrong = |error: serde_json::Error| {
        let what = error.to_string();
        let place = format!("line {}, column {}", error.line(), error.column());
        let what = if what.starts_with("unknown field") { what } else { place };
        Failure::new(pec_result::PEC_BAD_VALUE).because(format!("{name}: {what}"))
    };
    serde_json::from_str(json).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use pec_core::finding::Language;
    use pec_imap::{AccessState, Error, SecretError};

    use super::*;

    /// The texts of the table are those of the wire, for every error that it can answer; of an access that is refused they stand
    /// for all of its states.
    #[test]
    fn every_error_of_the_wire_is_in_the_table() {
        let text = String::new;
        let io = || io::Error::other("x");
        let secrets = [
            SecretError::Damaged(text()),
            SecretError::Key,
            SecretError::File { path: "x".into(), source: io() },
            SecretError::Store(text()),
            SecretError::Unsupported("x"),
            SecretError::BadValue { what: "x", value: text() },
            SecretError::Internal(text()),
        ];
        let all = [
            Error::Unreachable { host: text(), source: io() },
            Error::Tls { host: text(), reason: text() },
            Error::Access { host: text(), state: AccessState::Rejected, text: text() },
            Error::Refused { command: text(), text: text() },
            Error::Protocol(text()),
            Error::Deadline(Duration::ZERO),
            Error::Lost(io()),
            Error::BadValue { what: "x", value: text() },
            Error::HubCapacityExceeded { limit: 1, active: 2 },
            Error::NoMandate { mailbox: text(), why: text() },
            Error::Suspended { mailbox: text(), state: pec_core::delegation::lifecycle::State::Revoked },
            Error::NoCredential { mailbox: text() },
            Error::File { path: "x".into(), source: io() },
            Error::Listen { address: ([127, 0, 0, 1], 0).into(), source: io() },
            Error::Cancelled,
            Error::Internal(text()),
        ];
        let all: Vec<Error> = all.into_iter().chain(secrets.map(Error::Secret)).collect();
        let of_wire = |code: &str| ["wire.", "hub.", "secret."].iter().any(|prefix| code.starts_with(prefix));
        assert_eq!(pec_result::ALL.iter().filter(|result| of_wire(result.code())).count(), all.len());
        for error in all {
            let (code, layer, access) = (error.code(), error.layer(), matches!(error, Error::Access { .. }));
            let texts = (error.explanation(Language::It), error.explanation(Language::En));
            let failure = Failure::from(error);
            assert_eq!((failure.result.code(), failure.result.layer()), (code, layer));
            assert!(access || failure.result.text() == texts, "{code}");
        }
    }
}
