//! Logging in with a signature kit (*kit di firma*) in place of a password (FEATURES rows 83 to 88).
//!
//! ```text
//! ChallengeRequest + nonce ──> Challenge ──> its text, signed by the card (PIN: nobody here sees it)
//!                                                 │
//! Attempt { mailbox, audience, answer, policy } ──┴─> prove ──> Kit ──> Organisation::admit ──> Login
//!                                                      │         └───> Command::RegisterKit
//!                                                    Denied
//! ```
//!
//! - A **[`Challenge`]** is one line of text: for what, into which mailbox of which service, until when. It holds once, which
//!   whoever keeps it sees to (pec-archive).
//! - A **[`Kit`]** comes of an answer alone: the card has signed the challenge, its certificate leads to an authority that the
//!   host has named for this ([`TrustStore::with_login_anchor`](crate::trust::TrustStore::with_login_anchor); never the
//!   authorities of PEC), is in its life, not revoked as far as that is asked for, and a CNS.
//! - **[`Organisation::admit`](super::Organisation::admit)** says whether it opens the mailbox: by the *codice fiscale* of its
//!   holder, else by an association that was [registered](super::Command::RegisterKit).
//!
//! What a login proves is that somebody has the card and knows its PIN, now. It does not prove who that is beyond what the
//! authority vouches for; it is no qualified signature, identifies nobody, and is worth what the host's authorities are worth.

mod challenge;
mod kit;
mod matching;
mod possession;

pub use challenge::{Challenge, ChallengeRequest, Kept, LIFE, LONGEST_LIFE, MOST_CHALLENGES, Purpose};
pub use kit::{Attempt, CardPolicy, Kit, RevocationCheck};
pub use matching::{HolderMatch, Login, LoginAs, MOST_KITS, MatchedBy, RegisteredKit, WhichKit, match_holder};
pub use possession::{Answer, BareScheme, Proof};
