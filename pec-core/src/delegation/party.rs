//! Who takes part, each as a type of its own: none is a mere "customer" (FEATURES rows 16 and 21).

use serde::{Deserialize, Serialize};

use super::code::{AccountCode, ClientCode, Email, OperatorId, Text, UserId};
use super::scope::Scope;
use crate::tax_id::TaxId;

/// Who has the contract with the provider's partner, and any number of accounts (*cliente*, first level).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "cliente")]
pub struct Client {
    /// Its code.
    pub code: ClientCode,
    /// Its name.
    pub name: Text,
    /// What kind of client it is.
    pub kind: ClientKind,
}

/// What kind of client it is (*tipo di cliente*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[doc(alias = "tipo di cliente")]
pub enum ClientKind {
    /// A public body (*pubblica amministrazione*, PA).
    PublicBody,
    /// A business.
    Business,
    /// A person who practises a profession (*professionista*).
    Professional,
    /// A private person.
    Person,
}

/// A part of a client with mailboxes of its own (*account*, second level): it sees only itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "account")]
pub struct Account {
    /// Its code.
    pub code: AccountCode,
    /// Whose it is.
    pub client: ClientCode,
    /// Its name.
    pub name: Text,
}

/// The natural person who signed a request (*richiedente*). It need not be the [`Holder`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "richiedente")]
pub struct Requester {
    /// *Nome*.
    pub first_name: Text,
    /// *Cognome*.
    pub surname: Text,
    /// *Codice fiscale*.
    pub tax_id: Option<TaxId>,
}

/// In whose name the contract stands (*titolare*, «intestatario del contratto»): a person, a business or a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "titolare")]
#[doc(alias = "intestatario del contratto")]
pub struct Holder {
    /// Its name.
    pub name: Text,
    /// *Codice fiscale* or *partita IVA*.
    pub tax_id: Option<TaxId>,
}

/// A person of the host's who works in mailboxes (*utente*, *utilizzatore*), with a login that the host looks after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "utente")]
#[doc(alias = "utilizzatore")]
pub struct User {
    /// What the host calls the person.
    pub id: UserId,
    /// The account to which the person belongs.
    pub account: AccountCode,
    /// Its name.
    pub name: Text,
    /// Where it is written to.
    pub email: Option<Email>,
}

/// Somebody who administers clients, accounts and mailboxes (*operatore*), as far as the scope goes. The host vouches for
/// who it is. To administer is not to read: for that an operator needs grants as a [`User`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(alias = "operatore")]
pub struct Operator {
    /// What the host calls it.
    pub id: OperatorId,
    /// What it sees and administers.
    pub scope: Scope,
}

/// On whose behalf a command is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum By {
    /// The program itself.
    Host,
    /// Somebody who administers.
    Operator(Operator),
    /// Somebody who works in mailboxes.
    User {
        /// Who.
        user: UserId,
    },
}

impl By {
    /// A user by its name.
    #[must_use]
    pub const fn user(user: UserId) -> Self {
        Self::User { user }
    }

    /// An operator by its name and scope.
    #[must_use]
    pub const fn operator(id: OperatorId, scope: Scope) -> Self {
        Self::Operator(Operator { id, scope })
    }

    /// The name, as it stands in a log.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Host => "host",
            Self::Operator(operator) => operator.id.as_str(),
            Self::User { user } => user.as_str(),
        }
    }
}
