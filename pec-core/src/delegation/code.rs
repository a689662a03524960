//! What things are called: a type for each code, so that no code is taken for another.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::compose::is_address;
use crate::text::steers;

/// The longest code, in characters: no source states one, and no list shows more.
pub const LONGEST_CODE: usize = 128;

/// The longest text of a person's: a name, a description, a reason.
pub const LONGEST_TEXT: usize = 1_000;

/// Why a text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// Nothing, or blanks alone.
    #[error("it is empty")]
    Empty,
    /// More characters than a code may have.
    #[error("it has more than {most} characters")]
    TooLong {
        /// As many as it may have.
        most: usize,
    },
    /// A character that moves, hides or turns text, or a blank at an end.
    #[error("character {} cannot stand there", .at + 1)]
    Character {
        /// Which one, from 0.
        at: usize,
    },
    /// No complete address, `local@domain`, of plain characters.
    #[error("it is no complete address")]
    Address,
    /// Not 64 hexadecimal digits.
    #[error("it is no SHA-256: 64 hexadecimal digits")]
    Digest,
}

/// A text that is shown as it is written: not empty, no blank at an end, bounded, nothing that steers a terminal.
fn plain(text: &str, most: usize) -> Result<Arc<str>, CodeError> {
    if text.trim().is_empty() {
        return Err(CodeError::Empty);
    }
    let mut count = 0;
    for (at, c) in text.chars().enumerate() {
        if steers(c) || (at == 0 && c.is_whitespace()) {
            return Err(CodeError::Character { at });
        }
        count = at + 1;
    }
    if text.ends_with(char::is_whitespace) {
        return Err(CodeError::Character { at: count - 1 });
    }
    if count > most { Err(CodeError::TooLong { most }) } else { Ok(text.into()) }
}

fn code(text: &str) -> Result<Arc<str>, CodeError> {
    plain(text, LONGEST_CODE)
}

fn words(text: &str) -> Result<Arc<str>, CodeError> {
    plain(text, LONGEST_TEXT)
}

/// In lower case: providers tell no case apart.
fn address(text: &str) -> Result<Arc<str>, CodeError> {
    if text.trim().is_empty() {
        return Err(CodeError::Empty);
    }
    if is_address(text) { Ok(text.to_ascii_lowercase().into()) } else { Err(CodeError::Address) }
}

/// In lower case, of the characters that a domain has.
fn domain(text: &str) -> Result<Arc<str>, CodeError> {
    address(&format!("a@{text}")).map(|whole| whole.get(2..).unwrap_or_default().into())
}

fn digest(text: &str) -> Result<Arc<str>, CodeError> {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { Ok(text.to_ascii_lowercase().into()) } else { Err(CodeError::Digest) }
}

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $rule:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = CodeError;

            fn try_from(text: &str) -> Result<Self, CodeError> {
                $rule(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = CodeError;

            fn try_from(text: String) -> Result<Self, CodeError> {
                Self::try_from(text.as_str())
            }
        }

        impl FromStr for $name {
            type Err = CodeError;

            fn from_str(text: &str) -> Result<Self, CodeError> {
                Self::try_from(text)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.as_str().to_owned()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

codes! {
    /// The code of a client (*codice cliente*), unique (FEATURES row 55).
    #[doc(alias = "codice cliente")]
    ClientCode = code;
    /// The code of an account of a client, unique (FEATURES row 55).
    #[doc(alias = "account")]
    AccountCode = code;
    /// The number that goes with one request (*codice di attivazione*, «numero univoco abbinato ad ogni richiesta»,
    /// FEATURES row 55), given by the provider.
    #[doc(alias = "codice di attivazione")]
    ActivationCode = code;
    /// What the host calls a request of mailboxes (*richiesta*).
    #[doc(alias = "richiesta")]
    RequestRef = code;
    /// The number that links a mailbox to the mail with its password (*numero di riferimento*, FEATURES row 26), given by
    /// the provider.
    #[doc(alias = "numero di riferimento")]
    ActivationRef = code;
    /// What the provider calls the user of a mailbox (*UserID*), given by the provider.
    ProviderUserId = code;
    /// A person of the host's (*utente*), by the name that the host knows.
    #[doc(alias = "utente")]
    #[doc(alias = "utilizzatore")]
    UserId = code;
    /// Somebody who administers (*operatore*), by the name that the host knows.
    #[doc(alias = "operatore")]
    OperatorId = code;
    /// The name of a role (*ruolo*).
    #[doc(alias = "ruolo")]
    RoleName = code;
    /// What the host calls a grant.
    GrantId = code;
    /// What the host calls a mandate (*mandato*).
    #[doc(alias = "mandato")]
    MandateId = code;
    /// What the host calls a share of a dossier (*messa a disposizione*).
    #[doc(alias = "messa a disposizione")]
    ShareId = code;
    /// What somebody calls a signature kit (*kit di firma*), once in a mailbox (FEATURES row 87).
    #[doc(alias = "kit di firma")]
    KitName = code;
    /// What is to be worked on: whatever the host calls a message or a dossier.
    WorkId = code;
    /// A kind of mailbox that can be purchased (*tipologia di casella*, *prodotto*).
    #[doc(alias = "prodotto")]
    ProductCode = code;
    /// A service of a mailbox (*codice servizio*).
    #[doc(alias = "codice servizio")]
    ServiceCode = code;
    /// The number of an order: means nothing for bodies of the Consip convention (FEATURES row 24).
    OrderNumber = code;
    /// A certified mailbox (*casella*) by its complete address, in lower case (FEATURES row 23).
    #[doc(alias = "casella")]
    MailboxAddress = address;
    /// An ordinary address at which a person is written to, in lower case.
    Email = address;
    /// A domain, in lower case.
    #[doc(alias = "dominio")]
    Domain = domain;
    /// The SHA-256 of a document, in small hexadecimal digits.
    DocumentDigest = digest;
    /// A name, a description or a reason, for a person: one line, at most 1,000 characters.
    Text = words;
}

impl MailboxAddress {
    /// What stands before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or(&self.0, |(local, _)| local)
    }

    /// What stands behind it.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_plain_bounded_and_says_what_is_wrong() {
        assert_eq!(ClientCode::try_from("C-0042").map(|code| code.to_string()), Ok("C-0042".into()));
        let longest = "x".repeat(LONGEST_CODE);
        assert!(UserId::try_from(longest.as_str()).is_ok());
        let cases = [
            (String::new(), CodeError::Empty),
            ("  ".into(), CodeError::Empty),
            (longest + "x", CodeError::TooLong { most: LONGEST_CODE }),
            (" C1".into(), CodeError::Character { at: 0 }),
            ("C1 ".into(), CodeError::Character { at: 2 }),
            ("C\u{202e}1".into(), CodeError::Character { at: 1 }),
            ("C\n1".into(), CodeError::Character { at: 1 }),
        ];
        for (text, error) in cases {
            assert_eq!(ClientCode::try_from(text.as_str()), Err(error), "{text:?}");
        }
    }

    #[test]
    fn row_23_a_mailbox_is_a_complete_address() {
        let mailbox = MailboxAddress::try_from("Mario.Rossi@PEC.dominio.it").unwrap();
        assert_eq!((mailbox.local_part(), mailbox.domain()), ("mario.rossi", "pec.dominio.it"));
        for text in ["mario.rossi", "@pec.dominio.it", "mario rossi@pec.dominio.it", "a@b\r\n"] {
            assert_eq!(MailboxAddress::try_from(text), Err(CodeError::Address), "{text:?}");
        }
        assert!(Domain::try_from("PEC.dominio.it").is_ok_and(|domain| domain.as_str() == "pec.dominio.it"));
        assert!(Domain::try_from("a@b").is_err() && Domain::try_from("").is_err());
    }

    #[test]
    fn what_is_read_is_judged_as_what_is_given() {
        assert!(serde_json::from_str::<AccountCode>(r#""A1""#).is_ok());
        for text in [r#""""#, r#""\u0007""#, "7"] {
            assert!(serde_json::from_str::<AccountCode>(text).is_err(), "{text}");
        }
        let digest = format!("\"{}\"", "A".repeat(64));
        assert_eq!(serde_json::from_str::<DocumentDigest>(&digest).unwrap().as_str(), "a".repeat(64));
        assert!(serde_json::from_str::<DocumentDigest>(r#""abc""#).is_err());
    }
}
