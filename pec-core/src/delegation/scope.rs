//! How far somebody sees: two levels, and the host itself (FEATURES row 16).

use serde::{Deserialize, Serialize};

use super::code::{AccountCode, ClientCode};

/// How far somebody sees.
///
/// ```
/// use pec_core::delegation::{Owner, Scope};
/// let (client, account, other) = ("C1".parse()?, "A1".parse()?, "A2".parse()?);
/// let owner = Owner { client: &client, account: Some(&account) };
/// assert!(Scope::Client(client.clone()).covers(owner) && Scope::Account(account.clone()).covers(owner));
/// assert!(!Scope::Account(other).covers(owner));
/// // A client is more than one of its accounts.
/// assert!(!Scope::Account(account.clone()).covers(Owner { client: &client, account: None }));
/// # Ok::<(), pec_core::delegation::CodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "level", content = "code", rename_all = "kebab-case")]
pub enum Scope {
    /// The program itself: everything.
    Host,
    /// First level (*Cliente*, *Amministratore*): a client with all its accounts.
    #[doc(alias = "cliente")]
    Client(ClientCode),
    /// Second level (*Account*): itself alone.
    #[doc(alias = "account")]
    Account(AccountCode),
}

/// To whom something belongs: to one account of a client, or to the client as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner<'a> {
    /// The client.
    pub client: &'a ClientCode,
    /// Its account; `None` for what is the client's as a whole.
    pub account: Option<&'a AccountCode>,
}

impl Scope {
    /// Whether what belongs to `owner` is seen. Every query and every command asks this and nothing else.
    #[must_use]
    pub fn covers(&self, owner: Owner<'_>) -> bool {
        match self {
            Self::Host => true,
            Self::Client(client) => client == owner.client,
            Self::Account(account) => Some(account) == owner.account,
        }
    }
}
