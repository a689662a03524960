//! Who asks: the program itself, a user, or somebody who administers.

use clap::Args;
use pec_archive::Actor;
use pec_core::delegation::{AccountCode, ClientCode, Operator, OperatorId, Scope};

use crate::text::{Stop, Text};

/// In whose name something is asked or done.
#[derive(Debug, Args)]
pub(crate) struct Asker {
    /// In the name of this user; without it, and without --operator, the program itself acts.
    #[arg(long = "as", alias = "actor", global = true, value_name = "USER")]
    user: Option<String>,
    /// In the name of somebody who administers what --client or --account says, or everything.
    #[arg(long, global = true, value_name = "NAME")]
    operator: Option<OperatorId>,
    /// A client with all its accounts: as far as the operator, or the list, goes.
    #[arg(long, global = true, value_name = "CODE")]
    client: Option<ClientCode>,
    /// One account: as far as the operator, or the list, goes.
    #[arg(long, global = true, value_name = "CODE")]
    account: Option<AccountCode>,
}

impl Asker {
    /// Whether somebody who administers asks.
    pub(crate) const fn is_operator(&self) -> bool {
        self.operator.is_some()
    }

    /// Who it is, and how far the operator, or the list, goes.
    pub(crate) fn actor(&self) -> Result<(Actor, Scope), Stop> {
        let scope = match (&self.client, &self.account) {
            (None, None) => Scope::Host,
            (Some(client), None) => Scope::Client(client.clone()),
            (None, Some(account)) => Scope::Account(account.clone()),
            (Some(_), Some(_)) => {
                let (it, en) = ("--client o --account, non entrambi", "--client or --account, not both");
                return Err(Text::new(it, en).into());
            }
        };
        let actor = match (&self.user, &self.operator) {
            (None, None) => Actor::host(),
            (Some(user), None) => Actor::local(user),
            (None, Some(id)) => Actor::operator(Operator { id: id.clone(), scope: scope.clone() }),
            (Some(_), Some(_)) => {
                return Err(Text::new("--as o --operator, non entrambi", "--as or --operator, not both").into());
            }
        };
        Ok((actor, scope))
    }
}
