//! What is signed to log in: one line that says for what, where, and until when.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::delegation::{Denied, DeniedCode, MailboxAddress, Text};
use crate::trust::Fingerprint;

/// How long a challenge holds unless it is said otherwise: five minutes.
pub const LIFE: SignedDuration = SignedDuration::from_mins(5);

/// The longest that a challenge can hold: one hour. A card is at hand, or it is not.
pub const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// What every challenge begins with, so that a signature over one is a signature over nothing else.
const HEAD: &str = "pec-login-challenge/1";

/// For what a challenge is signed. An answer to the one is no answer to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To log in.
    Login,
    /// To have the kit registered (*Registra Kit di Firma*, FEATURES row 87).
    Registration,
}

impl Purpose {
    /// The name in the text: `login` or `registration`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Registration => "registration",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Purpose {
    type Err = Denied;

    fn from_str(text: &str) -> Result<Self, Denied> {
        [Self::Login, Self::Registration]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
            .ok_or_else(|| Denied::new(DeniedCode::ChallengeMalformed).about("purpose"))
    }
}

/// What a challenge is wanted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeRequest {
    /// For what.
    pub purpose: Purpose,
    /// Into which mailbox.
    pub mailbox: MailboxAddress,
    /// Of which service: a name that the person knows and that no other service has, such as its address.
    pub audience: Text,
    /// How long it holds: [`LIFE`]; between a second and [`LONGEST_LIFE`], whatever is given.
    pub life: SignedDuration,
}

impl ChallengeRequest {
    /// Of the usual life.
    #[must_use]
    pub const fn new(purpose: Purpose, mailbox: MailboxAddress, audience: Text) -> Self {
        Self { purpose, mailbox, audience, life: LIFE }
    }
}

/// Challenges of one mailbox that wait at a time, used or not: a person has one, and whoever asks for more fills nothing.
pub const MOST_CHALLENGES: u64 = 256;

/// What whoever keeps challenges has of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept<'k> {
    /// Nothing: it was not given out, or has been forgotten.
    Unknown,
    /// It was used.
    Used,
    /// It was given out and nobody has used it.
    Waiting {
        /// As it was given out.
        text: &'k str,
    },
}

/// What a card has to sign.
///
/// ```
/// use pec_core::delegation::login::{Challenge, ChallengeRequest, Purpose};
/// let request = ChallengeRequest::new(Purpose::Login, "gare@comune.example".parse()?, "posta.example".parse()?);
/// let challenge = Challenge::issue(&request, [7; 32], "2026-03-01T12:00:00Z".parse().unwrap());
/// assert_eq!(
///     challenge.text(),
///     "pec-login-challenge/1 purpose=login mailbox=gare@comune.example \
///      nonce=0707070707070707070707070707070707070707070707070707070707070707 \
///      issued=2026-03-01T12:00:00Z expires=2026-03-01T12:05:00Z audience=posta.example"
/// );
/// assert_eq!(Challenge::read(&challenge.text()).as_ref(), Ok(&challenge));
/// assert!(Challenge::read("please sign this").is_err());
/// # Ok::<(), pec_core::delegation::CodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    purpose: Purpose,
    mailbox: MailboxAddress,
    audience: Text,
    nonce: [u8; 32],
    issued_at: Timestamp,
    expires_at: Timestamp,
}

impl Challenge {
    /// A challenge with these random bytes, which nobody may be able to guess and which are never used twice. Times are whole
    /// seconds.
    #[must_use]
    pub fn issue(request: &ChallengeRequest, nonce: [u8; 32], now: Timestamp) -> Self {
        let life = request.life.clamp(SignedDuration::from_secs(1), LONGEST_LIFE);
        let issued_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let expires_at = Timestamp::from_second(now.as_second().saturating_add(life.as_secs())).unwrap_or(issued_at);
        let (purpose, mailbox, audience) = (request.purpose, request.mailbox.clone(), request.audience.clone());
        Self { purpose, mailbox, audience, nonce, issued_at, expires_at }
    }

    /// The challenge that a text is, if it is one to the letter.
    ///
    /// # Errors
    /// [`DeniedCode::ChallengeMalformed`].
    pub fn read(text: &str) -> Result<Self, Denied> {
        fn value<'t>(part: Option<&'t str>, name: &'static str) -> Result<&'t str, &'static str> {
            part.and_then(|part| part.strip_prefix(name)?.strip_prefix('=')).ok_or(name)
        }
        let read = || -> Result<Self, &'static str> {
            let mut parts = text.splitn(7, ' ');
            if parts.next() != Some(HEAD) {
                return Err("head");
            }
            let challenge = Self {
                purpose: value(parts.next(), "purpose")?.parse().map_err(|_| "purpose")?,
                mailbox: value(parts.next(), "mailbox")?.parse().map_err(|_| "mailbox")?,
                nonce: Fingerprint::parse(value(parts.next(), "nonce")?).ok_or("nonce")?.0,
                issued_at: value(parts.next(), "issued")?.parse().map_err(|_| "issued")?,
                expires_at: value(parts.next(), "expires")?.parse().map_err(|_| "expires")?,
                audience: value(parts.next(), "audience")?.parse().map_err(|_| "audience")?,
            };
            if challenge.text() == text { Ok(challenge) } else { Err("spelling") }
        };
        read().map_err(|what| Denied::new(DeniedCode::ChallengeMalformed).about(what))
    }

    /// What is signed: these bytes, in UTF-8, without a line end.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { purpose, mailbox, audience, issued_at, expires_at, .. } = self;
        // The same 64 digits by which certificates are known.
        let nonce = Fingerprint(self.nonce);
        format!(
            "{HEAD} purpose={purpose} mailbox={mailbox} nonce={nonce} issued={issued_at} expires={expires_at} \
             audience={audience}"
        )
    }

    /// For what it is signed.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Into which mailbox.
    #[must_use]
    pub const fn mailbox(&self) -> &MailboxAddress {
        &self.mailbox
    }

    /// Of which service.
    #[must_use]
    pub const fn audience(&self) -> &Text {
        &self.audience
    }

    /// The random bytes by which it is known.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// When it was made.
    #[must_use]
    pub const fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// From then on it holds no longer.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Whether an answer to it counts, by what whoever keeps challenges has of it. He notes in the same step that it is used,
    /// whatever comes of it.
    ///
    /// # Errors
    /// [`DeniedCode::Replayed`]; [`DeniedCode::ChallengeExpired`] where it says so itself; else [`DeniedCode::ChallengeUnknown`].
    pub fn redeem(&self, kept: Kept<'_>, now: Timestamp) -> Result<(), Denied> {
        match kept {
            Kept::Waiting { text } if text == self.text() => Ok(()),
            Kept::Used => Err(Denied::new(DeniedCode::Replayed).about(&self.mailbox)),
            Kept::Unknown if self.expires_at <= now => {
                Err(Denied::new(DeniedCode::ChallengeExpired).about(self.expires_at))
            }
            Kept::Unknown | Kept::Waiting { .. } => Err(Denied::new(DeniedCode::ChallengeUnknown).about(&self.mailbox)),
        }
    }

    /// Whether it is one for this, and holds now.
    ///
    /// # Errors
    /// [`DeniedCode::WrongPurpose`], [`DeniedCode::WrongMailbox`], [`DeniedCode::WrongAudience`],
    /// [`DeniedCode::ChallengeExpired`]: also of one that is of a time to come.
    pub(super) fn is_for(
        &self,
        purpose: Purpose,
        (mailbox, audience): (&MailboxAddress, &Text),
        now: Timestamp,
    ) -> Result<(), Denied> {
        if self.purpose != purpose {
            return Err(Denied::new(DeniedCode::WrongPurpose).about(self.purpose));
        }
        if self.mailbox != *mailbox {
            return Err(Denied::new(DeniedCode::WrongMailbox).about(&self.mailbox));
        }
        if self.audience != *audience {
            return Err(Denied::new(DeniedCode::WrongAudience).about(&self.audience));
        }
        if self.issued_at <= now && now < self.expires_at {
            Ok(())
        } else {
            Err(Denied::new(DeniedCode::ChallengeExpired).about(self.expires_at))
        }
    }
}
